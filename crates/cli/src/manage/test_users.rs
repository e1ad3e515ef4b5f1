//! `portvakt test-users …`

use std::path::PathBuf;

use authority::Permission;
use clap::{Args, Subcommand};
use console::{DomainView, NewTestUser, Tenant, TestUserChange, TestUserView};
use crypto::Secret;
use model::{SettingsError, StandardClaims};
use serde_json::{Map, Value, json};
use texts::{AdminMessage, FieldMessage, Outcome};

use super::{
    AtTheDesk, ConfigLocation, Desk,
    application_settings::named_value,
    command_error::CommandResult,
    desk::{AtDomain, IfVersion},
    show::{instant, said},
    words::secret,
};
use crate::{nearest::with_nearest, permits};

/// What can be said to `portvakt test-users`.
#[derive(Args)]
pub(crate) struct TestUsers {
    #[command(flatten)]
    at: AtDomain,
    #[command(subcommand)]
    what: TestUsersCommand,
}

#[derive(Subcommand)]
enum TestUsersCommand {
    /// Lists the test users of a test domain.
    List,
    /// Makes a test user.
    Add(Add),
    /// Shows a test user.
    Show {
        /// What they sign in with.
        username: String,
    },
    /// Gives a test user another password or other claims.
    Change(Change),
    /// Removes a test user.
    Remove {
        /// What they sign in with.
        username: String,
        #[command(flatten)]
        if_version: IfVersion,
    },
}

#[derive(Args)]
struct Add {
    /// What they sign in with.
    username: String,
    /// A file with the password; - reads standard input.
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with = "new_password",
        required_unless_present = "new_password"
    )]
    password_file: Option<PathBuf>,
    /// Makes a password, shown now and never again.
    #[arg(long)]
    new_password: bool,
    /// A claim of OpenID Connect, as `name=JSON`; can be repeated.
    #[arg(long, value_name = "NAME=JSON")]
    claim: Vec<String>,
}

#[derive(Args)]
struct Change {
    /// What they sign in with.
    username: String,
    /// A file with another password; - reads standard input.
    #[arg(long, value_name = "FILE", conflicts_with = "new_password")]
    password_file: Option<PathBuf>,
    /// Makes a password, shown now and never again.
    #[arg(long)]
    new_password: bool,
    /// A claim, as `name=JSON`; `name=null` takes it away. Can be repeated.
    #[arg(long, value_name = "NAME=JSON")]
    claim: Vec<String>,
    #[command(flatten)]
    if_version: IfVersion,
}

fn view(user: &TestUserView) -> Value {
    json!({
        "username": user.username, "id": user.id.to_string(), "version": user.version,
        "created_at": instant(user.created_at), "claims": user.claims,
    })
}

/// Puts `name=JSON` into claims; a bare word is a text.
fn with_claims(before: &StandardClaims, changes: &[String]) -> Result<StandardClaims, FieldMessage> {
    let value = serde_json::to_value(before).unwrap_or_default();
    let mut members: Map<String, Value> = value.as_object().cloned().unwrap_or_default();
    for change in changes {
        let (name, value) = named_value(change)?;
        members.insert(name.to_owned(), value);
    }
    serde_json::from_value(members.into())
        .map_err(|error| with_nearest(SettingsError::Unreadable(error.to_string()).message()))
}

/// The password from the file, or a new one that has to be shown.
fn password(file: Option<&PathBuf>, new: bool) -> CommandResult<(Option<Secret<String>>, bool)> {
    match file {
        Some(path) => Ok((Some(secret(path)?), false)),
        None if new => Ok((Some(crypto::Random::system().token()), true)),
        None => Ok((None, false)),
    }
}

impl AtTheDesk for TestUsers {
    fn place(&self) -> &ConfigLocation {
        &self.at.place
    }

