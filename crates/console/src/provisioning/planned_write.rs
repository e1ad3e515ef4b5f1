//! What a plan would write: wishes as data. The functions of `changes` make rows, keys and audit events of them when the
//! plan is carried out, under a permit of the actor who does that.

use authority::{InstallationPermit, Permission, Permit, Tenant};
use changes::{
    Refusal, applications,
    applications::{ApplicationChange, NewApplication},
    client_secrets,
    client_secrets::NewSecret,
    domains,
    domains::{DomainChange, DomainRows, NewDomain},
    identity_sources,
    identity_sources::NewIdentitySource,
    signing_keys, subjects,
    subjects::NewSubject,
    tenants::TenantRows,
    test_users,
    test_users::{StretchedChange, StretchedTestUser},
};
use crypto::{Algorithm, Digest, Random, Secret, b64};
use model::{
    ApplicationId, DomainId, DomainSettings, EidEnvironment, Environment, IdentitySourceId,
    IdentitySourceSettings, LoginMethod, TenantId, TestUserId, Timestamp,
};
use serde::{Deserialize, Serialize};
use store::{
    WriteTx, applications as application_rows,
    declared_objects::{self, DeclaredKind, DeclaredObject},
    domains as domain_rows, identity_sources as source_rows,
    imported_subjects::ImportedSubject,
    signing_keys::SigningKey,
    test_users as test_user_rows,
};
use texts::Noun;

use super::register_write::{CheckedWrite, RegisterWrite};
use crate::signing_keys::publish_first;

/// A secret that is made, to be shown once.
#[derive(Clone, Debug)]
pub struct MadeSecret {
    /// The application that it is for.
    pub client_id: String,
    /// The secret.
    pub secret: Secret<String>,
}

/// One write, in its tenant.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Step {
    pub(crate) tenant: TenantId,
    pub(crate) write: PlannedWrite,
}

/// Subjects of one environment and sector.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct PlannedSubjects {
    pub(crate) environment: EidEnvironment,
    pub(crate) sector: String,
    /// Person, subject and digest of the subject of each; the digests in base64url.
    pub(crate) subjects: Vec<[String; 3]>,
}

/// What is written.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) enum PlannedWrite {
    CreateTenant {
        name: String,
    },
    CreateDomain {
        id: DomainId,
        new: NewDomain,
        settings: DomainSettings,
    },
    ChangeDomain {
        id: DomainId,
        change: DomainChange,
    },
    /// The first key of an algorithm.
    PublishKey {
        domain: DomainId,
        algorithm: String,
    },
    CreateApplication {
        id: ApplicationId,
        new: Box<NewApplication>,
    },
    ChangeApplication {
        id: ApplicationId,
        environment: Environment,
        change: Box<ApplicationChange>,
    },
    SwitchApplication {
        id: ApplicationId,
        on: bool,
    },
    CreateSource {
        id: IdentitySourceId,
        new: NewIdentitySource,
    },
    SetCredentials {
        new: NewIdentitySource,
    },
    ChangeSource {
        domain: DomainId,
        eid: LoginMethod,
        settings: IdentitySourceSettings,
    },
    SwitchSource {
        domain: DomainId,
        eid: LoginMethod,
        on: bool,
    },
    CreateTestUser {
        domain: DomainId,
        id: TestUserId,
        new: StretchedTestUser,
    },
    ChangeTestUser {
        domain: DomainId,
        username: String,
        change: StretchedChange,
    },
    RemoveTestUser {
        domain: DomainId,
        username: String,
    },
    /// `digest`: SHA-256 in base64url; `None` where the secret is made when the plan is carried out.
    AddSecret {
        application: ApplicationId,
        client_id: String,
        digest: Option<String>,
    },
    ImportSubjects {
        places: Vec<PlannedSubjects>,
    },
    /// Puts on record that the declaration made an object, or that the object was switched off because it vanished.
    Declare {
        kind: String,
        id: String,
        is_gone: bool,
    },
    /// Removes that record.
    Forget {
        kind: String,
        id: String,
    },
    /// In a register of the installation, which belongs to no tenant.
    Register(RegisterWrite),
}

/// What a write needs that takes long to make, or that only this try may have.
pub(crate) enum Prepared {
    Nothing,
    Tenant(Box<TenantRows>),
    Key(Box<SigningKey>),
    Secret(Secret<String>),
    Subjects(Vec<ImportedSubject>),
    Register(Box<CheckedWrite>),
}

/// Leave for one write.
pub(crate) enum Leave {
    /// The leave for the whole plan is enough.
    OfPlan,
    Tenant(Box<Permit>),
    Installation(Box<InstallationPermit>),
}

/// Says that a plan was written by another version, or changed.
const MALFORMED: Refusal = Refusal::PlanUnreadable;

