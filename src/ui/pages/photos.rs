//! Photos: the timeline.

use eframe::egui::Ui;
use lucide_icons::Icon;

use crate::app::command::{Command, Files};
use crate::ui::scene::Scene;
use crate::ui::widgets::empty;
use crate::ui::widgets::grid::{self, Sections};

/// Draws the page.
pub fn photos_ui(scene: &mut Scene<'_>, ui: &mut Ui) {
    let list = scene.state.index.photos().clone();
    if list.is_empty() {
        if scene.state.is_ready
            && empty::empty_ui(
                ui,
                Icon::Image,
                &scene.text("photos-empty"),
                Some(&scene.text("action-add-folder")),
            )
        {
            scene.send(Command::Files(Files::ChooseFolders));
        }
        return;
    }
    grid::grid_ui(scene, ui, "photos", &list, Sections::Months);
}
