//! Who may sign for a company: the answer of Fullmakttjenesten, and what follows from it.
//!
//! ```text
//!  combinations of the answer          each one is enough (OR)
//!      └── people with their role      all of them approve (AND)
//! ```
//!
//! What a machine cannot be sure of goes to an operator, with the reason: a rule in free text, no rule, no combination, a
//! company among those who sign, a person who is not exactly one person in the register of roles.
//!
//! Spec: Brønnøysundregistrene, "Fullmakttjenesten" (`signatur`: codes and rules), read 2026

use std::collections::{BTreeSet, HashMap, HashSet};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{
    CompanyRole, Date, NameKey, PersonKey, RegisteredPerson, RegistryCode, company::people_in_office,
    person_name::find_one,
};

/// A rule of signing that the register knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SigningRuleId {
    /// R0001: the chair alone.
    ChairAlone,
    /// R0002: the managing director alone.
    ManagingDirectorAlone,
    /// R0003: the whole board jointly.
    WholeBoard,
    /// R0004: the chair and one board member.
    ChairAndMember,
    /// R0005: two board members.
    TwoMembers,
    /// R0006: members each alone.
    MembersEach,
    /// R0007: the managing director or the chair, each alone.
    ManagingDirectorOrChair,
    /// R0008: the managing director and the chair jointly.
    ManagingDirectorAndChair,
    /// R0009: the participants jointly.
    ParticipantsJointly,
    /// R0010: the participants each alone.
    ParticipantsEach,
    /// R0011: the chair and the deputy chair, each alone.
    ChairOrDeputy,
    /// R0012: the chair alone, or two board members jointly.
    ChairOrTwoMembers,
    /// R0013: the managing director alone, or members each alone.
    ManagingDirectorOrMembersEach,
    /// R0014: the managing director and one board member.
    ManagingDirectorAndMember,
    /// R0015: the chair and the deputy chair jointly.
    ChairAndDeputy,
    /// R0016: three board members.
    ThreeMembers,
    /// R0017: the chair and two board members.
    ChairAndTwoMembers,
    /// R0018: the deputy chair and one board member.
    DeputyAndMember,
    /// A rule that came later. Its combinations hold all the same.
    Other(String),
}

impl SigningRuleId {
    /// The known ones, from R0001 on.
    const KNOWN: [Self; 18] = [
        Self::ChairAlone,
        Self::ManagingDirectorAlone,
        Self::WholeBoard,
        Self::ChairAndMember,
        Self::TwoMembers,
        Self::MembersEach,
        Self::ManagingDirectorOrChair,
        Self::ManagingDirectorAndChair,
        Self::ParticipantsJointly,
        Self::ParticipantsEach,
        Self::ChairOrDeputy,
        Self::ChairOrTwoMembers,
        Self::ManagingDirectorOrMembersEach,
        Self::ManagingDirectorAndMember,
        Self::ChairAndDeputy,
        Self::ThreeMembers,
        Self::ChairAndTwoMembers,
        Self::DeputyAndMember,
    ];

    /// Reads an id of the register, such as `R0012`.
    pub fn parse(id: &str) -> Self {
        let known = (1..).zip(Self::KNOWN).find(|(number, _)| id == numbered(*number));
        known.map_or_else(|| Self::Other(id.to_owned()), |(_, rule)| rule)
    }

    /// The register's id.
    pub fn id(&self) -> String {
        match (1..).zip(&Self::KNOWN).find(|(_, rule)| *rule == self) {
            Some((number, _)) => numbered(number),
            None => match self {
                Self::Other(id) => id.clone(),
                _ => String::new(),
            },
        }
    }
}

fn numbered(number: u32) -> String {
    format!("R{number:04}")
}

impl Serialize for SigningRuleId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.id())
    }
}

impl<'de> Deserialize<'de> for SigningRuleId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::parse(&String::deserialize(deserializer)?))
    }
}

/// What the register knows of a company's rule (`regelStatus`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RuleStatus {
    /// RF: a standard rule.
    Found(SigningRuleId),
    /// RT: a rule in free text.
    FreeText,
    /// RI: none is registered, or none that is standardised.
    NotRegistered,
    /// A code that is not known here, or none.
    Unknown(String),
}

/// A code that says yes or no.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Availability {
    /// `OK`, `SF`: it is there.
    There,
    /// `NA`, `IK`, `SI`: it is not.
    Missing,
    /// A code that is not known here, or none.
    Unknown(String),
}

