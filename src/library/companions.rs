//! Files that belong to a file and travel with it: sidecars, the JPEG beside a RAW, the clip of a motion photo, lyrics.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::media::xmp;

const RAW: [&str; 16] = [
    "cr2", "cr3", "crw", "nef", "nrw", "arw", "srf", "dng", "raf", "orf", "rw2", "pef", "srw",
    "x3f", "raw", "3fr",
];
const STILL: [&str; 9] = [
    "jpg", "jpeg", "heic", "heif", "hif", "avif", "jxl", "tif", "tiff",
];
const MOTION: [&str; 2] = ["mov", "mp4"];
/// Apple's edits and camera thumbnails; lyrics.
const NOTES: [&str; 3] = ["aae", "thm", "lrc"];

/// What an ending says a file is in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Raw,
    Still,
    Motion,
    Other,
}

fn role(path: &Path) -> Role {
    let ending = path
        .extension()
        .and_then(OsStr::to_str)
        .unwrap_or_default()
        .to_ascii_lowercase();
    let ending = ending.as_str();
    if RAW.contains(&ending) {
        Role::Raw
    } else if STILL.contains(&ending) {
        Role::Still
    } else if MOTION.contains(&ending) {
        Role::Motion
    } else {
        Role::Other
    }
}

/// The file with everything that travels with it, the file itself first. Reads the folder once.
pub fn group(path: &Path) -> Vec<PathBuf> {
    let mut group = vec![path.to_owned()];
    let (Some(folder), Some(stem)) = (path.parent(), path.file_stem()) else {
        return group;
    };
    let Ok(entries) = std::fs::read_dir(folder) else {
        return group;
    };
    let lower = |name: &OsStr| name.to_string_lossy().to_lowercase();
    let stem = lower(stem);
    let names: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|other| other != path)
        .filter(|other| {
            let name = other.file_name().map(lower).unwrap_or_default();
            name.strip_prefix(&stem)
                .is_some_and(|rest| rest.starts_with('.'))
        })
        .filter(|other| other.is_file())
        .collect();
    let of_stem = |other: &Path| other.file_stem().map(lower).as_ref() == Some(&stem);
    let mine = role(path);
    for other in names.iter().filter(|other| of_stem(other)) {
        let belongs = matches!(
            (mine, role(other)),
            (Role::Raw, Role::Still | Role::Raw)
                | (Role::Still, Role::Raw | Role::Motion)
                | (Role::Motion, Role::Still)
        );
        if belongs {
            group.push(other.clone());
        }
    }
    let media = group.clone();
    for other in &names {
        let ending = other.extension().map(lower).unwrap_or_default();
        let is_note = of_stem(other) && NOTES.contains(&ending.as_str());
        let is_sidecar = media
            .iter()
            .any(|file| xmp::sidecar_names(file).contains(other));
        // A sidecar named by the stem alone stays when other media of that stem stay.
        let is_shared = is_sidecar
            && of_stem(other)
            && names.iter().any(|stays| {
                of_stem(stays) && !media.contains(stays) && crate::media::is_candidate(stays)
            });
        if (is_note || is_sidecar && !is_shared) && !group.contains(other) {
            group.push(other.clone());
        }
    }
    group
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(files: &[&str], of: &str) -> Vec<String> {
        let dir = tempfile::tempdir().unwrap();
        for file in files {
            std::fs::write(dir.path().join(file), b"x").unwrap();
        }
        let mut names: Vec<String> = group(&dir.path().join(of))
            .into_iter()
            .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn what_belongs_together_is_found_and_nothing_else() {
        let files = [
            "IMG_1.CR2",
            "IMG_1.JPG",
            "IMG_1.xmp",
            "IMG_1.JPG.xmp",
            "IMG_1.AAE",
            "IMG_10.JPG",
            "IMG_1 copy.JPG",
        ];
        let all = [
            "IMG_1.AAE",
            "IMG_1.CR2",
            "IMG_1.JPG",
            "IMG_1.JPG.xmp",
            "IMG_1.xmp",
        ];
        assert_eq!(names(&files, "IMG_1.CR2"), all);
        assert_eq!(names(&files, "IMG_1.JPG"), all);
        assert_eq!(
            names(&["a.HEIC", "a.MOV", "b.mov"], "a.HEIC"),
            ["a.HEIC", "a.MOV"]
        );
        assert_eq!(
            names(&["s.mp3", "s.lrc", "s.jpg", "s.xmp"], "s.mp3"),
            ["s.lrc", "s.mp3"]
        );
        assert_eq!(names(&["s.mp3", "s.flac"], "s.mp3"), ["s.mp3"]);
    }
}
