//! Links of orders: somebody approves, confirms, or begins to receive. Opening one does nothing; a button goes on.

use axum::response::Response;
use console::{Permit, Refusal, SignIn};
use model::{Acr, Date, Evidence, Level, LinkId, LoginMethod, OrderState};
use ordering::{ApprovalProof, LetIn, LinkView, Part, PhoneStep, ReceiverProof, StepView};
use pages::console::{
    Action, Block, ConsoleField, ConsoleForm, ConsolePage, Fact, FieldKind, NoticeKind, Text,
};

use super::{
    issuer,
    link_page::{about, bare, notice},
    opened::{found, opened, spent},
    phone,
    proving::{self, Asked, Of},
    receive_by_link, signatory, signing,
    words::{state_key, turn_word},
};
use crate::{
    console::{
        answer::{refused_form, shown, with_session, wrong, wrong_form},
        pending::{Pending, PendingPurpose, over, strong_enough},
        visit::Visit,
    },
    respond::page::see_other,
};

/// The eID of who may block: recorded, or to be recorded.
fn eid_blocks(visit: &Visit, link: &LinkView) -> Vec<Block> {
    if link.person.has_eid {
        return vec![Block::Facts(vec![Fact::new(
            "console-order-eid",
            Text::Key("console-order-eid-recorded"),
        )])];
    }
    let (text, lead) = (Text::Key("console-order-eid-record"), Text::Key("console-order-eid-record-lead"));
    let mut blocks = vec![Block::Heading { id: "eid", text, lead: Some(lead) }];
    if !link.person.mismatch.is_empty() {
        blocks.push(notice(NoticeKind::Warning, "console-order-eid-other-name"));
    }
    let record = Action::act("console-order-eid-record", format!("{}/eid", phone::base(visit)));
    blocks.push(Block::Actions(vec![record.named("record-eid")]));
    blocks
}

fn contact_page(visit: &Visit, link: &LinkView, shown: Shown<'_>) -> ConsolePage {
    let (mut blocks, refusal) = (about(visit, link), shown.refusal);
    if link.person.is_confirmed {
        let is_over = matches!(shown.phone, PhoneStep::None | PhoneStep::Confirmed { .. });
        let key = if is_over { "console-order-link-confirmed" } else { "console-order-link-mail-confirmed" };
        blocks.push(notice(NoticeKind::Done, key));
        blocks.extend(phone::blocks(visit, link, shown.phone, refusal));
        if link.person.part == Part::Blocker {
            blocks.extend(eid_blocks(visit, link));
        }
    } else {
        let code = ConsoleField::new("code", Text::Key("console-order-code"), "", FieldKind::Identifier(7));
        let code = code.required().with_help(Text::Key("console-order-code-help"));
        blocks.push(Block::Form(ConsoleForm {
            action: phone::base(visit),
            fields: vec![code.wrong(wrong(visit, refusal, "code"))],
            error: wrong_form(visit, refusal, &["code"]),
            submit: Text::Key("console-order-confirm"),
            submit_id: "confirm",
            ..ConsoleForm::default()
        }));
    }
    let lead = match link.person.part {
        Part::Blocker if link.person.is_confirmed => "console-order-link-blocker-known",
        Part::Receiver if link.person.is_confirmed => "console-order-link-receiver-known",
        _ if link.person.is_confirmed => "console-order-link-general-known",
        Part::Blocker => "console-order-link-blocker-lead",
        Part::Receiver => "console-order-link-receiver-confirms-lead",
        _ => "console-order-link-general-lead",
    };
    if link.person.part == Part::General && link.person.is_confirmed {
        blocks.extend(standing(visit, link));
    }
    let heading = match link.person.is_confirmed {
        true => "console-order-link-contact-known",
        false => "console-order-link-contact",
    };
    bare(Text::Key(heading), Text::Key(lead), blocks)
}

