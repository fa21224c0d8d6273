//! Takes files into the catalogue: look, write, hash, probe. Scans and dropped files go through it alike.
//!
//! Walkers and workers run beside the calling thread, which alone writes: batches of [`BATCH`] files, so that the
//! first items can be seen while the rest is still being found.

use std::collections::{HashMap, HashSet, VecDeque};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded, never, select};

use super::event::{LibraryEvent, Outbox, ScanReport, ScanStatus, ScanSummary};
use super::reading::{self, Candidate, Content, Done, Job, Read};
use super::rejected::Rejected;
use super::walk::{self, Found, FoundEntry, Unreadable};
use crate::catalog::{Catalog, FileOutcome, FileStatus, FolderId, FoundFile, ItemId, KnownFile};
use crate::error::{Error, Result};
use crate::jobs::{Activity, Cancel, Progress};
use crate::media::{Format, Kind};

/// Files per write.
const BATCH: usize = 150;
/// A batch that is not full is written after this long.
const BATCH_AGE: Duration = Duration::from_millis(150);
/// How often progress is told.
const PROGRESS_EVERY: Duration = Duration::from_millis(100);
/// New files larger than this are hashed after all others, so that their metadata shows early.
const LARGE_BYTES: u64 = 32 << 20;

/// A folder to take files from.
#[derive(Debug, Clone)]
pub(crate) struct Root {
    /// What to walk: the folder itself, or a part of it.
    pub path: PathBuf,
    /// The folder its files belong to.
    pub folder: FolderId,
}

/// What to take in.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    /// Folders to walk.
    pub roots: Vec<Root>,
    /// Single files, and the folder they belong to.
    pub files: Vec<(FoundEntry, Option<FolderId>)>,
    /// What the catalogue knows of these places.
    pub known: Vec<KnownFile>,
    /// Kinds of files to take, by folder; all where a folder is not named.
    pub kinds: HashMap<FolderId, Vec<Kind>>,
    /// Folders to pass by.
    pub skipped: Vec<PathBuf>,
}

/// What the intake works with.
pub(crate) struct Context<'a> {
    pub catalog: &'a Catalog,
    pub outbox: &'a Outbox,
    pub rejected: &'a Rejected,
    pub cancel: &'a Cancel,
    pub activity: Activity,
    pub workers: usize,
}

/// What came of it.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    pub summary: ScanSummary,
    /// Roots, and folders below them, that could not be read.
    pub unreadable: Vec<PathBuf>,
    /// Known files that were not seen, by path. Without those below [`Taken::unreadable`].
    pub unseen: Vec<KnownFile>,
    /// Those of them that are marked missing already.
    pub marked: HashSet<PathBuf>,
}

struct Intake<'a> {
    context: &'a Context<'a>,
    roots: &'a [Root],
    kinds: HashMap<FolderId, Vec<Kind>>,
    report: &'a mut dyn FnMut(ScanReport),
    known: HashMap<PathBuf, KnownFile>,
    by_size: Option<HashMap<u64, Vec<PathBuf>>>,
    taken: Taken,
    progress: Progress,
    told_at: Instant,
    found: u64,
    looks: VecDeque<Job>,
    reads: VecDeque<Job>,
    late: VecDeque<Job>,
    in_flight: usize,
    looked: Vec<(Candidate, Format)>,
    read: Vec<(Read, Content)>,
    written_at: Instant,
}

/// Takes everything in and returns when all of it is read, written and told through `report`.
///
/// # Errors
/// When the catalogue cannot be written. Being cancelled is no error: the summary says so.
pub(crate) fn take(
    context: &Context<'_>,
    sources: Sources,
    report: &mut dyn FnMut(ScanReport),
) -> Result<Taken> {
    let Sources {
        roots,
        files,
        known,
        kinds,
        skipped,
    } = sources;
    let started = Instant::now();
    let mut intake = Intake {
        context,
        roots: &roots,
        kinds,
        report,
        known: known
            .into_iter()
            .map(|file| (file.path.clone(), file))
            .collect(),
        by_size: None,
        taken: Taken::default(),
        progress: Progress::start(context.activity, None, super::now_ms()),
        told_at: started,
        found: 0,
        looks: VecDeque::new(),
        reads: VecDeque::new(),
        late: VecDeque::new(),
        in_flight: 0,
        looked: Vec::new(),
        read: Vec::new(),
        written_at: started,
    };
    for (entry, folder) in files {
        intake.see(Candidate::new(entry, folder));
    }
    let result = intake.run(&skipped);
    if let Err(error) = context.rejected.save() {
        tracing::warn!(%error, "files that are no media will be looked into again");
    }
    let mut taken = intake.taken;
    taken.summary.is_cancelled = context.cancel.is_cancelled();
    taken.summary.took_ms = started.elapsed().as_millis() as u64;
    match result {
        Err(error) if error != Error::Cancelled => Err(error),
        _ => Ok(taken),
    }
}

