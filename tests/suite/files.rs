//! Files renamed, moved and trashed by Parlour, dates and places put right: with the real program on real files.

use std::path::Path;

use crate::support::{Home, json_lines, text};

fn tagged(home: &Home, tag: &str) -> Vec<String> {
    let (_, out, _) = home.parlour(&["search", &format!("tag:{tag}"), "--json"]);
    json_lines(&out)
        .iter()
        .map(|line| line["path"].as_str().unwrap().to_owned())
        .collect()
}

fn ok(home: &Home, arguments: &[&str]) -> String {
    let (code, out, err) = home.parlour(arguments);
    assert_eq!(code, 0, "{arguments:?}: {err}");
    out
}

#[test]
fn renamed_and_moved_files_take_their_tags_twins_and_sidecars_along() {
    let home = Home::new();
    let jpeg = home.photo("IMG_1.jpg", [1, 2, 3]);
    std::fs::write(home.media().join("IMG_1.CR2"), b"II*\0\x10\0\0\0CR\x02\0").unwrap();
    std::fs::write(home.media().join("IMG_1.xmp"), b"<x/>").unwrap();
    let other = home.photo("IMG_10.jpg", [9, 9, 9]);
    ok(&home, &["scan", text(&home.media())]);
    ok(&home, &["tags", "add", "Coast", text(&jpeg)]);

    // Said first, done after.
    let plan = ok(
        &home,
        &["files", "rename", text(&jpeg), "Tide", "--dry-run"],
    );
    assert_eq!(plan.lines().count(), 3, "{plan}");
    assert!(jpeg.exists());
    ok(&home, &["files", "rename", text(&jpeg), "Tide"]);
    for name in ["Tide.jpg", "Tide.CR2", "Tide.xmp", "IMG_10.jpg"] {
        assert!(home.media().join(name).exists(), "{name}");
    }
    assert_eq!(tagged(&home, "coast").len(), 1);
    assert!(tagged(&home, "coast")[0].ends_with("Tide.jpg"));

    // A name that is taken, or cannot be one, changes nothing.
    for name in ["IMG_10", "", "a/b", ".hidden", "what?"] {
        let tide = home.media().join("Tide.jpg");
        let (code, _, err) = home.parlour(&["files", "rename", text(&tide), name]);
        assert_eq!((code, err.lines().count()), (1, 1), "{name}: {err}");
        assert!(tide.exists() && other.exists());
    }

    // Moved where the name is taken: the whole group gets a number.
    let folder = home.media().join("2024");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("Tide.CR2"), b"another").unwrap();
    let tide = home.media().join("Tide.jpg");
    ok(
        &home,
        &["files", "move", text(&tide), "--to", text(&folder)],
    );
    for name in ["Tide (2).jpg", "Tide (2).CR2", "Tide (2).xmp"] {
        assert!(folder.join(name).exists(), "{name}");
    }
    assert_eq!(std::fs::read(folder.join("Tide.CR2")).unwrap(), b"another");
    assert!(tagged(&home, "coast")[0].ends_with("Tide (2).jpg"));
    // A scan finds everything where the catalogue says it is (and that the other CR2 is none).
    let (_, out, _) = home.parlour(&["scan", text(&home.media()), "--json"]);
    let summary = json_lines(&out).pop().unwrap();
    assert_eq!(
        (&summary["summary"]["moved"], &summary["summary"]["missing"]),
        (&0.into(), &0.into())
    );

    ok(&home, &["files", "undo"]);
    ok(&home, &["files", "undo"]);
    assert!(jpeg.exists() && home.media().join("IMG_1.xmp").exists());
    assert_eq!(tagged(&home, "coast"), [text(&jpeg)]);
}

