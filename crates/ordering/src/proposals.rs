//! Four eyes: what one operator proposes and a second one confirms.
//!
//! ```text
//!   first operator ──► proposal (sealed, seven days, of one version of the order) ──► second operator: the act itself
//!                                 └─ gone when the order moves on, or when one of them sets it aside
//! ```
//!
//! A proposal is no state: the order stays as it is until the second operator has confirmed.

use std::time::Duration;

use authority::{Actor, Caller, Permission, Permit, Role};
use changes::Refusal;
use model::{Action, INSTALLATION, LinkId, MemberId, OrderEvent, OrderId, OrderState, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{
    Tx, WriteTx, member_roles, members,
    order_secrets::{self, SecretKind},
    tenants,
};
use texts::{AdminMessage, Noun};

use crate::{
    Deposit, IdentityDecision, OrderDesk,
    moving::{Asked, Happening, Moved, NewStep, OrderVersion, add_step},
    secrets::{NewSecret, open, save},
    view::state_of,
};

/// How long a proposal can be confirmed.
const CONFIRMED_WITHIN: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// The lines of the timeline that say so; the note is the word of the event.
const PROPOSED: &str = "proposed";
const SET_ASIDE: &str = "set_aside";

/// What became of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decided {
    /// The order is in this state now.
    Moved(OrderState),
    /// A second operator has to confirm it.
    Proposed,
}

/// What a second operator is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProposalView {
    /// What is to happen.
    pub event: OrderEvent,
    /// What is said of it.
    pub note: String,
    /// The person whom it is about, of an identity that was reviewed.
    pub person: Option<LinkId>,
    /// The client id, of a deposit; the secret is never shown.
    pub client_id: String,
    /// Who proposed it.
    pub by: MemberId,
    /// Their name.
    pub by_name: String,
    /// Until when it can be confirmed.
    pub expires_at: Timestamp,
}

/// What is sealed of a proposal.
#[derive(Clone, Serialize, Deserialize)]
struct Kept {
    version: i64,
    event: String,
    note: String,
    person: Option<String>,
    client_id: String,
    secret: String,
    by: String,
    by_name: String,
    at: i64,
}

/// What an operator decides.
#[derive(Clone, Debug)]
pub(crate) enum Decision {
    /// Something that happens to the order.
    Event(Happening),
    /// Whether a person is the signatory.
    Identity { person: LinkId, happening: Happening },
    /// What the issuer gave.
    Deposit(Deposit),
}

impl Decision {
    fn event(&self) -> OrderEvent {
        match self {
            Self::Event(it) | Self::Identity { happening: it, .. } => it.event,
            Self::Deposit(_) => OrderEvent::Issue,
        }
    }
}

/// What one operator does not decide alone: what cannot be undone, or makes somebody count who was not certain.
const fn takes_two(event: OrderEvent) -> bool {
    matches!(event, OrderEvent::Seal | OrderEvent::Reject | OrderEvent::Issue | OrderEvent::AcceptIdentity)
}

/// Spends the proposal that two operators act on; without it, they do not.
pub(crate) fn spend(tx: &mut WriteTx<'_>, (permit, order): (&Permit, OrderId)) -> Result<(), Refusal> {
    let was_there = order_secrets::remove(tx, (permit.caller_tenant().id, order), SecretKind::Proposal)?;
    if permit.approver().is_some() && !was_there { Err(gone()) } else { Ok(()) }
}

fn gone() -> Refusal {
    Refusal::Invalid(AdminMessage::OrderProposalGone.into())
}

impl Kept {
    fn of(permit: &Permit, version: i64, decision: &Decision, now: Timestamp) -> Result<Self, Refusal> {
        // Somebody on the host is no person whom a second one could be told from.
        let Actor::Member { id, .. } = permit.caller().actor else { return Err(Refusal::Forbidden) };
        let mut kept = Self {
            version,
            event: decision.event().as_str().to_owned(),
            note: String::new(),
            person: None,
            client_id: String::new(),
            secret: String::new(),
            by: id.to_string(),
            by_name: permit.caller().name.clone().unwrap_or_default(),
            at: now.seconds(),
        };
        match decision {
            Decision::Event(it) => kept.note.clone_from(&it.note),
            Decision::Identity { person, happening } => {
                kept.person = Some(person.to_string());
                kept.note.clone_from(&happening.note);
            }
            Decision::Deposit(it) => {
                kept.client_id.clone_from(&it.client_id);
                it.secret.expose().clone_into(&mut kept.secret);
            }
        }
        Ok(kept)
    }

    fn decision(self) -> Option<Decision> {
        let event = OrderEvent::parse(&self.event)?;
        let happening = Happening::said(event, &self.note);
        Some(match self.person {
            Some(person) => Decision::Identity { person: LinkId::parse(&person).ok()?, happening },
            None if !self.client_id.is_empty() => {
                Decision::Deposit(Deposit { client_id: self.client_id, secret: self.secret.as_str().into() })
            }
            None => Decision::Event(happening),
        })
    }

    fn expires_at(&self) -> Timestamp {
        Timestamp::from_seconds(self.at).after(CONFIRMED_WITHIN)
    }

