//! Long lists in the console: searched, put in another order, and shown page by page.

use authority::Role;

use crate::{
    console_sign_in::{browser_with, member, operator},
    house::{Browser, HOST, TestBroker, a_tenant},
};

/// The texts of the first column, from the top.
fn names(body: &str) -> Vec<String> {
    let cells = body.split("scope=\"row\"").skip(1);
    let text = |cell: &str| {
        let cell = cell.split("</th>").next().unwrap();
        let words = cell.split('<').filter_map(|it| it.split_once('>')).map(|(_, text)| text.trim());
        words.collect::<String>()
    };
    cells.map(text).collect()
}

/// Follows the link in the heading of a column.
async fn click(browser: &mut Browser<'_>, body: &str, heading: &str) -> String {
    let link =
        body.split("class=\"pc-sort\" href=\"").find(|it| it.contains(&format!(">{heading}<"))).unwrap();
    browser.get(&link.split('"').next().unwrap().replace("&#38;", "&")).await.body
}

async fn tenants(house: &TestBroker, names: &[&str]) {
    for name in names {
        a_tenant(&house.console, name, house.time()).await;
        house.step(1);
    }
}

#[tokio::test]
async fn a_click_on_a_heading_orders_the_list_and_a_second_one_turns_it_round() {
    let house = TestBroker::open().await;
    let token = operator(&house).await;
    tenants(&house, &["ås kommune", "Bergen Bank", "Ærlig AS"]).await;
    let mut browser = browser_with(&house, &token);
    let made = browser.get("/tenants?q=a").await.body;

    let by_name = click(&mut browser, &made, "Name").await;
    let reversed = click(&mut browser, &by_name, "Name").await;

    let (mut forth, mut back) = (names(&by_name), names(&reversed));
    forth.retain(|it| it != "shop");
    back.reverse();
    assert_eq!(forth.last().unwrap(), "Ærlig AS");
    assert_eq!(names(&by_name), back);
    assert!(by_name.contains("aria-sort=\"ascending\"") && reversed.contains("aria-sort=\"descending\""));
    assert!(made.matches("aria-sort").count() == 1, "one column orders the list");
}

