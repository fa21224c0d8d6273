//! Dates as media files write them, as milliseconds since the Unix epoch.

use jiff::civil::{DateTime, date};
use jiff::tz::TimeZone;

/// When something was made: the wall clock where it was, as if that were UTC, and how far that clock was from UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WallTime {
    pub wall_ms: i64,
    pub offset_min: Option<i32>,
}

/// Milliseconds of a civil time taken as UTC.
pub(crate) fn civil_ms(time: DateTime) -> Option<i64> {
    let ms = time
        .to_zoned(TimeZone::UTC)
        .ok()?
        .timestamp()
        .as_millisecond();
    is_plausible(ms).then_some(ms)
}

/// Between the first photograph (1826) and 2200: what lies outside was never a date.
fn is_plausible(ms: i64) -> bool {
    (-4_544_000_000_000..7_258_000_000_000).contains(&ms)
}

/// Milliseconds since the Unix epoch of a number of seconds since 1904 (QuickTime), when plausible.
pub(crate) fn from_1904_s(seconds: u64) -> Option<i64> {
    let ms = i64::try_from(seconds)
        .ok()?
        .checked_sub(2_082_844_800)?
        .checked_mul(1000)?;
    (seconds != 0 && is_plausible(ms)).then_some(ms)
}

/// Milliseconds since the Unix epoch of a number of nanoseconds since 2001 (Matroska), when plausible.
pub(crate) fn from_2001_ns(nanoseconds: i64) -> Option<i64> {
    let ms = (nanoseconds / 1_000_000).checked_add(978_307_200_000)?;
    is_plausible(ms).then_some(ms)
}

/// Reads `2021`, `2021-05`, `2021-05-03`, `2021:05:03 12:34:56.789+01:00` and what lies between them: ISO 8601 as XMP
/// narrows it, and EXIF's way with colons. What follows the part that can be read is ignored.
pub(crate) fn parse(text: &str) -> Option<WallTime> {
    let mut scan = Scan(text.trim().as_bytes());
    let year = i16::try_from(scan.digits(4)?).ok()?;
    let month = scan.after(b"-:").unwrap_or(1);
    let day = scan.after(b"-:").unwrap_or(1);
    let mut time = date(year, 1, 1)
        .with()
        .month(i8::try_from(month).ok()?)
        .day(i8::try_from(day).ok()?)
        .build()
        .ok()?
        .to_datetime(jiff::civil::Time::midnight());
    let mut offset_min = None;
    if let Some(hour) = scan.after(b"T t") {
        let minute = scan.after(b":").unwrap_or(0);
        let second = scan.after(b":").unwrap_or(0).min(59);
        let nanosecond = scan.fraction_ns();
        time = time
            .with()
            .hour(i8::try_from(hour).ok()?)
            .minute(i8::try_from(minute).ok()?)
            .second(i8::try_from(second).ok()?)
            .subsec_nanosecond(nanosecond)
            .build()
            .ok()?;
        offset_min = scan.offset();
    }
    Some(WallTime {
        wall_ms: civil_ms(time)?,
        offset_min,
    })
}

/// A wall-clock time as XMP writes it, without a zone: `2021-05-03T12:34:56`.
pub(crate) fn to_iso(wall_ms: i64) -> Option<String> {
    let time = jiff::Timestamp::from_millisecond(wall_ms).ok()?;
    let civil = time.to_zoned(TimeZone::UTC).datetime();
    let text = civil.strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let millis = wall_ms.rem_euclid(1000);
    Some(if millis == 0 {
        text
    } else {
        format!("{text}.{millis:03}")
    })
}

/// `+02:00`, `-0330`, `Z` as minutes.
pub(crate) fn parse_offset(text: &str) -> Option<i32> {
    Scan(text.trim().as_bytes()).offset()
}

struct Scan<'a>(&'a [u8]);

impl Scan<'_> {
    fn digits(&mut self, count: usize) -> Option<u32> {
        let head = self.0.get(..count)?;
        if !head.iter().all(u8::is_ascii_digit) {
            return None;
        }
        self.0 = &self.0[count..];
        Some(
            head.iter()
                .fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0')),
        )
    }

    /// Two digits behind one of `marks`; nothing is consumed when they are not there.
    fn after(&mut self, marks: &[u8]) -> Option<u32> {
        let (first, rest) = self.0.split_first()?;
        if !marks.contains(first) {
            return None;
        }
        let mut ahead = Scan(rest);
        let number = ahead.digits(2)?;
        *self = Scan(ahead.0);
        Some(number)
    }

    fn fraction_ns(&mut self) -> i32 {
        let Some((b'.' | b',', rest)) = self.0.split_first() else {
            return 0;
        };
        let digits = rest.iter().take_while(|c| c.is_ascii_digit()).count();
        let ns = rest[..digits]
            .iter()
            .chain(std::iter::repeat(&b'0'))
            .take(9)
            .fold(0, |sum, digit| sum * 10 + i32::from(digit - b'0'));
        self.0 = &rest[digits..];
        ns
    }

    fn offset(&mut self) -> Option<i32> {
        let (sign, rest) = self.0.split_first()?;
        let sign = match sign {
            b'Z' | b'z' => return Some(0),
            b'+' => 1,
            b'-' => -1,
            _ => return None,
        };
        let mut ahead = Scan(rest);
        let hours = ahead.digits(2)?;
        let minutes = ahead.after(b":").or_else(|| ahead.digits(2)).unwrap_or(0);
        (hours <= 15 && minutes < 60)
            .then(|| sign * i32::try_from(hours * 60 + minutes).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_precision() {
        let at = |text| parse(text).map(|time| (time.wall_ms, time.offset_min));
        assert_eq!(at("1970"), Some((0, None)));
        assert_eq!(at("1970-02"), Some((31 * 86_400_000, None)));
        assert_eq!(at("1970-01-02T00:00"), Some((86_400_000, None)));
        assert_eq!(at("1970:01:02 00:00:01"), Some((86_401_000, None)));
        assert_eq!(at("1970-01-01T00:00:01.5-03:30"), Some((1500, Some(-210))));
        assert_eq!(at("1970-01-01T00:00:01Z"), Some((1000, Some(0))));
        assert_eq!(at("0000:00:00 00:00:00"), None);
        assert_eq!(at("    :  :     :  :  "), None);
        assert_eq!(at("2021-13-40"), None);
        assert_eq!(parse_offset("+0200"), Some(120));
    }
}
