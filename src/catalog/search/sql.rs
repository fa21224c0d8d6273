//! Conditions to SQL. Every value is a parameter; nothing a person types becomes SQL.

use rusqlite::types::Value;
use rusqlite::{Connection, params};

use super::fold::{is_cjk, words};
use super::{Column, Is, Number, Query, Range, What};
use crate::catalog::codec::{event_code, kind_code};
use crate::catalog::fault::Outcome;
use crate::catalog::types::{EventKind, TagId, TagState};

/// A query as SQL pieces over `item AS i`.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Conditions, joined by AND.
    pub conditions: Vec<String>,
    pub values: Vec<Value>,
    /// What has to match in the full-text index alone; drives the query when not empty.
    pub matches: Vec<String>,
    /// Whether a condition names a set of ids small enough to start from.
    pub has_set: bool,
    /// The plain words in order, for ranking.
    pub words: Vec<String>,
}

/// Tags of at most this many names per word are looked for.
const MAX_TAGS_PER_WORD: i64 = 200;
/// A set of up to this many items is worth starting from; past it, walking down the timeline is quicker.
const SMALL_SET: i64 = 4000;
/// All names below this one begin with it; above any character that can be in a name.
const LAST: char = '\u{10ffff}';

pub(super) fn plan(conn: &Connection, query: &Query) -> Outcome<Plan> {
    let mut plan = Plan::default();
    let asks_for = |state: Is| {
        query
            .terms
            .iter()
            .any(|term| matches!(&term.what, What::Is(any) if any.contains(&state)))
    };
    // 32: its folder was removed; 4: hidden.
    let unwanted = if asks_for(Is::Hidden) { 32 } else { 36 };
    plan.conditions.push(format!("i.flags & {unwanted} = 0"));
    for term in &query.terms {
        let before = plan.conditions.len();
        add(conn, &mut plan, &term.what, term.is_not)?;
        if term.is_not {
            for condition in &mut plan.conditions[before..] {
                // IS NOT TRUE: an unknown artist is not this artist.
                *condition = format!("({condition}) IS NOT TRUE");
            }
        }
    }
    Ok(plan)
}

fn add(conn: &Connection, plan: &mut Plan, what: &What, is_not: bool) -> Outcome<()> {
    match what {
        What::Words {
            column: None,
            text,
            is_phrase,
        } => anywhere(conn, plan, text, *is_phrase, is_not)?,
        What::Words {
            column: Some(column),
            text,
            ..
        } => in_column(plan, *column, std::slice::from_ref(text), is_not),
        What::Text { column, any } => in_column(plan, *column, any, is_not),
        What::Tag { any, states } => {
            let mut tags = Vec::new();
            for name in any {
                tags.extend(tags_named(conn, name)?);
            }
            let is_wide = is_not || count(conn, &tags)? > SMALL_SET;
            plan.conditions.push(tag_condition(&tags, states, is_wide));
            plan.has_set |= !is_wide;
        }
        What::Kind(kinds) => {
            let codes: Vec<String> = kinds
                .iter()
                .map(|kind| kind_code(*kind).to_string())
                .collect();
            plan.conditions
                .push(format!("i.kind IN ({})", codes.join(", ")));
        }
        What::Number { field, ranges } => numbers(plan, *field, ranges),
        What::Date(spans) => {
            let any = spans.iter().map(|(from, to)| {
                plan.values.extend([Value::from(*from), Value::from(*to)]);
                "(i.date_ms >= ? AND i.date_ms < ?)"
            });
            let any: Vec<&str> = any.collect();
            plan.conditions.push(format!("({})", any.join(" OR ")));
        }
        What::Year(spans) => {
            let mut any = Vec::new();
            for (from, to) in spans {
                plan.values.extend(
                    [*from, *to, year_start_ms(*from), year_start_ms(*to)].map(Value::from),
                );
                any.push(
                    "CASE WHEN i.kind = 1 AND i.year IS NOT NULL THEN i.year >= ? AND i.year < ?
                     ELSE i.date_ms >= ? AND i.date_ms < ? END",
                );
            }
            plan.conditions.push(format!("({})", any.join(" OR ")));
        }
        What::Is(states) => {
            let any: Vec<String> = states.iter().map(|state| is_condition(*state)).collect();
            plan.conditions.push(format!("({})", any.join(" OR ")));
        }
        What::Camera(any) => like(plan, "i.camera", any),
        What::Format(any) => like(plan, "i.format", any),
        What::Collection(any) => {
            let any: Vec<&str> = any
                .iter()
                .map(|name| {
                    plan.values.push(Value::from(name.clone()));
                    "i.id IN (SELECT item FROM collection_item JOIN collection AS c ON c.id = collection
                         WHERE c.name = ? COLLATE NOCASE)"
                })
                .collect();
            plan.conditions.push(format!("({})", any.join(" OR ")));
            plan.has_set |= !is_not && any.len() == 1;
        }
    }
    Ok(())
}

