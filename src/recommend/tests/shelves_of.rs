//! Each shelf on its own, and what the person can say of it.

use super::*;

fn only(input: &Input, kind: ShelfKind) -> Vec<Shelf> {
    shelves(
        input,
        &Options {
            only: Some(kind),
            ..Options::default()
        },
    )
}

fn all_picks(shelves: &[Shelf]) -> Vec<&Pick> {
    shelves.iter().flat_map(|shelf| &shelf.picks).collect()
}

fn tag(input: &mut Input, items: std::ops::Range<usize>, name: &str) {
    let tag = input.tag(name);
    for facts in &mut input.items[items] {
        facts.tags.push((tag, 0.9));
    }
}

#[test]
fn songs_that_are_played_again_and_again_come_again() {
    let mut input = library();
    for days in 1..6 {
        input.events.push(event(3, EventKind::Played, 1.0, days));
        if days < 3 {
            input
                .events
                .push(event(4, EventKind::Played, 1.0, days * 20));
            input
                .events
                .push(event(5, EventKind::Played, 1.0, days * 25));
        }
    }
    let all = only(&input, ShelfKind::PlayAgain);
    let picks = all_picks(&all);
    assert_eq!(picks[0].item, ItemId(3));
    assert!(matches!(
        picks[0].reasons[0].factor,
        Factor::Replay { times: 5, .. }
    ));
}

#[test]
fn an_album_that_is_half_heard_is_to_be_finished() {
    let mut input = library();
    for (track, facts) in input.items[..8].iter_mut().enumerate() {
        facts.artist = "A".to_owned();
        facts.album = "B".to_owned();
        facts.place = (1, track as u32);
    }
    for item in 0..4 {
        input.events.push(event(item, EventKind::Played, 1.0, 40));
    }
    let all = only(&input, ShelfKind::FinishAlbum);
    let items: Vec<i64> = all_picks(&all).iter().map(|pick| pick.item.0).collect();
    assert_eq!(items.len(), 4);
    assert!(items.iter().all(|item| (4..8).contains(item)));
    assert!(
        all_picks(&all)
            .iter()
            .all(|pick| pick.reasons[0].evidence.len() == 3)
    );
    input.struck.insert("album:B".to_owned());
    assert!(only(&input, ShelfKind::FinishAlbum).is_empty());
}

#[test]
fn songs_find_their_pictures_and_pictures_their_songs() {
    let mut input = library();
    for facts in &mut input.items {
        facts.tags.clear();
    }
    tag(&mut input, 20..25, "forest");
    tag(&mut input, 25..30, "motorsport");
    tag(&mut input, 0..5, "folk");
    tag(&mut input, 10..15, "metal");
    input.events = vec![event(101, EventKind::Dwell, 9.0, 0)];
    let all = only(&input, ShelfKind::Soundtrack);
    let first = all_picks(&all)[0];
    assert_eq!(all[0].about, Some(ItemId(101)));
    assert!((0..5).contains(&first.item.0), "{first:?}");
    let theme = first
        .reasons
        .iter()
        .find_map(|reason| match &reason.factor {
            Factor::Theme { picture, sound } => Some((picture.as_str(), sound.as_str())),
            _ => None,
        });
    assert_eq!(theme, Some(("forest", "folk")));

    input.events = vec![event(12, EventKind::Played, 1.0, 0)];
    let all = only(&input, ShelfKind::Pictures);
    assert_eq!(all[0].about, Some(ItemId(12)));
    assert!((105..110).contains(&all_picks(&all)[0].item.0));
    // What plays now goes before what played last.
    input.playing = Some(ItemId(2));
    let all = only(&input, ShelfKind::Pictures);
    assert_eq!(all[0].about, Some(ItemId(2)));
    assert!((100..105).contains(&all_picks(&all)[0].item.0));
}

#[test]
fn the_hour_is_learned() {
    let mut input = library();
    // Noon: the calm ones; at midnight the loud ones.
    for days in 1..30 {
        input
            .events
            .push(event(days % 10, EventKind::Played, 1.0, days));
        let mut night = event(10 + days % 10, EventKind::Played, 1.0, days);
        night.at_ms -= 12 * 3_600_000;
        input.events.push(night);
    }
    input.events.sort_by_key(|event| event.at_ms);
    let share_of_calm = |input: &Input| {
        let all = only(input, ShelfKind::ThisHour);
        let picks = all_picks(&all);
        let by_hour = |pick: &&&Pick| {
            pick.reasons
                .iter()
                .any(|reason| matches!(reason.factor, Factor::Hour { .. }))
        };
        let timed: Vec<_> = picks.iter().filter(by_hour).collect();
        assert!(!timed.is_empty());
        timed.iter().filter(|pick| pick.item.0 < 10).count() as f32 / timed.len() as f32
    };
    assert_eq!(share_of_calm(&input), 1.0);
    input.now_ms += 12 * 3_600_000;
    assert_eq!(share_of_calm(&input), 0.0);
}

