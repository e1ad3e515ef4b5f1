//! Four eyes: what one operator proposes and a second one confirms.
//!
//! ```text
//!   first operator ──► proposal (sealed, seven days, of one version of the order) ──► second operator: the act itself
//!                                 └─ gone when the order moves on, or when one of them sets it aside
//! ```
//!
//! A proposal is no state: the order stays as it is until the second operator has confirmed.

use authority::{Actor, Caller, Permission, Permit, Role};
use changes::Refusal;
use model::{INSTALLATION, OrderEvent, Timestamp};
use store::{
    Tx, member_roles, members,
    order_secrets::{self, SecretKind},
    tenants,
};
use texts::{AdminMessage, Noun};

use crate::{
    Deposit, IdentityDecision, OrderDesk,
    moving::{Asked, Happening, Moved, OrderVersion},
    proposal::{Decided, Decision, Kept, gone, kept},
    proposing::{step, written},
};

/// The line of the timeline that says so; the note is the word of the event.
const SET_ASIDE: &str = "set_aside";

/// The leave of whoever proposed, if they are an operator still.
fn first_permit(
    desk: &OrderDesk,
    tx: &mut impl Tx,
    (second, kept): (&Permit, &Kept),
) -> Result<Permit, Refusal> {
    let id = kept.by().ok_or_else(gone)?;
    let is_operator = |it: &member_roles::MemberRole| {
        it.tenant_id == INSTALLATION && it.role == Role::Operator.as_str() && it.confirmed_at.is_some()
    };
    if members::find(tx, id)?.is_none() || !member_roles::of_member(tx, id)?.iter().any(is_operator) {
        return Err(gone());
    }
    let tenant = second.tenant(Permission::DecideOrders)?.id;
    let row = tenants::find(tx, tenant)?.ok_or(Refusal::NotFound(Noun::Tenant))?;
    let actor = Actor::Member {
        id,
        tenant: INSTALLATION,
        roles: vec![Role::Operator],
        signed_in_at: Timestamp::from_seconds(kept.at),
    };
    let caller = Caller { actor, name: Some(kept.by_name.clone()), ..second.caller().clone() };
    Ok(desk.opened(&row, &caller)?.permit(Permission::DecideOrders)?)
}

impl OrderDesk {
    /// Confirms what another operator proposed for the order as it was seen, and does it. `token`: that of the proposal that was
    /// seen. The proposal is spent in the write that moves the order, so that it is still there when the registry or the seal could
    /// not be asked.
    ///
    /// # Errors
    /// [`Refusal::Invalid`]: there is no such proposal any more, whoever made it is no operator any more, or as
    /// [`OrderDesk::move_order`]; or it is one's own.
    pub async fn confirm(
        &self,
        permit: &Permit,
        (seen, token): (OrderVersion, &str),
        now: Timestamp,
    ) -> Result<Decided, Refusal> {
        let (second, desk, token) = (permit.clone(), self.clone(), token.to_owned());
        let read = self.store.read(move |tx| {
            let tenant = second.tenant(Permission::DecideOrders)?.clone();
            Moved::load(tx, &tenant, Asked::Seen(seen))?;
            let kept = kept(tx, &tenant, (seen.id, seen.version))?.ok_or_else(gone)?;
            if kept.expires_at() <= now || kept.token != token {
                return Err(gone());
            }
            let both = first_permit(&desk, tx, (&second, &kept))?.approved_by(&second);
            let both = both.map_err(|_| Refusal::Invalid(AdminMessage::OrderProposalOwn.into()))?;
            Ok::<_, Refusal>((both, kept.decision().ok_or_else(gone)?))
        });
        let (both, decision) = read.await?;
        match decision {
            Decision::Event { event, note, is_without_number } => {
                let happening = Happening::said(event, &note).without_number(is_without_number);
                self.move_order(&both, seen, &happening, now).await
            }
            Decision::Identity { person, event, note } => {
                let (accept, reason) = (event == OrderEvent::AcceptIdentity, note.as_str());
                self.decide_identity(&both, seen, IdentityDecision { person, accept, reason }, now).await
            }
            Decision::Deposit { client_id, secret, is_without_number } => {
                let deposit = Deposit { client_id, secret, is_without_number };
                self.issue_with(&both, seen, deposit, now).await
            }
        }
    }

    /// Sets a proposal aside: whoever made it thought better of it, or a second operator does not agree.
    ///
    /// # Errors
    /// [`Refusal::Invalid`]: there is none any more, or the order has gone on. [`Refusal::NotFound`], [`Refusal::Forbidden`],
    /// [`Refusal::Store`].
    pub async fn set_aside(
        &self,
        permit: &Permit,
        seen: OrderVersion,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let permit = permit.clone();
        let done = self.store.write(move |tx| {
            let tenant = permit.tenant(Permission::DecideOrders)?.clone();
            let moved = Moved::load(tx, &tenant, Asked::Seen(seen))?;
            let kept = kept(tx, &tenant, (seen.id, seen.version))?.ok_or_else(gone)?;
            order_secrets::remove(tx, (tenant.id, seen.id), SecretKind::Proposal)?;
            let event = kept.event().ok_or_else(gone)?;
            written(tx, &permit, &step(&moved, (SET_ASIDE, event))?, now)
        });
        done.await
    }
}
