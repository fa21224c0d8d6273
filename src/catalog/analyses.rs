//! What machines found: embeddings and scores of models, results of analysers.

use rusqlite::{Connection, OptionalExtension, params};

use super::codec::{f16_bytes, from_f16_bytes, kind_code, now_ms};
use super::fault::Outcome;
use super::model_tags::{pack_scores, settle_models, unpack_scores};
use super::types::{Analysis, ItemId, ModelRun, ModelTag, NewTagging, RunId};
use crate::media::Kind;

/// The row of `source` for a pack, made when it is new.
fn source_of(conn: &Connection, pack: &str) -> Outcome<i64> {
    let known = conn
        .prepare_cached("SELECT id FROM source WHERE name = ?1")?
        .query_row([pack], |row| row.get(0))
        .optional()?;
    if let Some(id) = known {
        return Ok(id);
    }
    let pack_id = pack.split_once('@').map_or(pack, |(id, _)| id);
    conn.execute(
        "INSERT INTO source (name, pack_id) VALUES (?1, ?2)",
        params![pack, pack_id],
    )?;
    Ok(conn.last_insert_rowid())
}

/// Begins a run of a model.
pub(super) fn begin_run(conn: &Connection, pack: &str) -> Outcome<RunId> {
    let source = source_of(conn, pack)?;
    conn.execute(
        "INSERT INTO model_run (source, started_ms) VALUES (?1, ?2)",
        params![source, now_ms()],
    )?;
    Ok(RunId(conn.last_insert_rowid()))
}

/// Stores what a model said of an item. The version before this one is kept for a rollback, older ones are not.
pub(super) fn set_tagging(
    conn: &Connection,
    item: ItemId,
    run: RunId,
    tagging: &NewTagging,
) -> Outcome<()> {
    let source = source_of(conn, &tagging.pack)?;
    let scores = pack_scores(conn, &tagging.tags)?;
    conn.prepare_cached(
        "INSERT OR REPLACE INTO tagging (item, source, run, at_ms, scores, embedding) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![item, source, run, now_ms(), scores, f16_bytes(&tagging.embedding)])?;
    conn.prepare_cached(
        "DELETE FROM tagging WHERE item = ?1 AND id NOT IN (
             SELECT id FROM tagging WHERE item = ?1 AND source IN (
                 SELECT id FROM source WHERE pack_id = (SELECT pack_id FROM source WHERE id = ?2))
             ORDER BY id DESC LIMIT 2)
         AND source IN (SELECT id FROM source WHERE pack_id = (SELECT pack_id FROM source WHERE id = ?2))",
    )?
    .execute(params![item, source])?;
    settle_models(conn, item)
}

