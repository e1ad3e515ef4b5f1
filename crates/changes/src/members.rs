//! Members of the console: invited, joined, confirmed, and gone.

use authority::{InstallationPermit, Permission, Permit, Role};
use crypto::Digest;
use model::{Action, EidEnvironment, INSTALLATION, LinkId, LoginMethod, MemberId, TenantId, Timestamp};
use serde_json::{Value, json};
use store::{
    StoreError, Tx, WriteTx, console_sessions, entry_links,
    invitations::{self, Invitation},
    member_roles::{self, MemberRole},
    members::{self, Credential, Member},
};
use texts::{AdminMessage, Locale, Noun};

use crate::{Refusal, name::check_name};

/// Leave to change who has which roles: in a tenant, or in the installation, whose only role is operator.
#[derive(Clone, Debug)]
pub enum MembersPermit {
    /// In a tenant.
    Tenant(Box<Permit>),
    /// Of operators.
    Installation(Box<InstallationPermit>),
}

impl MembersPermit {
    /// Whose members: all zeros for operators.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`]: it is leave for something else.
    fn scope(&self, asked: Asked) -> Result<TenantId, Refusal> {
        match (self, asked) {
            (Self::Tenant(permit), Asked::Leave) => Ok(permit.tenant(Permission::ReadMembers)?.id),
            (Self::Installation(permit), Asked::Leave) => {
                permit.check(Permission::ReadInstallation)?;
                Ok(INSTALLATION)
            }
            (Self::Tenant(permit), Asked::Manage) => Ok(permit.tenant(Permission::ManageMembers)?.id),
            (Self::Tenant(permit), Asked::Decline) => Ok(permit.tenant(Permission::DeclineRole)?.id),
            (Self::Installation(permit), Asked::Decline) => {
                permit.check(Permission::DeclineRole)?;
                Ok(INSTALLATION)
            }
            (Self::Tenant(permit), Asked::Accept) => Ok(permit.tenant(Permission::AcceptInvitation)?.id),
            (Self::Installation(permit), Asked::Manage) => {
                permit.check(Permission::ManageOperators)?;
                Ok(INSTALLATION)
            }
            (Self::Installation(permit), Asked::Accept) => {
                permit.check(Permission::AcceptInvitation)?;
                Ok(INSTALLATION)
            }
        }
    }

    fn record(&self, tx: &mut WriteTx<'_>, event: Event, now: Timestamp) -> Result<(), Refusal> {
        let Event { action, object, details } = event;
        match self {
            Self::Tenant(permit) => Ok(permit.record(action, object, &details, now).append(tx)?),
            Self::Installation(permit) => Ok(permit.record(action, object, &details, now).append(tx)?),
        }
    }

    fn actor(&self) -> String {
        match self {
            Self::Tenant(permit) => permit.caller().actor.to_string(),
            Self::Installation(permit) => permit.caller().actor.to_string(),
        }
    }
}

/// What leave is needed for.
#[derive(Clone, Copy)]
enum Asked {
    /// By whoever may read, of their own role.
    Leave,
    Manage,
    Accept,
    /// By whoever has a role that waits.
    Decline,
}

struct Event {
    action: Action,
    object: String,
    details: Value,
}

impl Event {
    fn of_member(action: Action, member: MemberId, details: Value) -> Self {
        Self { action, object: format!("member {member}"), details }
    }

    fn of_invitation(action: Action, id: LinkId, details: Value) -> Self {
        Self { action, object: format!("invitation {id}"), details }
    }
}

/// A person who proved who they are, as far as a member is recognised by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvedPerson {
    /// What they are recognised by.
    pub credential: Digest,
    /// With which eID.
    pub eid: LoginMethod,
    /// Which installation of it.
    pub environment: EidEnvironment,
    /// The name that it gave.
    pub name: String,
}

/// Somebody who becomes a member, if they are none yet.
#[derive(Clone, Copy, Debug)]
pub struct NewMember<'a> {
    /// The id of the member that is made then.
    pub made: MemberId,
    /// Who they are.
    pub person: &'a ProvedPerson,
}

