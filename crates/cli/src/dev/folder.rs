//! The data directory: what is kept between starts. Secrets are files of their own that only the owner reads.

use std::{
    fs,
    io::{ErrorKind, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use crypto::{Random, SealKey, Secret, b64};

/// What `--reset` removes; nothing else in the directory is touched.
const OURS: [&str; 16] = [
    "portvakt.db",
    "portvakt.db-wal",
    "portvakt.db-shm",
    "master.key",
    "client-secret",
    "bankid.key",
    "vipps.key",
    "people.json",
    "addresses",
    "demo.json",
    "portvakt.db.deletions",
    "authority.pem",
    "authority.key",
    "certificate.pem",
    "certificate.key",
    "certificate.expires",
];

/// The data directory.
pub(crate) struct Folder(PathBuf);

fn trouble(path: &Path) -> impl Fn(std::io::Error) -> String + '_ {
    move |error| format!("{}: {error}", path.display())
}

impl Folder {
    /// Makes the directory if there is none.
    pub(crate) fn make(path: &Path) -> Result<(), String> {
        fs::create_dir_all(path).map_err(trouble(path))
    }

    /// Opens the directory, and makes it if there is none.
    pub(crate) fn open(path: &Path, reset: bool) -> Result<Self, String> {
        Self::make(path)?;
        let path = fs::canonicalize(path).map_err(trouble(path))?;
        let folder = Self(path);
        if reset {
            for name in OURS {
                match fs::remove_file(folder.file(name)) {
                    Ok(()) => {}
                    Err(error) if error.kind() == ErrorKind::NotFound => {}
                    Err(error) => return Err(trouble(&folder.file(name))(error)),
                }
            }
        }
        Ok(folder)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.file("portvakt.db")
    }

    /// Reads a file of ours; `None` when there is none.
    pub(crate) fn read(&self, name: &str) -> Result<Option<Secret<Vec<u8>>>, String> {
        let path = self.file(name);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(Secret::new(bytes))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(trouble(&path)(error)),
        }
    }

    /// Writes a file that only its owner can read; either completely or not at all.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> Result<(), String> {
        let (path, aside) = (self.file(name), self.file(&format!("{name}.new")));
        let write = || {
            let mut file =
                fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&aside)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&aside, &path)
        };
        write().map_err(trouble(&path))
    }

    /// The key that seals everything. It is made at the first start; a database without its key is refused,
    /// because a new one could open nothing in it.
    pub(crate) fn master_key(&self, random: &Random) -> Result<SealKey, String> {
        let path = self.file("master.key");
        if let Some(text) = self.read("master.key")? {
            let text = String::from_utf8_lossy(text.expose());
            let key = b64::decode(text.trim()).as_deref().and_then(SealKey::from_slice);
            return key
                .ok_or_else(|| format!("{}: not a master key (32 bytes in base64url)", path.display()));
        }
        let key = SealKey::generate(random);
        self.write("master.key", format!("{}\n", b64::encode(key.expose())).as_bytes())?;
        Ok(key)
    }

    /// Refuses a database whose master key is gone. To be asked before either is made.
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.database().exists() && !self.file("master.key").exists() {
            return Err(format!(
                "{} has a database but no master.key, so nothing in it can be opened; put the key back, or start over with --reset",
                self.0.display()
            ));
        }
        Ok(())
    }

    /// The demo application's secret: made at the first start; the database has only its digest.
    pub(crate) fn client_secret(&self, random: &Random) -> Result<Secret<String>, String> {
        if let Some(text) = self.read("client-secret")? {
            let text = String::from_utf8_lossy(text.expose());
            return Ok(Secret::from(text.trim()));
        }
        let secret = random.token();
        self.write("client-secret", format!("{}\n", secret.expose()).as_bytes())?;
        Ok(secret)
    }
}
