//! Filling in an order, section by section, in any order.

use axum::{http::StatusCode, response::Response};
use console::Refusal;
use documents::LARGEST_UPLOAD;
use model::{
    CompanyAnswer, CompanySource, Handover, LoginMethod, OrderAnswers, OrderSection, OrderState,
    SectionState, lacks, section_state,
};
use ordering::{Colleague, LookAgain, LookUp, OrderVersion, OrderView, SectionAnswers};
use pages::console::{Block, ConsoleField, ConsoleForm, ConsolePage, FieldKind, FieldOption, Text};
use serde_json::json;
use texts::{AdminMessage, Noun};

use super::{
    colleagues::colleagues_block,
    place::{base, crumbs, found, has_sms},
    section_form::{FormPlace, saves_itself, section_blocks},
    sections::{read, read_typed, words_of},
    words::handover_words,
};
use crate::console::{
    answer::{done, refused_form, sentence, shown, wrong, wrong_form},
    visit::Visit,
};
use crate::respond::page::json;
fn section_of(visit: &Visit) -> Result<OrderSection, Refusal> {
    OrderSection::parse(visit.param("section")).ok_or(Refusal::NotFound(Noun::Object))
}

/// The company as the form has it. The registry is asked, unless it is one of another country; what was typed counts only where
/// the registry does not answer.
async fn company(visit: &Visit, order: &OrderView, answers: &mut OrderAnswers) -> Result<(), Refusal> {
    let typed = read_typed(visit);
    if visit.form.has("foreign") && order.answers.is_sandbox {
        return Err(Refusal::Invalid(AdminMessage::OrganisationNumberReal.at("number")));
    }
    if visit.form.has("foreign") {
        answers.company = CompanyAnswer { source: CompanySource::Foreign, ..typed };
        answers.combinations.clear();
        return Ok(());
    }
    // Who asks for an order that cannot be filled in any more asks the registry for nothing.
    if order.state != OrderState::Draft {
        return Err(Refusal::Invalid(AdminMessage::OrderNoDraft.into()));
    }
    // Whoever looks the same company up once more wants to know how it is now.
    let is_known = order.answers.company.number == typed.number.replace(' ', "");
    let again = if is_known { LookAgain::Yes } else { LookAgain::No };
    let orders = &visit.site.orders;
    let is_sandbox = order.answers.is_sandbox;
    let wanted = LookUp { typed: visit.form.get("number"), again, is_sandbox };
    let found = orders.look_up_kept(visit.permit()?, wanted, visit.now()).await;
    match found {
        Ok(found) => {
            answers.company = found.answer;
            answers.combinations = found.combinations;
            answers.listed_address = found.homepage;
        }
        Err(refusal) if ordering::is_trouble(&refusal) && visit.form.has("typed") => {
            if typed.name.is_empty() {
                return Err(Refusal::Invalid(AdminMessage::FieldMissing.at("company_name")));
            }
            answers.company = orders.typed_company(typed, is_sandbox)?;
            answers.combinations.clear();
        }
        Err(refusal) => return Err(refusal),
    }
    Ok(())
}

/// What the registry says of the bank beside its name. Where it cannot be asked, or does not know it, number and name are enough.
async fn bank(visit: &Visit, answers: &mut OrderAnswers) -> Result<(), Refusal> {
    // What the sandbox makes up about a real bank must not be kept beside what is real.
    if answers.is_sandbox {
        return Ok(());
    }
    let asked = LookUp { typed: &answers.bank.number, again: LookAgain::No, is_sandbox: false };
    match visit.site.orders.look_up_kept(visit.permit()?, asked, visit.now()).await {
        Ok(found) => {
            let name = std::mem::take(&mut answers.bank.name);
            answers.bank = CompanyAnswer { name, ..found.answer };
            Ok(())
        }
        Err(Refusal::Invalid(_)) => Ok(()),
        Err(other) => Err(other),
    }
}

async fn section_page(
    visit: &Visit,
    (order, section): (&OrderView, OrderSection),
    refusal: Option<&Refusal>,
) -> Result<ConsolePage, Refusal> {
    let (label, help) = words_of(section);
    let place = FormPlace {
        action: format!("{}/sections/{}", base(visit, order.id), section.as_str()),
        cancel_href: Some(base(visit, order.id)),
    };
    let mut blocks = section_blocks(visit, (order, section), place, refusal);
    blocks.extend(colleagues_block(visit, (order, section), refusal).await?);
    let mut page = ConsolePage {
        heading: Text::Key(label),
        lead: Some(Text::Key(help)),
        blocks,
        ..ConsolePage::default()
    };
    page.frame.crumbs = crumbs(visit, Some(order));
    Ok(page)
}

