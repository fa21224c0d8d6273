//! What a file is, by its content.

use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use super::{Format, Kind, clip, limits, mpeg, open};
use crate::error::{Error, Result};

/// What [`sniff`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sniffed {
    /// What the file is for.
    pub kind: Kind,
    /// Its format.
    pub format: Format,
    /// Whether Parlour reads its content; see [`Format::is_decodable`].
    pub decodable: bool,
}

impl Sniffed {
    fn of(format: Format) -> Self {
        Self {
            kind: format.kind(),
            format,
            decodable: format.is_decodable(),
        }
    }

    /// The error to show for a format that cannot be decoded.
    pub fn require_decodable(self, path: &Path) -> Result<()> {
        if self.decodable {
            return Ok(());
        }
        Err(Error::Unsupported {
            format: self.format.name().to_owned(),
            path: path.to_owned(),
        })
    }
}

/// Says what a file is. Reads the first 4 KiB; of MP4 and Matroska also the track list, because only that tells a
/// song from a clip. An extension decides only between formats that look alike (TIFF and RAW, headerless MP3).
///
/// # Errors
/// [`Error::Empty`], [`Error::NotMedia`], [`Error::Io`].
pub fn sniff(path: &Path) -> Result<Sniffed> {
    let mut file = BufReader::new(open(path)?);
    let mut head = Vec::with_capacity(limits::SNIFF_BYTES);
    (&mut file)
        .take(limits::SNIFF_BYTES as u64)
        .read_to_end(&mut head)
        .map_err(|error| Error::io("read the file", path, &error))?;
    if head.is_empty() {
        return Err(Error::Empty {
            path: path.to_owned(),
        });
    }
    let extension = extension_of(path);
    let guess = by_magic(&head, &extension).or_else(|| iso_media(&head, &mut file));
    let guess = match guess {
        Some(format) => Some(format),
        None if head.starts_with(b"ID3") => Some(behind_id3(&head, &mut file)),
        None if head.starts_with(&[0x1A, 0x45, 0xDF, 0xA3]) => Some(matroska(&head, &mut file)),
        None => mpeg::sniff(&head, &extension),
    };
    guess.map(Sniffed::of).ok_or_else(|| Error::NotMedia {
        path: path.to_owned(),
    })
}

/// Whether a walker should look into this file: its extension is a known one, or it has none.
pub fn is_candidate(path: &Path) -> bool {
    let extension = extension_of(path);
    path.extension().is_none()
        || [PHOTO_EXTENSIONS, AUDIO_EXTENSIONS, CLIP_EXTENSIONS]
            .iter()
            .any(|known| known.contains(&extension.as_str()))
}

/// Whether a file's name says that it is music or speech. A hint only: what a file is goes by its content.
pub fn has_audio_name(path: &Path) -> bool {
    AUDIO_EXTENSIONS.contains(&extension_of(path).as_str())
}

const PHOTO_EXTENSIONS: &[&str] = &[
    "jpg", "jpeg", "jpe", "jfif", "mpo", "png", "apng", "webp", "gif", "tif", "tiff", "bmp", "dib",
    "ico", "heic", "heif", "hif", "avif", "jxl", "jp2", "j2k", "jpx", "psd", "psb", "exr", "hdr",
    "qoi", "xcf", "cr2", "cr3", "crw", "nef", "nrw", "arw", "sr2", "srf", "dng", "raf", "orf",
    "rw2", "pef", "srw", "x3f",
];

const AUDIO_EXTENSIONS: &[&str] = &[
    "mp3", "mp2", "mp1", "mpga", "flac", "fla", "wav", "wave", "bwf", "w64", "rf64", "aif", "aiff",
    "aifc", "ogg", "oga", "opus", "spx", "m4a", "m4b", "m4p", "m4r", "aac", "adts", "caf", "mka",
    "weba", "wma", "asf", "ape", "wv", "mpc", "mp+", "mpp", "tta", "tak", "ofr", "dsf", "dff",
    "mid", "midi", "kar", "ac3", "eac3", "dts", "amr", "awb", "au", "snd", "ra", "rm", "rmvb",
];

