//! From sound to the log-mel patches of a network. `models/audio/FEATURES.md` says the same in words.

use std::f64::consts::TAU;
use std::sync::Arc;

use realfft::{RealFftPlanner, RealToComplex};

use super::manifest::{LogFormula, MelInput, MelNorm, MelScale};

/// A log-mel front end, ready to use from any thread.
pub struct FrontEnd {
    input: MelInput,
    transform: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    filters: Vec<Triangle>,
}

/// One mel band: weights of consecutive bins.
struct Triangle {
    first_bin: usize,
    weights: Vec<f32>,
}

impl std::fmt::Debug for FrontEnd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FrontEnd")
            .field("input", &self.input)
            .finish_non_exhaustive()
    }
}

impl FrontEnd {
    /// Builds window, transform and filters as the manifest says.
    pub fn new(input: &MelInput) -> Self {
        let samples = input.window_samples;
        let window = (0..samples)
            .map(|at| (0.5 - 0.5 * (TAU * at as f64 / samples as f64).cos()) as f32)
            .collect();
        Self {
            input: input.clone(),
            transform: RealFftPlanner::new().plan_fft_forward(input.fft),
            window,
            filters: filters(input),
        }
    }

    /// The patches of a sound, each `frames * bands` values, time first. `mono` holds stretches of `stretch`
    /// samples, each for itself (the last may be shorter); no patch crosses from one to the next. What is shorter
    /// than a patch is followed by silence when it is all there is, and left out otherwise. Patches start every
    /// `patch_hop_frames` and once more at the end of a stretch; of more than `max_patches`, that many are taken,
    /// spread evenly.
    pub fn patches(&self, mono: &[f32], stretch: usize) -> Vec<Vec<f32>> {
        let needed = self.input.patch_samples();
        let stretch = stretch.max(1);
        let starts: Vec<usize> = (0..mono.len())
            .step_by(stretch)
            .flat_map(|from| {
                let samples = stretch.min(mono.len() - from);
                self.starts(samples)
                    .into_iter()
                    .map(move |start| from + start)
            })
            .collect();
        if starts.is_empty() {
            let mut padded = mono[..mono.len().min(stretch)].to_vec();
            padded.resize(needed, 0.0);
            return vec![self.patch(&padded)];
        }
        spread(&starts, self.input.max_patches)
            .into_iter()
            .map(|start| self.patch(&mono[start..start + needed]))
            .collect()
    }

    /// Samples at which the patches of one stretch start.
    fn starts(&self, samples: usize) -> Vec<usize> {
        let input = &self.input;
        if samples < input.patch_samples() {
            return Vec::new();
        }
        let frames = 1 + (samples - input.window_samples) / input.hop_samples;
        let last = frames - input.frames;
        let mut starts: Vec<usize> = (0..=last).step_by(input.patch_hop_frames).collect();
        if starts.last() != Some(&last) {
            starts.push(last);
        }
        starts
            .into_iter()
            .map(|frame| frame * input.hop_samples)
            .collect()
    }

    /// One patch from exactly the samples it needs.
    fn patch(&self, samples: &[f32]) -> Vec<f32> {
        let input = &self.input;
        let mut buffer = self.transform.make_input_vec();
        let mut spectrum = self.transform.make_output_vec();
        let mut scratch = self.transform.make_scratch_vec();
        let mut patch = Vec::with_capacity(input.frames * input.bands);
        for frame in 0..input.frames {
            let from = frame * input.hop_samples;
            buffer.fill(0.0);
            for ((to, sample), weight) in buffer.iter_mut().zip(&samples[from..]).zip(&self.window)
            {
                *to = sample * weight;
            }
            // Lengths are the transform's own: it cannot fail.
            if self
                .transform
                .process_with_scratch(&mut buffer, &mut spectrum, &mut scratch)
                .is_err()
            {
                spectrum.fill(Default::default());
            }
            let levels: Vec<f32> = spectrum
                .iter()
                .map(|bin| {
                    if input.power == 1 {
                        bin.norm()
                    } else {
                        bin.norm_sqr()
                    }
                })
                .collect();
            for filter in &self.filters {
                let sum: f32 = levels[filter.first_bin..]
                    .iter()
                    .zip(&filter.weights)
                    .map(|(level, weight)| level * weight)
                    .sum();
                patch.push(match input.log {
                    LogFormula::LnOffset => (sum + input.log_value).ln(),
                    LogFormula::Log10Scaled => (input.log_value * sum + 1.0).log10(),
                });
            }
        }
        patch
    }
}

/// At most `most` of the positions, the first and the last among them, evenly spread and rounded to the nearest.
fn spread(positions: &[usize], most: usize) -> Vec<usize> {
    if positions.len() <= most {
        return positions.to_vec();
    }
    if most == 1 {
        return vec![positions[positions.len() / 2]];
    }
    (0..most)
        .map(|at| positions[(at * (positions.len() - 1) * 2 + most - 1) / (2 * (most - 1))])
        .collect()
}

