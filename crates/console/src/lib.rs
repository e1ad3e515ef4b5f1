//! What administrators do: tenants, domains, applications, identity sources, keys, sessions, and the audit trail.
//!
//! **Invariant:** no write without a permit and an audit row in the same transaction (`authority`), and no read either
//! without a permit. Rows are made by `changes`.

mod applications;
mod audit;
mod audit_names;
mod audit_search;
mod backup;
mod bin;
mod certificates;
mod client_secrets;
mod domains;
mod generation_view;
mod identity_sources;
mod letters;
mod listing;
mod logins;
mod logos;
mod master_key;
mod member_contact;
mod member_session;
mod members;
mod own_domain;
mod own_objects;
mod provisioning;
mod readiness;
mod sessions;
mod sign_in;
mod signing_keys;
mod source_checks;
mod source_generations;
mod tenants;
mod test_users;
mod trials;

use std::sync::Arc;

use changes::{issuers::IssuerMeans, tenants::TenantKeys};
use crypto::{Random, SealKey};
use eid::Catalogue;
use images::Decoder;
use messages::MailAddress;
use model::{Controller, DomainSettings, Environment};
use store::Store;

pub use ::certificates::LARGEST_PEM;
pub use applications::{ApplicationColumn, ApplicationFilter, ApplicationView};
pub use audit::{ChainTrouble, ChainVerdict, Verified};
pub use audit_search::{AuditPlace, AuditQuery, FoundLink, FoundLinks};
pub use authority::{
    Actor, Caller, InstallationPermit, Permission, Permit, ReturnKey, Role, Tenant, TrialKey,
    table as permission_table,
};
pub use backup::Backup;
pub use bin::{BinView, Destroyed, restore_command};
pub use certificates::{CertificateFiles, CertificateToServe, CertificateView};
pub use changes::bin::Reapplied;
pub use changes::members::MembersPermit;
pub use changes::{
    ChangedMeanwhile, Refusal, Seen, SettingDifference,
    applications::{ApplicationChange, NewApplication},
    bin::{deleting, noun as noun_of},
    domains::{DomainChange, NewDomain},
    identity_sources::NewIdentitySource,
    test_users::{NewTestUser, TestUserChange},
    trials::{NewTrial, TRIAL_FOR},
};
pub use client_secrets::{SecretRotation, SecretView};
pub use domains::{DomainColumn, DomainFilter, DomainView};
pub use eid::{SourceCredentials, SourceMethod};
pub use generation_view::GenerationView;
pub use identity_sources::SourceView;
pub use images::{LARGEST_FILE as LARGEST_LOGO, MOST_PIXELS as MOST_LOGO_PIXELS};
pub use listing::{FoundPage, ListOrder, ListQuery};
pub use logins::{ExplainedDetails, NamedApplication, authentication_outcome, step_outcome};
pub use logos::image_message;
pub use member_contact::OperatorsTold;
pub use member_session::{
    FRESH_FOR, HeldRole, IDLE_FOR, RECOVERY_FOR, RequestOrigin, SETUP_FOR, SIGNED_IN_FOR, Session,
    SessionKind,
};
pub use members::{
    INVITED_FOR, InvitationView, Invited, MadeInvitation, MemberColumn, MemberFilter, MemberView,
    OPERATOR_INVITED_FOR, RoleView, WaitingRole,
};
pub use own_domain::{ConsoleAddress, OWN_CLIENT};
pub use own_objects::OwnDomain;
pub use provisioning::{
    Change, Declined, KeptPlanView, LARGEST_IMPORT, MadeSecret, Plan, PlanEnd, Verb, json_noun, member_path,
};
pub use readiness::Readiness;
pub use sign_in::{AskingBrowser, Purpose, SignIn};
pub use signing_keys::{KeyState, KeyView};
pub use source_checks::{CheckedCredentials, SourceCheckView, SourceToCheck};
pub use store::bin::{Kind as BinKind, Object as BinObject};
pub use store::console_sessions::ConsoleSession;
pub use store::domains::Scheme;
pub use store::letters::ListedLetter;
pub use store::{
    audit_events::Link,
    login_events::{Kind as StepKind, LoginEvent},
};
pub use tenants::{TenantColumn, TenantFilter, TenantView};
pub use test_users::TestUserView;
pub use trials::TrialView;

/// The use cases of administration.
#[derive(Clone)]
pub struct Console {
    pub(crate) store: Store,
    pub(crate) master: SealKey,
    pub(crate) random: Random,
    /// Where the simulators answer, so that no domain can.
    pub(crate) sandbox_host: Option<String>,
    /// Who is responsible for the data of logins where a new production domain says nothing.
    pub(crate) controller: Option<Controller>,
    /// Where images that somebody brings are decoded.
    pub(crate) images: Option<Decoder>,
    /// Whether no domain may be for real people.
    pub(crate) test_only: bool,
    /// The eIDs that are asked in live checks.
    pub(crate) catalogue: Option<Arc<Catalogue>>,
    /// Whether documents can be signed at a provider.
    pub(crate) has_signature_provider: bool,
}

impl Console {
    /// What the keys of a tenant are made with.
    pub(crate) const fn tenant_keys(&self) -> TenantKeys<'_> {
        TenantKeys { master: &self.master, random: &self.random }
    }

    /// `master`: the key that seals every tenant's data key.
    pub const fn new(store: Store, master: SealKey, random: Random) -> Self {
        Self {
            store,
            master,
            random,
            sandbox_host: None,
            controller: None,
            images: None,
            test_only: false,
            catalogue: None,
            has_signature_provider: false,
        }
    }

    /// The same where simulators answer at a host of their own, which no domain can have.
    #[must_use]
    pub fn with_sandbox_host(self, host: Option<String>) -> Self {
        Self { sandbox_host: host, ..self }
    }

    /// The same where an operator is responsible for the data of logins at production domains that say nothing.
    #[must_use]
    pub fn with_controller(self, controller: Option<Controller>) -> Self {
        Self { controller, ..self }
    }

    /// Fills in who is responsible, as new production domains need it.
    pub(crate) fn complete(&self, settings: DomainSettings, environment: Environment) -> DomainSettings {
        let default = self.controller.as_ref().filter(|_| environment == Environment::Production);
        match default {
            Some(it) if settings.controller.is_none() && settings.contact.is_none() => DomainSettings {
                controller: Some(it.name.clone()),
                contact: Some(it.contact.clone()),
                ..settings
            },
            _ => settings,
        }
    }

    /// The same where test people are operators, if `only`: no domain may be for real people then.
    #[must_use]
    pub fn with_test_domains_only(self, only: bool) -> Self {
        Self { test_only: only, ..self }
    }

    /// The same where documents can be signed at a provider, so that issuers can ask for that.
    #[must_use]
    pub fn with_signature_provider(self) -> Self {
        Self { has_signature_provider: true, ..self }
    }

    /// What issuers are judged by.
    pub(crate) const fn issuer_means(&self) -> IssuerMeans {
        IssuerMeans {
            has_signature_provider: self.has_signature_provider,
            is_mail_address: MailAddress::is_one,
        }
    }

    /// The same where eIDs can be asked.
    #[must_use]
    pub fn with_catalogue(self, catalogue: Arc<Catalogue>) -> Self {
        Self { catalogue: Some(catalogue), ..self }
    }

    /// The same where images can be brought: this decodes them.
    #[must_use]
    pub fn with_images(self, images: Decoder) -> Self {
        Self { images: Some(images), ..self }
    }
}
