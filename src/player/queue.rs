//! The queue: what is played in which order. Knows nothing of sound.

use serde::{Deserialize, Serialize};

use super::track::Track;
use crate::error::Error;

/// More tracks than this are not taken: the rest of a longer list is left out.
pub const MAX_TRACKS: usize = 100_000;

/// What happens at the end of a track or of the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Repeat {
    /// The queue ends after its last track.
    #[default]
    Off,
    /// The queue starts again.
    All,
    /// The track starts again until told otherwise.
    One,
}

/// Names one place in the queue for as long as it is queued, wherever it moves to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntryId(u64);

#[derive(Debug, Clone)]
struct Entry {
    id: EntryId,
    track: Track,
}

/// Everything about the queue and the modes that survives a restart. Plain data; unknown or odd values are put right by
/// [`Queue::restore`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct QueueState {
    /// In playing order.
    pub tracks: Vec<Track>,
    /// The current track's place in `tracks`.
    pub current: Option<usize>,
    /// How far into it.
    pub position_ms: u64,
    /// What happens at the end.
    pub repeat: Repeat,
    /// While shuffled: the places in `tracks` in the order they had before. `None` when not shuffled.
    pub unshuffled: Option<Vec<usize>>,
    /// Decides the next shuffle.
    pub seed: u64,
    /// 0 to 1 as heard.
    pub volume: f32,
    /// Silenced, with the volume kept.
    pub is_muted: bool,
}

impl Default for QueueState {
    fn default() -> Self {
        Self {
            tracks: Vec::new(),
            current: None,
            position_ms: 0,
            repeat: Repeat::Off,
            unshuffled: None,
            seed: 0,
            volume: 1.0,
            is_muted: false,
        }
    }
}

/// Tracks in playing order, which of them is current, and the order they had before shuffling.
#[derive(Debug, Clone)]
pub struct Queue {
    entries: Vec<Entry>,
    current: Option<EntryId>,
    /// While shuffled: all entries in the order they had before.
    unshuffled: Option<Vec<EntryId>>,
    repeat: Repeat,
    seed: u64,
    next_id: u64,
}

impl Queue {
    /// An empty queue. The same seed shuffles the same tracks the same way.
    pub fn new(seed: u64) -> Self {
        Self {
            entries: Vec::new(),
            current: None,
            unshuffled: None,
            repeat: Repeat::Off,
            seed,
            next_id: 0,
        }
    }

    /// How many tracks are queued.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing is queued.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether the order is a shuffled one.
    pub fn is_shuffled(&self) -> bool {
        self.unshuffled.is_some()
    }

    /// What happens at the end of a track or of the queue.
    pub fn repeat(&self) -> Repeat {
        self.repeat
    }

    /// Changes what happens at the end.
    pub fn set_repeat(&mut self, repeat: Repeat) {
        self.repeat = repeat;
    }

    /// The entry that is playing, paused or next to start. An empty queue has none; any other always has one.
    pub fn current(&self) -> Option<EntryId> {
        self.current
    }

    /// The current entry's place.
    pub fn current_place(&self) -> Option<usize> {
        self.place(self.current?)
    }

    /// An entry's track.
    pub fn track(&self, id: EntryId) -> Option<&Track> {
        self.entry(id).map(|entry| &entry.track)
    }

    /// All tracks in playing order.
    pub fn tracks(&self) -> impl ExactSizeIterator<Item = &Track> {
        self.entries.iter().map(|entry| &entry.track)
    }

    /// The entry at a place.
    pub fn at(&self, place: usize) -> Option<EntryId> {
        self.entries.get(place).map(|entry| entry.id)
    }

    /// An entry's place.
    pub fn place(&self, id: EntryId) -> Option<usize> {
        self.entries.iter().position(|entry| entry.id == id)
    }

