//! The undo log. A change is carried out as a list of row states to put; putting one tells the state that was there,
//! and those, in reverse, are what takes the change back. Undo and redo are the same act.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::change::Change;
use super::codec::now_ms;
use super::fault::Outcome;
use super::items::resolve;
use super::said::{self, SaidRow};
use super::tags::{self, TagFields};
use super::types::{CollectionId, Event, EventId, ItemId, PastStep, TagId};
use super::{history, names, outward};
use crate::error::Error;

/// Steps that are kept.
const MAX_STEPS: i64 = 1000;
/// Older steps go when all together are larger than this; the last one always stays.
const MAX_LOG_BYTES: i64 = 64 << 20;

/// A row of `item_tag`: source, state, score, time.
pub(super) type TagRow = (i64, i64, f64, i64);

/// A row state to put.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum Op {
    /// A tag on items, or not.
    ItemTags {
        tag: TagId,
        rows: Vec<(ItemId, Option<TagRow>)>,
    },
    /// Rating, who rated, favourite and hidden bits.
    Marks(Vec<(ItemId, (u8, i64, u8))>),
    /// A tag, or none.
    Tag {
        id: TagId,
        row: Option<Box<TagFields>>,
    },
    /// A collection (name, query, time), or none.
    Collection {
        id: CollectionId,
        row: Option<(String, Option<String>, i64)>,
    },
    /// The items of a collection, in order.
    Members {
        id: CollectionId,
        items: Vec<ItemId>,
    },
    /// Events to be there.
    Remember(Vec<Event>),
    /// Events not to be there.
    Forget(Vec<EventId>),
    /// A struck reason, or not.
    Struck { key: String, at_ms: Option<i64> },
    /// What the person says of items against their files.
    Said(Vec<(ItemId, SaidRow)>),
    /// A further name of a tag, or not.
    Alias {
        tag: TagId,
        language: String,
        name: String,
        on: bool,
    },
    /// A name of the vocabulary kept from a tag, or not.
    Detached { tag: TagId, key: String, on: bool },
}

/// A change while it is carried out.
pub(super) struct Steps<'a> {
    pub conn: &'a Connection,
    reverse: Vec<Op>,
    touched: BTreeSet<ItemId>,
    /// Tags whose names or places changed.
    retagged: BTreeSet<TagId>,
}

impl<'a> Steps<'a> {
    pub fn new(conn: &'a Connection) -> Self {
        Self {
            conn,
            reverse: Vec::new(),
            touched: BTreeSet::new(),
            retagged: BTreeSet::new(),
        }
    }

    /// Puts a row state and remembers the one that was there.
    pub fn put(&mut self, op: Op) -> Outcome<()> {
        let back = match op {
            Op::ItemTags { tag, rows } => self.put_item_tags(tag, rows)?,
            Op::Marks(rows) => self.put_marks(rows)?,
            Op::Tag { id, row } => {
                self.retagged.insert(id);
                Some(put_tag(self.conn, id, row)?)
            }
            Op::Collection { id, row } => Some(put_collection(self.conn, id, row)?),
            Op::Members { id, items } => self.put_members(id, items)?,
            Op::Remember(events) => history::remember(self.conn, &events)?.map(Op::Forget),
            Op::Forget(ids) => history::forget(self.conn, &ids)?.map(Op::Remember),
            Op::Struck { key, at_ms } => Some(put_struck(self.conn, key, at_ms)?),
            Op::Said(rows) => said::put(self.conn, rows, &mut self.touched)?.map(Op::Said),
            Op::Alias {
                tag,
                language,
                name,
                on,
            } => {
                let was = names::set_alias(self.conn, tag, &language, &name, on)?;
                (was != on).then_some(Op::Alias {
                    tag,
                    language,
                    name,
                    on: was,
                })
            }
            Op::Detached { tag, key, on } => {
                let was = names::set_detached(self.conn, tag, &key, on)?;
                (was != on).then_some(Op::Detached { tag, key, on: was })
            }
        };
        self.reverse.extend(back);
        Ok(())
    }

    /// Something was done that `back` takes back.
    pub fn done(&mut self, back: Op) {
        self.reverse.push(back);
    }

