//! Back from the eID.

use crypto::Digest;
use eid::Connector;
use model::{LOGIN_FOR, LoginMethod, Phase, Trouble};
use oidc::Returned;
use texts::Cause;

use super::{
    super::{
        active_login::ActiveLogin,
        decision::{ConsumedOnce, Decided, Effect},
    },
    send_to::no_connector,
};
use crate::{Provider, Refusal};

impl Provider {
    /// Has an answer judged by the connector that asked. `eid`: at whose address it came.
    pub(in crate::authorize) async fn returned<'a>(
        &self,
        active: ActiveLogin<'a>,
        eid: LoginMethod,
        returned: Returned,
    ) -> Result<Decided<'a>, Refusal> {
        let Phase::AtEid { eid: expected, memo } = active.login.phase.clone() else {
            return Ok(active.settle(Effect::Over));
        };
        let (trace, now) = (active.context.trace, active.context.now);
        let spent = ConsumedOnce::State(Digest::of(&memo.state), active.login.started_at.after(LOGIN_FOR));
        if expected != eid {
            tracing::warn!(%trace, eid = eid.as_str(), "an answer came to another eID's address");
            return Ok(active.settle(Effect::BeginAgain { cause: Cause::LoginOver, eid, spent }));
        }
        let ask = active.ask(eid);
        let source = active.issuer.sources.get(&eid);
        let mut connectors = source.map(|it| it.connectors_of(&memo)).unwrap_or_default().into_iter();
        let connector = connectors.next();
        if connector.as_ref().is_some_and(|it| it.client() != memo.client) {
            tracing::warn!(%trace, cause = Cause::SourceChanged.id(), eid = eid.as_str(), "an identity source was pointed elsewhere during a login");
            return Ok(active.settle(Effect::BeginAgain { cause: Cause::SourceChanged, eid, spent }));
        }
        let is_ours = returned.error.is_none();
        let Some(Connector::Redirect(connector)) = connector else {
            return Ok(no_connector(active, eid, Some(spent)));
        };
        let mut outcome = connector.finish(&ask, &memo, returned.clone(), now).await;
        // The credentials that the person left with were wrong, or are accepted no more.
        if let Err(error) = &outcome
            && error.trouble() == Trouble::SourceMisconfigured
            && let Some(Connector::Redirect(todays)) =
                connectors.next().filter(|it| it.client() == memo.client)
        {
            outcome = todays.finish(&ask, &memo, returned, now).await;
        }
        if is_ours {
            self.learn(source, &outcome, now);
        }
        Ok(self.met(active, eid, (outcome, spent)))
    }
}
