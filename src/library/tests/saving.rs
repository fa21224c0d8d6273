//! What the person made, out to the files and back in.

use super::*;
use crate::catalog::{Change, TagState, Writes};
use crate::library::Settle;
use crate::media::xmp;

const BOTH: Writes = Writes {
    sidecars: true,
    audio: true,
};

fn switched_on(place: &Place) -> Library {
    let library = place.open();
    scan_of(&library, &[place.files()]);
    let folder = library.folders().unwrap()[0].id;
    library.set_folder_writes(folder, BOTH).unwrap();
    library
}

fn person(library: &Library, change: Change) {
    library.catalog().person(change).unwrap();
}

fn tag(library: &Library, path: &Path, tag: &str) {
    let items = vec![item_at(library, path).id];
    let tag = tag.to_owned();
    person(library, Change::AddTag { items, tag });
}

fn rate(library: &Library, path: &Path, rating: u8) {
    let items = vec![item_at(library, path).id];
    person(library, Change::Rate { items, rating });
}

fn confirmed(library: &Library, path: &Path) -> Vec<String> {
    let mut names: Vec<String> = library
        .catalog()
        .reader()
        .unwrap()
        .tags_of(item_at(library, path).id)
        .unwrap()
        .into_iter()
        .filter(|tag| tag.state == TagState::Confirmed)
        .map(|tag| tag.name)
        .collect();
    names.sort();
    names
}

#[test]
fn nothing_is_written_until_a_folder_is_switched_on() {
    let place = Place::new();
    let a = place.photo("a.jpg", 1);
    let before = std::fs::read(&a).unwrap();
    let library = place.open();
    scan_of(&library, &[place.files()]);
    tag(&library, &a, "Places/Sea");
    assert_eq!(library.save_now().unwrap().written, 0);
    assert_eq!(std::fs::read_dir(place.files()).unwrap().count(), 1);
    // Switching on brings what was made before.
    let folder = library.folders().unwrap()[0].id;
    library.set_folder_writes(folder, BOTH).unwrap();
    assert_eq!(library.unsaved().unwrap().len(), 1);
    assert_eq!(library.save_now().unwrap().written, 1);
    let said = xmp::read(&place.path("a.jpg.xmp")).unwrap();
    assert_eq!(said.hierarchical, ["Places|Sea"]);
    assert_eq!(std::fs::read(&a).unwrap(), before, "originals stay");
    // Scanning again finds nothing new: the sidecar is Parlour's own word.
    assert_eq!(rescan(&library).0.changed, 0);
    library
        .set_folder_writes(folder, Writes::default())
        .unwrap();
    rate(&library, &a, 5);
    assert!(library.unsaved().unwrap().is_empty());
}

#[test]
fn everything_a_person_says_goes_out_and_undo_goes_out_too() {
    let place = Place::new();
    let a = place.photo("a.jpg", 1);
    let library = switched_on(&place);
    let item = item_at(&library, &a).id;
    tag(&library, &a, "Places/Sea");
    rate(&library, &a, 4);
    person(
        &library,
        Change::Retitle(vec![(item, Some("Low tide".to_owned()))]),
    );
    person(
        &library,
        Change::Redate(vec![(item, Some(1_000_000_000_000))]),
    );
    person(&library, Change::Locate(vec![(item, Some((38.5, -9.25)))]));
    assert_eq!(library.save_now().unwrap().written, 1);
    let said = xmp::read(&place.path("a.jpg.xmp")).unwrap();
    assert_eq!(
        (said.rating, said.title.as_deref()),
        (Some(4), Some("Low tide"))
    );
    assert_eq!(said.taken_ms, Some(1_000_000_000_000));
    assert_eq!(said.gps, Some((38.5, -9.25)));
    // A tag's new name goes to every file that has it.
    person(
        &library,
        Change::RenameTag {
            from: "Places".to_owned(),
            to: "Orte".to_owned(),
        },
    );
    assert_eq!(library.save_now().unwrap().written, 1);
    assert_eq!(
        xmp::read(&place.path("a.jpg.xmp")).unwrap().hierarchical,
        ["Orte|Sea"]
    );
    for _ in 0..5 {
        library.catalog().undo().unwrap();
    }
    library.save_now().unwrap();
    let said = xmp::read(&place.path("a.jpg.xmp")).unwrap();
    assert_eq!(
        (said.rating, said.hierarchical),
        (None, vec!["Places|Sea".to_owned()])
    );
    // Taken back on the disk as well, write by write.
    let (done, left) = library.take_back_writes(10).unwrap();
    assert_eq!((done, left.len()), (3, 0));
    assert!(!place.path("a.jpg.xmp").exists());
}

#[test]
fn what_waits_survives_a_restart_and_a_crash_in_between() {
    let place = Place::new();
    let a = place.photo("a.jpg", 1);
    let library = switched_on(&place);
    tag(&library, &a, "Sea");
    // As a kill leaves it: the catalogue knows, the file does not.
    std::mem::forget(library.catalog().clone());
    assert_eq!(library.unsaved().unwrap().len(), 1);
    // A crash left half a copy.
    place.write(".a.jpg.xmp.parlour-tmp", b"half");
    library.save_now().unwrap();
    assert!(!place.path(".a.jpg.xmp.parlour-tmp").exists());
    assert_eq!(
        xmp::read(&place.path("a.jpg.xmp")).unwrap().keywords,
        ["Sea"]
    );
    assert!(library.unsaved().unwrap().is_empty());
}

