//! The applications and domains that paths name, and the head of their pages.

use console::{ApplicationView, DomainView, Permission, Refusal};
use model::{ApplicationId, ApplicationKind, DomainId};
use pages::console::{ConsolePage, Crumb, Text};
use texts::Noun;

use super::{settings::tabs, trials, visit::Visit, words};

/// The pages of an application.
pub(super) const APPLICATION_TABS: [(&str, &str); 7] = [
    ("", "console-tab-connect"),
    ("addresses", "console-tab-addresses"),
    ("sign-in", "console-tab-sign-in"),
    ("tokens", "console-tab-tokens"),
    ("keys", "console-tab-keys"),
    ("brand", "console-tab-brand"),
    ("danger", "console-tab-danger"),
];

/// The kinds of applications: the word in settings, and the keys of name and rule.
pub(super) const KINDS: [(&str, &str, &str); 3] = [
    ("web", "console-kind-web", "console-kind-web-help"),
    ("browser", "console-kind-browser", "console-kind-browser-help"),
    ("native", "console-kind-native", "console-kind-native-help"),
];

pub(super) const fn kind_word(kind: ApplicationKind) -> &'static str {
    match kind {
        ApplicationKind::Web => "console-kind-web",
        ApplicationKind::Browser => "console-kind-browser",
        ApplicationKind::Native => "console-kind-native",
    }
}

/// An application with its domain, for those who may see it.
pub(super) struct ApplicationPlace {
    pub(super) application: ApplicationView,
    pub(super) domain: DomainView,
    /// The address of its page.
    pub(super) base: String,
}

/// The application in the path, whose domain is of the environment in the path.
pub(super) async fn application(visit: &Visit) -> Result<ApplicationPlace, Refusal> {
    let missing = || Refusal::NotFound(Noun::Application);
    let id = ApplicationId::parse(visit.param("application")).map_err(|_| missing())?;
    let reading = visit.may(Permission::ReadSettings)?;
    let application = visit.site.console.application_by_id(&reading, id).await?;
    let domain = visit.site.console.domain_by_id(&reading, application.domain).await;
    // A deleted domain takes its applications along.
    let domain = domain.map_err(|error| match error {
        Refusal::NotFound(_) => missing(),
        other => other,
    })?;
    if Some(domain.environment) != visit.environment() {
        return Err(missing());
    }
    let base = visit.environment_href(&format!("/applications/{id}"));
    Ok(ApplicationPlace { application, domain, base })
}

/// The way to an application.
pub(super) fn application_crumbs(visit: &Visit) -> Vec<Crumb> {
    let href = visit.environment_href("/applications");
    vec![Crumb { label: Text::Key("console-nav-applications"), href }]
}

/// The page of an application without its content.
pub(super) fn application_page(visit: &Visit, place: &ApplicationPlace, tab: &str) -> ConsolePage {
    let kind = texts::say(visit.locale, kind_word(place.application.settings.kind), &[]);
    let lead = vec![("kind", kind), ("host", place.domain.host.clone())];
    let may_try = visit.offers(Permission::RunTrials) && place.application.disabled_at.is_none();
    let mut page = ConsolePage {
        heading: Text::plain(place.application.name.clone()),
        chip: Some(words::switched(place.application.disabled_at.is_some())),
        lead: Some(Text::With("console-application-lead", lead)),
        primary: may_try.then(|| trials::action(visit, place.application.id, "any")),
        tabs: tabs(&place.base, &APPLICATION_TABS, tab),
        ..ConsolePage::default()
    };
    page.frame.crumbs = application_crumbs(visit);
    page
}

/// A domain, for those who may see it.
pub(super) struct DomainPlace {
    pub(super) domain: DomainView,
    /// The address of its page.
    pub(super) base: String,
}

/// The domain in the path.
pub(super) async fn domain(visit: &Visit) -> Result<DomainPlace, Refusal> {
    let id = DomainId::parse(visit.param("domain")).map_err(|_| Refusal::NotFound(Noun::Domain))?;
    let domain = visit.site.console.domain_by_id(&visit.may(Permission::ReadSettings)?, id).await?;
    let base = visit.tenant_href(&format!("/domains/{id}"));
    Ok(DomainPlace { domain, base })
}

/// The way to a domain.
pub(super) fn domain_crumbs(visit: &Visit) -> Vec<Crumb> {
    vec![Crumb { label: Text::Key("console-nav-domains"), href: visit.tenant_href("/domains") }]
}
