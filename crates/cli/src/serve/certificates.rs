//! The certificates: chosen by the name that a client asks for, read again when their files change. Those of the configuration
//! come first; one that was brought to the console serves its own domain's host and no other name.

use std::{
    collections::HashMap,
    fs,
    sync::{Arc, PoisonError, RwLock},
};

use console::CertificateToServe;
use crypto::{Digest, Secret};
use model::{DomainId, Timestamp};
use rustls::{
    ServerConfig,
    client::verify_server_name,
    crypto::CryptoProvider,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
    server::{ClientHello, ParsedCertificate, ResolvesServerCert},
    sign::CertifiedKey,
};
use store::Announcement;
use tokio_rustls::TlsAcceptor;

use super::validity::{self, Validity};
use crate::config::Pair;

/// What the two files of a pair were when they were looked at.
type Seen = (Digest, Digest);

/// A certificate that is in use.
#[derive(Clone, Debug)]
struct Loaded {
    key: Arc<CertifiedKey>,
    validity: Validity,
    seen: Seen,
}

/// How one pair is doing.
#[derive(Clone, Debug)]
pub(crate) struct Health {
    /// The file of the chain.
    pub(crate) chain: String,
    /// When the certificate in use expires.
    pub(crate) not_after: Timestamp,
    /// Whether the files as they are now could not be used.
    pub(crate) is_stale: bool,
}

/// A certificate that was brought to the console.
#[derive(Clone, Debug)]
struct Brought {
    domain: DomainId,
    set_at: Timestamp,
    key: Arc<CertifiedKey>,
}

/// All certificates, in the order of the configuration; the first serves clients that ask for no name of ours.
#[derive(Debug)]
pub(crate) struct Certificates {
    pairs: Vec<Pair>,
    provider: Arc<CryptoProvider>,
    loaded: RwLock<Vec<Loaded>>,
    /// Those that were brought to the console, by host in lower case.
    brought: RwLock<HashMap<String, Brought>>,
    /// Those of the console that could not be used, so that it is said once.
    unusable: RwLock<HashMap<DomainId, Timestamp>>,
    /// Files that could not be used, so that it is said once.
    refused: RwLock<Vec<Option<Seen>>>,
}

/// A pair of files as found, with what is to be said about it.
pub(crate) struct Examined {
    pub(crate) validity: Validity,
    pub(crate) key: CertifiedKey,
    seen: Seen,
}

/// Reads a pair and sees whether its two files belong together.
///
/// # Errors
/// Says which file is wrong, and how.
pub(crate) fn examine(pair: &Pair, provider: &CryptoProvider) -> Result<Examined, String> {
    let read = |path: &std::path::Path| {
        fs::read(path).map_err(|error| format!("{}: it cannot be read ({error})", path.display()))
    };
    let files = (read(&pair.chain)?, Secret::new(read(&pair.key)?));
    make(pair, &files, provider)
}

/// Everything that is wrong with a pair: each file that cannot be read, or why the two do not fit.
pub(crate) fn faults_of(pair: &Pair) -> Vec<String> {
    let missing = |path: &std::path::PathBuf| {
        let error = fs::File::open(path).err()?;
        Some(format!("{}: it cannot be read ({error})", path.display()))
    };
    let missing: Vec<String> = [&pair.chain, &pair.key].into_iter().filter_map(missing).collect();
    if !missing.is_empty() {
        return missing;
    }
    examine(pair, &rustls::crypto::aws_lc_rs::default_provider()).err().into_iter().collect()
}

fn seen((chain, key): &(Vec<u8>, Secret<Vec<u8>>)) -> Seen {
    (Digest::of(chain), Digest::of(key.expose()))
}

