//! Settings: one calm column; each row a label, a line of explanation, a control.

use eframe::egui;
use egui::{CornerRadius, Frame, Margin, ScrollArea, Stroke, Ui};
use lucide_icons::Icon;

use crate::app::command::{Command, Files, Set, Sheet, ShelfCommand, View};
use crate::app::phrases;
use crate::app::words::Language;
use crate::settings::Theme;
use crate::ui::scene::Scene;
use crate::ui::theme::{self, SPACE_4, SPACE_8, SPACE_12, SPACE_16, SPACE_24, tokens};
use crate::ui::widgets::{button, label};

/// Draws the page.
pub fn settings_ui(scene: &mut Scene<'_>, ui: &mut Ui) {
    ScrollArea::vertical()
        .id_salt("settings")
        .auto_shrink(false)
        .show(ui, |ui| {
            let side = ((ui.available_width() - theme::COLUMN_WIDTH) / 2.0).max(0.0);
            ui.horizontal_top(|ui| {
                ui.add_space(side);
                ui.vertical(|ui| {
                    ui.set_max_width(theme::COLUMN_WIDTH.min(ui.available_width() - SPACE_8));
                    label::page_ui(ui, &scene.text("page-settings"));
                    ui.add_space(SPACE_12);
                    folders_ui(scene, ui);
                    super::outward::outward_ui(scene, ui);
                    look_ui(scene, ui);
                    background_ui(scene, ui);
                    models_ui(scene, ui);
                    suggestions_ui(scene, ui);
                    data_ui(scene, ui);
                    ui.add_space(SPACE_24);
                });
            });
        });
}

pub(super) fn group_ui(ui: &mut Ui, title: &str, add: impl FnOnce(&mut Ui)) {
    let t = tokens(ui);
    label::section_ui(ui, title);
    ui.add_space(SPACE_4);
    Frame::new()
        .fill(t.surface)
        .stroke(Stroke::new(1.0, t.line))
        .corner_radius(CornerRadius::same(theme::RADIUS_CARD))
        .inner_margin(Margin::symmetric(SPACE_16 as i8, SPACE_8 as i8))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            add(ui);
        });
    ui.add_space(SPACE_24);
}

/// One row: label and explanation on the left, the control on the right.
pub(super) fn row_ui<R>(
    ui: &mut Ui,
    title: &str,
    explanation: &str,
    control: impl FnOnce(&mut Ui) -> R,
) -> R {
    ui.add_space(SPACE_8);
    let inner = ui.horizontal(|ui| {
        let width = ui.available_width();
        ui.vertical(|ui| {
            ui.set_max_width(width * 0.56);
            ui.spacing_mut().item_spacing.y = 2.0;
            label::body_ui(ui, title);
            if !explanation.is_empty() {
                let t = tokens(ui);
                ui.add(
                    egui::Label::new(
                        egui::RichText::new(explanation)
                            .size(theme::TEXT_CAPTION)
                            .color(t.faint),
                    )
                    .wrap(),
                );
            }
        });
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), control)
            .inner
    });
    ui.add_space(SPACE_8);
    inner.inner
}

fn folders_ui(scene: &mut Scene<'_>, ui: &mut Ui) {
    let folders = scene.state.folders.clone();
    group_ui(ui, &scene.text("settings-folders").clone(), |ui| {
        for folder in &*folders {
            let path = folder.path.display().to_string();
            let facts = if folder.is_offline {
                scene.text("folder-offline").to_string()
            } else {
                scene.with("n-items", &[("n", folder.count.into())])
            };
            row_ui(ui, &label::middle_shortened(&path, 48), &facts, |ui| {
                if button::icon_ui(
                    ui,
                    Icon::Trash2,
                    &scene.with("folder-remove", &[("path", path.as_str().into())]),
                )
                .clicked()
                {
                    scene.send(Command::View(View::Sheet(Some(Sheet::RemoveFolder(
                        folder.id,
                    )))));
                }
                if folder.is_offline {
                    let t = tokens(ui);
                    ui.label(
                        egui::RichText::new(Icon::Unplug.unicode().to_string())
                            .font(theme::icon(theme::ICON))
                            .color(t.faint),
                    );
                }
            });
            ui.separator();
        }
        ui.add_space(SPACE_8);
        ui.horizontal_wrapped(|ui| {
            if button::strong_ui(ui, Some(Icon::FolderPlus), &scene.text("action-add-folder"))
                .clicked()
            {
                scene.send(Command::Files(Files::ChooseFolders));
            }
            if button::word_ui(ui, Some(Icon::RefreshCw), &scene.text("action-rescan")).clicked() {
                scene.send(Command::Files(Files::Rescan));
            }
            if scene.state.demo.is_some()
                && button::word_ui(ui, Some(Icon::Sparkles), &scene.text("welcome-demo")).clicked()
            {
                scene.send(Command::Files(Files::AddDemo));
            }
        });
        ui.add_space(SPACE_8);
    });
}

