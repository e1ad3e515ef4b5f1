//! Orders of an eID's credentials, as those who order see them: a list, the sections to be filled in, and what becomes of it.

use axum::response::Response;
use console::{Permission, Refusal};
use model::{
    Date, Environment, Handover, LoginMethod, OrderEvent, OrderId, OrderSection, OrderState, OrderTurn,
    SectionState, lacks, section_state, working_days_between,
};
use ordering::{Happening, NewOrder, OrderVersion, OrderView, Part, PersonState, PersonView, SectionAnswers};
use pages::console::{
    Action, Block, Cell, Chip, ConsoleField, ConsoleForm, ConsolePage, Crumb, Fact, FieldKind, FieldOption,
    Notice, NoticeKind, Step, Table, TableRow, Text, Tone,
};
use texts::{AdminMessage, Noun};

use super::{
    answer::{done, refused_form, shown, wrong, wrong_form},
    order_sections::{fields, read, words_of},
    order_words::{event_word, lack_word, state_chip, turn_word},
    visit::Visit,
    words,
};

/// After so many working days an issuer has answered, as it says itself.
const ISSUER_TAKES: u32 = 10;

/// The order of the path.
pub(super) async fn found(visit: &Visit) -> Result<OrderView, Refusal> {
    let id = OrderId::parse(visit.param("order")).map_err(|_| Refusal::NotFound(Noun::Order))?;
    visit.site.orders.order(&visit.may(Permission::ReadOrders)?, id).await
}

pub(super) fn base(visit: &Visit, id: OrderId) -> String {
    visit.tenant_href(&format!("/orders/{id}"))
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

/// `GET /t/{tenant}/orders`
pub(super) async fn list(visit: Visit) -> Result<Response, Refusal> {
    let all = visit.site.orders.orders(visit.permit()?).await?;
    let row = |it: &ordering::OrderSummary| {
        let company = if it.company.is_empty() { "–".to_owned() } else { it.company.clone() };
        TableRow {
            cells: vec![
                Cell::Link { text: Text::plain(it.eid.name_in(visit.locale)), href: base(&visit, it.id) },
                Cell::Text(Text::plain(company)),
                Cell::Chip(state_chip(it.state)),
                Cell::Text(Text::Key(turn_word(it.state.turn()))),
                words::time(it.since, visit.now()),
            ],
        }
    };
    let new = visit
        .offers(Permission::ManageOrders)
        .then(|| Action::to("console-order-new", visit.tenant_href("/orders/new")).named("new-order"));
    let table = Table {
        id: "orders",
        caption: Text::Key("console-nav-orders"),
        columns: [
            "console-column-eid",
            "console-order-section-company",
            "console-column-state",
            "console-order-turn",
            "console-order-since",
        ]
        .map(Text::Key)
        .to_vec(),
        rows: all.iter().map(row).collect(),
        empty: Text::Key("console-orders-none"),
        empty_action: new.clone(),
        ..Table::default()
    };
    let page = ConsolePage {
        heading: Text::Key("console-nav-orders"),
        lead: Some(Text::Key("console-orders-lead")),
        primary: if all.is_empty() { None } else { new },
        blocks: vec![Block::Table(table)],
        ..ConsolePage::default()
    };
    Ok(shown(&visit, page))
}

async fn new_page(visit: &Visit, refusal: Option<&Refusal>) -> Result<ConsolePage, Refusal> {
    let all = visit.site.console.domains(&visit.may(Permission::ReadSettings)?, None).await?;
    let fits = |it: &&console::DomainView| visit.site.is_test() || it.environment == Environment::Production;
    let domains: Vec<_> = all.iter().filter(fits).collect();
    let mut page = ConsolePage {
        heading: Text::Key("console-order-new"),
        lead: Some(Text::Key("console-order-new-lead")),
        ..ConsolePage::default()
    };
    page.frame.crumbs = crumbs(visit, None);
    page.blocks.push(Block::Steps(prerequisites()));
    if domains.is_empty() {
        let action =
            visit.is_operator().then(|| Action::to("console-domain-new", visit.tenant_href("/domains/new")));
        let text = Text::Key("console-order-no-domain");
        page.blocks.push(Block::Notice(Notice { kind: NoticeKind::Warning, text, action }));
        return Ok(page);
    }
    let eids = [LoginMethod::NO_BANKID, LoginMethod::NO_VIPPS];
    let eid_option = |it: LoginMethod| FieldOption::new(it.as_str(), Text::plain(it.name_in(visit.locale)));
    let eid = visit.form.maybe("eid").unwrap_or_else(|| LoginMethod::NO_BANKID.as_str().to_owned());
    let domain_option =
        |it: &&console::DomainView| FieldOption::new(it.id.to_string(), Text::plain(it.host.clone()));
    let domain = visit.form.maybe("domain").or_else(|| domains.first().map(|it| it.id.to_string()));
    let form = ConsoleForm {
        action: visit.tenant_href("/orders"),
        fields: vec![
            ConsoleField::new(
                "eid",
                Text::Key("console-column-eid"),
                eid,
                FieldKind::Radio(eids.map(eid_option).to_vec()),
            ),
            ConsoleField::new(
                "domain",
                Text::Key("console-order-section-domain"),
                domain.unwrap_or_default(),
                FieldKind::Radio(domains.iter().map(domain_option).collect()),
            )
            .wrong(wrong(visit, refusal, "domain")),
        ],
        submit: Text::Key("console-order-begin"),
        submit_id: "begin",
        cancel_href: Some(visit.tenant_href("/orders")),
        error: wrong_form(visit, refusal, &["domain"]),
        ..ConsoleForm::default()
    };
    page.blocks.push(Block::Form(form));
    Ok(page)
}

fn prerequisites() -> Vec<Step> {
    let need = |key: &'static str| Step {
        tone: Tone::Neutral,
        aside: Text::default(),
        text: Text::Key(key),
        details: Vec::new(),
        action: None,
    };
    [
        "console-order-need-registry",
        "console-order-need-bank",
        "console-order-need-signatory",
        "console-order-need-domain",
    ]
    .map(need)
    .to_vec()
}

