//! XMP: keywords, rating, title and date in packets and sidecars (ISO 16684-1; Adobe's XMP specification part 2 for
//! the schemas, Lightroom's and digiKam's for keywords with parents).

mod edit;

use std::path::{Path, PathBuf};

use quick_xml::NsReader;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;

pub use edit::{Wish, edit};

use super::{clean_text, dates, limits};
use crate::error::{Error, Result};

/// What a packet or sidecar says, as far as Parlour uses it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Xmp {
    /// Stars, 1 to 5; `Some(0)` when it says that there are none.
    pub rating: Option<u8>,
    /// `dc:title`.
    pub title: Option<String>,
    /// `dc:description`.
    pub caption: Option<String>,
    /// `dc:subject`.
    pub keywords: Vec<String>,
    /// Keywords with their parents, outermost first, joined by `|`: `lr:hierarchicalSubject`, `digiKam:TagsList` and
    /// Microsoft's.
    pub hierarchical: Vec<String>,
    /// Degrees north and east.
    pub gps: Option<(f64, f64)>,
    /// When it was taken: wall clock, in milliseconds as if that were UTC.
    pub taken_ms: Option<i64>,
    /// How far that clock was ahead of UTC.
    pub utc_offset_min: Option<i32>,
}

const RDF: &[u8] = b"http://www.w3.org/1999/02/22-rdf-syntax-ns#";
const DC: &[u8] = b"http://purl.org/dc/elements/1.1/";
const XAP: &[u8] = b"http://ns.adobe.com/xap/1.0/";
const LR: &[u8] = b"http://ns.adobe.com/lightroom/1.0/";
const DIGIKAM: &[u8] = b"http://www.digikam.org/ns/1.0/";
const EXIF: &[u8] = b"http://ns.adobe.com/exif/1.0/";
const PHOTOSHOP: &[u8] = b"http://ns.adobe.com/photoshop/1.0/";
const MICROSOFT: &[u8] = b"http://ns.microsoft.com/photo/1.0/";
const MICROSOFT_SLASHLESS: &[u8] = b"http://ns.microsoft.com/photo/1.0";

/// The properties that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Property {
    Rating,
    RatingPercent,
    Title,
    Caption,
    Keyword,
    Hierarchy(char),
    Taken(u8),
    Latitude,
    Longitude,
}

fn property(namespace: &[u8], name: &[u8]) -> Option<Property> {
    Some(match (namespace, name) {
        (XAP, b"Rating") => Property::Rating,
        (MICROSOFT | MICROSOFT_SLASHLESS, b"Rating") => Property::RatingPercent,
        (DC, b"title") => Property::Title,
        (DC, b"description") => Property::Caption,
        (DC, b"subject") => Property::Keyword,
        (LR, b"hierarchicalSubject") => Property::Hierarchy('|'),
        (DIGIKAM, b"TagsList") => Property::Hierarchy('/'),
        (MICROSOFT | MICROSOFT_SLASHLESS, b"LastKeywordXMP") => Property::Hierarchy('/'),
        (EXIF, b"DateTimeOriginal") => Property::Taken(0),
        (PHOTOSHOP, b"DateCreated") => Property::Taken(1),
        (XAP, b"CreateDate") => Property::Taken(2),
        (EXIF, b"GPSTimeStamp") => Property::Taken(3),
        (EXIF, b"GPSLatitude") => Property::Latitude,
        (EXIF, b"GPSLongitude") => Property::Longitude,
        _ => return None,
    })
}

/// Reads a packet or a whole sidecar. A document type declaration is refused, so that no entity can multiply.
///
/// # Errors
/// [`Error::Malformed`] (its path is empty: the caller knows it) when it is not XML, or tries to be too much.
pub fn parse(bytes: &[u8]) -> Result<Xmp> {
    let malformed = |why: &str| Error::Malformed {
        what: "XMP metadata",
        why: crate::error::one_line(why),
        path: PathBuf::new(),
    };
    if bytes.len() as u64 > limits::MAX_XMP_BYTES {
        return Err(malformed("it is too large"));
    }
    let text = match bytes {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => edit::decoded(bytes)?.0.into(),
        _ => String::from_utf8_lossy(bytes),
    };
    let text = text.trim_start_matches('\u{FEFF}').trim_matches('\0');
    let mut reader = NsReader::from_str(text);
    reader.config_mut().check_end_names = false;
    let mut found = Found::default();
    // The innermost property the reader is inside of, with the depth it began at.
    let mut inside: Option<(Property, usize)> = None;
    let mut depth = 0usize;
    let mut value = String::new();
    loop {
        let event = reader
            .read_event()
            .map_err(|error| malformed(&error.to_string()))?;
        match event {
            Event::Start(element) => {
                depth += 1;
                if depth > limits::MAX_XMP_DEPTH {
                    return Err(malformed("its elements nest too deeply"));
                }
                found.add_attributes(&reader, &element);
                if inside.is_none() {
                    inside = property_of(&reader, &element).map(|property| (property, depth));
                }
                value.clear();
            }
            Event::Empty(element) => {
                found.add_attributes(&reader, &element);
                value.clear();
            }
            Event::Text(text) => value.push_str(
                &text
                    .decode()
                    .map_err(|error| malformed(&error.to_string()))?,
            ),
            Event::CData(text) => value.push_str(
                &text
                    .decode()
                    .map_err(|error| malformed(&error.to_string()))?,
            ),
            Event::GeneralRef(reference) => {
                let name = reference
                    .decode()
                    .map_err(|error| malformed(&error.to_string()))?;
                value.push_str(
                    &entity(&name).ok_or_else(|| malformed("it uses an unknown entity"))?,
                );
            }
            Event::End(_) => {
                if let Some((property, at)) = inside {
                    found.add(property, &value);
                    if depth <= at {
                        inside = None;
                    }
                }
                value.clear();
                depth = depth.saturating_sub(1);
            }
            Event::DocType(_) => return Err(malformed("it declares a document type")),
            Event::Eof => break,
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
        }
    }
    Ok(found.finish())
}

