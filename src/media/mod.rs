//! Bytes to pixels, samples and metadata.
//!
//! [`sniff()`] says what a file is by its content; [`photo`], [`audio`] and [`clip`] read it, [`xmp`] reads and writes
//! sidecars. Nothing here writes to an original. Every claim a file makes is bounded by [`limits`]; damage is an
//! [`Error`](crate::Error), never a panic.

pub mod audio;
pub mod clip;
mod dates;
mod essence;
mod format;
pub mod limits;
mod mpeg;
pub mod photo;
mod sniff;
pub mod xmp;

use std::fs::File;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

pub use essence::essence;
pub use format::Format;
pub use sniff::{Sniffed, has_audio_name, is_candidate, sniff};

use crate::error::{Error, Result};

/// What a file is for: to look at, to listen to, or both.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A still or animated picture.
    Photo,
    /// Music, speech, sounds.
    Audio,
    /// A video.
    Clip,
}

impl Kind {
    /// All kinds, in the order they are shown.
    pub const ALL: [Self; 3] = [Self::Photo, Self::Audio, Self::Clip];

    /// The lowercase name used in searches, JSON and the catalogue.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Photo => "photo",
            Self::Audio => "audio",
            Self::Clip => "clip",
        }
    }

    /// The kind of that name; the inverse of [`Kind::as_str`].
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// Runs a decoder; a panic inside it is damage of the file, not the end of the program.
fn caught<T>(what: &'static str, path: &Path, decode: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(decode))
        .unwrap_or_else(|_| Err(Error::damaged(what, path, "its decoder gave up")))
}

/// Opens a media file for reading. Only regular files: opening a pipe would wait for somebody to write into it.
fn open(path: &Path) -> Result<File> {
    let metadata =
        std::fs::metadata(path).map_err(|error| Error::io("open the file", path, &error))?;
    if !metadata.is_file() {
        return Err(Error::NotMedia {
            path: path.to_owned(),
        });
    }
    File::open(path).map_err(|error| Error::io("open the file", path, &error))
}

/// The whole file, unless it is empty or larger than `limit` bytes.
fn read_bounded(path: &Path, what: &'static str, limit: u64) -> Result<Vec<u8>> {
    let file = open(path)?;
    let len = file
        .metadata()
        .map_err(|error| Error::io("read the file", path, &error))?
        .len();
    if len > limit {
        return Err(Error::TooLarge {
            what,
            found: megabytes(len),
            limit: megabytes(limit),
            path: path.to_owned(),
        });
    }
    let mut bytes = Vec::with_capacity(usize::try_from(len).unwrap_or(0));
    file.take(limit)
        .read_to_end(&mut bytes)
        .map_err(|error| Error::io("read the file", path, &error))?;
    if bytes.is_empty() {
        return Err(Error::Empty {
            path: path.to_owned(),
        });
    }
    Ok(bytes)
}

fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes.div_ceil(1_000_000))
}

/// A text from a file without control characters and surrounding space, bounded; `None` when nothing is left.
fn clean_text(text: &str) -> Option<String> {
    let text: String = text
        .chars()
        .filter(|c| !c.is_control() || *c == '\n')
        .take(limits::MAX_TEXT_CHARS)
        .collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Milliseconds of a wall-clock time as if it were UTC: `2021-05-03T12:34:56`, and what is shorter or has colons.
pub fn wall_clock_ms(text: &str) -> Option<i64> {
    dates::parse(text).map(|time| time.wall_ms)
}

/// The same backwards.
pub fn wall_clock_text(wall_ms: i64) -> Option<String> {
    dates::to_iso(wall_ms)
}

#[cfg(test)]
mod tests;
