//! The master key: a canary that only the right one opens, and wrapping everything under a new one.

use authority::{
    InstallationPermit, OpenTenant, Permission, SealedColumn, canary, chain_key, check_master_key,
    is_canary_of,
};
use crypto::{Random, SealKey};
use model::{Action, INSTALLATION, Timestamp, head_mac};
use serde_json::json;
use store::{StoreError, audit_events, installation, plans, tenants};

use crate::{Console, Refusal, letters::reseal_letters};

impl Console {
    /// Says whether this is the master key of this database; any is, of one that has nothing sealed yet. Writes nothing.
    ///
    /// # Errors
    /// [`Refusal::MasterKey`] for another key, [`Refusal::Store`].
    pub async fn try_master_key(&self) -> Result<(), Refusal> {
        let read = self.store.read(|tx| {
            let sealed = installation::find(tx, installation::CANARY)?;
            Ok::<_, StoreError>((sealed, tenants::list(tx, None, 1)?))
        });
        let (sealed, first) = read.await?;
        // A database that was there before canaries were: a tenant's data key tells as much.
        let is_right = match (sealed, first.first()) {
            (Some(sealed), _) => is_canary_of(&self.master, &sealed),
            (None, Some(row)) => OpenTenant::open(&self.master, row).is_ok(),
            (None, None) => true,
        };
        if is_right { Ok(()) } else { Err(Refusal::MasterKey) }
    }

    /// The same, and leaves a canary where there was none: a new database takes the key that comes first.
    ///
    /// # Errors
    /// As [`Console::try_master_key`].
    pub async fn check_master_key(&self) -> Result<(), Refusal> {
        self.try_master_key().await?;
        let made = canary(&self.master, &self.random);
        let absent = self.store.read(|tx| installation::find(tx, installation::CANARY)).await?.is_none();
        if absent {
            let kept =
                self.store.write(move |tx| installation::insert_if_absent(tx, installation::CANARY, &made));
            kept.await.map_err(|error: StoreError| Refusal::Store(error))?;
            // Of two first starts with two keys, one has lost.
            self.try_master_key().await?;
        }
        Ok(())
    }

    /// Wraps every tenant's data key under `new` instead, in one write; gives how many. What they seal stays as it is; kept
    /// plans and letters of the installation are sealed anew.
    /// From then on only the new key opens this database.
    ///
    /// # Errors
    /// [`Refusal::MasterKey`], [`Refusal::Forbidden`], [`Refusal::Store`].
    pub async fn rewrap(
        &self,
        permit: &InstallationPermit,
        new: &SealKey,
        now: Timestamp,
    ) -> Result<u32, Refusal> {
        permit.check(Permission::RewrapKeys)?;
        let permit = permit.clone();
        let (old, new, random) = (self.master.clone(), new.clone(), self.random.clone());
        let rewrapped = self.store.write(move |tx| {
            // Whoever writes under the old key has finished, or finds another canary.
            check_master_key(tx, &old)?;
            let mut count = 0;
            let mut after = None;
            loop {
                let rows = tenants::list_with_bin(tx, after, 1_000)?;
                let Some(last) = rows.last() else { break };
                after = Some(last.id);
                // What is in the bin may be restored under the new key; what is being destroyed has no key any more.
                for row in rows.into_iter().filter(|it| !it.is_being_destroyed()) {
                    let tenant = OpenTenant::open(&old, &row).map_err(|_| Refusal::MasterKey)?;
                    tenants::save_data_key(tx, row.id, &tenant.wrap(&new, &random))?;
                    count += 1;
                }
            }
            let details = json!({"tenants": count});
            permit.record(Action::DataKeyRewrapped, "installation", &details, now).append(tx)?;
            let made = canary(&new, &random);
            installation::insert_if_absent(tx, installation::CANARY, &made)?;
            installation::save(tx, installation::CANARY, &made)?;
            reseal_head(tx, (&old, &new))?;
            reseal_plans(tx, (&old, &new), &random)?;
            reseal_letters(tx, (&old, &new), &random)?;
            Ok::<_, Refusal>(count)
        });
        rewrapped.await
    }
}

/// Plans of the installation are sealed under the master key. One that does not open stays as it is, and is told when it is
/// to be confirmed.
fn reseal_plans(
    tx: &mut store::WriteTx<'_>,
    (old, new): (&SealKey, &SealKey),
    random: &Random,
) -> Result<(), StoreError> {
    for row in plans::contents(tx, INSTALLATION)? {
        let context = SealedColumn::Plan { id: row.id, made_by: &row.made_by }.context(INSTALLATION);
        if let Ok(plain) = old.open(&context, &row.sealed_plan) {
            plans::save_content(tx, INSTALLATION, row.id, &new.seal(random, &context, plain.expose()))?;
        }
    }
    Ok(())
}

/// The installation's own chain is authenticated under the master key, so its head follows the key; one that was forged
/// before stays so.
fn reseal_head(tx: &mut store::WriteTx<'_>, (old, new): (&SealKey, &SealKey)) -> Result<(), StoreError> {
    let head = audit_events::find_head(tx, INSTALLATION)?;
    let Some(head) = head.filter(|it| it.is_authentic(chain_key(old).expose())) else { return Ok(()) };
    let digest = crypto::Digest::from_slice(&head.digest).ok_or(StoreError::NotFound)?;
    let mac = head_mac(chain_key(new).expose(), head.sequence, &digest);
    audit_events::reseal_head(tx, INSTALLATION, &mac)
}
