//! `parlour similar FILE`: items like a file, nearest first.

use std::path::PathBuf;

use serde_json::json;

use super::output::Console;
use super::{Context, absolute};
use crate::error::{Error, Result};

/// Arguments of `parlour similar`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A file of the library.
    file: PathBuf,
    /// Results, at most.
    #[arg(long, default_value_t = 20)]
    limit: usize,
    /// One JSON object per line.
    #[arg(long)]
    json: bool,
}

/// Writes the nearest items with their cosine.
pub fn run(context: &Context, args: &Args, console: &mut Console<'_>) -> Result<()> {
    let library = context.library(console)?;
    let reader = library.catalog().reader()?;
    let path = absolute(&args.file)?;
    let item = reader.item_by_path(&path)?.ok_or_else(|| Error::NotFound {
        what: "file in the library named",
        name: path.display().to_string(),
    })?;
    for (id, score) in library.similar(item, args.limit)? {
        let path = reader
            .item(id)?
            .and_then(|item| item.path().map(|path| path.display().to_string()));
        let Some(path) = path else {
            continue;
        };
        if args.json {
            console.json(&json!({ "path": path, "score": score }));
        } else {
            console.line(&format!("{score:.3}  {path}"));
        }
    }
    Ok(())
}
