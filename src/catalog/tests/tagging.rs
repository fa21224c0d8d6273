//! What models say, and that what people say stands.

use super::*;

fn states(f: &Fixture, item: ItemId) -> Vec<(String, TagState)> {
    let mut tags: Vec<_> = f
        .reader()
        .tags_of(item)
        .unwrap()
        .into_iter()
        .map(|t| (t.name, t.state))
        .collect();
    tags.sort();
    tags
}

fn named(name: &str, state: TagState) -> (String, TagState) {
    (name.to_owned(), state)
}

#[test]
fn a_model_never_overwrites_a_person() {
    let f = Fixture::new();
    let item = f.photo("/p/a.jpg", 1);
    f.tag_by_model(
        item,
        "photo@1",
        &[
            ("beach", 0.9, true),
            ("dog", 0.6, true),
            ("cat", 0.3, false),
        ],
    );
    f.person(Change::RejectTag {
        items: vec![item],
        tag: "dog".to_owned(),
    });
    f.person(Change::ConfirmTag {
        items: vec![item],
        tag: "cat".to_owned(),
    });
    f.person(Change::AddTag {
        items: vec![item],
        tag: "boat".to_owned(),
    });
    let said = [
        named("beach", TagState::Shown),
        named("boat", TagState::Confirmed),
        named("cat", TagState::Confirmed),
        named("dog", TagState::Rejected),
    ];
    assert_eq!(states(&f, item), said);
    // A newer version, sure of everything.
    f.tag_by_model(
        item,
        "photo@2",
        &[
            ("boat", 1.0, true),
            ("dog", 1.0, true),
            ("cat", 0.9, true),
            ("beach", 0.2, false),
        ],
    );
    let mut now = said.clone();
    now[0].1 = TagState::Suggested;
    assert_eq!(states(&f, item), now);
    let tags = f.reader().tags_of(item).unwrap();
    let cat = tags.iter().find(|t| t.name == "cat").unwrap();
    assert_eq!(cat.source, TagSource::Person);
    let beach = tags.iter().find(|t| t.name == "beach").unwrap();
    assert_eq!(
        beach.source,
        TagSource::Model {
            pack: "photo@2".to_owned()
        }
    );
}

#[test]
fn a_run_is_rolled_back_alone() {
    let f = Fixture::new();
    let (a, b) = (f.photo("/p/a.jpg", 1), f.photo("/p/b.jpg", 2));
    f.tag_by_model(a, "photo@1", &[("beach", 0.9, true)]);
    let run = f.tag_by_model(a, "photo@2", &[("desert", 0.9, true)]);
    f.tag_by_model(b, "sound@1", &[("waves", 0.9, true)]);
    f.person(Change::AddTag {
        items: vec![a],
        tag: "mine".to_owned(),
    });
    assert_eq!(
        states(&f, a),
        [
            named("desert", TagState::Shown),
            named("mine", TagState::Confirmed)
        ]
    );
    assert_eq!(
        f.catalog().bulk(|bulk| bulk.roll_back_run(run)).unwrap(),
        [a]
    );
    assert_eq!(
        states(&f, a),
        [
            named("beach", TagState::Shown),
            named("mine", TagState::Confirmed)
        ]
    );
    assert_eq!(states(&f, b), [named("waves", TagState::Shown)]);
    let packs: Vec<String> = f
        .reader()
        .model_runs()
        .unwrap()
        .into_iter()
        .map(|r| r.pack)
        .collect();
    assert_eq!(packs, ["sound@1", "photo@1"]);
}

#[test]
fn two_packs_agree_on_the_better_score() {
    let f = Fixture::new();
    let item = f.photo("/p/a.jpg", 1);
    f.tag_by_model(item, "sound@1", &[("piano", 0.4, false)]);
    f.tag_by_model(item, "music@1", &[("piano", 0.8, true)]);
    let tags = f.reader().tags_of(item).unwrap();
    assert_eq!((tags[0].state, tags[0].score), (TagState::Shown, 0.8));
    let tag = &f.reader().tags().unwrap()[0];
    assert_eq!((tag.count_shown, tag.count_suggested), (1, 0));
    assert_eq!(
        f.reader()
            .items_with_tag(tag.id, &[TagState::Shown])
            .unwrap(),
        [(item, 0.8)]
    );
}

#[test]
fn embeddings_come_back_in_half_precision() {
    let f = Fixture::new();
    let item = f.photo("/p/a.jpg", 1);
    f.tag_by_model(item, "photo@1", &[]);
    let stored = f.reader().embedding(item, "photo@1").unwrap().unwrap();
    assert_eq!(stored, [0.5, -0.5, 0.25]);
    assert_eq!(
        f.reader().embeddings(Kind::Photo).unwrap(),
        [(item, vec![0.5, -0.5, 0.25])]
    );
    assert!(f.reader().embeddings(Kind::Audio).unwrap().is_empty());
}

