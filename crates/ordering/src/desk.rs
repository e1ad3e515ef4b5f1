//! Beginning, filling in, and finding orders.

use authority::{Caller, InstallationPermit, Permission, Permit, Role, SealedColumn, Tenant};
use changes::Refusal;
use messages::ORDER_LINK;
use model::{
    Action, DomainId, EidEnvironment, Environment, Handover, INSTALLATION, IssuerId, IssuerSettings, LinkId,
    LoginMethod, OrderAnswers, OrderId, OrderSection, OrderState, TenantId, Timestamp,
};
use serde_json::json;
use store::{
    StoreError, Tx, WriteTx,
    domains::{self, Domain},
    identity_sources, member_roles, order_people,
    orders::{self, Order},
    tenants,
};
use texts::{AdminMessage, Noun};

use crate::{
    OrderDesk, OrderSummary, OrderView,
    answering::{changed_meanwhile, check, check_vipps_name, merge, seen},
    certificate,
    issuer::{held_default_of, of_order},
    link::LinkView,
    moving::{Asked, Moved, NewStep, add_step, draft_until, out_of_turn},
    people::{generation_of, link_spent, person_view},
    secrets::fit_key,
    view::{eid_of, handover_of, seal_answers, state_of, summary},
};

/// What is ordered.
#[derive(Clone, Copy, Debug)]
pub struct NewOrder {
    /// For which domain.
    pub domain: DomainId,
    /// Of which eID.
    pub eid: LoginMethod,
    /// How the credentials are handed over.
    pub handover: Handover,
    /// The language of its letters and documents.
    pub language: &'static str,
}

/// The answers of a section, to be saved.
#[derive(Clone, Debug)]
pub struct SectionAnswers<'a> {
    /// Which section.
    pub section: OrderSection,
    /// What it said when it was shown ([`OrderView::seen`]).
    pub seen: &'a str,
    /// The answers; those of other sections do not count.
    pub answers: OrderAnswers,
}

/// An order in the operator's work list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskRow {
    /// What the tenant is called.
    pub tenant_name: String,
    /// The order.
    pub order: OrderSummary,
}

/// The operator's work list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Desk {
    /// The orders, those first that wait longest.
    pub rows: Vec<DeskRow>,
    /// How many orders cannot be read here, and are left out.
    pub unreadable: usize,
    /// How many operators there are, who can agree.
    pub operators: usize,
}

/// How many open orders a tenant has at most.
const MOST_OPEN: usize = 100;
/// How many of them are sandbox orders of one domain.
const MOST_IN_SANDBOX: usize = 10;

