//! From pictures and sound to tags and embeddings.

use std::collections::HashMap;
use std::sync::Arc;

use super::manifest::{Input, MelInput, Pool, Task};
use super::pack::Pack;
use super::packs::Packs;
use super::runtime::{Network, Outputs};
use super::tags::{self, ScoredTag};
use super::vocabulary::Vocabulary;
use super::{image, source::broken};
use crate::error::{Error, Result};
use crate::media::photo::Picture;

/// What one pack says about one item.
#[derive(Debug, Clone, PartialEq)]
pub struct Tagging {
    /// `id@version` of the pack.
    pub pack: String,
    /// Of unit length, or all zeros; empty when the pack gives none.
    pub embedding: Vec<f32>,
    /// What [`tags::from_scores`] makes of the scores.
    pub tags: Vec<ScoredTag>,
}

/// Runs the packs. Cheap to make and to clone; networks are built on first use, so call it from a worker.
#[derive(Debug, Clone)]
pub struct Taggers {
    packs: Arc<Packs>,
}

/// What all packs together say about one item: tags, and every score before thresholds.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// What each pack says.
    pub taggings: Vec<Tagging>,
    /// The score of every label of every pack by its tag: the highest of all packs, an umbrella's at least that of
    /// what lies below it.
    pub scores: HashMap<String, f32>,
}

/// What a pack gave for one item, before thresholds.
#[derive(Debug, Clone, PartialEq)]
pub struct Scores {
    /// Of unit length, or all zeros; empty when the pack gives none.
    pub embedding: Vec<f32>,
    /// 0..=1, one a label.
    pub scores: Vec<f32>,
}

impl Taggers {
    /// Taggers for these packs.
    pub fn new(packs: Arc<Packs>) -> Self {
        Self { packs }
    }

    /// The packs they run.
    pub fn packs(&self) -> &Arc<Packs> {
        &self.packs
    }

    /// The names of the tags they give.
    pub fn vocabulary(&self) -> &Arc<Vocabulary> {
        self.packs.vocabulary()
    }

    /// The `id@version` of every pack that looks at photos or, with the other task, listens: what an item must have
    /// been through to be up to date.
    pub fn versions(&self, task: Task) -> Vec<String> {
        self.with_task(task).map(|pack| pack.name()).collect()
    }

    /// What each photo pack says about a picture. A picture of about twice the network's input is enough (448 pixels
    /// on its short side).
    ///
    /// # Errors
    /// The first pack that cannot be used or whose network fails, when no other gave an answer.
    pub fn photo(&self, picture: &Picture) -> Result<Vec<Tagging>> {
        Ok(self.taggings(self.photo_scores(picture)?))
    }

    /// The same with every score, for measuring.
    ///
    /// # Errors
    /// As [`Taggers::photo`].
    pub fn judge_photo(&self, picture: &Picture) -> Result<Judged> {
        Ok(self.judged(self.photo_scores(picture)?))
    }

    fn photo_scores(&self, picture: &Picture) -> Result<Vec<(&Pack, Scores)>> {
        collected(
            self.with_task(Task::PhotoTags)
                .map(|pack| Ok((&**pack, scores_of_picture(pack, picture)?))),
        )
    }

    /// What each audio pack says about a sound: samples at [`super::SAMPLE_RATE_HZ`] in stretches of `window_len`
    /// samples, each for itself (a whole file is one stretch of its own length). A pack with a gate runs when the
    /// pack it names scored high enough.
    ///
    /// # Errors
    /// The first pack that cannot be used or whose network fails, when no other gave an answer.
    pub fn audio(&self, mono_16k: &[f32], window_len: usize) -> Result<Vec<Tagging>> {
        Ok(self.taggings(self.audio_scores(mono_16k, window_len)?))
    }

    /// The same with every score, for measuring.
    ///
    /// # Errors
    /// As [`Taggers::audio`].
    pub fn judge_audio(&self, mono_16k: &[f32], window_len: usize) -> Result<Judged> {
        Ok(self.judged(self.audio_scores(mono_16k, window_len)?))
    }

    fn audio_scores(&self, mono_16k: &[f32], window_len: usize) -> Result<Vec<(&Pack, Scores)>> {
        // Gated packs after those they wait for.
        let (gated, free): (Vec<_>, Vec<_>) = self
            .with_task(Task::AudioTags)
            .partition(|pack| pack.manifest().gate.is_some());
        let mut known: HashMap<&str, Scores> = HashMap::new();
        collected(free.into_iter().chain(gated).filter_map(|pack| {
            if !is_open(pack, &known, &self.packs) {
                return None;
            }
            Some(scores_of_sound(pack, mono_16k, window_len).map(|scores| {
                known.insert(pack.id(), scores.clone());
                (&**pack, scores)
            }))
        }))
    }

