//! SQLite: items, tags, collections, history, search. The only room that knows SQL.
//!
//! [`Catalog`] is the door: a person's changes and bulk batches go through its one writer thread, [`Reader`]s have
//! their own read-only connections. An item is a piece of content, not a path; see [`Bulk::upsert_file`] and
//! [`Bulk::set_hash`] for how paths find their items.

mod analyses;
mod backup;
mod bulk;
mod change;
mod codec;
mod collections;
mod fault;
mod files;
mod filing;
mod folders;
mod health;
mod history;
mod identity;
mod items;
mod merge;
mod model_tags;
mod names;
mod naming;
mod open;
mod outward;
mod person;
mod reader;
mod said;
mod schema;
pub mod search;
mod tags;
mod taste;
mod teaching;
mod types;
mod undo;
mod writer;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use parking_lot::Mutex;

pub use bulk::Bulk;
pub use change::*;
pub use outward::{Outward, OutwardPath, Unsaved, Written, can_be_tag};
pub use reader::{Interrupt, Reader};
pub use types::*;

use crate::dirs::Dirs;
use crate::error::{Notice, Result};
use backup::Daily;
use writer::{Shared, Writer};

const SAVING: &str = "save a change";

/// The catalogue of one library. A cheap handle: clone it freely. The file is closed when the last handle goes.
#[derive(Clone)]
pub struct Catalog {
    inner: Arc<Inner>,
}

/// Dropped in this order: the last backup is made while the file is still open.
struct Inner {
    _daily: Daily,
    writer: Writer,
    shared: Arc<Shared>,
    backups: PathBuf,
}

impl Catalog {
    /// Opens the catalogue, making or migrating it as needed.
    ///
    /// # Errors
    /// [`Error::Busy`](crate::Error::Busy) when another process has it, `NewerCatalog` when a newer Parlour wrote it,
    /// `Io` when the data folder cannot be written.
    pub fn open(dirs: &Dirs) -> Result<(Self, Option<Notice>)> {
        let opened = open::open(dirs)?;
        let inner = Inner {
            _daily: opened.daily,
            writer: opened.writer,
            shared: opened.shared,
            backups: dirs.backups(),
        };
        Ok((
            Self {
                inner: Arc::new(inner),
            },
            opened.notice,
        ))
    }

    /// A read-only connection for one thread.
    pub fn reader(&self) -> Result<Reader> {
        Reader::connect(Arc::clone(&self.inner.shared))
    }

    /// Carries out what a person did. It is on the disk when this returns, and ahead of all bulk work that waits.
    /// Blocks; the window uses [`Catalog::person_later`].
    ///
    /// # Errors
    /// When a name cannot be used or an item, tag or collection is not there; then nothing was changed.
    pub fn person(&self, change: Change) -> Result<Undo> {
        self.inner.writer.person(move |pen| save(pen, &change))
    }

    /// The same without waiting; `done` runs on the writer's thread and must not block. When too much is waiting
    /// already, it runs at once with an error.
    pub fn person_later(&self, change: Change, done: impl FnOnce(Result<Undo>) + Send + 'static) {
        let done = Once(Arc::new(Mutex::new(Some(Box::new(done)))));
        let kept = done.clone();
        let sent = self.inner.writer.person_later(move |pen| {
            done.call(save(pen, &change));
        });
        if let Err(error) = sent {
            kept.call(Err(error));
        }
    }

    /// Takes the last change back, also one from before a restart. Returns it, or `None` when there is none.
    pub fn undo(&self) -> Result<Option<Change>> {
        Ok(self.turn(false)?.map(|(change, _)| change))
    }

    /// Does the last undone change again.
    pub fn redo(&self) -> Result<Option<Change>> {
        Ok(self.turn(true)?.map(|(change, _)| change))
    }

    /// Undo or redo that also tells the items it touched.
    pub fn turn(&self, is_redo: bool) -> Result<Option<(Change, Vec<ItemId>)>> {
        self.inner.writer.person(move |pen| {
            let action = "take a change back";
            pen.write_some(
                action,
                true,
                |tx| undo::turn(tx, is_redo),
                |turned| {
                    turned
                        .as_ref()
                        .is_some_and(|(change, _)| !change.is_history())
                },
            )
        })
    }

    /// Runs one batch of bulk work on this thread, between changes of the person. Never call a change of the person
    /// from inside `f`: it would wait for itself.
    pub fn bulk<T>(&self, f: impl FnOnce(&mut Bulk<'_>) -> Result<T>) -> Result<T> {
        let shared = &self.inner.shared;
        self.inner.writer.bulk(|pen| {
            pen.write("save a batch", false, |tx| {
                Ok(f(&mut Bulk::new(tx, shared))?)
            })
        })
    }

    /// Makes a dated backup now; beside it, the last six are kept.
    pub fn backup(&self) -> Result<PathBuf> {
        backup::now(&self.inner.shared, &self.inner.backups)
    }

    /// Checks the whole file and counts what is in it. Takes a while: for Settings and `doctor`.
    pub fn health(&self) -> Result<Health> {
        self.reader()?.health(&self.inner.backups)
    }

    /// Grows with every committed change: when it is unchanged, nothing has to be read again.
    pub fn changes(&self) -> u64 {
        self.inner.shared.changes.load(Ordering::Acquire)
    }
}

fn save(pen: &mut writer::Pen, change: &Change) -> Result<Undo> {
    let is_content = !change.is_history();
    pen.write_some(SAVING, true, |tx| person::apply(tx, change), |_| is_content)
}

/// A callback that two may hold: whichever calls first runs it.
#[derive(Clone)]
struct Once(Arc<Mutex<Option<Done>>>);

type Done = Box<dyn FnOnce(Result<Undo>) + Send>;

impl Once {
    fn call(&self, result: Result<Undo>) {
        let done = self.0.lock().take();
        if let Some(done) = done {
            done(result);
        }
    }
}

#[cfg(test)]
mod tests;
