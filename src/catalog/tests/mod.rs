//! Tests of the catalogue on real files in temporary folders.

mod changes;
mod identity;
mod merging;
mod older;
mod safety;
mod searching;
mod tagging;
mod teaching;

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::*;
use crate::media::Kind;

/// A catalogue in a folder of its own.
struct Fixture {
    catalog: Option<Catalog>,
    dirs: Dirs,
    _dir: TempDir,
}

impl Fixture {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let dirs = Dirs::under(dir.path());
        let (catalog, notice) = Catalog::open(&dirs).unwrap();
        assert_eq!(notice, None);
        Self {
            catalog: Some(catalog),
            dirs,
            _dir: dir,
        }
    }

    fn catalog(&self) -> &Catalog {
        self.catalog.as_ref().unwrap()
    }

    fn reader(&self) -> Reader {
        self.catalog().reader().unwrap()
    }

    /// Closes and opens again, as a restart does.
    fn restart(&mut self) -> Option<Notice> {
        self.catalog = None;
        let (catalog, notice) = Catalog::open(&self.dirs).unwrap();
        self.catalog = Some(catalog);
        notice
    }

    fn upsert(&self, file: &FoundFile) -> FileOutcome {
        self.catalog().bulk(|bulk| bulk.upsert_file(file)).unwrap()
    }

    /// A new photo whose content is told by `hash`.
    fn photo(&self, path: &str, hash: u8) -> ItemId {
        self.upsert(&found(path, Some(hash))).item
    }

    fn hash(&self, path: &str, hash: u8) -> FileOutcome {
        self.catalog()
            .bulk(|bulk| bulk.set_hash(Path::new(path), &[hash; 32]))
            .unwrap()
    }

    fn missing(&self, path: &str) -> Vec<ItemId> {
        self.catalog()
            .bulk(|bulk| bulk.mark_missing(&[path]))
            .unwrap()
    }

    fn person(&self, change: Change) -> Undo {
        self.catalog().person(change).unwrap()
    }

    /// A run of a model over one item.
    fn tag_by_model(&self, item: ItemId, pack: &str, tags: &[(&str, f32, bool)]) -> RunId {
        let tags = tags.iter().map(|(slug, score, is_shown)| ModelTag {
            slug: (*slug).to_owned(),
            score: *score,
            is_shown: *is_shown,
        });
        let tagging = NewTagging {
            pack: pack.to_owned(),
            embedding: vec![0.5, -0.5, 0.25],
            tags: tags.collect(),
        };
        self.catalog()
            .bulk(|bulk| {
                let run = bulk.begin_run(pack)?;
                bulk.set_tagging(item, run, &tagging)?;
                Ok(run)
            })
            .unwrap()
    }

    fn item(&self, id: ItemId) -> Item {
        self.reader().item(id).unwrap().unwrap()
    }

    fn paths(&self, id: ItemId) -> Vec<String> {
        self.item(id)
            .paths
            .iter()
            .map(|p| p.path.display().to_string())
            .collect()
    }
}

fn found(path: &str, hash: Option<u8>) -> FoundFile {
    FoundFile {
        path: PathBuf::from(path),
        folder: None,
        size_bytes: 1000,
        mtime_ms: 1_600_000_000_000,
        kind: Kind::Photo,
        hash: hash.map(|byte| [byte; 32]),
        beside: 0,
    }
}
