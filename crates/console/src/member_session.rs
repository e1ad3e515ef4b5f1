//! A session of the console: what it came from, how long it lasts, and who acts through it.

use std::{net::IpAddr, time::Duration};

use authority::{Actor, Caller, Role};
use model::{INSTALLATION, MemberId, SessionId, TenantId, Timestamp};

/// A session that nobody uses ends after this time.
pub const IDLE_FOR: Duration = Duration::from_secs(30 * 60);
/// A session ends after this time, whatever happens in it.
pub const SIGNED_IN_FOR: Duration = Duration::from_secs(8 * 60 * 60);
/// What cannot be undone needs a sign-in that is no older.
pub const FRESH_FOR: Duration = Duration::from_secs(5 * 60);
/// How long a link to set the console up, and its session, are good.
pub const SETUP_FOR: Duration = Duration::from_secs(60 * 60);
/// How long a link that lets an operator in again, and its session, are good.
pub const RECOVERY_FOR: Duration = Duration::from_secs(30 * 60);
/// What a session came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionKind {
    /// A member signed in.
    Member,
    /// A link from the host, before there is an operator: it sets the console up.
    Setup,
    /// A link from the host for an operator who cannot sign in: it repairs the console's eID, and has them sign in anew.
    Recovery,
}

impl SessionKind {
    /// The word in the table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Setup => "setup",
            Self::Recovery => "recovery",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        [Self::Member, Self::Setup, Self::Recovery].into_iter().find(|it| it.as_str() == word)
    }

    pub(crate) const fn lasts(self) -> Duration {
        match self {
            Self::Member => SIGNED_IN_FOR,
            Self::Setup => SETUP_FOR,
            Self::Recovery => RECOVERY_FOR,
        }
    }
}

/// A role that somebody has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldRole {
    /// Where; all zeros for operators.
    pub tenant: TenantId,
    /// Which.
    pub role: Role,
    /// Whether it permits anything yet.
    pub is_confirmed: bool,
}

/// A living session, with what the member may be at this moment.
#[derive(Clone, Debug)]
pub struct Session {
    /// What it came from.
    pub kind: SessionKind,
    /// Its public id.
    pub id: SessionId,
    /// Who signed in; the operator to be let in, in a recovery; nobody in a setup.
    pub member: Option<MemberId>,
    /// What they are called.
    pub name: String,
    /// The account on the host that made the link, where it is of one.
    pub made_by: String,
    /// Their roles, waiting ones included.
    pub roles: Vec<HeldRole>,
    /// When they proved who they are.
    pub signed_in_at: Timestamp,
    /// The browser, in words that it said of itself.
    pub browser: String,
    /// When it was used last, to the minute.
    pub used_at: Timestamp,
    /// When it ends, whatever happens in it.
    pub ends_at: Timestamp,
}

/// From where a request of a session came.
#[derive(Clone, Debug, Default)]
pub struct RequestOrigin {
    /// The trace id.
    pub trace: String,
    /// The client's address.
    pub address: Option<IpAddr>,
}

impl Session {
    /// The confirmed roles that count in a tenant: those there, and operator.
    pub fn roles_in(&self, tenant: TenantId) -> Vec<Role> {
        let counts = |it: &&HeldRole| it.is_confirmed && (it.tenant == tenant || it.tenant == INSTALLATION);
        self.roles.iter().filter(counts).map(|it| it.role).collect()
    }

    /// Whether the member is an operator.
    pub fn is_operator(&self) -> bool {
        self.roles_in(INSTALLATION).contains(&Role::Operator)
    }

    /// The tenants in which the member has a confirmed role.
    pub fn tenants(&self) -> Vec<TenantId> {
        let mut tenants: Vec<_> = self
            .roles
            .iter()
            .filter(|it| it.is_confirmed && it.tenant != INSTALLATION)
            .map(|it| it.tenant)
            .collect();
        tenants.dedup();
        tenants
    }

    /// Whether the person proved who they are a moment ago.
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        now < self.signed_in_at.after(FRESH_FOR)
    }

    /// Who refuses a role in a tenant, or in the installation, that waits to be confirmed; may do nothing else.
    pub(crate) fn invited(&self, tenant: TenantId, origin: &RequestOrigin) -> Option<Caller> {
        let is_waiting = |it: &HeldRole| !it.is_confirmed && it.tenant == tenant;
        let id = self.member.filter(|_| self.kind == SessionKind::Member)?;
        let roles = vec![Role::Invited];
        let actor = Actor::Member { id, tenant, roles, signed_in_at: self.signed_in_at };
        self.roles.iter().any(is_waiting).then(|| Caller { actor, ..self.caller(tenant, origin) })
    }

    /// Who acts in a tenant through this session. Whoever has no role there acts in their own tenants only, and is told that
    /// there is no such tenant.
    pub fn caller(&self, tenant: TenantId, origin: &RequestOrigin) -> Caller {
        let actor = match (self.kind, self.member) {
            (SessionKind::Member, Some(id)) => {
                let roles = self.roles_in(tenant);
                // A tenant in which the member has no role is none of theirs.
                let own = if roles.is_empty() { INSTALLATION } else { tenant };
                Actor::Member { id, tenant: own, roles, signed_in_at: self.signed_in_at }
            }
            _ => Actor::Operator(self.made_by.clone()),
        };
        Caller {
            actor,
            trace: Some(origin.trace.clone()),
            address: origin.address,
            name: (!self.name.is_empty()).then(|| self.name.clone()),
        }
    }
}
