//! Now playing: large cover, tinted background, waveform, lyrics that follow, the queue with its reasons.

use eframe::egui;
use egui::accesskit::Role;
use egui::{CornerRadius, CursorIcon, Rect, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};
use lucide_icons::Icon;

use crate::app::command::{Command, DropTarget, Play, Want};
use crate::catalog::ItemId;
use crate::player::PlayerCommand;
use crate::ui::scene::Scene;
use crate::ui::theme::{self, SPACE_4, SPACE_8, SPACE_12, SPACE_16, SPACE_24, tokens};
use crate::ui::widgets::{button, cover, empty, label, picture, row};
use crate::ui::{drops, player_bar};

/// Draws the page.
pub fn now_playing_ui(scene: &mut Scene<'_>, ui: &mut Ui) {
    let status = scene.state.player.clone();
    let Some(track) = status.track().cloned() else {
        empty::empty_ui(ui, Icon::Music, &scene.text("player-empty"), None);
        return;
    };
    let t = tokens(ui);
    let whole = ui.available_rect_before_wrap();
    if let Some(tint) = track
        .item
        .map(ItemId)
        .and_then(|item| scene.textures.tint(item, t.is_dark))
    {
        ui.painter().rect_filled(
            whole.expand(SPACE_16),
            CornerRadius::ZERO,
            theme::mixed(t.canvas, tint, 0.7),
        );
    }
    let has_queue = whole.width() > 640.0;
    let queue_width = if has_queue {
        (whole.width() * 0.36).clamp(260.0, 420.0)
    } else {
        0.0
    };
    let left = Rect::from_min_max(
        whole.min,
        pos2(
            whole.right() - queue_width - if has_queue { SPACE_24 } else { 0.0 },
            whole.bottom(),
        ),
    );
    let mut main = ui.new_child(egui::UiBuilder::new().max_rect(left).id_salt("playing"));
    track_ui(scene, &mut main, &track);
    if has_queue {
        let right = Rect::from_min_max(pos2(whole.right() - queue_width, whole.top()), whole.max);
        let mut side = ui.new_child(egui::UiBuilder::new().max_rect(right).id_salt("queue"));
        drops::target_ui(scene, &side, right, DropTarget::Queue);
        queue_ui(scene, &mut side);
    }
    ui.allocate_rect(whole, Sense::hover());
}

fn track_ui(scene: &mut Scene<'_>, ui: &mut Ui, track: &crate::player::Track) {
    let t = tokens(ui);
    let room = ui.available_size();
    let lyrics = track
        .item
        .map(ItemId)
        .and_then(|item| match scene.state.lyrics.get(&item) {
            Some(lyrics) => lyrics.clone(),
            None => {
                scene.send(Command::Want(Want::Lyrics(item)));
                None
            }
        });
    let below = 190.0;
    let lyrics_height = if lyrics.is_some() {
        (room.y * 0.3).max(96.0)
    } else {
        0.0
    };
    let side = (room.y - below - lyrics_height)
        .min(room.x)
        .clamp(96.0, 460.0);
    ui.vertical_centered(|ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(side, side), Sense::hover());
        match track.item.map(ItemId) {
            Some(item) => {
                picture::paint_item(scene, ui, item, &track.album, rect, theme::RADIUS_SHEET)
            }
            None => cover::paint(
                ui.painter(),
                rect,
                &track.title,
                t.is_dark,
                theme::RADIUS_SHEET,
            ),
        }
        ui.add_space(SPACE_12);
        label::section_ui(ui, &track.title);
        let below = if track.album.is_empty() {
            track.artist.clone()
        } else {
            format!("{} — {}", track.artist, track.album)
        };
        label::secondary_ui(ui, &below);
        if let Some(problem) = player_bar::problem_of(scene) {
            ui.label(egui::RichText::new(problem).color(t.warn));
        }
        ui.add_space(SPACE_8);
        let width = room.x.min(560.0);
        ui.allocate_ui(vec2(width, 56.0), |ui| {
            ui.horizontal_centered(|ui| player_bar::seek_ui(scene, ui, 48.0));
        });
        ui.allocate_ui(vec2(220.0, 44.0), |ui| {
            ui.horizontal_centered(|ui| {
                player_bar::modes_ui(scene, ui);
                player_bar::transport_ui(scene, ui);
            });
        });
    });
    if let Some(lyrics) = lyrics {
        lyrics_ui(scene, ui, &lyrics);
    }
}

