//! Albums: the cover grid, one album with its tracks, one artist.

use eframe::egui;
use egui::accesskit::Role;
use egui::{
    CornerRadius, CursorIcon, Frame, Margin, Rect, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2,
};
use lucide_icons::Icon;

use crate::app::command::{AlbumKey, Command, MusicPage, Page, Play};
use crate::app::state::Album;
use crate::ui::pages::songs;
use crate::ui::scene::Scene;
use crate::ui::textures::Thumb;
use crate::ui::theme::{self, SPACE_4, SPACE_8, SPACE_16, SPACE_24, tokens};
use crate::ui::widgets::{button, label, picture, row};

/// Narrowest cover of the grid, in points.
const COVER_MIN: f32 = 160.0;

/// All albums.
pub fn albums_ui(scene: &mut Scene<'_>, ui: &mut Ui) {
    let music = scene.state.music.clone();
    if music.albums.is_empty() {
        songs::songs_ui(scene, ui);
        return;
    }
    let all: Vec<usize> = (0..music.albums.len()).collect();
    ScrollArea::vertical()
        .id_salt("albums")
        .auto_shrink(false)
        .show_viewport(ui, |ui, viewport| grid(scene, ui, viewport, &all));
}

/// A grid of covers, only the visible ones drawn.
fn grid(scene: &mut Scene<'_>, ui: &mut Ui, viewport: Rect, albums: &[usize]) {
    let music = scene.state.music.clone();
    let width = ui.available_width() - SPACE_8;
    let columns = ((width + SPACE_16) / (COVER_MIN + SPACE_16))
        .floor()
        .max(1.0) as usize;
    let side = (width - SPACE_16 * (columns - 1) as f32) / columns as f32;
    let step = side + 48.0 + SPACE_16;
    let rows = albums.len().div_ceil(columns);
    ui.set_height(rows as f32 * step);
    let origin = ui.min_rect().min;
    let first = (viewport.top() / step).floor().max(0.0) as usize;
    let last = ((viewport.bottom() / step).ceil() as usize).min(rows);
    for line in first..last {
        for column in 0..columns {
            let Some(album) = albums
                .get(line * columns + column)
                .and_then(|&at| music.albums.get(at))
            else {
                break;
            };
            let at = origin + vec2(column as f32 * (side + SPACE_16), line as f32 * step);
            album_card(
                scene,
                ui,
                album,
                Rect::from_min_size(at, vec2(side, side + 48.0)),
                side,
            );
        }
    }
}

fn album_card(scene: &mut Scene<'_>, ui: &mut Ui, album: &Album, rect: Rect, side: f32) {
    let music = scene.state.music.clone();
    let id = ui
        .scope_id()
        .with(("album", &album.key.artist, &album.key.title));
    let response = ui.interact(rect, id, Sense::click_and_drag());
    let name = format!("{} — {}", album.key.title, album.key.artist);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    let t = tokens(ui);
    let cover = Rect::from_min_size(rect.min, vec2(side, side));
    if let Some(&song) = album
        .songs
        .first()
        .and_then(|&at| music.songs.get(at as usize))
        .map(|s| &s.id)
    {
        picture::paint_item(scene, ui, song, &album.key.title, cover, theme::RADIUS_CARD);
    }
    if response.drag_started() {
        response.dnd_set_drag_payload(crate::ui::drops::DraggedItems(music.items_of(album)));
    }
    let mut y = cover.bottom() + 6.0;
    let below = match album.year {
        Some(year) => format!("{} · {year}", album.key.artist),
        None => album.key.artist.clone(),
    };
    for (line, font, colour) in [
        (&album.key.title, theme::regular(theme::TEXT_BODY), t.text),
        (&below, theme::regular(theme::TEXT_CAPTION), t.faint),
    ] {
        let (galley, _) = row::shortened(ui, line, font, colour, side);
        ui.painter()
            .galley(pos2(rect.left(), y), galley.clone(), colour);
        y += galley.size().y + 1.0;
    }
    button::focus_ring(ui, &response);
    let is_hovered = ui.rect_contains_pointer(cover);
    if is_hovered {
        let place =
            Rect::from_center_size(cover.right_bottom() - vec2(28.0, 28.0), vec2(40.0, 40.0));
        let mut corner = ui.new_child(egui::UiBuilder::new().max_rect(place).id_salt(id));
        let name = scene.with(
            "action-play-album",
            &[("title", album.key.title.as_str().into())],
        );
        if button::round_ui(&mut corner, Icon::Play, &name, 40.0).clicked() {
            play(scene, album, 0);
            return;
        }
    }
    if response.on_hover_cursor(CursorIcon::PointingHand).clicked() {
        scene.send(Command::Go(Page::Music(MusicPage::Album(
            album.key.clone(),
        ))));
    }
}

fn play(scene: &mut Scene<'_>, album: &Album, start: usize) {
    let items = scene.state.music.items_of(album);
    scene.send(Command::Play(Play::Items {
        items,
        start,
        why: None,
    }));
}

