//! Every address of the console, and who may enter there. There is no other way to a handler.

use axum::http::Method;
use console::Permission as P;

use super::{
    access::{Access, SignedIn},
    account, activity, application, applications, certificate, client_secrets, danger, domain, domains, home,
    letters, links, logo_files, members, new_application, orders, readiness,
    route::{ConsoleRoute, Form},
    setup, sign_in, sources, tenant, tenants, trials,
};

const ANYONE: Access = Access::Anyone;
const HOST: Access = Access::Host;
const MEMBER: Access = Access::Member;

/// A form with a logo: its file, at most 256 KiB, and a few fields. Larger ones are told so by the page.
const LOGO: Form = Form::Files(320 * 1024);

/// A form with a PDF: at most 10 MiB. Larger ones are told so by the page.
const PDF_FORM: usize = 10 * 1024 * 1024 + 64 * 1024;
const PDF: Form = Form::Files(PDF_FORM);

/// A form with a certificate: chain and key, at most 64 KiB each, as files or pasted.
const CERTIFICATE: Form = Form::Files(160 * 1024);

const fn of_tenant(permission: P) -> Access {
    Access::Tenant(permission)
}

const fn of_installation(permission: P) -> Access {
    Access::Installation(permission)
}

macro_rules! route {
    ($method:ident, $path:literal, $access:expr, $handler:path) => {
        route!($method, $path, $access, $handler, SignedIn::Whenever)
    };
    ($method:ident, $path:literal, $access:expr, $handler:path, $signed_in:expr) => {
        route!($method, $path, $access, $handler, $signed_in, Form::Fields)
    };
    ($method:ident, $path:literal, $access:expr, $handler:path, $signed_in:expr, $form:expr) => {
        ConsoleRoute {
            method: Method::$method,
            path: $path,
            access: $access,
            signed_in: $signed_in,
            form: $form,
            handle: |visit| Box::pin($handler(visit)),
        }
    };
}

