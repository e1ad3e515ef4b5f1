//! Questions of the live check, and their answers: what any OpenID Connect client can ask without anybody logging in.
//!
//! What an answer means is for the connector to say, because eIDs differ. Nothing secret leaves this module: an answer that
//! repeats our credentials is told without its words.

use std::sync::Arc;

use crypto::{Random, b64};
use model::{CheckFinding, CheckLine, CheckSubject, Timestamp};
use oidc::UpstreamMetadata;
use outbound::{Request, Response};
use serde_json::{Map, Value};
use url::Url;

use crate::{
    EidError, Probe as _,
    relying_party::{RelyingParty, authorization_address, borrowed, cut, form, printable, text},
};

/// The most of an eID's description that is kept, in characters.
const DESCRIBED: usize = 200;

/// How an eID answered a question.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Where it leads, made absolute, with its parameters.
    pub(crate) location: Option<(String, Vec<(String, String)>)>,
    /// The members of a JSON object; empty for anything else.
    pub(crate) body: Map<String, Value>,
    /// Something of our credentials is in it.
    has_secret: bool,
}

impl Answer {
    /// A parameter of the address that it leads to.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        let (_, parameters) = self.location.as_ref()?;
        parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A member of the body, else a parameter of the address that it leads to.
    fn word(&self, name: &str) -> Option<&str> {
        text(&self.body, name).or_else(|| self.parameter(name))
    }

    /// The error code, empty without one.
    pub(crate) fn error(&self) -> &str {
        self.word("error").unwrap_or_default()
    }

    /// Says whether a description or hint names this.
    pub(crate) fn names(&self, what: &str) -> bool {
        ["error_description", "error_hint", "error_debug"]
            .iter()
            .filter_map(|it| self.word(it))
            .any(|it| it.to_ascii_lowercase().contains(what))
    }

    /// A line with the eID's own words; nothing of them where they repeat our credentials.
    pub(crate) fn line(&self, subject: CheckSubject, finding: CheckFinding) -> CheckLine {
        let described = self.word("error_hint").or_else(|| self.word("error_description"));
        let description = match described.map(|it| cut(it, DESCRIBED)) {
            Some(it) if !it.is_empty() => it,
            _ => format!("status {}", self.status),
        };
        let line = CheckLine::new(subject, finding);
        if self.has_secret {
            return CheckLine { description: Some(format!("status {}", self.status)), ..line };
        }
        let error = Some(printable(self.error())).filter(|it| !it.is_empty());
        CheckLine { error, description: Some(description), ..line }
    }
}

/// What a failed call means for a line: of discovery that it is not reached, of others that nobody knows.
pub(crate) fn unanswered(subject: CheckSubject, error: &EidError) -> CheckLine {
    let finding = match (subject, error) {
        (CheckSubject::Discovery, EidError::Upstream(_) | EidError::Misconfigured(_)) => {
            CheckFinding::DiscoveryUnusable
        }
        (CheckSubject::Credentials, EidError::Misconfigured(_)) => CheckFinding::CredentialsUnusable,
        (CheckSubject::Discovery, _) => CheckFinding::Unreachable,
        (_, _) => CheckFinding::NoAnswer,
    };
    CheckLine::new(subject, finding).caused(error.trouble(), cut(&error.to_string(), DESCRIBED))
}

/// Fills up: a line for each subject, those that are missing with `otherwise`.
pub(crate) fn complete(lines: Vec<CheckLine>, otherwise: CheckFinding) -> Vec<CheckLine> {
    let found = |subject| lines.iter().find(|it| it.subject == subject).cloned();
    CheckSubject::ALL
        .into_iter()
        .map(|it| found(it).unwrap_or_else(|| CheckLine::new(it, otherwise)))
        .collect()
}

impl RelyingParty {
    /// Reads discovery and keys anew; the line says how that went.
    pub(crate) async fn discover(&self, now: Timestamp) -> (Option<Arc<UpstreamMetadata>>, CheckLine) {
        let probed = self.upstream.probe(now).await;
        let metadata = match probed {
            Ok(()) => self.upstream.metadata(now).await,
            Err(error) => Err(error),
        };
        let (metadata, line) = match metadata {
            Ok(metadata) => (Some(metadata), CheckLine::new(CheckSubject::Discovery, CheckFinding::Good)),
            Err(error) => (None, unanswered(CheckSubject::Discovery, &error)),
        };
        (metadata, line.about(self.upstream.issuer()))
    }

    /// Pushes an authorization request that nobody will follow; `None` where the eID takes none.
    ///
    /// Spec: RFC 9126 §2.1: the client is authenticated first.
    pub(crate) async fn ask_by_push(
        &self,
        metadata: &UpstreamMetadata,
        extra: &[(&str, String)],
        (random, now): (&Random, Timestamp),
    ) -> Option<Result<Answer, EidError>> {
        let endpoint = metadata.pushed_authorization_request_endpoint.clone()?;
        let asked = match self.authorization_request(&self.memo(random, None, now), extra) {
            Ok(asked) => asked,
            Err(error) => return Some(Err(error)),
        };
        let answer = self.post(endpoint.clone(), metadata, &borrowed(&asked), now).await;
        Some(answer.map(|it| self.taken_apart(&endpoint, &it)))
    }

    /// Redeems a code that cannot exist.
    ///
    /// Spec: RFC 6749 §5.2: `invalid_client` where the client is not authenticated, else `invalid_grant`.
    pub(crate) async fn ask_by_code(
        &self,
        metadata: &UpstreamMetadata,
        (random, now): (&Random, Timestamp),
    ) -> Result<Answer, EidError> {
        let (code, verifier) = (b64::encode(&random.bytes::<32>()), b64::encode(&random.bytes::<32>()));
        let pairs = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", &self.callback),
            ("code_verifier", &verifier),
        ];
        let endpoint = metadata.token_endpoint.clone();
        let answer = self.post(endpoint.clone(), metadata, &pairs, now).await?;
        Ok(self.taken_apart(&endpoint, &answer))
    }

    /// Looks at the answer of the authorization address, as a browser without a person would, and does not follow it.
    pub(crate) async fn ask_by_browser(
        &self,
        metadata: &UpstreamMetadata,
        extra: &[(&str, String)],
        (random, now): (&Random, Timestamp),
    ) -> Result<Answer, EidError> {
        let asked = self.authorization_request(&self.memo(random, None, now), extra)?;
        let address = authorization_address(metadata, &form(&borrowed(&asked)));
        let request = Request::get(address).with("accept", "text/html".to_owned());
        let answer = self.upstream.outbound().send(request).await?;
        Ok(self.taken_apart(&metadata.authorization_endpoint, &answer))
    }

    fn taken_apart(&self, endpoint: &str, answer: &Response) -> Answer {
        let location = answer.location.as_deref().and_then(|it| Url::parse(endpoint).ok()?.join(it).ok());
        let location = location.map(|url| {
            let parameters = url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned()));
            let parameters = parameters.collect();
            (url.into(), parameters)
        });
        let body = match crypto::read_json(&answer.body) {
            Ok(Value::Object(members)) => members,
            _ => Map::new(),
        };
        let secrets = [&self.credentials.secret, &self.credentials.private_key];
        let shown = [answer.location.as_deref().unwrap_or_default(), &String::from_utf8_lossy(&answer.body)]
            .map(str::to_owned);
        let has_secret = secrets.into_iter().flatten().filter(|it| !it.is_empty()).any(|secret| {
            let encoded: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
            shown.iter().any(|it| it.contains(secret.as_str()) || it.contains(&encoded))
        });
        Answer { status: answer.status, location, body, has_secret }
    }
}
