//! Tags: finding them by name, making them, and settling what is believed of an item.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};
use unicode_normalization::UnicodeNormalization;

use super::codec::now_ms;
use super::fault::Outcome;
use super::names::{Whose, put_names};
use super::search::fold::words;
use super::types::{ItemId, ItemTag, Tag, TagId, TagNames, TagSource, TagState};
use crate::error::Error;

pub(super) const PERSON: i64 = 1;
const IMPORTED: i64 = 2;
pub(super) const RULE: i64 = 3;

const MAX_LEVELS: usize = 8;
const MAX_NAME_CHARS: usize = 100;
const MAX_KEYWORDS: usize = 200;

/// The levels of a tag's path, cleaned.
pub(super) fn levels(name: &str) -> Outcome<Vec<String>> {
    let refused = |why: &str| Error::Name {
        name: name.to_owned(),
        why: why.to_owned(),
    };
    let levels: Vec<String> = name
        .split('/')
        .map(|level| level.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|level| !level.is_empty())
        .collect();
    if levels.is_empty() {
        return Err(refused("it is empty").into());
    }
    if levels.len() > MAX_LEVELS {
        return Err(refused("it has too many levels").into());
    }
    if levels
        .iter()
        .any(|level| level.chars().count() > MAX_NAME_CHARS)
    {
        return Err(refused("it is longer than 100 characters").into());
    }
    if levels
        .iter()
        .any(|level| level.chars().any(char::is_control))
    {
        return Err(refused("it holds control characters").into());
    }
    Ok(levels)
}

/// The form of a name by which tags are told apart: letter case and width do not count, accents do.
pub(super) fn key(name: &str) -> String {
    name.nfkc().collect::<String>().to_lowercase()
}

