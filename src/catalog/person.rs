//! Carries out what a person did, as undoable steps.

use rusqlite::{Connection, params};

use super::change::{Change, Undo};
use super::codec::now_ms;
use super::fault::Outcome;
use super::model_tags::unpack_scores;
use super::tags::{self, PERSON, TagFields, key};
use super::types::{CollectionId, Flags, ItemId, TagId, TagState};
use super::undo::{self, Op, Steps, TagRow, item_marks, tag_row};
use super::{collections, history, said};
use crate::error::Error;

/// Carries out a change and writes it into the undo log.
pub(super) fn apply(conn: &Connection, change: &Change) -> Outcome<Undo> {
    let mut act = Act {
        steps: Steps::new(conn),
        made: None,
    };
    act.run(change)?;
    let collection = act.made;
    let (reverse, items) = act.steps.finish()?;
    let step = undo::record(conn, change, &reverse)?;
    Ok(Undo {
        step,
        items,
        collection,
    })
}

pub(super) struct Act<'a> {
    pub(super) steps: Steps<'a>,
    made: Option<CollectionId>,
}

impl Act<'_> {
    pub(super) fn conn(&self) -> &Connection {
        self.steps.conn
    }

    fn run(&mut self, change: &Change) -> Outcome<()> {
        match change {
            Change::AddTag { items, tag } => self.add_tag(items, tag),
            Change::RemoveTag { items, tag } => self.remove_tag(items, tag),
            Change::RejectTag { items, tag } => self.reject_tag(items, tag),
            Change::ConfirmTag { items, tag } => {
                let tag = tags::find_existing(self.conn(), tag)?;
                self.confirm(items, tag)
            }
            Change::CreateTag { name } => self.create_tag(name).map(drop),
            Change::RenameTag { from, to } => self.rename_tag(from, to),
            Change::MergeTags { from, into } => {
                let from = tags::find_existing(self.conn(), from)?;
                let into = tags::find_existing(self.conn(), into)?;
                self.merge_tags(from, into)
            }
            Change::DeleteTag { name } => self.delete_tag(name),
            Change::ColourTag { name, colour } => self.colour_tag(name, colour.as_deref()),
            Change::NameTag {
                tag,
                language,
                name,
                on,
            } => self.name_tag(tag, language, name, *on),
            Change::DetachName { tag, name, on } => self.detach_name(tag, name, *on),
            Change::DetachTag { name } => self.detach_tag(name),
            Change::TakeBack { step } => undo::alone(self.conn(), *step)?
                .into_iter()
                .try_for_each(|op| self.steps.put(op)),
            Change::Rate { items, rating } => {
                let rating = (*rating).min(5);
                self.mark(items, |(_, _, flags)| (rating, 2, flags))
            }
            Change::Favourite { items, on } => self.flag(items, Flags::FAVOURITE, *on),
            Change::Hide { items, on } => self.flag(items, Flags::HIDDEN, *on),
            Change::Retitle(titles) => self.say(titles, |said, title| {
                let title = title.as_deref().map(str::trim);
                said.title = title
                    .filter(|title| !title.is_empty())
                    .map(|title| title.chars().take(said::MAX_TITLE_CHARS).collect());
            }),
            Change::Redate(dates) => self.say(dates, |said, date| said.date_ms = *date),
            Change::Locate(places) => self.say(places, |said, place| {
                said.place = place.filter(|(north, east)| {
                    (-90.0..=90.0).contains(north) && (-180.0..=180.0).contains(east)
                });
            }),
            Change::CreateCollection { name, query } => {
                check_query(query.as_deref())?;
                let id = collections::next_id(self.conn())?;
                let row = (collections::clean_name(name)?, query.clone(), now_ms());
                self.made = Some(id);
                self.steps.put(Op::Collection { id, row: Some(row) })
            }
            Change::RenameCollection { id, name } => {
                let (_, query, at_ms) = collections::existing(self.conn(), *id)?;
                let row = (collections::clean_name(name)?, query, at_ms);
                self.steps.put(Op::Collection {
                    id: *id,
                    row: Some(row),
                })
            }
            Change::SetCollectionQuery { id, query } => {
                check_query(query.as_deref())?;
                let (name, _, at_ms) = collections::existing(self.conn(), *id)?;
                self.steps.put(Op::Collection {
                    id: *id,
                    row: Some((name, query.clone(), at_ms)),
                })
            }
            Change::DeleteCollection { id } => {
                collections::existing(self.conn(), *id)?;
                self.steps.put(Op::Members {
                    id: *id,
                    items: Vec::new(),
                })?;
                self.steps.put(Op::Collection { id: *id, row: None })
            }
            Change::AddToCollection { id, items, at } => self.add_to_collection(*id, items, *at),
            Change::RemoveFromCollection { id, items } => {
                collections::existing(self.conn(), *id)?;
                let mut left = collections::members(self.conn(), *id)?;
                left.retain(|item| !items.contains(item));
                self.steps.put(Op::Members {
                    id: *id,
                    items: left,
                })
            }
            Change::RecordEvents(events) => history::record(self.conn(), events).map(drop),
            Change::Judge(events) => {
                let ids = history::record(self.conn(), events)?;
                self.steps.done(Op::Forget(ids));
                Ok(())
            }
            Change::ForgetHistory {
                from_ms,
                to_ms,
                profile,
            } => {
                let ids = history::ids_between(self.conn(), *from_ms, *to_ms, *profile)?;
                self.steps.put(Op::Forget(ids))
            }
            Change::StrikeReason { key } => self.steps.put(Op::Struck {
                key: key.clone(),
                at_ms: Some(now_ms()),
            }),
            Change::UnstrikeReason { key } => self.steps.put(Op::Struck {
                key: key.clone(),
                at_ms: None,
            }),
            Change::Several(changes) => changes.iter().try_for_each(|change| self.run(change)),
        }
    }

    fn create_tag(&mut self, name: &str) -> Outcome<TagId> {
        let (new, id) = tags::missing_levels(self.conn(), name)?;
        for (id, row) in new {
            self.put_tag(id, row)?;
        }
        Ok(id)
    }

    pub(super) fn put_tag(&mut self, id: TagId, row: TagFields) -> Outcome<()> {
        self.steps.put(Op::Tag {
            id,
            row: Some(Box::new(row)),
        })
    }

    fn add_tag(&mut self, items: &[ItemId], tag: &str) -> Outcome<()> {
        let tag = self.create_tag(tag)?;
        self.confirm(items, tag)
    }

    fn confirm(&mut self, items: &[ItemId], tag: TagId) -> Outcome<()> {
        let confirmed = TagState::Confirmed.code();
        self.on_each(items, tag, |_, old| match old {
            Some((PERSON, state, _, _)) if state == confirmed => Ok(old),
            _ => Ok(Some((PERSON, confirmed, 1.0, now_ms()))),
        })
    }

    fn reject_tag(&mut self, items: &[ItemId], tag: &str) -> Outcome<()> {
        let tag = tags::find_existing(self.conn(), tag)?;
        self.on_each(items, tag, |_, old| Ok(Some(rejected(old))))
    }

    fn remove_tag(&mut self, items: &[ItemId], tag: &str) -> Outcome<()> {
        let tag = tags::find_existing(self.conn(), tag)?;
        self.on_each(items, tag, |conn, old| match old {
            None => Ok(None),
            Some(row) if row.1 == TagState::Rejected.code() => Ok(old),
            Some((PERSON, ..)) if !conn.1 => Ok(None),
            Some(_) => Ok(Some(rejected(old))),
        })
    }

    /// Puts a row of `tag` on each item, from the row that is there and from whether a model says so too.
    fn on_each(
        &mut self,
        items: &[ItemId],
        tag: TagId,
        row: impl Fn((&Connection, bool), Option<TagRow>) -> Outcome<Option<TagRow>>,
    ) -> Outcome<()> {
        let mut rows = Vec::with_capacity(items.len());
        for item in items {
            let item = super::items::resolve(self.conn(), *item)?;
            if item_marks(self.conn(), item)?.is_none() {
                return Err(unknown_item(item).into());
            }
            let old = tag_row(self.conn(), item, tag)?;
            let by_model = old.is_some() && model_says(self.conn(), item, tag)?;
            rows.push((item, row((self.conn(), by_model), old)?));
        }
        self.steps.put(Op::ItemTags { tag, rows })
    }

    fn rename_tag(&mut self, from: &str, to: &str) -> Outcome<()> {
        let refused = |why: &str| Error::Name {
            name: to.to_owned(),
            why: why.to_owned(),
        };
        let id = tags::find_existing(self.conn(), from)?;
        let Some(old) = tags::fields(self.conn(), id)? else {
            return Ok(());
        };
        let mut levels = tags::levels(to)?;
        let name = levels.pop().unwrap_or_default();
        let parent = if levels.is_empty() {
            old.parent
        } else {
            Some(self.create_tag(&levels.join("/"))?)
        };
        let above = match parent {
            Some(parent) => tags::fields(self.conn(), parent)?,
            None => None,
        };
        if above.as_ref().is_some_and(|above| {
            above.key == old.key || above.key.starts_with(&format!("{}/", old.key))
        }) {
            return Err(refused("a tag cannot belong under itself").into());
        }
        let path = above.map_or_else(
            || key(&name),
            |above| format!("{}/{}", above.key, key(&name)),
        );
        if path != old.key && is_taken(self.conn(), &path)? {
            return Err(
                refused("there is a tag with this name already; merge the two instead").into(),
            );
        }
        self.put_tag(
            id,
            TagFields {
                name,
                key: path,
                parent,
                is_renamed: true,
                ..old
            },
        )?;
        self.rekey_children(id)
    }

    /// Makes the full paths below a tag follow it.
    pub(super) fn rekey_children(&mut self, id: TagId) -> Outcome<()> {
        let Some(above) = tags::fields(self.conn(), id)? else {
            return Ok(());
        };
        for child in tags::children(self.conn(), id)? {
            let Some(row) = tags::fields(self.conn(), child)? else {
                continue;
            };
            let path = format!("{}/{}", above.key, key(&row.name));
            if row.key != path && !row.is_deleted {
                let path = tags::free_key(self.conn(), &path)?;
                self.put_tag(child, TagFields { key: path, ..row })?;
                self.rekey_children(child)?;
            }
        }
        Ok(())
    }

    fn merge_tags(&mut self, from: TagId, into: TagId) -> Outcome<()> {
        let (Some(gone), Some(stays)) = (
            tags::fields(self.conn(), from)?,
            tags::fields(self.conn(), into)?,
        ) else {
            return Ok(());
        };
        if from == into || stays.key.starts_with(&format!("{}/", gone.key)) {
            let why = "a tag cannot be merged into itself or a tag below it".to_owned();
            return Err(Error::Name {
                name: gone.name,
                why,
            }
            .into());
        }
        let (mut moved, mut cleared) = (Vec::new(), Vec::new());
        for (item, row) in rows_of(self.conn(), from)? {
            let other = tag_row(self.conn(), item, into)?;
            // A person beats a file beats a model; of equals, the tag that stays.
            if other.is_none_or(|other| row.0 < other.0) {
                moved.push((item, Some(row)));
            }
            cleared.push((item, None));
        }
        self.steps.put(Op::ItemTags {
            tag: into,
            rows: moved,
        })?;
        self.steps.put(Op::ItemTags {
            tag: from,
            rows: cleared,
        })?;
        for child in tags::children(self.conn(), from)? {
            let Some(row) = tags::fields(self.conn(), child)?.filter(|row| !row.is_deleted) else {
                continue;
            };
            let path = format!("{}/{}", stays.key, key(&row.name));
            match live_of_key(self.conn(), &path)? {
                Some(twin) => self.merge_tags(child, twin)?,
                None => {
                    self.put_tag(
                        child,
                        TagFields {
                            key: path,
                            parent: Some(into),
                            ..row
                        },
                    )?;
                    self.rekey_children(child)?;
                }
            }
        }
        self.bury(from, gone, Some(into))
    }

    fn delete_tag(&mut self, name: &str) -> Outcome<()> {
        let id = tags::find_existing(self.conn(), name)?;
        let Some(row) = tags::fields(self.conn(), id)? else {
            return Ok(());
        };
        let rows = rows_of(self.conn(), id)?
            .into_iter()
            .map(|(item, _)| (item, None))
            .collect();
        self.steps.put(Op::ItemTags { tag: id, rows })?;
        let above = match row.parent {
            Some(parent) => tags::fields(self.conn(), parent)?.map(|above| above.key),
            None => None,
        };
        let parent = row.parent;
        self.bury(id, row, None)?;
        // The tags below move up.
        for child in tags::children(self.conn(), id)? {
            let Some(row) = tags::fields(self.conn(), child)?.filter(|row| !row.is_deleted) else {
                continue;
            };
            let own = key(&row.name);
            let path = above
                .as_ref()
                .map_or_else(|| own.clone(), |above| format!("{above}/{own}"));
            let path = tags::free_key(self.conn(), &path)?;
            self.put_tag(
                child,
                TagFields {
                    key: path,
                    parent,
                    ..row
                },
            )?;
            self.rekey_children(child)?;
        }
        Ok(())
    }

    /// Leaves a tag as a stone that keeps models from bringing it back, and frees its name.
    pub(super) fn bury(
        &mut self,
        id: TagId,
        row: TagFields,
        merged_into: Option<TagId>,
    ) -> Outcome<()> {
        let key = format!("\u{1}{id}");
        self.put_tag(
            id,
            TagFields {
                key,
                is_deleted: true,
                merged_into,
                parent: None,
                ..row
            },
        )
    }

    fn colour_tag(&mut self, name: &str, colour: Option<&str>) -> Outcome<()> {
        let is_colour = |text: &str| {
            text.strip_prefix('#')
                .is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit()))
        };
        if let Some(colour) = colour.filter(|colour| !is_colour(colour)) {
            let why = "a colour is # and six hexadecimal digits".to_owned();
            return Err(Error::Name {
                name: colour.to_owned(),
                why,
            }
            .into());
        }
        let id = tags::find_existing(self.conn(), name)?;
        match tags::fields(self.conn(), id)? {
            Some(row) if row.colour.as_deref() != colour => self.put_tag(
                id,
                TagFields {
                    colour: colour.map(str::to_owned),
                    ..row
                },
            ),
            _ => Ok(()),
        }
    }

    fn mark(
        &mut self,
        items: &[ItemId],
        new: impl Fn((u8, i64, u8)) -> (u8, i64, u8),
    ) -> Outcome<()> {
        let mut rows = Vec::with_capacity(items.len());
        for item in items {
            let item = super::items::resolve(self.conn(), *item)?;
            let old = item_marks(self.conn(), item)?.ok_or_else(|| unknown_item(item))?;
            rows.push((item, new(old)));
        }
        self.steps.put(Op::Marks(rows))
    }

    fn say<T>(
        &mut self,
        words: &[(ItemId, T)],
        change: impl Fn(&mut said::SaidRow, &T),
    ) -> Outcome<()> {
        let mut rows = Vec::with_capacity(words.len());
        for (item, word) in words {
            let item = super::items::resolve(self.conn(), *item)?;
            item_marks(self.conn(), item)?.ok_or_else(|| unknown_item(item))?;
            let mut row = said::row(self.conn(), item)?;
            change(&mut row, word);
            rows.push((item, row));
        }
        self.steps.put(Op::Said(rows))
    }

    fn flag(&mut self, items: &[ItemId], flag: Flags, on: bool) -> Outcome<()> {
        self.mark(items, |(rating, by, flags)| {
            (rating, by, Flags(flags).with(flag, on).0)
        })
    }

    fn add_to_collection(
        &mut self,
        id: CollectionId,
        items: &[ItemId],
        at: Option<usize>,
    ) -> Outcome<()> {
        let (name, query, _) = collections::existing(self.conn(), id)?;
        if query.is_some() {
            let why = "it fills itself by a search; nothing can be put into it".to_owned();
            return Err(Error::Name { name, why }.into());
        }
        let mut all = collections::members(self.conn(), id)?;
        let at = at.unwrap_or(all.len()).min(all.len());
        // Items that are in it already move: those before the place make room for it to stay the same place.
        let before = all
            .iter()
            .take(at)
            .filter(|item| items.contains(item))
            .count();
        all.retain(|item| !items.contains(item));
        all.splice(at - before..at - before, items.iter().copied());
        self.steps.put(Op::Members { id, items: all })
    }
}

