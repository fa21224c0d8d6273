//! Parlour: an offline home for photos, music and clips.
//!
//! One crate, rooms in the order data flows. A room may use only the rooms above it in this list; a test
//! walks `src/` and fails when the rule is broken.
//!
//! | Room | What it does | What it may not see |
//! |---|---|---|
//! | [`error`] | what can go wrong, in sentences a user can act on | any other room |
//! | [`dirs`] | where data, cache and settings live | |
//! | [`settings`] | versioned settings | |
//! | [`jobs`] | bounded worker pools, priorities, cancellation, progress | |
//! | [`media`] | bytes to pixels, samples, metadata | SQLite, egui |
//! | [`models`] | model packs, inference, features, taggers, teaching | SQLite, egui |
//! | [`catalog`] | SQLite: items, tags, collections, history, search | egui |
//! | [`library`] | folders to items: scan, watch, thumbnails, analysis, export | egui |
//! | [`recommend`] | history to taste to shelves, each pick with its reasons | egui |
//! | [`player`] | queue, decoding thread, output device | egui |
//! | [`app`] | state, commands, events, `update`: all behaviour of the program | egui |
//! | [`ui`] | egui only: theme, pages, widgets | |
//! | [`cli`] | one file per headless command | |
//!
//! The way of a photo: folder → [`library`] scan → [`catalog`] item → [`media::photo`] metadata and thumbnail →
//! [`models`] embedding and tags → [`catalog`] → [`recommend`] a place on a shelf → [`ui`]. A song goes the same way
//! through [`media::audio`], and from the shelf on to [`player`]. What the person does flows back as events into the
//! catalogue's history, which is the only thing [`recommend`] learns from.

pub mod app;
pub mod catalog;
pub mod cli;
pub mod dirs;
pub mod error;
pub mod jobs;
pub mod library;
pub mod media;
pub mod models;
pub mod player;
pub mod recommend;
pub mod settings;
pub mod ui;

pub use error::{Error, Result};
