//! The registry against its simulator over a socket, and against somebody else who answers in its place.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot be set up fails loudly"
)]

mod simulated;

use std::time::Duration;

use model::{
    AllowedUnits, ByHand, CompanyState, Date, LanguageForm, NameMismatch, OfferedCombination,
    OrganisationNumber, Person, RoleHolder, SignatoryApproval, completed, match_person, offered_combinations,
    people_in_office,
};
use outbound::OutboundProblem;
use registry::{RegistryAnswer, RegistryError, Source};
use sandbox::{Answer, People};
use simulated::{NOW, Simulated};

fn number(text: &str) -> OrganisationNumber {
    OrganisationNumber::parse(text, AllowedUnits::RealAndTest).unwrap()
}

async fn look_up(text: &str) -> Result<RegistryAnswer, RegistryError> {
    Simulated::open().await.look_up(number(text)).await
}

async fn found(text: &str) -> RegistryAnswer {
    look_up(text).await.unwrap()
}

fn offered(answer: &RegistryAnswer) -> Result<Vec<OfferedCombination>, ByHand> {
    offered_combinations(answer.signing.as_ref(), &answer.roles)
}

/// The people of each combination that is offered, by given name.
async fn signers(text: &str) -> Vec<Vec<String>> {
    let names = |it: OfferedCombination| it.places.into_iter().map(|it| it.person.given_name).collect();
    offered(&found(text).await).unwrap().into_iter().map(names).collect()
}

async fn by_hand(text: &str) -> ByHand {
    offered(&found(text).await).unwrap_err()
}

/// A synthetic person of the simulated eIDs, as BankID proves them.
fn proven(given_name: &str) -> Person {
    let person = People::first().all().into_iter().find(|it| it.given_name == given_name).unwrap();
    Person {
        given_name: Some(person.given_name),
        family_name: Some(person.family_name),
        birthdate: Some(person.birthdate),
        ..Person::default()
    }
}

#[tokio::test]
async fn nine_digits_give_the_company_and_who_signs() {
    let answer = found("399 000 114").await;
    let company = &answer.company;
    assert_eq!((company.name.as_str(), company.form.code.as_str()), ("FJELLVOKT PRØVE AS", "AS"));
    assert_eq!(company.letter_address().unwrap().for_letter(), ["Prøveveien 14", "0001 OSLO"]);
    assert_eq!((company.language, company.state), (Some(LanguageForm::Bokmal), CompanyState::Active));
    assert_eq!(signers("399000114").await, [["Kari"]]);
    assert_eq!(answer.looked_up_at, NOW);
}

#[tokio::test]
async fn the_raw_answers_are_kept_byte_for_byte_with_their_addresses() {
    let simulated = Simulated::open().await;
    let answer = simulated.look_up(number("399000114")).await.unwrap();
    let sources: Vec<Source> = answer.raw.iter().map(|it| it.source).collect();
    assert_eq!(sources, [Source::Unit, Source::Roles, Source::Signature]);
    for raw in &answer.raw {
        let path = raw.url.split_once(".localhost:").unwrap().1.split_once('/').unwrap().1;
        assert_eq!(Some(raw.body.clone()), simulated.body_of(&format!("/{path}")), "{path}");
    }
    assert!(!format!("{:?}", answer.raw).contains("Nordli"), "names are not printed");
}

#[tokio::test]
async fn each_rule_offers_its_combinations() {
    assert_eq!(
        signers("399000122").await,
        [&["Nils-Ante"][..], &["Kari", "Ola"], &["Nils-Ante", "Kari", "Ola"]]
    );
    assert_eq!(signers("399000149").await, [["Ola"], ["Kari"]]);
    assert_eq!(signers("399000130").await, [["Kari", "Ola"], ["Ola", "Nils-Ante"]]);
    assert_eq!(signers("299000117").await, [["Maria"]]);
    assert_eq!(signers("399000297").await.len(), 4);
}

#[tokio::test]
async fn what_needs_an_operator_says_why() {
    assert_eq!(by_hand("399000157").await, ByHand::FreeText);
    assert_eq!(by_hand("399000165").await, ByHand::NotRegistered);
    assert_eq!(by_hand("399000173").await, ByHand::NoCombination);
    assert_eq!(by_hand("399000181").await, ByHand::LookUpFailed);
    assert_eq!(by_hand("399000394").await, ByHand::NotFound);
    assert_eq!(by_hand("399000289").await, ByHand::CompanySigns);
    let foreign = found("399000203").await;
    assert!(foreign.company.is_foreign_branch());
    let text = found("399000157").await.signing.unwrap().text.unwrap();
    assert!(text.contains("peker ut.\nFor"), "{text}");
}

#[tokio::test]
async fn people_of_the_simulated_bankid_approve_for_their_companies() {
    let answer = found("399000122").await;
    let combinations = offered(&answer).unwrap();
    let in_office = people_in_office(&answer.roles);
    assert_eq!(in_office.len(), 4, "whoever has retired or died is not in office");
    let approval = |name: &str| SignatoryApproval {
        subject: name.to_owned(),
        person: match_person(&proven(name), &in_office).unwrap().key().unwrap(),
    };
    assert!(completed(&combinations, &[approval("Kari")]).is_none());
    assert!(completed(&combinations, &[approval("Kari"), approval("Ola")]).is_some());
    assert!(completed(&combinations, &[approval("Nils-Ante")]).is_some());
    assert_eq!(match_person(&proven("Maria"), &in_office), Err(NameMismatch::Nobody));
}

