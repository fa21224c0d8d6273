//! Commands on their way to the player thread.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;

use super::bell::Bell;
use super::command::PlayerCommand;

/// Commands that may wait. The player thread takes them within milliseconds; opening a stubborn device can take seconds.
const CAPACITY: usize = 256;

/// Takes commands without ever waiting for the player thread: the lock is only held to push or to take.
#[derive(Debug)]
pub struct Inbox {
    commands: Mutex<VecDeque<PlayerCommand>>,
    is_quitting: AtomicBool,
    bell: Bell,
}

impl Inbox {
    /// An empty one that rings `bell`.
    pub fn new(bell: Bell) -> Self {
        Self {
            commands: Mutex::default(),
            is_quitting: AtomicBool::new(false),
            bell,
        }
    }

    /// Adds a command; it replaces the last one waiting when that is of the same absolute sort (another place to seek to,
    /// another volume). False when too many wait, and then it is dropped.
    pub fn send(&self, command: PlayerCommand) -> bool {
        {
            let mut commands = self.commands.lock();
            if commands.back().is_some_and(|last| command.supersedes(last)) {
                commands.pop_back();
            }
            if commands.len() >= CAPACITY {
                return false;
            }
            commands.push_back(command);
        }
        self.bell.ring();
        true
    }

    /// The oldest command.
    pub fn take(&self) -> Option<PlayerCommand> {
        self.commands.lock().pop_front()
    }

    /// Asks the player thread to end.
    pub fn quit(&self) {
        self.is_quitting.store(true, Ordering::Release);
        self.bell.ring();
    }

    /// Whether the player thread was asked to end.
    pub fn is_quitting(&self) -> bool {
        self.is_quitting.load(Ordering::Acquire)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::bell::bell;
    use super::*;

    #[test]
    fn a_dragged_slider_is_one_command_and_a_flood_is_refused_not_waited_for() {
        let (bell, _sleeper) = bell();
        let inbox = Inbox::new(bell);
        for n in 0..10_000 {
            assert!(inbox.send(PlayerCommand::SeekTo(Duration::from_millis(n))));
        }
        assert_eq!(
            inbox.take(),
            Some(PlayerCommand::SeekTo(Duration::from_millis(9999)))
        );
        assert_eq!(inbox.take(), None);
        let taken = (0..1000)
            .filter(|_| inbox.send(PlayerCommand::Next))
            .count();
        assert_eq!(taken, CAPACITY);
    }
}
