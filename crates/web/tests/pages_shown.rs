//! The pages as they arrive: headers, languages, what a person sees.

use crate::house::{Browser, ISSUER, TestBroker, with};

#[tokio::test]
async fn req_o7_and_o8_pages_tell_nobody_where_they_are_and_sit_in_no_frame() {
    let house = TestBroker::open().await;
    let mut browser = house.browser();
    let shown = browser.authorize(&[("acr_values", None)]).await;
    let selector = browser.follow(shown).await;
    let refusal = house.get("/oauth2/authorize").await;
    let asked = browser.log_in(&[("prompt", Some("consent"))], with::APP).await;
    let consent = browser.follow(asked).await;
    for (page, referrer) in [(&selector, "no-referrer"), (&refusal, "no-referrer"), (&consent, "same-origin")]
    {
        assert_eq!(page.header("referrer-policy"), Some(referrer));
        assert_eq!(page.header("cache-control"), Some("no-store"));
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.contains("frame-ancestors 'none'") && policy.contains("default-src 'none'"));
        assert!(!policy.contains("unsafe") && !policy.contains("script-src"));
    }
    let token = house.redeem("x").await;
    assert_eq!(token.header("referrer-policy"), Some("no-referrer"));
}

#[tokio::test]
async fn neg_06_what_comes_from_outside_is_shown_as_text() {
    let house = TestBroker::open().await;
    let mut browser = house.browser();
    let evil = "<img src=x onerror=alert(1)>";
    let changes =
        [("acr_values", None), ("ui_locales", Some(evil)), ("login_hint", Some(evil)), ("state", Some(evil))];
    let shown = browser.authorize(&changes).await;
    let page = browser.follow(shown).await;
    assert!(!page.body.contains("<img src=x") && page.body.contains("The &#60;Shop&#62; &#38; Co"));
    let lost = house
        .browser()
        .get("/callback/no-bankid?error=%3Cscript%3E&error_description=%3Cscript%3Ealert(1)&error_hint=x")
        .await;
    assert!(!lost.body.contains("alert(1)"));
}

#[tokio::test]
async fn a_page_speaks_the_language_that_was_chosen_asked_or_preferred() {
    let house = TestBroker::open().await;
    let mut browser = house.browser();
    let shown = browser.authorize(&[("acr_values", None), ("ui_locales", Some("fr nn"))]).await;
    let target = shown.location().to_owned();
    assert!(browser.follow(shown).await.body.contains("<html lang=\"nn\""));
    assert!(browser.get(&format!("{target}?lang=en")).await.body.contains("<html lang=\"en\""));
    assert!(browser.get(&target).await.body.contains("<html lang=\"en\""), "the choice is remembered");
    assert!(house.browser().get("/").await.body.contains("<html lang=\"nb\""));
}

#[tokio::test]
async fn the_selector_leads_to_each_eid_and_back_to_the_application() {
    let house = TestBroker::open().await;
    let mut browser = house.browser();
    let shown = browser.authorize(&[("acr_values", None)]).await;
    let here = shown.location().to_owned();
    let page = browser.follow(shown).await;
    for part in ["/with/no-bankid", "/with/no-vipps", "/back", "/privacy", "/accessibility"] {
        assert!(page.body.contains(part), "{part}");
    }
    let leave = browser.get(&format!("{here}/with/no-vipps")).await;
    assert!(leave.location().starts_with("http://vipps.localhost"));
    assert_eq!(browser.get(&format!("{here}/back")).await.error(), "access_denied");
    let after = browser.get(&here).await;
    assert_eq!((after.status, after.trouble()), (400, "login-over"));
}

#[tokio::test]
async fn statements_and_files_are_there() {
    let house = TestBroker::open().await;
    for target in ["/", "/privacy", "/accessibility"] {
        assert_eq!(house.get(target).await.status, 200, "{target}");
    }
    for asset in pages::assets() {
        let reply = house.get(asset.path).await;
        assert_eq!(reply.header("content-type"), Some(asset.content_type));
        assert!(reply.header("cache-control").unwrap().contains("immutable"));
    }
    assert_eq!(house.get("/assets/../Cargo.toml").await.status, 404);
}

