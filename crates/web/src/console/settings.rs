//! Settings in forms: one mechanism for what can be set of applications and of domains. A table says where a setting stands in
//! the JSON, in which section of a page, and how it is entered; the checks are those of `model`, which name what is wrong.

use console::{Refusal, Seen};
use crypto::Digest;
use model::{Environment, LoginMethod};
use pages::console::{Block, ConsoleField, ConsoleForm, Fact, FieldKind, FieldOption, NavItem, Text};
use serde_json::{Map, Value, json};
use texts::{AdminMessage, FieldMessage};

use super::{answer::sentence, filled::Filled, visit::Visit};

/// The settings of an object as JSON, with its name.
pub(super) type Members = Map<String, Value>;

/// How a setting is entered.
#[derive(Clone, Copy)]
pub(super) enum Entry {
    /// A text in a line of at most so many characters.
    Line(u16),
    /// A text for a computer.
    Word(u16),
    /// A list of addresses, one a line.
    Addresses,
    /// The same where an empty one means something else than none.
    MaybeAddresses,
    /// A whole number of seconds within these limits; empty for the default.
    Seconds(u32, u32),
    /// A whole number of minutes.
    Minutes,
    /// On or off.
    Switch,
    /// One of a few words, each with the keys of its name and of more about it.
    Choice(&'static [(&'static str, &'static str, &'static str)]),
    /// One of the words of a standard.
    Words(fn() -> Vec<&'static str>),
    /// Any of the ways to log in.
    Methods,
    /// Any of a few words, each with the key of its name.
    Several(&'static [(&'static str, &'static str)]),
    /// A JSON document.
    Json,
    /// Apple's apps, one a line, as their team's id, a dot, and their own.
    AppleApps,
    /// Android's apps, one a line: the package's name and the fingerprints of its certificates.
    AndroidApps,
}

/// A setting as a form has it.
#[derive(Clone, Copy)]
pub(super) struct Setting {
    /// Its place in the JSON; a dot leads into a group.
    pub(super) name: &'static str,
    /// The section of the page.
    pub(super) section: &'static str,
    pub(super) entry: Entry,
    /// The key of its name.
    pub(super) label: &'static str,
    /// The key of the rule; empty for none.
    pub(super) help: &'static str,
}

/// A form of a page.
pub(super) struct Section {
    /// The last word of its address.
    pub(super) word: &'static str,
    /// The page that it is on.
    pub(super) tab: &'static str,
    pub(super) title: &'static str,
    pub(super) lead: &'static str,
}

/// What a page of settings is made from.
pub(super) struct Sheet<'a> {
    pub(super) settings: &'a [Setting],
    pub(super) sections: &'static [Section],
    pub(super) members: &'a Members,
    pub(super) version: i64,
    pub(super) environment: Environment,
    /// The address of the object's page.
    pub(super) base: &'a str,
    /// Whether the reader may change settings.
    pub(super) may_change: bool,
    pub(super) refused: Option<&'a Refused<'a>>,
}

/// A form that was refused.
pub(super) struct Refused<'a> {
    pub(super) section: &'a str,
    pub(super) refusal: &'a Refusal,
    /// What is wrong with single settings, where more is known than the refusal says.
    pub(super) fields: Vec<(&'static str, Text)>,
}

/// The settings of an object, with its name among them.
pub(super) fn members_of(name: &str, settings: &str) -> Members {
    let mut members: Members = serde_json::from_str(settings).unwrap_or_default();
    members.insert("name".to_owned(), json!(name));
    members
}

/// Takes the name out again; gives it, and the settings as text.
pub(super) fn taken_apart(mut members: Members) -> (String, String) {
    let name = members.remove("name").and_then(|it| it.as_str().map(str::to_owned)).unwrap_or_default();
    (name, Value::Object(members).to_string())
}

/// The section of this address.
pub(super) fn section(sections: &'static [Section], word: &str) -> Option<&'static Section> {
    sections.iter().find(|it| it.word == word)
}

/// The pages of an object, as links: the word of each and the key of its name.
pub(super) fn tabs(base: &str, all: &[(&'static str, &'static str)], here: &str) -> Vec<NavItem> {
    let tab = |(word, label): &(&str, &'static str)| NavItem {
        label: Text::Key(label),
        href: if word.is_empty() { base.to_owned() } else { format!("{base}/{word}") },
        is_here: *word == here,
    };
    all.iter().map(tab).collect()
}

fn at<'a>(members: &'a Members, name: &str) -> Option<&'a Value> {
    match name.split_once('.') {
        None => members.get(name),
        Some((group, rest)) => members.get(group)?.as_object().and_then(|it| at(it, rest)),
    }
}

