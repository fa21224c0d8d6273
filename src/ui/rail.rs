//! The left rail: pages, the first tags (droppable), and what runs in the background.

use eframe::egui;
use egui::{CornerRadius, Frame, Margin, Panel, Rect, ScrollArea, Ui, pos2, vec2};
use lucide_icons::Icon;

use crate::app::command::{Command, DropTarget, Edit, Files, MusicPage, Page, Sheet, View};
use crate::app::phrases;
use crate::models::look::is_look;
use crate::ui::scene::Scene;
use crate::ui::theme::{self, SPACE_4, SPACE_8, SPACE_12, tokens};
use crate::ui::widgets::label;
use crate::ui::widgets::row::{Row, row_ui};

/// Tags listed in the rail, at most: the Tags page has the rest.
const TAGS_MAX: usize = 12;

/// Draws the rail.
pub fn rail_ui(scene: &mut Scene<'_>, ui: &mut Ui) {
    let is_narrow = ui.content_rect().width() < theme::RAIL_NARROW_BELOW;
    let width = if is_narrow {
        theme::RAIL_NARROW
    } else {
        theme::RAIL_WIDTH
    };
    let t = tokens(ui);
    Panel::left("rail")
        .exact_size(width)
        .resizable(false)
        .show_separator_line(false)
        .frame(
            Frame::new()
                .fill(t.surface)
                .inner_margin(Margin::same(SPACE_8 as i8)),
        )
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.add_space(SPACE_4);
            let state = scene.state;
            let counts = state.index.counts;
            let is =
                |page: &Page| std::mem::discriminant(page) == std::mem::discriminant(&state.page);
            let count = |n: usize| (n > 0).then(|| phrases::grouped(n as u64));
            let pages = [
                (Icon::House, "page-home", Page::Home, None),
                (
                    Icon::Image,
                    "page-photos",
                    Page::Photos,
                    count(counts.photos),
                ),
                (
                    Icon::Music,
                    "page-music",
                    Page::Music(MusicPage::Albums),
                    count(counts.songs),
                ),
                (
                    Icon::Clapperboard,
                    "page-clips",
                    Page::Clips,
                    count(counts.clips),
                ),
            ];
            for (icon, key, page, end) in pages {
                page_row(
                    scene,
                    ui,
                    icon,
                    key,
                    page.clone(),
                    end,
                    is_narrow,
                    is(&page),
                );
            }
            ui.add_space(SPACE_12);
            page_row(
                scene,
                ui,
                Icon::Tag,
                "page-tags",
                Page::Tags(None),
                None,
                is_narrow,
                state.page == Page::Tags(None),
            );
            let below = 3.0 * 38.0
                + if state.activities.is_empty() {
                    16.0
                } else {
                    64.0
                };
            if !is_narrow {
                naming_ui(scene, ui);
                let height = (ui.available_height() - below).max(0.0);
                ui.allocate_ui(vec2(ui.available_width(), height), |ui| {
                    tags_ui(scene, ui, height)
                });
            }
            page_row(
                scene,
                ui,
                Icon::LibraryBig,
                "page-collections",
                Page::Collections(None),
                None,
                is_narrow,
                is(&Page::Collections(None)),
            );
            page_row(
                scene,
                ui,
                Icon::Sparkles,
                "page-tidy",
                Page::Tidy,
                None,
                is_narrow,
                is(&Page::Tidy),
            );
            let bottom = if state.activities.is_empty() || is_narrow {
                40.0
            } else {
                88.0
            };
            ui.add_space((ui.available_height() - bottom).max(0.0));
            if !is_narrow {
                background_ui(scene, ui);
            }
            page_row(
                scene,
                ui,
                Icon::Settings,
                "page-settings",
                Page::Settings,
                None,
                is_narrow,
                is(&Page::Settings),
            );
        });
}

#[allow(
    clippy::too_many_arguments,
    reason = "one row of the rail, named at the call"
)]
fn page_row(
    scene: &mut Scene<'_>,
    ui: &mut Ui,
    icon: Icon,
    key: &'static str,
    page: Page,
    end: Option<String>,
    is_narrow: bool,
    is_on: bool,
) {
    let text = scene.text(key);
    let response = row_ui(
        ui,
        &Row {
            is_on,
            end,
            is_narrow,
            ..Row::new(icon, &text)
        },
    );
    if page == Page::Collections(None) {
        crate::ui::drops::target_ui(scene, ui, response.rect, DropTarget::NewCollection);
    } else if page == Page::Tags(None) {
        crate::ui::drops::target_ui(scene, ui, response.rect, DropTarget::NewTag);
    }
    if response.clicked() {
        scene.send(Command::Go(page));
    }
}

