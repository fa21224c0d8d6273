//! What searches find.

use super::*;

struct Shelf {
    f: Fixture,
    beach: ItemId,
    etude: ItemId,
    sea: ItemId,
    what: ItemId,
}

/// Two photos and two songs.
fn shelf() -> Shelf {
    let f = Fixture::new();
    let add = |path: &str, kind: Kind, hash: u8, probe: Probe| {
        f.catalog()
            .bulk(|bulk| {
                let folder = bulk.add_folder(Path::new("/media"), &Kind::ALL)?;
                let file = FoundFile {
                    kind,
                    folder: Some(folder),
                    ..found(path, Some(hash))
                };
                let item = bulk.upsert_file(&file)?.item;
                bulk.set_probe(item, &probe)?;
                Ok(item)
            })
            .unwrap()
    };
    let text = |text: &str| Some(text.to_owned());
    let beach = add(
        "/media/Summer 2019/IMG_0001.jpg",
        Kind::Photo,
        1,
        Probe {
            date_ms: Some(1_562_000_000_000),
            camera: text("Fujifilm X100V"),
            rating: Some(4),
            gps: Some((38.7, -9.1)),
            notes: "Ana at the beach, Ærø".to_owned(),
            ..Probe::default()
        },
    );
    let etude = add(
        "/media/Chopin/op10.flac",
        Kind::Audio,
        2,
        Probe {
            title: text("Étude Op. 10"),
            artist: text("Frédéric Chopin"),
            album: text("Études"),
            genre: text("Classical"),
            year: Some(2001),
            duration_ms: Some(200_400),
            bpm: Some(120.0),
            ..Probe::default()
        },
    );
    let sea = add(
        "/media/Reisen/夏天的海边.jpg",
        Kind::Photo,
        3,
        Probe {
            date_ms: Some(1_720_000_000_000),
            format: "PNG".to_owned(),
            ..Probe::default()
        },
    );
    let what = add(
        "/media/Miles/so what.mp3",
        Kind::Audio,
        4,
        Probe {
            title: text("So What"),
            artist: text("Miles Davis"),
            album: text("Kind of Blue"),
            ..Probe::default()
        },
    );
    f.tag_by_model(
        beach,
        "photo@1",
        &[("beach", 0.9, true), ("people", 0.4, false)],
    );
    f.tag_by_model(
        sea,
        "photo@1",
        &[("beach", 0.3, false), ("sunset", 0.8, true)],
    );
    let names = TagNames {
        slug: "sunset".to_owned(),
        parent: None,
        names: vec![
            "Sunset".to_owned(),
            "日落".to_owned(),
            "golden evening".to_owned(),
        ],
    };
    f.catalog()
        .bulk(|bulk| bulk.describe_tags(&[names]))
        .unwrap();
    Shelf {
        f,
        beach,
        etude,
        sea,
        what,
    }
}

impl Shelf {
    fn finds(&self, query: &str, mut wanted: Vec<ItemId>) {
        let parsed = search::parse(query).unwrap();
        let mut found = self.f.reader().search(&parsed, 100).unwrap();
        found.sort();
        wanted.sort();
        assert_eq!(found, wanted, "{query}");
    }
}

#[test]
fn words_find_what_they_begin() {
    let s = shelf();
    s.finds("etu", vec![s.etude]);
    s.finds("ÉTUDE", vec![s.etude]);
    s.finds("frederic op", vec![s.etude]);
    s.finds("img", vec![s.beach]);
    s.finds("0001", vec![s.beach]);
    s.finds("summer", vec![s.beach]);
    s.finds("aero", vec![s.beach]);
    s.finds("fuji", vec![s.beach]);
    s.finds("\"so what\"", vec![s.what]);
    s.finds("\"what so\"", vec![]);
    s.finds("what so", vec![s.what]);
    s.finds("so-what", vec![s.what]);
    s.finds("", vec![s.beach, s.etude, s.sea, s.what]);
    s.finds("-miles kind:audio", vec![s.etude]);
    s.finds("'; DROP TABLE item; --", vec![]);
    s.finds("\" OR NEAR(\"", vec![]);
}

#[test]
fn cjk_is_found_by_any_run_of_characters() {
    let s = shelf();
    for query in ["海边", "天的", "夏天", "边", "的海"] {
        s.finds(query, vec![s.sea]);
    }
    s.finds("边海", vec![]);
    s.finds("日落", vec![s.sea]);
    s.finds("tag:日落", vec![s.sea]);
}

