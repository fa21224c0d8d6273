//! Samples, in order, from any frame on.

use std::path::{Path, PathBuf};

use symphonia::core::codecs::audio::well_known::CODEC_ID_VORBIS;
use symphonia::core::errors::Error as Fault;
use symphonia::core::formats::{SeekMode, SeekTo};
use symphonia::core::packet::Packet;
use symphonia::core::units::Duration;

use super::stream::{Stream, translate};
use crate::error::{Error, Result};
use crate::media::{caught, limits};

/// Holes in the sound are filled with silence, as long as they are not longer than this together; beyond it the
/// timestamps are what is wrong.
const MAX_SILENCE_SECS: i64 = 60;

/// The last page of an Ogg stream does not say when it begins, because its end is cut: positions near the end are
/// reached from a page before it. Pages hold a second, rarely more.
const OGG_END_SECS: i64 = 5;

/// Decodes the sound of a song or a clip. Encoder delay and padding are left out, so that frame 0 is the first that
/// was recorded. What breaks midway is remembered in [`Reader::damage`], replaced by silence where its length is
/// known, and decoding goes on behind it.
pub struct Reader {
    path: PathBuf,
    stream: Stream,
    rate_hz: u32,
    channels: usize,
    /// The frame that the next decoded sample belongs to; negative inside the encoder delay.
    at: i64,
    /// Frames before this one are decoded and dropped.
    wanted: i64,
    /// Set `at` from the next packet's timestamp.
    is_lost: bool,
    /// Added to timestamps: chained streams count from zero again.
    origin: i64,
    bad_packets: u32,
    is_done: bool,
    /// The container has nothing more to give.
    is_spent: bool,
    damage: Option<Error>,
    /// Frames of silence that may still be put into holes.
    silence_left: i64,
    /// Decoded and not yet handed out.
    pending: Vec<f32>,
    decoded: Vec<f32>,
}

impl Reader {
    /// Opens a file and decodes its first packet.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for formats and codecs that cannot be decoded, [`Error::NotMedia`],
    /// [`Error::Damaged`] when nothing can be decoded, [`Error::Io`].
    pub fn open(path: &Path) -> Result<Self> {
        caught("audio", path, || Self::of(path, Stream::open(path)?))
    }

    /// Decodes the first packet of an opened stream.
    pub(super) fn of(path: &Path, stream: Stream) -> Result<Self> {
        let mut reader = Self {
            path: path.to_owned(),
            origin: -stream.window.start,
            rate_hz: stream.params.sample_rate.unwrap_or(0),
            channels: 0,
            stream,
            at: 0,
            wanted: 0,
            is_lost: true,
            bad_packets: 0,
            is_done: false,
            is_spent: false,
            damage: None,
            silence_left: 0,
            pending: Vec::new(),
            decoded: Vec::new(),
        };
        while reader.pending.is_empty() && !reader.is_done {
            reader.decode_next();
        }
        if reader.channels == 0 {
            return Err(reader
                .damage
                .unwrap_or_else(|| Error::damaged("audio", path, "it holds no sound")));
        }
        Ok(reader)
    }

    /// Frames a second.
    pub fn sample_rate_hz(&self) -> u32 {
        self.rate_hz
    }

    /// Samples in a frame.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// How many frames there are, when the file says so credibly. [`super::probe`] counts where it does not.
    pub fn frames(&self) -> Option<u64> {
        // The rate that the header names may be half the one that is decoded, or twice.
        let named = self
            .stream
            .params
            .sample_rate
            .unwrap_or(self.rate_hz)
            .max(1);
        let frames = self.stream.window.frames?;
        if named == self.rate_hz {
            return Some(frames);
        }
        u64::try_from(u128::from(frames) * u128::from(self.rate_hz) / u128::from(named)).ok()
    }

