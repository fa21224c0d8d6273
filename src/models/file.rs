//! Tagging a file on its own, without a library.

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::taggers::{Judged, Taggers, Tagging};
use super::{Look, PHOTO_SIDE, WINDOWS};
use crate::error::{Error, Result};
use crate::jobs::Cancel;
use crate::media::{self, Kind};

/// What the models say about a file.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct FileTags {
    /// As it was named.
    #[serde(serialize_with = "lossy")]
    pub path: PathBuf,
    /// What the file is.
    pub kind: Kind,
    /// Tags of all packs, best first.
    pub tags: Vec<FileTag>,
    /// What did not reach the threshold of a tag, best first.
    pub suggestions: Vec<FileTag>,
    /// What was calculated from the pixels, of photos.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub look: Option<Look>,
    /// Decoding and models together; the first file pays for loading them.
    pub took_ms: u64,
}

/// One tag of a file.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct FileTag {
    /// The tag, as it is stored and searched for.
    pub name: String,
    /// 0..=1.
    pub score: f32,
    /// The pack that found it: `photo@1`.
    pub source: String,
}

/// Decodes a file and runs every pack on it that fits. Of a clip, the sound is listened to.
///
/// # Errors
/// What decoding gave, or the first pack's error when no pack gave an answer.
pub fn tag_file(taggers: &Taggers, path: &Path) -> Result<FileTags> {
    let start = Instant::now();
    let sniffed = media::sniff(path)?;
    let mut look = None;
    let taggings = match sniffed.kind {
        Kind::Photo => {
            let picture = media::photo::decode(path, Some(PHOTO_SIDE))?;
            let is_blank = look.insert(Look::of(&picture)).is_blank;
            let mut taggings = taggers.photo(&picture)?;
            if is_blank {
                // There is nothing to see, whatever a network makes of it.
                for tagging in &mut taggings {
                    tagging.tags.clear();
                }
            }
            taggings
        }
        Kind::Audio => tag_sound(taggers, path)?,
        // Only some containers give up their sound; pictures of clips are not looked at.
        Kind::Clip => tag_sound(taggers, path).map_err(|_| Error::Unsupported {
            format: sniffed.format.name().to_owned(),
            path: path.to_owned(),
        })?,
    };
    let (tags, suggestions) = split(taggings);
    Ok(FileTags {
        path: path.to_owned(),
        kind: sniffed.kind,
        tags,
        suggestions,
        look,
        took_ms: start.elapsed().as_millis() as u64,
    })
}

/// Decodes a file and gives every score of every pack that fits, for measuring.
///
/// # Errors
/// As [`tag_file`].
pub fn judge_file(taggers: &Taggers, path: &Path) -> Result<Judged> {
    match media::sniff(path)?.kind {
        Kind::Photo => taggers.judge_photo(&media::photo::decode(path, Some(PHOTO_SIDE))?),
        _ => {
            let heard = media::audio::analyse(path, &WINDOWS, &Cancel::default())?;
            taggers.judge_audio(&heard.mono_16k, heard.window_len())
        }
    }
}

fn tag_sound(taggers: &Taggers, path: &Path) -> Result<Vec<Tagging>> {
    let analysis = media::audio::analyse(path, &WINDOWS, &Cancel::default())?;
    taggers.audio(&analysis.mono_16k, analysis.window_len())
}

/// Paths that are not Unicode are shown as well as possible.
fn lossy<S: serde::Serializer>(path: &Path, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.serialize_str(&path.to_string_lossy())
}

/// Tags and suggestions of several packs, each name once with its best score.
fn split(taggings: Vec<Tagging>) -> (Vec<FileTag>, Vec<FileTag>) {
    let mut all: Vec<(bool, FileTag)> = taggings
        .into_iter()
        .flat_map(|tagging| {
            let source = tagging.pack;
            tagging.tags.into_iter().map(move |tag| {
                let named = FileTag {
                    name: tag.slug,
                    score: tag.score,
                    source: source.clone(),
                };
                (tag.is_shown, named)
            })
        })
        .collect();
    all.sort_by(|(a_shown, a), (b_shown, b)| {
        b_shown
            .cmp(a_shown)
            .then(b.score.total_cmp(&a.score))
            .then_with(|| a.name.cmp(&b.name))
    });
    let mut seen = std::collections::HashSet::new();
    all.retain(|(_, tag)| seen.insert(tag.name.clone()));
    let (tags, suggestions): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|(is_shown, _)| *is_shown);
    let plain = |tags: Vec<(bool, FileTag)>| tags.into_iter().map(|(_, tag)| tag).collect();
    (plain(tags), plain(suggestions))
}
