//! Secrets: each comes from exactly one place, and a file that others can read is refused.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use crypto::{SealKey, Secret, b64};
use texts::AdminMessage;

use super::fault::Faults;
use crate::accounts::rights;

/// The environment variable that may have the master key.
pub(crate) const VARIABLE: &str = "PORTVAKT_MASTER_KEY";
/// The environment variable that may name a file with it, as containers have it.
pub(crate) const FILE_VARIABLE: &str = "PORTVAKT_MASTER_KEY_FILE";
/// The systemd credential that may have it.
pub(crate) const CREDENTIAL: &str = "portvakt-master-key";

/// Where the master key comes from.
#[derive(Clone, Debug)]
pub(crate) enum MasterKeySource {
    /// `[master_key] file`.
    File(PathBuf),
    /// The environment.
    Variable(Secret<String>),
    /// A systemd credential.
    Credential(PathBuf),
}

impl std::fmt::Display for MasterKeySource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => write!(f, "the file {}", path.display()),
            Self::Variable(_) => write!(f, "the environment variable {VARIABLE}"),
            Self::Credential(path) => write!(f, "the systemd credential {}", path.display()),
        }
    }
}

impl MasterKeySource {
    /// Chooses the one place that is given. `files`: as in the configuration and the environment, absolute; `variable`
    /// and `credentials`: what the environment says.
    ///
    /// # Errors
    /// None of them, or more than one.
    pub(crate) fn choose(
        files: impl IntoIterator<Item = PathBuf>,
        variable: Option<Secret<String>>,
        credentials: Option<PathBuf>,
    ) -> Result<Self, Faults> {
        let credential = credentials.map(|folder| folder.join(CREDENTIAL)).filter(|path| path.exists());
        let given: Vec<Self> = files
            .into_iter()
            .map(Self::File)
            .chain(variable.map(Self::Variable))
            .chain(credential.map(Self::Credential))
            .collect();
        match <[Self; 1]>::try_from(given) {
            Ok([one]) => Ok(one),
            Err(none) if none.is_empty() => Err(Faults::one(AdminMessage::MasterKeyNone.at("master_key"))),
            Err(several) => {
                let sources = several.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ").into();
                Err(Faults::one(AdminMessage::MasterKeySeveral { sources }.at("master_key")))
            }
        }
    }

    /// Reads the key.
    ///
    /// # Errors
    /// It is missing, readable by others, or not 32 bytes in base64url.
    pub(crate) fn read(&self) -> Result<SealKey, Faults> {
        let text = match self {
            Self::Variable(text) => text.clone(),
            // systemd gives credentials to the service alone, whatever their mode looks like.
            Self::Credential(path) => read_text(path)?,
            Self::File(path) if !path.exists() => {
                let source = self.to_string().into();
                return Err(Faults::one(AdminMessage::MasterKeyFileMissing { source }));
            }
            Self::File(path) => read_secret(path)?,
        };
        let key = b64::decode(text.expose().trim()).map(Secret::new);
        key.and_then(|bytes| SealKey::from_slice(bytes.expose())).ok_or_else(|| {
            let source = self.to_string().into();
            Faults::one(AdminMessage::MasterKeyMalformed { source })
        })
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> Faults {
    let (path, detail) = (path.display().to_string().into(), error.to_string().into());
    Faults::one(AdminMessage::PathUnusable { path, detail })
}

/// Reads a file of a systemd credential: it is given to the service alone, whatever its mode looks like.
///
/// # Errors
/// It cannot be read.
pub(crate) fn read_given(path: &Path) -> Result<Secret<String>, Faults> {
    read_text(path)
}

fn read_text(path: &Path) -> Result<Secret<String>, Faults> {
    fs::read_to_string(path).map(Secret::new).map_err(|error| unreadable(path, &error))
}

/// Where systemd and container engines put secrets: what is there is given to the service alone, whatever its mode says.
const GIVEN: [&str; 2] = ["/run/secrets", "/run/credentials"];

/// Reads a file that only its owner, or its owner's group, can read.
///
/// # Errors
/// It cannot be read, or everybody can read it.
pub(crate) fn read_secret(path: &Path) -> Result<Secret<String>, Faults> {
    refuse_open(path)?;
    read_text(path)
}

/// Refuses a file of secrets that everybody can read, or that somebody else could write.
///
/// # Errors
/// Says which command closes it.
pub(crate) fn refuse_open(path: &Path) -> Result<(), Faults> {
    if is_given(path) {
        return Ok(());
    }
    let found = fs::metadata(path).map_err(|error| unreadable(path, &error))?;
    let mode = found.permissions().mode();
    // A group may read it (a service's own group is common), and only the owner may write it.
    if mode & 0o027 == 0 {
        return Ok(());
    }
    // What its group may read, it may still read afterwards: that can be how the service reads it.
    let closed = format!("{:04o}", mode & 0o750).into();
    let (path, rights) = (path.display().to_string().into(), rights(&found).into());
    Err(Faults::one(AdminMessage::SecretFileOpen { path, rights, closed }))
}

/// Whether a file lies where secrets are given, and no link leads out of there.
fn is_given(path: &Path) -> bool {
    fs::canonicalize(path).is_ok_and(|real| GIVEN.iter().any(|folder| real.starts_with(folder)))
}
