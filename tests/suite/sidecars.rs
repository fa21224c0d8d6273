//! Other programs read what Parlour writes: exiftool and exiv2 on sidecars and on songs.

use std::path::Path;
use std::process::Command;

use crate::support::{Home, json_lines, text};

fn said(program: &str, arguments: &[&str], file: &Path) -> String {
    let output = Command::new(program)
        .args(arguments)
        .arg(file)
        .output()
        .unwrap_or_else(|error| panic!("{program} is needed for this test: {error}"));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn exiftool(file: &Path) -> serde_json::Value {
    let out = said("exiftool", &["-json", "-G1", "-struct"], file);
    serde_json::from_str::<serde_json::Value>(&out).unwrap()[0].clone()
}

/// Words of a list that has one entry or several.
fn words(value: &serde_json::Value) -> Vec<String> {
    match value {
        serde_json::Value::Array(values) => values.iter().flat_map(words).collect(),
        serde_json::Value::String(word) => vec![word.clone()],
        serde_json::Value::Null => Vec::new(),
        other => vec![other.to_string()],
    }
}

#[test]
fn exiftool_and_exiv2_read_the_same_from_sidecars() {
    let home = Home::new();
    let photo = home.media().join("photo 1.png");
    // One sidecar is new, one is digiKam's and keeps what only digiKam knows.
    let theirs = home.media().join("photo 2.png.xmp");
    std::fs::write(
        &theirs,
        r#"<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:digiKam="http://www.digikam.org/ns/1.0/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/" digiKam:PickLabel="3" xmp:Rating="2" crs:Exposure2012="+0.35">
<digiKam:TagsList><rdf:Seq><rdf:li>Garden/Roses</rdf:li></rdf:Seq></digiKam:TagsList>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"#,
    )
    .unwrap();
    home.parlour(&["scan", text(&home.media())]);
    let (_, out, _) = home.parlour(&["search", "tag:roses", "--json"]);
    assert_eq!(json_lines(&out).len(), 1, "read in full");
    let (code, _, err) = home.parlour(&["sidecars", "on", text(&home.media())]);
    assert_eq!(code, 0, "{err}");
    let second = home.media().join("photo 2.png");
    for file in [&photo, &second] {
        let (code, _, err) = home.parlour(&["tags", "add", "Places/Küste & Meer", text(file)]);
        assert_eq!(code, 0, "{err}");
        let (code, _, err) = home.parlour(&["tags", "add", "海", text(file)]);
        assert_eq!(code, 0, "{err}");
    }
    for (sidecar, has_roses) in [
        (home.media().join("photo 1.png.xmp"), false),
        (theirs, true),
    ] {
        let read = exiftool(&sidecar);
        let mut subject = words(&read["XMP-dc:Subject"]);
        subject.sort();
        let mut expected = vec!["Küste & Meer".to_owned(), "海".to_owned()];
        if has_roses {
            expected.insert(1, "Roses".to_owned());
            expected.sort();
            assert_eq!(words(&read["XMP-crs:Exposure2012"]), ["+0.35"]);
            assert_eq!(words(&read["XMP-digiKam:PickLabel"]).len(), 1);
            assert_eq!(words(&read["XMP-xmp:Rating"]), ["2"]);
        }
        assert_eq!(subject, expected);
        let list = words(&read["XMP-lr:HierarchicalSubject"]);
        assert!(list.contains(&"Places|Küste & Meer".to_owned()), "{list:?}");
        let list = words(&read["XMP-digiKam:TagsList"]);
        assert!(list.contains(&"Places/Küste & Meer".to_owned()), "{list:?}");
        let list = words(&read["XMP-microsoft:LastKeywordXMP"]);
        assert!(list.contains(&"Places/Küste & Meer".to_owned()), "{list:?}");

        // exiv2 prints "Xmp.dc.subject XmpBag 2 a, b".
        let printed = said("exiv2", &["-p", "x"], &sidecar);
        let line = |key: &str| {
            printed
                .lines()
                .find(|line| line.starts_with(key))
                .unwrap_or_else(|| panic!("no {key} in\n{printed}"))
                .to_owned()
        };
        for word in &subject {
            assert!(line("Xmp.dc.subject").contains(word.as_str()), "{printed}");
        }
        for key in [
            "Xmp.lr.hierarchicalSubject",
            "Xmp.digiKam.TagsList",
            "Xmp.MicrosoftPhoto.LastKeywordXMP",
        ] {
            assert!(line(key).contains("Küste & Meer"), "{printed}");
        }
        if has_roses {
            assert!(line("Xmp.xmp.Rating").trim_end().ends_with('2'));
        }
    }
}
