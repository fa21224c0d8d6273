//! Opening the catalogue: one process at a time, never a newer file, never a damaged one.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::fault::Outcome;
use super::{schema, undo};
use super::writer::{Shared, Writer};
use crate::dirs::Dirs;
use crate::error::{Error, Notice, Result};

const OPENING: &str = "open the catalogue";

pub(super) struct Opened {
    pub shared: Arc<Shared>,
    pub writer: Writer,
    pub notice: Option<Notice>,
}

pub(super) fn open(dirs: &Dirs) -> Result<Opened> {
    dirs.create()?;
    let lock = lock(&dirs.data)?;
    let file = dirs.catalog();
    let notice = None;
    let mut conn = connect(&file).map_err(|fault| fault.told(OPENING, &file))?;
    schema::migrate(&mut conn, |_, _| Ok(())).map_err(|fault| fault.told(OPENING, &file))?;
    undo::drop_passing(&conn).map_err(|fault| fault.told(OPENING, &file))?;
    let shared = Arc::new(Shared {
        file,
        changes: AtomicU64::new(1),
        is_damaged: AtomicBool::new(false),
    });
    let writer = Writer::start(conn, Arc::clone(&shared), move || drop(lock))?;
    Ok(Opened { shared, writer, notice })
}

/// Holds the library for this process; the operating system lets go of it when the process ends, however it ends.
fn lock(data: &Path) -> Result<File> {
    let path = data.join("catalog.lock");
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|e| Error::io("lock the library", &path, &e))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::Busy { path: data.to_owned() }),
        Err(TryLockError::Error(e)) => Err(Error::io("lock the library", &path, &e)),
    }
}

fn connect(file: &Path) -> Outcome<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(file, flags)?;
    conn.busy_timeout(Duration::from_secs(10))?;
    let mode: String = conn.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    if !mode.eq_ignore_ascii_case("wal") {
        tracing::warn!("the catalogue's disk does not support a write-ahead log ({mode})");
    }
    conn.execute_batch(
        "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;
         PRAGMA cache_size = -32768; PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 1000",
    )?;
    conn.set_prepared_statement_cache_capacity(128);
    Ok(conn)
}
