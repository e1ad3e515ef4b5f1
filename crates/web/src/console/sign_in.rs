//! Signing in and out. The browser logs in at the console's own domain, as at any other; the code that it brings back is redeemed
//! in this process (docs/adr/0040).

use axum::{http::StatusCode, response::Response};
use console::{OWN_CLIENT, Purpose, Refusal, SignIn};
use crypto::{Digest, b64, same_bytes};
use model::{Acr, Level, LinkId, LoginMethod};
use pages::console::{Action, Block, ConsolePage, Notice, NoticeKind, Text};
use provider::{OwnCode, Refusal as ProviderRefusal};
use texts::AdminMessage;

use super::{
    answer::{forgetting, refused_form, shown, shown_as, with_session, without_cookie},
    order_links,
    visit::Visit,
};
use crate::{
    cookies::{CONSOLE_SESSION, CONSOLE_SIGN_IN, set_console_cookie},
    respond::page::{going_on_by_itself, see_other},
};

/// How long a sign-in may take.
const PENDING_FOR: std::time::Duration = std::time::Duration::from_secs(10 * 60);

/// A page of this site that one can come back to: no other site, and no address that does something.
fn safe_target(to: &str) -> &str {
    let is_own = to.starts_with('/') && !to.starts_with("//") && !to.contains(['\\', '\n', '#']);
    let goes_on = ["/sign-in", "/sign-out", "/setup/", "/recover/"].iter().any(|it| to.starts_with(it));
    if is_own && !goes_on { to } else { "/" }
}

/// `GET /sign-in`
pub(super) async fn page(visit: Visit) -> Result<Response, Refusal> {
    if visit.site.console.own_domain().await?.is_none() {
        let text = Text::Key("console-not-set-up");
        let blocks = vec![Block::Notice(Notice { kind: NoticeKind::Info, text, action: None })];
        return Ok(shown(&visit, bare("console-sign-in-title", blocks)));
    }
    let to = safe_target(visit.query.get("to"));
    let href =
        format!("/sign-in/begin?to={}", form_urlencoded::byte_serialize(to.as_bytes()).collect::<String>());
    let page = ConsolePage {
        lead: Some(Text::Key("console-sign-in-lead")),
        ..bare(
            "console-sign-in-title",
            vec![
                Block::Actions(vec![Action::to("console-sign-in", href).named("sign-in")]),
                Block::Notice(Notice {
                    kind: NoticeKind::Info,
                    text: Text::Key("console-sign-in-members-only"),
                    action: None,
                }),
            ],
        )
    };
    Ok(shown(&visit, page))
}

fn bare(heading: &'static str, blocks: Vec<Block>) -> ConsolePage {
    ConsolePage { heading: Text::Key(heading), blocks, is_bare: true, ..ConsolePage::default() }
}

/// What a login is for that the browser began.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum PendingPurpose {
    /// A session of the console.
    Console(Purpose),
    /// What the link of an order asks for.
    Order {
        /// The link.
        link: LinkId,
        /// Its code.
        code: String,
        /// What an approval is bound with.
        random: Option<[u8; 32]>,
    },
}

/// What a browser remembers of a login that it began.
pub(super) struct Pending {
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) verifier: String,
    purpose: PendingPurpose,
    to: String,
}

impl Pending {
    pub(super) fn new(visit: &Visit, purpose: PendingPurpose, to: String) -> Self {
        let random = visit.site.provider.random();
        let token = || random.token().expose().clone();
        Self { state: token(), nonce: token(), verifier: token(), purpose, to }
    }

    fn text(&self) -> String {
        let purpose = match &self.purpose {
            PendingPurpose::Console(Purpose::SignIn) => "sign-in".to_owned(),
            PendingPurpose::Console(Purpose::FirstOperator) => "first".to_owned(),
            PendingPurpose::Console(Purpose::Recovery) => "recovery".to_owned(),
            PendingPurpose::Console(Purpose::Invitation(id, code)) => format!("{id}~{code}"),
            PendingPurpose::Order { link, code, random } => {
                let random = random.map(|it| b64::encode(&it)).unwrap_or_default();
                format!("{link}~{code}~{random}")
            }
        };
        [&self.state, &self.nonce, &self.verifier, &purpose, &b64::encode(self.to.as_bytes())]
            .map(String::as_str)
            .join(".")
    }

    fn parse(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split('.').collect();
        let [state, nonce, verifier, purpose, to] = parts.as_slice() else { return None };
        let purpose = match *purpose {
            "sign-in" => PendingPurpose::Console(Purpose::SignIn),
            "first" => PendingPurpose::Console(Purpose::FirstOperator),
            "recovery" => PendingPurpose::Console(Purpose::Recovery),
            link => Self::of_link(&link.split('~').collect::<Vec<_>>())?,
        };
        Some(Self {
            state: (*state).to_owned(),
            nonce: (*nonce).to_owned(),
            verifier: (*verifier).to_owned(),
            purpose,
            to: String::from_utf8(b64::decode(to)?).ok()?,
        })
    }

