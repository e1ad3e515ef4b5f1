use std::time::Duration;

use crypto::Secret;
use messages::{Delivery, Letter, LinkBase, MailAddress, Mailbox, Postman, Security, Smtp, SmtpTrouble};
use model::{INSTALLATION, LetterId, LinkId};
use store::letters;

use crate::{
    outbox::{House, NOW},
    server::{Rules, Said, start},
};

fn smtp(port: u16) -> Smtp {
    Smtp {
        host: "127.0.0.1".to_owned(),
        port,
        security: Security::None,
        credentials: None,
        from: MailAddress::parse("portvakt@post.example").unwrap(),
        from_name: "Portvakt".to_owned(),
        timeout: Duration::from_secs(20),
        roots: None,
    }
}

/// A test letter, delivered to a server with these rules: what became of it, and what the server was told.
async fn deliver(rules: Rules) -> (Delivery, Said) {
    let (house, (port, said)) = (House::new(), start(rules).await);
    let (id, _) = house.write_to("kari@example.com", Letter::Test, NOW).await.unwrap();
    let postman = Postman::to_server(house.store.clone(), house.master.clone(), smtp(port));
    (postman.deliver(INSTALLATION, id, NOW).await, said)
}

fn message_ids(said: &Said) -> Vec<String> {
    said.lock().unwrap().iter().filter(|it| it.starts_with("Message-ID:")).cloned().collect()
}

#[tokio::test]
async fn an_attempt_after_a_lost_answer_has_the_same_message_id_and_a_sent_letter_is_not_sent_again() {
    let (house, (refusing, lost)) = (House::new(), start(&[(".", "451 try again")]).await);
    let (port, said) = start(&[]).await;
    let (id, _) = house.write_to("kari@example.com", Letter::Test, NOW).await.unwrap();
    let [first, second] = [refusing, port]
        .map(|port| Postman::to_server(house.store.clone(), house.master.clone(), smtp(port)));
    assert!(matches!(first.deliver(INSTALLATION, id, NOW).await, Delivery::Later(_)));
    assert_eq!(second.deliver(INSTALLATION, id, NOW).await, Delivery::Done);
    assert_eq!(second.deliver(INSTALLATION, id, NOW).await, Delivery::Done);

    assert_eq!(message_ids(&said), [format!("Message-ID: <{id}@post.example>")]);
    assert_eq!(message_ids(&said), message_ids(&lost));
    let row = house.store.read(move |tx| letters::find(tx, INSTALLATION, id)).await.unwrap().unwrap();
    assert_eq!((row.sent_at, row.expires_at), (Some(NOW), NOW.after(Duration::from_secs(7 * 86_400))));
}

#[tokio::test]
async fn a_letter_has_text_and_html_a_language_and_no_address_in_its_subject() {
    let (delivery, said) = deliver(&[]).await;
    assert_eq!(delivery, Delivery::Done);
    let said = said.lock().unwrap().join("\n");
    for line in [
        "MAIL FROM:<portvakt@post.example>",
        "RCPT TO:<kari@example.com>",
        "From: Portvakt <portvakt@post.example>",
        "To: kari@example.com",
        "Auto-Submitted: auto-generated",
        "Content-Language: nb",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Type: text/html; charset=utf-8",
    ] {
        assert!(said.lines().any(|it| it.starts_with(line)), "{line}: {said}");
    }
    assert!(said.contains("\nSubject: =?utf-8?b?"), "{said}");
}

#[tokio::test]
async fn what_a_server_refuses_for_good_is_not_tried_again_and_its_words_are_kept_without_the_address() {
    let (delivery, _) =
        deliver(&[("RCPT", "550-5.1.1 <kari@example.com>: no such\r\n550 5.1.1 user here")]).await;
    let Delivery::Never(why) = delivery else { unreachable!("{delivery:?}") };
    assert!(why.starts_with("the mail server refuses the letter: permanent error (550)"), "{why}");
    assert!(why.contains("no such") && why.contains("user here") && !why.contains("kari"), "{why}");
}

