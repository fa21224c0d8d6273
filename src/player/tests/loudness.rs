//! Equal loudness on real encoded files, heard as `parlour play --gain` plays them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::super::{Gain, Output, TARGET_LUFS, Track, level, play_blocking};
use crate::jobs::Cancel;
use crate::media::audio::{Windows, analyse};

fn run(program: &str, args: &[&str]) {
    let done = Command::new(program).args(args).output().unwrap();
    assert!(
        done.status.success(),
        "{program}: {}",
        String::from_utf8_lossy(&done.stderr)
    );
}

/// Four seconds of two tones at this level, encoded by the file's extension, with these tags.
fn song(dir: &Path, name: &str, volume_db: f64, tags: &[&str]) -> PathBuf {
    let path = dir.join(name);
    let graph = format!(
        "aevalsrc=0.5*sin(2*PI*997*t)|0.5*sin(2*PI*1499*t):s=48000:d=4,volume={volume_db}dB"
    );
    let mut args = vec!["-v", "error", "-f", "lavfi", "-i", &graph];
    for tag in tags {
        args.extend(["-metadata", tag]);
    }
    args.push(path.to_str().unwrap());
    run("ffmpeg", &args);
    path
}

/// Loudness and true peak of each four seconds of what is heard.
fn heard(dir: &Path, paths: &[PathBuf], gain: Gain, target: f64) -> Vec<(f64, f64)> {
    let mut tracks: Vec<Track> = paths.iter().map(|path| Track::from_path(path)).collect();
    level(&mut tracks, gain, target);
    let out = dir.join("out.wav");
    play_blocking(tracks, Output::Wav(out.clone()), Duration::ZERO, |_| {}).unwrap();
    let mut wav = hound::WavReader::open(&out).unwrap();
    let spec = wav.spec();
    let samples: Vec<f32> = wav.samples::<f32>().map(|sample| sample.unwrap()).collect();
    assert_eq!(samples.len(), paths.len() * 2 * 4 * 48_000);
    let part = dir.join("part.wav");
    let parts = samples.chunks_exact(2 * 4 * 48_000).map(|chunk| {
        let mut writer = hound::WavWriter::create(&part, spec).unwrap();
        for &sample in chunk {
            writer.write_sample(sample).unwrap();
        }
        writer.finalize().unwrap();
        let found = analyse(&part, &Windows::NONE, &Cancel::default()).unwrap();
        (found.loudness_lufs.unwrap(), found.true_peak_db.unwrap())
    });
    parts.collect()
}

fn is_near(found: f64, wanted: f64) {
    assert!((found - wanted).abs() < 0.1, "{found} for {wanted}");
}

#[test]
fn songs_without_tags_are_measured_and_come_out_equally_loud() {
    let dir = tempfile::tempdir().unwrap();
    let songs = [
        song(dir.path(), "loud.flac", 0.0, &[]),
        song(dir.path(), "soft.mp3", -20.0, &[]),
        song(dir.path(), "softer.ogg", -26.0, &[]),
    ];
    // Encoders add and trim nothing here that matters: the player gives each back at its own length.
    for (lufs, _) in heard(dir.path(), &songs, Gain::Track, TARGET_LUFS) {
        is_near(lufs, -18.0);
    }
    for (lufs, _) in heard(dir.path(), &songs, Gain::Track, -23.0) {
        is_near(lufs, -23.0);
    }
}

#[test]
fn an_album_keeps_its_differences_and_its_neighbour_does_not_count() {
    let dir = tempfile::tempdir().unwrap();
    let album = ["album=Nocturnes", "album_artist=Field"];
    let songs = [
        song(dir.path(), "1.flac", -6.0, &album),
        song(dir.path(), "2.flac", -16.0, &album),
        song(dir.path(), "other.flac", -30.0, &["album=Études"]),
    ];
    let heard = heard(dir.path(), &songs, Gain::Album, TARGET_LUFS);
    is_near(heard[0].0 - heard[1].0, 10.0);
    let power = |lufs: f64| 10_f64.powf(lufs / 10.0);
    let mean = f64::midpoint(power(heard[0].0), power(heard[1].0));
    is_near(10.0 * mean.log10(), -18.0);
    is_near(heard[2].0, -18.0);
}

#[test]
fn tags_decide_where_there_are_some_also_those_of_opus() {
    let dir = tempfile::tempdir().unwrap();
    let tags = [
        "REPLAYGAIN_TRACK_GAIN=-3.50 dB",
        "REPLAYGAIN_ALBUM_GAIN=-7.25 dB",
        "album=One",
    ];
    let flac = [song(dir.path(), "tagged.flac", -6.0, &tags)];
    let as_it_is = heard(dir.path(), &flac, Gain::Off, TARGET_LUFS)[0].0;
    let by_track = heard(dir.path(), &flac, Gain::Track, TARGET_LUFS)[0].0;
    let by_album = heard(dir.path(), &flac, Gain::Album, TARGET_LUFS)[0].0;
    is_near(by_track - as_it_is, -3.5);
    is_near(by_album - as_it_is, -7.25);
    // -2560 / 256 = -10 dB against -23 LUFS is -5 dB against -18.
    let opus = [song(dir.path(), "o.opus", -6.0, &["R128_TRACK_GAIN=-2560"])];
    let before = heard(dir.path(), &opus, Gain::Off, TARGET_LUFS)[0].0;
    let after = heard(dir.path(), &opus, Gain::Track, TARGET_LUFS)[0].0;
    is_near(after - before, -5.0);
}

#[test]
fn a_gain_that_would_clip_is_held_below_the_true_peak() {
    let dir = tempfile::tempdir().unwrap();
    let songs = [song(
        dir.path(),
        "hot.flac",
        0.0,
        &["REPLAYGAIN_TRACK_GAIN=+20.00 dB"],
    )];
    let (_, peak) = heard(dir.path(), &songs, Gain::Track, TARGET_LUFS)[0];
    assert!((-1.2..=-0.98).contains(&peak), "{peak}");
}
