//! The disk cache of thumbnails: JPEG files in fan-out folders, least recently used out.
//!
//! The folder may be deleted at any time. Each file ends in eight bytes of the BLAKE3 of what stands before them (JPEG
//! readers stop at the end marker), so that a file that was cut short or overwritten is noticed and made again.

use std::collections::VecDeque;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use parking_lot::Mutex;

use super::event::ThumbSize;
use crate::error::{Error, Result};
use crate::media::photo::Picture;

/// The cap unless the settings say otherwise: 2 GiB.
pub const DEFAULT_CAP_BYTES: u64 = 2 << 30;
/// JPEG quality of kept thumbnails.
const QUALITY: u8 = 82;
/// Kept in memory when the disk takes nothing.
const MEMORY_BYTES: usize = 64 << 20;
/// No thumbnail file is larger.
const MAX_FILE_BYTES: u64 = 8 << 20;
/// How old a file's time of use may grow before a read renews it: saves a write for nearly every read.
const USE_GRAIN: Duration = Duration::from_hours(12);
const SEAL_BYTES: usize = 8;

/// What a picture's thumbnails are filed under: its content, or its place while the content is not yet known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Key([u8; 16]);

impl Key {
    /// By the content hash.
    pub(crate) fn of_content(hash: &[u8; 32]) -> Self {
        let mut key = [0; 16];
        key.copy_from_slice(&hash[..16]);
        Self(key)
    }

    /// By path, size and time.
    pub(crate) fn of_place(path: &Path, size_bytes: u64, mtime_ms: i64) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(path.as_os_str().as_encoded_bytes());
        hasher.update(&[0]);
        hasher.update(&size_bytes.to_le_bytes());
        hasher.update(&mtime_ms.to_le_bytes());
        Self::of_content(hasher.finalize().as_bytes())
    }
}

/// See the module.
pub(crate) struct ThumbCache {
    dir: PathBuf,
    cap_bytes: AtomicU64,
    /// Bytes on disk as far as known; `u64::MAX` before the first count.
    bytes: AtomicU64,
    is_sweeping: AtomicBool,
    is_broken: AtomicBool,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    files: VecDeque<(Key, ThumbSize, Arc<[u8]>)>,
    bytes: usize,
}

const UNCOUNTED: u64 = u64::MAX;

impl ThumbCache {
    pub(crate) fn new(dir: PathBuf, cap_bytes: u64) -> Self {
        Self {
            dir,
            cap_bytes: AtomicU64::new(cap_bytes),
            bytes: AtomicU64::new(UNCOUNTED),
            is_sweeping: AtomicBool::new(false),
            is_broken: AtomicBool::new(false),
            memory: Mutex::default(),
        }
    }

    /// Changes the cap; the next write or [`ThumbCache::sweep`] obeys it.
    pub(crate) fn set_cap_bytes(&self, cap_bytes: u64) {
        self.cap_bytes.store(cap_bytes, Ordering::Relaxed);
    }

    fn file(&self, key: Key, size: ThumbSize) -> PathBuf {
        let hex = super::path_text::hex(&key.0);
        self.dir
            .join(&hex[..2])
            .join(format!("{}-{}.jpg", &hex[2..], size.side()))
    }

    /// Whether a thumbnail of this size is there, damaged or not.
    pub(crate) fn has(&self, key: Key, size: ThumbSize) -> bool {
        self.file(key, size).exists()
    }

    /// Whether a thumbnail of any size is there, or a link to one.
    pub(crate) fn has_any(&self, key: Key) -> bool {
        ThumbSize::ALL.into_iter().any(|size| self.has(key, size)) || self.link_file(key).exists()
    }

    /// Says that `key` shows what is kept under `to`: the songs of an album share one cover.
    ///
    /// # Errors
    /// When the disk takes nothing.
    pub(crate) fn link(&self, key: Key, to: Key) -> Result<()> {
        let written = self.write_file(&self.link_file(key), &to.0);
        if written.is_ok() {
            self.count(to.0.len() as i64);
        }
        written
    }

