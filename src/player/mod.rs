//! The player: queue, decoding thread, output device.
//!
//! Three parties, and each waits only for the one before it:
//!
//! ```text
//! window, media keys ── PlayerCommand ──▶ thread "player"          owns queue, state and the output
//!                    ◀─ Status, PlayerEvent ─┘   ▲ marks
//!                                                │
//!                        thread "player-decode" ─┴─ samples ──▶ ring of 2 s ──▶ the output's callback
//!                        file → stereo → output rate                            fades, volume, counts frames
//! ```
//!
//! The decoding thread puts one track's samples directly behind the other's, so tracks join to the sample. Where a track
//! begins and ends is told in frames of the stream (marks); the callback counts the frames it hands over, and the player
//! thread compares the two. The callback takes no lock and allocates nothing.

mod bell;
mod command;
mod decode;
mod device;
mod engine;
mod heard;
mod inbox;
mod loudness;
mod offline;
mod outlet;
#[expect(clippy::module_inception, reason = "the room's main thing")]
mod player;
mod queue;
mod render;
mod resample;
mod source;
mod status;
mod stereo;
mod stream;
mod track;
mod transport;

#[cfg(test)]
mod tests;

pub use command::{Output, PlayerCommand, PlayerEvent};
pub use device::{DeviceInfo, devices};
pub use loudness::{Gain, TARGET_LUFS, level};
pub use player::{Player, play_blocking};
pub use queue::{EntryId, MAX_TRACKS, Queue, QueueState, Repeat};
pub use status::{State, Status};
pub use track::Track;
