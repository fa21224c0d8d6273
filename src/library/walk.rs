//! Walks folders with several threads, newest folders first.

use std::collections::{BinaryHeap, HashSet};
use std::ffi::OsStr;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use crossbeam_channel::Sender;
use parking_lot::{Condvar, Mutex};

use super::beside::Sidecars;
use crate::error::{Error, Result};
use crate::jobs::Cancel;
use crate::media;

/// Folders may nest this deep below their root; deeper ones are reported, not entered.
const MAX_DEPTH: u16 = 64;
/// Entries handed over at once.
const BATCH: usize = 128;
/// System and trash folders that hold nothing the person means to see. Compared without case.
const SKIPPED: [&str; 10] = [
    "$recycle.bin",
    "system volume information",
    "lost+found",
    "@eadir",
    "#recycle",
    "#snapshot",
    "found.000",
    "trash",
    "node_modules",
    "__macosx",
];

/// A file that may be a photo, a song or a clip, by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FoundEntry {
    /// Absolute, as the system spells it.
    pub path: PathBuf,
    /// Which of the roots it lies under.
    pub root: usize,
    pub size_bytes: u64,
    pub mtime_ms: i64,
    /// See [`super::beside`].
    pub beside: i64,
}

/// What the walk says.
#[derive(Debug)]
pub(crate) enum Found {
    Files(Vec<FoundEntry>),
    /// Pictures that are named like a cover and lie beside music: part of that music, no photos of their own.
    Covers(Vec<FoundEntry>),
    /// Files with [`Unreadable::path`] as a prefix are not missing: nobody could look.
    Unreadable(Unreadable),
}

/// A folder or file that could not be read.
#[derive(Debug)]
pub(crate) struct Unreadable {
    pub path: PathBuf,
    pub root: usize,
    pub is_folder: bool,
    pub error: Error,
}

/// Milliseconds since the epoch of a file's last change; 0 where the system does not tell.
pub(crate) fn mtime_ms(metadata: &Metadata) -> i64 {
    let Ok(modified) = metadata.modified() else {
        return 0;
    };
    match modified.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |ms| -ms),
    }
}

/// Whether a folder of this name is passed by: hidden, a trash, a program's own.
pub(crate) fn is_skipped_folder(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with('.')
        || SKIPPED
            .iter()
            .any(|skipped| name.eq_ignore_ascii_case(skipped))
        || name.to_ascii_lowercase().starts_with(".trash-")
}

/// Whether a file is the cover of music in the same folder: part of it, no photo of its own.
pub(crate) fn is_cover_beside_music(path: &Path) -> bool {
    media::audio::is_cover_name(path)
        && path
            .parent()
            .and_then(|folder| std::fs::read_dir(folder).ok())
            .is_some_and(|entries| {
                entries
                    .flatten()
                    .any(|entry| media::has_audio_name(&entry.path()))
            })
}

/// A folder that waits to be read. The newest is the greatest.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Folder {
    mtime_ms: i64,
    depth: u16,
    root: usize,
    path: PathBuf,
}

#[derive(Default)]
struct Queue {
    folders: BinaryHeap<Folder>,
    reading: usize,
    visited: HashSet<Identity>,
}

/// What tells two folders apart whatever their spelling: device and inode, or the resolved path.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Identity {
    #[cfg(unix)]
    Inode(u64, u64),
    #[cfg(not(unix))]
    Path(PathBuf),
}

impl Identity {
    #[cfg(unix)]
    fn of(_path: &Path, metadata: &Metadata) -> Option<Self> {
        use std::os::unix::fs::MetadataExt as _;
        Some(Self::Inode(metadata.dev(), metadata.ino()))
    }

    #[cfg(not(unix))]
    fn of(path: &Path, _metadata: &Metadata) -> Option<Self> {
        path.canonicalize().ok().map(Self::Path)
    }
}

struct Walk<'a> {
    queue: Mutex<Queue>,
    changed: Condvar,
    found: &'a Sender<Found>,
    cancel: &'a Cancel,
    skipped: &'a [PathBuf],
}

/// Reads everything below `roots` with `threads` threads and sends what may be media; returns when all is read.
///
/// Symbolic links are followed; no folder is read twice, so loops end. Folders in `skipped` (Parlour's own) are passed
/// by. A root that cannot be opened is an [`Unreadable`] with the root's own path.
///
/// # Errors
/// [`Error::Cancelled`]; a thread that cannot start when none is running.
pub(crate) fn walk(
    roots: &[PathBuf],
    skipped: &[PathBuf],
    threads: usize,
    found: &Sender<Found>,
    cancel: &Cancel,
) -> Result<()> {
    let walk = Walk {
        queue: Mutex::default(),
        changed: Condvar::new(),
        found,
        cancel,
        skipped,
    };
    for (root, path) in roots.iter().enumerate() {
        match std::fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => walk.enqueue(path.clone(), root, 0, &metadata),
            Ok(_) => walk.unreadable(
                path,
                root,
                true,
                Error::NotFound {
                    what: "folder",
                    name: path.display().to_string(),
                },
            ),
            Err(error) => {
                walk.unreadable(path, root, true, Error::io("open the folder", path, &error));
            }
        }
    }
    std::thread::scope(|scope| {
        for n in 1..threads {
            let helper = std::thread::Builder::new()
                .name(format!("walk-{n}"))
                .spawn_scoped(scope, || walk.work());
            if let Err(error) = helper {
                tracing::warn!(%error, "walking with fewer threads");
            }
        }
        walk.work();
    });
    cancel.check()
}

