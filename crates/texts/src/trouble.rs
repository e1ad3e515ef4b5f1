//! The catalogue of what can go wrong for the person who logs in.

use crate::{Locale, say};

/// A trouble that a person is told about. What the application is told is another matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Trouble {
    /// The eID cannot be reached.
    EidDown,
    /// The eID did not answer in time.
    EidSlow,
    /// The eID answered something that cannot be trusted.
    EidInvalidAnswer,
    /// The person proved less than the application asks for.
    LevelTooLow,
    /// The identity source is not configured, or the eID refuses our credentials.
    SourceMisconfigured,
    /// The login was used or has expired, and its cookie is still there: it can start again.
    LoginOver,
    /// No cookie of a login opens: only the application can start again.
    LoginLost,
    /// The application is not known on this domain.
    BadClient,
    /// The return address is not registered for the application.
    BadRedirectUri,
    /// The request is malformed, repeated or oversized.
    BadRequest,
    /// There is no such page.
    NotFound,
    /// More was sent than is accepted.
    TooLarge,
    /// Our own fault.
    Internal,
    /// The request to log out is malformed, or its hint is not ours.
    LogoutBadRequest,
    /// The address to go to after logging out is not registered.
    LogoutBadReturn,
}

/// Who is involved, as far as it is known.
#[derive(Debug, Clone, Copy, Default)]
pub struct Names<'a> {
    /// Name of the application.
    pub application: Option<&'a str>,
    /// Name of the eID.
    pub eid: Option<&'a str>,
}

/// A trouble in words: what happened, why, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TroubleText {
    /// What happened, as a heading.
    pub title: String,
    /// Why.
    pub cause: String,
    /// What the person can do.
    pub remedy: String,
}

impl Trouble {
    /// Every trouble, in the order of the enum.
    pub const ALL: [Self; 15] = [
        Self::EidDown,
        Self::EidSlow,
        Self::EidInvalidAnswer,
        Self::LevelTooLow,
        Self::SourceMisconfigured,
        Self::LoginOver,
        Self::LoginLost,
        Self::BadClient,
        Self::BadRedirectUri,
        Self::BadRequest,
        Self::NotFound,
        Self::TooLarge,
        Self::Internal,
        Self::LogoutBadRequest,
        Self::LogoutBadReturn,
    ];

    /// The stable id, as in logs, in the page's markup and in the keys of the texts.
    pub const fn id(self) -> &'static str {
        match self {
            Self::EidDown => "eid-down",
            Self::EidSlow => "eid-slow",
            Self::EidInvalidAnswer => "eid-invalid-answer",
            Self::LevelTooLow => "level-too-low",
            Self::SourceMisconfigured => "source-misconfigured",
            Self::LoginOver => "login-over",
            Self::LoginLost => "login-lost",
            Self::BadClient => "bad-client",
            Self::BadRedirectUri => "bad-redirect-uri",
            Self::BadRequest => "bad-request",
            Self::NotFound => "not-found",
            Self::TooLarge => "too-large",
            Self::Internal => "internal",
            Self::LogoutBadRequest => "logout-bad-request",
            Self::LogoutBadReturn => "logout-bad-return",
        }
    }

    /// Says it; where a name is not known, a word stands in for it ("the site").
    pub fn text(self, locale: Locale, names: Names<'_>) -> TroubleText {
        let word = |name: Option<&str>, key| name.map_or_else(|| say(locale, key, &[]), str::to_owned);
        let application = word(names.application, "the-application");
        let eid = word(names.eid, "the-eid");
        let part = |part: &str| {
            let key = format!("trouble-{}-{part}", self.id());
            say(locale, &key, &[("application", &application), ("eid", &eid)])
        };
        TroubleText { title: part("title"), cause: part("cause"), remedy: part("remedy") }
    }

    /// What the developer of the application does about it; `None` where it is not theirs to solve.
    pub fn developer_text(self, locale: Locale) -> Option<String> {
        let theirs = matches!(
            self,
            Self::BadClient
                | Self::BadRedirectUri
                | Self::BadRequest
                | Self::TooLarge
                | Self::LogoutBadRequest
                | Self::LogoutBadReturn
        );
        theirs.then(|| say(locale, &format!("trouble-{}-developer", self.id()), &[]))
    }
}

#[cfg(test)]
mod tests {
    use super::{Names, Trouble};
    use crate::{Locale, UNTRANSLATED};

    #[test]
    fn every_trouble_is_explained_in_every_language() {
        for locale in Locale::ALL {
            for trouble in Trouble::ALL {
                for names in
                    [Names::default(), Names { application: Some("Fjordbanken"), eid: Some("BankID") }]
                {
                    let text = trouble.text(locale, names);
                    let developer = trouble.developer_text(locale).unwrap_or_default();
                    let all = format!("{} {} {} {developer}", text.title, text.cause, text.remedy);
                    assert!(!all.contains([UNTRANSLATED, '{']), "{locale}: {all}");
                }
            }
        }
    }
}
