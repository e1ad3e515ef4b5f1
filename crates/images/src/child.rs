//! The process that decodes: it gives up what it does not need, reads standard input, and writes standard output.

use std::{
    io::{self, Read, Write},
    process::ExitCode,
};

use rustix::process::{Resource, Rlimit, setrlimit};

use crate::{Bounds, LARGEST_FILE, decode};

/// How the child ends when it has written the word of a fault in place of a picture.
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

/// Limits this process, reads an image from standard input and writes the PNG that fits `bounds` to standard output.
pub fn decode(bounds: Bounds) -> ExitCode {
    if limit().is_err() {
        return ExitCode::FAILURE;
    }
    let mut file = Vec::new();
    let most = u64::try_from(LARGEST_FILE).unwrap_or(u64::MAX).saturating_add(1);
    if io::stdin().lock().take(most).read_to_end(&mut file).is_err() {
        return ExitCode::FAILURE;
    }
    let (answer, code) = match decode::fit(&file, bounds) {
        Ok(png) => (png, ExitCode::SUCCESS),
        Err(fault) => (fault.word().as_bytes().to_vec(), ExitCode::from(REFUSED)),
    };
    let mut out = io::stdout().lock();
    match out.write_all(&answer).and_then(|()| out.flush()) {
        Ok(()) => code,
        Err(_) => ExitCode::FAILURE,
    }
}