    async fn run(self, desk: &Desk) -> CommandResult {
        let (tenant, domain) = self.at.find(desk).await?;
        match self.what {
            TestUsersCommand::List => list(desk, &tenant, &domain).await,
            TestUsersCommand::Add(add) => add.run(desk, &tenant, &domain).await,
            TestUsersCommand::Change(change) => change.run(desk, &tenant, &domain).await,
            TestUsersCommand::Show { username } => {
                let user = desk
                    .console
                    .test_user(&permits::may(&tenant, Permission::ReadSettings)?, domain.id, &username)
                    .await?;
                desk.one(&["username", "id", "created_at"], &view(&user));
                Ok(())
            }
            TestUsersCommand::Remove { username, if_version } => {
                let user = desk
                    .console
                    .test_user(&permits::may(&tenant, Permission::ReadSettings)?, domain.id, &username)
                    .await?;
                let seen = if_version.or(user.seen());
                let at = (domain.id, username.as_str(), &seen);
                desk.console
                    .remove_test_user(&permits::may(&tenant, Permission::ManageTestUsers)?, at, desk.now)
                    .await?;
                desk.done(
                    &said(&Outcome::TestUserRemoved { name: username.clone().into() }),
                    &json!({"username": username, "removed": true}),
                );
                Ok(())
            }
        }
    }
}

async fn list(desk: &Desk, tenant: &Tenant, domain: &DomainView) -> CommandResult {
    let (mut rows, mut after) = (Vec::new(), None);
    loop {
        let page = desk
            .console
            .test_users(&permits::may(tenant, Permission::ReadSettings)?, domain.id, after)
            .await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        rows.extend(page.iter().map(view));
    }
    desk.list(&["username", "id", "created_at"], &rows, &Outcome::NoTestUser);
    Ok(())
}

/// Says what was done, with the password where it was made.
fn tell(desk: &Desk, username: &str, done: &Outcome, shown: Option<&Secret<String>>) {
    let mut sentence = said(done);
    let mut thing = json!({"username": username});
    if let (Some(shown), Some(members)) = (shown, thing.as_object_mut()) {
        sentence.push_str(&format!("\n{}\n{}", said(&Outcome::PasswordOnce), shown.expose()));
        members.insert("password".to_owned(), json!(shown.expose()));
    }
    desk.done(&sentence, &thing);
}

impl Add {
    async fn run(self, desk: &Desk, tenant: &Tenant, domain: &DomainView) -> CommandResult {
        let (chosen, is_new) = password(self.password_file.as_ref(), self.new_password)?;
        let password = chosen.ok_or(AdminMessage::PasswordNotSaid)?;
        let claims = with_claims(&StandardClaims::default(), &self.claim)?;
        let new = NewTestUser { username: self.username.clone(), password: password.clone(), claims };
        desk.console
            .add_test_user(&permits::may(tenant, Permission::ManageTestUsers)?, domain.id, &new, desk.now)
            .await?;
        let (name, issuer) = (self.username.clone().into(), domain.issuer().into());
        tell(desk, &self.username, &Outcome::TestUserAdded { name, issuer }, is_new.then_some(&password));
        Ok(())
    }
}

impl Change {
    async fn run(self, desk: &Desk, tenant: &Tenant, domain: &DomainView) -> CommandResult {
        let user = desk
            .console
            .test_user(&permits::may(tenant, Permission::ReadSettings)?, domain.id, &self.username)
            .await?;
        let (password, is_new) = password(self.password_file.as_ref(), self.new_password)?;
        let seen = self.if_version.or(user.seen());
        let claims = match self.claim.as_slice() {
            [] => None,
            changes => Some(with_claims(&user.claims.unwrap_or_default(), changes)?),
        };
        let change = TestUserChange { password: password.clone(), claims };
        let at = (domain.id, self.username.as_str(), &seen);
        let changed = desk
            .console
            .change_test_user(&permits::may(tenant, Permission::ManageTestUsers)?, at, &change, desk.now)
            .await?;
        let name = self.username.clone().into();
        let done =
            if changed { Outcome::TestUserChanged { name } } else { Outcome::TestUserUnchanged { name } };
        tell(desk, &self.username, &done, password.as_ref().filter(|_| is_new));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::with_claims;
    use model::StandardClaims;
    use texts::Locale;

    #[test]
    fn rule_24_a_claim_is_json_or_a_bare_word_and_an_unknown_one_is_refused() {
        let changes = ["name=Tuva".to_owned(), "email_verified=true".to_owned(), "updated_at=5".to_owned()];
        let claims = with_claims(&StandardClaims::default(), &changes).unwrap();
        assert_eq!((claims.name.as_deref(), claims.email_verified), (Some("Tuva"), Some(true)));
        assert_eq!(with_claims(&claims, &["name=null".to_owned()]).unwrap().name, None);
        assert!(
            with_claims(&claims, &["admin=true".to_owned()]).unwrap_err().line(Locale::En).contains("admin")
        );
    }
}