impl OrderDesk {
    /// Begins an order.
    ///
    /// One of a test domain is a sandbox order, where there is a sandbox: it takes the companies of the sandbox only, and its eID
    /// there must be the sandbox's.
    ///
    /// # Errors
    /// [`Refusal::NotFound`]: no such domain. [`Refusal::Invalid`]: not of a domain for real people and there is no sandbox, the
    /// test domain has another eID than the sandbox's, or the tenant has 100 open orders. [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn begin(&self, permit: &Permit, new: NewOrder, now: Timestamp) -> Result<OrderId, Refusal> {
        let tenant = permit.tenant(Permission::ManageOrders)?.clone();
        if !matches!(new.eid, LoginMethod::NO_BANKID | LoginMethod::NO_VIPPS) {
            return Err(Refusal::NotFound(Noun::Eid));
        }
        let (permit, desk) = (permit.clone(), self.clone());
        let begun = self.store.write(move |tx| {
            let domain = domains::get(tx, tenant.id, new.domain);
            let domain = domain.map_err(|error| Refusal::of(error, Noun::Domain))?;
            let is_sandbox = desk.is_sandbox(tx, &domain, new.eid)?;
            let is_guided = new.eid == LoginMethod::NO_VIPPS;
            let issuer = held_default_of(tx, new.eid)?;
            let handover = if is_guided { new.handover } else { issuer.settings.handover(new.handover) };
            let language = new.language.to_owned();
            let answers = OrderAnswers { language, ..first_answers(&issuer.settings, is_sandbox) };
            let draft = Draft {
                domain: &domain,
                eid: new.eid,
                handover,
                answers: OrderAnswers { is_sandbox, ..answers },
                issuer: issuer.id.filter(|_| !is_guided),
                supersedes: None,
            };
            desk.insert_draft(tx, &permit, draft, now)
        });
        begun.await
    }

    /// Begins an order with the answers of one that is over, in its place.
    ///
    /// # Errors
    /// As [`OrderDesk::begin`]; [`Refusal::Invalid`]: the order is not over, or its credentials are in use.
    pub async fn begin_again(
        &self,
        permit: &Permit,
        id: OrderId,
        now: Timestamp,
    ) -> Result<OrderId, Refusal> {
        let tenant = permit.tenant(Permission::ManageOrders)?.clone();
        let (permit, desk) = (permit.clone(), self.clone());
        let begun = self.store.write(move |tx| {
            let old = Moved::load(tx, &tenant, Asked::Now(id))?;
            let state = state_of(&old.row)?;
            if !can_be_ordered_again(state) {
                return Err(out_of_turn(state));
            }
            let domain = domains::get(tx, tenant.id, old.row.domain_id);
            let domain = domain.map_err(|error| Refusal::of(error, Noun::Domain))?;
            let eid = eid_of(&old.row)?;
            let is_sandbox = desk.is_sandbox(tx, &domain, eid)?;
            if is_sandbox != old.answers.is_sandbox {
                return Err(Refusal::Invalid(AdminMessage::OrderNeedsProduction.into()));
            }
            if orders::find_successor(tx, (tenant.id, id))?.is_some() {
                return Err(Refusal::Invalid(AdminMessage::OrderMovedMeanwhile.into()));
            }
            // What the issuer asks and accepts now.
            let (issuer, chosen) = (of_order(tx, &old.row)?, handover_of(&old.row)?);
            let is_guided = eid == LoginMethod::NO_VIPPS;
            let asked = first_answers(&issuer.settings, is_sandbox);
            let answers =
                OrderAnswers { catalogue: asked.catalogue, evidence: asked.evidence, ..old.answers.as_new() };
            let draft = Draft {
                domain: &domain,
                eid,
                handover: if is_guided { chosen } else { issuer.settings.handover(chosen) },
                answers,
                issuer: old.row.issuer_id,
                supersedes: Some(id),
            };
            let new = desk.insert_draft(tx, &permit, draft, now)?;
            certificate::copy(tx, &tenant, (id, new), now)?;
            Ok(new)
        });
        begun.await
    }

    /// Inserts a draft with all that belongs to it; gives its id.
    fn insert_draft(
        &self,
        tx: &mut WriteTx<'_>,
        permit: &Permit,
        draft: Draft<'_>,
        now: Timestamp,
    ) -> Result<OrderId, Refusal> {
        let Draft { domain, eid, handover, answers, issuer, supersedes } = draft;
        let tenant = permit.tenant(Permission::ManageOrders)?;
        check_open(tx, (tenant.id, domain.id), answers.is_sandbox)?;
        let (id, is_sandbox) = (OrderId::new(&self.random, now), answers.is_sandbox);
        let answers = OrderAnswers { host: domain.host.clone(), ..answers };
        let row = Order {
            tenant_id: tenant.id,
            id,
            domain_id: domain.id,
            eid: eid.as_str().to_owned(),
            handover: handover.as_str().to_owned(),
            state: OrderState::Draft.as_str().to_owned(),
            held_state: None,
            version: 1,
            submission: 0,
            document_digest: None,
            was_sent: false,
            sealed_answers: seal_answers(tenant, id, &answers),
            created_at: now,
            changed_at: now,
            since: now,
            expires_at: Some(draft_until(now)),
            entered_version: None,
            issuer_id: issuer,
            declaration_digest: None,
            agreement_state: None,
            supersedes,
        };
        orders::insert(tx, &row)?;
        fit_key(tx, tenant, (id, handover), now)?;
        let step = NewStep { order: id, event: "begun", state: OrderState::Draft, note: "" };
        add_step(tx, permit, &step, now)?;
        let supersedes = supersedes.map(|it| it.to_string());
        let details = json!({
            "eid": eid.as_str(), "domain": domain.id.to_string(), "is_sandbox": is_sandbox, "supersedes": supersedes,
        });
        permit.record(Action::OrderBegun, format!("order {id}"), &details, now).append(tx)?;
        Ok(id)
    }

    /// Whether an order for this domain is a sandbox order.
    fn is_sandbox(&self, tx: &mut impl Tx, domain: &Domain, eid: LoginMethod) -> Result<bool, Refusal> {
        match domain.environment {
            // Where every registry is a simulated one, there is no other kind of order.
            Environment::Test if self.is_simulated => Ok(false),
            Environment::Test if self.has_sandbox() => {
                check_sandbox_source(tx, (domain.tenant_id, domain.id), eid).map(|()| true)
            }
            Environment::Test => Err(Refusal::Invalid(AdminMessage::OrderNeedsProduction.at("domain"))),
            Environment::Production => Ok(false),
        }
    }

    /// Lists a tenant's orders, the newest first.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn orders(&self, permit: &Permit) -> Result<Vec<OrderSummary>, Refusal> {
        let tenant = permit.tenant(Permission::ReadOrders)?;
        let id = tenant.id;
        let rows = self.store.read(move |tx| orders::list(tx, id)).await?;
        rows.iter().map(|it| summary(tenant, it)).collect()
    }

    /// The same without those that cannot be read here, for pages that are about something else.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn readable_orders(&self, permit: &Permit) -> Result<Vec<OrderSummary>, Refusal> {
        let tenant = permit.tenant(Permission::ReadOrders)?;
        let id = tenant.id;
        let rows = self.store.read(move |tx| orders::list(tx, id)).await?;
        Ok(rows.iter().filter_map(|it| summary(tenant, it).ok()).collect())
    }

    /// Gets an order.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn order(&self, permit: &Permit, id: OrderId) -> Result<OrderView, Refusal> {
        let tenant = permit.tenant(Permission::ReadOrders)?;
        self.whole(tenant, id).await
    }

    /// Lists the open orders of all tenants, those first that wait longest. The operator's. One that cannot be read is counted
    /// and hides no other.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn desk(&self, permit: &InstallationPermit) -> Result<Desk, Refusal> {
        permit.check(Permission::ReadInstallation)?;
        let caller = permit.caller().clone();
        let read = self.store.read(|tx| {
            let mut found = Vec::new();
            for state in OrderState::ALL.iter().filter(|it| it.is_open() && **it != OrderState::Draft) {
                for row in orders::list_by_state(tx, state.as_str(), None)? {
                    if let Some(tenant) = tenants::find(tx, row.tenant_id)? {
                        found.push((tenant, row));
                    }
                }
            }
            Ok::<_, StoreError>((found, operators(tx)?))
        });
        let (rows, operators) = read.await?;
        let mut desk = Desk { operators, ..Desk::default() };
        for (tenant, row) in rows {
            let order = self.opened(&tenant, &caller).and_then(|it| summary(&it, &row));
            match order {
                Ok(order) => desk.rows.push(DeskRow { tenant_name: tenant.name, order }),
                Err(_) => desk.unreadable += 1,
            }
        }
        // What is real comes first.
        desk.rows.sort_by_key(|it| (it.order.is_sandbox, it.order.since));
        Ok(desk)
    }

    /// Saves the answers of one section of a draft; gives what whoever saved has seen of it then.
    ///
    /// # Errors
    /// [`Refusal::Invalid`]: an answer cannot be one, somebody else answered meanwhile, or the order is no draft any more.
    /// [`Refusal::NotFound`], [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn save_section(
        &self,
        permit: &Permit,
        id: OrderId,
        new: SectionAnswers<'_>,
        now: Timestamp,
    ) -> Result<String, Refusal> {
        let SectionAnswers { section, seen: shown, answers } = new;
        let (permit, shown) = (permit.clone(), shown.to_owned());
        let saved = self.store.write(move |tx| {
            let tenant = permit.tenant(Permission::ManageOrders)?.clone();
            let moved = Moved::load(tx, &tenant, Asked::Now(id))?;
            save_answers(tx, (&permit, &tenant), moved, Saving { section, seen: &shown, answers, now })
        });
        saved.await
    }

    /// Shows an order to who has a link; nothing is spent. `caller`: makes the caller from the tenant that the link is of.
    ///
    /// # Errors
    /// [`Refusal::Invalid`]: it is over, or this is not its link. [`Refusal::MasterKey`], [`Refusal::Store`].
    pub async fn link(
        &self,
        (id, code): (LinkId, &str),
        caller: impl Fn(TenantId) -> Caller,
    ) -> Result<(LinkView, Permit), Refusal> {
        let found = self.store.read(move |tx| {
            let Some(row) = order_people::find(tx, id)? else { return Ok(None) };
            let tenant = tenants::find(tx, row.tenant_id)?;
            let order = orders::get(tx, row.tenant_id, row.order_id)?;
            Ok::<_, StoreError>(tenant.map(|tenant| (row, tenant, order)))
        });
        let (row, tenant, order) = found.await?.ok_or_else(link_spent)?;
        let tenant = self.opened(&tenant, &caller(row.tenant_id))?;
        let keys = tenant.opened().letter_keys();
        if !keys.is_link_code(code, ORDER_LINK, id, generation_of(&row)) || row.submission != order.submission
        {
            return Err(link_spent());
        }
        let permit = tenant.permit(Permission::AnswerOrder)?;
        let view = self.whole(&tenant, row.order_id).await?;
        let link = LinkView {
            tenant: tenant.id,
            tenant_name: tenant.name.clone(),
            order: row.order_id,
            person: person_view(&tenant, &row)?,
            company: view.answers.company.name.clone(),
            view,
        };
        Ok((link, permit))
    }

    /// Opens the evidence of an approval, for a dispute; it is written down that it was.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn evidence(
        &self,
        permit: &Permit,
        (order, person): (OrderId, LinkId),
        now: Timestamp,
    ) -> Result<String, Refusal> {
        let tenant = permit.tenant(Permission::DecideOrders)?.clone();
        let permit = permit.clone();
        let opened = self.store.write(move |tx| {
            let row = order_people::find(tx, person)?.filter(|it| it.tenant_id == tenant.id);
            let row = row.filter(|it| it.order_id == order).ok_or(Refusal::NotFound(Noun::OrderPerson))?;
            let sealed = row.sealed_evidence.ok_or(Refusal::NotFound(Noun::OrderPerson))?;
            let opened = tenant.opened().unseal(&SealedColumn::OrderEvidence(person), &sealed);
            let opened = opened.map_err(|_| order_people::unreadable())?;
            let details = json!({"event": "evidence_exported", "person": person.to_string()});
            let object = format!("order {}", row.order_id);
            permit.record(Action::OrderMoved, object, &details, now).append(tx)?;
            Ok::<_, Refusal>(String::from_utf8_lossy(opened.expose()).into_owned())
        });
        opened.await
    }
}

