//! Colour profiles to sRGB.

use std::panic::{AssertUnwindSafe, catch_unwind};

use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

use super::Picture;

/// Converts the pixels from the colours of an ICC profile to sRGB. A profile that is broken, of another colour model
/// than red-green-blue or grey, or sRGB itself changes nothing.
pub(super) fn to_srgb(picture: &mut Picture, icc: &[u8]) {
    if is_srgb(icc) {
        return;
    }
    let pixels = &mut picture.rgba;
    let converted = catch_unwind(AssertUnwindSafe(|| {
        let profile = ColorProfile::new_from_slice(icc).ok()?;
        let srgb = ColorProfile::new_srgb();
        let options = TransformOptions::default();
        match profile.color_space {
            DataColorSpace::Rgb => {
                let transform = profile
                    .create_transform_8bit(Layout::Rgba, &srgb, Layout::Rgba, options)
                    .ok()?;
                let mut target = vec![0; pixels.len()];
                transform.transform(pixels, &mut target).ok()?;
                Some(target)
            }
            DataColorSpace::Gray => {
                let transform = profile
                    .create_transform_8bit(Layout::GrayAlpha, &srgb, Layout::Rgba, options)
                    .ok()?;
                let grey: Vec<u8> = pixels
                    .as_chunks::<4>()
                    .0
                    .iter()
                    .flat_map(|pixel| [pixel[0], pixel[3]])
                    .collect();
                let mut target = vec![0; pixels.len()];
                transform.transform(&grey, &mut target).ok()?;
                Some(target)
            }
            _ => None,
        }
    }));
    if let Ok(Some(target)) = converted {
        *pixels = target;
    }
}

/// Converts ink to sRGB: four bytes a pixel, 255 is full ink. Without a usable profile, light is what the inks leave.
pub(super) fn inks_to_srgb(mut cmyk: Vec<u8>, icc: Option<&[u8]>) -> Vec<u8> {
    let converted = catch_unwind(AssertUnwindSafe(|| {
        let profile = ColorProfile::new_from_slice(icc?).ok()?;
        if profile.color_space != DataColorSpace::Cmyk {
            return None;
        }
        let srgb = ColorProfile::new_srgb();
        // Four inks travel in the four-channel layout.
        let transform = profile
            .create_transform_8bit(
                Layout::Rgba,
                &srgb,
                Layout::Rgb,
                TransformOptions::default(),
            )
            .ok()?;
        let mut rgb = vec![0; cmyk.len() / 4 * 3];
        transform.transform(&cmyk, &mut rgb).ok()?;
        Some(rgb)
    }));
    if let Ok(Some(rgb)) = converted {
        for (pixel, rgb) in cmyk
            .as_chunks_mut::<4>()
            .0
            .iter_mut()
            .zip(rgb.as_chunks::<3>().0)
        {
            *pixel = [rgb[0], rgb[1], rgb[2], 255];
        }
        return cmyk;
    }
    for pixel in cmyk.as_chunks_mut::<4>().0 {
        let [c, m, y, k] = pixel.map(|ink| 255 - u32::from(ink));
        let light = |left: u32| ((left * k + 127) / 255) as u8;
        *pixel = [light(c), light(m), light(y), 255];
    }
    cmyk
}

/// The profile nearly every camera embeds; recognised by its description, so that the usual case costs nothing.
fn is_srgb(icc: &[u8]) -> bool {
    let head = &icc[..icc.len().min(4096)];
    let is_rgb = icc.get(16..20) == Some(b"RGB ");
    let wide: Vec<u8> = b"sRGB IEC61966"
        .iter()
        .flat_map(|letter| [0, *letter])
        .collect();
    is_rgb
        && (head.windows(13).any(|bytes| bytes == b"sRGB IEC61966")
            || head.windows(wide.len()).any(|bytes| bytes == wide))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_p3_red_becomes_brighter_than_srgb_can_show() {
        let icc = ColorProfile::new_display_p3().encode().unwrap();
        let mut picture = Picture::filled(2, 1, [200, 60, 60, 128]);
        to_srgb(&mut picture, &icc);
        assert!(
            picture.rgba[0] > 205 && picture.rgba[1] < 55,
            "{:?}",
            picture.rgba
        );
        assert_eq!(picture.rgba[3], 128);
    }

    #[test]
    fn broken_profiles_are_ignored() {
        let whole = ColorProfile::new_display_p3().encode().unwrap();
        for length in [0, 1, 40, 128, 200, whole.len() / 2] {
            let mut picture = Picture::filled(1, 1, [200, 60, 60, 255]);
            to_srgb(&mut picture, &whole[..length]);
            assert_eq!(picture.rgba.len(), 4);
        }
        assert_eq!(
            inks_to_srgb(vec![0, 0, 0, 0, 0, 255, 255, 0], Some(b"junk")),
            [255, 255, 255, 255, 255, 0, 0, 255]
        );
    }
}
