//! Files of ours: readable by their owner only, and owned by the account that owns their directory.

use std::{
    fs::{File, OpenOptions},
    io::{self, ErrorKind},
    os::unix::fs::{MetadataExt, OpenOptionsExt, fchown},
    path::Path,
};

/// Opens a file for reading and appending; makes it where there is none. A file that root makes gets the owner of its
/// directory: a command that an administrator runs before the service was ever started must not leave a file that the
/// service cannot open.
pub(crate) fn open_or_make(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).mode(0o600);
    match options.clone().create_new(true).open(path) {
        Ok(file) => {
            give_to_directory_owner(&file, path)?;
            Ok(file)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => options.open(path),
        Err(error) => Err(error),
    }
}

/// Gives a file that root has just made to the owner of its directory; other accounts can only make files of their own.
///
/// # Errors
/// The owner cannot be read or changed.
pub fn give_to_directory_owner(file: &File, path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (own, folder) = (file.metadata()?, std::fs::metadata(folder)?);
    if own.uid() != 0 || folder.uid() == 0 {
        return Ok(());
    }
    fchown(file, Some(folder.uid()), Some(folder.gid()))
}
