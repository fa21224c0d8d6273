//! What goes out to the files: the queue of items whose files do not say yet what the person said, and the log of what
//! was written.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, params};

use super::codec::{SqlHash, SqlPath, kind_from_code, now_ms, path_value, signed};
use super::fault::Outcome;
use super::types::{ContentHash, FolderId, ItemId, TagId, Writes};
use super::{Bulk, Reader, items, said, tags};
use crate::error::Result;
use crate::media::Kind;

/// Writes that can be taken back.
const MAX_WRITTEN: i64 = 20_000;

/// An item whose files do not say yet what the person said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsaved {
    /// The item.
    pub item: ItemId,
    /// Since when.
    pub since_ms: i64,
    /// Why it could not be written when it was tried.
    pub problem: Option<String>,
    /// A file was changed elsewhere meanwhile: the person has to say what counts.
    pub is_conflict: bool,
}

/// What the files of an item are to say.
#[derive(Debug, Clone, PartialEq)]
pub struct Outward {
    /// What it is for.
    pub kind: Kind,
    /// The person's rating, when there is one of the person.
    pub rating: Option<u8>,
    /// The person's title.
    pub title: Option<String>,
    /// The person's date.
    pub date_ms: Option<i64>,
    /// The person's place.
    pub place: Option<(f64, f64)>,
    /// Confirmed tags with their parents, levels joined by `/`.
    pub tags: Vec<String>,
    /// Whether any tag is the person's word: added, confirmed or rejected.
    pub has_own_tags: bool,
    /// Its files that are there.
    pub paths: Vec<OutwardPath>,
}

/// A file that may be written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutwardPath {
    /// The file.
    pub path: PathBuf,
    /// What its folder allows.
    pub writes: Writes,
    /// BLAKE3 of its sidecar as last read or written.
    pub sidecar: Option<ContentHash>,
}

/// One write that can be taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Its number.
    pub id: i64,
    /// The sidecar, or the audio file.
    pub path: PathBuf,
    /// What was there: the whole sidecar, or the tags as JSON; `None` when there was nothing.
    pub before: Option<Vec<u8>>,
    /// BLAKE3 of what was written.
    pub after: ContentHash,
    /// When.
    pub at_ms: i64,
}

/// Whether a keyword can be a tag; those that cannot are left in the files as they are.
pub fn can_be_tag(keyword: &str) -> bool {
    tags::levels(&keyword.replace('|', "/")).is_ok()
}

/// Puts items, and those that have one of these tags, into the queue, where their folders are written to.
pub(super) fn queue(
    conn: &Connection,
    items: &BTreeSet<ItemId>,
    retagged: &BTreeSet<TagId>,
) -> Outcome<()> {
    if items.is_empty() && retagged.is_empty() || !is_any_written(conn)? {
        return Ok(());
    }
    for item in items {
        queue_item(conn, *item)?;
    }
    let mut tagged =
        conn.prepare_cached("SELECT item FROM item_tag WHERE tag = ?1 AND state = 1")?;
    for tag in retagged {
        let items: Vec<ItemId> = tagged
            .query_map([tag], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        for item in items {
            queue_item(conn, item)?;
        }
    }
    Ok(())
}

pub(super) fn is_any_written(conn: &Connection) -> Outcome<bool> {
    Ok(conn
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM folder WHERE writes <> 0)")?
        .query_row([], |row| row.get(0))?)
}

/// Puts an item into the queue, if one of its files lies in a folder that is written to.
pub(super) fn queue_item(conn: &Connection, item: ItemId) -> Outcome<()> {
    conn.prepare_cached(
        "INSERT INTO unsaved (item, since_ms) SELECT id, ?2 FROM item WHERE id = ?1 AND EXISTS (
             SELECT 1 FROM path JOIN folder ON folder.id = path.folder WHERE path.item = ?1 AND path.state < 3
                 AND folder.writes & CASE item.kind WHEN 1 THEN 2 ELSE 1 END <> 0)
         ON CONFLICT DO UPDATE SET problem = CASE WHEN is_conflict THEN problem END",
    )?
    .execute(params![item, now_ms()])?;
    Ok(())
}

