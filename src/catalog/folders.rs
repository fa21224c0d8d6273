//! Folders that the person added, and the files known in them.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, params};

use super::codec::{SqlPath, kind_code, now_ms, path_value};
use super::fault::Outcome;
use super::files::{GONE, OFFLINE, REMOVED, THERE, drop_if_empty, refresh};
use super::tags::recount;
use super::types::{Folder, FolderId, ItemId, KnownFile, Writes};
use crate::media::Kind;

fn kinds_mask(kinds: &[Kind]) -> i64 {
    kinds
        .iter()
        .fold(0, |mask, kind| mask | 1 << kind_code(*kind))
}

fn kinds_from(mask: i64) -> Vec<Kind> {
    Kind::ALL
        .into_iter()
        .filter(|kind| mask & (1 << kind_code(*kind)) != 0)
        .collect()
}

/// Adds a folder, or finds it when it is there already.
pub(super) fn add(conn: &Connection, path: &Path, kinds: &[Kind]) -> Outcome<FolderId> {
    let known = conn
        .query_row(
            "SELECT id FROM folder WHERE path = ?1",
            [path_value(path)],
            |row| row.get(0),
        )
        .optional()?;
    if let Some(id) = known {
        return Ok(id);
    }
    conn.execute(
        "INSERT INTO folder (path, kinds, added_ms) VALUES (?1, ?2, ?3)",
        params![path_value(path), kinds_mask(kinds), now_ms()],
    )?;
    Ok(FolderId(conn.last_insert_rowid()))
}

/// Changes the switches of a folder.
pub(super) fn set_switches(
    conn: &Connection,
    id: FolderId,
    kinds: &[Kind],
    is_watched: bool,
) -> Outcome<()> {
    conn.execute(
        "UPDATE folder SET kinds = ?2, is_watched = ?3 WHERE id = ?1",
        params![id, kinds_mask(kinds), is_watched],
    )?;
    Ok(())
}

/// All folders, in the order they were added.
pub(super) fn all(conn: &Connection) -> Outcome<Vec<Folder>> {
    let mut statement = conn.prepare_cached(
        "SELECT id, path, kinds, is_watched, is_offline, added_ms, scanned_ms,
             (SELECT count(DISTINCT item) FROM path WHERE folder = folder.id AND state < 3), writes
         FROM folder ORDER BY id",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(Folder {
            id: row.get(0)?,
            path: row.get::<_, SqlPath>(1)?.0,
            kinds: kinds_from(row.get(2)?),
            is_watched: row.get(3)?,
            is_offline: row.get(4)?,
            added_ms: row.get(5)?,
            scanned_ms: row.get(6)?,
            count: row.get::<_, i64>(7)?.max(0) as u64,
            writes: Writes::from_bits(row.get(8)?),
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Every file known in a folder, for a rescan to compare with.
pub(super) fn files(conn: &Connection, folder: FolderId) -> Outcome<Vec<KnownFile>> {
    known_files(conn, "folder = ?1", [folder])
}

/// Every file that was added alone, outside all folders.
pub(super) fn loose_files(conn: &Connection) -> Outcome<Vec<KnownFile>> {
    known_files(conn, "folder IS NULL AND state <> ?1", [REMOVED])
}

/// The file at this path, when it is known.
pub(super) fn file(conn: &Connection, path: &Path) -> Outcome<Option<KnownFile>> {
    Ok(known_files(conn, "path = ?1", [path_value(path)])?.pop())
}

fn known_files(
    conn: &Connection,
    which: &str,
    params: impl rusqlite::Params,
) -> Outcome<Vec<KnownFile>> {
    let mut statement = conn.prepare_cached(&format!(
        "SELECT path, item, size_bytes, mtime_ms, state, is_hashed, is_probed, beside
         FROM path JOIN item ON item.id = path.item WHERE {which}"
    ))?;
    let rows = statement.query_map(params, |row| {
        Ok(KnownFile {
            path: row.get::<_, SqlPath>(0)?.0,
            item: row.get(1)?,
            size_bytes: row.get::<_, i64>(2)?.max(0) as u64,
            mtime_ms: row.get(3)?,
            is_missing: row.get::<_, i64>(4)? != THERE,
            needs_hash: !row.get::<_, bool>(5)?,
            needs_probe: !row.get::<_, bool>(6)?,
            beside: row.get(7)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The folder cannot be reached (its files are kept as missing), or can again (they are there again as they were).
pub(super) fn set_offline(
    conn: &Connection,
    folder: FolderId,
    is_offline: bool,
) -> Outcome<Vec<ItemId>> {
    let (from, to) = if is_offline {
        (THERE, OFFLINE)
    } else {
        (OFFLINE, THERE)
    };
    conn.execute(
        "UPDATE folder SET is_offline = ?2 WHERE id = ?1",
        params![folder, is_offline],
    )?;
    let mut statement =
        conn.prepare_cached("SELECT DISTINCT item FROM path WHERE folder = ?1 AND state = ?2")?;
    let items: Vec<ItemId> = statement
        .query_map(params![folder, from], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    conn.execute(
        "UPDATE path SET state = ?3 WHERE folder = ?1 AND state = ?2",
        params![folder, from, to],
    )?;
    for item in &items {
        refresh(conn, *item)?;
    }
    Ok(items)
}

/// A scan went all the way through.
pub(super) fn set_scanned(conn: &Connection, folder: FolderId, at_ms: i64) -> Outcome<()> {
    conn.execute(
        "UPDATE folder SET scanned_ms = ?2, is_offline = 0 WHERE id = ?1",
        params![folder, at_ms],
    )?;
    // What was offline and was not found by this scan is gone.
    conn.execute(
        "UPDATE path SET state = ?2 WHERE folder = ?1 AND state = ?3",
        params![folder, GONE, OFFLINE],
    )?;
    Ok(())
}

/// Takes a folder out of the library. Files that another added folder holds go over to it. Of the others, items that
/// the person made something of are kept, out of sight, until the same file or content is added again; the rest is
/// forgotten. Returns the items that left.
pub(super) fn remove(conn: &Connection, id: FolderId) -> Outcome<Vec<ItemId>> {
    let folders = all(conn)?;
    let Some(folder) = folders.iter().find(|folder| folder.id == id) else {
        return Err(crate::Error::NotFound {
            what: "folder",
            name: id.to_string(),
        }
        .into());
    };
    let heirs: Vec<&Folder> = folders.iter().filter(|other| other.id != id).collect();
    let mut left = Vec::new();
    for file in files(conn, folder.id)? {
        let heir = heirs
            .iter()
            .filter(|other| file.path.starts_with(&other.path))
            .max_by_key(|other| other.path.as_os_str().len());
        match heir {
            Some(heir) => {
                conn.prepare_cached("UPDATE path SET folder = ?2 WHERE path = ?1")?
                    .execute(params![path_value(&file.path), heir.id])?;
            }
            None => {
                conn.prepare_cached("UPDATE path SET folder = NULL, state = ?2 WHERE path = ?1")?
                    .execute(params![path_value(&file.path), REMOVED])?;
                left.push(file.item);
            }
        }
    }
    conn.execute("DELETE FROM folder WHERE id = ?1", [id])?;
    left.sort_unstable();
    left.dedup();
    for item in &left {
        refresh(conn, *item)?;
        drop_if_empty(conn, *item)?;
    }
    recount(conn)?;
    Ok(left)
}
