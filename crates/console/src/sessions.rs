//! Browser sessions: listed, and ended.

use authority::{Permission, Permit};
use model::{Action, DomainId, SessionId, Timestamp};
use serde_json::json;
use store::{
    StoreError,
    browser_sessions::{self, BrowserSession},
};
use texts::Noun;

use crate::{Console, Refusal, tenants::PAGE};

impl Console {
    /// Lists at most 1,000 living sessions of a domain by id, from the one that follows `after`.
    ///
    /// # Errors
    /// [`Refusal::Store`].
    pub async fn sessions(
        &self,
        permit: &Permit,
        domain: DomainId,
        after: Option<SessionId>,
        now: Timestamp,
    ) -> Result<Vec<BrowserSession>, Refusal> {
        let tenant = permit.tenant(Permission::ReadLogins)?;
        let id = tenant.id;
        Ok(self.store.read(move |tx| browser_sessions::list(tx, (id, domain), after, PAGE, now)).await?)
    }

    /// Ends a session at once.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn end_session(&self, permit: &Permit, id: SessionId, now: Timestamp) -> Result<(), Refusal> {
        let tenant = permit.tenant(Permission::EndSessions)?;
        let tenant_id = tenant.id;
        let record = permit.record(Action::SessionEnded, format!("session {id}"), &json!({}), now);
        let ended = self.store.write(move |tx| match browser_sessions::remove_by_id(tx, tenant_id, id)? {
            0 => Err(StoreError::NotFound),
            _ => record.append(tx),
        });
        ended.await.map_err(|error| Refusal::of(error, Noun::Session))
    }

    /// Ends all sessions of a person, by the tenant's subject for them; gives how many there were.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn end_sessions_of(
        &self,
        permit: &Permit,
        subject: &str,
        now: Timestamp,
    ) -> Result<u64, Refusal> {
        let tenant = permit.tenant(Permission::EndSessions)?;
        let permit = permit.clone();
        let (tenant_id, subject) = (tenant.id, subject.to_owned());
        let ended = self.store.write(move |tx| {
            let ended = browser_sessions::remove_by_subject(tx, tenant_id, &subject)?;
            if ended > 0 {
                let details = json!({"sessions": ended});
                permit
                    .record(Action::SessionEnded, format!("subject {subject}"), &details, now)
                    .append(tx)?;
            }
            Ok::<_, StoreError>(ended)
        });
        Ok(ended.await?)
    }
}
