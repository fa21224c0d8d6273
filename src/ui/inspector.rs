//! The inspector: what it is, tags with scores and sources, why it was suggested, history.

use eframe::egui;
use egui::{CollapsingHeader, Frame, Margin, Panel, Rect, ScrollArea, Sense, Ui, vec2};
use lucide_icons::Icon;

use crate::app::command::{Command, DropTarget, Edit, Sheet, ShelfCommand, Teach, View, Want};
use crate::app::phrases;
use crate::app::state::Detail;
use crate::catalog::{EventKind, Flags, ItemId, ItemTag, TagSource, TagState};
use crate::media::Kind;
use crate::recommend::Pick;
use crate::ui::pages::home;
use crate::ui::scene::Scene;
use crate::ui::theme::{self, SPACE_4, SPACE_8, SPACE_12, SPACE_16, tokens};
use crate::ui::widgets::chip::{self, ChipClick, ChipNames, ChipState, chip_ui};
use crate::ui::widgets::{button, label, picture, stars};

/// Draws the panel.
pub fn inspector_ui(scene: &mut Scene<'_>, ui: &mut Ui) {
    let t = tokens(ui);
    let is_open = scene.state.is_inspector_open;
    let width = theme::INSPECTOR_WIDTH.min(ui.content_rect().width() * 0.45);
    if !is_open {
        return;
    }
    Panel::right("inspector")
        .exact_size(width)
        .resizable(false)
        .show_separator_line(false)
        .frame(
            Frame::new()
                .fill(t.surface)
                .inner_margin(Margin::same(SPACE_16 as i8)),
        )
        .show(ui, |ui| {
            ScrollArea::vertical()
                .id_salt("inspector")
                .auto_shrink(false)
                .show(ui, |ui| {
                    ui.set_max_width(width - 2.0 * SPACE_16);
                    let shown = scene
                        .state
                        .viewer
                        .as_ref()
                        .and_then(|viewer| viewer.item())
                        .or_else(|| scene.state.selection.single());
                    match (shown, scene.state.selection.order.len()) {
                        (Some(id), _) => item_ui(scene, ui, id),
                        (None, 0) => {
                            label::secondary_ui(ui, &scene.text("inspector-empty"));
                        }
                        (None, n) => several_ui(scene, ui, n),
                    }
                });
        });
}

fn item_ui(scene: &mut Scene<'_>, ui: &mut Ui, id: ItemId) {
    let Some(detail) = scene.state.details.get(&id).cloned() else {
        scene.send(Command::Want(Want::Detail(id)));
        return;
    };
    scene.send(Command::Want(Want::Detail(id)));
    let item = &detail.item;
    if scene.state.viewer.is_none() {
        let width = ui.available_width();
        let aspect = match (item.kind, item.width, item.height) {
            (Kind::Audio, ..) => 1.0,
            (_, Some(w), Some(h)) if h > 0 => w as f32 / h as f32,
            _ => 4.0 / 3.0,
        };
        let height = (width / aspect).clamp(80.0, 220.0);
        let size = vec2((height * aspect).min(width), height);
        let (rect, _) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
        picture::paint_item(
            scene,
            ui,
            id,
            &item.title,
            Rect::from_center_size(rect.center(), size),
            theme::RADIUS_CARD,
        );
        ui.add_space(SPACE_12);
    }
    label::section_ui(ui, &item.title);
    let below = match (&item.artist, item.kind) {
        (Some(artist), Kind::Audio) => artist.clone(),
        _ => phrases::date_time(&scene.state.words, item.date_ms),
    };
    label::secondary_ui(ui, &below);
    if item.is_missing {
        warning_ui(
            scene,
            ui,
            Icon::Unplug,
            &scene.text("state-missing").clone(),
        );
    }
    if let Some(problem) = &item.problem {
        warning_ui(scene, ui, Icon::TriangleAlert, problem);
    }
    ui.add_space(SPACE_8);
    ui.horizontal(|ui| {
        let names = std::array::from_fn(|i| scene.with("rate", &[("n", (i + 1).into())]));
        if let Some(rating) = stars::stars_ui(ui, &names, item.rating) {
            scene.send(Command::Edit(Edit::Rate {
                items: vec![id],
                rating,
            }));
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let is_on = scene.state.index.row(id).map_or(item.is_favourite, |row| {
                row.flags.contains(Flags::FAVOURITE)
            });
            let key = if is_on {
                "action-unfavourite"
            } else {
                "action-favourite"
            };
            if button::toggle_ui(ui, Icon::Heart, &scene.text(key), is_on).clicked() {
                scene.send(Command::Edit(Edit::Favourite {
                    items: vec![id],
                    on: !is_on,
                }));
            }
        });
    });
    ui.add_space(SPACE_12);
    tags_ui(scene, ui, id, &detail.tags);
    ui.add_space(SPACE_12);
    facts_ui(scene, ui, &detail);
    if !detail.reasons.is_empty() {
        CollapsingHeader::new(scene.text("why-suggested").to_string())
            .id_salt("why")
            .show(ui, |ui| {
                let pick = Pick {
                    item: id,
                    score: detail.reasons.iter().map(|r| r.weight).sum(),
                    reasons: detail.reasons.clone(),
                };
                reasons_ui(scene, ui, &pick);
            });
    }
    if !detail.history.is_empty() {
        CollapsingHeader::new(scene.text("history").to_string())
            .id_salt("history")
            .show(ui, |ui| history_ui(scene, ui, &detail));
    }
}

