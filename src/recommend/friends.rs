//! What others enjoy: profiles of this machine, and people whose taste card is followed.

use std::collections::{HashMap, HashSet};

use super::lists::{List, reason};
use super::taste::Taste;
use super::types::{Factor, Facts, Other, ShelfKind, direction, dot};
use crate::catalog::ItemId;
use crate::media::Kind;

/// Shelves per person, over all kinds.
const PEOPLE_MAX: usize = 4;
/// Named or enjoyed by them.
const NAMED: f32 = 0.8;
/// Like what they enjoy, at most.
const ALIKE: f32 = 0.5;
/// Less than this says nothing.
const MIN: f32 = 0.2;

/// How alike two people's tastes are, and in what.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Compatibility {
    /// -1 to 1; none when nothing can be compared.
    pub likeness: Option<f32>,
    /// Tags that both enjoy, strongest first.
    pub both: Vec<String>,
    /// Tags that they enjoy and the person does not know or dislikes.
    pub theirs: Vec<String>,
    /// Tags that the person enjoys and they do not.
    pub yours: Vec<String>,
}

/// What they like, item by item.
struct Likes<'a> {
    other: &'a Other,
    liked: HashMap<ItemId, f32>,
    songs: HashSet<(&'a str, &'a str)>,
    tags: HashMap<u32, f32>,
    length: f32,
    vector: Option<(usize, Vec<i16>)>,
}

impl<'a> Likes<'a> {
    fn new(other: &'a Other, media: Kind, taste: &Taste<'_>) -> Self {
        let names = &taste.input.names;
        let tags: HashMap<u32, f32> = other
            .tags
            .iter()
            .filter_map(|(name, affinity)| {
                let at = names.iter().position(|known| known == name)?;
                Some((at as u32, *affinity))
            })
            .collect();
        let vector = taste.pack(media).and_then(|(pack, matrix)| {
            let (_, mean) = other
                .vectors
                .iter()
                .find(|(name, mean)| *name == matrix.pack && !mean.is_empty())?;
            let (row, norm) = direction(mean);
            (norm > 0.0 && row.len() == matrix.dims()).then_some((pack, row))
        });
        Self {
            other,
            liked: other.liked.iter().copied().collect(),
            songs: other
                .songs
                .iter()
                .map(|(artist, title)| (artist.as_str(), title.as_str()))
                .collect(),
            length: tags.values().map(|a| a * a).sum::<f32>().sqrt().max(0.5),
            tags,
            vector,
        }
    }

    /// How much they name it, and how like it is to what they enjoy.
    fn of(&self, at: usize, facts: &Facts, taste: &Taste<'_>) -> (f32, f32) {
        let mut named = self.liked.get(&facts.id).copied().unwrap_or(0.0) * NAMED;
        if !self.songs.is_empty() && facts.kind == Kind::Audio {
            let (artist, title) = (facts.artist.to_lowercase(), facts.title.to_lowercase());
            if self.songs.contains(&(artist.as_str(), title.as_str())) {
                named = NAMED;
            }
        }
        let tags: f32 = facts
            .tags
            .iter()
            .filter_map(|(tag, score)| Some(score * self.tags.get(tag)?))
            .sum();
        let vector = self
            .vector
            .as_ref()
            .and_then(|(pack, row)| Some(dot(taste.row(*pack, at)?, row)));
        let alike = 0.5 * (tags / self.length) + 0.5 * vector.unwrap_or(0.0);
        (named, (ALIKE * alike).clamp(0.0, ALIKE))
    }
}

/// One list per person and kind.
pub fn lists<'a>(taste: &'a Taste<'a>) -> Vec<List<'a>> {
    let mut lists = Vec::new();
    for other in taste.input.others.iter().take(PEOPLE_MAX) {
        if taste.input.struck.contains(&other.key) {
            continue;
        }
        for media in [Kind::Audio, Kind::Photo] {
            let likes = Likes::new(other, media, taste);
            let entries: Vec<(u32, f32)> = taste
                .eligible(media)
                .filter(|(at, facts)| {
                    !taste.signals[*at].is_opened
                        && (media == Kind::Audio || taste.memories.admits(facts))
                })
                .filter_map(|(at, facts)| {
                    let (named, alike) = likes.of(at, facts, taste);
                    (named + alike >= MIN)
                        .then(|| (at as u32, named + alike + 0.3 * taste.likings[at]))
                })
                .collect();
            let items = &taste.input.items;
            lists.push(List {
                kind: ShelfKind::Friend,
                media,
                about: None,
                word: other.name.clone(),
                entries,
                base: Box::new(move |at| {
                    let (named, alike) = likes.of(at, &items[at], taste);
                    [(named, true), (alike, false)]
                        .into_iter()
                        .filter(|(weight, _)| *weight > 0.0)
                        .map(|(weight, is_named)| {
                            let factor = Factor::Friend {
                                name: likes.other.name.clone(),
                                is_named,
                            };
                            reason(factor, weight, &likes.other.key, Vec::new())
                        })
                        .collect()
                }),
                is_liking: true,
            });
        }
    }
    lists
}

/// Compares the person with somebody else, by the tags both have an opinion of.
pub fn compatibility(taste: &Taste<'_>, other: &Other) -> Compatibility {
    let mut mine: HashMap<&str, f32> = HashMap::new();
    for (name, affinity) in taste.input.names.iter().zip(&taste.tags) {
        if affinity.abs() > 0.05 {
            mine.insert(name, *affinity);
        }
    }
    let theirs: HashMap<&str, f32> = other
        .tags
        .iter()
        .map(|(name, affinity)| (name.as_str(), *affinity))
        .collect();
    let (mut product, mut a, mut b) = (0.0f32, 0.0f32, 0.0f32);
    let mut sorted: Vec<(f32, &str)> = Vec::new();
    let (mut only_theirs, mut only_mine) = (Vec::new(), Vec::new());
    for (name, &x) in &mine {
        let y = theirs.get(name).copied().unwrap_or(0.0);
        product += x * y;
        a += x * x;
        if x > 0.05 && y > 0.05 {
            sorted.push((x.min(y), name));
        } else if x > 0.1 && y <= 0.0 {
            only_mine.push((x, *name));
        }
    }
    for (name, &y) in &theirs {
        b += y * y;
        let x = mine.get(name).copied().unwrap_or(0.0);
        if y > 0.1 && x <= 0.0 {
            only_theirs.push((y, *name));
        }
    }
    let top = |mut list: Vec<(f32, &str)>| -> Vec<String> {
        list.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
        list.into_iter()
            .take(6)
            .map(|(_, name)| name.to_owned())
            .collect()
    };
    Compatibility {
        likeness: (a > 0.0 && b > 0.0).then(|| product / (a * b).sqrt()),
        both: top(sorted),
        theirs: top(only_theirs),
        yours: top(only_mine),
    }
}
