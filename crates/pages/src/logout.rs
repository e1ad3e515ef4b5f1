//! Logging out.

use crate::page::page;
use crate::{Form, Frame};

/// Do you want to log out? Posts to `form` (button `logout-yes`, `decision` = `logout`).
#[derive(Debug, Clone, Default)]
pub struct LogoutConfirm {
    /// What surrounds the page.
    pub frame: Frame,
    /// Name of the application that asked for it, if known.
    pub application: Option<String>,
    /// Where the decision is posted.
    pub form: Form,
    /// Where "stay logged in" leads; `None` shows no such link.
    pub stay_href: Option<String>,
}

/// You are logged out.
#[derive(Debug, Clone, Default)]
pub struct LoggedOut {
    /// What surrounds the page.
    pub frame: Frame,
    /// Name of the application, if known.
    pub application: Option<String>,
    /// Where "back to the application" leads, if it has an address for people.
    pub back_href: Option<String>,
    /// Where the front page of the domain is, for a person who came from no application.
    pub home_href: Option<String>,
}

page!(LogoutConfirm, "login/logout_confirm.html");
page!(LoggedOut, "login/logged_out.html");