    fn of_link(parts: &[&str]) -> Option<PendingPurpose> {
        let id = LinkId::parse(parts.first()?).ok()?;
        match parts {
            [_, code] => Some(PendingPurpose::Console(Purpose::Invitation(id, (*code).to_owned()))),
            [_, code, random] => {
                let random = match *random {
                    "" => None,
                    text => Some(b64::decode(text)?.try_into().ok()?),
                };
                Some(PendingPurpose::Order { link: id, code: (*code).to_owned(), random })
            }
            _ => None,
        }
    }
}

/// `GET /sign-in/begin`: nothing but a cookie comes of it, so a link may lead here.
pub(super) async fn begin(visit: Visit) -> Result<Response, Refusal> {
    let to = safe_target(visit.query.get("to")).to_owned();
    Ok(begun(&visit, Purpose::SignIn, to))
}

/// Every way to log in that the console takes: level substantial or high, and not by Vipps or as a test user.
fn strong_enough() -> String {
    let suits = |it: &Acr| {
        let method = it.method();
        method.is_eid() && method != LoginMethod::NO_VIPPS && it.level() >= Level::Substantial
    };
    Acr::all().filter(suits).map(|it| it.as_str()).collect::<Vec<_>>().join(" ")
}

/// To the console's own domain, for this purpose.
pub(super) fn begun(visit: &Visit, purpose: Purpose, to: String) -> Response {
    way_to(visit, &Pending::new(visit, PendingPurpose::Console(purpose), to))
}

/// To the console's own domain, with what the browser remembers.
pub(super) fn way_to(visit: &Visit, pending: &Pending) -> Response {
    let challenge = b64::encode(Digest::of(pending.verifier.as_bytes()).as_bytes());
    let acr_values = strong_enough();
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs([
        ("acr_values", acr_values.as_str()),
        ("client_id", OWN_CLIENT),
        ("redirect_uri", &visit.site.address.callback()),
        ("response_type", "code"),
        // Without the last one a proof has no identifier of the person.
        ("scope", "openid profile eid_subject"),
        ("prompt", "login"),
        ("state", &pending.state),
        ("nonce", &pending.nonce),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
        ("ui_locales", visit.locale.as_str()),
    ]);
    let mut response = see_other(&format!("/oauth2/authorize?{}", query.finish()));
    keep_pending(visit, &mut response, pending);
    response
}

/// Has the browser remember what it began.
pub(super) fn keep_pending(visit: &Visit, response: &mut Response, pending: &Pending) {
    let text = pending.text();
    let cookie = (CONSOLE_SIGN_IN, text.as_str());
    set_console_cookie(response.headers_mut(), cookie, Some(PENDING_FOR), visit.site.is_https());
}

/// The same after a form: a page that goes on by itself, because the policy of our pages lets forms lead to this site only.
pub(super) fn begun_by_form(visit: &Visit, purpose: Purpose, to: &str) -> Response {
    going_on_by_itself(begun(visit, purpose, to.to_owned()), pages::Frame::default(), visit.locale)
}

/// `GET /sign-in/callback`
pub(super) async fn callback(visit: Visit) -> Result<Response, Refusal> {
    let pending = visit.pending.as_deref().and_then(Pending::parse);
    let state = visit.query.get("state");
    let Some(pending) = pending.filter(|it| same_bytes(it.state.as_bytes(), state.as_bytes())) else {
        return Ok(not_begun_here(&visit));
    };
    let response = match visit.query.maybe("code") {
        Some(code) => redeemed(&visit, &pending, &code).await?,
        None => cancelled(&visit, &pending),
    };
    Ok(without_cookie(response, &visit, CONSOLE_SIGN_IN))
}

fn way_back(pending: &Pending) -> Action {
    let href = match &pending.purpose {
        PendingPurpose::Console(Purpose::SignIn) => "/sign-in".to_owned(),
        PendingPurpose::Console(Purpose::FirstOperator | Purpose::Recovery) => "/setup".to_owned(),
        PendingPurpose::Console(Purpose::Invitation(id, code)) => format!("/invitation/{id}/{code}"),
        PendingPurpose::Order { link, code, .. } => format!("/order/{link}/{code}"),
    };
    Action::to("console-sign-in-try-again", href).named("again")
}

fn not_begun_here(visit: &Visit) -> Response {
    let action = Some(Action::to("console-sign-in-try-again", "/sign-in").named("again"));
    let text = Text::Key("console-sign-in-not-begun-here");
    let blocks = vec![Block::Notice(Notice { kind: NoticeKind::Warning, text, action })];
    shown_as(visit, StatusCode::BAD_REQUEST, bare("console-sign-in-failed-title", blocks))
}

