//! The waveform as a seek bar.

use eframe::egui;
use egui::accesskit::Role;
use egui::{CornerRadius, CursorIcon, Rect, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::ui::theme::{self, tokens};

/// Draws `peaks` (0..=255 each) with the part before `share` (0..=1) in the accent colour. Returns where the person
/// clicked or dragged to, as a share.
pub fn waveform_ui(
    ui: &mut Ui,
    name: &str,
    peaks: Option<&[u8]>,
    share: f32,
    height: f32,
) -> Option<f32> {
    let width = ui.available_width();
    let (rect, response) = ui.allocate_exact_size(vec2(width, height), Sense::click_and_drag());
    response.widget_info(|| {
        let mut info = WidgetInfo::slider(true, f64::from(share) * 100.0, name);
        info.role = Role::Slider;
        info
    });
    let t = tokens(ui);
    let ahead = theme::mixed(t.canvas, t.text, 0.26);
    let x_now = rect.left() + rect.width() * share.clamp(0.0, 1.0);
    if let Some(peaks) = peaks.filter(|p| !p.is_empty()) {
        let step = 3.0;
        let bars = (rect.width() / step).floor().max(1.0) as usize;
        for bar in 0..bars {
            let from = bar * peaks.len() / bars;
            let to = ((bar + 1) * peaks.len() / bars)
                .max(from + 1)
                .min(peaks.len());
            let peak = peaks[from..to].iter().copied().max().unwrap_or(0);
            let high = (f32::from(peak) / 255.0 * rect.height()).max(2.0);
            let x = rect.left() + bar as f32 * step;
            let colour = if x < x_now { t.accent } else { ahead };
            ui.painter().rect_filled(
                Rect::from_center_size(pos2(x + 1.0, rect.center().y), vec2(2.0, high)),
                CornerRadius::same(1),
                colour,
            );
        }
    } else {
        let line = Rect::from_center_size(rect.center(), vec2(rect.width(), 4.0));
        ui.painter().rect_filled(line, CornerRadius::same(2), ahead);
        let done = Rect::from_min_max(line.min, pos2(x_now, line.bottom()));
        ui.painter()
            .rect_filled(done, CornerRadius::same(2), t.accent);
    }
    if let Some(pointer) = response.hover_pos() {
        ui.painter().vline(
            pointer.x,
            rect.y_range(),
            egui::Stroke::new(1.0, t.secondary),
        );
    }
    super::button::focus_ring(ui, &response);
    let response = response.on_hover_cursor(CursorIcon::PointingHand);
    (response.clicked() || response.drag_stopped())
        .then(|| response.interact_pointer_pos())
        .flatten()
        .map(|at| ((at.x - rect.left()) / rect.width()).clamp(0.0, 1.0))
}
