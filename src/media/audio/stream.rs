//! An opened container with the decoder of its audio track, and which of its frames are to be heard.

use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::OnceLock;

use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::well_known as codec;
use symphonia::core::codecs::audio::{
    AudioCodecId, AudioCodecParameters, AudioDecoder, AudioDecoderOptions,
};
use symphonia::core::codecs::registry::CodecRegistry;
use symphonia::core::common::Limit;
use symphonia::core::errors::Error as Fault;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;
use symphonia::core::packet::Packet;
use symphonia::core::units::{TimeBase, Timestamp};

use super::mp3;
use crate::error::{Error, Result};
use crate::media::clip::mp4::Movie;
use crate::media::{Format, Kind, limits, open, sniff};

/// A container opened for decoding.
pub(super) struct Stream {
    pub format: Format,
    pub container: Box<dyn FormatReader>,
    pub track_id: u32,
    pub params: AudioCodecParameters,
    pub decoder: Box<dyn AudioDecoder>,
    pub window: Window,
    /// Output gain that an Opus header asks for (RFC 7845, 5.1), as a factor.
    pub gain: f32,
    time_base: Option<TimeBase>,
}

/// Which frames of the track are heard: encoders add silence at both ends, and containers say how much.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Window {
    /// The first frame heard, in the track's own counting (which may begin below zero).
    pub start: i64,
    /// How many are heard, when that is known for certain.
    pub frames: Option<u64>,
    /// Whether decoding yields frames beyond those, to be cut off.
    pub is_cut: bool,
}

impl Stream {
    /// Opens the audio track of a song, or of a clip.
    pub fn open(path: &Path) -> Result<Self> {
        let sniffed = sniff(path)?;
        if sniffed.kind == Kind::Photo {
            return Err(Error::NotMedia {
                path: path.to_owned(),
            });
        }
        sniffed.require_decodable(path)?;
        let format = sniffed.format;
        let source =
            MediaSourceStream::new(Box::new(open(path)?), MediaSourceStreamOptions::default());
        let mut hint = Hint::new();
        hint.with_extension(extension(format));
        let metadata = MetadataOptions::default()
            .limit_tag_bytes(Limit::Maximum(64 << 10))
            .limit_visual_bytes(Limit::Maximum(0));
        let container = symphonia::default::get_probe()
            .probe(&hint, source, FormatOptions::default(), metadata)
            .map_err(|fault| translate(path, format, fault))?;
        let track = container
            .default_track(TrackType::Audio)
            .or_else(|| container.first_track(TrackType::Audio))
            .ok_or_else(|| Error::damaged("audio", path, "it has no audio track"))?;
        let Some(CodecParameters::Audio(mut params)) = track.codec_params.clone() else {
            return Err(Error::damaged(
                "audio",
                path,
                "its audio track does not say its codec",
            ));
        };
        let gain = take_opus_header(&mut params);
        let (track_id, time_base) = (track.id, track.time_base);
        let window = window(path, format, track, &params);
        let decoder = codecs()
            .make_audio_decoder(&params, &AudioDecoderOptions::default())
            .map_err(|fault| match fault {
                Fault::Unsupported(_) => unsupported(path, format, &params),
                fault => translate(path, format, fault),
            })?;
        Ok(Self {
            format,
            container,
            track_id,
            params,
            decoder,
            window,
            gain,
            time_base,
        })
    }

    /// The frame of `rate_hz` at a timestamp of the track.
    pub fn frame_at(&self, timestamp: i64, rate_hz: u32) -> i64 {
        let Some(base) = self.time_base else {
            return timestamp;
        };
        let scaled = i128::from(timestamp) * i128::from(base.numer.get()) * i128::from(rate_hz);
        let denominator = i128::from(base.denom.get());
        // Rounded to the nearest frame.
        i64::try_from((scaled * 2 + denominator).div_euclid(denominator * 2)).unwrap_or(i64::MAX)
    }

