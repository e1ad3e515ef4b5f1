//! The person looks at where the login stands: the page for it.

use model::{EidStatus, LoginMethod, Phase, scopes_of_named};
use oidc::{Scope, Scopes};

use super::super::{
    Choice, ConsentAsk, Selection, SharedClaim, SignInAsk, Step, TroubleAt,
    active_login::Work,
    decision::{Decided, Decision, Effect, cause_of},
};
use crate::{Provider, Refusal, TraceId};

/// What the page lists: what the application asked for, whether by scope or by name.
fn consent_ask(work: &Work<'_>) -> ConsentAsk {
    let wanted = &work.wanted;
    // The same rules that will release the claims, so nothing is released that was not listed.
    let (asked, birthdate): (Scopes, Scope) = if work.application.settings.is_compatible() {
        let given = wanted.eids().into_iter().map(|eid| model::compatible::given(eid, wanted.scopes));
        let later = wanted.scopes.iter().filter(|scope| *scope == Scope::OfflineAccess);
        (given.flat_map(Scopes::iter).chain(later).collect(), Scope::Birthdate)
    } else {
        (wanted.scopes.iter().chain(scopes_of_named(&wanted.claims)).collect(), Scope::Profile)
    };
    let rows = [
        (SharedClaim::Nin, Scope::Nin),
        (SharedClaim::Name, Scope::Profile),
        (SharedClaim::Birthdate, birthdate),
        (SharedClaim::Email, Scope::Email),
        (SharedClaim::Phone, Scope::Phone),
        (SharedClaim::Address, Scope::Address),
        (SharedClaim::EidSubject, Scope::EidSubject),
        (SharedClaim::OfflineAccess, Scope::OfflineAccess),
    ];
    let shared = rows.into_iter().filter(|(_, scope)| asked.has(*scope));
    ConsentAsk {
        login: work.name.clone(),
        application: work.application.name.clone(),
        shared: shared.map(|(kind, _)| kind).collect(),
    }
}

/// What stands on the sign-in page; `refused`: the username that did not get in.
pub(super) fn sign_in_ask(work: &Work<'_>, refused: Option<String>) -> SignInAsk {
    SignInAsk {
        login: work.name.clone(),
        application: work.application.name.clone(),
        refused,
        has_others: work.eids().len() > 1,
    }
}

impl Provider {
    /// Decides from the login alone what the person sees.
    pub(in crate::authorize) async fn look<'a>(&self, work: Work<'a>) -> Result<Decided<'a>, Refusal> {
        if work.login.phase == Phase::Choosing
            && let Some(effect) = self.resume(&work).await?
        {
            return Ok(work.settle(effect));
        }
        let step = match &work.login.phase {
            Phase::SigningIn { .. } if work.issuer.offers(LoginMethod::TEST_USER) => {
                Step::SignIn(sign_in_ask(&work, None))
            }
            Phase::Choosing | Phase::AtEid { .. } | Phase::SigningIn { .. } => {
                // A person who comes back from the eID by the back button chooses again.
                if let ([only], false) = (work.eids().as_slice(), work.wanted.prompt.select_account) {
                    let only = *only;
                    return Ok(work.decide(Decision::SendTo(only)));
                }
                Step::Select(self.selection(&work))
            }
            Phase::Consent { .. } => Step::Consent(consent_ask(&work)),
            Phase::Trouble { eid, trouble, trace } => Step::Trouble(TroubleAt {
                login: work.name.clone(),
                application: work.application.name.clone(),
                eid: *eid,
                cause: cause_of(*trouble),
                trace: TraceId::from_bytes(*trace),
                has_others: work.eids().len() > 1,
            }),
            Phase::Over { .. } => return Ok(work.settle(Effect::Over)),
        };
        Ok(work.settle(Effect::Show(step)))
    }
}

impl Provider {
    fn selection(&self, work: &Work<'_>) -> Selection {
        let choice = |eid| {
            let ask = work.wanted.ask(eid, work.application.settings.minimum_level);
            let source = work.issuer.sources.get(&eid);
            let health = self.eid_watch.health(source.and_then(|source| source.issuer.as_ref()));
            Choice {
                eid,
                level: ask.level,
                biometrics: ask.biometrics,
                is_down: health.status(work.call.now) == EidStatus::Down,
                notice: source.and_then(|source| source.notice.clone()),
            }
        };
        Selection {
            login: work.name.clone(),
            application: work.application.name.clone(),
            choices: work.eids().into_iter().map(choice).collect(),
        }
    }
}
