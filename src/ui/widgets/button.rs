//! Buttons: icon only (named for screen readers), icon with a word, the one strong button of a page, switches.

use eframe::egui;
use egui::accesskit::Role;
use egui::{
    Align2, CornerRadius, CursorIcon, Response, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo,
};
use lucide_icons::Icon;

use crate::ui::theme::{self, SPACE_8, SPACE_12, TEXT_BODY, tokens};

/// Side of an icon button, in points.
pub const SIDE: f32 = 36.0;

/// A square button with an icon; `name` is what screen readers say and the tooltip shows.
pub fn icon_ui(ui: &mut Ui, icon: Icon, name: &str) -> Response {
    toggle_ui(ui, icon, name, false)
}

/// An icon button that stays on: shown in the accent colour while `is_on`.
pub fn toggle_ui(ui: &mut Ui, icon: Icon, name: &str, is_on: bool) -> Response {
    sized_ui(ui, icon, name, is_on, SIDE, theme::ICON)
}

/// An icon button of any size.
pub fn sized_ui(
    ui: &mut Ui,
    icon: Icon,
    name: &str,
    is_on: bool,
    side: f32,
    icon_size: f32,
) -> Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(side), Sense::click());
    let is_enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::selected(Role::Button, is_enabled, is_on, name));
    if ui.is_rect_visible(rect) {
        let t = tokens(ui);
        let colour = match (is_enabled, is_on) {
            (false, _) => theme::faded(t.faint, 0.5),
            (true, true) => t.accent,
            (true, false) if response.hovered() || response.has_focus() => t.text,
            (true, false) => t.secondary,
        };
        if response.hovered() {
            ui.painter()
                .rect_filled(rect, CornerRadius::same(theme::RADIUS_SMALL), t.hover);
        }
        focus_ring(ui, &response);
        ui.painter().text(
            rect.center(),
            Align2::CENTER_CENTER,
            icon.unicode(),
            theme::icon(icon_size),
            colour,
        );
    }
    response
        .on_hover_text(name)
        .on_hover_cursor(CursorIcon::PointingHand)
}

/// A round button in the accent colour: play.
pub fn round_ui(ui: &mut Ui, icon: Icon, name: &str, side: f32) -> Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(side), Sense::click());
    let is_enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::labeled(Role::Button, is_enabled, name));
    let t = tokens(ui);
    let fill = if !is_enabled {
        theme::faded(t.accent, 0.4)
    } else if response.hovered() {
        theme::mixed(t.accent, t.text, 0.15)
    } else {
        t.accent
    };
    ui.painter().circle_filled(rect.center(), side / 2.0, fill);
    if response.has_focus() {
        ui.painter()
            .circle_stroke(rect.center(), side / 2.0 + 2.0, Stroke::new(2.0, t.text));
    }
    ui.painter().text(
        rect.center(),
        Align2::CENTER_CENTER,
        icon.unicode(),
        theme::icon(side * 0.45),
        t.on_accent,
    );
    response
        .on_hover_text(name)
        .on_hover_cursor(CursorIcon::PointingHand)
}

/// A button with an icon and a word.
pub fn word_ui(ui: &mut Ui, icon: Option<Icon>, word: &str) -> Response {
    filled_ui(ui, icon, word, false)
}

/// The button a page wants pressed.
pub fn strong_ui(ui: &mut Ui, icon: Option<Icon>, word: &str) -> Response {
    filled_ui(ui, icon, word, true)
}

