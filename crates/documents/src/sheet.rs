//! What stands where: pages of text, rules and tints, before anything is written.

use std::rc::Rc;

use crate::{
    face::{Faces, Weight},
    line::{self, Line},
};

/// A4, in points.
pub(crate) const WIDTH: f32 = 595.276;
pub(crate) const HEIGHT: f32 = 841.89;
/// Left and right.
pub(crate) const MARGIN: f32 = 62.0;
/// Where text begins on a page.
pub(crate) const TOP: f32 = 64.0;
/// Between a margin and the other.
pub(crate) const MEASURE: f32 = WIDTH - 2.0 * MARGIN;

/// The colours of a document; all have 4.5:1 on white and on the tint, if text is set in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
    /// Text.
    Black,
    /// Text that matters less.
    Grey,
    /// Rules between rows.
    Hair,
    /// The ground of a note.
    Tint,
    /// The bar of a note.
    Accent,
}

/// How a text looks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    pub(crate) weight: Weight,
    /// Points.
    pub(crate) size: f32,
    /// From one line to the next, in points.
    pub(crate) leading: f32,
    pub(crate) ink: Ink,
}

impl Style {
    pub(crate) const fn new(weight: Weight, size: f32, leading: f32, ink: Ink) -> Self {
        Self { weight, size, leading, ink }
    }

    /// From the top of a line to its baseline. Inter rises 0.969 em and falls 0.241 em.
    fn baseline(self) -> f32 {
        (self.leading - 1.21 * self.size) / 2.0 + 0.969 * self.size
    }
}

/// Lines at a place within a row; `slot` is the place in the structure that they belong to.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    pub(crate) x: f32,
    pub(crate) style: Style,
    pub(crate) lines: Vec<Line>,
    pub(crate) slot: usize,
}

impl Cell {
    pub(crate) fn set(faces: &Faces, style: Style, text: &str, place: (f32, f32), slot: usize) -> Self {
        let (x, width) = place;
        let lines = line::lines(faces.of(style.weight), style.size, &line::clean(text), width);
        Self { x, style, lines, slot }
    }
}

/// What surrounds a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Frame {
    None,
    /// A rule below, so thick.
    Rule(f32),
    /// A tint and a bar.
    Note,
}

/// Cells side by side.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) cells: Vec<Cell>,
    /// Space above, which is dropped at the top of a page.
    pub(crate) above: f32,
    /// Space within, above and below the lines.
    pub(crate) padding: (f32, f32),
    pub(crate) frame: Frame,
    /// It does not end a page.
    pub(crate) stays_with_next: bool,
    /// The head of its table, which is shown again on the next page.
    pub(crate) head: Option<Rc<Self>>,
}

impl Row {
    pub(crate) const fn new(cells: Vec<Cell>, above: f32) -> Self {
        Self { cells, above, padding: (0.0, 0.0), frame: Frame::None, stays_with_next: false, head: None }
    }

    fn height(&self) -> f32 {
        let tallest =
            self.cells.iter().map(|it| points(it.lines.len()) * it.style.leading).fold(0.0, f32::max);
        tallest + self.padding.0 + self.padding.1
    }

    fn longest(&self) -> usize {
        self.cells.iter().map(|it| it.lines.len()).max().unwrap_or(0)
    }

    fn leading(&self) -> f32 {
        self.cells.iter().map(|it| it.style.leading).fold(1.0, f32::max)
    }

    /// Paragraphs of four lines may end on the next page, and so may rows that are taller than a quarter of one.
    fn may_be_split(&self) -> bool {
        self.longest() >= 4 && (self.cells.len() == 1 || self.height() > HEIGHT / 4.0)
    }

    /// The height that the row takes of a page at least.
    fn least(&self) -> f32 {
        if self.may_be_split() {
            2.0 * self.leading() + self.padding.0 + self.padding.1
        } else {
            self.height()
        }
    }

    /// How many lines go into a space that is too small for the row. No line stands alone, neither before the break nor behind
    /// it; on a fresh page one is placed whatever there is.
    fn fitting(&self, space: f32, is_fresh: bool) -> usize {
        let (lines, leading) = (self.longest(), self.leading());
        let room = space - self.padding.0 - self.padding.1;
        let fits = (1..lines).take_while(|it| points(*it) * leading <= room).last().unwrap_or(0);
        let fits = if fits + 1 == lines { fits.saturating_sub(1) } else { fits };
        let fits = if fits < 2 || !self.may_be_split() { 0 } else { fits };
        if is_fresh { fits.max(1) } else { fits }
    }

