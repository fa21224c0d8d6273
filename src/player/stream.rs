//! A stream of samples on its way from the decoding thread to the output, and what the two and the player thread share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use rtrb::{Consumer, Producer, RingBuffer};

/// How much is decoded ahead, in seconds.
pub const AHEAD_SECS: usize = 2;

/// What the output counts and is told about one stream. Plain atomics: the output's callback may not wait.
#[derive(Debug, Default)]
pub struct StreamShared {
    /// Frames handed over so far.
    pub consumed: AtomicU64,
    /// Nothing more is coming for now: running dry is no fault.
    pub is_drained: AtomicBool,
    /// Fade out and let go of it.
    pub is_stopped: AtomicBool,
}

impl StreamShared {
    /// Frames handed over so far.
    pub fn frames_consumed(&self) -> u64 {
        self.consumed.load(Ordering::Acquire)
    }

    /// Asks the output to fade out and let go.
    pub fn stop(&self) {
        self.is_stopped.store(true, Ordering::Release);
    }
}

/// The output's end of a stream: interleaved stereo.
pub struct Stream {
    pub samples: Consumer<f32>,
    pub shared: Arc<StreamShared>,
    /// It starts in the middle of a track, where a hard start would click.
    pub is_faded_in: bool,
}

/// Makes a stream with room for two seconds at `rate_hz`.
pub fn stream(rate_hz: u32, is_faded_in: bool) -> (Producer<f32>, Stream) {
    let (producer, samples) = RingBuffer::new(2 * AHEAD_SECS * rate_hz as usize);
    let stream = Stream {
        samples,
        shared: Arc::default(),
        is_faded_in,
    };
    (producer, stream)
}

/// What the output is told regardless of the stream.
#[derive(Debug)]
pub struct Controls {
    is_playing: AtomicBool,
    /// The bits of an `f32`.
    gain: AtomicU32,
}

impl Controls {
    /// Not playing, at full volume.
    pub fn new() -> Self {
        Self {
            is_playing: AtomicBool::new(false),
            gain: AtomicU32::new(1.0_f32.to_bits()),
        }
    }

    /// Whether samples should flow.
    pub fn is_playing(&self) -> bool {
        self.is_playing.load(Ordering::Acquire)
    }

    /// Lets samples flow, or fades out and holds.
    pub fn set_playing(&self, is_playing: bool) {
        self.is_playing.store(is_playing, Ordering::Release);
    }

    /// The linear factor for the samples.
    pub fn gain(&self) -> f32 {
        f32::from_bits(self.gain.load(Ordering::Relaxed))
    }

    /// Sets the linear factor for the samples; the output glides to it.
    pub fn set_gain(&self, gain: f32) {
        self.gain.store(gain.to_bits(), Ordering::Relaxed);
    }
}

/// The linear factor for a volume of 0 to 1 as heard: its cube, which comes close to how loudness is perceived and gives
/// -18 dB in the middle.
pub fn gain_of(volume: f32, is_muted: bool) -> f32 {
    if is_muted {
        0.0
    } else {
        volume.clamp(0.0, 1.0).powi(3)
    }
}
