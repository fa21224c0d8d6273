//! Items that turn out to be one keep everything of both; removed folders keep what the person made.

use super::*;

#[test]
fn items_that_turn_out_to_be_one_keep_everything_of_both() {
    let f = Fixture::new();
    let known = f.photo("/p/a.jpg", 1);
    let other = f.photo("/p/other.jpg", 2);
    f.tag_by_model(
        known,
        "photo@1",
        &[("beach", 0.9, true), ("dog", 0.8, true)],
    );
    let fresh = f.upsert(&found("/q/a.jpg", None)).item;
    let name = |name: &str| name.to_owned();
    let best = f
        .person(Change::CreateCollection {
            name: name("Best"),
            query: None,
        })
        .collection
        .unwrap();
    let play = |item, at_ms| NewEvent {
        profile: ProfileId::FIRST,
        item: Some(item),
        kind: EventKind::Opened,
        value: 1.0,
        at_ms,
        context: None,
    };
    f.person(Change::Several(vec![
        Change::AddTag {
            items: vec![known],
            tag: name("mine"),
        },
        Change::AddTag {
            items: vec![fresh],
            tag: name("yours"),
        },
        Change::RejectTag {
            items: vec![known],
            tag: name("dog"),
        },
        Change::ConfirmTag {
            items: vec![fresh],
            tag: name("beach"),
        },
        Change::Rate {
            items: vec![fresh],
            rating: 5,
        },
        Change::Favourite {
            items: vec![fresh],
            on: true,
        },
        Change::AddToCollection {
            id: best,
            items: vec![other, fresh],
            at: None,
        },
    ]));
    f.person(Change::RecordEvents(vec![play(known, 1), play(fresh, 2)]));
    let settled = f.hash("/q/a.jpg", 1);
    assert_eq!((settled.item, settled.status), (known, FileStatus::Copy));
    let item = f.item(fresh);
    assert_eq!((item.id, item.rating, item.is_favourite), (known, 5, true));
    assert_eq!(item.paths.len(), 2);
    let reader = f.reader();
    let tags: Vec<_> = reader
        .tags_of(fresh)
        .unwrap()
        .into_iter()
        .map(|t| (t.name, t.state))
        .collect();
    let confirmed = |tag: &str| (name(tag), TagState::Confirmed);
    assert_eq!(
        tags,
        [
            confirmed("beach"),
            confirmed("mine"),
            confirmed("yours"),
            (name("dog"), TagState::Rejected)
        ]
    );
    assert_eq!(reader.history_of(fresh, 9).unwrap().len(), 2);
    assert_eq!(reader.collection_items(best).unwrap(), [other, known]);
    assert!(reader.embedding(fresh, "photo@1").unwrap().is_some());
    assert_eq!(reader.index().unwrap().len(), 2);
    let counts = reader.tags().unwrap();
    assert!(
        counts
            .iter()
            .all(|t| t.count_confirmed + t.count_rejected == 1),
        "{counts:?}"
    );
}

#[test]
fn a_parted_copy_begins_with_what_the_person_made() {
    let f = Fixture::new();
    let item = f.photo("/p/a.jpg", 1);
    f.photo("/p/copy.jpg", 1);
    f.tag_by_model(item, "photo@1", &[("beach", 0.9, true)]);
    f.person(Change::AddTag {
        items: vec![item],
        tag: "mine".to_owned(),
    });
    f.person(Change::Rate {
        items: vec![item],
        rating: 3,
    });
    f.upsert(&FoundFile {
        size_bytes: 3,
        ..found("/p/copy.jpg", None)
    });
    let parted = f.hash("/p/copy.jpg", 7).item;
    let tags = f.reader().tags_of(parted).unwrap();
    assert_eq!(
        tags.iter().map(|t| t.name.as_str()).collect::<Vec<_>>(),
        ["mine"]
    );
    assert_eq!(f.item(parted).rating, 3);
    assert_eq!(f.reader().tags_of(item).unwrap().len(), 2);
}