/// How the order stands, for its general contact, who need not be a member.
fn standing(visit: &Visit, link: &LinkView) -> Vec<Block> {
    let order = &link.view;
    let since = texts::long_date(visit.locale, Date::in_norway(order.since).year_month_day());
    let mut facts = vec![
        Fact::new("console-column-state", Text::Key(state_key(order.state))),
        Fact::new("console-order-since", Text::plain(since)),
        Fact::new("console-order-waits-for", Text::Key(turn_word(order.state.turn()))),
    ];
    let said = |it: &&StepView| it.state == order.state && !it.note.is_empty();
    let asked = matches!(
        order.state,
        OrderState::Question | OrderState::Draft | OrderState::Rejected | OrderState::OnHold
    );
    if let Some(it) = order.steps.iter().rev().find(said).filter(|_| asked) {
        facts.push(Fact::new("console-order-last-said", Text::plain(it.note.clone())));
    }
    let text = Text::Key("console-order-standing");
    vec![
        Block::Heading { id: "standing", text, lead: Some(Text::Key("console-order-standing-lead")) },
        Block::Facts(facts),
    ]
}

fn receiver_page(visit: &Visit, link: &LinkView, shown: Shown<'_>) -> ConsolePage {
    if link.is_asked_to_confirm() {
        return contact_page(visit, link, shown);
    }
    let mut blocks = about(visit, link);
    if visit.query.has("again") && link.is_asked_to_act() {
        blocks.push(notice(NoticeKind::Warning, "console-order-sign-in-again"));
    }
    if link.is_asked_to_act() {
        if shown.is_known && !visit.query.has("again") {
            let go_on = Action::to("console-colleague-go-on", format!("{}/receive", phone::base(visit)));
            blocks.push(Block::Actions(vec![go_on.named("go-on")]));
            return bare(
                Text::Key("console-order-link-receiver"),
                Text::Key("console-order-link-receiver-here"),
                blocks,
            );
        }
        let is_here = matches!(shown.phone, PhoneStep::Confirmed { here: true });
        let enter = Action::act("console-order-enter-by-eid", phone::base(visit)).named("enter");
        match link.needs_phone() && !is_here {
            true if shown.phone == PhoneStep::None => {
                blocks.push(notice(NoticeKind::Warning, "console-order-link-unknowable"));
            }
            true => {
                blocks.push(notice(NoticeKind::Info, "console-order-link-phone-first"));
                blocks.extend(phone::blocks(visit, link, shown.phone, shown.refusal));
            }
            false => {
                blocks.push(Block::Actions(vec![enter]));
                blocks.extend(phone::blocks(visit, link, shown.phone, shown.refusal));
            }
        }
    } else {
        blocks.push(notice(NoticeKind::Info, "console-order-link-not-now"));
    }
    bare(Text::Key("console-order-link-receiver"), Text::Key("console-order-link-receiver-lead"), blocks)
}

/// What a page shows beside the link.
#[derive(Clone, Copy)]
struct Shown<'a> {
    phone: PhoneStep,
    /// Whether the receiver of a sandbox order has signed in here.
    is_known: bool,
    refusal: Option<&'a Refusal>,
}

pub(super) async fn page_of(
    visit: &Visit,
    (link, permit): (&LinkView, &Permit),
    refusal: Option<&Refusal>,
) -> Result<ConsolePage, Refusal> {
    let asking = (link, phone::browser_of(visit));
    let phone = visit.site.orders.phone_step(permit, asking, visit.now()).await?;
    let is_known = receive_by_link::known(visit, (link, permit)).await?.is_some();
    let shown = Shown { phone, is_known, refusal };
    Ok(match link.person.part {
        Part::Signatory | Part::Declarant => signatory::page(visit, link, refusal),
        Part::Receiver => receiver_page(visit, link, shown),
        Part::Blocker | Part::General => contact_page(visit, link, shown),
        Part::Issuer => issuer::page(visit, link, refusal),
    })
}

