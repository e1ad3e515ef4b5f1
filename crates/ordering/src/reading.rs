//! Reading an order as it is.

use authority::{Caller, Tenant, TenantError};
use changes::Refusal;
use crypto::b64;
use model::OrderId;
use store::{
    order_documents::{self, OrderDocumentFacts},
    order_people, orders, tenants,
};
use texts::Noun;

use crate::{
    OrderDesk, OrderFile, OrderView,
    issuer::of_order,
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

impl OrderDesk {
    pub(crate) async fn whole(&self, tenant: &Tenant, id: OrderId) -> Result<OrderView, Refusal> {
        let opened = tenant.clone();
        let read = self.store.read(move |tx| {
            let row = orders::get(tx, opened.id, id).map_err(|error| Refusal::of(error, Noun::Order))?;
            let people = order_people::list(tx, (opened.id, id), row.submission)?;
            let public_key = public_key(tx, &opened, id)?;
            let answers = with_texts(tx, &opened, &row)?;
            let changes = changes(tx, &opened, (&row, &answers))?;
            let issuer = of_order(tx, &row)?;
            let proposal = waiting(tx, &opened, (id, row.version))?;
            let of_order = (opened.id, id);
            let mut files = order_documents::list_facts(tx, of_order, OF_ORDER)?;
            if row.submission > OF_ORDER {
                files.extend(order_documents::list_facts(tx, of_order, row.submission)?);
            }
            let files = files.into_iter().filter(|it| it.kind != ANSWERS).map(file).collect::<Vec<_>>();
            let steps = orders::steps(tx, opened.id, id)?;
            let names = step_names(tx, &opened, (id, &steps))?;
            Ok::<_, Refusal>((
                people,
                (steps, names),
                row,
                (
                    public_key,
                    files,
                    proposal,
                    issuer,
                    changes,
                    answers,
                    orders::find_successor(tx, of_order)?,
                ),
            ))
        });
        let (
            people,
            (steps, names),
            row,
            (public_key, files, proposal, issuer, changes, answers, superseded_by),
        ) = read.await?;
        let people = people.iter().map(|it| person_view(tenant, it)).collect::<Result<Vec<_>, _>>()?;
        let mut seen = view(tenant, &row, (people, steps))?;
        seen.steps.iter_mut().for_each(|it| it.by = names.get(&it.actor).cloned().unwrap_or_default());
        let has_sms = self.settings.has_sms;
        Ok(OrderView {
            public_key,
            files,
            proposal,
            issuer,
            changes,
            answers,
            superseded_by,
            has_sms,
            ..seen
        })
    }

    pub(crate) fn opened(&self, row: &tenants::Tenant, caller: &Caller) -> Result<Tenant, Refusal> {
        Tenant::open((&self.master, &self.random), row, caller).map_err(|error| match error {
            TenantError::NotFound => Refusal::NotFound(Noun::Tenant),
            TenantError::MasterKey => Refusal::MasterKey,
        })
    }
}