fn rejected(old: Option<TagRow>) -> TagRow {
    match old {
        Some(row) if row.0 == PERSON && row.1 == TagState::Rejected.code() => row,
        Some((_, _, score, _)) => (PERSON, TagState::Rejected.code(), score, now_ms()),
        None => (PERSON, TagState::Rejected.code(), 0.0, now_ms()),
    }
}

fn unknown_item(item: ItemId) -> Error {
    Error::NotFound {
        what: "item",
        name: item.to_string(),
    }
}

/// Whether any model gave the item this tag.
fn model_says(conn: &Connection, item: ItemId, tag: TagId) -> Outcome<bool> {
    let mut statement = conn.prepare_cached("SELECT scores FROM tagging WHERE item = ?1")?;
    let mut rows = statement.query([item])?;
    while let Some(row) = rows.next()? {
        let scores = unpack_scores(row.get_ref(0)?.as_blob().unwrap_or_default());
        if scores.iter().any(|(id, _, _)| *id == tag) {
            return Ok(true);
        }
    }
    Ok(false)
}

pub(super) fn rows_of(conn: &Connection, tag: TagId) -> Outcome<Vec<(ItemId, TagRow)>> {
    let mut statement = conn
        .prepare_cached("SELECT item, source, state, score, at_ms FROM item_tag WHERE tag = ?1")?;
    let rows = statement.query_map([tag], |row| {
        Ok((
            row.get(0)?,
            (row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?),
        ))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn is_taken(conn: &Connection, path: &str) -> Outcome<bool> {
    Ok(conn.query_row(
        "SELECT EXISTS (SELECT 1 FROM tag WHERE key = ?1)",
        params![path],
        |row| row.get(0),
    )?)
}

fn live_of_key(conn: &Connection, path: &str) -> Outcome<Option<TagId>> {
    use rusqlite::OptionalExtension;
    Ok(conn
        .query_row(
            "SELECT id FROM tag WHERE key = ?1 AND is_deleted = 0",
            params![path],
            |row| row.get(0),
        )
        .optional()?)
}

fn check_query(query: Option<&str>) -> Outcome<()> {
    if let Some(query) = query {
        super::search::parse(query)?;
    }
    Ok(())
}
