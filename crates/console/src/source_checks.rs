//! The live check of an identity source: counted, asked without anybody logging in, and kept.

use authority::{Permission, Permit};
use changes::{
    identity_sources::credentials_of,
    source_checks::{begin, finish},
};
use crypto::Digest;
use eid::{Catalogue, Connector, EidError};
use model::{
    ApplicationSettings, CheckFinding, CheckLine, CheckState, CheckSubject, DomainId, EidEnvironment,
    IdentitySourceSettings, LoginMethod, Timestamp, check_state,
};
use store::{
    StoreError, Tx, applications, domains,
    identity_sources::{self, IdentitySource},
    source_checks::SourceCheck,
    source_generations::{self, Generation},
};
use texts::Noun;

use crate::{Console, Refusal, Tenant};

/// How many applications are read at once where one is looked for.
const PAGE: u32 = 500;

/// A live check as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceCheckView {
    /// When it began.
    pub at: Timestamp,
    /// Who began it: `operator:kari`.
    pub by: String,
    /// What was found; `None` while it runs, and of one that was interrupted.
    pub lines: Option<Vec<CheckLine>>,
    /// Which credentials it was made with.
    pub of: CheckedCredentials,
}

/// Which credentials of a source a check was made with, as far as that is known now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckedCredentials {
    /// Those in use.
    Active,
    /// The candidate.
    Candidate,
    /// Others: earlier ones, or a candidate that was discarded.
    Others,
}

impl SourceCheckView {
    /// `active`, `candidate`: sealed.
    pub(crate) fn of(check: &SourceCheck, active: Option<&[u8]>, candidate: Option<&[u8]>) -> Self {
        let is = |sealed: Option<&[u8]>| sealed.map(Digest::of) == check.credentials_digest;
        Self {
            at: check.checked_at,
            by: check.checked_by.clone(),
            lines: check.findings.as_deref().and_then(|it| serde_json::from_str(it).ok()),
            of: match () {
                () if is(active) => CheckedCredentials::Active,
                () if candidate.is_some() && is(candidate) => CheckedCredentials::Candidate,
                () => CheckedCredentials::Others,
            },
        }
    }

    /// What it came to; `None` while it runs, and of one that was interrupted.
    pub fn state(&self) -> Option<CheckState> {
        self.lines.as_deref().map(check_state)
    }
}

/// What is to be checked.
#[derive(Clone, Copy, Debug)]
pub struct SourceToCheck {
    /// Where people choose the source.
    pub domain: DomainId,
    /// Of which eID.
    pub eid: LoginMethod,
    /// Asks for the national identity number although no application of the domain may have it.
    pub number: bool,
    /// Checks the candidate instead of the credentials in use.
    pub candidate: bool,
}

/// What a check needs to know of its source.
struct Checked {
    source: IdentitySource,
    /// Scheme and host.
    origin: String,
    number: bool,
}

fn may_any_have_nin(
    tx: &mut impl Tx,
    domain: &domains::Domain,
    source: &IdentitySource,
) -> Result<bool, StoreError> {
    let limits = IdentitySourceSettings::parse(&source.settings).unwrap_or_default();
    let mut after = None;
    loop {
        let page = applications::list(tx, domain.tenant_id, domain.id, after, PAGE)?;
        let Some(last) = page.last() else { return Ok(false) };
        after = Some(last.id);
        let may = |it: &applications::Application| {
            let settings = ApplicationSettings::parse(&it.settings);
            settings.is_ok_and(|it| it.may_have_nin_of(&limits, domain.environment))
        };
        if page.iter().any(may) {
            return Ok(true);
        }
    }
}

