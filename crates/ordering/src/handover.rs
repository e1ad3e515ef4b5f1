//! How the credentials come to the receiver: by the issuer outside Portvakt, by a key pair that is made here, or deposited.
//!
//! A deposited secret is opened once: shown to the receiver, or put into the identity source unseen. It is gone in the write
//! that opens it, before anybody has it.

use std::time::Duration;

use authority::{Permission, Permit, Tenant};
use changes::{
    Refusal,
    identity_sources::{self as changed, NewIdentitySource},
};
use crypto::Secret;
use eid::{SourceCredentials, SourceMethod};
use model::{
    Action, DomainId, EidEnvironment, Handover, IdentitySourceId, LoginMethod, OrderEvent, OrderId,
    OrderState, TenantId, Timestamp,
};
use serde_json::json;
use store::{
    StoreError, Tx, WriteTx, domains,
    identity_sources::{self, IdentitySource},
    order_people::Part,
    order_secrets::{self, SecretKind},
    orders::{self, Order},
    source_generations::{self, Generation},
};
use texts::{AdminMessage, Noun};

use crate::{
    OrderDesk, OrderView, PersonView,
    desk::check_sandbox_source,
    issuer::check_handover,
    moving::{Asked, Happening, Moved, OrderVersion, apply, is_receiver, out_of_turn},
    proposal::{Decided, Decision},
    secrets::{NewSecret, fit_key, key, open, save, with_key},
    view::{eid_of, handover_of, state_of},
};

/// After how long the worker checks what nobody could check.
const CHECKED_AGAIN_AFTER: Duration = Duration::from_secs(60);
/// The longest client id or secret, in characters.
const LONGEST: usize = 1_000;

