//! What goes into a recommendation and what comes out: plain data.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::catalog::{Event, ItemId};
use crate::media::Kind;

/// What the recommender needs to know of an item.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    pub id: ItemId,
    pub kind: Kind,
    /// Taken or created; wall-clock as if UTC.
    pub date_ms: i64,
    pub added_ms: i64,
    pub duration_ms: u64,
    pub rating: u8,
    pub is_favourite: bool,
    /// Missing, hidden, removed or undecodable: never suggested.
    pub is_out: bool,
    pub title: String,
    /// Empty when unknown; so is the album.
    pub artist: String,
    pub album: String,
    /// Disc and track, for the order on an album.
    pub place: (u32, u32),
    /// Slugs or names of the tags that count: confirmed, or shown by a model, with their scores.
    pub tags: Vec<(String, f32)>,
}

/// Everything the shelves are made from.
#[derive(Debug, Default)]
pub struct Input {
    pub now_ms: i64,
    /// Offset of local time from UTC, in milliseconds, so that "today" is the person's day.
    pub utc_offset_ms: i64,
    pub items: Vec<Facts>,
    /// L2-normalised embeddings, by pack: similarity only within one pack.
    pub embeddings: Vec<Embeddings>,
    /// The whole history, oldest first.
    pub events: Vec<Event>,
    /// Keys of reasons that the person struck out.
    pub struck: HashSet<String>,
}

/// The embeddings of one pack: `rows.len() == items.len() * dims`.
#[derive(Debug, Default, Clone)]
pub struct Embeddings {
    pub pack: String,
    pub dims: usize,
    pub items: Vec<ItemId>,
    pub rows: Vec<f32>,
}

impl Embeddings {
    /// The embedding of the item at a place of `items`.
    pub fn row(&self, at: usize) -> &[f32] {
        &self.rows[at * self.dims..(at + 1) * self.dims]
    }

    /// Where each item is.
    pub fn places(&self) -> HashMap<ItemId, usize> {
        self.items.iter().copied().zip(0..).collect()
    }
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Picks per shelf, at most.
    pub per_shelf: usize,
    /// Only this shelf.
    pub only: Option<ShelfKind>,
    /// 0 familiar, 1 new.
    pub novelty: f32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            per_shelf: 24,
            only: None,
            novelty: 0.5,
        }
    }
}

/// The shelves Parlour knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ShelfKind {
    /// Started and not finished.
    Continue,
    /// What was played or looked at and liked, like one recent thing.
    Because,
    OnThisDay,
    /// Loved before, not for a long time.
    Rediscover,
    NeverOpened,
    /// Added lately.
    NewHere,
}

impl ShelfKind {
    /// All, in the order of the page.
    pub const ALL: [Self; 6] = [
        Self::Continue,
        Self::Because,
        Self::OnThisDay,
        Self::Rediscover,
        Self::NeverOpened,
        Self::NewHere,
    ];

    /// The name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Continue => "continue",
            Self::Because => "because",
            Self::OnThisDay => "on-this-day",
            Self::Rediscover => "rediscover",
            Self::NeverOpened => "never-opened",
            Self::NewHere => "new-here",
        }
    }

    /// The inverse of `as_str`.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// A row of suggestions with one reason in common.
#[derive(Debug, Clone, PartialEq)]
pub struct Shelf {
    pub kind: ShelfKind,
    /// The kind of its items: photos and songs do not share a shelf.
    pub media: Kind,
    /// The item the title speaks of, for `Because`.
    pub about: Option<ItemId>,
    pub picks: Vec<Pick>,
}

impl Shelf {
    /// A key that stays the same while the shelf means the same: for hiding it.
    pub fn key(&self) -> String {
        match self.about {
            Some(item) => format!("{}:{}", self.kind.as_str(), item.0),
            None => format!("{}:{}", self.kind.as_str(), self.media.as_str()),
        }
    }
}

/// One suggestion. The weights of its reasons sum to its score.
#[derive(Debug, Clone, PartialEq)]
pub struct Pick {
    pub item: ItemId,
    pub score: f32,
    pub reasons: Vec<Reason>,
}

/// Why an item is suggested.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    pub factor: Factor,
    /// Its part of the score.
    pub weight: f32,
    /// Names this reason across items, for striking it out: `tag:beach`, `like:123`, `artist:...`.
    pub key: String,
    /// Items that show it: the plays, the liked ones, the neighbour.
    pub evidence: Vec<ItemId>,
}

/// The kinds of reasons.
#[derive(Debug, Clone, PartialEq)]
pub enum Factor {
    /// Looks or sounds like something: cosine similarity.
    Similar {
        to: ItemId,
        cosine: f32,
    },
    /// Carries a tag that the person enjoys.
    Tag {
        slug: String,
        affinity: f32,
    },
    Artist {
        name: String,
    },
    Album {
        title: String,
    },
    /// Taken on this day (or within some days of it) of an earlier year.
    Anniversary {
        years: u32,
        days_off: u32,
    },
    /// Started: share heard or seen.
    Unfinished {
        share: f32,
    },
    /// Enjoyed before; days since.
    Enjoyed {
        times: u32,
        days_ago: u32,
    },
    Favourite,
    Rated {
        stars: u8,
    },
    /// Added so many days ago.
    Fresh {
        days_ago: u32,
    },
    NeverOpened,
    /// Chosen partly by chance, and labelled so.
    Exploration,
}
