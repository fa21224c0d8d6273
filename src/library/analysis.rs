//! The background pipeline: every photo and song decoded once for thumbnails, measurements, tags and embeddings.
//!
//! Newest first; what was done is recorded by analyser and version, failures too, so that it goes on after a restart
//! where it stopped and repeats nothing until a file or a model changes.

use std::collections::{HashMap, HashSet, VecDeque};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TrySendError, bounded, select};
use parking_lot::{Condvar, Mutex};

use super::event::{LibraryEvent, Notice};
use super::options::Options;
use super::sound::{self, Sound};
use super::{Inner, thumbs};
use crate::catalog::{Bulk, Item, ItemId, ModelTag, NewTagging, Reader, RunId};
use crate::error::{Error, Result};
use crate::jobs::{Activity, Cancel, Pause, Progress, guarded};
use crate::media::photo::{self, Picture};
use crate::media::{Kind, audio};
use crate::models::{Look, Tagging, Task, look};

/// Analyser names in the catalogue.
const PHOTO_TAGS: &str = "photo-tags";
const AUDIO_TAGS: &str = "audio-tags";
/// Photos are decoded at least this large: twice what the models take, and enough for thumbnails.
const PHOTO_SIDE: u32 = 640;
/// The models listen to this many stretches of a song, this long.
const WINDOWS: usize = 24;
const WINDOW_SECONDS: f32 = 3.2;
/// Items looked up at once; new ones that came meanwhile go first after them.
const ROUND: usize = 128;
/// Results written at once.
const BATCH: usize = 32;
const BATCH_AGE: Duration = Duration::from_millis(500);
const PROGRESS_EVERY: Duration = Duration::from_millis(250);
/// While something plays, a worker rests this many times as long as it worked.
const REST_FACTOR: u32 = 2;
const MAX_REST: Duration = Duration::from_secs(3);
/// How long the thread sleeps when there is nothing to do and nobody wakes it.
const IDLE: Duration = Duration::from_mins(1);

/// One analysed item.
#[derive(Debug, Clone)]
pub struct Analysed {
    /// Which.
    pub item: ItemId,
    /// Its file.
    pub path: PathBuf,
    /// What the models say.
    pub taggings: Vec<Tagging>,
    /// What was measured, of songs.
    pub sound: Option<Sound>,
    /// What was calculated from the pixels, of photos.
    pub look: Option<Look>,
    /// Why it failed.
    pub error: Option<Error>,
}

/// The switches of the pipeline.
pub(crate) struct Control {
    pause: Pause,
    is_enabled: AtomicBool,
    is_playing: AtomicBool,
    is_woken: Mutex<bool>,
    woken: Condvar,
    cancel: Cancel,
    /// One run at a time, whoever asks.
    one: Mutex<()>,
}

impl Control {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            pause: Pause::new(),
            is_enabled: AtomicBool::new(options.is_analysing),
            is_playing: AtomicBool::new(false),
            is_woken: Mutex::new(true),
            woken: Condvar::new(),
            cancel: Cancel::new(),
            one: Mutex::new(()),
        }
    }

    pub(crate) fn pause(&self) -> &Pause {
        &self.pause
    }

    pub(crate) fn set_enabled(&self, is_enabled: bool) {
        self.is_enabled.store(is_enabled, Ordering::Relaxed);
        self.wake();
    }

    pub(crate) fn set_playing(&self, is_playing: bool) {
        self.is_playing.store(is_playing, Ordering::Relaxed);
    }

    /// There may be something to do.
    pub(crate) fn wake(&self) {
        *self.is_woken.lock() = true;
        self.woken.notify_all();
    }

    pub(crate) fn close(&self) {
        self.cancel.cancel();
        self.wake();
    }

    fn is_enabled(&self) -> bool {
        self.is_enabled.load(Ordering::Relaxed)
    }

    fn is_playing(&self) -> bool {
        self.is_playing.load(Ordering::Relaxed)
    }
}

