//! The frame of a page: where the reader is, and where they can go.

use console::{Permission, Session, SessionKind};
use model::Environment;
use pages::console::{Account, ConsoleFrame, EnvironmentTab, NavGroup, NavItem, TenantTab, Text};

use super::{visit::Visit, words};
use crate::frame::in_languages;

/// What can be reached in a tenant: the words of its path, and of its key; whether it belongs to an environment.
const TENANT_PAGES: [(&str, &str, bool, Permission); 9] = [
    ("", "console-nav-overview", false, Permission::ReadSettings),
    ("/applications", "console-nav-applications", true, Permission::ReadSettings),
    ("/identity-sources", "console-nav-sources", true, Permission::ReadSettings),
    ("/domains", "console-nav-domains", false, Permission::ReadSettings),
    ("/orders", "console-nav-orders", false, Permission::ReadOrders),
    ("/logins", "console-nav-logins", false, Permission::ReadLogins),
    ("/changes", "console-nav-changes", false, Permission::ReadAudit),
    ("/members", "console-nav-members", false, Permission::ReadMembers),
    ("/settings", "console-nav-settings", false, Permission::RenameTenants),
];

/// What operators can reach.
const INSTALLATION_PAGES: [(&str, &str); 4] = [
    ("/desk", "console-nav-desk"),
    ("/letters", "console-nav-letters"),
    ("/tenants", "console-nav-tenants"),
    ("/operators", "console-nav-operators"),
];

/// The frame of a page of this visit, without its crumbs.
pub(super) fn frame(visit: &Visit) -> ConsoleFrame {
    let session = visit.session.as_ref();
    let member = session.filter(|it| it.kind == SessionKind::Member);
    let mut frame = ConsoleFrame {
        languages: in_languages(&visit.path),
        is_test_installation: visit.site.is_test(),
        is_setup: session.is_some_and(|it| it.kind != SessionKind::Member),
        account: member.map(|it| account(visit, it)),
        ..ConsoleFrame::default()
    };
    if member.is_none() {
        return frame;
    }
    if let Ok(tenant) = visit.tenant() {
        let has_others = visit.is_operator() || session.is_some_and(|it| it.tenants().len() > 1);
        frame.tenant = Some(TenantTab {
            name: tenant.name.clone(),
            href: visit.tenant_href(""),
            switch_href: has_others.then(|| "/tenants".to_owned()),
        });
        frame.environment = visit.environment().map(Environment::as_str);
        frame.environments = environments(visit);
        frame
            .navigation
            .push(NavGroup { label: Text::plain(tenant.name.clone()), items: tenant_items(visit) });
    }
    if visit.is_operator() {
        let item = |(href, label): (&'static str, &'static str)| NavItem {
            label: Text::Key(label),
            href: href.to_owned(),
            is_here: visit.path == href,
        };
        let items = INSTALLATION_PAGES.into_iter().map(item).collect();
        frame.navigation.push(NavGroup { label: Text::Key("console-nav-installation"), items });
    }
    frame
}

fn account(visit: &Visit, session: &Session) -> Account {
    Account {
        name: session.name.clone(),
        roles: visit.roles().into_iter().map(|it| Text::Key(words::role(it))).collect(),
        href: "/account".to_owned(),
        sign_out_action: "/sign-out".to_owned(),
    }
}

/// The same kind of page in either environment, where the page belongs to one.
fn environments(visit: &Visit) -> Vec<EnvironmentTab> {
    if visit.environment().is_none() {
        return Vec::new();
    }
    let kind = visit.path.split('/').nth(4).unwrap_or_default();
    [Environment::Test, Environment::Production]
        .map(|it| EnvironmentTab {
            environment: it.as_str(),
            href: visit.tenant_href(&format!("/{}/{kind}", it.as_str())),
        })
        .to_vec()
}

fn tenant_items(visit: &Visit) -> Vec<NavItem> {
    let reachable = TENANT_PAGES.iter().filter(|(.., permission)| visit.offers(*permission));
    let item = |(path, label, of_environment, _): &(&'static str, &'static str, bool, Permission)| {
        let href = if *of_environment { visit.environment_href(path) } else { visit.tenant_href(path) };
        let is_here = visit.path == href || (!path.is_empty() && visit.path.starts_with(&format!("{href}/")));
        NavItem { label: Text::Key(label), href, is_here }
    };
    reachable.map(item).collect()
}
