//! The bin: tenants, domains and applications that were deleted, until they are destroyed. The operator's, and the worker's
//! that destroys.
//!
//! A row in the bin is found nowhere else, and its name stays taken. Destroying begins with a mark, after which nothing is
//! restored any more, and removes a bounded number of rows in each write; the row itself goes last.

use model::{ApplicationId, DomainId, TenantId, Timestamp};

use crate::{
    StoreError, Tx, WriteTx, applications, domains, tenants,
    value::{Row, Value, words},
};

words! {
    /// What can be deleted.
    Kind {
        /// A tenant with everything that it has.
        Tenant = "tenant",
        /// A domain with its applications, identity sources, keys and test users.
        Domain = "domain",
        /// An application with its secrets.
        Application = "application",
    }
}

impl Kind {
    /// All of them.
    pub const EVERY: [Self; 3] = [Self::Tenant, Self::Domain, Self::Application];
}

/// The same columns of each kind: whose, which, its name for administrators, its other name or place, and what the bin has.
macro_rules! of_kind {
    ($table:literal, $tenant:literal, $name:literal, $second:literal) => {
        Statements {
            list: concat!(
                "SELECT ",
                $tenant,
                ", id, ",
                $name,
                ", ",
                $second,
                ", version, deleted_at, deleted_by, destroying_at FROM ",
                $table,
                " WHERE deleted_at >= $1 ORDER BY deleted_at LIMIT $2"
            ),
            list_of_tenant: concat!(
                "SELECT ",
                $tenant,
                ", id, ",
                $name,
                ", ",
                $second,
                ", version, deleted_at, deleted_by, destroying_at FROM ",
                $table,
                " WHERE ",
                $tenant,
                " = $1 AND deleted_at >= $2 ORDER BY deleted_at LIMIT $3"
            ),
            get: concat!(
                "SELECT ",
                $tenant,
                ", id, ",
                $name,
                ", ",
                $second,
                ", version, deleted_at, deleted_by, destroying_at FROM ",
                $table,
                " WHERE ",
                $tenant,
                " = $1 AND id = $2 AND deleted_at IS NOT NULL"
            ),
            put: concat!(
                "UPDATE ",
                $table,
                " SET deleted_at = $1, deleted_by = $2, version = version + 1 WHERE ",
                $tenant,
                " = $3 AND id = $4 AND version = $5 AND deleted_at IS NULL"
            ),
            put_again: concat!(
                "UPDATE ",
                $table,
                " SET deleted_at = $1, version = version + 1 WHERE ",
                $tenant,
                " = $2 AND id = $3 AND deleted_at IS NULL"
            ),
            take_out: concat!(
                "UPDATE ",
                $table,
                " SET deleted_at = NULL, deleted_by = NULL, version = version + 1 WHERE ",
                $tenant,
                " = $1 AND id = $2 AND version = $3 AND destroying_at IS NULL"
            ),
            begin: concat!(
                "UPDATE ",
                $table,
                " SET destroying_at = $1 WHERE ",
                $tenant,
                " = $2 AND id = $3 AND deleted_at <= $4"
            ),
            remove: concat!(
                "DELETE FROM ",
                $table,
                " WHERE ",
                $tenant,
                " = $1 AND id = $2 AND destroying_at IS NOT NULL"
            ),
        }
    };
}

/// The statements of a kind.
struct Statements {
    list: &'static str,
    list_of_tenant: &'static str,
    get: &'static str,
    put: &'static str,
    put_again: &'static str,
    take_out: &'static str,
    begin: &'static str,
    remove: &'static str,
}

// A tenant's id is compared twice, so that every kind takes the same values.
const TENANTS: Statements = of_kind!("tenants", "id", "name", "name");
const DOMAINS: Statements = of_kind!("domains", "tenant_id", "host", "name");
const APPLICATIONS: Statements = of_kind!("applications", "tenant_id", "client_id", "domain_id");

const REMOVE_DATA_KEY: &str = "UPDATE tenants SET sealed_data_key = $1 WHERE id = $2";
const FIND_APPLICATION: &str = "SELECT tenant_id, id, client_id, domain_id, version, deleted_at, deleted_by,
    destroying_at FROM applications
    WHERE tenant_id = $1 AND domain_id = $2 AND client_id = $3 AND deleted_at IS NOT NULL";

