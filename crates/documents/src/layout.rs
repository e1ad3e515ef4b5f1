//! From the blocks of a document to rows, and the structure that assistive technology reads.

use std::{num::NonZeroU16, rc::Rc};

use krilla::tagging::{ListNumbering, TableHeaderScope, Tag, TagKind};

use crate::{
    Document, DocumentBlock, DocumentError,
    face::{Faces, Weight},
    line,
    sheet::{Cell, Frame, Ink, MARGIN, MEASURE, Row, Style},
};

const TITLE: Style = Style::new(Weight::Bold, 21.0, 27.0, Ink::Black);
const SUBTITLE: Style = Style::new(Weight::Regular, 11.0, 16.0, Ink::Grey);
const HEADING: Style = Style::new(Weight::Bold, 13.0, 18.0, Ink::Black);
const BODY: Style = Style::new(Weight::Regular, 10.0, 15.0, Ink::Black);
const LABEL: Style = Style::new(Weight::Regular, 10.0, 15.0, Ink::Grey);
const CELL: Style = Style::new(Weight::Regular, 9.0, 13.0, Ink::Black);
const HEAD: Style = Style::new(Weight::Bold, 9.0, 13.0, Ink::Black);
/// The column of the labels of facts, and of the bullets of a list.
const LABELS: f32 = 164.0;
const BULLETS: f32 = 16.0;
/// Between two columns.
const GUTTER: f32 = 14.0;

/// A node of the structure.
pub(crate) enum Branch {
    Group(TagKind, Vec<Self>),
    /// What is drawn for a slot.
    Leaf(usize),
}

/// A heading, for the outline: its text, its slot, and whether it is below the title.
pub(crate) struct Landmark {
    pub(crate) text: String,
    pub(crate) slot: usize,
}

/// Rows with the structure that they belong to.
pub(crate) struct Layout<'a> {
    faces: &'a Faces,
    pub(crate) rows: Vec<Row>,
    pub(crate) structure: Vec<Branch>,
    /// The title first.
    pub(crate) landmarks: Vec<Landmark>,
    slots: usize,
}

impl<'a> Layout<'a> {
    /// Lays a document out.
    ///
    /// # Errors
    /// [`DocumentError::NoTitle`], [`DocumentError::UnevenTable`].
    pub(crate) fn of(document: &Document, faces: &'a Faces) -> Result<Self, DocumentError> {
        let mut layout =
            Self { faces, rows: Vec::new(), structure: Vec::new(), landmarks: Vec::new(), slots: 0 };
        if is_blank(&document.title) {
            return Err(DocumentError::NoTitle);
        }
        layout.heading(&document.title, TITLE, NonZeroU16::MIN, 0.0);
        if !is_blank(&document.subtitle) {
            let row = layout.paragraph(&document.subtitle, SUBTITLE, 5.0);
            layout.rows.push(row);
        }
        for (number, block) in document.blocks.iter().enumerate() {
            layout.block(block).ok_or(DocumentError::UnevenTable { block: number })?;
        }
        Ok(layout)
    }

    /// How many slots there are.
    pub(crate) const fn slots(&self) -> usize {
        self.slots
    }

    fn block(&mut self, block: &DocumentBlock) -> Option<()> {
        match block {
            DocumentBlock::Heading(text) if is_blank(text) => {}
            DocumentBlock::Heading(text) => {
                self.heading(text, HEADING, NonZeroU16::MIN.saturating_add(1), 24.0);
            }
            DocumentBlock::Paragraph(text) if is_blank(text) => {}
            DocumentBlock::Paragraph(text) => {
                let above = self.above(9.0);
                let row = self.paragraph(text, BODY, above);
                self.rows.push(row);
            }
            DocumentBlock::Facts(facts) => self.facts(facts),
            DocumentBlock::List(points) => self.list(points),
            DocumentBlock::Table { head, rows } => self.table(head, rows)?,
            DocumentBlock::Note(text) if is_blank(text) => {}
            DocumentBlock::Note(text) => self.note(text),
        }
        Some(())
    }

    /// The space above a block: less below a heading, more below the head of the document.
    fn above(&self, usual: f32) -> f32 {
        match self.rows.last() {
            Some(row) if row.stays_with_next && self.rows.len() > 1 => 5.0,
            Some(row) if row.frame == Frame::Note => usual.max(14.0),
            Some(_) if self.structure.len() <= 2 && self.rows.len() <= 2 => 20.0,
            _ => usual,
        }
    }

    fn slot(&mut self) -> usize {
        self.slots += 1;
        self.slots - 1
    }

