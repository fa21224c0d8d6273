//! A switch that holds background work.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

use super::Cancel;

/// Shared by the person's "pause" button and the workers that look at it between items.
#[derive(Debug, Clone, Default)]
pub struct Pause {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    is_paused: Mutex<bool>,
    resumed: Condvar,
}

impl Pause {
    /// A switch in the running position.
    pub fn new() -> Self {
        Self::default()
    }

    /// Holds the workers at their next look.
    pub fn pause(&self) {
        *self.inner.is_paused.lock() = true;
    }

    /// Lets them go on.
    pub fn resume(&self) {
        *self.inner.is_paused.lock() = false;
        self.inner.resumed.notify_all();
    }

    /// True between [`Pause::pause`] and [`Pause::resume`].
    pub fn is_paused(&self) -> bool {
        *self.inner.is_paused.lock()
    }

    /// Returns as soon as the switch is not paused, or the work is cancelled.
    pub fn wait_while_paused(&self, cancel: &Cancel) {
        let mut is_paused = self.inner.is_paused.lock();
        while *is_paused && !cancel.is_cancelled() {
            // Cancelling does not notify this condition: look again now and then.
            self.inner
                .resumed
                .wait_for(&mut is_paused, Duration::from_millis(100));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workers_wait_until_resumed_or_cancelled() {
        let pause = Pause::new();
        let cancel = Cancel::new();
        pause.wait_while_paused(&cancel);
        pause.pause();
        assert!(pause.is_paused());
        let (sender, receiver) = crossbeam_channel::bounded(1);
        let worker = {
            let (pause, cancel) = (pause.clone(), cancel.clone());
            crate::jobs::spawn("waiting", move || {
                pause.wait_while_paused(&cancel);
                sender.send(()).ok();
            })
            .unwrap()
        };
        assert!(receiver.recv_timeout(Duration::from_millis(30)).is_err());
        pause.resume();
        receiver.recv().unwrap();
        worker.join().unwrap();

        pause.pause();
        cancel.cancel();
        pause.wait_while_paused(&cancel);
    }
}
