//! A fixed number of named workers on one bounded queue with priorities.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::sync::Arc;
use std::thread::JoinHandle;

use parking_lot::{Condvar, Mutex};

use super::{Cancel, guarded};
use crate::error::Result;

/// Who goes first. The order of the variants is the order of service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Priority {
    /// On the screen now.
    Visible,
    /// About to be on the screen.
    Soon,
    /// Whenever nothing else is wanted.
    Background,
}

type Job = Box<dyn FnOnce(&Cancel) + Send>;
/// Place in the queue: priority first, then order of arrival.
type Place = (Priority, u64);

struct State<K> {
    queue: BTreeMap<Place, (K, Job)>,
    places: HashMap<K, Place>,
    running: HashMap<K, Cancel>,
    arrivals: u64,
    is_closing: bool,
}

struct Shared<K> {
    state: Mutex<State<K>>,
    work: Condvar,
    idle: Condvar,
    capacity: usize,
    name: &'static str,
}

/// Runs jobs by priority, then in order of arrival; each key is queued or running at most once.
pub struct Pool<K: Eq + Hash + Clone + Send + 'static> {
    shared: Arc<Shared<K>>,
    workers: Vec<JoinHandle<()>>,
}

impl<K: Eq + Hash + Clone + Send + 'static> Pool<K> {
    /// Starts `threads` workers (at least one is tried) called `name-0`, `name-1`, ...; at most `capacity` jobs wait.
    ///
    /// A machine that gives fewer threads leaves a pool with fewer workers; with none, [`Pool::submit`] refuses.
    pub fn new(name: &'static str, threads: usize, capacity: usize) -> Self {
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                queue: BTreeMap::new(),
                places: HashMap::new(),
                running: HashMap::new(),
                arrivals: 0,
                is_closing: false,
            }),
            work: Condvar::new(),
            idle: Condvar::new(),
            capacity: capacity.max(1),
            name,
        });
        let workers = (0..threads.max(1))
            .filter_map(|n| {
                let shared = shared.clone();
                super::spawn(&format!("{name}-{n}"), move || shared.work())
                    .inspect_err(|error| tracing::warn!(%error, name, "a worker did not start"))
                    .ok()
            })
            .collect();
        Self { shared, workers }
    }

    /// Queues `job` under `key`.
    ///
    /// A key that waits already keeps its first job and gets the better of both priorities; one that runs already
    /// is left running. When the queue is full, the oldest job of the lowest priority makes room. False when the
    /// job was not accepted: everything waiting is more urgent, or the pool is closing.
    pub fn submit(
        &self,
        key: K,
        priority: Priority,
        job: impl FnOnce(&Cancel) + Send + 'static,
    ) -> bool {
        if self.workers.is_empty() {
            return false;
        }
        let dropped;
        {
            let mut state = self.shared.state.lock();
            if state.is_closing {
                return false;
            }
            if state.running.contains_key(&key) {
                return true;
            }
            if let Some(&place) = state.places.get(&key) {
                if priority < place.0
                    && let Some(entry) = state.queue.remove(&place)
                {
                    let better = (priority, place.1);
                    state.places.insert(key, better);
                    state.queue.insert(better, entry);
                }
                return true;
            }
            dropped = if state.queue.len() >= self.shared.capacity {
                let Some(victim) = state.least_urgent() else {
                    return false;
                };
                if victim.0 < priority {
                    return false;
                }
                let entry = state.queue.remove(&victim);
                if let Some((victim_key, _)) = &entry {
                    state.places.remove(victim_key);
                }
                entry
            } else {
                None
            };
            state.arrivals += 1;
            let place = (priority, state.arrivals);
            state.places.insert(key.clone(), place);
            state.queue.insert(place, (key, Box::new(job)));
        }
        self.shared.work.notify_one();
        // What a dropped job captured is freed outside the lock.
        drop(dropped);
        true
    }

    /// Forgets queued jobs whose key `keep` refuses, and cancels running ones.
    pub fn retain(&self, keep: impl Fn(&K) -> bool) {
        let mut dropped = Vec::new();
        {
            let mut state = self.shared.state.lock();
            let gone: Vec<Place> = state
                .queue
                .iter()
                .filter(|(_, (key, _))| !keep(key))
                .map(|(place, _)| *place)
                .collect();
            for place in gone {
                if let Some(entry) = state.queue.remove(&place) {
                    state.places.remove(&entry.0);
                    dropped.push(entry);
                }
            }
            for (key, cancel) in &state.running {
                if !keep(key) {
                    cancel.cancel();
                }
            }
            self.shared.tell_if_idle(&state);
        }
        drop(dropped);
    }

    /// Jobs waiting, not counting those that run.
    pub fn waiting(&self) -> usize {
        self.shared.state.lock().queue.len()
    }

    /// True when nothing waits and nothing runs.
    pub fn is_idle(&self) -> bool {
        self.shared.state.lock().is_idle()
    }

    /// Blocks until [`Pool::is_idle`].
    pub fn wait_idle(&self) {
        let mut state = self.shared.state.lock();
        while !state.is_idle() {
            self.shared.idle.wait(&mut state);
        }
    }
}

