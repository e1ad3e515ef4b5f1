//! Test users: who signs in on a test domain with a password.

use authority::{Permission, Permit, SealedColumn};
use crypto::{Random, Secret, password};
use model::{Action, DomainId, Environment, StandardClaims, TestUser, TestUserError, TestUserId, Timestamp};
use serde_json::{Value, json};
use store::{
    StoreError, Tx, domains,
    test_users::{self, TestUserRow},
};
use texts::{AdminMessage, Noun};

use crate::{Console, Refusal, Tenant, tenants::PAGE};

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

/// A test user as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestUserView {
    /// Its row.
    pub id: TestUserId,
    /// What they sign in with.
    pub username: String,
    /// What applications are told; `None` when it cannot be opened.
    pub claims: Option<StandardClaims>,
    /// Since when.
    pub created_at: Timestamp,
}

/// The names of the claims that there are: what an audit row may say.
pub(crate) fn claim_names(claims: &StandardClaims) -> Vec<String> {
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

fn find(tx: &mut impl Tx, tenant: &Tenant, domain: DomainId, username: &str) -> Result<TestUserRow, Refusal> {
    let found = test_users::find_by_username(tx, tenant.id, domain, username)?;
    found.ok_or(Refusal::NotFound(Noun::TestUser))
}

fn sealed_claims(tenant: &Tenant, random: &Random, user: &TestUser) -> Vec<u8> {
    tenant.opened().seal(random, &SealedColumn::TestUserClaims(user.id), &user.claims_json())
}

pub(crate) fn opened_test_user(tenant: &Tenant, row: &TestUserRow) -> Option<TestUser> {
    let column = SealedColumn::TestUserClaims(row.id);
    let opened = tenant.opened().unseal(&column, &row.sealed_claims).ok()?;
    TestUser::parse(row.id, &row.username, opened.expose())
}

impl Console {
    /// Makes the row of a test user; nothing is written yet. Takes as long as stretching a password does.
    pub(crate) fn test_user_row(
        &self,
        (tenant, domain): (&Tenant, DomainId),
        new: &NewTestUser,
        now: Timestamp,
    ) -> TestUserRow {
        let id = TestUserId::new(&self.random, now);
        let claims = new.claims.clone().into_person();
        let user = TestUser { id, username: new.username.clone(), claims };
        TestUserRow {
            id,
            tenant_id: tenant.id,
            domain_id: domain,
            password_digest: password::digest(&self.random, &new.password),
            sealed_claims: sealed_claims(tenant, &self.random, &user),
            username: user.username,
            version: 1,
            created_at: now,
        }
    }

    /// Gives a row another password and other claims; says by name what of it is different.
    pub(crate) fn changed_test_user(
        &self,
        tenant: &Tenant,
        row: &TestUserRow,
        change: &TestUserChange,
    ) -> Option<(TestUserRow, Value)> {
        let before = opened_test_user(tenant, row).map(|it| StandardClaims::of(&it.claims));
        let claims = change.claims.as_ref().filter(|it| before.as_ref() != Some(*it));
        let password =
            change.password.as_ref().filter(|it| !password::verify(it, Some(&row.password_digest)));
        if claims.is_none() && password.is_none() {
            return None;
        }
        let mut changed = row.clone();
        if let Some(password) = password {
            changed.password_digest = password::digest(&self.random, password);
        }
        if let Some(claims) = claims {
            let claims = claims.clone().into_person();
            let user = TestUser { id: row.id, username: row.username.clone(), claims };
            changed.sealed_claims = sealed_claims(tenant, &self.random, &user);
        }
        let details = json!({"username": row.username, "password": password.is_some(), "claims": claims.map(claim_names)});
        Some((changed, details))
    }

    /// Makes a test user of a test domain.
    ///
    /// # Errors
    /// [`Refusal::Taken`], [`Refusal::Invalid`], [`Refusal::NotFound`], [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn add_test_user(
        &self,
        permit: &Permit,
        domain: DomainId,
        new: &NewTestUser,
        now: Timestamp,
    ) -> Result<TestUserId, Refusal> {
        let tenant = permit.tenant(Permission::ManageTestUsers)?;
        check(&new.username, Some(new.password.expose()), &new.claims)?;
        let row = self.test_user_row((tenant, domain), new, now);
        let details = json!({
            "username": new.username, "domain": domain.to_string(), "claims": claim_names(&new.claims),
        });
        let id = row.id;
        let record = permit.record(Action::TestUserCreated, format!("test_user {id}"), &details, now);
        let tenant = tenant.clone();
        self.store
            .write(move |tx| {
                must_be_test(tx, &tenant, domain)?;
                test_users::insert(tx, &row).map_err(|error| Refusal::of(error, Noun::Username))?;
                Ok::<_, Refusal>(record.append(tx)?)
            })
            .await?;
        Ok(id)
    }

    /// Lists at most 1,000 test users of a domain, from the one that follows `after`.
    ///
    /// # Errors
    /// [`Refusal::Store`].
    pub async fn test_users(
        &self,
        permit: &Permit,
        domain: DomainId,
        after: Option<TestUserId>,
    ) -> Result<Vec<TestUserView>, Refusal> {
        let tenant = permit.tenant(Permission::ReadSettings)?;
        let id = tenant.id;
        let rows = self.store.read(move |tx| test_users::list(tx, id, domain, after, PAGE)).await?;
        let view = |row: TestUserRow| TestUserView {
            claims: opened_test_user(tenant, &row).map(|it| StandardClaims::of(&it.claims)),
            id: row.id,
            username: row.username,
            created_at: row.created_at,
        };
        Ok(rows.into_iter().map(view).collect())
    }

    /// Finds a test user by what they sign in with.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::Store`].
    pub async fn test_user(
        &self,
        permit: &Permit,
        domain: DomainId,
        username: &str,
    ) -> Result<TestUserView, Refusal> {
        let tenant = permit.tenant(Permission::ReadSettings)?;
        let (asker, name) = (tenant.clone(), username.to_owned());
        let row = self.store.read(move |tx| find(tx, &asker, domain, &name)).await?;
        let claims = opened_test_user(tenant, &row).map(|it| StandardClaims::of(&it.claims));
        Ok(TestUserView { id: row.id, username: row.username, claims, created_at: row.created_at })
    }

    /// Gives a test user another password or other claims; says whether anything was different.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::Invalid`], [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn change_test_user(
        &self,
        permit: &Permit,
        (domain, username): (DomainId, &str),
        change: &TestUserChange,
        now: Timestamp,
    ) -> Result<bool, Refusal> {
        let tenant = permit.tenant(Permission::ManageTestUsers)?;
        let claims = change.claims.clone().unwrap_or_default();
        check(username, change.password.as_ref().map(|it| it.expose().as_str()), &claims)?;
        let (asker, name) = (tenant.clone(), username.to_owned());
        let row = self.store.read(move |tx| find(tx, &asker, domain, &name)).await?;
        let Some((row, details)) = self.changed_test_user(tenant, &row, change) else { return Ok(false) };
        let record = permit.record(Action::TestUserChanged, format!("test_user {}", row.id), &details, now);
        let saved = self.store.write(move |tx| {
            test_users::save(tx, &row)?;
            record.append(tx)
        });
        saved.await.map_err(|error: StoreError| Refusal::of(error, Noun::TestUser))?;
        Ok(true)
    }

    /// Removes a test user.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn remove_test_user(
        &self,
        permit: &Permit,
        (domain, username): (DomainId, &str),
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let tenant = permit.tenant(Permission::ManageTestUsers)?;
        let permit = permit.clone();
        let (tenant, username) = (tenant.clone(), username.to_owned());
        self.store
            .write(move |tx| {
                let row = find(tx, &tenant, domain, &username)?;
                test_users::remove(tx, tenant.id, domain, &username)?;
                let details = json!({"username": username});
                let object = format!("test_user {}", row.id);
                Ok::<_, Refusal>(permit.record(Action::TestUserRemoved, object, &details, now).append(tx)?)
            })
            .await
    }
}
