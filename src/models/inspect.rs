//! Packs from outside: checked on a test input, copied in whole or not at all, removed.

use std::path::Path;
use std::time::Instant;

use super::embedded::EMBEDDED;
use super::manifest::{Input, is_id};
use super::pack::Pack;
use super::source::{CARD, MANIFEST, MAX_MODEL_BYTES, MAX_TEXT_BYTES, Source, VOCABULARY, broken};
use super::taggers::{scores_of_picture, scores_of_sound};
use crate::error::{Error, Result};
use crate::media::photo::Picture;

/// What a check of a pack found.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Report {
    /// The unique lowercase name.
    pub id: String,
    /// The pack's version.
    pub version: String,
    /// The name shown to people.
    pub title: String,
    /// `photo-tags` or `audio-tags`.
    pub task: &'static str,
    /// Licence of the weights.
    pub licence: String,
    /// Size of the ONNX file.
    pub model_bytes: u64,
    /// Shape of one input.
    pub input: Vec<usize>,
    /// Number of labels.
    pub labels: usize,
    /// Labels that have thresholds of their own.
    pub labels_measured: usize,
    /// Length of the embedding, 0 when there is none.
    pub embedding_dims: usize,
    /// Time to read the model and build its plan.
    pub load_ms: f64,
    /// Time of one run on the test input, features included; for sound of one patch.
    pub run_ms: f64,
}

/// Opens a pack (folder or zip) and runs it on a test input: a ramp of colours, or a patch of a rising tone.
///
/// # Errors
/// One sentence that says what is wrong with it.
pub fn check(path: &Path) -> Result<Report> {
    check_pack(&Pack::open(Source::on_disk(path)?)?)
}

/// The same for a pack that is already open.
///
/// # Errors
/// One sentence that says what is wrong with it.
pub fn check_pack(pack: &Pack) -> Result<Report> {
    let manifest = pack.manifest();
    let model_bytes = pack
        .source()
        .read(&manifest.files.model, MAX_MODEL_BYTES)?
        .len() as u64;
    let start = Instant::now();
    pack.network()?;
    let load_ms = milliseconds(start);
    let start = Instant::now();
    let scores = match &manifest.input {
        Input::Image(image) => scores_of_picture(pack, &ramp(image.width, image.height))?,
        Input::LogMel(mel) => {
            let sound = rising_tone(mel.patch_samples());
            scores_of_sound(pack, &sound, sound.len())?
        }
    };
    let run_ms = milliseconds(start);
    let in_range = |score: &f32| (-1e-3..=1.001).contains(score);
    if !scores.scores.iter().all(in_range) {
        return Err(broken(
            &pack.source().path(),
            "its scores are not between 0 and 1; the manifest's activation may be missing",
        ));
    }
    Ok(Report {
        id: manifest.id.clone(),
        version: manifest.version.clone(),
        title: manifest.title.clone(),
        task: manifest.task.as_str(),
        licence: manifest.licence.clone(),
        model_bytes,
        input: manifest.input.shape(),
        labels: pack.labels().len(),
        labels_measured: manifest.labels.len(),
        embedding_dims: scores.embedding.len(),
        load_ms,
        run_ms,
    })
}

