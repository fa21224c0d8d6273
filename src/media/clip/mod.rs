//! Clips: what their containers say. Their pictures are not decoded.

mod avi;
pub(crate) mod mkv;
pub(crate) mod mp4;

use std::io::BufReader;
use std::path::Path;

use super::{Format, Kind, caught, open, sniff};
use crate::error::{Error, Result};

/// What a clip says about itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct ClipMeta {
    /// Length, when the container tells.
    pub duration_ms: Option<u64>,
    /// Pixels across, upright.
    pub width: u32,
    /// Pixels down, upright.
    pub height: u32,
    /// The pictures' codec by the name people know: `H.264`, `VP9`.
    pub codec: String,
    /// Whether there is sound.
    pub has_audio: bool,
    /// When it was made, in milliseconds since the Unix epoch.
    pub created_ms: Option<i64>,
    /// Title.
    pub title: Option<String>,
}

/// Reads the container's index.
///
/// # Errors
/// [`Error::Unsupported`] for containers that are only recognised, [`Error::NotMedia`] for what is no clip,
/// [`Error::Damaged`] when the index is missing, [`Error::Io`].
pub fn probe(path: &Path) -> Result<ClipMeta> {
    let sniffed = sniff(path)?;
    if sniffed.kind != Kind::Clip {
        return Err(Error::NotMedia {
            path: path.to_owned(),
        });
    }
    sniffed.require_decodable(path)?;
    let mut reader = BufReader::new(open(path)?);
    caught("clip", path, || {
        let meta = match sniffed.format {
            Format::Mkv | Format::WebM => mkv::Segment::read(&mut reader).map(|mut segment| {
                segment.measure(&mut reader);
                segment.into_meta()
            }),
            Format::Avi => avi::read(&mut reader),
            _ => mp4::Movie::read(&mut reader).map(|movie| movie.into_meta()),
        };
        meta.ok_or_else(|| Error::damaged("clip", path, "its index is missing"))
    })
}

impl mp4::Movie {
    fn into_meta(self) -> ClipMeta {
        let mut meta = ClipMeta {
            duration_ms: self.duration_ms(),
            has_audio: self.has_audio(),
            created_ms: self.created_ms,
            ..ClipMeta::default()
        };
        if let Some(video) = self.video() {
            (meta.width, meta.height) = if video.is_sideways {
                (video.height, video.width)
            } else {
                (video.width, video.height)
            };
            meta.codec = codec_name(video.codec);
        }
        meta.title = self.title;
        meta
    }
}

impl mkv::Segment {
    fn into_meta(self) -> ClipMeta {
        let mut meta = ClipMeta {
            duration_ms: self.duration_ms(),
            has_audio: self.has_audio(),
            created_ms: self.created_ms,
            ..ClipMeta::default()
        };
        if let Some(video) = self.video() {
            (meta.width, meta.height) = (video.width, video.height);
            let name = match video.codec.as_str() {
                "V_MPEG4/ISO/AVC" => "H.264",
                "V_MPEGH/ISO/HEVC" => "HEVC",
                "V_VP8" => "VP8",
                "V_VP9" => "VP9",
                "V_AV1" => "AV1",
                "V_MPEG2" => "MPEG-2",
                "V_THEORA" => "Theora",
                other => other.strip_prefix("V_").unwrap_or(other),
            };
            name.clone_into(&mut meta.codec);
        }
        meta.title = self.title;
        meta
    }
}

/// The name of a four-character code.
fn codec_name(code: [u8; 4]) -> String {
    match &code {
        b"avc1" | b"avc3" | b"H264" | b"h264" | b"X264" | b"x264" => "H.264".to_owned(),
        b"hev1" | b"hvc1" | b"dvh1" | b"dvhe" => "HEVC".to_owned(),
        b"vp08" | b"VP80" => "VP8".to_owned(),
        b"vp09" | b"VP90" => "VP9".to_owned(),
        b"av01" | b"AV01" => "AV1".to_owned(),
        b"mp4v" | b"XVID" | b"xvid" | b"DIVX" | b"DX50" | b"FMP4" => "MPEG-4".to_owned(),
        b"mjpa" | b"mjpb" | b"jpeg" | b"MJPG" | b"mjpg" => "Motion JPEG".to_owned(),
        b"s263" | b"h263" => "H.263".to_owned(),
        [b'a', b'p', b'c' | b'4', _] => "ProRes".to_owned(),
        other => other
            .iter()
            .map(|byte| char::from(*byte))
            .filter(|c| c.is_ascii_graphic())
            .collect(),
    }
}