/// The body of the analysing thread.
pub(crate) fn run(inner: &Inner) {
    let control = &inner.analysis;
    loop {
        {
            let mut is_woken = control.is_woken.lock();
            if !*is_woken {
                control.woken.wait_for(&mut is_woken, IDLE);
            }
            *is_woken = false;
        }
        if control.cancel.is_cancelled() {
            return;
        }
        if !control.is_enabled() {
            continue;
        }
        let result = guarded("analyse the library", || {
            pass(inner, &control.cancel, true, &mut |_| {})
        });
        match result {
            Ok(0) | Err(Error::Cancelled) => {}
            Ok(_) => inner.outbox.send(LibraryEvent::Finished(Activity::Analyse)),
            Err(error) => tracing::error!(%error, "the analysis stopped"),
        }
    }
}

/// Analyses everything that is not yet, on this call; returns how many items.
pub(crate) fn run_now(inner: &Inner, cancel: &Cancel, mut on: impl FnMut(Analysed)) -> Result<u64> {
    pass(inner, cancel, false, &mut on)
}

/// What has to be done to an item.
#[derive(Debug, Clone, Copy)]
struct Work {
    item: ItemId,
    kind: Kind,
}

/// Versions of the analysers: another set of packs looks at everything again.
#[derive(Debug, Clone, Copy)]
struct Versions {
    photo: Option<u32>,
    audio: Option<u32>,
}

impl Versions {
    fn of(inner: &Inner) -> Self {
        let version = |task: Task| {
            let mut packs = inner.taggers.versions(task);
            // The rules look at photos in the same decode.
            if task == Task::PhotoTags {
                packs.push(format!("{}@{}", look::ANALYSER, look::VERSION));
            }
            (!packs.is_empty()).then(|| fingerprint(&packs))
        };
        Self {
            photo: version(Task::PhotoTags),
            audio: version(Task::AudioTags),
        }
    }
}

fn fingerprint(packs: &[String]) -> u32 {
    let hash = blake3::hash(packs.join("\n").as_bytes());
    let [a, b, c, d, ..] = *hash.as_bytes();
    // The catalogue's versions are positive.
    u32::from_le_bytes([a, b, c, d]) >> 1
}

struct Pass<'a> {
    inner: &'a Inner,
    cancel: &'a Cancel,
    is_background: bool,
    versions: Versions,
    reader: Reader,
    tried: HashSet<ItemId>,
    runs: HashMap<String, RunId>,
    results: Vec<Analysed>,
    kinds: HashMap<ItemId, Kind>,
    progress: Progress,
    told_at: Instant,
    written_at: Instant,
    /// Packs that failed as a whole: what they would say is not recorded as a failure of items.
    broken: HashSet<Kind>,
}

fn pass(
    inner: &Inner,
    cancel: &Cancel,
    is_background: bool,
    on: &mut dyn FnMut(Analysed),
) -> Result<u64> {
    let _one_at_a_time = inner.analysis.one.lock();
    inner.describe_tags()?;
    let now = Instant::now();
    let mut pass = Pass {
        inner,
        cancel,
        is_background,
        versions: Versions::of(inner),
        reader: inner.catalog.reader()?,
        tried: HashSet::new(),
        runs: HashMap::new(),
        results: Vec::new(),
        kinds: HashMap::new(),
        progress: Progress::start(Activity::Analyse, None, super::now_ms()),
        told_at: now,
        written_at: now,
        broken: HashSet::new(),
    };
    let mut round = pass.next_round()?;
    if round.is_empty() {
        return Ok(0);
    }
    let workers = inner.options.lock().workers.max(1);
    let (jobs, jobs_rx) = bounded::<Work>(workers);
    let (done_tx, done) = bounded::<(Work, Analysed)>(workers * 2);
    let finished = &Cancel::new();
    let result = std::thread::scope(|scope| {
        for n in 0..workers {
            let (jobs, done) = (jobs_rx.clone(), done_tx.clone());
            let started = std::thread::Builder::new()
                .name(format!("analyse-{n}"))
                .spawn_scoped(scope, move || {
                    work(inner, n, (&jobs, &done), (cancel, finished), is_background);
                });
            if let Err(error) = started {
                tracing::warn!(%error, "analysing with fewer threads");
            }
        }
        drop((jobs_rx, done_tx));
        let result = pass.coordinate(&mut round, jobs, &done, on);
        finished.cancel();
        drop(done);
        result
    });
    // What was done is kept, whatever happened.
    let written = pass.write();
    pass.tell(true);
    result.and(written)?;
    Ok(pass.progress.done)
}

