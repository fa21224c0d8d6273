//! Tags: the tree with counts. One tag opened is in [`super::tag`].

use std::collections::{HashMap, HashSet};

use eframe::egui;
use egui::{ScrollArea, Ui};
use lucide_icons::Icon;

use crate::app::command::{Command, DropTarget, Page, Sheet, View};
use crate::app::phrases;
use crate::catalog::{Tag, TagId};
use crate::ui::drops;
use crate::ui::menus;
use crate::ui::scene::Scene;
use crate::ui::theme::{self, SPACE_4, SPACE_8, SPACE_12};
use crate::ui::widgets::row::{Row, row_ui};
use crate::ui::widgets::{button, empty, label};

/// The tree.
pub fn tags_ui(scene: &mut Scene<'_>, ui: &mut Ui) {
    ui.horizontal(|ui| {
        label::page_ui(ui, &scene.text("page-tags"));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let response = button::word_ui(ui, Some(Icon::Plus), &scene.text("action-new-tag"));
            drops::target_ui(scene, ui, response.rect, DropTarget::NewTag);
            if response.clicked() {
                scene.send(Command::View(View::Sheet(Some(Sheet::NewTag(Vec::new())))));
            }
            if button::icon_ui(ui, Icon::History, &scene.text("past-title")).clicked() {
                scene.send(Command::View(View::Sheet(Some(Sheet::Past))));
            }
        });
    });
    if scene.state.tags.is_empty() {
        empty::empty_ui(ui, Icon::Tag, &scene.text("tags-empty"), None);
        return;
    }
    ui.add_space(SPACE_4);
    label::secondary_ui(ui, &scene.text("tags-hint"));
    ui.add_space(SPACE_8);
    let hint = scene.text("tags-filter").to_string();
    ui.add(
        egui::TextEdit::singleline(&mut scene.memory.tag_filter)
            .hint_text(hint.clone())
            .desired_width(280.0)
            .margin(egui::Margin::symmetric(12, 8)),
    )
    .accessible_name(hint);
    ui.add_space(SPACE_12);
    let tags = scene.state.tags.clone();
    let filter = scene.memory.tag_filter.to_lowercase();
    let name_of =
        |tag: &Tag| phrases::shown_tag_name(&scene.state.words, &scene.state.vocabulary, tag);
    let mut rows: Vec<(usize, usize, String)> = Vec::new();
    if filter.is_empty() {
        let used = used_tags(&tags);
        add_children(&tags, &used, None, 0, &name_of, &mut rows);
    } else {
        rows.extend(tags.iter().enumerate().filter_map(|(at, tag)| {
            let name = name_of(tag);
            let is_match =
                name.to_lowercase().contains(&filter) || tag.path.to_lowercase().contains(&filter);
            is_match.then_some((at, 0, name))
        }));
        rows.sort_by(|a, b| a.2.cmp(&b.2));
    }
    ScrollArea::vertical()
        .id_salt("tags")
        .auto_shrink(false)
        .show_rows(ui, 36.0, rows.len(), |ui, range| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for (at, depth, name) in &rows[range] {
                let tag = &tags[*at];
                ui.horizontal(|ui| {
                    ui.set_max_width(theme::COLUMN_WIDTH);
                    tag_row_ui(scene, ui, tag, *depth, name);
                });
            }
        });
}

/// Tags that something has, those the person made, and what is above them: names that only a model knows would fill
/// pages.
fn used_tags(tags: &[Tag]) -> HashSet<TagId> {
    let by_id: HashMap<TagId, &Tag> = tags.iter().map(|tag| (tag.id, tag)).collect();
    let mut used = HashSet::new();
    for tag in tags {
        let count = tag.count_confirmed + tag.count_shown + tag.count_suggested;
        if count == 0 && tag.slug.is_some() && !tag.is_renamed {
            continue;
        }
        let mut at = Some(tag.id);
        while let Some(id) = at.filter(|id| used.insert(*id)) {
            at = by_id.get(&id).and_then(|tag| tag.parent);
        }
    }
    used
}

/// Children in the order of their names, with their depth. A cycle in a damaged catalogue ends at depth 16.
fn add_children(
    tags: &[Tag],
    used: &HashSet<TagId>,
    parent: Option<TagId>,
    depth: usize,
    name_of: &impl Fn(&Tag) -> String,
    rows: &mut Vec<(usize, usize, String)>,
) {
    if depth > 16 {
        return;
    }
    let mut children: Vec<(usize, String)> = tags
        .iter()
        .enumerate()
        .filter(|(_, tag)| tag.parent == parent && used.contains(&tag.id))
        .map(|(at, tag)| (at, name_of(tag)))
        .collect();
    children.sort_by_cached_key(|(_, name)| name.to_lowercase());
    for (at, name) in children {
        rows.push((at, depth, name));
        add_children(tags, used, Some(tags[at].id), depth + 1, name_of, rows);
    }
}

fn tag_row_ui(scene: &mut Scene<'_>, ui: &mut Ui, tag: &Tag, depth: usize, name: &str) {
    let sure = tag.count_confirmed + tag.count_shown;
    let mut end = phrases::grouped(sure);
    if tag.count_suggested > 0 {
        end = format!(
            "{end}  +{}",
            scene.with("n-suggested", &[("n", tag.count_suggested.into())])
        );
    }
    if let Some((key, _)) = scene
        .state
        .settings
        .tag_keys
        .iter()
        .find(|(_, bound)| **bound == tag.path)
    {
        end = format!("[{}]  {end}", key.to_uppercase());
    }
    let response = row_ui(
        ui,
        &Row {
            end: Some(end),
            indent: depth as f32 * 22.0,
            ..Row::new(Icon::Tag, name)
        },
    );
    if let Some(colour) = tag.colour.as_deref().and_then(theme::of_hex) {
        let at = response.rect.left_center() + egui::vec2(4.0 + depth as f32 * 22.0, 0.0);
        ui.painter().circle_filled(at, 4.0, colour);
    }
    drops::target_ui(scene, ui, response.rect, DropTarget::Tag(tag.path.clone()));
    response.context_menu(|ui| menus::tag_ui(scene, ui, &tag.path));
    if response.clicked() {
        scene.send(Command::Go(Page::Tags(Some(tag.path.clone()))));
    }
}
