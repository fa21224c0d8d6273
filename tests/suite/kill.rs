//! `kill -9` at any moment loses nothing that was shown as saved.
//!
//! A child changes a library in a loop while it scans, and prints each change after it was told that it is saved. The
//! parent kills it at random moments, many times, and looks for everything that was printed.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use parlour::catalog::{
    Catalog, Change, EventKind, FoundFile, ItemId, NewEvent, Probe, ProfileId, Reader, TagState,
};
use parlour::dirs::Dirs;
use parlour::media::Kind;

const CHILD: &str = "PARLOUR_TEST_KILLED_CHILD";
const ROUNDS: usize = 25;

/// What the child does until it is killed; nothing unless it was started by the test below.
#[test]
fn a_child_at_work() {
    let Some(root) = std::env::var_os(CHILD).map(PathBuf::from) else {
        return;
    };
    let (catalog, notice) = Catalog::open(&Dirs::under(&root)).unwrap();
    assert_eq!(notice, None);
    // Said once whole: a line that was cut off by the kill was not said.
    let say = |line: String| {
        let mut out = std::io::stdout().lock();
        out.write_all(format!("{line}\n").as_bytes()).unwrap();
        out.flush().unwrap();
    };
    std::thread::scope(|scope| {
        std::thread::Builder::new()
            .name("scan".to_owned())
            .spawn_scoped(scope, || scan(&catalog, &say))
            .unwrap();
        edit(&catalog, &say);
    });
}

/// Adds files in batches, as a scan does.
fn scan(catalog: &Catalog, say: &impl Fn(String)) {
    loop {
        let paths: Vec<PathBuf> = (0..20)
            .map(|_| PathBuf::from(format!("/media/{:016x}.jpg", fastrand::u64(..))))
            .collect();
        let items = catalog.bulk(|bulk| {
            paths
                .iter()
                .map(|path| {
                    let mut hash = [0; 32];
                    hash.fill_with(|| fastrand::u8(..));
                    let file = FoundFile {
                        path: path.clone(),
                        folder: None,
                        size_bytes: 1,
                        mtime_ms: 1,
                        kind: Kind::Photo,
                        hash: None,
                        beside: 0,
                    };
                    bulk.upsert_file(&file)?;
                    let item = bulk.set_hash(path, &hash)?.item;
                    bulk.set_probe(item, &Probe::default())?;
                    Ok(item)
                })
                .collect::<parlour::Result<Vec<_>>>()
        });
        for (path, item) in paths.iter().zip(items.unwrap()) {
            say(format!("file {item} {}", path.display()));
        }
    }
}

/// Tags, rates, plays, collects and undoes, as a person does.
fn edit(catalog: &Catalog, say: &impl Fn(String)) {
    let reader = catalog.reader().unwrap();
    loop {
        let items: Vec<ItemId> = reader.index().unwrap().iter().map(|row| row.id).collect();
        let Some(&item) = items.get(fastrand::usize(..items.len().max(1))) else {
            std::thread::sleep(Duration::from_millis(1));
            continue;
        };
        let name = format!("{:016x}", fastrand::u64(..));
        let items = vec![item];
        match fastrand::u8(..6) {
            0 | 1 => {
                catalog
                    .person(Change::AddTag {
                        items,
                        tag: name.clone(),
                    })
                    .unwrap();
                say(format!("tag {item} {name}"));
            }
            2 => {
                let rating = fastrand::u8(1..=5);
                say(format!("rating {item} {rating}"));
                catalog.person(Change::Rate { items, rating }).unwrap();
                say(format!("rated {item} {rating}"));
            }
            3 => {
                let event = NewEvent {
                    profile: ProfileId::FIRST,
                    item: Some(item),
                    kind: EventKind::Played,
                    value: 1.0,
                    at_ms: 1,
                    context: Some(name.clone()),
                };
                catalog.person(Change::RecordEvents(vec![event])).unwrap();
                say(format!("event {item} {name}"));
            }
            4 => {
                let made = catalog.person(Change::CreateCollection {
                    name: name.clone(),
                    query: None,
                });
                let id = made.unwrap().collection.unwrap();
                catalog
                    .person(Change::AddToCollection {
                        id,
                        items,
                        at: None,
                    })
                    .unwrap();
                say(format!("collection {item} {name}"));
            }
            _ => {
                catalog
                    .person(Change::AddTag {
                        items,
                        tag: name.clone(),
                    })
                    .unwrap();
                catalog.undo().unwrap();
                say(format!("untagged {item} {name}"));
            }
        }
    }
}

/// Everything that was said to be saved.
#[derive(Default)]
struct Said {
    lines: Vec<(String, ItemId, String)>,
    /// The rating said last, and the one that may have been saved after it.
    ratings: BTreeMap<ItemId, (u8, Option<u8>)>,
}

