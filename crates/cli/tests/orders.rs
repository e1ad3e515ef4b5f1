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

/// The declaration of issuers and texts in the guide.
fn registers() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/guide/moving-in.md");
    let guide = std::fs::read_to_string(path).unwrap();
    let mut examples = guide.split("```toml\n").skip(1).filter_map(|it| it.split("```").next());
    examples.find(|it| it.contains("[[issuers]]")).unwrap().to_owned()
}

/// An installation with that declaration beside it, and the text that it names.
async fn with_registers(text: &str) -> Installation {
    let installation = Installation::new().await;
    installation.configure("");
    let folder = installation.folder.path();
    std::fs::create_dir(folder.join("texts")).unwrap();
    std::fs::write(folder.join("texts/order.nb.txt"), "Vi bestiller {eid}.\n\nFullmakt.\n").unwrap();
    std::fs::write(folder.join("d.toml"), text).unwrap();
    installation
}

/// The register, the texts and who changed what, without ids and times.
fn state(installation: &Installation) -> (Value, Value, Vec<(Value, Value)>) {
    let mut issuers = answer(installation, &["issuers", "list"]);
    for it in issuers.as_array_mut().unwrap() {
        for unlike in ["id", "version", "declared_by"] {
            it.as_object_mut().unwrap().remove(unlike);
        }
    }
    let mut templates = answer(installation, &["templates", "list"]);
    for it in templates.as_array_mut().unwrap() {
        it.as_object_mut().unwrap().remove("created_at");
    }
    let kinds =
        ["issuer", "order_template"].map(|kind| answer(installation, &["audit", "list", "--action", kind]));
    let rows = kinds.iter().flat_map(|it| it.as_array().unwrap());
    (issuers, templates, rows.map(|it| (it["action"].clone(), it["details"].clone())).collect())
}

#[tokio::test]
async fn a_file_declares_issuers_and_texts_as_the_commands_would_make_them() {
    let declared = with_registers(&registers()).await;
    let made = answer(&declared, &["apply", "-f", "d.toml"]);
    assert_eq!(made["changes"].as_array().map(Vec::len), Some(3), "{made}");
    let again = answer(&declared, &["apply", "-f", "d.toml"]);
    assert!(again["changes"].as_array().unwrap().iter().all(|it| it["action"] == "unchanged"), "{again}");
    assert_eq!(answer(&declared, &["issuers", "list"])[0]["declared_by"], "desk");

    let by_hand = Installation::new().await;
    by_hand.configure("");
    let add =
        ["issuers", "add", "Sparebanken Prøve", "--address", "Storgata 1, 0155 Oslo", "--phone", "22000000"];
    let more = [
        "--email",
        "bankid@bank.example",
        "--handover",
        "key_pair",
        "--handover",
        "receiver_enters",
        "--catalogue",
        "questions-2026",
        "--answers-within",
        "5",
        "--default",
        "true",
    ];
    answer(&by_hand, &[add.as_slice(), &more].concat());
    for (kind, language, body) in [
        ("order", "nb", "Vi bestiller {eid}.\n\nFullmakt."),
        (
            "number",
            "en",
            "{company} needs the national identity number of the people who log in at {host} with {eid}.",
        ),
    ] {
        std::fs::write(by_hand.folder.path().join("text.txt"), body).unwrap();
        answer(&by_hand, &["templates", "set", "--kind", kind, "--language", language, "--file", "text.txt"]);
    }
    assert_eq!(state(&declared), state(&by_hand));
}

#[tokio::test]
async fn a_text_that_cannot_be_read_is_told_with_everything_else_that_is_wrong_and_its_line() {
    let text =
        registers().replace("body = ", "body_file = \"none.txt\"\nbody = ").replace("texts/", "nowhere/");
    let installation = with_registers(&text.replace("address =", "address_ =")).await;
    let output = installation.run(&["apply", "--config", "portvakt.toml", "-f", "d.toml"]);
    let said = String::from_utf8(output.stderr).unwrap();
    let lines: Vec<&str> = said.lines().filter(|it| it.starts_with("d.toml:")).collect();
    assert_eq!(lines.len(), 4, "{said}");
    for wanted in [
        "d.toml:6: there is no member \"address_\" here: did you mean `address`?",
        "templates[0].body_file: ",
        "`body` is given more than once",
    ] {
        assert!(lines.iter().any(|it| it.contains(wanted)), "{wanted}: {said}");
    }
    assert_eq!(answer(&installation, &["issuers", "list"])[0]["name"], "Stø AS", "nothing was written");
}

#[tokio::test]
async fn nodes_that_start_at_once_declare_an_issuer_and_a_text_once() {
    let it = with_registers(&registers()).await;
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| drop(it.start_with(&["--declare", "d.toml"])));
        }
    });
    assert_eq!(answer(&it, &["issuers", "list"]).as_array().map(Vec::len), Some(1));
    let versions = answer(&it, &["templates", "list"]);
    assert!(versions.as_array().unwrap().iter().all(|it| it["version"].as_i64() < Some(2)), "{versions}");
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
