//! The head of Matroska and WebM files (RFC 8794 for EBML, RFC 9559 for Matroska).

use std::io::{Read, Seek, SeekFrom};

use crate::media::{clean_text, dates, limits};

/// What the segment says before its first cluster.
#[derive(Debug, Default)]
pub(crate) struct Segment {
    /// Nanoseconds of one tick.
    pub tick_ns: u64,
    /// In ticks.
    pub duration: Option<f64>,
    pub created_ms: Option<i64>,
    pub title: Option<String>,
    pub tracks: Vec<Track>,
}

/// One track.
#[derive(Debug, Default)]
pub(crate) struct Track {
    pub kind: u64,
    pub codec: String,
    pub width: u32,
    pub height: u32,
}

const SEGMENT: u32 = 0x1853_8067;
const INFO: u32 = 0x1549_A966;
const TRACKS: u32 = 0x1654_AE6B;
const CLUSTER: u32 = 0x1F43_B675;
const VIDEO: u64 = 1;
const AUDIO: u64 = 2;
/// Info and Tracks are a few kilobytes; codec data of some subtitles is larger.
const MAX_HEAD_BYTES: u64 = 16 << 20;

impl Segment {
    /// Reads the head of the file, from the reader's position. `None` when it is not one.
    pub fn read(reader: &mut (impl Read + Seek)) -> Option<Self> {
        let mut segment = Self {
            tick_ns: 1_000_000,
            ..Self::default()
        };
        let mut is_inside = false;
        for _ in 0..limits::MAX_BOXES {
            let Some((id, size)) = element_head(reader) else {
                break;
            };
            match id {
                SEGMENT => {
                    is_inside = true;
                    continue;
                }
                CLUSTER => break,
                INFO | TRACKS => {
                    let mut body = Vec::new();
                    reader
                        .take(size?.min(MAX_HEAD_BYTES))
                        .read_to_end(&mut body)
                        .ok()?;
                    if id == INFO {
                        segment.read_info(&body);
                    } else {
                        segment.read_tracks(&body);
                    }
                    continue;
                }
                _ => {}
            }
            let Some(size) = size else { break };
            reader
                .seek(SeekFrom::Current(i64::try_from(size).ok()?))
                .ok()?;
        }
        is_inside.then_some(segment)
    }

    /// Finds the length of a recording that was never finished (browsers write such): the time of its last block.
    pub fn measure(&mut self, reader: &mut (impl Read + Seek)) {
        if self.duration.is_none() {
            self.duration = last_block(reader).map(|ticks| ticks as f64);
        }
    }

    pub fn has_video(&self) -> bool {
        self.video().is_some()
    }

    pub fn has_audio(&self) -> bool {
        self.tracks.iter().any(|track| track.kind == AUDIO)
    }

    pub fn video(&self) -> Option<&Track> {
        self.tracks.iter().find(|track| track.kind == VIDEO)
    }

    pub fn duration_ms(&self) -> Option<u64> {
        let ms = self.duration? * self.tick_ns as f64 / 1e6;
        let limit = (limits::MAX_AUDIO_HOURS * 3_600_000) as f64;
        (ms > 0.0 && ms < limit).then(|| ms.round() as u64)
    }

    fn read_info(&mut self, bytes: &[u8]) {
        for (id, body) in elements(bytes) {
            match id {
                0x2A_D7B1 => self.tick_ns = uint(body),
                0x4489 => self.duration = float(body),
                0x4461 => self.created_ms = dates::from_2001_ns(uint(body) as i64),
                0x7BA9 => self.title = clean_text(&String::from_utf8_lossy(body)),
                _ => {}
            }
        }
    }

