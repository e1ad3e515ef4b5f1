//! PDFs that somebody uploads: read by a child of the process, which says what it found.

use changes::Refusal;
use documents::{LARGEST_UPLOAD, MOST_UPLOAD_PAGES, UploadFacts, UploadFault};
use texts::AdminMessage;

use crate::OrderDesk;

fn message(fault: UploadFault) -> AdminMessage {
    use UploadFault as F;
    match fault {
        F::Empty => AdminMessage::FileMissing,
        F::TooLarge => {
            AdminMessage::UploadTooLarge { most: (LARGEST_UPLOAD / (1024 * 1024)).to_string().into() }
        }
        F::NotPdf => AdminMessage::UploadNotPdf,
        F::TooManyPages => AdminMessage::UploadTooManyPages { most: MOST_UPLOAD_PAGES.to_string().into() },
        F::Encrypted => AdminMessage::UploadEncrypted,
        F::JavaScript | F::Launch | F::EmbeddedFile | F::Xfa | F::RichMedia | F::SubmitForm => {
            AdminMessage::UploadActive
        }
        F::Malformed | F::DataAfterEnd | F::TooExpensive => AdminMessage::UploadDamaged,
        F::NoAnswer => AdminMessage::UploadNotRead,
    }
}

impl OrderDesk {
    /// Refuses at `file` what is no PDF that shows pages and nothing else.
    pub(crate) async fn checked_upload(&self, file: &[u8]) -> Result<UploadFacts, Refusal> {
        let refused = |message: AdminMessage| Refusal::Invalid(message.at("file"));
        let reader = self.settings.uploads.as_ref().ok_or_else(|| refused(AdminMessage::UploadNotRead))?;
        reader.check_upload(file).await.map_err(|fault| refused(message(fault)))
    }
}
