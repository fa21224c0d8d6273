//! A frame of the photo grid while scrolling through 100,000 items: what the program itself costs (layout, drawing
//! commands, tessellation), without a graphics card.
//!
//! `cargo bench --bench grid`. `PARLOUR_BENCH_ITEMS` sets another size. Prints milliseconds per frame at the 50th and
//! 99th percentile, and the bytes of thumbnails held.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark that cannot go on stops, and prints what it measured"
)]

use std::path::PathBuf;
use std::time::{Duration, Instant};

use eframe::egui::{Event, Modifiers, MouseWheelSource, MouseWheelUnit, Pos2, TouchPhase, Vec2};
use parlour::app::Start;
use parlour::app::command::{Command, Page};
use parlour::app::words::Language;
use parlour::catalog::{Catalog, FoundFile, Probe};
use parlour::dirs::Dirs;
use parlour::media::Kind;
use parlour::player::Output;
use parlour::settings::Theme;
use parlour::ui::capture::{Shot, Studio};

const FRAMES: usize = 600;

fn main() -> Result<(), parlour::Error> {
    let items: usize = std::env::var("PARLOUR_BENCH_ITEMS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(100_000);
    let root = std::env::temp_dir().join(format!("parlour-bench-grid-{}", std::process::id()));
    let dirs = Dirs::under(&root);
    dirs.create()?;
    fill(&dirs, items)?;

    let shot = Shot {
        width: 1280.0,
        height: 800.0,
        scale: 1.0,
        theme: Theme::Dark,
        language: Language::English,
    };
    let start = Start {
        dirs,
        files: Vec::new(),
        output: Output::Null,
        is_window: false,
    };
    let opening = Instant::now();
    let mut studio = Studio::open(start, shot)?;
    println!(
        "opened in {:.2} s (ten quiet frames included)",
        opening.elapsed().as_secs_f64()
    );
    studio.engine().apply(Command::Go(Page::Photos));
    for _ in 0..10 {
        studio.frame(false);
    }
    let mut times: Vec<Duration> = (0..FRAMES)
        .map(|frame| {
            studio.event(Event::PointerMoved(Pos2::new(640.0, 400.0)));
            studio.event(Event::MouseWheel {
                unit: MouseWheelUnit::Point,
                delta: Vec2::new(0.0, if frame % 200 < 150 { -900.0 } else { 4000.0 }),
                phase: TouchPhase::Move,
                source: MouseWheelSource::Wheel,
                modifiers: Modifiers::NONE,
            });
            let begun = Instant::now();
            studio.frame(false);
            begun.elapsed()
        })
        .collect();
    times.sort_unstable();
    let at = |share: f64| times[(times.len() as f64 * share) as usize].as_secs_f64() * 1000.0;
    println!(
        "{items} items, {FRAMES} frames while scrolling: p50 {:.2} ms, p99 {:.2} ms, worst {:.2} ms, {} bytes of thumbnails",
        at(0.5),
        at(0.99),
        times[times.len() - 1].as_secs_f64() * 1000.0,
        studio.window().texture_bytes()
    );
    drop(studio);
    if let Err(error) = std::fs::remove_dir_all(&root) {
        println!("{} could not be removed: {error}", root.display());
    }
    Ok(())
}

/// Photos of many shapes, taken over ten years. Their files are not there: no thumbnail ever arrives, which is the
/// most that a frame asks for.
fn fill(dirs: &Dirs, items: usize) -> Result<(), parlour::Error> {
    let (catalog, _) = Catalog::open(dirs)?;
    let numbers: Vec<usize> = (0..items).collect();
    for batch in numbers.chunks(200) {
        catalog.bulk(|bulk| {
            for &n in batch {
                let mut hash = [0; 32];
                hash[..8].copy_from_slice(&(n as u64).to_le_bytes());
                let found = bulk.upsert_file(&FoundFile {
                    path: PathBuf::from(format!("/nowhere/{}/photo {n}.jpg", n % 97)),
                    folder: None,
                    size_bytes: 1000,
                    mtime_ms: 1_500_000_000_000 + n as i64 * 3_000_000,
                    kind: Kind::Photo,
                    hash: Some(hash),
                    beside: 0,
                })?;
                let (width, height) =
                    [(4000, 3000), (3000, 4000), (4000, 2250), (3000, 3000)][n % 4];
                let probe = Probe {
                    format: "JPEG".to_owned(),
                    date_ms: Some(1_500_000_000_000 + n as i64 * 3_000_000),
                    width: Some(width),
                    height: Some(height),
                    ..Probe::default()
                };
                bulk.set_probe(found.item, &probe)?;
            }
            Ok(())
        })?;
    }
    Ok(())
}