/// `GET /t/{tenant}/orders/new`
pub(super) async fn new(visit: Visit) -> Result<Response, Refusal> {
    let page = new_page(&visit, None).await?;
    Ok(shown(&visit, page))
}

/// `POST /t/{tenant}/orders`
pub(super) async fn create(visit: Visit) -> Result<Response, Refusal> {
    let missing = |field: &str| Refusal::Invalid(AdminMessage::FieldMissing.at(field));
    let begun = async {
        let eid = LoginMethod::parse(visit.form.get("eid")).ok_or_else(|| missing("eid"))?;
        let domain = model::DomainId::parse(visit.form.get("domain")).map_err(|_| missing("domain"))?;
        let new =
            NewOrder { domain, eid, handover: Handover::ReceiverEnters, language: visit.locale.as_str() };
        visit.site.orders.begin(visit.permit()?, new, visit.now()).await
    };
    match begun.await {
        Ok(id) => Ok(done(&base(&visit, id), "order-begun")),
        Err(refusal) => {
            let page = new_page(&visit, Some(&refusal)).await?;
            Ok(refused_form(&visit, &refusal, page))
        }
    }
}

fn section_step(visit: &Visit, order: &OrderView, section: OrderSection) -> Step {
    let (label, help) = words_of(section);
    let lacks = lacks(&order.answers, section);
    let (tone, aside) = match section_state(&order.answers, section) {
        SectionState::Ready => (Tone::Good, "console-order-ready"),
        SectionState::WaitingOnOthers => (Tone::Neutral, "console-order-waiting"),
        SectionState::Missing => (Tone::Attention, "console-order-missing"),
    };
    let href = format!("{}/sections/{}", base(visit, order.id), section.as_str());
    let is_filled = lacks.first().is_none_or(|it| *it != model::Lack::Unanswered);
    let label_of = if is_filled { "console-order-change" } else { "console-order-fill-in" };
    let has_form = !matches!(section, OrderSection::Domain | OrderSection::Certificate);
    let details = match lacks.first() {
        Some(lack) if *lack != model::Lack::Unanswered => Text::Key(lack_word(*lack)),
        _ => Text::Key(help),
    };
    Step {
        tone,
        aside: Text::Key(aside),
        text: Text::Key(label),
        details: vec![details],
        action: (has_form && visit.offers(Permission::ManageOrders)).then(|| Action::to(label_of, href)),
    }
}

