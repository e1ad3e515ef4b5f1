//! Looks for secrets in files, in every form in which one could have been written there.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use crypto::b64;

/// What is shorter could stand anywhere by chance.
const SHORTEST: usize = 8;
/// A longer value is looked for in pieces: a database may keep it in several places.
const PIECE: usize = 24;

/// What is looked for, by its first bytes.
pub(crate) struct Canaries {
    /// Which first four bytes there are at all.
    begins: Vec<bool>,
    /// By their first eight bytes.
    forms: BTreeMap<[u8; SHORTEST], Vec<(Vec<u8>, usize)>>,
    what: Vec<String>,
}

fn place(bytes: &[u8]) -> usize {
    let first = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    usize::try_from(first.wrapping_mul(0x9E37_79B1) >> 10).unwrap()
}

fn hex(bytes: &[u8], upper: bool) -> Vec<u8> {
    let write = |it: &u8| if upper { format!("{it:02X}") } else { format!("{it:02x}") };
    bytes.iter().map(write).collect::<String>().into_bytes()
}

/// Base64 of the value at each of the three places where it can begin; what its neighbours decide is left out.
fn base64(bytes: &[u8]) -> Vec<Vec<u8>> {
    let shifted = (0..3_usize).map(|ahead| {
        let text = b64::encode_standard(&[&vec![0; ahead], bytes].concat());
        let (from, whole) = ((ahead * 8).div_ceil(6), (ahead + bytes.len()) * 8 / 6);
        text.as_bytes()[from..whole].to_vec()
    });
    let url = |it: &Vec<u8>| {
        it.iter()
            .map(|it| match it {
                b'+' => b'-',
                b'/' => b'_',
                other => *other,
            })
            .collect()
    };
    shifted.flat_map(|it| [url(&it), it]).collect()
}

fn forms(bytes: &[u8]) -> BTreeSet<Vec<u8>> {
    let encoded: String = form_urlencoded::byte_serialize(bytes).collect();
    let mut all = BTreeSet::from([
        bytes.to_vec(),
        hex(bytes, false),
        hex(bytes, true),
        encoded.replace('+', "%20").into_bytes(),
        encoded.to_lowercase().into_bytes(),
        encoded.into_bytes(),
    ]);
    all.extend(base64(bytes));
    all
}

/// The pieces of a value that nobody else's has: of a JWS not its header.
fn pieces(value: &str) -> Vec<Vec<u8>> {
    let parts: Vec<&str> = value.split('.').collect();
    let parts = if parts.len() == 3 && value.starts_with("eyJ") { &parts[1..] } else { &[value][..] };
    let mut all = Vec::new();
    for part in parts {
        // The claims begin alike in every token.
        let bytes = if parts.len() > 1 { &part.as_bytes()[part.len() / 3..] } else { part.as_bytes() };
        if bytes.len() <= 2 * PIECE {
            all.push(bytes.to_vec());
        } else {
            all.extend(bytes.chunks_exact(PIECE).map(<[u8]>::to_vec));
        }
        // A token is text for random bytes, which may have been kept as such.
        all.extend(b64::decode(part).filter(|it| it.len() == 32));
    }
    all
}

