//! Takes an export in: items are found again by content, then by path, then by the end of the path.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::event::LibraryEvent;
use super::export::{Export, ExportedCollection, ExportedEvent, ExportedItem, FORMAT, VERSION};
use super::{Library, path_text};
use crate::catalog::{
    Change, CollectionId, EventKind, Item, ItemId, NewEvent, ProfileId, Reader, TagId, TagState,
};
use crate::error::{Error, Result, one_line};
use crate::jobs::{Activity, Cancel, Progress};

/// A larger file is no export.
const MAX_FILE_BYTES: u64 = 1 << 30;
/// Events written at once.
const EVENTS_BATCH: usize = 500;

/// What was taken in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ImportSummary {
    /// Items of the export that were found in this library.
    pub found: u64,
    /// Items of the export that are not here; add their folders and import again.
    pub not_found: u64,
    /// Paths of some of those, as in the export.
    pub missing_paths: Vec<PathBuf>,
    /// Tags put on or rejected, ratings and marks that were not so before.
    pub changes: u64,
    /// Collections made or added to.
    pub collections: u64,
    /// Events that were not in the history.
    pub events: u64,
}

/// Reads an export (`parlour.json`, or the folder it lies in) into the library. What is here already stays; where both
/// say something of the same, the export counts. Importing twice changes nothing more. Blocks: for a worker.
///
/// # Errors
/// [`Error::Malformed`] when it is no export, or one of a newer Parlour; then nothing was changed.
pub fn import(library: &Library, file: &Path, cancel: &Cancel) -> Result<ImportSummary> {
    let result = read(file).and_then(|export| take(library, &export, cancel));
    let outbox = &library.inner.outbox;
    outbox.send(LibraryEvent::ItemsChanged(Vec::new()));
    outbox.send(LibraryEvent::Finished(Activity::Import));
    result
}

fn read(file: &Path) -> Result<Export> {
    let file = if file.is_dir() {
        file.join(super::export::FILE_NAME)
    } else {
        file.to_owned()
    };
    let malformed = |why: String| Error::Malformed {
        what: "export",
        why,
        path: file.clone(),
    };
    let failed = |error: std::io::Error| Error::io("read the export", &file, &error);
    let len = std::fs::metadata(&file).map_err(failed)?.len();
    if len > MAX_FILE_BYTES {
        return Err(malformed("it is too large".to_owned()));
    }
    let bytes = std::fs::read(&file).map_err(failed)?;
    let export: Export =
        serde_json::from_slice(&bytes).map_err(|error| malformed(one_line(&error.to_string())))?;
    if export.format != FORMAT {
        return Err(malformed("it is not an export of Parlour".to_owned()));
    }
    if export.version > VERSION {
        return Err(malformed(
            "it was written by a newer version of Parlour".to_owned(),
        ));
    }
    Ok(export)
}

fn take(library: &Library, export: &Export, cancel: &Cancel) -> Result<ImportSummary> {
    let reader = library.catalog().reader()?;
    let mut summary = ImportSummary::default();
    let mut progress = Progress::start(
        Activity::Import,
        Some(export.items.len() as u64),
        super::now_ms(),
    );
    let mut finder = Finder::new(&reader);
    let mut here: Vec<Option<ItemId>> = Vec::with_capacity(export.items.len());
    let mut wishes = Wishes::default();
    let tag_paths = reader
        .tags()?
        .into_iter()
        .map(|tag| (tag.id, tag.path))
        .collect();
    for exported in &export.items {
        cancel.check()?;
        let found = finder.find(exported)?;
        match &found {
            Some(item) => {
                summary.found += 1;
                wishes.compare(&reader, &tag_paths, item, exported)?;
            }
            None => {
                summary.not_found += 1;
                if summary.missing_paths.len() < 100 {
                    let path = exported
                        .paths
                        .first()
                        .and_then(|path| path_text::decode(path));
                    summary.missing_paths.extend(path);
                }
            }
        }
        here.push(found.map(|item| item.id));
        progress.done += 1;
        if progress.done.is_multiple_of(200) {
            progress.current.clone_from(&exported.title);
            library
                .inner
                .outbox
                .send(LibraryEvent::Progress(progress.clone()));
        }
    }
    summary.changes = wishes.count;
    let mut changes = tag_changes(&reader, export)?;
    changes.extend(wishes.into_changes());
    changes.extend(strikes(&reader, export)?);
    if !changes.is_empty() {
        library.catalog().person(Change::Several(changes))?;
    }
    for collection in &export.collections {
        summary.collections += u64::from(take_collection(library, &reader, collection, &here)?);
    }
    summary.events = take_events(library, &reader, export, &here)?;
    Ok(summary)
}

