//! The cards of a shelf: photo 4:3, music 1:1, clip 16:9, the same height in a row.

use eframe::egui;
use egui::accesskit::Role;
use egui::{
    Align2, CornerRadius, CursorIcon, Rect, Response, Sense, Stroke, StrokeKind, Ui, WidgetInfo,
    pos2, vec2,
};
use lucide_icons::Icon;

use crate::app::phrases;
use crate::catalog::ItemId;
use crate::media::Kind;
use crate::ui::scene::Scene;
use crate::ui::theme::{self, tokens};
use crate::ui::widgets::{label, picture, row};

/// What a card shows below its picture.
#[derive(Debug, Clone, Default)]
pub struct CardText {
    pub title: String,
    pub below: String,
}

/// What was asked of a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardClick {
    Open,
    Why,
}

/// Width over height of a card's picture.
pub fn shape(kind: Kind) -> f32 {
    match kind {
        Kind::Photo => 4.0 / 3.0,
        Kind::Audio => 1.0,
        Kind::Clip => 16.0 / 9.0,
    }
}

/// Title and second line of an item.
pub fn text_of(scene: &mut Scene<'_>, id: ItemId) -> CardText {
    if let Some(song) = scene.state.music.song(id) {
        return CardText {
            title: song.title.clone(),
            below: song.artist.clone(),
        };
    }
    let Some(row) = scene.state.index.row(id).copied() else {
        return CardText::default();
    };
    let date = phrases::date(&scene.state.words, row.date_ms);
    if row.kind == Kind::Photo {
        return CardText {
            title: date,
            below: String::new(),
        };
    }
    match scene.state.details.get(&id) {
        Some(detail) => CardText {
            title: detail.item.title.clone(),
            below: date,
        },
        None => {
            scene.send(crate::app::command::Command::Want(
                crate::app::command::Want::Detail(id),
            ));
            CardText {
                title: String::new(),
                below: date,
            }
        }
    }
}

/// Draws a card `height` points high (picture only; the text comes below). `why` names the small ⓘ.
pub fn card_ui(
    scene: &mut Scene<'_>,
    ui: &mut Ui,
    id: ItemId,
    kind: Kind,
    height: f32,
    why: Option<&str>,
) -> (Response, Option<CardClick>) {
    let text = text_of(scene, id);
    let size = vec2(height * shape(kind), height + 44.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    let date_ms = scene.state.index.row(id).map_or(0, |r| r.date_ms);
    let name = phrases::item_name(&scene.state.words, kind, &text.title, date_ms);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    let mut click = None;
    if ui.is_rect_visible(rect) {
        let t = tokens(ui);
        let frame = Rect::from_min_size(rect.min, vec2(size.x, height));
        let is_hovered = ui.rect_contains_pointer(rect);
        picture::paint_item(scene, ui, id, &text.title, frame, theme::RADIUS_CARD);
        if kind != Kind::Photo
            && let Some(row) = scene.state.index.row(id).filter(|r| r.duration_ms > 0)
        {
            picture::duration_badge(ui, frame, &label::duration(u64::from(row.duration_ms)));
        }
        if scene.state.selection.contains(id) || response.has_focus() {
            ui.painter().rect_stroke(
                frame,
                CornerRadius::same(theme::RADIUS_CARD),
                Stroke::new(2.0, t.accent),
                StrokeKind::Outside,
            );
        }
        let mut y = frame.bottom() + 6.0;
        for (line, font, colour) in [
            (&text.title, theme::regular(theme::TEXT_BODY), t.text),
            (&text.below, theme::regular(theme::TEXT_CAPTION), t.faint),
        ] {
            let (galley, _) = row::shortened(ui, line, font, colour, size.x);
            let step = galley.size().y + 1.0;
            ui.painter().galley(pos2(rect.left(), y), galley, colour);
            y += step;
        }
        if is_hovered {
            if kind != Kind::Photo {
                let centre = frame.center();
                ui.painter().circle_filled(centre, 22.0, t.scrim);
                ui.painter().text(
                    centre + vec2(1.0, 0.0),
                    Align2::CENTER_CENTER,
                    Icon::Play.unicode(),
                    theme::icon(20.0),
                    t.on_picture,
                );
            }
            if let Some(why) = why {
                let at = frame.right_top() + vec2(-18.0, 18.0);
                let place = Rect::from_center_size(at, vec2(28.0, 28.0));
                let button = ui.interact(place, response.id.with("why"), Sense::click());
                button.widget_info(|| WidgetInfo::labeled(Role::Button, true, why));
                ui.painter().circle_filled(at, 13.0, t.scrim);
                ui.painter().text(
                    at,
                    Align2::CENTER_CENTER,
                    Icon::Info.unicode(),
                    theme::icon(16.0),
                    if button.hovered() {
                        t.accent
                    } else {
                        t.on_picture
                    },
                );
                if button
                    .on_hover_text(why)
                    .on_hover_cursor(CursorIcon::PointingHand)
                    .clicked()
                {
                    click = Some(CardClick::Why);
                }
            }
        }
    }
    if click.is_none() && response.clicked() {
        click = Some(CardClick::Open);
    }
    (response.on_hover_cursor(CursorIcon::PointingHand), click)
}
