//! The pages of a login that goes well.

use crate::{Form, Frame, Logo, form::Field, page::page};

/// Which eID do you want to log in with?
#[derive(Debug, Clone, Default)]
pub struct Selector {
    /// What surrounds the page.
    pub frame: Frame,
    /// Name of the application that the person logs in to.
    pub application: String,
    /// What can be chosen; those used last are moved to the front, else the order is kept.
    pub choices: Vec<Choice>,
    /// Where "back to the application" leads (it cancels the login); `None` shows no such link.
    pub back_href: Option<String>,
}

impl Selector {
    /// Choices used last, then the others, each in the given order.
    fn ordered(&self) -> impl Iterator<Item = &Choice> {
        let (last, others): (Vec<_>, Vec<_>) = self.choices.iter().partition(|choice| choice.last_used);
        last.into_iter().chain(others)
    }
}

/// An eID to choose; a link, never a form, because a form's redirects are bound by `form-action`.
#[derive(Debug, Clone)]
pub struct Choice {
    /// Name of the eID as its owner writes it ("BankID").
    pub eid: String,
    /// One line about it.
    pub hint: &'static str,
    /// Where the login goes on with it.
    pub href: String,
    /// Whether this browser used it last.
    pub last_used: bool,
    /// Whether it has trouble right now; it can be chosen all the same.
    pub is_down: bool,
    /// What the tenant wants people to know about it.
    pub notice: Option<Notice>,
    /// The name of the eID's own button, of a text (`button-…`) and of a style; `None` shows a neutral one.
    pub button: Option<&'static str>,
    /// The official picture of the whole button, in place of either.
    pub picture: Option<Logo>,
    /// The official logo, in a neutral button.
    pub logo: Option<Logo>,
}

/// What somebody wrote for people, perhaps in another language than the page.
#[derive(Debug, Clone)]
pub struct Notice {
    /// The language, as BCP 47.
    pub lang: &'static str,
    /// Plain text.
    pub text: String,
}

/// Username and password of a test user (inputs `username` and `password`, button `login-submit`).
#[derive(Debug, Clone, Default)]
pub struct SignIn {
    /// What surrounds the page.
    pub frame: Frame,
    /// Name of the application.
    pub application: String,
    /// The username that did not get in.
    pub refused: Option<String>,
    /// Where it is posted.
    pub form: Form,
    /// Where another way to log in is chosen.
    pub choose_another_href: Option<String>,
    /// Back to the application.
    pub back_href: Option<String>,
}

impl SignIn {
    fn fields(&self) -> [Field<'_>; 2] {
        let (typed, error) = (self.refused.as_deref(), self.refused.as_ref().map(|_| "sign-in-wrong"));
        [
            Field {
                autocomplete: "username",
                error_at: error.map(|_| "password"),
                is_required: true,
                is_identifier: true,
                ..Field::new("username", "sign-in-username", typed.unwrap_or_default(), 100)
            },
            Field {
                kind: "password",
                autocomplete: "current-password",
                error,
                is_announced: true,
                is_required: true,
                ..Field::new("password", "sign-in-password", "", 200)
            },
        ]
    }
}

/// Answer an eID on another device. Whoever sends the page has it load itself again every two seconds with a `Refresh` header, so
/// that it needs no script.
#[derive(Debug, Clone, Default)]
pub struct OpenApp {
    /// What surrounds the page.
    pub frame: Frame,
    /// Name of the application.
    pub application: String,
    /// Name of the eID.
    pub eid: String,
    /// The key of the text that says what to do now (`poll-…`).
    pub hint: String,
    /// What to compare with the device, or to enter there.
    pub code: Option<String>,
    /// This page, for who has answered and for browsers that load nothing by themselves.
    pub go_on_href: String,
    /// Where another way to log in is chosen.
    pub choose_another_href: Option<String>,
    /// Back to the application, which takes the order back.
    pub cancel_href: String,
}

