//! Dropped folders and files: into the library, and on to where they were dropped.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::event::{AfterAdd, LibraryEvent, ScanReport, ScanStatus, ScanSummary};
use super::intake::{self, Sources};
use super::{Inner, scan};
use crate::catalog::{Change, Folder, FolderId, ItemId};
use crate::error::{Error, Result};
use crate::jobs::Activity;

/// What came of a drop.
#[derive(Debug, Default)]
pub(crate) struct Added {
    pub summary: ScanSummary,
    /// Items of the files and folders, in the order they came; a folder's by path. Without repeats.
    pub items: Vec<ItemId>,
}

/// Adds what was dropped, then does what was asked for with the items.
pub(crate) fn add_then(inner: &Inner, paths: &[PathBuf], then: AfterAdd) -> Result<()> {
    let Added { items, .. } = add(inner, paths, Activity::Import, &mut |_| {})?;
    let mut changes = Vec::new();
    if let Some(tag) = &then.tag
        && !items.is_empty()
    {
        changes.push(Change::AddTag {
            items: items.clone(),
            tag: tag.clone(),
        });
    }
    if let Some(id) = then.collection
        && !items.is_empty()
    {
        changes.push(Change::AddToCollection {
            id,
            items: items.clone(),
            at: None,
        });
    }
    let result = match changes.len() {
        0 => Ok(()),
        1 => changes
            .pop()
            .map_or(Ok(()), |change| inner.catalog.person(change).map(drop)),
        _ => inner.catalog.person(Change::Several(changes)).map(drop),
    };
    if result.is_ok() && (then.tag.is_some() || then.collection.is_some()) {
        inner.outbox.items_changed(items.clone());
    }
    inner.outbox.send(LibraryEvent::Added { items, then });
    result
}

/// Takes folders and files in, on this thread, and tells each file.
pub(crate) fn add(
    inner: &Inner,
    paths: &[PathBuf],
    activity: Activity,
    report: &mut dyn FnMut(ScanReport),
) -> Result<Added> {
    let mut added = Added::default();
    let mut item_of: HashMap<PathBuf, ItemId> = HashMap::new();
    let mut place_of: Vec<PathBuf> = Vec::new();
    let mut summary = ScanSummary::default();
    let mut keep = |told: ScanReport| {
        if let Some(item) = told.item.filter(|_| told.status != ScanStatus::Missing) {
            item_of.insert(told.path.clone(), item);
        }
        report(told);
    };
    let mut single = Vec::new();
    for path in paths {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
        match std::fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => match add_folder(inner, &path, &mut keep) {
                Ok(some) => summary = sum(summary, some),
                Err(error) => fail(inner, &mut summary, &path, &error, &mut keep),
            },
            Ok(_) => single.push(path.clone()),
            Err(error) => {
                let error = Error::io("read the file", &path, &error);
                fail(inner, &mut summary, &path, &error, &mut keep);
            }
        }
        place_of.push(path);
    }
    if !single.is_empty() {
        summary = sum(summary, add_single(inner, single, activity, &mut keep)?);
    }
    added.summary = summary;
    let mut by_path: Vec<(PathBuf, ItemId)> = item_of.into_iter().collect();
    by_path.sort();
    let mut seen = HashSet::new();
    for place in place_of {
        let from = by_path.partition_point(|(path, _)| *path < place);
        added.items.extend(
            by_path[from..]
                .iter()
                .take_while(|(path, _)| path.starts_with(&place))
                .map(|(_, item)| *item)
                .filter(|item| seen.insert(*item)),
        );
    }
    Ok(added)
}

/// A folder that is new becomes one of the library; one that lies inside another is a place to look at.
fn add_folder(
    inner: &Inner,
    path: &Path,
    report: &mut dyn FnMut(ScanReport),
) -> Result<ScanSummary> {
    let folders = inner.catalog.reader()?.folders()?;
    let is_inside = folders
        .iter()
        .any(|folder| path.starts_with(&folder.path) && path != folder.path);
    let scope = if is_inside {
        scan::Scope::Places(vec![path.to_owned()])
    } else {
        scan::Scope::Folders(vec![inner.add_folder(path)?])
    };
    scan::scan(inner, &scope, report)
}

fn add_single(
    inner: &Inner,
    paths: Vec<PathBuf>,
    activity: Activity,
    report: &mut dyn FnMut(ScanReport),
) -> Result<ScanSummary> {
    let _one_at_a_time = inner.scans.lock();
    let cancel = inner.scans.begin();
    let reader = inner.catalog.reader()?;
    let folders = reader.folders()?;
    let mut sources = Sources::default();
    for path in paths {
        if let Some(known) = reader.file(&path)? {
            sources.known.push(known);
        }
        let folder = folder_of(&folders, &path);
        sources
            .files
            .extend(scan::found(&path).map(|entry| (entry, folder)));
    }
    let taken = intake::take(&inner.context(&cancel, activity), sources, report)?;
    Ok(taken.summary)
}

/// The innermost folder of the library that a path lies in.
fn folder_of(folders: &[Folder], path: &Path) -> Option<FolderId> {
    folders
        .iter()
        .filter(|folder| path.starts_with(&folder.path))
        .max_by_key(|folder| folder.path.as_os_str().len())
        .map(|folder| folder.id)
}

fn fail(
    inner: &Inner,
    summary: &mut ScanSummary,
    path: &Path,
    error: &Error,
    report: &mut dyn FnMut(ScanReport),
) {
    summary.files += 1;
    summary.failed += 1;
    inner.outbox.send(LibraryEvent::Failed {
        path: path.to_owned(),
        reason: error.reason(),
    });
    report(ScanReport {
        path: path.to_owned(),
        item: None,
        kind: None,
        status: ScanStatus::Failed,
        error: Some(error.reason()),
    });
}

fn sum(a: ScanSummary, b: ScanSummary) -> ScanSummary {
    ScanSummary {
        files: a.files + b.files,
        new: a.new + b.new,
        unchanged: a.unchanged + b.unchanged,
        changed: a.changed + b.changed,
        moved: a.moved + b.moved,
        copies: a.copies + b.copies,
        back: a.back + b.back,
        missing: a.missing + b.missing,
        failed: a.failed + b.failed,
        unsupported: a.unsupported + b.unsupported,
        unreadable_folders: a.unreadable_folders + b.unreadable_folders,
        is_cancelled: a.is_cancelled || b.is_cancelled,
        took_ms: a.took_ms + b.took_ms,
    }
}
