//! Ranking what a user has not met: what all algorithms promise, popularity, and neighbours.

use super::linear::add_scaled;
use super::parallel;
use super::set::Set;

/// Scores items for a user; only the order within one user means anything.
pub trait Ranker: Send + Sync {
    /// What it is called in tables.
    fn name(&self) -> &'static str;

    /// Learns from a set in which every row is a positive; what was learnt before is forgotten.
    fn fit(&mut self, train: &Set);

    /// Fills in one score per item.
    fn score(&self, user: u32, scores: &mut [f32]);
}

/// How often an item was met, each time weighing half after `half_life` (in the set's unit of time; none: no decay).
#[derive(Debug, Clone, Default)]
pub struct Popularity {
    half_life: Option<f64>,
    scores: Vec<f32>,
}

impl Popularity {
    /// With a half-life in the set's unit of time.
    pub fn decayed(half_life: f64) -> Self {
        Self {
            half_life: Some(half_life),
            scores: Vec::new(),
        }
    }
}

impl Ranker for Popularity {
    fn name(&self) -> &'static str {
        match self.half_life {
            None => "popularity",
            Some(_) => "recent popularity",
        }
    }

    fn fit(&mut self, train: &Set) {
        let now = train.rows.iter().map(|row| row.time).max().unwrap_or(0);
        let mut scores = vec![0.0f64; train.items()];
        for row in &train.rows {
            let age = now.saturating_sub(row.time) as f64;
            scores[row.item as usize] += self.half_life.map_or(1.0, |life| (-age / life).exp2());
        }
        self.scores = scores.into_iter().map(|score| score as f32).collect();
    }

    fn score(&self, _user: u32, scores: &mut [f32]) {
        scores.copy_from_slice(&self.scores);
    }
}

/// Item-to-item neighbours by the cosine of who met them, shrunk by support (Sarwar et al. 2001).
#[derive(Debug, Clone)]
pub struct ItemNeighbours {
    k: usize,
    shrinkage: f32,
    train: Set,
    /// The `k` nearest of each item with their similarity.
    near: Vec<Vec<(u32, f32)>>,
}

impl ItemNeighbours {
    /// So many neighbours an item, and how much support is needed to be believed.
    pub fn new(k: usize, shrinkage: f32) -> Self {
        Self {
            k,
            shrinkage,
            train: Set::default(),
            near: Vec::new(),
        }
    }

    /// The nearest items with their similarity, nearest first.
    pub fn near(&self, item: u32) -> &[(u32, f32)] {
        &self.near[item as usize]
    }
}

impl Ranker for ItemNeighbours {
    fn name(&self) -> &'static str {
        "item k-NN"
    }

    fn fit(&mut self, train: &Set) {
        let n = train.items();
        let mut near = vec![Vec::new(); n];
        parallel::fill(
            &mut near,
            1,
            || vec![0.0f32; n],
            |item, near, together| {
                together.fill(0.0);
                let mine = train.by_item.of(item as u32);
                for user in mine {
                    for other in train.by_user.of(user.id) {
                        together[other.id as usize] += 1.0;
                    }
                }
                together[item] = 0.0;
                let mut found: Vec<(u32, f32)> = together
                    .iter()
                    .enumerate()
                    .filter(|(_, count)| **count > 0.0)
                    .map(|(other, count)| {
                        let theirs = train.by_item.of(other as u32).len();
                        let norm = ((mine.len() * theirs) as f32).sqrt() + self.shrinkage;
                        (other as u32, count / norm)
                    })
                    .collect();
                found.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
                found.truncate(self.k);
                near[0] = found;
            },
        );
        self.near = near;
        self.train = train.clone();
    }

    fn score(&self, user: u32, scores: &mut [f32]) {
        scores.fill(0.0);
        for entry in self.train.by_user.of(user) {
            for (other, similarity) in self.near(entry.id) {
                scores[*other as usize] += similarity;
            }
        }
    }
}

/// Session neighbours: users (or sessions) that share the last items met, the latest weighing most (vector
/// multiplication session k-NN, Ludewig and Jannach 2018).
#[derive(Debug, Clone)]
pub struct SessionNeighbours {
    k: usize,
    /// Items looked back upon.
    recent: usize,
    train: Set,
}

impl SessionNeighbours {
    /// So many neighbouring sessions, by so many of the latest items.
    pub fn new(k: usize, recent: usize) -> Self {
        Self {
            k,
            recent,
            train: Set::default(),
        }
    }
}

impl Ranker for SessionNeighbours {
    fn name(&self) -> &'static str {
        "session k-NN"
    }

    fn fit(&mut self, train: &Set) {
        self.train = train.clone();
    }

    fn score(&self, user: u32, scores: &mut [f32]) {
        scores.fill(0.0);
        let mut latest = self.train.by_user.of(user).to_vec();
        latest.sort_by_key(|entry| std::cmp::Reverse((entry.time, entry.id)));
        latest.truncate(self.recent);
        let mut alike = vec![0.0f32; self.train.users()];
        for (place, entry) in latest.iter().enumerate() {
            let sharers = self.train.by_item.of(entry.id);
            // Rare items say more (inverse document frequency).
            let rarity = ((self.train.users() + 1) as f32 / (sharers.len() + 1) as f32).ln();
            let weight = rarity * (1.0 - place as f32 / self.recent as f32);
            for sharer in sharers {
                alike[sharer.id as usize] += weight;
            }
        }
        alike[user as usize] = 0.0;
        let mut near: Vec<(f32, u32)> = alike
            .iter()
            .enumerate()
            .filter(|(_, similarity)| **similarity > 0.0)
            .map(|(other, similarity)| {
                let len = self.train.by_user.of(other as u32).len() as f32;
                (similarity / len.sqrt().max(1.0), other as u32)
            })
            .collect();
        near.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        near.truncate(self.k);
        for (similarity, other) in near {
            for entry in self.train.by_user.of(other) {
                scores[entry.id as usize] += similarity;
            }
        }
    }
}

