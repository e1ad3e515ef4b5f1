//! Applications: the relying parties of a domain.

use authority::{Permission, Permit};
use model::{
    Action, ApplicationId, ApplicationSettings, Brand, DomainId, Environment, ORDER_DESK, Timestamp,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::{
    Tx, WriteTx,
    applications::{self, Application},
};
use texts::{AdminMessage, FieldMessage, Noun};

use crate::{
    Refusal,
    bin::binned_application,
    brands::{self, Owner},
    difference::{difference, is_empty, with_name},
    name::check_name,
};

/// What an application shall be.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewApplication {
    /// Where it logs people in.
    pub domain: DomainId,
    /// That domain's environment.
    pub environment: Environment,
    /// Its identifier on the wire.
    pub client_id: String,
    /// The name that people see.
    pub name: String,
    /// Everything else.
    pub settings: ApplicationSettings,
}

/// What an application shall be from now on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ApplicationChange {
    /// The name that people see.
    pub name: String,
    /// Everything else.
    pub settings: ApplicationSettings,
}

impl NewApplication {
    /// Everything that is wrong with it in itself; making it says the first thing.
    pub fn faults(&self) -> Vec<FieldMessage> {
        let names = [check_client_id(&self.client_id), check_name(&self.name)];
        let names = names.into_iter().filter_map(Result::err).map(|it| it.message());
        names.chain(messages(&self.settings, self.environment)).collect()
    }
}

impl ApplicationChange {
    /// Everything that is wrong with it in itself, for an application that is called `before`; changing it says the first
    /// thing.
    pub fn faults(&self, before: &str, environment: Environment) -> Vec<FieldMessage> {
        let name = if self.name == before { Ok(()) } else { check_name(&self.name) };
        let name = name.err().map(|it| it.message());
        name.into_iter().chain(messages(&self.settings, environment)).collect()
    }
}

fn messages(
    settings: &ApplicationSettings,
    environment: Environment,
) -> impl Iterator<Item = FieldMessage> + use<> {
    settings.faults(environment).into_iter().map(|it| it.message())
}

/// Refuses a client id that could not travel in a query, a header and a log line, or is that of the order desk.
///
/// # Errors
/// [`Refusal::Invalid`].
pub fn check_client_id(client_id: &str) -> Result<(), Refusal> {
    if client_id == ORDER_DESK {
        return Err(Refusal::Invalid(
            AdminMessage::ClientIdReserved { value: client_id.into() }.at("client_id"),
        ));
    }
    let fine = (1..=255).contains(&client_id.len()) && client_id.bytes().all(|it| matches!(it, 0x21..=0x7e));
    if fine {
        Ok(())
    } else {
        Err(Refusal::Invalid(AdminMessage::ClientIdInvalid { value: client_id.into() }.at("client_id")))
    }
}

/// Gives the permission that enabling or disabling takes.
pub const fn switching(on: bool) -> Permission {
    if on { Permission::ManageApplications } else { Permission::DisableApplications }
}

/// What is shown of an application where changes are compared: settings, name and state.
pub fn shown((name, settings): (&str, &ApplicationSettings), disabled: bool) -> Value {
    let mut shown: Value = serde_json::from_str(&settings.to_text()).unwrap_or_default();
    if let Some(members) = shown.as_object_mut() {
        members.insert("name".to_owned(), json!(name));
        members.insert("state".to_owned(), json!(if disabled { "disabled" } else { "enabled" }));
    }
    shown
}

