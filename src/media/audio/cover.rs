//! Covers, embedded or beside the song.

use std::path::Path;

use lofty::picture::PictureType;

use super::tags;
use crate::error::Result;
use crate::media::{Kind, caught, limits, read_bounded, sniff};

/// The encoded cover picture: the embedded front cover, else any embedded picture, else a file named like one in the
/// same folder (`cover.jpg`, `folder.png`, ...). `None` when there is none, or none that is a picture of at most
/// [`limits::MAX_COVER_BYTES`].
///
/// # Errors
/// [`Error::Io`](crate::Error::Io) when the file cannot be opened.
pub fn cover(path: &Path) -> Result<Option<Vec<u8>>> {
    caught("audio", path, || {
        crate::media::open(path)?;
        Ok(embedded(path).or_else(|| beside(path)))
    })
}

fn embedded(path: &Path) -> Option<Vec<u8>> {
    let file = tags::read(path, true)?;
    let pictures = || {
        tags::in_order(&file)
            .into_iter()
            .flat_map(|tag| tag.pictures())
            .filter(|picture| {
                let bytes = picture.data();
                bytes.len() <= limits::MAX_COVER_BYTES && is_picture(bytes)
            })
    };
    pictures()
        .find(|picture| picture.pic_type() == PictureType::CoverFront)
        .or_else(|| pictures().next())
        .map(|picture| picture.data().to_vec())
}

/// Names, without extension and case, under which music players keep a folder's cover; the first that is there is taken.
const NAMES: [&str; 5] = ["cover", "folder", "front", "album", "albumart"];

/// Where a file's name stands among the usual names of a folder's cover, 0 first; `None` when it is none of them.
/// Windows Media Player's `AlbumArt_{...}_Large.jpg` and `AlbumArtSmall.jpg` come last.
fn rank(path: &Path) -> Option<usize> {
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    if !matches!(extension.as_str(), "jpg" | "jpeg" | "png" | "webp") {
        return None;
    }
    let stem = path.file_stem()?.to_str()?.to_lowercase();
    let usual = NAMES.iter().position(|name| *name == stem);
    usual.or_else(|| stem.starts_with("albumart").then_some(NAMES.len()))
}

/// Whether a picture of this name beside music is that music's cover rather than a photo: `cover.jpg`, `folder.png`, ...
pub fn is_cover_name(path: &Path) -> bool {
    rank(path).is_some()
}

fn beside(path: &Path) -> Option<Vec<u8>> {
    let folder = path.parent()?;
    let (_, picture) = std::fs::read_dir(folder)
        .ok()?
        .flatten()
        .take(limits::MAX_BOXES)
        .map(|entry| entry.path())
        .filter_map(|picture| Some((rank(&picture)?, picture)))
        .min()?;
    let is_photo =
        sniff(&picture).is_ok_and(|sniffed| sniffed.kind == Kind::Photo && sniffed.decodable);
    is_photo
        .then(|| read_bounded(&picture, "cover", limits::MAX_COVER_BYTES as u64).ok())
        .flatten()
}

/// A picture that can be decoded, by its first bytes.
fn is_picture(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xFF\xD8\xFF")
        || bytes.starts_with(b"\x89PNG")
        || bytes.starts_with(b"GIF8")
        || bytes.starts_with(b"BM")
        || (bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP"))
}
