//! Dates and places put right, many at once: what would change first, then one undoable change.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::catalog::{Change, ItemId, Reader};
use crate::error::Result;
use crate::media::Kind;

/// A place is borrowed from a photo taken at most this long before or after.
const NEAR_MS: i64 = 2 * 60 * 60 * 1000;

/// How dates are put right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateRepair {
    /// By so many milliseconds: a camera's clock that went wrong.
    Shift(i64),
    /// All to this (wall clock as if UTC).
    Set(i64),
    /// From the file's name: `IMG_20210503_123456.jpg`, `2021-05-03 12.34.56.png`.
    FromName,
    /// From the time of the file.
    FromFileTime,
    /// Back to what the file says.
    Forget,
}

/// How places are put right.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PlaceRepair {
    /// All to this: degrees north and east.
    Set(f64, f64),
    /// From the photo nearest in time that has a place.
    FromNearest,
    /// Back to what the file says.
    Forget,
}

/// What would change for one item.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Preview<T> {
    /// The item.
    pub item: ItemId,
    /// Its file.
    pub path: PathBuf,
    /// As it is.
    pub old: Option<T>,
    /// As it would be; the same when there is nothing to go by.
    pub new: Option<T>,
    /// Whether the person's word is taken back.
    pub is_forgotten: bool,
}

/// What the dates would be.
///
/// # Errors
/// When the catalogue cannot be read.
pub fn dates(reader: &Reader, items: &[ItemId], how: DateRepair) -> Result<Vec<Preview<i64>>> {
    let found = reader.items(items)?;
    Ok(found
        .into_iter()
        .map(|item| {
            let path = item.path().map(Path::to_owned).unwrap_or_default();
            let old = item.date_ms;
            let new = match how {
                DateRepair::Shift(by) => Some(old.saturating_add(by)),
                DateRepair::Set(at) => Some(at),
                DateRepair::FromName => date_of_name(&path),
                DateRepair::FromFileTime => item.paths.first().map(|path| path.mtime_ms),
                DateRepair::Forget => None,
            };
            Preview {
                item: item.id,
                path,
                old: Some(old),
                new: new.or(Some(old)),
                is_forgotten: how == DateRepair::Forget,
            }
        })
        .collect())
}

/// What the places would be.
///
/// # Errors
/// When the catalogue cannot be read.
pub fn places(
    reader: &Reader,
    items: &[ItemId],
    how: PlaceRepair,
) -> Result<Vec<Preview<(f64, f64)>>> {
    let found = reader.items(items)?;
    let mut known: Vec<(i64, (f64, f64))> = Vec::new();
    if how == PlaceRepair::FromNearest {
        let all: Vec<ItemId> = reader
            .index()?
            .iter()
            .filter(|row| row.kind != Kind::Audio)
            .map(|row| row.id)
            .collect();
        for some in all.chunks(1000) {
            for item in reader.items(some)? {
                known.extend(item.gps.map(|place| (item.date_ms, place)));
            }
        }
        known.sort_by_key(|(date_ms, _)| *date_ms);
    }
    Ok(found
        .into_iter()
        .map(|item| {
            let new = match how {
                PlaceRepair::Set(north, east) => Some((north, east)),
                PlaceRepair::FromNearest if item.gps.is_none() => nearest(&known, item.date_ms),
                PlaceRepair::FromNearest => item.gps,
                PlaceRepair::Forget => None,
            };
            Preview {
                item: item.id,
                path: item.path().map(Path::to_owned).unwrap_or_default(),
                old: item.gps,
                new,
                is_forgotten: how == PlaceRepair::Forget,
            }
        })
        .collect())
}

/// The place of the moment nearest to this one.
fn nearest(known: &[(i64, (f64, f64))], date_ms: i64) -> Option<(f64, f64)> {
    let at = known.partition_point(|(other, _)| *other < date_ms);
    let before = at.checked_sub(1).and_then(|at| known.get(at));
    [before, known.get(at)]
        .into_iter()
        .flatten()
        .filter(|(other, _)| (other - date_ms).abs() <= NEAR_MS)
        .min_by_key(|(other, _)| (other - date_ms).abs())
        .map(|(_, place)| *place)
}

