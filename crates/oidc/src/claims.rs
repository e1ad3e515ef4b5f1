//! The `claims` request parameter.
//!
//! Spec: OpenID Connect Core 1.0 §5.5
//! <https://openid.net/specs/openid-connect-core-1_0.html#ClaimsParameter>

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What was asked of one claim.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Individual {
    /// The application cannot do without it.
    pub essential: bool,
    /// The values that are wanted, best first; empty when any will do.
    pub values: Vec<String>,
}

/// Which claims were asked for by name, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimsRequest {
    /// For the ID token.
    pub id_token: BTreeMap<String, Individual>,
    /// For the userinfo answer.
    pub userinfo: BTreeMap<String, Individual>,
}

fn texts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(one) => Some(vec![one.clone()]),
        Value::Array(many) => many.iter().map(|it| it.as_str().map(str::to_owned)).collect(),
        _ => None,
    }
}

fn individual(value: &Value) -> Option<Individual> {
    match value {
        Value::Null => Some(Individual::default()),
        Value::Object(members) => {
            let essential = match members.get("essential") {
                None => false,
                Some(flag) => flag.as_bool()?,
            };
            let values = match members.get("value").or_else(|| members.get("values")) {
                // Values of other claims than text ones (max_age, booleans) are not compared by us.
                Some(value) => texts(value).unwrap_or_default(),
                None => Vec::new(),
            };
            Some(Individual { essential, values })
        }
        _ => None,
    }
}

fn section(whole: &Value, name: &str) -> Option<BTreeMap<String, Individual>> {
    match whole.get(name) {
        None | Some(Value::Null) => Some(BTreeMap::new()),
        Some(Value::Object(members)) if members.len() <= 50 => {
            members.iter().map(|(claim, value)| Some((claim.clone(), individual(value)?))).collect()
        }
        Some(_) => None,
    }
}

impl ClaimsRequest {
    /// Reads the parameter: a JSON object of at most 8 KiB; `None` when it is anything else, or has a member twice.
    ///
    /// Claims and members that we do not know are kept or ignored, never an error (§5.5).
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > 8 * 1024 {
            return None;
        }
        let whole = crypto::read_json(text.as_bytes()).ok()?;
        whole.is_object().then_some(())?;
        Some(Self { id_token: section(&whole, "id_token")?, userinfo: section(&whole, "userinfo")? })
    }

    /// Says whether nothing was asked for.
    pub fn is_empty(&self) -> bool {
        self.id_token.is_empty() && self.userinfo.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::ClaimsRequest;

    #[test]
    fn the_forms_of_core_5_5_1_are_read() {
        let claims = ClaimsRequest::parse(
            r#"{"userinfo":{"name":{"essential":true},"picture":null},
                "id_token":{"acr":{"values":["a","b"],"essential":true},"sub":{"value":"x"}}}"#,
        )
        .unwrap();
        assert!(claims.userinfo["name"].essential);
        assert_eq!(claims.id_token["acr"].values, ["a", "b"]);
        assert_eq!(claims.id_token["sub"].values, ["x"]);
    }

    #[test]
    fn what_is_not_such_an_object_is_refused() {
        for text in [
            "",
            "[]",
            "1",
            r#"{"id_token":[]}"#,
            r#"{"id_token":{"a":1}}"#,
            r#"{"id_token":{"a":null,"a":null}}"#,
            &"[".repeat(9000),
        ] {
            assert_eq!(ClaimsRequest::parse(text), None, "{text:.20}");
        }
    }
}
