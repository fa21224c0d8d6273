//! One tag opened: what has it, what models propose for it (one by one, the most doubtful first), what was rejected,
//! and what Parlour learnt of it.

use eframe::egui;
use egui::{Key, Modifiers, Rect, Sense, Ui, vec2};
use lucide_icons::Icon;

use crate::app::command::{
    Command, DropTarget, Edit, Files, ListKey, Page, Play, Sheet, Teach, View, Want,
};
use crate::app::phrases;
use crate::catalog::{ItemId, Tag};
use crate::media::Kind;
use crate::ui::drops;
use crate::ui::memory::TagView;
use crate::ui::menus::want_list;
use crate::ui::pages::home;
use crate::ui::scene::Scene;
use crate::ui::textures::Thumb;
use crate::ui::theme::{self, SPACE_4, SPACE_8, SPACE_12, SPACE_16, tokens};
use crate::ui::widgets::grid::{self, Sections};
use crate::ui::widgets::{button, empty, label, picture, waveform};

/// From so many examples on Parlour learns a tag by itself.
const EXAMPLES_MIN: u64 = crate::library::EXAMPLES_MIN as u64;

/// Draws the page of the tag with this path.
pub fn tag_ui(scene: &mut Scene<'_>, ui: &mut Ui, path: &str) {
    let tags = scene.state.tags.clone();
    let Some(tag) = tags.iter().find(|tag| tag.path == path) else {
        empty::empty_ui(ui, Icon::Tag, &scene.text("tag-gone"), None);
        return;
    };
    let name = phrases::shown_tag_name(&scene.state.words, &scene.state.vocabulary, tag);
    if scene.memory.reviewed_tag != path {
        path.clone_into(&mut scene.memory.reviewed_tag);
        scene.memory.reviewed.clear();
        scene.memory.skipped.clear();
        if tag.count_suggested == 0 {
            scene.memory.tag_view = TagView::Tagged;
        }
    }
    header_ui(scene, ui, tag, &name);
    facts_ui(scene, ui, tag);
    ui.add_space(SPACE_8);
    let counted = |scene: &Scene<'_>, key: &'static str, n: u64| {
        format!("{}  {}", scene.text(key), phrases::grouped(n))
    };
    let sure = counted(scene, "tag-sure", tag.count_confirmed + tag.count_shown);
    let maybe = counted(scene, "tag-maybe", tag.count_suggested);
    let no = counted(scene, "tag-rejected", tag.count_rejected);
    let mut choices = vec![(TagView::Tagged, sure.as_str())];
    if tag.count_suggested > 0 || scene.memory.tag_view == TagView::ToCheck {
        choices.push((TagView::ToCheck, maybe.as_str()));
    }
    if tag.count_rejected > 0 {
        choices.push((TagView::Rejected, no.as_str()));
    }
    if choices.len() == 1 {
        scene.memory.tag_view = TagView::Tagged;
    }
    ui.horizontal(|ui| {
        if choices.len() > 1
            && let Some(chosen) = button::segment_items_ui(ui, &choices, scene.memory.tag_view)
        {
            scene.memory.tag_view = chosen;
        }
        if scene.memory.tag_view == TagView::ToCheck {
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let is_grid = scene.memory.is_review_grid;
                let key = if is_grid { "review-one" } else { "review-grid" };
                let icon = if is_grid {
                    Icon::Image
                } else {
                    Icon::LayoutGrid
                };
                if button::icon_ui(ui, icon, &scene.text(key)).clicked() {
                    scene.memory.is_review_grid = !is_grid;
                }
            });
        }
    });
    let view = scene.memory.tag_view;
    let (key, grid_name) = match view {
        TagView::Tagged => (ListKey::Tag(path.to_owned()), "tag"),
        TagView::ToCheck => (ListKey::Suggested(path.to_owned()), "suggested"),
        TagView::Rejected => (ListKey::Rejected(path.to_owned()), "rejected"),
    };
    let Some(list) = want_list(scene, key) else {
        return;
    };
    ui.add_space(SPACE_8);
    if view == TagView::ToCheck && !scene.memory.is_review_grid {
        review_ui(scene, ui, path, &name, &list);
        return;
    }
    if list.is_empty() {
        let key = if view == TagView::ToCheck {
            "review-done"
        } else {
            "tag-empty"
        };
        empty::empty_ui(ui, Icon::Tag, &scene.text(key), None);
        return;
    }
    if view != TagView::Tagged {
        judge_bar_ui(scene, ui, path, &name);
        ui.add_space(SPACE_8);
    }
    grid::grid_ui(scene, ui, grid_name, &list, Sections::None);
}

