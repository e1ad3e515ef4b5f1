//! Additions to the lists among the settings, and removals from them, as they are said on the command line.

use clap::Args;
use model::{ApplicationSettings, LoginMethod};
use serde_json::{Map, Value, json};
use texts::{AdminMessage, FieldMessage, Outcome};

use super::{
    application_settings::{named_value, put},
    words::way,
};

/// The settings of an application that are lists, as `--add` and `--remove` name them.
const LISTS: [&str; 7] = [
    "redirect_uris",
    "post_logout_redirect_uris",
    "origins",
    "eids",
    "apple_apps",
    "android_apps",
    "jwks.keys",
];

/// What is to be added to the lists of an application, and removed from them.
#[derive(Args, Default)]
pub(super) struct ListWishes {
    /// One more address to answer to; can be repeated.
    #[arg(long, value_name = "URI")]
    add_redirect_uri: Vec<String>,
    /// An address to answer to no more; can be repeated.
    #[arg(long, value_name = "URI")]
    remove_redirect_uri: Vec<String>,
    /// One more address to go to after logging out; can be repeated.
    #[arg(long, value_name = "URI")]
    add_post_logout_redirect_uri: Vec<String>,
    /// An address to go to no more after logging out; can be repeated.
    #[arg(long, value_name = "URI")]
    remove_post_logout_redirect_uri: Vec<String>,
    /// One more origin whose scripts may call; can be repeated.
    #[arg(long, value_name = "ORIGIN")]
    add_origin: Vec<String>,
    /// An origin whose scripts may call no more; can be repeated.
    #[arg(long, value_name = "ORIGIN")]
    remove_origin: Vec<String>,
    /// One more eID that people may use; can be repeated.
    #[arg(long, value_name = "EID", value_parser = way)]
    add_eid: Vec<LoginMethod>,
    /// An eID that people may use no more; can be repeated.
    #[arg(long, value_name = "EID", value_parser = way)]
    remove_eid: Vec<LoginMethod>,
    /// Adds to any setting that is a list, as `name=JSON`; can be repeated.
    #[arg(long, value_name = "NAME=JSON")]
    add: Vec<String>,
    /// Removes from any setting that is a list, as `name=JSON`; an app is known by its bundle id or package name, a key
    /// by its kid. Can be repeated.
    #[arg(long, value_name = "NAME=JSON")]
    remove: Vec<String>,
}

/// One value that goes into a list, or out of it.
pub(super) struct ListChange {
    value: Value,
    is_added: bool,
}

impl ListChange {
    /// Removals first, so that a full list has room for what is added.
    pub(super) fn all(removed: &[LoginMethod], added: &[LoginMethod]) -> Vec<Self> {
        let removed = removed.iter().map(|it| Self { value: json!(it.as_str()), is_added: false });
        removed.chain(added.iter().map(|it| Self { value: json!(it.as_str()), is_added: true })).collect()
    }
}

impl ListWishes {
    /// Each change with its list, removals first. What cannot be read stands in `faults`.
    fn changes(&self, faults: &mut Vec<FieldMessage>) -> Vec<(String, ListChange)> {
        let texts = |eids: &[LoginMethod]| eids.iter().map(|it| it.as_str().to_owned()).collect();
        let (added, removed): (Vec<String>, Vec<String>) = (texts(&self.add_eid), texts(&self.remove_eid));
        let named = [
            ("redirect_uris", &self.remove_redirect_uri, &self.add_redirect_uri),
            (
                "post_logout_redirect_uris",
                &self.remove_post_logout_redirect_uri,
                &self.add_post_logout_redirect_uri,
            ),
            ("origins", &self.remove_origin, &self.add_origin),
            ("eids", &removed, &added),
        ];
        let mut all = Vec::new();
        for is_added in [false, true] {
            for (name, out, into) in named {
                let values = if is_added { into } else { out }.iter();
                all.extend(values.map(|it| (name.to_owned(), ListChange { value: json!(it), is_added })));
            }
            for said in if is_added { &self.add } else { &self.remove } {
                match named_value(said) {
                    Ok((name, value)) => all.push((name.to_owned(), ListChange { value, is_added })),
                    Err(fault) => faults.push(fault),
                }
            }
        }
        all
    }

