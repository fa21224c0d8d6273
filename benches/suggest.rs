//! Suggestions at 100,000 items and 50,000 events: what the window waits for after something was played, and memory.
//!
//! `cargo bench --bench suggest`. `PARLOUR_BENCH_ITEMS` sets another size.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on stops, and prints what it measured"
)]

use std::time::{Duration, Instant};

use parlour::catalog::{Event, EventId, EventKind, ItemId, ProfileId};
use parlour::media::Kind;
use parlour::recommend::{Embeddings, Facts, Input, Options, ShelfKind, shelves};

const DAY_MS: i64 = 86_400_000;
const NOW_MS: i64 = 1_795_348_800_000;

fn mixed(mut z: u64) -> u64 {
    z = z.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Resident memory in MB, where the system tells it.
fn resident_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok())
        .unwrap_or(0)
        / 1024
}

fn item(i: u64) -> Facts {
    let kind = match i % 50 {
        1 => Kind::Clip,
        n if n % 2 == 0 => Kind::Photo,
        _ => Kind::Audio,
    };
    let text = |name: &str, n: u64| {
        if kind == Kind::Audio {
            format!("{name} {n}")
        } else {
            String::new()
        }
    };
    Facts {
        id: ItemId(i as i64 + 1),
        kind,
        date_ms: NOW_MS - (mixed(i) % 3000) as i64 * DAY_MS,
        added_ms: NOW_MS - (mixed(i + 5) % 800) as i64 * DAY_MS,
        duration_ms: if kind == Kind::Photo { 0 } else { 200_000 },
        rating: 0,
        is_favourite: i.is_multiple_of(997),
        is_out: false,
        is_plain: false,
        title: text("title", i),
        artist: text("artist", mixed(i / 20) % 2000),
        album: text("album", i / 20),
        place: (1, (i % 20) as u32),
        bpm: Some(90.0 + (i % 60) as f32),
        gps: None,
        tags: (0..8)
            .map(|k| {
                let score = 0.3 + (mixed(i * 77 + k) % 70) as f32 / 100.0;
                ((mixed(i * 9 + k) % 208) as u32, score)
            })
            .collect(),
    }
}

fn library(items: u64) -> Input {
    let mut input = Input {
        now_ms: NOW_MS,
        ..Input::default()
    };
    input.names = (0..200).map(|tag| format!("tag{tag}")).collect();
    let known = [
        "calm",
        "energetic",
        "happy",
        "sad",
        "beach",
        "forest",
        "street",
        "sunset",
    ];
    input.names.extend(known.map(str::to_owned));
    let packs = ["photo@1", "music@1", "sound@1"];
    let mut packs = packs.map(Embeddings::new);
    for i in 0..items {
        let facts = item(i);
        let centre = mixed(i) % 40;
        let share = |n: u64| (mixed(n) % 1000) as f32 / 1000.0;
        let row: Vec<f32> = (0..256)
            .map(|d| share(centre * 1000 + d) + 0.5 * share(i * 1000 + d))
            .collect();
        match facts.kind {
            Kind::Photo => packs[0].push(facts.id, &row),
            Kind::Audio => {
                packs[1].push(facts.id, &row[..200]);
                packs[2].push(facts.id, &row);
            }
            Kind::Clip => {}
        }
        input.items.push(facts);
    }
    input.embeddings = packs.into();
    let events = items / 2;
    for e in 0..events {
        let kinds = [
            EventKind::Played,
            EventKind::Skipped,
            EventKind::Dwell,
            EventKind::Opened,
            EventKind::Played,
            EventKind::Liked,
        ];
        input.events.push(Event {
            id: EventId(e as i64),
            profile: ProfileId::FIRST,
            item: Some(ItemId((mixed(e * 3) % (items / 5)) as i64 + 1)),
            kind: kinds[(mixed(e) % 6) as usize],
            value: (mixed(e * 5) % 100) as f32 / 100.0,
            at_ms: NOW_MS - (events - e) as i64 * DAY_MS * 400 / events as i64,
            context: None,
        });
    }
    input
}

fn main() {
    let items = std::env::var("PARLOUR_BENCH_ITEMS").map_or(100_000, |n| n.parse().unwrap());
    let before_mb = resident_mb();
    let mut input = library(items);
    println!(
        "{items} items, {} events: {} MB of material",
        input.events.len(),
        resident_mb() - before_mb
    );
    for kind in ShelfKind::ALL {
        let options = Options {
            only: Some(kind),
            ..Options::default()
        };
        let started = Instant::now();
        let count = shelves(&input, &options).len();
        println!(
            "  {:14} {count} shelves  {:?}",
            kind.as_str(),
            started.elapsed()
        );
    }
    let mut times: Vec<Duration> = (0..15)
        .map(|n| {
            input.events.push(Event {
                id: EventId(0),
                profile: ProfileId::FIRST,
                item: Some(ItemId(8 + 2 * n)),
                kind: EventKind::Played,
                value: 1.0,
                at_ms: NOW_MS,
                context: None,
            });
            let started = Instant::now();
            shelves(&input, &Options::default());
            started.elapsed()
        })
        .collect();
    times.sort();
    println!(
        "whole page after an event: median {:?}, slowest {:?}; {} MB in all",
        times[times.len() / 2],
        times[times.len() - 1],
        resident_mb() - before_mb
    );
}
