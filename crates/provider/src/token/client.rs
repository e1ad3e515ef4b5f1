//! Client authentication.

use std::{sync::Arc, time::Duration};

use crypto::{Algorithm, Digest};
use model::{AuthenticationFailure, ClientAuthentication, EventDetails, TenantId, Timestamp, shortened};
use oidc::{ClientCredentials, Pair, numeric_date};
use serde_json::{Map, Value};
use store::{StoreError, WriteTx, spent_values};
use texts::Cause;

use crate::{
    Application, Issuer, Provider, Refusal, RefusedDetails, RequestContext, failed_authentications::Named,
    refusal::refuse,
};

/// A client that has proved who it is. Its assertion's `jti`, if it used one, must be spent in the same write
/// as whatever it came for.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) application: Arc<Application>,
    pub(crate) jti: Option<Jti>,
}

/// The id of a client assertion, and until when it must be remembered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Jti {
    digest: Digest,
    expires_at: Timestamp,
}

impl Jti {
    /// Spends it; `false` when it was spent before, and then nothing else may be done.
    pub(crate) fn spend(
        it: Option<&Self>,
        tx: &mut WriteTx<'_>,
        tenant: TenantId,
    ) -> Result<bool, StoreError> {
        let Some(Self { digest, expires_at }) = it else { return Ok(true) };
        spent_values::consume(tx, tenant, "client_assertion", digest, *expires_at)
    }
}

/// The answer to an assertion that was used before.
pub(crate) const fn assertion_reused() -> Refusal {
    refuse(Cause::AssertionReused)
}

/// One text for every reason, so that it does not tell which client ids exist.
fn unknown() -> Refusal {
    refuse(Cause::ClientAuthenticationFailed)
}

/// The same, with the reason for the operator.
fn unknown_because(
    why: AuthenticationFailure,
    (application, client_id): (Option<&Application>, Option<&str>),
) -> Refusal {
    let sent = client_id.filter(|_| application.is_none()).map(shortened);
    let kept = EventDetails { authentication: Some(why), client_id: sent, ..EventDetails::default() };
    let application = application.map(|it| (it.client_id.clone(), it.name.clone()));
    unknown().with(Box::new(RefusedDetails { kept, application, ..RefusedDetails::default() }))
}

fn not_found(client_id: &str) -> Refusal {
    unknown_because(AuthenticationFailure::ClientUnknown, (None, Some(client_id)))
}

fn of(why: AuthenticationFailure, application: &Application) -> Refusal {
    unknown_because(why, (Some(application), None))
}

/// Why no reading of what was presented is right: what is said of the last application that one of them names.
fn why_not(pairs: &[Pair], named: &Named, now: Timestamp) -> Refusal {
    let known = pairs.iter().rev().find_map(|pair| Some((pair, named.find(&pair.client_id)?)));
    let Some(pair) = known.map(|(pair, _)| pair).or(pairs.first()) else { return unknown() };
    // An unknown client costs the same digest here too.
    let presented = Digest::of(pair.secret.expose().as_bytes());
    let Some((_, application)) = known else { return not_found(&pair.client_id) };
    let why = match application.settings.authentication {
        ClientAuthentication::ClientSecret if pair.secret.expose().is_empty() => {
            AuthenticationFailure::NothingSent
        }
        ClientAuthentication::ClientSecret => application.why_not(&presented, now),
        ClientAuthentication::None | ClientAuthentication::PrivateKeyJwt => {
            AuthenticationFailure::OtherMethod
        }
    };
    of(why, application)
}

impl Provider {
    /// Spends a client's assertion where no write follows that could.
    pub(crate) async fn spend_assertion(&self, issuer: &Issuer, client: &Client) -> Result<(), Refusal> {
        let (tenant, Some(jti)) = (issuer.tenant, client.jti) else { return Ok(()) };
        let first = self.store.write(move |tx| Jti::spend(Some(&jti), tx, tenant)).await?;
        if first { Ok(()) } else { Err(assertion_reused()) }
    }

    /// The refusal of a client's request where no write follows: its assertion is spent all the same.
    pub(crate) async fn refuse_client(&self, issuer: &Issuer, client: &Client, cause: Cause) -> Refusal {
        self.spend_assertion(issuer, client).await.err().unwrap_or_else(|| refuse(cause))
    }

    /// Authenticates a client by the one method that its application has. A failure counts, and too many of them
    /// refuse the client from there for a while.
    pub(crate) async fn authenticate(
        &self,
        issuer: &Issuer,
        credentials: &ClientCredentials,
        context: &RequestContext,
    ) -> Result<Client, Refusal> {
        let (named, attempt) = self.attempt(issuer, credentials, context).await?;
        let client = self.recognise(issuer, credentials, (&named, context));
        if let (Err(Refusal::OAuth(_)), Some(attempt)) = (&client, attempt) {
            self.count_failure(issuer, attempt, context).await?;
        }
        client
    }

    fn recognise(
        &self,
        issuer: &Issuer,
        credentials: &ClientCredentials,
        (named, context): (&Named, &RequestContext),
    ) -> Result<Client, Refusal> {
        match credentials {
            ClientCredentials::Basic(pairs) => self.by_secret(issuer, pairs, (named, context)),
            ClientCredentials::Post(pair) => {
                self.by_secret(issuer, std::slice::from_ref(pair), (named, context))
            }
            ClientCredentials::None(client_id) => {
                let found = named.find(client_id).ok_or_else(|| not_found(client_id))?;
                let application = Arc::clone(found);
                if !application.settings.is_public() {
                    return Err(of(AuthenticationFailure::NothingSent, &application));
                }
                Ok(Client { application, jti: None })
            }
            ClientCredentials::Assertion { client_id, assertion } => {
                by_assertion(issuer, (client_id.as_deref(), assertion), (named, context.now))
            }
        }
    }

