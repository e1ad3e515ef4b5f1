//! A wish is written in one way, whether it comes from a use case or from a declaration.

use authority::Permission;
use console::{
    ApplicationChange, ApplicationView, DomainChange, NewApplication, NewDomain, NewIdentitySource,
    NewTestUser, Tenant, TestUserChange,
};
use crypto::Secret;
use eid::{SourceCredentials, SourceMethod};
use model::{
    ApplicationId, ApplicationKind, ApplicationSettings, Brand, DomainId, DomainSettings, EidEnvironment,
    Environment, IdentitySourceSettings, LoginMethod, Notice, StandardClaims, TenantId,
};
use serde_json::{Value, json};
use store::{Tx, applications, brands, domains, domains::Scheme, identity_sources, test_users};

use crate::house::{HOST, House, NOW, installation, kari, may};

const TEST: &str = "test.new.example";
const ACTIONS: [&str; 14] = [
    "tenant.created",
    "domain.created",
    "identity_source.created",
    "application.created",
    "client_secret.created",
    "test_user.created",
    "domain.changed",
    "identity_source.credentials_set",
    "identity_source.changed",
    "application.changed",
    "test_user.changed",
    "application.disabled",
    "identity_source.disabled",
    "test_user.removed",
];

fn claims(name: &str) -> StandardClaims {
    StandardClaims { name: Some(name.to_owned()), ..StandardClaims::default() }
}

fn notice() -> IdentitySourceSettings {
    let notice = Notice { nb: Some("Nede i natt".to_owned()), nn: None, en: None };
    IdentitySourceSettings {
        notice: Some(notice),
        own_button: true,
        nin_allowed: false,
        nin_legal_ground: Some("hvitvaskingsloven § 12".to_owned()),
        ..IdentitySourceSettings::default()
    }
}

fn shop() -> ApplicationSettings {
    ApplicationSettings::new(ApplicationKind::Web, vec!["https://shop.example/cb".to_owned()])
}

fn vipps(domain: DomainId, secret: &str) -> NewIdentitySource {
    let credentials = SourceCredentials {
        client_id: "us".to_owned(),
        method: SourceMethod::ClientSecretBasic,
        secret: Some(secret.to_owned()),
        private_key: None,
    };
    NewIdentitySource {
        domain,
        domain_environment: Environment::Test,
        eid: LoginMethod::NO_VIPPS,
        environment: EidEnvironment::Test,
        credentials,
    }
}

/// Everything through use cases, in the order of [`ACTIONS`].
async fn by_use_cases(house: &House) {
    let (tenant, id) = make(house).await;
    let domain = house.console.domain(&kari(), TEST).await.unwrap().1.id;
    change_domain_and_source(house, &tenant).await;
    change_application_and_user(house, &tenant, domain).await;
    take_away(house, &tenant, (domain, id)).await;
}

async fn make(house: &House) -> (Tenant, ApplicationId) {
    let console = &house.console;
    let making = installation(console, Permission::CreateTenants);
    let tenant = console.create_tenant(&making, "new", NOW).await.unwrap();
    let new = NewDomain {
        host: TEST.to_owned(),
        scheme: Scheme::Https,
        environment: Environment::Test,
        name: TEST.to_owned(),
    };
    let domain = console.create_domain(&may(&tenant, Permission::ManageDomains), &new, NOW).await.unwrap();
    let sources = may(&tenant, Permission::ManageSources);
    console.save_identity_source(&sources, &vipps(domain, "one"), NOW).await.unwrap();
    let applications = may(&tenant, Permission::ManageApplications);
    let new = NewApplication {
        domain,
        environment: Environment::Test,
        client_id: "shop".to_owned(),
        name: "Shop".to_owned(),
        settings: shop(),
    };
    let id = console.create_application(&applications, &new, NOW).await.unwrap();
    let secrets = may(&tenant, Permission::ManageSecrets);
    let secret = Secret::from("a secret that is long enough to be one");
    console.ensure_client_secret(&secrets, id, &secret, NOW).await.unwrap();
    let users = may(&tenant, Permission::ManageTestUsers);
    let password = Secret::from("correct horse");
    let tuva = NewTestUser { username: "tuva".to_owned(), password, claims: claims("Tuva") };
    console.add_test_user(&users, domain, &tuva, NOW).await.unwrap();
    (tenant, id)
}

