//! A browser session: what a person proved a while ago, and which requests it may answer.

use oidc::{Scope, Scopes};
use serde::{Deserialize, Serialize};

use crate::{AuthorizationRequest, Proof, SessionId, Timestamp, scopes_of_named};

/// What a session holds, sealed under its cookie. Never a national identity number.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BrowserSession {
    /// Its public id.
    pub id: SessionId,
    /// What was proved.
    pub proof: Proof,
    /// What the eID was asked for then: what it did not give of that, it does not have.
    pub asked: Scopes,
}

impl std::fmt::Debug for BrowserSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BrowserSession({})", self.id)
    }
}

impl BrowserSession {
    /// Makes a session of a proof. The number stays out.
    pub fn new(id: SessionId, proof: Proof, asked: Scopes) -> Self {
        Self {
            id,
            proof: proof.without_nin(),
            asked: asked.iter().filter(|scope| *scope != Scope::Nin).collect(),
        }
    }

    /// Says whether it answers a request without asking the person again: recent enough, high enough, with every
    /// claim that the eID would have been asked for, and not when the person is to be asked.
    ///
    /// Spec: OpenID Connect Core 1.0 §3.1.2.1 (`prompt`, `max_age`), §5.5.1.1 (`acr`)
    pub fn may_answer(&self, wanted: &AuthorizationRequest, now: Timestamp) -> bool {
        let prompt = wanted.prompt;
        if prompt.login || prompt.consent || prompt.select_account || wanted.nin_hint.is_some() {
            return false;
        }
        let age = now.since(self.proof.authenticated_at).as_secs();
        let recent = wanted.max_age.is_none_or(|most| most > 0 && age <= u64::from(most));
        let known = |scope| match scope {
            // The eID is not asked for these.
            Scope::Openid | Scope::EidSubject | Scope::OfflineAccess => true,
            Scope::Nin => false,
            Scope::Birthdate => self.asked.has(Scope::Profile),
            other => self.asked.has(other),
        };
        let complete = wanted.scopes.iter().chain(scopes_of_named(&wanted.claims)).all(known);
        recent && complete && wanted.is_met_by(self.proof.eid, self.proof.level)
    }
}

#[cfg(test)]
mod tests {
    use super::BrowserSession;
    use crate::{
        Acr, ApplicationId, AuthorizationRequest, EidEnvironment, Level, LoginMethod, Person, Proof,
        SessionId, Timestamp,
    };
    use oidc::{ClaimsRequest, Prompt, ResponseMode, Scope, Scopes};

    const NOW: Timestamp = Timestamp::from_seconds(1_000);

    fn session() -> BrowserSession {
        let person = Person { nin: crate::Nin::parse("NO", "17858499941"), ..Person::default() };
        let proof = Proof {
            eid: LoginMethod::NO_BANKID,
            environment: EidEnvironment::Test,
            stable_id: "x".to_owned(),
            level: Level::Substantial,
            amr: Vec::new(),
            authenticated_at: Timestamp::from_seconds(900),
            person,
            token: None,
        };
        BrowserSession::new(
            SessionId::from_bytes([0; 16]),
            proof,
            [Scope::Profile, Scope::Nin].into_iter().collect(),
        )
    }

    fn wanted(change: impl FnOnce(&mut AuthorizationRequest)) -> AuthorizationRequest {
        let mut wanted = AuthorizationRequest {
            application: ApplicationId::from_bytes([0; 16]),
            redirect_uri: String::new(),
            response_mode: ResponseMode::Query,
            state: None,
            nonce: None,
            challenge: None,
            scopes: [Scope::Openid, Scope::Profile].into_iter().collect(),
            claims: ClaimsRequest::default(),
            prompt: Prompt::default(),
            max_age: None,
            acrs: vec![Acr::NO_BANKID],
            acr_is_essential: false,
            narrowed: None,
            auth_time: false,
            subject: None,
            nin_hint: None,
            ui_locales: Vec::new(),
            trial: None,
            binding: None,
        };
        change(&mut wanted);
        wanted
    }

    #[test]
    fn a_session_has_no_national_identity_number() {
        assert_eq!((session().proof.person.nin, session().asked.has(Scope::Nin)), (None, false));
    }

    #[test]
    fn a_session_answers_only_what_a_new_login_would_not_change() {
        let answers = |change: fn(&mut AuthorizationRequest)| session().may_answer(&wanted(change), NOW);
        assert!(answers(|_| {}));
        assert!(answers(|it| it.prompt.none = true));
        assert!(answers(|it| it.max_age = Some(100)));
        assert!(!answers(|it| it.max_age = Some(99)));
        assert!(!answers(|it| it.max_age = Some(0)));
        assert!(!answers(|it| it.prompt.login = true));
        assert!(!answers(|it| it.prompt.select_account = true));
        assert!(!answers(|it| it.prompt.consent = true));
        assert!(!answers(|it| it.acrs = vec![Acr::NO_BANKID_HIGH]));
        assert!(!answers(|it| it.acrs = vec![Acr::NO_VIPPS]));
        assert!(!answers(|it| it.scopes = Scopes::parse("openid email")));
        assert!(!answers(|it| it.scopes = Scopes::parse("openid nin")));
        assert!(!answers(|it| it.nin_hint = crate::Nin::parse("NO", "17858499941")));
    }
}
