//! Every change of a person, its undo, its redo, and a restart in between.

use super::*;

/// Everything a person can see of the metadata, to compare before and after.
#[derive(Debug, PartialEq)]
struct Seen {
    tags: Vec<(String, Option<TagId>, Option<String>, [u64; 4])>,
    items: Vec<(u8, bool, bool, Vec<(String, TagState, TagSource)>)>,
    collections: Vec<(Collection, Vec<ItemId>)>,
    events: Vec<Event>,
    struck: Vec<String>,
}

fn seen(f: &Fixture) -> Seen {
    let reader = f.reader();
    let items = reader.index().unwrap().into_iter().map(|row| {
        let item = reader.item(row.id).unwrap().unwrap();
        let mut tags: Vec<_> = reader
            .tags_of(row.id)
            .unwrap()
            .into_iter()
            .map(|t| (t.name, t.state, t.source))
            .collect();
        tags.sort_by(|a, b| a.0.cmp(&b.0));
        (item.rating, item.is_favourite, item.is_hidden, tags)
    });
    let items = items.collect();
    let tags = reader.tags().unwrap().into_iter().map(|t| {
        let counts = [
            t.count_confirmed,
            t.count_shown,
            t.count_suggested,
            t.count_rejected,
        ];
        (t.path, t.parent, t.colour, counts)
    });
    let tags = tags.collect();
    let collections = reader.collections().unwrap().into_iter();
    let collections = collections
        .map(|c| (c.clone(), reader.collection_items(c.id).unwrap()))
        .collect();
    let mut struck: Vec<String> = reader.struck_reasons().unwrap().into_iter().collect();
    struck.sort();
    Seen {
        tags,
        items,
        collections,
        events: reader.events(0).unwrap(),
        struck,
    }
}

fn event(item: ItemId, at_ms: i64) -> NewEvent {
    NewEvent {
        profile: ProfileId::FIRST,
        item: Some(item),
        kind: EventKind::Played,
        value: 0.5,
        at_ms,
        context: Some("shelf".to_owned()),
    }
}

/// A library with something of everything; returns three items and a collection.
fn furnished() -> (Fixture, [ItemId; 3], CollectionId) {
    let f = Fixture::new();
    let items = [
        f.photo("/p/a.jpg", 1),
        f.photo("/p/b.jpg", 2),
        f.photo("/p/c.jpg", 3),
    ];
    f.tag_by_model(
        items[0],
        "photo@1",
        &[("beach", 0.9, true), ("dog", 0.4, false)],
    );
    f.tag_by_model(items[1], "photo@1", &[("beach", 0.5, false)]);
    f.person(Change::AddTag {
        items: vec![items[2]],
        tag: "Places/Coast/Shore".to_owned(),
    });
    let made = f.person(Change::CreateCollection {
        name: "Best".to_owned(),
        query: None,
    });
    let id = made.collection.unwrap();
    f.person(Change::AddToCollection {
        id,
        items: vec![items[0], items[1]],
        at: None,
    });
    f.person(Change::RecordEvents(vec![
        event(items[0], 10),
        event(items[1], 20),
        event(items[2], 30),
    ]));
    (f, items, id)
}