fn warning_ui(_scene: &Scene<'_>, ui: &mut Ui, icon: Icon, text: &str) {
    let t = tokens(ui);
    ui.add_space(SPACE_4);
    ui.horizontal_top(|ui| {
        ui.label(
            egui::RichText::new(icon.unicode().to_string())
                .font(theme::icon(theme::ICON_CHIP))
                .color(t.warn),
        );
        ui.add(
            egui::Label::new(
                egui::RichText::new(text)
                    .size(theme::TEXT_CAPTION)
                    .color(t.warn),
            )
            .wrap(),
        );
    });
}

/// Tags as chips: confirmed first, then the model's, then suggestions.
fn tags_ui(scene: &mut Scene<'_>, ui: &mut Ui, id: ItemId, tags: &[ItemTag]) {
    label::strong_ui(ui, &scene.text("page-tags"));
    ui.add_space(SPACE_4);
    let mut tags: Vec<&ItemTag> = tags
        .iter()
        .filter(|tag| tag.state != TagState::Rejected)
        .collect();
    tags.sort_by(|a, b| a.state.cmp(&b.state).then(b.score.total_cmp(&a.score)));
    let names = ChipNames {
        confirm: scene.text("action-confirm").to_string(),
        reject: scene.text("action-not-this").to_string(),
    };
    let remove = ChipNames {
        confirm: names.confirm.clone(),
        reject: scene.text("action-remove").to_string(),
    };
    chip::wrapped_ui(ui, |ui| {
        for tag in &tags {
            let name = match &tag.slug {
                Some(slug) => phrases::tag_name(&scene.state.words, &scene.state.vocabulary, slug),
                None => tag.name.clone(),
            };
            let (state, names) = match tag.state {
                TagState::Confirmed | TagState::Rejected => (ChipState::Confirmed, &remove),
                TagState::Shown => (ChipState::Shown(tag.score), &names),
                TagState::Suggested => (ChipState::Suggested(tag.score), &names),
            };
            let (response, click) = chip_ui(ui, &name, state, Some(names));
            let response = response.on_hover_text(provenance(scene, tag));
            let path = scene
                .state
                .tags
                .iter()
                .find(|known| known.id == tag.tag)
                .map_or_else(|| tag.name.clone(), |known| known.path.clone());
            crate::ui::drops::target_ui(scene, ui, response.rect, DropTarget::Tag(path.clone()));
            let items = vec![id];
            match click {
                Some(ChipClick::Confirm) => {
                    scene.send(Command::Edit(Edit::Confirm { items, tag: path }))
                }
                Some(ChipClick::Reject) if tag.state == TagState::Confirmed => {
                    scene.send(Command::Edit(Edit::Untag { items, tag: path }));
                }
                Some(ChipClick::Reject) => {
                    scene.send(Command::Edit(Edit::Reject { items, tag: path }))
                }
                Some(ChipClick::Body) => {
                    let (item, tag) = (id, tag.tag);
                    scene.send(Command::Teach(Teach::Card { item, tag }));
                    scene.send(Command::View(View::Sheet(Some(Sheet::WhyTag(item, tag)))));
                }
                None => {}
            }
        }
    });
    if tags.is_empty() {
        label::caption_ui(ui, &scene.text("no-tags"));
    }
    ui.add_space(SPACE_4);
    add_tag_ui(scene, ui, id);
}

