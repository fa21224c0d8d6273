//! Why an item has a tag: model and version, score against threshold, what it looked at, the nearest examples.

use eframe::egui;
use egui::{CornerRadius, Rect, ScrollArea, Sense, Ui, pos2, vec2};
use lucide_icons::Icon;

use crate::app::command::{Command, Edit, Page, Teach, View};
use crate::app::phrases;
use crate::app::teaching::Card;
use crate::catalog::{ItemId, Tag, TagId, TagState};
use crate::library::{Evidence, is_taught};
use crate::ui::pages::home;
use crate::ui::scene::Scene;
use crate::ui::tag_sheets::{shown_name, tag_by_id, title_ui};
use crate::ui::textures::Thumb;
use crate::ui::theme::{self, SPACE_4, SPACE_8, SPACE_12, tokens};
use crate::ui::widgets::{button, label, picture};

/// Where a tag on an item comes from.
pub fn why_ui(scene: &mut Scene<'_>, ui: &mut Ui, item: ItemId, id: TagId) {
    let Some(tag) = tag_by_id(scene, id) else {
        scene.send(Command::View(View::Sheet(None)));
        return;
    };
    let name = shown_name(scene, &tag);
    title_ui(
        scene,
        ui,
        &scene.with("why-tag", &[("tag", name.as_str().into())]),
    );
    let card = scene
        .state
        .teaching
        .card
        .clone()
        .filter(|card| card.item == item && card.tag == id);
    let Some(card) = card else {
        scene.send(Command::Teach(Teach::Card { item, tag: id }));
        return;
    };
    let has_model = card
        .provenance
        .as_ref()
        .is_some_and(|provenance| provenance.pack.is_some());
    if card.evidence.is_none() && has_model {
        scene.send(Command::Teach(Teach::Evidence { item, tag: id }));
    }
    let height = (ui.content_rect().height() - 220.0).clamp(160.0, 340.0);
    ScrollArea::vertical()
        .id_salt("why")
        .max_height(height + 40.0)
        .show(ui, |ui| {
            ui.horizontal_top(|ui| {
                let wide = ui.available_width();
                let left = (wide * 0.48).min(360.0);
                ui.allocate_ui(vec2(left, height), |ui| {
                    ui.vertical(|ui| evidence_ui(scene, ui, &card, left, height));
                });
                ui.add_space(SPACE_12);
                ui.vertical(|ui| said_ui(scene, ui, &card, &tag));
            });
        });
    ui.add_space(SPACE_12);
    let state = scene.state.details.get(&item).and_then(|detail| {
        let found = detail.tags.iter().find(|known| known.tag == id)?;
        Some(found.state)
    });
    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
        let (items, path) = (vec![item], tag.path.clone());
        if matches!(state, Some(TagState::Shown | TagState::Suggested)) {
            if button::strong_ui(ui, Some(Icon::Check), &scene.text("action-confirm")).clicked() {
                let (items, tag) = (items.clone(), path.clone());
                scene.send(Command::Edit(Edit::Confirm { items, tag }));
                scene.send(Command::View(View::Sheet(None)));
            }
            if button::word_ui(ui, Some(Icon::X), &scene.text("action-reject")).clicked() {
                let tag = path.clone();
                scene.send(Command::Edit(Edit::Reject { items, tag }));
                scene.send(Command::View(View::Sheet(None)));
            }
        }
        let all = scene.with("action-show-tag", &[("tag", name.as_str().into())]);
        if button::word_ui(ui, Some(Icon::Tag), &all).clicked() {
            scene.send(Command::View(View::Sheet(None)));
            scene.send(Command::View(View::Close));
            scene.send(Command::Go(Page::Tags(Some(path))));
        }
    });
}

