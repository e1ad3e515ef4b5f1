//! Filling in an order, section by section, in any order.

use axum::{http::StatusCode, response::Response};
use console::Refusal;
use model::{Handover, LoginMethod, OrderSection, OrderState};
use ordering::{Colleague, OrderVersion, OrderView, SectionAnswers};
use pages::console::{Block, ConsoleField, ConsoleForm, ConsolePage, FieldKind, FieldOption, Text};
use serde_json::json;
use texts::{AdminMessage, Noun};

use super::{
    bank::look_up_bank,
    certificate::{certificate_blocks, sent},
    checklist::Checked,
    colleagues::{colleagues_block, own_refusal},
    company::look_up_company,
    place::{base, crumbs, found},
    section_form::{FormPlace, saves_itself, section_blocks},
    sections::{help_of, read, words_of},
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

async fn section_page(
    visit: &Visit,
    (order, section): (&OrderView, OrderSection),
    refusal: Option<&Refusal>,
) -> Result<ConsolePage, Refusal> {
    if section == OrderSection::Certificate {
        return certificate_page(visit, order, refusal).await;
    }
    let (label, _) = words_of(section);
    let place = FormPlace {
        action: format!("{}/sections/{}", base(visit, order.id), section.as_str()),
        cancel_href: Some(base(visit, order.id)),
    };
    let mut blocks = section_blocks(visit, (order, section), place, own_refusal(refusal));
    blocks.extend(colleagues_block(visit, (order, section), refusal).await?);
    let mut page = ConsolePage {
        heading: Text::Key(label),
        lead: Some(Text::Key(help_of(order, section))),
        blocks,
        ..ConsolePage::default()
    };
    page.frame.crumbs = crumbs(visit, Some(order));
    Ok(page)
}

/// The page of the section.
async fn certificate_page(
    visit: &Visit,
    order: &OrderView,
    refusal: Option<&Refusal>,
) -> Result<ConsolePage, Refusal> {
    let (label, help) = words_of(OrderSection::Certificate);
    let own = base(visit, order.id);
    let place = FormPlace { action: format!("{own}/certificate"), cancel_href: Some(own.clone()) };
    let file = Some(format!("{own}/files/certificate"));
    let mut blocks = certificate_blocks(visit, (order, file), place, own_refusal(refusal));
    blocks.extend(colleagues_block(visit, (order, OrderSection::Certificate), refusal).await?);
    let mut page = ConsolePage {
        heading: Text::Key(label),
        lead: Some(Text::Key(help)),
        blocks,
        ..ConsolePage::default()
    };
    page.frame.crumbs = crumbs(visit, Some(order));
    Ok(page)
}

async fn saved_certificate(visit: &Visit, order: &OrderView) -> Result<(), Refusal> {
    visit.site.orders.save_certificate(visit.permit()?, order.id, sent(visit)?, visit.now()).await
}

/// `POST /t/{tenant}/orders/{order}/certificate`
pub(in crate::console) async fn save_certificate(visit: Visit) -> Result<Response, Refusal> {
    let order = found(&visit).await?;
    match saved_certificate(&visit, &order).await {
        Ok(()) => Ok(done(&base(&visit, order.id), "order-saved")),
        Err(refusal) => {
            let page = certificate_page(&visit, &found(&visit).await?, Some(&refusal)).await?;
            Ok(refused_form(&visit, &refusal, page))
        }
    }
}

/// `GET /t/{tenant}/orders/{order}/sections/{section}`
pub(in crate::console) async fn section(visit: Visit) -> Result<Response, Refusal> {
    let (order, section) = (found(&visit).await?, section_of(&visit)?);
    let page = section_page(&visit, (&order, section), None).await?;
    Ok(shown(&visit, page))
}

async fn save(visit: &Visit, order: &OrderView, section: OrderSection) -> Result<String, Refusal> {
    let mut answers = read(visit, &order.answers, section)?;
    if section == OrderSection::Company {
        look_up_company(visit, (order, visit.permit()?), &mut answers).await?;
    }
    if section == OrderSection::Bank && order.state == OrderState::Draft {
        look_up_bank(visit, visit.permit()?, &mut answers).await?;
    }
    let new = SectionAnswers { section, seen: visit.form.get("seen"), answers };
    visit.site.orders.save_section(visit.permit()?, order.id, new, visit.now()).await
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
fn next_open(order: &OrderView, checked: &Checked, after: OrderSection) -> Option<OrderSection> {
    // Neither has a form that is filled in on the way.
    let has_form = |it: OrderSection| !matches!(it, OrderSection::Certificate | OrderSection::Domain);
    let is_open =
        |it: &&OrderSection| **it != after && has_form(**it) && !checked.lacks(order, **it).is_empty();
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
            let checked = Checked::of(&visit, &order).await?;
            // A company and who signs for it are looked at again before one goes on.
            let stays = section == OrderSection::Company
                || (section == OrderSection::Signatories && !checked.lacks(&order, section).is_empty());
            Ok(match next_open(&order, &checked, section) {
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
