//! What the workers of the intake do: recognise a file, hash it, probe it.

use crossbeam_channel::{Receiver, Sender};

use super::files;
use super::walk::FoundEntry;
use crate::catalog::{
    Bulk, ContentHash, FileStatus, FolderId, FoundFile, ItemId, KnownFile, Probe,
};
use crate::error::{Error, Result};
use crate::jobs::Cancel;
use crate::media::{self, Format};

/// Work for the workers.
pub(super) enum Job {
    Look(Candidate),
    Read(Read),
}

/// A file that is not as the catalogue knows it.
pub(super) struct Candidate {
    pub entry: FoundEntry,
    pub folder: Option<FolderId>,
    pub known: Option<KnownFile>,
}

impl Candidate {
    pub(super) fn new(entry: FoundEntry, folder: Option<FolderId>) -> Self {
        Self {
            entry,
            folder,
            known: None,
        }
    }
}

/// A file of the catalogue whose content has to be read.
pub(super) struct Read {
    pub file: Candidate,
    pub format: Format,
    pub item: ItemId,
    pub status: FileStatus,
    pub hash: bool,
    pub probe: bool,
    /// Nothing more will be read of it.
    pub is_last: bool,
}

/// What the workers give back.
pub(super) enum Done {
    Looked(Candidate, Result<Format>),
    Read(Read, Box<Result<Content>>),
}

/// What was read of a file.
pub(super) struct Content {
    pub hash: Option<ContentHash>,
    /// The same without the file's tags, where they can be told apart.
    pub essence: Option<ContentHash>,
    pub probe: Option<(Probe, Option<Error>)>,
    /// Hash of the sidecar that was probed along, if there is one.
    pub sidecar: Option<ContentHash>,
    /// The file is still as it was found.
    pub is_settled: bool,
}

pub(super) fn found_file(file: &Candidate, format: Format) -> FoundFile {
    FoundFile {
        path: file.entry.path.clone(),
        folder: file.folder,
        size_bytes: file.entry.size_bytes,
        mtime_ms: file.entry.mtime_ms,
        kind: format.kind(),
        hash: None,
        beside: file.entry.beside,
    }
}

/// Writes what was read of a file; tells the item it belongs to, and what its hash showed.
pub(super) fn store(
    bulk: &mut Bulk<'_>,
    read: &Read,
    content: &Content,
) -> Result<(ItemId, Option<FileStatus>)> {
    let (mut item, mut needs_probe, mut hashed) = (read.item, read.probe, None);
    if let Some(hash) = &content.hash {
        let path = &read.file.entry.path;
        let outcome = bulk.set_content(path, hash, content.essence.as_ref())?;
        (item, needs_probe, hashed) = (outcome.item, outcome.needs_probe, Some(outcome.status));
    }
    if let Some((probe, _)) = &content.probe
        && needs_probe
    {
        bulk.set_probe(item, probe)?;
    }
    if content.probe.is_some() {
        bulk.set_sidecar_seen(&read.file.entry.path, content.sidecar.as_ref())?;
    }
    Ok((item, hashed))
}

/// The body of a worker.
pub(super) fn work(jobs: &Receiver<Job>, done: &Sender<Done>, cancel: &Cancel) {
    for job in jobs {
        if cancel.is_cancelled() {
            return;
        }
        let result = match job {
            Job::Look(file) => {
                let format = crate::jobs::guarded("recognise the file", || {
                    media::sniff(&file.entry.path).map(|sniffed| sniffed.format)
                });
                Done::Looked(file, format)
            }
            Job::Read(read) => {
                let content = content(&read, cancel);
                Done::Read(read, Box::new(content))
            }
        };
        if done.send(result).is_err() {
            return;
        }
    }
}

fn content(read: &Read, cancel: &Cancel) -> Result<Content> {
    let entry = &read.file.entry;
    let hash = read
        .hash
        .then(|| files::hash(&entry.path, cancel))
        .transpose()?;
    let essence = read
        .hash
        .then(|| media::essence(&entry.path, read.format))
        .flatten();
    let (probe, sidecar) = if read.probe {
        let (probe, error, sidecar) = files::probe(&entry.path, read.format);
        (Some((probe, error)), sidecar)
    } else {
        (None, None)
    };
    let is_settled = files::stamp(&entry.path) == Some((entry.size_bytes, entry.mtime_ms));
    Ok(Content {
        hash,
        essence,
        probe,
        sidecar,
        is_settled,
    })
}
