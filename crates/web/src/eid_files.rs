//! Official buttons and logos of eIDs, as the operator has them from the eIDs' owners.

use std::collections::HashMap;

use crypto::Digest;
use model::LoginMethod;
use texts::Locale;

/// What a file is used as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EidFileKind {
    /// The whole button, in place of ours; of a language, or of every one that has none of its own.
    Button(Option<Locale>),
    /// Beside the eID's name, in our button.
    Logo,
}

/// A PNG that was encoded here.
#[derive(Clone, Debug)]
pub struct EidPicture {
    /// The file.
    pub png: Vec<u8>,
    /// Pixels in a row, of a screen with two for each CSS pixel.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

/// A picture at its address.
#[derive(Clone, Debug)]
pub(crate) struct EidFile {
    /// Made of the content, so that browsers may keep it for ever.
    pub(crate) path: String,
    pub(crate) png: Vec<u8>,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// Every official file that there is.
#[derive(Clone, Debug, Default)]
pub struct EidFiles(HashMap<(LoginMethod, EidFileKind), EidFile>);

impl EidFiles {
    /// Adds a picture; the last one of a kind counts.
    pub fn add(&mut self, eid: LoginMethod, kind: EidFileKind, picture: EidPicture) {
        let EidPicture { png, width, height } = picture;
        let word = match kind {
            EidFileKind::Button(_) => "button",
            EidFileKind::Logo => "logo",
        };
        let digest: String =
            Digest::of(&png).as_bytes().iter().take(8).map(|it| format!("{it:02x}")).collect();
        let path = format!("/assets/{}-{word}-{digest}.png", eid.as_str());
        self.0.insert((eid, kind), EidFile { path, png, width, height });
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn button(&self, eid: LoginMethod, locale: Locale) -> Option<&EidFile> {
        let of = |locale| self.0.get(&(eid, EidFileKind::Button(locale)));
        of(Some(locale)).or_else(|| of(None))
    }

    pub(crate) fn logo(&self, eid: LoginMethod) -> Option<&EidFile> {
        self.0.get(&(eid, EidFileKind::Logo))
    }

    pub(crate) fn at(&self, path: &str) -> Option<&EidFile> {
        self.0.values().find(|it| it.path == path)
    }
}
