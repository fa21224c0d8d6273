//! Music: albums, artists, songs, and one album or artist opened.

use eframe::egui;
use egui::{ScrollArea, Ui};
use lucide_icons::Icon;

use crate::app::command::{Command, Files, MusicPage, Page};
use crate::ui::pages::{albums, songs};
use crate::ui::scene::Scene;
use crate::ui::theme::{SPACE_8, SPACE_12};
use crate::ui::widgets::row::{Row, row_ui};
use crate::ui::widgets::{button, empty};

/// Draws the part of the page that is open.
pub fn music_ui(scene: &mut Scene<'_>, ui: &mut Ui, page: &MusicPage) {
    if scene.state.music.songs.is_empty() {
        if scene.state.is_ready
            && empty::empty_ui(
                ui,
                Icon::Music,
                &scene.text("music-empty"),
                Some(&scene.text("action-add-folder")),
            )
        {
            scene.send(Command::Files(Files::ChooseFolders));
        }
        return;
    }
    match page {
        MusicPage::Album(key) => return albums::album_ui(scene, ui, key),
        MusicPage::Artist(name) => return albums::artist_ui(scene, ui, name),
        MusicPage::Albums | MusicPage::Artists | MusicPage::Songs => {}
    }
    let (albums, artists, songs) = (
        scene.text("music-albums"),
        scene.text("music-artists"),
        scene.text("music-songs"),
    );
    let choices = [(0, &*albums), (1, &*artists), (2, &*songs)];
    let current = match page {
        MusicPage::Artists => 1,
        MusicPage::Songs => 2,
        _ => 0,
    };
    if let Some(chosen) = button::segments_ui(ui, &choices, current) {
        scene.send(Command::Go(Page::Music(match chosen {
            1 => MusicPage::Artists,
            2 => MusicPage::Songs,
            _ => MusicPage::Albums,
        })));
    }
    ui.add_space(SPACE_12);
    match page {
        MusicPage::Artists => artists_ui(scene, ui),
        MusicPage::Songs => songs::songs_ui(scene, ui),
        _ => albums::albums_ui(scene, ui),
    }
}

fn artists_ui(scene: &mut Scene<'_>, ui: &mut Ui) {
    let music = scene.state.music.clone();
    ScrollArea::vertical()
        .id_salt("artists")
        .auto_shrink(false)
        .show_rows(ui, 36.0, music.artists.len(), |ui, range| {
            ui.set_max_width(crate::ui::theme::COLUMN_WIDTH);
            for artist in &music.artists[range] {
                let end = scene.with("n-songs", &[("n", artist.song_count.into())]);
                let response = row_ui(
                    ui,
                    &Row {
                        end: Some(end),
                        ..Row::new(Icon::User, &artist.name)
                    },
                );
                if response.clicked() {
                    scene.send(Command::Go(Page::Music(MusicPage::Artist(
                        artist.name.clone(),
                    ))));
                }
            }
        });
    ui.add_space(SPACE_8);
}
