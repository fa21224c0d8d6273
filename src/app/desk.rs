//! The desk: the thread that reads the catalogue for the window, so that a frame never waits.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, bounded};

use crate::app::command::ListKey;
use crate::app::outward::Waiting;
use crate::app::state::{Detail, Index, Music};
use crate::app::suggest::{self, Material};
use crate::catalog::{
    Catalog, Change, Collection, Flags, Folder, ItemId, Reader, TagState, Undo, search,
};
use crate::error::{Error, Result};
use crate::jobs::Waker;
use crate::library::Library;
use crate::media::Kind;
use crate::media::audio::Lyrics;
use crate::player::Track;
use crate::recommend::Shelf;

/// Results of one search, at most.
const RESULTS_MAX: usize = 5_000;
/// Similar items shown.
const SIMILAR_MAX: usize = 200;
/// Questions that may wait.
const CAPACITY: usize = 1024;

/// A question to the desk.
#[derive(Debug)]
pub enum Ask {
    Index,
    Music,
    Tags,
    Collections,
    Folders,
    Struck,
    UndoLabel,
    Detail(ItemId),
    List(ListKey),
    /// The text and its number: later ones make earlier ones pointless.
    Search(String, u64),
    Lyrics(ItemId),
    /// The files of these items, to be played.
    Tracks {
        items: Vec<ItemId>,
        then: Then,
        why: Option<String>,
    },
    /// Music whose date and mood lie near a photo's.
    Soundtrack(ItemId),
    Undo,
    Redo,
}

/// What to do with tracks once they are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    PlayFrom(usize),
    Next,
    Later,
}

/// What the desk, a dialog or a finished change says.
#[derive(Debug)]
pub enum Answer {
    Index(Index),
    Music(Music),
    Tags(Vec<crate::catalog::Tag>),
    Collections(Vec<Collection>),
    Folders(Vec<Folder>),
    /// What waits to be written to the files.
    Unsaved(Vec<Waiting>),
    /// Where these items are to be moved.
    ChosenPlace(Vec<ItemId>, PathBuf),
    Struck(HashSet<String>),
    UndoLabel(Option<Change>),
    Detail(ItemId, Result<Option<Box<Detail>>>),
    List(ListKey, Result<Vec<ItemId>>),
    Search(u64, Result<Vec<ItemId>>),
    Lyrics(ItemId, Option<Lyrics>),
    Tracks(Vec<Track>, Then),
    Shelves(Vec<Shelf>),
    /// A change of the person's is saved, or could not be.
    Edited {
        toast: Option<String>,
        result: Result<Undo>,
    },
    /// Undo or redo: the label of what was taken back or done again.
    Undone {
        is_redo: bool,
        result: Result<Option<Change>>,
    },
    /// Folders or files were chosen in a dialog.
    ChosenFolders(Vec<PathBuf>),
    ChosenFiles(Vec<PathBuf>),
    ChosenModel(PathBuf),
    ChosenExport(PathBuf),
    /// A longer errand ended: what to say.
    Said {
        text: String,
        is_problem: bool,
    },
    Failed(Error),
}

/// Where answers are put; wakes the window.
#[derive(Clone)]
pub struct Post {
    sender: Sender<Answer>,
    waker: Waker,
}

impl Post {
    /// Hands an answer to the window. After the window is gone nobody needs it.
    pub fn send(&self, answer: Answer) {
        if self.sender.send(answer).is_ok() {
            (self.waker)();
        }
    }
}

/// The two threads that read for the window: one for what it shows, one for suggestions.
pub struct Desk {
    ask: Option<Sender<Ask>>,
    suggest: Option<Sender<()>>,
    answers: Receiver<Answer>,
    post: Post,
    newest_search: Arc<AtomicU64>,
    interrupter: crate::catalog::Interrupt,
    threads: Vec<JoinHandle<()>>,
}

