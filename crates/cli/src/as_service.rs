//! `--as-service`: a command runs as the account of the installed service, with the master key that its unit is given.
//!
//! An administrator who is root could open everything, but should not: files that root writes are files that the service
//! cannot, and a key in systemd's encrypted credentials is given to units alone.

use std::{
    ffi::{OsStr, OsString},
    io::IsTerminal as _,
    os::unix::{fs::MetadataExt as _, process::CommandExt as _},
    path::Path,
    process::Command,
};

use crate::config;

/// The flag, as it is written.
pub(crate) const FLAG: &str = "--as-service";
/// The account, and the name of the unit.
const ACCOUNT: &str = "portvakt";
/// Where systemd says that it runs this machine.
const SYSTEMD: &str = "/run/systemd/system";
/// The unit's key, encrypted for this machine, and what the unit says of it.
const ENCRYPTED: (&str, &str) =
    ("/etc/credstore.encrypted/portvakt-master-key", "LoadCredentialEncrypted=portvakt-master-key");
/// The same in a file that only root reads; one that the account reads too is named in the configuration instead.
const PLAIN: (&str, &str) =
    ("/etc/portvakt/master.key", "LoadCredential=portvakt-master-key:/etc/portvakt/master.key");

/// What is known of the machine.
struct Machine {
    has_systemd: bool,
    /// What the unit says of the key, where there is one that only units are given.
    credential: Option<&'static str>,
    is_terminal: bool,
    /// The current directory; another account may be unable to enter it.
    directory: String,
    /// Who asked, for the audit trail.
    asked_by: String,
    /// What the environment says of the configuration.
    configuration: Option<String>,
}

/// The command that runs `words` as the service: with its account, its key, and its capability to listen on ports below
/// 1024, so that `doctor` can try them and `serve` can be started by hand.
fn command(machine: &Machine, program: &OsStr, words: &[OsString]) -> Vec<OsString> {
    let mut command: Vec<OsString> = Vec::new();
    let asked_by = format!("SUDO_USER={}", machine.asked_by);
    let configuration = machine.configuration.as_ref().map(|it| format!("{}={it}", config::CONFIG_VARIABLE));
    let variables = std::iter::once(asked_by).chain(configuration);
    if machine.has_systemd {
        let how = if machine.is_terminal { "--pty" } else { "--pipe" };
        command.extend(["systemd-run", "--quiet", "--collect", "--wait", how].map(OsString::from));
        command.extend([format!("--uid={ACCOUNT}"), format!("--gid={ACCOUNT}")].map(OsString::from));
        // With the hyphen, a directory that the account cannot enter is no failure: homes are closed to others.
        command.push(format!("--property=WorkingDirectory=-{}", machine.directory).into());
        command.push("--property=UMask=0077".into());
        command.push("--property=AmbientCapabilities=CAP_NET_BIND_SERVICE".into());
        command.extend(machine.credential.map(|it| OsString::from(format!("--property={it}"))));
        command.extend(variables.map(|it| OsString::from(format!("--setenv={it}"))));
    } else {
        let account = [format!("--reuid={ACCOUNT}"), format!("--regid={ACCOUNT}")];
        command.push("setpriv".into());
        command.extend(account.map(OsString::from));
        let capabilities = ["--inh-caps=-all,+net_bind_service", "--ambient-caps=-all,+net_bind_service"];
        command.extend(capabilities.map(OsString::from));
        command.extend(["--init-groups", "--", "env"].map(OsString::from));
        command.extend(variables.map(OsString::from));
    }
    if machine.has_systemd {
        command.push("--".into());
    }
    command.push(program.to_owned());
    command.extend(words.iter().filter(|it| it.as_os_str() != FLAG).cloned());
    command
}

/// Whether root alone reads a file. A key that the account reads by itself is one that the configuration names, and would
/// be given twice.
fn is_for_units_alone(owner: u32, mode: u32) -> bool {
    owner == 0 && mode & 0o077 == 0
}

/// Replaces this process by the same command, run as the service.
///
/// # Errors
/// Why that cannot be; otherwise it does not come back.
#[expect(clippy::disallowed_methods, reason = "cli reads the environment")]
pub(crate) fn run() -> String {
    if std::fs::metadata("/proc/self").map_or(1, |it| it.uid()) != 0 {
        return format!("{FLAG} needs root: put sudo in front of the command");
    }
    let plain = std::fs::metadata(PLAIN.0).is_ok_and(|it| is_for_units_alone(it.uid(), it.mode()));
    let credential =
        if Path::new(ENCRYPTED.0).exists() { Some(ENCRYPTED.1) } else { plain.then_some(PLAIN.1) };
    let machine = Machine {
        has_systemd: Path::new(SYSTEMD).exists(),
        credential,
        // What goes into a file must not come from a terminal, which ends lines in its own way.
        is_terminal: std::io::stdin().is_terminal() && std::io::stdout().is_terminal(),
        directory: std::env::current_dir().map_or_else(|_| "/".to_owned(), |it| it.display().to_string()),
        asked_by: std::env::var("SUDO_USER").unwrap_or_else(|_| "root".to_owned()),
        configuration: std::env::var(config::CONFIG_VARIABLE).ok(),
    };
    let Ok(program) = std::env::current_exe() else { return "this program cannot be found again".to_owned() };
    let words: Vec<OsString> = std::env::args_os().skip(1).collect();
    let mut command = command(&machine, program.as_os_str(), &words).into_iter();
    let Some(first) = command.next() else { return "there is nothing to run".to_owned() };
    let error = Command::new(&first).args(command).exec();
    format!("{}: {error}", first.display())
}

#[cfg(test)]
mod tests {
    use std::ffi::{OsStr, OsString};

    use super::{ENCRYPTED, Machine, command};

    fn line(has_systemd: bool, credential: Option<&'static str>) -> String {
        let asked_by = "kari".to_owned();
        let directory = "/home/kari".to_owned();
        let machine =
            Machine { has_systemd, credential, is_terminal: false, directory, asked_by, configuration: None };
        let words = ["tenants", "--as-service", "list"].map(OsString::from);
        let command = command(&machine, OsStr::new("/usr/bin/portvakt"), &words);
        command.join(OsStr::new(" ")).into_string().unwrap()
    }

    #[test]
    fn the_unit_s_account_and_key_are_used_where_systemd_runs_the_machine() {
        insta::assert_snapshot!(
            line(true, Some(ENCRYPTED.1)),
            @"systemd-run --quiet --collect --wait --pipe --uid=portvakt --gid=portvakt --property=WorkingDirectory=-/home/kari --property=UMask=0077 --property=AmbientCapabilities=CAP_NET_BIND_SERVICE --property=LoadCredentialEncrypted=portvakt-master-key --setenv=SUDO_USER=kari -- /usr/bin/portvakt tenants list"
        );
    }

    #[test]
    fn a_key_that_the_account_reads_by_itself_is_not_given_a_second_time() {
        assert!(super::is_for_units_alone(0, 0o100_600));
        assert!(!super::is_for_units_alone(0, 0o100_640), "named in the configuration");
        assert!(!super::is_for_units_alone(997, 0o100_600), "the account's own");
    }

    #[test]
    fn elsewhere_the_account_is_enough() {
        insta::assert_snapshot!(line(false, None), @"setpriv --reuid=portvakt --regid=portvakt --inh-caps=-all,+net_bind_service --ambient-caps=-all,+net_bind_service --init-groups -- env SUDO_USER=kari /usr/bin/portvakt tenants list");
    }
}
