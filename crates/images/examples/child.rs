//! A child for the tests: decodes as the program does. `child decode WIDTH HEIGHT BYTES`

use std::{env, process::ExitCode};

use images::{Bounds, child};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(2).collect();
    let number = |at: usize| arguments.get(at).and_then(|it| it.parse::<u32>().ok()).unwrap_or_default();
    child::decode(Bounds {
        width: number(0),
        height: number(1),
        bytes: usize::try_from(number(2)).unwrap_or_default(),
    })
}
