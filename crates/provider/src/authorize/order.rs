//! An order at an eID that is polled: what the connector remembers and the person is told waits in a row, sealed under a key
//! that only the login has (docs/adr/0043).

use std::{sync::Arc, time::Duration};

use authority::SealedColumn;
use crypto::{Digest, SealKey};
use eid::{Instruction, Ordered, PollEid};
use model::{LOGIN_FOR, LoginMethod, Memo, Timestamp};
use serde::{Deserialize, Serialize};
use store::eid_orders::{self, EidOrder, HELD_FOR};

use super::{AppPrompt, active_login::ActiveLogin};
use crate::{
    InternalError, Issuer, Provider, Refusal,
    sealed_layout::{Layout, pack, unpack},
};

/// What stands for the form that is sent again: the page asks by itself, and whoever comes second gets the same answer.
pub(super) const ASKED: &str = "asked";

/// What waits in the row.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Order {
    pub(super) memo: Memo,
    /// The text that says what to do now.
    hint: String,
    /// What the person compares or enters.
    code: Option<String>,
    /// How many questions in a row had no answer.
    pub(super) failures: u8,
}

impl Layout for Order {
    const VERSION: u8 = 1;
}

impl Order {
    pub(super) fn new(ordered: Ordered) -> Self {
        let Ordered { memo, instruction: Instruction { hint, code, .. } } = ordered;
        Self { memo, hint: hint.to_owned(), code, failures: 0 }
    }

    /// The eID has answered that the person should do this now.
    pub(super) fn instruct(&mut self, instruction: Instruction) {
        (self.hint, self.code, self.failures) = (instruction.hint.to_owned(), instruction.code, 0);
    }
}

/// An order as it was found.
pub(super) struct PlacedOrder {
    pub(super) eid: LoginMethod,
    key: [u8; 32],
    pub(super) digest: Digest,
    pub(super) order: Order,
    /// The eID may be asked, and nobody asks it.
    pub(super) is_due: bool,
}

/// An order that this request asks about, and nobody else while the lease lasts.
pub(super) struct Claimed {
    pub(super) placed: PlacedOrder,
    /// With the lease.
    pub(super) row: EidOrder,
}

/// An order to be taken back, and by whom; `None` where the eID can no longer be asked.
pub(super) struct ToTakeBack {
    pub(super) digest: Digest,
    pub(super) memo: Memo,
    pub(super) connector: Option<Arc<dyn PollEid>>,
}

/// What the person does who gives an order up.
#[derive(Clone, Copy)]
pub(super) enum AfterOrder {
    /// Goes back to the application.
    GoBack,
    /// Goes to this eID, perhaps the same.
    SendTo(LoginMethod),
    /// Chooses anew.
    Choose,
}

/// When an order may be asked about again: a connector cannot have it wait for longer than a lease lasts.
fn again_at(now: Timestamp, again_in: Duration) -> Timestamp {
    now.after(again_in.min(HELD_FOR))
}

fn opening(issuer: &Issuer, key: &[u8; 32]) -> (Digest, SealKey, Vec<u8>) {
    let digest = Digest::of(key);
    let place = issuer.context(&SealedColumn::EidOrder(&digest));
    (digest, SealKey::derive(key, "eid order"), place)
}

impl ActiveLogin<'_> {
    /// What the person is told while they answer on another device.
    pub(super) fn app_prompt(&self, eid: LoginMethod, order: &Order) -> AppPrompt {
        AppPrompt {
            login: self.name.clone(),
            application: self.shown(),
            eid,
            hint: order.hint.clone(),
            code: order.code.clone(),
            has_others: self.eids().len() > 1,
        }
    }
}

impl Provider {
    fn seal_order(&self, issuer: &Issuer, key: &[u8; 32], order: &Order) -> Result<Vec<u8>, InternalError> {
        let (_, seal, place) = opening(issuer, key);
        Ok(seal.seal(&self.random, &place, pack(order)?.expose()))
    }

    /// The row of a new order, which lives as long as its login.
    pub(super) fn order_row(
        &self,
        active: &ActiveLogin<'_>,
        key: &[u8; 32],
        (order, again_in): (&Order, Duration),
    ) -> Result<EidOrder, InternalError> {
        Ok(EidOrder {
            tenant_id: active.issuer.tenant,
            order_digest: Digest::of(key),
            domain_id: active.issuer.domain,
            sealed_order: self.seal_order(active.issuer, key, order)?,
            again_at: again_at(active.context.now, again_in),
            lease: None,
            expires_at: active.login.started_at.after(LOGIN_FOR),
        })
    }

    /// The row of an order once the eID was asked.
    pub(super) fn asked_row(
        &self,
        active: &ActiveLogin<'_>,
        claimed: Claimed,
        again_in: Duration,
    ) -> Result<EidOrder, InternalError> {
        let Claimed { placed, row } = claimed;
        let sealed_order = self.seal_order(active.issuer, &placed.key, &placed.order)?;
        Ok(EidOrder { sealed_order, again_at: again_at(active.context.now, again_in), ..row })
    }

    /// Finds an order; `None` once it is spent.
    pub(super) async fn find_order(
        &self,
        active: &ActiveLogin<'_>,
        (eid, key): (LoginMethod, [u8; 32]),
    ) -> Result<Option<PlacedOrder>, Refusal> {
        let (tenant, digest, now) = (active.issuer.tenant, Digest::of(&key), active.context.now);
        let row = self.store.read(move |tx| eid_orders::find(tx, tenant, &digest, now)).await?;
        let Some(row) = row else { return Ok(None) };
        Ok(open(active.issuer, &key, &row.sealed_order)?.map(|order| {
            let is_due = row.is_due(now);
            PlacedOrder { eid, key, digest, order, is_due }
        }))
    }

    /// An order whose row has just been claimed, with what is in that now.
    pub(super) fn claimed(
        &self,
        issuer: &Issuer,
        placed: PlacedOrder,
        row: EidOrder,
    ) -> Result<Claimed, InternalError> {
        let order = open(issuer, &placed.key, &row.sealed_order)?.unwrap_or(placed.order);
        Ok(Claimed { placed: PlacedOrder { order, ..placed }, row })
    }
}

/// `None` for another layout.
fn open(issuer: &Issuer, key: &[u8; 32], sealed: &[u8]) -> Result<Option<Order>, InternalError> {
    let (_, seal, place) = opening(issuer, key);
    let plain = seal.open(&place, sealed).map_err(InternalError::new)?;
    Ok(unpack(plain.expose()))
}
