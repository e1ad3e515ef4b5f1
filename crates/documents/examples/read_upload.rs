//! A child for the tests: reads an upload as the program does.

use std::process::ExitCode;

fn main() -> ExitCode {
    documents::answer_upload()
}
