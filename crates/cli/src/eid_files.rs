//! The operator's directory of official files of eIDs: `<eid>/button.png`, `<eid>/button.nb.png`, `<eid>/logo.webp`.

use std::{
    fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use console::image_message;
use images::{Bounds, LARGEST_FILE};
use model::LoginMethod;
use texts::{AdminMessage, FieldMessage, Locale};
use web::{EidFileKind, EidFiles, EidPicture};

use crate::image_decoder;

/// What a button or logo has to fit into: 320 × 64 CSS pixels on a screen with two pixels for each.
const BOUNDS: Bounds = Bounds { width: 640, height: 128, bytes: 8 * 1024 };
/// The most files that are looked at, for each eID.
const MOST: usize = 100;

/// Reads every file of the directory; gives with them what is wrong with those that are not used. A directory that is not
/// there has none.
pub(crate) async fn load(directory: &Path) -> (EidFiles, Vec<FieldMessage>) {
    let (mut files, mut faults) = (EidFiles::default(), Vec::new());
    for folder in listed(directory, &mut faults) {
        let eid = folder.file_name().and_then(|it| it.to_str()).and_then(LoginMethod::parse);
        let Some(eid) = eid.filter(|it| it.is_eid() && folder.is_dir()) else {
            faults.push(unknown(&folder));
            continue;
        };
        for path in listed(&folder, &mut faults) {
            match kind(&path) {
                None => faults.push(unknown(&path)),
                Some(kind) => match picture(&path).await {
                    Ok(picture) => files.add(eid, kind, picture),
                    Err(message) => faults.push(message.at(path.display().to_string())),
                },
            }
        }
    }
    (files, faults)
}

fn unknown(path: &Path) -> FieldMessage {
    let eids = LoginMethod::eids().map(LoginMethod::as_str).collect::<Vec<_>>();
    AdminMessage::EidFileUnknown { eids: eids.as_slice().into() }.at(path.display().to_string())
}

/// What lies in a directory, in the order of names. Hidden files are nobody's business.
fn listed(directory: &Path, faults: &mut Vec<FieldMessage>) -> Vec<PathBuf> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Vec::new(),
        Err(error) => {
            faults.push(unreadable(directory, &error).into());
            return Vec::new();
        }
    };
    let is_shown = |it: &PathBuf| it.file_name().is_some_and(|it| !it.as_encoded_bytes().starts_with(b"."));
    let mut paths: Vec<PathBuf> =
        entries.filter_map(Result::ok).map(|it| it.path()).filter(is_shown).take(MOST).collect();
    paths.sort();
    paths
}

fn unreadable(path: &Path, error: &io::Error) -> AdminMessage {
    AdminMessage::PathUnusable { path: path.display().to_string().into(), detail: error.to_string().into() }
}

/// What a file is by its name. Its format is seen in its content, but a name that says another is a mistake.
fn kind(path: &Path) -> Option<EidFileKind> {
    let (name, ending) = path.file_name()?.to_str()?.rsplit_once('.')?;
    if !["png", "jpg", "jpeg", "webp", "svg", "gif"].contains(&ending) {
        return None;
    }
    match name.split_once('.') {
        None if name == "button" => Some(EidFileKind::Button(None)),
        None if name == "logo" => Some(EidFileKind::Logo),
        Some(("button", language)) => Locale::parse(language).map(|it| EidFileKind::Button(Some(it))),
        _ => None,
    }
}

async fn picture(path: &Path) -> Result<EidPicture, AdminMessage> {
    let most = u64::try_from(LARGEST_FILE).unwrap_or(u64::MAX).saturating_add(1);
    let mut file = Vec::new();
    let read = fs::File::open(path).and_then(|it| it.take(most).read_to_end(&mut file));
    read.map_err(|error| unreadable(path, &error))?;
    let picture = image_decoder::decoder().fit(&file, BOUNDS).await.map_err(image_message)?;
    Ok(EidPicture { png: picture.png, width: picture.width, height: picture.height })
}

/// The files that a server uses; what is wrong with others is logged.
pub(crate) async fn load_and_tell(directory: &Path) -> EidFiles {
    let (files, faults) = load(directory).await;
    for fault in faults {
        tracing::warn!("an official file of an eID is not used: {}", fault.line(Locale::En));
    }
    files
}
