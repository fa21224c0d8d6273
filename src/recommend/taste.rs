//! What the history says about the person: a signal per item, and an affinity per tag and artist.

use std::collections::HashMap;

use super::types::{Facts, Input};
use crate::catalog::{Event, EventKind, ItemId};
use crate::media::Kind;

/// After so many days a signal counts half.
const HALF_LIFE_DAYS: f64 = 30.0;
/// Milliseconds of a day.
pub const DAY_MS: i64 = 24 * 3600 * 1000;
/// Affinities are shrunk as if so much neutral evidence came first.
const PRIOR: f32 = 2.0;
/// The liked items that others are compared with, per kind.
const SEEDS_MAX: usize = 8;

/// What the history says of one item.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Signal {
    /// Decayed sum of what was liked and not; above zero is liked.
    pub value: f32,
    /// The same without decay and with likes only: how much it was ever enjoyed.
    pub ever: f32,
    /// Times it was enjoyed.
    pub times: u32,
    /// When it was last opened, played or looked at.
    pub last_ms: i64,
    /// When it was last seen or heard in any way worth avoiding a repeat.
    pub is_opened: bool,
    /// "Less like this", "not this again".
    pub is_rejected: bool,
    /// Share reached when it was last played or left.
    pub last_share: Option<f32>,
}

/// How much one event says: above zero liked, below not. Playing counts by the share heard, a skip by what was left,
/// a look by its length up to ten seconds.
fn grade(event: &Event) -> f32 {
    if !event.value.is_finite() {
        return 0.0;
    }
    match event.kind {
        EventKind::Shown | EventKind::Searched => 0.0,
        EventKind::Opened => 0.15,
        EventKind::Dwell => 0.8 * (event.value / 10.0).clamp(0.0, 1.0),
        EventKind::Played => event.value.clamp(0.0, 1.0),
        EventKind::Skipped => {
            let share = event.value.clamp(0.0, 1.0);
            if share < 0.5 {
                share - 0.5
            } else {
                0.2 * share
            }
        }
        EventKind::Liked => 1.5,
        EventKind::Disliked | EventKind::Hidden => -2.0,
        EventKind::Tagged => 0.3,
    }
}

/// The person's taste.
pub struct Taste<'a> {
    pub signals: HashMap<ItemId, Signal>,
    /// -1 to 1.
    pub tags: HashMap<&'a str, f32>,
    pub artists: HashMap<&'a str, f32>,
    /// Items whose enjoyment explains others, best first.
    pub seeds: HashMap<Kind, Vec<(ItemId, f32)>>,
    /// Where each item is in `Input::items`.
    pub places: HashMap<ItemId, usize>,
    /// Where each item is in each pack's matrix.
    pub rows: Vec<HashMap<ItemId, usize>>,
    /// The person's day, counted from 1970.
    pub today: i64,
}

impl<'a> Taste<'a> {
    /// Reads the whole history once.
    pub fn new(input: &'a Input) -> Self {
        let signals = signals(input);
        let places: HashMap<ItemId, usize> = input.items.iter().map(|f| f.id).zip(0..).collect();
        let mut tags: HashMap<&str, (f32, f32)> = HashMap::new();
        let mut artists: HashMap<&str, (f32, f32)> = HashMap::new();
        for facts in &input.items {
            let value = own_value(facts, &signals);
            if value == 0.0 {
                continue;
            }
            let weight = value.abs();
            let add = |sum: &mut (f32, f32), share: f32| {
                sum.0 += value * share;
                sum.1 += weight * share;
            };
            for (tag, score) in &facts.tags {
                add(tags.entry(tag).or_default(), *score);
            }
            if !facts.artist.is_empty() {
                add(artists.entry(&facts.artist).or_default(), 1.0);
            }
        }
        let shrunk = |(sum, weight): (f32, f32)| sum / (weight + PRIOR);
        let mut seeds: HashMap<Kind, Vec<(ItemId, f32)>> = HashMap::new();
        for facts in input.items.iter().filter(|facts| !facts.is_out) {
            let value = own_value(facts, &signals);
            if value > 0.3 {
                seeds.entry(facts.kind).or_default().push((facts.id, value));
            }
        }
        for list in seeds.values_mut() {
            list.sort_by(|a, b| b.1.total_cmp(&a.1).then(b.0.cmp(&a.0)));
            list.truncate(SEEDS_MAX);
        }
        Self {
            tags: tags.into_iter().map(|(k, v)| (k, shrunk(v))).collect(),
            artists: artists.into_iter().map(|(k, v)| (k, shrunk(v))).collect(),
            rows: input
                .embeddings
                .iter()
                .map(super::Embeddings::places)
                .collect(),
            today: (input.now_ms + input.utc_offset_ms).div_euclid(DAY_MS),
            signals,
            seeds,
            places,
        }
    }

    /// The signal of an item; neutral without history.
    pub fn signal(&self, id: ItemId) -> Signal {
        self.signals.get(&id).copied().unwrap_or_default()
    }

    /// Cosine of two items in the first pack that knows both.
    pub fn cosine(&self, input: &Input, a: ItemId, b: ItemId) -> Option<f32> {
        input
            .embeddings
            .iter()
            .zip(&self.rows)
            .find_map(|(matrix, rows)| {
                let (x, y) = (matrix.row(*rows.get(&a)?), matrix.row(*rows.get(&b)?));
                Some(x.iter().zip(y).map(|(x, y)| x * y).sum())
            })
    }
}

/// The item's history together with what the person said of it once and for all.
fn own_value(facts: &Facts, signals: &HashMap<ItemId, Signal>) -> f32 {
    let said = match facts.rating {
        5 => 1.0,
        4 => 0.6,
        1 => -0.8,
        2 => -0.4,
        _ => 0.0,
    };
    let favourite = if facts.is_favourite { 0.8 } else { 0.0 };
    signals.get(&facts.id).map_or(0.0, |signal| signal.value) + said + favourite
}

fn signals(input: &Input) -> HashMap<ItemId, Signal> {
    let mut signals: HashMap<ItemId, Signal> = HashMap::new();
    for event in &input.events {
        let Some(item) = event.item else {
            continue;
        };
        let signal = signals.entry(item).or_default();
        let grade = grade(event);
        // A clock that jumped gives events from the future: they count as of now.
        let age_days = (input.now_ms - event.at_ms).max(0) as f64 / DAY_MS as f64;
        signal.value += grade * 0.5f64.powf(age_days / HALF_LIFE_DAYS) as f32;
        if grade > 0.3 {
            signal.ever += grade;
            signal.times += 1;
        }
        match event.kind {
            EventKind::Opened | EventKind::Dwell => {
                signal.is_opened = true;
                signal.last_ms = signal.last_ms.max(event.at_ms);
            }
            EventKind::Played | EventKind::Skipped => {
                signal.is_opened = true;
                if event.at_ms >= signal.last_ms {
                    signal.last_share = Some(event.value.clamp(0.0, 1.0));
                }
                signal.last_ms = signal.last_ms.max(event.at_ms);
            }
            EventKind::Disliked | EventKind::Hidden => signal.is_rejected = true,
            EventKind::Liked => signal.is_rejected = false,
            EventKind::Shown | EventKind::Searched | EventKind::Tagged => {}
        }
    }
    signals
}
