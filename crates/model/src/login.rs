//! One person's authentication in flight, from the application's request to the answer.
//!
//! ```text
//!            start                 choose / only one eID
//!  (request) ─────► Choosing ────────────────────────────► AtEid ──┬─ proved, no page needed ─► (code)
//!                      ▲                                     ▲     ├─ proved, consent needed ─► Consent ─► (code | error)
//!                      │  choose another eID                 │     ├─ refused by the person ──► (error)
//!                      └───────────── Trouble ◄──────────────┼─────┘  trouble, pages on
//!                                        └── try again ──────┘
//!  every end ─► Over: the cookie outlives its login by an hour and says so
//! ```

use std::fmt;

use oidc::{Challenge, ClaimsRequest, Prompt, ResponseMode, Scopes};
use serde::{Deserialize, Serialize};

use crate::{Acr, ApplicationId, Eid, Level, Timestamp};

/// What the application asked, checked and understood. This is what the flow works with from then on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// Who asked.
    pub application: ApplicationId,
    /// Where the answer goes; one of the registered ones.
    pub redirect_uri: String,
    /// How the answer goes.
    pub response_mode: ResponseMode,
    /// Given back with the answer.
    pub state: Option<String>,
    /// Echoed in the ID token.
    pub nonce: Option<String>,
    /// PKCE.
    pub challenge: Option<Challenge>,
    /// What was asked for and may be given.
    pub scopes: Scopes,
    /// Claims asked for by name.
    pub claims: ClaimsRequest,
    /// How the person may be asked.
    pub prompt: Prompt,
    /// Seconds since the person last proved themselves.
    pub max_age: Option<u32>,
    /// Any of these satisfies; never empty.
    pub acrs: Vec<Acr>,
    /// The returned `acr` must be one of those asked (OpenID Connect Core 1.0 §5.5.1.1).
    pub acr_is_essential: bool,
    /// A `login_hint` made [`Acr::NoBankid`] one that asks for more.
    pub acr_is_narrowed: bool,
    /// `auth_time` was asked for by name.
    pub auth_time: bool,
    /// The person must be the one with this subject (`id_token_hint`, `claims.id_token.sub`).
    pub subject: Option<String>,
    /// A national identity number to hand to the eID.
    pub nin_hint: Option<String>,
    /// Languages, best first; at most four.
    pub ui_locales: Vec<String>,
}

/// What a connector is asked to find out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// The lowest level that will do.
    pub level: Level,
    /// The application asked for biometrics first (`…:substantial`).
    pub biometrics: bool,
    /// What the application may see; the connector asks for no more.
    pub scopes: Scopes,
    /// A national identity number that the application knows already.
    pub nin_hint: Option<String>,
    /// The person must prove themselves anew, or lately enough (seconds).
    pub max_age: Option<u32>,
    /// Languages, best first.
    pub ui_locales: Vec<String>,
}

/// What a connector must remember between sending the person away and seeing them again.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memo {
    /// The random id that comes back in the query; spent once.
    pub state: [u8; 16],
    /// The nonce that must be in the ID token.
    pub nonce: [u8; 16],
    /// The random bytes of the PKCE verifier.
    pub verifier: [u8; 32],
    /// Names the issuer and client that the person was sent to ([`upstream_client`]); all zero for a test user. An
    /// answer is redeemed there and nowhere else.
    pub client: [u8; 16],
    /// When the person was sent away.
    pub started_at: Timestamp,
}

/// A short name of a client at an issuer, as a [`Memo`] carries it: the first 16 bytes of SHA-256.
pub fn upstream_client(issuer: &str, client_id: &str) -> [u8; 16] {
    let digest = crypto::sha256(format!("{issuer}\0{client_id}").as_bytes());
    digest.first_chunk().copied().unwrap_or_default()
}

impl fmt::Debug for Memo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memo").field("started_at", &self.started_at).finish_non_exhaustive()
    }
}

/// What went wrong, as the person and the application are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Trouble {
    /// The eID does not answer.
    EidDown,
    /// The eID or the person took too long.
    EidSlow,
    /// The eID answered what we cannot believe.
    EidInvalidAnswer,
    /// The person proved less than was asked.
    LevelTooLow,
    /// The identity source is not configured, or its credentials were refused.
    SourceMisconfigured,
    /// An administrator has switched the eID off.
    EidSwitchedOff,
}

impl Trouble {
    /// The word in logs and in the catalogue of texts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EidDown => "eid-down",
            Self::EidSlow => "eid-slow",
            Self::EidInvalidAnswer => "eid-invalid-answer",
            Self::LevelTooLow => "level-too-low",
            Self::SourceMisconfigured => "source-misconfigured",
            Self::EidSwitchedOff => "eid-switched-off",
        }
    }
}

