use super::*;
use crate::media::xmp::parse;

/// As digiKam writes it: lists in one description, and names of its own beside them.
const DIGIKAM_SHAPE: &str = r#"<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:digiKam="http://www.digikam.org/ns/1.0/"
    xmlns:MicrosoftPhoto="http://ns.microsoft.com/photo/1.0/"
    xmlns:lr="http://ns.adobe.com/lightroom/1.0/"
    xmlns:mediapro="http://ns.iview-multimedia.com/mediapro/1.0/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    digiKam:PickLabel="2"
    digiKam:ColorLabel="4"
    xmp:Rating="3"
    MicrosoftPhoto:Rating="50">
   <digiKam:TagsList>
    <rdf:Seq>
     <rdf:li>Places/Coast</rdf:li>
     <rdf:li>People/Ann &amp; Bo</rdf:li>
    </rdf:Seq>
   </digiKam:TagsList>
   <MicrosoftPhoto:LastKeywordXMP>
    <rdf:Bag>
     <rdf:li>Places/Coast</rdf:li>
     <rdf:li>People/Ann &amp; Bo</rdf:li>
    </rdf:Bag>
   </MicrosoftPhoto:LastKeywordXMP>
   <lr:hierarchicalSubject>
    <rdf:Bag>
     <rdf:li>Places|Coast</rdf:li>
     <rdf:li>People|Ann &amp; Bo</rdf:li>
    </rdf:Bag>
   </lr:hierarchicalSubject>
   <mediapro:CatalogSets>
    <rdf:Bag>
     <rdf:li>Places|Coast</rdf:li>
    </rdf:Bag>
   </mediapro:CatalogSets>
   <dc:subject>
    <rdf:Bag>
     <rdf:li>Coast</rdf:li>
     <rdf:li>Ann &amp; Bo</rdf:li>
    </rdf:Bag>
   </dc:subject>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"#;

/// As darktable writes it: its history of development is what must not be lost.
const DARKTABLE_SHAPE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/"
    xmlns:darktable="http://darktable.sf.net/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:lr="http://ns.adobe.com/lightroom/1.0/"
   xmp:Rating="-1"
   xmpMM:DerivedFrom="IMG_1.CR2"
   darktable:xmp_version="5"
   darktable:history_end="2">
   <darktable:masks_history>
    <rdf:Seq/>
   </darktable:masks_history>
   <darktable:history>
    <rdf:Seq>
     <rdf:li
      darktable:num="0"
      darktable:operation="exposure"
      darktable:params="gz03eJxjYGiwZ0AC&lt;x"/>
    </rdf:Seq>
   </darktable:history>
   <dc:subject>
    <rdf:Seq>
     <rdf:li>darktable|format|cr2</rdf:li>
     <rdf:li>sea</rdf:li>
    </rdf:Seq>
   </dc:subject>
   <lr:hierarchicalSubject>
    <rdf:Seq>
     <rdf:li>sea</rdf:li>
    </rdf:Seq>
   </lr:hierarchicalSubject>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
"#;

/// As Lightroom writes it, with a title in two languages and develop settings.
const LIGHTROOM_SHAPE: &str = r#"<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Adobe XMP Core 7.0-c000 1.000000, 0000/00/00-00:00:00        ">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="uuid:faf5bdd5"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:lr="http://ns.adobe.com/lightroom/1.0/"
   xmp:Rating="2"
   xmp:Label="Red"
   crs:Exposure2012="+0.35">
   <dc:title>
    <rdf:Alt>
     <rdf:li xml:lang="x-default">Harbour</rdf:li>
     <rdf:li xml:lang="de-DE">Hafen</rdf:li>
    </rdf:Alt>
   </dc:title>
   <dc:subject>
    <rdf:Bag>
     <rdf:li>Boats</rdf:li>
    </rdf:Bag>
   </dc:subject>
   <lr:hierarchicalSubject>
    <rdf:Bag>
     <rdf:li>Places|Harbour|Boats</rdf:li>
    </rdf:Bag>
   </lr:hierarchicalSubject>
   <crs:ToneCurvePV2012>
    <rdf:Seq>
     <rdf:li>0, 0</rdf:li>
     <rdf:li>255, 255</rdf:li>
    </rdf:Seq>
   </crs:ToneCurvePV2012>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
