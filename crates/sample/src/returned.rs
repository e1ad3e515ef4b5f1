//! What the browser brings back from the issuer.

use std::collections::BTreeMap;

use crate::SampleError;

/// The parameters of an authorization response, none of them twice.
#[derive(Debug)]
pub(crate) struct Returned(BTreeMap<String, String>);

impl Returned {
    /// Reads a query without its question mark.
    pub(crate) fn parse(query: &str) -> Result<Self, SampleError> {
        let mut all = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if all.insert(name.into_owned(), value.into_owned()).is_some() {
                return Err(SampleError::Answer);
            }
        }
        Ok(Self(all))
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Checks whose answer it is, then gives the code.
    ///
    /// `names_itself`: the issuer has said in its discovery document that every answer carries `iss`.
    ///
    /// Spec: RFC 6749 §4.1.2, RFC 9207 §2.4 <https://www.rfc-editor.org/rfc/rfc9207#section-2.4>
    pub(crate) fn code(&self, state: &str, issuer: &str, names_itself: bool) -> Result<&str, SampleError> {
        let given = self.get("state").unwrap_or_default();
        if !crypto::same_bytes(given.as_bytes(), state.as_bytes()) {
            return Err(SampleError::State);
        }
        // RFC 9207 §2.4: an answer whose issuer does not match must be rejected, and no code sent on.
        match self.get("iss") {
            Some(iss) if iss != issuer => return Err(SampleError::Issuer),
            None if names_itself => return Err(SampleError::Issuer),
            _ => {}
        }
        match (self.get("error"), self.get("code")) {
            (Some(error), None) => Err(refused(error, self.get("error_description"))),
            (None, Some(code)) if !code.is_empty() => Ok(code),
            _ => Err(SampleError::Answer),
        }
    }

    /// The parameters as text for people.
    pub(crate) fn shown(&self) -> String {
        crate::exchange::parameters(self.0.iter().map(|(name, value)| (name.as_str(), value.as_str())))
    }
}

/// An error answer, with the trace id taken out of the description.
pub(crate) fn refused(error: &str, description: Option<&str>) -> SampleError {
    let printable =
        |text: &str| text.chars().filter(|it| it.is_ascii_graphic() || *it == ' ').take(300).collect();
    let description: Option<String> = description.map(printable).filter(|it: &String| !it.is_empty());
    let (description, trace) = match description {
        Some(text) => split_trace(&text),
        None => (None, None),
    };
    SampleError::Refused { error: printable(error), description, trace }
}

fn split_trace(text: &str) -> (Option<String>, Option<String>) {
    let parts = text.trim_end().strip_suffix(')').and_then(|it| it.rsplit_once("(trace "));
    match parts {
        Some((rest, trace)) if !trace.is_empty() => {
            let rest = rest.trim_end();
            ((!rest.is_empty()).then(|| rest.to_owned()), Some(trace.to_owned()))
        }
        _ => (Some(text.to_owned()), None),
    }
}

#[cfg(test)]
mod tests {
    use super::Returned;
    use crate::SampleError;

    fn code(query: &str) -> Result<String, SampleError> {
        Returned::parse(query)?.code("s", "http://localhost:1", true).map(str::to_owned)
    }

    #[test]
    fn a_code_comes_only_with_the_right_state_and_issuer() {
        assert_eq!(code("code=c&state=s&iss=http%3A%2F%2Flocalhost%3A1").unwrap(), "c");
        assert_eq!(code("code=c&state=x&iss=http%3A%2F%2Flocalhost%3A1"), Err(SampleError::State));
        assert_eq!(code("code=c&iss=http%3A%2F%2Flocalhost%3A1"), Err(SampleError::State));
        assert_eq!(code("code=c&state=s&iss=http%3A%2F%2Flocalhost%3A2"), Err(SampleError::Issuer));
        assert_eq!(code("code=c&state=s"), Err(SampleError::Issuer));
        assert_eq!(code("state=s&iss=http%3A%2F%2Flocalhost%3A1"), Err(SampleError::Answer));
        assert_eq!(code("state=s&state=s&code=c"), Err(SampleError::Answer));
    }

    #[test]
    fn the_trace_id_is_taken_out_of_the_description() {
        let query = "state=s&iss=http%3A%2F%2Flocalhost%3A1&error=access_denied\
                     &error_description=the+person+cancelled+%28trace+01JX%29";
        assert_eq!(
            code(query),
            Err(SampleError::Refused {
                error: "access_denied".into(),
                description: Some("the person cancelled".into()),
                trace: Some("01JX".into()),
            })
        );
    }
}