#[test]
fn trashed_files_come_back_with_what_was_made_of_them() {
    let home = Home::new();
    let photo = home.media().join("photo 1.png");
    ok(&home, &["scan", text(&home.media())]);
    ok(&home, &["tags", "add", "Coast", text(&photo)]);
    let trash = home.path("data");
    let run = |arguments: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_parlour"))
            .env("XDG_DATA_HOME", &trash)
            .arg("--library")
            .arg(home.library())
            .args(arguments)
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    };
    run(&["files", "trash", text(&photo)]);
    assert!(!photo.exists());
    run(&["files", "undo"]);
    assert!(photo.exists());
    assert_eq!(tagged(&home, "coast"), [text(&photo)]);
}

#[test]
fn dates_and_places_are_previewed_put_right_and_taken_back() {
    let home = Home::new();
    let photo = home.photo("IMG_20210503_090807.png", [3, 2, 1]);
    let other = home.photo("IMG_20210503_093000.png", [4, 2, 1]);
    ok(&home, &["scan", text(&home.media())]);
    let found = |query: &str| json_lines(&ok(&home, &["search", query, "--json"])).len();
    let out = ok(
        &home,
        &[
            "repair",
            "dates",
            "--from-name",
            text(&photo),
            text(&other),
            "--dry-run",
        ],
    );
    assert!(out.contains("-> 2021-05-03T09:08:07"), "{out}");
    assert_eq!(found("year:2021"), 0, "only said");
    ok(
        &home,
        &["repair", "dates", "--from-name", text(&photo), text(&other)],
    );
    assert_eq!(found("year:2021"), 2);
    ok(
        &home,
        &["repair", "dates", "--shift", "-365d", text(&photo)],
    );
    assert_eq!((found("year:2021"), found("year:2020")), (1, 1));
    ok(&home, &["repair", "undo"]);
    assert_eq!(found("year:2021"), 2);
    // Also after the file was read anew.
    std::fs::File::options()
        .write(true)
        .open(&photo)
        .unwrap()
        .set_modified(std::time::SystemTime::now())
        .unwrap();
    ok(&home, &["scan", text(&home.media())]);
    assert_eq!(found("year:2021"), 2);

    ok(
        &home,
        &["repair", "places", "--at", "38.7,-9.1", text(&photo)],
    );
    let out = ok(
        &home,
        &[
            "repair",
            "places",
            "--from-nearest",
            text(&other),
            "--dry-run",
            "--json",
        ],
    );
    assert_eq!(json_lines(&out)[0]["new"], serde_json::json!([38.7, -9.1]));
    let (code, _, err) = home.parlour(&["repair", "places", "--at", "100,0", text(&photo)]);
    assert_eq!((code, err.lines().count()), (1, 1), "{err}");
    ok(&home, &["repair", "title", "Low tide", text(&photo)]);
    assert_eq!(found("\"low tide\""), 1);
}

/// A song in each format, made by the tools that people use.
fn songs(home: &Home) -> Vec<std::path::PathBuf> {
    let wav = home.song("tone.wav", 523.0);
    let mut made = vec![wav.clone()];
    for name in ["tone.mp3", "tone.flac", "tone.ogg", "tone.opus", "tone.m4a"] {
        let path = home.media().join(name);
        let mut command = std::process::Command::new("ffmpeg");
        command.args(["-v", "error", "-y", "-i"]).arg(&wav);
        command.args([
            "-metadata",
            "title=Tone",
            "-metadata",
            "artist=Ann",
            "-metadata",
            "UNKNOWN_FIELD=kept",
        ]);
        if name.ends_with("ogg") {
            command.args(["-ac", "2", "-c:a", "vorbis", "-strict", "-2"]);
        }
        assert!(command.arg(&path).status().unwrap().success(), "{name}");
        made.push(path);
    }
    made
}

