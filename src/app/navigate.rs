//! Moving about: pages, search, selection, viewer.

use crate::app::command::{Page, Select, View};
use crate::app::desk::Ask;
use crate::app::engine::{Engine, Wish};
use crate::app::state::{Search, Viewer};
use crate::catalog::{EventKind, ItemId, NewEvent, ProfileId};

/// Pages that Back remembers.
const BACK_MAX: usize = 50;
/// How long a picture stays in a slideshow, in seconds.
const SLIDE_SECS: f64 = 5.0;
/// A look shorter than this is no look, in seconds.
const DWELL_MIN_SECS: f64 = 1.0;
/// History is written when so many events wait.
const HISTORY_BATCH: usize = 32;

impl Engine {
    pub(super) fn go(&mut self, page: Page) {
        if page == self.state.page {
            return;
        }
        let old = std::mem::replace(&mut self.state.page, page);
        if old != Page::Results {
            self.state.back.push(old);
        }
        if self.state.back.len() > BACK_MAX {
            self.state.back.remove(0);
        }
        if self.state.page != Page::Results {
            self.state.search = Search::default();
            self.search_number += 1;
        }
        self.state.selection.set(Vec::new());
        self.state.listed = std::sync::Arc::new([]);
        if self.state.page == Page::Home {
            self.suggest();
        }
    }

    pub(super) fn go_back(&mut self) {
        if self.state.sheet.take().is_some() {
            return;
        }
        if self.state.viewer.is_some() {
            self.view(View::Close);
        } else if !self.state.selection.order.is_empty() {
            self.state.selection.set(Vec::new());
        } else if let Some(page) = self.state.back.pop() {
            if self.state.page == Page::Results {
                self.state.search = Search::default();
            }
            self.state.page = page;
            self.state.listed = std::sync::Arc::new([]);
        }
    }

    pub(super) fn search(&mut self, text: String) {
        self.state.search.text.clone_from(&text);
        self.search_number += 1;
        if text.trim().is_empty() {
            self.state.search.problem = None;
            self.state.search.is_running = false;
            if self.state.page == Page::Results {
                self.go_back();
            }
            return;
        }
        self.state.search.is_running = self.desk.ask(Ask::Search(text, self.search_number));
    }

    pub(super) fn select(&mut self, select: Select) {
        let selection = &mut self.state.selection;
        match select {
            Select::One(id) => selection.set(vec![id]),
            Select::Toggle(id) => selection.toggle(id),
            Select::Several(items) => selection.set(items),
            Select::None => selection.set(Vec::new()),
            Select::Range { list, to } => {
                let place = |id: ItemId| list.iter().position(|&other| other == id);
                let anchor = selection.anchor.or(selection.order.first().copied());
                match (anchor.and_then(place), place(to)) {
                    (Some(from), Some(end)) => {
                        let mut items = list[from.min(end)..=from.max(end)].to_vec();
                        if end < from {
                            items.reverse();
                        }
                        selection.set(items);
                    }
                    _ => selection.set(vec![to]),
                }
            }
        }
    }

    pub(super) fn view(&mut self, view: View) {
        match view {
            View::Open { list, item } => {
                let at = list.iter().position(|&id| id == item).unwrap_or(0);
                self.state.viewer = Some(Viewer {
                    list,
                    at,
                    next_at_secs: None,
                    opened_at_ms: self.state.now_ms,
                });
                self.start_looking();
            }
            View::Step(by) => self.step(by),
            View::Slideshow(on) => {
                let next = on.then_some(self.state.now_secs + SLIDE_SECS);
                if let Some(viewer) = &mut self.state.viewer {
                    viewer.next_at_secs = next;
                }
            }
            View::Close => {
                self.stop_looking();
                if let Some(item) = self.state.viewer.take().and_then(|viewer| viewer.item()) {
                    self.state.selection.set(vec![item]);
                    self.state.came_back_to = Some(item);
                }
                if self.state.is_full_screen {
                    self.view(View::FullScreen(false));
                }
            }
            View::Inspector(on) => {
                self.state.is_inspector_open = on;
                self.state.settings.is_inspector_open = on;
                self.settings_changed();
            }
            View::Sheet(sheet) => self.state.sheet = sheet,
            View::GridHeight(height) => {
                self.state.grid_height = height;
                self.state.settings.grid_height = height;
                self.settings_changed();
            }
            View::FullScreen(on) => {
                self.state.is_full_screen = on;
                self.wishes.push(Wish::FullScreen(on));
            }
            View::Listed(list) => self.state.listed = list,
        }
    }

    fn step(&mut self, by: i64) {
        self.stop_looking();
        if let Some(viewer) = &mut self.state.viewer {
            let last = viewer.list.len().saturating_sub(1) as i64;
            viewer.at = (viewer.at as i64 + by).clamp(0, last) as usize;
        }
        self.start_looking();
    }

    pub(super) fn slideshow(&mut self) {
        let now = self.state.now_secs;
        let Some(viewer) = &mut self.state.viewer else {
            return;
        };
        if viewer.next_at_secs.is_none_or(|at| now < at) {
            return;
        }
        if viewer.at + 1 < viewer.list.len() {
            viewer.next_at_secs = Some(now + SLIDE_SECS);
            self.step(1);
        } else {
            viewer.next_at_secs = None;
        }
    }

    fn start_looking(&mut self) {
        let Some(item) = self.state.viewer.as_ref().and_then(Viewer::item) else {
            return;
        };
        self.looking = Some((item, self.state.now_secs));
        self.record(item, EventKind::Opened, 0.0);
    }

    /// Counts how long the picture in the viewer was looked at.
    pub(super) fn stop_looking(&mut self) {
        if let Some((item, since)) = self.looking.take() {
            let secs = self.state.now_secs - since;
            if secs >= DWELL_MIN_SECS {
                self.record(item, EventKind::Dwell, secs as f32);
            }
        }
    }

    /// Notes that something happened with an item. Without a window nobody looks: pages drawn to files leave no trace.
    pub(super) fn record(&mut self, item: ItemId, kind: EventKind, value: f32) {
        self.note(Some(item), kind, value, None);
    }

    /// The same, with where it came from. Guests leave no trace either.
    pub(super) fn note(
        &mut self,
        item: Option<ItemId>,
        kind: EventKind,
        value: f32,
        context: Option<String>,
    ) {
        if !self.is_window || self.state.is_guest {
            return;
        }
        self.history.push(NewEvent {
            profile: ProfileId(self.state.settings.profile),
            item,
            kind,
            value,
            at_ms: self.state.now_ms,
            context,
        });
    }

    /// Hands waiting history to the catalogue: at once at the end, else when enough has gathered or nothing moves.
    pub(super) fn write_history(&mut self, is_last: bool) {
        let is_quiet = self.looking.is_none();
        if self.history.is_empty() || !(is_last || is_quiet || self.history.len() >= HISTORY_BATCH)
        {
            return;
        }
        let events = std::mem::take(&mut self.history);
        let change = crate::catalog::Change::RecordEvents(events);
        if is_last {
            if let Err(error) = self.library.catalog().person(change) {
                tracing::error!("{error}");
            }
            return;
        }
        let post = self.desk.post();
        self.library.catalog().person_later(change, move |result| {
            post.send(crate::app::desk::Answer::Edited {
                toast: None,
                is_history: true,
                result,
            });
        });
    }
}
