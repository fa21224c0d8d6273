//! Tags of audio files, through lofty.

use std::io::BufReader;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use lofty::config::{GlobalOptions, ParseOptions, ParsingMode, apply_global_options};
use lofty::file::{FileType, TaggedFile, TaggedFileExt};
use lofty::probe::Probe;
use lofty::tag::items::popularimeter::StarRating;
use lofty::tag::{ItemKey, Tag};
use symphonia::core::formats::FormatReader;

use super::AudioMeta;
use crate::media::{clean_text, limits, open};

/// The tags of a file, its format found by content; `None` when there are none, or none that can be read.
pub(super) fn read(path: &Path, with_pictures: bool) -> Option<TaggedFile> {
    apply_global_options(GlobalOptions::new().allocation_limit(limits::MAX_TAG_BYTES));
    let options = ParseOptions::new()
        .read_properties(false)
        .read_cover_art(with_pictures)
        .parsing_mode(ParsingMode::Relaxed);
    // Damaged tags cost the tags, not the song.
    catch_unwind(AssertUnwindSafe(|| {
        let file = BufReader::new(open(path).ok()?);
        Probe::new(file)
            .options(options)
            .guess_file_type()
            .ok()?
            .read()
            .ok()
    }))
    .ok()
    .flatten()
}

/// The tags of a file, the one native to its format first.
pub(super) fn in_order(file: &TaggedFile) -> Vec<&Tag> {
    let primary = file.primary_tag();
    let others = file
        .tags()
        .iter()
        .filter(|tag| primary.is_none_or(|primary| primary.tag_type() != tag.tag_type()));
    primary.into_iter().chain(others).collect()
}

/// Tags by their own names, for those that have no general one.
pub(super) fn raw(container: &mut dyn FormatReader) -> Vec<(String, String)> {
    let mut metadata = container.metadata();
    let Some(revision) = metadata.skip_to_latest() else {
        return Vec::new();
    };
    let tracks = revision
        .per_track
        .iter()
        .flat_map(|track| &track.metadata.tags);
    revision
        .media
        .tags
        .iter()
        .chain(tracks)
        .take(limits::MAX_SEGMENTS)
        .map(|tag| (tag.raw.key.to_ascii_uppercase(), tag.raw.value.to_string()))
        .collect()
}

/// Fills in the tags, and returns the bytes of the embedded pictures.
pub(super) fn fill(meta: &mut AudioMeta, path: &Path, raw: &[(String, String)]) -> u64 {
    let file = read(path, true);
    let tags = file.as_ref().map(in_order).unwrap_or_default();
    let first = |keys: &[ItemKey]| {
        keys.iter().find_map(|key| {
            tags.iter()
                .find_map(|tag| tag.get_string(*key).and_then(clean_text))
        })
    };
    let joined = |key: ItemKey| {
        tags.iter().find_map(|tag| {
            let mut names: Vec<String> = Vec::new();
            for name in tag.get_strings(key).filter_map(clean_text) {
                if !names.contains(&name) && names.len() < 64 {
                    names.push(name);
                }
            }
            (!names.is_empty()).then(|| names.join("; "))
        })
    };
    let number = |keys: &[ItemKey]| first(keys).and_then(|text| leading_number(&text));
    meta.title = first(&[ItemKey::TrackTitle]);
    meta.artist = joined(ItemKey::TrackArtist);
    meta.album = first(&[ItemKey::AlbumTitle]);
    meta.album_artist = joined(ItemKey::AlbumArtist);
    meta.composer = joined(ItemKey::Composer);
    meta.comment =
        first(&[ItemKey::Comment, ItemKey::Description]).filter(|text| !is_machine_note(text));
    meta.track = number(&[ItemKey::TrackNumber]).filter(|track| *track > 0);
    meta.disc = number(&[ItemKey::DiscNumber]).filter(|disc| *disc > 0);
    meta.date = first(&[
        ItemKey::RecordingDate,
        ItemKey::ReleaseDate,
        ItemKey::Year,
        ItemKey::OriginalReleaseDate,
    ]);
    meta.year = meta.date.as_deref().and_then(year);
    meta.bpm = first(&[ItemKey::Bpm, ItemKey::IntegerBpm])
        .and_then(|text| text.replace(',', ".").parse().ok())
        .filter(|bpm| (20.0..=999.0).contains(bpm));
    meta.gain_track_db = gain(first(&[ItemKey::ReplayGainTrackGain]), raw, "TRACK");
    meta.gain_album_db = gain(first(&[ItemKey::ReplayGainAlbumGain]), raw, "ALBUM");
    meta.has_lyrics = first(&[ItemKey::Lyrics, ItemKey::UnsyncLyrics]).is_some();
    for tag in &tags {
        for genre in tag
            .get_strings(ItemKey::Genre)
            .flat_map(|text| text.split(';'))
            .filter_map(clean_text)
        {
            if !meta.genre.contains(&genre) && meta.genre.len() < 32 {
                meta.genre.push(genre);
            }
        }
    }
    let stars = tags
        .iter()
        .find_map(|tag| tag.ratings().next())
        .map(|rating| match rating.rating() {
            StarRating::One => 1,
            StarRating::Two => 2,
            StarRating::Three => 3,
            StarRating::Four => 4,
            StarRating::Five => 5,
        });
    let plain = || {
        let (_, value) = raw.iter().find(|(key, _)| key == "RATING")?;
        super::marks::stars_of_number(value)
    };
    meta.rating = fmps_rating(raw).or(stars).or_else(plain);
    let keywords = raw
        .iter()
        .filter(|(key, _)| key.rsplit(':').next() == Some("KEYWORDS"))
        .map(|(_, value)| value.as_str());
    meta.keywords = super::marks::split(keywords);
    // Of these formats the decoder does not tell the texts of one's own name (TXXX) that keywords are in.
    let is_id3 = file.as_ref().is_some_and(|file| {
        matches!(
            file.file_type(),
            FileType::Mpeg | FileType::Wav | FileType::Aiff
        )
    });
    if is_id3
        && meta.keywords.is_empty()
        && let Ok(marks) = super::marks(path)
    {
        meta.keywords = marks.keywords;
    }
    let pictures: Vec<_> = tags.iter().flat_map(|tag| tag.pictures()).collect();
    meta.has_cover = !pictures.is_empty();
    pictures
        .iter()
        .map(|picture| picture.data().len() as u64)
        .sum()
}

