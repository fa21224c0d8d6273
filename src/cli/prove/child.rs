//! The process that is killed: it scans and edits, and says each edit once it is saved.

use std::io::Write as _;

use crate::catalog::{Change, EventKind, ItemId, NewEvent, ProfileId};
use crate::cli::Context;
use crate::cli::output::Console;
use crate::error::Result;
use crate::library::Library;

const EDITS_A_SCAN: usize = 25;

/// Scans and edits until it is killed, and says each edit once it is saved.
pub(super) fn run(context: &Context, console: &mut Console<'_>) -> Result<()> {
    let library = context.library(console)?;
    // Nobody listens any more when the parent is gone: then there is nothing more to do.
    let mut is_heard = true;
    let mut say = |line: String| {
        let mut out = std::io::stdout().lock();
        let said = out.write_all(format!("{line}\n").as_bytes());
        is_heard &= said.and_then(|()| out.flush()).is_ok();
        is_heard
    };
    say("begun".to_owned());
    loop {
        library.rescan_now(|_| {})?;
        if !say("scanned".to_owned()) {
            return Ok(());
        }
        let reader = library.catalog().reader()?;
        let rows = reader.index()?;
        for _ in 0..EDITS_A_SCAN {
            let Some(row) = rows.get(fastrand::usize(..rows.len().max(1))) else {
                break;
            };
            let item = reader
                .item(row.id)?
                .and_then(|item| Some((item.id, item.hash?)));
            if let Some((item, hash)) = item {
                edit(&library, item, &hash, &mut say)?;
            }
        }
    }
}

fn edit(
    library: &Library,
    item: ItemId,
    hash: &[u8; 32],
    say: &mut impl FnMut(String) -> bool,
) -> Result<()> {
    let hash = blake3::Hash::from_bytes(*hash).to_hex();
    let name = format!("{:016x}", fastrand::u64(..));
    let items = vec![item];
    let catalog = library.catalog();
    match fastrand::u8(..6) {
        0 | 1 => {
            let tag = name.clone();
            catalog.person(Change::AddTag { items, tag })?;
            say(format!("tag {item} {hash} {name}"));
        }
        2 => {
            let rating = fastrand::u8(1..=5);
            say(format!("rating {item} {hash} {rating}"));
            catalog.person(Change::Rate { items, rating })?;
            say(format!("rated {item} {hash} {rating}"));
        }
        3 => {
            catalog.person(Change::RecordEvents(vec![NewEvent {
                profile: ProfileId::FIRST,
                item: Some(item),
                kind: EventKind::Played,
                value: 1.0,
                at_ms: 1,
                context: Some(name.clone()),
            }]))?;
            say(format!("event {item} {hash} {name}"));
        }
        4 => {
            let made = catalog.person(Change::CreateCollection {
                name: name.clone(),
                query: None,
            })?;
            if let Some(id) = made.collection {
                let at = None;
                catalog.person(Change::AddToCollection { id, items, at })?;
                say(format!("album {item} {hash} {name}"));
            }
        }
        _ => {
            say(format!("titling {item} {hash} {name}"));
            catalog.person(Change::Retitle(vec![(item, Some(name.clone()))]))?;
            say(format!("titled {item} {hash} {name}"));
        }
    }
    Ok(())
}
