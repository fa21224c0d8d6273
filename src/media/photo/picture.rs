//! Pixels in memory.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};

use crate::error::{Error, Result};
use crate::media::limits;

/// A picture: sRGB, 8 bits, straight alpha, upright, rows from the top without gaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// `width * height` pixels of red, green, blue, alpha.
    pub rgba: Vec<u8>,
}

/// How pixels are weighted when a picture changes its size. All are antialiased: shrinking widens the kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    /// Triangle; what models were trained with (Pillow's BILINEAR, within one level of 255).
    Bilinear,
    /// Cubic, a = -0.5 (Pillow's BICUBIC).
    CatmullRom,
    /// Three lobes; the sharpest, for eyes.
    Lanczos3,
}

impl Picture {
    /// A picture of one colour.
    pub fn filled(width: u32, height: u32, rgba: [u8; 4]) -> Self {
        Self {
            width,
            height,
            rgba: rgba.repeat(width as usize * height as usize),
        }
    }

    /// The longer of width and height.
    pub fn long_side(&self) -> u32 {
        self.width.max(self.height)
    }

    /// Shrinks so that the long side is `long_side`, keeping the proportions; a smaller picture is returned as it is.
    pub fn fit(&self, long_side: u32) -> Self {
        let current = self.long_side();
        if current <= long_side || current == 0 {
            return self.clone();
        }
        let scaled = |side: u32| {
            let side = (u64::from(side) * u64::from(long_side) + u64::from(current) / 2)
                / u64::from(current);
            (side as u32).max(1)
        };
        self.resize_exact(scaled(self.width), scaled(self.height), Filter::Lanczos3)
    }

    /// Stretches or shrinks to exactly this size.
    pub fn resize_exact(&self, width: u32, height: u32, filter: Filter) -> Self {
        let (width, height) = (
            width.clamp(1, limits::MAX_SIDE),
            height.clamp(1, limits::MAX_SIDE),
        );
        if (width, height) == (self.width, self.height) {
            return self.clone();
        }
        let filter = match filter {
            Filter::Bilinear => FilterType::Bilinear,
            Filter::CatmullRom => FilterType::CatmullRom,
            Filter::Lanczos3 => FilterType::Lanczos3,
        };
        let options = ResizeOptions::new()
            .resize_alg(ResizeAlg::Convolution(filter))
            .use_alpha(!self.is_opaque());
        let mut target = Image::new(width, height, PixelType::U8x4);
        let is_done = ImageRef::new(self.width, self.height, &self.rgba, PixelType::U8x4)
            .is_ok_and(|source| {
                Resizer::new()
                    .resize(&source, &mut target, &options)
                    .is_ok()
            });
        // Only a buffer that does not match its sides fails; a picture of nothing is all that can be made of it.
        if !is_done {
            return Self::filled(width, height, [0, 0, 0, 0]);
        }
        Self {
            width,
            height,
            rgba: target.into_vec(),
        }
    }

    /// Whether no pixel is transparent.
    pub fn is_opaque(&self) -> bool {
        self.rgba
            .as_chunks::<4>()
            .0
            .iter()
            .all(|pixel| pixel[3] == 255)
    }

    /// Lays the picture on a plain background.
    pub fn flattened(mut self, background: [u8; 3]) -> Self {
        for pixel in self.rgba.as_chunks_mut::<4>().0 {
            let alpha = u32::from(pixel[3]);
            if alpha == 255 {
                continue;
            }
            for (channel, under) in pixel.iter_mut().zip(background) {
                let mixed = u32::from(*channel) * alpha + u32::from(under) * (255 - alpha);
                *channel = ((mixed + 127) / 255) as u8;
            }
            pixel[3] = 255;
        }
        self
    }

