//! What the registry says of a company, as answers of an order.

use std::{sync::Arc, time::Duration};

use authority::{Permission, Permit, SealedColumn, Tenant};
use changes::Refusal;
use crypto::{Digest, b64};
use model::{
    AllowedUnits, ByHand, Company, CompanyAnswer, CompanySource, CompanyState, OfferedCombination,
    OrderAnswers, OrganisationNumber, OrganisationNumberError, RegistryCode, RuleStatus, SignatoryAnswer,
    SigningRule, Timestamp, offered_combinations,
};
use registry::{RawAnswer, Registry, RegistryAnswer, RegistryError};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::{
    StoreError, Tx,
    registry_answers::{self, KeptRegistryAnswer},
};
use texts::{AdminMessage, Locale, say};

use crate::{OrderDesk, answering::is_same_people};

/// For how long an answer is good without asking again.
const GOOD_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// Whether an answer of today is enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LookAgain {
    /// The registers are asked, and an answer from before is taken where they cannot be.
    Yes,
    /// An answer of the last day is taken.
    No,
}

/// What is looked up.
#[derive(Clone, Copy, Debug)]
pub struct LookUp<'a> {
    /// The number, as it was typed.
    pub typed: &'a str,
    /// Whether an answer of today is enough.
    pub again: LookAgain,
    /// Whether it is for a sandbox order: the real registers are not asked then, and the simulated ones not otherwise.
    pub is_sandbox: bool,
}

/// A company that was found.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FoundCompany {
    /// As the order has it.
    pub answer: CompanyAnswer,
    /// Who can sign together, each combination being enough; empty where the operator has to decide.
    pub combinations: Vec<Vec<SignatoryAnswer>>,
    /// The rule that each of them follows from, in the same order.
    #[serde(default)]
    pub combination_rules: Vec<RegistryCode>,
    /// Its web address, where one is registered.
    pub homepage: String,
    /// What the registers answered, word for word: JSON.
    pub raw: String,
}

impl FoundCompany {
    /// Whether the registry said it less than a day ago.
    pub(crate) fn is_of_today(&self, now: Timestamp) -> bool {
        now < self.read_at().after(GOOD_FOR)
    }

    fn read_at(&self) -> Timestamp {
        Timestamp::from_seconds(self.answer.read_at)
    }
}

/// What a new look at the registry found.
#[derive(Default)]
pub(crate) struct NewLook {
    /// What of the company is other than when it was approved; empty where nothing is.
    pub(crate) changed: Vec<String>,
    /// What the registers answered; `None` where they were not asked.
    pub(crate) raw: Option<String>,
}

fn raw(answer: &RegistryAnswer) -> String {
    let one = |it: &RawAnswer| {
        let body: Value = serde_json::from_slice(&it.body).unwrap_or_default();
        json!({"url": it.url, "sha256": b64::encode(Digest::of(&it.body).as_bytes()), "body": body})
    };
    let all: Vec<Value> = answer.raw.iter().map(one).collect();
    json!({"read_at": answer.looked_up_at.to_iso_seconds(), "answers": all}).to_string()
}

fn message_of(error: OrganisationNumberError) -> AdminMessage {
    match error {
        OrganisationNumberError::Missing => AdminMessage::FieldMissing,
        OrganisationNumberError::Length(count) => {
            AdminMessage::OrganisationNumberLength { count: count.to_string().into() }
        }
        OrganisationNumberError::TestUnit => AdminMessage::OrganisationNumberTest,
        OrganisationNumberError::NotADigit(_)
        | OrganisationNumberError::FirstDigit(_)
        | OrganisationNumberError::ControlDigit => AdminMessage::OrganisationNumberInvalid,
    }
}

fn obstacle(state: CompanyState) -> &'static str {
    match state {
        CompanyState::Active => "",
        CompanyState::BeingDissolved => "being-dissolved",
        CompanyState::ForcedDissolution => "forced-dissolution",
        CompanyState::Bankrupt => "bankrupt",
        CompanyState::Deleted(_) => "deleted",
        CompanyState::SubUnitOf(_) => "sub-unit",
    }
}