fn draft_blocks(visit: &Visit, order: &OrderView) -> Vec<Block> {
    let asked: Vec<OrderSection> = sections_of(order.eid);
    let is_open = |it: &&OrderSection| section_state(&order.answers, **it) != SectionState::Ready;
    let open = asked.iter().filter(is_open).count();
    let lead = if open == 0 {
        Text::Key("console-order-complete")
    } else {
        Text::with("console-order-open", "count", open.to_string())
    };
    let mut blocks = vec![
        Block::Heading { id: "sections", text: Text::Key("console-order-sections"), lead: Some(lead) },
        Block::Steps(asked.iter().map(|it| section_step(visit, order, *it)).collect()),
    ];
    if visit.offers(Permission::ManageOrders) {
        let to = Action::to("console-order-to-summary", format!("{}/summary", base(visit, order.id)));
        blocks.push(Block::Actions(vec![to.named("to-summary")]));
    }
    blocks
}

/// The sections that an eID's order has.
pub(super) fn sections_of(_eid: LoginMethod) -> Vec<OrderSection> {
    OrderSection::ALL.to_vec()
}

fn person_row(visit: &Visit, order: &OrderView, it: &PersonView) -> TableRow {
    let part = match it.part {
        Part::Signatory => "console-order-part-signatory",
        Part::Receiver => "console-order-part-receiver",
        Part::Blocker => "console-order-part-blocker",
        Part::General => "console-order-part-general",
    };
    let chip = match it.state {
        PersonState::Waiting => words::chip(Tone::Neutral, "console-order-person-waiting"),
        PersonState::Done => words::chip(Tone::Good, "console-order-person-done"),
        PersonState::Declined => words::chip(Tone::Bad, "console-order-person-declined"),
        PersonState::InReview => words::chip(Tone::Attention, "console-order-person-in-review"),
    };
    let link = format!("{}/order/{}", visit.site.origin(), it.link);
    let shows_link = !visit.site.has_mail && it.state == PersonState::Waiting && order.state.is_open();
    let when = it.decided_at.map_or_else(|| Cell::Text(Text::plain("–")), |at| words::time(at, visit.now()));
    let last = if shows_link { Cell::Text(Text::code(link)) } else { when };
    TableRow {
        cells: vec![
            Cell::Text(Text::plain(it.contact.name.clone())),
            Cell::Text(Text::Key(part)),
            Cell::Chip(chip),
            last,
        ],
    }
}

fn people_block(visit: &Visit, order: &OrderView) -> Block {
    Block::Table(Table {
        id: "people",
        caption: Text::Key("console-order-people"),
        columns: ["console-column-name", "console-order-part", "console-column-state", "console-column-time"]
            .map(Text::Key)
            .to_vec(),
        rows: order.people.iter().map(|it| person_row(visit, order, it)).collect(),
        empty: Text::Key("console-order-people-none"),
        ..Table::default()
    })
}

fn timeline(visit: &Visit, order: &OrderView) -> Vec<Block> {
    let step = |it: &ordering::StepView| Step {
        tone: Tone::Neutral,
        aside: words::ago(it.happened_at, visit.now()),
        text: Text::Key(event_word(&it.event)),
        details: if it.note.is_empty() { Vec::new() } else { vec![Text::plain(it.note.clone())] },
        action: None,
    };
    vec![
        Block::Heading { id: "timeline", text: Text::Key("console-order-timeline"), lead: None },
        Block::Steps(order.steps.iter().rev().map(step).collect()),
    ]
}

/// How long the issuer has had it, in working days, where that is known to have an end.
fn waited(visit: &Visit, order: &OrderView) -> Option<Text> {
    (order.state == OrderState::AtIssuer).then(|| {
        let days = working_days_between(Date::in_norway(order.since), Date::in_norway(visit.now()));
        let args = vec![("day", days.to_string()), ("of", ISSUER_TAKES.to_string())];
        Text::With("console-order-day", args)
    })
}

