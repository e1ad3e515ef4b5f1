//! Vipps Login: a login, not an eID; it states no level.
//!
//! Spec: Vipps Login API guide (core concepts, browser flow integration), read 2023-12, and the changelog at
//! developer.vippsmobilepay.com. What is known from documents only is listed in `docs/upstream-assumptions.md`.

use std::sync::Arc;

use async_trait::async_trait;
use crypto::{Algorithm, Random};
use model::{
    Address, CheckFinding, CheckLine, CheckSubject, EidEnvironment, Level, LoginMethod, Memo, Nin, Person,
    Proof, Timestamp, UpstreamRequest,
};
use oidc::{Returned, Scope, Scopes};
use serde_json::{Map, Value};

use crate::{
    Connector, EidError, Outcome, Reason, RedirectEid, Started,
    asked::{Answer, complete, unanswered},
    maker::Maker,
    relying_party::{RelyingParty, check_age, instant, printable, text},
};

/// RS256 in the browser flow; ES256 in the redirect variant of CIBA.
const ALGORITHMS: &[Algorithm] = &[Algorithm::Rs256, Algorithm::Es256];

/// How Vipps' connector is made.
///
/// Spec: `…/.well-known/openid-configuration` of developer.vippsmobilepay.com, read 2025-26. The final slash of the
/// issuer is part of it.
pub(crate) const MAKER: Maker = Maker {
    eid: LoginMethod::NO_VIPPS,
    test_issuer: "https://apitest.vipps.no/access-management-1.0/access/",
    production_issuer: "https://api.vipps.no/access-management-1.0/access/",
    algorithms: ALGORITHMS,
    scope,
    make: |party, environment| Connector::Redirect(Arc::new(Vipps { party, environment })),
};

struct Vipps {
    party: RelyingParty,
    environment: EidEnvironment,
}

/// Our scope, Vipps' scopes, and the claims that they promise.
const SCOPES: [(Scope, &str, &[&str]); 5] = [
    (Scope::Profile, "name birthDate", &["name", "birthdate"]),
    (Scope::Email, "email", &["email"]),
    (Scope::Phone, "phoneNumber", &["phone_number"]),
    (Scope::Address, "address", &["address"]),
    (Scope::Nin, "nin", &["nin"]),
];

fn asked(scopes: Scopes) -> impl Iterator<Item = &'static (Scope, &'static str, &'static [&'static str])> {
    SCOPES.iter().filter(move |(scope, ..)| scopes.has(*scope))
}

fn scope(scopes: Scopes) -> String {
    std::iter::once("openid").chain(asked(scopes).map(|(_, scope, _)| *scope)).collect::<Vec<_>>().join(" ")
}

/// Vipps gives `4712345678`; E.164 has a plus. Anything else is left out rather than guessed.
fn phone(given: &str) -> Option<String> {
    let digits = given.strip_prefix('+').unwrap_or(given);
    ((8..=15).contains(&digits.len()) && digits.bytes().all(|it| it.is_ascii_digit()))
        .then(|| format!("+{digits}"))
}

fn address(claims: &Map<String, Value>) -> Option<Address> {
    let given = claims.get("address")?.as_object()?;
    let own = |name| text(given, name).map(str::to_owned);
    let address = Address {
        street_address: own("street_address"),
        postal_code: own("postal_code"),
        // Vipps puts the place into `region`.
        locality: own("region"),
        region: None,
        country: own("country"),
        formatted: own("formatted"),
    };
    (address != Address::default()).then_some(address)
}

fn judge_error(error: &str) -> Result<Outcome, EidError> {
    let what = || format!("the authorization was refused: {}", printable(error));
    match error {
        "access_denied" => Ok(Outcome::Refused(Reason::Cancelled)),
        "server_error" | "temporarily_unavailable" | "outdated_app_version" | "unknown_reject_reason" => {
            Err(EidError::Unavailable(printable(error)))
        }
        "login_required" => Err(EidError::TimedOut(printable(error))),
        "invalid_scope" | "unauthorized_client" | "invalid_client" => Err(EidError::Misconfigured(what())),
        _ => Err(EidError::Upstream(what())),
    }
}

/// Only what is expected counts (docs/upstream-assumptions.md).
fn judge_code(answer: &Answer) -> CheckFinding {
    match (answer.status, answer.error()) {
        (400 | 401, "invalid_client") => CheckFinding::CredentialsRefused,
        (400, "invalid_grant") => CheckFinding::Good,
        _ => CheckFinding::Unrecognised,
    }
}

