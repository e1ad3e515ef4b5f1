//! What stands below each other on a page of the console.

use super::{ConsoleField, ConsoleForm, Text};
use crate::page::Speaker;

/// A part of a page.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "a page has a dozen blocks, and lives for one request")]
pub enum Block {
    /// A heading of the second level, what its section is for, and the id by which links find it.
    Heading {
        /// Its id.
        id: &'static str,
        /// The heading.
        text: Text,
        /// What the section is for.
        lead: Option<Text>,
    },
    /// A paragraph.
    Text(Text),
    /// Something that the reader should know.
    Notice(Notice),
    /// Names with values.
    Facts(Vec<Fact>),
    /// A list of objects.
    Table(Table),
    /// A form.
    Form(ConsoleForm),
    /// A secret that is shown this one time.
    Secret {
        /// Whose secret.
        label: Text,
        /// The secret.
        value: String,
        /// The id of its element.
        id: &'static str,
    },
    /// What a check found, line by line.
    Checks(Vec<CheckLine>),
    /// What happened, one after the other.
    Steps(Vec<Step>),
    /// Text to read or copy as it is, such as a token or a file.
    Code {
        /// What it is.
        label: Text,
        /// The text, with its line breaks.
        text: String,
        /// The id of its element.
        id: &'static str,
    },
    /// A picture on white, as the login pages show it, whatever their colours.
    Picture {
        /// Its address.
        src: String,
        /// What it is, for who does not see it.
        alt: Text,
        /// Width and height in its own pixels; it is shown at half of them.
        size: (u32, u32),
    },
    /// A name as people will see it who log in: in a dialog, and on a phone. It follows its field while that is typed into.
    NamePreview {
        /// The name of the field.
        field: &'static str,
        /// The name; empty where there is none yet.
        name: String,
        /// Which eID's dialog it is.
        eid: String,
        /// The same as a word, for its colour.
        brand: &'static str,
        /// What people type there first: a key.
        typed: &'static str,
    },
    /// Objects as cards, each with its state.
    Cards(Vec<Card>),
    /// Other pages, as a row of buttons.
    Actions(Vec<Action>),
    /// Points, one below the other.
    Points(Vec<Text>),
    /// A document, in a language that may be another one than the page's.
    Document {
        /// `nb`, `en`.
        language: &'static str,
        /// What it says.
        blocks: Vec<Self>,
    },
    /// Blocks that are shown on demand.
    More {
        /// What is behind it.
        label: Text,
        /// The blocks.
        blocks: Vec<Self>,
    },
}

/// How something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Nothing to say.
    Neutral,
    /// As it should be.
    Good,
    /// Something to do.
    Attention,
    /// Something is wrong.
    Bad,
}

impl Tone {
    /// The colour set of Designsystemet.
    pub(crate) const fn color(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Good => "success",
            Self::Attention => "warning",
            Self::Bad => "danger",
        }
    }

    /// The outline of its shape, 16 units wide: a circle, a triangle, an octagon.
    pub(crate) const fn outline(self) -> &'static str {
        match self {
            Self::Neutral | Self::Good => "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1",
            Self::Attention => "M8 1.2 15.4 14H.6z",
            Self::Bad => "M5.1 1h5.8L15 5.1v5.8L10.9 15H5.1L1 10.9V5.1z",
        }
    }

    /// What is drawn in its shape: a dash, a tick, an exclamation mark, a cross.
    pub(crate) const fn sign(self) -> &'static str {
        match self {
            Self::Neutral => "M5 8h6",
            Self::Good => "m4.9 8.2 2.2 2.2 4.1-4.6",
            Self::Attention => "M8 5.8v3.7M8 11.6v.1",
            Self::Bad => "m5.6 5.6 4.8 4.8m0-4.8-4.8 4.8",
        }
    }

    /// The key of what screen readers say before a step.
    pub(crate) const fn key(self) -> Option<&'static str> {
        match self {
            Self::Neutral => None,
            Self::Good => Some("console-tone-good"),
            Self::Attention => Some("console-tone-attention"),
            Self::Bad => Some("console-tone-bad"),
        }
    }

    /// The word in class names and for the shape, because colour alone says nothing.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Good => "good",
            Self::Attention => "attention",
            Self::Bad => "bad",
        }
    }
}

/// A state in a word, with a colour and a shape.
#[derive(Debug, Clone)]
pub struct Chip {
    /// How it stands.
    pub tone: Tone,
    /// The word.
    pub text: Text,
}

/// What the reader should know.
#[derive(Debug, Clone)]
pub struct Notice {
    /// How urgent it is.
    pub kind: NoticeKind,
    /// What it says.
    pub text: Text,
    /// What can be done about it.
    pub action: Option<Action>,
}

/// How urgent a notice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeKind {
    /// To be known.
    Info,
    /// Something was done.
    Done,
    /// Something will not work as it is.
    Warning,
    /// Something was refused, or is broken.
    Wrong,
}

