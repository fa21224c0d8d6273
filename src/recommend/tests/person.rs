//! A simulated person with hidden tastes that drift: what is shown comes ever nearer to the best there is.

use super::*;
use crate::recommend::chance::mixed;

const SONGS: i64 = 2400;
const GENRES: i64 = 12;

/// A number from 0 to 1.
fn uniform(seed: u64) -> f32 {
    (mixed(seed) >> 40) as f32 / (1u64 << 24) as f32
}

/// Songs of twelve kinds, each with a direction of its own and some noise.
fn songs() -> Input {
    let mut input = Input {
        now_ms: NOW_MS,
        ..Input::default()
    };
    let mut matrix = Embeddings::new("music");
    for i in 0..SONGS {
        let mut song = facts(i, Kind::Audio);
        song.artist = format!("artist {}", i / 5);
        song.tags = vec![(input.tag(&format!("genre {}", i % GENRES)), 0.9)];
        let row: Vec<f32> = (0..16)
            .map(|d| {
                let centre = uniform((i % GENRES) as u64 * 31 + d) - 0.5;
                centre + 0.3 * (uniform(i as u64 * 977 + d) - 0.5)
            })
            .collect();
        matrix.push(song.id, &row);
        input.items.push(song);
    }
    input.embeddings.push(matrix);
    input
}

/// How much the person enjoys a song on a day: two kinds at first, and one of them gives way to a third.
fn enjoys(item: i64, day: i64) -> f32 {
    let kind = item % GENRES;
    let drift = (day as f32 / 60.0).min(1.0);
    let liking = match kind {
        2 => 0.9,
        5 => 0.9 * (1.0 - drift),
        9 => 0.9 * drift,
        _ => 0.08,
    };
    (liking + 0.1 * (uniform(item as u64 + 7) - 0.5)).clamp(0.0, 1.0)
}

/// Lives so many days; gives the regret of each against an oracle that knows the hidden taste.
fn live(input: &mut Input, days: i64) -> Vec<f32> {
    const LOOKS: usize = 20;
    let start_ms = NOW_MS - days * DAY_MS;
    let mut regrets = Vec::new();
    for day in 0..days {
        input.now_ms = start_ms + day * DAY_MS;
        let options = Options {
            per_shelf: LOOKS,
            only: Some(ShelfKind::NeverOpened),
            ..Options::default()
        };
        let page = shelves(input, &options);
        let picks = || page.iter().flat_map(|shelf| &shelf.picks);
        let shown: Vec<i64> = picks().map(|pick| pick.item.0).collect();
        let is_try = |pick: &&Pick| pick.reasons.iter().any(|r| r.factor == Factor::Exploration);
        let tries: Vec<i64> = picks().filter(is_try).map(|pick| pick.item.0).collect();
        let opened: HashSet<i64> = input
            .events
            .iter()
            .filter_map(|e| Some(e.item?.0))
            .collect();
        let mut best: Vec<f32> = (0..SONGS)
            .filter(|item| !opened.contains(item))
            .map(|item| enjoys(item, day))
            .collect();
        best.sort_by(|a, b| b.total_cmp(a));
        let oracle: f32 = best.iter().take(shown.len()).sum();
        let got: f32 = shown.iter().map(|&item| enjoys(item, day)).sum();
        regrets.push((oracle - got) / shown.len().max(1) as f32);
        // Four of them and the labelled tries are played, and heard as far as they please.
        for &item in shown.iter().take(4).chain(&tries) {
            let share = enjoys(item, day);
            let is_heard = uniform(mixed(item as u64) ^ day as u64) < share;
            let (kind, value) = if is_heard {
                (EventKind::Played, 1.0)
            } else {
                (EventKind::Skipped, 0.1)
            };
            let mut event = event(item, kind, value, 0);
            event.at_ms = input.now_ms + 60_000;
            input.events.push(event);
        }
    }
    regrets
}

fn mean(values: &[f32]) -> f32 {
    values.iter().sum::<f32>() / values.len().max(1) as f32
}

#[test]
fn regret_falls_with_use() {
    let mut input = songs();
    let regrets = live(&mut input, 100);
    let (first, before, after) = (regrets[0], mean(&regrets[10..20]), mean(&regrets[80..]));
    assert!(before < 0.5 * first, "{first} then {before}: {regrets:?}");
    // One of the two tastes has drifted away and another come in its place.
    assert!(after < 0.5 * first, "{first} then {after}: {regrets:?}");
}

#[test]
fn the_same_day_shows_the_same_and_the_next_is_fresh() {
    let mut input = songs();
    live(&mut input, 10);
    let items = |input: &Input| -> Vec<i64> {
        shelves(input, &Options::default())
            .iter()
            .flat_map(|shelf| &shelf.picks)
            .map(|pick| pick.item.0)
            .collect()
    };
    let first = items(&input);
    input.now_ms += 3_600_000;
    assert_eq!(items(&input), first);
    input.now_ms += DAY_MS;
    let next = items(&input);
    let fresh = next.iter().filter(|item| !first.contains(item)).count();
    assert!(fresh * 5 >= next.len(), "{fresh} of {}", next.len());
}

#[test]
fn forgetting_a_stretch_leaves_nothing_of_it() {
    let mut input = songs();
    live(&mut input, 30);
    let from_ms = NOW_MS - 20 * DAY_MS;
    let to_ms = NOW_MS - 10 * DAY_MS;
    let without: Vec<Event> = input
        .events
        .iter()
        .filter(|event| !(from_ms..to_ms).contains(&event.at_ms))
        .cloned()
        .collect();
    let mut other = songs();
    other.now_ms = input.now_ms;
    other.events = without.clone();
    let expected = shelves(&other, &Options::default());
    assert_ne!(shelves(&input, &Options::default()), expected);
    input.events = without;
    assert_eq!(shelves(&input, &Options::default()), expected);
    assert_eq!(beliefs(&input), beliefs(&other));
}

#[test]
fn struck_reasons_stay_struck_over_days() {
    let mut input = songs();
    live(&mut input, 10);
    let key = shelves(&input, &Options::default())
        .iter()
        .flat_map(|shelf| &shelf.picks)
        .flat_map(|pick| &pick.reasons)
        .find(|reason| reason.key.starts_with("tag:") && reason.weight > 0.0)
        .map(|reason| reason.key.clone())
        .unwrap();
    input.struck.insert(key.clone());
    for _ in 0..5 {
        input.now_ms += DAY_MS;
        let used = shelves(&input, &Options::default())
            .iter()
            .flat_map(|shelf| &shelf.picks)
            .flat_map(|pick| &pick.reasons)
            .any(|reason| reason.key == key);
        assert!(!used);
    }
}

#[test]
fn caps_and_the_share_of_tries_hold_at_every_setting() {
    let mut input = songs();
    live(&mut input, 30);
    for novelty in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let options = Options {
            novelty,
            ..Options::default()
        };
        let page = shelves(&input, &options);
        let (tried, all) = diversity::tries(&page);
        assert!(tried * 8 <= all, "{tried} of {all} at {novelty}");
        for shelf in &page {
            let mut by_artist: std::collections::HashMap<i64, usize> =
                std::collections::HashMap::new();
            for pick in &shelf.picks {
                *by_artist.entry(pick.item.0 / 5).or_default() += 1;
                let sum: f32 = pick.reasons.iter().map(|reason| reason.weight).sum();
                assert!((sum - pick.score).abs() < 1e-4);
            }
            assert!(
                by_artist.values().all(|count| *count <= 3),
                "{:?}",
                shelf.kind
            );
        }
    }
}
