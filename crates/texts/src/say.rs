//! Finds a sentence and fills in what varies.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use crate::Locale;

/// Opens the stand-in for a sentence that does not exist; tests look for it.
pub const UNTRANSLATED: char = '⟦';

type Bundle = FluentBundle<FluentResource>;

/// The sentences of a language, read when one of them is first said.
struct Sentences {
    /// What people see who log in.
    pages: LazyLock<Bundle>,
    /// What administrators are told: more than half of all, and a running service hardly ever says it.
    administrators: LazyLock<Bundle>,
    /// What the console says.
    console: LazyLock<Bundle>,
}

macro_rules! sentences {
    ($locale:literal) => {
        Sentences {
            pages: LazyLock::new(|| bundle($locale, include_str!(concat!("../locales/", $locale, ".ftl")))),
            administrators: LazyLock::new(|| {
                bundle($locale, include_str!(concat!("../locales/administrators/", $locale, ".ftl")))
            }),
            console: LazyLock::new(|| {
                bundle($locale, include_str!(concat!("../locales/console/", $locale, ".ftl")))
            }),
        }
    };
}

static BOKMAAL: Sentences = sentences!("nb");
static NYNORSK: Sentences = sentences!("nn");
static ENGLISH: Sentences = sentences!("en");

/// Says the sentence `key` in a language, with `args` (name, value) filled in.
///
/// The answer is plain text: escape it in HTML. An unknown key comes back as
/// `⟦key⟧`, so that a page still stands and a test sees it.
pub fn say(locale: Locale, key: &str, args: &[(&str, &str)]) -> String {
    let sentences = match locale {
        Locale::Nb => &BOKMAAL,
        Locale::Nn => &NYNORSK,
        Locale::En => &ENGLISH,
    };
    // Each is read only when those before it do not have the sentence.
    let files = [&sentences.pages, &sentences.console, &sentences.administrators];
    let found = files.into_iter().find_map(|file| Some((&**file, file.get_message(key)?.value()?)));
    let Some((bundle, pattern)) = found else {
        return format!("{UNTRANSLATED}{key}⟧");
    };
    let mut errors = Vec::new();
    if args.is_empty() {
        return bundle.format_pattern(pattern, None, &mut errors).into_owned();
    }
    let args: FluentArgs<'_> = args.iter().map(|(name, value)| (*name, argument(name, value))).collect();
    bundle.format_pattern(pattern, Some(&args), &mut errors).into_owned()
}

/// A count is a number, so that a sentence can have a form for one; everything else stays as it is written, ids too.
fn argument<'a>(name: &str, value: &'a str) -> FluentValue<'a> {
    if name == "count" { FluentValue::try_number(value) } else { FluentValue::from(value) }
}

fn bundle(locale: &str, source: &str) -> Bundle {
    let language: LanguageIdentifier = locale.parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![language]);
    // Isolation marks would show up in titles and in copied text; all our languages read left to right.
    bundle.set_use_isolating(false);
    // A file with a broken sentence still gives the others; a test refuses such a file.
    let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(rest, _)| rest);
    bundle.add_resource_overriding(resource);
    bundle
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::{FluentResource, Locale, UNTRANSLATED, say};

    /// All files of a language.
    const fn source(locale: Locale) -> &'static str {
        match locale {
            Locale::Nb => {
                concat!(
                    include_str!("../locales/nb.ftl"),
                    include_str!("../locales/administrators/nb.ftl"),
                    include_str!("../locales/console/nb.ftl")
                )
            }
            Locale::Nn => {
                concat!(
                    include_str!("../locales/nn.ftl"),
                    include_str!("../locales/administrators/nn.ftl"),
                    include_str!("../locales/console/nn.ftl")
                )
            }
            Locale::En => {
                concat!(
                    include_str!("../locales/en.ftl"),
                    include_str!("../locales/administrators/en.ftl"),
                    include_str!("../locales/console/en.ftl")
                )
            }
        }
    }

    /// Key → names of its arguments, as written in the file.
    fn sentences(locale: Locale) -> BTreeMap<String, BTreeSet<String>> {
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut key = String::new();
        for line in source(locale).lines().filter(|line| !line.starts_with('#')) {
            if let Some((name, _)) = line.split_once(" =")
                && line.starts_with(|c: char| c.is_ascii_lowercase())
            {
                key = name.to_owned();
                assert!(found.insert(key.clone(), BTreeSet::new()).is_none(), "{locale}: {key} twice");
            }
            for rest in line.split('$').skip(1) {
                let argument = rest.split(|c: char| !c.is_ascii_lowercase()).next().unwrap().to_owned();
                found.get_mut(&key).unwrap().insert(argument);
            }
        }
        found
    }

    #[test]
    fn every_file_is_well_formed() {
        for locale in Locale::ALL {
            let errors = FluentResource::try_new(source(locale).to_owned()).err().map(|(_, errors)| errors);
            assert!(errors.is_none(), "{locale}: {errors:?}");
        }
    }

    #[test]
    fn every_language_has_every_sentence_with_the_same_arguments() {
        let expected = sentences(Locale::Nb);
        for locale in [Locale::Nn, Locale::En] {
            let found = sentences(locale);
            let missing: Vec<_> = expected.iter().filter(|pair| !found.contains(pair)).collect();
            let extra: Vec<_> = found.iter().filter(|pair| !expected.contains(pair)).collect();
            assert!(missing.is_empty() && extra.is_empty(), "{locale}: missing {missing:?}, extra {extra:?}");
        }
    }

    impl PairIn for BTreeMap<String, BTreeSet<String>> {
        fn contains(&self, (key, args): &(&String, &BTreeSet<String>)) -> bool {
            self.get(*key) == Some(*args)
        }
    }

    trait PairIn {
        fn contains(&self, pair: &(&String, &BTreeSet<String>)) -> bool;
    }

    #[test]
    fn nobody_is_asked_vennligst() {
        for locale in Locale::ALL {
            let text = source(locale).to_lowercase();
            for word in ["vennligst", "obligatorisk", "påkrevd", "please"] {
                assert!(!text.contains(word), "{locale}: {word}");
            }
        }
    }

    #[test]
    fn an_argument_is_filled_in_as_it_is() {
        let said = say(Locale::En, "selector-lead", &[("application", "<b>Fjord & Co</b>")]);
        assert!(said.contains("<b>Fjord & Co</b>"), "{said}");
    }

    #[test]
    fn an_unknown_key_is_visible() {
        assert!(say(Locale::Nb, "no-such-key", &[]).starts_with(UNTRANSLATED));
    }

    #[test]
    fn one_of_something_was_told_in_the_plural() {
        let open = |count| say(Locale::En, "console-order-open", &[("count", count)]);
        assert!(open("1").starts_with("One part is"), "{}", open("1"));
        assert!(open("12").starts_with("12 parts are"), "{}", open("12"));
    }
}
