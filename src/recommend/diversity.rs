//! From candidates to a shelf: best first, no near-duplicates, caps per artist, album, day and event, a few labelled
//! tries.

use std::collections::{HashMap, HashSet};

use super::chance;
use super::lists::List;
use super::signal::DAY_MS;
use super::taste::Taste;
use super::types::{Factor, Options, Pick, Reason, Shelf, ShelfKind};
use crate::media::Kind;

/// Songs of one artist on one shelf.
const ARTIST_MAX: usize = 3;
/// Songs of one album on one shelf.
const ALBUM_MAX: usize = 2;
/// Photos of one day on one shelf.
const DAY_MAX: usize = 4;
/// Photos less than this apart, one after the other, are one event.
const EVENT_MS: i64 = 3 * 3600 * 1000;
/// Photos of one event on one shelf.
const EVENT_MAX: usize = 3;
/// More alike than this is the same picture to a person.
const DUPLICATE_COSINE: f32 = 0.97;
/// Tries on a shelf, at most: one in so many.
const TRY_EVERY: usize = 10;
/// Scores closer than this are equal: chance of the day decides.
const SCORE_STEP: f32 = 0.05;
/// What a try weighs.
pub const TRY_WEIGHT: f32 = 0.1;
/// Candidates that are looked at, at most.
const LOOK_MAX: usize = 4000;

/// Picks a shelf from its candidates. The reasons of the picks are not filled in yet.
pub fn pick(
    list: &List<'_>,
    taste: &Taste<'_>,
    options: &Options,
    used: &HashSet<usize>,
) -> Vec<(usize, bool)> {
    let items = &taste.input.items;
    let step = |score: f32| (score / SCORE_STEP).round() as i64;
    let mut order: Vec<(std::cmp::Reverse<(i64, i64, u64)>, u32)> = list
        .entries
        .iter()
        .filter(|(at, score)| !used.contains(&(*at as usize)) && score.is_finite())
        .map(|&(at, score)| {
            let facts = &items[at as usize];
            // What was added last comes first, then taste decides within the day.
            let recency = match list.kind {
                ShelfKind::NewHere => facts.added_ms / DAY_MS,
                _ => 0,
            };
            let chance = chance::of_day(facts.id, taste.today);
            (std::cmp::Reverse((recency, step(score), chance)), at)
        })
        .collect();
    if order.len() > LOOK_MAX {
        order.select_nth_unstable(LOOK_MAX);
        order.truncate(LOOK_MAX);
    }
    order.sort_unstable();
    let mut caps = Caps::default();
    let mut chosen: Vec<usize> = Vec::new();
    let mut rest: Vec<usize> = Vec::new();
    for (_, at) in order {
        let at = at as usize;
        if list.about == Some(items[at].id) {
            continue;
        }
        if chosen.len() >= options.per_shelf {
            rest.push(at);
        } else if caps.admits(at, taste, list.kind, list.media) && !is_duplicate(at, &chosen, taste)
        {
            caps.count(at, taste, list.media);
            chosen.push(at);
        }
    }
    let explores = matches!(list.kind, ShelfKind::NeverOpened | ShelfKind::Because);
    let mut picked: Vec<(usize, bool)> = chosen.into_iter().map(|at| (at, false)).collect();
    if explores && options.novelty > 0.0 && !taste.input.struck.contains("exploration") {
        explore(&mut picked, rest, &mut caps, list, taste, options);
    }
    picked
}

/// The reason of a try.
pub fn try_reason() -> Reason {
    Reason {
        factor: Factor::Exploration,
        weight: TRY_WEIGHT,
        key: "exploration".to_owned(),
        evidence: Vec::new(),
    }
}

fn is_duplicate(at: usize, chosen: &[usize], taste: &Taste<'_>) -> bool {
    chosen.iter().any(|&other| {
        taste
            .cosine(at, other)
            .is_some_and(|cosine| cosine > DUPLICATE_COSINE)
    })
}

