//! What the window draws: plain data, changed only by `update`.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use crate::app::command::{AlbumKey, ListKey, Page, Sheet};
use crate::app::words::Words;
use crate::catalog::{
    Collection, Event, Flags, Folder, IndexRow, Item, ItemId, ItemTag, Song, Tag,
};
use crate::jobs::Progress;
use crate::library::ThumbSize;
use crate::media::Kind;
use crate::media::audio::Lyrics;
use crate::media::photo::Picture;
use crate::models::Vocabulary;
use crate::player::Status;
use crate::recommend::{Reason, Shelf};
use crate::settings::Settings;

/// Something asked for: the last known value stays while the next one is loaded.
#[derive(Debug, Clone, Default)]
pub struct Requested<T> {
    pub value: Option<T>,
    pub is_loading: bool,
    pub problem: Option<String>,
}

impl<T> Requested<T> {
    /// A value that is there.
    pub fn ready(value: T) -> Self {
        Self {
            value: Some(value),
            is_loading: false,
            problem: None,
        }
    }
}

/// The compact index of all items, newest first, with one list per kind.
#[derive(Debug, Default)]
pub struct Index {
    rows: Vec<IndexRow>,
    at: HashMap<ItemId, u32>,
    photos: Arc<[ItemId]>,
    clips: Arc<[ItemId]>,
    pub counts: Counts,
}

/// How many items there are.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    pub photos: usize,
    pub songs: usize,
    pub clips: usize,
    pub missing: usize,
    pub unsupported: usize,
}

impl Index {
    /// Builds the lookups. `rows` are sorted by date, newest first.
    pub fn new(rows: Vec<IndexRow>) -> Self {
        let mut counts = Counts::default();
        let list = |kind: Kind| -> Arc<[ItemId]> {
            rows.iter()
                .filter(|r| r.kind == kind && !r.flags.contains(Flags::HIDDEN))
                .map(|r| r.id)
                .collect()
        };
        let (photos, clips) = (list(Kind::Photo), list(Kind::Clip));
        for row in &rows {
            match row.kind {
                Kind::Photo => counts.photos += 1,
                Kind::Audio => counts.songs += 1,
                Kind::Clip => counts.clips += 1,
            }
            counts.missing += usize::from(row.flags.contains(Flags::MISSING));
            counts.unsupported += usize::from(row.flags.contains(Flags::UNSUPPORTED));
        }
        let at = rows.iter().zip(0..).map(|(row, i)| (row.id, i)).collect();
        Self {
            at,
            photos,
            clips,
            counts,
            rows,
        }
    }

    /// The row of one item.
    pub fn row(&self, id: ItemId) -> Option<&IndexRow> {
        self.at.get(&id).and_then(|&i| self.rows.get(i as usize))
    }

    /// All rows, newest first.
    pub fn rows(&self) -> &[IndexRow] {
        &self.rows
    }

    /// The photos of the timeline, newest first, without the hidden ones.
    pub fn photos(&self) -> &Arc<[ItemId]> {
        &self.photos
    }

    /// The clips, newest first, without the hidden ones.
    pub fn clips(&self) -> &Arc<[ItemId]> {
        &self.clips
    }

