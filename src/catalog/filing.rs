//! Files that Parlour itself moved: the steps, and the paths that follow.

use std::collections::HashMap;
use std::path::Path;

use rusqlite::{OptionalExtension, params};

use super::codec::{now_ms, path_value};
use super::files::{refresh, settle_title};
use super::items::reindex;
use super::types::{FolderId, ItemId};
use super::{Bulk, Reader};
use crate::error::Result;

/// Steps that are kept.
const MAX_STEPS: i64 = 1000;

impl Reader {
    /// The plan of a step that was carried out, or of the last one that was not taken back.
    pub fn file_step(&self, step: Option<i64>) -> Result<Option<(i64, String)>> {
        self.read("read what was moved", |conn| {
            let found = conn
                .prepare_cached(
                    "SELECT id, plan FROM file_step WHERE state = 1 AND (?1 IS NULL OR id = ?1) ORDER BY id DESC LIMIT 1",
                )?
                .query_row([step], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            Ok(found)
        })
    }

    /// Steps that were begun and not ended: a crash lies in between.
    pub fn begun_file_steps(&self) -> Result<Vec<(i64, String)>> {
        self.read("read what was moved", |conn| {
            let mut rows =
                conn.prepare_cached("SELECT id, plan FROM file_step WHERE state = 0 ORDER BY id")?;
            let rows = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Items that were found to be another, and which.
    pub fn merged_items(&self) -> Result<HashMap<ItemId, ItemId>> {
        self.read("read the items", |conn| {
            let mut rows = conn.prepare_cached("SELECT id, into_ FROM merged")?;
            let rows = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }
}

impl Bulk<'_> {
    /// Writes down what is about to be done to files.
    pub fn begin_file_step(&mut self, plan: &str) -> Result<i64> {
        self.done("write down a plan", |conn| {
            conn.execute(
                "INSERT INTO file_step (plan, at_ms) VALUES (?1, ?2)",
                params![plan, now_ms()],
            )?;
            let id = conn.last_insert_rowid();
            conn.execute(
                "DELETE FROM file_step WHERE id <= ?1 - ?2",
                params![id, MAX_STEPS],
            )?;
            Ok(id)
        })
    }

    /// A step was carried out (1) or taken back (2); `plan` says what was really done, or nothing new when empty.
    pub fn end_file_step(&mut self, step: i64, plan: &str, state: i64) -> Result<()> {
        self.done("write down what was done", |conn| {
            conn.execute(
                "UPDATE file_step SET state = ?3, plan = CASE ?2 WHEN '' THEN plan ELSE ?2 END WHERE id = ?1",
                params![step, plan, state],
            )?;
            Ok(())
        })
    }

    /// A file has another path now, and is there. Returns its item, if it is known.
    pub fn move_path(
        &mut self,
        from: &Path,
        to: &Path,
        folder: Option<FolderId>,
        beside: i64,
    ) -> Result<Option<ItemId>> {
        self.done("save a file's place", |conn| {
            let item: Option<ItemId> = conn
                .prepare_cached("SELECT item FROM path WHERE path = ?1")?
                .query_row([path_value(from)], |row| row.get(0))
                .optional()?;
            let Some(item) = item else { return Ok(None) };
            if from != to {
                // What was known of the new place is not there any more: nothing is put over a file.
                let other: Option<ItemId> = conn
                    .prepare_cached("SELECT item FROM path WHERE path = ?1")?
                    .query_row([path_value(to)], |row| row.get(0))
                    .optional()?;
                conn.prepare_cached("DELETE FROM path WHERE path = ?1")?
                    .execute([path_value(to)])?;
                if let Some(other) = other {
                    refresh(conn, other)?;
                }
            }
            conn.prepare_cached(
                "UPDATE path SET path = ?2, folder = ?3, beside = ?4, state = 0 WHERE path = ?1",
            )?
            .execute(params![path_value(from), path_value(to), folder, beside])?;
            refresh(conn, item)?;
            settle_title(conn, item)?;
            reindex(conn, item)?;
            Ok(Some(item))
        })
    }
}
