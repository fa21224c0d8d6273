//! The one writer thread. It owns the write connection; what a person does goes first, bulk work borrows the
//! connection in between.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, bounded, select};
use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::fault::{Fault, Outcome};
use crate::error::{Error, Result};

/// Changes of a person that may wait at once.
const PERSON_QUEUE: usize = 1024;
/// Bulk batches that may wait at once; further callers wait to be let in.
const BULK_QUEUE: usize = 8;

/// What the writer, the readers and the handles all know.
#[derive(Debug)]
pub(super) struct Shared {
    pub file: PathBuf,
    pub changes: AtomicU64,
    /// The same without those that touch only history.
    pub content: AtomicU64,
    /// Set when SQLite met damage: the next start checks the whole file.
    pub is_damaged: AtomicBool,
}

impl Shared {
    /// Tells a fault, and remembers damage.
    pub fn told(&self, fault: Fault, action: &'static str) -> Error {
        if fault.is_damage() {
            self.is_damaged.store(true, Ordering::Relaxed);
        }
        fault.told(action, &self.file)
    }
}

/// The write connection, while somebody has it.
pub(super) struct Pen {
    conn: Connection,
    is_full: bool,
    shared: Arc<Shared>,
}

impl Pen {
    /// Runs one transaction. `durable`: on the disk before this returns (`synchronous=FULL`).
    pub fn write<T>(
        &mut self,
        action: &'static str,
        durable: bool,
        f: impl FnOnce(&Transaction<'_>) -> Outcome<T>,
    ) -> Result<T> {
        self.write_some(action, durable, f, |_| true)
    }

    /// The same; `is_content` tells from the result whether more than history was touched.
    pub fn write_some<T>(
        &mut self,
        action: &'static str,
        durable: bool,
        f: impl FnOnce(&Transaction<'_>) -> Outcome<T>,
        is_content: impl FnOnce(&T) -> bool,
    ) -> Result<T> {
        let done = self.transaction(durable, f);
        let value = done.map_err(|fault| self.shared.told(fault, action))?;
        if is_content(&value) {
            self.shared.content.fetch_add(1, Ordering::Release);
        }
        self.shared.changes.fetch_add(1, Ordering::Release);
        Ok(value)
    }

    fn transaction<T>(
        &mut self,
        durable: bool,
        f: impl FnOnce(&Transaction<'_>) -> Outcome<T>,
    ) -> Outcome<T> {
        if self.is_full != durable {
            let level = if durable { "FULL" } else { "NORMAL" };
            self.conn.pragma_update(None, "synchronous", level)?;
            self.is_full = durable;
        }
        let tx = self
            .conn
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let value = f(&tx)?;
        tx.commit()?;
        Ok(value)
    }
}

type Job = Box<dyn FnOnce(&mut Pen) + Send>;

enum Order {
    Run(Job),
    Stop,
}

/// The queues of the writer thread.
pub(super) struct Writer {
    person: Sender<Order>,
    bulk: Sender<Sender<Loan>>,
    thread: Option<JoinHandle<()>>,
}

/// The connection on loan to a bulk caller; goes back when dropped, also in a panic.
struct Loan {
    pen: Option<Pen>,
    back: Sender<Pen>,
}

impl Drop for Loan {
    fn drop(&mut self) {
        if let Some(pen) = self.pen.take() {
            // The writer waits for exactly this; when it is gone the connection just closes.
            drop(self.back.send(pen));
        }
    }
}

impl Writer {
    /// Starts the thread. `on_close` runs on it after the connection was closed.
    pub fn start(
        conn: Connection,
        shared: Arc<Shared>,
        on_close: impl FnOnce() + Send + 'static,
    ) -> Result<Self> {
        let (person, person_rx) = bounded(PERSON_QUEUE);
        let (bulk, bulk_rx) = bounded(BULK_QUEUE);
        let pen = Pen {
            conn,
            is_full: false,
            shared,
        };
        let thread = std::thread::Builder::new()
            .name("catalog-writer".to_owned())
            .spawn(move || {
                if let Some(pen) = run(pen, &person_rx, &bulk_rx) {
                    close(pen);
                }
                on_close();
            })
            .map_err(|e| Error::Internal {
                action: "start the catalogue's writer",
                why: e.to_string(),
            })?;
        Ok(Self {
            person,
            bulk,
            thread: Some(thread),
        })
    }

    /// Runs `job` ahead of all bulk work and waits for its result.
    pub fn person<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Pen) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (reply, answer) = bounded(1);
        let order = Order::Run(Box::new(move |pen| drop(reply.send(job(pen)))));
        self.person.send(order).map_err(|_| gone())?;
        answer.recv().map_err(|_| gone())?
    }

    /// The same without waiting; refused when the queue is full.
    pub fn person_later(&self, job: impl FnOnce(&mut Pen) + Send + 'static) -> Result<()> {
        self.person
            .try_send(Order::Run(Box::new(job)))
            .map_err(|_| Error::Catalog {
                action: "save a change",
                why: "too many changes are waiting".to_owned(),
            })
    }

    /// Batches that wait to be let in.
    #[cfg(test)]
    pub fn waiting_bulk(&self) -> usize {
        self.bulk.len()
    }

    /// Borrows the connection for one batch.
    pub fn bulk<T>(&self, job: impl FnOnce(&mut Pen) -> Result<T>) -> Result<T> {
        let (reply, answer) = bounded(1);
        self.bulk.send(reply).map_err(|_| gone())?;
        let mut loan = answer.recv().map_err(|_| gone())?;
        match loan.pen.as_mut() {
            Some(pen) => job(pen),
            None => Err(gone()),
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.person.send(Order::Stop));
        let Some(thread) = self.thread.take() else {
            return;
        };
        // The last handle may be dropped by a callback on the writer thread itself.
        if thread.thread().id() != std::thread::current().id() {
            drop(thread.join());
        }
    }
}

fn gone() -> Error {
    Error::Internal {
        action: "reach the catalogue",
        why: "its writer has stopped".to_owned(),
    }
}

fn run(mut pen: Pen, person: &Receiver<Order>, bulk: &Receiver<Sender<Loan>>) -> Option<Pen> {
    loop {
        // A person first, always: only an empty queue lets bulk work in.
        let order = match person.try_recv() {
            Ok(order) => Some(order),
            Err(_) => select! {
                recv(person) -> order => order.ok(),
                recv(bulk) -> request => {
                    if let Ok(request) = request {
                        pen = lend(pen, &request)?;
                    }
                    continue;
                }
            },
        };
        match order {
            Some(Order::Run(job)) => {
                // A panic loses this one change: its transaction rolls back and its caller is told.
                drop(catch_unwind(AssertUnwindSafe(|| job(&mut pen))));
            }
            Some(Order::Stop) | None => return Some(pen),
        }
    }
}

fn lend(pen: Pen, request: &Sender<Loan>) -> Option<Pen> {
    let (back, returned) = bounded(1);
    drop(request.send(Loan {
        pen: Some(pen),
        back,
    }));
    returned.recv().ok()
}

fn close(pen: Pen) {
    let Pen { conn, shared, .. } = pen;
    let folded = conn.execute_batch("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE)");
    if let Err(error) = folded {
        tracing::warn!("the catalogue's log was not folded in: {error}");
    }
    if conn.close().is_err() {
        shared.is_damaged.store(true, Ordering::Relaxed);
    }
}