impl Pass<'_> {
    /// The next items, newest first of each kind, photos and songs in turn.
    fn next_round(&mut self) -> Result<VecDeque<Work>> {
        let pending = |analyser: &str, version: u32, kind: Kind| {
            self.reader
                .pending(analyser, version, &[kind], usize::MAX >> 1)
        };
        let mut photos = Vec::new();
        if let Some(version) = self.versions.photo
            && !self.broken.contains(&Kind::Photo)
        {
            photos = pending(PHOTO_TAGS, version, Kind::Photo)?;
        }
        let mut songs = pending(sound::ANALYSER, sound::VERSION, Kind::Audio)?;
        if let Some(version) = self.versions.audio
            && !self.broken.contains(&Kind::Audio)
        {
            let measured: HashSet<ItemId> = songs.iter().copied().collect();
            let untagged = pending(AUDIO_TAGS, version, Kind::Audio)?;
            songs.extend(untagged.into_iter().filter(|item| !measured.contains(item)));
        }
        photos.retain(|item| !self.tried.contains(item));
        songs.retain(|item| !self.tried.contains(item));
        let left = photos.len() + songs.len();
        self.progress.total = Some(self.progress.done + left as u64);
        let mut round = VecDeque::with_capacity(ROUND);
        let (mut photos, mut songs) = (photos.into_iter(), songs.into_iter());
        while round.len() < ROUND {
            let before = round.len();
            // A song takes as long as many photos.
            round.extend(photos.by_ref().take(16).map(|item| Work {
                item,
                kind: Kind::Photo,
            }));
            round.extend(songs.by_ref().take(1).map(|item| Work {
                item,
                kind: Kind::Audio,
            }));
            if round.len() == before {
                break;
            }
        }
        self.tried.extend(round.iter().map(|work| work.item));
        Ok(round)
    }

    fn coordinate(
        &mut self,
        round: &mut VecDeque<Work>,
        jobs: Sender<Work>,
        done: &Receiver<(Work, Analysed)>,
        on: &mut dyn FnMut(Analysed),
    ) -> Result<()> {
        let mut in_flight = 0usize;
        loop {
            self.cancel.check()?;
            if self.is_background && !self.inner.analysis.is_enabled() {
                return Ok(());
            }
            while let Some(work) = round.pop_front() {
                match jobs.try_send(work) {
                    Ok(()) => in_flight += 1,
                    Err(TrySendError::Full(work)) => {
                        round.push_front(work);
                        break;
                    }
                    Err(TrySendError::Disconnected(_)) => {
                        return Err(Error::Internal {
                            action: "analyse the library",
                            why: "no worker could be started".to_owned(),
                        });
                    }
                }
            }
            if round.is_empty() && in_flight == 0 {
                self.write()?;
                *round = self.next_round()?;
                if round.is_empty() {
                    return Ok(());
                }
                continue;
            }
            select! {
                recv(done) -> result => if let Ok((work, analysed)) = result {
                    in_flight -= 1;
                    on(analysed.clone());
                    self.keep(work, analysed);
                },
                default(Duration::from_millis(50)) => {}
            }
            let is_due = !self.results.is_empty() && self.written_at.elapsed() >= BATCH_AGE;
            if self.results.len() >= BATCH || is_due {
                self.write()?;
            }
            self.tell(false);
        }
    }

    fn keep(&mut self, work: Work, analysed: Analysed) {
        if analysed.error == Some(Error::Cancelled) {
            return;
        }
        self.progress.done += 1;
        if let Some(error) = &analysed.error {
            self.progress.failed += 1;
            if matches!(error, Error::Pack { .. } | Error::Model { .. })
                && self.broken.insert(work.kind)
            {
                tracing::error!(%error, "a model failed");
                self.inner
                    .outbox
                    .send(LibraryEvent::Notice(Notice::Pack(error.to_string())));
            }
        }
        if let Some(name) = analysed.path.file_name() {
            self.progress.current = name.to_string_lossy().into_owned();
        }
        self.kinds.insert(analysed.item, work.kind);
        self.results.push(analysed);
    }

    fn write(&mut self) -> Result<()> {
        self.written_at = Instant::now();
        let results = std::mem::take(&mut self.results);
        if results.is_empty() {
            return Ok(());
        }
        let mut runs = std::mem::take(&mut self.runs);
        let (versions, kinds) = (self.versions, &self.kinds);
        let written = self.inner.catalog.bulk(|bulk| {
            for result in &results {
                let is_photo = kinds.get(&result.item) == Some(&Kind::Photo);
                match store(bulk, result, is_photo, versions, &mut runs) {
                    // Removed meanwhile.
                    Ok(()) | Err(Error::NotFound { .. }) => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(runs)
        });
        self.runs = written?;
        if results.iter().any(|result| !result.taggings.is_empty()) {
            self.inner.similar.changed();
        }
        self.inner
            .outbox
            .items_changed(results.iter().map(|result| result.item).collect());
        Ok(())
    }

    fn tell(&mut self, is_final: bool) {
        if is_final || self.told_at.elapsed() >= PROGRESS_EVERY {
            self.told_at = Instant::now();
            self.inner
                .outbox
                .send(LibraryEvent::Progress(self.progress.clone()));
        }
    }
}

/// Writes what came of one item.
fn store(
    bulk: &mut Bulk<'_>,
    result: &Analysed,
    is_photo: bool,
    versions: Versions,
    runs: &mut HashMap<String, RunId>,
) -> Result<()> {
    let item = result.item;
    for tagging in &result.taggings {
        let run = match runs.get(&tagging.pack) {
            Some(run) => *run,
            None => {
                let run = bulk.begin_run(&tagging.pack)?;
                runs.insert(tagging.pack.clone(), run);
                run
            }
        };
        bulk.set_tagging(item, run, &new_tagging(tagging))?;
    }
    if let Some(look) = &result.look {
        bulk.set_rule_tags(item, &look.tags())?;
        bulk.set_analysis(item, look::ANALYSER, look::VERSION, Ok(&look.to_bytes()))?;
    }
    let tags = if is_photo {
        versions.photo.map(|version| (PHOTO_TAGS, version))
    } else {
        versions.audio.map(|version| (AUDIO_TAGS, version))
    };
    match &result.error {
        Some(Error::Pack { .. } | Error::Model { .. }) => {
            keep_sound(bulk, result)?;
        }
        Some(error) if thumbs::is_lasting(error) => {
            let reason = error.reason();
            if let Some((analyser, version)) = tags {
                bulk.set_analysis(item, analyser, version, Err(&reason))?;
            }
            if !is_photo {
                bulk.set_analysis(item, sound::ANALYSER, sound::VERSION, Err(&reason))?;
            }
            bulk.set_problem(item, Some(&reason))?;
        }
        // Not there just now: tried again in the next pass.
        Some(_) => {}
        None => {
            if let Some((analyser, version)) = tags {
                bulk.set_analysis(item, analyser, version, Ok(&[]))?;
            }
            keep_sound(bulk, result)?;
        }
    }
    Ok(())
}

fn keep_sound(bulk: &mut Bulk<'_>, result: &Analysed) -> Result<()> {
    if let Some(sound) = &result.sound {
        bulk.set_duration(result.item, sound.duration_ms)?;
        let bytes = sound.to_bytes()?;
        bulk.set_analysis(result.item, sound::ANALYSER, sound::VERSION, Ok(&bytes))?;
    }
    Ok(())
}

fn new_tagging(tagging: &Tagging) -> NewTagging {
    NewTagging {
        pack: tagging.pack.clone(),
        embedding: tagging.embedding.clone(),
        tags: tagging
            .tags
            .iter()
            .map(|tag| ModelTag {
                slug: tag.slug.clone(),
                score: tag.score,
                is_shown: tag.is_shown,
            })
            .collect(),
    }
}

/// The body of worker `n`: works until `jobs` ends or `finished` is thrown.
fn work(
    inner: &Inner,
    n: usize,
    (jobs, done): (&Receiver<Work>, &Sender<(Work, Analysed)>),
    (cancel, finished): (&Cancel, &Cancel),
    is_background: bool,
) {
    let control = &inner.analysis;
    let is_over = || cancel.is_cancelled() || finished.is_cancelled();
    loop {
        // Before a job is taken, so that none is held back by a worker that rests.
        while is_background && !is_over() && must_wait(inner, n) {
            std::thread::sleep(Duration::from_millis(20));
        }
        if is_over() {
            return;
        }
        let work = match jobs.recv_timeout(Duration::from_millis(100)) {
            Ok(work) => work,
            Err(RecvTimeoutError::Timeout) => continue,
            Err(RecvTimeoutError::Disconnected) => return,
        };
        let started = Instant::now();
        let analysed = one(inner, work, cancel);
        if done.send((work, analysed)).is_err() {
            return;
        }
        if is_background && control.is_playing() {
            cancel.sleep((started.elapsed() * REST_FACTOR).min(MAX_REST));
        }
    }
}

/// Whether the person holds the analysis, pictures that somebody waits for go first, or music plays and this worker
/// leaves its core to it.
fn must_wait(inner: &Inner, n: usize) -> bool {
    let control = &inner.analysis;
    control.pause.is_paused() || inner.thumbs.is_busy() || (n > 0 && control.is_playing())
}

fn one(inner: &Inner, work: Work, cancel: &Cancel) -> Analysed {
    let mut analysed = Analysed {
        item: work.item,
        path: PathBuf::new(),
        taggings: Vec::new(),
        sound: None,
        look: None,
        error: None,
    };
    let result = guarded("analyse a file", || {
        let item = inner.catalog.reader()?.item(work.item)?;
        let item = item.ok_or_else(|| thumbs::unknown(work.item))?;
        let path = item.path().ok_or_else(|| thumbs::unknown(work.item))?;
        path.clone_into(&mut analysed.path);
        match work.kind {
            Kind::Audio => listen(inner, &mut analysed, cancel),
            _ => look(inner, &item, &mut analysed),
        }
    });
    analysed.error = result.err();
    analysed
}

fn look(inner: &Inner, item: &Item, analysed: &mut Analysed) -> Result<()> {
    let picture: Picture = photo::decode(&analysed.path, Some(PHOTO_SIDE))?.fit(PHOTO_SIDE * 2);
    thumbs::keep_from(inner, item, &picture);
    let look = analysed.look.insert(Look::of(&picture));
    analysed.taggings = inner.taggers.photo(&picture)?;
    if look.is_blank {
        // There is nothing to see, whatever a network makes of it.
        analysed
            .taggings
            .iter_mut()
            .for_each(|tagging| tagging.tags.clear());
    }
    Ok(())
}

fn listen(inner: &Inner, analysed: &mut Analysed, cancel: &Cancel) -> Result<()> {
    let windows = audio::Windows {
        count: WINDOWS,
        seconds: WINDOW_SECONDS,
    };
    let heard = audio::analyse(&analysed.path, &windows, cancel)?;
    analysed.sound = Some(Sound::from(&heard));
    if !heard.mono_16k.is_empty() {
        analysed.taggings = inner.taggers.audio(&heard.mono_16k, heard.window_len())?;
    }
    Ok(())
}
