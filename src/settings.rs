//! Settings: one versioned TOML file, saved atomically; keys of other versions are kept.

use std::io::Write as _;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result, one_line};

/// The version this program writes.
const VERSION: i64 = 1;
/// A settings file is never larger than this.
const MAX_BYTES: u64 = 1 << 20;

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// As the desktop.
    #[default]
    System,
    Light,
    Dark,
}

/// What a person can set. Every field has a default, so that an older file stays readable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    version: i64,
    pub theme: Theme,
    /// `auto`, or a language tag.
    pub language: String,
    /// No motion.
    pub reduced_motion: bool,
    /// Size of everything, 1.0 is normal; 0.75 to 2.0.
    pub text_scale: f32,
    /// Height of the photo grid's rows, in points.
    pub grid_height: f32,
    /// Whether models look at new files in the background.
    pub analysis: bool,
    /// Whether folders are watched for changes.
    pub watch_folders: bool,
    /// Most bytes of thumbnails on disk.
    pub thumbnail_cap_bytes: u64,
    /// 0 to 1, as heard.
    pub volume: f32,
    /// Name of the sound device; none is the system's.
    pub device: Option<String>,
    /// Keys of shelves that are not to be shown.
    pub hidden_shelves: Vec<String>,
    /// Keys (a letter or a digit) that tag the selection.
    pub tag_keys: std::collections::BTreeMap<String, String>,
    /// Whether the inspector is open.
    pub is_inspector_open: bool,
    /// Suggestions: 0 familiar, 1 new.
    pub novelty: f32,
    /// The profile in use.
    pub profile: i64,
    /// What other versions wrote.
    #[serde(flatten)]
    other: toml::Table,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            version: VERSION,
            theme: Theme::System,
            language: "auto".to_owned(),
            reduced_motion: false,
            text_scale: 1.0,
            grid_height: 190.0,
            analysis: true,
            watch_folders: true,
            thumbnail_cap_bytes: 2 << 30,
            volume: 0.8,
            device: None,
            hidden_shelves: Vec::new(),
            tag_keys: std::collections::BTreeMap::new(),
            is_inspector_open: false,
            novelty: 0.5,
            profile: 1,
            other: toml::Table::new(),
        }
    }
}

impl Settings {
    /// Reads the file. A missing one gives the defaults; a broken one too, is set aside beside itself as
    /// `settings.toml.broken`, and the error says so.
    pub fn load(path: &Path) -> (Self, Option<Error>) {
        let text = match read(path) {
            Ok(Some(text)) => text,
            Ok(None) => return (Self::default(), None),
            Err(error) => return (Self::default(), Some(error)),
        };
        match toml::from_str::<Self>(&text) {
            Ok(settings) => (settings.bounded(), None),
            Err(error) => {
                let aside = path.with_extension("toml.broken");
                let why = match std::fs::rename(path, &aside) {
                    Ok(()) => format!(
                        "{}; it was set aside as {}",
                        one_line(error.message()),
                        aside.display()
                    ),
                    Err(_) => one_line(error.message()),
                };
                let error = Error::Malformed {
                    what: "settings file",
                    why,
                    path: path.to_owned(),
                };
                (Self::default(), Some(error))
            }
        }
    }

    /// Saves atomically: the old file stays whole until the new one is on disk.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn save(&self, path: &Path) -> Result<()> {
        let failed = |e: &std::io::Error| Error::io("save the settings", path, e);
        let text = toml::to_string_pretty(self).map_err(|e| Error::Internal {
            action: "write the settings",
            why: one_line(&e.to_string()),
        })?;
        let dir = path.parent().unwrap_or(Path::new("."));
        let mut file = tempfile::NamedTempFile::new_in(dir).map_err(|e| failed(&e))?;
        file.write_all(text.as_bytes()).map_err(|e| failed(&e))?;
        file.as_file().sync_all().map_err(|e| failed(&e))?;
        file.persist(path).map_err(|e| failed(&e.error))?;
        Ok(())
    }

    /// With every number inside its range.
    fn bounded(mut self) -> Self {
        let within = |value: f32, low: f32, high: f32, normal: f32| {
            if value.is_finite() {
                value.clamp(low, high)
            } else {
                normal
            }
        };
        self.version = VERSION;
        self.text_scale = within(self.text_scale, 0.75, 2.0, 1.0);
        self.grid_height = within(self.grid_height, 80.0, 640.0, 190.0);
        self.novelty = within(self.novelty, 0.0, 1.0, 0.5);
        self.volume = within(self.volume, 0.0, 1.0, 0.8);
        self.thumbnail_cap_bytes = self.thumbnail_cap_bytes.clamp(16 << 20, 1 << 40);
        self
    }
}

fn read(path: &Path) -> Result<Option<String>> {
    let failed = |e: &std::io::Error| Error::io("read the settings", path, e);
    match std::fs::metadata(path) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(failed(&e)),
        Ok(meta) if meta.len() > MAX_BYTES => {
            return Err(Error::TooLarge {
                what: "settings file",
                found: format!("{} bytes", meta.len()),
                limit: format!("{MAX_BYTES} bytes"),
                path: path.to_owned(),
            });
        }
        Ok(_) => {}
    }
    std::fs::read_to_string(path)
        .map(Some)
        .map_err(|e| failed(&e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_saved_is_read_and_foreign_keys_stay() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("settings.toml");
        std::fs::write(
            &path,
            "theme = \"dark\"\nfrom_the_future = 3\nvolume = 7.0\n",
        )
        .unwrap();
        let (mut settings, problem) = Settings::load(&path);
        assert_eq!(problem, None);
        assert_eq!(settings.theme, Theme::Dark);
        assert_eq!(settings.volume, 1.0);
        settings.language = "zh-CN".to_owned();
        settings.save(&path).unwrap();
        assert!(
            std::fs::read_to_string(&path)
                .unwrap()
                .contains("from_the_future = 3")
        );
        assert_eq!(Settings::load(&path).0, settings);
    }

    #[test]
    fn a_broken_file_is_set_aside_and_said_so() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("settings.toml");
        std::fs::write(&path, "theme = [[[").unwrap();
        let (settings, problem) = Settings::load(&path);
        assert_eq!(settings, Settings::default());
        assert!(problem.unwrap().to_string().contains("set aside"));
        assert!(dir.path().join("settings.toml.broken").exists());
    }

    #[test]
    fn a_missing_file_is_no_problem() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(
            Settings::load(&dir.path().join("none.toml")),
            (Settings::default(), None)
        );
    }
}
