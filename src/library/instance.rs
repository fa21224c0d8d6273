//! One Parlour per library: a second one hands its files to the first through the inbox folder and ends.
//!
//! Whether the library is open is known from [`crate::catalog::Catalog`]'s own lock ([`Error::Busy`]); only then is
//! there somebody to hand things to.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use super::path_text;
use crate::dirs::Dirs;
use crate::error::{Error, Result};

/// Longer requests are refused.
const MAX_REQUEST_BYTES: u64 = 16 << 20;
/// A request that waited longer than this was meant for a Parlour that is gone.
const STALE: Duration = Duration::from_mins(1);
const SUFFIX: &str = "request";

/// Asks the Parlour that holds the library in `dirs` to open `paths` (made absolute); none: to come to the front.
/// Waits up to `patience` and tells whether the request was taken.
///
/// # Errors
/// When the inbox folder cannot be written.
pub fn hand_over(dirs: &Dirs, paths: &[PathBuf], patience: Duration) -> Result<bool> {
    let inbox = dirs.inbox();
    let failed = |error: std::io::Error| Error::io("hand the files over through", &inbox, &error);
    std::fs::create_dir_all(&inbox).map_err(failed)?;
    let lines: Vec<String> = paths
        .iter()
        .map(|path| {
            path_text::encode(&std::path::absolute(path).unwrap_or_else(|_| path.to_owned()))
        })
        .collect();
    let text = serde_json::to_string(&lines).map_err(|error| failed(error.into()))?;
    let mut file = tempfile::NamedTempFile::new_in(&inbox).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    let nanos = SystemTime::UNIX_EPOCH
        .elapsed()
        .map_or(0, |since| since.as_nanos());
    let target = inbox.join(format!("{nanos:032}-{}.{SUFFIX}", std::process::id()));
    file.persist(&target).map_err(|error| failed(error.error))?;

    let until = Instant::now() + patience;
    while target.exists() {
        if Instant::now() >= until {
            return Ok(false);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(true)
}

/// The receiving end.
#[derive(Debug)]
pub(crate) struct Inbox {
    dir: PathBuf,
}

impl Inbox {
    pub(crate) fn new(dir: PathBuf) -> Self {
        Self { dir }
    }

    /// Takes all requests, oldest first. Requests for a Parlour that is long gone are removed unread.
    pub(crate) fn take(&self) -> Vec<Vec<PathBuf>> {
        let Ok(entries) = std::fs::read_dir(&self.dir) else {
            return Vec::new();
        };
        let mut files: Vec<PathBuf> = entries
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter(|path| path.extension().is_some_and(|suffix| suffix == SUFFIX))
            .collect();
        files.sort();
        files
            .iter()
            .filter_map(|path| Self::take_one(path))
            .collect()
    }

    fn take_one(path: &Path) -> Option<Vec<PathBuf>> {
        let metadata = std::fs::metadata(path).ok()?;
        let is_stale = metadata
            .modified()
            .is_ok_and(|at| at.elapsed().is_ok_and(|age| age > STALE));
        let text = (metadata.len() <= MAX_REQUEST_BYTES && !is_stale)
            .then(|| std::fs::read_to_string(path).ok())
            .flatten();
        // Removed before it is acted on: a request that cannot be removed would come again and again.
        std::fs::remove_file(path).ok()?;
        let lines: Vec<String> = serde_json::from_str(&text?).ok()?;
        Some(
            lines
                .iter()
                .filter_map(|line| path_text::decode(line))
                .filter(|path| path.is_absolute())
                .collect(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_arrive_in_order_and_only_once() {
        let dir = tempfile::tempdir().unwrap();
        let dirs = Dirs::under(dir.path());
        let inbox = Inbox::new(dirs.inbox());
        assert!(inbox.take().is_empty());
        let song = dir.path().join("歌 1.mp3");
        assert!(!hand_over(&dirs, std::slice::from_ref(&song), Duration::ZERO).unwrap());
        assert!(!hand_over(&dirs, &[], Duration::ZERO).unwrap());
        std::fs::write(dirs.inbox().join("half.tmp"), b"[").unwrap();
        std::fs::write(dirs.inbox().join("0.request"), b"not json").unwrap();
        assert_eq!(inbox.take(), [vec![song], vec![]]);
        assert!(inbox.take().is_empty());
    }

    #[test]
    fn a_taken_request_is_confirmed_and_an_old_one_is_dropped() {
        let dir = tempfile::tempdir().unwrap();
        let dirs = Dirs::under(dir.path());
        std::fs::create_dir_all(dirs.inbox()).unwrap();
        let old = dirs.inbox().join("1.request");
        std::fs::write(&old, b"[\"/a.jpg\"]").unwrap();
        let file = std::fs::File::options().append(true).open(&old).unwrap();
        file.set_modified(SystemTime::now() - STALE * 2).unwrap();

        let (stop, stopped) = crossbeam_channel::bounded::<()>(0);
        let inbox = Inbox::new(dirs.inbox());
        let first = crate::jobs::spawn("first", move || {
            while stopped.try_recv() == Err(crossbeam_channel::TryRecvError::Empty) {
                assert!(inbox.take().iter().all(|paths| paths.is_empty()));
            }
        })
        .unwrap();
        assert!(hand_over(&dirs, &[], Duration::from_secs(30)).unwrap());
        drop(stop);
        first.join().unwrap();
        assert!(!old.exists());
    }
}
