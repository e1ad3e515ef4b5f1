//! One order: where it stands on the site, and what of it every page needs.

use console::{Permission, Refusal};
use model::{Circumstances, EidEnvironment, OrderAnswers, OrderEvent, OrderId, OrderState};
use ordering::{Decided, Happening, OrderSummary, OrderVersion, OrderView, Part, PersonView};
use pages::console::{Block, Crumb, Notice, NoticeKind, Text};
use texts::{AdminMessage, Locale, Noun};

use super::phone;
use crate::console::{certificate::is_domain_ready, sources::SourcePlace, visit::Visit};

/// What went wrong, above everything else.
pub(super) fn wrong_notice(text: Text) -> Block {
    Block::Notice(Notice { kind: NoticeKind::Wrong, text, action: None })
}

/// That nothing of a sandbox order is real.
pub(super) fn sandbox_notice(answers: &OrderAnswers) -> Option<Block> {
    let text = Text::Key("console-order-sandbox");
    answers.is_sandbox.then_some(Block::Notice(Notice { kind: NoticeKind::Warning, text, action: None }))
}

/// The company of an order in a list, which says of a sandbox order that it is one.
pub(super) fn company_in_list(order: &OrderSummary) -> Text {
    let company = if order.company.is_empty() { "–".to_owned() } else { order.company.clone() };
    if order.is_sandbox {
        Text::with("console-order-sandbox-mark", "what", company)
    } else {
        Text::plain(company)
    }
}

/// The order of the path.
pub(super) async fn found(visit: &Visit) -> Result<OrderView, Refusal> {
    let id = OrderId::parse(visit.param("order")).map_err(|_| Refusal::NotFound(Noun::Order))?;
    visit.site.orders.order(&visit.may(Permission::ReadOrders)?, id).await
}

/// The order of a page for its receiver, who may see no other.
pub(super) async fn found_to_receive(visit: &Visit) -> Result<OrderView, Refusal> {
    let id = OrderId::parse(visit.param("order")).map_err(|_| Refusal::NotFound(Noun::Order))?;
    visit.site.orders.order_to_receive(&visit.may(Permission::ReceiveCredentials)?, id).await
}

/// Whether the order is received by its link alone, by no member.
pub(super) fn is_by_link(visit: &Visit) -> bool {
    !visit.param("code").is_empty()
}

/// Where the pages of a receiver begin.
pub(super) fn receiving(visit: &Visit, id: OrderId) -> String {
    if is_by_link(visit) { phone::base(visit) } else { base(visit, id) }
}

pub(super) fn base(visit: &Visit, id: OrderId) -> String {
    visit.tenant_href(&format!("/orders/{id}"))
}

/// Whether text messages are sent, so that somebody can be known by their phone.
pub(super) fn has_sms(visit: &Visit) -> bool {
    visit.site.orders.settings().has_sms
}

/// What counts of an order beside its answers. Whether a domain is ready is nothing to a sandbox order, of which nothing is real, and
/// nothing to somebody who may not see the domain.
pub(super) async fn circumstances(visit: &Visit, order: &OrderView) -> Result<Circumstances, Refusal> {
    let has_sms = has_sms(visit);
    if order.answers.is_sandbox || !visit.offers(Permission::ReadSettings) {
        return Ok(Circumstances { has_sms, is_domain_ready: true });
    }
    let domain = visit.site.console.domain_by_id(&visit.may(Permission::ReadSettings)?, order.domain).await?;
    Ok(Circumstances { has_sms, is_domain_ready: is_domain_ready(visit, &domain).await? })
}

/// Refuses to submit an order for a domain that people cannot reach safely yet.
async fn check_domain(visit: &Visit, order: &OrderView) -> Result<(), Refusal> {
    if circumstances(visit, order).await?.is_domain_ready {
        return Ok(());
    }
    let host = order.answers.host.as_str().into();
    Err(Refusal::Invalid(AdminMessage::OrderDomainNotReady { host }.into()))
}

