//! Scans: which folders, what vanished, one at a time, in the background.

use std::collections::{HashSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use parking_lot::{Condvar, Mutex, MutexGuard};

use super::event::{AfterAdd, LibraryEvent, Notice, ScanReport, ScanStatus, ScanSummary};
use super::intake::{self, Context, Root, Sources, Taken};
use super::walk::FoundEntry;
use super::{Inner, add, beside, files, walk};
use crate::catalog::{Folder, FolderId, ItemId, KnownFile, Reader};
use crate::error::Result;
use crate::jobs::{Activity, Cancel};
use crate::media;

/// More changed places than this are looked at as a whole.
const MAX_PLACES: usize = 256;
/// Files whose absence is written at once.
const MISSING_BATCH: usize = 200;
/// Requests that may wait.
const MAX_REQUESTS: usize = 256;

/// What to look through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Everything.
    All,
    /// Some folders.
    Folders(Vec<FolderId>),
    /// Parts of folders, with everything below; or single files.
    Places(Vec<PathBuf>),
}

/// What the scanning thread is asked for.
#[derive(Debug)]
pub(crate) enum Request {
    Scan(Scope),
    Add { paths: Vec<PathBuf>, then: AfterAdd },
}

/// The queue of the scanning thread.
#[derive(Default)]
pub(crate) struct Scans {
    queue: Mutex<Queue>,
    changed: Condvar,
    /// One scan at a time, whoever asks.
    one: Mutex<()>,
}

#[derive(Default)]
struct Queue {
    requests: VecDeque<Request>,
    current: Cancel,
    is_closed: bool,
}

impl Scans {
    /// Adds a request; scans that wait already are joined into one.
    pub(crate) fn request(&self, request: Request) {
        let mut queue = self.queue.lock();
        match request {
            Request::Scan(scope) => {
                let waiting = queue.requests.iter_mut().find_map(|request| match request {
                    Request::Scan(scope) => Some(scope),
                    Request::Add { .. } => None,
                });
                match waiting {
                    Some(waiting) => *waiting = join(waiting, scope),
                    None => queue.requests.push_back(Request::Scan(scope)),
                }
            }
            add if queue.requests.len() < MAX_REQUESTS => queue.requests.push_back(add),
            Request::Add { .. } => tracing::warn!("too many drops are waiting; one was not taken"),
        }
        self.changed.notify_all();
    }

    /// Stops the scan that runs and forgets the scans that wait; drops that wait are kept.
    pub(crate) fn cancel(&self) {
        let mut queue = self.queue.lock();
        queue.current.cancel();
        queue
            .requests
            .retain(|request| matches!(request, Request::Add { .. }));
    }

    pub(crate) fn close(&self) {
        let mut queue = self.queue.lock();
        queue.is_closed = true;
        queue.current.cancel();
        self.changed.notify_all();
    }

    /// Waits until no scan runs, and keeps others from beginning.
    pub(crate) fn lock(&self) -> MutexGuard<'_, ()> {
        self.one.lock()
    }

    /// A fresh switch for a scan that begins; thrown at once when the library is closing.
    pub(crate) fn begin(&self) -> Cancel {
        let mut queue = self.queue.lock();
        queue.current = Cancel::new();
        if queue.is_closed {
            queue.current.cancel();
        }
        queue.current.clone()
    }

    /// The next request; `None` when `until` is reached first. `Err` when the library is closing.
    fn next(&self, until: Instant) -> std::result::Result<Option<Request>, ()> {
        let mut queue = self.queue.lock();
        loop {
            if queue.is_closed {
                return Err(());
            }
            if let Some(request) = queue.requests.pop_front() {
                return Ok(Some(request));
            }
            if self.changed.wait_until(&mut queue, until).timed_out() {
                return Ok(None);
            }
        }
    }
}

fn join(waiting: &Scope, more: Scope) -> Scope {
    match (waiting, more) {
        (Scope::Folders(a), Scope::Folders(b)) => {
            let all: HashSet<FolderId> = a.iter().chain(&b).copied().collect();
            Scope::Folders(all.into_iter().collect())
        }
        (Scope::Places(a), Scope::Places(b)) => {
            let all: HashSet<PathBuf> = a.iter().cloned().chain(b).collect();
            if all.len() > MAX_PLACES {
                Scope::All
            } else {
                Scope::Places(all.into_iter().collect())
            }
        }
        _ => Scope::All,
    }
}