/// `GET /t/{tenant}/orders/{order}/sections/{section}`
pub(in crate::console) async fn section(visit: Visit) -> Result<Response, Refusal> {
    let (order, section) = (found(&visit).await?, section_of(&visit)?);
    if section == OrderSection::Certificate {
        return Ok(shown(&visit, certificate_page(&visit, &order, None)));
    }
    let page = section_page(&visit, (&order, section), None).await?;
    Ok(shown(&visit, page))
}

async fn save(visit: &Visit, order: &OrderView, section: OrderSection) -> Result<String, Refusal> {
    let mut answers = read(visit, &order.answers, section);
    if section == OrderSection::Company {
        company(visit, order, &mut answers).await?;
    }
    if section == OrderSection::Bank && order.state == OrderState::Draft && !answers.bank.number.is_empty() {
        bank(visit, &mut answers).await?;
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

/// The file that a form brought.
pub(super) fn uploaded(visit: &Visit) -> Result<Vec<u8>, Refusal> {
    if visit.upload.is_too_large {
        let most = (LARGEST_UPLOAD / (1024 * 1024)).to_string().into();
        return Err(Refusal::Invalid(AdminMessage::UploadTooLarge { most }.at("file")));
    }
    let missing = || Refusal::Invalid(AdminMessage::FileMissing.at("file"));
    Ok(visit.upload.file("file").ok_or_else(missing)?.to_vec())
}

/// `POST /t/{tenant}/orders/{order}/certificate`
pub(in crate::console) async fn save_certificate(visit: Visit) -> Result<Response, Refusal> {
    let order = found(&visit).await?;
    let saved = async {
        let file = uploaded(&visit)?;
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
        .filter(|it| match order.eid {
            LoginMethod::NO_VIPPS => **it == Handover::ReceiverEnters,
            _ => order.issuer.settings.hands_over_by(**it),
        })
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
    let all = OrderSection::asked(order.eid, order.answers.catalogue);
    let at = all.iter().position(|it| *it == after).unwrap_or_default();
    let (before, behind) = all.split_at(at);
    behind.iter().chain(before).find(is_open).copied()
}

/// What the page is told that saved itself: what it has seen now, or what is wrong.
fn saved_itself(visit: &Visit, saved: Result<String, Refusal>) -> Result<Response, Refusal> {
    match saved {
        Ok(seen) => Ok(json(StatusCode::OK, &json!({"seen": seen}))),
        Err(refusal @ Refusal::Invalid(_)) => {
            Ok(json(StatusCode::UNPROCESSABLE_ENTITY, &json!({"wrong": sentence(visit, &refusal)})))
        }
        Err(other) => Err(other),
    }
}

/// `POST /t/{tenant}/orders/{order}/sections/{section}/colleagues`: asks a colleague for a section.
pub(in crate::console) async fn ask_colleague(visit: Visit) -> Result<Response, Refusal> {
    let (order, section) = (found(&visit).await?, section_of(&visit)?);
    let colleague =
        Colleague { section, name: visit.form.get("colleague"), email: visit.form.get("colleague_email") };
    match visit.site.orders.ask_colleague(visit.permit()?, order.id, colleague, visit.now()).await {
        Ok(_) => {
            let there = format!("{}/sections/{}", base(&visit, order.id), section.as_str());
            Ok(done(&there, "colleague-asked"))
        }
        Err(refusal) => {
            let page = section_page(&visit, (&order, section), Some(&refusal)).await?;
            Ok(refused_form(&visit, &refusal, page))
        }
    }
}

/// `POST /t/{tenant}/orders/{order}/sections/{section}`
pub(in crate::console) async fn save_section(visit: Visit) -> Result<Response, Refusal> {
    let (order, section) = (found(&visit).await?, section_of(&visit)?);
    let saved = save(&visit, &order, section).await;
    if saves_itself(section) && visit.form.has("saves_itself") {
        return saved_itself(&visit, saved);
    }
    match saved {
        Ok(_) => {
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
            let page = section_page(&visit, (&found(&visit).await?, section), Some(&refusal)).await?;
            Ok(refused_form(&visit, &refusal, page))
        }
    }
}
