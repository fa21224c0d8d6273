//! What a camera writes: date, place, camera, exposure, orientation (Exif 2.32, CIPA DC-008).

use exif::{Context, Exif, In, Reader, Tag, Value};

use super::PhotoMeta;
use crate::media::{clean_text, dates, limits};

/// Windows' rating in stars, and its texts in UTF-16.
const RATING: Tag = Tag(Context::Tiff, 0x4746);
const XP_TITLE: Tag = Tag(Context::Tiff, 0x9C9B);
const XP_COMMENT: Tag = Tag(Context::Tiff, 0x9C9C);
const XP_KEYWORDS: Tag = Tag(Context::Tiff, 0x9C9E);

/// Parses a TIFF structure; what can be read of a damaged one is kept.
pub(super) fn read(bytes: Vec<u8>) -> Option<Exif> {
    Reader::new()
        .continue_on_error(true)
        .read_raw(bytes)
        .or_else(|error| error.distill_partial_result(|_| {}))
        .ok()
}

/// The orientation, 1 when there is none.
pub(super) fn orientation(exif: &Exif) -> u8 {
    uint(exif, Tag::Orientation)
        .and_then(|value| u8::try_from(value).ok())
        .filter(|value| (1..=8).contains(value))
        .unwrap_or(1)
}

/// The JPEG that cameras put beside the picture for their own display.
pub(super) fn thumbnail(exif: &Exif) -> Option<&[u8]> {
    let number = |tag| exif.get_field(tag, In::THUMBNAIL)?.value.get_uint(0);
    let start = number(Tag::JPEGInterchangeFormat)? as usize;
    let length = number(Tag::JPEGInterchangeFormatLength)? as usize;
    exif.buf().get(start..start.checked_add(length)?)
}

/// Fills in what the camera says. Later sources (XMP, IPTC) may overrule texts; the date and place stay.
pub(super) fn fill(meta: &mut PhotoMeta, exif: &Exif) {
    meta.orientation = orientation(exif);
    let make = text(exif, Tag::Make);
    let model = text(exif, Tag::Model);
    let is_own_name = |text: &String| make.as_ref() == Some(text) || model.as_ref() == Some(text);
    meta.caption = text(exif, Tag::ImageDescription)
        .filter(|text| !is_own_name(text))
        .or_else(|| wide_text(exif, XP_COMMENT));
    meta.camera = match (make, model) {
        (Some(make), Some(model)) => Some(joined(&make, &model)),
        (make, model) => model.or(make),
    };
    meta.lens = text(exif, Tag::LensModel)
        .filter(|lens| !lens.chars().all(|c| matches!(c, '-' | ' ' | '0' | '.')));
    meta.exposure = exposure(exif);
    meta.iso = uint(exif, Tag::PhotographicSensitivity).filter(|iso| *iso > 0 && *iso < 10_000_000);
    meta.focal_mm = number(exif, Tag::FocalLength)
        .filter(|mm| *mm > 0.0 && *mm < 10_000.0)
        .map(|mm| mm as f32);
    meta.gps = place(exif);
    meta.rating = uint(exif, RATING)
        .and_then(|stars| u8::try_from(stars).ok())
        .filter(|stars| (1..=5).contains(stars));
    meta.title = wide_text(exif, XP_TITLE);
    if let Some(keywords) = wide_text(exif, XP_KEYWORDS) {
        meta.keywords.extend(
            keywords
                .split(';')
                .filter_map(clean_text)
                .take(limits::MAX_KEYWORDS),
        );
    }
    if let Some(taken) = taken(exif) {
        meta.taken_ms = Some(taken.wall_ms);
        meta.utc_offset_min = taken.offset_min;
    }
}

/// When the shutter opened, else when it was digitised, else when the file was written; by the camera's clock.
fn taken(exif: &Exif) -> Option<dates::WallTime> {
    let sources = [
        (
            Tag::DateTimeOriginal,
            Tag::SubSecTimeOriginal,
            Tag::OffsetTimeOriginal,
        ),
        (
            Tag::DateTimeDigitized,
            Tag::SubSecTimeDigitized,
            Tag::OffsetTimeDigitized,
        ),
        (Tag::DateTime, Tag::SubSecTime, Tag::OffsetTime),
    ];
    let camera = sources.into_iter().find_map(|(date, fraction, offset)| {
        let mut text = text(exif, date)?;
        if let Some(fraction) = self::text(exif, fraction) {
            text = format!("{text}.{fraction}");
        }
        let mut taken = dates::parse(&text)?;
        taken.offset_min = self::text(exif, offset)
            .and_then(|offset| dates::parse_offset(&offset))
            .or(taken.offset_min);
        Some(taken)
    });
    camera.or_else(|| {
        let day = text(exif, Tag::GPSDateStamp)?;
        let part = |index| rational(exif, Tag::GPSTimeStamp, index).unwrap_or(0.0) as u32;
        let mut taken = dates::parse(&format!(
            "{day} {:02}:{:02}:{:02}",
            part(0),
            part(1),
            part(2)
        ))?;
        taken.offset_min = Some(0);
        Some(taken)
    })
}

