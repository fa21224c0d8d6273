//! Where data, cache and settings live. Injectable, so that tests, portable mode and `--library` can choose.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// The folders Parlour writes to. Nothing else on the machine is ever written without being asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dirs {
    /// Catalogue, backups, added model packs, settings. Precious.
    pub data: PathBuf,
    /// Thumbnails, waveforms. May be deleted at any time.
    pub cache: PathBuf,
}

impl Dirs {
    /// The user's own folders (XDG on Linux, `AppData` on Windows, `Library` on macOS).
    ///
    /// # Errors
    /// When the system tells no home folder.
    pub fn user() -> Result<Self> {
        let project =
            directories::ProjectDirs::from("app", "parlour", "Parlour").ok_or_else(|| {
                Error::NotFound {
                    what: "home folder",
                    name: "of the current user".to_owned(),
                }
            })?;
        Ok(Self {
            data: project.data_dir().to_owned(),
            cache: project.cache_dir().to_owned(),
        })
    }

    /// Everything under one folder: `--library DIR`, portable mode, tests.
    pub fn under(root: &Path) -> Self {
        Self {
            data: root.to_owned(),
            cache: root.join("cache"),
        }
    }

    /// Creates the folders.
    ///
    /// # Errors
    /// When one cannot be created, named in the error.
    pub fn create(&self) -> Result<()> {
        for dir in [&self.data, &self.cache] {
            std::fs::create_dir_all(dir).map_err(|e| Error::io("create the folder", dir, &e))?;
        }
        Ok(())
    }

    /// The catalogue file.
    pub fn catalog(&self) -> PathBuf {
        self.data.join("catalog.sqlite")
    }

    /// Dated copies of the catalogue.
    pub fn backups(&self) -> PathBuf {
        self.data.join("backups")
    }

    /// Model packs that the person added.
    pub fn models(&self) -> PathBuf {
        self.data.join("models")
    }

    /// The settings file.
    pub fn settings(&self) -> PathBuf {
        self.data.join("settings.toml")
    }

    /// Requests of further instances for the one that holds the library.
    pub fn inbox(&self) -> PathBuf {
        self.data.join("inbox")
    }

    /// Thumbnail files.
    pub fn thumbnails(&self) -> PathBuf {
        self.cache.join("thumbnails")
    }
}
