//! One model pack: its manifest, labels and names, and the network that is built on first use.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::OnceLock;

use sha2::{Digest, Sha256};

use super::manifest::{Input, Manifest, Task};
use super::mel::FrontEnd;
use super::runtime::Network;
use super::source::{self, Source, broken};
use super::tags::Label;
use super::vocabulary::{self, Entry};
use crate::error::{Error, Result};

/// Labels of one pack.
const MAX_LABELS: usize = 20_000;

/// A model pack whose texts were read and checked. The network is read from the source on first use.
#[derive(Debug)]
pub struct Pack {
    manifest: Manifest,
    labels: Vec<Label>,
    vocabulary: Vec<Entry>,
    source: Source,
    network: OnceLock<Result<Network>>,
    front_end: OnceLock<FrontEnd>,
}

impl Pack {
    /// Reads manifest, labels and vocabulary. The model itself of a pack from disk is held against its SHA-256; the
    /// embedded ones are part of the program.
    ///
    /// # Errors
    /// [`Error::Pack`] with one sentence that says what is wrong.
    pub fn open(source: Source) -> Result<Self> {
        let path = source.path();
        let manifest = Manifest::parse(&source.read_text(source::MANIFEST)?)
            .map_err(|why| broken(&path, why))?;
        let labels_text = source.read_text(&manifest.files.labels)?;
        if !source.is_embedded() {
            for (file, sum, bytes) in [
                (
                    &manifest.files.labels,
                    &manifest.files.labels_sha256,
                    Cow::Borrowed(labels_text.as_bytes()),
                ),
                (
                    &manifest.files.model,
                    &manifest.files.model_sha256,
                    source.read(&manifest.files.model, source::MAX_MODEL_BYTES)?,
                ),
            ] {
                if !sha256(&bytes).eq_ignore_ascii_case(sum) {
                    return Err(broken(
                        &path,
                        format!(
                            "its file '{file}' is not the one the manifest was written for (SHA-256 differs)"
                        ),
                    ));
                }
            }
        }
        let kind = match manifest.task {
            Task::PhotoTags => "photo",
            Task::AudioTags => "audio",
        };
        let mut vocabulary = match source.read_text_if_there(source::VOCABULARY)? {
            Some(text) => vocabulary::parse(&text).map_err(|why| broken(&path, why))?,
            None => Vec::new(),
        };
        let labels = read_labels(&labels_text, &manifest, kind, &mut vocabulary)
            .map_err(|why| broken(&path, why))?;
        Ok(Self {
            manifest,
            labels,
            vocabulary,
            source,
            network: OnceLock::new(),
            front_end: OnceLock::new(),
        })
    }

    /// What the pack says about itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The unique lowercase name.
    pub fn id(&self) -> &str {
        &self.manifest.id
    }

    /// `id@version`: what tags and embeddings of this pack are stored under.
    pub fn name(&self) -> String {
        self.manifest.name()
    }

    /// Its labels, in the order of the scores.
    pub fn labels(&self) -> &[Label] {
        &self.labels
    }

    /// Names, parents and aliases it brings along.
    pub fn vocabulary(&self) -> &[Entry] {
        &self.vocabulary
    }

    /// Where it comes from.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The network; the first call builds it (some tenths of a second) while others wait. A pack that failed once
    /// keeps failing with the same sentence.
    ///
    /// # Errors
    /// [`Error::Pack`] when the model does not load or does not fit the manifest.
    pub(super) fn network(&self) -> Result<&Network> {
        self.network
            .get_or_init(|| {
                let onnx = self
                    .source
                    .read(&self.manifest.files.model, source::MAX_MODEL_BYTES)?;
                Network::build(&onnx, &self.manifest, self.labels.len())
                    .map_err(|why| broken(&self.source.path(), why))
            })
            .as_ref()
            .map_err(Error::clone)
    }

    /// The log-mel front end, for packs that listen.
    pub(super) fn front_end(&self) -> Option<&FrontEnd> {
        match &self.manifest.input {
            Input::LogMel(mel) => Some(self.front_end.get_or_init(|| FrontEnd::new(mel))),
            Input::Image(_) => None,
        }
    }

    /// The position of a label.
    pub(super) fn label_at(&self, slug: &str) -> Option<usize> {
        self.labels.iter().position(|label| label.slug == slug)
    }
}

/// Labels line by line; those without an entry in the vocabulary get one from their own text.
fn read_labels(
    text: &str,
    manifest: &Manifest,
    kind: &str,
    vocabulary: &mut Vec<Entry>,
) -> Result<Vec<Label>, String> {
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    if lines.is_empty() || lines.len() > MAX_LABELS {
        return Err(format!(
            "it has {} labels, not between 1 and {MAX_LABELS}",
            lines.len()
        ));
    }
    let known: HashSet<String> = vocabulary.iter().map(|entry| entry.slug.clone()).collect();
    let mut seen = HashSet::new();
    let mut labels = Vec::with_capacity(lines.len());
    for line in lines {
        let slug = if known.contains(line) {
            line.to_owned()
        } else {
            vocabulary::slug_from(line)
        };
        if slug.is_empty() || slug.len() > 128 {
            return Err(format!(
                "its label '{}' is not usable",
                super::manifest::shortened(line)
            ));
        }
        if !seen.insert(slug.clone()) {
            return Err(format!(
                "its label '{}' is there twice",
                super::manifest::shortened(line)
            ));
        }
        if !known.contains(&slug) {
            vocabulary.push(Entry::of_label(line, kind));
        }
        let thresholds = manifest
            .labels
            .get(line)
            .or_else(|| manifest.labels.get(&slug));
        labels.push(Label {
            slug,
            thresholds: thresholds.copied().unwrap_or_default(),
        });
    }
    let stray = manifest
        .labels
        .keys()
        .find(|label| !seen.contains(*label) && !seen.contains(&vocabulary::slug_from(label)));
    match stray {
        Some(label) => Err(format!(
            "its manifest has thresholds for '{}', which is not one of its labels",
            super::manifest::shortened(label)
        )),
        None => Ok(labels),
    }
}

/// SHA-256 in lowercase hex.
pub(super) fn sha256(bytes: &[u8]) -> String {
    use std::fmt::Write;
    Sha256::digest(bytes)
        .iter()
        .fold(String::with_capacity(64), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}
