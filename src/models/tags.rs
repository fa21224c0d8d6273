//! From scores to tags: thresholds by label, umbrellas lifted from what lies below them.

use std::collections::HashMap;

use super::manifest::{Activation, Thresholds};
use super::vocabulary::Vocabulary;

/// The most tags one pack gives to one item.
pub const MAX_TAGS: usize = 25;

/// One label of a pack, in the order of its scores.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    /// The tag it stands for.
    pub slug: String,
    /// When it is shown or suggested.
    pub thresholds: Thresholds,
}

/// A tag that a model found.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ScoredTag {
    /// The tag, in the vocabulary's spelling.
    pub slug: String,
    /// 0..=1; for an umbrella the highest of its own and what lies below it.
    pub score: f32,
    /// The score from which it is shown; above 1 for a tag that is never more than a suggestion.
    pub threshold: f32,
    /// Shown as a tag; otherwise a suggestion.
    pub is_shown: bool,
}

/// Turns raw outputs into probabilities, in place.
pub fn activate(scores: &mut [f32], activation: Activation) {
    match activation {
        Activation::None => {}
        Activation::Sigmoid => {
            for score in scores {
                *score = 1.0 / (1.0 + (-*score).exp());
            }
        }
        Activation::Softmax => {
            let highest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let mut sum = 0.0;
            for score in scores.iter_mut() {
                *score = (*score - highest).exp();
                sum += *score;
            }
            for score in scores {
                *score /= sum;
            }
        }
    }
}

/// The tags that scores (0..=1, one a label) speak for: those at or above `suggest`, shown from `show` on. What is
/// shown lifts its umbrellas to at least its own score and shows them too, unless an umbrella is one that is never
/// shown; what is suggested suggests its umbrellas. Shown ones first, each best first, at most [`MAX_TAGS`].
pub fn from_scores(scores: &[f32], labels: &[Label], vocabulary: &Vocabulary) -> Vec<ScoredTag> {
    let thresholds: HashMap<&str, &Thresholds> = labels
        .iter()
        .map(|label| (label.slug.as_str(), &label.thresholds))
        .collect();
    let mut found: HashMap<&str, ScoredTag> = HashMap::new();
    for (label, &score) in labels.iter().zip(scores) {
        let Thresholds { show, suggest, .. } = label.thresholds;
        if score < suggest.min(show) {
            continue;
        }
        let is_shown = score >= show && show <= 1.0;
        raise(&mut found, &label.slug, score, show, is_shown);
        for parent in vocabulary.parents(&label.slug) {
            let parents_show = thresholds.get(parent).map_or(show, |known| known.show);
            raise(
                &mut found,
                parent,
                score,
                parents_show,
                is_shown && parents_show <= 1.0,
            );
        }
    }
    let mut tags: Vec<ScoredTag> = found.into_values().collect();
    tags.sort_by(|a, b| {
        b.is_shown
            .cmp(&a.is_shown)
            .then(b.score.total_cmp(&a.score))
            .then_with(|| a.slug.cmp(&b.slug))
    });
    tags.truncate(MAX_TAGS);
    tags
}

/// Adds every score of one pack to `all`, the highest of each tag, and lifts umbrellas to what lies below them.
pub(super) fn lift_all(
    all: &mut HashMap<String, f32>,
    scores: &[f32],
    labels: &[Label],
    vocabulary: &Vocabulary,
) {
    for (label, &score) in labels.iter().zip(scores) {
        let above = vocabulary.parents(&label.slug);
        for slug in std::iter::once(label.slug.as_str()).chain(above) {
            match all.get_mut(slug) {
                Some(known) => *known = known.max(score),
                None => {
                    all.insert(slug.to_owned(), score);
                }
            }
        }
    }
}

fn raise<'a>(
    found: &mut HashMap<&'a str, ScoredTag>,
    slug: &'a str,
    score: f32,
    threshold: f32,
    is_shown: bool,
) {
    let tag = found.entry(slug).or_insert_with(|| ScoredTag {
        slug: slug.to_owned(),
        score,
        threshold,
        is_shown,
    });
    tag.score = tag.score.max(score);
    tag.is_shown |= is_shown;
}

