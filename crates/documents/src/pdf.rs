//! From pages to a PDF.

use krilla::{
    Document as Pdf, SerializeSettings,
    color::rgb,
    configure::{Accessibility, Archival, ConfigurationBuilder},
    destination::XyzDestination,
    geom::{PathBuilder, Point, Rect},
    metadata::{DateTime, Metadata},
    outline::{Outline, OutlineNode},
    page::PageSettings,
    paint::Fill,
    surface::Surface,
    tagging::{Artifact, ArtifactType, ContentTag, Identifier, Node, SpanTag, TagGroup, TagTree},
};

use crate::{
    Document, DocumentError, DocumentLanguage,
    face::{Faces, Weight},
    instant::civil,
    layout::{Branch, Landmark, Layout},
    line::{self, Line},
    sheet::{Flow, HEIGHT, Ink, MARGIN, MEASURE, Piece, Sheet, Style, WIDTH},
};

/// The most pages of a document.
pub const MOST_SHEETS: usize = 200;
/// The most bytes of the canonical form; more would not fit on so many pages, and is not set to find out.
const LARGEST: usize = 4_000 * MOST_SHEETS;

const FOOT: Style = Style::new(Weight::Regular, 8.0, 11.0, Ink::Grey);
/// The baseline of the last line of the foot.
const FOOT_BASELINE: f32 = HEIGHT - 34.0;
/// For the number of the page, at the right.
const NUMBER: f32 = 90.0;
/// More lines at the foot of each page are not shown.
const MOST_FOOT_LINES: usize = 3;

/// What a PDF says about itself beside its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PdfMeta {
    /// When the document was made, in seconds since 1970 (UTC).
    pub created: i64,
    /// The organisation that made it; may be empty.
    pub author: String,
}

/// Sets a document as PDF/A-3a and PDF/UA-1 on A4. The same document and `meta` give the same bytes.
///
/// Characters that the font lacks (it has the Latin letters of Europe, Sámi and Vietnamese) are shown as a box and copied as
/// what they are; [`missing_letters`] names them.
///
/// # Errors
/// [`DocumentError::NoTitle`], [`DocumentError::UnevenTable`] and [`DocumentError::Time`]: the caller made a document that
/// cannot be. [`DocumentError::TooLong`]: tell whoever wrote so much. The others are ours.
///
/// Spec: ISO 19005-3:2012 (PDF/A-3) <https://www.iso.org/standard/57229.html>, ISO 14289-1:2014 (PDF/UA-1)
/// <https://www.iso.org/standard/64599.html>
pub fn pdf(document: &Document, meta: &PdfMeta) -> Result<Vec<u8>, DocumentError> {
    let created = date(meta.created).ok_or(DocumentError::Time)?;
    if document.canonical().len() > LARGEST {
        return Err(DocumentError::TooLong);
    }
    let faces = Faces::load()?;
    let mut layout = Layout::of(document, &faces)?;
    let foot = foot(&faces, &document.footer);
    let mut flow = Flow::new(foot_top(&foot) - 22.0);
    flow.set(std::mem::take(&mut layout.rows));
    if flow.sheets.len() > MOST_SHEETS {
        return Err(DocumentError::TooLong);
    }
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A3_A)
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|error| DocumentError::Library(format!("{error:?}")))?;
    let mut pdf = Pdf::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    let mut drawn = Drawn::new(layout.slots());
    let count = flow.sheets.len();
    for (index, sheet) in flow.sheets.into_iter().enumerate() {
        let number = page_number(document.language, index + 1, count);
        draw_page(&mut pdf, &mut drawn, &faces, sheet, Foot { lines: &foot, number, index })?;
    }
    let language = code(document.language).to_owned();
    pdf.set_outline(outline(&layout.landmarks, &drawn));
    let mut tree = TagTree::new().with_lang(Some(language.clone()));
    for branch in layout.structure {
        if let Some(node) = node(branch, &mut drawn) {
            tree.push(node);
        }
    }
    pdf.set_tag_tree(tree);
    let authors = if meta.author.is_empty() { Vec::new() } else { vec![meta.author.clone()] };
    let title = layout.landmarks.first().map(|it| it.text.clone()).unwrap_or_default();
    let metadata = Metadata::new().title(title).language(language).authors(authors).creation_date(created);
    pdf.set_metadata(metadata.creator("Portvakt".to_owned()).producer("Portvakt".to_owned()));
    pdf.finish().map_err(|error| DocumentError::Library(format!("{error:?}")))
}

