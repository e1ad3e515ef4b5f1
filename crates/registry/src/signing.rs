//! Who may sign: the answer of Fullmakttjenesten.
//!
//! Spec: Brønnøysundregistrene, "Fullmakttjenesten" (`signatur`), read 2026

use model::{
    Availability, Combination, OrganisationNumber, RuleStatus, Signatory, SigningRule, SigningRuleId,
};
use serde_json::Value;

use crate::{
    field::{Field, Unreadable},
    unit::check_number,
};

const WORDS: &str = "tekstforklaring";

fn signatory(field: &Field<'_>) -> Result<Signatory, Unreadable> {
    Ok(Signatory {
        name: field.need_text("navn")?,
        born: field.date_of("fodselsdato")?,
        role: field.need("rolle")?.code(WORDS)?,
    })
}

fn signatories(field: &Field<'_>, name: &str) -> Result<Vec<Signatory>, Unreadable> {
    field.items_of(name)?.iter().map(signatory).collect()
}

fn combination(field: &Field<'_>) -> Result<Combination, Unreadable> {
    const PEOPLE: &str = "personRolleKombinasjon";
    Ok(Combination {
        rule: field.code(WORDS)?,
        id: field.text_of("kombinasjonsId")?,
        people: signatories(field, PEOPLE)?,
        has_others: field.has_more_than(&[PEOPLE, "_links"]),
    })
}

/// The code of a part of the answer; empty where the part is missing.
fn code_of(field: Option<&Field<'_>>) -> Result<String, Unreadable> {
    field.map_or_else(|| Ok(String::new()), |it| it.text_of("kode"))
}

fn availability(code: String, there: &str, missing: &str) -> Availability {
    match code {
        code if code == there => Availability::There,
        code if code == missing => Availability::Missing,
        code => Availability::Unknown(code),
    }
}

fn rule(field: Option<&Field<'_>>) -> Result<RuleStatus, Unreadable> {
    let code = code_of(field)?;
    let id = field.map_or_else(|| Ok(String::new()), |it| it.text_of("regelIdent"))?;
    Ok(match code.as_str() {
        "RF" if !id.is_empty() => RuleStatus::Found(SigningRuleId::parse(&id)),
        "RT" => RuleStatus::FreeText,
        "RI" => RuleStatus::NotRegistered,
        _ => RuleStatus::Unknown(code),
    })
}

/// Reads an answer of `signatur`. Codes that are not known, and parts that are missing, are values: an operator decides.
pub(crate) fn read_signing(value: &Value, asked: OrganisationNumber) -> Result<SigningRule, Unreadable> {
    let answer = Field::of(value);
    check_number(&answer.need("enhet")?, asked)?;
    let status = answer.need("status")?;
    let basis = answer.get("signeringsGrunnlag")?;
    let inside = |name: &str| basis.as_ref().map_or(Ok(None), |it| it.get(name));
    let text = match inside("signaturProkuraRoller")? {
        Some(roles) => roles.get("signaturProkuraFritekst")?.map(|it| it.lines()).transpose()?,
        None => None,
    };
    let possible = match inside("muligeSigneringsRoller")? {
        Some(roles) => signatories(&roles, "personRolleGrunnlag")?,
        None => Vec::new(),
    };
    let combinations = match answer.get("signeringsKombinasjon")? {
        Some(all) => all.items_of("kombinasjon")?.iter().map(combination).collect::<Result<_, _>>()?,
        None => Vec::new(),
    };
    Ok(SigningRule {
        look_up: availability(code_of(status.get("rutineStatus")?.as_ref())?, "OK", "NA"),
        has_combinations: availability(code_of(status.get("kombinasjonStatus")?.as_ref())?, "OK", "IK"),
        rule: rule(status.get("regelStatus")?.as_ref())?,
        basis: availability(code_of(basis.as_ref())?, "SF", "SI"),
        text: text.filter(|it| !it.is_empty()),
        possible,
        combinations,
    })
}

#[cfg(test)]
mod tests {
    use model::{AllowedUnits, Availability, Date, OrganisationNumber, RuleStatus, SigningRuleId};
    use serde_json::{Value, json};

    use super::read_signing;
    use crate::field::Unreadable;

    fn asked() -> OrganisationNumber {
        OrganisationNumber::parse("399000114", AllowedUnits::RealAndTest).unwrap()
    }

    fn person(name: &str, born: &str, role: &str) -> Value {
        json!({"fodselsdato": born, "navn": name, "rolle": {"kode": role, "tekstforklaring": "Styremedlem"}})
    }

