//! What a start says: one table for people, or one JSON object for scripts.

use std::{
    io::{IsTerminal, Write},
    path::PathBuf,
};

use serde_json::{Value, json};

use super::{
    demo::{Addresses, Seeded},
    folder::Folder,
    world::{
        DIRECT_CLIENT, DIRECT_REDIRECT, DIRECT_SECRET, LIMITED_CLIENT, TYPED_CLIENT, TYPED_SECRET,
        UNREGISTERED_CLIENT, World,
    },
};
use crate::accounts::quoted;

/// Everything that somebody needs to log in.
pub(crate) struct Report {
    issuer: String,
    production_issuer: Option<String>,
    sample_app: String,
    mailbox: String,
    console: String,
    /// A link that sets the console up, while it has no operator.
    setup: Option<String>,
    seeded: Seeded,
    bankid_issuer: String,
    vipps_issuer: String,
    registry: String,
    people: Vec<sandbox::Person>,
    ca_file: Option<String>,
    data_dir: String,
    /// The command that tells about a trace id, as it can be run from any directory.
    explain: String,
    /// Names that the system's own resolver does not know.
    unknown_names: Vec<String>,
}

/// Where the guide for applications is.
const GUIDE: &str = "docs/guide/integrate.md";

/// This program as it was started: by its name where the shell finds it, by its path elsewhere.
fn program() -> PathBuf {
    let started = std::env::args_os().next().map_or_else(|| PathBuf::from("portvakt"), PathBuf::from);
    if started.components().count() == 1 { started } else { std::path::absolute(&started).unwrap_or(started) }
}

impl Report {
    pub(crate) fn new(addresses: &Addresses, seeded: &Seeded, world: &World, folder: &Folder) -> Self {
        let https = addresses.is_https();
        Self {
            issuer: addresses.issuer(),
            production_issuer: https.then(|| format!("https://{}", addresses.production_host())),
            sample_app: addresses.sample(),
            mailbox: addresses.mailbox(),
            console: addresses.console(),
            setup: None,
            seeded: seeded.clone(),
            bankid_issuer: world.bankid.issuer(),
            vipps_issuer: world.vipps.issuer(),
            registry: addresses.registry(),
            people: world.bankid.people().all(),
            ca_file: https.then(|| folder.file("authority.pem").display().to_string()),
            data_dir: folder.path().display().to_string(),
            explain: format!(
                "{} explain TRACE-ID --data-dir {}",
                quoted(&program()),
                quoted(&std::path::absolute(folder.path()).unwrap_or_else(|_| folder.path().to_owned()))
            ),
            unknown_names: addresses.unknown_names(),
        }
    }

    /// The same with a link that sets the console up.
    pub(crate) fn with_setup(self, setup: Option<String>) -> Self {
        Self { setup, ..self }
    }