/// `1/250 s · f/2.8`, as far as known.
fn exposure(exif: &Exif) -> Option<String> {
    let time = number(exif, Tag::ExposureTime)
        .filter(|time| *time > 0.0 && *time < 1e6)
        .map(|time| {
            if time < 0.3 {
                format!("1/{:.0} s", 1.0 / time)
            } else {
                format!("{} s", (time * 10.0).round() / 10.0)
            }
        });
    let aperture = number(exif, Tag::FNumber)
        .filter(|number| *number > 0.0 && *number < 1000.0)
        .map(|number| format!("f/{}", (number * 10.0).round() / 10.0));
    let parts: Vec<String> = time.into_iter().chain(aperture).collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

/// Degrees north and east.
fn place(exif: &Exif) -> Option<(f64, f64)> {
    let degrees = |tag, reference, negative: char| {
        let [d, m, s] = [0, 1, 2].map(|index| rational(exif, tag, index));
        let value = d? + m.unwrap_or(0.0) / 60.0 + s.unwrap_or(0.0) / 3600.0;
        let is_negative = text(exif, reference)
            .is_some_and(|text| text.to_ascii_uppercase().starts_with(negative));
        Some(if is_negative { -value } else { value })
    };
    let latitude: f64 = degrees(Tag::GPSLatitude, Tag::GPSLatitudeRef, 'S')?;
    let longitude: f64 = degrees(Tag::GPSLongitude, Tag::GPSLongitudeRef, 'W')?;
    let is_real = latitude.is_finite()
        && longitude.is_finite()
        && latitude.abs() <= 90.0
        && longitude.abs() <= 180.0
        && (latitude != 0.0 || longitude != 0.0);
    is_real.then_some((latitude, longitude))
}

fn text(exif: &Exif, tag: Tag) -> Option<String> {
    match &exif.get_field(tag, In::PRIMARY)?.value {
        Value::Ascii(parts) => clean_text(&String::from_utf8_lossy(parts.first()?)),
        _ => None,
    }
}

fn wide_text(exif: &Exif, tag: Tag) -> Option<String> {
    let Value::Byte(bytes) = &exif.get_field(tag, In::PRIMARY)?.value else {
        return None;
    };
    let units: Vec<u16> = bytes
        .as_chunks::<2>()
        .0
        .iter()
        .take(limits::MAX_TEXT_CHARS)
        .map(|pair| u16::from_le_bytes(*pair))
        .collect();
    clean_text(&String::from_utf16_lossy(&units))
}

fn uint(exif: &Exif, tag: Tag) -> Option<u32> {
    exif.get_field(tag, In::PRIMARY)?.value.get_uint(0)
}

fn number(exif: &Exif, tag: Tag) -> Option<f64> {
    rational(exif, tag, 0)
}

fn rational(exif: &Exif, tag: Tag, index: usize) -> Option<f64> {
    let value = match &exif.get_field(tag, In::PRIMARY)?.value {
        Value::Rational(values) => values.get(index)?.to_f64(),
        Value::SRational(values) => values.get(index)?.to_f64(),
        Value::Float(values) => f64::from(*values.get(index)?),
        Value::Double(values) => *values.get(index)?,
        other => f64::from(other.get_uint(index)?),
    };
    value.is_finite().then_some(value)
}

/// Maker and model as one name, without saying the maker twice.
fn joined(make: &str, model: &str) -> String {
    let first = model.split_ascii_whitespace().next().unwrap_or(model);
    if make
        .split_ascii_whitespace()
        .any(|word| word.eq_ignore_ascii_case(first))
    {
        model.to_owned()
    } else {
        format!("{make} {model}")
    }
}

/// Descriptions that cameras write into every picture.
pub(super) fn is_boilerplate(text: &str) -> bool {
    const KNOWN: &[&str] = &[
        "olympus digital camera",
        "sony dsc",
        "dcim",
        "digital camera",
        "samsung",
        "minolta digital camera",
        "konica minolta digital camera",
        "kodak digital still camera",
        "default",
        "dsc",
        "untitled",
    ];
    let lower = text.to_ascii_lowercase();
    KNOWN.contains(&lower.as_str()) || lower.chars().all(|c| !c.is_alphanumeric())
}
