//! A linear blend of predictors, its weights fitted on a held-back tenth of the training part.

use super::linear::least_squares;
use super::rating::Rater;
use super::set::Set;

/// Every n-th row of the training part is held back for the weights.
const HELD_BACK: usize = 10;
/// On the weights, in units of rows.
const RIDGE: f64 = 2.0;

/// See the module.
pub struct Blend {
    parts: Vec<Box<dyn Rater>>,
    weights: Vec<f32>,
    set: Set,
    seed: u64,
}

impl Blend {
    /// A blend of these.
    pub fn of(parts: Vec<Box<dyn Rater>>, seed: u64) -> Self {
        Self {
            parts,
            weights: Vec::new(),
            set: Set::default(),
            seed,
        }
    }

    /// Name and weight of each part, the constant last.
    pub fn weights(&self) -> Vec<(&'static str, f32)> {
        let names = self.parts.iter().map(|part| part.name());
        names
            .chain(["constant"])
            .zip(self.weights.iter().copied())
            .collect()
    }

    fn features(&self, user: u32, item: u32, time: i64, out: &mut Vec<f32>) {
        let mean = self.set.mean;
        out.extend(
            self.parts
                .iter()
                .map(|part| part.rate(user, item, time) - mean),
        );
        out.push(1.0);
    }
}

impl Rater for Blend {
    fn name(&self) -> &'static str {
        "blend"
    }

    fn fit(&mut self, train: &Set) {
        self.set = Set {
            mean: train.mean,
            range: train.range,
            ..Set::new(0, 0, Vec::new())
        };
        let mut order: Vec<u32> = (0..train.rows.len() as u32).collect();
        fastrand::Rng::with_seed(self.seed ^ 0xB1E4D).shuffle(&mut order);
        let held = train.rows.len() / HELD_BACK;
        let pick = |part: &[u32]| part.iter().map(|at| train.rows[*at as usize]).collect();
        let (held, rest): (Vec<_>, Vec<_>) = (pick(&order[..held]), pick(&order[held..]));
        let rest = Set::new(train.users(), train.items(), rest);
        for part in &mut self.parts {
            part.fit(&rest);
        }
        let width = self.parts.len() + 1;
        let mut features = Vec::with_capacity(held.len() * width);
        let mut targets = Vec::with_capacity(held.len());
        for row in &held {
            self.features(row.user, row.item, row.time, &mut features);
            targets.push(row.value - train.mean);
        }
        self.weights = least_squares(&features, width, &targets, RIDGE);
        for part in &mut self.parts {
            part.fit(train);
        }
    }

    fn rate(&self, user: u32, item: u32, time: i64) -> f32 {
        let mut features = Vec::with_capacity(self.weights.len());
        self.features(user, item, time, &mut features);
        let sum: f32 = features.iter().zip(&self.weights).map(|(f, w)| f * w).sum();
        self.set.clamped(self.set.mean + sum)
    }
}
