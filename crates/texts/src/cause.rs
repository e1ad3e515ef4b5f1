//! The catalogue of causes: why a request was refused or a login came to nothing.
//!
//! One entry is one id, for good. Pages, `error_description`s, log lines, the reference under `docs` and
//! `/errors` of every domain are made from it, so they cannot say different things.

use crate::{Locale, say};

/// Who can do something about a cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fixer {
    /// The person who logs in.
    Person,
    /// The developer of the application.
    Developer,
    /// Who administers the tenant.
    Administrator,
    /// Who runs this installation.
    Operator,
    /// The eID.
    Eid,
}

impl Fixer {
    /// All of them, the one who meets a cause first.
    pub const ALL: [Self; 5] =
        [Self::Person, Self::Developer, Self::Administrator, Self::Operator, Self::Eid];

    /// Names them, in a word or two.
    pub fn name(self, locale: Locale) -> String {
        let key = match self {
            Self::Person => "fixer-person",
            Self::Developer => "fixer-developer",
            Self::Administrator => "fixer-administrator",
            Self::Operator => "fixer-operator",
            Self::Eid => "fixer-eid",
        };
        say(locale, key, &[])
    }
}

/// Whether a person meets the cause on a page of ours, or only the application does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    /// On a page: it has a title, and a sentence of its own for the developer.
    Page,
    /// As `error_description`.
    Wire,
}

/// What the table says of a cause.
struct Entry {
    id: &'static str,
    shown: Shown,
    /// Empty: no application is ever told.
    error: &'static str,
    fixers: &'static [Fixer],
    description: &'static str,
}