    /// Changes the lists; gives what is to be said about it beside the settings. A change that cannot be made stands in
    /// `faults` and is left out.
    pub(super) fn apply(
        &self,
        settings: &mut ApplicationSettings,
        faults: &mut Vec<FieldMessage>,
    ) -> Vec<Outcome> {
        let mut notes = Vec::new();
        for (name, change) in self.changes(faults) {
            match changed(settings, (&name, &change)) {
                Ok((changed, more)) => {
                    *settings = changed;
                    notes.extend(more);
                }
                Err(fault) => faults.push(fault),
            }
        }
        notes
    }
}

/// Makes one change of the list `name`.
fn changed(
    settings: &ApplicationSettings,
    (name, change): (&str, &ListChange),
) -> Result<(ApplicationSettings, Vec<Outcome>), FieldMessage> {
    if !LISTS.contains(&name) {
        return Err(AdminMessage::NotAList { name: name.into(), known: LISTS.into() }.into());
    }
    let mut notes = Vec::new();
    let mut members: Map<String, Value> = serde_json::from_str(&settings.to_text()).unwrap_or_default();
    let pointer = format!("/{}", name.replace('.', "/"));
    let before = Value::Object(members.clone()).pointer(&pointer).cloned();
    let mut list = match before {
        Some(Value::Array(list)) => list,
        _ if name == "origins" => {
            notes.push(Outcome::OriginsListed);
            settings.cors_origins().iter().map(|it| json!(it.as_str())).collect()
        }
        _ => Vec::new(),
    };
    notes.extend(edit(name, &mut list, change)?);
    put(&mut members, name, list.into());
    let changed = ApplicationSettings::parse(&Value::from(members).to_string());
    Ok((changed.map_err(|error| error.message())?, notes))
}

/// What people call a value: an object is known by its id, unless another one in the list has the same.
fn label(value: &Value, list: &[Value]) -> String {
    let id = |value: &Value| {
        let known = ["kid", "bundle_id", "package_name"].into_iter().find_map(|it| value.get(it));
        known.and_then(Value::as_str).map(str::to_owned)
    };
    match (value, id(value)) {
        (Value::String(text), _) => text.clone(),
        (_, Some(text)) if list.iter().filter(|it| id(it).as_ref() == Some(&text)).count() == 1 => text,
        (other, _) => other.to_string(),
    }
}

/// Changes one list. What is there already stays once, which the outcome says.
pub(super) fn edit(
    name: &str,
    list: &mut Vec<Value>,
    change: &ListChange,
) -> Result<Option<Outcome>, FieldMessage> {
    let ListChange { value, is_added } = change;
    let said = label(value, &[]);
    if *is_added {
        if list.contains(value) {
            let value = said.into();
            return Ok(Some(Outcome::AlreadyListed { setting: name.to_owned().into(), value }));
        }
        list.push(value.clone());
        return Ok(None);
    }
    let is_meant = |it: &Value| it == value || value.as_str().is_some_and(|text| label(it, list) == text);
    if let Some(at) = list.iter().position(is_meant) {
        list.remove(at);
        return Ok(None);
    }
    let there: Vec<String> = list.iter().map(|it| label(it, list)).collect();
    let refused = match there.is_empty() {
        true => AdminMessage::ListEmpty { value: said.into() },
        false => AdminMessage::NotInList { value: said.into(), there: there.join(", ").into() },
    };
    Err(refused.at(name))
}

#[cfg(test)]
mod tests {
    use super::ListWishes;
    use model::{ApplicationKind, ApplicationSettings, LoginMethod};
    use texts::{FieldMessage, Locale, Outcome};

