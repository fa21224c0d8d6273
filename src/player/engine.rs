//! The thread "player": obeys commands, follows what the output has played, and shows the status.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Sender, TrySendError};
use parking_lot::Mutex;

use super::bell::{Bell, Sleeper};
use super::command::{Output, PlayerCommand, PlayerEvent};
use super::decode::Decoder;
use super::device::Hardware;
use super::inbox::Inbox;
use super::outlet::Outlet;
use super::player::Shown;
use super::queue::{EntryId, Queue, QueueState, Repeat};
use super::source::Opener;
use super::status::{State, Status};
use super::stream::{Controls, gain_of};
use super::track::Track;
use super::transport::{Live, Now};
use crate::error::{Error, Result};
use crate::jobs::Waker;

/// Going back restarts the track when more than this was played.
const RESTART_AFTER: Duration = Duration::from_secs(3);
/// How often the status is renewed while playing.
const TICK: Duration = Duration::from_millis(30);
/// A device that is not needed for so long is closed.
const IDLE_CLOSE: Duration = Duration::from_secs(10);
/// First and longest time between looks for a device that is missing.
const RETRY: (Duration, Duration) = (Duration::from_secs(3), Duration::from_secs(30));
/// A device that has to be opened again more often than this, with less than that between, is taken as lost.
const REOPEN: (u32, Duration) = (3, Duration::from_secs(2));
/// Events kept for somebody who does not listen; the oldest go first.
const MAX_UNHEARD: usize = 4096;

/// What the player is made of.
pub struct Parts {
    pub output: Output,
    pub waker: Waker,
    pub opener: Opener,
    pub hardware: Box<dyn Hardware>,
    pub bell: Bell,
    pub sleeper: Sleeper,
    pub inbox: Arc<Inbox>,
    pub shown: Arc<Mutex<Shown>>,
    pub events: Sender<PlayerEvent>,
}

/// Why there is no device.
pub enum Trouble {
    /// None could be opened; the reason is a sentence.
    NoDevice(String),
    /// The one in use went away.
    Lost { name: String, was_playing: bool },
}

/// Owns queue, state and output. The part that moves samples is in `transport.rs`.
pub struct Engine {
    pub(super) parts: Parts,
    pub(super) decoder: Decoder,
    pub(super) controls: Arc<Controls>,
    pub(super) queue: Queue,
    /// What the person wants, whether or not it is possible.
    pub(super) wants_play: bool,
    pub(super) outlet: Option<Outlet>,
    pub(super) trouble: Option<Trouble>,
    pub(super) live: Option<Live>,
    /// The track that was begun last, until it ends or is left.
    pub(super) now: Option<Now>,
    /// Where to go on when nothing is playing, and what to show until the first sample is played.
    pub(super) resume_at: Duration,
    pub(super) problem: Option<Error>,
    pub(super) has_queue_changed: bool,
    pub(super) last_id: u64,
    volume: f32,
    is_muted: bool,
    idle_since: Instant,
    retry: Option<(Instant, Duration)>,
    /// When and how often in a row the device had to be opened again.
    reopened: Option<(Instant, u32)>,
    unheard: VecDeque<PlayerEvent>,
}

impl Engine {
    /// # Errors
    /// When the decoding thread cannot be started.
    pub fn new(parts: Parts) -> Result<Self> {
        let decoder = Decoder::new(parts.opener.clone(), parts.bell.clone())?;
        Ok(Self {
            parts,
            decoder,
            controls: Arc::new(Controls::new()),
            queue: Queue::new(fastrand::u64(..)),
            wants_play: false,
            outlet: None,
            trouble: None,
            live: None,
            now: None,
            resume_at: Duration::ZERO,
            problem: None,
            has_queue_changed: false,
            last_id: 0,
            volume: 1.0,
            is_muted: false,
            idle_since: Instant::now(),
            retry: None,
            reopened: None,
            unheard: VecDeque::new(),
        })
    }

    /// Until the player is dropped.
    pub fn run(&mut self) {
        while !self.parts.inbox.is_quitting() {
            // Commands mean what is playing now, not what was playing at the last look.
            self.take_marks();
            self.follow();
            while let Some(command) = self.parts.inbox.take() {
                self.obey(command);
            }
            self.check_device();
            self.take_marks();
            self.hand_over();
            let pulled = self.pull();
            self.follow();
            self.close_idle();
            self.show();
            if pulled == 0 {
                self.parts.sleeper.sleep(self.patience());
            }
        }
        if let Some(outlet) = self.outlet.take()
            && let Err(error) = outlet.close()
        {
            tracing::error!(%error, "closing the output");
        }
    }