/// The change that makes previewed dates so; `None` when there is nothing to change.
pub fn date_change(previews: &[Preview<i64>]) -> Option<Change> {
    let dates: Vec<_> = previews
        .iter()
        .filter(|preview| preview.is_forgotten || preview.new != preview.old)
        .map(|preview| (preview.item, preview.new.filter(|_| !preview.is_forgotten)))
        .collect();
    (!dates.is_empty()).then_some(Change::Redate(dates))
}

/// The change that makes previewed places so; `None` when there is nothing to change.
pub fn place_change(previews: &[Preview<(f64, f64)>]) -> Option<Change> {
    let places: Vec<_> = previews
        .iter()
        .filter(|preview| {
            preview.is_forgotten || preview.new.is_some() && preview.new != preview.old
        })
        .map(|preview| (preview.item, preview.new.filter(|_| !preview.is_forgotten)))
        .collect();
    (!places.is_empty()).then_some(Change::Locate(places))
}

/// The date in a file's name, if there is one that can be.
pub fn date_of_name(path: &Path) -> Option<i64> {
    let stem = path.file_stem()?.to_string_lossy();
    let groups: Vec<&str> = stem
        .split(|c: char| !c.is_ascii_digit())
        .filter(|digits| !digits.is_empty())
        .collect();
    (0..groups.len()).find_map(|at| {
        let (date, rest) = match groups[at].len() {
            8 | 14 => {
                let (date, time) = groups[at].split_at(8);
                let mut rest = vec![time];
                rest.extend(&groups[at + 1..]);
                let date = [&date[..4], &date[4..6], &date[6..]].map(str::to_owned);
                (date, rest)
            }
            4 if groups.len() >= at + 3
                && groups[at + 1].len() == 2
                && groups[at + 2].len() == 2 =>
            {
                let date = [groups[at], groups[at + 1], groups[at + 2]].map(str::to_owned);
                (date, groups[at + 3..].to_vec())
            }
            _ => return None,
        };
        let [year, month, day] = date;
        (year.starts_with("19") || year.starts_with("20")).then_some(())?;
        let digits: String = rest.concat();
        let is_time = rest
            .iter()
            .find(|group| !group.is_empty())
            .is_some_and(|group| matches!(group.len(), 2 | 6 | 9));
        let clock = |text: &str| {
            let at = format!("{year}-{month}-{day}T{text}");
            crate::media::wall_clock_ms(&at)
        };
        digits
            .get(..6)
            .filter(|_| is_time)
            .and_then(|time| clock(&format!("{}:{}:{}", &time[..2], &time[2..4], &time[4..])))
            .or_else(|| clock("12:00:00"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_from_names_as_cameras_and_phones_give_them() {
        let at = |name: &str| date_of_name(Path::new(name));
        let noon = crate::media::wall_clock_ms("2021-05-03T12:00:00");
        let exact = crate::media::wall_clock_ms("2021-05-03T09:08:07");
        assert!(noon.is_some() && exact.is_some());
        assert_eq!(at("IMG_20210503_090807.jpg"), exact);
        assert_eq!(at("PXL_20210503_090807123.jpg"), exact);
        assert_eq!(at("2021-05-03 09.08.07.png"), exact);
        assert_eq!(at("20210503090807.jpg"), exact);
        assert_eq!(at("IMG-20210503-WA0001.jpg"), noon);
        assert_eq!(at("Screenshot 2021-05-03.png"), noon);
        for name in [
            "IMG_0001.jpg",
            "DSC12345678.jpg",
            "20211345.jpg",
            "notes.jpg",
        ] {
            assert_eq!(at(name), None, "{name}");
        }
    }

    #[test]
    fn a_place_is_borrowed_only_from_nearby_moments() {
        let known = [
            (0, (1.0, 1.0)),
            (10_000, (2.0, 2.0)),
            (NEAR_MS * 9, (3.0, 3.0)),
        ];
        assert_eq!(nearest(&known, 4_000), Some((1.0, 1.0)));
        assert_eq!(nearest(&known, 6_000), Some((2.0, 2.0)));
        assert_eq!(nearest(&known, NEAR_MS * 4), None);
    }
}