/// Where a login stands.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// The person chooses an eID.
    Choosing,
    /// The person is at the eID.
    AtEid {
        /// Which one.
        eid: Eid,
        /// What the connector must remember.
        memo: Memo,
    },
    /// The person has proved who they are and is asked to agree; the proof waits in a row that the key opens.
    Consent {
        /// Finds and opens the row.
        key: [u8; 32],
    },
    /// Something went wrong; the person may try again, choose another eID, or go back.
    Trouble {
        /// Where it went wrong.
        eid: Eid,
        /// What went wrong.
        trouble: Trouble,
        /// The request in which it went wrong, as the log names it.
        trace: [u8; 16],
    },
    /// The login has ended.
    Over {
        /// Finds and opens the answer to the form that ended it, for as long as that is kept.
        answer: Option<[u8; 32]>,
    },
}

impl Phase {
    /// Says whether the login has ended.
    pub const fn is_over(&self) -> bool {
        matches!(self, Self::Over { .. })
    }

    /// The secret under which the answer to this phase's form is kept; `None` where there is no form.
    pub const fn form_secret(&self) -> Option<[u8; 32]> {
        match self {
            Self::Consent { key } => Some(*key),
            Self::AtEid { eid: Eid::Automation, memo } => Some(memo.verifier),
            Self::Over { answer } => *answer,
            Self::Choosing | Self::AtEid { .. } | Self::Trouble { .. } => None,
        }
    }
}

impl fmt::Debug for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Choosing => f.write_str("Choosing"),
            Self::AtEid { eid, memo } => {
                f.debug_struct("AtEid").field("eid", eid).field("memo", memo).finish()
            }
            Self::Consent { .. } => f.debug_struct("Consent").finish_non_exhaustive(),
            Self::Trouble { eid, trouble, .. } => {
                f.debug_struct("Trouble").field("eid", eid).field("trouble", trouble).finish_non_exhaustive()
            }
            Self::Over { .. } => f.write_str("Over"),
        }
    }
}

/// A login in flight.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Login {
    /// What the application asked; `None` when it is stored under `parked` because it is long.
    pub wanted: Option<Wanted>,
    /// The stored request that this login came from, when there is one; spent when the login ends.
    pub parked: Option<Parked>,
    /// Where it stands.
    pub phase: Phase,
    /// The first bytes of the states with which the person left for an eID, the last one last; an answer to an earlier
    /// attempt is recognised by them, not accepted.
    pub attempts: Vec<[u8; 4]>,
    /// When it began.
    pub started_at: Timestamp,
}

/// A stored request and whose it is, so that its application is known when the request is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parked {
    /// The random id of the request.
    pub id: [u8; 32],
    /// The application that asked.
    pub application: ApplicationId,
}

/// How many attempts of a login are recognised.
const MOST_ATTEMPTS: usize = 6;

impl Login {
    /// A login that begins now.
    pub const fn new(parked: Option<Parked>, now: Timestamp) -> Self {
        Self { wanted: None, parked, phase: Phase::Choosing, attempts: Vec::new(), started_at: now }
    }

    /// Whose login it is, as far as its cookie tells.
    pub fn application(&self) -> Option<ApplicationId> {
        let stored = self.parked.as_ref().map(|it| it.application);
        self.wanted.as_ref().map(|it| it.application).or(stored)
    }

    /// Sends the person to an eID.
    pub fn leave_for(&mut self, eid: Eid, memo: Memo) {
        let [a, b, c, d, ..] = memo.state;
        self.attempts.push([a, b, c, d]);
        let surplus = self.attempts.len().saturating_sub(MOST_ATTEMPTS);
        self.attempts.drain(..surplus);
        self.phase = Phase::AtEid { eid, memo };
    }

    /// Says whether the person left with this state, in this attempt or an earlier one.
    pub fn has_left_with(&self, state: &[u8]) -> bool {
        self.attempts.iter().any(|attempt| state.starts_with(attempt))
    }
}

impl Wanted {
    /// The eIDs that satisfy the request, in the order in which they are shown.
    pub fn eids(&self) -> Vec<Eid> {
        Eid::WAYS.into_iter().filter(|eid| self.acrs.iter().any(|acr| acr.eid() == *eid)).collect()
    }

    /// Says whether a login with this eID at this level is what was asked.
    pub fn is_met_by(&self, eid: Eid, level: Level) -> bool {
        self.acrs.iter().any(|acr| acr.is_met_by(eid, level))
    }

    /// The `acr` to return: what was reached, or, where `acr` is essential, the asked value that it satisfies.
    ///
    /// Spec: the public contract, "Levels and acr"; OpenID Connect Core 1.0 §5.5.1.1
    pub fn returned_acr(&self, eid: Eid, level: Level) -> Option<Acr> {
        let met = self.acrs.iter().copied().find(|acr| acr.is_met_by(eid, level))?;
        Some(if self.acr_is_essential { met } else { Acr::reached(eid, level) })
    }

