//! From what models say of an item to what is believed of it.

use std::collections::{BTreeMap, HashMap};

use rusqlite::{Connection, params};

use super::fault::Outcome;
use super::tags::{RULE, of_slug, standing};
use super::types::{ItemId, ModelTag, TagId, TagState};

/// Sources below this are not models.
const FIRST_MODEL: i64 = 10;

/// The tags of a model, as they lie in `tagging.scores`: tag i64, score f32, shown u8, little-endian.
pub(super) fn pack_scores(conn: &Connection, tags: &[ModelTag]) -> Outcome<Vec<u8>> {
    let mut bytes = Vec::with_capacity(tags.len() * 13);
    for tag in tags {
        if let Some(id) = of_slug(conn, &tag.slug)? {
            bytes.extend(id.0.to_le_bytes());
            bytes.extend(tag.score.to_le_bytes());
            bytes.push(u8::from(tag.is_shown));
        }
    }
    Ok(bytes)
}

/// The inverse of [`pack_scores`].
pub(super) fn unpack_scores(bytes: &[u8]) -> Vec<(TagId, f32, bool)> {
    bytes
        .chunks_exact(13)
        .filter_map(|chunk| {
            let (id, rest) = chunk.split_first_chunk::<8>()?;
            let (score, rest) = rest.split_first_chunk::<4>()?;
            Some((
                TagId(i64::from_le_bytes(*id)),
                f32::from_le_bytes(*score),
                rest.first() == Some(&1),
            ))
        })
        .collect()
}

/// Makes the model rows of an item what its taggings say, the newest version of each pack; nothing that a person, a
/// file or a rule said is touched.
pub(super) fn settle_models(conn: &Connection, item: ItemId) -> Outcome<()> {
    let mut best: BTreeMap<TagId, (bool, f32, i64, i64)> = BTreeMap::new();
    let mut statement = conn.prepare_cached(
        "SELECT t.source, s.pack_id, t.scores, t.at_ms FROM tagging AS t JOIN source AS s ON s.id = t.source
         WHERE t.item = ?1 ORDER BY t.at_ms DESC, t.id DESC",
    )?;
    let mut rows = statement.query([item])?;
    let mut packs: Vec<String> = Vec::new();
    let moved = super::teaching::thresholds(conn)?;
    while let Some(row) = rows.next()? {
        let pack: String = row.get(1)?;
        if packs.contains(&pack) {
            continue;
        }
        let pack_is_taught = pack.starts_with(super::teaching::TAUGHT);
        packs.push(pack);
        let source: i64 = row.get(0)?;
        let at_ms: i64 = row.get(3)?;
        for (tag, score, is_shown) in unpack_scores(row.get_ref(2)?.as_blob().unwrap_or_default()) {
            let Some(tag) = standing(conn, tag)? else {
                continue;
            };
            // What the person confirmed and rejected moves where a model counts as sure; a lesson has them in it.
            let is_shown = match moved.get(&tag) {
                Some(show) if !pack_is_taught => score >= *show,
                _ => is_shown,
            };
            let better = best
                .get(&tag)
                .is_none_or(|old| (is_shown, score) > (old.0, old.1));
            if better {
                best.insert(tag, (is_shown, score, source, at_ms));
            }
        }
    }
    let mut statement =
        conn.prepare_cached("SELECT tag, source, state, score FROM item_tag WHERE item = ?1")?;
    let old: HashMap<TagId, (i64, i64, f32)> = statement
        .query_map([item], |row| {
            Ok((row.get(0)?, (row.get(1)?, row.get(2)?, row.get(3)?)))
        })?
        .collect::<rusqlite::Result<_>>()?;
    let is_model = |row: &(i64, i64, f32)| row.0 >= FIRST_MODEL && (row.1 == 2 || row.1 == 3);
    for (tag, _) in old
        .iter()
        .filter(|(tag, row)| is_model(row) && !best.contains_key(tag))
    {
        conn.prepare_cached("DELETE FROM item_tag WHERE item = ?1 AND tag = ?2")?
            .execute(params![item, tag])?;
    }
    let mut put = conn.prepare_cached(
        "INSERT INTO item_tag (item, tag, source, state, score, at_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT DO UPDATE SET source = ?3, state = ?4, score = ?5, at_ms = ?6",
    )?;
    for (tag, (is_shown, score, source, at_ms)) in best {
        let state = if is_shown {
            TagState::Shown
        } else {
            TagState::Suggested
        }
        .code();
        let is_free = old
            .get(&tag)
            .is_none_or(|row| is_model(row) && *row != (source, state, score));
        if is_free {
            put.execute(params![item, tag, source, state, score, at_ms])?;
        }
    }
    Ok(())
}

/// Makes the tags that rules give an item exactly these; what a person, a file or a model said stays.
pub(super) fn settle_rules(conn: &Connection, item: ItemId, slugs: &[&str]) -> Outcome<()> {
    let mut wanted = Vec::with_capacity(slugs.len());
    for slug in slugs {
        wanted.extend(of_slug(conn, slug)?);
    }
    let mut statement = conn.prepare_cached(
        "SELECT tag FROM item_tag WHERE item = ?1 AND source = ?2 AND state = ?3",
    )?;
    let shown = TagState::Shown.code();
    let old: Vec<TagId> = statement
        .query_map(params![item, RULE, shown], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for tag in old.iter().filter(|tag| !wanted.contains(tag)) {
        conn.prepare_cached("DELETE FROM item_tag WHERE item = ?1 AND tag = ?2")?
            .execute(params![item, tag])?;
    }
    for tag in wanted.iter().filter(|tag| !old.contains(tag)) {
        conn.prepare_cached(
            "INSERT INTO item_tag (item, tag, source, state, score, at_ms) VALUES (?1, ?2, ?3, ?4, 1.0, ?5)
             ON CONFLICT DO NOTHING",
        )?
        .execute(params![item, tag, RULE, shown, super::codec::now_ms()])?;
    }
    Ok(())
}
