//! The effects of a login: what is spent, inserted, sealed and noted, and the answer to the browser.
//!
//! What may happen once is spent in the write that inserts what it pays for. When it had been spent before, nothing is
//! done, and a decision comes back.

use std::time::Duration;

use crypto::Digest;
use model::{LOGIN_FOR, LeaseId, LoginMethod, Phase, TenantId, Timestamp, Trouble};
use oidc::Scopes;
use store::{
    StoreError, WriteTx, awaiting_consents, browser_sessions, eid_orders, grants,
    kept_answers::{self, KeptAnswer},
    login_events::Kind,
    parked_requests, spent_values,
};
use texts::Cause;

use super::{
    Ended, LoginResponse, Step,
    active_login::{ActiveLogin, SessionToKeep},
    decision::{ConsumedOnce, Decided, Decision, Effect, Granted, cause_of},
    kept_answer::{FormAnswer, Kept},
    order::{AfterOrder, Claimed, Order, PlacedOrder, ToTakeBack},
    trial_answer::{AnswerRow, trial_step},
    waiting::Waiting,
};
use crate::{
    Provider, Refusal, Refused, SessionCookie, TraceId,
    mint::{Mint, MintedCode, mint_code},
    session::NewSession,
};

/// How an effect ended.
pub(super) enum Settled<'a> {
    /// This is the answer.
    Done(LoginResponse),
    /// What it costs had been spent before, so that nothing was done; or it was one step of several. This is to be done
    /// next.
    Next(Box<Decided<'a>>),
}

/// Spends what an answer costs; `false` when it had been spent.
fn spend(
    tx: &mut WriteTx<'_>,
    tenant: TenantId,
    cost: &ConsumedOnce,
    now: Timestamp,
) -> Result<bool, StoreError> {
    match cost {
        ConsumedOnce::State(digest, expires_at) => {
            spent_values::consume(tx, tenant, "upstream_state", digest, *expires_at)
        }
        ConsumedOnce::Order(digest) => eid_orders::consume(tx, tenant, digest, now),
        ConsumedOnce::Consent(digest) => Ok(awaiting_consents::consume(tx, tenant, digest, now)?.is_some()),
        ConsumedOnce::Session(digest, idle_until) => {
            browser_sessions::touch(tx, tenant, digest, *idle_until, now)
        }
    }
}

/// Spends what a grant costs, and the stored request; `false` when either had been spent.
fn pay(
    tx: &mut WriteTx<'_>,
    tenant: TenantId,
    (paid, parked): (&ConsumedOnce, Option<Digest>),
    now: Timestamp,
) -> Result<bool, StoreError> {
    let first = spend(tx, tenant, paid, now)?;
    match parked {
        Some(digest) if first => Ok(parked_requests::consume(tx, tenant, &digest, now)?.is_some()),
        _ => Ok(first),
    }
}