pub(super) static ROUTES: &[ConsoleRoute] = &[
    route!(GET, "/", ANYONE, home::home),
    route!(GET, "/sign-in", ANYONE, sign_in::page),
    route!(GET, "/sign-in/begin", ANYONE, sign_in::begin),
    route!(GET, "/sign-in/callback", ANYONE, sign_in::callback),
    route!(POST, "/sign-out", ANYONE, sign_in::sign_out),
    route!(GET, "/signed-in", MEMBER, sign_in::signed_in),
    route!(GET, "/invitation/{id}/{code}", ANYONE, links::invitation),
    route!(POST, "/invitation/{id}/{code}", ANYONE, links::accept_invitation),
    route!(GET, "/setup/{key}", ANYONE, links::setup),
    route!(POST, "/setup/{key}", ANYONE, links::enter_setup),
    route!(GET, "/recover/{key}", ANYONE, links::recover),
    route!(POST, "/recover/{key}", ANYONE, links::enter_recovery),
    route!(GET, "/trial-over/{tenant_id}/{environment}", ANYONE, trials::returned),
    route!(GET, "/order/{id}/{code}", ANYONE, orders::links::page),
    route!(POST, "/order/{id}/{code}", ANYONE, orders::links::go_on),
    route!(POST, "/order/{id}/{code}/decline", ANYONE, orders::links::decline),
    route!(GET, "/order-signed", ANYONE, orders::signing::returned),
    route!(POST, "/order/{id}/{code}/eid", ANYONE, orders::links::record_eid),
    route!(POST, "/order/{id}/{code}/phone", ANYONE, orders::phone_code::send),
    route!(POST, "/order/{id}/{code}/phone-code", ANYONE, orders::phone_code::confirm),
    route!(GET, "/order/{id}/{code}/receive", ANYONE, orders::receive_by_link::page),
    route!(POST, "/order/{id}/{code}/receive", ANYONE, orders::receive_by_link::enter),
    route!(POST, "/order/{id}/{code}/receive/reveal", ANYONE, orders::receive_by_link::reveal),
    route!(GET, "/order/{id}/{code}/receive/use-anyway", ANYONE, orders::receive_by_link::ask),
    route!(POST, "/order/{id}/{code}/receive/again", ANYONE, orders::receive_by_link::again),
    route!(GET, "/section/{id}/{code}", ANYONE, orders::colleagues::page),
    route!(POST, "/section/{id}/{code}", ANYONE, orders::colleagues::accept),
    route!(POST, "/section/{id}/{code}/sign-in", ANYONE, orders::colleagues::sign_in),
    route!(POST, "/section/{id}/{code}/answers", ANYONE, orders::colleagues::save),
    route!(
        POST,
        "/section/{id}/{code}/certificate",
        ANYONE,
        orders::colleagues::save_certificate,
        SignedIn::Whenever,
        Form::LinkFiles(PDF_FORM)
    ),
    // A session of a link from the host.
    route!(GET, "/setup", HOST, setup::page),
    route!(POST, "/setup/credentials", HOST, setup::set_credentials),
    route!(POST, "/setup/check", HOST, setup::check),
    route!(POST, "/setup/domain", HOST, setup::make_domain),
    route!(POST, "/setup/activate", HOST, setup::change_generation),
    route!(POST, "/setup/discard", HOST, setup::change_generation),
    route!(POST, "/setup/restore", HOST, setup::change_generation),
    route!(POST, "/setup/sign-in", HOST, setup::sign_in),
    // Everybody's own.
    route!(GET, "/account", MEMBER, account::page),
    route!(POST, "/account/email", MEMBER, account::set_email),
    route!(POST, "/account/roles/{tenant_id}/{role}/leave", MEMBER, account::leave, SignedIn::Lately),
    route!(POST, "/account/roles/{tenant_id}/{role}/decline", MEMBER, account::decline),
    route!(POST, "/account/sessions/{session}/end", MEMBER, account::end_session),
    route!(GET, "/tenants", MEMBER, tenants::list),
    // The installation.
    route!(POST, "/tenants", of_installation(P::CreateTenants), tenants::create),
    route!(GET, "/tenants/new", of_installation(P::CreateTenants), tenants::new),
    route!(GET, "/tenants/bin", of_installation(P::ReadInstallation), tenant::bin),
    route!(POST, "/tenants/bin/{id}/restore", of_installation(P::DeleteTenants), tenant::restore),
    route!(GET, "/operators", of_installation(P::ReadInstallation), members::operators),
    route!(POST, "/operators/invitations", of_installation(P::ManageOperators), members::invite),
    route!(POST, "/operators/invitations/{id}/renew", of_installation(P::ManageOperators), members::renew),
    route!(
        POST,
        "/operators/invitations/{id}/withdraw",
        of_installation(P::ManageOperators),
        members::withdraw
    ),
    route!(
        POST,
        "/operators/{member}/{role}/confirm",
        of_installation(P::ManageOperators),
        members::confirm,
        SignedIn::Lately
    ),
    route!(
        POST,
        "/operators/{member}/{role}/remove",
        of_installation(P::ManageOperators),
        members::remove,
        SignedIn::Lately
    ),
    route!(GET, "/desk", of_installation(P::ReadInstallation), orders::desk::list),
    route!(GET, "/issuers", of_installation(P::ReadInstallation), orders::issuers::list),
    route!(POST, "/issuers", of_installation(P::ManageIssuers), orders::issuers::create),
    route!(GET, "/issuers/new", of_installation(P::ManageIssuers), orders::issuers::new),
    route!(GET, "/issuers/{issuer}", of_installation(P::ManageIssuers), orders::issuers::page),
    route!(POST, "/issuers/{issuer}", of_installation(P::ManageIssuers), orders::issuers::save),
    route!(POST, "/issuers/{issuer}/remove", of_installation(P::ManageIssuers), orders::issuers::remove),
    route!(GET, "/templates", of_installation(P::ReadInstallation), orders::templates::list),
    route!(GET, "/templates/{kind}/{language}", of_installation(P::ManageTemplates), orders::templates::page),
    route!(
        POST,
        "/templates/{kind}/{language}",
        of_installation(P::ManageTemplates),
        orders::templates::save
    ),
    route!(
        POST,
        "/templates/{kind}/{language}/preview",
        of_installation(P::ManageTemplates),
        orders::templates::look
    ),
    route!(GET, "/letters", of_installation(P::ReadInstallation), letters::list),
    route!(POST, "/letters/{letter}/retry", of_installation(P::ManageLetters), letters::retry),
    route!(POST, "/letters/{letter}/discard", of_installation(P::ManageLetters), letters::discard),
    // A tenant.
    route!(GET, "/t/{tenant}", of_tenant(P::ReadSettings), readiness::page),
    route!(GET, "/t/{tenant}/settings", of_tenant(P::RenameTenants), tenant::page),
    route!(POST, "/t/{tenant}/settings/name", of_tenant(P::RenameTenants), tenant::rename),
    route!(POST, "/t/{tenant}/settings/disable", of_tenant(P::SwitchTenants), tenant::switch),
    route!(POST, "/t/{tenant}/settings/enable", of_tenant(P::SwitchTenants), tenant::switch),
    route!(
        GET,
        "/t/{tenant}/settings/delete",
        of_tenant(P::DeleteTenants),
        tenant::delete_page_of_tenant,
        SignedIn::Lately
    ),
    route!(
        POST,
        "/t/{tenant}/settings/delete",
        of_tenant(P::DeleteTenants),
        tenant::delete,
        SignedIn::Lately
    ),
    route!(GET, "/t/{tenant}/orders", of_tenant(P::ReadOrders), orders::list::list),
    route!(POST, "/t/{tenant}/orders", of_tenant(P::ManageOrders), orders::list::create),
    route!(GET, "/t/{tenant}/orders/new", of_tenant(P::ManageOrders), orders::list::new),
    route!(GET, "/t/{tenant}/orders/{order}", of_tenant(P::ReadOrders), orders::page::page),
    route!(
        GET,
        "/t/{tenant}/orders/{order}/sections/{section}",
        of_tenant(P::ManageOrders),
        orders::fill::section
    ),
    route!(
        POST,
        "/t/{tenant}/orders/{order}/sections/{section}",
        of_tenant(P::ManageOrders),
        orders::fill::save_section
    ),
    route!(
        POST,
        "/t/{tenant}/orders/{order}/sections/{section}/colleagues",
        of_tenant(P::ManageOrders),
        orders::fill::ask_colleague
    ),
    route!(
        POST,
        "/t/{tenant}/orders/{order}/colleagues/{link}/dismiss",
        of_tenant(P::ManageOrders),
        orders::colleagues::dismiss
    ),
    route!(GET, "/t/{tenant}/orders/{order}/summary", of_tenant(P::ReadOrders), orders::summary::page),
    route!(
        GET,
        "/t/{tenant}/orders/{order}/documents",
        of_tenant(P::ReadOrders),
        orders::documents::documents
    ),
    route!(GET, "/t/{tenant}/orders/{order}/ask/{event}", of_tenant(P::ReadOrders), orders::asking::ask),
    route!(POST, "/t/{tenant}/orders/{order}/act", of_tenant(P::ManageOrders), orders::page::act),
    route!(POST, "/t/{tenant}/orders/{order}/again", of_tenant(P::ManageOrders), orders::page::again),
    route!(POST, "/t/{tenant}/orders/{order}/desk", of_tenant(P::DecideOrders), orders::page::desk),
    route!(
        POST,
        "/t/{tenant}/orders/{order}/decide",
        of_tenant(P::DecideOrders),
        orders::page::act,
        SignedIn::Lately
    ),
    route!(
        POST,
        "/t/{tenant}/orders/{order}/sandbox/desk",
        of_tenant(P::DecideSandboxOrders),
        orders::page::act
    ),
    route!(
        POST,
        "/t/{tenant}/orders/{order}/sandbox/identity",
        of_tenant(P::DecideSandboxOrders),
        orders::page::decide_identity
    ),
    route!(
        POST,
        "/t/{tenant}/orders/{order}/sandbox/deposit",
        of_tenant(P::DecideSandboxOrders),
        orders::page::deposit
    ),
    route!(
        POST,
        "/t/{tenant}/orders/{order}/sandbox/dossier",
        of_tenant(P::DecideSandboxOrders),
        orders::documents::dossier
    ),
    route!(GET, "/t/{tenant}/orders/{order}/mailbox", of_tenant(P::ManageOrders), orders::mailbox::page),
    route!(POST, "/t/{tenant}/orders/{order}/route", of_tenant(P::DecideOrders), orders::page::route),
    route!(
        POST,
        "/t/{tenant}/orders/{order}/confirm",
        of_tenant(P::DecideOrders),
        orders::page::confirm,
        SignedIn::Lately
    ),
    route!(POST, "/t/{tenant}/orders/{order}/set-aside", of_tenant(P::DecideOrders), orders::page::set_aside),
    route!(
        POST,
        "/t/{tenant}/orders/{order}/identity",
        of_tenant(P::DecideOrders),
        orders::page::decide_identity,
        SignedIn::Lately
    ),
    route!(
        POST,
        "/t/{tenant}/orders/{order}/people/{person}/send-again",
        of_tenant(P::ManageOrders),
        orders::page::send_again
    ),
    route!(
        GET,
        "/t/{tenant}/orders/{order}/evidence/{person}",
        of_tenant(P::DecideOrders),
        orders::desk::evidence,
        SignedIn::Lately
    ),
    route!(
        POST,
        "/t/{tenant}/orders/{order}/certificate",
        of_tenant(P::ManageOrders),
        orders::fill::save_certificate,
        SignedIn::Whenever,
        PDF
    ),
    route!(
        POST,
        "/t/{tenant}/orders/{order}/agreement",
        of_tenant(P::ManageOrders),
        orders::agreement_acts::save,
        SignedIn::Whenever,
        PDF
    ),
    route!(
        POST,
        "/t/{tenant}/orders/{order}/agreement/decide",
        of_tenant(P::DecideOrders),
        orders::agreement_acts::decide
    ),
    route!(GET, "/t/{tenant}/orders/{order}/files/{kind}", of_tenant(P::ReadOrders), orders::documents::file),
    route!(
        POST,
        "/t/{tenant}/orders/{order}/dossier",
        of_tenant(P::DecideOrders),
        orders::documents::dossier,
        SignedIn::Lately
    ),
    route!(GET, "/t/{tenant}/orders/{order}/handover", of_tenant(P::ManageOrders), orders::fill::handover),
    route!(
        POST,
        "/t/{tenant}/orders/{order}/handover",
        of_tenant(P::ManageOrders),
        orders::fill::save_handover
    ),
    route!(
        POST,
        "/t/{tenant}/orders/{order}/deposit",
        of_tenant(P::DecideOrders),
        orders::page::deposit,
        SignedIn::Lately
    ),
    route!(
        POST,
        "/t/{tenant}/orders/{order}/receive/reveal",
        of_tenant(P::ReceiveCredentials),
        orders::receive::reveal,
        SignedIn::Lately
    ),
    route!(
        GET,
        "/t/{tenant}/orders/{order}/receive",
        of_tenant(P::ReceiveCredentials),
        orders::receive::page
    ),
    route!(
        POST,
        "/t/{tenant}/orders/{order}/receive",
        of_tenant(P::ReceiveCredentials),
        orders::receive::enter
    ),
    route!(
        GET,
        "/t/{tenant}/orders/{order}/receive/use-anyway",
        of_tenant(P::ReceiveCredentials),
        orders::asking::ask_receiver
    ),
    route!(
        POST,
        "/t/{tenant}/orders/{order}/receive/again",
        of_tenant(P::ReceiveCredentials),
        orders::receive::again_act
    ),
    route!(GET, "/t/{tenant}/members", of_tenant(P::ReadMembers), members::members),
    route!(GET, "/t/{tenant}/members/roles", of_tenant(P::ReadMembers), members::roles),
    route!(POST, "/t/{tenant}/members/invitations", of_tenant(P::ManageMembers), members::invite),
    route!(POST, "/t/{tenant}/members/invitations/{id}/renew", of_tenant(P::ManageMembers), members::renew),
    route!(
        POST,
        "/t/{tenant}/members/invitations/{id}/withdraw",
        of_tenant(P::ManageMembers),
        members::withdraw
    ),
    route!(
        POST,
        "/t/{tenant}/members/{member}/{role}/confirm",
        of_tenant(P::ManageMembers),
        members::confirm
    ),
    route!(POST, "/t/{tenant}/members/{member}/{role}/remove", of_tenant(P::ManageMembers), members::remove),
    route!(GET, "/t/{tenant}/{environment}/identity-sources", of_tenant(P::ReadSettings), sources::list),
    route!(
        GET,
        "/t/{tenant}/{environment}/identity-sources/{domain}/{eid}",
        of_tenant(P::ReadSettings),
        sources::page
    ),
    route!(
        POST,
        "/t/{tenant}/{environment}/identity-sources/{domain}/{eid}/credentials",
        of_tenant(P::ManageSources),
        sources::set_credentials
    ),
    route!(
        POST,
        "/t/{tenant}/{environment}/identity-sources/{domain}/{eid}/check",
        of_tenant(P::CheckSources),
        sources::check
    ),
    route!(
        POST,
        "/t/{tenant}/{environment}/identity-sources/{domain}/{eid}/activate",
        of_tenant(P::ManageSources),
        sources::generations
    ),
    route!(
        POST,
        "/t/{tenant}/{environment}/identity-sources/{domain}/{eid}/discard",
        of_tenant(P::ManageSources),
        sources::generations
    ),
    route!(
        POST,
        "/t/{tenant}/{environment}/identity-sources/{domain}/{eid}/restore",
        of_tenant(P::ManageSources),
        sources::generations
    ),
    route!(
        POST,
        "/t/{tenant}/{environment}/identity-sources/{domain}/{eid}/disable",
        of_tenant(P::DisableSources),
        sources::disable
    ),
    route!(
        POST,
        "/t/{tenant}/{environment}/identity-sources/{domain}/{eid}/enable",
        of_tenant(P::ManageSources),
        sources::enable
    ),
    route!(
        POST,
        "/t/{tenant}/{environment}/identity-sources/{domain}/{eid}/settings/{section}",
        of_tenant(P::ManageSources),
        sources::save_settings
    ),
    route!(GET, "/t/{tenant}/{environment}/trials", of_tenant(P::RunTrials), trials::page),
    route!(POST, "/t/{tenant}/{environment}/trials", of_tenant(P::RunTrials), trials::begin),
    route!(GET, "/t/{tenant}/logins", of_tenant(P::ReadLogins), activity::logins),
    route!(GET, "/t/{tenant}/logins/{trace}", of_tenant(P::ReadLogins), activity::login),
    route!(GET, "/t/{tenant}/changes", of_tenant(P::ReadAudit), activity::changes),
    route!(POST, "/t/{tenant}/changes/verify", of_tenant(P::ReadAudit), activity::verify),
    route!(GET, "/t/{tenant}/{environment}/applications", of_tenant(P::ReadSettings), applications::list),
    route!(
        GET,
        "/t/{tenant}/{environment}/applications/new",
        of_tenant(P::ManageApplications),
        new_application::new
    ),
    route!(
        POST,
        "/t/{tenant}/{environment}/applications",
        of_tenant(P::ManageApplications),
        new_application::create
    ),
    route!(
        GET,
        "/t/{tenant}/{environment}/applications/bin",
        of_tenant(P::ReadSettings),
        danger::application_bin
    ),
    route!(
        POST,
        "/t/{tenant}/{environment}/applications/bin/{application}/restore",
        of_tenant(P::DeleteApplications),
        danger::restore_application
    ),
    route!(
        GET,
        "/t/{tenant}/{environment}/applications/{application}",
        of_tenant(P::ReadSettings),
        applications::page
    ),
    route!(
        GET,
        "/t/{tenant}/{environment}/applications/{application}/{section}",
        of_tenant(P::ReadSettings),
        application::page
    ),
    route!(
        POST,
        "/t/{tenant}/{environment}/applications/{application}/{section}",
        of_tenant(P::ManageApplications),
        application::save
    ),
    route!(
        GET,
        "/t/{tenant}/{environment}/applications/{application}/brand/logo",
        of_tenant(P::ReadSettings),
        logo_files::of_application
    ),
    route!(
        POST,
        "/t/{tenant}/{environment}/applications/{application}/brand/logo",
        of_tenant(P::ManageApplications),
        logo_files::upload_for_application,
        SignedIn::Whenever,
        LOGO
    ),
    route!(
        POST,
        "/t/{tenant}/{environment}/applications/{application}/brand/logo/remove",
        of_tenant(P::ManageApplications),
        logo_files::remove_from_application
    ),
    route!(
        POST,
        "/t/{tenant}/{environment}/applications/{application}/secrets",
        of_tenant(P::ManageSecrets),
        client_secrets::create
    ),
    route!(
        GET,
        "/t/{tenant}/{environment}/applications/{application}/secrets/{secret}/end",
        of_tenant(P::ManageSecrets),
        client_secrets::end_page
    ),
    route!(
        POST,
        "/t/{tenant}/{environment}/applications/{application}/secrets/{secret}/end",
        of_tenant(P::ManageSecrets),
        client_secrets::end
    ),
    route!(
        POST,
        "/t/{tenant}/{environment}/applications/{application}/disable",
        of_tenant(P::DisableApplications),
        danger::switch_application
    ),
    route!(
        POST,
        "/t/{tenant}/{environment}/applications/{application}/enable",
        of_tenant(P::ManageApplications),
        danger::switch_application
    ),
    route!(
        GET,
        "/t/{tenant}/{environment}/applications/{application}/delete",
        of_tenant(P::DeleteApplications),
        danger::delete_application_page,
        SignedIn::Lately
    ),
    route!(
        POST,
        "/t/{tenant}/{environment}/applications/{application}/delete",
        of_tenant(P::DeleteApplications),
        danger::delete_application,
        SignedIn::Lately
    ),
    route!(GET, "/t/{tenant}/domains", of_tenant(P::ReadSettings), domains::list),
    // Only operators have this permission: they vouch for the hosts.
    route!(GET, "/t/{tenant}/domains/new", of_tenant(P::CreateTenants), domains::new),
    route!(POST, "/t/{tenant}/domains", of_tenant(P::CreateTenants), domains::create),
    route!(GET, "/t/{tenant}/domains/bin", of_tenant(P::ReadSettings), danger::domain_bin),
    route!(
        POST,
        "/t/{tenant}/domains/bin/{domain}/restore",
        of_tenant(P::DeleteDomains),
        danger::restore_domain
    ),
    route!(GET, "/t/{tenant}/domains/{domain}", of_tenant(P::ReadSettings), domain::overview),
    route!(GET, "/t/{tenant}/domains/{domain}/{section}", of_tenant(P::ReadSettings), domain::page),
    route!(POST, "/t/{tenant}/domains/{domain}/{section}", of_tenant(P::ManageDomains), domain::save),
    route!(GET, "/t/{tenant}/domains/{domain}/certificate", of_tenant(P::ReadSettings), certificate::page),
    route!(
        POST,
        "/t/{tenant}/domains/{domain}/certificate/upload",
        of_tenant(P::ManageDomains),
        certificate::upload,
        SignedIn::Whenever,
        CERTIFICATE
    ),
    route!(
        POST,
        "/t/{tenant}/domains/{domain}/certificate/remove",
        of_tenant(P::ManageDomains),
        certificate::remove
    ),
    route!(GET, "/t/{tenant}/domains/{domain}/brand/logo", of_tenant(P::ReadSettings), logo_files::of_domain),
    route!(
        POST,
        "/t/{tenant}/domains/{domain}/brand/logo",
        of_tenant(P::ManageDomains),
        logo_files::upload_for_domain,
        SignedIn::Whenever,
        LOGO
    ),
    route!(
        POST,
        "/t/{tenant}/domains/{domain}/brand/logo/remove",
        of_tenant(P::ManageDomains),
        logo_files::remove_from_domain
    ),
    route!(POST, "/t/{tenant}/domains/{domain}/keys/rotate", of_tenant(P::RotateKeys), domain::rotate_keys),
    route!(
        GET,
        "/t/{tenant}/domains/{domain}/keys/{key}/withdraw",
        of_tenant(P::WithdrawKeys),
        domain::withdraw_page,
        SignedIn::Lately
    ),
    route!(
        POST,
        "/t/{tenant}/domains/{domain}/keys/{key}/withdraw",
        of_tenant(P::WithdrawKeys),
        domain::withdraw,
        SignedIn::Lately
    ),
    route!(POST, "/t/{tenant}/domains/{domain}/test-users", of_tenant(P::ManageTestUsers), domain::add_user),
    route!(
        POST,
        "/t/{tenant}/domains/{domain}/test-users/{user}/remove",
        of_tenant(P::ManageTestUsers),
        domain::remove_user
    ),
    route!(POST, "/t/{tenant}/domains/{domain}/disable", of_tenant(P::ManageDomains), danger::switch_domain),
    route!(POST, "/t/{tenant}/domains/{domain}/enable", of_tenant(P::ManageDomains), danger::switch_domain),
    route!(
        GET,
        "/t/{tenant}/domains/{domain}/delete",
        of_tenant(P::DeleteDomains),
        danger::delete_domain_page,
        SignedIn::Lately
    ),
    route!(
        POST,
        "/t/{tenant}/domains/{domain}/delete",
        of_tenant(P::DeleteDomains),
        danger::delete_domain,
        SignedIn::Lately
    ),
];

