//! The catalogue of messages for administrators: why a change was refused, what a file has wrong, and what to know of a
//! change that was made.
//!
//! One entry is one id, for good. The command line, imports, declarations and programs that read JSON get the same
//! message; the reference under `docs` is made from the catalogue.

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeOwned, Error as _},
};
use serde_json::{Map, Value};

use crate::{
    Locale,
    argument::{Advice, Argument, Detail, Differences, List, Noun, Quoted, StateName, Titles, Word, escaped},
    say,
};

/// The arguments of a message, as they are kept.
struct KeptArguments(Map<String, Value>);

impl KeptArguments {
    #[inline(never)]
    fn take<T: DeserializeOwned>(&mut self, name: &str) -> Result<T, String> {
        let value = self.0.remove(name).ok_or_else(|| format!("the argument {name} is missing"))?;
        serde_json::from_value(value).map_err(|error| format!("{name}: {error}"))
    }
}

/// By hand: what is derived for so many variants is a quarter of a megabyte of program.
impl<'de> Deserialize<'de> for AdminMessage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (id, arguments) = match Value::deserialize(deserializer)? {
            Value::String(id) => (id, Map::new()),
            Value::Object(message) => match message.into_iter().next() {
                Some((id, Value::Object(arguments))) => (id, arguments),
                _ => return Err(D::Error::custom("a message without an id")),
            },
            _ => return Err(D::Error::custom("a message is an id, or an id with arguments")),
        };
        Self::read(&id, &mut KeptArguments(arguments)).map_err(D::Error::custom)
    }
}