    fn view(self) -> Option<ProposalView> {
        Some(ProposalView {
            expires_at: self.expires_at(),
            event: OrderEvent::parse(&self.event)?,
            person: self.person.as_deref().map(LinkId::parse).transpose().ok()?,
            by: MemberId::parse(&self.by).ok()?,
            note: self.note,
            client_id: self.client_id,
            by_name: self.by_name,
        })
    }
}

fn kept(
    tx: &mut impl Tx,
    tenant: &authority::Tenant,
    (order, version): (OrderId, i64),
) -> Result<Option<Kept>, Refusal> {
    let Some(plain) = open(tx, tenant, (order, SecretKind::Proposal))? else { return Ok(None) };
    let kept: Kept = serde_json::from_slice(plain.expose()).map_err(|_| store::orders::unreadable())?;
    Ok(Some(kept).filter(|it| it.version == version))
}

/// The proposal that waits for a second operator, of the order as it is.
pub(crate) fn waiting(
    tx: &mut impl Tx,
    tenant: &authority::Tenant,
    of: (OrderId, i64),
) -> Result<Option<ProposalView>, Refusal> {
    Ok(kept(tx, tenant, of)?.and_then(Kept::view))
}

/// The leave of whoever proposed, if they are an operator still.
fn first_permit(
    desk: &OrderDesk,
    tx: &mut impl Tx,
    (second, kept): (&Permit, &Kept),
) -> Result<Permit, Refusal> {
    let id = MemberId::parse(&kept.by).map_err(|_| gone())?;
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
    /// Whether this decision waits for a second operator.
    pub(crate) fn is_proposed(&self, permit: &Permit, event: OrderEvent) -> bool {
        self.settings.four_eyes && takes_two(event) && permit.approver().is_none()
    }

    /// Keeps what an operator decided until a second one has confirmed it, in place of an earlier proposal.
    pub(crate) async fn propose(
        &self,
        permit: &Permit,
        seen: OrderVersion,
        decision: &Decision,
        now: Timestamp,
    ) -> Result<Decided, Refusal> {
        let kept = Kept::of(permit, seen.version, decision, now)?;
        let (permit, event) = (permit.clone(), decision.event());
        let note = kept.note.clone();
        let proposed = self.store.write(move |tx| {
            let tenant = permit.tenant(Permission::DecideOrders)?.clone();
            let moved = Moved::load(tx, &tenant, Asked::Seen(seen))?;
            moved.check_possible(&Happening::said(event, &note))?;
            let plain = serde_json::to_vec(&kept).unwrap_or_default();
            let new = NewSecret { order: seen.id, kind: SecretKind::Proposal, plain: &plain };
            save(tx, &tenant, &new, now)?;
            written(tx, (&permit, &moved), (PROPOSED, event), now)
        });
        proposed.await.map(|()| Decided::Proposed)
    }

    /// Confirms what another operator proposed for the order as it was seen, and does it. The proposal is spent in the write that
    /// moves the order, so that it is still there when the registry or the seal could not be asked.
    ///
    /// # Errors
    /// [`Refusal::Invalid`]: there is no such proposal any more, whoever made it is no operator any more, or as
    /// [`OrderDesk::move_order`]; or it is one's own.
    pub async fn confirm(
        &self,
        permit: &Permit,
        seen: OrderVersion,
        now: Timestamp,
    ) -> Result<Decided, Refusal> {
        let (second, desk) = (permit.clone(), self.clone());
        let read = self.store.read(move |tx| {
            let tenant = second.tenant(Permission::DecideOrders)?.clone();
            Moved::load(tx, &tenant, Asked::Seen(seen))?;
            let kept = kept(tx, &tenant, (seen.id, seen.version))?.ok_or_else(gone)?;
            if kept.expires_at() <= now {
                return Err(gone());
            }
            let both = first_permit(&desk, tx, (&second, &kept))?.approved_by(&second);
            let both = both.map_err(|_| Refusal::Invalid(AdminMessage::OrderProposalOwn.into()))?;
            Ok::<_, Refusal>((both, kept.decision().ok_or_else(gone)?))
        });
        let (both, decision) = read.await?;
        match decision {
            Decision::Event(it) => self.move_order(&both, seen, &it, now).await,
            Decision::Identity { person, happening } => {
                let (accept, reason) =
                    (happening.event == OrderEvent::AcceptIdentity, happening.note.as_str());
                self.decide_identity(&both, seen, IdentityDecision { person, accept, reason }, now).await
            }
            Decision::Deposit(deposit) => self.issue_with(&both, seen, deposit, now).await,
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
            let event = OrderEvent::parse(&kept.event).ok_or_else(gone)?;
            written(tx, (&permit, &moved), (SET_ASIDE, event), now)
        });
        done.await
    }
}

/// Writes down that something was proposed or set aside.
fn written(
    tx: &mut WriteTx<'_>,
    (permit, moved): (&Permit, &Moved),
    (what, event): (&'static str, OrderEvent),
    now: Timestamp,
) -> Result<(), Refusal> {
    let (order, state) = (moved.row.id, state_of(&moved.row)?);
    add_step(tx, permit, &NewStep { order, event: what, state, note: event.as_str() }, now)?;
    let details = json!({"event": what, "of": event.as_str()});
    Ok(permit.record(Action::OrderMoved, format!("order {order}"), &details, now).append(tx)?)
}
