//! Where the files of a pack come from: the program itself, a folder, a zip.

use std::borrow::Cow;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// The manifest's file name.
pub const MANIFEST: &str = "manifest.toml";
/// Optional names, parents and aliases of the labels.
pub const VOCABULARY: &str = "vocabulary.csv";
/// Optional words about the pack.
pub const CARD: &str = "MODEL_CARD.md";

/// The largest model file.
pub const MAX_MODEL_BYTES: u64 = 256 << 20;
/// The largest manifest, label list, vocabulary or card.
pub const MAX_TEXT_BYTES: u64 = 4 << 20;
/// Entries of a zip; a pack has half a dozen.
const MAX_ZIP_ENTRIES: usize = 64;
/// The largest zip file: the model hardly shrinks.
const MAX_ZIP_BYTES: u64 = 300 << 20;

/// Where the files of a pack come from. Reads by name, each read bounded.
#[derive(Debug, Clone)]
pub enum Source {
    /// Inside the program.
    Embedded {
        /// The folder in the repository, for messages.
        name: &'static str,
        /// File name and bytes.
        files: &'static [(&'static str, &'static [u8])],
    },
    /// A folder on disk.
    Folder(PathBuf),
    /// A zip file on disk.
    Zip(PathBuf),
}

impl Source {
    /// A pack on disk, by what is there.
    ///
    /// # Errors
    /// When there is neither a folder nor a file.
    pub fn on_disk(path: &Path) -> Result<Self> {
        let metadata = std::fs::metadata(path)
            .map_err(|error| Error::io("open the model pack", path, &error))?;
        if metadata.is_dir() {
            Ok(Self::Folder(path.to_owned()))
        } else if metadata.is_file() {
            Ok(Self::Zip(path.to_owned()))
        } else {
            Err(broken(path, "it is neither a folder nor a zip file"))
        }
    }

    /// The path to name in messages.
    pub fn path(&self) -> PathBuf {
        match self {
            Self::Embedded { name, .. } => PathBuf::from(name),
            Self::Folder(path) | Self::Zip(path) => path.clone(),
        }
    }

    /// Whether the pack is part of the program.
    pub fn is_embedded(&self) -> bool {
        matches!(self, Self::Embedded { .. })
    }

    /// The bytes of one file.
    ///
    /// # Errors
    /// When it is missing, too large or cannot be read.
    pub fn read(&self, name: &str, limit: u64) -> Result<Cow<'static, [u8]>> {
        self.read_if_there(name, limit)?
            .ok_or_else(|| broken(&self.path(), format!("it has no file '{name}'")))
    }

    /// The bytes of one file, or `None` when the pack has no such file.
    ///
    /// # Errors
    /// When it is too large or cannot be read.
    pub fn read_if_there(&self, name: &str, limit: u64) -> Result<Option<Cow<'static, [u8]>>> {
        match self {
            Self::Embedded { files, .. } => Ok(files
                .iter()
                .find(|(file, _)| *file == name)
                .map(|(_, bytes)| Cow::Borrowed(*bytes))),
            Self::Folder(folder) => read_file(folder, name, limit),
            Self::Zip(path) => read_zipped(path, name, limit),
        }
    }

    /// One of the pack's texts.
    ///
    /// # Errors
    /// When it is missing, larger than [`MAX_TEXT_BYTES`] or not UTF-8.
    pub fn read_text(&self, name: &str) -> Result<String> {
        let bytes = self.read(name, MAX_TEXT_BYTES)?;
        self.as_text(name, bytes)
    }

    /// One of the pack's optional texts.
    ///
    /// # Errors
    /// When it is larger than [`MAX_TEXT_BYTES`] or not UTF-8.
    pub fn read_text_if_there(&self, name: &str) -> Result<Option<String>> {
        self.read_if_there(name, MAX_TEXT_BYTES)?
            .map(|bytes| self.as_text(name, bytes))
            .transpose()
    }

    fn as_text(&self, name: &str, bytes: Cow<'static, [u8]>) -> Result<String> {
        String::from_utf8(bytes.into_owned()).map_err(|_| {
            broken(
                &self.path(),
                format!("its file '{name}' is not text in UTF-8"),
            )
        })
    }
}

