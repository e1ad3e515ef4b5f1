//! Where a sealed value lives: the additional data that binds it to its place.

use crate::{IdentitySourceId, TenantId};

/// Names the place of a sealed value, so that it opens nowhere else.
///
/// `row`: the row's key as text. No part has a zero byte, so two places never read the same.
pub fn sealed_place(tenant: TenantId, table: &str, column: &str, row: &str) -> Vec<u8> {
    format!("{tenant}\0{table}\0{column}\0{row}").into_bytes()
}

/// Names the place of an identity source's credentials.
///
/// `version`: which credentials of the source they are, counted from 1, so that older ones put back do not open; `None`
/// for those that were sealed without a count, which is how this release seals.
pub fn credentials_place(tenant: TenantId, source: IdentitySourceId, version: Option<i64>) -> Vec<u8> {
    let row = match version {
        Some(version) => format!("{source} {version}"),
        None => source.to_string(),
    };
    sealed_place(tenant, "identity_sources", "sealed_credentials", &row)
}
