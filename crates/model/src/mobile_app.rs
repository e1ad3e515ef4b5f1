//! The phone apps of an application, which may open links to its domain.
//!
//! Spec: Apple, "Supporting associated domains"; Android, "Add Android App Links" (Digital Asset Links), read 2026

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Where an app comes back to on an Apple device.
pub const IOS_CALLBACK: &str = "/ios/callback";
/// Where an app comes back to on an Android device.
pub const ANDROID_CALLBACK: &str = "/android/callback";
/// The most apps of a kind, and the most certificates of an app.
pub(crate) const MOST: usize = 10;

/// An app in Apple's App Store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppleApp {
    /// Ten characters of A-Z and 0-9.
    pub team_id: String,
    /// Reverse domain name, such as `com.example.app`.
    pub bundle_id: String,
}

/// An Android app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AndroidApp {
    /// Such as `com.example.app`.
    pub package_name: String,
    /// SHA-256 of each signing certificate: 32 bytes in hexadecimal, separated by colons.
    pub sha256_cert_fingerprints: Vec<String>,
}

/// Why an app cannot be registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MobileAppError {
    /// A team id is ten characters.
    TeamId(String),
    /// Not a bundle id.
    BundleId(String),
    /// Not a package name.
    PackageName(String),
    /// Not a SHA-256 fingerprint.
    Fingerprint(String),
    /// No certificate, or more apps or certificates than there may be.
    Number,
}

fn is_dotted(text: &str, is_part: impl Fn(&str) -> bool) -> bool {
    text.len() <= 155 && text.contains('.') && text.split('.').all(is_part)
}

fn is_fingerprint(text: &str) -> bool {
    let bytes: Vec<&str> = text.split(':').collect();
    bytes.len() == 32 && bytes.iter().all(|it| it.len() == 2 && it.bytes().all(|it| it.is_ascii_hexdigit()))
}

/// Checks the apps of an application.
///
/// # Errors
/// The first [`MobileAppError`]: refuse the change.
pub(crate) fn check(apple: &[AppleApp], android: &[AndroidApp]) -> Result<(), MobileAppError> {
    if apple.len() > MOST || android.len() > MOST {
        return Err(MobileAppError::Number);
    }
    for app in apple {
        let is_team = |it: u8| it.is_ascii_uppercase() || it.is_ascii_digit();
        if app.team_id.len() != 10 || !app.team_id.bytes().all(is_team) {
            return Err(MobileAppError::TeamId(app.team_id.clone()));
        }
        let is_part =
            |part: &str| !part.is_empty() && part.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-');
        if !is_dotted(&app.bundle_id, is_part) {
            return Err(MobileAppError::BundleId(app.bundle_id.clone()));
        }
    }
    for app in android {
        let is_part = |part: &str| {
            part.starts_with(|it: char| it.is_ascii_alphabetic())
                && part.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_')
        };
        if !is_dotted(&app.package_name, is_part) {
            return Err(MobileAppError::PackageName(app.package_name.clone()));
        }
        if !(1..=MOST).contains(&app.sha256_cert_fingerprints.len()) {
            return Err(MobileAppError::Number);
        }
        if let Some(wrong) = app.sha256_cert_fingerprints.iter().find(|it| !is_fingerprint(it)) {
            return Err(MobileAppError::Fingerprint(wrong.clone()));
        }
    }
    Ok(())
}

/// The file `apple-app-site-association` of a domain with these apps.
pub fn apple_app_site_association(apps: &[AppleApp]) -> Value {
    let ids: Vec<String> = apps.iter().map(|app| format!("{}.{}", app.team_id, app.bundle_id)).collect();
    json!({
        "applinks": {"details": [{"appIDs": ids, "components": [{"/": IOS_CALLBACK}]}]},
        // Login sessions of the system that end at an https address ask for this one.
        "webcredentials": {"apps": ids},
    })
}

/// The file `assetlinks.json` of a domain with these apps.
pub fn asset_links(apps: &[AndroidApp]) -> Value {
    let statement = |app: &AndroidApp| {
        let prints: Vec<String> =
            app.sha256_cert_fingerprints.iter().map(|it| it.to_ascii_uppercase()).collect();
        json!({
            "relation": ["delegate_permission/common.handle_all_urls"],
            "target": {
                "namespace": "android_app",
                "package_name": app.package_name,
                "sha256_cert_fingerprints": prints,
            },
        })
    };
    Value::Array(apps.iter().map(statement).collect())
}

#[cfg(test)]
mod tests {
    use super::{AndroidApp, AppleApp, MobileAppError, check};

    fn apple(team_id: &str, bundle_id: &str) -> AppleApp {
        AppleApp { team_id: team_id.to_owned(), bundle_id: bundle_id.to_owned() }
    }

    fn android(package_name: &str, fingerprint: &str) -> AndroidApp {
        AndroidApp {
            package_name: package_name.to_owned(),
            sha256_cert_fingerprints: vec![fingerprint.to_owned()],
        }
    }

    #[test]
    fn an_app_is_named_as_its_store_names_it() {
        let print = ["AB"; 32].join(":");
        let fine = (apple("ABCDE12345", "com.example.app-1"), android("com.example.app_1", &print));
        assert_eq!(check(&[fine.0], &[fine.1]), Ok(()));
        let refused = |it: AppleApp| check(&[it], &[]).unwrap_err();
        assert!(matches!(refused(apple("abcde12345", "com.example")), MobileAppError::TeamId(_)));
        assert!(matches!(refused(apple("ABCDE12345", "com..app")), MobileAppError::BundleId(_)));
        let refused = |it: AndroidApp| check(&[], &[it]).unwrap_err();
        assert!(matches!(refused(android("app", &print)), MobileAppError::PackageName(_)));
        assert!(matches!(refused(android("com.1app", &print)), MobileAppError::PackageName(_)));
        assert!(matches!(refused(android("com.app", "AB:CD")), MobileAppError::Fingerprint(_)));
    }
}
