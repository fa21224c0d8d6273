//! The small things that lie above the page: palette, shortcut sheet, tagging, naming, questions.

use eframe::egui;
use egui::{Key, Modal, ScrollArea, TextEdit, Ui};
use lucide_icons::Icon;
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher};

use crate::app::actions::{Action, Group, TABLE};
use crate::app::command::{Command, Edit, Files, Page, Sheet, View};
use crate::catalog::ItemId;
use crate::ui::scene::Scene;
use crate::ui::tag_sheets;
use crate::ui::theme::{self, SPACE_4, SPACE_8, SPACE_12, SPACE_16, tokens};
use crate::ui::why_sheet;
use crate::ui::widgets::row::{Row, row_ui};
use crate::ui::widgets::{button, label};

/// Draws the sheet that is open.
pub fn sheet_ui(scene: &mut Scene<'_>, ui: &mut Ui) {
    let Some(sheet) = scene.state.sheet.clone() else {
        if scene.memory.sheet_shown.take().is_some() {
            // The field is gone: keys mean shortcuts again at once.
            ui.memory_mut(|memory| memory.surrender_focus(egui::Id::unique("sheet text")));
        }
        return;
    };
    if scene.memory.sheet_shown.as_ref() != Some(&sheet) && !scene.memory.is_naming_in_rail {
        scene.memory.sheet_shown = Some(sheet.clone());
        scene.memory.sheet_text = initial_text(scene, &sheet);
        scene.memory.palette_at = 0;
        scene.memory.should_focus_sheet = true;
    }
    // The rail asks for the name in place, where it is wide enough.
    if matches!(sheet, Sheet::NewTag(_)) && scene.memory.is_naming_in_rail {
        return;
    }
    let t = tokens(ui);
    let frame = egui::Frame::new()
        .fill(t.overlay)
        .stroke(egui::Stroke::new(1.0, t.line))
        .shadow(ui.visuals().window_shadow)
        .corner_radius(egui::CornerRadius::same(theme::RADIUS_SHEET))
        .inner_margin(egui::Margin::same(SPACE_16 as i8 + 4));
    let response = Modal::new(egui::Id::unique("sheet"))
        .frame(frame)
        .backdrop_color(t.scrim)
        .show(ui.ctx(), |ui| {
            let width = tag_sheets::width(&sheet).min(ui.content_rect().width() - 64.0);
            ui.set_width(width);
            content_ui(scene, ui, &sheet);
        });
    if response.should_close() {
        scene.send(Command::View(View::Sheet(None)));
    }
}

fn initial_text(scene: &Scene<'_>, sheet: &Sheet) -> String {
    match sheet {
        Sheet::RenameTag(tag) => tag.rsplit('/').next().unwrap_or(tag).to_owned(),
        Sheet::RenameCollection(id) => scene
            .state
            .collections
            .iter()
            .find(|c| c.id == *id)
            .map_or_else(String::new, |c| c.name.clone()),
        _ => String::new(),
    }
}

