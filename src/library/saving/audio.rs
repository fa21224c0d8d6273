//! Tags and ratings inside a song: written into a copy, read again, the audio compared, then put in its place.

use super::replace::Copy;
use super::{Refusal, format_of, hash_of};
use crate::catalog::{Outward, OutwardPath, Written};
use crate::error::{Error, Result};
use crate::library::{Inner, files};
use crate::media::{self, audio::Marks};

/// Writes what is not said yet. True when something had to be written.
pub(super) fn save(
    inner: &Inner,
    outward: &Outward,
    target: &OutwardPath,
) -> Result<bool, Refusal> {
    let path = &target.path;
    let known = inner.catalog.reader()?.file(path)?;
    let stamp = files::stamp(path);
    let is_as_known = known.is_some_and(|known| {
        !known.needs_hash && stamp == Some((known.size_bytes, known.mtime_ms))
    });
    if !is_as_known {
        return Err(Refusal::Conflict(format!(
            "another program changed the file, or it was not read yet: {}",
            path.display()
        )));
    }
    let before = media::audio::marks(path)?;
    let mut wanted = before.clone();
    if let Some(stars) = outward.rating {
        wanted.rating = (stars > 0).then_some(stars);
    }
    if let Some(title) = &outward.title {
        wanted.title = Some(title.clone());
    }
    if outward.has_own_tags {
        wanted.keywords.clone_from(&outward.tags);
    }
    if wanted == before {
        return Ok(false);
    }
    let hash = write(path, &wanted, stamp)?;
    let before = serde_json::to_vec(&before).map_err(|error| Error::Internal {
        action: "keep the old tags",
        why: error.to_string(),
    })?;
    let stamp = files::stamp(path).unwrap_or_default();
    inner
        .catalog
        .bulk(|bulk| bulk.set_audio_written(path, stamp, &hash, &before))?;
    Ok(true)
}

/// Writes the marks into a copy, compares, and puts it in place; tells its hash.
fn write(
    path: &std::path::Path,
    marks: &Marks,
    stamp: Option<(u64, i64)>,
) -> Result<[u8; 32], Refusal> {
    let format = format_of(path)?;
    let copy = Copy::of_file(path)?;
    media::audio::write_marks(copy.path(), marks)?;
    let wrong = |why: &str| Error::damaged("copy", path, format!("{why}; nothing was changed"));
    if media::audio::marks(copy.path())? != *marks {
        return Err(wrong("what would be written does not read back as meant").into());
    }
    let (old, new) = (
        media::essence(path, format),
        media::essence(copy.path(), format),
    );
    if old.is_none() || old != new {
        return Err(wrong("its sound would not be the same").into());
    }
    let hash = files::hash(copy.path(), &crate::jobs::Cancel::new())?;
    if files::stamp(path) != stamp {
        return Err(Refusal::Conflict(format!(
            "another program changed the file just now: {}",
            path.display()
        )));
    }
    copy.place(path)?;
    Ok(hash)
}

/// Brings back the tags that were there before a write. False when the file is not as that write left it.
pub(super) fn take_back(inner: &Inner, write_: &Written) -> Result<bool> {
    let path = &write_.path;
    let Some(before) = &write_.before else {
        return Ok(false);
    };
    if hash_of(path)? != Some(write_.after) {
        return Ok(false);
    }
    let marks: Marks = serde_json::from_slice(before).map_err(|error| Error::Internal {
        action: "read the old tags",
        why: error.to_string(),
    })?;
    let hash = match write(path, &marks, files::stamp(path)) {
        Ok(hash) => hash,
        Err(Refusal::Conflict(_)) => return Ok(false),
        Err(Refusal::Failed(error)) => return Err(error),
    };
    let stamp = files::stamp(path).unwrap_or_default();
    inner
        .catalog
        .bulk(|bulk| bulk.set_audio_written(path, stamp, &hash, before))?;
    Ok(true)
}
