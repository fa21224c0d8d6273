//! Watching the folders: hints for the scanner, and the inbox of further instances.
//!
//! What the system reports is only taken as "look there again"; the regular rescan is the safety net for what it
//! does not report.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded, select};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use super::Inner;
use super::event::{LibraryEvent, Notice};
use super::instance::Inbox;
use super::scan::{self, Request, Scope};
use super::walk;
use crate::catalog::{Folder, FolderId};
use crate::error::{Result, one_line};

/// A place is looked at when nothing happened there for this long,
const QUIET: Duration = Duration::from_millis(600);
/// or this long after the first change, when it never becomes quiet.
const LONGEST: Duration = Duration::from_secs(5);
/// Changes that may wait; more than that, and everything is looked through.
const CAPACITY: usize = 4096;
/// How often it is looked whether a folder's drive came or went.
const REACH_EVERY: Duration = Duration::from_secs(5);
/// How often the inbox is looked into.
const INBOX_EVERY: Duration = Duration::from_millis(200);

enum Signal {
    Folders,
    Close,
}

/// The way to the watching thread.
pub(crate) struct Control {
    sender: Sender<Signal>,
    receiver: Receiver<Signal>,
}

impl Default for Control {
    fn default() -> Self {
        let (sender, receiver) = bounded(64);
        Self { sender, receiver }
    }
}

impl Control {
    /// Folders were added, removed or switched.
    pub(crate) fn folders_changed(&self) {
        // When it is full, the thread is about to look anyway.
        self.sender.try_send(Signal::Folders).ok();
    }

    pub(crate) fn close(&self) {
        self.sender.try_send(Signal::Close).ok();
    }
}

struct Watch<'a> {
    inner: &'a Inner,
    watcher: RecommendedWatcher,
    watched: HashSet<PathBuf>,
    complained: HashSet<PathBuf>,
    folders: Vec<Folder>,
    was_here: HashMap<FolderId, bool>,
    reached_at: Instant,
}

/// The body of the watching thread.
pub(crate) fn run(inner: &Arc<Inner>) {
    let (sender, changes) = bounded::<PathBuf>(CAPACITY);
    let has_lost = Arc::new(AtomicBool::new(false));
    let lost = has_lost.clone();
    let handler = move |event: notify::Result<notify::Event>| match event {
        Ok(event) if matters(event.kind) => {
            if event.need_rescan() {
                lost.store(true, Ordering::Relaxed);
            }
            for path in event.paths {
                if sender.try_send(path).is_err() {
                    lost.store(true, Ordering::Relaxed);
                }
            }
        }
        Ok(_) => {}
        Err(error) => {
            tracing::warn!(%error, "watching lost something");
            lost.store(true, Ordering::Relaxed);
        }
    };
    let watcher = match notify::recommended_watcher(handler) {
        Ok(watcher) => watcher,
        Err(error) => {
            complain(inner, Path::new(""), &error);
            return;
        }
    };
    let mut watch = Watch {
        inner,
        watcher,
        watched: HashSet::new(),
        complained: HashSet::new(),
        folders: Vec::new(),
        was_here: HashMap::new(),
        reached_at: Instant::now(),
    };
    watch.settle();
    let mut pending: HashMap<PathBuf, Instant> = HashMap::new();
    let mut first = Instant::now();
    loop {
        select! {
            recv(changes) -> path => if let Ok(path) = path
                && watch.concerns(&path)
            {
                if pending.is_empty() {
                    first = Instant::now();
                }
                pending.insert(path, Instant::now());
            },
            recv(inner.watch.receiver) -> signal => match signal {
                Ok(Signal::Folders) => watch.settle(),
                Ok(Signal::Close) | Err(_) => return,
            },
            default(Duration::from_millis(200)) => {}
        }
        if inner.closing.is_cancelled() {
            return;
        }
        if has_lost.swap(false, Ordering::Relaxed) {
            pending.clear();
            inner.scans.request(Request::Scan(Scope::All));
        }
        watch.look_for_drives();
        let is_quiet = pending.values().all(|at| at.elapsed() >= QUIET);
        if !pending.is_empty() && (is_quiet || first.elapsed() >= LONGEST) {
            let places = pending.drain().map(|(path, _)| path).collect();
            inner.scans.request(Request::Scan(Scope::Places(places)));
        }
    }
}

