//! What operators write in the documents of orders: versions that are never changed, and which ones a submission is made with.

use authority::{InstallationPermit, Permission, Tenant};
use changes::{
    Refusal,
    order_templates::{self, NewText, checked},
};
use model::{
    BANKS, CompanyAnswer, CompanySource, Contact, LoginMethod, MemberId, NumberAnswer, OrderAnswers,
    OrderState, SignatoryAnswer, TemplateKind, TemplateLanguage, Timestamp, UsedTemplate, UsedTemplates,
};
use store::{
    StoreError, Tx, members,
    order_templates::{OrderTemplate, find, find_version},
    orders::Order,
};
use texts::{Locale, Noun, say};

use crate::{
    Composed, OrderDesk,
    compose::{built_in, example},
    view::{eid_of, open_answers, state_of},
};

/// A text of a document, as it counts for orders that are submitted from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateView {
    /// Of which document.
    pub kind: TemplateKind,
    /// In which language.
    pub language: TemplateLanguage,
    /// Which version; 0: the sample that is built in.
    pub version: i64,
    /// The text: paragraphs with a blank line between.
    pub body: String,
    /// Who wrote it: their name, or as in audit events where there is none; empty: nobody here.
    pub made_by: String,
    /// When.
    pub created_at: Option<Timestamp>,
}

impl TemplateView {
    /// The sample that is built in.
    fn sample(kind: TemplateKind, language: TemplateLanguage) -> Self {
        let body = built_in(kind, locale_of(language)).join("\n\n");
        Self { kind, language, version: 0, body, made_by: String::new(), created_at: None }
    }

    fn of(tx: &mut impl Tx, it: OrderTemplate) -> Result<Self, StoreError> {
        let OrderTemplate { kind, language, version, body, made_by, created_at } = it;
        let member = made_by.strip_prefix("member:").and_then(|it| MemberId::parse(it).ok());
        let name = match member {
            Some(id) => members::find(tx, id)?.map(|it| it.name),
            None => None,
        };
        let made_by = name.unwrap_or(made_by);
        Ok(Self { kind, language, version, body, made_by, created_at: Some(created_at) })
    }
}

const fn locale_of(language: TemplateLanguage) -> Locale {
    match language {
        TemplateLanguage::Nb => Locale::Nb,
        TemplateLanguage::En => Locale::En,
    }
}

fn newest(
    tx: &mut impl Tx,
    (kind, language): (TemplateKind, TemplateLanguage),
) -> Result<TemplateView, StoreError> {
    match find(tx, (kind, language))? {
        Some(found) => TemplateView::of(tx, found),
        None => Ok(TemplateView::sample(kind, language)),
    }
}

/// The texts with which an order is submitted now.
pub(crate) fn current(
    tx: &mut impl Tx,
    eid: LoginMethod,
    answers: &OrderAnswers,
) -> Result<UsedTemplates, StoreError> {
    let language = TemplateLanguage::of(&answers.language);
    let eid = eid.name_in(locale_of(language));
    let mut used = UsedTemplates { eid, all: Vec::new() };
    for kind in TemplateKind::ALL {
        if let Some(OrderTemplate { version, body, .. }) = find(tx, (kind, language))? {
            used.all.push(UsedTemplate { kind, version, body });
        }
    }
    Ok(used)
}

/// The answers of an order with the texts of its documents: those that it was submitted with; of a draft, those that it would be.
pub(crate) fn with_texts(tx: &mut impl Tx, tenant: &Tenant, row: &Order) -> Result<OrderAnswers, Refusal> {
    let mut answers = open_answers(tenant, row)?;
    if state_of(row)? == OrderState::Draft {
        answers.templates = Some(current(tx, eid_of(row)?, &answers)?);
    }
    Ok(answers)
}