#[cfg(test)]
mod tests {
    use super::super::vocabulary;
    use super::*;

    fn label(slug: &str, show: f32, suggest: f32) -> Label {
        Label {
            slug: slug.to_owned(),
            thresholds: Thresholds {
                show,
                suggest,
                precision: None,
            },
        }
    }

    fn words() -> Vocabulary {
        Vocabulary::new(
            vocabulary::parse(
                "slug,parent\nanimal,\ndog,animal\npoodle,dog\ncat,animal\nsky,outdoor\noutdoor,\nkite,toy\n",
            )
            .expect("reads"),
        )
    }

    fn slugs(tags: &[ScoredTag]) -> Vec<(&str, bool)> {
        tags.iter()
            .map(|tag| (tag.slug.as_str(), tag.is_shown))
            .collect()
    }

    #[test]
    fn a_shown_tag_shows_its_umbrellas_at_its_score() {
        let labels = [
            label("animal", 0.9, 0.5),
            label("dog", 0.7, 0.3),
            label("poodle", 0.6, 0.3),
        ];
        let tags = from_scores(&[0.1, 0.2, 0.65], &labels, &words());
        assert_eq!(
            slugs(&tags),
            [("animal", true), ("dog", true), ("poodle", true)]
        );
        assert!(tags.iter().all(|tag| tag.score == 0.65));
        assert_eq!(tags[0].threshold, 0.9);
    }

    #[test]
    fn a_suggestion_only_suggests_its_umbrellas_and_below_that_is_nothing() {
        let labels = [
            label("animal", 0.9, 0.5),
            label("dog", 0.7, 0.3),
            label("cat", 0.7, 0.3),
        ];
        let tags = from_scores(&[0.95, 0.4, 0.2], &labels, &words());
        assert_eq!(slugs(&tags), [("animal", true), ("dog", false)]);
        assert_eq!(tags[0].score, 0.95);
    }

    #[test]
    fn a_label_above_one_is_never_shown() {
        let labels = [
            label("dog", 2.0, 0.3),
            label("outdoor", 1.5, 0.5),
            label("sky", 0.5, 0.3),
        ];
        let tags = from_scores(&[1.0, 0.1, 0.8], &labels, &words());
        assert_eq!(
            slugs(&tags),
            [
                ("sky", true),
                ("animal", false),
                ("dog", false),
                ("outdoor", false)
            ]
        );
    }

    #[test]
    fn an_umbrella_without_a_label_takes_its_childs_threshold() {
        let tags = from_scores(&[0.8], &[label("kite", 0.5, 0.3)], &words());
        assert_eq!(slugs(&tags), [("kite", true), ("toy", true)]);
    }

    #[test]
    fn the_best_twenty_five_are_kept_shown_ones_first() {
        let labels: Vec<Label> = (0..60)
            .map(|n| label(&format!("t{n}"), if n < 30 { 2.0 } else { 0.5 }, 0.1))
            .collect();
        let scores: Vec<f32> = (0..60)
            .map(|n| if n < 30 { 0.99 } else { 0.4 + n as f32 * 0.005 })
            .collect();
        let tags = from_scores(&scores, &labels, &words());
        assert_eq!(tags.len(), MAX_TAGS);
        assert!(tags.iter().all(|tag| tag.is_shown));
        assert_eq!(tags[0].slug, "t59");
    }

    #[test]
    fn activations_give_probabilities() {
        let mut scores = [0.0, 2.0, -2.0];
        activate(&mut scores, Activation::Sigmoid);
        assert!((scores[0] - 0.5).abs() < 1e-6 && (scores[1] + scores[2] - 1.0).abs() < 1e-6);
        let mut scores = [1000.0, 1001.0];
        activate(&mut scores, Activation::Softmax);
        assert!((scores[0] + scores[1] - 1.0).abs() < 1e-6 && (scores[1] - 0.731).abs() < 1e-3);
    }
}
