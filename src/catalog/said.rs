//! What the person says of an item against its file: title, date, place. The item's own columns show what counts; the
//! file's word is kept beside it, so that taking the person's back brings it again.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::fault::Outcome;
use super::items::{reindex, resolve};
use super::types::ItemId;

/// A longer title is cut.
pub(super) const MAX_TITLE_CHARS: usize = 500;

/// The person's word; `None` leaves it to the file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct SaidRow {
    pub title: Option<String>,
    pub date_ms: Option<i64>,
    pub place: Option<(f64, f64)>,
}

/// What the person says of an item.
pub(super) fn row(conn: &Connection, item: ItemId) -> Outcome<SaidRow> {
    let found = conn
        .prepare_cached("SELECT title, date_ms, lat, lon FROM said WHERE item = ?1")?
        .query_row([item], |row| {
            let place: (Option<f64>, Option<f64>) = (row.get(2)?, row.get(3)?);
            Ok(SaidRow {
                title: row.get(0)?,
                date_ms: row.get(1)?,
                place: place.0.zip(place.1),
            })
        })
        .optional()?;
    Ok(found.unwrap_or_default())
}

/// Puts the person's words on items; tells what was there.
pub(super) fn put(
    conn: &Connection,
    rows: Vec<(ItemId, SaidRow)>,
    touched: &mut BTreeSet<ItemId>,
) -> Outcome<Option<Vec<(ItemId, SaidRow)>>> {
    let mut back = Vec::with_capacity(rows.len());
    for (item, new) in rows {
        let item = resolve(conn, item)?;
        let old = row(conn, item)?;
        if old == new {
            continue;
        }
        keep(conn, item)?;
        conn.prepare_cached(
            "UPDATE said SET title = ?2, date_ms = ?3, lat = ?4, lon = ?5 WHERE item = ?1",
        )?
        .execute(params![
            item,
            new.title,
            new.date_ms,
            new.place.map(|at| at.0),
            new.place.map(|at| at.1)
        ])?;
        show(conn, item)?;
        if new == SaidRow::default() {
            conn.prepare_cached("DELETE FROM said WHERE item = ?1")?
                .execute([item])?;
        }
        touched.insert(item);
        back.push((item, old));
    }
    Ok((!back.is_empty()).then_some(back))
}

/// Keeps the file's words before the first of the person's covers them.
fn keep(conn: &Connection, item: ItemId) -> Outcome<()> {
    conn.prepare_cached(
        "INSERT OR IGNORE INTO said (item, file_date_ms, file_lat, file_lon)
             SELECT id, date_ms, lat, lon FROM item WHERE id = ?1",
    )?
    .execute([item])?;
    Ok(())
}

/// The file was read anew: its words are kept, the person's stay on top.
pub(super) fn after_probe(conn: &Connection, item: ItemId) -> Outcome<()> {
    let kept = conn
        .prepare_cached(
            "UPDATE said SET file_date_ms = i.date_ms, file_lat = i.lat, file_lon = i.lon
             FROM item AS i WHERE i.id = said.item AND said.item = ?1",
        )?
        .execute([item])?;
    if kept > 0 {
        show(conn, item)?;
    }
    Ok(())
}

/// Makes the item's columns show what counts.
pub(super) fn show(conn: &Connection, item: ItemId) -> Outcome<()> {
    conn.prepare_cached(
        "UPDATE item SET title = coalesce(s.title, item.own_title, item.title),
             date_ms = coalesce(s.date_ms, s.file_date_ms, item.date_ms),
             lat = CASE WHEN s.lat IS NOT NULL THEN s.lat ELSE s.file_lat END,
             lon = CASE WHEN s.lat IS NOT NULL THEN s.lon ELSE s.file_lon END
         FROM said AS s WHERE s.item = item.id AND item.id = ?1",
    )?
    .execute([item])?;
    super::files::settle_title(conn, item)?;
    reindex(conn, item)
}
