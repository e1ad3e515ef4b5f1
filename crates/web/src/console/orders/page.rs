//! The page of an order: what is missing, who is asked, what can be done, and what has happened.

use axum::response::Response;
use console::{Permission, Refusal};
use crypto::Secret;
use model::{LinkId, OrderEvent, OrderState, OrderTurn};
use ordering::{
    Decided, Deposit, IdentityDecision, OrderVersion, OrderView, Part, PersonState, PersonView,
    permission_to_decide, permission_to_send,
};
use pages::console::{
    Action, Block, Cell, ConsolePage, Fact, Notice, NoticeKind, Table, TableRow, Text, Tone,
};
use texts::Noun;

use super::{
    acts::{desk_acts, desk_path, is_decision, orderer_acts},
    agreement,
    checklist::draft_blocks,
    issuers::{id_of, route_block},
    mailbox,
    place::{acted, base, crumbs, found, is_receiver, sandbox_notice, source_place, title, wrong_notice},
    timeline::{timeline, waited, waiting_facts},
    vipps,
    words::{part_word, state_chip, turn_word},
};
use crate::console::{
    answer::{done, refused_form, shown, wrong_form},
    visit::Visit,
    words,
};

fn person_row(visit: &Visit, order: &OrderView, it: &PersonView) -> TableRow {
    let part = part_word(it.part);
    let chip = match it.state {
        PersonState::Waiting if !order.state.is_open() || order.is_declined_for(it) => {
            words::chip(Tone::Neutral, "console-order-person-not-asked")
        }
        // A receiver is done when they have been let in.
        PersonState::Waiting if it.is_confirmed && !order.asks(it) => {
            words::chip(Tone::Good, "console-order-person-confirmed")
        }
        PersonState::Waiting => words::chip(Tone::Neutral, "console-order-person-waiting"),
        // A block contact whose phone is left has not done everything.
        PersonState::Done if order.asks(it) => words::chip(Tone::Neutral, "console-order-person-waiting"),
        PersonState::Done => words::chip(Tone::Good, "console-order-person-done"),
        PersonState::Declined => words::chip(Tone::Bad, "console-order-person-declined"),
        PersonState::InReview => words::chip(Tone::Attention, "console-order-person-in-review"),
    };
    let name = Text::plain(it.contact.name.clone());
    // What their eID signed, for a dispute.
    let name = if matches!(it.part, Part::Signatory | Part::Declarant)
        && !it.token_digest.is_empty()
        && visit.offers(Permission::DecideOrders)
    {
        Cell::Link { text: name, href: format!("{}/evidence/{}", base(visit, order.id), it.id) }
    } else {
        Cell::Text(name)
    };
    let link = format!("{}/order/{}", visit.site.origin(), it.link);
    // Whoever has the link can act for them: it is shown to those alone who may send it.
    let shows_link = !visit.site.has_mail
        && !order.answers.is_sandbox
        && order.can_use_link(it)
        && visit.offers(permission_to_send(it.part));
    let when = it.decided_at.map_or_else(|| Cell::Text(Text::plain("–")), |at| words::time(at, visit.now()));
    let sends = visit.site.has_mail
        && !order.answers.is_sandbox
        && ((order.asks(it) && it.part != Part::Issuer)
            || (it.part == Part::Blocker && order.can_use_link(it))
            || (it.part == Part::Issuer && order.is_with_issuer()))
        && visit.offers(permission_to_send(it.part));
    let again = format!("{}/people/{}/send-again", base(visit, order.id), it.id);
    let last = if it.is_link_over && order.can_use_link(it) && visit.offers(permission_to_send(it.part)) {
        Cell::Actions(vec![Action::act("console-order-link-anew", again)])
    } else if shows_link {
        Cell::Text(Text::code(link))
    } else if sends {
        Cell::Actions(vec![Action::act("console-order-send-again", again)])
    } else {
        when
    };
    TableRow { cells: vec![name, Cell::Text(Text::Key(part)), Cell::Chip(chip), phone_cell(it), last] }
}

/// Whether the phone of somebody is confirmed who has one in the order.
fn phone_cell(it: &PersonView) -> Cell {
    match it.part {
        Part::Receiver | Part::Blocker if it.is_phone_confirmed => {
            Cell::Chip(words::chip(Tone::Good, "console-order-phone-confirmed"))
        }
        Part::Receiver | Part::Blocker => {
            Cell::Chip(words::chip(Tone::Neutral, "console-order-phone-unconfirmed"))
        }
        Part::Signatory | Part::Declarant | Part::General | Part::Issuer => Cell::Text(Text::plain("–")),
    }
}