fn make(
    pair: &Pair,
    files: &(Vec<u8>, Secret<Vec<u8>>),
    provider: &CryptoProvider,
) -> Result<Examined, String> {
    let (chain_file, key_file) = (pair.chain.display(), pair.key.display());
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&files.0)
        .collect::<Result<_, _>>()
        .map_err(|error| format!("{chain_file}: not certificates in PEM ({error})"))?;
    let first = chain.first().ok_or_else(|| format!("{chain_file}: there is no certificate in it"))?;
    let validity = validity::read(first)
        .filter(|_| ParsedCertificate::try_from(first).is_ok())
        .ok_or_else(|| format!("{chain_file}: its first certificate cannot be read"))?;
    let key = PrivateKeyDer::from_pem_slice(files.1.expose())
        .map_err(|error| format!("{key_file}: not a private key in PEM ({error})"))?;
    let key = CertifiedKey::from_der(chain, key, provider)
        .map_err(|error| format!("{key_file} is not the key of {chain_file} ({error})"))?;
    Ok(Examined { validity, key, seen: seen(files) })
}

/// Says whether an announcement can change which certificates of the console are shown.
pub(crate) fn concerns(announcement: &Announcement) -> bool {
    match announcement {
        Announcement::Changed { noun, .. } => {
            noun == store::certificates::NOUN || noun == store::domains::NOUN
        }
        Announcement::Missed => true,
        Announcement::Wake(_) => false,
    }
}

/// Says whether a certificate is for this host name.
pub(crate) fn is_for(certificate: &CertificateDer<'_>, host: &str) -> bool {
    let (Ok(parsed), Ok(name)) = (ParsedCertificate::try_from(certificate), ServerName::try_from(host))
    else {
        return false;
    };
    verify_server_name(&parsed, &name).is_ok()
}

impl From<Examined> for Loaded {
    fn from(it: Examined) -> Self {
        Self { key: Arc::new(it.key), validity: it.validity, seen: it.seen }
    }
}