/// A draft to be inserted.
struct Draft<'a> {
    domain: &'a Domain,
    eid: LoginMethod,
    handover: Handover,
    answers: OrderAnswers,
    issuer: Option<IssuerId>,
    supersedes: Option<OrderId>,
}

/// Whether an order is over and brought nothing that is in use, so that another one can take its place.
const fn can_be_ordered_again(state: OrderState) -> bool {
    !state.is_open() && !matches!(state, OrderState::Live)
}

impl OrderView {
    /// Whether another order can be begun with the answers of this one.
    pub const fn can_be_ordered_again(&self) -> bool {
        can_be_ordered_again(self.state)
    }
}

/// Refuses another order where a tenant has too many that are open. Those of the sandbox are few, so that what is tried does not stand
/// in the way of what is real.
fn check_open(
    tx: &mut impl Tx,
    (tenant, domain): (TenantId, DomainId),
    is_sandbox: bool,
) -> Result<(), Refusal> {
    let open = orders::list_open(tx, tenant)?;
    let of_domain = open.iter().filter(|it| it.domain_id == domain).count();
    let (count, most) = if is_sandbox { (of_domain, MOST_IN_SANDBOX) } else { (open.len(), MOST_OPEN) };
    if count < most && open.len() < MOST_OPEN {
        return Ok(());
    }
    let most = most.to_string().into();
    Err(Refusal::Invalid(AdminMessage::OrderTooManyOpen { most }.into()))
}

