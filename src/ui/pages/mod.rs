//! One file per page.

pub mod albums;
pub mod clips;
pub mod collections;
pub mod home;
pub mod list;
pub mod music;
pub mod now_playing;
mod outward;
pub mod photos;
pub mod settings;
pub mod songs;
pub mod tag;
pub mod tags;
pub mod taste;
pub mod tidy;
pub mod viewer;
pub mod welcome;

use eframe::egui::Ui;

use crate::app::command::Page;
use crate::ui::scene::Scene;

/// Draws the page the person is on.
pub fn page_ui(scene: &mut Scene<'_>, ui: &mut Ui) {
    if scene.state.is_ready
        && scene.state.index.is_empty()
        && !matches!(scene.state.page, Page::Settings)
    {
        welcome::welcome_ui(scene, ui);
        return;
    }
    match scene.state.page.clone() {
        Page::Home => home::home_ui(scene, ui),
        Page::Photos => photos::photos_ui(scene, ui),
        Page::Music(page) => music::music_ui(scene, ui, &page),
        Page::Clips => clips::clips_ui(scene, ui),
        Page::Tags(None) => tags::tags_ui(scene, ui),
        Page::Tags(Some(tag)) => tag::tag_ui(scene, ui, &tag),
        Page::Collections(None) => collections::collections_ui(scene, ui),
        Page::Collections(Some(id)) => collections::collection_ui(scene, ui, id),
        Page::Tidy => tidy::tidy_ui(scene, ui),
        Page::Taste => taste::taste_ui(scene, ui),
        Page::Settings => settings::settings_ui(scene, ui),
        Page::NowPlaying => now_playing::now_playing_ui(scene, ui),
        Page::Results => list::results_ui(scene, ui),
        Page::Similar(item) => list::similar_ui(scene, ui, item),
    }
}
