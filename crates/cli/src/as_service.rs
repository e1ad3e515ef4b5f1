//! `--as-service`: a command runs as the account of the installed service, with the master key that its unit is given.
//!
//! An administrator who is root could open everything, but should not: files that root writes are files that the service
//! cannot, and a key in systemd's encrypted credentials is given to units alone.

use std::{
    ffi::{OsStr, OsString},
    fs::File,
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
/// The variable with which sudo says who called it.
const ASKED_BY: &str = "SUDO_USER";
/// Where systemd says that it runs this machine.
const SYSTEMD: &str = "/run/systemd/system";
/// What the unit is given from outside and the program may read; each is a property of a transient unit too.
const GIVEN: [&str; 7] = [
    "LoadCredential",
    "LoadCredentialEncrypted",
    "SetCredential",
    "SetCredentialEncrypted",
    "ImportCredential",
    "Environment",
    "EnvironmentFile",
];
/// What of the environment is the administrator's own and no secret of root's: the rest stays behind.
const KEPT: [&str; 5] = ["PATH", "LANG", "LC_ALL", "TERM", "TZ"];

/// What is known of the machine.
struct Machine {
    has_systemd: bool,
    /// What the unit is given: assignments as [`given`] finds them.
    given: Vec<String>,
    /// Whether input and output are a terminal.
    is_terminal: bool,
    /// Whether the process has a terminal that it could open, wherever input and output lead.
    has_controlling_terminal: bool,
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
    if machine.has_systemd {
        let how = if machine.is_terminal { "--pty" } else { "--pipe" };
        command.extend(["systemd-run", "--quiet", "--collect", "--wait", how].map(OsString::from));
        command.extend([format!("--uid={ACCOUNT}"), format!("--gid={ACCOUNT}")].map(OsString::from));
        // With the hyphen, a directory that the account cannot enter is no failure, and / takes its place: homes are
        // closed to others.
        command.push(format!("--property=WorkingDirectory=-{}", machine.directory).into());
        command.push("--property=UMask=0077".into());
        command.push("--property=AmbientCapabilities=CAP_NET_BIND_SERVICE".into());
        command.extend(machine.given.iter().map(|it| OsString::from(format!("--property={it}"))));
        command.push(format!("--setenv={ASKED_BY}={}", machine.asked_by).into());
        let configuration = machine.configuration.as_ref();
        command.extend(configuration.map(|it| format!("--setenv={}={it}", config::CONFIG_VARIABLE).into()));
        command.push("--".into());
    } else {
        // In a session without a terminal nobody can type into root's. The wait keeps the exit code; whoever interrupts
        // it ends the command too.
        if machine.has_controlling_terminal {
            command.extend(["setsid", "--fork", "--wait"].map(OsString::from));
        }
        command.push("setpriv".into());
        command.extend(account());
        let capabilities = ["--inh-caps=-all,+net_bind_service", "--ambient-caps=-all,+net_bind_service"];
        command.extend(capabilities.map(OsString::from));
        if machine.has_controlling_terminal {
            command.push("--pdeathsig=TERM".into());
        }
        command.push("--".into());
    }
    command.push(program.to_owned());
    command.extend(words.iter().filter(|it| it.as_os_str() != FLAG).cloned());
    command
}

/// How setpriv becomes the account.
fn account() -> [OsString; 3] {
    [format!("--reuid={ACCOUNT}"), format!("--regid={ACCOUNT}"), "--init-groups".to_owned()]
        .map(OsString::from)
}

/// What the unit is given, in the order of its files: `unit` is what `systemctl cat` prints of it, drop-ins after the
/// fragment. An empty assignment takes back the earlier ones of its name.
fn given(unit: &str) -> Vec<String> {
    let joined = unit.replace("\\\n", " ");
    let mut given: Vec<(&str, &str)> = Vec::new();
    let mut is_service = false;
    for line in joined.lines().map(str::trim) {
        if line.starts_with('[') {
            is_service = line == "[Service]";
            continue;
        }
        let Some((name, value)) = line.split_once('=').map(|(name, value)| (name.trim(), value.trim()))
        else {
            continue;
        };
        if !is_service || !GIVEN.contains(&name) {
            continue;
        }
        if value.is_empty() {
            given.retain(|it| it.0 != name);
        } else {
            given.push((name, value));
        }
    }
    given.into_iter().map(|(name, value)| format!("{name}={value}")).collect()
}

/// Whether a variable of root's goes along where no unit says what the service is given: `name`.
fn is_kept(name: &str) -> bool {
    KEPT.contains(&name) || name.starts_with("PORTVAKT_")
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
    let has_systemd = Path::new(SYSTEMD).exists();
    let given = if has_systemd { unit().as_deref().map(given) } else { None };
    let machine = Machine {
        has_systemd,
        given: given.unwrap_or_default(),
        // What goes into a file must not come from a terminal, which ends lines in its own way.
        is_terminal: std::io::stdin().is_terminal() && std::io::stdout().is_terminal(),
        has_controlling_terminal: File::open("/dev/tty").is_ok(),
        directory: std::env::current_dir().map_or_else(|_| "/".to_owned(), |it| it.display().to_string()),
        asked_by: std::env::var(ASKED_BY).unwrap_or_else(|_| "root".to_owned()),
        configuration: std::env::var(config::CONFIG_VARIABLE).ok(),
    };
    let Ok(program) = std::env::current_exe() else { return "this program cannot be found again".to_owned() };
    let words: Vec<OsString> = std::env::args_os().skip(1).collect();
    let mut words = command(&machine, program.as_os_str(), &words).into_iter();
    let Some(first) = words.next() else { return "there is nothing to run".to_owned() };
    let mut command = Command::new(&first);
    command.args(words);
    if !has_systemd {
        // In the environment and not among the words, which everybody on the machine can read.
        let kept = std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(is_kept));
        command.env_clear().envs(kept).env(ASKED_BY, &machine.asked_by);
        if !can_enter(&machine.directory) {
            command.current_dir("/");
        }
    }
    let error = command.exec();
    format!("{}: {error}", first.display())
}

