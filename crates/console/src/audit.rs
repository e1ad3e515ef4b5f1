//! The audit trail: read and verified.

use std::collections::BTreeSet;

use authority::{InstallationPermit, Permission, Permit, chain_key};
use crypto::Digest;
use model::{Action, AuditContext, AuditEvent, INSTALLATION, TenantId, Timestamp, head_mac};
use serde_json::json;
use store::{
    StoreError,
    audit_events::{self, Link},
};
use texts::{Noun, Outcome};

use crate::{Console, Refusal};

/// How many links are read at once.
const AT_ONCE: u32 = 1_000;

/// What is wrong with a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChainTrouble {
    /// A number is missing or stands twice.
    Gap(i64),
    /// A link does not follow from its contents and the link before.
    Changed(i64),
    /// The head says otherwise than the last link.
    Head {
        /// The last link there is.
        last: i64,
        /// What the head says.
        head: i64,
    },
    /// The head's authentication does not fit: it was written without the master key.
    Forged,
    /// The address or name of a link was removed, and no link tells of it.
    PersonalGone(i64),
    /// A tenant's chain has no link, though the making of the tenant is one.
    Gone,
}

impl ChainTrouble {
    /// Says it.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Gap(link) => Outcome::ChainGap { link: link.to_string().into() },
            Self::Changed(link) => Outcome::ChainChanged { link: link.to_string().into() },
            Self::Head { last, head } => {
                Outcome::ChainHead { last: last.to_string().into(), head: head.to_string().into() }
            }
            Self::Forged => Outcome::ChainForged,
            Self::PersonalGone(link) => Outcome::ChainPersonalGone { link: link.to_string().into() },
            Self::Gone => Outcome::ChainGone,
        }
    }
}

/// What a walk over a chain found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChainVerdict {
    /// Every link follows from the one before it.
    Intact(Verified),
    /// The first thing that is wrong.
    Broken(ChainTrouble),
}

impl ChainVerdict {
    /// The chain, when it is intact.
    pub fn intact(self) -> Option<Verified> {
        match self {
            Self::Intact(verified) => Some(verified),
            Self::Broken(_) => None,
        }
    }

    /// What is wrong, when it is broken.
    pub fn trouble(self) -> Option<ChainTrouble> {
        match self {
            Self::Intact(_) => None,
            Self::Broken(trouble) => Some(trouble),
        }
    }
}

/// A chain that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// How many links.
    pub links: i64,
    /// The last digest, in hexadecimal; 64 zeros for an empty chain. Keep it elsewhere: a later chain must have it
    /// in its place.
    pub head: String,
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|it| format!("{it:02x}")).collect()
}

/// Says whether a link follows from the one before.
fn follows(link: &Link, sequence: i64, previous: &[u8; 32]) -> Result<(), ChainTrouble> {
    if link.sequence != sequence {
        return Err(ChainTrouble::Gap(sequence));
    }
    let is_consistent = link.event.context.as_ref().is_none_or(AuditContext::is_consistent);
    if !is_consistent || AuditEvent::digest(&link.event, sequence, previous) != link.digest {
        return Err(ChainTrouble::Changed(sequence));
    }
    Ok(())
}

/// The object of the link that tells of an erasure.
fn erased_link(sequence: i64) -> String {
    format!("audit_event {sequence}")
}

/// Notes a link whose personal part is gone, and forgets those that a later link says were erased.
fn note_erased(gone: &mut BTreeSet<i64>, link: &Link) {
    let context = link.event.context.as_ref();
    if context.is_some_and(|it| it.personal_digest.is_some() && it.personal.is_none()) {
        gone.insert(link.sequence);
    }
    if link.event.action == Action::PersonalErased.as_str() {
        gone.retain(|sequence| erased_link(*sequence) != link.event.object);
    }
}

impl Console {
    /// Lists at most 1,000 links of a tenant's chain in their order, from the one that follows `after`.
    ///
    /// # Errors
    /// [`Refusal::Store`].
    pub async fn audit(&self, permit: &Permit, after: i64) -> Result<Vec<Link>, Refusal> {
        self.links(permit.tenant(Permission::ReadAudit)?.id, after).await
    }