fn people_block(visit: &Visit, order: &OrderView) -> Block {
    Block::Table(Table {
        id: "people",
        caption: Text::Key("console-order-people"),
        columns: [
            "console-column-name",
            "console-order-part",
            "console-column-state",
            "console-order-phone",
            "console-column-time",
        ]
        .map(Text::Key)
        .to_vec(),
        rows: order.people.iter().map(|it| person_row(visit, order, it)).collect(),
        empty: Text::Key("console-order-people-none"),
        ..Table::default()
    })
}

/// What is known of the eIDs of those who may block.
fn eids_block(order: &OrderView) -> Vec<Block> {
    let value = |it: &PersonView| match it.mismatch.as_str() {
        _ if it.has_eid => Text::Key("console-order-eid-recorded"),
        "" => Text::Key("console-order-eid-not-recorded"),
        _ => Text::with("console-order-eid-gave-other-name", "name", it.proved_name.clone()),
    };
    let fact = |it: &PersonView| Fact {
        label: Text::plain(it.contact.name.clone()),
        ..Fact::new("console-order-eid", value(it))
    };
    let facts: Vec<Fact> = order.people.iter().filter(|it| it.part == Part::Blocker).map(fact).collect();
    if facts.is_empty() {
        return Vec::new();
    }
    let text = Text::Key("console-order-eids");
    vec![Block::Heading { id: "eids", text, lead: None }, Block::Facts(facts)]
}

/// What the code of somebody is for.
const fn code_word(part: Part) -> &'static str {
    match part {
        Part::Receiver => "console-order-part-receiver-confirms",
        other => part_word(other),
    }
}

/// What contacts are told by whoever ordered, so that a program that follows links confirms nothing.
fn codes_block(visit: &Visit, order: &OrderView) -> Vec<Block> {
    let waits = |it: &&PersonView| {
        let is_issuer = it.part == Part::Issuer && visit.offers(Permission::DecideOrders);
        order.asks_to_confirm(it) || is_issuer
    };
    let code = |it: &PersonView| {
        let (first, last) = it.confirmation_code.split_at_checked(3).unwrap_or_default();
        let label = Text::plain(it.contact.name.clone());
        let help = Some(Text::Key(code_word(it.part)));
        Fact { label, help, ..Fact::new("console-order-code", Text::code(format!("{first} {last}"))) }
    };
    let codes: Vec<Fact> = order.people.iter().filter(waits).map(code).collect();
    if codes.is_empty() || !order.state.is_open() || !visit.offers(Permission::ManageOrders) {
        return Vec::new();
    }
    let (text, lead) = (Text::Key("console-order-codes"), Some(Text::Key("console-order-codes-lead")));
    vec![Block::Heading { id: "codes", text, lead }, Block::Facts(codes)]
}

fn documents_block(visit: &Visit, order: &OrderView) -> Vec<Block> {
    let href = format!("{}/documents", base(visit, order.id));
    let mut facts = Vec::new();
    // A draft that was submitted before is not what was approved.
    if order.document_digest.is_some() && order.state != OrderState::Draft {
        facts.push(Fact::copied("digest", "console-order-digest", order.grouped_digest(Part::Signatory)));
    }
    if order.declaration_digest.is_some() && order.state != OrderState::Draft {
        let digest = order.grouped_digest(Part::Declarant);
        facts.push(Fact::copied("declaration-digest", "console-order-declaration-digest", digest));
    }
    if order.answers.number.is_declined {
        let text = Text::Key("console-order-number-declined");
        facts.push(Fact::new("console-order-national-number", text));
    } else if let Some(is_granted) = order.answers.number.is_granted {
        let key = if is_granted { "console-order-number-granted" } else { "console-order-number-refused" };
        facts.push(Fact::new("console-order-national-number", Text::Key(key)));
    }
    let mut actions = vec![Action::to("console-order-documents", href).named("open-documents")];
    if order.is_closed() && visit.offers(permission_to_decide(order.answers.is_sandbox)) {
        let href = format!("{}/{}dossier", base(visit, order.id), desk_path(order));
        let take = Action::act("console-order-dossier", href);
        actions.push(take.named("dossier"));
    }
    vec![Block::Heading { id: "documents", text: Text::Key("console-order-documents"), lead: None }]
        .into_iter()
        .chain((!facts.is_empty()).then_some(Block::Facts(facts)))
        .chain([Block::Actions(actions)])
        .collect()
}

