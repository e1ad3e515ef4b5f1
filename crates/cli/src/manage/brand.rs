//! What people see of an application or a domain, as it is said on the command line.

use std::path::{Path, PathBuf};

use clap::Args;
use console::image_message;
use images::{Bounds, LARGEST_FILE};
use model::{Brand, Logo};
use texts::{FieldMessage, Outcome};

use super::import::read;
use crate::image_decoder;

/// What can be said of a brand. An empty value clears a setting.
#[derive(Args, Default)]
pub(super) struct BrandWishes {
    /// The logo: PNG, JPEG or WebP, at most 256 KiB.
    #[arg(long = "logo-file", alias = "logo", value_name = "FILE", conflicts_with = "no_logo")]
    logo: Option<PathBuf>,
    /// No logo of its own any more.
    #[arg(long)]
    no_logo: bool,
    /// The colour of buttons and of the header's edge, as #rrggbb.
    #[arg(long, value_name = "COLOUR")]
    color: Option<String>,
    /// The address of the privacy policy.
    #[arg(long, value_name = "URI")]
    policy_uri: Option<String>,
    /// The address of the terms of service.
    #[arg(long, value_name = "URI")]
    tos_uri: Option<String>,
    /// Where people get help: an e-mail address or an https address.
    #[arg(long, value_name = "CONTACT")]
    support_contact: Option<String>,
    /// A telephone number to call for help, such as +4722000000.
    #[arg(long, value_name = "NUMBER")]
    support_phone: Option<String>,
}

impl BrandWishes {
    /// Puts what was said into a brand; gives what is to be said about it. A logo that cannot be used is left out.
    ///
    /// # Errors
    /// What is wrong with the logo.
    pub(super) async fn apply(&self, brand: &mut Brand) -> Result<Option<Outcome>, FieldMessage> {
        let texts = [
            (&mut brand.color, &self.color),
            (&mut brand.policy_uri, &self.policy_uri),
            (&mut brand.tos_uri, &self.tos_uri),
            (&mut brand.support_contact, &self.support_contact),
            (&mut brand.support_phone, &self.support_phone),
        ];
        for (setting, said) in texts {
            if let Some(said) = said {
                *setting = Some(said.clone()).filter(|it| !it.is_empty());
            }
        }
        if self.no_logo {
            brand.logo = None;
        }
        if let Some(path) = &self.logo {
            let file = read(path, LARGEST_FILE)?;
            let picture = image_decoder::decoder().fit(&file, Bounds::LOGO).await;
            let picture = picture.map_err(|fault| image_message(fault).at(shown(path)))?;
            brand.logo = Some(Logo::of(&picture.png, picture.width, picture.height));
        }
        Ok(self.color.as_ref().and_then(|_| on_dark(brand)))
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// Says which colour dark pages have, where it is another one.
fn on_dark(brand: &Brand) -> Option<Outcome> {
    let color = brand.color()?;
    let dark = color.on_dark();
    let shown = |it: model::Color| format!("#{}", it.digits()).into();
    (dark != color).then(|| Outcome::ColorOnDark { color: shown(color), dark: shown(dark) })
}
