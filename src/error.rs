//! What can go wrong, in sentences a user can act on.
//!
//! One vocabulary for every room: a lower-level error is turned into one of these where it happens. The sentence
//! says what happened, what Parlour did about it where that matters, and names the file last.

use std::path::{Path, PathBuf};

/// The result of anything in Parlour that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that can go wrong. Cheap to clone, so that it can travel inside events and be stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The operating system refused: missing file, no permission, full disk.
    #[error("could not {action}: {why}: {}", .path.display())]
    Io {
        action: &'static str,
        why: String,
        path: PathBuf,
    },
    /// A format that Parlour knows of and cannot decode.
    #[error("{format} files cannot be decoded yet; the file is listed and kept: {}", .path.display())]
    Unsupported { format: String, path: PathBuf },
    /// Not a photo, a song or a clip at all.
    #[error("not a photo, music or video file: {}", .path.display())]
    NotMedia { path: PathBuf },
    /// The file has no bytes.
    #[error("the file is empty: {}", .path.display())]
    Empty { path: PathBuf },
    /// A media file whose content does not hold together.
    #[error("the {what} is damaged ({why}): {}", .path.display())]
    Damaged {
        what: &'static str,
        why: String,
        path: PathBuf,
    },
    /// A file that claims more than Parlour is willing to allocate.
    #[error("the {what} is too large ({found}; the limit is {limit}): {}", .path.display())]
    TooLarge {
        what: &'static str,
        found: String,
        limit: String,
        path: PathBuf,
    },
    /// A model pack that cannot be used.
    #[error("the model pack cannot be used: {why}: {}", .path.display())]
    Pack { why: String, path: PathBuf },
    /// Inference failed.
    #[error("the model '{pack}' failed: {why}")]
    Model { pack: String, why: String },
    /// The catalogue was written by a newer Parlour.
    #[error("this library was last opened by a newer version of Parlour (format {found}, this one reads up to {known}); nothing was changed: {}", .path.display())]
    NewerCatalog {
        found: i64,
        known: i64,
        path: PathBuf,
    },
    /// The catalogue file is damaged.
    #[error("the catalogue is damaged ({why}): {}", .path.display())]
    CatalogDamaged { why: String, path: PathBuf },
    /// A catalogue operation failed for another reason.
    #[error("the catalogue could not {action}: {why}")]
    Catalog { action: &'static str, why: String },
    /// The library is open in another Parlour.
    #[error("this library is already open in another Parlour window: {}", .path.display())]
    Busy { path: PathBuf },
    /// A search that cannot be read.
    #[error("cannot read the search '{query}': {why}")]
    Query { query: String, why: String },
    /// A name that cannot be a tag, collection or the like.
    #[error("'{name}' cannot be used as a name: {why}")]
    Name { name: String, why: String },
    /// Something asked for does not exist.
    #[error("there is no {what} '{name}'")]
    NotFound { what: &'static str, name: String },
    /// No sound output.
    #[error("no sound can be played: {why}")]
    Output { why: String },
    /// There is no window to draw in.
    #[error("the window cannot be opened: {why}")]
    Display { why: String },
    /// A file of settings, a taste card, an export that does not parse.
    #[error("the {what} cannot be read ({why}): {}", .path.display())]
    Malformed {
        what: &'static str,
        why: String,
        path: PathBuf,
    },
    /// The person or the program asked for it to stop.
    #[error("stopped")]
    Cancelled,
    /// A fault of Parlour's own, caught so that only one item is lost.
    #[error("Parlour made a mistake while it tried to {action} ({why}); please report it")]
    Internal { action: &'static str, why: String },
}

impl Error {
    /// Wraps an operating system error with what was being done and to which path.
    pub fn io(action: &'static str, path: &Path, error: &std::io::Error) -> Self {
        use std::io::ErrorKind;
        let why = match error.kind() {
            ErrorKind::NotFound => "it does not exist".to_owned(),
            ErrorKind::PermissionDenied => "permission was denied".to_owned(),
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "the disk is full".to_owned(),
            ErrorKind::ReadOnlyFilesystem => "the disk is read-only".to_owned(),
            ErrorKind::UnexpectedEof => "the file ends too early".to_owned(),
            _ => error.to_string(),
        };
        Self::Io {
            action,
            why,
            path: path.to_owned(),
        }
    }

    /// A media file whose content does not hold together; `why` is shortened to one line of at most 200 characters.
    pub fn damaged(what: &'static str, path: &Path, why: impl std::fmt::Display) -> Self {
        Self::Damaged {
            what,
            why: one_line(&why.to_string()),
            path: path.to_owned(),
        }
    }

    /// The path this error is about, if it is about one.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Io { path, .. }
            | Self::Unsupported { path, .. }
            | Self::NotMedia { path }
            | Self::Empty { path }
            | Self::Damaged { path, .. }
            | Self::TooLarge { path, .. }
            | Self::Pack { path, .. }
            | Self::NewerCatalog { path, .. }
            | Self::CatalogDamaged { path, .. }
            | Self::Busy { path }
            | Self::Malformed { path, .. } => Some(path),
            _ => None,
        }
    }

    /// The sentence without its path: what is stored beside an item and shown where the file is known anyway.
    pub fn reason(&self) -> String {
        let sentence = self.to_string();
        match self.path() {
            Some(path) => sentence
                .strip_suffix(&format!(": {}", path.display()))
                .unwrap_or(&sentence)
                .to_owned(),
            None => sentence,
        }
    }
}

/// Something that Parlour did on its own and that the person should know of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// The catalogue was damaged and was brought back from a backup.
    CatalogRestored {
        /// When the backup was made, milliseconds since the epoch.
        backup_ms: i64,
        /// Where the damaged file was put; `None` when the catalogue was not there at all.
        set_aside: Option<PathBuf>,
    },
    /// The catalogue was damaged and there was no good backup: an empty one was begun.
    CatalogRestarted {
        /// Where the damaged file was put.
        set_aside: PathBuf,
    },
}

impl std::fmt::Display for Notice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::CatalogRestored {
                backup_ms,
                set_aside,
            } => {
                let made = jiff::Timestamp::from_millisecond(*backup_ms)
                    .map(|at| at.strftime("%Y-%m-%d %H:%M UTC").to_string())
                    .unwrap_or_default();
                match set_aside {
                    Some(path) => write!(
                        f,
                        "the catalogue was damaged and was restored from the backup of {made}; the damaged file was kept: {}",
                        path.display()
                    ),
                    None => write!(
                        f,
                        "the catalogue was not there and was restored from the backup of {made}"
                    ),
                }
            }
            Self::CatalogRestarted { set_aside } => write!(
                f,
                "the catalogue was damaged and there is no backup, so an empty one was begun; the damaged file was kept: {}",
                set_aside.display()
            ),
        }
    }
}

/// The first line of a foreign error text, at most 200 characters, without trailing punctuation.
pub fn one_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default().trim();
    let short: String = line.chars().take(200).collect();
    short.trim_end_matches(['.', ':']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reason_leaves_out_the_path() {
        let path = Path::new("/photos/a.jpg");
        let error = Error::damaged("picture", path, "bad marker.\nsecond line");
        assert_eq!(
            error.to_string(),
            "the picture is damaged (bad marker): /photos/a.jpg"
        );
        assert_eq!(error.reason(), "the picture is damaged (bad marker)");
    }
}
