//! The ways to log in, the levels of assurance, and the `acr` values of the public contract: one table.
//!
//! A new eID is one more row here, with its connector, its simulator, its table of claims and its texts (CONTRIBUTING.md has
//! the list). Ids stand in stored rows, subjects and the audit trail, and never change.

use std::fmt;

use oidc::Scope;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A level of assurance, ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Nothing is stated (Vipps).
    #[default]
    None,
    /// eIDAS low.
    Low,
    /// eIDAS substantial.
    Substantial,
    /// eIDAS high.
    High,
}

impl Level {
    /// Its word in settings, in files and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Low => "low",
            Self::Substantial => "substantial",
            Self::High => "high",
        }
    }
}

/// How a way to log in works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MethodKind {
    /// An eID that the browser is sent to and comes back from.
    Redirect,
    /// An eID that is asked again and again until the person has answered on another device.
    Poll,
    /// Test users who sign in with a password on our own page, on test domains that allow it, so that programs can log
    /// in. No eID.
    TestUser,
}

/// An `acr` value of a way to log in.
struct AcrRow {
    /// On the wire.
    value: &'static str,
    /// The lowest level that satisfies it.
    lowest: Level,
    /// The level that it states when it is returned; `None` for the value that stands for any other.
    states: Option<Level>,
    /// Biometrics are offered first.
    biometrics: bool,
    /// The text below the name where people choose.
    hint: &'static str,
}

/// A way to log in.
struct Row {
    id: &'static str,
    /// As people know it.
    name: &'static str,
    /// ISO 3166-1 alpha-2; empty where it belongs to no country.
    country: &'static str,
    kind: MethodKind,
    /// The eID itself asks the person before it hands out the national identity number.
    asks_for_nin: bool,
    /// The name of its own button: of a text (`button-…`) and of a style; `None` where it has none that may be made.
    button: Option<&'static str>,
    /// What of a person it is asked for only where an application wants it, beside the number.
    scopes: &'static [Scope],
    /// The one that asks for no particular level first.
    acrs: &'static [AcrRow],
}

/// In the order in which people choose.
static ROWS: [Row; 3] = [
    Row {
        id: LoginMethod::NO_BANKID.0,
        name: "BankID",
        country: "NO",
        kind: MethodKind::Redirect,
        asks_for_nin: false,
        button: Some("bankid-no"),
        // Every login with it tells the name and the birth date.
        scopes: &[],
        acrs: &[
            AcrRow {
                value: "urn:grn:authn:no:bankid",
                lowest: Level::Substantial,
                states: None,
                biometrics: false,
                hint: "hint-bankid",
            },
            AcrRow {
                value: "urn:grn:authn:no:bankid:high",
                lowest: Level::High,
                states: Some(Level::High),
                biometrics: false,
                hint: "hint-bankid-high",
            },
            AcrRow {
                value: "urn:grn:authn:no:bankid:substantial",
                lowest: Level::Substantial,
                states: Some(Level::Substantial),
                biometrics: true,
                hint: "hint-bankid-biometrics",
            },
        ],
    },
    Row {
        id: LoginMethod::NO_VIPPS.0,
        name: "Vipps",
        country: "NO",
        kind: MethodKind::Redirect,
        // Vipps shows every scope to the person.
        asks_for_nin: true,
        // Its rules forbid buttons that it did not make.
        button: None,
        scopes: &[Scope::Profile, Scope::Email, Scope::Phone, Scope::Address],
        acrs: &[AcrRow {
            value: "urn:grn:authn:no:vipps",
            lowest: Level::None,
            states: None,
            biometrics: false,
            hint: "hint-vipps",
        }],
    },
    Row {
        id: LoginMethod::TEST_USER.0,
        name: "Automation",
        country: "",
        kind: MethodKind::TestUser,
        asks_for_nin: false,
        button: None,
        scopes: &[],
        acrs: &[AcrRow {
            value: "urn:portvakt:acr:automation",
            lowest: Level::None,
            states: None,
            biometrics: false,
            hint: "hint-automation",
        }],
    },
];

/// A way to log in: an eID, or the password of a test user. A row of the table, by its id.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LoginMethod(&'static str);

impl LoginMethod {
    /// Norwegian BankID.
    pub const NO_BANKID: Self = Self("no-bankid");
    /// Vipps Login.
    pub const NO_VIPPS: Self = Self("no-vipps");
    /// Test users with a password.
    pub const TEST_USER: Self = Self("automation");

    /// Every way to log in, in the order in which people choose.
    pub fn all() -> impl Iterator<Item = Self> {
        ROWS.iter().map(|row| Self(row.id))
    }

    /// All eIDs, in the same order.
    pub fn eids() -> impl Iterator<Item = Self> {
        Self::all().filter(|it| it.is_eid())
    }

