use model::{JOB_ATTEMPTS, JOB_LEASE, LeaseId, Timestamp};
use std::time::Duration;
use store::{
    StoreError,
    jobs::{self, Claim, Claimed, Job, JobKey},
    tenants,
};

use crate::places::{MINUTE, NOW, TestDatabase, in_each_house, winners};

impl TestDatabase {
    fn a_job(&self, id: &str) -> JobKey {
        JobKey { tenant_id: self.tenant, kind: "letters".to_owned(), id: id.to_owned() }
    }

    /// Wants a job done now.
    async fn want(&self, id: &str) -> bool {
        let key = self.a_job(id);
        self.write(move |tx| jobs::insert(tx, &key, Some(b"sealed"), (NOW, NOW))).await
    }

    fn a_claim(&self, limit: u32) -> Claim {
        let lease = LeaseId::new(&self.random, NOW);
        Claim { kind: "letters", lease, held_for: JOB_LEASE, attempts: JOB_ATTEMPTS, limit }
    }

    async fn claim(&self, limit: u32, now: Timestamp) -> Vec<Job> {
        let claim = self.a_claim(limit);
        self.write(move |tx| jobs::claim(tx, &claim, now)).await.jobs
    }

    async fn job(&self, id: &str) -> Option<Job> {
        let key = self.a_job(id);
        self.store.read(move |tx| jobs::find(tx, &key)).await.unwrap()
    }
}

fn ids(jobs: &[Job]) -> Vec<&str> {
    jobs.iter().map(|it| it.key.id.as_str()).collect()
}

#[tokio::test]
async fn a_job_that_is_wanted_twice_is_there_once_and_gone_when_it_is_complete() {
    in_each_house(async |house| {
        assert!(house.want("1").await);
        assert!(!house.want("1").await);

        let [job] = house.claim(10, NOW).await.try_into().unwrap();
        assert_eq!((job.attempts, job.sealed_payload.as_deref()), (1, Some(b"sealed".as_slice())));
        assert_eq!(house.claim(10, NOW).await, []);
        house.write(move |tx| jobs::complete(tx, &job)).await;
        assert_eq!(house.job("1").await, None);
    })
    .await;
}

