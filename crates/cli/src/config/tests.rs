//! What is refused, in the words that an operator reads.

use std::{collections::BTreeMap, fs, os::unix::fs::PermissionsExt, path::Path};

use crypto::Secret;

use super::{
    mail, page,
    resolve::{Config, Surroundings, resolve},
};

const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

fn around(variables: &[(&str, &str)]) -> Surroundings {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Surroundings {
        base: "/etc/portvakt".into(),
        variables: variables.iter().map(owned).collect::<BTreeMap<_, _>>(),
        mistaken: Vec::new(),
        master_key: Some(Secret::from(KEY)),
        master_key_file: None,
        mail: mail::PasswordGiven::default(),
        credentials: None,
    }
}

fn read(text: &str, variables: &[(&str, &str)]) -> Result<Config, String> {
    resolve(Path::new("portvakt.toml"), text, &around(variables)).map_err(|it| it.to_string())
}

fn refusal(text: &str) -> String {
    read(text, &[]).unwrap_err()
}

const ENOUGH: &str = "[database]\nsqlite = \"a.db\"\n[listen]\naddresses = [\"127.0.0.1:0\"]\n";

#[test]
fn everything_that_is_wrong_is_said_at_once_with_its_line() {
    let text = "[database]\nsqlit = \"a.db\"\nqueue = \"many\"\n[listen]\nidle_for = 60\n\n[[listen.certificate]]\nchain = \"a\"\nkee = \"b\"\n[operators]\n";
    insta::assert_snapshot!(refusal(text), @r#"
    portvakt.toml:2: database.sqlit: there is no key "sqlit" in [database]: did you mean `sqlite`?
    portvakt.toml:3: database.queue: invalid type: string "many", expected u32: correct the value; the reference of the configuration says what fits
    portvakt.toml:5: listen.idle_for: invalid type: integer `60`, expected a duration such as "20s", "15m", "24h" or "90d": correct the value; the reference of the configuration says what fits
    portvakt.toml:7: listen.certificate.key: this is missing: set it, such as to "/etc/portvakt/tls/privkey.pem"
    portvakt.toml:9: listen.certificate.kee: there is no key "kee" in [listen.certificate]: did you mean `key`?
    portvakt.toml:10: there is no section "operators": did you mean [operator]?
    "#);
}

#[test]
fn a_value_that_cannot_be_is_refused_with_its_line() {
    let text = "[listen]\naddresses = [\n  \"127.0.0.1:1\",\n  \"nowhere\",\n]\n[log]\nlevel = \"loud\"\n[keys]\nused_for = \"0d\"\nx";
    insta::assert_snapshot!(refusal(text), @"portvakt.toml:10: this is not TOML: key with no value, expected `=`: correct the file");
    insta::assert_snapshot!(refusal(&text[..text.len() - 1]), @r#"
    portvakt.toml:4: listen.addresses: invalid socket address syntax: correct the value; the reference of the configuration says what fits
    portvakt.toml:7: log.level: unknown variant `loud`, expected one of `error`, `warn`, `info`, `debug`: correct the value; the reference of the configuration says what fits
    portvakt.toml:9: keys.used_for: invalid value: string "0d", expected a duration such as "20s", "15m", "24h" or "90d": correct the value; the reference of the configuration says what fits
    database: no database is named: set `sqlite` to a file, or `address` or `address_file` to PostgreSQL's address
    "#);
}

#[test]
fn one_place_is_needed_and_no_two() {
    insta::assert_snapshot!(refusal("[listen]\naddresses = [\"127.0.0.1:0\"]"), @"database: no database is named: set `sqlite` to a file, or `address` or `address_file` to PostgreSQL's address");
    insta::assert_snapshot!(refusal(&ENOUGH.replace("[listen]", "address_file = \"x\"\n[listen]")), @"database: more than one database is named: leave one of `sqlite`, `address` and `address_file`");
}

#[test]
fn plain_http_where_others_can_listen_in_is_refused() {
    insta::assert_snapshot!(refusal("[database]\nsqlite = \"a\""), @"listen.addresses: this would speak plain HTTP at [::]:443, where others can listen in: add a [[listen.certificate]], name the proxies in front of it in `trusted_proxies`, or listen on loopback");
    let behind = "[database]\nsqlite = \"a\"\n[listen]\ntrusted_proxies = [\"10.0.0.0/8\"]";
    assert!(read(behind, &[]).is_ok());
}

#[test]
fn a_password_in_the_file_is_refused_and_from_the_environment_it_is_not() {
    let address = "postgresql://portvakt:hunter2@localhost/portvakt";
    let text = ENOUGH.replace("sqlite = \"a.db\"", &format!("address = \"{address}\""));
    let refusal = refusal(&text);
    assert!(refusal.contains("address_file") && !refusal.contains("hunter2"), "{refusal}");
    let text = ENOUGH.replace("sqlite = \"a.db\"\n", "");
    let config = read(&text, &[("PORTVAKT__DATABASE__ADDRESS", address)]).unwrap();
    assert!(!config.place_in_words.contains("hunter2"), "{}", config.place_in_words);
}

#[test]
fn the_environment_wins_and_a_variable_that_sets_nothing_is_refused() {
    let set = [
        ("PORTVAKT__LISTEN__ADDRESSES", "127.0.0.1:1, [::1]:2"),
        ("PORTVAKT__KEYS__USED_FOR", "10s"),
        ("PORTVAKT__KEYS__PUBLISH_AHEAD", "\"2s\""),
        ("PORTVAKT__DATABASE__QUEUE", "7"),
    ];
    let config = read(ENOUGH, &set).unwrap();
    assert_eq!(config.listen.addresses.len(), 2);
    assert_eq!((config.keys.used_for.as_secs(), config.keys.publish_ahead.as_secs()), (10, 2));
    assert_eq!(config.store.queue, 7);

    let refusal = read(ENOUGH, &[("PORTVAKT__LISTEN__ADDRESS", "x"), ("PORTVAKT__DATABASE__QUEUE", "x")]);
    insta::assert_snapshot!(refusal.unwrap_err(), @r#"
    the value of the environment variable "PORTVAKT__DATABASE__QUEUE" does not fit: correct it; the reference of the configuration says what fits
    the environment variable "PORTVAKT__LISTEN__ADDRESS" sets nothing: did you mean PORTVAKT__LISTEN__ADDRESSES?
    "#);
}

#[test]
fn the_master_key_comes_from_one_place() {
    let mut none = around(&[]);
    none.master_key = None;
    let refused = |it: &Surroundings, more: &str| {
        resolve(Path::new("portvakt.toml"), &format!("{ENOUGH}{more}"), it).unwrap_err().to_string()
    };
    insta::assert_snapshot!(refused(&none, ""), @"master_key: there is no master key: set `file` in [master_key], PORTVAKT_MASTER_KEY, PORTVAKT_MASTER_KEY_FILE, or the systemd credential portvakt-master-key; `portvakt config new-master-key` makes one (a database that exists opens only with its own)");
    insta::assert_snapshot!(refused(&around(&[]), "[master_key]\nfile = \"m\""), @"master_key: the master key is given more than once: the file /etc/portvakt/m, the environment variable PORTVAKT_MASTER_KEY: leave one of them");
}

#[test]
fn what_would_be_ignored_is_refused() {
    let mut around = around(&[]);
    around.mistaken.push("PORTVAKT_LIMITS__PER_ADDRESS".to_owned());
    let text = format!("{ENOUGH}[limits]\ndomain_share = 500\n");
    let refusal = resolve(Path::new("portvakt.toml"), &text, &around).unwrap_err().to_string();
    assert!(refusal.contains("did you mean PORTVAKT__LIMITS__PER_ADDRESS?"), "{refusal}");
    assert!(refusal.contains("limits.domain_share: this is 500 percent"), "{refusal}");
}

#[test]
fn a_key_that_is_missing_short_or_open_to_everybody_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("master.key");
    let mut around = around(&[]);
    (around.base, around.master_key) = (folder.path().to_owned(), None);
    let text = format!("{ENOUGH}[master_key]\nfile = \"master.key\"");
    let config = resolve(Path::new("portvakt.toml"), &text, &around).unwrap();
    let why =
        || config.master_key().map(drop).unwrap_err().to_string().replace(path.to_str().unwrap(), "FILE");

    let missing = why();
    fs::write(&path, &KEY[1..]).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    let short = why();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let open = why();

    assert!(missing.starts_with("the file FILE is not there: put back the key"), "{missing}");
    assert!(short.contains("FILE: not a master key, which is 32 bytes"), "{short}");
    assert!(
        open.contains("(owner and mode ")
            && open.contains(" 0644)")
            && open.ends_with("run: chmod 0640 FILE"),
        "{open}"
    );
    fs::write(&path, format!("{KEY}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
    assert!(config.master_key().is_ok());
}

#[test]
fn a_mock_stands_in_for_an_eid_of_the_test_environment_where_it_may_be_called() {
    let with = |lines: &str| read(&format!("{ENOUGH}[test_eids]\n{lines}"), &[]);
    let config =
        with("no_bankid = \"http://127.0.0.1:4401/realm\"\n[outbound]\nallowed = [\"127.0.0.1:4401\"]\n")
            .unwrap();
    let issuers: Vec<_> = config.test_eids.iter().map(|it| it.issuer.as_str()).collect();
    assert_eq!(issuers, ["http://127.0.0.1:4401/realm"]);
    let refusal =
        with("no_bankid = \"http://127.0.0.1:4401/realm\"\nno_vipps = \"https://api.vipps.no/x\"\n")
            .unwrap_err();
    assert!(
        refusal.contains("test_eids.no_bankid: \"http://127.0.0.1:4401/realm\" may not be called"),
        "{refusal}"
    );
    assert!(refusal.contains("test_eids.no_vipps: ") && refusal.contains("eID of production"), "{refusal}");
}

#[test]
fn what_nobody_sets_is_what_the_store_itself_would_take() {
    let (config, store) = (read(ENOUGH, &[]).unwrap(), store::Settings::default());
    assert_eq!(format!("{:?}", config.store), format!("{store:?}"));
}

#[test]
fn the_example_passes_the_check() {
    let mut around = around(&[]);
    let example = page::example();
    // The unit brings the key; a second place for it would be refused.
    resolve(Path::new("portvakt.toml"), &example, &around).unwrap();
    around.master_key = None;
    // Every default, uncommented, is what it would be anyway.
    let all: String = example
        .lines()
        .map(|it| it.strip_prefix('#').filter(|it| !it.starts_with(' ')).unwrap_or(it))
        .fold(String::new(), |text, line| {
            let other = [
                "address = ",
                "address_file = ",
                "extra_roots_file = ",
                "roots_file = ",
                // The seal is in files that are not here.
                "certificates_file = ",
                "key_file = ",
                "timestamp_url = ",
                // The password is in a file that is not here, and the user name goes with it.
                "password_file = ",
                "username = ",
                // So is the secret of the gateway.
                "secret_file = ",
            ];
            if other.iter().any(|it| line.starts_with(it)) { text } else { text + line + "\n" }
        });
    resolve(Path::new("portvakt.toml"), &all, &around).unwrap();
}

#[test]
fn the_reference_is_what_just_docs_would_write() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/configuration.md");
    let written = fs::read_to_string(path).unwrap_or_default();
    assert!(written == page::reference(), "docs/reference/configuration.md is stale: run `just docs`");
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in "[\\[\\]a-z_=\"0-9.\n ,{}#]{0,120}") {
        let _ = read(&text, &[]);
    }
}

#[test]
fn the_first_fault_of_a_configuration_hid_its_missing_files() {
    let text = "[database]\nsqlite = 5\n[listen]\nconnections = \"many\"\n[[listen.certificate]]\n\
                chain = \"none.pem\"\nkey = \"none.key\"\n[outbound]\nextra_roots_file = \"none.roots\"\n\
                [master_key]\nfile = \"none.master\"\n[limits]\ndomain_share = 101\n";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("portvakt.toml");
    fs::write(&path, text).unwrap();
    let examine = crate::serve::certificates::faults_of;
    let said = super::load_whole(&path, examine).map(drop).unwrap_err().to_string();
    for wanted in [
        "database.sqlite: ",
        "listen.connections: ",
        "none.pem: it cannot be read",
        "none.key: it cannot be read",
        "none.roots",
        "none.master is not there",
        "limits.domain_share: ",
    ] {
        assert!(said.contains(wanted), "{wanted}: {said}");
    }
    assert!(!said.contains("no database is named"), "what follows from a value that cannot be read: {said}");
    assert_eq!(said.lines().count(), 7, "{said}");
}

const MAIL: &str = "[mail]\nhost = \"smtp.example.com\"\nfrom = \"portvakt@example.com\"\n";

#[test]
fn what_is_wrong_with_the_mail_server_is_said_at_once() {
    let more = "security = \"none\"\ntimeout = \"5m\"\nusername = \"portvakt\"\n";
    insta::assert_snapshot!(refusal(&format!("{ENOUGH}{MAIL}{more}").replace("portvakt@example.com", "portvakt")), @r#"
    mail.security: letters would go to "smtp.example.com" without TLS: set security to starttls or tls; none is for a mail server on loopback
    mail.timeout: a delivery may take 40s at most: set a shorter timeout in [mail]
    mail.from: this is not an e-mail address that letters can go to: write it as name@example.com, in ASCII and without a display name
    mail: [mail] has no password_file, which its other keys need: set it, or leave out what needs it
    "#);
    insta::assert_snapshot!(refusal(&format!("{ENOUGH}[mail]\nfrom = \"portvakt@example.com\"")), @"mail: [mail] has no host, which its other keys need: set it, or leave out what needs it");
}

#[test]
fn the_password_of_the_mail_server_comes_from_one_place_and_is_not_printed() {
    let text = format!("{ENOUGH}{MAIL}username = \"portvakt\"\n");
    let mut around = around(&[]);
    around.mail.text = Some(Secret::from("hunter2\n"));
    let config = resolve(Path::new("portvakt.toml"), &text, &around).unwrap();
    let (username, password) = config.mail.clone().unwrap().credentials.unwrap();
    assert_eq!((username.as_str(), password.expose().as_str()), ("portvakt", "hunter2"));
    assert!(!format!("{:?}", config.mail).contains("hunter2"));
    around.mail.file = Some("mail-password".into());
    let refused = resolve(Path::new("portvakt.toml"), &text, &around).unwrap_err().to_string();
    insta::assert_snapshot!(refused, @"mail: the password of the mail server comes from more than one place: the file /etc/portvakt/mail-password, the environment variable PORTVAKT_MAIL_PASSWORD: leave one of them");
}

#[test]
fn a_password_of_the_mail_server_that_everybody_can_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mail-password");
    fs::write(&path, "hunter2").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let mut around = around(&[]);
    around.base = folder.path().to_owned();
    let text = format!("{ENOUGH}{MAIL}username = \"p\"\npassword_file = \"mail-password\"\n");
    let refused = resolve(Path::new("portvakt.toml"), &text, &around).unwrap_err().to_string();
    assert!(refused.contains("chmod") && !refused.contains("hunter2"), "{refused}");
}

const SMS: &str =
    "[sms]\nurl = \"https://sms.example.com/send\"\nbody = '{\"to\":\"{to}\",\"text\":\"{text}\"}'\n";

#[test]
fn a_gateway_is_described_by_templates() {
    let gateway = read(&format!("{ENOUGH}{SMS}"), &[]).unwrap().sms.unwrap();
    assert_eq!(gateway.address(), "https://sms.example.com/send");
    assert!(read(ENOUGH, &[]).unwrap().sms.is_none());
}

#[test]
fn what_is_wrong_with_the_sms_gateway_is_said_at_once_with_all_other_faults() {
    let text = "[sms]\nurl = \"http://sms.example.com/{too}\"\nheaders = [\"Host: a\", \"X-Text: {text}\"]\nbody = '{\"to\":{to}}'\n[mail]\nfrom = \"portvakt@example.com\"\n";
    let alone = [
        "body = 'a'",
        "url = \"http://a.example\"\nbody = '{}'",
        "url = \"https://a.example\"\nbody = '{}'",
        "url = \"https://sms.example.com/{secret}?t={text}&n={to}\"\nmethod = \"GET\"",
        "url = \"https://a.example\"\nbody = 'a b'\ncontent_type = \"application/x-www-form-urlencoded\"",
        "url = \"https://a.example\"\nmethod = \"DELETE\"\ncontent_type = \"text/xml\"",
    ];
    let alone = alone.map(|it| refusal(&format!("{ENOUGH}[sms]\n{it}"))).join("\n");
    insta::assert_snapshot!(format!("{}\n{alone}", refusal(&format!("{ENOUGH}{text}"))), @r#"
    mail: [mail] has no host, which its other keys need: set it, or leave out what needs it
    sms.url: there is no placeholder "too": use one of to, to_digits, text, id, secret, each in braces
    sms.headers: "Host" is not a header that can be set: write each as Name: value, in ASCII; the type of the body is content_type
    sms.headers: the placeholder text cannot stand in a header: put it into the body or the address
    sms.body: with its placeholders filled in, the body is no JSON: expected value at line 1 column 7: put each placeholder into a string, between quotation marks
    sms: [sms] has no url, which its other keys need: set it, or leave out what needs it
    sms.url: this address may not be called: use a public https address, or allow its host and port in [outbound]
    sms: neither the address nor the body has the placeholder text: put it, in braces, where the gateway expects it
    sms: neither the address nor the body has the placeholder to: put it, in braces, where the gateway expects it
    sms: [sms] has no secret_file, which its other keys need: set it, or leave out what needs it
    sms.body: with its placeholders filled in, the body is no form: write it as to={to}&text={text}, in ASCII and without spaces
    portvakt.toml:7: sms.method: unknown variant `DELETE`, expected one of `GET`, `POST`, `PUT`: correct the value; the reference of the configuration says what fits
    portvakt.toml:8: sms.content_type: unknown variant `text/xml`, expected `application/json` or `application/x-www-form-urlencoded`: correct the value; the reference of the configuration says what fits
    "#);
}

#[test]
fn the_secret_of_the_sms_gateway_comes_from_a_file_and_is_not_printed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sms-secret");
    let mut around = around(&[]);
    around.base = folder.path().to_owned();
    let text = format!(
        "{ENOUGH}{SMS}headers = [\"Authorization: Bearer {{secret}}\"]\nsecret_file = \"sms-secret\"\n"
    );
    let read = |around: &Surroundings| resolve(Path::new("portvakt.toml"), &text, around);
    fs::write(&path, "hunter2\n").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let refused = read(&around).unwrap_err().to_string();
    assert!(refused.contains("chmod") && !refused.contains("hunter2"), "{refused}");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    assert!(!format!("{:?}", read(&around).unwrap().sms).contains("hunter2"));
    fs::write(&path, "\n").unwrap();
    insta::assert_snapshot!(read(&around).unwrap_err().to_string(), @"sms.secret_file: the secret of the gateway is empty, or has characters that a header cannot have: write it into the file in ASCII, in one line");
}
