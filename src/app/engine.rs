//! The engine: owns the library, the player and the state; applies commands between frames and takes in events.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use crossbeam_channel::Receiver;

use crate::app::command::{Command, Page, Want};
use crate::app::desk::{Ask, Desk};
use crate::app::state::{AppState, PackInfo, Requested, Search, Selection, Toast};
use crate::app::teaching::Teacher;
use crate::app::words::{Language, Words};
use crate::catalog::{ItemId, NewEvent};
use crate::dirs::Dirs;
use crate::error::{Error, Result};
use crate::jobs::Waker;
use crate::library::{Library, LibraryEvent, Options};
use crate::player::{Output, Player, PlayerCommand, PlayerEvent, QueueState};
use crate::settings::Settings;

/// How long changes gather before lists are read again, in seconds.
const GATHER_SECS: f64 = 0.4;
/// Details kept in memory.
const DETAILS_MAX: usize = 2_000;
/// How long a toast stays, in seconds.
const TOAST_SECS: f64 = 4.0;
/// Problems stay longer: they have to be read.
const PROBLEM_SECS: f64 = 8.0;

/// Which parts of the state have to be read again.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Stale {
    pub index: bool,
    pub music: bool,
    pub tags: bool,
    pub collections: bool,
    pub folders: bool,
    pub shelves: bool,
    pub lists: bool,
    pub undo: bool,
    pub since_secs: Option<f64>,
}

impl Stale {
    fn any(self) -> bool {
        self.index
            || self.music
            || self.tags
            || self.collections
            || self.folders
            || self.shelves
            || self.lists
            || self.undo
    }
}

/// The running program behind the window.
pub struct Engine {
    pub state: AppState,
    pub(super) desk: Desk,
    pub(super) teacher: Teacher,
    pub(super) player: Player,
    pub(super) library: Arc<Library>,
    pub(super) dirs: Dirs,
    pub(super) stale: Stale,
    /// What was asked for and has not been answered.
    pub(super) asked: HashSet<String>,
    /// Events that have not been written yet.
    pub(super) history: Vec<NewEvent>,
    /// Shelves that were shown, by day: each counts once.
    pub(super) shown_today: HashSet<(i64, String)>,
    pub(super) search_number: u64,
    pub(super) next_toast: u64,
    /// Items whose pictures changed: the window forgets their textures.
    pub forgotten: Vec<ItemId>,
    /// Things only the window can do.
    pub wishes: Vec<Wish>,
    /// How the open viewer item began, to count the dwell.
    pub(super) looking: Option<(ItemId, f64)>,
    pub(super) details_age: HashMap<ItemId, u64>,
    pub(super) detail_clock: u64,
    events: Receiver<LibraryEvent>,
    player_events: Receiver<PlayerEvent>,
    started: Instant,
    pub(super) is_window: bool,
    is_settings_changed: bool,
}

/// Something only the window can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    FocusSearch,
    FullScreen(bool),
    ComeToFront,
}

/// How the program is started.
#[derive(Debug, Clone)]
pub struct Start {
    pub dirs: Dirs,
    /// Files to open at once.
    pub files: Vec<PathBuf>,
    pub output: Output,
    /// A window watches and analyses; without one nothing happens that was not asked for.
    pub is_window: bool,
}