    /// Lists links of the installation's own chain, as [`Console::audit`] does.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn installation_audit(
        &self,
        permit: &InstallationPermit,
        after: i64,
    ) -> Result<Vec<Link>, Refusal> {
        permit.check(Permission::ReadAudit)?;
        self.links(INSTALLATION, after).await
    }

    /// Erases where a change of a tenant came from and what its actor was called; the chain still holds. That it was
    /// erased is a change too.
    ///
    /// # Errors
    /// [`Refusal::NotFound`]: there is nothing to erase. [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn erase_personal(
        &self,
        permit: &Permit,
        sequence: i64,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let tenant = permit.tenant(Permission::ErasePersonal)?.id;
        let record = permit.record(Action::PersonalErased, erased_link(sequence), &json!({}), now);
        let erased = self.store.write(move |tx| {
            if !audit_events::remove_personal(tx, tenant, sequence)? {
                return Err(StoreError::NotFound);
            }
            record.append(tx)
        });
        erased.await.map_err(|error| Refusal::of(error, Noun::PersonalPart))
    }

    async fn links(&self, tenant: TenantId, after: i64) -> Result<Vec<Link>, Refusal> {
        Ok(self.store.read(move |tx| audit_events::list(tx, tenant, after, AT_ONCE)).await?)
    }

    /// Gives where a tenant's chain ends: how many links, and the last digest in hexadecimal. Kept elsewhere (a log), it
    /// shows later that nothing was cut off.
    ///
    /// # Errors
    /// [`Refusal::Store`].
    ///
    /// `tenant`: [`INSTALLATION`] for the installation's own.
    pub async fn audit_head(
        &self,
        permit: &InstallationPermit,
        tenant: TenantId,
    ) -> Result<Option<(i64, String)>, Refusal> {
        permit.check(Permission::ReadAudit)?;
        let head = self.store.read(move |tx| audit_events::find_head(tx, tenant)).await?;
        Ok(head.map(|head| (head.sequence, hex(&head.digest))))
    }

    /// Walks a tenant's whole chain.
    ///
    /// # Errors
    /// [`Refusal::Store`]. What is wrong with the chain is part of the verdict.
    pub async fn verify_audit(&self, permit: &Permit) -> Result<ChainVerdict, Refusal> {
        let tenant = permit.tenant(Permission::ReadAudit)?;
        let verified = self.verify_chain(tenant.id, tenant.opened().chain_key().expose()).await?;
        Ok(match verified {
            ChainVerdict::Intact(empty) if empty.links == 0 => ChainVerdict::Broken(ChainTrouble::Gone),
            verdict => verdict,
        })
    }

    /// Walks the installation's own chain.
    ///
    /// # Errors
    /// As [`Console::verify_audit`].
    pub async fn verify_installation_audit(
        &self,
        permit: &InstallationPermit,
    ) -> Result<ChainVerdict, Refusal> {
        permit.check(Permission::ReadAudit)?;
        self.verify_chain(INSTALLATION, chain_key(&self.master).expose()).await
    }

    async fn verify_chain(&self, tenant: TenantId, key: &[u8; 32]) -> Result<ChainVerdict, Refusal> {
        // Read first: what is appended meanwhile lies behind it.
        let head = self.store.read(move |tx| audit_events::find_head(tx, tenant)).await?;
        let end = head.as_ref().map_or(0, |head| head.sequence);
        let (mut last, mut previous) = (0, [0; 32]);
        let mut gone = BTreeSet::new();
        while last < end {
            let links = self.links(tenant, last).await?;
            let wanted: Vec<Link> = links.into_iter().filter(|link| link.sequence <= end).collect();
            if wanted.is_empty() {
                return Ok(ChainVerdict::Broken(ChainTrouble::Head { last, head: end }));
            }
            for link in wanted {
                if let Err(trouble) = follows(&link, last + 1, &previous) {
                    return Ok(ChainVerdict::Broken(trouble));
                }
                (last, previous) = (link.sequence, *link.digest.as_bytes());
                note_erased(&mut gone, &link);
            }
        }
        if !gone.is_empty() {
            // One that was erased a moment ago is told of behind the end.
            self.links(tenant, end).await?.iter().for_each(|link| note_erased(&mut gone, link));
        }
        if let Some(sequence) = gone.first() {
            return Ok(ChainVerdict::Broken(ChainTrouble::PersonalGone(*sequence)));
        }
        let Some(head) = head else {
            // A chain without a head had one: rows are never written without.
            let stray = !self.links(tenant, 0).await?.is_empty();
            let empty = Verified { links: 0, head: hex(&[0; 32]) };
            return Ok(if stray {
                ChainVerdict::Broken(ChainTrouble::Forged)
            } else {
                ChainVerdict::Intact(empty)
            });
        };
        let digest = Digest::from_slice(&previous);
        let mac = digest.map(|digest| head_mac(key, last, &digest));
        if head.digest != previous || mac.is_none_or(|mac| !crypto::same_bytes(&mac, &head.mac)) {
            return Ok(ChainVerdict::Broken(ChainTrouble::Forged));
        }
        let (beyond, now) = self
            .store
            .read(move |tx| {
                // The links first: one that is added in between moves the head too.
                let beyond = audit_events::list(tx, tenant, end, 1)?;
                Ok::<_, Refusal>((beyond, audit_events::find_head(tx, tenant)?))
            })
            .await?;
        if let (Some(link), true) = (beyond.first(), now.as_ref() == Some(&head)) {
            return Ok(ChainVerdict::Broken(ChainTrouble::Head { last: link.sequence, head: end }));
        }
        Ok(ChainVerdict::Intact(Verified { links: last, head: hex(&previous) }))
    }
}
