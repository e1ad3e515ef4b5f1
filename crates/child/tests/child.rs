//! Real children, and what their limits forbid.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]

use std::{
    os::unix::process::ExitStatusExt as _,
    path::PathBuf,
    process::{Command, Output, Stdio},
    time::Duration,
};

use child::{Answer, Child, ChildFault};

/// The example `attempt`, which Cargo builds with the tests.
fn program() -> PathBuf {
    std::env::current_exe().unwrap().parent().unwrap().parent().unwrap().join("examples/attempt")
}

fn attempt(what: &str) -> Output {
    Command::new(program()).arg(what).stdin(Stdio::null()).output().unwrap()
}

#[tokio::test]
async fn a_child_is_given_a_file_and_answers_with_a_result_or_a_refusal() {
    let ask = async |what: &str, file: &[u8]| Child::new(program(), &[what]).ask(&[], file, 200).await;
    assert_eq!(ask("echo", b"file").await, Ok(Answer::Result(b"file".to_vec())));
    assert_eq!(ask("refuse", b"file").await, Ok(Answer::Refusal(b"no".to_vec())));
    // It reads one byte more than it may, so that it sees that the file is too large.
    assert_eq!(ask("echo", &[7; 100_000]).await, Ok(Answer::Result(vec![7; 101])));
    // Nor does the parent read more than one byte too many of the answer.
    assert_eq!(
        Child::new(program(), &["echo"]).ask(&[], &[7; 90], 10).await,
        Ok(Answer::Result(vec![7; 11]))
    );
}

#[test]
fn a_child_can_open_no_file() {
    let said = String::from_utf8(attempt("try-open").stdout).unwrap();
    assert!(said.contains("Too many open files"), "{said}");
}

#[test]
fn a_child_can_write_no_file() {
    const SIGXFSZ: i32 = 25;
    let output = attempt("try-write");
    assert!(output.status.signal() == Some(SIGXFSZ) && output.stdout.is_empty(), "{output:?}");
}

#[test]
fn a_child_gets_no_more_than_256_mib() {
    let output = attempt("try-allocate");
    assert!(String::from_utf8(output.stdout).unwrap().contains("out of memory"));
}

#[test]
fn a_child_is_ended_after_five_seconds_of_the_processor() {
    const SIGKILL: i32 = 9;
    const SIGXCPU: i32 = 24;
    let signal = attempt("try-spin").status.signal().unwrap();
    assert!([SIGKILL, SIGXCPU].contains(&signal), "{signal}");
}

#[tokio::test]
async fn a_child_whose_stack_is_used_up_ends_alone() {
    let answer = Child::new(program(), &["try-recurse"]).ask(&[], b"", 10).await;
    assert_eq!(answer, Err(ChildFault::TooExpensive));
}

#[tokio::test]
async fn a_child_that_waits_for_ever_is_ended_and_a_missing_one_is_our_fault() {
    let ask = async |child: Child| child.ask(&[], b"x", 10).await;
    // It reads nothing and computes nothing: only the clock ends it.
    let waiting = Child::new("/bin/sleep".into(), &["60"]).with_patience(Duration::from_millis(50));
    assert_eq!(ask(waiting).await, Err(ChildFault::TooExpensive));
    assert_eq!(ask(Child::new("/nonexistent".into(), &[])).await, Err(ChildFault::NoAnswer));
    assert_eq!(ask(Child::new("/bin/false".into(), &[])).await, Err(ChildFault::NoAnswer));
}
