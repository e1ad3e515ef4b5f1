//! A colleague answers one section: whoever ordered asks them, and a link leads them there.

use axum::{http::StatusCode, response::Response};
use console::{Caller, Permission, Permit, Refusal, SignIn};
use crypto::b64;
use model::{LinkId, OrderSection, OrderState};
use ordering::{
    ColleagueStep, ColleagueView, InBrowser, OrderView, ReceiverProof, SectionAnswers, SectionLinkView,
    TypedCode, asks_for_eid, can_be_delegated,
};
use pages::console::{
    Action, Block, ConsoleField, ConsoleForm, ConsolePage, Fact, FieldKind, Notice, NoticeKind, Text,
};
use serde_json::json;
use texts::{AdminMessage, Noun};

use super::{
    bank::look_up_bank,
    certificate::{certificate_blocks, sent},
    company::look_up_company,
    place::{base, found},
    proving::{self, Asked, Of},
    section_form::{FormPlace, saves_itself, section_blocks},
    sections::{read, words_of},
};
use crate::{
    console::{
        answer::{done, refused_form, sentence, shown, wrong, wrong_form},
        pending::{Pending, PendingPurpose, over, strong_enough},
        visit::Visit,
        words,
    },
    cookies::{CONSOLE_COLLEAGUE, set_console_cookie},
    respond::page::{json, see_other},
};

/// How long a browser is known as a colleague's: as long as the link is good.
const KNOWN_FOR: std::time::Duration = std::time::Duration::from_secs(14 * 24 * 60 * 60);

fn link_block(visit: &Visit, order: &OrderView, it: &SectionLinkView) -> Vec<Block> {
    let (first, last) = it.code.split_at_checked(3).unwrap_or_default();
    let answered = it.answered_at.map(|at| words::ago(at, visit.now()));
    let state = match (it.is_open, it.proved_name.as_str()) {
        _ if answered.is_some() => Text::Key("console-colleague-answered"),
        (false, _) => Text::Key("console-colleague-waits"),
        (true, "") => Text::Key("console-colleague-open"),
        (true, name) => Text::with("console-colleague-signed-in", "name", name),
    };
    let mut facts = vec![
        Fact::new("console-colleague-name", Text::plain(it.name.clone())),
        Fact::new("console-order-code", Text::code(format!("{first} {last}"))),
        Fact::new("console-column-state", state),
    ];
    if !it.proved_name.is_empty() {
        facts.push(Fact::new("console-colleague-eid-name", Text::plain(it.proved_name.clone())));
    }
    facts.extend(answered.map(|it| Fact::new("console-column-time", it)));
    if !visit.site.has_mail || it.email.is_empty() {
        let link = format!("{}/section/{}", visit.site.origin(), it.link);
        facts.push(Fact::copied("colleague-link", "console-colleague-link", link));
    }
    let href = format!("{}/colleagues/{}/dismiss", base(visit, order.id), it.id);
    let dismiss = Action::act("console-colleague-dismiss", href);
    vec![Block::Facts(facts), Block::Actions(vec![dismiss])]
}

/// A refusal that is of the section's own form, not of the one that asks a colleague.
pub(super) fn own_refusal(refusal: Option<&Refusal>) -> Option<&Refusal> {
    refusal.filter(|it| !it.message().field.unwrap_or_default().starts_with("colleague"))
}