impl Intake<'_> {
    fn run(&mut self, skipped: &[PathBuf]) -> Result<()> {
        let (found_tx, found) = bounded(64);
        let (jobs, jobs_rx) = bounded(self.context.workers.max(1) * 2);
        let (done_tx, done) = bounded(256);
        let cancel = self.context.cancel;
        let paths: Vec<PathBuf> = self.roots.iter().map(|root| root.path.clone()).collect();
        std::thread::scope(|scope| {
            let walker = std::thread::Builder::new().name("walk-0".to_owned());
            let threads = self.context.workers.clamp(1, 4);
            walker
                .spawn_scoped(scope, move || {
                    // Being cancelled shows in the switch itself.
                    walk::walk(&paths, skipped, threads, &found_tx, cancel).ok();
                })
                .map_err(|error| no_thread(&error))?;
            for n in 0..self.context.workers.max(1) {
                let (jobs, done) = (jobs_rx.clone(), done_tx.clone());
                std::thread::Builder::new()
                    .name(format!("intake-{n}"))
                    .spawn_scoped(scope, move || reading::work(&jobs, &done, cancel))
                    .map_err(|error| no_thread(&error))?;
            }
            drop((jobs_rx, done_tx));
            let result = self.coordinate(&found, jobs, &done);
            if result.is_err() {
                cancel.cancel();
            }
            // Whoever still wants to send must not wait for us.
            drop((found, done));
            result
        })
    }

    fn coordinate(
        &mut self,
        found: &Receiver<Found>,
        jobs: Sender<Job>,
        done: &Receiver<Done>,
    ) -> Result<()> {
        let closed = never();
        let mut is_walked = false;
        loop {
            self.context.cancel.check()?;
            self.hand_out(&jobs);
            select! {
                recv(if is_walked { &closed } else { found }) -> found => match found {
                    Ok(Found::Files(entries)) => self.see_all(entries),
                    // One that was taken in before its music came stays what it is.
                    Ok(Found::Covers(entries)) => self.see_all(
                        entries
                            .into_iter()
                            .filter(|entry| self.known.contains_key(&entry.path))
                            .collect(),
                    ),
                    Ok(Found::Unreadable(what)) => self.unreadable(what),
                    Err(_) => {
                        is_walked = true;
                        self.progress.total = Some(self.found);
                    }
                },
                recv(done) -> done => if let Ok(done) = done {
                    self.in_flight -= 1;
                    self.finish(done);
                },
                default(Duration::from_millis(20)) => {}
            }
            let is_drained = is_walked
                && self.in_flight == 0
                && self.looks.is_empty()
                && self.reads.is_empty()
                && self.late.is_empty();
            let waiting = self.looked.len() + self.read.len();
            if waiting >= BATCH
                || (waiting > 0 && (is_drained || self.written_at.elapsed() >= BATCH_AGE))
            {
                self.write()?;
            } else if is_drained && waiting == 0 {
                break;
            }
            self.tell(false);
        }
        self.tell(true);
        let unreadable = &self.taken.unreadable;
        let known = std::mem::take(&mut self.known);
        self.taken.unseen.extend(
            known
                .into_values()
                .filter(|file| !unreadable.iter().any(|place| file.path.starts_with(place))),
        );
        Ok(())
    }

    fn hand_out(&mut self, jobs: &Sender<Job>) {
        loop {
            let queue = if !self.looks.is_empty() {
                &mut self.looks
            } else if !self.reads.is_empty() {
                &mut self.reads
            } else {
                &mut self.late
            };
            let Some(job) = queue.pop_front() else { return };
            match jobs.try_send(job) {
                Ok(()) => self.in_flight += 1,
                Err(TrySendError::Full(job) | TrySendError::Disconnected(job)) => {
                    queue.push_front(job);
                    return;
                }
            }
        }
    }

    fn see_all(&mut self, entries: Vec<FoundEntry>) {
        for entry in entries {
            let folder = self.roots.get(entry.root).map(|root| root.folder);
            self.see(Candidate::new(entry, folder));
        }
    }

    /// Compares a found file with what is known of it.
    fn see(&mut self, mut file: Candidate) {
        self.found += 1;
        let entry = &file.entry;
        if let Some(known) = self.known.remove(&entry.path) {
            let is_same = known.size_bytes == entry.size_bytes
                && known.mtime_ms == entry.mtime_ms
                && known.beside == entry.beside
                && !(known.is_missing || known.needs_hash || known.needs_probe);
            if is_same {
                self.count(
                    file.entry.path,
                    Some(known.item),
                    None,
                    ScanStatus::Unchanged,
                    None,
                );
                return;
            }
            file.known = Some(known);
        } else if entry.size_bytes == 0 {
            let error = Error::Empty {
                path: entry.path.clone(),
            };
            self.refuse(&file, &error);
            return;
        } else if let Some(reason) = self.context.rejected.reason(entry) {
            self.reject(file.entry.path, reason);
            return;
        }
        self.looks.push_back(Job::Look(file));
    }

    fn unreadable(&mut self, what: Unreadable) {
        tracing::warn!(error = %what.error, "passed by");
        if what.is_folder {
            self.taken.summary.unreadable_folders += 1;
            // That a whole root is away is told as such.
            let is_root = self
                .roots
                .get(what.root)
                .is_some_and(|root| root.path == what.path);
            if !is_root {
                self.fail(&what.path, &what.error);
            }
        } else {
            self.fail(&what.path, &what.error);
        }
        self.taken.unreadable.push(what.path);
    }

    fn finish(&mut self, done: Done) {
        match done {
            Done::Looked(file, Ok(format)) => {
                let kinds = file.folder.and_then(|folder| self.kinds.get(&folder));
                let is_wanted = kinds.is_none_or(|kinds| kinds.contains(&format.kind()));
                if is_wanted {
                    self.looked.push((file, format));
                } else {
                    self.found -= 1;
                }
            }
            Done::Looked(file, Err(error)) => {
                self.refuse(&file, &error);
                // What it was is not there any more.
                let is_lost = matches!(error, Error::Empty { .. } | Error::NotMedia { .. });
                self.taken.unseen.extend(file.known.filter(|_| is_lost));
            }
            Done::Read(read, content) => match *content {
                Ok(content) => self.read.push((read, content)),
                Err(Error::Cancelled) => {}
                Err(error) => self.fail(&read.file.entry.path, &error),
            },
        }
    }

    /// A file that is no media after all, or cannot be opened.
    fn refuse(&mut self, file: &Candidate, error: &Error) {
        let path = &file.entry.path;
        // Without an extension nobody claimed that it were media.
        let is_claimed = path.extension().is_some() || file.folder.is_none();
        match error {
            Error::NotMedia { .. } => {
                let reason = if is_claimed {
                    error.reason()
                } else {
                    String::new()
                };
                self.context.rejected.insert(&file.entry, reason.clone());
                self.reject(path.clone(), reason);
            }
            Error::Empty { .. } if !is_claimed => self.reject(path.clone(), String::new()),
            error => self.fail(path, error),
        }
    }

    fn reject(&mut self, path: PathBuf, reason: String) {
        if reason.is_empty() {
            self.found -= 1;
        } else {
            self.count(path, None, None, ScanStatus::Failed, Some(reason));
        }
    }

    fn fail(&mut self, path: &Path, error: &Error) {
        self.count(
            path.to_owned(),
            None,
            None,
            ScanStatus::Failed,
            Some(error.reason()),
        );
    }

    fn write(&mut self) -> Result<()> {
        self.written_at = Instant::now();
        let mut changed = Vec::new();
        let looked: Vec<_> = self.looked.drain(..self.looked.len().min(BATCH)).collect();
        if !looked.is_empty() {
            let files: Vec<FoundFile> = looked
                .iter()
                .map(|(file, format)| reading::found_file(file, *format))
                .collect();
            let outcomes = self.context.catalog.bulk(|bulk| {
                files
                    .iter()
                    .map(|file| bulk.upsert_file(file))
                    .collect::<Result<Vec<_>>>()
            })?;
            for ((file, format), outcome) in looked.into_iter().zip(outcomes) {
                changed.push(outcome.item);
                self.schedule(file, format, outcome);
            }
        }
        let mut read: Vec<_> = self.read.drain(..self.read.len().min(BATCH)).collect();
        read.retain(|(read, content)| {
            if !content.is_settled {
                tracing::info!(path = %read.file.entry.path.display(), "still being written; left for the next scan");
            }
            content.is_settled
        });
        if !read.is_empty() {
            let vanished = self.vanished_twins(&read);
            let outcomes = self.context.catalog.bulk(|bulk| {
                bulk.mark_missing(&vanished)?;
                read.iter()
                    .map(|(read, content)| reading::store(bulk, read, content))
                    .collect::<Result<Vec<_>>>()
            })?;
            self.taken.marked.extend(vanished);
            for ((read, content), (item, hashed)) in read.into_iter().zip(outcomes) {
                changed.push(item);
                if read.is_last {
                    self.settle(read, content, item, hashed);
                }
            }
        }
        self.context.outbox.items_changed(changed);
        Ok(())
    }

    fn schedule(&mut self, file: Candidate, format: Format, outcome: FileOutcome) {
        let FileOutcome {
            item,
            status,
            needs_hash,
            needs_probe,
        } = outcome;
        if !needs_hash && !needs_probe {
            self.count(
                file.entry.path,
                Some(item),
                Some(format.kind()),
                status.into(),
                None,
            );
            return;
        }
        let is_split = needs_hash
            && needs_probe
            && status == FileStatus::New
            && file.entry.size_bytes > LARGE_BYTES;
        let read = |file: Candidate, hash: bool, probe: bool, is_last: bool| {
            Job::Read(Read {
                file,
                format,
                item,
                status,
                hash,
                probe,
                is_last,
            })
        };
        if is_split {
            let again = Candidate::new(file.entry.clone(), file.folder);
            self.reads.push_back(read(file, false, true, false));
            self.late.push_back(read(again, true, false, true));
        } else if file.entry.size_bytes > LARGE_BYTES && !needs_probe {
            self.late
                .push_back(read(file, needs_hash, needs_probe, true));
        } else {
            self.reads
                .push_back(read(file, needs_hash, needs_probe, true));
        }
    }

    /// Known files of the same size as a new one that were not seen yet and are not there: the new ones may be they,
    /// under another name.
    fn vanished_twins(&mut self, read: &[(Read, Content)]) -> Vec<PathBuf> {
        let (known, roots) = (&self.known, self.roots);
        let by_size = self.by_size.get_or_insert_with(|| {
            let mut by_size: HashMap<u64, Vec<PathBuf>> = HashMap::new();
            for file in known.values().filter(|file| !file.is_missing) {
                by_size
                    .entry(file.size_bytes)
                    .or_default()
                    .push(file.path.clone());
            }
            by_size
        });
        let sizes: HashSet<u64> = read
            .iter()
            .filter(|(read, content)| read.status == FileStatus::New && content.hash.is_some())
            .map(|(read, _)| read.file.entry.size_bytes)
            .collect();
        sizes
            .iter()
            .filter_map(|size| by_size.get(size))
            .flatten()
            .filter(|path| known.contains_key(*path))
            // Of a drive that is away nothing can be said.
            .filter(|path| {
                let is_near = roots.iter().any(|root| path.starts_with(&root.path));
                (is_near || path.parent().is_some_and(Path::is_dir)) && is_gone(path)
            })
            .cloned()
            .collect()
    }

    fn settle(&mut self, read: Read, content: Content, item: ItemId, hashed: Option<FileStatus>) {
        let status = match (read.status, hashed) {
            (FileStatus::New, None | Some(FileStatus::New | FileStatus::Unchanged)) => {
                FileStatus::New
            }
            (FileStatus::New | FileStatus::Changed, Some(hashed)) => hashed,
            (status, _) => status,
        };
        let kind = Some(read.format.kind());
        let error = content.probe.and_then(|(_, error)| error);
        let reason = error.as_ref().map(Error::reason);
        let is_unsupported = matches!(error, Some(Error::Unsupported { .. }));
        self.taken.summary.unsupported += u64::from(is_unsupported);
        let status = match error {
            Some(_) if !is_unsupported => ScanStatus::Failed,
            _ => status.into(),
        };
        self.count(read.file.entry.path, Some(item), kind, status, reason);
    }

    fn count(
        &mut self,
        path: PathBuf,
        item: Option<ItemId>,
        kind: Option<Kind>,
        status: ScanStatus,
        error: Option<String>,
    ) {
        let summary = &mut self.taken.summary;
        summary.files += 1;
        let counter = match status {
            ScanStatus::New => &mut summary.new,
            ScanStatus::Unchanged => &mut summary.unchanged,
            ScanStatus::Changed => &mut summary.changed,
            ScanStatus::Moved => &mut summary.moved,
            ScanStatus::Copy => &mut summary.copies,
            ScanStatus::Back => &mut summary.back,
            ScanStatus::Missing => &mut summary.missing,
            ScanStatus::Failed => &mut summary.failed,
        };
        *counter += 1;
        self.progress.done += 1;
        if status == ScanStatus::Failed {
            self.progress.failed += 1;
            let reason = error.clone().unwrap_or_default();
            self.context.outbox.send(LibraryEvent::Failed {
                path: path.clone(),
                reason,
            });
        }
        if status != ScanStatus::Unchanged {
            self.progress.current = name_of(&path);
        }
        (self.report)(ScanReport {
            path,
            item,
            kind,
            status,
            error,
        });
    }

    fn tell(&mut self, is_final: bool) {
        if is_final || self.told_at.elapsed() >= PROGRESS_EVERY {
            self.told_at = Instant::now();
            if self.progress.total.is_some() {
                self.progress.total = Some(self.found);
            }
            self.context
                .outbox
                .send(LibraryEvent::Progress(self.progress.clone()));
        }
    }
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}

/// Whether there certainly is no such file.
fn is_gone(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound)
}

fn no_thread(error: &std::io::Error) -> Error {
    Error::Internal {
        action: "start a worker",
        why: crate::error::one_line(&error.to_string()),
    }
}
