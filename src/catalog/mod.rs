//! SQLite: items, tags, collections, history, search. The only room that knows SQL.
//!
//! [`Catalog`] is the door: a person's changes and bulk batches go through its one writer thread, [`Reader`]s have
//! their own read-only connections. An item is a piece of content, not a path; see [`Bulk::upsert_file`] and
//! [`Bulk::set_hash`] for how paths find their items.

mod analyses;
mod bulk;
mod change;
mod codec;
mod fault;
mod files;
mod folders;
mod items;
mod merge;
mod open;
mod reader;
mod schema;
pub mod search;
mod tags;
mod types;
mod writer;

use std::sync::Arc;
use std::sync::atomic::Ordering;

pub use bulk::Bulk;
pub use change::*;
pub use reader::{Interrupt, Reader};
pub use types::*;

use crate::dirs::Dirs;
use crate::error::{Notice, Result};
use writer::{Shared, Writer};

/// The catalogue of one library. A cheap handle: clone it freely. The file is closed when the last handle goes.
#[derive(Clone)]
pub struct Catalog {
    inner: Arc<Inner>,
}

struct Inner {
    shared: Arc<Shared>,
    writer: Writer,
}

impl Catalog {
    /// Opens the catalogue, making or migrating it as needed.
    ///
    /// # Errors
    /// [`Error::Busy`](crate::Error::Busy) when another process has it, `NewerCatalog` when a newer Parlour wrote it,
    /// `Io` when the data folder cannot be written.
    pub fn open(dirs: &Dirs) -> Result<(Self, Option<Notice>)> {
        let opened = open::open(dirs)?;
        let inner = Inner { shared: opened.shared, writer: opened.writer };
        Ok((Self { inner: Arc::new(inner) }, opened.notice))
    }

    /// A read-only connection for one thread.
    pub fn reader(&self) -> Result<Reader> {
        Reader::connect(Arc::clone(&self.inner.shared))
    }

    /// Runs one batch of bulk work on this thread, between changes of the person. Never call a change of the person
    /// from inside `f`: it would wait for itself.
    pub fn bulk<T>(&self, f: impl FnOnce(&mut Bulk<'_>) -> Result<T>) -> Result<T> {
        let shared = &self.inner.shared;
        self.inner.writer.bulk(|pen| {
            pen.write("save a batch", false, |tx| Ok(f(&mut Bulk::new(tx, shared))?))
        })
    }

    /// Grows with every committed change: when it is unchanged, nothing has to be read again.
    pub fn changes(&self) -> u64 {
        self.inner.shared.changes.load(Ordering::Acquire)
    }
}

#[cfg(test)]
mod tests;
