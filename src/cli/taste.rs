//! `parlour taste`: what Parlour believes, and taste cards.

use std::path::PathBuf;

use serde_json::json;

use super::output::Console;
use super::{Context, absolute};
use crate::app::{cards, people, suggest};
use crate::catalog::{Change, Reader};
use crate::error::{Error, Result};
use crate::models::Packs;
use crate::recommend::Exclusion;
use crate::recommend::card::Card;
use crate::settings::Settings;

/// Arguments of `parlour taste`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// What Parlour believes of you.
    Show {
        /// One JSON object per line.
        #[arg(long)]
        json: bool,
    },
    /// Save your taste card: tags, a summary per model, favourites; never a path.
    Export {
        file: PathBuf,
        /// Your name on the card.
        #[arg(long)]
        name: String,
        /// Favourite songs that are named, at most.
        #[arg(long, default_value_t = 50)]
        favourites: usize,
    },
    /// Take in a friend's card and follow it.
    Import { file: PathBuf },
    /// Follow a card again.
    Follow { name: String },
    /// Stop following a card: it has no influence any more.
    Unfollow { name: String },
    /// Keep something out of memories: a tag, days (2024-05-01..2024-05-09) or a place (lat,lon,km).
    Exclude {
        what: String,
        /// Let it in again.
        #[arg(long)]
        undo: bool,
    },
}

/// Carries it out.
pub fn run(context: &Context, args: &Args, console: &mut Console<'_>) -> Result<()> {
    let dirs = &context.dirs;
    let who = suggest::Who::of(&Settings::load(&dirs.settings()).0);
    let card_named = |name: &str| {
        cards::all(dirs)
            .into_iter()
            .find(|kept| kept.file == name || kept.card.name == name)
            .ok_or_else(|| Error::NotFound {
                what: "taste card",
                name: name.to_owned(),
            })
    };
    match &args.action {
        Action::Show { json } => {
            let reader = Reader::open(dirs)?;
            let input = suggest::gather(&reader, dirs, &who)?;
            let view = people::taste_view(&reader, dirs, &input)?;
            for belief in &view.beliefs.list {
                if *json {
                    console.json(&json!({
                        "kind": belief.media.as_str(),
                        "belief": belief.key,
                        "affinity": belief.affinity,
                        "is_struck": input.struck.contains(&belief.key),
                        "evidence": belief.evidence,
                    }));
                } else {
                    let kind = belief.media.as_str();
                    console.line(&format!(
                        "{:+.2}  {kind:5}  {}",
                        belief.affinity, belief.key
                    ));
                }
            }
            for kept in &view.cards {
                let key = format!("card:{}", kept.file);
                let alike = view.compatibilities.iter().find(|(k, _)| *k == key);
                let likeness = alike.and_then(|(_, alike)| alike.likeness);
                if *json {
                    console.json(&json!({
                        "card": kept.card.name,
                        "is_followed": kept.is_followed,
                        "likeness": likeness,
                    }));
                } else {
                    let mark = if kept.is_followed { "follows" } else { "rests" };
                    console.line(&format!("{mark}  {}", kept.card.name));
                }
            }
            Ok(())
        }
        Action::Export {
            file,
            name,
            favourites,
        } => {
            let reader = Reader::open(dirs)?;
            let (packs, _) = Packs::load(Some(&dirs.models()));
            let input = suggest::gather(&reader, dirs, &who)?;
            let card = Card::of(&input, name, *favourites, |tag| {
                packs.vocabulary().entry(tag).is_some()
            });
            cards::write(&absolute(file)?, &card)
        }
        Action::Import { file } => {
            let kept = cards::import(dirs, &absolute(file)?)?;
            console.say(&format!("following {}", kept.card.name));
            Ok(())
        }
        Action::Follow { name } => cards::follow(dirs, &card_named(name)?.file, true),
        Action::Unfollow { name } => cards::follow(dirs, &card_named(name)?.file, false),
        Action::Exclude { what, undo } => {
            let days = Exclusion::parse(&format!("memory-dates:{what}"));
            let place = Exclusion::parse(&format!("memory-place:{what}"));
            let exclusion = days
                .or(place)
                .unwrap_or_else(|| Exclusion::Tag(what.trim().to_owned()));
            let key = who.stored(&exclusion.key());
            let change = if *undo {
                Change::UnstrikeReason { key }
            } else {
                Change::StrikeReason { key }
            };
            context.library(console)?.catalog().person(change)?;
            Ok(())
        }
    }
}
