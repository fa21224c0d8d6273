//! EASE^R (Steck 2019, "Embarrassingly Shallow Autoencoders for Sparse Data"): the item-to-item weights that best rebuild
//! every user's row from its other items, in closed form. Linear and exact, so each score is a sum over the items met.

use super::linear::{cholesky, dot};
use super::parallel;
use super::ranking::Ranker;
use super::set::Set;

/// More items than this would need more than about 600 MB: the most popular ones take part, the rest score 0.
pub const MAX_ITEMS: usize = 8_192;

/// See the module.
#[derive(Debug, Clone)]
pub struct Ease {
    ridge: f32,
    train: Set,
    /// The items that take part, and where each item stands among them.
    chosen: Vec<u32>,
    place: Vec<Option<u32>>,
    /// `weights[i * n + j]`: what having met `i` says for `j`.
    weights: Vec<f32>,
}

impl Ease {
    /// With this ridge (the paper's lambda).
    pub fn new(ridge: f32) -> Self {
        Self {
            ridge,
            train: Set::default(),
            chosen: Vec::new(),
            place: Vec::new(),
            weights: Vec::new(),
        }
    }

    /// What having met `item` says for `other`, 0 for an item itself.
    pub fn weight(&self, item: u32, other: u32) -> f32 {
        match (self.place[item as usize], self.place[other as usize]) {
            (Some(i), Some(j)) => self.weights[i as usize * self.chosen.len() + j as usize],
            _ => 0.0,
        }
    }

    /// The items of a user that speak most for `item`, with what they add to its score, most first.
    pub fn because(&self, user: u32, item: u32, limit: usize) -> Vec<(u32, f32)> {
        let mut found: Vec<(u32, f32)> = self
            .train
            .by_user
            .of(user)
            .iter()
            .map(|entry| (entry.id, self.weight(entry.id, item)))
            .filter(|(_, weight)| *weight > 0.0)
            .collect();
        found.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        found.truncate(limit);
        found
    }
}

impl Ranker for Ease {
    fn name(&self) -> &'static str {
        "EASE"
    }

    fn fit(&mut self, train: &Set) {
        let mut chosen: Vec<u32> = (0..train.items() as u32)
            .filter(|item| !train.by_item.of(*item).is_empty())
            .collect();
        chosen.sort_by_key(|item| std::cmp::Reverse(train.by_item.of(*item).len()));
        chosen.truncate(MAX_ITEMS);
        let n = chosen.len();
        let mut place = vec![None; train.items()];
        for (at, item) in chosen.iter().enumerate() {
            place[*item as usize] = Some(at as u32);
        }
        // G = XᵀX + ridge I.
        let mut gram = vec![0.0f32; n * n];
        parallel::fill(
            &mut gram,
            n,
            || (),
            |at, row, ()| {
                for user in train.by_item.of(chosen[at]) {
                    for other in train.by_user.of(user.id) {
                        if let Some(other) = place[other.id as usize] {
                            row[other as usize] += 1.0;
                        }
                    }
                }
                row[at] += self.ridge;
            },
        );
        // B = -P / diag(P) by columns, P = G⁻¹, the diagonal set to 0.
        let inverse = inverse(gram, n);
        let mut weights = vec![0.0f32; n * n];
        parallel::fill(
            &mut weights,
            n,
            || (),
            |i, row, ()| {
                for (j, weight) in row.iter_mut().enumerate() {
                    if i != j {
                        *weight = -inverse[i * n + j] / inverse[j * n + j];
                    }
                }
            },
        );
        self.weights = weights;
        self.chosen = chosen;
        self.place = place;
        self.train = train.clone();
    }

    fn score(&self, user: u32, scores: &mut [f32]) {
        scores.fill(0.0);
        let n = self.chosen.len();
        let mut sum = vec![0.0f32; n];
        for entry in self.train.by_user.of(user) {
            if let Some(at) = self.place[entry.id as usize] {
                super::linear::add_scaled(&mut sum, 1.0, &self.weights[at as usize * n..][..n]);
            }
        }
        for (item, score) in self.chosen.iter().zip(sum) {
            scores[*item as usize] = score;
        }
    }
}

/// The inverse of a symmetric positive definite matrix: `L⁻ᵀ L⁻¹`.
fn inverse(mut a: Vec<f32>, n: usize) -> Vec<f32> {
    cholesky(&mut a, n);
    // Row j of `columns` is column j of L⁻¹ (from its j-th value on): solved column by column.
    let mut columns = vec![0.0f32; n * n];
    parallel::fill(
        &mut columns,
        n,
        || (),
        |j, column, ()| {
            column[j] = 1.0 / a[j * n + j];
            for i in j + 1..n {
                let row = &a[i * n..=i * n + i];
                column[i] = -dot(&row[j..i], &column[j..i]) / row[i];
            }
        },
    );
    // P[i][j] = sum over k of L⁻¹[k][i] L⁻¹[k][j].
    let mut out = vec![0.0f32; n * n];
    parallel::fill(
        &mut out,
        n,
        || (),
        |i, row, ()| {
            for (j, value) in row.iter_mut().enumerate() {
                let from = i.max(j);
                *value = dot(
                    &columns[i * n + from..(i + 1) * n],
                    &columns[j * n + from..(j + 1) * n],
                );
            }
        },
    );
    out
}
