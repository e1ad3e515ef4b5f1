//! Test users that a declaration names.

use changes::test_users::{NewTestUser, TestUserChange, changed, claim_names, compare, stretch};
use crypto::Secret;
use model::{Environment, StandardClaims, TestUser, TestUserId};
use serde_json::{Value, json};
use store::{
    declared_objects::DeclaredKind,
    test_users::{self, TestUserRow},
};
use texts::AdminMessage;

use super::{
    compared::{Object, state},
    entry::Entry,
    plan::{Verb, named},
    planned_write::PlannedWrite,
    planner::{Planner, TargetDomain},
};
use crate::{Refusal, Tenant};

/// The most of a file: each password takes a while to stretch.
const MOST: usize = 200;

impl Planner<'_> {
    pub(crate) async fn test_user(
        &mut self,
        (tenant, place): (&Tenant, &TargetDomain),
        mut entry: Entry<'_>,
    ) -> Result<(), Refusal> {
        let username = entry.required("username", &mut self.faults);
        let password = entry.text("password", &mut self.faults).map(Secret::from);
        let claims = entry.object("claims", &mut self.faults);
        entry.nothing_else(&mut self.faults);
        if place.environment != Environment::Test {
            self.faults.wrong(&entry.path, AdminMessage::TestUserOutsideTest);
            return Ok(());
        }
        if let Some(password) = &password
            && let Err(error) = TestUser::check_password(password.expose())
        {
            self.faults.wrong(&entry.at("password"), error.message("").message);
        }
        let claims = claims.map(|entry| self.claims(&entry));
        let Some(username) = username else { return Ok(()) };
        if let Err(error) = TestUser::check_username(username) {
            self.faults.wrong(&entry.at("username"), error.message(username).message);
            return Ok(());
        }
        if !self.usernames.insert((place.domain, username.to_owned())) {
            let value = username.into();
            self.faults.wrong(&entry.at("username"), AdminMessage::ValueRepeated { value });
            return Ok(());
        }
        if self.usernames.len() > MOST {
            self.faults.wrong(&entry.path, AdminMessage::TestUsersTooMany { most: MOST.into() });
            return Ok(());
        }
        let claims = match claims {
            Some(None) => return Ok(()),
            Some(claims) => claims,
            None => None,
        };
        match (self.found_user((tenant, place), username).await?, password) {
            (Some(row), password) => {
                self.changed_test_user((tenant, place), &row, &TestUserChange { password, claims })
            }
            (None, Some(password)) => {
                let claims = claims.unwrap_or_default();
                self.new_test_user(
                    (tenant, place),
                    NewTestUser { username: username.to_owned(), password, claims },
                )
            }
            // It may be there, where the domain is.
            (None, None) if !place.is_known => Ok(()),
            (None, None) => {
                self.faults.wrong(&entry.at("password"), AdminMessage::PasswordMissing);
                Ok(())
            }
        }
    }

    async fn found_user(
        &mut self,
        (tenant, place): (&Tenant, &TargetDomain),
        username: &str,
    ) -> Result<Option<TestUserRow>, Refusal> {
        let (tenant_id, domain, wanted) = (tenant.id, place.domain, username.to_owned());
        let read =
            self.console.store.read(move |tx| test_users::find_by_username(tx, tenant_id, domain, &wanted));
        let found = read.await?;
        let is = found.as_ref().map(|row| state(row.id, row.version));
        let object = Object::TestUser(domain, username.to_owned());
        self.plan.compare(tenant_id, object, named(&place.host, username), is);
        Ok(found)
    }

    /// Reads claims one by one, so that each that is wrong is named.
    fn claims(&mut self, entry: &Entry<'_>) -> Option<StandardClaims> {
        let (members, before) = (entry.rest(), self.faults.count());
        for (name, value) in &members {
            if !StandardClaims::NAMES.contains(&name.as_str()) {
                let known = StandardClaims::NAMES.iter().map(|it| (*it).to_owned()).collect();
                self.faults.unknown(&entry.at(name), name, known);
                continue;
            }
            let read = serde_json::from_value::<StandardClaims>(json!({name.as_str(): value}));
            let wrong = match read {
                Ok(claim) => claim.check().err().map(|error| error.message().message),
                Err(error) => Some(AdminMessage::SettingsUnreadable { detail: error.to_string().into() }),
            };
            if let Some(wrong) = wrong {
                self.faults.wrong(&entry.at(name), wrong);
            }
        }
        if self.faults.count() > before {
            return None;
        }
        serde_json::from_value(Value::Object(members)).ok()
    }

    fn new_test_user(
        &mut self,
        (tenant, place): (&Tenant, &TargetDomain),
        new: NewTestUser,
    ) -> Result<(), Refusal> {
        // A file that is refused needs no password stretched.
        if self.faults.count() > 0 {
            return Ok(());
        }
        let (id, claims) =
            (TestUserId::new(&self.console.random, self.now), json!({"claims": claim_names(&new.claims)}));
        self.plan.change(Verb::Create, "test user", named(&place.host, &new.username), claims);
        let new = stretch(&self.console.random, &new)?;
        self.step(tenant, PlannedWrite::CreateTestUser { domain: place.domain, id, new })?;
        self.name(tenant.id, (DeclaredKind::TestUser, &id.to_string()), true);
        Ok(())
    }

    fn changed_test_user(
        &mut self,
        (tenant, place): (&Tenant, &TargetDomain),
        row: &TestUserRow,
        change: &TestUserChange,
    ) -> Result<(), Refusal> {
        let name = named(&place.host, &row.username);
        self.name(tenant.id, (DeclaredKind::TestUser, &row.id.to_string()), false);
        if self.faults.count() > 0 {
            return Ok(());
        }
        let Some(change) = compare(tenant, row, change)? else {
            self.plan.unchanged("test user", name);
            return Ok(());
        };
        self.plan.change(Verb::Change, "test user", name, changed(&change));
        let (domain, username) = (place.domain, row.username.clone());
        self.step(tenant, PlannedWrite::ChangeTestUser { domain, username, change })
    }
}