/// Replaces a few places by items from further down, labelled as tries.
fn explore(
    picked: &mut [(usize, bool)],
    mut rest: Vec<usize>,
    caps: &mut Caps,
    list: &List<'_>,
    taste: &Taste<'_>,
    options: &Options,
) {
    // Half of it at the middle of the slider, all of it at the new end.
    let every = (TRY_EVERY as f32 / options.novelty.clamp(0.05, 1.0)).round() as usize;
    rest.sort_by_cached_key(|&at| chance::of_day(taste.input.items[at].id, taste.today + 1));
    let mut tries = rest.into_iter();
    for place in (every - 1..picked.len()).step_by(every) {
        let kept: Vec<usize> = picked.iter().map(|(at, _)| *at).collect();
        caps.uncount(picked[place].0, taste, list.media);
        let found = tries.find(|&at| {
            caps.admits(at, taste, list.kind, list.media) && !is_duplicate(at, &kept, taste)
        });
        match found {
            Some(at) => {
                caps.count(at, taste, list.media);
                picked[place] = (at, true);
            }
            None => {
                caps.count(picked[place].0, taste, list.media);
                return;
            }
        }
    }
}

/// Puts a pick together from its reasons: struck ones are gone, the score is what is left.
pub fn assemble(at: usize, reasons: Vec<Reason>, taste: &Taste<'_>) -> Pick {
    Pick {
        item: taste.input.items[at].id,
        score: reasons.iter().map(|reason| reason.weight).sum(),
        reasons,
    }
}

/// The share of picks on a page that are tries.
pub fn tries(shelves: &[Shelf]) -> (usize, usize) {
    let picks = shelves.iter().flat_map(|shelf| &shelf.picks);
    let all = picks.clone().count();
    let tried = picks
        .filter(|pick| {
            pick.reasons
                .iter()
                .any(|reason| reason.factor == Factor::Exploration)
        })
        .count();
    (tried, all)
}

#[derive(Default)]
struct Caps {
    counts: HashMap<(u8, u64), usize>,
    times: Vec<i64>,
}

impl Caps {
    fn keys(at: usize, taste: &Taste<'_>, media: Kind) -> Vec<((u8, u64), usize)> {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let facts = &taste.input.items[at];
        let hashed = |a: &str, b: &str| {
            let mut hasher = DefaultHasher::new();
            (a, b).hash(&mut hasher);
            hasher.finish()
        };
        let mut keys = Vec::new();
        if media == Kind::Audio {
            if !facts.artist.is_empty() {
                keys.push(((0, hashed(&facts.artist, "")), ARTIST_MAX));
            }
            if !facts.album.is_empty() {
                keys.push(((1, hashed(&facts.artist, &facts.album)), ALBUM_MAX));
            }
        } else {
            keys.push(((2, facts.date_ms.div_euclid(DAY_MS) as u64), DAY_MAX));
        }
        keys
    }

    fn admits(&self, at: usize, taste: &Taste<'_>, kind: ShelfKind, media: Kind) -> bool {
        // These are about one album, one day of adding, or things left in the middle.
        let is_free = match kind {
            ShelfKind::FinishAlbum | ShelfKind::Continue => true,
            ShelfKind::NewHere => media != Kind::Audio,
            _ => false,
        };
        if is_free {
            return true;
        }
        let within = Self::keys(at, taste, media)
            .iter()
            .all(|(key, most)| self.counts.get(key).copied().unwrap_or(0) < *most);
        if media == Kind::Audio {
            return within;
        }
        let taken = taste.input.items[at].date_ms;
        let near = self
            .times
            .iter()
            .filter(|&&other| other.abs_diff(taken) < EVENT_MS as u64)
            .count();
        within && near < EVENT_MAX
    }

    fn count(&mut self, at: usize, taste: &Taste<'_>, media: Kind) {
        for (key, _) in Self::keys(at, taste, media) {
            *self.counts.entry(key).or_default() += 1;
        }
        self.times.push(taste.input.items[at].date_ms);
    }

    fn uncount(&mut self, at: usize, taste: &Taste<'_>, media: Kind) {
        for (key, _) in Self::keys(at, taste, media) {
            if let Some(count) = self.counts.get_mut(&key) {
                *count = count.saturating_sub(1);
            }
        }
        let taken = taste.input.items[at].date_ms;
        if let Some(place) = self.times.iter().position(|&other| other == taken) {
            self.times.swap_remove(place);
        }
    }
}
