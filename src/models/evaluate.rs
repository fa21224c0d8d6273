//! How good tags are: scores and shown tags held against what is true of each file. Figures only, no files.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;

/// What is true of one file. A tag in neither list is wrong for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Truth {
    /// Tags that are right, umbrellas included.
    pub positive: BTreeSet<String>,
    /// Tags that can be argued about: they count neither way.
    pub plausible: BTreeSet<String>,
}

/// One file: what is true of it and what was said of it.
#[derive(Debug, Clone, Default)]
pub struct Case {
    /// What is true.
    pub truth: Truth,
    /// The tags that were shown.
    pub shown: BTreeSet<String>,
    /// The tags that were shown or suggested.
    pub suggested: BTreeSet<String>,
    /// Every score by tag, 0..=1.
    pub scores: HashMap<String, f32>,
}

/// What was measured of one tag.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TagFigures {
    /// The tag.
    pub tag: String,
    /// Files that have it.
    pub positives: usize,
    /// Area under the curve of precision over recall; none without a file that has it, or without a score.
    pub average_precision: Option<f64>,
    /// The score from which it is shown, where a label has one.
    pub threshold: Option<f32>,
    /// Files on which it was rightly shown.
    pub right: usize,
    /// Files on which it was wrongly shown.
    pub wrong: usize,
    /// right / (right + wrong).
    pub precision: Option<f64>,
    /// right / positives.
    pub recall: Option<f64>,
}

/// What was measured of all tags together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Totals {
    /// Files that were judged.
    pub files: usize,
    /// Mean of the average precisions there are.
    pub mean_average_precision: Option<f64>,
    /// Tags with one.
    pub tags_with_positives: usize,
    /// Of all shown tags.
    pub precision: Option<f64>,
    /// Of all right tags.
    pub recall: Option<f64>,
    /// Suggestions counted as well.
    pub precision_with_suggestions: Option<f64>,
    /// Suggestions counted as well.
    pub recall_with_suggestions: Option<f64>,
    /// Right shown tags a file.
    pub right_per_file: f64,
    /// Wrong shown tags a file.
    pub wrong_per_file: f64,
    /// Tags a file that are right, shown or not.
    pub existing_per_file: f64,
    /// Of the files that have a tag: those with a right one shown.
    pub coverage: Option<f64>,
    /// Of the files that have a specific tag (no umbrella): those with a right specific one shown.
    pub coverage_specific: Option<f64>,
    /// Mean distance of score and truth in ten equal steps, weighted by how many scores lie in each.
    pub calibration_error: Option<f64>,
    /// The same over scores of 0.05 and more, where the many sure absences do not flatter it.
    pub calibration_error_above_5_percent: Option<f64>,
}

/// Measures. `counted`: the tags that take part; `is_specific`: whether a tag is no umbrella; `thresholds`: the score
/// from which each tag is shown, where it has one of its own.
pub fn measure(
    cases: &[Case],
    counted: &BTreeSet<String>,
    is_specific: impl Fn(&str) -> bool,
    thresholds: &BTreeMap<String, f32>,
) -> (Vec<TagFigures>, Totals) {
    let rows: Vec<TagFigures> = counted
        .iter()
        .map(|tag| figures(cases, tag, thresholds.get(tag).copied()))
        .collect();
    let totals = totals(cases, counted, is_specific, &rows);
    (rows, totals)
}

fn figures(cases: &[Case], tag: &str, threshold: Option<f32>) -> TagFigures {
    let (mut positives, mut right, mut wrong) = (0, 0, 0);
    let mut ranked = Vec::new();
    for case in cases {
        let is_true = case.truth.positive.contains(tag);
        if !is_true && case.truth.plausible.contains(tag) {
            continue;
        }
        positives += usize::from(is_true);
        if case.shown.contains(tag) {
            right += usize::from(is_true);
            wrong += usize::from(!is_true);
        }
        if let Some(score) = case.scores.get(tag) {
            ranked.push((*score, is_true));
        }
    }
    TagFigures {
        tag: tag.to_owned(),
        positives,
        average_precision: average_precision(&mut ranked),
        threshold,
        right,
        wrong,
        precision: ratio(right, right + wrong),
        recall: ratio(right, positives),
    }
}

