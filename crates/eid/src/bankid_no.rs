//! Norwegian BankID, OIDC API v4.
//!
//! Spec: developer.bankid.no, "BankID OIDC Provider" (api versions, authorize, id token, error handling), read
//! 2025-26. What is known from documents only is listed in `docs/upstream-assumptions.md`.

use std::sync::Arc;

use async_trait::async_trait;
use crypto::{Algorithm, Random};
use model::{
    CheckFinding, CheckLine, CheckSubject, EidEnvironment, Level, LoginMethod, Memo, Nin, Person, Proof,
    Timestamp, UpstreamRequest,
};
use oidc::{Returned, Scope, Scopes};
use serde_json::{Map, Value};

use crate::{
    Connector, EidError, Outcome, Reason, RedirectEid, Started,
    asked::{Answer, complete, unanswered},
    maker::Maker,
    relying_party::{RelyingParty, check_age, instant, printable, text},
};

/// ES256 since v3; RS256 is what the older library examples expect.
const ALGORITHMS: &[Algorithm] = &[Algorithm::Es256, Algorithm::Rs256];

/// How BankID's connector is made.
///
/// Spec: `…/.well-known/openid-configuration` of developer.bankid.no, read 2025-26.
pub(crate) const MAKER: Maker = Maker {
    eid: LoginMethod::NO_BANKID,
    test_issuer: "https://auth.current.bankid.no/auth/realms/current",
    production_issuer: "https://auth.bankid.no/auth/realms/prod",
    algorithms: ALGORITHMS,
    scope,
    make: |party, environment| Connector::Redirect(Arc::new(BankidNo { party, environment })),
};

/// `profile` always: a login without a name is of no use to anybody, and it costs nothing more.
fn scope(scopes: Scopes) -> String {
    if scopes.has(Scope::Nin) { "openid profile nnin_altsub" } else { "openid profile" }.to_owned()
}

struct BankidNo {
    party: RelyingParty,
    environment: EidEnvironment,
}

/// Spec: developer.bankid.no, "Identity providers": `urn:bankid:bid` (high), `urn:bankid:bis` (substantial).
fn acr_values(ask: &UpstreamRequest) -> &'static str {
    match (ask.level, ask.biometrics) {
        (Level::High, _) => "urn:bankid:bid",
        (_, true) => "urn:bankid:bis",
        (_, false) => "urn:bankid:bid urn:bankid:bis",
    }
}

/// What the ID token says, compared exactly; anything else is no level at all.
fn level(acr: Option<&str>) -> Level {
    match acr {
        Some("urn:bankid:bid;LOA=4") => Level::High,
        Some("urn:bankid:bis;LOA=3") => Level::Substantial,
        _ => Level::None,
    }
}

/// Spec: developer.bankid.no, "Error handling": cancel and failure differ only in `error_description`.
fn judge_error(error: &str, description: Option<&str>) -> Result<Outcome, EidError> {
    let code = description.and_then(|it| it.split_once("bankid_error_codes:")).map(|(_, code)| code.trim());
    match (error, code) {
        ("access_denied", None | Some("9001")) => Ok(Outcome::Refused(Reason::Cancelled)),
        (_, Some("9409")) => Err(EidError::TimedOut("bankid_error_codes:9409".into())),
        ("access_denied" | "server_error" | "temporarily_unavailable", code) => {
            Err(EidError::Unavailable(printable(code.unwrap_or(error))))
        }
        ("invalid_scope" | "unauthorized_client" | "invalid_client", _) => {
            Err(EidError::Misconfigured(format!("the authorization was refused: {}", printable(error))))
        }
        _ => Err(EidError::Upstream(format!("the authorization was refused: {}", printable(error)))),
    }
}

/// RFC 8176 words where BankID's own say the same, then BankID's own.
fn amr(claims: &Map<String, Value>) -> Vec<String> {
    let own: Vec<String> = match claims.get("amr") {
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).take(10).map(printable).collect(),
        Some(Value::String(one)) => vec![printable(one)],
        _ => Vec::new(),
    };
    let has = |word: &str| own.iter().any(|it| it == word);
    let mut all = Vec::new();
    if !own.is_empty() {
        all.push("mfa".to_owned());
    }
    if has("bid-app") {
        all.push("hwk".to_owned());
    }
    if has("bid-otp") {
        all.push("otp".to_owned());
    }
    if has("bis-bid") || has("bis-mfa") {
        all.push("user".to_owned());
    }
    all.extend(own);
    all
}

