//! A training set: the rows, by user and by item, and how to split a table into training and test.

use super::data::Interaction;

/// One entry of a user's or an item's list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Entry {
    /// The item of a user's entry, the user of an item's.
    pub id: u32,
    /// The value.
    pub value: f32,
    /// When.
    pub time: i64,
}

/// Lists in one block of memory (compressed sparse rows), each sorted by [`Entry::id`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lists {
    starts: Vec<usize>,
    entries: Vec<Entry>,
}

impl Lists {
    fn new(count: usize, rows: &[Interaction], key: impl Fn(&Interaction) -> (u32, u32)) -> Self {
        let mut starts = vec![0; count + 1];
        for row in rows {
            starts[key(row).0 as usize + 1] += 1;
        }
        for at in 0..count {
            starts[at + 1] += starts[at];
        }
        let mut next = starts.clone();
        let empty = Entry {
            id: 0,
            value: 0.0,
            time: 0,
        };
        let mut entries = vec![empty; rows.len()];
        for row in rows {
            let (list, id) = key(row);
            let at = &mut next[list as usize];
            entries[*at] = Entry {
                id,
                value: row.value,
                time: row.time,
            };
            *at += 1;
        }
        for list in 0..count {
            entries[starts[list]..starts[list + 1]].sort_unstable_by_key(|entry| entry.id);
        }
        Self { starts, entries }
    }

    /// The list of `of`, sorted by id.
    pub fn of(&self, of: u32) -> &[Entry] {
        let of = of as usize;
        &self.entries[self.starts[of]..self.starts[of + 1]]
    }

    /// How many lists there are.
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// Whether there is no list.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What an algorithm learns from.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Set {
    /// Every interaction, in the order of the source.
    pub rows: Vec<Interaction>,
    /// By user.
    pub by_user: Lists,
    /// By item.
    pub by_item: Lists,
    /// The mean value; 0 without rows.
    pub mean: f32,
    /// The least and the greatest value; predictions are kept between them.
    pub range: (f32, f32),
}

impl Set {
    /// Sorts rows by user and by item. Ids are below `users` and `items`.
    pub fn new(users: usize, items: usize, rows: Vec<Interaction>) -> Self {
        let sum: f64 = rows.iter().map(|row| f64::from(row.value)).sum();
        let range = rows.iter().fold((f32::MAX, f32::MIN), |(min, max), row| {
            (min.min(row.value), max.max(row.value))
        });
        Self {
            by_user: Lists::new(users, &rows, |row| (row.user, row.item)),
            by_item: Lists::new(items, &rows, |row| (row.item, row.user)),
            mean: (sum / rows.len().max(1) as f64) as f32,
            range: if rows.is_empty() { (0.0, 0.0) } else { range },
            rows,
        }
    }

    /// How many users there are, with or without rows.
    pub fn users(&self) -> usize {
        self.by_user.len()
    }

    /// How many items there are, with or without rows.
    pub fn items(&self) -> usize {
        self.by_item.len()
    }

    /// A value within [`Set::range`]; a prediction that is no number becomes the mean.
    pub fn clamped(&self, value: f32) -> f32 {
        if value.is_nan() {
            return self.mean;
        }
        value.clamp(self.range.0, self.range.1)
    }
}

/// How a table is split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Split {
    /// Five random parts, each the test once.
    FiveFold,
    /// A random quarter is the test.
    Quarter,
    /// Each user's last interaction in time is the test; users with one keep it for training.
    LeaveLast,
}

/// A training part and a test part.
pub type Fold = (Vec<Interaction>, Vec<Interaction>);

/// Splits rows; the same seed gives the same folds.
pub fn split(rows: &[Interaction], split: Split, seed: u64) -> Vec<Fold> {
    let mut order: Vec<u32> = (0..rows.len() as u32).collect();
    match split {
        Split::FiveFold | Split::Quarter => {
            fastrand::Rng::with_seed(seed).shuffle(&mut order);
            let (parts, folds) = if split == Split::FiveFold {
                (5, 5)
            } else {
                (4, 1)
            };
            let mut part_of = vec![0u8; rows.len()];
            for (place, at) in order.iter().enumerate() {
                part_of[*at as usize] = (place % parts) as u8;
            }
            (0..folds)
                .map(|fold| divided(rows, |at| part_of[at] == fold as u8))
                .collect()
        }
        Split::LeaveLast => {
            order.sort_by_key(|at| {
                let row = &rows[*at as usize];
                (row.user, row.time, *at)
            });
            let mut is_last = vec![false; rows.len()];
            for (place, at) in order.iter().enumerate() {
                let user = |place: usize| order.get(place).map(|at| rows[*at as usize].user);
                let has_before = place > 0 && user(place - 1) == user(place);
                is_last[*at as usize] = has_before && user(place + 1) != user(place);
            }
            vec![divided(rows, |at| is_last[at])]
        }
    }
}

fn divided(rows: &[Interaction], is_test: impl Fn(usize) -> bool) -> Fold {
    let (mut train, mut test) = (Vec::new(), Vec::new());
    for (at, row) in rows.iter().enumerate() {
        if is_test(at) { &mut test } else { &mut train }.push(*row);
    }
    (train, test)
}
