//! Automation sign-in: a test user and a password, on test domains that allow it.
//!
//! It is a way to log in like an eID, with a page of ours in the eID's place: the same state is spent, the same rules
//! judge what was proved. What was proved is never more than a password (level none, an `acr` of its own).

use crypto::Digest;
use model::{Eid, EidEnvironment, Level, Memo, Phase, Proof, TestUser, Trouble};
use store::{
    login_events::Kind,
    test_users::{self, TestUserRow},
};

use super::{
    Brought, SignInAsk, Step, Turn,
    jar::{Jar, LOGIN_FOR},
    start::Work,
};
use crate::{Call, Fault, Issuer, Provider, Refusal};

/// What stands on the page; `refused`: the username that did not get in.
pub(super) fn sign_in_ask(work: &Work<'_>, refused: Option<String>) -> SignInAsk {
    SignInAsk {
        login: work.name.clone(),
        application: work.application.name.clone(),
        refused,
        has_others: work.eids().len() > 1,
    }
}

impl Provider {
    /// Asks for username and password, with a new state to spend.
    pub(super) async fn ask_password(&self, mut work: Work<'_>) -> Result<Turn, Refusal> {
        let memo = Memo {
            state: self.random.bytes(),
            nonce: self.random.bytes(),
            verifier: self.random.bytes(),
            client: [0; 16],
            started_at: work.call.now,
        };
        self.tally.login(Eid::Automation, "started");
        self.note_of(&work, Kind::SentToEid, Some(Eid::Automation), None);
        work.login.leave_for(Eid::Automation, memo);
        let login = work.name.clone();
        self.turn(work, Step::Show { login }).await
    }

    /// Takes what was typed: into which login, and the username. A wrong password, and a user who does not exist, look
    /// alike and take as long.
    ///
    /// `verify` says whether the password is the one with this digest, or with none; it takes tens of milliseconds, so
    /// let it work where nobody waits.
    ///
    /// # Errors
    /// [`Refusal::TooMany`] for an address that keeps guessing; [`Refusal::Busy`], [`Refusal::Internal`].
    pub async fn sign_in(
        &self,
        issuer: &Issuer,
        (login, username): (&str, &str),
        verify: impl AsyncFnOnce(Option<Vec<u8>>) -> bool,
        (brought, call): (&Brought, &Call),
    ) -> Result<Turn, Refusal> {
        let jar = Jar::open(issuer, brought, call.now);
        let Some(opened) = jar.find(login).cloned() else {
            return self.lost(issuer, (&jar, login), call).await;
        };
        let Some(mut work) = self.take_up(issuer, &opened, jar, call).await? else {
            return self.answer_gone_again(issuer, (opened, username), brought, call).await;
        };
        work.sent = Some(username.to_owned());
        let memo = match work.login.phase.clone() {
            Phase::AtEid { eid: Eid::Automation, memo } => memo,
            Phase::Over { .. } => return self.answer_again(work).await,
            _ => return self.next_step(work).await,
        };
        let spent = (Digest::of(&memo.state), work.login.started_at.after(LOGIN_FOR));
        if !work.eids().contains(&Eid::Automation) {
            return self.trouble(work, (Eid::Automation, Trouble::EidSwitchedOff), Some(spent)).await;
        }
        let attempt = self.attempt_by(issuer, username, call)?;
        self.admit_sign_in(call)?;
        let (tenant, domain, name) = (issuer.tenant, issuer.domain, username.to_owned());
        let row = self.store.read(move |tx| test_users::find_by_username(tx, tenant, domain, &name)).await?;
        let fits = verify(row.as_ref().map(|it| it.password_digest.clone())).await;
        match row.filter(|_| fits) {
            Some(row) => {
                let proof = proof(issuer, &row, call)?;
                self.judge(work, proof, spent).await
            }
            None => {
                if let Some(attempt) = attempt {
                    self.count_failure(issuer, attempt, call).await?;
                }
                let step = Step::SignIn(sign_in_ask(&work, Some(username.to_owned())));
                self.turn(work, step).await
            }
        }
    }
}

fn proof(issuer: &Issuer, row: &TestUserRow, call: &Call) -> Result<Proof, Fault> {
    let opened = TestUser::open(&issuer.seal, (row.tenant_id, row.id), &row.username, &row.sealed_claims);
    let user = opened.ok_or_else(|| Fault::new("the claims of a test user do not open"))?;
    Ok(Proof {
        eid: Eid::Automation,
        environment: EidEnvironment::Sandbox,
        stable_id: user.id.to_string(),
        level: Level::None,
        amr: vec!["pwd".to_owned()],
        authenticated_at: call.now,
        person: user.claims,
    })
}
