//! The metadata segments of a JPEG file (ITU-T T.81 annex B; Exif 2.32; Adobe's XMP part 3; ICC.1 annex B.4).

use std::io::{BufRead, Seek};

use crate::media::limits;

/// What stands in front of the first scan.
#[derive(Debug, Default)]
pub(super) struct Segments {
    pub width: u32,
    pub height: u32,
    /// Bits a sample.
    pub precision: u8,
    /// Colour components: 1 grey, 3, or 4 inks.
    pub components: u8,
    /// Adobe's marker: inks are stored upside down.
    pub has_adobe: bool,
    /// The TIFF structure behind `Exif\0\0`.
    pub exif: Option<Vec<u8>>,
    pub xmp: Option<Vec<u8>>,
    /// Photoshop's resource blocks.
    pub photoshop: Vec<u8>,
    icc: Vec<(u8, Vec<u8>)>,
}

impl Segments {
    /// Walks the segments up to the first scan. `None` when there is no frame header before it ends.
    pub fn read(reader: &mut (impl BufRead + Seek)) -> Option<Self> {
        let mut found = Self::default();
        let mut kept = 0;
        let mut soi = [0; 2];
        reader.read_exact(&mut soi).ok()?;
        if soi != [0xFF, 0xD8] {
            return None;
        }
        for _ in 0..limits::MAX_SEGMENTS {
            let Some(marker) = next_marker(reader) else {
                break;
            };
            if matches!(marker, 0x01 | 0xD0..=0xD8) {
                continue;
            }
            if matches!(marker, 0xDA | 0xD9) {
                break;
            }
            let mut length = [0; 2];
            if reader.read_exact(&mut length).is_err() {
                break;
            }
            let length = usize::from(u16::from_be_bytes(length)).saturating_sub(2);
            let is_frame = matches!(marker, 0xC0..=0xCF) && !matches!(marker, 0xC4 | 0xC8 | 0xCC);
            if !is_frame && !matches!(marker, 0xE1 | 0xE2 | 0xED | 0xEE)
                || kept + length > limits::MAX_METADATA_BYTES
            {
                if reader.seek_relative(length as i64).is_err() {
                    break;
                }
                continue;
            }
            let mut body = vec![0; length];
            if reader.read_exact(&mut body).is_err() {
                break;
            }
            kept += length;
            found.keep(marker, body, is_frame);
        }
        (found.width > 0 && found.height > 0).then_some(found)
    }

    fn keep(&mut self, marker: u8, body: Vec<u8>, is_frame: bool) {
        const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
        if is_frame {
            if let [precision, h1, h0, w1, w0, components, ..] = body[..]
                && self.width == 0
            {
                self.precision = precision;
                self.height = u32::from(u16::from_be_bytes([h1, h0]));
                self.width = u32::from(u16::from_be_bytes([w1, w0]));
                self.components = components;
            }
            return;
        }
        match marker {
            0xE1 if self.exif.is_none() && body.starts_with(b"Exif\0") => {
                self.exif = body.get(6..).map(<[u8]>::to_vec);
            }
            0xE1 if self.xmp.is_none() && body.starts_with(XMP) => {
                self.xmp = Some(body[XMP.len()..].to_vec());
            }
            0xE2 if body.starts_with(b"ICC_PROFILE\0") && body.len() > 14 => {
                self.icc.push((body[12], body[14..].to_vec()));
            }
            0xED if body.starts_with(b"Photoshop 3.0\0") => {
                self.photoshop.extend_from_slice(&body[14..]);
            }
            0xEE if body.starts_with(b"Adobe") => self.has_adobe = true,
            _ => {}
        }
    }

    /// The colour profile, put together from its chunks.
    pub fn icc(&self) -> Option<Vec<u8>> {
        let mut chunks: Vec<_> = self.icc.iter().collect();
        chunks.sort_by_key(|(number, _)| *number);
        let icc: Vec<u8> = chunks
            .into_iter()
            .flat_map(|(_, bytes)| bytes.iter().copied())
            .collect();
        (!icc.is_empty()).then_some(icc)
    }
}

/// The next marker; stuffing and stray bytes before it are skipped.
fn next_marker(reader: &mut impl BufRead) -> Option<u8> {
    let mut byte = [0];
    let mut was_ff = false;
    for _ in 0..65_536 {
        reader.read_exact(&mut byte).ok()?;
        match byte[0] {
            0xFF => was_ff = true,
            0x00 => was_ff = false,
            marker if was_ff => return Some(marker),
            _ => {}
        }
    }
    None
}
