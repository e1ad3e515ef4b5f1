//! `portvakt identity-sources change`, `notice` and `button`: what an identity source is told beside its credentials.

use authority::Permission;
use clap::Args;
use console::{DomainView, Refusal, SourceView, Tenant};
use model::{IdentitySourceSettings, Level, LoginMethod};
use serde_json::Value;
use texts::{AdminMessage, Noun, Outcome};

use super::{
    Desk,
    command_error::CommandResult,
    desk::IfVersion,
    show::said,
    words::{eid, level},
};
use crate::permits;

#[derive(Args)]
pub(super) struct Change {
    /// no-bankid, no-vipps.
    #[arg(value_parser = eid)]
    eid: LoginMethod,
    /// What people call it where they choose, at most 40 characters; an empty one goes back to its own name.
    #[arg(long, value_name = "NAME")]
    display_name: Option<String>,
    /// The lowest level of a login with it: none, low, substantial or high.
    #[arg(long, value_name = "LEVEL", value_parser = level)]
    minimum_level: Option<Level>,
    /// What Vipps may be asked for: profile, email, phone, address; give it without a value for none of them.
    #[arg(long, value_name = "SCOPE", value_delimiter = ',', num_args = 0.., conflicts_with = "all_scopes")]
    scopes: Option<Vec<String>>,
    /// It may be asked for everything that an application wants.
    #[arg(long)]
    all_scopes: bool,
    /// Whether it may be asked for the national identity number, for applications that may have it.
    #[arg(long, value_name = "BOOL")]
    nin_allowed: Option<bool>,
    /// The law and paragraph, for applications that name none; an empty one clears it.
    #[arg(long, value_name = "TEXT")]
    nin_legal_ground: Option<String>,
    #[command(flatten)]
    if_version: IfVersion,
}

#[derive(Args)]
pub(super) struct Notice {
    /// no-bankid, no-vipps.
    #[arg(value_parser = eid)]
    eid: LoginMethod,
    /// In bokmål.
    #[arg(long)]
    nb: Option<String>,
    /// In nynorsk.
    #[arg(long)]
    nn: Option<String>,
    /// In English.
    #[arg(long)]
    en: Option<String>,
    /// Takes the text away.
    #[arg(long, conflicts_with_all = ["nb", "nn", "en"])]
    clear: bool,
    #[command(flatten)]
    if_version: IfVersion,
}

#[derive(Args)]
pub(super) struct Button {
    /// no-bankid.
    #[arg(value_parser = eid)]
    eid: LoginMethod,
    /// The tenant has an agreement with the eID that lets it use the eID's own button.
    #[arg(long, required_unless_present = "neutral")]
    agreement_confirmed: bool,
    /// Goes back to a neutral button.
    #[arg(long, conflicts_with = "agreement_confirmed")]
    neutral: bool,
    #[command(flatten)]
    if_version: IfVersion,
}

impl Change {
    /// Puts what was said into settings; an empty text clears one.
    fn apply(self, settings: &mut IdentitySourceSettings) {
        let texts = [
            (&mut settings.display_name, self.display_name),
            (&mut settings.nin_legal_ground, self.nin_legal_ground),
        ];
        for (setting, said) in texts {
            if let Some(said) = said {
                *setting = Some(said).filter(|it| !it.is_empty());
            }
        }
        settings.minimum_level = self.minimum_level.unwrap_or(settings.minimum_level);
        settings.nin_allowed = self.nin_allowed.unwrap_or(settings.nin_allowed);
        if self.scopes.is_some() || self.all_scopes {
            settings.scopes = self.scopes;
        }
    }

    pub(super) async fn run(self, desk: &Desk, tenant: &Tenant, domain: &DomainView) -> CommandResult {
        let (eid, if_version) = (self.eid, self.if_version.clone());
        let thing =
            change_settings(desk, tenant, (domain, eid, &if_version), |settings| self.apply(settings))
                .await?;
        desk.done(&said(&Outcome::SourceChanged { eid: eid.name().into() }), &thing);
        Ok(())
    }
}

impl Notice {
    pub(super) async fn run(self, desk: &Desk, tenant: &Tenant, domain: &DomainView) -> CommandResult {
        let notice = (!self.clear).then_some(model::Notice { nb: self.nb, nn: self.nn, en: self.en });
        let at = (domain, self.eid, &self.if_version);
        let thing = change_settings(desk, tenant, at, |settings| settings.notice = notice).await?;
        let done = if self.clear { Outcome::NoticeCleared } else { Outcome::NoticeSet };
        desk.done(&said(&done), &thing);
        Ok(())
    }
}

impl Button {
    pub(super) async fn run(self, desk: &Desk, tenant: &Tenant, domain: &DomainView) -> CommandResult {
        if self.eid.button().is_none() {
            return Err(AdminMessage::EidWithoutButton { eid: self.eid.name().into() }.at("eid").into());
        }
        let own = self.agreement_confirmed;
        let at = (domain, self.eid, &self.if_version);
        let thing = change_settings(desk, tenant, at, |settings| settings.own_button = own).await?;
        let eid = self.eid.name().into();
        let done = if own { Outcome::ButtonOwn { eid } } else { Outcome::ButtonNeutral { eid } };
        desk.done(&said(&done), &thing);
        Ok(())
    }
}

/// The domain's source of this eID, if there is one.
pub(super) async fn find(
    desk: &Desk,
    tenant: &Tenant,
    (domain, eid): (&DomainView, LoginMethod),
) -> CommandResult<Option<SourceView>> {
    let reading = permits::may(tenant, Permission::ReadSettings)?;
    match desk.console.identity_source(&reading, (domain.id, eid)).await {
        Ok(found) => Ok(Some(found)),
        Err(Refusal::NotFound(_)) => Ok(None),
        Err(refusal) => Err(refusal.into()),
    }
}

/// Changes what an identity source is told beside its credentials; gives the settings then.
async fn change_settings(
    desk: &Desk,
    tenant: &Tenant,
    (domain, eid, if_version): (&DomainView, LoginMethod, &IfVersion),
    change: impl FnOnce(&mut IdentitySourceSettings),
) -> CommandResult<Value> {
    let found = find(desk, tenant, (domain, eid)).await?;
    let found = found.ok_or(Refusal::NotFound(Noun::IdentitySource))?;
    let mut settings = IdentitySourceSettings::parse(&found.settings).unwrap_or_default();
    change(&mut settings);
    let seen = if_version.or(found.seen());
    let permit = permits::may(tenant, Permission::ManageSources)?;
    let at = (domain.id, eid, &seen);
    desk.console.set_source_settings(&permit, at, &settings, desk.now).await?;
    Ok(serde_json::from_str(&settings.to_text()).unwrap_or_default())
}
