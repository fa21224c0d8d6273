//! `parlour eval tags DIR`: how good the tags are on files whose tags are known.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use serde_json::json;

use super::Context;
use super::output::Console;
use super::tag::{in_order, media_below};
use crate::error::{Error, Result};
use crate::jobs;
use crate::models::evaluate::{self, Case, TagFigures, Totals, Truth};
use crate::models::{Judged, Packs, Taggers, Vocabulary, judge_file};

/// Columns of a list of files that name what is right.
const POSITIVE: [&str; 3] = ["positive", "tags", "tag"];
/// The file that a folder's truth is read from when there is one.
const LABELS: &str = "labels.csv";

/// Arguments of `parlour eval tags`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A folder with `labels.csv` (columns file, positive or tags, plausible; tags joined by ;), such a CSV file, or
    /// a folder with one folder per tag.
    #[arg(value_name = "DIR")]
    place: PathBuf,
    /// A CSV of two columns: folder or tag name as it is there, and the tags it means joined by ; (empty: leave out).
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// One JSON object per tag, then one with the totals.
    #[arg(long)]
    json: bool,
}

/// Tags every file and writes a line per tag and the totals. In a CSV every tag that is not named for a file is wrong
/// for it; of folders only the tags that the folders mean, and their umbrellas, are counted, and a file is taken to
/// have no other folder's tag.
pub fn run(context: &Context, args: &Args, console: &mut Console<'_>) -> Result<()> {
    let (packs, errors) = Packs::load(Some(&context.dirs.models()));
    for error in &errors {
        console.say(&error.to_string());
    }
    let taggers = Taggers::new(Arc::new(packs));
    let words = taggers.vocabulary().clone();
    let map = args.map.as_deref().map(read_map).transpose()?;
    let list = if args.place.is_file() {
        Some(args.place.clone())
    } else {
        Some(args.place.join(LABELS)).filter(|path| path.is_file())
    };
    let naming = Naming {
        words: &words,
        map: map.as_ref(),
    };
    let set = match &list {
        Some(list) => from_list(list, &naming)?,
        None => from_folders(&args.place, &naming)?,
    };
    for name in &set.unknown {
        console.say(&format!(
            "no model has a tag '{name}', so it is not counted"
        ));
    }
    if set.files.is_empty() {
        return Err(Error::NotFound {
            what: "file with known tags in",
            name: args.place.display().to_string(),
        });
    }
    // Where several packs have a label, the lowest that shows it.
    let mut thresholds: BTreeMap<String, f32> = BTreeMap::new();
    for label in taggers.packs().list().iter().flat_map(|pack| pack.labels()) {
        let known = thresholds
            .entry(label.slug.clone())
            .or_insert(f32::INFINITY);
        *known = known.min(label.thresholds.show);
    }
    let paths: Vec<PathBuf> = set.files.iter().map(|(path, _)| path.clone()).collect();
    let mut truths = set.files.into_iter().map(|(_, truth)| truth);
    let mut cases = Vec::with_capacity(paths.len());
    let mut file_ms = 0.0;
    let started = Instant::now();
    let judge = |path: &Path| {
        let started = Instant::now();
        let judged = judge_file(&taggers, path)?;
        Ok((judged, started.elapsed().as_secs_f64() * 1000.0))
    };
    in_order(&paths, judge, |path, result| {
        let truth = truths.next().unwrap_or_default();
        match result {
            Ok((judged, ms)) => {
                file_ms += ms;
                cases.push(case_of(judged, truth));
            }
            Err(error) => {
                if args.json {
                    let path = path.to_string_lossy();
                    console.json(&json!({ "path": path, "error": error.reason() }));
                }
                console.problem(&error);
            }
        }
    })?;
    let seconds = started.elapsed().as_secs_f64();
    // Everything that was said or is true takes part, unless the folders say what does.
    let counted = set.counted.unwrap_or_else(|| {
        let said = cases.iter().flat_map(|case| case.scores.keys().cloned());
        let is = cases
            .iter()
            .flat_map(|case| case.truth.positive.iter().cloned());
        said.chain(is).collect()
    });
    let is_specific = |tag: &str| words.children(tag).next().is_none();
    let (rows, totals) = evaluate::measure(&cases, &counted, is_specific, &thresholds);
    let time = Time {
        seconds,
        file_ms: file_ms / cases.len().max(1) as f64,
    };
    if args.json {
        for row in &rows {
            console.json(row);
        }
        console.json(&json!({
            "totals": totals,
            "seconds": time.seconds,
            "ms_per_file": time.file_ms,
            "threads": jobs::cores(),
            "packs": taggers.packs().list().iter().map(|pack| pack.name()).collect::<Vec<_>>(),
        }));
    } else {
        write_table(&rows, &totals, &time, console);
    }
    Ok(())
}

