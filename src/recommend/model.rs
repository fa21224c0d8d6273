//! The content model: logistic regression on embeddings, tags and artists, trained here and now by gradient descent on
//! what was liked and not.
//!
//! The weights start at zero, so that at every step the embedding part is a sum over the examples, each with its own
//! factor (the representer theorem). That is what makes it explain itself: the score of an item is a sum over the items
//! it was learned from, over its tags, and over its artist.

use std::collections::HashMap;
use std::sync::Arc;

use super::chance::mixed;
use super::types::{Embeddings, Input, direction, dot};
use crate::media::Kind;

/// Examples with history, at most: those that say most.
const EXAMPLES_MAX: usize = 400;
/// Items without history that stand for everything else.
const BACKGROUND: usize = 160;
/// What one of them counts.
const BACKGROUND_WEIGHT: f32 = 0.25;
/// Tags that are learned, at most: those with most examples.
const TAGS_MAX: usize = 96;
const STEPS: usize = 50;
const RATE: f32 = 0.5;
const RIDGE: f32 = 0.004;
/// The fit is as cautious as if so much said nothing.
const PRIOR: f32 = 6.0;
/// Embeddings against tags: lengths of what is left after the mean is taken off are well below one.
const SCALE: f32 = 3.0;

/// What was learned of one kind of item.
pub struct Model<'a> {
    matrix: Option<(&'a Embeddings, Arc<[u32]>)>,
    /// Embedding weights as a direction, its length, and what the mean takes off.
    weights: Vec<i16>,
    length: f32,
    offset: f32,
    mean: Vec<i16>,
    mean_length: f32,
    /// The examples: place, factor, cosine with the mean's direction.
    examples: Vec<(u32, f32, f32)>,
    /// By tag; zero for those that were not learned.
    tags: Vec<f32>,
    artists: HashMap<&'a str, f32>,
}

/// The parts of an item's score.
pub struct Parts<'a> {
    /// By the example they come from, largest first.
    pub examples: Vec<(u32, f32)>,
    pub tags: Vec<(u32, f32)>,
    pub artist: Option<(&'a str, f32)>,
    /// The sum of everything.
    pub total: f32,
}

struct Example<'a> {
    at: u32,
    target: f32,
    weight: f32,
    embedding: Vec<f32>,
    tags: Vec<(usize, f32)>,
    artist: Option<usize>,
    artist_name: &'a str,
}

const NO_ROW: u32 = u32::MAX;

