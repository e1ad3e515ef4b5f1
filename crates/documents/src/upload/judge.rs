//! From a file to the number of its pages; runs in the child only, but for the first look.

use lopdf::{DecompressError, Document, Error, LoadOptions, Object, Stream};

use super::{LARGEST_UPLOAD, MOST_UPLOAD_PAGES, active, fault::UploadFault};

/// The most bytes that one stream may unpack to: a page of A4 in colour, scanned with 400 dots in an inch, takes 44 MiB.
const LARGEST_STREAM: usize = 64 * 1024 * 1024;
/// The same for all streams together.
const LARGEST_CONTENT: usize = 512 * 1024 * 1024;

/// What can be said without reading: it is not empty, not too large, and begins as a PDF.
pub(super) fn look(file: &[u8]) -> Result<(), UploadFault> {
    if file.is_empty() {
        return Err(UploadFault::Empty);
    }
    if file.len() > LARGEST_UPLOAD {
        return Err(UploadFault::TooLarge);
    }
    // Readers look further into a file for this; such files are also something else.
    if !file.starts_with(b"%PDF-") {
        return Err(UploadFault::NotPdf);
    }
    Ok(())
}

/// Reads a file and counts its pages. It is read twice: by its own table of objects, and by looking for objects in it, as
/// readers do that mend files. Both must be harmless.
pub(super) fn pages(file: &[u8]) -> Result<usize, UploadFault> {
    look(file)?;
    check_end(file)?;
    if let Some(fault) = active::of_bytes(file) {
        return Err(fault);
    }
    let pages = checked(&read(file, false)?)?;
    check_active(&read(file, true)?)?;
    Ok(pages)
}

/// Counts the pages of a document that is whole, harmless and not too much.
fn checked(document: &Document) -> Result<usize, UploadFault> {
    if document.xref_recovery.is_some() || !is_whole(document) {
        return Err(UploadFault::Malformed);
    }
    check_active(document)?;
    check_content(document)?;
    match document.page_iter().take(MOST_UPLOAD_PAGES + 1).count() {
        0 => Err(UploadFault::Malformed),
        pages if pages > MOST_UPLOAD_PAGES => Err(UploadFault::TooManyPages),
        pages => Ok(pages),
    }
}

/// Refuses a file without an end, and one that goes on after it.
fn check_end(file: &[u8]) -> Result<(), UploadFault> {
    const END: &[u8] = b"%%EOF";
    let end = file.windows(END.len()).rposition(|it| it == END).ok_or(UploadFault::Malformed)?;
    let after = file.get(end + END.len()..).unwrap_or_default();
    let is_blank = after.iter().all(|it| matches!(it, b'\0' | b'\t' | b'\n' | b'\x0c' | b'\r' | b' '));
    if is_blank { Ok(()) } else { Err(UploadFault::DataAfterEnd) }
}

fn read(file: &[u8], force_reconstruct: bool) -> Result<Document, UploadFault> {
    let options = LoadOptions {
        max_decompressed_size: Some(LARGEST_STREAM),
        force_reconstruct,
        ..LoadOptions::default()
    };
    Document::load_mem_with_options(file, options).map_err(|error| match error {
        Error::Decompress(DecompressError::MemoryLimitExceeded { .. }) => UploadFault::TooExpensive,
        Error::Decryption(_) | Error::InvalidPassword => UploadFault::Encrypted,
        _ => UploadFault::Malformed,
    })
}

/// Whether every object that the table has could be read. One that could not is too deep, or damaged; another reader may see more.
fn is_whole(document: &Document) -> bool {
    let mut used =
        document.reference_table.entries.iter().filter(|(_, it)| it.is_normal() || it.is_compressed());
    used.all(|(id, _)| document.objects.range((*id, 0)..=(*id, u16::MAX)).next().is_some())
}

fn check_active(document: &Document) -> Result<(), UploadFault> {
    let in_trailer = active::of_dictionary(&document.trailer);
    in_trailer.or_else(|| document.objects.values().find_map(active::of_object)).map_or(Ok(()), Err)
}

/// Unpacks every stream, to see that it can be done at a bearable price.
fn check_content(document: &Document) -> Result<(), UploadFault> {
    let mut left = LARGEST_CONTENT;
    for object in document.objects.values() {
        if let Object::Stream(stream) = object {
            let size = unpacked(stream)?;
            left = left.checked_sub(size).ok_or(UploadFault::TooExpensive)?;
        }
    }
    Ok(())
}

fn unpacked(stream: &Stream) -> Result<usize, UploadFault> {
    if !stream.dict.has(b"Filter") {
        return Ok(0);
    }
    match stream.decompressed_content_with_limit(LARGEST_STREAM) {
        Ok(content) => Ok(content.len()),
        Err(Error::Decompress(
            DecompressError::MemoryLimitExceeded { .. } | DecompressError::TooManyFilters { .. },
        )) => Err(UploadFault::TooExpensive),
        // Pictures are not looked at. What has objects must be read.
        Err(Error::Unimplemented(_)) if !stream.dict.has_type(b"ObjStm") => Ok(0),
        Err(_) => Err(UploadFault::Malformed),
    }
}