    fn put_item_tags(
        &mut self,
        tag: TagId,
        rows: Vec<(ItemId, Option<TagRow>)>,
    ) -> Outcome<Option<Op>> {
        let mut back = Vec::with_capacity(rows.len());
        let mut put = self.conn.prepare_cached(
            "INSERT INTO item_tag (item, tag, source, state, score, at_ms)
                 SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE EXISTS (SELECT 1 FROM item WHERE id = ?1)
                     AND EXISTS (SELECT 1 FROM tag WHERE id = ?2)
             ON CONFLICT DO UPDATE SET source = ?3, state = ?4, score = ?5, at_ms = ?6",
        )?;
        let mut remove = self
            .conn
            .prepare_cached("DELETE FROM item_tag WHERE item = ?1 AND tag = ?2")?;
        for (item, row) in rows {
            let item = resolve(self.conn, item)?;
            let old = tag_row(self.conn, item, tag)?;
            if old == row {
                continue;
            }
            match row {
                Some((source, state, score, at_ms)) => {
                    put.execute(params![item, tag, source, state, score, at_ms])?;
                }
                None => {
                    remove.execute(params![item, tag])?;
                }
            }
            back.push((item, old));
            self.touched.insert(item);
        }
        Ok((!back.is_empty()).then_some(Op::ItemTags { tag, rows: back }))
    }

    fn put_marks(&mut self, rows: Vec<(ItemId, (u8, i64, u8))>) -> Outcome<Option<Op>> {
        let mut back = Vec::with_capacity(rows.len());
        let mut put = self.conn.prepare_cached(
            "UPDATE item SET rating = ?2, rated_by = ?3, flags = (flags & ~6) | ?4 WHERE id = ?1",
        )?;
        for (item, marks) in rows {
            let item = resolve(self.conn, item)?;
            let Some(old) = item_marks(self.conn, item)?.filter(|old| *old != marks) else {
                continue;
            };
            put.execute(params![item, marks.0, marks.1, marks.2])?;
            back.push((item, old));
            self.touched.insert(item);
        }
        Ok((!back.is_empty()).then_some(Op::Marks(back)))
    }

    fn put_members(&mut self, id: CollectionId, items: Vec<ItemId>) -> Outcome<Option<Op>> {
        let old = super::collections::members(self.conn, id)?;
        let mut wanted = Vec::with_capacity(items.len());
        let mut seen = BTreeSet::new();
        for item in items {
            let item = resolve(self.conn, item)?;
            if seen.insert(item) && item_marks(self.conn, item)?.is_some() {
                wanted.push(item);
            }
        }
        if wanted == old {
            return Ok(None);
        }
        let before: BTreeSet<ItemId> = old.iter().copied().collect();
        let mut remove = self
            .conn
            .prepare_cached("DELETE FROM collection_item WHERE collection = ?1 AND item = ?2")?;
        for item in before.difference(&seen) {
            remove.execute(params![id, item])?;
        }
        let mut put = self.conn.prepare_cached(
            "INSERT INTO collection_item (collection, item, position)
                 SELECT ?1, ?2, ?3 WHERE EXISTS (SELECT 1 FROM collection WHERE id = ?1)
             ON CONFLICT DO UPDATE SET position = ?3 WHERE position <> ?3",
        )?;
        for (position, item) in (0_i64..).zip(&wanted) {
            put.execute(params![id, item, position])?;
        }
        self.touched.extend(before.symmetric_difference(&seen));
        Ok(Some(Op::Members { id, items: old }))
    }

    /// What takes everything back, last first, and the items that were touched; their files are to follow.
    pub fn finish(self) -> Outcome<(Vec<Op>, Vec<ItemId>)> {
        outward::queue(self.conn, &self.touched, &self.retagged)?;
        let mut reverse = self.reverse;
        reverse.reverse();
        Ok((reverse, self.touched.into_iter().collect()))
    }
}

/// The row of a tag on an item.
pub(super) fn tag_row(conn: &Connection, item: ItemId, tag: TagId) -> Outcome<Option<TagRow>> {
    Ok(conn
        .prepare_cached(
            "SELECT source, state, score, at_ms FROM item_tag WHERE item = ?1 AND tag = ?2",
        )?
        .query_row(params![item, tag], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })
        .optional()?)
}

