//! The contract of the headless commands, with the real program on real files.

use std::fmt::Write as _;

use crate::support::{Home, json_lines, text};

#[test]
fn scan_search_tag_and_find_again() {
    let home = Home::new();
    let (code, out, err) = home.parlour(&["scan", text(&home.media()), "--json"]);
    assert_eq!(code, 0, "{err}");
    let lines = json_lines(&out);
    assert_eq!(
        lines.iter().filter(|line| line["status"] == "new").count(),
        7
    );
    assert_eq!(lines.last().unwrap()["summary"]["files"], 7);

    let (code, out, _) = home.parlour(&["search", "kind:photo", "--json"]);
    assert_eq!(code, 0);
    assert_eq!(json_lines(&out).len(), 5);

    let photo = home.media().join("photo 1.png");
    let (code, _, err) = home.parlour(&["tags", "add", "Places/Coast", text(&photo)]);
    assert_eq!(code, 0, "{err}");
    let (_, out, _) = home.parlour(&["search", "tag:coast", "--json"]);
    let found = json_lines(&out);
    assert_eq!(found.len(), 1);
    assert!(found[0]["path"].as_str().unwrap().ends_with("photo 1.png"));

    // The tag survives a rename.
    let renamed = home.media().join("renamed.png");
    std::fs::rename(&photo, &renamed).unwrap();
    let (code, _, err) = home.parlour(&["scan", text(&home.media())]);
    assert_eq!(code, 0, "{err}");
    let (_, out, _) = home.parlour(&["search", "tag:coast", "--json"]);
    assert!(
        json_lines(&out)[0]["path"]
            .as_str()
            .unwrap()
            .ends_with("renamed.png")
    );
}

#[test]
fn exit_codes_follow_the_contract() {
    let home = Home::new();
    assert_eq!(home.parlour(&["no-such-command"]).0, 2);
    assert_eq!(home.parlour(&["scan"]).0, 2);
    assert_eq!(home.parlour(&["--help"]).0, 0);
    let (code, out, err) = home.parlour(&["play", "/nowhere/a.mp3", "--output", "null"]);
    assert_eq!((code, out.as_str()), (1, ""), "{err}");
    assert!(err.contains("/nowhere/a.mp3"), "{err}");
    let (code, _, err) = home.parlour(&["search", "rating:>=banana"]);
    assert_eq!(code, 1, "{err}");
}

#[test]
fn playing_to_a_file_writes_what_would_be_heard() {
    let home = Home::new();
    let wav = home.path("out.wav");
    let target = format!("wav:{}", wav.display());
    let (one, two) = (home.media().join("one.wav"), home.media().join("two.wav"));
    let (code, _, err) = home.parlour(&["play", text(&one), text(&two), "--output", &target]);
    assert_eq!(code, 0, "{err}");
    let reader = hound::WavReader::open(&wav).unwrap();
    assert_eq!(
        reader.duration(),
        22_050,
        "two halves of a second, nothing between them"
    );
}

#[test]
fn suggestions_carry_reasons_that_add_up() {
    let home = Home::new();
    home.parlour(&["scan", text(&home.media())]);
    let song = home.media().join("one.wav");
    let (code, _, err) = home.parlour(&["history", "add", "liked", text(&song)]);
    assert_eq!(code, 0, "{err}");
    let (code, out, err) = home.parlour(&["recommend", "--json"]);
    assert_eq!(code, 0, "{err}");
    let picks = json_lines(&out);
    assert!(!picks.is_empty());
    for pick in picks {
        let sum: f64 = pick["reasons"]
            .as_array()
            .unwrap()
            .iter()
            .map(|reason| reason["weight"].as_f64().unwrap())
            .sum();
        assert!(
            (sum - pick["score"].as_f64().unwrap()).abs() < 1e-4,
            "{pick}"
        );
    }
}

