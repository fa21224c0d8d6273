//! A clickable row of a list: icon or nothing, text that shortens, a count at the end.

use eframe::egui;
use egui::accesskit::Role;
use egui::text::{LayoutJob, TextWrapping};
use egui::{Align2, CornerRadius, CursorIcon, FontId, Response, Sense, Ui, WidgetInfo, pos2, vec2};
use lucide_icons::Icon;

use crate::ui::theme::{self, SPACE_8, SPACE_12, tokens};

/// A row of the rail or of a list.
pub struct Row<'a> {
    pub icon: Option<Icon>,
    pub text: &'a str,
    pub end: Option<String>,
    pub is_on: bool,
    pub indent: f32,
    /// Icon only: the text becomes the tooltip.
    pub is_narrow: bool,
}

impl<'a> Row<'a> {
    /// A row with an icon.
    pub fn new(icon: Icon, text: &'a str) -> Self {
        Self {
            icon: Some(icon),
            text,
            end: None,
            is_on: false,
            indent: 0.0,
            is_narrow: false,
        }
    }
}

/// Draws the row over the whole width.
pub fn row_ui(ui: &mut Ui, row: &Row<'_>) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 36.0), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, row.is_on, row.text));
    if !ui.is_rect_visible(rect) {
        return response;
    }
    let t = tokens(ui);
    let radius = CornerRadius::same(theme::RADIUS_SMALL);
    if row.is_on {
        ui.painter().rect_filled(rect, radius, t.selection);
    } else if response.hovered() {
        ui.painter().rect_filled(rect, radius, t.hover);
    }
    super::button::focus_ring(ui, &response);
    let ink = if row.is_on { t.text } else { t.secondary };
    let mut x = rect.left() + SPACE_12 + row.indent;
    if let Some(icon) = row.icon {
        let centre = if row.is_narrow {
            rect.center().x
        } else {
            x + theme::ICON / 2.0
        };
        let colour = if row.is_on { t.accent } else { ink };
        ui.painter().text(
            pos2(centre, rect.center().y),
            Align2::CENTER_CENTER,
            icon.unicode(),
            theme::icon(theme::ICON),
            colour,
        );
        x += theme::ICON + SPACE_12;
    }
    if row.is_narrow {
        return response
            .on_hover_text(row.text)
            .on_hover_cursor(CursorIcon::PointingHand);
    }
    let mut right = rect.right() - SPACE_12;
    if let Some(end) = &row.end {
        let galley =
            ui.painter()
                .layout_no_wrap(end.clone(), theme::regular(theme::TEXT_CAPTION), t.faint);
        right -= galley.size().x;
        ui.painter().galley(
            pos2(right, rect.center().y - galley.size().y / 2.0),
            galley,
            t.faint,
        );
        right -= SPACE_8;
    }
    let font = if row.is_on {
        theme::strong(theme::TEXT_BODY)
    } else {
        theme::regular(theme::TEXT_BODY)
    };
    let (galley, is_cut) = shortened(ui, row.text, font, ink, right - x);
    ui.painter().galley(
        pos2(x, rect.center().y - galley.size().y / 2.0),
        galley,
        ink,
    );
    let response = response.on_hover_cursor(CursorIcon::PointingHand);
    if is_cut {
        response.on_hover_text(row.text)
    } else {
        response
    }
}

/// One line of text with an ellipsis at the end where it does not fit `width`; also whether it was cut.
pub fn shortened(
    ui: &Ui,
    text: &str,
    font: FontId,
    colour: egui::Color32,
    width: f32,
) -> (std::sync::Arc<egui::Galley>, bool) {
    let mut job = LayoutJob::simple_singleline(text.to_owned(), font, colour);
    job.wrap = TextWrapping::truncate_at_width(width.max(1.0));
    let galley = ui.painter().layout_job(job);
    let is_cut = galley.elided;
    (galley, is_cut)
}
