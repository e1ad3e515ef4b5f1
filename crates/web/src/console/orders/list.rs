//! A tenant's orders, and beginning one.

use axum::response::Response;
use console::{Permission, Refusal};
use model::{Environment, Handover, LoginMethod};
use ordering::NewOrder;
use pages::console::{
    Action, Block, Cell, ConsoleField, ConsoleForm, ConsolePage, FieldKind, FieldOption, Notice, NoticeKind,
    Step, Table, TableRow, Text, Tone,
};
use texts::AdminMessage;

use super::{
    place::{base, company_in_list, crumbs},
    words::{state_chip, turn_word},
};
use crate::console::{
    answer::{done, refused_form, shown, wrong, wrong_form},
    visit::Visit,
    words,
};
/// What can be ordered.
const EIDS: [LoginMethod; 2] = [LoginMethod::NO_BANKID, LoginMethod::NO_VIPPS];

/// `GET /t/{tenant}/orders`
pub(in crate::console) async fn list(visit: Visit) -> Result<Response, Refusal> {
    let all = visit.site.orders.orders(visit.permit()?).await?;
    let row = |it: &ordering::OrderSummary| TableRow {
        cells: vec![
            Cell::Link { text: Text::plain(it.eid.name_in(visit.locale)), href: base(&visit, it.id) },
            Cell::Text(company_in_list(it)),
            Cell::Chip(state_chip(it.state)),
            Cell::Text(Text::Key(turn_word(it.state.turn()))),
            words::time(it.since, visit.now()),
        ],
    };
    let new = visit
        .offers(Permission::ManageOrders)
        .then(|| Action::to("console-order-new", visit.tenant_href("/orders/new")).named("new-order"));
    let table = Table {
        id: "orders",
        caption: Text::Key("console-nav-orders"),
        columns: [
            "console-column-eid",
            "console-order-section-company",
            "console-column-state",
            "console-order-turn",
            "console-order-since",
        ]
        .map(Text::Key)
        .to_vec(),
        rows: all.iter().map(row).collect(),
        empty: Text::Key("console-orders-none"),
        empty_action: new.clone(),
        ..Table::default()
    };
    let page = ConsolePage {
        heading: Text::Key("console-nav-orders"),
        lead: Some(Text::Key("console-orders-lead")),
        primary: if all.is_empty() { None } else { new },
        blocks: vec![Block::Table(table)],
        ..ConsolePage::default()
    };
    Ok(shown(&visit, page))
}

async fn new_page(visit: &Visit, refusal: Option<&Refusal>) -> Result<ConsolePage, Refusal> {
    let all = visit.site.console.domains(&visit.may(Permission::ReadSettings)?, None).await?;
    let takes_test = visit.site.is_test() || visit.site.orders.has_sandbox();
    let is_real = |it: &console::DomainView| it.environment == Environment::Production;
    let mut domains: Vec<_> = all.iter().filter(|it| takes_test || is_real(it)).collect();
    // What is real comes first.
    domains.sort_by_key(|it| !is_real(it));
    let mut page = ConsolePage {
        heading: Text::Key("console-order-new"),
        lead: Some(Text::Key("console-order-new-lead")),
        ..ConsolePage::default()
    };
    page.frame.crumbs = crumbs(visit, None);
    page.blocks.extend(EIDS.into_iter().flat_map(|it| prerequisites(visit, it)));
    if domains.is_empty() {
        let action =
            visit.is_operator().then(|| Action::to("console-domain-new", visit.tenant_href("/domains/new")));
        let text = Text::Key("console-order-no-domain");
        page.blocks.push(Block::Notice(Notice { kind: NoticeKind::Warning, text, action }));
        return Ok(page);
    }
    let eid_option = |it: LoginMethod| FieldOption::new(it.as_str(), Text::plain(it.name_in(visit.locale)));
    let eid = chosen(visit, "eid").unwrap_or_else(|| LoginMethod::NO_BANKID.as_str().to_owned());
    let name_of = |it: &console::DomainView| match visit.site.orders.has_sandbox() && !is_real(it) {
        true => Text::with("console-order-sandbox-mark", "what", it.host.clone()),
        false => Text::plain(it.host.clone()),
    };
    let domain_option = |it: &&console::DomainView| FieldOption::new(it.id.to_string(), name_of(it));
    let domain = chosen(visit, "domain").or_else(|| domains.first().map(|it| it.id.to_string()));
    let form = ConsoleForm {
        action: visit.tenant_href("/orders"),
        fields: vec![
            ConsoleField::new(
                "eid",
                Text::Key("console-column-eid"),
                eid,
                FieldKind::Radio(EIDS.map(eid_option).to_vec()),
            ),
            ConsoleField::new(
                "domain",
                Text::Key(if visit.site.orders.has_sandbox() {
                    "console-column-domain"
                } else {
                    "console-order-section-domain"
                }),
                domain.unwrap_or_default(),
                FieldKind::Radio(domains.iter().map(domain_option).collect()),
            )
            .wrong(wrong(visit, refusal, "domain")),
        ],
        submit: Text::Key("console-order-begin"),
        submit_id: "begin",
        cancel_href: Some(visit.tenant_href("/orders")),
        error: wrong_form(visit, refusal, &["domain"]),
        ..ConsoleForm::default()
    };
    page.blocks.push(Block::Form(form));
    Ok(page)
}

