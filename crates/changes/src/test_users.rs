//! Test users: who signs in on a test domain with a password.

use authority::{Permission, Permit, SealedColumn, Tenant};
use crypto::{Digest, Random, Secret, password};
use model::{Action, DomainId, Environment, StandardClaims, TestUser, TestUserError, TestUserId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::{
    Tx, WriteTx, domains,
    test_users::{self, TestUserRow},
};
use texts::{AdminMessage, Noun};

use crate::{Refusal, seen::marker};

/// What a test user shall be.
#[derive(Clone, Debug)]
pub struct NewTestUser {
    /// What they sign in with.
    pub username: String,
    /// What only they know.
    pub password: Secret<String>,
    /// What applications are told.
    pub claims: StandardClaims,
}

/// What shall be different about a test user; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct TestUserChange {
    /// Another password.
    pub password: Option<Secret<String>>,
    /// All claims anew.
    pub claims: Option<StandardClaims>,
}

/// [`NewTestUser`] with the password stretched, ready to be written.
#[derive(Clone, Serialize, Deserialize)]
pub struct StretchedTestUser {
    username: String,
    password_digest: Vec<u8>,
    claims: StandardClaims,
}

/// What of a [`TestUserChange`] is different, with the password stretched, ready to be written.
#[derive(Clone, Serialize, Deserialize)]
pub struct StretchedChange {
    password_digest: Option<Vec<u8>>,
    claims: Option<StandardClaims>,
}

/// Gives the names of the claims that there are: what an audit row may say.
pub fn claim_names(claims: &StandardClaims) -> Vec<String> {
    let all = serde_json::to_value(claims).unwrap_or_default();
    all.as_object().map(|it| it.keys().cloned().collect()).unwrap_or_default()
}

/// Refuses what could not be a test user.
fn check(username: &str, password: Option<&str>, claims: &StandardClaims) -> Result<(), Refusal> {
    let wrong = |error: TestUserError| Refusal::Invalid(error.message(username));
    TestUser::check_username(username).map_err(wrong)?;
    password.map_or(Ok(()), TestUser::check_password).map_err(wrong)?;
    claims.check().map_err(|error| Refusal::Invalid(error.message().inside("claims")))
}

/// Refuses a domain that is for real people.
fn must_be_test(tx: &mut impl Tx, tenant: &Tenant, domain: DomainId) -> Result<(), Refusal> {
    let row = domains::get(tx, tenant.id, domain).map_err(|error| Refusal::of(error, Noun::Domain))?;
    if row.environment == Environment::Test {
        return Ok(());
    }
    Err(Refusal::Invalid(AdminMessage::TestUserOutsideTest.at("domain")))
}

fn sealed_claims(tenant: &Tenant, (id, username): (TestUserId, &str), claims: &StandardClaims) -> Vec<u8> {
    let user = TestUser { id, username: username.to_owned(), claims: claims.clone().into_person() };
    tenant.opened().seal(tenant.random(), &SealedColumn::TestUserClaims(id), &user.claims_json())
}

/// Opens a test user's row; `None` where the claims cannot be read.
pub fn opened(tenant: &Tenant, row: &TestUserRow) -> Option<TestUser> {
    let column = SealedColumn::TestUserClaims(row.id);
    let opened = tenant.opened().unseal(&column, &row.sealed_claims).ok()?;
    TestUser::parse(row.id, &row.username, opened.expose())
}

/// What is shown of a test user where changes are compared: the claims, and that there is a password.
pub fn shown(tenant: &Tenant, row: &TestUserRow) -> Value {
    let claims = opened(tenant, row).map(|it| StandardClaims::of(&it.claims));
    json!({"claims": claims, "password": marker(Some(&row.password_digest))})
}

/// The same of what somebody wants.
pub fn wanted(change: &TestUserChange) -> Value {
    let mut wanted = serde_json::Map::new();
    if let Some(claims) = &change.claims {
        wanted.insert("claims".to_owned(), json!(claims));
    }
    if change.password.is_some() {
        wanted.insert("password".to_owned(), json!("a new password"));
    }
    Value::Object(wanted)
}

/// Checks a new test user and stretches the password, which takes a while: before the write.
///
/// # Errors
/// [`Refusal::Invalid`].
pub fn stretch(random: &Random, new: &NewTestUser) -> Result<StretchedTestUser, Refusal> {
    check(&new.username, Some(new.password.expose()), &new.claims)?;
    Ok(StretchedTestUser {
        username: new.username.clone(),
        password_digest: password::digest(random, &new.password),
        claims: new.claims.clone(),
    })
}

