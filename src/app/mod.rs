//! All behaviour of the program: state, commands, events. Knows no toolkit.
//!
//! The window draws [`state::AppState`] and pushes [`command::Command`]s; [`engine::Engine`] applies them between frames
//! and takes in what the library, the player and the desk (the thread that reads the catalogue) report. Nothing here
//! that a frame calls waits for a disk, a lock held long, or a model.

pub mod actions;
pub mod cards;
pub mod command;
pub mod demo;
pub mod desk;
mod edits;
pub mod engine;
mod events;
mod files;
mod navigate;
pub mod outward;
pub mod people;
pub mod phrases;
mod playing;
mod resolve;
pub mod state;
pub mod suggest;
pub mod teaching;
pub mod words;

pub use engine::{Engine, Start, Wish};
pub use resolve::tag_matches;
