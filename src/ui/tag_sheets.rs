//! Sheets about tags: editing one, a key for it, applying a lesson, and what can be taken back alone.

use eframe::egui;
use egui::{Key, Rect, ScrollArea, Sense, TextEdit, Ui, vec2};
use lucide_icons::Icon;

use crate::app::command::{Command, Edit, Page, Set, Sheet, Teach, View};
use crate::app::phrases;
use crate::app::teaching::taught_tag;
use crate::app::words::Language;
use crate::catalog::{ItemId, Tag, TagId};
use crate::ui::pages::home;
use crate::ui::scene::Scene;
use crate::ui::theme::{self, SPACE_4, SPACE_8, SPACE_12, SPACE_16, tokens};
use crate::ui::why_sheet::pack_name;
use crate::ui::widgets::{button, label, picture};

/// How strict a lesson may be applied.
const STRICTNESS: [(f32, &str); 3] = [
    (0.9, "strict-most"),
    (0.75, "strict-some"),
    (0.6, "strict-little"),
];

/// How wide a sheet is.
pub fn width(sheet: &Sheet) -> f32 {
    match sheet {
        Sheet::WhyTag(..) => 760.0,
        Sheet::ApplyLesson(_) | Sheet::Past => 640.0,
        _ => 480.0,
    }
}

pub(super) fn title_ui(scene: &mut Scene<'_>, ui: &mut Ui, title: &str) {
    ui.horizontal(|ui| {
        label::section_ui(ui, title);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if button::icon_ui(ui, Icon::X, &scene.text("action-close")).clicked() {
                scene.send(Command::View(View::Sheet(None)));
            }
        });
    });
    ui.add_space(SPACE_8);
}

fn tag_by_path(scene: &Scene<'_>, path: &str) -> Option<Tag> {
    scene
        .state
        .tags
        .iter()
        .find(|tag| tag.path == path)
        .cloned()
}

pub(super) fn tag_by_id(scene: &Scene<'_>, id: TagId) -> Option<Tag> {
    scene.state.tags.iter().find(|tag| tag.id == id).cloned()
}

pub(super) fn shown_name(scene: &Scene<'_>, tag: &Tag) -> String {
    phrases::shown_tag_name(&scene.state.words, &scene.state.vocabulary, tag)
}

/// Colour, place, further names, merging, and the tie to the models.
pub fn edit_ui(scene: &mut Scene<'_>, ui: &mut Ui, path: &str) {
    let Some(tag) = tag_by_path(scene, path) else {
        scene.send(Command::View(View::Sheet(None)));
        return;
    };
    let name = shown_name(scene, &tag);
    title_ui(scene, ui, &name);
    let height = (ui.content_rect().height() - 200.0).clamp(180.0, 520.0);
    ScrollArea::vertical()
        .id_salt("edit tag")
        .max_height(height)
        .show(ui, |ui| {
            colours_ui(scene, ui, &tag);
            names_ui(scene, ui, &tag);
            merge_ui(scene, ui, &tag);
            if tag.slug.is_some() {
                ui.add_space(SPACE_12);
                label::caption_ui(ui, &scene.text("edit-tag-detach-hint"));
                if button::word_ui(ui, Some(Icon::Unlink), &scene.text("action-detach-tag"))
                    .clicked()
                {
                    scene.send(Command::Edit(Edit::DetachTag(tag.path.clone())));
                    scene.send(Command::View(View::Sheet(None)));
                }
            }
            ui.add_space(SPACE_12);
            if button::word_ui(ui, Some(Icon::Pencil), &scene.text("action-rename")).clicked() {
                scene.send(Command::View(View::Sheet(Some(Sheet::RenameTag(
                    tag.path.clone(),
                )))));
            }
        });
}

fn colours_ui(scene: &mut Scene<'_>, ui: &mut Ui, tag: &Tag) {
    label::caption_ui(ui, &scene.text("edit-tag-colour"));
    ui.horizontal_wrapped(|ui| {
        let none = scene.text("colour-none").to_string();
        if button::icon_ui(ui, Icon::Ban, &none).clicked() {
            scene.send(Command::Edit(Edit::ColourTag {
                tag: tag.path.clone(),
                colour: None,
            }));
        }
        for (at, hex) in theme::TAG_COLOURS.iter().enumerate() {
            let (rect, response) = ui.allocate_exact_size(vec2(28.0, 28.0), Sense::click());
            let text = scene.with("colour-n", &[("n", (at + 1).into())]);
            let is_on = tag.colour.as_deref() == Some(*hex);
            response.widget_info(|| {
                egui::WidgetInfo::selected(egui::accesskit::Role::RadioButton, true, is_on, &text)
            });
            if let Some(colour) = theme::of_hex(hex) {
                ui.painter().circle_filled(rect.center(), 10.0, colour);
            }
            if is_on || response.has_focus() {
                let ring = egui::Stroke::new(2.0, tokens(ui).text);
                ui.painter().circle_stroke(rect.center(), 13.0, ring);
            }
            if response.clicked() {
                scene.send(Command::Edit(Edit::ColourTag {
                    tag: tag.path.clone(),
                    colour: Some((*hex).to_owned()),
                }));
            }
        }
    });
    ui.add_space(SPACE_12);
}

