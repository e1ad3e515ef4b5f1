use std::{net::SocketAddr, sync::Arc, time::Duration};

use authority::LetterKeys;
use crypto::Secret;
use messages::{Delivery, Letter, LinkBase, Mailbox, Postman, SmsContent, SmsDescription, SmsGateway};
use model::{INSTALLATION, LetterId, LinkId, Timestamp};
use outbound::{Allowed, Method, Outbound, Settings};
use store::{jobs, letters};

use crate::{
    gateway::{Heard, start},
    outbox::{House, NOW},
};

const PHONE: &str = "+4790000001";
const CODE: LinkId = LinkId::from_bytes([7; 16]);

fn code_letter() -> Letter {
    Letter::PhoneCode { id: CODE, expires_at_micros: NOW.after(Duration::from_secs(600)).micros() }
}

fn code(house: &House) -> String {
    LetterKeys::of_installation(&house.master).phone_code(CODE).expose().clone()
}

fn postman(house: &House, address: SocketAddr, content: SmsContent) -> Postman {
    let settings = Settings {
        allowed: vec![Allowed { host: "127.0.0.1".to_owned(), port: address.port() }],
        ..Settings::default()
    };
    let body = match content {
        SmsContent::Json => r#"{"to":"{to}","text":"{text}","reference":"{id}"}"#,
        SmsContent::Form => "to={to_digits}&text={text}&reference={id}",
    };
    let description = SmsDescription {
        method: Method::Post,
        url: format!("http://{address}/send"),
        headers: vec!["Authorization: Bearer {secret}".to_owned()],
        body: Some(body.to_owned()),
        content,
        secret: Some(Secret::from("canary-secret")),
    };
    let gateway = SmsGateway::new(&description, |url| settings.permits(url)).unwrap();
    let outbound = Arc::new(Outbound::new(settings));
    Postman::new(house.store.clone(), house.master.clone(), (None, Some((gateway, outbound))))
}

/// A code for a phone, and a gateway that answers so.
async fn written(statuses: &'static [u16]) -> (House, LetterId, Postman, Heard) {
    let (house, (address, heard)) = (House::new(), start(statuses).await);
    let (id, _) = house.write_to(PHONE, code_letter(), NOW).await.unwrap();
    let postman = postman(&house, address, SmsContent::Json);
    (house, id, postman, heard)
}

fn body(call: &str) -> &str {
    call.split_once("\r\n\r\n").unwrap().1
}

#[tokio::test]
async fn a_code_goes_to_the_gateway_in_the_operators_words_and_once() {
    let (house, id, postman, heard) = written(&[202]).await;
    assert_eq!(postman.deliver(INSTALLATION, id, NOW).await, Delivery::Done);
    assert_eq!(postman.deliver(INSTALLATION, id, NOW).await, Delivery::Done);
    let heard = heard.lock().unwrap().clone();
    let [call] = heard.as_slice() else { unreachable!("{heard:?}") };
    assert!(
        call.starts_with("POST /send HTTP/1.1\r\n") && call.contains("authorization: Bearer canary-secret")
    );
    assert!(call.contains("content-type: application/json"), "{call}");
    let said: serde_json::Value = serde_json::from_str(body(call)).unwrap();
    assert_eq!((&said["to"], &said["reference"]), (&PHONE.into(), &id.to_string().into()));
    assert!(said["text"].as_str().unwrap().contains(&code(&house)), "{said}");
}

#[tokio::test]
async fn a_form_is_encoded_as_one() {
    let (house, (address, heard)) = (House::new(), start(&[200]).await);
    let (id, _) = house.write_to(PHONE, code_letter(), NOW).await.unwrap();
    let postman = postman(&house, address, SmsContent::Form);
    assert_eq!(postman.deliver(INSTALLATION, id, NOW).await, Delivery::Done);
    let heard = heard.lock().unwrap().join("");
    assert!(
        body(&heard).starts_with("to=4790000001&text=Koden%20din%20for%20bestillingen%20er%20"),
        "{heard}"
    );
}