fn totals(
    cases: &[Case],
    counted: &BTreeSet<String>,
    is_specific: impl Fn(&str) -> bool,
    rows: &[TagFigures],
) -> Totals {
    let of_tags = |tags: &BTreeSet<String>, case: &Case| {
        let mut sums = (0, 0);
        for tag in tags.intersection(counted) {
            if case.truth.positive.contains(tag) {
                sums.0 += 1;
            } else if !case.truth.plausible.contains(tag) {
                sums.1 += 1;
            }
        }
        sums
    };
    let (mut right, mut wrong, mut right_more, mut wrong_more, mut exist) = (0, 0, 0, 0, 0);
    let (mut with_any, mut found_any, mut with_specific, mut found_specific) = (0, 0, 0, 0);
    for case in cases {
        let (r, w) = of_tags(&case.shown, case);
        let (more_r, more_w) = of_tags(&case.suggested, case);
        right += r;
        wrong += w;
        right_more += more_r;
        wrong_more += more_w;
        let true_tags: Vec<&String> = case.truth.positive.intersection(counted).collect();
        exist += true_tags.len();
        with_any += usize::from(!true_tags.is_empty());
        found_any += usize::from(r > 0);
        let specific = true_tags.iter().filter(|tag| is_specific(tag));
        let (mut has, mut is_found) = (false, false);
        for tag in specific {
            has = true;
            is_found |= case.shown.contains(*tag);
        }
        with_specific += usize::from(has);
        found_specific += usize::from(is_found);
    }
    let precisions: Vec<f64> = rows
        .iter()
        .filter_map(|row| row.average_precision)
        .collect();
    let files = cases.len().max(1) as f64;
    Totals {
        files: cases.len(),
        mean_average_precision: (!precisions.is_empty())
            .then(|| precisions.iter().sum::<f64>() / precisions.len() as f64),
        tags_with_positives: precisions.len(),
        precision: ratio(right, right + wrong),
        recall: ratio(right, exist),
        precision_with_suggestions: ratio(right_more, right_more + wrong_more),
        recall_with_suggestions: ratio(right_more, exist),
        right_per_file: right as f64 / files,
        wrong_per_file: wrong as f64 / files,
        existing_per_file: exist as f64 / files,
        coverage: ratio(found_any, with_any),
        coverage_specific: ratio(found_specific, with_specific),
        calibration_error: calibration_error(cases, counted, 0.0),
        calibration_error_above_5_percent: calibration_error(cases, counted, 0.05),
    }
}

fn ratio(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// The sum over falling scores of precision times the gain in recall; equal scores are one step. `None` when nothing
/// is true.
pub fn average_precision(ranked: &mut [(f32, bool)]) -> Option<f64> {
    let positives = ranked.iter().filter(|(_, is_true)| *is_true).count();
    if positives == 0 {
        return None;
    }
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut seen, mut right, mut sum) = (0usize, 0usize, 0.0);
    for step in ranked.chunk_by(|a, b| a.0 == b.0) {
        let gain = step.iter().filter(|(_, is_true)| *is_true).count();
        seen += step.len();
        right += gain;
        sum += gain as f64 * right as f64 / seen as f64;
    }
    Some(sum / positives as f64)
}

