//! What goes into a recommendation and what comes out: plain data.

use std::collections::HashSet;

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
    /// A screenshot or an almost blank picture by the look of its file: kept out of memories.
    pub is_plain: bool,
    pub title: String,
    /// Empty when unknown; so is the album.
    pub artist: String,
    pub album: String,
    /// Disc and track, for the order on an album.
    pub place: (u32, u32),
    /// Beats per minute.
    pub bpm: Option<f32>,
    /// Latitude and longitude in degrees.
    pub gps: Option<(f32, f32)>,
    /// The tags that count (confirmed, or shown by a model) as places in [`Input::names`], with their scores.
    pub tags: Vec<(u32, f32)>,
}

/// Everything the shelves are made from.
#[derive(Debug, Default)]
pub struct Input {
    pub now_ms: i64,
    /// Offset of local time from UTC, in milliseconds, so that "today" is the person's day.
    pub utc_offset_ms: i64,
    pub items: Vec<Facts>,
    /// Slugs or names of tags.
    pub names: Vec<String>,
    /// Embeddings, by pack: similarity only within one pack.
    pub embeddings: Vec<Embeddings>,
    /// The person's whole history, oldest first.
    pub events: Vec<Event>,
    /// Keys of reasons that the person struck out, and of what is kept out of memories.
    pub struck: HashSet<String>,
    /// Other people: profiles of this machine and followed taste cards.
    pub others: Vec<Other>,
    /// Tags that were given by hand lately, and when last, newest first.
    pub taught: Vec<(String, i64)>,
    /// The song that plays now.
    pub playing: Option<ItemId>,
}

impl Input {
    /// The place of a tag in `names`, added when it is new.
    pub fn tag(&mut self, name: &str) -> u32 {
        let at = self.names.iter().position(|known| known == name);
        at.unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        }) as u32
    }

    /// The name of a tag.
    pub fn name(&self, tag: u32) -> &str {
        self.names.get(tag as usize).map_or("", String::as_str)
    }
}

/// Somebody else's taste: what they enjoyed here, or what their card says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Other {
    /// `profile:2` or `card:5`; stays the same.
    pub key: String,
    pub name: String,
    /// Items of this library that they enjoyed, with how much (0 to 1).
    pub liked: Vec<(ItemId, f32)>,
    /// Tags with affinities, -1 to 1.
    pub tags: Vec<(String, f32)>,
    /// The mean of what they enjoy, L2-normalised, by pack.
    pub vectors: Vec<(String, Vec<f32>)>,
    /// Songs that they name as favourites: artist and title, lowercase.
    pub songs: Vec<(String, String)>,
}

/// One unit in an embedding's whole numbers.
const UNIT: f32 = 16_384.0;
/// Longer embeddings are folded to so many numbers: each number is added to or taken from one of them, by its place
/// (a count sketch, Charikar et al. 2002, which keeps cosines on average).
const DIMS_MAX: usize = 256;

/// The embeddings of one pack, L2-normalised and kept as 16-bit whole numbers.
#[derive(Debug, Default, Clone)]
pub struct Embeddings {
    pub pack: String,
    pub items: Vec<ItemId>,
    dims: usize,
    rows: Vec<i16>,
}

impl Embeddings {
    /// None yet.
    pub fn new(pack: &str) -> Self {
        Self {
            pack: pack.to_owned(),
            ..Self::default()
        }
    }

    /// Adds an item. A row of another length than the first, or without direction, is left out.
    pub fn push(&mut self, item: ItemId, row: &[f32]) {
        let folded = fold(row);
        let norm = folded.iter().map(|x| x * x).sum::<f32>().sqrt();
        if self.items.is_empty() {
            self.dims = folded.len();
        }
        if folded.len() != self.dims || !norm.is_finite() || norm <= f32::EPSILON {
            return;
        }
        self.items.push(item);
        self.rows
            .extend(folded.iter().map(|x| (x / norm * UNIT).round() as i16));
    }

    /// Numbers per row.
    pub fn dims(&self) -> usize {
        self.dims
    }

    /// The row at a place of `items`.
    pub fn row(&self, at: usize) -> &[i16] {
        &self.rows[at * self.dims..(at + 1) * self.dims]
    }

    /// The row as numbers of length one.
    pub fn unit_row(&self, at: usize) -> impl Iterator<Item = f32> {
        self.row(at).iter().map(|&x| f32::from(x) / UNIT)
    }
}

/// A direction as a row of embeddings has it, to be compared with rows by [`dot`]; and its length before.
pub fn direction(vector: &[f32]) -> (Vec<i16>, f32) {
    let folded = fold(vector);
    let norm = folded.iter().map(|x| x * x).sum::<f32>().sqrt();
    if !norm.is_finite() || norm <= f32::EPSILON {
        return (vec![0; folded.len()], 0.0);
    }
    let row = folded
        .iter()
        .map(|x| (x / norm * UNIT).round() as i16)
        .collect();
    (row, norm)
}

