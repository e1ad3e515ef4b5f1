//! Members and invitations, as those see and change them who may.

use std::time::Duration;

use authority::{LetterKeys, OpenTenant, Permission, Role};
use changes::members::{self as change, MembersPermit, NewInvitation};
use crypto::Secret;
use messages::{AddressedLetter, Letter, MailAddress};
use model::{INSTALLATION, LinkId, MemberId, TenantId, Timestamp};
use store::{
    StoreError, Tx,
    invitations::{self, Invitation},
    member_roles, members, tenants,
};
use texts::{AdminMessage, Locale, Noun};

use crate::{
    Console, FoundPage, HeldRole, ListQuery, Refusal, RequestOrigin, Session,
    letters::refused,
    listing::{is_asked, is_found},
    own_objects::own_tenant,
};

/// How long an invitation to a tenant is good.
pub const INVITED_FOR: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// How long an invitation of an operator is good.
pub const OPERATOR_INVITED_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// The word that the codes of invitations' links are bound to.
const PURPOSE: &str = "invitation";

/// A role as it is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoleView {
    /// Which.
    pub role: Role,
    /// Whether it permits anything yet.
    pub is_confirmed: bool,
}

/// Which members a list has.
#[derive(Clone, Copy, Debug, Default)]
pub struct MemberFilter {
    /// Those with this role.
    pub role: Option<Role>,
    /// Those whose roles are confirmed, or are not.
    pub is_confirmed: Option<bool>,
}

/// A member as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberView {
    /// Its row.
    pub id: MemberId,
    /// The name that the eID gave.
    pub name: String,
    /// Their roles there.
    pub roles: Vec<RoleView>,
    /// When they signed in last.
    pub seen_at: Option<Timestamp>,
}

/// What a list of members can be ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberColumn {
    /// Their name.
    Name,
    /// When they signed in last; who never did comes before everybody else.
    Seen,
}

impl MemberColumn {
    fn of(self, it: &MemberView) -> String {
        match self {
            Self::Name => it.name.clone(),
            Self::Seen => it.seen_at.map(Timestamp::to_iso_seconds).unwrap_or_default(),
        }
    }
}

/// An invitation as it is listed, or shown to who has its link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitationView {
    /// To which tenant; all zeros for operators.
    pub tenant: TenantId,
    /// What the tenant is called; empty for operators.
    pub tenant_name: String,
    /// Its id.
    pub id: LinkId,
    /// What it gives.
    pub roles: Vec<Role>,
    /// What the inviter calls the invited.
    pub label: String,
    /// What the inviter is called.
    pub inviter_name: String,
    /// From when on it is over.
    pub expires_at: Timestamp,
}

/// Somebody to be invited.
#[derive(Clone, Debug)]
pub struct Invited {
    /// What they get.
    pub roles: Vec<Role>,
    /// What the inviter calls them.
    pub label: String,
    /// Where their letter goes; `None`: the inviter hands the link over.
    pub email: Option<String>,
    /// The language of the letter.
    pub locale: Locale,
    /// What the inviter is called.
    pub inviter_name: String,
}

/// An invitation that was made, with what its link has behind `/invitation/`.
#[derive(Clone, Debug)]
pub struct MadeInvitation {
    /// The invitation.
    pub id: LinkId,
    /// The code of its link.
    pub code: Secret<String>,
    /// Whether a letter with the link was written.
    pub is_written: bool,
}

/// The scope and the letter keys of a permit.
fn keys(console: &Console, permit: &MembersPermit) -> LetterKeys {
    match permit {
        MembersPermit::Tenant(permit) => permit.caller_tenant().opened().letter_keys(),
        MembersPermit::Installation(_) => LetterKeys::of_installation(&console.master),
    }
}

fn scope(permit: &MembersPermit) -> TenantId {
    match permit {
        MembersPermit::Tenant(permit) => permit.caller_tenant().id,
        MembersPermit::Installation(_) => INSTALLATION,
    }
}

const fn lasts(permit: &MembersPermit) -> Duration {
    match permit {
        MembersPermit::Tenant(_) => INVITED_FOR,
        MembersPermit::Installation(_) => OPERATOR_INVITED_FOR,
    }
}

fn view(row: Invitation, tenant_name: String) -> InvitationView {
    InvitationView {
        tenant: row.tenant_id,
        tenant_name,
        id: row.id,
        roles: change::roles_of(&row),
        label: row.label,
        inviter_name: row.inviter_name,
        expires_at: row.expires_at,
    }
}

