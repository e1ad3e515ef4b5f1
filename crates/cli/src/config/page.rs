//! The example and the reference page, made from what describes the sections.

use std::fmt::Write as _;

use super::{
    file::SECTIONS,
    schema::{About, Given, Key},
    secret::{CREDENTIAL, FILE_VARIABLE, VARIABLE},
};

/// The width of comments in the example.
const WIDTH: usize = 100;

/// An example that passes the check once its placeholders exist.
pub(crate) fn example() -> String {
    let mut text = String::from(
        "# The configuration of Portvakt. What stands behind a # is the default or an example.\n\
         # `portvakt config check --config FILE` says what is wrong. Relative paths begin at this file's directory.\n",
    );
    for section in SECTIONS {
        text.push('\n');
        comment(&mut text, section.doc);
        let _ = writeln!(text, "[{}]", section.path);
        keys(&mut text, section);
        for table in section.tables {
            text.push('\n');
            comment(&mut text, table.doc);
            let _ = writeln!(text, "[[{}]]", table.path);
            keys(&mut text, table);
        }
    }
    text
}

/// What is written without a #: the example uses SQLite, a certificate, and the systemd credential with the master key,
/// which stands in no file beside it.
const CHOSEN: [&str; 1] = ["sqlite"];

fn keys(text: &mut String, section: &About) {
    for key in section.keys {
        comment(text, key.doc);
        let _ = match key.given {
            Given::Default(value) => writeln!(text, "#{} = {value}", key.name),
            Given::Unset(value) if CHOSEN.contains(&key.name) => writeln!(text, "{} = {value}", key.name),
            Given::Unset(value) => writeln!(text, "#{} = {value}", key.name),
            Given::Required(value) => writeln!(text, "{} = {value}", key.name),
        };
    }
}

fn comment(text: &mut String, doc: &[&str]) {
    let mut line = String::from("#");
    for word in doc.iter().flat_map(|it| it.split_whitespace()) {
        if line.len() + 1 + word.len() > WIDTH {
            let _ = writeln!(text, "{line}");
            line = String::from("#");
        }
        let _ = write!(line, " {word}");
    }
    let _ = writeln!(text, "{line}");
}

/// The reference page.
pub(crate) fn reference() -> String {
    let mut text = format!(
        "# Configuration\n\n\
         Made from `crates/cli/src/config/file.rs` by `just docs`; do not edit.\n\n\
         One TOML file; `portvakt config example` prints it with comments, and `portvakt config check --config FILE` says\n\
         what is wrong in it, everything at once. An unknown key stops everything. Relative paths begin at the file's\n\
         directory. Durations are written `\"20s\"`, `\"15m\"`, `\"24h\"`, `\"90d\"`.\n\n\
         The environment wins over the file: `PORTVAKT__SECTION__KEY` sets `key` in `[section]`, as TOML or as bare text; a\n\
         list may have commas between its items. Tables in two brackets can only be set in the file.\n\n\
         The master key comes from exactly one place: the file that `file` in `[master_key]` or the variable\n\
         `{FILE_VARIABLE}` names, the variable `{VARIABLE}`, or the systemd credential `{CREDENTIAL}`.\n\n\
         `PORTVAKT_LOG` chooses what is logged, for example `info,store=debug`, and wins over `[log]`.\n"
    );
    for section in SECTIONS {
        describe(&mut text, section, &format!("[{}]", section.path), true);
        for table in section.tables {
            describe(&mut text, table, &format!("[[{}]]", table.path), false);
        }
    }
    text
}

fn describe(text: &mut String, section: &About, title: &str, has_variables: bool) {
    let _ = writeln!(text, "\n## `{title}`\n\n{}\n", prose(section.doc));
    let _ = writeln!(text, "| key | default | |\n|---|---|---|");
    for key in section.keys {
        let variable = format!("PORTVAKT__{}__{}", section.path, key.name).to_uppercase();
        let name =
            if has_variables { format!("`{}`<br>`{variable}`", key.name) } else { format!("`{}`", key.name) };
        let _ = writeln!(text, "| {name} | {} | {} |", default(key), prose(key.doc).replace('|', "\\|"));
    }
}

fn default(key: &Key) -> String {
    match key.given {
        Given::Default(value) => format!("`{value}`"),
        Given::Unset(example) => format!("not set; for example `{example}`"),
        Given::Required(example) => format!("must be set; for example `{example}`"),
    }
}

fn prose(doc: &[&str]) -> String {
    doc.iter().map(|it| it.trim()).collect::<Vec<_>>().join(" ")
}
