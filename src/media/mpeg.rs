//! Frames of MPEG audio: MP3 and its elders, and AAC in ADTS.

use super::Format;

/// MP3 and ADTS without any header: frames that follow one another. Three are asked for; one is enough where the
/// extension says the same.
pub(super) fn sniff(head: &[u8], extension: &str) -> Option<Format> {
    let is_named = matches!(extension, "mp3" | "mp2" | "mp1" | "mpga" | "aac" | "adts");
    let reach = if is_named { head.len() } else { 1 };
    let zeros = head.iter().take_while(|byte| **byte == 0).count();
    for start in (0..reach).chain([zeros]) {
        let (mut at, mut frames) = (start, 0);
        let first = head.get(start..)?;
        let is_adts = first.len() > 1 && first[0] == 0xFF && first[1] & 0xF6 == 0xF0;
        while let Some(len) = head.get(at..).and_then(|frame| {
            if is_adts {
                adts_frame_bytes(frame)
            } else {
                frame_bytes(frame)
            }
        }) {
            at += len;
            frames += 1;
        }
        let is_cut = at >= head.len();
        if frames >= 3 || (frames >= 1 && is_cut && is_named) || (frames >= 2 && is_cut) {
            return Some(if is_adts {
                Format::AacAdts
            } else {
                Format::Mp3
            });
        }
    }
    None
}

/// Bytes of the ADTS frame at the start of `bytes` (ISO 13818-7).
fn adts_frame_bytes(bytes: &[u8]) -> Option<usize> {
    let [0xFF, b1, b2, b3, b4, b5, ..] = *bytes else {
        return None;
    };
    if b1 & 0xF6 != 0xF0 || b2 >> 2 & 0x0F > 12 {
        return None;
    }
    let len = (usize::from(b3 & 3) << 11) | (usize::from(b4) << 3) | usize::from(b5 >> 5);
    (len > 7).then_some(len)
}

/// Bytes of the MPEG audio frame at the start of `bytes` (ISO 11172-3, 13818-3).
pub(super) fn frame_bytes(bytes: &[u8]) -> Option<usize> {
    const V1: [[u32; 15]; 3] = [
        [
            0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448,
        ],
        [
            0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384,
        ],
        [
            0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320,
        ],
    ];
    const V2: [[u32; 15]; 2] = [
        [
            0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256,
        ],
        [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    ];
    let [0xFF, b1, b2, _, ..] = *bytes else {
        return None;
    };
    let (version, layer) = (b1 >> 3 & 3, 4 - (b1 >> 1 & 3));
    if b1 & 0xE0 != 0xE0 || version == 1 || layer == 4 {
        return None;
    }
    let is_v1 = version == 3;
    let rate_index = usize::from(b2 >> 4);
    let kbps = if is_v1 {
        *V1[usize::from(layer) - 1].get(rate_index)?
    } else {
        *V2[usize::from(layer > 1)].get(rate_index)?
    };
    let hz = *[44_100u32, 48_000, 32_000].get(usize::from(b2 >> 2 & 3))?
        >> match version {
            3 => 0,
            2 => 1,
            _ => 2,
        };
    if kbps == 0 {
        return None;
    }
    let padding = u32::from(b2 >> 1 & 1);
    let len = match layer {
        1 => (12_000 * kbps / hz + padding) * 4,
        3 if !is_v1 => 72_000 * kbps / hz + padding,
        _ => 144_000 * kbps / hz + padding,
    };
    Some(len as usize)
}
