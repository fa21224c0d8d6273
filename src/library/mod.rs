//! Folders to items: scanning, watching, thumbnails, analysis, export.
//!
//! [`Library`] is the door. It opens the catalogue, starts the workers, and answers through bounded
//! [`LibraryEvent`]s; nothing on it that a window calls waits for a disk.
//!
//! The way of a file: [`walk`] finds it, [`intake`] compares it with the catalogue, hashes and probes it, [`analysis`]
//! runs the models over it, [`thumbs`] shows it.

mod add;
mod analysis;
mod beside;
mod cache;
pub mod companions;
mod event;
mod evidence;
pub mod export;
mod files;
pub mod filing;
pub mod import;
pub mod instance;
mod intake;
mod options;
mod path_text;
mod reading;
mod rejected;
pub mod repair;
pub mod saving;
mod scan;
mod similar;
mod sound;
mod teach;
mod thumbs;
mod walk;
mod watch;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use crossbeam_channel::Receiver;
use parking_lot::Mutex;

pub use analysis::Analysed;
pub use cache::DEFAULT_CAP_BYTES;
pub use event::{
    AfterAdd, LibraryEvent, NAMED_ITEMS, Notice, ScanReport, ScanStatus, ScanSummary, ThumbSize,
};
pub use evidence::{Evidence, Provenance, is_taught};
pub use options::Options;
pub use saving::{SaveSummary, Settle};
pub use sound::Sound;
pub use teach::{EXAMPLES_MIN, Lesson, LessonChanges, TagFacts};

use crate::catalog::{Catalog, Folder, FolderId, ItemId, TagNames};
use crate::dirs::Dirs;
use crate::error::{Error, Result};
use crate::jobs::{Activity, Cancel, Priority, Waker};
use crate::media::Kind;
use crate::models::{Packs, Taggers, Vocabulary};

/// The library of one person: the catalogue and everything that fills it. Closing it stops and joins all workers.
pub struct Library {
    inner: Arc<Inner>,
    threads: Vec<JoinHandle<()>>,
}

/// What the workers share.
pub(crate) struct Inner {
    pub dirs: Dirs,
    pub options: Mutex<Options>,
    pub catalog: Catalog,
    pub taggers: Taggers,
    pub outbox: event::Outbox,
    pub rejected: rejected::Rejected,
    /// Thrown when the library closes.
    pub closing: Cancel,
    pub scans: scan::Scans,
    pub watch: watch::Control,
    pub thumbs: thumbs::Thumbs,
    pub analysis: analysis::Control,
    pub similar: similar::Similar,
    /// One writes to files at a time.
    pub saving: Mutex<()>,
}

impl Library {
    /// Opens the library in `dirs` and starts its workers; for a window a first scan begins at once.
    ///
    /// # Errors
    /// [`Error::Busy`] when another Parlour has it (hand files over with [`instance::hand_over`]), and whatever keeps
    /// the catalogue from being opened.
    pub fn open(dirs: &Dirs, options: Options, waker: Waker) -> Result<(Self, Vec<Notice>)> {
        dirs.create()?;
        let (catalog, notice) = Catalog::open(dirs)?;
        let mut notices: Vec<Notice> = notice.map(Notice::Catalog).into_iter().collect();
        let (packs, problems) = Packs::load(Some(&dirs.models()));
        notices.extend(problems.iter().map(|error| Notice::Pack(error.to_string())));
        let inner = Arc::new(Inner {
            dirs: dirs.clone(),
            catalog,
            taggers: Taggers::new(Arc::new(packs)),
            outbox: event::Outbox::new(waker),
            rejected: rejected::Rejected::load(&dirs.cache),
            closing: Cancel::new(),
            scans: scan::Scans::default(),
            watch: watch::Control::default(),
            thumbs: thumbs::Thumbs::new(dirs.thumbnails(), &options),
            analysis: analysis::Control::new(&options),
            similar: similar::Similar::default(),
            saving: Mutex::new(()),
            options: Mutex::new(options.clone()),
        });
        let mut library = Self {
            inner: inner.clone(),
            threads: Vec::new(),
        };
        if let Err(error) = filing::finish_begun(&library.inner) {
            tracing::warn!(%error, "a move of files was not finished");
        }
        library.start("scan", |inner| scan::run(&inner))?;
        library.start("analyse", |inner| analysis::run(&inner))?;
        if options.is_window {
            library.start("watch", |inner| watch::run(&inner))?;
            library.start("inbox", |inner| watch::run_inbox(&inner))?;
            library.start("save", |inner| saving::run(&inner))?;
            library.rescan();
        }
        Ok((library, notices))
    }

    fn start(&mut self, name: &str, body: impl FnOnce(Arc<Inner>) + Send + 'static) -> Result<()> {
        let inner = self.inner.clone();
        self.threads
            .push(crate::jobs::spawn(name, move || body(inner))?);
        Ok(())
    }

