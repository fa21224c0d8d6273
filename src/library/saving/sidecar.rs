//! One XMP sidecar: from what the catalogue says to the file.

use std::path::{Path, PathBuf};

use super::replace::Copy;
use super::{Refusal, hash_of, is_near};
use crate::catalog::{Item, ItemId, Outward, OutwardPath, Written, can_be_tag};
use crate::error::{Error, Result};
use crate::library::{Inner, beside};
use crate::media::xmp::{self, Wish, Xmp};

/// Writes what is not said yet. True when something had to be written.
pub(super) fn save(
    inner: &Inner,
    item: ItemId,
    outward: &Outward,
    target: &OutwardPath,
) -> Result<bool, Refusal> {
    let path = &target.path;
    if !path.exists() {
        return Err(Error::NotFound {
            what: "file to write beside",
            name: path.display().to_string(),
        }
        .into());
    }
    let there = xmp::sidecar_of(path);
    let sidecar = there.clone().unwrap_or_else(|| new_name(path));
    let old = match &there {
        Some(there) => Some(xmp::read_bytes(there)?),
        None => None,
    };
    let old_hash = old.as_ref().map(|bytes| *blake3::hash(bytes).as_bytes());
    let reader = inner.catalog.reader()?;
    if old_hash.is_some() && old_hash != target.sidecar {
        let is_ours = match &old_hash {
            Some(hash) => reader.is_written(hash)?,
            None => false,
        };
        if !is_ours {
            let name = sidecar.display();
            return Err(Refusal::Conflict(format!(
                "another program changed its sidecar: {name}"
            )));
        }
    }
    let found = match &old {
        Some(bytes) => Some(xmp::parse_named(bytes, &sidecar)?),
        None => None,
    };
    let Some(shown) = reader.item(item)? else {
        return Ok(false);
    };
    let wish = wish(outward, &shown, found.as_ref());
    if wish.is_empty() {
        return Ok(false);
    }
    let new = xmp::named(
        xmp::edit(old.as_deref(), &wish, |word| !can_be_tag(word)),
        &sidecar,
    )?;
    if old.as_ref() == Some(&new) {
        return Ok(false);
    }
    verify(&xmp::parse_named(&new, &sidecar)?, &wish, &sidecar)?;
    let after = *blake3::hash(&new).as_bytes();
    let copy = Copy::of_bytes(&sidecar, &new)?;
    // Written down before it happens: after a crash the file is known as ours.
    inner.catalog.bulk(|bulk| {
        bulk.set_sidecar_written(path, beside::of(path), &sidecar, old.as_deref(), &after)
    })?;
    if hash_of(&sidecar)? != old_hash {
        let name = sidecar.display();
        return Err(Refusal::Conflict(format!(
            "another program changed its sidecar just now: {name}"
        )));
    }
    copy.place(&sidecar)?;
    inner
        .catalog
        .bulk(|bulk| bulk.set_beside(path, beside::of(path)))?;
    Ok(true)
}

/// `photo.jpg.xmp`: what digiKam, darktable and Immich call it, and two files of one stem stay apart.
fn new_name(path: &Path) -> PathBuf {
    let [name, ..] = xmp::sidecar_names(path);
    name
}

/// What has to change. Where the person said nothing, a sidecar still has to follow when something was taken back.
fn wish(outward: &Outward, shown: &Item, found: Option<&Xmp>) -> Wish {
    let mut wish = Wish::default();
    let blank = Xmp::default();
    let is_new = found.is_none();
    let found = found.unwrap_or(&blank);
    if outward.rating.is_some() || !is_new {
        let stars = outward.rating.unwrap_or(shown.rating);
        wish.rating = (found.rating.unwrap_or(0) != stars).then_some(stars);
    }
    wish.title = match &outward.title {
        Some(title) => (found.title.as_ref() != Some(title)).then(|| title.clone()),
        None => None,
    };
    wish.taken_ms = match outward.date_ms {
        Some(date) => (found.taken_ms != Some(date)).then_some(date),
        None => found
            .taken_ms
            .filter(|taken| *taken != shown.date_ms)
            .map(|_| shown.date_ms),
    };
    wish.gps = match outward.place {
        Some(place) => (!is_near(found.gps, Some(place))).then_some(place),
        None => shown
            .gps
            .filter(|_| found.gps.is_some() && !is_near(found.gps, shown.gps)),
    };
    if outward.has_own_tags || !is_new {
        let wanted: Vec<String> = outward
            .tags
            .iter()
            .map(|tag| tag.replace('/', "|"))
            .collect();
        if !says_exactly(found, &wanted) {
            wish.tags = Some(wanted);
        }
    }
    wish
}