fn content_ui(scene: &mut Scene<'_>, ui: &mut Ui, sheet: &Sheet) {
    let close = Command::View(View::Sheet(None));
    match sheet {
        Sheet::Palette => palette_ui(scene, ui),
        Sheet::Shortcuts => shortcuts_ui(scene, ui),
        Sheet::QuickTag(items) => quick_tag_ui(scene, ui, items),
        Sheet::AddToCollection(items) => add_to_collection_ui(scene, ui, items),
        Sheet::NewTag(items) => {
            if let Some(name) = name_ui(
                scene,
                ui,
                "sheet-new-tag",
                "sheet-new-tag-hint",
                "action-create",
            ) {
                let files = std::mem::take(&mut scene.memory.files_for_new_tag);
                scene.send(Command::Edit(if files.is_empty() {
                    Edit::NewTag {
                        name,
                        items: items.clone(),
                    }
                } else {
                    Edit::TagFiles { files, tag: name }
                }));
                scene.send(close);
            }
        }
        Sheet::NewCollection(items) => {
            if let Some(name) = name_ui(
                scene,
                ui,
                "sheet-new-collection",
                "sheet-new-collection-hint",
                "action-create",
            ) {
                let items = items.clone();
                scene.send(Command::Edit(Edit::NewCollection { name, items }));
                scene.send(close);
            }
        }
        Sheet::RenameTag(from) => {
            if let Some(to) = name_ui(
                scene,
                ui,
                "sheet-rename-tag",
                "sheet-rename-tag-hint",
                "action-rename",
            ) {
                scene.send(Command::Edit(Edit::RenameTag {
                    from: from.clone(),
                    to,
                }));
                scene.send(close);
            }
        }
        Sheet::RenameCollection(id) => {
            if let Some(name) = name_ui(scene, ui, "sheet-rename-collection", "", "action-rename") {
                scene.send(Command::Edit(Edit::RenameCollection { id: *id, name }));
                scene.send(close);
            }
        }
        Sheet::DeleteTag(tag) => {
            let question = scene.with("sheet-delete-tag", &[("tag", tag.as_str().into())]);
            if question_ui(
                scene,
                ui,
                &question,
                "sheet-delete-tag-hint",
                "action-delete",
            ) {
                scene.send(Command::Edit(Edit::DeleteTag(tag.clone())));
                scene.send(close);
                scene.send(Command::Go(Page::Tags(None)));
            }
        }
        Sheet::EditTag(tag) => tag_sheets::edit_ui(scene, ui, tag),
        Sheet::BindKey(tag) => tag_sheets::bind_ui(scene, ui, tag),
        Sheet::ApplyLesson(tag) => tag_sheets::apply_ui(scene, ui, *tag),
        Sheet::WhyTag(item, tag) => why_sheet::why_ui(scene, ui, *item, *tag),
        Sheet::Past => tag_sheets::past_ui(scene, ui),
        Sheet::DeleteCollection(id) => {
            let question = scene.text("sheet-delete-collection").to_string();
            if question_ui(
                scene,
                ui,
                &question,
                "sheet-delete-collection-hint",
                "action-delete",
            ) {
                scene.send(Command::Edit(Edit::DeleteCollection(*id)));
                scene.send(close);
                scene.send(Command::Go(Page::Collections(None)));
            }
        }
        Sheet::RemoveFolder(id) => {
            let path = scene
                .state
                .folders
                .iter()
                .find(|f| f.id == *id)
                .map_or_else(String::new, |f| f.path.display().to_string());
            let question = scene.with("sheet-remove-folder", &[("path", path.into())]);
            if question_ui(
                scene,
                ui,
                &question,
                "sheet-remove-folder-hint",
                "action-remove",
            ) {
                scene.send(Command::Files(Files::RemoveFolder(*id)));
                scene.send(close);
            }
        }
    }
}

/// A text field with the keyboard in it.
fn field_ui(scene: &mut Scene<'_>, ui: &mut Ui, hint: &str) -> egui::Response {
    let response = ui
        .add(
            TextEdit::singleline(&mut scene.memory.sheet_text)
                .id(egui::Id::unique("sheet text"))
                .hint_text(hint.to_owned())
                .desired_width(f32::INFINITY)
                .margin(egui::Margin::symmetric(12, 10))
                .char_limit(200),
        )
        .accessible_name(hint);
    if std::mem::take(&mut scene.memory.should_focus_sheet) {
        response.request_focus();
    }
    response
}

/// Asks for a name; returns it when it was entered.
fn name_ui(
    scene: &mut Scene<'_>,
    ui: &mut Ui,
    title: &'static str,
    hint: &'static str,
    action: &'static str,
) -> Option<String> {
    label::section_ui(ui, &scene.text(title));
    ui.add_space(SPACE_8);
    let hint_text = if hint.is_empty() {
        scene.text(title)
    } else {
        scene.text(hint)
    };
    let response = field_ui(scene, ui, &hint_text);
    let name = scene.memory.sheet_text.trim().to_owned();
    let mut has_entered = response.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
    ui.add_space(SPACE_16);
    buttons_ui(scene, ui, action, !name.is_empty(), &mut has_entered);
    (has_entered && !name.is_empty()).then_some(name)
}

