//! Files renamed, moved and put into the trash on the person's word; everything the person made of them stays with them,
//! and what belongs together (see [`super::companions`]) travels together.
//!
//! The plan is in the catalogue before the first file is touched, and the catalogue's paths follow in one write after
//! the last. A crash in between is finished at the next start. Nothing is ever put over another file.

use std::collections::HashSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::event::LibraryEvent;
use super::{Inner, Library, beside, companions, files, path_text};
use crate::catalog::FolderId;
use crate::error::{Error, Result};
use crate::jobs::Cancel;

/// A longer name is refused by most disks.
const MAX_NAME_BYTES: usize = 255;
/// Copies of a name that are tried.
const MAX_TRIES: u32 = 10_000;

/// What is done to files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Filing {
    /// New names in the same folder.
    Rename,
    /// Into another folder.
    Move,
    /// Into the system's trash.
    Trash,
}

/// What is going to be done, and then what was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// What.
    pub what: Filing,
    /// From where to where; for the trash, there is no where to.
    #[serde(with = "pairs")]
    pub files: Vec<(PathBuf, Option<PathBuf>)>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filed {
    /// The number of the step, for taking it back.
    pub step: Option<i64>,
    /// Files that were moved, sidecars and other companions included.
    pub files: u64,
    /// Files that could not be moved, and why.
    pub failed: Vec<(PathBuf, String)>,
}

mod pairs {
    use super::{Path, PathBuf, path_text};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    type Files = Vec<(PathBuf, Option<PathBuf>)>;

