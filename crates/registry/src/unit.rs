//! A company or sub-unit of Enhetsregisteret.
//!
//! Spec: Brønnøysundregistrene, "Åpne data – Enhetsregisteret" (enhet, underenhet, slettet enhet), read 2026

use model::{
    AllowedUnits, Company, CompanyState, Date, LanguageForm, OrganisationNumber, PostalAddress, Registrations,
};
use serde_json::Value;

use crate::field::{Field, Unreadable};

/// What an answer with status 200 or 410 says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// It is there.
    There(Box<Company>),
    /// It was deleted.
    Deleted { name: String, on: Option<Date> },
}

pub(crate) fn number(field: &Field<'_>) -> Result<OrganisationNumber, Unreadable> {
    let number = OrganisationNumber::parse(&field.text()?, AllowedUnits::RealAndTest);
    number.map_err(|_| field.unreadable())
}

/// Reads the number, which must be the one that was asked for.
pub(crate) fn check_number(of: &Field<'_>, asked: OrganisationNumber) -> Result<(), Unreadable> {
    let field = of.need("organisasjonsnummer")?;
    if number(&field)? == asked { Ok(()) } else { Err(field.unreadable()) }
}

/// Reads an address, whose lines may be null or empty; `None` where nothing is left.
fn address(unit: &Field<'_>, name: &str) -> Result<Option<PostalAddress>, Unreadable> {
    let Some(field) = unit.get(name)? else { return Ok(None) };
    let items = field.items_of("adresse")?;
    let lines: Vec<String> =
        items.iter().filter(|it| !it.is_null()).map(Field::text).collect::<Result<_, _>>()?;
    let address = PostalAddress {
        lines: lines.into_iter().filter(|it| !it.is_empty()).collect(),
        postal_code: field.text_of("postnummer")?,
        place: field.text_of("poststed")?,
        country: field.text_of("land")?,
        country_code: field.text_of("landkode")?,
    };
    Ok(Some(address).filter(|it| *it != PostalAddress::default()))
}

/// The first in the order of [`CompanyState`]. The three facts must be there: nothing may be taken for granted of them.
fn state(unit: &Field<'_>) -> Result<CompanyState, Unreadable> {
    let holds = |name: &str| unit.need(name)?.flag();
    let (bankrupt, dissolving) = (holds("konkurs")?, holds("underAvvikling")?);
    let forced = holds("underTvangsavviklingEllerTvangsopplosning")?;
    Ok(match (bankrupt, forced, dissolving) {
        (true, ..) => CompanyState::Bankrupt,
        (_, true, _) => CompanyState::ForcedDissolution,
        (.., true) => CompanyState::BeingDissolved,
        _ => CompanyState::Active,
    })
}

fn deleted(unit: &Field<'_>, on: Date) -> Result<Unit, Unreadable> {
    Ok(Unit::Deleted { name: unit.text_of("navn")?, on: Some(on) })
}

/// Reads what both kinds have.
fn company(unit: &Field<'_>, asked: OrganisationNumber, state: CompanyState) -> Result<Company, Unreadable> {
    let place = if matches!(state, CompanyState::SubUnitOf(_)) {
        "beliggenhetsadresse"
    } else {
        "forretningsadresse"
    };
    Ok(Company {
        number: asked,
        name: unit.need_text("navn")?,
        form: unit.need("organisasjonsform")?.code("beskrivelse")?,
        business_address: address(unit, place)?,
        postal_address: address(unit, "postadresse")?,
        homepage: Some(unit.text_of("hjemmeside")?).filter(|it| !it.is_empty()),
        language: match unit.text_of("maalform")?.as_str() {
            "Bokmål" => Some(LanguageForm::Bokmal),
            "Nynorsk" => Some(LanguageForm::Nynorsk),
            _ => None,
        },
        registrations: Registrations {
            business_enterprises: unit.flag_of("registrertIForetaksregisteret")?,
            vat: unit.flag_of("registrertIMvaregisteret")?,
            foundations: unit.flag_of("registrertIStiftelsesregisteret")?,
            voluntary_organisations: unit.flag_of("registrertIFrivillighetsregisteret")?,
        },
        state,
    })
}

