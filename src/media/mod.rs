//! Bytes to pixels, samples and metadata.

/// What a file is for: to look at, to listen to, or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A still or animated picture.
    Photo,
    /// Music, speech, sounds.
    Audio,
    /// A video.
    Clip,
}

impl Kind {
    /// All kinds, in the order they are shown.
    pub const ALL: [Self; 3] = [Self::Photo, Self::Audio, Self::Clip];

    /// The lowercase name used in searches, JSON and the catalogue.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Photo => "photo",
            Self::Audio => "audio",
            Self::Clip => "clip",
        }
    }

    /// The kind of that name; the inverse of [`Kind::as_str`].
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}
