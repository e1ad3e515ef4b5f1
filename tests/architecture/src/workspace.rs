//! The facts: what cargo and the files say.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use serde_json::Value;

use crate::source::File;

/// What a dependency is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// In the product, or to build it.
    Product,
    /// In tests only.
    Test,
}

/// What a crate names in its manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub kind: Kind,
}

/// A crate of the house.
#[derive(Debug, Clone)]
pub struct Crate {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub directory: PathBuf,
    /// The text of its manifest.
    pub manifest: String,
    /// What it names in it.
    pub dependencies: Vec<Dependency>,
}

/// Gives the folder of the workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Asks cargo for the crates below `crates/`.
///
/// # Errors
/// When cargo cannot be asked, or answers something else than it promises.
pub fn crates() -> io::Result<Vec<Crate>> {
    let answer = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()?;
    if !answer.status.success() {
        return Err(io::Error::other(String::from_utf8_lossy(&answer.stderr).into_owned()));
    }
    let answer: Value = serde_json::from_slice(&answer.stdout)?;
    let packages = answer.get("packages").and_then(Value::as_array).ok_or(io::ErrorKind::InvalidData)?;
    let all: io::Result<Vec<Crate>> = packages.iter().map(one).collect();
    Ok(all?.into_iter().filter(|it| it.directory.parent().is_some_and(|it| it.ends_with("crates"))).collect())
}

fn one(package: &Value) -> io::Result<Crate> {
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let name = text(package, "name").ok_or(io::ErrorKind::InvalidData)?;
    let manifest_path = PathBuf::from(text(package, "manifest_path").ok_or(io::ErrorKind::InvalidData)?);
    let named = package.get("dependencies").and_then(Value::as_array).ok_or(io::ErrorKind::InvalidData)?;
    let dependencies = named.iter().filter_map(|it| {
        let kind = if text(it, "kind").as_deref() == Some("dev") { Kind::Test } else { Kind::Product };
        Some(Dependency { name: text(it, "name")?, kind })
    });
    Ok(Crate {
        name,
        manifest: fs::read_to_string(&manifest_path)?,
        directory: manifest_path.parent().map(Path::to_path_buf).unwrap_or_default(),
        dependencies: dependencies.collect(),
    })
}

/// Reads the Rust files below a folder.
///
/// # Errors
/// When one cannot be read.
pub fn sources(folder: &Path) -> io::Result<Vec<File>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                let relative = path.strip_prefix(folder).map_err(io::Error::other)?;
                let relative = relative.to_string_lossy().replace('\\', "/");
                files.push(File { path: relative, text: fs::read_to_string(&path)? });
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}