/// What the eID says of a pushed request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pushed {
    /// Nothing against it.
    Accepted,
    /// The client is not who it says.
    ClientRefused,
    /// It does not know the redirect URI.
    RedirectUriRefused,
    /// It does not give a scope.
    ScopeRefused,
    /// Anything else.
    Unrecognised,
}

/// Only what is expected counts (docs/upstream-assumptions.md).
fn judge_push(answer: &Answer) -> Pushed {
    let request_uri = text(&answer.body, "request_uri");
    match (answer.status, answer.error()) {
        (200 | 201, "") if request_uri.is_some() => Pushed::Accepted,
        (400 | 401, "invalid_client" | "unauthorized_client") => Pushed::ClientRefused,
        (400, "invalid_request") if answer.names("redirect_uri") => Pushed::RedirectUriRefused,
        (400, "invalid_scope") => Pushed::ScopeRefused,
        (400, "invalid_request") if answer.names("scope") => Pushed::ScopeRefused,
        _ => Pushed::Unrecognised,
    }
}

impl BankidNo {
    /// Asks for the scopes that logins use; the number is asked for apart, so that its refusal says nothing of the rest.
    async fn ask(
        &self,
        metadata: &oidc::UpstreamMetadata,
        scope: &str,
        with: (&Random, Timestamp),
    ) -> Option<Result<Answer, EidError>> {
        let extra = [("scope", scope.to_owned()), ("acr_values", "urn:bankid:bid urn:bankid:bis".to_owned())];
        self.party.ask_by_push(metadata, &extra, with).await
    }

    fn proof(&self, claims: &Map<String, Value>) -> Result<Proof, EidError> {
        // `sub` is documented as not stable; `bankid_altsub` is the person.
        let stable_id = text(claims, "bankid_altsub")
            .filter(|it| it.len() <= 255)
            .ok_or_else(|| EidError::Upstream("no bankid_altsub came".into()))?;
        let own = |name| text(claims, name).map(str::to_owned);
        let issued = instant(claims, "iat")?;
        Ok(Proof {
            eid: LoginMethod::NO_BANKID,
            environment: self.environment,
            stable_id: stable_id.to_owned(),
            level: level(text(claims, "acr")),
            amr: amr(claims),
            // v4: `auth_time` is deprecated in favour of `iat`; every login is a new authentication.
            authenticated_at: issued,
            person: Person {
                name: own("name"),
                given_name: own("given_name"),
                family_name: own("family_name"),
                birthdate: own("birthdate"),
                nin: text(claims, "nnin_altsub").and_then(|it| Nin::parse("NO", it)),
                ..Person::default()
            },
            token: None,
        })
    }
}

#[async_trait]
impl RedirectEid for BankidNo {
    fn client(&self) -> [u8; 16] {
        self.party.client()
    }

    async fn start(
        &self,
        ask: &UpstreamRequest,
        random: &Random,
        now: Timestamp,
    ) -> Result<Started, EidError> {
        let memo = self.party.memo(random, ask.binding, now);
        let locale = if ask.ui_locales.first().is_some_and(|it| it.starts_with("en")) { "en" } else { "nb" };
        let mut extra = vec![
            ("scope", scope(ask.scopes)),
            ("acr_values", acr_values(ask).to_owned()),
            ("ui_locales", locale.to_owned()),
        ];
        if ask.max_age == Some(0) {
            extra.push(("prompt", "login".to_owned()));
        }
        if let Some(nin) = &ask.nin_hint {
            extra.push(("login_hint", format!(":{}", nin.digits())));
        }
        // v4: a national number travels through PAR only.
        let url = self.party.start(&memo, &extra, ask.nin_hint.is_some()).await?;
        Ok(Started { url, memo })
    }

