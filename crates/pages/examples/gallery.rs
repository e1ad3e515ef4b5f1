//! Writes every page in every language, and the files they refer to, into a folder.
//!
//! `cargo run -p pages --example gallery -- FOLDER`, then serve that folder from its root.

use std::fs;
use std::io;
use std::path::Path;

use texts::Locale;

#[path = "../tests/fixtures/mod.rs"]
mod fixtures;

fn colors(all: [&str; 4]) -> pages::AreaColors {
    let [base, hover, active, text] = all.map(|it| format!("#{it}"));
    pages::AreaColors { base, hover, active, text }
}

/// The files of the brand that the fixtures have.
fn brand(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder.join("brand"))?;
    let sheet = pages::brand_sheet(
        &colors(["7a1f5c", "691b4f", "5c1846", "ffffff"]),
        &colors(["9d5b87", "874e74", "774566", "ffffff"]),
    );
    fs::write(folder.join("brand/7a1f5c.css"), sheet)?;
    fs::write(folder.join("brand/640.png"), include_bytes!("../tests/fixtures/wide.png"))?;
    fs::write(folder.join("brand/96.png"), include_bytes!("../tests/fixtures/tall.png"))
}

fn main() -> io::Result<()> {
    let folder = std::env::args_os().nth(1).ok_or(io::ErrorKind::InvalidInput)?;
    let folder = Path::new(&folder);
    fs::create_dir_all(folder.join("assets"))?;
    for asset in pages::assets() {
        fs::write(folder.join(asset.path.trim_start_matches('/')), asset.bytes)?;
    }
    brand(folder)?;
    for (name, page) in fixtures::pages(&str::to_owned) {
        for locale in Locale::ALL {
            fs::write(folder.join(format!("{name}.{locale}.html")), page.html(locale))?;
        }
    }
    Ok(())
}
