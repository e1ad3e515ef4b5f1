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

/// Refuses to take away what the console itself needs: nobody could sign in any more. Asked in the write of the change.
///
/// # Errors
/// [`Refusal::Invalid`], [`Refusal::Store`].
pub(crate) fn keep_own(tx: &mut impl Tx, is_own: impl Fn(&OwnDomain) -> bool) -> Result<(), Refusal> {
    let fact = installation::find(tx, FACT)?;
    let own: Option<OwnDomain> = fact.and_then(|it| serde_json::from_slice(&it).ok());
    match own {
        Some(own) if is_own(&own) => Err(Refusal::Invalid(AdminMessage::ConsoleOwnObject.into())),
        _ => Ok(()),
    }
}
