//! Everything the person made, as one JSON file and XMP sidecars that other programs read.
//!
//! The folder gets `parlour.json` (what [`super::import`] reads) and `sidecars/`, where each tagged or rated file has
//! its `NAME.xmp` at its place below its folder. Originals are not touched.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Write as _;
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::event::LibraryEvent;
use super::{Library, path_text};
use crate::catalog::{EventKind, Folder, Item, ItemId, Reader, Tag, TagSource, TagState};
use crate::error::{Error, Result};
use crate::jobs::{Activity, Cancel, Progress};
use crate::media::Kind;
use crate::media::xmp::{self, Wish};

/// The file inside the export folder.
pub const FILE_NAME: &str = "parlour.json";
/// What an export file says it is.
pub(crate) const FORMAT: &str = "parlour-export";
/// The newest layout this program writes and reads.
pub(crate) const VERSION: u32 = 1;
const TELL_EVERY: usize = 500;

/// The file as a whole.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Export {
    pub format: String,
    pub version: u32,
    pub made_ms: i64,
    pub tags: Vec<ExportedTag>,
    pub items: Vec<ExportedItem>,
    pub collections: Vec<ExportedCollection>,
    pub profiles: Vec<String>,
    pub events: Vec<ExportedEvent>,
    pub struck_reasons: Vec<String>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ExportedTag {
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub colour: Option<String>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ExportedItem {
    /// BLAKE3 of the content, hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
    /// The same without the file's tags, where they can be told apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub essence: Option<String>,
    pub kind: Option<Kind>,
    pub title: String,
    /// As [`path_text`] writes them.
    pub paths: Vec<String>,
    pub size_bytes: u64,
    pub rating: u8,
    pub is_favourite: bool,
    pub is_hidden: bool,
    /// Confirmed by the person, or imported.
    pub tags: Vec<String>,
    pub rejected_tags: Vec<String>,
    /// The person's title, date (wall clock in milliseconds as if UTC) and place (degrees north and east).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub said_title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub said_date_ms: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub said_place: Option<(f64, f64)>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ExportedCollection {
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// Places in [`Export::items`], in order.
    pub items: Vec<usize>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ExportedEvent {
    /// Place in [`Export::profiles`].
    pub profile: usize,
    #[serde(default)]
    pub item: Option<usize>,
    pub kind: EventKind,
    pub value: f32,
    pub at_ms: i64,
    #[serde(default)]
    pub context: Option<String>,
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct ExportSummary {
    /// Items with something that the person made.
    pub items: u64,
    /// Sidecars.
    pub sidecars: u64,
    /// Collections.
    pub collections: u64,
    /// Events of the history.
    pub events: u64,
    /// Files copied.
    pub copies: u64,
    /// Sidecars of other programs that were left alone.
    pub left_alone: u64,
}

/// Where the sidecars of an export go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Beside {
    /// Into a folder of their own.
    #[default]
    Folder,
    /// Beside copies of the files, in that folder.
    Copies,
    /// Beside the originals, whose folders' switches do not count here.
    Originals,
}

/// Writes the export of a library into `dir`, which is made when it is not there. Blocks: for a worker.
///
/// # Errors
/// When something cannot be read or written, or `cancel` is thrown. Files that are there already stay whole or are
/// replaced whole.
pub fn export(library: &Library, dir: &Path, cancel: &Cancel) -> Result<ExportSummary> {
    export_as(library, dir, Beside::Folder, cancel)
}

/// The same, choosing where the sidecars go.
///
/// # Errors
/// As [`export`]. Beside originals, a sidecar that another program changed since it was read is left alone and counted.
pub fn export_as(
    library: &Library,
    dir: &Path,
    beside: Beside,
    cancel: &Cancel,
) -> Result<ExportSummary> {
    let result = write(library, dir, beside, cancel);
    let outbox = &library.inner.outbox;
    outbox.send(LibraryEvent::Finished(Activity::Export));
    result
}

fn write(library: &Library, dir: &Path, beside: Beside, cancel: &Cancel) -> Result<ExportSummary> {
    std::fs::create_dir_all(dir).map_err(|error| Error::io("create the folder", dir, &error))?;
    let reader = library.catalog().reader()?;
    let made = Made::read(&reader)?;
    let items = reader.items(&made.items.iter().copied().collect::<Vec<_>>())?;
    let place_of: HashMap<ItemId, usize> = items
        .iter()
        .enumerate()
        .map(|(place, item)| (item.id, place))
        .collect();
    let mut export = Export {
        format: FORMAT.to_owned(),
        version: VERSION,
        made_ms: super::now_ms(),
        tags: made.tags.values().map(exported_tag).collect(),
        struck_reasons: reader.struck_reasons()?.into_iter().collect(),
        ..Export::default()
    };
    export.struck_reasons.sort();
    let profiles = reader.profiles()?;
    export.profiles = profiles
        .iter()
        .map(|profile| profile.name.clone())
        .collect();

    let mut summary = ExportSummary::default();
    let mut sidecars = Sidecars::new(dir.join("sidecars"), reader.folders()?);
    let mut progress = Progress::start(Activity::Export, Some(items.len() as u64), export.made_ms);
    for (n, item) in items.iter().enumerate() {
        cancel.check()?;
        if n % TELL_EVERY == 0 {
            progress.done = n as u64;
            progress.current.clone_from(&item.title);
            library
                .inner
                .outbox
                .send(LibraryEvent::Progress(progress.clone()));
        }
        let exported = exported_item(&reader, item, &made.tags)?;
        match beside {
            Beside::Folder => summary.sidecars += u64::from(sidecars.write(item, &exported)?),
            Beside::Copies => {
                summary.sidecars += u64::from(sidecars.write(item, &exported)?);
                summary.copies += u64::from(sidecars.copy(item)?);
            }
            Beside::Originals => match library.write_beside(item.id) {
                Ok(written) => summary.sidecars += written,
                Err(error) => {
                    tracing::warn!(%error, "a sidecar was left alone");
                    summary.left_alone += 1;
                }
            },
        }
        export.items.push(exported);
    }
    for collection in reader.collections()? {
        let members = if collection.query.is_some() {
            Vec::new()
        } else {
            reader.collection_items(collection.id)?
        };
        export.collections.push(ExportedCollection {
            name: collection.name,
            query: collection.query,
            items: members
                .iter()
                .filter_map(|item| place_of.get(item).copied())
                .collect(),
        });
    }
    export.events = reader
        .events(i64::MIN)?
        .into_iter()
        .map(|event| ExportedEvent {
            profile: profiles
                .iter()
                .position(|profile| profile.id == event.profile)
                .unwrap_or(0),
            item: event.item.and_then(|item| place_of.get(&item).copied()),
            kind: event.kind,
            value: event.value,
            at_ms: event.at_ms,
            context: event.context,
        })
        .collect();
    summary.items = export.items.len() as u64;
    summary.collections = export.collections.len() as u64;
    summary.events = export.events.len() as u64;
    let path = dir.join(FILE_NAME);
    let bytes = serde_json::to_vec_pretty(&export)
        .map_err(|error| Error::io("write the export", &path, &error.into()))?;
    write_whole(&path, &bytes)?;
    Ok(summary)
}

/// Writes a file so that nobody ever sees half of it.
fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let failed = |error: std::io::Error| Error::io("write the export", path, &error);
    let dir = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(dir).map_err(failed)?;
    let mut file = tempfile::NamedTempFile::new_in(dir).map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

/// Which items the person made something of.
struct Made {
    items: BTreeSet<ItemId>,
    tags: BTreeMap<i64, Tag>,
}

impl Made {
    fn read(reader: &Reader) -> Result<Self> {
        use crate::catalog::Flags;
        let mut items = BTreeSet::new();
        for row in reader.index()? {
            let is_marked =
                row.flags.contains(Flags::FAVOURITE) || row.flags.contains(Flags::HIDDEN);
            if row.rating > 0 || is_marked {
                items.insert(row.id);
            }
        }
        let mut tags = BTreeMap::new();
        for tag in reader.tags()? {
            if tag.count_confirmed + tag.count_rejected > 0 {
                let states = [TagState::Confirmed, TagState::Rejected];
                let tagged = reader.items_with_tag(tag.id, &states)?;
                items.extend(tagged.into_iter().map(|(item, _)| item));
            }
            // Tags that only models use are in the program anyway.
            if tag.slug.is_none()
                || tag.count_confirmed + tag.count_rejected > 0
                || tag.colour.is_some()
            {
                tags.insert(tag.id.0, tag);
            }
        }
        for collection in reader.collections()? {
            if collection.query.is_none() {
                items.extend(reader.collection_items(collection.id)?);
            }
        }
        items.extend(reader.said_items()?);
        items.extend(
            reader
                .events(i64::MIN)?
                .into_iter()
                .filter_map(|event| event.item),
        );
        Ok(Self { items, tags })
    }
}

fn exported_tag(tag: &Tag) -> ExportedTag {
    ExportedTag {
        name: tag.path.clone(),
        colour: tag.colour.clone(),
    }
}

fn exported_item(reader: &Reader, item: &Item, tags: &BTreeMap<i64, Tag>) -> Result<ExportedItem> {
    let mut exported = ExportedItem {
        hash: item
            .hash
            .map(|hash| blake3::Hash::from_bytes(hash).to_hex().to_string()),
        essence: reader
            .essence_of(item.id)?
            .map(|hash| blake3::Hash::from_bytes(hash).to_hex().to_string()),
        kind: Some(item.kind),
        title: item.title.clone(),
        paths: item
            .paths
            .iter()
            .map(|state| path_text::encode(&state.path))
            .collect(),
        size_bytes: item.paths.first().map_or(0, |state| state.size_bytes),
        rating: item.rating,
        is_favourite: item.is_favourite,
        is_hidden: item.is_hidden,
        ..ExportedItem::default()
    };
    if let Some(outward) = reader.outward(item.id)? {
        exported.said_title = outward.title;
        exported.said_date_ms = outward.date_ms;
        exported.said_place = outward.place;
    }
    for tag in reader.tags_of(item.id)? {
        let name = tags
            .get(&tag.tag.0)
            .map_or(tag.name, |known| known.path.clone());
        match tag.state {
            TagState::Confirmed if tag.source != TagSource::Rule => exported.tags.push(name),
            TagState::Rejected => exported.rejected_tags.push(name),
            _ => {}
        }
    }
    Ok(exported)
}

/// Writes XMP sidecars at the place each file has below its folder.
struct Sidecars {
    dir: PathBuf,
    folders: Vec<Folder>,
    taken: BTreeSet<PathBuf>,
    /// The sidecar written last.
    last: Option<PathBuf>,
}

impl Sidecars {
    fn new(dir: PathBuf, folders: Vec<Folder>) -> Self {
        Self {
            dir,
            folders,
            taken: BTreeSet::new(),
            last: None,
        }
    }

    /// True when there was something to say.
    fn write(&mut self, item: &Item, exported: &ExportedItem) -> Result<bool> {
        let has_said = exported.said_title.is_some()
            || exported.said_date_ms.is_some()
            || exported.said_place.is_some();
        if exported.tags.is_empty() && item.rating == 0 && !has_said {
            return Ok(false);
        }
        let Some(path) = item.path() else {
            return Ok(false);
        };
        let tags = exported.tags.iter().map(|tag| tag.replace('/', "|"));
        let wish = Wish {
            rating: (item.rating > 0).then_some(item.rating),
            tags: (!exported.tags.is_empty()).then(|| tags.collect()),
            title: exported.said_title.clone(),
            taken_ms: exported.said_date_ms,
            gps: exported.said_place,
        };
        self.last = None;
        let mut target = self.place(path);
        let mut n = 2;
        while !self.taken.insert(target.clone()) {
            target.set_extension(format!("{n}.xmp"));
            n += 1;
        }
        // What other programs wrote beside the original goes along.
        let old = xmp::sidecar_of(path).and_then(|old| xmp::read_bytes(&old).ok());
        let is_foreign = |word: &str| !crate::catalog::can_be_tag(word);
        let bytes = match xmp::edit(old.as_deref(), &wish, is_foreign) {
            Ok(bytes) => bytes,
            Err(_) => xmp::write_new(&wish)?,
        };
        write_whole(&target, &bytes)?;
        self.last = Some(target);
        Ok(true)
    }

    /// Copies the file to beside its sidecar. True when there was one to copy.
    fn copy(&mut self, item: &Item) -> Result<bool> {
        let Some(path) = item.path().filter(|path| path.is_file()) else {
            return Ok(false);
        };
        let target = match self.last.take() {
            Some(sidecar) => sidecar.with_extension(""),
            None => self.place(path).with_extension(""),
        };
        let failed = |error: std::io::Error| Error::io("copy the file", path, &error);
        if let Some(folder) = target.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        std::fs::copy(path, &target).map_err(failed)?;
        Ok(true)
    }

    fn place(&self, path: &Path) -> PathBuf {
        let folder = self
            .folders
            .iter()
            .filter(|folder| path.starts_with(&folder.path))
            .max_by_key(|folder| folder.path.as_os_str().len());
        let (top, below) = match folder {
            Some(folder) => (
                folder
                    .path
                    .file_name()
                    .map_or_else(|| "folder".into(), ToOwned::to_owned),
                path.strip_prefix(&folder.path).unwrap_or(path),
            ),
            None => ("files".into(), path),
        };
        let mut target = self.dir.join(top);
        // Only names: never out of the export folder, whatever the path begins with.
        target.extend(
            below
                .components()
                .filter(|part| matches!(part, Component::Normal(_))),
        );
        let mut name = target.into_os_string();
        name.push(".xmp");
        PathBuf::from(name)
    }
}
