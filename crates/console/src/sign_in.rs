//! Sessions of the console: how they begin, what they are worth, and how they end (docs/adr/0040).
//!
//! ```text
//!   entry link (setup, recovery) ──POST──► session without a member ──login──► member, session of theirs
//!   invitation ──POST, login──► member, session of theirs
//!   login ──► session of the member with that credential
//! ```

use std::time::Duration;

use authority::{Actor, Caller, InstallationPermit, Permission, Permit, Role};
use changes::members::{
    MembersPermit, NewMember, ProvedPerson, accept, join_receiver, make_operator, recover,
};
use crypto::{Digest, Secret};
use messages::Letter;
use model::{Action, INSTALLATION, Level, LinkId, LoginMethod, MemberId, Proof, SessionId, Timestamp};
use serde_json::json;
use store::{
    StoreError, Tx, WriteTx,
    console_sessions::{self, ConsoleSession},
    entry_links::{self, EntryLink},
    invitations, member_roles, members,
};
use texts::{AdminMessage, Locale, Noun};

use crate::{
    Console, Refusal,
    member_contact::{self, Contact, OperatorsTold},
    member_session::{HeldRole, IDLE_FOR, RequestOrigin, Session, SessionKind},
    members::invitation_spent,
};

/// A use is noted once in this time.
const NOTED_EVERY: Duration = Duration::from_secs(60);

/// How old a proof may be: the browser comes straight from it.
const PROOF_FOR: Duration = Duration::from_secs(10 * 60);

/// A sign-in that the console's own domain proved.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// What was proved.
    pub proof: Proof,
    /// The issuer at which it was proved.
    pub issuer: String,
    /// The session that the browser had, which ends.
    pub replaced: Option<String>,
    /// The browser, in words that it said of itself.
    pub browser: String,
    /// From where it came.
    pub origin: RequestOrigin,
}

/// The browser in which somebody opened a link.
#[derive(Clone, Copy, Debug, Default)]
pub struct AskingBrowser<'a> {
    /// What it said of itself.
    pub browser: &'a str,
    /// The session that it had, which ends.
    pub replaced: Option<&'a str>,
    /// From where it came.
    pub origin: Option<&'a RequestOrigin>,
}

/// What a sign-in is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To work in the console.
    SignIn,
    /// To accept an invitation: its id, and the code of its link.
    Invitation(LinkId, String),
    /// To become the first operator, in a setup session.
    FirstOperator,
    /// To be recognised by another eID from now on, in a recovery session.
    Recovery,
}

/// What is kept of a new session.
struct NewSession<'a> {
    kind: SessionKind,
    member: Option<MemberId>,
    made_by: &'a str,
    level: Level,
    /// When the person proved who they are, or opened the link.
    proved_at: Timestamp,
    browser: &'a str,
    /// The key of the link, and the address that waits beside it.
    contact: Option<(&'a str, &'a [u8])>,
}

impl Console {
    fn begin(
        &self,
        tx: &mut WriteTx<'_>,
        new: &NewSession<'_>,
        now: Timestamp,
    ) -> Result<Secret<String>, StoreError> {
        let token = self.random.token();
        let ends_at = now.after(new.kind.lasts());
        let carry = |it| member_contact::carried(&self.random, it, token.expose());
        let row = ConsoleSession {
            session_digest: Digest::of(token.expose().as_bytes()),
            id: SessionId::new(&self.random, now),
            kind: new.kind.as_str().to_owned(),
            member_id: new.member,
            made_by: new.made_by.to_owned(),
            level: new.level.as_str().to_owned(),
            browser: new.browser.chars().take(200).collect(),
            signed_in_at: new.proved_at.min(now),
            used_at: now,
            ends_at,
            expires_at: ends_at.min(now.after(IDLE_FOR)),
            sealed_contact: new.contact.and_then(carry),
        };
        console_sessions::insert(tx, &row)?;
        Ok(token)
    }

    /// Finds the session of a cookie, and notes that it is used.
    ///
    /// # Errors
    /// [`Refusal::Store`].
    pub async fn session(&self, token: &str, now: Timestamp) -> Result<Option<Session>, Refusal> {
        let digest = Digest::of(token.as_bytes());
        let found = self.store.read(move |tx| whole(tx, &digest, now)).await?;
        if found.as_ref().is_some_and(|it| it.used_at.after(NOTED_EVERY) <= now) {
            let idle_until = now.after(IDLE_FOR);
            let noted = self.store.write(move |tx| console_sessions::touch(tx, &digest, idle_until, now));
            // It lives a minute less, and nothing else follows.
            let _ = noted.await;
        }
        Ok(found)
    }

