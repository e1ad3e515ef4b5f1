//! The console of `portvakt dev`: its own domain with the simulated BankID, and a link to set it up while it has no operator.

use authority::{Caller, Permission};
use console::{Console, ConsoleAddress, NewIdentitySource, Refusal};
use model::{EidEnvironment, Environment, LoginMethod};
use store::domains::Scheme;
use texts::AdminMessage;

use super::{demo::Addresses, world::World};
use crate::{clock, permits};

/// Where the console answers.
pub(crate) fn address(addresses: &Addresses) -> ConsoleAddress {
    ConsoleAddress {
        host: addresses.console_host(),
        scheme: if addresses.is_https() { Scheme::Https } else { Scheme::Http },
        environment: Environment::Test,
    }
}

/// Makes the console's domain be as this start wants it; gives a link to set it up while it has no operator.
pub(super) async fn seed(
    console: &Console,
    addresses: &Addresses,
    world: &World,
) -> Result<Option<String>, String> {
    let (now, caller) = (clock::now(), Caller::operator("dev"));
    let words = |refusal: Refusal| refusal.to_string();
    let making = permits::installation(console, &caller, Permission::CreateTenants).map_err(words)?;
    let address = address(addresses);
    let own = console.ensure_own_domain(&making, &address, now).await.map_err(words)?;
    let tenant = console.tenant_by_id(&caller, own.tenant).await.map_err(words)?;
    let eid = LoginMethod::NO_BANKID;
    let source = NewIdentitySource {
        domain: own.domain,
        domain_environment: Environment::Test,
        eid,
        environment: EidEnvironment::Sandbox,
        credentials: world.credentials(eid),
    };
    let managing = permits::may(&tenant, Permission::ManageSources).map_err(words)?;
    console.save_identity_source(&managing, &source, now).await.map_err(words)?;
    let operators = permits::installation(console, &caller, Permission::ManageOperators).map_err(words)?;
    match console.make_setup_link(&operators, None, now).await {
        Ok(key) => Ok(Some(format!("{}/setup/{}", address.origin(), key.expose()))),
        Err(Refusal::Invalid(message)) if message.message == AdminMessage::OperatorExists => Ok(None),
        Err(other) => Err(words(other)),
    }
}
