//! Damage, backups, newer files, second processes, full disks, and the person going first.

use std::sync::Arc;

use crossbeam_channel::bounded;
use rusqlite::Connection;

use super::*;
use crate::error::Error;

/// A library with a rated photo, closed.
fn closed() -> (Fixture, ItemId) {
    let mut f = Fixture::new();
    let item = f.photo("/p/a.jpg", 1);
    f.person(Change::Rate {
        items: vec![item],
        rating: 5,
    });
    f.catalog = None;
    (f, item)
}

fn reopen(f: &mut Fixture) -> Option<Notice> {
    let (catalog, notice) = Catalog::open(&f.dirs).unwrap();
    f.catalog = Some(catalog);
    notice
}

fn damaged_files(f: &Fixture) -> usize {
    let names = std::fs::read_dir(&f.dirs.data).unwrap().flatten();
    let names = names.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names
        .filter(|name| name.starts_with("catalog-damaged-") && name.ends_with(".sqlite"))
        .count()
}

#[test]
fn a_damaged_catalogue_is_set_aside_and_restored() {
    for damage in ["garbage", "header", "middle", "truncated"] {
        let (mut f, item) = closed();
        assert_eq!(backup::list(&f.dirs.backups()).len(), 1);
        let file = f.dirs.catalog();
        let mut bytes = std::fs::read(&file).unwrap();
        match damage {
            "garbage" => bytes = b"this is not a database".repeat(500),
            "header" => bytes[..16].fill(0),
            "middle" => bytes[4096..40960].fill(0xa5),
            _ => bytes.truncate(5000),
        }
        std::fs::write(&file, bytes).unwrap();
        let notice = reopen(&mut f);
        assert!(
            matches!(
                &notice,
                Some(Notice::CatalogRestored {
                    set_aside: Some(_),
                    ..
                })
            ),
            "{damage}: {notice:?}"
        );
        assert!(
            notice
                .unwrap()
                .to_string()
                .contains("restored from the backup of 20")
        );
        assert_eq!(f.item(item).rating, 5, "{damage}");
        assert_eq!(damaged_files(&f), 1);
        assert_eq!(f.restart(), None);
    }
}

#[test]
fn a_damaged_backup_is_passed_over() {
    let (mut f, item) = closed();
    let good = backup::list(&f.dirs.backups()).remove(0);
    let bad = f.dirs.backups().join("catalog-2999-01-01T000000Z.sqlite");
    std::fs::write(&bad, b"nothing").unwrap();
    std::fs::write(f.dirs.catalog(), b"nothing at all").unwrap();
    let notice = reopen(&mut f);
    assert!(
        matches!(notice, Some(Notice::CatalogRestored { backup_ms, .. }) if backup_ms == good.at_ms)
    );
    assert_eq!(f.item(item).rating, 5);
}

#[test]
fn without_a_backup_an_empty_one_is_begun_and_the_damaged_kept() {
    let (mut f, _) = closed();
    std::fs::remove_dir_all(f.dirs.backups()).unwrap();
    std::fs::write(f.dirs.catalog(), b"nothing at all").unwrap();
    let notice = reopen(&mut f);
    assert!(matches!(notice, Some(Notice::CatalogRestarted { .. })));
    assert!(f.reader().index().unwrap().is_empty());
    assert_eq!(damaged_files(&f), 1);
}

#[test]
fn a_catalogue_that_was_deleted_comes_back_from_its_backup() {
    let (mut f, item) = closed();
    std::fs::remove_file(f.dirs.catalog()).unwrap();
    assert!(matches!(
        reopen(&mut f),
        Some(Notice::CatalogRestored {
            set_aside: None,
            ..
        })
    ));
    assert_eq!(f.item(item).rating, 5);
}

#[test]
fn a_newer_catalogue_is_refused_untouched() {
    let (f, _) = closed();
    let conn = Connection::open(f.dirs.catalog()).unwrap();
    conn.pragma_update(None, "user_version", 99).unwrap();
    drop(conn);
    let before = std::fs::read(f.dirs.catalog()).unwrap();
    let refused = Catalog::open(&f.dirs).map(drop);
    assert!(
        matches!(refused, Err(Error::NewerCatalog { found: 99, .. })),
        "{refused:?}"
    );
    assert!(matches!(
        Reader::open(&f.dirs).map(drop),
        Err(Error::NewerCatalog { .. })
    ));
    assert_eq!(std::fs::read(f.dirs.catalog()).unwrap(), before);
}

#[test]
fn a_second_process_is_told_and_may_read() {
    let f = Fixture::new();
    let item = f.photo("/p/a.jpg", 1);
    assert!(matches!(
        Catalog::open(&f.dirs).map(drop),
        Err(Error::Busy { .. })
    ));
    let reader = Reader::open(&f.dirs).unwrap();
    assert_eq!(reader.index().unwrap()[0].id, item);
    let nothing = tempfile::tempdir().unwrap();
    assert!(matches!(
        Reader::open(&Dirs::under(nothing.path())).map(drop),
        Err(Error::NotFound { .. })
    ));
}

#[test]
fn the_last_seven_backups_are_kept_and_are_whole() {
    let f = Fixture::new();
    assert!(f.catalog().backup().is_err(), "nothing to back up yet");
    f.photo("/p/a.jpg", 1);
    for _ in 0..9 {
        f.catalog().backup().unwrap();
    }
    let backups = backup::list(&f.dirs.backups());
    assert_eq!(backups.len(), 7);
    assert!(backups.is_sorted_by(|a, b| a.at_ms > b.at_ms));
    assert!(backups.iter().all(|b| backup::is_good(&b.path)));
    let health = f.catalog().health().unwrap();
    assert_eq!(
        (health.items, health.problems.len(), health.backups.len()),
        (1, 0, 7)
    );
}