fn digest(text: &str) -> Result<Digest, Refusal> {
    b64::decode(text).and_then(|bytes| Digest::from_slice(&bytes)).ok_or(MALFORMED)
}

/// Where and when something is written.
#[derive(Clone, Copy)]
pub(crate) struct Destination<'a> {
    pub(crate) tenant: TenantId,
    /// The declaration that makes it; empty for an import.
    pub(crate) declaration: &'a str,
    pub(crate) now: Timestamp,
}

impl PlannedWrite {
    /// What it takes in its tenant; `None` where leave for the whole plan is enough, and in registers.
    pub(crate) const fn permission(&self) -> Option<Permission> {
        Some(match self {
            Self::CreateTenant { .. } | Self::Declare { .. } | Self::Forget { .. } | Self::Register(_) => {
                return None;
            }
            Self::CreateDomain { .. } | Self::ChangeDomain { .. } => Permission::ManageDomains,
            Self::PublishKey { .. } | Self::CreateApplication { .. } | Self::ChangeApplication { .. } => {
                Permission::ManageApplications
            }
            Self::SwitchApplication { on, .. } => applications::switching(*on),
            Self::CreateSource { .. } | Self::SetCredentials { .. } | Self::ChangeSource { .. } => {
                Permission::ManageSources
            }
            Self::SwitchSource { on, .. } => identity_sources::switching(*on),
            Self::CreateTestUser { .. } | Self::ChangeTestUser { .. } | Self::RemoveTestUser { .. } => {
                Permission::ManageTestUsers
            }
            Self::AddSecret { .. } => Permission::ManageSecrets,
            Self::ImportSubjects { .. } => Permission::Import,
        })
    }

    /// Makes what takes long. A tenant that is made is prepared where it is opened.
    pub(crate) fn prepare(
        &self,
        tenant: &Tenant,
        random: &Random,
        now: Timestamp,
    ) -> Result<Prepared, Refusal> {
        Ok(match self {
            Self::CreateDomain { id, .. } => {
                Prepared::Key(Box::new(signing_keys::make(tenant, *id, Algorithm::Rs256, now)?))
            }
            Self::PublishKey { domain, algorithm } => {
                let algorithm = Algorithm::parse(algorithm).ok_or(MALFORMED)?;
                Prepared::Key(Box::new(signing_keys::make(tenant, *domain, algorithm, now)?))
            }
            Self::AddSecret { digest: None, .. } => Prepared::Secret(random.token()),
            Self::ImportSubjects { places } => {
                let all: Result<Vec<Vec<NewSubject>>, Refusal> = places.iter().map(subjects_of).collect();
                Prepared::Subjects(subjects::make(tenant, &all?.concat(), now))
            }
            _ => Prepared::Nothing,
        })
    }

    /// Writes it. `leave`: for [`PlannedWrite::permission`].
    pub(crate) fn write(
        &self,
        tx: &mut WriteTx<'_>,
        leave: &Leave,
        prepared: &Prepared,
        into: Destination<'_>,
    ) -> Result<(), Refusal> {
        let Destination { tenant, now, .. } = into;
        let permit = match (leave, prepared) {
            (Leave::Installation(permit), Prepared::Register(checked)) => {
                return checked.write(tx, permit, into.declaration, now);
            }
            (Leave::OfPlan, _) => return self.record(tx, prepared, into),
            (Leave::Tenant(permit), _) => permit,
            (Leave::Installation(_), _) => return Err(MALFORMED),
        };
        match (self, prepared) {
            (Self::CreateDomain { id, new, settings }, Prepared::Key(key)) => {
                let (new, settings, key) = (new.clone(), settings.clone(), SigningKey::clone(key));
                domains::create(tx, permit, &DomainRows { id: *id, new, settings, key }, now).map(drop)
            }
            (Self::ChangeDomain { id, change }, _) => {
                let row = domain_rows::get(tx, tenant, *id)?;
                domains::change(tx, permit, row, change, now).map(drop)
            }
            (Self::PublishKey { .. }, Prepared::Key(key)) => publish_first(tx, Some(key), permit, now),
            (Self::AddSecret { application, digest: known, .. }, prepared) => {
                let digest = match (known, prepared) {
                    (Some(text), _) => digest(text)?,
                    (None, Prepared::Secret(secret)) => Digest::of(secret.expose().as_bytes()),
                    (None, _) => return Err(MALFORMED),
                };
                let new = NewSecret { application: *application, digest, expires_at: None };
                client_secrets::add_within_limit(tx, permit, &new, now).map(drop)
            }
            (Self::ImportSubjects { .. }, Prepared::Subjects(rows)) => {
                subjects::import(tx, permit, rows, now)
            }
            _ => self.write_application(tx, permit, (tenant, now)),
        }
    }

