//! The desk: the thread that reads the catalogue for the window, so that a frame never waits.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, bounded};

use crate::app::command::ListKey;
use crate::app::outward::Waiting;
use crate::app::people::{self, TasteView};
use crate::app::state::{Detail, Index, Music};
use crate::app::suggest::{self, Material, Who};
use crate::catalog::{
    Catalog, Change, Collection, Flags, Folder, ItemId, ProfileId, Reader, TagState, Undo, search,
};
use crate::error::{Error, Result};
use crate::jobs::Waker;
use crate::library::Library;
use crate::media::Kind;
use crate::media::audio::Lyrics;
use crate::player::Track;
use crate::recommend::{Programme, Shelf, Wish};

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
    Count(Vec<PathBuf>),
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
    /// What the taste page shows.
    Beliefs(Box<TasteView>),
    /// What would leave the page without an item.
    Leaving(ItemId, Vec<ItemId>),
    Programme(Box<Programme>),
    ProfileAdded(ProfileId),
    ChosenCard(PathBuf),
    /// The name on the card, and where to save it.
    ChosenCardPlace(String, PathBuf),
    /// Cards were taken in, followed, left or removed.
    CardsChanged(Option<String>),
    /// A change of the person's is saved, or could not be.
    Edited {
        toast: Option<String>,
        /// Nothing but history and struck reasons changed.
        is_history: bool,
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
    /// Files to be added and tagged.
    ChosenFor(String, Vec<PathBuf>),
    Taught(Box<crate::app::teaching::Taught>),
    /// How many files lie in what hovers over the window.
    Counted(Vec<PathBuf>, usize),
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

/// Something to be found out about suggestions, on the thread that keeps what they are made from.
#[derive(Debug)]
pub enum Errand {
    Shelves(Who),
    Beliefs(Who),
    /// What "less like this" would take away.
    Leaving(Who, ItemId),
    Programme(Who, u32, Wish),
    /// Music whose mood and time go with a photo.
    Soundtrack(Who, ItemId),
}

struct Clerk {
    reader: Reader,
    library: Arc<Library>,
    material: Material,
    post: Post,
    is_suggesting: Arc<AtomicBool>,
}

impl Clerk {
    fn run(&mut self, errand: Errand) {
        // What changes from here on needs another look.
        if matches!(errand, Errand::Shelves(_)) {
            self.is_suggesting.store(false, Ordering::Release);
        }
        let answer = crate::jobs::guarded("find suggestions", || self.answer(errand));
        self.post.send(answer.unwrap_or_else(Answer::Failed));
    }

    fn answer(&mut self, errand: Errand) -> Result<Answer> {
        let dirs = self.library.dirs().clone();
        let (reader, material) = (&self.reader, &mut self.material);
        Ok(match errand {
            Errand::Shelves(who) => {
                Answer::Shelves(suggest::shelves(reader, &dirs, &who, material)?)
            }
            Errand::Beliefs(who) => {
                let input = material.input(reader, &dirs, &who)?;
                Answer::Beliefs(Box::new(people::taste_view(reader, &dirs, input)?))
            }
            Errand::Leaving(who, item) => {
                let input = material.input(reader, &dirs, &who)?;
                Answer::Leaving(item, crate::recommend::leaving(input, &who.options(), item))
            }
            Errand::Programme(who, minutes, wish) => {
                let input = material.input(reader, &dirs, &who)?;
                Answer::Programme(Box::new(crate::recommend::programme(input, minutes, wish)))
            }
            Errand::Soundtrack(who, photo) => {
                let input = material.input(reader, &dirs, &who)?;
                let songs = suggest::soundtrack(input, photo);
                Answer::Tracks(tracks(reader, &songs, None)?, Then::PlayFrom(0))
            }
        })
    }
}

/// The two threads that read for the window: one for what it shows, one for suggestions.
pub struct Desk {
    ask: Option<Sender<Ask>>,
    errands: Option<Sender<Errand>>,
    is_suggesting: Arc<AtomicBool>,
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
        let (errands, wishes) = bounded::<Errand>(16);
        let is_suggesting = Arc::new(AtomicBool::new(false));
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
        let mut clerk = Clerk {
            reader: catalog.reader()?,
            library: library.clone(),
            material: Material::default(),
            post: post.clone(),
            is_suggesting: is_suggesting.clone(),
        };
        let threads = vec![
            crate::jobs::spawn("desk", move || worker.run(&questions))?,
            crate::jobs::spawn("suggest", move || {
                for errand in wishes {
                    clerk.run(errand);
                }
            })?,
        ];
        Ok(Self {
            ask: Some(ask),
            errands: Some(errands),
            is_suggesting,
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

    /// Sends for something about suggestions. False when too much is waiting, or new shelves are under way already.
    pub fn errand(&self, errand: Errand) -> bool {
        let is_shelves = matches!(errand, Errand::Shelves(_));
        if is_shelves && self.is_suggesting.swap(true, Ordering::AcqRel) {
            return false;
        }
        let is_sent = self
            .errands
            .as_ref()
            .is_some_and(|sender| sender.try_send(errand).is_ok());
        if is_shelves && !is_sent {
            self.is_suggesting.store(false, Ordering::Release);
        }
        is_sent
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
        self.errands = None;
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
                tracks(reader, &items, why.as_deref()).map(|tracks| Answer::Tracks(tracks, then)),
            ),
            Ask::Count(paths) => {
                let n = count_files(&paths);
                Some(Answer::Counted(paths, n))
            }
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
            ListKey::Suggested(tag) => self.doubtful(tag),
            ListKey::Rejected(tag) => self.tagged(tag, &[TagState::Rejected]),
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

    /// What is suggested for a tag: where the model is least sure first, since an answer teaches most there.
    fn doubtful(&self, tag: &str) -> Result<Vec<ItemId>> {
        let Some(tag) = self.reader.find_tag(tag)? else {
            return Ok(Vec::new());
        };
        let mut found = self.reader.items_with_tag(tag, &[TagState::Suggested])?;
        found.sort_by(|a, b| {
            let doubt = |score: f32| (score - 0.5).abs();
            doubt(a.1).total_cmp(&doubt(b.1)).then(a.0.cmp(&b.0))
        });
        Ok(found.into_iter().map(|(item, _)| item).collect())
    }
}

/// Songs and clips among the items, in their order; what is missing is left out.
fn tracks(reader: &Reader, items: &[ItemId], why: Option<&str>) -> Result<Vec<Track>> {
    let found = reader.items(items)?;
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

/// Files in files and folders, hidden ones left out; counting ends at ten thousand.
fn count_files(paths: &[PathBuf]) -> usize {
    const ENOUGH: usize = 10_000;
    let is_hidden = |entry: &walkdir::DirEntry| {
        entry.depth() > 0 && entry.file_name().to_string_lossy().starts_with('.')
    };
    paths
        .iter()
        .flat_map(|path| {
            walkdir::WalkDir::new(path)
                .into_iter()
                .filter_entry(move |entry| !is_hidden(entry))
                .filter_map(std::result::Result::ok)
                .filter(|entry| entry.file_type().is_file())
        })
        .take(ENOUGH)
        .count()
}
