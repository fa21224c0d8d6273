//! `parlour search QUERY`: the same language as the search box.

use serde_json::json;

use super::Context;
use super::output::Console;
use crate::catalog::{Reader, search};
use crate::error::Result;

/// Arguments of `parlour search`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The query; several words are joined.
    #[arg(required = true)]
    query: Vec<String>,
    /// Results, at most.
    #[arg(long, default_value_t = 200)]
    limit: usize,
    /// One JSON object per line.
    #[arg(long)]
    json: bool,
}

/// Writes what was found, best first.
pub fn run(context: &Context, args: &Args, console: &mut Console<'_>) -> Result<()> {
    let reader = Reader::open(&context.dirs)?;
    let query = search::parse(&args.query.join(" "))?;
    let found = reader.search(&query, args.limit)?;
    for item in reader.items(&found)? {
        let path = item.path().map(|path| path.display().to_string());
        if args.json {
            console.json(&json!({
                "item": item.id,
                "path": path,
                "kind": item.kind,
                "title": item.title,
            }));
        } else {
            console.line(&path.unwrap_or(item.title));
        }
    }
    Ok(())
}
