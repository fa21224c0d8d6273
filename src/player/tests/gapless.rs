//! Tracks join to the sample, and what cannot be played does not stop the queue.

use std::time::Duration;

use super::super::{PlayerEvent, Repeat, Track};
use super::bench::*;
use crate::player::PlayerCommand;

fn shares(events: &[PlayerEvent]) -> Vec<(String, f32)> {
    let finished = events.iter().filter_map(|event| match event {
        PlayerEvent::Finished { track, share } => Some((track.title.clone(), *share)),
        _ => None,
    });
    finished.collect()
}

fn started(events: &[PlayerEvent]) -> Vec<String> {
    let started = events.iter().filter_map(|event| match event {
        PlayerEvent::Started { track } => Some(track.title.clone()),
        _ => None,
    });
    started.collect()
}

#[test]
fn parts_of_a_recording_give_it_back_bit_by_bit() {
    let whole = ramp(0, 150_000);
    let part = |from: usize, to: usize| Tape::stereo(44_100, &whole[2 * from..2 * to]);
    let shelf = shelf([
        ("a", part(0, 70_001)),
        ("b", part(70_001, 70_002)),
        ("c", part(70_002, 100_000)),
        ("d", part(100_000, 150_000)),
    ]);
    let (heard, rate_hz, events) = to_wav(&shelf, tracks(&["a", "b", "c", "d"]), Duration::ZERO);
    assert_eq!(rate_hz, 44_100);
    assert!(
        heard == whole,
        "{} frames for {}",
        heard.len() / 2,
        whole.len() / 2
    );
    let all = ["a", "b", "c", "d"].map(|name| (name.to_owned(), 1.0));
    assert_eq!(shares(&events), all);
    assert_eq!(events.last(), Some(&PlayerEvent::Ended));
}

#[test]
fn parts_join_as_well_when_the_device_has_another_rate() {
    let whole: Vec<f32> = (0..60_000)
        .flat_map(|n| {
            let turn = n as f32 * 0.05;
            [0.5 * turn.sin(), 0.5 * turn.cos()]
        })
        .collect();
    let shelf = shelf([
        ("whole", Tape::stereo(44_100, &whole)),
        ("left", Tape::stereo(44_100, &whole[..2 * 33_333])),
        ("right", Tape::stereo(44_100, &whole[2 * 33_333..])),
    ]);
    let play = |names: &[&str]| {
        let mut rig = Rig::new(&shelf, 48_000);
        rig.send(PlayerCommand::PlayNow(tracks(names), 0));
        rig.hear_out()
    };
    let (one, two) = (play(&["whole"]), play(&["left", "right"]));
    assert_eq!(one.len(), 2 * 65_306);
    assert!(one == two);
}

#[test]
fn a_change_of_rate_between_tracks_keeps_every_length() {
    let shelf = shelf([
        ("cd", Tape::stereo(44_100, &vec![0.25; 2 * 44_100])),
        ("dat", Tape::stereo(48_000, &vec![0.25; 2 * 48_000])),
        (
            "phone",
            Tape {
                channels: 1,
                ..Tape::stereo(8_000, &vec![0.25; 8_000])
            },
        ),
    ]);
    let (heard, rate_hz, _) = to_wav(&shelf, tracks(&["cd", "dat", "phone"]), Duration::ZERO);
    assert_eq!((rate_hz, heard.len()), (44_100, 3 * 2 * 44_100));
    let steady = [10_000, 44_100 + 20_000, 88_200 + 20_000];
    assert!(
        steady
            .iter()
            .all(|&frame| (heard[2 * frame] - 0.25).abs() < 1e-3)
    );
}

