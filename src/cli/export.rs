//! `parlour export DIR` and `parlour import FILE`: everything the person made, out and in again.

use std::path::PathBuf;

use serde_json::json;

use super::output::Console;
use super::{Context, absolute};
use crate::error::Result;
use crate::jobs::Cancel;
use crate::library::{export as exporting, import as importing};

/// Arguments of `parlour export`.
#[derive(Debug, clap::Args)]
pub struct ExportArgs {
    /// A folder; it is made if it is not there.
    dir: PathBuf,
    /// Write the XMP sidecars beside the originals instead.
    #[arg(long, conflicts_with = "copies")]
    beside_originals: bool,
    /// Copy the files, too, each beside its sidecar.
    #[arg(long)]
    copies: bool,
    /// One JSON object.
    #[arg(long)]
    json: bool,
}

/// Arguments of `parlour import`.
#[derive(Debug, clap::Args)]
pub struct ImportArgs {
    /// The JSON file of an export.
    file: PathBuf,
    /// One JSON object.
    #[arg(long)]
    json: bool,
}

/// Writes JSON and XMP sidecars into the folder.
pub fn export(context: &Context, args: &ExportArgs, console: &mut Console<'_>) -> Result<()> {
    let library = context.library(console)?;
    let beside = match (args.beside_originals, args.copies) {
        (true, _) => exporting::Beside::Originals,
        (_, true) => exporting::Beside::Copies,
        _ => exporting::Beside::Folder,
    };
    let done = exporting::export_as(&library, &absolute(&args.dir)?, beside, &Cancel::new())?;
    if done.left_alone > 0 {
        console.fail();
        console.say(&format!(
            "{} sidecars were changed by other programs and left alone; `parlour scan` reads them",
            done.left_alone
        ));
    }
    if args.json {
        console.json(&json!({
            "items": done.items,
            "sidecars": done.sidecars,
            "collections": done.collections,
            "events": done.events,
            "copies": done.copies,
            "left_alone": done.left_alone,
        }));
    } else {
        console.line(&format!(
            "{} items, {} sidecars, {} collections, {} events in {}",
            done.items,
            done.sidecars,
            done.collections,
            done.events,
            args.dir.display()
        ));
    }
    Ok(())
}

/// Brings an export back, matching files by content and then by the end of their path.
pub fn import(context: &Context, args: &ImportArgs, console: &mut Console<'_>) -> Result<()> {
    let library = context.library(console)?;
    let done = importing::import(&library, &absolute(&args.file)?, &Cancel::new())?;
    for path in &done.missing_paths {
        console.say(&format!("not in this library: {}", path.display()));
    }
    if done.not_found > 0 {
        console.fail();
    }
    if args.json {
        console.json(&json!({ "found": done.found, "not_found": done.not_found }));
    } else {
        console.line(&format!(
            "{} items brought back, {} not found",
            done.found, done.not_found
        ));
    }
    Ok(())
}