    /// Turns and mirrors by an EXIF orientation (1 to 8; anything else leaves it as it is), so that it stands upright.
    pub fn turned(self, orientation: u8) -> Self {
        if !(2..=8).contains(&orientation) {
            return self;
        }
        let (width, height) = (self.width as usize, self.height as usize);
        let mut source = self.rgba;
        let pixels = source.as_chunks_mut::<4>().0;
        match orientation {
            2 => pixels
                .chunks_exact_mut(width.max(1))
                .for_each(<[_]>::reverse),
            3 => pixels.reverse(),
            4 => {
                for row in 0..height / 2 {
                    let (above, below) = pixels.split_at_mut((height - 1 - row) * width);
                    above[row * width..(row + 1) * width].swap_with_slice(&mut below[..width]);
                }
            }
            _ => return Self::transposed(width, height, pixels, orientation),
        }
        Self {
            rgba: source,
            ..self
        }
    }

    /// Orientations that exchange width and height, in tiles that stay in the processor's cache.
    fn transposed(width: usize, height: usize, pixels: &[[u8; 4]], orientation: u8) -> Self {
        const TILE: usize = 32;
        let mut rgba = vec![0u8; pixels.len() * 4];
        let target = rgba.as_chunks_mut::<4>().0;
        // The new picture is `height` wide; which source column and row its row and column come from:
        let (flip_x, flip_y) = match orientation {
            5 => (false, false),
            6 => (false, true),
            7 => (true, true),
            _ => (true, false),
        };
        for tile_y in (0..width).step_by(TILE) {
            for tile_x in (0..height).step_by(TILE) {
                for y in tile_y..(tile_y + TILE).min(width) {
                    let from_x = if flip_x { width - 1 - y } else { y };
                    for x in tile_x..(tile_x + TILE).min(height) {
                        let from_y = if flip_y { height - 1 - x } else { x };
                        target[y * height + x] = pixels[from_y * width + from_x];
                    }
                }
            }
        }
        Self {
            width: height as u32,
            height: width as u32,
            rgba,
        }
    }

    /// Encodes as JPEG (4:2:0), quality 1 to 100, transparent parts on white.
    ///
    /// # Errors
    /// [`Error::Internal`] when the picture has no pixels or sides beyond JPEG's.
    pub fn to_jpeg(&self, quality: u8) -> Result<Vec<u8>> {
        let internal = |error: turbojpeg::Error| Error::Internal {
            action: "encode a JPEG",
            why: error.to_string(),
        };
        let flat;
        let source = if self.is_opaque() {
            self
        } else {
            flat = self.clone().flattened([255; 3]);
            &flat
        };
        let mut compressor = turbojpeg::Compressor::new().map_err(internal)?;
        compressor
            .set_quality(i32::from(quality.clamp(1, 100)))
            .map_err(internal)?;
        compressor
            .set_subsamp(turbojpeg::Subsamp::Sub2x2)
            .map_err(internal)?;
        if source.rgba.len() != source.width as usize * source.height as usize * 4
            || source.rgba.is_empty()
        {
            return Err(Error::Internal {
                action: "encode a JPEG",
                why: "the picture has no pixels".to_owned(),
            });
        }
        let image = turbojpeg::Image {
            pixels: source.rgba.as_slice(),
            width: source.width as usize,
            pitch: source.width as usize * 4,
            height: source.height as usize,
            format: turbojpeg::PixelFormat::RGBA,
        };
        compressor.compress_to_vec(image).map_err(internal)
    }

