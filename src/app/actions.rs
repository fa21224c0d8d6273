//! The one table of named actions: menus, the command palette, tooltips and shortcuts all take their text from here.

use serde::{Deserialize, Serialize};

/// A key on the keyboard, as far as shortcuts need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Key {
    Char(char),
    Digit(u8),
    Space,
    Enter,
    Escape,
    Delete,
    Left,
    Right,
    Up,
    Down,
    Plus,
    Minus,
    Comma,
    Question,
    F(u8),
}

/// A key with its modifiers. `command` is Ctrl, or Cmd on macOS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shortcut {
    pub command: bool,
    pub shift: bool,
    pub key: Key,
}

impl Shortcut {
    const fn plain(key: Key) -> Option<Self> {
        Some(Self {
            command: false,
            shift: false,
            key,
        })
    }

    const fn command(key: Key) -> Option<Self> {
        Some(Self {
            command: true,
            shift: false,
            key,
        })
    }

    const fn command_shift(key: Key) -> Option<Self> {
        Some(Self {
            command: true,
            shift: true,
            key,
        })
    }
}

impl std::fmt::Display for Shortcut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.command {
            f.write_str(if cfg!(target_os = "macos") {
                "⌘"
            } else {
                "Ctrl+"
            })?;
        }
        if self.shift {
            f.write_str(if cfg!(target_os = "macos") {
                "⇧"
            } else {
                "Shift+"
            })?;
        }
        match self.key {
            Key::Char(c) => write!(f, "{c}"),
            Key::Digit(d) => write!(f, "{d}"),
            Key::Space => f.write_str("Space"),
            Key::Enter => f.write_str("Enter"),
            Key::Escape => f.write_str("Esc"),
            Key::Delete => f.write_str("Del"),
            Key::Left => f.write_str("←"),
            Key::Right => f.write_str("→"),
            Key::Up => f.write_str("↑"),
            Key::Down => f.write_str("↓"),
            Key::Plus => f.write_str("+"),
            Key::Minus => f.write_str("-"),
            Key::Comma => f.write_str(","),
            Key::Question => f.write_str("?"),
            Key::F(n) => write!(f, "F{n}"),
        }
    }
}

/// The groups of the shortcut sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Group {
    Go,
    Items,
    Play,
    Window,
}

impl Group {
    /// In the order the sheet shows them.
    pub const ALL: [Self; 4] = [Self::Go, Self::Items, Self::Play, Self::Window];

    /// The key of its title.
    pub fn text_key(self) -> &'static str {
        match self {
            Self::Go => "group-go",
            Self::Items => "group-items",
            Self::Play => "group-play",
            Self::Window => "group-window",
        }
    }
}

/// Something a person can ask for by name. What it does now is decided by `AppState::command_for`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Action {
    GoHome,
    GoPhotos,
    GoMusic,
    GoClips,
    GoTags,
    GoCollections,
    GoTidy,
    GoSettings,
    GoTaste,
    GoBack,
    Search,
    OpenSelected,
    SelectAll,
    SelectNone,
    TagSelected,
    FavouriteSelected,
    HideSelected,
    RateNone,
    RateOne,
    RateTwo,
    RateThree,
    RateFour,
    RateFive,
    NewCollection,
    Similar,
    Undo,
    Redo,
    TogglePlay,
    Next,
    Previous,
    SeekForward,
    SeekBack,
    Louder,
    Quieter,
    Mute,
    ToggleShuffle,
    CycleRepeat,
    NowPlaying,
    AddFolder,
    AddFiles,
    Rescan,
    PauseAnalysis,
    ToggleInspector,
    ZoomIn,
    ZoomOut,
    ToggleTheme,
    Palette,
    Shortcuts,
    FullScreen,
}

/// What the table says of one action.
#[derive(Debug, Clone, Copy)]
pub struct ActionInfo {
    pub action: Action,
    pub group: Group,
    /// Key of its text in the language tables.
    pub text_key: &'static str,
    pub shortcut: Option<Shortcut>,
}

