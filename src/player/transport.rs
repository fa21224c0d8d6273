//! The part of the player thread that moves samples: begins streams, answers the decoder, and follows what was played.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::command::{Output, PlayerEvent};
use super::decode::{Job, Mark, PlayId, Start, StreamId, What};
use super::device::FoundDevice;
use super::engine::Engine;
use super::heard::Heard;
use super::outlet::Outlet;
use super::queue::EntryId;
use super::resample::scale;
use super::stream::{Stream, StreamShared, stream};
use super::track::Track;
use crate::error::{Error, Result};

/// Room in the ring when the rate is not known yet.
const USUAL_RATE_HZ: u32 = 48_000;

/// The stream that is playing, or about to.
pub struct Live {
    id: StreamId,
    shared: Arc<StreamShared>,
    /// Not handed to the output yet.
    waiting: Option<Stream>,
    is_ready: bool,
    rate_hz: Option<u32>,
    /// What the output has not reached yet.
    marks: VecDeque<Mark>,
    /// What the decoder was given, the track that is playing first.
    plan: VecDeque<Planned>,
    /// The first track goes on with [`Engine::now`] instead of being a new play.
    is_continuing: bool,
    fails_in_a_row: usize,
}

struct Planned {
    play: PlayId,
    entry: EntryId,
    progress: Progress,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    /// The decoder was told of it.
    Told,
    /// It is being decoded, or was.
    Begun,
    /// It gave no sound.
    Failed,
}

/// The track that was begun last.
pub struct Now {
    /// Its play in the live stream; `None` while a stream for it is only being prepared.
    play: Option<PlayId>,
    entry: EntryId,
    track: Track,
    source_hz: u32,
    /// Length in its own frames, when known.
    frames: Option<u64>,
    /// The frame of the stream where its frame `from` is.
    start_at: u64,
    from: u64,
    heard: Heard,
}

impl Now {
    /// Length by its own frames.
    pub fn duration(&self) -> Option<Duration> {
        self.frames.map(|frames| time_of(frames, self.source_hz))
    }

    /// The part that was played at least once. `end` is where the track turned out to end.
    fn share(&self, end: Option<u64>) -> f32 {
        let by_tags = self
            .track
            .duration_ms
            .map(|ms| ms * u64::from(self.source_hz) / 1000);
        match end.or(self.frames).or(by_tags) {
            Some(frames) if frames > 0 => {
                (self.heard.frames() as f64 / frames as f64).min(1.0) as f32
            }
            _ => 0.0,
        }
    }
}

impl Engine {
    /// Begins a stream with this entry at this time; the entry becomes current. Goes on with the current play when it is of
    /// the same entry. Opens the device if there is none open.
    pub(super) fn begin(&mut self, entry: EntryId, from: Duration) {
        self.drop_stream();
        let is_continuing = self.now.as_ref().is_some_and(|now| now.entry == entry);
        if !is_continuing {
            self.now = None;
        }
        self.queue.select(entry);
        self.resume_at = from;
        if let Err(error) = self.open_device() {
            self.no_device(&error);
            return;
        }
        let Some(track) = self.queue.track(entry) else {
            return;
        };
        let (path, gain_mb) = (track.path.clone(), track.gain_mb);
        let rate_hz = self.outlet.as_ref().map(|outlet| outlet.rate_hz);
        let (samples, waiting) = stream(rate_hz.unwrap_or(USUAL_RATE_HZ), !from.is_zero());
        let (id, play) = (StreamId(self.new_id()), PlayId(self.new_id()));
        self.decoder.start(Start {
            id,
            job: Job {
                play,
                path,
                gain_mb,
            },
            from,
            rate_hz,
            is_eager: !matches!(self.parts.output, Output::Device(_)),
            samples,
            shared: waiting.shared.clone(),
        });
        self.live = Some(Live {
            id,
            shared: waiting.shared.clone(),
            waiting: Some(waiting),
            is_ready: false,
            rate_hz,
            marks: VecDeque::new(),
            plan: VecDeque::from([Planned {
                play,
                entry,
                progress: Progress::Told,
            }]),
            is_continuing,
            fails_in_a_row: 0,
        });
        self.controls.set_playing(self.wants_play);
    }

    /// Lets go of the stream; what was heard of the current track is noted.
    pub(super) fn drop_stream(&mut self) {
        self.note_heard();
        if let Some(now) = &mut self.now {
            now.play = None;
        }
        if let Some(live) = self.live.take() {
            live.shared.stop();
            self.decoder.stop();
        }
    }

    /// Leaves the current track: what was heard of it is told.
    pub(super) fn leave(&mut self) {
        self.note_heard();
        if let Some(now) = self.now.take() {
            let share = now.share(None);
            self.tell(PlayerEvent::Skipped {
                track: now.track,
                share,
            });
        }
    }

    /// How far into the current track.
    pub(super) fn position(&self) -> Duration {
        match (&self.now, self.frame()) {
            (Some(now), Some(frame)) => time_of(frame, now.source_hz),
            _ => self.resume_at,
        }
    }