#[tokio::test]
async fn a_gateway_that_fails_costs_no_message_and_is_asked_again_under_the_same_reference() {
    const GATEWAYS: [&[u16]; 5] = [&[503, 200], &[401, 200], &[429, 200], &[302, 200], &[0, 200]];
    for first in GATEWAYS {
        let (_house, id, postman, heard) = written(first).await;
        let Delivery::Later(why) = postman.deliver(INSTALLATION, id, NOW).await else { unreachable!() };
        assert!(why.starts_with("the SMS gateway "), "{why}");
        assert_eq!(postman.deliver(INSTALLATION, id, NOW).await, Delivery::Done);
        let heard = heard.lock().unwrap().clone();
        let bodies: Vec<&str> = heard.iter().map(|it| body(it)).collect();
        assert!(bodies.len() == 2 && bodies[0] == bodies[1], "{bodies:?}");
    }
}

#[tokio::test]
async fn what_a_gateway_says_is_not_kept_because_it_may_repeat_the_code() {
    let (house, id, postman, _) = written(&[422]).await;
    let Delivery::Never(why) = postman.deliver(INSTALLATION, id, NOW).await else { unreachable!() };
    assert_eq!(why, "the SMS gateway refuses the message: it answers 422");
    assert!(!why.contains(&code(&house)));
}

#[tokio::test]
async fn a_code_that_is_over_is_not_sent_and_the_operator_sees_that() {
    let (_house, id, postman, heard) = written(&[200]).await;
    let late = postman.deliver(INSTALLATION, id, NOW.after(Duration::from_secs(600))).await;
    assert_eq!(late, Delivery::Never("nobody took the code before it was over".to_owned()));
    assert!(heard.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_text_message_has_a_job_of_its_own_kind_and_the_outbox_has_neither_number_nor_code() {
    let (house, id, postman, _) = written(&[200]).await;
    assert!(postman.sends(letters::Channel::Sms) && !postman.sends(letters::Channel::Mail));
    let key = letters::job_key((INSTALLATION, letters::Channel::Sms), id);
    let job = house.store.read(move |tx| jobs::find(tx, &key)).await.unwrap().unwrap();
    assert_eq!((job.key.kind.as_str(), job.sealed_payload), ("sms", None));
    let row = house.store.read(move |tx| letters::find(tx, INSTALLATION, id)).await.unwrap().unwrap();
    let opened = LetterKeys::of_installation(&house.master).open(id, &row.sealed_letter).unwrap();
    let opened = String::from_utf8(opened.expose().clone()).unwrap();
    assert!(opened.contains(PHONE) && !opened.contains(&code(&house)), "{opened}");
    assert!(!String::from_utf8_lossy(&row.sealed_letter).contains("90000001"));
}

#[tokio::test]
async fn a_phone_gets_ten_messages_an_hour_and_the_next_one_later() {
    let house = House::new();
    let due = async |now: Timestamp| house.write_to(PHONE, code_letter(), now).await.unwrap().1;
    for _ in 0..10 {
        assert_eq!(due(NOW).await, NOW);
    }
    assert_eq!(due(NOW).await, NOW.after(Duration::from_secs(3_600)));
}

#[tokio::test]
async fn in_development_a_text_message_is_kept_in_the_mailbox_and_shown_as_one() {
    let (house, mailbox) = (House::new(), Mailbox::default());
    let (id, _) = house.write_to(PHONE, code_letter(), NOW).await.unwrap();
    let postman = Postman::to_mailbox(house.store.clone(), house.master.clone(), mailbox.clone());
    let postman = postman.with_links(Some(LinkBase::new("https://console.example")));
    assert_eq!(postman.deliver(INSTALLATION, id, NOW).await, Delivery::Done);
    let kept = mailbox.letters();
    assert!(kept[0].is_sms && kept[0].to == PHONE && kept[0].letter.html.is_empty());
    assert!(kept[0].letter.text.contains(&code(&house)));
}