macro_rules! admin_messages {
    ($($(#[$doc:meta])+ $message:ident $({ $($argument:ident: $kind:ident),+ })?: $id:literal;)+) => {
        /// A message for an administrator: an entry of the catalogue, with the values that its sentences name.
        ///
        /// It can be kept as JSON and read again, also by a later version.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize)]
        pub enum AdminMessage {
            $(
                $(#[$doc])+
                #[serde(rename = $id)]
                $message $({
                    $(
                        #[doc = concat!("Fills in `", stringify!($argument), "`.")]
                        $argument: $kind,
                    )+
                })?,
            )+
        }

        /// The ids and the names of their arguments, in the order of the reference.
        const ENTRIES: &[(&str, &[&str])] = &[$(($id, &[$($(stringify!($argument)),+)?])),+];

        impl AdminMessage {
            /// The stable id, such as `redirect-uri-wildcard`.
            pub const fn id(&self) -> &'static str {
                match self {
                    $(Self::$message { .. } => $id,)+
                }
            }

            /// Makes the message `id` of what was kept of it.
            fn read(id: &str, kept: &mut KeptArguments) -> Result<Self, String> {
                Ok(match id {
                    $($id => Self::$message $({ $($argument: kept.take(stringify!($argument))?),+ })?,)+
                    other => return Err(format!("there is no message {other:?}")),
                })
            }

            fn arguments(&self, locale: Locale) -> Vec<(&'static str, String)> {
                match self {
                    $(Self::$message $({ $($argument),+ })? => {
                        vec![$($((stringify!($argument), $argument.fill(locale))),+)?]
                    })+
                }
            }
        }
    };
}

// The sentences are `admin-{id}` and `admin-{id}-remedy` in `locales/administrators/*.ftl`.
admin_messages! {
    // The console: members, sessions, links.
    /// Test people are operators of the installation.
    DomainsForTestOnly: "domains-for-test-only";
    /// A field of a form is empty.
    FieldMissing: "field-missing";
    /// Not roles that can be given there.
    RolesInvalid: "roles-invalid";
    /// The installation would have no operator.
    LastOperator: "last-operator";
    /// The tenant would have no owner.
    LastOwner: "last-owner";
    /// Another member is recognised by this eID.
    CredentialOfAnother: "credential-of-another";
    /// Nobody is recognised by this eID.
    SignInUnknown: "sign-in-unknown";
    /// The sign-in was below what the console takes.
    SignInTooLow: "sign-in-too-low";
    /// The sign-in was long ago.
    SignInTooOld: "sign-in-too-old";
    /// The console's tenant has operators, and no members of its own.
    ConsoleOwnTenant: "console-own-tenant";
    /// A link that was made on the host is over.
    EntryLinkSpent: "entry-link-spent";
    /// An invitation is over.
    InvitationSpent: "invitation-spent";
    /// The console has an operator already.
    OperatorExists: "operator-exists";
    /// No operator has this name.
    OperatorUnknown { name: Quoted, names: List }: "operator-unknown";
    /// There is no `[console]`.
    ConsoleNotConfigured: "console-not-configured";
    // Orders of credentials.
    /// A text is too long or not plain.
    OrderTextInvalid { most: Quoted }: "order-text-invalid";
    /// No telephone number.
    OrderPhoneInvalid: "order-phone-invalid";
    /// No date.
    OrderDateInvalid: "order-date-invalid";
    /// No address of a web page.
    OrderAddressInvalid: "order-address-invalid";
    /// Somebody else answered the section.
    OrderSectionChanged: "order-section-changed";
    /// The order went on since it was shown.
    OrderMovedMeanwhile: "order-moved-meanwhile";
    /// No number of years for which orders are kept.
    OrdersKeptFor: "orders-kept-for";
    /// Orders cannot be read here.
    OrdersUnreadable { count: Quoted }: "orders-unreadable";
    /// An order has so many links for colleagues.
    OrderTooManyLinks { most: Quoted }: "order-too-many-links";
    /// Another issuer has this name.
    IssuerNameTaken: "issuer-name-taken";
    /// Orders name it.
    IssuerHasOrders: "issuer-has-orders";
    /// A declaration does not name it any more, and orders do.
    DeclaredIssuerHasOrders { name: Quoted }: "declared-issuer-has-orders";
    /// Two issuers of a declaration are the default.
    IssuerDefaultTwice: "issuer-default-twice";
    /// There are so many.
    IssuerTooMany { most: Quoted }: "issuer-too-many";
    /// No number of days.
    IssuerDays { most: Quoted }: "issuer-days";
    /// The issuer wants an agreement that nobody has accepted.
    OrderAgreementMissing { title: Quoted }: "order-agreement-missing";
    /// It issues no credentials of this eID.
    IssuerEid: "issuer-eid";
    /// A text of a document has a placeholder that is none.
    TemplatePlaceholder { name: Quoted, known: List }: "template-placeholder";
    /// The text of the order has one paragraph.
    TemplateOneParagraph: "template-one-paragraph";
    /// Nobody proposes this any more.
    OrderProposalGone: "order-proposal-gone";
    /// Another operator has to confirm it.
    OrderProposalOwn: "order-proposal-own";
    /// It is not the time for this.
    OrderOutOfTurn { state: StateName }: "order-out-of-turn";
    /// Sections lack something.
    OrderIncomplete { sections: Titles }: "order-incomplete";
    /// A reason is missing.
    OrderReasonMissing: "order-reason-missing";
    /// It is no draft any more.
    OrderNoDraft: "order-no-draft";
    /// A link of an order is over.
    OrderLinkSpent: "order-link-spent";
    /// The level is too low to approve or receive.
    OrderLevelTooLow: "order-level-too-low";
    /// The login was not made for what is approved.
    OrderApprovalUnbound: "order-approval-unbound";
    /// One person approves for two.
    OrderApprovedTwice: "order-approved-twice";
    /// Somebody else than the receiver.
    OrderReceiverOther: "order-receiver-other";
    /// Not every issuer hands over in every way.
    OrderHandoverNotTaken: "order-handover-not-taken";
    /// No letter can be sent to it.
    OrderIssuerWithoutMail: "order-issuer-without-mail";
    /// An agreement was sent back, and another one is awaited.
    OrderAgreementReturned: "order-agreement-returned";
    /// The issuer wants none, or it is too late.
    OrderAgreementNotWanted: "order-agreement-not-wanted";
    /// What an order brought is not at the source any more.
    OrderCredentialsGone: "order-credentials-gone";
    /// A secret is deposited and not opened yet.
    OrderDepositWaits: "order-deposit-waits";
    /// Issued without what was to be deposited.
    OrderDepositMissing: "order-deposit-missing";
    /// Another version of the program set the documents.
    OrderDocumentsDiffer: "order-documents-differ";
    /// A contact gave another code.
    OrderCodeWrong: "order-code-wrong";
    /// A PDF that is not taken.
    UploadTooLarge { most: Word }: "upload-too-large";
    /// A PDF that is not taken.
    UploadNotPdf: "upload-not-pdf";
    /// A PDF that is not taken.
    UploadTooManyPages { most: Word }: "upload-too-many-pages";
    /// A PDF that is not taken.
    UploadEncrypted: "upload-encrypted";
    /// A PDF that is not taken.
    UploadActive: "upload-active";
    /// A PDF that is not taken.
    UploadDamaged: "upload-damaged";
    /// A PDF that is not taken.
    UploadNotRead: "upload-not-read";
    /// Half of what a seal needs.
    SealIncomplete { missing: Word }: "seal-incomplete";
    /// Certificates or key are no use.
    SealUnusable { detail: Detail }: "seal-unusable";
    /// Documents could not be set, sealed or time-stamped.
    OrderSealTrouble { detail: Detail }: "order-seal-trouble";
    /// Vipps has a pattern for names.
    OrderVippsName: "order-vipps-name";
    /// Real credentials are for domains of real people.
    OrderNeedsProduction: "order-needs-production";
    /// A number that no synthetic company has.
    OrganisationNumberReal: "organisation-number-real";
    /// A sandbox order of a domain whose eID is not the sandbox's.
    OrderNeedsSandboxSource: "order-needs-sandbox-source";
    /// More people sign than are asked.
    OrderSignatoriesTooMany { most: Word }: "order-signatories-too-many";
    /// A tenant has so many open orders.
    OrderTooManyOpen { most: Word }: "order-too-many-open";
    /// An order was submitted so often.
    OrderSubmittedTooOften { most: Word }: "order-submitted-too-often";
    /// A tenant or domain has an order that others have.
    OrderKeepsObject { noun: Noun, count: Word }: "order-keeps-object";
    /// A domain has orders that are not over.
    OrderOfDomainOpen { count: Word }: "order-of-domain-open";
    /// Not the code that the phone got.
    OrderPhoneCodeWrong { left: Word }: "order-phone-code-wrong";
    /// A code that counts no more, or not here.
    OrderPhoneCodeOver: "order-phone-code-over";
    /// A code was sent a moment ago.
    OrderPhoneJustSent: "order-phone-just-sent";
    /// So many codes were sent today.
    OrderPhoneTooOften { most: Word }: "order-phone-too-often";
    /// No code would go out at once.
    OrderPhoneNoRoom: "order-phone-no-room";
    /// Whoever receives is known by their phone, which is not confirmed in this browser.
    OrderPhoneFirst: "order-phone-first";
    /// Somebody who may block is known by another eID.
    OrderEidRecorded: "order-eid-recorded";
    /// This eID is that of another one who may block.
    OrderEidOfAnother: "order-eid-of-another";
    /// No provider of signatures is configured.
    OrderNoProvider: "order-no-provider";
    /// The provider of signatures cannot be used now.
    OrderProviderTrouble { detail: Detail }: "order-provider-trouble";
    /// What came back is not our documents with a valid signature.
    OrderSignatureInvalid { detail: Detail }: "order-signature-invalid";
    /// Contacts of an order have not confirmed.
    OrderUnconfirmed { names: Detail }: "order-unconfirmed";
    /// As many eIDs are recorded as may be.
    OrderEidsEnough: "order-eids-enough";
    /// The letter with a link found no room.
    OrderLetterNoRoom: "order-letter-no-room";
    /// Not people who can sign together.
    OrderCombination: "order-combination";
    /// Another number of digits.
    OrganisationNumberLength { count: Quoted }: "organisation-number-length";
    /// Its digits do not fit each other.
    OrganisationNumberInvalid: "organisation-number-invalid";
    /// Of a test environment.
    OrganisationNumberTest: "organisation-number-test";
    /// No company has the number.
    CompanyUnknown: "company-unknown";
    /// The company was deleted.
    CompanyDeleted: "company-deleted";
    /// The company is bankrupt.
    CompanyBankrupt: "company-bankrupt";
    /// The company is being dissolved.
    CompanyBeingDissolved: "company-being-dissolved";
    /// A part of a company has numbers of its own.
    CompanySubUnit { main: Word }: "company-sub-unit";
    /// The registry cannot be asked now.
    RegistryTrouble: "registry-trouble";
    /// The registry says something else than the order.
    OrderCompanyChanged { what: Detail }: "order-company-changed";
    /// Nobody reaches the domain safely yet.
    OrderDomainNotReady { host: Quoted }: "order-domain-not-ready";
    /// A certificate of a company that is to be issued.
    CertificateDateFuture: "certificate-date-future";
    /// No bank of the list has this name.
    BankUnknown: "bank-unknown";
    /// The bank is there no more.
    BankDeleted: "bank-deleted";
    /// Several banks of the list fit.
    BankSeveral { names: List }: "bank-several";
    /// What the console itself needs cannot be taken away.
    ConsoleOwnObject: "console-own-object";
    // What there is, what is taken, who may.
    /// There is none, or it is another tenant's.
    NotFound { noun: Noun }: "not-found";
    /// Nothing has this name.
    NameNotFound { noun: Noun, name: Quoted, command: Word }: "name-not-found";
    /// Nothing has this name, and something has one that is nearly the same.
    NameMistyped { noun: Noun, name: Quoted, near: Word, command: Word }: "name-mistyped";
    /// The name, host or client id is taken.
    Taken { noun: Noun }: "taken";
    /// The name is taken; case makes no difference.
    NameTaken { noun: Noun, by: Quoted }: "name-taken";
    /// Another domain has the host.
    HostTaken { host: Quoted }: "host-taken";
    /// A domain of another or the same tenant has the host.
    HostTakenBy { host: Quoted, tenant: Quoted }: "host-taken-by";
    /// An application of the domain has the client id.
    ClientIdTakenBy { client: Quoted, name: Quoted }: "client-id-taken-by";
    /// Something in the bin has the name.
    NameInBin { noun: Noun, name: Quoted, until: Word, command: Word }: "name-in-bin";
    /// What it belongs to is in the bin.
    ParentInBin { noun: Noun, name: Quoted, command: Word }: "parent-in-bin";
    /// It is being destroyed.
    BeingDestroyed { noun: Noun, name: Quoted, since: Word }: "being-destroyed";
    /// A deletion was not confirmed.
    DeletionUnconfirmed { noun: Noun, name: Quoted }: "deletion-unconfirmed";
    /// Nothing in the bin has this name.
    NotInBin { noun: Noun, name: Quoted, command: Word }: "not-in-bin";
    /// The list of deletions cannot be used.
    DeletionsUnreadable { path: Word, detail: Detail }: "deletions-unreadable";
    /// No list of deletions is kept outside the backups.
    DoctorDeletionsNowhere: "doctor-deletions-nowhere";
    /// A note of `doctor`: a tenant or domain is disabled.
    DoctorDisabled { noun: Noun, name: Quoted, since: Word, command: Word }: "doctor-disabled";
    /// The caller's role does not permit it.
    Forbidden: "forbidden";
    /// Not an id of a row.
    IdentifierMalformed: "identifier-malformed";

    // Names, hosts and secrets that are entered.
    /// A name that cannot be shown or typed.
    NameInvalid { name: Quoted, most: Word }: "name-invalid";
    /// A name with invisible characters.
    NameHidden { name: Quoted }: "name-hidden";
    /// A name with angle brackets.
    NameMarkup { name: Quoted }: "name-markup";
    /// A host that no browser could be sent to.
    HostMalformed { host: Quoted }: "host-malformed";
    /// A host with the scheme's default port.
    HostDefaultPort { host: Quoted }: "host-default-port";
    /// The host of the simulators.
    HostSandbox { host: Quoted }: "host-sandbox";
    /// A domain without TLS that others could read.
    HostPlainHttp: "host-plain-http";
    /// A client secret that can be guessed.
    ClientSecretShort { least: Word }: "client-secret-short";
    /// Not a client id.
    ClientIdInvalid { value: Quoted }: "client-id-invalid";
    /// The client id of the program itself.
    ClientIdReserved { value: Quoted }: "client-id-reserved";

    // Settings of applications and domains.
    /// The value cannot be read; the detail is from the JSON reader.
    SettingsUnreadable { detail: Detail }: "settings-unreadable";
    /// Not an address.
    RedirectUriMalformed { uri: Quoted }: "redirect-uri-malformed";
    /// It has a fragment, user name or password.
    RedirectUriParts { uri: Quoted }: "redirect-uri-parts";
    /// It looks like a pattern.
    RedirectUriWildcard { uri: Quoted }: "redirect-uri-wildcard";
    /// A browser goes elsewhere than it looks.
    RedirectUriDisguised { uri: Quoted }: "redirect-uri-disguised";
    /// The scheme is not allowed.
    RedirectUriScheme { uri: Quoted }: "redirect-uri-scheme";
    /// A private scheme that other apps may have too.
    RedirectUriSchemeWithoutDot { uri: Quoted }: "redirect-uri-scheme-without-dot";
    /// Not scheme, host and port.
    OriginInvalid { origin: Quoted }: "origin-invalid";
    /// A list of addresses is too long.
    AddressesTooMany { most: Word }: "addresses-too-many";
    /// A public application with a secret, or a confidential one without.
    AuthenticationUnsuitable: "authentication-unsuitable";
    /// `private_key_jwt` without a usable key.
    JwksMissing: "jwks-missing";
    /// A JWKS with a private or symmetric key in it.
    JwksPrivate: "jwks-private";
    /// A JWKS of more than 64 KiB.
    JwksTooLarge: "jwks-too-large";
    /// A JWKS that no reader of tokens accepts.
    JwksUnreadable: "jwks-unreadable";
    /// A legal ground without text.
    LegalGroundEmpty: "legal-ground-empty";
    /// No eID is allowed.
    EidsEmpty: "eids-empty";
    /// The signing algorithm is not supported.
    AlgorithmUnknown: "algorithm-unknown";
    /// Browser sessions that could never be used, or would never end.
    SessionLimitsInvalid: "session-limits-invalid";
    /// Encrypted answers without a key to encrypt to.
    EncryptionKeyMissing: "encryption-key-missing";
    /// The content encryption is not supported.
    ContentEncryptionUnknown: "content-encryption-unknown";
    /// Neither ID token nor userinfo would have the claims.
    SlimIdTokenWithoutUserinfo: "slim-id-token-without-userinfo";
    /// The national identity number is to be released without being allowed.
    SsnNotAllowed: "ssn-not-allowed";
    /// Sign-in by password where real people log in.
    AutomationOutsideTest: "automation-outside-test";
    /// A token would live too short or too long.
    LifetimeOutOfRange { least: Word, most: Word }: "lifetime-out-of-range";
    /// Not an Apple team id.
    AppleTeamIdInvalid { value: Quoted }: "apple-team-id-invalid";
    /// Not a bundle id.
    AppleBundleIdInvalid { value: Quoted }: "apple-bundle-id-invalid";
    /// Not a package name.
    AndroidPackageNameInvalid { value: Quoted }: "android-package-name-invalid";
    /// Not the fingerprint of a certificate.
    FingerprintInvalid { value: Quoted }: "fingerprint-invalid";
    /// Too many apps or certificates, or none.
    MobileAppsNumber { most: Word }: "mobile-apps-number";
    /// A notice without a text.
    NoticeEmpty: "notice-empty";
    /// A notice is too long.
    NoticeTooLong { most: Word, language: Word }: "notice-too-long";
    /// A notice is not plain text.
    NoticeNotPlain { language: Word }: "notice-not-plain";
    /// The name of an eID where people choose is empty, too long, or has control characters.
    EidNameInvalid { most: Word }: "eid-name-invalid";
    /// An eID cannot be asked for this.
    SourceScopeUnknown { value: Quoted, known: List }: "source-scope-unknown";
    /// An eID gives the same whatever it is asked for.
    SourceScopesFixed { value: Quoted }: "source-scopes-fixed";
    /// An eID never reaches the level.
    SourceLevelUnreachable { highest: Word }: "source-level-unreachable";
    /// A file among the official ones of eIDs that is for nothing.
    EidFileUnknown { eids: List }: "eid-file-unknown";
    /// A production domain without a controller and contact.
    ControllerMissing: "controller-missing";
    /// A controller's contact that is not an e-mail address.
    ContactInvalid { value: Quoted }: "contact-invalid";
    /// Production domains whose statements name nobody.
    DoctorControllerMissing { host: Quoted }: "doctor-controller-missing";
    /// Not `#rrggbb`.
    ColorMalformed { value: Quoted }: "color-malformed";
    /// A colour that is hard to see on a light page.
    ColorTooLight { value: Word, ratio: Word, nearest: Word }: "color-too-light";
    /// Not an address that people can open.
    PageAddressInvalid { uri: Quoted }: "page-address-invalid";
    /// Neither an e-mail address nor an address.
    SupportContactInvalid { value: Quoted }: "support-contact-invalid";
    /// Not a telephone number.
    SupportPhoneInvalid { value: Quoted }: "support-phone-invalid";
    /// A logo that was not brought as a file.
    LogoUnknown: "logo-unknown";
    /// An image in text that is not base64.
    ImageNotBase64: "image-not-base-64";
    /// A chain or a key of too many bytes.
    CertificateTooLarge { most: Word }: "certificate-too-large";
    /// A chain without a certificate.
    CertificateChainNotPem: "certificate-chain-not-pem";
    /// A certificate that cannot be read.
    CertificateUnreadable { position: Word }: "certificate-unreadable";
    /// No private key.
    CertificateKeyNotPem: "certificate-key-not-pem";
    /// A private key with a passphrase.
    CertificateKeyEncrypted: "certificate-key-encrypted";
    /// A private key of another kind.
    CertificateKeyUnusable: "certificate-key-unusable";
    /// The key of another certificate.
    CertificateKeyWrong: "certificate-key-wrong";
    /// A certificate for other hosts.
    CertificateForOtherNames { host: Word, names: Word }: "certificate-for-other-names";
    /// A certificate that is not valid yet.
    CertificateNotYetValid { at: Word }: "certificate-not-yet-valid";
    /// A certificate that has expired.
    CertificateExpired { at: Word }: "certificate-expired";
    /// A certificate for something else than servers.
    CertificateNotForServers: "certificate-not-for-servers";
    /// A certificate without those of its authority.
    CertificateChainMissing: "certificate-chain-missing";
    /// A chain whose parts do not fit each other.
    CertificateChainIncomplete: "certificate-chain-incomplete";
    /// A form without the file that it is for.
    FileMissing: "file-missing";
    /// A file without content.
    ImageEmpty: "image-empty";
    /// A file of too many bytes.
    ImageTooLarge { most: Word }: "image-too-large";
    /// An SVG.
    ImageSvg: "image-svg";
    /// A format that is not decoded.
    ImageFormat: "image-format";
    /// Several pictures in one file.
    ImageAnimated: "image-animated";
    /// Zero pixels.
    ImageNoPixels: "image-no-pixels";
    /// Too many pixels in one direction.
    ImageTooManyPixels { most: Word }: "image-too-many-pixels";
    /// Truncated, or not what its format says.
    ImageDamaged: "image-damaged";
    /// Something follows the image.
    ImageDataAfterEnd: "image-data-after-end";
    /// A picture that takes too many bytes.
    ImageTooDetailed: "image-too-detailed";
    /// Decoding took too much.
    ImageTooExpensive: "image-too-expensive";
    /// The process that decodes did not answer.
    ImageNoAnswer: "image-no-answer";
    /// A warning: some client libraries cannot read the domain's key set any more.
    OctetKeyPairInKeySet: "octet-key-pair-in-key-set";
    /// A warning: the application cannot authenticate.
    ApplicationWithoutSecret: "application-without-secret";
    /// More client secrets than may be live.
    SecretsTooMany { most: Word }: "secrets-too-many";
    /// A third client secret.
    TwoSecretsLive { secrets: List }: "two-secrets-live";

    // Identity sources.
    /// A test eID for real people, or the other way round.
    SourceEnvironmentUnsuitable: "source-environment-unsuitable";
    /// Nothing says how to authenticate at the eID.
    SourceCredentialsMissing: "source-credentials-missing";
    /// `private_key_jwt` at the eID without a key.
    SourceKeyMissing: "source-key-missing";
    /// Authentication by secret at the eID without one.
    SourceSecretMissing: "source-secret-missing";
    /// No client id at the eID.
    SourceClientIdMissing: "source-client-id-missing";
    /// Sign-in by password is a setting of the domain.
    SourceAutomation: "source-automation";
    /// A source was checked as often as it may be.
    SourceChecksTooMany { most: Word, minutes: Word, seconds: Word }: "source-checks-too-many";
    /// A live check found something that does not work; its lines say what.
    SourceCheckBad { lines: List }: "source-check-bad";
    /// A live check found something, so that new credentials are not used.
    SourceCandidateKept { lines: List }: "source-candidate-kept";
    /// An identity source has no credentials that wait to be used.
    SourceCandidateNone: "source-candidate-none";
    /// An identity source has no credentials that can be restored.
    SourcePreviousNone: "source-previous-none";

    // Lines of the live check of an identity source.
    /// The discovery document or the keys cannot be used; the detail says why.
    CheckDiscoveryUnusable { issuer: Word, detail: Detail }: "check-discovery-unusable";
    /// The stored credentials cannot be used; the detail says why.
    CheckCredentialsUnusable { detail: Detail }: "check-credentials-unusable";
    /// The eID refuses the credentials.
    CheckCredentialsRefused { eid: Word, said: Detail }: "check-credentials-refused";
    /// The eID does not know the callback address.
    CheckRedirectUriUnregistered { eid: Word, uri: Word, said: Detail }: "check-redirect-uri-unregistered";
    /// The eID does not give the national identity number to this client.
    CheckNumberNotGranted { eid: Word, said: Detail }: "check-number-not-granted";
    /// Only a login shows it.
    CheckNeedsLogin: "check-needs-login";
    /// No application may have the national identity number.
    CheckNumberNotUsed: "check-number-not-used";
    /// An earlier line has to be good first.
    CheckNotAsked: "check-not-asked";
    /// The eID has no door for the question.
    CheckNotOffered { eid: Word }: "check-not-offered";
    /// The answer is none of those that are known.
    CheckUnrecognised { eid: Word, said: Detail }: "check-unrecognised";
    /// A later version wrote the line.
    CheckLater: "check-later";
    /// The eID has no button that others may make.
    EidWithoutButton { eid: Word }: "eid-without-button";

    // Test users.
    /// A test user on a domain for real people.
    TestUserOutsideTest: "test-user-outside-test";
    /// Not a username.
    UsernameInvalid { name: Quoted }: "username-invalid";
    /// Not a password.
    PasswordInvalid: "password-invalid";
    /// A new test user without a password.
    PasswordMissing: "password-missing";
    /// More test users than a file may have.
    TestUsersTooMany { most: Word }: "test-users-too-many";
    /// Not a text that can be shown.
    ClaimText: "claim-text";
    /// Not a postal address.
    ClaimAddress: "claim-address";
    /// Not an address on the web.
    ClaimUrl: "claim-url";
    /// Not an e-mail address.
    ClaimEmail: "claim-email";
    /// Not a date.
    ClaimDate: "claim-date";
    /// Not a phone number.
    ClaimPhoneNumber: "claim-phone-number";
    /// Not a language.
    ClaimLanguage: "claim-language";
    /// Not a time zone.
    ClaimTimeZone: "claim-time-zone";

    // Files that are brought: imports and declarations.
    /// A file cannot be read or written; the detail is from the system.
    FileUnreadable { detail: Detail }: "file-unreadable";
    /// A file is too large.
    FileTooLarge { most: Word }: "file-too-large";
    /// A list of the file is too long.
    EntriesTooMany { most: Word, count: Word }: "entries-too-many";
    /// Not JSON; the detail is from the reader.
    JsonUnreadable { detail: Detail }: "json-unreadable";
    /// Not TOML; the detail is from the reader.
    TomlUnreadable { detail: Detail }: "toml-unreadable";
    /// A date, or a number that is too large.
    ValueUnsupported: "value-unsupported";
    /// A member of an object appears twice.
    MemberRepeated: "member-repeated";
    /// No member has this name.
    MemberUnknown { name: Quoted, known: List }: "member-unknown";
    /// No member has this name, and one nearly has.
    MemberMistyped { name: Quoted, near: Word }: "member-mistyped";
    /// A member is missing.
    MemberMissing: "member-missing";
    /// Another kind of JSON than an object.
    ObjectExpected { found: Noun }: "object-expected";
    /// Another kind of JSON than a text.
    TextExpected { found: Noun }: "text-expected";
    /// Another kind of JSON than a list.
    ListExpected { found: Noun }: "list-expected";
    /// Not one of the values that there are.
    WordUnknown { value: Quoted, known: List }: "word-unknown";
    /// The file names something twice.
    ValueRepeated { value: Quoted }: "value-repeated";
    /// The file names a tenant twice.
    TenantRepeated { name: Quoted }: "tenant-repeated";
    /// The file names a client id twice on one domain.
    ClientIdRepeated { client: Quoted, host: Word }: "client-id-repeated";
    /// A new application without a member that it needs.
    ApplicationIncomplete: "application-incomplete";
    /// A new application without a redirect URI.
    RedirectUrisEmpty: "redirect-uris-empty";
    /// A note: an import keeps the application working as before.
    PkceIsOff: "pkce-is-off";
    /// A note: the application was disabled by hand.
    ApplicationStaysDisabled: "application-stays-disabled";
    /// A note: the file no longer names a domain.
    DomainStays { host: Word }: "domain-stays";
    /// A new domain without an environment.
    DomainEnvironmentMissing: "domain-environment-missing";
    /// The environment of a domain never changes.
    DomainEnvironmentFixed { environment: Word }: "domain-environment-fixed";
    /// The address of a domain never changes.
    DomainAddressFixed: "domain-address-fixed";
    /// The tenant has no such domain.
    DomainNotOfTenant { host: Quoted }: "domain-not-of-tenant";
    /// The file does not say that it is an import.
    ImportFormMissing: "import-form-missing";
    /// The file is for another tenant.
    ImportOfAnotherTenant { name: Quoted, own: Quoted }: "import-of-another-tenant";
    /// A declaration without a list of tenants.
    DeclarationWithoutTenants: "declaration-without-tenants";
    /// Not a secret of an import.
    SecretFormInvalid: "secret-form-invalid";
    /// Not a SHA-256 digest. The value is not repeated: it may be the secret itself.
    SecretDigestInvalid: "secret-digest-invalid";
    /// The digest of an empty secret.
    SecretEmpty: "secret-empty";
    /// A secret in clear in a declaration.
    SecretInFile { name: Word }: "secret-in-file";
    /// A secret that comes from two places.
    SecretGivenTwice { name: Word }: "secret-given-twice";
    /// A text that stands in the file, and in another one.
    TextGivenTwice { name: Word }: "text-given-twice";
    /// A variable of the environment is not set.
    VariableMissing { name: Quoted }: "variable-missing";
    /// Nothing is where a secret should be.
    ReferenceEmpty { reference: Quoted }: "reference-empty";
    /// What is where a secret should be is too long.
    ReferenceTooLong { reference: Quoted, most: Word }: "reference-too-long";
    /// The application authenticates in another way.
    SecretsUnused: "secrets-unused";
    /// Not an eID's identifier of a person.
    StableIdInvalid: "stable-id-invalid";
    /// Not a subject.
    SubInvalid: "sub-invalid";
    /// Subjects of the tenant belong to no domain.
    SectorTenantHasDomain: "sector-tenant-has-domain";
    /// The application has the tenant's subjects.
    SectorShared { sector: Quoted }: "sector-shared";
    /// Several domains have this client id.
    SectorAmbiguous { sector: Quoted }: "sector-ambiguous";
    /// No application has this client id.
    SectorUnknown { sector: Quoted }: "sector-unknown";
    /// The file has a person twice.
    PersonRepeated { path: Word }: "person-repeated";
    /// The file has a subject twice.
    SubRepeated { path: Word }: "sub-repeated";
    /// The person was imported before.
    PersonHasAnotherSub: "person-has-another-sub";
    /// Another person was imported with it.
    SubTaken: "sub-taken";

    // Plans of imports and declarations that are kept.
    /// Objects are not what they were when the plan was made.
    PlanChanged { objects: List }: "plan-changed";
    /// A plan was carried out before.
    PlanConfirmed: "plan-confirmed";
    /// A plan was given up.
    PlanDiscarded: "plan-discarded";
    /// A plan was not confirmed in time.
    PlanExpired: "plan-expired";
    /// A later version of the program ended a kept plan.
    PlanEnded: "plan-ended";
    /// As many plans wait as may be kept.
    PlansTooMany { most: Word }: "plans-too-many";
    /// The content of a plan cannot be read.
    PlanUnreadable: "plan-unreadable";

    // Letters.
    /// Not an address that a letter can go to. It is not repeated: it may tell about a person.
    MailAddressInvalid: "mail-address-invalid";
    /// No mail server is configured.
    MailUnset: "mail-unset";
    /// A key of `[mail]` is missing that goes with those that are set.
    MailIncomplete { missing: Word }: "mail-incomplete";
    /// A connection without TLS to a mail server elsewhere.
    MailInsecure { host: Quoted }: "mail-insecure";
    /// The password of the mail server comes from more than one place.
    MailPasswordSeveral { sources: Detail }: "mail-password-several";
    /// A delivery may take longer than the job that makes it.
    MailTimeoutTooLong { most: Word }: "mail-timeout-too-long";
    /// The mail server could not be used; the detail has its words.
    MailServerUnusable { detail: Detail }: "mail-server-unusable";
    /// A key of `[sms]` is missing that goes with those that are set.
    SmsIncomplete { missing: Word }: "sms-incomplete";
    /// A name in braces that is no placeholder.
    SmsPlaceholderUnknown { name: Quoted, known: List }: "sms-placeholder-unknown";
    /// A placeholder that cannot stand there.
    SmsPlaceholderMisplaced { name: Word }: "sms-placeholder-misplaced";
    /// A placeholder without which there is no message.
    SmsPlaceholderMissing { name: Word }: "sms-placeholder-missing";
    /// Not an address of a gateway. It is not repeated: it may have a secret.
    SmsAddressInvalid: "sms-address-invalid";
    /// The outbound rules do not let it be called.
    SmsAddressNotAllowed: "sms-address-not-allowed";
    /// Not a header, or one that is written by the program.
    SmsHeaderInvalid { name: Quoted }: "sms-header-invalid";
    /// The body is no JSON.
    SmsBodyNotJson { detail: Detail }: "sms-body-not-json";
    /// The body is no form.
    SmsBodyNotForm: "sms-body-not-form";
    /// A GET has no body.
    SmsBodyNotTaken: "sms-body-not-taken";
    /// A secret that nothing uses.
    SmsSecretUnused: "sms-secret-unused";
    /// A secret that cannot be sent.
    SmsSecretUnusable: "sms-secret-unusable";
    /// No gateway is configured.
    SmsUnset: "sms-unset";
    /// The gateway could not be reached.
    SmsGatewayUnusable { detail: Detail }: "sms-gateway-unusable";
    /// So many letters wait that another one would not go out within a day.
    LettersTooMany: "letters-too-many";
    /// The letter was not given up.
    LetterNotStuck: "letter-not-stuck";
    /// The letter was sent.
    LetterSent: "letter-sent";

    // Keys, backups and the database.
    /// A key of a kind that is not supported.
    KeyUnsupported: "key-unsupported";
    /// A key that cannot be read.
    KeyMalformed: "key-malformed";
    /// A private key that cannot be made or read.
    KeyPrivateUnusable: "key-private-unusable";
    /// The master key is not the one that sealed the tenant's data key.
    MasterKeyWrong: "master-key-wrong";
    /// A backup goes into an empty database only.
    DatabaseNotEmpty: "database-not-empty";
    /// Not a whole backup, or another master key; the detail says what was found.
    BackupDamaged { detail: Detail }: "backup-damaged";
    /// A backup of another version of the program.
    BackupOfAnotherVersion: "backup-of-another-version";
    /// Somebody saved the object since it was read.
    ChangedMeanwhile: "changed-meanwhile";
    /// Somebody else changed the object since the caller saw it.
    SettingsChangedMeanwhile { noun: Noun, version: Word, settings: Differences }: "settings-changed-meanwhile";
    /// A value that must be unique is taken.
    ValueTaken: "value-taken";
    /// Too much waits for the database.
    StoreBusy: "store-busy";
    /// The database does not answer.
    StoreUnreachable { detail: Detail }: "store-unreachable";
    /// The answer to a commit was lost.
    StoreOutcomeUnknown: "store-outcome-unknown";
    /// A row that the program could not have written.
    StoreCorrupt { place: Word, id: Quoted }: "store-corrupt";
    /// This version cannot use the database.
    StoreUnsuitable { detail: Detail }: "store-unsuitable";
    /// The address of PostgreSQL is malformed, or would be reached in clear text.
    StoreAddressWrong { detail: Detail }: "store-address-wrong";
    /// TLS to PostgreSQL cannot be set up.
    StoreTlsUnusable { detail: Detail }: "store-tls-unusable";
    /// The database has the wrong encoding or collation.
    StoreEncodingWrong { detail: Detail }: "store-encoding-wrong";
    /// A migration is missing that this command may not apply.
    StoreNotMigrated { detail: Detail }: "store-not-migrated";
    /// The database refused; most often a fault of the program.
    StoreFailed { detail: Detail }: "store-failed";

    // The configuration of an installation.
    /// The configuration file cannot be read.
    ConfigUnreadable { path: Word, detail: Detail }: "config-unreadable";
    /// There is no configuration in any of the usual places.
    ConfigNone { here: Word, installed: Word, variable: Word }: "config-none";
    /// The configuration in the current directory belongs to another account.
    ConfigOfAnotherAccount { path: Word, uid: Word }: "config-of-another-account";
    /// Other accounts could exchange the configuration in the current directory.
    ConfigWritableByOthers { path: Word }: "config-writable-by-others";
    /// A value of another type, or out of its range.
    ConfigValueInvalid { detail: Detail }: "config-value-invalid";
    /// A key where a section belongs.
    ConfigSectionExpected { section: Word }: "config-section-expected";
    /// A section where several of a kind belong.
    ConfigTablesExpected { section: Word }: "config-tables-expected";
    /// A key that has no default.
    ConfigKeyMissing { example: Word }: "config-key-missing";
    /// A section has no such key.
    ConfigKeyUnknown { name: Quoted, section: Word, known: List }: "config-key-unknown";
    /// A section has no such key, and one nearly like it.
    ConfigKeyMistyped { name: Quoted, section: Word, near: Word }: "config-key-mistyped";
    /// There is no such section.
    ConfigSectionUnknown { name: Quoted, known: List }: "config-section-unknown";
    /// There is no such section, and one nearly like it.
    ConfigSectionMistyped { name: Quoted, near: Word }: "config-section-mistyped";
    /// A key before the first section.
    ConfigKeyOutsideSection { name: Quoted, known: List }: "config-key-outside-section";
    /// A variable that no key has.
    EnvironmentVariableUnused { name: Quoted }: "environment-variable-unused";
    /// A variable that is nearly that of a key.
    EnvironmentVariableMistyped { name: Quoted, near: Word }: "environment-variable-mistyped";
    /// The value of a variable cannot be read; it is not repeated.
    EnvironmentVariableInvalid { name: Quoted }: "environment-variable-invalid";
    /// A password in the configuration file.
    DatabaseAddressHasPassword: "database-address-has-password";
    /// No database is named.
    DatabaseNone: "database-none";
    /// The directory of a file of SQLite is not there.
    DatabaseDirectoryMissing { directory: Word }: "database-directory-missing";
    /// More than one database is named.
    DatabaseSeveral: "database-several";
    /// A file of certificates has none.
    CertificateNotPem { path: Word }: "certificate-not-pem";
    /// A certificate and its key cannot be used.
    CertificateUnusable { detail: Detail }: "certificate-unusable";
    /// No address to listen at.
    ListenAddressesEmpty: "listen-addresses-empty";
    /// Plain HTTP where others could read it.
    ListenPlainHttp { address: Word }: "listen-plain-http";
    /// Not an issuer of a test eID.
    TestEidInvalid { issuer: Quoted, detail: Detail }: "test-eid-invalid";
    /// A test eID that may not be called.
    TestEidNotAllowed { issuer: Quoted }: "test-eid-not-allowed";
    /// A share of more than everything.
    DomainShareInvalid { percent: Word }: "domain-share-invalid";
    /// Keys would be published longer than they sign.
    KeyTimesContradict { ahead: Word, used: Word }: "key-times-contradict";
    /// No master key is named.
    MasterKeyNone: "master-key-none";
    /// More than one master key is named.
    MasterKeySeveral { sources: Detail }: "master-key-several";
    /// The master key is not where it should be.
    MasterKeyFileMissing { source: Detail }: "master-key-file-missing";
    /// Not a master key.
    MasterKeyMalformed { source: Detail }: "master-key-malformed";
    /// Everybody can read or change a secret.
    SecretFileOpen { path: Word, rights: Word, closed: Word }: "secret-file-open";

    // What doctor finds.
    /// There is no database yet.
    DoctorDatabaseMissing { path: Word }: "doctor-database-missing";
    /// The database cannot be opened.
    DoctorDatabaseUnusable { place: Detail, detail: Detail }: "doctor-database-unusable";
    /// Rows of the database cannot be read.
    DoctorRowsUnreadable { detail: Detail }: "doctor-rows-unreadable";
    /// A domain that cannot answer.
    DoctorDomainUnusable { detail: Detail }: "doctor-domain-unusable";
    /// The clock is before what was written.
    DoctorClockBehind { read: Word, newest: Word }: "doctor-clock-behind";
    /// The clock of a node jumped in the last week.
    DoctorClockJumped { read: Word, seconds: Word, at: Word }: "doctor-clock-jumped";
    /// Very many logins came to nothing.
    DoctorEventsCounted { count: Word, cause: Word }: "doctor-events-counted";
    /// Jobs that failed too often.
    DoctorJobsGivenUp { count: Word, job: Word, tenant: Word, detail: Detail }: "doctor-jobs-given-up";
    /// The sandbox hides a domain.
    DoctorSandboxHasDomain: "doctor-sandbox-has-domain";
    /// An eID without a simulator.
    DoctorSimulatorUnknown { eid: Word }: "doctor-simulator-unknown";
    /// The simulators do not answer.
    DoctorSimulatorElsewhere { url: Word, status: Word, host: Word }: "doctor-simulator-elsewhere";
    /// The simulators cannot be reached.
    DoctorSimulatorSilent { host: Word, detail: Detail }: "doctor-simulator-silent";
    /// A domain uses simulators that do not run.
    DoctorNoSimulators: "doctor-no-simulators";
    /// The eID has no such environment.
    DoctorEidEnvironmentUnknown: "doctor-eid-environment-unknown";
    /// An eID answers with an error.
    DoctorEidAnswers { url: Word, status: Word }: "doctor-eid-answers";
    /// An eID cannot be reached.
    DoctorEidUnreachable { url: Word, detail: Detail }: "doctor-eid-unreachable";
    /// A call to an eID failed, and the catalogue of causes says what to do.
    DoctorEidCallFailed { url: Word, detail: Detail, advice: Advice }: "doctor-eid-call-failed";
    /// A certificate cannot be used.
    DoctorCertificateUnusable { detail: Detail }: "doctor-certificate-unusable";
    /// A domain without a certificate.
    DoctorCertificateMissing: "doctor-certificate-missing";
    /// A certificate has expired.
    DoctorCertificateExpired { at: Word }: "doctor-certificate-expired";
    /// A certificate is not valid yet.
    DoctorCertificateNotYetValid { at: Word }: "doctor-certificate-not-yet-valid";
    /// A certificate expires soon.
    DoctorCertificateExpiresSoon { days: Word, at: Word }: "doctor-certificate-expires-soon";
    /// A certificate without its chain.
    DoctorCertificateAlone { at: Word }: "doctor-certificate-alone";
    /// Somebody listens at an address already.
    DoctorAddressTaken: "doctor-address-taken";
    /// This user may not listen at a low port.
    DoctorAddressForbidden: "doctor-address-forbidden";
    /// An address cannot be listened at.
    DoctorAddressUnusable { detail: Detail }: "doctor-address-unusable";
    /// The disk is nearly full.
    DoctorDiskFull { free: Word }: "doctor-disk-full";
    /// The disk is filling up.
    DoctorDiskNearlyFull { free: Word }: "doctor-disk-nearly-full";
    /// The service's account cannot read a file that it needs.
    DoctorFileUnreadable { file: Word, account: Word, command: Detail }: "doctor-file-unreadable";
    /// The service's account cannot read and write what should be its own.
    DoctorFileUnwritable { file: Word, account: Word, command: Detail }: "doctor-file-unwritable";
    /// Everybody can read a file that has secrets.
    DoctorFileReadableByOthers { path: Word, rights: Word, command: Detail }: "doctor-file-readable-by-others";
    /// Other accounts can change a file or directory.
    DoctorFileWritableByOthers { path: Word, rights: Word, command: Detail }: "doctor-file-writable-by-others";
    /// A directory on the way to a file keeps the service's account out.
    DoctorDirectoryClosed { directory: Word, account: Word, command: Detail }: "doctor-directory-closed";
    /// A name is not in the DNS.
    DoctorNameUnknown { detail: Detail }: "doctor-name-unknown";
    /// A domain does not answer at its public address.
    DoctorPublicSilent { detail: Detail }: "doctor-public-silent";
    /// Something else answers at the public address.
    DoctorPublicElsewhere: "doctor-public-elsewhere";
    /// The public address redirects to itself.
    DoctorPublicRedirects { status: Word }: "doctor-public-redirects";
    /// The proxy changes the host.
    DoctorPublicHostLost: "doctor-public-host-lost";
    /// The public address refuses the request.
    DoctorPublicRefused { status: Word, cause: Word, description: Word }: "doctor-public-refused";
    /// A proxy answers instead of the installation.
    DoctorPublicNotUs { status: Word }: "doctor-public-not-us";
    /// The master key does not belong to the database.
    MasterKeyOfAnotherDatabase { source: Detail }: "master-key-of-another-database";
    /// The master key cannot be checked, because the database does not answer.
    MasterKeyUnchecked { detail: Detail }: "master-key-unchecked";
    /// Two tenants have the same name but for case.
    DoctorTenantsAlike { first: Quoted, second: Quoted }: "doctor-tenants-alike";
    /// Two domains of a tenant have the same name but for case.
    DoctorDomainsAlike { host: Word, other: Word, name: Quoted }: "doctor-domains-alike";

    // The command line.
    /// A command about a domain that names none.
    DomainNotSaid: "domain-not-said";
    /// The installation is empty.
    TenantNone: "tenant-none";
    /// A command about a tenant that names none.
    TenantNotSaid: "tenant-not-said";
    /// The file names a tenant that is not there.
    ImportTenantUnknown { name: Quoted }: "import-tenant-unknown";
    /// No login event has this trace id.
    TraceUnknown { trace: Quoted }: "trace-unknown";
    /// An option has a value that is not one of the possible ones.
    OptionInvalid { option: Word, known: List }: "option-invalid";
    /// A setting that is not said as name and value.
    SettingFormInvalid { value: Quoted }: "setting-form-invalid";
    /// The value of a setting is ambiguous JSON.
    SettingValueUnreadable { detail: Detail }: "setting-value-unreadable";
    /// A value that is to be removed from a list is not there.
    NotInList { value: Quoted, there: Detail }: "not-in-list";
    /// A value that is to be removed from an empty list.
    ListEmpty { value: Quoted }: "list-empty";
    /// A setting that is no list cannot be added to.
    NotAList { name: Quoted, known: List }: "not-a-list";
    /// Somebody wants another client id for an application.
    ClientIdFixed: "client-id-fixed";
    /// Somebody wants another host for a domain.
    HostFixed: "host-fixed";
    /// Limits of sessions that are not whole minutes.
    SessionLimitsNotMinutes: "session-limits-not-minutes";
    /// A backup overwrites nothing.
    FileExists { path: Quoted }: "file-exists";
    /// A command that must be alone on the installation is not.
    InstallationNotAlone { command: Word, who: Word }: "installation-not-alone";
    /// A command that must be alone is at work on the installation.
    InstallationOccupied { who: Word }: "installation-occupied";
    /// The file of a lock cannot be opened, or is not ours; the detail says why.
    LockFileUnusable { path: Word, detail: Detail }: "lock-file-unusable";
    /// Another `portvakt dev` has the data directory.
    DataDirectoryOccupied { path: Word, who: Word }: "data-directory-occupied";
    /// A named file cannot be used; the detail is from the system.
    PathUnusable { path: Word, detail: Detail }: "path-unusable";
    /// A file that should have a secret is empty.
    PathEmpty { path: Word }: "path-empty";
    /// A file is larger than it may be.
    PathTooLarge { path: Word, most: Word }: "path-too-large";
    /// A file is not text.
    PathNotUtf8 { path: Word }: "path-not-utf8";
    /// A file is not a master key.
    PathNotMasterKey { path: Word }: "path-not-master-key";
    /// The audit trail was changed.
    ChainBroken { count: Word }: "chain-broken";
    /// The domain has no such identity source.
    SourceNone { eid: Word, host: Word }: "source-none";
    /// A command that sets an identity source without credentials.
    SourceAuthenticationNotSaid: "source-authentication-not-said";
    /// A command that adds a test user without a password.
    PasswordNotSaid: "password-not-said";
    /// Several domains have this client id.
    ApplicationOnSeveralDomains { client: Quoted }: "application-on-several-domains";
    /// `test login` waited in vain.
    TryNobodyCame: "try-nobody-came";
    /// `test login` was stopped.
    TryStopped: "try-stopped";
    /// `test login` came to an error: what the application would have been told.
    TryFailed { detail: Detail, trace: Word }: "try-failed";
}
// end of the table

/// A message, and what it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldMessage {
    /// The member that is wrong, such as `applications[3].redirect_uris[0]` of a file or `jwks` of settings; of a note about
    /// a plan the object, such as `login.example shop`. `None` where it is the whole.
    pub field: Option<String>,
    /// The message.
    pub message: AdminMessage,
}

/// A message as programs get it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AdminText {
    /// The stable id.
    pub id: &'static str,
    /// What it is about; see [`FieldMessage::field`].
    pub field: Option<String>,
    /// What happened, in sentences.
    pub message: String,
    /// What to do, in sentences.
    pub what_to_do: String,
}

