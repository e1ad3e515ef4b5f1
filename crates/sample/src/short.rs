//! Texts cut short for showing.

/// The first twelve characters and an ellipsis; a text that is not longer than sixteen stays.
pub(crate) fn short(text: &str) -> String {
    if text.chars().count() <= 16 {
        return text.to_owned();
    }
    text.chars().take(12).chain(['…']).collect()
}
