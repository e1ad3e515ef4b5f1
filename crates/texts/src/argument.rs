//! What is filled into a message for administrators. The types keep apart what came from outside and what is ours.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::{Cause, Locale, say};

/// The most of a text from outside that is shown, in characters.
const SHOWN: usize = 60;

/// The most of a sentence of a library that is shown, in characters.
const DETAIL: usize = 1_000;

/// Something that can be filled in.
pub(crate) trait Argument {
    /// The text as it is shown.
    fn fill(&self, locale: Locale) -> String;
}

/// Shows text from outside: in quotation marks, cut to 60 characters, control characters and those that turn the line
/// around escaped.
pub fn quoted(text: &str) -> String {
    let cut: String = text.chars().take(SHOWN).collect();
    let more = if cut.len() < text.len() { "…" } else { "" };
    format!("{cut:?}{more}")
}

/// Text that came from outside. It is shown as [`quoted`] says, and no more of it is kept than that needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Quoted(String);

impl Quoted {
    /// The text itself, of which more than 60 characters are not kept.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Quoted {
    fn from(text: &str) -> Self {
        Self(text.chars().take(SHOWN + 1).collect())
    }
}

impl From<&String> for Quoted {
    fn from(text: &String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<String> for Quoted {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl Argument for Quoted {
    fn fill(&self, _: Locale) -> String {
        quoted(&self.0)
    }
}

/// Escapes control characters and those that are not seen or turn the line around.
pub(crate) fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for it in text.chars() {
        match it {
            '"' | '\'' | '\\' => shown.push(it),
            other => shown.extend(other.escape_debug()),
        }
    }
    shown
}

/// A word or number of ours: the name of a member, a limit, a command. Shown as it is; should it have a control character
/// nevertheless, that is escaped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Word(Cow<'static, str>);

impl Word {
    /// The word.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&'static str> for Word {
    fn from(word: &'static str) -> Self {
        Self(Cow::Borrowed(word))
    }
}

impl From<String> for Word {
    fn from(word: String) -> Self {
        Self(Cow::Owned(word))
    }
}

impl From<usize> for Word {
    fn from(number: usize) -> Self {
        Self::from(number.to_string())
    }
}

impl From<u32> for Word {
    fn from(number: u32) -> Self {
        Self::from(number.to_string())
    }
}

impl Argument for Word {
    fn fill(&self, _: Locale) -> String {
        escaped(&self.0)
    }
}

/// The state of an order: a word of `model`, shown as pages name it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StateName(Cow<'static, str>);

impl From<&'static str> for StateName {
    fn from(word: &'static str) -> Self {
        Self(Cow::Borrowed(word))
    }
}

impl Argument for StateName {
    fn fill(&self, locale: Locale) -> String {
        say(locale, &format!("console-order-state-{}", self.0.replace('_', "-")), &[])
    }
}

/// A sentence that a library or the system made, in English. It may repeat what came from outside: at most 1,000 characters
/// are kept, and control characters are escaped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Detail(String);

impl From<&str> for Detail {
    fn from(text: &str) -> Self {
        Self(text.chars().take(DETAIL).collect())
    }
}

impl From<String> for Detail {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl Argument for Detail {
    fn fill(&self, _: Locale) -> String {
        escaped(&self.0)
    }
}

/// Words of ours, shown with commas between them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct List(Vec<Word>);

impl List {
    /// The words.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(Word::as_str)
    }
}

impl<T: Into<Word>> FromIterator<T> for List {
    fn from_iter<I: IntoIterator<Item = T>>(words: I) -> Self {
        Self(words.into_iter().map(Into::into).collect())
    }
}

impl<T: Copy + Into<Word>> From<&[T]> for List {
    fn from(words: &[T]) -> Self {
        words.iter().copied().collect()
    }
}

impl<T: Into<Word>> From<Vec<T>> for List {
    fn from(words: Vec<T>) -> Self {
        words.into_iter().collect()
    }
}

impl<T: Into<Word>, const N: usize> From<[T; N]> for List {
    fn from(words: [T; N]) -> Self {
        words.into_iter().collect()
    }
}

impl Argument for List {
    fn fill(&self, locale: Locale) -> String {
        let words: Vec<String> = self.0.iter().map(|it| it.fill(locale)).collect();
        words.join(", ")
    }
}

/// Titles that the console has sentences for, by their keys, shown with commas between them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Titles(Vec<Word>);

impl From<Vec<String>> for Titles {
    fn from(keys: Vec<String>) -> Self {
        Self(keys.into_iter().map(Word::from).collect())
    }
}

impl Argument for Titles {
    fn fill(&self, locale: Locale) -> String {
        let titles: Vec<String> = self.0.iter().map(|it| say(locale, it.as_str(), &[])).collect();
        titles.join(", ")
    }
}

/// What an operator does about a cause of refused logins: the catalogue of causes has the sentences.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Advice(Cause);

impl Advice {
    /// `None` where the catalogue has nothing for operators.
    pub fn of(cause: Cause) -> Option<Self> {
        cause.operator_text(Locale::En).map(|_| Self(cause))
    }
}

impl TryFrom<String> for Advice {
    type Error = &'static str;