/// The body of the scanning thread.
pub(crate) fn run(inner: &Arc<Inner>) {
    let mut next_rescan = Instant::now() + inner.options.lock().rescan_every;
    loop {
        let request = match inner.scans.next(next_rescan) {
            Err(()) => return,
            Ok(Some(request)) => request,
            Ok(None) => {
                let options = inner.options.lock();
                next_rescan = Instant::now() + options.rescan_every;
                if !options.is_watching {
                    continue;
                }
                Request::Scan(Scope::All)
            }
        };
        let result = crate::jobs::guarded("scan the folders", || match request {
            Request::Scan(scope) => {
                let result = scan(inner, &scope, &mut |_| {});
                inner.outbox.send(LibraryEvent::Finished(Activity::Scan));
                result.map(drop)
            }
            Request::Add { paths, then } => {
                let result = add::add_then(inner, &paths, then);
                inner.outbox.send(LibraryEvent::Finished(Activity::Import));
                result
            }
        });
        if let Err(error) = result {
            tracing::error!(%error, "a scan failed");
            let path = error.path().map(Path::to_owned).unwrap_or_default();
            let reason = error.reason();
            inner.outbox.send(LibraryEvent::Failed { path, reason });
        }
        inner.analysis.wake();
    }
}

/// Looks through folders, and tells each file.
///
/// # Errors
/// When the catalogue cannot be read or written. Folders that are away, files that fail and being stopped are no
/// errors: the summary counts them.
pub(crate) fn scan(
    inner: &Inner,
    scope: &Scope,
    report: &mut dyn FnMut(ScanReport),
) -> Result<ScanSummary> {
    let _one_at_a_time = inner.scans.lock();
    let cancel = inner.scans.begin();
    let reader = inner.catalog.reader()?;
    let mut sources = Sources {
        skipped: inner.own_folders(),
        ..Sources::default()
    };
    let mut whole = Vec::new();
    let mut away = 0;
    for folder in reader.folders()? {
        let Some(places) = places_of(&folder, scope) else {
            continue;
        };
        let known = reader.files_of(folder.id)?;
        if !settle_reach(inner, &folder, &known)? {
            away += 1;
            continue;
        }
        // A sidecar that came, changed or went: its files are looked at.
        let (sidecars, places): (Vec<PathBuf>, Vec<PathBuf>) = places
            .into_iter()
            .partition(|place| media::xmp::is_sidecar(place) && !place.is_dir());
        let mut beside: Vec<PathBuf> = known
            .iter()
            .map(|file| &file.path)
            .filter(|path| !places.iter().any(|place| path.starts_with(place)))
            .filter(|path| {
                sidecars
                    .iter()
                    .any(|sidecar| beside::speaks_of(sidecar, path))
            })
            .cloned()
            .collect();
        beside.extend(places);
        let places = beside;
        sources.known.extend(
            known
                .into_iter()
                .filter(|file| places.iter().any(|place| file.path.starts_with(place))),
        );
        sources.kinds.insert(folder.id, folder.kinds.clone());
        for path in places {
            if path.is_dir() {
                sources.roots.push(Root {
                    path,
                    folder: folder.id,
                });
            } else if media::is_candidate(&path)
                && (!walk::is_cover_beside_music(&path)
                    || sources.known.iter().any(|file| file.path == path))
                && let Some(entry) = found(&path)
            {
                sources.files.push((entry, Some(folder.id)));
            }
        }
        whole.push(folder);
    }
    if *scope == Scope::All {
        add_loose(&reader, &mut sources)?;
    }
    let mut taken = intake::take(&inner.context(&cancel, Activity::Scan), sources, report)?;
    taken.summary.unreadable_folders += away;
    if !cancel.is_cancelled() {
        // A drive may have gone while it was looked through.
        let (here, gone): (Vec<Folder>, Vec<Folder>) = whole
            .into_iter()
            .partition(|folder| is_reachable(&folder.path, true));
        for folder in &gone {
            let known = reader.files_of(folder.id)?;
            settle_reach(inner, folder, &known)?;
            taken
                .unseen
                .retain(|file| !file.path.starts_with(&folder.path));
        }
        mark_missing(inner, &reader, &mut taken, report)?;
        if !matches!(scope, Scope::Places(_)) {
            for folder in here {
                inner
                    .catalog
                    .bulk(|bulk| bulk.set_folder_scanned(folder.id))?;
            }
        }
    }
    tracing::info!(?taken.summary, "scanned");
    Ok(taken.summary)
}

/// The parts of a folder that are in scope, none of them inside another.
fn places_of(folder: &Folder, scope: &Scope) -> Option<Vec<PathBuf>> {
    let places = match scope {
        Scope::All => vec![folder.path.clone()],
        Scope::Folders(ids) if ids.contains(&folder.id) => vec![folder.path.clone()],
        Scope::Folders(_) => Vec::new(),
        Scope::Places(places) if places.iter().any(|place| folder.path.starts_with(place)) => {
            vec![folder.path.clone()]
        }
        Scope::Places(places) => {
            let mut inside: Vec<PathBuf> = places
                .iter()
                .filter(|place| place.starts_with(&folder.path))
                .cloned()
                .collect();
            inside.sort();
            inside.dedup_by(|place, before| place.starts_with(before));
            inside
        }
    };
    (!places.is_empty()).then_some(places)
}

/// Whether the folder can be read. An empty one where files are known is a drive's mount point without the drive.
pub(crate) fn is_reachable(path: &Path, has_files: bool) -> bool {
    match std::fs::read_dir(path) {
        Ok(mut entries) => !has_files || entries.next().is_some(),
        Err(_) => false,
    }
}