pub(crate) const ALL: &[&str] = &[
    TENANTS.list,
    TENANTS.get,
    TENANTS.put,
    TENANTS.put_again,
    TENANTS.take_out,
    TENANTS.remove,
    DOMAINS.list,
    DOMAINS.list_of_tenant,
    DOMAINS.get,
    DOMAINS.put,
    DOMAINS.put_again,
    DOMAINS.take_out,
    DOMAINS.remove,
    APPLICATIONS.list,
    APPLICATIONS.list_of_tenant,
    APPLICATIONS.get,
    APPLICATIONS.put,
    APPLICATIONS.put_again,
    APPLICATIONS.take_out,
    APPLICATIONS.remove,
    TENANTS.begin,
    DOMAINS.begin,
    APPLICATIONS.begin,
    REMOVE_DATA_KEY,
    FIND_APPLICATION,
];

/// What the end of destroying runs, when nothing refers to the row any more.
#[cfg(test)]
pub(crate) const REMOVE: &[&str] = &[TENANTS.remove, DOMAINS.remove, APPLICATIONS.remove];

/// Removes at most so many rows of a table that belong to something: of a table the key and which rows.
macro_rules! some {
    ($table:literal, $key:literal, $which:literal, $limit:literal) => {
        concat!(
            "DELETE FROM ",
            $table,
            " WHERE (",
            $key,
            ") IN (SELECT ",
            $key,
            " FROM ",
            $table,
            " WHERE tenant_id = $1",
            $which,
            " LIMIT ",
            $limit,
            ")"
        )
    };
}

macro_rules! of_tenant {
    ($($table:literal: $key:literal),+ $(,)?) => { &[$(some!($table, $key, "", "$2")),+] };
}

macro_rules! of_part {
    ($($table:literal: $key:literal, $which:literal);+ $(;)?) => {
        &[$(some!($table, $key, $which, "$3")),+]
    };
}

/// Everything of a tenant; a row goes before what it refers to. A test compares it with the tables.
const OF_TENANT: &[&str] = of_tenant! {
    "kept_answers": "tenant_id, form_digest",
    "trials": "tenant_id, trial_digest",
    "eid_orders": "tenant_id, order_digest",
    "approval_requests": "tenant_id, request_digest",
    "phone_codes": "tenant_id, person_id",
    "order_documents": "tenant_id, order_id, submission, kind",
    "order_secrets": "tenant_id, order_id, kind",
    "order_people": "tenant_id, id",
    "order_steps": "tenant_id, order_id, position",
    "orders": "tenant_id, id",
    "registry_answers": "tenant_id, number",
    "section_links": "tenant_id, id",
    "brands": "tenant_id, owner_id",
    "certificates": "tenant_id, domain_id",
    "awaiting_consents": "tenant_id, consent_digest",
    "parked_requests": "tenant_id, request_digest",
    "browser_sessions": "tenant_id, session_digest",
    "refresh_tokens": "tenant_id, token_digest",
    "access_tokens": "tenant_id, token_digest",
    "grants": "tenant_id, id",
    "login_events": "tenant_id, id",
    "counted_events": "tenant_id, domain_id, kind, cause, began_at",
    "spent_values": "tenant_id, kind, value_digest",
    "failed_attempts": "tenant_id, kind, key_digest",
    "plans": "tenant_id, id",
    "jobs": "tenant_id, kind, id",
    "letters": "tenant_id, id",
    "member_roles": "tenant_id, member_id, role",
    "invitations": "tenant_id, id",
    "declared_objects": "tenant_id, kind, object_id",
    "imported_subjects": "tenant_id, environment, sector, person_digest",
    "test_users": "tenant_id, id",
    "sandbox_people": "tenant_id, id",
    "source_checks": "tenant_id, source_id, number",
    "source_generations": "tenant_id, source_id, generation",
    "identity_sources": "tenant_id, id",
    "client_secrets": "tenant_id, id",
    "signing_keys": "domain_id, id",
    "applications": "tenant_id, id",
    "subject_keys": "tenant_id, environment",
    "audit_personal": "tenant_id, sequence",
    "audit_events": "tenant_id, sequence",
    "audit_heads": "tenant_id, sequence",
    "domains": "tenant_id, id",
};