/// Asks the name of a new tag where it was dropped.
fn naming_ui(scene: &mut Scene<'_>, ui: &mut Ui) {
    let Some(Sheet::NewTag(items)) = scene.state.sheet.clone() else {
        scene.memory.is_naming_in_rail = false;
        return;
    };
    let is_new = !std::mem::replace(&mut scene.memory.is_naming_in_rail, true);
    if is_new {
        scene.memory.sheet_text.clear();
    }
    let hint = scene.text("sheet-new-tag-hint").to_string();
    let response = ui
        .add(
            egui::TextEdit::singleline(&mut scene.memory.sheet_text)
                .id(egui::Id::unique("rail new tag"))
                .hint_text(hint.clone())
                .desired_width(ui.available_width())
                .margin(Margin::symmetric(10, 8))
                .char_limit(200),
        )
        .accessible_name(hint);
    if is_new {
        response.request_focus();
    }
    let n = items.len() + scene.memory.files_for_new_tag.len();
    if n > 0 {
        label::caption_ui(ui, &scene.with("drop-new-tag", &[("n", n.into())]));
    }
    let has_entered = response.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
    let name = scene.memory.sheet_text.trim().to_owned();
    if has_entered && !name.is_empty() {
        let files = std::mem::take(&mut scene.memory.files_for_new_tag);
        scene.send(Command::Edit(if files.is_empty() {
            Edit::NewTag { name, items }
        } else {
            Edit::TagFiles { files, tag: name }
        }));
        scene.send(Command::View(View::Sheet(None)));
    } else if response.lost_focus() && !is_new {
        scene.memory.files_for_new_tag.clear();
        scene.send(Command::View(View::Sheet(None)));
    }
}

/// The most used tags; each takes drops.
fn tags_ui(scene: &mut Scene<'_>, ui: &mut Ui, height: f32) {
    let state = scene.state;
    let mut tags: Vec<_> = state
        .tags
        .iter()
        .filter(|tag| tag.count_confirmed + tag.count_shown > 0)
        // Half a library is "green"; that is for searching, not for a list of what there is.
        .filter(|tag| !tag.slug.as_deref().is_some_and(is_look))
        .collect();
    tags.sort_by_key(|tag| {
        std::cmp::Reverse((
            tag.count_confirmed > 0,
            tag.count_confirmed + tag.count_shown,
        ))
    });
    ScrollArea::vertical()
        .id_salt("rail tags")
        .auto_shrink(false)
        .max_height(height)
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for tag in tags.iter().take(TAGS_MAX) {
                let name = phrases::shown_tag_name(&state.words, &state.vocabulary, tag);
                let is_on = state.page == Page::Tags(Some(tag.path.clone()));
                let response = row_ui(
                    ui,
                    &Row {
                        icon: None,
                        text: &name,
                        end: Some(phrases::grouped(tag.count_confirmed + tag.count_shown)),
                        is_on,
                        indent: theme::ICON + SPACE_12,
                        is_narrow: false,
                    },
                );
                crate::ui::drops::target_ui(
                    scene,
                    ui,
                    response.rect,
                    DropTarget::Tag(tag.path.clone()),
                );
                response.context_menu(|ui| crate::ui::menus::tag_ui(scene, ui, &tag.path));
                if response.clicked() {
                    scene.send(Command::Go(Page::Tags(Some(tag.path.clone()))));
                }
            }
        });
}

/// The small line on what runs in the background.
fn background_ui(scene: &mut Scene<'_>, ui: &mut Ui) {
    let Some(progress) = scene.state.activities.first() else {
        return;
    };
    let t = tokens(ui);
    let line = if scene.state.is_analysis_paused {
        scene.text("background-paused").to_string()
    } else {
        phrases::progress(&scene.state.words, progress, scene.state.now_ms)
    };
    ui.add_space(SPACE_4);
    ui.horizontal(|ui| {
        ui.add_space(SPACE_8);
        ui.vertical(|ui| {
            let response = label::caption_ui(ui, &line).on_hover_text(&progress.current);
            if response.clicked() {
                scene.send(Command::Go(Page::Settings));
            }
            let (rect, _) = ui.allocate_exact_size(
                vec2(ui.available_width() - SPACE_8, 2.0),
                egui::Sense::hover(),
            );
            let share = progress
                .total
                .filter(|&total| total > 0)
                .map_or(0.0, |total| progress.done as f32 / total as f32);
            ui.painter()
                .rect_filled(rect, CornerRadius::same(1), t.line);
            let done = Rect::from_min_max(
                rect.min,
                pos2(rect.left() + rect.width() * share.min(1.0), rect.bottom()),
            );
            ui.painter()
                .rect_filled(done, CornerRadius::same(1), t.accent);
        });
    });
    if progress.failed > 0 {
        ui.horizontal(|ui| {
            ui.add_space(SPACE_8);
            let text = scene.with("n-problems", &[("n", progress.failed.into())]);
            if ui
                .link(egui::RichText::new(text).size(theme::TEXT_CAPTION))
                .clicked()
            {
                scene.send(Command::Go(Page::Tidy));
            }
        });
    }
    if scene
        .state
        .activities
        .iter()
        .any(|p| p.activity == crate::jobs::Activity::Scan)
    {
        ui.horizontal(|ui| {
            ui.add_space(SPACE_8);
            if ui
                .link(egui::RichText::new(&*scene.text("action-stop")).size(theme::TEXT_CAPTION))
                .clicked()
            {
                scene.send(Command::Files(Files::StopScan));
            }
        });
    }
    ui.add_space(SPACE_4);
}
