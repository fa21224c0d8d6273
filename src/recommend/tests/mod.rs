mod person;
mod shelves_of;

use super::signal::DAY_MS;
use super::*;
use crate::catalog::{Event, EventId, EventKind, ItemId, ProfileId};

/// 22 November 2026, noon.
const NOW_MS: i64 = 1_795_348_800_000;

fn facts(id: i64, kind: Kind) -> Facts {
    Facts {
        id: ItemId(id),
        kind,
        date_ms: NOW_MS - 400 * DAY_MS - id * DAY_MS * 11,
        added_ms: NOW_MS - 100 * DAY_MS,
        duration_ms: 200_000,
        rating: 0,
        is_favourite: false,
        is_out: false,
        is_plain: false,
        title: format!("item {id}"),
        artist: String::new(),
        album: String::new(),
        place: (0, 0),
        bpm: None,
        gps: None,
        tags: Vec::new(),
    }
}

fn event(item: i64, kind: EventKind, value: f32, days_ago: i64) -> Event {
    Event {
        id: EventId(0),
        profile: ProfileId::FIRST,
        item: Some(ItemId(item)),
        kind,
        value,
        at_ms: NOW_MS - days_ago * DAY_MS,
        context: None,
    }
}

/// Twenty songs on a circle of embeddings, twenty photos on another.
fn library() -> Input {
    let mut input = Input {
        now_ms: NOW_MS,
        ..Input::default()
    };
    for (pack, kind, from) in [("music", Kind::Audio, 0), ("photo", Kind::Photo, 100)] {
        let mut matrix = Embeddings::new(pack);
        for i in 0..20 {
            let mut one = facts(from + i, kind);
            one.artist = if kind == Kind::Audio {
                format!("artist {}", i / 4)
            } else {
                String::new()
            };
            one.tags = vec![(input.tag(if i < 10 { "calm" } else { "loud" }), 0.9)];
            let angle = i as f32 / 20.0 * std::f32::consts::TAU;
            matrix.push(one.id, &[angle.cos(), angle.sin()]);
            input.items.push(one);
        }
        input.embeddings.push(matrix);
    }
    input
}

fn find(shelves: &[Shelf], kind: ShelfKind, media: Kind) -> Option<&Shelf> {
    shelves.iter().find(|s| s.kind == kind && s.media == media)
}

#[test]
fn weights_sum_to_the_score_and_nothing_is_shown_twice() {
    let mut input = library();
    input.events = vec![
        event(2, EventKind::Played, 1.0, 1),
        event(103, EventKind::Dwell, 12.0, 2),
        event(7, EventKind::Liked, 1.0, 120),
        event(15, EventKind::Skipped, 0.1, 3),
    ];
    let shelves = shelves(&input, &Options::default());
    let mut seen = HashSet::new();
    assert!(shelves.len() >= 4, "{shelves:?}");
    for shelf in &shelves {
        for pick in &shelf.picks {
            let sum: f32 = pick.reasons.iter().map(|r| r.weight).sum();
            assert!((sum - pick.score).abs() < 1e-5);
            assert!(!pick.reasons.is_empty());
            assert!(seen.insert(pick.item), "{:?} twice", pick.item);
        }
    }
}

#[test]
fn there_is_something_before_the_first_play() {
    let shelves = shelves(&library(), &Options::default());
    assert!(find(&shelves, ShelfKind::NeverOpened, Kind::Audio).is_some());
    assert!(find(&shelves, ShelfKind::NeverOpened, Kind::Photo).is_some());
}

#[test]
fn because_lists_the_nearest_first_and_says_so() {
    let mut input = library();
    input.events = vec![event(5, EventKind::Played, 1.0, 1)];
    let all = shelves(&input, &Options::default());
    let shelf = find(&all, ShelfKind::Because, Kind::Audio).unwrap();
    assert_eq!(shelf.about, Some(ItemId(5)));
    let first = &shelf.picks[0];
    assert!([4, 6].contains(&first.item.0), "{:?}", first.item);
    let Factor::Similar { to, cosine } = first.reasons[0].factor else {
        panic!("{:?}", first.reasons);
    };
    assert_eq!(to, ItemId(5));
    assert!((cosine - (std::f32::consts::TAU / 20.0).cos()).abs() < 1e-4);
    assert_eq!(first.reasons[0].evidence, [ItemId(5)]);
}