/// Reads an answer of `enheter`.
pub(crate) fn read_unit(value: &Value, asked: OrganisationNumber) -> Result<Unit, Unreadable> {
    let unit = Field::of(value);
    check_number(&unit, asked)?;
    if let Some(on) = unit.date_of("slettedato")? {
        return deleted(&unit, on);
    }
    Ok(Unit::There(Box::new(company(&unit, asked, state(&unit)?)?)))
}

/// Reads an answer of `underenheter`.
pub(crate) fn read_sub_unit(value: &Value, asked: OrganisationNumber) -> Result<Unit, Unreadable> {
    let unit = Field::of(value);
    check_number(&unit, asked)?;
    for name in ["slettedato", "nedleggelsesdato"] {
        if let Some(on) = unit.date_of(name)? {
            return deleted(&unit, on);
        }
    }
    let parent = number(&unit.need("overordnetEnhet")?)?;
    Ok(Unit::There(Box::new(company(&unit, asked, CompanyState::SubUnitOf(parent))?)))
}

/// Reads what an answer with status 410 says besides; nothing where it cannot be read.
pub(crate) fn read_removed(body: Option<&Value>) -> Unit {
    let unit = body.map(Field::of);
    let name = unit.as_ref().and_then(|it| it.text_of("navn").ok()).unwrap_or_default();
    let on = unit.as_ref().and_then(|it| it.date_of("slettedato").ok()).flatten();
    Unit::Deleted { name, on }
}

#[cfg(test)]
mod tests {
    use model::{
        AllowedUnits, Company, CompanyState, Date, LanguageForm, OrganisationNumber, PostalAddress,
        Registrations, RegistryCode,
    };
    use serde_json::{Value, json};

    use super::{Unit, read_removed, read_sub_unit, read_unit};
    use crate::field::Unreadable;

    fn number(text: &str) -> OrganisationNumber {
        OrganisationNumber::parse(text, AllowedUnits::RealAndTest).unwrap()
    }

    fn asked() -> OrganisationNumber {
        number("399000114")
    }

    fn unit() -> Value {
        json!({
            "organisasjonsnummer": "399000114", "navn": " PRØVE AS ",
            "organisasjonsform": {"kode": "AS", "beskrivelse": "Aksjeselskap", "_links": {}},
            "hjemmeside": "www.example.com", "telefon": "22 00 00 00",
            "postadresse": {
                "land": "Norge", "landkode": "NO", "postnummer": "0122", "poststed": "OSLO",
                "adresse": ["c/o K. Prøve", "Postboks 17", ""], "kommune": "OSLO", "kommunenummer": "0301",
            },
            "forretningsadresse": {"land": "Norge", "landkode": "NO", "adresse": ["Gata 1", null, null, ""]},
            "registrertIMvaregisteret": true, "registrertIForetaksregisteret": true,
            "konkurs": false, "konkursdato": "", "underAvvikling": false,
            "underTvangsavviklingEllerTvangsopplosning": false, "maalform": "Nynorsk", "aktivitet": [],
            "respons_klasse": "Enhet",
        })
    }

    fn with(changes: &[(&str, Value)]) -> Result<Unit, Unreadable> {
        let mut unit = unit();
        for (name, value) in changes {
            unit[*name] = value.clone();
        }
        read_unit(&unit, asked())
    }

