//! Home: shelves whose titles say the reason, cards, and the reason card in place.

use std::sync::Arc;

use eframe::egui;
use egui::{CornerRadius, Frame, Margin, Rect, ScrollArea, Stroke, Ui, pos2, vec2};
use lucide_icons::Icon;

use crate::app::command::{Command, Page, Play, Set, ShelfCommand, View};
use crate::app::phrases;
use crate::catalog::ItemId;
use crate::media::Kind;
use crate::recommend::{Pick, Shelf, Wish};
use crate::ui::scene::Scene;
use crate::ui::theme::{self, SPACE_4, SPACE_8, SPACE_12, SPACE_16, SPACE_24, tokens};
use crate::ui::widgets::card::{self, CardClick, card_ui};
use crate::ui::widgets::{button, empty, label, picture};

/// Height of a card's picture, in points.
const CARD_HEIGHT: f32 = 168.0;

/// Draws the page.
pub fn home_ui(scene: &mut Scene<'_>, ui: &mut Ui) {
    let shelves = scene.state.shelves.value.clone();
    let Some(shelves) = shelves else {
        skeleton(ui);
        return;
    };
    if shelves.is_empty() {
        let click = empty::empty_ui(
            ui,
            Icon::Lamp,
            &scene.text("home-empty"),
            Some(&scene.text("page-photos")),
        );
        if click {
            scene.send(Command::Go(Page::Photos));
        }
        return;
    }
    ScrollArea::vertical()
        .id_salt("home")
        .auto_shrink(false)
        .show(ui, |ui| {
            ui.add_space(SPACE_8);
            top_ui(scene, ui);
            ui.add_space(SPACE_16);
            for (at, shelf) in shelves.iter().enumerate() {
                ui.push_id(shelf.key(), |ui| shelf_ui(scene, ui, at, shelf));
                ui.add_space(SPACE_24);
            }
        });
}

/// What the whole page is set by: a programme for some minutes, from familiar to new, and the way to the taste page.
fn top_ui(scene: &mut Scene<'_>, ui: &mut Ui) {
    ui.horizontal_wrapped(|ui| {
        let name = |scene: &Scene<'_>, minutes: u32, wish: Wish| {
            let mood = scene.text(match wish {
                Wish::Calm => "programme-calm",
                Wish::Bright => "programme-bright",
                Wish::Lively => "programme-lively",
            });
            let minutes = (minutes as usize).into();
            scene.with(
                "programme",
                &[("minutes", minutes), ("mood", (&*mood).into())],
            )
        };
        let words = name(scene, 20, Wish::Calm);
        let play = button::word_ui(ui, Some(Icon::Timer), &words);
        egui::Popup::menu(&play).show(|ui| {
            for wish in Wish::ALL {
                for minutes in [10, 20, 45] {
                    let words = name(scene, minutes, wish);
                    if ui
                        .add(egui::Button::new(words).frame_when_inactive(false))
                        .clicked()
                    {
                        scene.send(Command::Play(Play::Programme { minutes, wish }));
                        ui.close();
                    }
                }
            }
        });
        if button::word_ui(ui, Some(Icon::HeartHandshake), &scene.text("taste-open")).clicked() {
            scene.send(Command::Go(Page::Taste));
        }
        ui.add_space(SPACE_16);
        label::caption_ui(ui, &scene.text("novelty-familiar"));
        let mut novelty = scene.memory.novelty.unwrap_or(scene.state.settings.novelty);
        ui.spacing_mut().slider_width = 120.0;
        let slider = ui.add(egui::Slider::new(&mut novelty, 0.0..=1.0).show_value(false));
        let title = scene.text("novelty");
        slider
            .widget_info(|| egui::WidgetInfo::slider(true, f64::from(novelty), title.to_string()));
        if slider.dragged() {
            scene.memory.novelty = Some(novelty);
        } else if slider.drag_stopped() || slider.changed() {
            scene.memory.novelty = None;
            scene.send(Command::Set(Set::Novelty(novelty)));
        }
        label::caption_ui(ui, &scene.text("novelty-new"));
        if scene.state.is_guest {
            ui.add_space(SPACE_16);
            label::caption_ui(ui, &scene.text("taste-guest"));
        }
    });
}

