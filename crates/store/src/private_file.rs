//! Files of ours: readable by their owner only, and owned by the account that the service runs as. A directory that this
//! account can write may hold links that it planted: none of them is followed by a process with more rights.

use std::{
    fs::{self, File, Metadata, OpenOptions},
    io::{self, ErrorKind},
    os::unix::fs::{MetadataExt, OpenOptionsExt, fchown},
    path::{Path, PathBuf},
};

/// Whose a file becomes that root makes.
struct Owner {
    uid: u32,
    gid: u32,
}

impl From<Metadata> for Owner {
    fn from(of: Metadata) -> Self {
        Self { uid: of.uid(), gid: of.gid() }
    }
}

/// The account that this process acts as.
fn own_uid() -> io::Result<u32> {
    Ok(fs::metadata("/proc/self")?.uid())
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Opens a file for reading and appending; makes it where there is none. A file that root makes gets the owner of `like` or
/// else of its directory: a command that an administrator runs before the service was ever started must not leave a file
/// that the service cannot open.
///
/// # Errors
/// What stands there is a link, no file, known under a second name, or of somebody who is neither this account nor the
/// owner of its directory or of `like`.
pub(crate) fn open_or_make(path: &Path, like: Option<&Path>) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).mode(0o600).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
    match options.clone().create_new(true).open(path) {
        Ok(file) => {
            give(&file, owner_beside(path, like)?)?;
            Ok(file)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let file = options.open(path)?;
            check_ours(&file, path, like)?;
            Ok(file)
        }
        Err(error) => Err(error),
    }
}

fn owner_beside(path: &Path, like: Option<&Path>) -> io::Result<Owner> {
    if let Some(found) = like.and_then(|it| fs::symlink_metadata(it).ok()) {
        return Ok(found.into());
    }
    Ok(fs::metadata(folder(path))?.into())
}

fn check_ours(file: &File, path: &Path, like: Option<&Path>) -> io::Result<()> {
    let found = file.metadata()?;
    let owners = [own_uid()?, fs::metadata(folder(path))?.uid(), owner_beside(path, like)?.uid];
    let why = if !found.is_file() {
        "it is not a regular file"
    } else if found.nlink() != 1 {
        "it has another name too, and may be another program's"
    } else if !owners.contains(&found.uid()) {
        "it belongs to another account"
    } else {
        return Ok(());
    };
    Err(io::Error::new(ErrorKind::InvalidInput, why))
}

fn give(file: &File, to: Owner) -> io::Result<()> {
    if file.metadata()?.uid() != 0 || to.uid == 0 {
        return Ok(());
    }
    fchown(file, Some(to.uid), Some(to.gid))
}

/// Gives a file that root has just made to the owner of its directory; other accounts can only make files of their own.
///
/// # Errors
/// The owner cannot be read or changed.
pub fn give_to_directory_owner(file: &File, path: &Path) -> io::Result<()> {
    give(file, owner_beside(path, None)?)
}

/// Where a file really is, so that one that is reached by a link is the same one to all. It need not be there.
///
/// # Errors
/// It is a link that leads nowhere; or, for root, one that another account made.
pub(crate) fn real_path(path: &Path) -> io::Result<PathBuf> {
    let Ok(found) = fs::symlink_metadata(path) else {
        let name = path.file_name().ok_or(ErrorKind::InvalidInput)?;
        return Ok(fs::canonicalize(folder(path))?.join(name));
    };
    if found.is_symlink() && own_uid()? == 0 && found.uid() != 0 {
        let why = "it is a link of another account; name the file itself";
        return Err(io::Error::new(ErrorKind::InvalidInput, why));
    }
    fs::canonicalize(path)
}
