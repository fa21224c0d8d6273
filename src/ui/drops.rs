//! Drag and drop: whatever is drawn registers where things may be dropped; one place decides at the end of the frame.

use std::path::PathBuf;

use eframe::egui;
use egui::{Align2, CornerRadius, DragAndDrop, Rect, Stroke, StrokeKind, Ui, vec2};

use crate::app::command::{Command, DropTarget, Edit, Files, Play, Sheet, View};
use crate::catalog::ItemId;
use crate::media::Kind;
use crate::ui::scene::Scene;
use crate::ui::theme::{self, tokens};

/// Items being dragged inside the window.
#[derive(Debug, Clone)]
pub struct DraggedItems(pub Vec<ItemId>);

/// What is in the air.
enum Cargo {
    Items(Vec<ItemId>),
    /// Files from outside; their number is known while they hover, their paths when they are let go.
    Files(usize),
}

fn cargo(ui: &Ui) -> Option<Cargo> {
    if let Some(items) = DragAndDrop::payload::<DraggedItems>(ui.ctx()) {
        return Some(Cargo::Items(items.0.clone()));
    }
    let count = ui.input(|i| i.raw.hovered_files.len());
    (count > 0).then_some(Cargo::Files(count))
}

/// Says that `target` can be dropped on at `rect`, and lights it while something is above it.
pub fn target_ui(scene: &mut Scene<'_>, ui: &Ui, rect: Rect, target: DropTarget) {
    let rect = rect.intersect(ui.clip_rect());
    if let Some(pointer) = ui.input(|i| i.pointer.latest_pos())
        && rect.contains(pointer)
        && cargo(ui).is_some()
    {
        ui.painter().rect_stroke(
            rect,
            CornerRadius::same(theme::RADIUS_SMALL),
            Stroke::new(2.0, tokens(ui).accent),
            StrokeKind::Inside,
        );
    }
    scene.memory.drop_targets.push((rect, target));
}

/// Draws the badge beside the pointer, and carries a drop out. Call at the end of the frame.
pub fn finish_ui(scene: &mut Scene<'_>, ui: &Ui) {
    let targets = std::mem::take(&mut scene.memory.drop_targets);
    let pointer = ui.input(|i| i.pointer.latest_pos());
    let target = pointer
        .and_then(|at| targets.iter().rev().find(|(rect, _)| rect.contains(at)))
        .map_or(DropTarget::Window, |(_, target)| target.clone());
    let files: Vec<PathBuf> = ui.input(|i| {
        i.raw
            .dropped_files
            .iter()
            .map(|file| file.path().to_owned())
            .collect()
    });
    if !files.is_empty() {
        drop_files(scene, files, target);
        return;
    }
    let Some(cargo) = cargo(ui) else {
        return;
    };
    badge(scene, ui, &cargo, &target);
    if let Cargo::Items(items) = cargo
        && ui.input(|i| i.pointer.any_released())
    {
        DragAndDrop::clear_payload(ui.ctx());
        drop_items(scene, items, target);
    }
}

fn drop_files(scene: &mut Scene<'_>, files: Vec<PathBuf>, target: DropTarget) {
    let command = match target {
        DropTarget::Tag(tag) => Command::Edit(Edit::TagFiles { files, tag }),
        DropTarget::NewTag => {
            scene.memory.files_for_new_tag = files;
            Command::View(View::Sheet(Some(Sheet::NewTag(Vec::new()))))
        }
        DropTarget::Player | DropTarget::Queue => Command::Files(Files::AddAndPlay(files)),
        DropTarget::Collection(id) => Command::Files(Files::AddToCollection(files, id)),
        DropTarget::Window | DropTarget::NewCollection => Command::Files(Files::Add(files)),
    };
    scene.send(command);
}

