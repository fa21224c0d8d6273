//! Settings: what is written to the files for other programs, and what waits to be.

use eframe::egui::Ui;
use lucide_icons::Icon;

use super::settings::{group_ui, row_ui};
use crate::app::command::{Command, Files};
use crate::catalog::Writes;
use crate::library::Settle;
use crate::ui::scene::Scene;
use crate::ui::widgets::{button, label};

/// Rows of what waits that are shown.
const ROWS_MAX: usize = 20;

/// Draws the group; nothing before there is a folder.
pub(super) fn outward_ui(scene: &mut Scene<'_>, ui: &mut Ui) {
    let folders = scene.state.folders.clone();
    let unsaved = scene.state.unsaved.clone();
    if folders.is_empty() {
        return;
    }
    group_ui(ui, &scene.text("settings-outward").clone(), |ui| {
        row_ui(
            ui,
            &scene.text("outward-title"),
            &scene.text("outward-hint"),
            |_| (),
        );
        let words = [
            "outward-both",
            "outward-songs",
            "outward-photos",
            "outward-off",
        ]
        .map(|key| scene.text(key).to_string());
        for folder in &*folders {
            ui.separator();
            let path = folder.path.display().to_string();
            row_ui(ui, &label::middle_shortened(&path, 48), "", |ui| {
                let writes = |sidecars, audio| Writes { sidecars, audio };
                let choices = [
                    (writes(true, true), words[0].as_str()),
                    (writes(false, true), words[1].as_str()),
                    (writes(true, false), words[2].as_str()),
                    (writes(false, false), words[3].as_str()),
                ];
                ui.push_id(folder.id.0, |ui| {
                    if let Some(chosen) = button::segment_items_ui(ui, &choices, folder.writes) {
                        scene.send(Command::Files(Files::SetWrites(folder.id, chosen)));
                    }
                });
            });
        }
        if !unsaved.is_empty() {
            ui.separator();
            let line = scene.with("outward-waiting", &[("n", unsaved.len().into())]);
            row_ui(ui, &line, &scene.text("outward-waiting-hint"), |ui| {
                if button::word_ui(ui, Some(Icon::Save), &scene.text("action-write-now")).clicked()
                {
                    scene.send(Command::Files(Files::SaveNow));
                }
            });
        }
        let told = unsaved.iter().filter(|waiting| waiting.problem.is_some());
        for waiting in told.take(ROWS_MAX) {
            ui.separator();
            let path = waiting.path.display().to_string();
            let problem = waiting.problem.clone().unwrap_or_default();
            row_ui(ui, &label::middle_shortened(&path, 48), &problem, |ui| {
                if !waiting.is_conflict {
                    return;
                }
                ui.push_id(waiting.item.0, |ui| {
                    for (key, how) in [
                        ("outward-theirs", Settle::Theirs),
                        ("outward-merge", Settle::Merge),
                    ] {
                        if button::word_ui(ui, None, &scene.text(key)).clicked() {
                            scene.send(Command::Files(Files::Settle(waiting.item, how)));
                        }
                    }
                });
            });
        }
    });
}
