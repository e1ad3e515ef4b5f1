//! Reading an order as it is.

use authority::{Caller, Tenant, TenantError};
use changes::Refusal;
use crypto::b64;
use model::OrderId;
use store::{
    StoreError, Tx,
    order_documents::{self, OrderDocumentFacts},
    order_people,
    orders::{self, Order},
    tenants,
};
use texts::Noun;

use crate::{
    OrderDesk, OrderFile, OrderView, issuer,
    kept_documents::OF_ORDER,
    people::person_view,
    proposal::waiting,
    secrets::public_key,
    step_names::step_names,
    submitted::{ANSWERS, changes},
    templates::with_texts,
    view::view,
};

fn file(it: OrderDocumentFacts) -> OrderFile {
    OrderFile { kind: it.kind, digest: b64::encode(it.digest.as_bytes()), created_at: it.created_at }
}

/// The documents of the order itself, and of its present submission.
fn files(tx: &mut impl Tx, row: &Order) -> Result<Vec<OrderFile>, StoreError> {
    let of_order = (row.tenant_id, row.id);
    let mut found = order_documents::list_facts(tx, of_order, OF_ORDER)?;
    if row.submission > OF_ORDER {
        found.extend(order_documents::list_facts(tx, of_order, row.submission)?);
    }
    Ok(found.into_iter().filter(|it| it.kind != ANSWERS).map(file).collect())
}

/// The order before this one, as long as it is kept.
fn still_there(tx: &mut impl Tx, row: &Order) -> Result<Option<OrderId>, StoreError> {
    let Some(id) = row.supersedes else { return Ok(None) };
    match orders::get(tx, row.tenant_id, id) {
        Ok(_) => Ok(Some(id)),
        Err(StoreError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

impl OrderDesk {
    /// Reads an order with everything that is shown of it.
    pub(crate) async fn whole(&self, tenant: &Tenant, id: OrderId) -> Result<OrderView, Refusal> {
        let (tenant, has_sms) = (tenant.clone(), self.settings.has_sms);
        let read = self.store.read(move |tx| {
            let of_order = (tenant.id, id);
            let row = orders::get(tx, tenant.id, id).map_err(|error| Refusal::of(error, Noun::Order))?;
            let people = order_people::list(tx, of_order, row.submission)?;
            let people = people.iter().map(|it| person_view(&tenant, it)).collect::<Result<Vec<_>, _>>()?;
            let steps = orders::steps(tx, tenant.id, id)?;
            let names = step_names(tx, &tenant, (id, &steps))?;
            let mut seen = view(&tenant, &row, (people, steps))?;
            seen.steps.iter_mut().for_each(|it| it.by = names.get(&it.actor).cloned().unwrap_or_default());
            let answers = with_texts(tx, &tenant, &row)?;
            Ok::<_, Refusal>(OrderView {
                public_key: public_key(tx, &tenant, id)?,
                files: files(tx, &row)?,
                proposal: waiting(tx, &tenant, (id, row.version))?,
                issuer: issuer::of_order(tx, &row)?,
                changes: changes(tx, &tenant, (&row, &answers))?,
                supersedes: still_there(tx, &row)?,
                superseded_by: orders::find_successor(tx, of_order)?,
                answers,
                has_sms,
                ..seen
            })
        });
        read.await
    }

    pub(crate) fn opened(&self, row: &tenants::Tenant, caller: &Caller) -> Result<Tenant, Refusal> {
        Tenant::open((&self.master, &self.random), row, caller).map_err(|error| match error {
            TenantError::NotFound => Refusal::NotFound(Noun::Tenant),
            TenantError::MasterKey => Refusal::MasterKey,
        })
    }
}
