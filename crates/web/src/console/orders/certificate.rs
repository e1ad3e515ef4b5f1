//! The certificate of the company: uploaded, with the day on which it was issued.

use console::Refusal;
use documents::LARGEST_UPLOAD;
use model::{Date, OrderSection};
use ordering::{CompanyCertificate, OrderView};
use pages::console::{Action, Block, ConsoleField, ConsoleForm, Fact, FieldKind, Notice, NoticeKind, Text};
use texts::AdminMessage;

use super::{place::sandbox_notice, section_form::FormPlace};
use crate::console::{
    answer::{wrong, wrong_form},
    visit::Visit,
    words,
};

/// The fields of the form.
const FIELDS: [&str; 2] = ["file", "issued"];

/// What is here already, and a warning where it is old.
fn kept_blocks(visit: &Visit, order: &OrderView, href: Option<String>) -> Vec<Block> {
    if !order.answers.has_certificate {
        return Vec::new();
    }
    let issued = words::day(visit.locale, &order.answers.certificate_date);
    let day = if issued.is_empty() { "–".to_owned() } else { issued.clone() };
    let mut blocks =
        vec![Block::Facts(vec![Fact::new("console-order-certificate-issued", Text::plain(day))])];
    if order.answers.has_old_certificate(Date::in_norway(visit.now())) {
        let text = Text::with("console-order-certificate-old", "date", issued);
        blocks.push(Block::Notice(Notice { kind: NoticeKind::Warning, text, action: None }));
    }
    let file = href.map(|it| Block::Actions(vec![Action::to("console-order-file-certificate", it)]));
    blocks.extend(file);
    blocks
}

fn form(visit: &Visit, order: &OrderView, place: FormPlace, refusal: Option<&Refusal>) -> ConsoleForm {
    let pdf = FieldKind::File("application/pdf");
    let file = ConsoleField::new("file", Text::Key("console-order-certificate-file"), "", pdf);
    let issued = ConsoleField::new(
        "issued",
        Text::Key("console-order-certificate-issued"),
        visit.form.get("issued"),
        FieldKind::Date,
    );
    ConsoleForm {
        action: place.action,
        hidden: vec![("seen".to_owned(), order.seen(OrderSection::Certificate))],
        fields: vec![
            file.required()
                .with_help(Text::Key("console-order-certificate-file-help"))
                .wrong(wrong(visit, refusal, "file")),
            issued
                .required()
                .with_help(Text::Key("console-order-certificate-issued-help"))
                .wrong(wrong(visit, refusal, "issued")),
        ],
        error: wrong_form(visit, refusal, &FIELDS),
        submit: Text::Key("console-order-certificate-upload"),
        submit_id: "save",
        cancel_href: place.cancel_href,
        ..ConsoleForm::default()
    }
}

/// The certificate and its form, for whoever may answer the section. `file`: where the one that there is can be read.
pub(super) fn certificate_blocks(
    visit: &Visit,
    (order, file): (&OrderView, Option<String>),
    place: FormPlace,
    refusal: Option<&Refusal>,
) -> Vec<Block> {
    let mut blocks: Vec<Block> = sandbox_notice(&order.answers).into_iter().collect();
    blocks.extend(kept_blocks(visit, order, file));
    if order.answers.company.is_vouched_for() && !order.answers.has_certificate {
        let text = Text::Key("console-order-certificate-unneeded");
        blocks.push(Block::Notice(Notice { kind: NoticeKind::Info, text, action: None }));
    }
    blocks.push(Block::Form(form(visit, order, place, refusal)));
    blocks
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

/// The certificate that a form brought.
pub(super) fn sent(visit: &Visit) -> Result<CompanyCertificate<'_>, Refusal> {
    let (issued, seen) = (visit.form.get("issued"), visit.form.get("seen"));
    Ok(CompanyCertificate { file: uploaded(visit)?, issued, seen })
}
