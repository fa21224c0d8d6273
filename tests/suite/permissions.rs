//! What the file system refuses, tried as a user who is not root: root is refused nothing.
#![cfg(unix)]

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{Home, json_lines, text};

/// Nobody in particular.
const OTHER: &str = "65534";

/// A library of somebody who may be refused things, and the program under a path that this user reaches.
struct Stranger {
    home: Home,
    program: PathBuf,
    is_root: bool,
}

impl Stranger {
    fn new() -> Self {
        let home = Home::new();
        let root = home.path("");
        set_mode(&root, 0o777);
        let is_root = std::fs::metadata(&root).unwrap().uid() == 0;
        let program = home.path("parlour");
        let built = Path::new(env!("CARGO_BIN_EXE_parlour"));
        if std::fs::hard_link(built, &program).is_err() {
            std::fs::copy(built, &program).unwrap();
        }
        Self {
            home,
            program,
            is_root,
        }
    }

    fn parlour(&self, arguments: &[&str]) -> (i32, String, String) {
        let mut command = if self.is_root {
            let mut command = Command::new("setpriv");
            command.args(["--reuid", OTHER, "--regid", OTHER, "--clear-groups"]);
            command.arg(&self.program);
            command
        } else {
            Command::new(&self.program)
        };
        let output = command
            .env("HOME", self.home.path(""))
            .arg("--library")
            .arg(self.home.library())
            .args(arguments)
            .output()
            .unwrap();
        (
            output.status.code().unwrap_or(-1),
            String::from_utf8_lossy(&output.stdout).into_owned(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    }
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn an_unreadable_folder_is_told_and_its_files_are_not_missing() {
    let stranger = Stranger::new();
    let media = stranger.home.media();
    std::fs::create_dir(media.join("locked")).unwrap();
    let inside = stranger.home.photo("locked/inside.png", [1, 2, 3]);
    assert_eq!(stranger.parlour(&["scan", text(&media)]).0, 0);
    set_mode(&media.join("locked"), 0o000);
    let (code, out, err) = stranger.parlour(&["scan", text(&media), "--json"]);
    set_mode(&media.join("locked"), 0o755);
    assert_eq!(code, 1, "{err}");
    let lines = json_lines(&out);
    let failed: Vec<_> = lines
        .iter()
        .filter(|line| line["status"] == "failed")
        .collect();
    assert_eq!(failed.len(), 1, "{out}");
    assert!(
        failed[0]["error"]
            .as_str()
            .unwrap()
            .contains("permission was denied")
    );
    assert_eq!(lines.last().unwrap()["summary"]["missing"], 0);
    let (code, out, _) = stranger.parlour(&["search", "inside", "--json"]);
    assert_eq!(code, 0);
    assert_eq!(json_lines(&out)[0]["path"], text(&inside));
}

#[test]
fn a_library_folder_that_cannot_be_written_is_one_sentence() {
    let stranger = Stranger::new();
    let media = stranger.home.media();
    assert_eq!(stranger.parlour(&["scan", text(&media)]).0, 0);
    let library = stranger.home.library();
    let files: Vec<PathBuf> = walkdir::WalkDir::new(&library)
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .collect();
    for path in &files {
        set_mode(path, if path.is_dir() { 0o555 } else { 0o444 });
    }
    let (code, out, err) = stranger.parlour(&["scan", text(&media)]);
    for path in &files {
        set_mode(path, if path.is_dir() { 0o777 } else { 0o666 });
    }
    assert_eq!((code, out.as_str()), (1, ""), "{err}");
    assert_eq!(err.trim().lines().count(), 1, "{err}");
    assert!(err.contains("permission was denied"), "{err}");
    assert!(err.contains(text(&library)), "{err}");
    // Nothing was lost by it.
    let (code, out, err) = stranger.parlour(&["search", "kind:photo", "--json"]);
    assert_eq!(code, 0, "{err}");
    assert_eq!(json_lines(&out).len(), 5);
}

#[test]
fn an_unreadable_file_is_named_and_the_rest_goes_on() {
    let stranger = Stranger::new();
    let photo = stranger.home.photo("secret.png", [9, 9, 9]);
    set_mode(&photo, 0o000);
    let (code, out, err) = stranger.parlour(&["scan", text(&stranger.home.media()), "--json"]);
    assert_eq!(code, 1, "{err}");
    let lines = json_lines(&out);
    let failed: Vec<_> = lines
        .iter()
        .filter(|line| line["status"] == "failed")
        .collect();
    assert_eq!(failed.len(), 1, "{out}");
    assert_eq!(failed[0]["path"], text(&photo));
    assert_eq!(lines.last().unwrap()["summary"]["new"], 7, "{out}");
}

#[test]
fn a_folder_that_cannot_be_written_to_keeps_everything_and_is_named() {
    let stranger = Stranger::new();
    let media = stranger.home.media();
    let photo = media.join("photo 1.png");
    let (code, _, err) = stranger.parlour(&["scan", text(&media)]);
    assert_eq!(code, 0, "{err}");
    let before = std::fs::read(&photo).unwrap();
    set_mode(&media, 0o555);
    let (code, _, err) = stranger.parlour(&["sidecars", "on", text(&media)]);
    assert_eq!(code, 0, "{err}");
    let (code, _, err) = stranger.parlour(&["tags", "add", "Sea", text(&photo)]);
    assert_eq!(code, 0, "the tag is safe in the library: {err}");
    let (code, _, err) = stranger.parlour(&["sidecars", "write"]);
    assert_eq!(code, 1);
    assert_eq!(err.lines().count(), 1, "{err}");
    assert!(
        err.contains("permission was denied") && err.contains("photo 1.png"),
        "{err}"
    );
    for action in [
        &["files", "rename", text(&photo), "other"][..],
        &["files", "trash", text(&photo)],
    ] {
        let (code, _, err) = stranger.parlour(action);
        assert_eq!((code, err.lines().count()), (1, 1), "{err}");
    }
    set_mode(&media, 0o777);
    assert_eq!(std::fs::read(&photo).unwrap(), before);
    // As soon as it can be written, it is.
    let (code, out, err) = stranger.parlour(&["sidecars", "write", "--json"]);
    assert_eq!(code, 0, "{err}");
    assert_eq!(json_lines(&out)[0]["written"], 1);
    assert!(media.join("photo 1.png.xmp").exists());
}
