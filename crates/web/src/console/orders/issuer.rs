//! The page of the issuer, to whom an order came by a letter: it fetches everything that goes there.

use axum::response::Response;
use console::{Permit, Refusal};
use ordering::LinkView;
use pages::console::{Block, ConsoleField, ConsoleForm, ConsolePage, FieldKind, NoticeKind, Text};

use super::{
    documents::archive,
    link_page::{about, bare, notice},
    phone,
};
use crate::console::{
    answer::{refused_form, wrong, wrong_form},
    visit::Visit,
};

/// Behind the link: a form that asks for the code.
pub(super) fn page(visit: &Visit, link: &LinkView, refusal: Option<&Refusal>) -> ConsolePage {
    let mut blocks = about(visit, link);
    if link.is_asked_to_act() {
        let code = ConsoleField::new("code", Text::Key("console-order-code"), "", FieldKind::Identifier(7));
        let code = code.required().with_help(Text::Key("console-order-issuer-code-help"));
        blocks.push(Block::Form(ConsoleForm {
            action: phone::base(visit),
            fields: vec![code.wrong(wrong(visit, refusal, "code"))],
            error: wrong_form(visit, refusal, &["code"]),
            submit: Text::Key("console-order-issuer-fetch"),
            submit_id: "fetch",
            ..ConsoleForm::default()
        }));
    } else {
        blocks.push(notice(NoticeKind::Info, "console-order-link-over"));
    }
    bare(Text::Key("console-order-link-issuer"), Text::Key("console-order-link-issuer-lead"), blocks)
}

/// The archive, for whoever knows the code.
pub(super) async fn fetched(visit: &Visit, link: &LinkView, permit: &Permit) -> Result<Response, Refusal> {
    let given = (link.person.id, visit.form.get("code"));
    match visit.site.orders.fetch_as_issuer(permit, given, visit.now()).await {
        Ok(content) => Ok(archive(link.order, content)),
        Err(refusal @ Refusal::Invalid(_)) => {
            Ok(refused_form(visit, &refusal, page(visit, link, Some(&refusal))))
        }
        Err(other) => Err(other),
    }
}
