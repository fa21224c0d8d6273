//! Dated copies of the catalogue: before each migration and once a day, the last seven kept.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use rusqlite::backup::{Backup as Copying, StepResult};
use rusqlite::{Connection, OpenFlags};

use super::codec::now_ms;
use super::fault::{Fault, Outcome};
use super::schema;
use super::types::Backup;
use super::writer::Shared;
use crate::error::{Error, Result};

const KEPT: usize = 7;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const PREFIX: &str = "catalog-";
const SUFFIX: &str = ".sqlite";
const STAMP: &str = "%Y-%m-%dT%H%M%SZ";
/// A start is left alone for this long before its daily backup begins.
const PATIENCE: Duration = Duration::from_secs(20);
/// A window that stays open looks this often whether a day has passed.
const INTERVAL: Duration = Duration::from_hours(1);

/// A file name that tells the time.
pub(super) fn dated(prefix: &str, at_ms: i64) -> String {
    let at = jiff::Timestamp::from_millisecond(at_ms).unwrap_or_default();
    format!("{prefix}{}{SUFFIX}", at.strftime(STAMP))
}

fn time_of(name: &str) -> Option<i64> {
    let stamp = name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?;
    let civil = jiff::civil::DateTime::strptime(STAMP, stamp).ok()?;
    let at = civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(at.timestamp().as_millisecond())
}

/// The backups in a folder, newest first.
pub(super) fn list(dir: &Path) -> Vec<Backup> {
    let Ok(entries) = std::fs::read_dir(dir) else {
        return Vec::new();
    };
    let mut found: Vec<Backup> = entries
        .flatten()
        .filter_map(|entry| {
            let at_ms = time_of(entry.file_name().to_str()?)?;
            let size_bytes = entry.metadata().ok()?.len();
            Some(Backup {
                path: entry.path(),
                at_ms,
                size_bytes,
            })
        })
        .collect();
    found.sort_by(|a, b| b.at_ms.cmp(&a.at_ms).then_with(|| b.path.cmp(&a.path)));
    found
}

/// Makes a backup and drops the oldest beyond the last seven. A copy that does not hold together is not kept.
pub(super) fn make(conn: &Connection, dir: &Path) -> Outcome<PathBuf> {
    std::fs::create_dir_all(dir).map_err(|e| Error::io("create the folder", dir, &e))?;
    let mut at_ms = now_ms();
    while dir.join(dated(PREFIX, at_ms)).exists() {
        at_ms += 1000;
    }
    let path = dir.join(dated(PREFIX, at_ms));
    let partial = path.with_extension("partial");
    let copied = copy(conn, &partial).and_then(|()| {
        if let Some(problem) = problems(&partial, 1)?.pop() {
            return Err(Error::CatalogDamaged {
                why: problem,
                path: path.clone(),
            }
            .into());
        }
        let failed = |e: &std::io::Error| Error::io("save a backup", &path, e);
        let file = std::fs::OpenOptions::new()
            .write(true)
            .open(&partial)
            .map_err(|e| failed(&e))?;
        file.sync_all().map_err(|e| failed(&e))?;
        std::fs::rename(&partial, &path).map_err(|e| failed(&e))?;
        Ok(())
    });
    if let Err(fault) = copied {
        // Half a backup is worth nothing; when it cannot be removed either, the next start does it.
        drop(std::fs::remove_file(&partial));
        return Err(fault);
    }
    for old in list(dir).into_iter().skip(KEPT) {
        if let Err(error) = std::fs::remove_file(&old.path) {
            tracing::warn!(
                "an old backup could not be removed: {error}: {}",
                old.path.display()
            );
        }
    }
    Ok(path)
}