fn address(company: &Company) -> String {
    company.letter_address().map(|it| it.for_letter().join(", ")).unwrap_or_default()
}

fn homepage(company: &Company) -> String {
    match company.homepage.as_deref().map(str::trim) {
        None | Some("") => String::new(),
        Some(it) if it.starts_with("https://") => it.to_owned(),
        Some(it) => format!("https://{}", it.trim_start_matches("http://")),
    }
}

fn signatories(it: &OfferedCombination) -> Vec<SignatoryAnswer> {
    let person = |place: &model::Place| SignatoryAnswer {
        name: place.person.name(),
        birth_date: place.key.born.to_string(),
        role: place.role.words.clone(),
        ..SignatoryAnswer::default()
    };
    it.places.iter().map(person).collect()
}

fn digest(answer: &RegistryAnswer) -> String {
    let all: Vec<u8> = answer.raw.iter().flat_map(|it| Digest::of(&it.body).as_bytes().to_vec()).collect();
    b64::encode(Digest::of(&all).as_bytes())
}

/// The id of a rule that the register knows.
fn rule_id(signing: Option<&SigningRule>) -> String {
    match signing.map(|it| &it.rule) {
        Some(RuleStatus::Found(id)) => id.id(),
        _ => String::new(),
    }
}

fn found(answer: &RegistryAnswer) -> FoundCompany {
    let company = &answer.company;
    let offered = offered_combinations(answer.signing.as_ref(), &answer.roles);
    let rule = match &offered {
        _ if company.is_foreign_branch() => "foreign-branch".to_owned(),
        Ok(_) => "found".to_owned(),
        Err(_) => "by-hand".to_owned(),
    };
    FoundCompany {
        answer: CompanyAnswer {
            number: company.number.to_string(),
            name: company.name.clone(),
            form: company.form.words.clone(),
            address: address(company),
            source: CompanySource::Registry,
            read_at: answer.looked_up_at.seconds(),
            answer_digest: digest(answer),
            obstacle: obstacle(company.state).to_owned(),
            rule,
            rule_id: rule_id(answer.signing.as_ref()),
            rule_text: answer.signing.as_ref().and_then(|it| it.text.clone()).unwrap_or_default(),
            by_hand: offered.as_ref().err().map_or("", ByHand::as_str).to_owned(),
        },
        combination_rules: offered.iter().flatten().map(|it| it.rule.clone()).collect(),
        combinations: offered.unwrap_or_default().iter().map(signatories).collect(),
        homepage: homepage(company),
        raw: raw(answer),
    }
}

pub(crate) fn locale_of(order: &OrderAnswers) -> Locale {
    Locale::parse(&order.language).unwrap_or(Locale::Nb)
}

/// Why a company cannot order any more, in the language of its order.
pub(crate) fn obstacle_in_words(order: &OrderAnswers, obstacle: &str) -> String {
    say(locale_of(order), &format!("order-hold-{obstacle}"), &[])
}

/// What is other than when it was approved, in the language of the order; empty where nothing is.
fn differences(before: &OrderAnswers, now: &FoundCompany) -> Vec<String> {
    let mut found = Vec::new();
    if !now.answer.obstacle.is_empty() {
        found.push(obstacle_in_words(before, &now.answer.obstacle));
    }
    for (was, is) in [
        (&before.company.name, &now.answer.name),
        (&before.company.form, &now.answer.form),
        (&before.company.address, &now.answer.address),
    ] {
        if was != is {
            found.push(format!("{was} → {is}"));
        }
    }
    let may_sign = now.combinations.iter().any(|it| is_same_people(it, &before.signatories));
    if before.company.rule == "found" && !may_sign {
        let names: Vec<&str> = before.signatories.iter().map(|it| it.name.as_str()).collect();
        let args = [("names", &*names.join(", "))];
        found.push(say(locale_of(before), "order-hold-signatories", &args));
    }
    found
}