async fn change_domain_and_source(house: &House, tenant: &Tenant) {
    let console = &house.console;
    let (_, seen) = console.domain(&kari(), TEST).await.unwrap();
    let settings = DomainSettings { require_par: true, ..seen.settings.clone() };
    let wanted = DomainChange { name: "New".to_owned(), settings };
    let (domain, manage) = (seen.id, may(tenant, Permission::ManageDomains));
    console.change_domain(&manage, (domain, &seen.seen()), &wanted, NOW).await.unwrap();
    let sources = may(tenant, Permission::ManageSources);
    console.save_identity_source(&sources, &vipps(domain, "two"), NOW).await.unwrap();
    let at = (domain, LoginMethod::NO_VIPPS);
    let seen = console.identity_source(&may(tenant, Permission::ReadSettings), at).await.unwrap().seen();
    console.set_source_settings(&sources, (at.0, at.1, &seen), &notice(), NOW).await.unwrap();
}

async fn change_application_and_user(house: &House, tenant: &Tenant, domain: DomainId) {
    let (console, reading) = (&house.console, may(tenant, Permission::ReadSettings));
    let found = console.application(&reading, domain, "shop").await.unwrap();
    let brand = Brand { color: Some("#3D3A8C".to_owned()), ..Brand::default() };
    let settings = ApplicationSettings { slim_id_token: true, brand, ..found.settings.clone() };
    let wanted = ApplicationChange { name: "Butikk".to_owned(), settings };
    let applications = may(tenant, Permission::ManageApplications);
    console.change_application(&applications, (found.id, &found.seen()), &wanted, NOW).await.unwrap();
    let seen = console.test_user(&reading, domain, "tuva").await.unwrap().seen();
    let change = TestUserChange { password: None, claims: Some(claims("Tuva Prøve")) };
    let users = may(tenant, Permission::ManageTestUsers);
    console.change_test_user(&users, (domain, "tuva", &seen), &change, NOW).await.unwrap();
}

async fn take_away(house: &House, tenant: &Tenant, (domain, id): (DomainId, ApplicationId)) {
    let (console, reading) = (&house.console, may(tenant, Permission::ReadSettings));
    let seen = console.application(&reading, domain, "shop").await.unwrap().seen();
    let disable = may(tenant, Permission::DisableApplications);
    console.switch_application(&disable, (id, &seen), false, NOW).await.unwrap();
    let at = (domain, LoginMethod::NO_VIPPS);
    let seen = console.identity_source(&reading, at).await.unwrap().seen();
    let disable = may(tenant, Permission::DisableSources);
    console.switch_identity_source(&disable, (at.0, at.1, &seen), false, NOW).await.unwrap();
    let seen = console.test_user(&reading, domain, "tuva").await.unwrap().seen();
    let users = may(tenant, Permission::ManageTestUsers);
    console.remove_test_user(&users, (domain, "tuva", &seen), NOW).await.unwrap();
}

async fn declare(house: &House, domain: Value) {
    let declared = json!({"declaration": "d", "tenants": [{"name": "new", "domains": [domain]}]});
    let permit = installation(&house.console, Permission::Declare);
    let plan = house.console.plan_declaration(&permit, &declared, false, NOW).await.unwrap();
    house.console.carry_out(&kari(), &plan, NOW).await.unwrap();
}

/// The same through three declarations.
async fn by_declarations(house: &House) {
    let digest = crypto::Digest::of(b"a secret that is long enough to be one");
    let digest: String = digest.as_bytes().iter().map(|it| format!("{it:02x}")).collect();
    let vipps = |secret: &str, settings: &str| {
        let settings: Value = serde_json::from_str(settings).unwrap();
        json!({"eid": "no-vipps", "environment": "test", "client_id": "us", "client_secret": secret,
            "settings": settings})
    };
    let shop = json!({"client_id": "shop", "name": "Shop", "kind": "web", "client_secret_sha256": digest,
        "redirect_uris": ["https://shop.example/cb"]});
    let tuva = json!({"username": "tuva", "password": "correct horse", "claims": {"name": "Tuva"}});
    let first = json!({"host": TEST, "environment": "test", "identity_sources": [vipps("one", "{}")],
        "applications": [shop], "test_users": [tuva]});
    declare(house, first).await;
    let vipps = vipps("two", &notice().to_text());
    let second = json!({"host": TEST, "name": "New", "settings": {"require_par": true}, "identity_sources": [vipps],
        "applications": [{"client_id": "shop", "name": "Butikk", "slim_id_token": true,
            "brand": {"color": "#3D3A8C"}}],
        "test_users": [{"username": "tuva", "claims": {"name": "Tuva Prøve"}}]});
    declare(house, second).await;
    declare(house, json!({"host": TEST})).await;
}

