//! What the history says about the person: a signal per item, an affinity per tag and artist, a model per kind, and what
//! each item's liking is made of.

use std::collections::HashMap;
use std::sync::Arc;

use super::context::Hours;
use super::memories::Memories;
use super::model::Model;
use super::places::Places;
pub use super::signal::DAY_MS;
use super::signal::{self, Signal};
use super::types::{Embeddings, Factor, Facts, Input, Options, Reason, dot};
use crate::catalog::{EventKind, ItemId};
use crate::media::Kind;

/// Affinities are shrunk as if so much neutral evidence came first.
const PRIOR: f32 = 2.0;
/// The liked items that others are compared with, per kind.
const SEEDS_MAX: usize = 8;
/// What the model's whole opinion weighs.
const LIKING: f32 = 1.2;
/// Reasons of the model that are named one by one.
const EXAMPLES_NAMED: usize = 2;
const TAGS_NAMED: usize = 2;
/// A part smaller than this is not worth naming.
const NAMED_MIN: f32 = 0.02;
/// Played within so much time of one another is one sitting.
const SITTING_MS: i64 = 30 * 60 * 1000;
/// What is likeness to the last songs, at most.
const TOGETHER: f32 = 0.4;
/// The last songs that are looked at for it.
const LAST_MAX: usize = 3;

/// The person's taste.
pub struct Taste<'a> {
    pub input: &'a Input,
    /// By place, as are the next two.
    pub signals: Vec<Signal>,
    pub own: Vec<f32>,
    /// The sum of an item's liking reasons.
    pub likings: Vec<f32>,
    /// -1 to 1, by tag.
    pub tags: Vec<f32>,
    /// Items whose enjoyment explains others, best first, by place.
    pub seeds: HashMap<Kind, Vec<(usize, f32)>>,
    pub places: Places,
    /// The person's day, counted from 1970.
    pub today: i64,
    pub hours: Hours,
    pub memories: Memories,
    novelty: f32,
    /// By pack, then by place: the row in its matrix.
    rows: Vec<Arc<[u32]>>,
    models: HashMap<Kind, Arc<Model<'a>>>,
    pack_of: HashMap<Kind, usize>,
    together: HashMap<u32, (ItemId, f32)>,
}

impl<'a> Taste<'a> {
    /// Reads the whole history once.
    pub fn new(input: &'a Input, options: &Options) -> Self {
        let places = Places::new(input.items.iter().map(|facts| facts.id));
        let signals = signal::signals(input, &places);
        let own: Vec<f32> = input
            .items
            .iter()
            .zip(&signals)
            .map(|(facts, signal)| signal::own_value(facts, signal))
            .collect();
        let mut tags = vec![(0.0f32, 0.0f32); input.names.len()];
        let mut seeds: HashMap<Kind, Vec<(usize, f32)>> = HashMap::new();
        for (at, facts) in input.items.iter().enumerate() {
            let value = own[at];
            if value == 0.0 {
                continue;
            }
            for (tag, score) in &facts.tags {
                if let Some(sum) = tags.get_mut(*tag as usize) {
                    sum.0 += value * score;
                    sum.1 += value.abs() * score;
                }
            }
            if value > 0.3 && !facts.is_out {
                seeds.entry(facts.kind).or_default().push((at, value));
            }
        }
        for list in seeds.values_mut() {
            list.sort_by(|a, b| b.1.total_cmp(&a.1).then(b.0.cmp(&a.0)));
            list.truncate(SEEDS_MAX);
        }
        let shrunk = |(sum, weight): (f32, f32)| sum / (weight + PRIOR);
        let rows: Vec<Arc<[u32]>> = input
            .embeddings
            .iter()
            .map(|matrix| {
                let mut rows = vec![u32::MAX; input.items.len()];
                for (item, row) in matrix.items.iter().zip(0..) {
                    if let Some(at) = places.of(*item) {
                        rows[at] = row;
                    }
                }
                rows.into()
            })
            .collect();
        let mut taste = Self {
            hours: Hours::new(input, &places),
            memories: Memories::new(input),
            together: together(input, &places),
            pack_of: packs(input, &rows),
            tags: tags.into_iter().map(shrunk).collect(),
            likings: vec![0.0; input.items.len()],
            novelty: options.novelty,
            today: (input.now_ms.saturating_add(input.utc_offset_ms)).div_euclid(DAY_MS),
            input,
            signals,
            own,
            seeds,
            places,
            rows,
            models: HashMap::new(),
        };
        taste.models = Kind::ALL
            .map(|kind| (kind, Arc::new(taste.trained(kind))))
            .into();
        taste.likings = taste.all_likings();
        taste
    }