/// A question with an explanation; returns whether it was answered with the action.
fn question_ui(
    scene: &mut Scene<'_>,
    ui: &mut Ui,
    question: &str,
    hint: &'static str,
    action: &'static str,
) -> bool {
    ui.add(
        egui::Label::new(egui::RichText::new(question).font(theme::strong(theme::TEXT_STRONG)))
            .wrap(),
    );
    ui.add_space(SPACE_8);
    label::secondary_ui(ui, &scene.text(hint));
    ui.add_space(SPACE_16);
    let mut is_chosen = false;
    buttons_ui(scene, ui, action, true, &mut is_chosen);
    is_chosen
}

fn buttons_ui(
    scene: &mut Scene<'_>,
    ui: &mut Ui,
    action: &'static str,
    is_enabled: bool,
    is_chosen: &mut bool,
) {
    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
        ui.add_enabled_ui(is_enabled, |ui| {
            if button::strong_ui(ui, None, &scene.text(action)).clicked() {
                *is_chosen = true;
            }
        });
        if button::word_ui(ui, None, &scene.text("action-cancel")).clicked() {
            scene.send(Command::View(View::Sheet(None)));
        }
    });
}

/// Rows that match what was typed; arrows choose, Enter takes.
fn chosen_row(
    scene: &mut Scene<'_>,
    ui: &mut Ui,
    rows: &[(String, Option<String>)],
) -> Option<usize> {
    let none = egui::Modifiers::NONE;
    let (down, up, enter) = ui.input_mut(|i| {
        (
            i.consume_key(none, Key::ArrowDown),
            i.consume_key(none, Key::ArrowUp),
            i.key_pressed(Key::Enter),
        )
    });
    let last = rows.len().saturating_sub(1);
    let at = &mut scene.memory.palette_at;
    *at = (*at + usize::from(down))
        .saturating_sub(usize::from(up))
        .min(last);
    let current = *at;
    let mut chosen = (enter && !rows.is_empty()).then_some(current);
    ui.add_space(SPACE_8);
    ScrollArea::vertical()
        .id_salt("sheet rows")
        .max_height(320.0)
        .min_scrolled_height(320.0)
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for (i, (text, end)) in rows.iter().enumerate() {
                let response = row_ui(
                    ui,
                    &Row {
                        icon: None,
                        text,
                        end: end.clone(),
                        is_on: i == current,
                        indent: 0.0,
                        is_narrow: false,
                    },
                );
                if (down || up) && i == current {
                    response.scroll_to_me(None);
                }
                if response.clicked() {
                    chosen = Some(i);
                }
            }
        });
    chosen
}

/// Indices of `texts` that fit `typed`, best first.
pub fn fuzzy(typed: &str, texts: &[String]) -> Vec<usize> {
    if typed.trim().is_empty() {
        return (0..texts.len()).collect();
    }
    let pattern = Pattern::parse(typed, CaseMatching::Ignore, Normalization::Smart);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut buffer = Vec::new();
    let mut scored: Vec<(u32, usize)> = texts
        .iter()
        .enumerate()
        .filter_map(|(i, text)| {
            let haystack = nucleo_matcher::Utf32Str::new(text, &mut buffer);
            pattern
                .score(haystack, &mut matcher)
                .map(|score| (score, i))
        })
        .collect();
    scored.sort_by_key(|&(score, i)| (std::cmp::Reverse(score), i));
    scored.into_iter().map(|(_, i)| i).collect()
}

fn palette_ui(scene: &mut Scene<'_>, ui: &mut Ui) {
    let hint = scene.text("palette-hint").to_string();
    field_ui(scene, ui, &hint);
    let actions: Vec<Action> = TABLE
        .iter()
        .map(|info| info.action)
        .filter(|&action| action != Action::Palette && scene.state.command_for(action).is_some())
        .collect();
    let texts: Vec<String> = actions
        .iter()
        .map(|action| scene.text(action.info().text_key).to_string())
        .collect();
    let order = fuzzy(&scene.memory.sheet_text, &texts);
    let rows: Vec<(String, Option<String>)> = order
        .iter()
        .map(|&i| {
            (
                texts[i].clone(),
                actions[i].info().shortcut.map(|s| s.to_string()),
            )
        })
        .collect();
    if let Some(chosen) = chosen_row(scene, ui, &rows) {
        scene.send(Command::View(View::Sheet(None)));
        scene.act(actions[order[chosen]]);
    }
}

