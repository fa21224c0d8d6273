//! The catalogue at 100,000 items: loading the index, searching as you type, tagging.
//!
//! `cargo bench --bench catalog`. `PARLOUR_BENCH_ITEMS` sets another size.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark that cannot go on stops, and prints what it measured"
)]

use std::hint::black_box;
use std::path::PathBuf;
use std::time::Instant;

use criterion::{Criterion, criterion_group, criterion_main};
use parlour::catalog::{Catalog, Change, FoundFile, ItemId, ModelTag, NewTagging, Probe, search};
use parlour::dirs::Dirs;
use parlour::media::Kind;

const WORDS: [&str; 40] = [
    "summer", "beach", "Lisbon", "Ana", "birthday", "garden", "snow", "Étude", "blue", "night",
    "river", "mountain", "kitchen", "winter", "dance", "song", "love", "city", "train", "harbour",
    "夏天", "海边", "生日", "花园", "雪山", "城市", "火车", "音乐", "晚上", "家人", "forest",
    "dog", "cat", "lake", "wedding", "concert", "museum", "bridge", "street", "market",
];

fn word(seed: usize) -> &'static str {
    WORDS[(seed.wrapping_mul(2_654_435_761) >> 7) % WORDS.len()]
}

/// A library of photos and songs, each with ten model tags of 300.
fn fill(catalog: &Catalog, items: usize) -> Vec<ItemId> {
    let mut ids = Vec::with_capacity(items);
    let numbers: Vec<usize> = (0..items).collect();
    for batch in numbers.chunks(200) {
        let added = catalog.bulk(|bulk| {
            let run = bulk.begin_run("photo@1")?;
            batch
                .iter()
                .map(|&n| {
                    let kind = if n % 4 == 0 { Kind::Audio } else { Kind::Photo };
                    let mut hash = [0; 32];
                    hash[..8].copy_from_slice(&(n as u64).to_le_bytes());
                    let item = bulk
                        .upsert_file(&FoundFile {
                            path: PathBuf::from(format!(
                                "/library/{}/{}/file {n}.jpg",
                                n % 97,
                                word(n)
                            )),
                            folder: None,
                            size_bytes: 1000 + n as u64,
                            mtime_ms: 1_500_000_000_000 + n as i64 * 1000,
                            kind,
                            hash: Some(hash),
                            beside: 0,
                        })?
                        .item;
                    bulk.set_probe(
                        item,
                        &Probe {
                            format: "JPEG".to_owned(),
                            title: Some(format!(
                                "{} {} {}",
                                word(n),
                                word(n * 7 + 1),
                                word(n * 13 + 5)
                            )),
                            artist: Some(format!("{} {}", word(n % 500), n % 500)),
                            width: Some(4000),
                            height: Some(3000),
                            ..Probe::default()
                        },
                    )?;
                    let tags = (0..10).map(|k| ModelTag {
                        slug: format!("tag{}", (n * 31 + k * 37) % 300),
                        score: 0.9 - k as f32 / 20.0,
                        is_shown: k < 5,
                    });
                    let tagging = NewTagging {
                        pack: "photo@1".to_owned(),
                        embedding: Vec::new(),
                        tags: tags.collect(),
                    };
                    bulk.set_tagging(item, run, &tagging)?;
                    Ok(item)
                })
                .collect::<parlour::Result<Vec<_>>>()
        });
        ids.extend(added.expect("the batch is saved"));
    }
    ids
}

fn catalog(c: &mut Criterion) {
    let items = std::env::var("PARLOUR_BENCH_ITEMS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(100_000);
    let dir = tempfile::tempdir().expect("a temporary folder");
    let dirs = Dirs::under(dir.path());
    let (catalog, _) = Catalog::open(&dirs).expect("the catalogue opens");
    let start = Instant::now();
    let ids = fill(&catalog, items);
    eprintln!(
        "filled with {items} items in {:.1} s",
        start.elapsed().as_secs_f64()
    );
    catalog.backup().expect("a backup is made");
    drop(catalog);

    let mut group = c.benchmark_group("catalog");
    group.sample_size(20);
    group.bench_function("open, load the index", |b| {
        b.iter(|| {
            let (catalog, _) = Catalog::open(&dirs).expect("the catalogue opens");
            black_box(
                catalog
                    .reader()
                    .and_then(|reader| reader.index())
                    .expect("the index loads"),
            )
        });
    });
    let (catalog, _) = Catalog::open(&dirs).expect("the catalogue opens");
    let reader = catalog.reader().expect("a reader opens");
    group.bench_function("load the index again", |b| {
        b.iter(|| black_box(reader.index().expect("the index loads")));
    });
    group.bench_function("all songs", |b| {
        b.iter(|| black_box(reader.songs().expect("songs load")))
    });
    group.bench_function("all tags with counters", |b| {
        b.iter(|| black_box(reader.tags().expect("tags load")))
    });
    for text in [
        "s",
        "su",
        "summer",
        "summer bea",
        "海边",
        "etu",
        "summer kind:audio",
        "tag:tag7",
        "tag:tag7 -tag:tag44",
        "tag1",
    ] {
        let query = search::parse(text).expect("a good query");
        group.bench_function(format!("search {text}"), |b| {
            b.iter(|| black_box(reader.search(&query, 500).expect("the search runs")));
        });
    }
    let mut on = false;
    group.bench_function("one tag, committed", |b| {
        b.iter(|| {
            on = !on;
            let (items, tag) = (vec![ids[0]], "mine".to_owned());
            let change = if on {
                Change::AddTag { items, tag }
            } else {
                Change::RemoveTag { items, tag }
            };
            catalog.person(change).expect("the change is saved")
        });
    });
    group.sample_size(10);
    let many: Vec<ItemId> = ids.iter().copied().take(10_000).collect();
    group.bench_function("tag 10,000 items and undo", |b| {
        b.iter(|| {
            let change = Change::AddTag {
                items: many.clone(),
                tag: "many".to_owned(),
            };
            catalog.person(change).expect("the change is saved");
            catalog.undo().expect("the change is taken back")
        });
    });
    group.finish();
}

criterion_group!(benches, catalog);
criterion_main!(benches);