/// The picture with what mattered left bright, or the moments of a sound as bars.
fn evidence_ui(scene: &mut Scene<'_>, ui: &mut Ui, card: &Card, width: f32, height: f32) {
    let t = tokens(ui);
    let room = vec2(width, (height - 44.0).max(80.0));
    let (rect, _) = ui.allocate_exact_size(room, Sense::hover());
    let title = home::title_of(scene, card.item);
    let mut place = rect;
    match scene.thumb(ui, card.item, 512.0) {
        Thumb::Ready(texture) => {
            let size = texture.size_vec2();
            let scale = (rect.width() / size.x).min(rect.height() / size.y);
            place = Rect::from_center_size(rect.center(), size * scale);
            picture::paint_filling(ui, &texture, place, theme::RADIUS_SMALL);
        }
        _ => {
            let side = rect.width().min(rect.height());
            place = Rect::from_center_size(place.center(), vec2(side, side));
            picture::paint_item(scene, ui, card.item, &title, place, theme::RADIUS_SMALL);
        }
    }
    let line = match &card.evidence {
        None if card.provenance.as_ref().is_some_and(|p| p.pack.is_some()) => {
            ui.request_repaint_after(std::time::Duration::from_millis(100));
            scene.text("evidence-looking").to_string()
        }
        None | Some(Ok(None)) => scene.text("evidence-none").to_string(),
        Some(Err(why)) => why.clone(),
        Some(Ok(Some(evidence))) => match &**evidence {
            Evidence::Regions(map) if map.most > 0.01 => {
                let columns = map.columns.max(1);
                let rows = map.values.len() / columns;
                let part = vec2(
                    place.width() / columns as f32,
                    place.height() / rows.max(1) as f32,
                );
                for (at, value) in map.values.iter().enumerate() {
                    let corner = place.min
                        + vec2(
                            (at % columns) as f32 * part.x,
                            (at / columns) as f32 * part.y,
                        );
                    let dim = theme::faded(t.canvas, 0.72 * (1.0 - value.clamp(0.0, 1.0)));
                    ui.painter().rect_filled(
                        Rect::from_min_size(corner, part),
                        CornerRadius::ZERO,
                        dim,
                    );
                }
                scene.text("evidence-regions").to_string()
            }
            Evidence::Regions(_) => scene.text("evidence-whole").to_string(),
            Evidence::Moments(moments) => {
                let end = moments
                    .iter()
                    .map(|m| m.start_ms + m.length_ms)
                    .max()
                    .unwrap_or(1)
                    .max(1) as f32;
                let band = Rect::from_min_max(
                    pos2(rect.left(), rect.bottom() - 56.0),
                    rect.right_bottom(),
                );
                ui.painter().rect_filled(
                    band,
                    CornerRadius::same(theme::RADIUS_SMALL),
                    theme::faded(t.canvas, 0.85),
                );
                for moment in moments {
                    let x = band.left() + band.width() * moment.start_ms as f32 / end;
                    let wide = (band.width() * moment.length_ms as f32 / end).max(3.0) - 1.0;
                    let high = (band.height() - 8.0) * moment.score.clamp(0.02, 1.0);
                    let bar = Rect::from_min_max(
                        pos2(x, band.bottom() - 4.0 - high),
                        pos2(x + wide, band.bottom() - 4.0),
                    );
                    ui.painter()
                        .rect_filled(bar, CornerRadius::same(1), t.accent);
                }
                let best = moments.iter().max_by(|a, b| a.score.total_cmp(&b.score));
                best.map_or_else(String::new, |best| {
                    scene.with(
                        "evidence-moments",
                        &[("time", label::duration(best.start_ms).into())],
                    )
                })
            }
        },
    };
    ui.add_space(SPACE_4);
    label::caption_ui(ui, &line);
}

