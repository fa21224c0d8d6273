//! Parses arguments; opens the window, or runs one headless command.

// A double-clicked program on Windows opens no console.
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use parlour::app::Start;
use parlour::cli::{self, Outcome};
use parlour::library::instance;
use parlour::player::Output;
use parlour::{Error, Result};

/// How long to wait for the window that has the library to take files over.
const HAND_OVER: Duration = Duration::from_secs(5);

fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_env("PARLOUR_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("error"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    match cli::run(std::env::args_os()) {
        Outcome::Done(code) => ExitCode::from(code),
        Outcome::Window { dirs, files } => match open(&dirs, files) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                // Nobody is left to tell when standard error is gone too.
                drop(writeln!(std::io::stderr(), "parlour: {error}"));
                ExitCode::FAILURE
            }
        },
    }
}

/// Opens the window, or hands the files to the one that has this library open already.
fn open(dirs: &parlour::dirs::Dirs, files: Vec<std::path::PathBuf>) -> Result<()> {
    let files: Vec<_> = files
        .into_iter()
        .map(|path| std::path::absolute(&path).unwrap_or(path))
        .collect();
    let start = Start {
        dirs: dirs.clone(),
        files: files.clone(),
        output: Output::Device(None),
        is_window: true,
    };
    match parlour::ui::shell::run(start) {
        Err(Error::Busy { path }) => {
            if instance::hand_over(dirs, &files, HAND_OVER)? {
                Ok(())
            } else {
                Err(Error::Busy { path })
            }
        }
        other => other,
    }
}
