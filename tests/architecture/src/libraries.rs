//! Which outside library lives in which crate: the secret that each crate keeps.

use crate::workspace::{Crate, Kind};

/// A library and the only crates that may name it, in code or in tests.
pub type Home = (&'static str, &'static [&'static str]);

/// A library that a crate's tests may name although the crate may not.
pub type Guest = (&'static str, &'static str);

/// The guests.
pub const GUESTS: &[Guest] = &[
    // A test reads what is logged of hostile requests.
    ("tracing-subscriber", "web"),
    // Tests wait, and change rows as somebody with access to the database could.
    ("tokio", "console"),
    // Tests wait for a child.
    ("tokio", "images"),
    ("tokio", "documents"),
    // A test serves the simulator over a socket.
    ("tokio", "registry"),
    ("rusqlite", "console"),
    ("rusqlite", "web"),
    ("rusqlite", "cli"),
    // Tests stand in for somebody whose TLS is not to be believed.
    ("rcgen", "outbound"),
    ("rcgen", "store"),
    // Tests are the authorities whose certificates are judged.
    ("rcgen", "certificates"),
    ("rcgen", "web"),
    // A test seals with certificates of its own authority.
    ("rcgen", "documents"),
    ("tokio-rustls", "outbound"),
    // Tests come to the built binary as an HTTP client.
    ("http-body-util", "cli"),
];

/// The secrets. A library that is not listed (`serde`, `thiserror`, `url` …) is everybody's.
pub const HOMES: &[Home] = &[
    ("aws-lc-rs", &["crypto"]),
    ("base64ct", &["crypto"]),
    ("zeroize", &["crypto"]),
    ("reqwest", &["outbound"]),
    // Three kinds of TLS: to others, from others, and to PostgreSQL; and what is judged of certificates for the second.
    ("rustls", &["outbound", "cli", "store", "certificates"]),
    ("image", &["images"]),
    ("krilla", &["documents"]),
    ("skrifa", &["documents"]),
    ("lopdf", &["documents"]),
    ("der", &["documents"]),
    ("x509-cert", &["documents"]),
    ("rustix", &["child"]),
    ("libc", &["store"]),
    ("rusqlite", &["store"]),
    ("tokio-postgres", &["store"]),
    ("async-trait", &["eid", "web", "cli"]),
    ("askama", &["pages", "messages"]),
    // Letters are no pages: they bring their styles along, and no page of ours may.
    ("lettre", &["messages"]),
    ("flate2", &["pages"]),
    ("fluent-bundle", &["texts"]),
    ("unic-langid", &["texts"]),
    ("postcard", &["provider"]),
    ("quick_cache", &["provider"]),
    ("axum", &["web"]),
    ("http", &["web"]),
    ("http-body", &["web"]),
    ("http-body-util", &["web"]),
    ("tower", &["web", "cli"]),
    ("hyper", &["cli"]),
    ("hyper-util", &["cli"]),
    ("tokio-rustls", &["cli", "store"]),
    ("rustls-native-certs", &["store"]),
    ("rcgen", &["cli"]),
    ("clap", &["cli"]),
    ("toml", &["cli"]),
    ("prometheus-client", &["cli"]),
    ("tracing-subscriber", &["cli"]),
    // Where something waits. The crates of rules are not among them, nor is the provider; the order desk sets documents aside.
    ("tokio", &["outbound", "child", "store", "messages", "eid", "ordering", "web", "cli"]),
];

/// Finds crates that name a library which is not theirs.
pub fn violations(homes: &[Home], guests: &[(&str, &str)], crates: &[Crate]) -> Vec<String> {
    let mut found = Vec::new();
    for it in crates {
        for dependency in &it.dependencies {
            let home = homes.iter().find(|(library, _)| *library == dependency.name);
            let is_guest = dependency.kind == Kind::Test
                && guests.contains(&(dependency.name.as_str(), it.name.as_str()));
            if let Some((library, at)) = home
                && !is_guest
                && !at.contains(&it.name.as_str())
            {
                found.push(format!("`{}` may not name `{library}`: it lives in {}", it.name, at.join(", ")));
            }
        }
    }
    found
}

/// Finds homes and guests in the lists whose crate does not name the library any more.
pub fn stale(homes: &[Home], guests: &[Guest], crates: &[Crate]) -> Vec<String> {
    let pairs = homes.iter().flat_map(|(library, at)| at.iter().map(move |name| (*library, *name)));
    let names = |(library, name): &(&str, &str)| {
        let it = crates.iter().find(|it| it.name == *name);
        it.is_some_and(|it| it.dependencies.iter().any(|it| it.name == *library))
    };
    pairs.chain(guests.iter().copied()).filter(|it| !names(it)).map(|(a, b)| format!("{a} in {b}")).collect()
}
