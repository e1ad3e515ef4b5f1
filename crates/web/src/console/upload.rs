//! Forms with files.

use axum::{
    body::{Body, Bytes},
    extract::{FromRequest as _, Multipart, Request},
    http::{HeaderMap, header},
};
use http_body_util::BodyExt as _;

use super::filled::Filled;

/// How much of a form that is too large is read to its end, so that the browser gets an answer and not an end of the connection.
const MOST_DISCARDED: usize = 16 * 1024 * 1024;

/// A form with files, as far as it was read.
#[derive(Clone, Debug, Default)]
pub(super) struct Upload {
    /// Whether it had more bytes than its address takes. Nothing of it is kept then.
    pub(super) is_too_large: bool,
    files: Vec<(String, Bytes)>,
}

impl Upload {
    /// What is in a file field; `None` where no file was chosen.
    pub(super) fn file(&self, name: &str) -> Option<&[u8]> {
        let found = self.files.iter().find(|(known, content)| known == name && !content.is_empty());
        found.map(|(_, content)| content.as_ref())
    }
}

/// Says whether a body claims to be a form with files.
pub(super) fn is_multipart(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("multipart/form-data")
}

/// Reads at most `most` bytes; `Ok(None)`: there were more. Whatever follows is read and forgotten.
pub(super) async fn body_of(mut body: Body, most: usize) -> Result<Option<Vec<u8>>, axum::Error> {
    let (mut kept, mut length) = (Vec::new(), 0_usize);
    while let Some(frame) = body.frame().await {
        let Ok(part) = frame?.into_data() else { continue };
        length = length.saturating_add(part.len());
        if length <= most {
            kept.extend_from_slice(&part);
        } else {
            kept = Vec::new();
        }
        if length > MOST_DISCARDED {
            break;
        }
    }
    Ok((length <= most).then_some(kept))
}

/// Takes a form with files apart; `None`: it is none.
pub(super) async fn taken_apart(headers: &HeaderMap, body: Vec<u8>) -> Option<(Filled, Upload)> {
    let mut request = Request::new(Body::from(body));
    request.headers_mut().insert(header::CONTENT_TYPE, headers.get(header::CONTENT_TYPE)?.clone());
    let mut parts = Multipart::from_request(request, &()).await.ok()?;
    let (mut fields, mut upload) = (Vec::new(), Upload::default());
    while let Some(part) = parts.next_field().await.ok()? {
        let name = part.name().unwrap_or_default().to_owned();
        if part.file_name().is_some() {
            upload.files.push((name, part.bytes().await.ok()?));
        } else {
            fields.push((name, part.text().await.ok()?));
        }
    }
    Some((Filled::of(fields.into_iter()), upload))
}

#[cfg(test)]
mod tests {
    use axum::{
        body::Body,
        http::{HeaderMap, HeaderValue, header},
    };

    use super::{body_of, is_multipart, taken_apart};

    fn headers(kind: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        headers
    }

    #[tokio::test]
    async fn fields_and_files_are_told_apart_and_no_file_is_none() {
        let headers = headers("multipart/form-data; boundary=x");
        let part = |head: &str, value: &str| {
            format!("--x\r\ncontent-disposition: form-data; {head}\r\n\r\n{value}\r\n")
        };
        let body = [
            part("name=\"version\"", "3\r\nand more"),
            part("name=\"logo\"; filename=\"a.png\"", "\0PNG"),
            part("name=\"chain\"; filename=\"\"", ""),
        ];
        let body = format!("{}--x--\r\n", body.concat());

        let (fields, upload) = taken_apart(&headers, body.into_bytes()).await.unwrap();

        assert_eq!((fields.get("version"), upload.file("logo")), ("3\nand more", Some(b"\0PNG".as_slice())));
        assert_eq!((fields.get("logo"), upload.file("chain")), ("", None));
        assert!(is_multipart(&headers) && taken_apart(&headers, b"--x\r\n".to_vec()).await.is_none());
    }

    #[tokio::test]
    async fn a_body_that_is_too_large_is_read_and_not_kept() {
        let exact = body_of(Body::from(vec![0; 9]), 9).await.unwrap();
        let larger = body_of(Body::from(vec![0; 10]), 9).await.unwrap();

        assert_eq!((exact.map(|it| it.len()), larger), (Some(9), None));
        assert!(!is_multipart(&headers("application/x-www-form-urlencoded")));
    }
}