/// Parents to go to, the name, and what can be done with the tag.
fn header_ui(scene: &mut Scene<'_>, ui: &mut Ui, tag: &Tag, name: &str) {
    if let Some((above, _)) = tag.path.rsplit_once('/') {
        let levels: Vec<&str> = above.split('/').collect();
        ui.horizontal(|ui| {
            for at in 0..levels.len() {
                let path = levels[..=at].join("/");
                let shown = scene
                    .state
                    .tags
                    .iter()
                    .find(|known| known.path == path)
                    .map_or_else(
                        || levels[at].to_owned(),
                        |known| {
                            phrases::shown_tag_name(
                                &scene.state.words,
                                &scene.state.vocabulary,
                                known,
                            )
                        },
                    );
                if ui
                    .link(egui::RichText::new(shown).size(theme::TEXT_CAPTION))
                    .clicked()
                {
                    scene.send(Command::Go(Page::Tags(Some(path))));
                }
                label::caption_ui(ui, "/");
            }
        });
    }
    ui.horizontal(|ui| {
        if let Some(colour) = tag.colour.as_deref().and_then(theme::of_hex) {
            let (dot, _) = ui.allocate_exact_size(vec2(16.0, 28.0), Sense::hover());
            ui.painter().circle_filled(dot.center(), 7.0, colour);
        }
        let response = label::page_ui(ui, name);
        drops::target_ui(scene, ui, response.rect, DropTarget::Tag(tag.path.clone()));
        let sheet = |sheet| Command::View(View::Sheet(Some(sheet)));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if button::icon_ui(ui, Icon::Trash2, &scene.text("action-delete")).clicked() {
                scene.send(sheet(Sheet::DeleteTag(tag.path.clone())));
            }
            if button::icon_ui(ui, Icon::Keyboard, &scene.text("action-bind-key")).clicked() {
                scene.send(sheet(Sheet::BindKey(tag.path.clone())));
            }
            if button::icon_ui(ui, Icon::Pencil, &scene.text("action-edit-tag")).clicked() {
                scene.send(sheet(Sheet::EditTag(tag.path.clone())));
            }
            if button::icon_ui(ui, Icon::FilePlus, &scene.text("action-tag-files")).clicked() {
                scene.send(Command::Files(Files::ChooseFilesFor(tag.path.clone())));
            }
        });
    });
}