/// Whether an event can mean that a file came, went or changed.
fn matters(kind: EventKind) -> bool {
    use notify::event::{MetadataKind, ModifyKind};
    match kind {
        EventKind::Access(_) => false,
        EventKind::Modify(ModifyKind::Metadata(kind)) => kind == MetadataKind::WriteTime,
        _ => true,
    }
}

fn complain(inner: &Inner, path: &Path, error: &notify::Error) {
    let why = one_line(&error.to_string());
    tracing::warn!(path = %path.display(), why, "not watched");
    let path = path.to_owned();
    inner
        .outbox
        .send(LibraryEvent::Notice(Notice::NotWatched { path, why }));
}

impl Watch<'_> {
    /// Watches exactly the folders that are to be watched and are there.
    fn settle(&mut self) {
        let wanted = match self.wanted() {
            Ok(wanted) => wanted,
            Err(error) => {
                tracing::warn!(%error, "the folders to watch could not be read");
                return;
            }
        };
        let gone: Vec<PathBuf> = self.watched.difference(&wanted).cloned().collect();
        for path in gone {
            self.watched.remove(&path);
            if let Err(error) = self.watcher.unwatch(&path) {
                tracing::debug!(%error, "was not watched any more");
            }
        }
        let new: Vec<PathBuf> = wanted.difference(&self.watched).cloned().collect();
        for path in new {
            match self.watcher.watch(&path, RecursiveMode::Recursive) {
                Ok(()) => {
                    self.watched.insert(path);
                }
                Err(error) => {
                    if self.complained.insert(path.clone()) {
                        complain(self.inner, &path, &error);
                    }
                }
            }
        }
    }

    fn wanted(&mut self) -> Result<HashSet<PathBuf>> {
        self.folders.clear();
        if !self.inner.options.lock().is_watching {
            return Ok(HashSet::new());
        }
        self.folders = self.inner.catalog.reader()?.folders()?;
        Ok(self
            .folders
            .iter()
            .filter(|folder| folder.is_watched && !folder.is_offline && folder.path.is_dir())
            .map(|folder| folder.path.clone())
            .collect())
    }

    /// Has folders scanned whose drive came or went: of that the system reports nothing.
    fn look_for_drives(&mut self) {
        if self.reached_at.elapsed() < REACH_EVERY {
            return;
        }
        self.reached_at = Instant::now();
        let mut turned: Vec<FolderId> = Vec::new();
        for folder in &self.folders {
            let is_here = scan::is_reachable(&folder.path, folder.count > 0);
            // Asked once for each turn: the scanner may have reasons to see it otherwise.
            if self.was_here.insert(folder.id, is_here) != Some(is_here)
                && is_here == folder.is_offline
            {
                turned.push(folder.id);
            }
        }
        if !turned.is_empty() {
            self.inner
                .scans
                .request(Request::Scan(Scope::Folders(turned)));
        }
    }

    /// Whether a change at this path can concern the library: not hidden, not a trash, not Parlour's own.
    fn concerns(&self, path: &Path) -> bool {
        let Some(folder) = self.watched.iter().find(|folder| path.starts_with(folder)) else {
            return false;
        };
        let below = path.strip_prefix(folder).unwrap_or(path);
        let is_hidden = below.iter().any(walk::is_skipped_folder);
        !is_hidden
            && !self
                .inner
                .own_folders()
                .iter()
                .any(|own| path.starts_with(own))
            && (crate::media::is_candidate(path)
                || crate::media::xmp::is_sidecar(path)
                || path.is_dir()
                || !path.exists())
    }
}

/// The body of the thread that listens to further instances.
pub(crate) fn run_inbox(inner: &Arc<Inner>) {
    let inbox = Inbox::new(inner.dirs.inbox());
    while inner.closing.sleep(INBOX_EVERY) {
        for paths in inbox.take() {
            inner.outbox.send(LibraryEvent::OpenRequest(paths));
        }
    }
}
