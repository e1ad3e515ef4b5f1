//! Browser sessions: found by their cookie, which alone opens what they hold.

use authority::SealedColumn;
use crypto::{Digest, SealKey, Secret, b64};
use model::{BrowserSession, LoginMethod, Proof, SessionId, SubjectOf, Timestamp};
use oidc::Scopes;
use store::{StoreError, WriteTx, browser_sessions};

use crate::{
    Application, Issuer, Provider, Refusal, RequestContext, SessionCookie,
    sealed_layout::{pack, unpack},
};

/// The way to a session's row, and what opens it.
pub(crate) struct SessionKey {
    pub(crate) eid: LoginMethod,
    pub(crate) digest: Digest,
    seal: SealKey,
}

impl SessionKey {
    fn of(eid: LoginMethod, secret: &[u8]) -> Self {
        Self { eid, digest: Digest::of(secret), seal: SealKey::derive(secret, "browser session") }
    }

    /// Reads a cookie; `None` for one that cannot be of ours.
    pub(crate) fn read(cookie: &SessionCookie) -> Option<Self> {
        let secret = Secret::new(b64::decode(&cookie.value).filter(|it| it.len() == 32)?);
        Some(Self::of(cookie.eid, secret.expose()))
    }

    fn place(&self, issuer: &Issuer) -> Vec<u8> {
        issuer.context(&SealedColumn::BrowserSession(&self.digest))
    }
}

/// A session that answers a request.
pub(crate) struct Resumed {
    pub(crate) digest: Digest,
    pub(crate) held: BrowserSession,
}

/// What a session is made with.
#[derive(Clone, Copy)]
pub(crate) struct SessionOf<'a> {
    pub(crate) issuer: &'a Issuer,
    pub(crate) application: &'a Application,
    /// The sessions that the browser has.
    pub(crate) brought: &'a [SessionCookie],
    pub(crate) now: Timestamp,
}

/// A session to be made in the write that spends what proved it; what it replaces ends there.
pub(crate) struct NewSession {
    pub(crate) cookie: SessionCookie,
    /// The application logs people in silently, in a frame of its pages.
    pub(crate) framed: bool,
    pub(crate) id: SessionId,
    row: browser_sessions::BrowserSession,
    replaced: Vec<Digest>,
}

/// What the write needs of it.
pub(crate) struct SessionRows {
    row: browser_sessions::BrowserSession,
    replaced: Vec<Digest>,
}

impl NewSession {
    pub(crate) fn rows(&self) -> SessionRows {
        SessionRows { row: self.row.clone(), replaced: self.replaced.clone() }
    }
}

impl SessionRows {
    /// Ends the browser's session before, and makes this one.
    pub(crate) fn write(&self, tx: &mut WriteTx<'_>) -> Result<(), StoreError> {
        for digest in &self.replaced {
            browser_sessions::remove(tx, self.row.tenant_id, digest)?;
        }
        browser_sessions::insert(tx, &self.row)
    }
}

impl Issuer {
    /// Says whether browsers are remembered for this application's logins with this eID.
    pub(crate) fn remembers(&self, application: &Application, eid: LoginMethod) -> bool {
        application.settings.single_sign_on && self.settings.single_sign_on.contains(&eid)
    }

    /// Until when a session that is used now may rest.
    pub(crate) fn idle_until(&self, now: Timestamp) -> Timestamp {
        now.after(self.settings.session_limits().idle_for)
    }
}

impl Provider {
    /// Makes a session of a proof, where browsers are remembered. Nothing is written yet.
    pub(crate) async fn new_session(
        &self,
        of: SessionOf<'_>,
        proof: &Proof,
        asked: Scopes,
    ) -> Result<Option<NewSession>, Refusal> {
        let SessionOf { issuer, application, brought, now } = of;
        if !issuer.remembers(application, proof.eid) {
            return Ok(None);
        }
        let secret: Secret<[u8; 32]> = Secret::new(self.random.bytes());
        let key = SessionKey::of(proof.eid, secret.expose());
        let id = SessionId::from_bytes(self.random.bytes());
        let held = BrowserSession::new(id, proof.clone(), asked);
        let ends_at = now.after(issuer.settings.session_limits().at_most);
        let row = browser_sessions::BrowserSession {
            tenant_id: issuer.tenant,
            session_digest: key.digest,
            id,
            domain_id: issuer.domain,
            eid: proof.eid.as_str().to_owned(),
            subject: self
                .subject_of(issuer, SubjectOf::Tenant(issuer.tenant), (proof, application.settings.profile))
                .await?,
            sealed_proof: key.seal.seal(&self.random, &key.place(issuer), pack(&held)?.expose()),
            created_at: now,
            used_at: now,
            ends_at,
            expires_at: issuer.idle_until(now).min(ends_at),
        };
        let replaced = brought.iter().filter(|it| it.eid == proof.eid).filter_map(SessionKey::read);
        Ok(Some(NewSession {
            cookie: SessionCookie { eid: proof.eid, value: b64::encode(secret.expose()) },
            framed: application.settings.response_modes.post_message,
            id,
            row,
            replaced: replaced.map(|it| it.digest).collect(),
        }))
    }

    /// Opens a session of this domain that lives; a cookie that does not verify here is the same as none (RULE-16).
    pub(crate) async fn open_session(
        &self,
        issuer: &Issuer,
        cookie: &SessionCookie,
        context: &RequestContext,
    ) -> Result<Option<Resumed>, Refusal> {
        let Some(key) = SessionKey::read(cookie) else { return Ok(None) };
        let (tenant, digest, now) = (issuer.tenant, key.digest, context.now);
        let row = self.store.read(move |tx| browser_sessions::find(tx, tenant, &digest, now)).await?;
        let row = row.filter(|row| row.domain_id == issuer.domain && row.eid == key.eid.as_str());
        let opened = row.and_then(|row| key.seal.open(&key.place(issuer), &row.sealed_proof).ok());
        let held = opened.and_then(|plain| unpack::<BrowserSession>(plain.expose()));
        Ok(held.filter(|held| held.proof.eid == key.eid).map(|held| Resumed { digest, held }))
    }
}

/// The session id that tokens carry: that of the browser session, or one of this login alone.
pub(crate) fn sid(session: Option<SessionId>, provider: &Provider) -> String {
    session.map_or_else(|| b64::encode(&provider.random.bytes::<16>()), |id| id.to_string())
}