    /// Where `key` leads: to the key it is linked to, else to itself.
    pub(crate) fn followed(&self, key: Key) -> Key {
        let mut to = [0; 17];
        let read = std::fs::File::open(self.link_file(key))
            .and_then(|mut file| std::io::Read::read(&mut file, &mut to));
        match (read, to.first_chunk()) {
            (Ok(16), Some(to)) => Key(*to),
            _ => key,
        }
    }

    fn link_file(&self, key: Key) -> PathBuf {
        let hex = super::path_text::hex(&key.0);
        self.dir.join(&hex[..2]).join(format!("{}-link", &hex[2..]))
    }

    /// The kept thumbnail of exactly this size; damaged ones are removed and answer `None`.
    pub(crate) fn read(&self, key: Key, size: ThumbSize) -> Option<Picture> {
        let remembered = self
            .memory
            .lock()
            .files
            .iter()
            .find(|(k, s, _)| *k == key && *s == size)
            .map(|(_, _, bytes)| bytes.clone());
        if let Some(bytes) = remembered {
            return Picture::from_jpeg(&bytes);
        }
        let path = self.file(key, size);
        let metadata = std::fs::metadata(&path).ok()?;
        let picture = (metadata.len() <= MAX_FILE_BYTES)
            .then(|| std::fs::read(&path).ok())
            .flatten()
            .and_then(|bytes| Picture::from_jpeg(unsealed(&bytes)?));
        if picture.is_none() {
            tracing::warn!(path = %path.display(), "a damaged thumbnail is made again");
            if std::fs::remove_file(&path).is_ok() {
                self.count(-(metadata.len() as i64));
            }
            return None;
        }
        let is_stale = metadata
            .modified()
            .is_ok_and(|used| used.elapsed().is_ok_and(|age| age > USE_GRAIN));
        if is_stale {
            // Failing to renew only makes the file look older than it is.
            if let Ok(file) = std::fs::File::options().append(true).open(&path) {
                file.set_modified(SystemTime::now()).ok();
            }
        }
        picture
    }

    /// Keeps a thumbnail.
    ///
    /// # Errors
    /// The first failure to write to disk; from then on the memory serves.
    pub(crate) fn write(&self, key: Key, size: ThumbSize, picture: &Picture) -> Result<()> {
        let mut bytes = picture.to_jpeg(QUALITY)?;
        if self.is_broken() {
            self.remember(key, size, bytes.into());
            return Ok(());
        }
        let jpeg_len = bytes.len();
        let seal = seal(&bytes);
        bytes.extend_from_slice(&seal);
        match self.write_file(&self.file(key, size), &bytes) {
            Ok(()) => {
                self.count(bytes.len() as i64);
                Ok(())
            }
            Err(error) => {
                bytes.truncate(jpeg_len);
                self.remember(key, size, bytes.into());
                if self.is_broken.swap(true, Ordering::Relaxed) {
                    Ok(())
                } else {
                    Err(error)
                }
            }
        }
    }

    /// Whether the disk refused a thumbnail since the start.
    pub(crate) fn is_broken(&self) -> bool {
        self.is_broken.load(Ordering::Relaxed)
    }

    /// Files thumbnails that were made before the content was known under the content.
    pub(crate) fn rename(&self, from: Key, to: Key) {
        let thumbs = ThumbSize::ALL.map(|size| (self.file(from, size), self.file(to, size)));
        let link = (self.link_file(from), self.link_file(to));
        for (source, target) in thumbs.into_iter().chain([link]) {
            if let Some(parent) = target.parent()
                && source.exists()
                && std::fs::create_dir_all(parent).is_ok()
            {
                // A lost thumbnail is made again.
                std::fs::rename(source, target).ok();
            }
        }
    }

    /// Whether the cap is exceeded as far as known, or nothing was counted yet.
    pub(crate) fn wants_sweep(&self) -> bool {
        self.bytes.load(Ordering::Relaxed) > self.cap_bytes.load(Ordering::Relaxed)
            && !self.is_sweeping.load(Ordering::Relaxed)
    }

