//! The register of issuers, which operators keep, and to which issuer an order goes.

use axum::response::Response;
use console::Refusal;
use model::{Evidence, Handover, IssuerId, IssuerSettings, LoginMethod, OrderState, QuestionCatalogue};
use ordering::{IssuerView, OrderView};
use pages::console::{
    Action, Block, Cell, ConsoleField, ConsoleForm, ConsolePage, Crumb, FieldKind, FieldOption, Table,
    TableRow, Text, Tone,
};
use texts::Noun;

use super::{
    place::{base, wrong_notice},
    words::{catalogue_word, evidence_word, handover_words},
};
use crate::console::{
    answer::{done, refused_form, shown, wrong, wrong_form},
    visit::Visit,
    words,
};

/// The names of the fields, where a refusal may point.
const FIELDS: [&str; 12] = [
    "agreement",
    "agreement_url",
    "name",
    "address",
    "phone",
    "email",
    "eids",
    "evidence",
    "handovers",
    "catalogue",
    "answers_within",
    "is_default",
];

async fn all(visit: &Visit) -> Result<Vec<IssuerView>, Refusal> {
    visit.site.orders.issuers(&visit.reading_installation()?).await
}

pub(super) fn id_of(text: &str) -> Result<IssuerId, Refusal> {
    IssuerId::parse(text).map_err(|_| Refusal::NotFound(Noun::Issuer))
}

/// The issuer of the path.
async fn asked(visit: &Visit) -> Result<IssuerView, Refusal> {
    let id = id_of(visit.param("issuer"))?;
    let found = all(visit).await?.into_iter().find(|it| it.id == Some(id));
    found.ok_or(Refusal::NotFound(Noun::Issuer))
}

/// `GET /issuers`
pub(in crate::console) async fn list(visit: Visit) -> Result<Response, Refusal> {
    let found = all(&visit).await?;
    let row = |it: &IssuerView| {
        let name = Text::plain(it.settings.name.clone());
        let (name, state) = match it.id {
            Some(id) if it.settings.is_default => {
                let chip = words::chip(Tone::Good, "console-issuer-default");
                (Cell::Link { text: name, href: format!("/issuers/{id}") }, Cell::Chip(chip))
            }
            Some(id) => {
                (Cell::Link { text: name, href: format!("/issuers/{id}") }, Cell::Text(Text::plain("–")))
            }
            None => (Cell::Text(name), Cell::Text(Text::Key("console-issuer-built-in"))),
        };
        let questions = Cell::Text(Text::Key(catalogue_word(it.settings.catalogue)));
        TableRow { cells: vec![name, questions, state] }
    };
    let new = Action::to("console-issuer-new", "/issuers/new").named("new-issuer");
    let table = Table {
        id: "issuers",
        caption: Text::Key("console-nav-issuers"),
        columns: ["console-column-name", "console-issuer-catalogue", "console-column-state"]
            .map(Text::Key)
            .to_vec(),
        rows: found.iter().map(row).collect(),
        ..Table::default()
    };
    let mut page = ConsolePage {
        heading: Text::Key("console-nav-issuers"),
        lead: Some(Text::Key("console-issuers-lead")),
        primary: Some(new),
        blocks: vec![Block::Table(table)],
        ..ConsolePage::default()
    };
    page.frame.crumbs = vec![Crumb { label: Text::Key("console-nav-desk"), href: "/desk".to_owned() }];
    Ok(shown(&visit, page))
}

fn options<T: Copy>(
    all: &[T],
    word: impl Fn(T) -> &'static str,
    label: impl Fn(T) -> &'static str,
) -> Vec<FieldOption> {
    all.iter().map(|it| FieldOption::new(word(*it), Text::Key(label(*it)))).collect()
}

fn words_in_lines<T: Copy>(all: &[T], word: impl Fn(T) -> &'static str) -> String {
    all.iter().map(|it| word(*it)).collect::<Vec<_>>().join("\n")
}