impl Walk<'_> {
    fn enqueue(&self, path: PathBuf, root: usize, depth: u16, metadata: &Metadata) {
        let Some(identity) = Identity::of(&path, metadata) else {
            return;
        };
        let mut queue = self.queue.lock();
        if queue.visited.insert(identity) {
            queue.folders.push(Folder {
                mtime_ms: mtime_ms(metadata),
                depth,
                root,
                path,
            });
            self.changed.notify_one();
        }
    }

    fn unreadable(&self, path: &Path, root: usize, is_folder: bool, error: Error) {
        self.send(Found::Unreadable(Unreadable {
            path: path.to_owned(),
            root,
            is_folder,
            error,
        }));
    }

    fn send(&self, found: Found) {
        // The receiver only goes away when the scan was stopped.
        if self.found.send(found).is_err() {
            self.cancel.cancel();
        }
    }

    fn work(&self) {
        while let Some(folder) = self.next() {
            self.read(&folder);
            let mut queue = self.queue.lock();
            queue.reading -= 1;
            if queue.reading == 0 && queue.folders.is_empty() {
                self.changed.notify_all();
            }
        }
    }

    fn next(&self) -> Option<Folder> {
        let mut queue = self.queue.lock();
        loop {
            if self.cancel.is_cancelled() {
                self.changed.notify_all();
                return None;
            }
            if let Some(folder) = queue.folders.pop() {
                queue.reading += 1;
                return Some(folder);
            }
            if queue.reading == 0 {
                return None;
            }
            self.changed.wait(&mut queue);
        }
    }

    fn read(&self, folder: &Folder) {
        let entries = match std::fs::read_dir(&folder.path) {
            Ok(entries) => entries,
            Err(error) => {
                let error = Error::io("open the folder", &folder.path, &error);
                self.unreadable(&folder.path, folder.root, true, error);
                return;
            }
        };
        let (mut files, mut covers) = (Vec::new(), Vec::new());
        let mut has_music = false;
        let mut sidecars = Sidecars::default();
        for entry in entries {
            if self.cancel.is_cancelled() {
                return;
            }
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let error = Error::io("read the folder", &folder.path, &error);
                    self.unreadable(&folder.path, folder.root, true, error);
                    break;
                }
            };
            let Some(file) = self.look_at(&entry, folder, &mut sidecars) else {
                continue;
            };
            if media::audio::is_cover_name(&file.path) {
                covers.push(file);
                continue;
            }
            has_music |= media::has_audio_name(&file.path);
            files.push(file);
        }
        // What lies beside a file is known when the whole folder is.
        for file in files.iter_mut().chain(&mut covers) {
            file.beside = sidecars.beside(&file.path);
        }
        if has_music && !covers.is_empty() {
            self.send(Found::Covers(covers));
        } else {
            files.append(&mut covers);
        }
        while !files.is_empty() {
            let rest = files.split_off(files.len().min(BATCH));
            self.send(Found::Files(std::mem::replace(&mut files, rest)));
        }
    }

    /// Queues a folder, notes a sidecar; answers with a file that may be media.
    fn look_at(
        &self,
        entry: &std::fs::DirEntry,
        folder: &Folder,
        sidecars: &mut Sidecars,
    ) -> Option<FoundEntry> {
        let path = entry.path();
        let file_type = entry.file_type().ok()?;
        // A link is whatever it points at; a dangling one is nothing.
        let (is_dir, metadata) = if file_type.is_symlink() {
            match std::fs::metadata(&path) {
                Ok(metadata) => (metadata.is_dir(), Some(metadata)),
                Err(_) => return None,
            }
        } else {
            (file_type.is_dir(), None)
        };
        if is_dir {
            if is_skipped_folder(&entry.file_name()) || self.skipped.contains(&path) {
                return None;
            }
            if folder.depth >= MAX_DEPTH {
                self.unreadable(
                    &path,
                    folder.root,
                    true,
                    Error::TooLarge {
                        what: "depth of the folder",
                        found: "more".to_owned(),
                        limit: MAX_DEPTH.to_string(),
                        path: path.clone(),
                    },
                );
                return None;
            }
            match metadata.map_or_else(|| entry.metadata(), Ok) {
                Ok(metadata) => self.enqueue(path, folder.root, folder.depth + 1, &metadata),
                Err(error) => {
                    let error = Error::io("open the folder", &path, &error);
                    self.unreadable(&path, folder.root, true, error);
                }
            }
            return None;
        }
        if media::xmp::is_sidecar(&path) {
            if let Ok(metadata) = std::fs::metadata(&path)
                && metadata.is_file()
            {
                sidecars.add(entry.file_name(), metadata.len(), mtime_ms(&metadata));
            }
            return None;
        }
        let is_hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        if is_hidden || !media::is_candidate(&path) {
            return None;
        }
        match metadata.map_or_else(|| entry.metadata(), Ok) {
            Ok(metadata) if metadata.is_file() => Some(FoundEntry {
                size_bytes: metadata.len(),
                mtime_ms: mtime_ms(&metadata),
                root: folder.root,
                beside: 0,
                path,
            }),
            // Pipes, sockets and devices are not opened: reading one may never end.
            Ok(_) => None,
            Err(error) => {
                let error = Error::io("read the file", &path, &error);
                self.unreadable(&path, folder.root, false, error);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossbeam_channel::bounded;

    fn names(roots: &[PathBuf], threads: usize) -> (Vec<String>, Vec<PathBuf>) {
        let (sender, receiver) = bounded(1000);
        walk(roots, &[], threads, &sender, &Cancel::new()).unwrap();
        drop(sender);
        let (mut files, mut unreadable) = (Vec::new(), Vec::new());
        for found in receiver {
            match found {
                Found::Files(entries) => files.extend(entries.into_iter().map(|entry| {
                    let name = entry.path.strip_prefix(&roots[entry.root]).unwrap();
                    name.to_string_lossy().into_owned()
                })),
                Found::Covers(_) => {}
                Found::Unreadable(what) => unreadable.push(what.path),
            }
        }
        files.sort();
        (files, unreadable)
    }

    #[test]
    fn hidden_trash_and_foreign_files_are_passed_by() {
        let dir = tempfile::tempdir().unwrap();
        for name in [
            "a.jpg",
            "b/c/d.FLAC",
            "b/notes.txt",
            ".hidden/e.jpg",
            "b/.f.jpg",
            "$RECYCLE.BIN/g.jpg",
            ".Trash-1000/files/h.jpg",
            "bare",
        ] {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, b"x").unwrap();
        }
        for threads in [1, 4] {
            let (files, unreadable) = names(&[dir.path().to_owned()], threads);
            assert_eq!(files, ["a.jpg", "b/c/d.FLAC", "bare"]);
            assert!(unreadable.is_empty());
        }
    }

    #[test]
    fn covers_beside_music_are_no_photos() {
        let dir = tempfile::tempdir().unwrap();
        for name in [
            "album/Cover.JPG",
            "album/AlbumArt_{1}_Large.jpg",
            "album/01.mp3",
            "album/booklet.jpg",
            "holiday/cover.jpg",
            "holiday/beach.jpg",
        ] {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, b"x").unwrap();
        }
        let (files, _) = names(&[dir.path().to_owned()], 2);
        let photos = [
            "album/booklet.jpg",
            "holiday/beach.jpg",
            "holiday/cover.jpg",
        ];
        assert_eq!(files, [&["album/01.mp3"], &photos[..]].concat());
    }

    #[test]
    fn a_root_that_is_away_is_reported() {
        let dir = tempfile::tempdir().unwrap();
        let gone = dir.path().join("gone");
        let (files, unreadable) = names(&[gone.clone(), dir.path().to_owned()], 2);
        assert!(files.is_empty());
        assert_eq!(unreadable, [gone]);
    }

    #[cfg(unix)]
    #[test]
    fn loops_of_links_end_and_odd_names_survive() {
        use std::os::unix::ffi::OsStrExt as _;
        let dir = tempfile::tempdir().unwrap();
        let sub = dir.path().join("sub");
        std::fs::create_dir(&sub).unwrap();
        std::os::unix::fs::symlink(dir.path(), sub.join("loop")).unwrap();
        std::os::unix::fs::symlink(sub.join("nowhere.jpg"), sub.join("dangling.jpg")).unwrap();
        let odd = OsStr::from_bytes(b"caf\xE9.jpg");
        std::fs::write(sub.join(odd), b"x").unwrap();
        std::os::unix::fs::symlink(sub.join(odd), dir.path().join("link.jpg")).unwrap();
        let (files, unreadable) = names(&[dir.path().to_owned()], 3);
        assert_eq!(files, ["link.jpg", "sub/caf\u{FFFD}.jpg"]);
        assert!(unreadable.is_empty());
    }

    #[test]
    fn a_walk_can_be_stopped() {
        let dir = tempfile::tempdir().unwrap();
        let cancel = Cancel::new();
        cancel.cancel();
        let (sender, _receiver) = bounded(1);
        let roots = [dir.path().to_owned()];
        assert_eq!(
            walk(&roots, &[], 2, &sender, &cancel),
            Err(Error::Cancelled)
        );
    }
}
