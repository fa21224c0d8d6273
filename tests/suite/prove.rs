//! The move-and-kill proof, small. `PARLOUR_PROVE_FILES=10000` makes it large; `parlour prove` is the same by hand.

use crate::support::json_lines;

#[test]
fn nothing_is_lost_while_files_move_and_parlour_is_killed() {
    let number = |name: &str, small: u32| {
        std::env::var(name)
            .ok()
            .and_then(|text| text.parse().ok())
            .unwrap_or(small)
    };
    let files = number("PARLOUR_PROVE_FILES", 300);
    let (changes, kills) = if files > 1000 { (4000, 60) } else { (400, 12) };
    let arguments = ["--files", "--changes", "--kills"]
        .into_iter()
        .zip([files, changes, kills])
        .flat_map(|(name, number)| [name.to_owned(), number.to_string()]);
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_parlour"))
        .args(["prove", "--json"])
        .args(arguments)
        .output()
        .unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    let figures = json_lines(&String::from_utf8_lossy(&output.stdout))
        .pop()
        .unwrap();
    assert!(output.status.success(), "{figures}\n{err}");
    for lost in [
        "lost_tags",
        "lost_ratings",
        "lost_events",
        "lost_album_places",
        "lost_titles",
        "changed_originals",
    ] {
        assert_eq!(figures[lost], 0, "{figures}\n{err}");
    }
    // It was no idle run.
    assert!(figures["edits"].as_u64().unwrap() > 100, "{figures}");
    assert_eq!(figures["kills"], kills);
}