const fn row(
    action: Action,
    group: Group,
    text_key: &'static str,
    shortcut: Option<Shortcut>,
) -> ActionInfo {
    ActionInfo {
        action,
        group,
        text_key,
        shortcut,
    }
}

/// Every action, in the order lists show them.
pub const TABLE: &[ActionInfo] = &[
    row(
        Action::GoHome,
        Group::Go,
        "page-home",
        Shortcut::command(Key::Digit(1)),
    ),
    row(
        Action::GoPhotos,
        Group::Go,
        "page-photos",
        Shortcut::command(Key::Digit(2)),
    ),
    row(
        Action::GoMusic,
        Group::Go,
        "page-music",
        Shortcut::command(Key::Digit(3)),
    ),
    row(
        Action::GoClips,
        Group::Go,
        "page-clips",
        Shortcut::command(Key::Digit(4)),
    ),
    row(
        Action::GoTags,
        Group::Go,
        "page-tags",
        Shortcut::command(Key::Digit(5)),
    ),
    row(
        Action::GoCollections,
        Group::Go,
        "page-collections",
        Shortcut::command(Key::Digit(6)),
    ),
    row(
        Action::GoTidy,
        Group::Go,
        "page-tidy",
        Shortcut::command(Key::Digit(7)),
    ),
    row(
        Action::GoSettings,
        Group::Go,
        "page-settings",
        Shortcut::command(Key::Comma),
    ),
    row(
        Action::GoTaste,
        Group::Go,
        "page-taste",
        Shortcut::command(Key::Digit(8)),
    ),
    row(
        Action::GoBack,
        Group::Go,
        "action-back",
        Shortcut::plain(Key::Escape),
    ),
    row(
        Action::Search,
        Group::Go,
        "action-search",
        Shortcut::command(Key::Char('F')),
    ),
    row(
        Action::OpenSelected,
        Group::Items,
        "action-open",
        Shortcut::plain(Key::Enter),
    ),
    row(
        Action::SelectAll,
        Group::Items,
        "action-select-all",
        Shortcut::command(Key::Char('A')),
    ),
    row(
        Action::SelectNone,
        Group::Items,
        "action-select-none",
        Shortcut::command_shift(Key::Char('A')),
    ),
    row(
        Action::TagSelected,
        Group::Items,
        "action-tag",
        Shortcut::plain(Key::Char('T')),
    ),
    row(
        Action::FavouriteSelected,
        Group::Items,
        "action-favourite",
        Shortcut::plain(Key::Char('F')),
    ),
    row(
        Action::HideSelected,
        Group::Items,
        "action-hide",
        Shortcut::plain(Key::Char('H')),
    ),
    row(
        Action::RateNone,
        Group::Items,
        "action-rate-0",
        Shortcut::plain(Key::Digit(0)),
    ),
    row(
        Action::RateOne,
        Group::Items,
        "action-rate-1",
        Shortcut::plain(Key::Digit(1)),
    ),
    row(
        Action::RateTwo,
        Group::Items,
        "action-rate-2",
        Shortcut::plain(Key::Digit(2)),
    ),
    row(
        Action::RateThree,
        Group::Items,
        "action-rate-3",
        Shortcut::plain(Key::Digit(3)),
    ),
    row(
        Action::RateFour,
        Group::Items,
        "action-rate-4",
        Shortcut::plain(Key::Digit(4)),
    ),
    row(
        Action::RateFive,
        Group::Items,
        "action-rate-5",
        Shortcut::plain(Key::Digit(5)),
    ),
    row(
        Action::NewCollection,
        Group::Items,
        "action-new-collection",
        Shortcut::command(Key::Char('N')),
    ),
    row(
        Action::Similar,
        Group::Items,
        "action-similar",
        Shortcut::plain(Key::Char('S')),
    ),
    row(
        Action::Undo,
        Group::Items,
        "action-undo",
        Shortcut::command(Key::Char('Z')),
    ),
    row(
        Action::Redo,
        Group::Items,
        "action-redo",
        Shortcut::command_shift(Key::Char('Z')),
    ),
    row(
        Action::TogglePlay,
        Group::Play,
        "action-play-pause",
        Shortcut::plain(Key::Space),
    ),
    row(
        Action::Next,
        Group::Play,
        "action-next",
        Shortcut::command(Key::Right),
    ),
    row(
        Action::Previous,
        Group::Play,
        "action-previous",
        Shortcut::command(Key::Left),
    ),
    row(
        Action::SeekForward,
        Group::Play,
        "action-seek-forward",
        Shortcut::command_shift(Key::Right),
    ),
    row(
        Action::SeekBack,
        Group::Play,
        "action-seek-back",
        Shortcut::command_shift(Key::Left),
    ),
    row(
        Action::Louder,
        Group::Play,
        "action-louder",
        Shortcut::command(Key::Up),
    ),
    row(
        Action::Quieter,
        Group::Play,
        "action-quieter",
        Shortcut::command(Key::Down),
    ),
    row(
        Action::Mute,
        Group::Play,
        "action-mute",
        Shortcut::plain(Key::Char('M')),
    ),
    row(Action::ToggleShuffle, Group::Play, "action-shuffle", None),
    row(Action::CycleRepeat, Group::Play, "action-repeat", None),
    row(
        Action::NowPlaying,
        Group::Play,
        "page-now-playing",
        Shortcut::plain(Key::Char('N')),
    ),
    row(
        Action::AddFolder,
        Group::Window,
        "action-add-folder",
        Shortcut::command(Key::Char('O')),
    ),
    row(
        Action::AddFiles,
        Group::Window,
        "action-add-files",
        Shortcut::command_shift(Key::Char('O')),
    ),
    row(
        Action::Rescan,
        Group::Window,
        "action-rescan",
        Shortcut::plain(Key::F(5)),
    ),
    row(
        Action::PauseAnalysis,
        Group::Window,
        "action-pause-analysis",
        None,
    ),
    row(
        Action::ToggleInspector,
        Group::Window,
        "action-inspector",
        Shortcut::plain(Key::Char('I')),
    ),
    row(
        Action::ZoomIn,
        Group::Window,
        "action-zoom-in",
        Shortcut::plain(Key::Plus),
    ),
    row(
        Action::ZoomOut,
        Group::Window,
        "action-zoom-out",
        Shortcut::plain(Key::Minus),
    ),
    row(Action::ToggleTheme, Group::Window, "action-theme", None),
    row(
        Action::Palette,
        Group::Window,
        "action-palette",
        Shortcut::command(Key::Char('K')),
    ),
    row(
        Action::Shortcuts,
        Group::Window,
        "action-shortcuts",
        Shortcut::plain(Key::Question),
    ),
    row(
        Action::FullScreen,
        Group::Window,
        "action-full-screen",
        Shortcut::plain(Key::F(11)),
    ),
];

impl Action {
    /// Its row of the table.
    pub fn info(self) -> &'static ActionInfo {
        TABLE
            .iter()
            .find(|info| info.action == self)
            .unwrap_or(&TABLE[0])
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::app::words::{Language, Words};

    #[test]
    fn no_shortcut_is_given_twice() {
        let mut seen = HashSet::new();
        for info in TABLE {
            if let Some(shortcut) = info.shortcut {
                assert!(
                    seen.insert(shortcut),
                    "{shortcut} twice, again at {:?}",
                    info.action
                );
            }
        }
    }

    #[test]
    fn every_action_has_a_text_in_every_language() {
        for language in Language::ALL {
            let words = Words::new(language);
            for info in TABLE {
                assert!(
                    words.has(info.text_key),
                    "{} in {language:?}",
                    info.text_key
                );
            }
            for group in Group::ALL {
                assert!(words.has(group.text_key()));
            }
        }
    }
}