    /// Counts what is there and removes the least recently used files down to nine tenths of the cap when it is
    /// exceeded. Reads the whole folder: for a worker.
    pub(crate) fn sweep(&self) {
        if self.is_sweeping.swap(true, Ordering::Relaxed) {
            return;
        }
        let mut files: Vec<(SystemTime, u64, PathBuf)> = walkdir::WalkDir::new(&self.dir)
            .min_depth(2)
            .max_depth(2)
            .into_iter()
            .filter_map(|entry| {
                let entry = entry.ok()?;
                let metadata = entry.metadata().ok()?;
                let used = metadata.modified().ok()?;
                metadata
                    .is_file()
                    .then(|| (used, metadata.len(), entry.into_path()))
            })
            .collect();
        let mut bytes: u64 = files.iter().map(|(_, len, _)| len).sum();
        let cap = self.cap_bytes.load(Ordering::Relaxed);
        if bytes > cap {
            files.sort_unstable();
            for (_, len, path) in files {
                if bytes <= cap / 10 * 9 {
                    break;
                }
                if std::fs::remove_file(path).is_ok() {
                    bytes -= len;
                }
            }
        }
        self.bytes.store(bytes, Ordering::Relaxed);
        self.is_sweeping.store(false, Ordering::Relaxed);
    }

    /// Removes all thumbnails.
    ///
    /// # Errors
    /// When the folder cannot be removed.
    pub(crate) fn clear(&self) -> Result<()> {
        *self.memory.lock() = Memory::default();
        self.is_broken.store(false, Ordering::Relaxed);
        self.bytes.store(UNCOUNTED, Ordering::Relaxed);
        match std::fs::remove_dir_all(&self.dir) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(Error::io("remove the thumbnails", &self.dir, &error))
            }
            _ => Ok(()),
        }
    }

    fn write_file(&self, path: &Path, bytes: &[u8]) -> Result<()> {
        let dir = path.parent().unwrap_or(&self.dir);
        let failed =
            |error: std::io::Error| Error::io("write to the thumbnail folder", &self.dir, &error);
        std::fs::create_dir_all(dir).map_err(failed)?;
        let mut file = tempfile::NamedTempFile::new_in(dir).map_err(failed)?;
        file.write_all(bytes).map_err(failed)?;
        file.persist(path).map_err(|error| failed(error.error))?;
        Ok(())
    }

    fn remember(&self, key: Key, size: ThumbSize, bytes: Arc<[u8]>) {
        let mut memory = self.memory.lock();
        memory.bytes += bytes.len();
        memory.files.push_back((key, size, bytes));
        while memory.bytes > MEMORY_BYTES {
            let Some((_, _, oldest)) = memory.files.pop_front() else {
                break;
            };
            memory.bytes -= oldest.len();
        }
    }

    fn count(&self, change: i64) {
        let update = |bytes: u64| (bytes != UNCOUNTED).then(|| bytes.saturating_add_signed(change));
        // Refused while nothing was counted: the first sweep counts.
        self.bytes
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, update)
            .ok();
    }
}

fn seal(bytes: &[u8]) -> [u8; SEAL_BYTES] {
    let mut seal = [0; SEAL_BYTES];
    seal.copy_from_slice(&blake3::hash(bytes).as_bytes()[..SEAL_BYTES]);
    seal
}