fn look_ui(scene: &mut Scene<'_>, ui: &mut Ui) {
    group_ui(ui, &scene.text("settings-look").clone(), |ui| {
        let settings = &scene.state.settings;
        let (theme_now, reduced, scale) =
            (settings.theme, settings.reduced_motion, settings.text_scale);
        let (system, light, dark) = (
            scene.text("theme-system"),
            scene.text("theme-light"),
            scene.text("theme-dark"),
        );
        row_ui(ui, &scene.text("settings-theme"), "", |ui| {
            let choices = [
                (Theme::Dark, &*dark),
                (Theme::Light, &*light),
                (Theme::System, &*system),
            ];
            if let Some(chosen) = button::segment_items_ui(ui, &choices, theme_now) {
                scene.send(Command::Set(Set::Theme(chosen)));
            }
        });
        ui.separator();
        let auto = scene.text("language-auto");
        let chosen_now = Language::parse(&scene.state.settings.language)
            .filter(|_| scene.state.settings.language != "auto");
        row_ui(ui, &scene.text("settings-language"), "", |ui| {
            let choices = [
                (Some(Language::Chinese), Language::Chinese.own_name()),
                (Some(Language::English), Language::English.own_name()),
                (None, &*auto),
            ];
            if let Some(chosen) = button::segment_items_ui(ui, &choices, chosen_now) {
                scene.send(Command::Set(Set::Language(chosen)));
            }
        });
        ui.separator();
        row_ui(
            ui,
            &scene.text("settings-text-size"),
            &scene.text("settings-text-size-hint"),
            |ui| {
                let choices = [(140u8, "140%"), (120, "120%"), (100, "100%"), (90, "90%")];
                let now = (scale * 100.0).round() as u8;
                if let Some(chosen) = button::segment_items_ui(ui, &choices, now) {
                    scene.send(Command::Set(Set::TextScale(f32::from(chosen) / 100.0)));
                }
            },
        );
        ui.separator();
        let name = scene.text("settings-motion");
        row_ui(ui, &name, &scene.text("settings-motion-hint"), |ui| {
            if button::switch_ui(ui, &name, reduced).clicked() {
                scene.send(Command::Set(Set::ReducedMotion(!reduced)));
            }
        });
    });
}

fn background_ui(scene: &mut Scene<'_>, ui: &mut Ui) {
    group_ui(ui, &scene.text("settings-background").clone(), |ui| {
        let is_on = scene.state.settings.analysis;
        let name = scene.text("settings-analysis");
        row_ui(ui, &name, &scene.text("settings-analysis-hint"), |ui| {
            if button::switch_ui(ui, &name, is_on).clicked() {
                scene.send(Command::Set(Set::Analysis(!is_on)));
            }
        });
        ui.separator();
        let is_watching = scene.state.settings.watch_folders;
        let name = scene.text("settings-watch");
        row_ui(ui, &name, &scene.text("settings-watch-hint"), |ui| {
            if button::switch_ui(ui, &name, is_watching).clicked() {
                scene.send(Command::Set(Set::WatchFolders(!is_watching)));
            }
        });
        let activities = scene.state.activities.clone();
        for progress in &activities {
            ui.separator();
            let line = phrases::progress(&scene.state.words, progress, scene.state.now_ms);
            let current = label::middle_shortened(&progress.current, 60);
            row_ui(ui, &line, &current, |ui| {
                if progress.activity == crate::jobs::Activity::Scan {
                    if button::word_ui(ui, Some(Icon::Square), &scene.text("action-stop")).clicked()
                    {
                        scene.send(Command::Files(Files::StopScan));
                    }
                } else if progress.activity == crate::jobs::Activity::Analyse {
                    let is_paused = scene.state.is_analysis_paused;
                    let (icon, key) = if is_paused {
                        (Icon::Play, "action-resume")
                    } else {
                        (Icon::Pause, "action-pause")
                    };
                    if button::word_ui(ui, Some(icon), &scene.text(key)).clicked() {
                        scene.send(Command::Files(Files::PauseAnalysis(!is_paused)));
                    }
                }
            });
        }
        if activities.is_empty() {
            ui.separator();
            row_ui(ui, &scene.text("background-idle"), "", |_| ());
        }
    });
}

