//! The queue's operations against a plain model.

use std::path::Path;

use proptest::prelude::*;

use super::super::{Queue, QueueState, Repeat, Track};

#[derive(Debug, Clone)]
enum Step {
    Replace(u8, usize),
    Next(u8),
    Later(u8),
    Remove(usize),
    Move(usize, usize),
    Select(usize),
    Shuffle(bool),
    SaveAndRestore,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0_u8..6, 0_usize..8).prop_map(|(count, place)| Step::Replace(count, place)),
        (0_u8..4).prop_map(Step::Next),
        (0_u8..4).prop_map(Step::Later),
        (0_usize..10).prop_map(Step::Remove),
        (0_usize..10, 0_usize..10).prop_map(|(from, to)| Step::Move(from, to)),
        (0_usize..10).prop_map(Step::Select),
        any::<bool>().prop_map(Step::Shuffle),
        Just(Step::SaveAndRestore),
    ]
}

fn some_tracks(count: usize, serial: &mut u32) -> Vec<Track> {
    (0..count)
        .map(|_| {
            *serial += 1;
            Track::from_path(Path::new(&format!("/m/{serial}.mp3")))
        })
        .collect()
}

fn titles(queue: &Queue) -> Vec<String> {
    queue.tracks().map(|track| track.title.clone()).collect()
}

fn current(queue: &Queue) -> Option<String> {
    Some(queue.track(queue.current()?)?.title.clone())
}

proptest! {
    #[test]
    fn operations_do_what_they_say(steps in prop::collection::vec(step(), 0..40), seed: u64) {
        let mut queue = Queue::new(seed);
        let mut serial = 0;
        for step in steps {
            let before = titles(&queue);
            let playing = current(&queue);
            match step {
                Step::Replace(count, place) => {
                    let tracks = some_tracks(count.into(), &mut serial);
                    let wanted = tracks.get(place).or(tracks.last()).map(|t| t.title.clone());
                    queue.replace(tracks, place);
                    prop_assert_eq!(current(&queue), wanted);
                    prop_assert_eq!(queue.len(), usize::from(count));
                }
                Step::Next(count) => {
                    let new = some_tracks(count.into(), &mut serial);
                    let names: Vec<String> = new.iter().map(|t| t.title.clone()).collect();
                    let at = queue.current_place().map_or(0, |place| place + 1);
                    queue.insert_next(new);
                    let mut wanted = before;
                    wanted.splice(at..at, names);
                    prop_assert_eq!(titles(&queue), wanted);
                }
                Step::Later(count) => {
                    let new = some_tracks(count.into(), &mut serial);
                    let mut wanted = before;
                    wanted.extend(new.iter().map(|t| t.title.clone()));
                    queue.append(new);
                    prop_assert_eq!(titles(&queue), wanted);
                }
                Step::Remove(place) => {
                    let id = queue.at(place);
                    if let Some(id) = id {
                        queue.remove(id);
                        let mut wanted = before;
                        let gone = wanted.remove(place);
                        if playing.as_ref() != Some(&gone) {
                            prop_assert_eq!(current(&queue), playing);
                        }
                        prop_assert_eq!(titles(&queue), wanted);
                    }
                }
                Step::Move(from, to) => {
                    queue.move_to(from, to);
                    let mut wanted = before;
                    if from < wanted.len() {
                        let name = wanted.remove(from);
                        wanted.insert(to.min(wanted.len()), name);
                    }
                    prop_assert_eq!(titles(&queue), wanted);
                    prop_assert_eq!(current(&queue), playing);
                }
                Step::Select(place) => {
                    if let Some(id) = queue.at(place) {
                        queue.select(id);
                        prop_assert_eq!(queue.current_place(), Some(place));
                    }
                }
                Step::Shuffle(is_shuffled) => {
                    queue.set_shuffled(is_shuffled);
                    prop_assert_eq!(queue.is_shuffled(), is_shuffled);
                    let (mut sorted, mut wanted) = (titles(&queue), before);
                    sorted.sort();
                    wanted.sort();
                    prop_assert_eq!(sorted, wanted);
                    prop_assert_eq!(current(&queue), playing);
                }
                Step::SaveAndRestore => {
                    let text = serde_json::to_string(&queue.save()).unwrap();
                    let state: QueueState = serde_json::from_str(&text).unwrap();
                    let mut again = Queue::new(0);
                    again.restore(state);
                    prop_assert_eq!(titles(&again), before);
                    prop_assert_eq!(current(&again), playing);
                    prop_assert_eq!(again.save(), queue.save());
                    queue = again;
                }
            }
            prop_assert_eq!(queue.is_empty(), queue.current().is_none());
        }
    }

    #[test]
    fn unshuffling_restores_the_order_with_what_happened_meanwhile(
        count in 1_usize..30, place in 0_usize..30, gone in 0_usize..30, seed: u64,
    ) {
        let mut serial = 0;
        let mut queue = Queue::new(seed);
        queue.replace(some_tracks(count, &mut serial), place);
        let mut wanted = titles(&queue);
        let playing = current(&queue).unwrap();
        queue.set_shuffled(true);
        prop_assert_eq!(queue.current_place(), Some(0));
        queue.insert_next(some_tracks(1, &mut serial));
        let at = wanted.iter().position(|name| *name == playing).unwrap() + 1;
        wanted.insert(at, serial.to_string());
        queue.append(some_tracks(1, &mut serial));
        wanted.push(serial.to_string());
        if let Some(id) = queue.at(gone) {
            let name = queue.track(id).unwrap().title.clone();
            queue.remove(id);
            wanted.retain(|other| *other != name);
        }
        queue.set_shuffled(false);
        prop_assert_eq!(titles(&queue), wanted);
    }

    #[test]
    fn what_follows_walks_the_whole_queue(count in 1_usize..20, repeat_all: bool) {
        let mut queue = Queue::new(1);
        queue.replace(some_tracks(count, &mut 0), 0);
        if repeat_all {
            queue.set_repeat(Repeat::All);
        }
        let mut id = queue.current();
        for place in 0..count {
            prop_assert_eq!(id.and_then(|id| queue.place(id)), Some(place));
            id = queue.following(id.unwrap());
        }
        prop_assert_eq!(id, if repeat_all { queue.at(0) } else { None });
    }

    #[test]
    fn odd_saved_states_are_put_right(
        count in 0_usize..5, place in prop::option::of(0_usize..9),
        order in prop::option::of(prop::collection::vec(0_usize..9, 0..6)),
    ) {
        let mut queue = Queue::new(0);
        queue.restore(QueueState {
            tracks: some_tracks(count, &mut 0),
            current: place,
            unshuffled: order,
            ..QueueState::default()
        });
        prop_assert_eq!(queue.len(), count);
        prop_assert_eq!(queue.current().is_some(), count > 0);
        queue.set_shuffled(false);
        prop_assert_eq!(queue.len(), count);
    }
}

#[test]
fn the_same_seed_shuffles_the_same_way() {
    let order = |seed| {
        let mut queue = Queue::new(seed);
        queue.replace(some_tracks(20, &mut 0), 3);
        queue.set_shuffled(true);
        titles(&queue)
    };
    assert_eq!(order(7), order(7));
    assert_ne!(order(7), order(8));
}

#[test]
fn repeating_one_track_holds_until_it_is_skipped() {
    let mut queue = Queue::new(0);
    queue.replace(some_tracks(2, &mut 0), 0);
    queue.set_repeat(Repeat::One);
    let first = queue.current().unwrap();
    assert_eq!(queue.following(first), Some(first));
    assert_eq!(queue.after(first), queue.at(1));
}
