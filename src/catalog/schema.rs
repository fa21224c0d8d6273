//! Numbered migrations. `PRAGMA user_version` is the number of the last one applied.

use rusqlite::{Connection, TransactionBehavior};

use super::fault::Outcome;

/// Marks the file as Parlour's ("PARL").
const APPLICATION_ID: i32 = 0x5041_524c;

const MIGRATIONS: [&str; 3] = [
    include_str!("migrations/0001_catalog.sql"),
    include_str!("migrations/0002_outward.sql"),
    include_str!("migrations/0003_teaching.sql"),
];

/// The newest version this program knows.
pub(super) const VERSION: i64 = MIGRATIONS.len() as i64;

/// The version of an open catalogue; 0 for an empty file.
pub(super) fn version(conn: &Connection) -> rusqlite::Result<i64> {
    conn.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Brings the schema to [`VERSION`], one transaction per step. `before` runs ahead of each step that changes an
/// existing catalogue.
pub(super) fn migrate(
    conn: &mut Connection,
    mut before: impl FnMut(&Connection, i64) -> Outcome<()>,
) -> Outcome<()> {
    let from = version(conn)?;
    for (number, script) in (1..).zip(MIGRATIONS) {
        if number <= from {
            continue;
        }
        if from > 0 {
            before(conn, number - 1)?;
        }
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        tx.execute_batch(script)?;
        tx.pragma_update(None, "user_version", number)?;
        tx.pragma_update(None, "application_id", APPLICATION_ID)?;
        tx.commit()?;
    }
    Ok(())
}
