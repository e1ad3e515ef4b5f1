//! What every eID that works by redirect can do.

use std::sync::Arc;

use async_trait::async_trait;
use crypto::Random;
use model::{CheckLine, Memo, Proof, Timestamp, Trouble, UpstreamRequest};
use oidc::Returned;
use outbound::{OutboundError, OutboundProblem};

/// Where to send the person, and what to hand back when they return.
#[derive(Clone, Debug)]
pub struct Started {
    /// An absolute URL at the eID.
    pub url: String,
    /// For [`RedirectEid::finish`].
    pub memo: Memo,
}

/// Why the person did not log in, although everything worked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// They went back.
    Cancelled,
    /// They, or the eID for them, kept the national identity number.
    NinRefused,
}

/// How it ended at the eID.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// Not logged in, on purpose.
    Refused(Reason),
    /// Logged in; whether the level is enough is for the provider to say.
    Proved(Box<Proof>),
}

/// What went wrong, by whose fault. The text is for our log, never for the person or the application.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EidError {
    /// The eID answered what must not be believed.
    #[error("the eID's answer is refused: {0}")]
    Upstream(String),
    /// The eID reports that it cannot serve now.
    #[error("the eID reports a failure: {0}")]
    Unavailable(String),
    /// The eID or the person took too long.
    #[error("time ran out at the eID: {0}")]
    TimedOut(String),
    /// Our credentials or settings there are wrong: tell the operator.
    #[error("the identity source is misconfigured: {0}")]
    Misconfigured(String),
    /// No answer came.
    #[error(transparent)]
    Network(#[from] OutboundError),
}

impl EidError {
    /// What the person and the application are told.
    pub const fn trouble(&self) -> Trouble {
        match self {
            Self::Upstream(_) => Trouble::EidInvalidAnswer,
            Self::TimedOut(_) => Trouble::EidSlow,
            Self::Unavailable(_) => Trouble::EidDown,
            Self::Misconfigured(_) => Trouble::SourceMisconfigured,
            Self::Network(error) => of_call(error.problem),
        }
    }

    /// Says whether the same question may be answered a moment later.
    pub const fn may_pass(&self) -> bool {
        matches!(self, Self::Network(_) | Self::Unavailable(_)) && self.is_transient()
    }

    /// Says whether trying again may help.
    pub const fn is_transient(&self) -> bool {
        use Trouble::{
            EidDown, EidExpired, EidLookupFailed, EidNameUnknown, EidSlow, EidTlsFailed, EidUntrusted,
            EidWrongName,
        };
        matches!(
            self.trouble(),
            EidDown
                | EidSlow
                | EidNameUnknown
                | EidLookupFailed
                | EidUntrusted
                | EidTlsFailed
                | EidExpired
                | EidWrongName
        )
    }
}

/// Only an eID that does not answer is said not to answer.
const fn of_call(problem: OutboundProblem) -> Trouble {
    match problem {
        OutboundProblem::TimedOut => Trouble::EidSlow,
        OutboundProblem::TooLarge => Trouble::EidInvalidAnswer,
        OutboundProblem::UnknownName => Trouble::EidNameUnknown,
        OutboundProblem::NameLookup => Trouble::EidLookupFailed,
        OutboundProblem::UntrustedCertificate => Trouble::EidUntrusted,
        OutboundProblem::UnusableCertificate | OutboundProblem::Tls => Trouble::EidTlsFailed,
        OutboundProblem::ExpiredCertificate => Trouble::EidExpired,
        OutboundProblem::WrongCertificateName => Trouble::EidWrongName,
        OutboundProblem::NotAllowed | OutboundProblem::ClientCertificate | OutboundProblem::Client => {
            Trouble::SourceMisconfigured
        }
        OutboundProblem::Refused | OutboundProblem::Unreachable | OutboundProblem::Interrupted => {
            Trouble::EidDown
        }
    }
}

/// An eID that the browser is sent to and comes back from.
#[async_trait]
pub trait RedirectEid: Send + Sync {
    /// Names the issuer and client that people are sent to, as [`Memo::client`] does: an answer for another one is not
    /// to be redeemed here.
    fn client(&self) -> [u8; 16];

    /// Prepares the way there. State, nonce and verifier come from `random`.
    ///
    /// # Errors
    /// [`EidError`]: show the trouble; the person stays here.
    async fn start(
        &self,
        ask: &UpstreamRequest,
        random: &Random,
        now: Timestamp,
    ) -> Result<Started, EidError>;

    /// Judges what came back. The caller has checked and spent the state.
    ///
    /// # Errors
    /// [`EidError`]: no login.
    async fn finish(
        &self,
        ask: &UpstreamRequest,
        memo: &Memo,
        returned: Returned,
        now: Timestamp,
    ) -> Result<Outcome, EidError>;

    /// Finds out what can be known of the configured client without anybody logging in: one line for each
    /// [`model::CheckSubject`]. An answer that is not recognised is unknown, never good or bad. `number`: the eID is asked
    /// whether the client may have the national identity number. Makes at most five calls.
    async fn check(&self, number: bool, random: &Random, now: Timestamp) -> Vec<CheckLine>;
}

