//! How the credentials come to the receiver: by the issuer outside Portvakt, by a key pair that is made here, or deposited.
//!
//! A deposited secret is opened once: shown to the receiver, or put into the identity source unseen. It is gone in the write
//! that opens it, before anybody has it.

use authority::{Permission, Permit, Tenant};
use changes::{
    Refusal,
    identity_sources::{self as changed, NewIdentitySource},
};
use crypto::Secret;
use eid::{SourceCredentials, SourceMethod};
use model::{
    Action, EidEnvironment, Handover, IdentitySourceId, LoginMethod, OrderEvent, OrderId, OrderState,
    Timestamp,
};
use serde_json::json;
use store::{
    WriteTx, domains, identity_sources,
    order_secrets::{self, SecretKind},
    orders,
    source_generations::{self, Generation},
};
use texts::{AdminMessage, Noun};

use crate::{
    OrderDesk,
    moving::{Asked, Happening, Moved, OrderVersion, apply, out_of_turn},
    secrets::{NewSecret, key, open, save, with_key},
    view::{eid_of, handover_of, state_of},
};

/// The longest client id or secret, in characters.
const LONGEST: usize = 1_000;

/// What an issuer gave for an order.
#[derive(Clone, Debug)]
pub struct Deposit {
    /// The client id.
    pub client_id: String,
    /// The secret.
    pub secret: Secret<String>,
}

impl Deposit {
    fn check(&self) -> Result<(), Refusal> {
        let is_text = |it: &str| {
            !it.is_empty()
                && it.chars().count() <= LONGEST
                && !it.chars().any(|it| it.is_control() || it == ' ')
        };
        let missing = |field: &str| Refusal::Invalid(AdminMessage::FieldMissing.at(field));
        if !is_text(&self.client_id) {
            return Err(missing("client_id"));
        }
        if is_text(self.secret.expose()) { Ok(()) } else { Err(missing("secret")) }
    }

    /// The credentials that an identity source takes.
    pub fn credentials(&self) -> SourceCredentials {
        SourceCredentials {
            client_id: self.client_id.clone(),
            method: SourceMethod::ClientSecretBasic,
            secret: Some(self.secret.expose().clone()),
            private_key: None,
        }
    }
}

impl OrderDesk {
    /// Chooses how the credentials are handed over, while the order is a draft. A key pair is made where one is needed.
    ///
    /// # Errors
    /// [`Refusal::Invalid`]: it is no draft, somebody was faster, or Vipps does not take it. [`Refusal::NotFound`],
    /// [`Refusal::Forbidden`], [`Refusal::Key`], [`Refusal::Store`].
    pub async fn set_handover(
        &self,
        permit: &Permit,
        seen: OrderVersion,
        handover: Handover,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let permit = permit.clone();
        let made = if handover == Handover::KeyPair { Some(changed::new_key()?) } else { None };
        let saved = self.store.write(move |tx| {
            let tenant = permit.tenant(Permission::ManageOrders)?.clone();
            let mut moved = Moved::load(tx, &tenant, Asked::Seen(seen))?;
            let state = state_of(&moved.row)?;
            if state != OrderState::Draft {
                return Err(out_of_turn(OrderEvent::Amend, state));
            }
            if moved.row.eid == LoginMethod::NO_VIPPS.as_str() && handover != Handover::ReceiverEnters {
                return Err(Refusal::Invalid(AdminMessage::OrderHandoverNotTaken.at("handover")));
            }
            let of_order = (tenant.id, seen.id);
            match &made {
                Some(made) if order_secrets::find(tx, of_order, SecretKind::Key)?.is_none() => {
                    let new =
                        NewSecret { order: seen.id, kind: SecretKind::Key, plain: made.expose().as_bytes() };
                    save(tx, &tenant, &new, now)?;
                }
                Some(_) => {}
                None => order_secrets::remove(tx, of_order, SecretKind::Key).map(drop)?,
            }
            handover.as_str().clone_into(&mut moved.row.handover);
            moved.row.changed_at = now;
            orders::save(tx, &moved.row)?;
            let details = json!({"handover": handover.as_str()});
            let record = permit.record(Action::OrderAnswered, format!("order {}", seen.id), &details, now);
            Ok::<_, Refusal>(record.append(tx)?)
        });
        saved.await
    }

