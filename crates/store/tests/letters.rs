use std::time::Duration;

use crypto::Digest;
use model::{LeaseId, LetterId, Timestamp};
use store::{
    jobs::{self, Claim},
    letters::{self, Channel, Letter},
    sweep,
};

use crate::places::{MINUTE, NOW, TestDatabase, in_each_house};

impl TestDatabase {
    fn a_letter(&self, number: u8, due_at: Timestamp) -> Letter {
        Letter {
            tenant_id: self.tenant,
            id: LetterId::from_bytes([number; 16]),
            kind: "test".to_owned(),
            channel: Channel::Mail,
            recipient_digest: Digest::of(&[number % 2]),
            sealed_letter: b"sealed".to_vec(),
            created_at: NOW,
            due_at,
            sent_at: None,
            expires_at: NOW.after(MINUTE * 10),
        }
    }

    async fn post(&self, number: u8, due_at: Timestamp) -> LetterId {
        let letter = self.a_letter(number, due_at);
        let id = letter.id;
        self.write(move |tx| letters::insert(tx, &letter)).await;
        id
    }

    /// Gives up whatever is due.
    async fn give_up(&self, now: Timestamp) {
        let lease = LeaseId::new(&self.random, NOW);
        let claim = Claim { kind: letters::JOBS, lease, held_for: MINUTE, attempts: 9, limit: 1 };
        self.write(move |tx| {
            for job in jobs::claim(tx, &claim, now)?.jobs {
                jobs::give_up(tx, &job, "550 no such user", now)?;
            }
            Ok(())
        })
        .await;
    }
}

#[tokio::test]
async fn a_letter_that_was_given_up_is_listed_with_the_reason_and_can_be_discarded() {
    in_each_house(async |house| {
        let stuck = house.post(1, NOW).await;
        let waiting = house.post(2, NOW.after(MINUTE)).await;
        house.give_up(NOW).await;

        let all = house.store.read(|tx| letters::list(tx, None, 9)).await.unwrap();
        assert_eq!(all.iter().map(|it| it.id).collect::<Vec<_>>(), [waiting, stuck]);
        let rest = house.store.read(move |tx| letters::list(tx, Some(waiting), 9)).await.unwrap();
        let only = house.store.read(|tx| letters::list_stuck(tx, None, 9)).await.unwrap();
        assert_eq!((&rest, only[0].last_error.as_deref()), (&only, Some("550 no such user")));
        let tenant = house.tenant;
        let key = letters::job_key((tenant, Channel::Mail), stuck);
        assert!(house.write(move |tx| letters::remove(tx, (tenant, Channel::Mail), stuck)).await);
        assert!(!house.write(move |tx| letters::remove(tx, (tenant, Channel::Mail), stuck)).await);
        assert_eq!(house.store.read(move |tx| jobs::find(tx, &key)).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn the_turn_of_a_letter_is_told_by_tenant_and_by_recipient() {
    in_each_house(async |house| {
        for number in 1..=4 {
            house.post(number, NOW.after(Duration::from_secs(number.into()))).await;
        }
        let (tenant, odd) = (house.tenant, Digest::of(&[1]));
        let read = house.store.read(move |tx| {
            let of_tenant = letters::find_last_of_tenant(tx, tenant, 2, NOW)?;
            let of_recipient = letters::find_last_of_recipient(tx, (tenant, &odd), 2, NOW)?;
            Ok::<_, store::StoreError>((
                of_tenant,
                of_recipient,
                letters::find_last_of_tenant(tx, tenant, 2, NOW.after(MINUTE))?,
            ))
        });
        let at = |seconds| Some(NOW.after(Duration::from_secs(seconds)));
        assert_eq!(read.await.unwrap(), (at(3), at(1), None));
    })
    .await;
}

#[tokio::test]
async fn a_sent_letter_goes_in_its_time_and_one_that_was_never_sent_goes_with_its_job() {
    in_each_house(async |house| {
        let (sent, unsent) = (house.post(1, NOW).await, house.post(2, NOW).await);
        let (tenant, later) = (house.tenant, NOW.after(MINUTE));
        let noted = async || house.write(move |tx| letters::note_sent(tx, (tenant, sent), later, NOW)).await;
        assert_eq!((noted().await, noted().await), (true, false));
        assert!(
            !house.write(move |tx| letters::remove(tx, (tenant, Channel::Mail), sent)).await,
            "what was sent is not discarded"
        );

        let sweep = async |now| house.write(move |tx| sweep::remove_expired(tx, now, 9)).await;
        assert_eq!(sweep(later).await.counts(), [("letters", 1)]);
        assert_eq!(sweep(NOW.after(MINUTE * 10)).await.counts(), [("letters", 1)]);
        let left = house
            .store
            .read(move |tx| jobs::find(tx, &letters::job_key((tenant, Channel::Mail), unsent)))
            .await;
        assert_eq!(left.unwrap(), None);
    })
    .await;
}