    fn try_from(cause: String) -> Result<Self, Self::Error> {
        Cause::parse(&cause).and_then(Self::of).ok_or("no cause with advice for operators")
    }
}

impl From<Advice> for String {
    fn from(advice: Advice) -> Self {
        advice.0.id().to_owned()
    }
}

impl Argument for Advice {
    fn fill(&self, locale: Locale) -> String {
        self.0.operator_text(locale).unwrap_or_default()
    }
}

/// A setting of an object that somebody else changed, or that the caller wanted to change. The values are JSON as it is kept;
/// never a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The setting.
    pub name: Word,
    /// What the caller saw; `None` where they said a version only.
    pub seen: Option<Detail>,
    /// What it is now.
    pub now: Detail,
    /// What the caller wanted.
    pub wanted: Detail,
}

/// Settings that are compared, with semicolons between them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Differences(Vec<Difference>);

impl FromIterator<Difference> for Differences {
    fn from_iter<I: IntoIterator<Item = Difference>>(all: I) -> Self {
        Self(all.into_iter().collect())
    }
}

impl Argument for Differences {
    fn fill(&self, locale: Locale) -> String {
        if self.0.is_empty() {
            return say(locale, "difference-none", &[]);
        }
        let fill = |it: &Difference| {
            let (name, now, wanted) = (it.name.fill(locale), it.now.fill(locale), it.wanted.fill(locale));
            let mut arguments = vec![("name", name.as_str()), ("now", &now), ("wanted", &wanted)];
            let seen = it.seen.as_ref().map(|it| it.fill(locale));
            arguments.extend(seen.as_deref().map(|it| ("seen", it)));
            say(locale, if seen.is_some() { "difference" } else { "difference-unseen" }, &arguments)
        };
        let all: Vec<String> = self.0.iter().map(fill).collect();
        all.join("; ")
    }
}

