//! What surrounds a page of the console: where the reader is, and where they can go.

use super::Text;
use crate::Language;

/// What surrounds a page.
#[derive(Debug, Clone, Default)]
pub struct ConsoleFrame {
    /// The same page in other languages.
    pub languages: Vec<Language>,
    /// The whole installation is one for tests, and says so on every page.
    pub is_test_installation: bool,
    /// The tenant that the page belongs to, and where it is exchanged.
    pub tenant: Option<TenantTab>,
    /// Test and production of the tenant; empty where a page belongs to both.
    pub environments: Vec<EnvironmentTab>,
    /// The environment of the page: `test` or `production`; `None` where it belongs to both.
    pub environment: Option<&'static str>,
    /// The navigation.
    pub navigation: Vec<NavGroup>,
    /// The way from the top to here, without the page itself.
    pub crumbs: Vec<Crumb>,
    /// Who is signed in.
    pub account: Option<Account>,
    /// What a person who sets the installation up is told on every page.
    pub is_setup: bool,
}

impl ConsoleFrame {
    /// Whether the page is in an environment.
    pub(crate) fn is_in(&self, tab: &EnvironmentTab) -> bool {
        self.environment == Some(tab.environment)
    }
}

/// The tenant of a page.
#[derive(Debug, Clone)]
pub struct TenantTab {
    /// Its name.
    pub name: String,
    /// Its overview.
    pub href: String,
    /// Where another one is chosen; `None` for who has one only.
    pub switch_href: Option<String>,
}

/// Test or production.
#[derive(Debug, Clone)]
pub struct EnvironmentTab {
    /// `test` or `production`.
    pub environment: &'static str,
    /// The same kind of page there.
    pub href: String,
}

/// A part of the navigation.
#[derive(Debug, Clone)]
pub struct NavGroup {
    /// What it is called.
    pub label: Text,
    /// Where it leads.
    pub items: Vec<NavItem>,
}

/// A place to go.
#[derive(Debug, Clone)]
pub struct NavItem {
    /// What it is called.
    pub label: Text,
    /// Where it is.
    pub href: String,
    /// Whether the page is there.
    pub is_here: bool,
}

/// A page above this one.
#[derive(Debug, Clone)]
pub struct Crumb {
    /// What it is called.
    pub label: Text,
    /// Where it is.
    pub href: String,
}

/// Who is signed in.
#[derive(Debug, Clone)]
pub struct Account {
    /// The name, as the eID gave it.
    pub name: String,
    /// The roles here, by their keys.
    pub roles: Vec<Text>,
    /// The person's own page.
    pub href: String,
    /// Where signing out is posted to.
    pub sign_out_action: String,
}

impl Account {
    /// The first letters of the first and the last name.
    pub(crate) fn initials(&self) -> String {
        let mut words = self.name.split_whitespace();
        let first = words.next().and_then(|it| it.chars().next());
        let last = words.next_back().and_then(|it| it.chars().next());
        first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
    }
}
