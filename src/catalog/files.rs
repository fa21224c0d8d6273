//! Identity: which item a file is. An item is a piece of content; its paths come and go.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, params};

use super::codec::{SqlHash, SqlPath, kind_code, now_ms, path_value, signed, stem};
use super::fault::Outcome;
use super::items::reindex;
use super::types::{ContentHash, FileOutcome, FileStatus, Flags, FoundFile, ItemId};
use super::{identity, merge, outward};

/// States of a path.
pub(super) const THERE: i64 = 0;
pub(super) const GONE: i64 = 1;
pub(super) const OFFLINE: i64 = 2;
pub(super) const REMOVED: i64 = 3;

struct KnownPath {
    id: i64,
    item: ItemId,
    folder: Option<i64>,
    size: i64,
    mtime_ms: i64,
    state: i64,
    is_hashed: bool,
    beside: i64,
}

fn known_path(conn: &Connection, path: &Path) -> Outcome<Option<KnownPath>> {
    let known = conn
        .prepare_cached("SELECT id, item, folder, size_bytes, mtime_ms, state, is_hashed, beside FROM path WHERE path = ?1")?
        .query_row([path_value(path)], |row| {
            Ok(KnownPath {
                id: row.get(0)?,
                item: row.get(1)?,
                folder: row.get(2)?,
                size: row.get(3)?,
                mtime_ms: row.get(4)?,
                state: row.get(5)?,
                is_hashed: row.get(6)?,
                beside: row.get(7)?,
            })
        })
        .optional()?;
    Ok(known)
}

fn is_probed(conn: &Connection, item: ItemId) -> Outcome<bool> {
    Ok(conn
        .prepare_cached("SELECT is_probed FROM item WHERE id = ?1")?
        .query_row([item], |row| row.get(0))?)
}

/// The item with this content.
pub(super) fn item_of_hash(conn: &Connection, hash: &ContentHash) -> Outcome<Option<ItemId>> {
    Ok(conn
        .prepare_cached("SELECT id FROM item WHERE hash = ?1")?
        .query_row([SqlHash(*hash)], |row| row.get(0))
        .optional()?)
}

/// Takes in a file as the scanner found it.
pub(super) fn upsert(conn: &Connection, file: &FoundFile) -> Outcome<FileOutcome> {
    let Some(known) = known_path(conn, &file.path)? else {
        return add(conn, file);
    };
    let size = signed(file.size_bytes);
    let is_same = known.size == size && known.mtime_ms == file.mtime_ms;
    let is_beside_same = known.beside == file.beside;
    let folder = file.folder.map(|id| id.0);
    if !is_same || !is_beside_same || known.state != THERE || known.folder != folder {
        conn.prepare_cached(
            "UPDATE path SET folder = ?2, size_bytes = ?3, mtime_ms = ?4, state = 0, is_hashed = ?5, beside = ?6
             WHERE id = ?1",
        )?
        .execute(params![
            known.id,
            folder,
            size,
            file.mtime_ms,
            is_same && known.is_hashed,
            file.beside
        ])?;
    }
    if known.state != THERE {
        refresh(conn, known.item)?;
    }
    if !is_same || !is_beside_same {
        conn.prepare_cached("UPDATE item SET kind = ?2, is_probed = 0 WHERE id = ?1")?
            .execute(params![known.item, kind_code(file.kind)])?;
    }
    let status = match (is_same && is_beside_same, known.state) {
        (false, _) => FileStatus::Changed,
        (true, THERE) => FileStatus::Unchanged,
        (true, _) => FileStatus::Back,
    };
    if let Some(hash) = &file.hash
        && (!is_same || !known.is_hashed)
    {
        let settled = set_hash(conn, &file.path, hash, None)?;
        return Ok(FileOutcome { status, ..settled });
    }
    Ok(FileOutcome {
        item: known.item,
        status,
        needs_hash: !(is_same && known.is_hashed),
        needs_probe: !is_probed(conn, known.item)?,
    })
}

