//! What the player is doing, as plain data for the window.

use std::sync::Arc;
use std::time::Duration;

use super::queue::Repeat;
use super::track::Track;
use crate::error::Error;

/// What the player is doing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum State {
    /// The queue is empty.
    #[default]
    Empty,
    /// There is a queue, and nothing was begun or all of it was played.
    Stopped,
    /// Sound is coming out.
    Playing,
    /// Begun, and waiting to go on.
    Paused,
    /// There is nothing to play on; the reason is a sentence.
    NoDevice(String),
    /// The device of this name went away; the position is kept.
    Lost(String),
}

/// One consistent picture of the player, cheap to take every frame.
#[derive(Debug, Clone, PartialEq)]
pub struct Status {
    /// What it is doing.
    pub state: State,
    /// In the order in which it will be played.
    pub queue: Arc<[Track]>,
    /// Which of the queue is playing, paused or next to start.
    pub current: Option<usize>,
    /// How far into the current track, counted in frames handed to the output.
    pub position: Duration,
    /// Length of the current track, from its file where that tells, else from the tags.
    pub duration: Option<Duration>,
    /// 0 to 1 as heard.
    pub volume: f32,
    /// Silenced, with the volume kept.
    pub is_muted: bool,
    /// The queue is in a shuffled order.
    pub is_shuffled: bool,
    /// What happens at the end of a track or of the queue.
    pub repeat: Repeat,
    /// The device in use, once one was opened.
    pub device: Option<String>,
    /// The last thing that went wrong since something was last asked to play.
    pub problem: Option<Error>,
}

impl Status {
    /// The current track.
    pub fn track(&self) -> Option<&Track> {
        self.queue.get(self.current?)
    }

    /// Whether sound is coming out, or would if the track were not silent.
    pub fn is_playing(&self) -> bool {
        self.state == State::Playing
    }
}

impl Default for Status {
    fn default() -> Self {
        Self {
            state: State::Empty,
            queue: Arc::new([]),
            current: None,
            position: Duration::ZERO,
            duration: None,
            volume: 1.0,
            is_muted: false,
            is_shuffled: false,
            repeat: Repeat::Off,
            device: None,
            problem: None,
        }
    }
}
