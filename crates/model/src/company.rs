//! A company, and who holds a role in it, as the public registers have them.
//!
//! Spec: Brønnøysundregistrene, "Åpne data – Enhetsregisteret" (fields and codes), read 2026

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::{Date, OrganisationNumber, RegisteredPerson};

/// A code of the register with its words, such as `AS` and "Aksjeselskap".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistryCode {
    /// Capital letters.
    pub code: String,
    /// In Norwegian, as the register has them; may be empty.
    pub words: String,
}

/// A postal address in the register. Any part may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostalAddress {
    /// Street or box; no line is empty.
    pub lines: Vec<String>,
    /// Four digits in Norway.
    pub postal_code: String,
    /// City or place; of foreign addresses often with the postal code in it.
    pub place: String,
    /// The country's name in Norwegian.
    pub country: String,
    /// ISO 3166-1 alpha-2.
    pub country_code: String,
}

impl PostalAddress {
    /// The lines for a letter: street, then postal code and place, then the country where it is not Norway.
    pub fn for_letter(&self) -> Vec<String> {
        let place = format!("{} {}", self.postal_code, self.place);
        let country = if self.country_code == "NO" { "" } else { self.country.as_str() };
        let last = [place.trim(), country].into_iter().filter(|it| !it.is_empty()).map(str::to_owned);
        self.lines.iter().cloned().chain(last).collect()
    }
}

/// The written Norwegian that a company prefers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LanguageForm {
    /// Bokmål.
    Bokmal,
    /// Nynorsk.
    Nynorsk,
}

/// The registers in which a company stands beside Enhetsregisteret.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registrations {
    /// Foretaksregisteret: the register of business enterprises.
    pub business_enterprises: bool,
    /// Merverdiavgiftsregisteret: VAT.
    pub vat: bool,
    /// Stiftelsesregisteret: foundations.
    pub foundations: bool,
    /// Frivillighetsregisteret: voluntary organisations.
    pub voluntary_organisations: bool,
}

/// What has become of a company. Where several hold, the first in this order:
/// deleted, sub-unit, bankrupt, forced dissolution, being dissolved, active.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CompanyState {
    /// It may order.
    Active,
    /// Its owners are winding it up.
    BeingDissolved,
    /// A court winds it up.
    ForcedDissolution,
    /// Bankrupt.
    Bankrupt,
    /// Not in the register any more; since when, where the register says it.
    Deleted(Option<Date>),
    /// A place of business (`underenhet`) and no legal person: its parent orders.
    SubUnitOf(OrganisationNumber),
}

/// A company as Enhetsregisteret has it, as far as an order needs it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Company {
    /// Its number.
    pub number: OrganisationNumber,
    /// Its registered name, often in capitals.
    pub name: String,
    /// Its form, such as `AS`; `NUF` is the branch of a foreign company.
    pub form: RegistryCode,
    /// Where it is; of a sub-unit the place of business.
    pub business_address: Option<PostalAddress>,
    /// Where its letters go, when elsewhere.
    pub postal_address: Option<PostalAddress>,
    /// As registered, mostly without a scheme: `www.example.no`.
    pub homepage: Option<String>,
    /// `None` where it is not registered.
    pub language: Option<LanguageForm>,
    /// The other registers.
    pub registrations: Registrations,
    /// What has become of it.
    pub state: CompanyState,
}

impl Company {
    /// Says whether it can order by itself: neither bankrupt, being dissolved, deleted nor a sub-unit.
    pub const fn may_order(&self) -> bool {
        matches!(self.state, CompanyState::Active)
    }

    /// Says whether it is a branch of a foreign company, whose own certificate an operator has to see.
    pub fn is_foreign_branch(&self) -> bool {
        self.form.code == "NUF"
    }

    /// The address for letters: the postal address, or else the business address.
    pub const fn letter_address(&self) -> Option<&PostalAddress> {
        match &self.postal_address {
            Some(address) => Some(address),
            None => self.business_address.as_ref(),
        }
    }
}