/// May this be shared? Posts `decision` = `allow` or `deny` (buttons `consent-allow`, `consent-deny`).
#[derive(Debug, Clone, Default)]
pub struct Consent {
    /// What surrounds the page.
    pub frame: Frame,
    /// Name of the application that will receive it.
    pub application: String,
    /// What is shared, in the order to show.
    pub shared: Vec<Shared>,
    /// The legal ground on which the application asks for the national identity number.
    pub legal_ground: Option<String>,
    /// Where the decision is posted.
    pub form: Form,
}

impl Consent {
    fn ground_of(&self, shared: &Shared) -> Option<&String> {
        self.legal_ground.as_ref().filter(|_| *shared == Shared::NationalNumber)
    }
}

/// A kind of information about a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shared {
    /// The national identity number.
    NationalNumber,
    /// Given name and family name.
    Name,
    /// Date of birth.
    BirthDate,
    /// E-mail address.
    Email,
    /// Phone number.
    Phone,
    /// Postal address.
    Address,
    /// The eID's own identifier of the person, which can be linked across applications.
    EidSubject,
    /// To fetch it again later.
    OfflineAccess,
}

impl Shared {
    /// Every kind, the most sensitive first.
    pub const ALL: [Self; 8] = [
        Self::NationalNumber,
        Self::Name,
        Self::BirthDate,
        Self::Email,
        Self::Phone,
        Self::Address,
        Self::EidSubject,
        Self::OfflineAccess,
    ];

    /// Key of what it is for.
    pub(crate) fn why_key(self) -> String {
        format!("{}-why", self.key())
    }

    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::NationalNumber => "shared-national-number",
            Self::Name => "shared-name",
            Self::BirthDate => "shared-birth-date",
            Self::Email => "shared-email",
            Self::Phone => "shared-phone",
            Self::Address => "shared-address",
            Self::EidSubject => "shared-eid-subject",
            Self::OfflineAccess => "shared-offline-access",
        }
    }
}

/// Goes on at once by meta refresh, and by a link; the answer to a form that ends outside.
#[derive(Debug, Clone, Default)]
pub struct Continue {
    /// What surrounds the page.
    pub frame: Frame,
    /// Absolute address to go on to.
    pub href: String,
}

/// Back to a phone app: what a browser shows where the system did not open the app for this address.
#[derive(Debug, Clone, Default)]
pub struct BackToApp {
    /// What surrounds the page.
    pub frame: Frame,
    /// The address that the app is registered for, with the answer in its query.
    pub href: String,
}

/// Posts fields to the application: by our script, or by a button where there is none.
///
/// Spec: OAuth 2.0 Form Post Response Mode §2. The page's CSP must have no `form-action`.
#[derive(Debug, Clone, Default)]
pub struct FormPost {
    /// What surrounds the page.
    pub frame: Frame,
    /// The application's address and the fields of the answer.
    pub form: Form,
}

/// Sends the answer to the window that opened or framed this one: by our script, or by a link where there is none.
#[derive(Debug, Clone, Default)]
pub struct PostMessage {
    /// What surrounds the page.
    pub frame: Frame,
    /// The message: the application's address with the answer in its query. The link leads there, too.
    pub message: String,
    /// The origin that may receive it; never `*`.
    pub origin: String,
}

/// A trial has its answer, which whoever began it is given.
#[derive(Debug, Clone, Default)]
pub struct TrialOver {
    /// What surrounds the page.
    pub frame: Frame,
    /// Name of the application that it was tried for.
    pub application: String,
}

page!(TrialOver, "login/trial_over.html");
page!(Selector, "login/selector.html");
page!(SignIn, "login/sign_in.html");
page!(OpenApp, "login/open_app.html");
page!(Consent, "login/consent.html");
page!(Continue, "login/continue.html");
page!(BackToApp, "login/back_to_app.html");
page!(FormPost, "login/form_post.html");
page!(PostMessage, "login/post_message.html");
