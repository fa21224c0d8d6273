//! The first frame of an MP3 file, when it is no sound but a note about the rest: Xing's and LAME's.

use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use super::stream::{Window, audio_start};
use crate::media::{mpeg, open};

/// Delay of every decoder, which LAME's numbers do not include.
const DECODER_DELAY: u64 = 529;

/// The frames heard. `symphonia_delay` is the delay that the demuxer counts down from, when it found LAME's note.
pub(super) fn window(path: &Path, symphonia_delay: Option<u32>) -> Window {
    let Some(note) = open(path)
        .ok()
        .and_then(|file| Note::read(&mut BufReader::new(file)))
    else {
        return Window::default();
    };
    let Some(frames) = note.frames() else {
        return Window::default();
    };
    match (symphonia_delay, note.trim) {
        (Some(_), Some((delay, padding))) => Window {
            start: 0,
            frames: frames
                .checked_sub(delay + DECODER_DELAY)
                .and_then(|frames| frames.checked_sub(padding.saturating_sub(DECODER_DELAY))),
            is_cut: true,
        },
        _ => Window {
            frames: Some(frames),
            ..Window::default()
        },
    }
}

/// What the note says.
#[derive(Debug, PartialEq, Eq)]
struct Note {
    mpeg_frames: u64,
    samples_per_frame: u64,
    /// Bytes of sound it speaks of.
    bytes: Option<u64>,
    /// Bytes of sound that are there.
    actual_bytes: u64,
    /// Encoder delay and padding.
    trim: Option<(u64, u64)>,
}

impl Note {
    fn read(file: &mut (impl Read + Seek)) -> Option<Self> {
        let tag_end = audio_start(file);
        let end = file.seek(SeekFrom::End(0)).ok()?;
        file.seek(SeekFrom::Start(tag_end)).ok()?;
        let mut head = Vec::new();
        file.take(64 << 10).read_to_end(&mut head).ok()?;
        let start = (0..head.len()).find(|start| {
            let frame = &head[*start..];
            mpeg::frame_bytes(frame).is_some_and(|len| {
                frame
                    .get(len..)
                    .is_none_or(|next| next.len() < 4 || mpeg::frame_bytes(next).is_some())
            })
        })?;
        let frame = &head[start..];
        let frame = &frame[..mpeg::frame_bytes(frame)?.min(frame.len())];
        let (is_v1, is_mono) = (frame[1] >> 3 & 3 == 3, frame[3] >> 6 == 3);
        let side_info = match (is_v1, is_mono) {
            (true, false) => 32,
            (true, true) | (false, false) => 17,
            (false, true) => 9,
        };
        let samples_per_frame = if is_v1 { 1152 } else { 576 };
        let note = frame.get(4 + side_info..)?;
        if !note.starts_with(b"Xing") && !note.starts_with(b"Info") {
            return None;
        }
        let number = |at: usize| {
            Some(u64::from(u32::from_be_bytes(
                *note.get(at..)?.first_chunk()?,
            )))
        };
        let flags = number(4)?;
        let mut at = 8;
        let mut optional = |flag: u64, len: usize| {
            let value = if flags & flag != 0 { number(at) } else { None };
            at += if flags & flag != 0 { len } else { 0 };
            value
        };
        let mpeg_frames = optional(1, 4)?;
        let bytes = optional(2, 4);
        optional(4, 100);
        optional(8, 4);
        let trim = note.get(at + 21..at + 24).filter(|_| {
            note.get(at)
                .is_some_and(|first| first.is_ascii_alphanumeric())
        });
        Some(Self {
            mpeg_frames,
            samples_per_frame,
            bytes: bytes.filter(|bytes| *bytes > 0),
            actual_bytes: end.saturating_sub(tag_end + start as u64),
            trim: trim.map(|trim| {
                let both = u64::from(trim[0]) << 16 | u64::from(trim[1]) << 8 | u64::from(trim[2]);
                (both >> 12, both & 0xFFF)
            }),
        })
    }

    /// All frames, delay and padding included; `None` when the note does not fit the file: one that was cut, joined
    /// or edited after it was encoded.
    fn frames(&self) -> Option<u64> {
        let fits = match self.bytes {
            // Tags behind the sound are small beside it, or small as such.
            Some(bytes) => {
                let slack = (bytes / 50).max(128 << 10);
                self.actual_bytes + 4096 >= bytes
                    && self.actual_bytes <= bytes.saturating_add(slack)
            }
            None => (8..2000).contains(&(self.actual_bytes / self.mpeg_frames.max(1))),
        };
        (fits && self.mpeg_frames > 0).then(|| self.mpeg_frames * self.samples_per_frame)
    }
}