    /// Lists a member's living sessions, the newest first.
    ///
    /// # Errors
    /// [`Refusal::Store`].
    pub async fn sessions_of(
        &self,
        session: &Session,
        now: Timestamp,
    ) -> Result<Vec<ConsoleSession>, Refusal> {
        let Some(member) = session.member else { return Ok(Vec::new()) };
        Ok(self.store.read(move |tx| console_sessions::list(tx, member, now)).await?)
    }

    /// Ends the session of a cookie.
    ///
    /// # Errors
    /// [`Refusal::Store`].
    pub async fn sign_out(&self, token: &str) -> Result<(), Refusal> {
        let digest = Digest::of(token.as_bytes());
        Ok(self.store.write(move |tx| console_sessions::remove(tx, &digest)).await?)
    }

    /// Ends another session of the same member.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::Store`].
    pub async fn end_own_session(&self, session: &Session, id: SessionId) -> Result<(), Refusal> {
        let Some(member) = session.member else { return Err(Refusal::NotFound(Noun::Session)) };
        let ended = self.store.write(move |tx| console_sessions::remove_by_id(tx, member, id)).await?;
        if ended { Ok(()) } else { Err(Refusal::NotFound(Noun::Session)) }
    }

    /// Makes a link to set the console up; its key stands behind `/setup/`. `permit`: of the operator on the host. `email`: where
    /// letters to the first operator go, and their language.
    ///
    /// # Errors
    /// [`Refusal::Invalid`]: there is an operator already, or it is no address. [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn make_setup_link(
        &self,
        permit: &InstallationPermit,
        email: Option<(&str, Locale)>,
        now: Timestamp,
    ) -> Result<Secret<String>, Refusal> {
        permit.check(Permission::ManageOperators)?;
        let contact = email.map(|(email, locale)| Contact::new(email, locale)).transpose()?;
        let (key, mut link) = self.entry_link(permit, SessionKind::Setup, now);
        link.sealed_contact = contact.map(|it| it.of_entry_link(&self.random, key.expose()));
        let made = self.store.write(move |tx| {
            if has_operator(tx)? {
                return Err(Refusal::Invalid(AdminMessage::OperatorExists.into()));
            }
            Ok(entry_links::insert(tx, &link)?)
        });
        made.await?;
        Ok(key)
    }

    /// Makes a link that lets the operator of this name in again; its key stands behind `/recover/`. All operators with an
    /// address are told by letter, in the same write.
    ///
    /// # Errors
    /// [`Refusal::Invalid`]: no operator, or more than one, has the name. [`Refusal::Forbidden`], [`Refusal::MasterKey`],
    /// [`Refusal::Store`].
    pub async fn make_recovery_link(
        &self,
        permit: &InstallationPermit,
        name: &str,
        now: Timestamp,
    ) -> Result<(Secret<String>, OperatorsTold), Refusal> {
        permit.check(Permission::ManageOperators)?;
        let (letters, wanted) = (self.operator_letters().await?, name.to_owned());
        let (key, link) = self.entry_link(permit, SessionKind::Recovery, now);
        let permit = permit.clone();
        let made = self.store.write(move |tx| {
            let operators = operators(tx)?;
            let operator = named(&operators, &wanted)?;
            let letter = Letter::recovery_made(&operator.name, now);
            let told = letters.tell(tx, (&operators, &letter), now)?;
            entry_links::insert(tx, &EntryLink { member_id: Some(operator.id), ..link })?;
            let object = format!("member {}", operator.id);
            permit.record(Action::RecoveryMade, object, &json!({}), now).append(tx)?;
            Ok::<_, Refusal>(told)
        });
        Ok((key, made.await?))
    }

    /// A link from the host, not yet written.
    fn entry_link(
        &self,
        permit: &InstallationPermit,
        kind: SessionKind,
        now: Timestamp,
    ) -> (Secret<String>, EntryLink) {
        let key = self.random.token();
        let made_by = match &permit.caller().actor {
            Actor::Operator(account) => account.clone(),
            other => other.to_string(),
        };
        let link = EntryLink {
            link_digest: Digest::of(key.expose().as_bytes()),
            kind: kind.as_str().to_owned(),
            member_id: None,
            made_by,
            expires_at: now.after(kind.lasts()),
            sealed_contact: None,
        };
        (key, link)
    }

    /// Says whether a link is still good, without spending it.
    ///
    /// # Errors
    /// [`Refusal::Invalid`]: it is not. [`Refusal::Store`].
    pub async fn look_at_entry_link(
        &self,
        kind: SessionKind,
        key: &str,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let digest = Digest::of(key.as_bytes());
        let found = self.store.read(move |tx| entry_links::find(tx, &digest, now)).await?;
        if found.is_some_and(|it| it.kind == kind.as_str()) { Ok(()) } else { Err(entry_link_spent()) }
    }

    /// Spends a link from the host; gives what goes into the cookie. A recovery is recorded, and told to all operators with an
    /// address, in the same write.
    ///
    /// # Errors
    /// [`Refusal::Invalid`]: the link is over, or there is an operator already. [`Refusal::MasterKey`], [`Refusal::Store`].
    pub async fn enter_by_link(
        &self,
        (kind, key): (SessionKind, &str),
        asking: AskingBrowser<'_>,
        now: Timestamp,
    ) -> Result<Secret<String>, Refusal> {
        let AskingBrowser { browser, replaced, origin } = asking;
        let caller = Caller {
            trace: origin.map(|it| it.trace.clone()),
            address: origin.and_then(|it| it.address),
            ..Caller::operator("")
        };
        let (digest, browser, key) =
            (Digest::of(key.as_bytes()), browser.to_owned(), Secret::new(key.to_owned()));
        let replaced = replaced.map(|it| Digest::of(it.as_bytes()));
        let this = self.clone();
        let letters = match kind {
            SessionKind::Recovery => Some(self.operator_letters().await?),
            _ => None,
        };
        let entered = self.store.write(move |tx| {
            let link = entry_links::find(tx, &digest, now)?.filter(|it| it.kind == kind.as_str());
            let link = link.ok_or_else(entry_link_spent)?;
            if !entry_links::spend(tx, &digest)? {
                return Err(entry_link_spent());
            }
            if kind == SessionKind::Setup && has_operator(tx)? {
                return Err(Refusal::Invalid(AdminMessage::OperatorExists.into()));
            }
            if let Some(letters) = &letters {
                let operators = operators(tx)?;
                let recovered = operators.iter().find(|it| Some(it.id) == link.member_id);
                let name = &recovered.ok_or_else(entry_link_spent)?.name;
                letters.tell(tx, (&operators, &Letter::recovery_used(name, now)), now)?;
                let caller = Caller { actor: Actor::Operator(link.made_by.clone()), ..caller };
                let permit = this.installation(&caller, Permission::ManageOperators)?;
                let object = link.member_id.map(|it| format!("member {it}")).unwrap_or_default();
                permit.record(Action::RecoveryUsed, object, &json!({}), now).append(tx)?;
            }
            if let Some(replaced) = replaced {
                console_sessions::remove(tx, &replaced)?;
            }
            let new = NewSession {
                kind,
                member: link.member_id,
                made_by: &link.made_by,
                level: Level::High,
                proved_at: now,
                browser: &browser,
                contact: link.sealed_contact.as_deref().map(|it| (key.expose().as_str(), it)),
            };
            Ok(this.begin(tx, &new, now)?)
        });
        entered.await
    }

    /// Finds out who proved themselves, as far as the console recognises people by it.
    async fn proved(&self, sign_in: &SignIn, now: Timestamp) -> Result<ProvedPerson, Refusal> {
        let SignIn { proof, issuer, .. } = sign_in;
        // Vipps never vouches for who may change credentials, and test users vouch for nobody.
        let suits =
            proof.eid.is_eid() && proof.eid != LoginMethod::NO_VIPPS && proof.level >= Level::Substantial;
        // Without an identifier everybody would be the same member.
        if !suits || proof.stable_id.is_empty() {
            return Err(Refusal::Invalid(AdminMessage::SignInTooLow.into()));
        }
        if proof.authenticated_at.after(PROOF_FOR) <= now {
            return Err(Refusal::Invalid(AdminMessage::SignInTooOld.into()));
        }
        let source = [proof.eid.as_str(), proof.environment.as_str(), issuer.as_str()];
        let credential = self.member_keys().await?.member_digest(source, &proof.stable_id);
        let name = proof.person.name.clone().unwrap_or_else(|| proof.eid.name().to_owned());
        Ok(ProvedPerson { credential, eid: proof.eid, environment: proof.environment, name })
    }

    /// Ends the session that the browser had, and begins one of the member whom a sign-in makes or finds; gives what goes into
    /// the cookie. The cookie is a new one each time.
    ///
    /// # Errors
    /// [`Refusal::Invalid`]: the sign-in is too weak, nobody is recognised by it, or what it is for is over. [`Refusal::Store`].
    pub async fn sign_in(
        &self,
        sign_in: &SignIn,
        purpose: &Purpose,
        now: Timestamp,
    ) -> Result<Secret<String>, Refusal> {
        let person = self.proved(sign_in, now).await?;
        let made = MemberId::new(&self.random, now);
        let accepting = match purpose {
            Purpose::Invitation(id, code) => Some((*id, self.accepting(*id, code, sign_in, now).await?)),
            _ => None,
        };
        let replaced = sign_in.replaced.as_deref().map(|it| Digest::of(it.as_bytes()));
        let keys = self.member_keys().await?;
        let (this, sign_in, purpose) = (self.clone(), sign_in.clone(), purpose.clone());
        let signed_in = self.store.write(move |tx| {
            let before = match &replaced {
                Some(digest) => whole(tx, digest, now)?,
                None => None,
            };
            let of_host = |kind| before.as_ref().filter(|it| it.kind == kind).ok_or_else(entry_link_spent);
            let member = match (&purpose, &accepting) {
                (Purpose::Invitation(..), Some((id, permit))) => {
                    let invitation = invitations::find(tx, *id)?.filter(|it| now < it.expires_at);
                    let invitation = invitation.ok_or_else(invitation_spent)?;
                    let member = accept(tx, permit, &invitation, NewMember { made, person: &person }, now)?;
                    let sealed = invitation.sealed_contact.as_deref();
                    if let Some(contact) = member_contact::invited(&keys, (*id, sealed)) {
                        member_contact::keep(tx, (&keys, &this.random), (member, &contact))?;
                    }
                    member
                }
                (Purpose::FirstOperator, _) => {
                    let permit = this.of_link(of_host(SessionKind::Setup)?, &sign_in.origin)?;
                    if has_operator(tx)? {
                        return Err(Refusal::Invalid(AdminMessage::OperatorExists.into()));
                    }
                    let member = make_operator(tx, &permit, NewMember { made, person: &person }, now)?;
                    let session = sign_in.replaced.as_deref().unwrap_or_default();
                    if let Some(contact) = member_contact::waiting(tx, session, now)? {
                        member_contact::keep(tx, (&keys, &this.random), (member, &contact))?;
                    }
                    entry_links::remove_by_kind(tx, SessionKind::Setup.as_str())?;
                    console_sessions::remove_by_kind(tx, SessionKind::Setup.as_str())?;
                    member
                }
                (Purpose::Recovery, _) => {
                    let session = of_host(SessionKind::Recovery)?;
                    let member = session.member.ok_or_else(entry_link_spent)?;
                    let permit = this.of_link(session, &sign_in.origin)?;
                    recover(tx, &permit, (member, &person), now)?;
                    member
                }
                _ => {
                    let found = members::find_credential(tx, &person.credential)?;
                    found.ok_or(Refusal::Invalid(AdminMessage::SignInUnknown.into()))?.member_id
                }
            };
            members::signed_in(tx, member, &person.name, now)?;
            Ok(this.begin_member(tx, member, &sign_in, now)?)
        });
        signed_in.await
    }

    /// Begins a session of the receiver whom an order names, who becomes a member by it; gives what goes into the cookie, and the
    /// member. `permit`: of the order's link, after the order has found that it is them.
    ///
    /// # Errors
    /// [`Refusal::Invalid`]: the sign-in is too weak. [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn sign_in_receiver(
        &self,
        permit: &Permit,
        sign_in: &SignIn,
        now: Timestamp,
    ) -> Result<(Secret<String>, MemberId), Refusal> {
        let person = self.proved(sign_in, now).await?;
        let made = MemberId::new(&self.random, now);
        let (this, permit, sign_in) = (self.clone(), permit.clone(), sign_in.clone());
        let signed_in = self.store.write(move |tx| {
            let member = join_receiver(tx, &permit, NewMember { made, person: &person }, now)?;
            members::signed_in(tx, member, &person.name, now)?;
            Ok::<_, Refusal>((this.begin_member(tx, member, &sign_in, now)?, member))
        });
        signed_in.await
    }

    /// Begins the session of a member who has just shown who they are, in place of the one that the browser had.
    fn begin_member(
        &self,
        tx: &mut WriteTx<'_>,
        member: MemberId,
        sign_in: &SignIn,
        now: Timestamp,
    ) -> Result<Secret<String>, StoreError> {
        if let Some(replaced) = &sign_in.replaced {
            console_sessions::remove(tx, &Digest::of(replaced.as_bytes()))?;
        }
        let new = NewSession {
            kind: SessionKind::Member,
            member: Some(member),
            made_by: "",
            level: sign_in.proof.level,
            proved_at: sign_in.proof.authenticated_at,
            browser: &sign_in.browser,
            contact: None,
        };
        self.begin(tx, &new, now)
    }

    /// Leave of the account that made the link, for what a session of the link does.
    fn of_link(&self, session: &Session, origin: &RequestOrigin) -> Result<InstallationPermit, Refusal> {
        self.installation(&session.caller(INSTALLATION, origin), Permission::ManageOperators)
    }

    /// Leave of whoever holds the link of an invitation, to accept it.
    async fn accepting(
        &self,
        id: LinkId,
        code: &str,
        sign_in: &SignIn,
        now: Timestamp,
    ) -> Result<MembersPermit, Refusal> {
        let view = self.invitation_of_link(id, code, now).await?;
        let actor = Actor::LinkHolder {
            id,
            tenant: view.tenant,
            purpose: "invitation".to_owned(),
            bound_eid: Some(sign_in.proof.eid),
        };
        let caller = Caller {
            actor,
            trace: Some(sign_in.origin.trace.clone()),
            address: sign_in.origin.address,
            name: None,
        };
        if view.tenant == INSTALLATION {
            let permit = self.installation(&caller, Permission::AcceptInvitation)?;
            return Ok(MembersPermit::Installation(Box::new(permit)));
        }
        let tenant = self.tenant_by_id(&caller, view.tenant).await?;
        Ok(MembersPermit::Tenant(Box::new(tenant.permit(Permission::AcceptInvitation)?)))
    }
}

