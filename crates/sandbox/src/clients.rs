//! Who may use a simulator: clients that were registered, or domains whose credentials are derived.

use std::sync::{Mutex, PoisonError};

use crypto::{SealKey, Secret, b64, same_bytes};

use crate::Client;

/// The clients of one tenant at one eID of a public sandbox: its domains, which need no registration.
///
/// A client id has the domain's origin in it and a tag that only this key makes. So a stranger can neither use a
/// tenant's sandbox nor have it redirect anywhere but to the callback address of a domain of the tenant's.
pub(crate) struct Derived {
    pub(crate) key: SealKey,
    pub(crate) tenant: String,
    pub(crate) eid: &'static str,
}

impl Derived {
    fn key(&self, what: &str, origin: &str) -> SealKey {
        // None of them can hold a line break.
        self.key.subkey(&format!("{what}\n{}\n{}\n{origin}", self.tenant, self.eid))
    }

    pub(crate) fn client_id(&self, origin: &str) -> String {
        let tag = self.key("client id", origin);
        let (tag, _) = tag.expose().split_at(16);
        format!("{}.{}", b64::encode(origin.as_bytes()), b64::encode(tag))
    }

    pub(crate) fn secret(&self, origin: &str) -> Secret<String> {
        Secret::new(b64::encode(self.key("client secret", origin).expose()))
    }

    fn client(&self, client_id: &str) -> Option<Client> {
        if client_id.len() > 1_024 {
            return None;
        }
        let (origin, _) = client_id.split_once('.')?;
        let origin = String::from_utf8(b64::decode(origin)?).ok()?;
        same_bytes(self.client_id(&origin).as_bytes(), client_id.as_bytes()).then(|| Client {
            client_id: client_id.to_owned(),
            name: origin.split_once("://").map_or(origin.as_str(), |(_, host)| host).to_owned(),
            secret: Some(self.secret(&origin).expose().clone()),
            key: None,
            redirect_uris: vec![format!("{origin}/callback/{}", self.eid)],
            may_have_nin: true,
        })
    }
}

/// How many clients are registered; a simulator is small.
const MOST: usize = 1_000;

/// All clients of a simulator.
pub(crate) enum Clients {
    /// Each was registered.
    Registered(Mutex<Vec<Client>>),
    /// Each is a domain of the tenant.
    Derived(Derived),
}

impl Clients {
    pub(crate) fn find(&self, client_id: &str) -> Option<Client> {
        match self {
            Self::Registered(all) => {
                let all = all.lock().unwrap_or_else(PoisonError::into_inner);
                all.iter().find(|it| it.client_id == client_id).cloned()
            }
            Self::Derived(derived) => derived.client(client_id),
        }
    }

    /// Adds a client that is not known yet.
    pub(crate) fn add(&self, client: Client) -> bool {
        let Self::Registered(all) = self else { return false };
        let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
        let may = all.len() < MOST && !all.iter().any(|it| it.client_id == client.client_id);
        if may {
            all.push(client);
        }
        may
    }

    pub(crate) fn register(&self, client: Client) {
        if let Self::Registered(all) = self {
            let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
            all.retain(|it| it.client_id != client.client_id);
            all.push(client);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Derived;
    use crypto::{Random, SealKey, b64};

    #[test]
    fn a_client_id_is_good_for_one_tenant_one_eid_and_one_origin() {
        let key = SealKey::generate(&Random::seeded(1));
        let at = |tenant: &str, eid| Derived { key: key.clone(), tenant: tenant.to_owned(), eid };
        let ours = at("a", "no-bankid");
        let id = ours.client_id("https://id.shop.example");
        let client = ours.client(&id).unwrap();
        assert_eq!(client.redirect_uris, ["https://id.shop.example/callback/no-bankid"]);
        assert!(at("b", "no-bankid").client(&id).is_none() && at("a", "no-vipps").client(&id).is_none());
        let (_, tag) = id.split_once('.').unwrap();
        let forged = format!("{}.{tag}", b64::encode(b"https://evil.example"));
        for other in [forged.as_str(), "", ".", "us", &id[1..]] {
            assert!(ours.client(other).is_none(), "{other}");
        }
    }
}