const CLIP_EXTENSIONS: &[&str] = &[
    "mp4", "m4v", "mov", "qt", "3gp", "3g2", "mkv", "webm", "avi", "mpg", "mpeg", "mpe", "vob",
    "m2v", "ts", "mts", "m2ts", "wmv", "flv", "f4v", "ogv", "ogm", "ogx",
];

fn extension_of(path: &Path) -> String {
    path.extension()
        .map(|extension| extension.to_string_lossy().to_ascii_lowercase())
        .unwrap_or_default()
}

/// Formats that their first bytes give away.
fn by_magic(head: &[u8], extension: &str) -> Option<Format> {
    let at = |offset: usize, magic: &[u8]| {
        head.get(offset..offset + magic.len())
            .is_some_and(|bytes| bytes == magic)
    };
    const MAGIC: &[(&[u8], Format)] = &[
        (b"\xFF\xD8\xFF", Format::Jpeg),
        (b"\x89PNG\r\n\x1A\n", Format::Png),
        (b"GIF87a", Format::Gif),
        (b"GIF89a", Format::Gif),
        (b"\0\0\0\x0CJXL \r\n\x87\n", Format::JpegXl),
        (b"\0\0\0\x0CjP  \r\n\x87\n", Format::Jpeg2000),
        (b"\xFF\x4F\xFF\x51", Format::Jpeg2000),
        (b"8BPS", Format::Psd),
        (b"\x76\x2F\x31\x01", Format::OpenExr),
        (b"#?RADIANCE", Format::RadianceHdr),
        (b"#?RGBE", Format::RadianceHdr),
        (b"qoif", Format::Qoi),
        (b"gimp xcf", Format::Xcf),
        (b"FUJIFILMCCD-RAW", Format::RawRaf),
        (b"IIRO", Format::RawOrf),
        (b"IIRS", Format::RawOrf),
        (b"MMOR", Format::RawOrf),
        (b"IIU\0", Format::RawRw2),
        (b"II\x1A\0\0\0HEAPCCDR", Format::RawCrw),
        (b"FOVb", Format::RawX3f),
        (b"fLaC", Format::Flac),
        (b"caff\0", Format::Caf),
        (b"MAC ", Format::MonkeysAudio),
        (b"wvpk", Format::WavPack),
        (b"MP+", Format::Musepack),
        (b"MPCK", Format::Musepack),
        (b"TTA1", Format::TrueAudio),
        (b"tBaK", Format::Tak),
        (b"OFR ", Format::OptimFrog),
        (b"DSD ", Format::Dsf),
        (b"FRM8", Format::Dff),
        (b"MThd\0\0\0\x06", Format::Midi),
        (b"#!AMR", Format::Amr),
        (b".snd\0", Format::Au),
        (b".RMF\0", Format::RealMedia),
        (b".ra\xFD", Format::RealMedia),
        (b"\x7F\xFE\x80\x01", Format::Dts),
        (b"\xFE\x7F\x01\x80", Format::Dts),
        (b"FLV\x01", Format::Flv),
        (b"\0\0\x01\xBA", Format::Mpeg),
        (b"\0\0\x01\xB3", Format::Mpeg),
    ];
    if let Some((_, format)) = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Some(*format);
    }
    if at(0, b"RIFF") || at(0, b"RF64") || at(0, b"BW64") {
        return match head.get(8..12)? {
            b"WAVE" => Some(Format::Wav),
            b"WEBP" => Some(Format::WebP),
            b"AVI " => Some(Format::Avi),
            b"RMID" => Some(Format::Midi),
            _ => None,
        };
    }
    if at(0, b"FORM") && (at(8, b"AIFF") || at(8, b"AIFC")) {
        return Some(Format::Aiff);
    }
    if at(0, b"II*\0") || at(0, b"MM\0*") || at(0, b"II+\0") || at(0, b"MM\0+") {
        return Some(tiff_family(head, extension));
    }
    if at(0, b"OggS") {
        return Some(ogg(head));
    }
    if at(0, b"\x30\x26\xB2\x75\x8E\x66\xCF\x11") {
        const VIDEO_STREAM: &[u8] =
            b"\xC0\xEF\x19\xBC\x4D\x5B\xCF\x11\xA8\xFD\x00\x80\x5F\x5C\x44\x2B";
        let has_video = head
            .windows(VIDEO_STREAM.len())
            .any(|bytes| bytes == VIDEO_STREAM);
        return Some(if has_video { Format::Wmv } else { Format::Wma });
    }
    if at(0, b"BM") && head.len() >= 26 {
        let header_size = u32::from_le_bytes([head[14], head[15], head[16], head[17]]);
        return matches!(header_size, 12 | 16 | 40 | 52 | 56 | 64 | 108 | 124)
            .then_some(Format::Bmp);
    }
    if at(0, b"\0\0\x01\0")
        && head.len() >= 22
        && (1..=64).contains(&head[4])
        && head[5] == 0
        && head[9] == 0
    {
        return Some(Format::Ico);
    }
    if at(0, b"\x0B\x77")
        && head.get(5).is_some_and(|byte| byte >> 3 <= 16)
        && matches!(extension, "ac3" | "eac3")
    {
        return Some(Format::Ac3);
    }
    if at(0, b"\xFF\x0A") && extension == "jxl" {
        return Some(Format::JpegXl);
    }
    let every = |step: usize, from: usize| (0..3).all(|i| head.get(from + i * step) == Some(&0x47));
    if every(188, 0) || every(192, 4) {
        return Some(Format::MpegTs);
    }
    None
}

