//! One thing to play: a file, what to call it, and why it is in the queue.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::Error;

/// One thing to play. Only the path is needed; the rest is what is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Track {
    /// The catalogue's item, as a plain number; `None` for files that are not in the library.
    pub item: Option<i64>,
    /// The file.
    #[serde(with = "lossless_path")]
    pub path: PathBuf,
    /// Its name.
    pub title: String,
    /// Who plays; empty when unknown.
    pub artist: String,
    /// Where it is from; empty when unknown.
    pub album: String,
    /// What the tags or the catalogue say; the player itself counts frames.
    pub duration_ms: Option<u64>,
    /// Why it is in the queue ("because you played X"), for tracks that a suggestion put there.
    pub why: Option<String>,
    /// How much louder it is played, in hundredths of a decibel; see [`super::level`].
    #[serde(skip)]
    pub gain_mb: i32,
    /// Why it could not be played, or where it broke. Set by the player, forgotten with the session.
    #[serde(skip)]
    pub problem: Option<Error>,
}

impl Track {
    /// A track for a bare file: its title is the file's name without extension.
    pub fn from_path(path: &Path) -> Self {
        let title = path
            .file_stem()
            .map(|stem| stem.to_string_lossy().into_owned())
            .unwrap_or_default();
        Self {
            path: path.to_owned(),
            title,
            ..Self::default()
        }
    }
}

/// Paths that are not Unicode survive being saved: text where possible, else the system's own units.
mod lossless_path {
    use std::ffi::OsString;
    use std::path::{Path, PathBuf};

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    #[serde(untagged)]
    enum Form {
        Text(String),
        Units(Vec<u16>),
    }

    pub fn serialize<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
        match path.to_str() {
            Some(text) => Form::Text(text.to_owned()),
            None => Form::Units(units_of(path)),
        }
        .serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PathBuf, D::Error> {
        Ok(match Form::deserialize(deserializer)? {
            Form::Text(text) => PathBuf::from(text),
            Form::Units(units) => PathBuf::from(from_units(&units)),
        })
    }

    #[cfg(unix)]
    fn units_of(path: &Path) -> Vec<u16> {
        use std::os::unix::ffi::OsStrExt;
        path.as_os_str()
            .as_bytes()
            .iter()
            .map(|&b| b.into())
            .collect()
    }

    #[cfg(unix)]
    fn from_units(units: &[u16]) -> OsString {
        use std::os::unix::ffi::OsStringExt;
        OsString::from_vec(units.iter().map(|&unit| unit as u8).collect())
    }

    #[cfg(windows)]
    fn units_of(path: &Path) -> Vec<u16> {
        use std::os::windows::ffi::OsStrExt;
        path.as_os_str().encode_wide().collect()
    }

    #[cfg(windows)]
    fn from_units(units: &[u16]) -> OsString {
        use std::os::windows::ffi::OsStringExt;
        OsString::from_wide(units)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_file_is_called_by_its_name() {
        let track = Track::from_path(Path::new("/music/03 Blue.flac"));
        assert_eq!(track.title, "03 Blue");
    }

    #[cfg(unix)]
    #[test]
    fn paths_that_are_not_unicode_survive_being_saved() {
        use std::os::unix::ffi::OsStrExt;
        for bytes in [&b"/m/\xffsong.mp3"[..], "/m/歌.mp3".as_bytes()] {
            let path = Path::new(std::ffi::OsStr::from_bytes(bytes));
            let text = serde_json::to_string(&Track::from_path(path)).unwrap();
            let back: Track = serde_json::from_str(&text).unwrap();
            assert_eq!(back.path, path);
        }
    }
}