#[test]
fn a_sidecar_that_changes_comes_or_goes_is_noticed_although_its_photo_did_not_change() {
    let place = Place::new();
    let a = place.photo("a.jpg", 1);
    let library = place.open();
    scan_of(&library, &[place.files()]);
    for (name, keyword) in [("a.xmp", "One"), ("a.jpg.xmp", "Two")] {
        let wish = xmp::Wish {
            tags: Some(vec![keyword.to_owned()]),
            ..Default::default()
        };
        let sidecar = place.write(name, &xmp::write_new(&wish).unwrap());
        assert_eq!(rescan(&library).0.changed, 1);
        assert_eq!(confirmed(&library, &a), [keyword]);
        // Watching names the sidecar only.
        let wish = xmp::Wish {
            tags: Some(vec![keyword.to_lowercase(), "more".to_owned()]),
            ..Default::default()
        };
        std::fs::write(&sidecar, xmp::write_new(&wish).unwrap()).unwrap();
        let scope = crate::library::scan::Scope::Places(vec![sidecar]);
        let summary = crate::library::scan::scan(&library.inner, &scope, &mut |_| {}).unwrap();
        assert_eq!((summary.files, summary.changed), (1, 1));
        assert_eq!(confirmed(&library, &a).len(), 2);
    }
    std::fs::remove_file(place.path("a.jpg.xmp")).unwrap();
    std::fs::remove_file(place.path("a.xmp")).unwrap();
    assert_eq!(rescan(&library).0.changed, 1);
    assert!(confirmed(&library, &a).is_empty());
    assert_eq!(rescan(&library).0.changed, 0);
}

#[test]
fn a_sidecar_changed_elsewhere_is_a_conflict_and_is_not_overwritten() {
    for how in [Settle::Merge, Settle::Theirs] {
        let place = Place::new();
        let a = place.photo("a.jpg", 1);
        let library = switched_on(&place);
        tag(&library, &a, "Mine");
        rate(&library, &a, 2);
        library.save_now().unwrap();
        let sidecar = place.path("a.jpg.xmp");
        let wish = xmp::Wish {
            rating: Some(5),
            tags: Some(vec!["Theirs".to_owned()]),
            ..Default::default()
        };
        let theirs = xmp::write_new(&wish).unwrap();
        std::fs::write(&sidecar, &theirs).unwrap();
        tag(&library, &a, "Later");
        let done = library.save_now().unwrap();
        assert_eq!((done.written, done.conflicts), (0, 1));
        assert!(library.unsaved().unwrap()[0].is_conflict);
        // Also after a scan has read it.
        rescan(&library);
        assert_eq!(library.save_now().unwrap().conflicts, 1);
        assert_eq!(std::fs::read(&sidecar).unwrap(), theirs);
        library
            .settle_conflict(item_at(&library, &a).id, how)
            .unwrap();
        library.save_now().unwrap();
        assert!(library.unsaved().unwrap().is_empty());
        let said = xmp::read(&sidecar).unwrap();
        match how {
            Settle::Merge => {
                assert_eq!(confirmed(&library, &a), ["Later", "Mine", "Theirs"]);
                assert_eq!(said.rating, Some(2));
                assert_eq!(said.keywords.len(), 3);
            }
            Settle::Theirs => {
                assert_eq!(confirmed(&library, &a), ["Theirs"]);
                assert_eq!(
                    (said.rating, said.keywords),
                    (Some(5), vec!["Theirs".to_owned()])
                );
                assert_eq!(item_at(&library, &a).rating, 5);
            }
        }
    }
}

#[test]
fn bad_sidecars_are_left_as_they_are_and_named() {
    let place = Place::new();
    let bomb = r#"<!DOCTYPE a [<!ENTITY b "bbbb">]><x>&b;</x>"#;
    let mut keywords = String::from("<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">");
    while keywords.len() < 100 << 20 {
        keywords.push_str("<rdf:li>keyword keyword keyword</rdf:li>");
    }
    let bad: [(&str, &[u8]); 4] = [
        ("a", b"not XML at all"),
        ("b", bomb.as_bytes()),
        ("c", keywords.as_bytes()),
        ("d", b"\xff\xfe\x00\xd8"),
    ];
    let mut photos = Vec::new();
    for (n, (name, bytes)) in bad.iter().enumerate() {
        photos.push(place.photo(&format!("{name}.jpg"), n as u32));
        place.write(&format!("{name}.jpg.xmp"), bytes);
    }
    photos.push(place.photo("e \u{5e9}\u{5dc}\u{5d5}\u{5dd} 🎈.jpg", 9));
    // A folder where the sidecar should be cannot be written to.
    std::fs::create_dir(place.path("f.jpg.xmp")).unwrap();
    photos.push(place.photo("f.jpg", 10));
    let library = switched_on(&place);
    for photo in &photos {
        tag(&library, photo, "\u{5e9}\u{5dc}\u{5d5}\u{5dd}/🎈");
    }
    let done = library.save_now().unwrap();
    assert_eq!(
        (done.written, done.failed + done.conflicts),
        (1, 5),
        "{done:?}"
    );
    for (name, bytes) in bad {
        assert_eq!(
            std::fs::read(place.path(&format!("{name}.jpg.xmp"))).unwrap(),
            bytes
        );
    }
    for unsaved in library.unsaved().unwrap() {
        let problem = unsaved.problem.unwrap();
        assert!(
            !problem.contains('\n') && problem.contains(".xmp"),
            "{problem}"
        );
    }
    let said = xmp::read(&xmp::sidecar_of(&photos[4]).unwrap()).unwrap();
    assert_eq!(said.hierarchical, ["\u{5e9}\u{5dc}\u{5d5}\u{5dd}|🎈"]);
    let left: Vec<_> = std::fs::read_dir(place.files())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with("tmp"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}
