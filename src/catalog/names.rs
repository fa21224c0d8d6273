//! The names a tag is found by: its own, those of the vocabulary, those the person gave it, and those it was told not
//! to answer to.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};

use super::fault::Outcome;
use super::search::fold::words;
use super::types::{Tag, TagId};
use crate::error::Error;

/// Names the person may give one tag.
const MAX_NAMES: usize = 64;
const MAX_CHARS: usize = 100;

/// Who gave a name; the number is what `tag_name.is_own` holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    Vocabulary = 0,
    Own = 1,
    Person = 2,
}

/// What a tag is found by: each name, from each of its words on. Names of the vocabulary that were detached are left
/// out.
pub(super) fn put_names<'a>(
    conn: &Connection,
    id: TagId,
    names: impl Iterator<Item = &'a str>,
    whose: Whose,
) -> Outcome<()> {
    let whose_code = whose as i64;
    conn.prepare_cached("DELETE FROM tag_name WHERE tag = ?1 AND is_own = ?2")?
        .execute(params![id, whose_code])?;
    let mut insert = conn.prepare_cached(
        "INSERT INTO tag_name (key, tag, is_own, is_whole) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO UPDATE SET is_whole = is_whole OR ?4",
    )?;
    for name in names {
        let folded = words(name).join(" ");
        if whose == Whose::Vocabulary && is_detached(conn, id, &folded)? {
            continue;
        }
        let mut rest = folded.as_str();
        while !rest.is_empty() {
            insert.execute(params![rest, id, whose_code, rest.len() == folded.len()])?;
            rest = rest.split_once(' ').map_or("", |(_, rest)| rest);
        }
    }
    Ok(())
}

fn is_detached(conn: &Connection, tag: TagId, key: &str) -> Outcome<bool> {
    Ok(conn
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM tag_detached WHERE tag = ?1 AND key = ?2)")?
        .query_row(params![tag, key], |row| row.get(0))?)
}

/// Gives a tag a further name or takes it away; tells whether it had it before.
pub(super) fn set_alias(
    conn: &Connection,
    tag: TagId,
    language: &str,
    name: &str,
    on: bool,
) -> Outcome<bool> {
    let had: bool = conn
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM tag_alias WHERE tag = ?1 AND language = ?2 AND name = ?3)",
        )?
        .query_row(params![tag, language, name], |row| row.get(0))?;
    if on {
        conn.prepare_cached(
            "INSERT OR IGNORE INTO tag_alias (tag, language, name)
                 SELECT ?1, ?2, ?3 WHERE EXISTS (SELECT 1 FROM tag WHERE id = ?1)",
        )?
        .execute(params![tag, language, name])?;
    } else {
        conn.prepare_cached(
            "DELETE FROM tag_alias WHERE tag = ?1 AND language = ?2 AND name = ?3",
        )?
        .execute(params![tag, language, name])?;
    }
    let names = of(conn, tag)?;
    put_names(
        conn,
        tag,
        names.iter().map(|(_, name)| name.as_str()),
        Whose::Person,
    )?;
    Ok(had)
}

/// Keeps a name of the vocabulary from leading to a tag, or lets it again; tells whether it was kept from it before.
pub(super) fn set_detached(conn: &Connection, tag: TagId, key: &str, on: bool) -> Outcome<bool> {
    let was = is_detached(conn, tag, key)?;
    if on {
        conn.execute(
            "INSERT OR IGNORE INTO tag_detached (tag, key)
                 SELECT ?1, ?2 WHERE EXISTS (SELECT 1 FROM tag WHERE id = ?1)",
            params![tag, key],
        )?;
        conn.execute(
            "DELETE FROM tag_name WHERE tag = ?1 AND key = ?2 AND is_own = 0",
            params![tag, key],
        )?;
    } else {
        conn.execute(
            "DELETE FROM tag_detached WHERE tag = ?1 AND key = ?2",
            params![tag, key],
        )?;
        conn.execute(
            "INSERT OR IGNORE INTO tag_name (key, tag, is_own, is_whole)
                 SELECT ?2, ?1, 0, 1 WHERE EXISTS (SELECT 1 FROM tag WHERE id = ?1)",
            params![tag, key],
        )?;
    }
    Ok(was)
}

/// The names the person gave a tag: language and name.
pub(super) fn of(conn: &Connection, tag: TagId) -> Outcome<Vec<(String, String)>> {
    let mut statement = conn.prepare_cached(
        "SELECT language, name FROM tag_alias WHERE tag = ?1 ORDER BY language, name",
    )?;
    let rows = statement.query_map([tag], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Puts those names on tags that were read.
pub(super) fn fill(conn: &Connection, tags: &mut [Tag]) -> Outcome<()> {
    let mut statement =
        conn.prepare_cached("SELECT tag, language, name FROM tag_alias ORDER BY language, name")?;
    let mut all: HashMap<TagId, Vec<(String, String)>> = HashMap::new();
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        all.entry(row.get(0)?)
            .or_default()
            .push((row.get(1)?, row.get(2)?));
    }
    for tag in tags {
        tag.names = all.remove(&tag.id).unwrap_or_default();
    }
    Ok(())
}

/// A name as it may be given to a tag, or why not. `language` is empty or a language tag.
pub(super) fn checked(
    conn: &Connection,
    tag: TagId,
    language: &str,
    name: &str,
) -> Outcome<String> {
    let refused = |why: &str| Error::Name {
        name: name.chars().take(MAX_CHARS).collect(),
        why: why.to_owned(),
    };
    let clean = name.split_whitespace().collect::<Vec<_>>().join(" ");
    if clean.is_empty() {
        return Err(refused("it is empty").into());
    }
    if clean.chars().count() > MAX_CHARS {
        return Err(refused("it is longer than 100 characters").into());
    }
    if clean.chars().any(char::is_control) || clean.contains('/') {
        return Err(refused("it holds control characters or a slash").into());
    }
    let is_language = language.len() <= 16
        && language
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if !is_language {
        return Err(refused("its language is not a tag such as en or zh-CN").into());
    }
    if of(conn, tag)?.len() >= MAX_NAMES {
        return Err(refused("the tag has 64 names already").into());
    }
    let taken: Option<String> = conn
        .prepare_cached(
            "SELECT t.name FROM tag_name AS n JOIN tag AS t ON t.id = n.tag
             WHERE n.key = ?1 AND n.is_whole AND n.is_own IN (1, 2) AND n.tag <> ?2 AND t.is_deleted = 0 LIMIT 1",
        )?
        .query_row(params![words(&clean).join(" "), tag], |row| row.get(0))
        .optional()?;
    match taken {
        Some(other) => Err(refused(&format!("it leads to the tag {other} already")).into()),
        None => Ok(clean),
    }
}