    async fn finish(
        &self,
        ask: &UpstreamRequest,
        memo: &Memo,
        returned: Returned,
        now: Timestamp,
    ) -> Result<Outcome, EidError> {
        if let Some(error) = &returned.error {
            self.party.check_issuer(&*self.party.upstream.metadata(now).await?, &returned)?;
            return judge_error(error, returned.error_description.as_deref());
        }
        let tokens = self.party.redeem(memo, &returned, now).await?;
        let token = ask.binding.map(|_| Box::new(tokens.proved.clone()));
        let mut promised = vec!["name", "birthdate"];
        let with_nin = ask.scopes.has(Scope::Nin);
        if with_nin {
            promised.push("nnin_altsub");
        }
        let claims = self.party.complete(tokens, &promised, true, now).await?;
        let proof = Proof { token, ..self.proof(&claims)? };
        check_age(proof.authenticated_at, memo, ask.max_age)?;
        if with_nin && proof.person.nin.is_none() {
            return Ok(Outcome::Refused(Reason::NinRefused));
        }
        Ok(Outcome::Proved(Box::new(proof)))
    }

    async fn check(&self, number: bool, random: &Random, now: Timestamp) -> Vec<CheckLine> {
        use CheckFinding as Found;
        use CheckSubject::{Credentials, NationalNumber, RedirectUri};
        let (metadata, discovery) = self.party.discover(now).await;
        let Some(metadata) = metadata else { return complete(vec![discovery], Found::NotAsked) };
        let with = (random, now);
        let plain = match self.ask(&metadata, "openid profile", with).await {
            None => return complete(vec![discovery], Found::NotOffered),
            Some(Err(error)) => {
                let line = unanswered(Credentials, &error).about(self.party.upstream.issuer());
                return complete(vec![discovery, line], Found::NotAsked);
            }
            Some(Ok(answer)) => answer,
        };
        let good = |subject| CheckLine::new(subject, Found::Good);
        let mut lines = vec![discovery];
        match judge_push(&plain) {
            Pushed::Accepted => lines.extend([good(Credentials), good(RedirectUri)]),
            Pushed::ClientRefused => lines.push(plain.line(Credentials, Found::CredentialsRefused)),
            Pushed::RedirectUriRefused => {
                let refused = plain.line(RedirectUri, Found::RedirectUriUnregistered);
                lines.extend([good(Credentials), refused.about(self.party.callback.clone())]);
            }
            Pushed::ScopeRefused => {
                lines.extend([good(Credentials), plain.line(RedirectUri, Found::Unrecognised)]);
            }
            Pushed::Unrecognised => lines.push(plain.line(Credentials, Found::Unrecognised)),
        }
        if !number {
            lines.push(CheckLine::new(NationalNumber, Found::NumberNotUsed));
        } else if judge_push(&plain) == Pushed::Accepted
            && let Some(answer) = self.ask(&metadata, "openid profile nnin_altsub", with).await
        {
            lines.push(match answer {
                Err(error) => unanswered(NationalNumber, &error).about(self.party.upstream.issuer()),
                Ok(answer) => match judge_push(&answer) {
                    Pushed::Accepted => good(NationalNumber),
                    Pushed::ScopeRefused => answer.line(NationalNumber, Found::NumberNotGranted),
                    _ => answer.line(NationalNumber, Found::Unrecognised),
                },
            });
        }
        complete(lines, Found::NotAsked)
    }
}

#[cfg(test)]
mod tests {
    use super::{judge_error, level};
    use crate::{EidError, Outcome, Reason};
    use model::Level;

    #[test]
    fn neg_19_acr_values_are_compared_exactly() {
        assert_eq!(level(Some("urn:bankid:bid;LOA=4")), Level::High);
        assert_eq!(level(Some("urn:bankid:bis;LOA=3")), Level::Substantial);
        for other in
            [None, Some("urn:bankid:bid"), Some("urn:bankid:bid;LOA=5"), Some("urn:bankid:bis;LOA=4")]
        {
            assert_eq!(level(other), Level::None, "{other:?}");
        }
    }

    #[test]
    fn cancel_and_failure_differ_in_the_description() {
        assert!(matches!(judge_error("access_denied", None), Ok(Outcome::Refused(Reason::Cancelled))));
        let code = |code| judge_error("access_denied", Some(code));
        assert!(matches!(code("bankid_error_codes:9001"), Ok(Outcome::Refused(Reason::Cancelled))));
        assert!(matches!(code("bankid_error_codes:9409"), Err(EidError::TimedOut(_))));
        assert!(matches!(code("bankid_error_codes:14ab"), Err(EidError::Unavailable(_))));
        assert!(matches!(judge_error("invalid_scope", None), Err(EidError::Misconfigured(_))));
    }
}
