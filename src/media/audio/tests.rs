use std::path::PathBuf;

use super::*;

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/media")
        .join(name)
}

/// All samples from the reader's position on, and the number of frames.
fn rest(reader: &mut Reader) -> (Vec<f32>, usize) {
    let (mut all, mut out, mut frames) = (Vec::new(), Vec::new(), 0);
    loop {
        let count = reader.next(&mut out).unwrap();
        if count == 0 {
            return (all, frames);
        }
        assert_eq!(out.len(), count * reader.channels());
        frames += count;
        all.extend_from_slice(&out);
    }
}

const CHIRP: u64 = 33_437;
const SHORT: u64 = 3011;
const CHIRP_48: u64 = 36_123;

/// File, codec, frames a second, exact frames, and how far a sample may be off after seeking: AAC fills bands with
/// noise of its own, and Opus predicts from what came before.
const SONGS: &[(&str, &str, u32, u64, f32)] = &[
    ("chirp.flac", "FLAC", 44_100, CHIRP, 0.0),
    ("lame-vbr.mp3", "MP3", 44_100, CHIRP, 1e-5),
    ("aac.m4a", "AAC", 44_100, CHIRP, 0.02),
    ("alac.m4a", "ALAC", 44_100, SHORT, 0.0),
    ("vorbis.ogg", "Vorbis", 44_100, CHIRP, 1e-5),
    ("opus.opus", "Opus", 48_000, CHIRP_48, 0.02),
    ("aiff.aiff", "PCM", 44_100, SHORT, 0.0),
    ("pcm24.caf", "PCM", 44_100, SHORT, 0.0),
    ("audio-only.mp4", "AAC", 44_100, SHORT, 0.02),
];

#[test]
fn every_codec_yields_exactly_the_frames_that_were_recorded() {
    for &(name, codec, rate, frames, _) in SONGS {
        let mut reader = Reader::open(&fixture(name)).unwrap();
        assert_eq!(
            (reader.sample_rate_hz(), reader.channels()),
            (rate, 2),
            "{name}"
        );
        assert_eq!(reader.frames(), Some(frames), "{name}");
        assert_eq!(rest(&mut reader).1 as u64, frames, "{name}");
        assert_eq!(reader.damage(), None, "{name}");
        let meta = probe(&fixture(name)).unwrap();
        assert_eq!(
            meta.duration_ms,
            Some(frames * 1000 / u64::from(rate)),
            "{name}"
        );
        assert_eq!(
            (meta.codec.as_str(), meta.sample_rate_hz, meta.channels),
            (codec, rate, 2),
            "{name}"
        );
        assert!(meta.bitrate_kbps > 0, "{name}");
    }
}

#[test]
fn lossy_decodes_lie_where_the_original_lies() {
    let original = rest(&mut Reader::open(&fixture("chirp.flac")).unwrap()).0;
    for name in ["lame-vbr.mp3", "aac.m4a", "vorbis.ogg"] {
        let decoded = rest(&mut Reader::open(&fixture(name)).unwrap()).0;
        let difference = |shift: usize| {
            let pairs = decoded
                .iter()
                .step_by(2)
                .skip(4000)
                .zip(original.iter().step_by(2).skip(4000 + shift - 8));
            pairs
                .take(20_000)
                .map(|(a, b)| f64::from(a - b).powi(2))
                .sum::<f64>()
        };
        let best = (0..=16).min_by(|a, b| difference(*a).total_cmp(&difference(*b)));
        assert_eq!(best, Some(8), "{name}");
    }
}

#[test]
fn seeking_lands_on_the_very_frame() {
    for &(name, _, _, frames, tolerance) in SONGS {
        let whole = rest(&mut Reader::open(&fixture(name)).unwrap()).0;
        let mut reader = Reader::open(&fixture(name)).unwrap();
        for target in [
            frames / 2,
            0,
            1,
            frames - 1,
            1000,
            frames * 3 / 4,
            frames / 3,
            1200,
        ] {
            assert_eq!(reader.seek(target).unwrap(), target, "{name}");
            let (tail, count) = rest(&mut reader);
            assert_eq!(count as u64, frames - target, "{name} from {target}");
            let expected = &whole[target as usize * 2..];
            let worst = tail
                .iter()
                .zip(expected)
                .map(|(a, b)| (a - b).abs())
                .fold(0.0, f32::max);
            assert!(worst <= tolerance, "{name} from {target}: off by {worst}");
        }
        assert_eq!(reader.seek(u64::MAX).unwrap(), frames, "{name}");
        assert_eq!(reader.next(&mut Vec::new()).unwrap(), 0, "{name}");
    }
}

#[test]
fn headerless_files_are_counted() {
    for name in ["no-header-cbr.mp3", "no-header-vbr.mp3", "adts.aac"] {
        let mut reader = Reader::open(&fixture(name)).unwrap();
        assert_eq!(reader.frames(), None, "{name}");
        let decoded = rest(&mut reader).1 as u64;
        // Without a header the encoder's delay and padding stay: up to four packets.
        assert!(
            (CHIRP..CHIRP + 4608).contains(&decoded),
            "{name}: {decoded}"
        );
        let meta = probe(&fixture(name)).unwrap();
        assert_eq!(meta.duration_ms, Some(decoded * 1000 / 44_100), "{name}");
        assert_eq!(reader.seek(30_000).unwrap(), 30_000, "{name}");
        assert_eq!(rest(&mut reader).1 as u64, decoded - 30_000, "{name}");
    }
}

#[test]
fn reads_tags() {
    for name in [
        "chirp.flac",
        "lame-vbr.mp3",
        "aac.m4a",
        "alac.m4a",
        "vorbis.ogg",
    ] {
        let meta = probe(&fixture(name)).unwrap();
        let texts = [&meta.title, &meta.artist, &meta.album].map(|text| text.as_deref());
        assert_eq!(
            texts,
            [Some("Chirp"), Some("Parlour"), Some("Fixtures")],
            "{name}"
        );
        if name != "vorbis.ogg" {
            assert_eq!((meta.track, meta.year), (Some(3), Some(2024)), "{name}");
        }
    }
    let flac = probe(&fixture("chirp.flac")).unwrap();
    assert_eq!(
        (flac.gain_track_db, flac.rating, flac.bits),
        (Some(-6.5), Some(4), Some(16))
    );
    assert_eq!(flac.genre, ["Test"]);
    assert!(flac.has_lyrics && !flac.has_cover);
    assert_eq!(
        probe(&fixture("opus.opus")).unwrap().gain_track_db,
        Some(0.0)
    );
    let lyrics = lyrics(&fixture("chirp.flac")).unwrap().unwrap();
    assert_eq!(lyrics.lines, [(Some(500), "La".to_owned())]);
}

#[test]
fn what_cannot_be_decoded_says_why() {
    let error = probe(&fixture("wma.wma")).unwrap_err();
    assert_eq!(
        error.reason(),
        "WMA files cannot be decoded yet; the file is listed and kept"
    );
    assert!(matches!(
        probe(&fixture("exif.jpg")),
        Err(Error::NotMedia { .. })
    ));
    assert!(matches!(
        probe(&fixture("clip.mp4")),
        Err(Error::NotMedia { .. })
    ));
}

#[test]
fn clips_have_sound_too() {
    for name in ["clip.mp4", "clip.mkv", "clip.webm"] {
        let mut reader = Reader::open(&fixture(name)).unwrap();
        let frames = rest(&mut reader).1;
        assert!((2900..6000).contains(&frames), "{name}: {frames}");
    }
}