/// Who is asked for a section, and asking somebody.
pub(super) async fn colleagues_block(
    visit: &Visit,
    (order, section): (&OrderView, OrderSection),
    refusal: Option<&Refusal>,
) -> Result<Vec<Block>, Refusal> {
    if !can_be_delegated(section) || order.state != OrderState::Draft {
        return Ok(Vec::new());
    }
    let managing = visit.may(Permission::ManageOrders)?;
    let all = visit.site.orders.colleagues(&managing, order.id, visit.now()).await?;
    let asked: Vec<Block> =
        all.iter().filter(|it| it.section == section).flat_map(|it| link_block(visit, order, it)).collect();
    let name = visit.form.get("colleague");
    let mut fields = vec![
        ConsoleField::new("colleague", Text::Key("console-colleague-name"), name, FieldKind::Line(100))
            .required()
            .wrong(wrong(visit, refusal, "colleague")),
    ];
    if visit.site.has_mail {
        let label = Text::Key("console-colleague-email");
        let value = visit.form.get("colleague_email");
        let field = ConsoleField::new("colleague_email", label, value, FieldKind::Line(254));
        fields.push(field.wrong(wrong(visit, refusal, "colleague_email")));
    }
    let form = ConsoleForm {
        action: format!("{}/sections/{}/colleagues", base(visit, order.id), section.as_str()),
        fields,
        submit: Text::Key("console-colleague-ask"),
        submit_id: "ask-colleague",
        ..ConsoleForm::default()
    };
    let help = if asks_for_eid(section) { "console-colleague-help-eid" } else { "console-colleague-help" };
    let mut blocks = Vec::new();
    if !asked.is_empty() {
        let (text, lead) = (Text::Key("console-colleagues"), Some(Text::Key("console-colleagues-lead")));
        blocks.push(Block::Heading { id: "colleagues", text, lead });
        blocks.extend(asked);
    }
    let ask = vec![Block::Text(Text::Key(help)), Block::Form(form)];
    blocks.push(Block::More { label: Text::Key("console-colleague-ask-somebody"), blocks: ask });
    Ok(blocks)
}

/// `POST /t/{tenant}/orders/{order}/colleagues/{link}/dismiss`
pub(in crate::console) async fn dismiss(visit: Visit) -> Result<Response, Refusal> {
    let order = found(&visit).await?;
    let link = LinkId::parse(visit.param("link")).map_err(|_| Refusal::NotFound(Noun::OrderPerson))?;
    visit.site.orders.dismiss_colleague(visit.permit()?, (order.id, link), visit.now()).await?;
    Ok(done(&base(&visit, order.id), "colleague-dismissed"))
}

fn spent() -> Refusal {
    Refusal::Invalid(AdminMessage::OrderLinkSpent.into())
}

fn browser_of(visit: &Visit) -> Option<&str> {
    visit.colleague.as_deref().filter(|it| b64::decode(it).is_some_and(|bytes| bytes.len() == 32))
}

async fn opened(visit: &Visit, id: LinkId, code: &str) -> Result<(ColleagueView, Permit), Refusal> {
    let origin = visit.origin();
    let caller = |tenant| Caller {
        actor: console::Actor::LinkHolder { id, tenant, purpose: "section".to_owned(), bound_eid: None },
        trace: Some(origin.trace.clone()),
        address: origin.address,
        name: None,
    };
    let at = InBrowser { id, browser: browser_of(visit) };
    visit.site.orders.colleague_link((at, code), caller, visit.now()).await
}

fn id_of(visit: &Visit) -> Result<LinkId, Refusal> {
    LinkId::parse(visit.param("id")).map_err(|_| spent())
}

async fn asked(visit: &Visit) -> Result<(ColleagueView, Permit), Refusal> {
    opened(visit, id_of(visit)?, visit.param("code")).await
}

fn address(visit: &Visit) -> String {
    format!("/section/{}/{}", visit.param("id"), visit.param("code"))
}

fn code_form(visit: &Visit, refusal: Option<&Refusal>) -> Block {
    let code = ConsoleField::new("code", Text::Key("console-order-code"), "", FieldKind::Identifier(7));
    let code = code.required().with_help(Text::Key("console-order-code-help"));
    Block::Form(ConsoleForm {
        action: address(visit),
        fields: vec![code.wrong(wrong(visit, refusal, "code"))],
        error: wrong_form(visit, refusal, &["code"]),
        submit: Text::Key("console-colleague-go-on"),
        submit_id: "go-on",
        ..ConsoleForm::default()
    })
}

/// The form of the section.
fn answer_blocks(visit: &Visit, link: &ColleagueView, refusal: Option<&Refusal>) -> Vec<Block> {
    let place = |what| FormPlace { action: format!("{}/{what}", address(visit)), cancel_href: None };
    match link.section {
        OrderSection::Certificate => {
            certificate_blocks(visit, (&link.view, None), place("certificate"), refusal)
        }
        _ => section_blocks(visit, (&link.view, link.section), place("answers"), refusal),
    }
}

