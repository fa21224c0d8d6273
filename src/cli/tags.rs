//! `parlour tags add|remove|reject|teach NAME FILE...`: tags by hand.

use std::path::PathBuf;

use serde_json::json;

use super::output::Console;
use super::{Context, absolute};
use crate::catalog::{Change, ItemId, Reader, TagState};
use crate::error::{Error, Result};
use crate::library::Library;
use crate::models::Head;

/// Arguments of `parlour tags`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Args)]
struct Target {
    /// The tag.
    name: String,
    /// Files of the library.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// One JSON object per line.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Put a tag on files.
    Add(Target),
    /// Take a tag off files.
    Remove(Target),
    /// Say that files do not have a tag; no model brings it back.
    Reject(Target),
    /// Tag the files, learn from them, and print what else may have the tag.
    Teach(Target),
    /// The tags of files, with their sources.
    List {
        /// Files of the library.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// One JSON object per line.
        #[arg(long)]
        json: bool,
    },
}

/// Proposals that `teach` prints, at most.
const PROPOSALS_MAX: usize = 50;
/// A proposal is at least this sure.
const PROPOSAL_MIN: f32 = 0.5;
/// Items that stand for "everything else" when a tag is learnt.
const BACKGROUND_MAX: usize = 400;

/// Edits tags; the change is on disk when this returns.
pub fn run(context: &Context, args: &Args, console: &mut Console<'_>) -> Result<()> {
    match &args.action {
        Action::List { files, json } => list(context, files, *json, console),
        Action::Add(target) => edit(context, target, console, |items, tag| Change::AddTag {
            items,
            tag,
        }),
        Action::Remove(target) => edit(context, target, console, |items, tag| Change::RemoveTag {
            items,
            tag,
        }),
        Action::Reject(target) => edit(context, target, console, |items, tag| Change::RejectTag {
            items,
            tag,
        }),
        Action::Teach(target) => {
            let library = context.library(console)?;
            let items = items_of(&library.catalog().reader()?, &target.files, console)?;
            if items.is_empty() {
                return Ok(());
            }
            let tag = target.name.clone();
            library.catalog().person(Change::AddTag { items, tag })?;
            teach(&library, target, console)
        }
    }
}

/// The items of files; those that are not in the library are named and counted as failures.
fn items_of(reader: &Reader, files: &[PathBuf], console: &mut Console<'_>) -> Result<Vec<ItemId>> {
    let mut items = Vec::new();
    for file in files {
        let path = absolute(file)?;
        match reader.item_by_path(&path)? {
            Some(item) => items.push(item),
            None => console.problem(&Error::NotFound {
                what: "file in the library named",
                name: path.display().to_string(),
            }),
        }
    }
    Ok(items)
}

fn edit(
    context: &Context,
    target: &Target,
    console: &mut Console<'_>,
    change: impl FnOnce(Vec<ItemId>, String) -> Change,
) -> Result<()> {
    let library = context.library(console)?;
    let items = items_of(&library.catalog().reader()?, &target.files, console)?;
    if items.is_empty() {
        return Ok(());
    }
    let done = library
        .catalog()
        .person(change(items, target.name.clone()))?;
    for item in done.items {
        if target.json {
            console.json(&json!({ "tag": target.name, "item": item, "saved": true }));
        }
    }
    Ok(())
}

fn list(
    context: &Context,
    files: &[PathBuf],
    is_json: bool,
    console: &mut Console<'_>,
) -> Result<()> {
    let reader = Reader::open(&context.dirs)?;
    for file in files {
        let path = absolute(file)?;
        let Some(item) = reader.item_by_path(&path)? else {
            console.problem(&Error::NotFound {
                what: "file in the library named",
                name: path.display().to_string(),
            });
            continue;
        };
        let tags = reader.tags_of(item)?;
        if is_json {
            let tags: Vec<_> = tags
                .iter()
                .map(|tag| json!({ "name": tag.name, "score": tag.score, "source": tag.source, "state": tag.state }))
                .collect();
            console
                .json(&json!({ "path": path.display().to_string(), "item": item, "tags": tags }));
        } else {
            console.line(&path.display().to_string());
            for tag in tags {
                let state = match tag.state {
                    TagState::Confirmed => "confirmed",
                    TagState::Shown => "found",
                    TagState::Suggested => "perhaps",
                    TagState::Rejected => "rejected",
                };
                console.line(&format!(
                    "    {:<24} {state:<10} {:.0} %",
                    tag.name,
                    tag.score * 100.0
                ));
            }
        }
    }
    Ok(())
}

/// Trains a head per pack on what is confirmed and rejected, and prints the items it finds.
fn teach(library: &Library, target: &Target, console: &mut Console<'_>) -> Result<()> {
    let reader = library.catalog().reader()?;
    let Some(tag) = reader.find_tag(&target.name)? else {
        return Ok(());
    };
    let ids = |states: &[TagState]| -> Result<Vec<ItemId>> {
        Ok(reader
            .items_with_tag(tag, states)?
            .into_iter()
            .map(|(item, _)| item)
            .collect())
    };
    let (yes, no) = (ids(&[TagState::Confirmed])?, ids(&[TagState::Rejected])?);
    let mut proposals: Vec<(ItemId, f32)> = Vec::new();
    for pack in reader.embedding_packs()? {
        let all = reader.embeddings_of_pack(&pack)?;
        let rows = |wanted: &[ItemId]| -> Vec<&[f32]> {
            all.iter()
                .filter(|(item, _)| wanted.contains(item))
                .map(|(_, row)| row.as_slice())
                .collect()
        };
        let (positives, negatives) = (rows(&yes), rows(&no));
        let step = (all.len() / BACKGROUND_MAX).max(1);
        let background: Vec<&[f32]> = all
            .iter()
            .step_by(step)
            .filter(|(item, _)| !yes.contains(item) && !no.contains(item))
            .map(|(_, row)| row.as_slice())
            .collect();
        let Some(head) = Head::train(&positives, &negatives, &background) else {
            continue;
        };
        proposals.extend(
            all.iter()
                .filter(|(item, _)| !yes.contains(item) && !no.contains(item))
                .map(|(item, row)| (*item, head.score(row)))
                .filter(|(_, score)| *score >= PROPOSAL_MIN),
        );
    }
    proposals.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    proposals.truncate(PROPOSALS_MAX);
    if proposals.is_empty() {
        console.say("nothing else looks like these yet; tag three to five, and let the models look at the library first");
    }
    for (item, score) in proposals {
        let path = reader
            .item(item)?
            .and_then(|item| item.path().map(|path| path.display().to_string()))
            .unwrap_or_default();
        if target.json {
            console.json(&json!({ "tag": target.name, "item": item, "path": path, "score": score, "state": "proposed" }));
        } else {
            console.line(&format!("{score:.2}  {path}"));
        }
    }
    Ok(())
}
