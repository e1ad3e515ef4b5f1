//! Receiving: the named receiver enters what the issuer gave, it is checked at once, and it is in use when the check is good.

use axum::response::Response;
use console::{Permission, Refusal, SourceCheckView, SourceView};
use model::{CheckFinding, CheckLine, CheckState, CheckSubject, Handover, OrderEvent, OrderState};
use ordering::{CheckResult, Entered, Happening, OrderVersion, OrderView, What};
use pages::console::{Action, Block, ConsoleForm, ConsolePage, Fact, FieldKind, Notice, NoticeKind, Text};
use texts::{AdminMessage, Noun};

use super::{
    asking,
    documents::key_blocks,
    place::{crumbs, found_to_receive, is_by_link, receiving, sandbox_notice, source_place, wrong_notice},
    vipps,
};
use crate::console::{
    answer::{done, refused_form, sentence, shown},
    sources::{self, SourcePlace},
    visit::Visit,
};

/// The order of the path, for its receiver and nobody else.
async fn page_with(
    visit: &Visit,
    order: &OrderView,
    refusal: Option<&Refusal>,
) -> Result<ConsolePage, Refusal> {
    let place = source_place(visit, order).await?;
    let source = place.source(visit).await?;
    let mut blocks = sources::hand_over_blocks(&place, source.as_ref());
    let (heading, lead) = title_and_lead(order);
    let form = || form(visit, order, sources::credentials_form(visit, &place, (source.as_ref(), refusal)));
    match order.state {
        OrderState::Handover if order.handover == Handover::Deposited => blocks = deposited(visit, order),
        OrderState::Handover | OrderState::AwaitEntry => {
            blocks.extend(key_blocks(order));
            blocks.push(form());
            if order.state == OrderState::AwaitEntry {
                let lost = again(visit, order, OrderEvent::Lose, "console-order-act-lose");
                blocks.push(Block::Actions(vec![lost]));
            }
        }
        OrderState::Trouble => {
            let text = Text::Key("console-order-trouble");
            blocks.push(Block::Notice(Notice { kind: NoticeKind::Wrong, text, action: None }));
            blocks.extend(sources::check_blocks(visit, &place, source.as_ref()));
            blocks.push(form());
            blocks.push(Block::Actions(vec![
                again(visit, order, OrderEvent::CheckAgain, "console-order-act-check-again"),
                asking::way(visit, order, OrderEvent::UseAnyway),
                again(visit, order, OrderEvent::BackToIssuer, "console-order-act-back-to-issuer"),
            ]));
        }
        OrderState::PortalTasks => {
            blocks = vipps::tasks(order, place.callback());
            let done = again(visit, order, OrderEvent::TasksDone, "console-vipps-tasks-done");
            blocks.push(Block::Actions(vec![done]));
        }
        OrderState::Checking => blocks.extend(being_checked(visit, order)),
        OrderState::Verified | OrderState::Live => {
            blocks.push(in_use(source.as_ref()));
            blocks.extend(sources::check_blocks(visit, &place, source.as_ref()));
        }
        _ => blocks.clear(),
    }
    blocks.splice(0..0, of_sandbox(order));
    let unsaid = refusal.filter(|_| !blocks.iter().any(|it| matches!(it, Block::Form(_))));
    blocks.splice(0..0, unsaid.map(|it| wrong_notice(Text::plain(sentence(visit, it)))));
    let mut page = ConsolePage {
        heading: Text::Key(heading),
        lead: Some(Text::Key(lead)),
        blocks,
        is_bare: is_by_link(visit),
        ..ConsolePage::default()
    };
    if visit.offers(Permission::ReadOrders) {
        page.frame.crumbs = crumbs(visit, Some(order));
    }
    Ok(page)
}

/// That the credentials are in use, although the check may have found a fault.
fn in_use(source: Option<&SourceView>) -> Block {
    let check = source.and_then(|it| it.candidate_check.as_ref().or(it.active_check.as_ref()));
    let (kind, key) = match check.and_then(SourceCheckView::state) {
        Some(CheckState::Bad) => (NoticeKind::Warning, "console-order-received-anyway"),
        _ => (NoticeKind::Done, "console-order-received"),
    };
    Block::Notice(Notice { kind, text: Text::Key(key), action: None })
}

/// What was entered waits for its check, which can be asked for.
fn being_checked(visit: &Visit, order: &OrderView) -> Vec<Block> {
    let text = Text::Key("console-order-checking");
    let again = again(visit, order, OrderEvent::CheckedUnreachable, "console-order-act-check-again");
    vec![Block::Notice(Notice { kind: NoticeKind::Info, text, action: None }), Block::Actions(vec![again])]
}

/// What is other about a sandbox order.
fn of_sandbox(order: &OrderView) -> Vec<Block> {
    let is_asked = matches!(order.state, OrderState::Handover | OrderState::AwaitEntry | OrderState::Trouble);
    let text = Text::Key("console-order-sandbox-credentials");
    let any = Block::Notice(Notice { kind: NoticeKind::Info, text, action: None });
    let notice = sandbox_notice(&order.answers);
    let any = notice.is_some().then_some(any).filter(|_| is_asked);
    notice.into_iter().chain(any).collect()
}

