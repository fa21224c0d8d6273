//! Lyrics, embedded or in an LRC file beside the song.

use std::path::{Path, PathBuf};

use lofty::tag::ItemKey;

use super::tags;
use crate::error::Result;
use crate::media::{caught, limits, read_bounded};

/// The words of a song.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lyrics {
    /// Lines with the millisecond they are sung at; in order of time when synced. Empty lines are pauses.
    pub lines: Vec<(Option<u64>, String)>,
    /// Whether the lines carry times.
    pub is_synced: bool,
}

/// Lyrics of a song: synced ones first, embedded ones before those beside it.
///
/// # Errors
/// [`Error::Io`](crate::Error::Io) when the song cannot be opened.
pub fn lyrics(path: &Path) -> Result<Option<Lyrics>> {
    caught("audio", path, || {
        crate::media::open(path)?;
        let embedded = tags::read(path, false).and_then(|file| {
            tags::in_order(&file).into_iter().find_map(|tag| {
                let text = tag
                    .get_string(ItemKey::Lyrics)
                    .or_else(|| tag.get_string(ItemKey::UnsyncLyrics))?;
                Lyrics::parse(text)
            })
        });
        if embedded.as_ref().is_some_and(|lyrics| lyrics.is_synced) {
            return Ok(embedded);
        }
        let beside = sidecar_of(path)
            .and_then(|sidecar| read_bounded(&sidecar, "lyrics", limits::MAX_LYRICS_BYTES).ok())
            .and_then(|bytes| Lyrics::parse(&decoded(&bytes)));
        Ok(match (embedded, beside) {
            (_, Some(beside)) if beside.is_synced => Some(beside),
            (embedded, beside) => embedded.or(beside),
        })
    })
}

/// `song.lrc` beside `song.mp3`.
pub(super) fn sidecar_of(path: &Path) -> Option<PathBuf> {
    ["lrc", "LRC"]
        .into_iter()
        .map(|extension| path.with_extension(extension))
        .find(|sidecar| sidecar.is_file())
}

/// Text of a file without a declared encoding: Unicode when it is, else Latin-1.
fn decoded(bytes: &[u8]) -> String {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes
            .as_chunks::<2>()
            .0
            .iter()
            .map(|pair| unit(*pair))
            .collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xFF, 0xFE, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => wide(rest, u16::from_be_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
        },
    }
}

impl Lyrics {
    /// Reads plain text or LRC, with the times of single words (`<00:12.30>`) left out. `None` when there are no words.
    pub fn parse(text: &str) -> Option<Self> {
        let (mut timed, mut plain) = (Vec::new(), Vec::new());
        let mut offset_ms = 0i64;
        for line in text.lines().take(limits::MAX_LYRICS_LINES) {
            let mut rest = line.trim();
            let mut times = Vec::new();
            let mut is_header = false;
            while let Some((inside, after)) =
                rest.strip_prefix('[').and_then(|rest| rest.split_once(']'))
            {
                if let Some(ms) = time_ms(inside) {
                    times.push(ms);
                } else if let Some((name, value)) =
                    inside.split_once(':').filter(|(name, _)| is_name(name))
                {
                    if name.eq_ignore_ascii_case("offset") {
                        offset_ms = value.trim().parse().unwrap_or(0);
                    }
                    is_header = true;
                } else {
                    break;
                }
                rest = after.trim_start();
            }
            let words = without_word_times(rest);
            if times.is_empty() {
                if !(is_header && words.is_empty()) {
                    plain.push(words);
                }
                continue;
            }
            timed.extend(times.into_iter().map(|ms| (ms, words.clone())));
            if timed.len() > limits::MAX_LYRICS_LINES {
                break;
            }
        }
        if !timed.is_empty() {
            timed.sort_by_key(|(ms, _)| *ms);
            // A positive offset shows the words earlier.
            let shifted = |ms: u64| (ms as i64).saturating_sub(offset_ms).max(0) as u64;
            let lines = timed
                .into_iter()
                .map(|(ms, words)| (Some(shifted(ms)), words))
                .collect();
            return Some(Self {
                lines,
                is_synced: true,
            });
        }
        while plain.last().is_some_and(String::is_empty) {
            plain.pop();
        }
        let blank = plain.iter().take_while(|line| line.is_empty()).count();
        let lines: Vec<_> = plain
            .into_iter()
            .skip(blank)
            .map(|line| (None, line))
            .collect();
        (!lines.is_empty()).then_some(Self {
            lines,
            is_synced: false,
        })
    }
}

/// `01:02`, `01:02.3`, `01:02.345`, `01:02:34`, in milliseconds.
fn time_ms(text: &str) -> Option<u64> {
    let (minutes, seconds) = text.trim().split_once(':')?;
    let (seconds, fraction) = seconds.split_once(['.', ':']).unwrap_or((seconds, ""));
    let digits = |text: &str| {
        (!text.is_empty() && text.len() <= 4 && text.bytes().all(|b| b.is_ascii_digit()))
            .then(|| text.parse::<u64>().ok())
            .flatten()
    };
    let fraction_ms = if fraction.is_empty() {
        0
    } else {
        digits(fraction.get(..fraction.len().min(3))?)? * [1, 100, 10, 1][fraction.len().min(3)]
    };
    Some(digits(minutes)? * 60_000 + digits(seconds)?.min(59) * 1000 + fraction_ms)
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 12
        && text.bytes().all(|b| b.is_ascii_alphabetic() || b == b'#')
}

fn without_word_times(text: &str) -> String {
    let mut words = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        words.push_str(before);
        match after.split_once('>') {
            Some((inside, after)) if time_ms(inside).is_some() => rest = after,
            _ => {
                words.push('<');
                rest = after;
            }
        }
    }
    words.push_str(rest);
    let words: Vec<&str> = words.split_whitespace().collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_lrc_with_repeats_offset_and_word_times() {
        let lyrics = Lyrics::parse("[ar:Somebody]\n[offset:+500]\n[00:12.00][00:02.5]Chorus\n[00:05.25]<00:05.25>One <00:06.00>two\n[00:20]\n").unwrap();
        assert!(lyrics.is_synced);
        let expected = [
            (2000, "Chorus"),
            (4750, "One two"),
            (11_500, "Chorus"),
            (19_500, ""),
        ];
        assert_eq!(
            lyrics.lines,
            expected.map(|(ms, words)| (Some(ms), words.to_owned()))
        );
    }

    #[test]
    fn plain_text_stays_plain() {
        let lyrics = Lyrics::parse("\n[Verse 1]\nI <3 you\n\nEnd\n\n").unwrap();
        assert!(!lyrics.is_synced);
        assert_eq!(
            lyrics
                .lines
                .iter()
                .map(|(_, line)| line.as_str())
                .collect::<Vec<_>>(),
            ["[Verse 1]", "I <3 you", "", "End"]
        );
        assert_eq!(Lyrics::parse(" \n\n"), None);
        assert_eq!(decoded(b"\xFF\xFEa\0b\0"), "ab");
        assert_eq!(decoded(b"caf\xE9"), "café");
    }
}
