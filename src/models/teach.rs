//! Teaching a tag from a few examples: a small head on the embeddings, trained on the spot.
//!
//! Logistic regression with an L2 penalty, solved by Newton's method with conjugate gradients (Lin, Weng, Keerthi,
//! "Trust Region Newton Method for Large-Scale Logistic Regression", 2008, without the trust region); the scores are
//! then calibrated by Platt's sigmoid (Platt 1999, with his smoothed targets) on samples left out in turn. No chance
//! is involved: the same examples give the same head.

/// Penalty on the weights, with embeddings centred and scaled to a mean square of one.
const PENALTY: f32 = 0.02;
/// How much more a reject counts than a sample of the background: somebody looked at it.
const REJECT_WEIGHT: f32 = 3.0;
/// The share of a library that a tag is taken to apply to, for the calibration: a random item rarely has it.
const PRIOR: f32 = 0.1;
/// Background samples used of those given, spread evenly.
const MAX_BACKGROUND: usize = 1000;
/// Parts in which the samples are left out for the calibration.
const FOLDS: usize = 5;

/// A taught tag: a score for any embedding of the model whose embeddings it was trained on.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Head {
    weights: Vec<f32>,
    bias: f32,
}

impl Head {
    /// Trains on embeddings of items that have the tag (`positives`), that were said not to have it (`negatives`),
    /// and of random items of the library (`background`, best some 200). Five positives against 200 others of 256
    /// dimensions take a few milliseconds.
    ///
    /// `None` when there is no positive, nothing to tell it from, or the embeddings differ in length or are not
    /// numbers.
    pub fn train(
        positives: &[&[f32]],
        negatives: &[&[f32]],
        background: &[&[f32]],
    ) -> Option<Self> {
        let samples = Samples::new(positives, negatives, background)?;
        let full = samples.fit(&samples.weights, None, 12);
        let (slope, shift) = samples.calibrate(&full);
        let bias_at = samples.dims;
        let weights: Vec<f32> = full[..bias_at]
            .iter()
            .map(|w| slope * w / samples.scale)
            .collect();
        let bias = slope * full[bias_at] + shift - dot(&weights, &samples.centre);
        Some(Self { weights, bias })
    }

    /// How sure it is that an item has the tag, 0..=1. An embedding of another length scores 0.
    pub fn score(&self, embedding: &[f32]) -> f32 {
        if embedding.len() == self.weights.len() {
            sigmoid(dot(&self.weights, embedding) + self.bias)
        } else {
            0.0
        }
    }

    /// The length of the embeddings it scores.
    pub fn dims(&self) -> usize {
        self.weights.len()
    }
}

/// The training set: centred, scaled rows with targets and weights that sum to one half on each side.
struct Samples {
    dims: usize,
    rows: Vec<f32>,
    is_positive: Vec<bool>,
    weights: Vec<f32>,
    centre: Vec<f32>,
    scale: f32,
}

impl Samples {
    fn new(positives: &[&[f32]], negatives: &[&[f32]], background: &[&[f32]]) -> Option<Self> {
        let dims = positives.first()?.len();
        let step = background.len().div_ceil(MAX_BACKGROUND).max(1);
        let background: Vec<&[f32]> = background.iter().copied().step_by(step).collect();
        let all: Vec<&[f32]> = positives
            .iter()
            .chain(negatives)
            .copied()
            .chain(background)
            .collect();
        let is_usable = |row: &&[f32]| row.len() == dims && row.iter().all(|x| x.is_finite());
        if dims == 0 || all.len() == positives.len() || !all.iter().all(is_usable) {
            return None;
        }
        // Centred on what the tag is told from, so that only the difference has to be learnt.
        let others = &all[positives.len()..];
        let mut centre = vec![0.0; dims];
        for row in others {
            add(&mut centre, 1.0 / others.len() as f32, row);
        }
        let mut rows = Vec::with_capacity(all.len() * dims);
        for row in &all {
            rows.extend(row.iter().zip(&centre).map(|(x, c)| x - c));
        }
        let scale = (dot(&rows, &rows) / all.len() as f32).sqrt().max(1e-6);
        for x in &mut rows {
            *x /= scale;
        }
        let others_weight =
            negatives.len() as f32 * REJECT_WEIGHT + (others.len() - negatives.len()) as f32;
        let weights = (0..all.len())
            .map(|at| {
                if at < positives.len() {
                    0.5 / positives.len() as f32
                } else if at < positives.len() + negatives.len() {
                    0.5 * REJECT_WEIGHT / others_weight
                } else {
                    0.5 / others_weight
                }
            })
            .collect();
        Some(Self {
            dims,
            rows,
            is_positive: (0..all.len()).map(|at| at < positives.len()).collect(),
            weights,
            centre,
            scale,
        })
    }