/// Finds out whether a folder is there, and tells when that changed.
fn settle_reach(inner: &Inner, folder: &Folder, known: &[KnownFile]) -> Result<bool> {
    let has_files = folder.is_offline || known.iter().any(|file| !file.is_missing);
    let is_here = is_reachable(&folder.path, has_files);
    if is_here == folder.is_offline {
        let items = inner
            .catalog
            .bulk(|bulk| bulk.set_folder_offline(folder.id, !is_here))?;
        let path = folder.path.clone();
        inner.outbox.send(LibraryEvent::Notice(if is_here {
            Notice::FolderBack(path)
        } else {
            Notice::FolderOffline(path)
        }));
        inner.folders_changed();
        inner.outbox.items_changed(items);
    }
    Ok(is_here)
}

/// Single files outside all folders.
fn add_loose(reader: &Reader, sources: &mut Sources) -> Result<()> {
    for known in reader.loose_files()? {
        sources
            .files
            .extend(found(&known.path).map(|entry| (entry, None)));
        sources.known.push(known);
    }
    Ok(())
}

/// A file as it is now; `None` when it is not there.
pub(crate) fn found(path: &Path) -> Option<FoundEntry> {
    let (size_bytes, mtime_ms) = files::stamp(path)?;
    Some(FoundEntry {
        path: path.to_owned(),
        root: usize::MAX,
        size_bytes,
        mtime_ms,
        beside: super::beside::of(path),
    })
}

/// Writes what was not there any more, and tells it.
fn mark_missing(
    inner: &Inner,
    reader: &Reader,
    taken: &mut Taken,
    report: &mut dyn FnMut(ScanReport),
) -> Result<()> {
    let unseen: Vec<KnownFile> = std::mem::take(&mut taken.unseen)
        .into_iter()
        .filter(|file| !file.is_missing)
        .collect();
    for some in unseen.chunks(MISSING_BATCH) {
        let changed: Vec<Vec<ItemId>> = inner.catalog.bulk(|bulk| {
            some.iter()
                .map(|file| bulk.mark_missing(&[&file.path]))
                .collect()
        })?;
        for (file, changed) in some.iter().zip(&changed) {
            // Those marked before were looked for because they might have moved, and had not.
            let is_marked =
                taken.marked.contains(&file.path) && reader.item_by_path(&file.path)?.is_some();
            if !changed.is_empty() || is_marked {
                taken.summary.missing += 1;
                report(ScanReport {
                    path: file.path.clone(),
                    item: Some(file.item),
                    kind: None,
                    status: ScanStatus::Missing,
                    error: None,
                });
            }
        }
        inner
            .outbox
            .items_changed(changed.into_iter().flatten().collect());
    }
    Ok(())
}

impl Inner {
    pub(crate) fn context<'a>(&'a self, cancel: &'a Cancel, activity: Activity) -> Context<'a> {
        Context {
            catalog: &self.catalog,
            outbox: &self.outbox,
            rejected: &self.rejected,
            cancel,
            activity,
            workers: self.options.lock().workers,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_scans_become_one() {
        let scans = Scans::default();
        let places = |names: &[&str]| {
            Request::Scan(Scope::Places(names.iter().map(PathBuf::from).collect()))
        };
        scans.request(places(&["/a"]));
        scans.request(places(&["/a", "/b"]));
        scans.request(Request::Add {
            paths: Vec::new(),
            then: AfterAdd::default(),
        });
        let soon = Instant::now();
        match scans.next(soon) {
            Ok(Some(Request::Scan(Scope::Places(places)))) => assert_eq!(places.len(), 2),
            other => panic!("{other:?}"),
        }
        scans.request(places(&["/a"]));
        scans.request(Request::Scan(Scope::Folders(vec![FolderId(1)])));
        assert!(matches!(scans.next(soon), Ok(Some(Request::Add { .. }))));
        assert!(matches!(
            scans.next(soon),
            Ok(Some(Request::Scan(Scope::All)))
        ));
        assert!(matches!(scans.next(soon), Ok(None)));
        scans.close();
        assert!(scans.next(soon).is_err());
        assert!(scans.begin().is_cancelled());
    }

    #[test]
    fn places_inside_one_another_are_one() {
        let folder = Folder {
            id: FolderId(1),
            path: "/p".into(),
            kinds: Vec::new(),
            is_watched: true,
            is_offline: false,
            added_ms: 0,
            scanned_ms: None,
            count: 0,
            writes: crate::catalog::Writes::default(),
        };
        let places = |places: &[&str]| {
            let scope = Scope::Places(places.iter().map(PathBuf::from).collect());
            places_of(&folder, &scope)
        };
        assert_eq!(places(&["/q", "/pp"]), None);
        assert_eq!(
            places(&["/p/b/c", "/p/b", "/p/a"]),
            Some(vec!["/p/a".into(), "/p/b".into()])
        );
        assert_eq!(places(&["/", "/p/b"]), Some(vec!["/p".into()]));
    }
}