fn add(conn: &Connection, file: &FoundFile) -> Outcome<FileOutcome> {
    if let Some(hash) = &file.hash
        && let Some(item) = item_of_hash(conn, hash)?
    {
        let status = add_path_to(conn, item, file)?;
        return Ok(FileOutcome {
            item,
            status,
            needs_hash: false,
            needs_probe: !is_probed(conn, item)?,
        });
    }
    conn.prepare_cached(
        "INSERT INTO item (kind, hash, title, date_ms, added_ms) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        kind_code(file.kind),
        file.hash.map(SqlHash),
        stem(&file.path),
        file.mtime_ms,
        now_ms()
    ])?;
    let item = ItemId(conn.last_insert_rowid());
    insert_path(conn, item, file)?;
    reindex(conn, item)?;
    Ok(FileOutcome {
        item,
        status: FileStatus::New,
        needs_hash: file.hash.is_none(),
        needs_probe: true,
    })
}

fn insert_path(conn: &Connection, item: ItemId, file: &FoundFile) -> Outcome<()> {
    conn.prepare_cached(
        "INSERT INTO path (item, folder, path, size_bytes, mtime_ms, is_hashed, beside)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        item,
        file.folder,
        path_value(&file.path),
        signed(file.size_bytes),
        file.mtime_ms,
        file.hash.is_some(),
        file.beside
    ])?;
    Ok(())
}

/// A new path of known content: the item moved there, or has one more copy.
fn add_path_to(conn: &Connection, item: ItemId, file: &FoundFile) -> Outcome<FileStatus> {
    insert_path(conn, item, file)?;
    let status = drop_vanished_paths(conn, item)?;
    refresh(conn, item)?;
    settle_title(conn, item)?;
    reindex(conn, item)?;
    queue_made(conn, item)?;
    Ok(status)
}

/// What the person made is to be written beside the new place, too.
fn queue_made(conn: &Connection, item: ItemId) -> Outcome<()> {
    if outward::is_any_written(conn)? && is_made_of(conn, item)? {
        outward::queue_item(conn, item)?;
    }
    Ok(())
}

/// Forgets paths whose file certainly went, now that the content is somewhere else. Paths on drives that are not
/// connected stay.
fn drop_vanished_paths(conn: &Connection, item: ItemId) -> Outcome<FileStatus> {
    let gone = conn
        .prepare_cached("DELETE FROM path WHERE item = ?1 AND state IN (1, 3)")?
        .execute([item])?;
    let there: i64 = conn
        .prepare_cached("SELECT count(*) FROM path WHERE item = ?1 AND state = 0")?
        .query_row([item], |row| row.get(0))?;
    Ok(if there > 1 || gone == 0 {
        FileStatus::Copy
    } else {
        FileStatus::Moved
    })
}

