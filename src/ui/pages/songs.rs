//! The songs table: sorted by any column, only visible rows drawn.

use std::cmp::Ordering;
use std::sync::Arc;

use eframe::egui;
use egui::accesskit::Role;
use egui::{
    Align2, CornerRadius, CursorIcon, Rect, Response, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2,
};
use lucide_icons::Icon;

use crate::app::command::{Command, Play, Select};
use crate::app::state::Music;
use crate::catalog::{Flags, ItemId, Song};
use crate::ui::drops::DraggedItems;
use crate::ui::memory::SongSort;
use crate::ui::scene::Scene;
use crate::ui::theme::{self, SPACE_8, SPACE_12, tokens};
use crate::ui::widgets::{button, label, row};

const ROW: f32 = 40.0;

/// Widths of the columns after the title, as shares of the table, and from which width they are shown.
struct Columns {
    title: f32,
    artist: f32,
    album: f32,
    year: f32,
    tempo: f32,
}

impl Columns {
    fn of(width: f32) -> Self {
        let rest = width - 70.0;
        let year = if width > 640.0 { 64.0 } else { 0.0 };
        let tempo = if width > 820.0 { 72.0 } else { 0.0 };
        let text = rest - year - tempo;
        let album = if width > 560.0 { text * 0.30 } else { 0.0 };
        Self {
            title: if album > 0.0 {
                text * 0.40
            } else {
                text * 0.58
            },
            artist: if album > 0.0 {
                text * 0.30
            } else {
                text * 0.42
            },
            album,
            year,
            tempo,
        }
    }
}

/// Draws the table.
pub fn songs_ui(scene: &mut Scene<'_>, ui: &mut Ui) {
    let music = scene.state.music.clone();
    let identity = Arc::as_ptr(&music) as usize;
    if scene.memory.song_order_of != identity || scene.memory.song_order.len() != music.songs.len()
    {
        scene.memory.song_order = order(
            &music,
            scene.memory.song_sort,
            scene.memory.is_song_sort_reversed,
        );
        scene.memory.song_order_of = identity;
    }
    header_ui(scene, ui);
    let song_order = std::mem::take(&mut scene.memory.song_order);
    ScrollArea::vertical()
        .id_salt("songs")
        .auto_shrink(false)
        .show_rows(
            ui,
            ROW - ui.spacing().item_spacing.y,
            song_order.len(),
            |ui, range| {
                ui.spacing_mut().item_spacing.y = 0.0;
                for at in range {
                    let Some(song) = song_order
                        .get(at)
                        .and_then(|&i| music.songs.get(i as usize))
                    else {
                        continue;
                    };
                    let response = song_row_ui(scene, ui, song);
                    if response.double_clicked() {
                        let items: Vec<ItemId> = song_order
                            .iter()
                            .map(|&i| music.songs[i as usize].id)
                            .collect();
                        scene.send(Command::Play(Play::Items {
                            items,
                            start: at,
                            why: None,
                        }));
                    }
                }
            },
        );
    scene.memory.song_order = song_order;
}

fn order(music: &Music, sort: SongSort, is_reversed: bool) -> Vec<u32> {
    let mut order: Vec<u32> = (0..music.songs.len() as u32).collect();
    let song = |i: u32| &music.songs[i as usize];
    let by_text = |a: &str, b: &str| -> Ordering {
        // Empty texts go last.
        (a.is_empty(), a.to_lowercase()).cmp(&(b.is_empty(), b.to_lowercase()))
    };
    match sort {
        SongSort::Title => order.sort_by(|&a, &b| by_text(&song(a).title, &song(b).title)),
        SongSort::Artist => order.sort_by(|&a, &b| by_text(&song(a).artist, &song(b).artist)),
        SongSort::Album => order.sort_by(|&a, &b| by_text(&song(a).album, &song(b).album)),
        SongSort::Year => order.sort_by_key(|&i| song(i).year.unwrap_or(i32::MAX)),
        SongSort::Tempo => order.sort_by(|&a, &b| {
            let tempo = |i: u32| song(i).bpm.unwrap_or(f32::MAX);
            tempo(a).total_cmp(&tempo(b))
        }),
        SongSort::Length => order.sort_by_key(|&i| song(i).duration_ms),
    }
    if is_reversed {
        order.reverse();
    }
    order
}

fn header_ui(scene: &mut Scene<'_>, ui: &mut Ui) {
    let width = ui.available_width();
    let columns = Columns::of(width);
    let cells = [
        ("column-title", SongSort::Title, columns.title),
        ("column-artist", SongSort::Artist, columns.artist),
        ("column-album", SongSort::Album, columns.album),
        ("column-year", SongSort::Year, columns.year),
        ("column-tempo", SongSort::Tempo, columns.tempo),
        ("column-length", SongSort::Length, 70.0),
    ];
    let (rect, _) = ui.allocate_exact_size(vec2(width, 32.0), Sense::hover());
    let mut x = rect.left();
    for (key, sort, cell_width) in cells {
        if cell_width <= 0.0 {
            continue;
        }
        let cell = Rect::from_min_size(pos2(x, rect.top()), vec2(cell_width, rect.height()));
        x += cell_width;
        let text = scene.text(key);
        let response = ui.interact(cell, ui.scope_id().with(("sort", key)), Sense::click());
        let is_on = scene.memory.song_sort == sort;
        response.widget_info(|| WidgetInfo::selected(Role::ColumnHeader, true, is_on, &*text));
        let t = tokens(ui);
        let colour = if is_on || response.hovered() {
            t.text
        } else {
            t.faint
        };
        let drawn = ui.painter().text(
            pos2(cell.left() + SPACE_8, cell.center().y),
            Align2::LEFT_CENTER,
            &*text,
            theme::regular(theme::TEXT_CAPTION),
            colour,
        );
        if is_on {
            let icon = if scene.memory.is_song_sort_reversed {
                Icon::ChevronDown
            } else {
                Icon::ChevronUp
            };
            ui.painter().text(
                pos2(drawn.right() + 10.0, cell.center().y),
                Align2::CENTER_CENTER,
                icon.unicode(),
                theme::icon(12.0),
                colour,
            );
        }
        button::focus_ring(ui, &response);
        if response.on_hover_cursor(CursorIcon::PointingHand).clicked() {
            scene.memory.is_song_sort_reversed = is_on && !scene.memory.is_song_sort_reversed;
            scene.memory.song_sort = sort;
            scene.memory.song_order_of = 0;
        }
    }
    ui.painter().hline(
        rect.x_range(),
        rect.bottom(),
        egui::Stroke::new(1.0, tokens(ui).line),
    );
}

