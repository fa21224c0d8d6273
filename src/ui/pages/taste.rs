//! Your taste: what Parlour believes, each belief with its evidence and a way to erase it; what was struck out; what is
//! kept out of memories; forgetting; who is here; and the cards of friends.

use eframe::egui;
use egui::{ScrollArea, TextEdit, Ui};
use lucide_icons::Icon;

use crate::app::command::{Command, Edit, People, ShelfCommand, Want};
use crate::app::people::TasteView;
use crate::app::phrases;
use crate::catalog::ProfileId;
use crate::media::Kind;
use crate::recommend::{Belief, Exclusion};
use crate::ui::pages::home::{evidence_ui, title_of};
use crate::ui::pages::settings::{group_ui, row_ui};
use crate::ui::scene::Scene;
use crate::ui::theme::{self, SPACE_4, SPACE_8, SPACE_12, SPACE_24};
use crate::ui::widgets::chip::{self, ChipClick, ChipNames, ChipState, chip_ui};
use crate::ui::widgets::{button, label};

/// Draws the page.
pub fn taste_ui(scene: &mut Scene<'_>, ui: &mut Ui) {
    let Some(view) = scene.state.taste.clone() else {
        scene.send(Command::Want(Want::Beliefs));
        return;
    };
    ScrollArea::vertical()
        .id_salt("taste")
        .auto_shrink(false)
        .show(ui, |ui| {
            let side = ((ui.available_width() - theme::COLUMN_WIDTH) / 2.0).max(0.0);
            ui.horizontal_top(|ui| {
                ui.add_space(side);
                ui.vertical(|ui| {
                    ui.set_max_width(theme::COLUMN_WIDTH.min(ui.available_width() - SPACE_8));
                    label::page_ui(ui, &scene.text("page-taste"));
                    label::secondary_ui(ui, &scene.text("taste-intro"));
                    ui.add_space(SPACE_12);
                    people_ui(scene, ui, &view);
                    beliefs_ui(scene, ui, &view);
                    struck_ui(scene, ui);
                    memories_ui(scene, ui);
                    forget_ui(scene, ui);
                    cards_ui(scene, ui, &view);
                    ui.add_space(SPACE_24);
                });
            });
        });
}

fn beliefs_ui(scene: &mut Scene<'_>, ui: &mut Ui, view: &TasteView) {
    let sides = [
        (Kind::Photo, true, "taste-photos-like"),
        (Kind::Photo, false, "taste-photos-dislike"),
        (Kind::Audio, true, "taste-audio-like"),
        (Kind::Audio, false, "taste-audio-dislike"),
        (Kind::Clip, true, "taste-clip-like"),
        (Kind::Clip, false, "taste-clip-dislike"),
    ];
    let struck = scene.state.struck.clone();
    let of = |media: Kind, is_liked: bool| -> Vec<&Belief> {
        let list = view.beliefs.list.iter();
        list.filter(|b| b.media == media && (b.affinity > 0.0) == is_liked)
            .filter(|b| !struck.contains(&b.key))
            .collect()
    };
    if sides
        .iter()
        .all(|(media, liked, _)| of(*media, *liked).is_empty())
    {
        label::secondary_ui(ui, &scene.text("taste-empty"));
        ui.add_space(SPACE_24);
        return;
    }
    for (media, is_liked, title) in sides {
        let list = of(media, is_liked);
        if list.is_empty() {
            continue;
        }
        group_ui(ui, &scene.text(title).clone(), |ui| {
            for belief in list {
                belief_ui(scene, ui, belief);
            }
        });
    }
    if !view.beliefs.hour.is_empty() {
        group_ui(ui, &scene.text("taste-hour").clone(), |ui| {
            let names: Vec<String> = view
                .beliefs
                .hour
                .iter()
                .map(|tag| phrases::tag_name(&scene.state.words, &scene.state.vocabulary, tag))
                .collect();
            row_ui(ui, &names.join(" · "), "", |_| ());
        });
    }
}

fn belief_ui(scene: &mut Scene<'_>, ui: &mut Ui, belief: &Belief) {
    let name = if belief.is_artist {
        belief.name.clone()
    } else {
        phrases::tag_name(&scene.state.words, &scene.state.vocabulary, &belief.name)
    };
    ui.push_id((belief.media, &belief.key), |ui| {
        ui.horizontal(|ui| {
            ui.set_min_height(40.0);
            let t = theme::tokens(ui);
            let (rect, _) = ui.allocate_exact_size(egui::vec2(56.0, 6.0), egui::Sense::hover());
            let radius = egui::CornerRadius::same(3);
            ui.painter().rect_filled(rect, radius, t.hover);
            let mut bar = rect;
            bar.set_width((rect.width() * belief.affinity.abs()).max(2.0));
            let ink = if belief.affinity > 0.0 {
                t.accent
            } else {
                t.faint
            };
            ui.painter().rect_filled(bar, radius, ink);
            let room = ui.available_width() - 44.0 - 40.0 * belief.evidence.len().min(4) as f32;
            ui.allocate_ui_with_layout(
                egui::vec2(room.max(80.0), 32.0),
                egui::Layout::left_to_right(egui::Align::Center),
                |ui| {
                    ui.set_min_width(room.max(80.0));
                    label::body_ui(ui, &name);
                },
            );
            for &item in belief.evidence.iter().take(4) {
                evidence_ui(scene, ui, item);
            }
            let erase = scene.with("taste-erase", &[("name", name.as_str().into())]);
            if button::sized_ui(ui, Icon::Strikethrough, &erase, false, 32.0, 16.0).clicked() {
                scene.send(Command::Shelf(ShelfCommand::Strike(belief.key.clone())));
            }
        });
    });
}