#[tokio::test]
async fn a_claim_is_bounded_and_takes_only_its_kind_and_what_is_due_the_longest_due_first() {
    in_each_house(async |house| {
        let due = |id: &'static str, kind: &str, seconds| {
            let key = JobKey { kind: kind.to_owned(), ..house.a_job(id) };
            let due_at = NOW.after(Duration::from_secs(seconds));
            house.write(move |tx| jobs::insert(tx, &key, None, (due_at, NOW)))
        };
        for (id, kind, seconds) in
            [("a", "letters", 2), ("b", "letters", 1), ("c", "other", 0), ("d", "letters", 90)]
        {
            assert!(due(id, kind, seconds).await);
        }
        assert_eq!(ids(&house.claim(1, NOW.after(MINUTE)).await), ["b"]);
        assert_eq!(ids(&house.claim(9, NOW.after(MINUTE)).await), ["a"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_who_claim_at_once_do_each_job_once() {
    in_each_house(async |house| {
        for number in 0..7 {
            house.want(&number.to_string()).await;
        }
        let run = |_| {
            let (store, claim) = (house.store.clone(), house.a_claim(1));
            async move { store.write(move |tx| jobs::claim(tx, &claim, NOW)).await.unwrap() }
        };
        // Who meets only jobs that others just claim gets none; those are held then.
        assert!(winners(run, |it: &Claimed| !it.jobs.is_empty()).await <= 7);
        house.claim(10, NOW).await;
        for number in 0..7 {
            assert_eq!(house.job(&number.to_string()).await.map(|it| it.attempts), Some(1));
        }
    })
    .await;
}

#[tokio::test]
async fn a_worker_that_comes_late_loses_the_job_and_everything_it_wrote_with_it() {
    in_each_house(async |house| {
        house.want("1").await;
        let late = house.claim(1, NOW).await.remove(0);
        assert_eq!(house.claim(1, NOW.after(JOB_LEASE - Duration::from_micros(1))).await, []);
        let mine = house.claim(1, NOW.after(JOB_LEASE)).await.remove(0);
        assert_eq!(mine.attempts, 2);

        let (tenant, again) = (house.a_tenant("late"), late.clone());
        let refused = house.store.write(move |tx| {
            tenants::insert(tx, &tenant)?;
            jobs::complete(tx, &late)
        });
        assert_eq!(refused.await, Err(StoreError::Changed));
        assert!(house.store.read(|tx| tenants::find_by_name(tx, "late")).await.unwrap().is_none());
        let handed_back = house.store.write(move |tx| jobs::retry(tx, &again, "too slow", NOW)).await;
        assert_eq!(handed_back, Err(StoreError::Changed));
        house.write(move |tx| jobs::complete(tx, &mine)).await;
    })
    .await;
}

#[tokio::test]
async fn a_job_that_failed_waits_for_its_next_attempt_and_says_why() {
    in_each_house(async |house| {
        house.want("1").await;
        let job = house.claim(1, NOW).await.remove(0);
        let again_at = model::next_attempt_at(job.attempts, NOW).unwrap();
        house
            .write(move |tx| jobs::retry(tx, &job, &format!("no\0answer{}", "!".repeat(900)), again_at))
            .await;

        let waiting = house.job("1").await.unwrap();
        assert_eq!((waiting.due_at, waiting.lease), (again_at, None));
        assert!(waiting.last_error.is_some_and(|it| it.starts_with("noanswer!") && it.len() == 500));
        assert_eq!(house.claim(1, again_at.before(Duration::from_micros(1))).await, []);
        assert_eq!(ids(&house.claim(1, again_at).await), ["1"]);
    })
    .await;
}

#[tokio::test]
async fn a_job_that_was_given_up_stays_to_be_seen_and_can_be_revived() {
    in_each_house(async |house| {
        house.want("1").await;
        let job = house.claim(1, NOW).await.remove(0);
        house.write(move |tx| jobs::give_up(tx, &job, "refused", NOW)).await;

        let stuck = |since| house.store.read(move |tx| jobs::list_stuck(tx, since, 10));
        let [seen] = stuck(Timestamp::from_micros(0)).await.unwrap().try_into().unwrap();
        assert_eq!((seen.last_error.as_deref(), seen.stuck_at), (Some("refused"), Some(NOW)));
        assert_eq!(stuck(NOW).await, Ok(Vec::new()));
        assert!(!house.want("1").await);
        assert_eq!(house.claim(1, NOW.after(1_000_000 * MINUTE)).await, []);

        let key = house.a_job("1");
        let revive = |by: Timestamp| {
            let key = key.clone();
            house.write(move |tx| jobs::revive(tx, &key, by, NOW))
        };
        assert!(!revive(NOW.before(MINUTE)).await);
        assert!(revive(NOW).await);
        assert_eq!(house.claim(1, NOW).await.remove(0).attempts, 1);
    })
    .await;
}

#[tokio::test]
async fn a_job_that_stops_every_worker_that_does_it_is_given_up_too() {
    in_each_house(async |house| {
        house.want("1").await;
        let mut now = NOW;
        for attempt in 1..=JOB_ATTEMPTS {
            assert_eq!(house.claim(1, now).await.remove(0).attempts, attempt);
            now = now.after(JOB_LEASE);
        }
        let claim = house.a_claim(1);
        let claimed = house.write(move |tx| jobs::claim(tx, &claim, now)).await;
        assert_eq!(claimed, Claimed { jobs: Vec::new(), given_up: vec![house.a_job("1")] });
        assert_eq!(house.job("1").await.unwrap().stuck_at, Some(now));
    })
    .await;
}

#[tokio::test]
async fn a_lease_that_was_given_while_the_clock_was_a_day_ahead_does_not_hold_the_job_for_a_day() {
    in_each_house(async |house| {
        house.want("1").await;
        house.claim(1, NOW.after(24 * 60 * MINUTE)).await;
        assert_eq!(ids(&house.claim(1, NOW).await), ["1"]);
    })
    .await;
}

#[tokio::test]
async fn a_job_that_was_wanted_or_given_up_while_the_clock_was_a_day_ahead_waited_for_a_day() {
    in_each_house(async |house| {
        let ahead = NOW.after(24 * 60 * MINUTE);
        let revive = async |id: &str| {
            let key = house.a_job(id);
            house.write(move |tx| jobs::revive(tx, &key, NOW.before(60 * MINUTE), NOW)).await
        };
        for id in ["1", "2"] {
            let key = house.a_job(id);
            assert!(house.write(move |tx| jobs::insert(tx, &key, None, (ahead, ahead))).await);
        }
        let job = house.claim(1, ahead).await.remove(0);
        house.write(move |tx| jobs::give_up(tx, &job, "refused", ahead)).await;
        assert!(revive("1").await && revive("2").await);
        assert_eq!(house.claim(9, NOW).await.len(), 2);
        // What waits for its next attempt, or is held, is left alone.
        assert!(!revive("1").await);
    })
    .await;
}

#[tokio::test]
async fn a_write_that_fails_wants_nothing_done() {
    in_each_house(async |house| {
        let key = house.a_job("1");
        let refused = house.store.write(move |tx| {
            jobs::insert(tx, &key, None, (NOW, NOW))?;
            Err::<(), _>(StoreError::NotFound)
        });
        assert_eq!(refused.await, Err(StoreError::NotFound));
        assert_eq!(house.job("1").await, None);
    })
    .await;
}

#[tokio::test]
async fn a_lease_is_extended_by_its_holder_only_and_the_attempts_count_from_there() {
    in_each_house(async |house| {
        house.want("1").await;
        for attempt in 0..3_u32 {
            house.claim(10, NOW.after(JOB_LEASE * attempt)).await;
        }
        let last = house.job("1").await.unwrap();
        let (job, until) = (last.clone(), NOW.after(JOB_LEASE * 9));
        house.write(move |tx| jobs::extend(tx, &job, until)).await;
        assert_eq!(house.claim(10, NOW.after(JOB_LEASE * 8)).await, []);
        assert_eq!(house.job("1").await.unwrap().attempts, 1);

        let [taken] = house.claim(10, until).await.try_into().unwrap();
        assert_eq!(taken.attempts, 2);
        let late = house.store.write(move |tx| jobs::extend(tx, &last, until)).await;
        assert_eq!(late, Err(StoreError::Changed));
    })
    .await;
}
