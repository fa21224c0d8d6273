//! History to taste to shelves. Pure functions over plain data: no files, no database, no clock.
//!
//! [`shelves`] first turns history into graded, time-decayed signals and these into a taste; every shelf then lists its
//! candidates with the reasons of its own; diversity picks from them; what is picked is explained, so that the weights
//! of its reasons sum to its score.

mod bandit;
mod begun;
mod beliefs;
pub mod card;
mod chance;
mod context;
mod diversity;
pub mod engine;
mod friends;
mod lists;
mod memories;
mod model;
mod mood;
mod pairing;
mod places;
mod programme;
mod signal;
mod taste;
mod types;

use std::collections::HashSet;

pub use bandit::CONTEXT as SHELF_CONTEXT;
pub use beliefs::{Belief, Beliefs, beliefs};
pub use friends::Compatibility;
pub use memories::Exclusion;
pub use programme::{Programme, Wish, programme};
pub use signal::not_now_key;
pub use types::*;

use crate::catalog::ItemId;
use crate::media::Kind;
use bandit::Bandit;
use lists::List;
use taste::Taste;

/// A shelf with fewer picks has nothing good to say.
const PICKS_MIN: usize = 3;
/// Shelves on one page.
const SHELVES_MAX: usize = 14;
/// Picks of a page that may be tries, at most: one in so many.
const TRIES_EVERY: usize = 8;

/// The shelves of this moment, best first. The same input gives the same shelves; a new day gives fresh ones.
pub fn shelves(input: &Input, options: &Options) -> Vec<Shelf> {
    let taste = Taste::new(input, options);
    let bandit = Bandit::new(input);
    let mut used = HashSet::new();
    let mut chosen = Vec::new();
    for (place, kind) in ShelfKind::ALL.into_iter().enumerate() {
        if options.only.is_some_and(|only| only != kind) {
            continue;
        }
        for list in lists::lists(kind, &taste) {
            let mut picked = diversity::pick(&list, &taste, options, &used);
            let least = if kind == ShelfKind::Continue {
                1
            } else {
                PICKS_MIN.min(options.per_shelf)
            };
            if picked.len() < least {
                continue;
            }
            if kind == ShelfKind::Continue {
                picked.sort_by_key(|(at, _)| (std::cmp::Reverse(taste.signals[*at].last_ms), *at));
            }
            used.extend(picked.iter().map(|(at, _)| *at));
            chosen.push((place, list, picked));
        }
    }
    // Shelves that are opened come first; photos and music take turns, so that neither hides below the other.
    let mut scored: Vec<(i64, usize, bool, usize)> = chosen
        .iter()
        .enumerate()
        .map(|(at, (place, list, _))| {
            let shelf = key_of(list);
            let score = match list.kind {
                ShelfKind::Continue => f32::MAX,
                _ => bandit.score(&shelf, *place),
            };
            let score = if score == f32::MAX {
                i64::MAX
            } else {
                (score * 1000.0) as i64
            };
            (-score, *place, list.media != Kind::Photo, at)
        })
        .collect();
    scored.sort_unstable();
    scored.truncate(SHELVES_MAX);
    let mut shelves: Vec<Shelf> = scored
        .into_iter()
        .map(|(_, _, _, at)| {
            let (_, list, picked) = &chosen[at];
            explained(list, picked, &taste)
        })
        .collect();
    cap_tries(&mut shelves);
    shelves
}

fn key_of(list: &List<'_>) -> String {
    format!("{}:{}", list.kind.as_str(), list.media.as_str())
}

fn explained(list: &List<'_>, picked: &[(usize, bool)], taste: &Taste<'_>) -> Shelf {
    let picks = picked
        .iter()
        .map(|&(at, is_try)| {
            let mut reasons: Vec<Reason> = Vec::new();
            if is_try {
                reasons.push(diversity::try_reason());
            }
            reasons.extend((list.base)(at));
            if list.is_liking {
                let scale = scale_of(list.kind);
                for mut reason in taste.explain(at) {
                    reason.weight *= scale;
                    add(&mut reasons, reason);
                }
            }
            diversity::assemble(at, reasons, taste)
        })
        .collect();
    Shelf {
        kind: list.kind,
        media: list.media,
        about: list.about,
        word: list.word.clone(),
        picks,
    }
}

/// What the person's liking counts on a shelf; the same as in its list.
fn scale_of(kind: ShelfKind) -> f32 {
    match kind {
        ShelfKind::Because | ShelfKind::Friend => 0.3,
        ShelfKind::Soundtrack | ShelfKind::Pictures => 0.4,
        _ => 1.0,
    }
}

/// Adds a reason; one that is given already grows.
fn add(reasons: &mut Vec<Reason>, reason: Reason) {
    match reasons.iter_mut().find(|known| known.key == reason.key) {
        Some(known) => known.weight += reason.weight,
        None => reasons.push(reason),
    }
}

/// Tries stay under their share of the page: the last ones go first.
fn cap_tries(shelves: &mut Vec<Shelf>) {
    let (mut tried, mut all) = diversity::tries(shelves);
    let is_try = |pick: &Pick| pick.reasons.iter().any(|r| r.factor == Factor::Exploration);
    let is_alone = shelves.iter().all(|s| s.kind == ShelfKind::Surprise);
    if is_alone {
        return;
    }
    for shelf in shelves.iter_mut().rev() {
        while tried * TRIES_EVERY > all {
            let Some(at) = shelf.picks.iter().rposition(is_try) else {
                break;
            };
            shelf.picks.remove(at);
            tried -= 1;
            all -= 1;
        }
    }
    shelves.retain(|shelf| {
        shelf.kind == ShelfKind::Continue || shelf.picks.len() >= PICKS_MIN.min(all)
    });
}

/// Songs for one photo and its outing, best first, with their reasons.
pub fn soundtrack(input: &Input, photo: ItemId, limit: usize) -> Option<Shelf> {
    let options = Options {
        per_shelf: limit,
        ..Options::default()
    };
    let taste = Taste::new(input, &options);
    let list = pairing::soundtrack_of(&taste, taste.places.of(photo)?);
    let picked = diversity::pick(&list, &taste, &options, &HashSet::new());
    Some(explained(&list, &picked, &taste))
}

/// How the person's taste compares with each of the others.
pub fn compatibilities(input: &Input) -> Vec<(String, Compatibility)> {
    let taste = Taste::new(input, &Options::default());
    input
        .others
        .iter()
        .map(|other| (other.key.clone(), friends::compatibility(&taste, other)))
        .collect()
}

/// What would leave the page if the person said "less like this" of an item.
pub fn leaving(input: &mut Input, options: &Options, item: ItemId) -> Vec<ItemId> {
    let shown = |shelves: &[Shelf]| -> Vec<ItemId> {
        shelves
            .iter()
            .flat_map(|shelf| shelf.picks.iter().map(|pick| pick.item))
            .collect()
    };
    let before = shown(&shelves(input, options));
    let event = crate::catalog::Event {
        id: crate::catalog::EventId(0),
        profile: crate::catalog::ProfileId::FIRST,
        item: Some(item),
        kind: crate::catalog::EventKind::Disliked,
        value: 1.0,
        at_ms: input.now_ms,
        context: None,
    };
    input.events.push(event);
    let after: HashSet<ItemId> = shown(&shelves(input, options)).into_iter().collect();
    input.events.pop();
    before
        .into_iter()
        .filter(|shown| !after.contains(shown))
        .collect()
}

#[cfg(test)]
mod tests;