impl Desk {
    /// Starts the threads.
    ///
    /// # Errors
    /// When the catalogue cannot be read or a thread cannot be started.
    pub fn start(library: &Arc<Library>, waker: Waker) -> Result<Self> {
        let (ask, questions) = bounded::<Ask>(CAPACITY);
        let (suggest, wishes) = bounded::<()>(1);
        let (sender, answers) = bounded(CAPACITY);
        let post = Post { sender, waker };
        let newest_search = Arc::new(AtomicU64::new(0));
        let catalog = library.catalog();
        let reader = catalog.reader()?;
        let interrupter = reader.interrupter();
        let worker = Worker {
            reader,
            catalog: catalog.clone(),
            library: library.clone(),
            post: post.clone(),
            newest_search: newest_search.clone(),
        };
        let suggesting = catalog.reader()?;
        let suggest_post = post.clone();
        let threads = vec![
            crate::jobs::spawn("desk", move || worker.run(&questions))?,
            crate::jobs::spawn("suggest", move || {
                let mut material = Material::default();
                while wishes.recv().is_ok() {
                    match suggest::shelves(&suggesting, &mut material) {
                        Ok(shelves) => suggest_post.send(Answer::Shelves(shelves)),
                        Err(error) => suggest_post.send(Answer::Failed(error)),
                    }
                }
            })?,
        ];
        Ok(Self {
            ask: Some(ask),
            suggest: Some(suggest),
            answers,
            post,
            newest_search,
            interrupter,
            threads,
        })
    }

    /// Puts a question. False when the desk is full: ask again in the next frame.
    pub fn ask(&self, ask: Ask) -> bool {
        if let Ask::Search(_, number) = &ask {
            self.newest_search.store(*number, Ordering::Relaxed);
            self.interrupter.interrupt();
        }
        self.ask
            .as_ref()
            .is_some_and(|sender| sender.try_send(ask).is_ok())
    }

    /// Asks for new suggestions. False when a wish is waiting already.
    pub fn suggest(&self) -> bool {
        self.suggest
            .as_ref()
            .is_some_and(|sender| sender.try_send(()).is_ok())
    }

    /// What has been answered.
    pub fn answers(&self) -> &Receiver<Answer> {
        &self.answers
    }

    /// For others who answer to the window: dialogs, changes.
    pub fn post(&self) -> Post {
        self.post.clone()
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.ask = None;
        self.suggest = None;
        // A thread that waits to hand over an answer must find room to end.
        let (_gone, nobody) = bounded(0);
        self.answers = nobody;
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a reading thread ended with a fault");
            }
        }
    }
}

struct Worker {
    reader: Reader,
    catalog: Catalog,
    library: Arc<Library>,
    post: Post,
    newest_search: Arc<AtomicU64>,
}

impl Worker {
    fn run(self, questions: &Receiver<Ask>) {
        for ask in questions {
            let answer = crate::jobs::guarded("read the library", || Ok(self.answer(ask)));
            match answer {
                Ok(Some(answer)) => self.post.send(answer),
                Ok(None) => {}
                Err(error) => self.post.send(Answer::Failed(error)),
            }
        }
    }

    fn answer(&self, ask: Ask) -> Option<Answer> {
        let reader = &self.reader;
        let told = |result: Result<Answer>| Some(result.unwrap_or_else(Answer::Failed));
        match ask {
            Ask::Index => told(reader.index().map(|rows| Answer::Index(Index::new(rows)))),
            Ask::Music => told(reader.songs().map(|songs| Answer::Music(Music::new(songs)))),
            Ask::Tags => told(reader.tags().map(Answer::Tags)),
            Ask::Collections => told(reader.collections().map(Answer::Collections)),
            Ask::Folders => {
                match crate::app::outward::waiting(reader) {
                    Ok(waiting) => self.post.send(Answer::Unsaved(waiting)),
                    Err(error) => self.post.send(Answer::Failed(error)),
                }
                told(reader.folders().map(Answer::Folders))
            }
            Ask::Struck => told(reader.struck_reasons().map(Answer::Struck)),
            Ask::UndoLabel => told(reader.undo_label().map(Answer::UndoLabel)),
            Ask::Detail(id) => Some(Answer::Detail(id, self.detail(id))),
            Ask::List(key) => {
                let list = self.list(&key);
                Some(Answer::List(key, list))
            }
            Ask::Search(text, number) => {
                if self.newest_search.load(Ordering::Relaxed) != number {
                    return None;
                }
                let found =
                    search::parse(&text).and_then(|query| reader.search(&query, RESULTS_MAX));
                (self.newest_search.load(Ordering::Relaxed) == number)
                    .then_some(Answer::Search(number, found))
            }
            Ask::Lyrics(id) => {
                let path = reader
                    .item(id)
                    .ok()
                    .flatten()
                    .and_then(|item| item.path().map(ToOwned::to_owned));
                let lyrics =
                    path.and_then(|path| crate::media::audio::lyrics(&path).ok().flatten());
                Some(Answer::Lyrics(id, lyrics))
            }
            Ask::Tracks { items, then, why } => told(
                self.tracks(&items, why.as_deref())
                    .map(|tracks| Answer::Tracks(tracks, then)),
            ),
            Ask::Soundtrack(photo) => told(
                suggest::soundtrack(reader, photo)
                    .and_then(|songs| self.tracks(&songs, None))
                    .map(|tracks| Answer::Tracks(tracks, Then::PlayFrom(0))),
            ),
            Ask::Undo => Some(Answer::Undone {
                is_redo: false,
                result: self.catalog.undo(),
            }),
            Ask::Redo => Some(Answer::Undone {
                is_redo: true,
                result: self.catalog.redo(),
            }),
        }
    }

