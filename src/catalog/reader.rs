//! Reading: a read-only connection for one thread.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};

use rusqlite::{Connection, InterruptHandle, OpenFlags};

use super::change::Change;
use super::fault::{Fault, Outcome};
use super::types::{
    Analysis, Collection, CollectionId, ContentHash, Event, Folder, FolderId, Health, IndexRow,
    Item, ItemId, ItemTag, KnownFile, ModelRun, NewTagging, Profile, Song, Tag, TagId, TagState,
};
use super::writer::Shared;
use super::{
    analyses, collections, files, folders, health, history, items, schema, search, tags, undo,
};
use crate::dirs::Dirs;
use crate::error::{Error, Result};
use crate::media::Kind;

/// A read-only view of the catalogue. `Send`, not `Sync`: one per thread.
pub struct Reader {
    pub(super) conn: Connection,
    pub(super) shared: Arc<Shared>,
}

/// Stops what a [`Reader`] is doing, from another thread: its call returns [`Error::Cancelled`].
pub struct Interrupt(InterruptHandle);

impl Interrupt {
    /// Stops the call that is running now, if any.
    pub fn interrupt(&self) {
        self.0.interrupt();
    }
}

impl Reader {
    /// Beside the writer of this process.
    pub(super) fn connect(shared: Arc<Shared>) -> Result<Self> {
        Self::connect_as(shared, OpenFlags::SQLITE_OPEN_READ_ONLY)
    }

    fn connect_as(shared: Arc<Shared>, access: OpenFlags) -> Result<Self> {
        let connect = || -> Outcome<Connection> {
            let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let conn = Connection::open_with_flags(&shared.file, flags)?;
            conn.pragma_update(None, "query_only", true)?;
            conn.busy_timeout(std::time::Duration::from_secs(10))?;
            conn.pragma_update(None, "cache_size", -16_384)?;
            conn.set_prepared_statement_cache_capacity(64);
            Ok(conn)
        };
        let conn =
            connect().map_err(|fault| shared.told(fault, "open the catalogue for reading"))?;
        Ok(Self { conn, shared })
    }