/// Somebody who may have to sign, as Fullmakttjenesten names them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signatory {
    /// The whole name, given names in front.
    pub name: String,
    /// `None` where it is not said.
    pub born: Option<Date>,
    /// The role in which they sign.
    pub role: RegistryCode,
}

/// The code of the combination that every board is: no rule with a number.
const WHOLE_BOARD: &str = "STYR";

/// People who can sign together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Combination {
    /// The rule that it follows from, with its words; `STYR` is the whole board, which can always sign.
    pub rule: RegistryCode,
    /// The register's id; it is unique for one rule only.
    pub id: String,
    /// All of them sign.
    pub people: Vec<Signatory>,
    /// Others than people have to sign too, in a form that is not known here: never offered.
    pub has_others: bool,
}

/// Who may sign for a company, as Fullmakttjenesten answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SigningRule {
    /// Whether the register could look (`rutineStatus`): `OK` or `NA`.
    pub look_up: Availability,
    /// Whether there are combinations (`kombinasjonStatus`): `OK` or `IK`.
    pub has_combinations: Availability,
    /// The rule (`regelStatus`): `RF`, `RT` or `RI`.
    pub rule: RuleStatus,
    /// Whether there is a basis for signing (`signeringsGrunnlag`): `SF` or `SI`.
    pub basis: Availability,
    /// The rule as it was registered, in Norwegian.
    pub text: Option<String>,
    /// Whoever can be part of a combination.
    pub possible: Vec<Signatory>,
    /// Each one is enough.
    pub combinations: Vec<Combination>,
}

/// Why an operator has to decide who may sign, with the company's certificate (firmaattest).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ByHand {
    /// Fullmakttjenesten does not know the company.
    NotFound,
    /// NA: Fullmakttjenesten could not look.
    LookUpFailed,
    /// RT: the rule is in free text.
    FreeText,
    /// RI: no rule is registered.
    NotRegistered,
    /// SI: there is no basis for signing.
    NoBasis,
    /// IK, or none in the answer: no combination.
    NoCombination,
    /// A code that is not known here.
    UnknownCode(String),
    /// Whoever signs is, or may be, a company.
    CompanySigns,
    /// In no combination is everybody exactly one living person in the register of roles, in one role.
    PeopleUnclear,
}

impl ByHand {
    /// The word for it, which is kept.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::LookUpFailed => "look-up-failed",
            Self::FreeText => "free-text",
            Self::NotRegistered => "not-registered",
            Self::NoBasis => "no-basis",
            Self::NoCombination => "no-combination",
            Self::UnknownCode(_) => "unknown-code",
            Self::CompanySigns => "company-signs",
            Self::PeopleUnclear => "people-unclear",
        }
    }
}

/// A combination whose people are known: each is one person in the register of roles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferedCombination {
    /// The rule that it follows from.
    pub rule: RegistryCode,
    /// One for each person, in the order of the register; never empty, nobody twice.
    pub places: Vec<Place>,
}

/// One person of a combination.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The person, as the register of roles has them.
    pub person: RegisteredPerson,
    /// What an approval is compared with.
    pub key: PersonKey,
    /// The role in which they sign.
    pub role: RegistryCode,
}

/// Somebody has approved: an eID proved them, and they were found in the register of roles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignatoryApproval {
    /// The eID and its stable identifier of the person. One fills one place.
    pub subject: String,
    /// Whom they were found to be.
    pub person: PersonKey,
}

impl SigningRule {
    /// Says why no combination can be believed, if so.
    fn unusable(&self) -> Option<ByHand> {
        let missing = |what: &Availability, why: ByHand| match what {
            Availability::There => None,
            Availability::Missing => Some(why),
            Availability::Unknown(code) => Some(ByHand::UnknownCode(code.clone())),
        };
        let rule = match &self.rule {
            RuleStatus::Found(_) => None,
            RuleStatus::FreeText => Some(ByHand::FreeText),
            RuleStatus::NotRegistered => Some(ByHand::NotRegistered),
            RuleStatus::Unknown(code) => Some(ByHand::UnknownCode(code.clone())),
        };
        missing(&self.look_up, ByHand::LookUpFailed)
            .or(rule)
            .or_else(|| missing(&self.basis, ByHand::NoBasis))
            .or_else(|| missing(&self.has_combinations, ByHand::NoCombination))
            .or_else(|| self.combinations.is_empty().then_some(ByHand::NoCombination))
    }
}

impl Combination {
    /// Says whether everybody of a kind signs. The register names people only, so a company among them would be left out.
    fn needs_everybody(&self) -> bool {
        use SigningRuleId as Id;
        // The whole board is among the others. Of R0010 it is uncertain who they are that sign.
        matches!(
            SigningRuleId::parse(&self.rule.code),
            Id::WholeBoard | Id::ParticipantsJointly | Id::ParticipantsEach | Id::Other(_)
        )
    }