impl Engine {
    /// Opens the library and starts everything that runs beside the window.
    ///
    /// # Errors
    /// When the library cannot be opened: [`Error::Busy`], [`Error::NewerCatalog`], a folder that cannot be written.
    pub fn start(start: Start, waker: Waker) -> Result<Self> {
        start.dirs.create()?;
        let (settings, broken) = Settings::load(&start.dirs.settings());
        let options = if start.is_window {
            Options::window(&settings)
        } else {
            Options::headless()
        };
        let (library, notices) = Library::open(&start.dirs, options, waker.clone())?;
        let library = Arc::new(library);
        let desk = Desk::start(&library, waker.clone())?;
        let teacher = Teacher::start(&library, desk.post())?;
        let output = match (&start.output, &settings.device) {
            (Output::Device(None), Some(device)) => Output::Device(Some(device.clone())),
            (output, _) => output.clone(),
        };
        let player = Player::start(output, waker);
        player.send(PlayerCommand::SetVolume(settings.volume));
        if let Some(queue) = read_queue(&start.dirs) {
            player.send(PlayerCommand::Restore(Box::new(queue)));
        }
        let language = match settings.language.as_str() {
            "auto" => Language::of_system(),
            tag => Language::parse(tag).unwrap_or(Language::English),
        };
        let words = Arc::new(Words::new(language));
        let state = AppState {
            vocabulary: library.vocabulary().clone(),
            packs: pack_infos(&library),
            page: Page::Home,
            back: Vec::new(),
            is_ready: false,
            index: Arc::default(),
            music: Arc::default(),
            tags: Arc::new([]),
            collections: Arc::new([]),
            folders: Arc::new([]),
            unsaved: Arc::new([]),
            has_filed: false,
            shelves: Requested::default(),
            struck: Arc::default(),
            taste: None,
            leaving: None,
            is_guest: false,
            lists: HashMap::new(),
            details: HashMap::new(),
            waveforms: HashMap::new(),
            lyrics: HashMap::new(),
            listed: Arc::new([]),
            selection: Selection::default(),
            search: Search::default(),
            is_inspector_open: settings.is_inspector_open,
            viewer: None,
            came_back_to: None,
            sheet: None,
            is_full_screen: false,
            grid_height: settings.grid_height,
            player: player.status(),
            has_played: false,
            teaching: crate::app::teaching::Teaching::default(),
            hover_count: None,
            activities: Vec::new(),
            is_analysis_paused: false,
            toasts: Vec::new(),
            undo_label: None,
            arrived_thumbs: Vec::new(),
            arrived_full: Vec::new(),
            now_secs: 0.0,
            now_ms: 0,
            data_dir: start.dirs.data.clone(),
            demo: crate::app::demo::find(),
            words,
            settings,
        };
        let mut engine = Self {
            state,
            events: library.events(),
            player_events: player.events(),
            desk,
            teacher,
            player,
            library,
            dirs: start.dirs,
            stale: Stale::default(),
            asked: HashSet::new(),
            history: Vec::new(),
            shown_today: HashSet::new(),
            search_number: 0,
            next_toast: 0,
            forgotten: Vec::new(),
            wishes: Vec::new(),
            looking: None,
            details_age: HashMap::new(),
            detail_clock: 0,
            started: Instant::now(),
            is_window: start.is_window,
            is_settings_changed: false,
        };
        if let Some(error) = broken {
            engine.problem(&error);
        }
        for notice in notices {
            let text = crate::app::phrases::notice(&engine.state.words, &notice);
            engine.say(text, true);
        }
        for ask in [
            Ask::Index,
            Ask::Music,
            Ask::Tags,
            Ask::Folders,
            Ask::Collections,
            Ask::Struck,
            Ask::UndoLabel,
        ] {
            engine.desk.ask(ask);
        }
        engine.suggest();
        if !start.files.is_empty() {
            engine.open_files(start.files);
        }
        Ok(engine)
    }

    /// Takes in what happened since the last frame. Never waits.
    pub fn tick(&mut self) {
        self.state.now_secs = self.started.elapsed().as_secs_f64();
        self.state.now_ms = jiff::Timestamp::now().as_millisecond();
        // Bounded, so that a flood of events is spread over frames.
        for _ in 0..2048 {
            let Ok(event) = self.events.try_recv() else {
                break;
            };
            self.on_library(event);
        }
        for _ in 0..256 {
            let Ok(event) = self.player_events.try_recv() else {
                break;
            };
            self.on_player(event);
        }
        for _ in 0..256 {
            let Ok(answer) = self.desk.answers().try_recv() else {
                break;
            };
            self.on_answer(answer);
        }
        self.state.player = self.player.status();
        self.state.has_played = !self.state.player.queue.is_empty();
        self.library.set_playing(self.state.player.is_playing());
        self.refresh();
        self.slideshow();
        self.write_history(false);
        let now = self.state.now_secs;
        self.state.toasts.retain(|toast| toast.until_secs > now);
    }

    /// Carries out a command. Never waits.
    pub fn apply(&mut self, command: Command) {
        match command {
            Command::Act(action) => {
                if let Some(command) = self.state.command_for(action) {
                    self.apply_resolved(command);
                }
            }
            other => self.apply_resolved(other),
        }
    }