/// Triangles that are linear in Hz, between edges that are evenly spaced in mel.
fn filters(input: &MelInput) -> Vec<Triangle> {
    let bin_hz = f64::from(input.sample_rate) / input.fft as f64;
    let bins = input.fft / 2 + 1;
    let low = mel_from_hz(f64::from(input.mel_min_hz), input.mel_scale);
    let high = mel_from_hz(f64::from(input.mel_max_hz), input.mel_scale);
    let edge_hz = |at: usize| {
        hz_from_mel(
            low + (high - low) * at as f64 / (input.bands + 1) as f64,
            input.mel_scale,
        )
    };
    (0..input.bands)
        .map(|band| {
            let (left, middle, right) = (edge_hz(band), edge_hz(band + 1), edge_hz(band + 2));
            let area = match input.mel_norm {
                MelNorm::None => 1.0,
                MelNorm::Slaney => 2.0 / (right - left),
            };
            let weight = |bin: usize| {
                let hz = bin as f64 * bin_hz;
                ((hz - left) / (middle - left))
                    .min((right - hz) / (right - middle))
                    .max(0.0)
                    * area
            };
            let first_bin = (0..bins).find(|&bin| weight(bin) > 0.0).unwrap_or(0);
            let weights = (first_bin..bins)
                .map(weight)
                .take_while(|&weight| weight > 0.0)
                .map(|weight| weight as f32)
                .collect();
            Triangle { first_bin, weights }
        })
        .collect()
}

fn mel_from_hz(hz: f64, scale: MelScale) -> f64 {
    match scale {
        MelScale::Htk => 2595.0 * (1.0 + hz / 700.0).log10(),
        MelScale::Slaney if hz < 1000.0 => hz * 3.0 / 200.0,
        MelScale::Slaney => 15.0 + (hz / 1000.0).ln() / (6.4_f64.ln() / 27.0),
    }
}

fn hz_from_mel(mel: f64, scale: MelScale) -> f64 {
    match scale {
        MelScale::Htk => 700.0 * (10.0_f64.powf(mel / 2595.0) - 1.0),
        MelScale::Slaney if mel < 15.0 => mel * 200.0 / 3.0,
        MelScale::Slaney => 1000.0 * ((mel - 15.0) * (6.4_f64.ln() / 27.0)).exp(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same samples as `signal` in `tests/fixtures/mel/make.py`.
    fn signal(length: i64) -> Vec<f32> {
        (0..length)
            .map(|n| {
                let buzz = (n * n / 50 + n * 13) % 401 - 200;
                let swell = (n % 9000).min(9000 - n % 9000);
                ((buzz * swell) as f64 / 900_000.0) as f32
            })
            .collect()
    }

    fn front_end(spec: &serde_json::Value) -> FrontEnd {
        let mut spec = spec.clone();
        for (key, value) in [("name", "mel"), ("shape", "n1tf"), ("pool", "mean")] {
            spec[key] = value.into();
        }
        spec["sample_rate"] = 16_000.into();
        FrontEnd::new(&serde_json::from_value(spec).expect("a front end"))
    }

    fn reference() -> serde_json::Value {
        serde_json::from_str(include_str!("../../tests/fixtures/mel/reference.json"))
            .expect("reads")
    }

    /// Within 0.001 of double precision: ln units for YAMNet's front end, tenths of a bel for musicnn's.
    #[test]
    fn both_front_ends_agree_with_the_formulas() {
        let reference = reference();
        let mut compared = 0;
        for case in reference["cases"].as_array().expect("cases") {
            let name = case["front_end"].as_str().expect("name");
            let front_end = front_end(&reference["front_ends"][name]);
            let samples = signal(case["samples"].as_i64().expect("length"));
            let patches = front_end.patches(&samples, samples.len());
            assert_eq!(
                patches.len() as u64,
                case["patches"].as_u64().expect("count"),
                "{name}"
            );
            for probe in case["probes"].as_array().expect("probes") {
                let at = |key: &str| probe[key].as_u64().expect("index") as usize;
                let bands = front_end.input.bands;
                let frame = &patches[at("patch")][at("frame") * bands..][..bands];
                for (band, expected) in probe["values"]
                    .as_array()
                    .expect("values")
                    .iter()
                    .enumerate()
                {
                    let expected = expected.as_f64().expect("number");
                    let found = f64::from(frame[band * 7]);
                    assert!(
                        (found - expected).abs() < 1e-3,
                        "{name} {probe} {band}: {found}"
                    );
                    compared += 1;
                }
            }
        }
        assert!(compared > 400);
    }

    #[test]
    fn patches_never_cross_from_one_stretch_to_the_next() {
        let reference = reference();
        let front_end = front_end(&reference["front_ends"]["yamnet"]);
        let needed = front_end.input.patch_samples();
        let first = signal(needed as i64);
        let mut both = first.clone();
        both.extend(vec![0.0; needed]);
        let patches = front_end.patches(&both, needed);
        assert_eq!(patches.len(), 2);
        assert_eq!(patches[0], front_end.patches(&first, needed)[0]);
        assert!(
            patches[1]
                .iter()
                .all(|value| (value - 0.001_f32.ln()).abs() < 1e-6)
        );
        // A last stretch that is too short is left out; one that is all there is, is padded.
        assert_eq!(front_end.patches(&both[..needed + 50], needed).len(), 1);
        assert_eq!(front_end.patches(&both[..50], needed).len(), 1);
        assert_eq!(front_end.patches(&[], 0).len(), 1);
    }

    #[test]
    fn spread_takes_both_ends() {
        let all: Vec<usize> = (0..100).collect();
        assert_eq!(spread(&all, 3), [0, 50, 99]);
        assert_eq!(spread(&all, 1), [50]);
        assert_eq!(spread(&all[..2], 3), [0, 1]);
    }
}