#[test]
fn what_was_exported_comes_back_elsewhere() {
    let home = Home::new();
    home.parlour(&["scan", text(&home.media())]);
    let photo = home.media().join("photo 2.png");
    home.parlour(&["tags", "add", "Garden", text(&photo)]);
    let out_dir = home.path("export");
    let (code, _, err) = home.parlour(&["export", text(&out_dir)]);
    assert_eq!(code, 0, "{err}");
    let json = std::fs::read_dir(&out_dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|e| e == "json"))
        .unwrap();

    let other = Home::new();
    other.parlour(&["scan", text(&other.media())]);
    let (code, _, err) = other.parlour(&["import", text(&json)]);
    assert_eq!(code, 0, "{err}");
    let (_, out, _) = other.parlour(&["search", "tag:garden", "--json"]);
    assert_eq!(json_lines(&out).len(), 1);
}

#[test]
fn two_programs_do_not_share_a_library() {
    let home = Home::new();
    let dirs = parlour::dirs::Dirs::under(&home.library());
    dirs.create().unwrap();
    let (catalog, _) = parlour::catalog::Catalog::open(&dirs).unwrap();
    let (code, _, err) = home.parlour(&["scan", text(&home.media())]);
    assert_eq!(code, 1);
    assert!(err.contains("already open"), "{err}");
    drop(catalog);
    assert_eq!(home.parlour(&["scan", text(&home.media())]).0, 0);
}

#[test]
fn every_page_is_drawn_without_a_display() {
    let home = Home::new();
    home.parlour(&["scan", text(&home.media())]);
    let out_dir = home.path("pictures");
    let (code, out, err) = home.parlour(&["capture", text(&out_dir)]);
    assert_eq!(code, 0, "{err}");
    let files: Vec<&str> = out.lines().collect();
    assert!(files.len() >= 20, "{out}");
    for file in files {
        let image = image::open(file).unwrap().to_rgb8();
        assert_eq!(image.dimensions(), (1280, 800));
        let first = image.get_pixel(0, 0);
        assert!(
            image.pixels().any(|pixel| pixel != first),
            "{file} is blank"
        );
    }
}

#[test]
fn the_recommender_is_measured_on_a_table() {
    let home = Home::new();
    let table = home.path("ratings.csv");
    let mut rows = "userId,movieId,rating,timestamp\n".to_owned();
    for user in 0..30u32 {
        for item in 0..20u32 {
            if (user * 7 + item * 3) % 4 != 0 {
                let value = 1 + (user + item * item) % 5;
                let time = user * 100 + item;
                writeln!(rows, "{user},{item},{value},{time}").unwrap();
            }
        }
    }
    std::fs::write(&table, &rows).unwrap();
    let file = text(&table).to_owned();
    let rating = ["eval", "recommend", &file, "--only", "mean", "--json"];
    let (code, out, err) = home.parlour(&rating);
    assert_eq!(code, 0, "{err}");
    let lines = json_lines(&out);
    assert!(lines.len() >= 3, "{out}");
    for line in &lines {
        assert!(line["rmse"].as_f64().unwrap() > 0.0, "{line}");
        assert!(line["mae"].as_f64().unwrap() <= line["rmse"].as_f64().unwrap());
        assert_eq!(line["predictions"], 450);
    }
    let ranking = [
        "eval",
        "recommend",
        &file,
        "--task",
        "ranking",
        "--split",
        "leave-last",
    ];
    let (code, out, err) = home.parlour(&[&ranking[..], &["--only", "EASE"]].concat());
    assert_eq!(code, 0, "{err}");
    assert_eq!(out.lines().count(), 2, "a heading and EASE: {out}");

    std::fs::write(&table, format!("{rows}1,2\n1,3,many,5\n")).unwrap();
    let (code, out, err) = home.parlour(&rating);
    assert_eq!((code, json_lines(&out).len()), (1, lines.len()));
    assert!(err.contains("line 452: the value is missing"), "{err}");
    assert!(err.contains("line 453: the value is no number"), "{err}");
    std::fs::write(&table, "").unwrap();
    let (code, out, err) = home.parlour(&rating);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(
        err.contains("there is no row of user, item and value"),
        "{err}"
    );
    assert_eq!(
        home.parlour(&["eval", "recommend", &file, "--split", "given"])
            .0,
        2
    );
}
