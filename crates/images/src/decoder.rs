//! The side that starts the child and does not trust it.

use std::{
    ffi::OsString, io, os::unix::process::ExitStatusExt as _, path::PathBuf, process::Stdio, time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    process::{Child, Command},
    time::timeout,
};

use crate::{Bounds, ImageFault, LARGEST_FILE, Picture, child::REFUSED};

/// How long a child may take, whatever it does.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where files from outside are decoded: a program that ends in [`crate::child::decode`].
#[derive(Clone, Debug)]
pub struct Decoder {
    program: PathBuf,
    arguments: Vec<OsString>,
    patience: Duration,
}

impl Decoder {
    /// `program` is started with `arguments` and the bounds: width, height and bytes.
    pub fn new(program: PathBuf, arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(OsString::from).collect();
        Self { program, arguments, patience: PATIENCE }
    }

    /// The same with another limit on the time that passes.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Decodes a file in a child and gives the picture that fits `bounds`.
    ///
    /// # Errors
    /// [`ImageFault`]: tell whoever brought the file; [`ImageFault::NoAnswer`] is ours.
    pub async fn fit(&self, file: &[u8], bounds: Bounds) -> Result<Picture, ImageFault> {
        if file.is_empty() {
            return Err(ImageFault::Empty);
        }
        if file.len() > LARGEST_FILE {
            return Err(ImageFault::TooLarge);
        }
        let mut child = self.start(bounds).map_err(|_| ImageFault::NoAnswer)?;
        let answered = timeout(self.patience, ask(&mut child, file, bounds.bytes)).await;
        let Ok(answered) = answered else {
            // Also waits for it, so that no zombie stays.
            let _ = child.kill().await;
            return Err(ImageFault::TooExpensive);
        };
        let (answer, status) = answered.map_err(|_| ImageFault::NoAnswer)?;
        match status.code() {
            Some(0) => Picture::read(answer, bounds).ok_or(ImageFault::NoAnswer),
            Some(code) if code == i32::from(REFUSED) => {
                Err(ImageFault::parse(&answer).unwrap_or(ImageFault::NoAnswer))
            }
            _ if status.signal().is_some() => Err(ImageFault::TooExpensive),
            _ => Err(ImageFault::NoAnswer),
        }
    }

    fn start(&self, bounds: Bounds) -> io::Result<Child> {
        Command::new(&self.program)
            .args(&self.arguments)
            .args([bounds.width.to_string(), bounds.height.to_string(), bounds.bytes.to_string()])
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
async fn ask(child: &mut Child, file: &[u8], most: usize) -> io::Result<(Vec<u8>, std::process::ExitStatus)> {
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