    fn obey(&mut self, command: PlayerCommand) {
        match command {
            PlayerCommand::PlayNow(tracks, place) => self.play_now(tracks, place),
            PlayerCommand::PlayNext(tracks) => {
                self.queue.insert_next(tracks);
                self.queue_changed();
            }
            PlayerCommand::PlayLater(tracks) => {
                self.queue.append(tracks);
                self.queue_changed();
            }
            PlayerCommand::Restore(state) => self.restore(*state),
            PlayerCommand::Toggle if self.wants_play => self.pause(),
            PlayerCommand::Toggle | PlayerCommand::Resume => self.resume(),
            PlayerCommand::Pause => self.pause(),
            PlayerCommand::Next => self.next(),
            PlayerCommand::Previous => self.previous(),
            PlayerCommand::SeekTo(to) => self.seek(to),
            PlayerCommand::SetVolume(volume) => {
                if volume.is_finite() {
                    self.volume = volume.clamp(0.0, 1.0);
                }
                self.apply_gain();
            }
            PlayerCommand::SetMuted(is_muted) => {
                self.is_muted = is_muted;
                self.apply_gain();
            }
            PlayerCommand::SetShuffle(is_shuffled) => {
                self.queue.set_shuffled(is_shuffled);
                self.queue_changed();
            }
            PlayerCommand::SetRepeat(repeat) => self.set_repeat(repeat),
            PlayerCommand::JumpTo(place) => {
                if let Some(id) = self.queue.at(place) {
                    self.go_to(id);
                }
            }
            PlayerCommand::Remove(place) => self.remove(place),
            PlayerCommand::Move { from, to } => {
                self.queue.move_to(from, to);
                self.queue_changed();
            }
            PlayerCommand::Clear => {
                self.leave();
                self.halt();
                self.queue.clear();
                self.queue_changed();
            }
            PlayerCommand::SetDevice(name) => self.set_device(name),
            PlayerCommand::RetryDevice => self.look_for_device(),
            PlayerCommand::Stop => {
                self.leave();
                self.halt();
            }
        }
    }

    fn play_now(&mut self, tracks: Vec<Track>, place: usize) {
        self.leave();
        self.queue.replace(tracks, place);
        self.has_queue_changed = true;
        match self.queue.current() {
            Some(id) => self.go_to(id),
            None => self.halt(),
        }
    }

    fn restore(&mut self, state: QueueState) {
        self.leave();
        self.halt();
        self.volume = if state.volume.is_finite() {
            state.volume.clamp(0.0, 1.0)
        } else {
            1.0
        };
        self.is_muted = state.is_muted;
        self.resume_at = Duration::from_millis(state.position_ms);
        self.queue.restore(state);
        if self.queue.is_empty() {
            self.resume_at = Duration::ZERO;
        }
        self.has_queue_changed = true;
        self.apply_gain();
    }

    fn pause(&mut self) {
        self.wants_play = false;
        self.idle_since = Instant::now();
        self.controls.set_playing(false);
        if let Some(Trouble::Lost { was_playing, .. }) = &mut self.trouble {
            *was_playing = false;
        }
    }

    fn resume(&mut self) {
        let Some(current) = self.queue.current() else {
            return;
        };
        self.wants_play = true;
        self.trouble = None;
        if self.live.is_some() {
            self.controls.set_playing(true);
        } else {
            self.begin(current, self.resume_at);
        }
    }

    /// Leaves the current track for this one.
    fn go_to(&mut self, id: EntryId) {
        self.leave();
        self.problem = None;
        self.wants_play = true;
        self.trouble = None;
        self.begin(id, Duration::ZERO);
    }

    fn next(&mut self) {
        let Some(current) = self.queue.current() else {
            return;
        };
        match self.queue.after(current) {
            Some(id) => self.go_to(id),
            None => self.run_out(),
        }
    }

    fn previous(&mut self) {
        let before = self.queue.current().and_then(|id| self.queue.before(id));
        match before {
            Some(id) if self.position() <= RESTART_AFTER => self.go_to(id),
            _ => self.seek(Duration::ZERO),
        }
    }

    fn seek(&mut self, to: Duration) {
        let to = self.duration().map_or(to, |duration| to.min(duration));
        match self.queue.current() {
            Some(current) if self.live.is_some() => self.begin(current, to),
            Some(_) => self.resume_at = to,
            None => {}
        }
    }