#[test]
fn deleted_and_merged_tags_stay_so_for_models_and_files() {
    let f = Fixture::new();
    let item = f.photo("/p/a.jpg", 1);
    let tags: &[(&str, f32, bool)] = &[
        ("beach", 0.9, true),
        ("shore", 0.8, true),
        ("dog", 0.7, true),
    ];
    f.tag_by_model(item, "photo@1", tags);
    f.person(Change::MergeTags {
        from: "shore".to_owned(),
        into: "beach".to_owned(),
    });
    f.person(Change::DeleteTag {
        name: "dog".to_owned(),
    });
    f.tag_by_model(item, "photo@2", tags);
    let keywords = vec!["dog".to_owned(), "Shore".to_owned()];
    f.catalog()
        .bulk(|bulk| bulk.set_keywords(item, &keywords))
        .unwrap();
    assert_eq!(states(&f, item), [named("beach", TagState::Confirmed)]);
    // The person may want it again after all, and then the model may too.
    f.person(Change::CreateTag {
        name: "Dog".to_owned(),
    });
    f.tag_by_model(item, "photo@2", tags);
    assert_eq!(
        states(&f, item),
        [
            named("Dog", TagState::Shown),
            named("beach", TagState::Confirmed)
        ]
    );
}

#[test]
fn keywords_of_a_file_follow_the_file() {
    let f = Fixture::new();
    let item = f.photo("/p/a.jpg", 1);
    let set = |keywords: &[&str]| {
        let keywords: Vec<String> = keywords.iter().map(|k| (*k).to_owned()).collect();
        f.catalog()
            .bulk(|bulk| bulk.set_keywords(item, &keywords))
            .unwrap();
    };
    set(&["Places|Lisbon", "sunset", ""]);
    assert_eq!(
        f.reader()
            .tags()
            .unwrap()
            .iter()
            .map(|t| t.path.as_str())
            .collect::<Vec<_>>(),
        ["Places", "Places/Lisbon", "sunset"]
    );
    f.person(Change::RejectTag {
        items: vec![item],
        tag: "sunset".to_owned(),
    });
    set(&["sunset", "boats"]);
    assert_eq!(
        states(&f, item),
        [
            named("boats", TagState::Confirmed),
            named("sunset", TagState::Rejected)
        ]
    );
}

#[test]
fn a_renamed_tag_is_still_the_model_s() {
    let f = Fixture::new();
    let item = f.photo("/p/a.jpg", 1);
    f.tag_by_model(item, "photo@1", &[("beach", 0.9, true)]);
    f.person(Change::RenameTag {
        from: "beach".to_owned(),
        to: "Strand".to_owned(),
    });
    f.tag_by_model(item, "photo@2", &[("beach", 0.8, true)]);
    assert_eq!(states(&f, item), [named("Strand", TagState::Shown)]);
    let names = TagNames {
        slug: "beach".to_owned(),
        parent: Some("nature".to_owned()),
        names: vec!["Beach".to_owned(), "海滩".to_owned()],
    };
    f.catalog()
        .bulk(|bulk| bulk.describe_tags(&[names]))
        .unwrap();
    assert_eq!(states(&f, item), [named("Strand", TagState::Shown)]);
    let id = f.reader().find_tag("海滩").unwrap();
    assert_eq!(id, f.reader().find_tag("strand").unwrap());
}

#[test]
fn analyses_are_pending_until_done_or_failed_and_again_after_a_change() {
    let f = Fixture::new();
    let (a, b) = (f.photo("/p/a.jpg", 1), f.photo("/p/b.jpg", 2));
    let pending = || f.reader().pending("thumb", 1, &[Kind::Photo], 10).unwrap();
    assert_eq!(pending().len(), 2);
    f.catalog()
        .bulk(|bulk| {
            bulk.set_analysis(a, "thumb", 1, Ok(b"{}"))?;
            bulk.set_analysis(b, "thumb", 1, Err("damaged"))
        })
        .unwrap();
    assert!(pending().is_empty());
    assert_eq!(
        f.reader().analysis(b, "thumb").unwrap().unwrap().outcome,
        Err("damaged".to_owned())
    );
    assert_eq!(
        f.reader()
            .pending("thumb", 2, &[Kind::Photo], 10)
            .unwrap()
            .len(),
        2
    );
    f.upsert(&FoundFile {
        mtime_ms: 1,
        ..found("/p/b.jpg", None)
    });
    f.hash("/p/b.jpg", 9);
    assert_eq!(pending(), [b]);
}
