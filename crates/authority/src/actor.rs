//! Who acts, in which roles, and from where.

use std::net::IpAddr;

use model::{ApiKeyId, ApplicationId, INSTALLATION, LinkId, LoginMethod, MemberId, TenantId, Timestamp};

macro_rules! roles {
    ($($(#[$about:meta])* $variant:ident = $word:literal),* $(,)?) => {
        /// A column of the table of permissions. Members and API keys hold any number of the roles of people; a worker, an
        /// application and the holder of a link each have one of their own.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Role {
            $($(#[$about])* $variant,)*
        }

        impl Role {
            /// Every role, in the order of the table's columns.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The word in tables and on screen.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            /// Reads the word; `None` for a role that there is not.
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|it| it.as_str() == word)
            }
        }
    };
}

impl Role {
    /// What a member of a tenant can be; operators are of the installation.
    pub const OF_TENANT: [Self; 6] =
        [Self::Owner, Self::Developer, Self::Receiver, Self::Orderer, Self::BlockContact, Self::Auditor];

    /// Whether whoever grants it looks at the name that was proved before it counts.
    pub const fn is_confirmed_by_hand(self) -> bool {
        matches!(self, Self::Operator | Self::Owner)
    }
}

roles! {
    /// Runs the installation, and may act in every tenant; each act is in that tenant's audit trail.
    Operator = "operator",
    /// Everything in the tenant.
    Owner = "owner",
    /// Applications and their secrets; no credentials of eIDs.
    Developer = "developer",
    /// Credentials of eIDs.
    Receiver = "receiver",
    /// The credentials of one order, whose named receiver somebody is; granted by its link, never by an administrator.
    OrderReceiver = "order_receiver",
    /// Orders.
    Orderer = "orderer",
    /// Disables an eID or an application.
    BlockContact = "block_contact",
    /// Reads.
    Auditor = "auditor",
    /// The service itself.
    Worker = "worker",
    /// An application that manages its own registration.
    Application = "application",
    /// Somebody who was sent a link, and is no member.
    LinkHolder = "link_holder",
    /// Somebody whose role waits until it is confirmed; of all that it will permit, nothing counts yet.
    Invited = "invited",
}

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A person with a shell on the host, by the account's name there.
    Operator(String),
    /// The service itself, by the name of the worker.
    Worker(&'static str),
    /// A person who signed in to the console.
    Member {
        /// Their row.
        id: MemberId,
        /// Whose member; one with [`Role::Operator`] acts in other tenants too.
        tenant: TenantId,
        /// What they may be.
        roles: Vec<Role>,
        /// When they proved who they are.
        signed_in_at: Timestamp,
    },
    /// A program with a key of the tenant.
    ApiKey {
        /// Its row.
        id: ApiKeyId,
        /// Whose key; it acts nowhere else, whatever its roles.
        tenant: TenantId,
        /// What it may be, as far as the table lets an API key.
        roles: Vec<Role>,
    },
    /// A registered application, acting for itself.
    Application {
        /// Its row.
        id: ApplicationId,
        /// Whose application.
        tenant: TenantId,
    },
    /// Somebody who was sent a link.
    LinkHolder {
        /// The link's row.
        id: LinkId,
        /// Who sent it.
        tenant: TenantId,
        /// The one thing that it is for.
        purpose: String,
        /// The eID by which the link was bound to a person, where it was.
        bound_eid: Option<LoginMethod>,
    },
    /// The receiver of a sandbox order, by its link: a person of the sandbox, who is no member of anything.
    SandboxReceiver {
        /// The link's row.
        id: LinkId,
        /// Whose order it is.
        tenant: TenantId,
    },
}

impl Actor {
    /// Says whether the actor can act in this tenant at all. To others it does not exist.
    pub(crate) fn acts_in(&self, tenant: TenantId) -> bool {
        match self {
            Self::Operator(_) | Self::Worker(_) => true,
            Self::Member { tenant: own, roles, .. } => *own == tenant || roles.contains(&Role::Operator),
            Self::ApiKey { tenant: own, .. }
            | Self::Application { tenant: own, .. }
            | Self::LinkHolder { tenant: own, .. }
            | Self::SandboxReceiver { tenant: own, .. } => *own == tenant,
        }
    }

    /// Says whether the actor acts for the installation, and not as somebody of one tenant.
    pub(crate) fn acts_in_every_tenant(&self) -> bool {
        match self {
            Self::Operator(_) | Self::Worker(_) => true,
            Self::Member { tenant, roles, .. } => {
                let is_invited = *tenant == INSTALLATION && roles.contains(&Role::Invited);
                roles.contains(&Role::Operator) || is_invited
            }
            // Invited to be an operator.
            Self::LinkHolder { tenant, .. } => *tenant == INSTALLATION,
            Self::ApiKey { .. } | Self::Application { .. } | Self::SandboxReceiver { .. } => false,
        }
    }

    pub(crate) fn roles(&self) -> &[Role] {
        match self {
            Self::Operator(_) => &[Role::Operator],
            Self::Worker(_) => &[Role::Worker],
            Self::Member { roles, .. } | Self::ApiKey { roles, .. } => roles,
            Self::Application { .. } => &[Role::Application],
            Self::LinkHolder { .. } => &[Role::LinkHolder],
            Self::SandboxReceiver { .. } => &[Role::OrderReceiver],
        }
    }

    /// When the actor proved who they are; `None` for those who do not sign in.
    pub const fn signed_in_at(&self) -> Option<Timestamp> {
        match self {
            Self::Member { signed_in_at, .. } => Some(*signed_in_at),
            _ => None,
        }
    }
}

impl std::fmt::Display for Actor {
    /// The text in audit events; people stand in it by their row, the operator on the host by the account.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Operator(name) => write!(f, "operator:{name}"),
            Self::Worker(name) => write!(f, "worker:{name}"),
            Self::Member { id, .. } => write!(f, "member:{id}"),
            Self::ApiKey { id, .. } => write!(f, "api_key:{id}"),
            Self::Application { id, .. } => write!(f, "application:{id}"),
            Self::LinkHolder { id, .. } | Self::SandboxReceiver { id, .. } => write!(f, "link:{id}"),
        }
    }
}

/// Who acts, and how they came: made once per command or request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Who acts.
    pub actor: Actor,
    /// The trace id of the request, as in logs.
    pub trace: Option<String>,
    /// Where the request came from; `None` for what begins on the host.
    pub address: Option<IpAddr>,
    /// What the actor is called, where that is not in the actor itself.
    pub name: Option<String>,
}

impl Caller {
    /// An actor on the host, without a request.
    pub const fn local(actor: Actor) -> Self {
        Self { actor, trace: None, address: None, name: None }
    }

    /// The operator on the host, by the account's name there.
    pub fn operator(account: &str) -> Self {
        Self::local(Actor::Operator(account.to_owned()))
    }

    /// The service itself, by the name of the worker.
    pub const fn worker(name: &'static str) -> Self {
        Self::local(Actor::Worker(name))
    }
}
