//! What the player can be told, and what it tells.

use std::path::PathBuf;
use std::time::Duration;

use super::queue::{QueueState, Repeat};
use super::track::Track;
use crate::error::Error;

/// Where the sound goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// A sound device by name; `None`, or a name that is not there, means the system's default.
    Device(Option<String>),
    /// Nowhere, as fast as it can be decoded.
    Null,
    /// A 32-bit float WAV file at the first track's rate, written as fast as it can be decoded: exactly the samples that
    /// a device of that rate would have been given.
    Wav(PathBuf),
}

/// What a person, a media key or the command line can ask for.
#[derive(Debug, Clone, PartialEq)]
pub enum PlayerCommand {
    /// Replaces the queue and plays from the given place in it.
    PlayNow(Vec<Track>, usize),
    /// Queues behind the current track.
    PlayNext(Vec<Track>),
    /// Queues at the end.
    PlayLater(Vec<Track>),
    /// Replaces queue and modes by what was saved, at the saved position, without playing.
    Restore(Box<QueueState>),
    /// Plays when paused or stopped, else pauses.
    Toggle,
    /// Pauses with a short fade.
    Pause,
    /// Plays on, or begins.
    Resume,
    /// Goes to the next track; behind the last one it stops.
    Next,
    /// Starts the track again when more than three seconds of it went by, else goes to the one before.
    Previous,
    /// Goes to this place of the current track.
    SeekTo(Duration),
    /// 0 to 1 as heard: the amplitude is its cube.
    SetVolume(f32),
    /// Silences, keeping the volume.
    SetMuted(bool),
    /// Shuffles what follows, or puts the former order back.
    SetShuffle(bool),
    /// Chooses what happens at the end of a track or of the queue.
    SetRepeat(Repeat),
    /// Plays the track at this place of the queue.
    JumpTo(usize),
    /// Takes the track at this place out of the queue.
    Remove(usize),
    /// Moves a track so that it ends up at place `to`.
    Move {
        /// Place before.
        from: usize,
        /// Place after.
        to: usize,
    },
    /// Empties the queue and stops.
    Clear,
    /// Changes the sound device, keeping the position.
    SetDevice(Option<String>),
    /// Looks for a sound device again.
    RetryDevice,
    /// Stops and goes back to the start of the current track; the queue stays.
    Stop,
}

impl PlayerCommand {
    /// Whether this makes an earlier one of the same sort pointless when nothing lies between them.
    pub(super) fn supersedes(&self, earlier: &Self) -> bool {
        matches!(
            (self, earlier),
            (Self::SeekTo(_), Self::SeekTo(_))
                | (Self::SetVolume(_), Self::SetVolume(_))
                | (Self::SetMuted(_), Self::SetMuted(_))
                | (Self::SetShuffle(_), Self::SetShuffle(_))
                | (Self::SetRepeat(_), Self::SetRepeat(_))
                | (Self::SetDevice(_), Self::SetDevice(_))
                | (Self::JumpTo(_), Self::JumpTo(_))
                | (Self::Pause, Self::Pause)
                | (Self::Resume, Self::Resume)
                | (Self::RetryDevice, Self::RetryDevice)
                | (Self::Clear, Self::Clear)
                | (Self::Stop, Self::Stop)
        )
    }
}

/// What happened, for history, media keys and messages. `share` is the part of the track's frames that was played at
/// least once, 0 to 1: going back does not count twice, jumping ahead does not count at all.
#[derive(Debug, Clone, PartialEq)]
pub enum PlayerEvent {
    /// The first frame of a track was handed to the output.
    Started {
        /// Which.
        track: Track,
    },
    /// A track was played to its end.
    Finished {
        /// Which.
        track: Track,
        /// How much of it was heard.
        share: f32,
    },
    /// A track was left before its end.
    Skipped {
        /// Which.
        track: Track,
        /// How much of it was heard.
        share: f32,
    },
    /// A track could not be played, or broke midway (then `Finished` follows). The queue goes on.
    Failed {
        /// Which.
        track: Track,
        /// Why.
        error: Error,
    },
    /// The queue ran out.
    Ended,
    /// There is no device to play on; asked to play all the same.
    NoDevice {
        /// A sentence.
        reason: String,
    },
    /// The device went away while it was in use: paused, the position is kept.
    DeviceLost {
        /// Which.
        name: String,
    },
    /// The WAV file could not be written; playing stopped.
    OutputFailed {
        /// Why.
        error: Error,
    },
    /// A device is there again.
    DeviceBack {
        /// Which.
        name: String,
    },
}