/// Counts, how often the models were right, and what was learnt.
fn facts_ui(scene: &mut Scene<'_>, ui: &mut Ui, tag: &Tag) {
    let counts = scene.with(
        "tag-facts",
        &[
            ("confirmed", tag.count_confirmed.into()),
            ("shown", tag.count_shown.into()),
            ("suggested", tag.count_suggested.into()),
        ],
    );
    label::secondary_ui(ui, &counts);
    let Some(facts) = scene.state.teaching.facts.get(&tag.id).cloned() else {
        scene.send(Command::Teach(Teach::Facts(tag.id)));
        return;
    };
    if facts.latest.1 > 0 {
        let mut line = scene.with(
            "tag-right",
            &[
                ("right", facts.latest.0.into()),
                ("n", facts.latest.1.into()),
            ],
        );
        if facts.before.1 > 0 {
            line.push_str(" · ");
            line.push_str(&scene.with(
                "tag-right-before",
                &[
                    ("right", facts.before.0.into()),
                    ("n", facts.before.1.into()),
                ],
            ));
        }
        label::secondary_ui(ui, &line);
    }
    if let (Some(moved), Some(own)) = (facts.threshold, facts.own_threshold) {
        let percent = |value: f32| (value.min(1.0) * 100.0).round() as usize;
        let line = scene.with(
            "tag-threshold",
            &[("now", percent(moved).into()), ("own", percent(own).into())],
        );
        label::caption_ui(ui, &line);
    }
    ui.horizontal(|ui| {
        if facts.is_off {
            label::caption_ui(ui, &scene.text("lesson-off"));
            if ui.link(caption(&scene.text("action-learn"))).clicked() {
                scene.send(Command::Teach(Teach::Learn(tag.id)));
            }
        } else if let Some(lesson) = &facts.lesson {
            let learnt = scene.state.teaching.learnt.get(&tag.id).copied();
            let line = match learnt {
                Some(learnt) => scene.with(
                    "lesson-facts",
                    &[
                        ("n", learnt.examples.into()),
                        ("rejects", learnt.rejects.into()),
                        ("ms", (learnt.took_ms.ceil() as usize).into()),
                    ],
                ),
                None => scene.with("lesson-kept", &[("n", u64::from(lesson.number).into())]),
            };
            label::caption_ui(ui, &line);
            if ui
                .link(caption(&scene.text("action-apply-lesson")))
                .clicked()
            {
                scene.send(Command::View(View::Sheet(Some(Sheet::ApplyLesson(tag.id)))));
            }
            if ui
                .link(caption(&scene.text("action-forget-lesson")))
                .clicked()
            {
                scene.send(Command::Teach(Teach::Forget(tag.id)));
            }
        } else if tag.count_confirmed < EXAMPLES_MIN {
            let left = EXAMPLES_MIN - tag.count_confirmed;
            label::caption_ui(ui, &scene.with("lesson-needs", &[("n", left.into())]));
        } else {
            label::caption_ui(ui, &scene.text("lesson-none"));
        }
    });
}

fn caption(text: &str) -> egui::RichText {
    egui::RichText::new(text).size(theme::TEXT_CAPTION)
}

/// "Beach?": one suggestion large, with keys for yes, no and skip.
fn review_ui(scene: &mut Scene<'_>, ui: &mut Ui, path: &str, name: &str, list: &[ItemId]) {
    let memory = &scene.memory;
    let is_open = |id: &&ItemId| !memory.reviewed.contains(*id) && !memory.skipped.contains(*id);
    let left: Vec<ItemId> = list
        .iter()
        .filter(is_open)
        .copied()
        .chain(
            memory
                .skipped
                .iter()
                .filter(|id| list.contains(id) && !memory.reviewed.contains(*id))
                .copied(),
        )
        .collect();
    let Some(&item) = left.first() else {
        empty::empty_ui(ui, Icon::CheckCheck, &scene.text("review-done"), None);
        return;
    };
    scene.memory.is_reviewing = scene.state.sheet.is_none() && scene.state.viewer.is_none();
    let detail = scene.state.details.get(&item).cloned();
    scene.send(Command::Want(Want::Detail(item)));
    let score = detail.as_ref().and_then(|detail| {
        let tag = scene.state.tags.iter().find(|tag| tag.path == path)?;
        let found = detail.tags.iter().find(|known| known.tag == tag.id)?;
        Some(found.score)
    });
    let strip = 72.0;
    let bar = 56.0;
    let area = ui.available_rect_before_wrap();
    let large = Rect::from_min_max(
        area.min,
        area.max - vec2(0.0, strip + bar + SPACE_16 + SPACE_8),
    );
    let (rect, response) =
        ui.allocate_exact_size(large.size().max(vec2(60.0, 60.0)), Sense::click());
    let title = home::title_of(scene, item);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Image, true, &title));
    large_ui(scene, ui, item, &title, rect);
    if response.double_clicked() {
        scene.send(Command::View(View::Open {
            list: left.clone().into(),
            item,
        }));
    }
    ui.add_space(SPACE_8);
    let answer = question_ui(scene, ui, name, score, left.len(), bar);
    ui.add_space(SPACE_4);
    strip_ui(scene, ui, &left, strip);
    let none = Modifiers::NONE;
    let (yes, no, skip) = if scene.memory.is_reviewing && !ui.text_edit_focused() {
        ui.input_mut(|i| {
            (
                i.consume_key(none, Key::Y),
                i.consume_key(none, Key::N),
                i.consume_key(none, Key::Space),
            )
        })
    } else {
        (false, false, false)
    };
    let answer = answer
        .or(yes.then_some(Judgement::Yes))
        .or(no.then_some(Judgement::No))
        .or(skip.then_some(Judgement::Skip));
    let tag = path.to_owned();
    let items = vec![item];
    match answer {
        Some(Judgement::Yes) => {
            scene.memory.reviewed.insert(item);
            scene.send(Command::Edit(Edit::Confirm { items, tag }));
        }
        Some(Judgement::No) => {
            scene.memory.reviewed.insert(item);
            scene.send(Command::Edit(Edit::Reject { items, tag }));
        }
        Some(Judgement::Skip) => {
            scene.memory.skipped.retain(|other| *other != item);
            scene.memory.skipped.push(item);
        }
        None => {}
    }
}