fn documents_block(visit: &Visit, order: &OrderView) -> Vec<Block> {
    let href = format!("{}/documents", base(visit, order.id));
    let mut facts = Vec::new();
    if order.document_digest.is_some() {
        facts.push(Fact::copied("digest", "console-order-digest", order.digest_text()));
    }
    let actions = vec![Action::to("console-order-documents", href).named("documents")];
    vec![
        Block::Heading { id: "documents", text: Text::Key("console-order-documents"), lead: None },
        Block::Facts(facts),
        Block::Actions(actions),
    ]
}

/// What whoever ordered can do now, beside filling in.
fn orderer_acts(visit: &Visit, order: &OrderView) -> Vec<Block> {
    if !visit.offers(Permission::ManageOrders) {
        return Vec::new();
    }
    let mut blocks = Vec::new();
    if order.state == OrderState::Question {
        blocks.push(Block::Form(note_form(visit, order, OrderEvent::Answer, "act")));
    }
    let plain: &[OrderEvent] = match order.state {
        OrderState::HandoverLapsed | OrderState::Handover => {
            &[OrderEvent::NewLink, OrderEvent::Amend, OrderEvent::Withdraw]
        }
        OrderState::VippsGuided => &[OrderEvent::DeclareSubmitted, OrderEvent::Cancel],
        OrderState::VippsProcessing => &[OrderEvent::DeclareCompleted, OrderEvent::Withdraw],
        OrderState::Draft => &[OrderEvent::Cancel],
        OrderState::Review
        | OrderState::Approving
        | OrderState::IdentityReview
        | OrderState::Countersign
        | OrderState::Sending => &[OrderEvent::Amend, OrderEvent::Cancel],
        OrderState::AtIssuer | OrderState::Question => &[OrderEvent::Amend, OrderEvent::Withdraw],
        OrderState::AwaitEntry | OrderState::Trouble => &[OrderEvent::Amend, OrderEvent::Withdraw],
        OrderState::Checking | OrderState::Verified | OrderState::PortalTasks => &[OrderEvent::Withdraw],
        _ => &[],
    };
    let act = |event: &OrderEvent| {
        let action = Action::act(event_word_of_act(*event), format!("{}/act", base(visit, order.id)))
            .with("event", event.as_str())
            .with("version", order.version.to_string());
        if matches!(event, OrderEvent::Cancel | OrderEvent::Withdraw) { action.dangerous() } else { action }
    };
    // A new link only where the old one is no use.
    let possible =
        plain.iter().filter(|it| **it != OrderEvent::NewLink || order.state == OrderState::HandoverLapsed);
    let actions: Vec<Action> = possible.map(act).collect();
    if !actions.is_empty() {
        blocks.push(Block::Actions(actions));
    }
    blocks
}

pub(super) const fn event_word_of_act(event: OrderEvent) -> &'static str {
    match event {
        OrderEvent::Cancel => "console-order-act-cancel",
        OrderEvent::Withdraw => "console-order-act-withdraw",
        OrderEvent::Amend => "console-order-act-amend",
        OrderEvent::NewLink => "console-order-act-new-link",
        OrderEvent::DeclareSubmitted => "console-order-act-declare-submitted",
        OrderEvent::DeclareCompleted => "console-order-act-declare-completed",
        OrderEvent::Answer => "console-order-act-answer",
        OrderEvent::Accept => "console-order-act-accept",
        OrderEvent::Return => "console-order-act-return",
        OrderEvent::Reject => "console-order-act-reject",
        OrderEvent::Seal => "console-order-act-seal",
        OrderEvent::Sent => "console-order-act-sent",
        OrderEvent::Acknowledge => "console-order-act-acknowledge",
        OrderEvent::Ask => "console-order-act-ask",
        OrderEvent::Issue => "console-order-act-issue",
        OrderEvent::ConfirmWithdrawn => "console-order-act-confirm-withdrawn",
        OrderEvent::Hold => "console-order-act-hold",
        OrderEvent::Resume => "console-order-act-resume",
        _ => "console-order-act-go-on",
    }
}

