//! Who may enter at an address of the console.

use console::Permission;

/// Who may enter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Anybody: the way in, and the ways out.
    Anyone,
    /// Whoever is in a session of a link that was made on the host.
    Host,
    /// Whoever is signed in.
    Member,
    /// Whoever has this permission in the tenant of the path. To others there is no such tenant, or they are told that it is not
    /// permitted if they have another role there.
    Tenant(Permission),
    /// Whoever has this permission in the installation: operators. To others there is no such page.
    Installation(Permission),
}

/// Whether the sign-in may be hours old.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SignedIn {
    /// As long as the session lives.
    Whenever,
    /// A few minutes ago: for what cannot be undone.
    Lately,
}