#[tokio::test]
async fn what_a_server_refuses_for_now_or_for_want_of_authentication_is_tried_again() {
    for rules in [
        &[("RCPT", "450 4.2.0 greylisted")] as Rules,
        &[("MAIL", "530 5.7.0 authentication required")],
        &[("EHLO", "421 4.3.2 busy")],
    ] {
        let (delivery, _) = deliver(rules).await;
        assert!(matches!(delivery, Delivery::Later(_)), "{delivery:?}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_does_not_cost_the_letter() {
    let (house, (port, said)) = (House::new(), start(&[]).await);
    let (id, _) = house.write_to("kari@example.com", Letter::Test, NOW).await.unwrap();
    // Nobody listens at the first port of the machine.
    let dead = Postman::to_server(house.store.clone(), house.master.clone(), smtp(1));
    let Delivery::Later(why) = dead.deliver(INSTALLATION, id, NOW).await else { unreachable!() };
    assert!(why.starts_with("the mail server cannot be reached"), "{why}");
    let alive = Postman::to_server(house.store.clone(), house.master.clone(), smtp(port));
    assert_eq!(alive.deliver(INSTALLATION, id, NOW).await, Delivery::Done);
    assert_eq!(message_ids(&said).len(), 1);
}

#[tokio::test]
async fn a_password_was_sent_in_clear_to_a_server_without_starttls() {
    let (port, said) = start(&[]).await;
    let credentials = Some(("portvakt".to_owned(), Secret::new("hunter2".to_owned())));
    let smtp = Smtp { security: Security::StartTls, credentials, ..smtp(port) };
    assert_eq!(smtp.check().await.unwrap_err().trouble, SmtpTrouble::Tls);
    assert!(said.lock().unwrap().iter().all(|it| !it.starts_with("AUTH")));
}

#[tokio::test]
async fn a_wrong_password_is_told_as_such_and_a_right_one_is_tried_without_sending() {
    let credentials = || Some(("portvakt".to_owned(), Secret::new("hunter2".to_owned())));
    let (port, _) = start(&[("AUTH", "535 5.7.8 bad credentials")]).await;
    let error = Smtp { credentials: credentials(), ..smtp(port) }.check().await.unwrap_err();
    assert_eq!(error.trouble, SmtpTrouble::Authentication);
    assert!(!error.is_permanent() && !error.to_string().contains("hunter2"), "{error}");
    let (port, said) = start(&[]).await;
    Smtp { credentials: credentials(), ..smtp(port) }.check().await.unwrap();
    let said = said.lock().unwrap();
    assert!(said.iter().any(|it| it.starts_with("AUTH PLAIN")));
    assert!(said.iter().all(|it| !it.starts_with("MAIL")), "{said:?}");
}

#[tokio::test]
async fn in_development_a_letter_is_kept_and_one_with_a_link_waits_for_the_address_of_the_console() {
    let (house, mailbox) = (House::new(), Mailbox::default());
    let invitation = Letter::Invitation { id: LinkId::from_bytes([1; 16]), generation: 1 };
    let (id, _) = house.write_to("kari@example.com", invitation, NOW).await.unwrap();
    let postman = Postman::to_mailbox(house.store.clone(), house.master.clone(), mailbox.clone());
    assert!(matches!(postman.deliver(INSTALLATION, id, NOW).await, Delivery::Later(_)));
    let postman = postman.with_links(Some(LinkBase::new("https://console.example")));
    assert_eq!(postman.deliver(INSTALLATION, id, NOW).await, Delivery::Done);
    let kept = mailbox.letters();
    assert_eq!((kept.len(), kept[0].to.as_str()), (1, "kari@example.com"));
    assert!(kept[0].letter.text.contains("https://console.example/invitation/01010101"));
}

#[tokio::test]
async fn a_letter_that_is_not_there_any_more_is_no_trouble() {
    let house = House::new();
    let postman = Postman::to_mailbox(house.store.clone(), house.master.clone(), Mailbox::default());
    assert_eq!(postman.deliver(INSTALLATION, LetterId::from_bytes([9; 16]), NOW).await, Delivery::Done);
}