fn filled_ui(ui: &mut Ui, icon: Option<Icon>, word: &str, is_strong: bool) -> Response {
    let t = tokens(ui);
    let galley = ui
        .painter()
        .layout_no_wrap(word.to_owned(), theme::regular(TEXT_BODY), t.text);
    let icon_width = if icon.is_some() {
        theme::ICON + SPACE_8
    } else {
        0.0
    };
    let size = Vec2::new(galley.size().x + icon_width + 2.0 * SPACE_12 + 4.0, SIDE);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let is_enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::labeled(Role::Button, is_enabled, word));
    if ui.is_rect_visible(rect) {
        let visuals = ui.style().interact(&response);
        let (fill, text) = if is_strong {
            let fill = if response.hovered() {
                theme::mixed(t.accent, t.text, 0.15)
            } else {
                t.accent
            };
            (fill, t.on_accent)
        } else {
            (visuals.weak_bg_fill, t.text)
        };
        let (fill, text) = if is_enabled {
            (fill, text)
        } else {
            (theme::faded(fill, 0.5), theme::faded(text, 0.5))
        };
        ui.painter()
            .rect_filled(rect, CornerRadius::same(theme::RADIUS_SMALL), fill);
        focus_ring(ui, &response);
        let mut x = rect.left() + SPACE_12;
        if let Some(icon) = icon {
            ui.painter().text(
                egui::pos2(x + theme::ICON / 2.0, rect.center().y),
                Align2::CENTER_CENTER,
                icon.unicode(),
                theme::icon(theme::ICON),
                text,
            );
            x += theme::ICON + SPACE_8;
        } else {
            x += 2.0;
        }
        ui.painter().galley_with_override_text_color(
            egui::pos2(x, rect.center().y - galley.size().y / 2.0),
            galley,
            text,
        );
    }
    response.on_hover_cursor(CursorIcon::PointingHand)
}

/// A switch: on or off.
pub fn switch_ui(ui: &mut Ui, name: &str, is_on: bool) -> Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::new(40.0, 24.0), Sense::click());
    let is_enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::selected(Role::Switch, is_enabled, is_on, name));
    let t = tokens(ui);
    let share = ui.ctx().animate_bool_responsive(response.id, is_on);
    let off = theme::mixed(t.surface, t.text, 0.25);
    ui.painter().rect_filled(
        rect,
        CornerRadius::same(theme::RADIUS_FULL),
        theme::mixed(off, t.accent, share),
    );
    let x = egui::lerp(rect.left() + 12.0..=rect.right() - 12.0, share);
    let knob = theme::mixed(t.surface, t.on_accent, if t.is_dark { 0.0 } else { share });
    ui.painter()
        .circle_filled(egui::pos2(x, rect.center().y), 8.0, knob);
    focus_ring(ui, &response);
    response.on_hover_cursor(CursorIcon::PointingHand)
}

/// A row of choices of which one is on; returns the one clicked.
pub fn segments_ui<T: Copy + PartialEq>(
    ui: &mut Ui,
    choices: &[(T, &str)],
    current: T,
) -> Option<T> {
    ui.horizontal(|ui| segment_items_ui(ui, choices, current))
        .inner
}

/// The same in the layout that is there: in a right-to-left row the first choice given is the rightmost.
pub fn segment_items_ui<T: Copy + PartialEq>(
    ui: &mut Ui,
    choices: &[(T, &str)],
    current: T,
) -> Option<T> {
    let mut chosen = None;
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        for (value, word) in choices {
            let is_on = *value == current;
            let t = tokens(ui);
            let galley =
                ui.painter()
                    .layout_no_wrap((*word).to_owned(), theme::regular(TEXT_BODY), t.text);
            let size = Vec2::new(galley.size().x + 2.0 * SPACE_12, 32.0);
            let (rect, response) = ui.allocate_exact_size(size, Sense::click());
            response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, is_on, word));
            if is_on {
                ui.painter()
                    .rect_filled(rect, CornerRadius::same(theme::RADIUS_FULL), t.selection);
            } else if response.hovered() {
                ui.painter()
                    .rect_filled(rect, CornerRadius::same(theme::RADIUS_FULL), t.hover);
            }
            focus_ring(ui, &response);
            let colour = if is_on { t.text } else { t.secondary };
            ui.painter().galley_with_override_text_color(
                rect.center() - galley.size() / 2.0,
                galley,
                colour,
            );
            if response.on_hover_cursor(CursorIcon::PointingHand).clicked() {
                chosen = Some(*value);
            }
        }
    });
    chosen
}

/// The ring around what has the keyboard.
pub fn focus_ring(ui: &Ui, response: &Response) {
    if response.has_focus() {
        ui.painter().rect_stroke(
            response.rect,
            CornerRadius::same(theme::RADIUS_SMALL),
            Stroke::new(2.0, tokens(ui).accent),
            StrokeKind::Inside,
        );
    }
}
