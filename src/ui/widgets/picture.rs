//! An item's picture in a rectangle: the thumbnail, cut to fill it, or the quiet pattern where there is none.

use eframe::egui;
use egui::epaint::RectShape;
use egui::{Align2, CornerRadius, Rect, TextureHandle, Ui, pos2, vec2};
use lucide_icons::Icon;

use crate::catalog::{Flags, ItemId};
use crate::media::Kind;
use crate::ui::scene::Scene;
use crate::ui::textures::Thumb;
use crate::ui::theme::{self, tokens};
use crate::ui::widgets::cover;

/// Draws the picture of `item`, filling `rect`; `title` makes the pattern where there is no picture.
pub fn paint_item(
    scene: &mut Scene<'_>,
    ui: &Ui,
    item: ItemId,
    title: &str,
    rect: Rect,
    radius: u8,
) {
    let row = scene.state.index.row(item).copied();
    let kind = row.map_or(Kind::Photo, |r| r.kind);
    let is_missing = row.is_some_and(|r| r.flags.contains(Flags::MISSING));
    let is_undecodable = row.is_some_and(|r| r.flags.contains(Flags::UNSUPPORTED));
    let t = tokens(ui);
    let thumb = scene.thumb(ui, item, rect.width().max(rect.height()));
    match thumb {
        Thumb::Ready(texture) => {
            paint_filling(ui, &texture, rect, radius);
            if is_missing {
                ui.painter().rect_filled(
                    rect,
                    CornerRadius::same(radius),
                    theme::faded(t.canvas, 0.6),
                );
            }
        }
        Thumb::None if kind == Kind::Audio => {
            cover::paint(ui.painter(), rect, title, t.is_dark, radius)
        }
        Thumb::None if kind == Kind::Clip => {
            cover::paint_film(ui.painter(), rect, title, t.is_dark, radius)
        }
        Thumb::None => paint_without(ui, rect, radius, is_undecodable),
        Thumb::Waiting => {
            ui.painter().rect_filled(
                rect,
                CornerRadius::same(radius),
                theme::mixed(t.canvas, t.text, 0.06),
            );
        }
    }
    if is_missing {
        badge(ui, rect, Icon::Unplug);
    }
}

/// Draws a texture so that it fills `rect`, cutting what is too much on two sides.
pub fn paint_filling(ui: &Ui, texture: &TextureHandle, rect: Rect, radius: u8) {
    let size = texture.size_vec2();
    let scale = (rect.width() / size.x).max(rect.height() / size.y);
    let shown = rect.size() / (size * scale);
    let uv = Rect::from_center_size(pos2(0.5, 0.5), vec2(shown.x.min(1.0), shown.y.min(1.0)));
    ui.painter().add(
        RectShape::filled(rect, CornerRadius::same(radius), theme::DARK.on_picture)
            .with_texture(texture.id(), uv),
    );
}

/// A photo that cannot be shown.
fn paint_without(ui: &Ui, rect: Rect, radius: u8, is_undecodable: bool) {
    let t = tokens(ui);
    ui.painter().rect_filled(
        rect,
        CornerRadius::same(radius),
        theme::mixed(t.canvas, t.text, 0.06),
    );
    let icon = if is_undecodable {
        Icon::FileQuestionMark
    } else {
        Icon::ImageOff
    };
    ui.painter().text(
        rect.center(),
        Align2::CENTER_CENTER,
        icon.unicode(),
        theme::icon((rect.height() * 0.25).clamp(14.0, theme::ICON_LARGE)),
        t.faint,
    );
}

/// A small icon on a dark disc in the upper left corner.
pub fn badge(ui: &Ui, rect: Rect, icon: Icon) {
    let centre = rect.left_top() + vec2(16.0, 16.0);
    let t = tokens(ui);
    ui.painter().circle_filled(centre, 11.0, t.scrim);
    ui.painter().text(
        centre,
        Align2::CENTER_CENTER,
        icon.unicode(),
        theme::icon(13.0),
        t.on_picture,
    );
}

/// A duration in the lower right corner.
pub fn duration_badge(ui: &Ui, rect: Rect, text: &str) {
    let t = tokens(ui);
    let galley = ui.painter().layout_no_wrap(
        text.to_owned(),
        theme::regular(theme::TEXT_CAPTION),
        t.on_picture,
    );
    let plate = Rect::from_min_size(
        rect.right_bottom() - galley.size() - vec2(16.0, 12.0),
        galley.size() + vec2(10.0, 4.0),
    );
    ui.painter()
        .rect_filled(plate, CornerRadius::same(4), t.scrim);
    ui.painter()
        .galley(plate.min + vec2(5.0, 2.0), galley, t.on_picture);
}