impl<K: Eq + Hash + Clone + Send + 'static> Drop for Pool<K> {
    /// Forgets what waits, cancels what runs, and waits for the workers.
    fn drop(&mut self) {
        let dropped = {
            let mut state = self.shared.state.lock();
            state.is_closing = true;
            state.places.clear();
            for cancel in state.running.values() {
                cancel.cancel();
            }
            std::mem::take(&mut state.queue)
        };
        drop(dropped);
        self.shared.work.notify_all();
        let this_thread = std::thread::current().id();
        for worker in self.workers.drain(..) {
            // A job may own the last handle to its own pool; a thread cannot wait for itself.
            if worker.thread().id() != this_thread && worker.join().is_err() {
                tracing::error!(name = self.shared.name, "a worker ended with a fault");
            }
        }
    }
}

impl<K: Eq + Hash + Clone> State<K> {
    fn is_idle(&self) -> bool {
        self.queue.is_empty() && self.running.is_empty()
    }

    /// The oldest job of the lowest priority that waits.
    fn least_urgent(&self) -> Option<Place> {
        let (lowest, _) = *self.queue.keys().next_back()?;
        self.queue
            .range((lowest, 0)..)
            .next()
            .map(|(place, _)| *place)
    }
}

impl<K: Eq + Hash + Clone + Send + 'static> Shared<K> {
    fn work(&self) {
        while let Some((key, cancel, job)) = self.next() {
            let result: Result<()> = guarded("do background work", || {
                job(&cancel);
                Ok(())
            });
            if let Err(error) = result {
                tracing::error!(name = self.name, %error, "a job failed");
            }
            let mut state = self.state.lock();
            state.running.remove(&key);
            self.tell_if_idle(&state);
        }
    }

    fn next(&self) -> Option<(K, Cancel, Job)> {
        let mut state = self.state.lock();
        loop {
            if state.is_closing {
                return None;
            }
            if let Some((_, (key, job))) = state.queue.pop_first() {
                let cancel = Cancel::new();
                state.places.remove(&key);
                state.running.insert(key.clone(), cancel.clone());
                return Some((key, cancel, job));
            }
            self.work.wait(&mut state);
        }
    }

    fn tell_if_idle(&self, state: &State<K>) {
        if state.is_idle() {
            self.idle.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossbeam_channel::{Receiver, Sender, bounded};

    /// A pool of one worker that is held busy until the returned sender is dropped.
    fn held(capacity: usize) -> (Pool<u32>, Sender<()>, Arc<Mutex<Vec<u32>>>) {
        let pool = Pool::new("test", 1, capacity);
        let (hold, held): (Sender<()>, Receiver<()>) = bounded(0);
        let (started, has_started) = bounded(1);
        assert!(pool.submit(0, Priority::Visible, move |_| {
            started.send(()).ok();
            held.recv().ok();
        }));
        has_started.recv().unwrap();
        (pool, hold, Arc::default())
    }

    fn record(pool: &Pool<u32>, order: &Arc<Mutex<Vec<u32>>>, key: u32, p: Priority) -> bool {
        let order = order.clone();
        pool.submit(key, p, move |_| order.lock().push(key))
    }

    #[test]
    fn urgent_work_goes_first_and_equals_in_order() {
        let (pool, hold, order) = held(100);
        for (key, priority) in [
            (1, Priority::Background),
            (2, Priority::Soon),
            (3, Priority::Visible),
            (4, Priority::Visible),
            (5, Priority::Background),
        ] {
            assert!(record(&pool, &order, key, priority));
        }
        // A second request raises the priority; a lower one changes nothing.
        assert!(record(&pool, &order, 5, Priority::Visible));
        assert!(record(&pool, &order, 3, Priority::Background));
        assert!(record(&pool, &order, 0, Priority::Visible));
        drop(hold);
        pool.wait_idle();
        assert_eq!(*order.lock(), [3, 4, 5, 2, 1]);
        assert!(pool.is_idle());
    }

    #[test]
    fn a_full_queue_drops_the_oldest_of_the_lowest_priority() {
        let (pool, hold, order) = held(3);
        assert!(record(&pool, &order, 1, Priority::Visible));
        assert!(record(&pool, &order, 2, Priority::Background));
        assert!(record(&pool, &order, 3, Priority::Background));
        assert!(record(&pool, &order, 4, Priority::Visible));
        assert!(record(&pool, &order, 5, Priority::Visible));
        assert!(!record(&pool, &order, 6, Priority::Background));
        assert_eq!(pool.waiting(), 3);
        drop(hold);
        pool.wait_idle();
        assert_eq!(*order.lock(), [1, 4, 5]);
    }

    #[test]
    fn forgotten_work_does_not_run_and_running_work_is_cancelled() {
        let (pool, hold, order) = held(10);
        for key in 1..6 {
            assert!(record(&pool, &order, key, Priority::Soon));
        }
        pool.retain(|key| key % 2 == 0);
        drop(hold);
        pool.wait_idle();
        assert_eq!(*order.lock(), [2, 4]);

        let (started, has_started) = bounded(1);
        assert!(pool.submit(9, Priority::Soon, move |cancel| {
            started.send(()).ok();
            while !cancel.is_cancelled() {
                std::thread::yield_now();
            }
        }));
        has_started.recv().unwrap();
        pool.retain(|_| false);
        pool.wait_idle();
    }

    #[test]
    fn a_fault_in_one_job_leaves_the_worker_alive() {
        let pool = Pool::new("test", 1, 10);
        let order = Arc::default();
        assert!(pool.submit(1, Priority::Visible, |_| panic!("on purpose")));
        assert!(record(&pool, &order, 2, Priority::Visible));
        pool.wait_idle();
        assert_eq!(*order.lock(), [2]);
    }

    #[test]
    fn dropping_the_pool_cancels_and_joins() {
        let pool = Pool::new("test", 2, 10);
        let order = Arc::default();
        let (started, has_started) = bounded(2);
        for key in 0..2 {
            let started = started.clone();
            assert!(pool.submit(key, Priority::Visible, move |cancel| {
                started.send(()).ok();
                while !cancel.is_cancelled() {
                    std::thread::yield_now();
                }
            }));
        }
        has_started.recv().unwrap();
        has_started.recv().unwrap();
        assert!(record(&pool, &order, 7, Priority::Visible));
        drop(pool);
        assert!(order.lock().is_empty());
    }

    #[test]
    fn many_jobs_on_several_workers_all_run_once() {
        let pool = Pool::new("test", 4, 10_000);
        let order = Arc::default();
        for key in 0..1_000 {
            assert!(record(&pool, &order, key, Priority::Background));
        }
        pool.wait_idle();
        let mut seen = order.lock().clone();
        seen.sort_unstable();
        assert_eq!(seen, (0..1_000).collect::<Vec<_>>());
    }
}