/// iTunes keeps its own numbers in comments: words of hexadecimal digits.
fn is_machine_note(text: &str) -> bool {
    text.split_whitespace()
        .all(|word| word.len() >= 8 && word.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// `7`, `07`, `7/12`.
fn leading_number(text: &str) -> Option<u32> {
    let digits = text.trim_start();
    let end = digits
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(digits.len());
    digits[..end]
        .parse()
        .ok()
        .filter(|number| *number < 100_000)
}

/// The first four digits that stand together and can be a year.
fn year(date: &str) -> Option<i32> {
    date.split(|c: char| !c.is_ascii_digit())
        .filter_map(|digits| digits.get(..4)?.parse().ok())
        .find(|year| (1000..=2200).contains(year))
}

/// ReplayGain as written, else Opus' gain (RFC 7845, 5.2.1: 256ths of a decibel against -23 LUFS).
fn gain(text: Option<String>, raw: &[(String, String)], which: &str) -> Option<f32> {
    let written = text.and_then(|text| {
        let number = text
            .trim()
            .trim_end_matches(|c: char| c.is_ascii_alphabetic())
            .trim()
            .replace(',', ".");
        number.parse::<f32>().ok()
    });
    let opus = || {
        let name = format!("R128_{which}_GAIN");
        let (_, value) = raw.iter().find(|(key, _)| *key == name)?;
        Some(value.trim().parse::<f32>().ok()? / 256.0 + 5.0)
    };
    written
        .or_else(opus)
        .filter(|db| db.is_finite() && db.abs() < 80.0)
}

/// The Free Music Player Specification's rating, 0.0 to 1.0.
fn fmps_rating(raw: &[(String, String)]) -> Option<u8> {
    let (_, value) = raw
        .iter()
        .find(|(key, _)| key.rsplit(':').next() == Some("FMPS_RATING"))?;
    let share: f32 = value.trim().parse().ok()?;
    let stars = (share * 5.0).round();
    (1.0..=5.0).contains(&stars).then_some(stars as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_numbers_as_people_write_them() {
        assert_eq!(leading_number("07/12"), Some(7));
        assert_eq!(leading_number("A1"), None);
        assert_eq!(year("2021-05-03"), Some(2021));
        assert_eq!(year("03/05/1999"), Some(1999));
        assert_eq!(year("0000"), None);
        let raw = [
            ("R128_TRACK_GAIN".to_owned(), "-1280".to_owned()),
            ("TXXX:FMPS_RATING".to_owned(), "0.8".to_owned()),
        ];
        assert_eq!(gain(Some("-6.50 dB".to_owned()), &raw, "TRACK"), Some(-6.5));
        assert_eq!(gain(None, &raw, "TRACK"), Some(0.0));
        assert_eq!(gain(Some("nan".to_owned()), &raw, "ALBUM"), None);
        assert_eq!(fmps_rating(&raw), Some(4));
        assert!(is_machine_note(
            "00000000 00000210 0000086C 0000000000760804"
        ));
        assert!(!is_machine_note("00000000 is nothing"));
    }
}