/// A form for something that has a note.
pub(super) fn note_form(visit: &Visit, order: &OrderView, event: OrderEvent, where_to: &str) -> ConsoleForm {
    let label = match event {
        OrderEvent::Answer => "console-order-note-answer",
        OrderEvent::Ask => "console-order-note-ask",
        _ => "console-order-note-reason",
    };
    let value = if visit.form.get("event") == event.as_str() { visit.form.get("note") } else { "" };
    ConsoleForm {
        action: format!("{}/{where_to}", base(visit, order.id)),
        hidden: vec![
            ("event".to_owned(), event.as_str().to_owned()),
            ("version".to_owned(), order.version.to_string()),
        ],
        fields: vec![ConsoleField::new("note", Text::Key(label), value, FieldKind::Lines(3)).required()],
        submit: Text::Key(event_word_of_act(event)),
        submit_id: event.as_str(),
        ..ConsoleForm::default()
    }
}

/// The page of an order.
pub(super) fn page_of(visit: &Visit, order: &OrderView, refusal: Option<&Refusal>) -> ConsolePage {
    let turn = Text::with(
        "console-order-turn-is",
        "turn",
        texts::say(visit.locale, turn_word(order.state.turn()), &[]),
    );
    let mut page = ConsolePage {
        heading: title(visit, order),
        chip: Some(chip_of(order)),
        lead: Some(waited(visit, order).unwrap_or(turn)),
        ..ConsolePage::default()
    };
    page.frame.crumbs = crumbs(visit, None);
    if let Some(text) = wrong_form(visit, refusal, &[]) {
        page.blocks.push(Block::Notice(Notice { kind: NoticeKind::Wrong, text, action: None }));
    }
    if order.state == OrderState::Draft {
        page.blocks.extend(draft_blocks(visit, order));
    }
    if visit.offers(Permission::DecideOrders) {
        page.blocks.extend(super::order_desk::acts(visit, order));
    }
    if order.state.turn() == OrderTurn::Receiver && is_receiver(visit, order) {
        let href = format!("{}/receive", base(visit, order.id));
        page.blocks.push(Block::Actions(vec![Action::to("console-order-receive", href).named("receive")]));
    }
    page.blocks.extend(orderer_acts(visit, order));
    if !order.people.is_empty() {
        page.blocks.push(people_block(visit, order));
    }
    page.blocks.extend(documents_block(visit, order));
    page.blocks.extend(timeline(visit, order));
    page
}

fn chip_of(order: &OrderView) -> Chip {
    state_chip(order.state)
}

/// Whether the reader is the member whom the order let in as its receiver.
pub(super) fn is_receiver(visit: &Visit, order: &OrderView) -> bool {
    let member = visit.session.as_ref().and_then(|it| it.member);
    let is_it = |it: &PersonView| it.part == Part::Receiver && it.member.is_some() && it.member == member;
    visit.offers(Permission::ReceiveCredentials) && order.people.iter().any(is_it)
}

/// `GET /t/{tenant}/orders/{order}`
pub(super) async fn page(visit: Visit) -> Result<Response, Refusal> {
    let order = found(&visit).await?;
    Ok(shown(&visit, page_of(&visit, &order, None)))
}

fn section_of(visit: &Visit) -> Result<OrderSection, Refusal> {
    OrderSection::parse(visit.param("section")).ok_or(Refusal::NotFound(Noun::Object))
}

fn company_facts(order: &OrderView) -> Vec<Fact> {
    let it = &order.answers.company;
    if it.name.is_empty() {
        return Vec::new();
    }
    let plain = |label, text: &str| Fact::new(label, Text::plain(if text.is_empty() { "–" } else { text }));
    vec![
        plain("console-order-name", &it.name),
        plain("console-order-company-number", &it.number),
        plain("console-order-company-form", &it.form),
        plain("console-order-company-address", &it.address),
        Fact::new("console-order-source", Text::Key("console-order-source-registry")),
    ]
}

