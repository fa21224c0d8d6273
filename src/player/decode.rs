//! The thread "player-decode": file after file to stereo at the output's rate, into the stream's ring.
//!
//! It is given a track to start with, and asks by its marks what follows: every mark that begins a track is answered by
//! [`Decoder::set_next`]. So it never holds more than one answer, and a change of the queue reaches it until the moment it
//! turns to the next track.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};
use parking_lot::Mutex;
use rtrb::Producer;

use super::bell::Bell;
use super::loudness::factor;
use super::resample::Resampler;
use super::source::{Opener, Source};
use super::stereo::to_stereo;
use super::stream::StreamShared;
use crate::error::{Error, Result};
use crate::jobs::{guarded, spawn};

/// Marks that may wait for the player thread.
const MARKS: usize = 256;
/// A stream is ready to be heard when this part of a second is decoded.
const READY_MS: u64 = 200;
/// How often a full ring is looked at again. It holds two seconds.
const FULL_PAUSE: Duration = Duration::from_millis(50);
/// How often orders are looked at when there is nothing to do. Orders also wake the thread.
const IDLE_PAUSE: Duration = Duration::from_secs(1);
/// Announced lengths may be off by this much without the file being cut off.
const CUT_OFF_MS: u64 = 100;
/// At most this much goes into the ring between two looks at the orders.
const CHUNK_SAMPLES: usize = 8192;

/// One time that a track is played. Playing it again is another play.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlayId(pub u64);

/// Which stream a mark speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamId(pub u64);

/// A track to decode.
#[derive(Debug, Clone)]
pub struct Job {
    pub play: PlayId,
    pub path: PathBuf,
    /// In hundredths of a decibel.
    pub gain_mb: i32,
}

/// A new stream to fill.
pub struct Start {
    pub id: StreamId,
    pub job: Job,
    /// Where in the first track to begin.
    pub from: Duration,
    /// The output's rate; `None` takes the rate of the first track that opens.
    pub rate_hz: Option<u32>,
    /// The output takes samples as fast as they come.
    pub is_eager: bool,
    pub samples: Producer<f32>,
    pub shared: Arc<StreamShared>,
}

/// Something that happens in a stream at a certain frame of it.
#[derive(Debug, Clone)]
pub struct Mark {
    pub stream: StreamId,
    /// Frame of the stream, at the output's rate.
    pub at: u64,
    pub what: What,
}

#[derive(Debug, Clone)]
pub enum What {
    /// A track begins.
    Begins {
        play: PlayId,
        /// The frame of the track that comes first.
        from: u64,
        /// The track's rate and length.
        source_hz: u32,
        frames: Option<u64>,
        rate_hz: u32,
    },
    /// A track ends before its frame `to`; with an error when it broke there.
    Ends {
        play: PlayId,
        to: u64,
        error: Option<Error>,
    },
    /// A track gave no sound at all.
    Fails { play: PlayId, error: Error },
    /// Nothing follows, as far as is known.
    Drained,
    /// Enough is there to begin.
    Ready,
}

#[derive(Default)]
struct Orders {
    start: Option<Start>,
    /// What follows the play that is being decoded.
    next: Option<(PlayId, Option<Job>)>,
    /// The play that is being decoded, or the last one that was.
    decoding: Option<PlayId>,
}

struct Desk {
    orders: Mutex<Orders>,
    /// Counts starts and stops; a stream belongs to one value.
    epoch: AtomicU64,
    is_quitting: AtomicBool,
}

/// The player thread's hold on the decoding thread. None of its methods waits.
pub struct Decoder {
    desk: Arc<Desk>,
    thread: Option<JoinHandle<()>>,
    marks: Receiver<Mark>,
}

