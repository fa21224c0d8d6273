//! PNG, WebP, GIF, TIFF, BMP and ICO through the `image` crate, within limits.

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::Path;

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use super::{Decoded, Picture};
use crate::error::{Error, Result};
use crate::media::{Format, limits, open};

/// What a decoder tells before pixels are decoded.
#[derive(Debug, Default)]
pub(super) struct Head {
    pub width: u32,
    pub height: u32,
    pub exif: Option<Vec<u8>>,
    pub xmp: Option<Vec<u8>>,
    pub iptc: Option<Vec<u8>>,
}

fn limits_of_image() -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(limits::MAX_SIDE);
    limits.max_image_height = Some(limits::MAX_SIDE);
    limits.max_alloc = Some(limits::MAX_PICTURE_ALLOC_BYTES);
    limits
}

fn image_format(format: Format) -> Option<ImageFormat> {
    Some(match format {
        Format::Jpeg => ImageFormat::Jpeg,
        Format::Png => ImageFormat::Png,
        Format::WebP => ImageFormat::WebP,
        Format::Gif => ImageFormat::Gif,
        Format::Tiff => ImageFormat::Tiff,
        Format::Bmp => ImageFormat::Bmp,
        Format::Ico => ImageFormat::Ico,
        _ => return None,
    })
}

/// A decoder within limits; its sides are checked.
fn decoder(path: &Path, format: Format) -> Result<impl ImageDecoder> {
    let format = image_format(format).ok_or_else(|| Error::NotMedia {
        path: path.to_owned(),
    })?;
    let file = open(path)?;
    let size = file.metadata().map_or(0, |metadata| metadata.len());
    if size > limits::MAX_PICTURE_FILE_BYTES {
        return Err(Error::TooLarge {
            what: "picture",
            found: super::super::megabytes(size),
            limit: super::super::megabytes(limits::MAX_PICTURE_FILE_BYTES),
            path: path.to_owned(),
        });
    }
    let mut reader = ImageReader::with_format(BufReader::new(file), format);
    reader.limits(limits_of_image());
    reader
        .into_decoder()
        .map_err(|error| translate(path, error))
}

fn translate(path: &Path, error: image::ImageError) -> Error {
    match error {
        image::ImageError::Limits(_) => super::too_large(path, "more pixels than fit in memory"),
        image::ImageError::Unsupported(error) => Error::Unsupported {
            format: format!("such ({})", crate::error::one_line(&error.to_string())),
            path: path.to_owned(),
        },
        image::ImageError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            Error::damaged("picture", path, "the file ends too early")
        }
        error => Error::damaged("picture", path, error),
    }
}

/// Reads what stands in front of the pixels.
pub(super) fn head(path: &Path, format: Format) -> Result<Head> {
    let mut decoder = decoder(path, format)?;
    let (width, height) = decoder.dimensions();
    let bounded =
        |bytes: Option<Vec<u8>>| bytes.filter(|bytes| bytes.len() <= limits::MAX_METADATA_BYTES);
    let mut head = Head {
        width,
        height,
        exif: bounded(decoder.exif_metadata().ok().flatten()),
        xmp: bounded(decoder.xmp_metadata().ok().flatten()),
        iptc: bounded(decoder.iptc_metadata().ok().flatten()),
    };
    if format == Format::Tiff && head.exif.is_none() {
        head.exif = tiff_structure(path);
    }
    Ok(head)
}

/// A TIFF file is its own EXIF structure; the directories may stand at the end.
fn tiff_structure(path: &Path) -> Option<Vec<u8>> {
    let file = open(path).ok()?;
    let len = file.metadata().ok()?.len();
    if len > 64 << 20 {
        return None;
    }
    let mut bytes = Vec::new();
    file.take(len).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// Decodes the first picture. The pixels lie as stored; the profile is not applied yet.
pub(super) fn decode(path: &Path, format: Format) -> Result<Decoded> {
    let mut decoder = decoder(path, format)?;
    let (width, height) = decoder.dimensions();
    super::check_pixels(path, width, height)?;
    let icc = decoder.icc_profile().ok().flatten();
    let orientation = decoder
        .orientation()
        .map_or(1, image::metadata::Orientation::to_exif);
    let is_grey = !decoder.color_type().has_color();
    let image = DynamicImage::from_decoder(decoder).map_err(|error| translate(path, error))?;
    let rgba = image.into_rgba8();
    // A profile for another number of channels than the pixels came in cannot apply to what they are now.
    let icc = icc.filter(|icc| icc.get(16..20) == Some(if is_grey { b"GRAY" } else { b"RGB " }));
    Ok(Decoded {
        picture: Picture {
            width: rgba.width(),
            height: rgba.height(),
            rgba: rgba.into_raw(),
        },
        icc,
        orientation,
        damage: None,
    })
}

/// Whether the picture moves: several frames in a GIF, `acTL` in a PNG, the animation flag of a WebP.
pub(super) fn is_animated(path: &Path, format: Format) -> bool {
    let Ok(file) = open(path) else { return false };
    let mut reader = BufReader::new(file);
    match format {
        Format::WebP => {
            let mut head = [0; 21];
            reader.read_exact(&mut head).is_ok() && &head[12..16] == b"VP8X" && head[20] & 2 != 0
        }
        Format::Png => has_png_animation(&mut reader).unwrap_or(false),
        Format::Gif => has_second_frame(&mut reader).unwrap_or(false),
        _ => false,
    }
}

fn has_png_animation(reader: &mut BufReader<File>) -> Option<bool> {
    reader.seek_relative(8).ok()?;
    for _ in 0..limits::MAX_SEGMENTS {
        let mut head = [0; 8];
        reader.read_exact(&mut head).ok()?;
        match &head[4..] {
            b"acTL" => return Some(true),
            b"IDAT" | b"IEND" => return Some(false),
            _ => {}
        }
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]);
        reader.seek_relative(i64::from(length) + 4).ok()?;
    }
    None
}

/// Walks the blocks of a GIF (GIF89a, section 20 on) to the second image descriptor.
fn has_second_frame(reader: &mut BufReader<File>) -> Option<bool> {
    let mut head = [0; 13];
    reader.read_exact(&mut head).ok()?;
    let table = |flags: u8| {
        if flags & 0x80 != 0 {
            3i64 << ((flags & 7) + 1)
        } else {
            0
        }
    };
    reader.seek_relative(table(head[10])).ok()?;
    let mut frames = 0;
    let mut byte = [0];
    for _ in 0..limits::MAX_SEGMENTS {
        reader.read_exact(&mut byte).ok()?;
        match byte[0] {
            0x2C => {
                frames += 1;
                if frames == 2 {
                    return Some(true);
                }
                let mut descriptor = [0; 9];
                reader.read_exact(&mut descriptor).ok()?;
                reader.seek_relative(table(descriptor[8]) + 1).ok()?;
            }
            0x21 => reader.seek_relative(1).ok()?,
            _ => return Some(false),
        }
        loop {
            reader.read_exact(&mut byte).ok()?;
            if byte[0] == 0 {
                break;
            }
            reader.seek_relative(i64::from(byte[0])).ok()?;
            if reader.stream_position().ok()? > limits::MAX_METADATA_BYTES as u64 {
                return None;
            }
        }
    }
    None
}