/// The arrows of a shelf that is wider than the page. Returns how far it is to be moved.
fn arrows_ui(scene: &Scene<'_>, ui: &mut Ui, key: &str) -> f32 {
    let Some(&(at, most)) = scene.memory.shelf_scroll.get(key) else {
        return 0.0;
    };
    if most <= 1.0 {
        return 0.0;
    }
    let step = (ui.ctx().content_rect().width() * 0.6).max(CARD_HEIGHT);
    let mut by = 0.0;
    // From right to left.
    for (icon, name, is_there, sign) in [
        (Icon::ChevronRight, "shelf-on", at < most - 1.0, -1.0),
        (Icon::ChevronLeft, "shelf-back", at > 1.0, 1.0),
    ] {
        ui.add_enabled_ui(is_there, |ui| {
            if button::icon_ui(ui, icon, &scene.text(name)).clicked() {
                by = sign * step;
            }
        });
    }
    by
}

fn shelf_ui(scene: &mut Scene<'_>, ui: &mut Ui, at: usize, shelf: &Shelf) {
    let about = shelf.about.map(|id| title_of(scene, id));
    let shelf_word = phrases::tag_name(&scene.state.words, &scene.state.vocabulary, &shelf.word);
    let titled = Shelf {
        word: shelf_word,
        picks: Vec::new(),
        ..shelf.clone()
    };
    let title = phrases::shelf_title(&scene.state.words, &titled, about.as_deref());
    let key = shelf.key();
    let mut by = 0.0;
    ui.horizontal(|ui| {
        let room = ui.available_width() - 136.0;
        ui.scope(|ui| {
            ui.set_max_width(room);
            label::section_ui(ui, &title);
        });
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let more = button::icon_ui(
                ui,
                Icon::Ellipsis,
                &scene.with("shelf-menu", &[("title", title.as_str().into())]),
            );
            egui::Popup::menu(&more).show(|ui| {
                let hide = egui::Button::new(scene.text("shelf-hide").to_string())
                    .frame_when_inactive(false);
                if ui.add(hide).clicked() {
                    scene.send(Command::Shelf(ShelfCommand::HideShelf(shelf.key())));
                    ui.close();
                }
                let refresh = egui::Button::new(scene.text("shelf-refresh").to_string())
                    .frame_when_inactive(false);
                if ui.add(refresh).clicked() {
                    scene.send(Command::Shelf(ShelfCommand::Refresh));
                    ui.close();
                }
            });
            by = arrows_ui(scene, ui, &key);
        });
    });
    let list: Arc<[ItemId]> = shelf.picks.iter().map(|pick| pick.item).collect();
    let why = scene.text("action-why");
    let shown = ScrollArea::horizontal()
        .id_salt("cards")
        .scroll_bar_visibility(egui::scroll_area::ScrollBarVisibility::AlwaysHidden)
        .auto_shrink([false, true])
        .show(ui, |ui| {
            if by != 0.0 {
                ui.scroll_with_delta(vec2(by, 0.0));
            }
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = SPACE_16;
                let width = CARD_HEIGHT * card::shape(shelf.media);
                for pick in &shelf.picks {
                    let next =
                        Rect::from_min_size(ui.next_widget_position(), vec2(width, CARD_HEIGHT));
                    if !ui.is_rect_visible(next.expand2(vec2(width, 0.0))) {
                        ui.allocate_exact_size(
                            vec2(width, CARD_HEIGHT + 44.0),
                            egui::Sense::hover(),
                        );
                        continue;
                    }
                    let (response, click) =
                        card_ui(scene, ui, pick.item, shelf.media, CARD_HEIGHT, Some(&why));
                    response.context_menu(|ui| {
                        reactions_ui(scene, ui, (at, pick.item));
                        ui.separator();
                        crate::ui::menus::items_ui(scene, ui, pick.item);
                    });
                    if response.drag_started() {
                        response
                            .dnd_set_drag_payload(crate::ui::drops::DraggedItems(vec![pick.item]));
                    }
                    match click {
                        Some(CardClick::Open) => open(scene, shelf, &list, pick),
                        Some(CardClick::Why) => {
                            let key = (at, pick.item);
                            scene.send(Command::Shelf(ShelfCommand::PreviewDislike(None)));
                            scene.memory.reason_open =
                                (scene.memory.reason_open != Some(key)).then_some(key);
                        }
                        None => {}
                    }
                }
            });
        });
    let most = (shown.content_size.x - shown.inner_rect.width()).max(0.0);
    scene
        .memory
        .shelf_scroll
        .insert(key, (shown.state.clamped_offset().x, most));
    if let Some((shelf_at, item)) = scene.memory.reason_open
        && shelf_at == at
        && let Some(pick) = shelf.picks.iter().find(|pick| pick.item == item)
    {
        ui.add_space(SPACE_4);
        reason_card_ui(scene, ui, pick);
    }
}

