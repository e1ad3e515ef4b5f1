//! The installation's files, and the management commands.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use crypto::{Random, b64};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::CertificateDer;
use serde_json::Value;

use crate::{
    Plan,
    wire::DatabaseLocation,
    world::{BACK, CLIENT},
};

/// The host of the domain, without its port.
const HOST: &str = "login.localhost";
const SANDBOX: &str = "sandbox.localhost";

/// A directory with everything that an operator would have written.
pub(crate) struct LoadedInstallation {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) binary: PathBuf,
    pub(crate) root: CertificateDer<'static>,
    authority: Issuer<'static, KeyPair>,
    postgres: Option<String>,
    port: u16,
    pub(crate) sandbox: DatabaseLocation,
    /// How long signing keys sign.
    used_for: Duration,
    /// The secrets that were chosen here.
    pub(crate) master_key: String,
    pub(crate) upstream_secret: String,
}

fn free_port(address: Ipv4Addr) -> u16 {
    TcpListener::bind((address, 0)).unwrap().local_addr().unwrap().port()
}

fn write_secret(path: &Path, text: &str) {
    let mut open = fs::OpenOptions::new();
    let mut file = open.write(true).create(true).truncate(true).mode(0o600).open(path).unwrap();
    std::io::Write::write_all(&mut file, text.as_bytes()).unwrap();
}