fn page_of(visit: &Visit, link: &ColleagueView, refusal: Option<&Refusal>) -> ConsolePage {
    let (label, help) = words_of(link.section);
    let mut facts = vec![Fact::new("console-order-link-tenant", Text::plain(link.tenant_name.clone()))];
    if !link.company.is_empty() {
        facts.push(Fact::new("console-order-link-company", Text::plain(link.company.clone())));
    }
    facts.push(Fact::new("console-order-link-you", Text::plain(link.name.clone())));
    let mut blocks = vec![Block::Facts(facts)];
    match link.step {
        ColleagueStep::Code => blocks.push(code_form(visit, refusal)),
        ColleagueStep::SignIn => {
            let text = Text::Key("console-colleague-why-eid");
            blocks.push(Block::Notice(Notice { kind: NoticeKind::Info, text, action: None }));
            let sign_in = Action::act("console-colleague-sign-in", format!("{}/sign-in", address(visit)));
            blocks.push(Block::Actions(vec![sign_in.named("sign-in")]));
        }
        ColleagueStep::Answer => {
            if visit.query.has("saved") {
                let text = Text::Key("console-colleague-saved");
                blocks.push(Block::Notice(Notice { kind: NoticeKind::Done, text, action: None }));
            }
            blocks.extend(answer_blocks(visit, link, refusal));
        }
    }
    let lead = if link.step == ColleagueStep::Answer { help } else { "console-colleague-lead" };
    ConsolePage {
        heading: Text::Key(label),
        lead: Some(Text::Key(lead)),
        blocks,
        is_bare: true,
        ..ConsolePage::default()
    }
}

/// `GET /section/{id}/{code}`
pub(in crate::console) async fn page(visit: Visit) -> Result<Response, Refusal> {
    match asked(&visit).await {
        Ok((link, _)) => Ok(shown(&visit, page_of(&visit, &link, None))),
        Err(refusal) => Ok(over(&visit, &refusal)),
    }
}

/// `POST /section/{id}/{code}`: the code binds the link to this browser.
pub(in crate::console) async fn accept(visit: Visit) -> Result<Response, Refusal> {
    let (link, permit) = match asked(&visit).await {
        Ok(found) => found,
        Err(refusal) => return Ok(over(&visit, &refusal)),
    };
    let given = browser_of(&visit).map(str::to_owned);
    let browser = given.unwrap_or_else(|| visit.site.provider.random().token().expose().clone());
    let typed = TypedCode { person: id_of(&visit)?, browser: &browser, code: visit.form.get("code") };
    match visit.site.orders.accept_section(&permit, typed, visit.now()).await {
        Ok(()) => {
            let mut response = see_other(&address(&visit));
            let cookie = (CONSOLE_COLLEAGUE, browser.as_str());
            set_console_cookie(response.headers_mut(), cookie, Some(KNOWN_FOR), visit.site.is_https());
            Ok(response)
        }
        Err(refusal @ Refusal::Invalid(_)) => {
            Ok(refused_form(&visit, &refusal, page_of(&visit, &link, Some(&refusal))))
        }
        Err(other) => Err(other),
    }
}

/// `POST /section/{id}/{code}/sign-in`
pub(in crate::console) async fn sign_in(visit: Visit) -> Result<Response, Refusal> {
    let (link, _) = match asked(&visit).await {
        Ok(found) => found,
        Err(refusal) => return Ok(over(&visit, &refusal)),
    };
    if link.step == ColleagueStep::Code {
        return Ok(see_other(&address(&visit)));
    }
    let purpose = PendingPurpose::Section { link: id_of(&visit)?, code: visit.param("code").to_owned() };
    let pending = Pending::new(&visit, purpose, "/".to_owned());
    let asked = Asked { acr_values: strong_enough(), binding: None };
    match proving::way(&visit, of(&link), pending, asked).await {
        Ok(response) => Ok(response),
        Err(refusal) => Ok(over(&visit, &refusal)),
    }
}

const fn of(link: &ColleagueView) -> Of<'_> {
    Of { tenant: link.tenant, answers: &link.view.answers }
}