// Of a part of a living tenant. Access tokens are not looked for: the last has expired when the bin gives something up. Refresh
// tokens go with the first grants: of no more grants than are then removed, so that none loses its grant.
const OF_DOMAIN: &[&str] = of_part! {
    "kept_answers": "tenant_id, form_digest", " AND domain_id = $2";
    "trials": "tenant_id, trial_digest", " AND domain_id = $2";
    "eid_orders": "tenant_id, order_digest", " AND domain_id = $2";
    "brands": "tenant_id, owner_id", " AND domain_id = $2";
    "certificates": "tenant_id, domain_id", " AND domain_id = $2";
    "awaiting_consents": "tenant_id, consent_digest", " AND domain_id = $2";
    "parked_requests": "tenant_id, request_digest", " AND domain_id = $2";
    "browser_sessions": "tenant_id, session_digest", " AND domain_id = $2";
    "refresh_tokens": "tenant_id, token_digest", " AND grant_id IN (SELECT id FROM grants
        WHERE tenant_id = $1 AND domain_id = $2 ORDER BY application_id, id LIMIT $3)";
    "grants": "tenant_id, id", " AND domain_id = $2 ORDER BY application_id, id";
    "login_events": "tenant_id, id", " AND domain_id = $2";
    "counted_events": "tenant_id, domain_id, kind, cause, began_at", " AND domain_id = $2";
    "jobs": "tenant_id, kind, id", " AND id = $2";
    "declared_objects": "tenant_id, kind, object_id", " AND (object_id = $2
        OR object_id IN (SELECT id FROM applications WHERE tenant_id = $1 AND domain_id = $2)
        OR object_id IN (SELECT id FROM identity_sources WHERE tenant_id = $1 AND domain_id = $2)
        OR object_id IN (SELECT id FROM test_users WHERE tenant_id = $1 AND domain_id = $2))";
    "imported_subjects": "tenant_id, environment, sector, person_digest",
        " AND environment IN ('test', 'production') AND sector IN
        (SELECT 'application:' || id FROM applications WHERE tenant_id = $1 AND domain_id = $2)";
    "source_checks": "tenant_id, source_id, number",
        " AND source_id IN (SELECT id FROM identity_sources WHERE tenant_id = $1 AND domain_id = $2)";
    "source_generations": "tenant_id, source_id, generation",
        " AND source_id IN (SELECT id FROM identity_sources WHERE tenant_id = $1 AND domain_id = $2)";
    "client_secrets": "tenant_id, id",
        " AND application_id IN (SELECT id FROM applications WHERE tenant_id = $1 AND domain_id = $2)";
};

/// What [`OF_DOMAIN`] looks for by; after it, and what of it is empty.
const OF_EMPTY_DOMAIN: &[&str] = of_part! {
    "test_users": "tenant_id, id", " AND domain_id = $2";
    "identity_sources": "tenant_id, id", " AND domain_id = $2";
    "signing_keys": "domain_id, id", " AND domain_id = $2";
    "applications": "tenant_id, id", " AND domain_id = $2";
};

const OF_APPLICATION: &[&str] = of_part! {
    "trials": "tenant_id, trial_digest", " AND application_id = $2";
    "brands": "tenant_id, owner_id", " AND owner_id = $2";
    "refresh_tokens": "tenant_id, token_digest", " AND grant_id IN (SELECT id FROM grants
        WHERE tenant_id = $1 AND domain_id = (SELECT domain_id FROM applications WHERE tenant_id = $1 AND id = $2)
        AND application_id = $2 ORDER BY id LIMIT $3)";
    "grants": "tenant_id, id",
        " AND domain_id = (SELECT domain_id FROM applications WHERE tenant_id = $1 AND id = $2)
        AND application_id = $2 ORDER BY id";
    "login_events": "tenant_id, id",
        " AND domain_id = (SELECT domain_id FROM applications WHERE tenant_id = $1 AND id = $2)
        AND application_id = $2";
    "declared_objects": "tenant_id, kind, object_id", " AND object_id = $2";
    "imported_subjects": "tenant_id, environment, sector, person_digest",
        " AND environment IN ('test', 'production') AND sector = 'application:' || $2";
    "client_secrets": "tenant_id, id", " AND application_id = $2";
};

/// What destroying runs.
pub(crate) const DESTROY: [&[&str]; 4] = [OF_TENANT, OF_DOMAIN, OF_EMPTY_DOMAIN, OF_APPLICATION];

/// Something in the bin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binned {
    /// What it is.
    pub kind: Kind,
    /// Whose it is; of a tenant its own id.
    pub tenant_id: TenantId,
    /// Which one, as 32 hexadecimal digits.
    pub id: String,
    /// A tenant's name, a domain's host, an application's client id.
    pub name: String,
    /// A tenant's name, a domain's name, the id of an application's domain.
    pub second: String,
    /// Counts its changes.
    pub version: i64,
    /// Since when it is in the bin.
    pub deleted_at: Timestamp,
    /// Who put it there.
    pub deleted_by: Option<String>,
    /// Since when it is being destroyed.
    pub destroying_at: Option<Timestamp>,
}

/// Which object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// What it is.
    pub kind: Kind,
    /// Whose it is; of a tenant its own id.
    pub tenant_id: TenantId,
    /// Which one, as 32 hexadecimal digits.
    pub id: String,
}

