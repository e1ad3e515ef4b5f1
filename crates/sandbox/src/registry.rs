//! Enhetsregisteret and Fullmakttjenesten as they are on the wire, with synthetic companies.
//!
//! Spec: Brønnøysundregistrene, "Åpne data – Enhetsregisteret" and "Fullmakttjenesten", read 2026

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use serde_json::{Map, Value, json};

use crate::{
    Answer, Request,
    registry_companies::{COMPANIES, Fate, Form, Holder, Role, Rule, SimulatedCompany, Tenure},
};

const UNIT: &str = "application/vnd.brreg.enhetsregisteret.enhet.v2+json;charset=UTF-8";
const SUB_UNIT: &str = "application/vnd.brreg.enhetsregisteret.underenhet.v2+json;charset=UTF-8";
const ROLES: &str = "application/vnd.brreg.enhetsregisteret.rolle.v1+json;charset=UTF-8";
const PLAIN: &str = "application/json";
/// When deleted companies were deleted.
const DELETED: &str = "2024-06-30";

/// What happens to a company while the registry runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompanyChange {
    /// It is bankrupt.
    Bankrupt,
    /// It is being dissolved.
    BeingDissolved,
    /// It is deleted.
    Deleted,
    /// Whoever holds its first role signs alone, and everybody else has left.
    OtherSignatories,
    /// It is as it was at first.
    Restored,
}

/// The simulated registry. Its companies are always the same; something can happen to one while it runs, and the whole registry can
/// be down for a while.
#[derive(Debug, Default)]
pub struct RegistrySimulator {
    is_down: AtomicBool,
    changed: Mutex<BTreeMap<&'static str, CompanyChange>>,
    /// Number and name of banks, of which nothing else is simulated than that they are there.
    banks: Vec<(String, String)>,
}

/// A company of the simulated registry, for whoever wants to try one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListedCompany {
    /// Nine digits.
    pub number: &'static str,
    /// In capitals, as registered.
    pub name: &'static str,
    /// What is peculiar about it, in English.
    pub shows: &'static str,
}

/// What is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Question {
    Unit,
    SubUnit,
    Roles,
    Signature,
}

fn question(path: &str) -> Option<(Question, &str)> {
    let parts: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
    match parts.as_slice() {
        ["enhetsregisteret", "api", "enheter", number] => Some((Question::Unit, number)),
        ["enhetsregisteret", "api", "underenheter", number] => Some((Question::SubUnit, number)),
        ["enhetsregisteret", "api", "enheter", number, "roller"] => Some((Question::Roles, number)),
        ["fullmakt", "enheter", number, "signatur"] => Some((Question::Signature, number)),
        _ => None,
    }
}

/// Says whether a client takes this media type; one that names none takes all.
fn takes(accept: Option<&str>, media_type: &str) -> bool {
    let wanted = media_type.split(';').next().unwrap_or_default();
    let is_it = |it: &str| {
        let it = it.split(';').next().unwrap_or_default().trim();
        [wanted, PLAIN, "application/*", "*/*"].contains(&it)
    };
    accept.is_none_or(|it| it.split(',').any(is_it))
}

fn body(status: u16, content_type: &'static str, body: String) -> Answer {
    Answer::Text { status, content_type, body }
}

/// Spring's shape of an error.
fn error(status: u16, error: &str, request: &Request) -> Answer {
    Answer::Json(
        status,
        json!({
            "timestamp": "2026-01-15T10:00:00.000+00:00", "status": status, "error": error,
            "message": "", "path": request.path, "trace": "simulator",
        }),
    )
}

fn link(path: &str) -> Value {
    json!({"self": {"href": format!("https://data.brreg.no{path}")}})
}

fn form(form: Form) -> Value {
    let (code, words) = form.code_and_words();
    json!({
        "kode": code, "beskrivelse": words,
        "_links": link(&format!("/enhetsregisteret/api/organisasjonsformer/{code}")),
    })
}

/// Lines may be empty or null, as in the real register.
fn address(company: &SimulatedCompany) -> Value {
    if company.form == Form::ForeignBranch {
        return json!({
            "land": "Storbritannia", "landkode": "GB", "poststed": "LONDON EC1A 1AA",
            "adresse": ["1 Sample Street", null, null, ""],
        });
    }
    let (_, last) = company.number.split_at(7);
    json!({
        "land": "Norge", "landkode": "NO", "postnummer": "0001", "poststed": "OSLO",
        "adresse": [format!("Prøveveien {last}"), null, ""], "kommune": "OSLO", "kommunenummer": "0301",
    })
}

