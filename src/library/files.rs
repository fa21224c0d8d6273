//! One file at a time: its hash, its metadata, what the scanner has to know of it.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use crate::catalog::{ContentHash, Probe};
use crate::error::{Error, Result};
use crate::jobs::Cancel;
use crate::media::{self, Format, Kind};

use super::walk::mtime_ms;

const READ_BYTES: usize = 512 * 1024;

/// The BLAKE3 of a file's bytes.
///
/// # Errors
/// When the file cannot be read, or the work is cancelled.
pub(crate) fn hash(path: &Path, cancel: &Cancel) -> Result<ContentHash> {
    let failed = |error: std::io::Error| Error::io("read the file", path, &error);
    let mut file = File::open(path).map_err(failed)?;
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; READ_BYTES];
    loop {
        cancel.check()?;
        match file.read(&mut buffer) {
            Ok(0) => return Ok(*hasher.finalize().as_bytes()),
            Ok(n) => {
                hasher.update(&buffer[..n]);
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(failed(error)),
        }
    }
}

/// Size and time of a file as it is now; `None` when it is not there.
pub(crate) fn stamp(path: &Path) -> Option<(u64, i64)> {
    let metadata = std::fs::metadata(path).ok()?;
    metadata
        .is_file()
        .then(|| (metadata.len(), mtime_ms(&metadata)))
}

/// What can be said of a file without decoding it. A known format that cannot be decoded, and a damaged file, give a
/// [`Probe`] that says why. The last is the hash of the sidecar that was read along.
pub(crate) fn probe(path: &Path, format: Format) -> (Probe, Option<Error>, Option<ContentHash>) {
    let result = crate::jobs::guarded("read the metadata", || match format.kind() {
        Kind::Photo => photo(path),
        Kind::Audio => audio(path),
        Kind::Clip => clip(path),
    });
    let (mut probe, error) = match result {
        Ok(probe) => (probe, None),
        Err(error) => {
            let problem = Some(error.reason());
            let probe = Probe {
                problem,
                ..Probe::default()
            };
            (probe, Some(error))
        }
    };
    format.name().clone_into(&mut probe.format);
    // A sidecar speaks also for what cannot be decoded.
    let sidecar = match with_sidecar(path, &mut probe) {
        Ok(sidecar) => sidecar,
        Err(error) => {
            tracing::warn!(%error, "a sidecar is passed by");
            None
        }
    };
    (probe, error, sidecar)
}

fn photo(path: &Path) -> Result<Probe> {
    let meta = media::photo::probe(path)?;
    let json = rest_of(&meta);
    Ok(Probe {
        width: (meta.width > 0).then_some(meta.width),
        height: (meta.height > 0).then_some(meta.height),
        date_ms: meta.taken_ms,
        camera: meta.camera,
        gps: meta.gps,
        title: meta.title,
        notes: meta.caption.unwrap_or_default(),
        keywords: keywords(meta.keywords, meta.hierarchical),
        rating: meta.rating.filter(|stars| *stars > 0),
        meta: json,
        ..Probe::default()
    })
}

fn audio(path: &Path) -> Result<Probe> {
    let meta = media::audio::probe(path)?;
    let json = rest_of(&meta);
    let notes = [meta.composer, meta.comment];
    Ok(Probe {
        duration_ms: meta.duration_ms,
        title: meta.title,
        artist: meta.artist,
        album: meta.album,
        album_artist: meta.album_artist,
        genre: (!meta.genre.is_empty()).then(|| meta.genre.join("; ")),
        track: meta.track,
        disc: meta.disc,
        year: meta.year,
        bpm: meta.bpm,
        rating: meta.rating.filter(|stars| *stars > 0),
        keywords: meta.keywords,
        notes: notes.into_iter().flatten().collect::<Vec<_>>().join(" "),
        meta: json,
        ..Probe::default()
    })
}

fn clip(path: &Path) -> Result<Probe> {
    let meta = media::clip::probe(path)?;
    let json = rest_of(&meta);
    Ok(Probe {
        duration_ms: meta.duration_ms,
        width: (meta.width > 0).then_some(meta.width),
        height: (meta.height > 0).then_some(meta.height),
        date_ms: meta.created_ms,
        title: meta.title,
        meta: json,
        ..Probe::default()
    })
}

/// Adds what an XMP sidecar beside the file says; the sidecar's word goes before the file's.
fn with_sidecar(path: &Path, probe: &mut Probe) -> Result<Option<ContentHash>> {
    let Some(sidecar) = media::xmp::sidecar_of(path) else {
        return Ok(None);
    };
    let bytes = media::xmp::read_bytes(&sidecar)?;
    let xmp = media::xmp::parse_named(&bytes, &sidecar)?;
    if let Some(stars) = xmp.rating {
        probe.rating = (stars > 0).then_some(stars);
    }
    probe.title = xmp.title.or(probe.title.take());
    probe.date_ms = xmp.taken_ms.or(probe.date_ms);
    probe.gps = xmp.gps.or(probe.gps);
    if let Some(caption) = xmp.caption
        && !probe.notes.contains(&caption)
    {
        format!("{} {caption}", probe.notes)
            .trim()
            .clone_into(&mut probe.notes);
    }
    let mut all = std::mem::take(&mut probe.keywords);
    all.extend(keywords(xmp.keywords, xmp.hierarchical));
    all.sort();
    all.dedup();
    probe.keywords = all;
    Ok(Some(*blake3::hash(&bytes).as_bytes()))
}

/// Plain keywords that are the last level of a hierarchical one are the same keyword.
pub(super) fn keywords(plain: Vec<String>, hierarchical: Vec<String>) -> Vec<String> {
    let levels = |path: &str| -> Vec<String> { path.split('|').map(str::to_lowercase).collect() };
    let known: Vec<Vec<String>> = hierarchical.iter().map(|path| levels(path)).collect();
    let mut all: Vec<String> = plain
        .into_iter()
        .filter(|word| {
            let word = word.to_lowercase();
            !known.iter().any(|levels| levels.contains(&word))
        })
        .collect();
    all.extend(hierarchical);
    all
}

fn rest_of(meta: &impl serde::Serialize) -> serde_json::Value {
    serde_json::to_value(meta).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_of_a_keyword_are_not_told_twice() {
        let words = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            keywords(
                words(&["Beach", "Sun", "places"]),
                words(&["Places|Coast|beach"])
            ),
            words(&["Sun", "Places|Coast|beach"])
        );
    }

    #[test]
    fn hashing_stops_when_cancelled() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), b"abc").unwrap();
        let cancel = Cancel::new();
        let expected = *blake3::hash(b"abc").as_bytes();
        assert_eq!(hash(file.path(), &cancel), Ok(expected));
        cancel.cancel();
        assert_eq!(hash(file.path(), &cancel), Err(Error::Cancelled));
        assert!(matches!(
            hash(Path::new("/none"), &Cancel::new()),
            Err(Error::Io { .. })
        ));
    }
}