#[tokio::test]
async fn the_order_stays_on_the_next_page_and_through_a_search() {
    let house = TestBroker::open().await;
    let token = operator(&house).await;
    let many: Vec<String> = (0..60).map(|at| format!("Company {:02}", 59 - at)).collect();
    tenants(&house, &many.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let mut browser = browser_with(&house, &token);

    let first = browser.get("/tenants?q=company&sort=name&order=desc").await.body;
    let next = first.split("rel=\"next\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    let second = browser.get(&next.replace("&#38;", "&")).await.body;

    assert_eq!((names(&first).len(), names(&first)[0].as_str()), (50, "Company 59"));
    assert_eq!((names(&second).len(), names(&second)[0].as_str()), (10, "Company 09"));
    assert!(first.contains("1–50 of 60") && second.contains("51–60 of 60"));
    assert!(second.contains("rel=\"prev\"") && first.contains("name=\"sort\" value=\"name\""));
}

#[tokio::test]
async fn applications_domains_and_members_have_headings_that_order_them() {
    let house = TestBroker::open().await;
    operator(&house).await;
    let token = member(&house, &house.tenant, "Ola", &[Role::Owner]).await;
    member(&house, &house.tenant, "Berit", &[Role::Auditor]).await;
    let mut browser = browser_with(&house, &token);
    let base = format!("/t/{}", house.tenant.id);

    let applications = browser.get(&format!("{base}/test/applications?sort=client-id")).await.body;
    let domains = browser.get(&format!("{base}/domains?q=SHOP&sort=host")).await.body;
    let members = browser.get(&format!("{base}/members?sort=name&order=desc")).await.body;
    let none = browser.get(&format!("{base}/members?q=nobody&sort=none&page=x")).await.body;

    assert_eq!(applications.matches("class=\"pc-sort\"").count(), 3);
    assert_eq!(names(&domains), [HOST]);
    assert_eq!(names(&members), ["Ola", "Berit"]);
    assert!(none.contains("Nothing was found") && !none.contains("pc-sort"));
}

/// The house with the members Ola (owner) and Berit (auditor); gives Ola's cookie and where the pages of the tenant begin.
async fn house_with_members() -> (TestBroker, String, String) {
    let house = TestBroker::open().await;
    operator(&house).await;
    let token = member(&house, &house.tenant, "Ola", &[Role::Owner]).await;
    member(&house, &house.tenant, "Berit", &[Role::Auditor]).await;
    let base = format!("/t/{}", house.tenant.id);
    (house, token, base)
}

#[tokio::test]
async fn a_filter_stands_in_the_address_and_stays_with_order_and_search() {
    let (house, token, base) = house_with_members().await;
    let mut browser = browser_with(&house, &token);

    let browsers = browser.get(&format!("{base}/test/applications?kind=browser&q=shop")).await.body;
    let by_name = click(&mut browser, &browsers, "Name").await;

    // The browser application of the house; the other two are on a server.
    assert_eq!((names(&browsers).len(), names(&by_name).len()), (1, 1));
    assert!(browsers.contains("spa") && !browsers.contains(">signed<"));
    assert!(by_name.contains("<option value=\"browser\" selected>"), "the filter is still chosen");
    assert!(by_name.contains("name=\"sort\" value=\"name\""), "and a search keeps the order");
    let all = browser.get(&format!("{base}/test/applications?kind=nonsense&state=off")).await.body;
    assert!(all.contains("Nothing was found"), "nothing is off, and an unknown word is no filter");
}

#[tokio::test]
async fn domains_members_and_tenants_are_filtered_by_what_they_are() {
    let house = TestBroker::open().await;
    let of_operator = operator(&house).await;
    let token = member(&house, &house.tenant, "Ola", &[Role::Owner]).await;
    member(&house, &house.tenant, "Berit", &[Role::Auditor]).await;
    let base = format!("/t/{}", house.tenant.id);
    let mut browser = browser_with(&house, &token);
    let listed = async |browser: &mut Browser<'_>, query: &str| {
        names(&browser.get(&format!("{base}{query}")).await.body)
    };

    assert_eq!(listed(&mut browser, "/domains?environment=test&state=on").await, [HOST]);
    assert!(listed(&mut browser, "/domains?environment=production").await.is_empty());
    assert_eq!(listed(&mut browser, "/members?role=auditor").await, ["Berit"]);
    assert!(!listed(&mut browser, "/members?state=pending").await.contains(&"Ola".to_owned()));
    let mut browser = browser_with(&house, &of_operator);
    let off = browser.get("/tenants?state=off").await.body;
    assert!(names(&off).is_empty() && off.contains("Nothing was found"), "{off}");
}

/// More changes than a search looks at, of which the oldest is the only one of its kind.
fn many_changes(house: &TestBroker, many: i64) {
    house.meddle(&format!(
        "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {many})
         INSERT INTO audit_events (tenant_id, sequence, happened_at, actor, action, object, details, digest)
         SELECT e.tenant_id, e.sequence + n, e.happened_at + n, 'worker:keys', 'domain.changed', 'domain 0', '{{}}', e.digest
         FROM audit_events e, numbers WHERE e.tenant_id = '{tenant}'
         AND e.sequence = (SELECT MAX(sequence) FROM audit_events WHERE tenant_id = '{tenant}')",
        tenant = house.tenant.id
    ));
}

#[tokio::test]
async fn a_search_through_very_many_changes_says_how_far_it_came_and_goes_on_from_there() {
    let (house, token, base) = house_with_members().await;
    many_changes(&house, 20_000);
    let mut browser = browser_with(&house, &token);

    let first = browser.get(&format!("{base}/changes?action=tenant")).await.body;
    let further = first.split("id=\"further\"").next().unwrap().rsplit("href=\"").next().unwrap();
    let further = further.split('"').next().unwrap().replace("&#38;", "&");
    let rest = browser.get(&further).await.body;

    assert!(first.contains("20000 changes were looked at") && names(&first).is_empty(), "{first}");
    assert!(further.contains("action=tenant") && further.contains("before="), "{further}");
    assert_eq!(names(&rest).len(), 1, "the tenant was made before all of them");
    assert!(!rest.contains("were looked at"));
    let newest = browser.get(&format!("{base}/changes")).await.body;
    assert!(names(&newest).len() == 50 && !newest.contains("were looked at"), "enough was found at once");
}

#[tokio::test]
async fn changes_name_members_and_are_found_by_their_names() {
    let (house, token, base) = house_with_members().await;
    let mut browser = browser_with(&house, &token);

    let of_kari = browser.get(&format!("{base}/changes?actor=kari+nordli&action=invitation")).await.body;
    let of_berit = browser.get(&format!("{base}/changes?q=berit")).await.body;

    assert!(of_berit.contains("Berit") && !names(&of_berit).is_empty(), "{of_berit}");
    assert!(!of_berit.contains("member 0"), "no ids: {of_berit}");
    assert!(!of_kari.contains("member:"), "{of_kari}");
}