/// What somebody who is asked for a deleted company still says.
fn deleted(company: &SimulatedCompany) -> Value {
    json!({
        "organisasjonsnummer": company.number, "navn": company.name,
        "organisasjonsform": form(company.form), "slettedato": DELETED,
        "respons_klasse": "SlettetEnhet",
        "_links": link(&format!("/enhetsregisteret/api/enheter/{}", company.number)),
    })
}

fn sub_unit(company: &SimulatedCompany, parent: &str) -> Value {
    json!({
        "organisasjonsnummer": company.number, "navn": company.name,
        "organisasjonsform": form(company.form), "registreringsdatoEnhetsregisteret": "2021-03-01",
        "registrertIMvaregisteret": false, "overordnetEnhet": parent,
        "beliggenhetsadresse": address(company), "respons_klasse": "Underenhet",
        "_links": link(&format!("/enhetsregisteret/api/underenheter/{}", company.number)),
    })
}

const fn role_words(code: &str) -> &'static str {
    match code.as_bytes() {
        b"DAGL" => "Daglig leder",
        b"LEDE" => "Styrets leder",
        b"MEDL" => "Styremedlem",
        b"VARA" => "Varamedlem",
        b"REVI" => "Revisor",
        _ => "",
    }
}

/// Groups as the register has them, in its order.
const GROUPS: [(&str, &str, &[&str]); 3] = [
    ("DAGL", "Daglig leder", &["DAGL"]),
    ("STYR", "Styre", &["LEDE", "NEST", "MEDL", "VARA", "OBS"]),
    ("REVI", "Revisor", &["REVI"]),
];

fn role((index, role): (usize, &Role)) -> Value {
    let mut members = Map::new();
    let code = role.code;
    members.insert(
        "type".to_owned(),
        json!({
            "kode": code, "beskrivelse": role_words(code),
            "_links": link(&format!("/enhetsregisteret/api/roller/rolletyper/{code}")),
        }),
    );
    match &role.holder {
        Holder::Person { given, middle, family, born } => {
            let mut name = json!({"fornavn": given, "etternavn": family});
            if let (false, Some(name)) = (middle.is_empty(), name.as_object_mut()) {
                name.insert("mellomnavn".to_owned(), json!(middle));
            }
            let is_dead = role.tenure == Tenure::Died;
            members
                .insert("person".to_owned(), json!({"fodselsdato": born, "navn": name, "erDoed": is_dead}));
        }
        Holder::Company { number, name } => {
            members.insert(
                "enhet".to_owned(),
                json!({
                    "organisasjonsnummer": number, "organisasjonsform": form(Form::As),
                    "navn": [name], "erSlettet": false,
                    "_links": link(&format!("/enhetsregisteret/api/enheter/{number}")),
                }),
            );
        }
    }
    // An entry has one of the two members, or neither.
    match role.tenure {
        Tenure::Deregistered => members.insert("avregistrert".to_owned(), json!(true)),
        tenure => members.insert("fratraadt".to_owned(), json!(tenure == Tenure::Retired)),
    };
    members.insert("rekkefolge".to_owned(), json!(index));
    Value::Object(members)
}

fn roles(company: &SimulatedCompany) -> Value {
    let mut groups = Vec::new();
    for (code, words, of_group) in GROUPS {
        let members = company.roles.iter().filter(|it| of_group.contains(&it.code));
        let members: Vec<Value> = members.enumerate().map(role).collect();
        if !members.is_empty() {
            groups.push(json!({
                "type": {
                    "kode": code, "beskrivelse": words,
                    "_links": link(&format!("/enhetsregisteret/api/roller/rollegruppetyper/{code}")),
                },
                "sistEndret": "2025-06-30", "roller": members,
            }));
        }
    }
    json!({
        "rollegrupper": groups,
        "_links": link(&format!("/enhetsregisteret/api/enheter/{}/roller", company.number)),
    })
}

const fn rule_words(id: &str) -> &'static str {
    match id.as_bytes() {
        b"STYR" | b"R0003" => "Styret i fellesskap",
        b"R0001" => "Styrets leder alene",
        b"R0002" => "Daglig leder alene",
        b"R0005" => "To styremedlemmer i fellesskap",
        b"R0007" => "Daglig leder alene eller styrets leder alene",
        b"R0008" => "Daglig leder og styrets leder i fellesskap",
        b"R0012" => "Styrets leder alene eller to styremedlemmer i fellesskap",
        _ => "",
    }
}

