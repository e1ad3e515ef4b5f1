//! Who issues: the operator's register, and which issuer an order goes to.

use authority::{InstallationPermit, Permission, Permit};
use changes::{
    Refusal,
    issuers::{self as register, CheckedIssuer, IssuerMeans, IssuerView, NewIssuer, SeenIssuer, all},
};
use messages::MailAddress;
use model::{Action, IssuerId, IssuerSettings, OrderState, Timestamp};
use serde_json::json;
use store::issuers;
use texts::{AdminMessage, Noun};

use crate::{
    OrderDesk,
    agreement::forget,
    moving::{Asked, Moved, NewStep, OrderVersion, add_step, out_of_turn},
    secrets::fit_key,
    view::{eid_of, handover_of, state_of},
};

/// The line of the timeline that says that an order goes to another issuer; the note names it.
const ROUTED: &str = "routed";

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
        let means = IssuerMeans {
            has_signature_provider: self.settings.signatures.is_some(),
            is_mail_address: MailAddress::is_one,
        };
        let wanted = CheckedIssuer::of(wanted, means)?;
        let (permit, new_id) = (permit.clone(), IssuerId::new(&self.random, now));
        let saved = self.store.write(move |tx| match seen {
            Some((id, version)) => {
                register::change(tx, &permit, SeenIssuer { id, version }, &wanted, now)
                    .map_err(Refusal::told_as_changed)?;
                Ok(id)
            }
            None => {
                let new = NewIssuer { id: new_id, wanted: &wanted, declared_by: None };
                register::add(tx, &permit, new, now)?;
                Ok::<_, Refusal>(new_id)
            }
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
        let permit = permit.clone();
        self.store.write(move |tx| register::remove(tx, &permit, id, now)).await
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
            moved.save_draft(tx, &tenant, now)?;
            let note = issuer.settings.name;
            add_step(tx, &permit, &NewStep { order: seen.id, event: ROUTED, state, note: &note }, now)?;
            let details = json!({"event": ROUTED, "issuer": note});
            let record = permit.record(Action::OrderMoved, format!("order {}", seen.id), &details, now);
            Ok::<_, Refusal>(record.append(tx)?)
        });
        routed.await
    }
}
