//! What a step decides: which step comes next, or which effect ends the request.

use crypto::Digest;
use model::{Grant, LoginMethod, Memo, Proof, Timestamp, Trouble};
use store::login_events::Kind;
use texts::Cause;

use super::{active_login::ActiveLogin, kept_answer::Kept, login_response::Step, waiting::Waiting};
use crate::{TraceId, session::NewSession};

/// A login, and what should happen to it.
pub(super) struct Decided<'a> {
    pub(super) login: ActiveLogin<'a>,
    pub(super) decision: Decision,
}

/// What should happen.
pub(super) enum Decision {
    /// A browser session answers, or the person is sent on.
    Begin,
    /// The person is sent on; browser sessions have been asked.
    GoOn,
    /// The person is sent to this eID.
    SendTo(LoginMethod),
    /// The person has proved who they are.
    Judge(Box<Proof>, Spent),
    /// The person looks at where the login stands.
    Look,
    /// The form was answered before.
    AnswerAgain,
    /// Nothing more is to be decided.
    Settle(Box<Effect>),
}

/// A state to spend, and until when that must be remembered.
pub(super) type Spent = (Digest, Timestamp);

/// What a code is paid with; spent in the write that inserts the code.
pub(super) enum ConsumedOnce {
    /// The upstream state.
    State(Spent),
    /// The row in which the proved person waited.
    Consent(Digest),
    /// The browser session that answers, and until when it may rest after that.
    Session(Digest, Timestamp),
}

/// A code to give.
pub(super) struct Granted {
    pub(super) grant: Grant,
    pub(super) paid: ConsumedOnce,
    /// The browser session that the proof makes.
    pub(super) session: Option<NewSession>,
    pub(super) kind: Kind,
}

/// What is done, and ends the request unless what it costs has been spent before.
pub(super) enum Effect {
    /// A page or a redirect; only the login's cookie changes.
    Show(Step),
    /// The page of a login that has ended.
    Over,
    /// The person leaves for an eID.
    Leave { url: String, eid: LoginMethod, memo: Memo },
    /// A test user is asked for a password.
    AskPassword { state: [u8; 16], secret: [u8; 32] },
    /// Trouble at an eID: our page, or straight back where the application wants no such pages.
    Trouble { eid: LoginMethod, trouble: Trouble, spent: Option<Spent> },
    /// The answer of an eID cannot be redeemed; the person can start anew.
    BeginAgain { cause: Cause, eid: LoginMethod, spent: Spent },
    /// The proved person waits for their consent.
    AwaitConsent { waiting: Box<Waiting>, spent: Spent },
    /// Back to the application with a code.
    Grant(Box<Granted>),
    /// Back to the application with an error, by whose trace the log knows it.
    Refuse { cause: Cause, trace: TraceId, spent: Option<Spent> },
    /// The same answer as a moment ago.
    Repeat(Box<Kept>),
}

impl<'a> ActiveLogin<'a> {
    /// What a step returns: the login, and what should happen.
    pub(super) fn decide(self, decision: Decision) -> Decided<'a> {
        Decided { login: self, decision }
    }

    /// The same for an effect.
    pub(super) fn settle(self, effect: Effect) -> Decided<'a> {
        self.decide(Decision::Settle(Box::new(effect)))
    }

    /// Back to the application with an error that happened in this request.
    pub(super) fn refuse(self, cause: Cause) -> Decided<'a> {
        let trace = self.context.trace;
        self.settle(Effect::Refuse { cause, trace, spent: None })
    }
}

/// The entry of the catalogue for trouble at an eID.
pub(super) const fn cause_of(trouble: Trouble) -> Cause {
    match trouble {
        Trouble::EidDown => Cause::EidDown,
        Trouble::EidSlow => Cause::EidSlow,
        Trouble::EidInvalidAnswer => Cause::EidInvalidAnswer,
        Trouble::EidSwitchedOff => Cause::EidSwitchedOff,
        Trouble::LevelTooLow => Cause::LevelTooLow,
        Trouble::SourceMisconfigured => Cause::SourceMisconfigured,
        Trouble::EidNameUnknown => Cause::EidNameUnknown,
        Trouble::EidLookupFailed => Cause::EidNameLookupFailed,
        Trouble::EidTlsFailed => Cause::EidTlsFailed,
        Trouble::EidUntrusted => Cause::EidUntrusted,
        Trouble::EidExpired => Cause::EidCertificateExpired,
        Trouble::EidWrongName => Cause::EidCertificateName,
    }
}
