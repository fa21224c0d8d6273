//! The nouns of the catalogue: plain data, no SQL.
//!
//! Times are milliseconds since the Unix epoch, UTC, except a photo's `date_ms`: its local wall-clock time as if UTC.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

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

/// Who says that an item has a tag.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TagSource {
    /// The person.
    Person,
    /// A model pack, as `id@version`.
    Model {
        /// `id@version`.
        pack: String,
    },
    /// Metadata in the file or beside it.
    Imported,
    /// A rule of the program.
    Rule,
}

/// How far a tag on an item is to be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TagState {
    /// Said or confirmed by a person, or imported.
    Confirmed,
    /// A model's tag above its threshold.
    Shown,
    /// A model's guess, to be confirmed.
    Suggested,
    /// A person said no; no model brings it back.
    Rejected,
}

impl TagState {
    pub(super) fn code(self) -> i64 {
        match self {
            Self::Confirmed => 1,
            Self::Shown => 2,
            Self::Suggested => 3,
            Self::Rejected => 4,
        }
    }

    pub(super) fn from_code(code: i64) -> Self {
        match code {
            1 => Self::Confirmed,
            2 => Self::Shown,
            4 => Self::Rejected,
            _ => Self::Suggested,
        }
    }
}

/// A tag on an item.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemTag {
    /// Which tag.
    pub tag: TagId,
    /// The tag's own name.
    pub name: String,
    /// The model vocabulary's name for it, if a model knows it.
    pub slug: Option<String>,
    /// Who says so.
    pub source: TagSource,
    /// 0 to 1; 1 for people and imports.
    pub score: f32,
    /// How far to believe it.
    pub state: TagState,
    /// When it was set.
    pub at_ms: i64,
}

/// A tag with its counters.
#[derive(Debug, Clone, PartialEq)]
pub struct Tag {
    /// Identity.
    pub id: TagId,
    /// Its own name: "Beach".
    pub name: String,
    /// Name with its parents: "Places/Coast/Beach".
    pub path: String,
    /// The model vocabulary's name for it, if a model knows it. Show the vocabulary's translation while
    /// [`Tag::is_renamed`] is false.
    pub slug: Option<String>,
    /// Whether the person gave it a name of their own.
    pub is_renamed: bool,
    /// The tag it belongs under.
    pub parent: Option<TagId>,
    /// `#rrggbb`, when the person chose one.
    pub colour: Option<String>,
    /// Items on which it is confirmed.
    pub count_confirmed: u64,
    /// Items on which a model is sure of it.
    pub count_shown: u64,
    /// Items on which it is suggested.
    pub count_suggested: u64,
    /// Items on which the person rejected it.
    pub count_rejected: u64,
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

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EventKind {
    /// Put before the person, on a shelf.
    Shown,
    /// Opened in the viewer or the player.
    Opened,
    /// Looked at; the value is seconds.
    Dwell,
    /// Heard or seen; the value is the share, 0 to 1.
    Played,
    /// Left early; the value is the share heard.
    Skipped,
    /// Liked.
    Liked,
    /// Disliked.
    Disliked,
    /// "Not this again."
    Hidden,
    /// Searched for; the words are the context.
    Searched,
    /// Tagged by hand.
    Tagged,
}

impl EventKind {
    /// All kinds.
    pub const ALL: [Self; 10] = [
        Self::Shown,
        Self::Opened,
        Self::Dwell,
        Self::Played,
        Self::Skipped,
        Self::Liked,
        Self::Disliked,
        Self::Hidden,
        Self::Searched,
        Self::Tagged,
    ];

    /// The lowercase name used on the command line, in exports and in the catalogue.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Shown => "shown",
            Self::Opened => "opened",
            Self::Dwell => "dwell",
            Self::Played => "played",
            Self::Skipped => "skipped",
            Self::Liked => "liked",
            Self::Disliked => "disliked",
            Self::Hidden => "hidden",
            Self::Searched => "searched",
            Self::Tagged => "tagged",
        }
    }

    /// The inverse of [`EventKind::as_str`].
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// Something that happened, to be recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewEvent {
    /// Whose history.
    pub profile: ProfileId,
    /// With which item; none for searches.
    pub item: Option<ItemId>,
    /// What.
    pub kind: EventKind,
    /// Share heard (0 to 1) or seconds; see [`EventKind`].
    pub value: f32,
    /// When.
    pub at_ms: i64,
    /// Where it came from: a shelf, a playlist, the words searched for.
    pub context: Option<String>,
}

