//! Is the person whom an eID proved the one in a register? Registers and eIDs write the same name differently.
//!
//! Compared are the first token of the given names and the last token of the family name, after folding, and the birth
//! date. Registers that are open to everybody have no national identity number, so a match is evidence and no proof: what
//! does not match exactly one person goes to an operator, with the reason.

use serde::{Deserialize, Serialize};

use crate::{Date, Person};

/// A living person as a register has them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisteredPerson {
    /// Given names, as registered.
    pub given_name: String,
    /// Middle names.
    pub middle_name: Option<String>,
    /// Family name, as registered.
    pub family_name: String,
    /// `None` where the register does not say it: then nobody can be matched with this person.
    pub born: Option<Date>,
}

/// What is compared of a name: the first given and the last family token, folded.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NameKey {
    first: String,
    last: String,
}

/// What is compared of a person. Two people may have the same; then an operator decides.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PersonKey {
    /// The name, folded.
    pub name: NameKey,
    /// The birth date.
    pub born: Date,
}

/// Why a person is not matched with anybody in the register: an operator compares both spellings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameMismatch {
    /// The eID gave no name.
    NoName,
    /// The eID gave no birth date, or none that is a day.
    NoBirthDate,
    /// Somebody has this name, and another birth date or none.
    OtherBirthDate,
    /// Somebody has this birth date, and another name.
    OtherName,
    /// Nobody has the name or the birth date.
    Nobody,
    /// So many people have both.
    Several(usize),
}

/// Folds a letter: Nordic letters become two, other Latin letters lose their marks. What is folded together sounds or is
/// transcribed alike; nothing else is.
const fn letters(it: char) -> Option<&'static str> {
    Some(match it {
        'å' => "aa",
        'æ' | 'ä' => "ae",
        'ø' | 'ö' => "oe",
        'à'..='ã' | 'ā' | 'ă' | 'ą' | 'ǎ' => "a",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' | 'ǥ' | 'ǧ' => "g",
        'ĥ' | 'ħ' => "h",
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' | 'ǐ' => "i",
        'ĵ' => "j",
        'ķ' | 'ǩ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ŀ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' | 'ŋ' => "n",
        'ò'..='õ' | 'ō' | 'ŏ' | 'ő' | 'ǒ' => "o",
        'ŕ' | 'ŗ' | 'ř' => "r",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => "s",
        'ţ' | 'ť' | 'ŧ' | 'ț' => "t",
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' | 'ǔ' => "u",
        'ŵ' => "w",
        'ý' | 'ÿ' | 'ŷ' => "y",
        'ź' | 'ż' | 'ž' | 'ʒ' | 'ǯ' => "z",
        _ => return None,
    })
}

/// The letter that a letter and the mark behind it make, where the two fold differently from the letter alone.
const fn composed(letter: char, mark: char) -> Option<char> {
    match (letter, mark) {
        ('a', '\u{30a}') => Some('å'),
        ('a', '\u{308}') => Some('ä'),
        ('o', '\u{308}') => Some('ö'),
        ('o', '\u{338}') => Some('ø'),
        _ => None,
    }
}

/// Folds a text: lower case; å is aa, æ and ä are ae, ø and ö are oe; no diacritics, however they are encoded; hyphens are
/// spaces. Other characters stay.
pub(crate) fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut lower = text.chars().flat_map(char::to_lowercase).peekable();
    while let Some(it) = lower.next() {
        let it = match lower.peek().and_then(|mark| composed(it, *mark)) {
            Some(both) => {
                lower.next();
                both
            }
            None => it,
        };
        match it {
            '\u{300}'..='\u{36f}' => {}
            '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' => folded.push(' '),
            _ => match letters(it) {
                Some(plain) => folded.push_str(plain),
                None => folded.push(it),
            },
        }
    }
    folded
}

impl NameKey {
    /// Of given names and a family name; `None` when either has nothing in it.
    pub fn new(given_name: &str, family_name: &str) -> Option<Self> {
        let (given, family) = (folded(given_name), folded(family_name));
        let (first, last) = (given.split_whitespace().next()?, family.split_whitespace().next_back()?);
        Some(Self { first: first.to_owned(), last: last.to_owned() })
    }