/// An invitation to be made.
#[derive(Clone, Debug)]
pub struct NewInvitation {
    /// Its id, which its link has.
    pub id: LinkId,
    /// What it gives.
    pub roles: Vec<Role>,
    /// What the inviter calls the invited.
    pub label: String,
    /// The language of its letter.
    pub locale: Locale,
    /// What the inviter is called.
    pub inviter_name: String,
    /// From when on it is over.
    pub expires_at: Timestamp,
    /// Where its letter goes, sealed; it becomes the member's address.
    pub sealed_contact: Option<Vec<u8>>,
}

fn words(roles: &[Role]) -> String {
    roles.iter().map(|it| it.as_str()).collect::<Vec<_>>().join(" ")
}

/// Reads the roles of an invitation; those that a later version knows are left out.
pub fn roles_of(invitation: &Invitation) -> Vec<Role> {
    invitation.roles.split(' ').filter_map(Role::parse).collect()
}

/// Invites somebody.
///
/// # Errors
/// [`Refusal::Invalid`]: no role, one that cannot be given there, or a name that cannot be. [`Refusal::Forbidden`],
/// [`Refusal::Store`].
pub fn invite(
    tx: &mut WriteTx<'_>,
    permit: &MembersPermit,
    new: &NewInvitation,
    now: Timestamp,
) -> Result<(), Refusal> {
    let scope = permit.scope(Asked::Manage)?;
    let offered: &[Role] = if scope == INSTALLATION { &[Role::Operator] } else { &Role::OF_TENANT };
    if new.roles.is_empty() || new.roles.iter().any(|it| !offered.contains(it)) {
        return Err(Refusal::Invalid(AdminMessage::RolesInvalid.at("roles")));
    }
    check_name(&new.label)?;
    let row = Invitation {
        tenant_id: scope,
        id: new.id,
        roles: words(&new.roles),
        label: new.label.clone(),
        language: new.locale.as_str().to_owned(),
        generation: 1,
        invited_by: permit.actor(),
        inviter_name: new.inviter_name.clone(),
        created_at: now,
        expires_at: new.expires_at,
        sealed_contact: new.sealed_contact.clone(),
    };
    invitations::insert(tx, &row)?;
    let details = json!({"roles": words(&new.roles), "until": new.expires_at.to_iso_seconds()});
    permit.record(tx, Event::of_invitation(Action::MemberInvited, new.id, details), now)
}

/// Gives an invitation another link and more time: the link before leads nowhere from then on.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::Forbidden`], [`Refusal::Store`].
pub fn renew(
    tx: &mut WriteTx<'_>,
    permit: &MembersPermit,
    (id, expires_at): (LinkId, Timestamp),
    now: Timestamp,
) -> Result<(), Refusal> {
    let scope = permit.scope(Asked::Manage)?;
    let renewed = invitations::replace_link(tx, scope, id, expires_at);
    renewed.map_err(|error| Refusal::of(error, Noun::Invitation))?;
    permit.record(tx, Event::of_invitation(Action::InvitationRenewed, id, json!({})), now)
}

/// Takes an invitation back.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::Forbidden`], [`Refusal::Store`].
pub fn withdraw(
    tx: &mut WriteTx<'_>,
    permit: &MembersPermit,
    id: LinkId,
    now: Timestamp,
) -> Result<(), Refusal> {
    if !invitations::remove(tx, permit.scope(Asked::Manage)?, id)? {
        return Err(Refusal::NotFound(Noun::Invitation));
    }
    permit.record(tx, Event::of_invitation(Action::InvitationWithdrawn, id, json!({})), now)
}

/// Finds the member with this credential, or makes one.
fn member_of(
    tx: &mut WriteTx<'_>,
    NewMember { made, person }: NewMember<'_>,
    now: Timestamp,
) -> Result<MemberId, StoreError> {
    if let Some(found) = members::find_credential(tx, &person.credential)? {
        return Ok(found.member_id);
    }
    let name = person.name.clone();
    members::insert(
        tx,
        &Member { id: made, name, version: 1, created_at: now, seen_at: None, sealed_contact: None },
    )?;
    recognise(tx, (made, person), now)?;
    Ok(made)
}