/// What can be said of a suggestion, as rows of a menu.
fn reactions_ui(scene: &mut Scene<'_>, ui: &mut Ui, key: (usize, ItemId)) {
    let item = key.1;
    for (name, command) in [
        ("action-like", ShelfCommand::Like(item)),
        ("action-not-now", ShelfCommand::NotNow(item)),
        ("action-never", ShelfCommand::Never(item)),
        ("action-less", ShelfCommand::PreviewDislike(Some(item))),
    ] {
        let row = egui::Button::new(scene.text(name).to_string()).frame_when_inactive(false);
        if ui.add(row).clicked() {
            if let ShelfCommand::PreviewDislike(_) = command {
                scene.memory.reason_open = Some(key);
            }
            scene.send(Command::Shelf(command));
            ui.close();
        }
    }
}

fn open(scene: &mut Scene<'_>, shelf: &Shelf, list: &Arc<[ItemId]>, pick: &Pick) {
    scene.send(Command::Shelf(ShelfCommand::Chosen {
        shelf: shelf.arm(),
        item: pick.item,
    }));
    if shelf.media == Kind::Photo {
        scene.send(Command::View(View::Open {
            list: list.clone(),
            item: pick.item,
        }));
        return;
    }
    let start = list.iter().position(|&id| id == pick.item).unwrap_or(0);
    let why = pick.reasons.first().map(|reason| {
        phrases::weighed_reason(&scene.state.words, &scene.state.vocabulary, reason, |id| {
            title_of(scene, id)
        })
    });
    scene.send(Command::Play(Play::Items {
        items: list.to_vec(),
        start,
        why,
    }));
}

/// A short title of an item for sentences.
pub fn title_of(scene: &Scene<'_>, id: ItemId) -> String {
    if let Some(song) = scene.state.music.song(id) {
        return song.title.clone();
    }
    if let Some(detail) = scene
        .state
        .details
        .get(&id)
        .filter(|d| d.item.kind != Kind::Photo)
    {
        return detail.item.title.clone();
    }
    scene.state.index.row(id).map_or_else(String::new, |row| {
        phrases::date(&scene.state.words, row.date_ms)
    })
}

/// The factors of a pick: bars that add up to its score, each with its evidence and a strike-out.
pub fn reason_card_ui(scene: &mut Scene<'_>, ui: &mut Ui, pick: &Pick) {
    let t = tokens(ui);
    Frame::new()
        .fill(t.surface)
        .corner_radius(CornerRadius::same(theme::RADIUS_CARD))
        .stroke(Stroke::new(1.0, t.line))
        .inner_margin(Margin::same(SPACE_16 as i8))
        .show(ui, |ui| {
            ui.set_max_width(theme::COLUMN_WIDTH + 80.0);
            ui.horizontal(|ui| {
                let title = title_of(scene, pick.item);
                label::strong_ui(ui, &scene.with("why-title", &[("title", title.into())]));
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    if button::icon_ui(ui, Icon::X, &scene.text("action-close")).clicked() {
                        scene.memory.reason_open = None;
                    }
                    let item = pick.item;
                    for (icon, name, command, is_closing) in [
                        (Icon::Ban, "action-never", ShelfCommand::Never(item), true),
                        (
                            Icon::Clock,
                            "action-not-now",
                            ShelfCommand::NotNow(item),
                            true,
                        ),
                        (
                            Icon::ThumbsDown,
                            "action-less",
                            ShelfCommand::PreviewDislike(Some(item)),
                            false,
                        ),
                    ] {
                        if button::icon_ui(ui, icon, &scene.text(name)).clicked() {
                            scene.send(Command::Shelf(command));
                            if is_closing {
                                scene.memory.reason_open = None;
                            }
                        }
                    }
                    if button::icon_ui(ui, Icon::ThumbsUp, &scene.text("action-like")).clicked() {
                        scene.send(Command::Shelf(ShelfCommand::Like(pick.item)));
                    }
                });
            });
            leaving_ui(scene, ui, pick);
            ui.add_space(SPACE_8);
            reasons_ui(scene, ui, pick);
        });
}

