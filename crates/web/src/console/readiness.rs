//! The overview of a tenant: what it still needs before real people can log in, and whose turn it is.

use axum::response::Response;
use console::{Permission, Refusal};
use model::{DomainId, EidStage, Environment, LoginMethod, ReadinessItem, ReadinessRow, Turn, readiness};
use ordering::OrderSummary;
use pages::console::{Action, Block, ConsolePage, Fact, Step, Text, Tone};
use texts::say;

use super::{answer::shown, orders::state_key, visit::Visit};

/// What the rows are about: the first production domain, and the tenant's orders that are not over.
struct About {
    domain: Option<DomainId>,
    orders: Vec<OrderSummary>,
}

impl About {
    /// The order that brings the credentials of an eID to the domain.
    fn order_of(&self, eid: LoginMethod) -> Option<&OrderSummary> {
        self.orders.iter().find(|it| Some(it.domain) == self.domain && it.eid == eid)
    }
}

/// The orders that are not over, for those who may see them.
async fn open_orders(visit: &Visit) -> Result<Vec<OrderSummary>, Refusal> {
    if !visit.offers(Permission::ReadOrders) {
        return Ok(Vec::new());
    }
    let all = visit.site.orders.readable_orders(&visit.may(Permission::ReadOrders)?).await?;
    Ok(all.into_iter().filter(|it| it.state.is_open()).collect())
}

/// `GET /t/{tenant}`
pub(super) async fn page(visit: Visit) -> Result<Response, Refusal> {
    let reading = visit.may(Permission::ReadSettings)?;
    let found = visit.site.console.readiness(&reading).await?;
    let rows = readiness(&found.facts);
    let about = About { domain: found.domain, orders: open_orders(&visit).await? };
    let steps = rows.iter().map(|it| step(&visit, &about, it)).collect();
    let open = rows.iter().filter(|it| it.turn != Turn::Done).count();
    let lead = if open == 0 {
        Text::Key("console-ready")
    } else {
        Text::with("console-not-ready", "count", open.to_string())
    };
    let mut blocks = vec![
        Block::Heading { id: "production", text: Text::Key("console-readiness-title"), lead: Some(lead) },
        Block::Steps(steps),
    ];
    let all = visit.site.console.domains(&reading, None).await?;
    let tests: Vec<_> = all.iter().filter(|it| it.environment == Environment::Test).collect();
    if !tests.is_empty() {
        let lead = Some(Text::Key("console-readiness-test-lead"));
        blocks.push(Block::Heading { id: "test", text: Text::Key("console-readiness-test"), lead });
        let fact = |it: &&console::DomainView| Fact::copied("", "console-issuer", it.issuer());
        blocks.push(Block::Facts(
            tests
                .iter()
                .enumerate()
                .map(|(at, it)| Fact {
                    id: if at == 0 { "issuer" } else { "" },
                    is_copied: at == 0,
                    ..fact(it)
                })
                .collect(),
        ));
        let href = visit.tenant_href("/test/applications");
        blocks.push(Block::Actions(vec![
            Action::to("console-nav-applications", href).named("to-applications"),
            Action::to("console-nav-sources", visit.tenant_href("/test/identity-sources"))
                .named("to-sources"),
        ]));
    }
    let page = ConsolePage {
        heading: Text::plain(visit.tenant()?.name.clone()),
        lead: Some(Text::Key("console-overview-lead")),
        blocks,
        ..ConsolePage::default()
    };
    Ok(shown(&visit, page))
}