impl AdminMessage {
    /// Appends `options` to the command that the message names to be run next, so that it reaches the same installation.
    #[must_use]
    pub fn with_options(mut self, options: &str) -> Self {
        if let Self::NameNotFound { command, .. }
        | Self::NameMistyped { command, .. }
        | Self::NameInBin { command, .. }
        | Self::ParentInBin { command, .. }
        | Self::NotInBin { command, .. }
        | Self::DoctorDisabled { command, .. } = &mut self
        {
            *command = format!("{}{options}", command.as_str()).into();
        }
        self
    }

    fn fragment(&self, locale: Locale, key: &str) -> String {
        let arguments = self.arguments(locale);
        let arguments: Vec<(&str, &str)> = arguments.iter().map(|(name, it)| (*name, it.as_str())).collect();
        say(locale, key, &arguments)
    }

    fn happened(&self, locale: Locale) -> String {
        self.fragment(locale, &format!("admin-{}", self.id()))
    }

    fn to_do(&self, locale: Locale) -> String {
        self.fragment(locale, &format!("admin-{}-remedy", self.id()))
    }

    /// Says what happened, in sentences.
    pub fn say(&self, locale: Locale) -> String {
        sentence(&self.happened(locale))
    }

    /// Says what to do, in sentences.
    pub fn remedy(&self, locale: Locale) -> String {
        sentence(&self.to_do(locale))
    }

