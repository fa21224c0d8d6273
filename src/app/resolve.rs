//! From a named action to what it means now; and from typed text to tags.

use std::collections::HashSet;
use std::time::Duration;

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher};

use crate::app::actions::Action;
use crate::app::command::{Command, Edit, Files, MusicPage, Page, Play, Select, Set, Sheet, View};
use crate::app::phrases;
use crate::app::state::AppState;
use crate::catalog::{Flags, ItemId};
use crate::player::{PlayerCommand, Repeat};
use crate::settings::Theme;

/// How far the seek keys go.
const SEEK: Duration = Duration::from_secs(10);
/// One step of the volume keys.
const VOLUME_STEP: f32 = 0.05;
/// One step of the grid's zoom.
const ZOOM_STEP: f32 = 1.2;
/// Least and greatest height of the grid's rows, in points.
const GRID_HEIGHTS: (f32, f32) = (80.0, 640.0);

impl AppState {
    /// What `action` means now; none when it means nothing.
    pub fn command_for(&self, action: Action) -> Option<Command> {
        let chosen = || -> Option<Vec<ItemId>> {
            if let Some(item) = self.viewer.as_ref().and_then(|viewer| viewer.item()) {
                return Some(vec![item]);
            }
            (!self.selection.order.is_empty()).then(|| self.selection.order.clone())
        };
        let rate = |rating| chosen().map(|items| Command::Edit(Edit::Rate { items, rating }));
        let player = |command| Some(Command::Play(Play::Player(command)));
        let playing = |command| {
            self.has_played
                .then_some(Command::Play(Play::Player(command)))
        };
        let sheet = |sheet| Some(Command::View(View::Sheet(Some(sheet))));
        let all_have = |items: &[ItemId], flag: Flags| {
            items.iter().all(|&id| {
                self.index
                    .row(id)
                    .is_some_and(|row| row.flags.contains(flag))
            })
        };
        match action {
            Action::GoHome => Some(Command::Go(Page::Home)),
            Action::GoPhotos => Some(Command::Go(Page::Photos)),
            Action::GoMusic => Some(Command::Go(Page::Music(MusicPage::Albums))),
            Action::GoClips => Some(Command::Go(Page::Clips)),
            Action::GoTags => Some(Command::Go(Page::Tags(None))),
            Action::GoCollections => Some(Command::Go(Page::Collections(None))),
            Action::GoTidy => Some(Command::Go(Page::Tidy)),
            Action::GoSettings => Some(Command::Go(Page::Settings)),
            Action::GoTaste => Some(Command::Go(Page::Taste)),
            Action::GoBack => Some(Command::Back),
            Action::Search => Some(Command::FocusSearch),
            Action::OpenSelected => {
                let item = *self.selection.order.last()?;
                let list = if self.listed.contains(&item) {
                    self.listed.clone()
                } else {
                    std::sync::Arc::new([item])
                };
                Some(Command::View(View::Open { list, item }))
            }
            Action::SelectAll => Some(Command::Select(Select::Several(self.listed.to_vec()))),
            Action::SelectNone => Some(Command::Select(Select::None)),
            Action::TagSelected => sheet(Sheet::QuickTag(chosen()?)),
            Action::FavouriteSelected => {
                let items = chosen()?;
                let on = !all_have(&items, Flags::FAVOURITE);
                Some(Command::Edit(Edit::Favourite { items, on }))
            }
            Action::HideSelected => {
                let items = chosen()?;
                let on = !all_have(&items, Flags::HIDDEN);
                Some(Command::Edit(Edit::Hide { items, on }))
            }
            Action::RateNone => rate(0),
            Action::RateOne => rate(1),
            Action::RateTwo => rate(2),
            Action::RateThree => rate(3),
            Action::RateFour => rate(4),
            Action::RateFive => rate(5),
            Action::NewCollection => sheet(Sheet::NewCollection(chosen().unwrap_or_default())),
            Action::Similar => Some(Command::Go(Page::Similar(*chosen()?.first()?))),
            Action::Undo => Some(Command::Edit(Edit::Undo)),
            Action::Redo => Some(Command::Edit(Edit::Redo)),
            Action::TogglePlay => playing(PlayerCommand::Toggle),
            Action::Next => playing(PlayerCommand::Next),
            Action::Previous => playing(PlayerCommand::Previous),
            Action::SeekForward => playing(PlayerCommand::SeekTo(self.player.position + SEEK)),
            Action::SeekBack => playing(PlayerCommand::SeekTo(
                self.player.position.saturating_sub(SEEK),
            )),
            Action::Louder => player(PlayerCommand::SetVolume(
                (self.player.volume + VOLUME_STEP).min(1.0),
            )),
            Action::Quieter => player(PlayerCommand::SetVolume(
                (self.player.volume - VOLUME_STEP).max(0.0),
            )),
            Action::Mute => player(PlayerCommand::SetMuted(!self.player.is_muted)),
            Action::ToggleShuffle => player(PlayerCommand::SetShuffle(!self.player.is_shuffled)),
            Action::CycleRepeat => player(PlayerCommand::SetRepeat(match self.player.repeat {
                Repeat::Off => Repeat::All,
                Repeat::All => Repeat::One,
                Repeat::One => Repeat::Off,
            })),
            Action::NowPlaying => self.has_played.then_some(Command::Go(Page::NowPlaying)),
            Action::AddFolder => Some(Command::Files(Files::ChooseFolders)),
            Action::AddFiles => Some(Command::Files(Files::ChooseFiles)),
            Action::Rescan => Some(Command::Files(Files::Rescan)),
            Action::PauseAnalysis => Some(Command::Files(Files::PauseAnalysis(
                !self.is_analysis_paused,
            ))),
            Action::ToggleInspector => {
                Some(Command::View(View::Inspector(!self.is_inspector_open)))
            }
            Action::ZoomIn | Action::ZoomOut => {
                let factor = if action == Action::ZoomIn {
                    ZOOM_STEP
                } else {
                    1.0 / ZOOM_STEP
                };
                let height = (self.grid_height * factor).clamp(GRID_HEIGHTS.0, GRID_HEIGHTS.1);
                Some(Command::View(View::GridHeight(height)))
            }
            Action::ToggleTheme => Some(Command::Set(Set::Theme(match self.settings.theme {
                Theme::Dark => Theme::Light,
                Theme::Light => Theme::System,
                Theme::System => Theme::Dark,
            }))),
            Action::Palette => sheet(Sheet::Palette),
            Action::Shortcuts => sheet(Sheet::Shortcuts),
            Action::FullScreen => Some(Command::View(View::FullScreen(!self.is_full_screen))),
        }
    }
}

