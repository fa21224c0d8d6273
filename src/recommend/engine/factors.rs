//! Matrix factorisation by stochastic gradient descent.

use super::linear::{add_scaled, dot};
use super::rating::Rater;
use super::set::Set;

/// How a factorisation learns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recipe {
    /// Factors.
    pub factors: usize,
    /// Passes over the data.
    pub epochs: usize,
    /// The first learning rate; it falls linearly to `rate * last` in the last epoch.
    pub rate: f32,
    /// The last learning rate's share of the first.
    pub last: f32,
    /// Ridge on factors.
    pub ridge: f32,
    /// Ridge on biases.
    pub bias_ridge: f32,
    /// Standard deviation of the first factors.
    pub spread: f32,
    /// For the random start and order.
    pub seed: u64,
}

impl Recipe {
    fn rate_in(&self, epoch: usize) -> f32 {
        let progress = epoch as f32 / (self.epochs.max(2) - 1) as f32;
        self.rate * (1.0 - progress * (1.0 - self.last))
    }
}

/// Biased matrix factorisation (Koren, Bell and Volinsky 2009).
#[derive(Debug, Clone)]
pub struct Svd {
    name: &'static str,
    recipe: Recipe,
    set: Set,
    user_bias: Vec<f32>,
    item_bias: Vec<f32>,
    user: Vec<f32>,
    item: Vec<f32>,
}

impl Svd {
    /// As Surprise has it: 100 factors, 20 epochs, rate 0.005, ridge 0.02.
    pub fn plain(seed: u64) -> Self {
        let recipe = Recipe {
            factors: 100,
            epochs: 20,
            rate: 0.005,
            last: 1.0,
            ridge: 0.02,
            bias_ridge: 0.02,
            spread: 0.1,
            seed,
        };
        Self::new("svd", recipe)
    }

    /// Strongly regularised, many factors, the learning rate falling to zero.
    pub fn tuned(seed: u64) -> Self {
        let recipe = Recipe {
            factors: 96,
            epochs: 60,
            rate: 0.012,
            last: 0.01,
            ridge: 0.11,
            bias_ridge: 0.03,
            spread: 0.03,
            seed,
        };
        Self::new("biased mf", recipe)
    }

    /// With a recipe of one's own.
    pub fn new(name: &'static str, recipe: Recipe) -> Self {
        Self {
            name,
            recipe,
            set: Set::default(),
            user_bias: Vec::new(),
            item_bias: Vec::new(),
            user: Vec::new(),
            item: Vec::new(),
        }
    }
}

/// Normal variates of this standard deviation (Box and Muller 1958).
pub(super) fn normals(rng: &mut fastrand::Rng, count: usize, spread: f32) -> Vec<f32> {
    (0..count).map(|_| normal(rng) * spread).collect()
}

/// A standard normal variate.
pub(super) fn normal(rng: &mut fastrand::Rng) -> f32 {
    let (a, b) = (1.0 - rng.f32(), rng.f32());
    (-2.0 * a.ln()).sqrt() * (std::f32::consts::TAU * b).cos()
}

impl Rater for Svd {
    fn name(&self) -> &'static str {
        self.name
    }

    fn fit(&mut self, train: &Set) {
        let Recipe {
            factors, spread, ..
        } = self.recipe;
        let mut rng = fastrand::Rng::with_seed(self.recipe.seed);
        self.user_bias = vec![0.0; train.users()];
        self.item_bias = vec![0.0; train.items()];
        self.user = normals(&mut rng, train.users() * factors, spread);
        self.item = normals(&mut rng, train.items() * factors, spread);
        let mut order: Vec<u32> = (0..train.rows.len() as u32).collect();
        for epoch in 0..self.recipe.epochs {
            rng.shuffle(&mut order);
            let rate = self.recipe.rate_in(epoch);
            for at in &order {
                let row = &train.rows[*at as usize];
                let (u, i) = (row.user as usize, row.item as usize);
                let p = &mut self.user[u * factors..][..factors];
                let q = &mut self.item[i * factors..][..factors];
                let error =
                    row.value - train.mean - self.user_bias[u] - self.item_bias[i] - dot(p, q);
                self.user_bias[u] += rate * (error - self.recipe.bias_ridge * self.user_bias[u]);
                self.item_bias[i] += rate * (error - self.recipe.bias_ridge * self.item_bias[i]);
                for (p, q) in p.iter_mut().zip(q) {
                    let before = *p;
                    *p += rate * (error * *q - self.recipe.ridge * before);
                    *q += rate * (error * before - self.recipe.ridge * *q);
                }
            }
        }
        self.set = Set {
            mean: train.mean,
            range: train.range,
            ..Set::new(0, 0, Vec::new())
        };
    }

    fn rate(&self, user: u32, item: u32, _time: i64) -> f32 {
        let (u, i, n) = (user as usize, item as usize, self.recipe.factors);
        let fit = dot(&self.user[u * n..][..n], &self.item[i * n..][..n]);
        self.set
            .clamped(self.set.mean + self.user_bias[u] + self.item_bias[i] + fit)
    }
}

/// SVD++ (Koren 2008): what a user valued at all says something too.
#[derive(Debug, Clone)]
pub struct SvdPlusPlus {
    name: &'static str,
    recipe: Recipe,
    set: Set,
    user_bias: Vec<f32>,
    item_bias: Vec<f32>,
    /// Own factors plus the sum of the implicit ones, after learning.
    user: Vec<f32>,
    item: Vec<f32>,
}

