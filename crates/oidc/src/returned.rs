//! What an upstream provider sends back through the browser.

use std::fmt;

use crate::Params;

/// The answer at our callback address, as text. Not verified yet.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Returned {
    /// RFC 6749 §4.1.2
    pub code: Option<String>,
    /// The random id that we sent.
    pub state: Option<String>,
    /// RFC 9207 §2
    pub iss: Option<String>,
    /// RFC 6749 §4.1.2.1
    pub error: Option<String>,
    /// RFC 6749 §4.1.2.1
    pub error_description: Option<String>,
}

impl fmt::Debug for Returned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Returned").finish_non_exhaustive()
    }
}

impl Returned {
    /// Picks the parameters that we know.
    ///
    /// Vipps' documentation shows an error whose `state` is glued to the description with a question mark;
    /// that form is understood too. Spec: Vipps Login API guide, browser flow integration, read 2023-12.
    pub fn pick(params: &Params) -> Self {
        let text = |name| params.get(name).map(str::to_owned);
        let mut it = Self {
            code: text("code"),
            state: text("state"),
            iss: text("iss"),
            error: text("error"),
            error_description: text("error_description"),
        };
        if it.state.is_none()
            && it.error.is_some()
            && let Some((description, state)) =
                it.error_description.clone().as_deref().and_then(|it| it.split_once("?state="))
        {
            it.state = Some(state.to_owned());
            it.error_description = Some(description.to_owned());
        }
        it
    }
}

#[cfg(test)]
mod tests {
    use super::Returned;
    use crate::Params;

    #[test]
    fn a_state_glued_to_the_description_is_found() {
        let params =
            Params::parse("error=access_denied&error_description=The+user+said+no?state=abc").unwrap();
        let returned = Returned::pick(&params);
        assert_eq!(returned.state.as_deref(), Some("abc"));
        assert_eq!(returned.error_description.as_deref(), Some("The user said no"));
    }
}
