//! Changes some properties of a sidecar and leaves every other byte of it as it is.
//!
//! What is changed is cut out of the text where it stands, and stands anew in one `rdf:Description` before the end.
//! What Parlour does not know is not even taken apart, so nothing of it can be lost.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::ops::Range;
use std::path::PathBuf;

use quick_xml::NsReader;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};

use super::{
    DC, DIGIKAM, EXIF, LR, MICROSOFT, MICROSOFT_SLASHLESS, PHOTOSHOP, RDF, XAP, entity, escaped,
};
use crate::error::{Error, Result};
use crate::media::{dates, limits};

const XML: &[u8] = b"http://www.w3.org/XML/1998/namespace";
/// Microsoft's percentages of the stars 0 to 5.
const PERCENT: [u8; 6] = [0, 1, 25, 50, 75, 99];

/// What a sidecar is to say. A field that is `None` is left as it is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Wish {
    /// Stars; 0 takes the rating away.
    pub rating: Option<u8>,
    /// The title.
    pub title: Option<String>,
    /// All tags, with their parents, joined by `|`.
    pub tags: Option<Vec<String>>,
    /// When it was taken: wall clock, in milliseconds as if that were UTC.
    pub taken_ms: Option<i64>,
    /// Degrees north and east.
    pub gps: Option<(f64, f64)>,
}

impl Wish {
    /// Whether there is nothing to change.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The properties that are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Rating,
    Title,
    Subject,
    LrTags,
    DigikamTags,
    MicrosoftTags,
    Taken,
    Gps,
}

impl Field {
    fn of(namespace: &[u8], name: &[u8]) -> Option<Self> {
        Some(match (namespace, name) {
            (XAP | MICROSOFT | MICROSOFT_SLASHLESS, b"Rating") => Self::Rating,
            (DC, b"title") => Self::Title,
            (DC, b"subject") => Self::Subject,
            (LR, b"hierarchicalSubject") => Self::LrTags,
            (DIGIKAM, b"TagsList") => Self::DigikamTags,
            (MICROSOFT | MICROSOFT_SLASHLESS, b"LastKeywordXMP") => Self::MicrosoftTags,
            (EXIF, b"DateTimeOriginal") | (PHOTOSHOP, b"DateCreated") => Self::Taken,
            (EXIF, b"GPSLatitude" | b"GPSLongitude") => Self::Gps,
            _ => return None,
        })
    }

    fn is_in(self, wish: &Wish) -> bool {
        match self {
            Self::Rating => wish.rating.is_some(),
            Self::Title => wish.title.is_some(),
            Self::Subject | Self::LrTags | Self::DigikamTags | Self::MicrosoftTags => {
                wish.tags.is_some()
            }
            Self::Taken => wish.taken_ms.is_some(),
            Self::Gps => wish.gps.is_some(),
        }
    }
}

/// A property where it stands: an element or an attribute.
#[derive(Debug)]
struct Part {
    field: Field,
    span: Range<usize>,
    description: usize,
    /// The texts of an element, with their languages.
    texts: Vec<(Option<String>, String)>,
}

#[derive(Debug, Default)]
struct Description {
    span: Range<usize>,
    /// It holds properties that are not written here.
    has_other: bool,
}

/// Where things stand in a sidecar.
#[derive(Debug, Default)]
struct Survey {
    parts: Vec<Part>,
    descriptions: Vec<Description>,
    about: Option<String>,
    /// Before the end of `rdf:RDF`.
    insert_at: Option<usize>,
}

fn malformed(why: &str) -> Error {
    Error::Malformed {
        what: "XMP metadata",
        why: crate::error::one_line(why),
        path: PathBuf::new(),
    }
}

/// The text of a sidecar with the wishes fulfilled; without `old` a new one. `is_foreign` says of a keyword that
/// Parlour could not take it in; such keywords stay.
///
/// # Errors
/// [`Error::Malformed`] (its path is empty) when it is not XML, not XMP, or tries to be too much.
pub fn edit(old: Option<&[u8]>, wish: &Wish, is_foreign: impl Fn(&str) -> bool) -> Result<Vec<u8>> {
    let Some(old) = old else {
        return edit_text(None, wish, is_foreign).map(String::into_bytes);
    };
    if old.len() as u64 > limits::MAX_XMP_BYTES {
        return Err(malformed("it is too large"));
    }
    let (text, encoding) = decoded(old)?;
    // The mark is put back: places are counted without it.
    let (mark, text) = match text.strip_prefix('\u{FEFF}') {
        Some(text) => ("\u{FEFF}", text),
        None => ("", text.as_str()),
    };
    let new = edit_text(Some(text), wish, is_foreign)?;
    Ok(encoding.encode(&format!("{mark}{new}")))
}