/// The characters of a text that would be shown as a box, each once, in order.
///
/// # Errors
/// [`DocumentError::Font`]: our fault.
pub fn missing_letters(text: &str) -> Result<Vec<char>, DocumentError> {
    let faces = Faces::load()?;
    let face = faces.of(Weight::Regular);
    let mut missing: Vec<char> =
        line::clean(text).chars().filter(|it| *it != '\n' && !face.has(*it)).collect();
    missing.sort_unstable();
    missing.dedup();
    Ok(missing)
}

const fn code(language: DocumentLanguage) -> &'static str {
    match language {
        DocumentLanguage::Nb => "nb-NO",
        DocumentLanguage::En => "en-GB",
    }
}

fn page_number(language: DocumentLanguage, number: usize, count: usize) -> String {
    match language {
        DocumentLanguage::Nb => format!("Side {number} av {count}"),
        DocumentLanguage::En => format!("Page {number} of {count}"),
    }
}

/// What was drawn for each slot, and where each slot begins.
struct Drawn {
    identifiers: Vec<Vec<Identifier>>,
    places: Vec<Option<(usize, f32)>>,
}

impl Drawn {
    fn new(slots: usize) -> Self {
        Self { identifiers: vec![Vec::new(); slots], places: vec![None; slots] }
    }

    fn add(&mut self, slot: usize, identifier: Identifier, place: (usize, f32)) {
        if let Some(list) = self.identifiers.get_mut(slot) {
            list.push(identifier);
        }
        if let Some(first) = self.places.get_mut(slot) {
            first.get_or_insert(place);
        }
    }
}

fn foot(faces: &Faces, text: &str) -> Vec<Line> {
    let text = line::clean(text);
    if text.trim().is_empty() {
        return Vec::new();
    }
    let mut lines = line::lines(faces.of(FOOT.weight), FOOT.size, &text, MEASURE - NUMBER);
    let is_cut = lines.len() > MOST_FOOT_LINES;
    lines.truncate(MOST_FOOT_LINES);
    if let Some(last) = lines.last_mut().filter(|_| is_cut) {
        *last = Line::new(faces.of(FOOT.weight), format!("{}\u{2026}", last.text.trim_end()));
    }
    lines
}

/// The rule above the foot.
fn foot_top(foot: &[Line]) -> f32 {
    let lines = f32::from(u16::try_from(foot.len().max(1)).unwrap_or(1));
    FOOT_BASELINE - FOOT.leading * lines - 6.0
}

/// What stands at the end of a page, and which page it is, from zero.
struct Foot<'a> {
    lines: &'a [Line],
    number: String,
    index: usize,
}

fn draw_page(
    pdf: &mut Pdf,
    drawn: &mut Drawn,
    faces: &Faces,
    sheet: Sheet,
    foot: Foot<'_>,
) -> Result<(), DocumentError> {
    let settings = PageSettings::from_wh(WIDTH, HEIGHT).ok_or(DocumentError::Font)?;
    let mut page = pdf.start_page_with(settings);
    let mut surface = page.surface();
    let mut pieces = sheet.into_iter().peekable();
    while let Some(piece) = pieces.next() {
        match piece {
            Piece::Area { x, y, width, height, ink } => {
                surface.start_tagged(artifact(ArtifactType::Layout));
                area(&mut surface, Rect::from_xywh(x, y, width, height), ink);
                surface.end_tagged();
            }
            Piece::Text { x, y, style, line, slot } => {
                let tag = slot.map_or_else(|| artifact(ArtifactType::PaginationOther), |_| text_tag());
                let identifier = surface.start_tagged(tag);
                write(&mut surface, faces, style, Point::from_xy(x, y), &line);
                // The lines of one cell are one piece of content.
                while let Some(Piece::Text { x, y, style, line, .. }) =
                    pieces.next_if(|next| matches!(next, Piece::Text { slot: other, .. } if *other == slot))
                {
                    write(&mut surface, faces, style, Point::from_xy(x, y), &line);
                }
                surface.end_tagged();
                if let Some(slot) = slot {
                    drawn.add(slot, identifier, (foot.index, y - style.leading));
                }
            }
        }
    }
    surface.start_tagged(artifact(ArtifactType::Footer));
    area(&mut surface, Rect::from_xywh(MARGIN, foot_top(foot.lines), MEASURE, 0.5), Ink::Hair);
    for (line, back) in foot.lines.iter().rev().zip(0_u8..) {
        let at = Point::from_xy(MARGIN, FOOT_BASELINE - FOOT.leading * f32::from(back));
        write(&mut surface, faces, FOOT, at, line);
    }
    let face = faces.of(FOOT.weight);
    let first = foot_top(foot.lines) + 6.0 + FOOT.leading;
    let x = MARGIN + MEASURE - face.width(&foot.number, FOOT.size);
    write(&mut surface, faces, FOOT, Point::from_xy(x, first), &Line::new(face, foot.number));
    surface.end_tagged();
    surface.finish();
    page.finish();
    Ok(())
}