    /// The weights, then the bias, that minimise the penalised loss; `weights` of zero leave samples out.
    fn fit(&self, weights: &[f32], start: Option<&[f32]>, steps: usize) -> Vec<f32> {
        let mut solution = start.map_or_else(|| vec![0.0; self.dims + 1], <[f32]>::to_vec);
        let mut logits = self.logits(&solution);
        for _ in 0..steps {
            let mut pull = Vec::with_capacity(logits.len());
            let mut curvature = Vec::with_capacity(logits.len());
            for ((&logit, &weight), &is_positive) in
                logits.iter().zip(weights).zip(&self.is_positive)
            {
                let p = sigmoid(logit);
                pull.push(weight * (p - f32::from(u8::from(is_positive))));
                curvature.push(weight * p * (1.0 - p));
            }
            let mut gradient = self.combined(&pull);
            add(&mut gradient, 1.0, &self.penalty(&solution));
            let direction = self.solve(&curvature, &gradient);
            let along = self.logits(&direction);
            let before = self.loss(weights, &logits, &solution);
            let mut length = 1.0;
            loop {
                let mut next = solution.clone();
                add(&mut next, -length, &direction);
                let mut next_logits = logits.clone();
                add(&mut next_logits, -length, &along);
                if self.loss(weights, &next_logits, &next) <= before || length < 1e-3 {
                    (solution, logits) = (next, next_logits);
                    break;
                }
                length /= 2.0;
            }
            if length * dot(&direction, &direction).sqrt()
                < 1e-3 * (1.0 + dot(&solution, &solution).sqrt())
            {
                break;
            }
        }
        solution
    }

    /// Conjugate gradients for (X' D X + penalty) d = gradient.
    fn solve(&self, curvature: &[f32], gradient: &[f32]) -> Vec<f32> {
        let mut solution = vec![0.0; gradient.len()];
        let mut residual = gradient.to_vec();
        let mut direction = residual.clone();
        let mut error = dot(&residual, &residual);
        let enough = error * 1e-4;
        for _ in 0..25 {
            if error <= enough || error < 1e-20 {
                break;
            }
            let mut through = self.logits(&direction);
            for (value, c) in through.iter_mut().zip(curvature) {
                *value *= c;
            }
            let mut image = self.combined(&through);
            add(&mut image, 1.0, &self.penalty(&direction));
            let step = error / dot(&direction, &image).max(1e-20);
            add(&mut solution, step, &direction);
            add(&mut residual, -step, &image);
            let next = dot(&residual, &residual);
            let turn = next / error;
            for (d, r) in direction.iter_mut().zip(&residual) {
                *d = r + turn * *d;
            }
            error = next;
        }
        solution
    }

    /// Slope and shift of Platt's sigmoid, from the logits of samples that were left out of the fit in turn. With
    /// one positive there is nothing to leave out: the slope stays one.
    fn calibrate(&self, full: &[f32]) -> (f32, f32) {
        let prior_shift = (PRIOR / (1.0 - PRIOR)).ln();
        let positives = self.is_positive.iter().filter(|is| **is).count();
        let folds = positives.min(FOLDS);
        if folds < 2 {
            return (1.0, prior_shift);
        }
        let mut left_out = vec![0.0; self.weights.len()];
        for fold in 0..folds {
            let weights: Vec<f32> = self
                .weights
                .iter()
                .enumerate()
                .map(|(at, &weight)| if at % folds == fold { 0.0 } else { weight })
                .collect();
            let solution = self.fit(&weights, Some(full), 3);
            let logits = self.logits(&solution);
            for at in (fold..logits.len()).step_by(folds) {
                left_out[at] = logits[at];
            }
        }
        let others = self.weights.len() - positives;
        let high = (positives as f32 + 1.0) / (positives as f32 + 2.0);
        let low = 1.0 / (others as f32 + 2.0);
        let (mut slope, mut shift) = (1.0_f32, prior_shift);
        for _ in 0..30 {
            // A weak pull towards slope one keeps few and perfect samples from making everything certain.
            let pull = 0.002;
            let (mut g_a, mut g_b) = (pull * (slope - 1.0), 0.0);
            let (mut h_aa, mut h_ab, mut h_bb) = (pull, 0.0, 1e-6);
            for ((&logit, &is_positive), &weight) in
                left_out.iter().zip(&self.is_positive).zip(&self.weights)
            {
                // `weights` sum to one half a side; the prior makes positives rare.
                let weight = 2.0 * weight * if is_positive { PRIOR } else { 1.0 - PRIOR };
                let target = if is_positive { high } else { low };
                let p = sigmoid(slope * logit + shift);
                let (g, h) = (weight * (p - target), weight * p * (1.0 - p));
                g_a += g * logit;
                g_b += g;
                h_aa += h * logit * logit;
                h_ab += h * logit;
                h_bb += h;
            }
            let determinant = h_aa * h_bb - h_ab * h_ab;
            if determinant <= 1e-12 {
                break;
            }
            let d_a = (h_bb * g_a - h_ab * g_b) / determinant;
            let d_b = (h_aa * g_b - h_ab * g_a) / determinant;
            slope = (slope - d_a.clamp(-1.0, 1.0)).clamp(0.05, 10.0);
            shift -= d_b.clamp(-2.0, 2.0);
            if d_a.abs() + d_b.abs() < 1e-4 {
                break;
            }
        }
        (slope, shift)
    }