    /// What happens, in the order it happened. Bounded: when nobody listens, the oldest are dropped.
    pub fn events(&self) -> Receiver<LibraryEvent> {
        self.inner.outbox.receiver()
    }

    /// The catalogue.
    pub fn catalog(&self) -> &Catalog {
        &self.inner.catalog
    }

    /// The models.
    pub fn taggers(&self) -> &Taggers {
        &self.inner.taggers
    }

    /// The model packs.
    pub fn packs(&self) -> &Arc<Packs> {
        self.inner.taggers.packs()
    }

    /// The names of the tags the models give.
    pub fn vocabulary(&self) -> &Arc<Vocabulary> {
        self.inner.taggers.vocabulary()
    }

    /// Where the library lives.
    pub fn dirs(&self) -> &Dirs {
        &self.inner.dirs
    }

    /// Changes the switches: thumbnail cap, whether models run, how often to look again.
    pub fn set_options(&self, options: Options) {
        self.inner
            .thumbs
            .set_cap_bytes(&self.inner, options.thumbnail_cap_bytes);
        self.inner.analysis.set_enabled(options.is_analysing);
        let was = std::mem::replace(&mut *self.inner.options.lock(), options.clone());
        if was.is_watching != options.is_watching {
            self.inner.watch.folders_changed();
        }
    }

    // Folders.

    /// Adds a folder (or finds it) and scans it in the background. Blocks for one write: call it from a worker.
    ///
    /// # Errors
    /// When it is no folder, is Parlour's own, or the catalogue cannot be written.
    pub fn add_folder(&self, path: &Path) -> Result<FolderId> {
        let id = self.inner.add_folder(path)?;
        self.inner
            .scans
            .request(scan::Request::Scan(scan::Scope::Folders(vec![id])));
        Ok(id)
    }

    /// Takes a folder out of the library; what the person made of its items is kept out of sight.
    ///
    /// # Errors
    /// When there is no such folder, or the catalogue cannot be written.
    pub fn remove_folder(&self, folder: FolderId) -> Result<()> {
        // A scan of this very folder would bring its files back.
        self.inner.scans.cancel();
        let _one_at_a_time = self.inner.scans.lock();
        let items = self.inner.catalog.bulk(|bulk| bulk.remove_folder(folder))?;
        self.inner.folders_changed();
        self.inner.outbox.items_changed(items);
        Ok(())
    }

    /// The folders of the library.
    ///
    /// # Errors
    /// When the catalogue cannot be read.
    pub fn folders(&self) -> Result<Vec<Folder>> {
        self.inner.catalog.reader()?.folders()
    }

    /// Scans all folders in the background.
    pub fn rescan(&self) {
        self.inner
            .scans
            .request(scan::Request::Scan(scan::Scope::All));
    }

    /// Scans all folders on this thread; tells each file.
    ///
    /// # Errors
    /// When the catalogue cannot be read or written.
    pub fn rescan_now(&self, mut on: impl FnMut(ScanReport)) -> Result<ScanSummary> {
        scan::scan(&self.inner, &scan::Scope::All, &mut on)
    }

    /// Stops the scan that is running and forgets those that wait. What was found stays.
    pub fn cancel_scan(&self) {
        self.inner.scans.cancel();
    }

    /// Adds dropped folders and files in the background, then does what `then` says with their items. Folders become
    /// folders of the library; files that lie in none of its folders are taken in alone.
    pub fn add_files(&self, paths: Vec<PathBuf>, then: AfterAdd) {
        self.inner.scans.request(scan::Request::Add { paths, then });
    }

    /// Adds these folders (and single files) and scans them on this thread; tells each file.
    ///
    /// # Errors
    /// When the catalogue cannot be written. Files that fail are told, and counted in the summary.
    pub fn scan_now(
        &self,
        paths: &[PathBuf],
        mut on: impl FnMut(ScanReport),
    ) -> Result<ScanSummary> {
        let added = add::add(&self.inner, paths, Activity::Scan, &mut on)?;
        Ok(added.summary)
    }

    // Pictures and sound.

    /// Asks for a thumbnail (a cover, for songs); answered by [`LibraryEvent::Thumb`]. Asking again is cheap.
    pub fn thumb(&self, item: ItemId, size: ThumbSize, priority: Priority) {
        thumbs::request(&self.inner, item, size, priority);
    }

    /// Forgets requests for thumbnails that nobody looks at any more.
    pub fn retain_thumbs(&self, keep: impl Fn(ItemId, ThumbSize) -> bool) {
        self.inner.thumbs.retain(keep);
    }

    /// Asks for the picture of an item for the viewer, at most 4096 pixels on the long side; answered by
    /// [`LibraryEvent::Full`].
    pub fn full_picture(&self, item: ItemId) {
        thumbs::request_full(&self.inner, item, false);
    }

    /// Asks for all pixels there are, for zooming in.
    pub fn original_picture(&self, item: ItemId) {
        thumbs::request_full(&self.inner, item, true);
    }