/// The version that a new test user begins with, at most 2^48. Test users are removed for good and named by what they sign
/// in with, so a version must not come back with the name: it is taken from the id, which does not come back either.
fn first_version(id: TestUserId) -> i64 {
    let digest = Digest::of(id.as_bytes());
    1 + digest.as_bytes().iter().take(6).fold(0, |version, byte| version << 8 | i64::from(*byte))
}

/// Makes a test user of a test domain.
///
/// # Errors
/// [`Refusal::Taken`], [`Refusal::Invalid`], [`Refusal::NotFound`], [`Refusal::Forbidden`], [`Refusal::Store`].
pub fn create(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    (domain, id): (DomainId, TestUserId),
    new: &StretchedTestUser,
    now: Timestamp,
) -> Result<TestUserRow, Refusal> {
    let tenant = permit.tenant(Permission::ManageTestUsers)?;
    must_be_test(tx, tenant, domain)?;
    let row = TestUserRow {
        id,
        tenant_id: tenant.id,
        domain_id: domain,
        username: new.username.clone(),
        password_digest: new.password_digest.clone(),
        sealed_claims: sealed_claims(tenant, (id, &new.username), &new.claims),
        version: first_version(id),
        created_at: now,
    };
    let details = json!({
        "username": row.username, "domain": domain.to_string(), "claims": claim_names(&new.claims),
    });
    test_users::insert(tx, &row).map_err(|error| Refusal::of(error, Noun::Username))?;
    permit.record(Action::TestUserCreated, format!("test_user {id}"), &details, now).append(tx)?;
    Ok(row)
}

/// Compares a change with a row and stretches the password, both of which take a while: before the write. `None` where
/// nothing is different.
///
/// # Errors
/// [`Refusal::Invalid`].
pub fn compare(
    tenant: &Tenant,
    row: &TestUserRow,
    change: &TestUserChange,
) -> Result<Option<StretchedChange>, Refusal> {
    let claims = change.claims.clone().unwrap_or_default();
    check(&row.username, change.password.as_ref().map(|it| it.expose().as_str()), &claims)?;
    let before = opened(tenant, row).map(|it| StandardClaims::of(&it.claims));
    let claims = change.claims.as_ref().filter(|it| before.as_ref() != Some(*it));
    let password = change.password.as_ref().filter(|it| !password::verify(it, Some(&row.password_digest)));
    if claims.is_none() && password.is_none() {
        return Ok(None);
    }
    let password_digest = password.map(|it| password::digest(tenant.random(), it));
    Ok(Some(StretchedChange { password_digest, claims: claims.cloned() }))
}

/// Says by name what a change changes.
pub fn changed(change: &StretchedChange) -> Value {
    let claims = change.claims.as_ref().map(claim_names);
    json!({"password": change.password_digest.is_some(), "claims": claims})
}

/// Gives a test user, `row` as it is, another password or other claims.
///
/// # Errors
/// [`Refusal::Forbidden`], [`Refusal::Store`].
pub fn change(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    mut row: TestUserRow,
    change: &StretchedChange,
    now: Timestamp,
) -> Result<(), Refusal> {
    let tenant = permit.tenant(Permission::ManageTestUsers)?;
    let mut details = changed(change);
    if let Some(members) = details.as_object_mut() {
        members.insert("username".to_owned(), json!(row.username));
    }
    if let Some(digest) = &change.password_digest {
        row.password_digest.clone_from(digest);
    }
    if let Some(claims) = &change.claims {
        row.sealed_claims = sealed_claims(tenant, (row.id, &row.username), claims);
    }
    test_users::save(tx, &row)?;
    Ok(permit.record(Action::TestUserChanged, format!("test_user {}", row.id), &details, now).append(tx)?)
}

/// Removes a test user.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::Forbidden`], [`Refusal::Store`].
pub fn remove(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    row: &TestUserRow,
    now: Timestamp,
) -> Result<(), Refusal> {
    let tenant = permit.tenant(Permission::ManageTestUsers)?;
    test_users::remove(tx, tenant.id, row.domain_id, &row.username)
        .map_err(|error| Refusal::of(error, Noun::TestUser))?;
    let details = json!({"username": row.username});
    Ok(permit.record(Action::TestUserRemoved, format!("test_user {}", row.id), &details, now).append(tx)?)
}