macro_rules! nouns {
    ($($(#[$doc:meta])+ $noun:ident: $key:literal;)+) => {
        /// A word that is filled into a message in the reader's language.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Noun {
            $($(#[$doc])+ $noun,)+
        }

        impl Noun {
            /// Every noun.
            pub const ALL: &[Self] = &[$(Self::$noun),+];

            const fn key(self) -> &'static str {
                match self {
                    $(Self::$noun => concat!("noun-", $key),)+
                }
            }
        }
    };
}

nouns! {
    /// A tenant.
    Tenant: "tenant";
    /// The name of a tenant.
    TenantName: "tenant-name";
    /// A domain.
    Domain: "domain";
    /// The name of a domain.
    DomainName: "domain-name";
    /// A host name.
    Host: "host";
    /// An application.
    Application: "application";
    /// A client id.
    ClientId: "client-id";
    /// A client secret.
    ClientSecret: "client-secret";
    /// An identity source.
    IdentitySource: "identity-source";
    /// Credentials of an identity source that are not in use yet.
    CandidateCredentials: "candidate-credentials";
    /// Credentials of an identity source that were replaced, while they can be restored.
    PreviousCredentials: "previous-credentials";
    /// An eID.
    Eid: "eid";
    /// An eID on a domain, which it has once.
    EidOfDomain: "eid-of-domain";
    /// A test user.
    TestUser: "test-user";
    /// A username.
    Username: "username";
    /// A signing key.
    SigningKey: "signing-key";
    /// The key that subjects are derived from.
    SubjectKey: "subject-key";
    /// A browser session.
    Session: "session";
    /// A trace id.
    Trace: "trace";
    /// Address and names of an audit event.
    PersonalPart: "personal-part";
    /// A plan of an import or a declaration that is kept.
    Plan: "plan";
    /// A letter of the outbox.
    Letter: "letter";
    /// A member of the console.
    Member: "member";
    /// An invitation to the console.
    Invitation: "invitation";
    /// An order of credentials.
    Order: "order";
    /// Somebody whom an order asks.
    OrderPerson: "order-person";
    /// An issuer of credentials.
    Issuer: "issuer";
    /// A text of the documents of orders.
    DocumentText: "document-text";
    /// A link into the console that was made on the host.
    EntryLink: "entry-link";
    /// Subjects that somebody brings from elsewhere.
    Subjects: "subjects";
    /// Any object.
    Object: "object";
    /// JSON: null.
    JsonNull: "json-null";
    /// JSON: true or false.
    JsonBool: "json-bool";
    /// JSON: a number.
    JsonNumber: "json-number";
    /// JSON: a text.
    JsonText: "json-text";
    /// JSON: a list.
    JsonList: "json-list";
    /// JSON: an object.
    JsonObject: "json-object";
}
// end of the nouns

impl Noun {
    /// Says it in the reader's language.
    pub fn say(self, locale: Locale) -> String {
        self.fill(locale)
    }
}

impl Argument for Noun {
    fn fill(&self, locale: Locale) -> String {
        say(locale, self.key(), &[])
    }
}

#[cfg(test)]
mod tests {
    use super::{Advice, Argument, Difference, Differences, Noun};
    use crate::{Cause, Locale, UNTRANSLATED};

    #[test]
    fn every_noun_is_there_in_every_language() {
        for locale in Locale::ALL {
            for noun in Noun::ALL {
                assert!(!noun.fill(locale).contains(UNTRANSLATED), "{locale} {noun:?}");
            }
        }
    }

    #[test]
    fn settings_that_are_compared_are_said_in_every_language_without_control_characters() {
        let one = |seen: Option<&str>| Difference {
            name: "name".into(),
            seen: seen.map(Into::into),
            now: "\"B\u{202e}\"".into(),
            wanted: "\"C\"".into(),
        };
        for locale in Locale::ALL {
            let all: Differences = [one(Some("\"A\"")), one(None)].into_iter().collect();
            let said = all.fill(locale);
            assert!(said.contains(r#""A""#) && said.contains(r#""B\u{202e}""#), "{locale}: {said}");
            assert_eq!((said.matches(r#""C""#).count(), said.matches("; ").count()), (2, 1), "{said}");
            let none = Differences::from_iter([]).fill(locale);
            assert!(!said.contains(UNTRANSLATED) && !none.contains(UNTRANSLATED), "{locale}: {said} {none}");
        }
    }

    #[test]
    fn advice_for_operators_is_kept_by_the_id_of_its_cause() {
        let advice = Advice::of(Cause::parse("eid-name-unknown").unwrap()).unwrap();
        let kept = serde_json::to_string(&advice).unwrap();
        assert_eq!(kept, r#""eid-name-unknown""#);
        assert_eq!(serde_json::from_str::<Advice>(&kept).unwrap(), advice);
        assert!(advice.fill(Locale::En).contains("getent hosts"));
        assert!(serde_json::from_str::<Advice>(r#""no-such-cause""#).is_err());
    }
}