/// Tags that fit what is typed, best first: the path to use and the name to show. The library's own tags come before
/// those that only the vocabulary knows; letters may be left out or stand in the name of another language.
pub fn tag_matches(state: &AppState, typed: &str, limit: usize) -> Vec<(String, String)> {
    let wanted = typed.trim().to_lowercase();
    let pattern = Pattern::parse(&wanted, CaseMatching::Ignore, Normalization::Smart);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut buffer = Vec::new();
    let mut known: Vec<(u8, u64, String, String)> = state
        .tags
        .iter()
        .filter_map(|tag| {
            let name = phrases::shown_tag_name(&state.words, &state.vocabulary, tag);
            let lower = name.to_lowercase();
            let also = |text: &str| text.to_lowercase().contains(&wanted);
            let rank = if lower == wanted {
                0
            } else if lower.starts_with(&wanted) {
                1
            } else if lower.contains(&wanted)
                || also(&tag.path)
                || tag.names.iter().any(|(_, other)| also(other))
            {
                2
            } else {
                let path = nucleo_matcher::Utf32Str::new(&tag.path, &mut buffer);
                pattern.score(path, &mut matcher)?;
                3
            };
            Some((rank, u64::MAX - tag.count_confirmed, tag.path.clone(), name))
        })
        .collect();
    known.sort();
    let slugs: HashSet<&str> = state
        .tags
        .iter()
        .filter_map(|tag| tag.slug.as_deref())
        .collect();
    let fresh = state
        .vocabulary
        .search(&wanted, limit)
        .into_iter()
        .filter(|entry| !slugs.contains(entry.slug.as_str()))
        .map(|entry| {
            (
                entry.slug.clone(),
                phrases::tag_name(&state.words, &state.vocabulary, &entry.slug),
            )
        });
    let (near, far): (Vec<_>, Vec<_>) = known.into_iter().partition(|(rank, ..)| *rank < 3);
    let plain = |(_, _, path, name): (u8, u64, String, String)| (path, name);
    near.into_iter()
        .map(plain)
        .chain(fresh)
        .chain(far.into_iter().map(plain))
        .take(limit)
        .collect()
}