fn section_page(
    visit: &Visit,
    order: &OrderView,
    section: OrderSection,
    refusal: Option<&Refusal>,
) -> ConsolePage {
    let (label, help) = words_of(section);
    let typed = refusal.is_some() && visit.form.is_there("seen");
    let field = |mut it: ConsoleField| {
        if typed && visit.form.is_there(&it.name) {
            visit.form.get(&it.name).clone_into(&mut it.value);
        }
        let name = it.name.clone();
        it.wrong(wrong(visit, refusal, &name))
    };
    let fields: Vec<ConsoleField> = fields(order, section).into_iter().map(field).collect();
    let names: Vec<&str> = fields.iter().map(|it| it.name.as_str()).collect();
    let error = wrong_form(visit, refusal, &names);
    let is_company = section == OrderSection::Company;
    let submit = if is_company { "console-order-look-up" } else { "console-order-save" };
    let form = ConsoleForm {
        action: format!("{}/sections/{}", base(visit, order.id), section.as_str()),
        hidden: vec![("seen".to_owned(), order.seen(section))],
        error,
        fields,
        submit: Text::Key(submit),
        submit_id: "save",
        cancel_href: Some(base(visit, order.id)),
        ..ConsoleForm::default()
    };
    let mut page = ConsolePage {
        heading: Text::Key(label),
        lead: Some(Text::Key(help)),
        blocks: vec![Block::Form(form)],
        ..ConsolePage::default()
    };
    if is_company && !order.answers.company.name.is_empty() {
        page.blocks.push(Block::Facts(company_facts(order)));
    }
    page.frame.crumbs = crumbs(visit, Some(order));
    page
}

/// `GET /t/{tenant}/orders/{order}/sections/{section}`
pub(super) async fn section(visit: Visit) -> Result<Response, Refusal> {
    let (order, section) = (found(&visit).await?, section_of(&visit)?);
    Ok(shown(&visit, section_page(&visit, &order, section, None)))
}

async fn save(visit: &Visit, order: &OrderView, section: OrderSection) -> Result<(), Refusal> {
    let mut answers = read(visit, &order.answers, section);
    if section == OrderSection::Company {
        let found = visit.site.orders.look_up(visit.form.get("number"), visit.now()).await?;
        answers.company = found.answer;
        answers.combinations = found.combinations;
        answers.listed_address = found.homepage;
    }
    let new = SectionAnswers { section, seen: visit.form.get("seen"), answers };
    visit.site.orders.save_section(visit.permit()?, order.id, new, visit.now()).await
}

/// Which section is open after this one; `None`: none.
fn next_open(order: &OrderView, after: OrderSection) -> Option<OrderSection> {
    let is_open = |it: &&OrderSection| {
        **it != after
            && section_state(&order.answers, **it) != SectionState::Ready
            && **it != OrderSection::Certificate
    };
    let all = sections_of(order.eid);
    let at = all.iter().position(|it| *it == after).unwrap_or_default();
    let (before, behind) = all.split_at(at);
    behind.iter().chain(before).find(is_open).copied()
}

/// `POST /t/{tenant}/orders/{order}/sections/{section}`
pub(super) async fn save_section(visit: Visit) -> Result<Response, Refusal> {
    let (order, section) = (found(&visit).await?, section_of(&visit)?);
    match save(&visit, &order, section).await {
        Ok(()) => {
            let order = found(&visit).await?;
            let base = base(&visit, order.id);
            // A company and who signs for it are looked at again before one goes on.
            let stays = section == OrderSection::Company
                || (section == OrderSection::Signatories && !lacks(&order.answers, section).is_empty());
            Ok(match next_open(&order, section) {
                _ if stays => done(&format!("{base}/sections/{}", section.as_str()), "order-saved"),
                Some(next) => done(&format!("{base}/sections/{}", next.as_str()), "order-saved"),
                None => done(&base, "order-saved"),
            })
        }
        Err(refusal) => {
            let page = section_page(&visit, &found(&visit).await?, section, Some(&refusal));
            Ok(refused_form(&visit, &refusal, page))
        }
    }
}