    /// The last timestamp of the track that is not after a frame.
    pub fn timestamp_at(&self, frame: i64, rate_hz: u32) -> Timestamp {
        let Some(base) = self.time_base else {
            return Timestamp::new(frame);
        };
        let scaled = i128::from(frame) * i128::from(base.denom.get());
        let denominator = i128::from(base.numer.get()) * i128::from(rate_hz.max(1));
        Timestamp::new(i64::try_from(scaled.div_euclid(denominator)).unwrap_or(i64::MAX))
    }

    /// How long a packet is before anything is trimmed from it, in ticks of the track.
    pub fn ticks_of(&self, packet: &Packet) -> i64 {
        // The MP3 demuxer leaves the length whole and adds the trimming to it.
        // The MP3 demuxer leaves the length whole and adds the trimming to it.
        let ticks = if self.format == Format::Mp3 {
            packet.dur
        } else {
            packet.block_dur()
        };
        let ticks = i64::try_from(ticks.get()).unwrap_or(i64::MAX);
        if super::codec_name(self.params.codec) == "PCM"
            && let (Some(bits), Some(channels)) =
                (self.params.bits_per_sample, &self.params.channels)
            && self.has_exact_timestamps(self.params.sample_rate.unwrap_or(0))
        {
            // The last packet may hold less than it was meant to.
            let frame_bits = (bits as usize).max(1) * channels.count().max(1);
            return ticks.min((packet.data.len() * 8 / frame_bits) as i64);
        }
        ticks
    }

    /// Whether timestamps name frames exactly, so that a hole in them is a hole in the sound.
    pub fn has_exact_timestamps(&self, rate_hz: u32) -> bool {
        self.time_base.is_none_or(|base| {
            u64::from(base.denom.get()) == u64::from(rate_hz) * u64::from(base.numer.get())
        })
    }

    /// Whether timestamps of the last page cannot be trusted after a jump.
    pub fn has_uncertain_end(&self) -> bool {
        matches!(
            self.format,
            Format::OggVorbis | Format::Opus | Format::OggFlac
        )
    }

    /// Frames to decode and drop before the wanted one, until the decoder's memory is what it would have been:
    /// bit reservoir and overlap of MP3, overlap of AAC and Vorbis, prediction of Opus (RFC 7845, 4.6: 80 ms).
    pub fn preroll_frames(&self) -> i64 {
        match self.params.codec {
            codec::CODEC_ID_MP1 | codec::CODEC_ID_MP2 | codec::CODEC_ID_MP3 => 11_520,
            codec::CODEC_ID_AAC => 4096,
            codec::CODEC_ID_VORBIS => 16_384,
            codec::CODEC_ID_OPUS => 7680,
            _ => 0,
        }
    }

    /// After a chained stream began: its track and a decoder for it.
    pub fn restart(&mut self, path: &Path) -> Result<()> {
        let track = self
            .container
            .default_track(TrackType::Audio)
            .ok_or_else(|| Error::damaged("audio", path, "a later part has no audio track"))?;
        let Some(CodecParameters::Audio(mut params)) = track.codec_params.clone() else {
            return Err(Error::damaged(
                "audio",
                path,
                "a later part does not say its codec",
            ));
        };
        self.gain = take_opus_header(&mut params);
        (self.track_id, self.time_base) = (track.id, track.time_base);
        self.decoder = codecs()
            .make_audio_decoder(&params, &AudioDecoderOptions::default())
            .map_err(|fault| translate(path, self.format, fault))?;
        self.params = params;
        Ok(())
    }
}

/// Symphonia's decoders, and libopus.
fn codecs() -> &'static CodecRegistry {
    static CODECS: OnceLock<CodecRegistry> = OnceLock::new();
    CODECS.get_or_init(|| {
        let mut registry = CodecRegistry::new();
        symphonia::default::register_enabled_codecs(&mut registry);
        registry.register_audio_decoder::<symphonia_adapter_libopus::OpusDecoder>();
        registry
    })
}

