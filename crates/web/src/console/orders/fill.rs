//! Filling in an order, section by section, in any order.

use axum::response::Response;
use console::Refusal;
use documents::LARGEST_UPLOAD;
use model::{Handover, LoginMethod, OrderSection, OrderState, SectionState, lacks, section_state};
use ordering::{OrderVersion, OrderView, SectionAnswers};
use pages::console::{Block, ConsoleField, ConsoleForm, ConsolePage, Fact, FieldKind, FieldOption, Text};
use texts::{AdminMessage, Noun};

use super::{
    place::{base, crumbs, found, has_sms},
    sections::{fields, read, read_foreign, words_of},
    words::handover_words,
};
use crate::console::{
    answer::{done, refused_form, shown, wrong, wrong_form},
    visit::Visit,
};
fn section_of(visit: &Visit) -> Result<OrderSection, Refusal> {
    OrderSection::parse(visit.param("section")).ok_or(Refusal::NotFound(Noun::Object))
}

fn company_facts(order: &OrderView) -> Vec<Fact> {
    let it = &order.answers.company;
    if it.name.is_empty() {
        return Vec::new();
    }
    let plain = |label, text: &str| Fact::new(label, Text::plain(if text.is_empty() { "–" } else { text }));
    vec![
        plain("console-order-name", &it.name),
        plain("console-order-company-number", &it.number),
        plain("console-order-company-form", &it.form),
        plain("console-order-company-address", &it.address),
        Fact::new("console-order-source", Text::Key("console-order-source-registry")),
    ]
}

fn section_page(
    visit: &Visit,
    order: &OrderView,
    section: OrderSection,
    refusal: Option<&Refusal>,
) -> ConsolePage {
    let (label, help) = words_of(section);
    let typed = refusal.is_some() && visit.form.is_there("seen");
    // Who confirms their phone needs not be known by a birth date.
    let is_optional = section == OrderSection::Receiver && has_sms(visit);
    let field = |mut it: ConsoleField| {
        if is_optional && it.name == "birth_date" {
            it = it.with_help(Text::Key("console-order-birth-date-optional"));
        }
        if typed && visit.form.is_there(&it.name) {
            visit.form.get(&it.name).clone_into(&mut it.value);
        }
        let name = it.name.clone();
        it.wrong(wrong(visit, refusal, &name))
    };
    let fields: Vec<ConsoleField> = fields(order, section).into_iter().map(field).collect();
    let names: Vec<&str> = fields.iter().map(|it| it.name.as_str()).collect();
    let error = wrong_form(visit, refusal, &names);
    let is_company = section == OrderSection::Company;
    let submit = if is_company { "console-order-look-up" } else { "console-order-save" };
    let form = ConsoleForm {
        action: format!("{}/sections/{}", base(visit, order.id), section.as_str()),
        hidden: vec![("seen".to_owned(), order.seen(section))],
        error,
        fields,
        submit: Text::Key(submit),
        submit_id: "save",
        cancel_href: Some(base(visit, order.id)),
        ..ConsoleForm::default()
    };
    let mut page = ConsolePage {
        heading: Text::Key(label),
        lead: Some(Text::Key(help)),
        blocks: vec![Block::Form(form)],
        ..ConsolePage::default()
    };
    if is_company && !order.answers.company.name.is_empty() {
        page.blocks.push(Block::Facts(company_facts(order)));
    }
    if typed && order.seen(section) != visit.form.get("seen") {
        page.blocks.extend(saved_now(order, section));
    }
    page.frame.crumbs = crumbs(visit, Some(order));
    page
}

/// What somebody else saved meanwhile, beside what was typed.
fn saved_now(order: &OrderView, section: OrderSection) -> Vec<Block> {
    let value = |it: &ConsoleField| match &it.kind {
        FieldKind::Radio(options) | FieldKind::Select(options) => {
            let chosen = options.iter().find(|option| option.value == it.value);
            chosen.map_or_else(Text::default, |option| option.label.clone())
        }
        _ => Text::plain(it.value.clone()),
    };
    let fact = |it: ConsoleField| Fact {
        label: it.label.clone(),
        ..Fact::new("console-order-saved-now", value(&it))
    };
    let facts = fields(order, section).into_iter().filter(|it| !it.value.is_empty()).map(fact).collect();
    let heading = Block::Heading { id: "saved-now", text: Text::Key("console-order-saved-now"), lead: None };
    vec![heading, Block::Facts(facts)]
}