    /// Of a whole name with the given names in front; `None` when it has fewer than two tokens.
    pub fn of_full_name(name: &str) -> Option<Self> {
        let (given, family) = name.trim().split_once(|it: char| it.is_whitespace())?;
        Self::new(given, family)
    }
}

impl RegisteredPerson {
    /// The whole name, as registered.
    pub fn name(&self) -> String {
        let middle = self.middle_name.as_deref().filter(|it| !it.is_empty());
        [Some(self.given_name.as_str()), middle, Some(self.family_name.as_str())]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// What is compared of this person; `None` where the register lacks a part of it.
    pub fn key(&self) -> Option<PersonKey> {
        Some(PersonKey { name: self.name_key()?, born: self.born? })
    }

    fn name_key(&self) -> Option<NameKey> {
        NameKey::new(&self.given_name, &self.family_name)
    }

    /// Every token of the name, folded, with the birth date: two entries with the same are taken for one person.
    pub(crate) fn entry(&self) -> (Vec<String>, Option<Date>) {
        (folded(&self.name()).split_whitespace().map(str::to_owned).collect(), self.born)
    }
}

/// Finds the one candidate with this name and birth date. `candidates`: each person once, living, in office.
///
/// # Errors
/// [`NameMismatch`]: leave it to an operator.
pub(crate) fn find_one<'a>(
    name: &NameKey,
    born: Date,
    candidates: &[&'a RegisteredPerson],
) -> Result<&'a RegisteredPerson, NameMismatch> {
    let named = |it: &&&RegisteredPerson| it.name_key().as_ref() == Some(name);
    let is_born_then = |it: &&&RegisteredPerson| it.born == Some(born);
    let found: Vec<&&RegisteredPerson> = candidates.iter().filter(named).filter(is_born_then).collect();
    match found.as_slice() {
        [one] => Ok(one),
        [] if candidates.iter().any(|it| named(&it)) => Err(NameMismatch::OtherBirthDate),
        [] if candidates.iter().any(|it| is_born_then(&it)) => Err(NameMismatch::OtherName),
        [] => Err(NameMismatch::Nobody),
        several => Err(NameMismatch::Several(several.len())),
    }
}