    /// Every reading of what was presented is tried, and the first that is right counts: how long it takes does not tell
    /// which one it was.
    fn by_secret(
        &self,
        issuer: &Issuer,
        pairs: &[Pair],
        (named, context): (&Named, &RequestContext),
    ) -> Result<Client, Refusal> {
        let mut found = None;
        for pair in pairs {
            // An unknown client costs the same digest as a known one.
            let presented = Digest::of(pair.secret.expose().as_bytes());
            let Some(application) = named.find(&pair.client_id) else { continue };
            let is_right = match application.settings.authentication {
                // Nothing is no secret, whatever digest somebody has brought.
                ClientAuthentication::ClientSecret => {
                    let known = application.secret(&presented, context.now).is_some();
                    known && !pair.secret.expose().is_empty()
                }
                // Some libraries send a header for a public client too.
                ClientAuthentication::None => pair.secret.expose().is_empty(),
                ClientAuthentication::PrivateKeyJwt => false,
            };
            if is_right && found.is_none() {
                found = Some((Arc::clone(application), presented));
            }
        }
        let (application, presented) = found.ok_or_else(|| why_not(pairs, named, context.now))?;
        self.note_secret(issuer, &application, &presented, context.now);
        Ok(Client { application, jti: None })
    }
}

/// Spec: RFC 7523 §3 <https://www.rfc-editor.org/rfc/rfc7523#section-3>, draft-ietf-oauth-rfc7523bis
fn by_assertion(
    issuer: &Issuer,
    (client_id, assertion): (Option<&str>, &str),
    (named, now): (&Named, Timestamp),
) -> Result<Client, Refusal> {
    let invalid = || unknown_because(AuthenticationFailure::AssertionInvalid, (None, client_id));
    let compact = crypto::parse(assertion).map_err(|_| invalid())?;
    let claims = compact.unverified_claims().ok_or_else(invalid)?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let subject = text("sub").ok_or_else(invalid)?;
    if text("iss") != Some(subject) || client_id.is_some_and(|it| it != subject) {
        return Err(invalid());
    }
    let application = Arc::clone(named.find(subject).ok_or_else(|| not_found(subject))?);
    if application.settings.authentication != ClientAuthentication::PrivateKeyJwt {
        return Err(of(AuthenticationFailure::OtherMethod, &application));
    }
    let unknown_key = || of(AuthenticationFailure::KeyUnknown, &application);
    let keys = application.keys.as_ref().ok_or_else(unknown_key)?;
    let key = keys.choose(&compact).map_err(|_| unknown_key())?;
    let wrong = |_| of(AuthenticationFailure::AssertionInvalid, &application);
    compact.verify(key, &Algorithm::ALL).map_err(wrong)?;
    check_typ(compact.typ())?;
    check_audience(&claims, issuer)?;
    let expires_at = check_times(&claims, now)?;
    let jti = text("jti").filter(|it| it.len() <= 255);
    let jti = jti.ok_or_else(|| refuse(Cause::AssertionJtiMissing))?;
    let digest = Digest::of(format!("{}\0{jti}", application.id).as_bytes());
    Ok(Client { application, jti: Some(Jti { digest, expires_at }) })
}

fn check_typ(typ: Option<&str>) -> Result<(), Refusal> {
    match typ {
        None | Some("JWT" | "client-authentication+jwt") => Ok(()),
        Some(_) => Err(refuse(Cause::AssertionOfAnotherKind)),
    }
}

/// The audience is this issuer alone: the issuer with or without a final slash, or the token endpoint, as a string or
/// as the only element of an array. Several audiences are refused: that was the audience injection of 2025.
fn check_audience(claims: &Map<String, Value>, issuer: &Issuer) -> Result<(), Refusal> {
    let audience = match claims.get("aud") {
        Some(Value::Array(several)) => match several.as_slice() {
            [only] => only.as_str(),
            _ => None,
        },
        one => one.and_then(Value::as_str),
    };
    match audience.and_then(|it| it.strip_prefix(issuer.url())) {
        Some("" | "/" | "/oauth2/token") => Ok(()),
        _ => Err(refuse(Cause::AssertionAudienceWrong)),
    }
}

/// How far ahead an assertion may expire: the default of widespread libraries.
const LONGEST_ASSERTION: i64 = 3_600;

/// Gives the instant after which the assertion's `jti` need not be remembered.
fn check_times(claims: &Map<String, Value>, now: Timestamp) -> Result<Timestamp, Refusal> {
    const SKEW: i64 = 60;
    let wrong = || refuse(Cause::AssertionExpired);
    let seconds = |name: &str| claims.get(name).map(|it| numeric_date(it).ok_or_else(wrong)).transpose();
    let expires = seconds("exp")?.ok_or_else(wrong)?;
    let now = now.seconds();
    let starts = seconds("nbf")?.into_iter().chain(seconds("iat")?).max().unwrap_or(now);
    if expires < now - SKEW || expires > now + LONGEST_ASSERTION + SKEW || starts > now + SKEW {
        return Err(wrong());
    }
    Ok(Timestamp::from_seconds(expires).after(Duration::from_secs(SKEW.unsigned_abs() + 1)))
}