fn named(scene: &Scene<'_>, key: &str) -> String {
    phrases::struck(&scene.state.words, &scene.state.vocabulary, key, |id| {
        title_of(scene, id)
    })
}

/// Chips of struck keys; a cross takes the strike back.
fn keys_ui(scene: &mut Scene<'_>, ui: &mut Ui, keys: &[String]) {
    let names = ChipNames {
        confirm: String::new(),
        reject: scene.text("action-unstrike").to_string(),
    };
    ui.add_space(SPACE_8);
    chip::wrapped_ui(ui, |ui| {
        for key in keys {
            let (_, click) = ui
                .push_id(key, |ui| {
                    chip_ui(ui, &named(scene, key), ChipState::Plain, Some(&names))
                })
                .inner;
            if click == Some(ChipClick::Reject) {
                scene.send(Command::Shelf(ShelfCommand::Unstrike(key.clone())));
            }
        }
    });
    ui.add_space(SPACE_8);
}

fn sorted_keys(scene: &Scene<'_>, is_memory: bool) -> Vec<String> {
    let mut keys: Vec<String> = scene
        .state
        .struck
        .iter()
        .filter(|key| Exclusion::parse(key).is_some() == is_memory)
        .cloned()
        .collect();
    keys.sort();
    keys
}

fn struck_ui(scene: &mut Scene<'_>, ui: &mut Ui) {
    let keys = sorted_keys(scene, false);
    if !keys.is_empty() {
        group_ui(ui, &scene.text("taste-struck").clone(), |ui| {
            keys_ui(scene, ui, &keys);
        });
    }
}

fn memories_ui(scene: &mut Scene<'_>, ui: &mut Ui) {
    let keys = sorted_keys(scene, true);
    group_ui(ui, &scene.text("taste-memories").clone(), |ui| {
        ui.add_space(SPACE_4);
        label::secondary_ui(ui, &scene.text("taste-memories-hint"));
        if !keys.is_empty() {
            keys_ui(scene, ui, &keys);
        }
        ui.horizontal(|ui| {
            let hint = scene.text("taste-memory-add");
            let entry = TextEdit::singleline(&mut scene.memory.memory_entry)
                .hint_text(&*hint)
                .desired_width(320.0);
            let response = ui.add(entry);
            response.widget_info(|| {
                egui::WidgetInfo::labeled(egui::Role::TextInput, true, hint.to_string())
            });
            let is_entered =
                response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
            let is_clicked =
                button::word_ui(ui, Some(Icon::Plus), &scene.text("taste-add")).clicked();
            if is_entered || is_clicked {
                let text = std::mem::take(&mut scene.memory.memory_entry);
                if let Some(key) = exclusion(scene, &text) {
                    scene.send(Command::Shelf(ShelfCommand::Strike(key)));
                }
            }
        });
        ui.add_space(SPACE_8);
    });
}

/// Days when it reads as days, else a tag.
fn exclusion(scene: &Scene<'_>, text: &str) -> Option<String> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let dates = Exclusion::parse(&format!("memory-dates:{text}"));
    let place = Exclusion::parse(&format!("memory-place:{text}"));
    let tag = || Exclusion::Tag(scene.state.vocabulary.tag_for(text));
    Some(dates.or(place).unwrap_or_else(tag).key())
}

fn forget_ui(scene: &mut Scene<'_>, ui: &mut Ui) {
    const HOUR_MS: i64 = 3_600_000;
    group_ui(ui, &scene.text("taste-forget").clone(), |ui| {
        ui.add_space(SPACE_4);
        label::secondary_ui(ui, &scene.text("taste-forget-hint"));
        ui.add_space(SPACE_4);
        ui.horizontal_wrapped(|ui| {
            for (name, hours) in [
                ("taste-forget-hour", Some(1)),
                ("taste-forget-day", Some(24)),
                ("taste-forget-week", Some(24 * 7)),
                ("taste-forget-all", None),
            ] {
                if button::word_ui(ui, None, &scene.text(name)).clicked() {
                    let from_ms =
                        hours.map_or(i64::MIN, |hours: i64| scene.state.now_ms - hours * HOUR_MS);
                    scene.send(Command::Edit(Edit::ForgetHistory {
                        from_ms,
                        to_ms: i64::MAX,
                    }));
                }
            }
        });
        ui.add_space(SPACE_8);
    });
}