/// A login goes on with a challenge at an address that is not ours; a callback address that is not registered is named, and
/// nobody is sent to it.
fn judge_authorization(answer: &Answer, callback: &str) -> CheckFinding {
    let leads_to_us = answer.location.as_ref().is_some_and(|(url, _)| url.starts_with(callback));
    let has_challenge = answer.parameter("login_challenge").is_some_and(|it| !it.is_empty());
    match (answer.status, answer.error()) {
        _ if leads_to_us => CheckFinding::Unrecognised,
        (302 | 303, "") if has_challenge => CheckFinding::Good,
        (200 | 302 | 303 | 400, "invalid_request") if answer.names("redirect_uri") => {
            CheckFinding::RedirectUriUnregistered
        }
        _ => CheckFinding::Unrecognised,
    }
}

impl Vipps {
    fn proof(&self, claims: &Map<String, Value>) -> Result<Proof, EidError> {
        let own = |name| text(claims, name).map(str::to_owned);
        let flag = |name| claims.get(name).and_then(Value::as_bool);
        let stated = if claims.contains_key("auth_time") { "auth_time" } else { "iat" };
        Ok(Proof {
            eid: LoginMethod::NO_VIPPS,
            environment: self.environment,
            // Present and 1 to 255 characters: the ID token was verified.
            stable_id: own("sub").unwrap_or_default(),
            level: Level::None,
            amr: Vec::new(),
            authenticated_at: instant(claims, stated)?,
            person: Person {
                name: own("name"),
                given_name: own("given_name"),
                family_name: own("family_name"),
                birthdate: own("birthdate"),
                email: own("email"),
                email_verified: flag("email_verified"),
                phone_number: text(claims, "phone_number").and_then(phone),
                phone_number_verified: flag("phone_number_verified"),
                address: address(claims),
                nin: text(claims, "nin").and_then(|it| Nin::parse("NO", it)),
                more: None,
            },
            token: None,
        })
    }
}

#[async_trait]
impl RedirectEid for Vipps {
    fn client(&self) -> [u8; 16] {
        self.party.client()
    }

    async fn start(
        &self,
        ask: &UpstreamRequest,
        random: &Random,
        now: Timestamp,
    ) -> Result<Started, EidError> {
        let memo = self.party.memo(random, None, now);
        let url = self.party.start(&memo, &[("scope", scope(ask.scopes))], false).await?;
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
            return judge_error(error);
        }
        let tokens = self.party.redeem(memo, &returned, now).await?;
        let promised: Vec<&str> =
            asked(ask.scopes).flat_map(|(_, _, claims)| claims.iter().copied()).collect();
        let claims = self.party.complete(tokens, &promised, false, now).await?;
        let proof = self.proof(&claims)?;
        if ask.max_age.is_some() && !claims.contains_key("auth_time") {
            return Err(EidError::Upstream("no auth_time came, so the age of the login is unknown".into()));
        }
        check_age(proof.authenticated_at, memo, ask.max_age)?;
        if ask.scopes.has(Scope::Nin) && proof.person.nin.is_none() {
            return Ok(Outcome::Refused(Reason::NinRefused));
        }
        Ok(Outcome::Proved(Box::new(proof)))
    }

    /// Vipps says nothing of a scope before somebody has logged in, so the number is never known.
    async fn check(&self, number: bool, random: &Random, now: Timestamp) -> Vec<CheckLine> {
        use CheckFinding as Found;
        use CheckSubject::{Credentials, NationalNumber, RedirectUri};
        let (metadata, discovery) = self.party.discover(now).await;
        let Some(metadata) = metadata else { return complete(vec![discovery], Found::NotAsked) };
        let (with, issuer) = ((random, now), self.party.upstream.issuer());
        let line = |answer: &Answer, subject, finding| match finding {
            Found::Good => CheckLine::new(subject, finding),
            _ => answer.line(subject, finding),
        };
        let credentials = match self.party.ask_by_code(&metadata, with).await {
            Err(error) => unanswered(Credentials, &error).about(issuer),
            Ok(answer) => line(&answer, Credentials, judge_code(&answer)),
        };
        let scope = [("scope", "openid".to_owned())];
        let redirect_uri = match self.party.ask_by_browser(&metadata, &scope, with).await {
            Err(error) => unanswered(RedirectUri, &error).about(issuer),
            Ok(answer) => {
                let judged = judge_authorization(&answer, &self.party.callback);
                line(&answer, RedirectUri, judged).about(self.party.callback.clone())
            }
        };
        let number =
            CheckLine::new(NationalNumber, if number { Found::NeedsLogin } else { Found::NumberNotUsed });
        complete(vec![discovery, credentials, redirect_uri, number], Found::NotAsked)
    }
}

#[cfg(test)]
mod tests {
    use super::phone;

    #[test]
    fn a_phone_number_becomes_e_164_or_is_left_out() {
        assert_eq!(phone("4712345678").as_deref(), Some("+4712345678"));
        assert_eq!(phone("+4712345678").as_deref(), Some("+4712345678"));
        assert_eq!(phone("12 34 56 78"), None);
        assert_eq!(phone("1"), None);
    }
}