/// What an issuer gave for an order.
#[derive(Clone, Debug)]
pub struct Deposit {
    /// The client id.
    pub client_id: String,
    /// The secret.
    pub secret: Secret<String>,
    /// Issued, but not with the national identity number that was asked for.
    pub is_without_number: bool,
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
        let saved = self.store.write(move |tx| {
            let tenant = permit.tenant(Permission::ManageOrders)?.clone();
            let mut moved = Moved::load(tx, &tenant, Asked::Seen(seen))?;
            let state = state_of(&moved.row)?;
            if state != OrderState::Draft {
                return Err(out_of_turn(state));
            }
            if moved.row.eid == LoginMethod::NO_VIPPS.as_str() && handover != Handover::ReceiverEnters {
                return Err(Refusal::Invalid(AdminMessage::OrderHandoverNotTaken.at("handover")));
            }
            fit_key(tx, &tenant, (seen.id, handover), now)?;
            handover.as_str().clone_into(&mut moved.row.handover);
            if moved.row.eid != LoginMethod::NO_VIPPS.as_str() {
                check_handover(tx, &moved.row, handover)?;
            }
            moved.save_draft(tx, &tenant, now)?;
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
    ) -> Result<Decided, Refusal> {
        deposit.check()?;
        if self.is_proposed(permit, OrderEvent::Issue) {
            return self
                .propose(
                    permit,
                    seen,
                    &Decision::Deposit {
                        client_id: deposit.client_id,
                        secret: deposit.secret,
                        is_without_number: deposit.is_without_number,
                    },
                    now,
                )
                .await;
        }
        let permit = permit.clone();
        let issued = self.store.write(move |tx| {
            let mut moved = Moved::load(tx, permit.caller_tenant(), Asked::Seen(seen))?;
            let tenant = moved.deciding(&permit)?.clone();
            if handover_of(&moved.row)? != Handover::Deposited {
                return Err(Refusal::Invalid(AdminMessage::OrderHandoverNotTaken.at("secret")));
            }
            let happening = Happening::of(OrderEvent::Issue).without_number(deposit.is_without_number);
            let next = apply(tx, (&permit, &mut moved), &happening, now)?;
            let plain = deposit.credentials().write();
            let new = NewSecret { order: seen.id, kind: SecretKind::Deposit, plain: plain.expose() };
            save(tx, &tenant, &new, now)?;
            Ok::<_, Refusal>(next)
        });
        issued.await.map(Decided::Moved)
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
            moved.check_receiver(&permit)?;
            let deposit = take_deposit(tx, &tenant, seen.id)?;
            apply(tx, (&permit, &mut moved), &Happening::of(OrderEvent::Reveal), now)?;
            Ok::<_, Refusal>(deposit)
        });
        revealed.await
    }

    /// Gives an order to its receiver.
    ///
    /// # Errors
    /// [`Refusal::NotFound`]: there is none, or it is another one's to receive. [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn order_to_receive(&self, permit: &Permit, id: OrderId) -> Result<OrderView, Refusal> {
        let order = self.whole(permit.tenant(Permission::ReceiveCredentials)?, id).await?;
        let (actor, is_sandbox) = (&permit.caller().actor, order.answers.is_sandbox);
        let is_it =
            |it: &PersonView| it.part == Part::Receiver && is_receiver(actor, is_sandbox, (it.id, it.member));
        if order.people.iter().any(is_it) { Ok(order) } else { Err(Refusal::NotFound(Noun::Order)) }
    }

    /// Lists the orders whose credentials are still to be checked: the check that follows the entry came to nothing, or the
    /// process ended before it.
    ///
    /// # Errors
    /// [`Refusal::Store`].
    pub async fn to_check(&self, now: Timestamp) -> Result<Vec<ToCheck>, Refusal> {
        let rows = self.in_state(OrderState::Checking).await?;
        let waits = |it: &Order| it.since.after(CHECKED_AGAIN_AFTER) <= now;
        let one = |it: Order| {
            let eid = LoginMethod::parse(&it.eid)?;
            Some(ToCheck { tenant: it.tenant_id, order: it.id, domain: it.domain_id, eid })
        };
        Ok(rows.into_iter().filter(waits).filter_map(one).collect())
    }

    /// The receiver brings what the issuer gave: the source of the eID has it in the write that moves the order on. Where the
    /// source works with others, these are its candidate.
    ///
    /// # Errors
    /// As [`OrderDesk::move_order`]; [`Refusal::Invalid`] where the credentials cannot work, or others wait that are deposited;
    /// [`Refusal::NotFound`] where nothing is deposited, no key was made, or it is another one's order to receive.
    pub async fn enter(
        &self,
        permit: &Permit,
        seen: OrderVersion,
        entered: Entered,
        now: Timestamp,
    ) -> Result<OrderState, Refusal> {
        let made = IdentitySourceId::new(&self.random, now);
        let permit = permit.clone();
        let moved = self.store.write(move |tx| {
            let tenant = permit.tenant(Permission::ReceiveCredentials)?.clone();
            let mut moved = Moved::load(tx, &tenant, Asked::Seen(seen))?;
            moved.check_receiver(&permit)?;
            let domain = domains::get(tx, tenant.id, moved.row.domain_id);
            let domain = domain.map_err(|error| Refusal::of(error, Noun::Domain))?;
            let is_sandbox = moved.answers.is_sandbox;
            if is_sandbox {
                check_sandbox_source(tx, (tenant.id, domain.id), eid_of(&moved.row)?)?;
            }
            let new = NewIdentitySource {
                domain: domain.id,
                domain_environment: domain.environment,
                eid: eid_of(&moved.row)?,
                environment: if is_sandbox { EidEnvironment::Sandbox } else { entered.environment },
                credentials: credentials(tx, &tenant, (seen.id, &entered.what))?,
            };
            moved.row.entered_version = put(tx, &permit, (made, &new), now)?;
            apply(tx, (&permit, &mut moved), &Happening::of(OrderEvent::Enter), now)
        });
        moved.await
    }

    /// What the check of the credentials came to. Good ones are in use by the write that says so; only those that this order
    /// brought count.
    ///
    /// # Errors
    /// As [`OrderDesk::move_order`]; [`Refusal::Invalid`] where they were replaced or discarded meanwhile.
    pub async fn checked(
        &self,
        permit: &Permit,
        result: CheckResult,
        now: Timestamp,
    ) -> Result<OrderState, Refusal> {
        let permit = permit.clone();
        let moved = self.store.write(move |tx| {
            let tenant = permit.tenant(Permission::ReceiveCredentials)?.clone();
            let CheckResult { order, seen, mut event } = result;
            let asked =
                seen.map_or(Asked::Now(order), |version| Asked::Seen(OrderVersion { id: order, version }));
            let mut moved = Moved::load(tx, &tenant, asked)?;
            moved.check_receiver(&permit)?;
            if matches!(event, OrderEvent::CheckedGood | OrderEvent::UseAnyway) {
                let row = identity_sources::find(tx, tenant.id, moved.row.domain_id, &moved.row.eid)?;
                match (row, event) {
                    (Some(row), _) if is_candidate(tx, &row, moved.row.entered_version)? => {
                        changed::activate_candidate(tx, &permit, row, now).map(drop)?;
                    }
                    (Some(row), _) if row.credentials_version == moved.row.entered_version => {}
                    (_, OrderEvent::CheckedGood) => event = OrderEvent::CheckedBad,
                    _ => return Err(Refusal::Invalid(AdminMessage::OrderCredentialsGone.into())),
                }
            }
            if matches!(event, OrderEvent::CheckedGood | OrderEvent::UseAnyway) {
                settle_number(tx, &permit, &moved, now)?;
            }
            apply(tx, (&permit, &mut moved), &Happening::of(event), now)
        });
        moved.await
    }
}