/// What the person should do now, on another device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// Names a text in the catalogue of texts (`poll-…`), which may name the eID as `$eid`.
    pub hint: &'static str,
    /// What the person compares with their device, or enters there.
    pub code: Option<String>,
    /// The eID is not to be asked earlier than this. At most ten seconds; what is longer is cut.
    pub again_in: std::time::Duration,
}

/// An order that has begun.
#[derive(Clone, Debug)]
pub struct Ordered {
    /// Has all that [`PollEid::poll`] needs. It never leaves the server.
    pub memo: Memo,
    /// What to do until the eID is asked for the first time.
    pub instruction: Instruction,
}

/// How far a person has come on another device.
#[derive(Clone, Debug)]
pub enum Polled {
    /// Not done yet.
    Waiting(Instruction),
    /// Done.
    Done(Outcome),
}

/// An eID that is asked again and again until the person has answered on another device (Swedish BankID, CIBA).
#[async_trait]
pub trait PollEid: Send + Sync {
    /// Names the issuer and client, as [`RedirectEid::client`] does.
    fn client(&self) -> [u8; 16];

    /// Begins an order.
    ///
    /// # Errors
    /// [`EidError`]: show the trouble.
    async fn start(
        &self,
        ask: &UpstreamRequest,
        random: &Random,
        now: Timestamp,
    ) -> Result<Ordered, EidError>;

    /// Asks how far the person has come. What was told once may be asked for again: a node may be lost before it has
    /// kept the answer.
    ///
    /// # Errors
    /// [`EidError`]: no login, after the third transient one in a row ([`EidError::may_pass`]). An order that has run
    /// out at the eID is [`EidError::TimedOut`].
    async fn poll(&self, ask: &UpstreamRequest, memo: &Memo, now: Timestamp) -> Result<Polled, EidError>;

    /// Takes the order back; what cannot be taken back runs out by itself.
    async fn cancel(&self, memo: &Memo);

    /// As [`RedirectEid::check`].
    async fn check(&self, number: bool, random: &Random, now: Timestamp) -> Vec<CheckLine>;
}

/// A configured eID, by how it works.
#[derive(Clone)]
pub enum Connector {
    /// The browser is sent there.
    Redirect(Arc<dyn RedirectEid>),
    /// It is polled.
    Poll(Arc<dyn PollEid>),
}

impl Connector {
    /// Names the issuer and client, whichever kind it is of.
    pub fn client(&self) -> [u8; 16] {
        match self {
            Self::Redirect(eid) => eid.client(),
            Self::Poll(eid) => eid.client(),
        }
    }

    /// The live check, whichever kind it is of; see [`RedirectEid::check`].
    pub async fn check(&self, number: bool, random: &Random, now: Timestamp) -> Vec<CheckLine> {
        match self {
            Self::Redirect(eid) => eid.check(number, random, now).await,
            Self::Poll(eid) => eid.check(number, random, now).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use model::Trouble;
    use outbound::{OutboundError, OutboundProblem};

    use super::EidError;

    #[test]
    fn neither_failed_tls_nor_a_failed_name_lookup_is_blamed_on_the_authority_or_the_name() {
        let trouble = |problem| EidError::Network(OutboundError { host: String::new(), problem }).trouble();
        assert_eq!(trouble(OutboundProblem::Tls), Trouble::EidTlsFailed);
        assert_eq!(trouble(OutboundProblem::UnusableCertificate), Trouble::EidTlsFailed);
        assert_eq!(trouble(OutboundProblem::NameLookup), Trouble::EidLookupFailed);
    }

    #[test]
    fn an_order_that_has_run_out_is_not_asked_about_again() {
        let network = |problem| EidError::Network(OutboundError { host: String::new(), problem });
        assert!(
            network(OutboundProblem::TimedOut).may_pass() && EidError::Unavailable(String::new()).may_pass()
        );
        for error in [EidError::TimedOut(String::new()), EidError::Upstream(String::new())] {
            assert!(!error.may_pass(), "{error}");
        }
        assert!(!network(OutboundProblem::NotAllowed).may_pass(), "asking again changes no setting");
    }

    #[test]
    fn only_an_eid_that_does_not_answer_is_said_not_to_answer() {
        let trouble = |problem| EidError::Network(OutboundError { host: String::new(), problem }).trouble();
        for down in [OutboundProblem::Refused, OutboundProblem::Unreachable, OutboundProblem::Interrupted] {
            assert_eq!(trouble(down), Trouble::EidDown, "{down}");
        }
        assert_eq!(trouble(OutboundProblem::UnknownName), Trouble::EidNameUnknown);
        assert_eq!(trouble(OutboundProblem::UntrustedCertificate), Trouble::EidUntrusted);
        assert_eq!(trouble(OutboundProblem::ExpiredCertificate), Trouble::EidExpired);
        assert_eq!(trouble(OutboundProblem::WrongCertificateName), Trouble::EidWrongName);
        assert_eq!(trouble(OutboundProblem::TimedOut), Trouble::EidSlow);
        assert_eq!(trouble(OutboundProblem::NotAllowed), Trouble::SourceMisconfigured);
    }
}
