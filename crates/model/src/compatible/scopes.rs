//! What is asked for, and what an eID's table gives of that.

use oidc::{Scope, Scopes};

use super::{CompatibleSettings, tables::table};
use crate::LoginMethod;

/// The scopes of a request. With dynamic scopes those that it names, otherwise all, the number by its setting; names
/// are always among them. Words that are not known were left out before.
pub fn wanted_scopes(settings: &CompatibleSettings, requested: Scopes) -> Scopes {
    const ASKABLE: [Scope; 4] = [Scope::Email, Scope::Phone, Scope::Address, Scope::Birthdate];
    let always = [Scope::Openid, Scope::Profile];
    if settings.dynamic_scopes {
        let named = ASKABLE.into_iter().chain([Scope::Nin]).filter(|scope| requested.has(*scope));
        return always.into_iter().chain(named).collect();
    }
    let number = settings.ssn.then_some(Scope::Nin);
    always.into_iter().chain(ASKABLE).chain(number).collect()
}

/// The kinds of information that an eID's tokens show for these scopes.
pub fn given(eid: LoginMethod, scopes: Scopes) -> Scopes {
    let shown = table(eid).rules.iter().filter(|rule| rule.always || scopes.has(rule.scope));
    shown.map(|rule| rule.scope).collect()
}

#[cfg(test)]
mod tests {
    use super::{given, wanted_scopes};
    use crate::{CompatibleSettings, LoginMethod};
    use oidc::{Scope, Scopes};

    #[test]
    fn static_scopes_are_all_whatever_was_asked_and_the_number_is_a_setting() {
        let mut settings = CompatibleSettings::default();
        let requested = Scopes::parse("openid ssn");
        assert!(!wanted_scopes(&settings, requested).has(Scope::Nin));
        assert!(wanted_scopes(&settings, requested).has(Scope::Email));
        settings.ssn = true;
        assert!(wanted_scopes(&settings, Scopes::default()).has(Scope::Nin));
    }

    #[test]
    fn dynamic_scopes_are_those_that_were_asked_and_names() {
        let settings =
            CompatibleSettings { dynamic_scopes: true, ssn: true, ..CompatibleSettings::default() };
        let wanted = wanted_scopes(&settings, Scopes::parse("openid email ssn"));
        assert_eq!(wanted, [Scope::Openid, Scope::Profile, Scope::Email, Scope::Nin].into_iter().collect());
        assert!(!wanted_scopes(&settings, Scopes::parse("openid")).has(Scope::Nin));
    }

    #[test]
    fn an_eid_gives_what_is_in_its_table() {
        let all = wanted_scopes(&CompatibleSettings::default(), Scopes::default());
        let bankid = given(LoginMethod::NO_BANKID, all);
        assert!(bankid.has(Scope::EidSubject) && bankid.has(Scope::Birthdate) && !bankid.has(Scope::Email));
        assert!(
            given(LoginMethod::NO_VIPPS, all).has(Scope::Email)
                && !given(LoginMethod::NO_VIPPS, all).has(Scope::EidSubject)
        );
        let few = Scopes::parse("openid profile");
        assert!(
            given(LoginMethod::NO_BANKID, few).has(Scope::Birthdate)
                && !given(LoginMethod::NO_VIPPS, few).has(Scope::Birthdate)
        );
    }
}