/// The connector that a login would use.
fn connector(catalogue: &Catalogue, tenant: &Tenant, checked: &Checked) -> Result<Connector, EidError> {
    let Checked { source, origin, .. } = checked;
    let wrong = |why: &str| EidError::Misconfigured(why.to_owned());
    let eid = LoginMethod::parse(&source.eid).ok_or_else(|| wrong("there is no connector for it"))?;
    let of_tenant = (source.environment == EidEnvironment::Sandbox)
        .then(|| catalogue.sandbox_connector(tenant.id, eid, origin))
        .flatten();
    if let Some(connector) = of_tenant {
        return connector;
    }
    let credentials =
        credentials_of(tenant, source).ok_or_else(|| wrong("no readable credentials are stored"))?;
    let callback = format!("{origin}/callback/{}", eid.as_str());
    catalogue.connector((eid, source.environment), credentials.write().expose(), callback)
}

/// The lines where there is nothing to ask with.
fn unusable(error: &EidError) -> Vec<CheckLine> {
    let line = |subject| match subject {
        CheckSubject::Credentials => CheckLine::new(subject, CheckFinding::CredentialsUnusable)
            .caused(error.trouble(), error.to_string()),
        other => CheckLine::new(other, CheckFinding::NotAsked),
    };
    CheckSubject::ALL.into_iter().map(line).collect()
}

impl Console {
    /// [`Console::check_identity_source`] with the eIDs that this console was given.
    ///
    /// # Errors
    /// As there; [`Refusal::NotFound`] where it was given none.
    pub async fn check_source(
        &self,
        permit: &Permit,
        asked: SourceToCheck,
        now: Timestamp,
    ) -> Result<SourceCheckView, Refusal> {
        let catalogue = self.catalogue.clone().ok_or(Refusal::NotFound(Noun::Eid))?;
        self.check_identity_source(permit, &catalogue, asked, now).await
    }

    /// Checks a domain's source of an eID against the eID, without anybody logging in, and keeps what was found. Disabled
    /// sources can be checked too.
    ///
    /// Takes as long as five calls may. It counts before anything is asked: ten checks of a source in ten minutes.
    ///
    /// # Errors
    /// [`Refusal::TooManyChecks`] with the time to wait; [`Refusal::NotFound`], [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn check_identity_source(
        &self,
        permit: &Permit,
        catalogue: &Catalogue,
        asked: SourceToCheck,
        now: Timestamp,
    ) -> Result<SourceCheckView, Refusal> {
        let tenant = permit.tenant(Permission::CheckSources)?;
        let SourceToCheck { domain, eid, number, candidate } = asked;
        let begun = permit.clone();
        let (check, checked) = self
            .store
            .write(move |tx| {
                let tenant = begun.tenant(Permission::CheckSources)?.id;
                let found = identity_sources::find(tx, tenant, domain, eid.as_str())?;
                let mut source = found.ok_or(Refusal::NotFound(Noun::IdentitySource))?;
                if candidate {
                    let found = source_generations::find(tx, (tenant, source.id), Generation::Candidate)?;
                    let found = found.ok_or(Refusal::NotFound(Noun::CandidateCredentials))?;
                    source = IdentitySource {
                        environment: found.environment,
                        sealed_credentials: Some(found.sealed_credentials),
                        credentials_version: found.credentials_version,
                        ..source
                    };
                }
                let check = begin(tx, &begun, &source, now)?;
                let row = domains::get(tx, tenant, domain)?;
                let origin = format!("{}://{}", row.scheme.as_str(), row.host);
                let number = number || may_any_have_nin(tx, &row, &source)?;
                Ok::<_, Refusal>((check, Checked { source, origin, number }))
            })
            .await?;
        let lines = match connector(catalogue, tenant, &checked) {
            Ok(connector) => connector.check(checked.number, &self.random, now).await,
            Err(error) => unusable(&error),
        };
        let (ended, permit) = (check.clone(), permit.clone());
        let findings = lines.clone();
        self.store.write(move |tx| finish(tx, &permit, &ended, &findings)).await?;
        let of = if candidate { CheckedCredentials::Candidate } else { CheckedCredentials::Active };
        Ok(SourceCheckView { at: check.checked_at, by: check.checked_by, lines: Some(lines), of })
    }
}
