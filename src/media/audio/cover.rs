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

fn beside(path: &Path) -> Option<Vec<u8>> {
    const NAMES: [&str; 5] = ["cover", "folder", "front", "album", "albumart"];
    let folder = path.parent()?;
    let mut best: Option<(usize, std::path::PathBuf)> = None;
    for entry in std::fs::read_dir(folder)
        .ok()?
        .flatten()
        .take(limits::MAX_BOXES)
    {
        let candidate = entry.path();
        let Some(stem) = candidate.file_stem() else {
            continue;
        };
        let stem = stem.to_string_lossy().to_lowercase();
        let extension = candidate
            .extension()
            .map(|e| e.to_string_lossy().to_lowercase())
            .unwrap_or_default();
        let rank = NAMES.iter().position(|name| *name == stem);
        if let Some(rank) =
            rank.filter(|_| matches!(extension.as_str(), "jpg" | "jpeg" | "png" | "webp"))
            && best.as_ref().is_none_or(|(other, _)| rank < *other)
        {
            best = Some((rank, candidate));
        }
    }
    let (_, picture) = best?;
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