/// What the receiver is to do, by how the credentials come and how far it has got.
const fn title_and_lead(order: &OrderView) -> (&'static str, &'static str) {
    match (order.state, order.handover) {
        (OrderState::PortalTasks, _) => ("console-order-receive-vipps", "console-order-receive-vipps-lead"),
        (OrderState::Handover, Handover::Deposited) => {
            ("console-order-receive-deposit", "console-order-receive-deposit-lead")
        }
        (OrderState::Handover | OrderState::Trouble, Handover::KeyPair) => {
            ("console-order-receive-key", "console-order-receive-key-lead")
        }
        (OrderState::Handover | OrderState::AwaitEntry | OrderState::Trouble, _) => {
            ("console-order-receive", "console-order-receive-lead")
        }
        (OrderState::Checking | OrderState::Verified | OrderState::Live, _) => {
            ("console-order-receive-done", "console-order-receive-done-lead")
        }
        _ => ("console-order-receive-done", "console-order-link-not-now"),
    }
}

/// The form for what the issuer gave: what is asked depends on what it is given.
fn form(visit: &Visit, order: &OrderView, mut form: ConsoleForm) -> Block {
    form.action = format!("{}/receive", receiving(visit, order.id));
    form.hidden.push(("order_version".to_owned(), order.version.to_string()));
    let is_key = order.handover == Handover::KeyPair;
    form.fields.retain(|it| !(is_key && matches!(it.name.as_str(), "method" | "secret")));
    for field in &mut form.fields {
        if field.name == "secret" {
            field.help = Some(Text::Key("console-order-secret-help"));
        }
        if let FieldKind::Radio(options) = &mut field.kind {
            // A key that is made when the credentials are entered is known to no issuer.
            options.retain(|it| it.value != "private_key_jwt");
        }
    }
    Block::Form(form)
}

/// What is deposited is put in use unseen, or shown once.
fn deposited(visit: &Visit, order: &OrderView) -> Vec<Block> {
    let text = Text::Key("console-order-deposited");
    let act = |what: &str, label| {
        Action::act(label, format!("{}/receive{what}", receiving(visit, order.id)))
            .with("order_version", order.version.to_string())
    };
    vec![
        Block::Notice(Notice { kind: NoticeKind::Info, text, action: None }),
        Block::Actions(vec![
            act("", "console-order-install").with("deposit", "yes").named("install"),
            act("/reveal", "console-order-reveal").named("reveal"),
        ]),
    ]
}

/// `POST /t/{tenant}/orders/{order}/receive/reveal`: shows what is deposited, once.
pub(in crate::console) async fn reveal(visit: Visit) -> Result<Response, Refusal> {
    let order = found_to_receive(&visit).await?;
    match visit.site.orders.reveal(visit.permit()?, seen(&visit, &order), visit.now()).await {
        Ok(deposit) => {
            let mut page = page_with(&visit, &found_to_receive(&visit).await?, None).await?;
            let secret = Text::code(deposit.secret.expose().clone());
            let facts = vec![
                Fact::copied("client-id", "console-source-client-id", deposit.client_id),
                Fact { is_copied: true, id: "secret-shown", ..Fact::new("console-source-secret", secret) },
            ];
            let text = Text::Key("console-order-revealed");
            page.blocks.splice(
                0..0,
                [
                    Block::Notice(Notice { kind: NoticeKind::Warning, text, action: None }),
                    Block::Facts(facts),
                ],
            );
            Ok(shown(&visit, page))
        }
        Err(refusal) => {
            let page = page_with(&visit, &found_to_receive(&visit).await?, Some(&refusal)).await?;
            Ok(refused_form(&visit, &refusal, page))
        }
    }
}

fn seen(visit: &Visit, order: &OrderView) -> OrderVersion {
    let version = visit.form.get("order_version").parse().unwrap_or_default();
    OrderVersion { id: order.id, version }
}

fn again(visit: &Visit, order: &OrderView, event: OrderEvent, label: &'static str) -> Action {
    Action::act(label, format!("{}/receive/again", receiving(visit, order.id)))
        .with("event", event.as_str())
        .with("version", order.version.to_string())
        .named(event.as_str())
}

/// `GET /t/{tenant}/orders/{order}/receive`
pub(in crate::console) async fn page(visit: Visit) -> Result<Response, Refusal> {
    let order = found_to_receive(&visit).await?;
    let page = page_with(&visit, &order, None).await?;
    Ok(shown(&visit, page))
}

async fn moved(visit: &Visit, order: &OrderView, event: OrderEvent) -> Result<OrderView, Refusal> {
    let version = visit.form.get("version").parse().unwrap_or_default();
    let seen = OrderVersion { id: order.id, version };
    visit.site.orders.move_order(visit.permit()?, seen, &Happening::of(event), visit.now()).await?;
    found_to_receive(visit).await
}