/// Lyrics; synced ones follow, and a click on a line goes there.
fn lyrics_ui(scene: &mut Scene<'_>, ui: &mut Ui, lyrics: &crate::media::audio::Lyrics) {
    let t = tokens(ui);
    let now_ms = scene.state.player.position.as_millis() as u64;
    let current = lyrics
        .is_synced
        .then(|| {
            lyrics
                .lines
                .iter()
                .rposition(|(at, _)| at.is_some_and(|at| at <= now_ms))
        })
        .flatten();
    let has_moved = scene.memory.lyric_line != current;
    scene.memory.lyric_line = current;
    ScrollArea::vertical()
        .id_salt("lyrics")
        .auto_shrink(false)
        .show(ui, |ui| {
            ui.vertical_centered(|ui| {
                for (at, (time, line)) in lyrics.lines.iter().enumerate() {
                    let is_now = Some(at) == current;
                    let colour = if is_now || !lyrics.is_synced {
                        t.text
                    } else {
                        t.faint
                    };
                    let font = if is_now {
                        theme::strong(theme::TEXT_STRONG)
                    } else {
                        theme::regular(theme::TEXT_STRONG)
                    };
                    let text = if line.is_empty() { "♪" } else { line };
                    let response = ui.add(
                        egui::Label::new(egui::RichText::new(text).font(font).color(colour)).sense(
                            if time.is_some() {
                                Sense::click()
                            } else {
                                Sense::hover()
                            },
                        ),
                    );
                    if is_now && has_moved {
                        response.scroll_to_me(Some(egui::Align::Center));
                    }
                    if let Some(time) = time
                        && response.clicked()
                    {
                        let to = std::time::Duration::from_millis(*time);
                        scene.send(Command::Play(Play::Player(PlayerCommand::SeekTo(to))));
                    }
                }
                ui.add_space(SPACE_24);
            });
        });
}

fn queue_ui(scene: &mut Scene<'_>, ui: &mut Ui) {
    let status = scene.state.player.clone();
    ui.horizontal(|ui| {
        label::section_ui(ui, &scene.text("queue"));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if button::icon_ui(ui, Icon::ListX, &scene.text("action-clear-queue")).clicked() {
                scene.send(Command::Play(Play::Player(PlayerCommand::Clear)));
            }
        });
    });
    ui.add_space(SPACE_4);
    let height = 52.0;
    ScrollArea::vertical()
        .id_salt("queue list")
        .auto_shrink(false)
        .show_rows(
            ui,
            height - ui.spacing().item_spacing.y,
            status.queue.len(),
            |ui, range| {
                ui.spacing_mut().item_spacing.y = 0.0;
                for at in range {
                    queue_row_ui(scene, ui, &status, at, height);
                }
            },
        );
}

fn queue_row_ui(
    scene: &mut Scene<'_>,
    ui: &mut Ui,
    status: &crate::player::Status,
    at: usize,
    height: f32,
) {
    let track = &status.queue[at];
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::click());
    let name = format!("{} — {}", track.title, track.artist);
    let is_now = status.current == Some(at);
    response.widget_info(|| WidgetInfo::selected(Role::ListItem, true, is_now, &name));
    let t = tokens(ui);
    let is_hovered = ui.rect_contains_pointer(rect);
    if is_now {
        ui.painter()
            .rect_filled(rect, CornerRadius::same(theme::RADIUS_SMALL), t.selection);
    } else if is_hovered {
        ui.painter()
            .rect_filled(rect, CornerRadius::same(theme::RADIUS_SMALL), t.hover);
    }
    let square = Rect::from_min_size(rect.min + vec2(6.0, 6.0), vec2(40.0, 40.0));
    match track.item.map(ItemId) {
        Some(item) => {
            picture::paint_item(scene, ui, item, &track.album, square, theme::RADIUS_SMALL)
        }
        None => cover::paint(
            ui.painter(),
            square,
            &track.title,
            t.is_dark,
            theme::RADIUS_SMALL,
        ),
    }
    let left = square.right() + SPACE_12;
    let room = rect.right() - left - if is_hovered { 40.0 } else { 52.0 };
    let (title, _) = row::shortened(
        ui,
        &track.title,
        theme::regular(theme::TEXT_BODY),
        t.text,
        room,
    );
    ui.painter()
        .galley(pos2(left, rect.center().y - title.size().y), title, t.text);
    let below = track.why.clone().unwrap_or_else(|| track.artist.clone());
    let (galley, _) = row::shortened(
        ui,
        &below,
        theme::regular(theme::TEXT_CAPTION),
        t.secondary,
        room,
    );
    ui.painter()
        .galley(pos2(left, rect.center().y + 1.0), galley, t.secondary);
    if is_hovered {
        let place =
            Rect::from_center_size(pos2(rect.right() - 22.0, rect.center().y), vec2(32.0, 32.0));
        let mut corner = ui.new_child(
            egui::UiBuilder::new()
                .max_rect(place)
                .id_salt(("remove", at)),
        );
        let name = scene.with("queue-remove", &[("title", track.title.as_str().into())]);
        if button::sized_ui(&mut corner, Icon::X, &name, false, 32.0, 16.0).clicked() {
            scene.send(Command::Play(Play::Player(PlayerCommand::Remove(at))));
            return;
        }
    } else if let Some(ms) = track.duration_ms {
        ui.painter().text(
            pos2(rect.right() - SPACE_8, rect.center().y),
            egui::Align2::RIGHT_CENTER,
            label::duration(ms),
            theme::regular(theme::TEXT_CAPTION),
            t.faint,
        );
    }
    button::focus_ring(ui, &response);
    if response
        .on_hover_cursor(CursorIcon::PointingHand)
        .double_clicked()
    {
        scene.send(Command::Play(Play::Player(PlayerCommand::JumpTo(at))));
    }
}