    /// The frame of the current track that is played next.
    fn frame(&self) -> Option<u64> {
        let (now, live) = (self.now.as_ref()?, self.live.as_ref()?);
        now.play?;
        let played = live.shared.frames_consumed().saturating_sub(now.start_at);
        let frame = now.from + scale(played, live.rate_hz?, now.source_hz);
        Some(now.frames.map_or(frame, |frames| frame.min(frames)))
    }

    fn note_heard(&mut self) {
        let frame = self.frame();
        if let (Some(now), Some(frame)) = (&mut self.now, frame) {
            now.heard.add(now.from, frame);
        }
    }

    fn open_device(&mut self) -> Result<()> {
        let Output::Device(name) = &self.parts.output else {
            return Ok(());
        };
        if self.outlet.is_none() {
            let found = self.parts.hardware.find(name.as_deref())?;
            self.open(found)?;
        }
        Ok(())
    }

    pub(super) fn open(&mut self, found: Box<dyn FoundDevice>) -> Result<()> {
        let outlet = Outlet::device(found, self.controls.clone(), &self.parts.bell)?;
        self.outlet = Some(outlet);
        Ok(())
    }

    /// Takes what the decoder tells, and answers what follows.
    pub(super) fn take_marks(&mut self) {
        while let Some(mark) = self.decoder.mark() {
            let Some(live) = self.live.as_mut().filter(|live| live.id == mark.stream) else {
                continue;
            };
            match &mark.what {
                What::Ready => {
                    live.is_ready = true;
                    continue;
                }
                What::Drained => live.is_ready = true,
                What::Ends { .. } => {}
                What::Begins { play, rate_hz, .. } => {
                    let (play, rate_hz) = (*play, *rate_hz);
                    live.rate_hz = Some(rate_hz);
                    live.fails_in_a_row = 0;
                    live.set_progress(play, Progress::Begun);
                    live.marks.push_back(mark);
                    self.answer();
                    self.open_offline(rate_hz);
                    continue;
                }
                What::Fails { play, .. } => {
                    let play = *play;
                    live.fails_in_a_row += 1;
                    live.set_progress(play, Progress::Failed);
                    live.marks.push_back(mark);
                    self.answer();
                    continue;
                }
            }
            live.marks.push_back(mark);
        }
    }

    fn open_offline(&mut self, rate_hz: u32) {
        let path = match &self.parts.output {
            Output::Device(_) => return,
            Output::Null => None,
            Output::Wav(path) => Some(path.as_path()),
        };
        if self.outlet.is_some() {
            return;
        }
        match Outlet::offline(rate_hz, self.controls.clone(), path) {
            Ok(outlet) => self.outlet = Some(outlet),
            Err(error) => self.output_failed(error),
        }
    }

    /// Tells the decoder what follows the last track it was given, and remembers it as planned. False when the decoder turned
    /// to something else already.
    fn answer(&mut self) -> bool {
        let next = self.live.as_ref().and_then(|live| {
            let last = live.plan.back()?;
            self.next_of(live, last)
        });
        let next = next.and_then(|entry| Some((entry, self.job(entry)?)));
        let Some(live) = &mut self.live else {
            return true;
        };
        let Some(after) = live.plan.back().map(|last| last.play) else {
            return true;
        };
        let planned = next.as_ref().map(|(entry, job)| Planned {
            play: job.play,
            entry: *entry,
            progress: Progress::Told,
        });
        let is_in_time = self.decoder.set_next(after, next.map(|(_, job)| job));
        if is_in_time {
            live.plan.extend(planned);
        }
        is_in_time
    }

    /// What follows a planned track as the queue is now. Nothing, once every track of it has failed.
    fn next_of(&self, live: &Live, planned: &Planned) -> Option<EntryId> {
        if live.fails_in_a_row >= self.queue.len() {
            return None;
        }
        match planned.progress {
            Progress::Failed => self.queue.after(planned.entry),
            _ => self.queue.following(planned.entry),
        }
    }

    fn job(&mut self, entry: EntryId) -> Option<Job> {
        let track = self.queue.track(entry)?;
        let (path, gain_mb) = (track.path.clone(), track.gain_mb);
        let play = PlayId(self.new_id());
        Some(Job {
            play,
            path,
            gain_mb,
        })
    }

    /// The queue changed: what is decoded ahead may be the wrong thing. Where the decoder has not turned to it yet, it is only
    /// told; else decoding starts again at the place being played.
    pub(super) fn replan(&mut self) {
        self.take_marks();
        let Some(live) = &self.live else { return };
        let plan = &live.plan;
        let wrong =
            (1..plan.len()).find(|&n| self.next_of(live, &plan[n - 1]) != Some(plan[n].entry));
        let is_last_begun = plan
            .back()
            .is_some_and(|last| last.progress != Progress::Told);
        let is_right = match wrong {
            // What was told last is right.
            None if !is_last_begun => true,
            // The decoder was told that nothing follows; now something may.
            None => self.answer(),
            Some(n) if plan[n].progress == Progress::Told => {
                if let Some(live) = &mut self.live {
                    live.plan.truncate(n);
                }
                self.answer()
            }
            Some(_) => false,
        };
        if !is_right {
            self.restart_stream();
        }
    }

