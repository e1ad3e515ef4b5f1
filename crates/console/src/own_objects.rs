//! Which tenant, domain and application are the console's own, and that they stay.

use model::{ApplicationId, DomainId, TenantId};
use serde::{Deserialize, Serialize};
use store::{Tx, installation};
use texts::AdminMessage;

use crate::Refusal;

/// The fact about the installation that names them.
pub(crate) const FACT: &str = "console";

/// The console's own objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnDomain {
    /// The tenant.
    pub tenant: TenantId,
    /// The domain.
    pub domain: DomainId,
    /// The application.
    pub application: ApplicationId,
}

fn own(tx: &mut impl Tx) -> Result<Option<OwnDomain>, Refusal> {
    let fact = installation::find(tx, FACT)?;
    Ok(fact.and_then(|it| serde_json::from_slice(&it).ok()))
}

/// The console's own tenant, where it has one.
///
/// # Errors
/// [`Refusal::Store`].
pub(crate) fn own_tenant(tx: &mut impl Tx) -> Result<Option<TenantId>, Refusal> {
    Ok(own(tx)?.map(|it| it.tenant))
}

/// Refuses to take away what the console itself needs: nobody could sign in any more. Asked in the write of the change.
///
/// # Errors
/// [`Refusal::Invalid`], [`Refusal::Store`].
pub(crate) fn keep_own(tx: &mut impl Tx, is_own: impl Fn(&OwnDomain) -> bool) -> Result<(), Refusal> {
    match own(tx)? {
        Some(own) if is_own(&own) => Err(Refusal::Invalid(AdminMessage::ConsoleOwnObject.into())),
        _ => Ok(()),
    }
}