/// Makes an application. Its domain must have a key that signs, or get one in the same write
/// ([`crate::signing_keys::publish`]).
///
/// # Errors
/// [`Refusal::ClientIdTaken`], [`Refusal::NameInBin`], [`Refusal::Taken`], [`Refusal::Invalid`], [`Refusal::Settings`], [`Refusal::Forbidden`], [`Refusal::Store`].
pub fn create(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    (id, new): (ApplicationId, &NewApplication),
    now: Timestamp,
) -> Result<Application, Refusal> {
    let tenant = permit.tenant(Permission::ManageApplications)?;
    check_client_id(&new.client_id)?;
    check_name(&new.name)?;
    permit.check_environment(new.environment)?;
    new.settings.check(new.environment)?;
    let row = Application {
        id,
        tenant_id: tenant.id,
        domain_id: new.domain,
        client_id: new.client_id.clone(),
        name: new.name.clone(),
        settings: new.settings.to_text(),
        version: 1,
        created_at: now,
        disabled_at: None,
    };
    let settings: Value = serde_json::from_str(&row.settings).unwrap_or_default();
    let details = json!({
        "client_id": row.client_id, "name": row.name, "domain": row.domain_id.to_string(), "settings": settings,
    });
    check_free(tx, permit, new)?;
    applications::insert(tx, &row).map_err(|error| Refusal::of(error, Noun::ClientId))?;
    brands::save(tx, owner(&row), (&Brand::default(), &new.settings.brand))?;
    permit.record(Action::ApplicationCreated, format!("application {id}"), &details, now).append(tx)?;
    Ok(row)
}

fn owner(row: &Application) -> Owner {
    Owner { tenant: row.tenant_id, domain: row.domain_id, id: row.id.to_string() }
}

/// Refuses a client id that the domain has, also in the bin.
///
/// # Errors
/// [`Refusal::ClientIdTaken`], [`Refusal::NameInBin`], [`Refusal::Forbidden`], [`Refusal::Store`].
pub fn check_free(tx: &mut impl Tx, permit: &Permit, new: &NewApplication) -> Result<(), Refusal> {
    let at = (permit.tenant(Permission::ManageApplications)?.id, new.domain);
    if let Some(binned) = binned_application(tx, at, &new.client_id)? {
        return Err(binned.refusal(Noun::ClientId));
    }
    match applications::find_by_client_id(tx, at.0, at.1, &new.client_id)? {
        None => Ok(()),
        Some(found) => Err(Refusal::ClientIdTaken { client_id: new.client_id.clone(), name: found.name }),
    }
}

/// Says what a change changes: each setting, and the name, with `from` and `to`.
///
/// # Errors
/// [`Refusal::Settings`]: the stored settings cannot be read.
pub fn changed(row: &Application, change: &ApplicationChange) -> Result<Value, Refusal> {
    // Written anew, so that an older text of the same settings is no difference.
    let before = ApplicationSettings::parse(&row.settings)?.to_text();
    Ok(with_name(difference(&before, &change.settings.to_text()), &row.name, &change.name))
}

/// Changes name and settings of an application, `row` as it is; gives what it is then. `environment`: its domain's. Its
/// domain needs a key as in [`create`].
///
/// # Errors
/// [`Refusal::Settings`], [`Refusal::Invalid`], [`Refusal::Forbidden`], [`Refusal::Store`].
pub fn change(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    (row, environment): (Application, Environment),
    change: &ApplicationChange,
    now: Timestamp,
) -> Result<Application, Refusal> {
    permit.tenant(Permission::ManageApplications)?;
    if change.name != row.name {
        check_name(&change.name)?;
    }
    permit.check_environment(environment)?;
    change.settings.check(environment)?;
    let details = changed(&row, change)?;
    if is_empty(&details) {
        return Ok(row);
    }
    let before = ApplicationSettings::parse(&row.settings)?.brand;
    brands::save(tx, owner(&row), (&before, &change.settings.brand))?;
    let row = Application { name: change.name.clone(), settings: change.settings.to_text(), ..row };
    let version = applications::save(tx, &row)?;
    permit.record(Action::ApplicationChanged, format!("application {}", row.id), &details, now).append(tx)?;
    Ok(Application { version, ..row })
}

/// Switches an application off, so that its logins stop within seconds, or on again.
///
/// # Errors
/// [`Refusal::Forbidden`], [`Refusal::Store`].
pub fn switch(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    row: Application,
    on: bool,
    now: Timestamp,
) -> Result<Application, Refusal> {
    permit.tenant(switching(on))?;
    if row.disabled_at.is_none() == on {
        return Ok(row);
    }
    let row = Application { disabled_at: if on { None } else { Some(now) }, ..row };
    let version = applications::save(tx, &row)?;
    let action = if on { Action::ApplicationEnabled } else { Action::ApplicationDisabled };
    permit.record(action, format!("application {}", row.id), &json!({}), now).append(tx)?;
    Ok(Application { version, ..row })
}
