//! Running a query. Never ordered by the index's own rank: that would weigh every hit while a person types.

use std::collections::HashSet;

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::Query;
use super::fold::words;
use super::sql::{Plan, match_text, plan};
use crate::catalog::fault::Outcome;
use crate::catalog::types::ItemId;

/// This many of the first hits are ranked; the rest follows as found.
const RANKED: usize = 500;
/// Items whose title begins with the words come first, at most this many.
const TITLES: usize = 50;

/// Items that answer the query: first those whose title begins with the words, then those with a title that has them,
/// then the rest; newest first among equals.
pub(in crate::catalog) fn search(
    conn: &Connection,
    query: &Query,
    limit: usize,
) -> Outcome<Vec<ItemId>> {
    let plan = plan(conn, query)?;
    let mut found = Vec::new();
    if !plan.words.is_empty()
        && let Some(start) = match_text(&plan.words, false)
    {
        let titles = Plan {
            matches: vec![format!("{{title}} : ^ {start}")],
            conditions: plan.conditions.clone(),
            values: plan.values.clone(),
            ..Plan::default()
        };
        found = run(conn, &titles, TITLES)?;
    }
    let rest = run(conn, &plan, limit.max(RANKED))?;
    found.extend(rest);
    let ranked = found.len().min(RANKED);
    if !plan.words.is_empty() {
        found[..ranked].sort_by_cached_key(|hit| {
            (
                class(&plan.words, &hit.title),
                std::cmp::Reverse(hit.date_ms),
            )
        });
    }
    let mut seen = HashSet::with_capacity(found.len());
    let mut ids: Vec<ItemId> = found.into_iter().map(|hit| hit.id).collect();
    ids.retain(|id| seen.insert(*id));
    ids.truncate(limit);
    Ok(ids)
}

struct Hit {
    id: ItemId,
    date_ms: i64,
    title: String,
}

fn run(conn: &Connection, plan: &Plan, limit: usize) -> Outcome<Vec<Hit>> {
    let conditions = plan.conditions.join(" AND ");
    let title = if plan.words.is_empty() && plan.matches.is_empty() {
        "''"
    } else {
        "i.title"
    };
    let mut values = Vec::new();
    let sql = if plan.matches.is_empty() {
        // From a named set, or down the timeline until there are enough.
        let from = if plan.has_set {
            "item AS i"
        } else {
            "item AS i INDEXED BY item_index"
        };
        format!(
            "SELECT i.id, i.date_ms, {title} FROM {from} WHERE {conditions} ORDER BY i.date_ms DESC, i.id DESC LIMIT ?"
        )
    } else {
        values.push(Value::from(plan.matches.join(" AND ")));
        format!(
            "SELECT i.id, i.date_ms, {title} FROM words AS w CROSS JOIN item AS i ON i.id = w.rowid
             WHERE words MATCH ? AND {conditions} ORDER BY w.rowid DESC LIMIT ?"
        )
    };
    values.extend(plan.values.iter().cloned());
    values.push(Value::from(i64::try_from(limit).unwrap_or(i64::MAX)));
    let mut statement = conn.prepare_cached(&sql)?;
    let rows = statement.query_map(params_from_iter(values), |row| {
        Ok(Hit {
            id: row.get(0)?,
            date_ms: row.get(1)?,
            title: row.get(2)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// 0 when the title begins with the words, 1 when it has them all, 2 otherwise.
fn class(wanted: &[String], title: &str) -> u8 {
    let title = words(title);
    let begins = |word: &String, wanted: &String| word.starts_with(wanted.as_str());
    if title.len() >= wanted.len()
        && title
            .iter()
            .zip(wanted)
            .all(|(word, wanted)| begins(word, wanted))
    {
        0
    } else if wanted
        .iter()
        .all(|wanted| title.iter().any(|word| begins(word, wanted)))
    {
        1
    } else {
        2
    }
}
