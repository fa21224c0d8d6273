//! Songs: what is written in them, and their samples.

mod analyse;
mod cover;
mod lyrics;
mod marks;
mod mp3;
mod reader;
mod stream;
mod tags;
mod true_peak;
mod windows;

use std::path::Path;

use symphonia::core::codecs::audio::AudioCodecId;
use symphonia::core::codecs::audio::well_known as codec;
use symphonia::core::errors::Error as Fault;

pub use analyse::{Analysis, analyse};
pub use cover::{cover, is_cover_name};
pub use lyrics::{Lyrics, lyrics};
pub use marks::{Marks, marks, write_marks};
pub use reader::Reader;
pub use windows::Windows;

use super::{Kind, caught, limits, sniff};
use crate::error::{Error, Result};
use stream::Stream;

/// What an audio file says about itself. Texts are cleaned and bounded.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct AudioMeta {
    /// Length, from the exact number of frames. `None` only when the file is damaged beyond counting.
    pub duration_ms: Option<u64>,
    /// Frames a second.
    pub sample_rate_hz: u32,
    /// Samples in a frame.
    pub channels: u32,
    /// Bits a sample, where the codec has such a thing.
    pub bits: Option<u32>,
    /// Average of the whole file without its pictures.
    pub bitrate_kbps: u32,
    /// `MP3`, `FLAC`, `AAC`, `ALAC`, `Vorbis`, `Opus`, `PCM`.
    pub codec: String,
    /// Title.
    pub title: Option<String>,
    /// Artist; several are joined by `; `.
    pub artist: Option<String>,
    /// Album.
    pub album: Option<String>,
    /// The album's artist.
    pub album_artist: Option<String>,
    /// Composer.
    pub composer: Option<String>,
    /// Genres.
    pub genre: Vec<String>,
    /// Number on its disc.
    pub track: Option<u32>,
    /// Number of the disc.
    pub disc: Option<u32>,
    /// Release or recording date as written.
    pub date: Option<String>,
    /// Its year.
    pub year: Option<i32>,
    /// Comment.
    pub comment: Option<String>,
    /// Stars, 1 to 5 (POPM, FMPS, RATING).
    pub rating: Option<u8>,
    /// Keywords in the file, levels joined by `/`.
    pub keywords: Vec<String>,
    /// Beats per minute as tagged.
    pub bpm: Option<f32>,
    /// ReplayGain of the track, against -18 LUFS; Opus' R128 gains are converted.
    pub gain_track_db: Option<f32>,
    /// ReplayGain of the album.
    pub gain_album_db: Option<f32>,
    /// A picture is embedded.
    pub has_cover: bool,
    /// Lyrics are embedded or lie beside it.
    pub has_lyrics: bool,
}

/// Reads tags and facts. Where the container does not tell an exact length, its packets are counted once.
///
/// # Errors
/// [`Error::Unsupported`] for formats and codecs that cannot be decoded, [`Error::NotMedia`] for what is no audio file,
/// [`Error::Damaged`], [`Error::Io`].
pub fn probe(path: &Path) -> Result<AudioMeta> {
    if sniff(path)?.kind != Kind::Audio {
        return Err(Error::NotMedia {
            path: path.to_owned(),
        });
    }
    caught("audio", path, || {
        let mut stream = Stream::open(path)?;
        let mut meta = AudioMeta {
            codec: codec_name(stream.params.codec).to_owned(),
            bits: stream
                .params
                .bits_per_sample
                .filter(|bits| (1..=64).contains(bits)),
            ..AudioMeta::default()
        };
        let raw_tags = tags::raw(stream.container.as_mut());
        // The header of some codecs tells another rate than is decoded: the decoder has the last word.
        let reader = Reader::of(path, stream)?;
        meta.sample_rate_hz = reader.sample_rate_hz();
        meta.channels = reader.channels() as u32;
        let frames = match reader.frames() {
            Some(frames) => Some(frames),
            None => count_frames(&mut Stream::open(path)?, reader.sample_rate_hz()),
        };
        meta.duration_ms =
            frames.map(|frames| frames * 1000 / u64::from(meta.sample_rate_hz.max(1)));
        let picture_bytes = tags::fill(&mut meta, path, &raw_tags);
        meta.has_lyrics |= lyrics::sidecar_of(path).is_some();
        let bytes = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
        if let Some(ms) = meta.duration_ms.filter(|ms| *ms > 0) {
            meta.bitrate_kbps =
                (bytes.saturating_sub(picture_bytes).saturating_mul(8) / ms).min(1 << 20) as u32;
        }
        Ok(meta)
    })
}

/// Walks all packets without decoding them. `None` when there are none.
fn count_frames(stream: &mut Stream, rate_hz: u32) -> Option<u64> {
    let limit = (limits::MAX_AUDIO_HOURS * 3600).saturating_mul(u64::from(rate_hz));
    let (mut end, mut failures) = (0u64, 0);
    loop {
        match stream.container.next_packet() {
            Ok(Some(packet)) if packet.track_id == stream.track_id => {
                let until = packet.pts.get().saturating_add(stream.ticks_of(&packet));
                end = end.max(u64::try_from(stream.frame_at(until, rate_hz)).unwrap_or(0));
                if end > limit {
                    return None;
                }
            }
            Ok(Some(_)) => {}
            Ok(None) | Err(Fault::IoError(_) | Fault::ResetRequired) => break,
            Err(_) => {
                failures += 1;
                if failures > limits::MAX_BAD_PACKETS {
                    break;
                }
            }
        }
    }
    let heard = end.saturating_sub(stream.window.start.max(0) as u64);
    (heard > 0).then_some(heard)
}

fn codec_name(id: AudioCodecId) -> &'static str {
    match id {
        codec::CODEC_ID_MP1 => "MP1",
        codec::CODEC_ID_MP2 => "MP2",
        codec::CODEC_ID_MP3 => "MP3",
        codec::CODEC_ID_AAC => "AAC",
        codec::CODEC_ID_ALAC => "ALAC",
        codec::CODEC_ID_FLAC => "FLAC",
        codec::CODEC_ID_VORBIS => "Vorbis",
        codec::CODEC_ID_OPUS => "Opus",
        codec::CODEC_ID_ADPCM_MS | codec::CODEC_ID_ADPCM_IMA_WAV | codec::CODEC_ID_ADPCM_IMA_QT => {
            "ADPCM"
        }
        _ => "PCM",
    }
}

#[cfg(test)]
mod tests;