fn extension(format: Format) -> &'static str {
    match format {
        Format::Mp3 => "mp3",
        Format::Flac => "flac",
        Format::Wav => "wav",
        Format::Aiff => "aiff",
        Format::OggVorbis | Format::OggFlac | Format::Opus => "ogg",
        Format::AacAdts => "aac",
        Format::Caf => "caf",
        Format::Mka | Format::Mkv | Format::WebM => "mkv",
        _ => "m4a",
    }
}

/// Sets the pre-skip of an Opus header to nothing, because frames before zero are dropped here already, and
/// returns the header's gain.
fn take_opus_header(params: &mut AudioCodecParameters) -> f32 {
    if params.codec != codec::CODEC_ID_OPUS {
        return 1.0;
    }
    let Some(header) = params
        .extra_data
        .as_mut()
        .filter(|header| header.len() >= 19)
    else {
        return 1.0;
    };
    header[10..12].fill(0);
    let gain_db = f32::from(i16::from_le_bytes([header[16], header[17]])) / 256.0;
    10f32.powf(gain_db / 20.0)
}

fn window(
    path: &Path,
    format: Format,
    track: &symphonia::core::formats::Track,
    params: &AudioCodecParameters,
) -> Window {
    let claimed = track.num_frames;
    let window = match format {
        Format::Mp3 => mp3::window(path, track.delay),
        Format::M4a | Format::Mp4 | Format::Mov | Format::ThreeGp => movie_window(path, params),
        Format::OggVorbis | Format::Opus | Format::OggFlac => {
            // Opus counts its pre-skip in the granule position (RFC 7845, 4.3); the others begin at zero.
            let pre_skip = if params.codec == codec::CODEC_ID_OPUS {
                track.delay.unwrap_or(0)
            } else {
                0
            };
            let start = track.start_ts.get().max(0) + i64::from(pre_skip);
            Window {
                start,
                frames: claimed
                    .and_then(|end| end.checked_sub(start as u64))
                    .filter(|frames| *frames > 0),
                is_cut: true,
            }
        }
        // Headerless, or only as exact as their ticks.
        Format::AacAdts | Format::Mka | Format::Mkv | Format::WebM => Window::default(),
        _ => Window {
            frames: claimed,
            ..Window::default()
        },
    };
    Window {
        frames: window
            .frames
            .filter(|frames| is_believable(path, *frames, params)),
        ..window
    }
}

/// Whether a file of this size can hold that much sound: not more samples than uncompressed ones have bits for, and
/// not more than the best packed silence (a FLAC frame of 65,535 constant samples in a dozen bytes).
fn is_believable(path: &Path, frames: u64, params: &AudioCodecParameters) -> bool {
    let Ok(bytes) = std::fs::metadata(path).map(|metadata| metadata.len()) else {
        return false;
    };
    let rate = u64::from(params.sample_rate.unwrap_or(8000).max(1));
    if frames / rate / 3600 >= limits::MAX_AUDIO_HOURS {
        return false;
    }
    let is_pcm = super::codec_name(params.codec) == "PCM";
    match (is_pcm, params.bits_per_sample, &params.channels) {
        (true, Some(bits), Some(channels)) => {
            let frame_bits = u64::from(bits).max(1) * channels.count().max(1) as u64;
            frames <= bytes.saturating_mul(8) / frame_bits
        }
        _ => frames / 6000 <= bytes,
    }
}