#[test]
fn new_content_drops_what_models_said_and_keeps_the_person_s() {
    let f = Fixture::new();
    let item = f.photo("/p/a.jpg", 1);
    f.tag_by_model(
        item,
        "photo@1",
        &[("beach", 0.9, true), ("dog", 0.5, false)],
    );
    f.person(Change::ConfirmTag {
        items: vec![item],
        tag: "dog".to_owned(),
    });
    f.upsert(&FoundFile {
        size_bytes: 3,
        ..found("/p/a.jpg", None)
    });
    f.hash("/p/a.jpg", 2);
    let tags = f.reader().tags_of(item).unwrap();
    assert_eq!(
        tags.iter().map(|t| t.name.as_str()).collect::<Vec<_>>(),
        ["dog"]
    );
    assert!(f.reader().embedding(item, "photo@1").unwrap().is_none());
}

fn in_folder(path: &str, folder: FolderId, hash: u8) -> FoundFile {
    FoundFile {
        folder: Some(folder),
        ..found(path, Some(hash))
    }
}

#[test]
fn a_removed_folder_leaves_what_the_person_made_until_it_returns() {
    let f = Fixture::new();
    let add = || {
        f.catalog()
            .bulk(|bulk| bulk.add_folder(Path::new("/p"), &Kind::ALL))
            .unwrap()
    };
    let folder = add();
    assert_eq!(add(), folder);
    let dear = f.upsert(&in_folder("/p/dear.jpg", folder, 1)).item;
    let plain = f.upsert(&in_folder("/p/plain.jpg", folder, 2)).item;
    f.person(Change::AddTag {
        items: vec![dear],
        tag: "dear".to_owned(),
    });
    assert_eq!(f.reader().folders().unwrap()[0].count, 2);
    let left = f.catalog().bulk(|bulk| bulk.remove_folder(folder)).unwrap();
    assert_eq!(left, [dear, plain]);
    let reader = f.reader();
    assert!(reader.index().unwrap().is_empty());
    assert!(reader.item(plain).unwrap().is_none());
    assert!(reader.item(dear).unwrap().unwrap().is_removed);
    assert_eq!(reader.tags().unwrap()[0].count_confirmed, 0);
    assert!(
        reader
            .search(&search::parse("dear").unwrap(), 10)
            .unwrap()
            .is_empty()
    );
    // The same content somewhere else brings it back.
    let again = f.upsert(&found("/elsewhere/dear.jpg", Some(1)));
    assert_eq!(again.item, dear);
    assert_eq!(reader.index().unwrap().len(), 1);
    assert_eq!(f.paths(dear), ["/elsewhere/dear.jpg"]);
    assert_eq!(reader.tags().unwrap()[0].count_confirmed, 1);
}

#[test]
fn files_of_a_removed_folder_go_to_the_folder_around_it() {
    let f = Fixture::new();
    let add = |path: &str| {
        f.catalog()
            .bulk(|bulk| bulk.add_folder(Path::new(path), &Kind::ALL))
            .unwrap()
    };
    let (outer, inner) = (add("/p"), add("/p/inner"));
    f.upsert(&in_folder("/p/inner/a.jpg", inner, 1));
    assert!(
        f.catalog()
            .bulk(|bulk| bulk.remove_folder(inner))
            .unwrap()
            .is_empty()
    );
    assert_eq!(f.reader().files_of(outer).unwrap().len(), 1);
}

#[test]
fn a_drive_that_is_unplugged_takes_nothing_along() {
    let f = Fixture::new();
    let folder = f
        .catalog()
        .bulk(|bulk| bulk.add_folder(Path::new("/drive"), &Kind::ALL))
        .unwrap();
    let item = f.upsert(&in_folder("/drive/a.jpg", folder, 1)).item;
    f.person(Change::Rate {
        items: vec![item],
        rating: 5,
    });
    let offline = |is_offline| {
        f.catalog()
            .bulk(|bulk| bulk.set_folder_offline(folder, is_offline))
            .unwrap()
    };
    assert_eq!(offline(true), [item]);
    assert!(f.item(item).is_missing);
    // A copy elsewhere meanwhile does not make the drive forgotten.
    f.photo("/home/a.jpg", 1);
    assert_eq!(f.paths(item).len(), 2);
    assert_eq!(offline(false), [item]);
    assert!(!f.item(item).is_missing);
    assert_eq!(f.item(item).rating, 5);
}
