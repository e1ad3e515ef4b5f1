//! Automation sign-in: a test user and a password, on test domains that allow it.
//!
//! It is a way to log in like an eID, with a page of ours in the eID's place: the same state is spent, the same rules
//! judge what was proved. What was proved is never more than a password (level none, an `acr` of its own).

use authority::SealedColumn;
use crypto::Digest;
use model::{EidEnvironment, Level, LoginMethod, Phase, Proof, TestUser, Trouble};
use store::test_users::{self, TestUserRow};

use super::{
    super::{
        Step,
        active_login::Work,
        decision::{Decided, Decision, Effect},
        jar::LOGIN_FOR,
    },
    look::sign_in_ask,
};
use crate::{Call, Fault, Issuer, Provider, Refusal};

impl Provider {
    /// Takes what was typed. A wrong password, and a user who does not exist, look alike and take as long.
    pub(in crate::authorize) async fn signed_in<'a>(
        &self,
        work: Work<'a>,
        username: &str,
        verify: impl AsyncFnOnce(Option<Vec<u8>>) -> bool,
    ) -> Result<Decided<'a>, Refusal> {
        let state = match work.login.phase {
            Phase::SigningIn { state, .. } => state,
            Phase::Over { .. } => return Ok(work.decide(Decision::AnswerAgain)),
            _ => return Ok(work.decide(Decision::Look)),
        };
        let (issuer, call) = (work.issuer, work.call);
        let spent = (Digest::of(&state), work.login.started_at.after(LOGIN_FOR));
        if !work.eids().contains(&LoginMethod::TEST_USER) {
            let (eid, trouble) = (LoginMethod::TEST_USER, Trouble::EidSwitchedOff);
            return Ok(work.settle(Effect::Trouble { eid, trouble, spent: Some(spent) }));
        }
        let attempt = self.attempt_by(issuer, username, call)?;
        self.admit_sign_in(call)?;
        let (tenant, domain, name) = (issuer.tenant, issuer.domain, username.to_owned());
        let row = self.store.read(move |tx| test_users::find_by_username(tx, tenant, domain, &name)).await?;
        let fits = verify(row.as_ref().map(|it| it.password_digest.clone())).await;
        if let Some(row) = row.filter(|_| fits) {
            let proof = proof(issuer, &row, call)?;
            return Ok(work.decide(Decision::Judge(Box::new(proof), spent)));
        }
        if let Some(attempt) = attempt {
            self.count_failure(issuer, attempt, call).await?;
        }
        let step = Step::SignIn(sign_in_ask(&work, Some(username.to_owned())));
        Ok(work.settle(Effect::Show(step)))
    }
}

fn proof(issuer: &Issuer, row: &TestUserRow, call: &Call) -> Result<Proof, Fault> {
    let opened = issuer.opened.unseal(&SealedColumn::TestUserClaims(row.id), &row.sealed_claims).ok();
    let user = opened.and_then(|it| TestUser::parse(row.id, &row.username, it.expose()));
    let user = user.ok_or_else(|| Fault::new("the claims of a test user do not open"))?;
    Ok(Proof {
        eid: LoginMethod::TEST_USER,
        environment: EidEnvironment::Sandbox,
        stable_id: user.id.to_string(),
        level: Level::None,
        amr: vec!["pwd".to_owned()],
        authenticated_at: call.now,
        person: user.claims,
    })
}
