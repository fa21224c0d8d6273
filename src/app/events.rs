//! What the library, the player and the desk report, put into the state.

use std::sync::Arc;

use crate::app::command::{ListKey, Page, Play};
use crate::app::desk::{Answer, Then};
use crate::app::engine::{Engine, Wish};
use crate::app::state::{ArrivedThumb, Requested};
use crate::catalog::{EventKind, ItemId, Undo};
use crate::error::Result;
use crate::jobs::Progress;
use crate::library::LibraryEvent;
use crate::player::{PlayerCommand, PlayerEvent, Track};

/// Waveforms and lyrics kept in memory.
const SOUNDS_MAX: usize = 64;

impl Engine {
    pub(super) fn on_library(&mut self, event: LibraryEvent) {
        match event {
            LibraryEvent::Progress(progress) => self.on_progress(progress),
            LibraryEvent::Finished(activity) => {
                self.state
                    .activities
                    .retain(|other| other.activity != activity);
                self.everything_outdated();
            }
            LibraryEvent::ItemsChanged(items) => {
                self.forget(&items);
                self.everything_outdated();
            }
            LibraryEvent::FoldersChanged | LibraryEvent::UnsavedChanged => {
                self.outdate(|stale| stale.folders = true)
            }
            LibraryEvent::Added { items, then } => {
                self.everything_outdated();
                if then.play && !items.is_empty() {
                    self.play(Play::Items {
                        items,
                        start: 0,
                        why: None,
                    });
                } else if !items.is_empty() {
                    let key = match (&then.tag, then.collection) {
                        (Some(_), _) => "toast-added-tagged",
                        (None, Some(_)) => "toast-added-collection",
                        (None, None) => "toast-added",
                    };
                    let tag = then
                        .tag
                        .as_deref()
                        .map(|tag| {
                            crate::app::phrases::tag_name(
                                &self.state.words,
                                &self.state.vocabulary,
                                tag,
                            )
                        })
                        .unwrap_or_default();
                    let text = self
                        .state
                        .words
                        .with(key, &[("n", items.len().into()), ("tag", tag.into())]);
                    self.toast(text, false, then.tag.is_some() || then.collection.is_some());
                    if let Some(tag) = then.tag {
                        self.teacher.bell().ring(tag);
                    }
                }
            }
            LibraryEvent::Thumb {
                item,
                size,
                picture,
            } => {
                self.asked
                    .remove(&format!("thumb {} {}", item.0, size.side()));
                self.state.arrived_thumbs.push(ArrivedThumb {
                    item,
                    size,
                    picture: picture.unwrap_or_default(),
                });
            }
            LibraryEvent::Full { item, picture, .. } => {
                self.asked.remove(&format!("full {}", item.0));
                self.state.arrived_full.push((item, picture.ok()));
            }
            LibraryEvent::Waveform { item, peaks } => {
                self.asked.remove(&format!("wave {}", item.0));
                if self.state.waveforms.len() >= SOUNDS_MAX {
                    self.state.waveforms.clear();
                }
                self.state.waveforms.insert(item, peaks);
            }
            LibraryEvent::Failed { path, reason } => tracing::warn!("{reason}: {}", path.display()),
            LibraryEvent::OpenRequest(files) => {
                self.wishes.push(Wish::ComeToFront);
                if !files.is_empty() {
                    self.open_files(files);
                }
            }
            LibraryEvent::Notice(notice) => {
                let text = crate::app::phrases::notice(&self.state.words, &notice);
                self.say(text, false);
            }
        }
    }

    fn on_progress(&mut self, progress: Progress) {
        let activities = &mut self.state.activities;
        match activities
            .iter_mut()
            .find(|other| other.activity == progress.activity)
        {
            Some(known) => *known = progress,
            None => {
                activities.push(progress);
                activities.sort_by_key(|p| p.activity);
            }
        }
    }

    /// Items changed: their details and pictures are read again; an empty list means any of them.
    fn forget(&mut self, items: &[ItemId]) {
        if items.is_empty() {
            let shown: Vec<ItemId> = self.state.details.keys().copied().collect();
            for id in shown {
                self.refresh_detail(id);
            }
            return;
        }
        for &id in items {
            if self.state.details.contains_key(&id) {
                self.refresh_detail(id);
            }
        }
        self.forgotten.extend_from_slice(items);
    }

    /// Every detail on screen is read again.
    pub(super) fn forget_details(&mut self) {
        self.forget(&[]);
    }

    /// Reads a detail again while the old one stays on screen.
    fn refresh_detail(&mut self, id: ItemId) {
        self.asked.remove(&format!("detail {}", id.0));
        self.ask_once(
            format!("detail {}", id.0),
            crate::app::desk::Ask::Detail(id),
        );
    }

    pub(super) fn everything_outdated(&mut self) {
        self.outdate(|stale| {
            stale.index = true;
            stale.music = true;
            stale.tags = true;
            stale.folders = true;
            stale.collections = true;
            stale.shelves = true;
            stale.lists = true;
        });
    }

