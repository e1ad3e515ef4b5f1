//! What a plan does to an object, in a word.

use serde::{Deserialize, Serialize};

use crate::{Locale, say};

macro_rules! plan_verbs {
    ($($(#[$doc:meta])+ $verb:ident: $id:literal;)+) => {
        /// What happens to an object when a plan is carried out.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum PlanVerb {
            $($(#[$doc])+ $verb,)+
        }

        impl PlanVerb {
            /// Every verb.
            pub const ALL: &[Self] = &[$(Self::$verb),+];

            /// The id, for programs.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$verb => $id,)+
                }
            }

            const fn key(self) -> &'static str {
                match self {
                    $(Self::$verb => concat!("plan-verb-", $id),)+
                }
            }
        }
    };
}

// The words are `plan-verb-{id}` in `locales/administrators/*.ftl`.
plan_verbs! {
    /// It is made.
    Create: "create";
    /// It gets other settings.
    Change: "change";
    /// It is switched on again.
    Enable: "enable";
    /// It is switched off.
    Disable: "disable";
    /// It is deleted.
    Remove: "remove";
    /// Nothing.
    Unchanged: "unchanged";
}

impl PlanVerb {
    /// Says it in a word.
    pub fn say(self, locale: Locale) -> String {
        say(locale, self.key(), &[])
    }
}

#[cfg(test)]
mod tests {
    use super::PlanVerb;
    use crate::{Locale, UNTRANSLATED};

    #[test]
    fn every_verb_is_there_in_every_language_and_the_terminal_prints_its_id() {
        for verb in PlanVerb::ALL {
            assert!(Locale::ALL.iter().all(|it| !verb.say(*it).contains(UNTRANSLATED)), "{verb:?}");
            assert_eq!(verb.say(Locale::En), verb.as_str());
        }
        assert_eq!(PlanVerb::Unchanged.say(Locale::Nn), "uendra");
    }
}
