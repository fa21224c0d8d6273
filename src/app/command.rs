//! What can be asked of the program. The window, the palette and the command line all speak in these.

use std::path::PathBuf;

use crate::app::actions::Action;
use crate::app::words::Language;
use crate::catalog::{CollectionId, FolderId, ItemId, RunId, TagId, Writes};
use crate::jobs::Priority;
use crate::library::{Settle, ThumbSize};
use crate::media::Kind;
use crate::player::PlayerCommand;
use crate::settings::Theme;

/// A page of the window.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum Page {
    #[default]
    Home,
    Photos,
    Music(MusicPage),
    Clips,
    /// The tag tree, or one tag opened.
    Tags(Option<String>),
    Collections(Option<CollectionId>),
    Tidy,
    Settings,
    /// What Parlour believes of the person, and what they say of it.
    Taste,
    NowPlaying,
    /// What the search box found.
    Results,
    /// Items like this one, nearest first.
    Similar(ItemId),
}

/// The parts of the Music page.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum MusicPage {
    #[default]
    Albums,
    Artists,
    Songs,
    Album(AlbumKey),
    Artist(String),
}

/// An album is known by its album artist and title.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct AlbumKey {
    pub artist: String,
    pub title: String,
}

/// A list of items that is loaded when a page asks for it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ListKey {
    Tag(String),
    /// What a model suggests, the most doubtful first.
    Suggested(String),
    Rejected(String),
    Collection(CollectionId),
    Results,
    Similar(ItemId),
    Problems,
    Missing,
}

/// Everything that can be asked for, by what it is about.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// A named action from the table.
    Act(Action),
    Go(Page),
    Back,
    Search(String),
    FocusSearch,
    Select(Select),
    View(View),
    Edit(Edit),
    Play(Play),
    Shelf(ShelfCommand),
    Teach(Teach),
    Files(Files),
    People(People),
    Set(Set),
    Want(Want),
    Toast(ToastCommand),
}

/// Which items are selected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Select {
    /// Only this one.
    One(ItemId),
    /// Add or remove this one.
    Toggle(ItemId),
    /// Everything between the last one chosen and this one, in the order of the list shown.
    Range {
        list: Vec<ItemId>,
        to: ItemId,
    },
    Several(Vec<ItemId>),
    None,
}

/// The viewer, the inspector and the sheets above a page.
#[derive(Debug, Clone, PartialEq)]
pub enum View {
    Open {
        list: std::sync::Arc<[ItemId]>,
        item: ItemId,
    },
    Step(i64),
    Slideshow(bool),
    Close,
    Inspector(bool),
    Sheet(Option<Sheet>),
    /// Grid zoom: the wanted row height in points.
    GridHeight(f32),
    FullScreen(bool),
    /// The page's list shows these; select-all and keyboard movement use it.
    Listed(std::sync::Arc<[ItemId]>),
}

/// Something small that lies above the page until it is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sheet {
    Palette,
    Shortcuts,
    QuickTag(Vec<ItemId>),
    NewTag(Vec<ItemId>),
    NewCollection(Vec<ItemId>),
    AddToCollection(Vec<ItemId>),
    RenameTag(String),
    RenameCollection(CollectionId),
    DeleteTag(String),
    DeleteCollection(CollectionId),
    RemoveFolder(FolderId),
    /// Colour, place, names, merging: everything of one tag.
    EditTag(String),
    /// A key for a tag.
    BindKey(String),
    /// What a lesson would change, before it is applied.
    ApplyLesson(TagId),
    /// Why an item has a tag.
    WhyTag(ItemId, TagId),
    /// Changes and model runs that can be taken back alone.
    Past,
}

/// Teaching tags, and taking things back.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Teach {
    /// Checks, lesson and thresholds of a tag.
    Facts(TagId),
    /// Learn now, also after it was to rest.
    Learn(TagId),
    /// What would change if proposals counted as sure from this score on.
    Preview {
        tag: TagId,
        show_from: f32,
    },
    Apply {
        tag: TagId,
        show_from: f32,
    },
    /// Take back what was learnt.
    Forget(TagId),
    /// Where a tag on an item comes from.
    Card {
        item: ItemId,
        tag: TagId,
    },
    /// What the model looked at or listened to.
    Evidence {
        item: ItemId,
        tag: TagId,
    },
    /// What can be taken back alone.
    Past,
    TakeBackRun(RunId),
    TakeBackStep(i64),
}

