//! What Parlour believes of the person, to be looked at, disputed and erased: "you linger on coasts, skip screenshots".

use super::taste::Taste;
use super::types::{DayPart, Facts, Input, Options};
use crate::catalog::ItemId;
use crate::media::Kind;

/// Beliefs of one side and kind, at most.
const MOST: usize = 12;
/// Weaker than this is no belief.
const MIN: f32 = 0.06;

/// One belief.
#[derive(Debug, Clone, PartialEq)]
pub struct Belief {
    /// The kind of items it is about.
    pub media: Kind,
    /// A tag, or an artist.
    pub name: String,
    pub is_artist: bool,
    /// -1 dislikes, 1 enjoys.
    pub affinity: f32,
    /// The reason's key: striking it out erases the belief.
    pub key: String,
    /// Items it comes from, those that say most first.
    pub evidence: Vec<ItemId>,
}

/// All beliefs, strongest first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Beliefs {
    pub list: Vec<Belief>,
    /// Tags played more at this part of the day than at others.
    pub hour: Vec<String>,
    pub part: Option<DayPart>,
    /// Events that all this comes from.
    pub events: usize,
}

/// Reads the beliefs from the history.
pub fn beliefs(input: &Input) -> Beliefs {
    let taste = Taste::new(input, &Options::default());
    let mut list = Vec::new();
    for media in Kind::ALL {
        let mut sums: std::collections::HashMap<(bool, &str), (f32, f32)> =
            std::collections::HashMap::new();
        let items = || {
            input
                .items
                .iter()
                .zip(&taste.own)
                .filter(|(facts, own)| facts.kind == media && **own != 0.0)
        };
        for (facts, own) in items() {
            let mut add = |is_artist: bool, name, share: f32| {
                let sum: &mut (f32, f32) = sums.entry((is_artist, name)).or_default();
                sum.0 += own * share;
                sum.1 += own.abs() * share;
            };
            for (tag, score) in &facts.tags {
                add(false, input.name(*tag), *score);
            }
            if !facts.artist.is_empty() {
                add(true, &facts.artist, 1.0);
            }
        }
        for ((is_artist, name), (sum, weight)) in sums {
            let affinity = sum / (weight + 2.0);
            if affinity.abs() < MIN {
                continue;
            }
            let key = if is_artist {
                format!("artist:{name}")
            } else {
                format!("tag:{name}")
            };
            let has = |facts: &Facts| {
                if is_artist {
                    facts.artist == name
                } else {
                    facts.tags.iter().any(|(tag, _)| input.name(*tag) == name)
                }
            };
            let mut evidence: Vec<(f32, ItemId)> = items()
                .filter(|(facts, own)| (**own > 0.0) == (affinity > 0.0) && has(facts))
                .map(|(facts, own)| (own.abs(), facts.id))
                .collect();
            evidence.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            list.push(Belief {
                media,
                name: name.to_owned(),
                is_artist,
                affinity,
                key,
                evidence: evidence.into_iter().map(|(_, id)| id).take(4).collect(),
            });
        }
    }
    list.sort_by(|a, b| {
        b.affinity
            .abs()
            .total_cmp(&a.affinity.abs())
            .then_with(|| (a.media.as_str(), &a.key).cmp(&(b.media.as_str(), &b.key)))
    });
    let mut counts = std::collections::HashMap::new();
    list.retain(|belief| {
        let count: &mut usize = counts
            .entry((belief.media, belief.affinity > 0.0))
            .or_default();
        *count += 1;
        *count <= MOST
    });
    let mut hour: Vec<(f32, &String)> = input
        .names
        .iter()
        .zip(0u32..)
        .map(|(name, tag)| (taste.hours.fit(&[(tag, 1.0)]), name))
        .filter(|(fit, _)| *fit > 0.03)
        .collect();
    hour.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    Beliefs {
        list,
        hour: hour.into_iter().take(5).map(|(_, n)| n.clone()).collect(),
        part: Some(taste.hours.part),
        events: input.events.len(),
    }
}