    fn remove(&mut self, place: usize) {
        let Some(id) = self.queue.at(place) else {
            return;
        };
        if self.queue.current() != Some(id) {
            self.queue.remove(id);
            self.queue_changed();
            return;
        }
        let next = self.queue.after(id).filter(|&next| next != id);
        self.leave();
        self.queue.remove(id);
        self.has_queue_changed = true;
        match next {
            Some(next) if self.wants_play => self.begin(next, Duration::ZERO),
            _ => self.halt(),
        }
    }

    fn set_repeat(&mut self, repeat: Repeat) {
        self.queue.set_repeat(repeat);
        self.replan();
    }

    fn queue_changed(&mut self) {
        self.has_queue_changed = true;
        self.replan();
    }

    fn apply_gain(&mut self) {
        self.controls.set_gain(gain_of(self.volume, self.is_muted));
    }

    /// Behind the last track: everything stops, and the queue is ready to be played again.
    pub(super) fn run_out(&mut self) {
        self.leave();
        self.halt();
        if let Some(first) = self.queue.at(0) {
            self.queue.select(first);
        }
        self.tell(PlayerEvent::Ended);
    }

    /// Stops, with the current track at its start. A WAV file is completed.
    pub(super) fn halt(&mut self) {
        self.wants_play = false;
        self.idle_since = Instant::now();
        self.now = None;
        self.drop_stream();
        self.resume_at = Duration::ZERO;
        let is_device = matches!(self.parts.output, Output::Device(_));
        if !is_device
            && let Some(outlet) = self.outlet.take()
            && let Err(error) = outlet.close()
        {
            self.output_failed(error);
        }
    }

    /// The WAV file cannot be written.
    pub(super) fn output_failed(&mut self, error: Error) {
        self.outlet = None;
        self.leave();
        self.halt();
        self.problem = Some(error.clone());
        self.tell(PlayerEvent::OutputFailed { error });
    }

    /// No device can be opened: calm, and ready for when there is one.
    pub(super) fn no_device(&mut self, error: &Error) {
        let reason = error.reason();
        self.wants_play = false;
        self.controls.set_playing(false);
        self.problem = Some(error.clone());
        self.trouble = Some(Trouble::NoDevice(reason.clone()));
        self.retry = Some((Instant::now() + RETRY.0, RETRY.0));
        self.tell(PlayerEvent::NoDevice { reason });
    }

    fn set_device(&mut self, name: Option<String>) {
        if !matches!(self.parts.output, Output::Device(_)) {
            return;
        }
        self.parts.output = Output::Device(name);
        let was_lost_playing = matches!(
            self.trouble,
            Some(Trouble::Lost {
                was_playing: true,
                ..
            })
        );
        self.trouble = None;
        self.unload();
        self.wants_play |= was_lost_playing;
        self.go_on();
    }

    /// Goes on where it stopped, if it is to play.
    fn go_on(&mut self) {
        if let Some(current) = self.queue.current().filter(|_| self.wants_play) {
            self.begin(current, self.resume_at);
        }
    }

    /// Closes the device; the place is kept.
    fn unload(&mut self) {
        self.resume_at = self.position();
        self.drop_stream();
        self.outlet = None;
    }

    fn check_device(&mut self) {
        let mut fault = None;
        while let Some(next) = self.outlet.as_ref().and_then(Outlet::fault) {
            fault = fault.max(Some(next));
        }
        if let Some(fault) = fault {
            tracing::info!(?fault, "the sound device stopped");
            let before = self.reopened.filter(|(at, _)| at.elapsed() < REOPEN.1);
            let times = before.map_or(0, |(_, times)| times) + 1;
            self.reopened = Some((Instant::now(), times));
            self.open_again(times <= REOPEN.0);
        }
        if let Some((at, interval)) = self.retry
            && at <= Instant::now()
        {
            if self.parts.hardware.is_promising() {
                self.look_for_device();
            } else {
                self.retry_after(interval);
            }
        }
    }

    /// The device stopped. When the very same one is still there it is opened again, else it is lost.
    fn open_again(&mut self, may_try: bool) {
        let name = self.device_name().unwrap_or_default();
        self.unload();
        if !self.wants_play {
            return;
        }
        let found = self.parts.hardware.find(Some(&name));
        let is_back =
            may_try && found.is_ok_and(|found| found.name() == name && self.open(found).is_ok());
        if is_back {
            self.go_on();
        } else {
            self.lost(name);
        }
    }

    fn lost(&mut self, name: String) {
        let was_playing = self.wants_play;
        self.wants_play = false;
        self.idle_since = Instant::now();
        self.retry = Some((Instant::now() + RETRY.0, RETRY.0));
        self.trouble = Some(Trouble::Lost {
            name: name.clone(),
            was_playing,
        });
        self.tell(PlayerEvent::DeviceLost { name });
    }

