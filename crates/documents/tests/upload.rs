//! Files from outside, read by a real child. Each is made here.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]

use std::path::PathBuf;

use documents::{
    Document as Content, DocumentBlock, DocumentLanguage, LARGEST_UPLOAD, PdfMeta, UploadChecker,
    UploadFacts, UploadFault, pdf,
};
use lopdf::{
    Dictionary, Document, EncryptionState, EncryptionVersion, IncrementalDocument, Object, Permissions,
    SaveOptions, Stream, StringFormat, dictionary,
};

/// The example `read_upload`, which Cargo builds with the tests.
fn child() -> PathBuf {
    std::env::current_exe().unwrap().parent().unwrap().parent().unwrap().join("examples/read_upload")
}

async fn check(file: &[u8]) -> Result<UploadFacts, UploadFault> {
    UploadChecker::new(child(), &[]).check_upload(file).await
}

/// A document with so many empty pages, and what is put into its catalog.
fn document(pages: usize, catalog: Dictionary) -> Document {
    let mut document = Document::with_version("1.7");
    let parent = document.new_object_id();
    let kids: Vec<Object> = (0..pages)
        .map(|_| {
            let size = vec![0.into(), 0.into(), 595.into(), 842.into()];
            document
                .add_object(dictionary! { "Type" => "Page", "Parent" => parent, "MediaBox" => size })
                .into()
        })
        .collect();
    let count = i64::try_from(pages).unwrap();
    document.set_object(parent, dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count });
    let mut root = dictionary! { "Type" => "Catalog", "Pages" => parent };
    root.extend(&catalog);
    let root = document.add_object(root);
    document.trailer.set("Root", root);
    let id = Object::String(vec![7; 16], StringFormat::Hexadecimal);
    document.trailer.set("ID", vec![id.clone(), id]);
    document
}