    /// Notes why an entry could not be played.
    pub fn set_problem(&mut self, id: EntryId, problem: Error) {
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.id == id) {
            entry.track.problem = Some(problem);
        }
    }

    /// Makes an entry the current one.
    pub fn select(&mut self, id: EntryId) {
        if self.place(id).is_some() {
            self.current = Some(id);
        }
    }

    /// What follows an entry when it was played to its end.
    pub fn following(&self, id: EntryId) -> Option<EntryId> {
        match self.repeat {
            Repeat::One => self.place(id).map(|_| id),
            Repeat::Off | Repeat::All => self.after(id),
        }
    }

    /// What follows an entry when it is skipped or cannot be played: repeating one track does not hold there.
    pub fn after(&self, id: EntryId) -> Option<EntryId> {
        let place = self.place(id)?;
        match self.at(place + 1) {
            None if self.repeat == Repeat::All => self.at(0),
            next => next,
        }
    }

    /// What lies before an entry.
    pub fn before(&self, id: EntryId) -> Option<EntryId> {
        match self.place(id)? {
            0 if self.repeat == Repeat::All => self.at(self.len() - 1),
            0 => None,
            place => self.at(place - 1),
        }
    }

    /// Replaces everything; the track at `place` (or the last) becomes current. When shuffled, it comes first and the
    /// others follow in a new order.
    pub fn replace(&mut self, tracks: Vec<Track>, place: usize) {
        let was_shuffled = self.is_shuffled();
        self.clear();
        self.entries = self.admit(tracks);
        self.current = self.at(place.min(self.len().saturating_sub(1)));
        if was_shuffled {
            self.shuffle();
        }
    }

    /// Inserts behind the current entry, in the given order.
    pub fn insert_next(&mut self, tracks: Vec<Track>) {
        let new = self.admit(tracks);
        let ids: Vec<EntryId> = new.iter().map(|entry| entry.id).collect();
        let place = self.current_place().map_or(0, |place| place + 1);
        self.entries.splice(place..place, new);
        if let Some(unshuffled) = &mut self.unshuffled {
            let behind = unshuffled
                .iter()
                .position(|&id| Some(id) == self.current)
                .map_or(0, |place| place + 1);
            unshuffled.splice(behind..behind, ids);
        }
        self.mend_current(0);
    }

    /// Appends, in the given order.
    pub fn append(&mut self, tracks: Vec<Track>) {
        let new = self.admit(tracks);
        if let Some(unshuffled) = &mut self.unshuffled {
            unshuffled.extend(new.iter().map(|entry| entry.id));
        }
        self.entries.extend(new);
        self.mend_current(0);
    }

    /// Takes an entry out. When it was current, the one behind it (or, at the end, the first) becomes current.
    pub fn remove(&mut self, id: EntryId) {
        let Some(place) = self.place(id) else {
            return;
        };
        self.entries.remove(place);
        if let Some(unshuffled) = &mut self.unshuffled {
            unshuffled.retain(|&other| other != id);
        }
        self.mend_current(place);
    }

    /// Moves the entry at `from` so that it ends up at `to` (or at the end).
    pub fn move_to(&mut self, from: usize, to: usize) {
        if from < self.len() {
            let entry = self.entries.remove(from);
            self.entries.insert(to.min(self.len()), entry);
        }
    }

    /// Takes everything out; the modes stay.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.current = None;
        if let Some(unshuffled) = &mut self.unshuffled {
            unshuffled.clear();
        }
    }

    /// Shuffles everything behind the current entry, which comes first; or puts the former order back. The current entry
    /// stays current.
    pub fn set_shuffled(&mut self, is_shuffled: bool) {
        if is_shuffled == self.is_shuffled() {
            return;
        }
        if is_shuffled {
            self.shuffle();
        } else if let Some(unshuffled) = self.unshuffled.take() {
            let mut ranks: Vec<(EntryId, usize)> = unshuffled
                .into_iter()
                .enumerate()
                .map(|(rank, id)| (id, rank))
                .collect();
            ranks.sort_unstable();
            self.entries.sort_by_key(|entry| {
                ranks
                    .binary_search_by_key(&entry.id, |&(id, _)| id)
                    .map_or(usize::MAX, |found| ranks[found].1)
            });
        }
    }

    /// Everything to save, with the modes that are not the queue's left at their defaults.
    pub fn save(&self) -> QueueState {
        let unshuffled = self.unshuffled.as_ref().map(|order| {
            let mut places: Vec<(EntryId, usize)> = self
                .entries
                .iter()
                .enumerate()
                .map(|(place, entry)| (entry.id, place))
                .collect();
            places.sort_unstable();
            order
                .iter()
                .filter_map(|id| {
                    let found = places.binary_search_by_key(id, |&(id, _)| id).ok()?;
                    Some(places[found].1)
                })
                .collect()
        });
        QueueState {
            tracks: self.tracks().cloned().collect(),
            current: self.current_place(),
            repeat: self.repeat,
            unshuffled,
            seed: self.seed,
            ..QueueState::default()
        }
    }

    /// Replaces everything by what was saved. An order that does not name every track exactly once is dropped, and a place
    /// beyond the end means the first track.
    pub fn restore(&mut self, state: QueueState) {
        self.unshuffled = None;
        self.seed = state.seed;
        self.repeat = state.repeat;
        self.entries = Vec::new();
        self.entries = self.admit(state.tracks);
        self.current = None;
        if let Some(place) = state.current {
            self.current = self.at(place);
        }
        self.mend_current(0);
        if let Some(order) = state.unshuffled {
            let mut seen = order.clone();
            seen.sort_unstable();
            if seen.iter().copied().eq(0..self.len()) {
                self.unshuffled = Some(order.iter().map(|&place| self.entries[place].id).collect());
            }
        }
    }

    fn entry(&self, id: EntryId) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.id == id)
    }

    fn admit(&mut self, mut tracks: Vec<Track>) -> Vec<Entry> {
        tracks.truncate(MAX_TRACKS.saturating_sub(self.len()));
        tracks
            .into_iter()
            .map(|track| {
                self.next_id += 1;
                Entry {
                    id: EntryId(self.next_id),
                    track,
                }
            })
            .collect()
    }

    fn shuffle(&mut self) {
        self.unshuffled = Some(self.entries.iter().map(|entry| entry.id).collect());
        if let Some(place) = self.current_place() {
            let current = self.entries.remove(place);
            self.entries.insert(0, current);
        }
        let mut rng = fastrand::Rng::with_seed(self.seed);
        self.seed = self.seed.wrapping_add(1);
        if let Some(rest) = self.entries.get_mut(1..) {
            rng.shuffle(rest);
        }
    }

    /// A queue with entries has a current one: when there is none (any more), the one at `place`, or the first.
    fn mend_current(&mut self, place: usize) {
        if self.current_place().is_none() {
            self.current = self.at(place).or_else(|| self.at(0));
        }
    }
}
