//! The row of a brand beside the settings that refer to it: what is served as files.

use model::{Brand, BrandError, DomainId, SettingsError, TenantId};
use store::{WriteTx, brands};

use crate::Refusal;

/// Whose brand it is, and where it is shown.
pub(crate) struct Owner {
    pub(crate) tenant: TenantId,
    pub(crate) domain: DomainId,
    /// The id of the domain or application.
    pub(crate) id: String,
}

/// Writes the row that `new` needs in place of the one for `old`. A logo other than the old one must have been brought.
pub(crate) fn save(tx: &mut WriteTx<'_>, owner: Owner, (old, new): (&Brand, &Brand)) -> Result<(), Refusal> {
    let color = new.color().map(|it| it.digits());
    let kept = old.logo.as_ref().map(|it| (&it.digest, it.width, it.height));
    if kept.is_some() && kept == new.logo.as_ref().map(|it| (&it.digest, it.width, it.height)) {
        if new.color != old.color {
            brands::save_color(tx, owner.tenant, &owner.id, color.as_deref())?;
        }
        return Ok(());
    }
    let logo = match &new.logo {
        Some(logo) => {
            let unknown = || Refusal::from(SettingsError::Brand(BrandError::LogoUnknown));
            Some((logo.digest.clone(), logo.picture().ok_or_else(unknown)?))
        }
        None => None,
    };
    if logo.is_none() && color.is_none() {
        if old.logo.is_some() || old.color.is_some() {
            brands::remove(tx, owner.tenant, &owner.id)?;
        }
        return Ok(());
    }
    let row =
        brands::Brand { tenant_id: owner.tenant, owner_id: owner.id, domain_id: owner.domain, color, logo };
    Ok(brands::save(tx, &row)?)
}