fn listed(tx: &mut impl Tx, scope: TenantId) -> Result<Vec<MemberView>, StoreError> {
    let mut found: Vec<MemberView> = Vec::new();
    for row in member_roles::list(tx, scope)? {
        let Some(role) = Role::parse(&row.role) else { continue };
        let role = RoleView { role, is_confirmed: row.confirmed_at.is_some() };
        if let Some(last) = found.last_mut().filter(|it| it.id == row.member_id) {
            last.roles.push(role);
        } else if let Some(member) = members::find(tx, row.member_id)? {
            let (id, name, seen_at) = (member.id, member.name, member.seen_at);
            found.push(MemberView { id, name, roles: vec![role], seen_at });
        }
    }
    found.sort_by_cached_key(|it| it.name.to_lowercase());
    Ok(found)
}

impl Console {
    /// Lists the members of a tenant, or the operators, by name.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn members(&self, permit: &MembersPermit) -> Result<Vec<MemberView>, Refusal> {
        let scope = reading(permit)?;
        Ok(self.store.read(move |tx| listed(tx, scope)).await?)
    }

    /// Finds members of a tenant, or operators, by name.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn find_members(
        &self,
        permit: &MembersPermit,
        query: ListQuery<'_, MemberColumn, MemberFilter>,
    ) -> Result<FoundPage<MemberView>, Refusal> {
        let wanted = query.search.to_lowercase();
        let mut all = self.members(permit).await?;
        let MemberFilter { role, is_confirmed } = query.filter;
        let has = |it: &RoleView| is_asked(role, it.role) && is_asked(is_confirmed, it.is_confirmed);
        all.retain(|it| it.roles.iter().any(has) && is_found(&wanted, &[&it.name]));
        Ok(query.cut(all, |it| Some(query.order.by.of(it))))
    }

    /// Lists the invitations that wait, the newest first.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn invitations(
        &self,
        permit: &MembersPermit,
        now: Timestamp,
    ) -> Result<Vec<InvitationView>, Refusal> {
        let scope = reading(permit)?;
        let rows = self.store.read(move |tx| invitations::list(tx, scope)).await?;
        Ok(rows.into_iter().filter(|it| now < it.expires_at).map(|it| view(it, String::new())).collect())
    }

    /// Invites somebody, and writes them a letter where an address is given.
    ///
    /// # Errors
    /// [`Refusal::Invalid`]: roles, name or address. [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn invite(
        &self,
        permit: &MembersPermit,
        invited: &Invited,
        now: Timestamp,
    ) -> Result<MadeInvitation, Refusal> {
        let to = match &invited.email {
            Some(email) => {
                let invalid = || Refusal::Invalid(AdminMessage::MailAddressInvalid.at("email"));
                Some(MailAddress::parse(email).ok_or_else(invalid)?)
            }
            None => None,
        };
        let scope = scope(permit);
        let new = NewInvitation {
            id: LinkId::new(&self.random, now),
            roles: invited.roles.clone(),
            label: invited.label.clone(),
            locale: invited.locale,
            inviter_name: invited.inviter_name.clone(),
            expires_at: now.after(lasts(permit)),
        };
        let (keys, random, permit) = (keys(self, permit), self.random.clone(), permit.clone());
        let made =
            MadeInvitation { id: new.id, code: keys.link_code(PURPOSE, new.id, 1), is_written: to.is_some() };
        let written = self.store.write(move |tx| {
            if own_tenant(tx)? == Some(scope) {
                return Err(Refusal::Invalid(AdminMessage::ConsoleOwnTenant.into()));
            }
            change::invite(tx, &permit, &new, now)?;
            if let Some(to) = to {
                let letter = Letter::Invitation { id: new.id, generation: 1 };
                let letter = AddressedLetter { to: to.into(), locale: new.locale, letter };
                messages::write(tx, (&keys, &random), &letter, now).map_err(refused)?;
            }
            Ok::<_, Refusal>(())
        });
        written.await?;
        Ok(made)
    }

    /// Gives an invitation another link and more time; the link before leads nowhere from then on.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn renew_invitation(
        &self,
        permit: &MembersPermit,
        id: LinkId,
        now: Timestamp,
    ) -> Result<MadeInvitation, Refusal> {
        let (scope, expires_at) = (scope(permit), now.after(lasts(permit)));
        let (keys, permit) = (keys(self, permit), permit.clone());
        let renewed = self.store.write(move |tx| {
            change::renew(tx, &permit, (id, expires_at), now)?;
            let row = invitations::find(tx, id)?.filter(|it| it.tenant_id == scope);
            Ok::<_, Refusal>(row.ok_or(Refusal::NotFound(Noun::Invitation))?.generation)
        });
        let generation = u32::try_from(renewed.await?).unwrap_or_default();
        Ok(MadeInvitation { id, code: keys.link_code(PURPOSE, id, generation), is_written: false })
    }

    /// Takes an invitation back.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn withdraw_invitation(
        &self,
        permit: &MembersPermit,
        id: LinkId,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let permit = permit.clone();
        self.store.write(move |tx| change::withdraw(tx, &permit, id, now)).await
    }

    /// Shows an invitation to who has its link; nothing is spent.
    ///
    /// # Errors
    /// [`Refusal::Invalid`]: it is over, or this is not its link. [`Refusal::MasterKey`], [`Refusal::Store`].
    pub async fn invitation_of_link(
        &self,
        id: LinkId,
        code: &str,
        now: Timestamp,
    ) -> Result<InvitationView, Refusal> {
        let found = self.store.read(move |tx| {
            let Some(row) = invitations::find(tx, id)? else { return Ok(None) };
            let tenant = tenants::find(tx, row.tenant_id)?;
            Ok::<_, StoreError>(Some((row, tenant)))
        });
        let (row, tenant) =
            found.await?.filter(|(row, _)| now < row.expires_at).ok_or_else(invitation_spent)?;
        let (keys, name) = match tenant {
            _ if row.tenant_id == INSTALLATION => (LetterKeys::of_installation(&self.master), String::new()),
            Some(tenant) => {
                let opened = OpenTenant::open(&self.master, &tenant).map_err(|_| Refusal::MasterKey)?;
                (opened.letter_keys(), tenant.name)
            }
            None => return Err(invitation_spent()),
        };
        let generation = u32::try_from(row.generation).unwrap_or_default();
        if !keys.is_link_code(code, PURPOSE, id, generation) {
            return Err(invitation_spent());
        }
        Ok(view(row, name))
    }

    /// Confirms a role, after a look at the name that was proved.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn confirm_role(
        &self,
        permit: &MembersPermit,
        (member, role): (MemberId, Role),
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let permit = permit.clone();
        self.store.write(move |tx| change::confirm(tx, &permit, (member, role), now)).await
    }

    /// Takes a role away; the member's sessions end at once.
    ///
    /// # Errors
    /// [`Refusal::Invalid`]: it is the last of its kind. [`Refusal::NotFound`], [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn remove_role(
        &self,
        permit: &MembersPermit,
        (member, role): (MemberId, Role),
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let permit = permit.clone();
        self.store.write(move |tx| change::remove_role(tx, &permit, (member, role), now)).await
    }
}

