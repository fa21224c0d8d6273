//! Which item a file is: moves, copies, edits, swaps, missing files, removed folders.

use super::*;

#[test]
fn a_new_file_is_an_item_and_stays_it() {
    let f = Fixture::new();
    let first = f.upsert(&found("/p/a.jpg", None));
    assert_eq!(
        (first.status, first.needs_hash, first.needs_probe),
        (FileStatus::New, true, true)
    );
    let again = f.upsert(&found("/p/a.jpg", None));
    assert_eq!(
        (again.status, again.item),
        (FileStatus::Unchanged, first.item)
    );
    assert_eq!(f.hash("/p/a.jpg", 1).item, first.item);
    assert!(!f.upsert(&found("/p/a.jpg", None)).needs_hash);
    let index = f.reader().index().unwrap();
    assert_eq!(index.len(), 1);
    assert_eq!(index[0].date_ms, 1_600_000_000_000);
    assert_eq!(f.item(first.item).title, "a");
}

#[test]
fn new_content_under_the_same_path_is_the_same_item() {
    let f = Fixture::new();
    let item = f.photo("/p/a.jpg", 1);
    let edited = FoundFile {
        size_bytes: 2000,
        ..found("/p/a.jpg", None)
    };
    let outcome = f.upsert(&edited);
    assert_eq!(
        (outcome.status, outcome.item, outcome.needs_hash),
        (FileStatus::Changed, item, true)
    );
    let outcome = f.hash("/p/a.jpg", 2);
    assert_eq!((outcome.status, outcome.item), (FileStatus::Changed, item));
    assert_eq!(f.item(item).hash, Some([2; 32]));
}

#[test]
fn a_moved_file_is_the_same_item_whatever_is_seen_first() {
    let f = Fixture::new();
    let item = f.photo("/p/a.jpg", 1);
    // The old path is seen to be gone first.
    assert_eq!(f.missing("/p/a.jpg"), [item]);
    assert!(f.item(item).is_missing);
    let new = f.upsert(&found("/p/b.jpg", None));
    assert_ne!(new.item, item);
    let settled = f.hash("/p/b.jpg", 1);
    assert_eq!((settled.status, settled.item), (FileStatus::Moved, item));
    assert_eq!(f.paths(item), ["/p/b.jpg"]);
    assert_eq!(f.item(item).title, "b");
    assert!(!f.item(item).is_missing);
    // The id of the short-lived item answers too.
    assert_eq!(f.item(new.item).id, item);
    // The new path is seen first.
    assert_eq!(
        f.upsert(&found("/p/c.jpg", Some(1))).status,
        FileStatus::Copy
    );
    f.missing("/p/b.jpg");
    assert_eq!(f.paths(item), ["/p/c.jpg"]);
    assert_eq!(f.reader().index().unwrap().len(), 1);
}

#[test]
fn copies_are_one_item_and_part_when_one_is_edited() {
    let f = Fixture::new();
    let item = f.photo("/p/a.jpg", 1);
    assert_eq!(f.photo("/p/copy.jpg", 1), item);
    assert_eq!(f.paths(item).len(), 2);
    f.upsert(&FoundFile {
        mtime_ms: 5,
        ..found("/p/copy.jpg", None)
    });
    let parted = f.hash("/p/copy.jpg", 9);
    assert_ne!(parted.item, item);
    assert_eq!(f.paths(item), ["/p/a.jpg"]);
    assert_eq!(f.paths(parted.item), ["/p/copy.jpg"]);
    assert!(parted.needs_probe);
}

#[test]
fn swapped_files_keep_their_own() {
    let f = Fixture::new();
    f.photo("/p/a.jpg", 1);
    let b = f.photo("/p/b.jpg", 2);
    for path in ["/p/a.jpg", "/p/b.jpg"] {
        f.upsert(&FoundFile {
            mtime_ms: 7,
            ..found(path, None)
        });
    }
    f.hash("/p/a.jpg", 2);
    f.hash("/p/b.jpg", 1);
    let reader = f.reader();
    let of_a = reader.item_by_path(Path::new("/p/a.jpg")).unwrap().unwrap();
    let of_b = reader.item_by_path(Path::new("/p/b.jpg")).unwrap().unwrap();
    assert_eq!(of_a, b);
    assert_eq!(reader.item(of_b).unwrap().unwrap().hash, Some([1; 32]));
}

#[test]
fn vanished_files_are_kept_and_come_back() {
    let f = Fixture::new();
    let item = f.photo("/p/a.jpg", 1);
    f.missing("/p/a.jpg");
    assert!(
        f.reader().index().unwrap()[0]
            .flags
            .contains(Flags::MISSING)
    );
    let back = f.upsert(&found("/p/a.jpg", None));
    assert_eq!(
        (back.status, back.item, back.needs_hash),
        (FileStatus::Back, item, false)
    );
    assert!(!f.item(item).is_missing);
}

#[test]
#[cfg(unix)]
fn names_that_are_not_utf8_survive() {
    use std::os::unix::ffi::OsStrExt;
    let f = Fixture::new();
    let path = PathBuf::from(std::ffi::OsStr::from_bytes(b"/p/caf\xe9.jpg"));
    let file = FoundFile {
        path: path.clone(),
        ..found("", None)
    };
    let item = f.upsert(&file).item;
    assert_eq!(f.upsert(&file).item, item);
    assert_eq!(f.item(item).path(), Some(path.as_path()));
    assert_eq!(f.reader().item_by_path(&path).unwrap(), Some(item));
}
