//! A visit to the console: everything that was found out before a handler is called.

use std::sync::Arc;

use console::{
    InstallationPermit, MembersPermit, Permission, Permit, Refusal, RequestOrigin, Role, Session,
    SessionKind, Tenant,
};
use model::{Environment, TenantId, Timestamp};
use provider::{RequestContext, TraceId};
use texts::{Locale, Noun};

use super::{access::Access, filled::Filled, site::ConsoleSite, upload::Upload};

/// What a visit may do.
#[derive(Clone)]
pub(super) enum Entered {
    /// What anybody may, or anybody who is signed in.
    Nothing,
    /// One thing in a tenant.
    Tenant(Box<Permit>),
    /// One thing in the installation.
    Installation(Box<InstallationPermit>),
}

/// A request that was let in.
#[derive(Clone)]
pub(super) struct Visit {
    pub(super) site: Arc<ConsoleSite>,
    pub(super) path: String,
    pub(super) params: Vec<(&'static str, String)>,
    pub(super) query: Filled,
    pub(super) form: Filled,
    /// The files of the form.
    pub(super) upload: Upload,
    pub(super) session: Option<Session>,
    /// What is in the session's cookie.
    pub(super) token: Option<String>,
    /// What is in the cookie of a sign-in that was begun.
    pub(super) pending: Option<String>,
    /// What is in the cookie of a trial that was begun.
    pub(super) trial: Option<String>,
    /// What it was given when it asked for a code by SMS, or when the receiver of a sandbox order signed in.
    pub(super) phone: Option<String>,
    /// What it was given when a colleague accepted the link of a section.
    pub(super) colleague: Option<String>,
    pub(super) entered: Entered,
    pub(super) locale: Locale,
    pub(super) browser: String,
    pub(super) context: RequestContext,
}

impl Visit {
    pub(super) const fn now(&self) -> Timestamp {
        self.context.now
    }

    pub(super) const fn trace(&self) -> TraceId {
        self.context.trace
    }

    pub(super) fn origin(&self) -> RequestOrigin {
        RequestOrigin { trace: self.context.trace.to_string(), address: self.context.from }
    }

    /// What a name of the path stands for.
    pub(super) fn param(&self, name: &str) -> &str {
        self.params.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
    }

    /// Path and query of the page, to come back to.
    pub(super) fn address(&self) -> String {
        let query = self.query.text();
        if query.is_empty() { self.path.clone() } else { format!("{}?{query}", self.path) }
    }

    /// The environment in the path, where it has one.
    pub(super) fn environment(&self) -> Option<Environment> {
        Environment::parse(self.param("environment"))
    }

    pub(super) fn session(&self) -> Result<&Session, Refusal> {
        self.session.as_ref().ok_or(Refusal::Forbidden)
    }

    /// The leave that the route asks for, in the tenant of the path.
    pub(super) fn permit(&self) -> Result<&Permit, Refusal> {
        match &self.entered {
            Entered::Tenant(permit) => Ok(permit),
            _ => Err(Refusal::Forbidden),
        }
    }

    pub(super) fn installation_permit(&self) -> Result<&InstallationPermit, Refusal> {
        match &self.entered {
            Entered::Installation(permit) => Ok(permit),
            _ => Err(Refusal::Forbidden),
        }
    }

    /// Leave to read what is the installation's.
    pub(super) fn reading_installation(&self) -> Result<InstallationPermit, Refusal> {
        let caller = self.session()?.caller(model::INSTALLATION, &self.origin());
        self.site.console.installation(&caller, Permission::ReadInstallation)
    }

    pub(super) fn tenant(&self) -> Result<&Tenant, Refusal> {
        Ok(self.permit()?.caller_tenant())
    }

    /// Leave for something else in the same tenant.
    pub(super) fn may(&self, permission: Permission) -> Result<Permit, Refusal> {
        Ok(self.tenant()?.permit(permission)?)
    }

    /// Whether the page offers what this permission is for.
    pub(super) fn offers(&self, permission: Permission) -> bool {
        self.may(permission).is_ok()
    }

    /// Leave to change who is a member, where the path is.
    pub(super) fn members_permit(&self) -> Result<MembersPermit, Refusal> {
        match &self.entered {
            Entered::Tenant(permit) => Ok(MembersPermit::Tenant(permit.clone())),
            Entered::Installation(permit) => Ok(MembersPermit::Installation(permit.clone())),
            Entered::Nothing => Err(Refusal::Forbidden),
        }
    }

    pub(super) fn is_operator(&self) -> bool {
        self.session.as_ref().is_some_and(Session::is_operator)
    }

    /// The roles that count on this page.
    pub(super) fn roles(&self) -> Vec<Role> {
        let tenant = self.tenant().map_or(model::INSTALLATION, |it| it.id);
        self.session.as_ref().map(|it| it.roles_in(tenant)).unwrap_or_default()
    }

    /// The address of a page of the tenant in the path.
    pub(super) fn tenant_href(&self, rest: &str) -> String {
        format!("/t/{}{rest}", self.param("tenant"))
    }

    /// The address of a page of the tenant and environment in the path.
    pub(super) fn environment_href(&self, rest: &str) -> String {
        let environment = self.environment().unwrap_or(Environment::Test);
        self.tenant_href(&format!("/{}{rest}", environment.as_str()))
    }
}

/// Looks whether a route lets this session in, and with what leave.
pub(super) async fn enter(visit: &mut Visit, access: Access) -> Result<(), Refusal> {
    let is_member = visit.session.as_ref().is_some_and(|it| it.kind == SessionKind::Member);
    let origin = visit.origin();
    match access {
        Access::Anyone => Ok(()),
        Access::Member if is_member => Ok(()),
        Access::Host if visit.session.is_some() && !is_member => Ok(()),
        Access::Tenant(permission) if is_member => {
            let id = TenantId::parse(visit.param("tenant")).map_err(|_| Refusal::NotFound(Noun::Tenant))?;
            let caller = visit.session()?.caller(id, &origin);
            let tenant = visit.site.console.tenant_by_id(&caller, id).await?;
            visit.entered = Entered::Tenant(Box::new(tenant.permit(permission)?));
            match visit.params.iter().find(|(name, _)| *name == "environment") {
                Some((_, word)) if Environment::parse(word).is_none() => Err(Refusal::NotFound(Noun::Object)),
                _ => Ok(()),
            }
        }
        Access::Installation(permission) if is_member => {
            let caller = visit.session()?.caller(model::INSTALLATION, &origin);
            let permit = visit.site.console.installation(&caller, permission);
            // To others there is no such page.
            let permit = permit.map_err(|_| Refusal::NotFound(Noun::Object))?;
            visit.entered = Entered::Installation(Box::new(permit));
            Ok(())
        }
        Access::Host | Access::Member | Access::Tenant(_) | Access::Installation(_) => {
            Err(Refusal::Forbidden)
        }
    }
}
