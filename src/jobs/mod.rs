//! Work off the window's thread: bounded pools with priorities, cancellation, pausing and progress.
//!
//! Every thread here has a name, every queue a capacity, and every job runs under `catch_unwind`, so that a
//! fault costs one item and never the program.

mod cancel;
mod pause;
mod pool;
mod progress;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::error::{Error, Result, one_line};

pub use cancel::Cancel;
pub use pause::Pause;
pub use pool::{Pool, Priority};
pub use progress::{Activity, Progress};

/// "Something changed, draw again." Called from any thread; must not block.
pub type Waker = Arc<dyn Fn() + Send + Sync>;

/// A waker for programs without a window.
pub fn no_waker() -> Waker {
    Arc::new(|| {})
}

/// Runs `f` and turns a panic inside it into [`Error::Internal`] naming `action` ("decode the picture").
///
/// # Errors
/// What `f` returns, or the panic's message.
pub fn guarded<T>(action: &'static str, f: impl FnOnce() -> Result<T>) -> Result<T> {
    match catch_unwind(AssertUnwindSafe(f)) {
        Ok(result) => result,
        Err(payload) => {
            let why = payload
                .downcast_ref::<&str>()
                .map(|text| (*text).to_owned())
                .or_else(|| payload.downcast_ref::<String>().cloned())
                .unwrap_or_else(|| "unknown fault".to_owned());
            tracing::error!(action, why, "caught a fault");
            Err(Error::Internal {
                action,
                why: one_line(&why),
            })
        }
    }
}

/// Starts a named thread.
///
/// # Errors
/// When the operating system has no thread left to give.
pub fn spawn(
    name: &str,
    body: impl FnOnce() + Send + 'static,
) -> Result<std::thread::JoinHandle<()>> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(body)
        .map_err(|error| Error::Internal {
            action: "start a worker",
            why: one_line(&error.to_string()),
        })
}

/// How many workers heavy background work may use: the cores this process may run on, at least one.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_becomes_an_error_with_its_message() {
        let result: Result<()> = guarded("count the pages", || panic!("page {} is gone", 7));
        assert_eq!(
            result,
            Err(Error::Internal {
                action: "count the pages",
                why: "page 7 is gone".to_owned()
            })
        );
        assert_eq!(guarded("count", || Ok(3)), Ok(3));
        assert_eq!(
            guarded("count", || Err::<(), _>(Error::Cancelled)),
            Err(Error::Cancelled)
        );
    }
}