    fn apply_resolved(&mut self, command: Command) {
        match command {
            // A table entry never leads to another.
            Command::Act(_) => {}
            Command::Go(page) => self.go(page),
            Command::Back => self.go_back(),
            Command::Search(text) => self.search(text),
            Command::FocusSearch => self.wishes.push(Wish::FocusSearch),
            Command::Select(select) => self.select(select),
            Command::View(view) => self.view(view),
            Command::Edit(edit) => self.edit(edit),
            Command::Play(play) => self.play(play),
            Command::Shelf(shelf) => self.shelf(shelf),
            Command::Teach(teach) => self.teach(teach),
            Command::Files(files) => self.files(files),
            Command::People(people) => self.people(people),
            Command::Set(set) => self.set(set),
            Command::Want(want) => self.want(want),
            Command::Toast(crate::app::command::ToastCommand::Dismiss(id)) => {
                self.state.toasts.retain(|toast| toast.id != id);
            }
        }
    }

    /// Says something about what the person did.
    pub(super) fn say(&mut self, text: String, is_problem: bool) {
        self.toast(text, is_problem, false);
    }

    /// Says what went wrong.
    pub(super) fn problem(&mut self, error: &Error) {
        if *error != Error::Cancelled {
            self.toast(error.to_string(), true, false);
        }
    }

    pub(super) fn toast(&mut self, text: String, is_problem: bool, can_undo: bool) {
        self.next_toast += 1;
        let secs = if is_problem { PROBLEM_SECS } else { TOAST_SECS };
        self.state.toasts.retain(|toast| toast.text != text);
        self.state.toasts.push(Toast {
            id: self.next_toast,
            text,
            is_problem,
            can_undo,
            until_secs: self.state.now_secs + secs,
        });
        if self.state.toasts.len() > 3 {
            self.state.toasts.remove(0);
        }
    }

    /// Marks parts of the state as outdated.
    pub(super) fn outdate(&mut self, mark: impl FnOnce(&mut Stale)) {
        mark(&mut self.stale);
        self.stale.since_secs.get_or_insert(self.state.now_secs);
    }

    /// Reads outdated parts again, once changes have gathered for a moment.
    fn refresh(&mut self) {
        let Some(since) = self.stale.since_secs else {
            return;
        };
        if self.state.now_secs - since < GATHER_SECS {
            return;
        }
        let mut left = Stale::default();
        let wanted = [
            (self.stale.index, Ask::Index),
            (self.stale.music, Ask::Music),
            (self.stale.tags, Ask::Tags),
            (self.stale.collections, Ask::Collections),
            (self.stale.folders, Ask::Folders),
            (self.stale.undo, Ask::UndoLabel),
        ];
        for (is_wanted, ask) in wanted {
            if is_wanted && !self.desk.ask(ask) {
                left.index = true;
            }
        }
        if self.stale.shelves && !self.suggest() {
            left.shelves = true;
        }
        if self.stale.lists {
            self.reload_lists();
        }
        left.since_secs = left.any().then_some(self.state.now_secs);
        self.stale = left;
    }

    /// Whether something will have to be done soon without an event: the window asks for another frame.
    pub fn is_waiting(&self) -> bool {
        self.stale.since_secs.is_some() || !self.asked.is_empty()
    }

    /// Asks once for what is wanted; the key tells that it is under way.
    pub(super) fn ask_once(&mut self, key: String, ask: Ask) {
        if self.asked.contains(&key) {
            return;
        }
        if self.desk.ask(ask) {
            self.asked.insert(key);
        }
    }