    fn logits(&self, solution: &[f32]) -> Vec<f32> {
        let (weights, bias) = solution.split_at(self.dims);
        self.rows
            .chunks_exact(self.dims)
            .map(|row| dot(row, weights) + bias[0])
            .collect()
    }

    /// The sum of all rows (each with a one for the bias), weighted.
    fn combined(&self, by: &[f32]) -> Vec<f32> {
        let mut sum = vec![0.0; self.dims + 1];
        let (weights, bias) = sum.split_at_mut(self.dims);
        for (row, &share) in self.rows.chunks_exact(self.dims).zip(by) {
            if share != 0.0 {
                add(weights, share, row);
                bias[0] += share;
            }
        }
        sum
    }

    /// The gradient of the penalty: hardly any on the bias.
    fn penalty(&self, solution: &[f32]) -> Vec<f32> {
        let mut gradient: Vec<f32> = solution.iter().map(|w| PENALTY * w).collect();
        gradient[self.dims] = 1e-4 * solution[self.dims];
        gradient
    }

    fn loss(&self, weights: &[f32], logits: &[f32], solution: &[f32]) -> f32 {
        let data: f32 = logits
            .iter()
            .zip(weights)
            .zip(&self.is_positive)
            .map(|((&logit, &weight), &is_positive)| {
                let wrong = if is_positive { -logit } else { logit };
                weight * (wrong.max(0.0) + (-wrong.abs()).exp().ln_1p())
            })
            .sum();
        data + 0.5 * dot(solution, &self.penalty(solution))
    }
}

fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

/// Eight running sums, so that it becomes vector instructions.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let (a8, a_rest) = a.as_chunks::<8>();
    let (b8, b_rest) = b.as_chunks::<8>();
    let mut sums = [0.0_f32; 8];
    for (x, y) in a8.iter().zip(b8) {
        for lane in 0..8 {
            sums[lane] += x[lane] * y[lane];
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(x, y)| x * y).sum();
    sums.iter().sum::<f32>() + rest
}

