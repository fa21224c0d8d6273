//! True peak (ITU-R BS.1770-5, annex 2): the highest point of the wave between the samples.

/// The interpolating filter of annex 2 at four times the rate, two of its four phases; the others are these backwards.
const PHASES: [[f32; TAPS]; 2] = [
    [
        0.001_708_984_4,
        0.010_986_328,
        -0.019_653_32,
        0.033_203_125,
        -0.059_448_242,
        0.137_329_1,
        0.972_167_97,
        -0.102_294_92,
        0.047_607_422,
        -0.026_611_328,
        0.014_892_578,
        -0.008_300_781,
    ],
    [
        -0.029_174_805,
        0.029_296_875,
        -0.051_757_813,
        0.089_111_33,
        -0.166_503_9,
        0.465_087_9,
        0.779_785_16,
        -0.200_317_38,
        0.101_562_5,
        -0.058_227_54,
        0.033_081_055,
        -0.018_920_898,
    ],
];
const TAPS: usize = 12;

/// Samples below this cannot lie beside a true peak that matters (-3 dBFS): they are not looked at.
const FLOOR: f32 = 0.707_945_8;

/// Frames that are looked at or passed over together.
const BLOCK: usize = 256;

/// Finds the highest true peak of interleaved samples. Work is only spent around samples above -3 dBFS that could still
/// raise it.
pub(super) struct TruePeak {
    channels: usize,
    /// The last `TAPS - 1` frames, then those not looked at yet, per channel.
    held: Vec<Vec<f32>>,
    sample_peak: f32,
    highest: f32,
}

impl TruePeak {
    pub fn new(channels: usize) -> Self {
        Self {
            channels,
            held: vec![vec![0.0; TAPS - 1]; channels],
            sample_peak: 0.0,
            highest: 0.0,
        }
    }

    pub fn add(&mut self, interleaved: &[f32]) {
        for frame in interleaved.chunks_exact(self.channels) {
            for (held, sample) in self.held.iter_mut().zip(frame) {
                held.push(*sample);
            }
            if self.held[0].len() >= TAPS - 1 + BLOCK {
                self.look();
            }
        }
    }

    /// Decibels of full scale; `None` for silence. Below -3 dBFS it is the sample peak.
    pub fn finish(mut self) -> Option<f64> {
        let silence = vec![0.0; self.channels * TAPS];
        self.add(&silence);
        self.look();
        let peak = f64::from(self.highest.max(self.sample_peak));
        (peak > 0.0).then(|| 20.0 * peak.log10())
    }

    fn look(&mut self) {
        for held in &mut self.held {
            let beside = held
                .iter()
                .fold(0.0f32, |peak, sample| peak.max(sample.abs()));
            self.sample_peak = self.sample_peak.max(beside);
            // Between samples a wave of music rises by less than 3 dB over the highest beside it.
            if beside > FLOOR.max(self.highest * FLOOR) {
                for taps in held.windows(TAPS) {
                    for phase in &PHASES {
                        let (mut forward, mut backward) = (0.0f32, 0.0f32);
                        for tap in 0..TAPS {
                            forward += phase[tap] * taps[tap];
                            backward += phase[tap] * taps[TAPS - 1 - tap];
                        }
                        self.highest = self.highest.max(forward.abs()).max(backward.abs());
                    }
                }
            }
            let start = held.len() - (TAPS - 1);
            held.copy_within(start.., 0);
            held.truncate(TAPS - 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_peak_between_samples() {
        // A quarter of the sampling rate, 45 degrees off: every sample is 3 dB below the crest (BS.1770-5, annex 2).
        let amplitude = 1.2f32;
        let wave = |i: usize| {
            amplitude * (std::f32::consts::FRAC_PI_2 * i as f32 + std::f32::consts::FRAC_PI_4).sin()
        };
        let samples: Vec<f32> = (0..4000).flat_map(|i| [wave(i), 0.1]).collect();
        let mut meter = TruePeak::new(2);
        samples.chunks(1001 * 2).for_each(|chunk| meter.add(chunk));
        let peak = meter.finish().unwrap();
        let reference = {
            let mut meter = ebur128::EbuR128::new(2, 48_000, ebur128::Mode::TRUE_PEAK).unwrap();
            meter.add_frames_f32(&samples).unwrap();
            20.0 * meter.true_peak(0).unwrap().log10()
        };
        assert!(
            (peak - 1.58).abs() < 0.3 && (peak - reference).abs() < 0.3,
            "{peak} {reference}"
        );
        assert_eq!(TruePeak::new(1).finish(), None);
    }

    #[test]
    fn quiet_sound_keeps_its_sample_peak() {
        let mut meter = TruePeak::new(1);
        meter.add(&[0.25, -0.5, 0.1]);
        assert!((meter.finish().unwrap() + 6.02).abs() < 0.01);
    }
}
