//! The bar above the page: back, the search box, grid zoom, the inspector's switch.

use eframe::egui;
use egui::{CornerRadius, Frame, Key, Margin, Panel, Rect, Sense, TextEdit, Ui, pos2, vec2};
use lucide_icons::Icon;

use crate::app::actions::Action;
use crate::app::command::{Command, Page, View};
use crate::ui::scene::Scene;
use crate::ui::theme::{self, SPACE_8, SPACE_16, tokens};
use crate::ui::widgets::button;

/// Draws the bar.
pub fn top_bar_ui(scene: &mut Scene<'_>, ui: &mut Ui) {
    let t = tokens(ui);
    Panel::top("top")
        .exact_size(theme::TOP_HEIGHT)
        .show_separator_line(false)
        .frame(
            Frame::new()
                .fill(t.canvas)
                .inner_margin(Margin::symmetric(SPACE_16 as i8, 10)),
        )
        .show(ui, |ui| {
            let bar = ui.max_rect();
            ui.horizontal_centered(|ui| {
                let can_go_back = !scene.state.back.is_empty();
                ui.add_enabled_ui(can_go_back, |ui| {
                    if button::icon_ui(ui, Icon::ArrowLeft, &scene.tip(Action::GoBack)).clicked() {
                        scene.send(Command::Back);
                    }
                });
                let has_grid = matches!(
                    scene.state.page,
                    Page::Photos
                        | Page::Clips
                        | Page::Results
                        | Page::Similar(_)
                        | Page::Tags(Some(_))
                        | Page::Collections(Some(_))
                );
                let right = if has_grid { 250.0 } else { 56.0 };
                search_ui(
                    scene,
                    ui,
                    (ui.available_width() - right).clamp(120.0, 560.0),
                );
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    let is_on = scene.state.is_inspector_open;
                    let tip = scene.tip(Action::ToggleInspector);
                    if button::toggle_ui(ui, Icon::PanelRight, &tip, is_on).clicked() {
                        scene.act(Action::ToggleInspector);
                    }
                    if has_grid && ui.available_width() > 150.0 {
                        zoom_ui(scene, ui);
                    }
                });
            });
            if scene.state.search.is_running || !scene.state.is_ready {
                loading_line(ui, bar);
            }
        });
}

fn search_ui(scene: &mut Scene<'_>, ui: &mut Ui, width: f32) {
    let t = tokens(ui);
    let id = egui::Id::unique("search box");
    let (rect, _) = ui.allocate_exact_size(vec2(width, 36.0), Sense::hover());
    let has_focus = ui.memory(|m| m.has_focus(id));
    let fill = if t.is_dark { t.raised } else { t.surface };
    ui.painter().rect_filled(rect, CornerRadius::same(18), fill);
    let edge = if scene.state.search.problem.is_some() {
        t.bad
    } else if has_focus {
        t.accent
    } else {
        t.line
    };
    ui.painter().rect_stroke(
        rect,
        CornerRadius::same(18),
        egui::Stroke::new(if has_focus { 2.0 } else { 1.0 }, edge),
        egui::StrokeKind::Inside,
    );
    ui.painter().text(
        pos2(rect.left() + 20.0, rect.center().y),
        egui::Align2::CENTER_CENTER,
        Icon::Search.unicode(),
        theme::icon(16.0),
        t.faint,
    );
    if scene.memory.search_shown != scene.state.search.text && !has_focus {
        scene.memory.typed.clone_from(&scene.state.search.text);
        scene
            .memory
            .search_shown
            .clone_from(&scene.state.search.text);
    }
    let mut inner = ui.new_child(
        egui::UiBuilder::new()
            .max_rect(Rect::from_min_max(
                rect.min + vec2(36.0, 0.0),
                rect.max - vec2(36.0, 0.0),
            ))
            .layout(egui::Layout::left_to_right(egui::Align::Center)),
    );
    let hint = scene.text("search-hint").to_string();
    let response = inner.add(
        TextEdit::singleline(&mut scene.memory.typed)
            .id(id)
            .frame(Frame::NONE)
            .align(egui::Align2::LEFT_CENTER)
            .min_size(vec2(0.0, 36.0))
            .hint_text(egui::RichText::new(hint.clone()).color(t.faint))
            .desired_width(f32::INFINITY)
            .char_limit(500),
    );
    let response = response.accessible_name(hint);
    if std::mem::take(&mut scene.memory.should_focus_search) {
        response.request_focus();
    }
    if response.changed() {
        scene.memory.search_shown.clone_from(&scene.memory.typed);
        let text = scene.memory.typed.clone();
        scene.send(Command::Search(text));
    }
    if has_focus && ui.input(|i| i.key_pressed(Key::Escape)) {
        scene.memory.typed.clear();
        scene.send(Command::Search(String::new()));
        response.surrender_focus();
    }
    if !scene.memory.typed.is_empty() {
        let place =
            Rect::from_center_size(pos2(rect.right() - 20.0, rect.center().y), vec2(28.0, 28.0));
        let mut corner = ui.new_child(egui::UiBuilder::new().max_rect(place));
        if button::sized_ui(
            &mut corner,
            Icon::X,
            &scene.text("action-clear-search"),
            false,
            28.0,
            14.0,
        )
        .clicked()
        {
            scene.memory.typed.clear();
            scene.send(Command::Search(String::new()));
        }
    }
    if let Some(problem) = &scene.state.search.problem {
        let response = ui.interact(rect, id.with("problem"), Sense::hover());
        response.on_hover_text(problem);
    }
}

fn zoom_ui(scene: &mut Scene<'_>, ui: &mut Ui) {
    if button::icon_ui(ui, Icon::ZoomIn, &scene.tip(Action::ZoomIn)).clicked() {
        scene.act(Action::ZoomIn);
    }
    let mut height = scene.state.grid_height;
    ui.spacing_mut().slider_width = 90.0;
    let slider = ui.add(
        egui::Slider::new(&mut height, theme::GRID_HEIGHT_MIN..=theme::GRID_HEIGHT_MAX)
            .logarithmic(true)
            .show_value(false),
    );
    if slider
        .accessible_name(scene.text("grid-size").to_string())
        .changed()
    {
        scene.send(Command::View(View::GridHeight(height)));
    }
    if button::icon_ui(ui, Icon::ZoomOut, &scene.tip(Action::ZoomOut)).clicked() {
        scene.act(Action::ZoomOut);
    }
    ui.add_space(SPACE_8);
}

/// The thin line while something loads.
fn loading_line(ui: &Ui, bar: Rect) {
    let t = tokens(ui);
    let phase = (ui.input(|i| i.time) * 0.8).fract() as f32;
    let width = bar.width() * 0.3;
    let left = bar.left() + (bar.width() + width) * phase - width;
    let rect = Rect::from_min_size(pos2(left, bar.bottom() + 8.0), vec2(width, 2.0));
    ui.painter().with_clip_rect(bar.expand(12.0)).rect_filled(
        rect,
        CornerRadius::same(1),
        t.accent,
    );
    ui.request_repaint_after(std::time::Duration::from_millis(33));
}