/// Where a tag comes from and how sure it is.
fn provenance(scene: &Scene<'_>, tag: &ItemTag) -> String {
    let percent: usize = (tag.score * 100.0).round() as usize;
    match (&tag.source, tag.state) {
        (TagSource::Model { pack }, TagState::Confirmed) => scene.with(
            "tag-from-confirmed",
            &[("pack", pack.as_str().into()), ("percent", percent.into())],
        ),
        (TagSource::Model { pack }, _) => scene.with(
            "tag-from-model",
            &[("pack", pack.as_str().into()), ("percent", percent.into())],
        ),
        (TagSource::Person, _) => scene.with(
            "tag-from-person",
            &[("date", phrases::date(&scene.state.words, tag.at_ms).into())],
        ),
        (TagSource::Imported, _) => scene.text("tag-from-file").to_string(),
        (TagSource::Rule, _) => scene.text("tag-from-rule").to_string(),
    }
}

fn add_tag_ui(scene: &mut Scene<'_>, ui: &mut Ui, id: ItemId) {
    let hint = scene.text("tag-add-hint").to_string();
    let response = ui
        .add(
            egui::TextEdit::singleline(&mut scene.memory.tag_entry)
                .id(egui::Id::unique("inspector tag"))
                .hint_text(hint.clone())
                .desired_width(ui.available_width())
                .margin(Margin::symmetric(10, 6))
                .char_limit(200),
        )
        .accessible_name(hint);
    let has_entered = response.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
    let typed = scene.memory.tag_entry.trim().to_owned();
    if has_entered && !typed.is_empty() {
        scene.send(Command::Edit(Edit::Tag {
            items: vec![id],
            tag: typed,
        }));
        scene.memory.tag_entry.clear();
        response.request_focus();
    } else if response.has_focus() && !typed.is_empty() {
        let matches = crate::app::tag_matches(scene.state, &typed, 5);
        for (path, name) in matches {
            if ui
                .add(egui::Button::new(name).frame_when_inactive(false))
                .clicked()
            {
                scene.send(Command::Edit(Edit::Tag {
                    items: vec![id],
                    tag: path,
                }));
                scene.memory.tag_entry.clear();
            }
        }
    }
}

/// Details in two columns.
fn facts_ui(scene: &mut Scene<'_>, ui: &mut Ui, detail: &Detail) {
    let item = &detail.item;
    let mut facts: Vec<(String, String)> = Vec::new();
    let mut add = |key: &'static str, value: Option<String>| {
        if let Some(value) = value.filter(|v| !v.is_empty()) {
            facts.push((scene.text(key).to_string(), value));
        }
    };
    add("fact-album", item.album.clone());
    add("fact-genre", item.genre.clone());
    add(
        "fact-year",
        item.year
            .filter(|_| item.kind == Kind::Audio)
            .map(|y| y.to_string()),
    );
    if let (Some(w), Some(h)) = (item.width, item.height) {
        add("fact-size", Some(format!("{w} × {h}")));
    }
    add("fact-length", item.duration_ms.map(label::duration));
    add("fact-camera", item.camera.clone());
    let meta = |key: &str| {
        item.meta
            .get(key)
            .and_then(|v| v.as_str())
            .map(ToOwned::to_owned)
    };
    add("fact-lens", meta("lens"));
    add("fact-exposure", meta("exposure"));
    add("fact-codec", meta("codec"));
    add(
        "fact-place",
        item.gps.map(|(lat, lon)| format!("{lat:.4}, {lon:.4}")),
    );
    add("fact-format", Some(item.format.clone()));
    if let Some(path) = item.paths.first() {
        add("fact-bytes", Some(label::bytes(path.size_bytes)));
    }
    for (key, value) in &detail.measured {
        add(key, Some(value.clone()));
    }
    let t = tokens(ui);
    label::strong_ui(ui, &scene.text("details"));
    ui.add_space(SPACE_4);
    for (name, value) in facts {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = SPACE_8;
            let (rect, _) = ui.allocate_exact_size(vec2(96.0, 18.0), Sense::hover());
            let (galley, _) = crate::ui::widgets::row::shortened(
                ui,
                &name,
                theme::regular(theme::TEXT_CAPTION),
                t.faint,
                96.0,
            );
            ui.painter().galley(rect.min, galley, t.faint);
            ui.add(
                egui::Label::new(
                    egui::RichText::new(value)
                        .size(theme::TEXT_CAPTION)
                        .color(t.text),
                )
                .wrap(),
            );
        });
    }
    for path in &item.paths {
        let text = path.path.display().to_string();
        let shown = label::middle_shortened(&text, 44);
        ui.add(
            egui::Label::new(
                egui::RichText::new(shown)
                    .size(theme::TEXT_CAPTION)
                    .color(t.faint),
            )
            .wrap(),
        )
        .on_hover_text(&text);
    }
    ui.add_space(SPACE_8);
}