/// Names in languages and aliases, those of the vocabulary with a way to detach them.
fn names_ui(scene: &mut Scene<'_>, ui: &mut Ui, tag: &Tag) {
    label::caption_ui(ui, &scene.text("edit-tag-names"));
    for (language, name) in &tag.names {
        ui.horizontal(|ui| {
            label::body_ui(ui, name);
            label::caption_ui(ui, &language_name(scene, language));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let remove = format!("{}: {name}", scene.text("action-remove"));
                if button::sized_ui(ui, Icon::X, &remove, false, 28.0, 14.0).clicked() {
                    scene.send(Command::Edit(Edit::NameTag {
                        tag: tag.path.clone(),
                        language: language.clone(),
                        name: name.clone(),
                        on: false,
                    }));
                }
            });
        });
    }
    ui.horizontal(|ui| {
        let alias = scene.text("name-alias").to_string();
        let choices = [
            ("", alias.as_str()),
            (Language::English.tag(), Language::English.own_name()),
            (Language::Chinese.tag(), Language::Chinese.own_name()),
        ];
        let current = scene.memory.name_language;
        if let Some(chosen) = button::segment_items_ui(ui, &choices, current) {
            scene.memory.name_language = chosen;
        }
    });
    let hint = scene.text("edit-tag-name-hint").to_string();
    let response = ui
        .add(
            TextEdit::singleline(&mut scene.memory.sheet_text)
                .id(egui::Id::unique("tag name"))
                .hint_text(hint.clone())
                .desired_width(f32::INFINITY)
                .margin(egui::Margin::symmetric(12, 8))
                .char_limit(100),
        )
        .accessible_name(hint);
    let typed = scene.memory.sheet_text.trim().to_owned();
    if response.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter)) && !typed.is_empty() {
        scene.send(Command::Edit(Edit::NameTag {
            tag: tag.path.clone(),
            language: scene.memory.name_language.to_owned(),
            name: typed,
            on: true,
        }));
        scene.memory.sheet_text.clear();
        response.request_focus();
    }
    let vocabulary = scene.state.vocabulary.clone();
    let built_in = tag.slug.as_deref().and_then(|slug| vocabulary.entry(slug));
    if let Some(entry) = built_in.filter(|entry| !entry.aliases.is_empty()) {
        ui.add_space(SPACE_8);
        label::caption_ui(ui, &scene.text("edit-tag-built-in"));
        ui.horizontal_wrapped(|ui| {
            for alias in &entry.aliases {
                let text = scene.with("action-detach-name", &[("name", alias.as_str().into())]);
                if button::word_ui(ui, Some(Icon::Unlink), alias)
                    .on_hover_text(&text)
                    .clicked()
                {
                    scene.send(Command::Edit(Edit::DetachName {
                        tag: tag.path.clone(),
                        name: alias.clone(),
                    }));
                }
            }
        });
    }
}

fn language_name(scene: &Scene<'_>, language: &str) -> String {
    if language.is_empty() {
        scene.text("name-alias").to_string()
    } else {
        Language::ALL
            .into_iter()
            .find(|known| known.tag() == language)
            .map_or_else(|| language.to_owned(), |known| known.own_name().to_owned())
    }
}