    /// Says both in one line for a terminal: what happened, a colon, what to do. It has no control characters.
    pub fn line(&self, locale: Locale) -> String {
        format!("{}: {}", self.happened(locale), self.to_do(locale))
    }

    /// Says what it is about.
    pub fn at(self, field: impl Into<String>) -> FieldMessage {
        FieldMessage { field: Some(field.into()).filter(|it| !it.is_empty()), message: self }
    }
}

impl From<AdminMessage> for FieldMessage {
    fn from(message: AdminMessage) -> Self {
        Self { field: None, message }
    }
}

impl FieldMessage {
    /// Says everything in one line for a terminal: what it is about, what happened, what to do. It has no control characters.
    pub fn line(&self, locale: Locale) -> String {
        let line = self.message.line(locale);
        self.field.as_ref().map_or_else(|| line.clone(), |field| format!("{}: {line}", escaped(field)))
    }

    /// Gives it for programs.
    pub fn text(&self, locale: Locale) -> AdminText {
        AdminText {
            id: self.message.id(),
            field: self.field.clone(),
            message: self.message.say(locale),
            what_to_do: self.message.remedy(locale),
        }
    }

    /// Puts what it is about inside of something else: `jwks` inside of `applications[3]` is `applications[3].jwks`.
    #[must_use]
    pub fn inside(self, path: &str) -> Self {
        let field = match self.field {
            Some(field) if !path.is_empty() => Some(format!("{path}.{field}")),
            None if !path.is_empty() => Some(path.to_owned()),
            field => field,
        };
        Self { field, ..self }
    }
}