impl<'a> Model<'a> {
    /// Learns from the items of a kind. `own` is what was said of each item, by place; `rows` is where each is in the
    /// matrix.
    pub fn train(
        input: &'a Input,
        kind: Kind,
        own: &[f32],
        matrix: Option<(&'a Embeddings, Arc<[u32]>)>,
    ) -> Self {
        let dims = matrix.as_ref().map_or(0, |(matrix, _)| matrix.dims());
        let mut known: Vec<u32> = (0..input.items.len() as u32)
            .filter(|&at| input.items[at as usize].kind == kind && own[at as usize] != 0.0)
            .collect();
        let untrained = Self {
            matrix: matrix.clone(),
            weights: vec![0; dims],
            length: 0.0,
            offset: 0.0,
            mean: vec![0; dims],
            mean_length: 0.0,
            examples: Vec::new(),
            tags: Vec::new(),
            artists: HashMap::new(),
        };
        if known.is_empty() {
            return untrained;
        }
        known.sort_by(|&a, &b| {
            let size = |at: u32| own[at as usize].abs();
            size(b).total_cmp(&size(a)).then(a.cmp(&b))
        });
        known.truncate(EXAMPLES_MAX);
        known.sort_unstable();
        let has_positive = known.iter().any(|&at| own[at as usize] > 0.0);
        let background = background(input, kind, own);

        let mut tag_counts: HashMap<u32, usize> = HashMap::new();
        for &at in &known {
            for (tag, _) in &input.items[at as usize].tags {
                *tag_counts.entry(*tag).or_default() += 1;
            }
        }
        let mut tags: Vec<(u32, usize)> = tag_counts.into_iter().collect();
        tags.sort_by_key(|&(tag, count)| (std::cmp::Reverse(count), tag));
        tags.truncate(TAGS_MAX);
        let tag_at: HashMap<u32, usize> = tags.iter().map(|(tag, _)| *tag).zip(0..).collect();
        let mut artist_at: HashMap<&str, usize> = HashMap::new();
        for &at in &known {
            let artist = input.items[at as usize].artist.as_str();
            if !artist.is_empty() {
                let next = artist_at.len();
                artist_at.entry(artist).or_insert(next);
            }
        }
        let embedding_of = |at: u32| -> Vec<f32> {
            match &matrix {
                Some((matrix, rows)) if rows[at as usize] != NO_ROW => {
                    matrix.unit_row(rows[at as usize] as usize).collect()
                }
                _ => Vec::new(),
            }
        };
        let mut examples: Vec<Example<'_>> = Vec::with_capacity(known.len() + background.len());
        for (&at, is_known) in known
            .iter()
            .map(|at| (at, true))
            .chain(background.iter().map(|at| (at, false)))
        {
            let facts = &input.items[at as usize];
            let value = own[at as usize];
            let (target, weight) = match (is_known, has_positive) {
                (true, _) => (f32::from(u8::from(value > 0.0)), value.abs().min(2.0)),
                (false, true) => (0.0, BACKGROUND_WEIGHT),
                (false, false) => (0.5, BACKGROUND_WEIGHT),
            };
            examples.push(Example {
                at,
                target,
                weight,
                embedding: embedding_of(at),
                tags: facts
                    .tags
                    .iter()
                    .filter_map(|(tag, score)| Some((*tag_at.get(tag)?, *score)))
                    .collect(),
                artist: artist_at.get(facts.artist.as_str()).copied(),
                artist_name: &facts.artist,
            });
        }
        let mean = mean(&examples, dims);
        for example in examples.iter_mut().filter(|e| !e.embedding.is_empty()) {
            for (x, mean) in example.embedding.iter_mut().zip(&mean) {
                *x = SCALE * (*x - mean);
            }
        }
        let (factors, tag_weights, artist_weights) =
            descend(&examples, dims, tags.len(), artist_at.len());
        let names: HashMap<&str, f32> = examples
            .iter()
            .filter_map(|e| Some((e.artist_name, artist_weights[e.artist?])))
            .collect();
        let (mean_row, mean_length) = direction(&mean);
        let mut model = Self {
            examples: Vec::new(),
            tags: {
                let mut weights = vec![0.0; input.names.len()];
                for ((tag, _), weight) in tags.iter().zip(tag_weights) {
                    weights[*tag as usize] = weight;
                }
                weights
            },
            artists: names,
            mean: mean_row,
            mean_length,
            ..untrained
        };
        model.strike(input);
        let kept = examples.iter().zip(&factors).filter(|(e, _)| {
            let id = input.items[e.at as usize].id;
            !e.embedding.is_empty()
                && !input.struck.contains("taste")
                && !input.struck.contains(&format!("like:{id}"))
        });
        let mut weights = vec![0.0f32; dims];
        for (example, factor) in kept {
            for (w, x) in weights.iter_mut().zip(&example.embedding) {
                *w += factor * x;
            }
            let cosine = model
                .row(example.at)
                .map_or(0.0, |row| dot(row, &model.mean));
            model.examples.push((example.at, *factor, cosine));
        }
        (model.weights, model.length) = direction(&weights);
        model.offset = SCALE * weights.iter().zip(&mean).map(|(w, m)| w * m).sum::<f32>();
        model
    }

    fn strike(&mut self, input: &Input) {
        for (weight, name) in self.tags.iter_mut().zip(&input.names) {
            if *weight != 0.0 && input.struck.contains(&format!("tag:{name}")) {
                *weight = 0.0;
            }
        }
        self.artists
            .retain(|artist, _| !input.struck.contains(&format!("artist:{artist}")));
    }

    fn row(&self, at: u32) -> Option<&'a [i16]> {
        let (matrix, rows) = self.matrix.as_ref()?;
        let row = *rows.get(at as usize)?;
        (row != NO_ROW).then(|| matrix.row(row as usize))
    }

    /// How much the item at a place is liked: around zero for what nothing is known of.
    pub fn score(&self, input: &Input, at: u32) -> f32 {
        let facts = &input.items[at as usize];
        let mut sum = 0.0;
        if self.length > 0.0
            && let Some(row) = self.row(at)
        {
            sum += SCALE * self.length * dot(row, &self.weights) - self.offset;
        }
        if !self.tags.is_empty() {
            sum += facts
                .tags
                .iter()
                .filter_map(|(tag, score)| Some(score * self.tags.get(*tag as usize)?))
                .sum::<f32>();
        }
        sum + self
            .artists
            .get(facts.artist.as_str())
            .copied()
            .unwrap_or(0.0)
    }

