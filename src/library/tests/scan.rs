//! Scanning: what is found, what moved, what vanished, what is refused.

use super::*;
use crate::catalog::FolderId;

fn settled(library: &Library) {
    let (summary, _) = rescan(library);
    assert_eq!(summary.unchanged, summary.files, "{summary:?}");
}

#[test]
fn a_folder_becomes_items_and_a_second_look_changes_nothing() {
    let place = Place::new();
    let photo = place.photo("2024/a.jpg", 1);
    let song = place.song("music/b.wav", 1);
    place.write("notes.txt", b"nothing");
    let library = place.open();
    let (summary, reports) = scan_of(&library, &[place.files()]);
    assert_eq!(
        (summary.files, summary.new, summary.failed),
        (2, 2, 0),
        "{reports:?}"
    );
    let item = item_at(&library, &photo);
    assert_eq!(
        (item.kind, item.width, item.height),
        (Kind::Photo, Some(96), Some(64))
    );
    assert_eq!((item.title.as_str(), item.format.as_str()), ("a", "JPEG"));
    assert!(item.hash.is_some());
    let item = item_at(&library, &song);
    assert_eq!((item.kind, item.duration_ms), (Kind::Audio, Some(500)));
    settled(&library);
    // Also after a restart.
    drop(library);
    let library = place.open();
    settled(&library);
    assert_eq!(library.folders().unwrap()[0].count, 2);
}

#[test]
fn a_renamed_and_a_moved_file_stay_the_same_items() {
    let place = Place::new();
    let (a, b) = (place.photo("a.jpg", 1), place.photo("sub/b.jpg", 2));
    let library = place.open();
    scan_of(&library, &[place.files()]);
    let (was_a, was_b) = (item_at(&library, &a).id, item_at(&library, &b).id);
    let (new_a, new_b) = (place.path("renamed.jpg"), place.path("other/b.jpg"));
    std::fs::rename(&a, &new_a).unwrap();
    std::fs::create_dir(place.path("other")).unwrap();
    std::fs::rename(&b, &new_b).unwrap();
    let (summary, reports) = rescan(&library);
    assert_eq!(
        (summary.moved, summary.new, summary.missing),
        (2, 0, 0),
        "{reports:?}"
    );
    assert_eq!(item_at(&library, &new_a).id, was_a);
    assert_eq!(item_at(&library, &new_b).id, was_b);
    assert_eq!(item_at(&library, &new_a).title, "renamed");
    assert_eq!(count(&library), 2);
    settled(&library);
}

#[test]
fn a_renamed_folder_moves_all_its_files() {
    let place = Place::new();
    let paths: Vec<_> = (0..5)
        .map(|n| place.photo(&format!("old/{n}.jpg"), n))
        .collect();
    let library = place.open();
    scan_of(&library, &[place.files()]);
    let ids: Vec<_> = paths
        .iter()
        .map(|path| item_at(&library, path).id)
        .collect();
    std::fs::rename(place.path("old"), place.path("new name")).unwrap();
    let (summary, reports) = rescan(&library);
    assert_eq!(
        (summary.moved, summary.missing, summary.files),
        (5, 0, 5),
        "{reports:?}"
    );
    for (n, id) in ids.iter().enumerate() {
        let item = item_at(&library, &place.path(&format!("new name/{n}.jpg")));
        assert_eq!(
            (item.id, item.paths.len(), item.is_missing),
            (*id, 1, false)
        );
    }
}