    /// The issuer has issued, and deposits what it gave: on its behalf, by the operator.
    ///
    /// # Errors
    /// As [`OrderDesk::move_order`]; [`Refusal::Invalid`] at `client_id` or `secret`.
    pub async fn issue_with(
        &self,
        permit: &Permit,
        seen: OrderVersion,
        deposit: Deposit,
        now: Timestamp,
    ) -> Result<OrderState, Refusal> {
        deposit.check()?;
        let permit = permit.clone();
        let issued = self.store.write(move |tx| {
            let tenant = permit.tenant(Permission::DecideOrders)?.clone();
            let mut moved = Moved::load(tx, &tenant, Asked::Seen(seen))?;
            if handover_of(&moved.row)? != Handover::Deposited {
                return Err(Refusal::Invalid(AdminMessage::OrderHandoverNotTaken.at("secret")));
            }
            let next = apply(tx, (&permit, &mut moved), &Happening::of(OrderEvent::Issue), now)?;
            let plain = deposit.credentials().write();
            let new = NewSecret { order: seen.id, kind: SecretKind::Deposit, plain: plain.expose() };
            save(tx, &tenant, &new, now)?;
            Ok::<_, Refusal>(next)
        });
        issued.await
    }

    /// Gives what was deposited, once: it is gone from here before the receiver has it.
    ///
    /// # Errors
    /// As [`OrderDesk::move_order`]; [`Refusal::NotFound`] when nothing is deposited any more.
    pub async fn reveal(
        &self,
        permit: &Permit,
        seen: OrderVersion,
        now: Timestamp,
    ) -> Result<Deposit, Refusal> {
        let permit = permit.clone();
        let revealed = self.store.write(move |tx| {
            let tenant = permit.tenant(Permission::ReceiveCredentials)?.clone();
            let mut moved = Moved::load(tx, &tenant, Asked::Seen(seen))?;
            let deposit = take_deposit(tx, &tenant, seen.id)?;
            apply(tx, (&permit, &mut moved), &Happening::of(OrderEvent::Reveal), now)?;
            Ok::<_, Refusal>(deposit)
        });
        revealed.await
    }

    /// The receiver brings what the issuer gave: the source of the eID has it in the write that moves the order on. Where the
    /// source works with others, these are its candidate.
    ///
    /// # Errors
    /// As [`OrderDesk::move_order`]; [`Refusal::Invalid`] where the credentials cannot work, [`Refusal::NotFound`] where nothing is
    /// deposited, or no key was made.
    pub async fn enter(
        &self,
        permits: &ReceivingPermits,
        seen: OrderVersion,
        entered: Entered,
        now: Timestamp,
    ) -> Result<OrderState, Refusal> {
        let made = IdentitySourceId::new(&self.random, now);
        let ReceivingPermits { order: permit, sources } = permits.clone();
        let moved = self.store.write(move |tx| {
            let tenant = permit.tenant(Permission::ReceiveCredentials)?.clone();
            let mut moved = Moved::load(tx, &tenant, Asked::Seen(seen))?;
            let next = apply(tx, (&permit, &mut moved), &Happening::of(OrderEvent::Enter), now)?;
            let credentials = match &entered.what {
                What::Typed(credentials) => credentials.clone(),
                What::Deposit => take_deposit(tx, &tenant, seen.id)?.credentials(),
                What::Key { client_id } => {
                    let key = key(tx, &tenant, seen.id)?.ok_or(Refusal::NotFound(Noun::Object))?;
                    with_key(client_id.clone(), &key)
                }
            };
            let domain = domains::get(tx, tenant.id, moved.row.domain_id);
            let domain = domain.map_err(|error| Refusal::of(error, Noun::Domain))?;
            let new = NewIdentitySource {
                domain: domain.id,
                domain_environment: domain.environment,
                eid: eid_of(&moved.row)?,
                environment: entered.environment,
                credentials,
            };
            put(tx, &sources, (made, &new), now)?;
            Ok::<_, Refusal>(next)
        });
        moved.await
    }