fn put(members: &mut Members, name: &str, value: Option<Value>) {
    match (name.split_once('.'), value) {
        (None, None) => drop(members.remove(name)),
        (None, Some(value)) => drop(members.insert(name.to_owned(), value)),
        (Some((group, rest)), value) => {
            let inner = members.entry(group).or_insert_with(|| json!({}));
            if let Some(inner) = inner.as_object_mut() {
                put(inner, rest, value);
            }
        }
    }
}

fn strings(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn member<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

impl Setting {
    /// What stands in the field.
    fn entered(&self, members: &Members) -> String {
        let Some(value) = at(members, self.name) else { return String::new() };
        let apps = || value.as_array().into_iter().flatten();
        match self.entry {
            Entry::Line(_) | Entry::Word(_) | Entry::Choice(_) | Entry::Words(_) => {
                value.as_str().unwrap_or_default().to_owned()
            }
            Entry::Addresses | Entry::MaybeAddresses | Entry::Methods | Entry::Several(_) => {
                strings(value).join("\n")
            }
            Entry::Seconds(..) | Entry::Minutes => {
                value.as_u64().map(|it| it.to_string()).unwrap_or_default()
            }
            Entry::Switch => if value == &json!(true) { "yes" } else { "" }.to_owned(),
            Entry::Json => serde_json::to_string_pretty(value).unwrap_or_default(),
            Entry::AppleApps => {
                let line = |it: &Value| format!("{}.{}", member(it, "team_id"), member(it, "bundle_id"));
                apps().map(line).collect::<Vec<_>>().join("\n")
            }
            Entry::AndroidApps => {
                let line = |it: &Value| {
                    let prints = it.get("sha256_cert_fingerprints").map(strings).unwrap_or_default();
                    format!("{} {}", member(it, "package_name"), prints.join(" "))
                };
                apps().map(line).collect::<Vec<_>>().join("\n")
            }
        }
    }

    /// What was typed, as it stands in the JSON; `None` for what is not set.
    fn typed(&self, form: &Filled) -> Result<Option<Value>, FieldMessage> {
        let (name, lines) = (self.name, || form.lines(self.name));
        let whole = |message: AdminMessage| match form.get(name) {
            "" => Ok(None),
            text => text.parse::<u32>().map(|it| Some(json!(it))).map_err(|_| message.at(name)),
        };
        match self.entry {
            Entry::Line(_) | Entry::Word(_) => Ok(form.maybe(name).map(Value::from)),
            Entry::Choice(_) | Entry::Words(_) => Ok(form.maybe(name).map(Value::from)),
            Entry::Addresses => Ok(Some(lines().into())),
            Entry::MaybeAddresses => Ok(Some(lines()).filter(|it| !it.is_empty()).map(Value::from)),
            Entry::Seconds(least, most) => {
                whole(AdminMessage::LifetimeOutOfRange { least: least.into(), most: most.into() })
            }
            Entry::Minutes => whole(AdminMessage::SessionLimitsInvalid),
            Entry::Switch => Ok(Some(json!(form.has(name)))),
            Entry::Methods | Entry::Several(_) => Ok(Some(form.all(name).collect::<Vec<_>>().into())),
            Entry::Json => match form.get(name) {
                "" => Ok(None),
                text => crypto::read_json(text.as_bytes()).map(Some).map_err(|error| {
                    AdminMessage::SettingValueUnreadable { detail: error.to_string().into() }.at(name)
                }),
            },
            Entry::AppleApps => {
                let app = |line: String| {
                    let (team, bundle) = line.split_once('.').unwrap_or((&line, ""));
                    json!({"team_id": team, "bundle_id": bundle})
                };
                Ok(Some(lines().into_iter().map(app).collect()))
            }
            Entry::AndroidApps => {
                let app = |line: String| {
                    let mut words = line.split_whitespace();
                    let package = words.next().unwrap_or_default();
                    json!({"package_name": package, "sha256_cert_fingerprints": words.collect::<Vec<_>>()})
                };
                Ok(Some(lines().into_iter().map(app).collect()))
            }
        }
    }

    /// What a browser has ticked by not sending it.
    const fn is_ticked(&self) -> bool {
        matches!(self.entry, Entry::Switch | Entry::Methods | Entry::Several(_))
    }

    fn raw(&self, form: &Filled) -> String {
        match self.entry {
            Entry::Methods | Entry::Several(_) => form.all(self.name).collect::<Vec<_>>().join("\n"),
            _ => form.get(self.name).to_owned(),
        }
    }

    fn kind(&self, visit: &Visit, environment: Environment) -> FieldKind {
        match self.entry {
            Entry::Line(most) => FieldKind::Line(most),
            Entry::Word(most) => FieldKind::Identifier(most),
            Entry::Addresses | Entry::MaybeAddresses => FieldKind::Addresses(4),
            Entry::Seconds(..) | Entry::Minutes => FieldKind::Identifier(10),
            Entry::Switch => FieldKind::Checkbox,
            Entry::Choice(words) => {
                let option = |(word, label, help): &(&'static str, &'static str, &'static str)| FieldOption {
                    help: (!help.is_empty()).then_some(Text::Key(help)),
                    ..FieldOption::new(*word, Text::Key(label))
                };
                FieldKind::Radio(words.iter().map(option).collect())
            }
            Entry::Words(words) => FieldKind::Select(
                words().into_iter().map(|it| FieldOption::new(it, Text::code(it))).collect(),
            ),
            Entry::Methods => {
                let fits = |it: &LoginMethod| it.is_eid() || environment == Environment::Test;
                let option =
                    |it: LoginMethod| FieldOption::new(it.as_str(), Text::plain(it.name_in(visit.locale)));
                FieldKind::Checkboxes(LoginMethod::all().filter(fits).map(option).collect())
            }
            Entry::Several(words) => {
                let option =
                    |(word, label): &(&'static str, &'static str)| FieldOption::new(*word, Text::Key(label));
                FieldKind::Checkboxes(words.iter().map(option).collect())
            }
            Entry::Json => FieldKind::Code(8),
            Entry::AppleApps | Entry::AndroidApps => FieldKind::Code(3),
        }
    }

    /// The value to read, for whoever may not change it.
    fn shown(&self, visit: &Visit, members: &Members) -> Vec<Text> {
        let value = self.entered(members);
        match self.entry {
            Entry::Switch => {
                vec![Text::Key(if value.is_empty() { "console-state-off-short" } else { "console-yes" })]
            }
            _ if value.is_empty() => vec![Text::plain("–")],
            Entry::Choice(words) => {
                let known = words.iter().find(|(word, ..)| *word == value);
                vec![known.map_or_else(|| Text::code(value.clone()), |(_, label, _)| Text::Key(label))]
            }
            Entry::Several(words) => {
                let named = |it: &&(&str, &'static str)| value.lines().any(|word| word == it.0);
                words.iter().filter(named).map(|(_, label)| Text::Key(label)).collect()
            }
            Entry::Line(_) | Entry::Seconds(..) | Entry::Minutes => vec![Text::plain(value)],
            Entry::Methods => {
                let name =
                    |it: &str| LoginMethod::parse(it).map_or(it.to_owned(), |it| it.name_in(visit.locale));
                value.lines().map(|it| Text::plain(name(it))).collect()
            }
            _ => value.lines().map(Text::code).collect(),
        }
    }

    /// Tells two values apart in a few characters.
    fn digest(&self, members: &Members) -> String {
        let text = at(members, self.name).map(Value::to_string).unwrap_or_default();
        Digest::of(text.as_bytes()).as_bytes().iter().take(4).map(|it| format!("{it:02x}")).collect()
    }
}

/// The settings that a form asks for: those that were there, with what was typed in this section.
pub(super) fn wanted(
    settings: &[Setting],
    section: &str,
    (before, form): (&Members, &Filled),
) -> Result<Members, Refusal> {
    let mut members = before.clone();
    let asked = settings.iter().filter(|it| it.section == section);
    // A field that did not come is not a field that was emptied.
    for setting in asked.filter(|it| it.is_ticked() || form.is_there(it.name)) {
        put(&mut members, setting.name, setting.typed(form).map_err(Refusal::Invalid)?);
    }
    Ok(members)
}

/// The version that the form was made from; one that there never was if it does not say.
pub(super) fn seen(visit: &Visit) -> Seen {
    Seen::version(visit.form.get("version").parse().unwrap_or_default())
}

/// The setting that a refusal is about: without the place in a list.
fn named(refusal: &Refusal) -> String {
    refusal.message().field.unwrap_or_default().split('[').next().unwrap_or_default().to_owned()
}

/// What is wrong with each of these fields: everything, with the line where a field has several.
pub(super) fn marked(
    visit: &Visit,
    names: impl Iterator<Item = &'static str>,
    faults: &[FieldMessage],
) -> Vec<(&'static str, Text)> {
    let of = |name: &'static str| {
        let said: Vec<String> = faults.iter().filter_map(|it| about(visit, name, it)).collect();
        (!said.is_empty()).then(|| (name, Text::plain(said.join(" "))))
    };
    names.filter_map(of).collect()
}

/// What a fault says of a field, if it is about that.
fn about(visit: &Visit, name: &str, fault: &FieldMessage) -> Option<String> {
    let place = fault.field.as_deref()?.strip_prefix(name)?;
    let what = sentence(visit, &Refusal::Invalid(fault.clone()));
    if place.is_empty() {
        return Some(what);
    }
    let at: usize = place.strip_prefix('[')?.strip_suffix(']')?.parse().ok()?;
    // Empty lines count for whoever looks at the field.
    let lines = visit.form.get(name).lines().enumerate().filter(|(_, it)| !it.trim().is_empty());
    let line = (lines.map(|(line, _)| line).nth(at)? + 1).to_string();
    Some(texts::say(visit.locale, "console-line", &[("line", line.as_str()), ("what", what.as_str())]))
}

/// The names of the settings of a section.
pub(super) fn names(settings: &'static [Setting], section: &str) -> impl Iterator<Item = &'static str> {
    settings.iter().filter(move |it| it.section == section).map(|it| it.name)
}

/// Which settings of a section somebody else changed since the form was made, by what the form remembers of each.
fn changed_meanwhile(visit: &Visit, sheet: &Sheet<'_>, section: &str) -> Vec<(&'static str, Text)> {
    let of_section = sheet.settings.iter().filter(|it| it.section == section);
    let remembered = visit.form.get("seen").split('.');
    let differs = |(setting, digest): (&Setting, &str)| {
        let value = setting.shown(visit, sheet.members);
        let words = value.iter().map(|it| plain(visit, it)).collect::<Vec<_>>().join(", ");
        let name = texts::say(visit.locale, setting.label, &[]);
        let text = Text::With("console-changed-field", vec![("name", name), ("value", words)]);
        (setting.digest(sheet.members) != digest).then_some((setting.name, text))
    };
    of_section.zip(remembered).filter_map(differs).collect()
}

fn plain(visit: &Visit, text: &Text) -> String {
    match text {
        Text::Key(key) => texts::say(visit.locale, key, &[]),
        Text::Plain(text) | Text::Code(text) => text.clone(),
        Text::With(..) => String::new(),
    }
}

impl Sheet<'_> {
    fn of_section<'a>(&'a self, section: &'a str) -> impl Iterator<Item = &'a Setting> {
        self.settings.iter().filter(move |it| it.section == section)
    }

    fn form(&self, visit: &Visit, section: &Section) -> ConsoleForm {
        let refused = self.refused.filter(|it| it.section == section.word);
        let is_stale = refused.is_some_and(|it| matches!(it.refusal, Refusal::ChangedMeanwhile(_)));
        let mut errors = refused.map(|it| it.fields.clone()).unwrap_or_default();
        if is_stale {
            errors = changed_meanwhile(visit, self, section.word);
        }
        let blamed = refused.map(|it| named(it.refusal)).unwrap_or_default();
        let is_known = self.of_section(section.word).any(|it| it.name == blamed);
        if let (Some(it), true, true) = (refused, is_known, errors.is_empty())
            && let Some(setting) = self.of_section(section.word).find(|it| it.name == blamed)
        {
            errors.push((setting.name, Text::plain(sentence(visit, it.refusal))));
        }
        let error = match refused {
            Some(_) if is_stale && errors.is_empty() => Some(Text::Key("console-changed-elsewhere")),
            Some(_) if is_stale => Some(Text::Key("console-changed-meanwhile")),
            Some(it) if errors.is_empty() => Some(Text::plain(sentence(visit, it.refusal))),
            _ => None,
        };
        let field = |setting: &Setting| {
            let value = match refused {
                Some(_) if setting.is_ticked() || visit.form.is_there(setting.name) => {
                    setting.raw(&visit.form)
                }
                _ => setting.entered(self.members),
            };
            let kind = setting.kind(visit, self.environment);
            let wrong = errors.iter().find(|(name, _)| *name == setting.name).map(|(_, text)| text.clone());
            let field = ConsoleField::new(setting.name, Text::Key(setting.label), value, kind).wrong(wrong);
            if setting.help.is_empty() { field } else { field.with_help(Text::Key(setting.help)) }
        };
        let seen: Vec<String> = self.of_section(section.word).map(|it| it.digest(self.members)).collect();
        ConsoleForm {
            action: format!("{}/{}", self.base, section.word),
            hidden: vec![
                ("version".to_owned(), self.version.to_string()),
                ("seen".to_owned(), seen.join(".")),
            ],
            fields: self.of_section(section.word).map(field).collect(),
            submit: Text::Key("console-save"),
            submit_id: "",
            error,
            ..ConsoleForm::default()
        }
    }

    /// The sections of a page, as forms, or to read for whoever may not change them.
    pub(super) fn blocks(&self, visit: &Visit, tab: &str) -> Vec<Block> {
        let mut blocks = Vec::new();
        for section in self.sections.iter().filter(|it| it.tab == tab) {
            let lead = (!section.lead.is_empty()).then_some(Text::Key(section.lead));
            blocks.push(Block::Heading { id: "", text: Text::Key(section.title), lead });
            if self.may_change {
                blocks.push(Block::Form(self.form(visit, section)));
            } else {
                let fact = |it: &Setting| Fact {
                    values: it.shown(visit, self.members),
                    ..Fact::new(it.label, Text::default())
                };
                blocks.push(Block::Facts(self.of_section(section.word).map(fact).collect()));
            }
        }
        blocks
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Entry, Filled, Setting, members_of, taken_apart, wanted};

    const fn setting(name: &'static str, entry: Entry) -> Setting {
        Setting { name, section: "s", entry, label: "", help: "" }
    }

    #[test]
    fn what_is_in_a_field_reads_back_as_it_was_stored() {
        let stored = json!({
            "uris": ["https://a", "https://b"], "seconds": 60, "brand": {"color": "#000000"}, "on": true,
            "apple": [{"team_id": "ABCDE12345", "bundle_id": "com.example.shop"}],
            "android": [{"package_name": "com.example.shop", "sha256_cert_fingerprints": ["AA:BB", "CC:DD"]}],
        });
        let settings = [
            setting("uris", Entry::Addresses),
            setting("seconds", Entry::Seconds(1, 2)),
            setting("brand.color", Entry::Word(7)),
            setting("on", Entry::Switch),
            setting("apple", Entry::AppleApps),
            setting("android", Entry::AndroidApps),
        ];
        let before = members_of("Shop", &stored.to_string());
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(settings.iter().map(|it| (it.name, it.entered(&before))));
        let filled = Filled::parse(&form.finish());
        let after = wanted(&settings, "s", (&members_of("Shop", "{}"), &filled)).unwrap();
        assert_eq!(taken_apart(after), ("Shop".to_owned(), taken_apart(before).1));
    }

    #[test]
    fn a_field_that_did_not_come_stays_and_an_emptied_one_is_not_set() {
        let settings = [
            setting("uris", Entry::Addresses),
            setting("text", Entry::Line(9)),
            setting("on", Entry::Switch),
        ];
        let before = members_of("Shop", r#"{"uris":["https://a"],"text":"x","on":true}"#);
        let after = wanted(&settings, "s", (&before, &Filled::parse("text="))).unwrap();
        assert_eq!(taken_apart(after).1, r#"{"on":false,"uris":["https://a"]}"#);
        let none = wanted(&settings, "other", (&before, &Filled::default())).unwrap();
        assert_eq!(none, before);
    }
}