/// A word or phrase: in the full-text index, or the name of a tag.
fn anywhere(
    conn: &Connection,
    plan: &mut Plan,
    text: &str,
    is_phrase: bool,
    is_not: bool,
) -> Outcome<()> {
    let tokens = words(text);
    let Some(matched) = match_text(&tokens, is_phrase) else {
        return Ok(());
    };
    if !is_not {
        plan.words.extend(tokens.iter().cloned());
    }
    let tags = tags_beginning(conn, &tokens, is_phrase)?;
    if tags.is_empty() && !is_not {
        plan.matches.push(matched);
        return Ok(());
    }
    plan.values.push(Value::from(matched));
    let in_text = "SELECT rowid FROM words WHERE words MATCH ?";
    let sure = [TagState::Confirmed, TagState::Shown];
    let is_wide = count(conn, &tags)? > SMALL_SET;
    plan.conditions.push(if tags.is_empty() {
        format!("i.id IN ({in_text})")
    } else if is_wide {
        format!(
            "({} OR i.id IN ({in_text}))",
            tag_condition(&tags, &sure, true)
        )
    } else {
        let set = tag_set(&tags, &sure);
        format!("i.id IN ({in_text} UNION ALL {set})")
    });
    plan.has_set |= !is_not && !is_wide;
    Ok(())
}

fn in_column(plan: &mut Plan, column: Column, any: &[String], is_not: bool) {
    let alternatives: Vec<String> = any
        .iter()
        .filter_map(|text| match_text(&words(text), true))
        .map(|matched| {
            // A file's name without its extension is the title where there is no other.
            match column {
                Column::File => format!("{{file title}} : {matched}"),
                Column::Notes => format!("{{notes title}} : {matched}"),
                _ => format!("{{{}}} : {matched}", column.name()),
            }
        })
        .collect();
    let matched = match alternatives.as_slice() {
        [] => return plan.conditions.push("FALSE".to_owned()),
        [one] => one.clone(),
        several => format!("({})", several.join(") OR (")),
    };
    if is_not {
        plan.values.push(Value::from(matched));
        plan.conditions
            .push("i.id IN (SELECT rowid FROM words WHERE words MATCH ?)".to_owned());
    } else {
        plan.matches.push(format!("({matched})"));
    }
}

/// An FTS5 expression for tokens side by side; the last may go on, unless it is a phrase or a CJK character.
pub(super) fn match_text(tokens: &[String], is_phrase: bool) -> Option<String> {
    let last = tokens.last()?;
    let goes_on = !is_phrase && !last.chars().next().is_some_and(is_cjk);
    Some(format!(
        "\"{}\"{}",
        tokens.join(" "),
        if goes_on { " *" } else { "" }
    ))
}