/// The window of an MP4 track: iTunes' note when there is one, else the edit list, else all of it.
fn movie_window(path: &Path, params: &AudioCodecParameters) -> Window {
    let movie = open(path)
        .ok()
        .and_then(|file| Movie::read(&mut BufReader::new(file)));
    let Some((movie, rate)) = movie.zip(params.sample_rate) else {
        return Window::default();
    };
    let Some(track) = movie.audio().filter(|track| track.timescale > 0) else {
        return Window::default();
    };
    let to_frames = |units: u64, timescale: u32| {
        let scale = u128::from(timescale.max(1));
        u64::try_from((u128::from(units) * u128::from(rate) + scale / 2) / scale)
            .unwrap_or(u64::MAX)
    };
    let whole = to_frames(track.duration, track.timescale);
    if let Some(gapless) = movie.gapless
        && gapless.frames > 0
        && gapless.delay.saturating_add(gapless.frames) <= whole.saturating_add(65_536)
    {
        return Window {
            start: gapless.delay as i64,
            frames: Some(gapless.frames),
            is_cut: true,
        };
    }
    let mut edits = track.edits.iter().filter(|edit| edit.media_time >= 0);
    let (Some(edit), None) = (edits.next(), edits.next()) else {
        // No edits, or several: the track is played as it lies.
        return Window {
            start: 0,
            frames: Some(whole).filter(|frames| *frames > 0),
            is_cut: true,
        };
    };
    let start = to_frames(edit.media_time as u64, track.timescale).min(whole);
    let rest = whole - start;
    // An edit's length counts in the movie's timescale, often milliseconds: where it agrees with the rest of the track
    // within its own precision, the track is the exact one.
    let edited = to_frames(edit.duration, movie.timescale);
    let precision = u64::from(rate) / u64::from(movie.timescale.max(1)) + 1;
    let frames = if edited == 0 || edited.abs_diff(rest) <= precision {
        rest
    } else {
        edited.min(rest)
    };
    Window {
        start: start as i64,
        frames: Some(frames).filter(|frames| *frames > 0),
        is_cut: true,
    }
}

/// Where the sound of an MP3 file begins: behind its ID3v2 tags.
pub(super) fn audio_start(file: &mut (impl Read + Seek)) -> u64 {
    let mut start = 0;
    for _ in 0..16 {
        let mut head = [0; 10];
        if file.seek(SeekFrom::Start(start)).is_err()
            || file.read_exact(&mut head).is_err()
            || &head[..3] != b"ID3"
        {
            break;
        }
        let size = head[6..]
            .iter()
            .fold(0u64, |sum, byte| sum << 7 | u64::from(byte & 0x7F));
        let footer = if head[5] & 0x10 == 0 { 0 } else { 10 };
        start += 10 + size + footer;
    }
    start
}

pub(super) fn translate(path: &Path, format: Format, fault: Fault) -> Error {
    match fault {
        Fault::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            Error::damaged("audio", path, "the file ends too early")
        }
        Fault::IoError(error) if error.raw_os_error().is_some() => {
            Error::io("read the file", path, &error)
        }
        Fault::Unsupported(what) => Error::Unsupported {
            format: format!("such {} ({what})", format.name()),
            path: path.to_owned(),
        },
        fault => Error::damaged("audio", path, fault),
    }
}

fn unsupported(path: &Path, format: Format, params: &AudioCodecParameters) -> Error {
    let what = match params.codec {
        codec::CODEC_ID_OPUS => "Opus with more than two channels".to_owned(),
        id => match known_but_undecodable(id) {
            Some(name) => format!("{name} ({})", format.name()),
            None => format!("such {}", format.name()),
        },
    };
    Error::Unsupported {
        format: what,
        path: path.to_owned(),
    }
}

fn known_but_undecodable(id: AudioCodecId) -> Option<&'static str> {
    Some(match id {
        codec::CODEC_ID_AC3 => "AC-3",
        codec::CODEC_ID_EAC3 => "E-AC-3",
        codec::CODEC_ID_DCA => "DTS",
        codec::CODEC_ID_TRUEHD => "TrueHD",
        codec::CODEC_ID_SPEEX => "Speex",
        codec::CODEC_ID_WMA => "WMA",
        codec::CODEC_ID_AAC => "this profile of AAC",
        _ => return None,
    })
}
