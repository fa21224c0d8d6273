//! How the catalogue file is.

use std::path::Path;

use rusqlite::Connection;

use super::fault::Outcome;
use super::types::Health;
use super::{backup, schema};

/// Lines of complaint that are told.
const MAX_PROBLEMS: u32 = 20;

/// Checks the whole file and counts what is in it.
pub(super) fn health(conn: &Connection, file: &Path, backups: &Path) -> Outcome<Health> {
    let count = |sql: &str| -> rusqlite::Result<u64> {
        conn.query_row(sql, [], |row| row.get::<_, i64>(0))
            .map(|n| n.max(0) as u64)
    };
    let size = |path: &Path| std::fs::metadata(path).map_or(0, |meta| meta.len());
    let mut log = file.as_os_str().to_owned();
    log.push("-wal");
    Ok(Health {
        path: file.to_owned(),
        size_bytes: size(file) + size(Path::new(&log)),
        version: schema::version(conn)?,
        problems: backup::check(conn, MAX_PROBLEMS)?,
        items: count("SELECT count(*) FROM item WHERE flags & 32 = 0")?,
        missing: count("SELECT count(*) FROM item WHERE flags & 33 = 1")?,
        unsupported: count("SELECT count(*) FROM item WHERE flags & 40 = 8")?,
        tags: count("SELECT count(*) FROM tag WHERE is_deleted = 0")?,
        events: count("SELECT count(*) FROM event")?,
        backups: backup::list(backups),
    })
}