    /// Something the window is about to show.
    fn want(&mut self, want: Want) {
        match want {
            Want::Thumb {
                item,
                size,
                priority,
            } => {
                if self
                    .asked
                    .insert(format!("thumb {} {}", item.0, size.side()))
                {
                    self.library.thumb(item, size, priority);
                }
            }
            Want::Full(item) => {
                if self.asked.insert(format!("full {}", item.0)) {
                    self.library.full_picture(item);
                }
            }
            Want::Waveform(item) => {
                if self.asked.insert(format!("wave {}", item.0)) {
                    self.library.waveform(item);
                }
            }
            Want::Detail(item) => {
                self.detail_clock += 1;
                if self.details_age.insert(item, self.detail_clock).is_none()
                    || !self.state.details.contains_key(&item)
                {
                    self.ask_once(format!("detail {}", item.0), Ask::Detail(item));
                }
            }
            Want::List(key) => {
                if let crate::app::command::ListKey::Results = key {
                    return;
                }
                self.state.lists.entry(key.clone()).or_default().is_loading = true;
                self.ask_once(format!("list {key:?}"), Ask::List(key));
            }
            Want::Beliefs => self.ask_beliefs(),
            Want::Count(paths) => {
                self.state.hover_count = Some((paths.clone(), paths.len()));
                self.desk.ask(Ask::Count(paths));
            }
            Want::Lyrics(item) => self.ask_once(format!("lyrics {}", item.0), Ask::Lyrics(item)),
        }
    }

    /// Keeps the memory for details bounded: the ones asked for least recently go.
    pub(super) fn trim_details(&mut self) {
        if self.state.details.len() <= DETAILS_MAX {
            return;
        }
        let mut ages: Vec<(u64, ItemId)> = self
            .state
            .details
            .keys()
            .map(|id| (self.details_age.get(id).copied().unwrap_or(0), *id))
            .collect();
        ages.sort_unstable();
        for (_, id) in ages.into_iter().take(DETAILS_MAX / 4) {
            self.state.details.remove(&id);
            self.details_age.remove(&id);
        }
    }

    /// Remembers that settings changed; they are saved at the end of the frame.
    pub(super) fn settings_changed(&mut self) {
        self.is_settings_changed = true;
    }

    /// Saves settings that changed. The file is small; the window calls this after drawing.
    pub fn save_settings(&mut self) {
        if std::mem::take(&mut self.is_settings_changed) {
            let (settings, path, post) = (
                self.state.settings.clone(),
                self.dirs.settings(),
                self.desk.post(),
            );
            let saving = crate::jobs::spawn("settings", move || {
                if let Err(error) = settings.save(&path) {
                    post.send(crate::app::desk::Answer::Failed(error));
                }
            });
            if let Err(error) = saving {
                self.problem(&error);
            }
        }
    }

    /// Where the library is.
    pub fn dirs(&self) -> &Dirs {
        &self.dirs
    }

    /// The library itself.
    pub fn library(&self) -> &Arc<Library> {
        &self.library
    }

    /// The end: what was looked at is recorded, the queue is kept.
    pub fn close(&mut self) {
        self.teacher.close();
        self.stop_looking();
        self.write_history(true);
        self.state.settings.volume = self.state.player.volume;
        let queue = self.player.queue_state();
        let saved = serde_json::to_vec(&queue)
            .map_err(|e| Error::Internal {
                action: "save the queue",
                why: e.to_string(),
            })
            .and_then(|bytes| {
                let path = queue_file(&self.dirs);
                std::fs::write(&path, bytes).map_err(|e| Error::io("save the queue", &path, &e))
            })
            .and_then(|()| self.state.settings.save(&self.dirs.settings()));
        if let Err(error) = saved {
            tracing::error!("{error}");
        }
    }
}

fn queue_file(dirs: &Dirs) -> PathBuf {
    dirs.data.join("queue.json")
}

/// The queue of the last time. One that cannot be read is no loss worth a message.
fn read_queue(dirs: &Dirs) -> Option<QueueState> {
    let path = queue_file(dirs);
    let is_small = std::fs::metadata(&path).is_ok_and(|meta| meta.len() < 64 << 20);
    let bytes = is_small.then(|| std::fs::read(&path).ok()).flatten()?;
    serde_json::from_slice(&bytes).ok()
}

/// The packs, as Settings lists them.
pub(super) fn pack_infos(library: &Library) -> Arc<[PackInfo]> {
    library
        .packs()
        .list()
        .iter()
        .map(|pack| {
            let manifest = pack.manifest();
            PackInfo {
                id: pack.id().to_owned(),
                title: manifest.title.clone(),
                version: manifest.version.clone(),
                labels: pack.labels().len(),
                quality: manifest
                    .quality
                    .as_ref()
                    .map(ToString::to_string)
                    .unwrap_or_default(),
                licence: manifest.licence.clone(),
                is_embedded: pack.source().is_embedded(),
            }
        })
        .collect()
}