/// The JPEG, when the seal holds.
fn unsealed(bytes: &[u8]) -> Option<&[u8]> {
    let (jpeg, found) = bytes.split_at_checked(bytes.len().checked_sub(SEAL_BYTES)?)?;
    (seal(jpeg) == found).then_some(jpeg)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(shade: u8) -> Picture {
        Picture::filled(64, 48, [shade, 90, 200, 255])
    }

    fn key(n: u8) -> Key {
        Key::of_content(&[n; 32])
    }

    fn files(dir: &Path) -> Vec<PathBuf> {
        walkdir::WalkDir::new(dir)
            .into_iter()
            .filter_map(|entry| entry.ok().filter(|e| e.file_type().is_file()))
            .map(walkdir::DirEntry::into_path)
            .collect()
    }

    #[test]
    fn what_was_written_is_read_and_damage_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let cache = ThumbCache::new(dir.path().join("thumbnails"), DEFAULT_CAP_BYTES);
        assert!(cache.read(key(1), ThumbSize::S256).is_none());
        cache.write(key(1), ThumbSize::S256, &picture(10)).unwrap();
        let read = cache.read(key(1), ThumbSize::S256).unwrap();
        assert_eq!((read.width, read.height), (64, 48));
        assert!(cache.read(key(1), ThumbSize::S512).is_none());
        assert!(cache.read(key(2), ThumbSize::S256).is_none());

        let path = files(dir.path()).remove(0);
        let whole = std::fs::read(&path).unwrap();
        for damaged in [
            &whole[..whole.len() / 2],
            &whole[..whole.len() - 1],
            b"",
            b"x",
        ] {
            std::fs::write(&path, damaged).unwrap();
            assert!(cache.read(key(1), ThumbSize::S256).is_none());
            assert!(!path.exists());
        }
        cache.rename(key(9), key(1));
        cache.write(key(9), ThumbSize::S256, &picture(10)).unwrap();
        cache.rename(key(9), key(1));
        assert!(cache.read(key(1), ThumbSize::S256).is_some());
        assert!(cache.read(key(9), ThumbSize::S256).is_none());
        cache.clear().unwrap();
        assert!(files(dir.path()).is_empty());
    }

    #[test]
    fn the_least_recently_used_go_first() {
        let dir = tempfile::tempdir().unwrap();
        let cache = ThumbCache::new(dir.path().to_owned(), DEFAULT_CAP_BYTES);
        assert!(cache.wants_sweep());
        for n in 0..20 {
            cache.write(key(n), ThumbSize::S128, &picture(n)).unwrap();
            let path = cache.file(key(n), ThumbSize::S128);
            let age = Duration::from_secs(86_400 * (30 - u64::from(n)));
            let file = std::fs::File::options().append(true).open(path).unwrap();
            file.set_modified(SystemTime::now() - age).unwrap();
        }
        // The oldest is looked at again.
        assert!(cache.read(key(0), ThumbSize::S128).is_some());
        cache.sweep();
        assert!(!cache.wants_sweep());
        assert_eq!(files(dir.path()).len(), 20);
        let total: u64 = files(dir.path())
            .iter()
            .map(|path| path.metadata().unwrap().len())
            .sum();
        cache.set_cap_bytes(total / 2);
        assert!(cache.wants_sweep());
        cache.sweep();
        assert!(!cache.wants_sweep());
        let left = files(dir.path()).len();
        assert!((8..=10).contains(&left), "{left}");
        assert!(cache.read(key(0), ThumbSize::S128).is_some());
        assert!(cache.read(key(19), ThumbSize::S128).is_some());
        assert!(cache.read(key(1), ThumbSize::S128).is_none());
    }

    #[test]
    fn without_a_disk_the_memory_serves() {
        let dir = tempfile::tempdir().unwrap();
        // A file stands where the folder should be: nothing can be written, not even by root.
        let blocked = dir.path().join("thumbnails");
        std::fs::write(&blocked, b"in the way").unwrap();
        let cache = ThumbCache::new(blocked, DEFAULT_CAP_BYTES);
        assert!(!cache.is_broken());
        assert!(cache.write(key(1), ThumbSize::S256, &picture(1)).is_err());
        assert!(cache.is_broken());
        assert!(cache.write(key(2), ThumbSize::S256, &picture(2)).is_ok());
        assert!(cache.read(key(1), ThumbSize::S256).is_some());
        assert!(cache.read(key(2), ThumbSize::S256).is_some());
    }
}