/// Narrow form of the reason list.
fn reasons_ui(scene: &mut Scene<'_>, ui: &mut Ui, pick: &Pick) {
    for reason in &pick.reasons {
        let text = phrases::reason(
            &scene.state.words,
            &scene.state.vocabulary,
            &reason.factor,
            |id| home::title_of(scene, id),
        );
        ui.horizontal(|ui| {
            label::caption_ui(ui, &format!("{:.2}", reason.weight));
            ui.scope(|ui| {
                ui.set_max_width(ui.available_width() - 40.0);
                label::body_ui(ui, &text);
            });
            let name = scene.with("action-strike", &[("reason", text.as_str().into())]);
            if button::sized_ui(ui, Icon::Strikethrough, &name, false, 28.0, 14.0).clicked() {
                scene.send(Command::Shelf(ShelfCommand::Strike(reason.key.clone())));
            }
        });
    }
}

fn history_ui(scene: &mut Scene<'_>, ui: &mut Ui, detail: &Detail) {
    for event in detail.history.iter().take(20) {
        let key = match event.kind {
            EventKind::Shown => "event-shown",
            EventKind::Opened => "event-opened",
            EventKind::Dwell => "event-dwell",
            EventKind::Played => "event-played",
            EventKind::Skipped => "event-skipped",
            EventKind::Liked => "event-liked",
            EventKind::Disliked => "event-disliked",
            EventKind::Hidden => "event-hidden",
            EventKind::Searched => "event-searched",
            EventKind::Tagged => "event-tagged",
        };
        let percent: usize = (event.value * 100.0).round().clamp(0.0, 100.0) as usize;
        let secs: usize = event.value.round().max(0.0) as usize;
        let what = scene.with(key, &[("percent", percent.into()), ("secs", secs.into())]);
        let when = phrases::date(&scene.state.words, event.at_ms);
        label::caption_ui(ui, &format!("{when} · {what}"));
    }
}

/// Several items selected: what can be done with all of them.
fn several_ui(scene: &mut Scene<'_>, ui: &mut Ui, n: usize) {
    label::section_ui(ui, &scene.with("n-selected", &[("n", n.into())]));
    ui.add_space(SPACE_12);
    let items = scene.state.selection.order.clone();
    let names = std::array::from_fn(|i| scene.with("rate", &[("n", (i + 1).into())]));
    if let Some(rating) = stars::stars_ui(ui, &names, 0) {
        scene.send(Command::Edit(Edit::Rate {
            items: items.clone(),
            rating,
        }));
    }
    ui.add_space(SPACE_8);
    let sheet = |sheet| Command::View(crate::app::command::View::Sheet(Some(sheet)));
    if button::strong_ui(ui, Some(Icon::Tag), &scene.text("action-tag")).clicked() {
        scene.send(sheet(crate::app::command::Sheet::QuickTag(items.clone())));
    }
    if button::word_ui(
        ui,
        Some(Icon::LibraryBig),
        &scene.text("action-add-to-collection"),
    )
    .clicked()
    {
        scene.send(sheet(crate::app::command::Sheet::AddToCollection(
            items.clone(),
        )));
    }
    if button::word_ui(ui, Some(Icon::Heart), &scene.text("action-favourite")).clicked() {
        scene.send(Command::Edit(Edit::Favourite { items, on: true }));
    }
}