impl NoticeKind {
    pub(crate) const fn color(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Done => "success",
            Self::Warning => "warning",
            Self::Wrong => "danger",
        }
    }

    /// Whether screen readers interrupt for it.
    pub(crate) const fn role(self) -> &'static str {
        match self {
            Self::Wrong | Self::Warning => "alert",
            Self::Info | Self::Done => "status",
        }
    }
}

/// A name with its value.
#[derive(Debug, Clone)]
pub struct Fact {
    /// The name.
    pub label: Text,
    /// The value; several stand below each other.
    pub values: Vec<Text>,
    /// Whether it is there to be copied.
    pub is_copied: bool,
    /// The state that belongs to it.
    pub chip: Option<Chip>,
    /// More about it.
    pub help: Option<Text>,
    /// The id of the value's element; needed where it is copied.
    pub id: &'static str,
}

impl Fact {
    /// The id of a value's element.
    pub(crate) fn id_of(&self, position: &usize) -> String {
        if *position == 0 { self.id.to_owned() } else { format!("{}-{}", self.id, position + 1) }
    }

    /// A value to read.
    pub fn new(label: &'static str, value: Text) -> Self {
        Self {
            label: Text::Key(label),
            values: vec![value],
            is_copied: false,
            chip: None,
            help: None,
            id: "",
        }
    }

    /// A value to copy; `id` names its element.
    pub fn copied(id: &'static str, label: &'static str, value: impl Into<String>) -> Self {
        Self { is_copied: true, id, ..Self::new(label, Text::code(value)) }
    }

    /// The same with a state.
    #[must_use]
    pub fn with_chip(self, chip: Chip) -> Self {
        Self { chip: Some(chip), ..self }
    }

    /// The same with more about it.
    #[must_use]
    pub fn with_help(self, help: Text) -> Self {
        Self { help: Some(help), ..self }
    }
}

/// A list of objects.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// The id of its element.
    pub id: &'static str,
    /// What it lists, for screen readers.
    pub caption: Text,
    /// The headings of its columns.
    pub columns: Vec<Text>,
    /// The headings that order the list.
    pub sorts: Vec<ColumnSort>,
    /// Its rows.
    pub rows: Vec<TableRow>,
    /// What is said when there is no row.
    pub empty: Text,
    /// What can be done then.
    pub empty_action: Option<Action>,
    /// Search and pages, where the list can be long.
    pub pager: Option<Pager>,
}

/// A heading that is a link to the same list in another order.
#[derive(Debug, Clone)]
pub struct ColumnSort {
    /// The position of its column.
    pub column: usize,
    /// The list in that order, or in its reverse where it is in that order already.
    pub href: String,
    /// How the list is ordered by this column now; `None`: by another.
    pub direction: Option<SortDirection>,
}

/// From the first to the last, or the other way round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortDirection {
    /// From the first to the last.
    Ascending,
    /// From the last to the first.
    Descending,
}

impl SortDirection {
    /// The word of `aria-sort`.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Ascending => "ascending",
            Self::Descending => "descending",
        }
    }
}

impl Table {
    /// What orders the list by a column, where something does.
    pub(crate) fn sort_of(&self, column: &usize) -> Option<&ColumnSort> {
        self.sorts.iter().find(|it| it.column == *column)
    }

    /// The id of the search field.
    pub(crate) fn search_id(&self) -> String {
        if self.id.is_empty() { "search".to_owned() } else { format!("{}-search", self.id) }
    }

    /// The heading of a column, which stands beside each value on a phone.
    pub(crate) fn label_of(&self, t: &Speaker, column: &usize) -> String {
        self.columns.get(*column).map(|it| t.text(it)).unwrap_or_default()
    }
}

/// A row; on a phone, a card.
#[derive(Debug, Clone)]
pub struct TableRow {
    /// One for each column.
    pub cells: Vec<Cell>,
}

/// A cell.
#[derive(Debug, Clone)]
pub enum Cell {
    /// A text.
    Text(Text),
    /// A text that leads to the object's page.
    Link {
        /// The text.
        text: Text,
        /// Where it leads.
        href: String,
    },
    /// A state.
    Chip(Chip),
    /// An instant: in words, and exactly for who asks.
    Time {
        /// In words, such as "3 minutes ago".
        words: Text,
        /// RFC 3339.
        exact: String,
    },
    /// What can be done with the row.
    Actions(Vec<Action>),
}

/// Search and pages of a list.
#[derive(Debug, Clone, Default)]
pub struct Pager {
    /// Where the form of the search leads, with the parameter `q`; empty for a list without search.
    pub action: String,
    /// What is searched for.
    pub search: String,
    /// Filters beside the search: lines, dates and selections.
    pub filters: Vec<ConsoleField>,
    /// Other filters that a search keeps: name and value.
    pub hidden: Vec<(String, String)>,
    /// How many there are, or are shown, in words.
    pub count: Text,
    /// The page before this one.
    pub newer_href: Option<String>,
    /// The page after this one.
    pub older_href: Option<String>,
    /// The list without search and filters, where that is not where the search leads.
    pub whole_href: Option<String>,
    /// Whether the list is always ordered by time, so that the pages are newer and older ones.
    pub is_by_time: bool,
}

