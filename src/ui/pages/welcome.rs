//! Welcome: one sentence, one promise, three buttons.

use eframe::egui;
use egui::{Align2, Ui, vec2};
use lucide_icons::Icon;

use crate::app::command::{Command, Files};
use crate::ui::scene::Scene;
use crate::ui::theme::{self, SPACE_8, SPACE_12, SPACE_16, SPACE_24, tokens};
use crate::ui::widgets::{button, label};

/// Draws the page.
pub fn welcome_ui(scene: &mut Scene<'_>, ui: &mut Ui) {
    let t = tokens(ui);
    let is_busy = !scene.state.activities.is_empty();
    let space = ((ui.available_height() - 360.0) / 2.0).max(SPACE_12);
    ui.vertical_centered(|ui| {
        ui.add_space(space);
        let (rect, _) = ui.allocate_exact_size(vec2(88.0, 88.0), egui::Sense::hover());
        ui.painter()
            .rect_filled(rect, egui::CornerRadius::same(22), t.selection);
        ui.painter().text(
            rect.center(),
            Align2::CENTER_CENTER,
            Icon::Lamp.unicode(),
            theme::icon(44.0),
            t.accent,
        );
        ui.add_space(SPACE_16);
        ui.label(
            egui::RichText::new("Parlour")
                .font(theme::strong(theme::TEXT_PAGE))
                .color(t.text),
        );
        ui.add_space(SPACE_8);
        ui.scope(|ui| {
            ui.set_max_width(520.0);
            label::secondary_ui(ui, &scene.text("welcome-what"));
            ui.add_space(SPACE_8);
            ui.label(
                egui::RichText::new(&*scene.text("welcome-promise"))
                    .size(theme::TEXT_BODY)
                    .color(t.accent),
            );
        });
        ui.add_space(SPACE_24);
        if is_busy {
            label::secondary_ui(ui, &scene.text("welcome-busy"));
            return;
        }
        ui.scope(|ui| {
            ui.spacing_mut().item_spacing.y = SPACE_12;
            if button::strong_ui(ui, Some(Icon::FolderPlus), &scene.text("welcome-add")).clicked() {
                scene.send(Command::Files(Files::ChooseFolders));
            }
            if button::word_ui(ui, Some(Icon::House), &scene.text("welcome-own")).clicked() {
                scene.send(Command::Files(Files::AddOwnFolders));
            }
            if scene.state.demo.is_some()
                && button::word_ui(ui, Some(Icon::Sparkles), &scene.text("welcome-demo")).clicked()
            {
                scene.send(Command::Files(Files::AddDemo));
            }
        });
        ui.add_space(SPACE_16);
        label::secondary_ui(ui, &scene.text("welcome-drop"));
    });
}