/// A person as Fullmakttjenesten writes them: one name, and the date the Norwegian way. Companies are left out.
fn signatory(role: &Role) -> Option<Value> {
    let Holder::Person { given, middle, family, born } = &role.holder else { return None };
    let name: Vec<&str> = [*given, *middle, *family].into_iter().filter(|it| !it.is_empty()).collect();
    let mut date: Vec<&str> = born.split('-').collect();
    date.reverse();
    Some(json!({
        "fodselsdato": date.join("."), "navn": name.join(" "),
        "rolle": {"kode": role.code, "tekstforklaring": role_words(role.code)},
    }))
}

fn combination<'a>(code: &str, index: usize, of: impl Iterator<Item = &'a Role>) -> Value {
    json!({
        "kode": code, "tekstforklaring": rule_words(code), "kombinasjonsId": (index + 1).to_string(),
        "personRolleKombinasjon": of.filter_map(signatory).collect::<Vec<_>>(),
    })
}

/// The whole board, and then what the rule says.
fn combinations(company: &SimulatedCompany, rule: &str, sets: &[&[usize]]) -> Vec<Value> {
    let in_office = || company.roles.iter().filter(|it| it.tenure == Tenure::Held);
    let board = || in_office().filter(|it| ["LEDE", "NEST", "MEDL"].contains(&it.code));
    let whole = (board().next().is_some()).then(|| combination("STYR", 0, board()));
    let of_rule = sets
        .iter()
        .enumerate()
        .map(|(index, set)| combination(rule, index, set.iter().filter_map(|it| company.roles.get(*it))));
    whole.into_iter().chain(of_rule).collect()
}

fn status(code: &str, words: &str) -> Value {
    json!({"kode": code, "tekstforklaring": words})
}

fn signature(company: &SimulatedCompany, states: &[(&str, bool); 3]) -> Value {
    let (rule, combined, id) = match &company.rule {
        Rule::Found(id, _) => ("RF", "OK", Some(*id)),
        Rule::NoCombination(id) => ("RF", "IK", Some(*id)),
        Rule::FreeText(_) => ("RT", "IK", None),
        _ => ("RI", "IK", None),
    };
    let text = match &company.rule {
        Rule::Found(id, _) | Rule::NoCombination(id) => rule_words(id),
        Rule::FreeText(text) => text,
        _ => "",
    };
    let mut unit = json!({
        "organisasjonsnummer": company.number, "navn": company.name, "organisasjonsform": form(company.form),
    });
    for (name, holds) in states {
        if let Some(unit) = unit.as_object_mut() {
            // Texts, where Enhetsregisteret has truth values.
            unit.insert((*name).to_owned(), json!(holds.to_string()));
        }
    }
    let could_look = !matches!(company.rule, Rule::LookUpFailed);
    let mut answer = json!({
        "oppslagsData": {"oppslagsTidspunkt": "2026-01-15T10:00:00", "oppslagsIdent": "1000001"},
        "status": {
            "rutineStatus": status(if could_look { "OK" } else { "NA" }, "Maskinelt oppslag."),
            "kombinasjonStatus": status(combined, "Kombinasjon."),
            "regelStatus": {"kode": rule, "tekstforklaring": "Regel.", "regelIdent": id},
        },
        "enhet": unit,
        "signeringsGrunnlag": {"kode": "SI", "tekstforklaring": "Signeringsgrunnlag finnes ikke"},
        "_links": link(&format!("/fullmakt/enheter/{}/signatur", company.number)),
    });
    if text.is_empty() {
        return answer;
    }
    let in_office = company.roles.iter().filter(|it| it.tenure == Tenure::Held);
    let possible: Vec<Value> = in_office.filter_map(signatory).collect();
    if let Some(members) = answer.as_object_mut() {
        members.insert(
            "signeringsGrunnlag".to_owned(),
            json!({
                "kode": "SF", "tekstforklaring": "Signeringsgrunnlag finnes",
                "signaturProkuraRoller": {"signaturProkuraFritekst": text},
                "muligeSigneringsRoller": {"personRolleGrunnlag": possible},
            }),
        );
        if let Rule::Found(id, sets) = &company.rule {
            let all = combinations(company, id, sets);
            members.insert("signeringsKombinasjon".to_owned(), json!({"kombinasjon": all}));
        }
    }
    answer
}