    fn there(found: Result<Unit, Unreadable>) -> Company {
        match found {
            Ok(Unit::There(company)) => *company,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_company_is_read_with_the_lines_of_its_addresses() {
        let company = there(with(&[]));
        assert_eq!((company.name.as_str(), company.number), ("PRØVE AS", asked()));
        assert_eq!(company.form, RegistryCode { code: "AS".into(), words: "Aksjeselskap".into() });
        assert_eq!(
            (company.homepage.as_deref(), company.language),
            (Some("www.example.com"), Some(LanguageForm::Nynorsk))
        );
        assert_eq!(
            company.postal_address.unwrap().for_letter(),
            ["c/o K. Prøve", "Postboks 17", "0122 OSLO"]
        );
        assert_eq!(company.business_address.unwrap().lines, ["Gata 1"]);
        let expected = Registrations { business_enterprises: true, vat: true, ..Registrations::default() };
        assert_eq!((company.registrations, company.state), (expected, CompanyState::Active));
    }

    #[test]
    fn what_has_become_of_a_company_is_the_worst_that_holds() {
        let [bankrupt, dissolving, forced] =
            ["konkurs", "underAvvikling", "underTvangsavviklingEllerTvangsopplosning"]
                .map(|it| (it, json!(true)));
        let state = |changes: &[(&str, Value)]| there(with(changes)).state;
        assert_eq!(state(&[bankrupt.clone(), forced.clone()]), CompanyState::Bankrupt);
        assert_eq!(state(&[forced, dissolving.clone()]), CompanyState::ForcedDissolution);
        assert_eq!(state(&[dissolving]), CompanyState::BeingDissolved);
        assert_eq!(state(&[("konkurs", json!("true"))]), CompanyState::Bankrupt);
        assert!(!there(with(&[bankrupt])).may_order());
    }

    #[test]
    fn a_deleted_company_says_when() {
        let gone = json!({"organisasjonsnummer": "399000114", "navn": "X AS", "slettedato": "2017-10-20"});
        let on = Date::new(2017, 10, 20);
        assert_eq!(read_unit(&gone, asked()), Ok(Unit::Deleted { name: "X AS".into(), on }));
        assert_eq!(read_removed(Some(&gone)), Unit::Deleted { name: "X AS".into(), on });
        for body in [None, Some(&json!([])), Some(&json!({"slettedato": "soon"}))] {
            assert_eq!(read_removed(body), Unit::Deleted { name: String::new(), on: None });
        }
    }

    #[test]
    fn a_sub_unit_names_its_parent() {
        let mut unit = json!({
            "organisasjonsnummer": "399000114", "navn": "X AVD OSLO",
            "organisasjonsform": {"kode": "BEDR"}, "overordnetEnhet": "299000117",
            "beliggenhetsadresse": {"adresse": [null], "poststed": "OSLO", "postnummer": "0101"},
        });
        let company = there(read_sub_unit(&unit, asked()));
        assert_eq!(company.state, CompanyState::SubUnitOf(number("299000117")));
        assert_eq!(company.business_address.unwrap().for_letter(), ["0101 OSLO"]);
        unit["nedleggelsesdato"] = json!("2018-10-20");
        assert!(matches!(read_sub_unit(&unit, asked()), Ok(Unit::Deleted { .. })));
        unit["nedleggelsesdato"] = json!("");
        unit["overordnetEnhet"] = json!("12");
        assert_eq!(read_sub_unit(&unit, asked()), Err(Unreadable("overordnetEnhet".into())));
    }

    #[test]
    fn what_is_not_as_documented_is_named() {
        for (name, value, field) in [
            ("organisasjonsnummer", json!("299000117"), "organisasjonsnummer"),
            ("organisasjonsnummer", json!(399_000_114), "organisasjonsnummer"),
            ("navn", json!("  "), "navn"),
            ("navn", Value::Null, "navn"),
            ("organisasjonsform", json!({}), "organisasjonsform.kode"),
            ("konkurs", Value::Null, "konkurs"),
            ("konkurs", json!("ja"), "konkurs"),
            ("underAvvikling", json!(0), "underAvvikling"),
            ("slettedato", json!("20.10"), "slettedato"),
            ("postadresse", json!("Gata 1"), "postadresse"),
            ("postadresse", json!({"adresse": ["x", 1]}), "postadresse.adresse[1]"),
        ] {
            assert_eq!(with(&[(name, value)]), Err(Unreadable(field.into())), "{name}");
        }
    }

    #[test]
    fn an_address_with_nothing_in_it_is_none() {
        let company =
            there(with(&[("postadresse", json!({"adresse": [null, ""]})), ("hjemmeside", json!(""))]));
        assert_eq!((company.postal_address, company.homepage), (None, None));
        assert_ne!(company.business_address, Some(PostalAddress::default()));
    }
}