/// Finds items of an export in this library.
struct Finder<'a> {
    reader: &'a Reader,
    /// Items by the last name of their paths, read when first needed.
    by_name: Option<HashMap<OsString, Vec<(PathBuf, ItemId, u64)>>>,
}

impl<'a> Finder<'a> {
    fn new(reader: &'a Reader) -> Self {
        Self {
            reader,
            by_name: None,
        }
    }

    fn find(&mut self, exported: &ExportedItem) -> Result<Option<Item>> {
        let hash = exported
            .hash
            .as_deref()
            .and_then(|hex| blake3::Hash::from_hex(hex).ok());
        if let Some(hash) = hash
            && let Some(id) = self.reader.item_by_hash(hash.as_bytes())?
        {
            return self.reader.item(id);
        }
        // Tagged anew by another program meanwhile: the sound or the picture is the same.
        let essence = exported
            .essence
            .as_deref()
            .and_then(|hex| blake3::Hash::from_hex(hex).ok());
        if let Some(essence) = essence
            && let Some(id) = self.reader.item_by_essence(essence.as_bytes())?
        {
            return self.reader.item(id);
        }
        let paths: Vec<PathBuf> = exported
            .paths
            .iter()
            .filter_map(|path| path_text::decode(path))
            .collect();
        for path in &paths {
            if let Some(id) = self.reader.item_by_path(path)? {
                return self.reader.item(id);
            }
        }
        for path in &paths {
            if let Some(id) = self.by_suffix(path, exported.size_bytes)? {
                return self.reader.item(id);
            }
        }
        Ok(None)
    }

    /// The one item whose path shares the most last names; of the same size, unless two names or more agree.
    fn by_suffix(&mut self, path: &Path, size_bytes: u64) -> Result<Option<ItemId>> {
        let Some(name) = path.file_name() else {
            return Ok(None);
        };
        let by_name = match &mut self.by_name {
            Some(by_name) => by_name,
            None => self.by_name.insert(all_by_name(self.reader)?),
        };
        let mut best: Option<(usize, ItemId)> = None;
        let mut is_tied = false;
        for (candidate, item, size) in by_name.get(name).map_or(&[][..], Vec::as_slice) {
            let shared = shared_names(path, candidate);
            if shared < 2 && *size != size_bytes {
                continue;
            }
            match best {
                Some((most, other)) if shared == most && other != *item => is_tied = true,
                Some((most, _)) if shared <= most => {}
                _ => (best, is_tied) = (Some((shared, *item)), false),
            }
        }
        Ok(best.filter(|_| !is_tied).map(|(_, item)| item))
    }
}

type ByName = HashMap<OsString, Vec<(PathBuf, ItemId, u64)>>;

fn all_by_name(reader: &Reader) -> Result<ByName> {
    let mut files = reader.loose_files()?;
    for folder in reader.folders()? {
        files.extend(reader.files_of(folder.id)?);
    }
    let mut by_name = ByName::new();
    for file in files {
        if let Some(name) = file.path.file_name() {
            by_name.entry(name.to_owned()).or_default().push((
                file.path.clone(),
                file.item,
                file.size_bytes,
            ));
        }
    }
    Ok(by_name)
}

/// How many last names two paths share.
fn shared_names(a: &Path, b: &Path) -> usize {
    a.components()
        .rev()
        .zip(b.components().rev())
        .take_while(|(a, b)| a == b)
        .count()
}

/// What has to be changed so that the items are as the export says.
#[derive(Default)]
struct Wishes {
    tags: BTreeMap<String, Vec<ItemId>>,
    rejected: BTreeMap<String, Vec<ItemId>>,
    ratings: BTreeMap<u8, Vec<ItemId>>,
    favourites: Vec<ItemId>,
    hidden: Vec<ItemId>,
    titles: Vec<(ItemId, Option<String>)>,
    dates: Vec<(ItemId, Option<i64>)>,
    places: Vec<(ItemId, Option<(f64, f64)>)>,
    count: u64,
}

