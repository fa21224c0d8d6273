//! What the output's callback does: copy samples, fade, apply the volume, count frames. Takes no lock, allocates nothing,
//! frees nothing. The WAV and null outputs run the same code, so that what they write is what would be heard.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use rtrb::{Consumer, Producer, RingBuffer};

use super::stream::{Controls, Stream};

/// Fades around pauses and seeks.
const FADE_MS: u32 = 5;
/// How long the volume takes from silence to full.
const VOLUME_RAMP_MS: u32 = 20;
/// How many streams can wait in either direction.
const STREAMS: usize = 8;

/// The player thread's end: streams go in, and come back to be freed.
pub struct Feed {
    pub incoming: Producer<Stream>,
    pub retired: Consumer<Stream>,
}

/// The output's end.
pub struct Renderer {
    controls: Arc<Controls>,
    incoming: Consumer<Stream>,
    retired: Producer<Stream>,
    stream: Option<Stream>,
    /// How far the fade is open, 0 to `fade_frames`.
    gate: u32,
    fade_frames: u32,
    gain: f32,
    gain_step: f32,
}

/// Makes the two ends for an output of this rate.
pub fn renderer(controls: Arc<Controls>, rate_hz: u32) -> (Feed, Renderer) {
    let (incoming, waiting) = RingBuffer::new(STREAMS);
    // Room for every stream that can wait, and the one that is playing: handing one back never fails.
    let (retired, returned) = RingBuffer::new(2 * STREAMS);
    let renderer = Renderer {
        gain: controls.gain(),
        controls,
        incoming: waiting,
        retired,
        stream: None,
        gate: 0,
        fade_frames: (rate_hz * FADE_MS / 1000).max(1),
        gain_step: 1000.0 / (VOLUME_RAMP_MS * rate_hz.max(1)) as f32,
    };
    let feed = Feed {
        incoming,
        retired: returned,
    };
    (feed, renderer)
}

impl Renderer {
    /// Fills interleaved stereo completely, with silence where there is nothing to play. When the decoder was too slow, the
    /// sound fades back in.
    pub fn render(&mut self, out: &mut [f32]) {
        let filled = self.fill(out);
        out[2 * filled..].fill(0.0);
        if 2 * filled < out.len() && self.controls.is_playing() && self.is_starved() {
            self.gate = 0;
        }
    }

    /// Fills interleaved stereo as far as there are samples to play now, and says how many frames that was.
    pub fn fill(&mut self, out: &mut [f32]) -> usize {
        let wanted = out.len() / 2;
        let mut done = 0;
        while done < wanted {
            let is_playing = self.controls.is_playing();
            let Some(stream) = &mut self.stream else {
                if self.take_next(is_playing) {
                    continue;
                }
                break;
            };
            let is_stopped = stream.shared.is_stopped.load(Ordering::Acquire);
            let is_open = is_playing && !is_stopped;
            let available = stream.samples.slots() / 2;
            if is_stopped && (self.gate == 0 || available == 0) {
                if self.retire() {
                    continue;
                }
                break;
            }
            if available == 0 || (!is_open && self.gate == 0) {
                break;
            }
            let mut frames = available.min(wanted - done);
            if !is_open {
                frames = frames.min(self.gate as usize);
            }
            let Ok(chunk) = stream.samples.read_chunk(2 * frames) else {
                break;
            };
            let (first, second) = chunk.as_slices();
            let gain_target = self.controls.gain();
            // The ring holds whole frames, so neither half is cut inside one.
            let played = first.chunks_exact(2).chain(second.chunks_exact(2));
            let slots = out[2 * done..2 * (done + frames)].chunks_exact_mut(2);
            for (slot, frame) in slots.zip(played) {
                if is_open {
                    self.gate = (self.gate + 1).min(self.fade_frames);
                } else {
                    self.gate -= 1;
                }
                let step = (gain_target - self.gain).clamp(-self.gain_step, self.gain_step);
                self.gain += step;
                let factor = self.gain * (self.gate as f32 / self.fade_frames as f32);
                slot[0] = frame[0] * factor;
                slot[1] = frame[1] * factor;
            }
            chunk.commit_all();
            stream
                .shared
                .consumed
                .fetch_add(frames as u64, Ordering::Release);
            done += frames;
        }
        done
    }

    /// Whether there is a stream that ought to have samples and has none.
    fn is_starved(&self) -> bool {
        self.stream.as_ref().is_some_and(|stream| {
            stream.samples.is_empty() && !stream.shared.is_drained.load(Ordering::Acquire)
        })
    }

    /// Takes the next stream that was not stopped meanwhile.
    fn take_next(&mut self, is_playing: bool) -> bool {
        let Ok(stream) = self.incoming.pop() else {
            return false;
        };
        let is_stopped = stream.shared.is_stopped.load(Ordering::Acquire);
        let is_hard_start = is_playing && !stream.is_faded_in && !is_stopped;
        self.gate = if is_hard_start { self.fade_frames } else { 0 };
        self.stream = Some(stream);
        true
    }

    /// Gives the stream back to be freed elsewhere. While there is no room for it, it stays.
    fn retire(&mut self) -> bool {
        if self.retired.is_full() {
            return false;
        }
        if let Some(stream) = self.stream.take()
            && let Err(rtrb::PushError::Full(stream)) = self.retired.push(stream)
        {
            self.stream = Some(stream);
            return false;
        }
        true
    }
}
