//! The search language, one for everything.
//!
//! Words find titles, names of people and albums, file and folder names, captions and tags, by their beginnings, without
//! regard to accents or letter case; Chinese, Japanese and Korean by any run of characters. `"So What"` is a phrase.
//! `field:value` narrows, `-` in front turns it round, a comma means either, `a..b` and `>=` are ranges:
//! `beach tag:sunset,dusk -tag:people kind:photo rating:>=4 year:2019..2021 is:favourite in:"Summer 2019"`.

pub(super) mod fold;
mod parse;
mod run;
mod sql;

pub use parse::parse;
pub(super) use run::search;

use super::types::TagState;
use crate::media::Kind;

/// A search that was understood.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Query {
    pub(super) terms: Vec<Term>,
}

impl Query {
    /// Whether it asks for nothing in particular.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// The plain words asked for, folded, to mark them in results.
    pub fn words(&self) -> Vec<String> {
        let words = self
            .terms
            .iter()
            .filter(|term| !term.is_not)
            .filter_map(|term| match &term.what {
                What::Words {
                    column: None, text, ..
                } => Some(fold::words(text)),
                _ => None,
            });
        words.flatten().collect()
    }
}

/// One condition.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Term {
    pub is_not: bool,
    pub what: What,
}

/// What a condition is about. Several alternatives: any of them.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum What {
    /// Text in a column of the full-text index, or anywhere (tags too).
    Words {
        column: Option<Column>,
        text: String,
        is_phrase: bool,
    },
    /// Text in a column of the full-text index, any of several.
    Text {
        column: Column,
        any: Vec<String>,
    },
    Tag {
        any: Vec<String>,
        states: Vec<TagState>,
    },
    Kind(Vec<Kind>),
    Number {
        field: Number,
        ranges: Vec<Range>,
    },
    /// Times, the end not included; `Year` of songs is that of their release.
    Date(Vec<(i64, i64)>),
    Year(Vec<(i64, i64)>),
    Is(Vec<Is>),
    Camera(Vec<String>),
    Format(Vec<String>),
    Collection(Vec<String>),
}

/// A column of the full-text index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Title,
    Artist,
    Album,
    Genre,
    File,
    Folder,
    Notes,
}

impl Column {
    pub fn name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Artist => "artist",
            Self::Album => "album",
            Self::Genre => "genre",
            Self::File => "file",
            Self::Folder => "folder",
            Self::Notes => "notes",
        }
    }
}

/// A number to compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Number {
    Rating,
    Bpm,
    DurationMs,
    Width,
    Height,
    Track,
}

/// Both ends included; open when none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Range {
    pub from: Option<f64>,
    pub to: Option<f64>,
}

/// A state of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Is {
    Favourite,
    Hidden,
    Missing,
    Unsupported,
    Rated,
    Tagged,
    Suggested,
    Located,
    Played,
}

#[cfg(test)]
mod tests;
