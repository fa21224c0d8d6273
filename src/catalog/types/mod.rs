//! The nouns of the catalogue: plain data, no SQL.
//!
//! Times are milliseconds since the Unix epoch, UTC, except a photo's `date_ms`: its local wall-clock time as if UTC.

mod files;
mod history;
mod tags;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use files::*;
pub use history::*;
pub use tags::*;

use crate::media::Kind;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl rusqlite::ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
                self.0.to_sql()
            }
        }

        impl rusqlite::types::FromSql for $name {
            fn column_result(value: rusqlite::types::ValueRef<'_>) -> rusqlite::types::FromSqlResult<Self> {
                value.as_i64().map(Self)
            }
        }
    )+};
}

ids! {
    /// A piece of content. Stays the same when files are renamed, moved, or found to be copies of one another:
    /// an id that was merged away still answers.
    ItemId,
    /// A tag.
    TagId,
    /// An album, a playlist or a smart collection.
    CollectionId,
    /// A folder that the person added.
    FolderId,
    /// A person who uses this library.
    ProfileId,
    /// One entry of the history.
    EventId,
    /// One run of a model over items; can be rolled back alone.
    RunId,
}

impl ProfileId {
    /// The profile that always exists.
    pub const FIRST: Self = Self(1);
}

/// BLAKE3 of a file's bytes.
pub type ContentHash = [u8; 32];

/// Where a file of an item was last seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathState {
    /// The path as the system spells it, also when it is not UTF-8.
    pub path: PathBuf,
    /// The folder it was found under; `None` after that folder was removed.
    pub folder: Option<FolderId>,
    /// Size when last seen.
    pub size_bytes: u64,
    /// Modification time when last seen.
    pub mtime_ms: i64,
    /// Whether the file was not there when last looked for.
    pub is_missing: bool,
}

/// What is known of an item's content besides its paths. [`super::Bulk::set_probe`] stores it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Probe {
    /// Name of the format, for people: "JPEG", "HEIC".
    pub format: String,
    /// Why it cannot be decoded, when it cannot.
    pub problem: Option<String>,
    /// Title from the file's own metadata.
    pub title: Option<String>,
    /// Taken (photos, local wall-clock as if UTC) or created (clips).
    pub date_ms: Option<i64>,
    /// Upright width in pixels.
    pub width: Option<u32>,
    /// Upright height in pixels.
    pub height: Option<u32>,
    /// Playing time.
    pub duration_ms: Option<u64>,
    /// Rating in the file, 1 to 5. A person's own rating is never replaced by it.
    pub rating: Option<u8>,
    /// Performer.
    pub artist: Option<String>,
    /// Album.
    pub album: Option<String>,
    /// Artist of the whole album.
    pub album_artist: Option<String>,
    /// Genres, joined by "; ".
    pub genre: Option<String>,
    /// Track number.
    pub track: Option<u32>,
    /// Disc number.
    pub disc: Option<u32>,
    /// Year of release.
    pub year: Option<i32>,
    /// Tempo in beats per minute.
    pub bpm: Option<f32>,
    /// Camera model.
    pub camera: Option<String>,
    /// Latitude and longitude in degrees.
    pub gps: Option<(f64, f64)>,
    /// More words to find it by: caption, comment, composer.
    pub notes: String,
    /// Keywords in the file; they become tags with source [`TagSource::Imported`]. `/`, `|` separate levels.
    pub keywords: Vec<String>,
    /// The rest of the metadata, as the media room gives it. At most 64 KiB is kept.
    pub meta: serde_json::Value,
}

/// Everything about one item except its tags and history.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Identity.
    pub id: ItemId,
    /// What it is for.
    pub kind: Kind,
    /// Hash of the content, once it was read.
    pub hash: Option<ContentHash>,
    /// Its files, those that are there first.
    pub paths: Vec<PathState>,
    /// What to call it: the title in the file, else the file's name without its extension.
    pub title: String,
    /// Taken or created, else the file's time.
    pub date_ms: i64,
    /// Upright width in pixels.
    pub width: Option<u32>,
    /// Upright height in pixels.
    pub height: Option<u32>,
    /// Playing time.
    pub duration_ms: Option<u64>,
    /// Name of the format; empty until it was probed.
    pub format: String,
    /// Why it cannot be decoded.
    pub problem: Option<String>,
    /// 0 none, 1 to 5.
    pub rating: u8,
    /// Marked by the person.
    pub is_favourite: bool,
    /// Kept out of grids by the person.
    pub is_hidden: bool,
    /// No file of it is there now.
    pub is_missing: bool,
    /// Its folder was removed from the library; what the person made is kept.
    pub is_removed: bool,
    /// First seen.
    pub added_ms: i64,
    /// Performer.
    pub artist: Option<String>,
    /// Album.
    pub album: Option<String>,
    /// Artist of the whole album.
    pub album_artist: Option<String>,
    /// Genres.
    pub genre: Option<String>,
    /// Track number.
    pub track: Option<u32>,
    /// Disc number.
    pub disc: Option<u32>,
    /// Year of release.
    pub year: Option<i32>,
    /// Beats per minute.
    pub bpm: Option<f32>,
    /// Camera model.
    pub camera: Option<String>,
    /// Latitude and longitude in degrees.
    pub gps: Option<(f64, f64)>,
    /// The rest of the metadata.
    pub meta: serde_json::Value,
}

