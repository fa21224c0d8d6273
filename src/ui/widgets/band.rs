//! A frame drawn with the pointer that selects what it touches.

use std::sync::Arc;

use eframe::egui;
use egui::{CornerRadius, Rect, Sense, Stroke, StrokeKind, Ui, pos2, vec2};

use crate::app::command::{Command, Select};
use crate::catalog::ItemId;
use crate::ui::scene::Scene;
use crate::ui::theme::tokens;
use crate::ui::widgets::justified::{Justified, LineContent};

/// Dragging from between the pictures draws a frame that selects what it touches; with
/// Ctrl it adds to what is selected.
pub fn band_ui(
    scene: &mut Scene<'_>,
    ui: &mut Ui,
    name: &str,
    list: &Arc<[ItemId]>,
    layout: &Justified,
    origin: egui::Pos2,
) {
    let id = ui.scope_id().with(("band", name));
    let ground = ui.interact(ui.max_rect(), id, Sense::drag());
    if ground.drag_started()
        && let Some(at) = ui.input(|i| i.pointer.press_origin())
    {
        let keeps = ui.input(|i| i.modifiers.command);
        let before = if keeps {
            scene.state.selection.order.clone()
        } else {
            Vec::new()
        };
        // In the list's own coordinates, so that scrolling does not move where it began.
        scene.memory.band = Some((at - origin.to_vec2(), before));
    }
    let Some((start, before)) = scene.memory.band.clone() else {
        return;
    };
    if !ground.dragged() {
        scene.memory.band = None;
        return;
    }
    let Some(now) = ui.input(|i| i.pointer.latest_pos()) else {
        return;
    };
    let frame = Rect::from_two_pos(start, now - origin.to_vec2());
    let mut chosen = before;
    for at in layout.visible(frame.top(), frame.bottom()) {
        let line = &layout.lines[at];
        if let LineContent::Row(items) = &line.content {
            for index in items.clone() {
                let (x, w) = layout.span(index);
                let cell = Rect::from_min_size(pos2(x, line.top), vec2(w, line.height));
                if cell.intersects(frame) && !chosen.contains(&list[index]) {
                    chosen.push(list[index]);
                }
            }
        }
    }
    if chosen != scene.state.selection.order {
        scene.send(Command::Select(Select::Several(chosen)));
    }
    let t = tokens(ui);
    let shown = frame.translate(origin.to_vec2());
    let painter = ui
        .ctx()
        .layer_painter(egui::LayerId::new(egui::Order::Foreground, id));
    let painter = painter.with_clip_rect(ui.clip_rect());
    painter.rect_filled(shown, CornerRadius::same(2), t.selection);
    painter.rect_stroke(
        shown,
        CornerRadius::same(2),
        Stroke::new(1.0, t.accent),
        StrokeKind::Inside,
    );
    // Near the edge the list follows.
    let clip = ui.clip_rect();
    if now.y > clip.bottom() - 24.0 {
        ui.scroll_with_delta(vec2(0.0, -12.0));
        ui.request_repaint();
    } else if now.y < clip.top() + 24.0 {
        ui.scroll_with_delta(vec2(0.0, 12.0));
        ui.request_repaint();
    }
}
