//! The place of a seal in a PDF: what is appended, and the hole that the signature goes into.
//!
//! Spec: ISO 32000-1:2008 §7.5.6 (incremental updates), §12.7.4.5 and §12.8.1 (signature fields and dictionaries)
//! <https://opensource.adobe.com/dc-acrobat-sdk-docs/pdfstandards/PDF32000_2008.pdf>, ETSI EN 319 142-1 V1.2.1 §6.3

use std::ops::Range;

use crypto::sha256;
use lopdf::{Dictionary, Document as Read, IncrementalDocument, Object, ObjectId, StringFormat, dictionary};

use super::fault::SealError;

/// The most digits of an offset; the numbers are known only when everything is written.
const UNKNOWN: i64 = 9_999_999_999;

/// What a reader shows of a seal, in the language of the document.
struct Words {
    name: &'static str,
    reason: &'static str,
}

const NORWEGIAN: Words = Words {
    name: "Organisasjonens segl",
    reason: "Organisasjonens segl: viser hvem dokumentet kommer fra, og at det ikke er endret",
};
const ENGLISH: Words = Words {
    name: "Seal of the organisation",
    reason: "Seal of the organisation: shows who the document comes from, and that it was not changed",
};

/// A PDF with everything but the signature.
#[derive(Clone, Debug)]
pub(super) struct Hollow {
    bytes: Vec<u8>,
    /// The hexadecimal string of the signature, with its brackets: the only bytes that it does not cover.
    hole: Range<usize>,
}

impl Hollow {
    /// Appends a signature field with room for a signature of so many bytes. `at` is a date of PDF.
    pub(super) fn of(pdf: &[u8], at: &str, room: usize) -> Result<Self, SealError> {
        let read = Read::load_mem(pdf).map_err(|_| SealError::NotOurs)?;
        let mut update = IncrementalDocument::create_from(pdf.to_vec(), read);
        append(&mut update, pdf, at, room)?;
        let mut bytes = Vec::new();
        update.save_to(&mut bytes).map_err(|error| SealError::Library(error.to_string()))?;
        Self::find(bytes, pdf.len(), room)
            .ok_or_else(|| SealError::Library("no place for a signature".to_owned()))
    }

    /// Finds the hole and says where it is.
    fn find(mut bytes: Vec<u8>, appended_at: usize, room: usize) -> Option<Self> {
        let position = |text: &[u8]| {
            let appended = bytes.get(appended_at..)?;
            Some(appended_at + appended.windows(text.len()).position(|it| it == text)?)
        };
        let begin = position(b"/Contents<")? + b"/Contents".len();
        let hole = begin..begin + 2 + 2 * room;
        if bytes.get(hole.end - 1) != Some(&b'>') {
            return None;
        }
        let blank = format!("{UNKNOWN} {UNKNOWN} {UNKNOWN}");
        let numbers = position(blank.as_bytes())?;
        let known = format!("{} {} {}", hole.start, hole.end, bytes.len() - hole.end);
        let known = format!("{known:<width$}", width = blank.len());
        bytes.get_mut(numbers..numbers + blank.len())?.copy_from_slice(known.as_bytes());
        Some(Self { bytes, hole })
    }

    /// The digest of everything but the hole.
    pub(super) fn digest(&self) -> [u8; 32] {
        let mut covered = self.bytes.clone();
        covered.drain(self.hole.clone());
        sha256(&covered)
    }

    /// Puts the signature in; `None` where it does not fit.
    pub(super) fn filled(&self, signature: &[u8]) -> Option<Vec<u8>> {
        let mut bytes = self.bytes.clone();
        let room = bytes.get_mut(self.hole.start + 1..self.hole.end - 1)?;
        let digits = signature.iter().flat_map(|it| [it >> 4, it & 15]).map(|it| match it {
            0..=9 => b'0' + it,
            _ => b'a' + it - 10,
        });
        if signature.len() * 2 > room.len() {
            return None;
        }
        for (place, digit) in room.iter_mut().zip(digits) {
            *place = digit;
        }
        Some(bytes)
    }
}

