//! Synthetic people with valid synthetic identity numbers (month plus 80).

use std::{
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

use crypto::{Random, b64, sha256};
use serde::{Deserialize, Serialize};

/// A synthetic person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Names the person in forms.
    pub id: String,
    /// Given names.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// `YYYY-MM-DD`.
    pub birthdate: String,
    /// Synthetic number, 11 digits.
    pub nin: String,
    /// BankID's stable identifier.
    pub bankid_altsub: String,
    /// `4712345678`
    pub phone_number: String,
    /// At `example.com`.
    pub email: String,
    /// Street and number.
    pub street: String,
    /// Four digits.
    pub postal_code: String,
    /// Place.
    pub place: String,
}

impl Person {
    /// Full name.
    pub fn name(&self) -> String {
        format!("{} {}", self.given_name, self.family_name)
    }
}

/// What somebody typed to add a person.
#[derive(Clone, Debug, Default)]
pub struct NewPerson {
    /// 1 to 80 letters, spaces, hyphens, apostrophes.
    pub given_name: String,
    /// Likewise.
    pub family_name: String,
    /// `YYYY-MM-DD`, `17.5.1984` or `170584`.
    pub birth_date: String,
    /// `female` or `male`.
    pub sex: String,
}

/// What is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PersonProblem {
    /// Empty.
    GivenNameMissing,
    /// Not a name.
    GivenNameInvalid,
    /// Empty.
    FamilyNameMissing,
    /// Not a name.
    FamilyNameInvalid,
    /// Empty.
    BirthDateMissing,
    /// Not a date.
    BirthDateInvalid,
    /// In the future, or before 1900.
    BirthDateOutOfRange,
    /// Neither.
    SexMissing,
}

/// The people of a sandbox, kept in a file when there is one.
#[derive(Debug)]
pub struct People {
    path: Option<PathBuf>,
    all: Mutex<Vec<Person>>,
}

/// How many people a sandbox holds.
const MOST: usize = 200;

fn digits(number: u32, width: usize) -> String {
    format!("{number:0width$}")
}

fn weighted(text: &str, weights: &[u32]) -> u32 {
    let sum: u32 = text.bytes().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    (11 - sum % 11) % 11
}

/// Makes a synthetic number: month plus 80, the individual number by century and sex, both control digits.
/// `dnr`: the first digit plus four.
fn number((year, month, day): (u32, u32, u32), female: bool, dnr: bool, seed: u32) -> Option<String> {
    let individuals = match year {
        1900..=1999 => 0..500,
        2000..=2039 => 500..1000,
        _ => return None,
    };
    let count = individuals.end - individuals.start;
    let day = if dnr { day + 40 } else { day };
    (0..count).find_map(|step| {
        let individual = individuals.start + (seed + step) % count;
        if individual.is_multiple_of(2) != female {
            return None;
        }
        let mut text =
            [digits(day, 2), digits(month + 80, 2), digits(year % 100, 2), digits(individual, 3)].concat();
        for weights in [&[3, 7, 6, 1, 8, 9, 4, 5, 2][..], &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]] {
            let control = weighted(&text, weights);
            if control > 9 {
                return None;
            }
            text.push_str(&digits(control, 1));
        }
        Some(text)
    })
}

fn date(text: &str) -> Option<(u32, u32, u32)> {
    let text = text.trim();
    let parts: Vec<&str> = text.split(['-', '.', '/', ' ']).filter(|it| !it.is_empty()).collect();
    let number = |it: &str| it.parse::<u32>().ok();
    let century = |year: u32| {
        if year > 99 {
            year
        } else if year > 26 {
            1900 + year
        } else {
            2000 + year
        }
    };
    let (year, month, day) = match parts.as_slice() {
        [year, month, day] if year.len() == 4 => (number(year)?, number(month)?, number(day)?),
        [day, month, year] => (century(number(year)?), number(month)?, number(day)?),
        [all] if all.len() == 6 && all.is_ascii() => {
            (century(number(all.get(4..6)?)?), number(all.get(2..4)?)?, number(all.get(0..2)?)?)
        }
        _ => return None,
    };
    let leap = (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400);
    let longest = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    (1..=longest).contains(&day).then_some((year, month, day))
}

