//! What a file is without its tags: the same hash after another program changed the tags, the cover, the rating or the
//! orientation mark, because only the audio frames or the coded picture go into it.

use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use super::Format;

const BUFFER_BYTES: usize = 256 * 1024;
/// Boxes, chunks, segments or pages that are walked; more than that is no media file.
const MAX_PARTS: usize = 50_000_000;

/// The BLAKE3 of a file's content without its tags; `None` for formats whose tags are not told apart, and when the file
/// does not hold together.
pub fn essence(path: &Path, format: Format) -> Option<[u8; 32]> {
    let walk: fn(&mut Source) -> Option<()> = match format {
        Format::Mp3 => mpeg,
        Format::Flac => flac,
        Format::OggVorbis | Format::Opus => ogg,
        Format::M4a => mp4,
        Format::Wav => |source| riff(source, true),
        Format::Aiff => |source| riff(source, false),
        Format::Jpeg => jpeg,
        _ => return None,
    };
    let file = super::open(path).ok()?;
    let len = file.metadata().ok()?.len();
    let mut source = Source {
        reader: BufReader::with_capacity(BUFFER_BYTES, file),
        len,
        at: 0,
        hasher: blake3::Hasher::new(),
        hashed: 0,
    };
    walk(&mut source)?;
    (source.hashed > 0).then(|| *source.hasher.finalize().as_bytes())
}

struct Source {
    reader: BufReader<std::fs::File>,
    len: u64,
    at: u64,
    hasher: blake3::Hasher,
    hashed: u64,
}

impl Source {
    fn seek(&mut self, to: u64) -> Option<()> {
        if to > self.len {
            return None;
        }
        let by = i64::try_from(to)
            .ok()?
            .checked_sub(i64::try_from(self.at).ok()?)?;
        self.reader.seek_relative(by).ok()?;
        self.at = to;
        Some(())
    }

    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let mut bytes = [0; N];
        self.reader.read_exact(&mut bytes).ok()?;
        self.at += N as u64;
        Some(bytes)
    }

    /// Hashes everything up to a place.
    fn hash_to(&mut self, end: u64) -> Option<()> {
        let mut buffer = [0; 16 * 1024];
        while self.at < end.min(self.len) {
            let want = (end.min(self.len) - self.at).min(buffer.len() as u64) as usize;
            let n = self.reader.read(&mut buffer[..want]).ok()?;
            if n == 0 {
                return None;
            }
            self.hasher.update(&buffer[..n]);
            self.at += n as u64;
            self.hashed += n as u64;
        }
        Some(())
    }

    /// The last bytes before `end`; the place stays.
    fn tail(&mut self, end: u64, count: u64) -> Option<Vec<u8>> {
        let back = self.at;
        let from = end.checked_sub(count)?;
        self.reader.seek(SeekFrom::Start(from)).ok()?;
        let mut bytes = vec![0; count as usize];
        let read = self.reader.read_exact(&mut bytes).ok();
        self.reader.seek(SeekFrom::Start(back)).ok()?;
        read.map(|()| bytes)
    }
}

fn synchsafe(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0, |sum, byte| sum << 7 | u64::from(byte & 0x7F))
}

/// Past ID3v2 tags in front (ID3v2.4 section 3.1).
fn skip_id3(source: &mut Source) -> Option<()> {
    for _ in 0..16 {
        let start = source.at;
        let head: [u8; 10] = match source.take() {
            Some(head) => head,
            None => return source.seek(start),
        };
        if &head[..3] != b"ID3" {
            return source.seek(start);
        }
        let footer = if head[5] & 0x10 == 0 { 0 } else { 10 };
        source.seek(start + 10 + synchsafe(&head[6..]) + footer)?;
    }
    None
}

/// Everything between the tags in front and the tags behind.
fn mpeg(source: &mut Source) -> Option<()> {
    skip_id3(source)?;
    // Padding between the tag and the first frame comes and goes with tag editors.
    while source.at < source.len {
        let [byte] = source.take()?;
        if byte != 0 {
            source.seek(source.at - 1)?;
            break;
        }
    }
    let mut end = source.len;
    for _ in 0..16 {
        let was = end;
        if source
            .tail(end, 128)
            .is_some_and(|tag| tag.starts_with(b"TAG"))
        {
            end -= 128;
        }
        // APEv2 (footer, with or without header) and Lyrics3v2.
        if let Some(foot) = source
            .tail(end, 32)
            .filter(|foot| foot.starts_with(b"APETAGEX"))
        {
            let size = u64::from(u32::from_le_bytes([foot[12], foot[13], foot[14], foot[15]]));
            let flags = u32::from_le_bytes([foot[20], foot[21], foot[22], foot[23]]);
            let head = if flags & 0x8000_0000 == 0 { 0 } else { 32 };
            end = end.checked_sub(size + head)?;
        }
        if let Some(foot) = source
            .tail(end, 15)
            .filter(|foot| foot.ends_with(b"LYRICS200"))
        {
            let size: u64 = std::str::from_utf8(&foot[..6]).ok()?.parse().ok()?;
            end = end.checked_sub(size + 15)?;
        }
        if let Some(foot) = source.tail(end, 10).filter(|foot| foot.starts_with(b"3DI")) {
            end = end.checked_sub(synchsafe(&foot[6..]) + 20)?;
        }
        if end == was {
            break;
        }
    }
    (end > source.at).then_some(())?;
    source.hash_to(end)
}