    /// Replaces the content of `out` by the next frames, interleaved, and returns how many; 0 is the end.
    ///
    /// # Errors
    /// [`Error::Io`] when the file can no longer be read (a drive that was unplugged). What is wrong with the file itself is
    /// told by [`Reader::damage`] instead.
    pub fn next(&mut self, out: &mut Vec<f32>) -> Result<usize> {
        out.clear();
        while self.pending.is_empty() && !self.is_done {
            let path = self.path.clone();
            let outcome = caught("audio", &path, || {
                self.decode_next();
                Ok(())
            });
            if let Err(error) = outcome {
                self.fail(error);
                self.is_done = true;
            }
        }
        if self.pending.is_empty()
            && let Some(error @ Error::Io { .. }) = &self.damage
        {
            return Err(error.clone());
        }
        std::mem::swap(out, &mut self.pending);
        Ok(out.len() / self.channels)
    }

    /// Goes to a frame: the next call of [`Reader::next`] begins with exactly that one. Returns the frame reached, which
    /// is smaller only when the file ends before it.
    ///
    /// # Errors
    /// [`Error::Io`] and [`Error::Damaged`] when the file can no longer be opened.
    pub fn seek(&mut self, frame: u64) -> Result<u64> {
        let path = self.path.clone();
        caught("audio", &path, || self.seek_to(frame))
    }

    /// The first thing that was wrong with the file so far.
    pub fn damage(&self) -> Option<Error> {
        self.damage.clone()
    }

    fn seek_to(&mut self, frame: u64) -> Result<u64> {
        let last = self.frames().unwrap_or(u64::MAX >> 8);
        let target = frame.min(last) as i64;
        self.pending.clear();
        if self.is_spent {
            // Some demuxers do not come back from the end of the file.
            self.reopen()?;
        }
        let mut from = target - self.stream.preroll_frames();
        if let Some(total) = self.frames().filter(|_| self.stream.has_uncertain_end()) {
            from = from.min(total as i64 - OGG_END_SECS * i64::from(self.rate_hz));
        }
        let from = from.max(0);
        let has_jumped = from > 0 && from >= self.origin && {
            let to = SeekTo::Timestamp {
                ts: self.stream.timestamp_at(from - self.origin, self.rate_hz),
                track_id: self.stream.track_id,
            };
            self.stream.container.seek(SeekMode::Accurate, to).is_ok()
        };
        if has_jumped {
            self.stream.decoder.reset();
            self.is_lost = true;
        } else if self.is_done || target < self.at {
            // Near the start, and where a demuxer believes the target to be out of range.
            self.reopen()?;
        }
        self.is_done = false;
        self.bad_packets = 0;
        self.wanted = target;
        while self.pending.is_empty() && !self.is_done {
            self.decode_next();
        }
        let held = (self.pending.len() / self.channels) as i64;
        Ok((self.at - held).max(0) as u64)
    }

    fn reopen(&mut self) -> Result<()> {
        self.stream = Stream::open(&self.path)?;
        self.origin = -self.stream.window.start;
        self.at = 0;
        self.is_lost = true;
        self.is_spent = false;
        Ok(())
    }

