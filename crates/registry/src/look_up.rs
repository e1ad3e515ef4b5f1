//! One look at both registers.
//!
//! 1. `enheter`: the company, or 404. One that was deleted answers 410, or 200 with `slettedato`.
//! 2. Only after 404, `underenheter`: a sub-unit, which names its parent, and of which nothing else is asked.
//! 3. `roller`: who holds a role.
//! 4. `signatur` of Fullmakttjenesten: who may sign, or 404.

use std::sync::Arc;

use model::{Company, CompanyRole, OrganisationNumber, SigningRule, Timestamp};
use outbound::{Outbound, OutboundProblem, Request, Response};
use serde_json::Value;

use crate::{
    RegistryAddresses, RegistryError, Source,
    field::Unreadable,
    roles::read_roles,
    signing::read_signing,
    unit::{Unit, read_removed, read_sub_unit, read_unit},
};

/// Both registers.
#[derive(Debug)]
pub struct Registry {
    outbound: Arc<Outbound>,
    addresses: RegistryAddresses,
}

/// What one address answered, byte for byte. It stands in for a certificate: whoever needs that keeps it with its digest.
#[derive(Clone, PartialEq, Eq)]
pub struct RawAnswer {
    /// Which one.
    pub source: Source,
    /// The whole address.
    pub url: String,
    /// The body, JSON in UTF-8.
    pub body: Vec<u8>,
}

/// Names and birth dates stand in it.
impl std::fmt::Debug for RawAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RawAnswer").field("url", &self.url).field("bytes", &self.body.len()).finish()
    }
}

/// What the registers know of a company.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistryAnswer {
    /// The company, which need not be able to order: see its state.
    pub company: Company,
    /// The roles that are held in it; none of a sub-unit.
    pub roles: Vec<CompanyRole>,
    /// Who may sign; `None` where Fullmakttjenesten does not know the company, and of a sub-unit.
    pub signing: Option<SigningRule>,
    /// What came, in the order in which it was asked for; only answers from which something was read.
    pub raw: Vec<RawAnswer>,
    /// When it was asked for.
    pub looked_up_at: Timestamp,
}

/// An answer that says something about the company.
enum Reply {
    /// 200, with JSON.
    Found(Value, RawAnswer),
    /// 404.
    NotFound,
    /// 410; with JSON where there was some.
    Gone(Option<Value>),
}