fn base_row_ui(scene: &mut Scene<'_>, ui: &mut Ui, song: &Song) -> (Rect, Response, egui::Color32) {
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click_and_drag());
    let is_selected = scene.state.selection.contains(song.id);
    let name = format!("{} — {}", song.title, song.artist);
    response.widget_info(|| WidgetInfo::selected(Role::Row, true, is_selected, &name));
    let t = tokens(ui);
    let radius = CornerRadius::same(theme::RADIUS_SMALL);
    if is_selected {
        ui.painter().rect_filled(rect, radius, t.selection);
    } else if response.hovered() {
        ui.painter().rect_filled(rect, radius, t.hover);
    }
    button::focus_ring(ui, &response);
    if response.drag_started() {
        let items = if is_selected {
            scene.state.selection.order.clone()
        } else {
            vec![song.id]
        };
        response.dnd_set_drag_payload(DraggedItems(items));
    }
    if response.clicked() {
        let modifiers = ui.input(|i| i.modifiers);
        scene.send(Command::Select(if modifiers.shift {
            let songs = &scene.state.music.songs;
            let list = scene
                .memory
                .song_order
                .iter()
                .filter_map(|at| songs.get(*at as usize))
                .map(|song| song.id)
                .collect();
            let to = song.id;
            Select::Range { list, to }
        } else if modifiers.command {
            Select::Toggle(song.id)
        } else {
            Select::One(song.id)
        }));
    } else if response.secondary_clicked() && !is_selected {
        scene.send(Command::Select(Select::One(song.id)));
    }
    response.context_menu(|ui| crate::ui::menus::items_ui(scene, ui, song.id));
    let is_playing = scene
        .state
        .player
        .track()
        .is_some_and(|track| track.item == Some(song.id.0));
    let ink = if song.flags.contains(Flags::MISSING) || song.flags.contains(Flags::UNSUPPORTED) {
        t.faint
    } else if is_playing {
        t.accent
    } else {
        t.text
    };
    (rect, response, ink)
}

fn cell(ui: &Ui, rect: Rect, x: &mut f32, width: f32, text: &str, colour: egui::Color32) {
    if width <= 0.0 {
        return;
    }
    let (galley, _) = row::shortened(
        ui,
        text,
        theme::regular(theme::TEXT_BODY),
        colour,
        width - SPACE_12,
    );
    ui.painter().galley(
        pos2(*x + SPACE_8, rect.center().y - galley.size().y / 2.0),
        galley,
        colour,
    );
    *x += width;
}

fn song_row_ui(scene: &mut Scene<'_>, ui: &mut Ui, song: &Song) -> Response {
    let (rect, response, ink) = base_row_ui(scene, ui, song);
    let t = tokens(ui);
    let columns = Columns::of(rect.width());
    let mut x = rect.left();
    cell(ui, rect, &mut x, columns.title, &song.title, ink);
    cell(ui, rect, &mut x, columns.artist, &song.artist, t.secondary);
    cell(ui, rect, &mut x, columns.album, &song.album, t.secondary);
    let year = song.year.map_or(String::new(), |year| year.to_string());
    cell(ui, rect, &mut x, columns.year, &year, t.faint);
    let tempo = song.bpm.map_or(String::new(), |bpm| format!("{bpm:.0}"));
    cell(ui, rect, &mut x, columns.tempo, &tempo, t.faint);
    cell(ui, rect, &mut x, 70.0, &length(song), t.faint);
    response
}

/// A row of an album: number, title, perhaps the artist, length.
pub fn track_row_ui(
    scene: &mut Scene<'_>,
    ui: &mut Ui,
    song: &Song,
    number: &str,
    has_artist: bool,
) -> Response {
    let (rect, response, ink) = base_row_ui(scene, ui, song);
    let t = tokens(ui);
    let mut x = rect.left();
    cell(ui, rect, &mut x, 44.0, number, t.faint);
    let artist = if has_artist { rect.width() * 0.3 } else { 0.0 };
    cell(
        ui,
        rect,
        &mut x,
        rect.width() - 114.0 - artist,
        &song.title,
        ink,
    );
    cell(ui, rect, &mut x, artist, &song.artist, t.secondary);
    cell(ui, rect, &mut x, 70.0, &length(song), t.faint);
    response
}

fn length(song: &Song) -> String {
    if song.duration_ms > 0 {
        label::duration(song.duration_ms)
    } else {
        "—".to_owned()
    }
}