/// Takes back a run of a model: what it said goes, what an earlier version said and what people said stays. Returns
/// the items it touched.
pub(super) fn roll_back(conn: &Connection, run: RunId) -> Outcome<Vec<ItemId>> {
    let mut statement = conn.prepare("SELECT item FROM tagging WHERE run = ?1")?;
    let items: Vec<ItemId> = statement
        .query_map([run], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    conn.execute("DELETE FROM tagging WHERE run = ?1", [run])?;
    for item in &items {
        settle_models(conn, *item)?;
    }
    conn.execute("DELETE FROM model_run WHERE id = ?1", [run])?;
    Ok(items)
}

/// Runs whose results are in use, newest first.
pub(super) fn runs(conn: &Connection) -> Outcome<Vec<ModelRun>> {
    let mut statement = conn.prepare_cached(
        "SELECT r.id, s.name, r.started_ms, (SELECT count(*) FROM tagging WHERE run = r.id) AS n
         FROM model_run AS r JOIN source AS s ON s.id = r.source WHERE n > 0 ORDER BY r.id DESC",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(ModelRun {
            id: row.get(0)?,
            pack: row.get(1)?,
            started_ms: row.get(2)?,
            items: row.get::<_, i64>(3)?.max(0) as u64,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The embedding a pack (`id@version`) gave an item.
pub(super) fn embedding(conn: &Connection, item: ItemId, pack: &str) -> Outcome<Option<Vec<f32>>> {
    let bytes: Option<Vec<u8>> = conn
        .prepare_cached(
            "SELECT embedding FROM tagging WHERE item = ?1 AND source = (SELECT id FROM source WHERE name = ?2)",
        )?
        .query_row(params![item, pack], |row| row.get(0))
        .optional()?;
    Ok(bytes
        .map(|bytes| from_f16_bytes(&bytes))
        .filter(|vector| !vector.is_empty()))
}

/// All embeddings a pack gave, by item.
pub(super) fn embeddings_of_pack(
    conn: &Connection,
    pack: &str,
) -> Outcome<Vec<(ItemId, Vec<f32>)>> {
    let mut statement = conn.prepare_cached(
        "SELECT item, embedding FROM tagging
         WHERE source = (SELECT id FROM source WHERE name = ?1) AND length(embedding) > 0 ORDER BY item",
    )?;
    let mut rows = statement.query([pack])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push((
            row.get(0)?,
            from_f16_bytes(row.get_ref(1)?.as_blob().unwrap_or_default()),
        ));
    }
    Ok(all)
}

/// The pack that gave most embeddings to items of a kind, the newest of equals.
pub(super) fn main_pack(conn: &Connection, kind: Kind) -> Outcome<Option<String>> {
    Ok(conn
        .prepare_cached(
            "SELECT s.name FROM tagging AS t JOIN source AS s ON s.id = t.source JOIN item AS i ON i.id = t.item
             WHERE i.kind = ?1 AND length(t.embedding) > 0 GROUP BY s.id ORDER BY count(*) DESC, s.id DESC LIMIT 1",
        )?
        .query_row([kind_code(kind)], |row| row.get(0))
        .optional()?)
}

/// The embeddings of one kind, all from one pack so that they can be compared.
pub(super) fn embeddings(conn: &Connection, kind: Kind) -> Outcome<Vec<(ItemId, Vec<f32>)>> {
    let Some(pack) = main_pack(conn, kind)? else {
        return Ok(Vec::new());
    };
    let mut statement = conn.prepare_cached(
        "SELECT t.item, t.embedding FROM tagging AS t JOIN item AS i ON i.id = t.item
         WHERE t.source = (SELECT id FROM source WHERE name = ?1) AND i.kind = ?2 AND i.flags & 32 = 0
           AND length(t.embedding) > 0 ORDER BY t.item",
    )?;
    let mut rows = statement.query(params![pack, kind_code(kind)])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push((
            row.get(0)?,
            from_f16_bytes(row.get_ref(1)?.as_blob().unwrap_or_default()),
        ));
    }
    Ok(all)
}

/// What each pack says of an item: pack, slug, score.
pub(super) fn model_tags(conn: &Connection, item: ItemId) -> Outcome<Vec<NewTagging>> {
    let mut statement = conn.prepare_cached(
        "SELECT s.name, t.scores, t.embedding FROM tagging AS t JOIN source AS s ON s.id = t.source
         WHERE t.item = ?1 ORDER BY t.id DESC",
    )?;
    let mut rows = statement.query([item])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let mut tags = Vec::new();
        for (tag, score, is_shown) in unpack_scores(row.get_ref(1)?.as_blob().unwrap_or_default()) {
            let slug: Option<String> = conn
                .prepare_cached("SELECT coalesce(slug, name) FROM tag WHERE id = ?1")?
                .query_row([tag], |row| row.get(0))
                .optional()?;
            tags.extend(slug.map(|slug| ModelTag {
                slug,
                score,
                is_shown,
            }));
        }
        all.push(NewTagging {
            pack: row.get(0)?,
            embedding: from_f16_bytes(row.get_ref(2)?.as_blob().unwrap_or_default()),
            tags,
        });
    }
    Ok(all)
}

/// Stores the result of an analyser, or why it failed. Results of other versions of it are dropped.
pub(super) fn set_analysis(
    conn: &Connection,
    item: ItemId,
    analyser: &str,
    version: u32,
    outcome: Result<&[u8], &str>,
) -> Outcome<()> {
    conn.prepare_cached("DELETE FROM analysis WHERE item = ?1 AND analyser = ?2")?
        .execute(params![item, analyser])?;
    conn.prepare_cached(
        "INSERT INTO analysis (item, analyser, version, at_ms, problem, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![item, analyser, version, now_ms(), outcome.err(), outcome.ok()])?;
    Ok(())
}

/// The stored result of an analyser.
pub(super) fn analysis(
    conn: &Connection,
    item: ItemId,
    analyser: &str,
) -> Outcome<Option<Analysis>> {
    Ok(conn
        .prepare_cached(
            "SELECT version, at_ms, problem, data FROM analysis WHERE item = ?1 AND analyser = ?2
             ORDER BY version DESC LIMIT 1",
        )?
        .query_row(params![item, analyser], |row| {
            let problem: Option<String> = row.get(2)?;
            let data: Option<Vec<u8>> = row.get(3)?;
            Ok(Analysis {
                version: row.get(0)?,
                at_ms: row.get(1)?,
                outcome: problem.map_or_else(|| Ok(data.unwrap_or_default()), Err),
            })
        })
        .optional()?)
}

/// Items of these kinds that are there and that the analyser has not looked at in this version (a failure counts as
/// looked at until the content changes), newest first.
pub(super) fn pending(
    conn: &Connection,
    analyser: &str,
    version: u32,
    kinds: &[Kind],
    limit: usize,
) -> Outcome<Vec<ItemId>> {
    let mask = kinds
        .iter()
        .fold(0_i64, |mask, kind| mask | 1 << kind_code(*kind));
    let mut statement = conn.prepare_cached(
        "SELECT id FROM item INDEXED BY item_index WHERE (1 << kind) & ?3 <> 0 AND flags & 41 = 0
             AND NOT EXISTS (SELECT 1 FROM analysis WHERE item = item.id AND analyser = ?1 AND version = ?2)
         ORDER BY date_ms DESC, id DESC LIMIT ?4",
    )?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = statement.query_map(params![analyser, version, mask, limit], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
