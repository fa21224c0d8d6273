//! Models: what a pack is, running it, and what its scores mean.
//!
//! A **pack** is a folder or zip: `manifest.toml`, an ONNX file, `labels.txt`, and as a rule `vocabulary.csv` and
//! `MODEL_CARD.md`. [`Packs`] holds those inside the program and those a person added; [`Taggers`] runs them on
//! pictures and sound; [`Vocabulary`] names their tags; [`teach`] trains new tags from a few examples; [`check`],
//! [`add`] and [`remove`] handle packs from outside.
//!
//! Nothing here knows the catalogue: pixels and samples go in, tags and embeddings come out.

pub mod evaluate;
pub mod evidence;
pub mod image;
pub mod look;
pub mod manifest;
pub mod mel;
pub mod source;
pub mod tags;
pub mod teach;
pub mod vocabulary;

mod embedded;
mod file;
mod inspect;
mod pack;
mod packs;
mod runtime;
mod taggers;
mod threshold;

pub use file::{FileTag, FileTags, judge_file, tag_file};
pub use inspect::{Report, add, check, check_pack, remove};
pub use look::Look;
pub use manifest::{Manifest, Task};
pub use pack::Pack;
pub use packs::Packs;
pub use taggers::{Judged, Taggers, Tagging};
pub use tags::ScoredTag;
pub use teach::Head;
pub use threshold::learnt as learnt_threshold;
pub use vocabulary::Vocabulary;

use crate::media::audio::Windows;

/// The rate at which all models hear.
pub const SAMPLE_RATE_HZ: u32 = 16_000;

/// What of a song the models listen to: enough for every patch of the embedded packs.
pub const WINDOWS: Windows = Windows {
    count: 24,
    seconds: 3.2,
};

/// The long side that a photo is decoded to for the models: twice what their networks look at.
pub const PHOTO_SIDE: u32 = 512;

#[cfg(test)]
mod tests;
