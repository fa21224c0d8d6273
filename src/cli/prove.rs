//! `parlour prove` (hidden): the move-and-kill proof. In a temporary folder, never in a real library: files are
//! generated, a second Parlour scans and edits, meanwhile files are renamed, moved, replaced, copied, deleted, restored
//! and unmounted, and that Parlour is killed again and again. Then everything it said to be saved is looked for.

mod child;

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde::Serialize;

use super::Context;
use super::output::Console;
use crate::catalog::{Item, ItemId, Reader, TagState};
use crate::dirs::Dirs;
use crate::error::{Error, Result};

const ROOTS: usize = 4;
const FOLDERS: usize = 12;

/// Arguments of `parlour prove`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files to generate.
    #[arg(long, default_value_t = 10_000)]
    files: u32,
    /// Changes to make to them.
    #[arg(long, default_value_t = 4000)]
    changes: u32,
    /// How often to kill the Parlour that scans and edits.
    #[arg(long, default_value_t = 60)]
    kills: u32,
    /// The same changes again.
    #[arg(long)]
    seed: Option<u64>,
    /// One JSON object.
    #[arg(long)]
    json: bool,
    /// The Parlour that is killed.
    #[arg(long, hide = true)]
    child: bool,
}

/// The figures.
#[derive(Debug, Default, Serialize)]
struct Figures {
    seed: u64,
    files: u32,
    renamed: u32,
    moved: u32,
    replaced: u32,
    swapped: u32,
    copied: u32,
    deleted: u32,
    restored: u32,
    unmounted: u32,
    kills: u32,
    scans: u32,
    edits: u32,
    lost_tags: u32,
    lost_ratings: u32,
    lost_events: u32,
    lost_album_places: u32,
    lost_titles: u32,
    changed_originals: u32,
    took_s: f64,
}

/// Runs the proof; the exit code is 1 when anything was lost.
pub fn run(context: &Context, args: &Args, console: &mut Console<'_>) -> Result<()> {
    if args.child {
        return child::run(context, console);
    }
    let started = Instant::now();
    let home = tempfile::tempdir()
        .map_err(|error| Error::io("make a temporary folder", Path::new(""), &error))?;
    let seed = args.seed.unwrap_or_else(|| fastrand::u64(..));
    let mut proof = Proof::new(home.path(), seed, args.files)?;
    proof.parlour(&["scan"], true)?;
    for round in 0..args.kills {
        let changes =
            args.changes / args.kills.max(1) + u32::from(round < args.changes % args.kills.max(1));
        proof.round(changes)?;
    }
    proof.mount_all()?;
    proof.parlour(&["scan"], true)?;
    proof.parlour(&["scan"], true)?;
    proof.check()?;
    proof.figures.took_s = (started.elapsed().as_secs_f64() * 10.0).round() / 10.0;
    let figures = &proof.figures;
    let lost = figures.lost_tags
        + figures.lost_ratings
        + figures.lost_events
        + figures.lost_album_places
        + figures.lost_titles
        + figures.changed_originals;
    if lost > 0 {
        console.fail();
        for line in &proof.losses {
            console.say(line);
        }
    }
    if args.json {
        console.json(figures);
    } else {
        console.line(&format!("{figures:#?}"));
    }
    Ok(())
}

/// Something that was said to be saved.
struct Said {
    what: String,
    item: ItemId,
    hash: String,
    rest: String,
}

struct Proof {
    home: PathBuf,
    rng: fastrand::Rng,
    /// What lies where: the number of its content.
    files: BTreeMap<PathBuf, u32>,
    /// Deleted for now.
    deleted: Vec<u32>,
    next: u32,
    numbers: HashMap<String, u32>,
    is_away: [bool; ROOTS],
    said: Vec<Said>,
    /// What was being said of an item's rating or title when it was killed.
    maybe: HashMap<(ItemId, &'static str), Vec<String>>,
    figures: Figures,
    losses: Vec<String>,
}

impl Proof {
    fn new(home: &Path, seed: u64, files: u32) -> Result<Self> {
        let mut proof = Self {
            home: home.to_owned(),
            rng: fastrand::Rng::with_seed(seed),
            files: BTreeMap::new(),
            deleted: Vec::new(),
            next: files,
            numbers: HashMap::new(),
            is_away: [false; ROOTS],
            said: Vec::new(),
            maybe: HashMap::new(),
            figures: Figures {
                seed,
                files,
                ..Figures::default()
            },
            losses: Vec::new(),
        };
        for number in 0..files {
            let path = proof.fresh_path(number);
            proof.put(&path, number)?;
        }
        Ok(proof)
    }

    fn root(&self, root: usize) -> PathBuf {
        self.home.join(format!("root{root}"))
    }