/// What the check of what was entered came to. Only a good line about the credentials themselves is good.
pub(super) fn event_of(check: &SourceCheckView) -> OrderEvent {
    let lines: Vec<&CheckLine> = check.lines.iter().flatten().collect();
    let found = |finding: CheckFinding| lines.iter().any(|it| it.finding == finding);
    let credentials = lines.iter().find(|it| it.subject == CheckSubject::Credentials).map(|it| it.state());
    if found(CheckFinding::Unreachable) {
        return OrderEvent::CheckedUnreachable;
    }
    match (credentials, check.state()) {
        (_, Some(CheckState::Bad)) => OrderEvent::CheckedBad,
        (Some(CheckState::Good), _) => OrderEvent::CheckedGood,
        (Some(CheckState::Unknown), _) if !found(CheckFinding::NoAnswer) => OrderEvent::CheckedBad,
        _ => OrderEvent::CheckedUnreachable,
    }
}

/// Checks the credentials, and moves the order by what that came to; good credentials are in use by then. `seen`: the version of
/// the page that asked for it.
async fn check(
    visit: &Visit,
    order: &OrderView,
    (place, seen): (&SourcePlace, Option<i64>),
) -> Result<(), Refusal> {
    let event = event_of(&sources::check_again(visit, place).await?);
    checked(visit, order, (event, seen)).await
}

async fn checked(
    visit: &Visit,
    order: &OrderView,
    (event, seen): (OrderEvent, Option<i64>),
) -> Result<(), Refusal> {
    let result = CheckResult { order: order.id, seen, event };
    visit.site.orders.checked(visit.permit()?, result, visit.now()).await.map(drop)
}

/// What the form brings.
fn entered(visit: &Visit, order: &OrderView, place: &SourcePlace) -> Result<Entered, Refusal> {
    let what = match order.handover {
        Handover::Deposited if visit.form.is_there("deposit") => What::Deposit,
        Handover::KeyPair => {
            let client_id = visit.form.maybe("client_id");
            let missing = || Refusal::Invalid(AdminMessage::FieldMissing.at("client_id"));
            What::Key { client_id: client_id.ok_or_else(missing)? }
        }
        _ => What::Typed(sources::typed(visit, place)?.credentials),
    };
    Ok(Entered { environment: sources::environment(visit, place)?, what })
}

/// `POST /t/{tenant}/orders/{order}/receive`
pub(in crate::console) async fn enter(visit: Visit) -> Result<Response, Refusal> {
    let order = found_to_receive(&visit).await?;
    let outcome = async {
        let place = source_place(&visit, &order).await?;
        let new = entered(&visit, &order, &place)?;
        visit.site.orders.enter(visit.permit()?, seen(&visit, &order), new, visit.now()).await?;
        match check(&visit, &order, (&place, None)).await {
            // The worker checks them as soon as the eID may be asked again.
            Err(Refusal::TooManyChecks(_)) => Ok(()),
            checked => checked,
        }
    };
    match outcome.await {
        Ok(()) => Ok(done(&format!("{}/receive", receiving(&visit, order.id)), "order-entered")),
        Err(refusal) => {
            let page = page_with(&visit, &found_to_receive(&visit).await?, Some(&refusal)).await?;
            Ok(refused_form(&visit, &refusal, page))
        }
    }
}

/// `POST /t/{tenant}/orders/{order}/receive/again`
pub(in crate::console) async fn again_act(visit: Visit) -> Result<Response, Refusal> {
    let order = found_to_receive(&visit).await?;
    let event = OrderEvent::parse(visit.form.get("event")).ok_or(Refusal::NotFound(Noun::Object))?;
    let outcome = async {
        match event {
            // What the check comes to is what happens.
            OrderEvent::CheckedUnreachable if order.state == OrderState::Checking => {
                let place = source_place(&visit, &order).await?;
                let version = visit.form.get("version").parse().unwrap_or_default();
                check(&visit, &order, (&place, Some(version))).await
            }
            OrderEvent::CheckAgain => {
                let place = source_place(&visit, &order).await?;
                // Where it may not be checked so soon again, nothing happens.
                let found = event_of(&sources::check_again(&visit, &place).await?);
                let order = moved(&visit, &order, event).await?;
                checked(&visit, &order, (found, None)).await
            }
            OrderEvent::UseAnyway => {
                let version = visit.form.get("version").parse().unwrap_or_default();
                checked(&visit, &order, (event, Some(version))).await
            }
            // Where nothing is being checked, the order refuses it.
            OrderEvent::BackToIssuer
            | OrderEvent::TasksDone
            | OrderEvent::Lose
            | OrderEvent::CheckedUnreachable => moved(&visit, &order, event).await.map(drop),
            _ => Err(Refusal::NotFound(Noun::Object)),
        }
    };
    match outcome.await {
        Ok(()) => {
            let is_check = matches!(event, OrderEvent::CheckAgain | OrderEvent::CheckedUnreachable);
            let word = if is_check { "checked" } else { "order-received" };
            Ok(done(&format!("{}/receive", receiving(&visit, order.id)), word))
        }
        Err(refusal) => {
            let page = page_with(&visit, &found_to_receive(&visit).await?, Some(&refusal)).await?;
            Ok(refused_form(&visit, &refusal, page))
        }
    }
}
