//! Measures every algorithm on a table: the same splits and the same figures for all.

use std::time::{Duration, Instant};

use super::metrics::{ndcg, recall, top};
use super::set::{Fold, Set};
use super::{
    Baseline, BayesianFactors, Blend, Bpr, Centre, Ease, ImplicitAls, Interaction, ItemNeighbours,
    Means, MeansOf, Neighbours, Popularity, RankBlend, Ranker, Rater, SessionNeighbours,
    Similarity, SlopeOne, Svd, SvdPlusPlus,
};

/// Similarities and differences between all pairs are only made of so many users or items.
const MAX_PAIRED: usize = 12_000;
/// Beyond this many rows the slow algorithms are left out.
const MAX_SLOW_ROWS: usize = 2_500_000;
/// Users whose rankings are looked at; more would only take longer.
const MAX_RANKED_USERS: usize = 20_000;

/// What predicting values came to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RatingScore {
    /// Root of the mean squared error.
    pub rmse: f64,
    /// Mean absolute error.
    pub mae: f64,
    /// Predictions made.
    pub count: usize,
    /// Learning, all folds.
    pub fit: Duration,
    /// Predicting, all folds.
    pub predict: Duration,
}

/// What ranking came to; means over users with something in the test part.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RankingScore {
    /// Share of the wanted among the first 10, of at most 10.
    pub recall_10: f64,
    /// Share of the wanted among the first 20, of at most 20.
    pub recall_20: f64,
    /// Normalised discounted cumulative gain of the first 10.
    pub ndcg_10: f64,
    /// Normalised discounted cumulative gain of the first 100.
    pub ndcg_100: f64,
    /// Share of all items that stand among somebody's first 10.
    pub coverage_10: f64,
    /// Mean surprise of the first 10, in bits: minus the logarithm of the share of users who met the item.
    pub novelty_10: f64,
    /// Users looked at.
    pub users: usize,
    /// Learning, all folds.
    pub fit: Duration,
    /// Ranking, all folds.
    pub rank: Duration,
}

/// What a table is measured with.
#[derive(Debug, Clone)]
pub struct Trial {
    /// Number of users.
    pub users: usize,
    /// Number of items.
    pub items: usize,
    /// Training and test parts.
    pub folds: Vec<Fold>,
    /// For everything random.
    pub seed: u64,
}

impl Trial {
    fn rows(&self) -> usize {
        self.folds
            .iter()
            .map(|fold| fold.0.len())
            .max()
            .unwrap_or(0)
    }

    fn set(&self, rows: &[Interaction]) -> Set {
        Set::new(self.users, self.items, rows.to_vec())
    }

    /// Every predictor that this table is not too large for, simplest first.
    pub fn raters(&self) -> Vec<Box<dyn Rater>> {
        let users_fit = self.users <= MAX_PAIRED;
        let items_fit = self.items <= MAX_PAIRED;
        let is_small = self.rows() <= MAX_SLOW_ROWS;
        let mut all: Vec<Box<dyn Rater>> = vec![
            Box::new(Means::of(MeansOf::All)),
            Box::new(Means::of(MeansOf::User)),
            Box::new(Means::of(MeansOf::Item)),
            Box::new(Baseline::default()),
        ];
        if users_fit {
            for (name, centre) in [
                ("k-NN", Centre::Nothing),
                ("k-NN with means", Centre::Mean),
                ("k-NN baseline", Centre::Baseline),
            ] {
                all.push(Box::new(Neighbours::new(
                    name,
                    Similarity::Msd,
                    centre,
                    true,
                )));
            }
            all.push(Box::new(Neighbours::new(
                "k-NN cosine",
                Similarity::Cosine,
                Centre::Mean,
                true,
            )));
            all.push(Box::new(Neighbours::new(
                "k-NN Pearson",
                Similarity::Pearson,
                Centre::Mean,
                true,
            )));
        }
        if items_fit {
            all.push(item_neighbours());
            all.push(Box::new(SlopeOne::default()));
        }
        all.push(Box::new(Svd::plain(self.seed)));
        all.push(Box::new(Svd::tuned(self.seed)));
        all.push(Box::new(SvdPlusPlus::plain(self.seed)));
        all.push(Box::new(SvdPlusPlus::tuned(self.seed)));
        if is_small {
            all.push(self.bayesian());
            all.push(Box::new(self.rating_blend(users_fit, items_fit)));
        }
        all
    }

    fn bayesian(&self) -> Box<dyn Rater> {
        Box::new(BayesianFactors::new(24, 20, 80, self.seed))
    }

    fn rating_blend(&self, users_fit: bool, items_fit: bool) -> Blend {
        let mut parts: Vec<Box<dyn Rater>> = vec![
            self.bayesian(),
            Box::new(SvdPlusPlus::tuned(self.seed)),
            Box::new(Svd::tuned(self.seed)),
        ];
        if users_fit {
            let name = "user k-NN";
            let (similarity, centre) = (Similarity::PearsonBaseline, Centre::Baseline);
            parts.push(Box::new(
                Neighbours::new(name, similarity, centre, true).tuned(60, 1.0, 0.1),
            ));
        }
        if items_fit {
            parts.push(item_neighbours());
            parts.push(Box::new(SlopeOne::default()));
        }
        Blend::of(parts, self.seed)
    }

