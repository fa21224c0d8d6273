//! Thumbnails and full pictures through the door.

use super::*;

fn thumb(
    library: &Library,
    events: &Receiver<LibraryEvent>,
    id: ItemId,
    wanted: ThumbSize,
) -> Result<Option<Arc<Picture>>> {
    library.thumb(id, wanted, Priority::Visible);
    wait_for(events, |event| match event {
        LibraryEvent::Thumb {
            item,
            size,
            picture,
        } if (item, size) == (id, wanted) => Some(picture),
        _ => None,
    })
}

fn kept(place: &Place) -> usize {
    walkdir::WalkDir::new(place.dirs().thumbnails())
        .into_iter()
        .filter(|entry| {
            entry
                .as_ref()
                .is_ok_and(|entry| entry.file_type().is_file())
        })
        .count()
}

#[test]
fn thumbnails_of_all_sizes_come_from_few_decodes_and_survive_the_original() {
    let place = Place::new();
    let a = place.write("a.jpg", &jpeg(1, 1600, 1200));
    let library = place.open();
    scan_of(&library, &[place.files()]);
    let id = item_at(&library, &a).id;
    let events = library.events();
    for size in [ThumbSize::S256, ThumbSize::S128, ThumbSize::S512] {
        let picture = thumb(&library, &events, id, size).unwrap().unwrap();
        assert_eq!(
            (picture.width, picture.height),
            (size.side(), size.side() * 3 / 4)
        );
    }
    assert_eq!(kept(&place), 3);
    std::fs::remove_file(&a).unwrap();
    assert!(
        thumb(&library, &events, id, ThumbSize::S256)
            .unwrap()
            .is_some()
    );
    assert!(thumb(&library, &events, id, ThumbSize::S1024).is_err());
    library.clear_thumbnails().unwrap();
    assert_eq!(kept(&place), 0);
}

#[test]
fn a_moved_file_keeps_its_thumbnails_and_a_changed_one_gets_new() {
    let place = Place::new();
    let a = place.write("a.jpg", &jpeg(1, 800, 600));
    let library = place.open();
    scan_of(&library, &[place.files()]);
    let id = item_at(&library, &a).id;
    let events = library.events();
    thumb(&library, &events, id, ThumbSize::S256)
        .unwrap()
        .unwrap();
    let before = kept(&place);
    let b = place.path("b.jpg");
    std::fs::rename(&a, &b).unwrap();
    rescan(&library);
    thumb(&library, &events, id, ThumbSize::S256)
        .unwrap()
        .unwrap();
    assert_eq!(kept(&place), before);
    place.write("b.jpg", &jpeg(2, 600, 800));
    rescan(&library);
    let picture = thumb(&library, &events, id, ThumbSize::S256)
        .unwrap()
        .unwrap();
    assert_eq!((picture.width, picture.height), (192, 256));
}

#[test]
fn what_has_no_picture_says_so() {
    let place = Place::new();
    let song = place.song("a.wav", 1);
    let heic = place.write(
        "b.heic",
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic\0\0\0\x08mdat",
    );
    let library = place.open();
    scan_of(&library, &[place.files()]);
    let events = library.events();
    for path in [&song, &heic] {
        let id = item_at(&library, path).id;
        assert_eq!(thumb(&library, &events, id, ThumbSize::S256), Ok(None));
    }
    let unknown = thumb(&library, &events, ItemId(999), ThumbSize::S256);
    assert!(matches!(unknown, Err(Error::NotFound { .. })));
}

#[test]
fn the_songs_of_an_album_share_the_cover_beside_them() {
    let place = Place::new();
    let songs = [1, 2, 3].map(|n| place.song(&format!("album/{n}.wav"), n));
    place.write("album/cover.jpg", &jpeg(5, 700, 700));
    let library = place.open();
    scan_of(&library, &[place.files()]);
    assert_eq!(count(&library), songs.len(), "the cover is no photo");
    let events = library.events();
    for song in &songs {
        let id = item_at(&library, song).id;
        let picture = thumb(&library, &events, id, ThumbSize::S256)
            .unwrap()
            .unwrap();
        assert_eq!((picture.width, picture.height), (256, 256));
    }
    let pictures = walkdir::WalkDir::new(place.dirs().thumbnails())
        .into_iter()
        .filter_map(|entry| entry.ok()?.metadata().ok())
        .filter(|metadata| metadata.is_file() && metadata.len() > 16)
        .count();
    assert_eq!(pictures, 2, "one picture in two sizes; the rest are links");
}

#[test]
fn a_cover_that_came_before_its_music_stays_what_it_was() {
    let place = Place::new();
    let cover = place.write("album/cover.jpg", &jpeg(5, 700, 700));
    let library = place.open();
    scan_of(&library, &[place.files()]);
    let id = item_at(&library, &cover).id;
    place.song("album/a.wav", 1);
    rescan(&library);
    assert_eq!(count(&library), 2);
    let item = item_at(&library, &cover);
    assert_eq!((item.id, item.is_missing), (id, false));
}

#[test]
fn a_full_cache_folder_is_told_once_and_nothing_stops() {
    let place = Place::new();
    let paths: Vec<_> = (0..3)
        .map(|n| place.write(&format!("{n}.jpg"), &jpeg(n, 800, 600)))
        .collect();
    let library = place.open();
    scan_of(&library, &[place.files()]);
    // A file in the way of the folder: no thumbnail can be written.
    std::fs::write(place.dirs().thumbnails(), b"in the way").unwrap();
    let events = library.events();
    let mut notices = 0;
    for path in &paths {
        let id = item_at(&library, path).id;
        library.thumb(id, ThumbSize::S256, Priority::Visible);
        wait_for(&events, |event| match event {
            LibraryEvent::Thumb { picture, .. } => Some(assert!(picture.unwrap().is_some())),
            LibraryEvent::Notice(Notice::CacheUnwritable(_)) => {
                notices += 1;
                None
            }
            _ => None,
        });
    }
    assert_eq!(notices, 1);
}

#[test]
fn the_viewer_gets_a_bounded_picture_first_and_then_all_pixels() {
    let place = Place::new();
    let a = place.write("a.jpg", &jpeg(1, 5000, 40));
    let library = place.open();
    scan_of(&library, &[place.files()]);
    let events = library.events();
    let id = item_at(&library, &a).id;
    let full = || {
        wait_for(&events, |event| match event {
            LibraryEvent::Full {
                picture,
                is_original,
                ..
            } => Some((picture.unwrap().width, is_original)),
            _ => None,
        })
    };
    library.full_picture(id);
    assert_eq!(full(), (4096, false));
    library.original_picture(id);
    assert_eq!(full(), (5000, true));
}
