//! What people make happen to an order.

use authority::{Permission, Permit};
use changes::Refusal;
use model::{Circumstances, Evidence, Handover, OrderEvent, OrderState, Timestamp};
use texts::{AdminMessage, Noun};

use crate::{
    OrderDesk,
    moving::{
        Asked, Happening, Moved, OrderVersion, apply, check_complete, out_of_turn, permission_to_decide,
    },
    proposal::{Decided, Decision},
    sealing::ToSeal,
    view::{eid_of, handover_of, state_of},
};

impl OrderDesk {
    /// Makes something happen to an order that was seen in this version. Before it is sealed or sent, the registry is read anew:
    /// where the company is not what was approved, the order is put on hold instead. Where two operators have to agree, it is
    /// proposed and does not happen yet ([`OrderDesk::confirm`]).
    ///
    /// # Errors
    /// [`Refusal::Invalid`]: it is not the time for this, something is missing, a reason is missing, or somebody was faster; the
    /// registry cannot be asked; the documents cannot be sealed. [`Refusal::NotFound`], [`Refusal::Forbidden`],
    /// [`Refusal::Store`].
    pub async fn move_order(
        &self,
        permit: &Permit,
        seen: OrderVersion,
        happening: &Happening,
        now: Timestamp,
    ) -> Result<Decided, Refusal> {
        // These are about a person, who is named ([`OrderDesk::decide_identity`]).
        if matches!(happening.event, OrderEvent::AcceptIdentity | OrderEvent::RefuseIdentity) {
            return Err(Refusal::NotFound(Noun::OrderPerson));
        }
        if self.is_proposed(permit, happening.event) {
            return self
                .propose(
                    permit,
                    seen,
                    &Decision::Event {
                        event: happening.event,
                        note: happening.note.clone(),
                        is_without_number: happening.is_without_number,
                    },
                    now,
                )
                .await;
        }
        self.happen(permit, seen, happening, now).await.map(Decided::Moved)
    }

    async fn happen(
        &self,
        permit: &Permit,
        seen: OrderVersion,
        happening: &Happening,
        now: Timestamp,
    ) -> Result<OrderState, Refusal> {
        if happening.event == OrderEvent::Submit {
            self.check_submission(permit, seen, now).await?;
        }
        let due_in = match happening.event {
            OrderEvent::Seal => OrderState::Countersign,
            OrderEvent::Sent => OrderState::Sending,
            _ => return self.write_move(permit, seen, happening.clone(), now).await,
        };
        let order = self.whole(permit.caller_tenant(), seen.id).await?;
        permit.tenant(permission_to_decide(order.answers.is_sandbox))?;
        if order.state != due_in {
            return Err(out_of_turn(order.state));
        }
        let looked = self.changed_meanwhile(&order.answers, now).await?;
        if !looked.changed.is_empty() {
            // It is its turn, but the company is not what was approved.
            let held = Happening::said(OrderEvent::Hold, &looked.changed.join("; "));
            return self.write_move(permit, seen, held, now).await;
        }
        match happening.event {
            OrderEvent::Seal => {
                self.seal(permit, ToSeal { seen, order: &order, registry: looked.raw }, now).await
            }
            _ if happening.is_by_letter => self.write_letter_to_issuer(permit, seen, now).await,
            _ => self.write_move(permit, seen, happening.clone(), now).await,
        }
    }

    /// Refuses a draft that lacks something, or whose company cannot order now.
    async fn check_submission(
        &self,
        permit: &Permit,
        seen: OrderVersion,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let order = self.whole(permit.tenant(Permission::ManageOrders)?, seen.id).await?;
        // Whatever else is to be said of it is said in the write.
        if order.state != OrderState::Draft || order.version != seen.version {
            return Ok(());
        }
        check_complete((&order.answers, order.eid), self.circumstances())?;
        self.check_company(permit, &order.answers, now).await
    }

    /// What counts beside the answers. Whether the domain is ready is for the caller to say, who knows what is served.
    const fn circumstances(&self) -> Circumstances {
        Circumstances { has_sms: self.settings.has_sms, is_domain_ready: true }
    }

    async fn write_move(
        &self,
        permit: &Permit,
        seen: OrderVersion,
        happening: Happening,
        now: Timestamp,
    ) -> Result<OrderState, Refusal> {
        let (permit, at) = (permit.clone(), self.circumstances());
        let has_provider = self.settings.signatures.is_some();
        let moved = self.store.write(move |tx| {
            let mut moved = Moved::load(tx, permit.caller_tenant(), Asked::Seen(seen))?;
            moved.leave(&permit, happening.event)?;
            moved.has_sms = at.has_sms;
            if happening.event == OrderEvent::Submit && state_of(&moved.row)? == OrderState::Draft {
                check_complete((&moved.answers, eid_of(&moved.row)?), at)?;
                if moved.answers.evidence == Evidence::ProviderSignature && !has_provider {
                    return Err(Refusal::Invalid(AdminMessage::OrderNoProvider.into()));
                }
            }
            let is_deposited = handover_of(&moved.row)? == Handover::Deposited;
            if happening.event == OrderEvent::Issue && is_deposited {
                return Err(Refusal::Invalid(AdminMessage::OrderDepositMissing.at("secret")));
            }
            apply(tx, (&permit, &mut moved), &happening, now)
        });
        moved.await
    }
}