/// Makes a sentence of a fragment. A first word that is a name, an option or a quotation stays as it is.
fn sentence(fragment: &str) -> String {
    let first = fragment.split([' ', ',', ':', '.']).next().unwrap_or_default();
    let is_plain = !first.is_empty() && first.chars().all(char::is_lowercase);
    let mut letters = fragment.chars();
    let mut text = match letters.next() {
        Some(letter) if is_plain => letter.to_uppercase().chain(letters).collect(),
        _ => fragment.to_owned(),
    };
    if !text.ends_with(['.', '?']) {
        text.push('.');
    }
    text
}

/// The whole catalogue as Markdown: `docs/reference/messages….md`.
pub fn admin_reference(locale: Locale) -> String {
    let word = |key: &str| say(locale, key, &[]);
    let mut page = format!("# {}\n\n{}\n", word("messages-title"), word("messages-reference"));
    for (id, names) in ENTRIES {
        let shown: Vec<String> = names.iter().map(|name| format!("{{{name}}}")).collect();
        let arguments: Vec<(&str, &str)> =
            names.iter().zip(&shown).map(|(name, shown)| (*name, shown.as_str())).collect();
        let part = |key: &str| sentence(&say(locale, key, &arguments));
        let (happened, to_do) = (part(&format!("admin-{id}")), part(&format!("admin-{id}-remedy")));
        page.push_str(&format!("\n## `{id}`\n\n{happened}\n\n* {}: {to_do}\n", word("errors-remedy")));
    }
    page
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{AdminMessage, ENTRIES, FieldMessage, admin_reference};
    use crate::{Locale, Noun, UNTRANSLATED, say};

    #[test]
    fn every_message_for_administrators_says_what_to_do_in_every_language() {
        for locale in Locale::ALL {
            for (id, names) in ENTRIES {
                let shown: Vec<String> = names.iter().map(|name| format!("<{name}>")).collect();
                let arguments: Vec<(&str, &str)> =
                    names.iter().zip(&shown).map(|(name, shown)| (*name, shown.as_str())).collect();
                let part = |key: String| say(locale, &key, &arguments);
                let (happened, to_do) = (part(format!("admin-{id}")), part(format!("admin-{id}-remedy")));
                let all = format!("{happened} {to_do}");
                assert!(!all.contains(UNTRANSLATED) && !all.contains("{$"), "{locale} {id}: {all}");
                assert!(shown.iter().all(|it| all.contains(it)), "{locale} {id}: {all}");
                assert!(!happened.ends_with('.') && !to_do.ends_with('.'), "{locale} {id}: a fragment");
            }
        }
    }

    #[test]
    fn an_id_names_one_message_and_is_kebab_case() {
        let ids: BTreeSet<&str> = ENTRIES.iter().map(|(id, _)| *id).collect();
        assert_eq!(ids.len(), ENTRIES.len());
        assert!(ids.iter().all(|id| id.bytes().all(|it| it.is_ascii_lowercase() || b"-468".contains(&it))));
    }

    #[test]
    fn text_from_outside_is_quoted_cut_and_cannot_move_a_cursor() {
        let host = format!("a\u{1b}[2J\u{202e}{}", "x".repeat(1_000));
        let line = AdminMessage::HostTaken { host: host.as_str().into() }.line(Locale::En);
        assert!(line.starts_with(r#""a\u{1b}[2J\u{202e}xxx"#) && line.contains("…"), "{line}");
        assert!(line.chars().count() < 130, "{line}");
        let about = AdminMessage::MemberMissing.at("a.b\u{1b}[2J").line(Locale::En);
        assert!(about.starts_with(r"a.b\u{1b}[2J: this is missing"), "{about}");
        let detail = AdminMessage::StoreFailed { detail: "a\nb\u{1b}\u{202e} 'c'".into() }.line(Locale::En);
        assert!(detail.contains(r"a\nb\u{1b}\u{202e} 'c'"), "{detail}");
    }

    #[test]
    fn a_message_is_a_line_for_people_and_members_for_programs() {
        let message =
            AdminMessage::RedirectUriWildcard { uri: "https://*.example".into() }.at("redirect_uris[0]");
        assert_eq!(
            message.line(Locale::En),
            "redirect_uris[0]: \"https://*.example\": the whole address is compared, so a wildcard never matches: \
             register each address"
        );
        let text = message.inside("applications[3]").text(Locale::Nn);
        assert_eq!(
            (text.id, text.field.as_deref()),
            ("redirect-uri-wildcard", Some("applications[3].redirect_uris[0]"))
        );
        assert!(text.what_to_do.contains(" kvar "), "{}", text.what_to_do);
    }

    #[test]
    fn a_message_that_was_kept_is_read_again_by_its_id() {
        let message = AdminMessage::EntriesTooMany { most: 5_usize.into(), count: 7_usize.into() }.at("a");
        let kept = serde_json::to_string(&message).unwrap();
        assert!(kept.contains(r#""entries-too-many":{"most":"5","count":"7"}"#), "{kept}");
        assert_eq!(serde_json::from_str::<FieldMessage>(&kept).unwrap(), message);
        let plain = serde_json::to_string(&AdminMessage::JwksMissing).unwrap();
        assert_eq!(plain, r#""jwks-missing""#);
        assert_eq!(serde_json::from_str::<AdminMessage>(&plain).unwrap(), AdminMessage::JwksMissing);
    }

    #[test]
    fn sentences_begin_with_a_capital_unless_they_begin_with_a_name() {
        let taken = AdminMessage::Taken { noun: Noun::ClientId };
        assert_eq!(taken.say(Locale::Nb), "klient-ID-en er allerede i bruk.");
        assert_eq!(taken.say(Locale::En), "This client id is taken.");
        assert_eq!(AdminMessage::JwksMissing.say(Locale::En).split(' ').next(), Some("private_key_jwt"));
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "told to write the page instead of comparing it")]
    fn the_reference_of_messages_says_what_the_catalogue_says() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference");
        for (locale, name) in
            [(Locale::En, "messages.md"), (Locale::Nb, "messages.nb.md"), (Locale::Nn, "messages.nn.md")]
        {
            let (path, page) = (folder.join(name), admin_reference(locale));
            if std::env::var("PORTVAKT_WRITE_DOCS").is_ok() {
                std::fs::write(&path, &page).unwrap();
            }
            let written = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(written == page, "docs/reference/{name} is out of date: run `just docs`");
        }
    }
}