    fn write_application(
        &self,
        tx: &mut WriteTx<'_>,
        permit: &Permit,
        (tenant, now): (TenantId, Timestamp),
    ) -> Result<(), Refusal> {
        match self {
            Self::CreateApplication { id, new } => {
                applications::create(tx, permit, (*id, new), now).map(drop)
            }
            Self::ChangeApplication { id, environment, change } => {
                let row = application_rows::get(tx, tenant, *id)?;
                applications::change(tx, permit, (row, *environment), change, now).map(drop)
            }
            Self::SwitchApplication { id, on } => {
                let row = application_rows::get(tx, tenant, *id)?;
                applications::switch(tx, permit, row, *on, now).map(drop)
            }
            _ => self.write_source(tx, permit, (tenant, now)),
        }
    }

    fn write_source(
        &self,
        tx: &mut WriteTx<'_>,
        permit: &Permit,
        (tenant, now): (TenantId, Timestamp),
    ) -> Result<(), Refusal> {
        let mut find = |domain: DomainId, eid: LoginMethod| {
            let found = source_rows::find(tx, tenant, domain, eid.as_str())?;
            found.ok_or(Refusal::NotFound(Noun::IdentitySource))
        };
        match self {
            Self::CreateSource { id, new } => identity_sources::create(tx, permit, (*id, new), now).map(drop),
            Self::SetCredentials { new } => {
                let row = find(new.domain, new.eid)?;
                identity_sources::set_credentials(tx, permit, row, new, now).map(drop)
            }
            Self::ChangeSource { domain, eid, settings } => {
                let row = find(*domain, *eid)?;
                identity_sources::change(tx, permit, row, settings, now).map(drop)
            }
            Self::SwitchSource { domain, eid, on } => {
                let row = find(*domain, *eid)?;
                identity_sources::switch(tx, permit, row, *on, now).map(drop)
            }
            _ => self.write_test_user(tx, permit, (tenant, now)),
        }
    }

    fn write_test_user(
        &self,
        tx: &mut WriteTx<'_>,
        permit: &Permit,
        (tenant, now): (TenantId, Timestamp),
    ) -> Result<(), Refusal> {
        let mut find = |domain: DomainId, username: &str| {
            let found = test_user_rows::find_by_username(tx, tenant, domain, username)?;
            found.ok_or(Refusal::NotFound(Noun::TestUser))
        };
        match self {
            Self::CreateTestUser { domain, id, new } => {
                test_users::create(tx, permit, (*domain, *id), new, now).map(drop)
            }
            Self::ChangeTestUser { domain, username, change } => {
                let row = find(*domain, username)?;
                test_users::change(tx, permit, row, change, now)
            }
            Self::RemoveTestUser { domain, username } => {
                let row = find(*domain, username)?;
                test_users::remove(tx, permit, &row, now)
            }
            _ => Err(MALFORMED),
        }
    }

    fn record(
        &self,
        tx: &mut WriteTx<'_>,
        prepared: &Prepared,
        into: Destination<'_>,
    ) -> Result<(), Refusal> {
        let Destination { tenant: tenant_id, declaration, now } = into;
        let parse = |kind: &str| DeclaredKind::parse(kind).ok_or(MALFORMED);
        match (self, prepared) {
            (Self::CreateTenant { .. }, Prepared::Tenant(rows)) => changes::tenants::create(tx, rows),
            (Self::Declare { kind, id, is_gone }, _) => {
                let object = DeclaredObject {
                    tenant_id,
                    kind: parse(kind)?,
                    object_id: id.clone(),
                    declaration: declaration.to_owned(),
                    created_at: now,
                    removed_at: is_gone.then_some(now),
                };
                Ok(declared_objects::save(tx, &object)?)
            }
            (Self::Forget { kind, id }, _) => Ok(declared_objects::remove(tx, tenant_id, parse(kind)?, id)?),
            _ => Err(MALFORMED),
        }
    }

    /// Gives the secret that was made for it, to be shown once.
    pub(crate) fn made_secret(&self, prepared: &Prepared) -> Option<MadeSecret> {
        match (self, prepared) {
            (Self::AddSecret { client_id, .. }, Prepared::Secret(secret)) => {
                Some(MadeSecret { client_id: client_id.clone(), secret: secret.clone() })
            }
            _ => None,
        }
    }
}

fn subjects_of(place: &PlannedSubjects) -> Result<Vec<NewSubject>, Refusal> {
    let subject = |[person, sub, sub_digest]: &[String; 3]| {
        Ok(NewSubject {
            environment: place.environment,
            sector: place.sector.clone(),
            person: digest(person)?,
            sub: sub.clone(),
            sub_digest: digest(sub_digest)?,
        })
    };
    place.subjects.iter().map(subject).collect()
}