    fn heading(&mut self, text: &str, style: Style, level: NonZeroU16, above: f32) {
        let slot = self.slot();
        let cell = Cell::set(self.faces, style, text, (MARGIN, MEASURE), slot);
        self.rows.push(Row { stays_with_next: true, ..Row::new(vec![cell], above) });
        let text = line::clean(text).replace('\n', " ").trim().to_owned();
        let tag = Tag::Hn(level, Some(text.clone())).into();
        self.structure.push(Branch::Group(tag, vec![Branch::Leaf(slot)]));
        self.landmarks.push(Landmark { text, slot });
    }

    fn paragraph(&mut self, text: &str, style: Style, above: f32) -> Row {
        let slot = self.slot();
        self.structure.push(Branch::Group(Tag::P.into(), vec![Branch::Leaf(slot)]));
        Row::new(vec![Cell::set(self.faces, style, text, (MARGIN, MEASURE), slot)], above)
    }

    fn facts(&mut self, facts: &[(String, String)]) {
        let above = self.above(9.0);
        let value = (MARGIN + LABELS + GUTTER, MEASURE - LABELS - GUTTER);
        let mut items = Vec::new();
        for (at, (label, fact)) in facts.iter().enumerate() {
            let (left, right) = (self.slot(), self.slot());
            let cells = vec![
                Cell::set(self.faces, LABEL, label, (MARGIN, LABELS), left),
                Cell::set(self.faces, BODY, fact, value, right),
            ];
            let frame = Frame::Rule(0.5);
            let padding = (4.0, 4.5);
            let above = if at == 0 { above - 3.0 } else { 0.0 };
            self.rows.push(Row { padding, frame, ..Row::new(cells, above) });
            items.push(pair(Branch::Leaf(left), Branch::Leaf(right)));
        }
        self.structure.push(Branch::Group(Tag::L(ListNumbering::None).into(), items));
    }

    fn list(&mut self, points: &[String]) {
        let above = self.above(9.0);
        let mut items = Vec::new();
        for (at, point) in points.iter().enumerate() {
            let (left, right) = (self.slot(), self.slot());
            let cells = vec![
                Cell::set(self.faces, BODY, "\u{2022}", (MARGIN + 3.0, BULLETS), left),
                Cell::set(self.faces, BODY, point, (MARGIN + BULLETS, MEASURE - BULLETS), right),
            ];
            self.rows.push(Row::new(cells, if at == 0 { above } else { 3.0 }));
            items.push(pair(Branch::Leaf(left), Branch::Leaf(right)));
        }
        self.structure.push(Branch::Group(Tag::L(ListNumbering::Disc).into(), items));
    }

    fn note(&mut self, text: &str) {
        let slot = self.slot();
        let place = (MARGIN + 16.0, MEASURE - 30.0);
        let cell = Cell::set(self.faces, BODY, text, place, slot);
        let above = self.above(14.0).max(12.0);
        let row = Row { padding: (10.0, 11.0), frame: Frame::Note, ..Row::new(vec![cell], above) };
        self.rows.push(row);
        let inner = Branch::Group(Tag::P.into(), vec![Branch::Leaf(slot)]);
        self.structure.push(Branch::Group(Tag::Div.into(), vec![inner]));
    }

    fn table(&mut self, head: &[String], rows: &[Vec<String>]) -> Option<()> {
        if head.is_empty() || rows.iter().any(|it| it.len() != head.len()) {
            return None;
        }
        let columns = columns(self.faces, head, rows);
        let above = self.above(9.0);
        let (top, names) = self.table_row(head, HEAD, &columns, 1.0);
        let top = Row { above, stays_with_next: true, ..top };
        let again = Rc::new(Row { above: 0.0, stays_with_next: false, ..top.clone() });
        self.rows.push(top);
        let name = |slot| Branch::Group(Tag::TH(TableHeaderScope::Column).into(), vec![Branch::Leaf(slot)]);
        let names = Branch::Group(Tag::TR.into(), names.into_iter().map(name).collect());
        let mut body = Vec::new();
        for row in rows {
            let (row, cells) = self.table_row(row, CELL, &columns, 0.5);
            self.rows.push(Row { head: Some(Rc::clone(&again)), ..row });
            let cell = |slot| Branch::Group(Tag::TD.into(), vec![Branch::Leaf(slot)]);
            body.push(Branch::Group(Tag::TR.into(), cells.into_iter().map(cell).collect()));
        }
        let parts =
            vec![Branch::Group(Tag::THead.into(), vec![names]), Branch::Group(Tag::TBody.into(), body)];
        self.structure.push(Branch::Group(Tag::Table.into(), parts));
        Some(())
    }

