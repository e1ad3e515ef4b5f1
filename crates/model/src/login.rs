//! One person's authentication in flight, from the application's request to the answer.
//!
//! ```text
//!            start                 choose / only one eID
//!  (request) ─────► Choosing ────────────────────────────► AtEid ──┬─ proved, no page needed ─► (code)
//!                      ▲                                     ▲     ├─ proved, consent needed ─► Consent ─► (code | error)
//!                      │  choose another eID                 │     ├─ refused by the person ──► (error)
//!                      └───────────── Trouble ◄──────────────┼─────┘  trouble, pages on
//!                                        └── try again ──────┘
//!  An eID that is polled: Polling in place of AtEid.
//!  every end ─► Over: the cookie outlives its login by an hour and says so
//! ```

use std::{fmt, time::Duration};

use oidc::{Challenge, ClaimsRequest, Prompt, ResponseMode, Scopes};
use serde::{Deserialize, Serialize};

use crate::{Acr, ApplicationId, Level, LoginMethod, Nin, Timestamp, TrialLogin};

/// What the application asked, checked and understood. This is what the flow works with from then on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationRequest {
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
    /// The eID of which a `login_hint` made a value one that asks for more.
    pub narrowed: Option<LoginMethod>,
    /// `auth_time` was asked for by name.
    pub auth_time: bool,
    /// The person must be the one with this subject (`id_token_hint`, `claims.id_token.sub`).
    pub subject: Option<String>,
    /// A national identity number to hand to the eID.
    pub nin_hint: Option<Nin>,
    /// Languages, best first; at most four.
    pub ui_locales: Vec<String>,
    /// The trial that this login belongs to; its answer goes to whoever began it, and not to the application.
    pub trial: Option<TrialLogin>,
    /// What the eID's token is bound to, as its nonce: a digest of what the person approves. The token is kept as evidence then.
    pub binding: Option<[u8; 32]>,
}

/// What a connector is asked to find out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpstreamRequest {
    /// The lowest level that will do.
    pub level: Level,
    /// The application asked for biometrics first (`…:substantial`).
    pub biometrics: bool,
    /// What the application may see; the connector asks for no more.
    pub scopes: Scopes,
    /// A national identity number that the application knows already.
    pub nin_hint: Option<Nin>,
    /// The person must prove themselves anew, or lately enough (seconds).
    pub max_age: Option<u32>,
    /// Languages, best first.
    pub ui_locales: Vec<String>,
    /// The nonce that the eID's token must have; the token itself is part of the proof then.
    pub binding: Option<[u8; 32]>,
}

/// What a connector must remember between sending the person away and seeing them again.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memo {
    /// The random id that comes back in the query; spent once.
    pub state: [u8; 16],
    /// Names the issuer and client that the person was sent to ([`upstream_client`]). An answer is redeemed there and
    /// nowhere else.
    pub client: [u8; 16],
    /// What only the connector understands: its nonce, its verifier.
    pub of_connector: Vec<u8>,
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
    /// The eID's name has no address here.
    EidNameUnknown,
    /// Names cannot be looked up here at present.
    EidLookupFailed,
    /// The eID's certificate is of an authority that is not trusted here.
    EidUntrusted,
    /// The TLS handshake with the eID failed in another way.
    EidTlsFailed,
    /// The eID's certificate has expired or is not valid yet, or our clock is wrong.
    EidExpired,
    /// The eID's certificate is for another name.
    EidWrongName,
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
            Self::EidNameUnknown => "eid-name-unknown",
            Self::EidLookupFailed => "eid-name-lookup-failed",
            Self::EidUntrusted => "eid-untrusted",
            Self::EidTlsFailed => "eid-tls-failed",
            Self::EidExpired => "eid-certificate-expired",
            Self::EidWrongName => "eid-certificate-name",
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
        eid: LoginMethod,
        /// What the connector must remember.
        memo: Memo,
    },
    /// A test user is asked for a password on our own page.
    SigningIn {
        /// A random id, spent once.
        state: [u8; 16],
        /// What the answer to the form is kept under.
        secret: [u8; 32],
    },
    /// The person has proved who they are and is asked to agree; the proof waits in a row that the key opens.
    Consent {
        /// Finds and opens the row.
        key: [u8; 32],
        /// What the page listed when the person last looked; nothing more is agreed to.
        listed: Scopes,
    },
    /// Something went wrong; the person may try again, choose another eID, or go back.
    Trouble {
        /// Where it went wrong.
        eid: LoginMethod,
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
    /// The person answers the eID on another device; what the eID is asked by waits in a row that the key opens.
    // The last variant: cookies name a variant by its place.
    Polling {
        /// Which one.
        eid: LoginMethod,
        /// Finds and opens the row; the answer that ends the login is kept under it, too.
        key: [u8; 32],
    },
}

