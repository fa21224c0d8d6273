//! What happened. Append-only; a stretch can be forgotten exactly.

use rusqlite::{Connection, Row, params};

use super::codec::{event_code, event_from_code};
use super::fault::Outcome;
use super::items::resolve;
use super::types::{Event, EventId, ItemId, NewEvent, Profile, ProfileId};
use crate::error::Error;

const COLUMNS: &str = "id, profile, item, kind, value, at_ms, context";

fn event_from(row: &Row<'_>) -> rusqlite::Result<Event> {
    Ok(Event {
        id: row.get(0)?,
        profile: row.get(1)?,
        item: row.get(2)?,
        kind: event_from_code(row.get(3)?),
        value: row.get(4)?,
        at_ms: row.get(5)?,
        context: row.get(6)?,
    })
}

/// Appends what happened; gives the ids.
pub(super) fn record(conn: &Connection, events: &[NewEvent]) -> Outcome<Vec<EventId>> {
    let mut ids = Vec::with_capacity(events.len());
    for event in events {
        let item = event.item.map(|item| resolve(conn, item)).transpose()?;
        if let Some(item) = item {
            let is_known: bool = conn
                .prepare_cached("SELECT EXISTS (SELECT 1 FROM item WHERE id = ?1)")?
                .query_row([item], |row| row.get(0))?;
            if !is_known {
                return Err(Error::NotFound {
                    what: "item",
                    name: item.to_string(),
                }
                .into());
            }
        }
        let value = if event.value.is_finite() {
            event.value
        } else {
            0.0
        };
        conn.prepare_cached(
            "INSERT INTO event (profile, item, kind, value, at_ms, context) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            event.profile,
            item,
            event_code(event.kind),
            value,
            event.at_ms,
            event.context
        ])?;
        ids.push(EventId(conn.last_insert_rowid()));
    }
    Ok(ids)
}

/// Puts events back as they were. Returns their ids, when there were any.
pub(super) fn remember(conn: &Connection, events: &[Event]) -> Outcome<Option<Vec<EventId>>> {
    let mut put = conn.prepare_cached(
        "INSERT OR REPLACE INTO event (id, profile, item, kind, value, at_ms, context)
         VALUES (?1, ?2, (SELECT id FROM item WHERE id = ?3), ?4, ?5, ?6, ?7)",
    )?;
    for event in events {
        let item = event.item.map(|item| resolve(conn, item)).transpose()?;
        put.execute(params![
            event.id,
            event.profile,
            item,
            event_code(event.kind),
            event.value,
            event.at_ms,
            event.context
        ])?;
    }
    let ids: Vec<EventId> = events.iter().map(|event| event.id).collect();
    Ok((!ids.is_empty()).then_some(ids))
}

/// Deletes events. Returns them, when there were any.
pub(super) fn forget(conn: &Connection, ids: &[EventId]) -> Outcome<Option<Vec<Event>>> {
    let mut remove = conn.prepare_cached(&format!(
        "DELETE FROM event WHERE id = ?1 RETURNING {COLUMNS}"
    ))?;
    let mut events = Vec::new();
    for id in ids {
        for event in remove.query_map([id], event_from)? {
            events.push(event?);
        }
    }
    Ok((!events.is_empty()).then_some(events))
}

/// Ids of the events of a stretch of time, the end not included; of one profile, or of all.
pub(super) fn ids_between(
    conn: &Connection,
    from_ms: i64,
    to_ms: i64,
    profile: Option<ProfileId>,
) -> Outcome<Vec<EventId>> {
    let mut statement = conn.prepare_cached(
        "SELECT id FROM event WHERE at_ms >= ?1 AND at_ms < ?2 AND (?3 IS NULL OR profile = ?3) ORDER BY id",
    )?;
    let rows = statement.query_map(params![from_ms, to_ms, profile], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Events from a time on, oldest first.
pub(super) fn since(conn: &Connection, since_ms: i64) -> Outcome<Vec<Event>> {
    let mut statement = conn.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM event WHERE at_ms >= ?1 ORDER BY at_ms, id"
    ))?;
    let rows = statement.query_map([since_ms], event_from)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The newest events of one profile, at most `limit`, oldest first.
pub(super) fn newest(conn: &Connection, profile: ProfileId, limit: usize) -> Outcome<Vec<Event>> {
    let mut statement = conn.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM event WHERE profile = ?1 ORDER BY at_ms DESC, id DESC LIMIT ?2"
    ))?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = statement.query_map(params![profile, limit], event_from)?;
    let mut events: Vec<Event> = rows.collect::<rusqlite::Result<_>>()?;
    events.reverse();
    Ok(events)
}

/// What happened with an item, newest first.
pub(super) fn of_item(conn: &Connection, item: ItemId, limit: usize) -> Outcome<Vec<Event>> {
    let mut statement = conn.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM event WHERE item = ?1 ORDER BY at_ms DESC, id DESC LIMIT ?2"
    ))?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = statement.query_map(params![item, limit], event_from)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Keys of the reasons that were struck out.
pub(super) fn struck(conn: &Connection) -> Outcome<std::collections::HashSet<String>> {
    let mut statement = conn.prepare_cached("SELECT key FROM struck")?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The people who use this library.
pub(super) fn profiles(conn: &Connection) -> Outcome<Vec<Profile>> {
    let mut statement =
        conn.prepare_cached("SELECT id, name, created_ms FROM profile ORDER BY id")?;
    let rows = statement.query_map([], |row| {
        Ok(Profile {
            id: row.get(0)?,
            name: row.get(1)?,
            created_ms: row.get(2)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
