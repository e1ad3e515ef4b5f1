//! What the browser is shown next, and what it is given to keep.

use model::{Level, LoginMethod, Notice};
use oidc::AuthorizationResponse;
use texts::Cause;

use super::CookieChange;
use crate::{Refused, Shown, TraceId};

/// What the browser gets in one request of a login: a step, and changes to its cookies.
#[derive(Debug)]
pub struct LoginResponse {
    /// What comes next.
    pub step: Step,
    /// To set and to remove.
    pub cookies: Vec<CookieChange>,
    /// The languages that the application asked for, best first.
    pub ui_locales: Vec<String>,
}

impl LoginResponse {
    /// A page, in no particular language.
    pub(crate) const fn page(step: Step) -> Self {
        Self { step, cookies: Vec::new(), ui_locales: Vec::new() }
    }
}

/// What comes next. `login` is the name of the login in our own addresses (`/login/{login}`).
#[derive(Debug)]
pub enum Step {
    /// Go to an address of ours that shows where the login stands.
    Show {
        /// Which login.
        login: String,
    },
    /// Choose an eID.
    Select(Selection),
    /// Agree, or not.
    Consent(ConsentAsk),
    /// Something went wrong.
    Trouble(TroubleAt),
    /// The login cannot go on.
    Ended(Ended),
    /// Sign in with a password: test users only.
    SignIn(PasswordPrompt),
    /// Answer an eID on another device; the page asks again by itself.
    OpenApp(AppPrompt),
    /// Go to the eID.
    Leave {
        /// An absolute URL there.
        url: String,
        /// Which eID, to be remembered as the last one.
        eid: LoginMethod,
    },
    /// The trial has its answer; nothing goes to the application.
    TrialOver {
        /// In whose place it was tried.
        application: Shown,
    },
    /// The trial has its answer; the console is told the other half of its key by this browser.
    TrialReturns {
        /// An absolute URL there.
        url: String,
    },
    /// Back to the application, with a code.
    Answer(AuthorizationResponse),
    /// Back to the application, with an error.
    Refuse(AuthorizationResponse, Refused),
}

/// Why a login of this browser cannot go on, and the ways on from there.
#[derive(Debug)]
pub struct Ended {
    /// Why.
    pub cause: Cause,
    /// The application, when it is known.
    pub application: Option<Shown>,
    /// The eID that it happened at, where the cause is about one.
    pub eid: Option<LoginMethod>,
    /// The login to start anew, by its name.
    pub restart: Option<String>,
    /// The login that goes on elsewhere, by its name.
    pub goes_on: Option<String>,
    /// The application's own address.
    pub home: Option<String>,
}

/// The eIDs to choose from.
#[derive(Debug)]
pub struct Selection {
    /// Which login.
    pub login: String,
    /// Who asks.
    pub application: Shown,
    /// In the order of the catalogue.
    pub choices: Vec<Choice>,
}

/// One eID to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Which one.
    pub eid: LoginMethod,
    /// What the tenant calls it, where that is not its own name.
    pub name: Option<String>,
    /// The level that it will be asked for.
    pub level: Level,
    /// Biometrics first.
    pub biometrics: bool,
    /// It has trouble right now.
    pub is_down: bool,
    /// What the tenant wants people to know.
    pub notice: Option<Notice>,
    /// The name of the eID's own button, where it may be shown.
    pub button: Option<&'static str>,
}

/// What a test user is asked for.
#[derive(Debug)]
pub struct PasswordPrompt {
    /// Which login.
    pub login: String,
    /// Who asks.
    pub application: Shown,
    /// The username that came with a wrong password, or that does not exist.
    pub refused: Option<String>,
    /// Whether there is another way to log in.
    pub has_others: bool,
}

/// What the person should do on another device.
#[derive(Debug)]
pub struct AppPrompt {
    /// Which login.
    pub login: String,
    /// Who asks.
    pub application: Shown,
    /// Which eID.
    pub eid: LoginMethod,
    /// The key of the text that says what to do.
    pub hint: String,
    /// What to compare with the device, or to enter there.
    pub code: Option<String>,
    /// Whether there is another way to log in.
    pub has_others: bool,
}

/// What the person is asked to agree to.
#[derive(Debug)]
pub struct ConsentAsk {
    /// Which login.
    pub login: String,
    /// Who asks.
    pub application: Shown,
    /// What it will see.
    pub shared: Vec<SharedClaim>,
    /// The legal ground on which it asks for the national identity number.
    pub legal_ground: Option<String>,
}

/// A kind of information about a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SharedClaim {
    /// National identity number.
    Nin,
    /// Name.
    Name,
    /// Birth date.
    Birthdate,
    /// E-mail address.
    Email,
    /// Telephone number.
    Phone,
    /// Postal address.
    Address,
    /// The eID's own identifier.
    EidSubject,
    /// All of it again, later.
    OfflineAccess,
}

/// Trouble, and the ways out of it.
#[derive(Debug)]
pub struct TroubleAt {
    /// Which login.
    pub login: String,
    /// Who asks.
    pub application: Shown,
    /// Where it happened.
    pub eid: LoginMethod,
    /// What happened.
    pub cause: Cause,
    /// The request in which it happened, as the log names it.
    pub trace: TraceId,
    /// Whether there is another eID to choose.
    pub has_others: bool,
}
