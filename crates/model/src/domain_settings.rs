//! What can be set of a domain.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Environment, LoginMethod, SettingsError};

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
}

impl Default for DomainSettings {
    fn default() -> Self {
        Self {
            single_sign_on: Vec::new(),
            session_idle_minutes: thirty(),
            session_absolute_minutes: eight_hours(),
            require_par: false,
            automation: false,
        }
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
        serde_json::from_str(text).map_err(|error| SettingsError::Unreadable(error.to_string()))
    }

    /// Writes the JSON to store.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Says whether these settings can be used.
    ///
    /// # Errors
    /// [`SettingsError::SessionLimits`], [`SettingsError::Automation`]
    pub fn check(&self, environment: Environment) -> Result<(), SettingsError> {
        if self.automation && environment != Environment::Test {
            return Err(SettingsError::Automation);
        }
        let (idle, most) = (self.session_idle_minutes, self.session_absolute_minutes);
        if !(1..=1_440).contains(&idle) || !(1..=10_080).contains(&most) || idle > most {
            return Err(SettingsError::SessionLimits);
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
}