/// `GET /order/{id}/{code}`
pub(in crate::console) async fn page(visit: Visit) -> Result<Response, Refusal> {
    match found(&visit).await {
        Ok((link, permit)) => Ok(shown(&visit, page_of(&visit, (&link, &permit), None).await?)),
        Err(refusal) => Ok(over(&visit, &refusal)),
    }
}

/// `POST /order/{id}/{code}`: binds what follows to this browser.
pub(in crate::console) async fn go_on(visit: Visit) -> Result<Response, Refusal> {
    let (link, permit) = match found(&visit).await {
        Ok(found) => found,
        Err(refusal) => return Ok(over(&visit, &refusal)),
    };
    let outcome = match link.person.part {
        Part::Signatory | Part::Declarant if link.view.answers.evidence == Evidence::ProviderSignature => {
            signing::begun(&visit, &link, &permit).await
        }
        Part::Signatory | Part::Declarant => approving(&visit, &link, &permit).await,
        Part::Receiver if !link.is_asked_to_confirm() => proving(&visit, &link).await,
        Part::Issuer => issuer::fetched(&visit, &link, &permit).await,
        Part::Receiver | Part::Blocker | Part::General => {
            let given = (link.person.id, visit.form.get("code"));
            match visit.site.orders.confirm_contact(&permit, given, visit.now()).await {
                Ok(()) => Ok(see_other(&visit.path)),
                Err(refusal @ Refusal::Invalid(_)) => {
                    let page = page_of(&visit, (&link, &permit), Some(&refusal)).await?;
                    Ok(refused_form(&visit, &refusal, page))
                }
                Err(other) => Err(other),
            }
        }
    };
    match outcome {
        Ok(response) => Ok(response),
        Err(refusal) => Ok(over(&visit, &refusal)),
    }
}

/// `POST /order/{id}/{code}/decline`
pub(in crate::console) async fn decline(visit: Visit) -> Result<Response, Refusal> {
    let (link, permit) = match found(&visit).await {
        Ok(found) => found,
        Err(refusal) => return Ok(over(&visit, &refusal)),
    };
    let reason = visit.form.get("note");
    match visit.site.orders.decline(&permit, (link.person.id, reason), visit.now()).await {
        Ok(_) => Ok(see_other(visit.path.trim_end_matches("/decline"))),
        Err(refusal) => {
            let page = page_of(&visit, (&link, &permit), Some(&refusal)).await?;
            Ok(refused_form(&visit, &refusal, page))
        }
    }
}

/// `POST /order/{id}/{code}/eid`: somebody who may block shows who they are.
pub(in crate::console) async fn record_eid(visit: Visit) -> Result<Response, Refusal> {
    match found(&visit).await {
        Ok((link, _)) if link.person.part == Part::Blocker && link.person.is_confirmed => {
            match proving(&visit, &link).await {
                Ok(response) => Ok(response),
                Err(refusal) => Ok(over(&visit, &refusal)),
            }
        }
        Ok(_) => Ok(over(&visit, &spent())),
        Err(refusal) => Ok(over(&visit, &refusal)),
    }
}

fn purpose(visit: &Visit, link: &LinkView, random: Option<[u8; 32]>) -> PendingPurpose {
    PendingPurpose::Order { link: link.person.id, code: visit.param("code").to_owned(), random }
}

/// What is asked of the eID, by the lowest level that approves.
fn approving_acr(lowest: Level) -> String {
    let suits = |it: &Acr| it.method() == LoginMethod::NO_BANKID && it.level() >= lowest;
    Acr::all().filter(suits).map(|it| it.as_str()).collect::<Vec<_>>().join(" ")
}

/// A login whose token is bound to what is approved.
async fn approving(visit: &Visit, link: &LinkView, permit: &Permit) -> Result<Response, Refusal> {
    let begun = visit.site.orders.begin_approval(permit, link.person.id, visit.now()).await?;
    let pending = Pending::new(visit, purpose(visit, link, Some(begun.random)), "/".to_owned());
    let acr_values = approving_acr(visit.site.orders.settings().approval_level);
    let asked = Asked { acr_values, binding: Some(begun.binding) };
    proving::way(visit, of(link), pending, asked).await
}