    /// What the check of the credentials came to. Good ones are in use by the write that says so.
    ///
    /// # Errors
    /// As [`OrderDesk::move_order`].
    pub async fn checked(
        &self,
        permits: &ReceivingPermits,
        order: OrderId,
        event: OrderEvent,
        now: Timestamp,
    ) -> Result<OrderState, Refusal> {
        let ReceivingPermits { order: permit, sources } = permits.clone();
        let moved = self.store.write(move |tx| {
            let tenant = permit.tenant(Permission::ReceiveCredentials)?.clone();
            let mut moved = Moved::load(tx, &tenant, Asked::Now(order))?;
            if matches!(event, OrderEvent::CheckedGood | OrderEvent::UseAnyway) {
                let row = identity_sources::find(tx, tenant.id, moved.row.domain_id, &moved.row.eid)?;
                let row = row.ok_or(Refusal::NotFound(Noun::IdentitySource))?;
                if source_generations::find(tx, (tenant.id, row.id), Generation::Candidate)?.is_some() {
                    changed::activate_candidate(tx, &sources, row, now)?;
                }
            }
            apply(tx, (&permit, &mut moved), &Happening::of(event), now)
        });
        moved.await
    }
}

/// Leave to receive: the order's, and the one to change the identity source.
#[derive(Clone, Debug)]
pub struct ReceivingPermits {
    /// To receive credentials.
    pub order: Permit,
    /// To change identity sources.
    pub sources: Permit,
}

/// Credentials that a receiver brings.
#[derive(Clone, Debug)]
pub struct Entered {
    /// For which installation of the eID.
    pub environment: EidEnvironment,
    /// What they bring.
    pub what: What,
}

/// What a receiver brings.
#[derive(Clone, Debug)]
pub enum What {
    /// Typed, or made elsewhere.
    Typed(SourceCredentials),
    /// What is deposited here, which nobody has seen.
    Deposit,
    /// The client id for the key pair that was made here.
    Key {
        /// The client id.
        client_id: String,
    },
}

fn put(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    (made, new): (IdentitySourceId, &NewIdentitySource),
    now: Timestamp,
) -> Result<(), Refusal> {
    let tenant = permit.tenant(Permission::ManageSources)?.clone();
    match identity_sources::find(tx, tenant.id, new.domain, new.eid.as_str())? {
        None => changed::create(tx, permit, (made, new), now).map(drop),
        Some(row) if row.sealed_credentials.is_none() => {
            changed::set_credentials(tx, permit, row, new, now).map(drop)
        }
        Some(row) if changed::is_set(&tenant, &row, new) => Ok(()),
        Some(row) => changed::set_candidate(tx, permit, row, new, now).map(drop),
    }
}

fn take_deposit(tx: &mut WriteTx<'_>, tenant: &Tenant, order: OrderId) -> Result<Deposit, Refusal> {
    let opened = open(tx, tenant, (order, SecretKind::Deposit))?;
    let opened = opened.ok_or(Refusal::NotFound(Noun::Object))?;
    order_secrets::remove(tx, (tenant.id, order), SecretKind::Deposit)?;
    let read = SourceCredentials::read(opened.expose()).ok_or_else(orders::unreadable)?;
    let secret = Secret::from(read.secret.unwrap_or_default().as_str());
    Ok(Deposit { client_id: read.client_id, secret })
}
