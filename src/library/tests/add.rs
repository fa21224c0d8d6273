//! Drops: folders and files, in and outside the library's folders.

use super::*;
use crate::catalog::TagState;

#[test]
fn dropped_files_come_in_alone_and_are_tagged() {
    let place = Place::new();
    let (a, b) = (place.photo("x/a.jpg", 1), place.song("y/b.wav", 2));
    place.photo("x/not-dropped.jpg", 3);
    let library = place.open();
    let events = library.events();
    let then = AfterAdd {
        tag: Some("Holiday".to_owned()),
        ..AfterAdd::default()
    };
    library.add_files(vec![b.clone(), a.clone(), b.clone()], then.clone());
    let items = wait_for(&events, |event| match event {
        LibraryEvent::Added { items, then: what } => {
            assert_eq!(what, then);
            Some(items)
        }
        _ => None,
    });
    assert_eq!(items, [item_at(&library, &b).id, item_at(&library, &a).id]);
    assert!(library.folders().unwrap().is_empty());
    assert_eq!(count(&library), 2);
    let reader = library.catalog().reader().unwrap();
    let tags = reader.tags_of(items[0]).unwrap();
    assert_eq!(
        (tags[0].name.as_str(), tags[0].state),
        ("Holiday", TagState::Confirmed)
    );
    // A rescan looks after them too.
    std::fs::remove_file(&b).unwrap();
    let (summary, _) = rescan(&library);
    assert_eq!((summary.unchanged, summary.missing), (1, 1));
    assert!(item_at(&library, &b).is_missing);
}

#[test]
fn dropped_folders_become_folders_and_their_items_are_named_in_order() {
    let place = Place::new();
    let (a, b) = (place.photo("f/a.jpg", 1), place.photo("f/sub/b.jpg", 2));
    let c = place.photo("c.jpg", 3);
    let library = place.open();
    let events = library.events();
    let missing = place.path("gone.jpg");
    library.add_files(
        vec![place.path("f"), missing.clone(), c.clone()],
        AfterAdd::default(),
    );
    let mut failed = Vec::new();
    let items = wait_for(&events, |event| match event {
        LibraryEvent::Added { items, .. } => Some(items),
        LibraryEvent::Failed { path, .. } => {
            failed.push(path);
            None
        }
        _ => None,
    });
    let id = |path| item_at(&library, path).id;
    assert_eq!(items, [id(&a), id(&b), id(&c)]);
    assert_eq!(failed, [missing]);
    assert_eq!(library.folders().unwrap().len(), 1);
    // Dropped again, a part of a known folder: the same items, no new folder.
    library.add_files(vec![place.path("f/sub")], AfterAdd::default());
    let items = wait_for(&events, |event| match event {
        LibraryEvent::Added { items, .. } => Some(items),
        _ => None,
    });
    assert_eq!(items, [id(&b)]);
    assert_eq!(library.folders().unwrap().len(), 1);
}

#[test]
fn a_second_instance_hands_its_files_over() {
    let place = Place::new();
    let a = place.photo("a.jpg", 1);
    let library = place.open_with(Options {
        is_window: true,
        ..Options::headless()
    });
    let events = library.events();
    let patience = Duration::from_secs(60);
    assert!(instance::hand_over(&place.dirs(), std::slice::from_ref(&a), patience).unwrap());
    let paths = wait_for(&events, |event| match event {
        LibraryEvent::OpenRequest(paths) => Some(paths),
        _ => None,
    });
    assert_eq!(paths, [a]);
}