/// The installed unit with its drop-ins, as systemd would read them; nothing where there is none.
fn unit() -> Option<String> {
    let output = Command::new("systemctl").args(["cat", "--no-pager", ACCOUNT]).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether the account can enter `directory`.
fn can_enter(directory: &str) -> bool {
    let tried = Command::new("setpriv").args(account()).args(["--", "test", "-x", directory]).status();
    tried.is_ok_and(|it| it.success())
}

#[cfg(test)]
mod tests {
    use std::ffi::{OsStr, OsString};

    use super::{Machine, command, given, is_kept};

    /// The installed unit, in short.
    const UNIT: &str = "# /usr/lib/systemd/system/portvakt.service\n[Unit]\nEnvironment=NOT=HERE\n[Service]\n# LoadCredential=none\nLoadCredentialEncrypted=portvakt-master-key\nUser=portvakt\n";

    fn line(has_systemd: bool, unit: &str, has_controlling_terminal: bool) -> String {
        let machine = Machine {
            has_systemd,
            given: given(unit),
            is_terminal: false,
            has_controlling_terminal,
            directory: "/home/kari".to_owned(),
            asked_by: "kari".to_owned(),
            configuration: None,
        };
        let words = ["tenants", "--as-service", "list"].map(OsString::from);
        let command = command(&machine, OsStr::new("/usr/bin/portvakt"), &words);
        command.join(OsStr::new(" ")).into_string().unwrap()
    }

    #[test]
    fn the_unit_s_account_and_key_are_used_where_systemd_runs_the_machine() {
        insta::assert_snapshot!(
            line(true, UNIT, true),
            @"systemd-run --quiet --collect --wait --pipe --uid=portvakt --gid=portvakt --property=WorkingDirectory=-/home/kari --property=UMask=0077 --property=AmbientCapabilities=CAP_NET_BIND_SERVICE --property=LoadCredentialEncrypted=portvakt-master-key --setenv=SUDO_USER=kari -- /usr/bin/portvakt tenants list"
        );
    }

    #[test]
    fn a_key_that_the_unit_is_not_given_is_not_guessed_from_a_file() {
        let reset = format!("{UNIT}[Service]\nLoadCredentialEncrypted=\n");
        assert!(!line(true, &reset, false).contains("Credential"), "the configuration names the key's file");
        let plain = format!("{reset}LoadCredential=portvakt-master-key:/etc/portvakt/master.key\n");
        assert_eq!(given(&plain), ["LoadCredential=portvakt-master-key:/etc/portvakt/master.key"]);
    }

    #[test]
    fn a_database_that_a_drop_in_names_is_the_command_s_too() {
        let drop_in = "[Service]\nEnvironment=PORTVAKT__DATABASE__ADDRESS=db.example \\\n  B=c\nEnvironmentFile=-/etc/default/portvakt\n";
        let line = line(true, &format!("{UNIT}{drop_in}"), false);
        assert!(line.contains("--property=Environment=PORTVAKT__DATABASE__ADDRESS=db.example"), "{line}");
        assert!(line.contains("B=c --property=EnvironmentFile=-/etc/default/portvakt "), "{line}");
    }

    #[test]
    fn the_account_is_given_neither_root_s_terminal_nor_root_s_environment() {
        insta::assert_snapshot!(line(false, "", true), @"setsid --fork --wait setpriv --reuid=portvakt --regid=portvakt --init-groups --inh-caps=-all,+net_bind_service --ambient-caps=-all,+net_bind_service --pdeathsig=TERM -- /usr/bin/portvakt tenants list");
        let variables = ["PATH", "LANG", "TERM", "PORTVAKT_MASTER_KEY_FILE", "PORTVAKT__DATABASE__SQLITE"];
        assert!(variables.into_iter().all(is_kept));
        assert!(!["AWS_SECRET_ACCESS_KEY", "HOME", "LD_PRELOAD", "SSH_AUTH_SOCK"].into_iter().any(is_kept));
    }

    #[test]
    fn elsewhere_the_account_is_enough() {
        insta::assert_snapshot!(line(false, "", false), @"setpriv --reuid=portvakt --regid=portvakt --init-groups --inh-caps=-all,+net_bind_service --ambient-caps=-all,+net_bind_service -- /usr/bin/portvakt tenants list");
    }
}