"#;

fn edited(old: &str, wish: &Wish) -> String {
    let new = edit(Some(old.as_bytes()), wish, |_| false).unwrap();
    String::from_utf8(new).unwrap()
}

fn tags(paths: &[&str]) -> Wish {
    Wish {
        tags: Some(paths.iter().map(|path| (*path).to_owned()).collect()),
        ..Wish::default()
    }
}

#[test]
fn a_new_sidecar_says_what_was_wished() {
    let wish = Wish {
        rating: Some(4),
        title: Some("Fish & <chips> \"now\"".to_owned()),
        tags: Some(vec!["Places|Sea".to_owned(), "海边".to_owned()]),
        taken_ms: Some(1_709_231_405_250),
        gps: Some((-38.722_301, 9.139_336)),
    };
    let text = edit(None, &wish, |_| false).unwrap();
    let xmp = parse(&text).unwrap();
    assert_eq!(xmp.rating, Some(4));
    assert_eq!(xmp.title, wish.title);
    assert_eq!(xmp.keywords, ["Sea", "海边"]);
    assert_eq!(xmp.hierarchical, ["Places|Sea", "海边"]);
    assert_eq!(xmp.taken_ms, wish.taken_ms);
    let (north, east) = xmp.gps.unwrap();
    assert!((north + 38.722_301).abs() < 1e-8 && (east - 9.139_336).abs() < 1e-8);
}

#[test]
fn what_is_not_wished_for_stays_byte_for_byte() {
    for shape in [DIGIKAM_SHAPE, DARKTABLE_SHAPE, LIGHTROOM_SHAPE] {
        assert_eq!(edited(shape, &Wish::default()), shape);
        let once = edited(
            shape,
            &Wish {
                rating: Some(5),
                ..tags(&["New|Tag"])
            },
        );
        let lines = |text: &str| -> HashSet<String> {
            text.lines()
                .map(|line| line.trim().trim_end_matches('>').to_owned())
                .collect()
        };
        let kept = lines(&once);
        for line in shape.lines().map(str::trim) {
            let is_ours = [
                "Rating=",
                "<rdf:li>",
                "Bag>",
                "Seq>",
                "subject>",
                "hierarchicalSubject>",
                "TagsList>",
                "LastKeywordXMP>",
            ]
            .iter()
            .any(|ours| line.contains(ours));
            assert!(
                is_ours || kept.contains(line.trim_end_matches('>')),
                "lost: {line}\n{once}"
            );
        }
        // Doing it again changes nothing, and does not grow.
        assert_eq!(
            edited(
                &once,
                &Wish {
                    rating: Some(5),
                    ..tags(&["New|Tag"])
                }
            ),
            once
        );
        let xmp = parse(once.as_bytes()).unwrap();
        assert_eq!(
            (xmp.rating, xmp.hierarchical),
            (Some(5), vec!["New|Tag".to_owned()])
        );
    }
}

#[test]
fn the_fields_of_other_programs_survive() {
    let wish = Wish {
        rating: Some(1),
        ..tags(&["People|Ann & Bo", "Places|Coast", "Sun"])
    };
    let new = edited(DIGIKAM_SHAPE, &wish);
    assert!(new.contains("digiKam:PickLabel=\"2\"") && new.contains("mediapro:CatalogSets"));
    assert_eq!(new.matches("Rating").count(), 4, "{new}");
    // Known ones keep their order, new ones come after them.
    let xmp = parse(new.as_bytes()).unwrap();
    assert_eq!(xmp.hierarchical, ["Places|Coast", "People|Ann & Bo", "Sun"]);
    assert_eq!(xmp.keywords, ["Coast", "Ann & Bo", "Sun"]);
    // A tag that was taken off goes from every list.
    let less = parse(edited(&new, &tags(&["Sun"])).as_bytes()).unwrap();
    assert_eq!(
        (less.hierarchical, less.keywords),
        (vec!["Sun".to_owned()], vec!["Sun".to_owned()])
    );

    let new = edited(DARKTABLE_SHAPE, &tags(&["sea", "sand"]));
    assert!(
        new.contains("darktable:params=\"gz03eJxjYGiwZ0AC&lt;x\"/>"),
        "{new}"
    );
    assert!(new.contains("xmp:Rating=\"-1\""), "not asked for");

    let new = edited(
        LIGHTROOM_SHAPE,
        &Wish {
            title: Some("Port".to_owned()),
            ..Wish::default()
        },
    );
    assert!(new.contains("<rdf:li xml:lang=\"x-default\">Port</rdf:li>"));
    assert!(new.contains("<rdf:li xml:lang=\"de-DE\">Hafen</rdf:li>"));
    assert!(new.contains("rdf:about=\"uuid:faf5bdd5\"\n    xmlns:rdf"));
    assert!(new.contains("crs:ToneCurvePV2012") && new.contains("Places|Harbour|Boats"));
}

