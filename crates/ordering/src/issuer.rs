//! An issuer, and which one an order goes to.

use changes::Refusal;
use model::{Handover, IssuerId, IssuerSettings, LoginMethod};
use store::{
    StoreError, Tx, WriteTx,
    issuers::{self, Issuer},
    orders::Order,
};
use texts::{AdminMessage, Noun};

/// An issuer as the operator sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerView {
    /// Its id; `None`: the one that is built in.
    pub id: Option<IssuerId>,
    /// What is said of it.
    pub settings: IssuerSettings,
    /// Counts its changes.
    pub version: i64,
}

impl IssuerView {
    pub(crate) fn built_in() -> Self {
        Self { id: None, settings: IssuerSettings::default(), version: 0 }
    }

    pub(crate) fn of(row: Issuer) -> Result<Self, StoreError> {
        let Issuer { id, settings, version, .. } = row;
        let settings = serde_json::from_str(&settings).map_err(|_| unreadable(id))?;
        Ok(Self { id: Some(id), settings, version })
    }
}

fn unreadable(id: IssuerId) -> StoreError {
    StoreError::Corrupt { table: "issuers", column: "settings", id: id.to_string() }
}

pub(crate) fn all(tx: &mut impl Tx) -> Result<Vec<IssuerView>, StoreError> {
    issuers::list(tx)?.into_iter().map(IssuerView::of).collect()
}

/// Where an order of an eID goes when nobody says otherwise; Vipps orders are made at Vipps itself.
fn default_of(tx: &mut impl Tx, eid: LoginMethod) -> Result<IssuerView, StoreError> {
    let chosen = all(tx)?.into_iter().find(|it| it.settings.is_default && it.settings.issues(eid));
    Ok(chosen.unwrap_or_else(IssuerView::built_in))
}

/// The same, held until the write ends, so that nobody removes it meanwhile.
pub(crate) fn held_default_of(tx: &mut WriteTx<'_>, eid: LoginMethod) -> Result<IssuerView, Refusal> {
    let chosen = default_of(tx, eid)?;
    if let Some(id) = chosen.id {
        issuers::find(tx, id)?.ok_or(Refusal::NotFound(Noun::Issuer))?;
    }
    Ok(chosen)
}

/// Where an order goes.
pub(crate) fn of_order(tx: &mut impl Tx, row: &Order) -> Result<IssuerView, StoreError> {
    match row.issuer_id {
        None => Ok(IssuerView::built_in()),
        Some(id) => IssuerView::of(issuers::find(tx, id)?.ok_or_else(|| unreadable(id))?),
    }
}

/// Refuses a handover that the order's issuer does not take.
pub(crate) fn check_handover(tx: &mut impl Tx, row: &Order, handover: Handover) -> Result<(), Refusal> {
    let takes = of_order(tx, row)?.settings.hands_over_by(handover);
    if takes { Ok(()) } else { Err(Refusal::Invalid(AdminMessage::OrderHandoverNotTaken.at("handover"))) }
}