/// Who holds a role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RoleHolder {
    /// A living person.
    Person(RegisteredPerson),
    /// A company that is not deleted.
    Company {
        /// Its number.
        number: OrganisationNumber,
        /// Its name.
        name: String,
    },
}

/// A role that somebody holds in a company now. Whoever has died, retired or been deleted holds none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompanyRole {
    /// The code of the group, such as `STYR` (the board) or `DAGL`.
    pub group: String,
    /// The role, such as `LEDE` (chair), `MEDL` (member), `DAGL` (managing director).
    pub role: RegistryCode,
    /// Who holds it.
    pub holder: RoleHolder,
}

impl CompanyRole {
    /// Says whether a company holds a role whose holder may have to sign. Auditors and accountants never do.
    pub(crate) fn is_of_a_company_that_may_sign(&self) -> bool {
        matches!(self.holder, RoleHolder::Company { .. })
            && !matches!(self.role.code.as_str(), "REVI" | "REGN")
    }
}

/// Every person who holds a role, once. Two entries with the same full name and birth date are one person in two roles;
/// with the same role they are two people.
pub fn people_in_office(roles: &[CompanyRole]) -> Vec<&RegisteredPerson> {
    let mut people = Vec::new();
    let (mut in_role, mut in_office) = (HashMap::new(), HashMap::new());
    for it in roles {
        let RoleHolder::Person(person) = &it.holder else { continue };
        let entry = person.entry();
        let same_role: &mut usize = in_role.entry((entry.clone(), &it.group, &it.role.code)).or_default();
        let same_person: &mut usize = in_office.entry(entry).or_default();
        *same_role += 1;
        if *same_role > *same_person {
            *same_person += 1;
            people.push(person);
        }
    }
    people
}

#[cfg(test)]
mod tests {
    use super::{CompanyRole, PostalAddress, RegistryCode, RoleHolder, people_in_office};
    use crate::{Date, RegisteredPerson};

    fn role(group: &str, code: &str, (given, family, born): (&str, &str, &str)) -> CompanyRole {
        CompanyRole {
            group: group.into(),
            role: RegistryCode { code: code.into(), words: String::new() },
            holder: RoleHolder::Person(RegisteredPerson {
                given_name: given.into(),
                middle_name: None,
                family_name: family.into(),
                born: Date::parse(born),
            }),
        }
    }

    #[test]
    fn a_person_with_two_roles_is_one_person() {
        let kari = ("Kari", "Nordli", "1984-05-17");
        let roles = [role("DAGL", "DAGL", kari), role("STYR", "LEDE", kari), role("STYR", "MEDL", kari)];
        assert_eq!(people_in_office(&roles).len(), 1);
        let other = role("STYR", "MEDL", ("Kari", "Nordli", "1952-01-01"));
        assert_eq!(people_in_office(&[roles[0].clone(), other]).len(), 2);
    }

    #[test]
    fn two_people_with_the_same_name_birth_date_and_role_stay_two() {
        let kari = ("Kari", "Nordli", "1984-05-17");
        let roles = [role("STYR", "MEDL", kari), role("STYR", "MEDL", kari), role("DAGL", "DAGL", kari)];
        assert_eq!(people_in_office(&roles).len(), 2);
    }

    #[test]
    fn a_letter_abroad_names_the_country() {
        let address = |postal_code: &str, country: &str, country_code: &str| PostalAddress {
            lines: vec!["Storgata 1".into()],
            postal_code: postal_code.into(),
            place: "OSLO".into(),
            country: country.into(),
            country_code: country_code.into(),
        };
        assert_eq!(address("0150", "Norge", "NO").for_letter(), ["Storgata 1", "0150 OSLO"]);
        assert_eq!(address("", "Sverige", "SE").for_letter(), ["Storgata 1", "OSLO", "Sverige"]);
        assert_eq!(PostalAddress::default().for_letter(), [""; 0]);
    }
}
