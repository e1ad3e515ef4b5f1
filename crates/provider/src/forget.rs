//! What is remembered of the database goes as soon as somebody says that it has changed.
//!
//! That is a shortcut: without an announcement a change is seen when the caches expire, seconds later.

use model::{ApplicationId, DomainId, TenantId};
use store::{Announcement, applications, domains, tenants};

use crate::Provider;

impl Provider {
    /// Forgets what an announcement says is out of date; everything when some were missed.
    pub fn forget(&self, announcement: &Announcement) {
        match announcement {
            Announcement::Changed { noun, id } if noun == domains::NOUN => {
                let Ok(id) = DomainId::parse(id) else { return };
                self.issuers.forget(|_, issuer| issuer.is_some_and(|it| it.domain == id));
                self.registered_at.forget(|(_, domain), _| *domain == id);
            }
            Announcement::Changed { noun, id } if noun == applications::NOUN => {
                let Ok(id) = ApplicationId::parse(id) else { return };
                self.applications.forget(|_, application| application.is_some_and(|it| it.id == id));
                self.client_ids.forget(|(_, application), _| *application == id);
            }
            Announcement::Changed { noun, id } if noun == tenants::NOUN => {
                let Ok(id) = TenantId::parse(id) else { return };
                self.issuers.forget(|_, issuer| issuer.is_some_and(|it| it.tenant == id));
            }
            Announcement::Missed => {
                self.issuers.forget(|_, _| true);
                self.registered_at.forget(|_, _| true);
                self.applications.forget(|_, _| true);
                self.client_ids.forget(|_, _| true);
            }
            Announcement::Changed { .. } | Announcement::Wake(_) => {}
        }
    }
}
