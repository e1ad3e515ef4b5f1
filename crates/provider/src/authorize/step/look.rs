//! The person looks at where the login stands: the page for it.

use model::{EidStatus, LoginMethod, Phase, scopes_of_named};
use oidc::{Scope, Scopes};

use super::super::{
    Choice, ConsentAsk, PasswordPrompt, Selection, SharedClaim, Step, TroubleAt,
    active_login::ActiveLogin,
    decision::{Decided, Decision, Effect, cause_of},
};
use crate::{Provider, Refusal, TraceId};

/// What the page lists: what the application asked for, whether by scope or by name; and the scope of a birth date.
fn listed(active: &ActiveLogin<'_>) -> (Scopes, Scope) {
    let wanted = &active.wanted;
    // The same rules that will release the claims, so nothing is released that was not listed.
    if active.application.settings.is_compatible() {
        let given = wanted.eids().into_iter().map(|eid| model::compatible::given(eid, wanted.scopes));
        let later = wanted.scopes.iter().filter(|scope| *scope == Scope::OfflineAccess);
        (given.flat_map(Scopes::iter).chain(later).collect(), Scope::Birthdate)
    } else {
        (wanted.scopes.iter().chain(scopes_of_named(&wanted.claims)).collect(), Scope::Profile)
    }
}

/// The legal ground of the application, or else of the eID that does not ask the person itself.
fn legal_ground(active: &ActiveLogin<'_>) -> Option<String> {
    let own = active.application.settings.nin_legal_ground.clone();
    let asking = || active.eids().into_iter().filter(|eid| !eid.asks_for_nin());
    let of_source = || {
        let sources = asking().filter_map(|eid| active.issuer.sources.get(&eid));
        sources.filter_map(|it| it.settings.nin_legal_ground.clone()).next()
    };
    own.or_else(of_source)
}

fn consent_ask(active: &ActiveLogin<'_>, (asked, birthdate): (Scopes, Scope)) -> ConsentAsk {
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
        login: active.name.clone(),
        application: active.shown(),
        shared: shared.map(|(kind, _)| kind).collect(),
        legal_ground: legal_ground(active),
    }
}

/// What stands on the sign-in page; `refused`: the username that did not get in.
pub(super) fn sign_in_ask(active: &ActiveLogin<'_>, refused: Option<String>) -> PasswordPrompt {
    PasswordPrompt {
        login: active.name.clone(),
        application: active.shown(),
        refused,
        has_others: active.eids().len() > 1,
    }
}

impl Provider {
    /// Decides from the login alone what the person sees.
    pub(in crate::authorize) async fn look<'a>(
        &self,
        mut active: ActiveLogin<'a>,
    ) -> Result<Decided<'a>, Refusal> {
        if active.login.phase == Phase::Choosing
            && let Some(effect) = self.resume(&active).await?
        {
            return Ok(active.settle(effect));
        }
        let step = match &active.login.phase {
            Phase::SigningIn { .. } if active.issuer.offers(LoginMethod::TEST_USER) => {
                Step::SignIn(sign_in_ask(&active, None))
            }
            Phase::Choosing | Phase::AtEid { .. } | Phase::SigningIn { .. } => {
                // A person who comes back from the eID by the back button chooses again.
                if let ([only], false) = (active.eids().as_slice(), active.wanted.prompt.select_account) {
                    let only = *only;
                    return Ok(active.decide(Decision::SendTo(only)));
                }
                Step::Select(self.selection(&active))
            }
            Phase::Consent { key, .. } => {
                let (key, asked) = (*key, listed(&active));
                active.login.phase = Phase::Consent { key, listed: asked.0 };
                Step::Consent(consent_ask(&active, asked))
            }
            Phase::Trouble { eid, trouble, trace } => Step::Trouble(TroubleAt {
                login: active.name.clone(),
                application: active.shown(),
                eid: *eid,
                cause: cause_of(*trouble),
                trace: TraceId::from_bytes(*trace),
                has_others: active.eids().len() > 1,
            }),
            Phase::Polling { .. } => return Ok(active.decide(Decision::Wait)),
            Phase::Over { .. } => return Ok(active.settle(Effect::Over)),
        };
        Ok(active.settle(Effect::Show(step)))
    }
}

impl Provider {
    fn selection(&self, active: &ActiveLogin<'_>) -> Selection {
        let choice = |eid| {
            let ask = active.ask(eid);
            let source = active.issuer.sources.get(&eid);
            let health = self.eid_watch.health(source.and_then(|source| source.issuer.as_ref()));
            Choice {
                eid,
                name: source.and_then(|source| source.settings.display_name.clone()),
                level: ask.level,
                biometrics: ask.biometrics,
                is_down: health.status(active.context.now) == EidStatus::Down,
                notice: source.and_then(|source| source.settings.notice.clone()),
                button: source.filter(|it| it.own_button).and_then(|_| eid.button()),
            }
        };
        Selection {
            login: active.name.clone(),
            application: active.shown(),
            choices: active.eids().into_iter().map(choice).collect(),
        }
    }
}