fn is_json(response: &Response) -> bool {
    let kind = response.content_type.as_str();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

fn trouble(source: Source, problem: OutboundProblem) -> RegistryError {
    match problem {
        OutboundProblem::TimedOut => RegistryError::TimedOut(source),
        OutboundProblem::TooLarge => RegistryError::TooLarge(source),
        other => RegistryError::Unreachable(source, other),
    }
}

fn unreadable(of: Source) -> impl Fn(Unreadable) -> RegistryError {
    move |Unreadable(field)| RegistryError::Unreadable { of, field }
}

fn reply(source: Source, url: String, response: Response) -> Result<Reply, RegistryError> {
    // A page with status 404 is of somebody on the way, who does not know the company.
    let may_be_empty = response.status != 200 && response.content_type.is_empty();
    match response.status {
        200 | 404 | 410 if !is_json(&response) && !may_be_empty => Err(RegistryError::NotJson(source)),
        200 => {
            let value = serde_json::from_slice(&response.body);
            let value = value.map_err(|_| unreadable(source)(Unreadable(String::new())))?;
            Ok(Reply::Found(value, RawAnswer { source, url, body: response.body }))
        }
        404 => Ok(Reply::NotFound),
        410 => Ok(Reply::Gone(serde_json::from_slice(&response.body).ok())),
        status => Err(RegistryError::Status(source, status)),
    }
}

impl Registry {
    /// Takes the client, and where the registers are.
    pub const fn new(outbound: Arc<Outbound>, addresses: RegistryAddresses) -> Self {
        Self { outbound, addresses }
    }

    async fn ask(&self, source: Source, number: OrganisationNumber) -> Result<Reply, RegistryError> {
        let (url, accept) = self.addresses.of(source, number);
        let request = Request::get(url.clone()).with("accept", accept.to_owned());
        let response = self.outbound.send(request).await.map_err(|it| trouble(source, it.problem))?;
        reply(source, url, response)
    }

    /// Looks a company up: up to three calls, one after the other, of at most ten seconds each. Nothing is kept.
    ///
    /// # Errors
    /// [`RegistryError`]: the number is unknown or deleted, or the registry is in trouble ([`RegistryError::is_trouble`]):
    /// then show what is known from before with its time, or let the person try again later.
    pub async fn look_up(
        &self,
        number: OrganisationNumber,
        now: Timestamp,
    ) -> Result<RegistryAnswer, RegistryError> {
        let (value, raw) = match self.ask(Source::Unit, number).await? {
            Reply::Found(value, raw) => (value, raw),
            Reply::NotFound => return self.look_up_sub_unit(number, now).await,
            Reply::Gone(value) => return Err(removed(number, read_removed(value.as_ref()))),
        };
        let company = there(number, read_unit(&value, number).map_err(unreadable(Source::Unit))?)?;
        let mut answer =
            RegistryAnswer { company, roles: Vec::new(), signing: None, raw: vec![raw], looked_up_at: now };
        if let Reply::Found(value, raw) = self.ask(Source::Roles, number).await? {
            answer.roles = read_roles(&value).map_err(unreadable(Source::Roles))?;
            answer.raw.push(raw);
        }
        if let Reply::Found(value, raw) = self.ask(Source::Signature, number).await? {
            let rule = read_signing(&value, number).map_err(unreadable(Source::Signature))?;
            answer.signing = Some(rule);
            answer.raw.push(raw);
        }
        Ok(answer)
    }

    async fn look_up_sub_unit(
        &self,
        number: OrganisationNumber,
        now: Timestamp,
    ) -> Result<RegistryAnswer, RegistryError> {
        let (value, raw) = match self.ask(Source::SubUnit, number).await? {
            Reply::Found(value, raw) => (value, raw),
            Reply::NotFound => return Err(RegistryError::UnknownNumber(number)),
            Reply::Gone(value) => return Err(removed(number, read_removed(value.as_ref()))),
        };
        let unit = read_sub_unit(&value, number).map_err(unreadable(Source::SubUnit))?;
        let company = there(number, unit)?;
        Ok(RegistryAnswer { company, roles: Vec::new(), signing: None, raw: vec![raw], looked_up_at: now })
    }
}

fn there(number: OrganisationNumber, unit: Unit) -> Result<Company, RegistryError> {
    match unit {
        Unit::There(company) => Ok(*company),
        deleted @ Unit::Deleted { .. } => Err(removed(number, deleted)),
    }
}

fn removed(number: OrganisationNumber, unit: Unit) -> RegistryError {
    let (name, on) = match unit {
        Unit::Deleted { name, on } => (name, on),
        Unit::There(company) => (company.name, None),
    };
    RegistryError::Deleted { number, name: Some(name).filter(|it| !it.is_empty()), on }
}

#[cfg(test)]
mod tests {
    use model::{AllowedUnits, OrganisationNumber};
    use outbound::Response;
    use proptest::prelude::*;
    use sandbox::{Answer, RegistrySimulator, Request as Asked};
    use serde_json::{Value, json};

    use super::{Reply, is_json, reply};
    use crate::{
        RegistryError, Source,
        roles::read_roles,
        signing::read_signing,
        unit::{read_removed, read_sub_unit, read_unit},
    };

    fn asked() -> OrganisationNumber {
        OrganisationNumber::parse("399000122", AllowedUnits::RealAndTest).unwrap()
    }

    fn response(status: u16, content_type: &str, body: &[u8]) -> Response {
        let content_type = content_type.to_owned();
        Response { status, content_type, location: None, body: body.to_vec() }
    }

    /// Reads a document as every kind that there is.
    fn read_as_all(value: &Value) {
        let _ = read_unit(value, asked());
        let _ = read_sub_unit(value, asked());
        let _ = read_removed(Some(value));
        let _ = read_roles(value);
        let _ = read_signing(value, asked());
    }

    fn whatever(source: Source, body: &[u8]) {
        for status in [200, 410] {
            if let Ok(Reply::Found(value, _) | Reply::Gone(Some(value))) =
                reply(source, String::new(), response(status, "application/json", body))
            {
                read_as_all(&value);
            }
        }
    }

    #[test]
    fn a_status_and_a_media_type_are_told_apart() {
        let of = |status, kind: &str, body: &str| match reply(
            Source::Unit,
            String::new(),
            response(status, kind, body.as_bytes()),
        ) {
            Ok(Reply::Found(..)) => "found".to_owned(),
            Ok(Reply::NotFound) => "not found".to_owned(),
            Ok(Reply::Gone(_)) => "gone".to_owned(),
            Err(error) => error.to_string(),
        };
        assert_eq!(of(200, "application/json", "{}"), "found");
        assert_eq!((of(404, "", "").as_str(), of(410, "", "").as_str()), ("not found", "gone"));
        let page = RegistryError::NotJson(Source::Unit).to_string();
        for (status, kind) in [(200, "text/html"), (404, "text/html"), (410, "text/plain"), (200, "")] {
            assert_eq!(of(status, kind, "<html>"), page, "{status} {kind}");
        }
        for status in [201, 204, 301, 400, 403, 406, 429, 500, 503] {
            assert_eq!(of(status, "text/html", ""), RegistryError::Status(Source::Unit, status).to_string());
        }
        let broken = RegistryError::Unreadable { of: Source::Unit, field: String::new() };
        assert_eq!(of(200, "application/json", "{"), broken.to_string());
        for kind in ["application/vnd.brreg.enhetsregisteret.enhet.v2+json", "application/hal+json"] {
            assert!(is_json(&response(200, kind, b"")));
        }
    }

    /// What the simulator answers for a company with everything.
    fn documents() -> Vec<Vec<u8>> {
        let paths = [
            "enhetsregisteret/api/enheter/399000122",
            "enhetsregisteret/api/enheter/399000122/roller",
            "fullmakt/enheter/399000122/signatur",
            "enhetsregisteret/api/underenheter/399000270",
        ];
        let body = |path: &str| {
            let asked = Asked { method: "GET".into(), path: format!("/{path}"), ..Asked::default() };
            match RegistrySimulator::default().answer(&asked) {
                Answer::Text { body, .. } => body.into_bytes(),
                other => panic!("{other:?}"),
            }
        };
        paths.map(body).to_vec()
    }

    /// JSON of any shape, in which the names of the registers occur.
    fn any_json() -> impl Strategy<Value = Value> {
        let name = prop_oneof![
            Just("organisasjonsnummer"),
            Just("navn"),
            Just("organisasjonsform"),
            Just("kode"),
            Just("konkurs"),
            Just("slettedato"),
            Just("postadresse"),
            Just("adresse"),
            Just("rollegrupper"),
            Just("roller"),
            Just("type"),
            Just("person"),
            Just("enhet"),
            Just("status"),
            Just("signeringsKombinasjon"),
            Just("kombinasjon"),
            Just("personRolleKombinasjon"),
            Just("fodselsdato"),
        ];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
            Just(json!("399000122")),
            Just(json!("2020-02-30")),
            Just(json!("true")),
        ];
        leaf.prop_recursive(5, 60, 6, move |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::vec((name.clone(), inner), 0..6)
                    .prop_map(|it| it.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            whatever(Source::Unit, &body);
        }

        #[test]
        fn no_damage_to_a_real_answer_makes_it_panic(
            which in 0_usize..4,
            damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        ) {
            let mut body = documents().swap_remove(which);
            for (place, byte) in damage {
                let place = place.index(body.len());
                body[place] = byte;
            }
            whatever(Source::Roles, &body);
        }

        #[test]
        fn no_json_makes_it_panic(value in any_json()) {
            read_as_all(&value);
        }
    }
}
