//! The library on real files in temporary folders.

mod add;
mod analyses;
mod exports;
mod pictures;
mod saving;
mod scan;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::*;
use crate::media::photo::Picture;

/// A library and a folder of files, both gone at the end of the test.
pub(super) struct Place {
    dir: tempfile::TempDir,
}

impl Place {
    pub(super) fn new() -> Self {
        let place = Self {
            dir: tempfile::tempdir().unwrap(),
        };
        std::fs::create_dir(place.files()).unwrap();
        place
    }

    pub(super) fn files(&self) -> PathBuf {
        self.dir.path().join("files")
    }

    pub(super) fn dirs(&self) -> Dirs {
        Dirs::under(&self.dir.path().join("library"))
    }

    pub(super) fn open(&self) -> Library {
        self.open_with(Options::headless())
    }

    pub(super) fn open_with(&self, options: Options) -> Library {
        Library::open(&self.dirs(), options, crate::jobs::no_waker())
            .unwrap()
            .0
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.files().join(name)
    }

    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// A photo that no other number gives.
    pub(super) fn photo(&self, name: &str, n: u32) -> PathBuf {
        self.write(name, &jpeg(n, 96, 64))
    }

    pub(super) fn song(&self, name: &str, n: u32) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: 16_000,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut writer = hound::WavWriter::create(&path, spec).unwrap();
        for i in 0..8_000 {
            let phase = i as f32 * (200.0 + n as f32) / 16_000.0 * std::f32::consts::TAU;
            writer
                .write_sample((phase.sin() * 12_000.0) as i16)
                .unwrap();
        }
        writer.finalize().unwrap();
        path
    }
}

pub(super) fn jpeg(n: u32, width: u32, height: u32) -> Vec<u8> {
    let [r, g, b, _] = n.wrapping_mul(2_654_435_761).to_le_bytes();
    let mut picture = Picture::filled(width, height, [r, g, b, 255]);
    for (i, pixel) in picture.rgba.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        let x = i as u32 % width;
        if (x + n).is_multiple_of(17) {
            *pixel = [255 - r, 255 - g, b ^ 128, 255];
        }
    }
    let mut bytes = picture.to_jpeg(90).unwrap();
    // Compression must not make two of them equal.
    bytes.extend_from_slice(&n.to_le_bytes());
    bytes
}

/// Scans what the library knows, or adds this folder first.
pub(super) fn rescan(library: &Library) -> (ScanSummary, Vec<ScanReport>) {
    let mut reports = Vec::new();
    let summary = super::scan::scan(&library.inner, &super::scan::Scope::All, &mut |report| {
        reports.push(report);
    })
    .unwrap();
    (summary, reports)
}

pub(super) fn scan_of(library: &Library, paths: &[PathBuf]) -> (ScanSummary, Vec<ScanReport>) {
    let mut reports = Vec::new();
    let summary = library
        .scan_now(paths, |report| reports.push(report))
        .unwrap();
    (summary, reports)
}

pub(super) fn item_at(library: &Library, path: &Path) -> crate::catalog::Item {
    let reader = library.catalog().reader().unwrap();
    let id = reader
        .item_by_path(path)
        .unwrap()
        .unwrap_or_else(|| panic!("no item at {}", path.display()));
    reader.item(id).unwrap().unwrap()
}

pub(super) fn count(library: &Library) -> usize {
    library.catalog().reader().unwrap().index().unwrap().len()
}

/// The first event that `pick` takes; waits long, because a loaded machine is slow.
pub(super) fn wait_for<T>(
    events: &Receiver<LibraryEvent>,
    mut pick: impl FnMut(LibraryEvent) -> Option<T>,
) -> T {
    let until = Instant::now() + Duration::from_secs(120);
    loop {
        let event = events.recv_deadline(until).expect("the event did not come");
        if let Some(found) = pick(event) {
            return found;
        }
    }
}
