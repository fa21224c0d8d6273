//! What the person made leaves and comes back.

use super::*;
use crate::catalog::{Change, EventKind, NewEvent, ProfileId, TagState};

fn tag_names(library: &Library, path: &Path, state: TagState) -> Vec<String> {
    let reader = library.catalog().reader().unwrap();
    let tags = reader.tags_of(item_at(library, path).id).unwrap();
    let mut names: Vec<String> = tags
        .into_iter()
        .filter(|tag| tag.state == state)
        .map(|tag| tag.name)
        .collect();
    names.sort();
    names
}

#[test]
fn an_export_brings_everything_to_another_library() {
    let place = Place::new();
    let (a, b) = (
        place.photo("pictures/a.jpg", 1),
        place.song("music/b.wav", 2),
    );
    let c = place.photo("pictures/sub/c.jpg", 3);
    place.photo("pictures/plain.jpg", 4);
    let library = place.open();
    scan_of(&library, &[place.files()]);
    let id = |path: &Path| item_at(&library, path).id;
    let person = |change| library.catalog().person(change).unwrap();
    person(Change::AddTag {
        items: vec![id(&a), id(&c)],
        tag: "Places/Coast/Beach".to_owned(),
    });
    person(Change::AddTag {
        items: vec![id(&b)],
        tag: "夏の歌".to_owned(),
    });
    person(Change::CreateTag {
        name: "Noise".to_owned(),
    });
    person(Change::RejectTag {
        items: vec![id(&b)],
        tag: "Noise".to_owned(),
    });
    person(Change::Rate {
        items: vec![id(&a)],
        rating: 4,
    });
    person(Change::Favourite {
        items: vec![id(&b)],
        on: true,
    });
    let name = "Evening".to_owned();
    let made = person(Change::CreateCollection { name, query: None })
        .collection
        .unwrap();
    person(Change::AddToCollection {
        id: made,
        items: vec![id(&c), id(&a)],
        at: None,
    });
    let event = NewEvent {
        profile: ProfileId::FIRST,
        item: Some(id(&b)),
        kind: EventKind::Played,
        value: 0.75,
        at_ms: 1_700_000_000_000,
        context: Some("shelf".to_owned()),
    };
    person(Change::RecordEvents(vec![event]));
    person(Change::StrikeReason {
        key: "artist:x".to_owned(),
    });

    let out = place.files().parent().unwrap().join("out");
    let summary = export::export(&library, &out, &Cancel::new()).unwrap();
    assert_eq!(
        (
            summary.items,
            summary.sidecars,
            summary.collections,
            summary.events
        ),
        (3, 3, 1, 1)
    );
    let sidecar = out.join("sidecars/files/pictures/a.jpg.xmp");
    let xmp = crate::media::xmp::read(&sidecar).unwrap();
    assert_eq!(
        (xmp.rating, xmp.keywords),
        (Some(4), vec!["Beach".to_owned()])
    );
    assert_eq!(xmp.hierarchical, ["Places|Coast|Beach"]);

    // Another machine: other places, one file edited there.
    let other = Place::new();
    for (from, to) in [(&a, "x/a renamed.jpg"), (&b, "music/b.wav")] {
        other.write(to, &std::fs::read(from).unwrap());
    }
    other.write("pictures/sub/c.jpg", &jpeg(9, 50, 50));
    let second = other.open();
    scan_of(&second, &[other.files()]);
    let summary = import::import(&second, &out, &Cancel::new()).unwrap();
    assert_eq!(
        (summary.found, summary.not_found, summary.events),
        (3, 0, 1),
        "{summary:?}"
    );
    let (a2, b2) = (other.path("x/a renamed.jpg"), other.path("music/b.wav"));
    let c2 = other.path("pictures/sub/c.jpg");
    assert_eq!(tag_names(&second, &a2, TagState::Confirmed), ["Beach"]);
    assert_eq!(tag_names(&second, &c2, TagState::Confirmed), ["Beach"]);
    assert_eq!(tag_names(&second, &b2, TagState::Confirmed), ["夏の歌"]);
    assert_eq!(tag_names(&second, &b2, TagState::Rejected), ["Noise"]);
    assert_eq!(item_at(&second, &a2).rating, 4);
    assert!(item_at(&second, &b2).is_favourite);
    let reader = second.catalog().reader().unwrap();
    let collection = &reader.collections().unwrap()[0];
    let members = reader.collection_items(collection.id).unwrap();
    assert_eq!(
        members,
        [item_at(&second, &c2).id, item_at(&second, &a2).id]
    );
    assert!(reader.struck_reasons().unwrap().contains("artist:x"));
    let history = reader.history_of(item_at(&second, &b2).id, 9).unwrap();
    assert_eq!((history.len(), history[0].value), (1, 0.75));
    // A second time nothing is left to do.
    let again = import::import(&second, &out.join(export::FILE_NAME), &Cancel::new()).unwrap();
    assert_eq!((again.changes, again.collections, again.events), (0, 0, 0));
}

#[test]
fn what_is_no_export_changes_nothing() {
    let place = Place::new();
    let library = place.open();
    let not_json = place.write("a.json", b"{\"format\": \"parlour-exp");
    let other = place.write("b.json", b"{\"format\": \"something\", \"version\": 1}");
    let newer = place.write(
        "c.json",
        b"{\"format\": \"parlour-export\", \"version\": 99}",
    );
    let wild = place.write(
        "d.json",
        br#"{"format":"parlour-export","version":1,"items":[{"hash":"xyz","paths":["bytes:zz","../../etc/a"]}],
            "collections":[{"name":"c","items":[7,0]}],"events":[{"profile":9,"item":99,"kind":"played","value":1.0,"at_ms":5}]}"#,
    );
    for file in [&not_json, &other, &newer] {
        let result = import::import(&library, file, &Cancel::new());
        assert!(matches!(result, Err(Error::Malformed { .. })), "{result:?}");
    }
    let summary = import::import(&library, &wild, &Cancel::new()).unwrap();
    assert_eq!(
        (summary.found, summary.not_found, summary.events),
        (0, 1, 0)
    );
    let nowhere = import::import(&library, &place.path("none.json"), &Cancel::new());
    assert!(matches!(nowhere, Err(Error::Io { .. })));
}

#[test]
fn metadata_in_sidecars_becomes_tags_and_ratings() {
    let place = Place::new();
    let a = place.photo("a.jpg", 1);
    let xmp = crate::media::xmp::Wish {
        rating: Some(5),
        title: Some("Low tide".to_owned()),
        tags: Some(vec!["Beach".to_owned()]),
        ..Default::default()
    };
    place.write("a.jpg.xmp", &crate::media::xmp::write_new(&xmp).unwrap());
    let library = place.open();
    scan_of(&library, &[place.files()]);
    let item = item_at(&library, &a);
    assert_eq!((item.title.as_str(), item.rating), ("Low tide", 5));
    assert_eq!(tag_names(&library, &a, TagState::Confirmed), ["Beach"]);
}