/// What "less like this" would take away, before it is said.
fn leaving_ui(scene: &mut Scene<'_>, ui: &mut Ui, pick: &Pick) {
    let Some((item, leaving)) = scene.state.leaving.clone().filter(|l| l.0 == pick.item) else {
        return;
    };
    let others: Vec<ItemId> = leaving.iter().copied().filter(|&id| id != item).collect();
    ui.add_space(SPACE_8);
    label::body_ui(
        ui,
        &scene.with("leaving-title", &[("n", others.len().into())]),
    );
    ui.horizontal_wrapped(|ui| {
        for &id in others.iter().take(10) {
            evidence_ui(scene, ui, id);
        }
    });
    ui.add_space(SPACE_4);
    ui.horizontal(|ui| {
        if button::strong_ui(ui, None, &scene.text("leaving-do")).clicked() {
            scene.send(Command::Shelf(ShelfCommand::Dislike(item)));
            scene.memory.reason_open = None;
        }
        if button::word_ui(ui, None, &scene.text("leaving-keep")).clicked() {
            scene.send(Command::Shelf(ShelfCommand::PreviewDislike(None)));
        }
    });
}

/// An item as a small picture that leads to it.
pub fn evidence_ui(scene: &mut Scene<'_>, ui: &mut Ui, item: ItemId) {
    let (rect, response) = ui.allocate_exact_size(vec2(32.0, 32.0), egui::Sense::click());
    let title = title_of(scene, item);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Button, true, &title));
    picture::paint_item(scene, ui, item, &title, rect, 4);
    button::focus_ring(ui, &response);
    if response.on_hover_text(&title).clicked() {
        scene.send(Command::Select(crate::app::command::Select::One(item)));
        scene.send(Command::View(View::Inspector(true)));
    }
}

/// The list of reasons alone: the inspector shows it too.
pub fn reasons_ui(scene: &mut Scene<'_>, ui: &mut Ui, pick: &Pick) {
    let t = tokens(ui);
    let largest = pick
        .reasons
        .iter()
        .map(|r| r.weight.abs())
        .fold(0.001, f32::max);
    for reason in &pick.reasons {
        let text =
            phrases::weighed_reason(&scene.state.words, &scene.state.vocabulary, reason, |id| {
                title_of(scene, id)
            });
        ui.horizontal(|ui| {
            let (rect, _) = ui.allocate_exact_size(vec2(72.0, 32.0), egui::Sense::hover());
            let bar = Rect::from_min_size(
                pos2(rect.left(), rect.center().y - 3.0),
                vec2((rect.width() * reason.weight.abs() / largest).max(2.0), 6.0),
            );
            let track = Rect::from_min_size(bar.min, vec2(rect.width(), 6.0));
            ui.painter()
                .rect_filled(track, CornerRadius::same(3), t.hover);
            ui.painter().rect_filled(
                bar,
                CornerRadius::same(3),
                if reason.weight < 0.0 {
                    t.faint
                } else {
                    t.accent
                },
            );
            let number = format!("{:+.2}", reason.weight).replace('-', "\u{2212}");
            label::caption_ui(ui, &number);
            let room = ui.available_width() - 44.0 - 40.0 * reason.evidence.len().min(4) as f32;
            ui.scope(|ui| {
                ui.set_max_width(room.max(80.0));
                label::body_ui(ui, &text);
            });
            for &item in reason.evidence.iter().take(4) {
                evidence_ui(scene, ui, item);
            }
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let name = scene.with("action-strike", &[("reason", text.as_str().into())]);
                if button::sized_ui(ui, Icon::Strikethrough, &name, false, 32.0, 16.0).clicked() {
                    scene.send(Command::Shelf(ShelfCommand::Strike(reason.key.clone())));
                }
            });
        });
    }
    ui.add_space(SPACE_4);
    ui.horizontal(|ui| {
        ui.add_space(72.0 + SPACE_12 - 4.0);
        let sum = format!("{:.2}", pick.score);
        label::caption_ui(ui, &scene.with("why-sum", &[("sum", sum.into())]));
    });
}

/// Quiet shapes until the first shelves are there.
fn skeleton(ui: &mut Ui) {
    let t = tokens(ui);
    let fill = theme::mixed(t.canvas, t.text, 0.05);
    for _ in 0..3 {
        let (rect, _) = ui.allocate_exact_size(
            vec2(ui.available_width(), CARD_HEIGHT + 80.0),
            egui::Sense::hover(),
        );
        let title = Rect::from_min_size(rect.min + vec2(0.0, 12.0), vec2(240.0, 18.0));
        ui.painter().rect_filled(title, CornerRadius::same(4), fill);
        let width = CARD_HEIGHT * 4.0 / 3.0;
        let mut x = rect.left();
        while x + width < rect.right() {
            let card = Rect::from_min_size(pos2(x, rect.top() + 44.0), vec2(width, CARD_HEIGHT));
            ui.painter()
                .rect_filled(card, CornerRadius::same(theme::RADIUS_CARD), fill);
            x += width + SPACE_16;
        }
    }
}