/// RAW files of most makers are TIFF files: the first directory tells them from pictures.
fn tiff_family(head: &[u8], extension: &str) -> Format {
    if head.get(8..10) == Some(b"CR") {
        return Format::RawCr2;
    }
    let is_little = head[0] == b'I';
    let u16_at = |offset: usize| {
        head.get(offset..offset + 2).map_or(0, |b| {
            if is_little {
                u16::from_le_bytes([b[0], b[1]])
            } else {
                u16::from_be_bytes([b[0], b[1]])
            }
        })
    };
    let u32_at = |offset: usize| {
        head.get(offset..offset + 4).map_or(0, |b| {
            if is_little {
                u32::from_le_bytes([b[0], b[1], b[2], b[3]])
            } else {
                u32::from_be_bytes([b[0], b[1], b[2], b[3]])
            }
        })
    };
    let directory = u32_at(4) as usize;
    let mut is_preview = false;
    let mut make = &b""[..];
    for entry in 0..usize::from(u16_at(directory)).min(200) {
        let offset = directory + 2 + entry * 12;
        match u16_at(offset) {
            0xC612 => return Format::RawDng,
            0x00FE => is_preview = u32_at(offset + 8) & 1 == 1,
            0x014A => is_preview = true,
            0x010F => make = head.get(u32_at(offset + 8) as usize..).unwrap_or_default(),
            _ => {}
        }
    }
    match extension {
        "nef" | "nrw" => return Format::RawNef,
        "arw" | "sr2" | "srf" => return Format::RawArw,
        "pef" => return Format::RawPef,
        "srw" => return Format::RawSrw,
        "cr2" => return Format::RawCr2,
        "dng" => return Format::RawDng,
        _ => {}
    }
    [
        (&b"NIKON"[..], Format::RawNef),
        (b"SONY", Format::RawArw),
        (b"PENTAX", Format::RawPef),
        (b"SAMSUNG", Format::RawSrw),
    ]
    .into_iter()
    .find(|(name, _)| is_preview && make.starts_with(name))
    .map_or(Format::Tiff, |(_, format)| format)
}

