//! The moment: what the person plays at this time of day, against what they play at all.

use super::places::Places;
use super::signal::{self, DAY_MS};
use super::types::{DayPart, Input};
use crate::media::Kind;

/// An hour counts for those around it: a bell of this width, in hours.
const WIDTH_HOURS: f32 = 2.0;
/// A working day says less of a weekend, and the other way round.
const OTHER_DAYS: f32 = 0.6;
/// As if so many plays at this hour had been like all others.
const PRIOR: f32 = 4.0;
/// Plays that are shown as evidence.
const EVIDENCE_MAX: usize = 24;

/// What belongs to this hour.
pub struct Hours {
    pub part: DayPart,
    /// How much more of each tag is played at this hour than at others.
    lifts: Vec<f32>,
    /// Songs played around this hour, newest first, by place.
    pub played: Vec<usize>,
}

impl Hours {
    /// Reads the plays.
    pub fn new(input: &Input, places: &Places) -> Self {
        let local_ms = input.now_ms.saturating_add(input.utc_offset_ms);
        let today = local_ms.div_euclid(DAY_MS);
        let hour = local_ms.rem_euclid(DAY_MS) as f32 / 3_600_000.0;
        let is_weekend = is_weekend(today);
        let mut here = vec![0.0f32; input.names.len()];
        let mut all = vec![0.0f32; input.names.len()];
        let (mut here_sum, mut all_sum) = (0.0f32, 0.0f32);
        let end_ms = signal::end_of_day(input);
        let mut played = Vec::new();
        for event in input.events.iter().rev() {
            let grade = signal::grade(event);
            let Some(at) = event.item.and_then(|item| places.of(item)) else {
                continue;
            };
            let facts = &input.items[at];
            if grade <= signal::ENJOYED || facts.kind != Kind::Audio {
                continue;
            }
            let then_ms = event.at_ms.saturating_add(input.utc_offset_ms);
            let then = then_ms.rem_euclid(DAY_MS) as f32 / 3_600_000.0;
            let apart = (hour - then).abs();
            let apart = apart.min(24.0 - apart);
            let mut near = (-(apart / WIDTH_HOURS).powi(2) / 2.0).exp();
            if self::is_weekend(then_ms.div_euclid(DAY_MS)) != is_weekend {
                near *= OTHER_DAYS;
            }
            let weight = grade * signal::decay(end_ms, event.at_ms);
            here_sum += weight * near;
            all_sum += weight;
            for (tag, score) in &facts.tags {
                if let Some(sum) = here.get_mut(*tag as usize) {
                    *sum += weight * near * score;
                    all[*tag as usize] += weight * score;
                }
            }
            if near > 0.5 && played.len() < EVIDENCE_MAX && !played.contains(&at) {
                played.push(at);
            }
        }
        let trust = here_sum / (here_sum + PRIOR);
        let lifts = here
            .iter()
            .zip(&all)
            .map(|(here, all)| {
                let here = here / here_sum.max(1e-6);
                let all = all / all_sum.max(1e-6);
                trust * (here - all)
            })
            .collect();
        Self {
            part: DayPart::of_hour(hour as i64),
            lifts,
            played,
        }
    }

    /// How well tags fit this hour.
    pub fn fit(&self, tags: &[(u32, f32)]) -> f32 {
        tags.iter()
            .filter_map(|(tag, score)| Some(score * self.lifts.get(*tag as usize)?))
            .sum()
    }
}

/// Whether a day, counted from 1970 (a Thursday), is a Saturday or Sunday.
pub fn is_weekend(day: i64) -> bool {
    matches!((day + 4).rem_euclid(7), 0 | 6)
}
