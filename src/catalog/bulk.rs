//! What scanning and analysing write, many at a time.

use std::path::Path;

use rusqlite::{Transaction, params};

use super::codec::now_ms;
use super::fault::Outcome;
use super::items::resolve;
use super::types::{
    ContentHash, FileOutcome, Flags, FolderId, FoundFile, ItemId, NewTagging, Probe, ProfileId,
    RunId, TagNames,
};
use super::writer::Shared;
use super::{analyses, files, folders, items, tags};
use crate::error::Result;
use crate::media::Kind;

/// One batch: a transaction that is committed when the closure given to [`super::Catalog::bulk`] returns `Ok`. Keep
/// it to 100-200 items, so that a person's change never waits long.
pub struct Bulk<'a> {
    tx: &'a Transaction<'a>,
    shared: &'a Shared,
}

impl<'a> Bulk<'a> {
    pub(super) fn new(tx: &'a Transaction<'a>, shared: &'a Shared) -> Self {
        Self { tx, shared }
    }

    fn told<T>(&self, action: &'static str, outcome: Outcome<T>) -> Result<T> {
        outcome.map_err(|fault| self.shared.told(fault, action))
    }

    /// Runs what another file of this room does inside the batch.
    pub(super) fn run<T>(
        &self,
        action: &'static str,
        body: impl FnOnce(&rusqlite::Connection) -> Outcome<T>,
    ) -> Result<T> {
        self.told(action, body(self.tx))
    }

    fn sql(&self, action: &'static str, sql: &str, params: impl rusqlite::Params) -> Result<usize> {
        let run = || -> Outcome<usize> { Ok(self.tx.prepare_cached(sql)?.execute(params)?) };
        self.told(action, run())
    }

    /// Takes in a file as the scanner found it.
    pub fn upsert_file(&mut self, file: &FoundFile) -> Result<FileOutcome> {
        self.told("save a file", files::upsert(self.tx, file))
    }

    /// Says what the content of a known path is. Hash before probing and analysing: the path may turn out to belong to
    /// another item (the outcome says which), or its item's content to have changed, which drops old analyses.
    pub fn set_hash(&mut self, path: &Path, hash: &ContentHash) -> Result<FileOutcome> {
        self.set_content(path, hash, None)
    }

    /// The same, with the hash of the content without its tags: see [`crate::media::essence`].
    pub fn set_content(
        &mut self,
        path: &Path,
        hash: &ContentHash,
        essence: Option<&ContentHash>,
    ) -> Result<FileOutcome> {
        self.told(
            "save a content hash",
            files::set_hash(self.tx, path, hash, essence),
        )
    }

    /// Runs statements of another file of this room.
    pub(super) fn done<T>(
        &mut self,
        action: &'static str,
        run: impl FnOnce(&rusqlite::Connection) -> Outcome<T>,
    ) -> Result<T> {
        let outcome = run(self.tx);
        self.told(action, outcome)
    }

    /// Stores what probing found, also for files that cannot be decoded. The person's rating and tags stay; keywords
    /// become tags with source `Imported`.
    pub fn set_probe(&mut self, item: ItemId, probe: &Probe) -> Result<()> {
        self.told("save metadata", items::set_probe(self.tx, item, probe))
    }

    /// The files at these paths were looked for and are not there. Returns the items that changed.
    pub fn mark_missing<P: AsRef<Path>>(&mut self, paths: &[P]) -> Result<Vec<ItemId>> {
        self.mark(paths, files::GONE)
    }

    /// The files at these paths are there, as they were. Returns the items that changed.
    pub fn mark_present<P: AsRef<Path>>(&mut self, paths: &[P]) -> Result<Vec<ItemId>> {
        self.mark(paths, files::THERE)
    }

    fn mark<P: AsRef<Path>>(&mut self, paths: &[P], state: i64) -> Result<Vec<ItemId>> {
        let mut changed = Vec::new();
        for path in paths {
            let item = files::set_state(self.tx, path.as_ref(), state);
            changed.extend(self.told("save what is missing", item)?);
        }
        Ok(changed)
    }

    /// The folder cannot be reached, or can again. Its files are missing meanwhile, and unforgotten.
    pub fn set_folder_offline(
        &mut self,
        folder: FolderId,
        is_offline: bool,
    ) -> Result<Vec<ItemId>> {
        self.told(
            "save what is missing",
            folders::set_offline(self.tx, folder, is_offline),
        )
    }

    /// Adds a folder for these kinds of files, or finds it.
    pub fn add_folder(&mut self, path: &Path, kinds: &[Kind]) -> Result<FolderId> {
        self.told("save a folder", folders::add(self.tx, path, kinds))
    }

    /// Changes the switches of a folder.
    pub fn set_folder_switches(
        &mut self,
        folder: FolderId,
        kinds: &[Kind],
        is_watched: bool,
    ) -> Result<()> {
        self.told(
            "save a folder",
            folders::set_switches(self.tx, folder, kinds, is_watched),
        )
    }