/// Whether the registers could not be asked, and not what they said.
pub fn is_trouble(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::Invalid(it) if it.message == AdminMessage::RegistryTrouble)
}

fn sealed(tenant: &Tenant, number: String, found: &FoundCompany) -> KeptRegistryAnswer {
    let plain = serde_json::to_vec(found).unwrap_or_default();
    let sealed_answer = tenant.opened().seal(tenant.random(), &SealedColumn::RegistryAnswer(&number), &plain);
    KeptRegistryAnswer { tenant_id: tenant.id, number, sealed_answer, read_at: found.read_at() }
}

/// What was answered before; nothing where another version of the program wrote it otherwise.
fn kept(tx: &mut impl Tx, tenant: &Tenant, number: &str) -> Result<Option<FoundCompany>, StoreError> {
    let Some(row) = registry_answers::find(tx, tenant.id, number)? else { return Ok(None) };
    let opened = tenant.opened().unseal(&SealedColumn::RegistryAnswer(number), &row.sealed_answer).ok();
    Ok(opened.and_then(|it| serde_json::from_slice(it.expose()).ok()))
}

/// Refuses a company that cannot order.
fn check_obstacle(obstacle: &str) -> Result<(), Refusal> {
    let message = match obstacle {
        "" => return Ok(()),
        "bankrupt" => AdminMessage::CompanyBankrupt,
        "deleted" => AdminMessage::CompanyDeleted,
        _ => AdminMessage::CompanyBeingDissolved,
    };
    Err(Refusal::Invalid(message.into()))
}

impl OrderDesk {
    /// Reads the registry anew before an order is submitted, and refuses a company that cannot order, or of which the registry says
    /// something else than the order. While the registers cannot be asked, an answer of the last day counts.
    ///
    /// # Errors
    /// As [`OrderDesk::look_up_kept`].
    pub(crate) async fn check_company(
        &self,
        permit: &Permit,
        answers: &OrderAnswers,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        if answers.company.source != CompanySource::Registry {
            return Ok(());
        }
        let (typed, is_sandbox) = (answers.company.number.as_str(), answers.is_sandbox);
        let asked = LookUp { typed, again: LookAgain::Yes, is_sandbox };
        let found = self.look_up_kept(permit, asked, now).await?;
        if now >= found.read_at().after(GOOD_FOR) {
            return Err(Refusal::Invalid(AdminMessage::RegistryTrouble.into()));
        }
        check_obstacle(&found.answer.obstacle)?;
        match differences(answers, &found).join("; ") {
            same if same.is_empty() => Ok(()),
            what => Err(Refusal::Invalid(AdminMessage::OrderCompanyChanged { what: what.into() }.into())),
        }
    }

    /// Reads the registry anew, and says what of a company is other than when it was approved. Where the registry was not asked
    /// then, it is not asked now.
    ///
    /// # Errors
    /// As [`OrderDesk::look_up_kept`].
    pub(crate) async fn changed_meanwhile(
        &self,
        answers: &OrderAnswers,
        now: Timestamp,
    ) -> Result<NewLook, Refusal> {
        if answers.company.source != CompanySource::Registry {
            return Ok(NewLook::default());
        }
        match self.look_up((&answers.company.number, answers.is_sandbox), now).await {
            Ok(found) => Ok(NewLook { changed: differences(answers, &found), raw: Some(found.raw) }),
            Err(Refusal::Invalid(it)) if it.message == AdminMessage::CompanyDeleted => {
                Ok(NewLook { changed: vec![obstacle_in_words(answers, "deleted")], raw: None })
            }
            Err(other) => Err(other),
        }
    }