/// Model, score against threshold, history, the nearest examples.
fn said_ui(scene: &mut Scene<'_>, ui: &mut Ui, card: &Card, tag: &Tag) {
    let Some(provenance) = &card.provenance else {
        label::caption_ui(ui, &scene.text("lesson-looking"));
        return;
    };
    let percent = |value: f32| (value.clamp(0.0, 1.0) * 100.0).round() as usize;
    match &provenance.pack {
        Some(pack) => {
            label::strong_ui(ui, &pack_name(scene, pack));
            let line = scene.with(
                "why-score",
                &[("percent", percent(provenance.score).into())],
            );
            label::body_ui(ui, &line);
            let threshold = match provenance.threshold {
                Some(at) if at <= 1.0 => {
                    scene.with("why-threshold", &[("percent", percent(at).into())])
                }
                _ => scene.text("why-only-suggested").to_string(),
            };
            label::secondary_ui(ui, &threshold);
            score_bar_ui(ui, provenance.score, provenance.threshold);
        }
        None => {
            label::body_ui(ui, &scene.text("why-no-model"));
        }
    }
    for (pack, score) in &provenance.others {
        let line = format!("{} · {} %", pack_name(scene, pack), percent(*score));
        label::caption_ui(ui, &line);
    }
    let said = scene.state.details.get(&card.item).and_then(|detail| {
        detail
            .tags
            .iter()
            .find(|known| known.tag == tag.id)
            .map(|known| (known.state, known.at_ms, known.source.clone()))
    });
    if let Some((state, at_ms, source)) = said {
        ui.add_space(SPACE_8);
        let key = match (state, &source) {
            (TagState::Confirmed, crate::catalog::TagSource::Imported) => "why-imported",
            (TagState::Confirmed, _) => "why-confirmed",
            (TagState::Rejected, _) => "why-rejected",
            (TagState::Shown, _) => "why-shown",
            (TagState::Suggested, _) => "why-suggested-on",
        };
        let date = phrases::date(&scene.state.words, at_ms);
        label::secondary_ui(ui, &scene.with(key, &[("date", date.into())]));
    }
    ui.add_space(SPACE_12);
    if provenance.examples.is_empty() {
        label::caption_ui(ui, &scene.text("why-no-examples"));
        return;
    }
    label::caption_ui(ui, &scene.text("why-examples"));
    ui.horizontal(|ui| {
        let side = 72.0_f32.min((ui.available_width() - 12.0) / 4.0).max(32.0);
        for (item, likeness) in &provenance.examples {
            ui.vertical(|ui| {
                let (rect, _) = ui.allocate_exact_size(vec2(side, side), Sense::hover());
                let title = home::title_of(scene, *item);
                picture::paint_item(scene, ui, *item, &title, rect, theme::RADIUS_SMALL);
                label::caption_ui(ui, &format!("{} %", percent(*likeness)));
            });
        }
    });
}

fn score_bar_ui(ui: &mut Ui, score: f32, threshold: Option<f32>) {
    let t = tokens(ui);
    let (rect, _) =
        ui.allocate_exact_size(vec2(ui.available_width().min(260.0), 10.0), Sense::hover());
    ui.painter().rect_filled(
        rect,
        CornerRadius::same(3),
        theme::mixed(t.overlay, t.text, 0.12),
    );
    let done = Rect::from_min_max(
        rect.min,
        pos2(
            rect.left() + rect.width() * score.clamp(0.0, 1.0),
            rect.bottom(),
        ),
    );
    ui.painter()
        .rect_filled(done, CornerRadius::same(3), t.accent);
    if let Some(at) = threshold.filter(|at| *at <= 1.0) {
        let x = rect.left() + rect.width() * at;
        ui.painter().vline(
            x,
            rect.y_range().expand(3.0),
            egui::Stroke::new(2.0, t.text),
        );
    }
}

/// A pack as people know it.
pub(super) fn pack_name(scene: &Scene<'_>, pack: &str) -> String {
    let (id, version) = pack.split_once('@').unwrap_or((pack, ""));
    if is_taught(pack) {
        return scene.with("why-taught", &[("n", version.to_owned().into())]);
    }
    scene
        .state
        .packs
        .iter()
        .find(|known| known.id == id)
        .map_or_else(
            || pack.to_owned(),
            |known| format!("{} {version}", known.title),
        )
}
