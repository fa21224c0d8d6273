//! What is measured of a song, and kept: waveform, loudness, true length.

use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Inner;
use crate::catalog::{ItemId, Reader};
use crate::error::{Error, Result};
use crate::jobs::Cancel;
use crate::media::audio;

/// The analyser's name in the catalogue.
pub(crate) const ANALYSER: &str = "sound";
/// Grows when anything about the measurement changes.
pub(crate) const VERSION: u32 = 1;

/// Measured facts of one song.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sound {
    /// Length, counted sample by sample.
    pub duration_ms: u64,
    /// Integrated loudness (EBU R128); none for silence.
    pub loudness_lufs: Option<f64>,
    /// Loudness range (EBU 3342).
    pub range_lu: Option<f64>,
    /// Highest true peak of all channels.
    pub true_peak_db: Option<f64>,
    /// Peaks 0 to 255 over the whole length.
    pub peaks: Vec<u8>,
}

impl From<&audio::Analysis> for Sound {
    fn from(analysis: &audio::Analysis) -> Self {
        Self {
            duration_ms: analysis.duration_ms,
            loudness_lufs: analysis.loudness_lufs,
            range_lu: analysis.range_lu,
            true_peak_db: analysis.true_peak_db,
            peaks: analysis.peaks.clone(),
        }
    }
}

impl Sound {
    /// What the catalogue keeps of an item, when this version measured it.
    ///
    /// # Errors
    /// When the catalogue cannot be read.
    pub fn of(reader: &Reader, item: ItemId) -> Result<Option<Self>> {
        let analysis = reader.analysis(item, ANALYSER)?;
        Ok(analysis
            .filter(|analysis| analysis.version == VERSION)
            .and_then(|analysis| analysis.outcome.ok())
            .and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }

    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>> {
        serde_json::to_vec(self).map_err(|error| Error::Internal {
            action: "keep a measurement",
            why: error.to_string(),
        })
    }
}

/// The waveform of an item: kept, or measured and kept now.
pub(crate) fn waveform(
    inner: &Inner,
    reader: &Reader,
    item: ItemId,
    cancel: &Cancel,
) -> Result<Arc<[u8]>> {
    if let Some(sound) = Sound::of(reader, item)? {
        return Ok(sound.peaks.into());
    }
    let found = reader.item(item)?;
    let path = found.as_ref().and_then(|item| item.path());
    let path = path.ok_or_else(|| super::thumbs::unknown(item))?;
    let sound = measure(path, cancel)?;
    let bytes = sound.to_bytes()?;
    inner.catalog.bulk(|bulk| {
        bulk.set_duration(item, sound.duration_ms)?;
        bulk.set_analysis(item, ANALYSER, VERSION, Ok(&bytes))
    })?;
    Ok(sound.peaks.into())
}

/// Decodes a song once, for its measurements alone.
fn measure(path: &Path, cancel: &Cancel) -> Result<Sound> {
    let analysis = crate::jobs::guarded("measure the sound", || {
        audio::analyse(path, &audio::Windows::NONE, cancel)
    })?;
    Ok(Sound::from(&analysis))
}
