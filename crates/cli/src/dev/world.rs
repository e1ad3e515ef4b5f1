//! The simulated world of development: simulated eIDs, people, the sample application.

use std::{sync::Arc, thread};

use crypto::{Algorithm, Random, SigningKey, b64};
use eid::{SourceCredentials, SourceMethod};
use messages::{KeptLetter, Mailbox};
use model::LoginMethod;
use outbound::Outbound;
use sample::{Config, Sample};
use sandbox::{Client, Kind, People, RegistrySimulator, Simulator};
use web::{
    MailboxSite, Results, SampleSite, SimulatorSite, Site, mailbox_router, registry_router, sample_router,
    simulator_router,
};

use super::{
    demo::{Addresses, Seeded},
    folder::Folder,
};
use crate::clock;

/// The client that anybody may use to try the simulators directly.
pub(crate) const DIRECT_CLIENT: &str = "direct-client";
/// Its secret is no secret: it opens synthetic people only, on this machine.
pub(crate) const DIRECT_SECRET: &str = "direct-client-secret";
/// Where it comes back to; there is no server there.
pub(crate) const DIRECT_REDIRECT: &str = "http://client.localhost/callback";

/// What the simulated eIDs gave the demo as credentials: to be typed into the console.
pub(crate) const TYPED_CLIENT: &str = "demo-credentials";
/// The same, as if the callback URL had been forgotten in the order.
pub(crate) const UNREGISTERED_CLIENT: &str = "demo-credentials-unregistered";
/// The same, as if the national identity number had not been granted.
pub(crate) const LIMITED_CLIENT: &str = "demo-credentials-without-number";
/// Their secret is no secret either.
pub(crate) const TYPED_SECRET: &str = "demo-credentials-secret";

pub(crate) const OUR_CLIENT: &str = "portvakt-demo";

/// The simulators, and what we are given to ask them.
pub(crate) struct World {
    pub(crate) bankid: Arc<Simulator>,
    pub(crate) vipps: Arc<Simulator>,
    bankid_credentials: SourceCredentials,
    vipps_credentials: SourceCredentials,
    random: Random,
}

/// A simulator to be made.
struct Made<'a> {
    kind: Kind,
    base: String,
    /// Where its key is kept.
    file: &'a str,
}

fn simulator(
    folder: &Folder,
    made: Made<'_>,
    people: Arc<People>,
    random: Random,
) -> Result<Arc<Simulator>, String> {
    let Made { kind, base, file } = made;
    let kept = folder.read(file)?;
    let key = kept.as_ref().map(|it| it.expose().as_slice());
    let simulator = Simulator::new(kind, base, key, people, random).map_err(|error| error.to_string())?;
    if kept.is_none()
        && let Some(key) = simulator.signing_key()
    {
        folder.write(file, key.expose())?;
    }
    Ok(Arc::new(simulator))
}

fn callbacks(addresses: &Addresses, eid: LoginMethod) -> Vec<String> {
    let hosts = [addresses.host(), addresses.production_host(), addresses.console_host()];
    let scheme = if addresses.is_https() { "https" } else { "http" };
    hosts.map(|host| format!("{scheme}://{host}/callback/{}", eid.as_str())).to_vec()
}

/// The credentials that somebody can type into the console for the demo's domains.
fn typed_client(addresses: &Addresses, eid: LoginMethod) -> Client {
    Client {
        client_id: TYPED_CLIENT.to_owned(),
        name: "Demobutikken".to_owned(),
        secret: Some(TYPED_SECRET.to_owned()),
        key: None,
        redirect_uris: callbacks(addresses, eid),
        may_have_nin: true,
    }
}

fn direct_client() -> Client {
    Client {
        client_id: DIRECT_CLIENT.to_owned(),
        name: "Direct client".to_owned(),
        secret: Some(DIRECT_SECRET.to_owned()),
        key: None,
        redirect_uris: vec![DIRECT_REDIRECT.to_owned()],
        may_have_nin: true,
    }
}

