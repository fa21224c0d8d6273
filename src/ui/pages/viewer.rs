//! The viewer: the picture on canvas colour, nothing else until the pointer moves; filmstrip, zoom, pan, slideshow.

use eframe::egui;
use egui::epaint::RectShape;
use egui::{
    Align2, CornerRadius, CursorIcon, Key, Rect, Sense, TextureHandle, Ui, Vec2, pos2, vec2,
};
use lucide_icons::Icon;

use crate::app::actions::Action;
use crate::app::command::{Command, Edit, Play, View, Want};
use crate::app::phrases;
use crate::catalog::{Flags, ItemId};
use crate::media::Kind;
use crate::ui::memory::Look;
use crate::ui::scene::Scene;
use crate::ui::textures::Thumb;
use crate::ui::theme::{self, SPACE_8, SPACE_12, SPACE_16, tokens};
use crate::ui::widgets::{button, picture};

/// How long the controls stay after the pointer last moved.
const CONTROLS_SECS: f64 = 2.5;
const FILMSTRIP: f32 = 64.0;

/// Draws the viewer over everything.
pub fn viewer_ui(scene: &mut Scene<'_>, ui: &mut Ui) {
    let Some(viewer) = scene.state.viewer.clone() else {
        return;
    };
    let Some(item) = viewer.item() else {
        scene.send(Command::View(View::Close));
        return;
    };
    let rect = ui.available_rect_before_wrap();
    let t = tokens(ui);
    ui.painter().rect_filled(rect, CornerRadius::ZERO, t.canvas);
    if scene.memory.look.item != Some(item) {
        scene.memory.look = Look {
            item: Some(item),
            ..Look::default()
        };
    }
    let response = ui.interact(rect, ui.scope_id().with("viewer"), Sense::click_and_drag());
    let name = super::home::title_of(scene, item);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Image, true, &name));
    let kind = scene
        .state
        .index
        .row(item)
        .map_or(Kind::Photo, |row| row.kind);
    // A picture that is not zoomed has nothing to pan: it is taken along, onto a tag in the inspector.
    if response.drag_started() && scene.memory.look.zoom <= 1.01 {
        response.dnd_set_drag_payload(crate::ui::drops::DraggedItems(vec![item]));
    }
    let texture = best_texture(scene, ui, item, rect);
    match texture {
        Ok(texture) => look_ui(scene, ui, texture.as_ref(), rect, &response),
        Err(()) => cannot_show(scene, ui, item, rect),
    }
    // The neighbours are asked for too, so that stepping does not wait.
    for near in [viewer.at + 1, viewer.at.wrapping_sub(1)] {
        if let Some(&near) = viewer.list.get(near)
            && scene.textures.full(near).is_none()
            && scene
                .state
                .index
                .row(near)
                .is_some_and(|row| row.kind == Kind::Photo)
        {
            scene.send(Command::Want(Want::Full(near)));
        }
    }
    let now = scene.state.now_secs;
    if ui.input(|i| i.pointer.delta() != Vec2::ZERO || i.pointer.any_down()) {
        scene.memory.pointer_moved_at_secs = now;
    }
    let is_shown =
        now - scene.memory.pointer_moved_at_secs < CONTROLS_SECS || scene.memory.are_controls_kept;
    if is_shown {
        controls_ui(scene, ui, rect, item, kind);
        filmstrip_ui(scene, ui, rect);
        ui.request_repaint_after(std::time::Duration::from_millis(500));
    } else if viewer.next_at_secs.is_some() {
        ui.set_cursor_icon(CursorIcon::None);
    }
    keys(scene, ui);
}

/// The full picture, else the best thumbnail meanwhile. `Err`: there is nothing to show.
fn best_texture(
    scene: &mut Scene<'_>,
    ui: &Ui,
    item: ItemId,
    rect: Rect,
) -> Result<Option<TextureHandle>, ()> {
    let row = scene.state.index.row(item).copied();
    let is_photo = row.is_some_and(|r| r.kind == Kind::Photo);
    let is_undecodable = row.is_some_and(|r| r.flags.contains(Flags::UNSUPPORTED));
    if is_photo && !is_undecodable {
        match scene.textures.full(item) {
            Some(Some(texture)) => return Ok(Some(texture)),
            Some(None) => {}
            None => scene.send(Command::Want(Want::Full(item))),
        }
    }
    match scene.thumb(ui, item, rect.width().max(rect.height())) {
        Thumb::Ready(texture) => Ok(Some(texture)),
        Thumb::Waiting => Ok(None),
        Thumb::None => Err(()),
    }
}

