//! What teaching leaves in the catalogue: lessons (runs of a taught tag), thresholds, checks, and the past steps that
//! can be taken back alone.
//!
//! A lesson is a model of its own, `taught-<tag>@<number>`: what it proposes lies in `tagging` like what any model
//! says, so that a person's word stands above it and taking the run back leaves everything else as it is.

use std::collections::{HashMap, HashSet};

use rusqlite::{Connection, OptionalExtension, params};

use super::Reader;
use super::bulk::Bulk;
use super::codec::now_ms;
use super::fault::Outcome;
use super::model_tags::{settle_models, unpack_scores};
use super::types::{Check, ItemId, LessonKept, PastStep, RunId, TagId};
use super::undo;
use crate::error::Result;

/// Sources of taught tags begin like this.
pub(super) const TAUGHT: &str = "taught-";

/// The thresholds that checks moved.
pub(super) fn thresholds(conn: &Connection) -> Outcome<HashMap<TagId, f32>> {
    let mut statement = conn.prepare_cached("SELECT tag, show FROM tag_threshold")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Puts what was learnt of a tag in place of the lesson before. Items on which the person has spoken keep the score
/// they were checked at. Returns the run and the items whose tags changed.
pub(super) fn set_lesson(
    conn: &Connection,
    tag: TagId,
    proposals: &[(ItemId, f32, bool)],
) -> Outcome<(RunId, Vec<ItemId>)> {
    let pack_id = format!("{TAUGHT}{tag}");
    let known: Option<(i64, String)> = conn
        .query_row(
            "SELECT id, name FROM source WHERE pack_id = ?1 ORDER BY id DESC LIMIT 1",
            [&pack_id],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    let number = known
        .as_ref()
        .and_then(|(_, name)| number_of(name))
        .unwrap_or(0)
        + 1;
    let name = format!("{pack_id}@{number}");
    let source = match known {
        Some((id, _)) => {
            conn.execute(
                "UPDATE source SET name = ?2 WHERE id = ?1",
                params![id, name],
            )?;
            id
        }
        None => {
            conn.execute(
                "INSERT INTO source (name, pack_id) VALUES (?1, ?2)",
                params![name, pack_id],
            )?;
            conn.last_insert_rowid()
        }
    };
    conn.execute(
        "INSERT INTO model_run (source, started_ms) VALUES (?1, ?2)",
        params![source, now_ms()],
    )?;
    let run = RunId(conn.last_insert_rowid());
    let judged: HashSet<ItemId> = {
        let mut statement =
            conn.prepare_cached("SELECT item FROM item_tag WHERE tag = ?1 AND source = 1")?;
        let rows = statement.query_map([tag], |row| row.get(0))?;
        rows.collect::<rusqlite::Result<_>>()?
    };
    let old: HashMap<ItemId, Vec<u8>> = {
        let mut statement =
            conn.prepare_cached("SELECT item, scores FROM tagging WHERE source = ?1")?;
        let rows = statement.query_map([source], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect::<rusqlite::Result<_>>()?
    };
    let mut changed = Vec::new();
    let mut stays: HashSet<ItemId> = HashSet::new();
    let mut put = conn.prepare_cached(
        "INSERT INTO tagging (item, source, run, at_ms, scores, embedding)
             SELECT ?1, ?2, ?3, ?4, ?5, x'' WHERE EXISTS (SELECT 1 FROM item WHERE id = ?1)
         ON CONFLICT DO UPDATE SET run = ?3, at_ms = ?4, scores = ?5",
    )?;
    for (item, score, is_shown) in proposals {
        if judged.contains(item) || !stays.insert(*item) {
            continue;
        }
        let mut scores = tag.0.to_le_bytes().to_vec();
        scores.extend(score.to_le_bytes());
        scores.push(u8::from(*is_shown));
        let is_same = old.get(item) == Some(&scores);
        put.execute(params![item, source, run, now_ms(), scores])?;
        if !is_same {
            changed.push(*item);
        }
    }
    let mut remove = conn.prepare_cached("DELETE FROM tagging WHERE source = ?1 AND item = ?2")?;
    for item in old.keys() {
        if judged.contains(item) {
            conn.prepare_cached("UPDATE tagging SET run = ?3 WHERE source = ?1 AND item = ?2")?
                .execute(params![source, item, run])?;
        } else if !stays.contains(item) {
            remove.execute(params![source, item])?;
            changed.push(*item);
        }
    }
    conn.execute(
        "DELETE FROM model_run WHERE source = ?1 AND id <> ?2",
        params![source, run],
    )?;
    for item in &changed {
        settle_models(conn, *item)?;
    }
    Ok((run, changed))
}

fn number_of(source: &str) -> Option<u32> {
    source.rsplit_once('@')?.1.parse().ok()
}

/// The lesson of a tag that is in use.
fn lesson(conn: &Connection, tag: TagId) -> Outcome<Option<LessonKept>> {
    let found = conn
        .prepare_cached(
            "SELECT r.id, s.name, r.started_ms, (SELECT count(*) FROM tagging WHERE run = r.id)
             FROM model_run AS r JOIN source AS s ON s.id = r.source WHERE s.pack_id = ?1 ORDER BY r.id DESC LIMIT 1",
        )?
        .query_row([format!("{TAUGHT}{tag}")], |row| {
            let name: String = row.get(1)?;
            Ok(LessonKept {
                run: row.get(0)?,
                number: number_of(&name).unwrap_or(0),
                items: row.get::<_, i64>(3)?.max(0) as u64,
                at_ms: row.get(2)?,
            })
        })
        .optional()?;
    Ok(found.filter(|lesson| lesson.items > 0))
}

/// What people said of a tag where a model had given it, newest first.
fn checks(conn: &Connection, tag: TagId, limit: usize) -> Outcome<Vec<Check>> {
    let mut statement = conn.prepare_cached(
        "SELECT item, state, at_ms FROM item_tag WHERE tag = ?1 AND source = 1 AND state IN (1, 4)
         ORDER BY at_ms DESC, item DESC",
    )?;
    let mut said = conn.prepare_cached(
        "SELECT s.name, t.scores FROM tagging AS t JOIN source AS s ON s.id = t.source WHERE t.item = ?1",
    )?;
    let mut rows = statement.query([tag])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let item: ItemId = row.get(0)?;
        let mut best: Option<(f32, String)> = None;
        let mut found = said.query([item])?;
        while let Some(tagging) = found.next()? {
            let scores = unpack_scores(tagging.get_ref(1)?.as_blob().unwrap_or_default());
            for (_, score, _) in scores.iter().filter(|(id, _, _)| *id == tag) {
                if best.as_ref().is_none_or(|(old, _)| score > old) {
                    best = Some((*score, tagging.get(0)?));
                }
            }
        }
        if let Some((score, pack)) = best {
            all.push(Check {
                item,
                was_right: row.get::<_, i64>(1)? == 1,
                score,
                pack,
                at_ms: row.get(2)?,
            });
            if all.len() >= limit {
                break;
            }
        }
    }
    Ok(all)
}

/// Moves the score from which a model's tag is shown, or leaves it to the model again. Returns the items that changed.
fn set_threshold(
    conn: &Connection,
    tag: TagId,
    show: Option<f32>,
    checks: usize,
) -> Outcome<Vec<ItemId>> {
    let old: Option<f32> = conn
        .query_row(
            "SELECT show FROM tag_threshold WHERE tag = ?1",
            [tag],
            |row| row.get(0),
        )
        .optional()?;
    if old == show {
        return Ok(Vec::new());
    }
    match show {
        Some(show) => conn.execute(
            "INSERT INTO tag_threshold (tag, show, checks) VALUES (?1, ?2, ?3)
             ON CONFLICT DO UPDATE SET show = ?2, checks = ?3",
            params![tag, show, i64::try_from(checks).unwrap_or(i64::MAX)],
        )?,
        None => conn.execute("DELETE FROM tag_threshold WHERE tag = ?1", [tag])?,
    };
    let mut statement = conn.prepare_cached(
        "SELECT item, state FROM item_tag WHERE tag = ?1 AND source >= 10 AND state IN (2, 3)",
    )?;
    let before: Vec<(ItemId, i64)> = statement
        .query_map([tag], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let mut changed = Vec::new();
    for (item, state) in before {
        settle_models(conn, item)?;
        let after: Option<i64> = conn
            .prepare_cached("SELECT state FROM item_tag WHERE item = ?1 AND tag = ?2")?
            .query_row(params![item, tag], |row| row.get(0))
            .optional()?;
        if after != Some(state) {
            changed.push(item);
        }
    }
    Ok(changed)
}

impl Bulk<'_> {
    /// Remembers how the lessons of a tag are kept: shown from a score on, and whether it is to rest.
    pub fn set_taught(&mut self, tag: TagId, show_from: Option<f32>, is_off: bool) -> Result<()> {
        self.run("save how a tag is taught", |conn| {
            conn.execute(
                "INSERT INTO taught (tag, show_from, is_off) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET show_from = ?2, is_off = ?3",
                params![tag, show_from, is_off],
            )?;
            Ok(())
        })
    }

    /// Puts what was learnt of a tag (item, score, sure enough to be shown) in place of the lesson before; a person's
    /// word is never touched. Returns the run and the items whose tags changed.
    pub fn set_lesson(
        &mut self,
        tag: TagId,
        proposals: &[(ItemId, f32, bool)],
    ) -> Result<(RunId, Vec<ItemId>)> {
        self.run("save what was learnt", |conn| {
            set_lesson(conn, tag, proposals)
        })
    }

    /// Moves the score from which models' tags of this name are shown, or leaves it to the models again. Returns the
    /// items that changed.
    pub fn set_threshold(
        &mut self,
        tag: TagId,
        show: Option<f32>,
        checks: usize,
    ) -> Result<Vec<ItemId>> {
        self.run("save a threshold", |conn| {
            set_threshold(conn, tag, show, checks)
        })
    }
}

impl Reader {
    /// From which score on a tag's lessons are shown (none: they are suggested), and whether it is to rest.
    pub fn taught(&self, tag: TagId) -> Result<(Option<f32>, bool)> {
        self.read("read how a tag is taught", |conn| {
            let found = conn
                .prepare_cached("SELECT show_from, is_off FROM taught WHERE tag = ?1")?
                .query_row([tag], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            Ok(found.unwrap_or((None, false)))
        })
    }

    /// The items that the lesson in use speaks of.
    pub fn lesson_items(&self, tag: TagId) -> Result<Vec<ItemId>> {
        self.read("read what was learnt", |conn| {
            let mut statement = conn.prepare_cached(
                "SELECT t.item FROM tagging AS t JOIN source AS s ON s.id = t.source WHERE s.pack_id = ?1",
            )?;
            let rows = statement.query_map([format!("{TAUGHT}{tag}")], |row| row.get(0))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// What people said of a tag where a model had given it, newest first.
    pub fn checks(&self, tag: TagId, limit: usize) -> Result<Vec<Check>> {
        self.read("read the checks of a tag", |conn| checks(conn, tag, limit))
    }

    /// What each model says of one tag on an item, whatever people said: pack and score.
    pub fn scores_of_tag(&self, item: ItemId, tag: TagId) -> Result<Vec<(String, f32)>> {
        self.read("read a model's tags", |conn| {
            let item = super::items::resolve(conn, item)?;
            let mut statement = conn.prepare_cached(
                "SELECT s.name, t.scores FROM tagging AS t JOIN source AS s ON s.id = t.source
                 WHERE t.item = ?1 ORDER BY t.id DESC",
            )?;
            let mut rows = statement.query([item])?;
            let mut all = Vec::new();
            while let Some(row) = rows.next()? {
                let name: String = row.get(0)?;
                for (id, score, _) in unpack_scores(row.get_ref(1)?.as_blob().unwrap_or_default()) {
                    if super::tags::standing(conn, id)? == Some(tag) {
                        all.push((name.clone(), score));
                    }
                }
            }
            Ok(all)
        })
    }

    /// The lesson of a tag that is in use.
    pub fn lesson(&self, tag: TagId) -> Result<Option<LessonKept>> {
        self.read("read what was learnt", |conn| lesson(conn, tag))
    }

    /// From which score on a model's tag is shown, where checks moved it.
    pub fn threshold(&self, tag: TagId) -> Result<Option<f32>> {
        self.read("read a threshold", |conn| {
            Ok(thresholds(conn)?.get(&tag).copied())
        })
    }

    /// The latest changes that can still be taken back, newest first.
    pub fn past_steps(&self, limit: usize) -> Result<Vec<PastStep>> {
        self.read("read the undo log", |conn| undo::past(conn, limit))
    }
}
