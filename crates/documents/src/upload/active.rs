//! What a document may do, found by the names that it is written with.
//!
//! Spec: ISO 32000-1:2008 §7.11.4 (embedded files), §12.5.6 (annotations), §12.6.4 (actions), §12.7.8 (XFA)

use lopdf::{Dictionary, Object};

use super::fault::UploadFault;

/// Keys that stand for something active, whatever their value is.
const KEYS: [(&[u8], UploadFault); 9] = [
    (b"JS", UploadFault::JavaScript),
    (b"JavaScript", UploadFault::JavaScript),
    (b"XFA", UploadFault::Xfa),
    (b"EF", UploadFault::EmbeddedFile),
    (b"EmbeddedFiles", UploadFault::EmbeddedFile),
    (b"Collection", UploadFault::EmbeddedFile),
    (b"RichMediaContent", UploadFault::RichMedia),
    (b"RichMediaSettings", UploadFault::RichMedia),
    (b"Encrypt", UploadFault::Encrypted),
];

/// Names that say what an action (`S`), an annotation (`Subtype`) or an object (`Type`) is.
const NAMES: [(&[u8], &[u8], UploadFault); 18] = [
    (b"S", b"JavaScript", UploadFault::JavaScript),
    (b"S", b"Launch", UploadFault::Launch),
    (b"S", b"GoToR", UploadFault::Launch),
    (b"S", b"GoToE", UploadFault::EmbeddedFile),
    (b"S", b"SubmitForm", UploadFault::SubmitForm),
    (b"S", b"ImportData", UploadFault::SubmitForm),
    (b"S", b"Rendition", UploadFault::RichMedia),
    (b"S", b"Movie", UploadFault::RichMedia),
    (b"S", b"Sound", UploadFault::RichMedia),
    (b"S", b"RichMediaExecute", UploadFault::RichMedia),
    (b"S", b"GoTo3DView", UploadFault::RichMedia),
    (b"Subtype", b"FileAttachment", UploadFault::EmbeddedFile),
    (b"Subtype", b"RichMedia", UploadFault::RichMedia),
    (b"Subtype", b"Movie", UploadFault::RichMedia),
    (b"Subtype", b"Screen", UploadFault::RichMedia),
    (b"Subtype", b"Sound", UploadFault::RichMedia),
    (b"Subtype", b"3D", UploadFault::RichMedia),
    (b"Type", b"EmbeddedFile", UploadFault::EmbeddedFile),
];

/// Long names that are looked for in the bytes too: also what the table of objects hides, or an older version of the file.
const WORDS: [(&[u8], UploadFault); 6] = [
    (b"/Encrypt", UploadFault::Encrypted),
    (b"/JavaScript", UploadFault::JavaScript),
    (b"/EmbeddedFile", UploadFault::EmbeddedFile),
    (b"/RichMedia", UploadFault::RichMedia),
    (b"/SubmitForm", UploadFault::SubmitForm),
    (b"/Launch", UploadFault::Launch),
];

/// Finds what an object may do, and what is in it. Its depth is limited by the parser.
pub(super) fn of_object(object: &Object) -> Option<UploadFault> {
    match object {
        Object::Array(them) => them.iter().find_map(of_object),
        Object::Dictionary(dictionary) => of_dictionary(dictionary),
        Object::Stream(stream) => of_dictionary(&stream.dict),
        _ => None,
    }
}

/// The same for a dictionary.
pub(super) fn of_dictionary(dictionary: &Dictionary) -> Option<UploadFault> {
    dictionary.iter().find_map(|(key, value)| {
        let by_key = KEYS.iter().find(|(it, _)| it == key).map(|(_, fault)| *fault);
        let name = value.as_name().unwrap_or_default();
        let by_name =
            || NAMES.iter().find(|(it, wanted, _)| it == key && *wanted == name).map(|(.., it)| *it);
        by_key.or_else(by_name).or_else(|| of_object(value))
    })
}

/// Finds it in bytes that nobody has parsed.
pub(super) fn of_bytes(file: &[u8]) -> Option<UploadFault> {
    let has = |word: &[u8]| {
        // Names are rare among all bytes, so the search goes from one slash to the next.
        let mut rest = file;
        while let Some(at) = rest.iter().position(|it| *it == b'/') {
            rest = rest.get(at..).unwrap_or_default();
            if rest.starts_with(word) {
                return true;
            }
            rest = rest.get(1..).unwrap_or_default();
        }
        false
    };
    WORDS.iter().find(|(word, _)| has(word)).map(|(_, fault)| *fault)
}