    /// The asked value that a login satisfied, as it was asked: the very one that was reached before others.
    pub fn asked_acr(&self, eid: Eid, level: Level) -> Option<Acr> {
        let reached = Acr::reached(eid, level);
        let met = |acr: &Acr| acr.is_met_by(eid, level);
        let first = self.acrs.iter().copied().find(met)?;
        let exact = self.acrs.contains(&reached) && !self.acr_is_essential;
        let asked = if exact { reached } else { first };
        let narrowed = self.acr_is_narrowed && eid == Eid::NoBankid;
        Some(if narrowed { Acr::NoBankid } else { asked })
    }

    /// Says whether the answer is to say when the person proved themselves.
    pub fn wants_auth_time(&self) -> bool {
        self.auth_time || self.max_age.is_some()
    }

    /// What to ask of the connector of `eid`; `minimum` is the application's own.
    pub fn ask(&self, eid: Eid, minimum: Level) -> Ask {
        let asked = || self.acrs.iter().filter(|acr| acr.eid() == eid);
        let level = asked().map(|acr| acr.level()).min().unwrap_or_default();
        let named = crate::claim_rules::scopes_of_named(&self.claims);
        Ask {
            level: level.max(minimum),
            biometrics: asked().any(|acr| *acr == Acr::NoBankidSubstantial),
            scopes: self.scopes.iter().chain(named).collect(),
            nin_hint: self.nin_hint.clone(),
            max_age: if self.prompt.login { Some(0) } else { self.max_age },
            ui_locales: self.ui_locales.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Wanted;
    use crate::{Acr, ApplicationId, Eid, Level};
    use oidc::{ClaimsRequest, Prompt, ResponseMode, Scopes};

    fn wanted(acrs: &[Acr]) -> Wanted {
        Wanted {
            application: ApplicationId::from_bytes([0; 16]),
            redirect_uri: String::new(),
            response_mode: ResponseMode::Query,
            state: None,
            nonce: None,
            challenge: None,
            scopes: Scopes::default(),
            claims: ClaimsRequest::default(),
            prompt: Prompt::default(),
            max_age: None,
            acrs: acrs.to_vec(),
            acr_is_essential: false,
            acr_is_narrowed: false,
            auth_time: false,
            subject: None,
            nin_hint: None,
            ui_locales: Vec::new(),
        }
    }

    #[test]
    fn neg_19_a_lower_level_never_satisfies() {
        let high = wanted(&[Acr::NoBankidHigh]);
        assert_eq!(high.returned_acr(Eid::NoBankid, Level::Substantial), None);
        assert_eq!(high.returned_acr(Eid::NoBankid, Level::High), Some(Acr::NoBankidHigh));
        assert_eq!(high.returned_acr(Eid::NoVipps, Level::None), None);
    }

    #[test]
    fn an_essential_acr_is_returned_as_it_was_asked() {
        let mut any = wanted(&[Acr::NoVipps, Acr::NoBankid]);
        assert_eq!(any.returned_acr(Eid::NoBankid, Level::High), Some(Acr::NoBankidHigh));
        any.acr_is_essential = true;
        assert_eq!(any.returned_acr(Eid::NoBankid, Level::High), Some(Acr::NoBankid));
    }

    #[test]
    fn the_asked_acr_is_the_one_that_was_reached_or_the_first_that_is_met() {
        let mut both = wanted(&[Acr::NoBankid, Acr::NoBankidHigh]);
        assert_eq!(both.asked_acr(Eid::NoBankid, Level::High), Some(Acr::NoBankidHigh));
        assert_eq!(both.asked_acr(Eid::NoBankid, Level::Substantial), Some(Acr::NoBankid));
        both.acr_is_essential = true;
        assert_eq!(both.asked_acr(Eid::NoBankid, Level::High), Some(Acr::NoBankid));
        let mut hinted = wanted(&[Acr::NoBankidHigh]);
        hinted.acr_is_narrowed = true;
        assert_eq!(hinted.asked_acr(Eid::NoBankid, Level::High), Some(Acr::NoBankid));
        assert_eq!(hinted.asked_acr(Eid::NoBankid, Level::Substantial), None);
    }

    #[test]
    fn the_lowest_asked_level_is_asked_for_but_never_below_the_applications_own() {
        let both = wanted(&[Acr::NoBankidHigh, Acr::NoBankid]);
        assert_eq!(both.ask(Eid::NoBankid, Level::None).level, Level::Substantial);
        assert_eq!(both.ask(Eid::NoBankid, Level::High).level, Level::High);
        assert_eq!(both.eids(), [Eid::NoBankid]);
    }
}