macro_rules! causes {
    ($($(#[$doc:meta])+ $cause:ident: $id:literal, $shown:ident, $error:literal, [$($fixer:ident),+], $description:literal;)+) => {
        /// Why a request was refused, or a login came to nothing.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Cause {
            $($(#[$doc])+ $cause,)+
        }

        impl Cause {
            /// Every cause, in the order of the reference.
            pub const ALL: &[Self] = &[$(Self::$cause),+];

            const fn entry(self) -> Entry {
                match self {
                    $(Self::$cause => Entry {
                        id: $id,
                        shown: Shown::$shown,
                        error: $error,
                        fixers: &[$(Fixer::$fixer),+],
                        description: $description,
                    },)+
                }
            }
        }
    };
}

// id, where it is shown, the OAuth error, who can fix it, what the application is told (ASCII, no full stop).
causes! {
    /// The eID cannot be reached.
    EidDown: "eid-down", Page, "temporarily_unavailable", [Eid, Operator], "the eID cannot be reached";
    /// The eID's name has no address here.
    EidNameUnknown: "eid-name-unknown", Page, "temporarily_unavailable", [Operator], "the name of the eID's server cannot be resolved";
    /// Names cannot be looked up here at present.
    EidNameLookupFailed: "eid-name-lookup-failed", Page, "temporarily_unavailable", [Operator], "names cannot be looked up at present";
    /// The eID's certificate is of an authority that is not trusted here.
    EidUntrusted: "eid-untrusted", Page, "temporarily_unavailable", [Operator], "the eID's certificate is not trusted";
    /// The TLS handshake with the eID failed in another way.
    EidTlsFailed: "eid-tls-failed", Page, "temporarily_unavailable", [Operator, Eid], "the TLS handshake with the eID failed";
    /// The eID's certificate has expired or is not valid yet, or our clock is wrong.
    EidCertificateExpired: "eid-certificate-expired", Page, "temporarily_unavailable", [Eid, Operator], "the eID's certificate has expired or is not valid yet";
    /// The eID's certificate is for another name.
    EidCertificateName: "eid-certificate-name", Page, "temporarily_unavailable", [Operator, Eid], "the eID's certificate is for another host name";
    /// The eID, or the person there, did not answer in time.
    EidSlow: "eid-slow", Page, "temporarily_unavailable", [Person, Eid], "time ran out at the eID";
    /// The eID answered something that cannot be trusted.
    EidInvalidAnswer: "eid-invalid-answer", Page, "server_error", [Operator, Eid], "the eID gave an invalid answer";
    /// The person proved less than the application asks for.
    LevelTooLow: "level-too-low", Page, "unmet_authentication_requirements", [Person], "the person proved a lower level than was asked";
    /// The identity source has no usable credentials, or the eID refuses them.
    SourceMisconfigured: "source-misconfigured", Page, "server_error", [Administrator, Operator], "the identity source is not set up correctly";
    /// An administrator has switched the eID off.
    EidSwitchedOff: "eid-switched-off", Page, "temporarily_unavailable", [Administrator], "the eID is switched off";
    /// An administrator has disabled the domain, or the operator its tenant.
    DomainDisabled: "domain-disabled", Page, "temporarily_unavailable", [Administrator, Operator], "login at this address is switched off";
    /// The login was used or has expired, and its cookie is still there: it can start again.
    LoginOver: "login-over", Page, "", [Person], "the login has ended";
    /// No cookie of a login opens: only the application can start again.
    LoginLost: "login-lost", Page, "", [Person], "no such login in this browser";
    /// The link of a trial leads to none, or to one that is over.
    TrialGone: "trial-gone", Page, "", [Administrator], "the link of this trial has expired, or the trial has been answered";
    /// An answer came to an attempt that the person has left behind by beginning again.
    LoginSuperseded: "login-superseded", Page, "", [Person], "the login was begun again since";
    /// The login had to make room for later ones in the same browser.
    LoginSetAside: "login-set-aside", Page, "", [Person], "the login made room for later ones in this browser";
    /// The identity source was pointed at another issuer or client while the person was at the eID.
    SourceChanged: "source-changed", Page, "server_error", [Person, Administrator], "the identity source was changed during the login";
    /// A decision came without a choice, or from another site.
    DecisionNotMadeHere: "decision-not-made-here", Page, "", [Person], "no decision, or one that was made on another site";

    /// `client_id` is missing or doubled at a page.
    ClientIdMissing: "client-id-missing", Page, "invalid_request", [Developer], "client_id is missing or included more than once";
    /// The application is not known on this domain.
    ClientUnknown: "client-unknown", Page, "invalid_request", [Developer, Administrator], "client_id names no application of this domain";
    /// `redirect_uri` is missing or doubled.
    RedirectUriMissing: "redirect-uri-missing", Page, "invalid_request", [Developer], "redirect_uri is missing or included more than once";
    /// The return address is not registered for the application.
    RedirectUriNotRegistered: "redirect-uri-not-registered", Page, "invalid_request", [Developer, Administrator], "redirect_uri is not registered for this application";
    /// The pushed request is unknown, used or too old.
    RequestUriGone: "request-uri-gone", Page, "invalid_request_uri", [Person, Developer], "the pushed request is unknown, expired or used";
    /// More came with a pushed request than its reference.
    RequestOverridden: "request-overridden", Page, "invalid_request", [Developer], "a parameter differs from what was pushed";
    /// The parameters cannot be read.
    RequestMalformed: "request-malformed", Page, "invalid_request", [Developer], "the parameters are not well-formed";
    /// More was sent than is accepted.
    RequestTooLarge: "request-too-large", Page, "invalid_request", [Developer], "the request is too large";
    /// There is no such page.
    NotFound: "not-found", Page, "invalid_request", [Person, Developer], "there is nothing at this address";
    /// The address is not for this method.
    MethodNotAllowed: "method-not-allowed", Page, "invalid_request", [Developer], "this address does not take that method";
    /// An image, a script or the like asked for an address that is to be opened as a page.
    NotOpenedAsPage: "not-opened-as-page", Page, "invalid_request", [Developer], "this address must be opened as a page";
    /// A header that may come once is missing, came twice, or cannot be read.
    HeaderInvalid: "header-invalid", Page, "invalid_request", [Developer, Operator], "a header is missing, included more than once, or unreadable: Host, Origin, Authorization, Content-Type or Sec-Fetch-Site";
    /// The body says that it is something other than a form.
    ContentTypeUnsupported: "content-type-unsupported", Page, "invalid_request", [Developer], "Content-Type must be application/x-www-form-urlencoded";
    /// Something came in clear text to a domain that is reached over https.
    ClearText: "clear-text", Page, "invalid_request", [Developer], "this address is reached over https only";
    /// Clear text from an address that is no trusted proxy.
    ProxyNotTrusted: "proxy-not-trusted", Page, "server_error", [Operator], "the request came unencrypted from an address that is not a trusted proxy";
    /// A proxy that ends TLS does not say so.
    ProxySchemeMissing: "proxy-scheme-missing", Page, "server_error", [Operator], "the proxy does not say that the client came over https (X-Forwarded-Proto)";
    /// A proxy sent a list where one value belongs.
    ForwardedHeaderInvalid: "forwarded-header-invalid", Page, "server_error", [Operator], "X-Forwarded-Proto or X-Forwarded-Host has several values or cannot be read";
    /// The request did not arrive whole, or could not be answered, in time.
    RequestTimeout: "request-timeout", Page, "temporarily_unavailable", [Person, Operator], "the request took too long";
    /// More requests than can be served now.
    Busy: "busy", Page, "temporarily_unavailable", [Operator], "try again in a moment";
    /// More requests from one place, client or person than its share.
    TooManyRequests: "too-many-requests", Page, "temporarily_unavailable", [Person, Developer], "too many requests: wait as long as Retry-After says";
    /// Our own fault.
    Internal: "internal", Page, "server_error", [Operator], "an error on our side";
    /// The request to log out is malformed or contradicts itself.
    LogoutMalformed: "logout-malformed", Page, "invalid_request", [Developer], "the logout request is malformed or contradicts itself";
    /// The hint of the request to log out is not an ID token of ours.
    LogoutHintInvalid: "logout-hint-invalid", Page, "invalid_request", [Developer], "id_token_hint is not an ID token of this issuer";
    /// The address to go to after logging out is not registered, or nothing says whose it is.
    LogoutReturnNotRegistered: "logout-return-not-registered", Page, "invalid_request", [Developer, Administrator], "post_logout_redirect_uri is not registered, or nothing says whose it is";

    /// The person cancelled at the eID.
    PersonCancelled: "person-cancelled", Wire, "access_denied", [Person], "the person cancelled at the eID";
    /// The person went back from a page of ours.
    PersonWentBack: "person-went-back", Wire, "access_denied", [Person], "the person went back";
    /// The person, or the eID for them, kept the national identity number.
    NinRefused: "nin-refused", Wire, "access_denied", [Person], "the national identity number was not given";
    /// The person did not consent.
    ConsentRefused: "consent-refused", Wire, "access_denied", [Person], "the person did not consent";
    /// The eID was switched off while the person logged in.
    EidNoLongerAllowed: "eid-no-longer-allowed", Wire, "access_denied", [Administrator], "the eID is no longer allowed";
    /// Another person logged in than the request names.
    OtherPerson: "other-person", Wire, "login_required", [Person, Developer], "another person logged in than was asked for";
    /// `prompt=none` without a browser session.
    NobodyLoggedIn: "nobody-logged-in", Wire, "login_required", [Developer], "nobody is logged in";
    /// The domain has none of the eIDs that were asked for.
    NoEidConfigured: "no-eid-configured", Wire, "server_error", [Administrator], "no identity source is configured for this request";

    /// `response_mode`
    ResponseModeUnsupported: "response-mode-unsupported", Wire, "invalid_request", [Developer], "the response_mode is not supported";
    /// A parameter came twice.
    ParameterRepeated: "parameter-repeated", Wire, "invalid_request", [Developer], "a parameter is included more than once";
    /// A parameter is too long.
    ParameterTooLong: "parameter-too-long", Wire, "invalid_request", [Developer], "a parameter is too long";
    /// `request`
    RequestObjectUnsupported: "request-object-unsupported", Wire, "request_not_supported", [Developer], "the request parameter is not supported";
    /// `request_uri`
    RequestUriUnsupported: "request-uri-unsupported", Wire, "request_uri_not_supported", [Developer], "request_uri must be one that was pushed here";
    /// The application must push its requests.
    PushRequired: "push-required", Wire, "invalid_request", [Developer, Administrator], "this application must push its requests to /oauth2/par";
    /// `registration`
    RegistrationUnsupported: "registration-unsupported", Wire, "registration_not_supported", [Developer], "the registration parameter is not supported";
    /// `response_type` is missing.
    ResponseTypeMissing: "response-type-missing", Wire, "invalid_request", [Developer], "response_type is missing";
    /// `response_type` is another than `code`.
    ResponseTypeUnsupported: "response-type-unsupported", Wire, "unsupported_response_type", [Developer], "only response_type=code is supported";
    /// `prompt`
    PromptInvalid: "prompt-invalid", Wire, "invalid_request", [Developer], "prompt has an unknown or contradictory value";
    /// A list of scopes with commas.
    ScopeHasCommas: "scope-has-commas", Wire, "invalid_scope", [Developer], "scope is a list with spaces, not with commas";
    /// `claims`
    ClaimsInvalid: "claims-invalid", Wire, "invalid_request", [Developer], "claims is not the JSON object that it must be";
    /// The application must use PKCE.
    CodeChallengeMissing: "code-challenge-missing", Wire, "invalid_request", [Developer], "code_challenge is missing: this application must use PKCE with S256";
    /// A challenge that is no digest.
    CodeChallengeInvalid: "code-challenge-invalid", Wire, "invalid_request", [Developer], "code_challenge is not a S256 challenge";
    /// A method without a challenge.
    CodeChallengeMethodAlone: "code-challenge-method-alone", Wire, "invalid_request", [Developer], "code_challenge_method came without code_challenge";
    /// `plain`, said or left out.
    CodeChallengeMethodUnsupported: "code-challenge-method-unsupported", Wire, "invalid_request", [Developer], "code_challenge_method must be S256";
    /// Neither PKCE nor a nonce.
    NonceMissing: "nonce-missing", Wire, "invalid_request", [Developer], "send a code_challenge (PKCE, S256), or a nonce with scope openid";
    /// `max_age`
    MaxAgeInvalid: "max-age-invalid", Wire, "invalid_request", [Developer], "max_age is not a number of seconds";
    /// No `acr` that we know.
    AcrUnknown: "acr-unknown", Wire, "invalid_request", [Developer], "acr_values has no known value";
    /// An `acr` that the application may not use.
    AcrNotAllowed: "acr-not-allowed", Wire, "invalid_request", [Developer, Administrator], "this application may not use what acr_values asks for";
    /// None of the essential `acr` values is known.
    AcrUnmet: "acr-unmet", Wire, "unmet_authentication_requirements", [Developer], "none of the essential acr values can be met";
    /// The application may not have the national identity number.
    NinNotAllowed: "nin-not-allowed", Wire, "invalid_scope", [Developer, Administrator], "this application may not ask for the national identity number";
    /// `id_token_hint`
    IdTokenHintInvalid: "id-token-hint-invalid", Wire, "login_required", [Developer], "id_token_hint is not an ID token of this issuer";
    /// Hint and claims name two persons.
    PersonsDiffer: "persons-differ", Wire, "invalid_request", [Developer], "id_token_hint and claims name two persons";

    /// The body is not a form.
    FormMalformed: "form-malformed", Wire, "invalid_request", [Developer], "the body is not a well-formed form";
    /// Two ways of client authentication, or two clients.
    CredentialsContradict: "credentials-contradict", Wire, "invalid_request", [Developer], "the client authenticates in more than one way, or as two clients";
    /// An `Authorization` header of another kind.
    CredentialsNotBasic: "credentials-not-basic", Wire, "invalid_client", [Developer], "the Authorization header is not Basic authentication";
    /// No client authentication.
    CredentialsMissing: "credentials-missing", Wire, "invalid_client", [Developer], "client authentication is missing or incomplete";
    /// One cause for every reason, so that it does not tell which client ids exist.
    ClientAuthenticationFailed: "client-authentication-failed", Wire, "invalid_client", [Developer, Administrator], "the client is unknown or its authentication failed";
    /// Another kind of JWT.
    AssertionOfAnotherKind: "assertion-of-another-kind", Wire, "invalid_client", [Developer], "the client assertion is another kind of token";
    /// Its audience is not us, or not us alone.
    AssertionAudienceWrong: "assertion-audience-wrong", Wire, "invalid_client", [Developer], "the audience of the client assertion must be the issuer alone";
    /// Its times do not fit.
    AssertionExpired: "assertion-expired", Wire, "invalid_client", [Developer], "the client assertion is expired, not valid yet, or lives too long";
    /// It has no `jti`.
    AssertionJtiMissing: "assertion-jti-missing", Wire, "invalid_client", [Developer], "the client assertion has no jti";
    /// It was used before.
    AssertionReused: "assertion-reused", Wire, "invalid_client", [Developer], "the client assertion was used before";
    /// `grant_type` is missing.
    GrantTypeMissing: "grant-type-missing", Wire, "invalid_request", [Developer], "grant_type is missing";
    /// `grant_type` is one that we do not take.
    GrantTypeUnsupported: "grant-type-unsupported", Wire, "unsupported_grant_type", [Developer], "the grant type is not supported";
    /// `code` is missing.
    CodeMissing: "code-missing", Wire, "invalid_request", [Developer], "code is missing";
    /// The code buys nothing; which of the reasons is not told.
    CodeInvalid: "code-invalid", Wire, "invalid_grant", [Developer], "the code is unknown, expired or used, or was issued for another client, redirect_uri or code_verifier";
    /// `refresh_token` is missing.
    RefreshTokenMissing: "refresh-token-missing", Wire, "invalid_request", [Developer], "refresh_token is missing";
    /// The refresh token gives nothing; which of the reasons is not told.
    RefreshTokenInvalid: "refresh-token-invalid", Wire, "invalid_grant", [Developer], "the refresh token is unknown, expired, replaced or revoked, or was issued to another client";
    /// More was asked for than was granted.
    ScopeWider: "scope-wider", Wire, "invalid_scope", [Developer], "scope asks for more than was granted";
    /// `token` is missing.
    TokenParameterMissing: "token-parameter-missing", Wire, "invalid_request", [Developer], "token is missing";
    /// A public application asks what a token is worth.
    ClientMayNotIntrospect: "client-may-not-introspect", Wire, "unauthorized_client", [Developer, Administrator], "a public client may not introspect tokens";

    /// No bearer token came.
    TokenMissing: "token-missing", Wire, "invalid_token", [Developer], "a bearer token is needed";
    /// It came in the query.
    TokenInQuery: "token-in-query", Wire, "invalid_request", [Developer], "the access token must not stand in the query";
    /// It came twice.
    TokenRepeated: "token-repeated", Wire, "invalid_request", [Developer], "the access token came in two ways";
    /// It is not a live token of this domain.
    TokenInvalid: "token-invalid", Wire, "invalid_token", [Developer], "the access token is unknown, expired or revoked";
    /// It was not granted `openid`.
    ScopeInsufficient: "scope-insufficient", Wire, "insufficient_scope", [Developer], "the token was not granted openid";
    /// Userinfo is off for this application.
    UserinfoIsOff: "userinfo-is-off", Wire, "invalid_token", [Developer, Administrator], "Unknown Access Code: this application gets every claim in its ID token";
}

/// Who is involved, as far as it is known.
#[derive(Debug, Clone, Copy, Default)]
pub struct Names<'a> {
    /// Name of the application.
    pub application: Option<&'a str>,
    /// Name of the eID.
    pub eid: Option<&'a str>,
}

/// A cause in words: what happened, why, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CauseText {
    /// What happened, as a heading. A cause that no page is made for has a general one.
    pub title: String,
    /// Why.
    pub why: String,
    /// What to do.
    pub remedy: String,
}

impl Cause {
    /// The stable id, as in logs, in the page's markup and in addresses (`/errors/{id}`).
    pub const fn id(self) -> &'static str {
        self.entry().id
    }

    /// Finds a cause by its id.
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|cause| cause.id() == id)
    }

    /// Says whether people meet it on a page of ours; else only the application is told.
    pub fn is_page(self) -> bool {
        self.entry().shown == Shown::Page
    }

    /// The registered error code, as it stands in `error=`; `None` where no application is told.
    pub const fn error(self) -> Option<&'static str> {
        let error = self.entry().error;
        if error.is_empty() { None } else { Some(error) }
    }

    /// Says whether a clock that was set wrongly can be the reason.
    pub const fn depends_on_the_clock(self) -> bool {
        matches!(
            self,
            Self::EidInvalidAnswer
                | Self::LoginOver
                | Self::LoginLost
                | Self::RequestUriGone
                | Self::AssertionExpired
                | Self::CodeInvalid
                | Self::RefreshTokenInvalid
                | Self::TokenInvalid
        )
    }

    /// Who can do something about it, the one who can do most first; never empty.
    pub const fn fixers(self) -> &'static [Fixer] {
        self.entry().fixers
    }

    /// The `error_description`: short ASCII English without a full stop, which never repeats input.
    pub const fn description(self) -> &'static str {
        self.entry().description
    }

    /// Says it; where a name is not known, a word stands in for it ("the site").
    pub fn text(self, locale: Locale, names: Names<'_>) -> CauseText {
        let word = |name: Option<&str>, key| name.map_or_else(|| say(locale, key, &[]), str::to_owned);
        let application = word(names.application, "the-application");
        let eid = word(names.eid, "the-eid");
        let part = |id: &str, part: &str| {
            let key = format!("cause-{id}-{part}");
            say(locale, &key, &[("application", &application), ("eid", &eid)])
        };
        let titled = if self.is_page() { self } else { Self::RequestMalformed };
        CauseText {
            title: part(titled.id(), "title"),
            why: part(self.id(), "why"),
            remedy: part(self.id(), "remedy"),
        }
    }

    /// What the developer of the application does about what a person sees on a page; `None` where it is not
    /// theirs to solve, or where the remedy is theirs already.
    pub fn developer_text(self, locale: Locale) -> Option<String> {
        let theirs = self.is_page() && self.fixers().contains(&Fixer::Developer);
        theirs.then(|| say(locale, &format!("cause-{}-developer", self.id()), &[]))
    }

    /// What the operator of the installation does about it, where the remedy is for the person; `None` elsewhere.
    pub fn operator_text(self, locale: Locale) -> Option<String> {
        let theirs = matches!(
            self,
            Self::EidDown
                | Self::EidSlow
                | Self::EidInvalidAnswer
                | Self::EidNameUnknown
                | Self::EidNameLookupFailed
                | Self::EidUntrusted
                | Self::EidTlsFailed
                | Self::EidCertificateExpired
                | Self::EidCertificateName
                | Self::SourceMisconfigured
        );
        theirs.then(|| say(locale, &format!("cause-{}-operator", self.id()), &[]))
    }

    /// Names who can do something about it, in one line.
    pub fn fixer_names(self, locale: Locale) -> String {
        let names: Vec<String> = self.fixers().iter().map(|fixer| fixer.name(locale)).collect();
        names.join(", ")
    }
}