/// How the text of a sidecar lies in its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
}

impl Encoding {
    fn encode(self, text: &str) -> Vec<u8> {
        match self {
            Self::Utf8 => text.as_bytes().to_vec(),
            Self::Utf16Le => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Self::Utf16Be => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        }
    }
}

/// The text of a sidecar, with its byte order mark; UTF-16 only with one.
pub(super) fn decoded(bytes: &[u8]) -> Result<(String, Encoding)> {
    let wide = |number: fn([u8; 2]) -> u16| {
        let units = bytes.chunks_exact(2).map(|pair| number([pair[0], pair[1]]));
        char::decode_utf16(units)
            .collect::<Result<String, _>>()
            .map_err(|_| malformed("its characters are damaged"))
    };
    match bytes {
        [0xFF, 0xFE, ..] => Ok((wide(u16::from_le_bytes)?, Encoding::Utf16Le)),
        [0xFE, 0xFF, ..] => Ok((wide(u16::from_be_bytes)?, Encoding::Utf16Be)),
        _ => std::str::from_utf8(bytes)
            .map(|text| (text.to_owned(), Encoding::Utf8))
            .map_err(|_| malformed("its characters are damaged")),
    }
}

fn edit_text(old: Option<&str>, wish: &Wish, is_foreign: impl Fn(&str) -> bool) -> Result<String> {
    const EMPTY: &str = "<?xpacket begin=\"\u{FEFF}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n\
        <x:xmpmeta xmlns:x=\"adobe:ns:meta/\" x:xmptk=\"Parlour\">\n \
        <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n </rdf:RDF>\n\
        </x:xmpmeta>\n<?xpacket end=\"w\"?>\n";
    let old = old.unwrap_or(EMPTY);
    let survey = Survey::of(old)?;
    let insert_at = survey
        .insert_at
        .ok_or_else(|| malformed("it has no place for properties"))?;
    let mut splices: Vec<(Range<usize>, String)> = Vec::new();
    for (number, description) in survey.descriptions.iter().enumerate() {
        let mut parts = survey
            .parts
            .iter()
            .filter(|part| part.description == number)
            .peekable();
        let had_any = parts.peek().is_some();
        let (cut, kept): (Vec<&Part>, Vec<&Part>) = parts.partition(|part| part.field.is_in(wish));
        if had_any && kept.is_empty() && !description.has_other {
            splices.push((widened(old, &description.span), String::new()));
        } else {
            let spans = cut.iter().map(|part| widened(old, &part.span));
            splices.extend(spans.map(|span| (span, String::new())));
        }
    }
    let block = block(&survey, wish, is_foreign);
    // In front of the blanks before the closing tag.
    let insert_at = old[..insert_at].trim_end_matches([' ', '\t']).len();
    splices.push((insert_at..insert_at, block));
    splices.sort_by_key(|(span, _)| (span.start, span.end));
    let mut new = String::with_capacity(old.len() + 1024);
    let mut at = 0;
    for (span, text) in splices {
        let start = span.start.max(at);
        new.push_str(&old[at..start]);
        new.push_str(&text);
        at = span.end.max(start);
    }
    new.push_str(&old[at..]);
    Ok(new)
}

/// A span with the blanks and the line break before it.
fn widened(text: &str, span: &Range<usize>) -> Range<usize> {
    let before = &text[..span.start];
    let trimmed = before.trim_end_matches([' ', '\t']);
    let trimmed = trimmed.strip_suffix('\n').unwrap_or(trimmed);
    let trimmed = trimmed.strip_suffix('\r').unwrap_or(trimmed);
    trimmed.len()..span.end
}