impl Object {
    /// A tenant.
    pub fn tenant(id: TenantId) -> Self {
        Self { kind: Kind::Tenant, tenant_id: id, id: id.to_string() }
    }

    /// A domain.
    pub fn domain(tenant_id: TenantId, id: DomainId) -> Self {
        Self { kind: Kind::Domain, tenant_id, id: id.to_string() }
    }

    /// An application.
    pub fn application(tenant_id: TenantId, id: ApplicationId) -> Self {
        Self { kind: Kind::Application, tenant_id, id: id.to_string() }
    }

    fn key(&self) -> [Value<'_>; 2] {
        [self.tenant_id.into(), (&self.id).into()]
    }

    const fn statements(&self) -> &'static Statements {
        of(self.kind)
    }

    /// Tells whoever remembers it.
    fn announce(&self, tx: &mut WriteTx<'_>, second: Option<&str>) {
        let noun = match self.kind {
            Kind::Tenant => tenants::NOUN,
            Kind::Domain => domains::NOUN,
            Kind::Application => applications::NOUN,
        };
        tx.changed(noun, &self.id);
        if let (Kind::Application, Some(domain)) = (self.kind, second) {
            tx.changed(domains::NOUN, domain);
        }
    }
}

impl Binned {
    /// Which object it is.
    pub fn object(&self) -> Object {
        Object { kind: self.kind, tenant_id: self.tenant_id, id: self.id.clone() }
    }
}

const fn of(kind: Kind) -> &'static Statements {
    match kind {
        Kind::Tenant => &TENANTS,
        Kind::Domain => &DOMAINS,
        Kind::Application => &APPLICATIONS,
    }
}

/// Who put something into the bin, and when.
#[derive(Debug, Clone, Copy)]
pub struct Mark<'a> {
    /// Who.
    pub by: &'a str,
    /// When.
    pub at: Timestamp,
}

/// Puts an object into the bin.
///
/// # Errors
/// [`StoreError::Changed`] when `version` is not the row's any more, or it is in the bin.
pub fn put(
    tx: &mut WriteTx<'_>,
    object: &Object,
    version: i64,
    Mark { by, at }: &Mark<'_>,
) -> Result<(), StoreError> {
    let [tenant, id] = object.key();
    let values = [(*at).into(), (*by).into(), tenant, id, version.into()];
    let changed = tx.execute(object.statements().put, &values)?;
    object.announce(tx, None);
    if changed == 0 { Err(StoreError::Changed) } else { Ok(()) }
}

/// Puts an object that a backup brought back into the bin again, unless it is there; says whether it was there outside the
/// bin.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn put_again(tx: &mut WriteTx<'_>, object: &Object, deleted_at: Timestamp) -> Result<bool, StoreError> {
    let [tenant, id] = object.key();
    let changed = tx.execute(object.statements().put_again, &[deleted_at.into(), tenant, id])?;
    object.announce(tx, None);
    Ok(changed > 0)
}

/// Takes an object out of the bin: it is found again.
///
/// # Errors
/// [`StoreError::Changed`] when it was changed since it was read, or is being destroyed.
pub fn take_out(tx: &mut WriteTx<'_>, binned: &Binned) -> Result<(), StoreError> {
    let object = binned.object();
    let [tenant, id] = object.key();
    let changed = tx.execute(object.statements().take_out, &[tenant, id, binned.version.into()])?;
    object.announce(tx, Some(&binned.second));
    if changed == 0 { Err(StoreError::Changed) } else { Ok(()) }
}

/// Finds an object in the bin; in a write, it is locked until the write ends.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn find(tx: &mut impl Tx, object: &Object) -> Result<Option<Binned>, StoreError> {
    let row = tx.find_for_change(object.statements().get, &object.key())?;
    row.map(|row| read(object.kind, row)).transpose()
}

/// Finds an application in the bin by its name on the wire.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn find_application(
    tx: &mut impl Tx,
    tenant_id: TenantId,
    domain_id: DomainId,
    client_id: &str,
) -> Result<Option<Binned>, StoreError> {
    let values = [tenant_id.into(), domain_id.into(), client_id.into()];
    tx.find(FIND_APPLICATION, &values)?.map(|row| read(Kind::Application, row)).transpose()
}

/// Lists at most `limit` objects of a kind in the bin, whosever they are, the first deleted first.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn list(tx: &mut impl Tx, kind: Kind, limit: u32) -> Result<Vec<Binned>, StoreError> {
    let rows = tx.list(of(kind).list, &[Timestamp::from_micros(0).into(), limit.into()])?;
    rows.into_iter().map(|row| read(kind, row)).collect()
}

