//! What the person said, out to the files: XMP sidecars beside photos and clips, tags inside songs. Off until a folder
//! is switched on.
//!
//! The queue is in the catalogue, written in the same transaction as the change itself; [`drain`] works it off and can
//! be killed anywhere. A file that another program changed since Parlour last read it is a conflict: it waits for the
//! person, and nothing is overwritten.

mod audio;
mod replace;
mod sidecar;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::event::LibraryEvent;
use super::{Inner, Library};
use crate::catalog::{Change, FolderId, ItemId, Outward, TagState, Unsaved, Writes, Written};
use crate::error::{Error, Result};
use crate::jobs::Cancel;
use crate::media::{self, Kind, xmp};

/// How often the queue is looked into.
const LOOK_EVERY: Duration = Duration::from_millis(700);
/// What failed is tried again after this many looks without a change.
const RETRY_LOOKS: u32 = 90;

/// What came of working off the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct SaveSummary {
    /// Files written.
    pub written: u64,
    /// Items whose files said it already.
    pub unchanged: u64,
    /// Items that could not be written; the reasons are in the queue.
    pub failed: u64,
    /// Items that wait for the person to say what counts.
    pub conflicts: u64,
}

/// How a conflict ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Settle {
    /// Tags of both are kept; of the rest, the person's word in Parlour counts.
    Merge,
    /// What the file says counts.
    Theirs,
}

