//! One loop on all cores.

use parking_lot::Mutex;

/// Indices handed out at once.
const GRAIN: usize = 16;

/// Runs `each` for every part of `out`, which has one stretch of `width` values per index, on all cores. `scratch` makes
/// what a thread keeps between its parts. The result does not depend on the number of cores.
pub(super) fn fill<T: Send, S>(
    out: &mut [T],
    width: usize,
    scratch: impl Fn() -> S + Sync,
    each: impl Fn(usize, &mut [T], &mut S) + Sync,
) {
    let width = width.max(1);
    let parts = Mutex::new(out.chunks_mut(width * GRAIN).enumerate());
    let work = || {
        let mut scratch = scratch();
        loop {
            let Some((part, values)) = parts.lock().next() else {
                return;
            };
            for (at, values) in values.chunks_mut(width).enumerate() {
                each(part * GRAIN + at, values, &mut scratch);
            }
        }
    };
    std::thread::scope(|scope| {
        for n in 1..crate::jobs::cores() {
            let name = format!("engine-{n}");
            let helper = std::thread::Builder::new()
                .name(name)
                .spawn_scoped(scope, work);
            if let Err(error) = helper {
                tracing::warn!(%error, "calculating with fewer threads");
            }
        }
        work();
    });
}
