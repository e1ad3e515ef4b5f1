//! DER whose elements are looked at one by one, because what follows them is nobody's business here.

use der::{AnyRef, Decode as _};

/// The elements of a SEQUENCE or SET, whatever they are.
pub(super) fn elements(of: AnyRef<'_>) -> der::Result<Vec<AnyRef<'_>>> {
    let mut them = Vec::new();
    let mut rest = of.value();
    while !rest.is_empty() {
        let (one, after) = AnyRef::from_der_partial(rest)?;
        them.push(one);
        rest = after;
    }
    Ok(them)
}