struct Time {
    seconds: f64,
    file_ms: f64,
}

fn case_of(judged: Judged, truth: Truth) -> Case {
    let mut case = Case {
        truth,
        scores: judged.scores,
        ..Case::default()
    };
    for tag in judged.taggings.into_iter().flat_map(|tagging| tagging.tags) {
        if tag.is_shown {
            case.shown.insert(tag.slug.clone());
        }
        case.suggested.insert(tag.slug);
    }
    case
}

/// How names in folders and lists become tags.
struct Naming<'a> {
    words: &'a Vocabulary,
    map: Option<&'a BTreeMap<String, Vec<String>>>,
}

impl Naming<'_> {
    /// The tags that a name means, with their umbrellas; what no model knows goes to `unknown`.
    fn tags(&self, name: &str, unknown: &mut BTreeSet<String>) -> BTreeSet<String> {
        let meant = match self.map.and_then(|map| map.get(name)) {
            Some(tags) => tags.clone(),
            None => vec![name.to_owned()],
        };
        let mut found = BTreeSet::new();
        for tag in meant {
            match self.words.slug_of(&tag) {
                Some(slug) => {
                    found.insert(slug.to_owned());
                    found.extend(self.words.parents(slug).into_iter().map(str::to_owned));
                }
                None => {
                    unknown.insert(tag);
                }
            }
        }
        found
    }
}

/// Files and what is true of them.
#[derive(Default)]
struct Set {
    files: Vec<(PathBuf, Truth)>,
    /// The tags that take part; all when none.
    counted: Option<BTreeSet<String>>,
    unknown: BTreeSet<String>,
}

fn csv_reader(path: &Path, has_headers: bool) -> Result<csv::Reader<std::fs::File>> {
    let file = std::fs::File::open(path).map_err(|e| Error::io("read the list", path, &e))?;
    Ok(csv::ReaderBuilder::new()
        .has_headers(has_headers)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(file))
}

fn not_a_list(path: &Path, why: &str) -> Error {
    Error::Name {
        name: path.display().to_string(),
        why: why.to_owned(),
    }
}

fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split([';', '|'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
}

fn read_map(path: &Path) -> Result<BTreeMap<String, Vec<String>>> {
    let mut map = BTreeMap::new();
    for row in csv_reader(path, false)?.records() {
        let row = row.map_err(|e| not_a_list(path, &crate::error::one_line(&e.to_string())))?;
        let tags = row.get(1).unwrap_or_default();
        if let Some(name) = row.get(0) {
            map.insert(name.to_owned(), split(tags).map(str::to_owned).collect());
        }
    }
    Ok(map)
}

fn from_list(path: &Path, naming: &Naming<'_>) -> Result<Set> {
    let bad = |e: csv::Error| not_a_list(path, &crate::error::one_line(&e.to_string()));
    let mut reader = csv_reader(path, true)?;
    let headers = reader.headers().map_err(bad)?.clone();
    let column = |names: &[&str]| {
        headers
            .iter()
            .position(|header| names.contains(&header.to_lowercase().as_str()))
    };
    let (Some(file), Some(positive)) = (column(&["file", "path"]), column(&POSITIVE)) else {
        return Err(not_a_list(
            path,
            "it needs a first line that names the columns 'file' and 'positive' (or 'tags')",
        ));
    };
    let plausible = column(&["plausible"]);
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut set = Set::default();
    for row in reader.records() {
        let row = row.map_err(bad)?;
        let name = row.get(file).unwrap_or_default();
        if name.is_empty() {
            continue;
        }
        let mut tags = |at: Option<usize>| -> BTreeSet<String> {
            split(at.and_then(|at| row.get(at)).unwrap_or_default())
                .flat_map(|tag| naming.tags(tag, &mut set.unknown))
                .collect()
        };
        let truth = Truth {
            positive: tags(Some(positive)),
            plausible: tags(plausible),
        };
        set.files.push((folder.join(name), truth));
    }
    Ok(set)
}

fn from_folders(place: &Path, naming: &Naming<'_>) -> Result<Set> {
    let entries = std::fs::read_dir(place).map_err(|e| Error::io("read the folder", place, &e))?;
    let mut folders: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    let mut set = Set::default();
    let mut counted = BTreeSet::new();
    for folder in folders {
        let name = folder
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let positive = naming.tags(&name, &mut set.unknown);
        if name.starts_with('.') || positive.is_empty() {
            continue;
        }
        counted.extend(positive.iter().cloned());
        set.files
            .extend(media_below(&folder).into_iter().map(|path| {
                let truth = Truth {
                    positive: positive.clone(),
                    plausible: BTreeSet::new(),
                };
                (path, truth)
            }));
    }
    set.counted = Some(counted);
    Ok(set)
}

fn write_table(rows: &[TagFigures], totals: &Totals, time: &Time, console: &mut Console<'_>) {
    let share = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |v| format!("{v:.3}"));
    console.line(&format!(
        "{:<24} {:>5} {:>6} {:>6} {:>6} {:>6} {:>9} {:>6}",
        "tag", "have", "AP", "from", "right", "wrong", "precision", "recall"
    ));
    for row in rows
        .iter()
        .filter(|row| row.positives + row.right + row.wrong > 0)
    {
        let from = match row.threshold {
            Some(from) if from <= 1.0 => format!("{from:.2}"),
            Some(_) => "never".to_owned(),
            None => "-".to_owned(),
        };
        console.line(&format!(
            "{:<24} {:>5} {:>6} {:>6} {:>6} {:>6} {:>9} {:>6}",
            row.tag,
            row.positives,
            share(row.average_precision),
            from,
            row.right,
            row.wrong,
            share(row.precision),
            share(row.recall),
        ));
    }
    for (name, value) in [
        ("files", totals.files.to_string()),
        (
            "mean average precision",
            format!(
                "{} over {} tags",
                share(totals.mean_average_precision),
                totals.tags_with_positives
            ),
        ),
        (
            "shown tags",
            format!(
                "precision {}, recall {}; {:.2} right and {:.2} wrong a file, {:.2} exist",
                share(totals.precision),
                share(totals.recall),
                totals.right_per_file,
                totals.wrong_per_file,
                totals.existing_per_file
            ),
        ),
        (
            "with suggestions",
            format!(
                "precision {}, recall {}",
                share(totals.precision_with_suggestions),
                share(totals.recall_with_suggestions)
            ),
        ),
        (
            "files with a right tag",
            format!(
                "{} of those that have one; a right specific one {}",
                share(totals.coverage),
                share(totals.coverage_specific)
            ),
        ),
        (
            "calibration error",
            format!(
                "{} over all scores, {} over scores from 0.05",
                share(totals.calibration_error),
                share(totals.calibration_error_above_5_percent)
            ),
        ),
        (
            "time",
            format!(
                "{:.1} s, {:.0} ms a file on one thread",
                time.seconds, time.file_ms
            ),
        ),
    ] {
        console.line(&format!("{name}: {value}"));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::dirs::Dirs;
    use crate::media::photo::Picture;

    fn picture(path: &Path, rgba: [u8; 4]) {
        std::fs::create_dir_all(path.parent().expect("in a folder")).expect("creates");
        let jpeg = Picture::filled(64, 48, rgba).to_jpeg(95).expect("packs");
        std::fs::write(path, jpeg).expect("writes");
    }

    fn measured(home: &Path, place: &Path, map: Option<&Path>) -> (u8, Vec<Value>, String) {
        let context = Context {
            dirs: Dirs::under(home),
        };
        let args = Args {
            place: place.to_owned(),
            map: map.map(Path::to_owned),
            json: true,
        };
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut console = Console::new(&mut out, &mut err);
        run(&context, &args, &mut console).expect("runs");
        let code = console.exit_code();
        let lines = String::from_utf8(out).expect("UTF-8");
        let lines = lines
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"));
        (
            code,
            lines.collect(),
            String::from_utf8(err).expect("UTF-8"),
        )
    }

    fn row<'a>(lines: &'a [Value], tag: &str) -> &'a Value {
        lines
            .iter()
            .find(|line| line["tag"] == tag)
            .unwrap_or_else(|| panic!("no line for {tag}"))
    }

    #[test]
    fn folders_and_lists_are_measured_with_every_pack() {
        let home = tempfile::tempdir().expect("temporary folder");
        let pack = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/packs/tiny-photo");
        let context = Context {
            dirs: Dirs::under(home.path()),
        };
        crate::models::add(&pack, &context.dirs.models()).expect("adds");
        let set = home.path().join("set");
        picture(&set.join("red/a.jpg"), [230, 0, 0, 255]);
        picture(&set.join("red/b.jpg"), [0, 0, 230, 255]);
        picture(&set.join("ocean blue/c.jpg"), [0, 0, 230, 255]);
        picture(&set.join("nonsense/d.jpg"), [0, 0, 230, 255]);
        let map = home.path().join("map.csv");
        std::fs::write(&map, "ocean blue,blue\n").expect("writes");

        let (code, lines, err) = measured(home.path(), &set, Some(&map));
        assert_eq!(code, 0, "{err}");
        assert!(err.contains("no model has a tag 'nonsense'"), "{err}");
        let red = row(&lines, "red");
        assert_eq!(
            (&red["positives"], &red["right"], &red["wrong"]),
            (&json!(2), &json!(1), &json!(0))
        );
        assert_eq!(
            (&red["precision"], &red["recall"]),
            (&json!(1.0), &json!(0.5))
        );
        let blue = row(&lines, "blue");
        assert_eq!(
            (&blue["positives"], &blue["right"], &blue["wrong"]),
            (&json!(1), &json!(1), &json!(1))
        );
        let totals = &lines.last().expect("totals")["totals"];
        assert_eq!(
            totals["files"], 3,
            "the folder that means nothing is left out"
        );
        assert!(totals["calibration_error"].is_f64());

        // The same truth as a list; what is arguable counts neither way, and a file that is not there is named.
        std::fs::write(
            set.join("labels.csv"),
            "file,positive,plausible\nred/a.jpg,red,\nred/b.jpg,,blue\ngone.jpg,red,\n",
        )
        .expect("writes");
        let (code, lines, err) = measured(home.path(), &set, None);
        assert_eq!(code, 1);
        assert!(err.contains("gone.jpg"), "{err}");
        let blue = row(&lines, "blue");
        assert_eq!((&blue["right"], &blue["wrong"]), (&json!(0), &json!(0)));
        assert_eq!(lines.last().expect("totals")["totals"]["files"], 2);
    }

    #[test]
    fn a_list_without_the_columns_and_a_folder_without_files_are_named() {
        let home = tempfile::tempdir().expect("temporary folder");
        let context = Context {
            dirs: Dirs::under(home.path()),
        };
        let list = home.path().join("list.csv");
        std::fs::write(&list, "a,b\n1,2\n").expect("writes");
        let empty = home.path().join("empty");
        std::fs::create_dir(&empty).expect("creates");
        for (place, because) in [(list, "'positive'"), (empty, "file with known tags")] {
            let args = Args {
                place,
                map: None,
                json: false,
            };
            let (mut out, mut err) = (Vec::new(), Vec::new());
            let mut console = Console::new(&mut out, &mut err);
            let error = run(&context, &args, &mut console).expect_err("refused");
            assert!(error.to_string().contains(because), "{error}");
        }
    }
}
