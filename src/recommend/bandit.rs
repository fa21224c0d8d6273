//! In which order shelves come: a contextual bandit (LinUCB, Li et al. 2010) over shelf kinds.
//!
//! An arm is a shelf; the context is the part of the day and whether it is a weekend; the reward of a day on which the
//! shelf was shown is whether something on it was opened. Only days before today count, so that the order is the
//! same all day, and it is a function of the history alone, so that forgetting is exact.

use std::collections::{BTreeMap, HashMap};

use super::context::is_weekend;
use super::signal::DAY_MS;
use super::types::{DayPart, Input};
use crate::catalog::EventKind;

const DIMS: usize = 3;
/// How much a shelf that is little known gains.
const CURIOSITY: f32 = 0.25;
/// The reward expected of a shelf nobody has seen, and what it loses per place of the usual order.
const FIRST: f32 = 0.30;
const PER_PLACE: f32 = 0.012;
/// Days that say as much as the usual order does.
const PRIOR: f32 = 6.0;

/// The prefix of an event's context that tells the shelf it came from.
pub const CONTEXT: &str = "shelf:";

type Vector = [f32; DIMS];

/// What is known of one shelf.
struct Arm {
    a: [[f32; DIMS]; DIMS],
    b: Vector,
}

/// The bandit.
pub struct Bandit {
    arms: HashMap<String, Arm>,
    now: Vector,
}

fn features(is_weekend: bool, part: DayPart) -> Vector {
    [
        1.0,
        if is_weekend { 0.5 } else { -0.5 },
        match part {
            DayPart::Morning | DayPart::Afternoon => -0.5,
            DayPart::Evening | DayPart::Night => 0.5,
        },
    ]
}

impl Bandit {
    /// Reads what was shown and opened on the days before today.
    pub fn new(input: &Input) -> Self {
        let local = |at_ms: i64| at_ms.saturating_add(input.utc_offset_ms);
        let today = local(input.now_ms).div_euclid(DAY_MS);
        let context = |at_ms: i64| {
            let hour = local(at_ms).rem_euclid(DAY_MS) / 3_600_000;
            features(
                is_weekend(local(at_ms).div_euclid(DAY_MS)),
                DayPart::of_hour(hour),
            )
        };
        // One look per day and shelf: shown, and whether anything was opened.
        let mut looks: BTreeMap<(i64, &str), (Vector, f32)> = BTreeMap::new();
        for event in &input.events {
            let day = local(event.at_ms).div_euclid(DAY_MS);
            let Some(shelf) = event
                .context
                .as_deref()
                .and_then(|c| c.strip_prefix(CONTEXT))
            else {
                continue;
            };
            if day >= today {
                continue;
            }
            let reward = match event.kind {
                // Shown with a value is chosen from the shelf.
                EventKind::Shown => event.value.clamp(0.0, 1.0),
                _ => continue,
            };
            let look = looks
                .entry((day, shelf))
                .or_insert_with(|| (context(event.at_ms), 0.0));
            look.1 = look.1.max(if reward.is_finite() { reward } else { 0.0 });
        }
        let mut arms: HashMap<String, Arm> = HashMap::new();
        for ((_, shelf), (x, reward)) in looks {
            let arm = arms.entry(shelf.to_owned()).or_insert_with(|| Arm {
                a: [[0.0; DIMS]; DIMS],
                b: [0.0; DIMS],
            });
            for i in 0..DIMS {
                for j in 0..DIMS {
                    arm.a[i][j] += x[i] * x[j];
                }
                arm.b[i] += reward * x[i];
            }
        }
        Self {
            arms,
            now: context(input.now_ms),
        }
    }

    /// How far up a shelf belongs; `place` is its place in the usual order.
    pub fn score(&self, shelf: &str, place: usize) -> f32 {
        let expected = FIRST - PER_PLACE * place as f32;
        let mut a = [[0.0f32; DIMS]; DIMS];
        for (i, row) in a.iter_mut().enumerate() {
            row[i] = PRIOR;
        }
        // The usual order stands for so many days that brought what is expected.
        let mut b: Vector = [PRIOR * expected, 0.0, 0.0];
        if let Some(arm) = self.arms.get(shelf) {
            for (row, known) in a.iter_mut().zip(&arm.a) {
                for (x, y) in row.iter_mut().zip(known) {
                    *x += y;
                }
            }
            for (x, y) in b.iter_mut().zip(&arm.b) {
                *x += y;
            }
        }
        let theta = solve(a, b);
        let spread = solve(a, self.now);
        let product = |v: &Vector| v.iter().zip(&self.now).map(|(x, y)| x * y).sum::<f32>();
        product(&theta) + CURIOSITY * product(&spread).max(0.0).sqrt()
    }
}

/// Solves a small positive definite system by elimination.
fn solve(mut a: [[f32; DIMS]; DIMS], mut b: Vector) -> Vector {
    for i in 0..DIMS {
        let pivot = a[i][i];
        for j in i + 1..DIMS {
            let share = a[j][i] / pivot;
            let above = a[i];
            for (x, y) in a[j].iter_mut().zip(above) {
                *x -= share * y;
            }
            b[j] -= share * b[i];
        }
    }
    for i in (0..DIMS).rev() {
        let known: f32 = (i + 1..DIMS).map(|j| a[i][j] * b[j]).sum();
        b[i] = (b[i] - known) / a[i][i];
    }
    b
}
