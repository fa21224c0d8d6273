//! JPEG through libjpeg-turbo: the one decoder that scales while it decodes.

use std::io::Cursor;
use std::path::Path;

use turbojpeg::{Decompressor, Image, PixelFormat, ScalingFactor};

use super::segments::Segments;
use super::{Decoded, Picture, colour, exif};
use crate::error::{Error, Result};
use crate::media::limits;

/// Decodes a JPEG, scaled down as far as `at_least` allows. The pixels lie as stored; the profile is not applied yet.
pub(super) fn decode(path: &Path, bytes: &[u8], at_least: Option<u32>) -> Result<Decoded> {
    let damaged = |why: &str| Error::damaged("picture", path, why);
    let segments =
        Segments::read(&mut Cursor::new(bytes)).ok_or_else(|| damaged("it has no frame header"))?;
    if segments.precision > 8 {
        return Err(Error::Unsupported {
            format: format!("{}-bit JPEG", segments.precision),
            path: path.to_owned(),
        });
    }
    let damaged_by = |error: turbojpeg::Error| {
        let why = error.to_string();
        damaged(why.strip_prefix("TurboJPEG error: ").unwrap_or(&why))
    };
    let icc = segments.icc();
    let mut decompressor = Decompressor::new().map_err(damaged_by)?;
    let header = decompressor.read_header(bytes).map_err(damaged_by)?;
    let scale = if header.is_lossless {
        ScalingFactor::ONE
    } else {
        scale_for(header.width, header.height, at_least)
    };
    let (width, height) = (scale.scale(header.width), scale.scale(header.height));
    super::check_pixels(path, width as u32, height as u32)?;
    decompressor.set_scaling_factor(scale).map_err(damaged_by)?;
    decompressor
        .set_scan_limit(limits::MAX_JPEG_SCANS)
        .map_err(damaged_by)?;
    let has_inks = segments.components == 4;
    let format = if has_inks {
        PixelFormat::CMYK
    } else {
        PixelFormat::RGBA
    };
    let mut pixels = vec![0u8; width * height * 4];
    let outcome = decompressor.decompress(
        bytes,
        Image {
            pixels: pixels.as_mut_slice(),
            width,
            pitch: width * 4,
            height,
            format,
        },
    );
    // The library fills the picture and complains afterwards when data ran out or made no sense on the way, and
    // leaves the rest untouched when it could not go on. Opaque pixels in the last row tell the two apart.
    let damage = match outcome {
        Ok(()) => None,
        Err(error) => {
            let error = damaged_by(error);
            let is_filled = pixels.last().is_some_and(|alpha| has_inks || *alpha != 0);
            // Hardly anything but the filling: nothing to look at.
            let pixels = pixels.as_chunks::<4>().0;
            let filling = pixels
                .iter()
                .filter(|pixel| Some(*pixel) == pixels.last())
                .count();
            let is_plain = filling >= pixels.len() - pixels.len() / 50;
            if !is_filled || is_plain {
                return Err(error);
            }
            Some(error)
        }
    };
    if has_inks {
        if segments.has_adobe {
            for ink in &mut pixels {
                *ink = 255 - *ink;
            }
        }
        pixels = colour::inks_to_srgb(pixels, icc.as_deref());
    }
    Ok(Decoded {
        picture: Picture {
            width: width as u32,
            height: height as u32,
            rgba: pixels,
        },
        // A profile for another number of components cannot apply to these.
        icc: icc.filter(|icc| {
            icc.get(16..20)
                == Some(if segments.components == 1 {
                    b"GRAY"
                } else {
                    b"RGB "
                })
        }),
        orientation: segments
            .exif
            .and_then(exif::read)
            .map_or(1, |exif| exif::orientation(&exif)),
        damage,
    })
}

/// The smallest of 1/8, 1/4, 1/2 that leaves twice the wanted side, so that resizing still has detail to average;
/// and never more pixels than are held in memory.
fn scale_for(width: usize, height: usize, at_least: Option<u32>) -> ScalingFactor {
    let scales = [
        ScalingFactor::ONE_EIGHTH,
        ScalingFactor::ONE_QUARTER,
        ScalingFactor::ONE_HALF,
        ScalingFactor::ONE,
    ];
    let wanted = at_least.map_or(usize::MAX, |side| side as usize * 2);
    let fits = |scale: &ScalingFactor| {
        scale.scale(width) as u64 * scale.scale(height) as u64 <= limits::MAX_PIXELS
    };
    let enough = scales
        .iter()
        .find(|scale| scale.scale(width.max(height)) >= wanted);
    match enough {
        Some(scale) if fits(scale) => *scale,
        _ => scales
            .into_iter()
            .rev()
            .find(fits)
            .unwrap_or(ScalingFactor::ONE_EIGHTH),
    }
}

/// Decodes a JPEG without looking at anything but its pixels.
pub(super) fn decode_plain(bytes: &[u8]) -> Option<Picture> {
    let header = turbojpeg::read_header(bytes).ok()?;
    if header.width as u64 * header.height as u64 > limits::MAX_PIXELS {
        return None;
    }
    let image = turbojpeg::decompress(bytes, PixelFormat::RGBA).ok()?;
    Some(Picture {
        width: image.width as u32,
        height: image.height as u32,
        rgba: image.pixels,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_by_what_is_wanted() {
        assert_eq!(scale_for(4000, 3000, Some(256)), ScalingFactor::ONE_QUARTER);
        assert_eq!(scale_for(4000, 3000, Some(250)), ScalingFactor::ONE_EIGHTH);
        assert_eq!(scale_for(4000, 3000, Some(1024)), ScalingFactor::ONE);
        assert_eq!(scale_for(4000, 3000, Some(1000)), ScalingFactor::ONE_HALF);
        assert_eq!(scale_for(4000, 3000, None), ScalingFactor::ONE);
        assert_eq!(scale_for(65_000, 65_000, None), ScalingFactor::ONE_EIGHTH);
        assert_eq!(scale_for(10, 10, Some(256)), ScalingFactor::ONE);
    }
}
