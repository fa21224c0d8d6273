//! Stretches of a song as mono at 16 kHz: what the taggers listen to.

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Resampler};

/// The sampling rate of [`super::Analysis::mono_16k`].
const RATE_HZ: u32 = 16_000;

/// Which stretches are kept: `count` of `seconds` each, spread evenly from the first moment to the last. A sound that
/// is not longer than all of them together is kept whole, as one stretch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Windows {
    /// How many stretches.
    pub count: usize,
    /// How long each is.
    pub seconds: f32,
}

impl Windows {
    /// Keep nothing.
    pub const NONE: Self = Self {
        count: 0,
        seconds: 0.0,
    };
}

/// Picks the windows out of a stream of frames.
pub(super) struct Picker {
    rate_hz: u32,
    channels: usize,
    /// First frames of the windows, in order.
    starts: Vec<u64>,
    frames_each: usize,
    samples_each: usize,
    /// The window that frames go to next.
    current: usize,
    at: u64,
    mono: Vec<f32>,
    resampler: Option<Fft<f32>>,
    pub mono_16k: Vec<f32>,
    pub starts_ms: Vec<u64>,
}

impl Picker {
    /// `total` is the number of frames to come, as far as known; it decides only where the windows lie.
    pub fn new(windows: &Windows, rate_hz: u32, channels: usize, total: Option<u64>) -> Self {
        let seconds = f64::from(windows.seconds.clamp(0.0, 60.0));
        let count = windows.count.min(1000);
        let frames_each = (seconds * f64::from(rate_hz)).round() as usize;
        let samples_each = (seconds * f64::from(RATE_HZ)).round() as usize;
        let all = (frames_each * count) as u64;
        let (starts, frames_each, samples_each) =
            match total.and_then(|total| total.checked_sub(all)) {
                _ if all == 0 => (Vec::new(), 0, 0),
                Some(spare) if spare > 0 => {
                    let last = spare + all - frames_each as u64;
                    let steps = (count as u64 - 1).max(1);
                    let start = |index| {
                        if count == 1 {
                            last / 2
                        } else {
                            last * index / steps
                        }
                    };
                    (
                        (0..count as u64).map(start).collect(),
                        frames_each,
                        samples_each,
                    )
                }
                _ => (vec![0], all as usize, samples_each * count),
            };
        let resampler = (rate_hz != RATE_HZ && !starts.is_empty())
            .then(|| Fft::new(rate_hz as usize, RATE_HZ as usize, 1024, 1, FixedSync::Both).ok())
            .flatten();
        Self {
            rate_hz,
            channels,
            starts,
            frames_each,
            samples_each,
            current: 0,
            at: 0,
            mono: Vec::new(),
            resampler,
            mono_16k: Vec::new(),
            starts_ms: Vec::new(),
        }
    }

    pub fn add(&mut self, interleaved: &[f32]) {
        let frames = interleaved.len() / self.channels;
        let mut used = 0;
        while let Some(&start) = self.starts.get(self.current) {
            let from = (start + self.mono.len() as u64).saturating_sub(self.at) as usize;
            if from >= frames {
                break;
            }
            used = used.max(from);
            let take = (self.frames_each - self.mono.len()).min(frames - used);
            let share = 1.0 / self.channels as f32;
            let wanted = &interleaved[used * self.channels..(used + take) * self.channels];
            self.mono.extend(
                wanted
                    .chunks_exact(self.channels)
                    .map(|frame| frame.iter().sum::<f32>() * share),
            );
            used += take;
            if self.mono.len() < self.frames_each {
                break;
            }
            self.close();
        }
        self.at += frames as u64;
    }

    /// Ends the last window where the sound ends.
    pub fn finish(&mut self) {
        if !self.mono.is_empty() {
            self.close();
        }
    }