fn property_of(reader: &NsReader<&[u8]>, element: &BytesStart) -> Option<Property> {
    let (namespace, name) = reader.resolver().resolve_element(element.name());
    match namespace {
        ResolveResult::Bound(namespace) => property(namespace.0, name.as_ref()),
        _ => None,
    }
}

/// `38,43.338N` or `38,43,20N`: degrees, minutes, seconds, and the side of the world.
fn degrees(text: &str, most: f64) -> Option<f64> {
    let side = text.chars().last()?.to_ascii_uppercase();
    let numbers = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let mut value = 0.0;
    let mut share = 1.0;
    for number in numbers.split(',').take(3) {
        value += number.trim().parse::<f64>().ok()? * share;
        share /= 60.0;
    }
    let value = if matches!(side, 'S' | 'W') {
        -value
    } else {
        value
    };
    (value.is_finite() && value.abs() <= most).then_some(value)
}

fn entity(name: &str) -> Option<String> {
    let plain = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix('x') {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)?
        }
    };
    Some(plain.to_string())
}

#[derive(Default)]
struct Found {
    xmp: Xmp,
    /// The date found, and how good its source is (0 is best).
    taken: Option<(u8, dates::WallTime)>,
    percent: Option<u8>,
    latitude: Option<f64>,
    longitude: Option<f64>,
}

impl Found {
    fn add_attributes(&mut self, reader: &NsReader<&[u8]>, element: &BytesStart) {
        let (namespace, name) = reader.resolver().resolve_element(element.name());
        let is_description = namespace == ResolveResult::Bound(quick_xml::name::Namespace(RDF))
            && matches!(name.as_ref(), b"Description" | b"li");
        if !is_description {
            return;
        }
        for attribute in element.attributes().with_checks(false).flatten() {
            let (namespace, name) = reader.resolver().resolve_attribute(attribute.key);
            if let ResolveResult::Bound(namespace) = namespace
                && let Some(property) = property(namespace.0, name.as_ref())
                && let Ok(value) = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0)
            {
                self.add(property, &value);
            }
        }
    }

    fn add(&mut self, property: Property, value: &str) {
        let Some(value) = clean_text(value) else {
            return;
        };
        let push = |list: &mut Vec<String>, value: String| {
            if list.len() < limits::MAX_KEYWORDS && !list.contains(&value) {
                list.push(value);
            }
        };
        match property {
            // A rating of -1 means "rejected".
            Property::Rating => {
                self.xmp.rating = value
                    .parse::<f32>()
                    .ok()
                    .filter(|stars| stars.is_finite())
                    .map(|stars| stars.clamp(0.0, 5.0).round() as u8);
            }
            Property::RatingPercent => {
                self.percent = value.parse::<f32>().ok().map(|percent| match percent {
                    1.0..13.0 => 1,
                    13.0..38.0 => 2,
                    38.0..63.0 => 3,
                    63.0..88.0 => 4,
                    88.0.. => 5,
                    _ => 0,
                });
            }
            // Language alternatives: the first is the default.
            Property::Title => self.xmp.title = self.xmp.title.take().or(Some(value)),
            Property::Caption => self.xmp.caption = self.xmp.caption.take().or(Some(value)),
            Property::Keyword => push(&mut self.xmp.keywords, value),
            Property::Hierarchy(separator) => {
                let path: Vec<&str> = value
                    .split(separator)
                    .map(str::trim)
                    .filter(|part| !part.is_empty())
                    .collect();
                if !path.is_empty() {
                    push(&mut self.xmp.hierarchical, path.join("|"));
                }
            }
            Property::Latitude => self.latitude = degrees(&value, 90.0),
            Property::Longitude => self.longitude = degrees(&value, 180.0),
            Property::Taken(rank) => {
                if let Some(time) = dates::parse(&value)
                    && self.taken.is_none_or(|(other, _)| rank < other)
                {
                    self.taken = Some((rank, time));
                }
            }
        }
    }

    fn finish(mut self) -> Xmp {
        self.xmp.rating = self.xmp.rating.or(self.percent);
        let place = self.latitude.zip(self.longitude);
        self.xmp.gps = place.filter(|place| *place != (0.0, 0.0));
        if let Some((_, time)) = self.taken {
            self.xmp.taken_ms = Some(time.wall_ms);
            self.xmp.utc_offset_min = time.offset_min;
        }
        self.xmp
    }
}