#[test]
fn what_cannot_be_played_is_told_and_passed_over() {
    let whole = ramp(0, 20_000);
    let torn = Tape {
        torn_at: Some(2_500),
        ..Tape::stereo(44_100, &whole[2 * 10_000..])
    };
    let shelf = shelf([
        ("good", Tape::stereo(44_100, &whole[..2 * 10_000])),
        ("torn", torn),
        ("empty", Tape::stereo(44_100, &[])),
        ("end", Tape::stereo(44_100, &whole[2 * 12_500..])),
    ]);
    let names = ["gone", "good", "missing", "torn", "empty", "end"];
    let (heard, _, events) = to_wav(&shelf, tracks(&names), Duration::ZERO);
    assert!(heard == whole);
    let failed: Vec<String> = events
        .iter()
        .filter_map(|event| match event {
            PlayerEvent::Failed { track, .. } => Some(track.title.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(failed, ["gone", "missing", "torn", "empty"]);
    assert_eq!(
        shares(&events),
        [("good", 1.0), ("torn", 0.25), ("end", 1.0)].map(|(name, share)| (name.to_owned(), share))
    );
}

#[test]
fn a_queue_of_nothing_but_broken_files_ends_even_when_repeated() {
    let shelf = shelf([]);
    for repeat in [Repeat::Off, Repeat::All, Repeat::One] {
        let mut rig = Rig::new(&shelf, 44_100);
        rig.send(PlayerCommand::SetRepeat(repeat));
        rig.send(PlayerCommand::PlayNow(tracks(&["x", "y", "z"]), 0));
        assert!(rig.hear_out().is_empty());
        let status = rig.until("stopped", |status| !status.is_playing());
        assert!(status.problem.is_some());
        assert!(status.queue.iter().all(|track| track.problem.is_some()));
    }
}

#[test]
fn playing_from_the_middle_starts_at_the_exact_frame() {
    let whole = ramp(0, 50_000);
    let shelf = shelf([("a", Tape::stereo(44_100, &whole))]);
    for frame in [1_usize, 12_345, 49_999] {
        let from = Duration::from_secs_f64(frame as f64 / 44_100.0);
        let (heard, _, events) = to_wav(&shelf, tracks(&["a"]), from);
        assert_eq!(heard.len(), 2 * (50_000 - frame));
        // It fades in over 5 ms, and is untouched afterwards.
        let faded = (2 * 220).min(heard.len());
        let wanted = &whole[2 * frame..];
        assert!(heard[faded..] == wanted[faded..]);
        assert!(
            heard[..faded]
                .iter()
                .zip(wanted)
                .all(|(h, w)| h.abs() <= w.abs())
        );
        let share = (50_000 - frame) as f32 / 50_000.0;
        assert_eq!(shares(&events), [("a".to_owned(), share)]);
    }
}

#[test]
fn a_place_behind_the_end_goes_on_with_the_next_track() {
    let shelf = shelf([
        ("a", Tape::stereo(44_100, &ramp(0, 1000))),
        ("b", Tape::stereo(44_100, &ramp(1000, 1000))),
    ]);
    let (heard, _, events) = to_wav(&shelf, tracks(&["a", "b"]), Duration::from_secs(10));
    assert_eq!(heard.len(), 2 * 1000);
    assert_eq!(started(&events), ["a", "b"]);
}

#[test]
fn more_channels_are_mixed_down() {
    let surround = Tape {
        channels: 6,
        ..Tape::stereo(44_100, &vec![1.0; 6 * 1000])
    };
    let shelf = shelf([("film", surround)]);
    let (heard, _, _) = to_wav(&shelf, tracks(&["film"]), Duration::ZERO);
    assert_eq!(heard.len(), 2 * 1000);
    assert!(heard.iter().all(|sample| (0.9..=1.001).contains(sample)));
}

#[test]
fn a_track_without_a_known_length_is_counted() {
    let tape = Tape {
        knows_its_length: false,
        ..Tape::stereo(44_100, &ramp(0, 5000))
    };
    let shelf = shelf([("a", tape)]);
    let track = Track {
        duration_ms: Some(999_999),
        ..tracks(&["a"]).remove(0)
    };
    let (heard, _, events) = to_wav(&shelf, vec![track], Duration::ZERO);
    assert_eq!(heard.len(), 2 * 5000);
    assert_eq!(shares(&events), [("a".to_owned(), 1.0)]);
}
