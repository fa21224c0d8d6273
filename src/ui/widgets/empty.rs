//! An empty page: one sentence and one action.

use eframe::egui;
use egui::{Align2, Ui, vec2};
use lucide_icons::Icon;

use crate::ui::theme::{self, SPACE_16, SPACE_24, tokens};
use crate::ui::widgets::{button, label};

/// Draws the sentence in the middle of what is left; returns whether the action was chosen.
pub fn empty_ui(ui: &mut Ui, icon: Icon, sentence: &str, action: Option<&str>) -> bool {
    let t = tokens(ui);
    let mut is_chosen = false;
    let space = ((ui.available_height() - 160.0) / 2.2).max(SPACE_24);
    ui.vertical_centered(|ui| {
        ui.add_space(space);
        let (rect, _) = ui.allocate_exact_size(
            vec2(theme::ICON_LARGE, theme::ICON_LARGE),
            egui::Sense::hover(),
        );
        ui.painter().text(
            rect.center(),
            Align2::CENTER_CENTER,
            icon.unicode(),
            theme::icon(theme::ICON_LARGE * 0.8),
            t.faint,
        );
        ui.add_space(SPACE_16);
        ui.scope(|ui| {
            ui.set_max_width(420.0);
            label::secondary_ui(ui, sentence);
        });
        if let Some(action) = action {
            ui.add_space(SPACE_16);
            is_chosen = button::strong_ui(ui, None, action).clicked();
        }
    });
    is_chosen
}
