//! Tag chips: confirmed solid, a model's tag with its score as a fill level, suggestions dashed with ✓ and ✕.

use eframe::egui;
use egui::accesskit::Role;
use egui::{
    Align2, CornerRadius, CursorIcon, Rect, Response, Sense, Shape, Stroke, StrokeKind, Ui,
    WidgetInfo, pos2, vec2,
};
use lucide_icons::Icon;

use crate::ui::theme::{self, SPACE_8, tokens};

/// How sure a tag is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ChipState {
    /// A person said so.
    Confirmed,
    /// A model said so, above its threshold; its score (0..=1).
    Shown(f32),
    /// A model thinks it may be; its score.
    Suggested(f32),
    /// A plain chip: a filter, a search.
    Plain,
}

/// What was clicked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChipClick {
    Body,
    Confirm,
    Reject,
}

/// Names of the two small buttons, for screen readers and tooltips.
#[derive(Debug, Clone)]
pub struct ChipNames {
    pub confirm: String,
    pub reject: String,
}

const HEIGHT: f32 = 28.0;

/// Draws one chip; the small buttons appear while the pointer is over it (always for suggestions).
pub fn chip_ui(
    ui: &mut Ui,
    text: &str,
    state: ChipState,
    names: Option<&ChipNames>,
) -> (Response, Option<ChipClick>) {
    let t = tokens(ui);
    let galley =
        ui.painter()
            .layout_no_wrap(text.to_owned(), theme::regular(theme::TEXT_BODY), t.text);
    let has_confirm =
        names.is_some() && matches!(state, ChipState::Suggested(_) | ChipState::Shown(_));
    let buttons = f32::from(u8::from(names.is_some())) + f32::from(u8::from(has_confirm));
    let width = galley.size().x + 20.0 + buttons * 20.0 + if buttons > 0.0 { 2.0 } else { 0.0 };
    let (rect, response) = ui.allocate_exact_size(vec2(width, HEIGHT), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, text));
    let radius = CornerRadius::same((HEIGHT / 2.0) as u8);
    let is_hovered = ui.rect_contains_pointer(rect);
    let painter = ui.painter();
    match state {
        ChipState::Confirmed | ChipState::Plain => {
            let fill = theme::mixed(t.canvas, t.text, if is_hovered { 0.18 } else { 0.11 });
            painter.rect_filled(rect, radius, fill);
        }
        ChipState::Shown(score) => {
            painter.rect_filled(
                rect,
                radius,
                theme::mixed(t.canvas, t.text, if is_hovered { 0.10 } else { 0.05 }),
            );
            let level = Rect::from_min_max(
                rect.min,
                pos2(
                    rect.left() + rect.width() * score.clamp(0.0, 1.0),
                    rect.bottom(),
                ),
            );
            painter
                .with_clip_rect(level.intersect(painter.clip_rect()))
                .rect_filled(rect, radius, theme::mixed(t.canvas, t.text, 0.13));
        }
        ChipState::Suggested(score) => {
            let level = Rect::from_min_max(
                rect.min,
                pos2(
                    rect.left() + rect.width() * score.clamp(0.0, 1.0),
                    rect.bottom(),
                ),
            );
            painter
                .with_clip_rect(level.intersect(painter.clip_rect()))
                .rect_filled(rect, radius, t.hover);
            painter.extend(dashed_pill(rect.shrink(0.75), t.faint));
        }
    }
    if response.has_focus() {
        painter.rect_stroke(rect, radius, Stroke::new(2.0, t.accent), StrokeKind::Inside);
    }
    let colour = if matches!(state, ChipState::Suggested(_)) {
        t.secondary
    } else {
        t.text
    };
    painter.galley_with_override_text_color(
        pos2(rect.left() + 10.0, rect.center().y - galley.size().y / 2.0),
        galley,
        colour,
    );
    let mut click = None;
    if let Some(names) = names {
        let mut x = rect.right() - 16.0;
        let mut small = |icon: Icon, name: &str, which: ChipClick, ink: egui::Color32| {
            let place = Rect::from_center_size(pos2(x, rect.center().y), vec2(20.0, HEIGHT));
            let button = ui.interact(place, response.id.with(which as u8), Sense::click());
            let label = format!("{name}: {text}");
            button.widget_info(|| WidgetInfo::labeled(Role::Button, true, &label));
            let ink = if button.hovered() || button.has_focus() {
                ink
            } else {
                t.faint
            };
            ui.painter().text(
                place.center(),
                Align2::CENTER_CENTER,
                icon.unicode(),
                theme::icon(theme::ICON_CHIP),
                ink,
            );
            if button
                .on_hover_text(&label)
                .on_hover_cursor(CursorIcon::PointingHand)
                .clicked()
            {
                click = Some(which);
            }
            x -= 20.0;
        };
        small(Icon::X, &names.reject, ChipClick::Reject, t.bad);
        if has_confirm {
            small(Icon::Check, &names.confirm, ChipClick::Confirm, t.good);
        }
    }
    if click.is_none() && response.clicked() {
        click = Some(ChipClick::Body);
    }
    (response.on_hover_cursor(CursorIcon::PointingHand), click)
}

/// A dashed outline with round ends.
fn dashed_pill(rect: Rect, colour: egui::Color32) -> Vec<Shape> {
    let radius = rect.height() / 2.0;
    let mut path = Vec::with_capacity(44);
    let arc = |path: &mut Vec<egui::Pos2>, centre: egui::Pos2, from: f32| {
        for step in 0..=16u8 {
            let angle = from + std::f32::consts::PI * f32::from(step) / 16.0;
            path.push(centre + radius * vec2(angle.cos(), angle.sin()));
        }
    };
    let quarter = std::f32::consts::FRAC_PI_2;
    arc(
        &mut path,
        pos2(rect.right() - radius, rect.center().y),
        -quarter,
    );
    arc(
        &mut path,
        pos2(rect.left() + radius, rect.center().y),
        quarter,
    );
    if let Some(&first) = path.first() {
        path.push(first);
    }
    Shape::dashed_line(&path, Stroke::new(1.0, colour), 3.0, 3.0)
}

/// Chips that wrap over lines.
pub fn wrapped_ui<R>(ui: &mut Ui, add: impl FnOnce(&mut Ui) -> R) -> R {
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing = vec2(SPACE_8, SPACE_8);
        ui.horizontal_wrapped(add).inner
    })
    .inner
}
