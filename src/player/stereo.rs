//! Any number of channels to two.

/// ITU-R BS.775-3, table 2: centre and surround channels go to left and right at -3 dB, the low-frequency channel is left
/// out. The sum is scaled back so that full scale on every channel stays full scale.
const MINUS_3_DB: f32 = std::f32::consts::FRAC_1_SQRT_2;

/// Appends `samples`, interleaved with `channels` channels, to `out` as interleaved stereo. Mono goes to both sides, stereo
/// is copied as it is; more channels are taken in the order of WAVE files: left, right, centre, low-frequency (from six
/// channels on), then the surrounds in pairs. An incomplete last frame is dropped.
pub fn to_stereo(samples: &[f32], channels: usize, out: &mut Vec<f32>) {
    match channels {
        0 => {}
        1 => out.extend(samples.iter().flat_map(|&sample| [sample, sample])),
        2 => out.extend_from_slice(&samples[..samples.len() / 2 * 2]),
        _ => {
            let (left, right) = weights(channels);
            out.extend(samples.chunks_exact(channels).flat_map(|frame| {
                let side = |weights: &[f32]| frame.iter().zip(weights).map(|(s, w)| s * w).sum();
                let (left, right): (f32, f32) = (side(&left), side(&right));
                [left, right]
            }));
        }
    }
}

/// What each channel gives to the left and to the right, for three channels and more.
fn weights(channels: usize) -> (Vec<f32>, Vec<f32>) {
    let mut left = vec![0.0; channels];
    let mut right = vec![0.0; channels];
    left[0] = 1.0;
    right[1] = 1.0;
    // Four channels are two pairs; three, five and more have a centre.
    let mut surround = 2;
    if channels != 4 {
        left[2] = MINUS_3_DB;
        right[2] = MINUS_3_DB;
        surround = 3;
    }
    if channels >= 6 {
        surround = 4;
    }
    while surround < channels {
        let is_pair = surround + 1 < channels;
        left[surround] = MINUS_3_DB;
        right[if is_pair { surround + 1 } else { surround }] = MINUS_3_DB;
        surround += 2;
    }
    for side in [&mut left, &mut right] {
        let sum: f32 = side.iter().sum();
        for weight in side {
            *weight /= sum;
        }
    }
    (left, right)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stereo(samples: &[f32], channels: usize) -> Vec<f32> {
        let mut out = Vec::new();
        to_stereo(samples, channels, &mut out);
        out
    }

    #[test]
    fn mono_goes_to_both_sides_and_stereo_is_untouched() {
        assert_eq!(stereo(&[0.1, -0.2], 1), [0.1, 0.1, -0.2, -0.2]);
        assert_eq!(stereo(&[0.1, -0.2, 0.3, 0.4], 2), [0.1, -0.2, 0.3, 0.4]);
    }

    #[test]
    fn surround_keeps_sides_apart_drops_low_frequencies_and_never_clips() {
        let left_only = stereo(&[1.0, 0.0, 0.0, 1.0, 1.0, 0.0], 6);
        assert!(left_only[0] > 0.7 && left_only[1] == 0.0);
        let low_only = stereo(&[0.0, 0.0, 0.0, 1.0, 0.0, 0.0], 6);
        assert_eq!(low_only, [0.0, 0.0]);
        for channels in 3..=8 {
            let full = stereo(&vec![1.0; channels], channels);
            assert_eq!(full.len(), 2);
            assert!(
                full.iter().all(|s| (0.8..=1.000_001).contains(s)),
                "{channels}: {full:?}"
            );
        }
    }
}
