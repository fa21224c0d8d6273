//! The layer rule: a room uses only the rooms above it, and only `ui` names the toolkit.

use std::path::{Path, PathBuf};

const ROOMS: [&str; 13] = [
    "error",
    "dirs",
    "settings",
    "jobs",
    "media",
    "models",
    "catalog",
    "library",
    "recommend",
    "player",
    "app",
    "ui",
    "cli",
];

fn sources(dir: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs") {
            into.push(path);
        }
    }
}

/// The room of a file below `src/`.
fn room_of(path: &Path, src: &Path) -> String {
    let first = path.strip_prefix(src).unwrap().components().next().unwrap();
    first
        .as_os_str()
        .to_string_lossy()
        .trim_end_matches(".rs")
        .to_owned()
}

/// Rooms named as `crate::room` in a text, also inside `crate::{a, b}`.
fn rooms_used(text: &str) -> Vec<String> {
    let mut used = Vec::new();
    for part in text.split("crate::").skip(1) {
        let names = match part.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap_or_default(),
            None => part
                .split(|c: char| !(c.is_alphanumeric() || c == '_'))
                .next()
                .unwrap_or_default(),
        };
        used.extend(names.split(',').map(|name| {
            name.trim()
                .split("::")
                .next()
                .unwrap_or_default()
                .to_owned()
        }));
    }
    used
}

#[test]
fn a_room_uses_only_the_rooms_above_it() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    assert!(files.len() > 50, "only {} files found", files.len());
    let place = |room: &str| ROOMS.iter().position(|r| *r == room);
    let mut broken = Vec::new();
    for file in &files {
        let room = room_of(file, &src);
        let Some(own) = place(&room) else {
            continue;
        };
        let text = std::fs::read_to_string(file).unwrap();
        for used in rooms_used(&text) {
            if place(&used).is_some_and(|other| other > own) {
                broken.push(format!("{} uses {used}", file.display()));
            }
        }
        let names_toolkit = text.contains("egui::") || text.contains("eframe::");
        if names_toolkit && room != "ui" {
            broken.push(format!("{} names the toolkit", file.display()));
        }
        if text.contains("rusqlite::") && room != "catalog" {
            broken.push(format!("{} names SQLite", file.display()));
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn the_rule_can_fail() {
    assert_eq!(rooms_used("use crate::{ui, media::Kind};"), ["ui", "media"]);
    assert_eq!(rooms_used("crate::player::Player"), ["player"]);
}

#[test]
fn there_is_no_network_code() {
    // tokio is in the lock file for browsers only: no desktop target builds it.
    let lock =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock")).unwrap();
    for name in [
        "hyper",
        "reqwest",
        "ureq",
        "curl",
        "rustls",
        "native-tls",
        "openssl",
        "h2",
        "socket2",
        "ehttp",
    ] {
        assert!(
            !lock.contains(&format!("name = \"{name}\"\n")),
            "{name} is in the tree"
        );
    }
}