impl Survey {
    fn of(text: &str) -> Result<Self> {
        let mut reader = NsReader::from_str(text);
        let mut survey = Self::default();
        let mut depth = 0usize;
        // Where `rdf:RDF`, a description in it and a property in that began.
        let (mut rdf, mut description, mut property) = (None, None, None::<(usize, usize)>);
        let mut value = String::new();
        let mut language = None;
        loop {
            let start = reader.buffer_position() as usize;
            let event = reader
                .read_event()
                .map_err(|error| malformed(&error.to_string()))?;
            let end = reader.buffer_position() as usize;
            match event {
                Event::Start(element) => {
                    depth += 1;
                    if depth > limits::MAX_XMP_DEPTH {
                        return Err(malformed("its elements nest too deeply"));
                    }
                    let (namespace, name) = resolved(&reader, &element);
                    match (rdf, description, property) {
                        (None, ..) if namespace == RDF && name == b"RDF" => rdf = Some(depth),
                        (Some(at), None, _) if depth == at + 1 => {
                            description = Some(depth);
                            survey.descriptions.push(Description {
                                span: start..end,
                                has_other: !(namespace == RDF && name == b"Description"),
                            });
                            survey.attributes(&reader, &element, text)?;
                        }
                        (_, Some(at), None) if depth == at + 1 => {
                            property = Some((depth, survey.parts.len()));
                            survey.property(&namespace, &name, start..end);
                        }
                        _ => {}
                    }
                    if property.is_some() {
                        language = language_of(&reader, &element).or(language);
                    }
                    value.clear();
                }
                Event::Empty(element) => {
                    let (namespace, name) = resolved(&reader, &element);
                    match (rdf, description, property) {
                        (Some(at), None, _) if depth == at => {
                            survey.descriptions.push(Description {
                                span: start..end,
                                has_other: !(namespace == RDF && name == b"Description"),
                            });
                            survey.attributes(&reader, &element, text)?;
                        }
                        (_, Some(at), None) if depth == at => {
                            survey.property(&namespace, &name, start..end);
                        }
                        (None, ..) if namespace == RDF && name == b"RDF" => {
                            return Err(malformed("it has no place for properties"));
                        }
                        _ => {}
                    }
                }
                Event::End(_) => {
                    if let Some((at, part)) = property {
                        if let Some(part) = survey.parts.get_mut(part) {
                            if !value.trim().is_empty()
                                && part.texts.len() <= limits::MAX_KEYWORDS * 10
                            {
                                part.texts.push((language.take(), value.trim().to_owned()));
                            }
                            if depth == at {
                                part.span.end = end;
                            }
                        }
                        if depth == at {
                            property = None;
                            language = None;
                        }
                    } else if description == Some(depth) {
                        description = None;
                        if let Some(last) = survey.descriptions.last_mut() {
                            last.span.end = end;
                        }
                    } else if rdf == Some(depth) {
                        rdf = None;
                        survey.insert_at.get_or_insert(start);
                    }
                    value.clear();
                    depth = depth.saturating_sub(1);
                }
                Event::Text(part) => value.push_str(
                    &part
                        .decode()
                        .map_err(|error| malformed(&error.to_string()))?,
                ),
                Event::CData(part) => value.push_str(
                    &part
                        .decode()
                        .map_err(|error| malformed(&error.to_string()))?,
                ),
                Event::GeneralRef(reference) => {
                    let name = reference
                        .decode()
                        .map_err(|error| malformed(&error.to_string()))?;
                    let text =
                        entity(&name).ok_or_else(|| malformed("it uses an unknown entity"))?;
                    value.push_str(&text);
                }
                Event::DocType(_) => return Err(malformed("it declares a document type")),
                Event::Eof => break,
                Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
            }
        }
        if depth > 0 || survey.insert_at.is_none() {
            return Err(malformed("it is no complete XMP packet"));
        }
        Ok(survey)
    }

    fn property(&mut self, namespace: &[u8], name: &[u8], span: Range<usize>) {
        let description = self.descriptions.len().saturating_sub(1);
        match Field::of(namespace, name) {
            Some(field) => self.parts.push(Part {
                field,
                span,
                description,
                texts: Vec::new(),
            }),
            None => {
                if let Some(last) = self.descriptions.last_mut() {
                    last.has_other = true;
                }
            }
        }
    }