#[test]
fn a_struck_reason_stays_struck() {
    let mut input = library();
    input.events = vec![event(5, EventKind::Played, 1.0, 1)];
    input.struck.insert("like:5".to_owned());
    let all = shelves(&input, &Options::default());
    let has_it = all
        .iter()
        .flat_map(|s| &s.picks)
        .flat_map(|p| &p.reasons)
        .any(|r| r.key == "like:5");
    assert!(!has_it);
}

#[test]
fn forgetting_is_exact() {
    let mut input = library();
    let before = shelves(&input, &Options::default());
    input.events = vec![
        event(5, EventKind::Played, 1.0, 1),
        event(9, EventKind::Disliked, 1.0, 1),
    ];
    assert_ne!(shelves(&input, &Options::default()), before);
    input.events.clear();
    assert_eq!(shelves(&input, &Options::default()), before);
}

#[test]
fn what_was_rejected_hidden_or_is_missing_never_comes() {
    let mut input = library();
    input.events = vec![event(9, EventKind::Disliked, 1.0, 1)];
    input.items[3].is_out = true;
    let gone = [ItemId(9), input.items[3].id];
    let all = shelves(&input, &Options::default());
    assert!(
        all.iter()
            .flat_map(|s| &s.picks)
            .all(|p| !gone.contains(&p.item))
    );
}

#[test]
fn on_this_day_counts_years_and_reaches_over_new_year() {
    let mut input = library();
    // 1 January 2026, looking back at 31 December 2023 and at 2 January 2021.
    input.now_ms = 1_767_268_800_000;
    for (place, date_ms) in [
        (20, 1_704_024_000_000),
        (21, 1_609_588_800_000),
        (22, 1_704_024_060_000),
    ] {
        input.items[place].date_ms = date_ms;
    }
    let all = shelves(&input, &Options::default());
    let shelf = find(&all, ShelfKind::OnThisDay, Kind::Photo).unwrap();
    let years: Vec<u32> = shelf
        .picks
        .iter()
        .map(|p| match p.reasons[0].factor {
            Factor::Anniversary { years, days_off } => {
                assert_eq!(days_off, 1);
                years
            }
            _ => 0,
        })
        .collect();
    assert_eq!(years.iter().filter(|&&y| y == 2).count(), 2);
    assert_eq!(years.iter().filter(|&&y| y == 5).count(), 1);
}

#[test]
fn screenshots_stay_out_of_memories() {
    let mut input = library();
    let screenshot = input.tag("screenshot");
    for facts in input.items.iter_mut().filter(|f| f.kind == Kind::Photo) {
        facts.tags.push((screenshot, 0.9));
    }
    let all = shelves(&input, &Options::default());
    assert!(find(&all, ShelfKind::NeverOpened, Kind::Photo).is_none());
}

#[test]
fn one_artist_does_not_take_over() {
    let mut input = library();
    for facts in input
        .items
        .iter_mut()
        .filter(|f| f.kind == Kind::Audio)
        .take(15)
    {
        facts.artist = "the same".to_owned();
    }
    let all = shelves(&input, &Options::default());
    let shelf = find(&all, ShelfKind::NeverOpened, Kind::Audio).unwrap();
    let places: Vec<&Facts> = shelf
        .picks
        .iter()
        .filter(|p| !p.reasons.iter().any(|r| r.factor == Factor::Exploration))
        .filter_map(|p| input.items.iter().find(|f| f.id == p.item))
        .collect();
    assert!(places.iter().filter(|f| f.artist == "the same").count() <= 3);
}

#[test]
fn odd_histories_are_survived() {
    let mut input = library();
    input.events = vec![
        event(5, EventKind::Played, f32::NAN, -4000),
        event(999, EventKind::Liked, 1.0, 1),
        event(6, EventKind::Skipped, -3.0, 1_000_000),
    ];
    let items = input.embeddings[0].items.clone();
    input.embeddings[0] = Embeddings::new("music");
    for item in items {
        input.embeddings[0].push(item, &[1.0, 0.0]);
    }
    shelves(&input, &Options::default());
    shelves(&Input::default(), &Options::default());
    input.items.truncate(1);
    shelves(&input, &Options::default());
}
