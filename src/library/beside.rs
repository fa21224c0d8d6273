//! What lies beside a file, as one number: so that a scan notices a sidecar that came, went or changed although its
//! photo did not.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::walk::mtime_ms;
use crate::media::xmp;

/// Size and time.
type Stamp = (u64, i64);

/// The sidecars of one folder, as the walk finds them.
#[derive(Debug, Default)]
pub(super) struct Sidecars(HashMap<OsString, Stamp>);

impl Sidecars {
    /// Notes a sidecar.
    pub(super) fn add(&mut self, name: OsString, size_bytes: u64, mtime_ms: i64) {
        self.0.insert(name, (size_bytes, mtime_ms));
    }

    /// What lies beside the file.
    pub(super) fn beside(&self, path: &Path) -> i64 {
        if self.0.is_empty() {
            return 0;
        }
        number(path, |candidate| {
            self.0.get(candidate.file_name()?).copied()
        })
    }
}

/// What lies beside a single file now.
pub(super) fn of(path: &Path) -> i64 {
    number(path, |candidate| {
        let metadata = std::fs::metadata(candidate).ok()?;
        metadata
            .is_file()
            .then(|| (metadata.len(), mtime_ms(&metadata)))
    })
}

/// By convention, not by name: what tells upper case from lower case differs between disks.
fn number(path: &Path, stamp: impl Fn(&Path) -> Option<Stamp>) -> i64 {
    let [whole, stem, whole_upper, stem_upper] = xmp::sidecar_names(path);
    let slots = [[whole, whole_upper], [stem, stem_upper]].map(|names| {
        names
            .iter()
            .filter(|name| *name != path)
            .find_map(|name| stamp(name))
    });
    if slots == [None, None] {
        return 0;
    }
    let mut hasher = blake3::Hasher::new();
    for slot in slots {
        let (size_bytes, mtime_ms) = slot.unwrap_or((u64::MAX, 0));
        hasher.update(&size_bytes.to_le_bytes());
        hasher.update(&mtime_ms.to_le_bytes());
    }
    let hash = hasher.finalize();
    let mut first = [0; 8];
    first.copy_from_slice(&hash.as_bytes()[..8]);
    (i64::from_le_bytes(first) & i64::MAX).max(1)
}

/// Whether a file of this name is one that a sidecar of that name speaks of.
pub(super) fn speaks_of(sidecar: &Path, file: &Path) -> bool {
    sidecar.parent() == file.parent()
        && file != sidecar
        && xmp::sidecar_names(file).contains(&lower(sidecar))
}

fn lower(sidecar: &Path) -> PathBuf {
    match sidecar.extension().and_then(OsStr::to_str) {
        Some("xmp" | "XMP") | None => sidecar.to_owned(),
        Some(_) => sidecar.with_extension("xmp"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_and_a_look_at_one_file_tell_the_same() {
        let dir = tempfile::tempdir().unwrap();
        let photo = dir.path().join("a.b.jpg");
        assert_eq!(of(&photo), 0);
        let mut seen = vec![0];
        for name in ["a.b.jpg.xmp", "a.b.xmp"] {
            std::fs::write(dir.path().join(name), name).unwrap();
            let mut sidecars = Sidecars::default();
            for entry in std::fs::read_dir(dir.path()).unwrap() {
                let entry = entry.unwrap();
                let metadata = entry.metadata().unwrap();
                sidecars.add(entry.file_name(), metadata.len(), mtime_ms(&metadata));
            }
            assert_eq!(sidecars.beside(&photo), of(&photo));
            assert!(speaks_of(&dir.path().join(name), &photo));
            seen.push(of(&photo));
        }
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 3);
        assert!(!speaks_of(&dir.path().join("a.xmp"), &photo));
    }
}
