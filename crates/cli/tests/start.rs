//! What keeps `serve` from starting, in the words that an operator reads.

use std::fs;

use crypto::{Random, SealKey, b64};

use crate::house::{Authority, Installation, write_secret};

#[tokio::test]
async fn an_unknown_key_is_refused_with_its_line_and_the_nearest_one() {
    let installation = Installation::new().await;
    installation.configure("[[listen.certificate]]\nchains = \"a.pem\"\nkey = \"a.key\"");
    insta::assert_snapshot!(installation.refusal(), @r#"
    portvakt: portvakt.toml:11: listen.certificate.chain: this is missing: set it, such as to "/etc/portvakt/tls/fullchain.pem"
    portvakt.toml:12: listen.certificate.chains: there is no key "chains" in [listen.certificate]: did you mean `chain`?
    "#);
}

#[tokio::test]
async fn a_master_key_that_is_missing_short_or_another_is_refused() {
    let installation = Installation::new().await;
    installation.configure("");
    let key = installation.path("master.key");
    let short = fs::read_to_string(&key).unwrap()[1..].to_owned();

    fs::remove_file(&key).unwrap();
    insta::assert_snapshot!(installation.refusal(), @"portvakt: the file FOLDER/master.key is not there: put back the key that this database was made with, or make one for a new database with `portvakt config new-master-key`");
    write_secret(&key, &short);
    insta::assert_snapshot!(installation.refusal(), @"portvakt: the file FOLDER/master.key: not a master key, which is 32 bytes in base64url (43 letters): put back the one that this database was made with, or make one for a new database with `portvakt config new-master-key`");
    write_secret(&key, &b64::encode(SealKey::generate(&Random::system()).expose()));
    insta::assert_snapshot!(installation.refusal(), @"portvakt: the master key from the file FOLDER/master.key is not the one that this database was made with, so nothing in it can be opened: put back the right one (a copy should be kept apart from the backups)");
}

#[tokio::test]
async fn a_certificate_that_does_not_fit_its_key_is_refused_at_the_start() {
    let (installation, authority) = (Installation::new().await, Authority::new());
    installation.configure("[[listen.certificate]]\nchain = \"a.pem\"\nkey = \"a.key\"");
    insta::assert_snapshot!(installation.refusal(), @r"
    portvakt: listen.certificate: FOLDER/a.pem: it cannot be read (No such file or directory (os error 2)): put a certificate and its key, in PEM, into the files of this section
    listen.certificate: FOLDER/a.key: it cannot be read (No such file or directory (os error 2)): put a certificate and its key, in PEM, into the files of this section
    ");
    authority.sign("login.example").write(&installation, "a");
    write_secret(&installation.path("a.key"), &authority.sign("login.example").key);
    insta::assert_snapshot!(installation.refusal(), @"portvakt: listen.certificate: FOLDER/a.key is not the key of FOLDER/a.pem (keys may not be consistent: KeyMismatch): put a certificate and its key, in PEM, into the files of this section");
}

#[tokio::test]
async fn a_wrong_configuration_hid_that_the_declaration_is_not_there() {
    let installation = Installation::new().await;
    installation.configure("connections = \"many\"");
    fs::remove_file(installation.path("master.key")).unwrap();
    let said = installation.refusal_with(&["--declare", "none.toml"]);
    for wanted in ["listen.connections: ", "FOLDER/master.key is not there", "none.toml"] {
        assert!(said.contains(wanted), "{wanted}: {said}");
    }
}

#[tokio::test]
async fn the_check_finds_a_certificate_that_is_not_there() {
    let installation = Installation::new().await;
    installation.configure("[[listen.certificate]]\nchain = \"a.pem\"\nkey = \"a.key\"");
    let output = installation.run(&["config", "check", "--config", "portvakt.toml"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("a.pem: it cannot be read"), "{said}");
}

#[tokio::test]
async fn the_check_finds_that_the_directory_of_the_database_is_not_there() {
    let installation = Installation::new().await;
    installation.configure("");
    let text = fs::read_to_string(installation.path("portvakt.toml")).unwrap();
    let text = text.replace("sqlite = \"portvakt.db\"", "sqlite = \"none/portvakt.db\"");
    fs::write(installation.path("portvakt.toml"), text).unwrap();
    let output = installation.run(&["config", "check", "--config", "portvakt.toml"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said.contains("database.sqlite: the directory ") && said.contains("/none does not exist"),
        "{said}"
    );
}

#[tokio::test]
async fn plain_http_on_an_address_of_the_network_is_refused() {
    let installation = Installation::new().await;
    installation.configure("");
    let text = fs::read_to_string(installation.path("portvakt.toml")).unwrap();
    fs::write(installation.path("portvakt.toml"), text.replace("[\"127.0.0.1:0\"]", "[\"0.0.0.0:0\"]"))
        .unwrap();
    insta::assert_snapshot!(installation.refusal(), @"portvakt: listen.addresses: this would speak plain HTTP at 0.0.0.0:0, where others can listen in: add a [[listen.certificate]], name the proxies in front of it in `trusted_proxies`, or listen on loopback");
}

#[tokio::test]
async fn an_address_that_is_taken_is_named() {
    let installation = Installation::new().await;
    installation.configure("");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let text = fs::read_to_string(installation.path("portvakt.toml")).unwrap();
    fs::write(
        installation.path("portvakt.toml"),
        text.replace("[\"127.0.0.1:0\"]", &format!("[\"{address}\"]")),
    )
    .unwrap();
    let refusal = installation.refusal();
    assert!(
        refusal.contains(&format!("{address} cannot be listened at: Address already in use")),
        "{refusal}"
    );
}

#[tokio::test]
async fn the_check_says_what_a_configuration_means_and_shows_no_secret() {
    let installation = Installation::new().await;
    installation.configure("");
    let output = installation.run(&["config", "check", "--config", "portvakt.toml"]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && said.ends_with("Nothing is wrong.\n"), "{said}");
    assert!(said.contains("master.key"), "{said}");
    assert!(!said.contains(&fs::read_to_string(installation.path("master.key")).unwrap()), "{said}");
}

#[tokio::test]
async fn the_configuration_is_found_where_it_is_named_and_where_the_command_runs() {
    let installation = Installation::new().await;
    let tenants = |folder: &str| {
        let mut command = installation.command(&["tenants", "list", "--json"]);
        command.current_dir(installation.path(folder)).env_remove("PORTVAKT_CONFIG");
        command
    };
    installation.configure("");
    assert!(tenants(".").output().unwrap().status.success(), "here");
    fs::create_dir(installation.path("elsewhere")).unwrap();
    let none = tenants("elsewhere").output().unwrap();
    let said = String::from_utf8(none.stderr).unwrap();
    assert!(
        said.contains("neither portvakt.toml in this directory nor /etc/portvakt/portvakt.toml"),
        "{said}"
    );
    let named = tenants("elsewhere").env("PORTVAKT_CONFIG", installation.path("portvakt.toml")).output();
    assert!(named.unwrap().status.success(), "named in the environment");
}

#[tokio::test]
async fn a_configuration_that_another_account_could_exchange_was_taken_by_itself() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
    let installation = Installation::new().await;
    installation.configure("");
    let open = installation.path("open");
    fs::create_dir(&open).unwrap();
    symlink(installation.path("portvakt.toml"), open.join("portvakt.toml")).unwrap();
    let is_root = open.metadata().unwrap().uid() == 0;
    if is_root {
        chown(&open, Some(4_242), Some(4_242)).unwrap();
    } else {
        fs::set_permissions(&open, fs::Permissions::from_mode(0o777)).unwrap();
    }
    let mut command = installation.command(&["tenants", "list"]);
    let refused = command.current_dir(&open).env_remove("PORTVAKT_CONFIG").output().unwrap();
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("other accounts can change or exchange portvakt.toml"), "{said}");
    assert_eq!(fs::read_dir(&open).unwrap().count(), 1, "nothing was made there");
}