/// Something that happened. The history is append-only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Identity; grows with time of recording.
    pub id: EventId,
    /// Whose history.
    pub profile: ProfileId,
    /// With which item.
    pub item: Option<ItemId>,
    /// What.
    pub kind: EventKind,
    /// Share heard (0 to 1) or seconds.
    pub value: f32,
    /// When.
    pub at_ms: i64,
    /// Where it came from.
    pub context: Option<String>,
}

/// A person with a history of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Identity.
    pub id: ProfileId,
    /// Name; empty for the first until it is given one.
    pub name: String,
    /// When it was made.
    pub created_ms: i64,
}

/// A folder that the person added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// Identity.
    pub id: FolderId,
    /// Where.
    pub path: PathBuf,
    /// Kinds of files to take from it.
    pub kinds: Vec<Kind>,
    /// Whether it is watched for changes.
    pub is_watched: bool,
    /// Whether it could not be reached when last looked for.
    pub is_offline: bool,
    /// When it was added.
    pub added_ms: i64,
    /// When a scan last went all the way through.
    pub scanned_ms: Option<i64>,
    /// Items with a file in it.
    pub count: u64,
}

/// A file as the scanner found it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundFile {
    /// Absolute path.
    pub path: PathBuf,
    /// The folder it was found under.
    pub folder: Option<FolderId>,
    /// Size.
    pub size_bytes: u64,
    /// Modification time.
    pub mtime_ms: i64,
    /// What it is for.
    pub kind: Kind,
    /// Hash of the content, when it is known already.
    pub hash: Option<ContentHash>,
}

/// A file as the catalogue remembers it: what a rescan compares with, so that it writes only what changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownFile {
    /// Absolute path.
    pub path: PathBuf,
    /// The item it is a file of.
    pub item: ItemId,
    /// Size when last seen.
    pub size_bytes: u64,
    /// Modification time when last seen.
    pub mtime_ms: i64,
    /// Whether it was not there when last looked for.
    pub is_missing: bool,
    /// Whether its content still has to be hashed.
    pub needs_hash: bool,
    /// Whether its content still has to be probed.
    pub needs_probe: bool,
}

/// What became of a [`FoundFile`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileOutcome {
    /// The item it is a file of.
    pub item: ItemId,
    /// What happened.
    pub status: FileStatus,
    /// Whether the content has to be hashed (new or changed, and no hash was given).
    pub needs_hash: bool,
    /// Whether the content has to be probed: [`super::Bulk::set_probe`] was not called since it changed.
    pub needs_probe: bool,
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileStatus {
    /// Not seen before.
    New,
    /// As it was.
    Unchanged,
    /// Same path, other size or time. Whether the content changed shows with the hash.
    Changed,
    /// The content is known: from a path that vanished.
    Moved,
    /// The content is known: one more copy of it.
    Copy,
    /// It was missing and is there again, as it was.
    Back,
}

/// A tag that a model gives.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelTag {
    /// Name in the model's vocabulary.
    pub slug: String,
    /// 0 to 1.
    pub score: f32,
    /// Above the threshold, else a suggestion.
    pub is_shown: bool,
}

/// What a model says of an item.
#[derive(Debug, Clone, PartialEq)]
pub struct NewTagging {
    /// `id@version`.
    pub pack: String,
    /// L2-normalised; stored as f16. Empty when the model has none.
    pub embedding: Vec<f32>,
    /// Its tags.
    pub tags: Vec<ModelTag>,
}

/// Names of a tag that a model vocabulary knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagNames {
    /// Name in the vocabulary.
    pub slug: String,
    /// The slug it belongs under.
    pub parent: Option<String>,
    /// Names in any language, and aliases: searches find the tag by all of them.
    pub names: Vec<String>,
}

/// One run of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelRun {
    /// Identity.
    pub id: RunId,
    /// `id@version`.
    pub pack: String,
    /// When it began.
    pub started_ms: i64,
    /// Items whose tags come from it now.
    pub items: u64,
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