impl SvdPlusPlus {
    /// As Surprise has it: 20 factors, 20 epochs, rate 0.007, ridge 0.02.
    pub fn plain(seed: u64) -> Self {
        let recipe = Recipe {
            factors: 20,
            epochs: 20,
            rate: 0.007,
            last: 1.0,
            ridge: 0.02,
            bias_ridge: 0.02,
            spread: 0.1,
            seed,
        };
        Self::new("svd++", recipe)
    }

    /// Strongly regularised, the learning rate falling to zero.
    pub fn tuned(seed: u64) -> Self {
        let recipe = Recipe {
            factors: 48,
            epochs: 40,
            rate: 0.012,
            last: 0.01,
            ridge: 0.08,
            bias_ridge: 0.02,
            spread: 0.03,
            seed,
        };
        Self::new("svd++ tuned", recipe)
    }

    /// With a recipe of one's own.
    pub fn new(name: &'static str, recipe: Recipe) -> Self {
        Self {
            name,
            recipe,
            set: Set::default(),
            user_bias: Vec::new(),
            item_bias: Vec::new(),
            user: Vec::new(),
            item: Vec::new(),
        }
    }

    fn implicit_of(&self, train: &Set, implicit: &[f32], user: u32, out: &mut [f32]) -> f32 {
        let n = self.recipe.factors;
        let list = train.by_user.of(user);
        out.fill(0.0);
        for entry in list {
            add_scaled(out, 1.0, &implicit[entry.id as usize * n..][..n]);
        }
        let scale = 1.0 / (list.len().max(1) as f32).sqrt();
        for value in out.iter_mut() {
            *value *= scale;
        }
        scale
    }
}

impl Rater for SvdPlusPlus {
    fn name(&self) -> &'static str {
        self.name
    }

    fn fit(&mut self, train: &Set) {
        let Recipe {
            factors: n, spread, ..
        } = self.recipe;
        let mut rng = fastrand::Rng::with_seed(self.recipe.seed);
        self.user_bias = vec![0.0; train.users()];
        self.item_bias = vec![0.0; train.items()];
        self.user = normals(&mut rng, train.users() * n, spread);
        self.item = normals(&mut rng, train.items() * n, spread);
        let mut implicit = normals(&mut rng, train.items() * n, spread);
        let mut users: Vec<u32> = (0..train.users() as u32).collect();
        let (mut sum, mut change, mut whole) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
        let mut order = Vec::new();
        for epoch in 0..self.recipe.epochs {
            rng.shuffle(&mut users);
            let rate = self.recipe.rate_in(epoch);
            let ridge = self.recipe.ridge;
            for user in &users {
                let list = train.by_user.of(*user);
                let u = *user as usize;
                // The implicit factors of one user's items move together: the sum is kept up to date within the user's
                // list, and what it moved by is shared out behind it.
                let scale = self.implicit_of(train, &implicit, *user, &mut sum);
                let shrink = list.len() as f32 * scale * scale;
                change.fill(0.0);
                let mut decay = 1.0;
                order.clear();
                order.extend(0..list.len() as u32);
                rng.shuffle(&mut order);
                for at in &order {
                    let entry = &list[*at as usize];
                    let i = entry.id as usize;
                    let p = &mut self.user[u * n..][..n];
                    let q = &mut self.item[i * n..][..n];
                    for ((whole, p), sum) in whole.iter_mut().zip(&*p).zip(&sum) {
                        *whole = p + sum;
                    }
                    let expected =
                        train.mean + self.user_bias[u] + self.item_bias[i] + dot(q, &whole);
                    let error = entry.value - expected;
                    self.user_bias[u] +=
                        rate * (error - self.recipe.bias_ridge * self.user_bias[u]);
                    self.item_bias[i] +=
                        rate * (error - self.recipe.bias_ridge * self.item_bias[i]);
                    let kept = 1.0 - rate * ridge;
                    decay *= kept;
                    for f in 0..n {
                        let before = q[f];
                        p[f] += rate * (error * before - ridge * p[f]);
                        q[f] += rate * (error * whole[f] - ridge * before);
                        sum[f] = kept * sum[f] + rate * error * before * shrink;
                        change[f] = kept * change[f] + rate * error * before * scale;
                    }
                }
                for entry in list {
                    let y = &mut implicit[entry.id as usize * n..][..n];
                    for (y, change) in y.iter_mut().zip(&change) {
                        *y = *y * decay + change;
                    }
                }
            }
        }
        let mut users = std::mem::take(&mut self.user);
        for user in 0..train.users() {
            self.implicit_of(train, &implicit, user as u32, &mut sum);
            add_scaled(&mut users[user * n..][..n], 1.0, &sum);
        }
        self.user = users;
        self.set = Set {
            mean: train.mean,
            range: train.range,
            ..Set::new(0, 0, Vec::new())
        };
    }

    fn rate(&self, user: u32, item: u32, _time: i64) -> f32 {
        let (u, i, n) = (user as usize, item as usize, self.recipe.factors);
        let fit = dot(&self.user[u * n..][..n], &self.item[i * n..][..n]);
        self.set
            .clamped(self.set.mean + self.user_bias[u] + self.item_bias[i] + fit)
    }
}
