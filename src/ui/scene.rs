//! What a drawing function gets: the state to read, the textures, the window's own memory, and where commands go.

use std::sync::Arc;

use eframe::egui;

use crate::app::actions::Action;
use crate::app::command::{Command, Want};
use crate::app::state::AppState;
use crate::app::words::Arg;
use crate::catalog::ItemId;
use crate::jobs::Priority;
use crate::library::ThumbSize;
use crate::ui::memory::Memory;
use crate::ui::textures::{Textures, Thumb};

/// Everything a page or widget may touch while it is drawn.
pub struct Scene<'a> {
    pub state: &'a AppState,
    pub textures: &'a mut Textures,
    pub memory: &'a mut Memory,
    pub commands: &'a mut Vec<Command>,
}

impl Scene<'_> {
    /// A text without values.
    pub fn text(&self, key: &'static str) -> Arc<str> {
        self.state.words.text(key)
    }

    /// A text with values.
    pub fn with(&self, key: &str, args: &[(&str, Arg)]) -> String {
        self.state.words.with(key, args)
    }

    /// Asks for something after this frame.
    pub fn send(&mut self, command: Command) {
        self.commands.push(command);
    }

    /// Asks for a named action after this frame.
    pub fn act(&mut self, action: Action) {
        self.commands.push(Command::Act(action));
    }

    /// The tooltip of an action: its text and its shortcut.
    pub fn tip(&self, action: Action) -> String {
        let info = action.info();
        let text = self.text(info.text_key);
        match info.shortcut {
            Some(shortcut) => format!("{text}  ({shortcut})"),
            None => text.to_string(),
        }
    }

    /// The best thumbnail there is for a picture `side` pixels long; a better one is asked for.
    pub fn thumb(&mut self, ui: &egui::Ui, item: ItemId, side_points: f32) -> Thumb {
        let wanted = ThumbSize::at_least((side_points * ui.pixels_per_point()) as u32);
        let (thumb, is_enough) = self.textures.thumb(item, wanted);
        if !is_enough {
            self.send(Command::Want(Want::Thumb {
                item,
                size: wanted,
                priority: Priority::Visible,
            }));
        }
        thumb
    }
}