impl Said {
    fn hear(&mut self, line: &str) {
        let mut words = line.splitn(3, ' ');
        let (Some(what), Some(item), Some(rest)) = (words.next(), words.next(), words.next())
        else {
            return;
        };
        let Ok(item) = item.parse().map(ItemId) else {
            return;
        };
        match what {
            "rating" => self.ratings.entry(item).or_default().1 = rest.parse().ok(),
            "rated" => drop(self.ratings.insert(item, (rest.parse().unwrap(), None))),
            "file" | "tag" | "event" | "collection" | "untagged" => {
                self.lines.push((what.to_owned(), item, rest.to_owned()));
            }
            _ => {}
        }
    }

    fn check(&mut self, reader: &Reader) {
        let contexts: std::collections::HashSet<(Option<ItemId>, Option<String>)> = reader
            .events(0)
            .unwrap()
            .into_iter()
            .map(|event| (event.item, event.context))
            .collect();
        let mut collections = BTreeMap::new();
        for collection in reader.collections().unwrap() {
            collections.insert(
                collection.name,
                reader.collection_items(collection.id).unwrap(),
            );
        }
        for (what, item, rest) in &self.lines {
            let is_there = match what.as_str() {
                "file" => reader.item_by_path(Path::new(rest)).unwrap() == Some(*item),
                "event" => contexts.contains(&(Some(*item), Some(rest.clone()))),
                "collection" => collections
                    .get(rest)
                    .is_some_and(|items| items.contains(item)),
                _ => {
                    let tags = reader.tags_of(*item).unwrap();
                    let has_tag = tags
                        .iter()
                        .any(|tag| tag.name == *rest && tag.state == TagState::Confirmed);
                    has_tag == (what == "tag")
                }
            };
            assert!(is_there, "lost: {what} {item} {rest}");
        }
        for (item, (said, maybe)) in &mut self.ratings {
            let rating = reader.item(*item).unwrap().unwrap().rating;
            assert!(
                rating == *said || Some(rating) == *maybe,
                "lost: rated {item} {said}"
            );
            (*said, *maybe) = (rating, None);
        }
    }
}

/// Starts a command, kills it after a while (from its first line on), and gives the whole lines it said.
fn killed_after(command: &mut Command, patience: Duration) -> Vec<String> {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut first = String::new();
    out.read_line(&mut first).unwrap();
    let listener = std::thread::Builder::new().spawn(move || {
        let mut text = first;
        std::io::Read::read_to_string(&mut out, &mut text).unwrap();
        text
    });
    std::thread::sleep(patience);
    child.kill().unwrap();
    child.wait().unwrap();
    let mut text = listener.unwrap().join().unwrap();
    text.truncate(text.rfind('\n').map_or(0, |end| end + 1));
    text.lines().map(str::to_owned).collect()
}

#[test]
fn nothing_that_was_saved_is_lost() {
    let root = tempfile::tempdir().unwrap();
    let dirs = Dirs::under(root.path());
    let mut said = Said::default();
    for round in 0..ROUNDS {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["kill::a_child_at_work", "--exact", "--nocapture"])
            .env(CHILD, root.path());
        let patience = Duration::from_millis(fastrand::u64(..250));
        for line in killed_after(&mut command, patience) {
            said.hear(&line);
        }
        let (catalog, notice) = Catalog::open(&dirs).unwrap();
        assert_eq!(notice, None, "round {round}");
        assert!(
            catalog.health().unwrap().problems.is_empty(),
            "round {round}"
        );
        said.check(&catalog.reader().unwrap());
    }
    assert!(
        said.lines.len() > ROUNDS,
        "the child got nothing done: {}",
        said.lines.len()
    );
}

#[test]
fn a_scan_that_is_killed_keeps_what_it_told() {
    let root = tempfile::tempdir().unwrap();
    let media = root.path().join("media");
    std::fs::create_dir(&media).unwrap();
    for n in 0..300_u32 {
        let colour = image::Rgb([(n % 256) as u8, (n / 256) as u8, 7]);
        image::RgbImage::from_pixel(8, 8, colour)
            .save(media.join(format!("{n}.png")))
            .unwrap();
    }
    let data = root.path().join("library");
    let mut told = Vec::new();
    for _ in 0..5 {
        let mut command = Command::new(env!("CARGO_BIN_EXE_parlour"));
        command
            .arg("--library")
            .arg(&data)
            .arg("scan")
            .arg(&media)
            .arg("--json");
        let patience = Duration::from_millis(fastrand::u64(..60));
        for line in killed_after(&mut command, patience) {
            let Ok(line) = serde_json::from_str::<serde_json::Value>(&line) else {
                continue;
            };
            if let (Some(path), Some(item)) = (line["path"].as_str(), line["item"].as_i64()) {
                told.push((PathBuf::from(path), ItemId(item)));
            }
        }
        let (catalog, notice) = Catalog::open(&Dirs::under(&data)).unwrap();
        assert_eq!(notice, None);
        let reader = catalog.reader().unwrap();
        for (path, item) in &told {
            let found = reader.item_by_path(path).unwrap();
            let known = reader.item(*item).unwrap().map(|item| item.id);
            assert!(
                found.is_some() && found == known,
                "lost: {}",
                path.display()
            );
        }
    }
    assert!(!told.is_empty());
}