/// Says what the content of a path is. Call it before the content is probed or analysed: when it shows that the
/// content is known, the path goes to that item; when it shows that the content changed, what machines said of the
/// old content is dropped and what the person said stays.
pub(super) fn set_hash(
    conn: &Connection,
    path: &Path,
    hash: &ContentHash,
    essence: Option<&ContentHash>,
) -> Outcome<FileOutcome> {
    let Some(known) = known_path(conn, path)? else {
        return Err(crate::Error::NotFound {
            what: "file in the library",
            name: path.display().to_string(),
        }
        .into());
    };
    let (old, old_essence): (Option<SqlHash>, Option<SqlHash>) = conn
        .prepare_cached("SELECT hash, essence FROM item WHERE id = ?1")?
        .query_row([known.item], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let old = old.map(|hash| hash.0);
    let is_essence_same = essence.is_some() && old_essence.map(|hash| hash.0).as_ref() == essence;
    let mark_hashed = |conn: &Connection| {
        conn.prepare_cached("UPDATE path SET is_hashed = 1 WHERE id = ?1")?
            .execute([known.id])
    };
    let mut status = FileStatus::Unchanged;
    let mut item = known.item;
    if old.as_ref() != Some(hash) {
        let known_content = match item_of_hash(conn, hash)? {
            Some(item) => Some(item),
            None => identity::reclaim(conn, hash, known.item)?,
        };
        match (known_content, old) {
            // The first hash of a new file, and the content is known.
            (Some(other), None) => {
                merge::merge(conn, known.item, other)?;
                mark_hashed(conn)?;
                status = drop_vanished_paths(conn, other)?;
                item = other;
                queue_made(conn, item)?;
            }
            // Known content was put over this path: the tags follow the content.
            (Some(other), Some(_)) => {
                conn.execute(
                    "UPDATE path SET item = ?2 WHERE id = ?1",
                    params![known.id, other],
                )?;
                mark_hashed(conn)?;
                status = drop_vanished_paths(conn, other)?;
                refresh(conn, known.item)?;
                drop_if_empty(conn, known.item)?;
                item = other;
            }
            (None, None) => {
                conn.prepare_cached("UPDATE item SET hash = ?2 WHERE id = ?1")?
                    .execute(params![known.item, SqlHash(*hash)])?;
                mark_hashed(conn)?;
                status = FileStatus::New;
            }
            // New content under an old path: the same item, unless copies of the old content remain.
            (None, Some(_)) => {
                let copies: i64 = conn.query_row(
                    "SELECT count(*) FROM path WHERE item = ?1 AND id <> ?2 AND is_hashed",
                    params![known.item, known.id],
                    |row| row.get(0),
                )?;
                if copies > 0 {
                    item = merge::split(conn, known.item, known.id)?;
                } else {
                    identity::remember_former(conn, known.item)?;
                    if is_essence_same {
                        conn.prepare_cached("UPDATE item SET is_probed = 0 WHERE id = ?1")?
                            .execute([known.item])?;
                    } else {
                        forget_content(conn, known.item)?;
                    }
                }
                conn.execute(
                    "UPDATE item SET hash = ?2 WHERE id = ?1",
                    params![item, SqlHash(*hash)],
                )?;
                mark_hashed(conn)?;
                status = FileStatus::Changed;
            }
        }
        refresh(conn, item)?;
        settle_title(conn, item)?;
        reindex(conn, item)?;
    } else if !known.is_hashed {
        mark_hashed(conn)?;
    }
    if let Some(essence) = essence
        && identity::set_essence(conn, item, essence)?
        && status == FileStatus::New
    {
        status = FileStatus::Moved;
    }
    Ok(FileOutcome {
        item,
        status,
        needs_hash: false,
        needs_probe: !is_probed(conn, item)?,
    })
}

/// Drops what machines said of content that is no more.
fn forget_content(conn: &Connection, item: ItemId) -> Outcome<()> {
    conn.execute("DELETE FROM analysis WHERE item = ?1", [item])?;
    conn.execute("DELETE FROM tagging WHERE item = ?1", [item])?;
    conn.execute(
        "DELETE FROM item_tag WHERE item = ?1 AND source > 2 AND state IN (2, 3)",
        [item],
    )?;
    let keep = Flags::MISSING.0 | Flags::FAVOURITE.0 | Flags::HIDDEN.0 | Flags::REMOVED.0;
    conn.execute(
        "UPDATE item SET is_probed = 0, flags = flags & ?2 WHERE id = ?1",
        params![item, keep],
    )?;
    Ok(())
}

/// An item without a title of its own is called as its file.
pub(super) fn settle_title(conn: &Connection, item: ItemId) -> Outcome<()> {
    let path: Option<SqlPath> = conn
        .prepare_cached("SELECT path FROM path WHERE item = ?1 ORDER BY state, id LIMIT 1")?
        .query_row([item], |row| row.get(0))
        .optional()?;
    if let Some(SqlPath(path)) = path {
        conn.prepare_cached(
            "UPDATE item SET title = ?2 WHERE id = ?1 AND own_title IS NULL AND title <> ?2
                 AND NOT EXISTS (SELECT 1 FROM said WHERE item = ?1 AND title IS NOT NULL)",
        )?
        .execute(params![item, stem(&path)])?;
    }
    Ok(())
}

/// Makes the item's flags say what its paths say.
pub(super) fn refresh(conn: &Connection, item: ItemId) -> Outcome<()> {
    let removed = |conn: &Connection| -> rusqlite::Result<Option<bool>> {
        conn.prepare_cached("SELECT flags & 32 <> 0 FROM item WHERE id = ?1")?
            .query_row([item], |row| row.get(0))
            .optional()
    };
    let was_removed = removed(conn)? == Some(true);
    conn.prepare_cached(
        "UPDATE item SET flags = (flags & ~33)
             | CASE WHEN EXISTS (SELECT 1 FROM path WHERE item = ?1 AND state = 0) THEN 0 ELSE 1 END
             | CASE WHEN EXISTS (SELECT 1 FROM path WHERE item = ?1 AND state = 3)
                     AND NOT EXISTS (SELECT 1 FROM path WHERE item = ?1 AND state < 3) THEN 32 ELSE 0 END
         WHERE id = ?1",
    )?
    .execute([item])?;
    // Counters leave out what was removed; what comes back counts again.
    if was_removed && removed(conn)? == Some(false) {
        conn.prepare_cached(
            "UPDATE tag_count SET confirmed = confirmed + (t.state = 1), shown = shown + (t.state = 2),
                 suggested = suggested + (t.state = 3), rejected = rejected + (t.state = 4)
             FROM item_tag AS t WHERE t.item = ?1 AND t.tag = tag_count.tag",
        )?
        .execute([item])?;
    }
    Ok(())
}

/// Sets the state of a path; does nothing when it is not known. Returns its item when something changed.
pub(super) fn set_state(conn: &Connection, path: &Path, state: i64) -> Outcome<Option<ItemId>> {
    let Some(known) = known_path(conn, path)? else {
        return Ok(None);
    };
    if known.state == state {
        return Ok(None);
    }
    let is_elsewhere: bool = conn
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM path WHERE item = ?1 AND id <> ?2 AND state = 0 AND is_hashed)")?
        .query_row(params![known.item, known.id], |row| row.get(0))?;
    if state == GONE && known.is_hashed && is_elsewhere {
        conn.prepare_cached("DELETE FROM path WHERE id = ?1")?
            .execute([known.id])?;
        settle_title(conn, known.item)?;
        reindex(conn, known.item)?;
    } else {
        conn.prepare_cached("UPDATE path SET state = ?2 WHERE id = ?1")?
            .execute(params![known.id, state])?;
    }
    refresh(conn, known.item)?;
    if state == GONE {
        identity::after_loss(conn, known.item)?;
    }
    Ok(Some(known.item))
}

