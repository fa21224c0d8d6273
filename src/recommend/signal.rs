//! What the history says of one item: graded, time-decayed.

use super::places::Places;
use super::types::{Facts, Input};
use crate::catalog::{Event, EventKind};

/// After so many days a signal counts half.
const HALF_LIFE_DAYS: f64 = 30.0;
/// Milliseconds of a day.
pub const DAY_MS: i64 = 24 * 3600 * 1000;
/// Above this an event is enjoyment.
pub const ENJOYED: f32 = 0.3;
/// "Not now" lasts so many days.
const NOT_NOW_DAYS: i64 = 7;
/// How fast a memory of playing fades (base-level activation with a decay of one half, Anderson and Schooler 1991;
/// Reiter-Haas et al. 2021 for music).
const ACTIVATION_DECAY: f64 = 0.5;

/// What the history says of one item.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Signal {
    /// Decayed sum of what was liked and not; above zero is liked.
    pub value: f32,
    /// The same without decay and with likes only: how much it was ever enjoyed.
    pub ever: f32,
    /// Times it was enjoyed.
    pub times: u32,
    /// When it was last opened, played or looked at.
    pub last_ms: i64,
    /// Whether it was ever seen or heard.
    pub is_opened: bool,
    /// "Less like this", "never again".
    pub is_rejected: bool,
    /// "Not now", some days ago at most.
    pub is_resting: bool,
    /// Share reached when it was last played or left.
    pub last_share: Option<f32>,
    /// Sum over enjoyed plays of the hours since, to the power of minus one half.
    pub activation: f32,
}

/// How much one event says: above zero liked, below not. Playing counts by the share heard, a skip by what was left,
/// a look by its length up to ten seconds.
pub fn grade(event: &Event) -> f32 {
    if !event.value.is_finite() {
        return 0.0;
    }
    match event.kind {
        EventKind::Shown | EventKind::Searched => 0.0,
        EventKind::Opened => 0.15,
        EventKind::Dwell => 0.8 * (event.value / 10.0).clamp(0.0, 1.0),
        EventKind::Played => event.value.clamp(0.0, 1.0),
        EventKind::Skipped => {
            let share = event.value.clamp(0.0, 1.0);
            if share < 0.5 {
                share - 0.5
            } else {
                0.2 * share
            }
        }
        EventKind::Liked => 1.5,
        EventKind::Disliked | EventKind::Hidden => -2.0,
        EventKind::Tagged => 0.3,
    }
}

/// How much an event of some age still counts. A clock that jumped gives events from the future: they count as now.
pub fn decay(now_ms: i64, at_ms: i64) -> f32 {
    let days = now_ms.saturating_sub(at_ms).max(0) as f64 / DAY_MS as f64;
    0.5f64.powf(days / HALF_LIFE_DAYS) as f32
}

/// The end of the person's day: ages are counted from there, so that nothing shifts from hour to hour.
pub fn end_of_day(input: &Input) -> i64 {
    let today = input
        .now_ms
        .saturating_add(input.utc_offset_ms)
        .div_euclid(DAY_MS);
    (today + 1)
        .saturating_mul(DAY_MS)
        .saturating_sub(input.utc_offset_ms)
}

/// The signal of every item, by its place.
pub fn signals(input: &Input, places: &Places) -> Vec<Signal> {
    let end_ms = end_of_day(input);
    let mut signals = vec![Signal::default(); input.items.len()];
    for event in &input.events {
        let Some(at) = event.item.and_then(|item| places.of(item)) else {
            continue;
        };
        let signal = &mut signals[at];
        let grade = grade(event);
        let at_ms = event.at_ms.min(input.now_ms);
        signal.value += grade * decay(end_ms, at_ms);
        if grade > ENJOYED {
            signal.ever += grade;
            signal.times += 1;
            let hours = end_ms.saturating_sub(at_ms) as f64 / 3_600_000.0;
            signal.activation += (hours + 1.0).powf(-ACTIVATION_DECAY) as f32;
        }
        match event.kind {
            EventKind::Opened | EventKind::Dwell => {
                signal.is_opened = true;
                signal.last_ms = signal.last_ms.max(at_ms);
            }
            EventKind::Played | EventKind::Skipped => {
                signal.is_opened = true;
                if at_ms >= signal.last_ms {
                    signal.last_share = Some(event.value.clamp(0.0, 1.0));
                }
                signal.last_ms = signal.last_ms.max(at_ms);
            }
            EventKind::Disliked | EventKind::Hidden => signal.is_rejected = true,
            EventKind::Liked => signal.is_rejected = false,
            EventKind::Shown | EventKind::Searched | EventKind::Tagged => {}
        }
    }
    let today = (input.now_ms.saturating_add(input.utc_offset_ms)).div_euclid(DAY_MS);
    for key in &input.struck {
        if let Some((item, day)) = not_now(key)
            && (0..NOT_NOW_DAYS).contains(&(today - day))
            && let Some(at) = places.of(crate::catalog::ItemId(item))
        {
            signals[at].is_resting = true;
        }
    }
    signals
}

/// The key of "not now": the item and the day it was said.
pub fn not_now_key(item: crate::catalog::ItemId, now_ms: i64, utc_offset_ms: i64) -> String {
    let day = now_ms.saturating_add(utc_offset_ms).div_euclid(DAY_MS);
    format!("not-now:{}:{day}", item.0)
}

fn not_now(key: &str) -> Option<(i64, i64)> {
    let (item, day) = key.strip_prefix("not-now:")?.split_once(':')?;
    Some((item.parse().ok()?, day.parse().ok()?))
}

/// The item's history together with what the person, or the file, said of it once and for all.
pub fn own_value(facts: &Facts, signal: &Signal) -> f32 {
    let said = match facts.rating {
        5 => 1.0,
        4 => 0.6,
        1 => -0.8,
        2 => -0.4,
        _ => 0.0,
    };
    let favourite = if facts.is_favourite { 0.8 } else { 0.0 };
    signal.value + said + favourite
}
