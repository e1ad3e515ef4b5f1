//! From a text to lines that fit.

use krilla::text::KrillaGlyph;
use unicode_normalization::UnicodeNormalization as _;

use crate::face::Face;

/// A line, shaped.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// What it says, with the space that ended it: whoever copies two lines gets two words.
    pub(crate) text: String,
    /// Its glyphs.
    pub(crate) glyphs: Vec<KrillaGlyph>,
}

impl Line {
    pub(crate) fn new(face: &Face, text: String) -> Self {
        Self { glyphs: face.shape(&text), text }
    }
}

/// A text as it can be set: composed letters, no controls, no characters that change the direction or are not seen.
/// What is left of white space is spaces, no-break spaces and line feeds.
pub(crate) fn clean(text: &str) -> String {
    let is_unseen = |it: char| {
        matches!(it, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
    };
    let plain = |it: char| match it {
        '\n' | '\u{2028}' | '\u{2029}' => '\n',
        '\u{202f}' | '\u{2007}' => '\u{a0}',
        it if it.is_control() || (it.is_whitespace() && it != '\u{a0}') => ' ',
        // Private characters and non-characters mean nothing to a reader, and PDF/A does not allow them.
        '\u{e000}'..='\u{f8ff}' | '\u{f0000}'.. | '\u{fffe}' | '\u{ffff}' => '\u{25a1}',
        it => it,
    };
    text.replace("\r\n", "\n").chars().filter(|it| !is_unseen(*it)).map(plain).nfc().collect()
}

/// Breaks a cleaned text into lines of at most `width` points. A word that is wider than a line is broken after a mark, else
/// anywhere. An empty text is one line with a space.
pub(crate) fn lines(face: &Face, size: f32, text: &str, width: f32) -> Vec<Line> {
    let mut lines = Vec::new();
    for paragraph in text.trim_end().split('\n') {
        let (mut line, mut taken) = (String::new(), 0.0);
        for piece in pieces(face, size, paragraph, width) {
            let seen = face.width(piece.trim_end_matches(' '), size);
            if !line.is_empty() && taken + seen > width {
                lines.push(Line::new(face, std::mem::take(&mut line)));
                taken = 0.0;
            }
            line.push_str(piece);
            taken += face.width(piece, size);
        }
        if line.is_empty() {
            line.push(' ');
        }
        lines.push(Line::new(face, line));
    }
    lines
}

/// The width of the widest piece that is not broken without need, and of the widest paragraph on one line.
pub(crate) fn widths(face: &Face, size: f32, text: &str) -> (f32, f32) {
    let widest = |parts: &mut dyn Iterator<Item = &str>| {
        parts.map(|it| face.width(it.trim_end_matches(' '), size)).fold(0.0, f32::max)
    };
    let mut words = text.split('\n').flat_map(|it| split_after(it, is_break));
    (widest(&mut words), widest(&mut text.split('\n')))
}

/// The pieces between which a line may end; each fits into a line.
fn pieces<'a>(face: &Face, size: f32, text: &'a str, width: f32) -> Vec<&'a str> {
    let fits = |it: &str| face.width(it.trim_end_matches(' '), size) <= width;
    let mut pieces = Vec::new();
    for word in split_after(text, is_break) {
        if fits(word) {
            pieces.push(word);
            continue;
        }
        for part in split_after(word, is_mark) {
            let mut rest = part;
            while !fits(rest) {
                let (head, tail) = rest.split_at(face.fitting(rest, size, width));
                pieces.push(head);
                rest = tail;
            }
            pieces.push(rest);
        }
    }
    pieces
}

/// A line may end after spaces, and after a hyphen, dash or slash within a word.
fn is_break(before: Option<char>, mark: char, after: char) -> bool {
    match mark {
        ' ' => after != ' ',
        '-' | '\u{2010}' | '/' => before.is_some_and(char::is_alphanumeric) && after.is_alphabetic(),
        '\u{2013}' | '\u{2014}' => after != ' ',
        _ => false,
    }
}

/// Where an address that is too long is broken.
fn is_mark(_: Option<char>, mark: char, _: char) -> bool {
    matches!(mark, '.' | '@' | '/' | '-' | '_' | '&' | '?' | '=' | ':' | ';' | ',' | '%' | '+')
}

/// The parts of a text that end where `is_end` says, of a character with its neighbours.
fn split_after(text: &str, is_end: fn(Option<char>, char, char) -> bool) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut before) = (0, None);
    let mut characters = text.char_indices().peekable();
    while let Some((_, character)) = characters.next() {
        if let Some((next, after)) = characters.peek().copied()
            && is_end(before, character, after)
        {
            parts.extend(text.get(start..next));
            start = next;
        }
        before = Some(character);
    }
    parts.extend(text.get(start..).filter(|it| !it.is_empty()));
    parts
}

#[cfg(test)]
mod tests {
    use super::{clean, lines};
    use crate::face::{Faces, Weight};

    fn broken(text: &str, width: f32) -> Vec<String> {
        let faces = Faces::load().unwrap();
        let face = faces.of(Weight::Regular);
        let lines = lines(face, 10.0, &clean(text), width);
        for line in &lines {
            let seen: f32 = face.width(line.text.trim_end(), 10.0);
            assert!(seen <= width + 0.1, "{} is {seen} points wide", line.text);
        }
        lines.into_iter().map(|it| it.text).collect()
    }

    #[test]
    fn a_line_ends_after_a_space_or_a_hyphen_and_nothing_is_lost() {
        let text = "Kari Nordmann-Hansen godkjenner bestillingen på vegne av Eple AS 974 760 673.";
        let lines = broken(text, 110.0);
        assert!(lines.len() > 3 && lines.concat() == text, "{lines:?}");
        assert!(lines.iter().all(|it| it.ends_with([' ', '-', '.'])), "{lines:?}");
    }

    #[test]
    fn a_number_with_no_break_spaces_stays_on_one_line() {
        let lines = broken("Organisasjonsnummer 974\u{a0}760\u{a0}673", 130.0);
        assert_eq!(lines, ["Organisasjonsnummer ", "974\u{a0}760\u{a0}673"]);
    }

    #[test]
    fn an_address_that_is_too_long_is_broken_after_a_mark_and_a_word_anywhere() {
        let lines = broken("https://login.eple.example/callback/no-bankid", 100.0);
        assert!(lines.iter().rev().skip(1).all(|it| it.ends_with(['/', '.', '-'])), "{lines:?}");
        assert_eq!(broken(&"W".repeat(100), 100.0).concat().len(), 100);
        assert_eq!(broken("WW", 12.0), ["W", "W"]);
    }

    #[test]
    fn line_feeds_are_kept_and_characters_that_deceive_are_not() {
        assert_eq!(broken("a\r\nb\n\nc\n", 100.0), ["a", "b", " ", "c"]);
        assert_eq!(clean("Kari\u{202e}\u{200b} A\u{30a}s\t\u{0}\u{ad}x\u{e001}"), "Kari Ås  x□");
        assert_eq!(broken("", 100.0), [" "]);
    }
}