    /// A scan of the folder went all the way through.
    pub fn set_folder_scanned(&mut self, folder: FolderId) -> Result<()> {
        self.told(
            "save a folder",
            folders::set_scanned(self.tx, folder, now_ms()),
        )
    }

    /// Takes a folder out of the library. Items that the person made something of are kept out of sight until the same
    /// file or content is added again; the rest is forgotten. Returns the items that left.
    pub fn remove_folder(&mut self, folder: FolderId) -> Result<Vec<ItemId>> {
        self.told("remove a folder", folders::remove(self.tx, folder))
    }

    /// Forgets items altogether, with everything that was made of them. For missing items that the person gives up.
    pub fn forget_items(&mut self, items: &[ItemId]) -> Result<()> {
        for item in items {
            self.told("forget an item", files::delete(self.tx, *item))?;
        }
        Ok(())
    }

    /// Whether there is a thumbnail: `Some(true)` made, `Some(false)` certainly none, `None` not known.
    pub fn set_thumb(&mut self, item: ItemId, has_thumb: Option<bool>) -> Result<()> {
        let both = Flags::HAS_THUMB.0 | Flags::NO_THUMB.0;
        let state = match has_thumb {
            Some(true) => Flags::HAS_THUMB.0,
            Some(false) => Flags::NO_THUMB.0,
            None => 0,
        };
        self.sql(
            "save the state of a thumbnail",
            "UPDATE item SET flags = (flags & ~?2) | ?3 WHERE id = ?1 AND flags & ?2 <> ?3",
            params![item, both, state],
        )
        .map(drop)
    }

    /// Records that an item cannot be decoded and why, or that it can.
    pub fn set_problem(&mut self, item: ItemId, problem: Option<&str>) -> Result<()> {
        self.sql(
            "save why a file cannot be decoded",
            "UPDATE item SET problem = ?2, flags = (flags & ~8) | ?3 WHERE id = ?1",
            params![
                item,
                problem,
                if problem.is_some() {
                    Flags::UNSUPPORTED.0
                } else {
                    0
                }
            ],
        )
        .map(drop)
    }

    /// Stores a playing time that was measured, in place of the one that the file told.
    pub fn set_duration(&mut self, item: ItemId, duration_ms: u64) -> Result<()> {
        self.sql(
            "save a playing time",
            "UPDATE item SET duration_ms = ?2 WHERE id = ?1 AND duration_ms IS NOT ?2",
            params![item, super::codec::signed(duration_ms)],
        )
        .map(drop)
    }

    /// Begins a run of a model (`id@version`).
    pub fn begin_run(&mut self, pack: &str) -> Result<RunId> {
        self.told("begin a model run", analyses::begin_run(self.tx, pack))
    }

    /// Stores what a model said of an item. What people confirmed, rejected or added is never touched.
    pub fn set_tagging(&mut self, item: ItemId, run: RunId, tagging: &NewTagging) -> Result<()> {
        let stored = || -> Outcome<()> {
            let item = resolve(self.tx, item)?;
            analyses::set_tagging(self.tx, item, run, tagging)
        };
        self.told("save a model's tags", stored())
    }

    /// Makes the tags that rules of the program give an item exactly these; what anybody else said stays.
    pub fn set_rule_tags(&mut self, item: ItemId, slugs: &[&str]) -> Result<()> {
        let stored = || -> Outcome<()> {
            let item = resolve(self.tx, item)?;
            super::model_tags::settle_rules(self.tx, item, slugs)
        };
        self.told("save what was calculated of a photo", stored())
    }

    /// Takes back a run of a model. Returns the items it touched.
    pub fn roll_back_run(&mut self, run: RunId) -> Result<Vec<ItemId>> {
        self.told("take back a model run", analyses::roll_back(self.tx, run))
    }

    /// Stores the result of an analyser, or why it failed.
    pub fn set_analysis(
        &mut self,
        item: ItemId,
        analyser: &str,
        version: u32,
        outcome: std::result::Result<&[u8], &str>,
    ) -> Result<()> {
        let stored = || -> Outcome<()> {
            let item = resolve(self.tx, item)?;
            analyses::set_analysis(self.tx, item, analyser, version, outcome)
        };
        self.told("save an analysis", stored())
    }

    /// Makes the imported tags of an item exactly these keywords; [`Bulk::set_probe`] does it too.
    pub fn set_keywords(&mut self, item: ItemId, keywords: &[String]) -> Result<()> {
        self.told(
            "save keywords",
            tags::set_imported(self.tx, item, keywords, now_ms()),
        )
    }

    /// Takes in the names of a model vocabulary, so that searches find its tags in every language.
    pub fn describe_tags(&mut self, vocabulary: &[TagNames]) -> Result<()> {
        self.told(
            "save the names of tags",
            tags::describe(self.tx, vocabulary),
        )
    }

    /// Adds a profile.
    pub fn add_profile(&mut self, name: &str) -> Result<ProfileId> {
        self.sql(
            "save a profile",
            "INSERT INTO profile (name, created_ms) VALUES (?1, ?2)",
            params![name, now_ms()],
        )?;
        Ok(ProfileId(self.tx.last_insert_rowid()))
    }
}
