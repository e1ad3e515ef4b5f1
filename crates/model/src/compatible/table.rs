//! Which table is whose.

use super::{automation, no_bankid, no_vipps, rule::Table};
use crate::Eid;

/// The table of an eID.
pub(super) const fn table(eid: Eid) -> &'static Table {
    match eid {
        Eid::NoBankid => &no_bankid::TABLE,
        Eid::NoVipps => &no_vipps::TABLE,
        Eid::Automation => &automation::TABLE,
    }
}
