//! Reading of searches; what they find is tested with the catalogue.

use super::*;

fn only(text: &str) -> What {
    let mut query = parse(text).unwrap();
    assert_eq!(query.terms.len(), 1, "{text}");
    query.terms.remove(0).what
}

fn why(text: &str) -> String {
    match parse(text) {
        Err(crate::Error::Query { why, .. }) => why,
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn the_language_is_read() {
    let query = parse("beach tag:sunset,\"blue hour\" -tag:people rating:>=4 \"so what\"").unwrap();
    assert_eq!(query.terms.len(), 5);
    assert!(query.terms[2].is_not);
    assert_eq!(query.words(), ["beach", "so", "what"]);
    assert_eq!(
        only("artist:\"Miles Davis\""),
        What::Text {
            column: Column::Artist,
            any: vec!["Miles Davis".to_owned()]
        }
    );
    let range = Range {
        from: Some(110.0),
        to: Some(130.0),
    };
    assert_eq!(
        only("bpm:110..130"),
        What::Number {
            field: Number::Bpm,
            ranges: vec![range]
        }
    );
    assert_eq!(only("year:2019..2021"), What::Year(vec![(2019, 2022)]));
    assert_eq!(
        only("kind:photo,video"),
        What::Kind(vec![Kind::Photo, Kind::Clip])
    );
    let exact = Range {
        from: Some(200_000.0),
        to: Some(200_000.0),
    };
    assert_eq!(
        only("duration:3:20"),
        What::Number {
            field: Number::DurationMs,
            ranges: vec![exact]
        }
    );
    assert_eq!(
        only("date:2024-02"),
        What::Date(vec![(1_706_745_600_000, 1_709_251_200_000)])
    );
    assert_eq!(
        only("date:2024-12-31").clone(),
        What::Date(vec![(1_735_603_200_000, 1_735_689_600_000)])
    );
    assert!(parse("  - … ").unwrap().is_empty());
    assert!(matches!(only("12:30"), What::Words { .. }));
    assert!(matches!(only("标签：x"), What::Words { .. }));
}

#[test]
fn what_cannot_be_read_says_why() {
    assert!(why("\"open").contains("not closed"));
    assert!(why("artis:miles").contains("no field 'artis'"));
    assert!(why("tag:").contains("what should follow 'tag:'"));
    assert!(why("rating:many").contains("'many' is not a number"));
    assert!(why("rating:>=").contains("number is missing"));
    assert!(why("year:20x4").contains("not a year"));
    assert!(why("date:2024-13").contains("not a date"));
    assert!(why("kind:film").contains("not a kind"));
    assert!(why("is:nice").contains("not a state"));
    assert!(why("bpm:..").contains("one side"));
    assert!(why(&"x".repeat(2000)).contains("longer"));
    assert!(why(&"x ".repeat(60)).contains("more than 50"));
}