fn bytes(mut document: Document) -> Vec<u8> {
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

/// A document of one page with something in its catalog.
fn with(catalog: Dictionary) -> Vec<u8> {
    bytes(document(1, catalog))
}

/// A document of objects as they are written; the first is the catalog.
fn raw(objects: &[&str]) -> Vec<u8> {
    let mut file = b"%PDF-1.7\n".to_vec();
    let mut rows = String::new();
    for (object, number) in objects.iter().zip(1..) {
        rows += &format!("{:010} 00000 n \n", file.len());
        file.extend(format!("{number} 0 obj\n{object}\nendobj\n").bytes());
    }
    let (table, size) = (file.len(), objects.len() + 1);
    let head = format!("xref\n0 {size}\n0000000000 65535 f \n{rows}");
    file.extend(format!("{head}trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{table}\n%%EOF\n").bytes());
    file
}

fn action(kind: &str) -> Dictionary {
    dictionary! { "OpenAction" => dictionary! { "S" => kind } }
}

#[tokio::test]
async fn a_plain_document_is_accepted_with_its_pages() {
    let ours = Content {
        language: DocumentLanguage::Nb,
        title: "Firmaattest".to_owned(),
        subtitle: String::new(),
        blocks: vec![DocumentBlock::Paragraph("ord ".repeat(3_000))],
        footer: String::new(),
    };
    let ours = pdf(&ours, &PdfMeta { created: 0, author: String::new() }).unwrap();
    assert!(check(&ours).await.unwrap().pages > 2);
    assert_eq!(check(&with(Dictionary::new())).await, Ok(UploadFacts { pages: 1 }));
    assert_eq!(check(&bytes(document(50, Dictionary::new()))).await, Ok(UploadFacts { pages: 50 }));
    let mut modern = Vec::new();
    document(3, Dictionary::new()).save_modern(&mut modern).unwrap();
    assert_eq!(check(&modern).await, Ok(UploadFacts { pages: 3 }));
    let linked = dictionary! { "OpenAction" => dictionary! { "S" => "URI", "URI" => Object::string_literal("https://x") } };
    assert_eq!(check(&with(linked)).await, Ok(UploadFacts { pages: 1 }));
}

#[tokio::test]
async fn what_is_no_pdf_is_refused_whatever_it_is_called() {
    let pdf = with(Dictionary::new());
    let program = std::fs::read(child()).unwrap().into_iter().take(100_000).collect();
    for (name, file, wanted) in [
        ("nothing", Vec::new(), UploadFault::Empty),
        ("a program of Linux", program, UploadFault::NotPdf),
        ("a program of Windows", b"MZ\x90\0".to_vec(), UploadFault::NotPdf),
        ("a page", b"<html>%PDF-1.7".to_vec(), UploadFault::NotPdf),
        ("a PDF behind a script", [b"#!/bin/sh\n", &pdf[..]].concat(), UploadFault::NotPdf),
        ("one byte too many", vec![b'%'; LARGEST_UPLOAD + 1], UploadFault::TooLarge),
        ("a name only", b"%PDF-1.7\n%%EOF".to_vec(), UploadFault::Malformed),
        ("half", pdf.iter().copied().take(pdf.len() / 2).collect(), UploadFault::Malformed),
        ("a PDF and a ZIP", [&pdf[..], b"PK\x05\x06"].concat(), UploadFault::DataAfterEnd),
    ] {
        assert_eq!(check(&file).await, Err(wanted), "{name}");
    }
}

#[tokio::test]
async fn no_document_has_more_than_fifty_pages() {
    for pages in [51, 201, 10_000] {
        let file = bytes(document(pages, Dictionary::new()));
        assert_eq!(check(&file).await, Err(UploadFault::TooManyPages), "{pages}");
    }
    assert_eq!(check(&bytes(document(0, Dictionary::new()))).await, Err(UploadFault::Malformed));
}

#[tokio::test]
async fn an_encrypted_document_is_refused_with_a_password_and_without() {
    for password in ["", "secret"] {
        let mut document = document(1, Dictionary::new());
        let version = EncryptionVersion::V2 {
            document: &document,
            owner_password: "owner",
            user_password: password,
            key_length: 128,
            permissions: Permissions::all(),
        };
        let state = EncryptionState::try_from(version).unwrap();
        document.encrypt(&state).unwrap();
        assert_eq!(check(&bytes(document)).await, Err(UploadFault::Encrypted), "{password}");
    }
}

#[tokio::test]
async fn everything_that_a_document_could_do_has_its_own_refusal() {
    let script = || dictionary! { "S" => "JavaScript", "JS" => Object::string_literal("app.alert(1)") };
    let tree =
        |name: &str| dictionary! { "Names" => dictionary! { name => dictionary! { "Names" => vec![] } } };
    let page_action = dictionary! { "AA" => dictionary! { "O" => vec![Object::Null, script().into()] } };
    for (name, catalog, wanted) in [
        ("a script when it is opened", dictionary! { "OpenAction" => script() }, UploadFault::JavaScript),
        ("a script in an event", page_action, UploadFault::JavaScript),
        (
            "a script by its text only",
            dictionary! { "A" => dictionary! { "JS" => Object::Null } },
            UploadFault::JavaScript,
        ),
        ("scripts by name", tree("JavaScript"), UploadFault::JavaScript),
        ("a program", action("Launch"), UploadFault::Launch),
        ("another file", action("GoToR"), UploadFault::Launch),
        ("a file in the file", tree("EmbeddedFiles"), UploadFault::EmbeddedFile),
        ("a portfolio", dictionary! { "Collection" => Dictionary::new() }, UploadFault::EmbeddedFile),
        (
            "an attachment",
            dictionary! { "A" => dictionary! { "Subtype" => "FileAttachment" } },
            UploadFault::EmbeddedFile,
        ),
        ("XFA", dictionary! { "AcroForm" => dictionary! { "XFA" => vec![] } }, UploadFault::Xfa),
        ("a film", dictionary! { "A" => dictionary! { "Subtype" => "RichMedia" } }, UploadFault::RichMedia),
        ("sending", action("SubmitForm"), UploadFault::SubmitForm),
        ("fetching", action("ImportData"), UploadFault::SubmitForm),
    ] {
        assert_eq!(check(&with(catalog)).await, Err(wanted), "{name}");
    }
}

#[tokio::test]
async fn nothing_active_can_be_hidden() {
    let page = ["<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page/Parent 2 0 R>>"];
    let escaped = raw(&["<</Type/Catalog/Pages 2 0 R/OpenAction<</S/J#61vaScrip#74>>>>", page[0], page[1]]);
    let forgotten = raw(&["<</Type/Catalog/Pages 2 0 R>>", page[0], page[1], "<</S/Launch>>"]);
    // In a stream of objects, where no name can be seen.
    let mut packed = document(1, Dictionary::new());
    let script = Object::string_literal("app.alert(1);".repeat(300));
    packed.add_object(dictionary! { "S" => "JavaScript", "JS" => script });
    let options =
        SaveOptions::builder().use_object_streams(true).use_xref_streams(true).compression_level(9).build();
    let mut in_stream = Vec::new();
    packed.save_with_options(&mut in_stream, options).unwrap();
    assert!(!in_stream.windows(11).any(|it| it == b"/JavaScript"));
    // An older version of the file has it, the newer one does not.
    let old = with(action("Launch"));
    let mut newer = IncrementalDocument::create_from(old.clone(), Document::load_mem(&old).unwrap());
    let root = newer.get_prev_documents().trailer.get(b"Root").and_then(Object::as_reference).unwrap();
    newer.opt_clone_object_to_new_document(root).unwrap();
    newer.new_document.get_object_mut(root).and_then(Object::as_dict_mut).unwrap().remove(b"OpenAction");
    let mut replaced = Vec::new();
    newer.save_to(&mut replaced).unwrap();
    assert_eq!(check(&escaped).await, Err(UploadFault::JavaScript), "in escapes");
    assert_eq!(check(&forgotten).await, Err(UploadFault::Launch), "where nothing points to it");
    assert_eq!(check(&in_stream).await, Err(UploadFault::JavaScript), "in an object stream");
    assert_eq!(check(&replaced).await, Err(UploadFault::Launch), "in an older version");
}

/// A stream that unpacks to so many zeros.
fn bomb(size: usize, dictionary: Dictionary) -> Stream {
    let mut stream = Stream::new(dictionary, vec![0; size]);
    stream.compress().unwrap();
    stream
}

#[tokio::test]
async fn a_stream_that_unpacks_to_more_than_any_page_needs_is_refused() {
    const MIB: usize = 1024 * 1024;
    let mut one = document(1, Dictionary::new());
    one.add_object(bomb(65 * MIB, Dictionary::new()));
    let one = bytes(one);
    assert!(one.len() < MIB);
    assert_eq!(check(&one).await, Err(UploadFault::TooExpensive), "one");
    let mut many = document(1, Dictionary::new());
    let part = bomb(40 * MIB, Dictionary::new());
    for _ in 0..20 {
        many.add_object(part.clone());
    }
    assert_eq!(check(&bytes(many)).await, Err(UploadFault::TooExpensive), "many");
    let mut objects = document(1, Dictionary::new());
    objects.add_object(bomb(65 * MIB, dictionary! { "Type" => "ObjXxx", "N" => 1, "First" => 4 }));
    let mut objects = bytes(objects);
    // The library writes no such stream of ours.
    let at = objects.windows(6).position(|it| it == b"ObjXxx").unwrap();
    objects[at..at + 6].copy_from_slice(b"ObjStm");
    assert_eq!(check(&objects).await, Err(UploadFault::TooExpensive), "of objects");
}

#[tokio::test]
async fn neg_31_a_document_that_is_deeper_than_a_stack_is_refused_and_ends_nothing_else() {
    let nested = |open: &str, close: &str, depth: usize| {
        let body = format!("{}{}", open.repeat(depth), close.repeat(depth));
        let pages = "<</Type/Pages/Kids[3 0 R]/Count 1>>";
        raw(&["<</Type/Catalog/Pages 2 0 R/X 4 0 R>>", pages, "<</Type/Page/Parent 2 0 R>>", &body])
    };
    assert_eq!(check(&nested("[", "]", 20)).await, Ok(UploadFacts { pages: 1 }));
    for (open, close) in [("[", "]"), ("<</A", ">>"), ("(", ")")] {
        for depth in [10_000, 1_000_000] {
            let refused = check(&nested(open, close, depth)).await;
            let is_refused = matches!(refused, Err(UploadFault::Malformed | UploadFault::TooExpensive));
            assert!(is_refused, "{open} {depth}: {refused:?}");
        }
    }
    // Pages that are their own parents, and a length that is its own length.
    let mut circle = document(1, Dictionary::new());
    let pages = circle.catalog().unwrap().get(b"Pages").and_then(Object::as_reference).unwrap();
    circle
        .set_object(pages, dictionary! { "Type" => "Pages", "Kids" => vec![pages.into(); 60], "Count" => 1 });
    assert_eq!(check(&bytes(circle)).await, Err(UploadFault::Malformed));
}

#[tokio::test]
async fn files_that_were_changed_at_random_never_get_more_than_a_refusal() {
    let mut packed = Vec::new();
    document(3, Dictionary::new()).save_modern(&mut packed).unwrap();
    let mut seed = 7_u32;
    for original in [with(dictionary! { "Lang" => Object::string_literal("nb") }), packed] {
        for _ in 0..40 {
            let mut file = original.clone();
            for _ in 0..3 {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let at = usize::try_from(seed >> 8).unwrap() % file.len();
                file[at] ^= 1 << (seed % 8);
            }
            let answer = check(&file).await;
            assert!(!matches!(answer, Err(UploadFault::NoAnswer)), "{answer:?}");
        }
    }
}