    /// Looks a company up for an order of a tenant. What is answered is kept: it is good for a day, and later too while the
    /// registers cannot be asked; its time is in it.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] at the field `number`: no organisation number, an unknown or deleted one, or the registry cannot be
    /// asked now. [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn look_up_kept(
        &self,
        permit: &Permit,
        LookUp { typed, again, is_sandbox }: LookUp<'_>,
        now: Timestamp,
    ) -> Result<FoundCompany, Refusal> {
        // A colleague who answers the section of the bank has it looked up, too.
        let of_colleague = |_| permit.tenant(Permission::AnswerOrder);
        let tenant = permit.tenant(Permission::ManageOrders).or_else(of_colleague)?;
        self.kept_look(tenant, LookUp { typed, again, is_sandbox }, now).await
    }

    /// The same, for a tenant whose orders the caller may move.
    pub(crate) async fn kept_look(
        &self,
        tenant: &Tenant,
        LookUp { typed, again, is_sandbox }: LookUp<'_>,
        now: Timestamp,
    ) -> Result<FoundCompany, Refusal> {
        let tenant = tenant.clone();
        // Synthetic numbers are of sandbox orders and real ones are not, so that what is kept of the one is never the other's.
        let number = self.number(typed, is_sandbox)?.to_string();
        let (reader, wanted) = (tenant.clone(), number.clone());
        let kept = self.store.read(move |tx| kept(tx, &reader, &wanted)).await?;
        if let Some(it) = kept.clone().filter(|it| again == LookAgain::No && it.is_of_today(now)) {
            return Ok(it);
        }
        match self.look_up((&number, is_sandbox), now).await {
            Ok(found) => {
                let row = sealed(&tenant, number, &found);
                self.store.write(move |tx| registry_answers::save(tx, &row)).await?;
                Ok(found)
            }
            Err(refusal) if is_trouble(&refusal) => kept.ok_or(refusal),
            Err(refusal) => Err(refusal),
        }
    }

    fn number(&self, typed: &str, is_sandbox: bool) -> Result<OrganisationNumber, Refusal> {
        let refused = |message: AdminMessage| Refusal::Invalid(message.at("number"));
        let takes_test = self.is_simulated || is_sandbox;
        let allowed = if takes_test { AllowedUnits::RealAndTest } else { AllowedUnits::Real };
        let number = OrganisationNumber::parse(typed, allowed).map_err(|it| refused(message_of(it)))?;
        // The sandbox knows no real company, and nobody asks there for one.
        if is_sandbox && !number.is_test() {
            return Err(refused(AdminMessage::OrganisationNumberReal));
        }
        Ok(number)
    }

    /// The registry that an order is looked up in; `None`: it was a sandbox's that is no more.
    const fn registry_of(&self, is_sandbox: bool) -> Option<&Arc<Registry>> {
        if is_sandbox { self.sandbox.as_ref() } else { Some(&self.registry) }
    }

    /// What is typed of a company while the registers cannot be asked: its number, and what else people know of it. No document
    /// is made of it before the registers were asked.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] at the field `number`: it is no organisation number.
    pub fn typed_company(&self, typed: CompanyAnswer, is_sandbox: bool) -> Result<CompanyAnswer, Refusal> {
        let number = self.number(&typed.number, is_sandbox)?.to_string();
        Ok(CompanyAnswer { number, source: CompanySource::Typed, ..typed })
    }

    /// Looks a company up, for a sandbox order or for another one.
    async fn look_up(
        &self,
        (typed, is_sandbox): (&str, bool),
        now: Timestamp,
    ) -> Result<FoundCompany, Refusal> {
        let number = self.number(typed, is_sandbox)?;
        let refused = |message: AdminMessage| Refusal::Invalid(message.at("number"));
        let registry = self.registry_of(is_sandbox).ok_or_else(|| refused(AdminMessage::RegistryTrouble))?;
        match registry.look_up(number, now).await {
            Ok(answer) => match answer.company.state {
                CompanyState::SubUnitOf(main) => {
                    Err(refused(AdminMessage::CompanySubUnit { main: main.to_string().into() }))
                }
                _ => Ok(found(&answer)),
            },
            Err(RegistryError::UnknownNumber(_)) => Err(refused(AdminMessage::CompanyUnknown)),
            Err(RegistryError::Deleted { .. }) => Err(refused(AdminMessage::CompanyDeleted)),
            Err(_) => Err(refused(AdminMessage::RegistryTrouble)),
        }
    }
}
