//! What the person says of a song, inside the file: rating (POPM, FMPS_RATING, RATING, `rate`), tags (KEYWORDS), title.
//!
//! Each format's own tag is changed in place, so that frames and fields that Parlour does not know stay.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use lofty::config::{ParseOptions, ParsingMode, WriteOptions};
use lofty::file::{AudioFile, FileType};
use lofty::flac::FlacFile;
use lofty::id3::v2::{Frame, Id3v2Tag, Id3v2Version, PopularimeterFrame};
use lofty::iff::aiff::AiffFile;
use lofty::iff::wav::WavFile;
use lofty::mp4::{Atom, AtomData, AtomIdent, Ilst, Mp4File};
use lofty::mpeg::MpegFile;
use lofty::ogg::tag::VorbisComments;
use lofty::ogg::{OpusFile, VorbisFile};
use lofty::probe::Probe;
use lofty::tag::{Accessor, TagExt};

use crate::error::{Error, Result};
use crate::media::{clean_text, limits};

/// The program whose POPM frame Windows and most players look for.
const POPM_EMAIL: &str = "Windows Media Player 9 Series";
/// POPM's bytes for the stars 0 to 5, as Windows and MusicBee write them.
const POPM: [u8; 6] = [0, 1, 64, 128, 196, 255];
const FMPS: &str = "FMPS_Rating";
const KEYWORDS: &str = "KEYWORDS";
const ITUNES: &str = "com.apple.iTunes";
const RATE: AtomIdent<'static> = AtomIdent::Fourcc(*b"rate");

/// What the person can say of a song.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Marks {
    /// Stars, 1 to 5.
    pub rating: Option<u8>,
    /// Tags with their parents, levels joined by `/`.
    pub keywords: Vec<String>,
    /// The title.
    pub title: Option<String>,
}

/// The tag that a format has of its own.
enum Native {
    Id3(Id3v2Tag),
    Vorbis(VorbisComments),
    Ilst(Ilst),
}

/// Reads what the person could have said.
///
/// # Errors
/// [`Error::Unsupported`] for formats that are not written to, [`Error::Damaged`], [`Error::Io`].
pub fn marks(path: &Path) -> Result<Marks> {
    guarded(path, || {
        Ok(match native(path)? {
            Native::Id3(tag) => id3_marks(&tag),
            Native::Vorbis(tag) => vorbis_marks(&tag),
            Native::Ilst(tag) => ilst_marks(&tag),
        })
    })
}

/// Makes the file say this. It is changed where it lies: give it a copy.
///
/// # Errors
/// As [`marks`].
pub fn write_marks(path: &Path, marks: &Marks) -> Result<()> {
    guarded(path, || {
        let failed = |error: &dyn std::fmt::Display| Error::damaged("tag", path, error);
        let options = WriteOptions::default();
        match native(path)? {
            Native::Id3(mut tag) => {
                let is_old = tag.original_version() == Id3v2Version::V3;
                put_id3(&mut tag, marks);
                let mut options = options;
                let options = options.use_id3v23(is_old);
                tag.save_to_path(path, options).map_err(|e| failed(&e))
            }
            Native::Vorbis(mut tag) => {
                put_vorbis(&mut tag, marks);
                tag.save_to_path(path, options).map_err(|e| failed(&e))
            }
            Native::Ilst(mut tag) => {
                put_ilst(&mut tag, marks);
                tag.save_to_path(path, options).map_err(|e| failed(&e))
            }
        }
    })
}

fn guarded<T>(path: &Path, body: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(body))
        .unwrap_or_else(|_| Err(Error::damaged("tag", path, "its reader gave up")))
}