#[test]
fn what_a_friend_likes_counts_only_while_they_are_followed() {
    let mut input = library();
    let before = shelves(&input, &Options::default());
    input.others = vec![Other {
        key: "card:ann".to_owned(),
        name: "Ann".to_owned(),
        tags: vec![("loud".to_owned(), 0.8)],
        vectors: vec![("music".to_owned(), vec![-1.0, 0.0])],
        ..Other::default()
    }];
    let all = only(&input, ShelfKind::Friend);
    let music = all.iter().find(|shelf| shelf.media == Kind::Audio).unwrap();
    assert_eq!(music.word, "Ann");
    // The loud ones, around the middle of the circle.
    assert_eq!(music.picks[0].item.0, 10);
    assert_ne!(shelves(&input, &Options::default()), before);
    input.others.clear();
    assert_eq!(shelves(&input, &Options::default()), before);
}

#[test]
fn not_now_lasts_a_week_and_hidden_lasts() {
    let mut input = library();
    let shows = |input: &Input, item: i64| {
        all_picks(&shelves(input, &Options::default()))
            .iter()
            .any(|pick| pick.item.0 == item)
    };
    assert!(shows(&input, 4));
    input.struck.insert(not_now_key(ItemId(4), NOW_MS, 0));
    assert!(!shows(&input, 4));
    input.now_ms += 8 * DAY_MS;
    assert!(shows(&input, 4));
    input.events.push(event(4, EventKind::Hidden, 1.0, 0));
    input.now_ms += 400 * DAY_MS;
    assert!(!shows(&input, 4));
}

#[test]
fn what_leaves_is_told_before() {
    let mut input = library();
    input.events = vec![event(5, EventKind::Played, 1.0, 1)];
    let before = shelves(&input, &Options::default());
    let leaving = leaving(&mut input, &Options::default(), ItemId(7));
    assert_eq!(shelves(&input, &Options::default()), before);
    assert!(leaving.contains(&ItemId(7)));
    input.events.push(event(7, EventKind::Disliked, 1.0, 0));
    let after = shelves(&input, &Options::default());
    let stays = |item: &ItemId| all_picks(&after).iter().any(|pick| pick.item == *item);
    assert!(!leaving.iter().any(stays));
}

#[test]
fn memories_leave_out_what_the_person_says() {
    let shows = |input: &Input, item: i64| {
        all_picks(&only(input, ShelfKind::NeverOpened))
            .iter()
            .any(|pick| pick.item.0 == item)
    };
    let mut plain = library();
    plain.items[21].is_plain = true;
    assert!(shows(&plain, 102) && !shows(&plain, 101));

    let mut input = library();
    tag(&mut input, 22..23, "Anna");
    input.items[23].gps = Some((48.2, 16.37));
    input.items[24].gps = Some((40.0, -3.0));
    assert!([101, 102, 103, 104].iter().all(|item| shows(&input, *item)));
    let date = jiff::Timestamp::from_millisecond(input.items[21].date_ms)
        .unwrap()
        .to_zoned(jiff::tz::TimeZone::UTC)
        .date();
    for exclusion in [
        Exclusion::Tag("anna".to_owned()),
        Exclusion::Dates(date, date),
        Exclusion::Place(48.3, 16.4, 20.0),
    ] {
        assert_eq!(Exclusion::parse(&exclusion.key()), Some(exclusion.clone()));
        input.struck.insert(exclusion.key());
    }
    assert!([101, 102, 103].iter().all(|item| !shows(&input, *item)));
    assert!(shows(&input, 104));
    assert_eq!(
        Exclusion::parse("memory-dates:2024-05-09..2024-05-01"),
        None
    );
    assert_eq!(Exclusion::parse("memory-place:100,0,1"), None);
}

