//! The console's pages: a frame, and blocks below each other. A page of the console is values, so that all of them look, read and
//! behave alike; `templates/console/` shows each kind of block in one place.

mod block;
mod form;
mod frame;
mod text;

pub use block::{
    Action, Block, Card, Cell, CheckLine, Chip, ColumnSort, Fact, Finding, Notice, NoticeKind, Pager,
    SortDirection, Step, Table, TableRow, Tone,
};
pub use form::{ConsoleField, ConsoleForm, FieldKind, FieldOption};
pub use frame::{Account, ConsoleFrame, Crumb, EnvironmentTab, NavGroup, NavItem, TenantTab};
pub use text::Text;

use crate::page::{Speaker, page};

/// A page of the console.
#[derive(Debug, Clone, Default)]
pub struct ConsolePage {
    /// What surrounds it.
    pub frame: ConsoleFrame,
    /// The one heading, which is also the title.
    pub heading: Text,
    /// The state of what the page is about, beside the heading.
    pub chip: Option<Chip>,
    /// A sentence or two on what the page is for.
    pub lead: Option<Text>,
    /// The one thing that is done here most.
    pub primary: Option<Action>,
    /// The pages that an object's settings are divided into.
    pub tabs: Vec<NavItem>,
    /// What the last act did.
    pub message: Option<Notice>,
    /// What is on it.
    pub blocks: Vec<Block>,
    /// Seconds after which the page is asked for again: while something is awaited that comes by itself.
    pub refresh: Option<u32>,
    /// Whether the page has no navigation: before somebody is signed in.
    pub is_bare: bool,
}

page!(ConsolePage, "console/page.html");

impl ConsolePage {
    /// Whether a form on it was refused, which its title says too.
    fn has_errors(&self) -> bool {
        self.blocks
            .iter()
            .any(|it| matches!(it, Block::Form(form) if form.error.is_some() || !form.wrong().is_empty()))
    }
}

/// Blocks below each other, on a page or in one of its folds.
#[derive(askama::Template)]
#[template(path = "console/blocks.html")]
struct Blocks<'a> {
    blocks: &'a [Block],
    /// Whether a heading of the second level stands above them.
    is_inside_section: bool,
    t: Speaker,
}

impl Blocks<'_> {
    /// Whether a block at this position stands below a heading of the second level.
    fn is_below_heading(&self, position: &usize) -> bool {
        let before = self.blocks.iter().take(*position);
        self.is_inside_section || before.into_iter().any(|it| matches!(it, Block::Heading { .. }))
    }
}

impl Speaker {
    /// Blocks as HTML; a heading of the second level stands above them or not.
    fn blocks(self, blocks: &[Block], is_inside_section: bool) -> String {
        // As with a page, nothing in it can fail.
        askama::Template::render(&Blocks { blocks, is_inside_section, t: self }).unwrap_or_default()
    }
}