/// `POST /t/{tenant}/orders/{order}/act`
pub(super) async fn act(visit: Visit) -> Result<Response, Refusal> {
    let order = found(&visit).await?;
    match acted(&visit, &order).await {
        Ok(()) => Ok(done(&base(&visit, order.id), "order-moved")),
        Err(refusal) => {
            let page = page_of(&visit, &found(&visit).await?, Some(&refusal));
            Ok(refused_form(&visit, &refusal, page))
        }
    }
}

/// Does what a form asks, under the leave of its route.
pub(super) async fn acted(visit: &Visit, order: &OrderView) -> Result<(), Refusal> {
    let event = OrderEvent::parse(visit.form.get("event")).ok_or(Refusal::NotFound(Noun::Object))?;
    let version = visit.form.get("version").parse().unwrap_or_default();
    let seen = OrderVersion { id: order.id, version };
    let happening = Happening::said(event, visit.form.get("note"));
    visit.site.orders.move_order(visit.permit()?, seen, &happening, visit.now()).await.map(drop)
}

/// `GET /t/{tenant}/orders/{order}/summary`
pub(super) async fn summary(visit: Visit) -> Result<Response, Refusal> {
    let order = found(&visit).await?;
    let mut blocks = document_blocks(&order);
    let submit = Action::act("console-order-submit", format!("{}/act", base(&visit, order.id)))
        .with("event", OrderEvent::Submit.as_str())
        .with("version", order.version.to_string())
        .named("submit");
    if order.state == OrderState::Draft && visit.offers(Permission::ManageOrders) {
        blocks.push(Block::Actions(vec![submit]));
    }
    let mut page = ConsolePage {
        heading: Text::Key("console-order-summary"),
        lead: Some(Text::Key("console-order-summary-lead")),
        blocks,
        ..ConsolePage::default()
    };
    page.frame.crumbs = crumbs(&visit, Some(&order));
    Ok(shown(&visit, page))
}

/// `GET /t/{tenant}/orders/{order}/documents`
pub(super) async fn documents(visit: Visit) -> Result<Response, Refusal> {
    let order = found(&visit).await?;
    let mut page = ConsolePage {
        heading: Text::Key("console-order-documents"),
        lead: Some(Text::Key("console-order-documents-lead")),
        blocks: document_blocks(&order),
        ..ConsolePage::default()
    };
    page.frame.crumbs = crumbs(&visit, Some(&order));
    Ok(shown(&visit, page))
}

/// The documents as they are read on screen: the same content as is set.
pub(super) fn document_blocks(order: &OrderView) -> Vec<Block> {
    use documents::DocumentBlock as D;
    let mut blocks = Vec::new();
    for it in order.documents() {
        let heading = Text::plain(it.document.title.clone());
        let lead = Some(Text::plain(it.document.subtitle.clone()));
        blocks.push(Block::Heading { id: it.kind, text: heading, lead });
        for block in it.document.blocks {
            blocks.push(match block {
                D::Heading(text) => Block::Heading { id: "", text: Text::plain(text), lead: None },
                D::Paragraph(text) => Block::Text(Text::plain(text)),
                D::Facts(facts) => Block::Facts(facts.into_iter().map(fact).collect()),
                D::List(points) => Block::Steps(points.into_iter().map(point).collect()),
                D::Table { head, rows } => Block::Table(Table {
                    id: "",
                    caption: Text::plain(it.document.title.clone()),
                    columns: head.into_iter().map(Text::plain).collect(),
                    rows: rows.into_iter().map(row).collect(),
                    ..Table::default()
                }),
                D::Note(text) => {
                    Block::Notice(Notice { kind: NoticeKind::Info, text: Text::plain(text), action: None })
                }
            });
        }
    }
    blocks
}

fn fact((label, value): (String, String)) -> Fact {
    Fact { label: Text::plain(label), ..Fact::new("console-order-name", Text::plain(value)) }
}

fn point(text: String) -> Step {
    Step {
        tone: Tone::Neutral,
        aside: Text::default(),
        text: Text::plain(text),
        details: Vec::new(),
        action: None,
    }
}

fn row(cells: Vec<String>) -> TableRow {
    TableRow { cells: cells.into_iter().map(|it| Cell::Text(Text::plain(it))).collect() }
}
