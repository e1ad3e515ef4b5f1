//! What can be set of the compatible profile.

use serde::{Deserialize, Serialize};

/// In which form an application gets its tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// Standard claims, typed values, `acr`, `amr`, `auth_time`.
    #[default]
    Modern,
    /// Names, values and types as at Idura.
    Compatible,
}

/// How claims are named ("JWT property format").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PropertyFormat {
    /// Short names, the legacy ones beside the standard ones.
    #[default]
    Compact,
    /// Long names, and the standard ones beside them.
    Uri,
}

/// Everything that can be set of the compatible profile. Unknown members are refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompatibleSettings {
    /// How claims are named.
    #[serde(default)]
    pub property_format: PropertyFormat,
    /// A claim that the eID did not give is `null` instead of absent.
    #[serde(default)]
    pub null_claims: bool,
    /// The request's scopes decide what is released; otherwise everything that the eID gives, the number by `ssn`.
    #[serde(default)]
    pub dynamic_scopes: bool,
    /// The national identity number without being asked for; the application must be allowed to have it.
    #[serde(default)]
    pub ssn: bool,
}