#[test]
fn a_full_disk_is_said_and_loses_nothing() {
    let f = Fixture::new();
    let item = f.photo("/p/a.jpg", 1);
    f.person(Change::Rate {
        items: vec![item],
        rating: 3,
    });
    // SQLite's own limit stands in for a full disk: the same error comes back.
    let limited = f.catalog().inner.writer.bulk(|pen| {
        pen.write("test", false, |tx| {
            let pages: i64 = tx.pragma_query_value(None, "page_count", |row| row.get(0))?;
            tx.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?;
            Ok(())
        })
    });
    limited.unwrap();
    let files: Vec<FoundFile> = (0..500)
        .map(|n| found(&format!("/p/long name {n}.jpg"), None))
        .collect();
    let full = f.catalog().bulk(|bulk| {
        files
            .iter()
            .try_for_each(|file| bulk.upsert_file(file).map(drop))
    });
    assert!(full.unwrap_err().to_string().contains("the disk is full"));
    assert_eq!(f.item(item).rating, 3);
    assert_eq!(f.reader().index().unwrap().len(), 1);
}

#[test]
fn a_data_folder_that_cannot_be_made_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, b"x").unwrap();
    let refused = Catalog::open(&Dirs::under(&file.join("library"))).map(drop);
    assert!(matches!(refused, Err(Error::Io { .. })), "{refused:?}");
}

#[test]
fn a_person_goes_before_bulk_work_that_waits() {
    let f = Fixture::new();
    let item = f.photo("/p/a.jpg", 1);
    let order = Arc::new(Mutex::new(Vec::new()));
    let (started, has_started) = bounded(1);
    let (go_on, may_go_on) = bounded::<()>(1);
    std::thread::scope(|scope| {
        let catalog = f.catalog();
        let holder = scope.spawn(move || {
            catalog.bulk(|_| {
                started.send(()).unwrap();
                may_go_on.recv().unwrap();
                Ok(())
            })
        });
        has_started.recv().unwrap();
        // Six batches queue up behind the one that runs, then the person comes.
        let batches: Vec<_> = (0..6)
            .map(|_| {
                let order = Arc::clone(&order);
                scope.spawn(move || catalog.bulk(|_| Ok(order.lock().push("bulk"))))
            })
            .collect();
        while catalog.inner.writer.waiting_bulk() < 6 {
            std::thread::yield_now();
        }
        let noted = Arc::clone(&order);
        catalog.person_later(
            Change::Rate {
                items: vec![item],
                rating: 2,
            },
            move |done| {
                done.unwrap();
                noted.lock().push("person");
            },
        );
        go_on.send(()).unwrap();
        holder.join().unwrap().unwrap();
        for batch in batches {
            batch.join().unwrap().unwrap();
        }
    });
    assert_eq!(order.lock().first(), Some(&"person"));
    assert_eq!(order.lock().len(), 7);
}

#[test]
fn a_batch_that_fails_or_panics_leaves_nothing_and_the_writer_goes_on() {
    let f = Fixture::new();
    let failed: Result<()> = f.catalog().bulk(|bulk| {
        bulk.upsert_file(&found("/p/a.jpg", None))?;
        Err(Error::Cancelled)
    });
    assert_eq!(failed, Err(Error::Cancelled));
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        f.catalog().bulk(|bulk| -> Result<()> {
            bulk.upsert_file(&found("/p/b.jpg", None))?;
            panic!("on purpose")
        })
    }));
    assert!(panicked.is_err());
    assert!(f.reader().index().unwrap().is_empty());
    f.photo("/p/c.jpg", 1);
    assert_eq!(f.reader().index().unwrap().len(), 1);
}

#[test]
fn readers_see_a_whole_state_while_others_write() {
    let f = Fixture::new();
    let (a, b) = (f.photo("/p/a.jpg", 1), f.photo("/p/b.jpg", 2));
    std::thread::scope(|scope| {
        let catalog = f.catalog();
        let writer = scope.spawn(move || {
            for n in 0..40 {
                catalog
                    .person(Change::Rate {
                        items: vec![a, b],
                        rating: n % 6,
                    })
                    .unwrap();
            }
        });
        for _ in 0..3 {
            scope.spawn(move || {
                let reader = catalog.reader().unwrap();
                for _ in 0..200 {
                    let rows = reader.index().unwrap();
                    assert_eq!(rows[0].rating, rows[1].rating);
                }
            });
        }
        writer.join().unwrap();
    });
}

#[test]
fn a_reader_can_be_interrupted() {
    let f = Fixture::new();
    let reader = f.reader();
    let interrupt = reader.interrupter();
    let stopped = std::thread::scope(|scope| {
        let run = scope.spawn(move || {
            reader.read("test", |conn| {
                let endless = "WITH RECURSIVE n (x) AS (VALUES (1) UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n";
                Ok(conn.query_row(endless, [], |row| row.get::<_, i64>(0))?)
            })
        });
        while !run.is_finished() {
            interrupt.interrupt();
            std::thread::yield_now();
        }
        run.join().unwrap()
    });
    assert_eq!(stopped, Err(Error::Cancelled));
}
