//! Shortcuts: the one table of actions, as keys of egui.

use std::path::PathBuf;

use eframe::egui;
use egui::{Key as EguiKey, Modifiers, Ui};

use crate::app::actions::{Key, Shortcut, TABLE};
use crate::app::command::{Command, Edit, Files, Page};
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
    let is_free = !is_typing && scene.state.sheet.is_none();
    if is_free {
        tag_keys(scene, ui);
        paste(scene, ui);
    }
    let is_reviewing = std::mem::take(&mut scene.memory.is_reviewing);
    for info in TABLE {
        let Some(shortcut) = info.shortcut else {
            continue;
        };
        let is_bare = !shortcut.command && !matches!(shortcut.key, Key::F(_));
        let is_press = matches!(shortcut.key, Key::Space | Key::Enter);
        if is_bare && (is_typing || scene.state.sheet.is_some() || (is_press && has_focus)) {
            continue;
        }
        // The review queue answers to these: yes, no, skip.
        if is_reviewing && !shortcut.command && matches!(shortcut.key, Key::Char('N') | Key::Space)
        {
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

/// Keys that the person gave to tags: the selection gets the tag, or loses it when all of it has it.
fn tag_keys(scene: &mut Scene<'_>, ui: &Ui) {
    if scene.state.settings.tag_keys.is_empty() {
        return;
    }
    let chosen = match scene.state.viewer.as_ref().and_then(|viewer| viewer.item()) {
        Some(item) => vec![item],
        None => scene.state.selection.order.clone(),
    };
    if chosen.is_empty() {
        return;
    }
    let keys: Vec<(String, String)> = scene
        .state
        .settings
        .tag_keys
        .iter()
        .map(|(key, tag)| (key.clone(), tag.clone()))
        .collect();
    for (key, tag) in keys {
        let Some(egui_key) = EguiKey::from_name(&key.to_uppercase()) else {
            continue;
        };
        let is_pressed =
            ui.input_mut(|i| i.modifiers.is_none() && i.consume_key(Modifiers::NONE, egui_key));
        if !is_pressed {
            continue;
        }
        let has_it = |item: &crate::catalog::ItemId| {
            scene.state.details.get(item).is_some_and(|detail| {
                detail.tags.iter().any(|known| {
                    known.state == crate::catalog::TagState::Confirmed
                        && scene
                            .state
                            .tags
                            .iter()
                            .any(|of| of.id == known.tag && of.path == tag)
                })
            })
        };
        let items = chosen.clone();
        scene.send(Command::Edit(if chosen.iter().all(has_it) {
            Edit::Untag { items, tag }
        } else {
            Edit::Tag { items, tag }
        }));
    }
}

/// Files that were copied in a file manager, pasted: onto what the page shows, as a drop would be.
fn paste(scene: &mut Scene<'_>, ui: &Ui) {
    let pasted = ui.input(|i| {
        i.events.iter().find_map(|event| match event {
            egui::Event::Paste(text) => Some(text.clone()),
            _ => None,
        })
    });
    let Some(files) = pasted
        .map(|text| pasted_files(&text))
        .filter(|f| !f.is_empty())
    else {
        return;
    };
    scene.send(match &scene.state.page {
        Page::Tags(Some(tag)) => Command::Edit(Edit::TagFiles {
            files,
            tag: tag.clone(),
        }),
        Page::Collections(Some(id)) => Command::Files(Files::AddToCollection(files, *id)),
        _ => Command::Files(Files::Add(files)),
    });
}

/// The files that a pasted text names: `file:` addresses or whole paths, one a line. Empty when any line is neither.
pub fn pasted_files(text: &str) -> Vec<PathBuf> {
    const MAX_LINES: usize = 20_000;
    let mut files = Vec::new();
    for line in text.lines().map(str::trim).take(MAX_LINES) {
        let is_mark = matches!(line, "" | "copy" | "cut" | "x-special/nautilus-clipboard");
        if is_mark || line.starts_with('#') {
            continue;
        }
        if let Some(rest) = line.strip_prefix("file://") {
            // After the host, which is empty or this machine.
            let Some(at) = rest.find('/') else {
                return Vec::new();
            };
            files.push(unescaped(&rest[at..]));
        } else if std::path::Path::new(line).is_absolute() {
            files.push(PathBuf::from(line));
        } else {
            return Vec::new();
        }
    }
    files
}

/// `%20` and the like as what they stand for.
fn unescaped(text: &str) -> PathBuf {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let code = match (first, after) {
            (b'%', [a, b, ..]) => std::str::from_utf8(&[*a, *b])
                .ok()
                .and_then(|hex| u8::from_str_radix(hex, 16).ok()),
            _ => None,
        };
        match code {
            Some(code) => {
                bytes.push(code);
                rest = &rest[3..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStringExt as _;
        PathBuf::from(std::ffi::OsString::from_vec(bytes))
    }
    #[cfg(not(unix))]
    {
        let text = String::from_utf8_lossy(&bytes);
        // `/C:/Users` is `C:/Users`.
        let plain = text
            .strip_prefix('/')
            .filter(|rest| rest.get(1..2) == Some(":"));
        PathBuf::from(plain.unwrap_or(&text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copied_files_are_understood_and_other_text_is_left_alone() {
        let files =
            pasted_files("copy\nfile:///home/ana/My%20pictures/a.jpg\nfile://host/b%C3%A9.flac\n");
        assert_eq!(
            files,
            [
                PathBuf::from("/home/ana/My pictures/a.jpg"),
                PathBuf::from("/b\u{e9}.flac")
            ]
        );
        assert_eq!(pasted_files("/tmp/a.jpg\n/tmp/b 100%.jpg").len(), 2);
        assert!(pasted_files("hello\n/tmp/a.jpg").is_empty());
        assert!(pasted_files("").is_empty());
        assert!(pasted_files("file://nothing").is_empty());
    }
}