fn recognise(
    tx: &mut WriteTx<'_>,
    (member_id, person): (MemberId, &ProvedPerson),
    now: Timestamp,
) -> Result<(), StoreError> {
    let credential = Credential {
        credential_digest: person.credential,
        member_id,
        eid: person.eid.as_str().to_owned(),
        environment: person.environment,
        created_at: now,
    };
    members::insert_credential(tx, &credential)
}

/// Makes who accepts an invitation a member with its roles; the invitation is spent first. `invitation`: as found in this
/// write.
///
/// # Errors
/// [`Refusal::NotFound`]: somebody was faster, or it was taken back. [`Refusal::Forbidden`], [`Refusal::Store`].
pub fn accept(
    tx: &mut WriteTx<'_>,
    permit: &MembersPermit,
    invitation: &Invitation,
    NewMember { made, person }: NewMember<'_>,
    now: Timestamp,
) -> Result<MemberId, Refusal> {
    let scope = permit.scope(Asked::Accept)?;
    if invitation.tenant_id != scope || !invitations::remove(tx, scope, invitation.id)? {
        return Err(Refusal::NotFound(Noun::Invitation));
    }
    let member = member_of(tx, NewMember { made, person }, now)?;
    let held = member_roles::list(tx, scope)?;
    for role in roles_of(invitation) {
        let holds = |it: &&MemberRole| it.member_id == member && it.role == role.as_str();
        if held.iter().find(holds).is_some_and(|it| it.confirmed_at.is_some()) {
            continue;
        }
        let row = MemberRole {
            tenant_id: scope,
            member_id: member,
            role: role.as_str().to_owned(),
            granted_by: invitation.invited_by.clone(),
            created_at: now,
            confirmed_at: (!role.is_confirmed_by_hand()).then_some(now),
        };
        member_roles::save(tx, &row)?;
    }
    let details = json!({"roles": invitation.roles, "eid": person.eid.as_str()});
    permit.record(tx, Event::of_member(Action::MemberJoined, member, details), now)?;
    Ok(member)
}

/// Makes the receiver whom an order names a member who may enter credentials. `permit`: of the order's link.
///
/// # Errors
/// [`Refusal::Forbidden`], [`Refusal::Store`].
pub fn join_receiver(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    NewMember { made, person }: NewMember<'_>,
    now: Timestamp,
) -> Result<MemberId, Refusal> {
    let tenant = permit.tenant(Permission::AnswerOrder)?.id;
    let member = member_of(tx, NewMember { made, person }, now)?;
    let role = Role::OrderReceiver.as_str();
    if receives(tx, (tenant, member))? {
        return Ok(member);
    }
    let row = MemberRole {
        tenant_id: tenant,
        member_id: member,
        role: role.to_owned(),
        granted_by: permit.caller().actor.to_string(),
        created_at: now,
        confirmed_at: Some(now),
    };
    member_roles::save(tx, &row)?;
    let details = json!({"roles": role, "eid": person.eid.as_str()});
    let event = Event::of_member(Action::MemberJoined, member, details);
    permit.record(event.action, event.object, &event.details, now).append(tx)?;
    Ok(member)
}

/// Whether a member may receive the credentials of orders.
///
/// # Errors
/// [`StoreError`]: what happened around it.
pub fn receives(tx: &mut impl Tx, (tenant, member): (TenantId, MemberId)) -> Result<bool, StoreError> {
    let is_it = |it: &MemberRole| {
        let receives = it.role == Role::OrderReceiver.as_str() || it.role == Role::Receiver.as_str();
        it.member_id == member && receives && it.confirmed_at.is_some()
    };
    Ok(member_roles::list(tx, tenant)?.iter().any(is_it))
}