pub(super) fn crumbs(visit: &Visit, order: Option<&OrderView>) -> Vec<Crumb> {
    let mut crumbs =
        vec![Crumb { label: Text::Key("console-nav-orders"), href: visit.tenant_href("/orders") }];
    if let Some(order) = order {
        crumbs.push(Crumb { label: title(visit, order), href: base(visit, order.id) });
    }
    crumbs
}

pub(super) fn title(visit: &Visit, order: &OrderView) -> Text {
    let eid = order.eid.name_in(visit.locale).to_owned();
    match order.answers.company.name.as_str() {
        "" => Text::with("console-order-of", "eid", eid),
        company => {
            Text::With("console-order-of-company", vec![("eid", eid), ("company", company.to_owned())])
        }
    }
}

/// The identity source that the order is for.
pub(super) async fn source_place(visit: &Visit, order: &OrderView) -> Result<SourcePlace, Refusal> {
    let domain = visit.site.console.domain_by_id(&visit.may(Permission::ReadSettings)?, order.domain).await?;
    let mut place = SourcePlace::of_order(visit, domain, order.eid)?;
    if order.answers.is_sandbox {
        place.environments.retain(|it| *it == EidEnvironment::Sandbox);
    }
    Ok(place)
}

/// Whether the reader is the member whom the order let in as its receiver.
pub(super) fn is_receiver(visit: &Visit, order: &OrderView) -> bool {
    let member = visit.session.as_ref().and_then(|it| it.member);
    let is_it = |it: &PersonView| it.part == Part::Receiver && it.member.is_some() && it.member == member;
    visit.offers(Permission::ReceiveCredentials) && order.people.iter().any(is_it)
}

/// The field with what is said of an event: a page may ask for several, each with a field of its own.
pub(super) fn note_field(event: OrderEvent) -> String {
    format!("note-{}", event.as_str())
}

/// The field with a sentence that was chosen instead of being written.
pub(super) fn canned_name(event: OrderEvent) -> String {
    format!("canned-{}", event.as_str())
}

/// Sentences that an operator can choose from: their words, and keys.
pub(super) const fn canned(event: OrderEvent) -> &'static [(&'static str, &'static str)] {
    match event {
        OrderEvent::Ask | OrderEvent::Return => &[
            ("purpose", "console-order-canned-purpose"),
            ("number", "console-order-canned-number"),
            ("contacts", "console-order-canned-contacts"),
            ("display-name", "console-order-canned-display-name"),
            ("certificate", "console-order-canned-certificate"),
            ("signatory", "console-order-canned-signatory"),
        ],
        _ => &[],
    }
}

/// What is said of an event: what was written, behind the sentence that was chosen. That is in the order's language.
fn note(visit: &Visit, order: &OrderView, event: OrderEvent) -> String {
    let written = visit.form.get(&note_field(event));
    let word = visit.form.get(&canned_name(event));
    let locale = Locale::parse(&order.answers.language).unwrap_or(visit.locale);
    let chosen = canned(event).iter().find(|it| it.0 == word).map(|it| texts::say(locale, it.1, &[]));
    chosen.into_iter().chain([written.to_owned()]).filter(|it| !it.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Does what a form asks, under the leave of its route.
pub(super) async fn acted(visit: &Visit, order: &OrderView) -> Result<Decided, Refusal> {
    let event = OrderEvent::parse(visit.form.get("event")).ok_or(Refusal::NotFound(Noun::Object))?;
    let version = visit.form.get("version").parse().unwrap_or_default();
    let seen = OrderVersion { id: order.id, version };
    if event == OrderEvent::Submit && order.state == OrderState::Draft {
        check_domain(visit, order).await?;
    }
    let happening =
        Happening::said(event, &note(visit, order, event)).without_number(visit.form.has("without_number"));
    let happening = happening.by_letter(visit.form.has("by_letter"));
    visit.site.orders.move_order(visit.permit()?, seen, &happening, visit.now()).await
}
