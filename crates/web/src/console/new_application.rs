//! A new application. A confidential one gets its first secret with it, which is shown on the page that follows and never again.

use axum::response::Response;
use console::{DomainView, NewApplication, Permission, Refusal};
use model::{ApplicationKind, ApplicationSettings};
use pages::console::{
    Block, ConsoleField, ConsoleForm, ConsolePage, FieldKind, FieldOption, Notice, NoticeKind, Text,
};
use texts::AdminMessage;

use super::{
    answer::{refused_form, shown, wrong, wrong_form},
    applications::connect_blocks,
    places::{ApplicationPlace, KINDS, application_crumbs, application_page},
    settings::marked,
    sources,
    visit::Visit,
};

/// A client id that nobody has to think about.
fn suggestion(visit: &Visit) -> String {
    let bytes: [u8; 4] = visit.site.provider.random().bytes();
    format!("urn:my:application:identifier:{:04}", u32::from_be_bytes(bytes) % 10_000)
}

/// The fields of a new application: the name, the keys of label and rule.
const FIELDS: [(&str, &str, &str); 5] = [
    ("domain", "console-column-domain", "console-new-domain-help"),
    ("name", "console-setting-name", "console-setting-name-help"),
    ("kind", "console-setting-kind", ""),
    ("redirect_uris", "console-setting-redirect-uris", "console-setting-redirect-uris-help"),
    ("client_id", "console-column-client-id", "console-new-client-id-help"),
];

const NAMES: [&str; 5] = ["domain", "name", "kind", "redirect_uris", "client_id"];