    /// The same with the first `count` lines of each cell, and what is left.
    fn split(mut self, count: usize) -> (Self, Self) {
        let mut rest = self.clone();
        for (head, tail) in self.cells.iter_mut().zip(&mut rest.cells) {
            tail.lines.drain(..count.min(tail.lines.len()));
            head.lines.truncate(count);
        }
        (self, rest)
    }
}

fn points(count: usize) -> f32 {
    f32::from(u16::try_from(count).unwrap_or(u16::MAX))
}

/// What is drawn.
#[derive(Clone, Debug)]
pub(crate) enum Piece {
    /// A line with its baseline, of a slot; without one it is furniture of the page.
    Text { x: f32, y: f32, style: Style, line: Line, slot: Option<usize> },
    /// A rectangle.
    Area { x: f32, y: f32, width: f32, height: f32, ink: Ink },
}

/// The pieces of a page, in reading order.
pub(crate) type Sheet = Vec<Piece>;

/// Sets rows one below the other.
pub(crate) struct Flow {
    pub(crate) sheets: Vec<Sheet>,
    y: f32,
    bottom: f32,
    /// Nothing of the document stands on the page yet.
    is_fresh: bool,
}

impl Flow {
    /// Text ends at `bottom`, in points from the top of the page.
    pub(crate) fn new(bottom: f32) -> Self {
        Self { sheets: vec![Sheet::new()], y: TOP, bottom, is_fresh: true }
    }

    /// Sets all rows.
    pub(crate) fn set(&mut self, rows: Vec<Row>) {
        let mut rows = rows.into_iter().peekable();
        let mut together = Vec::new();
        while let Some(row) = rows.next() {
            let stays = row.stays_with_next && rows.peek().is_some();
            together.push(row);
            if !stays {
                self.place(std::mem::take(&mut together));
            }
        }
    }

    /// Places rows that stay together, the last one at least with its first lines.
    fn place(&mut self, rows: Vec<Row>) {
        let last = rows.len().saturating_sub(1);
        let needed =
            |(at, row): (usize, &Row)| row.above + if at == last { row.least() } else { row.height() };
        let needed: f32 = rows.iter().enumerate().map(needed).sum();
        if !self.is_fresh && needed > self.bottom - self.y {
            self.turn(rows.first().and_then(|it| it.head.clone()));
        }
        for row in rows {
            self.place_one(row);
        }
    }

    fn place_one(&mut self, mut row: Row) {
        loop {
            let above = if self.is_fresh { 0.0 } else { row.above };
            let space = self.bottom - self.y - above;
            if row.height() <= space {
                self.y += above;
                self.draw(row, true);
                return;
            }
            let fits = row.fitting(space, self.is_fresh);
            let head = row.head.clone();
            if fits > 0 {
                let (first, rest) = row.split(fits);
                self.y += above;
                self.draw(first, true);
                row = rest;
            }
            self.turn(head);
        }
    }

    /// Begins a page, with the head of the table that goes on there.
    fn turn(&mut self, head: Option<Rc<Row>>) {
        self.sheets.push(Sheet::new());
        self.y = TOP;
        if let Some(head) = head.filter(|it| it.height() < HEIGHT / 4.0) {
            self.draw((*head).clone(), false);
        }
        self.is_fresh = true;
    }

    fn draw(&mut self, row: Row, is_content: bool) {
        let (top, height) = (self.y, row.height());
        self.y += height;
        self.is_fresh = false;
        let Some(sheet) = self.sheets.last_mut() else { return };
        let area = |x, y, width, height, ink| Piece::Area { x, y, width, height, ink };
        match row.frame {
            Frame::None => {}
            Frame::Rule(thickness) => {
                let ink = if thickness > 0.6 { Ink::Black } else { Ink::Hair };
                sheet.push(area(MARGIN, top + height - thickness, MEASURE, thickness, ink));
            }
            Frame::Note => {
                sheet.push(area(MARGIN, top, MEASURE, height, Ink::Tint));
                sheet.push(area(MARGIN, top, 3.0, height, Ink::Accent));
            }
        }
        for cell in row.cells {
            let first = top + row.padding.0 + cell.style.baseline();
            for (at, line) in cell.lines.into_iter().enumerate() {
                let y = first + points(at) * cell.style.leading;
                sheet.push(Piece::Text {
                    x: cell.x,
                    y,
                    style: cell.style,
                    line,
                    slot: is_content.then_some(cell.slot),
                });
            }
        }
    }
}
