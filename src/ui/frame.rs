//! The whole window, one frame: rail, bar, page, inspector, player, and what lies above.

use eframe::egui;
use egui::{CentralPanel, Frame, Margin, Ui};

use crate::ui::scene::Scene;
use crate::ui::theme::{SPACE_4, SPACE_16, tokens};
use crate::ui::{drops, inspector, keys, pages, player_bar, rail, sheets, toasts, top_bar};

/// Draws everything. Commands are left in the scene.
pub fn frame_ui(scene: &mut Scene<'_>, ui: &mut Ui) {
    keys::keys_ui(scene, ui);
    let t = tokens(ui);
    if scene.state.viewer.is_some() {
        inspector::inspector_ui(scene, ui);
        CentralPanel::default()
            .frame(Frame::new().fill(t.canvas))
            .show(ui, |ui| pages::viewer::viewer_ui(scene, ui));
    } else {
        player_bar::player_bar_ui(scene, ui);
        rail::rail_ui(scene, ui);
        inspector::inspector_ui(scene, ui);
        top_bar::top_bar_ui(scene, ui);
        CentralPanel::default()
            .frame(Frame::new().fill(t.canvas).inner_margin(Margin {
                left: SPACE_16 as i8,
                right: SPACE_16 as i8,
                top: SPACE_4 as i8,
                bottom: 0,
            }))
            .show(ui, |ui| pages::page_ui(scene, ui));
    }
    sheets::sheet_ui(scene, ui);
    toasts::toasts_ui(scene, ui);
    drops::finish_ui(scene, ui);
}
