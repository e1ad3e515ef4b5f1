//! What a plan would write in the registers of the installation: who issues credentials, and the texts of orders' documents.

use authority::{InstallationPermit, Permission};
use changes::{
    Refusal,
    issuers::{self, CheckedIssuer, IssuerMeans, NewIssuer, SeenIssuer},
    order_templates::{self, NewText},
};
use model::{IssuerId, IssuerSettings, TemplateKind, TemplateLanguage, Timestamp};
use serde::{Deserialize, Serialize};
use store::WriteTx;

/// What is written.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) enum RegisterWrite {
    AddIssuer {
        id: IssuerId,
        settings: Box<IssuerSettings>,
    },
    /// `version`: what it was when the plan was made.
    ChangeIssuer {
        id: IssuerId,
        version: i64,
        settings: Box<IssuerSettings>,
    },
    RemoveIssuer {
        id: IssuerId,
    },
    /// `seen`: the version that counted when the plan was made.
    SetTemplate {
        kind: TemplateKind,
        language: TemplateLanguage,
        seen: i64,
        body: String,
    },
}

impl RegisterWrite {
    /// What it takes.
    pub(crate) const fn permission(&self) -> Permission {
        match self {
            Self::AddIssuer { .. } | Self::ChangeIssuer { .. } | Self::RemoveIssuer { .. } => {
                Permission::ManageIssuers
            }
            Self::SetTemplate { .. } => Permission::ManageTemplates,
        }
    }

    /// Judges an issuer again: the installation may have another configuration than when the plan was made.
    pub(crate) fn check(self, means: IssuerMeans) -> Result<CheckedWrite, Refusal> {
        let issuer = match &self {
            Self::AddIssuer { settings, .. } | Self::ChangeIssuer { settings, .. } => {
                Some(CheckedIssuer::of(IssuerSettings::clone(settings), means)?)
            }
            _ => None,
        };
        Ok(CheckedWrite { write: self, issuer })
    }
}

/// What is written, with the issuer that it brings.
pub(crate) struct CheckedWrite {
    write: RegisterWrite,
    issuer: Option<CheckedIssuer>,
}

impl CheckedWrite {
    /// Writes it. `permit`: for [`RegisterWrite::permission`]; `declaration`: its name.
    pub(crate) fn write(
        &self,
        tx: &mut WriteTx<'_>,
        permit: &InstallationPermit,
        declaration: &str,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        match (&self.write, &self.issuer) {
            (RegisterWrite::AddIssuer { id, .. }, Some(wanted)) => {
                let new = NewIssuer { id: *id, wanted, declared_by: Some(declaration) };
                issuers::add(tx, permit, new, now)
            }
            (RegisterWrite::ChangeIssuer { id, version, .. }, Some(wanted)) => {
                issuers::change(tx, permit, SeenIssuer { id: *id, version: *version }, wanted, now)
            }
            (RegisterWrite::RemoveIssuer { id }, _) => issuers::remove(tx, permit, *id, now),
            (RegisterWrite::SetTemplate { kind, language, seen, body }, _) => {
                let new = NewText { kind: *kind, language: *language, seen: *seen, body };
                order_templates::set(tx, permit, new, now).map(drop)
            }
            (_, None) => Err(Refusal::PlanUnreadable),
        }
    }
}