fn fields(it: &IssuerSettings) -> Vec<ConsoleField> {
    let line = |name, label, value: &str, most| {
        ConsoleField::new(name, Text::Key(label), value, FieldKind::Line(most))
    };
    let evidence = options(&Evidence::ALL, Evidence::as_str, evidence_word);
    let handovers = options(Handover::ALL, Handover::as_str, |it| handover_words(it).0);
    let catalogues = options(QuestionCatalogue::ALL, QuestionCatalogue::as_str, catalogue_word);
    let chosen_evidence = words_in_lines(&it.evidence, Evidence::as_str);
    let chosen_handovers = words_in_lines(&it.handovers, Handover::as_str);
    let is_default = if it.is_default { "yes" } else { "" };
    vec![
        line("name", "console-column-name", &it.name, 200).required(),
        line("address", "console-issuer-address", &it.address, 200).required(),
        line("phone", "console-issuer-phone", &it.phone, 30),
        line("email", "console-issuer-email", &it.email, 254),
        ConsoleField::new(
            "evidence",
            Text::Key("console-issuer-evidence"),
            chosen_evidence,
            FieldKind::Checkboxes(evidence),
        ),
        ConsoleField::new(
            "handovers",
            Text::Key("console-issuer-handovers"),
            chosen_handovers,
            FieldKind::Checkboxes(handovers),
        ),
        ConsoleField::new(
            "catalogue",
            Text::Key("console-issuer-catalogue"),
            it.catalogue.as_str(),
            FieldKind::Radio(catalogues),
        ),
        line("agreement", "console-issuer-agreement", &it.agreement, 200)
            .with_help(Text::Key("console-issuer-agreement-help")),
        line("agreement_url", "console-issuer-agreement-url", &it.agreement_url, 2_000)
            .with_help(Text::Key("console-issuer-agreement-url-help")),
        line("answers_within", "console-issuer-answers-within", &it.answers_within.to_string(), 3),
        ConsoleField::new(
            "is_default",
            Text::Key("console-issuer-is-default"),
            is_default,
            FieldKind::Checkbox,
        ),
    ]
}

/// The issuer as the form has it; what is no word of ours counts as not chosen.
fn read(visit: &Visit) -> IssuerSettings {
    let form = &visit.form;
    IssuerSettings {
        name: form.get("name").to_owned(),
        address: form.get("address").to_owned(),
        phone: form.get("phone").to_owned(),
        email: form.get("email").to_owned(),
        eids: vec![LoginMethod::NO_BANKID.as_str().to_owned()],
        evidence: form.all("evidence").filter_map(Evidence::parse).collect(),
        handovers: form.all("handovers").filter_map(Handover::parse).collect(),
        catalogue: QuestionCatalogue::parse(form.get("catalogue")).unwrap_or_default(),
        answers_within: form.get("answers_within").parse().unwrap_or_default(),
        is_default: form.has("is_default"),
        agreement: form.get("agreement").to_owned(),
        agreement_url: form.get("agreement_url").to_owned(),
    }
}

fn form_page(visit: &Visit, of: Option<&IssuerView>, refusal: Option<&Refusal>) -> ConsolePage {
    let fresh =
        || IssuerSettings { name: String::new(), address: String::new(), ..IssuerSettings::default() };
    let typed = refusal.map(|_| read(visit));
    let shown = typed.unwrap_or_else(|| of.map_or_else(fresh, |it| it.settings.clone()));
    let action = of.and_then(|it| it.id).map_or_else(|| "/issuers".to_owned(), |id| format!("/issuers/{id}"));
    let version = of.map(|it| it.version.to_string()).unwrap_or_default();
    let form = ConsoleForm {
        action: action.clone(),
        hidden: vec![("version".to_owned(), version)],
        fields: fields(&shown)
            .into_iter()
            .map(|it| {
                let error = wrong(visit, refusal, &it.name.clone());
                it.wrong(error)
            })
            .collect(),
        submit: Text::Key("console-save"),
        submit_id: "save",
        cancel_href: Some("/issuers".to_owned()),
        error: wrong_form(visit, refusal, &FIELDS),
        ..ConsoleForm::default()
    };
    let heading = of.map_or(Text::Key("console-issuer-new"), |it| Text::plain(it.settings.name.clone()));
    let mut page = ConsolePage { heading, blocks: vec![Block::Form(form)], ..ConsolePage::default() };
    if of.is_some() {
        let remove = Action::act("console-issuer-remove", format!("{action}/remove")).dangerous();
        page.blocks.push(Block::Actions(vec![remove.named("remove")]));
    }
    page.frame.crumbs = vec![Crumb { label: Text::Key("console-nav-issuers"), href: "/issuers".to_owned() }];
    page
}

