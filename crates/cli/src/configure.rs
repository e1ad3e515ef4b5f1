//! `portvakt config …`: check, example, a new master key.

use std::io::Write;

use clap::{Args, Subcommand};
use crypto::{Random, SealKey, b64};
use texts::Locale;

use crate::{
    config::{self, Config, Lasting, Where},
    eid_files,
    serve::certificates,
};

/// What can be said to `portvakt config`.
#[derive(Args, Clone, Debug)]
pub(crate) struct ConfigArguments {
    #[command(subcommand)]
    what: ConfigureCommand,
}

#[derive(Subcommand, Clone, Debug)]
enum ConfigureCommand {
    /// Says what is wrong in the configuration, or what it means.
    Check(Where),
    /// Prints a configuration with comments, to begin with.
    Example,
    /// Prints a new master key. A database opens only with the key that it was made with.
    NewMasterKey,
    /// Prints the reference page.
    #[command(hide = true)]
    Reference,
}

/// Does what was asked, on standard output.
pub(crate) async fn run(arguments: &ConfigArguments) -> Result<(), String> {
    let text = match &arguments.what {
        ConfigureCommand::Check(at) => {
            // The key is read and forgotten: one that is missing, short or open to everybody is said here too.
            let (config, _) = config::load_whole(&at.find()?, certificates::faults_of)?;
            let (_, faults) = eid_files::load(&config.eid_files).await;
            for fault in &faults {
                eprintln!("warning: {}", fault.line(Locale::En));
            }
            let verdict =
                if faults.is_empty() { "Nothing is wrong." } else { "It can be used, with warnings." };
            format!("{}\n\n{verdict}\n", summary(&config))
        }
        ConfigureCommand::Example => config::example(),
        ConfigureCommand::NewMasterKey => {
            let key = SealKey::generate(&Random::system());
            format!("{}\n", b64::encode(key.expose()))
        }
        ConfigureCommand::Reference => config::reference(),
    };
    let mut out = std::io::stdout();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| error.to_string())
}

/// What a configuration means, without its secrets.
fn summary(config: &Config) -> String {
    let listen = &config.listen;
    let how = match (listen.certificates.len(), listen.trusted_proxies.is_empty()) {
        (0, true) => "plain HTTP, on loopback".to_owned(),
        (0, false) => "plain HTTP, from trusted proxies only".to_owned(),
        (1, _) => "TLS with one certificate".to_owned(),
        (some, _) => format!("TLS with {some} certificates"),
    };
    let addresses: Vec<String> = listen.addresses.iter().map(ToString::to_string).collect();
    let keys = &config.keys;
    let rows = [
        ("database", config.place_in_words.clone()),
        ("master key", format!("from {}", config.master_key_source())),
        ("public listener", format!("{}, {how}", addresses.join(", "))),
        ("operator's listener", config.operator.to_string()),
        ("log", format!("{:?}, {:?}", config.format, config.level).to_lowercase()),
        (
            "signing keys",
            format!("{} each, published {} ahead", Lasting(keys.used_for), Lasting(keys.publish_ahead)),
        ),
        ("key check", format!("every {}", Lasting(keys.check_every))),
        ("login events", format!("kept for {}", Lasting(config.login_events_kept_for))),
    ];
    rows.map(|(name, value)| format!("{name:<20} {value}")).join("\n")
}
