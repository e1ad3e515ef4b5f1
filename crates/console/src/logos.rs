//! Images that somebody brings.

use authority::{Permission, Permit};
use images::{Bounds, ImageFault, LARGEST_FILE, MOST_PIXELS};
use model::{Brand, DomainId, Logo};
use serde_json::{Map, Value};
use store::brands;
use texts::{AdminMessage, Noun};

use crate::{
    Console, Refusal,
    provisioning::{Faults, json_noun},
};

/// Says what is wrong with an image.
pub fn image_message(fault: ImageFault) -> AdminMessage {
    match fault {
        ImageFault::Empty => AdminMessage::ImageEmpty,
        ImageFault::TooLarge => AdminMessage::ImageTooLarge { most: (LARGEST_FILE / 1024).into() },
        ImageFault::Svg => AdminMessage::ImageSvg,
        ImageFault::Format => AdminMessage::ImageFormat,
        ImageFault::Animated => AdminMessage::ImageAnimated,
        ImageFault::NoPixels => AdminMessage::ImageNoPixels,
        ImageFault::TooManyPixels => AdminMessage::ImageTooManyPixels { most: MOST_PIXELS.into() },
        ImageFault::Damaged => AdminMessage::ImageDamaged,
        ImageFault::DataAfterEnd => AdminMessage::ImageDataAfterEnd,
        ImageFault::TooDetailed => AdminMessage::ImageTooDetailed,
        ImageFault::TooExpensive => AdminMessage::ImageTooExpensive,
        ImageFault::NoAnswer => AdminMessage::ImageNoAnswer,
    }
}

impl Console {
    /// Decodes a file that somebody brought as a logo, in a process of its own, and encodes it anew.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] of the field `logo`: what is wrong with the file. [`Refusal::Forbidden`].
    pub async fn logo_of_file(
        &self,
        (permit, permission): (&Permit, Permission),
        file: &[u8],
    ) -> Result<Logo, Refusal> {
        permit.tenant(permission)?;
        self.logo(file).await.map_err(|message| Refusal::Invalid(message.at("logo")))
    }

    /// Gets the PNG of a logo that is shown at a domain, by its digest.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn logo_png(
        &self,
        permit: &Permit,
        (domain, digest): (DomainId, &str),
    ) -> Result<Vec<u8>, Refusal> {
        let tenant = permit.tenant(Permission::ReadSettings)?.id;
        let digest = digest.to_owned();
        let found = self.store.read(move |tx| brands::find_logo(tx, tenant, domain, &digest)).await?;
        found.ok_or(Refusal::NotFound(Noun::Object))
    }

    async fn logo(&self, file: &[u8]) -> Result<Logo, AdminMessage> {
        let Some(decoder) = &self.images else { return Err(image_message(ImageFault::NoAnswer)) };
        let picture = decoder.fit(file, Bounds::LOGO).await.map_err(image_message)?;
        Ok(Logo::of(&picture.png, picture.width, picture.height))
    }

    /// Puts a logo in the place of the base64 that `members` have in `brand.logo`; gives it with its picture. `path`: of
    /// the member `brand`.
    pub(crate) async fn said_logo(
        &self,
        members: &mut Map<String, Value>,
        path: &str,
        faults: &mut Faults,
    ) -> Option<Logo> {
        let brand = members.get_mut("brand")?.as_object_mut()?;
        let said = brand.remove("logo")?;
        let read = match said.as_str() {
            None => Err(AdminMessage::TextExpected { found: json_noun(&said) }),
            Some(text) => match crypto::b64::decode_standard(text) {
                None => Err(AdminMessage::ImageNotBase64),
                Some(file) => self.logo(&file).await,
            },
        };
        match read {
            Ok(logo) => {
                let stored = serde_json::to_value(logo.without_picture()).unwrap_or_default();
                brand.insert("logo".to_owned(), stored);
                Some(logo)
            }
            Err(message) => {
                faults.wrong(&format!("{path}.logo"), message);
                None
            }
        }
    }
}

/// Gives a brand that refers to a logo the picture of it.
pub(crate) fn with_picture(brand: &mut Brand, logo: Option<Logo>) {
    if let (Some(refers), Some(brought)) = (&mut brand.logo, logo)
        && refers.digest == brought.digest
    {
        *refers = brought;
    }
}