/// What the person says of a suggestion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Judgement {
    Yes,
    No,
    Skip,
}

/// The picture as large as there is room, or cover, waveform and a button to hear it.
fn large_ui(scene: &mut Scene<'_>, ui: &mut Ui, item: ItemId, title: &str, rect: Rect) {
    let t = tokens(ui);
    let row = scene.state.index.row(item).copied();
    let kind = row.map_or(Kind::Photo, |row| row.kind);
    ui.painter().rect_filled(
        rect,
        egui::CornerRadius::same(theme::RADIUS_CARD),
        t.surface,
    );
    if kind == Kind::Photo {
        let texture = match scene.textures.full(item) {
            Some(Some(texture)) => Some(texture),
            Some(None) => None,
            None => {
                scene.send(Command::Want(Want::Full(item)));
                match scene.thumb(ui, item, 512.0) {
                    Thumb::Ready(texture) => Some(texture),
                    _ => None,
                }
            }
        };
        if let Some(texture) = texture {
            let size = texture.size_vec2();
            let scale = (rect.width() / size.x).min(rect.height() / size.y);
            let place = Rect::from_center_size(rect.center(), size * scale);
            picture::paint_filling(ui, &texture, place, theme::RADIUS_SMALL);
        }
        return;
    }
    let side = (rect.height() - 96.0).clamp(40.0, 320.0);
    let place = Rect::from_center_size(rect.center() - vec2(0.0, 40.0), vec2(side, side));
    picture::paint_item(scene, ui, item, title, place, theme::RADIUS_CARD);
    let below = Rect::from_min_max(
        egui::pos2(rect.left() + SPACE_16, place.bottom() + SPACE_8),
        rect.max - vec2(SPACE_16, SPACE_8),
    );
    let mut inner = ui.new_child(
        egui::UiBuilder::new()
            .max_rect(below)
            .layout(egui::Layout::left_to_right(egui::Align::Center)),
    );
    if button::round_ui(&mut inner, Icon::Play, &scene.text("action-play"), 40.0).clicked() {
        scene.send(Command::Play(Play::Items {
            items: vec![item],
            start: 0,
            why: None,
        }));
    }
    scene.send(Command::Want(Want::Waveform(item)));
    let peaks = scene.state.waveforms.get(&item).cloned();
    let share = scene
        .state
        .player
        .track()
        .filter(|track| track.item == Some(item.0))
        .and_then(|track| track.duration_ms)
        .filter(|ms| *ms > 0)
        .map_or(0.0, |ms| {
            scene.state.player.position.as_millis() as f32 / ms as f32
        });
    inner.vertical(|ui| {
        label::body_ui(ui, title);
        let name = scene.text("seek");
        waveform::waveform_ui(ui, &name, peaks.as_deref(), share, 32.0);
    });
}