    pub fn serialize<S: Serializer>(files: &Files, serializer: S) -> Result<S::Ok, S::Error> {
        let encode = |path: &Path| path_text::encode(path);
        files
            .iter()
            .map(|(from, to)| (encode(from), to.as_deref().map(encode)))
            .collect::<Vec<_>>()
            .serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Files, D::Error> {
        let files = Vec::<(String, Option<String>)>::deserialize(deserializer)?;
        Ok(files
            .into_iter()
            .filter_map(|(from, to)| {
                let to = to.map(|to| path_text::decode(&to));
                Some((path_text::decode(&from)?, to.flatten()))
            })
            .collect())
    }
}

/// Whether a name can be a file's, on every system it may be copied to.
fn check_name(name: &str) -> Result<()> {
    let refused = |why: &str| {
        Err(Error::Name {
            name: name.to_owned(),
            why: why.to_owned(),
        })
    };
    if name.trim().is_empty() {
        return refused("it is empty");
    }
    if name.starts_with('.') {
        return refused("a name that begins with a dot hides the file");
    }
    if name
        .chars()
        .any(|c| c.is_control() || "<>:\"/\\|?*".contains(c))
    {
        return refused("it holds a character that file names cannot have");
    }
    if name.ends_with(['.', ' ']) {
        return refused("it ends with a dot or a space");
    }
    Ok(())
}

/// The plan for giving a file another name; its ending stays.
///
/// # Errors
/// When the name cannot be used, or is taken.
pub fn plan_rename(path: &Path, name: &str) -> Result<Plan> {
    let name = name.trim();
    check_name(name)?;
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let mut plan = Vec::new();
    for file in companions::group(path) {
        let old = file.file_name().unwrap_or_default().to_string_lossy();
        // The stem's characters, whatever their case: `IMG_1.jpg` and `img_1.CR2` are of one name.
        let rest: String = old.chars().skip(stem.chars().count()).collect();
        let new = format!("{name}{rest}");
        if new.len() > MAX_NAME_BYTES {
            let why = "it is too long".to_owned();
            let name = name.to_owned();
            return Err(Error::Name { name, why });
        }
        let to = file.with_file_name(new);
        if to != file && exists(&to) && !is_same_file(&file, &to) {
            let why = "there is a file of this name already".to_owned();
            let name = name.to_owned();
            return Err(Error::Name { name, why });
        }
        plan.push((file, Some(to)));
    }
    Ok(Plan {
        what: Filing::Rename,
        files: plan,
    })
}

/// The plan for moving files into a folder. Where a name is taken there, the whole group gets a number.
///
/// # Errors
/// When the folder is none, or holds too many files of one name.
pub fn plan_move(paths: &[PathBuf], into: &Path) -> Result<Plan> {
    if !into.is_dir() {
        return Err(Error::NotFound {
            what: "folder",
            name: into.display().to_string(),
        });
    }
    let mut plan: Vec<(PathBuf, Option<PathBuf>)> = Vec::new();
    let (mut seen, mut taken) = (HashSet::new(), HashSet::new());
    for path in paths {
        if path.parent() == Some(into) || !seen.insert(path.clone()) {
            continue;
        }
        let group: Vec<PathBuf> = companions::group(path)
            .into_iter()
            .filter(|file| file == path || seen.insert(file.clone()))
            .collect();
        let stem = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let target = |file: &Path, number: u32| {
            let old = file.file_name().unwrap_or_default();
            if number == 1 {
                return into.join(old);
            }
            let old = old.to_string_lossy();
            let rest: String = old.chars().skip(stem.chars().count()).collect();
            into.join(format!("{stem} ({number}){rest}"))
        };
        let number = (1..MAX_TRIES).find(|number| {
            group.iter().all(|file| {
                let to = target(file, *number);
                !exists(&to) && !taken.contains(&to)
            })
        });
        let Some(number) = number else {
            let why = "there are too many files of this name".to_owned();
            return Err(Error::Name { name: stem, why });
        };
        for file in group {
            let to = target(&file, number);
            taken.insert(to.clone());
            plan.push((file, Some(to)));
        }
    }
    Ok(Plan {
        what: Filing::Move,
        files: plan,
    })
}

/// The plan for putting files into the system's trash.
pub fn plan_trash(paths: &[PathBuf]) -> Plan {
    let mut seen = HashSet::new();
    let files = paths
        .iter()
        .flat_map(|path| companions::group(path))
        .filter(|file| seen.insert(file.clone()))
        .map(|file| (file, None))
        .collect();
    Plan {
        what: Filing::Trash,
        files,
    }
}

impl Library {
    /// Carries a plan out. Blocks: for a worker.
    ///
    /// # Errors
    /// When the catalogue cannot be written; then no file was touched. Files that fail are told.
    pub fn carry_out(&self, plan: &Plan) -> Result<Filed> {
        let inner = &self.inner;
        if plan.files.is_empty() {
            return Ok(Filed::default());
        }
        // A scan in between would see files that are nowhere.
        inner.scans.cancel();
        let _one_at_a_time = inner.scans.lock();
        let text = encode(plan)?;
        let step = inner.catalog.bulk(|bulk| bulk.begin_file_step(&text))?;
        let mut filed = Filed {
            step: Some(step),
            ..Filed::default()
        };
        let mut done = Vec::new();
        for (from, to) in &plan.files {
            let result = match to {
                Some(to) => put(from, to),
                None => trash::delete(from).map_err(|error| {
                    tracing::warn!(%error, "not trashed");
                    Error::Io {
                        action: "move the file to the trash",
                        why: "the system's trash did not take it".to_owned(),
                        path: from.clone(),
                    }
                }),
            };
            match result {
                Ok(()) => done.push((from.clone(), to.clone())),
                Err(error) => filed.failed.push((from.clone(), error.to_string())),
            }
        }
        filed.files = done.len() as u64;
        settle(inner, step, plan.what, &done)?;
        Ok(filed)
    }