/// What is to be known before anything else: why an order was rejected, and what is left of one whose credentials work.
fn what_now(visit: &Visit, order: &OrderView) -> Option<Block> {
    match order.state {
        OrderState::Rejected => {
            let rejected = order.steps.iter().rev().find(|it| it.event == OrderEvent::Reject.as_str())?;
            let text = Text::with("console-order-rejected-why", "why", rejected.note.clone());
            Some(Block::Notice(Notice { kind: NoticeKind::Warning, text, action: None }))
        }
        OrderState::Verified => {
            let eid = order.eid.name_in(visit.locale).to_owned();
            let args = vec![("host", order.answers.host.clone()), ("eid", eid)];
            let text = Text::With("console-order-log-in-once", args);
            Some(Block::Notice(Notice { kind: NoticeKind::Info, text, action: None }))
        }
        _ => None,
    }
}

/// The ways to the order before this one, and to the one that took its place.
fn other_orders(visit: &Visit, order: &OrderView) -> Option<Block> {
    let way = |label: &'static str, id| Action::to(label, base(visit, id)).named(label);
    let before = order.supersedes.map(|id| way("console-order-supersedes", id));
    let after = order.superseded_by.map(|id| way("console-order-superseded-by", id));
    let actions: Vec<Action> = before.into_iter().chain(after).collect();
    (!actions.is_empty()).then_some(Block::Actions(actions))
}

/// The page of an order.
pub(super) async fn page_of(
    visit: &Visit,
    order: &OrderView,
    refusal: Option<&Refusal>,
) -> Result<ConsolePage, Refusal> {
    let waits_for = match order.unconfirmed() {
        names if order.state == OrderState::Countersign && !names.is_empty() => names.join(", "),
        _ => texts::say(visit.locale, turn_word(order.state.turn()), &[]),
    };
    let turn = Text::with("console-order-turn-is", "turn", waits_for);
    let mut page = ConsolePage {
        heading: title(visit, order),
        chip: Some(state_chip(order.state)),
        lead: Some(waited(visit, order).unwrap_or(turn)),
        ..ConsolePage::default()
    };
    page.frame.crumbs = crumbs(visit, None);
    page.blocks.extend(sandbox_notice(&order.answers));
    page.blocks.extend(waiting_facts(visit, order));
    page.blocks.extend(other_orders(visit, order));
    page.blocks.extend(wrong_form(visit, refusal, &[]).map(wrong_notice));
    page.blocks.extend(what_now(visit, order));
    page.blocks.extend(codes_block(visit, order));
    if order.state == OrderState::Draft {
        page.blocks.extend(draft_blocks(visit, order).await?);
    }
    if order.state == OrderState::VippsGuided {
        page.blocks.extend(vipps::guide(visit, order, source_place(visit, order).await?.callback()));
    }
    if visit.offers(permission_to_decide(order.answers.is_sandbox)) {
        page.blocks.extend(desk_acts(visit, order));
        if !order.answers.is_sandbox {
            page.blocks.extend(route_block(visit, order).await?);
        }
    }
    if order.state.turn() == OrderTurn::Receiver && is_receiver(visit, order) {
        let href = format!("{}/receive", base(visit, order.id));
        page.blocks.push(Block::Actions(vec![Action::to("console-order-receive", href).named("receive")]));
    }
    page.blocks.extend(orderer_acts(visit, order));
    page.blocks.extend(mailbox::way_there(visit, order));
    // Those of a draft were asked about what it was before.
    if !order.people.is_empty() && order.state != OrderState::Draft {
        page.blocks.push(people_block(visit, order));
        page.blocks.extend(eids_block(order));
    }
    page.blocks.extend(agreement::blocks(visit, order, refusal));
    page.blocks.extend(documents_block(visit, order));
    page.blocks.extend(timeline(visit, order));
    Ok(page)
}

/// `GET /t/{tenant}/orders/{order}`
pub(in crate::console) async fn page(visit: Visit) -> Result<Response, Refusal> {
    let order = found(&visit).await?;
    let page = page_of(&visit, &order, None).await?;
    Ok(shown(&visit, page))
}

/// `POST /t/{tenant}/orders/{order}/act`, `…/desk` and `…/decide`: what is done under which leave is said by the route.
pub(in crate::console) async fn act(visit: Visit) -> Result<Response, Refusal> {
    let order = found(&visit).await?;
    let outcome = acted(&visit, &order).await;
    answered(&visit, &order, outcome).await
}

/// `POST /t/{tenant}/orders/{order}/desk`: what an operator does that can be undone, or is only written down.
pub(in crate::console) async fn desk(visit: Visit) -> Result<Response, Refusal> {
    if OrderEvent::parse(visit.form.get("event")).is_none_or(is_decision) {
        return Err(Refusal::NotFound(Noun::Object));
    }
    act(visit).await
}