fn question_ui(
    scene: &mut Scene<'_>,
    ui: &mut Ui,
    name: &str,
    score: Option<f32>,
    left: usize,
    height: f32,
) -> Option<Judgement> {
    let mut answer = None;
    ui.horizontal(|ui| {
        ui.set_height(height);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            label::section_ui(ui, &scene.with("review-ask", &[("tag", name.into())]));
            let mut line = scene.with("review-left", &[("n", left.into())]);
            if let Some(score) = score {
                let percent = (score * 100.0).round() as usize;
                line = format!(
                    "{} · {line}",
                    scene.with("review-score", &[("percent", percent.into())])
                );
            }
            label::caption_ui(ui, &line);
        });
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let word = |scene: &Scene<'_>, key: &'static str, cap: &str| {
                format!("{}  {cap}", scene.text(key))
            };
            if button::word_ui(
                ui,
                Some(Icon::SkipForward),
                &word(scene, "action-skip", "␣"),
            )
            .clicked()
            {
                answer = Some(Judgement::Skip);
            }
            if button::word_ui(ui, Some(Icon::X), &word(scene, "action-reject", "N")).clicked() {
                answer = Some(Judgement::No);
            }
            if button::strong_ui(ui, Some(Icon::Check), &word(scene, "action-confirm", "Y"))
                .clicked()
            {
                answer = Some(Judgement::Yes);
            }
        });
    });
    answer
}

/// What comes next, small.
fn strip_ui(scene: &mut Scene<'_>, ui: &mut Ui, left: &[ItemId], height: f32) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    let fits = (rect.width() / (height + SPACE_4)).floor() as usize;
    for (at, item) in left.iter().take(fits).enumerate() {
        let place = Rect::from_min_size(
            rect.min + vec2(at as f32 * (height + SPACE_4), 0.0),
            vec2(height, height),
        );
        let title = home::title_of(scene, *item);
        picture::paint_item(scene, ui, *item, &title, place, theme::RADIUS_SMALL);
        if at == 0 {
            ui.painter().rect_stroke(
                place,
                egui::CornerRadius::same(theme::RADIUS_SMALL),
                egui::Stroke::new(2.0, tokens(ui).accent),
                egui::StrokeKind::Inside,
            );
        }
    }
}

/// Confirm or reject what is selected in the grid.
fn judge_bar_ui(scene: &mut Scene<'_>, ui: &mut Ui, path: &str, name: &str) {
    let t = tokens(ui);
    let selected = scene.state.selection.order.clone();
    egui::Frame::new()
        .fill(t.surface)
        .corner_radius(egui::CornerRadius::same(theme::RADIUS_CARD))
        .inner_margin(egui::Margin::symmetric(SPACE_16 as i8, SPACE_8 as i8))
        .show(ui, |ui| {
            ui.horizontal(|ui| {
                let question = if selected.is_empty() {
                    scene.with("review-choose", &[("tag", name.into())])
                } else {
                    scene.with(
                        "review-question",
                        &[("n", selected.len().into()), ("tag", name.into())],
                    )
                };
                label::body_ui(ui, &question);
                ui.add_space(SPACE_12);
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    ui.add_enabled_ui(!selected.is_empty(), |ui| {
                        let (items, tag) = (selected.clone(), path.to_owned());
                        if button::word_ui(ui, Some(Icon::X), &scene.text("action-reject"))
                            .clicked()
                        {
                            scene.send(Command::Edit(Edit::Reject { items, tag }));
                        }
                        let (items, tag) = (selected.clone(), path.to_owned());
                        if button::strong_ui(ui, Some(Icon::Check), &scene.text("action-confirm"))
                            .clicked()
                        {
                            scene.send(Command::Edit(Edit::Confirm { items, tag }));
                        }
                    });
                });
            });
        });
}