/// Whether a sidecar has these tags in all its lists, and no others that Parlour could have.
fn says_exactly(found: &Xmp, wanted: &[String]) -> bool {
    let fold = |text: &String| text.to_lowercase();
    let has: Vec<String> = found.hierarchical.iter().map(fold).collect();
    let plain: Vec<String> = found.keywords.iter().map(fold).collect();
    let wanted: Vec<String> = wanted.iter().map(fold).collect();
    let is_level = |word: &str| {
        wanted
            .iter()
            .any(|path| path.split('|').any(|level| level == word))
    };
    let is_above = |path: &str| {
        wanted
            .iter()
            .any(|tag| tag == path || tag.starts_with(&format!("{path}|")))
    };
    wanted.iter().all(|tag| {
        let own = tag.rsplit('|').next().unwrap_or(tag);
        has.contains(tag) && plain.iter().any(|word| word == own)
    }) && plain.iter().all(|word| is_level(word) || !can_be_tag(word))
        && has.iter().all(|path| is_above(path) || !can_be_tag(path))
}

/// What was written says what was wished.
fn verify(new: &Xmp, wish: &Wish, sidecar: &Path) -> Result<()> {
    let has_tags = wish.tags.as_ref().is_none_or(|tags| {
        let has: Vec<String> = new
            .hierarchical
            .iter()
            .map(|path| path.to_lowercase())
            .collect();
        tags.iter()
            .take(crate::media::limits::MAX_KEYWORDS / 2)
            .all(|tag| has.contains(&tag.to_lowercase()))
    });
    let is_right = has_tags
        && wish
            .rating
            .is_none_or(|stars| new.rating.unwrap_or(0) == stars)
        && wish
            .title
            .as_ref()
            .is_none_or(|title| new.title.as_ref().map(|title| title.trim()) == Some(title.trim()))
        && wish
            .taken_ms
            .is_none_or(|taken| new.taken_ms == Some(taken))
        && wish
            .gps
            .is_none_or(|place| is_near(new.gps, Some(place)) || place == (0.0, 0.0));
    if is_right {
        return Ok(());
    }
    Err(Error::damaged(
        "sidecar",
        sidecar,
        "what would be written does not read back as meant; nothing was changed",
    ))
}

/// Brings back what was there before a write. False when the file is not as that write left it.
pub(super) fn take_back(inner: &Inner, write: &Written) -> Result<bool> {
    if hash_of(&write.path)? != Some(write.after) {
        return Ok(false);
    }
    let before = match &write.before {
        Some(bytes) => {
            Copy::of_bytes(&write.path, bytes)?.place(&write.path)?;
            Some(*blake3::hash(bytes).as_bytes())
        }
        None => {
            std::fs::remove_file(&write.path)
                .map_err(|error| Error::io("remove the sidecar", &write.path, &error))?;
            None
        }
    };
    let reader = inner.catalog.reader()?;
    for media in media_of(inner, &write.path)? {
        if reader.item_by_path(&media)?.is_some() {
            inner.catalog.bulk(|bulk| {
                bulk.set_sidecar_seen(&media, before.as_ref())?;
                bulk.set_beside(&media, beside::of(&media))
            })?;
        }
    }
    Ok(true)
}

/// The files of the library that a sidecar speaks of.
fn media_of(inner: &Inner, sidecar: &Path) -> Result<Vec<PathBuf>> {
    let reader = inner.catalog.reader()?;
    let folder = sidecar.parent().unwrap_or(Path::new(""));
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)
        .map_err(|error| Error::io("open the folder", folder, &error))?
        .flatten()
    {
        let path = entry.path();
        if beside::speaks_of(sidecar, &path) && reader.item_by_path(&path)?.is_some() {
            found.push(path);
        }
    }
    Ok(found)
}