/// A pack that cannot be used, with the half sentence that says why.
pub(super) fn broken(path: &Path, why: impl Into<String>) -> Error {
    Error::Pack {
        why: why.into(),
        path: path.to_owned(),
    }
}

fn too_large(path: &Path, name: &str, limit: u64) -> Error {
    broken(
        path,
        format!(
            "its file '{name}' is larger than {} MB",
            limit.div_ceil(1 << 20)
        ),
    )
}

fn read_file(folder: &Path, name: &str, limit: u64) -> Result<Option<Cow<'static, [u8]>>> {
    let path = folder.join(name);
    let metadata = match std::fs::metadata(&path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::io("read the model pack", &path, &error)),
    };
    if !metadata.is_file() {
        return Err(broken(folder, format!("its '{name}' is not a file")));
    }
    if metadata.len() > limit {
        return Err(too_large(folder, name, limit));
    }
    let file =
        File::open(&path).map_err(|error| Error::io("read the model pack", &path, &error))?;
    let bytes = read_bounded(file, metadata.len(), limit)
        .map_err(|error| Error::io("read the model pack", &path, &error))?
        .ok_or_else(|| too_large(folder, name, limit))?;
    Ok(Some(Cow::Owned(bytes)))
}

fn read_zipped(path: &Path, name: &str, limit: u64) -> Result<Option<Cow<'static, [u8]>>> {
    let file = File::open(path).map_err(|error| Error::io("open the model pack", path, &error))?;
    let len = file
        .metadata()
        .map_err(|error| Error::io("open the model pack", path, &error))?
        .len();
    if len > MAX_ZIP_BYTES {
        return Err(broken(
            path,
            format!("the zip file is larger than {} MB", MAX_ZIP_BYTES >> 20),
        ));
    }
    let unreadable = |error: zip::result::ZipError| {
        broken(path, format!("it is not a readable zip file ({error})"))
    };
    let mut archive = zip::ZipArchive::new(file).map_err(unreadable)?;
    if archive.len() > MAX_ZIP_ENTRIES {
        return Err(broken(
            path,
            format!("the zip file has more than {MAX_ZIP_ENTRIES} entries"),
        ));
    }
    let mut found = None;
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(unreadable)?;
        // Nothing is unpacked by these names; a pack that carries them is refused all the same.
        let Some(inside) = entry.enclosed_name() else {
            return Err(broken(
                path,
                "the zip file has a path that leads out of its folder",
            ));
        };
        let full = String::from_utf8_lossy(entry.name_raw()).into_owned();
        if full.starts_with(['/', '\\']) || full.contains("..") || full.contains(':') {
            return Err(broken(
                path,
                "the zip file has a path that leads out of its folder",
            ));
        }
        // The pack may lie in one folder inside the zip.
        let depth = inside.components().count();
        let is_it =
            entry.is_file() && depth <= 2 && inside.file_name().is_some_and(|file| file == name);
        if is_it && found.replace(index).is_some() {
            return Err(broken(
                path,
                format!("the zip file has several files '{name}'"),
            ));
        }
    }
    let Some(index) = found else { return Ok(None) };
    let entry = archive.by_index(index).map_err(unreadable)?;
    let claimed = entry.size();
    if claimed > limit {
        return Err(too_large(path, name, limit));
    }
    // What the zip claims and what comes out may differ: the limit is on what comes out.
    let bytes = read_bounded(entry, claimed, limit)
        .map_err(|error| {
            broken(
                path,
                format!("its file '{name}' cannot be unpacked ({error})"),
            )
        })?
        .ok_or_else(|| too_large(path, name, limit))?;
    Ok(Some(Cow::Owned(bytes)))
}

/// Everything up to `limit` bytes, or `None` when there is more.
fn read_bounded(
    mut reader: impl Read,
    expected: u64,
    limit: u64,
) -> std::io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::with_capacity(expected.min(limit).min(1 << 26) as usize);
    reader.by_ref().take(limit + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= limit).then_some(bytes))
}
