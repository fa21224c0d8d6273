//! `parlour sidecars`: what the person made, out to the files. Off until a folder is switched on.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::output::Console;
use super::{Context, absolute};
use crate::catalog::{Folder, Writes};
use crate::error::{Error, Result};
use crate::library::{Library, SaveSummary, Settle};

/// Arguments of `parlour sidecars`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// The folders with their switches, and what waits to be written.
    Status {
        /// One JSON object per line.
        #[arg(long)]
        json: bool,
    },
    /// Write to the files of a folder of the library: XMP sidecars, tags of audio files, or both.
    On {
        /// The folder.
        folder: PathBuf,
        /// Only XMP sidecars of photos and clips.
        #[arg(long, conflicts_with = "audio")]
        xmp: bool,
        /// Only tags inside audio files.
        #[arg(long)]
        audio: bool,
    },
    /// Write nothing to the files of a folder any more. What was written stays.
    Off {
        /// The folder.
        folder: PathBuf,
    },
    /// Write what waits, what failed before included.
    Write {
        /// One JSON object.
        #[arg(long)]
        json: bool,
    },
    /// End conflicts of files: keep what both say, or take what the file says.
    Settle {
        /// What counts.
        #[arg(value_enum)]
        how: How,
        /// Files of the library.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Take back the last writes, newest first. Files that were changed since are left alone.
    Undo {
        /// How many.
        #[arg(default_value_t = 1)]
        count: usize,
    },
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum How {
    /// Tags of both; of the rest, the library's word.
    Merge,
    /// The file's word.
    Theirs,
}

/// Switches, writes and tells.
pub fn run(context: &Context, args: &Args, console: &mut Console<'_>) -> Result<()> {
    let library = context.library(console)?;
    match &args.action {
        Action::Status { json } => status(&library, *json, console),
        Action::On { folder, xmp, audio } => {
            let writes = Writes {
                sidecars: !audio,
                audio: !xmp,
            };
            library.set_folder_writes(folder_at(&library, folder)?.id, writes)?;
            tell(library.save_now()?, false, console);
            Ok(())
        }
        Action::Off { folder } => {
            library.set_folder_writes(folder_at(&library, folder)?.id, Writes::default())
        }
        Action::Write { json } => {
            let done = library.save_now()?;
            tell(done, *json, console);
            waiting(&library, console)
        }
        Action::Settle { how, files } => {
            let how = match how {
                How::Merge => Settle::Merge,
                How::Theirs => Settle::Theirs,
            };
            let reader = library.catalog().reader()?;
            for file in files {
                let path = absolute(file)?;
                match reader.item_by_path(&path)? {
                    Some(item) => library.settle_conflict(item, how)?,
                    None => console.problem(&Error::NotFound {
                        what: "file in the library named",
                        name: path.display().to_string(),
                    }),
                }
            }
            tell(library.save_now()?, false, console);
            Ok(())
        }
        Action::Undo { count } => {
            let (done, left) = library.take_back_writes(*count)?;
            console.line(&format!("{done} writes taken back"));
            for path in left {
                console.fail();
                console.say(&format!("changed since, left alone: {}", path.display()));
            }
            Ok(())
        }
    }
}

fn folder_at(library: &Library, path: &Path) -> Result<Folder> {
    let path = absolute(path)?;
    library
        .folders()?
        .into_iter()
        .find(|folder| folder.path == path)
        .ok_or_else(|| Error::NotFound {
            what: "folder in the library named",
            name: path.display().to_string(),
        })
}

fn tell(done: SaveSummary, json: bool, console: &mut Console<'_>) {
    if done.failed + done.conflicts > 0 {
        console.fail();
    }
    if json {
        console.json(&done);
    } else {
        console.line(&format!(
            "{} files written, {} items were right already, {} failed, {} in conflict",
            done.written, done.unchanged, done.failed, done.conflicts
        ));
    }
}

fn waiting(library: &Library, console: &mut Console<'_>) -> Result<()> {
    for unsaved in library.unsaved()? {
        if let Some(problem) = unsaved.problem {
            console.say(&problem);
        }
    }
    Ok(())
}

fn status(library: &Library, json: bool, console: &mut Console<'_>) -> Result<()> {
    for folder in library.folders()? {
        let path = folder.path.display().to_string();
        if json {
            console.json(&json!({ "folder": path, "writes": folder.writes }));
        } else {
            let on = |on: bool| if on { "on" } else { "off" };
            console.line(&format!(
                "{path}: sidecars {}, audio tags {}",
                on(folder.writes.sidecars),
                on(folder.writes.audio)
            ));
        }
    }
    let reader = library.catalog().reader()?;
    for unsaved in library.unsaved()? {
        let item = reader.item(unsaved.item)?;
        let path = item
            .as_ref()
            .and_then(|item| item.path())
            .map(|path| path.display().to_string())
            .unwrap_or_default();
        if json {
            console.json(&json!({
                "item": unsaved.item,
                "path": path,
                "since_ms": unsaved.since_ms,
                "problem": unsaved.problem,
                "is_conflict": unsaved.is_conflict,
            }));
        } else {
            let why = unsaved.problem.as_deref().unwrap_or("waits to be written");
            console.line(&format!("{path}: {why}"));
        }
    }
    Ok(())
}
