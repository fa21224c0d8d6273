//! `parlour capture OUTDIR`: draws every page to PNG.

use std::path::PathBuf;

use super::Context;
use super::output::Console;
use crate::error::Result;
use crate::ui::capture::{Shot, capture};

/// Arguments of `parlour capture`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where the pictures go.
    out: PathBuf,
    /// Every theme, size, scale and language, instead of dark and light at 1280x800.
    #[arg(long)]
    all: bool,
}

/// Draws, and names every file written.
pub fn run(context: &Context, args: &Args, console: &mut Console<'_>) -> Result<()> {
    let shots = if args.all { Shot::all() } else { Shot::few() };
    let count = capture(context.dirs.clone(), &args.out, &shots, |path| {
        console.line(&path.display().to_string());
    })?;
    console.say(&format!("{count} pictures in {}", args.out.display()));
    Ok(())
}
