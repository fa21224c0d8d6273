//! `parlour recommend`: the shelves of the window, with their reasons.

use std::collections::HashMap;

use serde_json::json;

use super::Context;
use super::output::Console;
use crate::app::{phrases, suggest};
use crate::catalog::{ItemId, Reader};
use crate::error::{Error, Result};
use crate::media::Kind;
use crate::models::Packs;
use crate::recommend::{self, Input, Options, Reason, Shelf, ShelfKind, Wish};
use crate::settings::Settings;

/// Arguments of `parlour recommend`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only this shelf: continue, because, on-this-day, this-hour, play-again, soundtrack, pictures, finish-album,
    /// friend, taught, rediscover, never-opened, new-here, surprise.
    #[arg(long, value_name = "NAME")]
    shelf: Option<String>,
    /// Picks per shelf, at most.
    #[arg(long, default_value_t = 24)]
    limit: usize,
    /// A timed programme of songs, clips and photos instead of shelves: so many minutes.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=240))]
    minutes: Option<u32>,
    /// Its mood: calm, bright, lively.
    #[arg(long, requires = "minutes")]
    mood: Option<String>,
    /// One JSON object per line.
    #[arg(long)]
    json: bool,
}

/// Writes every pick with its score and reasons.
pub fn run(context: &Context, args: &Args, console: &mut Console<'_>) -> Result<()> {
    let only = match &args.shelf {
        None => None,
        Some(name) => Some(ShelfKind::parse(name).ok_or_else(|| Error::NotFound {
            what: "shelf",
            name: name.clone(),
        })?),
    };
    let reader = Reader::open(&context.dirs)?;
    let (packs, _) = Packs::load(Some(&context.dirs.models()));
    let words = console.words();
    let settings = Settings::load(&context.dirs.settings()).0;
    let who = suggest::Who::of(&settings);
    let input = suggest::gather(&reader, &context.dirs, &who)?;
    let options = Options {
        per_shelf: args.limit,
        only,
        ..who.options()
    };
    let mut shelves = if let Some(minutes) = args.minutes {
        let wish = args.mood.as_deref().unwrap_or("calm");
        let wish = Wish::parse(wish).ok_or_else(|| Error::NotFound {
            what: "mood",
            name: wish.to_owned(),
        })?;
        programme(&input, minutes, wish)
    } else {
        recommend::shelves(&input, &options)
    };
    // As in the window: what the person put away stays away, unless it is asked for by name.
    if only.is_none() {
        shelves.retain(|shelf| !settings.hidden_shelves.contains(&shelf.key()));
    }
    let titles: HashMap<ItemId, String> = input
        .items
        .iter()
        .map(|facts| {
            let title = match facts.kind {
                Kind::Audio => facts.title.clone(),
                Kind::Photo | Kind::Clip => phrases::date(&words, facts.date_ms),
            };
            (facts.id, title)
        })
        .collect();
    let title_of = |id: ItemId| titles.get(&id).cloned().unwrap_or_default();
    for shelf in &shelves {
        let about = shelf.about.map(title_of);
        let title = phrases::shelf_title(&words, shelf, about.as_deref());
        if !args.json {
            console.line(&format!("{title}  [{}]", shelf.kind.as_str()));
        }
        for pick in &shelf.picks {
            let Some(item) = reader.item(pick.item)? else {
                continue;
            };
            let path = item
                .path()
                .map(|path| path.display().to_string())
                .unwrap_or_default();
            let text = |reason: &Reason| {
                phrases::weighed_reason(&words, packs.vocabulary(), reason, title_of)
            };
            if args.json {
                let reasons: Vec<_> = pick
                    .reasons
                    .iter()
                    .map(|reason| {
                        json!({
                            "factor": reason.key,
                            "weight": reason.weight,
                            "text": text(reason),
                            "evidence": reason.evidence,
                        })
                    })
                    .collect();
                console.json(&json!({
                    "shelf": shelf.kind,
                    "title": title,
                    "item": pick.item,
                    "path": path,
                    "score": pick.score,
                    "reasons": reasons,
                }));
            } else {
                let reasons: Vec<String> = pick
                    .reasons
                    .iter()
                    .map(|reason| format!("{:.2} {}", reason.weight, text(reason)))
                    .collect();
                console.line(&format!(
                    "  {:.2}  {path}\n        {}",
                    pick.score,
                    reasons.join("; ")
                ));
            }
        }
    }
    if shelves.is_empty() && !args.json {
        console.say("there is nothing to suggest yet");
    }
    Ok(())
}

/// The programme as shelves: what is heard or watched, and what is looked at meanwhile.
fn programme(input: &Input, minutes: u32, wish: Wish) -> Vec<Shelf> {
    let programme = recommend::programme(input, minutes, wish);
    [
        (Kind::Audio, programme.tracks),
        (Kind::Photo, programme.photos),
    ]
    .into_iter()
    .filter(|(_, picks)| !picks.is_empty())
    .map(|(media, picks)| Shelf {
        kind: ShelfKind::ThisHour,
        media,
        about: None,
        word: wish.as_str().to_owned(),
        picks,
    })
    .collect()
}
