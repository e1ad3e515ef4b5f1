//! What is said on a page of the console: a sentence of `texts`, or what somebody entered.

use texts::say;

use crate::page::Speaker;

/// A text. What is entered (names, addresses, ids) is plain and has no language of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Text {
    /// A sentence by its key.
    Key(&'static str),
    /// A sentence by its key, with what varies in it: name and value.
    With(&'static str, Vec<(&'static str, String)>),
    /// As it is.
    Plain(String),
    /// As it is, and a name of the computer's: an id, an address, a key.
    Code(String),
}

impl Default for Text {
    fn default() -> Self {
        Self::Plain(String::new())
    }
}

impl Text {
    /// A text as it is.
    pub fn plain(text: impl Into<String>) -> Self {
        Self::Plain(text.into())
    }

    /// A name of the computer's.
    pub fn code(text: impl Into<String>) -> Self {
        Self::Code(text.into())
    }

    /// A sentence with one thing that varies.
    pub fn with(key: &'static str, name: &'static str, value: impl Into<String>) -> Self {
        Self::With(key, vec![(name, value.into())])
    }

    /// Whether it is a long id, digest or key: without words, so that its lines may end anywhere.
    pub(crate) fn is_random(&self) -> bool {
        let is_sign = |it: char| it.is_ascii_alphanumeric() || it == '-' || it == '_';
        matches!(self, Self::Code(text) if text.len() > LONG_WORD && text.chars().all(is_sign))
    }

    pub(crate) const fn is_code(&self) -> bool {
        matches!(self, Self::Code(_))
    }
}

/// Words that are no longer than this fit on a line of a phone.
const LONG_WORD: usize = 24;

/// What has neither is no address but random, and its signs end nothing.
fn is_long_address(word: &str) -> bool {
    word.len() > LONG_WORD && word.contains(['.', '@', ':'])
}

/// Takes text apart where a line may end inside a long word: after a sign of an address that browsers do not break at by
/// themselves. In a word without any, browsers break where the line ends.
pub(crate) fn pieces(text: &str) -> Vec<&str> {
    let is_border = |(at, sign): &(usize, char), word: &str| {
        let digit_follows =
            word.get(at + 1..).is_some_and(|it| it.starts_with(|it: char| it.is_ascii_digit()));
        matches!(sign, '.' | '@' | '?' | '&' | '=' | '_') || (matches!(sign, '/' | ':') && digit_follows)
    };
    let mut all = Vec::new();
    let mut rest = text;
    let mut done = 0;
    for word in text.split_inclusive(char::is_whitespace) {
        let borders = word.char_indices().filter(|it| is_long_address(word) && is_border(it, word));
        for (at, _) in borders {
            let (piece, after) = rest.split_at(done + at + 1 - (text.len() - rest.len()));
            all.push(piece);
            rest = after;
        }
        done += word.len();
    }
    all.push(rest);
    all
}

impl Speaker {
    /// What a text says, in pieces between which a line may end. Sentences of the catalogue are one piece.
    pub(crate) fn pieces(self, text: &Text) -> Vec<String> {
        let said = self.text(text);
        match text {
            Text::Plain(_) | Text::Code(_) => pieces(&said).into_iter().map(str::to_owned).collect(),
            Text::Key(_) | Text::With(..) => vec![said],
        }
    }

    /// What a text says.
    pub(crate) fn text(self, text: &Text) -> String {
        match text {
            Text::Key(key) => self.say(key),
            Text::With(key, values) => {
                let values: Vec<(&str, &str)> =
                    values.iter().map(|(name, value)| (*name, value.as_str())).collect();
                say(self.locale(), key, &values)
            }
            Text::Plain(text) | Text::Code(text) => text.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::pieces;

    #[test]
    fn a_line_ends_inside_an_address_where_its_parts_end_and_nothing_of_it_is_lost() {
        for (text, parts) in [
            ("https://id.shop.example:25479/callback", "https://id.|shop.|example:|25479/callback"),
            ("Write to kari@example.com, or call.", "Write to kari@example.com, or call."),
            ("Kari, kari.nordli@fjellvokt.example", "Kari, kari.|nordli@|fjellvokt.|example"),
            ("https://shop.example/?code=ø&state=1", "https://shop.|example/?|code=|ø&|state=|1"),
            ("ax7H0QTb02j1aI5n2H-55Tsr8Y_t2Kadgdps", "ax7H0QTb02j1aI5n2H-55Tsr8Y_t2Kadgdps"),
            ("", ""),
        ] {
            assert_eq!(pieces(text).join("|"), parts);
            assert_eq!(pieces(text).concat(), text);
        }
    }
}
