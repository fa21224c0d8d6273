//! Songs for photos and photos for songs: mood, themes, and what was played when the photo was taken; each pairing says
//! which of these matched.

use std::collections::HashMap;

use super::lists::{List, reason};
use super::mood::{self, Feelings, Mood, Themes};
use super::signal::{self, DAY_MS};
use super::taste::Taste;
use super::types::{DayPart, Factor, Facts, Input, Reason, ShelfKind};
use crate::catalog::{EventKind, ItemId};
use crate::media::Kind;

/// The photos or the song must be this recent, in days.
const RECENT_DAYS: i64 = 14;
/// Photos of the same outing, at most.
const TOGETHER_MAX: usize = 24;
/// Days around the photo in which a song was played.
const WEEKS_DAYS: i64 = 21;
/// A pairing weaker than this says nothing.
const PAIR_MIN: f32 = 0.2;
const MOOD_WEIGHT: f32 = 0.6;
const THEME_WEIGHT: f32 = 0.5;
const WEEKS_WEIGHT: f32 = 0.5;

/// What a part of the day is thought to feel like, before anything is known.
pub fn mood_of_part(part: DayPart) -> Mood {
    let (valence, energy) = match part {
        DayPart::Morning => (0.4, 0.0),
        DayPart::Afternoon => (0.4, 0.4),
        DayPart::Evening => (0.2, -0.5),
        DayPart::Night => (0.0, -0.7),
    };
    Mood {
        valence,
        energy,
        sure: 1.0,
    }
}

/// One side of a pair: photos of one outing, or a song.
struct Side {
    items: Vec<ItemId>,
    mood: Mood,
    themes: Themes,
    is_picture: bool,
    date_ms: i64,
}

impl Side {
    fn new(input: &Input, feelings: &Feelings, items: &[&Facts], is_picture: bool) -> Self {
        let mut tags: HashMap<u32, f32> = HashMap::new();
        for (tag, score) in items.iter().flat_map(|facts| &facts.tags) {
            let best = tags.entry(*tag).or_default();
            *best = best.max(*score);
        }
        let mut tags: Vec<(u32, f32)> = tags.into_iter().collect();
        tags.sort_by_key(|(tag, _)| *tag);
        Self {
            items: items.iter().map(|facts| facts.id).collect(),
            mood: feelings.common(items.iter().copied()),
            themes: Themes::new(input, &tags, is_picture),
            is_picture,
            date_ms: items.first().map_or(0, |facts| facts.date_ms),
        }
    }
}

/// Songs for the photos that were looked at last.
pub fn soundtrack<'a>(taste: &'a Taste<'a>) -> Option<List<'a>> {
    let looked = last(taste, Kind::Photo, &[EventKind::Dwell, EventKind::Opened])?;
    Some(soundtrack_of(taste, looked))
}

/// Songs for one photo and those taken on the same outing.
pub fn soundtrack_of<'a>(taste: &'a Taste<'a>, photo: usize) -> List<'a> {
    let input = taste.input;
    let feelings = Feelings::new(input);
    let own = &input.items[photo];
    let mut outing: Vec<&Facts> = taste
        .eligible(Kind::Photo)
        .filter(|(at, other)| {
            *at != photo && other.date_ms.abs_diff(own.date_ms) < DAY_MS as u64 / 2
        })
        .map(|(_, other)| other)
        .take(TOGETHER_MAX)
        .collect();
    outing.insert(0, own);
    let side = Side::new(input, &feelings, &outing, true);
    let weeks = played_around(taste, side.date_ms);
    pair(
        taste,
        ShelfKind::Soundtrack,
        Kind::Audio,
        own.id,
        move |at| {
            let facts = &input.items[at];
            let mut reasons = match_of(taste, &side, facts, feelings.mood(facts));
            if let Some(weight) = weeks.get(&facts.id) {
                let evidence = side.items.iter().copied().take(1).collect();
                reasons.push(reason(
                    Factor::SameWeeks,
                    WEEKS_WEIGHT * weight,
                    "same-weeks",
                    evidence,
                ));
            }
            reasons
        },
    )
}

