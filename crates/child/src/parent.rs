//! The side that starts the child and does not trust it.

use std::{
    ffi::OsString,
    io,
    os::unix::process::ExitStatusExt as _,
    path::PathBuf,
    process::{ExitStatus, Stdio},
    sync::Arc,
    time::Duration,
};

use thiserror::Error;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    process::{self, Command},
    sync::Semaphore,
    time::timeout,
};

use crate::confined::REFUSED;

/// How long a child may take, whatever it does.
const PATIENCE: Duration = Duration::from_secs(10);
/// How many children of one kind work at a time; more files wait for their turn.
const AT_ONCE: usize = 2;

/// A program that ends in [`crate::answer`].
#[derive(Clone, Debug)]
pub struct Child {
    program: PathBuf,
    arguments: Vec<OsString>,
    patience: Duration,
    turns: Arc<Semaphore>,
}

/// What a child has written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A result.
    Result(Vec<u8>),
    /// The word of a refusal.
    Refusal(Vec<u8>),
}

/// Why there is no answer. The texts are for logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ChildFault {
    /// It took more memory or time than it may, or broke off: the fault of what it was given.
    #[error("it took too much memory or time")]
    TooExpensive,
    /// It did not start, or ended without an answer: our fault.
    #[error("the process did not answer")]
    NoAnswer,
}

impl Child {
    /// `program` is started with `arguments`.
    pub fn new(program: PathBuf, arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(OsString::from).collect();
        Self { program, arguments, patience: PATIENCE, turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// The same with another limit on the time that passes; it is ten seconds.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Starts a child with `more` arguments, gives it a file, and reads its answer, of which at most one byte more than `most`. It waits
    /// for its turn, twice as long as a child may take.
    ///
    /// # Errors
    /// [`ChildFault`]: of the file, or ours.
    pub async fn ask(&self, more: &[String], file: &[u8], most: usize) -> Result<Answer, ChildFault> {
        let turn = timeout(self.patience.saturating_mul(2), self.turns.acquire()).await;
        let _turn = turn.ok().and_then(Result::ok).ok_or(ChildFault::NoAnswer)?;
        let mut child = self.start(more).map_err(|_| ChildFault::NoAnswer)?;
        let answered = timeout(self.patience, exchange(&mut child, file, most)).await;
        let Ok(answered) = answered else {
            // Also waits for it, so that no zombie stays.
            let _ = child.kill().await;
            return Err(ChildFault::TooExpensive);
        };
        let (answer, status) = answered.map_err(|_| ChildFault::NoAnswer)?;
        match status.code() {
            Some(0) => Ok(Answer::Result(answer)),
            Some(code) if code == i32::from(REFUSED) => Ok(Answer::Refusal(answer)),
            _ if status.signal().is_some() => Err(ChildFault::TooExpensive),
            _ => Err(ChildFault::NoAnswer),
        }
    }

    fn start(&self, more: &[String]) -> io::Result<process::Child> {
        Command::new(&self.program)
            .args(&self.arguments)
            .args(more)
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
    }
}

/// Sends the file and reads the answer, at most one byte more than it may have.
async fn exchange(child: &mut process::Child, file: &[u8], most: usize) -> io::Result<(Vec<u8>, ExitStatus)> {
    let (mut stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let most = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    let send = async {
        if let Some(stdin) = &mut stdin {
            // A child that has seen enough closes its end.
            let _ = stdin.write_all(file).await;
        }
        drop(stdin);
    };
    let mut answer = Vec::new();
    let receive = async {
        match stdout {
            Some(stdout) => stdout.take(most).read_to_end(&mut answer).await.map(drop),
            None => Ok(()),
        }
    };
    let ((), received) = tokio::join!(send, receive);
    received?;
    Ok((answer, child.wait().await?))
}