    /// Opens a library for reading only, also while another Parlour has it open.
    pub fn open(dirs: &Dirs) -> Result<Self> {
        let file = dirs.catalog();
        if !file.exists() {
            return Err(Error::NotFound {
                what: "library",
                name: dirs.data.display().to_string(),
            });
        }
        let shared = Shared {
            file,
            changes: AtomicU64::new(0),
            content: AtomicU64::new(0),
            is_damaged: AtomicBool::new(false),
        };
        // A crash may have left a log that has to be taken up first, which takes more than reading.
        let reader = Self::connect_as(Arc::new(shared), OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let found = reader.read("read the catalogue", |conn| Ok(schema::version(conn)?))?;
        match found {
            0 => Err(Error::NotFound {
                what: "library",
                name: dirs.data.display().to_string(),
            }),
            found if found > schema::VERSION => Err(Error::NewerCatalog {
                found,
                known: schema::VERSION,
                path: dirs.catalog(),
            }),
            _ => Ok(reader),
        }
    }

    /// A handle that stops this reader's calls from another thread.
    pub fn interrupter(&self) -> Interrupt {
        Interrupt(self.conn.get_interrupt_handle())
    }

    pub(super) fn read<T>(
        &self,
        action: &'static str,
        f: impl FnOnce(&Connection) -> Outcome<T>,
    ) -> Result<T> {
        f(&self.conn).map_err(|fault: Fault| self.shared.told(fault, action))
    }

    /// One item; also by the id of an item that was merged into it.
    pub fn item(&self, id: ItemId) -> Result<Option<Item>> {
        self.read("read an item", |conn| items::item(conn, id))
    }

    /// Some items, in the order asked for; unknown ids are left out.
    pub fn items(&self, ids: &[ItemId]) -> Result<Vec<Item>> {
        self.read("read items", |conn| {
            let mut found = Vec::with_capacity(ids.len());
            for id in ids {
                found.extend(items::item(conn, *id)?);
            }
            Ok(found)
        })
    }

    /// All items in the library, newest first.
    pub fn index(&self) -> Result<Vec<IndexRow>> {
        self.read("read the index", items::index)
    }

    /// The index rows of some items, in the order asked for; those not in the library are left out.
    pub fn index_rows(&self, ids: &[ItemId]) -> Result<Vec<IndexRow>> {
        self.read("read the index", |conn| items::index_rows(conn, ids))
    }

    /// All songs, by album artist, album, disc, track, title.
    pub fn songs(&self) -> Result<Vec<Song>> {
        self.read("read the songs", items::songs)
    }

    /// The item a path belongs to.
    pub fn item_by_path(&self, path: &Path) -> Result<Option<ItemId>> {
        self.read("find a path", |conn| items::by_path(conn, path))
    }

    /// The tags of an item, also the rejected ones: sure ones first, then by score.
    pub fn tags_of(&self, item: ItemId) -> Result<Vec<ItemTag>> {
        self.read("read tags", |conn| {
            tags::of_item(conn, items::resolve(conn, item)?)
        })
    }

    /// All tags with their counters, by path.
    pub fn tags(&self) -> Result<Vec<Tag>> {
        self.read("read the tags", tags::all)
    }

    /// The folders that the person added.
    pub fn folders(&self) -> Result<Vec<Folder>> {
        self.read("read the folders", folders::all)
    }

    /// Every file known in a folder, for a rescan to compare with.
    pub fn files_of(&self, folder: FolderId) -> Result<Vec<KnownFile>> {
        self.read("read the files of a folder", |conn| {
            folders::files(conn, folder)
        })
    }

    /// The item with this content.
    pub fn item_by_hash(&self, hash: &ContentHash) -> Result<Option<ItemId>> {
        self.read("find a content", |conn| files::item_of_hash(conn, hash))
    }

    /// Every file that was added alone, outside all folders.
    pub fn loose_files(&self) -> Result<Vec<KnownFile>> {
        self.read("read the single files", folders::loose_files)
    }

    /// The file at this path, when it is known.
    pub fn file(&self, path: &Path) -> Result<Option<KnownFile>> {
        self.read("find a path", |conn| folders::file(conn, path))
    }

    /// The embeddings of one kind of items, all from one pack so that they can be compared.
    pub fn embeddings(&self, kind: Kind) -> Result<Vec<(ItemId, Vec<f32>)>> {
        self.read("read embeddings", |conn| analyses::embeddings(conn, kind))
    }

    /// The embeddings that a pack (`id@version`) gave.
    pub fn embeddings_of_pack(&self, pack: &str) -> Result<Vec<(ItemId, Vec<f32>)>> {
        self.read("read embeddings", |conn| {
            analyses::embeddings_of_pack(conn, pack)
        })
    }

    /// The embedding that a pack (`id@version`) gave an item.
    pub fn embedding(&self, item: ItemId, pack: &str) -> Result<Option<Vec<f32>>> {
        self.read("read an embedding", |conn| {
            analyses::embedding(conn, items::resolve(conn, item)?, pack)
        })
    }

    /// What each model says of an item, newest first, whatever people said.
    pub fn model_tags(&self, item: ItemId) -> Result<Vec<NewTagging>> {
        self.read("read a model's tags", |conn| {
            analyses::model_tags(conn, items::resolve(conn, item)?)
        })
    }

    /// Model runs whose results are in use, newest first.
    pub fn model_runs(&self) -> Result<Vec<ModelRun>> {
        self.read("read the model runs", analyses::runs)
    }

    /// The stored result of an analyser.
    pub fn analysis(&self, item: ItemId, analyser: &str) -> Result<Option<Analysis>> {
        self.read("read an analysis", |conn| {
            analyses::analysis(conn, items::resolve(conn, item)?, analyser)
        })
    }

    /// Items of these kinds that are there, can be decoded, and that the analyser has not looked at in this version,
    /// newest first. A recorded failure counts as looked at until the content changes.
    pub fn pending(
        &self,
        analyser: &str,
        version: u32,
        kinds: &[Kind],
        limit: usize,
    ) -> Result<Vec<ItemId>> {
        self.read("find what is to be analysed", |conn| {
            analyses::pending(conn, analyser, version, kinds, limit)
        })
    }

    /// Items that have a tag in one of these states, with its score, best first.
    pub fn items_with_tag(&self, tag: TagId, states: &[TagState]) -> Result<Vec<(ItemId, f32)>> {
        self.read("read the items of a tag", |conn| {
            tags::items(conn, tag, states)
        })
    }

    /// The tag that a text names: a full path, or an own name, slug or alias that only one tag has.
    pub fn find_tag(&self, name: &str) -> Result<Option<TagId>> {
        self.read("find a tag", |conn| tags::find(conn, name))
    }

    /// Albums, playlists and smart collections, by name.
    pub fn collections(&self) -> Result<Vec<Collection>> {
        self.read("read the collections", collections::all)
    }

    /// The items of a collection, in order; for a smart one, what its search finds.
    pub fn collection_items(&self, id: CollectionId) -> Result<Vec<ItemId>> {
        self.read("read a collection", |conn| {
            match collections::existing(conn, id)?.1 {
                Some(query) => search::search(conn, &search::parse(&query)?, usize::MAX),
                None => collections::members(conn, id),
            }
        })
    }

    /// The ordinary collections an item is in.
    pub fn collections_of(&self, item: ItemId) -> Result<Vec<CollectionId>> {
        self.read("read the collections", |conn| {
            collections::of_item(conn, items::resolve(conn, item)?)
        })
    }

    /// Everyone's history from a time on, oldest first.
    pub fn events(&self, since_ms: i64) -> Result<Vec<Event>> {
        self.read("read the history", |conn| history::since(conn, since_ms))
    }

    /// What happened with an item, newest first.
    pub fn history_of(&self, item: ItemId, limit: usize) -> Result<Vec<Event>> {
        self.read("read the history", |conn| {
            history::of_item(conn, items::resolve(conn, item)?, limit)
        })
    }

    /// Keys of the reasons that were struck out.
    pub fn struck_reasons(&self) -> Result<HashSet<String>> {
        self.read("read the struck reasons", history::struck)
    }

    /// The people who use this library.
    pub fn profiles(&self) -> Result<Vec<Profile>> {
        self.read("read the profiles", history::profiles)
    }

    /// The change that undo would take back.
    pub fn undo_label(&self) -> Result<Option<Change>> {
        self.read("read the undo log", |conn| undo::next(conn, false))
    }

    /// The change that redo would do again.
    pub fn redo_label(&self) -> Result<Option<Change>> {
        self.read("read the undo log", |conn| undo::next(conn, true))
    }

    /// Checks the whole file and counts what is in it; `backups` is the folder to list.
    pub fn health(&self, backups: &Path) -> Result<Health> {
        self.read("check the catalogue", |conn| {
            health::health(conn, &self.shared.file, backups)
        })
    }

    /// Items that answer a search: titles that begin with the words first, newest first among equals. Hidden items only
    /// when asked for.
    pub fn search(&self, query: &search::Query, limit: usize) -> Result<Vec<ItemId>> {
        self.read("search", |conn| search::search(conn, query, limit))
    }
}
