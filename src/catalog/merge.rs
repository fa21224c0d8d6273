//! Two items that turn out to be one, and one that turns out to be two.

use rusqlite::{Connection, params};

use super::codec::now_ms;
use super::fault::Outcome;
use super::files::{delete, refresh};
use super::items::reindex;
use super::types::ItemId;

/// Makes `from` part of `into`: paths, tags, ratings, history, collections and analyses of both are kept; where both
/// say something of the same tag, a person beats a file beats a model, and the later word of a person counts.
/// The id of `from` answers for `into` from then on.
pub(super) fn merge(conn: &Connection, from: ItemId, into: ItemId) -> Outcome<()> {
    if from == into {
        return Ok(());
    }
    conn.prepare_cached("UPDATE path SET item = ?2 WHERE item = ?1")?
        .execute(params![from, into])?;
    refresh(conn, into)?;
    for statement in [
        "UPDATE event SET item = ?2 WHERE item = ?1",
        // Where `from` knows better, the weaker row of `into` goes first.
        "DELETE FROM item_tag WHERE item = ?2 AND EXISTS (
             SELECT 1 FROM item_tag AS f WHERE f.item = ?1 AND f.tag = item_tag.tag AND (
                 f.source < item_tag.source AND item_tag.state <> 4
                 OR f.source = 1 AND item_tag.source = 1 AND f.at_ms > item_tag.at_ms))",
        "INSERT OR IGNORE INTO item_tag (item, tag, source, state, score, at_ms)
             SELECT ?2, tag, source, state, score, at_ms FROM item_tag WHERE item = ?1",
        "INSERT OR IGNORE INTO collection_item (collection, item, position)
             SELECT collection, ?2, position FROM collection_item WHERE item = ?1",
        "UPDATE OR IGNORE tagging SET item = ?2 WHERE item = ?1",
        "UPDATE OR IGNORE analysis SET item = ?2 WHERE item = ?1",
        "UPDATE item SET rating = f.rating, rated_by = f.rated_by FROM item AS f
             WHERE item.id = ?2 AND f.id = ?1
               AND (f.rated_by > item.rated_by OR f.rated_by = item.rated_by AND item.rating = 0)",
        "UPDATE item SET flags = item.flags | (f.flags & 6), added_ms = min(item.added_ms, f.added_ms)
             FROM item AS f WHERE item.id = ?2 AND f.id = ?1",
        "INSERT OR IGNORE INTO said (item, title, date_ms, lat, lon, file_date_ms, file_lat, file_lon)
             SELECT ?2, f.title, f.date_ms, f.lat, f.lon, i.date_ms, i.lat, i.lon FROM said AS f, item AS i
             WHERE f.item = ?1 AND i.id = ?2",
        "INSERT OR IGNORE INTO unsaved (item, since_ms, problem, is_conflict)
             SELECT ?2, since_ms, problem, is_conflict FROM unsaved WHERE item = ?1",
        "UPDATE former SET item = ?2 WHERE item = ?1",
        "UPDATE merged SET into_ = ?2 WHERE into_ = ?1",
    ] {
        conn.prepare_cached(statement)?.execute(params![from, into])?;
    }
    super::said::show(conn, into)?;
    delete(conn, from)?;
    conn.prepare_cached("INSERT INTO merged (id, into_) VALUES (?1, ?2)")?
        .execute(params![from, into])?;
    Ok(())
}

/// Gives one path of an item an item of its own, because its content is no longer that of the other copies. The new
/// item begins with everything the person made of the old one, except the history.
pub(super) fn split(conn: &Connection, item: ItemId, path: i64) -> Outcome<ItemId> {
    conn.execute(
        "INSERT INTO item (kind, title, date_ms, added_ms, rating, rated_by, flags)
             SELECT kind, title, date_ms, ?2, rating, rated_by, flags & 6 FROM item WHERE id = ?1",
        params![item, now_ms()],
    )?;
    let new = ItemId(conn.last_insert_rowid());
    conn.execute(
        "UPDATE path SET item = ?2 WHERE id = ?1",
        params![path, new],
    )?;
    for statement in [
        "INSERT INTO item_tag (item, tag, source, state, score, at_ms)
             SELECT ?2, tag, source, state, score, at_ms FROM item_tag WHERE item = ?1 AND (source = 1 OR state = 4)",
        "INSERT INTO collection_item (collection, item, position)
             SELECT collection, ?2, position FROM collection_item WHERE item = ?1",
        "INSERT INTO said SELECT ?2, title, date_ms, lat, lon, file_date_ms, file_lat, file_lon FROM said
             WHERE item = ?1",
    ] {
        conn.execute(statement, params![item, new])?;
    }
    refresh(conn, item)?;
    reindex(conn, item)?;
    Ok(new)
}