/// Every audit event of the tenant, with ids and key ids replaced by what they are ids of.
async fn trail(house: &House, tenant: TenantId) -> Vec<(String, String, Value)> {
    let hide = |text: &str| text.split(' ').next().unwrap_or_default().to_owned();
    let links = house.links(tenant).await.into_iter().map(|it| {
        let mut details: Value = serde_json::from_str(&it.event.details).unwrap();
        for id in ["domain", "signing_key", "application"] {
            if let Some(member) = details.get_mut(id) {
                *member = json!(id);
            }
        }
        (it.event.action, hide(&it.event.object), details)
    });
    links.collect()
}

fn rows(tx: &mut impl Tx, tenant: TenantId, domain: DomainId) -> String {
    let (id, domain) = (domain, domains::get(tx, tenant, domain).unwrap());
    let shop = applications::find_by_client_id(tx, tenant, id, "shop").unwrap().unwrap();
    let vipps = identity_sources::find(tx, tenant, id, "no-vipps").unwrap().unwrap();
    let users = test_users::list(tx, tenant, id, None, 10).unwrap().len();
    assert!(brands::has_color(tx, tenant, id, "3d3a8c").unwrap(), "the row of the brand");
    format!(
        "{:?} {:?} {:?} {users}",
        (domain.host, domain.scheme, domain.environment, domain.name, domain.settings, domain.version),
        (shop.client_id, shop.name, shop.settings, shop.version, shop.created_at, shop.disabled_at),
        (vipps.environment, vipps.settings, vipps.credentials_version, vipps.version, vipps.disabled_at),
    )
}

#[tokio::test]
async fn an_imported_application_was_written_down_differently_than_one_made_by_a_command() {
    let mut trails = Vec::new();
    for imported in [false, true] {
        let house = House::open().await;
        let new = NewApplication {
            domain: house.domain,
            environment: Environment::Test,
            client_id: "shop".to_owned(),
            name: "Shop".to_owned(),
            settings: shop(),
        };
        if imported {
            let file = json!({"portvakt_import": 1, "applications": [{"domain": HOST, "client_id": "shop", "name": "Shop",
                "kind": "web", "pkce": "default", "redirect_uris": ["https://shop.example/cb"], "secrets": ["new"]}]});
            let permit = may(&house.tenant, Permission::Import);
            let plan = house.console.plan_import(&permit, file.to_string().as_bytes(), NOW).await.unwrap();
            house.console.carry_out(&kari(), &plan, NOW).await.unwrap();
        } else {
            let permit = may(&house.tenant, Permission::ManageApplications);
            let id = house.console.create_application(&permit, &new, NOW).await.unwrap();
            let permit = may(&house.tenant, Permission::ManageSecrets);
            house.console.create_client_secret(&permit, id, NOW).await.unwrap();
        }
        let ApplicationView { name, settings, version, .. } = house.application("shop").await;
        trails.push((trail(&house, house.tenant.id).await, name, settings, version));
    }
    assert_eq!(trails[0], trails[1]);
    assert_eq!(trails[0].0.len(), 4);
}

#[tokio::test]
async fn a_wish_was_written_down_differently_by_commands_and_by_declarations() {
    let mut all = Vec::new();
    for declared in [false, true] {
        let house = House::open().await;
        if declared {
            by_declarations(&house).await;
        } else {
            by_use_cases(&house).await;
        }
        let (tenant, domain) = house.console.domain(&kari(), TEST).await.unwrap();
        let (tenant, domain) = (tenant.id, domain.id);
        let rows = house.store.read(move |tx| Ok::<_, store::StoreError>(rows(tx, tenant, domain))).await;
        all.push((trail(&house, tenant).await, rows.unwrap()));
    }
    let [commands, declarations] = &all[..] else { panic!("{all:?}") };
    let actions: Vec<&str> = commands.0.iter().map(|it| it.0.as_str()).collect();
    assert_eq!(actions, ACTIONS);
    assert_eq!(commands, declarations);
}