fn add(to: &mut [f32], times: f32, what: &[f32]) {
    for (t, w) in to.iter_mut().zip(what) {
        *t += times * w;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIMS: usize = 256;

    /// Unit vectors around one direction; `spread` 0 is the direction itself.
    fn cluster(
        random: &mut fastrand::Rng,
        centre: &[f32],
        spread: f32,
        count: usize,
    ) -> Vec<Vec<f32>> {
        (0..count)
            .map(|_| {
                let noise = direction(random);
                unit(
                    centre
                        .iter()
                        .zip(&noise)
                        .map(|(c, n)| c + spread * n)
                        .collect(),
                )
            })
            .collect()
    }

    fn direction(random: &mut fastrand::Rng) -> Vec<f32> {
        unit(
            (0..DIMS)
                .map(|_| (0..6).map(|_| random.f32() - 0.5).sum())
                .collect(),
        )
    }

    fn unit(vector: Vec<f32>) -> Vec<f32> {
        let length = dot(&vector, &vector).sqrt();
        vector.into_iter().map(|x| x / length).collect()
    }

    fn refs(rows: &[Vec<f32>]) -> Vec<&[f32]> {
        rows.iter().map(Vec::as_slice).collect()
    }

    /// A library of twenty themes that all share a common direction, as embeddings of one network do.
    fn library(random: &mut fastrand::Rng) -> (Vec<Vec<f32>>, Vec<Vec<f32>>) {
        let common = direction(random);
        let themes: Vec<Vec<f32>> = (0..20)
            .map(|_| {
                unit(
                    direction(random)
                        .iter()
                        .zip(&common)
                        .map(|(d, c)| d + c)
                        .collect(),
                )
            })
            .collect();
        let background = (0..200)
            .flat_map(|at| cluster(random, &themes[at % 20], 0.8, 1))
            .collect();
        (themes, background)
    }

    #[test]
    fn five_examples_find_the_rest_of_their_theme() {
        let mut random = fastrand::Rng::with_seed(7);
        let (themes, background) = library(&mut random);
        let examples = cluster(&mut random, &themes[3], 0.8, 5);
        let head = Head::train(&refs(&examples), &[], &refs(&background)).expect("trains");
        let inside = cluster(&mut random, &themes[3], 0.8, 50);
        let outside: Vec<Vec<f32>> = (0..19)
            .map(|at| if at < 3 { at } else { at + 1 })
            .flat_map(|at| cluster(&mut random, &themes[at], 0.8, 10))
            .collect();
        let mean = |rows: &[Vec<f32>]| {
            rows.iter().map(|row| head.score(row)).sum::<f32>() / rows.len() as f32
        };
        assert!(mean(&inside) > 0.5, "inside {}", mean(&inside));
        assert!(mean(&outside) < 0.1, "outside {}", mean(&outside));
        let worst_inside = inside.iter().filter(|row| head.score(row) > 0.5).count();
        let false_alarms = outside.iter().filter(|row| head.score(row) > 0.5).count();
        assert!(
            worst_inside >= 35 && false_alarms <= 2,
            "{worst_inside} {false_alarms}"
        );
    }

    #[test]
    fn one_example_already_ranks_its_neighbours_first() {
        let mut random = fastrand::Rng::with_seed(8);
        let (themes, background) = library(&mut random);
        let example = cluster(&mut random, &themes[0], 0.8, 1);
        let head = Head::train(&refs(&example), &[], &refs(&background)).expect("trains");
        let near = cluster(&mut random, &themes[0], 0.8, 20);
        let far = cluster(&mut random, &themes[1], 0.8, 20);
        let least_near = near.iter().map(|row| head.score(row)).fold(1.0, f32::min);
        let most_far = far.iter().map(|row| head.score(row)).fold(0.0, f32::max);
        assert!(least_near > most_far, "{least_near} {most_far}");
        assert!((0.0..=1.0).contains(&least_near));
    }

    #[test]
    fn a_reject_pushes_its_neighbours_down() {
        let mut random = fastrand::Rng::with_seed(9);
        let (themes, background) = library(&mut random);
        let between: Vec<f32> = unit(
            themes[0]
                .iter()
                .zip(&themes[1])
                .map(|(a, b)| a + b)
                .collect(),
        );
        let examples = cluster(&mut random, &themes[0], 0.6, 5);
        let rejects = cluster(&mut random, &between, 0.4, 3);
        let probes = cluster(&mut random, &between, 0.4, 20);
        let plain = Head::train(&refs(&examples), &[], &refs(&background)).expect("trains");
        let corrected =
            Head::train(&refs(&examples), &refs(&rejects), &refs(&background)).expect("trains");
        let mean = |head: &Head| {
            probes.iter().map(|row| head.score(row)).sum::<f32>() / probes.len() as f32
        };
        assert!(
            mean(&corrected) < 0.7 * mean(&plain),
            "{} {}",
            mean(&corrected),
            mean(&plain)
        );
    }

    #[test]
    fn the_same_examples_give_the_same_head_in_any_number() {
        let mut random = fastrand::Rng::with_seed(10);
        let (themes, background) = library(&mut random);
        let examples = cluster(&mut random, &themes[2], 0.8, 40);
        let first = Head::train(&refs(&examples), &[], &refs(&background)).expect("trains");
        let second = Head::train(&refs(&examples), &[], &refs(&background)).expect("trains");
        assert_eq!(first, second);
        assert_eq!(first.dims(), DIMS);
        assert!(examples.iter().all(|row| first.score(row) > 0.5));
    }

    #[test]
    fn what_cannot_be_learnt_is_not() {
        let row = vec![0.6, 0.8];
        let broken = vec![f32::NAN, 0.0];
        let long = vec![0.0; 3];
        assert_eq!(Head::train(&[], &[&row], &[&row]), None);
        assert_eq!(Head::train(&[&row], &[], &[]), None);
        assert_eq!(Head::train(&[&row], &[&broken], &[]), None);
        assert_eq!(Head::train(&[&row], &[&long], &[]), None);
        let same = Head::train(&[&row, &row], &[&row], &[&row])
            .expect("nothing to tell apart, yet a head");
        assert!((0.0..=0.6).contains(&same.score(&row)));
        assert_eq!(same.score(&long), 0.0);
    }
}