fn is_name(text: &str) -> bool {
    text.chars().count() <= 80
        && text.chars().all(|it| it.is_alphabetic() || matches!(it, ' ' | '-' | '\'' | '.'))
}

/// Puts a person together; everything but the name and the date is made up from them.
fn invent(given: &str, family: &str, born: (u32, u32, u32), female: bool, dnr: bool) -> Option<Person> {
    let hash = sha256(format!("{given} {family} {born:?} {dnr}").as_bytes());
    let seed = u32::from_be_bytes(*hash.first_chunk()?);
    let plain = |text: &str| -> String {
        let plain = text.to_lowercase().replace('æ', "ae").replace('ø', "o").replace('å', "aa");
        plain.chars().filter(char::is_ascii_alphanumeric).collect()
    };
    let (year, month, day) = born;
    Some(Person {
        id: b64::encode(hash.get(4..13)?),
        given_name: given.to_owned(),
        family_name: family.to_owned(),
        birthdate: format!("{year:04}-{month:02}-{day:02}"),
        nin: number(born, female, dnr, seed % 500)?,
        bankid_altsub: format!("9578-6000-4-{:06}", seed % 1_000_000),
        // 4x and 9x are mobile numbers; this range is not handed out.
        phone_number: format!("47990{:05}", seed % 100_000),
        email: format!("{}.{}@example.com", plain(given), plain(family)),
        street: format!("Prøveveien {}", 1 + seed % 90),
        postal_code: "0001".to_owned(),
        place: "Oslo".to_owned(),
    })
}

fn first_people() -> Vec<Person> {
    [
        invent("Kari", "Nordli", (1984, 5, 17), true, false),
        invent("Ola", "Fjellheim", (1991, 11, 3), false, false),
        invent("Ingrid Sofie", "Sørli Bakke", (2003, 2, 28), true, false),
        invent("Nils-Ante", "Hætta", (1957, 8, 9), false, false),
        invent("Maria", "Lindqvist", (1979, 1, 30), true, true),
    ]
    .into_iter()
    .flatten()
    .collect()
}

impl People {
    /// The first people, in memory only.
    pub fn first() -> Self {
        Self { path: None, all: Mutex::new(first_people()) }
    }

    /// The first people and those that were added, in memory only.
    pub fn with(added: Vec<Person>) -> Self {
        let mut all = first_people();
        all.extend(added.into_iter().take(MOST));
        Self { path: None, all: Mutex::new(all) }
    }

