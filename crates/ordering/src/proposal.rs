//! What an operator proposed, as it is kept until a second one has confirmed it.

use std::time::Duration;

use authority::{Actor, Permit, Tenant};
use changes::Refusal;
use crypto::Secret;
use model::{LinkId, MemberId, OrderEvent, OrderId, OrderState, Timestamp};
use serde::{Deserialize, Serialize};
use store::{
    Tx, WriteTx,
    order_secrets::{self, SecretKind},
};
use texts::AdminMessage;

use crate::secrets::open;

/// How long a proposal can be confirmed.
const CONFIRMED_WITHIN: Duration = Duration::from_secs(7 * 24 * 60 * 60);

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
    /// Which proposal it is: whoever confirms says it back, so that they confirm what they saw and nothing that took its place.
    pub token: String,
    /// What is to happen.
    pub event: OrderEvent,
    /// What is said of it.
    pub note: String,
    /// The person whom it is about, of an identity that was reviewed.
    pub person: Option<LinkId>,
    /// Issued, but not with the national identity number.
    pub is_without_number: bool,
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
pub(crate) struct Kept {
    /// Names this proposal and no other.
    pub(crate) token: String,
    pub(crate) version: i64,
    event: String,
    pub(crate) note: String,
    person: Option<String>,
    client_id: String,
    secret: String,
    is_without_number: bool,
    by: String,
    pub(crate) by_name: String,
    pub(crate) at: i64,
}

/// What an operator decides.
#[derive(Clone)]
pub(crate) enum Decision {
    /// Something that happens to the order, and what is said of it.
    Event { event: OrderEvent, note: String, is_without_number: bool },
    /// Whether a person is the signatory.
    Identity { person: LinkId, event: OrderEvent, note: String },
    /// What the issuer gave.
    Deposit { client_id: String, secret: Secret<String>, is_without_number: bool },
}

impl Decision {
    pub(crate) const fn event(&self) -> OrderEvent {
        match self {
            Self::Event { event, .. } | Self::Identity { event, .. } => *event,
            Self::Deposit { .. } => OrderEvent::Issue,
        }
    }

    /// The person whom it is about.
    pub(crate) const fn person(&self) -> Option<LinkId> {
        match self {
            Self::Identity { person, .. } => Some(*person),
            Self::Event { .. } | Self::Deposit { .. } => None,
        }
    }
}

/// What one operator does not decide alone: what cannot be undone, or makes somebody count who was not certain.
pub(crate) const fn takes_two(event: OrderEvent) -> bool {
    matches!(event, OrderEvent::Seal | OrderEvent::Reject | OrderEvent::Issue | OrderEvent::AcceptIdentity)
}

pub(crate) fn gone() -> Refusal {
    Refusal::Invalid(AdminMessage::OrderProposalGone.into())
}

impl Kept {
    pub(crate) fn of(
        permit: &Permit,
        version: i64,
        decision: &Decision,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        // Somebody on the host is no person whom a second one could be told from.
        let Actor::Member { id, .. } = permit.caller().actor else { return Err(Refusal::Forbidden) };
        let mut kept = Self {
            token: permit.caller_tenant().random().token().expose().clone(),
            version,
            event: decision.event().as_str().to_owned(),
            note: String::new(),
            person: None,
            client_id: String::new(),
            secret: String::new(),
            is_without_number: false,
            by: id.to_string(),
            by_name: permit.caller().name.clone().unwrap_or_default(),
            at: now.seconds(),
        };
        match decision {
            Decision::Event { note, is_without_number, .. } => {
                kept.note.clone_from(note);
                kept.is_without_number = *is_without_number;
            }
            Decision::Identity { person, note, .. } => {
                kept.person = Some(person.to_string());
                kept.note.clone_from(note);
            }
            Decision::Deposit { client_id, secret, is_without_number } => {
                kept.is_without_number = *is_without_number;
                kept.client_id.clone_from(client_id);
                secret.expose().clone_into(&mut kept.secret);
            }
        }
        Ok(kept)
    }

    pub(crate) fn by(&self) -> Option<MemberId> {
        MemberId::parse(&self.by).ok()
    }

    pub(crate) fn event(&self) -> Option<OrderEvent> {
        OrderEvent::parse(&self.event)
    }

    pub(crate) fn decision(self) -> Option<Decision> {
        let event = self.event()?;
        Some(match self.person {
            Some(person) => {
                Decision::Identity { person: LinkId::parse(&person).ok()?, event, note: self.note }
            }
            None if !self.client_id.is_empty() => Decision::Deposit {
                client_id: self.client_id,
                secret: self.secret.as_str().into(),
                is_without_number: self.is_without_number,
            },
            None => Decision::Event { event, note: self.note, is_without_number: self.is_without_number },
        })
    }

    pub(crate) fn expires_at(&self) -> Timestamp {
        Timestamp::from_seconds(self.at).after(CONFIRMED_WITHIN)
    }

    fn view(self) -> Option<ProposalView> {
        Some(ProposalView {
            expires_at: self.expires_at(),
            event: self.event()?,
            person: self.person.as_deref().map(LinkId::parse).transpose().ok()?,
            by: self.by()?,
            token: self.token,
            note: self.note,
            is_without_number: self.is_without_number,
            client_id: self.client_id,
            by_name: self.by_name,
        })
    }
}

/// The proposal for an order in this version.
pub(crate) fn kept(
    tx: &mut impl Tx,
    tenant: &Tenant,
    (order, version): (OrderId, i64),
) -> Result<Option<Kept>, Refusal> {
    Ok(stored(tx, tenant, order)?.filter(|it| it.version == version))
}

fn stored(tx: &mut impl Tx, tenant: &Tenant, order: OrderId) -> Result<Option<Kept>, Refusal> {
    let Some(plain) = open(tx, tenant, (order, SecretKind::Proposal))? else { return Ok(None) };
    Ok(Some(serde_json::from_slice(plain.expose()).map_err(|_| store::orders::unreadable())?))
}

/// The proposal that waits for a second operator, of the order as it is.
pub(crate) fn waiting(
    tx: &mut impl Tx,
    tenant: &Tenant,
    of: (OrderId, i64),
) -> Result<Option<ProposalView>, Refusal> {
    Ok(kept(tx, tenant, of)?.and_then(Kept::view))
}

/// Spends the proposal that two operators act on; without it, or where another one took its place meanwhile, they do not. An order may
/// be put on hold instead of what was proposed.
pub(crate) fn spend(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    order: OrderId,
    event: OrderEvent,
) -> Result<(), Refusal> {
    let tenant = permit.caller_tenant();
    let found = if permit.approver().is_some() { stored(tx, tenant, order)? } else { None };
    order_secrets::remove(tx, (tenant.id, order), SecretKind::Proposal)?;
    let is_it = |it: &Kept| {
        let is_by = matches!(permit.caller().actor, Actor::Member { id, .. } if it.by() == Some(id));
        is_by && (it.event() == Some(event) || event == OrderEvent::Hold)
    };
    if permit.approver().is_some() && !found.as_ref().is_some_and(is_it) { Err(gone()) } else { Ok(()) }
}
