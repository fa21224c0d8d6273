//! One pass over a song: loudness, peaks, waveform, and the stretches that the taggers listen to.

use std::path::Path;

use ebur128::{EbuR128, Mode};

use super::stream::Stream;
use super::true_peak::TruePeak;
use super::windows::{Picker, Windows};
use super::{Reader, count_frames};
use crate::error::{Error, Result};
use crate::jobs::Cancel;

/// Points of a waveform.
const POINTS: usize = 1000;

/// Hours from which loudness is kept as a histogram (in tenths of a decibel) instead of block by block.
const HISTOGRAM_HOURS: u64 = 24;

/// What listening to a whole song told.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Analysis {
    /// Length, from the frames that were decoded.
    pub duration_ms: u64,
    /// Frames decoded.
    pub frames: u64,
    /// The waveform: the highest sample of each of 1000 equal parts, 255 is full scale.
    pub peaks: Vec<u8>,
    /// Integrated loudness (EBU R 128); `None` for silence and sounds below 0.4 s.
    pub loudness_lufs: Option<f64>,
    /// Loudness range (EBU Tech 3342).
    pub range_lu: Option<f64>,
    /// True peak against full scale (ITU-R BS.1770-5, annex 2); below -3 dB it is the sample peak.
    pub true_peak_db: Option<f64>,
    /// The stretches asked for, one behind the other: mono, 16 kHz, channels averaged.
    pub mono_16k: Vec<f32>,
    /// Where each of them begins.
    pub window_starts_ms: Vec<u64>,
    /// What was wrong with the file, when something was.
    pub damage: Option<Error>,
}

impl Analysis {
    /// Samples in each stretch of [`Analysis::mono_16k`].
    pub fn window_len(&self) -> usize {
        self.mono_16k.len() / self.window_starts_ms.len().max(1)
    }
}

/// Decodes a song once and measures it. Memory does not grow with its length, except for some 30 bytes a second of sound.
///
/// # Errors
/// As [`Reader::open`], and [`Error::Cancelled`].
pub fn analyse(path: &Path, windows: &Windows, cancel: &Cancel) -> Result<Analysis> {
    let mut reader = Reader::open(path)?;
    let (rate_hz, channels) = (reader.sample_rate_hz(), reader.channels());
    let total = match reader.frames() {
        Some(frames) => Some(frames),
        None => crate::media::caught("audio", path, || {
            Ok(count_frames(&mut Stream::open(path)?, rate_hz))
        })?,
    };
    let mut mode = Mode::I | Mode::LRA;
    mode.set(
        Mode::HISTOGRAM,
        total.is_none_or(|total| total / u64::from(rate_hz) / 3600 >= HISTOGRAM_HOURS),
    );
    // Rates and channels that the meter does not know are measured by nobody.
    let mut loudness = EbuR128::new(channels as u32, rate_hz, mode).ok();
    let mut true_peak = TruePeak::new(channels);
    let mut waveform = Waveform::default();
    let mut picker = Picker::new(windows, rate_hz, channels, total);
    let (mut chunk, mut frames) = (Vec::new(), 0u64);
    loop {
        cancel.check()?;
        let count = reader.next(&mut chunk)?;
        if count == 0 {
            break;
        }
        // Damaged floating-point files hold what is no number.
        for sample in &mut chunk {
            if !sample.is_finite() {
                *sample = 0.0;
            }
        }
        frames += count as u64;
        if loudness
            .as_mut()
            .is_some_and(|meter| meter.add_frames_f32(&chunk).is_err())
        {
            loudness = None;
        }
        true_peak.add(&chunk);
        waveform.add(&chunk, channels);
        picker.add(&chunk);
    }
    picker.finish();
    let integrated = loudness
        .as_ref()
        .and_then(|meter| meter.loudness_global().ok())
        .filter(|lufs| lufs.is_finite());
    Ok(Analysis {
        duration_ms: frames * 1000 / u64::from(rate_hz),
        frames,
        peaks: waveform.points(),
        loudness_lufs: integrated,
        range_lu: loudness
            .and_then(|meter| meter.loudness_range().ok())
            .filter(|range| range.is_finite() && integrated.is_some()),
        true_peak_db: true_peak.finish(),
        mono_16k: picker.mono_16k,
        window_starts_ms: picker.starts_ms,
        damage: reader.damage(),
    })
}

/// Peaks of ever longer parts: whenever there are too many, neighbours become one, so that a length that is not known in
/// advance needs no memory.
struct Waveform {
    peaks: Vec<f32>,
    /// Frames in each part.
    part: usize,
    /// The part being filled, and how far.
    highest: f32,
    filled: usize,
}

impl Default for Waveform {
    fn default() -> Self {
        Self {
            peaks: Vec::new(),
            part: 16,
            highest: 0.0,
            filled: 0,
        }
    }
}

