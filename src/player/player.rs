//! The handle that the rest of the program holds.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, bounded};
use parking_lot::Mutex;

use super::bell::bell;
use super::command::{Output, PlayerCommand, PlayerEvent};
use super::device::{Hardware, SystemHardware};
use super::engine::{Engine, Parts};
use super::inbox::Inbox;
use super::queue::QueueState;
use super::source::{Opener, media_opener};
use super::status::{State, Status};
use super::track::Track;
use crate::error::{Error, Result};
use crate::jobs::{Waker, no_waker, spawn};

/// Events that may wait in the channel; the player thread keeps some thousands more.
const EVENTS: usize = 256;

/// What the player thread shows: the status, and the queue's former order for saving.
#[derive(Debug, Clone, Default)]
pub(super) struct Shown {
    pub status: Arc<Status>,
    pub unshuffled: Option<Arc<[usize]>>,
    pub seed: u64,
}

/// How long dropping the player waits for its threads.
const LONGEST_GOODBYE: Duration = Duration::from_secs(5);

/// The player. Nothing here waits for a file or a device; dropping it ends the threads.
pub struct Player {
    inbox: Arc<Inbox>,
    shown: Arc<Mutex<Shown>>,
    events: Receiver<PlayerEvent>,
    thread: Option<JoinHandle<()>>,
}

impl Player {
    /// Starts the player. Never fails: having no device is a state, and no device is opened before something is to be
    /// played. `waker` is called when something other than the position changed.
    pub fn start(output: Output, waker: Waker) -> Self {
        Self::with_parts(output, waker, media_opener(), Box::new(SystemHardware))
    }

    /// The same with other files and devices.
    pub(super) fn with_parts(
        output: Output,
        waker: Waker,
        opener: Opener,
        hardware: Box<dyn Hardware>,
    ) -> Self {
        let (bell, sleeper) = bell();
        let inbox = Arc::new(Inbox::new(bell.clone()));
        let shown = Arc::new(Mutex::new(Shown::default()));
        let (sender, events) = bounded(EVENTS);
        let parts = Parts {
            output,
            waker,
            opener,
            hardware,
            bell,
            sleeper,
            inbox: inbox.clone(),
            shown: shown.clone(),
            events: sender,
        };
        let started = spawn("player", move || match Engine::new(parts) {
            Ok(mut engine) => engine.run(),
            Err(error) => tracing::error!(%error, "the player could not start"),
        });
        let thread = match started {
            Ok(thread) => Some(thread),
            Err(error) => {
                shown.lock().status = Arc::new(Status {
                    state: State::NoDevice(error.to_string()),
                    problem: Some(error),
                    ..Status::default()
                });
                None
            }
        };
        Self {
            inbox,
            shown,
            events,
            thread,
        }
    }

    /// Tells the player something; never waits. False when hundreds of commands are waiting already, because the system hangs
    /// in opening a device: then this one was dropped.
    pub fn send(&self, command: PlayerCommand) -> bool {
        self.inbox.send(command)
    }

    /// What the player is doing, at most a few hundredths of a second old.
    pub fn status(&self) -> Arc<Status> {
        self.shown.lock().status.clone()
    }

    /// What happened, each event once, whoever takes it first.
    pub fn events(&self) -> Receiver<PlayerEvent> {
        self.events.clone()
    }

    /// Queue, modes, place and volume, to be stored and given back with [`PlayerCommand::Restore`].
    pub fn queue_state(&self) -> QueueState {
        let shown = self.shown.lock().clone();
        let status = shown.status;
        QueueState {
            tracks: status.queue.to_vec(),
            current: status.current,
            position_ms: status.position.as_millis() as u64,
            repeat: status.repeat,
            unshuffled: shown.unshuffled.map(|order| order.to_vec()),
            seed: shown.seed,
            volume: status.volume,
            is_muted: status.is_muted,
        }
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        self.inbox.quit();
        let Some(thread) = self.thread.take() else {
            return;
        };
        let start = Instant::now();
        while !thread.is_finished() && start.elapsed() < LONGEST_GOODBYE {
            std::thread::sleep(Duration::from_millis(2));
        }
        // A system that hangs in closing a device must not keep the program.
        if thread.is_finished() {
            drop(thread.join());
        }
    }
}

/// Plays the tracks one after the other, beginning at `from` of the first, and returns when the last one is over. Every
/// event goes to `on_event`; a track that cannot be played is one of them, and no error.
///
/// # Errors
/// When there is no device, it goes away, or the WAV file cannot be written.
pub fn play_blocking(
    tracks: Vec<Track>,
    output: Output,
    from: Duration,
    on_event: impl FnMut(&PlayerEvent),
) -> Result<()> {
    if tracks.is_empty() {
        return Ok(());
    }
    play_through(&Player::start(output, no_waker()), tracks, from, on_event)
}

/// The same on a player that was just started.
pub(super) fn play_through(
    player: &Player,
    tracks: Vec<Track>,
    from: Duration,
    mut on_event: impl FnMut(&PlayerEvent),
) -> Result<()> {
    let events = player.events();
    let state = QueueState {
        tracks,
        ..QueueState::default()
    };
    player.send(PlayerCommand::Restore(Box::new(state)));
    player.send(PlayerCommand::SeekTo(from));
    player.send(PlayerCommand::Resume);
    while let Ok(event) = events.recv() {
        on_event(&event);
        match event {
            PlayerEvent::Ended => return Ok(()),
            PlayerEvent::OutputFailed { error } => return Err(error),
            PlayerEvent::NoDevice { reason } => return Err(Error::Output { why: reason }),
            PlayerEvent::DeviceLost { name } => {
                let why = format!("the device '{name}' went away");
                return Err(Error::Output { why });
            }
            _ => {}
        }
    }
    Err(Error::Internal {
        action: "play",
        why: "the player ended early".to_owned(),
    })
}
