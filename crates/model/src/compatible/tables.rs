//! Which table of claims belongs to which way to log in.

use super::{automation, no_bankid, no_vipps, rule::Table};
use crate::LoginMethod;

const TABLES: [(LoginMethod, &Table); 3] = [
    (LoginMethod::NO_BANKID, &no_bankid::TABLE),
    (LoginMethod::NO_VIPPS, &no_vipps::TABLE),
    (LoginMethod::TEST_USER, &automation::TABLE),
];

/// Its claims in the compatible profile.
pub(super) fn table(method: LoginMethod) -> &'static Table {
    const NONE: &Table = &Table { identityscheme: "", authenticationmethod: "", rules: &[] };
    TABLES.iter().find(|(of, _)| *of == method).map_or(NONE, |(_, table)| table)
}

#[cfg(test)]
mod tests {
    use super::table;
    use crate::LoginMethod;

    #[test]
    fn every_way_to_log_in_has_its_claims() {
        for method in LoginMethod::all() {
            assert!(!table(method).rules.is_empty(), "{method:?} has no line in TABLES");
        }
    }
}