/// The answers of a section, on their way into a draft.
pub(crate) struct Saving<'a> {
    pub(crate) section: OrderSection,
    pub(crate) seen: &'a str,
    pub(crate) answers: OrderAnswers,
    pub(crate) now: Timestamp,
}

/// Saves a section of a draft that was read in the caller's write; gives what has been seen of it then.
pub(crate) fn save_answers(
    tx: &mut WriteTx<'_>,
    (permit, tenant): (&Permit, &Tenant),
    mut moved: Moved,
    Saving { section, seen: shown, mut answers, now }: Saving<'_>,
) -> Result<String, Refusal> {
    let id = moved.row.id;
    if state_of(&moved.row)? != OrderState::Draft {
        return Err(Refusal::Invalid(AdminMessage::OrderNoDraft.into()));
    }
    if seen(&moved.answers, section) != shown {
        return Err(changed_meanwhile());
    }
    if section == OrderSection::Signatories {
        answers.combinations.clone_from(&moved.answers.combinations);
    }
    check(&mut answers, section)?;
    if section == OrderSection::DisplayName && moved.row.eid == LoginMethod::NO_VIPPS.as_str() {
        check_vipps_name(&answers.display_name)?;
    }
    let had_certificate = moved.answers.has_certificate;
    merge(&mut moved.answers, answers, section);
    if had_certificate && !moved.answers.has_certificate {
        certificate::forget(tx, tenant, id)?;
    }
    moved.save_draft(tx, tenant, now)?;
    let details = json!({"section": section.as_str()});
    permit.record(Action::OrderAnswered, format!("order {id}"), &details, now).append(tx)?;
    Ok(seen(&moved.answers, section))
}