    impl ListWishes {
        /// The first fault, or what the settings become.
        fn on(
            &self,
            settings: &ApplicationSettings,
        ) -> Result<(ApplicationSettings, Vec<Outcome>), FieldMessage> {
            let (mut settings, mut faults) = (settings.clone(), Vec::new());
            let notes = self.apply(&mut settings, &mut faults);
            faults.into_iter().next().map_or(Ok((settings, notes)), Err)
        }
    }

    const CALLBACK: &str = "https://shop.example/cb";

    fn shop() -> ApplicationSettings {
        ApplicationSettings::new(ApplicationKind::Web, vec![CALLBACK.to_owned()])
    }

    fn one(value: &str) -> Vec<String> {
        vec![value.to_owned()]
    }

    #[test]
    fn one_more_address_had_to_be_set_together_with_all_the_others() {
        let new = "https://new.example/cb";
        let added = ListWishes { add_redirect_uri: one(new), ..ListWishes::default() };
        let (changed, notes) = added.on(&shop()).unwrap();
        assert_eq!((changed.redirect_uris, notes), (vec![CALLBACK.to_owned(), new.to_owned()], vec![]));
        let exchanged = ListWishes { remove_redirect_uri: one(CALLBACK), ..added };
        assert_eq!(exchanged.on(&shop()).unwrap().0.redirect_uris, [new]);
    }

    #[test]
    fn what_is_in_a_list_already_stays_there_once() {
        let again = ListWishes { add_redirect_uri: one(CALLBACK), ..ListWishes::default() };
        let (changed, notes) = again.on(&shop()).unwrap();
        assert_eq!(changed, shop());
        assert!(matches!(&notes[..], [Outcome::AlreadyListed { .. }]), "{notes:?}");
    }

    #[test]
    fn what_is_not_in_a_list_is_refused_with_what_is() {
        let wishes = ListWishes { remove_redirect_uri: one("https://x.example"), ..ListWishes::default() };
        let said = wishes.on(&shop()).unwrap_err().line(Locale::En);
        assert!(said.starts_with("redirect_uris: \"https://x.example\" is not in this list"), "{said}");
        assert!(said.contains(CALLBACK), "{said}");
        let empty = ListWishes { remove: one("apple_apps=x"), ..ListWishes::default() };
        assert!(empty.on(&shop()).unwrap_err().line(Locale::En).contains("the list is empty"));
        let none = ListWishes { add: one("pkce=off"), ..ListWishes::default() };
        assert!(none.on(&shop()).unwrap_err().line(Locale::En).contains("redirect_uris, "));
    }

    #[test]
    fn the_first_origin_of_its_own_does_not_shut_out_those_of_the_callbacks() {
        let wishes = ListWishes { add_origin: one("https://app.example"), ..ListWishes::default() };
        let (changed, notes) = wishes.on(&shop()).unwrap();
        let both = ["https://shop.example".to_owned(), "https://app.example".to_owned()];
        assert_eq!((changed.origins, notes), (Some(both.to_vec()), vec![Outcome::OriginsListed]));
    }

    #[test]
    fn eids_apps_and_keys_go_into_their_lists_and_out_by_their_ids() {
        let app = r#"apple_apps={"team_id":"ABCDE12345","bundle_id":"no.shop"}"#;
        let key = r#"jwks.keys={"kty":"EC","kid":"one"}"#;
        let wishes = ListWishes {
            remove_eid: vec![LoginMethod::NO_VIPPS],
            add: [one(app), one(key)].concat(),
            ..ListWishes::default()
        };
        let (changed, _) = wishes.on(&shop()).unwrap();
        assert_eq!((changed.eids.as_slice(), changed.apple_apps.len()), (&[LoginMethod::NO_BANKID][..], 1));
        let wishes = ListWishes {
            add_eid: vec![LoginMethod::NO_VIPPS],
            remove: [one("apple_apps=no.shop"), one("jwks.keys=one")].concat(),
            ..ListWishes::default()
        };
        let (changed, _) = wishes.on(&changed).unwrap();
        assert_eq!((changed.eids.len(), changed.apple_apps.len()), (2, 0));
        assert_eq!(changed.jwks, Some(serde_json::json!({"keys": []})));
    }
}
