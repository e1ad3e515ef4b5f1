//! What the pages of brands say about the logo.

use console::{LARGEST_LOGO, MOST_LOGO_PIXELS, Refusal};
use model::Logo;
use pages::console::{Action, Block, ConsoleField, ConsoleForm, ConsolePage, Fact, FieldKind, Text};

use super::{
    answer::{wrong, wrong_form},
    visit::Visit,
};

/// What a brand's page says about the logo.
pub(super) struct LogoPlace<'a> {
    /// The address of the brand's page.
    pub(super) href: String,
    pub(super) version: i64,
    pub(super) logo: Option<&'a Logo>,
    pub(super) may_change: bool,
    pub(super) refusal: Option<&'a Refusal>,
}

/// The logo as people see it, and the forms that replace it and take it away.
pub(super) fn blocks(visit: &Visit, place: &LogoPlace<'_>) -> Vec<Block> {
    let most = vec![("kib", (LARGEST_LOGO / 1024).to_string()), ("pixels", MOST_LOGO_PIXELS.to_string())];
    let lead = Text::With("console-logo-lead", most);
    let mut blocks =
        vec![Block::Heading { id: "logo-title", text: Text::Key("console-logo"), lead: Some(lead) }];
    blocks.push(match place.logo {
        // Another logo has another address, so that none is shown from before.
        Some(it) => Block::Picture {
            src: format!("{}/logo?{}", place.href, it.digest),
            alt: Text::Key("console-logo-now"),
            size: (it.width, it.height),
        },
        None => Block::Facts(vec![Fact::new("console-logo", Text::Key("console-logo-none"))]),
    });
    if !place.may_change {
        return blocks;
    }
    let version = place.version.to_string();
    let file = ConsoleField::new(
        "logo",
        Text::Key("console-logo-file"),
        "",
        FieldKind::File("image/png,image/jpeg,image/webp"),
    );
    blocks.push(Block::Form(ConsoleForm {
        action: format!("{}/logo", place.href),
        hidden: vec![("version".to_owned(), version.clone())],
        fields: vec![file.required().wrong(wrong(visit, place.refusal, "logo"))],
        submit: Text::Key("console-logo-upload"),
        submit_id: "upload-logo",
        error: wrong_form(visit, place.refusal, &["logo"]),
        ..ConsoleForm::default()
    }));
    if place.logo.is_some() {
        let remove = Action::act("console-logo-remove", format!("{}/logo/remove", place.href));
        let remove = remove.with("version", version).dangerous().named("remove-logo");
        blocks.push(Block::Actions(vec![remove]));
    }
    blocks
}

/// The page of a brand with other blocks for its logo, which are its last.
pub(super) fn with_logo(mut page: ConsolePage, blocks: Vec<Block>) -> ConsolePage {
    let is_heading = |it: &Block| matches!(it, Block::Heading { id: "logo-title", .. });
    let begin = page.blocks.iter().position(is_heading).unwrap_or(page.blocks.len());
    page.blocks.truncate(begin);
    page.blocks.extend(blocks);
    page
}
