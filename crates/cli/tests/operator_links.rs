//! `portvakt operator …`: what it prints, for people and for scripts.

use std::{fs, process::Output};

use authority::{Caller, Permission};
use console::{AskingBrowser, ConsoleAddress, Purpose, RequestOrigin, SessionKind, SignIn};
use model::{EidEnvironment, Environment, Level, LoginMethod, Person, Proof, Timestamp};
use serde_json::Value;
use store::domains::Scheme;

use crate::house::{Installation, beside};

const CONSOLE: &str = "[console]\nhost = \"console.example\"\nenvironment = \"test\"\n";

fn operator(installation: &Installation, words: &[&str]) -> Output {
    installation.run(&[&["operator"], words, &["--config", "portvakt.toml"]].concat())
}

fn json(installation: &Installation, words: &[&str]) -> Value {
    let output = operator(installation, &[words, &["--json"]].concat());
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
}

/// When the database was written last, which is now for the command that wrote it.
fn written_at(installation: &Installation) -> Timestamp {
    let written = fs::metadata(installation.path("portvakt.db")).unwrap().modified().unwrap();
    let seconds = written.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    Timestamp::from_seconds(i64::try_from(seconds).unwrap())
}

/// Kari follows the link of `operator invite`, and signs in.
async fn first_operator(installation: &Installation, key: &str) {
    let now = written_at(installation);
    beside(installation, async |console, _, _| {
        let caller = Caller::operator("test");
        let making = console.installation(&caller, Permission::CreateTenants).unwrap();
        let (host, environment) = ("console.example".to_owned(), Environment::Test);
        let address = ConsoleAddress { host, scheme: Scheme::Https, environment };
        console.ensure_own_domain(&making, &address, now).await.unwrap();
        let entered = console.enter_by_link((SessionKind::Setup, key), AskingBrowser::default(), now).await;
        let proof = Proof {
            eid: LoginMethod::NO_BANKID,
            environment: EidEnvironment::Test,
            stable_id: "9578-kari".to_owned(),
            level: Level::High,
            amr: Vec::new(),
            authenticated_at: now,
            person: Person { name: Some("Kari Nordli".to_owned()), ..Person::default() },
            token: None,
        };
        let sign_in = SignIn {
            proof,
            issuer: "https://eid.example".to_owned(),
            replaced: Some(entered.unwrap().expose().clone()),
            browser: String::new(),
            origin: RequestOrigin::default(),
        };
        console.sign_in(&sign_in, &Purpose::FirstOperator, now).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn whoever_recovers_an_operator_is_told_how_many_operators_were_written_to() {
    let installation = Installation::new().await;
    installation.configure(CONSOLE);
    let invited = json(&installation, &["invite", "--email", "kari@example.com", "--lang", "nb"]);
    let key = invited["link"].as_str().unwrap().rsplit('/').next().unwrap();
    first_operator(&installation, key).await;
    let recovered = json(&installation, &["recover", "--as", "Kari Nordli"]);
    assert_eq!(
        (&recovered["letters_written"], &recovered["operators_without_letter"]),
        (&1.into(), &0.into())
    );
    let again = operator(&installation, &["recover", "--as", "Kari Nordli"]);
    let (said, warned) = (String::from_utf8(again.stdout).unwrap(), String::from_utf8(again.stderr).unwrap());
    assert!(said.contains("https://console.example/recover/"), "{said}");
    assert!(said.contains("Operators told by letter: 1."), "{said}");
    assert!(warned.contains("[mail]"), "nobody sends them: {warned}");
    assert!(!said.contains("kari@"), "{said}");
}

#[tokio::test]
async fn an_operator_without_an_address_is_counted() {
    let installation = Installation::new().await;
    installation.configure(CONSOLE);
    let invited = json(&installation, &["invite"]);
    let key = invited["link"].as_str().unwrap().rsplit('/').next().unwrap();
    first_operator(&installation, key).await;
    let recovered = json(&installation, &["recover", "--as", "Kari Nordli"]);
    assert_eq!(
        (&recovered["letters_written"], &recovered["operators_without_letter"]),
        (&0.into(), &1.into())
    );
}

#[tokio::test]
async fn an_address_that_is_none_makes_no_link() {
    let installation = Installation::new().await;
    installation.configure(CONSOLE);
    assert_eq!(
        json(&installation, &["invite", "--email", "kari"])["errors"][0]["id"],
        "mail-address-invalid"
    );
}