/// What somebody who made it up would answer.
fn example_answers(language: TemplateLanguage) -> OrderAnswers {
    let word = |key: &str| say(locale_of(language), &format!("order-document-example-{key}"), &[]);
    let person = Contact {
        name: "Kari Nordmann".to_owned(),
        mobile: String::new(),
        email: "kari@example.com".to_owned(),
        birth_date: String::new(),
    };
    let company = CompanyAnswer {
        number: "999999999".to_owned(),
        name: word("company"),
        address: word("address"),
        source: CompanySource::Registry,
        ..CompanyAnswer::default()
    };
    let bank = BANKS.first().map(|it| CompanyAnswer {
        number: it.number.to_string(),
        name: it.name.to_owned(),
        ..CompanyAnswer::default()
    });
    let signatory = SignatoryAnswer {
        name: person.name.clone(),
        birth_date: "1980-01-01".to_owned(),
        role: word("role"),
        ..SignatoryAnswer::default()
    };
    let needed = NumberAnswer { is_needed: Some(true), ..NumberAnswer::default() };
    OrderAnswers {
        host: "login.example.com".to_owned(),
        language: language.as_str().to_owned(),
        purpose: word("purpose"),
        company,
        bank: bank.unwrap_or_default(),
        general: person.clone(),
        receiver: person.clone(),
        blockers: vec![person.clone()],
        operations: vec![person],
        signatories: vec![signatory],
        display_name: word("company"),
        listed_address: "https://www.example.com".to_owned(),
        number: NumberAnswer {
            reason: word("reason"),
            statute: word("statute"),
            paragraph: "§ 1".to_owned(),
            ..needed
        },
        ..OrderAnswers::default()
    }
}

impl OrderDesk {
    /// Lists the texts of all documents in both languages, as they count now.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn templates(&self, permit: &InstallationPermit) -> Result<Vec<TemplateView>, Refusal> {
        permit.check(Permission::ReadInstallation)?;
        let read = self.store.read(|tx| {
            let all = TemplateKind::ALL.iter().flat_map(|kind| TemplateLanguage::ALL.map(|it| (*kind, it)));
            all.map(|it| newest(tx, it)).collect::<Result<Vec<_>, StoreError>>()
        });
        Ok(read.await?)
    }

    /// Gets a text as it counts now, or in a version that it had; version 0 is the sample that is built in.
    ///
    /// # Errors
    /// [`Refusal::NotFound`]: there is no such version. [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn template(
        &self,
        permit: &InstallationPermit,
        (kind, language): (TemplateKind, TemplateLanguage),
        version: Option<i64>,
    ) -> Result<TemplateView, Refusal> {
        permit.check(Permission::ReadInstallation)?;
        let read = self.store.read(move |tx| match version {
            None => Ok(newest(tx, (kind, language))?),
            Some(0) => Ok(TemplateView::sample(kind, language)),
            Some(version) => {
                let found = find_version(tx, (kind, language), version)?;
                Ok(TemplateView::of(tx, found.ok_or(Refusal::NotFound(Noun::Object))?)?)
            }
        });
        read.await
    }

    /// Writes a new version of a text, which counts for orders that are submitted from then on. `seen`: the version that it
    /// replaces. Gives the number of the new one.
    ///
    /// # Errors
    /// [`Refusal::Invalid`]: the text cannot be one, or somebody was faster. [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn set_template(
        &self,
        permit: &InstallationPermit,
        seen: &TemplateView,
        text: &str,
        now: Timestamp,
    ) -> Result<i64, Refusal> {
        let (kind, language, seen) = (seen.kind, seen.language, seen.version);
        let (permit, body) = (permit.clone(), text.to_owned());
        let written = self.store.write(move |tx| {
            let new = NewText { kind, language, seen, body: &body };
            order_templates::set(tx, &permit, new, now).map_err(Refusal::told_as_changed)
        });
        written.await
    }
}

impl TemplateView {
    /// The document as it would be for an example company, with another text or this one.
    ///
    /// # Errors
    /// [`Refusal::Invalid`]: the text cannot be one.
    pub fn preview(&self, text: Option<&str>) -> Result<Composed, Refusal> {
        let mut answers = example_answers(self.language);
        let eid = LoginMethod::NO_BANKID.name_in(locale_of(self.language));
        let used = |version, body| UsedTemplate { kind: self.kind, version, body };
        let all = match text {
            Some(text) => vec![used(self.version + 1, checked(self.kind, text)?)],
            None if self.version == 0 => Vec::new(),
            None => vec![used(self.version, self.body.clone())],
        };
        answers.templates = Some(UsedTemplates { eid, all });
        let document = example(self.kind, &answers).ok_or(Refusal::NotFound(Noun::Object))?;
        Ok(Composed { kind: self.kind.as_str(), document })
    }
}
