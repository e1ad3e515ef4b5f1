//! Whose a page is to the person who sees it.

use model::{Brand, Controller};
use store::brands;

use crate::{Application, Issuer, Provider, Refusal};

/// What people see of whoever they log in to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// What people call it.
    pub name: String,
    /// An application's own brand, completed by its domain's.
    pub brand: Box<Brand>,
    /// The login is a trial, which pages say.
    pub is_trial: bool,
}

impl Application {
    /// What people see of it at its domain.
    pub fn shown(&self, issuer: &Issuer) -> Shown {
        Shown {
            name: self.name.clone(),
            brand: Box::new(self.settings.brand.over(&issuer.settings.brand)),
            is_trial: false,
        }
    }
}

impl Issuer {
    /// Who is responsible for the data of logins here; `None` where the domain says nothing.
    pub fn controller(&self) -> Option<Controller> {
        self.settings.controller()
    }

    /// What people see on pages that are of no application; `None` where the domain says nothing.
    pub fn shown(&self) -> Option<Shown> {
        let settings = &self.settings;
        if settings.display_name.is_none() && settings.brand.is_empty() {
            return None;
        }
        let host = || self.url.split_once("://").map_or("", |(_, host)| host).to_owned();
        Some(Shown {
            is_trial: false,
            name: settings.display_name.clone().unwrap_or_else(host),
            brand: Box::new(settings.brand.clone()),
        })
    }
}

impl Provider {
    /// Finds the PNG of a logo that this domain or one of its applications has. It is read anew each time: browsers keep
    /// it.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::Busy`], [`Refusal::Internal`].
    pub async fn logo(&self, issuer: &Issuer, digest: &str) -> Result<Vec<u8>, Refusal> {
        let (tenant, domain, digest) = (issuer.tenant, issuer.domain, digest.to_owned());
        let found = self.store.read(move |tx| brands::find_logo(tx, tenant, domain, &digest)).await?;
        found.ok_or(Refusal::NotFound)
    }

    /// Says whether this domain or one of its applications has a colour. `color`: six hexadecimal digits in lower case.
    ///
    /// # Errors
    /// [`Refusal::Busy`], [`Refusal::Internal`].
    pub async fn has_color(&self, issuer: &Issuer, color: &str) -> Result<bool, Refusal> {
        let (tenant, domain, color) = (issuer.tenant, issuer.domain, color.to_owned());
        Ok(self.store.read(move |tx| brands::has_color(tx, tenant, domain, &color)).await?)
    }
}
