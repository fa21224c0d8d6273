//! Folders and files: dialogs, adding, packs, export, and showing a file in the system's file manager.

use std::path::PathBuf;

use crate::app::command::{Files, Set};
use crate::app::desk::{Answer, Post};
use crate::app::engine::{Engine, pack_infos};
use crate::app::words::{Language, Words};
use crate::catalog::ItemId;
use crate::error::{Error, Result};
use crate::jobs::Cancel;
use crate::library::{AfterAdd, Options};

impl Engine {
    pub(super) fn files(&mut self, files: Files) {
        match files {
            Files::ChooseFolders => {
                let dialog = rfd::AsyncFileDialog::new().pick_folders();
                self.dialog(async move {
                    let chosen = dialog.await?;
                    Some(Answer::ChosenFolders(
                        chosen.iter().map(|f| f.path().to_owned()).collect(),
                    ))
                });
            }
            Files::ChooseFiles => {
                let dialog = rfd::AsyncFileDialog::new().pick_files();
                self.dialog(async move {
                    let chosen = dialog.await?;
                    Some(Answer::ChosenFiles(
                        chosen.iter().map(|f| f.path().to_owned()).collect(),
                    ))
                });
            }
            Files::ChooseFilesFor(tag) => {
                let dialog = rfd::AsyncFileDialog::new().pick_files();
                self.dialog(async move {
                    let chosen = dialog.await?;
                    Some(Answer::ChosenFor(
                        tag,
                        chosen.iter().map(|f| f.path().to_owned()).collect(),
                    ))
                });
            }
            Files::ChooseModel => {
                let dialog = rfd::AsyncFileDialog::new()
                    .add_filter("Parlour model pack", &["zip"])
                    .pick_file();
                self.dialog(
                    async move { Some(Answer::ChosenModel(dialog.await?.path().to_owned())) },
                );
            }
            Files::Export => {
                let dialog = rfd::AsyncFileDialog::new().pick_folder();
                self.dialog(
                    async move { Some(Answer::ChosenExport(dialog.await?.path().to_owned())) },
                );
            }
            Files::Add(paths) => self.add(paths),
            Files::AddAndPlay(paths) => self.open_files(paths),
            Files::AddToCollection(paths, collection) => {
                let then = AfterAdd {
                    collection: Some(collection),
                    ..AfterAdd::default()
                };
                self.library.add_files(paths, then);
            }
            Files::AddOwnFolders => self.add_own_folders(),
            Files::AddDemo => {
                if let Some(demo) = self.state.demo.clone() {
                    self.add(vec![demo]);
                }
            }
            Files::RemoveFolder(folder) => {
                let library = self.library.clone();
                self.errand("remove-folder", move || {
                    library.remove_folder(folder).map(|()| None)
                });
            }
            Files::Rescan => self.library.rescan(),
            Files::StopScan => self.library.cancel_scan(),
            Files::PauseAnalysis(on) => {
                if on {
                    self.library.pause_analysis();
                } else {
                    self.library.resume_analysis();
                }
                self.state.is_analysis_paused = on;
            }
            Files::Reveal(item) => self.reveal(item),
            Files::AddModel(path) => self.add_model(path),
            Files::RemoveModel(id) => {
                let models = self.dirs.models();
                let text = self.state.words.text("toast-model-removed").to_string();
                self.errand("remove-model", move || {
                    crate::models::remove(&id, &models).map(|()| Some(text))
                });
            }
            Files::SetWrites(folder, writes) => self.set_writes(folder, writes),
            Files::SaveNow => self.save_now(),
            Files::Settle(item, how) => self.settle_conflict(item, how),
            Files::MoveTo(items) => {
                let dialog = rfd::AsyncFileDialog::new().pick_folder();
                self.dialog(async move {
                    Some(Answer::ChosenPlace(items, dialog.await?.path().to_owned()))
                });
            }
            Files::MoveInto(items, folder) => self.move_into(items, folder),
            Files::Trash(items) => self.trash(items),
            Files::TakeBackFiling => self.take_back_filing(),
            Files::ClearThumbnails => {
                let library = self.library.clone();
                let text = self.state.words.text("toast-cleared").to_string();
                self.errand("clear", move || {
                    library.clear_thumbnails().map(|()| Some(text))
                });
            }
        }
    }

    /// Runs something that waits on a thread of its own; a text is said when it is done, a problem always.
    pub(super) fn errand(
        &mut self,
        name: &'static str,
        body: impl FnOnce() -> Result<Option<String>> + Send + 'static,
    ) {
        let post = self.desk.post();
        let started =
            crate::jobs::spawn(name, move || match crate::jobs::guarded("do that", body) {
                Ok(Some(text)) => post.send(Answer::Said {
                    text,
                    is_problem: false,
                }),
                Ok(None) => {}
                Err(error) => post.send(Answer::Failed(error)),
            });
        if let Err(error) = started {
            self.problem(&error);
        }
    }