/// Finds the person whom an eID proved among people of a register. `candidates`: each person once, living, in office
/// (see `people_in_office`).
///
/// # Errors
/// [`NameMismatch`]: leave it to an operator, who sees both spellings.
pub fn match_person<'a>(
    proven: &Person,
    candidates: &[&'a RegisteredPerson],
) -> Result<&'a RegisteredPerson, NameMismatch> {
    let name = match (&proven.given_name, &proven.family_name, &proven.name) {
        (Some(given), Some(family), _) => NameKey::new(given, family),
        (.., Some(name)) => NameKey::of_full_name(name),
        _ => None,
    };
    let name = name.ok_or(NameMismatch::NoName)?;
    let born = proven.birthdate.as_deref().and_then(Date::parse).ok_or(NameMismatch::NoBirthDate)?;
    find_one(&name, born, candidates)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{NameKey, NameMismatch, RegisteredPerson, folded, match_person};
    use crate::{Date, Person};

    fn registered(given: &str, family: &str, born: &str) -> RegisteredPerson {
        RegisteredPerson {
            given_name: given.into(),
            middle_name: None,
            family_name: family.into(),
            born: Date::parse(born),
        }
    }

    fn proven(given: &str, family: &str, born: &str) -> Person {
        Person {
            given_name: Some(given.into()),
            family_name: Some(family.into()),
            birthdate: Some(born.into()),
            ..Person::default()
        }
    }

    const BORN: &str = "1957-08-09";

    #[test]
    fn letters_are_folded_as_they_are_transcribed() {
        for (text, plain) in [
            ("Åse-Lill ØSTBYE", "aase lill oestbye"),
            ("Hætta", "haetta"),
            ("Häkkinen Ström", "haekkinen stroem"),
            ("A\u{30a}se O\u{308}stbye Ande\u{301}n", "aase oestbye anden"),
            ("André Muñoz Dvořák Şahin Łukasz", "andre munoz dvorak sahin lukasz"),
            ("Áile Šuoŋŋa Ŧuđđi", "aile suonna tuddi"),
            ("Anne\u{2011}Marie", "anne marie"),
            ("O'Neill", "o'neill"),
            ("İrem", "irem"),
        ] {
            assert_eq!(folded(text), plain, "{text}");
        }
    }

    #[test]
    fn the_same_person_is_found_in_another_spelling() {
        for (given, family) in [
            ("Nils-Ante", "Hætta"),
            ("NILS ANTE", "HAETTA"),
            ("nils", "Hätta"),
            ("Nils Ante Johan", "Bær-Hætta"),
            ("Nils", "Bær Hætta"),
        ] {
            let candidate = registered(given, family, BORN);
            let found = match_person(&proven("Nils-Ante", "Hætta", BORN), &[&candidate]);
            assert_eq!(found, Ok(&candidate), "{given} {family}");
        }
    }

    #[test]
    fn what_is_not_the_same_goes_to_an_operator_with_the_reason() {
        for (given, family, born, reason) in [
            ("Nils", "Hætta", "1957-08-10", NameMismatch::OtherBirthDate),
            ("Nils", "Hætta", "", NameMismatch::OtherBirthDate),
            ("Ante", "Hætta", BORN, NameMismatch::OtherName),
            ("Nils", "Hatta", BORN, NameMismatch::OtherName),
            ("Nils", "Hætta Bær", BORN, NameMismatch::OtherName),
            ("Kari", "Nordli", "1984-05-17", NameMismatch::Nobody),
            ("", "Hætta", BORN, NameMismatch::OtherName),
        ] {
            let candidate = registered(given, family, born);
            let found = match_person(&proven("Nils-Ante", "Hætta", BORN), &[&candidate]);
            assert_eq!(found, Err(reason), "{given} {family} {born}");
        }
        assert_eq!(match_person(&proven("Nils", "Hætta", BORN), &[]), Err(NameMismatch::Nobody));
    }

    #[test]
    fn of_two_people_with_the_same_name_the_birth_date_tells_and_of_twins_nothing() {
        let (one, other) =
            (registered("Kari", "Nordli", "1984-05-17"), registered("Kari", "Nordli", "1952-01-01"));
        assert_eq!(match_person(&proven("Kari", "Nordli", "1952-01-01"), &[&one, &other]), Ok(&other));
        let twin = registered("Kari Anne", "Nordli", "1984-05-17");
        let found = match_person(&proven("Kari", "Nordli", "1984-05-17"), &[&one, &other, &twin]);
        assert_eq!(found, Err(NameMismatch::Several(2)));
    }

    #[test]
    fn an_eid_that_gives_too_little_matches_nobody() {
        let candidate = registered("Kari", "Nordli", "1984-05-17");
        let whole = Person {
            name: Some("Kari Anne Nordli".into()),
            birthdate: Some("1984-05-17".into()),
            ..Person::default()
        };
        assert_eq!(match_person(&whole, &[&candidate]), Ok(&candidate));
        let without = |change: fn(&mut Person)| {
            let mut person = whole.clone();
            change(&mut person);
            match_person(&person, &[&candidate])
        };
        assert_eq!(without(|it| it.name = None), Err(NameMismatch::NoName));
        assert_eq!(without(|it| it.name = Some("Kari".into())), Err(NameMismatch::NoName));
        assert_eq!(without(|it| it.birthdate = None), Err(NameMismatch::NoBirthDate));
        assert_eq!(without(|it| it.birthdate = Some("1984".into())), Err(NameMismatch::NoBirthDate));
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(text in any::<String>()) {
            let once = folded(&text);
            prop_assert_eq!(folded(&once), once.clone());
        }

        #[test]
        fn case_and_hyphens_make_no_difference(given in "[a-zæøå]{1,8}", second in "[a-zæøå]{1,8}", family in "[a-zæøå]{1,8}") {
            let plain = NameKey::new(&format!("{given} {second}"), &family);
            prop_assert!(plain.is_some());
            prop_assert_eq!(NameKey::new(&format!("{given}-{second}").to_uppercase(), &family.to_uppercase()), plain.clone());
            prop_assert_eq!(NameKey::of_full_name(&format!("{given} {second} {family}")), plain);
        }
    }
}