/// What the issuer asks, and what it takes as the word of a signatory.
fn first_answers(issuer: &IssuerSettings, is_sandbox: bool) -> OrderAnswers {
    // Nobody is asked for a signature that would be real.
    let taken = issuer.evidence.first().filter(|_| !is_sandbox);
    let evidence = taken.copied().unwrap_or_default();
    OrderAnswers { catalogue: issuer.catalogue, evidence, ..OrderAnswers::default() }
}

/// Refuses a domain whose eID is not the sandbox's: what a sandbox order brings must not replace credentials that are real.
pub(crate) fn check_sandbox_source(
    tx: &mut impl Tx,
    (tenant, domain): (TenantId, DomainId),
    eid: LoginMethod,
) -> Result<(), Refusal> {
    let row = identity_sources::find(tx, tenant, domain, eid.as_str())?;
    let is_other = |it: &identity_sources::IdentitySource| it.environment != EidEnvironment::Sandbox;
    match row.filter(is_other) {
        Some(_) => Err(Refusal::Invalid(AdminMessage::OrderNeedsSandboxSource.at("domain"))),
        None => Ok(()),
    }
}

/// How many people operate; a role that waits to be confirmed permits nothing.
fn operators(tx: &mut impl Tx) -> Result<usize, StoreError> {
    let roles = member_roles::list(tx, INSTALLATION)?;
    Ok(roles.iter().filter(|it| it.role == Role::Operator.as_str() && it.confirmed_at.is_some()).count())
}
