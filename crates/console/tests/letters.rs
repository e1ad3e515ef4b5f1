use std::time::Duration;

use authority::{LetterKeys, Permission};
use console::Refusal;
use crypto::{Random, SealKey};
use messages::{Letter, Mailbox, Postman};
use model::{INSTALLATION, LeaseId, LetterId};
use store::{
    StoreError,
    jobs::{self, Claim},
    letters,
};
use texts::Locale;

use crate::house::{House, NOW, installation};

impl House {
    async fn test_letter(&self) -> LetterId {
        let permit = installation(&self.console, Permission::ManageLetters);
        self.console.write_test_letter(&permit, "kari@example.com", Locale::En, NOW).await.unwrap().0
    }

    /// A letter of the tenant, to somebody.
    async fn invitation(&self) -> LetterId {
        let (keys, random) = (self.tenant.opened().letter_keys(), Random::seeded(5));
        let letter = messages::AddressedLetter {
            to: messages::Recipient::parse("ola@example.com").unwrap(),
            locale: Locale::Nn,
            letter: Letter::Test,
        };
        self.store.write(move |tx| messages::write(tx, (&keys, &random), &letter, NOW)).await.unwrap().0
    }

    async fn give_up(&self) {
        let minute = Duration::from_secs(60);
        let lease = LeaseId::new(&Random::seeded(7), NOW);
        let claim = Claim { kind: letters::JOBS, lease, held_for: minute, attempts: 9, limit: 9 };
        let written = self.store.write(move |tx| {
            for job in jobs::claim(tx, &claim, NOW)?.jobs {
                jobs::give_up(tx, &job, "550 no", NOW)?;
            }
            Ok::<_, StoreError>(())
        });
        written.await.unwrap();
    }

    async fn stuck(&self) -> usize {
        let permit = installation(&self.console, Permission::ReadInstallation);
        self.console.letters(&permit, true, None).await.unwrap().len()
    }
}

#[tokio::test]
async fn a_letter_that_was_given_up_is_tried_again_or_discarded_and_the_trail_of_its_tenant_says_so() {
    let house = House::open().await;
    let (test, invitation) = (house.test_letter().await, house.invitation().await);
    let permit = installation(&house.console, Permission::ManageLetters);
    let early = house.console.retry_letter(&permit, test, NOW).await;
    assert!(matches!(early, Err(Refusal::Invalid(_))), "{early:?}");
    house.give_up().await;
    assert_eq!(house.stuck().await, 2);

    house.console.retry_letter(&permit, test, NOW).await.unwrap();
    house.console.discard_letter(&permit, invitation, NOW).await.unwrap();
    let gone = house.console.discard_letter(&permit, invitation, NOW).await;
    assert!(matches!(gone, Err(Refusal::NotFound(_))), "{gone:?}");
    assert_eq!(house.stuck().await, 0);
    let last = async |tenant| {
        let links = house.store.read(move |tx| store::audit_events::list(tx, tenant, 0, 99)).await.unwrap();
        let event = &links.last().unwrap().event;
        (event.action.clone(), event.object.clone())
    };
    assert_eq!(last(INSTALLATION).await, ("letter.retried".to_owned(), format!("letter {test}")));
    assert_eq!(last(house.tenant.id).await, ("letter.discarded".to_owned(), format!("letter {invitation}")));
}

#[tokio::test]
async fn a_letter_that_waited_while_the_master_key_was_replaced_was_lost() {
    let house = House::open().await;
    house.console.check_master_key().await.unwrap();
    let (test, invitation) = (house.test_letter().await, house.invitation().await);
    let new = SealKey::generate(&Random::seeded(2));
    house.console.rewrap(&installation(&house.console, Permission::RewrapKeys), &new, NOW).await.unwrap();

    let mailbox = Mailbox::default();
    let postman = Postman::to_mailbox(house.store.clone(), new, mailbox.clone());
    postman.deliver(INSTALLATION, test, NOW).await;
    postman.deliver(house.tenant.id, invitation, NOW).await;
    let to: Vec<String> = mailbox.letters().into_iter().map(|it| it.to).collect();
    assert_eq!(to, ["ola@example.com", "kari@example.com"]);
    let old = LetterKeys::of_installation(&house.master);
    let row = house.store.read(move |tx| letters::find(tx, INSTALLATION, test)).await.unwrap().unwrap();
    assert!(old.open(test, &row.sealed_letter).is_err());
}

#[tokio::test]
async fn what_is_no_address_gets_no_letter_and_is_not_repeated() {
    let house = House::open().await;
    let permit = installation(&house.console, Permission::ManageLetters);
    let refused = house.console.write_test_letter(&permit, "kari@a.example\r\nBcc: x", Locale::En, NOW).await;
    assert!(matches!(&refused, Err(Refusal::Invalid(it)) if !format!("{it:?}").contains("kari")));
    let reading = installation(&house.console, Permission::ReadInstallation);
    let forbidden = house.console.write_test_letter(&reading, "kari@a.example", Locale::En, NOW).await;
    assert!(matches!(forbidden, Err(Refusal::Forbidden)));
    assert_eq!(house.console.letters(&reading, false, None).await.unwrap(), []);
}
