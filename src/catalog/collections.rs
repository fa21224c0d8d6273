//! Albums, playlists and smart collections.

use rusqlite::{Connection, OptionalExtension};

use super::fault::Outcome;
use super::types::{Collection, CollectionId, ItemId};
use crate::error::Error;

const MAX_NAME_CHARS: usize = 200;

/// A name that a collection can have.
pub(super) fn clean_name(name: &str) -> Outcome<String> {
    let clean = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let why = if clean.is_empty() {
        "it is empty"
    } else if clean.chars().count() > MAX_NAME_CHARS {
        "it is longer than 200 characters"
    } else if clean.chars().any(char::is_control) {
        "it holds control characters"
    } else {
        return Ok(clean);
    };
    Err(Error::Name {
        name: name.to_owned(),
        why: why.to_owned(),
    }
    .into())
}

/// Name, query and time of a collection.
pub(super) fn fields(
    conn: &Connection,
    id: CollectionId,
) -> Outcome<Option<(String, Option<String>, i64)>> {
    Ok(conn
        .prepare_cached("SELECT name, query, created_ms FROM collection WHERE id = ?1")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?)
}

/// The same, or an error.
pub(super) fn existing(
    conn: &Connection,
    id: CollectionId,
) -> Outcome<(String, Option<String>, i64)> {
    fields(conn, id)?.ok_or_else(|| {
        Error::NotFound {
            what: "collection",
            name: id.to_string(),
        }
        .into()
    })
}

/// A new id: never used before.
pub(super) fn next_id(conn: &Connection) -> Outcome<CollectionId> {
    Ok(conn.query_row(
        "SELECT 1 + coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'collection'), 0)",
        [],
        |row| row.get(0),
    )?)
}

/// The items of a collection, in order.
pub(super) fn members(conn: &Connection, id: CollectionId) -> Outcome<Vec<ItemId>> {
    let mut statement = conn.prepare_cached(
        "SELECT item FROM collection_item WHERE collection = ?1 ORDER BY position, item",
    )?;
    let rows = statement.query_map([id], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// All collections, by name.
pub(super) fn all(conn: &Connection) -> Outcome<Vec<Collection>> {
    let mut statement = conn.prepare_cached(
        "SELECT id, name, query, created_ms, (SELECT count(*) FROM collection_item WHERE collection = c.id),
             (SELECT item FROM collection_item WHERE collection = c.id ORDER BY position LIMIT 1)
         FROM collection AS c",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(Collection {
            id: row.get(0)?,
            name: row.get(1)?,
            query: row.get(2)?,
            created_ms: row.get(3)?,
            count: row.get::<_, i64>(4)?.max(0) as u64,
            cover: row.get(5)?,
        })
    })?;
    let mut all: Vec<Collection> = rows.collect::<rusqlite::Result<_>>()?;
    all.sort_by_cached_key(|collection| super::search::fold::fold(&collection.name));
    Ok(all)
}

/// The collections an item is in.
pub(super) fn of_item(conn: &Connection, item: ItemId) -> Outcome<Vec<CollectionId>> {
    let mut statement = conn.prepare_cached(
        "SELECT collection FROM collection_item WHERE item = ?1 ORDER BY collection",
    )?;
    let rows = statement.query_map([item], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