    fn close(&mut self) {
        let is_only = self.starts.len() == 1;
        let samples = self.resampled();
        let start_ms = self.starts[self.current] * 1000 / u64::from(self.rate_hz);
        self.current += 1;
        self.mono.clear();
        let Some(mut samples) = samples.filter(|samples| !samples.is_empty()) else {
            return;
        };
        if is_only {
            samples.truncate(self.samples_each);
        } else {
            // A sound that was shorter than announced ends in silence, so that all windows are alike.
            samples.resize(self.samples_each, 0.0);
        }
        self.mono_16k.extend(samples);
        self.starts_ms.push(start_ms);
    }

    fn resampled(&mut self) -> Option<Vec<f32>> {
        if self.rate_hz == RATE_HZ {
            return Some(std::mem::take(&mut self.mono));
        }
        let resampler = self.resampler.as_mut()?;
        resampler.reset();
        let room = resampler.process_all_needed_output_len(self.mono.len());
        let mut samples = vec![0.0; room];
        let input = InterleavedSlice::new(&self.mono, 1, self.mono.len()).ok()?;
        let mut output = InterleavedSlice::new_mut(&mut samples, 1, room).ok()?;
        let (_, length) = resampler
            .process_all_into_buffer(&input, &mut output, self.mono.len(), None)
            .ok()?;
        samples.truncate(length);
        Some(samples)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(frame: usize, rate_hz: u32) -> f32 {
        let turns = frame as f64 * 999.5 / f64::from(rate_hz);
        (turns * std::f64::consts::TAU).sin() as f32
    }

    fn picked(windows: &Windows, rate_hz: u32, total: Option<u64>, frames: usize) -> Picker {
        let mut picker = Picker::new(windows, rate_hz, 2, total);
        // Half a hertz below 1 kHz, one channel twice as loud.
        let wave = |i: usize| tone(i, rate_hz);
        let samples: Vec<f32> = (0..frames).flat_map(|i| [wave(i), wave(i) * 0.5]).collect();
        samples.chunks(2 * 777).for_each(|chunk| picker.add(chunk));
        picker.finish();
        picker
    }

    #[test]
    fn windows_are_spread_evenly_and_equally_long() {
        let windows = Windows {
            count: 4,
            seconds: 0.5,
        };
        let picker = picked(&windows, 44_100, Some(441_000), 441_000);
        assert_eq!(picker.starts_ms, [0, 3166, 6333, 9500]);
        assert_eq!(picker.mono_16k.len(), 4 * 8000);
        // The tone is still itself, at the mean of both channels.
        let second = &picker.mono_16k[8200..15_800];
        let rms = (second.iter().map(|s| s * s).sum::<f32>() / second.len() as f32).sqrt();
        assert!((rms - 0.75 / 2f32.sqrt()).abs() < 0.01, "{rms}");
        let worst = (200..7800)
            .map(|i| (picker.mono_16k[i] - 0.75 * tone(i, 16_000)).abs())
            .fold(0.0, f32::max);
        // The resampler's delay is known to half a frame of the source.
        assert!(worst < 0.06, "{worst}");
    }

    #[test]
    fn short_sounds_are_kept_whole() {
        let windows = Windows {
            count: 24,
            seconds: 3.2,
        };
        for rate_hz in [8000, 16_000, 22_050, 44_100, 48_000, 96_000] {
            let picker = picked(
                &windows,
                rate_hz,
                Some(u64::from(rate_hz) * 2),
                rate_hz as usize * 2,
            );
            assert_eq!(picker.starts_ms, [0]);
            assert!(
                picker.mono_16k.len().abs_diff(32_000) <= 1,
                "{rate_hz}: {}",
                picker.mono_16k.len()
            );
        }
        let unknown = picked(&windows, 16_000, None, 1000);
        assert_eq!(unknown.mono_16k.len(), 1000);
        assert!(
            picked(&Windows::NONE, 44_100, Some(100), 100)
                .mono_16k
                .is_empty()
        );
    }

    #[test]
    fn a_sound_shorter_than_announced_ends_in_silence() {
        let windows = Windows {
            count: 2,
            seconds: 0.1,
        };
        let picker = picked(&windows, 16_000, Some(16_000), 15_000);
        assert_eq!(picker.mono_16k.len(), 3200);
        assert_eq!(picker.mono_16k[3199], 0.0);
    }
}