impl Phase {
    /// Says whether the login has ended.
    pub const fn is_over(&self) -> bool {
        matches!(self, Self::Over { .. })
    }

    /// The secret under which the answer to this phase's form, or to the last question of an eID that is polled, is kept;
    /// `None` where there is neither.
    pub const fn form_secret(&self) -> Option<[u8; 32]> {
        match self {
            Self::Consent { key, .. } | Self::Polling { key, .. } => Some(*key),
            Self::SigningIn { secret, .. } => Some(*secret),
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
            Self::SigningIn { .. } => f.debug_struct("SigningIn").finish_non_exhaustive(),
            Self::Consent { .. } => f.debug_struct("Consent").finish_non_exhaustive(),
            Self::Trouble { eid, trouble, .. } => {
                f.debug_struct("Trouble").field("eid", eid).field("trouble", trouble).finish_non_exhaustive()
            }
            Self::Over { .. } => f.write_str("Over"),
            Self::Polling { eid, .. } => f.debug_struct("Polling").field("eid", eid).finish_non_exhaustive(),
        }
    }
}

/// A login in flight.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Login {
    /// What the application asked; `None` when it is stored under `parked` because it is long.
    pub wanted: Option<AuthorizationRequest>,
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

/// How long a login may take, from the application's request to the answer.
pub const LOGIN_FOR: Duration = Duration::from_secs(15 * 60);

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
    pub fn leave_for(&mut self, eid: LoginMethod, memo: Memo) {
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

impl AuthorizationRequest {
    /// The eIDs that satisfy the request, in the order in which they are shown.
    pub fn eids(&self) -> Vec<LoginMethod> {
        LoginMethod::all().filter(|eid| self.acrs.iter().any(|acr| acr.method() == *eid)).collect()
    }

    /// Says whether a login with this eID at this level is what was asked.
    pub fn is_met_by(&self, eid: LoginMethod, level: Level) -> bool {
        self.acrs.iter().any(|acr| acr.is_met_by(eid, level))
    }

    /// The `acr` to return: what was reached, or, where `acr` is essential, the asked value that it satisfies.
    ///
    /// Spec: the public contract, "Levels and acr"; OpenID Connect Core 1.0 §5.5.1.1
    pub fn returned_acr(&self, eid: LoginMethod, level: Level) -> Option<Acr> {
        let met = self.acrs.iter().copied().find(|acr| acr.is_met_by(eid, level))?;
        Some(if self.acr_is_essential { met } else { Acr::reached(eid, level) })
    }

    /// The asked value that a login satisfied, as it was asked: the very one that was reached before others.
    pub fn asked_acr(&self, eid: LoginMethod, level: Level) -> Option<Acr> {
        let reached = Acr::reached(eid, level);
        let met = |acr: &Acr| acr.is_met_by(eid, level);
        let first = self.acrs.iter().copied().find(met)?;
        let exact = self.acrs.contains(&reached) && !self.acr_is_essential;
        let asked = if exact { reached } else { first };
        Some(if self.narrowed == Some(eid) { eid.any() } else { asked })
    }

    /// Says whether the answer is to say when the person proved themselves.
    pub fn wants_auth_time(&self) -> bool {
        self.auth_time || self.max_age.is_some()
    }

    /// What to ask of the connector of `eid`; `minimum` is the application's own.
    pub fn ask(&self, eid: LoginMethod, minimum: Level) -> UpstreamRequest {
        let asked = || self.acrs.iter().filter(|acr| acr.method() == eid);
        let level = asked().map(|acr| acr.level()).min().unwrap_or_default();
        let named = crate::claim_rules::scopes_of_named(&self.claims);
        UpstreamRequest {
            level: level.max(minimum),
            biometrics: asked().any(|acr| acr.prefers_biometrics()),
            scopes: self.scopes.iter().chain(named).collect(),
            nin_hint: self.nin_hint.clone(),
            max_age: if self.prompt.login { Some(0) } else { self.max_age },
            ui_locales: self.ui_locales.clone(),
            binding: self.binding,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::AuthorizationRequest;
    use crate::{Acr, ApplicationId, Level, LoginMethod};
    use oidc::{ClaimsRequest, Prompt, ResponseMode, Scopes};

    fn wanted(acrs: &[Acr]) -> AuthorizationRequest {
        AuthorizationRequest {
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
            narrowed: None,
            auth_time: false,
            subject: None,
            nin_hint: None,
            ui_locales: Vec::new(),
            trial: None,
            binding: None,
        }
    }

    #[test]
    fn neg_19_a_lower_level_never_satisfies() {
        let high = wanted(&[Acr::NO_BANKID_HIGH]);
        assert_eq!(high.returned_acr(LoginMethod::NO_BANKID, Level::Substantial), None);
        assert_eq!(high.returned_acr(LoginMethod::NO_BANKID, Level::High), Some(Acr::NO_BANKID_HIGH));
        assert_eq!(high.returned_acr(LoginMethod::NO_VIPPS, Level::None), None);
    }

    #[test]
    fn an_essential_acr_is_returned_as_it_was_asked() {
        let mut any = wanted(&[Acr::NO_VIPPS, Acr::NO_BANKID]);
        assert_eq!(any.returned_acr(LoginMethod::NO_BANKID, Level::High), Some(Acr::NO_BANKID_HIGH));
        any.acr_is_essential = true;
        assert_eq!(any.returned_acr(LoginMethod::NO_BANKID, Level::High), Some(Acr::NO_BANKID));
    }

    #[test]
    fn the_asked_acr_is_the_one_that_was_reached_or_the_first_that_is_met() {
        let mut both = wanted(&[Acr::NO_BANKID, Acr::NO_BANKID_HIGH]);
        assert_eq!(both.asked_acr(LoginMethod::NO_BANKID, Level::High), Some(Acr::NO_BANKID_HIGH));
        assert_eq!(both.asked_acr(LoginMethod::NO_BANKID, Level::Substantial), Some(Acr::NO_BANKID));
        both.acr_is_essential = true;
        assert_eq!(both.asked_acr(LoginMethod::NO_BANKID, Level::High), Some(Acr::NO_BANKID));
        let mut hinted = wanted(&[Acr::NO_BANKID_HIGH]);
        hinted.narrowed = Some(LoginMethod::NO_BANKID);
        assert_eq!(hinted.asked_acr(LoginMethod::NO_BANKID, Level::High), Some(Acr::NO_BANKID));
        assert_eq!(hinted.asked_acr(LoginMethod::NO_BANKID, Level::Substantial), None);
    }

    #[test]
    fn the_lowest_asked_level_is_asked_for_but_never_below_the_applications_own() {
        let both = wanted(&[Acr::NO_BANKID_HIGH, Acr::NO_BANKID]);
        assert_eq!(both.ask(LoginMethod::NO_BANKID, Level::None).level, Level::Substantial);
        assert_eq!(both.ask(LoginMethod::NO_BANKID, Level::High).level, Level::High);
        assert_eq!(both.eids(), [LoginMethod::NO_BANKID]);
    }
}