    /// Whether the library is empty.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// All songs, and the albums and artists they make.
#[derive(Debug, Default)]
pub struct Music {
    pub songs: Vec<Song>,
    pub albums: Vec<Album>,
    pub artists: Vec<Artist>,
    at: HashMap<ItemId, u32>,
}

/// An album, made from the tags of its songs.
#[derive(Debug, Clone, PartialEq)]
pub struct Album {
    pub key: AlbumKey,
    pub year: Option<i32>,
    /// Indices into `Music::songs`, in disc and track order.
    pub songs: Vec<u32>,
    pub duration_ms: u64,
}

/// An artist, made from the tags of the songs.
#[derive(Debug, Clone, PartialEq)]
pub struct Artist {
    pub name: String,
    /// Indices into `Music::albums`.
    pub albums: Vec<u32>,
    pub song_count: usize,
}

impl Music {
    /// Groups songs into albums and artists. Songs without an album stay songs only.
    pub fn new(mut songs: Vec<Song>) -> Self {
        songs.sort_by(|a, b| {
            let key = |s: &Song| {
                (
                    s.album_artist.to_lowercase(),
                    s.album.to_lowercase(),
                    s.disc,
                    s.track,
                )
            };
            key(a).cmp(&key(b)).then_with(|| a.title.cmp(&b.title))
        });
        let mut albums: Vec<Album> = Vec::new();
        for (song, i) in songs.iter().zip(0u32..) {
            if song.album.is_empty() {
                continue;
            }
            let key = AlbumKey {
                artist: song.album_artist.clone(),
                title: song.album.clone(),
            };
            if albums.last().is_none_or(|album| album.key != key) {
                albums.push(Album {
                    key,
                    year: None,
                    songs: Vec::new(),
                    duration_ms: 0,
                });
            }
            if let Some(album) = albums.last_mut() {
                album.songs.push(i);
                album.duration_ms += song.duration_ms;
                album.year = album.year.or(song.year);
            }
        }
        let mut artists: HashMap<String, Artist> = HashMap::new();
        let entry = |name: &str| Artist {
            name: name.to_owned(),
            albums: Vec::new(),
            song_count: 0,
        };
        for song in &songs {
            let name = if song.album_artist.is_empty() {
                &song.artist
            } else {
                &song.album_artist
            };
            if !name.is_empty() {
                artists
                    .entry(name.clone())
                    .or_insert_with(|| entry(name))
                    .song_count += 1;
            }
        }
        for (album, i) in albums.iter().zip(0u32..) {
            if let Some(artist) = artists.get_mut(&album.key.artist) {
                artist.albums.push(i);
            }
        }
        let mut artists: Vec<Artist> = artists.into_values().collect();
        artists.sort_by_cached_key(|a| a.name.to_lowercase());
        let at = songs
            .iter()
            .zip(0..)
            .map(|(song, i)| (song.id, i))
            .collect();
        Self {
            songs,
            albums,
            artists,
            at,
        }
    }

    /// The song of an item.
    pub fn song(&self, id: ItemId) -> Option<&Song> {
        self.at.get(&id).and_then(|&i| self.songs.get(i as usize))
    }

    /// The album with this key.
    pub fn album(&self, key: &AlbumKey) -> Option<&Album> {
        self.albums.iter().find(|album| &album.key == key)
    }

    /// The items of an album, in order.
    pub fn items_of(&self, album: &Album) -> Vec<ItemId> {
        album
            .songs
            .iter()
            .map(|&i| self.songs[i as usize].id)
            .collect()
    }
}

/// Everything the inspector shows of one item.
#[derive(Debug, Clone)]
pub struct Detail {
    pub item: Item,
    pub tags: Vec<ItemTag>,
    pub history: Vec<Event>,
    /// Loudness and the like, as name key and value.
    pub measured: Vec<(&'static str, String)>,
    /// Why it was suggested, if it is on a shelf now.
    pub reasons: Vec<Reason>,
}

/// What the person has selected.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    pub items: HashSet<ItemId>,
    /// In the order they were chosen.
    pub order: Vec<ItemId>,
    /// Where a Shift-click starts.
    pub anchor: Option<ItemId>,
}

impl Selection {
    /// Whether the item is selected.
    pub fn contains(&self, id: ItemId) -> bool {
        self.items.contains(&id)
    }

    /// Replaces the selection.
    pub fn set(&mut self, items: Vec<ItemId>) {
        self.anchor = items.first().copied();
        self.items = items.iter().copied().collect();
        self.order = items;
    }

    /// Adds or removes one.
    pub fn toggle(&mut self, id: ItemId) {
        if self.items.remove(&id) {
            self.order.retain(|&other| other != id);
        } else {
            self.items.insert(id);
            self.order.push(id);
        }
        self.anchor = Some(id);
    }

