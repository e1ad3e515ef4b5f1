//! What a step decides: which step comes next, or which effect ends the request.

use std::time::Duration;

use crypto::Digest;
use model::{Grant, LoginMethod, Memo, Proof, Timestamp, Trouble};
use store::login_events::Kind;
use texts::Cause;

use super::{
    active_login::ActiveLogin,
    kept_answer::Kept,
    login_response::Step,
    order::{AfterOrder, Claimed, Order, PlacedOrder, ToTakeBack},
    waiting::Waiting,
};
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
    Judge(Box<Proof>, ConsumedOnce),
    /// The person looks at where the login stands.
    Look,
    /// The person answers an eID that is polled: is it time to ask?
    Wait,
    /// The eID is asked how far the person has come.
    Collect(Box<Claimed>),
    /// The person gives up an order at an eID that is polled.
    LeaveOrder(AfterOrder),
    /// The form was answered before.
    AnswerAgain,
    /// Nothing more is to be decided.
    Settle(Box<Effect>),
}

/// What an answer costs; spent in the write that has its effects.
#[derive(Clone, Copy)]
pub(super) enum ConsumedOnce {
    /// The upstream state, and until when that must be remembered.
    State(Digest, Timestamp),
    /// The row of an order at an eID that is polled.
    Order(Digest),
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
    /// A page of a login that stays as it is, and so does its cookie.
    ShowUnchanged(Step),
    /// The page of a login that has ended.
    Over,
    /// The person leaves for an eID.
    Leave { url: String, eid: LoginMethod, memo: Memo },
    /// The person answers an eID that is polled; the first question may be asked after this time.
    BeginOrder { eid: LoginMethod, order: Box<Order>, again_in: Duration },
    /// The lease of an order is taken, so that this request asks the eID.
    ClaimOrder(Box<PlacedOrder>),
    /// The person has not answered yet; the next question may be asked after this time.
    KeepWaiting { claimed: Box<Claimed>, again_in: Duration },
    /// An order is spent, and then taken back at the eID.
    TakeBack { order: Box<ToTakeBack>, then: AfterOrder },
    /// A test user is asked for a password.
    AskPassword { state: [u8; 16], secret: [u8; 32] },
    /// Trouble at an eID: our page, or straight back where the application wants no such pages.
    Trouble { eid: LoginMethod, trouble: Trouble, spent: Option<ConsumedOnce> },
    /// The answer of an eID cannot be redeemed; the person can start anew.
    BeginAgain { cause: Cause, eid: LoginMethod, spent: ConsumedOnce },
    /// The proved person waits for their consent.
    AwaitConsent { waiting: Box<Waiting>, spent: ConsumedOnce },
    /// Back to the application with a code.
    Grant(Box<Granted>),
    /// Back to the application with an error, by whose trace the log knows it.
    Refuse { cause: Cause, trace: TraceId, spent: Option<ConsumedOnce> },
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
