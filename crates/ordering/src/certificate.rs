//! The certificate of a company that the Norwegian registry does not vouch for: a PDF, read by a child and kept as it came.

use authority::{Permission, Permit, Tenant};
use changes::Refusal;
use crypto::{Digest, b64};
use model::{Action, Date, OrderId, OrderSection, OrderState, Timestamp};
use serde_json::json;
use store::{StoreError, WriteTx, order_documents};
use texts::AdminMessage;

use crate::{
    OrderDesk,
    answering::{changed_meanwhile, seen},
    kept_documents::{DocumentKey, OF_ORDER, open, save},
    moving::{Asked, Moved},
    view::state_of,
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
    /// What was shown of the section when the form was made.
    pub seen: &'a str,
}

/// The same, read by a child and found harmless.
pub(crate) struct ReadCertificate {
    file: Vec<u8>,
    issued: Date,
    pages: usize,
    seen: String,
    sent_at: Timestamp,
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

/// Keeps a certificate with the answers that go with it.
pub(crate) fn put(
    tx: &mut WriteTx<'_>,
    (permit, tenant): (&Permit, &Tenant),
    mut moved: Moved,
    new: &ReadCertificate,
) -> Result<(), Refusal> {
    let (id, now) = (moved.row.id, new.sent_at);
    if state_of(&moved.row)? != OrderState::Draft {
        return Err(Refusal::Invalid(AdminMessage::OrderNoDraft.into()));
    }
    if seen(&moved.answers, OrderSection::Certificate) != new.seen {
        return Err(changed_meanwhile());
    }
    let key = DocumentKey { order: id, submission: OF_ORDER, kind: CERTIFICATE };
    save(tx, tenant, (key, &new.file), now)?;
    moved.answers.has_certificate = true;
    moved.answers.certificate_date = new.issued.to_string();
    moved.answers.certificate_digest = b64::encode(Digest::of(&new.file).as_bytes());
    moved.save_draft(tx, tenant, now)?;
    let details = json!({"section": OrderSection::Certificate.as_str(), "pages": new.pages});
    permit.record(Action::OrderAnswered, format!("order {id}"), &details, now).append(tx)?;
    Ok(())
}

impl OrderDesk {
    /// Takes the certificate of the company of a draft, in place of the one that there was.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] at `issued`: no day, or one that is to come. At `file`: it is no PDF that shows pages and nothing else.
    /// The order is no draft any more, or somebody else answered this section after the form was shown.
    /// [`Refusal::NotFound`], [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn save_certificate(
        &self,
        permit: &Permit,
        id: OrderId,
        new: CompanyCertificate<'_>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        permit.tenant(Permission::ManageOrders)?;
        let read = self.read_certificate(new, now).await?;
        let permit = permit.clone();
        let saved = self.store.write(move |tx| {
            let tenant = permit.tenant(Permission::ManageOrders)?.clone();
            let moved = Moved::load(tx, &tenant, Asked::Now(id))?;
            put(tx, (&permit, &tenant), moved, &read)
        });
        saved.await
    }

    pub(crate) async fn read_certificate(
        &self,
        CompanyCertificate { file, issued, seen }: CompanyCertificate<'_>,
        now: Timestamp,
    ) -> Result<ReadCertificate, Refusal> {
        let issued = issued_on(issued, now)?;
        let facts = self.checked_upload(&file).await?;
        Ok(ReadCertificate { file, issued, pages: facts.pages, seen: seen.to_owned(), sent_at: now })
    }
}