impl RegistrySimulator {
    /// The same registry with these banks in it: number and name of each.
    #[must_use]
    pub fn with_banks(self, banks: Vec<(String, String)>) -> Self {
        Self { banks, ..self }
    }

    /// The unit of a bank: an ordinary company with its number and name.
    fn bank(&self, number: &str) -> Option<Value> {
        let (number, name) = self.banks.iter().find(|it| it.0 == number)?;
        let mut unit = Self::unit(COMPANIES.first()?);
        let members = unit.as_object_mut()?;
        members.insert("organisasjonsnummer".to_owned(), json!(number));
        members.insert("navn".to_owned(), json!(name));
        Some(unit)
    }

    /// The companies, each with what is peculiar about it.
    pub fn companies() -> impl Iterator<Item = ListedCompany> {
        COMPANIES.iter().map(|it| ListedCompany { number: it.number, name: it.name, shows: it.shows })
    }

    /// Makes a company bankrupt from now on; `false` when there is none with this number.
    pub fn declare_bankrupt(&self, number: &str) -> bool {
        self.change(number, CompanyChange::Bankrupt)
    }

    /// Has this happen to a company; `false` when there is none with this number.
    pub fn change(&self, number: &str, change: CompanyChange) -> bool {
        let Some(company) = COMPANIES.iter().find(|it| it.number == number) else { return false };
        self.changed.lock().unwrap_or_else(PoisonError::into_inner).insert(company.number, change);
        true
    }

    /// A company as it is now.
    fn now(&self, company: &SimulatedCompany) -> SimulatedCompany {
        let change = self.changed.lock().unwrap_or_else(PoisonError::into_inner).get(company.number).copied();
        let fate = match change {
            None | Some(CompanyChange::OtherSignatories | CompanyChange::Restored) => company.fate,
            Some(CompanyChange::Bankrupt) => Fate::Bankrupt,
            Some(CompanyChange::BeingDissolved) => Fate::BeingDissolved,
            Some(CompanyChange::Deleted) => Fate::Removed,
        };
        let (roles, rule) = match change {
            Some(CompanyChange::OtherSignatories) => {
                (company.roles.get(..1).unwrap_or_default(), Rule::Found("R0002", &[&[0]]))
            }
            _ => (company.roles, company.rule),
        };
        SimulatedCompany { fate, roles, rule, ..*company }
    }

    /// Has the registry answer nothing but errors from now on, or answer again.
    pub fn set_down(&self, is_down: bool) {
        self.is_down.store(is_down, Ordering::Relaxed);
    }