/// What a row says, for tests that try every one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConsoleRouteInfo {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// Words, and names in braces.
    pub path: &'static str,
    /// What is needed; `None` where anybody may enter, or anybody who is signed in.
    pub permission: Option<P>,
    /// Whether a session of a link from the host is needed.
    pub is_of_host: bool,
    /// Whether anybody may enter.
    pub is_public: bool,
    /// The most bytes of a form with files; `None` where a form has none.
    pub largest_upload: Option<usize>,
}

/// Every address of the console.
pub fn console_routes() -> impl Iterator<Item = ConsoleRouteInfo> {
    ROUTES.iter().map(|it| ConsoleRouteInfo {
        method: if it.method == Method::POST { "POST" } else { "GET" },
        path: it.path,
        permission: match it.access {
            Access::Tenant(permission) | Access::Installation(permission) => Some(permission),
            Access::Anyone | Access::Host | Access::Member => None,
        },
        is_of_host: it.access == Access::Host,
        is_public: it.access == Access::Anyone,
        largest_upload: it.form.largest_upload(),
    })
}

/// The row of an address, and what the names in its path stand for. Words win over names.
pub(super) fn find(
    method: &Method,
    path: &str,
) -> Option<(&'static ConsoleRoute, Vec<(&'static str, String)>)> {
    let method = if *method == Method::HEAD { &Method::GET } else { method };
    let fitting = ROUTES.iter().filter(|it| it.method == *method);
    let found = fitting.filter_map(|route| Some((route, route.params(path)?)));
    found.min_by_key(|(_, params)| params.len())
}