impl Decoder {
    /// Starts the thread. `bell` is rung with every mark and, for eager streams, with samples.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub fn new(opener: Opener, bell: Bell) -> Result<Self> {
        let desk = Arc::new(Desk {
            orders: Mutex::default(),
            epoch: AtomicU64::new(0),
            is_quitting: AtomicBool::new(false),
        });
        let (sender, marks) = bounded(MARKS);
        let mut worker = Worker {
            desk: desk.clone(),
            marks: sender,
            bell,
            opener,
            kept: None,
        };
        let thread = spawn("player-decode", move || worker.run())?;
        Ok(Self {
            desk,
            thread: Some(thread),
            marks,
        })
    }

    /// Drops what is being decoded and begins a new stream.
    pub fn start(&self, start: Start) {
        {
            let mut orders = self.desk.orders.lock();
            orders.decoding = Some(start.job.play);
            orders.next = None;
            orders.start = Some(start);
            self.desk.epoch.fetch_add(1, Ordering::AcqRel);
        }
        self.wake();
    }

    /// Drops what is being decoded.
    pub fn stop(&self) {
        {
            let mut orders = self.desk.orders.lock();
            *orders = Orders::default();
            self.desk.epoch.fetch_add(1, Ordering::AcqRel);
        }
        self.wake();
    }

    /// Says what follows `after`. False when the decoder is past it already.
    pub fn set_next(&self, after: PlayId, job: Option<Job>) -> bool {
        {
            let mut orders = self.desk.orders.lock();
            if orders.decoding != Some(after) {
                return false;
            }
            orders.next = Some((after, job));
        }
        self.wake();
        true
    }

    /// The next mark that is waiting.
    pub fn mark(&self) -> Option<Mark> {
        self.marks.try_recv().ok()
    }

    /// Tells the thread that there is room in the ring, or something to do.
    pub fn wake(&self) {
        if let Some(thread) = &self.thread {
            thread.thread().unpark();
        }
    }
}