fn drop_items(scene: &mut Scene<'_>, items: Vec<ItemId>, target: DropTarget) {
    let command = match target {
        DropTarget::Window => return,
        DropTarget::Tag(tag) => Command::Edit(Edit::Tag { items, tag }),
        DropTarget::NewTag => Command::View(View::Sheet(Some(Sheet::NewTag(items)))),
        DropTarget::Collection(id) => Command::Edit(Edit::AddToCollection { id, items }),
        DropTarget::NewCollection => Command::View(View::Sheet(Some(Sheet::NewCollection(items)))),
        DropTarget::Player | DropTarget::Queue => match items[..] {
            [photo] if is_one_photo(scene, &items) => Command::Play(Play::Soundtrack(photo)),
            _ => Command::Play(Play::Later(items)),
        },
    };
    scene.send(command);
}

fn is_one_photo(scene: &Scene<'_>, items: &[ItemId]) -> bool {
    matches!(items, [photo] if scene
        .state
        .index
        .row(*photo)
        .is_some_and(|row| row.kind == Kind::Photo))
}

/// How many files hover over the window, those in folders counted; asked for once while they hover.
fn hovering(scene: &mut Scene<'_>, ui: &Ui) -> Option<usize> {
    let paths: Vec<PathBuf> = ui.input(|i| {
        i.raw
            .hovered_files
            .iter()
            .filter_map(|file| file.path.clone())
            .collect()
    });
    if paths.is_empty() {
        return None;
    }
    match &scene.state.hover_count {
        Some((known, n)) if *known == paths => Some(*n),
        _ => {
            scene.send(Command::Want(crate::app::command::Want::Count(paths)));
            None
        }
    }
}

/// Says beside the pointer what letting go would do; outside targets the page dims.
fn badge(scene: &mut Scene<'_>, ui: &Ui, cargo: &Cargo, target: &DropTarget) {
    let pointer = ui.input(|i| i.pointer.latest_pos());
    let at = pointer.unwrap_or_else(|| ui.content_rect().center());
    let (n, is_files) = match cargo {
        Cargo::Items(items) => (items.len(), false),
        Cargo::Files(count) => (hovering(scene, ui).unwrap_or(*count), true),
    };
    let text = match target {
        DropTarget::Tag(tag) => {
            let name =
                crate::app::phrases::tag_name(&scene.state.words, &scene.state.vocabulary, tag);
            scene.with("drop-tag", &[("n", n.into()), ("tag", name.into())])
        }
        DropTarget::NewTag => scene.with("drop-new-tag", &[("n", n.into())]),
        DropTarget::Collection(id) => {
            let name = scene
                .state
                .collections
                .iter()
                .find(|collection| collection.id == *id)
                .map_or_else(String::new, |collection| collection.name.clone());
            scene.with(
                "drop-collection-named",
                &[("n", n.into()), ("name", name.into())],
            )
        }
        DropTarget::NewCollection => scene.with("drop-collection", &[("n", n.into())]),
        DropTarget::Player | DropTarget::Queue => match cargo {
            Cargo::Items(items) if is_one_photo(scene, items) => {
                scene.text("drop-soundtrack").to_string()
            }
            _ => scene.with("drop-play", &[("n", n.into())]),
        },
        DropTarget::Window if is_files => scene.with("drop-add", &[("n", n.into())]),
        DropTarget::Window => scene.with("n-items", &[("n", n.into())]),
    };
    let t = tokens(ui);
    let painter = ui.ctx().layer_painter(egui::LayerId::new(
        egui::Order::Tooltip,
        egui::Id::unique("drop badge"),
    ));
    let screen = ui.content_rect();
    if is_files && *target == DropTarget::Window {
        painter.rect_stroke(
            screen.shrink(4.0),
            CornerRadius::same(theme::RADIUS_CARD),
            Stroke::new(3.0, t.accent),
            StrokeKind::Inside,
        );
    }
    let galley = painter.layout_no_wrap(text, theme::strong(theme::TEXT_BODY), t.on_accent);
    let size = galley.size() + vec2(24.0, 14.0);
    let plate = Align2::LEFT_TOP.anchor_size(
        (at + vec2(16.0, 16.0)).min(screen.max - size - vec2(8.0, 8.0)),
        size,
    );
    painter.rect_filled(plate, CornerRadius::same(theme::RADIUS_FULL), t.accent);
    painter.galley(plate.min + vec2(12.0, 7.0), galley, t.on_accent);
}