    fn offered(&self, in_office: &[&RegisteredPerson]) -> Option<OfferedCombination> {
        let place = |it: &Signatory| {
            let found = find_one(&NameKey::of_full_name(&it.name)?, it.born?, in_office).ok()?;
            Some(Place { person: found.clone(), key: found.key()?, role: it.role.clone() })
        };
        let places: Vec<Place> = self.people.iter().map(place).collect::<Option<_>>()?;
        let different: HashSet<&PersonKey> = places.iter().map(|it| &it.key).collect();
        let is_clear = !places.is_empty() && different.len() == places.len() && !self.has_others;
        is_clear.then(|| OfferedCombination { rule: self.rule.clone(), places })
    }
}

/// Finds the combinations that can be offered: those of the answer, without the ones that say the same, fewest people
/// first. `rule`: `None` where Fullmakttjenesten does not know the company. `roles`: those of the same company.
///
/// # Errors
/// [`ByHand`]: an operator has to decide, with the company's certificate.
pub fn offered_combinations(
    rule: Option<&SigningRule>,
    roles: &[CompanyRole],
) -> Result<Vec<OfferedCombination>, ByHand> {
    let rule = rule.ok_or(ByHand::NotFound)?;
    if let Some(why) = rule.unusable() {
        return Err(why);
    }
    let company_signs = roles.iter().any(CompanyRole::is_of_a_company_that_may_sign);
    let left_out = |it: &&Combination| it.has_others || (company_signs && it.needs_everybody());
    let in_office = people_in_office(roles);
    let people_only = rule.combinations.iter().filter(|it| !left_out(it));
    let mut offered: Vec<OfferedCombination> = people_only.filter_map(|it| it.offered(&in_office)).collect();
    // Of two that say the same, the company's own rule is named.
    offered.sort_by_key(|it| (it.places.len(), it.rule.code == WHOLE_BOARD));
    let mut seen = HashSet::new();
    offered.retain(|it| seen.insert(it.places.iter().map(|it| it.key.clone()).collect::<BTreeSet<_>>()));
    match offered.is_empty() {
        false => Ok(offered),
        true if rule.combinations.iter().any(|it| left_out(&it)) => Err(ByHand::CompanySigns),
        true => Err(ByHand::PeopleUnclear),
    }
}

