//! `parlour scan DIR...`: adds folders and files, or looks for changes in them.

use std::path::PathBuf;

use serde_json::json;

use super::output::Console;
use super::{Context, absolute};
use crate::error::Result;
use crate::library::ScanStatus;

/// Arguments of `parlour scan`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folders and files.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Also run the models over what is new.
    #[arg(long)]
    analyse: bool,
    /// One JSON object per line.
    #[arg(long)]
    json: bool,
}

/// Scans, and writes one line per file and a summary.
pub fn run(context: &Context, args: &Args, console: &mut Console<'_>) -> Result<()> {
    let library = context.library(console)?;
    let paths = args
        .paths
        .iter()
        .map(|path| absolute(path))
        .collect::<Result<Vec<_>>>()?;
    let summary = library.scan_now(&paths, |report| {
        let is_failure = report.status == ScanStatus::Failed;
        if is_failure {
            console.fail();
        }
        if args.json {
            console.json(&report);
        } else if let Some(reason) = &report.error {
            console.say(&format!("{reason}: {}", report.path.display()));
        }
    })?;
    if args.analyse {
        let cancel = crate::jobs::Cancel::new();
        let failures = parking_lot::Mutex::new(Vec::new());
        let done = library.analyse_now(&cancel, |analysed| {
            if let Some(error) = &analysed.error {
                failures.lock().push(error.to_string());
            }
        })?;
        for failure in failures.into_inner() {
            console.say(&failure);
        }
        console.say(&format!("looked at {done} items with the models"));
    }
    if args.json {
        console.json(&json!({ "summary": summary }));
    } else {
        console.line(&format!(
            "{} files: {} new, {} changed, {} moved, {} copies, {} unchanged, {} missing, {} cannot be decoded, {} failed ({:.1} s)",
            summary.files,
            summary.new,
            summary.changed,
            summary.moved,
            summary.copies,
            summary.unchanged,
            summary.missing,
            summary.unsupported,
            summary.failed,
            summary.took_ms as f64 / 1000.0
        ));
    }
    Ok(())
}
