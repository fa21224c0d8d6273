//! All packs of this installation: those inside the program, then those that the person added.

use std::path::Path;
use std::sync::Arc;

use super::embedded::EMBEDDED;
use super::pack::Pack;
use super::source::{Source, broken};
use super::vocabulary::Vocabulary;
use crate::error::{Error, Result};

/// Packs looked at in the models folder.
const MAX_PACKS: usize = 64;

/// The packs that can be used, and the vocabulary they share.
#[derive(Debug, Default)]
pub struct Packs {
    list: Vec<Arc<Pack>>,
    vocabulary: Arc<Vocabulary>,
}

impl Packs {
    /// The embedded packs and the folders and zip files in `user_dir`; a folder that does not exist holds none. Each
    /// pack that cannot be used is left out and gives one error. Reads texts (and, of packs from disk, the model for
    /// its SHA-256) but builds no network.
    pub fn load(user_dir: Option<&Path>) -> (Self, Vec<Error>) {
        let mut sources: Vec<Result<Source>> = EMBEDDED.iter().cloned().map(Ok).collect();
        match user_dir.map(on_disk).transpose() {
            Ok(found) => sources.extend(
                found
                    .into_iter()
                    .flatten()
                    .map(|path| Source::on_disk(&path)),
            ),
            Err(error) => sources.push(Err(error)),
        }
        Self::from_sources(sources)
    }

    /// Packs from anywhere; a second one with the same id is refused.
    pub(super) fn from_sources(
        sources: impl IntoIterator<Item = Result<Source>>,
    ) -> (Self, Vec<Error>) {
        let mut list: Vec<Arc<Pack>> = Vec::new();
        let mut errors = Vec::new();
        for source in sources {
            match source.and_then(Pack::open) {
                Ok(pack) if list.iter().any(|other| other.id() == pack.id()) => {
                    let why = format!("there is already a pack '{}'", pack.id());
                    errors.push(broken(&pack.source().path(), why));
                }
                Ok(pack) => list.push(Arc::new(pack)),
                Err(error) => errors.push(error),
            }
        }
        let vocabulary = Arc::new(Vocabulary::new(
            list.iter()
                .flat_map(|pack| pack.vocabulary().to_vec())
                .chain(super::look::entries()),
        ));
        (Self { list, vocabulary }, errors)
    }

    /// The packs, embedded ones first.
    pub fn list(&self) -> &[Arc<Pack>] {
        &self.list
    }

    /// The pack of that id.
    pub fn pack(&self, id: &str) -> Option<&Arc<Pack>> {
        self.list.iter().find(|pack| pack.id() == id)
    }

    /// The names of all tags of all packs, and of those that are calculated.
    pub fn vocabulary(&self) -> &Arc<Vocabulary> {
        &self.vocabulary
    }
}

/// What in the models folder may be a pack, by name.
fn on_disk(folder: &Path) -> Result<Vec<std::path::PathBuf>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Error::io("read the models folder", folder, &error)),
    };
    let mut paths: Vec<_> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| {
            let is_hidden = path
                .file_name()
                .is_none_or(|name| name.to_string_lossy().starts_with('.'));
            let is_zip = path
                .extension()
                .is_some_and(|extension| extension.eq_ignore_ascii_case("zip"));
            !is_hidden && (is_zip || path.is_dir())
        })
        .collect();
    paths.sort();
    paths.truncate(MAX_PACKS);
    Ok(paths)
}
