//! Test users that a declaration names.

use authority::Permission;
use crypto::Secret;
use model::{Action, Environment, StandardClaims, TestUser};
use serde_json::{Value, json};
use store::{
    declared_objects::DeclaredKind,
    test_users::{self, TestUserRow},
};
use texts::AdminMessage;

use super::{
    entry::Entry,
    plan::{Verb, named, object},
    planner::{Planner, TargetDomain},
};
use crate::{NewTestUser, Refusal, Tenant, TestUserChange, test_users::claim_names};

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
        let (tenant_id, domain, wanted) = (tenant.id, place.domain, username.to_owned());
        let read =
            self.console.store.read(move |tx| test_users::find_by_username(tx, tenant_id, domain, &wanted));
        match (read.await?, password) {
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
        let row = self.console.test_user_row((tenant, place.domain), &new, self.now);
        let names = claim_names(&new.claims);
        let details = json!({"username": new.username, "domain": place.domain.to_string(), "claims": names});
        let record = tenant.permit(Permission::ManageTestUsers)?.record(
            Action::TestUserCreated,
            object("test_user", row.id),
            &details,
            self.now,
        );
        self.plan.change(
            Verb::Create,
            "test user",
            named(&place.host, &new.username),
            json!({"claims": names}),
        );
        let id = row.id.to_string();
        self.plan.step(move |tx| {
            test_users::insert(tx, &row)?;
            record.append(tx)
        });
        self.name(tenant.id, (DeclaredKind::TestUser, &id), true);
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
        let Some((row, details)) = self.console.changed_test_user(tenant, row, change) else {
            self.plan.unchanged("test user", name);
            return Ok(());
        };
        let object = object("test_user", row.id);
        let record = tenant.permit(Permission::ManageTestUsers)?.record(
            Action::TestUserChanged,
            object,
            &details,
            self.now,
        );
        let shown = json!({"password": details.get("password"), "claims": details.get("claims")});
        self.plan.change(Verb::Change, "test user", name, shown);
        self.plan.step(move |tx| {
            test_users::save(tx, &row)?;
            record.append(tx)
        });
        Ok(())
    }
}