    /// Decodes one packet into `pending`, or marks the end.
    fn decode_next(&mut self) {
        let packet = match self.stream.container.next_packet() {
            Ok(Some(packet)) => packet,
            Ok(None) => return self.end(),
            Err(Fault::ResetRequired) => {
                if let Err(error) = self.stream.restart(&self.path) {
                    self.fail(error);
                    self.is_done = true;
                }
                self.bad_packets += 1;
                self.is_done |= self.bad_packets > limits::MAX_BAD_PACKETS;
                self.stream.window.frames = None;
                self.stream.window.is_cut = false;
                self.origin = self.at.max(0);
                return;
            }
            Err(Fault::IoError(error)) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                return self.end();
            }
            Err(fault) => {
                let is_final = matches!(fault, Fault::IoError(_));
                self.fail(translate(&self.path, self.stream.format, fault));
                self.bad_packets += 1;
                self.is_done |= is_final || self.bad_packets > limits::MAX_BAD_PACKETS;
                return;
            }
        };
        if packet.track_id != self.stream.track_id {
            return;
        }
        self.decode(packet);
    }

    fn decode(&mut self, mut packet: Packet) {
        let starts_at = self.stream.frame_at(packet.pts.get(), self.rate_hz);
        let claimed = self
            .stream
            .frame_at(self.stream.ticks_of(&packet), self.rate_hz);
        // What is heard is decided here alone.
        (packet.trim_start, packet.trim_end) = (Duration::ZERO, Duration::ZERO);
        let outcome = self.stream.decoder.decode(&packet).map(|buffer| {
            buffer.copy_to_vec_interleaved(&mut self.decoded);
            (buffer.spec().rate(), buffer.spec().channels().count())
        });
        let (rate_hz, channels) = match outcome {
            Ok(spec) => spec,
            Err(Fault::ResetRequired) => return,
            Err(fault) => {
                self.fail(translate(&self.path, self.stream.format, fault));
                self.bad_packets += 1;
                self.is_done |= self.bad_packets > limits::MAX_BAD_PACKETS;
                if self.channels > 0 && !self.is_lost && self.stream.params.codec != CODEC_ID_VORBIS
                {
                    self.add_silence(claimed);
                }
                return;
            }
        };
        if self.decoded.is_empty() {
            return;
        }
        if self.channels == 0 {
            if !(1..=limits::MAX_SAMPLE_RATE_HZ).contains(&rate_hz)
                || !(1..=limits::MAX_CHANNELS).contains(&channels)
            {
                self.fail(Error::damaged(
                    "audio",
                    &self.path,
                    "it claims an impossible sample rate",
                ));
                self.is_done = true;
                return;
            }
            if rate_hz != self.rate_hz {
                // Half the rate that the header names: the upper band (HE-AAC) is not decoded.
                self.origin = self.origin * i64::from(rate_hz) / i64::from(self.rate_hz.max(1));
            }
            (self.rate_hz, self.channels) = (rate_hz, channels);
            self.silence_left = MAX_SILENCE_SECS * i64::from(rate_hz);
        } else if (rate_hz, channels) != (self.rate_hz, self.channels) {
            self.fail(Error::damaged(
                "audio",
                &self.path,
                "its sample rate or channels change midway",
            ));
            self.is_done = true;
            return;
        }
        self.bad_packets = 0;
        let starts_at = starts_at + self.origin;
        if self.is_lost {
            self.at = starts_at;
            self.is_lost = false;
        } else if starts_at > self.at && self.stream.has_exact_timestamps(self.rate_hz) {
            let hole = starts_at - self.at;
            self.fail(Error::damaged("audio", &self.path, "a part is missing"));
            self.add_silence(hole);
        }
        if self.stream.gain != 1.0 {
            self.decoded
                .iter_mut()
                .for_each(|sample| *sample *= self.stream.gain);
        }
        let frames = (self.decoded.len() / self.channels) as i64;
        self.hand_out(frames, |reader, from, to| {
            let (from, to) = (from * reader.channels, to * reader.channels);
            reader.pending.extend_from_slice(&reader.decoded[from..to]);
        });
    }

    fn add_silence(&mut self, frames: i64) {
        let frames = frames.max(0);
        if frames > self.silence_left {
            return;
        }
        self.silence_left -= frames;
        self.hand_out(frames, |reader, from, to| {
            let samples = (to - from) * reader.channels;
            reader.pending.resize(reader.pending.len() + samples, 0.0);
        });
    }

    /// Advances by `frames`, and hands out those of them that are wanted and lie inside the window.
    fn hand_out(&mut self, frames: i64, give: impl Fn(&mut Self, usize, usize)) {
        let start = (self.wanted.max(0) - self.at).clamp(0, frames);
        let end = match self.frames() {
            Some(total) if self.stream.window.is_cut => (total as i64 - self.at).clamp(0, frames),
            _ => frames,
        };
        if start < end {
            give(self, start as usize, end as usize);
        }
        // Frames cut off at the end do not count: `at` ends on the total.
        self.at += end.max(start);
        if end < frames {
            self.is_done = true;
        }
    }

    fn end(&mut self) {
        self.is_done = true;
        self.is_spent = true;
        if let Some(total) = self.frames()
            && self.channels > 0
            && !self.is_lost
            && (self.at as i128) + i128::from(self.rate_hz) / 10 < i128::from(total)
        {
            self.fail(Error::damaged(
                "audio",
                &self.path,
                "the file ends too early",
            ));
        }
    }

    fn fail(&mut self, error: Error) {
        self.damage.get_or_insert(error);
    }
}
