//! Content that is the same although its bytes are not: re-tagged songs, photos whose metadata was edited, and content
//! that an item stood for before its file was changed in place.

use rusqlite::{Connection, OptionalExtension, params};

use super::codec::SqlHash;
use super::fault::Outcome;
use super::files::{GONE, REMOVED, THERE, is_made_of, refresh};
use super::types::{ContentHash, ItemId};
use super::{merge, outward};

/// The content that an item stands for will be another: the old one will be known again when it turns up.
pub(super) fn remember_former(conn: &Connection, item: ItemId) -> Outcome<()> {
    conn.prepare_cached(
        "INSERT OR REPLACE INTO former (hash, item) SELECT hash, id FROM item WHERE id = ?1 AND hash IS NOT NULL",
    )?
    .execute([item])?;
    Ok(())
}

/// Content turned up that an item stood for once: the item goes with it, and what is at the item's paths now becomes an
/// item of its own with everything the person made. Returns the item.
pub(super) fn reclaim(
    conn: &Connection,
    hash: &ContentHash,
    of: ItemId,
) -> Outcome<Option<ItemId>> {
    let item: Option<ItemId> = conn
        .prepare_cached("SELECT item FROM former WHERE hash = ?1")?
        .query_row([SqlHash(*hash)], |row| row.get(0))
        .optional()?;
    let Some(item) = item else { return Ok(None) };
    conn.prepare_cached("DELETE FROM former WHERE hash = ?1")?
        .execute([SqlHash(*hash)])?;
    // A file that was changed back is the same item as ever.
    if item == of {
        return Ok(None);
    }
    let mut paths =
        conn.prepare_cached("SELECT id FROM path WHERE item = ?1 AND state NOT IN (?2, ?3)")?;
    let paths: Vec<i64> = paths
        .query_map(params![item, GONE, REMOVED], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    if paths.is_empty() {
        remember_former(conn, item)?;
    }
    if let Some((first, rest)) = paths.split_first() {
        let current: Option<SqlHash> = conn
            .prepare_cached("SELECT hash FROM item WHERE id = ?1")?
            .query_row([item], |row| row.get(0))?;
        conn.prepare_cached("UPDATE item SET hash = NULL WHERE id = ?1")?
            .execute([item])?;
        let other = merge::split(conn, item, *first)?;
        for path in rest {
            conn.prepare_cached("UPDATE path SET item = ?2 WHERE id = ?1")?
                .execute(params![path, other])?;
        }
        // What machines said was said of the content that stays at the paths.
        for table in ["analysis", "tagging", "item_meta"] {
            conn.prepare_cached(&format!(
                "UPDATE OR REPLACE {table} SET item = ?2 WHERE item = ?1"
            ))?
            .execute(params![item, other])?;
        }
        conn.prepare_cached(
            "INSERT OR IGNORE INTO item_tag (item, tag, source, state, score, at_ms)
                 SELECT ?2, tag, source, state, score, at_ms FROM item_tag WHERE item = ?1 AND source > 1",
        )?
        .execute(params![item, other])?;
        conn.prepare_cached("DELETE FROM item_tag WHERE item = ?1 AND source > 1 AND state <> 4")?
            .execute([item])?;
        conn.prepare_cached("UPDATE item SET hash = ?2 WHERE id = ?1")?
            .execute(params![other, current])?;
        conn.prepare_cached("UPDATE former SET item = ?2 WHERE item = ?1")?
            .execute(params![item, other])?;
        for item in [item, other] {
            refresh(conn, item)?;
        }
    }
    conn.prepare_cached("UPDATE item SET hash = ?2, essence = NULL, is_probed = 0 WHERE id = ?1")?
        .execute(params![item, SqlHash(*hash)])?;
    Ok(Some(item))
}

/// Says what an item is without its tags. When an item with the same essence has lost its files, this is it: everything
/// that was made of it comes over. True when something did.
pub(super) fn set_essence(conn: &Connection, item: ItemId, essence: &ContentHash) -> Outcome<bool> {
    conn.prepare_cached("UPDATE item SET essence = ?2 WHERE id = ?1 AND essence IS NOT ?2")?
        .execute(params![item, SqlHash(*essence)])?;
    let mut rows = conn.prepare_cached(
        "SELECT id FROM item WHERE essence = ?1 AND id <> ?2 AND NOT EXISTS (
             SELECT 1 FROM path WHERE path.item = item.id AND path.state NOT IN (?3, ?4))",
    )?;
    let lost: Vec<ItemId> = rows
        .query_map(params![SqlHash(*essence), item, GONE, REMOVED], |row| {
            row.get(0)
        })?
        .collect::<rusqlite::Result<_>>()?;
    if lost.is_empty() || is_made_of(conn, item)? {
        return Ok(false);
    }
    for old in lost {
        take_over(conn, old, item)?;
    }
    Ok(true)
}

/// A file of an item went: when a file with the same essence came that nobody made anything of, it is that.
pub(super) fn after_loss(conn: &Connection, item: ItemId) -> Outcome<()> {
    let has_file: bool = conn
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM path WHERE item = ?1 AND state NOT IN (?2, ?3))",
        )?
        .query_row(params![item, GONE, REMOVED], |row| row.get(0))?;
    if has_file {
        return Ok(());
    }
    let twin: Option<ItemId> = conn
        .prepare_cached(
            "SELECT t.id FROM item AS t JOIN item AS i ON i.essence = t.essence AND i.id = ?1
             WHERE t.id <> ?1 AND EXISTS (SELECT 1 FROM path WHERE path.item = t.id AND path.state = ?2)
             ORDER BY t.id DESC LIMIT 1",
        )?
        .query_row(params![item, THERE], |row| row.get(0))
        .optional()?;
    if let Some(twin) = twin
        && !is_made_of(conn, twin)?
    {
        take_over(conn, item, twin)?;
    }
    Ok(())
}

fn take_over(conn: &Connection, old: ItemId, new: ItemId) -> Outcome<()> {
    remember_former(conn, old)?;
    conn.prepare_cached("DELETE FROM path WHERE item = ?1 AND state IN (?2, ?3)")?
        .execute(params![old, GONE, REMOVED])?;
    merge::merge(conn, old, new)?;
    outward::queue_item(conn, new)
}