    /// The only selected item.
    pub fn single(&self) -> Option<ItemId> {
        match self.order[..] {
            [id] => Some(id),
            _ => None,
        }
    }
}

/// The full-screen viewer.
#[derive(Debug, Clone)]
pub struct Viewer {
    pub list: Arc<[ItemId]>,
    pub at: usize,
    /// When the slideshow shows the next one, on the clock of `AppState::now_secs`.
    pub next_at_secs: Option<f64>,
    pub opened_at_ms: i64,
}

impl Viewer {
    /// The item shown.
    pub fn item(&self) -> Option<ItemId> {
        self.list.get(self.at).copied()
    }
}

/// The search box.
#[derive(Debug, Clone, Default)]
pub struct Search {
    pub text: String,
    /// What is wrong with the query, as a sentence.
    pub problem: Option<String>,
    pub is_running: bool,
}

/// A short message about what the person just did.
#[derive(Debug, Clone, PartialEq)]
pub struct Toast {
    pub id: u64,
    pub text: String,
    pub is_problem: bool,
    /// Whether "Undo" takes it back.
    pub can_undo: bool,
    pub until_secs: f64,
}

/// A picture that has arrived and waits to become a texture.
#[derive(Debug, Clone)]
pub struct ArrivedThumb {
    pub item: ItemId,
    pub size: ThumbSize,
    /// None: there is no picture (no cover), or it cannot be made.
    pub picture: Option<Arc<Picture>>,
}

/// A model pack, as Settings lists it.
#[derive(Debug, Clone, PartialEq)]
pub struct PackInfo {
    pub id: String,
    pub title: String,
    pub version: String,
    pub labels: usize,
    pub quality: String,
    pub licence: String,
    pub is_embedded: bool,
}

/// The whole state of the window.
#[derive(Debug)]
pub struct AppState {
    pub words: Arc<Words>,
    pub vocabulary: Arc<Vocabulary>,
    pub settings: Settings,
    pub page: Page,
    pub back: Vec<Page>,
    /// False until the index has been read once.
    pub is_ready: bool,
    pub index: Arc<Index>,
    pub music: Arc<Music>,
    pub tags: Arc<[Tag]>,
    pub collections: Arc<[Collection]>,
    pub folders: Arc<[Folder]>,
    /// What waits to be written to the files.
    pub unsaved: Arc<[crate::app::outward::Waiting]>,
    /// A move or trash of files can be taken back.
    pub has_filed: bool,
    pub packs: Arc<[PackInfo]>,
    pub shelves: Requested<Arc<[Shelf]>>,
    pub struck: Arc<HashSet<String>>,
    /// What the taste page shows; none until it was asked for.
    pub taste: Option<Arc<crate::app::people::TasteView>>,
    /// What "less like this" of an item would take off the page.
    pub leaving: Option<(ItemId, Arc<[ItemId]>)>,
    /// Somebody is here who leaves no trace.
    pub is_guest: bool,
    pub lists: HashMap<ListKey, Requested<Arc<[ItemId]>>>,
    pub details: HashMap<ItemId, Arc<Detail>>,
    pub waveforms: HashMap<ItemId, Arc<[u8]>>,
    pub lyrics: HashMap<ItemId, Option<Arc<Lyrics>>>,
    /// The list the page shows, for select-all and keyboard movement.
    pub listed: Arc<[ItemId]>,
    pub selection: Selection,
    pub search: Search,
    pub is_inspector_open: bool,
    pub viewer: Option<Viewer>,
    /// The item the viewer was closed on: the page scrolls to it once.
    pub came_back_to: Option<ItemId>,
    pub sheet: Option<Sheet>,
    pub is_full_screen: bool,
    pub grid_height: f32,
    pub player: Arc<Status>,
    pub has_played: bool,
    /// What is learnt of tags, and why items have them.
    pub teaching: crate::app::teaching::Teaching,
    /// How many files lie in what hovers over the window.
    pub hover_count: Option<(Vec<PathBuf>, usize)>,
    pub activities: Vec<Progress>,
    pub is_analysis_paused: bool,
    pub toasts: Vec<Toast>,
    pub undo_label: Option<String>,
    pub arrived_thumbs: Vec<ArrivedThumb>,
    pub arrived_full: Vec<(ItemId, Option<Arc<Picture>>)>,
    /// Seconds since the program started.
    pub now_secs: f64,
    /// Wall clock, milliseconds since 1970.
    pub now_ms: i64,
    /// Where the catalogue lives.
    pub data_dir: PathBuf,
    /// The demo library, where this machine has it.
    pub demo: Option<PathBuf>,
}