impl LoadedInstallation {
    /// Makes the files: an authority, certificates, the master key.
    pub(crate) fn build(plan: &Plan) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        let key = KeyPair::generate().unwrap();
        let root = params.self_signed(&key).unwrap();
        let random = Random::system();
        let local = Ipv4Addr::LOCALHOST;
        let sandbox = free_port(local);
        let it = Self {
            folder: tempfile::tempdir().unwrap(),
            binary: fs::canonicalize(&plan.binary).unwrap(),
            root: root.der().clone(),
            authority: Issuer::new(params, key),
            postgres: plan.postgres.clone(),
            port: free_port(local),
            sandbox: DatabaseLocation {
                authority: format!("{SANDBOX}:{sandbox}"),
                address: (local, sandbox).into(),
            },
            used_for: Duration::from_secs((plan.lasts.as_secs() * 3 / 10).max(12)),
            master_key: b64::encode(&random.bytes::<32>()),
            upstream_secret: random.token().expose().clone(),
        };
        fs::write(it.path("authority.pem"), root.pem()).unwrap();
        write_secret(&it.path("master.key"), &it.master_key);
        write_secret(&it.path("upstream.secret"), &it.upstream_secret);
        it.new_certificate("ours");
        it.new_certificate("theirs");
        it
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Puts a new certificate and its key where the old ones are, one after the other, as such programs do.
    pub(crate) fn new_certificate(&self, name: &str) {
        let params = CertificateParams::new(vec![HOST.to_owned(), SANDBOX.to_owned()]).unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.authority).unwrap();
        write_secret(&self.path(&format!("{name}.key.new")), &key.serialize_pem());
        fs::write(self.path(&format!("{name}.pem.new")), certificate.pem()).unwrap();
        for kind in ["key", "pem"] {
            let name = self.path(&format!("{name}.{kind}"));
            fs::rename(name.with_extension(format!("{kind}.new")), name).unwrap();
        }
    }

    /// Where a node answers: all have the domain's host and port, each an address of its own.
    pub(crate) fn node(&self, number: u8) -> DatabaseLocation {
        let address = SocketAddr::from((Ipv4Addr::new(127, 0, 0, 1 + number), self.port));
        DatabaseLocation { authority: format!("{HOST}:{}", self.port), address }
    }

    /// The domain's host, with its port.
    pub(crate) fn host(&self) -> String {
        format!("{HOST}:{}", self.port)
    }

    /// Writes a configuration; without a `database`, in PostgreSQL.
    pub(crate) fn configure(&self, name: &str, place: &DatabaseLocation, database: Option<&str>) -> PathBuf {
        let database = match (database, &self.postgres) {
            (None, Some(address)) => format!("address = {address:?}"),
            (file, _) => format!("sqlite = {:?}", file.unwrap_or("portvakt.db")),
        };
        let certificate = if place.authority == self.sandbox.authority { "theirs" } else { "ours" };
        let (used_for, ahead) = (self.used_for.as_secs(), self.used_for.as_secs() / 2);
        let text = format!(
            "[database]\n{database}\n[master_key]\nfile = \"master.key\"\n\
             [listen]\naddresses = [\"{}\"]\n\
             [[listen.certificate]]\nchain = \"{certificate}.pem\"\nkey = \"{certificate}.key\"\n\
             [operator]\nlisten = \"127.0.0.1:0\"\n[log]\nformat = \"json\"\n\
             [outbound]\nextra_roots_file = \"authority.pem\"\n\
             [keys]\nused_for = \"{used_for}s\"\npublish_ahead = \"{ahead}s\"\ncheck_every = \"2s\"\n\
             [sandbox]\nhost = \"{}\"\n{}",
            place.address,
            self.sandbox.authority,
            self.limits(),
        );
        let path = self.path(&format!("{name}.toml"));
        fs::write(&path, text).unwrap();
        path
    }

    /// Everybody comes from one address here, and the pretend people are few: what one address and one person may do
    /// is raised, and the other limits stay as they are.
    fn limits(&self) -> String {
        let reference = Command::new(&self.binary).args(["config", "reference"]).output().unwrap();
        let reference = String::from_utf8(reference.stdout).unwrap();
        let Some((_, section)) = reference.split_once("\n## `[limits]`\n") else { return String::new() };
        let raised = ["per_address", "per_person"].map(|key| {
            assert!(section.contains(&format!("| `{key}`")), "[limits] has no {key} any more");
            format!("{key} = 1000000\n")
        });
        format!("[limits]\n{}", raised.concat())
    }

    /// Runs a command of ours to its end; gives what it printed.
    ///
    /// # Errors
    /// What it said.
    pub(crate) fn run(&self, config: &Path, words: &[&str]) -> Result<Value, String> {
        let mut command = Command::new(&self.binary);
        command.args(words).arg("--config").arg(config).stdin(Stdio::null());
        command.current_dir(self.folder.path()).env_remove("PORTVAKT_MASTER_KEY");
        let output = command.output().unwrap();
        if output.status.success() {
            return Ok(serde_json::from_slice(&output.stdout).unwrap_or_default());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(format!("`portvakt {}`: {}", words.join(" "), said.trim()))
    }

    /// Makes a tenant with a domain, simulated eIDs and an application; gives the application's secret.
    pub(crate) fn set_up(&self, config: &Path) -> String {
        let host = self.host();
        let run = |words: &[&str]| self.run(config, words).unwrap_or_else(|why| panic!("{why}"));
        let upstream = self.path("upstream.secret");
        run(&["tenants", "create", "rehearsal", "--json"]);
        run(&["domains", "create", &host, "--environment", "test", "--json"]);
        for eid in ["no-bankid", "no-vipps"] {
            // A real eID's secret, which is kept although the eID is not used.
            run(&[
                "identity-sources",
                "set",
                eid,
                "--domain",
                &host,
                "--environment",
                "test",
                "--client-id",
                "somebody",
                "--secret-file",
                upstream.to_str().unwrap(),
                "--json",
            ]);
        }
        let other = "other.localhost";
        run(&["domains", "create", other, "--environment", "test", "--json"]);
        run(&[
            "identity-sources",
            "set",
            "no-bankid",
            "--domain",
            other,
            "--environment",
            "test",
            "--client-id",
            "somebody",
            "--secret-file",
            upstream.to_str().unwrap(),
            "--json",
        ]);
        run(&["identity-sources", "disable", "no-bankid", "--domain", other, "--json"]);
        for eid in ["no-bankid", "no-vipps"] {
            run(&["identity-sources", "set", eid, "--domain", &host, "--environment", "sandbox", "--json"]);
        }
        run(&["domains", "change", &host, "--single-sign-on", "no-vipps", "--json"]);
        let made = run(&[
            "applications",
            "create",
            "--domain",
            &host,
            "--client-id",
            CLIENT,
            "--name",
            "Rehearsal",
            "--redirect-uri",
            BACK,
            "--set",
            "nin_allowed=true",
            "--json",
        ]);
        made["client_secret"].as_str().unwrap().to_owned()
    }
}
