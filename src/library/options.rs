//! The switches of a library.

use std::time::Duration;

use crate::settings::Settings;

/// How a library works. The window takes them from its settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Listen to further instances, and scan once at the start. Off for one command. Only looked at on opening.
    pub is_window: bool,
    /// Watch the folders, and look through all of them now and then.
    pub is_watching: bool,
    /// Run the models in the background.
    pub is_analysing: bool,
    /// Bytes of thumbnails on disk before the least recently used go.
    pub thumbnail_cap_bytes: u64,
    /// How long until all folders are looked through again, whatever watching says.
    pub rescan_every: Duration,
    /// Threads for reading, decoding and models.
    pub workers: usize,
}

impl Options {
    /// For a window with these settings.
    pub fn window(settings: &Settings) -> Self {
        Self {
            is_watching: settings.watch_folders,
            is_analysing: settings.analysis,
            thumbnail_cap_bytes: settings.thumbnail_cap_bytes,
            is_window: true,
            ..Self::headless()
        }
    }

    /// For one command: nothing happens that was not asked for.
    pub fn headless() -> Self {
        Self {
            is_window: false,
            is_watching: false,
            is_analysing: false,
            thumbnail_cap_bytes: super::DEFAULT_CAP_BYTES,
            rescan_every: Duration::from_mins(30),
            workers: crate::jobs::cores(),
        }
    }
}
