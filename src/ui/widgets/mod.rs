//! Pieces that pages are made of.

pub mod band;
pub mod button;
pub mod card;
pub mod chip;
pub mod cover;
pub mod empty;
pub mod grid;
pub mod justified;
pub mod label;
pub mod picture;
pub mod row;
pub mod stars;
pub mod waveform;