/// Rating, who rated, favourite and hidden bits of an item.
pub(super) fn item_marks(conn: &Connection, item: ItemId) -> Outcome<Option<(u8, i64, u8)>> {
    Ok(conn
        .prepare_cached("SELECT rating, rated_by, flags & 6 FROM item WHERE id = ?1")?
        .query_row([item], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?)
}

fn put_tag(conn: &Connection, id: TagId, row: Option<Box<TagFields>>) -> Outcome<Op> {
    let old = tags::fields(conn, id)?.map(Box::new);
    match row {
        Some(row) => tags::put_fields(conn, id, &row)?,
        None => {
            // Models may have taken the tag up since; then it stays.
            conn.execute(
                "DELETE FROM tag WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM item_tag WHERE tag = ?1)
                     AND NOT EXISTS (SELECT 1 FROM tag AS child WHERE child.parent = ?1)",
                [id],
            )?;
        }
    }
    Ok(Op::Tag { id, row: old })
}

fn put_collection(
    conn: &Connection,
    id: CollectionId,
    row: Option<(String, Option<String>, i64)>,
) -> Outcome<Op> {
    let old = super::collections::fields(conn, id)?;
    match row {
        Some((name, query, created_ms)) => {
            conn.execute(
                "INSERT INTO collection (id, name, query, created_ms) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO UPDATE SET name = ?2, query = ?3",
                params![id, name, query, created_ms],
            )?;
        }
        None => {
            conn.execute("DELETE FROM collection WHERE id = ?1", [id])?;
        }
    }
    Ok(Op::Collection { id, row: old })
}

fn put_struck(conn: &Connection, key: String, at_ms: Option<i64>) -> Outcome<Op> {
    let old = conn
        .query_row("SELECT at_ms FROM struck WHERE key = ?1", [&key], |row| {
            row.get(0)
        })
        .optional()?;
    match at_ms {
        Some(at_ms) => conn.execute(
            "INSERT INTO struck (key, at_ms) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET at_ms = ?2",
            params![key, at_ms],
        )?,
        None => conn.execute("DELETE FROM struck WHERE key = ?1", [&key])?,
    };
    Ok(Op::Struck { key, at_ms: old })
}

/// Writes a change into the log. What was undone and not done again is no more.
pub(super) fn record(conn: &Connection, change: &Change, reverse: &[Op]) -> Outcome<Option<i64>> {
    if reverse.is_empty() {
        return Ok(None);
    }
    let is_passing = reverse.iter().any(|op| matches!(op, Op::Remember(_)));
    let ops = serde_json::to_string(reverse)?;
    conn.prepare_cached("DELETE FROM undo WHERE is_undone = 1")?
        .execute([])?;
    conn.prepare_cached(
        "INSERT INTO undo (change, ops, is_passing, at_ms) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![
        serde_json::to_string(change)?,
        ops,
        is_passing,
        now_ms()
    ])?;
    let step = conn.last_insert_rowid();
    conn.prepare_cached("DELETE FROM undo WHERE id <= ?1 - ?2")?
        .execute(params![step, MAX_STEPS])?;
    if ops.len() > 1 << 16 {
        conn.execute(
            "DELETE FROM undo WHERE id < ?1 AND id <= (SELECT max(id) FROM (
                 SELECT id, sum(octet_length(ops) + octet_length(change)) OVER (ORDER BY id DESC) AS total FROM undo)
                 WHERE total > ?2)",
            params![step, MAX_LOG_BYTES],
        )?;
    }
    Ok(Some(step))
}

/// The last change that can be undone, or the first that can be done again.
pub(super) fn next(conn: &Connection, is_redo: bool) -> Outcome<Option<Change>> {
    Ok(row(conn, is_redo)?.map(|(_, change, _)| change))
}

fn row(conn: &Connection, is_redo: bool) -> Outcome<Option<(i64, Change, String)>> {
    let sql = if is_redo {
        "SELECT id, change, ops FROM undo WHERE is_undone = 1 ORDER BY id LIMIT 1"
    } else {
        "SELECT id, change, ops FROM undo WHERE is_undone = 0 ORDER BY id DESC LIMIT 1"
    };
    let found: Option<(i64, String, String)> = conn
        .prepare_cached(sql)?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    Ok(match found {
        Some((id, change, ops)) => Some((id, serde_json::from_str(&change)?, ops)),
        None => None,
    })
}

/// Takes the last change back, or does the last undone one again.
pub(super) fn turn(conn: &Connection, is_redo: bool) -> Outcome<Option<(Change, Vec<ItemId>)>> {
    let Some((id, change, ops)) = row(conn, is_redo)? else {
        return Ok(None);
    };
    let ops: Vec<Op> = serde_json::from_str(&ops)?;
    let mut steps = Steps::new(conn);
    for op in ops {
        steps.put(op)?;
    }
    let (reverse, touched) = steps.finish()?;
    conn.execute(
        "UPDATE undo SET is_undone = ?2, ops = ?3 WHERE id = ?1",
        params![id, !is_redo, serde_json::to_string(&reverse)?],
    )?;
    Ok(Some((change, touched)))
}

