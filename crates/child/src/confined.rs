//! The process that reads: it gives up what it does not need, reads standard input, and writes standard output.

use std::{
    io::{self, Read, Write},
    process::ExitCode,
};

use rustix::process::{Resource, Rlimit, setrlimit};

/// How the child ends when what it has written is a refusal.
pub(crate) const REFUSED: u8 = 3;

/// Address space, in bytes.
pub const MOST_MEMORY: u64 = 256 * 1024 * 1024;
/// Seconds of the processor.
pub const MOST_SECONDS: u64 = 5;

/// Limits this process for good: no file can be opened or written, no core dumped; 256 MiB of address space and 5 seconds
/// of the processor. Unless it runs as root, it also starts no process and no thread.
///
/// # Errors
/// The system refused a limit: read nothing from outside.
pub fn limit() -> io::Result<()> {
    let limits = [
        // Standard input, output and error are open already.
        (Resource::Nofile, 3),
        (Resource::As, MOST_MEMORY),
        (Resource::Cpu, MOST_SECONDS),
        (Resource::Fsize, 0),
        (Resource::Core, 0),
        (Resource::Nproc, 0),
    ];
    for (resource, most) in limits {
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    Ok(())
}

/// Limits this process, reads standard input (at most one byte more than `most`) and writes what `judge` says to standard
/// output: a result, or the word of a refusal.
pub fn answer(most: usize, judge: impl FnOnce(&[u8]) -> Result<Vec<u8>, &'static str>) -> ExitCode {
    if limit().is_err() {
        return ExitCode::FAILURE;
    }
    let mut file = Vec::new();
    let most = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    if io::stdin().lock().take(most).read_to_end(&mut file).is_err() {
        return ExitCode::FAILURE;
    }
    let (answer, code) = match judge(&file) {
        Ok(result) => (result, ExitCode::SUCCESS),
        Err(word) => (word.as_bytes().to_vec(), ExitCode::from(REFUSED)),
    };
    let mut out = io::stdout().lock();
    match out.write_all(&answer).and_then(|()| out.flush()) {
        Ok(()) => code,
        Err(_) => ExitCode::FAILURE,
    }
}