/// What the order says of the national identity number is what its source says: its law where it is granted, and that nobody asks
/// for it where it is not.
fn settle_number(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    moved: &Moved,
    now: Timestamp,
) -> Result<(), Refusal> {
    let (number, order) = (&moved.answers.number, &moved.row);
    let ground = match (number.is_needed, number.is_granted) {
        (Some(true), Some(false)) => None,
        (Some(true), Some(true)) => Some(format!("{} {}", number.statute, number.paragraph)),
        // Nobody has said that it is granted: whoever manages the source says so.
        _ => return Ok(()),
    };
    match identity_sources::find(tx, order.tenant_id, order.domain_id, &order.eid)? {
        Some(row) => changed::settle_number(tx, permit, row, ground, now),
        None => Ok(()),
    }
}

/// An order whose credentials are to be checked.
#[derive(Clone, Copy, Debug)]
pub struct ToCheck {
    /// Whose it is.
    pub tenant: TenantId,
    /// The order.
    pub order: OrderId,
    /// For which domain.
    pub domain: DomainId,
    /// Of which eID.
    pub eid: LoginMethod,
}

/// What the check of an order's credentials came to.
#[derive(Clone, Copy, Debug)]
pub struct CheckResult {
    /// Of which order.
    pub order: OrderId,
    /// The version of the page that says so; `None`: the check itself says so.
    pub seen: Option<i64>,
    /// What it came to.
    pub event: OrderEvent,
}

/// Whether what an order brought is the source's candidate.
fn is_candidate(tx: &mut impl Tx, row: &IdentitySource, entered: Option<i64>) -> Result<bool, StoreError> {
    let found = source_generations::find(tx, (row.tenant_id, row.id), Generation::Candidate)?;
    Ok(entered.is_some() && found.is_some_and(|it| it.credentials_version == entered))
}

/// What a receiver brings, as the source takes it.
fn credentials(
    tx: &mut WriteTx<'_>,
    tenant: &Tenant,
    (order, what): (OrderId, &What),
) -> Result<SourceCredentials, Refusal> {
    match what {
        What::Typed(_) if order_secrets::find(tx, (tenant.id, order), SecretKind::Deposit)?.is_some() => {
            Err(Refusal::Invalid(AdminMessage::OrderDepositWaits.into()))
        }
        What::Typed(credentials) => Ok(credentials.clone()),
        What::Deposit => Ok(take_deposit(tx, tenant, order)?.credentials()),
        What::Key { client_id } => {
            let key = key(tx, tenant, order)?.ok_or(Refusal::NotFound(Noun::Object))?;
            Ok(with_key(client_id.clone(), &key))
        }
    }
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

/// Gives the number that the credentials have at the source.
fn put(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    (made, new): (IdentitySourceId, &NewIdentitySource),
    now: Timestamp,
) -> Result<Option<i64>, Refusal> {
    let tenant = permit.tenant(Permission::ReceiveCredentials)?.clone();
    match identity_sources::find(tx, tenant.id, new.domain, new.eid.as_str())? {
        None => Ok(changed::create(tx, permit, (made, new), now)?.credentials_version),
        Some(row) if row.sealed_credentials.is_none() => {
            Ok(changed::set_credentials(tx, permit, row, new, now)?.credentials_version)
        }
        Some(row) if changed::is_set(&tenant, &row, new) => Ok(row.credentials_version),
        // A candidate has the number of the row's version that came with it.
        Some(row) => Ok(Some(changed::set_candidate(tx, permit, row, new, now)?.version)),
    }
}

fn take_deposit(tx: &mut WriteTx<'_>, tenant: &Tenant, order: OrderId) -> Result<Deposit, Refusal> {
    let opened = open(tx, tenant, (order, SecretKind::Deposit))?;
    let opened = opened.ok_or(Refusal::NotFound(Noun::Object))?;
    order_secrets::remove(tx, (tenant.id, order), SecretKind::Deposit)?;
    let read = SourceCredentials::read(opened.expose()).ok_or_else(orders::unreadable)?;
    let secret = Secret::from(read.secret.unwrap_or_default().as_str());
    Ok(Deposit { client_id: read.client_id, secret, is_without_number: false })
}