    fn row(self) -> &'static Row {
        // Every value comes from the table, so it is found; the first row only spares a panic.
        let [first, ..] = &ROWS;
        ROWS.iter().find(|row| row.id == self.0).unwrap_or(first)
    }

    /// The word in paths, in the claim `idp` and in the database.
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::all().find(|it| it.0 == word)
    }

    /// The name in a language: that of an eID is the same in all, and the sign-in of test users is described.
    pub fn name_in(self, locale: texts::Locale) -> String {
        match self.row().kind {
            MethodKind::TestUser => texts::say(locale, "method-automation", &[]),
            MethodKind::Redirect | MethodKind::Poll => self.name().to_owned(),
        }
    }

    /// The name as people know it; of the sign-in of test users, as programs know it.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The name of its own button, for those who may use it: of a text (`button-…`) and of a style.
    pub fn button(self) -> Option<&'static str> {
        self.row().button
    }

    /// The country that it belongs to, as ISO 3166-1 alpha-2; empty where it belongs to none.
    pub fn country(self) -> &'static str {
        self.row().country
    }

    /// How it works.
    pub fn kind(self) -> MethodKind {
        self.row().kind
    }

    /// Says whether it is an eID, which a domain configures as an identity source.
    pub fn is_eid(self) -> bool {
        self.kind() != MethodKind::TestUser
    }

    /// The highest level that it can reach.
    pub fn highest(self) -> Level {
        self.row().acrs.iter().map(|acr| acr.lowest).max().unwrap_or_default()
    }

    /// Says whether the eID itself asks the person before it hands out the national identity number.
    pub fn asks_for_nin(self) -> bool {
        self.row().asks_for_nin
    }

    /// What of a person it is asked for only where an application wants it, beside the number.
    pub fn scopes(self) -> &'static [Scope] {
        self.row().scopes
    }

    /// The `acr` that asks for this way at no particular level.
    pub const fn any(self) -> Acr {
        Acr { method: self, at: 0 }
    }

    /// The key of the text below its name where people choose. `level`, `biometrics`: what it will be asked for.
    pub fn hint(self, level: Level, biometrics: bool) -> &'static str {
        let acrs = self.row().acrs;
        let fits = |acr: &&AcrRow| acr.lowest == level && acr.biometrics == biometrics;
        acrs.iter().find(fits).or_else(|| acrs.first()).map_or("", |acr| acr.hint)
    }
}

impl fmt::Debug for LoginMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Serialize for LoginMethod {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

impl<'de> Deserialize<'de> for LoginMethod {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        let known: Vec<&str> = Self::all().map(Self::as_str).collect();
        Self::parse(&word).ok_or_else(|| {
            D::Error::custom(format!("unknown variant `{word}`, expected one of `{}`", known.join("`, `")))
        })
    }
}

/// An `acr` value that an application can ask for.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Acr {
    method: LoginMethod,
    /// Its place in the method's row.
    at: u8,
}

impl Acr {
    /// BankID, substantial or high.
    pub const NO_BANKID: Self = LoginMethod::NO_BANKID.any();
    /// BankID, high.
    pub const NO_BANKID_HIGH: Self = Self { method: LoginMethod::NO_BANKID, at: 1 };
    /// BankID, substantial or high, with biometrics offered first.
    pub const NO_BANKID_SUBSTANTIAL: Self = Self { method: LoginMethod::NO_BANKID, at: 2 };
    /// Vipps.
    pub const NO_VIPPS: Self = LoginMethod::NO_VIPPS.any();
    /// A test user with a password; never more than that.
    pub const TEST_USER: Self = LoginMethod::TEST_USER.any();

    /// All of them, as metadata lists them where they can be had.
    pub fn all() -> impl Iterator<Item = Self> {
        LoginMethod::all().flat_map(Self::of)
    }

    fn of(method: LoginMethod) -> impl Iterator<Item = Self> {
        (0_u8..).zip(method.row().acrs).map(move |(at, _)| Self { method, at })
    }

    fn row(self) -> &'static AcrRow {
        const NONE: AcrRow =
            AcrRow { value: "", lowest: Level::High, states: None, biometrics: false, hint: "" };
        // As for a method: every value comes from the table.
        self.method.row().acrs.get(usize::from(self.at)).unwrap_or(&NONE)
    }

    /// The value on the wire.
    pub fn as_str(self) -> &'static str {
        self.row().value
    }

    /// Reads a value, exactly as written.
    pub fn parse(value: &str) -> Option<Self> {
        Self::all().find(|acr| acr.as_str() == value)
    }

    /// The way to log in that it asks for.
    pub const fn method(self) -> LoginMethod {
        self.method
    }

    /// The lowest level that satisfies it.
    pub fn level(self) -> Level {
        self.row().lowest
    }

    /// Says whether it asks for biometrics first.
    pub fn prefers_biometrics(self) -> bool {
        self.row().biometrics
    }

    /// Says whether a login with this method at this level satisfies it.
    pub fn is_met_by(self, method: LoginMethod, level: Level) -> bool {
        self.method == method && level >= self.level()
    }

    /// The value that states what was reached.
    pub fn reached(method: LoginMethod, level: Level) -> Self {
        Self::of(method).find(|acr| acr.row().states == Some(level)).unwrap_or(method.any())
    }

    /// The value of the same method that asks for this level, or for biometrics first.
    pub fn narrowed(self, high: bool) -> Self {
        let fits = |acr: &Self| if high { acr.level() == Level::High } else { acr.prefers_biometrics() };
        Self::of(self.method).find(fits).unwrap_or(self)
    }
}