fn entry_link_spent() -> Refusal {
    Refusal::Invalid(AdminMessage::EntryLinkSpent.into())
}

/// The confirmed operators.
fn operators(tx: &mut impl Tx) -> Result<Vec<members::Member>, StoreError> {
    let roles = member_roles::list(tx, INSTALLATION)?;
    let mut found = Vec::new();
    for role in roles.iter().filter(|it| it.role == Role::Operator.as_str() && it.confirmed_at.is_some()) {
        found.extend(members::find(tx, role.member_id)?);
    }
    Ok(found)
}

/// The one operator of this name or id.
fn named<'a>(operators: &'a [members::Member], name: &str) -> Result<&'a members::Member, Refusal> {
    let mut found =
        operators.iter().filter(|it| it.name.eq_ignore_ascii_case(name) || it.id.to_string() == name);
    if let (Some(operator), None) = (found.next(), found.next()) {
        return Ok(operator);
    }
    let names = operators.iter().map(|it| format!("{} ({})", it.name, it.id)).collect();
    Err(Refusal::Invalid(AdminMessage::OperatorUnknown { name: name.into(), names }.into()))
}

fn has_operator(tx: &mut impl Tx) -> Result<bool, StoreError> {
    Ok(!operators(tx)?.is_empty())
}

/// A living session, with its member and their roles.
fn whole(tx: &mut impl Tx, digest: &Digest, now: Timestamp) -> Result<Option<Session>, StoreError> {
    let Some(row) = console_sessions::find(tx, digest, now)? else { return Ok(None) };
    let Some(kind) = SessionKind::parse(&row.kind) else { return Ok(None) };
    let member = match row.member_id {
        Some(id) => members::find(tx, id)?,
        None => None,
    };
    if kind == SessionKind::Member && member.is_none() {
        return Ok(None);
    }
    let roles = match &member {
        Some(member) => member_roles::of_member(tx, member.id)?,
        None => Vec::new(),
    };
    let held = |it: member_roles::MemberRole| {
        Some(HeldRole {
            tenant: it.tenant_id,
            role: Role::parse(&it.role)?,
            is_confirmed: it.confirmed_at.is_some(),
        })
    };
    Ok(Some(Session {
        kind,
        id: row.id,
        member: row.member_id,
        name: member.map(|it| it.name).unwrap_or_default(),
        made_by: row.made_by,
        roles: roles.into_iter().filter_map(held).collect(),
        signed_in_at: row.signed_in_at,
        browser: row.browser,
        used_at: row.used_at,
        ends_at: row.ends_at,
    }))
}
