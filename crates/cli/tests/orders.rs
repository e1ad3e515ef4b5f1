//! `portvakt orders …`, `portvakt issuers …` and `portvakt templates …`; orders that exist are listed in `e2e/orders`.

use std::process::Output;

use serde_json::{Value, json};

use crate::house::Installation;

const AT: [&str; 3] = ["--config", "portvakt.toml", "--json"];

fn run(installation: &Installation, words: &[&str]) -> Output {
    installation.run(&[words, &AT].concat())
}

fn answer(installation: &Installation, words: &[&str]) -> Value {
    let output = run(installation, words);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
}

#[tokio::test]
async fn issuers_are_added_changed_and_removed_and_one_is_the_default() {
    let installation = Installation::new().await;
    installation.configure("");
    let built_in = answer(&installation, &["issuers", "list"]);
    assert_eq!((&built_in[0]["name"], &built_in[0]["id"]), (&json!("Stø AS"), &Value::Null));
    let add = ["issuers", "add", "Bank AS", "--address", "Storgata 1, 0155 Oslo", "--handover", "key_pair"];
    let more = ["--catalogue", "questions-2026", "--default", "true"];
    assert!(answer(&installation, &[add.as_slice(), &more].concat())["id"].is_string());
    answer(
        &installation,
        &["issuers", "change", "bank as", "--rename", "Banken AS", "--answers-within", "7"],
    );
    let all = answer(&installation, &["issuers", "list"]);
    let [only] = all.as_array().unwrap().as_slice() else { panic!("{all}") };
    assert_eq!((&only["name"], &only["answers_within"]), (&json!("Banken AS"), &json!(7)));
    assert_eq!((&only["catalogue"], &only["handovers"]), (&json!("questions-2026"), &json!(["key_pair"])));
    answer(&installation, &["issuers", "remove", "Banken AS"]);
    assert_eq!(answer(&installation, &["issuers", "list"])[0]["name"], "Stø AS");
}

#[tokio::test]
async fn a_mistake_about_an_issuer_names_what_is_wrong_and_what_was_probably_meant() {
    let installation = Installation::new().await;
    installation.configure("");
    let add = ["issuers", "add", "Bank AS", "--address", "Oslo"];
    let wrong = answer(&installation, &[add.as_slice(), &["--email", "nowhere"]].concat());
    assert_eq!(wrong["errors"][0]["id"], "mail-address-invalid");
    assert_eq!(
        run(&installation, &[add.as_slice(), &["--handover", "pigeon"]].concat()).status.code(),
        Some(2)
    );
    answer(&installation, &add);
    let near = answer(&installation, &["issuers", "remove", "Bank A"]);
    assert_eq!(near["errors"][0]["id"], "name-mistyped");
}

#[tokio::test]
async fn a_text_of_the_documents_is_a_sample_until_a_file_brings_one_and_its_versions_stay() {
    let installation = Installation::new().await;
    installation.configure("");
    let all = answer(&installation, &["templates", "list"]);
    assert_eq!((all.as_array().unwrap().len(), &all[0]["is_sample"]), (6, &json!(true)));
    let of = ["--kind", "order", "--language", "nb"];
    let file = installation.folder.path().join("order.txt");
    let set = [["templates", "set"].as_slice(), &of, &["--file", file.to_str().unwrap()]].concat();
    for (text, version) in [("En.\n\nFullmakt.\n", 1), ("To.\n\nFullmakt.\n", 2)] {
        std::fs::write(&file, text).unwrap();
        assert_eq!(answer(&installation, &set)["version"], version);
    }
    std::fs::write(&file, "{bedrift}\n\nFullmakt.").unwrap();
    assert_eq!(answer(&installation, &set)["errors"][0]["id"], "template-placeholder");
    let show = [["templates", "show"].as_slice(), &of].concat();
    assert_eq!(answer(&installation, &show)["body"], "To.\n\nFullmakt.");
    let first = answer(&installation, &[show.as_slice(), &["--version", "1"]].concat());
    assert_eq!(first["body"], "En.\n\nFullmakt.");
}

#[tokio::test]
async fn without_orders_there_is_an_empty_list_and_an_unknown_one_is_not_found() {
    let installation = Installation::new().await;
    installation.configure("");
    assert_eq!(answer(&installation, &["orders", "list"]), json!([]));
    assert_eq!(answer(&installation, &["orders", "desk"]), json!([]));
    let unknown = answer(&installation, &["orders", "show", &"0".repeat(32)]);
    assert_eq!(unknown["errors"][0]["id"], "not-found");
}