impl fmt::Debug for Acr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// As the method's id and the place in its row, which is shorter than the value: it stands in cookies.
impl Serialize for Acr {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.method, self.at).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Acr {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (method, at) = <(LoginMethod, u8)>::deserialize(deserializer)?;
        Self::of(method).find(|acr| acr.at == at).ok_or_else(|| D::Error::custom("no such acr"))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Acr, Level, LoginMethod};

    #[test]
    fn the_table_of_the_contract() {
        let met = |acr: Acr, level| acr.is_met_by(LoginMethod::NO_BANKID, level);
        assert!(met(Acr::NO_BANKID, Level::Substantial) && met(Acr::NO_BANKID, Level::High));
        assert!(!met(Acr::NO_BANKID_HIGH, Level::Substantial) && met(Acr::NO_BANKID_HIGH, Level::High));
        assert!(met(Acr::NO_BANKID_SUBSTANTIAL, Level::High) && !met(Acr::NO_BANKID, Level::Low));
        assert!(Acr::NO_VIPPS.is_met_by(LoginMethod::NO_VIPPS, Level::None));
        assert!(!met(Acr::NO_VIPPS, Level::High));
        for (level, value) in [
            (Level::High, "urn:grn:authn:no:bankid:high"),
            (Level::Substantial, "urn:grn:authn:no:bankid:substantial"),
            (Level::Low, "urn:grn:authn:no:bankid"),
        ] {
            assert_eq!(Acr::reached(LoginMethod::NO_BANKID, level).as_str(), value);
        }
        assert_eq!(LoginMethod::NO_BANKID.highest(), Level::High);
        assert_eq!(LoginMethod::NO_VIPPS.highest(), Level::None);
    }

    #[test]
    fn ids_and_values_are_each_of_one_row_and_read_back() {
        let ids: Vec<&str> = LoginMethod::all().map(LoginMethod::as_str).collect();
        assert_eq!(ids, ["no-bankid", "no-vipps", "automation"], "ids never change");
        assert_eq!(LoginMethod::eids().count(), 2);
        let values: BTreeSet<&str> = Acr::all().map(Acr::as_str).collect();
        assert_eq!(values.len(), Acr::all().count());
        for acr in Acr::all() {
            assert_eq!(Acr::parse(acr.as_str()), Some(acr));
            let text = serde_json::to_string(&acr).unwrap();
            assert_eq!(serde_json::from_str::<Acr>(&text).unwrap(), acr);
        }
        assert!(serde_json::from_str::<Acr>(r#"["no-vipps",1]"#).is_err());
        assert!(serde_json::from_str::<LoginMethod>(r#""no-such""#).is_err());
    }

    #[test]
    fn the_named_values_are_what_they_are_called() {
        assert_eq!(Acr::NO_BANKID_HIGH.as_str(), "urn:grn:authn:no:bankid:high");
        assert_eq!(Acr::NO_BANKID_SUBSTANTIAL.as_str(), "urn:grn:authn:no:bankid:substantial");
        assert_eq!(Acr::NO_BANKID.narrowed(true), Acr::NO_BANKID_HIGH);
        assert_eq!(Acr::NO_BANKID.narrowed(false), Acr::NO_BANKID_SUBSTANTIAL);
        assert_eq!(Acr::NO_VIPPS.narrowed(true), Acr::NO_VIPPS);
        assert_eq!(LoginMethod::NO_BANKID.hint(Level::High, false), "hint-bankid-high");
        assert_eq!(LoginMethod::NO_BANKID.hint(Level::Substantial, true), "hint-bankid-biometrics");
        assert_eq!(LoginMethod::NO_VIPPS.hint(Level::None, false), "hint-vipps");
    }

    #[test]
    fn the_sign_in_of_test_users_was_called_automation_in_every_language() {
        let named = texts::Locale::ALL.map(|locale| LoginMethod::TEST_USER.name_in(locale));
        assert_eq!(named, ["Testbruker", "Testbrukar", "Test user"]);
        assert_eq!(LoginMethod::NO_BANKID.name_in(texts::Locale::En), "BankID");
    }
}
