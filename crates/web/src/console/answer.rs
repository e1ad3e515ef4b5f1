//! How the console answers: pages with their frame, redirects, and refusals.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use console::Refusal;
use pages::{
    Page,
    console::{Action, Block, ConsoleFrame, ConsolePage, Notice, NoticeKind, Text},
};
use store_words::status_of;
use texts::Locale;

use super::{frame::frame, visit::Visit};
use crate::{
    cookies::{CONSOLE_SESSION, clear_console_cookie, set_console_cookie},
    frame::in_languages,
    respond::page::{ContentPolicy, loads_own, page_with, see_other},
};

/// Which status an error has.
mod store_words {
    use axum::http::StatusCode;
    use console::Refusal;

    pub(super) fn status_of(refusal: &Refusal) -> StatusCode {
        match refusal {
            Refusal::NotFound(_) => StatusCode::NOT_FOUND,
            Refusal::Forbidden => StatusCode::FORBIDDEN,
            Refusal::ChangedMeanwhile(_) => StatusCode::CONFLICT,
            Refusal::TooManyChecks(_) => StatusCode::TOO_MANY_REQUESTS,
            Refusal::Store(_) | Refusal::MasterKey | Refusal::Key(_) => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }
}

const POLICY: &str =
    loads_own!("script-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'");

/// A page of the console in its frame.
pub(super) fn shown(visit: &Visit, page: ConsolePage) -> Response {
    shown_as(visit, StatusCode::OK, page)
}

/// The same with another status.
pub(super) fn shown_as(visit: &Visit, status: StatusCode, page: ConsolePage) -> Response {
    let (crumbs, of_object) = (page.frame.crumbs.clone(), page.frame.environment);
    let message = page.message.clone().or_else(|| done_message(visit));
    let framed = frame(visit);
    let environment = framed.environment.or(of_object);
    let page = ConsolePage { frame: ConsoleFrame { crumbs, environment, ..framed }, message, ..page };
    rendered(status, &page, visit.locale)
}

fn rendered(status: StatusCode, page: &ConsolePage, locale: Locale) -> Response {
    page_with(status, page.html(locale), POLICY, ContentPolicy::Forms)
}

/// What the last act did, as its redirect says: one of these words.
const DONE: [(&str, &str); 49] = [
    ("order-agreement", "console-done-order-agreement"),
    ("order-agreement-decided", "console-done-order-agreement-decided"),
    ("left", "console-done-left"),
    ("declined", "console-done-declined"),
    ("order-begun", "console-done-order-begun"),
    ("order-saved", "console-done-order-saved"),
    ("order-moved", "console-done-order-moved"),
    ("order-received", "console-done-order-received"),
    ("order-proposed", "console-done-order-proposed"),
    ("colleague-asked", "console-done-colleague-asked"),
    ("colleague-dismissed", "console-done-colleague-dismissed"),
    ("issuer-saved", "console-done-issuer-saved"),
    ("issuer-removed", "console-done-issuer-removed"),
    ("template-set", "console-done-template-set"),
    ("order-set-aside", "console-done-order-set-aside"),
    ("order-begun-again", "console-done-order-begun-again"),
    ("order-entered", "console-done-order-entered"),
    ("domain-made", "console-done-domain-made"),
    ("tenant-made", "console-done-tenant-made"),
    ("user-made", "console-done-user-made"),
    ("set-up", "console-done-set-up"),
    ("saved", "console-done-saved"),
    ("unchanged", "console-done-unchanged"),
    ("disabled", "console-done-disabled"),
    ("enabled", "console-done-enabled"),
    ("deleted", "console-done-deleted"),
    ("restored", "console-done-restored"),
    ("ended", "console-done-ended"),
    ("candidate", "console-done-candidate"),
    ("activated", "console-done-activated"),
    ("discarded", "console-done-discarded"),
    ("credentials-restored", "console-done-credentials-restored"),
    ("letter-discarded", "console-done-letter-discarded"),
    ("checked", "console-done-checked"),
    ("confirmed", "console-done-confirmed"),
    ("removed", "console-done-removed"),
    ("withdrawn", "console-done-withdrawn"),
    ("signed-out", "console-done-signed-out"),
    ("retried", "console-done-retried"),
    ("rotated", "console-done-rotated"),
    ("key-withdrawn", "console-done-key-withdrawn"),
    ("secret-ends", "console-done-secret-ends"),
    ("user-removed", "console-done-user-removed"),
    ("joined", "console-done-joined"),
    ("recovered", "console-done-recovered"),
    ("certificate-saved", "console-done-certificate-saved"),
    ("certificate-removed", "console-done-certificate-removed"),
    ("logo-saved", "console-done-logo-saved"),
    ("logo-removed", "console-done-logo-removed"),
];

fn done_message(visit: &Visit) -> Option<Notice> {
    let (_, key) = DONE.iter().find(|(word, _)| *word == visit.query.get("done"))?;
    Some(Notice { kind: NoticeKind::Done, text: Text::Key(key), action: None })
}

/// On to a page, with a word about what was done.
pub(super) fn done(href: &str, word: &str) -> Response {
    see_other(&format!("{href}?done={word}"))
}

fn bare(heading: &'static str, blocks: Vec<Block>) -> ConsolePage {
    ConsolePage { heading: Text::Key(heading), blocks, is_bare: true, ..ConsolePage::default() }
}

fn notice(kind: NoticeKind, text: Text) -> Block {
    Block::Notice(Notice { kind, text, action: None })
}

/// A page that says one thing.
pub(super) fn told(visit: &Visit, status: StatusCode, key: &'static str) -> Response {
    let page = bare("console-refused-title", vec![notice(NoticeKind::Wrong, Text::Key(key)), home()]);
    shown_as(visit, status, page)
}

fn home() -> Block {
    Block::Actions(vec![Action::to("console-home", "/").named("home")])
}

/// What is not there, for whoever it is.
pub(super) fn not_found(status: StatusCode, locale: Locale) -> Response {
    let page = ConsolePage {
        frame: ConsoleFrame { languages: in_languages("/"), ..ConsoleFrame::default() },
        ..bare(
            "console-not-found-title",
            vec![notice(NoticeKind::Info, Text::Key("console-not-found")), home()],
        )
    };
    rendered(status, &page, locale)
}

/// A sentence of the catalogue for administrators, as a sentence.
pub(super) fn sentence(visit: &Visit, refusal: &Refusal) -> String {
    let message = refusal.message();
    let (what, remedy) = (message.message.say(visit.locale), message.message.remedy(visit.locale));
    [what, remedy].iter().filter(|it| !it.is_empty()).map(|it| sentence_of(it)).collect::<Vec<_>>().join(" ")
}

/// With a capital letter, as the beginning of a line.
pub(super) fn capital(fragment: &str) -> String {
    let mut letters = fragment.chars();
    let first: String = letters.next().map(|it| it.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{}", letters.as_str())
}

/// As a sentence.
fn sentence_of(fragment: &str) -> String {
    let end = if fragment.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{}{end}", capital(fragment))
}

/// A refusal that no form took up.
pub(super) fn refused(visit: &Visit, refusal: &Refusal) -> Response {
    let status = status_of(refusal);
    if status.is_server_error() {
        tracing::error!(trace = %visit.trace(), %refusal, "a console request failed");
    }
    let title =
        if status == StatusCode::NOT_FOUND { "console-not-found-title" } else { "console-refused-title" };
    let text = Text::plain(sentence(visit, refusal));
    let trace = Text::with("console-trace", "trace", visit.trace().to_string());
    let blocks = vec![notice(NoticeKind::Wrong, text), notice(NoticeKind::Info, trace), home()];
    shown_as(visit, status, bare(title, blocks))
}

/// The page of a form that was refused: the same page, with what was typed and what is wrong.
pub(super) fn refused_form(visit: &Visit, refusal: &Refusal, page: ConsolePage) -> Response {
    let status = status_of(refusal);
    if status.is_server_error() {
        tracing::error!(trace = %visit.trace(), %refusal, "a console request failed");
    }
    shown_as(visit, status, page)
}

/// What is wrong with one field, where the refusal names it; with the whole form otherwise.
pub(super) fn wrong(visit: &Visit, refusal: Option<&Refusal>, field: &str) -> Option<Text> {
    let refusal = refusal?;
    let named = refusal.message().field.unwrap_or_default();
    (named == field).then(|| Text::plain(sentence(visit, refusal)))
}

/// What is wrong with a form as a whole: a refusal that names none of its fields.
pub(super) fn wrong_form(visit: &Visit, refusal: Option<&Refusal>, fields: &[&str]) -> Option<Text> {
    let refusal = refusal?;
    let named = refusal.message().field.unwrap_or_default();
    (!fields.contains(&named.as_str())).then(|| Text::plain(sentence(visit, refusal)))
}

pub(super) fn percent(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// To the sign-in, and back here afterwards.
pub(super) fn sign_in_first(visit: &Visit) -> Response {
    see_other(&format!("/sign-in?to={}", percent(&visit.address())))
}

/// A form came after the session had ended: what was typed is in the browser's history.
pub(super) fn session_over(visit: &Visit) -> Response {
    let again =
        Action::to("console-sign-in-elsewhere", "/sign-in?to=%2Fsigned-in").elsewhere().named("sign-in");
    let blocks =
        vec![notice(NoticeKind::Warning, Text::Key("console-session-over")), Block::Actions(vec![again])];
    shown_as(visit, StatusCode::UNAUTHORIZED, bare("console-session-over-title", blocks))
}

/// What is asked for needs a sign-in of a moment ago. `back`: the page that one comes back to.
pub(super) fn sign_in_lately(visit: &Visit, back: &str) -> Response {
    let href = format!("/sign-in/begin?to={}", percent(back));
    let blocks = vec![
        notice(NoticeKind::Info, Text::Key("console-sign-in-lately")),
        Block::Actions(vec![Action::to("console-sign-in-again", href).named("sign-in")]),
    ];
    shown_as(visit, StatusCode::FORBIDDEN, bare("console-sign-in-lately-title", blocks))
}

/// Gives the browser the cookie of a session.
pub(super) fn with_session(mut response: Response, visit: &Visit, token: &str) -> Response {
    set_console_cookie(response.headers_mut(), (CONSOLE_SESSION, token), None, visit.site.is_https());
    response
}

/// Takes a cookie away.
pub(super) fn without_cookie(mut response: Response, visit: &Visit, name: &str) -> Response {
    clear_console_cookie(response.headers_mut(), name, visit.site.is_https());
    response
}

/// Takes everything away that the browser keeps of this site, where it can.
pub(super) fn forgetting(mut response: Response) -> Response {
    response.headers_mut().insert("clear-site-data", HeaderValue::from_static("\"cache\", \"storage\""));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