impl World {
    /// Makes the simulators; their keys and people are those of the last start.
    pub(crate) fn make(folder: &Folder, addresses: &Addresses, random: &Random) -> Result<Self, String> {
        let people = Arc::new(People::load(folder.file("people.json"))?);
        let made = |it| simulator(folder, it, Arc::clone(&people), random.clone());
        // The Vipps simulator's RSA key takes a while the first time, so both are made at once.
        let (bankid, vipps) = thread::scope(|scope| {
            let vipps =
                scope.spawn(|| made(Made { kind: Kind::Vipps, base: addresses.vipps(), file: "vipps.key" }));
            let bankid = made(Made { kind: Kind::BankidNo, base: addresses.bankid(), file: "bankid.key" });
            (bankid, vipps.join().unwrap_or_else(|_| Err("the simulators could not be made".to_owned())))
        });
        let (bankid, vipps) = (bankid?, vipps?);
        let key = SigningKey::generate(Algorithm::Es256).map_err(|error| error.to_string())?;
        let secret = random.token();
        let ours = |eid: LoginMethod| Client {
            client_id: OUR_CLIENT.to_owned(),
            name: "Demobutikken".to_owned(),
            secret: None,
            key: None,
            redirect_uris: callbacks(addresses, eid),
            may_have_nin: true,
        };
        bankid.register(Client { key: Some(key.public_jwk()), ..ours(LoginMethod::NO_BANKID) });
        vipps.register(Client { secret: Some(secret.expose().clone()), ..ours(LoginMethod::NO_VIPPS) });
        for (simulator, eid) in [(&bankid, LoginMethod::NO_BANKID), (&vipps, LoginMethod::NO_VIPPS)] {
            let typed = typed_client(addresses, eid);
            let (unregistered, limited) = (UNREGISTERED_CLIENT.to_owned(), LIMITED_CLIENT.to_owned());
            let redirect_uris = vec![DIRECT_REDIRECT.to_owned()];
            simulator.register(Client { client_id: unregistered, redirect_uris, ..typed.clone() });
            simulator.register(Client { client_id: limited, may_have_nin: false, ..typed });
        }
        bankid.register(direct_client());
        vipps.register(direct_client());
        let der = key.to_pkcs8().map_err(|error| error.to_string())?;
        let credentials = |method| SourceCredentials {
            client_id: OUR_CLIENT.to_owned(),
            method,
            secret: None,
            private_key: None,
        };
        Ok(Self {
            bankid,
            vipps,
            bankid_credentials: SourceCredentials {
                private_key: Some(b64::encode(der.expose())),
                ..credentials(SourceMethod::PrivateKeyJwt)
            },
            vipps_credentials: SourceCredentials {
                secret: Some(secret.expose().clone()),
                ..credentials(SourceMethod::ClientSecretBasic)
            },
            random: random.clone(),
        })
    }

    /// Lets the credentials that can be typed come back to more addresses.
    pub(crate) fn register_callbacks(&self, addresses: &Addresses, more: &[String]) {
        for (simulator, eid) in [(&self.bankid, LoginMethod::NO_BANKID), (&self.vipps, LoginMethod::NO_VIPPS)]
        {
            let mut typed = typed_client(addresses, eid);
            typed.redirect_uris.extend_from_slice(more);
            simulator.register(typed);
        }
    }

    /// What the simulated eID gave us to authenticate with.
    pub(crate) fn credentials(&self, eid: LoginMethod) -> SourceCredentials {
        if eid == LoginMethod::NO_VIPPS {
            self.vipps_credentials.clone()
        } else {
            self.bankid_credentials.clone()
        }
    }

    fn site(&self, simulator: &Arc<Simulator>, kind: Kind) -> Site {
        simulator_router(Arc::new(SimulatorSite {
            simulator: Arc::clone(simulator),
            kind,
            clock: clock::system(),
            random: self.random.clone(),
            path: String::new(),
        }))
    }

    pub(crate) fn bankid_site(&self) -> Site {
        self.site(&self.bankid, Kind::BankidNo)
    }

    pub(crate) fn vipps_site(&self) -> Site {
        self.site(&self.vipps, Kind::Vipps)
    }

    /// The simulated company registry. Every start forgets which companies went bankrupt.
    pub(crate) fn registry_site() -> Site {
        registry_router(Arc::new(RegistrySimulator::default().with_banks(model::banks_listed())))
    }
}

/// The site that shows the letters which would have been sent.
pub(crate) fn mailbox_site(mailbox: Mailbox) -> Site {
    mailbox_router(Arc::new(MailboxSite {
        letters: Box::new(move || mailbox.letters().into_iter().map(shown).collect()),
    }))
}

fn shown(kept: KeptLetter) -> web::Letter {
    let KeptLetter { id, to, is_sms, letter, sent_at } = kept;
    let (lang, subject, text, html) = (letter.lang, letter.subject, letter.text, letter.html);
    web::Letter { id, to, is_sms, lang, subject, text, html, sent_at: sent_at.to_iso_seconds() }
}

/// The sample application's site.
pub(crate) fn sample_site(
    addresses: &Addresses,
    seeded: &Seeded,
    outbound: Arc<Outbound>,
    random: Random,
) -> Site {
    let config = Config {
        issuer: addresses.issuer(),
        client_id: seeded.client_id.clone(),
        client_secret: Some(seeded.client_secret.clone()),
        redirect_uri: seeded.redirect_uri.clone(),
        post_logout_redirect_uri: format!("{}/", addresses.sample()),
        pushes: false,
        asks_userinfo: true,
    };
    sample_router(Arc::new(SampleSite {
        sample: Sample::new(config, outbound, random.clone()),
        issuer: addresses.issuer(),
        base: addresses.sample(),
        browser_client_id: seeded.browser_client_id.clone(),
        clock: clock::system(),
        random: random.clone(),
        results: Results::default(),
    }))
}
