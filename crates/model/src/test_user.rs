//! Test users: people of a test domain who sign in with a password, so that programs can log in.

use crate::{Person, StandardClaims, TestUserId};

/// What is wrong with a test user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TestUserError {
    /// The name to sign in with.
    Username,
    /// The password.
    Password,
}

/// A test user, as the page that signs them in sees them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestUser {
    /// Their row; as text the stable identifier that their subject is made from.
    pub id: TestUserId,
    /// What they sign in with; unique in their domain.
    pub username: String,
    /// What applications are told, by scope.
    pub claims: Person,
}

impl TestUser {
    /// Gives the claims as JSON, to be sealed.
    pub fn claims_json(&self) -> Vec<u8> {
        serde_json::to_vec(&StandardClaims::of(&self.claims)).unwrap_or_default()
    }

    /// Reads what [`TestUser::claims_json`] gave; `None` for anything else.
    pub fn parse(id: TestUserId, username: &str, claims_json: &[u8]) -> Option<Self> {
        let claims: StandardClaims = serde_json::from_slice(claims_json).ok()?;
        Some(Self { id, username: username.to_owned(), claims: claims.into_person() })
    }

    /// Says whether somebody may sign in by this name.
    ///
    /// # Errors
    /// [`TestUserError::Username`]
    pub fn check_username(username: &str) -> Result<(), TestUserError> {
        let odd = |it: char| it.is_control() || it.is_whitespace();
        let fine = (1..=100).contains(&username.chars().count()) && !username.contains(odd);
        if fine { Ok(()) } else { Err(TestUserError::Username) }
    }

    /// Says whether this may be a password.
    ///
    /// # Errors
    /// [`TestUserError::Password`]
    pub fn check_password(password: &str) -> Result<(), TestUserError> {
        let fine = (8..=200).contains(&password.chars().count());
        if fine { Ok(()) } else { Err(TestUserError::Password) }
    }
}

#[cfg(test)]
mod tests {
    use super::TestUser;
    use crate::{StandardClaims, TestUserId};
    use serde_json::json;

    /// Every claim of §5.1, as a person who has them all.
    fn all() -> serde_json::Value {
        json!({
            "name": "Tuva Test Prøve", "given_name": "Tuva", "family_name": "Prøve", "middle_name": "Test",
            "nickname": "Tuva", "preferred_username": "tuva", "profile": "https://people.example/tuva",
            "picture": "https://people.example/tuva.png", "website": "https://tuva.example", "gender": "female",
            "email": "tuva@people.example", "email_verified": true, "birthdate": "1990-02-28",
            "zoneinfo": "Europe/Oslo", "locale": "nb-NO", "phone_number": "+4799999999",
            "phone_number_verified": false, "updated_at": 1_800_000_000,
            "address": {"formatted": "Storgata 1\n0155 Oslo", "street_address": "Storgata 1", "locality": "Oslo",
                        "region": "Oslo", "postal_code": "0155", "country": "NO"},
        })
    }

    #[test]
    fn every_standard_claim_survives_a_person_and_json() {
        let claims: StandardClaims = serde_json::from_value(all()).unwrap();
        assert_eq!(all().as_object().unwrap().len(), StandardClaims::NAMES.len());
        claims.check().unwrap();
        let id = TestUserId::from_bytes([2; 16]);
        let user = TestUser { id, username: "tuva".to_owned(), claims: claims.clone().into_person() };
        assert_eq!(TestUser::parse(id, "tuva", &user.claims_json()), Some(user));
        assert_eq!(serde_json::to_value(StandardClaims::of(&claims.into_person())).unwrap(), all());
    }

    #[test]
    fn a_claim_that_is_not_what_it_should_be_is_named() {
        for (name, value) in [
            ("name", " "),
            ("name", "a\u{0}b"),
            ("picture", "javascript:alert(1)"),
            ("email", "tuva"),
            ("birthdate", "1990-13-01"),
            ("phone_number", "99999999"),
            ("zoneinfo", "Europe Oslo"),
        ] {
            let claims: StandardClaims = serde_json::from_value(json!({name: value})).unwrap();
            assert!(claims.check().unwrap_err().to_string().contains(name), "{name}");
        }
        assert!(serde_json::from_value::<StandardClaims>(json!({"admin": true})).is_err());
        assert!(TestUser::check_username("a b").is_err() && TestUser::check_username("").is_err());
        assert!(TestUser::check_password("short").is_err());
    }
}