#[test]
fn tags_are_found_by_words_and_by_field() {
    let s = shelf();
    // A word finds names, captions and sure tags; not suggestions.
    s.finds("beach", vec![s.beach]);
    s.finds("suns", vec![s.sea]);
    s.finds("evening", vec![s.sea]);
    s.finds("tag:beach", vec![s.beach]);
    s.finds("suggested:beach", vec![s.sea]);
    s.finds("tag:sunset,beach", vec![s.sea, s.beach]);
    s.finds("kind:photo -tag:beach", vec![s.sea]);
    s.finds("tag:nothing", vec![]);
    s.finds("-beach kind:photo", vec![s.sea]);
    s.f.person(Change::AddTag {
        items: vec![s.what],
        tag: "Moods/Calm/Late".to_owned(),
    });
    s.finds("tag:moods", vec![s.what]);
    s.finds("tag:Moods/Calm", vec![s.what]);
    s.finds("late", vec![s.what]);
    s.f.person(Change::RejectTag {
        items: vec![s.beach],
        tag: "beach".to_owned(),
    });
    s.finds("tag:beach", vec![]);
    s.finds("rejected:beach", vec![s.beach]);
}

#[test]
fn fields_narrow() {
    let s = shelf();
    s.finds("artist:\"Miles Davis\"", vec![s.what]);
    s.finds("artist:davis,chopin", vec![s.what, s.etude]);
    s.finds("-artist:davis kind:audio", vec![s.etude]);
    s.finds("album:etudes", vec![s.etude]);
    s.finds("rating:>=4", vec![s.beach]);
    s.finds("rating:0 kind:photo", vec![s.sea]);
    s.finds("bpm:110..130", vec![s.etude]);
    s.finds("bpm:>120", vec![]);
    s.finds("duration:3:20", vec![s.etude]);
    s.finds("duration:<3:20", vec![]);
    s.finds("year:2019", vec![s.beach]);
    s.finds("year:2001", vec![s.etude]);
    s.finds("year:2019..2024 kind:photo", vec![s.beach, s.sea]);
    s.finds("date:2019-07", vec![s.beach]);
    s.finds("date:>2019-07-02 kind:photo", vec![s.sea]);
    s.finds("in:\"summer 2019\"", vec![s.beach]);
    s.finds("file:op10", vec![s.etude]);
    s.finds("camera:x100", vec![s.beach]);
    s.finds("format:png", vec![s.sea]);
    s.finds("is:located", vec![s.beach]);
    s.finds("is:tagged", vec![]);
    s.finds("is:suggested", vec![s.beach, s.sea]);
    s.finds("genre:classical artist:chopin etude", vec![s.etude]);
}

#[test]
fn states_and_collections_narrow() {
    let s = shelf();
    s.f.person(Change::Favourite {
        items: vec![s.sea],
        on: true,
    });
    s.f.person(Change::Hide {
        items: vec![s.beach],
        on: true,
    });
    s.f.missing("/media/Miles/so what.mp3");
    s.finds("is:favourite", vec![s.sea]);
    s.finds("is:hidden", vec![s.beach]);
    s.finds("img", vec![]);
    s.finds("is:missing", vec![s.what]);
    let made = s.f.person(Change::CreateCollection {
        name: "Best of".to_owned(),
        query: None,
    });
    let id = made.collection.unwrap();
    s.f.person(Change::AddToCollection {
        id,
        items: vec![s.etude],
        at: None,
    });
    s.finds("collection:\"best of\"", vec![s.etude]);
    let smart = Change::CreateCollection {
        name: "Photos".to_owned(),
        query: Some("kind:photo".to_owned()),
    };
    let id = s.f.person(smart).collection.unwrap();
    assert_eq!(s.f.reader().collection_items(id).unwrap(), [s.sea]);
}

#[test]
fn titles_that_begin_with_the_words_come_first() {
    let f = Fixture::new();
    let titles = ["Deep blue sea", "Blue", "A blue", "Blue in Green", "Green"];
    let items: Vec<ItemId> = (1..)
        .zip(titles)
        .map(|(n, title)| {
            let item = f.photo(&format!("/p/{n}.jpg"), n);
            let probe = Probe {
                title: Some(title.to_owned()),
                date_ms: Some(n.into()),
                ..Probe::default()
            };
            f.catalog()
                .bulk(|bulk| bulk.set_probe(item, &probe))
                .unwrap();
            item
        })
        .collect();
    let found = f
        .reader()
        .search(&search::parse("blue").unwrap(), 10)
        .unwrap();
    assert_eq!(found, [items[3], items[1], items[2], items[0]]);
    let one = f
        .reader()
        .search(&search::parse("blue").unwrap(), 1)
        .unwrap();
    assert_eq!(one, [items[3]]);
}
