//! Toasts: what the person just did, with Undo; bottom left above the player, three at most.

use eframe::egui;
use egui::{Align2, Area, CornerRadius, Frame, Margin, Stroke, Ui, vec2};
use lucide_icons::Icon;

use crate::app::actions::Action;
use crate::app::command::{Command, ToastCommand};
use crate::ui::scene::Scene;
use crate::ui::theme::{self, SPACE_8, SPACE_12, SPACE_16, tokens};
use crate::ui::widgets::button;

/// Draws the toasts.
pub fn toasts_ui(scene: &mut Scene<'_>, ui: &Ui) {
    if scene.state.toasts.is_empty() {
        return;
    }
    let t = tokens(ui);
    let rail = if ui.content_rect().width() < theme::RAIL_NARROW_BELOW {
        theme::RAIL_NARROW
    } else {
        theme::RAIL_WIDTH
    };
    let above = if scene.state.has_played {
        theme::PLAYER_HEIGHT
    } else {
        0.0
    };
    Area::new(egui::Id::unique("toasts"))
        .order(egui::Order::Foreground)
        .anchor(
            Align2::LEFT_BOTTOM,
            vec2(rail + SPACE_16, -above - SPACE_16),
        )
        .role(egui::accesskit::Role::Alert)
        .show(ui.ctx(), |ui| {
            ui.spacing_mut().item_spacing.y = SPACE_8;
            for toast in &scene.state.toasts {
                Frame::new()
                    .fill(t.overlay)
                    .stroke(Stroke::new(
                        1.0,
                        if toast.is_problem { t.bad } else { t.line },
                    ))
                    .shadow(ui.visuals().popup_shadow)
                    .corner_radius(CornerRadius::same(theme::RADIUS_CARD))
                    .inner_margin(Margin::symmetric(SPACE_12 as i8, SPACE_8 as i8))
                    .show(ui, |ui| {
                        ui.set_max_width(420.0);
                        ui.horizontal(|ui| {
                            if toast.is_problem {
                                ui.label(
                                    egui::RichText::new(Icon::TriangleAlert.unicode().to_string())
                                        .font(theme::icon(theme::ICON))
                                        .color(t.bad),
                                );
                            }
                            ui.add(
                                egui::Label::new(egui::RichText::new(&toast.text).color(t.text))
                                    .wrap(),
                            );
                            if toast.can_undo {
                                ui.add_space(SPACE_8);
                                let undo = scene.state.words.text("action-undo");
                                if ui
                                    .link(
                                        egui::RichText::new(&*undo)
                                            .font(theme::strong(theme::TEXT_BODY)),
                                    )
                                    .clicked()
                                {
                                    scene.commands.push(Command::Act(Action::Undo));
                                    scene
                                        .commands
                                        .push(Command::Toast(ToastCommand::Dismiss(toast.id)));
                                }
                            }
                            let close = scene.state.words.text("action-close");
                            if button::sized_ui(ui, Icon::X, &close, false, 24.0, 14.0).clicked() {
                                scene
                                    .commands
                                    .push(Command::Toast(ToastCommand::Dismiss(toast.id)));
                            }
                        });
                    });
            }
        });
    ui.request_repaint_after(std::time::Duration::from_millis(300));
}
