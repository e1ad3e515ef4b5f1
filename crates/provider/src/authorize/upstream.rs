//! To the eID and back.

use crypto::{Digest, b64};
use eid::{EidError, Outcome, Reason};
use model::{Eid, Phase, Proof, Trouble};
use oidc::Returned;
use store::login_events::Kind;
use texts::Cause;

use super::{
    Brought, Ended, Step, Turn,
    jar::{Jar, LOGIN_FOR},
    start::Work,
};
use crate::{Call, Issuer, Provider, Refusal};

impl Provider {
    /// Sends the person to the eID, with new state, nonce and verifier.
    pub(crate) async fn leave_for(&self, mut work: Work<'_>, eid: Eid) -> Result<Turn, Refusal> {
        if eid == Eid::Automation {
            return self.ask_password(work).await;
        }
        let ask = work.wanted.ask(eid, work.application.settings.minimum_level);
        let source = work.issuer.sources.get(&eid);
        let connector = source.and_then(|source| source.connector.clone());
        let Some(connector) = connector else { return self.no_connector(work, eid, None).await };
        match connector.start(&ask, &self.random, work.call.now).await {
            Ok(started) => {
                self.tally.login(eid, "started");
                work.login.leave_for(eid, started.memo);
                self.note_of(&work, Kind::SentToEid, Some(eid), None);
                self.turn(work, Step::Leave { url: started.url, eid }).await
            }
            Err(error) => {
                log(&work, eid, &error);
                self.learn(source, &Err(error.clone()), work.call.now);
                self.trouble(work, (eid, error.trouble()), None).await
            }
        }
    }

    /// Takes the person back from the eID.
    ///
    /// A login ends only in the domain, with the eID and in the browser where it began; the state is spent,
    /// whatever came with it.
    ///
    /// # Errors
    /// [`Refusal::Busy`], [`Refusal::Internal`].
    pub async fn callback(
        &self,
        issuer: &Issuer,
        (eid, returned): (Eid, Returned),
        brought: &Brought,
        call: &Call,
    ) -> Result<Turn, Refusal> {
        let jar = Jar::open(issuer, brought, call.now);
        let state = returned.state.as_deref().and_then(b64::decode).unwrap_or_default();
        let Some(opened) = jar.find_state(&state).cloned() else {
            return self.unexpected(issuer, (jar, &state), call).await;
        };
        let Some(work) = self.take_up(issuer, &opened, jar, call).await? else {
            return self.gone(issuer, opened.login.application(), call).await;
        };
        let Phase::AtEid { eid: expected, memo } = work.login.phase.clone() else { return Ok(work.over()) };
        let Some(_returning) = self.take_return(memo.state) else { return Ok(work.over()) };
        let spent = (Digest::of(&memo.state), work.login.started_at.after(LOGIN_FOR));
        if expected != eid {
            tracing::warn!(trace = %call.trace, eid = eid.as_str(), "an answer came to another eID's address");
            return self.begin_again(work, (eid, spent), Cause::LoginOver).await;
        }
        let ask = work.wanted.ask(eid, work.application.settings.minimum_level);
        let source = work.issuer.sources.get(&eid);
        let connector = source.and_then(|source| source.connector.clone());
        if connector.as_ref().is_some_and(|it| it.client() != memo.client) {
            let trace = call.trace;
            tracing::warn!(%trace, cause = Cause::SourceChanged.id(), eid = eid.as_str(), "an identity source was pointed elsewhere during a login");
            return self.begin_again(work, (eid, spent), Cause::SourceChanged).await;
        }
        let is_ours = returned.error.is_none();
        let Some(connector) = connector else { return self.no_connector(work, eid, Some(spent)).await };
        let outcome = connector.finish(&ask, &memo, returned, call.now).await;
        if is_ours {
            self.learn(source, &outcome, call.now);
        }
        match outcome {
            Ok(Outcome::Proved(proof)) => self.judge(work, *proof, spent).await,
            Ok(Outcome::Refused(reason)) => {
                let cause = match reason {
                    Reason::Cancelled => Cause::PersonCancelled,
                    Reason::NinRefused => Cause::NinRefused,
                };
                self.tally.login(eid, cause.id());
                self.end(work, Some(spent), cause).await
            }
            Err(error) => {
                log(&work, eid, &error);
                self.trouble(work, (eid, error.trouble()), Some(spent)).await
            }
        }
    }