    /// A path that is free, in a root that is there.
    fn fresh_path(&mut self, number: u32) -> PathBuf {
        let here: Vec<usize> = (0..ROOTS).filter(|root| !self.is_away[*root]).collect();
        let root = here
            .get(self.rng.usize(..here.len().max(1)))
            .copied()
            .unwrap_or(0);
        let folder = self.rng.usize(..FOLDERS);
        let ending = if number.is_multiple_of(10) {
            "wav"
        } else {
            "jpg"
        };
        let name = self.rng.u64(..);
        self.root(root)
            .join(format!("f{folder}"))
            .join(format!("{name:016x}.{ending}"))
    }

    fn put(&mut self, path: &Path, number: u32) -> Result<()> {
        let bytes = content(number)?;
        let hash = blake3::hash(&bytes).to_hex().to_string();
        self.numbers.insert(hash, number);
        let folder = path.parent().unwrap_or(path);
        std::fs::create_dir_all(folder)
            .and_then(|()| std::fs::write(path, &bytes))
            .map_err(|error| Error::io("generate a file", path, &error))?;
        self.files.insert(path.to_owned(), number);
        Ok(())
    }

    fn command(&self, arguments: &[&str]) -> Result<Command> {
        let program = std::env::current_exe()
            .map_err(|error| Error::io("find the program", Path::new("parlour"), &error))?;
        let mut command = Command::new(program);
        command
            .arg("--library")
            .arg(self.home.join("library"))
            .args(arguments)
            .stderr(Stdio::null());
        Ok(command)
    }

    /// Runs a command to its end.
    fn parlour(&mut self, arguments: &[&str], with_roots: bool) -> Result<()> {
        let mut command = self.command(arguments)?;
        if with_roots {
            command.args((0..ROOTS).map(|root| self.root(root)));
        }
        self.figures.scans += 1;
        command
            .stdout(Stdio::null())
            .status()
            .map_err(|error| Error::io("start", Path::new("parlour"), &error))?;
        Ok(())
    }

