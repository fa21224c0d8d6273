//! History to taste to shelves. Pure functions over plain data: no files, no database, no clock.
//!
//! [`shelves`] first turns history into graded, time-decayed signals and these into [`taste`]; every shelf then lists
//! candidates with their reasons, whose weights sum to the score; [`diversity`] picks from the candidates.

mod builders;
mod diversity;
mod mood;
mod taste;
mod types;

use std::collections::HashSet;

pub use mood::mood_match;
pub use types::*;

use crate::media::Kind;
use taste::Taste;

/// A shelf with fewer picks has nothing good to say.
const PICKS_MIN: usize = 3;
/// Shelves on one page.
const SHELVES_MAX: usize = 12;

/// The shelves of this moment, best first. The same input gives the same shelves; a new day gives fresh ones.
pub fn shelves(input: &Input, options: &Options) -> Vec<Shelf> {
    let taste = Taste::new(input);
    let mut used = HashSet::new();
    let mut shelves = Vec::new();
    for kind in ShelfKind::ALL {
        if options.only.is_some_and(|only| only != kind) {
            continue;
        }
        for candidates in builders::candidates(kind, input, &taste) {
            let mut shelf = diversity::pick(candidates, input, &taste, options, &used);
            let least = if kind == ShelfKind::Continue {
                1
            } else {
                PICKS_MIN.min(options.per_shelf)
            };
            if shelf.picks.len() < least {
                continue;
            }
            // Continue and anniversaries are short lists worth showing whole; others rotate day by day.
            shelf.picks.truncate(options.per_shelf);
            used.extend(shelf.picks.iter().map(|pick| pick.item));
            shelves.push(shelf);
        }
    }
    // Photos and music take turns, so that neither hides below the other.
    let order = |shelf: &Shelf| {
        let kind = ShelfKind::ALL.iter().position(|&kind| kind == shelf.kind);
        (kind, shelf.media != Kind::Photo)
    };
    shelves.sort_by_key(order);
    shelves.truncate(SHELVES_MAX);
    shelves
}

#[cfg(test)]
mod tests;