impl Certificates {
    /// Reads every pair.
    ///
    /// # Errors
    /// The first that does not fit: at the start there is nothing older to go on with.
    pub(crate) fn load(pairs: &[Pair]) -> Result<Arc<Self>, String> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let loaded: Vec<Loaded> =
            pairs.iter().map(|pair| examine(pair, &provider).map(Loaded::from)).collect::<Result<_, _>>()?;
        let refused = RwLock::new(pairs.iter().map(|_| None).collect());
        let (pairs, loaded) = (pairs.to_vec(), RwLock::new(loaded));
        let (brought, unusable) = (RwLock::default(), RwLock::default());
        Ok(Arc::new(Self { pairs, provider, loaded, brought, unusable, refused }))
    }

    /// Speaks TLS 1.2 and 1.3 with whichever certificate fits.
    ///
    /// # Errors
    /// The library does not know these versions, which cannot be.
    pub(crate) fn acceptor(self: &Arc<Self>) -> Result<TlsAcceptor, String> {
        let builder = ServerConfig::builder_with_provider(Arc::clone(&self.provider));
        let builder = builder.with_safe_default_protocol_versions().map_err(|error| error.to_string())?;
        let resolver: Arc<dyn ResolvesServerCert> = Arc::<Self>::clone(self);
        let mut config = builder.with_no_client_auth().with_cert_resolver(resolver);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    /// Looks at every file; takes up what changed and fits, keeps the old where it does not, and says so once.
    pub(crate) fn look_again(&self) {
        for (at, pair) in self.pairs.iter().enumerate() {
            let read = |path| fs::read(path).unwrap_or_default();
            let files = (read(&pair.chain), Secret::new(read(&pair.key)));
            let now = Some(seen(&files));
            if self.with_loaded(|all| all.get(at).map(|it| it.seen)) == now {
                self.refuse(at, None);
                continue;
            }
            if self.refused.read().unwrap_or_else(PoisonError::into_inner).get(at).copied().flatten() == now {
                continue;
            }
            match make(pair, &files, &self.provider) {
                Ok(examined) => {
                    let mut loaded = self.loaded.write().unwrap_or_else(PoisonError::into_inner);
                    if let Some(slot) = loaded.get_mut(at) {
                        *slot = examined.into();
                    }
                    drop(loaded);
                    self.refuse(at, None);
                    tracing::info!(chain = %pair.chain.display(), "a certificate was taken up");
                }
                Err(why) => {
                    tracing::error!(why, "a certificate could not be taken up; the one before stays in use");
                    self.refuse(at, now);
                }
            }
        }
    }

    /// Which certificates of the console are known: when the one of each domain was brought.
    pub(crate) fn known(&self) -> HashMap<DomainId, Timestamp> {
        let unusable = self.unusable.read().unwrap_or_else(PoisonError::into_inner).clone();
        let used = self.brought_now().values().map(|it| (it.domain, it.set_at)).collect::<Vec<_>>();
        used.into_iter().chain(unusable).collect()
    }

    /// Takes up what was brought to the console, and lets go of what is not there any more. One whose content is not given is
    /// known: it stays if it is in use.
    pub(crate) fn take_up(&self, all: Vec<CertificateToServe>) {
        let known = self.known();
        let mut before: HashMap<DomainId, Brought> =
            self.brought_now().values().map(|it| (it.domain, it.clone())).collect();
        let (mut after, mut unusable) = (HashMap::new(), HashMap::new());
        for it in all {
            let (host, before) = (it.host.to_ascii_lowercase(), before.remove(&it.domain));
            let is_known = known.get(&it.domain) == Some(&it.set_at);
            let used = match it.content.as_ref().and_then(|content| self.certified(content)) {
                Some(key) => {
                    tracing::info!(host, "a certificate of the console was taken up");
                    Some(Brought { domain: it.domain, set_at: it.set_at, key })
                }
                None => before,
            };
            if used.as_ref().is_none_or(|used| used.set_at != it.set_at) {
                unusable.insert(it.domain, it.set_at);
                if !is_known {
                    tracing::error!(host, "a certificate of the console could not be taken up");
                }
            }
            after.extend(used.map(|used| (host, used)));
        }
        *self.unusable.write().unwrap_or_else(PoisonError::into_inner) = unusable;
        *self.brought.write().unwrap_or_else(PoisonError::into_inner) = after;
    }

    fn certified(&self, (chain, key): &(Vec<u8>, Secret<Vec<u8>>)) -> Option<Arc<CertifiedKey>> {
        let chain = CertificateDer::pem_slice_iter(chain).collect::<Result<Vec<_>, _>>().ok()?;
        let key = PrivateKeyDer::from_pem_slice(key.expose()).ok()?;
        CertifiedKey::from_der(chain, key, &self.provider).ok().map(Arc::new)
    }

    fn brought_now(&self) -> std::sync::RwLockReadGuard<'_, HashMap<String, Brought>> {
        self.brought.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// When the file's certificate expires that serves this host; `None` where none of the files is for it.
    pub(crate) fn of_files(&self, host: &str) -> Option<Timestamp> {
        let is_it = |it: &&Loaded| it.key.cert.first().is_some_and(|it| is_for(it, host));
        self.with_loaded(|all| all.iter().find(is_it).map(|it| it.validity.not_after))
    }

    /// How every pair is doing.
    pub(crate) fn health(&self) -> Vec<Health> {
        let refused = self.refused.read().unwrap_or_else(PoisonError::into_inner).clone();
        self.with_loaded(|all| {
            let pairs = self.pairs.iter().zip(all).zip(refused);
            pairs
                .map(|((pair, loaded), refused)| Health {
                    chain: pair.chain.display().to_string(),
                    not_after: loaded.validity.not_after,
                    is_stale: refused.is_some(),
                })
                .collect()
        })
    }

    fn refuse(&self, at: usize, files: Option<Seen>) {
        let mut refused = self.refused.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = refused.get_mut(at) {
            *slot = files;
        }
    }

    fn with_loaded<T>(&self, look: impl FnOnce(&[Loaded]) -> T) -> T {
        look(&self.loaded.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let name = hello.server_name();
        let brought = || {
            let all = self.brought_now();
            all.get(&name?.to_ascii_lowercase()).map(|it| Arc::clone(&it.key))
        };
        self.with_loaded(|all| {
            let fits = |loaded: &&Loaded| {
                let certificate = loaded.key.cert.first();
                name.zip(certificate).is_some_and(|(name, it)| is_for(it, name))
            };
            let key = |it: &Loaded| Arc::clone(&it.key);
            all.iter().find(fits).map(key).or_else(brought).or_else(|| all.first().map(key))
        })
    }
}