impl Pager {
    /// Whether something is left out of the list.
    /// The key of what the link to the page before this one says.
    pub(crate) const fn newer(&self) -> &'static str {
        if self.is_by_time { "console-newer" } else { "console-previous-page" }
    }

    /// The key of what the link to the page after this one says.
    pub(crate) const fn older(&self) -> &'static str {
        if self.is_by_time { "console-older" } else { "console-next-page" }
    }

    /// The whole list, in the order in which it is.
    pub(crate) fn whole_href(&self) -> &str {
        self.whole_href.as_deref().unwrap_or(&self.action)
    }

    pub(crate) fn is_filtered(&self) -> bool {
        !self.search.is_empty() || self.filters.iter().any(|it| !it.value.is_empty())
    }
}

/// Something that can be done: another page, or a form with nothing to fill in.
#[derive(Debug, Clone)]
pub struct Action {
    /// What it is called.
    pub text: Text,
    /// Where it leads, or is posted to.
    pub href: String,
    /// Whether it changes something: a form then, with these hidden fields.
    pub post: Option<Vec<(String, String)>>,
    /// Whether it is what the page is for.
    pub is_primary: bool,
    /// Whether it takes something away.
    pub is_danger: bool,
    /// Whether it opens another tab.
    pub is_elsewhere: bool,
    /// Where this tab goes while the other one opens; with script only.
    pub then_href: Option<String>,
    /// The id of its element; empty for none.
    pub id: &'static str,
}

impl Action {
    /// Another page.
    pub fn to(text: &'static str, href: impl Into<String>) -> Self {
        Self {
            text: Text::Key(text),
            href: href.into(),
            post: None,
            is_primary: false,
            is_danger: false,
            is_elsewhere: false,
            then_href: None,
            id: "",
        }
    }

    /// An act without anything to fill in.
    pub fn act(text: &'static str, href: impl Into<String>) -> Self {
        Self { post: Some(Vec::new()), ..Self::to(text, href) }
    }

    /// The same as what the page is for.
    #[must_use]
    pub fn primary(self) -> Self {
        Self { is_primary: true, ..self }
    }

    /// The same with an id.
    #[must_use]
    pub fn named(self, id: &'static str) -> Self {
        Self { id, ..self }
    }

    /// The same with a hidden field.
    #[must_use]
    pub fn with(self, name: &str, value: impl Into<String>) -> Self {
        let mut post = self.post.unwrap_or_default();
        post.push((name.to_owned(), value.into()));
        Self { post: Some(post), ..self }
    }

    /// The same where it takes something away.
    #[must_use]
    pub fn dangerous(self) -> Self {
        Self { is_danger: true, ..self }
    }

    /// The same in another tab, while this one goes on to a page of ours.
    #[must_use]
    pub fn elsewhere_then(self, href: impl Into<String>) -> Self {
        Self { is_elsewhere: true, then_href: Some(href.into()), ..self }
    }

    /// The same in another tab.
    #[must_use]
    pub fn elsewhere(self) -> Self {
        Self { is_elsewhere: true, ..self }
    }
}

/// What a check found about one thing.
#[derive(Debug, Clone)]
pub struct CheckLine {
    /// How it was found.
    pub finding: Finding,
    /// What was looked at, and what was found.
    pub text: Text,
    /// What the other side said, or what to do.
    pub details: Vec<Text>,
}

/// How a check found something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    /// As it should be.
    Good,
    /// Wrong.
    Bad,
    /// It cannot be known this way.
    Unknown,
}

impl Finding {
    pub(crate) const fn tone(self) -> Tone {
        match self {
            Self::Good => Tone::Good,
            Self::Bad => Tone::Bad,
            Self::Unknown => Tone::Neutral,
        }
    }

    /// The key of its word.
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Good => "console-finding-good",
            Self::Bad => "console-finding-bad",
            Self::Unknown => "console-finding-unknown",
        }
    }
}

/// Something that happened, or is to be done.
#[derive(Debug, Clone)]
pub struct Step {
    /// How it stands.
    pub tone: Tone,
    /// When, or whose turn it is.
    pub aside: Text,
    /// What.
    pub text: Text,
    /// More about it.
    pub details: Vec<Text>,
    /// What can be done about it.
    pub action: Option<Action>,
}

/// An object with its state.
#[derive(Debug, Clone)]
pub struct Card {
    /// Its name.
    pub heading: Text,
    /// Its state.
    pub chip: Chip,
    /// What there is to say about it.
    pub facts: Vec<Fact>,
    /// Where more is.
    pub action: Action,
}
