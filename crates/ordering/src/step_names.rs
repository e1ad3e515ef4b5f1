//! Who did what happened to an order: the names of members, and of people who have links.

use std::collections::HashMap;

use authority::Tenant;
use changes::Refusal;
use model::{LinkId, MemberId, OrderId};
use store::{Tx, members, order_people, orders::OrderStep};

use crate::kept_person::open_person;

/// The names of those who did something, by who they are in audit events.
pub(crate) type StepNames = HashMap<String, String>;

/// Finds what the actors of these steps are called. Members have the name that their eID gave; who has a link is called what the
/// order calls them. Members who are gone and contacts who were replaced have no name here any more.
pub(crate) fn step_names(
    tx: &mut impl Tx,
    tenant: &Tenant,
    (order, steps): (OrderId, &[OrderStep]),
) -> Result<StepNames, Refusal> {
    let mut names = StepNames::new();
    for it in steps {
        if names.contains_key(&it.actor) {
            continue;
        }
        let name = match it.actor.split_once(':') {
            Some(("member", id)) => match MemberId::parse(id) {
                Ok(id) => members::find(tx, id)?.map(|it| it.name),
                Err(_) => None,
            },
            Some(("link", id)) => match LinkId::parse(id) {
                Ok(id) => {
                    let row = order_people::find(tx, id)?;
                    let row = row.filter(|it| it.tenant_id == tenant.id && it.order_id == order);
                    row.map(|it| open_person(tenant, &it)).transpose()?.map(|it| it.contact.name)
                }
                Err(_) => None,
            },
            Some(("operator", account)) => Some(account.to_owned()),
            _ => None,
        };
        names.insert(it.actor.clone(), name.unwrap_or_default());
    }
    Ok(names)
}