/// The tag that a text names, if there is exactly one way to read it: a full path, an own name, a slug, an alias.
pub(super) fn find(conn: &Connection, name: &str) -> Outcome<Option<TagId>> {
    let levels = levels(name)?;
    let path = levels
        .iter()
        .map(|level| key(level))
        .collect::<Vec<_>>()
        .join("/");
    let by_path = conn
        .prepare_cached("SELECT id FROM tag WHERE key = ?1 AND is_deleted = 0")?
        .query_row([&path], |row| row.get(0))
        .optional()?;
    if by_path.is_some() || levels.len() > 1 {
        return Ok(by_path);
    }
    let leaf = conn
        .prepare_cached(
            "SELECT id FROM tag WHERE (leaf = ?1 OR slug = ?1) AND is_deleted = 0 ORDER BY parent IS NOT NULL, id LIMIT 1",
        )?
        .query_row([&path], |row| row.get(0))
        .optional()?;
    if leaf.is_some() {
        return Ok(leaf);
    }
    let mut aliases = conn.prepare_cached(
        "SELECT DISTINCT tag FROM tag_name JOIN tag ON tag.id = tag WHERE tag_name.key = ?1 AND is_whole AND is_deleted = 0 LIMIT 2",
    )?;
    let found: Vec<TagId> = aliases
        .query_map([words(name).join(" ")], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    if let [one] = found.as_slice() {
        return Ok(Some(*one));
    }
    // A tag that was merged away is the one it was merged into.
    match buried(conn, &path)? {
        Some((id, true)) => standing(conn, id),
        _ => Ok(None),
    }
}

/// The tag of that name that was deleted or merged away, and whether it was merged.
fn buried(conn: &Connection, leaf: &str) -> Outcome<Option<(TagId, bool)>> {
    Ok(conn
        .prepare_cached(
            "SELECT id, merged_into IS NOT NULL FROM tag WHERE leaf = ?1 AND is_deleted = 1 ORDER BY id DESC LIMIT 1",
        )?
        .query_row([leaf], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?)
}

/// The same, or an error that names it.
pub(super) fn find_existing(conn: &Connection, name: &str) -> Outcome<TagId> {
    find(conn, name)?.ok_or_else(|| {
        Error::NotFound {
            what: "tag",
            name: name.to_owned(),
        }
        .into()
    })
}

/// A row of the tag table.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub(super) struct TagFields {
    pub name: String,
    pub key: String,
    pub parent: Option<TagId>,
    pub slug: Option<String>,
    pub is_renamed: bool,
    pub is_deleted: bool,
    pub merged_into: Option<TagId>,
    pub colour: Option<String>,
    pub created_ms: i64,
}

pub(super) fn fields(conn: &Connection, id: TagId) -> Outcome<Option<TagFields>> {
    Ok(conn
        .prepare_cached(
            "SELECT name, key, parent, slug, is_renamed, is_deleted, merged_into, colour, created_ms FROM tag WHERE id = ?1",
        )?
        .query_row([id], |row| {
            Ok(TagFields {
                name: row.get(0)?,
                key: row.get(1)?,
                parent: row.get(2)?,
                slug: row.get(3)?,
                is_renamed: row.get(4)?,
                is_deleted: row.get(5)?,
                merged_into: row.get(6)?,
                colour: row.get(7)?,
                created_ms: row.get(8)?,
            })
        })
        .optional()?)
}

/// Writes a row of the tag table and the names it is found by.
pub(super) fn put_fields(conn: &Connection, id: TagId, tag: &TagFields) -> Outcome<()> {
    conn.prepare_cached(
        "INSERT INTO tag (id, name, key, leaf, parent, slug, is_renamed, is_deleted, merged_into, colour, created_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
         ON CONFLICT (id) DO UPDATE SET name = ?2, key = ?3, leaf = ?4, parent = ?5, slug = ?6, is_renamed = ?7,
             is_deleted = ?8, merged_into = ?9, colour = ?10",
    )?
    .execute(params![
        id,
        tag.name,
        tag.key,
        key(&tag.name),
        tag.parent,
        tag.slug,
        tag.is_renamed,
        tag.is_deleted,
        tag.merged_into,
        tag.colour,
        tag.created_ms
    ])?;
    put_names(
        conn,
        id,
        [tag.name.as_str()].into_iter().chain(tag.slug.as_deref()),
        Whose::Own,
    )
}

/// A new id for a tag: never used before.
pub(super) fn next_id(conn: &Connection) -> Outcome<TagId> {
    Ok(conn.query_row(
        "SELECT 1 + max(coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'tag'), 0), coalesce((SELECT max(id) FROM tag), 0))",
        [],
        |row| row.get(0),
    )?)
}

/// The tags that must be made (or brought back) so that `name` exists, parents first, and its id.
pub(super) fn missing_levels(
    conn: &Connection,
    name: &str,
) -> Outcome<(Vec<(TagId, TagFields)>, TagId)> {
    if let Some(found) = find(conn, name)? {
        return Ok((Vec::new(), found));
    }
    let mut new = Vec::new();
    let mut parent: Option<TagId> = None;
    let mut path = String::new();
    let mut next = next_id(conn)?;
    for level in levels(name)? {
        if !path.is_empty() {
            path.push('/');
        }
        path.push_str(&key(&level));
        let known: Option<TagId> = conn
            .prepare_cached("SELECT id FROM tag WHERE key = ?1")?
            .query_row([&path], |row| row.get(0))
            .optional()?;
        let old = match buried(conn, &key(&level))?.filter(|(_, is_merged)| !is_merged) {
            Some((id, _)) => fields(conn, id)?.map(|row| (id, row)),
            None => None,
        };
        let id = match (known, old) {
            (Some(id), _) => id,
            // A deleted tag that the person makes again takes its model along.
            (None, Some((id, row))) => {
                let row = TagFields {
                    name: level,
                    key: path.clone(),
                    parent,
                    is_deleted: false,
                    ..row
                };
                new.push((id, row));
                id
            }
            (None, None) => {
                let id = next;
                next = TagId(next.0 + 1);
                new.push((
                    id,
                    TagFields {
                        name: level,
                        key: path.clone(),
                        parent,
                        slug: None,
                        is_renamed: false,
                        is_deleted: false,
                        merged_into: None,
                        colour: None,
                        created_ms: now_ms(),
                    },
                ));
                id
            }
        };
        parent = Some(id);
    }
    parent.map(|id| (new, id)).ok_or_else(|| {
        Error::Name {
            name: name.to_owned(),
            why: "it is empty".to_owned(),
        }
        .into()
    })
}

/// The tag of that name, made when there is none; `None` when the person deleted it. Not undoable: for imports.
fn ensure(conn: &Connection, name: &str) -> Outcome<Option<TagId>> {
    let (new, id) = missing_levels(conn, name)?;
    if new
        .iter()
        .any(|(id, _)| fields(conn, *id).is_ok_and(|row| row.is_some()))
    {
        return Ok(None);
    }
    for (id, tag) in new {
        put_fields(conn, id, &tag)?;
    }
    Ok(Some(id))
}

/// The tag that stands for a model's slug; `None` when the person deleted it.
pub(super) fn of_slug(conn: &Connection, slug: &str) -> Outcome<Option<TagId>> {
    let mut found: Option<(TagId, bool, Option<TagId>)> = conn
        .prepare_cached("SELECT id, is_deleted, merged_into FROM tag WHERE slug = ?1")?
        .query_row([slug], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    // A merged tag points at the one that stayed; chains are short, and never longer than there are tags.
    for _ in 0..16 {
        match found {
            Some((_, true, Some(into))) => {
                found = conn
                    .prepare_cached("SELECT id, is_deleted, merged_into FROM tag WHERE id = ?1")?
                    .query_row([into], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                    .optional()?;
            }
            Some((_, true, None)) => return Ok(None),
            Some((id, false, _)) => return Ok(Some(id)),
            None => break,
        }
    }
    let name = slug.replace('/', " ");
    // A tag of the person's with this name becomes the model's too.
    let id = match find(conn, &name)? {
        Some(id) if fields(conn, id)?.is_some_and(|tag| tag.slug.is_none()) => id,
        _ => ensure_root(conn, &name)?,
    };
    conn.prepare_cached("UPDATE tag SET slug = ?2 WHERE id = ?1 AND slug IS NULL")?
        .execute(params![id, slug])?;
    Ok(Some(id))
}

fn ensure_root(conn: &Connection, name: &str) -> Outcome<TagId> {
    let id = next_id(conn)?;
    let tag = TagFields {
        name: name.to_owned(),
        key: free_key(conn, &key(name))?,
        parent: None,
        slug: None,
        is_renamed: false,
        is_deleted: false,
        merged_into: None,
        colour: None,
        created_ms: now_ms(),
    };
    put_fields(conn, id, &tag)?;
    Ok(id)
}

/// A full path that no tag has: this one, or with a number.
pub(super) fn free_key(conn: &Connection, wanted: &str) -> Outcome<String> {
    let mut key = wanted.to_owned();
    for number in 2..1000 {
        let taken: bool = conn
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM tag WHERE key = ?1)")?
            .query_row([&key], |row| row.get(0))?;
        if !taken {
            break;
        }
        key = format!("{wanted} {number}");
    }
    Ok(key)
}

/// Takes in the names of a model vocabulary. A tag that the person renamed or moved keeps their name and place.
pub(super) fn describe(conn: &Connection, vocabulary: &[TagNames]) -> Outcome<()> {
    for word in vocabulary {
        let Some(id) = of_slug(conn, &word.slug)? else {
            continue;
        };
        put_names(
            conn,
            id,
            word.names.iter().map(String::as_str),
            Whose::Vocabulary,
        )?;
        let Some(tag) = fields(conn, id)?.filter(|tag| !tag.is_renamed) else {
            continue;
        };
        let parent = match &word.parent {
            Some(parent) if *parent != word.slug => of_slug(conn, parent)?,
            _ => None,
        };
        // One level: a vocabulary's parents are umbrellas, and those have no parents of their own.
        let parent = match parent {
            Some(parent) => fields(conn, parent)?.map(|above| (parent, above.key)),
            None => None,
        };
        let name = word
            .names
            .first()
            .cloned()
            .unwrap_or_else(|| tag.name.clone());
        let own = key(&name);
        let path = parent
            .as_ref()
            .map_or_else(|| own.clone(), |(_, above)| format!("{above}/{own}"));
        let parent = parent.map(|(id, _)| id);
        if (tag.key == path && tag.parent == parent) || tag.slug.as_deref() != Some(&word.slug) {
            continue;
        }
        let key = free_key(conn, &path)?;
        put_fields(
            conn,
            id,
            &TagFields {
                name,
                key,
                parent,
                ..tag
            },
        )?;
        rekey_children(conn, id, 0)?;
    }
    Ok(())
}

fn rekey_children(conn: &Connection, id: TagId, depth: usize) -> Outcome<()> {
    let Some(above) = fields(conn, id)?.filter(|_| depth < MAX_LEVELS) else {
        return Ok(());
    };
    for child in children(conn, id)? {
        if let Some(tag) = fields(conn, child)? {
            let wanted = format!("{}/{}", above.key, key(&tag.name));
            if tag.key != wanted {
                let key = free_key(conn, &wanted)?;
                put_fields(conn, child, &TagFields { key, ..tag })?;
            }
        }
        rekey_children(conn, child, depth + 1)?;
    }
    Ok(())
}

pub(super) fn children(conn: &Connection, id: TagId) -> Outcome<Vec<TagId>> {
    let mut statement = conn.prepare_cached("SELECT id FROM tag WHERE parent = ?1 ORDER BY id")?;
    let rows = statement.query_map([id], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Makes the imported tags of an item exactly these keywords; what the person said stays.
pub(super) fn set_imported(
    conn: &Connection,
    item: ItemId,
    keywords: &[String],
    at_ms: i64,
) -> Outcome<()> {
    let mut wanted = Vec::new();
    for keyword in keywords.iter().take(MAX_KEYWORDS) {
        let name = keyword.replace('|', "/");
        // A keyword that cannot be a name is the file's fault and nobody's problem.
        if levels(&name).is_ok() {
            wanted.extend(ensure(conn, &name)?);
        }
    }
    let mut statement = conn
        .prepare_cached("SELECT tag FROM item_tag WHERE item = ?1 AND source = ?2 AND state = 1")?;
    let old: Vec<TagId> = statement
        .query_map(params![item, IMPORTED], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for tag in old.iter().filter(|tag| !wanted.contains(tag)) {
        conn.prepare_cached("DELETE FROM item_tag WHERE item = ?1 AND tag = ?2")?
            .execute(params![item, tag])?;
    }
    for tag in wanted.iter().filter(|tag| !old.contains(tag)) {
        conn.prepare_cached(
            "INSERT INTO item_tag (item, tag, source, state, score, at_ms) VALUES (?1, ?2, ?3, 1, 1.0, ?4)
             ON CONFLICT DO UPDATE SET source = ?3, state = 1, score = 1.0, at_ms = ?4 WHERE source > ?3 AND state <> 4",
        )?
        .execute(params![item, tag, IMPORTED, at_ms])?;
    }
    Ok(())
}

/// The tag that stands for `tag` now: itself, what it was merged into, or none when it was deleted.
pub(super) fn standing(conn: &Connection, tag: TagId) -> Outcome<Option<TagId>> {
    let mut id = tag;
    for _ in 0..16 {
        let row: Option<(bool, Option<TagId>)> = conn
            .prepare_cached("SELECT is_deleted, merged_into FROM tag WHERE id = ?1")?
            .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        match row {
            Some((false, _)) => return Ok(Some(id)),
            Some((true, Some(into))) => id = into,
            Some((true, None)) | None => return Ok(None),
        }
    }
    Ok(None)
}

/// Who says so, from a row of `source`.
pub(super) fn source_from(id: i64, name: String) -> TagSource {
    match id {
        PERSON => TagSource::Person,
        IMPORTED => TagSource::Imported,
        RULE => TagSource::Rule,
        _ => TagSource::Model { pack: name },
    }
}

/// The tags of an item, also the rejected ones: sure ones first, then by score.
pub(super) fn of_item(conn: &Connection, item: ItemId) -> Outcome<Vec<ItemTag>> {
    let mut statement = conn.prepare_cached(
        "SELECT t.id, t.name, t.slug, i.source, s.name, i.score, i.state, i.at_ms
         FROM item_tag AS i JOIN tag AS t ON t.id = i.tag JOIN source AS s ON s.id = i.source
         WHERE i.item = ?1 ORDER BY i.state, i.score DESC, t.key",
    )?;
    let rows = statement.query_map([item], |row| {
        Ok(ItemTag {
            tag: row.get(0)?,
            name: row.get(1)?,
            slug: row.get(2)?,
            source: source_from(row.get(3)?, row.get(4)?),
            score: row.get(5)?,
            state: TagState::from_code(row.get(6)?),
            at_ms: row.get(7)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Items that have a tag in one of these states, with its score, best first.
pub(super) fn items(
    conn: &Connection,
    tag: TagId,
    states: &[TagState],
) -> Outcome<Vec<(ItemId, f32)>> {
    let mut statement = conn.prepare_cached(
        "SELECT t.item, t.score FROM item_tag AS t JOIN item AS i ON i.id = t.item
         WHERE t.tag = ?1 AND t.state = ?2 AND i.flags & 32 = 0",
    )?;
    let mut found: Vec<(ItemId, f32)> = Vec::new();
    for state in states {
        for row in statement.query_map(params![tag, state.code()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })? {
            found.push(row?);
        }
    }
    found.sort_by(|a, b| b.1.total_cmp(&a.1).then(b.0.cmp(&a.0)));
    Ok(found)
}

/// All tags with their counters, by path.
pub(super) fn all(conn: &Connection) -> Outcome<Vec<Tag>> {
    let mut statement = conn.prepare_cached(
        "SELECT t.id, t.name, t.slug, t.is_renamed, t.parent, t.colour, c.confirmed, c.shown, c.suggested, c.rejected
         FROM tag AS t JOIN tag_count AS c ON c.tag = t.id WHERE t.is_deleted = 0 ORDER BY t.key",
    )?;
    let rows = statement.query_map([], |row| {
        let count = |at: usize| row.get::<_, i64>(at).map(|n| n.max(0) as u64);
        let name: String = row.get(1)?;
        Ok(Tag {
            id: row.get(0)?,
            path: name.clone(),
            name,
            slug: row.get(2)?,
            is_renamed: row.get(3)?,
            parent: row.get(4)?,
            colour: row.get(5)?,
            names: Vec::new(),
            count_confirmed: count(6)?,
            count_shown: count(7)?,
            count_suggested: count(8)?,
            count_rejected: count(9)?,
        })
    })?;
    let mut tags: Vec<Tag> = rows.collect::<rusqlite::Result<_>>()?;
    super::names::fill(conn, &mut tags)?;
    let names: HashMap<TagId, (String, Option<TagId>)> = tags
        .iter()
        .map(|tag| (tag.id, (tag.name.clone(), tag.parent)))
        .collect();
    for tag in &mut tags {
        let mut above = tag.parent;
        for _ in 0..MAX_LEVELS {
            let Some((name, next)) = above.and_then(|id| names.get(&id)) else {
                break;
            };
            tag.path = format!("{name}/{}", tag.path);
            above = *next;
        }
    }
    Ok(tags)
}

/// Counts again from the rows, leaving out items whose folder was removed.
pub(super) fn recount(conn: &Connection) -> Outcome<()> {
    conn.execute_batch(
        "UPDATE tag_count SET confirmed = 0, shown = 0, suggested = 0, rejected = 0;
         UPDATE tag_count SET confirmed = n.c, shown = n.s, suggested = n.g, rejected = n.r
         FROM (SELECT tag AS t, sum(state = 1) AS c, sum(state = 2) AS s, sum(state = 3) AS g, sum(state = 4) AS r
               FROM item_tag JOIN item ON item.id = item_tag.item WHERE item.flags & 32 = 0 GROUP BY tag) AS n
         WHERE tag_count.tag = n.t",
    )?;
    Ok(())
}
