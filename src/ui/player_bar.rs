//! The player bar: cover, title, buttons, waveform, queue, volume. Absent until something has played once.

use eframe::egui;
use egui::accesskit::Role;
use egui::{
    Align, CornerRadius, CursorIcon, Frame, Layout, Margin, Panel, Rect, Sense, Ui, WidgetInfo,
    pos2, vec2,
};
use lucide_icons::Icon;

use crate::app::actions::Action;
use crate::app::command::{Command, DropTarget, Page, Play, Want};
use crate::catalog::ItemId;
use crate::player::{PlayerCommand, Repeat, State};
use crate::ui::drops;
use crate::ui::scene::Scene;
use crate::ui::theme::{self, SPACE_4, SPACE_8, SPACE_12, SPACE_16, tokens};
use crate::ui::widgets::{button, cover, label, picture, row, waveform};

/// Draws the bar.
pub fn player_bar_ui(scene: &mut Scene<'_>, ui: &mut Ui) {
    if !scene.state.has_played {
        return;
    }
    let t = tokens(ui);
    Panel::bottom("player")
        .exact_size(theme::PLAYER_HEIGHT)
        .resizable(false)
        .show_separator_line(false)
        .frame(
            Frame::new()
                .fill(t.surface)
                .inner_margin(Margin::symmetric(SPACE_12 as i8, SPACE_8 as i8)),
        )
        .show(ui, |ui| {
            let rect = ui.max_rect().expand2(vec2(SPACE_12, SPACE_8));
            drops::target_ui(scene, ui, rect, DropTarget::Player);
            let is_wide = ui.available_width() > 860.0;
            ui.horizontal_centered(|ui| {
                transport_ui(scene, ui);
                ui.add_space(SPACE_8);
                track_ui(scene, ui, if is_wide { 240.0 } else { 170.0 });
                ui.add_space(SPACE_8);
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    ends_ui(scene, ui, is_wide);
                    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                        seek_ui(scene, ui, 40.0)
                    });
                });
            });
        });
}

/// Previous, play, next.
pub fn transport_ui(scene: &mut Scene<'_>, ui: &mut Ui) {
    let is_playing = scene.state.player.is_playing();
    if button::icon_ui(ui, Icon::SkipBack, &scene.tip(Action::Previous)).clicked() {
        scene.act(Action::Previous);
    }
    let (icon, key) = if is_playing {
        (Icon::Pause, "action-pause")
    } else {
        (Icon::Play, "action-play")
    };
    let name = scene.text(key);
    if button::round_ui(ui, icon, &name, 40.0).clicked() {
        scene.act(Action::TogglePlay);
    }
    if button::icon_ui(ui, Icon::SkipForward, &scene.tip(Action::Next)).clicked() {
        scene.act(Action::Next);
    }
}

/// Cover, title, artist; opens the now-playing page. A problem takes the artist's place.
fn track_ui(scene: &mut Scene<'_>, ui: &mut Ui, width: f32) {
    let status = scene.state.player.clone();
    let (rect, response) = ui.allocate_exact_size(vec2(width, 52.0), Sense::click());
    let t = tokens(ui);
    let name = scene.text("page-now-playing");
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &*name));
    let square = Rect::from_min_size(pos2(rect.left(), rect.center().y - 24.0), vec2(48.0, 48.0));
    let Some(track) = status.track() else {
        label_at(ui, rect, &scene.text("player-empty"), t.faint, 0.0);
        return;
    };
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
    let problem = problem_of(scene);
    let left = square.right() + SPACE_12;
    let room = rect.right() - left;
    let (title, _) = row::shortened(
        ui,
        &track.title,
        theme::strong(theme::TEXT_BODY),
        t.text,
        room,
    );
    ui.painter().galley(
        pos2(left, rect.center().y - title.size().y - 1.0),
        title,
        t.text,
    );
    let (below, colour) = match &problem {
        Some(problem) => (problem.clone(), t.warn),
        None => (track.artist.clone(), t.secondary),
    };
    let (galley, _) = row::shortened(
        ui,
        &below,
        theme::regular(theme::TEXT_CAPTION),
        colour,
        room,
    );
    ui.painter()
        .galley(pos2(left, rect.center().y + 2.0), galley, colour);
    button::focus_ring(ui, &response);
    let mut response = response.on_hover_cursor(CursorIcon::PointingHand);
    if let Some(problem) = problem {
        response = response.on_hover_text(problem);
    }
    if response.clicked() {
        scene.send(Command::Go(Page::NowPlaying));
    }
}

fn label_at(ui: &Ui, rect: Rect, text: &str, colour: egui::Color32, x: f32) {
    let (galley, _) = row::shortened(
        ui,
        text,
        theme::regular(theme::TEXT_BODY),
        colour,
        rect.width() - x,
    );
    ui.painter().galley(
        pos2(rect.left() + x, rect.center().y - galley.size().y / 2.0),
        galley,
        colour,
    );
}

/// What is wrong with the player, as a sentence.
pub fn problem_of(scene: &Scene<'_>) -> Option<String> {
    let status = &scene.state.player;
    match &status.state {
        State::NoDevice(why) => {
            Some(scene.with("player-no-device", &[("why", why.as_str().into())]))
        }
        State::Lost(name) => Some(scene.with("player-lost", &[("device", name.as_str().into())])),
        _ => status.problem.as_ref().map(ToString::to_string),
    }
}