    fn read_tracks(&mut self, bytes: &[u8]) {
        for (id, body) in elements(bytes).take(limits::MAX_TRACKS) {
            if id != 0xAE {
                continue;
            }
            let mut track = Track::default();
            for (id, body) in elements(body) {
                match id {
                    0x83 => track.kind = uint(body),
                    0x86 => {
                        track.codec =
                            clean_text(&String::from_utf8_lossy(body)).unwrap_or_default();
                    }
                    0xE0 => {
                        for (id, body) in elements(body) {
                            match id {
                                0xB0 => track.width = uint(body) as u32,
                                0xBA => track.height = uint(body) as u32,
                                _ => {}
                            }
                        }
                    }
                    _ => {}
                }
            }
            self.tracks.push(track);
        }
    }
}

/// The tick of the last block, from the last cluster that begins in the final stretch of the file.
fn last_block(reader: &mut (impl Read + Seek)) -> Option<u64> {
    const STRETCH: u64 = 4 << 20;
    let end = reader.seek(SeekFrom::End(0)).ok()?;
    reader
        .seek(SeekFrom::Start(end.saturating_sub(STRETCH)))
        .ok()?;
    let mut tail = Vec::new();
    reader.take(STRETCH).read_to_end(&mut tail).ok()?;
    let marker = CLUSTER.to_be_bytes();
    let start = tail.windows(4).rposition(|bytes| bytes == marker)?;
    let mut rest = &tail[start..];
    element_head(&mut rest)?;
    let (mut base, mut last) = (None, 0);
    for (id, body) in elements(rest) {
        // A SimpleBlock, or the Block of a group: track number, then 16 bits of time against the cluster's.
        let block = match id {
            0xE7 => {
                base = Some(uint(body));
                continue;
            }
            0xA3 => Some(body),
            0xA0 => elements(body)
                .find(|(id, _)| *id == 0xA1)
                .map(|(_, body)| body),
            _ => continue,
        };
        let track_len = block.and_then(|block| Some(block.first()?.leading_zeros() as usize + 1));
        if let Some((block, at)) = block.zip(track_len)
            && let Some([high, low]) = block.get(at..at + 2)
        {
            last = last.max(i64::from(i16::from_be_bytes([*high, *low])));
        }
    }
    base?.checked_add(u64::try_from(last).ok()?)
}

/// Id and size of the element at the reader's position; a size of `None` is "unknown" (live streams).
fn element_head(reader: &mut impl Read) -> Option<(u32, Option<u64>)> {
    let mut byte = [0];
    reader.read_exact(&mut byte).ok()?;
    let id_len = byte[0].leading_zeros() as usize + 1;
    if id_len > 4 {
        return None;
    }
    let mut rest = [0; 3];
    reader.read_exact(&mut rest[..id_len - 1]).ok()?;
    let id = rest[..id_len - 1]
        .iter()
        .fold(u32::from(byte[0]), |id, byte| id << 8 | u32::from(*byte));
    reader.read_exact(&mut byte).ok()?;
    let size_len = byte[0].leading_zeros() as usize + 1;
    if size_len > 8 {
        return None;
    }
    let mut rest = [0; 7];
    reader.read_exact(&mut rest[..size_len - 1]).ok()?;
    let first = u64::from(byte[0]) & ((1 << (8 - size_len)) - 1);
    let size = rest[..size_len - 1]
        .iter()
        .fold(first, |size, byte| size << 8 | u64::from(*byte));
    let unknown = (1u64 << (7 * size_len)) - 1;
    Some((id, (size != unknown).then_some(size)))
}

/// The elements that fill `bytes`.
fn elements(bytes: &[u8]) -> impl Iterator<Item = (u32, &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (id, size) = element_head(&mut rest)?;
        let end = size
            .and_then(|size| usize::try_from(size).ok())
            .unwrap_or(usize::MAX)
            .min(rest.len());
        let (body, after) = rest.split_at(end);
        rest = after;
        Some((id, body))
    })
    .take(limits::MAX_BOXES)
}

fn uint(body: &[u8]) -> u64 {
    body.iter()
        .take(8)
        .fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

fn float(body: &[u8]) -> Option<f64> {
    match body.len() {
        4 => Some(f64::from(f32::from_bits(uint(body) as u32))),
        8 => Some(f64::from_bits(uint(body))),
        _ => None,
    }
}
