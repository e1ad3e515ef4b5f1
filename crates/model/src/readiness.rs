//! What a tenant still needs before real people can log in: one rule, shown wherever it is asked.

use crate::{CheckState, LoginMethod};

/// How far an eID of the production domain has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EidStage {
    /// There are no credentials.
    NotOrdered,
    /// Credentials were entered, and are to be checked.
    Entered,
    /// The check found something wrong.
    CheckBad,
    /// The check found nothing wrong; nobody has logged in yet.
    Checked,
    /// Somebody logged in with it.
    InUse,
}

impl EidStage {
    /// Finds the stage. `checked`: what the check of the credentials in use came to.
    pub const fn of(is_configured: bool, checked: Option<CheckState>, was_used: bool) -> Self {
        match (is_configured, checked, was_used) {
            (false, ..) => Self::NotOrdered,
            (true, _, true) => Self::InUse,
            (true, Some(CheckState::Bad), false) => Self::CheckBad,
            (true, None, false) => Self::Entered,
            (true, Some(CheckState::Good | CheckState::Unknown), false) => Self::Checked,
        }
    }
}

/// What is known of a tenant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadinessFacts {
    /// Whether it has a domain for real people.
    pub has_production_domain: bool,
    /// Whether somebody is named as responsible there.
    pub has_controller: bool,
    /// Whether an application is registered there.
    pub has_application: bool,
    /// Whether an application there may have the national identity number without a legal ground.
    pub lacks_legal_ground: bool,
    /// The eIDs of the domain.
    pub eids: Vec<(LoginMethod, EidStage)>,
    /// How many confirmed owners it has.
    pub owners: usize,
}

/// What there is to see to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadinessItem {
    /// A domain for real people.
    ProductionDomain,
    /// Who is responsible for their data.
    Controller,
    /// An application.
    Application,
    /// An eID.
    Eid(LoginMethod, EidStage),
    /// The law that gives the right to the national identity number.
    LegalGround,
    /// A second owner, so that nobody is locked out.
    SecondOwner,
}

/// Whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Nobody's: it is done.
    Done,
    /// The tenant's members.
    Tenant,
    /// The operator's.
    Operator,
    /// Nobody can begin yet: something above it comes first.
    Later,
}

/// A row of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadinessRow {
    /// What there is to see to.
    pub item: ReadinessItem,
    /// Whose turn it is.
    pub turn: Turn,
}

/// Says what a tenant needs, in the order in which it is needed.
pub fn readiness(facts: &ReadinessFacts) -> Vec<ReadinessRow> {
    let row = |item, turn| ReadinessRow { item, turn };
    let done_or = |is_done: bool, turn| if is_done { Turn::Done } else { turn };
    let after_domain = |is_done: bool| match (is_done, facts.has_production_domain) {
        (true, _) => Turn::Done,
        (false, true) => Turn::Tenant,
        (false, false) => Turn::Later,
    };
    let mut rows = vec![
        row(ReadinessItem::ProductionDomain, done_or(facts.has_production_domain, Turn::Operator)),
        row(ReadinessItem::Controller, after_domain(facts.has_controller)),
        row(ReadinessItem::Application, after_domain(facts.has_application)),
    ];
    for (eid, stage) in &facts.eids {
        rows.push(row(ReadinessItem::Eid(*eid, *stage), after_domain(*stage == EidStage::InUse)));
    }
    if facts.lacks_legal_ground {
        rows.push(row(ReadinessItem::LegalGround, Turn::Tenant));
    }
    rows.push(row(ReadinessItem::SecondOwner, done_or(facts.owners > 1, Turn::Tenant)));
    rows
}

#[cfg(test)]
mod tests {
    use super::{EidStage, ReadinessFacts, ReadinessItem, Turn, readiness};
    use crate::{CheckState, LoginMethod};

    #[test]
    fn an_eid_that_nobody_checked_is_entered_and_one_that_somebody_used_is_in_use() {
        assert_eq!(EidStage::of(false, Some(CheckState::Good), true), EidStage::NotOrdered);
        assert_eq!(EidStage::of(true, None, false), EidStage::Entered);
        assert_eq!(EidStage::of(true, Some(CheckState::Bad), false), EidStage::CheckBad);
        assert_eq!(EidStage::of(true, Some(CheckState::Unknown), false), EidStage::Checked);
        assert_eq!(EidStage::of(true, Some(CheckState::Bad), true), EidStage::InUse);
    }

    #[test]
    fn without_a_domain_it_is_the_operators_turn_and_the_rest_waits() {
        let facts = ReadinessFacts {
            eids: vec![(LoginMethod::NO_BANKID, EidStage::NotOrdered)],
            ..ReadinessFacts::default()
        };
        let turns: Vec<Turn> = readiness(&facts).iter().map(|it| it.turn).collect();
        assert_eq!(turns, [Turn::Operator, Turn::Later, Turn::Later, Turn::Later, Turn::Tenant]);
    }

    #[test]
    fn a_number_without_a_legal_ground_is_a_row_and_a_tenant_that_has_all_is_done() {
        let mut facts = ReadinessFacts {
            has_production_domain: true,
            has_controller: true,
            has_application: true,
            lacks_legal_ground: true,
            eids: vec![(LoginMethod::NO_BANKID, EidStage::InUse)],
            owners: 2,
        };
        let waiting = |facts: &ReadinessFacts| -> Vec<ReadinessItem> {
            readiness(facts).into_iter().filter(|it| it.turn != Turn::Done).map(|it| it.item).collect()
        };
        assert_eq!(waiting(&facts), [ReadinessItem::LegalGround]);
        facts.lacks_legal_ground = false;
        assert!(waiting(&facts).is_empty());
    }
}
