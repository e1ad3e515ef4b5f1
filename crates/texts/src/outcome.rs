//! What a command of an administrator did or found, in a sentence.

use crate::{
    Locale,
    argument::{Argument, Detail, Word},
    say,
};

macro_rules! outcomes {
    ($($(#[$doc:meta])+ $outcome:ident $({ $($argument:ident: $kind:ident),+ })?: $id:literal;)+) => {
        /// What a command of an administrator did or found. A secret is never one of the values that are filled in: it is
        /// printed beside the sentence.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Outcome {
            $(
                $(#[$doc])+
                $outcome $({
                    $(
                        #[doc = concat!("Fills in `", stringify!($argument), "`.")]
                        $argument: $kind,
                    )+
                })?,
            )+
        }

        #[cfg(test)]
        const ENTRIES: &[(&str, &[&str])] = &[$(($id, &[$($(stringify!($argument)),+)?])),+];

        impl Outcome {
            const fn key(&self) -> &'static str {
                match self {
                    $(Self::$outcome { .. } => concat!("outcome-", $id),)+
                }
            }

            fn arguments(&self, locale: Locale) -> Vec<(&'static str, String)> {
                match self {
                    $(Self::$outcome $({ $($argument),+ })? => {
                        vec![$($((stringify!($argument), $argument.fill(locale))),+)?]
                    })+
                }
            }
        }
    };
}

// The sentences are `outcome-{id}` in `locales/administrators/*.ftl`.
outcomes! {
    // Objects that were made or changed.
    /// A tenant was made; a command follows.
    TenantCreated { name: Word }: "tenant-created";
    /// A tenant has another name.
    TenantRenamed { name: Word }: "tenant-renamed";
    /// A domain was made; commands follow.
    DomainCreated { issuer: Word }: "domain-created";
    /// An application was made.
    ApplicationCreated { client: Word, issuer: Word }: "application-created";
    /// A list has a value already that was to be added.
    AlreadyListed { setting: Word, value: Detail }: "already-listed";
    /// An application has a list of origins from now on.
    OriginsListed: "origins-listed";
    /// Dark pages have a lighter variant of a colour.
    ColorOnDark { color: Word, dark: Word }: "color-on-dark";
    /// An application or identity source was switched on.
    Enabled { name: Word }: "enabled";
    /// An application or identity source was switched off.
    Disabled { name: Word }: "disabled";
    /// Something was put into the bin.
    Deleted { kind: Word, name: Word, until: Word, command: Word }: "deleted";
    /// Something was taken out of the bin.
    Restored { kind: Word, name: Word }: "restored";
    /// Nothing is in the bin.
    BinEmpty: "bin-empty";
    /// Asks for the name of what is to be deleted.
    DeletionAsked { kind: Word, name: Word }: "deletion-asked";
    /// `doctor`: something is in the bin.
    DoctorInBin { kind: Word, name: Word, until: Word, command: Word }: "doctor-in-bin";
    /// An identity source has credentials; the callback address follows.
    SourceSet { eid: Word }: "source-set";
    /// The public key of an identity source follows.
    SourceJwks: "source-jwks";
    /// An identity source has a candidate with a new key, which the eID has to know first.
    SourceCandidateSet { eid: Word }: "source-candidate-set";
    /// An identity source uses other credentials.
    SourceActivated { eid: Word }: "source-activated";
    /// An identity source uses its previous credentials again.
    SourceRestored { eid: Word }: "source-restored";
    /// The candidate of an identity source was discarded.
    SourceCandidateDiscarded { eid: Word }: "source-candidate-discarded";
    /// A live check found the discovery document and the keys.
    CheckDiscoveryGood { issuer: Word }: "check-discovery";
    /// A live check found that the eID accepts the credentials.
    CheckCredentialsGood { eid: Word }: "check-credentials";
    /// A live check found that the eID knows the callback address.
    CheckRedirectUriGood { eid: Word }: "check-redirect-uri";
    /// A live check found that the eID gives the national identity number.
    CheckNumberGood { eid: Word }: "check-number";
    /// The settings of an identity source.
    SourceChanged { eid: Word }: "source-changed";
    /// An identity source has a notice.
    NoticeSet: "notice-set";
    /// An identity source has no notice any more.
    NoticeCleared: "notice-cleared";
    /// People see the eID's own button.
    ButtonOwn { eid: Word }: "button-own";
    /// People see a neutral button.
    ButtonNeutral { eid: Word }: "button-neutral";
    /// A test user was made.
    TestUserAdded { name: Word, issuer: Word }: "test-user-added";
    /// A test user was changed.
    TestUserChanged { name: Word }: "test-user-changed";
    /// A test user has these values already.
    TestUserUnchanged { name: Word }: "test-user-unchanged";
    /// A test user was removed.
    TestUserRemoved { name: Word }: "test-user-removed";
    /// A test letter waits to be sent.
    LetterWritten { id: Word, at: Word }: "letter-written";
    /// A letter is tried again.
    LetterRetried: "letter-retried";
    /// A letter is not sent any more.
    LetterDiscarded: "letter-discarded";
    /// There is no order.
    NoOrder: "no-order";
    /// There is no issuer.
    NoIssuer: "no-issuer";
    /// An issuer was saved.
    IssuerSaved { name: Word }: "issuer-saved";
    /// An issuer was removed.
    IssuerRemoved { name: Word }: "issuer-removed";
    /// A text of the documents of orders was written.
    TemplateSet { kind: Word, language: Word, version: Word }: "template-set";
    /// There is no letter.
    NoLetter: "no-letter";
    /// The mail server takes letters.
    DoctorMailFine { host: Word }: "doctor-mail";
    /// The SMS gateway can be reached.
    DoctorSmsFine { address: Word }: "doctor-sms";
    /// A browser session was ended.
    SessionEnded: "session-ended";
    /// The browser sessions of a person were ended.
    SessionsEnded { count: Word }: "sessions-ended";

    // Secrets that are shown once: the secret follows in a line of its own.
    /// The first secret of an application.
    ClientSecretOnce: "client-secret-once";
    /// Another secret of an application.
    NewClientSecretOnce: "new-client-secret-once";
    /// The secret of one of several applications.
    ClientSecretOfOnce { client: Word }: "client-secret-of-once";
    /// The password of a test user.
    PasswordOnce: "password-once";
    /// A new secret is good.
    ClientSecretAccepted: "client-secret-accepted";
    /// A secret that was rotated ends later.
    PreviousSecretUntil { at: Word }: "previous-secret-until";
    /// A secret ends.
    ClientSecretRetired { at: Word }: "client-secret-retired";
    /// A signing key was published and does not sign yet.
    KeySignsLater { kid: Word, at: Word }: "key-signs-later";
    /// A signing key signs from now on.
    KeySignsNow { kid: Word }: "key-signs-now";
    /// A new signing key was published.
    KeyPublished { kid: Word, algorithm: Word, at: Word }: "key-published";
    /// Nothing was published: the next signing key was there already.
    KeyThere { kid: Word, algorithm: Word, at: Word }: "key-there";
    /// A signing key was withdrawn.
    KeyWithdrawn { kid: Word }: "key-withdrawn";
    /// A signing key had been withdrawn before; nothing was done.
    KeyWithdrawnBefore { kid: Word, at: Word }: "key-withdrawn-before";

    // Backups, the master key and the audit trail.
    /// A backup was written.
    BackupWritten { count: Word, path: Word }: "backup-written";
    /// A backup was checked.
    BackupWhole { at: Word, count: Word }: "backup-whole";
    /// A backup was restored.
    BackupRestored { count: Word, at: Word }: "backup-restored";
    /// What was deleted since the backup is in the bin again.
    DeletionsApplied { count: Word }: "deletions-applied";
    /// Deletions that had been taken back after the backup.
    DeletionsUndone { count: Word }: "deletions-undone";
    /// No list of deletions was applied to a restored backup.
    DeletionsNone: "deletions-none";
    /// The master key was replaced.
    KeysRewrapped { count: Word }: "keys-rewrapped";
    /// Address and names of an audit event were erased.
    PersonalErased { sequence: Word, tenant: Word }: "personal-erased";
    /// An audit chain is unchanged.
    ChainHolds: "chain-holds";
    /// An audit chain lacks a link.
    ChainGap { link: Word }: "chain-gap";
    /// A link of an audit chain was changed.
    ChainChanged { link: Word }: "chain-changed";
    /// Links of an audit chain were added or cut off.
    ChainHead { last: Word, head: Word }: "chain-head";
    /// The head of an audit chain is not ours.
    ChainForged: "chain-forged";
    /// The personal part of a link was removed by hand.
    ChainPersonalGone { link: Word }: "chain-personal-gone";
    /// A tenant's audit chain was removed.
    ChainGone: "chain-gone";

    // Why a client did not prove who it is; for the operator.
    /// No application has the client id.
    ClientUnknown: "client-unknown";
    /// The client sent no secret.
    ClientSentNothing: "client-sent-nothing";
    /// The secret was never one of the application's.
    ClientSecretWrong: "client-secret-wrong";
    /// The secret has expired.
    ClientSecretExpired: "client-secret-expired";
    /// Somebody ended the secret.
    ClientSecretEnded: "client-secret-ended";
    /// The client used another method than is registered.
    ClientOtherMethod: "client-other-method";
    /// The assertion is signed with a key that is not registered.
    ClientKeyUnknown: "client-key-unknown";
    /// The assertion cannot be read, is about somebody else, or its signature is wrong.
    ClientAssertionInvalid: "client-assertion-invalid";

    // Lists that are empty.
    /// There is no tenant yet. Make one.
    NoTenant: "no-tenant";
    /// There is no domain yet. Make one.
    NoDomain: "no-domain";
    /// There is no application yet. Make one.
    NoApplication: "no-application";
    /// There is no eID yet. Set one.
    NoSource: "no-source";
    /// A link into the console was made; it follows.
    EntryLinkMade: "entry-link-made";
    /// How many operators a letter about a recovery was written to.
    OperatorsTold { written: Word, missed: Word }: "operators-told";
    /// There is no test user yet. Make one.
    NoTestUser: "no-test-user";
    /// No secrets.
    NoSecret: "no-secret";
    /// There is no key.
    NoKey: "no-key";
    /// No browser is remembered here.
    NoSession: "no-session";
    /// Nothing was changed yet.
    NoAuditEvent: "no-audit-event";
    /// No change fits what was asked for.
    NoAuditEventFits: "no-audit-event-fits";
    /// There are earlier changes; how they are listed.
    AuditEarlier { place: Word }: "audit-earlier";
    /// There is no chain yet.
    NoChain: "no-chain";
    /// No event of a login is known.
    NoLoginEvent: "no-login-event";
    /// No plan waits. Make one.
    NoPlan: "no-plan";

    // Plans of imports and declarations.
    /// Objects that the file leaves as they are.
    PlanUnchanged { count: Word }: "plan-unchanged";
    /// The file changes nothing.
    PlanEmpty: "plan-empty";
    /// The plan was only shown.
    PlanDryRun: "plan-dry-run";
    /// The plan was carried out.
    PlanDone: "plan-done";
    /// The plan waits to be confirmed.
    PlanKept { at: Word, id: Word }: "plan-kept";
    /// A plan that waited was given up.
    PlanDiscarded: "plan-discarded";
    /// The file has one fault; it follows.
    PlanFault: "plan-fault";
    /// The file has faults; they follow.
    PlanFaults { count: Word }: "plan-faults";

    // Events of a login.
    /// The application asked for a login.
    LoginStarted: "login-started";
    /// An administrator tried it in the application's place.
    TrialStarted: "trial-started";
    /// The trial has its answer.
    TrialEnded: "trial-ended";
    /// The application's request was refused.
    LoginRequestRefused: "login-request-refused";
    /// The person went to the eID.
    LoginSentToEid: "login-sent-to-eid";
    /// The eID said who the person is.
    LoginProved: "login-proved";
    /// The person declined.
    LoginDeclined: "login-declined";
    /// Something went wrong, and the person was shown so.
    LoginTrouble: "login-trouble";
    /// The application was given a code.
    LoginCompleted: "login-completed";
    /// The application was given a code; the browser was known already.
    LoginCompletedFromSession: "login-completed-from-session";
    /// The application was given an error.
    LoginFailed: "login-failed";
    /// The application refreshed its tokens.
    LoginRefreshed: "login-refreshed";
    /// The application redeemed the code.
    LoginRedeemed: "login-redeemed";
    /// A request for tokens was refused.
    LoginTokenRefused: "login-token-refused";
    /// The browser session was ended.
    LoginLoggedOut: "login-logged-out";
    /// The application that the events are about.
    LoginTo { application: Word }: "login-to";
    /// No event names the application.
    LoginToUnknown: "login-to-unknown";
    /// The clock of a node may be the cause.
    ClockJumped { seconds: Word, at: Word }: "clock-jumped";

    // What stands in front of a line of `explain`.
    /// `cause`.
    ExplainCause: "explain-cause";
    /// `application`.
    ExplainApplication: "explain-application";
    /// `host`.
    ExplainHost: "explain-host";
    /// `path`.
    ExplainPath: "explain-path";
    /// `sent_client_id`.
    ExplainSentClient: "explain-sent-client-id";
    /// `sent_uri`.
    ExplainSentAddress: "explain-sent-uri";
    /// `authentication`.
    ExplainClient: "explain-authentication";
    /// `why`.
    ExplainWhy: "explain-why";
    /// `clock`.
    ExplainClock: "explain-clock";
    /// `remedy`.
    ExplainRemedy: "explain-remedy";
    /// `for_developers`.
    ExplainDevelopers: "explain-for-developers";
    /// `for_operators`.
    ExplainOperators: "explain-for-operators";
    /// `who_can_fix_it`.
    ExplainFixer: "explain-who-can-fix-it";
    /// `registered`.
    ExplainRegistered: "explain-registered";

    // A login that is tried from the terminal.
    /// The address of the login follows.
    TryOpen { minutes: Word }: "try-open";
    /// The ID token and userinfo follow.
    TryWorked: "try-worked";
    /// In place of what there is not: the application does not get it.
    TryNone: "try-none";

    // What doctor finds in order.
    /// It can be read, and nothing in it is unknown.
    DoctorConfigurationFine: "doctor-configuration";
    /// Where the master key is from.
    DoctorMasterKeyFine { source: Detail }: "doctor-master-key";
    /// The database works.
    DoctorDatabaseFine { place: Detail }: "doctor-database";
    /// The clock is plausible.
    DoctorClockFine { read: Word }: "doctor-clock";
    /// A simulator answers.
    DoctorSimulatorAnswers { host: Word }: "doctor-simulator";
    /// An eID answers.
    DoctorEidAnswers { issuer: Word }: "doctor-eid";
    /// A certificate is good.
    DoctorCertificateFine { at: Word }: "doctor-certificate";
    /// An address can be listened at.
    DoctorAddressFree: "doctor-address";
    /// The disk has room.
    DoctorDiskFine { free: Word }: "doctor-disk";
    /// The service's account can use its files, and nobody else can.
    DoctorFilesFine { count: Word, account: Word }: "doctor-files";
    /// A name is in the DNS.
    DoctorNameFine { found: Word }: "doctor-name";
    /// A domain answers at its public address.
    DoctorPublicFine: "doctor-public";
}
// end of the table

impl Outcome {
    /// Says it in a sentence without control characters.
    pub fn say(&self, locale: Locale) -> String {
        let arguments = self.arguments(locale);
        let arguments: Vec<(&str, &str)> = arguments.iter().map(|(name, it)| (*name, it.as_str())).collect();
        say(locale, self.key(), &arguments)
    }
}

#[cfg(test)]
mod tests {
    use super::{ENTRIES, Outcome};
    use crate::{Locale, UNTRANSLATED, say};

    #[test]
    fn every_outcome_is_said_in_every_language() {
        for locale in Locale::ALL {
            for (id, names) in ENTRIES {
                let shown: Vec<String> = names.iter().map(|name| format!("<{name}>")).collect();
                let arguments: Vec<(&str, &str)> =
                    names.iter().zip(&shown).map(|(name, shown)| (*name, shown.as_str())).collect();
                let said = say(locale, &format!("outcome-{id}"), &arguments);
                assert!(!said.contains(UNTRANSLATED) && !said.contains("{$"), "{locale} {id}: {said}");
                assert!(shown.iter().all(|it| said.contains(it)), "{locale} {id}: {said}");
            }
        }
    }

    #[test]
    fn rule_23_a_name_in_an_outcome_cannot_move_a_cursor() {
        let said = Outcome::Enabled { name: "a\u{1b}\u{202e}".to_owned().into() }.say(Locale::Nn);
        assert!(said.starts_with(r"a\u{1b}\u{202e} er slått på; "), "{said}");
    }
}
