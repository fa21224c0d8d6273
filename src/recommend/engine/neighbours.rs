//! Nearest neighbours for predicting values.

use super::parallel;
use super::rating::{Baseline, Rater, mean};
use super::set::{Entry, Lists, Set};

/// How alike two users (or items) are by what both valued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Similarity {
    /// `1 / (mean squared difference + 1)`.
    Msd,
    /// The cosine of the two lists of values, over what both have.
    Cosine,
    /// Pearson's correlation over what both have.
    Pearson,
    /// The correlation of residuals from the baseline, shrunk by support: `(n - 1) / (n - 1 + 100)` (Koren 2010, section 2.2).
    PearsonBaseline,
}

/// What a neighbour's value is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Centre {
    /// Nothing: the weighted mean of the neighbours' values.
    Nothing,
    /// Each neighbour's own mean.
    Mean,
    /// The baseline.
    Baseline,
}

/// k nearest neighbours (Koren 2010; the conventions of Surprise, so that figures can be compared).
#[derive(Debug, Clone)]
pub struct Neighbours {
    name: &'static str,
    similarity: Similarity,
    centre: Centre,
    is_by_user: bool,
    k: usize,
    /// Of neighbours' similarities: each is raised to this power before it weighs.
    power: f32,
    /// Added to the sum of weights, so that few or far neighbours say little.
    damping: f32,
    set: Set,
    baseline: Baseline,
    means: Vec<f32>,
    /// `n` x `n`.
    similarities: Vec<f32>,
}

const SHRINKAGE: f32 = 100.0;
/// A matrix of similarities larger than this is not made: 1 GiB.
const MAX_NODES: usize = 16_384;

impl Neighbours {
    /// Neighbours among users, or among items.
    pub fn new(
        name: &'static str,
        similarity: Similarity,
        centre: Centre,
        is_by_user: bool,
    ) -> Self {
        Self {
            name,
            similarity,
            centre,
            is_by_user,
            k: 40,
            power: 1.0,
            damping: 0.0,
            set: Set::default(),
            baseline: Baseline::default(),
            means: Vec::new(),
            similarities: Vec::new(),
        }
    }

    /// Another number of neighbours, power of similarity and damping.
    #[must_use]
    pub fn tuned(mut self, k: usize, power: f32, damping: f32) -> Self {
        (self.k, self.power, self.damping) = (k, power, damping);
        self
    }

    /// Whether a table of this many users or items is small enough.
    pub fn fits(nodes: usize) -> bool {
        nodes <= MAX_NODES
    }

    fn lists(set: &Set, is_by_user: bool) -> (&Lists, &Lists) {
        if is_by_user {
            (&set.by_user, &set.by_item)
        } else {
            (&set.by_item, &set.by_user)
        }
    }

    fn expected(&self, node: u32, other: u32) -> f32 {
        if self.is_by_user {
            self.baseline.raw(node, other)
        } else {
            self.baseline.raw(other, node)
        }
    }

    fn centre_of(&self, node: u32, other: u32) -> f32 {
        match self.centre {
            Centre::Nothing => 0.0,
            Centre::Mean => self.means[node as usize],
            Centre::Baseline => self.expected(node, other),
        }
    }

    /// One row of similarities: sums over everything that the node and each other node both have.
    fn row(&self, node: u32, row: &mut [f32], sums: &mut [Sums]) {
        let (of_node, of_other) = Self::lists(&self.set, self.is_by_user);
        sums.fill(Sums::default());
        for mine in of_node.of(node) {
            let a = self.compared(node, mine);
            for theirs in of_other.of(mine.id) {
                let entry = Entry {
                    id: mine.id,
                    ..*theirs
                };
                let b = self.compared(theirs.id, &entry);
                sums[theirs.id as usize].add(a, b);
            }
        }
        for (similarity, sums) in row.iter_mut().zip(sums) {
            *similarity = sums.similarity(self.similarity);
        }
        row[node as usize] = 0.0;
    }

    /// A value as the similarity wants it.
    fn compared(&self, node: u32, entry: &Entry) -> f32 {
        match self.similarity {
            Similarity::PearsonBaseline => entry.value - self.expected(node, entry.id),
            _ => entry.value,
        }
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    n: f32,
    a: f32,
    b: f32,
    ab: f32,
    aa: f32,
    bb: f32,
}

impl Sums {
    fn add(&mut self, a: f32, b: f32) {
        self.n += 1.0;
        self.a += a;
        self.b += b;
        self.ab += a * b;
        self.aa += a * a;
        self.bb += b * b;
    }

