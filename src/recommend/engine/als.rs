//! Implicit feedback by factors: alternating least squares and Bayesian personalised ranking.

use super::factors::normals;
use super::linear::{add_scaled, dot, solve};
use super::parallel;
use super::ranking::Ranker;
use super::set::{Lists, Set};

/// Implicit ALS (Hu, Koren and Volinsky 2008), with the ridge growing with frequency (Rendle et al. 2022, "Revisiting the
/// performance of iALS").
#[derive(Debug, Clone)]
pub struct ImplicitAls {
    factors: usize,
    rounds: usize,
    /// Weight of everything that was not met, beside 1 for what was.
    unmet: f32,
    ridge: f32,
    seed: u64,
    user: Vec<f32>,
    item: Vec<f32>,
}

/// The exponent of the frequency in the ridge.
const FREQUENCY: f32 = 1.0;

impl ImplicitAls {
    /// So many factors and rounds.
    pub fn new(factors: usize, rounds: usize, unmet: f32, ridge: f32, seed: u64) -> Self {
        Self {
            factors,
            rounds,
            unmet,
            ridge,
            seed,
            user: Vec::new(),
            item: Vec::new(),
        }
    }

    fn solve_side(&self, vectors: &mut [f32], others: &[f32], lists: &Lists, other_count: usize) {
        let n = self.factors;
        // unmet * YᵀY is the same for everybody.
        let mut shared = vec![0.0f32; n * n];
        for other in others.chunks_exact(n) {
            for i in 0..n {
                add_scaled(
                    &mut shared[i * n..][..=i],
                    self.unmet * other[i],
                    &other[..=i],
                );
            }
        }
        let scratch = || vec![0.0f32; n * n];
        parallel::fill(vectors, n, scratch, |id, vector, gram| {
            let list = lists.of(id as u32);
            gram.copy_from_slice(&shared);
            vector.fill(0.0);
            for entry in list {
                let other = &others[entry.id as usize * n..][..n];
                for i in 0..n {
                    add_scaled(&mut gram[i * n..][..=i], other[i], &other[..=i]);
                }
                add_scaled(vector, 1.0 + self.unmet, other);
            }
            let weight = (list.len() as f32 + self.unmet * other_count as f32).powf(FREQUENCY);
            for i in 0..n {
                gram[i * n + i] += self.ridge * weight;
            }
            solve(gram, n, vector);
        });
    }
}

impl Ranker for ImplicitAls {
    fn name(&self) -> &'static str {
        "implicit ALS"
    }

    fn fit(&mut self, train: &Set) {
        let mut rng = fastrand::Rng::with_seed(self.seed);
        let spread = 0.1 / (self.factors as f32).sqrt();
        let mut user = normals(&mut rng, train.users() * self.factors, spread);
        let mut item = normals(&mut rng, train.items() * self.factors, spread);
        for _ in 0..self.rounds {
            self.solve_side(&mut user, &item, &train.by_user, train.items());
            self.solve_side(&mut item, &user, &train.by_item, train.users());
        }
        (self.user, self.item) = (user, item);
    }

    fn score(&self, user: u32, scores: &mut [f32]) {
        let n = self.factors;
        let user = &self.user[user as usize * n..][..n];
        for (score, item) in scores.iter_mut().zip(self.item.chunks_exact(n)) {
            *score = dot(user, item);
        }
    }
}

/// Bayesian personalised ranking (Rendle et al. 2009): what was met should score above what was not.
#[derive(Debug, Clone)]
pub struct Bpr {
    factors: usize,
    epochs: usize,
    rate: f32,
    ridge: f32,
    seed: u64,
    user: Vec<f32>,
    item: Vec<f32>,
    bias: Vec<f32>,
}

impl Bpr {
    /// So many factors and passes.
    pub fn new(factors: usize, epochs: usize, rate: f32, ridge: f32, seed: u64) -> Self {
        Self {
            factors,
            epochs,
            rate,
            ridge,
            seed,
            user: Vec::new(),
            item: Vec::new(),
            bias: Vec::new(),
        }
    }
}

impl Ranker for Bpr {
    fn name(&self) -> &'static str {
        "BPR"
    }

    fn fit(&mut self, train: &Set) {
        let n = self.factors;
        let mut rng = fastrand::Rng::with_seed(self.seed);
        self.user = normals(&mut rng, train.users() * n, 0.1);
        self.item = normals(&mut rng, train.items() * n, 0.1);
        self.bias = vec![0.0; train.items()];
        if train.rows.is_empty() {
            return;
        }
        for _ in 0..self.epochs * train.rows.len() {
            let row = &train.rows[rng.usize(..train.rows.len())];
            let other = rng.u32(..train.items() as u32);
            let met = train.by_user.of(row.user);
            if met.binary_search_by_key(&other, |entry| entry.id).is_ok() {
                continue;
            }
            let (u, i, j) = (row.user as usize * n, row.item as usize, other as usize);
            let difference = self.bias[i] - self.bias[j]
                + dot(&self.user[u..][..n], &self.item[i * n..][..n])
                - dot(&self.user[u..][..n], &self.item[j * n..][..n]);
            let pull = 1.0 / (1.0 + difference.exp());
            for f in 0..n {
                let (p, a, b) = (self.user[u + f], self.item[i * n + f], self.item[j * n + f]);
                self.user[u + f] += self.rate * (pull * (a - b) - self.ridge * p);
                self.item[i * n + f] += self.rate * (pull * p - self.ridge * a);
                self.item[j * n + f] += self.rate * (-pull * p - self.ridge * b);
            }
            self.bias[i] += self.rate * (pull - self.ridge * self.bias[i]);
            self.bias[j] += self.rate * (-pull - self.ridge * self.bias[j]);
        }
    }

    fn score(&self, user: u32, scores: &mut [f32]) {
        let n = self.factors;
        let user = &self.user[user as usize * n..][..n];
        for ((score, item), bias) in scores
            .iter_mut()
            .zip(self.item.chunks_exact(n))
            .zip(&self.bias)
        {
            *score = bias + dot(user, item);
        }
    }
}
