//! The binary `portvakt`: arguments, files, the clock, wiring. Nothing depends on it.

mod accounts;
mod as_service;
mod clock;
mod completions;
mod config;
mod configure;
mod crowd;
mod deletions;
mod dev;
mod doctor;
mod eid_files;
mod every;
mod image_decoder;
mod job_runner;
mod listener;
mod manage;
mod nearest;
mod permits;
mod presence;
mod seal_kit;
mod serve;
mod signals;
mod telemetry;
mod upkeep;
mod upload_reader;
mod wire;
mod worker;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

/// The gatekeeper: log in with Nordic eIDs through plain OpenID Connect.
#[derive(Parser)]
#[command(name = "portvakt", version, about)]
struct Arguments {
    /// Runs the command as the account of the installed service, with the master key of its unit; needs root.
    #[arg(long, global = true)]
    as_service: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs everything on this machine: a demo tenant, a sample application and simulated eIDs.
    Dev(dev::DevArguments),
    /// Serves an installation, as its configuration says.
    Serve(serve::ServeArguments),
    /// Looks for everything that could keep an installation from working, and says what to do about it.
    Doctor(doctor::DoctorArguments),
    /// Checks a configuration, prints an example, or makes a master key.
    Config(configure::ConfigArguments),
    /// Prints what a shell needs to complete these commands.
    Completions(completions::Completions),
    /// Decodes an image from standard input with limits of its own; started by the program itself.
    #[command(name = image_decoder::DECODE, hide = true)]
    DecodeImage {
        /// Pixels in a row.
        width: u32,
        /// Rows.
        height: u32,
        /// Bytes of the result.
        bytes: usize,
    },
    /// Reads a PDF from standard input with limits of its own; started by the program itself.
    #[command(name = upload_reader::READ, hide = true)]
    ReadUpload,
    #[command(flatten)]
    Manage(manage::Command),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match arguments.command {
        Command::DecodeImage { width, height, bytes } => {
            return images::child::decode(images::Bounds { width, height, bytes });
        }
        Command::ReadUpload => return documents::answer_upload(),
        _ => {}
    }
    if arguments.as_service {
        eprintln!("portvakt: {}", as_service::run());
        return ExitCode::FAILURE;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().worker_threads(2).build();
    let ended = match runtime {
        Ok(runtime) => runtime.block_on(async {
            match arguments.command {
                Command::Dev(arguments) => dev::run(arguments).await,
                Command::Serve(arguments) => serve::run(arguments).await,
                Command::Doctor(arguments) => doctor::run(arguments).await,
                Command::Config(arguments) => configure::run(&arguments).await,
                Command::Completions(arguments) => {
                    arguments.print(&mut Arguments::command());
                    Ok(())
                }
                Command::Manage(command) => manage::run(command).await,
                Command::DecodeImage { .. } | Command::ReadUpload => Ok(()),
            }
        }),
        Err(error) => Err(format!("the runtime could not be started: {error}")),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("portvakt: {why}");
            ExitCode::FAILURE
        }
    }
}
