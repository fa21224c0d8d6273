//! IPTC-IIM 4.2: what newsrooms and older photo programs write into JPEG files.

use crate::media::{clean_text, dates, limits};

/// The data sets Parlour uses.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Iptc {
    pub title: Option<String>,
    pub caption: Option<String>,
    pub keywords: Vec<String>,
    pub taken_ms: Option<i64>,
}

/// Finds the IPTC block (resource 0x0404) among Photoshop's resource blocks.
pub(super) fn from_photoshop(mut blocks: &[u8]) -> Option<Iptc> {
    while let Some(rest) = blocks.strip_prefix(b"8BIM") {
        let id = u16::from_be_bytes([*rest.first()?, *rest.get(1)?]);
        // A Pascal string padded to an even length, its length byte included.
        let name = (usize::from(*rest.get(2)?) + 2) & !1;
        let rest = rest.get(2 + name..)?;
        let size = u32::from_be_bytes([*rest.first()?, *rest.get(1)?, *rest.get(2)?, *rest.get(3)?])
            as usize;
        let rest = &rest[4..];
        let body = &rest[..size.min(rest.len())];
        if id == 0x0404 {
            return Some(parse(body));
        }
        blocks = rest.get(size.checked_add(size & 1)?..)?;
    }
    None
}

/// Reads the data sets of a raw IPTC-IIM record stream.
pub(super) fn parse(mut bytes: &[u8]) -> Iptc {
    let mut found = Iptc::default();
    let mut is_utf8 = false;
    let (mut date, mut time) = (None, None);
    while let [0x1C, record, set, l1, l0, rest @ ..] = bytes {
        let size = usize::from(u16::from_be_bytes([*l1, *l0]));
        // The top bit marks an extended length; no text is that long.
        if size & 0x8000 != 0 || size > rest.len() {
            break;
        }
        let (body, after) = rest.split_at(size);
        bytes = after;
        let text = || {
            let text = match std::str::from_utf8(body) {
                Ok(text) => text.to_owned(),
                Err(_) if is_utf8 => String::from_utf8_lossy(body).into_owned(),
                // Without a declared character set it is Latin-1 in practice.
                Err(_) => body.iter().map(|byte| char::from(*byte)).collect(),
            };
            clean_text(&text)
        };
        match (record, set) {
            (1, 90) => is_utf8 = body == b"\x1B%G",
            (2, 5) => found.title = text(),
            (2, 25) if found.keywords.len() < limits::MAX_KEYWORDS => found.keywords.extend(text()),
            (2, 55) => date = text(),
            (2, 60) => time = text(),
            (2, 120) => found.caption = text(),
            _ => {}
        }
    }
    found.taken_ms = date.and_then(|date| {
        let (year, rest) = date.split_at_checked(4)?;
        let (month, day) = rest.split_at_checked(2)?;
        let time = time.unwrap_or_default();
        let clock = |range| time.get(range).unwrap_or("00");
        let text = format!(
            "{year}-{month}-{day}T{}:{}:{}",
            clock(0..2),
            clock(2..4),
            clock(4..6)
        );
        dates::parse(&text).map(|time| time.wall_ms)
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(record: u8, number: u8, body: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0x1C, record, number];
        bytes.extend((body.len() as u16).to_be_bytes());
        bytes.extend(body);
        bytes
    }

    #[test]
    fn reads_keywords_title_and_date() {
        let stream = [
            set(2, 5, b"Harbour"),
            set(2, 25, b"sea"),
            set(2, 25, b"caf\xE9"),
            set(2, 55, b"20240229"),
            set(2, 60, b"183005+0100"),
        ]
        .concat();
        let mut photoshop = b"8BIM\x04\x25\0\0\0\0\0\x03abc\0".to_vec();
        photoshop.extend(b"8BIM\x04\x04\0\0");
        photoshop.extend((stream.len() as u32).to_be_bytes());
        photoshop.extend(&stream);
        let iptc = from_photoshop(&photoshop).unwrap();
        assert_eq!(iptc.title.as_deref(), Some("Harbour"));
        assert_eq!(iptc.keywords, ["sea", "café"]);
        assert_eq!(iptc.taken_ms, Some(1_709_231_405_000));
        for end in 0..photoshop.len() {
            from_photoshop(&photoshop[..end]);
        }
    }
}
