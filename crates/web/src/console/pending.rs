//! What a browser remembers of a login that it began at the console's own domain, and the way there.

use axum::response::Response;
use console::{OWN_CLIENT, Purpose, Refusal};
use crypto::{Digest, b64};
use model::{Acr, Level, LinkId, LoginMethod};
use pages::console::{Action, Block, ConsolePage, Notice, NoticeKind, Text};
use texts::AdminMessage;

use super::{
    answer::{refused_form, sentence},
    visit::Visit,
};
use crate::{
    cookies::{CONSOLE_SIGN_IN, set_console_cookie},
    respond::page::{going_on_by_itself, see_other},
};

/// How long a sign-in may take.
const PENDING_FOR: std::time::Duration = std::time::Duration::from_secs(10 * 60);

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
    /// What the section of an order asks for that a colleague answers.
    Section {
        /// The link.
        link: LinkId,
        /// Its code.
        code: String,
    },
    /// To sign the documents of an order at a provider.
    Signing {
        /// The link.
        link: LinkId,
        /// Its code.
        code: String,
        /// What the request was made with.
        random: [u8; 32],
        /// What the provider calls it.
        reference: String,
    },
}

/// What a browser remembers of a login that it began.
pub(super) struct Pending {
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) verifier: String,
    pub(super) purpose: PendingPurpose,
    pub(super) to: String,
    /// The host of the test domain at which it is, of a sandbox order; `None`: the console's own.
    pub(super) at: Option<String>,
}

impl Pending {
    pub(super) fn new(visit: &Visit, purpose: PendingPurpose, to: String) -> Self {
        let random = visit.site.provider.random();
        let token = || random.token().expose().clone();
        Self { state: token(), nonce: token(), verifier: token(), purpose, to, at: None }
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
            PendingPurpose::Section { link, code } => format!("{link}~{code}~~section"),
            PendingPurpose::Signing { link, code, random, reference } => {
                format!("{link}~{code}~{}~{}", b64::encode(random), b64::encode(reference.as_bytes()))
            }
        };
        let at = b64::encode(self.at.as_deref().unwrap_or_default().as_bytes());
        [&self.state, &self.nonce, &self.verifier, &purpose, &b64::encode(self.to.as_bytes()), &at]
            .map(String::as_str)
            .join(".")
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split('.').collect();
        let [state, nonce, verifier, purpose, to, at] = parts.as_slice() else { return None };
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
            at: Some(String::from_utf8(b64::decode(at)?).ok()?).filter(|it| !it.is_empty()),
        })
    }

    fn of_link(parts: &[&str]) -> Option<PendingPurpose> {
        let id = LinkId::parse(parts.first()?).ok()?;
        match parts {
            [_, code] => Some(PendingPurpose::Console(Purpose::Invitation(id, (*code).to_owned()))),
            [_, code, "", "section"] => Some(PendingPurpose::Section { link: id, code: (*code).to_owned() }),
            [_, code, random, reference] => Some(PendingPurpose::Signing {
                link: id,
                code: (*code).to_owned(),
                random: b64::decode(random)?.try_into().ok()?,
                reference: String::from_utf8(b64::decode(reference)?).ok()?,
            }),
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

/// Every way to log in that the console takes: level substantial or high, and not by Vipps or as a test user.
pub(super) fn strong_enough() -> String {
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

/// Where to try again.
pub(super) fn way_back(pending: &Pending) -> Action {
    let href = match &pending.purpose {
        PendingPurpose::Console(Purpose::SignIn) => "/sign-in".to_owned(),
        PendingPurpose::Console(Purpose::FirstOperator | Purpose::Recovery) => "/setup".to_owned(),
        PendingPurpose::Console(Purpose::Invitation(id, code)) => format!("/invitation/{id}/{code}"),
        PendingPurpose::Section { link, code } => format!("/section/{link}/{code}"),
        PendingPurpose::Order { link, code, .. } | PendingPurpose::Signing { link, code, .. } => {
            format!("/order/{link}/{code}")
        }
    };
    Action::to("console-sign-in-try-again", href).named("again")
}

/// What a link that is over says.
pub(super) fn over(visit: &Visit, refusal: &Refusal) -> Response {
    let text = Text::plain(sentence(visit, refusal));
    let notice = Notice {
        kind: NoticeKind::Warning,
        text,
        action: Some(Action::to("console-home", "/").named("home")),
    };
    let page = ConsolePage {
        heading: Text::Key("console-link-over-title"),
        blocks: vec![Block::Notice(notice)],
        is_bare: true,
        ..ConsolePage::default()
    };
    refused_form(visit, refusal, page)
}

/// The refusal of a link whose id cannot be one.
pub(super) fn no_such_link() -> Refusal {
    Refusal::Invalid(AdminMessage::InvitationSpent.into())
}
