//! Everything of a kind, however many pages it comes in.

use authority::{Caller, Permission};
use console::{ApplicationView, Console, DomainView, Refusal, Tenant, TenantView};

use model::DomainId;

use crate::permits;

/// Every tenant, in the order in which they were made.
pub(crate) async fn tenants(console: &Console, caller: &Caller) -> Result<Vec<TenantView>, Refusal> {
    let permit = permits::installation(console, caller, Permission::ReadInstallation)?;
    let mut all: Vec<TenantView> = Vec::new();
    loop {
        let page = console.tenants(&permit, all.last().map(|it| it.id)).await?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}

/// The same, opened for the actor.
pub(crate) async fn opened_tenants(console: &Console, caller: &Caller) -> Result<Vec<Tenant>, Refusal> {
    let mut all = Vec::new();
    for tenant in tenants(console, caller).await? {
        all.push(console.tenant_by_id(caller, tenant.id).await?);
    }
    Ok(all)
}

/// Every domain of a tenant.
pub(crate) async fn domains_of(console: &Console, tenant: &Tenant) -> Result<Vec<DomainView>, Refusal> {
    let mut all: Vec<DomainView> = Vec::new();
    loop {
        let page = console
            .domains(&permits::may(tenant, Permission::ReadSettings)?, all.last().map(|it| it.id))
            .await?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}

/// Every application of a domain.
pub(crate) async fn applications_of(
    console: &Console,
    tenant: &Tenant,
    domain: DomainId,
) -> Result<Vec<ApplicationView>, Refusal> {
    let permit = permits::may(tenant, Permission::ReadSettings)?;
    let mut all: Vec<ApplicationView> = Vec::new();
    loop {
        let page = console.applications(&permit, domain, all.last().map(|it| it.id)).await?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}

/// Every domain of every tenant, opened for the actor.
pub(crate) async fn domains(
    console: &Console,
    caller: &Caller,
) -> Result<Vec<(Tenant, DomainView)>, Refusal> {
    let mut all = Vec::new();
    for tenant in opened_tenants(console, caller).await? {
        let domains = domains_of(console, &tenant).await?;
        all.extend(domains.into_iter().map(|domain| (tenant.clone(), domain)));
    }
    Ok(all)
}
