//! A wrong master key is told at the start, not by the first request.

use crypto::SealKey;
use model::sealed_place;
use store::{Store, StoreError, tenants};

/// Opens what the first tenant has sealed under the master key. A database without tenants has nothing to open.
///
/// # Errors
/// The key is not the one that this database was made with, or the database does not answer.
pub(crate) async fn check(store: &Store, master: &SealKey, source: &str) -> Result<(), String> {
    let first = store.read(|tx| tenants::list(tx, None, 1)).await;
    let first = first.map_err(|error: StoreError| format!("the tenants cannot be read: {error}"))?;
    let Some(tenant) = first.first() else { return Ok(()) };
    let place = sealed_place(tenant.id, "tenants", "sealed_data_key", &tenant.id.to_string());
    match master.open(&place, &tenant.sealed_data_key) {
        Ok(_) => Ok(()),
        Err(_) => Err(format!(
            "the master key from {source} is not the one that this database was made with, so nothing in it can be \
             opened; put back the right one (a copy should lie apart from the backups)"
        )),
    }
}
