//! What the library tells the window, and the bounded door it goes through.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use serde::Serialize;

use crate::catalog::{CollectionId, FileStatus, ItemId};
use crate::error::Error;
use crate::jobs::{Activity, Progress, Waker};
use crate::media::Kind;
use crate::media::photo::Picture;

/// The most items one [`LibraryEvent::ItemsChanged`] names.
pub const NAMED_ITEMS: usize = 500;
/// Events that may wait for the window.
const CAPACITY: usize = 4096;

/// The sides thumbnails are kept in: the longer side in pixels is at most this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ThumbSize {
    /// 128 pixels.
    S128,
    /// 256 pixels.
    S256,
    /// 512 pixels.
    S512,
    /// 1024 pixels.
    S1024,
}

impl ThumbSize {
    /// All sizes, smallest first.
    pub const ALL: [Self; 4] = [Self::S128, Self::S256, Self::S512, Self::S1024];

    /// The longer side in pixels.
    pub fn side(self) -> u32 {
        match self {
            Self::S128 => 128,
            Self::S256 => 256,
            Self::S512 => 512,
            Self::S1024 => 1024,
        }
    }

    /// The smallest size whose side is at least `pixels`, else the largest there is.
    pub fn at_least(pixels: u32) -> Self {
        Self::ALL
            .into_iter()
            .find(|size| size.side() >= pixels)
            .unwrap_or(Self::S1024)
    }
}

/// What happens to dropped files once they are in the library.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AfterAdd {
    /// Put this tag on all of them.
    pub tag: Option<String>,
    /// Put them into this collection, in the order they came.
    pub collection: Option<CollectionId>,
    /// Play the songs and clips among them; answered by [`LibraryEvent::Added`].
    pub play: bool,
}

/// Something the library did or found.
#[derive(Debug, Clone)]
pub enum LibraryEvent {
    /// How far a background activity is.
    Progress(Progress),
    /// An activity came to its end, or was stopped.
    Finished(Activity),
    /// These items are new or changed; an empty list says that there are too many to name.
    ItemsChanged(Vec<ItemId>),
    /// Folders were added or removed, or went on or off line.
    FoldersChanged,
    /// What waits to be written to the files is other than before.
    UnsavedChanged,
    /// Dropped files are in the library, in the order they came.
    Added {
        /// All of them, without repeats.
        items: Vec<ItemId>,
        /// What was asked for.
        then: AfterAdd,
    },
    /// The answer to a request for a thumbnail or cover.
    Thumb {
        /// Of which item.
        item: ItemId,
        /// The size that was asked for; the picture is never larger.
        size: ThumbSize,
        /// `Ok(None)`: there certainly is no picture, draw the pattern.
        picture: Result<Option<Arc<Picture>>, Error>,
    },
    /// The answer to a request for the full picture.
    Full {
        /// Of which item.
        item: ItemId,
        /// True when these are all the pixels there are; false for the bounded first answer.
        is_original: bool,
        /// The picture.
        picture: Result<Arc<Picture>, Error>,
    },
    /// The answer to a request for a waveform: peaks 0 to 255 over the whole length.
    Waveform {
        /// Of which item.
        item: ItemId,
        /// Empty when it cannot be made.
        peaks: Arc<[u8]>,
    },
    /// A file that could not be taken in.
    Failed {
        /// Which.
        path: PathBuf,
        /// Why, as a sentence without the path.
        reason: String,
    },
    /// Another Parlour was started with these files and handed them over; none: come to the front.
    OpenRequest(Vec<PathBuf>),
    /// A calm fact to show once.
    Notice(Notice),
}

/// Calm facts about the library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// The catalogue's own notice (restored from a backup).
    Catalog(crate::error::Notice),
    /// A folder cannot be reached; everything about its items is kept.
    FolderOffline(PathBuf),
    /// A folder can be reached again.
    FolderBack(PathBuf),
    /// Changes in a folder are not noticed at once, only by the regular look.
    NotWatched {
        /// Which folder.
        path: PathBuf,
        /// Why, as a sentence.
        why: String,
    },
    /// Thumbnails cannot be kept on disk and are made anew each time.
    CacheUnwritable(String),
    /// A model pack could not be used.
    Pack(String),
}

impl std::fmt::Display for Notice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Catalog(notice) => notice.fmt(f),
            Self::FolderOffline(path) => write!(
                f,
                "a folder cannot be reached; what you made of its files is kept: {}",
                path.display()
            ),
            Self::FolderBack(path) => {
                write!(f, "a folder can be reached again: {}", path.display())
            }
            Self::NotWatched { path, why } if path.as_os_str().is_empty() => {
                write!(
                    f,
                    "folders cannot be watched ({why}); they are looked through now and then"
                )
            }
            Self::NotWatched { path, why } => write!(
                f,
                "a folder cannot be watched ({why}); it is looked through now and then: {}",
                path.display()
            ),
            Self::CacheUnwritable(why) => {
                write!(
                    f,
                    "thumbnails are kept in memory only, because Parlour {why}"
                )
            }
            Self::Pack(why) => write!(f, "{why}"),
        }
    }
}