#[test]
fn copies_are_one_item_with_several_paths() {
    let place = Place::new();
    let a = place.photo("a.jpg", 1);
    let library = place.open();
    scan_of(&library, &[place.files()]);
    let copy = place.path("copies/a.jpg");
    std::fs::create_dir(place.path("copies")).unwrap();
    std::fs::copy(&a, &copy).unwrap();
    let (summary, reports) = rescan(&library);
    assert_eq!(
        (summary.copies, summary.new, summary.missing),
        (1, 0, 0),
        "{reports:?}"
    );
    let item = item_at(&library, &copy);
    assert_eq!((item.id, item.paths.len()), (item_at(&library, &a).id, 2));
    // One of them goes: the item does not.
    std::fs::remove_file(&a).unwrap();
    rescan(&library);
    assert!(!item_at(&library, &copy).is_missing);
    assert_eq!(count(&library), 1);
}

#[test]
fn replaced_content_is_the_same_item_with_new_facts() {
    let place = Place::new();
    let a = place.photo("a.jpg", 1);
    let library = place.open();
    scan_of(&library, &[place.files()]);
    let was = item_at(&library, &a);
    place.write("a.jpg", &jpeg(2, 200, 100));
    let (summary, reports) = rescan(&library);
    assert_eq!((summary.changed, summary.new), (1, 0), "{reports:?}");
    let is = item_at(&library, &a);
    assert_eq!(is.id, was.id);
    assert_ne!(is.hash, was.hash);
    assert_eq!((is.width, is.height), (Some(200), Some(100)));
    // Touched only: nothing changed.
    let file = std::fs::File::options().append(true).open(&a).unwrap();
    file.set_modified(std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000))
        .unwrap();
    drop(file);
    let (summary, _) = rescan(&library);
    assert_eq!((summary.changed, summary.unchanged), (0, 1));
}

#[test]
fn a_vanished_file_is_missing_and_comes_back() {
    let place = Place::new();
    let a = place.photo("a.jpg", 1);
    place.photo("b.jpg", 2);
    let library = place.open();
    scan_of(&library, &[place.files()]);
    let was = item_at(&library, &a);
    std::fs::remove_file(&a).unwrap();
    let (summary, reports) = rescan(&library);
    assert_eq!((summary.missing, summary.unchanged), (1, 1));
    let told = reports
        .iter()
        .find(|report| report.status == ScanStatus::Missing);
    assert_eq!(told.map(|report| report.path.clone()), Some(a.clone()));
    assert!(item_at(&library, &a).is_missing);
    // Told once.
    assert_eq!(rescan(&library).0.missing, 0);
    place.photo("a.jpg", 1);
    let (summary, _) = rescan(&library);
    assert_eq!(summary.new, 0);
    let is = item_at(&library, &a);
    assert_eq!((is.id, is.is_missing), (was.id, false));
    settled(&library);
}

#[test]
fn an_unplugged_drive_loses_nothing() {
    let place = Place::new();
    let a = place.photo("drive/a.jpg", 1);
    place.photo("home/b.jpg", 2);
    let library = place.open();
    let (drive, away) = (place.path("drive"), place.path("away"));
    scan_of(&library, &[drive.clone(), place.path("home")]);
    let was = item_at(&library, &a).id;
    std::fs::rename(&drive, &away).unwrap();
    let (summary, _) = rescan(&library);
    assert_eq!((summary.missing, summary.unreadable_folders), (0, 1));
    assert!(library.folders().unwrap()[0].is_offline);
    assert!(item_at(&library, &a).is_missing);
    // The mount point without the drive.
    std::fs::create_dir(&drive).unwrap();
    assert_eq!(rescan(&library).0.missing, 0);
    assert!(library.folders().unwrap()[0].is_offline);
    std::fs::remove_dir(&drive).unwrap();
    std::fs::rename(&away, &drive).unwrap();
    let (summary, _) = rescan(&library);
    assert_eq!((summary.new, summary.missing, summary.files), (0, 0, 2));
    assert!(!library.folders().unwrap()[0].is_offline);
    let is = item_at(&library, &a);
    assert_eq!((is.id, is.is_missing), (was, false));
}