/// `POST /t/{tenant}/orders/{order}/deposit`: what the issuer gave, on its behalf.
pub(in crate::console) async fn deposit(visit: Visit) -> Result<Response, Refusal> {
    let order = found(&visit).await?;
    let deposit = Deposit {
        client_id: visit.form.get("client_id").to_owned(),
        secret: Secret::from(visit.form.secret("secret")),
        is_without_number: visit.form.has("without_number"),
    };
    let seen = seen(&visit, &order);
    let outcome = visit.site.orders.issue_with(visit.permit()?, seen, deposit, visit.now()).await;
    answered(&visit, &order, outcome).await
}

/// `POST /t/{tenant}/orders/{order}/people/{person}/send-again`: somebody's link, in another letter.
pub(in crate::console) async fn send_again(visit: Visit) -> Result<Response, Refusal> {
    let order = found(&visit).await?;
    let person = LinkId::parse(visit.param("person")).map_err(|_| Refusal::NotFound(Noun::OrderPerson))?;
    let asked = order.people.iter().find(|it| it.id == person).ok_or(Refusal::NotFound(Noun::OrderPerson))?;
    let permit = visit.may(permission_to_send(asked.part))?;
    let outcome = visit.site.orders.send_again(&permit, (order.id, person), visit.now()).await;
    answered(&visit, &order, outcome.map(|()| Decided::Moved(order.state))).await
}

async fn answered(
    visit: &Visit,
    order: &OrderView,
    outcome: Result<Decided, Refusal>,
) -> Result<Response, Refusal> {
    match outcome {
        Ok(Decided::Moved(_)) => Ok(done(&base(visit, order.id), "order-moved")),
        Ok(Decided::Proposed) => Ok(done(&base(visit, order.id), "order-proposed")),
        Err(refusal) => {
            let page = page_of(visit, &found(visit).await?, Some(&refusal)).await?;
            Ok(refused_form(visit, &refusal, page))
        }
    }
}

fn seen(visit: &Visit, order: &OrderView) -> OrderVersion {
    OrderVersion { id: order.id, version: visit.form.get("version").parse().unwrap_or_default() }
}

/// `POST /t/{tenant}/orders/{order}/confirm`: what another operator proposed.
pub(in crate::console) async fn confirm(visit: Visit) -> Result<Response, Refusal> {
    let order = found(&visit).await?;
    let shown = (seen(&visit, &order), visit.form.get("proposal"));
    let outcome = visit.site.orders.confirm(visit.permit()?, shown, visit.now()).await;
    answered(&visit, &order, outcome).await
}

/// `POST /t/{tenant}/orders/{order}/set-aside`: a proposal that is not to happen.
pub(in crate::console) async fn set_aside(visit: Visit) -> Result<Response, Refusal> {
    let order = found(&visit).await?;
    match visit.site.orders.set_aside(visit.permit()?, seen(&visit, &order), visit.now()).await {
        Ok(()) => Ok(done(&base(&visit, order.id), "order-set-aside")),
        Err(refusal) => answered(&visit, &order, Err(refusal)).await,
    }
}

/// `POST /t/{tenant}/orders/{order}/identity`
pub(in crate::console) async fn decide_identity(visit: Visit) -> Result<Response, Refusal> {
    let order = found(&visit).await?;
    let decided = async {
        let missing = || Refusal::NotFound(Noun::OrderPerson);
        let person = LinkId::parse(visit.form.get("person")).map_err(|_| missing())?;
        let seen = seen(&visit, &order);
        let decision = IdentityDecision {
            person,
            accept: visit.form.get("decision") == "accept",
            reason: visit.form.get("note"),
        };
        visit.site.orders.decide_identity(visit.permit()?, seen, decision, visit.now()).await
    };
    let outcome = decided.await;
    answered(&visit, &order, outcome).await
}

/// `POST /t/{tenant}/orders/{order}/again`: an order with the answers of one that is over.
pub(in crate::console) async fn again(visit: Visit) -> Result<Response, Refusal> {
    let order = found(&visit).await?;
    match visit.site.orders.begin_again(visit.permit()?, order.id, visit.now()).await {
        Ok(id) => Ok(done(&base(&visit, id), "order-begun-again")),
        Err(refusal) => answered(&visit, &order, Err(refusal)).await,
    }
}

/// `POST /t/{tenant}/orders/{order}/route`
pub(in crate::console) async fn route(visit: Visit) -> Result<Response, Refusal> {
    let order = found(&visit).await?;
    let routed = async {
        let issuer = visit.form.maybe("issuer").map(|it| id_of(&it)).transpose()?;
        visit.site.orders.route(visit.permit()?, seen(&visit, &order), issuer, visit.now()).await
    };
    let outcome = routed.await.map(|()| Decided::Moved(order.state));
    answered(&visit, &order, outcome).await
}
