//! Writes every page in every language, and the files they refer to, into a folder.
//!
//! `cargo run -p pages --example gallery -- FOLDER`, then serve that folder from its root.

use std::fs;
use std::io;
use std::path::Path;

use texts::Locale;

#[path = "../tests/fixtures/mod.rs"]
mod fixtures;

fn main() -> io::Result<()> {
    let folder = std::env::args_os().nth(1).ok_or(io::ErrorKind::InvalidInput)?;
    let folder = Path::new(&folder);
    fs::create_dir_all(folder.join("assets"))?;
    for asset in pages::assets() {
        fs::write(folder.join(asset.path.trim_start_matches('/')), asset.bytes)?;
    }
    for (name, page) in fixtures::pages(&str::to_owned) {
        for locale in Locale::ALL {
            fs::write(folder.join(format!("{name}.{locale}.html")), page.html(locale))?;
        }
    }
    Ok(())
}
