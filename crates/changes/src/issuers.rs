//! Issuers of credentials: the operator's register.

use authority::{InstallationPermit, Permission};
use model::{
    Action, Evidence, IssuerId, IssuerSettings, LoginMethod, PhoneNumber, Timestamp, has_hidden, name_key,
};
use serde_json::{Value, json};
use store::{
    StoreError, Tx, WriteTx,
    issuers::{self, Issuer},
};
use texts::{AdminMessage, Noun};

use crate::Refusal;

/// The longest name and address, in characters.
const LONGEST_LINE: usize = 200;
/// How many issuers there are at most.
pub const MOST_ISSUERS: usize = 100;
/// The longest time that an issuer says it takes, in working days.
const LONGEST_ANSWER: u32 = 90;

/// An issuer as the operator sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerView {
    /// Its id; `None`: the one that is built in.
    pub id: Option<IssuerId>,
    /// What is said of it.
    pub settings: IssuerSettings,
    /// Counts its changes.
    pub version: i64,
    /// The name of the declaration that added it, and may remove it.
    pub declared_by: Option<String>,
}

impl IssuerView {
    /// The one that is built in.
    pub fn built_in() -> Self {
        Self { id: None, settings: IssuerSettings::default(), version: 0, declared_by: None }
    }

    /// Reads a row.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`]: not the settings that this version writes.
    pub fn of(row: Issuer) -> Result<Self, StoreError> {
        let Issuer { id, settings, version, declared_by, .. } = row;
        let settings = IssuerSettings::parse(&settings).map_err(|_| unreadable(id))?;
        Ok(Self { id: Some(id), settings, version, declared_by })
    }
}

/// Says that nothing can be known of an issuer.
pub fn unreadable(id: IssuerId) -> StoreError {
    StoreError::Corrupt { table: "issuers", column: "settings", id: id.to_string() }
}

/// Lists the register, the oldest first.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn all(tx: &mut impl Tx) -> Result<Vec<IssuerView>, StoreError> {
    issuers::list(tx)?.into_iter().map(IssuerView::of).collect()
}

/// What has to be known of the installation to judge an issuer.
#[derive(Clone, Copy, Debug)]
pub struct IssuerMeans {
    /// Whether documents can be signed at a provider.
    pub has_signature_provider: bool,
    /// Says whether a letter can be sent to an address: the mail library is not known here.
    pub is_mail_address: fn(&str) -> bool,
}

/// What is wanted of an issuer, and can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedIssuer(IssuerSettings);

impl CheckedIssuer {
    /// Takes what is wanted, with its telephone number written one way.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] at the setting that is wrong.
    pub fn of(wanted: IssuerSettings, means: IssuerMeans) -> Result<Self, Refusal> {
        let settings = checked(wanted, means)?;
        // Nobody could approve an order to it.
        if settings.evidence.first() == Some(&Evidence::ProviderSignature) && !means.has_signature_provider {
            return Err(Refusal::Invalid(AdminMessage::OrderNoProvider.at("evidence")));
        }
        Ok(Self(settings))
    }

    /// What is said of it.
    pub const fn settings(&self) -> &IssuerSettings {
        &self.0
    }
}

/// Takes what is wanted of an issuer, with its telephone number written one way.
fn checked(mut it: IssuerSettings, means: IssuerMeans) -> Result<IssuerSettings, Refusal> {
    let invalid = |message: AdminMessage, field: &str| Refusal::Invalid(message.at(field));
    it.agreement_url = it.agreement_url.trim().to_owned();
    let texts = [("name", &mut it.name), ("address", &mut it.address), ("agreement", &mut it.agreement)];
    for (field, text) in texts {
        *text = text.trim().to_owned();
        if text.is_empty() && field != "agreement" {
            return Err(invalid(AdminMessage::FieldMissing, field));
        }
        let is_plain = !has_hidden(text) && !text.contains(['<', '>']);
        if !is_plain || text.chars().count() > LONGEST_LINE {
            let most = LONGEST_LINE.to_string().into();
            return Err(invalid(AdminMessage::OrderTextInvalid { most }, field));
        }
    }
    if !it.phone.is_empty() {
        let phone = PhoneNumber::parse(&it.phone);
        it.phone = phone.map_err(|_| invalid(AdminMessage::OrderPhoneInvalid, "phone"))?.e164();
    }
    if !it.email.is_empty() && !(means.is_mail_address)(&it.email) {
        return Err(invalid(AdminMessage::MailAddressInvalid, "email"));
    }
    for (field, is_empty) in [
        ("eids", it.eids.is_empty()),
        ("evidence", it.evidence.is_empty()),
        ("handovers", it.handovers.is_empty()),
    ] {
        if is_empty {
            return Err(invalid(AdminMessage::FieldMissing, field));
        }
    }
    if !it.has_good_agreement() {
        return Err(invalid(AdminMessage::OrderAddressInvalid, "agreement_url"));
    }
    if it.eids.iter().any(|it| it != LoginMethod::NO_BANKID.as_str()) {
        return Err(invalid(AdminMessage::IssuerEid, "eids"));
    }
    if !(1..=LONGEST_ANSWER).contains(&it.answers_within) {
        let most = LONGEST_ANSWER.to_string().into();
        return Err(invalid(AdminMessage::IssuerDays { most }, "answers_within"));
    }
    Ok(it)
}