    /// Properties written as attributes of a description.
    fn attributes(
        &mut self,
        reader: &NsReader<&[u8]>,
        element: &BytesStart<'_>,
        text: &str,
    ) -> Result<()> {
        let base = text.as_ptr() as usize;
        for attribute in element.attributes() {
            let attribute = attribute.map_err(|error| malformed(&error.to_string()))?;
            let key = attribute.key.as_ref();
            if key == b"xmlns" || key.starts_with(b"xmlns:") {
                continue;
            }
            let (namespace, name) = reader.resolver().resolve_attribute(attribute.key);
            let namespace = match namespace {
                ResolveResult::Bound(Namespace(namespace)) => namespace,
                _ => b"",
            };
            let name = name.as_ref();
            let value = attribute
                .normalized_value(quick_xml::XmlVersion::Implicit1_0)
                .map_err(|error| malformed(&error.to_string()))?;
            if name == b"about" && (namespace == RDF || namespace.is_empty()) {
                self.about.get_or_insert_with(|| value.into_owned());
                continue;
            }
            let Some(field) = Field::of(namespace, name) else {
                if let Some(last) = self.descriptions.last_mut() {
                    last.has_other = true;
                }
                continue;
            };
            // The value stands in the text as it is, so its place tells the attribute's end.
            let from = (key.as_ptr() as usize).wrapping_sub(base);
            let until = (attribute.value.as_ptr() as usize)
                .wrapping_sub(base)
                .saturating_add(attribute.value.len() + 1);
            if from >= until || text.get(from..until).is_none() {
                return Err(malformed("its attributes cannot be told apart"));
            }
            self.parts.push(Part {
                field,
                span: from..until,
                description: self.descriptions.len().saturating_sub(1),
                texts: vec![(None, value.into_owned())],
            });
        }
        Ok(())
    }

    fn texts(&self, field: Field) -> impl Iterator<Item = &(Option<String>, String)> {
        self.parts
            .iter()
            .filter(move |part| part.field == field)
            .flat_map(|part| &part.texts)
    }
}

fn resolved(reader: &NsReader<&[u8]>, element: &BytesStart<'_>) -> (Vec<u8>, Vec<u8>) {
    let (namespace, name) = reader.resolver().resolve_element(element.name());
    let namespace = match namespace {
        ResolveResult::Bound(Namespace(namespace)) => namespace.to_vec(),
        _ => Vec::new(),
    };
    (namespace, name.as_ref().to_vec())
}

fn language_of(reader: &NsReader<&[u8]>, element: &BytesStart<'_>) -> Option<String> {
    element
        .attributes()
        .with_checks(false)
        .flatten()
        .find(|attribute| {
            let (namespace, name) = reader.resolver().resolve_attribute(attribute.key);
            attribute.key.as_ref() == b"xml:lang"
                || namespace == ResolveResult::Bound(Namespace(XML)) && name.as_ref() == b"lang"
        })
        .and_then(|attribute| {
            let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0);
            value.ok().map(std::borrow::Cow::into_owned)
        })
}

fn folded(text: &str) -> String {
    text.to_lowercase()
}

/// The properties that were wished for, in one description; empty when there are none.
fn block(survey: &Survey, wish: &Wish, is_foreign: impl Fn(&str) -> bool) -> String {
    let mut body = String::new();
    if let Some(rating) = wish.rating.filter(|stars| *stars > 0) {
        let stars = rating.min(5);
        let percent = PERCENT[usize::from(stars)];
        let _ = writeln!(body, "   <xmp:Rating>{stars}</xmp:Rating>");
        let _ = writeln!(
            body,
            "   <MicrosoftPhoto:Rating>{percent}</MicrosoftPhoto:Rating>"
        );
    }
    if let Some(title) = &wish.title {
        let mut texts = String::new();
        if !title.is_empty() {
            let title = escaped(title);
            let _ = write!(texts, "<rdf:li xml:lang=\"x-default\">{title}</rdf:li>");
        }
        for (language, text) in survey.texts(Field::Title) {
            if let Some(language) = language
                .as_ref()
                .filter(|language| *language != "x-default")
            {
                let (language, text) = (escaped(language), escaped(text));
                let _ = write!(texts, "<rdf:li xml:lang=\"{language}\">{text}</rdf:li>");
            }
        }
        if !texts.is_empty() {
            let _ = writeln!(body, "   <dc:title><rdf:Alt>{texts}</rdf:Alt></dc:title>");
        }
    }
    if let Some(taken) = wish.taken_ms.and_then(dates::to_iso) {
        let _ = writeln!(
            body,
            "   <exif:DateTimeOriginal>{taken}</exif:DateTimeOriginal>"
        );
        let _ = writeln!(
            body,
            "   <photoshop:DateCreated>{taken}</photoshop:DateCreated>"
        );
    }
    if let Some((north, east)) = wish.gps {
        let latitude = degrees(north, 'N', 'S');
        let longitude = degrees(east, 'E', 'W');
        let _ = writeln!(body, "   <exif:GPSLatitude>{latitude}</exif:GPSLatitude>");
        let _ = writeln!(
            body,
            "   <exif:GPSLongitude>{longitude}</exif:GPSLongitude>"
        );
    }
    if let Some(tags) = &wish.tags {
        tags_block(&mut body, survey, tags, is_foreign);
    }
    if body.is_empty() {
        return body;
    }
    let about = escaped(survey.about.as_deref().unwrap_or_default());
    let mut text = format!(
        "  <rdf:Description rdf:about=\"{about}\"\n    \
         xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\""
    );
    for (prefix, namespace) in [
        ("dc", DC),
        ("xmp", XAP),
        ("lr", LR),
        ("digiKam", DIGIKAM),
        ("MicrosoftPhoto", MICROSOFT),
        ("exif", EXIF),
        ("photoshop", PHOTOSHOP),
    ] {
        if body.contains(&format!("<{prefix}:")) {
            let namespace = String::from_utf8_lossy(namespace);
            let _ = write!(text, "\n    xmlns:{prefix}=\"{namespace}\"");
        }
    }
    let _ = write!(text, ">\n{body}  </rdf:Description>\n");
    text
}