fn outward(conn: &Connection, item: ItemId) -> Outcome<Option<Outward>> {
    let item = items::resolve(conn, item)?;
    let head: Option<(i64, u8, i64)> = conn
        .prepare_cached("SELECT kind, rating, rated_by FROM item WHERE id = ?1")?
        .query_row([item], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((kind, rating, rated_by)) = head else {
        return Ok(None);
    };
    let said = said::row(conn, item)?;
    let mut rows = conn.prepare_cached(
        "SELECT tag, state, source FROM item_tag WHERE item = ?1 AND (state = 1 OR state = 4)",
    )?;
    let tagged: Vec<(TagId, i64, i64)> = rows
        .query_map([item], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let has_own_tags = tagged.iter().any(|(_, _, source)| *source == tags::PERSON);
    let mut names = Vec::new();
    for (tag, _, _) in tagged.iter().filter(|(_, state, _)| *state == 1) {
        names.extend(path_of(conn, *tag)?);
    }
    names.sort();
    let mut rows = conn.prepare_cached(
        "SELECT path.path, folder.writes, path.sidecar FROM path JOIN folder ON folder.id = path.folder
         WHERE item = ?1 AND state = 0 ORDER BY path.id",
    )?;
    let paths = rows.query_map([item], |row| {
        Ok(OutwardPath {
            path: row.get::<_, SqlPath>(0)?.0,
            writes: Writes::from_bits(row.get(1)?),
            sidecar: row.get::<_, Option<SqlHash>>(2)?.map(|hash| hash.0),
        })
    })?;
    Ok(Some(Outward {
        kind: kind_from_code(kind),
        rating: (rated_by == 2).then_some(rating),
        title: said.title,
        date_ms: said.date_ms,
        place: said.place,
        tags: names,
        has_own_tags,
        paths: paths.collect::<rusqlite::Result<_>>()?,
    }))
}

/// A tag's name with its parents.
fn path_of(conn: &Connection, tag: TagId) -> Outcome<Option<String>> {
    let mut names = Vec::new();
    let mut next = Some(tag);
    while let Some(id) = next
        && names.len() < 32
    {
        let Some(row) = tags::fields(conn, id)? else {
            break;
        };
        next = row.parent;
        names.push(row.name);
    }
    names.reverse();
    Ok((!names.is_empty()).then(|| names.join("/")))
}

impl Reader {
    /// Items whose files do not say yet what the person said, oldest first.
    pub fn unsaved(&self) -> Result<Vec<Unsaved>> {
        self.read("read what is not written yet", |conn| {
            let mut rows = conn.prepare_cached(
                "SELECT item, since_ms, problem, is_conflict FROM unsaved ORDER BY since_ms, item",
            )?;
            let rows = rows.query_map([], |row| {
                Ok(Unsaved {
                    item: row.get(0)?,
                    since_ms: row.get(1)?,
                    problem: row.get(2)?,
                    is_conflict: row.get(3)?,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// What the files of an item are to say.
    pub fn outward(&self, item: ItemId) -> Result<Option<Outward>> {
        self.read("read what is to be written", |conn| outward(conn, item))
    }

    /// What an item is without its tags.
    pub fn essence_of(&self, item: ItemId) -> Result<Option<ContentHash>> {
        self.read("read an item", |conn| {
            let found: Option<Option<SqlHash>> = conn
                .prepare_cached("SELECT essence FROM item WHERE id = ?1")?
                .query_row([items::resolve(conn, item)?], |row| row.get(0))
                .optional()?;
            Ok(found.flatten().map(|hash| hash.0))
        })
    }

    /// The one item that is this without its tags; `None` when there are several.
    pub fn item_by_essence(&self, essence: &ContentHash) -> Result<Option<ItemId>> {
        self.read("find a content", |conn| {
            let mut rows = conn.prepare_cached("SELECT id FROM item WHERE essence = ?1 LIMIT 2")?;
            let found: Vec<ItemId> = rows
                .query_map([SqlHash(*essence)], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            Ok(match found.as_slice() {
                [one] => Some(*one),
                _ => None,
            })
        })
    }

    /// Items of which the person says something against their files.
    pub fn said_items(&self) -> Result<Vec<ItemId>> {
        self.read("read what was said", |conn| {
            let mut rows = conn.prepare_cached("SELECT item FROM said ORDER BY item")?;
            let rows = rows.query_map([], |row| row.get(0))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Whether Parlour itself wrote this content.
    pub fn is_written(&self, hash: &ContentHash) -> Result<bool> {
        self.read("read what was written", |conn| is_written(conn, hash))
    }

    /// The last writes, newest first.
    pub fn written(&self, limit: usize) -> Result<Vec<Written>> {
        self.read("read what was written", |conn| {
            let mut rows = conn.prepare_cached(
                "SELECT id, path, before, after, at_ms FROM written ORDER BY id DESC LIMIT ?1",
            )?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let rows = rows.query_map([limit], |row| {
                Ok(Written {
                    id: row.get(0)?,
                    path: row.get::<_, SqlPath>(1)?.0,
                    before: row.get(2)?,
                    after: row.get::<_, SqlHash>(3)?.0,
                    at_ms: row.get(4)?,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }
}

impl Bulk<'_> {
    /// Says what Parlour writes to the files of a folder. Switching on puts everything the person made of them into the
    /// queue.
    pub fn set_folder_writes(&mut self, folder: FolderId, writes: Writes) -> Result<()> {
        self.done("save a folder", |conn| {
            conn.execute(
                "UPDATE folder SET writes = ?2 WHERE id = ?1",
                params![folder, writes.bits()],
            )?;
            if writes == Writes::default() {
                conn.execute(
                    "DELETE FROM unsaved WHERE item NOT IN (SELECT item FROM path JOIN folder ON folder.id = path.folder
                         WHERE folder.writes <> 0 AND path.state < 3)",
                    [],
                )?;
                return Ok(());
            }
            let mut made = conn.prepare(
                "SELECT DISTINCT i.id FROM path AS p JOIN item AS i ON i.id = p.item
                 WHERE p.folder = ?1 AND p.state < 3 AND (i.rated_by = 2
                     OR EXISTS (SELECT 1 FROM said WHERE item = i.id)
                     OR EXISTS (SELECT 1 FROM item_tag AS t WHERE t.item = i.id AND t.source = 1))",
            )?;
            let items: Vec<ItemId> = made
                .query_map([folder], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            for item in items {
                queue_item(conn, item)?;
            }
            Ok(())
        })
    }

    /// The files of an item say what the person said, unless more was said meanwhile.
    pub fn set_saved(&mut self, item: ItemId, as_of: &Outward) -> Result<()> {
        self.done("save what was written", |conn| {
            let now = outward(conn, item)?;
            let is_same = now.is_none_or(|now| {
                (now.rating, &now.title, now.date_ms, now.place, &now.tags)
                    == (
                        as_of.rating,
                        &as_of.title,
                        as_of.date_ms,
                        as_of.place,
                        &as_of.tags,
                    )
            });
            if is_same {
                conn.execute("DELETE FROM unsaved WHERE item = ?1", [item])?;
            }
            Ok(())
        })
    }

    /// An item could not be written.
    pub fn set_unsaved(&mut self, item: ItemId, problem: &str, is_conflict: bool) -> Result<()> {
        self.done("save what was not written", |conn| {
            conn.execute(
                "UPDATE unsaved SET problem = ?2, is_conflict = ?3 WHERE item = ?1",
                params![item, problem, is_conflict],
            )?;
            Ok(())
        })
    }

    /// The person said what counts: the conflict is over. The sidecars as they are now are taken as seen.
    pub fn end_conflict(&mut self, item: ItemId, seen: &[(PathBuf, ContentHash)]) -> Result<()> {
        self.done("end a conflict", |conn| {
            for (path, hash) in seen {
                conn.execute(
                    "UPDATE path SET sidecar = ?2 WHERE path = ?1",
                    params![path_value(path), SqlHash(*hash)],
                )?;
            }
            conn.execute(
                "UPDATE unsaved SET problem = NULL, is_conflict = 0 WHERE item = ?1",
                [item],
            )?;
            Ok(())
        })
    }

    /// A sidecar was read (or is not there). When it is another than the one last seen and something waits to be
    /// written, the person has to say what counts.
    pub fn set_sidecar_seen(&mut self, path: &Path, hash: Option<&ContentHash>) -> Result<()> {
        self.done("save what a sidecar says", |conn| {
            let old: Option<(Option<SqlHash>, ItemId)> = conn
                .prepare_cached("SELECT sidecar, item FROM path WHERE path = ?1")?
                .query_row([path_value(path)], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            let Some((old, item)) = old else {
                return Ok(());
            };
            let old = old.map(|hash| hash.0);
            if old.as_ref() == hash {
                return Ok(());
            }
            conn.prepare_cached("UPDATE path SET sidecar = ?2 WHERE path = ?1")?
                .execute(params![path_value(path), hash.map(|hash| SqlHash(*hash))])?;
            if let Some(hash) = hash
                && !is_written(conn, hash)?
            {
                conn.prepare_cached(
                    "UPDATE unsaved SET is_conflict = 1, problem = ?2 WHERE item = ?1",
                )?
                .execute(params![item, CHANGED_ELSEWHERE])?;
            }
            Ok(())
        })
    }

    /// What lies beside a file now.
    pub fn set_beside(&mut self, path: &Path, beside: i64) -> Result<()> {
        self.done("save what lies beside a file", |conn| {
            conn.prepare_cached("UPDATE path SET beside = ?2 WHERE path = ?1")?
                .execute(params![path_value(path), beside])?;
            Ok(())
        })
    }

    /// A sidecar was written: what lies beside the file now, what was there before.
    pub fn set_sidecar_written(
        &mut self,
        path: &Path,
        beside: i64,
        sidecar: &Path,
        before: Option<&[u8]>,
        after: &ContentHash,
    ) -> Result<()> {
        self.done("save what was written", |conn| {
            conn.prepare_cached("UPDATE path SET beside = ?2, sidecar = ?3 WHERE path = ?1")?
                .execute(params![path_value(path), beside, SqlHash(*after)])?;
            log(conn, sidecar, before, after)
        })
    }

    /// The tags of an audio file were written: its size, time and content now, its tags before.
    pub fn set_audio_written(
        &mut self,
        path: &Path,
        (size_bytes, mtime_ms): (u64, i64),
        hash: &ContentHash,
        before: &[u8],
    ) -> Result<()> {
        self.done("save what was written", |conn| {
            let item: Option<ItemId> = conn
                .prepare_cached("SELECT item FROM path WHERE path = ?1")?
                .query_row([path_value(path)], |row| row.get(0))
                .optional()?;
            let Some(item) = item else { return Ok(()) };
            super::identity::remember_former(conn, item)?;
            conn.prepare_cached("UPDATE OR IGNORE item SET hash = ?2 WHERE id = ?1")?
                .execute(params![item, SqlHash(*hash)])?;
            conn.prepare_cached(
                "UPDATE path SET size_bytes = ?2, mtime_ms = ?3, is_hashed = 1 WHERE path = ?1",
            )?
            .execute(params![path_value(path), signed(size_bytes), mtime_ms])?;
            log(conn, path, Some(before), hash)
        })
    }

    /// A write was taken back.
    pub fn forget_written(&mut self, id: i64) -> Result<()> {
        self.done("save what was taken back", |conn| {
            conn.execute("DELETE FROM written WHERE id = ?1", [id])?;
            Ok(())
        })
    }
}

fn is_written(conn: &Connection, hash: &ContentHash) -> Outcome<bool> {
    Ok(conn
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM written WHERE after = ?1)")?
        .query_row([SqlHash(*hash)], |row| row.get(0))?)
}

/// Why an item waits for the person.
pub(super) const CHANGED_ELSEWHERE: &str = "another program changed its sidecar";

fn log(conn: &Connection, path: &Path, before: Option<&[u8]>, after: &ContentHash) -> Outcome<()> {
    conn.prepare_cached(
        "INSERT INTO written (path, before, after, at_ms) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![path_value(path), before, SqlHash(*after), now_ms()])?;
    let id = conn.last_insert_rowid();
    conn.prepare_cached("DELETE FROM written WHERE id <= ?1 - ?2")?
        .execute(params![id, MAX_WRITTEN])?;
    Ok(())
}
