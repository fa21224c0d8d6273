//! The formats by name.

use super::Kind;

/// A media format Parlour knows of, whether or not it can decode it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[expect(missing_docs, reason = "the names are the formats' own")]
pub enum Format {
    Jpeg,
    Png,
    WebP,
    Gif,
    Tiff,
    Bmp,
    Ico,
    Heic,
    Avif,
    JpegXl,
    Jpeg2000,
    Psd,
    OpenExr,
    RadianceHdr,
    Qoi,
    Xcf,
    RawCr2,
    RawCr3,
    RawCrw,
    RawNef,
    RawArw,
    RawDng,
    RawRaf,
    RawOrf,
    RawRw2,
    RawPef,
    RawSrw,
    RawX3f,
    Mp3,
    Flac,
    Wav,
    Aiff,
    OggVorbis,
    OggFlac,
    Opus,
    Speex,
    M4a,
    AacAdts,
    Caf,
    Mka,
    Wma,
    MonkeysAudio,
    WavPack,
    Musepack,
    TrueAudio,
    Tak,
    OptimFrog,
    Dsf,
    Dff,
    Midi,
    Ac3,
    Dts,
    Amr,
    Au,
    RealMedia,
    Mp4,
    Mov,
    ThreeGp,
    Mkv,
    WebM,
    Avi,
    Mpeg,
    MpegTs,
    Wmv,
    Flv,
    OggTheora,
}

impl Format {
    /// The name people know it by.
    pub fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::WebP => "WebP",
            Self::Gif => "GIF",
            Self::Tiff => "TIFF",
            Self::Bmp => "BMP",
            Self::Ico => "ICO",
            Self::Heic => "HEIC",
            Self::Avif => "AVIF",
            Self::JpegXl => "JPEG XL",
            Self::Jpeg2000 => "JPEG 2000",
            Self::Psd => "Photoshop",
            Self::OpenExr => "OpenEXR",
            Self::RadianceHdr => "Radiance HDR",
            Self::Qoi => "QOI",
            Self::Xcf => "GIMP",
            Self::RawCr2 => "RAW (CR2)",
            Self::RawCr3 => "RAW (CR3)",
            Self::RawCrw => "RAW (CRW)",
            Self::RawNef => "RAW (NEF)",
            Self::RawArw => "RAW (ARW)",
            Self::RawDng => "RAW (DNG)",
            Self::RawRaf => "RAW (RAF)",
            Self::RawOrf => "RAW (ORF)",
            Self::RawRw2 => "RAW (RW2)",
            Self::RawPef => "RAW (PEF)",
            Self::RawSrw => "RAW (SRW)",
            Self::RawX3f => "RAW (X3F)",
            Self::Mp3 => "MP3",
            Self::Flac => "FLAC",
            Self::Wav => "WAV",
            Self::Aiff => "AIFF",
            Self::OggVorbis => "Ogg Vorbis",
            Self::OggFlac => "Ogg FLAC",
            Self::Opus => "Opus",
            Self::Speex => "Speex",
            Self::M4a => "M4A",
            Self::AacAdts => "AAC",
            Self::Caf => "CAF",
            Self::Mka => "Matroska audio",
            Self::Wma => "WMA",
            Self::MonkeysAudio => "Monkey's Audio",
            Self::WavPack => "WavPack",
            Self::Musepack => "Musepack",
            Self::TrueAudio => "True Audio",
            Self::Tak => "TAK",
            Self::OptimFrog => "OptimFROG",
            Self::Dsf => "DSD (DSF)",
            Self::Dff => "DSD (DFF)",
            Self::Midi => "MIDI",
            Self::Ac3 => "AC-3",
            Self::Dts => "DTS",
            Self::Amr => "AMR",
            Self::Au => "AU",
            Self::RealMedia => "RealMedia",
            Self::Mp4 => "MP4",
            Self::Mov => "QuickTime",
            Self::ThreeGp => "3GP",
            Self::Mkv => "Matroska",
            Self::WebM => "WebM",
            Self::Avi => "AVI",
            Self::Mpeg => "MPEG",
            Self::MpegTs => "MPEG-TS",
            Self::Wmv => "WMV",
            Self::Flv => "Flash Video",
            Self::OggTheora => "Ogg Theora",
        }
    }

    /// What files of this format are for.
    pub fn kind(self) -> Kind {
        match self {
            Self::Jpeg
            | Self::Png
            | Self::WebP
            | Self::Gif
            | Self::Tiff
            | Self::Bmp
            | Self::Ico
            | Self::Heic
            | Self::Avif
            | Self::JpegXl
            | Self::Jpeg2000
            | Self::Psd
            | Self::OpenExr
            | Self::RadianceHdr
            | Self::Qoi
            | Self::Xcf
            | Self::RawCr2
            | Self::RawCr3
            | Self::RawCrw
            | Self::RawNef
            | Self::RawArw
            | Self::RawDng
            | Self::RawRaf
            | Self::RawOrf
            | Self::RawRw2
            | Self::RawPef
            | Self::RawSrw
            | Self::RawX3f => Kind::Photo,
            Self::Mp4
            | Self::Mov
            | Self::ThreeGp
            | Self::Mkv
            | Self::WebM
            | Self::Avi
            | Self::Mpeg
            | Self::MpegTs
            | Self::Wmv
            | Self::Flv
            | Self::OggTheora => Kind::Clip,
            _ => Kind::Audio,
        }
    }

    /// Whether Parlour reads the content: pixels of photos, samples of audio, facts of clips.
    pub fn is_decodable(self) -> bool {
        matches!(
            self,
            Self::Jpeg
                | Self::Png
                | Self::WebP
                | Self::Gif
                | Self::Tiff
                | Self::Bmp
                | Self::Ico
                | Self::Mp3
                | Self::Flac
                | Self::Wav
                | Self::Aiff
                | Self::OggVorbis
                | Self::OggFlac
                | Self::Opus
                | Self::M4a
                | Self::AacAdts
                | Self::Caf
                | Self::Mka
                | Self::Mp4
                | Self::Mov
                | Self::ThreeGp
                | Self::Mkv
                | Self::WebM
                | Self::Avi
        )
    }
}