fn cannot_show(scene: &mut Scene<'_>, ui: &Ui, item: ItemId, rect: Rect) {
    let t = tokens(ui);
    let reason = match scene.state.details.get(&item) {
        Some(detail) => detail.item.problem.clone(),
        None => {
            scene.send(Command::Want(Want::Detail(item)));
            None
        }
    };
    let icon = if reason.is_some() {
        Icon::FileQuestionMark
    } else {
        Icon::ImageOff
    };
    ui.painter().text(
        rect.center() - vec2(0.0, 28.0),
        Align2::CENTER_CENTER,
        icon.unicode(),
        theme::icon(theme::ICON_LARGE),
        t.faint,
    );
    let text = reason.unwrap_or_else(|| scene.text("viewer-nothing").to_string());
    let galley = ui.painter().layout(
        text,
        theme::regular(theme::TEXT_BODY),
        t.secondary,
        (rect.width() - 80.0).min(520.0),
    );
    ui.painter().galley(
        rect.center() - vec2(galley.size().x / 2.0, -24.0),
        galley,
        t.secondary,
    );
}

/// Zoom to the pointer, pan, double click for one to one.
fn look_ui(
    scene: &mut Scene<'_>,
    ui: &Ui,
    texture: Option<&TextureHandle>,
    rect: Rect,
    response: &egui::Response,
) {
    let Some(texture) = texture else {
        return;
    };
    let size = texture.size_vec2();
    let fit = (rect.width() / size.x).min(rect.height() / size.y);
    let look = &mut scene.memory.look;
    let pointer = response.hover_pos().unwrap_or(rect.center()) - rect.center();
    let (scroll, pinch) = ui.input(|i| (i.smooth_scroll_delta().y, i.zoom_delta()));
    let factor = pinch * (scroll / 240.0).exp();
    let one_to_one = 1.0 / (fit * ui.pixels_per_point());
    let mut zoom = look.zoom;
    if response.hovered() && (factor - 1.0).abs() > 1e-4 {
        zoom = (look.zoom * factor).clamp(1.0, (one_to_one * 4.0).max(4.0));
    }
    if response.double_clicked() {
        zoom = if look.zoom > 1.01 {
            1.0
        } else {
            one_to_one.max(1.5)
        };
    }
    let pan = vec2(look.pan[0], look.pan[1]);
    let ratio = zoom / look.zoom;
    let mut pan = pointer - (pointer - pan) * ratio;
    if response.dragged() {
        pan += response.drag_delta();
    }
    let shown = size * fit * zoom;
    let slack = ((shown - rect.size()) / 2.0).max(Vec2::ZERO);
    pan = pan.clamp(-slack, slack);
    look.zoom = zoom;
    look.pan = [pan.x, pan.y];
    let place = Rect::from_center_size(rect.center() + pan, shown);
    ui.painter().with_clip_rect(rect).add(
        RectShape::filled(place, CornerRadius::ZERO, theme::DARK.on_picture).with_texture(
            texture.id(),
            Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0)),
        ),
    );
    if zoom > 1.01 {
        ui.set_cursor_icon(if response.dragged() {
            CursorIcon::Grabbing
        } else {
            CursorIcon::Grab
        });
    }
}

fn controls_ui(scene: &mut Scene<'_>, ui: &mut Ui, rect: Rect, item: ItemId, kind: Kind) {
    let t = tokens(ui);
    let bar = Rect::from_min_size(rect.min, vec2(rect.width(), 56.0));
    ui.painter()
        .rect_filled(bar, CornerRadius::ZERO, theme::faded(t.canvas, 0.85));
    let mut top = ui.new_child(
        egui::UiBuilder::new()
            .max_rect(bar.shrink2(vec2(SPACE_12, 10.0)))
            .id_salt("viewer top"),
    );
    let is_favourite = scene
        .state
        .index
        .row(item)
        .is_some_and(|row| row.flags.contains(Flags::FAVOURITE));
    let date = scene.state.index.row(item).map_or(0, |row| row.date_ms);
    top.horizontal_centered(|ui| {
        if button::icon_ui(ui, Icon::ArrowLeft, &scene.text("action-close")).clicked() {
            scene.send(Command::View(View::Close));
        }
        ui.add_space(SPACE_8);
        let title = phrases::date_time(&scene.state.words, date);
        crate::ui::widgets::label::strong_ui(ui, &title);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let is_on = scene.state.is_inspector_open;
            if button::toggle_ui(
                ui,
                Icon::PanelRight,
                &scene.tip(Action::ToggleInspector),
                is_on,
            )
            .clicked()
            {
                scene.act(Action::ToggleInspector);
            }
            let tip = scene.tip(Action::FullScreen);
            if button::icon_ui(ui, Icon::Maximize, &tip).clicked() {
                scene.act(Action::FullScreen);
            }
            let is_running = scene
                .state
                .viewer
                .as_ref()
                .is_some_and(|v| v.next_at_secs.is_some());
            let icon = if is_running {
                Icon::Pause
            } else {
                Icon::Presentation
            };
            if button::toggle_ui(ui, icon, &scene.text("slideshow"), is_running).clicked() {
                scene.send(Command::View(View::Slideshow(!is_running)));
            }
            if button::icon_ui(ui, Icon::Tag, &scene.tip(Action::TagSelected)).clicked() {
                scene.act(Action::TagSelected);
            }
            if button::toggle_ui(
                ui,
                Icon::Heart,
                &scene.tip(Action::FavouriteSelected),
                is_favourite,
            )
            .clicked()
            {
                scene.send(Command::Edit(Edit::Favourite {
                    items: vec![item],
                    on: !is_favourite,
                }));
            }
            if kind == Kind::Photo
                && button::icon_ui(ui, Icon::Music, &scene.text("menu-soundtrack")).clicked()
            {
                scene.send(Command::Play(Play::Soundtrack(item)));
            }
        });
    });
    for (is_next, icon, key) in [
        (false, Icon::ChevronLeft, "action-previous"),
        (true, Icon::ChevronRight, "action-next"),
    ] {
        let x = if is_next {
            rect.right() - 36.0
        } else {
            rect.left() + 36.0
        };
        let place = Rect::from_center_size(pos2(x, rect.center().y), vec2(48.0, 48.0));
        ui.painter()
            .circle_filled(place.center(), 24.0, theme::faded(t.canvas, 0.7));
        let mut corner = ui.new_child(
            egui::UiBuilder::new()
                .max_rect(place)
                .id_salt(("step", is_next)),
        );
        if button::sized_ui(&mut corner, icon, &scene.text(key), false, 48.0, 24.0).clicked() {
            scene.send(Command::View(View::Step(if is_next { 1 } else { -1 })));
        }
    }
}