    /// One life of the other Parlour, with changes to the files meanwhile.
    fn round(&mut self, changes: u32) -> Result<()> {
        let failed = |error: std::io::Error| Error::io("start", Path::new("parlour"), &error);
        let mut child = self
            .command(&["prove", "--child"])?
            .stdout(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        let Some(out) = child.stdout.take() else {
            return Ok(());
        };
        let mut out = BufReader::new(out);
        let mut first = String::new();
        out.read_line(&mut first).map_err(failed)?;
        let listener = std::thread::Builder::new()
            .name("listen".to_owned())
            .spawn(move || {
                let mut text = String::new();
                // What comes until the kill; a last line without its end was not said.
                std::io::Read::read_to_string(&mut out, &mut text).ok();
                text
            })
            .map_err(failed)?;
        let patience = Duration::from_millis(self.rng.u64(20..900));
        let pause = patience / changes.max(1);
        for _ in 0..changes {
            self.change()?;
            std::thread::sleep(pause);
        }
        child.kill().map_err(failed)?;
        child.wait().map_err(failed)?;
        self.figures.kills += 1;
        let text = listener.join().unwrap_or_default();
        let whole = &text[..text.rfind('\n').map_or(0, |end| end + 1)];
        for line in whole.lines() {
            self.hear(line);
        }
        Ok(())
    }

    fn hear(&mut self, line: &str) {
        if line == "scanned" {
            self.figures.scans += 1;
            return;
        }
        let words: Vec<&str> = line.splitn(4, ' ').collect();
        let [what, item, hash, rest] = words[..] else {
            return;
        };
        let Ok(item) = item.parse().map(ItemId) else {
            return;
        };
        let begun = match what {
            "rating" => Some("rated"),
            "titling" => Some("titled"),
            _ => None,
        };
        if let Some(what) = begun {
            self.maybe
                .entry((item, what))
                .or_default()
                .push(rest.to_owned());
            return;
        }
        self.figures.edits += 1;
        self.said.push(Said {
            what: what.to_owned(),
            item,
            hash: hash.to_owned(),
            rest: rest.to_owned(),
        });
    }

    fn any_file(&mut self) -> Option<(PathBuf, u32)> {
        let here: Vec<(&PathBuf, &u32)> = self
            .files
            .iter()
            .filter(|(path, _)| {
                (0..ROOTS).all(|root| !self.is_away[root] || !path.starts_with(self.root(root)))
            })
            .collect();
        let at = self.rng.usize(..here.len().max(1));
        here.get(at)
            .map(|(path, number)| ((*path).clone(), **number))
    }

    /// One random change to the files.
    fn change(&mut self) -> Result<()> {
        let Some((path, number)) = self.any_file() else {
            return self.mount_all();
        };
        match self.rng.u8(..20) {
            0..=5 => {
                let to =
                    path.with_file_name(format!("{:016x}.{}", self.rng.u64(..), ending(&path)));
                self.rename(&path, &to)?;
                self.figures.renamed += 1;
            }
            6..=10 => {
                let to = self.fresh_path(number);
                self.rename(&path, &to)?;
                self.figures.moved += 1;
            }
            11 | 12 => {
                // Edited in place, or another file under the old name.
                let kind = u32::from(ending(&path) != "wav");
                let mut new = self.next;
                while u32::from(!new.is_multiple_of(10)) != kind {
                    new += 1;
                }
                self.next = new + 1;
                self.put(&path, new)?;
                if self.rng.bool() {
                    // The old content lives on elsewhere.
                    let to = self.fresh_path(number);
                    self.put(&to, number)?;
                } else {
                    self.deleted.push(number);
                }
                self.figures.replaced += 1;
            }
            13 => {
                if let Some((other, _)) = self
                    .any_file()
                    .filter(|(other, _)| *other != path && ending(other) == ending(&path))
                {
                    let aside = path.with_file_name(".aside");
                    self.rename(&path, &aside)?;
                    self.rename(&other, &path)?;
                    self.rename(&aside, &other)?;
                    self.figures.swapped += 1;
                }
            }
            14 | 15 => {
                let to = self.fresh_path(number);
                self.put(&to, number)?;
                self.figures.copied += 1;
            }
            16 => {
                std::fs::remove_file(&path)
                    .map_err(|error| Error::io("remove a file", &path, &error))?;
                self.files.remove(&path);
                self.deleted.push(number);
                self.figures.deleted += 1;
            }
            17 | 18 => {
                if let Some(number) = self.deleted.pop() {
                    let to = self.fresh_path(number);
                    self.put(&to, number)?;
                    self.figures.restored += 1;
                }
            }
            _ => {
                let root = self.rng.usize(..ROOTS);
                if self.is_away[root] {
                    self.mount(root)?;
                } else if self.is_away.iter().filter(|away| **away).count() < 2 {
                    let (from, to) = (self.root(root), self.home.join(format!("away{root}")));
                    rename(&from, &to)?;
                    self.is_away[root] = true;
                    self.figures.unmounted += 1;
                }
            }
        }
        Ok(())
    }

    fn rename(&mut self, from: &Path, to: &Path) -> Result<()> {
        if let Some(folder) = to.parent() {
            std::fs::create_dir_all(folder)
                .map_err(|error| Error::io("create the folder", folder, &error))?;
        }
        rename(from, to)?;
        if let Some(number) = self.files.remove(from) {
            self.files.insert(to.to_owned(), number);
        }
        Ok(())
    }

    fn mount(&mut self, root: usize) -> Result<()> {
        let (from, to) = (self.home.join(format!("away{root}")), self.root(root));
        rename(&from, &to)?;
        self.is_away[root] = false;
        Ok(())
    }

    fn mount_all(&mut self) -> Result<()> {
        (0..ROOTS)
            .filter(|root| self.is_away[*root])
            .collect::<Vec<_>>()
            .into_iter()
            .try_for_each(|root| self.mount(root))
    }

    /// Looks for everything that was said: on the item it was said of, and on every file with the content it was said of.
    fn check(&mut self) -> Result<()> {
        for (path, number) in &self.files {
            let is_same = std::fs::read(path)
                .is_ok_and(|bytes| content(*number).is_ok_and(|expected| expected == bytes));
            if !is_same {
                self.figures.changed_originals += 1;
                self.losses.push(format!("changed: {}", path.display()));
            }
        }
        let reader = Reader::open(&Dirs::under(&self.home.join("library")))?;
        let known = Known::read(&reader)?;
        let mut places: HashMap<u32, Vec<&PathBuf>> = HashMap::new();
        for (path, number) in &self.files {
            places.entry(*number).or_default().push(path);
        }
        // The last word on ratings and titles counts; each may have been followed by one that was cut off.
        let mut last: HashMap<(ItemId, &str), usize> = HashMap::new();
        for (at, said) in self.said.iter().enumerate() {
            last.insert((known.standing(said.item), said.what.as_str()), at);
        }
        for (at, said) in self.said.iter().enumerate() {
            let is_unique = !matches!(said.what.as_str(), "rated" | "titled");
            let is_last = last.get(&(known.standing(said.item), said.what.as_str())) == Some(&at);
            let mut lost = Vec::new();
            let by_item = reader.item(said.item)?;
            let is_kept = match &by_item {
                None => false,
                Some(item) if is_unique => known.says(&reader, item, said)?,
                Some(item) if is_last => {
                    let what = if said.what == "rated" {
                        "rated"
                    } else {
                        "titled"
                    };
                    let value = if what == "rated" {
                        item.rating.to_string()
                    } else {
                        item.title.clone()
                    };
                    value == said.rest
                        || self
                            .maybe
                            .iter()
                            .filter(|((item, kind), _)| {
                                *kind == what && known.standing(*item) == known.standing(said.item)
                            })
                            .any(|(_, maybe)| maybe.contains(&value))
                }
                Some(_) => true,
            };
            if !is_kept {
                lost.push(format!("of item {}", said.item));
            }
            let here = self
                .numbers
                .get(&said.hash)
                .and_then(|number| places.get(number));
            for path in here.into_iter().flatten() {
                let item = match reader.item_by_path(path)? {
                    Some(item) => reader.item(item)?,
                    None => None,
                };
                // What happened is told of one item; everything else also of every later split.
                let is_kept = match &item {
                    None => false,
                    Some(_) if said.what == "event" => true,
                    Some(item) if said.what == "rated" => item.rating > 0,
                    Some(item) if said.what == "titled" => item.title.len() == 16,
                    Some(item) => known.says(&reader, item, said)?,
                };
                if !is_kept {
                    lost.push(format!("at {}", path.display()));
                }
            }
            if lost.is_empty() {
                continue;
            }
            let counter = match said.what.as_str() {
                "tag" => &mut self.figures.lost_tags,
                "rated" => &mut self.figures.lost_ratings,
                "event" => &mut self.figures.lost_events,
                "album" => &mut self.figures.lost_album_places,
                _ => &mut self.figures.lost_titles,
            };
            *counter += 1;
            if self.losses.len() < 20 {
                let (what, rest) = (&said.what, &said.rest);
                self.losses
                    .push(format!("lost: {what} {rest} {}", lost.join(", ")));
            }
        }
        Ok(())
    }
}

/// What the catalogue knows, looked up once.
struct Known {
    albums: HashMap<String, Vec<ItemId>>,
    events: HashMap<String, Option<ItemId>>,
    standing: HashMap<ItemId, ItemId>,
}

impl Known {
    fn read(reader: &Reader) -> Result<Self> {
        let mut albums = HashMap::new();
        for album in reader.collections()? {
            albums.insert(album.name, reader.collection_items(album.id)?);
        }
        let events = reader
            .events(0)?
            .into_iter()
            .filter_map(|event| Some((event.context?, event.item)))
            .collect();
        let standing = reader.merged_items()?;
        Ok(Self {
            albums,
            events,
            standing,
        })
    }