/// Everything that has this tag gets another instead.
fn merge_ui(scene: &mut Scene<'_>, ui: &mut Ui, tag: &Tag) {
    ui.add_space(SPACE_12);
    label::caption_ui(ui, &scene.text("edit-tag-merge"));
    let hint = scene.text("edit-tag-merge-hint").to_string();
    ui.add(
        TextEdit::singleline(&mut scene.memory.tag_entry)
            .id(egui::Id::unique("merge into"))
            .hint_text(hint.clone())
            .desired_width(f32::INFINITY)
            .margin(egui::Margin::symmetric(12, 8))
            .char_limit(200),
    )
    .accessible_name(hint);
    let typed = scene.memory.tag_entry.trim().to_owned();
    if typed.is_empty() {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        for (path, name) in crate::app::tag_matches(scene.state, &typed, 5) {
            if path == tag.path || !scene.state.tags.iter().any(|known| known.path == path) {
                continue;
            }
            let text = scene.with("action-merge-into", &[("tag", name.as_str().into())]);
            if button::word_ui(ui, Some(Icon::Merge), &text).clicked() {
                scene.send(Command::Edit(Edit::MergeTags {
                    from: tag.path.clone(),
                    into: path.clone(),
                }));
                scene.memory.tag_entry.clear();
                scene.send(Command::View(View::Sheet(None)));
                scene.send(Command::Go(Page::Tags(Some(path))));
            }
        }
    });
}

/// Waits for a letter or a digit.
pub fn bind_ui(scene: &mut Scene<'_>, ui: &mut Ui, path: &str) {
    let name =
        tag_by_path(scene, path).map_or_else(|| path.to_owned(), |tag| shown_name(scene, &tag));
    title_ui(
        scene,
        ui,
        &scene.with("sheet-bind-key", &[("tag", name.into())]),
    );
    label::secondary_ui(ui, &scene.text("sheet-bind-key-hint"));
    ui.add_space(SPACE_12);
    let bound: Vec<(String, String)> = scene
        .state
        .settings
        .tag_keys
        .iter()
        .map(|(key, tag)| (key.to_uppercase(), tag.clone()))
        .collect();
    for (key, tag) in &bound {
        ui.horizontal(|ui| {
            label::strong_ui(ui, key);
            label::body_ui(ui, tag);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let text = format!("{}: {key}", scene.text("action-remove"));
                if button::sized_ui(ui, Icon::X, &text, false, 28.0, 14.0).clicked()
                    && let Some(key) = key.chars().next()
                {
                    scene.send(Command::Set(Set::TagKey(key, None)));
                }
            });
        });
    }
    let pressed = ui.input(|i| {
        i.events.iter().find_map(|event| match event {
            egui::Event::Key {
                key,
                pressed: true,
                modifiers,
                ..
            } if modifiers.is_none() => {
                let name = key.name();
                let mut chars = name.chars();
                match (chars.next(), chars.next()) {
                    (Some(c), None) if c.is_ascii_alphanumeric() => Some(c),
                    _ => None,
                }
            }
            _ => None,
        })
    });
    if let Some(key) = pressed {
        scene.send(Command::Set(Set::TagKey(key, Some(path.to_owned()))));
        scene.send(Command::View(View::Sheet(None)));
    }
}

/// How sure is sure enough, and what that would change.
pub fn apply_ui(scene: &mut Scene<'_>, ui: &mut Ui, id: TagId) {
    let Some(tag) = tag_by_id(scene, id) else {
        scene.send(Command::View(View::Sheet(None)));
        return;
    };
    let name = shown_name(scene, &tag);
    title_ui(
        scene,
        ui,
        &scene.with("sheet-apply-lesson", &[("tag", name.as_str().into())]),
    );
    label::secondary_ui(ui, &scene.text("sheet-apply-lesson-hint"));
    ui.add_space(SPACE_8);
    if scene.memory.show_from <= 0.0 {
        scene.memory.show_from = STRICTNESS[0].0;
    }
    let words: Vec<String> = STRICTNESS
        .iter()
        .map(|(_, key)| scene.text(key).to_string())
        .collect();
    let choices: Vec<(f32, &str)> = STRICTNESS
        .iter()
        .zip(&words)
        .map(|((from, _), word)| (*from, word.as_str()))
        .collect();
    if let Some(chosen) = button::segments_ui(ui, &choices, scene.memory.show_from) {
        scene.memory.show_from = chosen;
    }
    ui.add_space(SPACE_12);
    let show_from = scene.memory.show_from;
    let preview = scene
        .state
        .teaching
        .preview
        .clone()
        .filter(|preview| preview.tag == id && preview.show_from == show_from);
    let Some(preview) = preview else {
        scene.send(Command::Teach(Teach::Preview { tag: id, show_from }));
        label::caption_ui(ui, &scene.text("lesson-looking"));
        ui.add_space(120.0);
        return;
    };
    let changes = &preview.changes;
    let line = scene.with(
        "lesson-changes",
        &[
            ("shown", changes.shown.len().into()),
            ("suggested", changes.suggested.len().into()),
            ("gone", changes.gone.len().into()),
        ],
    );
    label::body_ui(ui, &line);
    ui.add_space(SPACE_8);
    let side = 84.0;
    let columns = ((ui.available_width() + SPACE_4) / (side + SPACE_4))
        .floor()
        .max(1.0) as usize;
    let shown: Vec<ItemId> = changes.shown.iter().copied().take(columns * 3).collect();
    let rows = shown.len().div_ceil(columns).max(1);
    let (area, _) = ui.allocate_exact_size(
        vec2(ui.available_width(), rows as f32 * (side + SPACE_4)),
        Sense::hover(),
    );
    for (at, item) in shown.iter().enumerate() {
        let place = Rect::from_min_size(
            area.min
                + vec2(
                    (at % columns) as f32 * (side + SPACE_4),
                    (at / columns) as f32 * (side + SPACE_4),
                ),
            vec2(side, side),
        );
        let title = home::title_of(scene, *item);
        picture::paint_item(scene, ui, *item, &title, place, theme::RADIUS_SMALL);
    }
    ui.add_space(SPACE_16);
    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
        let text = scene.with("action-apply-n", &[("n", changes.shown.len().into())]);
        if button::strong_ui(ui, None, &text).clicked() {
            scene.send(Command::Teach(Teach::Apply { tag: id, show_from }));
            scene.send(Command::View(View::Sheet(None)));
        }
        if button::word_ui(ui, None, &scene.text("action-cancel")).clicked() {
            scene.send(Command::View(View::Sheet(None)));
        }
    });
}

