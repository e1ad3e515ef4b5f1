//! Test users: who signs in on a test domain with a password.

use authority::{Permission, Permit};
use changes::{
    Seen,
    test_users::{
        NewTestUser, TestUserChange, change, compare, create, opened, remove, shown, stretch, wanted,
    },
};
use model::{DomainId, StandardClaims, TestUserId, Timestamp};
use serde_json::{Value, json};
use store::{
    Tx,
    test_users::{self, TestUserRow},
};
use texts::Noun;

use crate::{Console, Refusal, Tenant, tenants::PAGE};

/// A test user as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestUserView {
    /// Its row.
    pub id: TestUserId,
    /// What they sign in with.
    pub username: String,
    /// What applications are told; `None` when it cannot be opened.
    pub claims: Option<StandardClaims>,
    /// Counts its changes: a change names the one that it was based on.
    pub version: i64,
    /// Since when.
    pub created_at: Timestamp,
    shown: Value,
}

impl TestUserView {
    fn of(tenant: &Tenant, row: TestUserRow) -> Self {
        Self {
            claims: opened(tenant, &row).map(|it| StandardClaims::of(&it.claims)),
            shown: shown(tenant, &row),
            id: row.id,
            username: row.username,
            version: row.version,
            created_at: row.created_at,
        }
    }

    /// What somebody who looked at this has seen.
    pub fn seen(&self) -> Seen {
        Seen::of(self.version, self.shown.clone())
    }
}

fn find(tx: &mut impl Tx, tenant: &Tenant, domain: DomainId, username: &str) -> Result<TestUserRow, Refusal> {
    let found = test_users::find_by_username(tx, tenant.id, domain, username)?;
    found.ok_or(Refusal::NotFound(Noun::TestUser))
}

fn check_seen(tenant: &Tenant, row: &TestUserRow, seen: &Seen, wanted: Value) -> Result<(), Refusal> {
    Ok(seen.check(Noun::TestUser, (row.version, shown(tenant, row)), wanted)?)
}

impl Console {
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
        permit.tenant(Permission::ManageTestUsers)?;
        let (new, id) = (stretch(&self.random, new)?, TestUserId::new(&self.random, now));
        let permit = permit.clone();
        let made = self.store.write(move |tx| create(tx, &permit, (domain, id), &new, now).map(drop));
        made.await?;
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
        Ok(rows.into_iter().map(|row| TestUserView::of(tenant, row)).collect())
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
        Ok(TestUserView::of(tenant, row))
    }

    /// Gives a test user that was seen another password or other claims; says whether anything was different.
    ///
    /// # Errors
    /// [`Refusal::ChangedMeanwhile`], [`Refusal::NotFound`], [`Refusal::Invalid`], [`Refusal::Forbidden`],
    /// [`Refusal::Store`].
    pub async fn change_test_user(
        &self,
        permit: &Permit,
        (domain, username, seen): (DomainId, &str, &Seen),
        asked: &TestUserChange,
        now: Timestamp,
    ) -> Result<bool, Refusal> {
        let tenant = permit.tenant(Permission::ManageTestUsers)?;
        let (asker, name) = (tenant.clone(), username.to_owned());
        let row = self.store.read(move |tx| find(tx, &asker, domain, &name)).await?;
        check_seen(tenant, &row, seen, wanted(asked))?;
        let Some(stretched) = compare(tenant, &row, asked)? else { return Ok(false) };
        let (permit, name) = (permit.clone(), username.to_owned());
        let (seen, asked) = (seen.clone(), wanted(asked));
        let saved = self.store.write(move |tx| {
            let tenant = permit.tenant(Permission::ManageTestUsers)?;
            let row = find(tx, tenant, domain, &name)?;
            check_seen(tenant, &row, &seen, asked)?;
            change(tx, &permit, row, &stretched, now)
        });
        saved.await?;
        Ok(true)
    }

    /// Removes a test user that was seen.
    ///
    /// # Errors
    /// [`Refusal::ChangedMeanwhile`], [`Refusal::NotFound`], [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn remove_test_user(
        &self,
        permit: &Permit,
        (domain, username, seen): (DomainId, &str, &Seen),
        now: Timestamp,
    ) -> Result<(), Refusal> {
        permit.tenant(Permission::ManageTestUsers)?;
        let (permit, username, seen) = (permit.clone(), username.to_owned(), seen.clone());
        let removed = self.store.write(move |tx| {
            let tenant = permit.tenant(Permission::ManageTestUsers)?;
            let row = find(tx, tenant, domain, &username)?;
            check_seen(tenant, &row, &seen, json!({"claims": null, "password": null}))?;
            remove(tx, &permit, &row, now)
        });
        removed.await
    }
}