    /// The same, by where it comes from.
    pub fn parts(&self, input: &'a Input, at: u32) -> Parts<'a> {
        let facts = &input.items[at as usize];
        let mut examples = Vec::new();
        if let Some(row) = self.row(at) {
            let own = dot(row, &self.mean);
            for &(example, factor, cosine) in &self.examples {
                let Some(other) = self.row(example).filter(|_| example != at) else {
                    continue;
                };
                // The product of both after the mean is taken off.
                let centred = dot(row, other) - self.mean_length * (own + cosine)
                    + self.mean_length * self.mean_length;
                examples.push((example, factor * SCALE * SCALE * centred));
            }
        }
        examples.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then(a.0.cmp(&b.0)));
        let mut tags: Vec<(u32, f32)> = facts
            .tags
            .iter()
            .filter_map(|(tag, score)| Some((*tag, score * self.tags.get(*tag as usize)?)))
            .filter(|(_, part)| *part != 0.0)
            .collect();
        tags.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then(a.0.cmp(&b.0)));
        Parts {
            examples,
            tags,
            artist: self
                .artists
                .get(facts.artist.as_str())
                .map(|weight| (facts.artist.as_str(), *weight)),
            total: self.score(input, at),
        }
    }
}

/// Items of the kind without history, spread over the library by chance that stays the same.
fn background(input: &Input, kind: Kind, own: &[f32]) -> Vec<u32> {
    let mut drawn: Vec<(u64, u32)> = (0..input.items.len() as u32)
        .filter(|&at| {
            let facts = &input.items[at as usize];
            facts.kind == kind && !facts.is_out && own[at as usize] == 0.0
        })
        .map(|at| (mixed(input.items[at as usize].id.0 as u64), at))
        .collect();
    if drawn.len() > BACKGROUND {
        drawn.select_nth_unstable(BACKGROUND);
        drawn.truncate(BACKGROUND);
    }
    drawn.sort_unstable();
    drawn.into_iter().map(|(_, at)| at).collect()
}

fn mean(examples: &[Example<'_>], dims: usize) -> Vec<f32> {
    let mut mean = vec![0.0f32; dims];
    let mut count = 0.0f32;
    for example in examples.iter().filter(|e| !e.embedding.is_empty()) {
        count += 1.0;
        for (sum, x) in mean.iter_mut().zip(&example.embedding) {
            *sum += x;
        }
    }
    for sum in &mut mean {
        *sum /= count.max(1.0);
    }
    mean
}

/// The product of two vectors, in eight sums at once: one alone would wait for each addition.
fn product(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0f32; 8];
    let (a, a_rest) = a.as_chunks::<8>();
    let (b, b_rest) = b.as_chunks::<8>();
    for (x, y) in a.iter().zip(b) {
        for (sum, (x, y)) in sums.iter_mut().zip(x.iter().zip(y)) {
            *sum += x * y;
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(x, y)| x * y).sum();
    sums.iter().sum::<f32>() + rest
}

/// Full-batch gradient descent. Gives the factor of each example, and the weights of tags and artists.
fn descend(
    examples: &[Example<'_>],
    dims: usize,
    tag_count: usize,
    artist_count: usize,
) -> (Vec<f32>, Vec<f32>, Vec<f32>) {
    let mut weights = vec![0.0f32; dims];
    let mut tags = vec![0.0f32; tag_count];
    let mut artists = vec![0.0f32; artist_count];
    let mut factors = vec![0.0f32; examples.len()];
    let mut bias = 0.0f32;
    let total = PRIOR + examples.iter().map(|e| e.weight).sum::<f32>();
    let keep = 1.0 - RATE * RIDGE;
    let mut errors = vec![0.0f32; examples.len()];
    for _ in 0..STEPS {
        for (example, error) in examples.iter().zip(&mut errors) {
            let mut z = bias;
            z += product(&example.embedding, &weights);
            z += example
                .tags
                .iter()
                .map(|(at, s)| s * tags[*at])
                .sum::<f32>();
            z += example.artist.map_or(0.0, |at| artists[at]);
            let p = 1.0 / (1.0 + (-z).exp());
            *error = RATE * example.weight * (example.target - p) / total;
        }
        for list in [&mut weights, &mut tags, &mut artists, &mut factors] {
            for w in list.iter_mut() {
                *w *= keep;
            }
        }
        for ((example, error), factor) in examples.iter().zip(&errors).zip(&mut factors) {
            *factor += error;
            for (w, x) in weights.iter_mut().zip(&example.embedding) {
                *w += error * x;
            }
            for (at, score) in &example.tags {
                tags[*at] += error * score;
            }
            if let Some(at) = example.artist {
                artists[at] += error;
            }
            bias += error;
        }
    }
    (factors, tags, artists)
}
