//! What people see: one view struct a page, its template beside it.
//!
//! **Invariant:** pure, values in and HTML out; knows no request and no store, and holds no sentence
//! (those are in `texts`). Every page stands without script under
//! `default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'`: no inline style,
//! script or event attribute. What a view holds is plain text and is escaped on the way out; an `href`
//! or a form's address must be one that the caller made or checked (`javascript:` is not caught here).

mod assets;
mod brand;
pub mod console;
mod form;
mod frame;
mod landing;
mod login;
mod logout;
mod mailbox;
mod page;
mod sample;
mod signing;
mod simulator;
mod statement;
mod stop;
mod trouble;

pub use assets::{Asset, asset, assets};
pub use brand::{AreaColors, Brand, Logo, brand_sheet};
pub use form::Form;
pub use frame::{Frame, Language};
pub use landing::Landing;
pub use login::{
    BackToApp, Choice, Consent, Continue, FormPost, Notice, OpenApp, PostMessage, Selector, Shared, SignIn,
    TrialOver,
};
pub use logout::{LoggedOut, LogoutConfirm};
pub use mailbox::{MailboxLetter, MailboxPage};
pub use page::Page;
pub use sample::{
    Claim, Exchange, ExchangeStep, SampleBrowser, SampleChoice, SampleError, SampleLogin, SampleResult,
    SampleStart, SampleToken,
};
pub use signing::SigningPage;
pub use simulator::{
    NewPerson, Person, PersonAdded, PersonError, PersonFields, SimulatedEid, Simulator, SimulatorFault,
    SimulatorOutcome,
};
pub use statement::{AccessibilityStatement, PrivacyStatement};
pub use stop::{Stop, StopReason};
pub use trouble::{CauseList, CausePage, RefusalPage, RequestFacts, TroublePage};
