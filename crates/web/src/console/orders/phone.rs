//! What somebody with a link of an order sees of their phone: it is to be confirmed, or is.

use axum::response::Response;
use console::Refusal;
use crypto::b64;
use model::PhoneNumber;
use ordering::{LinkView, PhoneStep};
use pages::console::{Action, Block, ConsoleField, ConsoleForm, Fact, FieldKind, Text};

use crate::{
    console::{answer::wrong, visit::Visit},
    cookies::{CONSOLE_PHONE, set_console_cookie},
};

/// How long a browser is known as the one that asked for a code or signed in for a sandbox order: from there to what may follow.
const KNOWN_FOR: std::time::Duration = std::time::Duration::from_secs(2 * 60 * 60);

/// What the browser was given when it asked for a code, or signed in for a sandbox order.
pub(super) fn browser_of(visit: &Visit) -> Option<&str> {
    visit.phone.as_deref().filter(|it| b64::decode(it).is_some_and(|bytes| bytes.len() == 32))
}

/// The same, or something new to give it.
pub(super) fn browser_or_new(visit: &Visit) -> String {
    let given = browser_of(visit).map(str::to_owned);
    given.unwrap_or_else(|| visit.site.provider.random().token().expose().clone())
}

/// Has the browser keep what it was given.
pub(super) fn keep_browser(visit: &Visit, response: &mut Response, browser: &str) {
    let cookie = (CONSOLE_PHONE, browser);
    set_console_cookie(response.headers_mut(), cookie, Some(KNOWN_FOR), visit.site.is_https());
}

/// Where the links of a person's page begin.
pub(super) fn base(visit: &Visit) -> String {
    format!("/order/{}/{}", visit.param("id"), visit.param("code"))
}

/// The last two digits: who has the phone knows which one it is, and who has only the link does not learn it.
fn masked(mobile: &str) -> String {
    let shown = PhoneNumber::parse(mobile).map(|it| it.shown()).unwrap_or_default();
    let kept = shown.chars().count().saturating_sub(2);
    shown
        .chars()
        .enumerate()
        .map(|(at, it)| if at < kept && it.is_ascii_digit() { '•' } else { it })
        .collect()
}

/// What is shown of it.
pub(super) fn blocks(
    visit: &Visit,
    link: &LinkView,
    step: PhoneStep,
    refusal: Option<&Refusal>,
) -> Vec<Block> {
    let number = masked(&link.person.contact.mobile);
    let heading = |lead| Block::Heading {
        id: "phone",
        text: Text::Key("console-order-phone-confirm"),
        lead: Some(Text::with(lead, "number", number.clone())),
    };
    let error = wrong(visit, refusal, "phone_code");
    let send = |label| ConsoleForm {
        action: format!("{}/phone", base(visit)),
        submit: Text::Key(label),
        submit_id: "send-code",
        ..ConsoleForm::default()
    };
    match step {
        PhoneStep::None => Vec::new(),
        PhoneStep::Confirmed { .. } => {
            let text = Text::with("console-order-phone-is-confirmed", "number", number);
            vec![Block::Facts(vec![Fact::new("console-order-phone", text)])]
        }
        PhoneStep::Ask => {
            let form = ConsoleForm { error, ..send("console-order-phone-send") };
            vec![heading("console-order-phone-lead"), Block::Form(form)]
        }
        PhoneStep::Type => {
            let label = Text::Key("console-order-phone-code");
            let field = ConsoleField::new("phone_code", label, "", FieldKind::Identifier(9));
            let field = field.required().with_help(Text::Key("console-order-phone-code-help"));
            let form = ConsoleForm {
                action: format!("{}/phone-code", base(visit)),
                fields: vec![field.wrong(error)],
                submit: Text::Key("console-order-phone-confirm"),
                submit_id: "confirm-phone",
                ..ConsoleForm::default()
            };
            let again = Action::act("console-order-phone-again", format!("{}/phone", base(visit)));
            let actions = Block::Actions(vec![again.named("send-again")]);
            vec![heading("console-order-phone-sent"), Block::Form(form), actions]
        }
    }
}
