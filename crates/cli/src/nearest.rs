//! The name that was probably meant.

use texts::{AdminMessage, FieldMessage};

/// Gives the name of `names` that is nearest to `wrong`, if one is near.
pub(crate) fn nearest<'n>(wrong: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let near = names.map(|name| (distance(wrong, name), name)).min()?;
    (near.0 <= 1 + wrong.len() / 4).then_some(near.1)
}

/// Counts the letters to insert, remove or replace (Levenshtein).
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (at, letter) in from.chars().enumerate() {
        let mut next = vec![at + 1];
        for ((other, above), diagonal) in to.iter().zip(row.iter().skip(1)).zip(&row) {
            let left = next.last().copied().unwrap_or_default();
            let replaced = diagonal + usize::from(*other != letter);
            next.push(replaced.min(above + 1).min(left + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

/// A fault that names the member that was probably meant, where one is near, in place of all that there are.
pub(crate) fn with_nearest(fault: FieldMessage) -> FieldMessage {
    let AdminMessage::MemberUnknown { name, known } = &fault.message else { return fault };
    let near = nearest(name.as_str(), known.words()).map(|near| near.to_owned().into());
    match near {
        Some(near) => {
            let message = AdminMessage::MemberMistyped { name: name.clone(), near };
            FieldMessage { message, ..fault }
        }
        None => fault,
    }
}
