//! A running `serve`: started, watched from outside, stopped as a service manager would.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::wire::{DatabaseLocation, pause};

/// How long a start or a stop may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A node and its files.
pub(crate) struct Node {
    pub(crate) place: DatabaseLocation,
    pub(crate) config: PathBuf,
    pub(crate) log: PathBuf,
    binary: PathBuf,
    child: Option<Child>,
}

impl Node {
    pub(crate) fn new(binary: &Path, config: PathBuf, place: DatabaseLocation) -> Self {
        let log = config.with_extension("log");
        Self { place, config, log, binary: binary.to_owned(), child: None }
    }

    /// Starts it and waits until it says that it is ready. Its log goes on in the same file.
    pub(crate) async fn start(&mut self, level: &str) {
        let log = fs::OpenOptions::new().create(true).append(true).open(&self.log).unwrap();
        let before = usize::try_from(log.metadata().unwrap().len()).unwrap();
        let mut command = Command::new(&self.binary);
        command.args(["serve", "--config"]).arg(&self.config).stdin(Stdio::null()).stdout(Stdio::null());
        command.env("PORTVAKT_LOG", level).env_remove("PORTVAKT_MASTER_KEY").stderr(log);
        self.child = Some(command.spawn().unwrap());
        let began = Instant::now();
        loop {
            let said = fs::read(&self.log).unwrap();
            if String::from_utf8_lossy(&said[before..]).contains("\"message\":\"ready\"") {
                return;
            }
            let ended = self.child.as_mut().unwrap().try_wait().unwrap();
            assert!(ended.is_none() && began.elapsed() < PATIENCE, "{} did not start", self.config.display());
            pause(Duration::from_millis(5)).await;
        }
    }

    /// Asks it to stop and waits for its end; gives how long that took.
    ///
    /// # Errors
    /// It did not end in time, or not well.
    pub(crate) async fn stop(&mut self) -> Result<Duration, String> {
        let Some(mut child) = self.child.take() else { return Ok(Duration::ZERO) };
        let began = Instant::now();
        assert!(
            Command::new("kill").args(["-s", "TERM", &child.id().to_string()]).status().unwrap().success()
        );
        loop {
            match child.try_wait().unwrap() {
                Some(status) if status.success() => return Ok(began.elapsed()),
                Some(status) => return Err(format!("serve ended with {status}")),
                None if began.elapsed() > PATIENCE => {
                    self.child = Some(child);
                    return Err(format!("serve did not stop in {} s", PATIENCE.as_secs()));
                }
                None => pause(Duration::from_millis(5)).await,
            }
        }
    }

    fn proc(&self, file: &str) -> String {
        let id = self.child.as_ref().map_or(0, Child::id);
        fs::read_to_string(format!("/proc/{id}/{file}")).unwrap_or_default()
    }

    /// Its memory now, in MiB.
    pub(crate) fn memory(&self) -> u64 {
        let status = self.proc("status");
        let line = status.lines().find_map(|it| it.strip_prefix("VmRSS:")).unwrap_or_default();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or_default() / 1024
    }

    /// The time it has computed since its start, in seconds.
    pub(crate) fn computed(&self) -> f64 {
        seconds_of(&self.proc("stat"))
    }

    /// The trace id of the last tokens that it gave out, as its log says.
    pub(crate) fn last_tokens(&self) -> Option<String> {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let mut records = log.lines().rev().filter_map(|it| serde_json::from_str::<Value>(it).ok());
        let last = records.find(|it| it["path"] == "/oauth2/token" && it["status"] == 200)?;
        last["trace"].as_str().map(str::to_owned)
    }

    /// What stands in its log at level error, each message once.
    pub(crate) fn errors(&self) -> Vec<String> {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let mut found = Vec::new();
        for line in log.lines() {
            let Ok(record) = serde_json::from_str::<Value>(line) else {
                found.push(format!("a line of the log is no record: {line:.200}"));
                continue;
            };
            if record["level"] == "error" {
                found.push(format!("the log has an error: {line}"));
            }
        }
        found.truncate(5);
        found
    }
}

/// Computing time of a process, from its line in `/proc/…/stat`; a clock tick is a hundredth of a second on Linux.
pub(crate) fn seconds_of(stat: &str) -> f64 {
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|it| it.parse::<f64>().ok()).unwrap_or_default();
    (ticks(11) + ticks(12)) / 100.0
}

impl Drop for Node {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