#[test]
fn every_change_can_be_undone_and_done_again_after_a_restart() {
    let (mut f, [a, b, c], id) = furnished();
    let all = vec![a, b, c];
    let tag = |name: &str| name.to_owned();
    let changes = vec![
        Change::AddTag {
            items: all.clone(),
            tag: tag("beach"),
        },
        Change::AddTag {
            items: all.clone(),
            tag: tag("Holiday/Summer 2019"),
        },
        Change::RemoveTag {
            items: all.clone(),
            tag: tag("beach"),
        },
        Change::RemoveTag {
            items: vec![c],
            tag: tag("Shore"),
        },
        Change::RejectTag {
            items: vec![a],
            tag: tag("dog"),
        },
        Change::ConfirmTag {
            items: vec![a],
            tag: tag("dog"),
        },
        Change::CreateTag { name: tag("A/B/C") },
        Change::RenameTag {
            from: tag("dog"),
            to: tag("Hund"),
        },
        Change::RenameTag {
            from: tag("Places/Coast"),
            to: tag("Nature/Seaside"),
        },
        Change::MergeTags {
            from: tag("Shore"),
            into: tag("beach"),
        },
        Change::MergeTags {
            from: tag("beach"),
            into: tag("Shore"),
        },
        Change::DeleteTag { name: tag("beach") },
        Change::DeleteTag { name: tag("Coast") },
        Change::ColourTag {
            name: tag("beach"),
            colour: Some("#aabbcc".to_owned()),
        },
        Change::Rate {
            items: vec![a, b],
            rating: 4,
        },
        Change::Favourite {
            items: vec![a],
            on: true,
        },
        Change::Hide {
            items: vec![b],
            on: true,
        },
        Change::CreateCollection {
            name: tag("Sea"),
            query: Some("tag:beach".to_owned()),
        },
        Change::RenameCollection {
            id,
            name: tag("Better"),
        },
        Change::SetCollectionQuery {
            id,
            query: Some("rating:5".to_owned()),
        },
        Change::DeleteCollection { id },
        Change::AddToCollection {
            id,
            items: vec![c],
            at: Some(0),
        },
        Change::RemoveFromCollection { id, items: vec![a] },
        Change::StrikeReason {
            key: tag("taste:beach"),
        },
        Change::Several(vec![
            Change::CreateTag {
                name: tag("dinner"),
            },
            Change::AddTag {
                items: all.clone(),
                tag: tag("dinner"),
            },
            Change::Rate {
                items: all,
                rating: 1,
            },
        ]),
    ];
    for change in changes {
        let before = seen(&f);
        let done = f.person(change.clone());
        assert!(done.step.is_some(), "{change:?} changed nothing");
        let after = seen(&f);
        assert_ne!(before, after, "{change:?}");
        f.restart();
        assert_eq!(f.reader().undo_label().unwrap().as_ref(), Some(&change));
        assert_eq!(f.catalog().undo().unwrap().as_ref(), Some(&change));
        assert_eq!(seen(&f), before, "undo of {change:?}");
        f.restart();
        assert_eq!(f.reader().redo_label().unwrap().as_ref(), Some(&change));
        assert_eq!(f.catalog().redo().unwrap().as_ref(), Some(&change));
        assert_eq!(seen(&f), after, "redo of {change:?}");
        f.catalog().undo().unwrap();
        assert_eq!(seen(&f), before, "second undo of {change:?}");
    }
}

#[test]
fn history_is_forgotten_exactly_and_for_good_after_a_restart() {
    let (mut f, [a, _, c], _) = furnished();
    let before = seen(&f);
    f.person(Change::ForgetHistory {
        from_ms: 10,
        to_ms: 30,
        profile: None,
    });
    let left: Vec<_> = f
        .reader()
        .events(0)
        .unwrap()
        .iter()
        .map(|e| e.item)
        .collect();
    assert_eq!(left, [Some(c)]);
    assert!(f.reader().history_of(a, 10).unwrap().is_empty());
    f.catalog().undo().unwrap();
    assert_eq!(seen(&f), before);
    f.catalog().redo().unwrap();
    f.restart();
    assert!(!matches!(
        f.reader().undo_label().unwrap(),
        Some(Change::ForgetHistory { .. })
    ));
    // Ids of what was forgotten are not given out again.
    let last = f.reader().events(0).unwrap()[0].id;
    f.person(Change::RecordEvents(vec![event(a, 40)]));
    assert!(f.reader().events(40).unwrap()[0].id > last);
}

#[test]
fn a_new_change_ends_what_could_be_done_again() {
    let (f, [a, b, _], _) = furnished();
    f.person(Change::Rate {
        items: vec![a],
        rating: 1,
    });
    f.catalog().undo().unwrap();
    f.person(Change::Rate {
        items: vec![b],
        rating: 2,
    });
    assert_eq!(f.catalog().redo().unwrap(), None);
    // Recording what happened is no step.
    f.catalog().undo().unwrap();
    let done = f.person(Change::RecordEvents(vec![event(a, 99)]));
    assert_eq!(done.step, None);
    assert!(f.catalog().redo().unwrap().is_some());
    assert_eq!(f.item(b).rating, 2);
}