/// The four lists of keywords. What stands in them already keeps its spelling and its place; so does what Parlour could
/// not take in.
fn tags_block(
    body: &mut String,
    survey: &Survey,
    tags: &[String],
    is_foreign: impl Fn(&str) -> bool,
) {
    let own_name = |path: &str| path.rsplit('|').next().unwrap_or(path).to_owned();
    let mut paths: HashSet<String> = HashSet::new();
    let mut levels: HashSet<String> = HashSet::new();
    for tag in tags {
        let mut path = String::new();
        for level in tag.split('|') {
            if !path.is_empty() {
                path.push('|');
            }
            path.push_str(&folded(level));
            paths.insert(path.clone());
            levels.insert(folded(level));
        }
    }
    for (field, name, container) in [
        (Field::Subject, "dc:subject", "Bag"),
        (Field::LrTags, "lr:hierarchicalSubject", "Bag"),
        (Field::DigikamTags, "digiKam:TagsList", "Seq"),
        (Field::MicrosoftTags, "MicrosoftPhoto:LastKeywordXMP", "Bag"),
    ] {
        let separator = match field {
            Field::DigikamTags | Field::MicrosoftTags => '/',
            _ => '|',
        };
        let path_of = |value: &str| {
            let parts: Vec<String> = value
                .split(separator)
                .map(|part| folded(part.trim()))
                .filter(|part| !part.is_empty())
                .collect();
            parts.join("|")
        };
        let mut seen: HashSet<String> = HashSet::new();
        let mut values: Vec<String> = Vec::new();
        for (_, value) in survey.texts(field) {
            let known = match field {
                Field::Subject => levels.contains(&folded(value)),
                _ => paths.contains(&path_of(value)),
            };
            let key = match field {
                Field::Subject => folded(value),
                _ => path_of(value),
            };
            if (known || is_foreign(value)) && seen.insert(key) {
                values.push(value.clone());
            }
        }
        for tag in tags {
            let (key, value) = match field {
                Field::Subject => (folded(&own_name(tag)), own_name(tag)),
                _ => (folded(tag), tag.replace('|', &separator.to_string())),
            };
            if seen.insert(key) {
                values.push(value);
            }
        }
        if values.is_empty() {
            continue;
        }
        let _ = writeln!(body, "   <{name}>\n    <rdf:{container}>");
        for value in values {
            let _ = writeln!(body, "     <rdf:li>{}</rdf:li>", escaped(&value));
        }
        let _ = writeln!(body, "    </rdf:{container}>\n   </{name}>");
    }
}

/// `38,43.33800000N`: degrees and minutes, as XMP writes places.
fn degrees(value: f64, plus: char, minus: char) -> String {
    let side = if value < 0.0 { minus } else { plus };
    let value = value.abs();
    let whole = value.trunc();
    format!("{whole:.0},{:.8}{side}", (value - whole) * 60.0)
}

#[cfg(test)]
mod tests;
