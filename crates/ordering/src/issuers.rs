//! Who issues: the operator's register, and which issuer an order goes to.

use authority::{InstallationPermit, Permission, Permit};
use changes::Refusal;
use messages::MailAddress;
use model::{
    Action, Evidence, IssuerId, IssuerSettings, LoginMethod, OrderState, PhoneNumber, Timestamp, has_hidden,
};
use serde_json::json;
use store::{
    StoreError, WriteTx,
    issuers::{self, Issuer},
    orders,
};
use texts::{AdminMessage, Noun};

use crate::{
    OrderDesk,
    agreement::forget,
    issuer::{IssuerView, all},
    moving::{Asked, Moved, NewStep, OrderVersion, add_step, out_of_turn},
    secrets::fit_key,
    view::{eid_of, handover_of, seal_answers, state_of},
};

/// The longest name and address, in characters.
const LONGEST_LINE: usize = 200;
/// How many issuers there are at most.
const MOST_ISSUERS: usize = 100;
/// The longest time that an issuer says it takes, in working days.
const LONGEST_ANSWER: u32 = 90;
/// The line of the timeline that says that an order goes to another issuer; the note names it.
const ROUTED: &str = "routed";

/// Takes what is wanted of an issuer, with its telephone number written one way.
fn checked(mut it: IssuerSettings) -> Result<IssuerSettings, Refusal> {
    let invalid = |message: AdminMessage, field: &str| Refusal::Invalid(message.at(field));
    it.agreement_url = it.agreement_url.trim().to_owned();
    let texts = [("name", &mut it.name), ("address", &mut it.address), ("agreement", &mut it.agreement)];
    for (field, text) in texts {
        *text = text.trim().to_owned();
        if text.is_empty() && field != "agreement" {
            return Err(invalid(AdminMessage::FieldMissing, field));
        }
        let is_plain = !has_hidden(text) && !text.contains(['<', '>']);
        if !is_plain || text.chars().count() > LONGEST_LINE {
            let most = LONGEST_LINE.to_string().into();
            return Err(invalid(AdminMessage::OrderTextInvalid { most }, field));
        }
    }
    if !it.phone.is_empty() {
        let phone = PhoneNumber::parse(&it.phone);
        it.phone = phone.map_err(|_| invalid(AdminMessage::OrderPhoneInvalid, "phone"))?.e164();
    }
    if !it.email.is_empty() && MailAddress::parse(&it.email).is_none() {
        return Err(invalid(AdminMessage::MailAddressInvalid, "email"));
    }
    for (field, is_empty) in [
        ("eids", it.eids.is_empty()),
        ("evidence", it.evidence.is_empty()),
        ("handovers", it.handovers.is_empty()),
    ] {
        if is_empty {
            return Err(invalid(AdminMessage::FieldMissing, field));
        }
    }
    if !it.has_good_agreement() {
        return Err(invalid(AdminMessage::OrderAddressInvalid, "agreement_url"));
    }
    if it.eids.iter().any(|it| it != LoginMethod::NO_BANKID.as_str()) {
        return Err(invalid(AdminMessage::IssuerEid, "eids"));
    }
    if !(1..=LONGEST_ANSWER).contains(&it.answers_within) {
        let most = LONGEST_ANSWER.to_string().into();
        return Err(invalid(AdminMessage::IssuerDays { most }, "answers_within"));
    }
    Ok(it)
}

fn text_of(settings: &IssuerSettings) -> String {
    serde_json::to_string(settings).unwrap_or_default()
}

/// One name is of one issuer.
fn check_name_free(all: &[IssuerView], own: Option<IssuerId>, name: &str) -> Result<(), Refusal> {
    let is_same = |it: &&IssuerView| it.id != own && it.settings.name.to_lowercase() == name.to_lowercase();
    match all.iter().find(is_same) {
        Some(_) => Err(Refusal::Invalid(AdminMessage::IssuerNameTaken.at("name"))),
        None => Ok(()),
    }
}

/// Orders go to one issuer where nobody says otherwise: the others are it no more.
fn take_default(tx: &mut WriteTx<'_>, all: Vec<IssuerView>, own: Option<IssuerId>) -> Result<(), StoreError> {
    for it in all.into_iter().filter(|it| it.settings.is_default && it.id != own) {
        let Some(id) = it.id else { continue };
        let settings = text_of(&IssuerSettings { is_default: false, ..it.settings });
        issuers::save(tx, (id, it.version), &settings)?;
    }
    Ok(())
}