/// The objects that are new or changed: the signature, its field, the page and the structure that have it, the catalog.
fn append(update: &mut IncrementalDocument, pdf: &[u8], at: &str, room: usize) -> Result<(), SealError> {
    let read = update.get_prev_documents();
    let catalog = read.catalog().map_err(|_| SealError::NotOurs)?;
    if catalog.has(b"AcroForm") {
        return Err(SealError::Sealed);
    }
    let is_norwegian = catalog.get(b"Lang").and_then(Object::as_str).is_ok_and(|it| it.starts_with(b"nb"));
    let words = if is_norwegian { NORWEGIAN } else { ENGLISH };
    let id = |dictionary: &Dictionary, key: &[u8]| dictionary.get(key).and_then(Object::as_reference).ok();
    let root = id(&read.trailer, b"Root").ok_or(SealError::NotOurs)?;
    let structure = id(catalog, b"StructTreeRoot").ok_or(SealError::NotOurs)?;
    let page = read.get_pages().into_values().next().ok_or(SealError::NotOurs)?;
    for changed in [root, structure, page] {
        update.opt_clone_object_to_new_document(changed).map_err(|_| SealError::NotOurs)?;
    }
    let signature = update.new_document.add_object(signature(at, room, &words));
    let widget = update.new_document.new_object_id();
    let number = tag(update, (structure, page, widget)).ok_or(SealError::NotOurs)?;
    update.new_document.set_object(widget, field((signature, page), number, &words));
    let mut change = |changed: ObjectId, key: &str, value: Object| {
        let object = update.new_document.get_object_mut(changed).and_then(Object::as_dict_mut);
        object.map(|it| it.set(key, value)).map_err(|_| SealError::NotOurs)
    };
    change(page, "Annots", vec![widget.into()].into())?;
    // Signatures exist (1), and a change other than an appended one would break them (2): §12.7.2, table 219.
    change(root, "AcroForm", dictionary! { "Fields" => vec![widget.into()], "SigFlags" => 3 }.into())?;
    // The first half of the identifier stays, the second is the file's own: §14.4.
    let file = sha256(pdf).get(..16).unwrap_or_default().to_vec();
    if let Ok(identifier) = update.new_document.trailer.get_mut(b"ID").and_then(Object::as_array_mut)
        && let Some(second) = identifier.get_mut(1)
    {
        *second = Object::String(file, StringFormat::Hexadecimal);
    }
    Ok(())
}

fn signature(at: &str, room: usize, words: &Words) -> Dictionary {
    dictionary! {
        "Type" => "Sig",
        "Filter" => "Adobe.PPKLite",
        "SubFilter" => "ETSI.CAdES.detached",
        "M" => Object::string_literal(at),
        "Reason" => Object::string_literal(words.reason),
        "ByteRange" => vec![0.into(), UNKNOWN.into(), UNKNOWN.into(), UNKNOWN.into()],
        "Contents" => Object::String(vec![0; room], StringFormat::Hexadecimal),
    }
}

/// The field and its widget in one. It has no size, so that PDF/A asks for no appearance: what is sealed is said by the text.
fn field((signature, page): (ObjectId, ObjectId), number: i64, words: &Words) -> Dictionary {
    dictionary! {
        "Type" => "Annot",
        "Subtype" => "Widget",
        "FT" => "Sig",
        "T" => Object::string_literal("seal"),
        "TU" => Object::string_literal(words.name),
        "V" => signature,
        "P" => page,
        "Rect" => vec![0.into(), 0.into(), 0.into(), 0.into()],
        // Printed (4), and locked (128) because nobody shall move it.
        "F" => 132,
        "StructParent" => number,
    }
}

/// Gives the widget its place in the structure of the document, as PDF/UA asks for; its number in the tree of parents.
///
/// Spec: ISO 14289-1:2014 §7.18.4, ISO 32000-1:2008 §14.7.4.4
fn tag(
    update: &mut IncrementalDocument,
    (structure, page, widget): (ObjectId, ObjectId, ObjectId),
) -> Option<i64> {
    let root = update.get_prev_documents().get_object(structure).and_then(Object::as_dict).ok()?;
    let number = root.get(b"ParentTreeNextKey").and_then(Object::as_i64).ok()?;
    let top = root.get(b"K").and_then(Object::as_array).ok()?.first()?.as_reference().ok()?;
    let content = dictionary! { "Type" => "OBJR", "Obj" => widget, "Pg" => page };
    let form =
        dictionary! { "Type" => "StructElem", "S" => "Form", "P" => top, "Pg" => page, "K" => content };
    let form = update.new_document.add_object(form);
    update.opt_clone_object_to_new_document(top).ok()?;
    let top = update.new_document.get_object_mut(top).and_then(Object::as_dict_mut).ok()?;
    top.get_mut(b"K").and_then(Object::as_array_mut).ok()?.push(form.into());
    let root = update.new_document.get_object_mut(structure).and_then(Object::as_dict_mut).ok()?;
    let parents = root.get_mut(b"ParentTree").and_then(Object::as_dict_mut).ok()?;
    parents.get_mut(b"Nums").and_then(Object::as_array_mut).ok()?.extend([number.into(), form.into()]);
    root.set("ParentTreeNextKey", number.checked_add(1)?);
    Some(number)
}
