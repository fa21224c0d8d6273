//! Opening the catalogue: one process at a time, never a newer file, never a damaged one.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::time::{Duration, UNIX_EPOCH};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::backup::{self, Daily};
use super::codec::now_ms;
use super::fault::Outcome;
use super::writer::{Shared, Writer};
use super::{items, schema, undo};
use crate::dirs::Dirs;
use crate::error::{Error, Notice, Result};

const OPENING: &str = "open the catalogue";

pub(super) struct Opened {
    pub shared: Arc<Shared>,
    pub writer: Writer,
    pub daily: Daily,
    pub notice: Option<Notice>,
}

pub(super) fn open(dirs: &Dirs) -> Result<Opened> {
    dirs.create()?;
    let lock = lock(&dirs.data)?;
    let file = dirs.catalog();
    clear_leftovers(dirs);
    let mut notice = None;
    let mut is_index_damaged = false;
    match examine(dirs) {
        Ok(Found::Good) => {}
        Ok(Found::IndexDamaged) => is_index_damaged = true,
        Ok(Found::Nothing) => notice = restore_lost(dirs)?,
        Ok(Found::Newer(found)) => {
            return Err(Error::NewerCatalog {
                found,
                known: schema::VERSION,
                path: file,
            });
        }
        Err(fault) if fault.is_damage() => notice = Some(restore(dirs)?),
        Err(fault) => return Err(fault.told(OPENING, &file)),
    }
    let conn = match prepare(dirs) {
        Err(fault) if fault.is_damage() && notice.is_none() => {
            notice = Some(restore(dirs)?);
            prepare(dirs)
        }
        prepared => prepared,
    };
    let conn = conn.map_err(|fault| fault.told(OPENING, &file))?;
    if is_index_damaged {
        tracing::warn!("the search index was damaged and is made anew");
        items::reindex_all(&conn).map_err(|fault| fault.told(OPENING, &file))?;
    }
    let shared = Arc::new(Shared {
        file: file.clone(),
        changes: AtomicU64::new(1),
        content: AtomicU64::new(1),
        is_damaged: AtomicBool::new(false),
    });
    let mark = clean_mark(dirs);
    let closing = Arc::clone(&shared);
    let writer = Writer::start(conn, Arc::clone(&shared), move || {
        if !backup::is_damaged(&closing) {
            leave_mark(&mark, &file);
        }
        drop(lock);
    })?;
    let daily = Daily::start(Arc::clone(&shared), dirs.backups())?;
    Ok(Opened {
        shared,
        writer,
        daily,
        notice,
    })
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
        Err(TryLockError::WouldBlock) => Err(Error::Busy {
            path: data.to_owned(),
        }),
        Err(TryLockError::Error(e)) => Err(Error::io("lock the library", &path, &e)),
    }
}

enum Found {
    Good,
    /// Only the full-text index is damaged, which is made from the rest.
    IndexDamaged,
    Nothing,
    Newer(i64),
}

/// Looks at the file without changing it. All of it is checked unless it is as the last run left it on closing, so
/// that a usual start is quick and a start after a crash, a restored disk or a stray write is safe.
fn examine(dirs: &Dirs) -> Outcome<Found> {
    let file = dirs.catalog();
    let is_empty = std::fs::metadata(&file).map_or(true, |meta| meta.len() == 0);
    if is_empty
        && std::fs::metadata(with_suffix(&file, "-wal")).map_or(true, |meta| meta.len() == 0)
    {
        return Ok(Found::Nothing);
    }
    // Not read-only: after a crash, reading begins with taking the log up, which a read-only connection may not. And
    // the log stays as it is, in case the file turns out to be newer.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(&file, flags)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    conn.busy_timeout(Duration::from_secs(10))?;
    let version = schema::version(&conn)?;
    if version > schema::VERSION {
        return Ok(Found::Newer(version));
    }
    if is_as_left(dirs) {
        return Ok(Found::Good);
    }
    let problems = backup::check(&conn, 20)?;
    match problems.first() {
        None => Ok(Found::Good),
        Some(_) if problems.iter().all(|problem| problem.contains("FTS5")) => {
            Ok(Found::IndexDamaged)
        }
        Some(problem) => Err(Error::CatalogDamaged {
            why: problem.clone(),
            path: file,
        }
        .into()),
    }
}

fn prepare(dirs: &Dirs) -> Outcome<Connection> {
    let mark = clean_mark(dirs);
    match std::fs::remove_file(&mark) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
            return Err(Error::io(OPENING, &mark, &e).into());
        }
        _ => {}
    }
    let mut conn = connect(&dirs.catalog())?;
    schema::migrate(&mut conn, |conn, _| {
        backup::make(conn, &dirs.backups()).map(drop)
    })?;
    undo::drop_passing(&conn)?;
    Ok(conn)
}