impl OrderDesk {
    /// Lists the register; where none of it is the default, with the issuer that is built in first.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn issuers(&self, permit: &InstallationPermit) -> Result<Vec<IssuerView>, Refusal> {
        permit.check(Permission::ReadInstallation)?;
        let mut found = self.store.read(|tx| all(tx)).await?;
        if !found.iter().any(|it| it.settings.is_default) {
            found.insert(0, IssuerView::built_in());
        }
        Ok(found)
    }

    /// Adds an issuer, or changes the one that was seen in this version.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] at the field that is wrong; somebody was faster; there are 100. [`Refusal::NotFound`],
    /// [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn save_issuer(
        &self,
        permit: &InstallationPermit,
        seen: Option<(IssuerId, i64)>,
        wanted: IssuerSettings,
        now: Timestamp,
    ) -> Result<IssuerId, Refusal> {
        permit.check(Permission::ManageIssuers)?;
        let settings = checked(wanted)?;
        // Nobody could approve an order to it.
        if settings.evidence.first() == Some(&Evidence::ProviderSignature)
            && self.settings.signatures.is_none()
        {
            return Err(Refusal::Invalid(AdminMessage::OrderNoProvider.at("evidence")));
        }
        let (permit, new_id) = (permit.clone(), IssuerId::new(&self.random, now));
        let saved = self.store.write(move |tx| {
            let all = all(tx)?;
            let own = seen.map(|(id, _)| id);
            check_name_free(&all, own, &settings.name)?;
            if seen.is_none() && all.len() >= MOST_ISSUERS {
                let most = MOST_ISSUERS.to_string().into();
                return Err(Refusal::Invalid(AdminMessage::IssuerTooMany { most }.into()));
            }
            if settings.is_default {
                take_default(tx, all, own)?;
            }
            let text = text_of(&settings);
            let (id, action) = if let Some((id, version)) = seen {
                issuers::find(tx, id)?.ok_or(Refusal::NotFound(Noun::Issuer))?;
                if !issuers::save(tx, (id, version), &text)? {
                    return Err(Refusal::Invalid(AdminMessage::ChangedMeanwhile.into()));
                }
                (id, Action::IssuerChanged)
            } else {
                let row = Issuer { id: new_id, settings: text, version: 1, created_at: now };
                issuers::insert(tx, &row)?;
                (new_id, Action::IssuerAdded)
            };
            let details = json!({"name": settings.name, "is_default": settings.is_default});
            permit.record(action, format!("issuer {id}"), &details, now).append(tx)?;
            Ok::<_, Refusal>(id)
        });
        saved.await
    }

    /// Removes an issuer to which no order goes or went.
    ///
    /// # Errors
    /// [`Refusal::Invalid`]: an order names it. [`Refusal::NotFound`], [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn remove_issuer(
        &self,
        permit: &InstallationPermit,
        id: IssuerId,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        permit.check(Permission::ManageIssuers)?;
        let permit = permit.clone();
        let removed = self.store.write(move |tx| {
            let row = issuers::find(tx, id)?.ok_or(Refusal::NotFound(Noun::Issuer))?;
            if issuers::has_orders(tx, id)? {
                return Err(Refusal::Invalid(AdminMessage::IssuerHasOrders.into()));
            }
            let name = IssuerView::of(row)?.settings.name;
            issuers::remove(tx, id)?;
            let details = json!({"name": name});
            permit.record(Action::IssuerRemoved, format!("issuer {id}"), &details, now).append(tx)?;
            Ok::<_, Refusal>(())
        });
        removed.await
    }

    /// Has an order go to another issuer, while it is a draft: its questions are those of that issuer then, and what was
    /// answered stays. `issuer`: `None` is the one that is built in.
    ///
    /// # Errors
    /// [`Refusal::Invalid`]: it is no draft, somebody was faster, it is ordered at Vipps, or the issuer does not issue this eID.
    /// [`Refusal::NotFound`], [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn route(
        &self,
        permit: &Permit,
        seen: OrderVersion,
        issuer: Option<IssuerId>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let permit = permit.clone();
        let routed = self.store.write(move |tx| {
            let tenant = permit.tenant(Permission::DecideOrders)?.clone();
            let mut moved = Moved::load(tx, &tenant, Asked::Seen(seen))?;
            // No issuer is to be concerned with what is not real.
            moved.deciding(&permit)?;
            let (state, eid) = (state_of(&moved.row)?, eid_of(&moved.row)?);
            if state != OrderState::Draft {
                return Err(out_of_turn(state));
            }
            let issuer = match issuer {
                None => IssuerView::built_in(),
                Some(id) => IssuerView::of(issuers::find(tx, id)?.ok_or(Refusal::NotFound(Noun::Issuer))?)?,
            };
            if !issuer.settings.issues(eid) {
                return Err(Refusal::Invalid(AdminMessage::IssuerEid.at("issuer")));
            }
            if moved.row.issuer_id != issuer.id {
                forget(tx, &mut moved.row)?;
            }
            moved.row.issuer_id = issuer.id;
            moved.answers.catalogue = issuer.settings.catalogue;
            moved.answers.evidence = issuer.settings.evidence.first().copied().unwrap_or_default();
            let handover = issuer.settings.handover(handover_of(&moved.row)?);
            handover.as_str().clone_into(&mut moved.row.handover);
            fit_key(tx, &tenant, (seen.id, handover), now)?;
            moved.row.sealed_answers = seal_answers(&tenant, seen.id, &moved.answers);
            moved.row.changed_at = now;
            orders::save(tx, &moved.row)?;
            let note = issuer.settings.name;
            add_step(tx, &permit, &NewStep { order: seen.id, event: ROUTED, state, note: &note }, now)?;
            let details = json!({"event": ROUTED, "issuer": note});
            let record = permit.record(Action::OrderMoved, format!("order {}", seen.id), &details, now);
            Ok::<_, Refusal>(record.append(tx)?)
        });
        routed.await
    }
}
