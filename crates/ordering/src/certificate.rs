//! The certificate of a company that the Norwegian registry does not vouch for: a PDF, read by a child and kept as it came.

use authority::{Permission, Permit, Tenant};
use changes::Refusal;
use model::{Action, Date, OrderId, OrderSection, OrderState, Timestamp};
use serde_json::json;
use store::{StoreError, WriteTx, order_documents, orders};
use texts::AdminMessage;

use crate::{
    OrderDesk,
    kept_documents::{DocumentKey, OF_ORDER, open, save},
    moving::{Asked, Moved},
    view::{seal_answers, state_of},
};

/// The kind of its document.
pub(crate) const CERTIFICATE: &str = "certificate";

/// A certificate that is uploaded.
#[derive(Clone, Debug)]
pub struct CompanyCertificate<'a> {
    /// The PDF.
    pub file: Vec<u8>,
    /// The day on which it was issued, as it was typed.
    pub issued: &'a str,
}

/// Reads the day on which a certificate was issued; today is the last that can be.
fn issued_on(typed: &str, now: Timestamp) -> Result<Date, Refusal> {
    let refused = |message: AdminMessage| Refusal::Invalid(message.at("issued"));
    if typed.is_empty() {
        return Err(refused(AdminMessage::FieldMissing));
    }
    let day = Date::parse(typed).ok_or_else(|| refused(AdminMessage::OrderDateInvalid))?;
    if day > Date::in_norway(now) { Err(refused(AdminMessage::CertificateDateFuture)) } else { Ok(day) }
}

/// Removes the certificate of a company that the order is not for any more.
pub(crate) fn forget(tx: &mut WriteTx<'_>, tenant: &Tenant, id: OrderId) -> Result<(), StoreError> {
    order_documents::remove_before(tx, (tenant.id, id), OF_ORDER + 1, CERTIFICATE)
}

/// Copies the certificate of an order to another of the same company.
pub(crate) fn copy(
    tx: &mut WriteTx<'_>,
    tenant: &Tenant,
    (from, to): (OrderId, OrderId),
    now: Timestamp,
) -> Result<(), Refusal> {
    let key = |order| DocumentKey { order, submission: OF_ORDER, kind: CERTIFICATE };
    match open(tx, tenant, key(from))? {
        Some(file) => Ok(save(tx, tenant, (key(to), file.expose()), now)?),
        None => Ok(()),
    }
}

impl OrderDesk {
    /// Takes the certificate of the company of a draft, in place of the one that there was.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] at `issued`: no day, or one that is to come. At `file`: it is no PDF that shows pages and nothing else,
    /// or the order is no draft any more.
    /// [`Refusal::NotFound`], [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn save_certificate(
        &self,
        permit: &Permit,
        id: OrderId,
        CompanyCertificate { file, issued }: CompanyCertificate<'_>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        permit.tenant(Permission::ManageOrders)?;
        let issued = issued_on(issued, now)?;
        let facts = self.checked_upload(&file).await?;
        let permit = permit.clone();
        let saved = self.store.write(move |tx| {
            let tenant = permit.tenant(Permission::ManageOrders)?.clone();
            let mut moved = Moved::load(tx, &tenant, Asked::Now(id))?;
            if state_of(&moved.row)? != OrderState::Draft {
                return Err(Refusal::Invalid(AdminMessage::OrderNoDraft.into()));
            }
            let key = DocumentKey { order: id, submission: OF_ORDER, kind: CERTIFICATE };
            save(tx, &tenant, (key, &file), now)?;
            moved.answers.has_certificate = true;
            moved.answers.certificate_date = issued.to_string();
            moved.row.sealed_answers = seal_answers(&tenant, id, &moved.answers);
            moved.row.changed_at = now;
            orders::save(tx, &moved.row)?;
            let details = json!({"section": OrderSection::Certificate.as_str(), "pages": facts.pages});
            let record = permit.record(Action::OrderAnswered, format!("order {id}"), &details, now);
            Ok::<_, Refusal>(record.append(tx)?)
        });
        saved.await
    }
}