/// One file of a blocking scan.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScanReport {
    /// The file.
    pub path: PathBuf,
    /// Its item, unless it failed.
    pub item: Option<ItemId>,
    /// What it is for, when known.
    pub kind: Option<Kind>,
    /// What became of it.
    pub status: ScanStatus,
    /// Why it failed or cannot be decoded.
    pub error: Option<String>,
}

/// What a scan did with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ScanStatus {
    /// Not seen before.
    New,
    /// As it was.
    Unchanged,
    /// Same place, other content.
    Changed,
    /// Known content in a new place.
    Moved,
    /// One more copy of known content.
    Copy,
    /// Was missing and is there again.
    Back,
    /// Was there and is not any more.
    Missing,
    /// Could not be read; the reason says why.
    Failed,
}

impl From<FileStatus> for ScanStatus {
    fn from(status: FileStatus) -> Self {
        match status {
            FileStatus::New => Self::New,
            FileStatus::Unchanged => Self::Unchanged,
            FileStatus::Changed => Self::Changed,
            FileStatus::Moved => Self::Moved,
            FileStatus::Copy => Self::Copy,
            FileStatus::Back => Self::Back,
        }
    }
}

/// The counts of a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct ScanSummary {
    /// Media files looked at.
    pub files: u64,
    /// Not seen before.
    pub new: u64,
    /// As they were.
    pub unchanged: u64,
    /// Same place, other content.
    pub changed: u64,
    /// Known content in a new place.
    pub moved: u64,
    /// Further copies of known content.
    pub copies: u64,
    /// There again.
    pub back: u64,
    /// Not there any more.
    pub missing: u64,
    /// Could not be read.
    pub failed: u64,
    /// Known formats that cannot be decoded; listed, and counted above as well.
    pub unsupported: u64,
    /// Folders (or whole drives) that could not be opened.
    pub unreadable_folders: u64,
    /// Whether it was stopped before its end.
    pub is_cancelled: bool,
    /// Duration.
    pub took_ms: u64,
}

/// The sending end: never blocks, never grows; wakes the window.
#[derive(Clone)]
pub(crate) struct Outbox {
    sender: Sender<LibraryEvent>,
    receiver: Receiver<LibraryEvent>,
    has_lost: Arc<AtomicBool>,
    waker: Waker,
}

impl Outbox {
    pub(crate) fn new(waker: Waker) -> Self {
        let (sender, receiver) = bounded(CAPACITY);
        Self {
            sender,
            receiver,
            has_lost: Arc::default(),
            waker,
        }
    }

    /// The window's end.
    pub(crate) fn receiver(&self) -> Receiver<LibraryEvent> {
        self.receiver.clone()
    }

    /// Sends; when nobody listens for long, the oldest event makes room.
    pub(crate) fn send(&self, event: LibraryEvent) {
        if self.has_lost.swap(false, Ordering::Relaxed) {
            self.push(LibraryEvent::ItemsChanged(Vec::new()));
        }
        self.push(event);
        (self.waker)();
    }

    /// Says which items changed, or that many did.
    pub(crate) fn items_changed(&self, mut items: Vec<ItemId>) {
        if items.is_empty() {
            return;
        }
        items.sort_unstable();
        items.dedup();
        if items.len() > NAMED_ITEMS {
            items.clear();
        }
        self.send(LibraryEvent::ItemsChanged(items));
    }

    fn push(&self, event: LibraryEvent) {
        let mut event = event;
        while let Err(TrySendError::Full(back)) = self.sender.try_send(event) {
            if let Ok(LibraryEvent::ItemsChanged(_)) = self.receiver.try_recv() {
                self.has_lost.store(true, Ordering::Relaxed);
            }
            event = back;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_round_up() {
        assert_eq!(ThumbSize::at_least(0), ThumbSize::S128);
        assert_eq!(ThumbSize::at_least(128), ThumbSize::S128);
        assert_eq!(ThumbSize::at_least(129), ThumbSize::S256);
        assert_eq!(ThumbSize::at_least(5000), ThumbSize::S1024);
    }

    #[test]
    fn an_outbox_nobody_reads_stays_bounded_and_says_that_it_lost_something() {
        let outbox = Outbox::new(crate::jobs::no_waker());
        outbox.items_changed(vec![ItemId(7)]);
        for _ in 0..CAPACITY + 10 {
            outbox.send(LibraryEvent::FoldersChanged);
        }
        let receiver = outbox.receiver();
        assert_eq!(receiver.len(), CAPACITY);
        let has_many = receiver
            .try_iter()
            .any(|event| matches!(event, LibraryEvent::ItemsChanged(items) if items.is_empty()));
        assert!(has_many);
    }

    #[test]
    fn too_many_items_are_not_named() {
        let outbox = Outbox::new(crate::jobs::no_waker());
        outbox.items_changed((0..2000).map(ItemId).collect());
        outbox.items_changed(vec![ItemId(3), ItemId(3), ItemId(1)]);
        let events: Vec<_> = outbox.receiver().try_iter().collect();
        assert!(matches!(&events[0], LibraryEvent::ItemsChanged(items) if items.is_empty()));
        assert!(
            matches!(&events[1], LibraryEvent::ItemsChanged(items) if *items == [ItemId(1), ItemId(3)])
        );
    }
}
