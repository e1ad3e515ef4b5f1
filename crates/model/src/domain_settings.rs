//! What can be set of a domain.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Brand, Environment, LoginMethod, SettingsError, brand::is_email, check_name};

fn thirty() -> u32 {
    30
}

fn eight_hours() -> u32 {
    8 * 60
}

/// Everything that can be set of a domain beside its address. Unknown members are refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DomainSettings {
    /// The eIDs with which a browser is remembered; none by default.
    #[serde(default)]
    pub single_sign_on: Vec<LoginMethod>,
    /// How long a browser session may rest, in minutes: 1 to 1,440.
    #[serde(default = "thirty")]
    pub session_idle_minutes: u32,
    /// How long a browser session lasts at most, in minutes: 1 to 10,080.
    #[serde(default = "eight_hours")]
    pub session_absolute_minutes: u32,
    /// Whether every application must push its requests (RFC 9126).
    #[serde(default)]
    pub require_par: bool,
    /// Whether test users may sign in with a password; test domains only.
    #[serde(default)]
    pub automation: bool,
    /// What people call whoever the domain belongs to, on pages that are of no application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Who is responsible for the personal data that logins here process (GDPR article 4, no. 7): a legal name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub controller: Option<String>,
    /// The e-mail address at which the controller is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// What people see of its applications where they say nothing else.
    #[serde(default, skip_serializing_if = "Brand::is_empty")]
    pub brand: Brand,
}

impl Default for DomainSettings {
    fn default() -> Self {
        Self {
            single_sign_on: Vec::new(),
            session_idle_minutes: thirty(),
            session_absolute_minutes: eight_hours(),
            require_par: false,
            automation: false,
            display_name: None,
            controller: None,
            contact: None,
            brand: Brand::default(),
        }
    }
}

/// Who is responsible for the personal data of logins, and where to ask; the statements name both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Controller {
    /// A legal name.
    pub name: String,
    /// An e-mail address.
    pub contact: String,
}

impl Controller {
    /// Says whether both can be shown and used.
    ///
    /// # Errors
    /// [`SettingsError::Controller`], [`SettingsError::Contact`]
    pub fn check(&self) -> Result<(), SettingsError> {
        check_name(&self.name).map_err(|error| SettingsError::Controller(error, self.name.clone()))?;
        if is_email(&self.contact) { Ok(()) } else { Err(SettingsError::Contact(self.contact.clone())) }
    }
}

/// How long browser sessions last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionLimits {
    /// Between two uses.
    pub idle_for: Duration,
    /// From the proof on.
    pub at_most: Duration,
}

impl DomainSettings {
    /// Reads the stored JSON.
    ///
    /// # Errors
    /// [`SettingsError::Unreadable`]
    pub fn parse(text: &str) -> Result<Self, SettingsError> {
        let settings: Self =
            serde_json::from_str(text).map_err(|error| SettingsError::Unreadable(error.to_string()))?;
        settings.brand.check_parsed()?;
        Ok(settings)
    }

    /// Writes the JSON to store, without the picture of a logo that was just brought.
    pub fn to_text(&self) -> String {
        if self.brand.carries_picture() {
            return Self { brand: self.brand.without_picture(), ..self.clone() }.to_text();
        }
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Says whether these settings can be used.
    ///
    /// # Errors
    /// [`SettingsError::SessionLimits`], [`SettingsError::Automation`], [`SettingsError::DisplayName`],
    /// [`SettingsError::Controller`], [`SettingsError::Contact`], [`SettingsError::Brand`]
    pub fn check(&self, environment: Environment) -> Result<(), SettingsError> {
        if self.automation && environment != Environment::Test {
            return Err(SettingsError::Automation);
        }
        let (idle, most) = (self.session_idle_minutes, self.session_absolute_minutes);
        if !(1..=1_440).contains(&idle) || !(1..=10_080).contains(&most) || idle > most {
            return Err(SettingsError::SessionLimits);
        }
        if let Some(name) = &self.display_name {
            check_name(name).map_err(|error| SettingsError::DisplayName(error, name.clone()))?;
        }
        if let Some(name) = &self.controller {
            check_name(name).map_err(|error| SettingsError::Controller(error, name.clone()))?;
        }
        if let Some(contact) = self.contact.as_ref().filter(|it| !is_email(it)) {
            return Err(SettingsError::Contact(contact.clone()));
        }
        self.brand.check(environment).map_err(SettingsError::Brand)
    }

    /// Who is responsible here; `None` unless name and contact are both set.
    pub fn controller(&self) -> Option<Controller> {
        Some(Controller { name: self.controller.clone()?, contact: self.contact.clone()? })
    }

    /// Says whether a domain may have these settings that had `before`, or none: one for real people has a controller
    /// from the beginning, and keeps one.
    ///
    /// # Errors
    /// [`SettingsError::ControllerMissing`]
    pub fn check_controller(
        &self,
        before: Option<&Self>,
        environment: Environment,
    ) -> Result<(), SettingsError> {
        let needs_one = before.is_none_or(|it| it.controller().is_some());
        if environment == Environment::Production && needs_one && self.controller().is_none() {
            return Err(SettingsError::ControllerMissing);
        }
        Ok(())
    }

    /// How long browser sessions last here.
    pub fn session_limits(&self) -> SessionLimits {
        let minutes = |count: u32| Duration::from_secs(u64::from(count) * 60);
        SessionLimits {
            idle_for: minutes(self.session_idle_minutes),
            at_most: minutes(self.session_absolute_minutes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::DomainSettings;
    use crate::{Environment, SettingsError};

    #[test]
    fn sessions_are_off_and_limited_by_default() {
        let settings = DomainSettings::parse("{}").unwrap();
        assert_eq!(settings, DomainSettings::default());
        assert!(settings.single_sign_on.is_empty() && settings.check(Environment::Production).is_ok());
    }

    #[test]
    fn limits_out_of_bounds_and_unknown_members_are_refused() {
        let long = DomainSettings { session_absolute_minutes: 10_081, ..DomainSettings::default() };
        assert_eq!(long.check(Environment::Test), Err(SettingsError::SessionLimits));
        let upside_down = DomainSettings { session_absolute_minutes: 5, ..DomainSettings::default() };
        assert_eq!(upside_down.check(Environment::Test), Err(SettingsError::SessionLimits));
        assert!(DomainSettings::parse(r#"{"sso":true}"#).is_err());
    }

    #[test]
    fn a_domain_for_real_people_has_a_controller_from_the_beginning_and_keeps_one() {
        use Environment::{Production, Test};
        let named = DomainSettings {
            controller: Some("Acme AS".to_owned()),
            contact: Some("personvern@acme.example".to_owned()),
            ..DomainSettings::default()
        };
        let half = DomainSettings { contact: None, ..named.clone() };
        let (none, missing) = (DomainSettings::default(), Err(SettingsError::ControllerMissing));
        assert_eq!((named.check(Production), named.check_controller(None, Production)), (Ok(()), Ok(())));
        for without in [&half, &none] {
            assert_eq!(without.check_controller(None, Production), missing);
            assert_eq!(without.check_controller(Some(&named), Production), missing);
            assert_eq!(without.check_controller(Some(&none), Production), Ok(()), "an older domain goes on");
            assert_eq!(without.check_controller(None, Test), Ok(()));
        }
        let nobody = DomainSettings { contact: Some("acme".to_owned()), ..named };
        assert_eq!(nobody.check(Test), Err(SettingsError::Contact("acme".to_owned())));
    }
}