fn people_ui(scene: &mut Scene<'_>, ui: &mut Ui, view: &TasteView) {
    group_ui(ui, &scene.text("taste-people").clone(), |ui| {
        ui.add_space(SPACE_8);
        let me = scene.text("taste-first-profile");
        let now = (!scene.state.is_guest).then_some(ProfileId(scene.state.settings.profile));
        ui.horizontal_wrapped(|ui| {
            let choices: Vec<(Option<ProfileId>, &str)> = view
                .profiles
                .iter()
                .map(|profile| {
                    let name = if profile.name.is_empty() {
                        &*me
                    } else {
                        &profile.name
                    };
                    (Some(profile.id), name)
                })
                .collect();
            if let Some(Some(chosen)) = button::segment_items_ui(ui, &choices, now) {
                scene.send(Command::People(People::Switch(chosen)));
            }
        });
        let guest = scene.text("taste-guest");
        let is_guest = scene.state.is_guest;
        row_ui(ui, &guest, &scene.text("taste-guest-hint"), |ui| {
            if button::switch_ui(ui, &guest, is_guest).clicked() {
                scene.send(Command::People(People::Guest(!is_guest)));
            }
        });
        ui.horizontal(|ui| {
            let hint = scene.text("taste-new-profile");
            let entry = TextEdit::singleline(&mut scene.memory.profile_name)
                .hint_text(&*hint)
                .char_limit(60)
                .desired_width(220.0);
            ui.add(entry).widget_info(|| {
                egui::WidgetInfo::labeled(egui::Role::TextInput, true, hint.to_string())
            });
            if button::word_ui(ui, Some(Icon::UserPlus), &scene.text("taste-add")).clicked() {
                let name = std::mem::take(&mut scene.memory.profile_name);
                scene.send(Command::People(People::Add(name)));
            }
        });
        ui.add_space(SPACE_8);
    });
}

fn cards_ui(scene: &mut Scene<'_>, ui: &mut Ui, view: &TasteView) {
    group_ui(ui, &scene.text("taste-cards").clone(), |ui| {
        ui.add_space(SPACE_4);
        label::secondary_ui(ui, &scene.text("taste-cards-hint"));
        for kept in &view.cards {
            let name = kept.card.name.as_str();
            let alike = view
                .compatibilities
                .iter()
                .find(|(key, _)| *key == format!("card:{}", kept.file))
                .map(|(_, alike)| alike);
            let facts = alike.map_or_else(String::new, |alike| compared(scene, name, alike));
            row_ui(ui, name, &facts, |ui| {
                let remove = scene.with("taste-remove", &[("name", name.into())]);
                if button::icon_ui(ui, Icon::Trash2, &remove).clicked() {
                    scene.send(Command::People(People::RemoveCard(kept.file.clone())));
                }
                let follow = scene.with("taste-follow", &[("name", name.into())]);
                if button::switch_ui(ui, &follow, kept.is_followed).clicked() {
                    scene.send(Command::People(People::Follow {
                        card: kept.file.clone(),
                        on: !kept.is_followed,
                    }));
                }
            });
            ui.separator();
        }
        ui.add_space(SPACE_8);
        ui.horizontal_wrapped(|ui| {
            if button::word_ui(ui, Some(Icon::Download), &scene.text("taste-card-import")).clicked()
            {
                scene.send(Command::People(People::ChooseCard));
            }
            let hint = scene.text("taste-card-name");
            let entry = TextEdit::singleline(&mut scene.memory.card_name)
                .hint_text(&*hint)
                .char_limit(60)
                .desired_width(180.0);
            ui.add(entry).widget_info(|| {
                egui::WidgetInfo::labeled(egui::Role::TextInput, true, hint.to_string())
            });
            let name = scene.memory.card_name.trim().to_owned();
            ui.add_enabled_ui(!name.is_empty(), |ui| {
                let save = scene.text("taste-card-export");
                if button::word_ui(ui, Some(Icon::Upload), &save).clicked() {
                    scene.send(Command::People(People::ExportCard { name }));
                }
            });
        });
        ui.add_space(SPACE_8);
    });
}

fn compared(scene: &Scene<'_>, name: &str, alike: &crate::recommend::Compatibility) -> String {
    let mut lines = Vec::new();
    if let Some(likeness) = alike.likeness {
        let percent = (likeness.clamp(0.0, 1.0) * 100.0).round() as usize;
        lines.push(scene.with("taste-alike", &[("percent", percent.into())]));
    }
    for (key, tags) in [
        ("taste-both", &alike.both),
        ("taste-theirs", &alike.theirs),
        ("taste-yours", &alike.yours),
    ] {
        if tags.is_empty() {
            continue;
        }
        let names: Vec<String> = tags
            .iter()
            .map(|tag| phrases::tag_name(&scene.state.words, &scene.state.vocabulary, tag))
            .collect();
        let tags = names.join(", ");
        lines.push(scene.with(key, &[("tags", tags.into()), ("name", name.into())]));
    }
    lines.join("\n")
}