impl Canaries {
    /// Of values, each with what it is.
    pub(crate) fn new<'a>(values: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut it = Self { begins: vec![false; 1 << 22], forms: BTreeMap::new(), what: Vec::new() };
        for (value, what) in values.into_iter().filter(|it| it.0.len() >= SHORTEST) {
            let number = it.what.len();
            it.what.push(what.to_owned());
            for form in pieces(value).iter().flat_map(|piece| forms(piece)) {
                if let Some(first) = form.first_chunk::<SHORTEST>() {
                    it.begins[place(first)] = true;
                    it.forms.entry(*first).or_default().push((form, number));
                }
            }
        }
        it
    }

    /// How many values there are.
    pub(crate) fn len(&self) -> usize {
        self.what.len()
    }

    /// What is found in these bytes, without saying the value: which kind, and where.
    pub(crate) fn found(&self, bytes: &[u8]) -> BTreeMap<usize, (String, usize)> {
        let mut found = BTreeMap::new();
        for (at, first) in bytes.windows(SHORTEST).enumerate() {
            if !self.begins[place(first)] {
                continue;
            }
            let first: [u8; SHORTEST] = first.try_into().unwrap();
            for (form, number) in self.forms.get(&first).into_iter().flatten() {
                if bytes[at..].starts_with(form) {
                    found.entry(*number).or_insert_with(|| (self.what[*number].clone(), at));
                }
            }
        }
        found
    }

    /// Looks through files; gives what was found, in words, and how many bytes were looked at.
    pub(crate) fn look_through(&self, files: &[PathBuf]) -> (Vec<String>, usize) {
        let (mut found, mut looked) = (Vec::new(), 0);
        for file in files {
            let bytes = fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            looked += bytes.len();
            let here = self.found(&bytes);
            let mut kinds: BTreeMap<String, (usize, usize)> = BTreeMap::new();
            for (what, at) in here.into_values() {
                kinds.entry(what).or_insert((0, at)).0 += 1;
            }
            let name = file.file_name().unwrap_or_default().display();
            found.extend(kinds.into_iter().map(|(what, (count, at))| {
                format!("{name} has {count} values of the kind {what:?}, one at byte {at}")
            }));
        }
        (found, looked)
    }

    /// Proves that nothing could have been missed: every form of a value, written into a file, is found there.
    pub(crate) fn can_find(folder: &Path, value: &str) -> bool {
        let file = folder.join("planted");
        let written = forms(value.as_bytes()).into_iter().all(|form| {
            fs::write(&file, [b"before ", form.as_slice(), b" after"].concat()).unwrap();
            let (found, _) = Self::new([(value, "planted")]).look_through(std::slice::from_ref(&file));
            found.len() == 1
        });
        fs::remove_file(file).unwrap();
        written
    }
}

#[cfg(test)]
mod tests {
    use super::{Canaries, b64};

    const SECRET: &str = "Kari Nordmann, 12.34 & co/?";

    fn is_found(value: &str, text: &[u8]) -> bool {
        !Canaries::new([(value, "secret")]).found(text).is_empty()
    }

    #[test]
    fn a_secret_is_found_in_every_form_and_at_every_place() {
        for ahead in 0..4 {
            let text = ["x".repeat(ahead).as_bytes(), SECRET.as_bytes(), b" and more"].concat();
            assert!(is_found(SECRET, &text));
            assert!(is_found(SECRET, b64::encode(&text).as_bytes()), "{ahead}");
            assert!(is_found(SECRET, b64::encode_standard(&text).as_bytes()), "{ahead}");
            assert!(
                is_found(SECRET, &super::hex(&text, false)) && is_found(SECRET, &super::hex(&text, true))
            );
            let encoded: String = form_urlencoded::byte_serialize(&text).collect();
            assert!(is_found(SECRET, encoded.as_bytes()));
            assert!(is_found(SECRET, encoded.replace('+', "%20").as_bytes()));
        }
        assert!(!is_found(SECRET, b"Kari Nordmenn, 12.34 & co/?"));
    }

    #[test]
    fn a_token_is_found_by_any_of_its_pieces_and_as_the_bytes_it_stands_for() {
        let token = format!("eyJhbGciOiJSUzI1NiJ9.{}.{}", "payload-".repeat(30), "signature".repeat(38));
        assert!(is_found(&token, &token.as_bytes()[200..400]));
        assert!(!is_found(&token, b"eyJhbGciOiJSUzI1NiJ9."));
        let random = [7_u8; 32];
        assert!(is_found(&b64::encode(&random), &[&b"row"[..], &random, b"row"].concat()));
    }
}
