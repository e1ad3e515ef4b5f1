//! The certificate of a company that the Norwegian registry does not vouch for: a PDF, read by a child and kept as it came.

use authority::{Permission, Permit};
use changes::Refusal;
use model::{Action, OrderId, OrderSection, OrderState, Timestamp};
use serde_json::json;
use store::orders;
use texts::AdminMessage;

use crate::{
    OrderDesk,
    kept_documents::{DocumentKey, OF_ORDER, save},
    moving::{Asked, Moved},
    uploads::checked_upload,
    view::{seal_answers, state_of},
};

/// The kind of its document.
pub(crate) const CERTIFICATE: &str = "certificate";

impl OrderDesk {
    /// Takes the certificate of the company of a draft, in place of the one that there was.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] at `file`: it is no PDF that shows pages and nothing else, or the order is no draft any more.
    /// [`Refusal::NotFound`], [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn save_certificate(
        &self,
        permit: &Permit,
        id: OrderId,
        file: Vec<u8>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        permit.tenant(Permission::ManageOrders)?;
        let facts = checked_upload(self, &file).await?;
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