fn native(path: &Path) -> Result<Native> {
    let io = |error: std::io::Error| Error::io("read the file", path, &error);
    let kind = Probe::open(path)
        .map_err(|error| Error::damaged("tag", path, error))?
        .guess_file_type()
        .map_err(io)?
        .file_type();
    let options = ParseOptions::new()
        .read_properties(false)
        .parsing_mode(ParsingMode::BestAttempt);
    let mut file = File::open(path).map_err(io)?;
    macro_rules! read {
        ($kind:ty) => {
            <$kind>::read_from(&mut file, options)
                .map_err(|error| Error::damaged("tag", path, error))?
        };
    }
    Ok(match kind {
        Some(FileType::Mpeg) => Native::Id3(read!(MpegFile).id3v2().cloned().unwrap_or_default()),
        Some(FileType::Wav) => Native::Id3(read!(WavFile).id3v2().cloned().unwrap_or_default()),
        Some(FileType::Aiff) => Native::Id3(read!(AiffFile).id3v2().cloned().unwrap_or_default()),
        Some(FileType::Flac) => Native::Vorbis(
            read!(FlacFile)
                .vorbis_comments()
                .cloned()
                .unwrap_or_default(),
        ),
        Some(FileType::Vorbis) => Native::Vorbis(read!(VorbisFile).vorbis_comments().clone()),
        Some(FileType::Opus) => Native::Vorbis(read!(OpusFile).vorbis_comments().clone()),
        Some(FileType::Mp4) => Native::Ilst(read!(Mp4File).ilst().cloned().unwrap_or_default()),
        _ => {
            return Err(Error::Unsupported {
                format: "such".to_owned(),
                path: path.to_owned(),
            });
        }
    })
}

/// A keyword as it can stand in one text with others.
fn plain(keyword: &str) -> String {
    keyword.replace(';', ",")
}

fn joined(keywords: &[String]) -> String {
    let all: Vec<String> = keywords.iter().map(|word| plain(word)).collect();
    all.join("; ")
}

/// Keywords of several texts, in a fixed order.
pub(super) fn split<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut all: Vec<String> = texts
        .flat_map(|text| text.split(';'))
        .filter_map(clean_text)
        .take(limits::MAX_KEYWORDS)
        .collect();
    all.sort();
    all.dedup();
    all
}

/// Stars of a share between 0 and 1.
fn stars_of_share(text: &str) -> Option<u8> {
    let stars = (text.trim().parse::<f32>().ok()? * 5.0).round();
    (1.0..=5.0).contains(&stars).then_some(stars as u8)
}

/// Stars of `RATING` as it is met: 1 to 5, or up to 100.
pub(super) fn stars_of_number(text: &str) -> Option<u8> {
    let number: f32 = text.trim().parse().ok()?;
    let stars = match number {
        n if n <= 0.0 => return None,
        n if n < 1.0 => (n * 5.0).round(),
        n if n <= 5.0 => n.round(),
        n if n <= 100.0 => (n / 20.0).round().max(1.0),
        _ => return None,
    };
    Some(stars as u8)
}

fn share(stars: u8) -> String {
    format!("{:.1}", f32::from(stars.min(5)) / 5.0)
}

fn title_of(tag: &impl Accessor) -> Option<String> {
    tag.title().and_then(|title| clean_text(&title))
}

fn put_title(tag: &mut impl Accessor, title: Option<&String>) {
    match title {
        Some(title) if title_of(tag).as_ref() != Some(title) => tag.set_title(title.clone()),
        None if tag.title().is_some() => tag.remove_title(),
        _ => {}
    }
}

fn id3_marks(tag: &Id3v2Tag) -> Marks {
    let fmps = tag.get_user_text(FMPS).and_then(stars_of_share);
    let popm = || {
        tag.into_iter().find_map(|frame| match frame {
            Frame::Popularimeter(popm) => match popm.rating {
                0 => None,
                1..=31 => Some(1),
                32..=95 => Some(2),
                96..=159 => Some(3),
                160..=223 => Some(4),
                224.. => Some(5),
            },
            _ => None,
        })
    };
    Marks {
        rating: fmps.or_else(popm),
        keywords: split(tag.get_user_text(KEYWORDS).into_iter()),
        title: title_of(tag),
    }
}