    /// Every ranker that this table is not too large for, simplest first.
    pub fn rankers(&self) -> Vec<Box<dyn Ranker>> {
        const MONTH_SECS: f64 = 30.0 * 86_400.0;
        let mut all: Vec<Box<dyn Ranker>> = vec![
            Box::new(Popularity::default()),
            Box::new(Popularity::decayed(MONTH_SECS)),
            Box::new(ItemNeighbours::new(200, 20.0)),
            Box::new(SessionNeighbours::new(100, 50)),
        ];
        if self.rows() <= MAX_SLOW_ROWS {
            all.push(Box::new(Bpr::new(64, 60, 0.05, 0.02, self.seed)));
        }
        all.push(self.als());
        all.push(ease());
        if self.rows() <= MAX_SLOW_ROWS {
            let parts: Vec<Box<dyn Ranker>> = vec![
                ease(),
                self.als(),
                Box::new(SessionNeighbours::new(100, 50)),
                Box::new(Bpr::new(64, 60, 0.05, 0.02, self.seed)),
            ];
            all.push(Box::new(RankBlend::of(parts, self.seed)));
        }
        all
    }

    fn als(&self) -> Box<dyn Ranker> {
        Box::new(ImplicitAls::new(64, 16, 0.2, 0.02, self.seed))
    }

    /// Fits and measures a predictor on every fold.
    pub fn rate(&self, rater: &mut dyn Rater) -> RatingScore {
        let (mut squares, mut sizes, mut count) = (0.0, 0.0, 0);
        let (mut fit, mut predict) = (Duration::ZERO, Duration::ZERO);
        for (train, test) in &self.folds {
            let started = Instant::now();
            rater.fit(&self.set(train));
            fit += started.elapsed();
            let started = Instant::now();
            for row in test {
                let error = f64::from(rater.rate(row.user, row.item, row.time) - row.value);
                squares += error * error;
                sizes += error.abs();
                count += 1;
            }
            predict += started.elapsed();
        }
        let divisor = count.max(1) as f64;
        RatingScore {
            rmse: (squares / divisor).sqrt(),
            mae: sizes / divisor,
            count,
            fit,
            predict,
        }
    }

    /// Fits and measures a ranker on every fold: each user's unmet items are ranked, the test part's are wanted.
    pub fn rank(&self, ranker: &mut dyn Ranker) -> RankingScore {
        let (mut fit, mut rank) = (Duration::ZERO, Duration::ZERO);
        let mut sums = [0.0f64; 5];
        let (mut looked_at, mut shown) = (0usize, 0usize);
        let mut coverage = 0.0;
        for (train, test) in &self.folds {
            let set = self.set(train);
            let started = Instant::now();
            ranker.fit(&set);
            fit += started.elapsed();
            let started = Instant::now();
            let mut wanted = vec![Vec::new(); self.users];
            for row in test {
                wanted[row.user as usize].push(row.item);
            }
            let mut is_covered = vec![false; self.items];
            let mut scores = vec![0.0; self.items];
            let users = (0..self.users as u32)
                .filter(|user| !wanted[*user as usize].is_empty())
                .take(MAX_RANKED_USERS);
            for user in users {
                ranker.score(user, &mut scores);
                for entry in set.by_user.of(user) {
                    scores[entry.id as usize] = f32::NEG_INFINITY;
                }
                let best = top(&scores, 100);
                let wanted = &wanted[user as usize];
                sums[0] += recall(&best, wanted, 10);
                sums[1] += recall(&best, wanted, 20);
                sums[2] += ndcg(&best, wanted, 10);
                sums[3] += ndcg(&best, wanted, 100);
                for item in best.iter().take(10) {
                    is_covered[*item as usize] = true;
                    let known = set.by_item.of(*item).len().max(1) as f64;
                    sums[4] += (self.users as f64 / known).log2();
                    shown += 1;
                }
                looked_at += 1;
            }
            coverage +=
                is_covered.iter().filter(|is| **is).count() as f64 / self.items.max(1) as f64;
            rank += started.elapsed();
        }
        let users = looked_at.max(1) as f64;
        RankingScore {
            recall_10: sums[0] / users,
            recall_20: sums[1] / users,
            ndcg_10: sums[2] / users,
            ndcg_100: sums[3] / users,
            coverage_10: coverage / self.folds.len().max(1) as f64,
            novelty_10: sums[4] / shown.max(1) as f64,
            users: looked_at,
            fit,
            rank,
        }
    }
}

fn ease() -> Box<dyn Ranker> {
    Box::new(Ease::new(300.0))
}

fn item_neighbours() -> Box<dyn Rater> {
    let (similarity, centre) = (Similarity::PearsonBaseline, Centre::Baseline);
    Box::new(Neighbours::new("item k-NN", similarity, centre, false).tuned(60, 1.0, 0.1))
}

/// What counts as liked when values are ratings: the upper two of five steps (4 of 5, 8 of 10); any positive value when
/// the values are no ratings (all alike, or above 10).
pub fn liked_from(rows: &[Interaction]) -> f32 {
    let max = rows.iter().map(|row| row.value).fold(f32::MIN, f32::max);
    let min = rows.iter().map(|row| row.value).fold(f32::MAX, f32::min);
    if max > 10.0 || max <= min || max <= 1.0 {
        f32::MIN_POSITIVE
    } else {
        max * 0.8
    }
}
