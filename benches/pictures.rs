//! What a photo costs: its thumbnail, beside `vipsthumbnail` on the same files in the same run, and its tags.
//!
//! `cargo bench --bench pictures -- [DIR]`: JPEGs of 12 megapixels made here, or those in DIR (16 at most). Everything runs on
//! one thread; figures are processor time per file, the best of three rounds. Install `libvips-tools` for the peer.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    reason = "a measuring program: it prints, and stops at the first thing that goes wrong"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use parlour::media::photo::{self, Picture};
use parlour::models::{Packs, Taggers};

const ROUNDS: usize = 3;

fn main() {
    let mut words = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with("--"));
    let temporary = tempfile::tempdir().unwrap();
    let files = match words.next() {
        Some(dir) => jpegs_in(Path::new(&dir)),
        None => generate(temporary.path(), 8),
    };
    let out = tempfile::tempdir().unwrap();
    println!("{} files", files.len());

    let ours = best(files.len(), || {
        for (n, file) in files.iter().enumerate() {
            let picture = photo::thumbnail(file, 256).unwrap();
            std::fs::write(
                out.path().join(format!("{n}.jpg")),
                picture.to_jpeg(75).unwrap(),
            )
            .unwrap();
        }
    });
    println!("thumbnail, 256 px, JPEG       {ours:>8.1} ms");

    let has_vips = Command::new("vipsthumbnail")
        .arg("--version")
        .stdout(Stdio::null())
        .status()
        .is_ok();
    if has_vips {
        let peer = best(files.len(), || {
            let status = Command::new("vipsthumbnail")
                .env("VIPS_CONCURRENCY", "1")
                .args(["--size", "256", "-o"])
                .arg(out.path().join("vips-%s.jpg[Q=75]"))
                .args(&files)
                .status()
                .unwrap();
            assert!(status.success());
        });
        println!("vipsthumbnail --size 256      {peer:>8.1} ms");
        println!("files per second, ours/vips   {:>8.2}", peer / ours);
    }

    let taggers = Taggers::new(Arc::new(Packs::load(None).0));
    let pictures: Vec<Picture> = files
        .iter()
        .map(|file| photo::thumbnail(file, 512).unwrap())
        .collect();
    // The first picture builds the network.
    taggers.photo(&pictures[0]).unwrap();
    let tags = best(files.len(), || {
        for picture in &pictures {
            taggers.photo(picture).unwrap();
        }
    });
    println!("tags and embedding            {tags:>8.1} ms");
    println!("tags / thumbnail              {:>8.2}", tags / ours);
}

/// Milliseconds of processor time per file of this process and its children, best of the rounds.
fn best(files: usize, mut round: impl FnMut()) -> f64 {
    (0..ROUNDS)
        .map(|_| {
            let before = cpu_seconds();
            round();
            (cpu_seconds() - before) * 1000.0 / files as f64
        })
        .fold(f64::INFINITY, f64::min)
}

/// User and system time of this process and the children it waited for, from `/proc`.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields = stat.rsplit(')').next().unwrap().split_whitespace();
    // A hundred ticks a second on every Linux in use.
    fields
        .skip(11)
        .take(4)
        .map(|ticks| ticks.parse::<f64>().unwrap())
        .sum::<f64>()
        / 100.0
}

fn jpegs_in(dir: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension.eq_ignore_ascii_case("jpg"))
        })
        .collect();
    files.sort();
    files.truncate(16);
    files
}

/// Smooth shapes with fine noise: about 3 MB each, as a camera's.
fn generate(dir: &Path, count: u32) -> Vec<PathBuf> {
    (0..count)
        .map(|n| {
            let mut rng = fastrand::Rng::with_seed(u64::from(n));
            let mut picture = Picture::filled(4000, 3000, [0, 0, 0, 255]);
            for (i, pixel) in picture.rgba.as_chunks_mut::<4>().0.iter_mut().enumerate() {
                let (x, y) = ((i % 4000) as f32, (i / 4000) as f32);
                let light =
                    ((x / (90.0 + 7.0 * n as f32)).sin() + (y / 140.0).cos()) * 50.0 + 128.0;
                let noise = f32::from(rng.u8(0..18));
                *pixel = [
                    light + noise,
                    light * 0.8 + noise,
                    light * 0.6 + noise,
                    255.0,
                ]
                .map(|value| value as u8);
            }
            let path = dir.join(format!("{n}.jpg"));
            std::fs::write(&path, picture.to_jpeg(90).unwrap()).unwrap();
            path
        })
        .collect()
}