fn put_id3(tag: &mut Id3v2Tag, marks: &Marks) {
    let old = id3_marks(tag);
    put_title(tag, marks.title.as_ref());
    if old.rating != marks.rating {
        let byte = POPM[usize::from(marks.rating.unwrap_or(0).min(5))];
        // Every program's own rating says the same; its count of plays stays.
        let counts: Vec<(String, u64)> = (&*tag)
            .into_iter()
            .filter_map(|frame| match frame {
                Frame::Popularimeter(popm) => Some((popm.email.to_string(), popm.counter)),
                _ => None,
            })
            .collect();
        tag.retain(|frame| !matches!(frame, Frame::Popularimeter(_)));
        for (email, count) in &counts {
            if byte > 0 || *count > 0 {
                let frame = PopularimeterFrame::new(email.clone(), byte, *count);
                tag.insert(Frame::Popularimeter(frame));
            }
        }
        let has_ours = counts.iter().any(|(email, _)| email == POPM_EMAIL);
        if byte > 0 && !has_ours {
            let frame = PopularimeterFrame::new(POPM_EMAIL, byte, 0);
            tag.insert(Frame::Popularimeter(frame));
        }
        match marks.rating {
            Some(stars) => drop(tag.insert_user_text(FMPS.to_owned(), share(stars))),
            None => drop(tag.remove_user_text(FMPS)),
        }
    }
    if old.keywords != marks.keywords {
        if marks.keywords.is_empty() {
            tag.remove_user_text(KEYWORDS);
        } else {
            tag.insert_user_text(KEYWORDS.to_owned(), joined(&marks.keywords));
        }
    }
}

fn vorbis_marks(tag: &VorbisComments) -> Marks {
    let fmps = tag.get("FMPS_RATING").and_then(stars_of_share);
    let plain = || tag.get("RATING").and_then(stars_of_number);
    Marks {
        rating: fmps.or_else(plain),
        keywords: split(tag.get_all(KEYWORDS)),
        title: title_of(tag),
    }
}

fn put_vorbis(tag: &mut VorbisComments, marks: &Marks) {
    let old = vorbis_marks(tag);
    put_title(tag, marks.title.as_ref());
    if old.rating != marks.rating {
        drop(tag.remove("FMPS_RATING"));
        drop(tag.remove("RATING"));
        if let Some(stars) = marks.rating {
            tag.push("FMPS_RATING".to_owned(), share(stars));
            tag.push("RATING".to_owned(), (u32::from(stars) * 20).to_string());
        }
    }
    if old.keywords != marks.keywords {
        drop(tag.remove(KEYWORDS));
        for keyword in &marks.keywords {
            tag.push(KEYWORDS.to_owned(), plain(keyword));
        }
    }
}

fn freeform(name: &'static str) -> AtomIdent<'static> {
    AtomIdent::Freeform {
        mean: ITUNES.into(),
        name: name.into(),
    }
}

fn ilst_marks(tag: &Ilst) -> Marks {
    let text = |ident: &AtomIdent<'_>| {
        tag.get(ident).and_then(|atom| {
            atom.data().find_map(|data| match data {
                AtomData::UTF8(text) | AtomData::UTF16(text) => Some(text.clone()),
                _ => None,
            })
        })
    };
    let fmps = text(&freeform(FMPS)).and_then(|text| stars_of_share(&text));
    let rate = || text(&RATE).and_then(|text| stars_of_number(&text));
    Marks {
        rating: fmps.or_else(rate),
        keywords: split(text(&freeform(KEYWORDS)).as_deref().into_iter()),
        title: title_of(tag),
    }
}

fn put_ilst(tag: &mut Ilst, marks: &Marks) {
    let old = ilst_marks(tag);
    put_title(tag, marks.title.as_ref());
    let put = |tag: &mut Ilst, ident: AtomIdent<'static>, text: Option<String>| {
        drop(tag.remove(&ident));
        if let Some(text) = text {
            tag.replace_atom(Atom::new(ident, AtomData::UTF8(text)));
        }
    };
    if old.rating != marks.rating {
        put(tag, freeform(FMPS), marks.rating.map(share));
        let percent = marks
            .rating
            .map(|stars| (u32::from(stars) * 20).to_string());
        put(tag, RATE, percent);
    }
    if old.keywords != marks.keywords {
        let all = (!marks.keywords.is_empty()).then(|| joined(&marks.keywords));
        put(tag, freeform(KEYWORDS), all);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_are_read_on_every_scale() {
        assert_eq!(stars_of_share("0.8"), Some(4));
        assert_eq!(stars_of_share("0"), None);
        for (text, stars) in [
            ("4", 4),
            ("80", 4),
            ("0.8", 4),
            ("100", 5),
            ("1", 1),
            ("20", 1),
        ] {
            assert_eq!(stars_of_number(text), Some(stars), "{text}");
        }
        assert_eq!(stars_of_number("255"), None);
    }
}
