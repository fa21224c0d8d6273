//! `parlour history add EVENT PATH`: records an event, for imports and tests.

use std::path::PathBuf;

use serde_json::json;

use super::output::Console;
use super::{Context, absolute};
use crate::catalog::{Change, EventKind, NewEvent, ProfileId};
use crate::error::{Error, Result, one_line};

/// Arguments of `parlour history`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Record that something happened with a file of the library.
    Add {
        /// shown, opened, dwell, played, skipped, liked, disliked, hidden, searched, tagged.
        event: String,
        /// The file.
        path: PathBuf,
        /// When: RFC 3339, such as 2026-05-01T18:30:00Z; now when left out.
        #[arg(long, value_name = "RFC3339")]
        at: Option<String>,
        /// Share heard (0 to 1) for played and skipped, seconds for dwell.
        #[arg(long, default_value_t = 1.0)]
        value: f32,
        /// One JSON object.
        #[arg(long)]
        json: bool,
    },
}

/// Records the event; it is on disk when this returns.
pub fn run(context: &Context, args: &Args, console: &mut Console<'_>) -> Result<()> {
    let Action::Add {
        event,
        path,
        at,
        value,
        json: is_json,
    } = &args.action;
    let kind = EventKind::parse(event).ok_or_else(|| Error::NotFound {
        what: "kind of event",
        name: event.clone(),
    })?;
    if !value.is_finite() || *value < 0.0 {
        return Err(Error::Name {
            name: value.to_string(),
            why: "the value of an event is a number from 0 up".to_owned(),
        });
    }
    let at_ms = match at {
        None => jiff::Timestamp::now().as_millisecond(),
        Some(text) => text
            .parse::<jiff::Timestamp>()
            .map_err(|e| Error::Name {
                name: text.clone(),
                why: one_line(&e.to_string()),
            })?
            .as_millisecond(),
    };
    let library = context.library(console)?;
    let path = absolute(path)?;
    let item = library
        .catalog()
        .reader()?
        .item_by_path(&path)?
        .ok_or_else(|| Error::NotFound {
            what: "file in the library named",
            name: path.display().to_string(),
        })?;
    let events = vec![NewEvent {
        profile: ProfileId::FIRST,
        item: Some(item),
        kind,
        value: *value,
        at_ms,
        context: None,
    }];
    library.catalog().person(Change::RecordEvents(events))?;
    if *is_json {
        console.json(&json!({ "event": kind, "item": item, "at_ms": at_ms }));
    }
    Ok(())
}
