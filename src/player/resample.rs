//! One sample rate to another, as a stream, exact in length.

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Indexing, Resampler as _, WindowFunction};

use crate::error::{Error, Result, one_line};

/// The filter is at least this long at the lower of the two rates: its slope is then about a fiftieth of that rate.
const MIN_FILTER_FRAMES: usize = 512;

/// Band-limited resampling of interleaved stereo. `n` input frames become exactly [`Resampler::frames_for`]`(n)` output
/// frames, aligned in time: the filter's delay is taken out. Equal rates are passed through untouched.
pub struct Resampler {
    source_hz: u32,
    target_hz: u32,
    fft: Option<Fft<f32>>,
    /// Input that does not fill a step yet.
    waiting: Vec<f32>,
    step: Vec<f32>,
    /// Output frames still to be dropped at the start: the filter's delay.
    delay_left: usize,
    frames_in: u64,
    frames_out: u64,
}

impl Resampler {
    /// # Errors
    /// When the pair of rates cannot be resampled (zero).
    pub fn new(source_hz: u32, target_hz: u32) -> Result<Self> {
        let fft = if source_hz == target_hz {
            None
        } else {
            Some(fft(source_hz as usize, target_hz as usize)?)
        };
        Ok(Self {
            source_hz,
            target_hz,
            delay_left: fft.as_ref().map_or(0, Fft::output_delay),
            step: vec![0.0; fft.as_ref().map_or(0, |fft| 2 * fft.output_frames_max())],
            fft,
            waiting: Vec::new(),
            frames_in: 0,
            frames_out: 0,
        })
    }

    /// The rate of what goes in.
    pub fn source_hz(&self) -> u32 {
        self.source_hz
    }

    /// How many output frames correspond to this many input frames: the nearest whole number.
    pub fn frames_for(&self, frames: u64) -> u64 {
        scale(frames, self.source_hz, self.target_hz)
    }

    /// How many output frames correspond to everything that went in so far.
    pub fn frames_due(&self) -> u64 {
        self.frames_for(self.frames_in)
    }

    /// Takes interleaved stereo in and appends what is ready to `out`.
    ///
    /// # Errors
    /// Only for faults of the resampler itself.
    pub fn push(&mut self, stereo: &[f32], out: &mut Vec<f32>) -> Result<()> {
        self.frames_in += stereo.len() as u64 / 2;
        if self.fft.is_none() {
            self.frames_out = self.frames_in;
            out.extend_from_slice(stereo);
            return Ok(());
        }
        self.waiting.extend_from_slice(stereo);
        let mut used = 0;
        while let Some(fft) = &self.fft {
            let needed = 2 * fft.input_frames_next();
            if self.waiting.len() - used < needed {
                break;
            }
            self.run(used, None, out)?;
            used += needed;
        }
        self.waiting.drain(..used);
        Ok(())
    }

    /// Appends the rest, so that exactly [`Resampler::frames_due`] frames have come out. Nothing may be pushed afterwards.
    ///
    /// # Errors
    /// Only for faults of the resampler itself.
    pub fn finish(&mut self, out: &mut Vec<f32>) -> Result<()> {
        let mut rest = self.waiting.len() / 2;
        while self.frames_out < self.frames_due() && self.fft.is_some() {
            self.run(0, Some(rest), out)?;
            self.waiting.clear();
            rest = 0;
        }
        let surplus = self.frames_out.saturating_sub(self.frames_due());
        out.truncate(out.len() - 2 * surplus as usize);
        self.frames_out -= surplus;
        Ok(())
    }

    /// One step over `waiting` from sample `at` on; `partial` frames of it when the input ends there.
    fn run(&mut self, at: usize, partial: Option<usize>, out: &mut Vec<f32>) -> Result<()> {
        let Some(fft) = &mut self.fft else {
            return Ok(());
        };
        let (frames_in, frames_out) = (fft.input_frames_next(), fft.output_frames_next());
        if partial.is_some() {
            self.waiting.resize(at + 2 * frames_in, 0.0);
        }
        let input = InterleavedSlice::new(&self.waiting[at..at + 2 * frames_in], 2, frames_in)
            .map_err(|error| fault(&error))?;
        let mut output = InterleavedSlice::new_mut(&mut self.step[..2 * frames_out], 2, frames_out)
            .map_err(|error| fault(&error))?;
        let indexing = partial.map(|frames| Indexing::new().partial_len(frames));
        let (_, made) = fft
            .process_into_buffer(&input, &mut output, indexing.as_ref())
            .map_err(|error| fault(&error))?;
        let skipped = self.delay_left.min(made);
        self.delay_left -= skipped;
        self.frames_out += (made - skipped) as u64;
        out.extend_from_slice(&self.step[2 * skipped..2 * made]);
        Ok(())
    }
}