    pub(super) fn on_player(&mut self, event: PlayerEvent) {
        let mut record = |track: &Track, kind: EventKind, value: f32| {
            if let Some(item) = track.item {
                self.note(Some(ItemId(item)), kind, value, track.why.clone());
            }
        };
        match event {
            PlayerEvent::Started { track } => record(&track, EventKind::Opened, 0.0),
            PlayerEvent::Finished { track, share } => record(&track, EventKind::Played, share),
            PlayerEvent::Skipped { track, share } => record(&track, EventKind::Skipped, share),
            PlayerEvent::Failed { error, .. } => self.problem(&error),
            PlayerEvent::OutputFailed { error } => self.problem(&error),
            // These are states, which the player bar shows.
            PlayerEvent::DeviceLost { .. }
            | PlayerEvent::DeviceBack { .. }
            | PlayerEvent::NoDevice { .. }
            | PlayerEvent::Ended => {}
        }
    }

    pub(super) fn on_answer(&mut self, answer: Answer) {
        match answer {
            Answer::Index(index) => {
                self.state.index = Arc::new(index);
                self.state.is_ready = true;
            }
            Answer::Music(music) => self.state.music = Arc::new(music),
            Answer::Tags(tags) => self.state.tags = tags.into(),
            Answer::Collections(collections) => self.state.collections = collections.into(),
            Answer::Unsaved(waiting) => self.state.unsaved = waiting.into(),
            Answer::ChosenPlace(items, folder) => self.move_into(items, folder),
            Answer::Folders(folders) => self.state.folders = folders.into(),
            Answer::Struck(keys) => {
                let who = self.who();
                let own = keys.iter().filter_map(|key| who.own(key));
                self.state.struck = Arc::new(own.map(ToOwned::to_owned).collect());
            }
            Answer::UndoLabel(change) => {
                self.state.undo_label =
                    change.map(|change| crate::app::phrases::change(&self.state.words, &change));
            }
            Answer::Detail(id, detail) => {
                self.asked.remove(&format!("detail {}", id.0));
                match detail {
                    Ok(Some(mut detail)) => {
                        detail.reasons = self.reasons_of(id);
                        self.state.details.insert(id, Arc::from(detail));
                        self.trim_details();
                    }
                    Ok(None) => {
                        self.state.details.remove(&id);
                    }
                    Err(error) => self.problem(&error),
                }
            }
            Answer::List(key, list) => {
                self.asked.remove(&format!("list {key:?}"));
                let requested = match list {
                    Ok(list) => {
                        let old = self.state.lists.get(&key).and_then(|old| old.value.clone());
                        // The same list keeps its identity, so that layouts and the scroll place stay.
                        Requested::ready(match old {
                            Some(old) if *old == *list => old,
                            _ => list.into(),
                        })
                    }
                    Err(error) => Requested {
                        value: None,
                        is_loading: false,
                        problem: Some(error.to_string()),
                    },
                };
                self.state.lists.insert(key, requested);
            }
            Answer::Search(number, found) => self.on_found(number, found),
            Answer::Lyrics(id, lyrics) => {
                self.asked.remove(&format!("lyrics {}", id.0));
                if self.state.lyrics.len() >= SOUNDS_MAX {
                    self.state.lyrics.clear();
                }
                self.state.lyrics.insert(id, lyrics.map(Arc::new));
            }
            Answer::Tracks(tracks, then) => self.on_tracks(tracks, then),
            Answer::Shelves(shelves) => {
                let hidden = &self.state.settings.hidden_shelves;
                let shown: Vec<_> = shelves
                    .into_iter()
                    .filter(|shelf| !hidden.contains(&shelf.key()))
                    .collect();
                self.state.shelves = Requested::ready(shown.into());
                self.note_shown();
            }
            Answer::Beliefs(view) => {
                self.asked.remove("beliefs");
                self.state.taste = Some(Arc::from(view));
            }
            Answer::Leaving(item, leaving) => self.state.leaving = Some((item, leaving.into())),
            Answer::Programme(programme) => self.on_programme(&programme),
            Answer::ProfileAdded(profile) => self.be(profile, false),
            Answer::ChosenCard(path) => {
                self.people(crate::app::command::People::ImportCard(path));
            }
            Answer::ChosenCardPlace(name, path) => {
                self.people(crate::app::command::People::SaveCard { name, path });
            }
            Answer::CardsChanged(said) => {
                if let Some(text) = said {
                    self.say(text, false);
                }
                self.people_changed();
            }
            Answer::Edited {
                toast,
                is_history,
                result,
            } => self.on_edited(toast, is_history, result),
            Answer::Undone { is_redo, result } => match result {
                Ok(Some(change)) => {
                    let label = crate::app::phrases::change(&self.state.words, &change);
                    let key = if is_redo {
                        "toast-redone"
                    } else {
                        "toast-undone"
                    };
                    let text = self.state.words.with(key, &[("what", label.into())]);
                    self.say(text, false);
                    for tag in crate::app::teaching::tags_of(&change) {
                        self.teacher.bell().ring(tag);
                    }
                    if change.is_history() {
                        self.history_changed();
                    } else {
                        self.forget(&[]);
                        self.everything_outdated();
                    }
                    self.outdate(|stale| stale.undo = true);
                }
                Ok(None) => {
                    let text = self.state.words.text("toast-nothing-to-undo").to_string();
                    self.say(text, false);
                }
                Err(error) => self.problem(&error),
            },
            Answer::ChosenFolders(folders) => self.add(folders),
            Answer::ChosenFiles(files) => self.add(files),
            Answer::ChosenFor(tag, files) => {
                self.edit(crate::app::command::Edit::TagFiles { files, tag });
            }
            Answer::Taught(taught) => self.on_taught(*taught),
            Answer::Counted(paths, n) => self.state.hover_count = Some((paths, n)),
            Answer::ChosenModel(path) => self.add_model(path),
            Answer::ChosenExport(path) => self.export(path),
            Answer::Said { text, is_problem } => self.say(text, is_problem),
            Answer::Failed(error) => self.problem(&error),
        }
    }

