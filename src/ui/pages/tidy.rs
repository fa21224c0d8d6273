//! Tidy: files that cannot be shown, with the reason, and files that are missing.

use eframe::egui;
use egui::{ScrollArea, Sense, Ui, vec2};
use lucide_icons::Icon;

use crate::app::command::{Command, Files, ListKey, Want};
use crate::catalog::ItemId;
use crate::ui::menus::want_list;
use crate::ui::scene::Scene;
use crate::ui::theme::{self, SPACE_8, SPACE_12, SPACE_16, tokens};
use crate::ui::widgets::{button, empty, label, picture};

/// Draws the page.
pub fn tidy_ui(scene: &mut Scene<'_>, ui: &mut Ui) {
    let problems = want_list(scene, ListKey::Problems);
    let missing = want_list(scene, ListKey::Missing);
    label::page_ui(ui, &scene.text("page-tidy"));
    let (Some(problems), Some(missing)) = (problems, missing) else {
        return;
    };
    if problems.is_empty() && missing.is_empty() {
        empty::empty_ui(ui, Icon::Sparkles, &scene.text("tidy-empty"), None);
        return;
    }
    ui.add_space(SPACE_8);
    let (a, b) = (
        format!("{}  {}", scene.text("tidy-problems"), problems.len()),
        format!("{}  {}", scene.text("tidy-missing"), missing.len()),
    );
    if let Some(chosen) = button::segments_ui(
        ui,
        &[(false, a.as_str()), (true, b.as_str())],
        scene.memory.is_tidy_missing,
    ) {
        scene.memory.is_tidy_missing = chosen;
    }
    ui.add_space(SPACE_12);
    let is_missing = scene.memory.is_tidy_missing;
    let (list, hint) = if is_missing {
        (missing, "tidy-missing-hint")
    } else {
        (problems, "tidy-problems-hint")
    };
    label::secondary_ui(ui, &scene.text(hint));
    ui.add_space(SPACE_12);
    let row_height = 64.0;
    ScrollArea::vertical()
        .id_salt(("tidy", is_missing))
        .auto_shrink(false)
        .show_rows(
            ui,
            row_height - ui.spacing().item_spacing.y,
            list.len(),
            |ui, range| {
                for &id in &list[range] {
                    item_ui(scene, ui, id, row_height);
                }
            },
        );
}

fn item_ui(scene: &mut Scene<'_>, ui: &mut Ui, id: ItemId, height: f32) {
    let detail = scene.state.details.get(&id).cloned();
    if detail.is_none() {
        scene.send(Command::Want(Want::Detail(id)));
    }
    let t = tokens(ui);
    ui.horizontal(|ui| {
        ui.set_height(height - SPACE_8);
        let (rect, _) = ui.allocate_exact_size(vec2(48.0, 48.0), Sense::hover());
        let title = detail
            .as_ref()
            .map_or_else(String::new, |d| d.item.title.clone());
        picture::paint_item(scene, ui, id, &title, rect, theme::RADIUS_SMALL);
        ui.add_space(SPACE_8);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.set_max_width(ui.available_width() - 60.0);
            let path = detail
                .as_ref()
                .and_then(|d| d.item.path())
                .map_or_else(String::new, |path| path.display().to_string());
            label::body_ui(ui, &label::middle_shortened(&path, 90)).on_hover_text(&path);
            let reason = detail.as_ref().and_then(|d| d.item.problem.clone());
            let text = match reason {
                Some(reason) => reason,
                None if scene.memory.is_tidy_missing => scene.text("state-missing").to_string(),
                None => String::new(),
            };
            ui.label(
                egui::RichText::new(text)
                    .size(theme::TEXT_CAPTION)
                    .color(t.faint),
            );
        });
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.add_space(SPACE_16);
            if button::icon_ui(ui, Icon::FolderOpen, &scene.text("action-reveal")).clicked() {
                scene.send(Command::Files(Files::Reveal(id)));
            }
        });
    });
}
