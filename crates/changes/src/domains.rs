//! Domains: a tenant's host names.

use authority::{Permission, Permit};
use model::{
    Action, Brand, DomainId, DomainSettings, EnteredError, Environment, TenantId, Timestamp,
    check_domain_host, name_key,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::{Value, json};
use store::{
    StoreError, Tx, WriteTx,
    domains::{self, Domain, Scheme},
    signing_keys::{self, SigningKey},
};
use texts::Noun;

use crate::{
    Alike, Refusal,
    bin::{check_host, restore_domain},
    brands::{self, Owner},
    difference::{difference, is_empty, with_name},
    name::check_name,
};

/// What a domain shall be.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewDomain {
    /// Host name, with the port where it is not the scheme's own.
    pub host: String,
    /// `https`, or `http` on loopback for test domains.
    #[serde(serialize_with = "write_scheme", deserialize_with = "read_scheme")]
    pub scheme: Scheme,
    /// For test people or real ones.
    pub environment: Environment,
    /// What administrators call it.
    pub name: String,
}

fn write_scheme<S: Serializer>(scheme: &Scheme, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(scheme.as_str())
}

fn read_scheme<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Scheme, D::Error> {
    Scheme::parse(&String::deserialize(deserializer)?).ok_or_else(|| D::Error::custom("no scheme"))
}

/// What can be set of a domain, from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainChange {
    /// What administrators call it.
    pub name: String,
    /// Everything else.
    pub settings: DomainSettings,
}

/// Refuses a host that no browser could be sent to, and plain http but on loopback for tests. `sandbox_host`: where the
/// simulators answer, so that no domain can.
///
/// # Errors
/// [`Refusal::Invalid`].
pub fn check_address(new: &NewDomain, sandbox_host: Option<&str>) -> Result<(), Refusal> {
    let how = (new.scheme == Scheme::Https, new.environment);
    let checked = check_domain_host(&new.host, how, sandbox_host);
    checked.map_err(|error| {
        let field = if error == EnteredError::PlainHttp { "scheme" } else { "host" };
        Refusal::Invalid(error.message(&new.host).at(field))
    })
}

/// What is shown of a domain where changes are compared: settings, name and state.
pub fn shown((name, settings): (&str, &DomainSettings), disabled: bool) -> Value {
    let mut shown: Value = serde_json::from_str(&settings.to_text()).unwrap_or_default();
    if let Some(members) = shown.as_object_mut() {
        members.insert("name".to_owned(), json!(name));
        members.insert("state".to_owned(), json!(if disabled { "disabled" } else { "enabled" }));
    }
    shown
}

/// How many domains are read at a time.
const PAGE: u32 = 1_000;

/// Finds a domain of the tenant with this name without regard to case, other than `own`, also in the bin.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn named_alike(
    tx: &mut impl Tx,
    tenant: TenantId,
    name: &str,
    own: Option<DomainId>,
) -> Result<Option<Alike>, StoreError> {
    let (key, mut after) = (name_key(name), None);
    loop {
        let page = domains::list_with_bin(tx, tenant, after, PAGE)?;
        let Some(last) = page.last() else { return Ok(None) };
        after = Some(last.id);
        if let Some(found) = page.into_iter().find(|it| Some(it.id) != own && name_key(&it.name) == key) {
            let binned = found.deleted_at.map(|at| (at, restore_domain(&found.host)));
            return Ok(Some(Alike { name: found.name, binned }));
        }
    }
}

/// Refuses a name that another domain of the tenant has. To be called after the audit event was appended: the head of
/// the tenant's chain is locked then, so that no two writes find the same name free.
fn check_free(tx: &mut WriteTx<'_>, row: &Domain) -> Result<(), Refusal> {
    match named_alike(tx, row.tenant_id, &row.name, Some(row.id))? {
        Some(alike) => Err(alike.refusal(Noun::DomainName)),
        None => Ok(()),
    }
}

/// A domain that is to be made, with its first signing key (RS256), which signs at once.
#[derive(Clone, Debug)]
pub struct DomainRows {
    /// Its id.
    pub id: DomainId,
    /// Its address and name; checked with [`check_address`].
    pub new: NewDomain,
    /// Everything else.
    pub settings: DomainSettings,
    /// [`crate::signing_keys::make`] for it.
    pub key: SigningKey,
}

