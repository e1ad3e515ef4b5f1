use std::time::Duration;

use authority::{LetterKeys, canary};
use crypto::{Random, SealKey};
use messages::{
    AddressedLetter, Letter, PER_HOUR_AND_RECIPIENT, PER_HOUR_AND_TENANT, Recipient, WriteError, write,
};
use model::{INSTALLATION, LetterId, Timestamp};
use store::{DatabaseLocation, Settings, Store, installation, jobs, letters};
use tempfile::TempDir;
use texts::Locale;

pub(crate) const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

/// A database with an outbox.
pub(crate) struct House {
    pub(crate) store: Store,
    pub(crate) master: SealKey,
    pub(crate) random: Random,
    _folder: TempDir,
}

impl House {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = DatabaseLocation::Sqlite(folder.path().join("portvakt.db"));
        let random = Random::seeded(1);
        let master = SealKey::generate(&random);
        Self { store: Store::open(place, Settings::default()).unwrap(), master, random, _folder: folder }
    }

    pub(crate) async fn write_to(
        &self,
        to: &str,
        letter: Letter,
        now: Timestamp,
    ) -> Result<(LetterId, Timestamp), WriteError> {
        let (keys, random) = (LetterKeys::of_installation(&self.master), self.random.clone());
        let letter = AddressedLetter { to: Recipient::parse(to).unwrap(), locale: Locale::Nb, letter };
        self.store.write(move |tx| write(tx, (&keys, &random), &letter, now)).await
    }
}

fn hours(count: u64) -> Timestamp {
    NOW.after(Duration::from_secs(3_600 * count))
}

#[tokio::test]
async fn a_letter_is_written_with_its_reason_and_not_without_it() {
    let house = House::new();
    let (keys, random) = (LetterKeys::of_installation(&house.master), house.random.clone());
    let to = Recipient::parse("kari@example.com").unwrap();
    let letter = AddressedLetter { to, locale: Locale::Nb, letter: Letter::Test };
    let failed = house.store.write(move |tx| {
        write(tx, (&keys, &random), &letter, NOW)?;
        Err::<(), _>(WriteError::TooMany)
    });
    assert_eq!(failed.await, Err(WriteError::TooMany));
    assert_eq!(house.store.read(|tx| letters::list(tx, None, 9)).await.unwrap(), []);

    let (id, due_at) = house.write_to("kari@example.com", Letter::Test, NOW).await.unwrap();
    let key = letters::job_key((INSTALLATION, letters::Channel::Mail), id);
    let job = house.store.read(move |tx| jobs::find(tx, &key)).await.unwrap().unwrap();
    assert_eq!((due_at, job.due_at, job.sealed_payload), (NOW, NOW, None));
    let row = house.store.read(move |tx| letters::find(tx, INSTALLATION, id)).await.unwrap().unwrap();
    assert!(!String::from_utf8_lossy(&row.sealed_letter).contains("kari"));
}

#[tokio::test]
async fn one_recipient_got_a_hundred_letters_in_an_hour() {
    let house = House::new();
    for number in 0..u64::from(PER_HOUR_AND_RECIPIENT) * 3 {
        let (_, due_at) = house.write_to("Kari@example.com", Letter::Test, NOW).await.unwrap();
        assert_eq!(due_at, hours(number / u64::from(PER_HOUR_AND_RECIPIENT)), "{number}");
    }
    let (_, due_at) = house.write_to("ola@example.com", Letter::Test, NOW).await.unwrap();
    assert_eq!(due_at, NOW, "somebody else's are not late for it");
}

#[tokio::test]
async fn a_tenant_sends_a_hundred_letters_an_hour_and_what_would_wait_for_more_than_a_day_is_refused() {
    let house = House::new();
    let day = u64::from(PER_HOUR_AND_TENANT) * 25;
    for number in 0..day {
        let to = format!("someone{number}@example.com");
        let (_, due_at) = house.write_to(&to, Letter::Test, NOW).await.unwrap();
        assert_eq!(due_at, hours(number / u64::from(PER_HOUR_AND_TENANT)), "{number}");
    }
    let refused = house.write_to("late@example.com", Letter::Test, NOW).await;
    assert_eq!(refused, Err(WriteError::TooMany));
    assert!(house.write_to("late@example.com", Letter::Test, hours(1)).await.is_ok());
}

#[tokio::test]
async fn a_letter_of_the_installation_was_sealed_under_a_master_key_that_had_been_replaced() {
    let house = House::new();
    let made = canary(&SealKey::generate(&Random::seeded(2)), &house.random);
    let kept = house.store.write(move |tx| installation::insert_if_absent(tx, installation::CANARY, &made));
    kept.await.unwrap();
    let refused = house.write_to("kari@example.com", Letter::Test, NOW).await;
    assert_eq!(refused, Err(WriteError::MasterKey));
}
