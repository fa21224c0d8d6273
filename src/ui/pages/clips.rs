//! Clips: a grid with durations.

use eframe::egui::Ui;
use lucide_icons::Icon;

use crate::app::command::{Command, Files};
use crate::ui::scene::Scene;
use crate::ui::widgets::empty;
use crate::ui::widgets::grid::{self, Sections};

/// Draws the page.
pub fn clips_ui(scene: &mut Scene<'_>, ui: &mut Ui) {
    let list = scene.state.index.clips().clone();
    if list.is_empty() {
        if scene.state.is_ready
            && empty::empty_ui(
                ui,
                Icon::Clapperboard,
                &scene.text("clips-empty"),
                Some(&scene.text("action-add-folder")),
            )
        {
            scene.send(Command::Files(Files::ChooseFolders));
        }
        return;
    }
    grid::grid_ui(scene, ui, "clips", &list, Sections::Months);
}
