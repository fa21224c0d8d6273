//! The index of MP4 and QuickTime files (ISO/IEC 14496-12; the QuickTime File Format for what Apple adds).

use std::io::{Read, Seek, SeekFrom};

use crate::media::{dates, limits};

/// What the movie box says.
#[derive(Debug, Default)]
pub(crate) struct Movie {
    pub timescale: u32,
    pub duration: u64,
    pub created_ms: Option<i64>,
    pub title: Option<String>,
    pub tracks: Vec<Track>,
    /// iTunes' gapless note: encoder delay, padding, and exact length in frames.
    pub gapless: Option<Gapless>,
}

/// `iTunSMPB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Gapless {
    pub delay: u64,
    pub padding: u64,
    pub frames: u64,
}

/// One track of a movie.
#[derive(Debug, Default)]
pub(crate) struct Track {
    pub handler: [u8; 4],
    pub codec: [u8; 4],
    pub width: u32,
    pub height: u32,
    pub timescale: u32,
    /// In units of the track's own `timescale`.
    pub duration: u64,
    pub edits: Vec<Edit>,
    /// Turned by a quarter when it is shown.
    pub is_sideways: bool,
}

/// One entry of the edit list: a stretch of the movie, and where in the track it starts (`-1`: nothing is played).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Edit {
    /// In units of the movie's timescale.
    pub duration: u64,
    /// In units of the track's timescale.
    pub media_time: i64,
}

impl Movie {
    /// Finds and reads the movie box, from the reader's position. `None` when there is none that holds together.
    pub fn read(reader: &mut (impl Read + Seek)) -> Option<Self> {
        for _ in 0..limits::MAX_BOXES {
            let mut head = [0; 8];
            reader.read_exact(&mut head).ok()?;
            let kind = [head[4], head[5], head[6], head[7]];
            let size = match u32::from_be_bytes([head[0], head[1], head[2], head[3]]) {
                0 => u64::MAX,
                1 => {
                    let mut large = [0; 8];
                    reader.read_exact(&mut large).ok()?;
                    u64::from_be_bytes(large).checked_sub(16)?
                }
                size => u64::from(size).checked_sub(8)?,
            };
            if &kind == b"moov" {
                let mut bytes = Vec::new();
                let size = size.min(limits::MAX_MOOV_BYTES);
                reader.take(size).read_to_end(&mut bytes).ok()?;
                let mut movie = Self::default();
                movie.read_moov(&bytes);
                return (!movie.tracks.is_empty()).then_some(movie);
            }
            reader
                .seek(SeekFrom::Current(i64::try_from(size).ok()?))
                .ok()?;
        }
        None
    }

    pub fn has_video(&self) -> bool {
        self.video().is_some()
    }

    pub fn has_audio(&self) -> bool {
        self.audio().is_some()
    }

    /// The first track of moving pictures; a song's cover stored as a one-picture track does not count.
    pub fn video(&self) -> Option<&Track> {
        self.tracks
            .iter()
            .find(|track| {
                &track.handler == b"vide" && !matches!(&track.codec, b"jpeg" | b"png " | b"mjpa")
            })
            .or_else(|| {
                let is_only_pictures = !self.has_audio();
                self.tracks
                    .iter()
                    .find(|track| is_only_pictures && &track.handler == b"vide")
            })
    }

    pub fn audio(&self) -> Option<&Track> {
        self.tracks.iter().find(|track| &track.handler == b"soun")
    }

    /// The longest track, or what the movie header says.
    pub fn duration_ms(&self) -> Option<u64> {
        let of = |duration: u64, timescale: u32| {
            let ms = u128::from(duration) * 1000 / u128::from(timescale.max(1));
            u64::try_from(ms)
                .ok()
                .filter(|ms| *ms > 0 && *ms / 3_600_000 < limits::MAX_AUDIO_HOURS)
        };
        if self.timescale > 0
            && let Some(ms) = of(self.duration, self.timescale)
        {
            return Some(ms);
        }
        self.tracks
            .iter()
            .filter(|track| track.timescale > 0)
            .filter_map(|track| of(track.duration, track.timescale))
            .max()
    }

    fn read_moov(&mut self, bytes: &[u8]) {
        for (kind, body) in boxes(bytes) {
            match &kind {
                b"mvhd" => {
                    if let Some((created, timescale, duration)) = header_times(body) {
                        self.created_ms = dates::from_1904_s(created);
                        self.timescale = timescale;
                        self.duration = duration;
                    }
                }
                b"trak" if self.tracks.len() < limits::MAX_TRACKS => {
                    let mut track = Track::default();
                    track.read_trak(body);
                    self.tracks.push(track);
                }
                b"mvex" if self.duration == 0 => {
                    if let Some((_, body)) = boxes(body).find(|(kind, _)| kind == b"mehd") {
                        self.duration = match body.first() {
                            Some(1) => be64(body, 4),
                            _ => be32(body, 4).map(u64::from),
                        }
                        .unwrap_or(0);
                    }
                }
                b"udta" => self.read_udta(body),
                _ => {}
            }
        }
    }