    /// After a loss only the same device counts: music must not leap to the speakers when the headphones are pulled.
    fn look_for_device(&mut self) {
        let interval = self.retry.take().map_or(RETRY.0, |(_, interval)| interval);
        let Output::Device(chosen) = &self.parts.output else {
            return;
        };
        let (wanted, is_exact) = match &self.trouble {
            None => return,
            Some(Trouble::Lost { name, .. }) => (Some(name.clone()), true),
            Some(Trouble::NoDevice(_)) => (chosen.clone(), false),
        };
        let found = self.parts.hardware.find(wanted.as_deref());
        match found.map(|device| device.name().to_owned()) {
            Ok(name) if !is_exact || Some(&name) == wanted.as_ref() => {
                if let Some(Trouble::Lost { was_playing, .. }) = self.trouble.take() {
                    self.wants_play = was_playing;
                }
                self.tell(PlayerEvent::DeviceBack { name });
                self.go_on();
            }
            _ => self.retry_after(interval),
        }
    }

    fn retry_after(&mut self, interval: Duration) {
        let interval = (interval * 2).min(RETRY.1);
        self.retry = Some((Instant::now() + interval, interval));
    }

    fn close_idle(&mut self) {
        let is_device = self.device_name().is_some();
        if is_device && !self.wants_play && self.idle_since.elapsed() >= IDLE_CLOSE {
            self.unload();
        }
    }

    fn device_name(&self) -> Option<String> {
        self.outlet.as_ref()?.device_name().map(str::to_owned)
    }

    /// How long nothing will happen by itself.
    fn patience(&self) -> Duration {
        if !self.unheard.is_empty() || (self.wants_play && self.live.is_some()) {
            return TICK;
        }
        if let Some((at, _)) = self.retry {
            return at.saturating_duration_since(Instant::now());
        }
        if self.outlet.is_some() {
            return IDLE_CLOSE.saturating_sub(self.idle_since.elapsed()) + TICK;
        }
        Duration::from_hours(1)
    }

    /// Queues an event for whoever listens.
    pub(super) fn tell(&mut self, event: PlayerEvent) {
        if self.unheard.len() >= MAX_UNHEARD {
            self.unheard.pop_front();
        }
        self.unheard.push_back(event);
    }

    fn show(&mut self) {
        let mut shown = self.parts.shown.lock().clone();
        let queue = if self.has_queue_changed {
            self.has_queue_changed = false;
            let saved = self.queue.save();
            shown.unshuffled = saved.unshuffled.map(Arc::from);
            shown.seed = saved.seed;
            Arc::from(saved.tracks)
        } else {
            shown.status.queue.clone()
        };
        let status = Status {
            state: self.state(),
            queue,
            current: self.queue.current_place(),
            position: self.position(),
            duration: self.duration(),
            volume: self.volume,
            is_muted: self.is_muted,
            is_shuffled: self.queue.is_shuffled(),
            repeat: self.queue.repeat(),
            device: self.device_name().or_else(|| shown.status.device.clone()),
            problem: self.problem.clone(),
        };
        let before = &shown.status;
        let has_changed = !self.unheard.is_empty()
            || !Arc::ptr_eq(&before.queue, &status.queue)
            || Status {
                queue: before.queue.clone(),
                position: before.position,
                ..status.clone()
            } != **before;
        shown.status = Arc::new(status);
        *self.parts.shown.lock() = shown;
        while let Some(event) = self.unheard.pop_front() {
            match self.parts.events.try_send(event) {
                Ok(()) => {}
                Err(TrySendError::Full(event)) => {
                    self.unheard.push_front(event);
                    break;
                }
                // Nobody will ever listen.
                Err(TrySendError::Disconnected(_)) => {}
            }
        }
        if has_changed {
            (self.parts.waker)();
        }
    }

    fn state(&self) -> State {
        if self.queue.is_empty() {
            return State::Empty;
        }
        match &self.trouble {
            Some(Trouble::NoDevice(reason)) => State::NoDevice(reason.clone()),
            Some(Trouble::Lost { name, .. }) => State::Lost(name.clone()),
            None if self.wants_play => State::Playing,
            None if self.now.is_some() || self.live.is_some() => State::Paused,
            None if self.resume_at > Duration::ZERO => State::Paused,
            None => State::Stopped,
        }
    }

    fn duration(&self) -> Option<Duration> {
        let counted = self.now.as_ref().and_then(Now::duration);
        counted.or_else(|| {
            let track = self.queue.track(self.queue.current()?)?;
            track.duration_ms.map(Duration::from_millis)
        })
    }
}
