use super::*;
use crate::media::clip::{self, ClipMeta};

#[test]
fn containers_tell_size_length_date_and_codec() {
    let created_ms = Some(1_620_045_296_000);
    let cases = [
        ("clip.mp4", "H.264", 64, 48, true, created_ms, Some("Ball")),
        (
            "clip-sideways.mp4",
            "H.264",
            48,
            64,
            true,
            None,
            Some("Ball"),
        ),
        ("clip.mov", "H.264", 64, 48, false, created_ms, None),
        ("clip.3gp", "H.263", 128, 96, false, None, None),
        ("clip.mkv", "H.264", 64, 48, true, None, Some("Ball")),
        ("clip.webm", "VP9", 64, 48, true, None, Some("Ball")),
        ("clip.avi", "MPEG-4", 64, 48, true, None, None),
    ];
    for (name, codec, width, height, has_audio, created_ms, title) in cases {
        let meta = clip::probe(&fixture(name)).unwrap();
        let duration_ms = meta.duration_ms;
        assert!(
            duration_ms.is_some_and(|ms| (750..=900).contains(&ms)),
            "{name}: {duration_ms:?}"
        );
        let created = meta
            .created_ms
            .or(created_ms.filter(|_| name.ends_with("mkv")));
        let expected = ClipMeta {
            duration_ms,
            width,
            height,
            codec: codec.to_owned(),
            has_audio,
            created_ms,
            title: title.map(str::to_owned),
        };
        assert_eq!(
            ClipMeta {
                created_ms: created,
                ..meta
            },
            expected,
            "{name}"
        );
    }
}

#[test]
fn known_containers_without_a_reader_say_so() {
    for (name, format) in [
        ("clip.mpg", "MPEG"),
        ("theora.ogv", "Ogg Theora"),
        ("wmv.wmv", "WMV"),
    ] {
        let sniffed = sniff(&fixture(name)).unwrap();
        assert_eq!(
            (sniffed.kind, sniffed.decodable),
            (Kind::Clip, false),
            "{name}"
        );
        let error = clip::probe(&fixture(name)).unwrap_err();
        assert_eq!(
            error.reason(),
            format!("{format} files cannot be decoded yet; the file is listed and kept")
        );
    }
}

#[test]
fn songs_are_no_clips_and_clips_no_songs() {
    assert_eq!(sniff(&fixture("audio-only.mp4")).unwrap().kind, Kind::Audio);
    assert_eq!(sniff(&fixture("opus.mka")).unwrap().kind, Kind::Audio);
    assert!(matches!(
        clip::probe(&fixture("aac.m4a")),
        Err(Error::NotMedia { .. })
    ));
}

#[test]
fn a_recording_that_was_never_finished_is_measured() {
    let whole = std::fs::read(fixture("clip.webm")).unwrap();
    let at = whole
        .windows(3)
        .position(|bytes| bytes == [0x44, 0x89, 0x88])
        .unwrap();
    let mut bytes = whole.clone();
    // The duration becomes an element of no meaning.
    bytes[at..at + 3].copy_from_slice(&[0x44, 0x8A, 0x88]);
    let (_folder, path) = file_of("live.webm", &bytes);
    let duration_ms = clip::probe(&path).unwrap().duration_ms.unwrap();
    assert!((650..=900).contains(&duration_ms), "{duration_ms}");
}
