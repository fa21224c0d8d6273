//! What the window remembers between frames and nobody else needs: layouts, text being typed, scroll wishes.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use crate::app::command::{DropTarget, Sheet};
use crate::catalog::ItemId;
use crate::ui::widgets::justified::Justified;

/// A scroll area that should move to an item on the next frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScrollTo(pub ItemId);

/// How a picture is looked at in the viewer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    pub item: Option<ItemId>,
    /// 1.0 fits the window.
    pub zoom: f32,
    /// Offset of the picture's centre from the window's, in points.
    pub pan: [f32; 2],
}

impl Default for Look {
    fn default() -> Self {
        Self {
            item: None,
            zoom: 1.0,
            pan: [0.0, 0.0],
        }
    }
}

/// Sorting of the songs table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SongSort {
    Title,
    #[default]
    Artist,
    Album,
    Year,
    Tempo,
    Length,
}

/// What the page of a tag shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TagView {
    #[default]
    Tagged,
    ToCheck,
    Rejected,
}

/// The window's own memory.
#[derive(Default)]
pub struct Memory {
    /// Justified layouts by list name.
    pub layouts: HashMap<&'static str, Justified>,
    /// Where things may be dropped, registered anew in every frame; later ones lie above earlier ones.
    pub drop_targets: Vec<(eframe::egui::Rect, DropTarget)>,
    /// Files that wait for the name of their new tag.
    pub files_for_new_tag: Vec<PathBuf>,
    pub scroll_to: Option<ScrollTo>,
    pub look: Look,
    pub typed: String,
    /// The search text that `typed` was last made equal to.
    pub search_shown: String,
    pub tag_entry: String,
    pub palette_at: usize,
    pub should_focus_search: bool,
    pub should_focus_sheet: bool,
    /// The sheet that `sheet_text` belongs to.
    pub sheet_shown: Option<Sheet>,
    pub sheet_text: String,
    pub song_sort: SongSort,
    pub is_song_sort_reversed: bool,
    pub song_order: Vec<u32>,
    pub song_order_of: usize,
    pub reason_open: Option<(usize, ItemId)>,
    /// Where each shelf is scrolled to, and how far it can be.
    pub shelf_scroll: HashMap<String, (f32, f32)>,
    /// The slider while it is dragged.
    pub novelty: Option<f32>,
    pub profile_name: String,
    pub card_name: String,
    pub memory_entry: String,
    pub tag_filter: String,
    pub tag_view: TagView,
    /// The review queue is on screen: it has keys of its own.
    pub is_reviewing: bool,
    /// Suggestions answered or skipped since the list was read.
    pub reviewed: HashSet<ItemId>,
    pub skipped: Vec<ItemId>,
    /// The tag that `reviewed` and `skipped` belong to.
    pub reviewed_tag: String,
    /// Suggestions as a grid rather than one by one.
    pub is_review_grid: bool,
    /// The name of a new tag is asked for in the rail, not in a sheet.
    pub is_naming_in_rail: bool,
    /// From which score on a lesson's proposals count as sure.
    pub show_from: f32,
    /// Language of the name that is being given to a tag.
    pub name_language: &'static str,
    /// Where a frame for selecting began, and what was selected before.
    pub band: Option<(eframe::egui::Pos2, Vec<ItemId>)>,
    /// Tags folded in the tree.
    pub folded_tags: HashSet<String>,
    pub is_tidy_missing: bool,
    pub scroll_offsets: HashMap<String, f32>,
    /// When the pointer last moved over the viewer, in seconds of the program.
    pub pointer_moved_at_secs: f64,
    /// Keeps the viewer's controls in pictures of it.
    pub are_controls_kept: bool,
    pub lyric_line: Option<usize>,
}