    /// Asks for the waveform of a song; answered by [`LibraryEvent::Waveform`].
    pub fn waveform(&self, item: ItemId) {
        thumbs::request_waveform(&self.inner, item);
    }

    /// Removes all thumbnails from the disk.
    ///
    /// # Errors
    /// When the folder cannot be removed.
    pub fn clear_thumbnails(&self) -> Result<()> {
        self.inner.thumbs.cache().clear()
    }

    // Analysis.

    /// Holds the models until [`Library::resume_analysis`].
    pub fn pause_analysis(&self) {
        self.inner.analysis.pause().pause();
    }

    /// Lets the models go on.
    pub fn resume_analysis(&self) {
        self.inner.analysis.pause().resume();
    }

    /// Whether the person holds the models.
    pub fn is_analysis_paused(&self) -> bool {
        self.inner.analysis.pause().is_paused()
    }

    /// While something plays the analysis leaves a core alone and rests between items.
    pub fn set_playing(&self, is_playing: bool) {
        self.inner.analysis.set_playing(is_playing);
    }

    /// Runs everything that the background analysis would, on this thread's call and all cores; tells each item.
    ///
    /// # Errors
    /// When the catalogue cannot be read or written, or `cancel` is thrown. Items that fail are told.
    pub fn analyse_now(&self, cancel: &Cancel, on: impl FnMut(Analysed) + Send) -> Result<u64> {
        analysis::run_now(&self.inner, cancel, on)
    }

    /// The items most like this one, best first, with the cosine of their embeddings; empty before it was analysed.
    ///
    /// # Errors
    /// When the catalogue cannot be read.
    pub fn similar(&self, item: ItemId, n: usize) -> Result<Vec<(ItemId, f32)>> {
        self.inner.similar.nearest(&self.inner.catalog, item, n)
    }

    /// The items most like an embedding that `pack` (`id@version`) gave; for files that are in no library.
    ///
    /// # Errors
    /// When the catalogue cannot be read.
    pub fn similar_to(
        &self,
        pack: &str,
        embedding: &[f32],
        n: usize,
    ) -> Result<Vec<(ItemId, f32)>> {
        self.inner
            .similar
            .nearest_to(&self.inner.catalog, pack, embedding, n)
    }
}

impl Drop for Library {
    fn drop(&mut self) {
        // A command writes what it changed before it ends; a window's thread has done so meanwhile, or the next will.
        if !self.inner.options.lock().is_window
            && let Err(error) = saving::drain(&self.inner, false)
        {
            tracing::warn!(%error, "not all was written to the files");
        }
        self.inner.closing.cancel();
        self.inner.scans.close();
        self.inner.watch.close();
        self.inner.analysis.close();
        self.inner.thumbs.close();
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a worker of the library ended with a fault");
            }
        }
    }
}

impl Inner {
    /// Adds a folder of all kinds, or finds it.
    fn add_folder(&self, path: &Path) -> Result<FolderId> {
        let absolute = std::path::absolute(path)
            .map_err(|error| Error::io("find the folder", path, &error))?;
        let metadata = std::fs::metadata(&absolute)
            .map_err(|error| Error::io("open the folder", &absolute, &error))?;
        if !metadata.is_dir() {
            return Err(Error::NotFound {
                what: "folder",
                name: absolute.display().to_string(),
            });
        }
        if self
            .own_folders()
            .iter()
            .any(|own| absolute.starts_with(own))
        {
            return Err(Error::Name {
                name: absolute.display().to_string(),
                why: "Parlour keeps its own files there".to_owned(),
            });
        }
        let id = self
            .catalog
            .bulk(|bulk| bulk.add_folder(&absolute, &Kind::ALL))?;
        self.folders_changed();
        Ok(id)
    }

    fn folders_changed(&self) {
        self.watch.folders_changed();
        self.outbox.send(LibraryEvent::FoldersChanged);
    }

    /// Folders that hold nothing of the person's.
    fn own_folders(&self) -> Vec<PathBuf> {
        let own = [&self.dirs.data, &self.dirs.cache];
        own.iter()
            .flat_map(|path| [std::path::absolute(path).ok(), path.canonicalize().ok()])
            .flatten()
            .collect()
    }

    /// Tells the catalogue the names of the tags that models give, once per start and vocabulary.
    fn describe_tags(&self) -> Result<()> {
        let names: Vec<TagNames> = self
            .taggers
            .vocabulary()
            .entries()
            .iter()
            .map(|entry| TagNames {
                slug: entry.slug.clone(),
                parent: entry.parent.clone(),
                names: [&entry.name_en, &entry.name_zh]
                    .into_iter()
                    .chain(&entry.aliases)
                    .filter(|name| !name.is_empty())
                    .cloned()
                    .collect(),
            })
            .collect();
        for some in names.chunks(200) {
            self.catalog.bulk(|bulk| bulk.describe_tags(some))?;
        }
        Ok(())
    }
}

/// The wall clock: milliseconds since the Unix epoch, UTC.
pub(crate) fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

#[cfg(test)]
mod tests;