/// Tags whose name, or an alias, has a word that begins like this. One letter is too little to ask for.
fn tags_beginning(conn: &Connection, tokens: &[String], is_phrase: bool) -> Outcome<Vec<TagId>> {
    let wanted = tokens.join(" ");
    let is_short = wanted.chars().count() < 2 && !wanted.chars().any(is_cjk);
    if is_short {
        return Ok(Vec::new());
    }
    let end = if is_phrase {
        wanted.clone()
    } else {
        format!("{wanted}{LAST}")
    };
    let mut statement = conn.prepare_cached(
        "SELECT DISTINCT n.tag FROM tag_name AS n JOIN tag AS t ON t.id = n.tag
         WHERE n.key >= ?1 AND n.key <= ?2 AND t.is_deleted = 0 LIMIT ?3",
    )?;
    let rows = statement.query_map(params![wanted, end, MAX_TAGS_PER_WORD], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The tags that `tag:name` means: the one of that name with those below it; while typing, those that begin so.
fn tags_named(conn: &Connection, name: &str) -> Outcome<Vec<TagId>> {
    use crate::catalog::tags::{children, find};
    let mut found: Vec<TagId> = match find(conn, name) {
        Ok(found) => found.into_iter().collect(),
        Err(_) => Vec::new(),
    };
    if found.is_empty() {
        found = tags_beginning(conn, &words(name), false)?;
    }
    let mut at = 0;
    while let Some(tag) = found.get(at).copied() {
        for child in children(conn, tag)? {
            if !found.contains(&child) {
                found.push(child);
            }
        }
        at += 1;
    }
    Ok(found)
}

/// Items with one of the tags. `is_wide`: probed item by item, in the item's own few rows, which is quicker where many
/// have it and the first hundreds will do; else as a set to start from.
fn tag_condition(tags: &[TagId], states: &[TagState], is_wide: bool) -> String {
    if is_wide {
        let (tags, states) = (list(tags), state_list(states));
        format!(
            "EXISTS (SELECT 1 FROM item_tag AS t
                 WHERE t.item = i.id AND +t.tag IN ({tags}) AND +t.state IN ({states}))"
        )
    } else {
        format!("i.id IN ({})", tag_set(tags, states))
    }
}

fn tag_set(tags: &[TagId], states: &[TagState]) -> String {
    format!(
        "SELECT item FROM item_tag WHERE tag IN ({}) AND state IN ({})",
        list(tags),
        state_list(states)
    )
}

fn state_list(states: &[TagState]) -> String {
    let codes: Vec<String> = states
        .iter()
        .map(|state| state.code().to_string())
        .collect();
    codes.join(", ")
}

/// On how many items these tags are, in any state; an item counts once for each.
fn count(conn: &Connection, tags: &[TagId]) -> Outcome<i64> {
    if tags.is_empty() {
        return Ok(0);
    }
    let sql = format!(
        "SELECT coalesce(sum(confirmed + shown + suggested + rejected), 0) FROM tag_count WHERE tag IN ({})",
        list(tags)
    );
    Ok(conn.query_row(&sql, [], |row| row.get(0))?)
}

fn list(tags: &[TagId]) -> String {
    let ids: Vec<String> = tags.iter().map(ToString::to_string).collect();
    ids.join(", ")
}

fn numbers(plan: &mut Plan, field: Number, ranges: &[Range]) {
    let column = match field {
        Number::Rating => "i.rating",
        Number::Bpm => "i.bpm",
        Number::DurationMs => "i.duration_ms",
        Number::Width => "i.width",
        Number::Height => "i.height",
        Number::Track => "i.track",
    };
    let mut any = Vec::new();
    for range in ranges {
        // A plain duration or tempo means about that much.
        let slack = match (field, range.from == range.to) {
            (Number::DurationMs, true) => 999.0,
            (Number::Bpm, true) => 0.5,
            _ => 0.0,
        };
        let before = if field == Number::Bpm { slack } else { 0.0 };
        let from = range.from.map_or(f64::MIN, |from| from - before);
        let to = range.to.map_or(f64::MAX, |to| to + slack);
        plan.values.extend([Value::from(from), Value::from(to)]);
        any.push(format!("{column} BETWEEN ? AND ?"));
    }
    plan.conditions.push(format!("({})", any.join(" OR ")));
}

fn like(plan: &mut Plan, column: &str, any: &[String]) {
    let mut alternatives = Vec::new();
    for text in any {
        let escaped = text
            .replace('\\', "\\\\")
            .replace('%', "\\%")
            .replace('_', "\\_");
        plan.values.push(Value::from(format!("%{escaped}%")));
        alternatives.push(format!("{column} LIKE ? ESCAPE '\\'"));
    }
    plan.conditions
        .push(format!("({})", alternatives.join(" OR ")));
}

fn is_condition(state: Is) -> String {
    match state {
        Is::Missing => "i.flags & 1 <> 0".to_owned(),
        Is::Favourite => "i.flags & 2 <> 0".to_owned(),
        Is::Hidden => "i.flags & 4 <> 0".to_owned(),
        Is::Unsupported => "i.flags & 8 <> 0".to_owned(),
        Is::Rated => "i.rating > 0".to_owned(),
        Is::Located => "i.lat IS NOT NULL".to_owned(),
        Is::Tagged => {
            "EXISTS (SELECT 1 FROM item_tag AS t WHERE t.item = i.id AND t.state = 1)".to_owned()
        }
        Is::Suggested => {
            "EXISTS (SELECT 1 FROM item_tag AS t WHERE t.item = i.id AND t.state = 3)".to_owned()
        }
        Is::Played => format!(
            "EXISTS (SELECT 1 FROM event AS e WHERE e.item = i.id AND e.kind IN ({}, {}))",
            event_code(EventKind::Played),
            event_code(EventKind::Opened)
        ),
    }
}

/// The first millisecond of a year, UTC; the ends of time for years that no calendar has.
fn year_start_ms(year: i64) -> i64 {
    let start = i16::try_from(year)
        .ok()
        .and_then(|year| jiff::civil::Date::new(year, 1, 1).ok());
    let zoned = start.and_then(|date| date.to_zoned(jiff::tz::TimeZone::UTC).ok());
    zoned.map_or(if year > 0 { i64::MAX } else { i64::MIN }, |at| {
        at.timestamp().as_millisecond()
    })
}