/// What the login of a colleague came to. `at`: the test domain at which it was.
pub(in crate::console) async fn returned(
    visit: &Visit,
    (id, code): (LinkId, &str),
    (sign_in, at): (SignIn, Option<&str>),
) -> Result<Response, Refusal> {
    let (link, permit) = match opened(visit, id, code).await {
        Ok(found) => found,
        Err(refusal) => return Ok(over(visit, &refusal)),
    };
    if !proving::was_there(visit, of(&link), at).await {
        return Ok(over(visit, &spent()));
    }
    let browser = browser_of(visit).map(str::to_owned);
    let shown = ReceiverProof { proof: sign_in.proof, issuer: sign_in.issuer, browser };
    match visit.site.orders.sign_section(&permit, id, &shown, visit.now()).await {
        Ok(()) => Ok(see_other(&format!("/section/{id}/{code}"))),
        Err(refusal) => Ok(over(visit, &refusal)),
    }
}

async fn saved(visit: &Visit, (link, permit): (&ColleagueView, &Permit)) -> Result<String, Refusal> {
    let mut answers = read(visit, &link.view.answers, link.section)?;
    // Nobody has anything looked up who may not answer.
    match (link.step, link.section) {
        (ColleagueStep::Answer, OrderSection::Bank) => look_up_bank(visit, permit, &mut answers).await?,
        (ColleagueStep::Answer, OrderSection::Company) => {
            look_up_company(visit, (&link.view, permit), &mut answers).await?;
        }
        _ => {}
    }
    let new = SectionAnswers { section: link.section, seen: visit.form.get("seen"), answers };
    let at = InBrowser { id: id_of(visit)?, browser: browser_of(visit) };
    visit.site.orders.answer_by_link(permit, at, new, visit.now()).await
}

/// `POST /section/{id}/{code}/answers`
pub(in crate::console) async fn save(visit: Visit) -> Result<Response, Refusal> {
    let (link, permit) = match asked(&visit).await {
        Ok(found) => found,
        Err(refusal) => return Ok(over(&visit, &refusal)),
    };
    let saved = saved(&visit, (&link, &permit)).await;
    let by_itself = saves_itself(link.section) && visit.form.has("saves_itself");
    match (saved, by_itself) {
        (Ok(seen), true) => Ok(json(StatusCode::OK, &json!({"seen": seen}))),
        (Err(refusal @ Refusal::Invalid(_)), true) => {
            Ok(json(StatusCode::UNPROCESSABLE_ENTITY, &json!({"wrong": sentence(&visit, &refusal)})))
        }
        (saved, _) => answered(&visit, saved.map(drop)).await,
    }
}

/// Whether the browser may send the certificate with the link that it asks for: only then is a file of it read.
pub(in crate::console) async fn may_send_certificate(visit: &Visit) -> bool {
    let may =
        |it: &ColleagueView| it.step == ColleagueStep::Answer && it.section == OrderSection::Certificate;
    matches!(asked(visit).await, Ok((link, _)) if may(&link))
}

/// `POST /section/{id}/{code}/certificate`
pub(in crate::console) async fn save_certificate(visit: Visit) -> Result<Response, Refusal> {
    let permit = match asked(&visit).await {
        Ok((link, permit))
            if link.step == ColleagueStep::Answer && link.section == OrderSection::Certificate =>
        {
            permit
        }
        // Nothing of the form was read.
        Ok(_) => return Ok(see_other(&address(&visit))),
        Err(refusal) => return Ok(over(&visit, &refusal)),
    };
    let saved = async {
        let at = InBrowser { id: id_of(&visit)?, browser: browser_of(&visit) };
        visit.site.orders.certificate_by_link(&permit, at, sent(&visit)?, visit.now()).await
    };
    answered(&visit, saved.await).await
}

/// What a colleague is shown when they have answered.
async fn answered(visit: &Visit, saved: Result<(), Refusal>) -> Result<Response, Refusal> {
    match saved {
        Ok(()) => Ok(see_other(&format!("{}?saved=yes", address(visit)))),
        Err(refusal @ Refusal::Invalid(_)) => match asked(visit).await {
            Ok((link, _)) => Ok(refused_form(visit, &refusal, page_of(visit, &link, Some(&refusal)))),
            Err(refusal) => Ok(over(visit, &refusal)),
        },
        Err(other) => Err(other),
    }
}