impl Waveform {
    const MOST: usize = 16 * POINTS;

    fn add(&mut self, interleaved: &[f32], channels: usize) {
        let mut rest = interleaved;
        while !rest.is_empty() {
            let take = ((self.part - self.filled) * channels).min(rest.len());
            let (now, later) = rest.split_at(take);
            self.highest = now
                .iter()
                .fold(self.highest, |peak, sample| peak.max(sample.abs()));
            self.filled += take / channels;
            rest = later;
            if self.filled == self.part {
                self.close();
            }
        }
    }

    fn close(&mut self) {
        self.peaks.push(self.highest);
        (self.highest, self.filled) = (0.0, 0);
        if self.peaks.len() == Self::MOST {
            self.peaks = self
                .peaks
                .as_chunks::<2>()
                .0
                .iter()
                .map(|pair| pair[0].max(pair[1]))
                .collect();
            self.part *= 2;
        }
    }

    fn points(mut self) -> Vec<u8> {
        if self.filled > 0 {
            self.close();
        }
        let count = self.peaks.len();
        if count == 0 {
            return vec![0; POINTS];
        }
        (0..POINTS)
            .map(|point| {
                let from = (point * count / POINTS).min(count - 1);
                let to = ((point + 1) * count / POINTS).clamp(from + 1, count);
                let peak = self.peaks[from..to]
                    .iter()
                    .fold(0.0f32, |peak, part| peak.max(*part));
                (peak.min(1.0) * 255.0).round() as u8
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wav(seconds: f32, amplitude: impl Fn(f32) -> f32) -> tempfile::NamedTempFile {
        let file = tempfile::Builder::new().suffix(".wav").tempfile().unwrap();
        let spec = hound::WavSpec {
            channels: 2,
            sample_rate: 48_000,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut writer = hound::WavWriter::create(file.path(), spec).unwrap();
        for i in 0..(seconds * 48_000.0) as usize {
            let t = i as f32 / 48_000.0;
            let sample = amplitude(t) * (t * 997.0 * std::f32::consts::TAU).sin() * 32_767.0;
            writer.write_sample(sample as i16).unwrap();
            writer.write_sample(sample as i16).unwrap();
        }
        writer.finalize().unwrap();
        file
    }

    #[test]
    fn loudness_of_the_reference_tone() {
        // EBU Tech 3341, test 1: a stereo sine of 1 kHz at -23 dBFS reads -23 LUFS.
        let file = wav(10.0, |_| 10f32.powf(-23.0 / 20.0));
        let analysis = analyse(
            file.path(),
            &Windows {
                count: 4,
                seconds: 1.0,
            },
            &Cancel::default(),
        )
        .unwrap();
        assert!(
            (analysis.loudness_lufs.unwrap() + 23.0).abs() < 0.1,
            "{:?}",
            analysis.loudness_lufs
        );
        assert!((analysis.true_peak_db.unwrap() + 23.0).abs() < 0.1);
        assert_eq!((analysis.frames, analysis.duration_ms), (480_000, 10_000));
        assert_eq!(analysis.window_starts_ms, [0, 3000, 6000, 9000]);
        assert_eq!(
            (analysis.mono_16k.len(), analysis.window_len()),
            (64_000, 16_000)
        );
    }

    #[test]
    fn the_waveform_follows_the_sound_and_silence_has_no_loudness() {
        let file = wav(3.0, |t| if t < 1.5 { 1.0 } else { 0.25 });
        let analysis = analyse(file.path(), &Windows::NONE, &Cancel::default()).unwrap();
        assert_eq!(analysis.peaks.len(), POINTS);
        assert!(analysis.peaks[..498].iter().all(|peak| *peak >= 250));
        assert!(
            analysis.peaks[502..]
                .iter()
                .all(|peak| (60..=66).contains(peak))
        );
        let silence =
            analyse(wav(1.0, |_| 0.0).path(), &Windows::NONE, &Cancel::default()).unwrap();
        assert_eq!((silence.loudness_lufs, silence.true_peak_db), (None, None));
    }

    #[test]
    fn stops_when_told() {
        let cancel = Cancel::default();
        cancel.cancel();
        assert_eq!(
            analyse(wav(0.1, |_| 0.0).path(), &Windows::NONE, &cancel),
            Err(Error::Cancelled)
        );
    }

    #[test]
    fn a_long_waveform_stays_small() {
        let mut waveform = Waveform::default();
        for second in 0..4000 {
            waveform.add(&vec![if second % 2 == 0 { 0.5 } else { 0.1 }; 8000], 1);
        }
        assert!(waveform.peaks.len() < Waveform::MOST);
        assert!(waveform.points().iter().all(|peak| *peak == 128));
    }
}