    /// What applications are configured with, as lines for a shell.
    fn exports(&self) -> [(&'static str, String); 4] {
        [
            ("ISSUER", self.issuer.clone()),
            ("CLIENT_ID", self.seeded.client_id.clone()),
            ("CLIENT_SECRET", self.seeded.client_secret.expose().clone()),
            ("REDIRECT_URI", self.seeded.redirect_uri.clone()),
        ]
    }

    /// The line that lets programs find names which the system does not know: browsers other than Safari know them.
    fn hosts_line(&self) -> Option<String> {
        (!self.unknown_names.is_empty()).then(|| format!("127.0.0.1 {}", self.unknown_names.join(" ")))
    }

    fn json(&self) -> Value {
        let people = self.people.iter().map(|person| {
            json!({"id": person.id, "name": person.name(), "birth_date": person.birthdate, "nin": person.nin})
        });
        let companies = sandbox::RegistrySimulator::companies()
            .map(|it| json!({"number": it.number, "name": it.name, "shows": it.shows}));
        json!({
            "issuer": self.issuer,
            "production_issuer": self.production_issuer,
            "sample_app": self.sample_app,
            "mailbox": self.mailbox,
            "console": self.console,
            "console_setup": self.setup,
            "eid_credentials": {
                "client_id": TYPED_CLIENT, "client_secret": TYPED_SECRET,
                "unregistered": UNREGISTERED_CLIENT, "without_number": LIMITED_CLIENT,
            },
            "client_id": self.seeded.client_id,
            "client_secret": self.seeded.client_secret.expose(),
            "redirect_uri": self.seeded.redirect_uri,
            "browser_client_id": self.seeded.browser_client_id,
            "browser_app": format!("{}/browser", self.sample_app),
            "people": people.collect::<Vec<_>>(),
            "bankid_issuer": self.bankid_issuer,
            "vipps_issuer": self.vipps_issuer,
            "registry": self.registry,
            "companies": companies.collect::<Vec<_>>(),
            "simulator_client": {
                "client_id": DIRECT_CLIENT, "client_secret": DIRECT_SECRET, "redirect_uri": DIRECT_REDIRECT,
            },
            "ca_file": self.ca_file,
            "data_dir": self.data_dir,
            "explain": self.explain,
            "hosts_line": self.hosts_line(),
        })
    }

    fn table(&self, colour: bool) -> String {
        let (bold, dim, plain) = if colour { ("\x1b[1m", "\x1b[2m", "\x1b[0m") } else { ("", "", "") };
        let mut rows = vec![("Try it", self.sample_app.clone()), ("Issuer", self.issuer.clone())];
        rows.extend(self.production_issuer.clone().map(|it| ("Production issuer", it)));
        rows.extend([
            ("Client id", self.seeded.client_id.clone()),
            ("Client secret", self.seeded.client_secret.expose().clone()),
            ("Redirect URI", self.seeded.redirect_uri.clone()),
            ("Public client id", self.seeded.browser_client_id.clone()),
            ("Browser-only app", format!("{}/browser", self.sample_app)),
            ("Simulated BankID", self.bankid_issuer.clone()),
            ("Simulated Vipps", self.vipps_issuer.clone()),
            ("Simulated registry", self.registry.clone()),
            ("Mailbox", self.mailbox.clone()),
            ("Console", self.console.clone()),
        ]);
        rows.extend(self.setup.clone().map(|it| ("Console, first time", it)));
        rows.push(("eID credentials", format!("{TYPED_CLIENT} / {TYPED_SECRET} (to try in the console)")));
        rows.extend(self.ca_file.clone().map(|it| ("Authority to trust", it)));
        rows.push(("Data", self.data_dir.clone()));
        let mut text = format!(
            "\n  {bold}Portvakt is ready.{plain} {dim}Synthetic people only; Ctrl-C ends it.{plain}\n\n"
        );
        for (name, value) in rows {
            text.push_str(&format!("  {dim}{name:<19}{plain} {value}\n"));
        }
        text.push_str(&format!("\n  {dim}People to log in as{plain}\n"));
        for person in &self.people {
            let number = person
                .nin
                .split_at_checked(6)
                .map_or_else(String::new, |(date, rest)| format!("{date} {rest}"));
            text.push_str(&format!("  {:<26} born {}   {number}\n", person.name(), person.birthdate));
        }
        text.push_str(&format!("\n  {dim}For your application{plain} ({GUIDE})\n"));
        for (name, value) in self.exports() {
            text.push_str(&format!("  export {name}={value}\n"));
        }
        text.push_str(&format!("\n  {dim}When something fails{plain}  {}\n", self.explain));
        if let Some(line) = self.hosts_line() {
            text.push_str(&format!(
                "\n  {bold}This machine does not know all of these names.{plain} Most browsers do, Safari and other programs do \
                 not. Add to /etc/hosts:\n  {line}\n"
            ));
        }
        text
    }
}

/// Writes the report to standard output.
pub(crate) fn print(report: &Report, json: bool) {
    let mut out = std::io::stdout();
    let text =
        if json { format!("{}\n", report.json()) } else { format!("{}\n", report.table(out.is_terminal())) };
    // A closed output is no reason to stop.
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