/// Changes to metadata. Each can be undone.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    Tag {
        items: Vec<ItemId>,
        tag: String,
    },
    Untag {
        items: Vec<ItemId>,
        tag: String,
    },
    Confirm {
        items: Vec<ItemId>,
        tag: String,
    },
    Reject {
        items: Vec<ItemId>,
        tag: String,
    },
    /// Files from outside: added to the library first where they are new, then tagged.
    TagFiles {
        files: Vec<PathBuf>,
        tag: String,
    },
    NewTag {
        name: String,
        items: Vec<ItemId>,
    },
    RenameTag {
        from: String,
        to: String,
    },
    DeleteTag(String),
    MergeTags {
        from: String,
        into: String,
    },
    ColourTag {
        tag: String,
        colour: Option<String>,
    },
    /// A further name: an alias (no language) or one in a language.
    NameTag {
        tag: String,
        language: String,
        name: String,
        on: bool,
    },
    /// The built-in vocabulary's name does not lead to this tag any more.
    DetachName {
        tag: String,
        name: String,
    },
    /// The models do not give this tag any more.
    DetachTag(String),
    Rate {
        items: Vec<ItemId>,
        rating: u8,
    },
    Favourite {
        items: Vec<ItemId>,
        on: bool,
    },
    Hide {
        items: Vec<ItemId>,
        on: bool,
    },
    NewCollection {
        name: String,
        items: Vec<ItemId>,
    },
    AddToCollection {
        id: CollectionId,
        items: Vec<ItemId>,
    },
    RemoveFromCollection {
        id: CollectionId,
        items: Vec<ItemId>,
    },
    RenameCollection {
        id: CollectionId,
        name: String,
    },
    DeleteCollection(CollectionId),
    ForgetHistory {
        from_ms: i64,
        to_ms: i64,
    },
    Undo,
    Redo,
}

/// The player.
#[derive(Debug, Clone, PartialEq)]
pub enum Play {
    /// Play these items from the one at `start`.
    Items {
        items: Vec<ItemId>,
        start: usize,
        why: Option<String>,
    },
    Next(Vec<ItemId>),
    Later(Vec<ItemId>),
    /// Find music for a photo (dropped on the player).
    Soundtrack(ItemId),
    /// So many minutes in a mood: songs and clips, photos to look at meanwhile.
    Programme {
        minutes: u32,
        wish: crate::recommend::Wish,
    },
    Player(PlayerCommand),
}

/// What a person says about a suggestion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ShelfCommand {
    Strike(String),
    Unstrike(String),
    Like(ItemId),
    /// Less like this; the page asks first, and shows what would leave.
    Dislike(ItemId),
    /// Shows what would leave, or stops showing it.
    PreviewDislike(Option<ItemId>),
    /// Not for a week.
    NotNow(ItemId),
    /// Never again.
    Never(ItemId),
    /// Something was opened from this shelf.
    Chosen {
        shelf: String,
        item: ItemId,
    },
    HideShelf(String),
    ShowAllShelves,
    Refresh,
}

/// Folders and files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Files {
    /// Ask with the system's dialog.
    ChooseFolders,
    ChooseFiles,
    /// Choose files to be added and tagged.
    ChooseFilesFor(String),
    Add(Vec<PathBuf>),
    AddAndPlay(Vec<PathBuf>),
    AddToCollection(Vec<PathBuf>, CollectionId),
    AddOwnFolders,
    AddDemo,
    RemoveFolder(FolderId),
    Rescan,
    StopScan,
    PauseAnalysis(bool),
    Reveal(ItemId),
    ChooseModel,
    AddModel(PathBuf),
    RemoveModel(String),
    Export,
    ClearThumbnails,
    /// What is written to the files of a folder.
    SetWrites(FolderId, Writes),
    /// Write what waits.
    SaveNow,
    /// End a conflict.
    Settle(ItemId, Settle),
    /// Into a folder that the system's dialog asks for.
    MoveTo(Vec<ItemId>),
    MoveInto(Vec<ItemId>, PathBuf),
    Trash(Vec<ItemId>),
    /// Take the last move or trash back.
    TakeBackFiling,
}

/// People: profiles, guests, taste cards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum People {
    /// Be this profile.
    Switch(crate::catalog::ProfileId),
    /// Add a profile and be it.
    Add(String),
    /// Leave no trace until this is off again.
    Guest(bool),
    ChooseCard,
    ImportCard(PathBuf),
    ExportCard {
        name: String,
    },
    SaveCard {
        name: String,
        path: PathBuf,
    },
    Follow {
        card: String,
        on: bool,
    },
    RemoveCard(String),
}

/// Settings.
#[derive(Debug, Clone, PartialEq)]
pub enum Set {
    /// Suggestions: 0 familiar, 1 new.
    Novelty(f32),
    Theme(Theme),
    Language(Option<Language>),
    ReducedMotion(bool),
    TextScale(f32),
    Analysis(bool),
    WatchFolders(bool),
    ThumbnailCap(u64),
    /// A key that tags the selection: a letter or digit, and the tag, or none.
    TagKey(char, Option<String>),
}

/// What the window is about to show and does not have yet. Asked each frame for what is visible; deduplicated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Want {
    Thumb {
        item: ItemId,
        size: ThumbSize,
        priority: Priority,
    },
    Full(ItemId),
    Waveform(ItemId),
    Detail(ItemId),
    List(ListKey),
    Lyrics(ItemId),
    /// What Parlour believes of the person.
    Beliefs,
    /// How many files are in these files and folders, which hover over the window.
    Count(Vec<PathBuf>),
}

/// Toasts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToastCommand {
    Dismiss(u64),
}

/// Where dropped things land.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DropTarget {
    /// Anywhere: add to the library.
    Window,
    Tag(String),
    NewTag,
    Collection(CollectionId),
    NewCollection,
    Player,
    Queue,
}

/// A short name of a kind for text keys.
pub fn kind_key(kind: Kind) -> &'static str {
    match kind {
        Kind::Photo => "photo",
        Kind::Audio => "audio",
        Kind::Clip => "clip",
    }
}
