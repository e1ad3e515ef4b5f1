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