/// Takes the leave that the link of an order gave away again: the order is over, or names somebody else.
///
/// # Errors
/// [`Refusal::Store`].
pub fn receiver_leaves(
    tx: &mut WriteTx<'_>,
    permit: &Permit,
    member: MemberId,
    now: Timestamp,
) -> Result<(), Refusal> {
    let (tenant, role) = (permit.caller_tenant().id, Role::OrderReceiver.as_str());
    let is_it = |it: &MemberRole| it.member_id == member && it.role == role;
    if !member_roles::list(tx, tenant)?.iter().any(is_it) {
        return Ok(());
    }
    member_roles::remove(tx, tenant, member, role)?;
    let event = Event::of_member(Action::RoleRemoved, member, json!({"roles": role}));
    Ok(permit.record(event.action, event.object, &event.details, now).append(tx)?)
}

/// Makes the first operator, or one more whom the host vouches for: nobody has to confirm them.
///
/// # Errors
/// [`Refusal::Forbidden`], [`Refusal::Store`].
pub fn make_operator(
    tx: &mut WriteTx<'_>,
    permit: &InstallationPermit,
    NewMember { made, person }: NewMember<'_>,
    now: Timestamp,
) -> Result<MemberId, Refusal> {
    let permit = MembersPermit::Installation(Box::new(permit.clone()));
    permit.scope(Asked::Manage)?;
    let member = member_of(tx, NewMember { made, person }, now)?;
    let row = MemberRole {
        tenant_id: INSTALLATION,
        member_id: member,
        role: Role::Operator.as_str().to_owned(),
        granted_by: permit.actor(),
        created_at: now,
        confirmed_at: Some(now),
    };
    member_roles::save(tx, &row)?;
    let details = json!({"roles": row.role, "eid": person.eid.as_str()});
    permit.record(tx, Event::of_member(Action::MemberJoined, member, details), now)?;
    Ok(member)
}

/// Has an operator recognised by what was proved now, and by nothing else; every session of theirs ends.
///
/// # Errors
/// [`Refusal::NotFound`]: they are no operator any more. [`Refusal::Invalid`]: somebody else is recognised by it.
/// [`Refusal::Forbidden`], [`Refusal::Store`].
pub fn recover(
    tx: &mut WriteTx<'_>,
    permit: &InstallationPermit,
    (member, person): (MemberId, &ProvedPerson),
    now: Timestamp,
) -> Result<(), Refusal> {
    let permit = MembersPermit::Installation(Box::new(permit.clone()));
    let scope = permit.scope(Asked::Manage)?;
    let roles = member_roles::list(tx, scope)?;
    if !roles.iter().any(|it| it.member_id == member && it.confirmed_at.is_some()) {
        return Err(Refusal::NotFound(Noun::Member));
    }
    let known = members::find_credential(tx, &person.credential)?;
    if known.is_some_and(|it| it.member_id != member) {
        return Err(Refusal::Invalid(AdminMessage::CredentialOfAnother.into()));
    }
    members::remove_credentials(tx, member)?;
    recognise(tx, (member, person), now)?;
    console_sessions::remove_by_member(tx, member)?;
    entry_links::remove_by_member(tx, member)?;
    let details = json!({"eid": person.eid.as_str()});
    permit.record(tx, Event::of_member(Action::OperatorRecovered, member, details), now)
}

fn role_row(roles: &[MemberRole], member: MemberId, role: Role) -> Result<&MemberRole, Refusal> {
    let is_it = |it: &&MemberRole| it.member_id == member && it.role == role.as_str();
    roles.iter().find(is_it).ok_or(Refusal::NotFound(Noun::Member))
}

/// Confirms a role, after a look at the name that was proved.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::Forbidden`], [`Refusal::Store`].
pub fn confirm(
    tx: &mut WriteTx<'_>,
    permit: &MembersPermit,
    (member, role): (MemberId, Role),
    now: Timestamp,
) -> Result<(), Refusal> {
    let roles = member_roles::list(tx, permit.scope(Asked::Manage)?)?;
    let row = role_row(&roles, member, role)?;
    if row.confirmed_at.is_some() {
        return Ok(());
    }
    member_roles::save(tx, &MemberRole { confirmed_at: Some(now), ..row.clone() })?;
    let details = json!({"role": role.as_str()});
    permit.record(tx, Event::of_member(Action::RoleConfirmed, member, details), now)
}