#[test]
fn keywords_that_parlour_cannot_take_stay() {
    let long = "k".repeat(10_000);
    let old = LIGHTROOM_SHAPE.replace(
        "<rdf:li>Boats</rdf:li>",
        &format!("<rdf:li>Boats</rdf:li><rdf:li>{long}</rdf:li>"),
    );
    let new = edit(Some(old.as_bytes()), &tags(&["x"]), |keyword| {
        keyword.len() > 100
    })
    .unwrap();
    let new = String::from_utf8(new).unwrap();
    assert!(new.contains(&long) && !new.contains("Boats"));
}

#[test]
fn wide_characters_come_back_as_they_were() {
    for encoding in [Encoding::Utf16Le, Encoding::Utf16Be] {
        let old = encoding.encode(&format!("\u{FEFF}{LIGHTROOM_SHAPE}"));
        let new = edit(Some(&old), &tags(&["שלום 🎈"]), |_| false).unwrap();
        assert_eq!(new[..2], old[..2]);
        let xmp = parse(&new).unwrap();
        assert_eq!(
            (xmp.rating, xmp.keywords),
            (Some(2), vec!["שלום 🎈".to_owned()])
        );
    }
}

#[test]
fn rating_of_none_and_empty_lists_leave_nothing_behind() {
    let new = edited(
        LIGHTROOM_SHAPE,
        &Wish {
            rating: Some(0),
            ..tags(&[])
        },
    );
    let xmp = parse(new.as_bytes()).unwrap();
    assert_eq!((xmp.rating, xmp.keywords.len()), (None, 0));
    assert_eq!(new.matches("rdf:Description").count(), 2);
    let own = edit(
        None,
        &Wish {
            rating: Some(3),
            ..Wish::default()
        },
        |_| false,
    )
    .unwrap();
    let bare = edit(
        Some(&own),
        &Wish {
            rating: Some(0),
            ..Wish::default()
        },
        |_| false,
    )
    .unwrap();
    assert!(!String::from_utf8(bare).unwrap().contains("Description"));
}

#[test]
fn what_is_no_sidecar_is_refused() {
    let bomb = r#"<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]><x:xmpmeta>&c;</x:xmpmeta>"#;
    let deep = "<a>".repeat(1000);
    let cut = &DIGIKAM_SHAPE[..DIGIKAM_SHAPE.len() - 60];
    let large = "k".repeat(5 << 20);
    for bad in [
        "",
        "GIF89a",
        "{}",
        "<svg/>",
        "<a><b></a></b>",
        bomb,
        &deep,
        cut,
        &large,
    ] {
        let refused = edit(Some(bad.as_bytes()), &tags(&["x"]), |_| false);
        assert!(matches!(refused, Err(Error::Malformed { .. })), "{bad:.40}");
    }
    assert!(edit(Some(&[0x80, 0x81]), &tags(&["x"]), |_| false).is_err());
    // Cut anywhere, it is refused or still whole: never a panic.
    for end in (0..DIGIKAM_SHAPE.len()).filter(|end| DIGIKAM_SHAPE.is_char_boundary(*end)) {
        let _ = edit(
            Some(&DIGIKAM_SHAPE.as_bytes()[..end]),
            &tags(&["x"]),
            |_| false,
        );
    }
}
