//! The pipeline over real files, with whatever packs the program has.

use super::*;

#[test]
fn everything_is_analysed_once_and_failures_are_recorded() {
    let place = Place::new();
    let photo = place.write("a.jpg", &jpeg(1, 640, 480));
    let song = place.song("b.wav", 1);
    let whole = jpeg(7, 640, 480);
    // The header is whole, the pixels are not.
    let cut = place.write("cut.jpg", &whole[..whole.len() / 20]);
    let library = place.open();
    scan_of(&library, &[place.files()]);
    let has_photo_pack = !library
        .taggers()
        .versions(crate::models::Task::PhotoTags)
        .is_empty();
    let has_audio_pack = !library
        .taggers()
        .versions(crate::models::Task::AudioTags)
        .is_empty();
    let mut told = Vec::new();
    library
        .analyse_now(&Cancel::new(), |analysed| told.push(analysed))
        .unwrap();
    let reader = library.catalog().reader().unwrap();
    let song_id = item_at(&library, &song).id;
    let sound = Sound::of(&reader, song_id).unwrap().expect("measured");
    assert_eq!((sound.duration_ms, sound.peaks.len()), (500, 1000));
    assert!(
        sound
            .loudness_lufs
            .is_some_and(|lufs| (-30.0..0.0).contains(&lufs)),
        "{sound:?}"
    );
    let photo_id = item_at(&library, &photo).id;
    if has_photo_pack {
        let analysed = told.iter().find(|one| one.item == photo_id).expect("told");
        assert_eq!(analysed.error, None);
        assert!(!reader.model_tags(photo_id).unwrap().is_empty());
        assert!(library.similar(photo_id, 5).unwrap().len() <= 1);
        assert!(told.iter().any(|one| one.path == cut));
    }
    if has_audio_pack {
        assert!(!reader.model_tags(song_id).unwrap().is_empty());
    }
    // Nothing is left to do, and nothing is tried again.
    assert_eq!(library.analyse_now(&Cancel::new(), |_| {}).unwrap(), 0);
    // The waveform is there without measuring again.
    let events = library.events();
    library.waveform(song_id);
    let peaks = wait_for(&events, |event| match event {
        LibraryEvent::Waveform { item, peaks } if item == song_id => Some(peaks),
        _ => None,
    });
    assert_eq!(*peaks, *sound.peaks);
}

#[test]
fn the_background_waits_while_paused_and_goes_on() {
    let place = Place::new();
    let song = place.song("b.wav", 1);
    let library = place.open_with(Options {
        is_analysing: true,
        ..Options::headless()
    });
    library.pause_analysis();
    assert!(library.is_analysis_paused());
    let events = library.events();
    library.set_playing(true);
    library.add_folder(&place.files()).unwrap();
    wait_for(&events, |event| {
        matches!(event, LibraryEvent::Finished(Activity::Scan)).then_some(())
    });
    let id = item_at(&library, &song).id;
    let reader = library.catalog().reader().unwrap();
    std::thread::sleep(Duration::from_millis(100));
    assert!(Sound::of(&reader, id).unwrap().is_none());
    // Still playing: slower, but on it goes.
    library.resume_analysis();
    wait_for(&events, |event| {
        matches!(event, LibraryEvent::Finished(Activity::Analyse)).then_some(())
    });
    assert!(Sound::of(&reader, id).unwrap().is_some());
    // Closing in the middle of work does not hang.
    library.pause_analysis();
    place.song("c.wav", 2);
    library.rescan();
}

#[test]
fn what_is_calculated_is_searched_for_and_each_photo_is_decoded_once() {
    use crate::catalog::TagSource;
    let place = Place::new();
    let pack = |name: &str, rgba: [u8; 4]| {
        place.write(name, &Picture::filled(900, 300, rgba).to_jpeg(95).unwrap())
    };
    let red = pack("red.jpg", [210, 20, 25, 255]);
    let blue = pack("blue.jpg", [30, 60, 210, 255]);
    let library = place.open();
    scan_of(&library, &[place.files()]);
    let decodes = |path: &Path| crate::media::photo::decodes_of(path);
    let before = (decodes(&red), decodes(&blue));
    library.analyse_now(&Cancel::new(), |_| {}).unwrap();
    let reader = library.catalog().reader().unwrap();
    let id = item_at(&library, &red).id;
    let found = |text: &str| -> Vec<ItemId> {
        let query = crate::catalog::search::parse(text).unwrap();
        reader.search(&query, 100).unwrap()
    };
    for text in [
        "colour:red",
        "color:红",
        "tag:look-red",
        "tag:红色",
        "colour:red,green",
    ] {
        assert_eq!(found(text), [id], "{text}");
    }
    assert!(found("colour:green").is_empty());
    assert!(crate::catalog::search::parse("colour:plaid").is_err());
    let tags = reader.tags_of(id).unwrap();
    let tag = tags
        .iter()
        .find(|tag| tag.slug.as_deref() == Some("look-red"));
    assert_eq!(tag.expect("there").source, TagSource::Rule);
    let mut names = Vec::new();
    reader
        .each_believed_tag(|_, slug, _| names.push(slug.to_owned()))
        .unwrap();
    assert!(
        names.iter().all(|slug| !slug.starts_with("look")),
        "colours are no taste: {names:?}"
    );
    let kept = reader
        .analysis(id, crate::models::look::ANALYSER)
        .unwrap()
        .expect("kept");
    let look = crate::models::Look::from_bytes(&kept.outcome.unwrap()).expect("reads");
    assert!(look.is_blank, "{look:?}");
    let events = library.events();
    for size in [ThumbSize::S256, ThumbSize::S512] {
        library.thumb(id, size, crate::jobs::Priority::Visible);
        wait_for(&events, |event| match event {
            LibraryEvent::Thumb { item, picture, .. } if item == id => Some(picture.unwrap()),
            _ => None,
        });
    }
    assert_eq!(
        decodes(&red) - before.0,
        1,
        "tags, look and thumbnails from one decode"
    );
    assert_eq!(decodes(&blue) - before.1, 1);
    assert_eq!(library.analyse_now(&Cancel::new(), |_| {}).unwrap(), 0);
    assert_eq!(decodes(&red) - before.0, 1);
}