/// One name is of one issuer.
fn check_name_free(all: &[IssuerView], own: IssuerId, name: &str) -> Result<(), Refusal> {
    let is_same = |it: &&IssuerView| it.id != Some(own) && name_key(&it.settings.name) == name_key(name);
    match all.iter().find(is_same) {
        Some(_) => Err(Refusal::Invalid(AdminMessage::IssuerNameTaken.at("name"))),
        None => Ok(()),
    }
}

/// Orders go to one issuer where nobody says otherwise: the others are it no more.
fn take_default(tx: &mut WriteTx<'_>, all: Vec<IssuerView>, own: IssuerId) -> Result<(), StoreError> {
    for it in all.into_iter().filter(|it| it.settings.is_default && it.id != Some(own)) {
        let Some(id) = it.id else { continue };
        let settings = IssuerSettings { is_default: false, ..it.settings }.to_text();
        issuers::save(tx, (id, it.version), &settings)?;
    }
    Ok(())
}

/// Asks for leave, and lets nobody else change the register meanwhile; gives it.
fn begin(tx: &mut WriteTx<'_>, permit: &InstallationPermit) -> Result<Vec<IssuerView>, Refusal> {
    permit.check(Permission::ManageIssuers)?;
    issuers::lock(tx)?;
    Ok(all(tx)?)
}

/// Says that there is no room for another issuer.
pub fn too_many() -> AdminMessage {
    AdminMessage::IssuerTooMany { most: MOST_ISSUERS.to_string().into() }
}

/// An issuer that is to be added.
#[derive(Clone, Copy, Debug)]
pub struct NewIssuer<'a> {
    /// Its id.
    pub id: IssuerId,
    /// What is said of it.
    pub wanted: &'a CheckedIssuer,
    /// The name of the declaration that adds it.
    pub declared_by: Option<&'a str>,
}

/// Adds an issuer.
///
/// # Errors
/// [`Refusal::Invalid`]: its name is taken, or there are 100. [`Refusal::Forbidden`], [`Refusal::Store`].
pub fn add(
    tx: &mut WriteTx<'_>,
    permit: &InstallationPermit,
    new: NewIssuer<'_>,
    now: Timestamp,
) -> Result<(), Refusal> {
    let all = begin(tx, permit)?;
    let NewIssuer { id, wanted, declared_by } = new;
    check_name_free(&all, id, &wanted.0.name)?;
    if all.len() >= MOST_ISSUERS {
        return Err(Refusal::Invalid(too_many().into()));
    }
    if wanted.0.is_default {
        take_default(tx, all, id)?;
    }
    let declared_by = declared_by.map(str::to_owned);
    issuers::insert(
        tx,
        &Issuer { id, settings: wanted.0.to_text(), version: 1, created_at: now, declared_by },
    )?;
    let record = permit.record(Action::IssuerAdded, format!("issuer {id}"), &details(&wanted.0), now);
    Ok(record.append(tx)?)
}

/// An issuer in the version in which somebody saw it.
#[derive(Clone, Copy, Debug)]
pub struct SeenIssuer {
    /// Its id.
    pub id: IssuerId,
    /// Its version.
    pub version: i64,
}

/// Changes an issuer.
///
/// # Errors
/// [`StoreError::Changed`]: somebody was faster. [`Refusal::Invalid`]: its new name is taken. [`Refusal::NotFound`],
/// [`Refusal::Forbidden`], [`Refusal::Store`].
pub fn change(
    tx: &mut WriteTx<'_>,
    permit: &InstallationPermit,
    seen: SeenIssuer,
    wanted: &CheckedIssuer,
    now: Timestamp,
) -> Result<(), Refusal> {
    let (all, SeenIssuer { id, version }) = (begin(tx, permit)?, seen);
    issuers::find(tx, id)?.ok_or(Refusal::NotFound(Noun::Issuer))?;
    check_name_free(&all, id, &wanted.0.name)?;
    if wanted.0.is_default {
        take_default(tx, all, id)?;
    }
    if !issuers::save(tx, (id, version), &wanted.0.to_text())? {
        return Err(StoreError::Changed.into());
    }
    let record = permit.record(Action::IssuerChanged, format!("issuer {id}"), &details(&wanted.0), now);
    Ok(record.append(tx)?)
}

/// What the trail says of an issuer.
fn details(settings: &IssuerSettings) -> Value {
    json!({"name": settings.name, "is_default": settings.is_default})
}

/// Removes an issuer to which no order goes or went.
///
/// # Errors
/// [`Refusal::Invalid`]: an order names it. [`Refusal::NotFound`], [`Refusal::Forbidden`], [`Refusal::Store`].
pub fn remove(
    tx: &mut WriteTx<'_>,
    permit: &InstallationPermit,
    id: IssuerId,
    now: Timestamp,
) -> Result<(), Refusal> {
    begin(tx, permit)?;
    let row = issuers::find(tx, id)?.ok_or(Refusal::NotFound(Noun::Issuer))?;
    if issuers::has_orders(tx, id)? {
        return Err(Refusal::Invalid(AdminMessage::IssuerHasOrders.into()));
    }
    let name = IssuerView::of(row)?.settings.name;
    issuers::remove(tx, id)?;
    let details = json!({"name": name});
    Ok(permit.record(Action::IssuerRemoved, format!("issuer {id}"), &details, now).append(tx)?)
}