#[test]
fn broken_files_are_told_with_their_reasons_and_the_rest_goes_on() {
    let place = Place::new();
    place.photo("good.jpg", 1);
    place.write("empty.jpg", b"");
    place.write(
        "text.png",
        b"this is no picture, only a text with a wrong name",
    );
    place.write("README", b"no extension and no media");
    let cut = place.write("cut.jpg", &jpeg(3, 96, 64)[..40]);
    let heic = place.write(
        "phone.heic",
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic\0\0\0\x08mdat",
    );
    let library = place.open();
    let (summary, reports) = scan_of(&library, &[place.files()]);
    let error_of = |name: &str| {
        let found = reports.iter().find(|report| report.path.ends_with(name));
        found
            .unwrap_or_else(|| panic!("{name} was not told"))
            .error
            .clone()
    };
    assert_eq!(error_of("good.jpg"), None);
    assert!(error_of("empty.jpg").unwrap().contains("empty"));
    assert!(error_of("text.png").unwrap().contains("not a photo"));
    assert!(error_of("cut.jpg").unwrap().contains("damaged"));
    assert!(error_of("phone.heic").unwrap().contains("HEIC"));
    assert!(
        reports
            .iter()
            .all(|report| !report.path.ends_with("README"))
    );
    assert_eq!(
        (summary.files, summary.failed, summary.unsupported),
        (5, 3, 1),
        "{reports:?}"
    );
    // Known formats are listed, with the reason.
    assert_eq!(count(&library), 3);
    assert!(item_at(&library, &heic).problem.unwrap().contains("HEIC"));
    assert!(item_at(&library, &cut).problem.is_some());
    // Not read again until they change.
    let (summary, reports) = rescan(&library);
    assert_eq!((summary.unchanged, summary.failed), (3, 2), "{reports:?}");
    place.photo("cut.jpg", 4);
    let (summary, _) = rescan(&library);
    assert_eq!(summary.changed, 1);
    assert_eq!(item_at(&library, &cut).problem, None);
}

#[cfg(unix)]
#[test]
fn odd_names_and_loops_of_links_survive() {
    use std::os::unix::ffi::OsStrExt as _;
    let place = Place::new();
    let odd = place
        .files()
        .join(std::ffi::OsStr::from_bytes(b"caf\xE9 \xFF.jpg"));
    std::fs::write(&odd, jpeg(1, 96, 64)).unwrap();
    let long = place.photo(&format!("{}.jpg", "长".repeat(80)), 2);
    std::os::unix::fs::symlink(place.files(), place.path("loop")).unwrap();
    let library = place.open();
    let (summary, reports) = scan_of(&library, &[place.files()]);
    assert_eq!((summary.files, summary.new), (2, 2), "{reports:?}");
    assert_eq!(item_at(&library, &odd).paths[0].path, odd);
    assert_eq!(item_at(&library, &long).paths[0].path, long);
    settled(&library);
}

#[test]
fn two_libraries_do_not_know_of_each_other_and_one_opens_only_once() {
    let (one, other) = (Place::new(), Place::new());
    one.photo("a.jpg", 1);
    let library = one.open();
    let second = other.open();
    scan_of(&library, &[one.files()]);
    assert_eq!((count(&library), count(&second)), (1, 0));
    scan_of(&second, &[one.files()]);
    assert_eq!(count(&second), 1);
    let again = Library::open(&one.dirs(), Options::headless(), crate::jobs::no_waker());
    assert!(matches!(again.err(), Some(Error::Busy { .. })));
}

#[test]
fn folders_inside_folders_are_scanned_once_and_removing_one_keeps_the_other() {
    let place = Place::new();
    let a = place.photo("in/a.jpg", 1);
    place.photo("b.jpg", 2);
    let library = place.open();
    scan_of(&library, &[place.path("in")]);
    scan_of(&library, &[place.files()]);
    let (summary, reports) = rescan(&library);
    assert_eq!((summary.files, summary.missing), (2, 0), "{reports:?}");
    assert_eq!(library.folders().unwrap().len(), 2);
    let outer = library.folders().unwrap()[1].id;
    library.remove_folder(outer).unwrap();
    assert_eq!(count(&library), 1);
    assert!(!item_at(&library, &a).is_missing);
    let folders: Vec<FolderId> = library.folders().unwrap().iter().map(|f| f.id).collect();
    library.remove_folder(folders[0]).unwrap();
    assert_eq!(count(&library), 0);
    assert!(library.remove_folder(folders[0]).is_err());
}