    /// In this order: bankrupt, being dissolved, being dissolved by a court.
    fn states(company: &SimulatedCompany) -> [(&'static str, bool); 3] {
        [
            ("konkurs", company.fate == Fate::Bankrupt),
            ("underAvvikling", company.fate == Fate::BeingDissolved),
            ("underTvangsavviklingEllerTvangsopplosning", company.fate == Fate::ForcedDissolution),
        ]
    }

    fn unit(company: &SimulatedCompany) -> Value {
        let mut unit = json!({
            "organisasjonsnummer": company.number, "navn": company.name,
            "organisasjonsform": form(company.form), "hjemmeside": "www.example.com",
            "registreringsdatoEnhetsregisteret": "2021-03-01", "registrertIMvaregisteret": true,
            "forretningsadresse": address(company),
            "registrertIForetaksregisteret": company.form != Form::Association,
            "registrertIStiftelsesregisteret": false,
            "registrertIFrivillighetsregisteret": company.form == Form::Association,
            "konkursdato": "", "maalform": "Bokmål", "aktivitet": [], "vedtektsfestetFormaal": [""],
            "respons_klasse": "Enhet",
            "_links": link(&format!("/enhetsregisteret/api/enheter/{}", company.number)),
        });
        if let Some(members) = unit.as_object_mut() {
            for (name, holds) in Self::states(company) {
                members.insert(name.to_owned(), json!(holds));
            }
        }
        unit
    }

    /// Answers a request to either service, with the paths that they have at `data.brreg.no`.
    pub fn answer(&self, request: &Request) -> Answer {
        if self.is_down.load(Ordering::Relaxed) {
            return error(503, "Service Unavailable", request);
        }
        let Some((question, number)) = question(&request.path) else { return Answer::NotFound };
        if request.method != "GET" {
            return error(405, "Method Not Allowed", request);
        }
        let media_type = match question {
            Question::Unit => UNIT,
            Question::SubUnit => SUB_UNIT,
            Question::Roles => ROLES,
            Question::Signature => PLAIN,
        };
        if !takes(request.accept.as_deref(), media_type) {
            return error(406, "Not Acceptable", request);
        }
        if number.len() != 9 || !number.bytes().all(|it| it.is_ascii_digit()) {
            let wrong = json!([{"errorMessage": "Organisasjonsnummeret er ugyldig", "path": ["organisasjonsnummer"]}]);
            return Answer::Json(400, json!({"error": "Bad Request", "validationErrors": wrong}));
        }
        let not_found = || error(404, "Not Found", request);
        let text = |value: Value| body(200, media_type, value.to_string());
        let Some(company) = COMPANIES.iter().find(|it| it.number == number) else {
            return self.bank(number).filter(|_| question == Question::Unit).map_or_else(not_found, text);
        };
        let company = &self.now(company);
        match (company.fate, question) {
            (Fate::Down, _) | (Fate::AuthorityDown, Question::Signature) => {
                error(500, "Internal Server Error", request)
            }
            (Fate::Slow, _) => Answer::Slow,
            (Fate::Html, _) => body(200, "text/html", "<!doctype html><title>Vedlikehold</title>".to_owned()),
            (Fate::Huge, _) => Answer::Endless,
            (Fate::CutOff, _) => {
                let whole = Self::unit(company).to_string();
                body(200, media_type, whole.chars().take(whole.chars().count() / 2).collect())
            }
            (Fate::SubUnitOf(parent), Question::SubUnit) => text(sub_unit(company, parent)),
            (Fate::SubUnitOf(_), _) | (_, Question::SubUnit) => not_found(),
            (Fate::Removed, Question::Unit) => body(410, media_type, deleted(company).to_string()),
            (Fate::Deleted, Question::Unit) => text(deleted(company)),
            (Fate::Removed | Fate::Deleted, _) => error(410, "Gone", request),
            (_, Question::Unit) => text(Self::unit(company)),
            (_, Question::Roles) => text(roles(company)),
            (_, Question::Signature) if matches!(company.rule, Rule::Unknown) => not_found(),
            (_, Question::Signature) => text(signature(company, &Self::states(company))),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{COMPANIES, RegistrySimulator};
    use crate::{
        Answer, People, Request,
        registry_companies::{Fate, Form, Holder, Rule},
    };

    fn ask(registry: &RegistrySimulator, path: &str, accept: Option<&str>) -> Answer {
        let (method, path, accept) = ("GET".to_owned(), path.to_owned(), accept.map(str::to_owned));
        registry.answer(&Request { method, path, accept, ..Request::default() })
    }

    fn status_and_body(path: &str) -> (u16, Value) {
        match ask(&RegistrySimulator::default(), path, None) {
            Answer::Text { status, body, .. } => (status, serde_json::from_str(&body).unwrap()),
            Answer::Json(status, body) => (status, body),
            other => panic!("{other:?}"),
        }
    }

    fn unit(number: &str) -> (u16, Value) {
        status_and_body(&format!("/enhetsregisteret/api/enheter/{number}"))
    }

    fn signature(number: &str) -> (u16, Value) {
        status_and_body(&format!("/fullmakt/enheter/{number}/signatur"))
    }

    #[test]
    fn every_number_is_that_of_a_test_unit_and_stands_once() {
        for company in COMPANIES {
            let digits: Vec<u32> = company.number.chars().map(|it| it.to_digit(10).unwrap()).collect();
            let weighted: u32 = digits.iter().zip([3, 2, 7, 6, 5, 4, 3, 2, 1]).map(|(a, b)| a * b).sum();
            assert!(
                digits.len() == 9 && weighted.is_multiple_of(11) && matches!(digits[0], 2 | 3),
                "{}",
                company.number
            );
            assert_eq!(COMPANIES.iter().filter(|it| it.number == company.number).count(), 1);
        }
    }

    #[test]
    fn everybody_who_can_log_in_signs_for_some_company() {
        for person in People::first().all() {
            let is_it = |holder: &Holder| match holder {
                Holder::Person { given, middle, family, born } => {
                    let name: Vec<&str> =
                        [*given, *middle, *family].into_iter().filter(|it| !it.is_empty()).collect();
                    name.join(" ") == person.name() && *born == person.birthdate
                }
                Holder::Company { .. } => false,
            };
            let signs = COMPANIES.iter().any(|company| {
                let Rule::Found(_, sets) = company.rule else { return false };
                let board = company.roles.iter().any(|it| it.code == "MEDL" && is_it(&it.holder));
                board || sets.iter().flat_map(|it| it.iter()).any(|it| is_it(&company.roles[*it].holder))
            });
            assert!(signs, "{}", person.name());
        }
    }

    #[test]
    fn a_rule_names_each_set_of_people_that_is_enough_beside_the_whole_board() {
        let (_, answer) = signature("399000122");
        assert_eq!(answer["status"]["regelStatus"]["regelIdent"], "R0012");
        let combinations = answer["signeringsKombinasjon"]["kombinasjon"].as_array().unwrap();
        let counts: Vec<(&str, &str, usize)> = combinations
            .iter()
            .map(|it| {
                let people = it["personRolleKombinasjon"].as_array().unwrap().len();
                (it["kode"].as_str().unwrap(), it["kombinasjonsId"].as_str().unwrap(), people)
            })
            .collect();
        assert_eq!(counts, [("STYR", "1", 3), ("R0012", "1", 1), ("R0012", "2", 2)]);
        assert_eq!(combinations[1]["personRolleKombinasjon"][0]["fodselsdato"], "09.08.1957");
    }

    #[test]
    fn a_deleted_company_is_answered_in_both_ways() {
        let (status, body) = unit("399000254");
        assert_eq!((status, &body["slettedato"]), (410, &json!("2024-06-30")));
        let (status, body) = unit("399000262");
        assert_eq!((status, &body["slettedato"]), (200, &json!("2024-06-30")));
        assert_eq!(unit("399000270").0, 404, "a sub-unit is no unit");
        let (status, body) = status_and_body("/enhetsregisteret/api/underenheter/399000270");
        assert_eq!((status, &body["overordnetEnhet"]), (200, &json!("399000114")));
        assert_eq!((unit("399000408").0, unit("12345").0), (404, 400));
    }

    #[test]
    fn a_company_that_goes_bankrupt_is_so_in_both_services() {
        let registry = RegistrySimulator::default();
        assert!(registry.declare_bankrupt("399000114") && !registry.declare_bankrupt("399000408"));
        let body = |path| match ask(&registry, path, None) {
            Answer::Text { body, .. } => serde_json::from_str::<Value>(&body).unwrap(),
            other => panic!("{other:?}"),
        };
        assert_eq!(body("/enhetsregisteret/api/enheter/399000114")["konkurs"], true);
        assert_eq!(body("/fullmakt/enheter/399000114/signatur")["enhet"]["konkurs"], "true");
    }

    #[test]
    fn only_a_client_that_takes_the_media_type_is_answered() {
        let registry = RegistrySimulator::default();
        let path = "/enhetsregisteret/api/enheter/399000114";
        let answered = |accept| matches!(ask(&registry, path, accept), Answer::Text { status: 200, .. });
        for accept in [
            None,
            Some("*/*"),
            Some("application/json"),
            Some("text/html, application/json;q=0.9"),
            Some(super::UNIT),
        ] {
            assert!(answered(accept), "{accept:?}");
        }
        for accept in ["text/html", super::ROLES] {
            let answer = ask(&registry, path, Some(accept));
            assert!(matches!(answer, Answer::Json(406, _)), "{accept}: {answer:?}");
        }
    }

    #[test]
    fn every_fault_is_there() {
        let registry = RegistrySimulator::default();
        let answer = |fate: Fate| {
            let company = COMPANIES.iter().find(|it| it.fate == fate).unwrap();
            ask(&registry, &format!("/enhetsregisteret/api/enheter/{}", company.number), None)
        };
        assert!(matches!(answer(Fate::Down), Answer::Json(500, _)));
        assert!(matches!(answer(Fate::Slow), Answer::Slow));
        assert!(matches!(answer(Fate::Huge), Answer::Endless));
        assert!(matches!(answer(Fate::Html), Answer::Text { status: 200, content_type: "text/html", .. }));
        let Answer::Text { body, .. } = answer(Fate::CutOff) else { panic!() };
        assert!(serde_json::from_str::<Value>(&body).is_err());
        assert!(COMPANIES.iter().any(|it| it.form == Form::ForeignBranch));
        assert_eq!(signature("399000386").0, 500);
    }
}
