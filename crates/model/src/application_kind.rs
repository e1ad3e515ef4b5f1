//! Where an application runs.

use serde::{Deserialize, Serialize};

/// Where an application runs, which decides how it can prove itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ApplicationKind {
    /// On a server: confidential.
    Web,
    /// In a browser: public, PKCE always.
    Browser,
    /// On a device: public, PKCE always.
    Native,
}