/// Time, waveform, length.
pub fn seek_ui(scene: &mut Scene<'_>, ui: &mut Ui, height: f32) {
    let status = scene.state.player.clone();
    let duration = status.duration.unwrap_or_default();
    let share = if duration.is_zero() {
        0.0
    } else {
        (status.position.as_secs_f64() / duration.as_secs_f64()) as f32
    };
    let item = status.track().and_then(|track| track.item).map(ItemId);
    let peaks = item.and_then(|item| {
        let have = scene.state.waveforms.get(&item).cloned();
        if have.is_none() {
            scene.send(Command::Want(Want::Waveform(item)));
        }
        have
    });
    let position = label::duration(status.position.as_millis() as u64);
    let length = if duration.is_zero() {
        "—".to_owned()
    } else {
        label::duration(duration.as_millis() as u64)
    };
    fixed_text(ui, &position, 44.0);
    let width = ui.available_width() - 52.0;
    let mut target = None;
    ui.allocate_ui(vec2(width.max(40.0), height), |ui| {
        target = waveform::waveform_ui(ui, &scene.text("seek"), peaks.as_deref(), share, height);
    });
    fixed_text(ui, &length, 44.0);
    if let Some(share) = target
        && !duration.is_zero()
    {
        scene.send(Command::Play(Play::Player(PlayerCommand::SeekTo(
            duration.mul_f64(f64::from(share)),
        ))));
    }
}

fn fixed_text(ui: &mut Ui, text: &str, width: f32) {
    let (rect, _) = ui.allocate_exact_size(vec2(width, 20.0), Sense::hover());
    let t = tokens(ui);
    ui.painter().text(
        rect.center(),
        egui::Align2::CENTER_CENTER,
        text,
        theme::regular(theme::TEXT_CAPTION),
        t.secondary,
    );
}

/// Volume, queue, shuffle, repeat; from the right.
fn ends_ui(scene: &mut Scene<'_>, ui: &mut Ui, is_wide: bool) {
    let status = scene.state.player.clone();
    ui.spacing_mut().item_spacing.x = SPACE_4;
    if is_wide {
        volume_ui(scene, ui, 84.0);
    }
    let icon = if status.is_muted {
        Icon::VolumeX
    } else {
        Icon::Volume2
    };
    if button::toggle_ui(ui, icon, &scene.tip(Action::Mute), status.is_muted).clicked() {
        scene.act(Action::Mute);
    }
    if button::icon_ui(ui, Icon::ListMusic, &scene.tip(Action::NowPlaying)).clicked() {
        scene.act(Action::NowPlaying);
    }
    if is_wide {
        modes_ui(scene, ui);
    }
    ui.add_space(SPACE_16);
}

/// Repeat and shuffle.
pub fn modes_ui(scene: &mut Scene<'_>, ui: &mut Ui) {
    let status = scene.state.player.clone();
    let icon = if status.repeat == Repeat::One {
        Icon::Repeat1
    } else {
        Icon::Repeat
    };
    if button::toggle_ui(
        ui,
        icon,
        &scene.tip(Action::CycleRepeat),
        status.repeat != Repeat::Off,
    )
    .clicked()
    {
        scene.act(Action::CycleRepeat);
    }
    if button::toggle_ui(
        ui,
        Icon::Shuffle,
        &scene.tip(Action::ToggleShuffle),
        status.is_shuffled,
    )
    .clicked()
    {
        scene.act(Action::ToggleShuffle);
    }
}

/// The volume slider.
pub fn volume_ui(scene: &mut Scene<'_>, ui: &mut Ui, width: f32) {
    let status = scene.state.player.clone();
    let (rect, response) = ui.allocate_exact_size(vec2(width, 36.0), Sense::click_and_drag());
    let name = scene.text("volume");
    response.widget_info(|| WidgetInfo::slider(true, f64::from(status.volume) * 100.0, &*name));
    let t = tokens(ui);
    let line = Rect::from_center_size(rect.center(), vec2(rect.width() - 12.0, 4.0));
    let share = if status.is_muted {
        0.0
    } else {
        status.volume.clamp(0.0, 1.0)
    };
    let x = egui::lerp(line.x_range().min..=line.x_range().max, share);
    ui.painter().rect_filled(
        line,
        CornerRadius::same(2),
        theme::mixed(t.surface, t.text, 0.2),
    );
    ui.painter().rect_filled(
        Rect::from_min_max(line.min, pos2(x, line.bottom())),
        CornerRadius::same(2),
        t.accent,
    );
    ui.painter().circle_filled(
        pos2(x, line.center().y),
        if response.hovered() || response.dragged() {
            7.0
        } else {
            5.0
        },
        t.accent,
    );
    button::focus_ring(ui, &response);
    let response = response.on_hover_text(format!("{name} {:.0}%", share * 100.0));
    if (response.dragged() || response.clicked())
        && let Some(at) = response.interact_pointer_pos()
    {
        let share = ((at.x - line.left()) / line.width()).clamp(0.0, 1.0);
        scene.send(Command::Play(Play::Player(PlayerCommand::SetVolume(share))));
    }
}
