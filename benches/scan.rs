//! Times of the library on many generated files: first scan, first items visible, rescan, opening.
//!
//! `cargo bench --bench scan -- [FILES] [DIR]`: 20,000 files in a temporary folder unless told otherwise. With DIR the
//! files are kept there and used again. A tenth are songs (WAV), the rest photos (JPEG); all differ.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    reason = "a measuring program: it prints, and stops at the first thing that goes wrong"
)]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use parlour::catalog::Catalog;
use parlour::dirs::Dirs;
use parlour::jobs::{Activity, no_waker};
use parlour::library::{Library, LibraryEvent, Options};
use parlour::media::photo::Picture;

fn main() {
    // Cargo passes `--bench`, and a test run passes `--test` and the like.
    let mut words = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with("--"));
    let count: u32 = words.next().map_or(20_000, |word| word.parse().unwrap());
    let temporary = tempfile::tempdir().unwrap();
    let root = words
        .next()
        .map_or_else(|| temporary.path().to_owned(), PathBuf::from);
    let files = root.join("files");
    generate(&files, count);

    let dirs = Dirs::under(&root.join("library"));
    std::fs::remove_dir_all(&dirs.data).ok();
    let library = Library::open(&dirs, Options::headless(), no_waker())
        .unwrap()
        .0;
    let events = library.events();
    let started = Instant::now();
    let cpu = cpu_seconds();
    library.add_folder(&files).unwrap();
    let mut first = None;
    for event in &events {
        match event {
            LibraryEvent::ItemsChanged(_) => {
                first.get_or_insert_with(|| started.elapsed());
            }
            LibraryEvent::Finished(Activity::Scan) => break,
            _ => {}
        }
    }
    told("scan, first items", first.unwrap_or_default(), None, count);
    told("scan", started.elapsed(), cpu_since(cpu), count);

    for _ in 0..3 {
        let started = Instant::now();
        let cpu = cpu_seconds();
        let summary = library
            .scan_now(std::slice::from_ref(&files), |_| {})
            .unwrap();
        assert_eq!(summary.unchanged, u64::from(count), "{summary:?}");
        told(
            "rescan, unchanged",
            started.elapsed(),
            cpu_since(cpu),
            count,
        );
    }

    drop(library);
    for _ in 0..3 {
        let started = Instant::now();
        let cpu = cpu_seconds();
        let library = Library::open(&dirs, Options::headless(), no_waker())
            .unwrap()
            .0;
        let opened = started.elapsed();
        let rows = index(library.catalog());
        assert_eq!(rows, count as usize);
        told("open", opened, None, count);
        told(
            "open and load the index",
            started.elapsed(),
            cpu_since(cpu),
            count,
        );
    }
}

fn index(catalog: &Catalog) -> usize {
    catalog.reader().unwrap().index().unwrap().len()
}

fn generate(dir: &Path, count: u32) {
    let done = dir.join(format!(".{count}"));
    if done.exists() {
        return;
    }
    std::fs::create_dir_all(dir).unwrap();
    let picture = |shade: u8| {
        let mut picture = Picture::filled(320, 240, [shade, 120, 80, 255]);
        for (n, pixel) in picture.rgba.as_chunks_mut::<4>().0.iter_mut().enumerate() {
            pixel[1] = (n % 251) as u8;
        }
        picture.to_jpeg(85).unwrap()
    };
    let pictures: Vec<Vec<u8>> = (0..16).map(|n| picture(n * 15)).collect();
    for n in 0..count {
        let folder = dir.join(format!("{:03}/{:02}", n / 1000, n / 50 % 20));
        if n % 50 == 0 {
            std::fs::create_dir_all(&folder).unwrap();
        }
        // Bytes behind the end of a picture, and in the sound itself, make each file another content.
        if n % 10 == 9 {
            write_sound(&folder.join(format!("song {n}.wav")), n);
        } else {
            let mut bytes = pictures[n as usize % pictures.len()].clone();
            bytes.extend_from_slice(&n.to_le_bytes());
            std::fs::write(folder.join(format!("photo {n}.jpg")), bytes).unwrap();
        }
    }
    std::fs::write(done, b"").unwrap();
}

fn write_sound(path: &Path, n: u32) {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 8000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(path, spec).unwrap();
    writer.write_sample(n as i16).unwrap();
    for i in 1..4000u32 {
        writer
            .write_sample((i.wrapping_mul(n + 7) % 9000) as i16)
            .unwrap();
    }
    writer.finalize().unwrap();
}

/// User and system time of this process, where the system tells it in `/proc`.
fn cpu_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
    let ticks: f64 = fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?;
    // A hundred ticks a second on every Linux in use.
    Some(ticks / 100.0)
}

fn cpu_since(before: Option<f64>) -> Option<f64> {
    Some(cpu_seconds()? - before?)
}

fn told(what: &str, took: Duration, cpu: Option<f64>, count: u32) {
    let secs = took.as_secs_f64();
    let cpu = cpu
        .map(|cpu| format!(", {cpu:.2} s of processor"))
        .unwrap_or_default();
    println!(
        "{what:<26} {secs:>8.3} s{cpu}  ({:.0} files/s)",
        f64::from(count) / secs.max(1e-9)
    );
}