    /// Takes a step back: files go where they were, out of the trash where the system allows it.
    ///
    /// # Errors
    /// When there is no such step, or the catalogue cannot be read or written.
    pub fn take_back_filing(&self, step: Option<i64>) -> Result<Filed> {
        let inner = &self.inner;
        let Some((id, text)) = inner.catalog.reader()?.file_step(step)? else {
            return Err(Error::NotFound {
                what: "move of files to take back",
                name: step.map_or_else(|| "last".to_owned(), |step| step.to_string()),
            });
        };
        let plan = decode(&text)?;
        inner.scans.cancel();
        let _one_at_a_time = inner.scans.lock();
        let mut filed = Filed {
            step: Some(id),
            ..Filed::default()
        };
        let mut done = Vec::new();
        for (from, to) in plan.files.iter().rev() {
            let result = match to {
                Some(to) => put(to, from).map(|()| done.push((to.clone(), Some(from.clone())))),
                None => restore(from).map(|()| done.push((from.clone(), Some(from.clone())))),
            };
            match result {
                Ok(()) => filed.files += 1,
                Err(error) => filed.failed.push((from.clone(), error.to_string())),
            }
        }
        follow(inner, &done)?;
        inner.catalog.bulk(|bulk| bulk.end_file_step(id, "", 2))?;
        Ok(filed)
    }
}

/// Finishes what a crash left half done.
pub(crate) fn finish_begun(inner: &Inner) -> Result<()> {
    for (id, text) in inner.catalog.reader()?.begun_file_steps()? {
        let plan = decode(&text)?;
        let mut done = Vec::new();
        for (from, to) in &plan.files {
            let Some(to) = to else {
                if !exists(from) {
                    done.push((from.clone(), None));
                }
                continue;
            };
            match (exists(from), exists(to)) {
                (true, false) if put(from, to).is_ok() => {
                    done.push((from.clone(), Some(to.clone())));
                }
                // Between the second name and the end of the first, or between copy and removal.
                (true, true)
                    if from != to && is_same_content(from, to) && fs::remove_file(from).is_ok() =>
                {
                    done.push((from.clone(), Some(to.clone())));
                }
                (false, true) => done.push((from.clone(), Some(to.clone()))),
                _ => {}
            }
        }
        settle(inner, id, plan.what, &done)?;
        tracing::info!(files = done.len(), "finished moving files after a crash");
    }
    Ok(())
}

type Moved = (PathBuf, Option<PathBuf>);

fn settle(inner: &Inner, step: i64, what: Filing, done: &[Moved]) -> Result<()> {
    follow(inner, done)?;
    let done = Plan {
        what,
        files: done.to_vec(),
    };
    let text = encode(&done)?;
    inner
        .catalog
        .bulk(|bulk| bulk.end_file_step(step, &text, 1))
}

/// Makes the catalogue's paths follow the files.
fn follow(inner: &Inner, done: &[Moved]) -> Result<()> {
    let folders = inner.catalog.reader()?.folders()?;
    let folder_of = |path: &Path| -> Option<FolderId> {
        folders
            .iter()
            .filter(|folder| path.starts_with(&folder.path))
            .max_by_key(|folder| folder.path.as_os_str().len())
            .map(|folder| folder.id)
    };
    let mut changed = Vec::new();
    inner.catalog.bulk(|bulk| {
        for (from, to) in done {
            match to {
                Some(to) => {
                    changed.extend(bulk.move_path(from, to, folder_of(to), beside::of(to))?);
                }
                None => changed.extend(bulk.mark_missing(&[from])?),
            }
        }
        Ok(())
    })?;
    // Sidecars moved along: what lies beside each file now.
    inner.catalog.bulk(|bulk| {
        for (_, to) in done {
            if let Some(to) = to {
                bulk.set_beside(to, beside::of(to))?;
            }
        }
        Ok(())
    })?;
    inner.outbox.items_changed(changed);
    inner.outbox.send(LibraryEvent::FoldersChanged);
    Ok(())
}

fn encode(plan: &Plan) -> Result<String> {
    serde_json::to_string(plan).map_err(|error| Error::Internal {
        action: "write down a plan",
        why: error.to_string(),
    })
}

fn decode(text: &str) -> Result<Plan> {
    serde_json::from_str(text).map_err(|error| Error::Internal {
        action: "read a plan",
        why: error.to_string(),
    })
}

fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// Two spellings of one file, on disks that do not tell upper from lower case.
fn is_same_file(a: &Path, b: &Path) -> bool {
    match (a.canonicalize(), b.canonicalize()) {
        (Ok(a), Ok(b)) => a == b,
        _ => false,
    }
}

fn is_same_content(a: &Path, b: &Path) -> bool {
    let hash = |path: &Path| files::hash(path, &Cancel::new()).ok();
    hash(a).is_some() && hash(a) == hash(b)
}

/// Gives a file another place without ever replacing one.
fn put(from: &Path, to: &Path) -> Result<()> {
    if from == to {
        return Ok(());
    }
    let failed = |error: std::io::Error| Error::io("move the file", from, &error);
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    if exists(to) {
        if is_same_file(from, to) && from.parent() == to.parent() {
            return fs::rename(from, to).map_err(failed);
        }
        return Err(failed(ErrorKind::AlreadyExists.into()));
    }
    // A second name, then the end of the first: the system refuses to replace a file that came meanwhile.
    match fs::hard_link(from, to) {
        Ok(()) => fs::remove_file(from).map_err(failed),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(failed(error)),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(failed(error)),
        Err(error) if error.kind() == ErrorKind::CrossesDevices => across(from, to),
        Err(_) => match fs::rename(from, to) {
            Err(error) if error.kind() == ErrorKind::CrossesDevices => across(from, to),
            result => result.map_err(failed),
        },
    }
}

/// To another drive: a copy that was compared, then the end of the original.
fn across(from: &Path, to: &Path) -> Result<()> {
    let failed = |error: std::io::Error| Error::io("copy the file", from, &error);
    let mut name = std::ffi::OsString::from(".");
    name.push(to.file_name().unwrap_or_default());
    name.push(".parlour-tmp");
    let copy = to.with_file_name(name);
    let copied = || -> std::io::Result<()> {
        fs::copy(from, &copy)?;
        let file = fs::File::options().write(true).open(&copy)?;
        file.set_modified(fs::metadata(from)?.modified()?)?;
        file.sync_all()
    };
    let result = copied().map_err(failed).and_then(|()| {
        if !is_same_content(from, &copy) {
            return Err(Error::damaged(
                "copy",
                from,
                "it is not the same as the file; the file was left where it was",
            ));
        }
        if exists(to) {
            return Err(failed(ErrorKind::AlreadyExists.into()));
        }
        fs::rename(&copy, to).map_err(failed)
    });
    if result.is_err() {
        fs::remove_file(&copy).ok();
        return result;
    }
    fs::remove_file(from).map_err(|error| Error::io("remove the file", from, &error))
}

/// Brings the newest trashed file of this path back.
#[cfg(any(
    target_os = "windows",
    all(
        unix,
        not(target_os = "macos"),
        not(target_os = "ios"),
        not(target_os = "android")
    )
))]
fn restore(path: &Path) -> Result<()> {
    let failed = |why: String| Error::Io {
        action: "bring the file back from the trash",
        why: crate::error::one_line(&why),
        path: path.to_owned(),
    };
    let all = trash::os_limited::list().map_err(|error| failed(error.to_string()))?;
    let newest = all
        .into_iter()
        .filter(|item| item.original_path() == path)
        .max_by_key(|item| item.time_deleted)
        .ok_or_else(|| failed("it is not there any more".to_owned()))?;
    trash::os_limited::restore_all([newest]).map_err(|error| failed(error.to_string()))
}

#[cfg(not(any(
    target_os = "windows",
    all(
        unix,
        not(target_os = "macos"),
        not(target_os = "ios"),
        not(target_os = "android")
    )
)))]
fn restore(path: &Path) -> Result<()> {
    Err(Error::Io {
        action: "bring the file back from the trash",
        why: "this system only does it in its own trash window".to_owned(),
        path: path.to_owned(),
    })
}