    /// Spends the state of an answer that cannot be redeemed; the person can start anew.
    async fn begin_again(
        &self,
        mut work: Work<'_>,
        (eid, spent): (Eid, super::respond::Spent),
        cause: Cause,
    ) -> Result<Turn, Refusal> {
        if !self.spend_state(&work, spent).await? {
            return Ok(work.over());
        }
        self.note_of(&work, Kind::Failed, None, Some(cause));
        work.login.phase = Phase::Over { answer: None };
        let ended = Ended::of(cause, Some(&work.application));
        let ended = Ended { restart: Some(work.name.clone()), eid: Some(eid), ..ended };
        self.turn(work, Step::Ended(ended)).await
    }

    /// The person is proved; is it enough, is it the right one, and must they be asked?
    pub(super) async fn judge(
        &self,
        work: Work<'_>,
        proof: Proof,
        spent: super::respond::Spent,
    ) -> Result<Turn, Refusal> {
        let settings = &work.application.settings;
        let acr = work
            .wanted
            .returned_acr(proof.eid, proof.level)
            .filter(|_| settings.accepts(proof.eid, proof.level));
        let Some(acr) = acr else {
            let (trace, client_id) = (work.call.trace, work.application.client_id.as_str());
            tracing::info!(%trace, cause = Cause::LevelTooLow.id(), client_id, eid = proof.eid.as_str(), "the level is lower than asked");
            return self.trouble(work, (proof.eid, Trouble::LevelTooLow), Some(spent)).await;
        };
        let minimum = work.application.settings.minimum_level;
        let asked = work.wanted.ask(proof.eid, minimum).scopes;
        let (issuer, application) = (work.issuer, work.application.as_ref());
        let session =
            self.new_session((issuer, application), (&proof, asked), &work.jar.sessions, work.call).await?;
        let remembered = session.as_ref().map(|_| (proof.clone().without_nin(), asked));
        let grant = self.grant(&work, acr, proof, session.as_ref().map(|it| it.id)).await?;
        if work.wanted.subject.as_ref().is_some_and(|subject| *subject != grant.subject) {
            return self.end(work, Some(spent), Cause::OtherPerson).await;
        }
        if self.admit_person(work.issuer, &grant.subject, work.call).is_err() {
            return self.end(work, Some(spent), Cause::TooManyRequests).await;
        }
        if super::consent::is_needed(&work, &grant) {
            return self.await_consent(work, grant, (spent, remembered)).await;
        }
        self.answer_code(work, &grant, super::respond::Paid::State(spent), session).await
    }

    /// Nobody can be sent to this eID, or taken back from it: an administrator switched it off, or it is set up wrongly.
    async fn no_connector(
        &self,
        work: Work<'_>,
        eid: Eid,
        spent: Option<super::respond::Spent>,
    ) -> Result<Turn, Refusal> {
        if work.issuer.is_switched_off(eid) {
            return self.trouble(work, (eid, Trouble::EidSwitchedOff), spent).await;
        }
        log(&work, eid, &EidError::Misconfigured("no usable credentials".to_owned()));
        self.trouble(work, (eid, Trouble::SourceMisconfigured), spent).await
    }

    /// Shows trouble on our page, or sends it straight back where the application wants no such pages.
    pub(crate) async fn trouble(
        &self,
        mut work: Work<'_>,
        (eid, trouble): (Eid, Trouble),
        spent: Option<super::respond::Spent>,
    ) -> Result<Turn, Refusal> {
        self.tally.login(eid, trouble.as_str());
        if !work.application.settings.shows_error_pages() {
            return self.end(work, spent, super::respond::cause_of(trouble)).await;
        }
        if let Some(spent) = spent
            && !self.spend_state(&work, spent).await?
        {
            return Ok(work.over());
        }
        let cause = super::respond::cause_of(trouble);
        self.note_of(&work, Kind::Trouble, Some(eid), Some(cause));
        work.login.phase = Phase::Trouble { eid, trouble, trace: work.call.trace.bytes() };
        let login = work.name.clone();
        self.turn(work, Step::Show { login }).await
    }
}

fn log(work: &Work<'_>, eid: Eid, error: &EidError) {
    let (trace, client_id) = (work.call.trace, work.application.client_id.as_str());
    let cause = super::respond::cause_of(error.trouble()).id();
    match error {
        EidError::Misconfigured(_) => {
            tracing::error!(%trace, cause, client_id, eid = eid.as_str(), %error, "an identity source needs the operator");
        }
        _ => tracing::warn!(%trace, cause, client_id, eid = eid.as_str(), %error, "trouble at an eID"),
    }
}