/// The whole catalogue as Markdown: `docs/reference/errors…md`.
pub fn reference(locale: Locale) -> String {
    let word = |key: &str| say(locale, key, &[]);
    let mut page = format!("# {}\n\n{}\n", word("errors-title"), word("errors-reference"));
    for cause in Cause::ALL {
        let text = cause.text(locale, Names::default());
        page.push_str(&format!("\n## `{}`\n\n{}\n\n", cause.id(), text.why));
        page.push_str(&format!("* {}: {}\n", word("errors-remedy"), text.remedy));
        if let Some(advice) = cause.developer_text(locale) {
            page.push_str(&format!("* {}: {advice}\n", word("refusal-developer")));
        }
        if let Some(advice) = cause.operator_text(locale) {
            page.push_str(&format!("* {}: {advice}\n", word("errors-operator")));
        }
        page.push_str(&format!("* {}: {}\n", word("errors-fixers"), cause.fixer_names(locale)));
        if let Some(error) = cause.error() {
            page.push_str(&format!("* {}: `{error}`, “{}”\n", word("errors-told"), cause.description()));
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Cause, Fixer, Names, reference};
    use crate::{Locale, UNTRANSLATED};

    #[test]
    fn every_cause_is_explained_in_every_language() {
        for locale in Locale::ALL {
            for cause in Cause::ALL {
                for names in
                    [Names::default(), Names { application: Some("Fjordbanken"), eid: Some("BankID") }]
                {
                    let text = cause.text(locale, names);
                    let developer = cause.developer_text(locale).unwrap_or_default();
                    let operator = cause.operator_text(locale).unwrap_or_default();
                    let all = format!("{} {} {} {developer} {operator}", text.title, text.why, text.remedy);
                    assert!(!all.contains(UNTRANSLATED), "{locale} {}: {all}", cause.id());
                    assert!(!all.contains("{$"), "{locale} {}: {all}", cause.id());
                    assert!(text.why.ends_with('.') && text.remedy.ends_with('.'), "{locale} {all}");
                }
            }
        }
    }

    #[test]
    fn an_id_names_one_cause_and_is_kebab_case() {
        let ids: BTreeSet<&str> = Cause::ALL.iter().map(|cause| cause.id()).collect();
        assert_eq!(ids.len(), Cause::ALL.len());
        for cause in Cause::ALL {
            assert!(cause.id().bytes().all(|it| it.is_ascii_lowercase() || it == b'-'), "{cause:?}");
            assert_eq!(Cause::parse(cause.id()), Some(*cause));
        }
        assert_eq!(Cause::parse("no-such-cause"), None);
    }

    /// Spec: RFC 6749 §4.1.2.1: `error_description` has neither quotes nor backslashes.
    #[test]
    fn a_description_is_short_ascii_that_fits_every_header() {
        for cause in Cause::ALL {
            let text = cause.description();
            let fits = text.bytes().all(|it| matches!(it, 0x20..=0x7e) && it != b'"' && it != b'\\');
            assert!(fits && (4..=120).contains(&text.len()) && !text.ends_with('.'), "{text}");
        }
    }

    #[test]
    fn what_only_the_application_is_told_has_an_error_code() {
        for cause in Cause::ALL {
            assert!(cause.is_page() || cause.error().is_some(), "{}", cause.id());
        }
    }

    #[test]
    fn a_remedy_for_developers_does_not_hide_behind_a_page_for_people() {
        let text = Cause::RedirectUriNotRegistered.developer_text(Locale::En).unwrap();
        assert!(text.contains("redirect_uri"), "{text}");
        assert_eq!(
            Cause::CodeInvalid.developer_text(Locale::En),
            None,
            "its remedy is for developers already"
        );
        assert!(Cause::LevelTooLow.fixers().contains(&Fixer::Person));
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "told to write the pages instead of comparing them")]
    fn the_reference_says_what_the_catalogue_says() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference");
        for (locale, name) in
            [(Locale::En, "errors.md"), (Locale::Nb, "errors.nb.md"), (Locale::Nn, "errors.nn.md")]
        {
            let (path, page) = (folder.join(name), reference(locale));
            if std::env::var("PORTVAKT_WRITE_DOCS").is_ok() {
                std::fs::write(&path, &page).unwrap();
            }
            let written = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(written == page, "docs/reference/{name} is out of date: run `just docs`");
        }
    }
}
