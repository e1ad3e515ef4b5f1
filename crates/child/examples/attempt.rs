//! A child for the tests: answers as children do, or tries what their limits forbid.
//!
//! `attempt echo`, `refuse`, or `try-open`, `try-write`, `try-allocate`, `try-spin`, `try-recurse`.
//! Answers `done` where a limit did not hold.

use std::{
    env,
    fs::File,
    hint::black_box,
    io::{self, Write as _},
    process::ExitCode,
};

fn deeper(depth: u64) -> u64 {
    let here = black_box([depth; 64]);
    if depth == u64::MAX {
        return 0;
    }
    here.first().copied().unwrap_or_default() + deeper(depth + 1)
}

fn attempt(what: &str) -> io::Result<()> {
    // Opened before the limits, as no file of the program is.
    let mut open =
        (what == "try-write").then(|| File::create(env::temp_dir().join("portvakt-child"))).transpose()?;
    child::limit()?;
    match what {
        "try-open" => File::open("/etc/hostname").map(drop),
        "try-write" => open.as_mut().map_or(Ok(()), |it| it.write_all(b"x")),
        "try-allocate" => {
            let mut memory: Vec<u8> = Vec::new();
            memory.try_reserve_exact(300 << 20).map_err(|_| io::ErrorKind::OutOfMemory)?;
            black_box(memory);
            Ok(())
        }
        "try-spin" => loop {
            black_box(());
        },
        "try-recurse" => {
            black_box(deeper(0));
            Ok(())
        }
        _ => Err(io::ErrorKind::InvalidInput.into()),
    }
}

fn say(what: &str, code: ExitCode) -> ExitCode {
    let _ = writeln!(io::stdout(), "{what}");
    code
}

fn main() -> ExitCode {
    match env::args().nth(1).as_deref() {
        Some("echo") => child::answer(100, |file| Ok(file.to_vec())),
        Some("refuse") => child::answer(100, |_| Err("no")),
        Some(what) => match attempt(what) {
            Ok(()) => say("done", ExitCode::SUCCESS),
            Err(error) => say(&error.to_string(), ExitCode::FAILURE),
        },
        None => ExitCode::FAILURE,
    }
}
