//! Files that were looked into and are not media: not opened again until they change.

use std::collections::HashMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use super::walk::FoundEntry;
use crate::error::{Error, Result};

const MAX_ENTRIES: usize = 200_000;
const MAX_FILE_BYTES: u64 = 128 << 20;
/// Version of the recognition: another one looks into everything again.
const VERSION: u32 = 1;

/// The memory, kept in the cache folder.
pub(crate) struct Rejected {
    file: PathBuf,
    state: Mutex<State>,
}

#[derive(Default, Serialize, Deserialize)]
struct State {
    version: u32,
    reasons: HashMap<String, String>,
    #[serde(skip)]
    has_changed: bool,
}

impl Rejected {
    /// Reads what is there; an unreadable file is an empty one.
    pub(crate) fn load(cache_dir: &Path) -> Self {
        let file = cache_dir.join("not-media.json");
        let is_sane = std::fs::metadata(&file).is_ok_and(|meta| meta.len() <= MAX_FILE_BYTES);
        let state = is_sane
            .then(|| std::fs::read(&file).ok())
            .flatten()
            .and_then(|bytes| serde_json::from_slice::<State>(&bytes).ok())
            .filter(|state| state.version == VERSION)
            .unwrap_or_default();
        Self {
            file,
            state: Mutex::new(state),
        }
    }

    /// Why this very file is no media, if that is known. Empty: it never looked like media.
    pub(crate) fn reason(&self, entry: &FoundEntry) -> Option<String> {
        let state = self.state.lock();
        if state.reasons.is_empty() {
            return None;
        }
        state.reasons.get(&key(entry)).cloned()
    }

    /// Remembers that this very file is no media.
    pub(crate) fn insert(&self, entry: &FoundEntry, reason: String) {
        let mut state = self.state.lock();
        if state.reasons.len() < MAX_ENTRIES {
            state.reasons.insert(key(entry), reason);
            state.has_changed = true;
        }
    }

    /// Writes the memory when it changed.
    pub(crate) fn save(&self) -> Result<()> {
        let mut state = self.state.lock();
        if !state.has_changed {
            return Ok(());
        }
        state.version = VERSION;
        let failed =
            |error: std::io::Error| Error::io("remember what was scanned", &self.file, &error);
        let dir = self.file.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(dir).map_err(failed)?;
        let mut file = tempfile::NamedTempFile::new_in(dir).map_err(failed)?;
        let bytes = serde_json::to_vec(&*state).map_err(|error| failed(error.into()))?;
        file.write_all(&bytes).map_err(failed)?;
        file.persist(&self.file)
            .map_err(|error| failed(error.error))?;
        state.has_changed = false;
        Ok(())
    }
}

fn key(entry: &FoundEntry) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(entry.path.as_os_str().as_encoded_bytes());
    hasher.update(&entry.size_bytes.to_le_bytes());
    hasher.update(&entry.mtime_ms.to_le_bytes());
    hasher.finalize().to_hex()[..24].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_remembered_until_it_changes() {
        let dir = tempfile::tempdir().unwrap();
        let mut entry = FoundEntry {
            path: "/a/b".into(),
            root: 0,
            size_bytes: 3,
            mtime_ms: 5,
            beside: 0,
        };
        let rejected = Rejected::load(dir.path());
        assert_eq!(rejected.reason(&entry), None);
        rejected.insert(&entry, "no".to_owned());
        rejected.save().unwrap();
        let rejected = Rejected::load(dir.path());
        assert_eq!(rejected.reason(&entry).as_deref(), Some("no"));
        entry.mtime_ms = 6;
        assert_eq!(rejected.reason(&entry), None);
        std::fs::write(dir.path().join("not-media.json"), b"{").unwrap();
        assert_eq!(Rejected::load(dir.path()).reason(&entry), None);
    }
}
