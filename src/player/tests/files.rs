//! Real files through the whole way, as `parlour play --output wav:PATH` goes it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::super::{Output, PlayerEvent, Track, play_blocking};
use crate::error::Error;
use crate::media::audio::Reader;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/media")
        .join(name)
}

fn write_wav(path: &Path, bits: u16, samples: &[i32]) {
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate: 44_100,
        bits_per_sample: bits,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(path, spec).unwrap();
    for &sample in samples {
        writer.write_sample(sample).unwrap();
    }
    writer.finalize().unwrap();
}

/// Everything that is heard of these files, and what happened.
fn hear(paths: &[&Path], from: Duration) -> (Vec<f32>, Vec<PlayerEvent>) {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out.wav");
    let tracks = paths.iter().map(|path| Track::from_path(path)).collect();
    let mut events = Vec::new();
    play_blocking(tracks, Output::Wav(out.clone()), from, |event| {
        events.push(event.clone());
    })
    .unwrap();
    let samples = hound::WavReader::open(&out).map_or(Vec::new(), |mut wav| {
        wav.samples::<f32>().map(|sample| sample.unwrap()).collect()
    });
    (samples, events)
}

/// A file's own frames as stereo.
fn decoded(path: &Path) -> (Vec<f32>, u32) {
    let mut reader = Reader::open(path).unwrap();
    let (mut all, mut block) = (Vec::new(), Vec::new());
    while reader.next(&mut block).unwrap() > 0 {
        super::super::stereo::to_stereo(&block, reader.channels(), &mut all);
    }
    (all, reader.sample_rate_hz())
}

#[test]
fn a_recording_cut_into_wav_files_comes_back_bit_by_bit() {
    let mut rng = fastrand::Rng::with_seed(6);
    let whole: Vec<i32> = (0..2 * 100_000)
        .map(|_| rng.i32(-32_768..=32_767))
        .collect();
    let dir = tempfile::tempdir().unwrap();
    let cuts = [0, 1, 4_411, 57_000, 57_001, 100_000];
    let mut paths = Vec::new();
    for (n, cut) in cuts.windows(2).enumerate() {
        let path = dir.path().join(format!("{n}.wav"));
        write_wav(&path, 16, &whole[2 * cut[0]..2 * cut[1]]);
        paths.push(path);
    }
    let paths: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
    let (heard, events) = hear(&paths, Duration::ZERO);
    let wanted: Vec<f32> = whole
        .iter()
        .map(|&sample| sample as f32 / 32_768.0)
        .collect();
    assert!(heard == wanted, "{} for {}", heard.len(), wanted.len());
    let full = |event: &&PlayerEvent| matches!(event, PlayerEvent::Finished { share: 1.0, .. });
    assert_eq!(events.iter().filter(full).count(), 5);
}

#[test]
fn every_format_joins_without_a_sample_too_many_or_too_few() {
    let names = [
        "chirp.flac",
        "aac.m4a",
        "alac.m4a",
        "aiff.aiff",
        "pcm24.caf",
        "lame-vbr.mp3",
        "no-header-cbr.mp3",
        "vorbis.ogg",
        "opus.opus",
    ];
    for name in names {
        let path = fixture(name);
        let (one, _) = decoded(&path);
        let (heard, _) = hear(&[&path, &path], Duration::ZERO);
        assert_eq!(heard.len(), 2 * one.len(), "{name}");
        let apart = |(a, b): (&f32, &f32)| (a - b).abs();
        let error = heard
            .iter()
            .zip(one.iter().chain(&one))
            .map(apart)
            .fold(0.0, f32::max);
        assert_eq!(error, 0.0, "{name}");
    }
}

#[test]
fn playing_from_the_middle_lands_on_the_frame_in_every_format() {
    for name in [
        "chirp.flac",
        "aac.m4a",
        "alac.m4a",
        "lame-vbr.mp3",
        "vorbis.ogg",
        "opus.opus",
    ] {
        let path = fixture(name);
        let (whole, rate_hz) = decoded(&path);
        let frame = whole.len() / 2 / 3;
        let from = Duration::from_secs_f64(frame as f64 / f64::from(rate_hz));
        let (heard, _) = hear(&[&path], from);
        assert_eq!(heard.len(), whole.len() - 2 * frame, "{name}");
        let faded = 2 * rate_hz as usize / 100;
        let wanted = &whole[2 * frame..];
        let apart = |(a, b): (&f32, &f32)| (a - b).abs();
        let error = heard
            .iter()
            .zip(wanted)
            .skip(faded)
            .map(apart)
            .fold(0.0, f32::max);
        // Opus does not decode to the same bits from another starting point; the place is what counts.
        assert!(error < 0.02, "{name}: {error}");
    }
}

#[test]
fn broken_files_say_why_and_the_rest_is_played() {
    let dir = tempfile::tempdir().unwrap();
    let good = dir.path().join("good.wav");
    write_wav(&good, 24, &vec![1_000_000; 2 * 5_000]);
    let empty = dir.path().join("empty.mp3");
    std::fs::write(&empty, b"").unwrap();
    let text = dir.path().join("text.flac");
    std::fs::write(&text, "not music at all\n".repeat(1000)).unwrap();
    let missing = dir.path().join("missing.ogg");
    let cut = dir.path().join("cut.flac");
    let flac = std::fs::read(fixture("chirp.flac")).unwrap();
    std::fs::write(&cut, &flac[..flac.len() / 2]).unwrap();

    let (heard, events) = hear(
        &[&empty, &good, &text, &missing, &cut, &good],
        Duration::ZERO,
    );
    let mut reasons = Vec::new();
    for event in &events {
        if let PlayerEvent::Failed { track, error } = event {
            assert_eq!(error.path(), Some(track.path.as_path()));
            reasons.push(error.clone());
        }
    }
    assert_eq!(reasons.len(), 4, "{reasons:?}");
    assert!(matches!(reasons[0], Error::Empty { .. }), "{}", reasons[0]);
    let shares: Vec<f32> = events
        .iter()
        .filter_map(|event| match event {
            PlayerEvent::Finished { share, .. } => Some(*share),
            _ => None,
        })
        .collect();
    assert_eq!((shares.len(), shares[0], shares[2]), (3, 1.0, 1.0));
    assert!((0.2..0.8).contains(&shares[1]), "{shares:?}");
    assert!(heard.len() > 2 * 2 * 5_000);
}

#[test]
fn a_wav_file_that_cannot_be_written_is_an_error() {
    let path = Path::new("/nowhere/at/all/out.wav").to_owned();
    let tracks = vec![Track::from_path(&fixture("chirp.flac"))];
    let result = play_blocking(tracks, Output::Wav(path), Duration::ZERO, |_| {});
    assert!(matches!(result, Err(Error::Io { .. })), "{result:?}");
}

#[test]
fn nothing_to_play_is_no_error_and_null_swallows_everything() {
    let nothing = play_blocking(Vec::new(), Output::Null, Duration::ZERO, |_| {});
    assert_eq!(nothing, Ok(()));
    let mut last = None;
    let tracks = vec![Track::from_path(&fixture("vorbis.ogg"))];
    play_blocking(tracks, Output::Null, Duration::ZERO, |event| {
        last = Some(event.clone());
    })
    .unwrap();
    assert_eq!(last, Some(PlayerEvent::Ended));
}