/// The latest steps that are not undone, newest first.
pub(super) fn past(conn: &Connection, limit: usize) -> Outcome<Vec<PastStep>> {
    let mut statement = conn.prepare_cached(
        "SELECT id, change, ops, at_ms FROM undo WHERE is_undone = 0 ORDER BY id DESC LIMIT ?1",
    )?;
    let mut rows = statement.query([i64::try_from(limit).unwrap_or(i64::MAX)])?;
    let mut steps = Vec::new();
    while let Some(row) = rows.next()? {
        let (change, ops): (String, String) = (row.get(1)?, row.get(2)?);
        let ops: Vec<Op> = serde_json::from_str(&ops)?;
        steps.push(PastStep {
            id: row.get(0)?,
            change: serde_json::from_str(&change)?,
            rows: ops.iter().map(Op::rows).sum(),
            at_ms: row.get(3)?,
        });
    }
    Ok(steps)
}

/// What takes one step back alone: nothing that a later step touched too.
pub(super) fn alone(conn: &Connection, step: i64) -> Outcome<Vec<Op>> {
    let ops: Option<String> = conn
        .query_row(
            "SELECT ops FROM undo WHERE id = ?1 AND is_undone = 0",
            [step],
            |row| row.get(0),
        )
        .optional()?;
    let Some(ops) = ops else {
        return Err(Error::NotFound {
            what: "step",
            name: step.to_string(),
        }
        .into());
    };
    let mut wanted: Vec<Op> = serde_json::from_str(&ops)?;
    let mut statement =
        conn.prepare("SELECT ops FROM undo WHERE id > ?1 AND is_undone = 0 ORDER BY id")?;
    let mut rows = statement.query([step])?;
    while let Some(row) = rows.next()? {
        let later: Vec<Op> = serde_json::from_str(&row.get::<_, String>(0)?)?;
        for op in &later {
            for mine in &mut wanted {
                mine.leave_out(op);
            }
        }
        wanted.retain(|op| op.rows() > 0);
    }
    Ok(wanted)
}

impl Op {
    /// How many rows it puts.
    fn rows(&self) -> usize {
        match self {
            Self::ItemTags { rows, .. } => rows.len(),
            Self::Marks(rows) => rows.len(),
            Self::Said(rows) => rows.len(),
            Self::Remember(events) => events.len(),
            Self::Forget(events) => events.len(),
            Self::Tag { .. }
            | Self::Collection { .. }
            | Self::Members { .. }
            | Self::Struck { .. }
            | Self::Alias { .. }
            | Self::Detached { .. } => 1,
        }
    }

    /// Leaves out what `later` touched; where nothing is left it puts no row.
    fn leave_out(&mut self, later: &Self) {
        let is_same = match (&mut *self, later) {
            (
                Self::ItemTags { tag, rows },
                Self::ItemTags {
                    tag: other,
                    rows: done,
                },
            ) => {
                if tag == other {
                    let done: BTreeSet<ItemId> = done.iter().map(|(item, _)| *item).collect();
                    rows.retain(|(item, _)| !done.contains(item));
                }
                false
            }
            (Self::Marks(rows), Self::Marks(done)) => {
                let done: BTreeSet<ItemId> = done.iter().map(|(item, _)| *item).collect();
                rows.retain(|(item, _)| !done.contains(item));
                false
            }
            (Self::Said(rows), Self::Said(done)) => {
                let done: BTreeSet<ItemId> = done.iter().map(|(item, _)| *item).collect();
                rows.retain(|(item, _)| !done.contains(item));
                false
            }
            (Self::Tag { id, .. }, Self::Tag { id: other, .. }) => id == other,
            (
                Self::Collection { id, .. } | Self::Members { id, .. },
                Self::Collection { id: other, .. } | Self::Members { id: other, .. },
            ) => id == other,
            (Self::Struck { key, .. }, Self::Struck { key: other, .. }) => key == other,
            (
                Self::Alias {
                    tag,
                    language,
                    name,
                    ..
                },
                Self::Alias {
                    tag: other_tag,
                    language: other_language,
                    name: other_name,
                    ..
                },
            ) => tag == other_tag && language == other_language && name == other_name,
            (
                Self::Detached { tag, key, .. },
                Self::Detached {
                    tag: other,
                    key: other_key,
                    ..
                },
            ) => tag == other && key == other_key,
            _ => false,
        };
        if is_same {
            *self = Self::Marks(Vec::new());
        }
    }
}

/// Drops the steps that hold forgotten history: called when the catalogue is opened.
pub(super) fn drop_passing(conn: &Connection) -> Outcome<()> {
    conn.execute("DELETE FROM undo WHERE is_passing = 1", [])?;
    Ok(())
}
