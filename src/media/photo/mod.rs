//! Photos: what is written in them, and their pixels.

mod colour;
mod exif;
mod general;
mod iptc;
mod jpeg;
mod picture;
mod segments;

use std::io::BufReader;
use std::path::Path;

pub use picture::{Filter, Picture};

use super::{Format, Kind, caught, clean_text, limits, open, read_bounded, sniff, xmp};
use crate::error::{Error, Result};
use general::Head;
use segments::Segments;

/// What a photo file says about itself. Texts are cleaned and bounded.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct PhotoMeta {
    /// Pixels across, as it stands upright.
    pub width: u32,
    /// Pixels down, as it stands upright.
    pub height: u32,
    /// When it was taken: the clock where it was taken, in milliseconds as if that clock were UTC.
    pub taken_ms: Option<i64>,
    /// How far that clock was ahead of UTC, in minutes.
    pub utc_offset_min: Option<i32>,
    /// Maker and model.
    pub camera: Option<String>,
    /// Lens model.
    pub lens: Option<String>,
    /// `1/250 s · f/2.8`.
    pub exposure: Option<String>,
    /// ISO sensitivity.
    pub iso: Option<u32>,
    /// Focal length in millimetres.
    pub focal_mm: Option<f32>,
    /// Degrees north and east (WGS 84).
    pub gps: Option<(f64, f64)>,
    /// Title.
    pub title: Option<String>,
    /// Description.
    pub caption: Option<String>,
    /// Keywords of XMP, IPTC and Windows, each once.
    pub keywords: Vec<String>,
    /// Keywords with their parents, outermost first, joined by `|`.
    pub hierarchical: Vec<String>,
    /// Stars, 1 to 5.
    pub rating: Option<u8>,
    /// More than one frame.
    pub is_animated: bool,
    /// EXIF orientation, 1 to 8; already applied to everything else here.
    pub orientation: u8,
}

/// Pixels as stored, and what has to happen to them.
struct Decoded {
    picture: Picture,
    icc: Option<Vec<u8>>,
    orientation: u8,
    damage: Option<Error>,
}

/// Reads the metadata without decoding pixels.
///
/// # Errors
/// [`Error::Unsupported`] for formats that cannot be decoded, [`Error::NotMedia`] for what is no photo,
/// [`Error::Damaged`], [`Error::TooLarge`], [`Error::Io`].
pub fn probe(path: &Path) -> Result<PhotoMeta> {
    let format = photo_format(path)?;
    caught("picture", path, || {
        let (head, iptc) = if format == Format::Jpeg {
            jpeg_head(path)?
        } else {
            let head = general::head(path, format)?;
            let iptc = head.iptc.as_deref().map(iptc::parse);
            (head, iptc)
        };
        let mut meta = PhotoMeta {
            orientation: 1,
            ..PhotoMeta::default()
        };
        if let Some(exif) = head.exif.and_then(exif::read) {
            exif::fill(&mut meta, &exif);
        }
        (meta.width, meta.height) = if meta.orientation >= 5 {
            (head.height, head.width)
        } else {
            (head.width, head.height)
        };
        if let Some(iptc) = iptc {
            meta.add_iptc(iptc);
        }
        // A packet that does not parse costs its keywords, not the photo.
        if let Some(packet) = head.xmp.and_then(|packet| xmp::parse(&packet).ok()) {
            meta.add_xmp(packet);
        }
        meta.caption = meta
            .caption
            .filter(|caption| !exif::is_boilerplate(caption));
        meta.is_animated = general::is_animated(path, format);
        Ok(meta)
    })
}

/// Decodes upright to sRGB. With `at_least`, the long side is at least that long or the picture's full size, and a
/// JPEG is decoded scaled down where that saves work. A picture beyond [`limits::MAX_PIXELS`] comes smaller (JPEG) or
/// is refused.
///
/// # Errors
/// As [`probe`]. A file that breaks off midway is shown as far as it goes; see [`decode_with_damage`].
pub fn decode(path: &Path, at_least: Option<u32>) -> Result<Picture> {
    decode_with_damage(path, at_least).map(|(picture, _)| picture)
}

/// As [`decode`], and says what was wrong with a file whose pixels could be read only in part.
///
/// # Errors
/// As [`probe`].
pub fn decode_with_damage(path: &Path, at_least: Option<u32>) -> Result<(Picture, Option<Error>)> {
    let mut decoded = decode_as_stored(path, at_least)?;
    if let Some(icc) = &decoded.icc {
        colour::to_srgb(&mut decoded.picture, icc);
    }
    Ok((decoded.picture.turned(decoded.orientation), decoded.damage))
}

/// Decodes and shrinks so that the long side is at most `long_side`: [`decode`] and [`Picture::fit`] in one, cheaper
/// because colours are converted and the picture is turned only once it is small.
///
/// # Errors
/// As [`probe`].
pub fn thumbnail(path: &Path, long_side: u32) -> Result<Picture> {
    let decoded = decode_as_stored(path, Some(long_side))?;
    let mut picture = decoded.picture.fit(long_side);
    drop(decoded.picture);
    if let Some(icc) = &decoded.icc {
        colour::to_srgb(&mut picture, icc);
    }
    Ok(picture.turned(decoded.orientation))
}