/// A login that shows who somebody is.
async fn proving(visit: &Visit, link: &LinkView) -> Result<Response, Refusal> {
    let pending = Pending::new(visit, purpose(visit, link, None), "/".to_owned());
    let asked = Asked { acr_values: strong_enough(), binding: None };
    proving::way(visit, of(link), pending, asked).await
}

const fn of(link: &LinkView) -> Of<'_> {
    Of { tenant: link.tenant, answers: &link.view.answers }
}

/// A login that came back.
pub(in crate::console) struct Returned<'a> {
    pub(in crate::console) sign_in: SignIn,
    /// What an approval is bound with.
    pub(in crate::console) random: Option<[u8; 32]>,
    /// The test domain at which it was.
    pub(in crate::console) at: Option<&'a str>,
}

/// What a login for an order came to.
pub(in crate::console) async fn returned(
    visit: &Visit,
    (link, code): (LinkId, &str),
    Returned { sign_in, random, at }: Returned<'_>,
) -> Result<Response, Refusal> {
    let (shown_link, permit) = match opened(visit, link, code).await {
        Ok(found) => found,
        Err(refusal) => return Ok(over(visit, &refusal)),
    };
    if !proving::was_there(visit, of(&shown_link), at).await {
        return Ok(over(visit, &spent()));
    }
    let href = format!("/order/{link}/{code}");
    match (shown_link.person.part, random) {
        (Part::Signatory | Part::Declarant, Some(random)) => {
            let approval =
                ApprovalProof { person: link, proof: sign_in.proof, issuer: sign_in.issuer, random };
            match visit.site.orders.approve(&permit, &approval, visit.now()).await {
                Ok(_) => Ok(see_other(&href)),
                Err(refusal) => Ok(over(visit, &refusal)),
            }
        }
        (Part::Receiver, _) => received(visit, (link, &permit, &href), &sign_in).await,
        (Part::Blocker, None) => {
            let shown = shown_by(visit, &sign_in);
            match visit.site.orders.record_eid(&permit, (link, &shown), visit.now()).await {
                Ok(_) => Ok(see_other(&href)),
                Err(refusal) => Ok(over(visit, &refusal)),
            }
        }
        _ => Ok(over(visit, &spent())),
    }
}

/// What somebody showed who signed in.
fn shown_by(visit: &Visit, sign_in: &SignIn) -> ReceiverProof {
    let browser = phone::browser_of(visit).map(str::to_owned);
    ReceiverProof { proof: sign_in.proof.clone(), issuer: sign_in.issuer.clone(), browser }
}

async fn received(
    visit: &Visit,
    (link, permit, href): (LinkId, &Permit, &str),
    sign_in: &SignIn,
) -> Result<Response, Refusal> {
    let (orders, now) = (&visit.site.orders, visit.now());
    let browser = phone::browser_or_new(visit);
    let entered = async {
        let shown = ReceiverProof { browser: Some(browser.clone()), ..shown_by(visit, sign_in) };
        match orders.let_receiver_in(permit, (link, &shown), now).await? {
            LetIn::ByLink => {
                let mut response = see_other(&format!("{href}/receive"));
                phone::keep_browser(visit, &mut response, &browser);
                Ok(response)
            }
            LetIn::AsMember(order) => {
                let (token, member) = visit.site.console.sign_in_receiver(permit, sign_in, now).await?;
                orders.bind_receiver(permit, (link, member)).await?;
                let href = format!("/t/{}/orders/{order}/receive", permit.caller_tenant().id);
                Ok(with_session(see_other(&href), visit, token.expose()))
            }
        }
    };
    let entered: Result<Response, Refusal> = entered.await;
    Ok(entered.unwrap_or_else(|refusal| over(visit, &refusal)))
}