/// Photos for the song that plays, or played last.
pub fn pictures<'a>(taste: &'a Taste<'a>) -> Option<List<'a>> {
    let song = match taste.input.playing.and_then(|item| taste.places.of(item)) {
        Some(at) if taste.input.items[at].kind == Kind::Audio => at,
        _ => last(taste, Kind::Audio, &[EventKind::Played])?,
    };
    let input = taste.input;
    let feelings = Feelings::new(input);
    let own = &input.items[song];
    let side = Side::new(input, &feelings, &[own], false);
    let days = days_played(taste, own.id);
    Some(pair(
        taste,
        ShelfKind::Pictures,
        Kind::Photo,
        own.id,
        move |at| {
            let facts = &input.items[at];
            if !taste.memories.admits(facts) {
                return Vec::new();
            }
            let mut reasons = match_of(taste, &side, facts, feelings.mood(facts));
            let day = facts.date_ms.div_euclid(DAY_MS);
            let near = days.iter().map(|d| (d - day).abs()).min();
            if let Some(near) = near.filter(|near| *near < WEEKS_DAYS) {
                let weight = WEEKS_WEIGHT * (1.0 - near as f32 / WEEKS_DAYS as f32);
                reasons.push(reason(
                    Factor::SameWeeks,
                    weight,
                    "same-weeks",
                    vec![own.id],
                ));
            }
            reasons
        },
    ))
}

fn pair<'a>(
    taste: &'a Taste<'a>,
    kind: ShelfKind,
    media: Kind,
    about: ItemId,
    reasons: impl Fn(usize) -> Vec<Reason> + 'a,
) -> List<'a> {
    let kept = move |at: usize| -> Vec<Reason> {
        let mut list = reasons(at);
        list.retain(|reason| !taste.input.struck.contains(&reason.key));
        list
    };
    let entries = taste
        .eligible(media)
        .filter_map(|(at, _)| {
            let sum: f32 = kept(at).iter().map(|reason| reason.weight).sum();
            (sum >= PAIR_MIN).then(|| (at as u32, sum + 0.4 * taste.likings[at]))
        })
        .collect();
    List {
        kind,
        media,
        about: Some(about),
        word: String::new(),
        entries,
        base: Box::new(kept),
        is_liking: true,
    }
}

/// Mood and theme.
fn match_of(taste: &Taste<'_>, side: &Side, facts: &Facts, mood: Mood) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let evidence = || side.items.iter().copied().take(3).collect::<Vec<_>>();
    let likeness = MOOD_WEIGHT * mood::likeness(side.mood, mood);
    if likeness > 0.05 {
        let factor = Factor::Mood {
            valence: f32::midpoint(side.mood.valence, mood.valence),
            energy: f32::midpoint(side.mood.energy, mood.energy),
        };
        reasons.push(reason(factor, likeness, "mood", evidence()));
    }
    if let Some((own, other, strength)) = side.themes.best(&facts.tags) {
        let (seen, heard) = if side.is_picture {
            (own, other)
        } else {
            (other, own)
        };
        let (picture, sound) = (
            taste.input.name(seen).to_owned(),
            taste.input.name(heard).to_owned(),
        );
        let key = format!("theme:{picture}:{sound}");
        let factor = Factor::Theme { picture, sound };
        reasons.push(reason(factor, THEME_WEIGHT * strength, &key, evidence()));
    }
    reasons
}

/// The item of a kind that something happened with last, lately.
fn last(taste: &Taste<'_>, media: Kind, kinds: &[EventKind]) -> Option<usize> {
    let input = taste.input;
    input
        .events
        .iter()
        .rev()
        .take_while(|event| input.now_ms.saturating_sub(event.at_ms) < RECENT_DAYS * DAY_MS)
        .filter(|event| kinds.contains(&event.kind))
        .filter_map(|event| taste.places.of(event.item?))
        .find(|&at| input.items[at].kind == media && taste.is_eligible(at))
}

/// Songs enjoyed in the weeks around a day, with how near, 0 to 1.
fn played_around(taste: &Taste<'_>, date_ms: i64) -> HashMap<ItemId, f32> {
    let mut near: HashMap<ItemId, f32> = HashMap::new();
    for event in &taste.input.events {
        let days = event.at_ms.saturating_sub(date_ms).saturating_abs() / DAY_MS;
        if let Some(item) = event.item
            && days < WEEKS_DAYS
            && signal::grade(event) > signal::ENJOYED
        {
            let weight = 1.0 - days as f32 / WEEKS_DAYS as f32;
            let best = near.entry(item).or_default();
            *best = best.max(weight);
        }
    }
    near
}

/// The days on which an item was enjoyed, counted from 1970.
fn days_played(taste: &Taste<'_>, item: ItemId) -> Vec<i64> {
    let mut days: Vec<i64> = taste
        .input
        .events
        .iter()
        .filter(|event| event.item == Some(item) && signal::grade(event) > signal::ENJOYED)
        .map(|event| event.at_ms.div_euclid(DAY_MS))
        .collect();
    days.dedup();
    days
}
