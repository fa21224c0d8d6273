//! Folders and the files in them.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{ContentHash, FolderId, ItemId};
use crate::media::Kind;

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
    /// What Parlour writes to the files in it.
    pub writes: Writes,
}

/// What Parlour writes to the files of a folder: nothing, until the person says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Writes {
    /// XMP sidecars beside photos and clips.
    pub sidecars: bool,
    /// Tags and ratings inside audio files.
    pub audio: bool,
}

impl Writes {
    pub(in crate::catalog) fn bits(self) -> i64 {
        i64::from(self.sidecars) | i64::from(self.audio) << 1
    }

    pub(in crate::catalog) fn from_bits(bits: i64) -> Self {
        Self {
            sidecars: bits & 1 != 0,
            audio: bits & 2 != 0,
        }
    }

    /// Whether files of this kind are written to.
    pub fn covers(self, kind: Kind) -> bool {
        match kind {
            Kind::Photo | Kind::Clip => self.sidecars,
            Kind::Audio => self.audio,
        }
    }
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
    /// What lies beside it: names, sizes and times as one number; 0 for nothing.
    pub beside: i64,
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
    /// What lay beside it when last seen.
    pub beside: i64,
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