    fn table_row(
        &mut self,
        texts: &[String],
        style: Style,
        columns: &[(f32, f32)],
        rule: f32,
    ) -> (Row, Vec<usize>) {
        let slots: Vec<usize> = texts.iter().map(|_| self.slot()).collect();
        let cell = |((text, place), slot): ((&String, &(f32, f32)), &usize)| {
            Cell::set(self.faces, style, text, *place, *slot)
        };
        let cells = texts.iter().zip(columns).zip(&slots).map(cell).collect();
        let row = Row { padding: (4.0, 5.0), frame: Frame::Rule(rule), ..Row::new(cells, 0.0) };
        (row, slots)
    }
}

fn is_blank(text: &str) -> bool {
    line::clean(text).trim().is_empty()
}

/// A label and what it stands for.
fn pair(label: Branch, body: Branch) -> Branch {
    let label = Branch::Group(Tag::Lbl.into(), vec![label]);
    let body = Branch::Group(Tag::LBody.into(), vec![body]);
    Branch::Group(Tag::LI.into(), vec![label, body])
}

/// Where the columns of a table begin and how wide they are. Each gets room for its longest word where that is possible, and the
/// rest is shared by the length of what it holds.
fn columns(faces: &Faces, head: &[String], rows: &[Vec<String>]) -> Vec<(f32, f32)> {
    let count = f32::from(u16::try_from(head.len()).unwrap_or(u16::MAX));
    let gutter = GUTTER.min(MEASURE / count / 4.0);
    let room = MEASURE - gutter * (count - 1.0);
    let measure = |style: Style, text: &str| {
        line::widths(faces.of(style.weight), style.size, line::clean(text).trim_end())
    };
    let wanted = |at: usize| {
        let cells = rows.iter().filter_map(|it| it.get(at)).map(|it| measure(CELL, it));
        let head = head.get(at).map(|it| measure(HEAD, it));
        cells.chain(head).fold((8.0_f32, 8.0_f32), |a, b| (a.0.max(b.0), a.1.max(b.1)))
    };
    let wanted: Vec<(f32, f32)> = (0..head.len()).map(wanted).collect();
    let widths = shared(&wanted, room);
    let mut x = MARGIN;
    let place = |width: f32| {
        let place = (x, width);
        x += width + gutter;
        place
    };
    widths.into_iter().map(place).collect()
}

/// Shares a width among columns by the widths of their longest words and of their longest texts: narrow columns get what they
/// want, and the others as much as each other, but where possible enough for a word.
fn shared(wanted: &[(f32, f32)], room: f32) -> Vec<f32> {
    let most: f32 = wanted.iter().map(|it| it.1).sum();
    if most <= room {
        // Everything fits on one line: what is left goes to all in proportion.
        return wanted.iter().map(|it| it.1 * room / most).collect();
    }
    // A word that would take more than a third of the page is broken.
    let words: Vec<f32> = wanted.iter().map(|it| it.0.min(0.35 * room)).collect();
    let most_of_words = cap(room, |cap| words.iter().map(|it| it.min(cap)).sum());
    let width = |(word, most): (&f32, f32), cap: f32| most.min(cap).max(word.min(most_of_words));
    let widths = |cap| words.iter().zip(wanted).map(move |(word, it)| width((word, it.1), cap));
    let cap = cap(room, |cap| widths(cap).sum());
    widths(cap).collect()
}

/// The greatest limit with which a sum that grows with it stays within `room`.
fn cap(room: f32, sum: impl Fn(f32) -> f32) -> f32 {
    let (mut low, mut high) = (0.0, room);
    for _ in 0..24 {
        let middle = (low + high) / 2.0;
        if sum(middle) <= room { low = middle } else { high = middle }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::shared;

    #[test]
    fn columns_share_the_measure_and_never_exceed_it() {
        for wanted in [
            vec![(20.0, 40.0), (30.0, 60.0)],
            vec![(20.0, 40.0), (30.0, 900.0)],
            vec![(20.0, 40.0), (900.0, 900.0), (300.0, 300.0)],
            vec![(100.0, 100.0); 40],
        ] {
            let widths = shared(&wanted, 400.0);
            let sum: f32 = widths.iter().sum();
            assert!(sum <= 400.5 && widths.iter().all(|it| *it > 0.0), "{widths:?}");
        }
        let widths = shared(&[(20.0, 40.0), (100.0, 900.0), (140.0, 900.0)], 300.0);
        assert!((widths[0] - 40.0).abs() < 0.1 && (widths[2] - 130.0).abs() < 25.1, "{widths:?}");
    }
}
