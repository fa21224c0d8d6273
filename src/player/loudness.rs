//! How much louder or softer each track is played, so that all of them come out equally loud and none clips.
//!
//! The gain is decided before a track is decoded and applied on the decoding thread, from its first frame to its last: the
//! output's callback knows nothing of it.

use std::path::Path;

use super::track::Track;
use crate::error::Result;
use crate::jobs::Cancel;
use crate::media::audio::{self, Windows};

/// The loudness that ReplayGain 2.0 tags speak of.
pub const TARGET_LUFS: f64 = -18.0;
/// No gain lifts a true peak above this (EBU R 128 s1).
const MAX_PEAK_DB: f64 = -1.0;
/// Tags and measurements beyond this are a mistake.
const MAX_GAIN_DB: f64 = 51.0;

/// What makes tracks equally loud.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Gain {
    /// Every track as it is in its file.
    #[default]
    Off,
    /// Every track by itself.
    Track,
    /// Tracks of one album that follow each other keep their differences.
    Album,
}

/// What is known of one file's loudness.
#[derive(Debug, Clone, PartialEq, Default)]
struct Level {
    /// From the tags, against -18 LUFS.
    track_db: Option<f64>,
    album_db: Option<f64>,
    /// Measured.
    loudness_lufs: Option<f64>,
    true_peak_db: Option<f64>,
    secs: f64,
    /// Artist and name of the album.
    album: Option<(String, String)>,
}

impl Level {
    fn of(path: &Path) -> Result<Self> {
        let meta = audio::probe(path)?;
        let measured = audio::analyse(path, &Windows::NONE, &Cancel::default())?;
        let artist = meta.album_artist.unwrap_or_default();
        Ok(Self {
            track_db: meta.gain_track_db.map(f64::from),
            album_db: meta.gain_album_db.map(f64::from),
            loudness_lufs: measured.loudness_lufs,
            true_peak_db: measured.true_peak_db,
            secs: measured.duration_ms as f64 / 1000.0,
            album: meta.album.map(|album| (artist, album)),
        })
    }
}

/// Gives every track its gain. Tags decide, and measuring where there are none; the true peak is always measured. A file
/// that cannot be read is left as it is: playing it will say why.
pub fn level(tracks: &mut [Track], gain: Gain, target_lufs: f64) {
    if gain == Gain::Off {
        return;
    }
    let levels: Vec<Level> = tracks
        .iter()
        .map(|track| Level::of(&track.path).unwrap_or_default())
        .collect();
    let gains = gains(&levels, gain, target_lufs);
    for (track, gain_db) in tracks.iter_mut().zip(gains) {
        track.gain_mb = (gain_db * 100.0).floor() as i32;
    }
}

/// The gain of each in decibels.
fn gains(levels: &[Level], gain: Gain, target_lufs: f64) -> Vec<f64> {
    let is_one =
        |a: &Level, b: &Level| gain == Gain::Album && a.album.is_some() && a.album == b.album;
    levels
        .chunk_by(is_one)
        .flat_map(|group| {
            let gain_db = match gain {
                Gain::Off => 0.0,
                Gain::Track | Gain::Album => group_gain(group, gain, target_lufs),
            };
            std::iter::repeat_n(gain_db, group.len())
        })
        .collect()
}

/// The gain of tracks that share one.
fn group_gain(group: &[Level], gain: Gain, target_lufs: f64) -> f64 {
    let tagged = group.iter().find_map(|level| match gain {
        Gain::Album => level
            .album_db
            .or((group.len() == 1).then_some(level.track_db?)),
        _ => level.track_db,
    });
    let wanted = tagged
        .map(|db| db + target_lufs - TARGET_LUFS)
        .or_else(|| Some(target_lufs - loudness(group)?));
    let peak = group
        .iter()
        .filter_map(|level| level.true_peak_db)
        .reduce(f64::max);
    match (wanted, peak) {
        (Some(wanted), Some(peak)) if wanted.is_finite() && wanted.abs() <= MAX_GAIN_DB => {
            wanted.min(MAX_PEAK_DB - peak)
        }
        // Silence, or nothing that can be trusted.
        _ => 0.0,
    }
}

/// The loudness of all of them together: their mean power over time.
fn loudness(group: &[Level]) -> Option<f64> {
    let (power, secs) = group
        .iter()
        .filter_map(|level| Some((level.loudness_lufs?, level.secs)))
        .fold((0.0, 0.0), |(power, all), (lufs, secs)| {
            (power + secs * 10_f64.powf(lufs / 10.0), all + secs)
        });
    (secs > 0.0).then(|| 10.0 * (power / secs).log10())
}

/// The linear factor for a gain in hundredths of a decibel.
pub fn factor(gain_mb: i32) -> f32 {
    10_f32.powf(gain_mb as f32 / 2000.0)
}
