//! Shortcuts: the one table of actions, as keys of egui.

use eframe::egui;
use egui::{Key as EguiKey, Modifiers, Ui};

use crate::app::actions::{Key, Shortcut, TABLE};
use crate::app::command::Command;
use crate::ui::scene::Scene;

fn egui_key(key: Key) -> Option<EguiKey> {
    Some(match key {
        Key::Char(c) => EguiKey::from_name(&c.to_string())?,
        Key::Digit(d) => EguiKey::from_name(&d.to_string())?,
        Key::Space => EguiKey::Space,
        Key::Enter => EguiKey::Enter,
        Key::Escape => EguiKey::Escape,
        Key::Delete => EguiKey::Delete,
        Key::Left => EguiKey::ArrowLeft,
        Key::Right => EguiKey::ArrowRight,
        Key::Up => EguiKey::ArrowUp,
        Key::Down => EguiKey::ArrowDown,
        Key::Plus => EguiKey::Plus,
        Key::Minus => EguiKey::Minus,
        Key::Comma => EguiKey::Comma,
        Key::Question => EguiKey::Questionmark,
        Key::F(n) => EguiKey::from_name(&format!("F{n}"))?,
    })
}

fn is_pressed(ui: &Ui, shortcut: Shortcut) -> bool {
    let Some(key) = egui_key(shortcut.key) else {
        return false;
    };
    let mut modifiers = Modifiers::NONE;
    modifiers.command = shortcut.command;
    modifiers.shift = shortcut.shift;
    ui.input_mut(|i| {
        // A plain "+" or "?" needs Shift on most keyboards.
        let is_symbol = matches!(shortcut.key, Key::Plus | Key::Question);
        if is_symbol && i.key_pressed(key) && !i.modifiers.command && !i.modifiers.alt {
            return true;
        }
        if shortcut.key == Key::Plus && i.consume_key(modifiers, EguiKey::Equals) {
            return true;
        }
        i.modifiers.shift == shortcut.shift
            && i.modifiers.command == shortcut.command
            && i.consume_key(modifiers, key)
    })
}

/// Turns pressed shortcuts into commands. Bare keys rest while text is being typed or a sheet is open.
pub fn keys_ui(scene: &mut Scene<'_>, ui: &Ui) {
    let is_typing = ui.text_edit_focused();
    // A focused button takes these itself.
    let has_focus = ui.egui_wants_keyboard_input();
    for info in TABLE {
        let Some(shortcut) = info.shortcut else {
            continue;
        };
        let is_bare = !shortcut.command && !matches!(shortcut.key, Key::F(_));
        let is_press = matches!(shortcut.key, Key::Space | Key::Enter);
        if is_bare && (is_typing || scene.state.sheet.is_some() || (is_press && has_focus)) {
            continue;
        }
        // Text fields keep their own undo and select-all.
        let is_editing = matches!(
            shortcut.key,
            Key::Char('A' | 'Z') | Key::Left | Key::Right | Key::Up | Key::Down
        );
        if is_typing && is_editing {
            continue;
        }
        if is_pressed(ui, shortcut) {
            scene.send(Command::Act(info.action));
        }
    }
}