/// Whether a request is for an address to which files are sent. Its body is read when it is known who sends it.
pub(crate) fn takes_files(method: &Method, path: &str) -> bool {
    *method == Method::POST && find(method, path).is_some_and(|(it, _)| it.form.largest_upload().is_some())
}

/// Whether the address is one of the console's with another method.
pub(super) fn is_other_method(path: &str) -> bool {
    ROUTES.iter().any(|it| it.params(path).is_some())
}

/// Whether an address is one of the console's.
pub(crate) fn is_known(path: &str) -> bool {
    is_other_method(path)
}

#[cfg(test)]
mod tests {
    use axum::http::Method;

    use super::{ROUTES, find};

    #[test]
    fn words_win_over_names_and_a_final_slash_makes_no_difference() {
        let path_of = |path| find(&Method::GET, path).map(|(route, _)| route.path);
        assert_eq!(path_of("/setup/abc"), Some("/setup/{key}"));
        assert_eq!(path_of("/setup/"), Some("/setup"));
        assert_eq!(path_of("/tenants/new"), Some("/tenants/new"));
        assert_eq!(path_of("/t/0/members/roles"), Some("/t/{tenant}/members/roles"));
        assert_eq!(path_of("/no-such-page"), None);
    }

    #[test]
    fn no_two_rows_are_for_the_same_address() {
        for (number, route) in ROUTES.iter().enumerate() {
            let same =
                ROUTES.iter().skip(number + 1).find(|it| it.method == route.method && it.path == route.path);
            assert!(same.is_none(), "{} {}", route.method, route.path);
        }
    }
}
