//! Who holds which role in a company: the answer of `roller`.
//!
//! Spec: Brønnøysundregistrene, "Åpne data – Enhetsregisteret" (rollegrupper), read 2026

use model::{CompanyRole, RegisteredPerson, RoleHolder};
use serde_json::Value;

use crate::{
    field::{Field, Unreadable},
    unit::number,
};

fn person(field: &Field<'_>) -> Result<Option<RoleHolder>, Unreadable> {
    if field.flag_of("erDoed")? {
        return Ok(None);
    }
    let name = field.need("navn")?;
    let middle_name = Some(name.text_of("mellomnavn")?).filter(|it| !it.is_empty());
    Ok(Some(RoleHolder::Person(RegisteredPerson {
        given_name: name.text_of("fornavn")?,
        middle_name,
        family_name: name.text_of("etternavn")?,
        born: field.date_of("fodselsdato")?,
    })))
}

/// The name of a company is a list of lines.
fn company(field: &Field<'_>) -> Result<Option<RoleHolder>, Unreadable> {
    if field.flag_of("erSlettet")? {
        return Ok(None);
    }
    let number = number(&field.need("organisasjonsnummer")?)?;
    let name = field.need("navn")?;
    let name = if name.is_list() {
        let lines = field.items_of("navn")?;
        let lines: Vec<String> =
            lines.iter().filter(|it| !it.is_null()).map(Field::text).collect::<Result<_, _>>()?;
        lines.join(" ").trim().to_owned()
    } else {
        name.text()?
    };
    Ok(Some(RoleHolder::Company { number, name }))
}

/// Reads one entry; `None` where nobody holds it any more.
fn role(group: &str, field: &Field<'_>) -> Result<Option<CompanyRole>, Unreadable> {
    if field.flag_of("fratraadt")? || field.flag_of("avregistrert")? {
        return Ok(None);
    }
    let role = field.need("type")?.code("beskrivelse")?;
    let holder = match (field.get("person")?, field.get("enhet")?) {
        (Some(it), None) => person(&it)?,
        (None, Some(it)) => company(&it)?,
        // Nobody, or two at once: an entry that is left out could be somebody who has to sign.
        _ => return Err(field.unreadable()),
    };
    Ok(holder.map(|holder| CompanyRole { group: group.to_owned(), role, holder }))
}

/// Reads the roles that are held: without whoever has retired, was deregistered, deleted or has died.
pub(crate) fn read_roles(value: &Value) -> Result<Vec<CompanyRole>, Unreadable> {
    let mut roles = Vec::new();
    for group in Field::of(value).items_of("rollegrupper")? {
        let code = group.need("type")?.need_text("kode")?;
        for entry in group.items_of("roller")? {
            roles.extend(role(&code, &entry)?);
        }
    }
    Ok(roles)
}

#[cfg(test)]
mod tests {
    use model::{Date, RoleHolder};
    use serde_json::{Value, json};

    use super::read_roles;
    use crate::field::Unreadable;

    fn person() -> Value {
        json!({
            "type": {"kode": "MEDL", "beskrivelse": "Styremedlem"},
            "person": {
                "fodselsdato": "1966-11-02", "erDoed": false,
                "navn": {"fornavn": "Åse", "mellomnavn": "Fiktiv", "etternavn": "Øvelsen"},
            },
            "fratraadt": false, "rekkefolge": 0,
        })
    }

    fn company() -> Value {
        json!({
            "type": {"kode": "DTPR", "beskrivelse": "Deltaker med delt ansvar"},
            "enhet": {"organisasjonsnummer": "299000117", "navn": ["EIER", null, "AS"], "erSlettet": false},
            "avregistrert": false, "ansvarsandel": "50%",
        })
    }

    fn board(entries: &[Value]) -> Value {
        json!({"rollegrupper": [{"type": {"kode": "STYR"}, "sistEndret": "2025-06-30", "roller": entries}]})
    }

    #[test]
    fn people_and_companies_are_read() {
        let roles = read_roles(&board(&[person(), company()])).unwrap();
        let RoleHolder::Person(person) = &roles[0].holder else { panic!() };
        assert_eq!((person.name().as_str(), person.born), ("Åse Fiktiv Øvelsen", Date::new(1966, 11, 2)));
        assert_eq!((roles[0].group.as_str(), roles[0].role.code.as_str()), ("STYR", "MEDL"));
        let RoleHolder::Company { number, name } = &roles[1].holder else { panic!() };
        assert_eq!((number.to_string().as_str(), name.as_str()), ("299000117", "EIER AS"));
    }

    #[test]
    fn whoever_holds_a_role_no_more_is_left_out() {
        let changed = |mut entry: Value, path: &str| {
            *entry.pointer_mut(path).unwrap() = json!(true);
            entry
        };
        let mut deregistered = person();
        deregistered["avregistrert"] = json!(true);
        let gone = [
            changed(person(), "/fratraadt"),
            changed(person(), "/person/erDoed"),
            changed(company(), "/avregistrert"),
            changed(company(), "/enhet/erSlettet"),
            deregistered,
        ];
        assert_eq!(read_roles(&board(&gone)), Ok(Vec::new()));
        assert_eq!(read_roles(&json!({})), Ok(Vec::new()));
        assert_eq!(read_roles(&json!({"rollegrupper": []})), Ok(Vec::new()));
    }

    #[test]
    fn an_entry_that_cannot_be_read_is_named_and_not_left_out() {
        let broken = |path: &str, value: Value| {
            let mut entry = person();
            *entry.pointer_mut(path).unwrap() = value;
            read_roles(&board(&[company(), entry])).unwrap_err().0
        };
        let at = |rest: &str| format!("rollegrupper[0].roller[1]{rest}");
        assert_eq!(broken("/type", json!({})), at(".type.kode"));
        assert_eq!(broken("/person", Value::Null), at(""));
        assert_eq!(broken("/person/navn", json!("Åse")), at(".person.navn"));
        assert_eq!(broken("/person/fodselsdato", json!("1966")), at(".person.fodselsdato"));
        assert_eq!(broken("/fratraadt", json!("nei")), at(".fratraadt"));
        assert_eq!(read_roles(&json!([])), Err(Unreadable(String::new())));
    }

    #[test]
    fn a_person_without_a_birth_date_is_read_and_matches_nobody() {
        let mut entry = person();
        entry["person"]["fodselsdato"] = json!("");
        let roles = read_roles(&board(&[entry])).unwrap();
        let RoleHolder::Person(person) = &roles[0].holder else { panic!() };
        assert_eq!((person.born, person.key()), (None, None));
    }
}