fn exiftool(file: &Path) -> String {
    let output = std::process::Command::new("exiftool")
        .args(["-a", "-G", "-u"])
        .arg(file)
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn ratings_and_tags_go_into_songs_of_every_format_and_nothing_else_changes() {
    let home = Home::new();
    let songs = songs(&home);
    ok(&home, &["scan", text(&home.media())]);
    let formats: Vec<_> = songs
        .iter()
        .map(|song| parlour::media::sniff(song).unwrap().format)
        .collect();
    let before: Vec<_> = songs
        .iter()
        .zip(&formats)
        .map(|(song, format)| parlour::media::essence(song, *format).unwrap())
        .collect();
    ok(&home, &["sidecars", "on", text(&home.media()), "--audio"]);
    for song in &songs {
        ok(&home, &["tags", "add", "Mood/Calm", text(song)]);
        ok(&home, &["tags", "add", "夜", text(song)]);
    }
    for ((song, format), essence) in songs.iter().zip(formats).zip(before) {
        assert_eq!(
            parlour::media::essence(song, format),
            Some(essence),
            "{}",
            song.display()
        );
        let marks = parlour::media::audio::marks(song).unwrap();
        assert_eq!(marks.keywords, ["Mood/Calm", "夜"], "{}", song.display());
        let meta = parlour::media::audio::probe(song).unwrap();
        assert_eq!(meta.keywords, marks.keywords, "{}", song.display());
        // exiftool shows the tag of a WAV file as one block.
        if !song.ends_with("tone.wav") {
            // It shows an MP4 atom of one's own name that is not ASCII as so many bytes: there the file is looked into.
            let seen = if song.ends_with("tone.m4a") {
                String::from_utf8_lossy(&std::fs::read(song).unwrap()).into_owned()
            } else {
                exiftool(song)
            };
            assert!(seen.contains("Mood/Calm"), "{}", song.display());
            assert_eq!(meta.artist.as_deref(), Some("Ann"));
            let is_kept = song.ends_with("tone.m4a") || seen.contains("kept");
            assert!(is_kept, "{seen}");
        }
        // Ratings, on a copy of its own.
        let rated = parlour::media::audio::Marks {
            rating: Some(4),
            ..marks.clone()
        };
        parlour::media::audio::write_marks(song, &rated).unwrap();
        assert_eq!(
            parlour::media::audio::probe(song).unwrap().rating,
            Some(4),
            "{}",
            song.display()
        );
        parlour::media::audio::write_marks(song, &marks).unwrap();
        assert_eq!(parlour::media::audio::marks(song).unwrap(), marks);
    }
}

#[test]
fn a_song_that_was_moved_and_tagged_anew_elsewhere_is_the_same() {
    let home = Home::new();
    let songs = songs(&home);
    ok(&home, &["scan", text(&home.media())]);
    for song in &songs {
        ok(&home, &["tags", "add", "Mine", text(song)]);
    }
    for (n, song) in songs.iter().enumerate() {
        let to = home.media().join(format!(
            "renamed {n}.{}",
            song.extension().unwrap().to_str().unwrap()
        ));
        std::fs::rename(song, &to).unwrap();
        let marks = parlour::media::audio::Marks {
            title: Some(format!("Title {n}")),
            ..parlour::media::audio::marks(&to).unwrap()
        };
        parlour::media::audio::write_marks(&to, &marks).unwrap();
    }
    ok(&home, &["scan", text(&home.media())]);
    let mut found = tagged(&home, "mine");
    found.sort();
    assert_eq!(found.len(), songs.len(), "{found:?}");
    assert!(
        found.iter().all(|path| path.contains("renamed ")),
        "{found:?}"
    );
}

#[test]
fn an_export_goes_beside_copies_or_originals_and_comes_back_with_titles_dates_and_places() {
    let home = Home::new();
    ok(&home, &["scan", text(&home.media())]);
    let photo = home.media().join("photo 2.png");
    let song = home.media().join("one.wav");
    ok(&home, &["tags", "add", "Garden", text(&photo)]);
    ok(&home, &["tags", "add", "Calm", text(&song)]);
    ok(&home, &["repair", "title", "Low tide", text(&photo)]);
    ok(
        &home,
        &[
            "repair",
            "dates",
            "--set",
            "2019-08-07T06:05:04",
            text(&photo),
        ],
    );
    ok(
        &home,
        &["repair", "places", "--at", "38.7,-9.1", text(&photo)],
    );
    let (copies, originals) = (home.path("copies"), home.path("originals"));
    ok(&home, &["export", text(&copies), "--copies"]);
    let copy = copies.join("sidecars/media/photo 2.png");
    assert_eq!(
        std::fs::read(&copy).unwrap(),
        std::fs::read(&photo).unwrap()
    );
    let said = parlour::media::xmp::read(&copies.join("sidecars/media/photo 2.png.xmp")).unwrap();
    assert_eq!(said.title.as_deref(), Some("Low tide"));
    let beside = home.media().join("photo 2.png.xmp");
    assert!(!beside.exists());
    ok(&home, &["export", text(&originals), "--beside-originals"]);
    assert_eq!(parlour::media::xmp::read(&beside).unwrap(), said);
    ok(&home, &["export", text(&originals), "--beside-originals"]);

    // Elsewhere, under other names; the song was tagged anew by another program.
    let other = Home::new();
    std::fs::rename(
        other.media().join("photo 2.png"),
        other.media().join("x.png"),
    )
    .unwrap();
    let theirs = other.media().join("x.wav");
    std::fs::rename(other.media().join("one.wav"), &theirs).unwrap();
    let marks = parlour::media::audio::Marks {
        title: Some("New".to_owned()),
        ..Default::default()
    };
    parlour::media::audio::write_marks(&theirs, &marks).unwrap();
    ok(&other, &["scan", text(&other.media())]);
    ok(&other, &["import", text(&copies)]);
    assert!(tagged(&other, "garden")[0].ends_with("x.png"));
    assert!(tagged(&other, "calm")[0].ends_with("x.wav"));
    let found = |query: &str| json_lines(&ok(&other, &["search", query, "--json"])).len();
    assert_eq!((found("\"low tide\""), found("year:2019")), (1, 1));
}

/// On a disk of its own that is too small; needs the right to mount one.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_the_sidecar_that_was_there() {
    let home = Home::new();
    let small = home.path("small");
    std::fs::create_dir(&small).unwrap();
    let script = r#"
        set -e
        mount -t tmpfs -o size=64k tmpfs "$SMALL" || exit 77
        cp "$PHOTO" "$SMALL/a.png"
        "$PARLOUR" --library "$LIBRARY" scan "$SMALL" >/dev/null
        "$PARLOUR" --library "$LIBRARY" sidecars on "$SMALL" >/dev/null
        "$PARLOUR" --library "$LIBRARY" tags add First "$SMALL/a.png" >/dev/null
        cp "$SMALL/a.png.xmp" "$KEPT"
        head -c 100000 /dev/zero > "$SMALL/.fill" 2>/dev/null || true
        "$PARLOUR" --library "$LIBRARY" tags add Second "$SMALL/a.png" >/dev/null
        "$PARLOUR" --library "$LIBRARY" sidecars write 2>"$KEPT.err" && exit 3
        cmp "$SMALL/a.png.xmp" "$KEPT"
        cmp "$SMALL/a.png" "$PHOTO"
        rm "$SMALL/.fill"
        "$PARLOUR" --library "$LIBRARY" sidecars write
        grep -q Second "$SMALL/a.png.xmp"
    "#;
    let kept = home.path("kept");
    let output = std::process::Command::new("unshare")
        .args(["-m", "sh", "-c", script])
        .env("SMALL", &small)
        .env("LIBRARY", home.library())
        .env("PARLOUR", env!("CARGO_BIN_EXE_parlour"))
        .env("PHOTO", home.media().join("photo 1.png"))
        .env("KEPT", &kept)
        .output()
        .unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    if output.status.code() == Some(77) || err.contains("unshare failed") {
        return;
    }
    assert!(output.status.success(), "{:?} {err}", output.status);
    let said = std::fs::read_to_string(kept.with_file_name("kept.err")).unwrap();
    assert!(said.contains("the disk is full"), "{said}");
}
