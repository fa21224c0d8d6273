//! The headers of AVI files (Microsoft's RIFF and AVI references).

use std::io::{Read, Seek};

use super::{ClipMeta, codec_name};
use crate::media::limits;

/// The header list is a few kilobytes; some programs pad it.
const MAX_HEADER_BYTES: u64 = 4 << 20;

/// Reads the main header and the stream headers.
pub(super) fn read(reader: &mut (impl Read + Seek)) -> Option<ClipMeta> {
    let mut head = [0; 12];
    reader.read_exact(&mut head).ok()?;
    for _ in 0..limits::MAX_BOXES {
        let mut chunk = [0; 8];
        reader.read_exact(&mut chunk).ok()?;
        let size = u64::from(le32(&chunk, 4)?);
        if &chunk[..4] == b"LIST" {
            let mut body = Vec::new();
            reader
                .take(size.min(MAX_HEADER_BYTES))
                .read_to_end(&mut body)
                .ok()?;
            return if body.starts_with(b"hdrl") {
                Some(headers(&body[4..]))
            } else {
                None
            };
        }
        reader.seek_relative((size + (size & 1)) as i64).ok()?;
    }
    None
}

fn headers(bytes: &[u8]) -> ClipMeta {
    let mut meta = ClipMeta::default();
    for (kind, body) in chunks(bytes) {
        match &kind {
            b"avih" => {
                let number = |at| le32(body, at).unwrap_or(0);
                let (frame_us, frames) = (u64::from(number(0)), u64::from(number(16)));
                (meta.width, meta.height) = (number(32), number(36));
                meta.duration_ms = Some(frame_us * frames / 1000)
                    .filter(|ms| *ms > 0 && *ms / 3_600_000 < limits::MAX_AUDIO_HOURS);
            }
            b"LIST" if body.starts_with(b"strl") => {
                for (kind, body) in chunks(&body[4..]) {
                    match body.get(..8) {
                        Some([b'v', b'i', b'd', b's', code @ ..])
                            if &kind == b"strh" && meta.codec.is_empty() =>
                        {
                            meta.codec = codec_name([code[0], code[1], code[2], code[3]]);
                        }
                        Some([b'a', b'u', b'd', b's', ..]) if &kind == b"strh" => {
                            meta.has_audio = true;
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    meta
}

fn chunks(bytes: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let kind = *rest.first_chunk::<4>()?;
        let size = le32(rest, 4)? as usize;
        let body = rest.get(8..)?;
        let body = &body[..size.min(body.len())];
        rest = rest.get((8 + size + (size & 1)).min(rest.len())..)?;
        Some((kind, body))
    })
    .take(limits::MAX_BOXES)
}

fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at + 4)?;
    Some(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
}