    /// Reads people from a file; the first people when there is none yet.
    ///
    /// # Errors
    /// A text for the operator when the file is there but cannot be read.
    pub fn load(path: PathBuf) -> Result<Self, String> {
        let all = match std::fs::read_to_string(&path) {
            Ok(text) => {
                serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => first_people(),
            Err(error) => return Err(format!("{}: {error}", path.display())),
        };
        Ok(Self { path: Some(path), all: Mutex::new(all) })
    }

    /// All of them, in the order in which they came.
    pub fn all(&self) -> Vec<Person> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn find(&self, id: &str) -> Option<Person> {
        self.all().into_iter().find(|person| person.id == id)
    }

    /// Adds a person; one with the same name and birth date is the same person.
    ///
    /// `now`: seconds since 1970, UTC.
    ///
    /// # Errors
    /// Every problem of what was typed; nothing was added.
    pub fn add(&self, new: &NewPerson, now: i64, random: &Random) -> Result<Person, Vec<PersonProblem>> {
        let mut problems = Vec::new();
        let (given, family) = (new.given_name.trim(), new.family_name.trim());
        for (text, missing, invalid) in [
            (given, PersonProblem::GivenNameMissing, PersonProblem::GivenNameInvalid),
            (family, PersonProblem::FamilyNameMissing, PersonProblem::FamilyNameInvalid),
        ] {
            if text.is_empty() {
                problems.push(missing);
            } else if !is_name(text) {
                problems.push(invalid);
            }
        }
        let this_year = 1970 + u32::try_from(now / 31_556_952).unwrap_or_default();
        let born = match (new.birth_date.trim().is_empty(), date(&new.birth_date)) {
            (true, _) => Err(PersonProblem::BirthDateMissing),
            (false, None) => Err(PersonProblem::BirthDateInvalid),
            (false, Some(born)) if !(1900..=this_year).contains(&born.0) => {
                Err(PersonProblem::BirthDateOutOfRange)
            }
            (false, Some(born)) => Ok(born),
        };
        problems.extend(born.err());
        if !matches!(new.sex.as_str(), "female" | "male") {
            problems.push(PersonProblem::SexMissing);
        }
        let person = born.ok().and_then(|born| invent(given, family, born, new.sex == "female", false));
        match person {
            Some(person) if problems.is_empty() => {
                self.keep(person.clone(), random);
                Ok(person)
            }
            _ => Err(problems),
        }
    }

    fn keep(&self, person: Person, random: &Random) {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        if all.iter().any(|it| it.id == person.id) || all.len() >= MOST {
            return;
        }
        all.push(person);
        let Some(path) = &self.path else { return };
        // A file that is half written must not be found at the next start. A sandbox whose disk is full goes on.
        let aside = path.with_extension(b64::encode(&random.bytes::<6>()));
        let text = serde_json::to_string_pretty(&*all).unwrap_or_default();
        if std::fs::write(&aside, text).and_then(|()| std::fs::rename(&aside, path)).is_err() {
            let _ = std::fs::remove_file(&aside);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{NewPerson, People, PersonProblem, date, first_people};
    use crypto::Random;

    const NOW: i64 = 1_768_473_701;

    #[test]
    fn the_first_people_have_synthetic_numbers_and_their_own_identifiers() {
        let people = first_people();
        assert_eq!(people.len(), 5);
        assert!(people.iter().all(|it| it.nin.len() == 11 && matches!(&it.nin[2..3], "8" | "9")));
        assert!(people[4].nin.starts_with('7'), "the last one has a D-number");
        let ids: std::collections::BTreeSet<_> = people.iter().map(|it| &it.bankid_altsub).collect();
        assert_eq!(ids.len(), 5);
    }

    #[test]
    fn a_person_is_added_once_and_survives_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people.json");
        let people = People::load(path.clone()).unwrap();
        let new = NewPerson {
            given_name: "Åse".into(),
            family_name: "Ny-Person".into(),
            birth_date: "17.5.2001".into(),
            sex: "female".into(),
        };
        let person = people.add(&new, NOW, &Random::seeded(1)).unwrap();
        people.add(&new, NOW, &Random::seeded(2)).unwrap();
        let again = People::load(path).unwrap();
        assert_eq!(again.all().len(), 6);
        assert_eq!(again.find(&person.id), Some(person));
    }

    #[test]
    fn what_is_wrong_is_said_all_at_once() {
        let new =
            NewPerson { given_name: "<b>".into(), birth_date: "31.2.2000".into(), ..NewPerson::default() };
        assert_eq!(
            People::first().add(&new, NOW, &Random::seeded(1)).unwrap_err(),
            [
                PersonProblem::GivenNameInvalid,
                PersonProblem::FamilyNameMissing,
                PersonProblem::BirthDateInvalid,
                PersonProblem::SexMissing
            ]
        );
    }

    #[test]
    fn dates_are_read_as_norwegians_write_them() {
        for text in ["170584", "17.5.84", "1984-05-17", "17.05.1984", "17 5 1984"] {
            assert_eq!(date(text), Some((1984, 5, 17)), "{text}");
        }
        assert_eq!(date("29.2.2023"), None);
    }
}
