//! The commands that change and show what there is; each calls the use case that the console calls.
//!
//! They work on the database of the configuration, while the service runs or while it does not.

mod application_settings;
mod applications;
mod audit;
mod backup;
mod bin;
mod brand;
mod command_error;
mod declare;
mod desk;
mod domains;
mod explain;
mod identity_source_settings;
mod identity_sources;
mod import;
mod issuers;
mod keys;
mod letters;
mod list_changes;
mod master_key;
mod operator;
mod orders;
mod planned;
mod plans;
mod sessions;
mod show;
mod templates;
mod tenants;
mod test_login;
mod test_users;
mod words;

use std::pin::Pin;

use command_error::CommandResult;
use store::Access;
use texts::Locale;

pub(crate) use applications::Applications;
pub(crate) use audit::Audit;
pub(crate) use backup::{Backup, Restore};
pub(crate) use declare::{Apply, apply};
pub(crate) use desk::{ConfigLocation, Desk, account};
pub(crate) use domains::Domains;
pub(crate) use explain::Explain;
pub(crate) use identity_sources::IdentitySources;
pub(crate) use import::Import;
pub(crate) use issuers::Issuers;
pub(crate) use keys::Keys;
pub(crate) use letters::Letters;
pub(crate) use master_key::MasterKey;
pub(crate) use operator::Operator;
pub(crate) use orders::Orders;
pub(crate) use plans::Plans;
pub(crate) use sessions::Sessions;
pub(crate) use templates::Templates;
pub(crate) use tenants::Tenants;
pub(crate) use test_login::Test;
pub(crate) use test_users::TestUsers;

/// The language of the terminal.
const LOCALE: Locale = Locale::En;

/// What can be asked at the desk.
trait AtTheDesk {
    /// Where the database is.
    fn place(&self) -> &ConfigLocation;

    /// Whether other processes may work on the installation meanwhile.
    fn access(&self) -> Access {
        Access::Shared
    }

    /// Does it.
    async fn run(self, desk: &Desk) -> CommandResult;
}

/// Opens the desk, does what was asked there, and closes the database.
async fn at_the_desk(what: &'static str, asked: impl AtTheDesk) -> Result<(), String> {
    let json = asked.place().json;
    let done = match Desk::open(asked.place(), asked.access(), what).await {
        Ok(desk) => {
            let done = asked.run(&desk).await;
            desk.close().await;
            done.map_err(|error| desk.with_options(error))
        }
        Err(error) => Err(error),
    };
    done.map_err(|error| {
        if let (true, Some(errors)) = (json, error.errors(LOCALE)) {
            show::print(&format!(
                "{errors}
"
            ));
        }
        error.line(LOCALE)
    })
}

/// A command of this part.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Tenants: list, create, rename, disable, delete, restore.
    Tenants(Tenants),
    /// Domains of a tenant: list, create, show, change, disable, delete, restore.
    Domains(Domains),
    /// Applications of a domain and their secrets.
    Applications(Applications),
    /// The eIDs of a domain: credentials, key pairs, callback addresses, notices.
    IdentitySources(IdentitySources),
    /// People of a test domain who sign in with a password.
    TestUsers(TestUsers),
    /// Signing keys of a domain: list, and rotate (which withdraws a compromised one).
    Keys(Keys),
    /// Browser sessions of a domain: list, end.
    Sessions(Sessions),
    /// Links into the console, made on the host: for its first operator, and for one who cannot sign in.
    Operator(Operator),
    /// Orders of eID credentials: list, desk, show.
    Orders(Orders),
    /// Who issues eID credentials: list, add, change, remove.
    Issuers(Issuers),
    /// Texts of the documents of orders: list, show, set.
    Templates(Templates),
    /// Letters (e-mail) to administrators: list, retry, discard, test.
    Letters(Letters),
    /// The audit trail: list, verify, export, erase.
    Audit(Audit),
    /// Tells what happened in the login that a trace id belongs to.
    Explain(Explain),
    /// Tries what applications do.
    Test(Test),
    /// Brings applications, secrets and subjects from elsewhere.
    Import(Import),
    /// Makes the installation what a file declares.
    Apply(Apply),
    /// Plans that `import --plan` and `apply --plan` kept: list, show, confirm, discard.
    Plans(Plans),
    /// Writes an encrypted backup, while the service runs or while it does not.
    Backup(Backup),
    /// Puts a backup into an empty database.
    Restore(Restore),
    /// Puts everything under a new master key.
    MasterKey(MasterKey),
}

/// Does what was asked.
///
/// # Errors
/// What went wrong, for the person at the terminal.
pub(crate) async fn run(command: Command) -> Result<(), String> {
    let done: Pin<Box<dyn Future<Output = Result<(), String>>>> = match command {
        Command::Tenants(it) => Box::pin(at_the_desk("tenants", it)),
        Command::Domains(it) => Box::pin(at_the_desk("domains", it)),
        Command::Operator(it) => Box::pin(at_the_desk("operator", it)),
        Command::Applications(it) => Box::pin(at_the_desk("applications", it)),
        Command::IdentitySources(it) => Box::pin(at_the_desk("identity-sources", it)),
        Command::TestUsers(it) => Box::pin(at_the_desk("test-users", it)),
        Command::Keys(it) => Box::pin(at_the_desk("keys", it)),
        Command::Sessions(it) => Box::pin(at_the_desk("sessions", it)),
        Command::Orders(it) => Box::pin(at_the_desk("orders", it)),
        Command::Issuers(it) => Box::pin(at_the_desk("issuers", it)),
        Command::Templates(it) => Box::pin(at_the_desk("templates", it)),
        Command::Letters(it) => Box::pin(at_the_desk("letters", it)),
        Command::Audit(it) => Box::pin(at_the_desk("audit", it)),
        Command::Explain(it) => Box::pin(at_the_desk("explain", it)),
        Command::Test(it) => Box::pin(at_the_desk("test", it)),
        Command::Import(it) => Box::pin(at_the_desk("import", it)),
        Command::Apply(it) => Box::pin(at_the_desk("apply", it)),
        Command::Plans(it) => Box::pin(at_the_desk("plans", it)),
        Command::Backup(it) => Box::pin(at_the_desk("backup", it)),
        Command::Restore(it) => Box::pin(at_the_desk("restore", it)),
        Command::MasterKey(it) => Box::pin(at_the_desk("master-key", it)),
    };
    done.await
}