/// The small picture a camera stored beside the photo, upright: for a first sight of it.
pub fn embedded_preview(path: &Path) -> Option<Picture> {
    caught("picture", path, || {
        let mut reader = BufReader::new(open(path)?);
        let exif = Segments::read(&mut reader)
            .and_then(|segments| segments.exif)
            .and_then(exif::read);
        Ok(exif.and_then(|exif| {
            let picture = Picture::from_jpeg(exif::thumbnail(&exif)?)?;
            Some(picture.turned(exif::orientation(&exif)))
        }))
    })
    .ok()
    .flatten()
}

fn decode_as_stored(path: &Path, at_least: Option<u32>) -> Result<Decoded> {
    let format = photo_format(path)?;
    #[cfg(test)]
    DECODES.lock().push(path.to_owned());
    caught("picture", path, || {
        if format == Format::Jpeg {
            let bytes = read_bounded(path, "picture", limits::MAX_PICTURE_FILE_BYTES)?;
            jpeg::decode(path, &bytes, at_least)
        } else {
            general::decode(path, format)
        }
    })
}

/// Every file whose pixels were decoded, for tests that count.
#[cfg(test)]
static DECODES: parking_lot::Mutex<Vec<std::path::PathBuf>> = parking_lot::Mutex::new(Vec::new());

/// How often a file's pixels were decoded.
#[cfg(test)]
pub(crate) fn decodes_of(path: &Path) -> usize {
    DECODES.lock().iter().filter(|other| *other == path).count()
}

/// The format, when it is a photo's and can be decoded.
fn photo_format(path: &Path) -> Result<Format> {
    let sniffed = sniff(path)?;
    if sniffed.kind != Kind::Photo {
        return Err(Error::NotMedia {
            path: path.to_owned(),
        });
    }
    sniffed.require_decodable(path)?;
    Ok(sniffed.format)
}

fn jpeg_head(path: &Path) -> Result<(Head, Option<iptc::Iptc>)> {
    let mut reader = BufReader::with_capacity(32 << 10, open(path)?);
    let segments = Segments::read(&mut reader)
        .ok_or_else(|| Error::damaged("picture", path, "it has no frame header"))?;
    let iptc = iptc::from_photoshop(&segments.photoshop);
    let head = Head {
        width: segments.width,
        height: segments.height,
        exif: segments.exif,
        xmp: segments.xmp,
        iptc: None,
    };
    Ok((head, iptc))
}

fn check_pixels(path: &Path, width: u32, height: u32) -> Result<()> {
    let pixels = u64::from(width) * u64::from(height);
    if width == 0 || height == 0 {
        return Err(Error::damaged("picture", path, "it has no pixels"));
    }
    if pixels > limits::MAX_PIXELS || width.max(height) > limits::MAX_SIDE {
        return Err(too_large(path, &format!("{width} × {height} pixels")));
    }
    Ok(())
}

fn too_large(path: &Path, found: &str) -> Error {
    Error::TooLarge {
        what: "picture",
        found: found.to_owned(),
        limit: format!("{} megapixels", limits::MAX_PIXELS / 1_000_000),
        path: path.to_owned(),
    }
}

impl PhotoMeta {
    fn add_iptc(&mut self, iptc: iptc::Iptc) {
        self.title = iptc.title.or(self.title.take());
        self.caption = iptc.caption.or(self.caption.take());
        self.taken_ms = self.taken_ms.or(iptc.taken_ms);
        self.add_keywords(iptc.keywords);
    }

    /// Adds what an XMP packet or sidecar says: its texts and rating win, its date only fills a gap.
    pub fn add_xmp(&mut self, xmp: xmp::Xmp) {
        self.title = xmp.title.or(self.title.take());
        self.caption = xmp.caption.or(self.caption.take());
        self.rating = xmp.rating.or(self.rating).filter(|stars| *stars > 0);
        self.gps = self.gps.or(xmp.gps);
        if self.taken_ms.is_none() {
            self.taken_ms = xmp.taken_ms;
            self.utc_offset_min = xmp.utc_offset_min;
        }
        self.add_keywords(xmp.keywords);
        for path in xmp.hierarchical {
            if !self.hierarchical.contains(&path) && self.hierarchical.len() < limits::MAX_KEYWORDS
            {
                self.hierarchical.push(path);
            }
        }
    }

    fn add_keywords(&mut self, keywords: Vec<String>) {
        for keyword in keywords.iter().filter_map(|keyword| clean_text(keyword)) {
            if !self.keywords.contains(&keyword) && self.keywords.len() < limits::MAX_KEYWORDS {
                self.keywords.push(keyword);
            }
        }
    }
}
