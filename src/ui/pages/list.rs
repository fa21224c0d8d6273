//! Search results and similar items: a title and a grid.

use eframe::egui::Ui;
use lucide_icons::Icon;

use crate::app::command::{Command, ListKey};
use crate::catalog::ItemId;
use crate::ui::menus::want_list;
use crate::ui::scene::Scene;
use crate::ui::theme::SPACE_8;
use crate::ui::widgets::grid::{self, Sections};
use crate::ui::widgets::{empty, label};

/// What the search box found.
pub fn results_ui(scene: &mut Scene<'_>, ui: &mut Ui) {
    if let Some(problem) = scene.state.search.problem.clone() {
        empty::empty_ui(ui, Icon::SearchX, &problem, None);
        return;
    }
    let Some(list) = want_list(scene, ListKey::Results) else {
        return;
    };
    if list.is_empty() {
        let text = scene.with(
            "search-nothing",
            &[("query", scene.state.search.text.as_str().into())],
        );
        if empty::empty_ui(
            ui,
            Icon::SearchX,
            &text,
            Some(&scene.text("action-clear-search")),
        ) {
            scene.memory.typed.clear();
            scene.send(Command::Search(String::new()));
        }
        return;
    }
    label::section_ui(ui, &scene.with("n-items", &[("n", list.len().into())]));
    ui.add_space(SPACE_8);
    grid::grid_ui(scene, ui, "results", &list, Sections::None);
}

/// Items like one, nearest first.
pub fn similar_ui(scene: &mut Scene<'_>, ui: &mut Ui, item: ItemId) {
    let title = super::home::title_of(scene, item);
    label::section_ui(ui, &scene.with("similar-title", &[("title", title.into())]));
    ui.add_space(SPACE_8);
    let Some(list) = want_list(scene, ListKey::Similar(item)) else {
        return;
    };
    if list.is_empty() {
        empty::empty_ui(ui, Icon::Images, &scene.text("similar-nothing"), None);
        return;
    }
    grid::grid_ui(scene, ui, "similar", &list, Sections::None);
}
