//! Out to the files: what is written to them, what waits, and files moved on the person's word.

use std::path::PathBuf;

use crate::app::engine::Engine;
use crate::catalog::{FolderId, ItemId, Reader, Writes};
use crate::error::Result;
use crate::library::Settle;
use crate::library::filing::{self, Filed, Plan};

/// Waiting items whose names are shown.
const NAMED_MAX: usize = 200;

/// An item whose files do not say yet what the person said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    pub item: ItemId,
    pub path: PathBuf,
    /// Why it could not be written.
    pub problem: Option<String>,
    /// The person has to say what counts.
    pub is_conflict: bool,
}

/// What waits; what needs the person first.
pub(super) fn waiting(reader: &Reader) -> Result<Vec<Waiting>> {
    let mut all = reader.unsaved()?;
    all.sort_by_key(|unsaved| (!unsaved.is_conflict, unsaved.problem.is_none()));
    let mut waiting = Vec::with_capacity(all.len());
    for (n, unsaved) in all.into_iter().enumerate() {
        let path = if n < NAMED_MAX {
            let item = reader.item(unsaved.item)?;
            item.and_then(|item| item.path().map(ToOwned::to_owned))
        } else {
            None
        };
        waiting.push(Waiting {
            item: unsaved.item,
            path: path.unwrap_or_default(),
            problem: unsaved.problem,
            is_conflict: unsaved.is_conflict,
        });
    }
    Ok(waiting)
}

impl Engine {
    pub(super) fn set_writes(&mut self, folder: FolderId, writes: Writes) {
        let library = self.library.clone();
        self.errand("set-writes", move || {
            library.set_folder_writes(folder, writes).map(|()| None)
        });
    }

    pub(super) fn save_now(&mut self) {
        let library = self.library.clone();
        let words = self.state.words.clone();
        self.errand("save-now", move || {
            let done = library.save_now()?;
            Ok(Some(words.with(
                "toast-written",
                &[
                    ("n", done.written.into()),
                    ("left", (done.failed + done.conflicts).into()),
                ],
            )))
        });
    }

    pub(super) fn settle_conflict(&mut self, item: ItemId, how: Settle) {
        let library = self.library.clone();
        self.errand("settle", move || {
            library.settle_conflict(item, how)?;
            library.save_now().map(|_| None)
        });
    }

    pub(super) fn move_into(&mut self, items: Vec<ItemId>, folder: PathBuf) {
        self.file(items, "toast-moved", move |paths| {
            filing::plan_move(paths, &folder)
        });
    }

    pub(super) fn trash(&mut self, items: Vec<ItemId>) {
        self.file(items, "toast-trashed", |paths| {
            Ok(filing::plan_trash(paths))
        });
    }

    pub(super) fn take_back_filing(&mut self) {
        self.state.has_filed = false;
        let library = self.library.clone();
        let words = self.state.words.clone();
        self.errand("take-back", move || {
            let filed = library.take_back_filing(None)?;
            Ok(Some(said(&filed).unwrap_or_else(|| {
                words.with("toast-brought-back", &[("n", filed.files.into())])
            })))
        });
    }

    fn file(
        &mut self,
        items: Vec<ItemId>,
        toast: &'static str,
        plan: impl FnOnce(&[PathBuf]) -> Result<Plan> + Send + 'static,
    ) {
        self.state.has_filed = true;
        let library = self.library.clone();
        let words = self.state.words.clone();
        self.errand("file", move || {
            let found = library.catalog().reader()?.items(&items)?;
            let paths: Vec<PathBuf> = found
                .iter()
                .filter_map(|item| item.paths.first().filter(|path| !path.is_missing))
                .map(|path| path.path.clone())
                .collect();
            let filed = library.carry_out(&plan(&paths)?)?;
            Ok(Some(said(&filed).unwrap_or_else(|| {
                words.with(toast, &[("n", filed.files.into())])
            })))
        });
    }
}

/// The first thing that went wrong.
fn said(filed: &Filed) -> Option<String> {
    filed.failed.first().map(|(_, why)| why.clone())
}