/// A weighted sum of rankers' standardised scores. Weights are found on a held-back part: each part's weight is raised as
/// long as the ranking of what was held back gains.
pub struct RankBlend {
    parts: Vec<Box<dyn Ranker>>,
    weights: Vec<f32>,
    seed: u64,
}

impl RankBlend {
    /// A blend of these.
    pub fn of(parts: Vec<Box<dyn Ranker>>, seed: u64) -> Self {
        let weights = vec![1.0; parts.len()];
        Self {
            parts,
            weights,
            seed,
        }
    }

    /// Name and weight of each part.
    pub fn weights(&self) -> Vec<(&'static str, f32)> {
        let names = self.parts.iter().map(|part| part.name());
        names.zip(self.weights.iter().copied()).collect()
    }

    fn standardised(&self, user: u32, part: usize, scores: &mut [f32]) {
        self.parts[part].score(user, scores);
        let count = scores.len().max(1) as f32;
        let mean = scores.iter().sum::<f32>() / count;
        let variance = scores.iter().map(|s| (s - mean).powi(2)).sum::<f32>() / count;
        let scale = if variance > 1e-12 {
            1.0 / variance.sqrt()
        } else {
            0.0
        };
        for score in scores {
            *score = (*score - mean) * scale;
        }
    }
}

/// Users whose held-back items choose the weights; more would only take longer.
const JUDGES: usize = 500;
const STEPS: [f32; 8] = [0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0];

/// Mean NDCG@10 of what was held back, per set of weights, from scores that were made once.
fn gain(held: &[(u32, Vec<u32>)], scores: &[Vec<f32>], train: &Set, weights: &[f32]) -> f64 {
    let items = train.items();
    let mut sum = vec![0.0; items];
    let mut total = 0.0;
    for (at, (user, wanted)) in held.iter().enumerate() {
        sum.fill(0.0);
        for (part, weight) in weights.iter().enumerate() {
            add_scaled(&mut sum, *weight, &scores[part][at * items..][..items]);
        }
        for entry in train.by_user.of(*user) {
            sum[entry.id as usize] = f32::NEG_INFINITY;
        }
        total += super::metrics::ndcg(&super::metrics::top(&sum, 10), wanted, 10);
    }
    total / held.len().max(1) as f64
}

impl Ranker for RankBlend {
    fn name(&self) -> &'static str {
        "blend"
    }

    fn fit(&mut self, train: &Set) {
        let mut rng = fastrand::Rng::with_seed(self.seed ^ 0x7A11);
        let (mut rest, mut held) = (Vec::new(), vec![Vec::new(); train.users()]);
        for row in &train.rows {
            // A tenth of what people with some history met.
            if train.by_user.of(row.user).len() >= 5 && rng.u8(0..10) == 0 {
                held[row.user as usize].push(row.item);
            } else {
                rest.push(*row);
            }
        }
        let mut held: Vec<(u32, Vec<u32>)> = (0..train.users() as u32)
            .zip(held)
            .filter(|(_, wanted)| !wanted.is_empty())
            .collect();
        rng.shuffle(&mut held);
        held.truncate(JUDGES);
        let rest = Set::new(train.users(), train.items(), rest);
        for part in &mut self.parts {
            part.fit(&rest);
        }
        let items = train.items();
        let scores: Vec<Vec<f32>> = (0..self.parts.len())
            .map(|part| {
                let mut scores = vec![0.0; held.len() * items];
                parallel::fill(
                    &mut scores,
                    items,
                    || (),
                    |at, scores, ()| {
                        self.standardised(held[at].0, part, scores);
                    },
                );
                scores
            })
            .collect();
        let mut weights = vec![1.0; self.parts.len()];
        let mut best = gain(&held, &scores, &rest, &weights);
        for _ in 0..2 {
            for part in 0..weights.len() {
                for step in STEPS {
                    let before = std::mem::replace(&mut weights[part], step);
                    let gain = gain(&held, &scores, &rest, &weights);
                    if gain > best {
                        best = gain;
                    } else {
                        weights[part] = before;
                    }
                }
            }
        }
        self.weights = weights;
        for part in &mut self.parts {
            part.fit(train);
        }
    }

    fn score(&self, user: u32, scores: &mut [f32]) {
        scores.fill(0.0);
        let mut one = vec![0.0; scores.len()];
        for (part, weight) in self.weights.iter().enumerate() {
            if *weight != 0.0 {
                self.standardised(user, part, &mut one);
                add_scaled(scores, *weight, &one);
            }
        }
    }
}