/// Makes a domain.
///
/// # Errors
/// [`Refusal::HostTaken`], [`Refusal::Taken`], [`Refusal::NameTaken`], [`Refusal::NameInBin`], [`Refusal::Invalid`], [`Refusal::Settings`], [`Refusal::Forbidden`], [`Refusal::Store`].
pub fn create(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    DomainRows { id, new, settings, key }: &DomainRows,
    now: Timestamp,
) -> Result<Domain, Refusal> {
    let tenant = permit.tenant(Permission::ManageDomains)?;
    permit.check_environment(new.environment)?;
    check_name(&new.name)?;
    settings.check(new.environment)?;
    settings.check_controller(None, new.environment)?;
    let row = Domain {
        id: *id,
        tenant_id: tenant.id,
        host: new.host.clone(),
        scheme: new.scheme,
        environment: new.environment,
        name: new.name.clone(),
        settings: settings.to_text(),
        version: 1,
        created_at: now,
        disabled_at: None,
        deleted_at: None,
    };
    let mut details = json!({
        "host": row.host, "environment": row.environment.as_str(), "name": row.name, "signing_key": key.id,
    });
    if let (true, Some(all)) = (*settings != DomainSettings::default(), details.as_object_mut()) {
        all.insert("settings".to_owned(), serde_json::from_str(&row.settings).unwrap_or_default());
    }
    check_host(tx, &row.host, permit.is_of_installation())?;
    permit.record(Action::DomainCreated, format!("domain {id}"), &details, now).append(tx)?;
    domains::insert(tx, &row).map_err(|error| Refusal::of(error, Noun::Host))?;
    check_free(tx, &row)?;
    brands::save(tx, owner(&row), (&Brand::default(), &settings.brand))?;
    signing_keys::insert(tx, key)?;
    Ok(row)
}

fn owner(row: &Domain) -> Owner {
    Owner { tenant: row.tenant_id, domain: row.id, id: row.id.to_string() }
}

/// Says what a change changes: each setting, and the name, with `from` and `to`.
///
/// # Errors
/// [`Refusal::Settings`]: the stored settings cannot be read.
pub fn changed(row: &Domain, change: &DomainChange) -> Result<Value, Refusal> {
    let before = DomainSettings::parse(&row.settings)?.to_text();
    Ok(with_name(difference(&before, &change.settings.to_text()), &row.name, &change.name))
}

/// Changes what can be set of a domain, `row` as it is; gives what it is then. The address stays: it is in every token.
///
/// # Errors
/// [`Refusal::NameTaken`], [`Refusal::Settings`], [`Refusal::Invalid`], [`Refusal::Forbidden`], [`Refusal::Store`].
pub fn change(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    row: Domain,
    change: &DomainChange,
    now: Timestamp,
) -> Result<Domain, Refusal> {
    permit.tenant(Permission::ManageDomains)?;
    permit.check_environment(row.environment)?;
    if change.name != row.name {
        check_name(&change.name)?;
    }
    change.settings.check(row.environment)?;
    let before = DomainSettings::parse(&row.settings)?;
    change.settings.check_controller(Some(&before), row.environment)?;
    let details = changed(&row, change)?;
    if is_empty(&details) {
        return Ok(row);
    }
    brands::save(tx, owner(&row), (&before.brand, &change.settings.brand))?;
    let is_renamed = change.name != row.name;
    let row = Domain { name: change.name.clone(), settings: change.settings.to_text(), ..row };
    let saved = save(tx, (permit, row), &details, now)?;
    if is_renamed {
        check_free(tx, &saved)?;
    }
    Ok(saved)
}

/// Moves a domain to another address, as `portvakt dev` does when it gets another port.
///
/// # Errors
/// [`Refusal::Taken`], [`Refusal::Forbidden`], [`Refusal::Store`].
pub fn move_to(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    row: Domain,
    new: &NewDomain,
    now: Timestamp,
) -> Result<Domain, Refusal> {
    permit.tenant(Permission::ManageDomains)?;
    if new.host != row.host {
        check_host(tx, &new.host, permit.is_of_installation())?;
    }
    let details = json!({"host": {"from": row.host, "to": new.host}});
    let row = Domain { host: new.host.clone(), scheme: new.scheme, ..row };
    save(tx, (permit, row), &details, now)
}

/// Disables a domain, so that nobody can log in there within seconds, or enables it again.
///
/// # Errors
/// [`Refusal::Forbidden`], [`Refusal::Store`].
pub fn switch(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    row: Domain,
    on: bool,
    now: Timestamp,
) -> Result<Domain, Refusal> {
    permit.tenant(Permission::ManageDomains)?;
    if row.disabled_at.is_none() == on {
        return Ok(row);
    }
    let row = Domain { disabled_at: if on { None } else { Some(now) }, ..row };
    let action = if on { Action::DomainEnabled } else { Action::DomainDisabled };
    let version = domains::save(tx, &row)?;
    permit.record(action, format!("domain {}", row.id), &json!({}), now).append(tx)?;
    Ok(Domain { version, ..row })
}

fn save(
    tx: &mut WriteTx<'_>,
    (permit, row): (&Permit, Domain),
    details: &Value,
    now: Timestamp,
) -> Result<Domain, Refusal> {
    let version = domains::save(tx, &row).map_err(|error| Refusal::of(error, Noun::Host))?;
    permit.record(Action::DomainChanged, format!("domain {}", row.id), details, now).append(tx)?;
    Ok(Domain { version, ..row })
}