fn copy(conn: &Connection, to: &Path) -> Outcome<()> {
    let mut target = Connection::open(to)?;
    {
        let copying = Copying::new(conn, &mut target)?;
        // All at once: a copy in steps would begin anew whenever something is written meanwhile.
        let mut tries = 0;
        while copying.step(-1)? != StepResult::Done {
            tries += 1;
            if tries > 100 {
                return Err(Error::Catalog {
                    action: "make a backup",
                    why: "another program is using the file".to_owned(),
                }
                .into());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
    // A backup is one file: no log beside it.
    target.pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()))?;
    target.close().map_err(|(_, error)| Fault::Sql(error))
}

/// What SQLite's check complains of, at most `limit` lines; empty is good.
pub(super) fn problems(file: &Path, limit: u32) -> Outcome<Vec<String>> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(file, flags)?;
    check(&conn, limit)
}

/// The same for an open connection.
pub(super) fn check(conn: &Connection, limit: u32) -> Outcome<Vec<String>> {
    let mut statement = conn.prepare(&format!("PRAGMA quick_check({limit})"))?;
    let lines = statement.query_map([], |row| row.get(0))?;
    let mut lines: Vec<String> = lines.collect::<rusqlite::Result<_>>()?;
    lines.retain(|line| line != "ok");
    Ok(lines)
}

/// Whether a file is a whole catalogue of a version that this program reads.
pub(super) fn is_good(file: &Path) -> bool {
    let examine = || -> Outcome<bool> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(file, flags)?;
        let version = schema::version(&conn)?;
        Ok((1..=schema::VERSION).contains(&version) && check(&conn, 1)?.is_empty())
    };
    examine().unwrap_or(false)
}

/// Makes the daily backup in the background. Stopped and waited for when dropped.
pub(super) struct Daily {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Daily {
    pub fn start(shared: Arc<Shared>, dir: PathBuf) -> Result<Self> {
        let (stop, stopped) = bounded(1);
        let thread = std::thread::Builder::new()
            .name("catalog-backup".to_owned())
            .spawn(move || daily(&shared, &dir, &stopped))
            .map_err(|e| Error::Internal {
                action: "start the backups",
                why: e.to_string(),
            })?;
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for Daily {
    fn drop(&mut self) {
        drop(self.stop.take());
        let Some(thread) = self.thread.take() else {
            return;
        };
        if thread.join().is_err() {
            tracing::error!("the backup thread ended in a panic");
        }
    }
}

fn daily(shared: &Shared, dir: &Path, stopped: &Receiver<()>) {
    let mut wait = PATIENCE;
    loop {
        let is_last = stopped.recv_timeout(wait) != Err(RecvTimeoutError::Timeout);
        let newest = list(dir).first().map_or(i64::MIN, |backup| backup.at_ms);
        if newest < now_ms().saturating_sub(DAY_MS) {
            match back_up(shared, dir) {
                Ok(Some(path)) => tracing::info!("backed the catalogue up: {}", path.display()),
                Ok(None) => {}
                Err(error) => tracing::warn!("no backup was made: {error}"),
            }
        }
        if is_last {
            return;
        }
        wait = INTERVAL;
    }
}

/// A backup through a connection of its own, unless there is nothing to back up yet.
fn back_up(shared: &Shared, dir: &Path) -> Result<Option<PathBuf>> {
    let run = || -> Outcome<Option<PathBuf>> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(&shared.file, flags)?;
        conn.busy_timeout(Duration::from_secs(10))?;
        let is_empty: bool =
            conn.query_row("SELECT NOT EXISTS (SELECT 1 FROM item)", [], |row| {
                row.get(0)
            })?;
        if is_empty {
            Ok(None)
        } else {
            make(&conn, dir).map(Some)
        }
    };
    run().map_err(|fault| shared.told(fault, "make a backup"))
}

/// A backup now.
pub(super) fn now(shared: &Shared, dir: &Path) -> Result<PathBuf> {
    match back_up(shared, dir)? {
        Some(path) => Ok(path),
        None => Err(Error::Catalog {
            action: "make a backup",
            why: "there is nothing in it yet".to_owned(),
        }),
    }
}

/// Whether damage was met since the start.
pub(super) fn is_damaged(shared: &Shared) -> bool {
    shared.is_damaged.load(Ordering::Relaxed)
}
