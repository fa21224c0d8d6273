//! Context menus.

use eframe::egui;
use egui::Ui;

use crate::app::actions::Action;
use crate::app::command::{Command, Edit, Files, ListKey, Page, Play, Sheet, View};
use crate::catalog::{Flags, ItemId};
use crate::media::Kind;
use crate::ui::scene::Scene;

/// The menu of one item, or of the selection when the item is part of it.
pub fn items_ui(scene: &mut Scene<'_>, ui: &mut Ui, id: ItemId) {
    ui.set_min_width(220.0);
    let items = if scene.state.selection.contains(id) {
        scene.state.selection.order.clone()
    } else {
        vec![id]
    };
    let row = scene.state.index.row(id).copied();
    let is_photo = row.is_some_and(|r| r.kind == Kind::Photo);
    let is_favourite = row.is_some_and(|r| r.flags.contains(Flags::FAVOURITE));
    let is_hidden = row.is_some_and(|r| r.flags.contains(Flags::HIDDEN));
    let state = scene.state;
    let commands = &mut *scene.commands;
    let mut choose = |ui: &mut Ui, key: &'static str, action: Option<Action>, command: Command| {
        let mut button =
            egui::Button::new(state.words.text(key).to_string()).frame_when_inactive(false);
        if let Some(shortcut) = action.and_then(|a| a.info().shortcut) {
            button = button.shortcut_text(shortcut.to_string());
        }
        if ui.add(button).clicked() {
            commands.push(command);
            ui.close();
        }
    };
    if is_photo {
        let open = View::Open {
            list: scene_list(state.listed.clone(), id),
            item: id,
        };
        choose(
            ui,
            "action-open",
            Some(Action::OpenSelected),
            Command::View(open),
        );
        choose(
            ui,
            "menu-soundtrack",
            None,
            Command::Play(Play::Soundtrack(id)),
        );
    } else {
        let play = Play::Items {
            items: items.clone(),
            start: 0,
            why: None,
        };
        choose(ui, "action-play", None, Command::Play(play));
        choose(
            ui,
            "action-play-next",
            None,
            Command::Play(Play::Next(items.clone())),
        );
        choose(
            ui,
            "action-play-later",
            None,
            Command::Play(Play::Later(items.clone())),
        );
    }
    choose(
        ui,
        "action-similar",
        Some(Action::Similar),
        Command::Go(Page::Similar(id)),
    );
    ui.separator();
    let sheet = |sheet| Command::View(View::Sheet(Some(sheet)));
    choose(
        ui,
        "action-tag",
        Some(Action::TagSelected),
        sheet(Sheet::QuickTag(items.clone())),
    );
    choose(
        ui,
        "action-add-to-collection",
        None,
        sheet(Sheet::AddToCollection(items.clone())),
    );
    let favourite = Edit::Favourite {
        items: items.clone(),
        on: !is_favourite,
    };
    let key = if is_favourite {
        "action-unfavourite"
    } else {
        "action-favourite"
    };
    choose(
        ui,
        key,
        Some(Action::FavouriteSelected),
        Command::Edit(favourite),
    );
    let hide = Edit::Hide {
        items: items.clone(),
        on: !is_hidden,
    };
    let key = if is_hidden {
        "action-unhide"
    } else {
        "action-hide"
    };
    choose(ui, key, Some(Action::HideSelected), Command::Edit(hide));
    if let Page::Collections(Some(collection)) = state.page {
        let remove = Edit::RemoveFromCollection {
            id: collection,
            items: items.clone(),
        };
        choose(
            ui,
            "action-remove-from-collection",
            None,
            Command::Edit(remove),
        );
    }
    ui.separator();
    choose(
        ui,
        "action-inspector",
        Some(Action::ToggleInspector),
        Command::View(View::Inspector(true)),
    );
    choose(ui, "action-reveal", None, Command::Files(Files::Reveal(id)));
    choose(
        ui,
        "action-move-to",
        None,
        Command::Files(Files::MoveTo(items.clone())),
    );
    choose(
        ui,
        "action-trash",
        None,
        Command::Files(Files::Trash(items.clone())),
    );
    if state.has_filed {
        choose(
            ui,
            "action-take-back-files",
            None,
            Command::Files(Files::TakeBackFiling),
        );
    }
}

/// The list the viewer steps through: the page's, or the item alone when the page does not show it.
pub fn scene_list(listed: std::sync::Arc<[ItemId]>, id: ItemId) -> std::sync::Arc<[ItemId]> {
    if listed.contains(&id) {
        listed
    } else {
        std::sync::Arc::new([id])
    }
}

/// The menu of a tag.
pub fn tag_ui(scene: &mut Scene<'_>, ui: &mut Ui, tag: &str) {
    ui.set_min_width(200.0);
    let rows = [
        ("action-open", Command::Go(Page::Tags(Some(tag.to_owned())))),
        (
            "action-rename",
            Command::View(View::Sheet(Some(Sheet::RenameTag(tag.to_owned())))),
        ),
        (
            "action-delete",
            Command::View(View::Sheet(Some(Sheet::DeleteTag(tag.to_owned())))),
        ),
    ];
    for (key, command) in rows {
        let button = egui::Button::new(scene.text(key).to_string()).frame_when_inactive(false);
        if ui.add(button).clicked() {
            scene.send(command);
            ui.close();
        }
    }
}

/// Asks for the list of a page, if it is not here yet.
pub fn want_list(scene: &mut Scene<'_>, key: ListKey) -> Option<std::sync::Arc<[ItemId]>> {
    let have = scene.state.lists.get(&key);
    let needs =
        have.is_none_or(|list| list.value.is_none() && !list.is_loading && list.problem.is_none());
    let value = have.and_then(|list| list.value.clone());
    if needs {
        scene.send(Command::Want(crate::app::command::Want::List(key)));
    }
    value
}
