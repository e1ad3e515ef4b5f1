//! What the applications of a domain have registered between them, where a request does not say whose it is.

use std::collections::{HashMap, HashSet};

use crypto::Algorithm;
use model::{AndroidApp, AppleApp, ApplicationSettings, Origin};

/// Origins and addresses of the enabled applications of one domain.
#[derive(Debug, Default)]
pub(crate) struct Registered {
    /// The origins whose scripts may call us.
    pub(crate) origins: HashSet<Origin>,
    /// Addresses that a logout may go on to, and whether compatible applications alone have them.
    returns: HashMap<String, bool>,
    /// Name and address of the application, while there is only one.
    only: Only,
    uses_eddsa: bool,
    /// Apps for phones that may open the domain's links.
    pub(crate) apple_apps: Vec<AppleApp>,
    pub(crate) android_apps: Vec<AndroidApp>,
}

/// Whether a domain has one application.
#[derive(Debug, Default)]
enum Only {
    #[default]
    None,
    One(String, Option<String>),
    Several,
}

impl Registered {
    /// `all`: names and settings.
    pub(crate) fn of(all: impl Iterator<Item = (String, ApplicationSettings)>) -> Self {
        let mut registered = Self::default();
        for (name, settings) in all {
            registered.only = match registered.only {
                Only::None => Only::One(name, settings.home()),
                Only::One(..) | Only::Several => Only::Several,
            };
            registered.uses_eddsa |= settings.algorithm() == Algorithm::EdDsa;
            registered.origins.extend(settings.cors_origins());
            registered.apple_apps.extend(settings.apple_apps.iter().cloned());
            registered.android_apps.extend(settings.android_apps.iter().cloned());
            let (compatible, mut add) = (settings.is_compatible(), |uri: &String, fine| {
                let alone = registered.returns.entry(uri.clone()).or_insert(true);
                *alone = *alone && fine;
            });
            // A callback of an application that is not compatible is not to be left to anybody's link either.
            for uri in settings.post_logout_redirect_uris.iter().chain(&settings.redirect_uris) {
                add(uri, compatible);
            }
        }
        registered
    }

    /// Says whether an application has its ID tokens signed with EdDSA.
    pub(crate) const fn uses_eddsa(&self) -> bool {
        self.uses_eddsa
    }

    /// The name and address of the domain's only application.
    pub(crate) fn only(&self) -> Option<(&str, Option<&str>)> {
        match &self.only {
            Only::One(name, home) => Some((name, home.as_deref())),
            Only::None | Only::Several => None,
        }
    }

    /// Says whether a logout that names no application may go on to this address: it belongs to compatible
    /// applications alone.
    pub(crate) fn takes_bare_logout(&self, uri: &str) -> bool {
        self.returns.get(uri).copied().unwrap_or(false)
    }
}