    fn restart_stream(&mut self) {
        if let Some(current) = self.queue.current() {
            self.begin(current, self.position());
        }
    }

    /// Gives the output the stream once there is enough in it.
    pub(super) fn hand_over(&mut self) {
        let (Some(live), Some(outlet)) = (&mut self.live, &mut self.outlet) else {
            return;
        };
        outlet.free_retired();
        if live.is_ready
            && let Some(stream) = live.waiting.take()
        {
            live.waiting = outlet.hand_over(stream);
        }
    }

    /// Moves samples to an output that does not do so itself; says how many frames.
    pub(super) fn pull(&mut self) -> usize {
        let Some(outlet) = &mut self.outlet else {
            return 0;
        };
        match outlet.pull() {
            Ok(0) => 0,
            Ok(frames) => {
                self.decoder.wake();
                frames
            }
            Err(error) => {
                self.output_failed(error);
                0
            }
        }
    }

    /// Acts on every mark that the output has reached.
    pub(super) fn follow(&mut self) {
        while let Some(live) = &mut self.live {
            let consumed = live.shared.frames_consumed();
            let is_handed = live.waiting.is_none();
            let is_reached = live.marks.front().is_some_and(|mark| {
                let is_sound = matches!(mark.what, What::Begins { .. });
                mark.at <= consumed && (is_handed || !is_sound)
            });
            if !is_reached {
                return;
            }
            let Some(mark) = live.marks.pop_front() else {
                return;
            };
            match mark.what {
                What::Begins {
                    play,
                    from,
                    source_hz,
                    frames,
                    ..
                } => self.begun(play, mark.at, from, source_hz, frames),
                What::Ends { play, to, error } => self.ended(play, to, error),
                What::Fails { play, error } => self.failed(play, error),
                What::Drained => {
                    let is_last = live.marks.is_empty()
                        && live
                            .plan
                            .back()
                            .is_none_or(|last| last.progress != Progress::Told);
                    if is_last {
                        self.run_out();
                    }
                }
                What::Ready => {}
            }
        }
    }

    fn begun(&mut self, play: PlayId, at: u64, from: u64, source_hz: u32, frames: Option<u64>) {
        let Some(live) = &mut self.live else { return };
        let Some(entry) = live.advance_to(play) else {
            return;
        };
        let is_continuing = std::mem::take(&mut live.is_continuing);
        let heard = self
            .now
            .take()
            .filter(|now| is_continuing && now.entry == entry)
            .map(|now| now.heard);
        self.queue.select(entry);
        let Some(track) = self.queue.track(entry).cloned() else {
            return;
        };
        if heard.is_none() {
            let track = track.clone();
            self.tell(PlayerEvent::Started { track });
        }
        self.now = Some(Now {
            play: Some(play),
            entry,
            track,
            source_hz,
            frames,
            start_at: at,
            from,
            heard: heard.unwrap_or_default(),
        });
    }

    fn ended(&mut self, play: PlayId, to: u64, error: Option<Error>) {
        let Some(mut now) = self.now.take_if(|now| now.play == Some(play)) else {
            return;
        };
        now.heard.add(now.from, to);
        let end = match error {
            Some(_) => now.frames.unwrap_or(to).max(to),
            None => to,
        };
        if let Some(error) = error {
            self.tell_failure(now.entry, now.track.clone(), error);
        }
        self.resume_at = Duration::ZERO;
        let share = now.share(Some(end));
        self.tell(PlayerEvent::Finished {
            track: now.track,
            share,
        });
    }

    fn failed(&mut self, play: PlayId, error: Error) {
        let entry = self.live.as_mut().and_then(|live| live.advance_to(play));
        let Some(entry) = entry else { return };
        // Somewhere else in the track that is playing could not be reached.
        self.leave();
        self.resume_at = Duration::ZERO;
        self.queue.select(entry);
        if let Some(track) = self.queue.track(entry).cloned() {
            self.tell_failure(entry, track, error);
        }
    }

    fn tell_failure(&mut self, entry: EntryId, track: Track, error: Error) {
        self.queue.set_problem(entry, error.clone());
        self.has_queue_changed = true;
        self.problem = Some(error.clone());
        self.tell(PlayerEvent::Failed { track, error });
    }

    fn new_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }
}

impl Live {
    fn set_progress(&mut self, play: PlayId, progress: Progress) {
        if let Some(planned) = self.plan.iter_mut().find(|planned| planned.play == play) {
            planned.progress = progress;
        }
    }

    /// Forgets what was planned before this play, and says which entry it is of.
    fn advance_to(&mut self, play: PlayId) -> Option<EntryId> {
        let place = self.plan.iter().position(|planned| planned.play == play)?;
        self.plan.drain(..place);
        self.plan.front().map(|planned| planned.entry)
    }
}

/// Frames as time.
fn time_of(frames: u64, rate_hz: u32) -> Duration {
    let nanos = u128::from(frames) * 1_000_000_000 / u128::from(rate_hz.max(1));
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}