/// One album: cover, tinted header, tracks.
pub fn album_ui(scene: &mut Scene<'_>, ui: &mut Ui, key: &AlbumKey) {
    let music = scene.state.music.clone();
    let Some(album) = music.album(key) else {
        scene.send(Command::Go(Page::Music(MusicPage::Albums)));
        return;
    };
    let items = music.items_of(album);
    let Some(&first) = items.first() else {
        return;
    };
    ScrollArea::vertical()
        .id_salt(("album", &key.artist, &key.title))
        .auto_shrink(false)
        .show(ui, |ui| {
            let t = tokens(ui);
            let side = if ui.available_width() < 620.0 {
                140.0
            } else {
                208.0
            };
            let ground = match scene.thumb(ui, first, side) {
                Thumb::Ready(_) => scene.textures.tint(first, t.is_dark).unwrap_or(t.surface),
                _ => t.surface,
            };
            Frame::new()
                .fill(ground)
                .corner_radius(CornerRadius::same(theme::RADIUS_SHEET))
                .inner_margin(Margin::same(SPACE_24 as i8))
                .show(ui, |ui| {
                    ui.set_width(ui.available_width());
                    ui.horizontal(|ui| {
                        let (cover, _) = ui.allocate_exact_size(vec2(side, side), Sense::hover());
                        picture::paint_item(
                            scene,
                            ui,
                            first,
                            &key.title,
                            cover,
                            theme::RADIUS_CARD,
                        );
                        ui.add_space(SPACE_16);
                        ui.vertical(|ui| {
                            ui.add_space((side - 130.0).max(0.0) / 2.0);
                            label::page_ui(ui, &key.title);
                            if ui
                                .link(
                                    egui::RichText::new(&key.artist)
                                        .font(theme::strong(theme::TEXT_STRONG))
                                        .color(t.text),
                                )
                                .clicked()
                            {
                                scene.send(Command::Go(Page::Music(MusicPage::Artist(
                                    key.artist.clone(),
                                ))));
                            }
                            let mut facts = vec![
                                scene.with("n-songs", &[("n", items.len().into())]),
                                label::duration(album.duration_ms),
                            ];
                            if let Some(year) = album.year {
                                facts.insert(0, year.to_string());
                            }
                            label::secondary_ui(ui, &facts.join(" · "));
                            ui.add_space(SPACE_8);
                            ui.horizontal(|ui| {
                                if button::strong_ui(
                                    ui,
                                    Some(Icon::Play),
                                    &scene.text("action-play"),
                                )
                                .clicked()
                                {
                                    play(scene, album, 0);
                                }
                                if button::word_ui(
                                    ui,
                                    Some(Icon::ListPlus),
                                    &scene.text("action-play-later"),
                                )
                                .clicked()
                                {
                                    scene.send(Command::Play(Play::Later(items.clone())));
                                }
                            });
                        });
                    });
                });
            ui.add_space(SPACE_16);
            let mut disc = None;
            for (at, &song_at) in album.songs.iter().enumerate() {
                let Some(song) = music.songs.get(song_at as usize) else {
                    continue;
                };
                if song.disc.is_some_and(|d| d > 1) && song.disc != disc {
                    ui.add_space(SPACE_8);
                    let number = usize::try_from(song.disc.unwrap_or(1)).unwrap_or(1);
                    label::caption_ui(ui, &scene.with("disc", &[("n", number.into())]));
                }
                disc = song.disc;
                let number = song.track.map_or(String::new(), |n| n.to_string());
                let others = song.artist != key.artist;
                let response = songs::track_row_ui(scene, ui, song, &number, others);
                if response.double_clicked() {
                    play(scene, album, at);
                }
            }
            ui.add_space(SPACE_24);
        });
}

/// One artist: their albums, and songs that are on none.
pub fn artist_ui(scene: &mut Scene<'_>, ui: &mut Ui, name: &str) {
    let music = scene.state.music.clone();
    let Some(artist) = music.artists.iter().find(|artist| artist.name == name) else {
        scene.send(Command::Go(Page::Music(MusicPage::Artists)));
        return;
    };
    label::page_ui(ui, name);
    label::secondary_ui(
        ui,
        &scene.with("n-songs", &[("n", artist.song_count.into())]),
    );
    ui.add_space(SPACE_16);
    let albums: Vec<usize> = artist.albums.iter().map(|&at| at as usize).collect();
    ScrollArea::vertical()
        .id_salt(("artist", name))
        .auto_shrink(false)
        .show_viewport(ui, |ui, viewport| {
            if albums.is_empty() {
                for song in music.songs.iter().filter(|s| s.artist == name) {
                    let response = songs::track_row_ui(scene, ui, song, "", false);
                    if response.double_clicked() {
                        scene.send(Command::Play(Play::Items {
                            items: vec![song.id],
                            start: 0,
                            why: None,
                        }));
                    }
                }
            } else {
                grid(scene, ui, viewport, &albums);
            }
        });
    ui.add_space(SPACE_4);
}