#[tokio::test]
async fn a_name_is_found_in_another_spelling_and_another_name_is_not() {
    let answer = found("399000300").await;
    let people = people_in_office(&answer.roles);
    assert_eq!(match_person(&proven("Nils-Ante"), &people).unwrap().family_name, "Haetta");
    assert!(match_person(&proven("Ingrid Sofie"), &people).is_ok());
    let answer = found("399000319").await;
    let people = people_in_office(&answer.roles);
    assert_eq!(match_person(&proven("Kari"), &people), Err(NameMismatch::OtherName));
    let answer = found("399000297").await;
    let people = people_in_office(&answer.roles);
    assert_eq!(match_person(&proven("Kari"), &people).unwrap().born, Date::new(1984, 5, 17));
}

#[tokio::test]
async fn a_company_that_may_not_order_is_found_with_its_state() {
    for (text, state) in [
        ("399000211", CompanyState::Bankrupt),
        ("399000238", CompanyState::BeingDissolved),
        ("399000246", CompanyState::ForcedDissolution),
        ("399000270", CompanyState::SubUnitOf(number("399000114"))),
    ] {
        let company = found(text).await.company;
        assert_eq!((company.state, company.may_order()), (state, false), "{text}");
    }
    let sub_unit = found("399000270").await;
    assert_eq!((sub_unit.roles.len(), sub_unit.signing, sub_unit.raw.len()), (0, None, 1));
}

#[tokio::test]
async fn a_company_that_goes_bankrupt_is_so_at_the_next_look() {
    let simulated = Simulated::open().await;
    let number = number("399000114");
    assert!(simulated.look_up(number).await.unwrap().company.may_order());
    simulated.registry.declare_bankrupt("399000114");
    assert_eq!(simulated.look_up(number).await.unwrap().company.state, CompanyState::Bankrupt);
}

#[tokio::test]
async fn unknown_and_deleted_numbers_are_answers() {
    assert_eq!(look_up("399000408").await, Err(RegistryError::UnknownNumber(number("399000408"))));
    for (text, name) in [("399000254", "FJERNET PRØVE AS"), ("399000262", "SLETTET PRØVE AS")] {
        let (number, name, on) = (number(text), Some(name.to_owned()), Date::new(2024, 6, 30));
        let error = look_up(text).await.unwrap_err();
        assert!(!error.is_trouble());
        assert_eq!(error, RegistryError::Deleted { number, name, on });
    }
}

#[tokio::test]
async fn trouble_of_the_registry_is_told_apart() {
    let unit = Source::Unit;
    for (text, error) in [
        ("399000327", RegistryError::Status(unit, 500)),
        ("399000343", RegistryError::NotJson(unit)),
        ("399000351", RegistryError::TooLarge(unit)),
        ("399000378", RegistryError::Unreadable { of: unit, field: String::new() }),
        ("399000386", RegistryError::Status(Source::Signature, 500)),
    ] {
        let found = look_up(text).await.unwrap_err();
        assert!(found.is_trouble());
        assert_eq!(found, error, "{text}");
    }
}

#[tokio::test]
async fn a_registry_that_is_slow_or_gone_is_told_apart() {
    let mut simulated = Simulated::open().await;
    simulated.shorten(Duration::from_millis(300));
    let slow = simulated.look_up(number("399000335")).await;
    assert_eq!(slow, Err(RegistryError::TimedOut(Source::Unit)));
    let gone = Simulated::gone().await.look_up(number("399000114")).await;
    assert_eq!(gone, Err(RegistryError::Unreachable(Source::Unit, OutboundProblem::Refused)));
}

#[tokio::test]
async fn a_field_that_cannot_be_read_is_named_and_its_text_is_not() {
    let simulated = Simulated::open().await;
    let body = r#"{"rollegrupper":[{"type":{"kode":"STYR"},"roller":[{"type":{"kode":"LEDE"},"person":"Kari Nordli"}]}]}"#;
    let answer = Answer::Text { status: 200, content_type: "application/json", body: body.into() };
    simulated.answer("/enhetsregisteret/api/enheter/399000114/roller", answer);
    let error = simulated.look_up(number("399000114")).await.unwrap_err();
    let field = "rollegrupper[0].roller[0].person".to_owned();
    assert_eq!(error, RegistryError::Unreadable { of: Source::Roles, field });
    assert!(!format!("{error} {error:?}").contains("Nordli"));
}

#[tokio::test]
async fn another_company_than_the_one_that_was_asked_for_is_not_believed() {
    let simulated = Simulated::open().await;
    let other = simulated.body_of("/enhetsregisteret/api/enheter/399000122").unwrap();
    let body = String::from_utf8(other).unwrap();
    let answer = Answer::Text { status: 200, content_type: "application/json", body };
    simulated.answer("/enhetsregisteret/api/enheter/399000114", answer);
    let field = "organisasjonsnummer".to_owned();
    let error = simulated.look_up(number("399000114")).await.unwrap_err();
    assert_eq!(error, RegistryError::Unreadable { of: Source::Unit, field });
}

#[tokio::test]
async fn roles_that_name_a_company_are_read() {
    let roles = found("399000289").await.roles;
    let companies: Vec<String> = roles
        .iter()
        .filter_map(|it| match &it.holder {
            RoleHolder::Company { number, name } => Some(format!("{number} {name}")),
            RoleHolder::Person(_) => None,
        })
        .collect();
    assert_eq!(companies, ["299000117 EIERSELSKAP PRØVE AS"]);
}