    /// Decodes a JPEG that Parlour itself wrote (a cached thumbnail): no colour profile, no orientation.
    /// `None` when it is not one.
    pub fn from_jpeg(bytes: &[u8]) -> Option<Self> {
        super::jpeg::decode_plain(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pixel values that differ everywhere: 3 wide, 2 high.
    fn sample() -> Picture {
        let rgba = (1..=6u8).flat_map(|value| [value, 0, 0, 255]).collect();
        Picture {
            width: 3,
            height: 2,
            rgba,
        }
    }

    fn reds(picture: &Picture) -> Vec<u8> {
        picture.rgba.iter().step_by(4).copied().collect()
    }

    #[test]
    fn turns_by_all_orientations() {
        // EXIF 2.32, 4.6.4: which side of the scene row 0 and column 0 show.
        let expected: [(u8, u32, [u8; 6]); 8] = [
            (1, 3, [1, 2, 3, 4, 5, 6]),
            (2, 3, [3, 2, 1, 6, 5, 4]),
            (3, 3, [6, 5, 4, 3, 2, 1]),
            (4, 3, [4, 5, 6, 1, 2, 3]),
            (5, 2, [1, 4, 2, 5, 3, 6]),
            (6, 2, [4, 1, 5, 2, 6, 3]),
            (7, 2, [6, 3, 5, 2, 4, 1]),
            (8, 2, [3, 6, 2, 5, 1, 4]),
        ];
        for (orientation, width, pixels) in expected {
            let turned = sample().turned(orientation);
            assert_eq!(turned.width, width, "orientation {orientation}");
            assert_eq!(reds(&turned), pixels, "orientation {orientation}");
        }
    }

    #[test]
    fn fit_keeps_proportions_and_never_enlarges() {
        let picture = Picture::filled(400, 100, [10, 20, 30, 255]);
        let small = picture.fit(100);
        assert_eq!((small.width, small.height), (100, 25));
        assert_eq!(&small.rgba[..4], &[10, 20, 30, 255]);
        assert_eq!(picture.fit(1000), picture);
        let thin = Picture::filled(4000, 1, [0, 0, 0, 255]).fit(100);
        assert_eq!((thin.width, thin.height), (100, 1));
    }

    #[test]
    fn transparent_pixels_do_not_bleed_when_shrunk() {
        let mut picture = Picture::filled(64, 64, [255, 0, 0, 255]);
        for pixel in picture.rgba.as_chunks_mut::<4>().0.iter_mut().skip(32 * 64) {
            *pixel = [0, 255, 0, 0];
        }
        let small = picture.resize_exact(8, 8, Filter::Bilinear);
        assert!(
            small
                .rgba
                .as_chunks::<4>()
                .0
                .iter()
                .all(|pixel| pixel[3] == 0 || pixel[0] >= 254)
        );
    }

    /// Values made with Pillow 13.0: `Image.resize((5, 3), BILINEAR)` of the same 13x7 gradient.
    #[test]
    fn bilinear_equals_pillow() {
        let picture = Picture {
            width: 13,
            height: 7,
            rgba: (0..7u32)
                .flat_map(|y| {
                    (0..13u32).flat_map(move |x| {
                        [
                            (x * 37 + y * 91) as u8,
                            (x * y * 5) as u8,
                            (x * x) as u8,
                            255,
                        ]
                    })
                })
                .collect(),
        };
        let small = picture.resize_exact(5, 3, Filter::Bilinear);
        let expected: &[u8] =
            include_bytes!("../../../tests/fixtures/media/pillow-bilinear-5x3.rgb");
        for (ours, theirs) in small
            .rgba
            .as_chunks::<4>()
            .0
            .iter()
            .zip(expected.as_chunks::<3>().0)
        {
            for channel in 0..3 {
                assert!(
                    ours[channel].abs_diff(theirs[channel]) <= 1,
                    "{ours:?} {theirs:?}"
                );
            }
        }
    }

    #[test]
    fn jpeg_there_and_back() {
        let picture = Picture::filled(33, 17, [200, 100, 50, 255]);
        let again = Picture::from_jpeg(&picture.to_jpeg(95).unwrap()).unwrap();
        assert_eq!((again.width, again.height), (33, 17));
        assert!(again.rgba[0].abs_diff(200) < 4 && again.rgba[2].abs_diff(50) < 4);
        assert!(Picture::from_jpeg(b"not a picture").is_none());
    }
}
