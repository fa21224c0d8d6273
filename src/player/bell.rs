//! Wakes the player thread: something happened, look at everything.

use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};

/// Rings without ever waiting; many rings before a look are one.
#[derive(Debug, Clone)]
pub struct Bell(Sender<()>);

/// The one who is woken.
#[derive(Debug)]
pub struct Sleeper(Receiver<()>);

/// Makes the two ends.
pub fn bell() -> (Bell, Sleeper) {
    let (sender, receiver) = bounded(1);
    (Bell(sender), Sleeper(receiver))
}

impl Bell {
    pub fn ring(&self) {
        // Full means that it was rung already; nobody listening means that nobody cares.
        self.0.try_send(()).ok();
    }
}

impl Sleeper {
    /// Sleeps until the bell rings, or for this long.
    pub fn sleep(&self, longest: Duration) {
        // Either way there is only looking to be done.
        self.0.recv_timeout(longest).ok();
    }
}