fn quick_tag_ui(scene: &mut Scene<'_>, ui: &mut Ui, items: &[ItemId]) {
    label::section_ui(
        ui,
        &scene.with("sheet-quick-tag", &[("n", items.len().into())]),
    );
    ui.add_space(SPACE_8);
    let hint = scene.text("tag-add-hint").to_string();
    field_ui(scene, ui, &hint);
    let typed = scene.memory.sheet_text.trim().to_owned();
    let mut found = crate::app::tag_matches(scene.state, &typed, 12);
    let is_new = !typed.is_empty()
        && !found.iter().any(|(path, name)| {
            name.eq_ignore_ascii_case(&typed) || path.eq_ignore_ascii_case(&typed)
        });
    if is_new {
        found.push((
            typed.clone(),
            scene.with("tag-create", &[("tag", typed.as_str().into())]),
        ));
    }
    let rows: Vec<(String, Option<String>)> =
        found.iter().map(|(_, name)| (name.clone(), None)).collect();
    if let Some(chosen) = chosen_row(scene, ui, &rows) {
        scene.send(Command::Edit(Edit::Tag {
            items: items.to_vec(),
            tag: found[chosen].0.clone(),
        }));
        scene.send(Command::View(View::Sheet(None)));
    }
}

fn add_to_collection_ui(scene: &mut Scene<'_>, ui: &mut Ui, items: &[ItemId]) {
    label::section_ui(ui, &scene.text("action-add-to-collection"));
    ui.add_space(SPACE_8);
    let hint = scene.text("sheet-new-collection-hint").to_string();
    field_ui(scene, ui, &hint);
    let collections: Vec<_> = scene
        .state
        .collections
        .iter()
        .filter(|c| c.query.is_none())
        .cloned()
        .collect();
    let texts: Vec<String> = collections.iter().map(|c| c.name.clone()).collect();
    let typed = scene.memory.sheet_text.trim().to_owned();
    let order = fuzzy(&typed, &texts);
    let mut rows: Vec<(String, Option<String>)> = order
        .iter()
        .map(|&i| (texts[i].clone(), Some(collections[i].count.to_string())))
        .collect();
    if !typed.is_empty() {
        rows.push((
            scene.with("collection-create", &[("name", typed.as_str().into())]),
            None,
        ));
    }
    if let Some(chosen) = chosen_row(scene, ui, &rows) {
        let items = items.to_vec();
        scene.send(Command::Edit(match order.get(chosen) {
            Some(&i) => Edit::AddToCollection {
                id: collections[i].id,
                items,
            },
            None => Edit::NewCollection { name: typed, items },
        }));
        scene.send(Command::View(View::Sheet(None)));
    }
}

fn shortcuts_ui(scene: &mut Scene<'_>, ui: &mut Ui) {
    let t = tokens(ui);
    ui.horizontal(|ui| {
        label::section_ui(ui, &scene.text("action-shortcuts"));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if button::icon_ui(ui, Icon::X, &scene.text("action-close")).clicked() {
                scene.send(Command::View(View::Sheet(None)));
            }
        });
    });
    let height = (ui.content_rect().height() - 160.0).clamp(200.0, 560.0);
    ScrollArea::vertical()
        .id_salt("shortcuts")
        .max_height(height)
        .min_scrolled_height(height)
        .show(ui, |ui| {
            for group in Group::ALL {
                ui.add_space(SPACE_12);
                label::caption_ui(ui, &scene.text(group.text_key()));
                ui.add_space(SPACE_4);
                for info in TABLE.iter().filter(|info| info.group == group) {
                    let Some(shortcut) = info.shortcut else {
                        continue;
                    };
                    ui.horizontal(|ui| {
                        label::body_ui(ui, &scene.text(info.text_key));
                        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                            ui.label(egui::RichText::new(shortcut.to_string()).color(t.secondary));
                        });
                    });
                }
            }
        });
}