/// What can be taken back alone: changes of the person, and runs of models.
pub fn past_ui(scene: &mut Scene<'_>, ui: &mut Ui) {
    title_ui(scene, ui, &scene.text("past-title"));
    label::secondary_ui(ui, &scene.text("past-hint"));
    ui.add_space(SPACE_8);
    let (Some(steps), Some(runs)) = (
        scene.state.teaching.steps.clone(),
        scene.state.teaching.runs.clone(),
    ) else {
        scene.send(Command::Teach(Teach::Past));
        return;
    };
    let height = (ui.content_rect().height() - 220.0).clamp(160.0, 520.0);
    let back = scene.text("action-take-back").to_string();
    ScrollArea::vertical()
        .id_salt("past")
        .max_height(height)
        .min_scrolled_height(height)
        .show(ui, |ui| {
            label::strong_ui(ui, &scene.text("past-runs"));
            if runs.is_empty() {
                label::caption_ui(ui, &scene.text("past-none"));
            }
            for run in runs.iter() {
                let name = match taught_tag(&run.pack).and_then(|tag| tag_by_id(scene, tag)) {
                    Some(tag) => {
                        let name = shown_name(scene, &tag);
                        scene.with("past-lesson", &[("tag", name.into())])
                    }
                    None => pack_name(scene, &run.pack),
                };
                let line = past_line(scene, &name, run.items, run.started_ms);
                if past_row_ui(ui, &line, &back) {
                    scene.send(Command::Teach(Teach::TakeBackRun(run.id)));
                }
            }
            ui.add_space(SPACE_12);
            label::strong_ui(ui, &scene.text("past-steps"));
            if steps.is_empty() {
                label::caption_ui(ui, &scene.text("past-none"));
            }
            for step in steps.iter() {
                let what = phrases::change(&scene.state.words, &step.change);
                let what = match crate::app::teaching::named_tag(&step.change) {
                    Some(tag) => format!(
                        "{what}: {}",
                        phrases::tag_name(&scene.state.words, &scene.state.vocabulary, tag)
                    ),
                    None => what,
                };
                let line = past_line(scene, &what, step.rows as u64, step.at_ms);
                if past_row_ui(ui, &line, &back) {
                    scene.send(Command::Teach(Teach::TakeBackStep(step.id)));
                }
            }
        });
}

fn past_line(scene: &Scene<'_>, what: &str, items: u64, at_ms: i64) -> String {
    let count = scene.with("n-items", &[("n", items.into())]);
    let when = phrases::date_time(&scene.state.words, at_ms);
    format!("{what} · {count} · {when}")
}

fn past_row_ui(ui: &mut Ui, line: &str, back: &str) -> bool {
    let mut is_clicked = false;
    ui.horizontal(|ui| {
        ui.set_min_height(36.0);
        ui.scope(|ui| {
            ui.set_max_width((ui.available_width() - 56.0).max(80.0));
            ui.add(egui::Label::new(line).truncate());
        });
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let name = format!("{back}: {line}");
            is_clicked = button::icon_ui(ui, Icon::Undo2, &name).clicked();
        });
    });
    is_clicked
}