#[tokio::test]
async fn a_page_of_a_login_is_the_applications_and_names_us_in_the_footer() {
    let house = TestBroker::open().await;
    let mut browser = house.browser();
    let shown = browser.authorize(&[("acr_values", None)]).await;
    let selector = browser.follow(shown).await;
    let asked = browser.log_in(&[("prompt", Some("consent"))], with::APP).await;
    for page in [selector, browser.follow(asked).await] {
        let (header, rest) = page.body.split_once("</header>").unwrap();
        assert!(header.contains("<bdi>The &#60;Shop&#62; &#38; Co</bdi>") && !header.contains("Portvakt"));
        assert!(rest.split_once("<footer").unwrap().1.contains("Portvakt"));
    }
    let ours = house.get("/errors").await;
    assert!(ours.body.split_once("</header>").unwrap().0.contains("<span>Portvakt</span>"));
}

/// A small logo, as the child gives one.
fn logo() -> model::Logo {
    model::Logo::of(b"\x89PNG of a shop", 320, 96)
}

/// The addresses below `/brand/` that a page names, each once.
fn brand_files(page: &str) -> Vec<String> {
    let files = page.split("\"/brand/").skip(1).filter_map(|it| it.split('"').next());
    let mut files: Vec<String> = files.map(|it| format!("/brand/{it}")).collect();
    files.sort();
    files.dedup();
    files
}

