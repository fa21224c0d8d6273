//! Tags, and what models say.

use serde::{Deserialize, Serialize};

use super::{ItemId, RunId, TagId};

/// Who says that an item has a tag.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TagSource {
    /// The person.
    Person,
    /// A model pack, as `id@version`.
    Model {
        /// `id@version`.
        pack: String,
    },
    /// Metadata in the file or beside it.
    Imported,
    /// A rule of the program.
    Rule,
}

/// How far a tag on an item is to be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TagState {
    /// Said or confirmed by a person, or imported.
    Confirmed,
    /// A model's tag above its threshold.
    Shown,
    /// A model's guess, to be confirmed.
    Suggested,
    /// A person said no; no model brings it back.
    Rejected,
}

impl TagState {
    pub(in crate::catalog) fn code(self) -> i64 {
        match self {
            Self::Confirmed => 1,
            Self::Shown => 2,
            Self::Suggested => 3,
            Self::Rejected => 4,
        }
    }

    pub(in crate::catalog) fn from_code(code: i64) -> Self {
        match code {
            1 => Self::Confirmed,
            2 => Self::Shown,
            4 => Self::Rejected,
            _ => Self::Suggested,
        }
    }
}

/// A tag on an item.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemTag {
    /// Which tag.
    pub tag: TagId,
    /// The tag's own name.
    pub name: String,
    /// The model vocabulary's name for it, if a model knows it.
    pub slug: Option<String>,
    /// Who says so.
    pub source: TagSource,
    /// 0 to 1; 1 for people and imports.
    pub score: f32,
    /// How far to believe it.
    pub state: TagState,
    /// When it was set.
    pub at_ms: i64,
}

/// A tag with its counters.
#[derive(Debug, Clone, PartialEq)]
pub struct Tag {
    /// Identity.
    pub id: TagId,
    /// Its own name: "Beach".
    pub name: String,
    /// Name with its parents: "Places/Coast/Beach".
    pub path: String,
    /// The model vocabulary's name for it, if a model knows it. Show the vocabulary's translation while
    /// [`Tag::is_renamed`] is false.
    pub slug: Option<String>,
    /// Whether the person gave it a name of their own.
    pub is_renamed: bool,
    /// The tag it belongs under.
    pub parent: Option<TagId>,
    /// `#rrggbb`, when the person chose one.
    pub colour: Option<String>,
    /// Names the person gave it besides: language tag (empty for an alias) and name.
    pub names: Vec<(String, String)>,
    /// Items on which it is confirmed.
    pub count_confirmed: u64,
    /// Items on which a model is sure of it.
    pub count_shown: u64,
    /// Items on which it is suggested.
    pub count_suggested: u64,
    /// Items on which the person rejected it.
    pub count_rejected: u64,
}

/// A tag that a model gives.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelTag {
    /// Name in the model's vocabulary.
    pub slug: String,
    /// 0 to 1.
    pub score: f32,
    /// Above the threshold, else a suggestion.
    pub is_shown: bool,
}

/// What a model says of an item.
#[derive(Debug, Clone, PartialEq)]
pub struct NewTagging {
    /// `id@version`.
    pub pack: String,
    /// L2-normalised; stored as f16. Empty when the model has none.
    pub embedding: Vec<f32>,
    /// Its tags.
    pub tags: Vec<ModelTag>,
}

/// Names of a tag that a model vocabulary knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagNames {
    /// Name in the vocabulary.
    pub slug: String,
    /// The slug it belongs under.
    pub parent: Option<String>,
    /// Names in any language, and aliases: searches find the tag by all of them.
    pub names: Vec<String>,
}

/// One run of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelRun {
    /// Identity.
    pub id: RunId,
    /// `id@version`.
    pub pack: String,
    /// When it began.
    pub started_ms: i64,
    /// Items whose tags come from it now.
    pub items: u64,
}

/// What a person said of a tag that a model had given.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// The item.
    pub item: ItemId,
    /// Whether the model was right.
    pub was_right: bool,
    /// How sure it was, 0 to 1.
    pub score: f32,
    /// `id@version`.
    pub pack: String,
    /// When the person said so.
    pub at_ms: i64,
}

/// What was learnt of one tag and put into the library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LessonKept {
    /// The run to take back.
    pub run: RunId,
    /// Which lesson it was, from 1.
    pub number: u32,
    /// Items it speaks of.
    pub items: u64,
    /// When.
    pub at_ms: i64,
}

/// A change of the past that can be taken back alone.
#[derive(Debug, Clone, PartialEq)]
pub struct PastStep {
    /// Its place in the undo log.
    pub id: i64,
    /// What it was.
    pub change: crate::catalog::Change,
    /// Rows it changed: items tagged, rated and the like.
    pub rows: usize,
    /// When.
    pub at_ms: i64,
}
