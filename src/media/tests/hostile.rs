//! Every fixture cut at many points and with bytes changed: an answer or an error, never a panic, never a hang.

use super::*;
use crate::jobs::Cancel;
use crate::media::audio::{Reader, Windows, analyse};

/// Everything this room can do with a file.
fn try_everything(path: &std::path::Path) {
    let Ok(sniffed) = sniff(path) else { return };
    match sniffed.kind {
        Kind::Photo => {
            let _ = photo::probe(path);
            let _ = photo::embedded_preview(path);
            if let Ok(picture) = photo::decode(path, None) {
                assert_eq!(
                    picture.rgba.len(),
                    picture.width as usize * picture.height as usize * 4
                );
            }
            let _ = photo::thumbnail(path, 16);
        }
        Kind::Audio => {
            let _ = audio::probe(path);
            let _ = audio::cover(path);
            let _ = audio::lyrics(path);
            listen(path);
        }
        Kind::Clip => {
            let _ = clip::probe(path);
            listen(path);
        }
    }
}

fn listen(path: &std::path::Path) {
    let Ok(mut reader) = Reader::open(path) else {
        return;
    };
    let mut out = Vec::new();
    // A second of sound cannot become more than two minutes.
    let limit = 120 * reader.sample_rate_hz().max(50_000) as usize;
    let mut frames = 0;
    while let Ok(count @ 1..) = reader.next(&mut out) {
        frames += count;
        assert!(frames < limit, "{}", path.display());
    }
    let _ = reader.seek(frames as u64 / 2);
    let _ = reader.next(&mut out);
    let windows = Windows {
        count: 2,
        seconds: 0.1,
    };
    let _ = analyse(path, &windows, &Cancel::default());
}

fn torture(names: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let mut random = fastrand::Rng::with_seed(7);
    for name in names {
        let whole = std::fs::read(fixture(name)).unwrap();
        let path = folder.path().join(name);
        let ends = (0..24)
            .chain((1..16).map(|part| whole.len() * part / 16))
            .chain([whole.len() - 1]);
        for end in ends.filter(|end| *end < whole.len()) {
            std::fs::write(&path, &whole[..end]).unwrap();
            try_everything(&path);
        }
        for round in 0..40 {
            let mut bytes = whole.clone();
            // Headers first, then anywhere.
            let reach = if round < 25 {
                bytes.len().min(400)
            } else {
                bytes.len()
            };
            for _ in 0..=round % 4 {
                let at = random.usize(..reach);
                bytes[at] = [0, 0xFF, 0x7F, 0x80, random.u8(..)][random.usize(..5)];
            }
            std::fs::write(&path, &bytes).unwrap();
            try_everything(&path);
        }
    }
}

#[test]
fn photos() {
    torture(&[
        "exif.jpg",
        "cmyk.jpg",
        "progressive.jpg",
        "palette.png",
        "still.webp",
        "animated.webp",
    ]);
    torture(&["frames.gif", "tiff.tif", "icon.ico", "bitmap.bmp"]);
}

#[test]
fn packed_songs() {
    torture(&[
        "lame-vbr.mp3",
        "no-header-vbr.mp3",
        "aac.m4a",
        "adts.aac",
        "audio-only.mp4",
    ]);
}

#[test]
fn ogg_songs() {
    torture(&["vorbis.ogg", "opus.opus", "opus.mka"]);
}

#[test]
fn exact_songs() {
    torture(&[
        "chirp.flac",
        "alac.m4a",
        "aiff.aiff",
        "pcm24.caf",
        "wma.wma",
    ]);
}

#[test]
fn clips() {
    torture(&[
        "clip.mp4",
        "clip.mov",
        "clip.mkv",
        "clip.webm",
        "clip.avi",
        "clip.3gp",
        "clip-sideways.mp4",
    ]);
}

#[test]
fn claims_of_length_are_not_believed() {
    let samples: Vec<u8> = (0..8000u32)
        .flat_map(|i| ((i % 100) as i16 * 100).to_le_bytes())
        .collect();
    let mut wav = b"RIFF\xFF\xFF\xFF\xFFWAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1F\0\0\x80\x3E\0\0\x02\0\x10\0data\xFF\xFF\xFF\xFF".to_vec();
    wav.extend(samples);
    let (_folder, path) = file_of("endless.wav", &wav);
    assert_eq!(audio::probe(&path).unwrap().duration_ms, Some(1000));

    // A FLAC stream header with 2^36 - 1 samples.
    let mut flac = std::fs::read(fixture("chirp.flac")).unwrap();
    flac[21] |= 0x0F;
    flac[22..26].fill(0xFF);
    let (_folder, path) = file_of("endless.flac", &flac);
    assert_eq!(audio::probe(&path).unwrap().duration_ms, Some(758));

    // A Xing note that speaks of a song a hundred times as long.
    let mut mp3 = std::fs::read(fixture("lame-vbr.mp3")).unwrap();
    let note = mp3.windows(4).position(|word| word == b"Xing").unwrap();
    mp3[note + 8..note + 12].copy_from_slice(&3000u32.to_be_bytes());
    mp3[note + 12..note + 16].copy_from_slice(&500_000u32.to_be_bytes());
    let (_folder, path) = file_of("endless.mp3", &mp3);
    let duration_ms = audio::probe(&path).unwrap().duration_ms.unwrap();
    assert!((750..850).contains(&duration_ms), "{duration_ms}");
}

#[test]
fn damage_midway_is_told_and_the_rest_still_heard() {
    let mut flac = std::fs::read(fixture("chirp.flac")).unwrap();
    let middle = flac.len() / 2;
    flac[middle..middle + 3000].fill(0x55);
    let (_folder, path) = file_of("hurt.flac", &flac);
    let mut reader = Reader::open(&path).unwrap();
    let (mut frames, mut last, mut out) = (0, Vec::new(), Vec::new());
    while let Ok(count @ 1..) = reader.next(&mut out) {
        frames += count;
        last.clone_from(&out);
    }
    assert!(
        matches!(reader.damage(), Some(Error::Damaged { .. })),
        "{:?}",
        reader.damage()
    );
    // The hole is silence, so that what follows is where it was.
    assert_eq!(frames, 33_437);
    assert!(last.iter().any(|sample| sample.abs() > 0.01));
}

#[test]
fn a_song_that_breaks_off_says_so() {
    for name in ["chirp.flac", "lame-vbr.mp3", "aac.m4a", "vorbis.ogg"] {
        let whole = std::fs::read(fixture(name)).unwrap();
        let (_folder, path) = file_of(name, &whole[..whole.len() / 2]);
        // An index that stood at the end is gone; what can be opened is heard to its end.
        let Ok(mut reader) = Reader::open(&path) else {
            continue;
        };
        let mut out = Vec::new();
        while let Ok(1..) = reader.next(&mut out) {}
        if reader.frames().is_some() {
            assert!(reader.damage().is_some(), "{name}");
        }
    }
}

#[test]
fn an_unreadable_file_is_an_error_of_the_system() {
    let (folder, path) = file_of("x.mp3", b"x");
    drop(folder);
    assert!(matches!(audio::probe(&path), Err(Error::Io { .. })));
    assert!(matches!(photo::decode(&path, None), Err(Error::Io { .. })));
    assert!(matches!(clip::probe(&path), Err(Error::Io { .. })));
    assert!(matches!(audio::cover(&path), Err(Error::Io { .. })));
}