    fn answer() -> Value {
        let (ola, kari) =
            (person("Ola Demo", "03.03.1979", "LEDE"), person("Kari Attrapp", "24.08.1991", "MEDL"));
        json!({
            "status": {
                "rutineStatus": {"kode": "OK"}, "kombinasjonStatus": {"kode": "OK"},
                "regelStatus": {"kode": "RF", "regelIdent": "R0001"},
            },
            "enhet": {"organisasjonsnummer": "399000114", "konkurs": "false"},
            "signeringsGrunnlag": {
                "kode": "SF", "signaturProkuraRoller": {"signaturProkuraFritekst": "Styrets leder\nalene."},
                "muligeSigneringsRoller": {"personRolleGrunnlag": [ola, kari]},
            },
            "signeringsKombinasjon": {"kombinasjon": [
                {"kode": "STYR", "kombinasjonsId": "1", "personRolleKombinasjon": [ola, kari]},
                {"kode": "R0001", "kombinasjonsId": "1", "personRolleKombinasjon": [ola], "_links": {"self": {}}},
            ]},
        })
    }

    #[test]
    fn each_combination_is_read_with_its_people() {
        let rule = read_signing(&answer(), asked()).unwrap();
        assert_eq!(rule.rule, RuleStatus::Found(SigningRuleId::ChairAlone));
        assert_eq!((&rule.look_up, &rule.basis), (&Availability::There, &Availability::There));
        assert_eq!(rule.text.as_deref(), Some("Styrets leder\nalene."));
        let people: Vec<usize> = rule.combinations.iter().map(|it| it.people.len()).collect();
        assert_eq!((people, rule.possible.len()), (vec![2, 1], 2));
        let ola = &rule.combinations[1].people[0];
        assert_eq!(
            (ola.name.as_str(), ola.born, ola.role.code.as_str()),
            ("Ola Demo", Date::new(1979, 3, 3), "LEDE")
        );
        assert!(rule.combinations.iter().all(|it| !it.has_others));
    }

    #[test]
    fn a_combination_with_more_than_people_says_so() {
        let mut answer = answer();
        answer["signeringsKombinasjon"]["kombinasjon"][1]["enhetRolleKombinasjon"] =
            json!([{"navn": "EIER AS"}]);
        let rule = read_signing(&answer, asked()).unwrap();
        assert_eq!(rule.combinations.iter().map(|it| it.has_others).collect::<Vec<_>>(), [false, true]);
    }

    #[test]
    fn an_answer_without_a_rule_is_read_and_unknown_codes_are_values() {
        let none = json!({
            "status": {
                "rutineStatus": {"kode": "NA"}, "kombinasjonStatus": {"kode": "IK"},
                "regelStatus": {"kode": "RI", "regelIdent": null},
            },
            "enhet": {"organisasjonsnummer": "399000114"}, "signeringsGrunnlag": {"kode": "SI"},
        });
        let rule = read_signing(&none, asked()).unwrap();
        assert_eq!((rule.rule, rule.look_up), (RuleStatus::NotRegistered, Availability::Missing));
        assert_eq!((rule.basis, rule.has_combinations), (Availability::Missing, Availability::Missing));
        let bare =
            json!({"status": {"regelStatus": {"kode": "RX"}}, "enhet": {"organisasjonsnummer": "399000114"}});
        let rule = read_signing(&bare, asked()).unwrap();
        assert_eq!(rule.rule, RuleStatus::Unknown("RX".into()));
        assert_eq!(rule.basis, Availability::Unknown(String::new()));
        let mut nameless = answer();
        nameless["status"]["regelStatus"]["regelIdent"] = Value::Null;
        assert_eq!(read_signing(&nameless, asked()).unwrap().rule, RuleStatus::Unknown("RF".into()));
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let broken = |path: &str, value: Value| {
            let mut answer = answer();
            *answer.pointer_mut(path).unwrap() = value;
            read_signing(&answer, asked()).unwrap_err()
        };
        let at = |path: &str| Unreadable(path.into());
        assert_eq!(broken("/status", Value::Null), at("status"));
        assert_eq!(broken("/enhet/organisasjonsnummer", json!("299000117")), at("enhet.organisasjonsnummer"));
        let people = "/signeringsKombinasjon/kombinasjon/0/personRolleKombinasjon";
        let path = "signeringsKombinasjon.kombinasjon[0].personRolleKombinasjon";
        assert_eq!(broken(people, json!({})), at(path));
        assert_eq!(broken(&format!("{people}/1/navn"), json!(" ")), at(&format!("{path}[1].navn")));
        let date = broken(&format!("{people}/1/fodselsdato"), json!("24.13.1991"));
        assert_eq!(date, at(&format!("{path}[1].fodselsdato")));
    }
}