/// The names a sidecar of this file can have: `photo.jpg.xmp` and `photo.xmp`, in the order they are looked for.
pub fn sidecar_names(path: &Path) -> [PathBuf; 4] {
    let whole = |extension: &str| {
        let mut whole = path.as_os_str().to_owned();
        whole.push(".");
        whole.push(extension);
        PathBuf::from(whole)
    };
    [
        whole("xmp"),
        path.with_extension("xmp"),
        whole("XMP"),
        path.with_extension("XMP"),
    ]
}

/// The sidecar beside a file: `photo.jpg.xmp` or `photo.xmp`, in that order, whatever the case of `xmp`.
pub fn sidecar_of(path: &Path) -> Option<PathBuf> {
    sidecar_names(path)
        .into_iter()
        .find(|candidate| candidate != path && candidate.is_file())
}

/// Whether a path is named as a sidecar is.
pub fn is_sidecar(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("xmp"))
}

/// Reads a sidecar file.
///
/// # Errors
/// [`Error::Io`], [`Error::TooLarge`], [`Error::Malformed`].
pub fn read(path: &Path) -> Result<Xmp> {
    parse_named(&read_bytes(path)?, path)
}

/// The bytes of a sidecar file.
///
/// # Errors
/// [`Error::Io`], [`Error::TooLarge`].
pub fn read_bytes(path: &Path) -> Result<Vec<u8>> {
    super::read_bounded(path, "XMP sidecar", limits::MAX_XMP_BYTES)
}

/// [`parse`], naming the file in what goes wrong.
///
/// # Errors
/// [`Error::Malformed`].
pub fn parse_named(bytes: &[u8], path: &Path) -> Result<Xmp> {
    named(parse(bytes), path)
}

/// Names the file in what goes wrong with its text.
pub(crate) fn named<T>(result: Result<T>, path: &Path) -> Result<T> {
    result.map_err(|error| match error {
        Error::Malformed { what, why, .. } => Error::Malformed {
            what,
            why,
            path: path.to_owned(),
        },
        error => error,
    })
}

/// A new sidecar with these properties: what Lightroom, darktable, digiKam and Windows read.
///
/// # Errors
/// When it would be larger than a sidecar can be.
pub fn write_new(wish: &Wish) -> Result<Vec<u8>> {
    edit(None, wish, |_| false)
}

fn escaped(text: &str) -> String {
    let allowed: String = text
        .chars()
        .filter(|c| !c.is_control() || *c == '\n')
        .collect();
    quick_xml::escape::escape(allowed.as_str()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_attributes_any_prefix_and_the_best_date() {
        let packet = br#"<x:xmpmeta xmlns:x="adobe:ns:meta/"><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
            <r:Description xmlns:a="http://ns.adobe.com/xap/1.0/" a:Rating="3" a:CreateDate="2001-01-01"
              xmlns:e="http://ns.adobe.com/exif/1.0/" e:DateTimeOriginal="1970-01-01T00:00:02.5+02:00">
            <t:subject xmlns:t="http://purl.org/dc/elements/1.1/"><r:Bag><r:li>one &amp; two</r:li><r:li/></r:Bag></t:subject>
            <other:subject xmlns:other="http://example.org/"><r:Bag><r:li>no</r:li></r:Bag></other:subject>
            </r:Description></r:RDF></x:xmpmeta>"#;
        let xmp = parse(packet).unwrap();
        assert_eq!(xmp.rating, Some(3));
        assert_eq!(xmp.keywords, ["one & two"]);
        assert_eq!((xmp.taken_ms, xmp.utc_offset_min), (Some(2500), Some(120)));
        assert_eq!(degrees("38,43.2S", 90.0), Some(-38.72));
        assert_eq!(degrees("9,30,36E", 180.0), Some(9.51));
        assert_eq!(degrees("99,0N", 90.0), None);
        for end in 0..packet.len() {
            let _ = parse(&packet[..end]);
        }
    }

    #[test]
    fn entity_bombs_and_deep_nesting_are_refused() {
        let bomb = br#"<!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>"#;
        assert!(matches!(parse(bomb), Err(Error::Malformed { .. })));
        assert!(matches!(parse(b"<a>&c;</a>"), Err(Error::Malformed { .. })));
        assert!(matches!(
            parse("<a>".repeat(1000).as_bytes()),
            Err(Error::Malformed { .. })
        ));
    }
}
