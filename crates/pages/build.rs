//! Puts our own files together: the style sheet (Designsystemet and ours), the mark, scripts.
//!
//! Each gets a digest of its content into its name and is compressed once, here.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs, io};

use flate2::{Compression, write::GzEncoder};

/// The parts of Designsystemet that our pages wear, in its own order.
const COMPONENTS: &[&str] = &[
    "data-size-workaround",
    "alert",
    "button",
    "card",
    "details",
    "divider",
    "error-summary",
    "field",
    "fieldset",
    "heading",
    "input",
    "label",
    "link",
    "list",
    "paragraph",
    "skip-link",
    "table",
    "tag",
    "validation-message",
];

/// A file to embed: constant, name before the digest, ending, type, content.
struct File {
    constant: &'static str,
    name: &'static str,
    ending: &'static str,
    content_type: &'static str,
    bytes: Vec<u8>,
}

impl File {
    /// Where it is served: with a digest of its content, so that it may be cached for ever.
    fn path(&self) -> String {
        format!("/assets/{}-{:016x}.{}", self.name, fingerprint(&self.bytes), self.ending)
    }
}

fn main() -> ExitCode {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=ui/portvakt.css");
    println!("cargo:rerun-if-changed=ui/font/inter.woff2");
    println!("cargo:rerun-if-changed=ui/package-lock.json");
    println!("cargo:rerun-if-changed=ui/node_modules/.package-lock.json");
    let ui = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui");
    if !ui.join("node_modules/@digdir/designsystemet-css/dist/src/base.css").is_file() {
        eprintln!("The style sheets are not here yet: run `./dev` or `just assets` once, then build again.");
        return ExitCode::FAILURE;
    }
    match embed(&ui) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("The files of the pages could not be put together: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The files that pages refer to.
fn files(ui: &Path) -> io::Result<Vec<File>> {
    let script = "text/javascript; charset=utf-8";
    let font = File {
        constant: "FONT",
        name: "inter",
        ending: "woff2",
        content_type: "font/woff2",
        bytes: fs::read(ui.join("font/inter.woff2"))?,
    };
    Ok(vec![
        File {
            constant: "CONSOLE_STYLE",
            name: "console",
            ending: "css",
            content_type: "text/css; charset=utf-8",
            bytes: console_style(ui)?.into_bytes(),
        },
        File {
            constant: "CONSOLE_SCRIPT",
            name: "console",
            ending: "js",
            content_type: script,
            bytes: read(&ui.join("console.js"))?.into_bytes(),
        },
        File {
            constant: "STYLE",
            name: "portvakt",
            ending: "css",
            content_type: "text/css; charset=utf-8",
            bytes: style(ui, &font.path())?.into_bytes(),
        },
        font,
        File {
            constant: "MARK",
            name: "mark",
            ending: "svg",
            content_type: "image/svg+xml",
            bytes: read(&ui.join("mark.svg"))?.into_bytes(),
        },
        File {
            constant: "FORM_POST",
            name: "form-post",
            ending: "js",
            content_type: script,
            bytes: read(&ui.join("form-post.js"))?.into_bytes(),
        },
        File {
            constant: "POST_MESSAGE",
            name: "post-message",
            ending: "js",
            content_type: script,
            bytes: read(&ui.join("post-message.js"))?.into_bytes(),
        },
        File {
            constant: "BROWSER_SAMPLE",
            name: "browser-sample",
            ending: "js",
            content_type: script,
            bytes: read(&ui.join("browser-sample.js"))?.into_bytes(),
        },
    ])
}

fn embed(ui: &Path) -> io::Result<()> {
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?);
    let files = files(ui)?;
    let mut code = String::new();
    let mut list = String::new();
    for file in &files {
        let path = file.path();
        let plain = out.join(file.name).with_extension(file.ending);
        let packed = out.join(file.name).with_extension(format!("{}.gz", file.ending));
        fs::write(&plain, &file.bytes)?;
        fs::write(&packed, gzip(&file.bytes)?)?;
        let (constant, content_type) = (file.constant, file.content_type);
        // Writing into a string cannot fail.
        let _ = writeln!(code, "pub(crate) const {constant}: &str = {path:?};");
        let _ = writeln!(
            list,
            "    Asset {{ path: {constant}, content_type: {content_type:?}, \
             bytes: include_bytes!({plain:?}), gzip: include_bytes!({packed:?}) }},"
        );
    }
    fs::write(out.join("assets.rs"), format!("{code}const ASSETS: &[Asset] = &[\n{list}];\n"))
}

/// One style sheet: the licence of what we embed, its theme, its components, then ours on top.
fn style(ui: &Path, font: &str) -> io::Result<String> {
    let digdir = ui.join("node_modules/@digdir");
    let css = digdir.join("designsystemet-css");
    let theme = read(&digdir.join("designsystemet-theme/src/themes/designsystemet.css"))?;
    let mut sheet = format!("/*! Contains Designsystemet.\n{}*/\n", read(&css.join("LICENSE"))?);
    // Until it is there, and for letters that it lacks, the system's own serves.
    let _ = write!(
        sheet,
        "@font-face{{font-family:Inter;font-weight:400 600;font-display:swap;src:url({font}) format(\"woff2\")}}"
    );
    sheet.push_str("@layer ds.theme,ds.base,ds.components,portvakt;\n");
    sheet.push_str(&squeezed(theme.trim_start_matches("@charset \"UTF-8\";")));
    let _ = write!(sheet, "@layer ds.base{{{}}}", read(&css.join("dist/src/base.css"))?);
    sheet.push_str("@layer ds.components{");
    for component in COMPONENTS {
        sheet.push_str(read(&css.join(format!("dist/src/{component}.css")))?.trim_end());
    }
    sheet.push('}');
    let ours = squeezed(&read(&ui.join("portvakt.css"))?);
    let _ = write!(sheet, "@layer portvakt{{{ours}}}");
    Ok(sheet)
}

/// What the console has beyond that: it comes after the other sheet, in the same layers.
fn console_style(ui: &Path) -> io::Result<String> {
    Ok(format!("@layer portvakt{{{}}}", squeezed(&read(&ui.join("console.css"))?)))
}

/// Reads a text, and has Cargo build again when it changes.
fn read(path: &Path) -> io::Result<String> {
    println!("cargo:rerun-if-changed={}", path.display());
    fs::read_to_string(path)
        .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
}

/// Without comments, indentation and line breaks; for sheets that have none of these inside a string.
fn squeezed(css: &str) -> String {
    let mut rest = css;
    let mut plain = String::with_capacity(css.len());
    while let Some((before, after)) = rest.split_once("/*") {
        plain.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    let mut lean = String::with_capacity(plain.len());
    for line in plain.lines().map(str::trim).filter(|line| !line.is_empty()) {
        lean.push_str(line);
        // A selector or a value that goes on in the next line needs the blank.
        if !line.ends_with([';', '{', '}', ',']) {
            lean.push(' ');
        }
    }
    lean
}

fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// FNV-1a, 64 bits: tells versions of our own files apart; it need not withstand anybody.
fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