/// Why a file was not written.
enum Refusal {
    /// Another program changed it.
    Conflict(String),
    Failed(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// The body of the thread that works off the queue.
pub(crate) fn run(inner: &Arc<Inner>) {
    let mut seen = None;
    let mut looks = 0;
    while inner.closing.sleep(LOOK_EVERY) {
        let changes = inner.catalog.changes();
        looks += 1;
        if seen == Some(changes) && looks < RETRY_LOOKS {
            continue;
        }
        let is_retry = looks >= RETRY_LOOKS;
        looks = 0;
        match crate::jobs::guarded("write to the files", || drain(inner, is_retry)) {
            Ok(_) => seen = Some(inner.catalog.changes()),
            Err(error) => tracing::warn!(%error, "the queue of writes was not worked off"),
        }
    }
}

/// Works off the queue on this thread. What failed before is tried again when `is_retry`.
pub(crate) fn drain(inner: &Inner, is_retry: bool) -> Result<SaveSummary> {
    let _one_at_a_time = inner.saving.lock();
    let reader = inner.catalog.reader()?;
    let mut summary = SaveSummary::default();
    let queue = reader.unsaved()?;
    let is_told = !queue.is_empty();
    for waiting in queue {
        if inner.closing.is_cancelled() {
            break;
        }
        if waiting.is_conflict {
            summary.conflicts += 1;
            continue;
        }
        if waiting.problem.is_some() && !is_retry {
            summary.failed += 1;
            continue;
        }
        let Some(outward) = reader.outward(waiting.item)? else {
            continue;
        };
        save_item(inner, waiting.item, &outward, &mut summary)?;
    }
    if is_told {
        inner.outbox.send(LibraryEvent::UnsavedChanged);
    }
    Ok(summary)
}

fn save_item(
    inner: &Inner,
    item: ItemId,
    outward: &Outward,
    summary: &mut SaveSummary,
) -> Result<()> {
    let mut problem: Option<(String, bool)> = None;
    let mut written = 0;
    let targets: Vec<_> = outward
        .paths
        .iter()
        .filter(|path| path.writes.covers(outward.kind))
        .collect();
    if targets.is_empty() {
        // Its files are away: it waits for them.
        let away = "its file is not there now";
        summary.failed += 1;
        return inner
            .catalog
            .bulk(|bulk| bulk.set_unsaved(item, away, false));
    }
    for target in targets {
        let result = match outward.kind {
            Kind::Photo | Kind::Clip => sidecar::save(inner, item, outward, target),
            Kind::Audio => audio::save(inner, outward, target),
        };
        match result {
            Ok(has_written) => written += u64::from(has_written),
            Err(Refusal::Conflict(why)) => problem = Some((why, true)),
            Err(Refusal::Failed(error)) => {
                tracing::warn!(%error, "not written");
                problem.get_or_insert((error.to_string(), false));
            }
        }
    }
    summary.written += written;
    match problem {
        None => {
            summary.unchanged += u64::from(written == 0);
            inner.catalog.bulk(|bulk| bulk.set_saved(item, outward))
        }
        Some((why, is_conflict)) => {
            summary.conflicts += u64::from(is_conflict);
            summary.failed += u64::from(!is_conflict);
            inner
                .catalog
                .bulk(|bulk| bulk.set_unsaved(item, &why, is_conflict))
        }
    }
}

impl Library {
    /// Says what Parlour writes to the files of a folder. What lies beside them is read first, so that nothing there is
    /// overwritten unread; then everything the person made of them is put into the queue. Blocks.
    ///
    /// # Errors
    /// When the catalogue cannot be read or written.
    pub fn set_folder_writes(&self, folder: FolderId, writes: Writes) -> Result<()> {
        if writes != Writes::default() {
            super::scan::scan(
                &self.inner,
                &super::scan::Scope::Folders(vec![folder]),
                &mut |_| {},
            )?;
        }
        self.inner
            .catalog
            .bulk(|bulk| bulk.set_folder_writes(folder, writes))?;
        self.inner.outbox.send(LibraryEvent::FoldersChanged);
        self.inner.outbox.send(LibraryEvent::UnsavedChanged);
        Ok(())
    }

    /// Items whose files do not say yet what the person said.
    ///
    /// # Errors
    /// When the catalogue cannot be read.
    pub fn unsaved(&self) -> Result<Vec<Unsaved>> {
        self.inner.catalog.reader()?.unsaved()
    }

    /// Works off the queue now, on this thread, what failed before included.
    ///
    /// # Errors
    /// When the catalogue cannot be read or written. Files that fail stay in the queue with their reasons.
    pub fn save_now(&self) -> Result<SaveSummary> {
        drain(&self.inner, true)
    }

    /// Writes the sidecars of an item whatever the switches of its folders say: the person asked for exactly that.
    /// Returns how many were written.
    ///
    /// # Errors
    /// When a sidecar was changed since it was read, or cannot be written.
    pub fn write_beside(&self, item: ItemId) -> Result<u64> {
        let inner = &self.inner;
        let _one_at_a_time = inner.saving.lock();
        let Some(outward) = inner.catalog.reader()?.outward(item)? else {
            return Ok(0);
        };
        if outward.kind == Kind::Audio {
            return Ok(0);
        }
        let mut written = 0;
        for target in &outward.paths {
            match sidecar::save(inner, item, &outward, target) {
                Ok(has_written) => written += u64::from(has_written),
                Err(Refusal::Failed(error)) => return Err(error),
                Err(Refusal::Conflict(why)) => {
                    return Err(Error::Malformed {
                        what: "sidecar",
                        why,
                        path: target.path.clone(),
                    });
                }
            }
        }
        Ok(written)
    }

    /// Ends the conflict of an item.
    ///
    /// # Errors
    /// When a file cannot be read, or the catalogue cannot be written.
    pub fn settle_conflict(&self, item: ItemId, how: Settle) -> Result<()> {
        let inner = &self.inner;
        let reader = inner.catalog.reader()?;
        let Some(outward) = reader.outward(item)? else {
            return Ok(());
        };
        let mut seen = Vec::new();
        for target in &outward.paths {
            let Some(sidecar) = xmp::sidecar_of(&target.path) else {
                continue;
            };
            let bytes = xmp::read_bytes(&sidecar)?;
            let found = xmp::parse_named(&bytes, &sidecar)?;
            seen.push((target.path.clone(), *blake3::hash(&bytes).as_bytes()));
            let keywords = super::files::keywords(found.keywords, found.hierarchical);
            let mut changes = Vec::new();
            match how {
                Settle::Merge => {
                    for keyword in &keywords {
                        let is_tag = crate::catalog::can_be_tag(keyword);
                        changes.extend(is_tag.then(|| Change::AddTag {
                            items: vec![item],
                            tag: keyword.replace('|', "/"),
                        }));
                    }
                }
                Settle::Theirs => {
                    changes = self.theirs(item, &outward, &keywords)?;
                    let rating = found.rating.unwrap_or(0);
                    let items = vec![item];
                    changes.push(Change::Rate { items, rating });
                    changes.push(Change::Retitle(vec![(item, None)]));
                    changes.push(Change::Redate(vec![(item, None)]));
                    changes.push(Change::Locate(vec![(item, None)]));
                }
            }
            if !changes.is_empty() {
                inner.catalog.person(Change::Several(changes))?;
            }
        }
        inner.catalog.bulk(|bulk| bulk.end_conflict(item, &seen))?;
        inner.outbox.items_changed(vec![item]);
        inner.outbox.send(LibraryEvent::UnsavedChanged);
        Ok(())
    }

    /// What makes the tags of an item those of its file.
    fn theirs(&self, item: ItemId, outward: &Outward, keywords: &[String]) -> Result<Vec<Change>> {
        let reader = self.inner.catalog.reader()?;
        let mut wanted = Vec::new();
        for keyword in keywords
            .iter()
            .filter(|word| crate::catalog::can_be_tag(word))
        {
            wanted.push(keyword.replace('|', "/"));
        }
        let known: Vec<_> = wanted
            .iter()
            .filter_map(|name| reader.find_tag(name).ok().flatten())
            .collect();
        let mut changes: Vec<Change> = wanted
            .iter()
            .map(|tag| Change::AddTag {
                items: vec![item],
                tag: tag.clone(),
            })
            .collect();
        for tag in reader.tags_of(item)? {
            if tag.state == TagState::Confirmed && !known.contains(&tag.tag) {
                let full = outward
                    .tags
                    .iter()
                    .find(|path| path.rsplit('/').next() == Some(&tag.name));
                changes.push(Change::RemoveTag {
                    items: vec![item],
                    tag: full.unwrap_or(&tag.name).clone(),
                });
            }
        }
        Ok(changes)
    }

    /// Takes back the last writes to files, newest first; at most `count`. A file that was changed since is left alone
    /// and named.
    ///
    /// # Errors
    /// When the catalogue cannot be read or written.
    pub fn take_back_writes(&self, count: usize) -> Result<(u64, Vec<PathBuf>)> {
        let _one_at_a_time = self.inner.saving.lock();
        let (mut done, mut left) = (0, Vec::new());
        for write in self.inner.catalog.reader()?.written(count)? {
            match self.take_back(&write) {
                Ok(true) => done += 1,
                Ok(false) => left.push(write.path),
                Err(error) => {
                    tracing::warn!(%error, "a write was not taken back");
                    left.push(write.path);
                }
            }
        }
        Ok((done, left))
    }

    fn take_back(&self, write: &Written) -> Result<bool> {
        let inner = &self.inner;
        let is_done = if xmp::is_sidecar(&write.path) {
            sidecar::take_back(inner, write)?
        } else {
            audio::take_back(inner, write)?
        };
        if is_done {
            inner.catalog.bulk(|bulk| bulk.forget_written(write.id))?;
        }
        Ok(is_done)
    }
}

/// The hash of a file's bytes; `None` when it is not there.
fn hash_of(path: &Path) -> Result<Option<[u8; 32]>> {
    match super::files::hash(path, &Cancel::new()) {
        Ok(hash) => Ok(Some(hash)),
        Err(_) if !path.exists() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether two places are the same, as exactly as XMP writes them.
fn is_near(a: Option<(f64, f64)>, b: Option<(f64, f64)>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a.0 - b.0).abs() < 1e-6 && (a.1 - b.1).abs() < 1e-6,
        (None, None) => true,
        _ => false,
    }
}

/// A file that is not media can still have a name that says so.
fn format_of(path: &Path) -> Result<media::Format> {
    Ok(media::sniff(path)?.format)
}