/// The stream description and the frames, without the other metadata blocks (RFC 9639 section 8).
fn flac(source: &mut Source) -> Option<()> {
    skip_id3(source)?;
    (source.take()? == *b"fLaC").then_some(())?;
    for _ in 0..MAX_PARTS {
        let [kind, a, b, c] = source.take()?;
        let end = source.at + u64::from(u32::from_be_bytes([0, a, b, c]));
        if matches!(kind, 0 | 0x80) {
            source.hash_to(end)?;
        } else {
            source.seek(end)?;
        }
        if kind & 0x80 != 0 {
            return source.hash_to(source.len);
        }
    }
    None
}

/// The packets of all pages except the second, which holds the comments (RFC 3533 section 6).
fn ogg(source: &mut Source) -> Option<()> {
    let mut packet = 0usize;
    for _ in 0..MAX_PARTS {
        if source.at >= source.len {
            return Some(());
        }
        let head: [u8; 27] = source.take()?;
        (&head[..4] == b"OggS").then_some(())?;
        let mut lacing = vec![0; usize::from(head[26])];
        source.reader.read_exact(&mut lacing).ok()?;
        source.at += lacing.len() as u64;
        for length in lacing {
            let end = source.at + u64::from(length);
            if packet == 1 {
                source.seek(end)?;
            } else {
                source.hash_to(end)?;
            }
            if length < 255 && packet < 2 {
                packet += 1;
            }
        }
    }
    None
}

/// The media data boxes (ISO/IEC 14496-12 section 8.1.1).
fn mp4(source: &mut Source) -> Option<()> {
    for _ in 0..MAX_PARTS {
        let start = source.at;
        if start + 8 > source.len {
            return Some(());
        }
        let head: [u8; 8] = source.take()?;
        let mut size = u64::from(u32::from_be_bytes([head[0], head[1], head[2], head[3]]));
        if size == 1 {
            size = u64::from_be_bytes(source.take()?);
        } else if size == 0 {
            size = source.len - start;
        }
        let end = start.checked_add(size).filter(|end| *end > start)?;
        if &head[4..] == b"mdat" {
            source.hash_to(end)?;
        } else {
            source.seek(end.min(source.len))?;
        }
    }
    None
}

/// The format and the samples.
fn riff(source: &mut Source, is_little: bool) -> Option<()> {
    let head: [u8; 12] = source.take()?;
    matches!(&head[..4], b"RIFF" | b"FORM" | b"RF64").then_some(())?;
    for _ in 0..MAX_PARTS {
        if source.at + 8 > source.len {
            return Some(());
        }
        let head: [u8; 8] = source.take()?;
        let size = [head[4], head[5], head[6], head[7]];
        let size = u64::from(if is_little {
            u32::from_le_bytes(size)
        } else {
            u32::from_be_bytes(size)
        });
        let end = source.at + size;
        if matches!(&head[..4], b"fmt " | b"data" | b"COMM" | b"SSND") {
            source.hash_to(end)?;
        }
        source.seek((end + (size & 1)).min(source.len))?;
    }
    None
}

/// Tables, frame and scans, without application segments and comments (ITU-T T.81 annex B).
fn jpeg(source: &mut Source) -> Option<()> {
    (source.take()? == [0xFF, 0xD8]).then_some(())?;
    for _ in 0..super::limits::MAX_SEGMENTS {
        let [mark, mut marker] = source.take()?;
        (mark == 0xFF).then_some(())?;
        while marker == 0xFF {
            [marker] = source.take()?;
        }
        if marker == 0xDA {
            // The rest is the picture; what lies behind it (a motion photo's clip) belongs to it.
            source.hasher.update(&[marker]);
            return source.hash_to(source.len);
        }
        let length = u64::from(u16::from_be_bytes(source.take()?));
        let end = source.at + length.checked_sub(2)?;
        if matches!(marker, 0xE0..=0xEF | 0xFE) {
            source.seek(end)?;
        } else {
            source.hasher.update(&[marker]);
            source.hash_to(end)?;
        }
    }
    None
}