    fn trained(&self, kind: Kind) -> Model<'a> {
        let matrix = self
            .pack_of
            .get(&kind)
            .map(|&pack| (&self.input.embeddings[pack], self.rows[pack].clone()));
        Model::train(self.input, kind, &self.own, matrix)
    }

    fn all_likings(&self) -> Vec<f32> {
        self.input
            .items
            .iter()
            .enumerate()
            .map(|(at, facts)| {
                if facts.is_out {
                    return 0.0;
                }
                let model = self.models.get(&facts.kind);
                let score = model.map_or(0.0, |model| model.score(self.input, at as u32));
                squashed(score) + self.marks(at)
            })
            .collect()
    }

    /// What does not come from the model.
    fn marks(&self, at: usize) -> f32 {
        let mut sum = 0.0;
        self.each_mark(at, |_, weight, _| sum += weight);
        sum
    }

    fn each_mark(&self, at: usize, mut on: impl FnMut(Factor, f32, Option<ItemId>)) {
        let facts = &self.input.items[at];
        let struck = &self.input.struck;
        if facts.is_favourite && !struck.contains("favourite") {
            on(Factor::Favourite, 0.3, Some(facts.id));
        }
        if facts.rating >= 4 && !struck.contains("rated") {
            let stars = facts.rating;
            on(
                Factor::Rated { stars },
                0.1 * f32::from(stars - 2),
                Some(facts.id),
            );
        }
        if let Some(&(with, weight)) = self.together.get(&(at as u32)) {
            on(Factor::Together { with }, weight, Some(with));
        }
        let tilt = 2.0 * self.novelty - 1.0;
        if tilt > 0.05 && !self.signals[at].is_opened && !struck.contains("never-opened") {
            on(Factor::NeverOpened, 0.5 * tilt, None);
        }
        if tilt < -0.05 && self.signals[at].is_opened && !struck.contains("familiar") {
            on(Factor::Familiar, -0.5 * tilt, Some(facts.id));
        }
    }

    /// The reasons whose weights sum to the item's liking.
    pub fn explain(&self, at: usize) -> Vec<Reason> {
        let mut reasons = Vec::new();
        let Some(model) = self.models.get(&self.input.items[at].kind) else {
            return reasons;
        };
        let parts = model.parts(self.input, at as u32);
        let total = squashed(parts.total);
        let scale = if parts.total.abs() > 1e-6 {
            total / parts.total
        } else {
            0.0
        };
        let mut left = total;
        let mut add = |reasons: &mut Vec<Reason>, factor, weight: f32, key, evidence| {
            left -= weight;
            reasons.push(Reason {
                factor,
                weight,
                key,
                evidence,
            });
        };
        let named = parts.examples.iter().filter(|(example, part)| {
            (part * scale).abs() >= NAMED_MIN && self.own[*example as usize] != 0.0
        });
        for &(example, part) in named.take(EXAMPLES_NAMED) {
            let to = self.input.items[example as usize].id;
            let cosine = self.cosine(at, example as usize).unwrap_or(0.0);
            let is_liked = self.own[example as usize] > 0.0;
            // Like something liked, or like something that was not: what only differs is left to the rest.
            if cosine < 0.2 || (part > 0.0) != is_liked {
                continue;
            }
            add(
                &mut reasons,
                Factor::Similar { to, cosine },
                part * scale,
                format!("like:{to}"),
                vec![to],
            );
        }
        for &(tag, part) in parts.tags.iter().take(TAGS_NAMED) {
            if (part * scale).abs() >= NAMED_MIN {
                let slug = self.input.name(tag).to_owned();
                let evidence = self.evidence(&self.input.items[at], part > 0.0, |other| {
                    other.tags.iter().any(|(t, _)| *t == tag)
                });
                let affinity = self.tags.get(tag as usize).copied().unwrap_or(0.0);
                let key = format!("tag:{slug}");
                add(
                    &mut reasons,
                    Factor::Tag { slug, affinity },
                    part * scale,
                    key,
                    evidence,
                );
            }
        }
        if let Some((name, part)) = parts.artist.filter(|(_, p)| (p * scale).abs() >= NAMED_MIN) {
            let evidence = self.evidence(&self.input.items[at], part > 0.0, |other| {
                other.artist == name
            });
            let factor = Factor::Artist {
                name: name.to_owned(),
            };
            add(
                &mut reasons,
                factor,
                part * scale,
                format!("artist:{name}"),
                evidence,
            );
        }
        if left.abs() > 1e-4 {
            let evidence = self.evidence(&self.input.items[at], left > 0.0, |_| true);
            reasons.push(Reason {
                factor: Factor::Taste,
                weight: left,
                key: "taste".to_owned(),
                evidence,
            });
        }
        self.each_mark(at, |factor, weight, evidence| {
            let key = match &factor {
                Factor::Favourite => "favourite".to_owned(),
                Factor::Rated { .. } => "rated".to_owned(),
                Factor::Together { with } => format!("together:{with}"),
                Factor::Familiar => "familiar".to_owned(),
                _ => "never-opened".to_owned(),
            };
            let evidence = evidence.into_iter().collect();
            reasons.push(Reason {
                factor,
                weight,
                key,
                evidence,
            });
        });
        reasons
    }

    /// Up to three items that were enjoyed (or not) and show what a reason says.
    fn evidence(
        &self,
        facts: &Facts,
        is_liked: bool,
        fits: impl Fn(&Facts) -> bool,
    ) -> Vec<ItemId> {
        let items = &self.input.items;
        if is_liked {
            return self
                .seeds
                .get(&facts.kind)
                .into_iter()
                .flatten()
                .map(|&(seed, _)| &items[seed])
                .filter(|other| other.id != facts.id && fits(other))
                .map(|other| other.id)
                .take(3)
                .collect();
        }
        let mut worst: Vec<(f32, ItemId)> = items
            .iter()
            .zip(&self.own)
            .filter(|(other, own)| **own < 0.0 && other.kind == facts.kind && fits(other))
            .map(|(other, own)| (*own, other.id))
            .collect();
        worst.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        worst.into_iter().map(|(_, id)| id).take(3).collect()
    }

    /// Items of a kind that may be suggested at all, with their places.
    pub fn eligible(&self, kind: Kind) -> impl Iterator<Item = (usize, &'a Facts)> {
        self.input
            .items
            .iter()
            .enumerate()
            .filter(move |(at, facts)| facts.kind == kind && self.is_eligible(*at))
    }

    /// Whether an item may be suggested.
    pub fn is_eligible(&self, at: usize) -> bool {
        let signal = &self.signals[at];
        !self.input.items[at].is_out && !signal.is_rejected && !signal.is_resting
    }

    /// Cosine of two items, by place: in their kind's own pack, else in the first pack that knows both.
    pub fn cosine(&self, a: usize, b: usize) -> Option<f32> {
        let own = self.pack_of.get(&self.input.items[a].kind).copied();
        own.into_iter()
            .chain(0..self.rows.len())
            .find_map(|pack| Some(dot(self.row(pack, a)?, self.row(pack, b)?)))
    }

    /// Its row in one pack.
    pub fn row(&self, pack: usize, at: usize) -> Option<&'a [i16]> {
        let row = self.rows[pack][at];
        (row != u32::MAX).then(|| self.input.embeddings[pack].row(row as usize))
    }

    /// The pack that knows most items of a kind.
    pub fn pack(&self, kind: Kind) -> Option<(usize, &'a Embeddings)> {
        let pack = *self.pack_of.get(&kind)?;
        Some((pack, &self.input.embeddings[pack]))
    }
}

