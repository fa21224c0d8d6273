//! Catalogues that earlier versions wrote.

use super::*;

#[test]
fn the_first_versions_catalogue_opens_with_all_that_was_made_in_it() {
    let mut f = Fixture::new();
    f.catalog = None;
    std::fs::remove_dir_all(&f.dirs.data).unwrap();
    f.dirs.create().unwrap();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/catalog/v1.sqlite");
    std::fs::copy(fixture, f.dirs.catalog()).unwrap();
    let (catalog, notice) = Catalog::open(&f.dirs).unwrap();
    assert_eq!(notice, None);
    let reader = catalog.reader().unwrap();
    let item = |path: &str| {
        let id = reader.item_by_path(Path::new(path)).unwrap().unwrap();
        reader.item(id).unwrap().unwrap()
    };
    let (fjord, aurora, song) = (
        item("/photos/fjord.jpg"),
        item("/photos/aurora.jpg"),
        item("/photos/lamp.mp3"),
    );
    assert_eq!((fjord.is_favourite, fjord.rating), (true, 4));
    assert_eq!(song.rating, 5);
    let states = |id: ItemId| -> Vec<(String, TagState)> {
        let tags = reader.tags_of(id).unwrap();
        tags.into_iter().map(|tag| (tag.name, tag.state)).collect()
    };
    let has = |id: ItemId, name: &str, state: TagState| {
        let found = states(id);
        assert!(found.contains(&(name.to_owned(), state)), "{found:?}");
    };
    has(fjord.id, "Coast", TagState::Confirmed);
    has(fjord.id, "fjord", TagState::Rejected);
    has(song.id, "最爱", TagState::Confirmed);
    let collections = reader.collections().unwrap();
    assert_eq!(collections[0].name, "Evenings");
    assert_eq!(
        reader.collection_items(collections[0].id).unwrap(),
        [aurora.id, song.id]
    );
    let events = reader.events(0).unwrap();
    let heard: Vec<_> = events
        .iter()
        .map(|event| (event.item, event.at_ms))
        .collect();
    assert!(
        heard.contains(&(Some(song.id), 1_762_027_200_000)),
        "{heard:?}"
    );
    assert!(heard.contains(&(Some(aurora.id), 1_762_113_600_000)));
    let found = reader.search(&search::parse("fjord").unwrap(), 10).unwrap();
    assert_eq!(found, [fjord.id]);
    // A step up is preceded by a backup of what was there.
    let is_kept = backup::list(&f.dirs.backups()).iter().any(|backup| {
        let conn = rusqlite::Connection::open(&backup.path).unwrap();
        schema::version(&conn).unwrap() == 1
    });
    assert!(is_kept || schema::VERSION == 1);
}
