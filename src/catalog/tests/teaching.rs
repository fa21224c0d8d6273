//! Lessons, thresholds, names of tags, and taking one thing back alone.

use super::*;

fn state(f: &Fixture, item: ItemId, tag: &str) -> Option<TagState> {
    let tags = f.reader().tags_of(item).unwrap();
    tags.into_iter().find(|t| t.name == tag).map(|t| t.state)
}

fn add(f: &Fixture, items: &[ItemId], tag: &str) -> Undo {
    f.person(Change::AddTag {
        items: items.to_vec(),
        tag: tag.to_owned(),
    })
}

fn tag_id(f: &Fixture, name: &str) -> TagId {
    f.reader().find_tag(name).unwrap().unwrap()
}

fn four(f: &Fixture) -> [ItemId; 4] {
    [1, 2, 3, 4].map(|n| f.photo(&format!("/p/{n}.jpg"), n))
}

fn lesson(f: &Fixture, tag: TagId, proposals: &[(ItemId, f32, bool)]) -> RunId {
    f.catalog()
        .bulk(|bulk| bulk.set_lesson(tag, proposals))
        .unwrap()
        .0
}

#[test]
fn a_lesson_is_taken_back_alone_after_a_restart() {
    let mut f = Fixture::new();
    let [a, b, c, d] = four(&f);
    add(&f, &[a], "Lighthouse");
    let tag = tag_id(&f, "Lighthouse");
    let run = lesson(
        &f,
        tag,
        &[
            (a, 0.99, true),
            (b, 0.9, true),
            (c, 0.6, false),
            (d, 0.7, false),
        ],
    );
    assert_eq!(
        state(&f, a, "Lighthouse"),
        Some(TagState::Confirmed),
        "the person stands"
    );
    assert_eq!(state(&f, b, "Lighthouse"), Some(TagState::Shown));
    assert_eq!(state(&f, c, "Lighthouse"), Some(TagState::Suggested));
    f.person(Change::ConfirmTag {
        items: vec![b],
        tag: "Lighthouse".to_owned(),
    });
    f.person(Change::RejectTag {
        items: vec![c],
        tag: "Lighthouse".to_owned(),
    });
    f.restart();
    let kept = f.reader().lesson(tag).unwrap().unwrap();
    assert_eq!((kept.run, kept.number), (run, 1));
    let touched = f.catalog().bulk(|bulk| bulk.roll_back_run(run)).unwrap();
    assert!(touched.contains(&d));
    assert_eq!(state(&f, b, "Lighthouse"), Some(TagState::Confirmed));
    assert_eq!(state(&f, c, "Lighthouse"), Some(TagState::Rejected));
    assert_eq!(state(&f, d, "Lighthouse"), None);
    assert_eq!(f.reader().lesson(tag).unwrap(), None);
}

#[test]
fn the_next_lesson_replaces_the_one_before_and_checks_keep_their_scores() {
    let f = Fixture::new();
    let [a, b, c, d] = four(&f);
    add(&f, &[a], "Boat");
    let tag = tag_id(&f, "Boat");
    lesson(&f, tag, &[(b, 0.9, false), (c, 0.8, false)]);
    f.person(Change::RejectTag {
        items: vec![c],
        tag: "Boat".to_owned(),
    });
    lesson(&f, tag, &[(d, 0.7, false)]);
    assert_eq!(state(&f, b, "Boat"), None);
    assert_eq!(state(&f, d, "Boat"), Some(TagState::Suggested));
    let checks = f.reader().checks(tag, 10).unwrap();
    assert_eq!(checks.len(), 1);
    assert!(!checks[0].was_right && (checks[0].score - 0.8).abs() < 1e-6);
    assert_eq!(f.reader().lesson(tag).unwrap().unwrap().number, 2);
}

#[test]
fn a_moved_threshold_changes_what_is_shown_and_nothing_a_person_said() {
    let f = Fixture::new();
    let [a, b, c, _] = four(&f);
    for (item, score) in [(a, 0.95), (b, 0.7), (c, 0.7)] {
        f.tag_by_model(item, "photo@1", &[("beach", score, true)]);
    }
    f.person(Change::ConfirmTag {
        items: vec![c],
        tag: "beach".to_owned(),
    });
    let tag = tag_id(&f, "beach");
    let changed = f
        .catalog()
        .bulk(|bulk| bulk.set_threshold(tag, Some(0.8), 3))
        .unwrap();
    assert_eq!(changed, [b]);
    assert_eq!(state(&f, a, "beach"), Some(TagState::Shown));
    assert_eq!(state(&f, b, "beach"), Some(TagState::Suggested));
    assert_eq!(state(&f, c, "beach"), Some(TagState::Confirmed));
    // A new run of the model keeps to it.
    f.tag_by_model(b, "photo@2", &[("beach", 0.75, true)]);
    assert_eq!(state(&f, b, "beach"), Some(TagState::Suggested));
    f.catalog()
        .bulk(|bulk| bulk.set_threshold(tag, None, 0))
        .unwrap();
    assert_eq!(state(&f, b, "beach"), Some(TagState::Shown));
}

