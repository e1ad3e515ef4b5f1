//! Client secrets that somebody brings: by their digest, or made anew. Those that there are stay.

use changes::client_secrets::MOST_LIVE;
use crypto::{Digest, b64};
use model::ClientAuthentication;
use serde_json::json;
use texts::AdminMessage;

use super::{
    applications::Planned,
    compared::{Object, state_of_secrets},
    plan::{Verb, named},
    planned_write::PlannedWrite,
    planner::{Planner, TargetDomain},
};
use crate::{Refusal, Tenant};

/// A secret that an application shall have.
pub(crate) enum SecretChange {
    /// The one with this digest.
    Digest(Digest),
    /// Any: one is made where there is none beside those that are named.
    New,
}

/// Reads SHA-256 as 64 hexadecimal digits.
pub(crate) fn digest(text: &str) -> Option<Digest> {
    let bytes = text.as_bytes();
    if bytes.len() != 64 {
        return None;
    }
    let pairs = bytes.chunks(2).map(|pair| {
        let pair = std::str::from_utf8(pair).ok().filter(|it| it.bytes().all(|it| it.is_ascii_hexdigit()))?;
        u8::from_str_radix(pair, 16).ok()
    });
    Digest::from_slice(&pairs.collect::<Option<Vec<u8>>>()?)
}

/// What an entry says of an application's secrets.
pub(crate) struct SaidSecrets<'a> {
    pub(crate) wanted: Vec<SecretChange>,
    /// Where it says so.
    pub(crate) path: &'a str,
}

impl Planner<'_> {
    /// Reads a secret of an import: `{"sha256": "…"}` or `"new"`.
    pub(crate) fn wanted_secret(&mut self, value: &serde_json::Value, path: &str) -> Option<SecretChange> {
        if value.as_str() == Some("new") {
            return Some(SecretChange::New);
        }
        let members = value.as_object().filter(|it| it.len() == 1);
        let Some(text) = members.and_then(|it| it.get("sha256")).and_then(serde_json::Value::as_str) else {
            self.faults.wrong(path, AdminMessage::SecretFormInvalid);
            return None;
        };
        let path = format!("{path}.sha256");
        let Some(digest) = digest(text) else {
            self.faults.wrong(&path, AdminMessage::SecretDigestInvalid);
            return None;
        };
        self.named_secret(digest, &path)
    }

    /// The secret with this digest, unless it is the empty one.
    pub(crate) fn named_secret(&mut self, digest: Digest, path: &str) -> Option<SecretChange> {
        if digest == Digest::of(b"") {
            self.faults.wrong(path, AdminMessage::SecretEmpty);
            return None;
        }
        Some(SecretChange::Digest(digest))
    }

    /// Plans the secrets of an application.
    pub(crate) async fn secrets(
        &mut self,
        (tenant, place): (&Tenant, &TargetDomain),
        application: &Planned,
        said: SaidSecrets<'_>,
    ) -> Result<(), Refusal> {
        let SaidSecrets { wanted, path } = said;
        let needs_one = application.settings.authentication == ClientAuthentication::ClientSecret;
        if wanted.is_empty() && !needs_one {
            return Ok(());
        }
        if !needs_one {
            self.faults.wrong(path, AdminMessage::SecretsUnused);
            return Ok(());
        }
        let (tenant_id, id, now) = (tenant.id, application.id, self.now);
        let live = self
            .console
            .store
            .read(move |tx| store::client_secrets::list_live(tx, tenant_id, id, now))
            .await?;
        let name = named(&place.host, &application.client_id);
        self.plan.compare(tenant_id, Object::Secrets(id), name, Some(state_of_secrets(&live)));
        if wanted.is_empty() {
            if live.is_empty() {
                self.plan.note(
                    AdminMessage::ApplicationWithoutSecret.at(named(&place.host, &application.client_id)),
                );
            }
            return Ok(());
        }
        let named_ones: Vec<Digest> = wanted
            .iter()
            .filter_map(|it| if let SecretChange::Digest(it) = it { Some(*it) } else { None })
            .collect();
        let mut missing: Vec<Option<Digest>> = Vec::new();
        for digest in &named_ones {
            if missing.contains(&Some(*digest)) || live.iter().any(|it| it.secret_digest == *digest) {
                continue;
            }
            missing.push(Some(*digest));
        }
        let others = live.iter().any(|it| !named_ones.contains(&it.secret_digest));
        if wanted.iter().any(|it| matches!(it, SecretChange::New)) && !others {
            // Made when the plan is carried out, for the actor who does that.
            missing.push(None);
        }
        if live.len() + missing.len() > MOST_LIVE {
            self.faults.wrong(path, AdminMessage::SecretsTooMany { most: MOST_LIVE.into() });
            return Ok(());
        }
        self.insert_secrets((tenant, place), application, missing)
    }

    fn insert_secrets(
        &mut self,
        (tenant, place): (&Tenant, &TargetDomain),
        planned: &Planned,
        digests: Vec<Option<Digest>>,
    ) -> Result<(), Refusal> {
        for digest in digests {
            let name = named(&place.host, &planned.client_id);
            self.plan.change(Verb::Create, "client secret", name, json!({}));
            let (application, client_id) = (planned.id, planned.client_id.clone());
            let digest = digest.map(|it| b64::encode(it.as_bytes()));
            self.step(tenant, PlannedWrite::AddSecret { application, client_id, digest })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::digest;
    use crypto::Digest;

    #[test]
    fn a_digest_is_sixty_four_hexadecimal_digits() {
        let text = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";
        assert_eq!(digest(text), Some(Digest::of(b"secret")));
        assert_eq!(digest(&text.to_uppercase()), digest(text));
        for wrong in ["", &text[1..], &format!("{text}0"), &text.replace('2', "+"), &"æ".repeat(32)] {
            assert_eq!(digest(wrong), None, "{wrong}");
        }
    }
}
