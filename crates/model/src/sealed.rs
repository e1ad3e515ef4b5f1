//! Where a sealed value lives: the additional data that binds it to its place.

use crate::TenantId;

/// Names the place of a sealed value, so that it opens nowhere else.
///
/// `row`: the row's key as text. No part has a zero byte, so two places never read the same.
pub fn sealed_place(tenant: TenantId, table: &str, column: &str, row: &str) -> Vec<u8> {
    format!("{tenant}\0{table}\0{column}\0{row}").into_bytes()
}