fn filmstrip_ui(scene: &mut Scene<'_>, ui: &mut Ui, rect: Rect) {
    let Some(viewer) = scene.state.viewer.clone() else {
        return;
    };
    if viewer.list.len() < 2 || rect.height() < 360.0 {
        return;
    }
    let t = tokens(ui);
    let band = Rect::from_min_max(
        pos2(rect.left(), rect.bottom() - FILMSTRIP - SPACE_16),
        rect.max,
    );
    ui.painter()
        .rect_filled(band, CornerRadius::ZERO, theme::faded(t.canvas, 0.85));
    let side = FILMSTRIP;
    let step = side + 4.0;
    let half = (rect.width() / step / 2.0).ceil() as usize;
    let from = viewer.at.saturating_sub(half);
    let to = (viewer.at + half + 1).min(viewer.list.len());
    for at in from..to {
        let item = viewer.list[at];
        let x = rect.center().x + (at as f32 - viewer.at as f32) * step;
        let place = Rect::from_center_size(pos2(x, band.center().y), vec2(side, side));
        let response = ui.interact(place, ui.scope_id().with(("strip", item.0)), Sense::click());
        let name = super::home::title_of(scene, item);
        response
            .widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Button, true, &name));
        picture::paint_item(scene, ui, item, &name, place, 4);
        if at == viewer.at {
            ui.painter().rect_stroke(
                place,
                CornerRadius::same(4),
                egui::Stroke::new(2.0, t.accent),
                egui::StrokeKind::Outside,
            );
        } else if !response.hovered() {
            ui.painter()
                .rect_filled(place, CornerRadius::same(4), theme::faded(t.canvas, 0.35));
        }
        if response.on_hover_cursor(CursorIcon::PointingHand).clicked() {
            scene.send(Command::View(View::Step(at as i64 - viewer.at as i64)));
        }
    }
}

/// Arrows step, space runs the slideshow, plus and minus zoom.
fn keys(scene: &mut Scene<'_>, ui: &Ui) {
    if scene.state.sheet.is_some() || ui.text_edit_focused() {
        return;
    }
    let none = egui::Modifiers::NONE;
    let step = ui.input_mut(|i| {
        i64::from(i.consume_key(none, Key::ArrowRight))
            - i64::from(i.consume_key(none, Key::ArrowLeft))
    });
    if step != 0 {
        scene.send(Command::View(View::Step(step)));
    }
    if ui.input_mut(|i| i.consume_key(none, Key::Space)) {
        let is_running = scene
            .state
            .viewer
            .as_ref()
            .is_some_and(|v| v.next_at_secs.is_some());
        scene.send(Command::View(View::Slideshow(!is_running)));
    }
    let zoom = ui.input_mut(|i| {
        let plus = i.consume_key(none, Key::Plus) || i.consume_key(none, Key::Equals);
        let minus = i.consume_key(none, Key::Minus);
        if plus {
            1.25
        } else if minus {
            0.8
        } else {
            1.0
        }
    });
    if (zoom - 1.0_f32).abs() > 0.01 {
        scene.memory.look.zoom = (scene.memory.look.zoom * zoom).clamp(1.0, 16.0);
        ui.request_repaint();
    }
}