impl Drop for Decoder {
    /// Does not wait for a thread that hangs in a slow file system for longer than a moment.
    fn drop(&mut self) {
        self.desk.is_quitting.store(true, Ordering::Release);
        self.stop();
        let Some(thread) = self.thread.take() else {
            return;
        };
        for _ in 0..50 {
            if thread.is_finished() {
                drop(thread.join());
                return;
            }
            while self.marks.try_recv().is_ok() {}
            thread.thread().unpark();
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// New orders came while a stream was being filled.
struct Superseded;

/// A file that stays open, for seeking in it.
struct Open {
    path: PathBuf,
    source: Box<dyn Source>,
}

struct Worker {
    desk: Arc<Desk>,
    marks: Sender<Mark>,
    bell: Bell,
    opener: Opener,
    kept: Option<Open>,
}

impl Worker {
    fn run(&mut self) {
        while !self.desk.is_quitting.load(Ordering::Acquire) {
            let (start, epoch) = {
                let mut orders = self.desk.orders.lock();
                (orders.start.take(), self.desk.epoch.load(Ordering::Acquire))
            };
            match start {
                Some(start) => {
                    let mut filling = Filling::new(self, start, epoch);
                    if filling.run().is_ok() {
                        // Only new orders end a stream.
                        tracing::debug!("the stream ended");
                    }
                }
                None => std::thread::park_timeout(IDLE_PAUSE),
            }
        }
    }

    /// The file, opened before or now, at this time or at its end; and which frame that is.
    fn open_at(&mut self, path: &Path, from: Duration) -> Result<(Box<dyn Source>, u64)> {
        let (mut source, is_fresh) = match self.kept.take() {
            Some(kept) if kept.path == path => (kept.source, false),
            _ => {
                let opener = self.opener.clone();
                (guarded("open the recording", || opener(path))?, true)
            }
        };
        let rate = u128::from(source.sample_rate_hz());
        let frame = (from.as_nanos() * rate + 500_000_000) / 1_000_000_000;
        let frame = u64::try_from(frame).unwrap_or(u64::MAX);
        match source.frames() {
            _ if frame == 0 && is_fresh => Ok((source, 0)),
            Some(frames) if frame >= frames && frames > 0 => Ok((source, frames)),
            _ => {
                let reached = guarded("seek in the recording", || source.seek(frame))?;
                Ok((source, reached))
            }
        }
    }
}

/// One stream being filled.
struct Filling<'a> {
    worker: &'a mut Worker,
    epoch: u64,
    start: Start,
    resampler: Option<Resampler>,
    /// Frame of the stream where the resampler's output began.
    base: u64,
    /// Frames put into the ring so far.
    pushed: u64,
    is_ready: bool,
    decoded: Vec<f32>,
    stereo: Vec<f32>,
    resampled: Vec<f32>,
}

impl<'a> Filling<'a> {
    fn new(worker: &'a mut Worker, start: Start, epoch: u64) -> Self {
        Self {
            worker,
            epoch,
            start,
            resampler: None,
            base: 0,
            pushed: 0,
            is_ready: false,
            decoded: Vec::new(),
            stereo: Vec::new(),
            resampled: Vec::new(),
        }
    }

    /// Track after track until new orders come.
    fn run(&mut self) -> Result<(), Superseded> {
        let mut job = self.start.job.clone();
        let mut from = self.start.from;
        loop {
            self.track(&job, from)?;
            job = self.next_after(job.play)?;
            from = Duration::ZERO;
        }
    }

    /// Decodes one track from beginning to end.
    fn track(&mut self, job: &Job, from: Duration) -> Result<(), Superseded> {
        let fails = |error| What::Fails {
            play: job.play,
            error,
        };
        let (mut source, first) = match self.worker.open_at(&job.path, from) {
            Ok(opened) => opened,
            Err(error) => return self.mark(self.end(), fails(error)),
        };
        let source_hz = source.sample_rate_hz();
        let frames = source.frames();
        let is_at_end = first > 0 && frames == Some(first);
        if let Err(error) = self.prepare(source_hz)? {
            return self.mark(self.end(), fails(error));
        }
        let mut at = first;
        let mut has_begun = false;
        let error = loop {
            if is_at_end {
                break None;
            }
            self.decoded.clear();
            let decoded = &mut self.decoded;
            let result = guarded("decode the recording", || source.next(decoded));
            let count = match result {
                Ok(count) => count as u64,
                Err(error) => break Some(error),
            };
            if count == 0 {
                break source
                    .damage()
                    .or_else(|| ends_early(&job.path, at, frames, source_hz));
            }
            if !has_begun {
                has_begun = true;
                self.begins(job.play, first, source_hz, frames)?;
            }
            at += count;
            self.stereo.clear();
            to_stereo(&self.decoded, source.channels(), &mut self.stereo);
            if job.gain_mb != 0 {
                let factor = factor(job.gain_mb);
                self.stereo.iter_mut().for_each(|sample| *sample *= factor);
            }
            self.resampled.clear();
            if let Some(resampler) = &mut self.resampler
                && let Err(error) = resampler.push(&self.stereo, &mut self.resampled)
            {
                break Some(error);
            }
            if let Err(superseded) = self.push() {
                self.worker.kept = Some(Open {
                    path: job.path.clone(),
                    source,
                });
                return Err(superseded);
            }
        };
        match (has_begun, error) {
            (false, Some(error)) => self.mark(self.end(), fails(error)),
            (false, None) if first == 0 => {
                let path = job.path.clone();
                self.mark(self.end(), fails(Error::Empty { path }))
            }
            (has_begun, error) => {
                if !has_begun {
                    self.begins(job.play, first, source_hz, frames)?;
                }
                let play = job.play;
                self.mark(
                    self.end(),
                    What::Ends {
                        play,
                        to: at,
                        error,
                    },
                )
            }
        }
    }

    fn begins(
        &mut self,
        play: PlayId,
        from: u64,
        source_hz: u32,
        frames: Option<u64>,
    ) -> Result<(), Superseded> {
        let begins = What::Begins {
            play,
            from,
            source_hz,
            frames,
            rate_hz: self.start.rate_hz.unwrap_or(source_hz),
        };
        self.mark(self.end(), begins)
    }

    /// Makes the resampler fit for a track of this rate. A track of the same rate goes on with the same one, so that nothing
    /// happens between the two.
    fn prepare(&mut self, source_hz: u32) -> Result<Result<()>, Superseded> {
        if self
            .resampler
            .as_ref()
            .is_some_and(|r| r.source_hz() == source_hz)
        {
            return Ok(Ok(()));
        }
        self.flush()?;
        let rate_hz = *self.start.rate_hz.get_or_insert(source_hz);
        match Resampler::new(source_hz, rate_hz) {
            Ok(resampler) => {
                self.resampler = Some(resampler);
                Ok(Ok(()))
            }
            Err(error) => Ok(Err(error)),
        }
    }

    /// Frame of the stream behind everything decoded so far, also what the resampler still holds.
    fn end(&self) -> u64 {
        self.base + self.resampler.as_ref().map_or(0, Resampler::frames_due)
    }

    /// Ends the resampler and puts the rest of its output into the ring.
    fn flush(&mut self) -> Result<(), Superseded> {
        if let Some(mut resampler) = self.resampler.take() {
            self.resampled.clear();
            if let Err(error) = resampler.finish(&mut self.resampled) {
                tracing::error!(%error, "the end of a track was lost");
            }
            self.push()?;
        }
        self.base = self.pushed;
        Ok(())
    }

    /// What to decode after `play`; waits while nothing follows.
    fn next_after(&mut self, play: PlayId) -> Result<Job, Superseded> {
        let mut is_drained = false;
        loop {
            let next = {
                let mut orders = self.worker.desk.orders.lock();
                self.check()?;
                let next = orders.next.take_if(|(after, _)| *after == play);
                if let Some((_, Some(job))) = &next {
                    orders.decoding = Some(job.play);
                    self.start.shared.is_drained.store(false, Ordering::Release);
                }
                next
            };
            match next {
                Some((_, Some(job))) => return Ok(job),
                Some((_, None)) if !is_drained => {
                    is_drained = true;
                    self.flush()?;
                    self.start.shared.is_drained.store(true, Ordering::Release);
                    self.mark(self.pushed, What::Drained)?;
                }
                _ => std::thread::park_timeout(IDLE_PAUSE),
            }
        }
    }

    /// Puts `resampled` into the ring, waiting for room.
    fn push(&mut self) -> Result<(), Superseded> {
        let samples = std::mem::take(&mut self.resampled);
        let mut rest = &samples[..];
        while !rest.is_empty() {
            self.check()?;
            let part = &rest[..rest.len().min(CHUNK_SAMPLES)];
            let (written, _) = self.start.samples.push_partial_slice(part);
            let count = written.len();
            rest = &rest[count..];
            self.pushed += count as u64 / 2;
            let ready = u64::from(self.start.rate_hz.unwrap_or(0)) * READY_MS / 1000;
            if !self.is_ready && (self.start.is_eager || self.pushed >= ready) {
                self.is_ready = true;
                self.mark(self.pushed, What::Ready)?;
            } else if self.start.is_eager {
                self.worker.bell.ring();
            }
            if count < part.len() {
                std::thread::park_timeout(FULL_PAUSE);
            }
        }
        self.resampled = samples;
        Ok(())
    }

    fn mark(&self, at: u64, what: What) -> Result<(), Superseded> {
        let mut mark = Mark {
            stream: self.start.id,
            at,
            what,
        };
        loop {
            self.check()?;
            match self.worker.marks.send_timeout(mark, FULL_PAUSE) {
                Ok(()) => break,
                Err(error) => mark = error.into_inner(),
            }
        }
        self.worker.bell.ring();
        Ok(())
    }

    fn check(&self) -> Result<(), Superseded> {
        if self.worker.desk.epoch.load(Ordering::Acquire) == self.epoch {
            Ok(())
        } else {
            Err(Superseded)
        }
    }
}

/// A file that holds clearly less than it announces was cut off.
fn ends_early(path: &Path, at: u64, frames: Option<u64>, source_hz: u32) -> Option<Error> {
    let missing_ms = frames?.saturating_sub(at) * 1000 / u64::from(source_hz.max(1));
    let why = || format!("it ends {:.1} s too early", missing_ms as f64 / 1000.0);
    (missing_ms > CUT_OFF_MS).then(|| Error::damaged("recording", path, why()))
}