fn step(visit: &Visit, about: &About, row: &ReadinessRow) -> Step {
    let (text, details) = words_of(visit, row.item);
    let order = match row.item {
        ReadinessItem::Eid(eid, _) => about.order_of(eid),
        _ => None,
    };
    let order_state = |it: &OrderSummary| {
        Text::with("console-ready-order-state", "state", say(visit.locale, state_key(it.state), &[]))
    };
    let (tone, aside) = match row.turn {
        Turn::Done => (Tone::Good, "console-turn-done"),
        Turn::Tenant => (Tone::Attention, "console-turn-tenant"),
        Turn::Operator => (Tone::Attention, "console-turn-operator"),
        Turn::Later => (Tone::Neutral, "console-turn-later"),
    };
    let is_bad = matches!(row.item, ReadinessItem::Eid(_, EidStage::CheckBad));
    Step {
        tone: if is_bad { Tone::Bad } else { tone },
        aside: Text::Key(aside),
        text,
        details: [details].into_iter().chain(order.map(order_state)).collect(),
        action: action(visit, about, row),
    }
}

fn words_of(visit: &Visit, item: ReadinessItem) -> (Text, Text) {
    let keys = match item {
        ReadinessItem::ProductionDomain => ("console-ready-domain", "console-ready-domain-help"),
        ReadinessItem::Controller => ("console-ready-controller", "console-ready-controller-help"),
        ReadinessItem::Application => ("console-ready-application", "console-ready-application-help"),
        ReadinessItem::LegalGround => ("console-ready-ground", "console-ready-ground-help"),
        ReadinessItem::SecondOwner => ("console-ready-owner", "console-ready-owner-help"),
        ReadinessItem::Eid(eid, stage) => {
            let stage = match stage {
                EidStage::NotOrdered => "console-stage-not-ordered",
                EidStage::Entered => "console-stage-entered",
                EidStage::CheckBad => "console-stage-bad",
                EidStage::Checked => "console-stage-checked",
                EidStage::InUse => "console-stage-in-use",
            };
            return (Text::plain(eid.name_in(visit.locale)), Text::Key(stage));
        }
    };
    (Text::Key(keys.0), Text::Key(keys.1))
}

/// To the order of an eID, or to beginning one.
fn to_order(visit: &Visit, about: &About, eid: LoginMethod) -> Option<Action> {
    if let Some(order) = about.order_of(eid) {
        let href = visit.tenant_href(&format!("/orders/{}", order.id));
        return Some(Action::to("console-ready-order-open", href));
    }
    let href = visit.tenant_href(&format!("/orders/new?eid={}&domain={}", eid.as_str(), about.domain?));
    visit.offers(Permission::ManageOrders).then(|| Action::to("console-ready-order", href))
}

fn action(visit: &Visit, about: &About, row: &ReadinessRow) -> Option<Action> {
    let domain = about.domain;
    let domain_href = domain.map(|id| visit.tenant_href(&format!("/domains/{id}")));
    match (row.item, row.turn) {
        (_, Turn::Later) => None,
        (ReadinessItem::Eid(eid, stage), _)
            if stage == EidStage::NotOrdered || about.order_of(eid).is_some() =>
        {
            to_order(visit, about, eid)
        }
        (ReadinessItem::Eid(eid, _), _) => {
            let href =
                visit.tenant_href(&format!("/production/identity-sources/{}/{}", domain?, eid.as_str()));
            Some(Action::to("console-source-open", href))
        }
        (_, Turn::Done) => None,
        (ReadinessItem::ProductionDomain, _) if visit.is_operator() => {
            Some(Action::to("console-ready-make-domain", visit.tenant_href("/domains/new")))
        }
        (ReadinessItem::ProductionDomain, _) => None,
        (ReadinessItem::Controller, _) => Some(Action::to("console-source-open", domain_href?)),
        (ReadinessItem::Application, _) => Some(Action::to(
            "console-ready-make-application",
            visit.tenant_href("/production/applications/new"),
        )),
        (ReadinessItem::LegalGround, _) => {
            Some(Action::to("console-nav-applications", visit.tenant_href("/production/applications")))
        }
        (ReadinessItem::SecondOwner, _) => {
            Some(Action::to("console-nav-members", visit.tenant_href("/members")))
        }
    }
}