#[tokio::test]
async fn the_page_where_a_person_chooses_looked_like_nobodys() {
    let house = TestBroker::with(|shop| {
        shop.brand.logo = Some(logo());
        shop.brand.color = Some("#7A1F5C".to_owned());
        shop.brand.policy_uri = Some("https://shop.example/privacy".to_owned());
        shop.brand.support_contact = Some("hjelp@shop.example".to_owned());
    })
    .await;
    let mut browser = house.browser();
    let shown = browser.authorize(&[("acr_values", None)]).await;
    let page = browser.follow(shown).await.body;

    for part in [
        "alt=\"The &#60;Shop&#62; &#38; Co\" width=\"160\" height=\"48\"",
        "<link rel=\"icon\" href=\"/brand/",
        "href=\"https://shop.example/privacy\"",
        "href=\"mailto:hjelp@shop.example\"",
        "<span>Portvakt</span>",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let asked = browser.log_in(&[("prompt", Some("consent"))], with::APP).await;
    let consent = browser.follow(asked).await.body;
    assert!(consent.contains("href=\"https://shop.example/privacy\" id=\"consent-policy\""), "{consent}");
    let files = brand_files(&page);
    assert_eq!(files.len(), 2, "{files:?}");
    for (file, kind, part) in [
        (&files[0], "text/css", "--ds-color-base-default:#7a1f5c"),
        (&files[1], "image/png", "PNG of a shop"),
    ] {
        let reply = house.get(file).await;
        assert!(reply.status == 200 && reply.body.contains(part), "{file}: {}", reply.body);
        assert!(reply.header("content-type").unwrap().starts_with(kind));
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
        assert!(reply.header("content-security-policy").unwrap().contains("sandbox"));
        assert!(reply.header("cache-control").unwrap().contains("immutable"));
    }
}

#[tokio::test]
async fn a_brand_is_served_at_its_own_domain_only_and_goes_when_it_is_replaced() {
    let mut house = TestBroker::with(|shop| {
        shop.brand.logo = Some(logo());
        shop.brand.color = Some("#7a1f5c".to_owned());
    })
    .await;
    house.add_domain("id.other.example", "other").await;
    let mut browser = house.browser();
    let shown = browser.authorize(&[("acr_values", None)]).await;
    let files = brand_files(&browser.follow(shown).await.body);
    let mut elsewhere = Browser { host: "id.other.example".to_owned(), ..house.browser() };
    for file in &files {
        assert_eq!(elsewhere.get(file).await.status, 404, "{file}");
    }
    for wrong in
        ["/brand/", "/brand/x", "/brand/7a1f5c.css", "/brand/7a1f5c-0000000000000000.css", "/brand/.png"]
    {
        assert_eq!(house.get(wrong).await.status, 404, "{wrong}");
    }

    house
        .change_shop(|shop| {
            shop.brand.logo = Some(logo());
            shop.brand.color = Some("#000000".to_owned());
        })
        .await;
    assert_eq!((house.get(&files[0]).await.status, house.get(&files[1]).await.status), (404, 200));
    house.change_shop(|shop| shop.brand = model::Brand::default()).await;
    assert_eq!(house.get(&files[1]).await.status, 404);
}

#[tokio::test]
async fn an_application_completes_its_brand_with_its_domains() {
    let mut house = TestBroker::with(|shop| shop.brand.color = Some("#7a1f5c".to_owned())).await;
    house
        .change_domain(house.domain, |domain| {
            domain.display_name = Some("Butikkjeden".to_owned());
            domain.brand.logo = Some(logo());
            domain.brand.color = Some("#123456".to_owned());
            domain.brand.tos_uri = Some("https://shop.example/terms".to_owned());
        })
        .await;
    house.restart();
    let mut browser = house.browser();
    let shown = browser.authorize(&[("acr_values", None)]).await;
    let page = browser.follow(shown).await.body;
    assert!(
        page.contains("/brand/7a1f5c-")
            && page.contains(".png")
            && page.contains("https://shop.example/terms")
    );

    let statement = house.get("/privacy").await.body;
    assert!(statement.contains("/brand/123456-") && statement.contains("alt=\"Butikkjeden\""), "{statement}");
    assert!(statement.contains("– Butikkjeden</title>"));
}

#[tokio::test]
async fn an_official_button_stands_in_place_of_ours_in_its_language_and_is_a_link_with_a_name() {
    let house = TestBroker::open().await;
    let mut browser = house.browser();
    let shown = browser.authorize(&[("acr_values", None)]).await;
    let here = shown.location().to_owned();
    let page = browser.follow(shown).await.body;
    assert!(page.contains("alt=\"Logg inn med Vipps\" width=\"200\" height=\"48\""), "{page}");
    assert!(page.contains("pv-eid-button--bankid-no"), "BankID's own button stays");
    let path = page.split("src=\"").nth(1).unwrap().split('"').next().unwrap();
    let reply = house.get(path).await;
    assert_eq!((reply.status, reply.header("content-type")), (200, Some("image/png")));
    assert!(reply.header("content-security-policy").unwrap().contains("sandbox"));
    let english = browser.get(&format!("{here}?lang=en")).await.body;
    assert!(!english.contains("pv-eid-picture") && english.contains("pv-choice__name\">Vipps"), "{english}");
}

#[tokio::test]
async fn statements_named_nobody_who_is_responsible() {
    let mut house = TestBroker::open().await;
    house
        .change_domain(house.domain, |domain| {
            domain.controller = Some("Acme <AS>".to_owned());
            domain.contact = Some("personvern@acme.example".to_owned());
        })
        .await;
    house.restart();
    for target in ["/privacy", "/accessibility"] {
        let page = house.get(target).await.body;
        assert!(
            page.contains("Acme &#60;AS&#62;") && page.contains("mailto:personvern@acme.example"),
            "{page}"
        );
    }
}

#[tokio::test]
async fn statements_of_a_test_domain_say_that_it_is_one_and_who_runs_it() {
    let mut house = TestBroker::open().await;
    for target in ["/privacy?lang=en", "/accessibility?lang=en"] {
        let page = house.get(target).await.body;
        assert!(page.contains("This is a test domain") && page.contains("run by the operator of "), "{page}");
    }
    house.change_domain(house.domain, |domain| domain.display_name = Some("Butikkjeden".to_owned())).await;
    house.restart();
    assert!(house.get("/privacy?lang=en").await.body.contains("It is run by Butikkjeden."));
}

#[tokio::test]
async fn a_refusal_of_a_domain_looked_like_nobodys_and_led_nowhere() {
    let mut house = TestBroker::open().await;
    house.change_domain(house.domain, |domain| domain.display_name = Some("Butikkjeden".to_owned())).await;
    house.restart();
    for target in ["/oauth2/authorize", "/nowhere", "/errors/none", "/oauth2/authorize?client_id=nobody"] {
        let page = house.get(target).await.body;
        for part in ["Butikkjeden</bdi>", "href=\"/privacy\"", "pv-banner"] {
            assert!(page.contains(part), "{target} {part}: {page}");
        }
    }
}

/// Where a page leads in Nynorsk.
fn in_nynorsk(page: &str) -> String {
    let href = page.split("href=\"").find(|it| it.contains("lang=nn")).unwrap();
    href.split('"').next().unwrap().replace("&#38;", "&")
}

#[tokio::test]
async fn the_language_switch_of_a_refusal_led_away_from_it_and_from_logging_out() {
    let house = TestBroker::open().await;
    for (target, part) in [
        ("/oauth2/authorize?client_id=nobody&state=repeated", "<code>nobody</code>"),
        (
            "/oauth2/logout?client_id=shop&post_logout_redirect_uri=https%3A%2F%2Fevil.example&state=repeated",
            "id=\"logout-here\"",
        ),
    ] {
        let mut browser = house.browser();
        let refused = browser.get(target).await;
        assert!(refused.body.contains("<form method=\"post\">") && !refused.body.contains("repeated"));
        assert!(refused.header("content-security-policy").unwrap().contains("form-action 'self'"));
        let chosen = browser.post(target, "lang=nn", Some(ISSUER)).await;
        assert_eq!((chosen.status, chosen.location()), (303, target));
        let again = browser.follow(chosen).await;
        assert_eq!((again.status, again.trouble()), (refused.status, refused.trouble()));
        assert!(again.body.contains("<html lang=\"nn\"") && again.body.contains(part), "{}", again.body);
    }
    let posted = house.post("/oauth2/logout", "%", &[]).await;
    assert_eq!(in_nynorsk(&posted.body), "/oauth2/logout?lang=nn");
}

#[tokio::test]
async fn the_page_of_an_unknown_host_had_one_language_and_a_link_to_nothing() {
    let house = TestBroker::open().await;
    let mut elsewhere = house.browser();
    "nobody.example".clone_into(&mut elsewhere.host);
    let page = elsewhere.get("/login/x?state=abc").await;
    assert_eq!((page.status, in_nynorsk(&page.body)), (404, "?lang=nn".to_owned()));
    assert!(!page.body.contains("/errors/"), "{}", page.body);
    assert!(elsewhere.get("/login/x?lang=nn").await.body.contains("<html lang=\"nn\""));
}

#[tokio::test]
async fn a_page_that_leads_nowhere_was_in_one_language_only() {
    let house = TestBroker::open().await;
    for target in [
        "/nothing",
        "/login/nothing",
        "/trial/nothing",
        "/callback/no-bankid?state=abc",
        "/trial/nothing?state=repeated",
    ] {
        let page = house.browser().get(target).await.body;
        for (words, wanted) in [("hreflang=\"nn\"", true), ("href=\"/privacy\"", true), ("repeated", false)] {
            assert_eq!(page.contains(words), wanted, "{target}: {words}");
        }
        let href = page.split("href=\"").find(|it| it.contains("lang=nn")).unwrap_or("/?");
        let there = house.browser().get(href.split('"').next().unwrap()).await;
        assert!(there.body.contains("lang=\"nn\""), "{target} leads to {href}");
    }
}