/// Between minus and plus [`LIKING`].
fn squashed(z: f32) -> f32 {
    LIKING * z / (1.0 + z.abs())
}

/// The pack with most rows per kind; of nearly equals, the music pack knows songs better than the one for all sounds.
fn packs(input: &Input, rows: &[Arc<[u32]>]) -> HashMap<Kind, usize> {
    let mut counts: HashMap<(Kind, usize), usize> = HashMap::new();
    for (pack, rows) in rows.iter().enumerate() {
        for (facts, _) in input
            .items
            .iter()
            .zip(rows.iter())
            .filter(|(_, r)| **r != u32::MAX)
        {
            *counts.entry((facts.kind, pack)).or_default() += 1;
        }
    }
    let mut best = HashMap::new();
    for kind in Kind::ALL {
        let choice = (0..rows.len())
            .filter_map(|pack| Some((pack, *counts.get(&(kind, pack))?)))
            .max_by_key(|&(pack, count)| {
                let is_music = input.embeddings[pack].pack.starts_with("music");
                (
                    if is_music { count + count / 10 } else { count },
                    std::cmp::Reverse(pack),
                )
            });
        if let Some((pack, _)) = choice {
            best.insert(kind, pack);
        }
    }
    best
}

/// What was played in one sitting with the last songs: by place, the song it went with and the weight.
fn together(input: &Input, places: &Places) -> HashMap<u32, (ItemId, f32)> {
    let plays: Vec<(ItemId, i64)> = input
        .events
        .iter()
        .filter(|event| event.kind == EventKind::Played && signal::grade(event) > signal::ENJOYED)
        .filter_map(|event| Some((event.item?, event.at_ms)))
        .collect();
    let mut last: Vec<ItemId> = Vec::new();
    for (item, at_ms) in plays.iter().rev() {
        if input.now_ms.saturating_sub(*at_ms) > DAY_MS || last.len() >= LAST_MAX {
            break;
        }
        if !last.contains(item) {
            last.push(*item);
        }
    }
    let mut counts: HashMap<(u32, ItemId), f32> = HashMap::new();
    for pair in plays.windows(2) {
        let [(a, a_ms), (b, b_ms)] = pair else {
            continue;
        };
        if a == b || b_ms.saturating_sub(*a_ms) > SITTING_MS {
            continue;
        }
        for (with, other) in [(a, b), (b, a)] {
            if last.contains(with)
                && !last.contains(other)
                && !input.struck.contains(&format!("together:{with}"))
                && let Some(at) = places.of(*other)
            {
                *counts.entry((at as u32, *with)).or_default() += 1.0;
            }
        }
    }
    let mut best: HashMap<u32, (ItemId, f32)> = HashMap::new();
    for ((at, with), count) in counts {
        let weight = TOGETHER * count / (count + 2.0);
        let entry = best.entry(at).or_insert((with, weight));
        if weight > entry.1 || (weight == entry.1 && with < entry.0) {
            *entry = (with, weight);
        }
    }
    best
}