impl Item {
    /// The file to open: the first that is there, else the first that ever was.
    pub fn path(&self) -> Option<&std::path::Path> {
        self.paths.first().map(|state| state.path.as_path())
    }
}

/// States of an item that grids filter by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Flags(pub u8);

impl Flags {
    /// No file of it is there now.
    pub const MISSING: Self = Self(1);
    /// Marked by the person.
    pub const FAVOURITE: Self = Self(2);
    /// Kept out of grids by the person.
    pub const HIDDEN: Self = Self(4);
    /// Cannot be decoded; the reason is in [`Item::problem`].
    pub const UNSUPPORTED: Self = Self(8);
    /// A thumbnail or cover was made.
    pub const HAS_THUMB: Self = Self(16);
    /// Its folder was removed from the library.
    pub const REMOVED: Self = Self(32);
    /// There is certainly no picture for it (a song without cover).
    pub const NO_THUMB: Self = Self(64);

    /// Whether all of `other` are set.
    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// With `other` set or cleared.
    pub fn with(self, other: Self, on: bool) -> Self {
        if on {
            Self(self.0 | other.0)
        } else {
            Self(self.0 & !other.0)
        }
    }
}

/// One row of the in-memory index that grids sort and filter: 40 bytes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IndexRow {
    /// Identity.
    pub id: ItemId,
    /// Taken or created, else the file's time.
    pub date_ms: i64,
    /// First seen.
    pub added_ms: i64,
    /// Playing time, 0 for photos.
    pub duration_ms: u32,
    /// Width over height, upright; 1 when unknown.
    pub aspect: f32,
    /// What it is for.
    pub kind: Kind,
    /// 0 none, 1 to 5.
    pub rating: u8,
    /// States.
    pub flags: Flags,
}

/// What the Music page needs of a song.
#[derive(Debug, Clone, PartialEq)]
pub struct Song {
    /// Identity.
    pub id: ItemId,
    /// Title, never empty.
    pub title: String,
    /// Performer, empty when unknown. So are the other texts.
    pub artist: String,
    /// Album.
    pub album: String,
    /// Artist of the whole album, else the performer.
    pub album_artist: String,
    /// Genres.
    pub genre: String,
    /// Track number.
    pub track: Option<u32>,
    /// Disc number.
    pub disc: Option<u32>,
    /// Year of release.
    pub year: Option<i32>,
    /// Playing time, 0 when unknown.
    pub duration_ms: u64,
    /// Beats per minute.
    pub bpm: Option<f32>,
    /// First seen.
    pub added_ms: i64,
    /// 0 none, 1 to 5.
    pub rating: u8,
    /// States.
    pub flags: Flags,
}

/// An album, playlist or smart collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collection {
    /// Identity.
    pub id: CollectionId,
    /// Its name.
    pub name: String,
    /// The search that fills it, for smart ones.
    pub query: Option<String>,
    /// When it was made.
    pub created_ms: i64,
    /// Items in it (0 for smart ones: run the query).
    pub count: u64,
    /// The first item, for the cover.
    pub cover: Option<ItemId>,
}

/// The stored result of an analyser on an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Analysis {
    /// Version of the analyser; results of different versions never mix.
    pub version: u32,
    /// When.
    pub at_ms: i64,
    /// The analyser's own bytes (JSON or packed), or why it failed.
    pub outcome: Result<Vec<u8>, String>,
}

/// The state of the catalogue file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Health {
    /// The file.
    pub path: PathBuf,
    /// Its size with its write-ahead log.
    pub size_bytes: u64,
    /// Number of the last migration.
    pub version: i64,
    /// What SQLite's integrity check complains of; empty is good.
    pub problems: Vec<String>,
    /// Items in the library.
    pub items: u64,
    /// Of these, missing.
    pub missing: u64,
    /// Of these, that cannot be decoded.
    pub unsupported: u64,
    /// Tags.
    pub tags: u64,
    /// Events in the history.
    pub events: u64,
    /// Backups, newest first.
    pub backups: Vec<Backup>,
}

/// A dated copy of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Backup {
    /// The file.
    pub path: PathBuf,
    /// When it was made.
    pub at_ms: i64,
    /// Its size.
    pub size_bytes: u64,
}