    fn detail(&self, id: ItemId) -> Result<Option<Box<Detail>>> {
        let Some(item) = self.reader.item(id)? else {
            return Ok(None);
        };
        Ok(Some(Box::new(Detail {
            tags: self.reader.tags_of(id)?,
            history: self.reader.history_of(id, 50)?,
            measured: suggest::measured(&self.reader, &item)?,
            reasons: Vec::new(),
            item,
        })))
    }

    fn list(&self, key: &ListKey) -> Result<Vec<ItemId>> {
        let flagged = |flag: Flags| -> Result<Vec<ItemId>> {
            let rows = self.reader.index()?;
            Ok(rows
                .iter()
                .filter(|row| row.flags.contains(flag))
                .map(|row| row.id)
                .collect())
        };
        match key {
            ListKey::Tag(tag) => self.tagged(tag, &[TagState::Confirmed, TagState::Shown]),
            ListKey::Suggested(tag) => self.tagged(tag, &[TagState::Suggested]),
            ListKey::Collection(id) => {
                let collections = self.reader.collections()?;
                let query = collections
                    .iter()
                    .find(|collection| collection.id == *id)
                    .and_then(|collection| collection.query.clone());
                match query {
                    Some(query) => self.reader.search(&search::parse(&query)?, RESULTS_MAX),
                    None => self.reader.collection_items(*id),
                }
            }
            ListKey::Results => Ok(Vec::new()),
            ListKey::Similar(id) => {
                let near = self.library.similar(*id, SIMILAR_MAX)?;
                Ok(near.into_iter().map(|(item, _)| item).collect())
            }
            ListKey::Problems => flagged(Flags::UNSUPPORTED),
            ListKey::Missing => flagged(Flags::MISSING),
        }
    }

    /// Items with a tag, the surest first.
    fn tagged(&self, tag: &str, states: &[TagState]) -> Result<Vec<ItemId>> {
        let Some(tag) = self.reader.find_tag(tag)? else {
            return Ok(Vec::new());
        };
        let found = self.reader.items_with_tag(tag, states)?;
        Ok(found.into_iter().map(|(item, _)| item).collect())
    }

    /// Songs and clips among the items, in their order; what is missing is left out.
    fn tracks(&self, items: &[ItemId], why: Option<&str>) -> Result<Vec<Track>> {
        let found = self.reader.items(items)?;
        Ok(found
            .into_iter()
            .filter(|item| item.kind != Kind::Photo)
            .filter_map(|item| {
                let path = item.path()?.to_owned();
                Some(Track {
                    item: Some(item.id.0),
                    path,
                    title: item.title,
                    artist: item.artist.unwrap_or_default(),
                    album: item.album.unwrap_or_default(),
                    duration_ms: item.duration_ms,
                    why: why.map(ToOwned::to_owned),
                    ..Track::default()
                })
            })
            .collect())
    }
}
