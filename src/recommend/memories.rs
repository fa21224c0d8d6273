//! What is kept out of shelves that look back: by default screenshots, papers and almost blank pictures; and every tag
//! (people and places among them), stretch of time and neighbourhood that the person names.

use jiff::civil::Date;

use super::signal::DAY_MS;
use super::types::{Facts, Input};

/// What nobody wants to remember.
const NOT_MEMORABLE: [&str; 9] = [
    "screenshot",
    "document",
    "receipt",
    "text",
    "meme",
    "chart",
    "qr-code",
    "map",
    "sign",
];
/// How sure a model must be of it.
const SURE: f32 = 0.5;

/// Something that is kept out of memories. Stored as a struck key.
#[derive(Debug, Clone, PartialEq)]
pub enum Exclusion {
    /// A tag: a person, a place, anything.
    Tag(String),
    /// Days, both included.
    Dates(Date, Date),
    /// Latitude, longitude, radius in kilometres.
    Place(f32, f32, f32),
}

impl Exclusion {
    /// The key that stores it.
    pub fn key(&self) -> String {
        match self {
            Self::Tag(name) => format!("memory-tag:{name}"),
            Self::Dates(from, to) => format!("memory-dates:{from}..{to}"),
            Self::Place(lat, lon, km) => format!("memory-place:{lat},{lon},{km}"),
        }
    }

    /// The inverse of `key`; none for other keys and for nonsense.
    pub fn parse(key: &str) -> Option<Self> {
        if let Some(name) = key.strip_prefix("memory-tag:") {
            return Some(Self::Tag(name.to_owned()));
        }
        if let Some(dates) = key.strip_prefix("memory-dates:") {
            let (from, to) = dates.split_once("..").unwrap_or((dates, dates));
            let (from, to) = (from.parse().ok()?, to.parse().ok()?);
            return (from <= to).then_some(Self::Dates(from, to));
        }
        let numbers: Vec<f32> = key
            .strip_prefix("memory-place:")?
            .split(',')
            .map(|number| number.trim().parse::<f32>().ok().filter(|n| n.is_finite()))
            .collect::<Option<_>>()?;
        match numbers[..] {
            [lat, lon, km] if lat.abs() <= 90.0 && lon.abs() <= 180.0 && km > 0.0 => {
                Some(Self::Place(lat, lon, km))
            }
            _ => None,
        }
    }
}

/// Everything that is kept out.
pub struct Memories {
    /// By tag: whether it is kept out by default, and by the person.
    plain: Vec<bool>,
    tags: Vec<bool>,
    days: Vec<(i64, i64)>,
    places: Vec<(f32, f32, f32)>,
}

impl Memories {
    /// Reads the struck keys.
    pub fn new(input: &Input) -> Self {
        let mut memories = Self {
            plain: Vec::new(),
            tags: vec![false; input.names.len()],
            days: Vec::new(),
            places: Vec::new(),
        };
        for exclusion in input.struck.iter().filter_map(|key| Exclusion::parse(key)) {
            match exclusion {
                Exclusion::Tag(name) => {
                    let same = |tag: &&String| tag.to_lowercase() == name.to_lowercase();
                    for (is_out, _) in memories
                        .tags
                        .iter_mut()
                        .zip(&input.names)
                        .filter(|(_, tag)| same(tag))
                    {
                        *is_out = true;
                    }
                }
                Exclusion::Dates(from, to) => memories.days.push((day_of(from), day_of(to))),
                Exclusion::Place(lat, lon, km) => memories.places.push((lat, lon, km)),
            }
        }
        memories.plain = input
            .names
            .iter()
            .map(|name| NOT_MEMORABLE.contains(&name.as_str()))
            .collect();
        memories
    }

    /// Whether an item may come up as a memory.
    pub fn admits(&self, facts: &Facts) -> bool {
        if facts.is_plain {
            return false;
        }
        let is_kept_out = facts.tags.iter().any(|(tag, score)| {
            let is = |list: &[bool]| list.get(*tag as usize).copied().unwrap_or(false);
            is(&self.tags) || (*score > SURE && is(&self.plain))
        });
        let day = facts.date_ms.div_euclid(DAY_MS);
        !is_kept_out
            && !self
                .days
                .iter()
                .any(|(from, to)| (*from..=*to).contains(&day))
            && !facts.gps.is_some_and(|(lat, lon)| {
                self.places
                    .iter()
                    .any(|&(a, b, km)| distance_km((lat, lon), (a, b)) <= km)
            })
    }
}

/// The day of a date, counted from 1970.
pub fn day_of(date: Date) -> i64 {
    date.to_zoned(jiff::tz::TimeZone::UTC)
        .map_or(0, |at| at.timestamp().as_millisecond().div_euclid(DAY_MS))
}

/// Along the surface of the earth (haversine).
fn distance_km(a: (f32, f32), b: (f32, f32)) -> f32 {
    const EARTH_KM: f32 = 6371.0;
    let (lat_a, lat_b) = (a.0.to_radians(), b.0.to_radians());
    let (half_lat, half_lon) = ((lat_b - lat_a) / 2.0, (b.1 - a.1).to_radians() / 2.0);
    let h = half_lat.sin().powi(2) + lat_a.cos() * lat_b.cos() * half_lon.sin().powi(2);
    2.0 * EARTH_KM * h.clamp(0.0, 1.0).sqrt().asin()
}