    /// Waits for a dialog beside the window. A dialog that is closed says nothing.
    pub(super) fn dialog(&mut self, dialog: impl Future<Output = Option<Answer>> + Send + 'static) {
        let post: Post = self.desk.post();
        let started = crate::jobs::spawn("dialog", move || {
            if let Some(answer) = pollster::block_on(dialog) {
                post.send(answer);
            }
        });
        if let Err(error) = started {
            self.problem(&error);
        }
    }

    /// Adds folders and files to the library.
    pub(super) fn add(&mut self, paths: Vec<PathBuf>) {
        if !paths.is_empty() {
            self.library.add_files(paths, AfterAdd::default());
        }
    }

    /// Files that were opened with Parlour: added, and played or shown.
    pub(super) fn open_files(&mut self, paths: Vec<PathBuf>) {
        let then = AfterAdd {
            play: true,
            ..AfterAdd::default()
        };
        self.library.add_files(paths, then);
    }

    fn add_own_folders(&mut self) {
        let own = directories::UserDirs::new();
        let folders: Vec<PathBuf> = own
            .iter()
            .flat_map(|dirs| [dirs.picture_dir(), dirs.audio_dir(), dirs.video_dir()])
            .flatten()
            .filter(|dir| dir.is_dir())
            .map(ToOwned::to_owned)
            .collect();
        if folders.is_empty() {
            let text = self.state.words.text("toast-no-own-folders").to_string();
            self.say(text, true);
        }
        self.add(folders);
    }

    fn reveal(&mut self, item: ItemId) {
        let folder = self.state.details.get(&item).and_then(|detail| {
            detail
                .item
                .path()
                .and_then(|path| path.parent().map(ToOwned::to_owned))
        });
        let Some(folder) = folder else {
            return;
        };
        let program = if cfg!(target_os = "macos") {
            "open"
        } else if cfg!(target_os = "windows") {
            "explorer"
        } else {
            "xdg-open"
        };
        self.errand("reveal", move || {
            std::process::Command::new(program)
                .arg(&folder)
                .stdout(std::process::Stdio::null())
                .stderr(std::process::Stdio::null())
                .status()
                .map(|_| None)
                .map_err(|e| Error::io("show the folder", &folder, &e))
        });
    }

    pub(super) fn add_model(&mut self, path: PathBuf) {
        let models = self.dirs.models();
        let text = self.state.words.text("toast-model-added").to_string();
        self.errand("add-model", move || {
            crate::models::add(&path, &models).map(|_| Some(text))
        });
        self.state.packs = pack_infos(&self.library);
    }

    pub(super) fn export(&mut self, path: PathBuf) {
        let library = self.library.clone();
        let words = self.state.words.clone();
        self.errand("export", move || {
            let done = crate::library::export::export(&library, &path, &Cancel::new())?;
            Ok(Some(
                words.with("toast-exported", &[("n", done.items.into())]),
            ))
        });
    }

    pub(super) fn set(&mut self, set: Set) {
        let settings = &mut self.state.settings;
        match set.clone() {
            Set::Theme(theme) => settings.theme = theme,
            Set::Novelty(novelty) => settings.novelty = novelty.clamp(0.0, 1.0),
            Set::Language(language) => {
                settings.language = language.map_or("auto", Language::tag).to_owned();
                let language = language.unwrap_or_else(Language::of_system);
                self.state.words = std::sync::Arc::new(Words::new(language));
            }
            Set::ReducedMotion(on) => settings.reduced_motion = on,
            Set::TextScale(scale) => settings.text_scale = scale.clamp(0.75, 2.0),
            Set::Analysis(on) => settings.analysis = on,
            Set::WatchFolders(on) => settings.watch_folders = on,
            Set::ThumbnailCap(bytes) => settings.thumbnail_cap_bytes = bytes,
            Set::TagKey(key, tag) => {
                let key = key.to_lowercase().to_string();
                match tag {
                    Some(tag) => {
                        settings.tag_keys.retain(|_, other| *other != tag);
                        settings.tag_keys.insert(key, tag);
                    }
                    None => {
                        settings.tag_keys.remove(&key);
                    }
                }
            }
        }
        if self.is_window {
            self.library
                .set_options(Options::window(&self.state.settings));
        }
        self.settings_changed();
        if matches!(set, Set::Novelty(_)) {
            self.outdate(|stale| stale.shelves = true);
        }
    }
}