/// Deletes an item that has no file left and that the person made nothing of.
pub(super) fn drop_if_empty(conn: &Connection, item: ItemId) -> Outcome<()> {
    let has_path: bool = conn
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM path WHERE item = ?1 AND state < 3)")?
        .query_row([item], |row| row.get(0))?;
    if !has_path && !is_made_of(conn, item)? {
        delete(conn, item)?;
    }
    Ok(())
}

/// Whether the person made something of an item: a rating, a mark, a tag or its rejection, a place in a collection, or
/// history beyond having been shown it.
pub(super) fn is_made_of(conn: &Connection, item: ItemId) -> Outcome<bool> {
    Ok(conn
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM item WHERE id = ?1 AND (rated_by = 2 OR flags & 6 <> 0))
                 OR EXISTS (SELECT 1 FROM item_tag WHERE item = ?1 AND (source = 1 OR state = 4))
                 OR EXISTS (SELECT 1 FROM collection_item WHERE item = ?1)
                 OR EXISTS (SELECT 1 FROM said WHERE item = ?1)
                 OR EXISTS (SELECT 1 FROM event WHERE item = ?1 AND kind <> 0)",
        )?
        .query_row([item], |row| row.get(0))?)
}

/// Deletes an item with everything about it.
pub(super) fn delete(conn: &Connection, item: ItemId) -> Outcome<()> {
    conn.prepare_cached("DELETE FROM event WHERE item = ?1")?
        .execute([item])?;
    // Deleted one by one so that the tag counters follow: cascades do not fire triggers on every build.
    conn.prepare_cached("DELETE FROM item_tag WHERE item = ?1")?
        .execute([item])?;
    conn.prepare_cached("DELETE FROM words WHERE rowid = ?1")?
        .execute([item])?;
    conn.prepare_cached("DELETE FROM item WHERE id = ?1")?
        .execute([item])?;
    Ok(())
}
