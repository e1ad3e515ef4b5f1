//! What a tenant still needs before real people can log in: the facts; the rule is in `model`.

use authority::{Permission, Permit, Role};
use model::{
    ApplicationSettings, DomainId, DomainSettings, EidStage, Environment, IdentitySourceSettings,
    LoginMethod, ReadinessFacts,
};
use store::{
    StoreError, Tx, applications, domains,
    login_events::{self, Kind},
    member_roles,
};

use crate::{Console, Refusal, SourceCheckView, SourceView};

/// How many applications and events are looked at.
const LOOKED_AT: u32 = 1_000;

/// What a tenant has, with the production domain that the rows are about.
#[derive(Clone, Debug)]
pub struct Readiness {
    /// What the rule asks for.
    pub facts: ReadinessFacts,
    /// The first domain for real people.
    pub domain: Option<DomainId>,
}

/// What one read finds.
struct Found {
    domain: Option<domains::Domain>,
    applications: Vec<applications::Application>,
    used: Vec<String>,
    owners: usize,
}

fn found(tx: &mut impl Tx, tenant: model::TenantId) -> Result<Found, StoreError> {
    let all = domains::list(tx, tenant, None, LOOKED_AT)?;
    let domain = all.into_iter().find(|it| it.environment == Environment::Production);
    let applications = match &domain {
        Some(domain) => applications::list(tx, tenant, domain.id, None, LOOKED_AT)?,
        None => Vec::new(),
    };
    let events = login_events::list_latest(tx, tenant, None, LOOKED_AT)?;
    let ended = events.into_iter().filter(|it| it.kind == Kind::Completed);
    let used =
        ended.filter(|it| Some(it.domain_id) == domain.as_ref().map(|it| it.id)).filter_map(|it| it.eid);
    let used = used.collect();
    let roles = member_roles::list(tx, tenant)?;
    let owners =
        roles.iter().filter(|it| it.role == Role::Owner.as_str() && it.confirmed_at.is_some()).count();
    Ok(Found { domain, applications, used, owners })
}

fn stage(source: Option<&SourceView>, used: &[String], eid: LoginMethod) -> EidStage {
    let check = source.and_then(|it| it.active_check.as_ref()).and_then(SourceCheckView::state);
    let is_configured = source.is_some_and(|it| it.client.is_some());
    EidStage::of(is_configured, check, used.iter().any(|it| it == eid.as_str()))
}

/// Says whether an application names a legal ground, or the source of an eID that it uses does.
fn has_ground(settings: &ApplicationSettings, sources: &[SourceView]) -> bool {
    let of_source = |it: &&SourceView| settings.eids.contains(&it.eid);
    let gives = |it: &SourceView| {
        let source = IdentitySourceSettings::parse(&it.settings);
        source.is_ok_and(|it| settings.may_have_nin_of(&it, Environment::Production))
    };
    settings.may_have_nin(Environment::Production) || sources.iter().filter(of_source).any(gives)
}

impl Console {
    /// Finds out what a tenant has of what real people's logins need.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn readiness(&self, permit: &Permit) -> Result<Readiness, Refusal> {
        let tenant = permit.tenant(Permission::ReadSettings)?.id;
        let Found { domain, applications, used, owners } =
            self.store.read(move |tx| found(tx, tenant)).await?;
        let sources = match &domain {
            Some(domain) => self.identity_sources(permit, domain.id).await?,
            None => Vec::new(),
        };
        let lacks = |it: &applications::Application| {
            let settings = ApplicationSettings::parse(&it.settings);
            settings.is_ok_and(|it| it.nin_allowed && !has_ground(&it, &sources))
        };
        let settings = domain.as_ref().and_then(|it| DomainSettings::parse(&it.settings).ok());
        let eid = |eid| (eid, stage(sources.iter().find(|it| it.eid == eid), &used, eid));
        Ok(Readiness {
            facts: ReadinessFacts {
                has_production_domain: domain.is_some(),
                has_controller: settings.is_some_and(|it| it.controller().is_some()),
                has_application: !applications.is_empty(),
                lacks_legal_ground: applications.iter().any(lacks),
                eids: LoginMethod::eids().map(eid).collect(),
                owners,
            },
            domain: domain.map(|it| it.id),
        })
    }
}