    /// The item that answers for an id.
    fn standing(&self, item: ItemId) -> ItemId {
        self.standing.get(&item).copied().unwrap_or(item)
    }

    fn says(&self, reader: &Reader, item: &Item, said: &Said) -> Result<bool> {
        Ok(match said.what.as_str() {
            "tag" => reader
                .tags_of(item.id)?
                .iter()
                .any(|tag| tag.name == said.rest && tag.state == TagState::Confirmed),
            "event" => self.events.get(&said.rest) == Some(&Some(item.id)),
            _ => self
                .albums
                .get(&said.rest)
                .is_some_and(|items| items.contains(&item.id)),
        })
    }
}

fn ending(path: &Path) -> &str {
    path.extension().and_then(|e| e.to_str()).unwrap_or("jpg")
}

fn rename(from: &Path, to: &Path) -> Result<()> {
    std::fs::rename(from, to).map_err(|error| Error::io("rename", from, &error))
}

/// The bytes of a file by its number: a real photo or sound that no other number gives.
fn content(number: u32) -> Result<Vec<u8>> {
    let [a, b, c, _] = number.wrapping_mul(2_654_435_761).to_le_bytes();
    if number.is_multiple_of(10) {
        let samples: Vec<u8> = (0..400 + number % 97)
            .flat_map(|i| ((i * u32::from(a) + number) as i16).to_le_bytes())
            .chain(number.to_le_bytes())
            .collect();
        let mut bytes = b"RIFF".to_vec();
        bytes.extend((36 + samples.len() as u32).to_le_bytes());
        bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
        bytes.extend(8000_u32.to_le_bytes());
        bytes.extend(16_000_u32.to_le_bytes());
        bytes.extend(b"\x02\0\x10\0data");
        bytes.extend((samples.len() as u32).to_le_bytes());
        bytes.extend(samples);
        return Ok(bytes);
    }
    let picture = crate::media::photo::Picture::filled(16, 16, [a, b, c, 255]);
    let mut bytes = picture.to_jpeg(80)?;
    bytes.extend(number.to_le_bytes());
    // Sizes differ, as those of photos do: of two files of one size and one time, no scan can tell that they changed
    // places.
    bytes.resize(bytes.len() + (number % 1021) as usize, 0);
    Ok(bytes)
}