/// Why none was made, and what is wrong with each field.
type NotMade<'a> = (&'a Refusal, Vec<(&'static str, Text)>);

/// How a field is entered, and what stands in it at first.
fn entry(visit: &Visit, domains: &[DomainView], name: &str) -> (FieldKind, String) {
    match name {
        "domain" => {
            let option = |it: &DomainView| FieldOption::new(it.id.to_string(), Text::plain(it.host.clone()));
            let first = domains.first().map(|it| it.id.to_string()).unwrap_or_default();
            (FieldKind::Select(domains.iter().map(option).collect()), first)
        }
        "kind" => {
            let option = |(word, label, help)| FieldOption {
                help: Some(Text::Key(help)),
                ..FieldOption::new(word, Text::Key(label))
            };
            (FieldKind::Radio(KINDS.map(option).to_vec()), "web".to_owned())
        }
        "redirect_uris" => (FieldKind::Addresses(4), String::new()),
        "client_id" => (FieldKind::Identifier(255), suggestion(visit)),
        _ => (FieldKind::Line(100), String::new()),
    }
}

fn form(visit: &Visit, domains: &[DomainView], refused: Option<NotMade<'_>>) -> ConsoleForm {
    let base = visit.environment_href("/applications");
    let (refusal, marks) = refused.map_or((None, Vec::new()), |(refusal, marks)| (Some(refusal), marks));
    let field = |(name, label, help): &(&'static str, &'static str, &'static str)| {
        let (kind, first) = entry(visit, domains, name);
        let value = if refusal.is_some() { visit.form.get(name).to_owned() } else { first };
        let mark = marks.iter().find(|(field, _)| field == name).map(|(_, text)| text.clone());
        let field = ConsoleField::new(*name, Text::Key(label), value, kind).required();
        let field = field.wrong(mark.or_else(|| wrong(visit, refusal, name)));
        if help.is_empty() { field } else { field.with_help(Text::Key(help)) }
    };
    let is_asked = |(name, ..): &&(&str, &str, &str)| *name != "domain" || domains.len() > 1;
    ConsoleForm {
        action: base.clone(),
        fields: FIELDS.iter().filter(is_asked).map(field).collect(),
        submit: Text::Key("console-application-create"),
        submit_id: "create",
        cancel_href: Some(base),
        error: wrong_form(visit, refusal.filter(|_| marks.is_empty()), &NAMES),
        ..ConsoleForm::default()
    }
}

fn new_page(visit: &Visit, domains: &[DomainView], refused: Option<NotMade<'_>>) -> ConsolePage {
    let block = if domains.is_empty() {
        let text = Text::Key("console-no-domain");
        Block::Notice(Notice { kind: NoticeKind::Info, text, action: None })
    } else {
        Block::Form(form(visit, domains, refused))
    };
    let mut page = ConsolePage {
        heading: Text::Key("console-application-new"),
        lead: Some(Text::Key("console-application-new-lead")),
        blocks: vec![block],
        ..ConsolePage::default()
    };
    page.frame.crumbs = application_crumbs(visit);
    page
}

/// `GET /t/{tenant}/{environment}/applications/new`
pub(super) async fn new(visit: Visit) -> Result<Response, Refusal> {
    let domains = sources::domains(&visit).await?;
    Ok(shown(&visit, new_page(&visit, &domains, None)))
}

fn asked(visit: &Visit, domains: &[DomainView]) -> Result<NewApplication, Refusal> {
    let missing = |field: &str| Refusal::Invalid(AdminMessage::FieldMissing.at(field));
    let domain = match visit.form.maybe("domain") {
        None => domains.first().filter(|_| domains.len() == 1),
        Some(id) => domains.iter().find(|it| it.id.to_string() == id),
    };
    let domain = domain.ok_or_else(|| missing("domain"))?;
    let name = visit.form.maybe("name").ok_or_else(|| missing("name"))?;
    let kind = match visit.form.get("kind") {
        "web" => ApplicationKind::Web,
        "browser" => ApplicationKind::Browser,
        "native" => ApplicationKind::Native,
        _ => return Err(missing("kind")),
    };
    let uris = visit.form.lines("redirect_uris");
    if uris.is_empty() {
        return Err(missing("redirect_uris"));
    }
    Ok(NewApplication {
        domain: domain.id,
        environment: domain.environment,
        client_id: visit.form.maybe("client_id").ok_or_else(|| missing("client_id"))?,
        name,
        settings: ApplicationSettings::new(kind, uris),
    })
}

/// `POST /t/{tenant}/{environment}/applications`
pub(super) async fn create(visit: Visit) -> Result<Response, Refusal> {
    let domains = sources::domains(&visit).await?;
    let new = match asked(&visit, &domains) {
        Ok(new) => new,
        Err(refusal) => {
            return Ok(refused_form(
                &visit,
                &refusal,
                new_page(&visit, &domains, Some((&refusal, Vec::new()))),
            ));
        }
    };
    let permits = (visit.permit()?, &visit.may(Permission::ManageSecrets)?);
    let (id, secret) =
        match visit.site.console.create_application_with_secret(permits, &new, visit.now()).await {
            Ok(made) => made,
            Err(refusal) => {
                let marks = marked(&visit, NAMES.into_iter(), &new.faults());
                let page = new_page(&visit, &domains, Some((&refusal, marks)));
                return Ok(refused_form(&visit, &refusal, page));
            }
        };
    let reading = visit.may(Permission::ReadSettings)?;
    let application = visit.site.console.application_by_id(&reading, id).await?;
    let domain = visit.site.console.domain_by_id(&reading, application.domain).await?;
    let base = visit.environment_href(&format!("/applications/{id}"));
    let place = ApplicationPlace { application, domain, base };
    let mut page = application_page(&visit, &place, "");
    page.message =
        Some(Notice { kind: NoticeKind::Done, text: Text::Key("console-application-created"), action: None });
    page.blocks.extend(secret.map(|it| Block::Secret {
        label: Text::Key("console-secret"),
        value: it.expose().clone(),
        id: "client-secret",
    }));
    page.blocks.extend(connect_blocks(&visit, &place).await?);
    Ok(shown(&visit, page))
}