    fn read_udta(&mut self, bytes: &[u8]) {
        let Some((_, meta)) = boxes(bytes).find(|(kind, _)| kind == b"meta") else {
            return;
        };
        let Some((_, list)) =
            boxes(meta.get(4..).unwrap_or_default()).find(|(kind, _)| kind == b"ilst")
        else {
            return;
        };
        for (kind, item) in boxes(list) {
            let data = || {
                let (_, data) = boxes(item).find(|(kind, _)| kind == b"data")?;
                std::str::from_utf8(data.get(8..)?).ok()
            };
            match &kind {
                b"\xA9nam" => self.title = data().and_then(crate::media::clean_text),
                b"----" => {
                    let is_gapless = boxes(item)
                        .any(|(kind, name)| &kind == b"name" && name.get(4..) == Some(b"iTunSMPB"));
                    if is_gapless {
                        self.gapless = data().and_then(Gapless::parse);
                    }
                }
                _ => {}
            }
        }
    }
}

impl Gapless {
    /// ` 00000000 00000840 000001CA 00000000003F31F6 ...`: reserved, delay, padding, frames, all hexadecimal.
    fn parse(text: &str) -> Option<Self> {
        let mut numbers = text
            .split_ascii_whitespace()
            .map(|word| u64::from_str_radix(word, 16).ok());
        numbers.next()?;
        Some(Self {
            delay: numbers.next()??,
            padding: numbers.next()??,
            frames: numbers.next()??,
        })
    }
}

impl Track {
    fn read_trak(&mut self, bytes: &[u8]) {
        for (kind, body) in boxes(bytes) {
            match &kind {
                b"tkhd" => self.read_tkhd(body),
                b"edts" => {
                    if let Some((_, list)) = boxes(body).find(|(kind, _)| kind == b"elst") {
                        self.read_elst(list);
                    }
                }
                b"mdia" => self.read_mdia(body),
                _ => {}
            }
        }
    }

    fn read_tkhd(&mut self, body: &[u8]) {
        let offset = if body.first() == Some(&1) { 52 } else { 40 };
        let matrix = |index: usize| be32(body, offset + index * 4).unwrap_or(0) as i32;
        self.is_sideways = matrix(0) == 0 && matrix(4) == 0 && matrix(1) != 0 && matrix(3) != 0;
        self.width = be32(body, offset + 36).unwrap_or(0) >> 16;
        self.height = be32(body, offset + 40).unwrap_or(0) >> 16;
    }

    fn read_elst(&mut self, body: &[u8]) {
        let is_wide = body.first() == Some(&1);
        let count = be32(body, 4).unwrap_or(0).min(1024) as usize;
        for entry in 0..count {
            let edit = if is_wide {
                let offset = 8 + entry * 20;
                be64(body, offset)
                    .zip(be64(body, offset + 8))
                    .map(|(duration, time)| Edit {
                        duration,
                        media_time: time as i64,
                    })
            } else {
                let offset = 8 + entry * 12;
                be32(body, offset)
                    .zip(be32(body, offset + 4))
                    .map(|(duration, time)| Edit {
                        duration: u64::from(duration),
                        media_time: i64::from(time as i32),
                    })
            };
            let Some(edit) = edit else { break };
            self.edits.push(edit);
        }
    }

    fn read_mdia(&mut self, bytes: &[u8]) {
        for (kind, body) in boxes(bytes) {
            match &kind {
                b"mdhd" => {
                    if let Some((_, timescale, duration)) = header_times(body) {
                        self.timescale = timescale;
                        self.duration = duration;
                    }
                }
                b"hdlr" => {
                    if let Some([a, b, c, d]) = body.get(8..12) {
                        self.handler = [*a, *b, *c, *d];
                    }
                }
                b"minf" => {
                    let description = boxes(body)
                        .find(|(kind, _)| kind == b"stbl")
                        .and_then(|(_, body)| boxes(body).find(|(kind, _)| kind == b"stsd"))
                        .and_then(|(_, body)| boxes(body.get(8..)?).next());
                    if let Some((codec, entry)) = description {
                        self.codec = codec;
                        if &self.handler == b"vide"
                            && let Some((width, height)) = be16(entry, 24).zip(be16(entry, 26))
                            && (self.width == 0 || self.height == 0)
                        {
                            (self.width, self.height) = (u32::from(width), u32::from(height));
                        }
                    }
                }
                _ => {}
            }
        }
    }
}

/// Creation time, timescale and duration of `mvhd` and `mdhd`.
fn header_times(body: &[u8]) -> Option<(u64, u32, u64)> {
    if body.first() == Some(&1) {
        return Some((
            be64(body, 4)?,
            be32(body, 20)?,
            be64(body, 24).filter(|d| *d != u64::MAX).unwrap_or(0),
        ));
    }
    let duration = be32(body, 16)
        .filter(|duration| *duration != u32::MAX)
        .unwrap_or(0);
    Some((
        u64::from(be32(body, 4)?),
        be32(body, 12)?,
        u64::from(duration),
    ))
}

/// The boxes that fill `bytes`; one that claims more than there is ends where `bytes` end.
fn boxes(bytes: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let [a, b, c, d, kind @ ..] = rest.get(..8)? else {
            return None;
        };
        let kind = [kind[0], kind[1], kind[2], kind[3]];
        let (start, size) = match u32::from_be_bytes([*a, *b, *c, *d]) {
            0 => (8, rest.len()),
            1 => (16, usize::try_from(be64(rest, 8)?).ok()?),
            size => (8, size as usize),
        };
        let end = size.min(rest.len());
        let body = rest.get(start..end)?;
        rest = &rest[end..];
        Some((kind, body))
    })
    .take(limits::MAX_BOXES)
}

fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    let bytes = bytes.get(at..at + 2)?;
    Some(u16::from_be_bytes([bytes[0], bytes[1]]))
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at + 4)?;
    Some(u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
}

fn be64(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from(be32(bytes, at)?) << 32 | u64::from(be32(bytes, at + 4)?))
}