/// `GET /t/{tenant}/orders/{order}/sections/{section}`
pub(in crate::console) async fn section(visit: Visit) -> Result<Response, Refusal> {
    let (order, section) = (found(&visit).await?, section_of(&visit)?);
    if section == OrderSection::Certificate {
        return Ok(shown(&visit, certificate_page(&visit, &order, None)));
    }
    Ok(shown(&visit, section_page(&visit, &order, section, None)))
}

async fn save(visit: &Visit, order: &OrderView, section: OrderSection) -> Result<(), Refusal> {
    let mut answers = read(visit, &order.answers, section);
    match read_foreign(visit).filter(|_| section == OrderSection::Company) {
        Some(foreign) => {
            answers.company = foreign;
            answers.combinations.clear();
        }
        None if section == OrderSection::Company => {
            // Who asks for an order that cannot be filled in any more asks the registry for nothing.
            if order.state != OrderState::Draft {
                return Err(Refusal::Invalid(AdminMessage::OrderNoDraft.into()));
            }
            let found = visit.site.orders.look_up(visit.form.get("number"), visit.now()).await?;
            answers.company = found.answer;
            answers.combinations = found.combinations;
            answers.listed_address = found.homepage;
        }
        None => {}
    }
    let new = SectionAnswers { section, seen: visit.form.get("seen"), answers };
    visit.site.orders.save_section(visit.permit()?, order.id, new, visit.now()).await
}

fn certificate_page(visit: &Visit, order: &OrderView, refusal: Option<&Refusal>) -> ConsolePage {
    let file = ConsoleField::new(
        "file",
        Text::Key("console-order-certificate-file"),
        "",
        FieldKind::File("application/pdf"),
    );
    let form = ConsoleForm {
        action: format!("{}/certificate", base(visit, order.id)),
        fields: vec![
            file.with_help(Text::Key("console-order-certificate-file-help"))
                .wrong(wrong(visit, refusal, "file")),
        ],
        error: wrong_form(visit, refusal, &["file"]),
        submit: Text::Key("console-order-certificate-upload"),
        submit_id: "save",
        cancel_href: Some(base(visit, order.id)),
        ..ConsoleForm::default()
    };
    let mut page = ConsolePage {
        heading: Text::Key("console-order-section-certificate"),
        lead: Some(Text::Key("console-order-help-certificate")),
        blocks: vec![Block::Form(form)],
        ..ConsolePage::default()
    };
    page.frame.crumbs = crumbs(visit, Some(order));
    page
}

/// `POST /t/{tenant}/orders/{order}/certificate`
pub(in crate::console) async fn save_certificate(visit: Visit) -> Result<Response, Refusal> {
    let order = found(&visit).await?;
    let saved = async {
        if visit.upload.is_too_large {
            let most = (LARGEST_UPLOAD / (1024 * 1024)).to_string().into();
            return Err(Refusal::Invalid(AdminMessage::UploadTooLarge { most }.at("file")));
        }
        let missing = || Refusal::Invalid(AdminMessage::FileMissing.at("file"));
        let file = visit.upload.file("file").ok_or_else(missing)?.to_vec();
        visit.site.orders.save_certificate(visit.permit()?, order.id, file, visit.now()).await
    };
    match saved.await {
        Ok(()) => Ok(done(&base(&visit, order.id), "order-saved")),
        Err(refusal) => {
            let page = certificate_page(&visit, &order, Some(&refusal));
            Ok(refused_form(&visit, &refusal, page))
        }
    }
}

