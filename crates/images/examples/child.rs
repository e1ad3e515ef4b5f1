//! A child for the tests: decodes as the program does, or tries what its limits forbid.
//!
//! `child decode WIDTH HEIGHT BYTES` or `child try-open`, `try-write`, `try-allocate`, `try-spin`.
//! Answers `done` where a limit did not hold.

use std::{
    env,
    fs::File,
    hint::black_box,
    io::{self, Write as _},
    process::ExitCode,
};

use images::{Bounds, child};

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
        _ => Err(io::ErrorKind::InvalidInput.into()),
    }
}

fn say(what: &str, code: ExitCode) -> ExitCode {
    let _ = writeln!(io::stdout(), "{what}");
    code
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let number = |at: usize| arguments.get(at).and_then(|it| it.parse::<u32>().ok()).unwrap_or_default();
    match arguments.first().map(String::as_str) {
        Some("decode") => child::decode(Bounds {
            width: number(1),
            height: number(2),
            bytes: usize::try_from(number(3)).unwrap_or_default(),
        }),
        Some(what) => match attempt(what) {
            Ok(()) => say("done", ExitCode::SUCCESS),
            Err(error) => say(&error.to_string(), ExitCode::FAILURE),
        },
        None => ExitCode::FAILURE,
    }
}