#[test]
fn what_cannot_be_done_changes_nothing() {
    let (f, [a, ..], id) = furnished();
    let before = seen(&f);
    let tag = |name: &str| name.to_owned();
    for change in [
        Change::RemoveTag {
            items: vec![a],
            tag: tag("nowhere"),
        },
        Change::AddTag {
            items: vec![a, ItemId(999)],
            tag: tag("new"),
        },
        Change::AddTag {
            items: vec![a],
            tag: tag(" / "),
        },
        Change::RenameTag {
            from: tag("dog"),
            to: tag("beach"),
        },
        Change::RenameTag {
            from: tag("Places"),
            to: tag("Places/Coast/Deep"),
        },
        Change::MergeTags {
            from: tag("Places"),
            into: tag("Shore"),
        },
        Change::ColourTag {
            name: tag("dog"),
            colour: Some("red".to_owned()),
        },
        Change::CreateCollection {
            name: tag("  "),
            query: None,
        },
        Change::CreateCollection {
            name: tag("x"),
            query: Some("artis:y".to_owned()),
        },
        Change::RenameCollection {
            id: CollectionId(77),
            name: tag("x"),
        },
        Change::Several(vec![
            Change::Rate {
                items: vec![a],
                rating: 5,
            },
            Change::DeleteTag {
                name: tag("nowhere"),
            },
        ]),
    ] {
        assert!(f.catalog().person(change.clone()).is_err(), "{change:?}");
        assert_eq!(seen(&f), before, "{change:?}");
    }
    f.person(Change::SetCollectionQuery {
        id,
        query: Some("rating:5".to_owned()),
    });
    assert!(
        f.catalog()
            .person(Change::AddToCollection {
                id,
                items: vec![a],
                at: None
            })
            .is_err()
    );
}

#[test]
fn places_in_a_collection_are_what_was_asked() {
    let (f, [a, b, c], id) = furnished();
    let order = |f: &Fixture| f.reader().collection_items(id).unwrap();
    f.person(Change::AddToCollection {
        id,
        items: vec![c],
        at: Some(1),
    });
    assert_eq!(order(&f), [a, c, b]);
    f.person(Change::AddToCollection {
        id,
        items: vec![a],
        at: Some(3),
    });
    assert_eq!(order(&f), [c, b, a]);
    f.person(Change::AddToCollection {
        id,
        items: vec![a],
        at: Some(0),
    });
    assert_eq!(order(&f), [a, c, b]);
    let cover = f.reader().collections().unwrap()[0].cover;
    assert_eq!(cover, Some(a));
}

#[test]
fn the_log_is_bounded() {
    let f = Fixture::new();
    let item = f.photo("/p/a.jpg", 1);
    // One transaction for all, or the disk's flushing takes most of a minute.
    let undone = f.catalog().inner.writer.person(move |pen| {
        pen.write("test", false, |tx| {
            for n in 0..1005_u32 {
                person::apply(
                    tx,
                    &Change::Rate {
                        items: vec![item],
                        rating: 1 + (n % 5) as u8,
                    },
                )?;
            }
            let mut undone = 0;
            while undo::turn(tx, false)?.is_some() {
                undone += 1;
            }
            Ok(undone)
        })
    });
    assert_eq!(undone.unwrap(), 1000);
}

#[test]
fn undo_reaches_items_that_were_merged_since() {
    let f = Fixture::new();
    let known = f.photo("/p/a.jpg", 1);
    let fresh = f.upsert(&found("/p/b.jpg", None)).item;
    f.person(Change::AddTag {
        items: vec![fresh],
        tag: "beach".to_owned(),
    });
    f.hash("/p/b.jpg", 1);
    assert_eq!(f.reader().tags_of(known).unwrap().len(), 1);
    f.catalog().undo().unwrap();
    assert!(f.reader().tags_of(known).unwrap().is_empty());
    assert!(f.reader().tags().unwrap().is_empty());
}