    fn with_task(&self, task: Task) -> impl Iterator<Item = &Arc<Pack>> {
        self.packs
            .list()
            .iter()
            .filter(move |pack| pack.manifest().task == task)
    }

    fn taggings(&self, all: Vec<(&Pack, Scores)>) -> Vec<Tagging> {
        all.into_iter()
            .map(|(pack, scores)| self.tagging(pack, scores))
            .collect()
    }

    fn judged(&self, all: Vec<(&Pack, Scores)>) -> Judged {
        let mut scores = HashMap::new();
        for (pack, found) in &all {
            tags::lift_all(&mut scores, &found.scores, pack.labels(), self.vocabulary());
        }
        Judged {
            taggings: self.taggings(all),
            scores,
        }
    }

    fn tagging(&self, pack: &Pack, scores: Scores) -> Tagging {
        Tagging {
            pack: pack.name(),
            tags: tags::from_scores(&scores.scores, pack.labels(), self.vocabulary()),
            embedding: scores.embedding,
        }
    }
}

/// Whether a pack's gate lets it run. A gate on a pack or label that is not there stays open.
fn is_open(pack: &Pack, known: &HashMap<&str, Scores>, packs: &Packs) -> bool {
    let Some(gate) = &pack.manifest().gate else {
        return true;
    };
    let Some(at) = packs
        .pack(&gate.pack)
        .and_then(|other| other.label_at(&gate.label))
    else {
        return true;
    };
    known
        .get(gate.pack.as_str())
        .is_none_or(|other| other.scores[at] >= gate.at_least)
}

/// One pack's scores for a picture.
pub(super) fn scores_of_picture(pack: &Pack, picture: &Picture) -> Result<Scores> {
    let Input::Image(input) = &pack.manifest().input else {
        return Err(broken(
            &pack.source().path(),
            "it does not look at pictures",
        ));
    };
    let tensor = image::tensor(picture, input);
    let outputs = run(pack, pack.network()?, &tensor)?;
    Ok(Scores {
        embedding: unit(outputs.embedding),
        scores: outputs.scores,
    })
}

/// One pack's scores for a sound, pooled over its patches.
pub(super) fn scores_of_sound(pack: &Pack, mono_16k: &[f32], window_len: usize) -> Result<Scores> {
    let (Input::LogMel(input), Some(front_end)) = (&pack.manifest().input, pack.front_end()) else {
        return Err(broken(&pack.source().path(), "it does not listen to sound"));
    };
    let network = pack.network()?;
    let patches = front_end
        .patches(mono_16k, window_len)
        .iter()
        .map(|patch| run(pack, network, patch))
        .collect::<Result<Vec<_>>>()?;
    Ok(pooled(&patches, input))
}

/// Runs one input and applies the activation.
fn run(pack: &Pack, network: &Network, input: &[f32]) -> Result<Outputs> {
    let mut outputs = network.run(input).map_err(|why| Error::Model {
        pack: pack.name(),
        why,
    })?;
    tags::activate(&mut outputs.scores, pack.manifest().output.activation);
    Ok(outputs)
}

/// Scores by the manifest's rule; the embedding is the mean of the patches' embeddings.
fn pooled(patches: &[Outputs], input: &MelInput) -> Scores {
    let labels = patches.first().map_or(0, |patch| patch.scores.len());
    let scores = (0..labels)
        .map(|label| {
            let mut column: Vec<f32> = patches.iter().map(|patch| patch.scores[label]).collect();
            column.sort_by(|a, b| b.total_cmp(a));
            let taken = match input.pool {
                Pool::Mean => column.len(),
                Pool::Max => 1,
                Pool::Top3 => column.len().min(3),
            };
            column[..taken].iter().sum::<f32>() / taken as f32
        })
        .collect();
    let mut embedding = vec![0.0; patches.first().map_or(0, |patch| patch.embedding.len())];
    for patch in patches {
        for (sum, value) in embedding.iter_mut().zip(&patch.embedding) {
            *sum += value;
        }
    }
    Scores {
        embedding: unit(embedding),
        scores,
    }
}

/// Scaled to unit length; zeros stay zeros.
fn unit(mut vector: Vec<f32>) -> Vec<f32> {
    let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
    if length > 1e-12 {
        for value in &mut vector {
            *value /= length;
        }
    }
    vector
}

/// The answers there are; an error only when there is no answer.
fn collected<T>(answers: impl Iterator<Item = Result<T>>) -> Result<Vec<T>> {
    let mut taggings = Vec::new();
    let mut first_error = None;
    for answer in answers {
        match answer {
            Ok(tagging) => taggings.push(tagging),
            Err(error) => {
                tracing::warn!("{error}");
                first_error.get_or_insert(error);
            }
        }
    }
    match first_error {
        Some(error) if taggings.is_empty() => Err(error),
        _ => Ok(taggings),
    }
}