/// Takes back what a member invited others to, whose own role ends.
fn withdraw_of(
    tx: &mut WriteTx<'_>,
    permit: &MembersPermit,
    (scope, member): (TenantId, MemberId),
    now: Timestamp,
) -> Result<(), Refusal> {
    for id in invitations::remove_by_inviter(tx, scope, &format!("member:{member}"))? {
        permit.record(tx, Event::of_invitation(Action::InvitationWithdrawn, id, json!({})), now)?;
    }
    Ok(())
}

/// Takes a role away; whoever has it may also give it up, with leave to read. The member's
/// sessions end at once, their own invitations there are taken back, and a member without any role is gone.
///
/// # Errors
/// [`Refusal::Invalid`]: it is the last operator, or the last owner of the tenant. [`Refusal::NotFound`],
/// [`Refusal::Forbidden`], [`Refusal::Store`].
pub fn remove_role(
    tx: &mut WriteTx<'_>,
    permit: &MembersPermit,
    (member, role): (MemberId, Role),
    now: Timestamp,
) -> Result<(), Refusal> {
    let is_own = permit.actor() == format!("member:{member}");
    let scope = match permit.scope(Asked::Manage) {
        Err(Refusal::Forbidden) if is_own => permit.scope(Asked::Leave)?,
        other => other?,
    };
    // Held until this write ends, so that two cannot remove each other.
    let roles = member_roles::list(tx, scope)?;
    let row = role_row(&roles, member, role)?;
    let others = roles.iter().filter(|it| it.role == role.as_str() && it.confirmed_at.is_some());
    let is_last = others.filter(|it| it.member_id != member).count() == 0;
    if role.is_confirmed_by_hand() && row.confirmed_at.is_some() && is_last {
        let message =
            if role == Role::Operator { AdminMessage::LastOperator } else { AdminMessage::LastOwner };
        return Err(Refusal::Invalid(message.into()));
    }
    member_roles::remove(tx, scope, member, role.as_str())?;
    console_sessions::remove_by_member(tx, member)?;
    entry_links::remove_by_member(tx, member)?;
    withdraw_of(tx, permit, (scope, member), now)?;
    if member_roles::of_member(tx, member)?.is_empty() {
        members::remove(tx, member)?;
    }
    let details = json!({"role": role.as_str()});
    permit.record(tx, Event::of_member(Action::RoleRemoved, member, details), now)
}

/// Refuses a role of one's own that waits to be confirmed. A member without any role is gone, with their sessions.
///
/// # Errors
/// [`Refusal::NotFound`]: there is none, or it was confirmed meanwhile. [`Refusal::Forbidden`], [`Refusal::Store`].
pub fn decline(
    tx: &mut WriteTx<'_>,
    permit: &MembersPermit,
    (member, role): (MemberId, Role),
    now: Timestamp,
) -> Result<(), Refusal> {
    let scope = permit.scope(Asked::Decline)?;
    if permit.actor() != format!("member:{member}") {
        return Err(Refusal::Forbidden);
    }
    let roles = member_roles::list(tx, scope)?;
    if role_row(&roles, member, role)?.confirmed_at.is_some() {
        return Err(Refusal::NotFound(Noun::Member));
    }
    member_roles::remove(tx, scope, member, role.as_str())?;
    if member_roles::of_member(tx, member)?.is_empty() {
        console_sessions::remove_by_member(tx, member)?;
        entry_links::remove_by_member(tx, member)?;
        members::remove(tx, member)?;
    }
    let details = json!({"role": role.as_str()});
    permit.record(tx, Event::of_member(Action::RoleDeclined, member, details), now)
}