fn connect(file: &Path) -> Outcome<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(file, flags)?;
    conn.busy_timeout(Duration::from_secs(10))?;
    let mode: String =
        conn.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
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

fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn clean_mark(dirs: &Dirs) -> PathBuf {
    dirs.data.join("catalog.clean")
}

/// Size and time of the file, as they are noted on closing.
fn state_of(file: &Path) -> Option<String> {
    let meta = std::fs::metadata(file).ok()?;
    let modified = meta.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(format!("{} {}", meta.len(), modified.as_nanos()))
}

fn leave_mark(mark: &Path, file: &Path) {
    let Some(state) = state_of(file) else { return };
    // Without it the next start merely takes longer.
    if let Err(error) = std::fs::write(mark, state) {
        tracing::warn!("could not note that the catalogue was closed well: {error}");
    }
}

fn is_as_left(dirs: &Dirs) -> bool {
    let file = dirs.catalog();
    let has_log = std::fs::metadata(with_suffix(&file, "-wal")).is_ok_and(|meta| meta.len() > 0);
    let noted = std::fs::read_to_string(clean_mark(dirs)).ok();
    !has_log && noted.is_some() && noted == state_of(&file)
}

/// Removes what an interrupted restore or backup left.
fn clear_leftovers(dirs: &Dirs) {
    let mut leftovers = vec![restoring(dirs)];
    if let Ok(entries) = std::fs::read_dir(dirs.backups()) {
        let partial = entries.flatten().map(|entry| entry.path());
        leftovers.extend(partial.filter(|path| path.extension().is_some_and(|e| e == "partial")));
    }
    for path in leftovers.iter().filter(|path| path.exists()) {
        if let Err(error) = std::fs::remove_file(path) {
            tracing::warn!("could not remove a leftover: {error}: {}", path.display());
        }
    }
}

fn restoring(dirs: &Dirs) -> PathBuf {
    dirs.data.join("catalog.restoring")
}

/// The catalogue is not there: the newest good backup takes its place, if there is one.
fn restore_lost(dirs: &Dirs) -> Result<Option<Notice>> {
    Ok(
        fetch_backup(dirs)?.map(|backup_ms| Notice::CatalogRestored {
            backup_ms,
            set_aside: None,
        }),
    )
}

/// The catalogue is damaged: it is set aside, and the newest good backup takes its place, or an empty one.
fn restore(dirs: &Dirs) -> Result<Notice> {
    let file = dirs.catalog();
    let mut aside = dirs.data.join(backup::dated("catalog-damaged-", now_ms()));
    let mut number = 1;
    while aside.exists() {
        number += 1;
        aside = dirs.data.join(backup::dated(
            &format!("catalog-damaged-{number}-"),
            now_ms(),
        ));
    }
    // The shared-memory file is made from the log; it must not meet the restored file.
    for suffix in ["-wal", ""] {
        let (from, to) = (with_suffix(&file, suffix), with_suffix(&aside, suffix));
        match std::fs::rename(&from, &to) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::io("set the damaged catalogue aside", &from, &e));
            }
            _ => {}
        }
    }
    let shared_memory = with_suffix(&file, "-shm");
    match std::fs::remove_file(&shared_memory) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
            return Err(Error::io(
                "set the damaged catalogue aside",
                &shared_memory,
                &e,
            ));
        }
        _ => {}
    }
    Ok(match fetch_backup(dirs)? {
        Some(backup_ms) => Notice::CatalogRestored {
            backup_ms,
            set_aside: Some(aside),
        },
        None => Notice::CatalogRestarted { set_aside: aside },
    })
}

/// Puts the newest good backup in the catalogue's place and tells its time.
fn fetch_backup(dirs: &Dirs) -> Result<Option<i64>> {
    let Some(good) = backup::list(&dirs.backups())
        .into_iter()
        .find(|backup| backup::is_good(&backup.path))
    else {
        return Ok(None);
    };
    let (file, copy) = (dirs.catalog(), restoring(dirs));
    let failed = |e: &std::io::Error| Error::io("restore the catalogue", &good.path, e);
    std::fs::copy(&good.path, &copy).map_err(|e| failed(&e))?;
    let written = OpenOptions::new()
        .write(true)
        .open(&copy)
        .map_err(|e| failed(&e))?;
    written.sync_all().map_err(|e| failed(&e))?;
    std::fs::rename(&copy, &file).map_err(|e| failed(&e))?;
    Ok(Some(good.at_ms))
}