/// What an order of an eID takes: keys.
fn needs(eid: LoginMethod) -> &'static [&'static str] {
    match eid {
        // Who signs does it at Vipps, which takes Norwegian BankID only and asks for no bank.
        LoginMethod::NO_VIPPS => {
            &["console-order-need-registry", "console-order-need-bankid", "console-order-need-domain"]
        }
        _ => &[
            "console-order-need-registry",
            "console-order-need-bank",
            "console-order-need-signatory",
            "console-order-need-domain",
        ],
    }
}

fn prerequisites(visit: &Visit, eid: LoginMethod) -> Vec<Block> {
    let need = |key: &&'static str| Step {
        tone: Tone::Neutral,
        aside: Text::default(),
        text: Text::Key(key),
        details: Vec::new(),
        action: None,
    };
    let text = Text::with("console-order-needs", "eid", eid.name_in(visit.locale).to_owned());
    let id = if eid == LoginMethod::NO_VIPPS { "needs-vipps" } else { "needs-bankid" };
    vec![Block::Heading { id, text, lead: None }, Block::Steps(needs(eid).iter().map(need).collect())]
}

/// What was chosen in the form, or by the link that leads here.
fn chosen(visit: &Visit, name: &str) -> Option<String> {
    visit.form.maybe(name).or_else(|| visit.query.maybe(name))
}

/// `GET /t/{tenant}/orders/new`
pub(in crate::console) async fn new(visit: Visit) -> Result<Response, Refusal> {
    let page = new_page(&visit, None).await?;
    Ok(shown(&visit, page))
}

/// `POST /t/{tenant}/orders`
pub(in crate::console) async fn create(visit: Visit) -> Result<Response, Refusal> {
    let missing = |field: &str| Refusal::Invalid(AdminMessage::FieldMissing.at(field));
    let begun = async {
        let eid = LoginMethod::parse(visit.form.get("eid")).ok_or_else(|| missing("eid"))?;
        let domain = model::DomainId::parse(visit.form.get("domain")).map_err(|_| missing("domain"))?;
        let new =
            NewOrder { domain, eid, handover: Handover::ReceiverEnters, language: visit.locale.as_str() };
        visit.site.orders.begin(visit.permit()?, new, visit.now()).await
    };
    match begun.await {
        Ok(id) => Ok(done(&base(&visit, id), "order-begun")),
        Err(refusal) => {
            let page = new_page(&visit, Some(&refusal)).await?;
            Ok(refused_form(&visit, &refusal, page))
        }
    }
}