#[test]
fn a_programme_fills_its_time_in_its_mood() {
    let mut input = library();
    tag(&mut input, 0..10, "ambient");
    tag(&mut input, 10..20, "punk");
    tag(&mut input, 20..40, "sunset");
    let filled = programme(&input, 20, Wish::Calm);
    assert!((18.0..=22.0).contains(&(filled.duration_ms as f64 / 60_000.0)));
    assert!(filled.tracks.iter().all(|pick| pick.item.0 < 10));
    assert!(!filled.photos.is_empty());
    for pick in filled.tracks.iter().chain(&filled.photos) {
        let sum: f32 = pick.reasons.iter().map(|reason| reason.weight).sum();
        assert!((sum - pick.score).abs() < 1e-5);
    }
    let lively = programme(&input, 20, Wish::Lively);
    assert!(lively.tracks.iter().all(|pick| pick.item.0 >= 10));
    assert_eq!(
        programme(&Input::default(), 20, Wish::Calm),
        Programme::default()
    );
}

#[test]
fn shelves_that_are_opened_move_up_from_the_next_day_on() {
    let mut input = library();
    let place_of = |input: &Input, kind: ShelfKind| {
        shelves(input, &Options::default())
            .iter()
            .position(|shelf| shelf.kind == kind && shelf.media == Kind::Photo)
    };
    input
        .items
        .iter_mut()
        .for_each(|facts| facts.added_ms = NOW_MS - DAY_MS);
    let before = place_of(&input, ShelfKind::NewHere).or(Some(99));
    let days = |input: &mut Input, from: i64, to: i64| {
        for days in from..to {
            for (shelf, value) in [("never-opened:photo", 0.0), ("new-here:photo", 1.0)] {
                let mut shown = event(0, EventKind::Shown, value, days);
                shown.item = None;
                shown.context = Some(format!("{SHELF_CONTEXT}{shelf}"));
                input.events.push(shown);
            }
        }
    };
    // Of today nothing counts yet.
    days(&mut input, 0, 1);
    assert_eq!(place_of(&input, ShelfKind::NewHere).or(Some(99)), before);
    days(&mut input, 1, 40);
    let order: Vec<ShelfKind> = shelves(&input, &Options::default())
        .iter()
        .filter(|shelf| shelf.media == Kind::Photo)
        .map(|shelf| shelf.kind)
        .collect();
    let at = |kind| order.iter().position(|k| *k == kind);
    if let (Some(new), Some(never)) = (at(ShelfKind::NewHere), at(ShelfKind::NeverOpened)) {
        assert!(new < never, "{order:?}");
    }
    let bandit = super::super::bandit::Bandit::new(&input);
    assert!(bandit.score("new-here:photo", 12) > bandit.score("never-opened:photo", 11));
}

#[test]
fn beliefs_can_be_struck_out() {
    let mut input = library();
    for item in 0..6 {
        input.events.push(event(item, EventKind::Played, 1.0, 1));
        input
            .events
            .push(event(item + 12, EventKind::Skipped, 0.0, 1));
    }
    let list = beliefs(&input).list;
    let of = |name: &str| list.iter().find(|belief| belief.name == name);
    assert!(of("calm").is_some_and(|belief| belief.affinity > 0.3));
    assert!(of("loud").is_some_and(|belief| belief.affinity < 0.0));
    let uses = |input: &Input| {
        all_picks(&shelves(input, &Options::default()))
            .iter()
            .flat_map(|pick| &pick.reasons)
            .any(|reason| reason.key == "tag:loud")
    };
    assert!(uses(&input));
    input.struck.insert("tag:loud".to_owned());
    assert!(!uses(&input));
}

#[test]
fn everything_disliked_and_clocks_that_jump_are_survived() {
    let mut input = library();
    for item in 0..20 {
        input.events.push(event(item, EventKind::Disliked, 1.0, 1));
        input
            .events
            .push(event(item + 100, EventKind::Hidden, 1.0, 1));
    }
    assert!(shelves(&input, &Options::default()).is_empty());
    let mut input = library();
    for at_ms in [i64::MIN, i64::MAX, 0, -1, NOW_MS + 9_000 * DAY_MS] {
        let mut odd = event(3, EventKind::Played, 1.0, 0);
        odd.at_ms = at_ms;
        input.events.push(odd);
    }
    for pick in all_picks(&shelves(&input, &Options::default())) {
        assert!(pick.score.is_finite());
    }
    beliefs(&input);
    programme(&input, 20, Wish::Calm);
}