fn artifact(kind: ArtifactType) -> ContentTag<'static> {
    ContentTag::Artifact(Artifact::with_kind(kind))
}

fn text_tag() -> ContentTag<'static> {
    ContentTag::Span(SpanTag::empty())
}

fn color(ink: Ink) -> rgb::Color {
    match ink {
        Ink::Black => rgb::Color::new(0x1a, 0x1d, 0x23),
        Ink::Grey => rgb::Color::new(0x55, 0x5b, 0x66),
        Ink::Hair => rgb::Color::new(0xd3, 0xd7, 0xde),
        Ink::Tint => rgb::Color::new(0xf1, 0xf4, 0xf9),
        Ink::Accent => rgb::Color::new(0x2b, 0x4f, 0x8c),
    }
}

fn fill(surface: &mut Surface<'_>, ink: Ink) {
    surface.set_fill(Some(Fill { paint: color(ink).into(), ..Fill::default() }));
}

fn area(surface: &mut Surface<'_>, rect: Option<Rect>, ink: Ink) {
    let Some(rect) = rect else { return };
    let mut path = PathBuilder::new();
    path.push_rect(rect);
    if let Some(path) = path.finish() {
        fill(surface, ink);
        surface.draw_path(&path);
    }
}

fn write(surface: &mut Surface<'_>, faces: &Faces, style: Style, at: Point, line: &Line) {
    fill(surface, style.ink);
    let font = faces.of(style.weight).font();
    surface.draw_glyphs(at, &line.glyphs, font, &line.text, style.size, false);
}

fn node(branch: Branch, drawn: &mut Drawn) -> Option<Node> {
    match branch {
        Branch::Leaf(_) => None,
        Branch::Group(tag, branches) => {
            let mut group = TagGroup::new(tag);
            for branch in branches {
                if let Branch::Leaf(slot) = branch {
                    let identifiers = drawn.identifiers.get_mut(slot).map(std::mem::take);
                    for identifier in identifiers.unwrap_or_default() {
                        group.push(identifier);
                    }
                } else if let Some(node) = node(branch, drawn) {
                    group.push(node);
                }
            }
            Some(group.into())
        }
    }
}

fn outline(landmarks: &[Landmark], drawn: &Drawn) -> Outline {
    let entry = |it: &Landmark| {
        let (page, y) = drawn.places.get(it.slot).copied().flatten().unwrap_or_default();
        OutlineNode::new(it.text.clone(), XyzDestination::new(page, Point::from_xy(MARGIN, y.max(0.0))))
    };
    let mut outline = Outline::new();
    if let Some((title, headings)) = landmarks.split_first() {
        let mut title = entry(title).with_open(true);
        for heading in headings {
            title.push_child(entry(heading));
        }
        outline.push_child(title);
    }
    outline
}

fn date(seconds: i64) -> Option<DateTime> {
    let [year, month, day, hour, minute, second] = civil(seconds)?;
    let small = |it: u16| u8::try_from(it).unwrap_or_default();
    let date = DateTime::new(year).month(small(month)).day(small(day)).hour(small(hour));
    Some(date.minute(small(minute)).second(small(second)).utc_offset_hour(0).utc_offset_minute(0))
}
