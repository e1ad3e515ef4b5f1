//! What the operator writes. The example, the reference page and the check are made from these structs.
//!
//! A new section is a `section!` here, a line in [`File`], and what `resolve` makes of it.

use std::{net::SocketAddr, path::PathBuf};

use serde::Deserialize;

use super::{
    schema::{About, Document, Given, Key, Section, Table, section},
    value::{HostPort, Lasting, Net},
};
use Given::{Default as Is, Required, Unset};

section! {
    /// Where the data lies: one SQLite file, or PostgreSQL shared by several nodes. Exactly one of `sqlite`, `address`
    /// and `address_file` is set.
    Database ["database"] {
        /// The SQLite file. It is made at the first start; its directory is not.
        sqlite: Option<PathBuf> = Unset(r#""/var/lib/portvakt/portvakt.db""#);
        /// PostgreSQL's address, as `host=… user=… dbname=…` or `postgresql://…`, without a password: one with a
        /// password belongs into `address_file` or the environment.
        address: Option<String> = Unset(r#""host=/run/postgresql user=portvakt dbname=portvakt""#);
        /// A file that has the address, password included.
        address_file: Option<PathBuf> = Unset(r#""/etc/portvakt/database""#);
        /// A file with the authorities, in PEM, that PostgreSQL's certificate is verified with; else the system's are
        /// trusted. Anywhere but on this machine the connection is TLS, and the certificate must be for the host.
        roots_file: Option<PathBuf> = Unset(r#""/etc/portvakt/database-authorities.pem""#);
        /// The list of what was deleted, which `restore` applies again; ids and times only. It must not be in the backups. By
        /// default beside the SQLite file; set it where PostgreSQL is used, on every node.
        deletions_file: Option<PathBuf> = Unset(r#""/var/lib/portvakt/deletions""#);
        /// How many reads and writes may wait before a request is answered with 503.
        queue: u32 = Is("1024");
        /// SQLite: how many reads run at once.
        readers: u32 = Is("4");
        /// PostgreSQL: how many connections each node has. More where its disk is slow.
        connections: u32 = Is("8");
        /// PostgreSQL: how long a statement waits for a lock.
        lock_for: Lasting = Is(r#""2s""#);
        /// PostgreSQL: how long a statement may run, and a connection may take to come about.
        run_for: Lasting = Is(r#""5s""#);
    }
}

section! {
    /// The key that opens everything in the database. It comes from exactly one place: the file named here
    /// or in the environment variable `PORTVAKT_MASTER_KEY_FILE`, the variable `PORTVAKT_MASTER_KEY`, or the systemd
    /// credential `portvakt-master-key`. There is no default, and without it `serve` does not start.
    MasterKey ["master_key"] {
        /// A file with the key: 32 bytes in base64url, made by `portvakt config new-master-key`. Only its
        /// owner and group may read it, unless it lies below `/run/secrets` or `/run/credentials`.
        file: Option<PathBuf> = Unset(r#""/etc/portvakt/master.key""#);
    }
}

section! {
    /// A certificate with its key. The first one is shown to clients that ask for a name that none has. Both files are read
    /// again when they change; a pair that does not fit leaves the old one in place and is reported.
    Certificate ["listen.certificate"] {
        /// The certificate and its chain, in PEM, the certificate itself first.
        chain: PathBuf = Required(r#""/etc/portvakt/tls/fullchain.pem""#);
        /// Its private key, in PEM. Who may read it is as with the master key.
        key: PathBuf = Required(r#""/etc/portvakt/tls/privkey.pem""#);
    }
}

section! {
    /// The public listener: what browsers and applications come to.
    Listen ["listen"] {
        /// Where to listen. `[::]:443` takes IPv4 as well on Linux; use `0.0.0.0:443` on a machine without IPv6.
        addresses: Vec<SocketAddr> = Is(r#"["[::]:443"]"#);
        /// The proxies whose `X-Forwarded-For`, `X-Forwarded-Proto` and `X-Forwarded-Host` are believed, as addresses or
        /// networks. Without certificates, and on anything but loopback, they must be listed: no other address may then connect.
        trusted_proxies: Vec<Net> = Is("[]");
        /// How many connections at once. The next one waits until one has ended. Beyond half of them, one address (of
        /// IPv6: one /64) has at most a tenth, or 32 if that is more; trusted proxies are not counted so.
        connections: u32 = Is("2048");
        /// How many bytes the address and the headers of a request may have together.
        largest_headers: u32 = Is("65536");
        /// How many bytes the body of a request may have. Files that are uploaded in the console have limits of their own.
        largest_body: u32 = Is("65536");
        /// How long a client may take for its TLS handshake, and then for its headers.
        headers_for: Lasting = Is(r#""10s""#);
        /// How long a client may take for its body.
        body_for: Lasting = Is(r#""30s""#);
        /// How long a connection may lie idle. One of HTTP/1.1 waits for its next request no longer than `headers_for`.
        idle_for: Lasting = Is(r#""60s""#);
        /// How long a stop waits for the requests that are being answered.
        finish_in: Lasting = Is(r#""30s""#);
        tables { certificate: Certificate; }
    }
}

section! {
    /// The operator's listener: `/healthz`, `/readyz` and `/metrics`. It is never a route of a domain.
    Operator ["operator"] {
        /// Where to listen; plain HTTP, so keep it on loopback or on a network of your own.
        listen: SocketAddr = Is(r#""127.0.0.1:9090""#);
    }
}

/// How a record looks.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Format {
    Text,
    Json,
}

/// What is logged.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Level {
    Error,
    Warn,
    Info,
    Debug,
}

/// The lowest level of a login that approves an order.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ApprovalLevel {
    High,
    Substantial,
}

section! {
    /// The log, on standard error, one line an event.
    Log ["log"] {
        /// `text` for people, `json` for machines.
        format: Format = Is(r#""text""#);
        /// `error`, `warn`, `info` or `debug`. The environment variable `PORTVAKT_LOG` wins, and can choose by module.
        level: Level = Is(r#""info""#);
    }
}

section! {
    /// Calls to others. Public https addresses only; what is set here is for tests, and never holds for the eIDs of
    /// production.
    Outbound ["outbound"] {
        /// A file with certificates of authorities, in PEM, to trust beside the system's.
        extra_roots_file: Option<PathBuf> = Unset(r#""/etc/portvakt/authorities.pem""#);
        /// Hosts with their ports that may be called although they are not public or not https.
        allowed: Vec<HostPort> = Is("[]");
    }
}

section! {
    /// Signing keys turn by themselves.
    Keys ["keys"] {
        /// How long a key signs.
        used_for: Lasting = Is(r#""90d""#);
        /// How long a key is published before it signs, so that no cache of a key set is surprised.
        publish_ahead: Lasting = Is(r#""24h""#);
        /// How often to look whether a key is due.
        check_every: Lasting = Is(r#""60s""#);
    }
}

section! {
    /// What is remembered of logins.
    LoginEvents ["login_events"] {
        /// How long; what happened in a login that proved no person a week at the most.
        kept_for: Lasting = Is(r#""30d""#);
    }
}

section! {
    /// Simulated eIDs for test domains, with synthetic people for each tenant. Off without a host.
    Sandbox ["sandbox"] {
        /// A host name of its own, which the certificates must have; reached over https. Production domains never use it.
        host: Option<String> = Unset(r#""sandbox.example.com""#);
    }
}

section! {
    /// Who is responsible for the personal data of logins where a domain says nothing; the statements at `/privacy` and
    /// `/accessibility` name it. A new production domain without both, here or of its own, is refused.
    Statements ["statements"] {
        /// A legal name; goes with `contact`.
        controller: Option<String> = Unset(r#""Example AS""#);
        /// The e-mail address at which to ask.
        contact: Option<String> = Unset(r#""privacy@example.com""#);
    }
}

section! {
    /// Official buttons and logos of eIDs, as their owners hand them out: PNG, JPEG or WebP without animation, at most 256 KiB
    /// and 2048 pixels each way. They are read when `serve` starts and shown in place of ours to everybody who may choose
    /// that eID. Whether you may use them is for you to know.
    EidAssets ["eid_assets"] {
        /// A directory with one for each eID, by its id: `no-vipps/button.png`, `no-bankid/logo.webp`; a button of one
        /// language is `button.nb.png` (`nn`, `en`). What cannot be used is reported by `config check`, `doctor` and the
        /// log, and ours is shown. It need not be there.
        directory: PathBuf = Is(r#""/etc/portvakt/eid-assets""#);
    }
}

/// Whose sign-ins the console takes.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ConsoleEnvironment {
    Production,
    Test,
}

section! {
    /// The console, where operators and the members of tenants work in a browser. Off without a host. Its first operator comes
    /// in by `portvakt operator invite`.
    Console ["console"] {
        /// A host name of its own, with its port where that is not 443; the certificates must have it, and no other domain
        /// uses it.
        host: Option<String> = Unset(r#""console.example.com""#);
        /// `production`: members sign in with real eIDs. `test`: with the eIDs' test environments; such an installation says
        /// so on every page, and refuses production domains.
        environment: ConsoleEnvironment = Is(r#""production""#);
    }
}

/// How the connection to the mail server is protected.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum MailSecurity {
    Starttls,
    Tls,
    None,
}

section! {
    /// The mail server that takes letters to administrators: invitations, and what operators have to know. Off without a
    /// host: then nothing is sent, and commands say so. The password comes from one place: the file named here or in the
    /// environment variable `PORTVAKT_MAIL_PASSWORD_FILE`, the variable `PORTVAKT_MAIL_PASSWORD`, or the systemd credential
    /// `portvakt-mail-password`.
    Mail ["mail"] {
        /// The server. Its certificate must be for this name.
        host: Option<String> = Unset(r#""smtp.example.com""#);
        /// Its port: 587 for `starttls`, 465 for `tls`.
        port: u16 = Is("587");
        /// `starttls`: a connection that becomes TLS, or is not used; `tls`: TLS from the start; `none`: for a server on
        /// loopback.
        security: MailSecurity = Is(r#""starttls""#);
        /// A file with the authorities, in PEM, that the server's certificate is verified with; else the system's are
        /// trusted.
        roots_file: Option<PathBuf> = Unset(r#""/etc/portvakt/mail-authorities.pem""#);
        /// The user name, where the server wants one; goes with a password.
        username: Option<String> = Unset(r#""portvakt""#);
        /// A file with the password. Who may read it is as with the master key.
        password_file: Option<PathBuf> = Unset(r#""/etc/portvakt/mail-password""#);
        /// The address that letters come from; goes with `host`.
        from: Option<String> = Unset(r#""portvakt@example.com""#);
        /// The name beside it.
        from_name: String = Is(r#""Portvakt""#);
        /// How long the delivery of a letter may take, with everything; 40 seconds at most.
        timeout: Lasting = Is(r#""30s""#);
    }
}

/// How the SMS gateway is called.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum SmsMethod {
    Get,
    Post,
    Put,
}

/// What the body of that call is.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
pub(crate) enum SmsBodyType {
    #[serde(rename = "application/json")]
    Json,
    #[serde(rename = "application/x-www-form-urlencoded")]
    Form,
}

section! {
    /// The gateway that takes text messages: the codes that confirm the phones of people whom orders name. Off without a `url`:
    /// then phones stay unconfirmed. Every gateway that is called over HTTP fits: placeholders stand for what is sent. They are
    /// `{to}` (`+4790000001`), `{to_digits}` (`4790000001`), `{text}`, `{id}` (the same when a message is sent again, because the
    /// answer was lost) and `{secret}`. Each is encoded for its place. An answer of 2xx means that the message was taken; 400,
    /// 413 and 422, that it is refused for good; everything else is tried again.
    Sms ["sms"] {
        /// Where to call; public https, or allowed in `[outbound]`. Placeholders may stand after the host.
        url: Option<String> = Unset(r#""https://sms.example.com/v1/messages""#);
        /// `POST`, `PUT` or `GET`; a `GET` has everything in its address.
        method: SmsMethod = Is(r#""POST""#);
        /// Headers, each as `Name: value`, such as `"Authorization: Bearer {secret}"`. For Basic authentication the secret is the base64 of user name, colon and password.
        headers: Vec<String> = Is("[]");
        /// The body. In JSON each placeholder stands in a string.
        body: Option<String> = Unset(r#"'{"from":"Example","to":"{to}","text":"{text}"}'"#);
        /// What the body is: `application/json` or `application/x-www-form-urlencoded`.
        content_type: SmsBodyType = Is(r#""application/json""#);
        /// A file with what opens the gateway. Who may read it is as with the master key.
        secret_file: Option<PathBuf> = Unset(r#""/etc/portvakt/sms-secret""#);
    }
}

section! {
    /// The organisation's seal, which closes the documents of orders: PAdES B-B, and B-T with a timestamp service. Off without
    /// files: then documents are closed without a seal, and the order desk says so.
    Seal ["seal"] {
        /// The certificate of the seal in PEM, the authorities above it after it.
        certificates_file: Option<PathBuf> = Unset(r#""/etc/portvakt/seal.pem""#);
        /// Its private key in PEM: RSA, or ECDSA on P-256. Who may read it is as with the master key.
        key_file: Option<PathBuf> = Unset(r#""/etc/portvakt/seal.key""#);
        /// A timestamp service (RFC 3161), asked over HTTP for every document that is sealed.
        timestamp_url: Option<String> = Unset(r#""https://timestamp.example.com/""#);
    }
}

section! {
    /// Orders of eID credentials.
    Orders ["orders"] {
        /// Where Vipps takes orders of Vipps Login.
        vipps_url: String = Is(r#""https://portal.vippsmobilepay.com/""#);
        /// Whether two operators have to agree to seal, reject and issue, and to let a signatory count whose identity was not
        /// certain. With one operator it has to be switched off; the documents say then that one decided.
        four_eyes: bool = Is("true");
        /// The lowest level of a login that approves: `high`, or `substantial`, which the documents say then.
        approval_level: ApprovalLevel = Is(r#""high""#);
        /// How many years an order is kept after its credentials ended: 1 to 10.
        kept_for_years: u32 = Is("3");
    }
}

section! {
    /// Where the eIDs of the environment `test` are, if not where their owners have them: a mock of your own, say. Only
    /// identity sources of that environment go there, and production domains have none. As with every call, the
    /// address must be public and https, or its host be allowed in `[outbound]`.
    TestEids ["test_eids"] {
        /// The issuer of Norwegian BankID, byte for byte as its discovery document says it.
        no_bankid: Option<String> = Unset(r#""https://bankid.test.example.com/realm""#);
        /// The issuer of Vipps Login.
        no_vipps: Option<String> = Unset(r#""https://vipps.test.example.com/""#);
    }
}

section! {
    /// What one address, client and person may take, so that the others get theirs. All are counts of a minute, which may
    /// also come at once; a client that has used up its own is answered 429 with `Retry-After`. Zero is no limit. Each node
    /// counts for itself, so that with three nodes three times as much may get through; only failed authentications are
    /// counted over all nodes.
    Limits ["limits"] {
        /// Requests from one address; of IPv6, from one /64. Many people may share one. Style sheets do not count, and at
        /// the token, userinfo, pushed request, introspection and revocation endpoints only what is refused does, and what
        /// public clients revoke: a client that authenticates and a token that is valid are never limited by their address. A test user's password counts as twenty requests.
        per_address: u32 = Is("6000");
        /// Authorization requests of one client, and as many requests that it has authenticated at the token, pushed
        /// request, introspection and revocation endpoints together. A browser gets a page that says when to try again, and
        /// is not sent back to the application, which would ask again.
        per_client: u32 = Is("12000");
        /// Logins of one person and refreshes of their tokens, together, as they are known to the application. A login too
        /// many is answered to the application with `temporarily_unavailable`, a refresh with 429.
        per_person: u32 = Is("30");
        /// Failed authentications of one client from one address, counted over all nodes. After that many, this client is
        /// refused from this address until the minute is over, even with the right secret. A client cannot be locked out
        /// from another address.
        failed_authentications: u32 = Is("60");
        /// KiB of authorization requests from one address that are stored because they came by POST, are too long for a
        /// cookie, or were pushed by a public client; each counts at least one. They are kept for 15 minutes.
        stored_kib_per_address: u32 = Is("2000");
        /// The same for one client, with all that it pushed.
        stored_kib_per_client: u32 = Is("8000");
        /// Requests that are answered at once; not in a minute. The next one gets 503 without waiting.
        at_once: u32 = Is("1024");
        /// How many of `at_once` may be for one domain, in percent. Raise it to 100 where there is only one.
        domain_share: u32 = Is("50");
    }
}

/// Lists the sections once: a field for each, and their descriptions.
macro_rules! sections {
    ($( $field:ident: $section:ident, )+) => {
        /// The whole file.
        #[derive(Clone, Debug)]
        pub(crate) struct File {
            $( pub(crate) $field: $section, )+
        }

        /// The sections in the order of the file.
        pub(crate) const SECTIONS: &[About] = &[$( $section::ABOUT ),+];

        impl File {
            /// Reads every section; `None` when something cannot be read.
            pub(crate) fn read(document: &mut Document<'_>) -> Option<Self> {
                $( let $field = document.section::<$section>(); )+
                document.nothing_left(SECTIONS);
                Some(Self { $( $field: $field?, )+ })
            }
        }
    };
}

sections! {
    database: Database,
    master_key: MasterKey,
    listen: Listen,
    operator: Operator,
    log: Log,
    outbound: Outbound,
    keys: Keys,
    login_events: LoginEvents,
    sandbox: Sandbox,
    console: Console,
    statements: Statements,
    eid_assets: EidAssets,
    mail: Mail,
    sms: Sms,
    seal: Seal,
    orders: Orders,
    test_eids: TestEids,
    limits: Limits,
}
