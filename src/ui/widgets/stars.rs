//! Five stars.

use eframe::egui;
use egui::accesskit::Role;
use egui::{Align2, CursorIcon, Sense, Ui, WidgetInfo, vec2};
use lucide_icons::Icon;

use crate::ui::theme::{self, tokens};

/// Draws the rating; returns the new one when a star is clicked (the current one again: none).
pub fn stars_ui(ui: &mut Ui, names: &[String; 5], rating: u8) -> Option<u8> {
    let mut chosen = None;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        for (star, name) in (1u8..=5).zip(names) {
            let (rect, response) = ui.allocate_exact_size(vec2(24.0, 24.0), Sense::click());
            let is_on = star <= rating;
            response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_on, name));
            let t = tokens(ui);
            let colour = if is_on {
                t.accent
            } else if response.hovered() {
                t.text
            } else {
                t.faint
            };
            if is_on {
                paint_star(ui, rect.center(), 8.0, colour);
            } else {
                ui.painter().text(
                    rect.center(),
                    Align2::CENTER_CENTER,
                    Icon::Star.unicode(),
                    theme::icon(16.0),
                    colour,
                );
            }
            super::button::focus_ring(ui, &response);
            if response
                .on_hover_text(name)
                .on_hover_cursor(CursorIcon::PointingHand)
                .clicked()
            {
                chosen = Some(if star == rating { 0 } else { star });
            }
        }
    });
    chosen
}

/// A filled star around `centre`.
fn paint_star(ui: &Ui, centre: egui::Pos2, radius: f32, colour: egui::Color32) {
    let corner = |i: usize, radius: f32| {
        let angle = std::f32::consts::TAU * (i as f32 / 10.0) - std::f32::consts::FRAC_PI_2;
        centre + radius * vec2(angle.cos(), angle.sin())
    };
    // Five thin kites from the centre: a star is not convex.
    for tip in 0..5 {
        let i = tip * 2;
        let points = vec![
            centre,
            corner((i + 9) % 10, radius * 0.45),
            corner(i, radius),
            corner((i + 1) % 10, radius * 0.45),
        ];
        ui.painter().add(egui::Shape::convex_polygon(
            points,
            colour,
            egui::Stroke::new(0.6, colour),
        ));
    }
}