/// The cosine of two rows.
pub fn dot(a: &[i16], b: &[i16]) -> f32 {
    // Rows have length one: by Cauchy and Schwarz no partial sum leaves 2^28.
    let sum: i32 = a
        .iter()
        .zip(b)
        .map(|(&x, &y)| i32::from(x) * i32::from(y))
        .sum();
    sum as f32 / (UNIT * UNIT)
}

fn fold(row: &[f32]) -> Vec<f32> {
    if row.len() <= DIMS_MAX {
        return row.to_vec();
    }
    let mut folded = vec![0.0; DIMS_MAX];
    for (&x, at) in row.iter().zip(0u64..) {
        let hash = super::chance::mixed(at);
        let sign = if hash & 1 == 0 { x } else { -x };
        folded[(hash >> 1) as usize % DIMS_MAX] += sign;
    }
    folded
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
    /// Songs for this time of day.
    ThisHour,
    /// Songs that are played again and again.
    PlayAgain,
    /// Songs for photos that were looked at.
    Soundtrack,
    /// Photos for a song.
    Pictures,
    FinishAlbum,
    /// What somebody else enjoys.
    Friend,
    /// More of a tag that was taught.
    Taught,
    /// Loved before, not for a long time.
    Rediscover,
    NeverOpened,
    /// Added lately.
    NewHere,
    /// Tries, and said to be.
    Surprise,
}

impl ShelfKind {
    /// All, in the order of a page without history.
    pub const ALL: [Self; 14] = [
        Self::Continue,
        Self::Because,
        Self::OnThisDay,
        Self::ThisHour,
        Self::PlayAgain,
        Self::Soundtrack,
        Self::Pictures,
        Self::FinishAlbum,
        Self::Friend,
        Self::Taught,
        Self::Rediscover,
        Self::NeverOpened,
        Self::NewHere,
        Self::Surprise,
    ];

    /// The name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Continue => "continue",
            Self::Because => "because",
            Self::OnThisDay => "on-this-day",
            Self::ThisHour => "this-hour",
            Self::PlayAgain => "play-again",
            Self::Soundtrack => "soundtrack",
            Self::Pictures => "pictures",
            Self::FinishAlbum => "finish-album",
            Self::Friend => "friend",
            Self::Taught => "taught",
            Self::Rediscover => "rediscover",
            Self::NeverOpened => "never-opened",
            Self::NewHere => "new-here",
            Self::Surprise => "surprise",
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
    /// The item the title speaks of: for `Because`, `Soundtrack`, `Pictures`.
    pub about: Option<ItemId>,
    /// What else the title speaks of: a name, a tag, a part of the day.
    pub word: String,
    pub picks: Vec<Pick>,
}

impl Shelf {
    /// The key under which it is remembered whether shelves like it are opened.
    pub fn arm(&self) -> String {
        format!("{}:{}", self.kind.as_str(), self.media.as_str())
    }

    /// A key that stays the same while the shelf means the same: for hiding it.
    pub fn key(&self) -> String {
        let kind = self.kind.as_str();
        match (self.about, self.kind) {
            (Some(item), ShelfKind::Because) => format!("{kind}:{}", item.0),
            (_, ShelfKind::Friend | ShelfKind::Taught) => {
                format!("{kind}:{}:{}", self.media.as_str(), self.word)
            }
            _ => format!("{kind}:{}", self.media.as_str()),
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
    /// Everything about it that is like, or unlike, what the person enjoys and is not named by another reason.
    Taste,
    /// Played often: how often, and days since the last time.
    Replay {
        times: u32,
        days_ago: u32,
    },
    /// Often played in one sitting with another.
    Together {
        with: ItemId,
    },
    /// Enjoyed at this time of day.
    Hour {
        part: DayPart,
    },
    /// Taken at this time of year.
    Season,
    /// Feels as the other side of the pair does.
    Mood {
        valence: f32,
        energy: f32,
    },
    /// A tag of the picture goes with a tag of the song.
    Theme {
        picture: String,
        sound: String,
    },
    /// Played in the weeks around the day of the picture.
    SameWeeks,
    /// So many of the album's songs are heard.
    AlbumBegun {
        title: String,
        heard: u32,
        of: u32,
    },
    /// Somebody else enjoys it, or things like it.
    Friend {
        name: String,
        /// They named it or enjoyed it; else it is only like what they enjoy.
        is_named: bool,
    },
    /// Carries a tag that was taught lately.
    Taught {
        slug: String,
    },
    /// Known already, and familiar things are wanted.
    Familiar,
}

/// A part of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DayPart {
    Night,
    Morning,
    Afternoon,
    Evening,
}

impl DayPart {
    /// The part that an hour, 0 to 23, lies in.
    pub fn of_hour(hour: i64) -> Self {
        match hour {
            0..=4 | 23.. => Self::Night,
            5..=10 => Self::Morning,
            11..=16 => Self::Afternoon,
            _ => Self::Evening,
        }
    }

    /// A name for text keys.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Night => "night",
            Self::Morning => "morning",
            Self::Afternoon => "afternoon",
            Self::Evening => "evening",
        }
    }
}