/// Checks a pack and copies its files into a folder of its own in the models folder. A pack of the same id that was
/// added before is replaced. Either the whole pack is there afterwards, or nothing has changed.
///
/// # Errors
/// One sentence that says what is wrong with the pack, or why it could not be copied.
pub fn add(path: &Path, models_dir: &Path) -> Result<Report> {
    let source = Source::on_disk(path)?;
    let pack = Pack::open(source.clone())?;
    if is_embedded(pack.id()) {
        return Err(broken(
            path,
            format!(
                "the id '{}' belongs to a pack that comes with Parlour",
                pack.id()
            ),
        ));
    }
    let report = check_pack(&pack)?;
    std::fs::create_dir_all(models_dir)
        .map_err(|error| Error::io("create the models folder", models_dir, &error))?;
    let io = |error: std::io::Error| Error::io("copy the model pack to", models_dir, &error);
    // Beside its place, so that moving it there is one step.
    let staging = tempfile::Builder::new()
        .prefix(".adding-")
        .tempdir_in(models_dir)
        .map_err(io)?;
    let fresh = staging.path().join("new");
    std::fs::create_dir(&fresh).map_err(io)?;
    let files = &pack.manifest().files;
    let wanted = [
        (MANIFEST, MAX_TEXT_BYTES),
        (files.model.as_str(), MAX_MODEL_BYTES),
        (files.labels.as_str(), MAX_TEXT_BYTES),
        (VOCABULARY, MAX_TEXT_BYTES),
        (CARD, MAX_TEXT_BYTES),
    ];
    for (name, limit) in wanted {
        if let Some(bytes) = source.read_if_there(name, limit)? {
            std::fs::write(fresh.join(name), bytes).map_err(io)?;
        }
    }
    // What was copied, not what was read before, is what will be used.
    Pack::open(Source::Folder(fresh.clone()))?;
    let place = models_dir.join(pack.id());
    let old = staging.path().join("old");
    let had_old = match std::fs::rename(&place, &old) {
        Ok(()) => true,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
        Err(error) => return Err(io(error)),
    };
    if let Err(error) = std::fs::rename(&fresh, &place) {
        if had_old {
            std::fs::rename(&old, &place).map_err(io)?;
        }
        return Err(io(error));
    }
    Ok(report)
}

/// Removes a pack that was added, by its id. Tags it gave stay until its items are looked at again.
///
/// # Errors
/// When the pack comes with Parlour, is not there, or cannot be deleted.
pub fn remove(id: &str, models_dir: &Path) -> Result<()> {
    let missing = || Error::NotFound {
        what: "added model pack",
        name: id.to_owned(),
    };
    if is_embedded(id) {
        return Err(Error::Name {
            name: id.to_owned(),
            why: "this pack comes with Parlour and cannot be removed".to_owned(),
        });
    }
    if !is_id(id) {
        return Err(missing());
    }
    let (packs, _) = super::Packs::load(Some(models_dir));
    let path = match packs.pack(id) {
        Some(pack) => pack.source().path(),
        // One that no longer opens can still be removed by the name of its folder.
        None => models_dir.join(id),
    };
    let metadata = std::fs::symlink_metadata(&path).map_err(|_| missing())?;
    let removed = if metadata.is_dir() {
        std::fs::remove_dir_all(&path)
    } else {
        std::fs::remove_file(&path)
    };
    removed.map_err(|error| Error::io("remove the model pack", &path, &error))
}

fn is_embedded(id: &str) -> bool {
    EMBEDDED
        .iter()
        .any(|source| Pack::open(source.clone()).is_ok_and(|pack| pack.id() == id))
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}

/// Red rises to the right, green downwards, blue is low.
fn ramp(width: u32, height: u32) -> Picture {
    let mut picture = Picture::filled(width, height, [0, 0, 40, 255]);
    let level = |at: u32, side: u32| (at * 255 / side.max(2).saturating_sub(1)).min(255) as u8;
    for (at, pixel) in picture.rgba.chunks_exact_mut(4).enumerate() {
        pixel[0] = level(at as u32 % width, width);
        pixel[1] = level(at as u32 / width, height);
    }
    picture
}

/// A tone that rises from 100 Hz to 2 kHz.
fn rising_tone(samples: usize) -> Vec<f32> {
    let rate = super::SAMPLE_RATE_HZ as f32;
    let mut phase = 0.0_f32;
    (0..samples)
        .map(|at| {
            let hz = 100.0 + 1900.0 * at as f32 / samples as f32;
            phase = (phase + hz / rate).fract();
            0.3 * (phase * std::f32::consts::TAU).sin()
        })
        .collect()
}
