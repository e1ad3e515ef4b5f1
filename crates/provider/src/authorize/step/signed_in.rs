//! Automation sign-in: a test user and a password, on test domains that allow it.
//!
//! It is a way to log in like an eID, with a page of ours in the eID's place: the same state is spent, the same rules
//! judge what was proved. What was proved is never more than a password (level none, an `acr` of its own).

use authority::SealedColumn;
use crypto::Digest;
use model::{EidEnvironment, LOGIN_FOR, Level, LoginMethod, Phase, Proof, TestUser, Trouble};
use store::test_users::{self, TestUserRow};

use super::{
    super::{
        Step,
        active_login::ActiveLogin,
        decision::{ConsumedOnce, Decided, Decision, Effect},
    },
    look::sign_in_ask,
};
use crate::{InternalError, Issuer, Provider, Refusal, RequestContext};

impl Provider {
    /// Takes what was typed. A wrong password, and a user who does not exist, look alike and take as long.
    pub(in crate::authorize) async fn signed_in<'a>(
        &self,
        active: ActiveLogin<'a>,
        username: &str,
        verify: impl AsyncFnOnce(Option<Vec<u8>>) -> bool,
    ) -> Result<Decided<'a>, Refusal> {
        let state = match active.login.phase {
            Phase::SigningIn { state, .. } => state,
            Phase::Over { .. } => return Ok(active.decide(Decision::AnswerAgain)),
            _ => return Ok(active.decide(Decision::Look)),
        };
        let (issuer, context) = (active.issuer, active.context);
        let spent = ConsumedOnce::State(Digest::of(&state), active.login.started_at.after(LOGIN_FOR));
        if !active.eids().contains(&LoginMethod::TEST_USER) {
            let (eid, trouble) = (LoginMethod::TEST_USER, Trouble::EidSwitchedOff);
            return Ok(active.settle(Effect::Trouble { eid, trouble, spent: Some(spent) }));
        }
        let attempt = self.attempt_by(issuer, username, context)?;
        self.admit_sign_in(context)?;
        let (tenant, domain, name) = (issuer.tenant, issuer.domain, username.to_owned());
        let row = self.store.read(move |tx| test_users::find_by_username(tx, tenant, domain, &name)).await?;
        let fits = verify(row.as_ref().map(|it| it.password_digest.clone())).await;
        if let Some(row) = row.filter(|_| fits) {
            let proof = proof(issuer, &row, context)?;
            return Ok(active.decide(Decision::Judge(Box::new(proof), spent)));
        }
        if let Some(attempt) = attempt {
            self.count_failure(issuer, attempt, context).await?;
        }
        let step = Step::SignIn(sign_in_ask(&active, Some(username.to_owned())));
        Ok(active.settle(Effect::Show(step)))
    }
}

fn proof(issuer: &Issuer, row: &TestUserRow, context: &RequestContext) -> Result<Proof, InternalError> {
    let opened = issuer.opened.unseal(&SealedColumn::TestUserClaims(row.id), &row.sealed_claims).ok();
    let user = opened.and_then(|it| TestUser::parse(row.id, &row.username, it.expose()));
    let user = user.ok_or_else(|| InternalError::new("the claims of a test user do not open"))?;
    Ok(Proof {
        eid: LoginMethod::TEST_USER,
        environment: EidEnvironment::Sandbox,
        stable_id: user.id.to_string(),
        level: Level::None,
        amr: vec!["pwd".to_owned()],
        authenticated_at: context.now,
        person: user.claims,
        token: None,
    })
}