#[test]
fn names_in_any_language_lead_to_a_tag_and_can_be_taken_away() {
    let f = Fixture::new();
    let [a, ..] = four(&f);
    add(&f, &[a], "Grandmother");
    let name = |language: &str, name: &str, on| Change::NameTag {
        tag: "Grandmother".to_owned(),
        language: language.to_owned(),
        name: name.to_owned(),
        on,
    };
    for (language, text) in [
        ("zh-CN", "奶奶"),
        ("", "סבתא"),
        ("", "👵"),
        ("", "Nana Rose"),
    ] {
        f.person(name(language, text, true));
    }
    let tag = tag_id(&f, "Grandmother");
    for text in ["奶奶", "סבתא", "nana rose"] {
        assert_eq!(f.reader().find_tag(text).unwrap(), Some(tag), "{text}");
    }
    let query = search::parse("tag:奶奶").unwrap();
    assert_eq!(f.reader().search(&query, 5).unwrap(), [a]);
    let names = f.reader().tags().unwrap()[0].names.clone();
    assert!(names.contains(&("zh-CN".to_owned(), "奶奶".to_owned())));
    f.person(name("", "Nana Rose", false));
    assert_eq!(f.reader().find_tag("Nana Rose").unwrap(), None);
    f.catalog().undo().unwrap();
    assert_eq!(f.reader().find_tag("Nana Rose").unwrap(), Some(tag));
}

#[test]
fn a_name_that_leads_elsewhere_or_cannot_be_one_is_refused_in_a_sentence() {
    let f = Fixture::new();
    let [a, ..] = four(&f);
    add(&f, &[a], "Sea");
    add(&f, &[a], "Boat");
    let try_name = |name: &str| {
        f.catalog()
            .person(Change::NameTag {
                tag: "Boat".to_owned(),
                language: String::new(),
                name: name.to_owned(),
                on: true,
            })
            .map(drop)
    };
    let taken = try_name("sea").unwrap_err().to_string();
    assert!(taken.contains("Sea"), "{taken}");
    for bad in ["", "   ", "a/b", "a\u{7}", &"x".repeat(10_000)] {
        let said = try_name(bad).unwrap_err().to_string();
        assert!(said.len() < 600, "{said}");
    }
    let long = f.catalog().person(Change::AddTag {
        items: vec![a],
        tag: "y".repeat(10_000),
    });
    assert!(long.is_err());
    let circle = f.catalog().person(Change::RenameTag {
        from: "Sea".to_owned(),
        to: "Sea/Deep/Sea".to_owned(),
    });
    assert!(circle.is_err());
    assert_eq!(state(&f, a, "Sea"), Some(TagState::Confirmed));
}

#[test]
fn a_built_in_alias_can_be_detached() {
    let f = Fixture::new();
    let [a, b, ..] = four(&f);
    let vocabulary = [TagNames {
        slug: "beach".to_owned(),
        parent: None,
        names: vec!["Beach".to_owned(), "seaside".to_owned()],
    }];
    let describe = || {
        f.catalog()
            .bulk(|bulk| bulk.describe_tags(&vocabulary))
            .unwrap();
    };
    describe();
    add(&f, &[a], "seaside");
    assert_eq!(state(&f, a, "beach"), Some(TagState::Confirmed));
    f.person(Change::DetachName {
        tag: "Beach".to_owned(),
        name: "Seaside".to_owned(),
        on: true,
    });
    describe();
    add(&f, &[b], "Seaside");
    assert_eq!(state(&f, b, "Seaside"), Some(TagState::Confirmed));
    assert_eq!(state(&f, b, "beach"), None);
}

#[test]
fn a_detached_tag_holds_only_what_people_said() {
    let f = Fixture::new();
    let [a, b, ..] = four(&f);
    f.tag_by_model(a, "photo@1", &[("sea", 0.9, true)]);
    add(&f, &[b], "sea");
    f.person(Change::DetachTag {
        name: "sea".to_owned(),
    });
    assert_eq!(state(&f, a, "sea"), None);
    assert_eq!(state(&f, b, "sea"), Some(TagState::Confirmed));
    f.tag_by_model(b, "photo@2", &[("sea", 0.9, true)]);
    f.tag_by_model(a, "photo@2", &[("sea", 0.9, true)]);
    assert_eq!(
        state(&f, a, "sea"),
        None,
        "the model does not bring it back"
    );
    f.catalog().undo().unwrap();
    assert_eq!(state(&f, b, "sea"), Some(TagState::Confirmed));
    f.tag_by_model(a, "photo@3", &[("sea", 0.9, true)]);
    assert_eq!(state(&f, a, "sea"), Some(TagState::Shown));
}

#[test]
fn one_bulk_edit_is_taken_back_alone_after_a_restart() {
    let mut f = Fixture::new();
    let [a, b, c, d] = four(&f);
    let bulk = add(&f, &[a, b, c, d], "Wrong").step.unwrap();
    add(&f, &[a], "Right");
    f.person(Change::RemoveTag {
        items: vec![b],
        tag: "Wrong".to_owned(),
    });
    add(&f, &[b], "Wrong");
    f.restart();
    let steps = f.reader().past_steps(10).unwrap();
    assert_eq!(steps.len(), 4);
    assert_eq!(
        (steps[3].id, steps[3].rows),
        (bulk, 5),
        "four items and the tag itself"
    );
    f.person(Change::TakeBack { step: bulk });
    assert_eq!(state(&f, a, "Wrong"), None);
    assert_eq!(state(&f, c, "Wrong"), None);
    assert_eq!(
        state(&f, b, "Wrong"),
        Some(TagState::Confirmed),
        "said again later"
    );
    assert_eq!(state(&f, a, "Right"), Some(TagState::Confirmed));
    // It is itself a step.
    f.catalog().undo().unwrap();
    assert_eq!(state(&f, c, "Wrong"), Some(TagState::Confirmed));
    assert!(f.catalog().person(Change::TakeBack { step: 999 }).is_err());
}