fn over(active: ActiveLogin<'_>) -> Settled<'_> {
    Settled::Next(Box::new(active.settle(Effect::Over)))
}

impl Provider {
    /// Does one effect.
    pub(super) async fn settle<'a>(
        &self,
        mut active: ActiveLogin<'a>,
        effect: Effect,
    ) -> Result<Settled<'a>, Refusal> {
        match effect {
            Effect::Over => Ok(Settled::Done(active.over())),
            Effect::Show(step) => self.done(active, step).await,
            Effect::ShowUnchanged(step) => Ok(Settled::Done(active.unchanged(step))),
            Effect::BeginOrder { eid, order, again_in } => {
                self.begin_order(active, eid, (*order, again_in)).await
            }
            Effect::ClaimOrder(placed) => self.claim_order(active, *placed).await,
            Effect::KeepWaiting { claimed, again_in } => self.keep_waiting(active, *claimed, again_in).await,
            Effect::TakeBack { order, then } => self.take_back(active, *order, then).await,
            Effect::Leave { url, eid, memo } => {
                active.login.leave_for(eid, memo);
                self.note_sent(&active, eid);
                self.done(active, Step::Leave { url, eid }).await
            }
            Effect::AskPassword { state, secret } => {
                active.login.phase = Phase::SigningIn { state, secret };
                self.note_sent(&active, LoginMethod::TEST_USER);
                let step = active.show();
                self.done(active, step).await
            }
            Effect::Trouble { eid, trouble, spent } => self.trouble(active, (eid, trouble), spent).await,
            Effect::BeginAgain { cause, eid, spent } => self.begin_again(active, (cause, eid), spent).await,
            Effect::AwaitConsent { waiting, spent } => self.await_consent(active, *waiting, spent).await,
            Effect::Grant(granted) => self.give_code(active, *granted).await,
            Effect::Refuse { cause, trace, spent } => self.give_error(active, (cause, trace), spent).await,
            Effect::Repeat(kept) => self.repeat(active, *kept).await,
        }
    }

    async fn done<'a>(&self, active: ActiveLogin<'a>, step: Step) -> Result<Settled<'a>, Refusal> {
        self.respond(active, step).await.map(Settled::Done)
    }

    /// Counts a login; a trial is none.
    pub(super) fn count(&self, active: &ActiveLogin<'_>, method: LoginMethod, outcome: &'static str) {
        if active.wanted.trial.is_none() {
            self.counters.login(method, outcome);
        }
    }

    fn note_sent(&self, active: &ActiveLogin<'_>, method: LoginMethod) {
        self.count(active, method, "started");
        self.note_of(active, Kind::SentToEid, Some(method), None);
    }

    /// Spends on its own, where nothing is minted.
    async fn spend_alone(&self, active: &ActiveLogin<'_>, spent: ConsumedOnce) -> Result<bool, Refusal> {
        let (tenant, now) = (active.issuer.tenant, active.context.now);
        Ok(self.store.write(move |tx| spend(tx, tenant, &spent, now)).await?)
    }

    /// Keeps an order; from now on the login's own page asks.
    async fn begin_order<'a>(
        &self,
        mut active: ActiveLogin<'a>,
        eid: LoginMethod,
        (order, again_in): (Order, Duration),
    ) -> Result<Settled<'a>, Refusal> {
        let key: [u8; 32] = self.random.bytes();
        let row = self.order_row(&active, &key, (&order, again_in))?;
        self.store.write(move |tx| eid_orders::insert(tx, &row)).await?;
        active.login.phase = Phase::Polling { eid, key };
        self.note_sent(&active, eid);
        let step = active.show();
        self.done(active, step).await
    }

    /// Takes the lease of an order. Whoever does not get it shows the page as it is kept.
    async fn claim_order<'a>(
        &self,
        active: ActiveLogin<'a>,
        placed: PlacedOrder,
    ) -> Result<Settled<'a>, Refusal> {
        let lease = LeaseId::from_bytes(self.random.bytes());
        let (tenant, digest, now) = (active.issuer.tenant, placed.digest, active.context.now);
        let claim = move |tx: &mut WriteTx<'_>| eid_orders::claim(tx, (tenant, &digest), lease, now);
        let Some(row) = self.store.write(claim).await? else {
            let step = Step::OpenApp(active.app_prompt(placed.eid, &placed.order));
            return Ok(Settled::Done(active.unchanged(step)));
        };
        let claimed = Box::new(self.claimed(active.issuer, placed, row)?);
        Ok(Settled::Next(Box::new(active.decide(Decision::Collect(claimed)))))
    }

    /// Keeps what the eID said and gives the lease back. Whoever lost the lease meanwhile changes nothing.
    async fn keep_waiting<'a>(
        &self,
        active: ActiveLogin<'a>,
        claimed: Claimed,
        again_in: Duration,
    ) -> Result<Settled<'a>, Refusal> {
        let step = Step::OpenApp(active.app_prompt(claimed.placed.eid, &claimed.placed.order));
        let row = self.asked_row(&active, claimed, again_in)?;
        self.store.write(move |tx| eid_orders::save(tx, &row)).await?;
        Ok(Settled::Done(active.unchanged(step)))
    }

    /// Spends an order, and then takes it back at the eID: whoever spends it does so once.
    async fn take_back<'a>(
        &self,
        mut active: ActiveLogin<'a>,
        order: ToTakeBack,
        then: AfterOrder,
    ) -> Result<Settled<'a>, Refusal> {
        let spent = ConsumedOnce::Order(order.digest);
        let settled = match then {
            AfterOrder::GoBack => {
                let why = (Cause::PersonWentBack, active.context.trace);
                let settled = self.give_error(active, why, Some(spent)).await?;
                if matches!(settled, Settled::Next(_)) {
                    return Ok(settled);
                }
                settled
            }
            AfterOrder::SendTo(_) | AfterOrder::Choose if !self.spend_alone(&active, spent).await? => {
                return Ok(Settled::Next(Box::new(active.decide(Decision::AnswerAgain))));
            }
            AfterOrder::SendTo(eid) => {
                active.login.phase = Phase::Choosing;
                Settled::Next(Box::new(active.decide(Decision::SendTo(eid))))
            }
            AfterOrder::Choose => {
                active.login.phase = Phase::Choosing;
                let step = active.show();
                self.done(active, step).await?
            }
        };
        if let Some(connector) = order.connector {
            connector.cancel(&order.memo).await;
        }
        Ok(settled)
    }

    /// Shows trouble on our page, or sends it straight back where the application wants no such pages.
    async fn trouble<'a>(
        &self,
        mut active: ActiveLogin<'a>,
        (eid, trouble): (LoginMethod, Trouble),
        spent: Option<ConsumedOnce>,
    ) -> Result<Settled<'a>, Refusal> {
        self.count(&active, eid, trouble.as_str());
        let (cause, trace) = (cause_of(trouble), active.context.trace);
        if !active.application.settings.shows_error_pages() {
            return self.give_error(active, (cause, trace), spent).await;
        }
        if let Some(spent) = spent
            && !self.spend_alone(&active, spent).await?
        {
            return Ok(over(active));
        }
        self.note_of(&active, Kind::Trouble, Some(eid), Some(cause));
        active.login.phase = Phase::Trouble { eid, trouble, trace: trace.bytes() };
        let step = active.show();
        self.done(active, step).await
    }

    /// Spends the state of an answer that cannot be redeemed; the person can start anew.
    async fn begin_again<'a>(
        &self,
        mut active: ActiveLogin<'a>,
        (cause, eid): (Cause, LoginMethod),
        spent: ConsumedOnce,
    ) -> Result<Settled<'a>, Refusal> {
        if !self.spend_alone(&active, spent).await? {
            return Ok(over(active));
        }
        self.note_of(&active, Kind::Failed, None, Some(cause));
        active.login.phase = Phase::Over { answer: None };
        let ended = Ended::of(cause, Some((&active.application, active.issuer)));
        let ended = Ended {
            restart: Some(active.name.clone()),
            eid: Some(eid),
            application: Some(active.shown()),
            ..ended
        };
        self.done(active, Step::Ended(ended)).await
    }

    /// Puts the proved person aside; spends the state.
    async fn await_consent<'a>(
        &self,
        mut active: ActiveLogin<'a>,
        waiting: Waiting,
        spent: ConsumedOnce,
    ) -> Result<Settled<'a>, Refusal> {
        let (key, eid): ([u8; 32], _) = (self.random.bytes(), waiting.grant.proof.eid);
        let row = self.waiting_row(&active, &key, &waiting)?;
        let (tenant, now) = (active.issuer.tenant, active.context.now);
        let phase = Phase::Consent { key, listed: Scopes::default() };
        let kept = self.kept_answer(&active, FormAnswer::Show, &phase, None)?;
        let first = self.store.write(move |tx| {
            let first = spend(tx, tenant, &spent, now)?;
            if first {
                awaiting_consents::insert(tx, &row)?;
                kept.iter().try_for_each(|kept| kept_answers::insert(tx, kept))?;
            }
            Ok::<_, StoreError>(first)
        });
        if !first.await? {
            return Ok(Settled::Next(Box::new(active.decide(Decision::AnswerAgain))));
        }
        self.note_of(&active, Kind::Proved, Some(eid), None);
        active.login.phase = phase;
        let step = active.show();
        self.done(active, step).await
    }

    /// Spends what the code costs, inserts it with the session that the proof makes, and answers.
    async fn give_code<'a>(
        &self,
        mut active: ActiveLogin<'a>,
        granted: Granted,
    ) -> Result<Settled<'a>, Refusal> {
        let Granted { grant, paid, session, kind } = granted;
        if let Some(answer) = self.trial_grant(&active, &grant)? {
            return self.give_trial_answer(active, answer, paid).await;
        }
        let is_session = matches!(paid, ConsumedOnce::Session(..));
        let mint = Mint {
            issuer: active.issuer,
            application: &active.application,
            random: &self.random,
            now: active.context.now,
        };
        let MintedCode { code, row } = mint_code(mint, &grant)?;
        let (tenant, now) = (active.issuer.tenant, active.context.now);
        let parked = active.login.parked.as_ref().map(|it| Digest::of(&it.id));
        let rows = session.as_ref().map(NewSession::rows);
        let over = Phase::Over { answer: active.login.phase.form_secret() };
        let session = session.map(|it| SessionToKeep { session: it.cookie, framed: it.framed });
        let answer = FormAnswer::Code(code.expose().clone());
        let kept = self.kept_answer(&active, answer, &over, session.as_ref())?;
        let first = self.store.write(move |tx| {
            let first = pay(tx, tenant, (&paid, parked), now)?;
            if first {
                grants::insert(tx, &row)?;
                kept.iter().try_for_each(|kept| kept_answers::insert(tx, kept))?;
                if let Some(rows) = &rows {
                    rows.write(tx)?;
                }
            }
            Ok::<_, StoreError>(first)
        });
        if !first.await? {
            // A session that was ended a moment ago answers nothing: the login goes on as if it had not been.
            return Ok(Settled::Next(Box::new(match (is_session, active.wanted.prompt.none) {
                (false, _) => active.decide(Decision::AnswerAgain),
                (true, true) => active.refuse(Cause::NobodyLoggedIn),
                (true, false) => active.decide(Decision::GoOn),
            })));
        }
        self.counters.login(grant.proof.eid, "finished");
        self.note_of(&active, kind, Some(grant.proof.eid), None);
        active.login.phase = over;
        active.new_session = session;
        let answer = active.code_answer(code.expose());
        self.done(active, Step::Answer(answer)).await
    }

    /// Spends what the code would have cost, and gives the trial its answer.
    async fn give_trial_answer<'a>(
        &self,
        active: ActiveLogin<'a>,
        answer: AnswerRow,
        paid: ConsumedOnce,
    ) -> Result<Settled<'a>, Refusal> {
        let (tenant, now) = (active.issuer.tenant, active.context.now);
        let parked = active.login.parked.as_ref().map(|it| Digest::of(&it.id));
        let over = Phase::Over { answer: active.login.phase.form_secret() };
        let kept = self.kept_answer(&active, FormAnswer::Tried, &over, None)?;
        let written = self.store.write(move |tx| {
            if !pay(tx, tenant, (&paid, parked), now)? {
                return Ok(None);
            }
            let answered = answer.write(tx, tenant, now)?;
            if answered {
                kept.iter().try_for_each(|kept| kept_answers::insert(tx, kept))?;
            }
            Ok::<_, StoreError>(Some(answered))
        });
        match written.await? {
            None => Ok(Settled::Next(Box::new(active.decide(Decision::AnswerAgain)))),
            Some(answered) => self.trial_over(active, answered, None).await,
        }
    }

    /// The page after a trial. `answered`: this login gave its answer, and no other before it.
    async fn trial_over<'a>(
        &self,
        mut active: ActiveLogin<'a>,
        answered: bool,
        cause: Option<Cause>,
    ) -> Result<Settled<'a>, Refusal> {
        self.note_of(&active, Kind::TrialEnded, None, if answered { cause } else { Some(Cause::TrialGone) });
        active.login.phase = Phase::Over { answer: active.login.phase.form_secret() };
        let step = match &active.wanted.trial {
            Some(trial) if answered => trial_step(trial, active.shown()),
            _ => Step::Ended(Ended::of(Cause::TrialGone, Some((&active.application, active.issuer)))),
        };
        self.done(active, step).await
    }

    /// Spends what this login could still be answered with: its stored request, the state that it left with, the
    /// proof that waits. A login has one answer: `false` when another decision had spent the proof, or the state that
    /// this answer costs. Then whether the trial, if it is one, had no answer before this one.
    async fn spend_the_rest(
        &self,
        active: &ActiveLogin<'_>,
        (kept, cost): (Option<KeptAnswer>, Option<ConsumedOnce>),
        trial: Option<AnswerRow>,
    ) -> Result<(bool, bool), Refusal> {
        let parked = active.login.parked.as_ref().map(|it| Digest::of(&it.id));
        let until = active.login.started_at.after(LOGIN_FOR);
        let left = match &active.login.phase {
            Phase::AtEid { memo, .. } => Some(ConsumedOnce::State(Digest::of(&memo.state), until)),
            Phase::SigningIn { state, .. } => Some(ConsumedOnce::State(Digest::of(state), until)),
            Phase::Polling { key, .. } => Some(ConsumedOnce::Order(Digest::of(key))),
            Phase::Consent { key, .. } => Some(ConsumedOnce::Consent(Digest::of(key))),
            Phase::Choosing | Phase::Trouble { .. } | Phase::Over { .. } => None,
        };
        let decides = cost.is_some() || matches!(left, Some(ConsumedOnce::Consent(_)));
        let cost = cost.or(left);
        if parked.is_none() && cost.is_none() && trial.is_none() {
            return Ok((true, true));
        }
        let (tenant, now) = (active.issuer.tenant, active.context.now);
        let spent = self.store.write(move |tx| {
            let first = match &cost {
                Some(cost) => spend(tx, tenant, cost, now)?,
                None => true,
            };
            if let Some(digest) = parked {
                parked_requests::consume(tx, tenant, &digest, now)?;
            }
            if first {
                kept.iter().try_for_each(|kept| kept_answers::insert(tx, kept))?;
            }
            let may_answer = first || !decides;
            let answered = match &trial {
                Some(trial) if may_answer => trial.write(tx, tenant, now)?,
                _ => may_answer,
            };
            Ok::<_, StoreError>((may_answer, answered))
        });
        Ok(spent.await?)
    }

    /// Answers with an error; the login is over. A stored request is spent with it.
    async fn give_error<'a>(
        &self,
        mut active: ActiveLogin<'a>,
        (cause, trace): (Cause, TraceId),
        spent: Option<ConsumedOnce>,
    ) -> Result<Settled<'a>, Refusal> {
        let over = Phase::Over { answer: active.login.phase.form_secret() };
        let trial = self.trial_refusal(&active, (cause, trace))?;
        let answer = match &trial {
            None => FormAnswer::Error { cause: cause.id().to_owned(), trace: trace.bytes() },
            Some(_) => FormAnswer::Tried,
        };
        let kept = self.kept_answer(&active, answer, &over, None)?;
        let is_trial = trial.is_some();
        let (first, answered) = self.spend_the_rest(&active, (kept, spent), trial).await?;
        if !first {
            return Ok(Settled::Next(Box::new(active.decide(Decision::AnswerAgain))));
        }
        if is_trial {
            return self.trial_over(active, answered, Some(cause)).await;
        }
        let declined =
            matches!(cause, Cause::PersonWentBack | Cause::PersonCancelled | Cause::ConsentRefused);
        let kind = if declined { Kind::Declined } else { Kind::Failed };
        self.note_of(&active, kind, None, Some(cause));
        let answer = active.error_answer(cause, trace);
        active.login.phase = over;
        let refused = Refused::noted(cause, Some(active.application.client_id.clone()));
        self.done(active, Step::Refuse(answer, refused)).await
    }

    /// Gives the same answer again.
    async fn repeat<'a>(&self, mut active: ActiveLogin<'a>, kept: Kept) -> Result<Settled<'a>, Refusal> {
        let Kept { answer, login, wanted, session } = kept;
        (active.login, active.wanted) = (login, wanted);
        active.new_session = session
            .map(|(eid, value, framed)| SessionToKeep { session: SessionCookie { eid, value }, framed });
        let step = match answer {
            FormAnswer::Code(code) => Step::Answer(active.code_answer(&code)),
            FormAnswer::Error { cause, trace } => {
                let Some(cause) = Cause::parse(&cause) else { return Ok(over(active)) };
                let refused = Refused::noted(cause, Some(active.application.client_id.clone()));
                Step::Refuse(active.error_answer(cause, TraceId::from_bytes(trace)), refused)
            }
            FormAnswer::Show => active.show(),
            FormAnswer::Tried => match &active.wanted.trial {
                Some(trial) => trial_step(trial, active.shown()),
                None => return Ok(over(active)),
            },
        };
        self.done(active, step).await
    }
}
