//! From candidates to a shelf: best first, no near-duplicates side by side, caps per artist, album and day, a few
//! labelled tries.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::builders::Candidates;
use super::taste::{DAY_MS, Taste};
use super::types::{Factor, Input, Options, Pick, Reason, Shelf, ShelfKind};
use crate::catalog::ItemId;
use crate::media::Kind;

/// Songs of one artist on one shelf.
const ARTIST_MAX: usize = 3;
/// Songs of one album on one shelf.
const ALBUM_MAX: usize = 2;
/// Photos of one day on one shelf.
const DAY_MAX: usize = 4;
/// More alike than this is the same picture to a person.
const DUPLICATE_COSINE: f32 = 0.97;
/// One pick in so many is a try.
const TRY_EVERY: usize = 10;
/// Scores closer than this are equal: chance of the day decides.
const SCORE_STEP: f32 = 0.05;

/// A number that is the same all day and differs between days and items.
fn chance_of_day(item: ItemId, today: i64) -> u64 {
    let mut hasher = DefaultHasher::new();
    (item.0, today).hash(&mut hasher);
    hasher.finish()
}

/// Picks a shelf from its candidates.
pub fn pick(
    candidates: Candidates,
    input: &Input,
    taste: &Taste<'_>,
    options: &Options,
    used: &HashSet<ItemId>,
) -> Shelf {
    let Candidates {
        kind,
        media,
        about,
        mut picks,
    } = candidates;
    let step = |score: f32| (score / SCORE_STEP).round() as i64;
    picks.retain(|pick| !used.contains(&pick.item));
    picks.sort_by_cached_key(|pick| {
        let recency = match kind {
            // What was added last comes first, then taste decides within the day.
            ShelfKind::NewHere => taste
                .places
                .get(&pick.item)
                .map_or(0, |&at| input.items[at].added_ms / DAY_MS),
            _ => 0,
        };
        std::cmp::Reverse((
            recency,
            step(pick.score),
            chance_of_day(pick.item, taste.today),
        ))
    });
    let mut caps = Caps::default();
    let mut chosen: Vec<Pick> = Vec::new();
    let mut rest: Vec<Pick> = Vec::new();
    for pick in picks {
        if chosen.len() >= options.per_shelf {
            rest.push(pick);
        } else if caps.admits(&pick, input, taste, kind, media, about)
            && !is_duplicate(&pick, &chosen, input, taste)
        {
            caps.count(&pick, input, taste);
            chosen.push(pick);
        }
    }
    let explores = matches!(kind, ShelfKind::NeverOpened | ShelfKind::Because);
    if explores && options.novelty > 0.0 && !input.struck.contains("exploration") {
        explore(&mut chosen, rest, taste, options);
    }
    Shelf {
        kind,
        media,
        about,
        picks: chosen,
    }
}

fn is_duplicate(pick: &Pick, chosen: &[Pick], input: &Input, taste: &Taste<'_>) -> bool {
    chosen.iter().any(|other| {
        taste
            .cosine(input, pick.item, other.item)
            .is_some_and(|cosine| cosine > DUPLICATE_COSINE)
    })
}

/// Replaces a few places by items from further down, labelled as tries.
fn explore(chosen: &mut [Pick], mut rest: Vec<Pick>, taste: &Taste<'_>, options: &Options) {
    let every = ((TRY_EVERY as f32 / (options.novelty * 2.0)).round() as usize).max(4);
    rest.sort_by_cached_key(|pick| chance_of_day(pick.item, taste.today + 1));
    let mut tries = rest.into_iter();
    for place in (every - 1..chosen.len()).step_by(every) {
        let Some(mut pick) = tries.next() else {
            return;
        };
        let weight = 0.1;
        pick.reasons.insert(
            0,
            Reason {
                factor: Factor::Exploration,
                weight,
                key: "exploration".to_owned(),
                evidence: Vec::new(),
            },
        );
        pick.score += weight;
        chosen[place] = pick;
    }
}

#[derive(Default)]
struct Caps<'a> {
    artists: HashMap<&'a str, usize>,
    albums: HashMap<(&'a str, &'a str), usize>,
    days: HashMap<i64, usize>,
}

impl<'a> Caps<'a> {
    fn admits(
        &self,
        pick: &Pick,
        input: &'a Input,
        taste: &Taste<'_>,
        kind: ShelfKind,
        media: Kind,
        about: Option<ItemId>,
    ) -> bool {
        let Some(facts) = taste.places.get(&pick.item).map(|&at| &input.items[at]) else {
            return false;
        };
        if about == Some(pick.item) {
            return false;
        }
        let count = |map: &HashMap<&str, usize>, key: &str| map.get(key).copied().unwrap_or(0);
        match media {
            Kind::Audio => {
                let album = (facts.artist.as_str(), facts.album.as_str());
                (facts.artist.is_empty() || count(&self.artists, &facts.artist) < ARTIST_MAX)
                    && (facts.album.is_empty()
                        || self.albums.get(&album).copied().unwrap_or(0) < ALBUM_MAX)
            }
            // A day of an earlier year is one event: a handful of it, not all.
            Kind::Photo if kind != ShelfKind::NewHere => {
                self.days
                    .get(&(facts.date_ms / DAY_MS))
                    .copied()
                    .unwrap_or(0)
                    < DAY_MAX
            }
            Kind::Photo | Kind::Clip => true,
        }
    }

    fn count(&mut self, pick: &Pick, input: &'a Input, taste: &Taste<'_>) {
        if let Some(facts) = taste.places.get(&pick.item).map(|&at| &input.items[at]) {
            *self.artists.entry(&facts.artist).or_default() += 1;
            *self
                .albums
                .entry((&facts.artist, &facts.album))
                .or_default() += 1;
            *self.days.entry(facts.date_ms / DAY_MS).or_default() += 1;
        }
    }
}
