//! A quiet pattern made from a title, where a song has no cover and a clip no picture yet.

use std::hash::{DefaultHasher, Hash, Hasher};

use eframe::egui;
use egui::{Align2, Color32, CornerRadius, Painter, Rect, Shape, Stroke, StrokeKind, pos2, vec2};

use crate::ui::theme;

/// Draws the pattern of `title` into `rect`. The same title always gives the same pattern.
pub fn paint(painter: &Painter, rect: Rect, title: &str, is_dark: bool, radius: u8) {
    let mut hasher = DefaultHasher::new();
    title.hash(&mut hasher);
    let seed = hasher.finish();
    let hue = (seed % 360) as f32 / 360.0;
    let (ground, shape) = if is_dark {
        (
            theme::tint(hue, 0.32, 0.30),
            theme::tint(hue + 0.07, 0.35, 0.40),
        )
    } else {
        (
            theme::tint(hue, 0.12, 0.93),
            theme::tint(hue + 0.07, 0.16, 0.87),
        )
    };
    painter.rect_filled(rect, CornerRadius::same(radius), ground);
    let inner = painter.with_clip_rect(rect.intersect(painter.clip_rect()));
    let side = rect.width().max(rect.height());
    let from = pos2(
        rect.left() + rect.width() * ((seed >> 9) % 100) as f32 / 100.0,
        rect.top() + rect.height() * ((seed >> 17) % 100) as f32 / 100.0,
    );
    for ring in 1..=4u8 {
        let radius = side * 0.17 * f32::from(ring);
        inner.circle_stroke(
            from,
            radius,
            Stroke::new(
                side * 0.05,
                theme::faded(shape, 1.0 - f32::from(ring) * 0.17),
            ),
        );
    }
    let initial: String = title
        .chars()
        .find(|c| c.is_alphanumeric())
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    let ink = if is_dark {
        theme::tint(hue, 0.14, 0.92)
    } else {
        theme::tint(hue, 0.50, 0.50)
    };
    painter.text(
        rect.center(),
        Align2::CENTER_CENTER,
        initial,
        theme::strong(rect.height() * 0.34),
        ink,
    );
    round_corners(painter, rect, radius);
}

/// A film strip with the name, until frames of a clip are drawn.
pub fn paint_film(painter: &Painter, rect: Rect, title: &str, is_dark: bool, radius: u8) {
    paint(painter, rect, title, is_dark, radius);
    let t = if is_dark { &theme::DARK } else { &theme::LIGHT };
    let band = (rect.height() * 0.1).max(6.0);
    let hole = vec2(band * 0.7, band * 0.5);
    for y in [rect.top() + band / 2.0, rect.bottom() - band / 2.0] {
        painter.rect_filled(
            Rect::from_center_size(pos2(rect.center().x, y), vec2(rect.width(), band)),
            CornerRadius::ZERO,
            t.scrim,
        );
        let mut x = rect.left() + band;
        while x < rect.right() {
            painter.rect_filled(
                Rect::from_center_size(pos2(x, y), hole),
                CornerRadius::same(1),
                theme::faded(t.on_picture, 0.55),
            );
            x += band * 1.6;
        }
    }
    round_corners(painter, rect, radius);
}

/// Hides what reaches over rounded corners: the pattern's rings are clipped to the square only.
fn round_corners(painter: &Painter, rect: Rect, radius: u8) {
    let t = if painter.ctx().theme() == egui::Theme::Dark {
        &theme::DARK
    } else {
        &theme::LIGHT
    };
    let width = f32::from(radius) * 0.45;
    if width > 0.0 {
        painter.add(Shape::Rect(egui::epaint::RectShape::stroke(
            rect.expand(width),
            CornerRadius::same(radius.saturating_add(width as u8)),
            Stroke::new(width, t.canvas),
            StrokeKind::Inside,
        )));
    }
}

/// The average colour of a picture's pixels, darkened or lightened until text can be read on it.
pub fn tint_of(rgba: &[u8], is_dark: bool) -> Color32 {
    let (mut sum, mut count) = ([0u64; 3], 0u64);
    for pixel in rgba.chunks_exact(4).step_by(17) {
        for (total, &value) in sum.iter_mut().zip(pixel) {
            *total += u64::from(value);
        }
        count += 1;
    }
    let [r, g, b] = sum.map(|total| (total / count.max(1)) as f32 / 255.0);
    let hsva = egui::ecolor::HsvaGamma::from(egui::Rgba::from_rgb(r * r, g * g, b * b));
    if is_dark {
        theme::tint(hsva.h, (hsva.s * 1.1).min(0.55), 0.24)
    } else {
        theme::tint(hsva.h, (hsva.s * 0.6).min(0.25), 0.93)
    }
}