fn cancelled(visit: &Visit, pending: &Pending) -> Response {
    let text = match visit.query.maybe("error_description") {
        Some(said) if visit.query.get("error") != "access_denied" => {
            Text::with("console-sign-in-refused", "said", said)
        }
        _ => Text::Key("console-sign-in-cancelled"),
    };
    let notice = Notice { kind: NoticeKind::Info, text, action: Some(way_back(pending)) };
    shown_as(visit, StatusCode::OK, bare("console-sign-in-failed-title", vec![Block::Notice(notice)]))
}

async fn redeemed(visit: &Visit, pending: &Pending, code: &str) -> Result<Response, Refusal> {
    let failed = |refusal: &Refusal| {
        let text = Text::plain(super::answer::sentence(visit, refusal));
        let notice = Notice { kind: NoticeKind::Wrong, text, action: Some(way_back(pending)) };
        refused_form(visit, refusal, bare("console-sign-in-failed-title", vec![Block::Notice(notice)]))
    };
    let login = match own_login(visit, pending, code).await {
        Ok(login) => login,
        Err(refusal) => {
            tracing::warn!(trace = %visit.trace(), cause = refusal.cause().id(), "a sign-in to the console failed");
            return Ok(not_begun_here(visit));
        }
    };
    if login.nonce.as_deref() != Some(pending.nonce.as_str()) {
        return Ok(not_begun_here(visit));
    }
    let sign_in = SignIn {
        proof: login.proof,
        issuer: login.issuer,
        replaced: visit.token.clone(),
        browser: visit.browser.clone(),
        origin: visit.origin(),
    };
    let purpose = match &pending.purpose {
        PendingPurpose::Console(purpose) => purpose,
        PendingPurpose::Order { link, code, random } => {
            return order_links::returned(visit, (*link, code), (sign_in, *random)).await;
        }
    };
    let token = match visit.site.console.sign_in(&sign_in, purpose, visit.now()).await {
        Ok(token) => token,
        Err(refusal) => return Ok(failed(&refusal)),
    };
    let to = match purpose {
        Purpose::SignIn => pending.to.clone(),
        Purpose::Invitation(..) => "/?done=joined".to_owned(),
        Purpose::FirstOperator => "/?done=set-up".to_owned(),
        Purpose::Recovery => "/?done=recovered".to_owned(),
    };
    tracing::info!(trace = %visit.trace(), eid = sign_in.proof.eid.as_str(), "somebody signed in to the console");
    Ok(with_session(see_other(&to), visit, token.expose()))
}

async fn own_login(
    visit: &Visit,
    pending: &Pending,
    code: &str,
) -> Result<provider::OwnLogin, ProviderRefusal> {
    let provider = &visit.site.provider;
    let issuer = provider.issuer(&visit.site.address.host, &visit.context).await?;
    let callback = visit.site.address.callback();
    let code = OwnCode { code, redirect_uri: &callback, verifier: &pending.verifier };
    provider.redeem_own_code(&issuer, OWN_CLIENT, &code, &visit.context).await
}

/// `POST /sign-out`
pub(super) async fn sign_out(visit: Visit) -> Result<Response, Refusal> {
    if let Some(token) = &visit.token {
        visit.site.console.sign_out(token).await?;
    }
    let response = see_other("/sign-in?done=signed-out");
    Ok(forgetting(without_cookie(response, &visit, CONSOLE_SESSION)))
}

/// `GET /signed-in`: after a sign-in in another tab, for a form that waits in the first one.
pub(super) async fn signed_in(visit: Visit) -> Result<Response, Refusal> {
    let text = Text::Key("console-signed-in-elsewhere");
    let blocks = vec![Block::Notice(Notice { kind: NoticeKind::Done, text, action: None })];
    Ok(shown(&visit, bare("console-signed-in-title", blocks)))
}

/// What a link that is over says.
pub(super) fn over(visit: &Visit, refusal: &Refusal) -> Response {
    let text = Text::plain(super::answer::sentence(visit, refusal));
    let notice = Notice {
        kind: NoticeKind::Warning,
        text,
        action: Some(Action::to("console-home", "/").named("home")),
    };
    refused_form(visit, refusal, bare("console-link-over-title", vec![Block::Notice(notice)]))
}

/// The refusal of a link whose id cannot be one.
pub(super) fn no_such_link() -> Refusal {
    Refusal::Invalid(AdminMessage::InvitationSpent.into())
}

#[cfg(test)]
mod tests {
    use super::safe_target;

    #[test]
    fn one_comes_back_to_pages_of_this_site_only() {
        for own in ["/t/0/members", "/t/0/changes?page=2&actor=a"] {
            assert_eq!(safe_target(own), own);
        }
        for other in
            ["https://evil.example", "//evil.example", "/\\evil.example", "/sign-out", "/sign-in/begin", ""]
        {
            assert_eq!(safe_target(other), "/", "{other}");
        }
    }
}
