//! Collections: albums, playlists and smart ones, and one of them opened.

use eframe::egui;
use egui::accesskit::Role;
use egui::{CursorIcon, Rect, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};
use lucide_icons::Icon;

use crate::app::command::{Command, DropTarget, ListKey, Page, Play, Sheet, View};
use crate::catalog::{Collection, CollectionId};
use crate::media::Kind;
use crate::ui::drops;
use crate::ui::menus::want_list;
use crate::ui::scene::Scene;
use crate::ui::theme::{self, SPACE_8, SPACE_16, tokens};
use crate::ui::widgets::grid::{self, Sections};
use crate::ui::widgets::{button, cover, empty, label, picture, row};

const CARD: f32 = 200.0;

/// All collections.
pub fn collections_ui(scene: &mut Scene<'_>, ui: &mut Ui) {
    let collections = scene.state.collections.clone();
    let new = |scene: &mut Scene<'_>| {
        scene.send(Command::View(View::Sheet(Some(Sheet::NewCollection(
            Vec::new(),
        )))))
    };
    if collections.is_empty() {
        if empty::empty_ui(
            ui,
            Icon::LibraryBig,
            &scene.text("collections-empty"),
            Some(&scene.text("action-new-collection")),
        ) {
            new(scene);
        }
        return;
    }
    ui.horizontal(|ui| {
        label::page_ui(ui, &scene.text("page-collections"));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let response =
                button::word_ui(ui, Some(Icon::Plus), &scene.text("action-new-collection"));
            drops::target_ui(scene, ui, response.rect, DropTarget::NewCollection);
            if response.clicked() {
                new(scene);
            }
        });
    });
    ui.add_space(SPACE_16);
    ScrollArea::vertical()
        .id_salt("collections")
        .auto_shrink(false)
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing = vec2(SPACE_16, SPACE_16);
            ui.horizontal_wrapped(|ui| {
                for collection in &*collections {
                    card_ui(scene, ui, collection);
                }
            });
        });
}

fn card_ui(scene: &mut Scene<'_>, ui: &mut Ui, collection: &Collection) {
    let (rect, response) = ui.allocate_exact_size(vec2(CARD, CARD + 44.0), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &collection.name));
    drops::target_ui(scene, ui, rect, DropTarget::Collection(collection.id));
    let t = tokens(ui);
    let frame = Rect::from_min_size(rect.min, vec2(CARD, CARD));
    match collection.cover {
        Some(item) => {
            picture::paint_item(scene, ui, item, &collection.name, frame, theme::RADIUS_CARD)
        }
        None => cover::paint(
            ui.painter(),
            frame,
            &collection.name,
            t.is_dark,
            theme::RADIUS_CARD,
        ),
    }
    let below = match &collection.query {
        Some(query) => query.clone(),
        None => scene.with("n-items", &[("n", collection.count.into())]),
    };
    let mut y = frame.bottom() + 6.0;
    for (line, font, colour) in [
        (&collection.name, theme::regular(theme::TEXT_BODY), t.text),
        (&below, theme::regular(theme::TEXT_CAPTION), t.faint),
    ] {
        let (galley, _) = row::shortened(ui, line, font, colour, CARD);
        ui.painter()
            .galley(pos2(rect.left(), y), galley.clone(), colour);
        y += galley.size().y + 1.0;
    }
    button::focus_ring(ui, &response);
    if response.on_hover_cursor(CursorIcon::PointingHand).clicked() {
        scene.send(Command::Go(Page::Collections(Some(collection.id))));
    }
}

/// One collection.
pub fn collection_ui(scene: &mut Scene<'_>, ui: &mut Ui, id: CollectionId) {
    let collections = scene.state.collections.clone();
    let Some(collection) = collections.iter().find(|c| c.id == id) else {
        scene.send(Command::Go(Page::Collections(None)));
        return;
    };
    let list = want_list(scene, ListKey::Collection(id));
    let songs: Vec<_> = list
        .iter()
        .flat_map(|list| list.iter().copied())
        .filter(|&item| {
            scene
                .state
                .index
                .row(item)
                .is_some_and(|row| row.kind == Kind::Audio)
        })
        .collect();
    ui.horizontal(|ui| {
        let response = label::page_ui(ui, &collection.name);
        drops::target_ui(scene, ui, response.rect, DropTarget::Collection(id));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if button::icon_ui(ui, Icon::Trash2, &scene.text("action-delete")).clicked() {
                scene.send(Command::View(View::Sheet(Some(Sheet::DeleteCollection(
                    id,
                )))));
            }
            if button::icon_ui(ui, Icon::Pencil, &scene.text("action-rename")).clicked() {
                scene.send(Command::View(View::Sheet(Some(Sheet::RenameCollection(
                    id,
                )))));
            }
            if !songs.is_empty()
                && button::strong_ui(ui, Some(Icon::Play), &scene.text("action-play")).clicked()
            {
                scene.send(Command::Play(Play::Items {
                    items: songs.clone(),
                    start: 0,
                    why: None,
                }));
            }
        });
    });
    if let Some(query) = &collection.query {
        label::secondary_ui(
            ui,
            &scene.with("collection-smart", &[("query", query.as_str().into())]),
        );
    }
    ui.add_space(SPACE_8);
    let Some(list) = list else {
        return;
    };
    if list.is_empty() {
        empty::empty_ui(ui, Icon::LibraryBig, &scene.text("collection-empty"), None);
        return;
    }
    grid::grid_ui(scene, ui, "collection", &list, Sections::None);
}