#[test]
fn what_cannot_be_a_folder_is_refused() {
    let place = Place::new();
    let file = place.photo("a.jpg", 1);
    let library = place.open();
    assert!(library.add_folder(&file).is_err());
    assert!(library.add_folder(&place.path("none")).is_err());
    assert!(library.add_folder(&place.dirs().data).is_err());
    assert!(library.add_folder(&place.dirs().thumbnails()).is_err());
    // A folder around the library is fine: the library itself is passed by.
    std::fs::create_dir_all(place.dirs().thumbnails().join("ab")).unwrap();
    std::fs::copy(&file, place.dirs().thumbnails().join("ab/c.jpg")).unwrap();
    let around = place.files().parent().unwrap().to_owned();
    let (summary, reports) = scan_of(&library, &[around]);
    assert_eq!(summary.files, 1, "{reports:?}");
}

#[test]
fn a_scan_can_be_stopped_and_goes_on_later() {
    let place = Place::new();
    for n in 0..300 {
        place.photo(&format!("{}/{n}.jpg", n % 7), n);
    }
    let library = place.open();
    let mut seen = 0;
    let summary = library
        .scan_now(&[place.files()], |_| {
            seen += 1;
            if seen == 20 {
                library.cancel_scan();
            }
        })
        .unwrap();
    assert!(summary.is_cancelled);
    assert_eq!(summary.missing, 0);
    assert!(library.folders().unwrap()[0].scanned_ms.is_none());
    let (summary, _) = rescan(&library);
    assert!(!summary.is_cancelled);
    assert_eq!((summary.files, count(&library)), (300, 300));
    settled(&library);
}

#[test]
fn a_background_scan_shows_items_and_tells_its_progress() {
    let place = Place::new();
    for n in 0..50 {
        place.photo(&format!("{n}.jpg"), n);
    }
    let library = place.open();
    let events = library.events();
    library.add_folder(&place.files()).unwrap();
    let (mut changed, mut last) = (0, None);
    wait_for(&events, |event| {
        match event {
            LibraryEvent::ItemsChanged(items) => changed += items.len(),
            LibraryEvent::Progress(progress) => last = Some(progress),
            LibraryEvent::Finished(Activity::Scan) => return Some(()),
            _ => {}
        }
        None
    });
    assert!(changed >= 50);
    let last = last.unwrap();
    assert_eq!((last.done, last.total, last.failed), (50, Some(50), 0));
    assert_eq!(count(&library), 50);
}

#[test]
fn watching_notices_what_happens() {
    let place = Place::new();
    let a = place.photo("a.jpg", 1);
    let library = place.open_with(Options {
        is_window: true,
        is_watching: true,
        ..Options::headless()
    });
    let events = library.events();
    library.add_folder(&place.files()).unwrap();
    wait_for(&events, |event| {
        matches!(event, LibraryEvent::Finished(_)).then_some(())
    });
    // The watcher is set up beside the scan: what happens before it stands is found by the next one.
    let until = Instant::now() + Duration::from_secs(60);
    let mut n = 10;
    while count(&library) < 2 && Instant::now() < until {
        n += 1;
        place.photo("new/b.jpg", n);
        std::thread::sleep(Duration::from_millis(1500));
    }
    assert_eq!(count(&library), 2);
    std::fs::remove_file(&a).unwrap();
    while !item_at(&library, &a).is_missing && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(item_at(&library, &a).is_missing);
}