impl Wishes {
    fn compare(
        &mut self,
        reader: &Reader,
        tag_paths: &HashMap<TagId, String>,
        item: &Item,
        exported: &ExportedItem,
    ) -> Result<()> {
        let has = reader.tags_of(item.id)?;
        let is_so = |name: &str, state: TagState| {
            has.iter().any(|tag| {
                tag.state == state && tag_paths.get(&tag.tag).is_some_and(|path| path == name)
            })
        };
        for (names, state) in [
            (&exported.tags, TagState::Confirmed),
            (&exported.rejected_tags, TagState::Rejected),
        ] {
            for name in names.iter().filter(|name| !is_so(name, state)) {
                // Not every text can be a tag.
                if matches!(reader.find_tag(name), Err(Error::Name { .. })) {
                    continue;
                }
                let wished = match state {
                    TagState::Rejected => &mut self.rejected,
                    _ => &mut self.tags,
                };
                wished.entry(name.clone()).or_default().push(item.id);
                self.count += 1;
            }
        }
        let rating = exported.rating.min(5);
        if rating > 0 && rating != item.rating {
            self.ratings.entry(rating).or_default().push(item.id);
            self.count += 1;
        }
        let outward = reader.outward(item.id)?;
        let said = outward.map(|said| (said.title, said.date_ms, said.place));
        let (title, date_ms, place) = said.unwrap_or_default();
        if exported.said_title.is_some() && exported.said_title != title {
            self.titles.push((item.id, exported.said_title.clone()));
            self.count += 1;
        }
        if exported.said_date_ms.is_some() && exported.said_date_ms != date_ms {
            self.dates.push((item.id, exported.said_date_ms));
            self.count += 1;
        }
        if exported.said_place.is_some() && exported.said_place != place {
            self.places.push((item.id, exported.said_place));
            self.count += 1;
        }
        if exported.is_favourite && !item.is_favourite {
            self.favourites.push(item.id);
            self.count += 1;
        }
        if exported.is_hidden && !item.is_hidden {
            self.hidden.push(item.id);
            self.count += 1;
        }
        Ok(())
    }

    fn into_changes(self) -> Vec<Change> {
        let mut changes = Vec::new();
        changes.extend(
            self.tags
                .into_iter()
                .map(|(tag, items)| Change::AddTag { items, tag }),
        );
        let reject = |(tag, items)| Change::RejectTag { items, tag };
        changes.extend(self.rejected.into_iter().map(reject));
        let rate = |(rating, items)| Change::Rate { items, rating };
        changes.extend(self.ratings.into_iter().map(rate));
        if !self.favourites.is_empty() {
            changes.push(Change::Favourite {
                items: self.favourites,
                on: true,
            });
        }
        if !self.titles.is_empty() {
            changes.push(Change::Retitle(self.titles));
        }
        if !self.dates.is_empty() {
            changes.push(Change::Redate(self.dates));
        }
        if !self.places.is_empty() {
            changes.push(Change::Locate(self.places));
        }
        if !self.hidden.is_empty() {
            changes.push(Change::Hide {
                items: self.hidden,
                on: true,
            });
        }
        changes
    }
}

/// Makes the tags that are not here, parents first, and colours them.
fn tag_changes(reader: &Reader, export: &Export) -> Result<Vec<Change>> {
    let known: HashMap<TagId, Option<String>> = reader
        .tags()?
        .into_iter()
        .map(|tag| (tag.id, tag.colour))
        .collect();
    let mut wanted: BTreeMap<&str, Option<&String>> = BTreeMap::new();
    for item in &export.items {
        wanted.extend(
            item.tags
                .iter()
                .chain(&item.rejected_tags)
                .map(|name| (&**name, None)),
        );
    }
    wanted.extend(
        export
            .tags
            .iter()
            .map(|tag| (&*tag.name, tag.colour.as_ref())),
    );
    let mut changes = Vec::new();
    for (name, colour) in wanted {
        let here = match reader.find_tag(name) {
            Ok(here) => here,
            Err(Error::Name { .. }) => continue,
            Err(error) => return Err(error),
        };
        if here.is_none() {
            changes.push(Change::CreateTag {
                name: name.to_owned(),
            });
        }
        let is_coloured = here.is_some_and(|id| known.get(&id).and_then(Option::as_ref) == colour);
        if colour.is_some() && !is_coloured {
            changes.push(Change::ColourTag {
                name: name.to_owned(),
                colour: colour.cloned(),
            });
        }
    }
    Ok(changes)
}