/// `GET /issuers/new`
pub(in crate::console) async fn new(visit: Visit) -> Result<Response, Refusal> {
    Ok(shown(&visit, form_page(&visit, None, None)))
}

/// `GET /issuers/{issuer}`
pub(in crate::console) async fn page(visit: Visit) -> Result<Response, Refusal> {
    let issuer = asked(&visit).await?;
    Ok(shown(&visit, form_page(&visit, Some(&issuer), None)))
}

/// `POST /issuers`
pub(in crate::console) async fn create(visit: Visit) -> Result<Response, Refusal> {
    let permit = visit.installation_permit()?;
    match visit.site.orders.save_issuer(permit, None, read(&visit), visit.now()).await {
        Ok(_) => Ok(done("/issuers", "issuer-saved")),
        Err(refusal) => Ok(refused_form(&visit, &refusal, form_page(&visit, None, Some(&refusal)))),
    }
}

/// `POST /issuers/{issuer}`
pub(in crate::console) async fn save(visit: Visit) -> Result<Response, Refusal> {
    let issuer = asked(&visit).await?;
    let version = visit.form.get("version").parse().unwrap_or_default();
    let seen = issuer.id.map(|id| (id, version));
    let permit = visit.installation_permit()?;
    match visit.site.orders.save_issuer(permit, seen, read(&visit), visit.now()).await {
        Ok(_) => Ok(done("/issuers", "issuer-saved")),
        Err(refusal) => Ok(refused_form(&visit, &refusal, form_page(&visit, Some(&issuer), Some(&refusal)))),
    }
}

/// `POST /issuers/{issuer}/remove`
pub(in crate::console) async fn remove(visit: Visit) -> Result<Response, Refusal> {
    let issuer = asked(&visit).await?;
    let id = issuer.id.ok_or(Refusal::NotFound(Noun::Issuer))?;
    match visit.site.orders.remove_issuer(visit.installation_permit()?, id, visit.now()).await {
        Ok(()) => Ok(done("/issuers", "issuer-removed")),
        Err(refusal) => {
            let mut page = form_page(&visit, Some(&issuer), None);
            page.blocks.extend(wrong_form(&visit, Some(&refusal), &[]).map(wrong_notice));
            Ok(refused_form(&visit, &refusal, page))
        }
    }
}

/// To which issuer a draft goes, for the operator to change.
pub(super) async fn route_block(visit: &Visit, order: &OrderView) -> Result<Option<Block>, Refusal> {
    if order.state != OrderState::Draft || order.eid == LoginMethod::NO_VIPPS {
        return Ok(None);
    }
    let all = all(visit).await?;
    if all.len() < 2 {
        return Ok(None);
    }
    let value = |id: Option<IssuerId>| id.map(|it| it.to_string()).unwrap_or_default();
    let option = |it: &IssuerView| FieldOption::new(value(it.id), Text::plain(it.settings.name.clone()));
    let field = ConsoleField::new(
        "issuer",
        Text::Key("console-order-route"),
        value(order.issuer.id),
        FieldKind::Select(all.iter().map(option).collect()),
    );
    let form = ConsoleForm {
        action: format!("{}/route", base(visit, order.id)),
        hidden: vec![("version".to_owned(), order.version.to_string())],
        fields: vec![field],
        submit: Text::Key("console-order-route-act"),
        submit_id: "route",
        ..ConsoleForm::default()
    };
    let label = Text::Key("console-order-route-act");
    Ok(Some(Block::More { label, blocks: vec![Block::Form(form)] }))
}