/// A role that waits to be confirmed.
#[derive(Clone, Debug)]
pub struct WaitingRole {
    /// In which tenant; all zeros for operators.
    pub tenant: TenantId,
    /// What that is called; empty for operators.
    pub tenant_name: String,
    /// Which.
    pub role: Role,
}

impl Console {
    /// The roles of whoever has signed in that wait to be confirmed.
    ///
    /// # Errors
    /// [`Refusal::Store`].
    pub async fn waiting_roles(&self, session: &Session) -> Result<Vec<WaitingRole>, Refusal> {
        let waiting = session.roles.iter().filter(|it| !it.is_confirmed);
        let waiting: Vec<_> = waiting.map(|it| (it.tenant, it.role)).collect();
        let read = self.store.read(move |tx| {
            let name = |(tenant, role): (TenantId, Role)| {
                let found = tenants::find(tx, tenant)?;
                let tenant_name = found.map(|it| it.name).unwrap_or_default();
                Ok(WaitingRole { tenant, tenant_name, role })
            };
            waiting.into_iter().map(name).collect::<Result<Vec<_>, StoreError>>()
        });
        Ok(read.await?)
    }

    /// Refuses a role that waits to be confirmed, of whoever has signed in. Without any other role they are a member no more.
    ///
    /// # Errors
    /// [`Refusal::NotFound`]: there is none, or it was confirmed meanwhile. [`Refusal::Store`].
    pub async fn decline_role(
        &self,
        session: &Session,
        origin: &RequestOrigin,
        declined: &HeldRole,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let (tenant, role) = (declined.tenant, declined.role);
        let missing = || Refusal::NotFound(Noun::Member);
        let member = session.member.ok_or_else(missing)?;
        let caller = session.invited(tenant, origin).ok_or_else(missing)?;
        let permit = if tenant == INSTALLATION {
            MembersPermit::Installation(Box::new(self.installation(&caller, Permission::DeclineRole)?))
        } else {
            let tenant = self.tenant_by_id(&caller, tenant).await?;
            MembersPermit::Tenant(Box::new(tenant.permit(Permission::DeclineRole)?))
        };
        self.store.write(move |tx| change::decline(tx, &permit, (member, role), now)).await
    }
}

fn reading(permit: &MembersPermit) -> Result<TenantId, Refusal> {
    match permit {
        MembersPermit::Tenant(permit) => Ok(permit.tenant(Permission::ReadMembers)?.id),
        MembersPermit::Installation(permit) => {
            permit.check(Permission::ReadInstallation)?;
            Ok(INSTALLATION)
        }
    }
}

pub(crate) fn invitation_spent() -> Refusal {
    Refusal::Invalid(AdminMessage::InvitationSpent.into())
}