/// Expected calibration error over the scores of the counted tags from `least` on; arguable ones left out.
pub fn calibration_error(cases: &[Case], counted: &BTreeSet<String>, least: f32) -> Option<f64> {
    const STEPS: usize = 10;
    let mut bins = [(0usize, 0.0f64, 0usize); STEPS];
    for case in cases {
        for (tag, &score) in &case.scores {
            let is_true = case.truth.positive.contains(tag);
            let is_arguable = !is_true && case.truth.plausible.contains(tag);
            if score < least || is_arguable || !counted.contains(tag) {
                continue;
            }
            let bin = &mut bins[((score * STEPS as f32) as usize).min(STEPS - 1)];
            bin.0 += 1;
            bin.1 += f64::from(score);
            bin.2 += usize::from(is_true);
        }
    }
    let all: usize = bins.iter().map(|bin| bin.0).sum();
    (all > 0).then(|| {
        bins.iter()
            .map(|(_, sum, right)| (sum - *right as f64).abs())
            .sum::<f64>()
            / all as f64
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(tags: &[&str]) -> BTreeSet<String> {
        tags.iter().map(|tag| (*tag).to_owned()).collect()
    }

    fn case(positive: &[&str], plausible: &[&str], scores: &[(&str, f32)]) -> Case {
        let from = |least: f32| {
            let tags: Vec<&str> = scores
                .iter()
                .filter(|(_, score)| *score >= least)
                .map(|(tag, _)| *tag)
                .collect();
            set(&tags)
        };
        Case {
            truth: Truth {
                positive: set(positive),
                plausible: set(plausible),
            },
            shown: from(0.5),
            suggested: from(0.2),
            scores: scores
                .iter()
                .map(|(tag, score)| ((*tag).to_owned(), *score))
                .collect(),
        }
    }

    #[test]
    fn average_precision_is_the_textbooks() {
        // Right at ranks 1 and 3: (1/1 + 2/3) / 2.
        let mut ranked = vec![(0.2, false), (0.9, true), (0.5, true), (0.7, false)];
        let value = average_precision(&mut ranked).expect("has positives");
        assert!((value - 5.0 / 6.0).abs() < 1e-12);
        // Ties are one step, however they are ordered.
        let mut tied = vec![(0.5, true), (0.5, false)];
        assert_eq!(average_precision(&mut tied), Some(0.5));
        assert_eq!(average_precision(&mut [(0.5, false)]), None);
    }

    #[test]
    fn arguable_tags_count_neither_way_and_the_rest_is_wrong() {
        let cases = [
            case(
                &["animal", "dog"],
                &[],
                &[("animal", 0.9), ("dog", 0.9), ("cat", 0.8)],
            ),
            case(
                &["animal", "cat"],
                &["dog"],
                &[("animal", 0.8), ("dog", 0.7), ("cat", 0.3)],
            ),
            case(&[], &[], &[("animal", 0.1), ("dog", 0.1), ("cat", 0.1)]),
        ];
        let counted = set(&["animal", "dog", "cat"]);
        let thresholds = BTreeMap::from([("dog".to_owned(), 0.5)]);
        let (rows, totals) = measure(&cases, &counted, |tag| tag != "animal", &thresholds);
        let dog = rows.iter().find(|row| row.tag == "dog").expect("counted");
        assert_eq!((dog.positives, dog.right, dog.wrong), (1, 1, 0));
        assert_eq!(
            (dog.average_precision, dog.threshold),
            (Some(1.0), Some(0.5))
        );
        let cat = rows.iter().find(|row| row.tag == "cat").expect("counted");
        assert_eq!(
            (cat.precision, cat.recall, cat.average_precision),
            (Some(0.0), Some(0.0), Some(0.5))
        );
        assert_eq!(totals.precision, Some(0.75));
        assert_eq!(totals.recall, Some(0.75));
        assert_eq!(totals.precision_with_suggestions, Some(0.8));
        assert_eq!(totals.recall_with_suggestions, Some(1.0));
        assert_eq!(totals.coverage, Some(1.0), "of the two that have a tag");
        assert_eq!(totals.coverage_specific, Some(0.5));
        assert_eq!(totals.existing_per_file, 4.0 / 3.0);
    }

    #[test]
    fn calibration_is_the_distance_between_saying_and_being() {
        let counted = set(&["sky"]);
        let sure_and_right = [
            case(&["sky"], &[], &[("sky", 1.0)]),
            case(&[], &[], &[("sky", 0.0)]),
        ];
        assert_eq!(calibration_error(&sure_and_right, &counted, 0.0), Some(0.0));
        let half = [
            case(&["sky"], &[], &[("sky", 0.75)]),
            case(&[], &[], &[("sky", 0.75)]),
        ];
        assert_eq!(calibration_error(&half, &counted, 0.0), Some(0.25));
        assert_eq!(calibration_error(&half, &counted, 0.8), None);
    }
}