    fn similarity(&self, similarity: Similarity) -> f32 {
        if self.n == 0.0 {
            return 0.0;
        }
        let ratio = |top: f32, bottom: f32| if bottom > 1e-12 { top / bottom } else { 0.0 };
        match similarity {
            Similarity::Msd => 1.0 / ((self.aa - 2.0 * self.ab + self.bb) / self.n + 1.0),
            Similarity::Cosine => ratio(self.ab, (self.aa * self.bb).sqrt()),
            Similarity::Pearson => {
                let top = self.n * self.ab - self.a * self.b;
                let left = self.n * self.aa - self.a * self.a;
                let right = self.n * self.bb - self.b * self.b;
                ratio(top, (left.max(0.0) * right.max(0.0)).sqrt())
            }
            Similarity::PearsonBaseline => {
                let shrunk = (self.n - 1.0) / (self.n - 1.0 + SHRINKAGE);
                shrunk * ratio(self.ab, (self.aa * self.bb).sqrt())
            }
        }
    }
}

impl Rater for Neighbours {
    fn name(&self) -> &'static str {
        self.name
    }

    fn fit(&mut self, train: &Set) {
        self.set = train.clone();
        self.baseline.fit(train);
        let (lists, _) = Self::lists(train, self.is_by_user);
        self.means = (0..lists.len() as u32)
            .map(|id| mean(lists.of(id).iter().map(|entry| entry.value)).unwrap_or(train.mean))
            .collect();
        let n = lists.len();
        let mut similarities = vec![0.0; n * n];
        parallel::fill(
            &mut similarities,
            n,
            || vec![Sums::default(); n],
            |node, row, sums| self.row(node as u32, row, sums),
        );
        self.similarities = similarities;
    }

    fn rate(&self, user: u32, item: u32, _time: i64) -> f32 {
        let (node, other) = if self.is_by_user {
            (user, item)
        } else {
            (item, user)
        };
        let (of_node, of_other) = Self::lists(&self.set, self.is_by_user);
        let row = &self.similarities[node as usize * of_node.len()..][..of_node.len()];
        let mut near: Vec<(f32, &Entry)> = of_other
            .of(other)
            .iter()
            .map(|entry| (row[entry.id as usize], entry))
            .filter(|(similarity, _)| *similarity > 0.0)
            .collect();
        if near.len() > self.k {
            near.select_nth_unstable_by(self.k, |a, b| b.0.total_cmp(&a.0));
            near.truncate(self.k);
        }
        let (mut top, mut bottom) = (0.0, self.damping);
        for (similarity, entry) in &near {
            let weight = if self.power == 1.0 {
                *similarity
            } else {
                similarity.powf(self.power)
            };
            top += weight * (entry.value - self.centre_of(entry.id, other));
            bottom += weight;
        }
        let is_known = bottom > self.damping;
        let centre = match self.centre {
            Centre::Nothing if !is_known => self.set.mean,
            _ => self.centre_of(node, other),
        };
        self.set.clamped(if is_known {
            centre + top / bottom
        } else {
            centre
        })
    }
}

/// Slope One (Lemire and Maclachlan 2005): the mean difference between two items over everybody who valued both.
#[derive(Debug, Clone, Default)]
pub struct SlopeOne {
    set: Set,
    means: Vec<f32>,
    /// Mean of (row's value - column's value), `n` x `n`; `NaN` where nobody valued both.
    differences: Vec<f32>,
}

impl Rater for SlopeOne {
    fn name(&self) -> &'static str {
        "slope one"
    }

    fn fit(&mut self, train: &Set) {
        let n = train.items();
        self.means = (0..train.users() as u32)
            .map(|user| mean(train.by_user.of(user).iter().map(|e| e.value)).unwrap_or(train.mean))
            .collect();
        self.set = train.clone();
        let mut differences = vec![0.0; n * n];
        parallel::fill(
            &mut differences,
            n,
            || vec![0.0f32; n],
            |item, row, counts| {
                counts.fill(0.0);
                for mine in train.by_item.of(item as u32) {
                    for other in train.by_user.of(mine.id) {
                        row[other.id as usize] += mine.value - other.value;
                        counts[other.id as usize] += 1.0;
                    }
                }
                for (difference, count) in row.iter_mut().zip(counts) {
                    *difference = if *count > 0.0 {
                        *difference / *count
                    } else {
                        f32::NAN
                    };
                }
            },
        );
        self.differences = differences;
    }

    fn rate(&self, user: u32, item: u32, _time: i64) -> f32 {
        let n = self.set.items();
        let row = &self.differences[item as usize * n..][..n];
        let known = self
            .set
            .by_user
            .of(user)
            .iter()
            .map(|entry| row[entry.id as usize])
            .filter(|difference| !difference.is_nan());
        let base = self.means[user as usize];
        self.set
            .clamped(mean(known).map_or(base, |difference| base + difference))
    }
}