    fn on_found(&mut self, number: u64, found: Result<Vec<ItemId>>) {
        if number != self.search_number {
            return;
        }
        self.state.search.is_running = false;
        match found {
            Ok(items) => {
                self.state.search.problem = None;
                self.state
                    .lists
                    .insert(ListKey::Results, Requested::ready(items.into()));
            }
            Err(error) => self.state.search.problem = Some(error.to_string()),
        }
        if self.state.page != Page::Results && !self.state.search.text.is_empty() {
            self.go(Page::Results);
        }
    }

    fn on_tracks(&mut self, tracks: Vec<Track>, then: Then) {
        if tracks.is_empty() {
            let text = self.state.words.text("toast-nothing-to-play").to_string();
            self.say(text, false);
            return;
        }
        let n = tracks.len();
        match then {
            Then::PlayFrom(start) => {
                self.player
                    .send(PlayerCommand::PlayNow(tracks, start.min(n - 1)));
            }
            Then::Next | Then::Later => {
                let command = if then == Then::Next {
                    PlayerCommand::PlayNext(tracks)
                } else {
                    PlayerCommand::PlayLater(tracks)
                };
                self.player.send(command);
                let text = self.state.words.with("toast-queued", &[("n", n.into())]);
                self.say(text, false);
            }
        }
        self.state.has_played = true;
    }

    /// What was liked, struck out or forgotten: suggestions change at once, items do not.
    fn history_changed(&mut self) {
        self.desk.ask(crate::app::desk::Ask::Struck);
        if !self.suggest() {
            self.outdate(|stale| stale.shelves = true);
        }
        self.ask_beliefs();
    }

    fn on_edited(&mut self, toast: Option<String>, is_history: bool, result: Result<Undo>) {
        match result {
            // Only history was added: nothing on screen but the suggestions can have changed.
            Ok(undo) if toast.is_none() && undo.step.is_none() => {
                self.outdate(|stale| stale.shelves = true)
            }
            Ok(undo) => {
                if let Some(text) = toast {
                    self.toast(text, false, undo.step.is_some());
                }
                if is_history {
                    self.history_changed();
                    self.outdate(|stale| stale.undo = true);
                    return;
                }
                let touched: Vec<ItemId> = undo.items.iter().copied().take(1000).collect();
                for id in touched {
                    if self.state.details.contains_key(&id) {
                        self.refresh_detail(id);
                    }
                }
                self.everything_outdated();
                self.outdate(|stale| stale.undo = true);
            }
            Err(error) => self.problem(&error),
        }
    }

    /// Why an item is on a shelf now.
    fn reasons_of(&self, id: ItemId) -> Vec<crate::recommend::Reason> {
        self.state
            .shelves
            .value
            .iter()
            .flat_map(|shelves| shelves.iter())
            .flat_map(|shelf| shelf.picks.iter())
            .find(|pick| pick.item == id)
            .map(|pick| pick.reasons.clone())
            .unwrap_or_default()
    }

    /// Lists on screen are read again; the others are forgotten.
    pub(super) fn reload_lists(&mut self) {
        let keys: Vec<ListKey> = self.state.lists.keys().cloned().collect();
        for key in keys {
            let is_shown = match (&key, &self.state.page) {
                (
                    ListKey::Tag(a) | ListKey::Suggested(a) | ListKey::Rejected(a),
                    Page::Tags(Some(b)),
                ) => a == b,
                (ListKey::Collection(a), Page::Collections(Some(b))) => a == b,
                (ListKey::Similar(a), Page::Similar(b)) => a == b,
                (ListKey::Problems | ListKey::Missing, Page::Tidy) => true,
                (ListKey::Results, _) => true,
                _ => false,
            };
            if !is_shown {
                self.state.lists.remove(&key);
            } else if key == ListKey::Results {
                let text = self.state.search.text.clone();
                if !text.is_empty() {
                    self.search_number += 1;
                    self.desk
                        .ask(crate::app::desk::Ask::Search(text, self.search_number));
                }
            } else {
                self.asked.remove(&format!("list {key:?}"));
                self.ask_once(format!("list {key:?}"), crate::app::desk::Ask::List(key));
            }
        }
    }
}