/// Finds the first combination in which everybody has approved. A subject that approved more than once, or as two people,
/// counts with its first approval only.
pub fn completed<'a>(
    combinations: &'a [OfferedCombination],
    approvals: &[SignatoryApproval],
) -> Option<&'a OfferedCombination> {
    let mut by_subject: HashMap<&str, &PersonKey> = HashMap::new();
    for it in approvals {
        by_subject.entry(&it.subject).or_insert(&it.person);
    }
    let approved: HashSet<&PersonKey> = by_subject.into_values().collect();
    let is_complete = |it: &&OfferedCombination| {
        !it.places.is_empty() && it.places.iter().all(|place| approved.contains(&place.key))
    };
    combinations.iter().find(is_complete)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        Availability, ByHand, Combination, OfferedCombination, RuleStatus, Signatory, SignatoryApproval,
        SigningRule, SigningRuleId, completed, offered_combinations,
    };
    use crate::{
        AllowedUnits, CompanyRole, Date, OrganisationNumber, RegisteredPerson, RegistryCode, RoleHolder,
    };

    /// Name, birth date and role of a board of four, with a managing director.
    const BOARD: [(&str, &str, &str, &str); 5] = [
        ("Testine", "Prøvesen", "1984-05-17", "DAGL"),
        ("Ola Demo", "Eksempelstad", "1979-03-03", "LEDE"),
        ("Kari", "Attrapp", "1991-08-24", "MEDL"),
        ("Åse Fiktiv", "Øvelsen", "1966-11-02", "MEDL"),
        ("Kari", "Attrapp", "1953-01-01", "MEDL"),
    ];

    fn code(code: &str) -> RegistryCode {
        RegistryCode { code: code.into(), words: String::new() }
    }

    fn role(index: usize) -> CompanyRole {
        let (given, family, born, role) = BOARD[index];
        let person = RegisteredPerson {
            given_name: given.into(),
            middle_name: None,
            family_name: family.into(),
            born: Date::parse(born),
        };
        CompanyRole { group: "STYR".into(), role: code(role), holder: RoleHolder::Person(person) }
    }

    fn roles() -> Vec<CompanyRole> {
        (0..BOARD.len()).map(role).collect()
    }

    /// A company in the board.
    fn company() -> CompanyRole {
        let number = OrganisationNumber::parse("399000114", AllowedUnits::RealAndTest).unwrap();
        CompanyRole {
            group: "STYR".into(),
            role: code("MEDL"),
            holder: RoleHolder::Company { number, name: "EIER AS".into() },
        }
    }

    fn combination(rule: &str, people: &[usize]) -> Combination {
        let person = |index: &usize| {
            let (given, family, born, role) = BOARD[*index];
            // Another spelling than in the register of roles.
            let name = format!("{given} {family}").to_uppercase().replace('Ø', "OE");
            Signatory { name, born: Date::parse(born), role: code(role) }
        };
        Combination {
            rule: code(rule),
            id: "1".into(),
            people: people.iter().map(person).collect(),
            has_others: false,
        }
    }

    fn rule(combinations: Vec<Combination>) -> SigningRule {
        SigningRule {
            look_up: Availability::There,
            has_combinations: Availability::There,
            rule: RuleStatus::Found(SigningRuleId::ChairOrTwoMembers),
            basis: Availability::There,
            text: None,
            possible: Vec::new(),
            combinations,
        }
    }

    /// The chair alone, or two of three members, or the whole board.
    fn chair_or_two() -> SigningRule {
        rule(vec![
            combination("STYR", &[1, 2, 3, 4]),
            combination("R0012", &[1]),
            combination("R0012", &[2, 3]),
            combination("R0012", &[2, 4]),
            combination("R0012", &[3, 4]),
        ])
    }

    fn offered() -> Vec<OfferedCombination> {
        offered_combinations(Some(&chair_or_two()), &roles()).unwrap()
    }

    fn names(offered: &[OfferedCombination]) -> Vec<String> {
        let names = |it: &OfferedCombination| {
            it.places.iter().map(|it| it.person.name()).collect::<Vec<_>>().join(" + ")
        };
        offered.iter().map(names).collect()
    }

    fn approvals(people: &[(&str, usize)]) -> Vec<SignatoryApproval> {
        let approval = |(subject, index): &(&str, usize)| {
            let RoleHolder::Person(person) = role(*index).holder else { panic!("a person") };
            SignatoryApproval { subject: (*subject).to_owned(), person: person.key().unwrap() }
        };
        people.iter().map(approval).collect()
    }

    #[test]
    fn every_combination_is_offered_fewest_people_first() {
        let expected = [
            "Ola Demo Eksempelstad",
            "Kari Attrapp + Åse Fiktiv Øvelsen",
            "Kari Attrapp + Kari Attrapp",
            "Åse Fiktiv Øvelsen + Kari Attrapp",
            "Ola Demo Eksempelstad + Kari Attrapp + Åse Fiktiv Øvelsen + Kari Attrapp",
        ];
        assert_eq!(names(&offered()), expected);
    }

    #[test]
    fn a_combination_that_stands_twice_is_offered_once() {
        let twice = rule(vec![combination("STYR", &[1, 2]), combination("R0005", &[2, 1])]);
        let offered = offered_combinations(Some(&twice), &roles()).unwrap();
        assert_eq!(offered.iter().map(|it| it.rule.code.as_str()).collect::<Vec<_>>(), ["R0005"]);
    }

    #[test]
    fn one_whole_combination_completes_and_a_part_does_not() {
        for (people, complete) in [
            (&[][..], false),
            (&[("a", 1)], true),
            (&[("a", 0)], false),
            (&[("a", 2)], false),
            (&[("a", 2), ("b", 0)], false),
            (&[("a", 2), ("b", 3)], true),
            (&[("a", 2), ("b", 4)], true),
            (&[("a", 2), ("b", 2)], false),
        ] {
            assert_eq!(completed(&offered(), &approvals(people)).is_some(), complete, "{people:?}");
        }
    }

    #[test]
    fn one_subject_fills_one_place() {
        assert!(completed(&offered(), &approvals(&[("a", 2), ("a", 3)])).is_none());
        assert!(completed(&offered(), &approvals(&[("a", 2), ("a", 1)])).is_none(), "the first counts");
        assert!(completed(&offered(), &approvals(&[("a", 2), ("a", 3), ("b", 3)])).is_some());
    }

    #[test]
    fn what_the_register_does_not_know_for_sure_is_for_an_operator() {
        let with = |change: fn(&mut SigningRule)| {
            let mut rule = chair_or_two();
            change(&mut rule);
            offered_combinations(Some(&rule), &roles()).unwrap_err()
        };
        let unknown = || ByHand::UnknownCode("XX".into());
        assert_eq!(with(|it| it.look_up = Availability::Missing), ByHand::LookUpFailed);
        assert_eq!(with(|it| it.rule = RuleStatus::FreeText), ByHand::FreeText);
        assert_eq!(with(|it| it.rule = RuleStatus::NotRegistered), ByHand::NotRegistered);
        assert_eq!(with(|it| it.basis = Availability::Missing), ByHand::NoBasis);
        assert_eq!(with(|it| it.has_combinations = Availability::Missing), ByHand::NoCombination);
        assert_eq!(with(|it| it.combinations.clear()), ByHand::NoCombination);
        assert_eq!(with(|it| it.rule = RuleStatus::Unknown("XX".into())), unknown());
        assert_eq!(with(|it| it.basis = Availability::Unknown("XX".into())), unknown());
        assert_eq!(offered_combinations(None, &roles()), Err(ByHand::NotFound));
    }

    #[test]
    fn a_company_in_the_board_is_never_left_out_of_the_whole_board() {
        let mut with_company = roles();
        with_company.push(company());
        let whole = rule(vec![combination("STYR", &[1, 2, 3, 4])]);
        assert_eq!(offered_combinations(Some(&whole), &with_company), Err(ByHand::CompanySigns));
        let found = offered_combinations(Some(&chair_or_two()), &with_company).unwrap();
        assert_eq!(found.len(), 4, "people of the other combinations can sign");
        let mut others = rule(vec![combination("R0012", &[1])]);
        others.combinations[0].has_others = true;
        assert_eq!(offered_combinations(Some(&others), &roles()), Err(ByHand::CompanySigns));
    }

    #[test]
    fn a_combination_with_somebody_unclear_is_not_offered() {
        let only = |people: &[usize], roles: &[CompanyRole]| {
            offered_combinations(Some(&rule(vec![combination("R0005", people)])), roles)
        };
        let unclear = Err(ByHand::PeopleUnclear);
        assert_eq!(only(&[1], &roles()[2..]), unclear, "has retired");
        assert_eq!(only(&[2, 2], &roles()), unclear, "the same person twice");
        assert_eq!(only(&[], &roles()), unclear, "nobody");
        let twins = [role(2), role(2), role(3)];
        assert_eq!(only(&[2, 3], &twins), unclear, "two people of that name and age");
        let mut undated = rule(vec![combination("R0001", &[1])]);
        undated.combinations[0].people[0].born = None;
        assert_eq!(offered_combinations(Some(&undated), &roles()), unclear);
    }

    #[test]
    fn rules_are_known_by_their_ids() {
        assert_eq!(SigningRuleId::parse("R0012"), SigningRuleId::ChairOrTwoMembers);
        assert_eq!(SigningRuleId::parse("R0018"), SigningRuleId::DeputyAndMember);
        for id in ["R0001", "R0009", "R0018", "R0019", "STYR", "R12", ""] {
            assert_eq!(SigningRuleId::parse(id).id(), id);
        }
        let mut later = chair_or_two();
        later.rule = RuleStatus::Found(SigningRuleId::Other("R0099".into()));
        assert!(offered_combinations(Some(&later), &roles()).is_ok());
    }

    #[test]
    fn an_answer_that_was_kept_is_read_as_the_same() {
        let rule = chair_or_two();
        let kept = serde_json::to_string(&rule).unwrap();
        assert!(kept.contains(r#""R0012""#), "{kept}");
        assert_eq!(serde_json::from_str::<SigningRule>(&kept).unwrap(), rule);
    }

    proptest! {
        #[test]
        fn approvals_complete_exactly_when_they_hold_a_whole_combination(
            subjects in proptest::collection::vec((0_usize..4, 0_usize..5), 0..6),
        ) {
            let said: Vec<(&str, usize)> = subjects.iter().map(|(s, p)| (["a", "b", "c", "d"][*s], *p)).collect();
            let mut first: Vec<(&str, usize)> = Vec::new();
            for (subject, person) in &said {
                if !first.iter().any(|(it, _)| it == subject) {
                    first.push((subject, *person));
                }
            }
            let has = |person: usize| first.iter().any(|(_, it)| *it == person);
            let expected = has(1) || (has(2) && has(3)) || (has(2) && has(4)) || (has(3) && has(4));
            prop_assert_eq!(completed(&offered(), &approvals(&said)).is_some(), expected);
        }
    }
}