fn strikes(reader: &Reader, export: &Export) -> Result<Vec<Change>> {
    let struck = reader.struck_reasons()?;
    Ok(export
        .struck_reasons
        .iter()
        .filter(|key| !struck.contains(*key))
        .map(|key| Change::StrikeReason { key: key.clone() })
        .collect())
}

/// Makes a collection, or adds to the one of the same name what it lacks. True when something changed.
fn take_collection(
    library: &Library,
    reader: &Reader,
    collection: &ExportedCollection,
    here: &[Option<ItemId>],
) -> Result<bool> {
    let known = reader
        .collections()?
        .into_iter()
        .find(|known| known.name == collection.name);
    let mut items: Vec<ItemId> = collection
        .items
        .iter()
        .filter_map(|place| *here.get(*place)?)
        .collect();
    let (id, is_new): (Option<CollectionId>, bool) = match known {
        Some(known) => {
            let has: HashSet<ItemId> = match known.query {
                Some(_) => return Ok(false),
                None => reader.collection_items(known.id)?.into_iter().collect(),
            };
            items.retain(|item| !has.contains(item));
            (Some(known.id), false)
        }
        None => {
            let name = collection.name.clone();
            let query = collection.query.clone();
            let made = library
                .catalog()
                .person(Change::CreateCollection { name, query })?;
            (made.collection, true)
        }
    };
    let Some(id) = id.filter(|_| !items.is_empty() && collection.query.is_none()) else {
        return Ok(is_new);
    };
    library.catalog().person(Change::AddToCollection {
        id,
        items,
        at: None,
    })?;
    Ok(true)
}

/// Adds the events that are not in the history yet.
fn take_events(
    library: &Library,
    reader: &Reader,
    export: &Export,
    here: &[Option<ItemId>],
) -> Result<u64> {
    let profiles = profiles(library, reader, export)?;
    type Key = (ProfileId, Option<ItemId>, EventKind, i64);
    let known: HashSet<Key> = reader
        .events(i64::MIN)?
        .into_iter()
        .map(|event| (event.profile, event.item, event.kind, event.at_ms))
        .collect();
    let new_event = |event: &ExportedEvent| {
        let item = match event.item {
            // What happened with an item that is not here cannot be told of it.
            Some(place) => Some((*here.get(place)?)?),
            None => None,
        };
        let profile = profiles
            .get(event.profile)
            .copied()
            .unwrap_or(ProfileId::FIRST);
        let is_new = !known.contains(&(profile, item, event.kind, event.at_ms));
        (is_new && event.value.is_finite()).then(|| NewEvent {
            profile,
            item,
            kind: event.kind,
            value: event.value,
            at_ms: event.at_ms,
            context: event.context.clone(),
        })
    };
    let events: Vec<NewEvent> = export.events.iter().filter_map(new_event).collect();
    for some in events.chunks(EVENTS_BATCH) {
        library
            .catalog()
            .person(Change::RecordEvents(some.to_vec()))?;
    }
    Ok(events.len() as u64)
}

/// The profiles of the export in this library, by name; the first is the first.
fn profiles(library: &Library, reader: &Reader, export: &Export) -> Result<Vec<ProfileId>> {
    let known = reader.profiles()?;
    export
        .profiles
        .iter()
        .enumerate()
        .map(|(n, name)| {
            if n == 0 {
                return Ok(ProfileId::FIRST);
            }
            match known.iter().find(|profile| profile.name == *name) {
                Some(profile) => Ok(profile.id),
                None => library.catalog().bulk(|bulk| bulk.add_profile(name)),
            }
        })
        .collect()
}