fn models_ui(scene: &mut Scene<'_>, ui: &mut Ui) {
    let packs = scene.state.packs.clone();
    group_ui(ui, &scene.text("settings-models").clone(), |ui| {
        for pack in &*packs {
            let facts = scene.with(
                "model-facts",
                &[
                    ("version", pack.version.as_str().into()),
                    ("labels", pack.labels.into()),
                    ("licence", pack.licence.as_str().into()),
                ],
            );
            let explanation = if pack.quality.is_empty() {
                facts
            } else {
                format!("{facts}\n{}", pack.quality)
            };
            row_ui(ui, &pack.title, &explanation, |ui| {
                if pack.is_embedded {
                    label::caption_ui(ui, &scene.text("model-embedded"));
                } else {
                    let name = scene.with("model-remove", &[("title", pack.title.as_str().into())]);
                    if button::icon_ui(ui, Icon::Trash2, &name).clicked() {
                        scene.send(Command::Files(Files::RemoveModel(pack.id.clone())));
                    }
                }
            });
            ui.separator();
        }
        row_ui(
            ui,
            &scene.text("model-add"),
            &scene.text("model-add-hint"),
            |ui| {
                if button::word_ui(ui, Some(Icon::Plus), &scene.text("action-choose-file"))
                    .clicked()
                {
                    scene.send(Command::Files(Files::ChooseModel));
                }
            },
        );
    });
}

fn suggestions_ui(scene: &mut Scene<'_>, ui: &mut Ui) {
    let struck = scene.state.struck.clone();
    let has_hidden = !scene.state.settings.hidden_shelves.is_empty();
    if struck.is_empty() && !has_hidden {
        return;
    }
    group_ui(ui, &scene.text("settings-suggestions").clone(), |ui| {
        if !struck.is_empty() {
            row_ui(ui, &scene.text("taste-struck"), "", |ui| {
                if button::word_ui(ui, None, &scene.text("taste-open")).clicked() {
                    scene.send(Command::Go(crate::app::command::Page::Taste));
                }
            });
        }
        if has_hidden {
            row_ui(ui, &scene.text("hidden-shelves"), "", |ui| {
                if button::word_ui(ui, Some(Icon::Eye), &scene.text("action-show-all")).clicked() {
                    scene.send(Command::Shelf(ShelfCommand::ShowAllShelves));
                }
            });
        }
    });
}

fn data_ui(scene: &mut Scene<'_>, ui: &mut Ui) {
    group_ui(ui, &scene.text("settings-data").clone(), |ui| {
        let place = scene.state.data_dir.display().to_string();
        row_ui(ui, &scene.text("data-place"), &place, |_| ());
        ui.separator();
        let cap = scene.state.settings.thumbnail_cap_bytes;
        row_ui(
            ui,
            &scene.text("data-thumbnails"),
            &scene.with("data-thumbnails-hint", &[("cap", label::bytes(cap).into())]),
            |ui| {
                if button::word_ui(ui, Some(Icon::Trash2), &scene.text("action-clear")).clicked() {
                    scene.send(Command::Files(Files::ClearThumbnails));
                }
            },
        );
        ui.separator();
        row_ui(
            ui,
            &scene.text("data-export"),
            &scene.text("data-export-hint"),
            |ui| {
                if button::word_ui(ui, Some(Icon::Download), &scene.text("action-export")).clicked()
                {
                    scene.send(Command::Files(Files::Export));
                }
            },
        );
        ui.separator();
        row_ui(
            ui,
            &scene.text("data-privacy"),
            &scene.text("data-privacy-hint"),
            |_| (),
        );
        ui.separator();
        let version = scene.with(
            "about-version",
            &[("version", env!("CARGO_PKG_VERSION").into())],
        );
        row_ui(ui, &version, &scene.text("about-licence"), |_| ());
    });
}
