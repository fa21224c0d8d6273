//! Predicting values: what all algorithms promise, and the baselines they start from.

use super::set::Set;

/// Predicts how a user would value an item.
pub trait Rater: Send + Sync {
    /// What it is called in tables.
    fn name(&self) -> &'static str;

    /// Learns from a set; what was learnt before is forgotten.
    fn fit(&mut self, train: &Set);

    /// The prediction for a user and an item below the set's counts, at a time, within the set's range.
    fn rate(&self, user: u32, item: u32, time: i64) -> f32;
}

/// The mean of everything, of the user or of the item.
#[derive(Debug, Clone, Default)]
pub struct Means {
    of: MeansOf,
    mean: f32,
    means: Vec<f32>,
}

/// Whose mean.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum MeansOf {
    /// Everybody's.
    #[default]
    All,
    /// The user's.
    User,
    /// The item's.
    Item,
}

impl Means {
    /// Means of these.
    pub fn of(of: MeansOf) -> Self {
        Self {
            of,
            ..Self::default()
        }
    }
}

impl Rater for Means {
    fn name(&self) -> &'static str {
        match self.of {
            MeansOf::All => "global mean",
            MeansOf::User => "user mean",
            MeansOf::Item => "item mean",
        }
    }

    fn fit(&mut self, train: &Set) {
        self.mean = train.mean;
        let lists = match self.of {
            MeansOf::All => return,
            MeansOf::User => &train.by_user,
            MeansOf::Item => &train.by_item,
        };
        self.means = (0..lists.len() as u32)
            .map(|id| mean(lists.of(id).iter().map(|entry| entry.value)).unwrap_or(train.mean))
            .collect();
    }

    fn rate(&self, user: u32, item: u32, _time: i64) -> f32 {
        match self.of {
            MeansOf::All => self.mean,
            MeansOf::User => self.means[user as usize],
            MeansOf::Item => self.means[item as usize],
        }
    }
}

/// The mean of some values.
pub(super) fn mean(values: impl Iterator<Item = f32>) -> Option<f32> {
    let (count, sum) = values.fold((0, 0.0), |(count, sum), value| (count + 1, sum + value));
    (count > 0).then(|| sum / count as f32)
}

/// `mean + user bias + item bias`, the biases by alternating ridge regression (Koren 2010, "Factor in the Neighbors",
/// section 2.1, with the strengths that Surprise uses).
#[derive(Debug, Clone, Default)]
pub struct Baseline {
    set: Set,
    /// Per user.
    pub user: Vec<f32>,
    /// Per item.
    pub item: Vec<f32>,
}

const BASELINE_ROUNDS: usize = 10;
const ITEM_RIDGE: f32 = 10.0;
const USER_RIDGE: f32 = 15.0;

impl Baseline {
    /// The prediction before it is clamped.
    pub fn raw(&self, user: u32, item: u32) -> f32 {
        self.set.mean + self.user[user as usize] + self.item[item as usize]
    }
}

impl Rater for Baseline {
    fn name(&self) -> &'static str {
        "baseline"
    }

    fn fit(&mut self, train: &Set) {
        self.user = vec![0.0; train.users()];
        self.item = vec![0.0; train.items()];
        for _ in 0..BASELINE_ROUNDS {
            for item in 0..train.items() as u32 {
                let list = train.by_item.of(item);
                let sum: f32 = list
                    .iter()
                    .map(|entry| entry.value - train.mean - self.user[entry.id as usize])
                    .sum();
                self.item[item as usize] = sum / (ITEM_RIDGE + list.len() as f32);
            }
            for user in 0..train.users() as u32 {
                let list = train.by_user.of(user);
                let sum: f32 = list
                    .iter()
                    .map(|entry| entry.value - train.mean - self.item[entry.id as usize])
                    .sum();
                self.user[user as usize] = sum / (USER_RIDGE + list.len() as f32);
            }
        }
        self.set = Set {
            mean: train.mean,
            range: train.range,
            ..Set::new(0, 0, Vec::new())
        };
    }

    fn rate(&self, user: u32, item: u32, _time: i64) -> f32 {
        self.set.clamped(self.raw(user, item))
    }
}
