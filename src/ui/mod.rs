//! The window: egui only. Reads [`crate::app::state::AppState`], emits [`crate::app::command::Command`]s.

pub mod capture;
pub mod drops;
pub mod frame;
pub mod inspector;
pub mod keys;
pub mod memory;
pub mod menus;
pub mod outside_drag;
pub mod pages;
pub mod player_bar;
pub mod rail;
pub mod raster;
pub mod scene;
pub mod sheets;
pub mod shell;
mod tag_sheets;
pub mod textures;
pub mod theme;
pub mod toasts;
pub mod top_bar;
mod why_sheet;
pub mod widgets;
