//! The logout request of a relying party.
//!
//! Spec: OpenID Connect RP-Initiated Logout 1.0 §2 <https://openid.net/specs/openid-connect-rpinitiated-1_0.html>

use crate::Params;

/// The parameters that we read, as text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogoutParams {
    /// An ID token of ours; may have expired.
    pub id_token_hint: Option<String>,
    /// Who asks; must agree with the hint.
    pub client_id: Option<String>,
    /// Where to go afterwards; one of the application's registered ones.
    pub post_logout_redirect_uri: Option<String>,
    /// Given back.
    pub state: Option<String>,
    /// Space-separated language tags.
    pub ui_locales: Option<String>,
    /// A parameter that has a meaning came twice.
    pub has_duplicate: bool,
}

impl LogoutParams {
    /// Picks the parameters that we know.
    pub fn pick(params: &Params) -> Self {
        let text = |name| params.get(name).map(str::to_owned);
        Self {
            id_token_hint: text("id_token_hint"),
            client_id: text("client_id"),
            post_logout_redirect_uri: text("post_logout_redirect_uri"),
            state: text("state"),
            ui_locales: text("ui_locales"),
            has_duplicate: params.has_registered_duplicate(),
        }
    }
}