/// Lists at most `limit` objects of a kind that a tenant has in the bin, the first deleted first.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn list_of_tenant(
    tx: &mut impl Tx,
    tenant_id: TenantId,
    kind: Kind,
    limit: u32,
) -> Result<Vec<Binned>, StoreError> {
    let values = [tenant_id.into(), Timestamp::from_micros(0).into(), limit.into()];
    let rows = tx.list(of(kind).list_of_tenant, &values)?;
    rows.into_iter().map(|row| read(kind, row)).collect()
}

/// Marks an object that was deleted at `deleted_before` or earlier as being destroyed, so that nothing restores it any more. Of a
/// tenant the data key goes in the same write: from then on nothing that it sealed can be read.
///
/// # Errors
/// [`StoreError::Changed`] when it is not in the bin, or not for so long.
pub fn begin_destroying(
    tx: &mut WriteTx<'_>,
    object: &Object,
    deleted_before: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    let [tenant, id] = object.key();
    let values = [now.into(), tenant, id, deleted_before.into()];
    let changed = tx.execute(object.statements().begin, &values)?;
    if object.kind == Kind::Tenant {
        let gone: &[u8] = &[];
        tx.execute(REMOVE_DATA_KEY, &[gone.into(), object.tenant_id.into()])?;
    }
    if changed == 0 { Err(StoreError::Changed) } else { Ok(()) }
}

/// Removes at most `limit` rows that belong to an object, of whichever tables; gives how many. Call it until there are none.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn remove_some(tx: &mut WriteTx<'_>, object: &Object, limit: u32) -> Result<u64, StoreError> {
    let [tenant, id] = object.key();
    match object.kind {
        Kind::Tenant => remove_of(tx, OF_TENANT, &[tenant], limit),
        Kind::Application => remove_of(tx, OF_APPLICATION, &[tenant, id], limit),
        Kind::Domain => match remove_of(tx, OF_DOMAIN, &[tenant.clone(), id.clone()], limit)? {
            0 => remove_of(tx, OF_EMPTY_DOMAIN, &[tenant, id], limit),
            some => Ok(some),
        },
    }
}

/// Goes on to the next table when one is empty: rows refer to those of the tables that follow.
fn remove_of(
    tx: &mut WriteTx<'_>,
    all: &[&'static str],
    of: &[Value<'_>],
    limit: u32,
) -> Result<u64, StoreError> {
    let mut left = limit;
    for sql in all {
        let values = [of, &[left.into()]].concat();
        let removed = tx.execute(sql, &values)?;
        left = left.saturating_sub(u32::try_from(removed).unwrap_or(u32::MAX));
        if left == 0 {
            break;
        }
    }
    Ok(u64::from(limit - left))
}

/// Removes the row of an object that is being destroyed, of which nothing else is left.
///
/// # Errors
/// [`StoreError::NotFound`] when there is none, or it is not being destroyed.
pub fn remove(tx: &mut WriteTx<'_>, object: &Object) -> Result<(), StoreError> {
    match tx.execute(object.statements().remove, &object.key())? {
        0 => Err(StoreError::NotFound),
        _ => {
            object.announce(tx, None);
            Ok(())
        }
    }
}

fn read(kind: Kind, row: Row) -> Result<Binned, StoreError> {
    let mut row = row.of("bin");
    Ok(Binned {
        kind,
        tenant_id: row.id("tenant_id", TenantId::parse)?,
        id: row.text("id")?,
        name: row.text("name")?,
        second: row.text("second")?,
        version: row.int("version")?,
        deleted_at: row.time("deleted_at")?,
        deleted_by: row.maybe_text("deleted_by")?,
        destroying_at: row.maybe_time("destroying_at")?,
    })
}

#[cfg(test)]
mod tests {
    use super::OF_TENANT;
    use crate::schema;

    /// Not of a tenant, and what outlives it.
    const NOT_OF_TENANTS: [&str; 10] = [
        "schema_migrations",
        "installation",
        "issuers",
        "order_templates",
        "tenants",
        "deletions",
        "members",
        "member_credentials",
        "console_sessions",
        "entry_links",
    ];

    #[test]
    fn a_table_of_a_tenant_was_forgotten_when_the_tenant_was_destroyed() {
        for table in schema::TABLES.iter().filter(|it| !NOT_OF_TENANTS.contains(&it.name)) {
            let begin = format!("DELETE FROM {} ", table.name);
            assert!(OF_TENANT.iter().any(|sql| sql.starts_with(&begin)), "{}", table.name);
        }
    }
}