/// The resampler for one step of an even number of the smallest blocks that are whole at both rates: the filter's delay is
/// then a whole number of output frames, so that it can be taken out exactly.
fn fft(source_hz: usize, target_hz: usize) -> Result<Fft<f32>> {
    let divisor = common_divisor(source_hz, target_hz).max(1);
    let (block, target_block) = (source_hz / divisor, target_hz / divisor);
    let smaller = block.min(target_block).max(1);
    let blocks = MIN_FILTER_FRAMES.div_ceil(smaller).next_multiple_of(2);
    Fft::new_custom(
        source_hz,
        target_hz,
        block.max(1) * blocks,
        1,
        2,
        WindowFunction::BlackmanHarris2,
        FixedSync::Input,
    )
    .map_err(|error| fault(&error))
}

/// Euclid's.
fn common_divisor(a: usize, b: usize) -> usize {
    if b == 0 { a } else { common_divisor(b, a % b) }
}

/// `frames` at one rate as the nearest number of frames at another.
pub fn scale(frames: u64, from_hz: u32, to_hz: u32) -> u64 {
    let (from, to) = (u128::from(from_hz.max(1)), u128::from(to_hz));
    u64::try_from((u128::from(frames) * to + from / 2) / from).unwrap_or(u64::MAX)
}

fn fault(error: &dyn std::fmt::Display) -> Error {
    Error::Internal {
        action: "change the sample rate",
        why: one_line(&error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(hz: f64, rate_hz: u32, frames: usize) -> Vec<f32> {
        (0..frames)
            .flat_map(|n| {
                let turn = std::f64::consts::TAU * hz * n as f64 / f64::from(rate_hz);
                [(0.5 * turn.sin()) as f32, (0.5 * turn.cos()) as f32]
            })
            .collect()
    }

    #[test]
    fn equal_rates_are_untouched() {
        let input = tone(997.0, 44_100, 5000);
        let mut out = Vec::new();
        let mut resampler = Resampler::new(44_100, 44_100).unwrap();
        resampler.push(&input, &mut out).unwrap();
        resampler.finish(&mut out).unwrap();
        assert_eq!(out, input);
    }

    #[test]
    fn length_is_exact_and_the_tone_stays_in_place_at_any_rate() {
        for (source_hz, target_hz) in [
            (44_100, 48_000),
            (48_000, 44_100),
            (8_000, 44_100),
            (192_000, 44_100),
            (96_000, 48_000),
            (22_050, 48_000),
            (11_025, 44_100),
        ] {
            for frames in [1, 700, 20_000] {
                let mut out = Vec::new();
                let mut resampler = Resampler::new(source_hz, target_hz).unwrap();
                for part in tone(441.0, source_hz, frames).chunks(2 * 333) {
                    resampler.push(part, &mut out).unwrap();
                }
                resampler.finish(&mut out).unwrap();
                assert_eq!(
                    out.len() as u64 / 2,
                    scale(frames as u64, source_hz, target_hz)
                );
                let wanted = tone(441.0, target_hz, out.len() / 2);
                // The edges ring, because the tone starts and stops there.
                let inner = out.len() / 4 / 2 * 2..out.len() * 3 / 4 / 2 * 2;
                if frames == 20_000 {
                    for (got, want) in out[inner.clone()].iter().zip(&wanted[inner]) {
                        assert!((got - want).abs() < 1e-3, "{source_hz} to {target_hz}");
                    }
                }
            }
        }
    }

    #[test]
    fn how_the_input_is_cut_does_not_matter() {
        let input = tone(441.0, 44_100, 10_000);
        let run = |cut: usize| {
            let mut out = Vec::new();
            let mut resampler = Resampler::new(44_100, 48_000).unwrap();
            for part in input.chunks(2 * cut) {
                resampler.push(part, &mut out).unwrap();
            }
            resampler.finish(&mut out).unwrap();
            out
        };
        assert_eq!(run(10_000), run(77));
    }
}
