//! Documents as they are set.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]

use documents::{Document, DocumentBlock, DocumentError, DocumentLanguage, PdfMeta, missing_letters, pdf};
use lopdf::{Dictionary, Document as Read, Object};

fn document(blocks: Vec<DocumentBlock>) -> Document {
    Document {
        language: DocumentLanguage::Nb,
        title: "Bestilling og fullmakt".to_owned(),
        subtitle: "Eple AS, versjon 1".to_owned(),
        blocks,
        footer: "Eple AS".to_owned(),
    }
}

fn meta() -> PdfMeta {
    PdfMeta { created: 1_795_683_600, author: "Portvakt Drift AS".to_owned() }
}

fn read(blocks: Vec<DocumentBlock>) -> Read {
    Read::load_mem(&pdf(&document(blocks), &meta()).unwrap()).unwrap()
}

fn text(read: &Read) -> String {
    let numbers: Vec<u32> = read.get_pages().into_keys().collect();
    read.extract_text(&numbers).unwrap()
}

fn all_blocks() -> Vec<DocumentBlock> {
    let text = |it: &str| it.to_owned();
    vec![
        DocumentBlock::Heading(text("Selskapet")),
        DocumentBlock::Paragraph(text("Æ ø å: én «prøve» – 100 €.")),
        DocumentBlock::Facts(vec![(text("Navn"), text("Eple AS")), (text("Tomt"), String::new())]),
        DocumentBlock::List(vec![text("første"), text("andre")]),
        DocumentBlock::Table { head: vec![text("A"), text("B")], rows: vec![vec![text("1"), String::new()]] },
        DocumentBlock::Note(text("Merk dette.")),
    ]
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    let one = pdf(&document(all_blocks()), &meta()).unwrap();
    assert_eq!(one, pdf(&document(all_blocks()), &meta()).unwrap());
    let later = PdfMeta { created: meta().created + 1, ..meta() };
    assert_ne!(one, pdf(&document(all_blocks()), &later).unwrap());
}

#[test]
fn a_document_says_that_it_is_pdf_a_and_pdf_ua_and_in_which_language() {
    let read = read(all_blocks());
    let catalog = read.catalog().unwrap();
    let metadata = catalog.get(b"Metadata").and_then(Object::as_reference).unwrap();
    let metadata = read.get_object(metadata).and_then(Object::as_stream).unwrap();
    let xmp = String::from_utf8(metadata.content.clone()).unwrap();
    for wanted in ["<pdfaid:part>3</", "<pdfaid:conformance>A</", "<pdfuaid:part>1</", "Portvakt Drift AS"] {
        assert!(xmp.contains(wanted), "{wanted}: {xmp}");
    }
    assert_eq!(catalog.get(b"Lang").and_then(Object::as_str).unwrap(), b"nb-NO");
    let marked = catalog.get(b"MarkInfo").and_then(|it| read.dereference(it)).unwrap().1;
    assert!(marked.as_dict().and_then(|it| it.get(b"Marked")).and_then(Object::as_bool).unwrap());
}

/// The names of a structure element and of what is below it, in reading order.
fn structure(read: &Read, element: &Dictionary, names: &mut Vec<String>) {
    if let Ok(name) = element.get(b"S").and_then(Object::as_name) {
        names.push(String::from_utf8_lossy(name).into_owned());
    }
    let children = element.get(b"K").map(|it| read.dereference(it).unwrap().1);
    let children = match children {
        Ok(Object::Array(them)) => them.clone(),
        Ok(it) => vec![it.clone()],
        Err(_) => Vec::new(),
    };
    for child in children {
        if let Ok((_, Object::Dictionary(child))) = read.dereference(&child) {
            structure(read, child, names);
        }
    }
}

#[test]
fn assistive_technology_is_told_what_everything_is() {
    let read = read(all_blocks());
    let root = read.catalog().unwrap().get(b"StructTreeRoot").and_then(|it| read.dereference(it)).unwrap().1;
    let mut names = Vec::new();
    structure(&read, root.as_dict().unwrap(), &mut names);
    let wanted = "Document H1 P H2 P L LI Lbl LBody LI Lbl LBody L LI Lbl LBody LI Lbl LBody \
                  Table THead TR TH TH TBody TR TD TD Div P";
    assert_eq!(names.join(" "), wanted);
}

#[test]
fn what_was_written_can_be_copied_and_pages_are_counted() {
    let rows = (1..=90).map(|it| vec![format!("rad {it}"), "x".to_owned()]).collect();
    let head = vec!["Nummer".to_owned(), "Verdi".to_owned()];
    let mut blocks = all_blocks();
    blocks.push(DocumentBlock::Table { head, rows });
    let read = read(blocks);
    let (text, pages) = (text(&read), read.get_pages().len());
    assert!(text.contains("Æ ø å: én «prøve» – 100 €.") && text.contains("rad 90"), "{text}");
    assert!(pages > 2 && text.contains(&format!("Side {pages} av {pages}")), "{text}");
    assert_eq!(text.matches("Nummer").count(), pages, "the head of the table is shown on each page");
}

#[test]
fn words_without_an_end_and_rows_that_are_taller_than_a_page_are_set() {
    let word = "W".repeat(3_000);
    let rows = vec![vec![word.clone(), "kort".to_owned(), "ord ".repeat(3_000)]];
    let head = vec![word.clone(), "B".to_owned(), "C".to_owned()];
    let blocks = vec![DocumentBlock::Heading(word.clone()), DocumentBlock::Table { head, rows }];
    let text = text(&read(blocks));
    assert_eq!(text.matches("ord").count(), 3_000);
    assert_eq!(text.matches('W').count() % 3_000, 0);
}

#[test]
fn a_character_that_the_font_lacks_is_named_and_never_stops_a_document() {
    assert_eq!(missing_letters("Kari 你好你 \u{202e}Ås").unwrap(), ['你', '好']);
    let blocks = vec![DocumentBlock::Paragraph("你好 \u{0}\u{e000}\u{feff}\u{ffff}\u{301}".to_owned())];
    assert!(pdf(&document(blocks), &meta()).is_ok());
}

#[test]
fn a_document_that_cannot_be_is_refused_with_its_reason() {
    let fault = |document: &Document| pdf(document, &meta()).map(drop).unwrap_err();
    let untitled = Document { title: " \u{200b}".to_owned(), ..document(Vec::new()) };
    assert_eq!(fault(&untitled), DocumentError::NoTitle);
    let uneven = DocumentBlock::Table { head: vec!["A".to_owned()], rows: vec![vec![]] };
    assert_eq!(fault(&document(vec![uneven])), DocumentError::UnevenTable { block: 0 });
    let endless = DocumentBlock::Paragraph("ord ".repeat(300_000));
    assert_eq!(fault(&document(vec![endless])), DocumentError::TooLong);
    let timeless = PdfMeta { created: -1, ..meta() };
    assert_eq!(pdf(&document(Vec::new()), &timeless).map(drop).unwrap_err(), DocumentError::Time);
}