/// Which streams begin in the first pages of an Ogg file; a picture stream makes it a clip.
fn ogg(head: &[u8]) -> Format {
    let has = |magic: &[u8]| head.windows(magic.len()).any(|bytes| bytes == magic);
    if has(b"\x80theora") || has(b"\x01video\0\0\0") || has(b"BBCD\0") {
        Format::OggTheora
    } else if has(b"OpusHead") {
        Format::Opus
    } else if has(b"\x7FFLAC") {
        Format::OggFlac
    } else if has(b"Speex   ") {
        Format::Speex
    } else {
        Format::OggVorbis
    }
}

/// The family of `ftyp`: HEIC, AVIF, CR3, and MP4/MOV, where the tracks say whether it is a song or a clip.
fn iso_media(head: &[u8], file: &mut (impl Read + Seek)) -> Option<Format> {
    let kind = head.get(4..8)?;
    let (brand, compatible) = match kind {
        b"ftyp" => {
            let size = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
            let brands = head.get(8..size.clamp(8, head.len()))?;
            (brands.get(..4)?, brands.get(8..).unwrap_or_default())
        }
        b"moov" | b"mdat" | b"wide" | b"free" | b"skip" | b"pnot" => (&b"qt  "[..], &b""[..]),
        _ => return None,
    };
    let any = |names: &[&[u8; 4]]| {
        names
            .iter()
            .any(|name| brand == *name || compatible.chunks(4).any(|other| other == *name))
    };
    match brand {
        b"crx " => return Some(Format::RawCr3),
        b"jxl " => return Some(Format::JpegXl),
        b"jp2 " | b"jpx " => return Some(Format::Jpeg2000),
        _ => {}
    }
    if any(&[b"avif", b"avis"]) {
        return Some(Format::Avif);
    }
    let heic = [
        b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1",
    ];
    if brand != b"qt  " && any(&heic) {
        return Some(Format::Heic);
    }
    let video = match brand {
        b"qt  " => Format::Mov,
        [b'3', b'g', ..] => Format::ThreeGp,
        _ => Format::Mp4,
    };
    file.seek(SeekFrom::Start(0)).ok()?;
    Some(match clip::mp4::Movie::read(file) {
        Some(movie) if movie.has_video() => video,
        Some(movie) if movie.has_audio() => Format::M4a,
        // The index is missing or broken: the brand decides.
        _ if matches!(brand, b"M4A " | b"M4B " | b"M4P ") => Format::M4a,
        _ => video,
    })
}

fn matroska(head: &[u8], file: &mut (impl Read + Seek)) -> Format {
    let is_webm = head
        .get(..64)
        .unwrap_or(head)
        .windows(4)
        .any(|bytes| bytes == b"webm");
    let video = if is_webm { Format::WebM } else { Format::Mkv };
    if file.seek(SeekFrom::Start(0)).is_err() {
        return video;
    }
    match clip::mkv::Segment::read(file) {
        Some(segment) if !segment.has_video() && segment.has_audio() => Format::Mka,
        _ => video,
    }
}

/// What an ID3v2 tag stands in front of.
fn behind_id3(head: &[u8], file: &mut (impl Read + Seek)) -> Format {
    let Some(size) = head.get(6..10) else {
        return Format::Mp3;
    };
    let size = size
        .iter()
        .fold(0u64, |sum, byte| sum << 7 | u64::from(byte & 0x7F));
    let mut next = [0; 10];
    if file.seek(SeekFrom::Start(10 + size)).is_err() || file.read_exact(&mut next).is_err() {
        return Format::Mp3;
    }
    match &next {
        [b'f', b'L', b'a', b'C', ..] => Format::Flac,
        [b'M', b'A', b'C', b' ', ..] => Format::MonkeysAudio,
        [b'w', b'v', b'p', b'k', ..] => Format::WavPack,
        [b'M', b'P', b'+', ..] | [b'M', b'P', b'C', b'K', ..] => Format::Musepack,
        [b'T', b'T', b'A', b'1', ..] => Format::TrueAudio,
        [0xFF, second, ..] if second & 0xF6 == 0xF0 => Format::AacAdts,
        _ => Format::Mp3,
    }
}