fn handover_page(visit: &Visit, order: &OrderView, refusal: Option<&Refusal>) -> ConsolePage {
    let option = |it: &Handover| {
        let (label, help) = handover_words(*it);
        FieldOption { help: Some(Text::Key(help)), ..FieldOption::new(it.as_str(), Text::Key(label)) }
    };
    // Vipps gives its credentials in its own portal.
    let offered: Vec<_> = Handover::ALL
        .iter()
        .filter(|it| order.eid != LoginMethod::NO_VIPPS || **it == Handover::ReceiverEnters)
        .map(option)
        .collect();
    let field = ConsoleField::new(
        "handover",
        Text::Key("console-order-handover"),
        order.handover.as_str(),
        FieldKind::Radio(offered),
    );
    let form = ConsoleForm {
        action: format!("{}/handover", base(visit, order.id)),
        hidden: vec![("version".to_owned(), order.version.to_string())],
        fields: vec![field.wrong(wrong(visit, refusal, "handover"))],
        error: wrong_form(visit, refusal, &["handover"]),
        submit: Text::Key("console-order-save"),
        submit_id: "save",
        cancel_href: Some(base(visit, order.id)),
        ..ConsoleForm::default()
    };
    let mut page = ConsolePage {
        heading: Text::Key("console-order-handover"),
        lead: Some(Text::Key("console-order-handover-lead")),
        blocks: vec![Block::Form(form)],
        ..ConsolePage::default()
    };
    page.frame.crumbs = crumbs(visit, Some(order));
    page
}

/// `GET /t/{tenant}/orders/{order}/handover`
pub(in crate::console) async fn handover(visit: Visit) -> Result<Response, Refusal> {
    let order = found(&visit).await?;
    Ok(shown(&visit, handover_page(&visit, &order, None)))
}

/// `POST /t/{tenant}/orders/{order}/handover`
pub(in crate::console) async fn save_handover(visit: Visit) -> Result<Response, Refusal> {
    let order = found(&visit).await?;
    let version = visit.form.get("version").parse().unwrap_or_default();
    let saved = async {
        let missing = || Refusal::Invalid(AdminMessage::FieldMissing.at("handover"));
        let chosen = Handover::parse(visit.form.get("handover")).ok_or_else(missing)?;
        let seen = OrderVersion { id: order.id, version };
        visit.site.orders.set_handover(visit.permit()?, seen, chosen, visit.now()).await
    };
    match saved.await {
        Ok(()) => Ok(done(&base(&visit, order.id), "order-saved")),
        Err(refusal) => {
            let page = handover_page(&visit, &found(&visit).await?, Some(&refusal));
            Ok(refused_form(&visit, &refusal, page))
        }
    }
}

/// Which section is open after this one; `None`: none.
fn next_open(visit: &Visit, order: &OrderView, after: OrderSection) -> Option<OrderSection> {
    let is_open = |it: &&OrderSection| {
        **it != after
            && section_state(&order.answers, **it, has_sms(visit)) != SectionState::Ready
            && **it != OrderSection::Certificate
    };
    let all = OrderSection::asked(order.eid);
    let at = all.iter().position(|it| *it == after).unwrap_or_default();
    let (before, behind) = all.split_at(at);
    behind.iter().chain(before).find(is_open).copied()
}

/// `POST /t/{tenant}/orders/{order}/sections/{section}`
pub(in crate::console) async fn save_section(visit: Visit) -> Result<Response, Refusal> {
    let (order, section) = (found(&visit).await?, section_of(&visit)?);
    match save(&visit, &order, section).await {
        Ok(()) => {
            let order = found(&visit).await?;
            let base = base(&visit, order.id);
            // A company and who signs for it are looked at again before one goes on.
            let stays = section == OrderSection::Company
                || (section == OrderSection::Signatories
                    && !lacks(&order.answers, section, has_sms(&visit)).is_empty());
            Ok(match next_open(&visit, &order, section) {
                _ if stays => done(&format!("{base}/sections/{}", section.as_str()), "order-saved"),
                Some(next) => done(&format!("{base}/sections/{}", next.as_str()), "order-saved"),
                None => done(&base, "order-saved"),
            })
        }
        Err(refusal) => {
            let page = section_page(&visit, &found(&visit).await?, section, Some(&refusal));
            Ok(refused_form(&visit, &refusal, page))
        }
    }
}
