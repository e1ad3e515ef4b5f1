//! Everything of a kind, however many pages it comes in.

use console::{Console, DomainView, Refusal, Tenant, TenantView};
use model::Actor;

fn words(refusal: Refusal) -> String {
    refusal.to_string()
}

/// Every tenant, in the order in which they were made.
pub(crate) async fn tenants(console: &Console) -> Result<Vec<TenantView>, String> {
    let mut all: Vec<TenantView> = Vec::new();
    loop {
        let page = console.tenants(all.last().map(|it| it.id)).await.map_err(words)?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}

/// Every domain of a tenant.
pub(crate) async fn domains_of(console: &Console, tenant: &Tenant) -> Result<Vec<DomainView>, String> {
    let mut all: Vec<DomainView> = Vec::new();
    loop {
        let page = console.domains(tenant, all.last().map(|it| it.id)).await.map_err(words)?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}

/// Every domain of every tenant, opened for whoever acts.
pub(crate) async fn domains(console: &Console, actor: &Actor) -> Result<Vec<(Tenant, DomainView)>, String> {
    let mut all = Vec::new();
    for tenant in tenants(console).await? {
        let tenant = console.tenant_by_id(actor, tenant.id).await.map_err(words)?;
        let domains = domains_of(console, &tenant).await?;
        all.extend(domains.into_iter().map(|domain| (tenant.clone(), domain)));
    }
    Ok(all)
}
