//! What was filled into a form, or stands in a query.

/// Fields with their values, in order. A name can come several times: choices of which several are made.
#[derive(Clone, Debug, Default)]
pub(super) struct Filled(Vec<(String, String)>);

/// The most fields of a form.
const MOST_FIELDS: usize = 500;

impl Filled {
    /// Reads a form. Line breaks stay, as `\n`; other control characters become spaces, so that they reach no name, header or log
    /// and what was typed beside them is not lost.
    pub(super) fn parse(text: &str) -> Self {
        let pairs = form_urlencoded::parse(text.as_bytes());
        Self::of(pairs.map(|(name, value)| (name.into_owned(), value.into_owned())))
    }

    /// The same of fields that were read already.
    pub(super) fn of(pairs: impl Iterator<Item = (String, String)>) -> Self {
        let plain = |value: &str| -> String {
            let value = value.replace("\r\n", "\n");
            value.chars().map(|it| if it.is_control() && it != '\n' { ' ' } else { it }).collect()
        };
        Self(pairs.take(MOST_FIELDS).map(|(name, value)| (name, plain(&value))).collect())
    }

    /// The whole as it stands in an address.
    pub(super) fn text(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }

    /// The value of a field without spaces at its ends; empty where there is none.
    pub(super) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim())
    }

    /// Says whether the form has the field at all.
    pub(super) fn is_there(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// The value of a field; `None` for an empty one.
    pub(super) fn maybe(&self, name: &str) -> Option<String> {
        Some(self.get(name)).filter(|it| !it.is_empty()).map(str::to_owned)
    }

    /// A secret as it was typed: no space is taken away but line breaks at its ends, which pasting adds.
    pub(super) fn secret(&self, name: &str) -> &str {
        let is_it = |it: &&(String, String)| it.0 == name;
        self.0.iter().find(is_it).map_or("", |(_, value)| value.trim_matches('\n'))
    }

    /// Says whether a box is ticked.
    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name) == "yes"
    }

    /// All values of a name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(known, _)| known == name)
            .map(|(_, value)| value.trim())
            .filter(|it| !it.is_empty())
    }

    /// The lines of a field, without empty ones.
    pub(super) fn lines(&self, name: &str) -> Vec<String> {
        self.get(name).lines().map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Filled;

    #[test]
    fn lines_stay_lines_and_other_control_characters_become_spaces() {
        let filled = Filled::parse(
            "uris=https%3A%2F%2Fa%0D%0A%0D%0Ahttps%3A%2F%2Fb&name=A%00B&role=x&role=y&secret=+s+%0A",
        );
        assert_eq!(filled.lines("uris"), ["https://a", "https://b"]);
        assert_eq!(filled.get("name"), "A B");
        assert_eq!(filled.all("role").collect::<Vec<_>>(), ["x", "y"]);
        assert_eq!(filled.secret("secret"), " s ");
    }
}
