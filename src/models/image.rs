//! From a picture to the tensor of a network.

use std::borrow::Cow;

use super::manifest::{Channels, ImageInput, Layout, Resize};
use crate::media::photo::{Filter, Picture};

/// What transparent parts are laid on: most such pictures are drawn for paper or a light page.
const BACKGROUND: [u8; 3] = [255, 255, 255];

/// The input of an image network, row-major in the manifest's layout: transparent parts on white, brought to the
/// size by the manifest's rule with an antialiased triangle filter (Pillow's `BILINEAR`, within one level of 255),
/// then `(x - mean) / std` a channel. Letterbox bars hold the mean, so zeros.
pub fn tensor(picture: &Picture, input: &ImageInput) -> Vec<f32> {
    let (width, height) = (input.width, input.height);
    let flat: Cow<'_, Picture> = if picture.is_opaque() {
        Cow::Borrowed(picture)
    } else {
        Cow::Owned(picture.clone().flattened(BACKGROUND))
    };
    if flat.width == 0 || flat.height == 0 {
        return vec![0.0; 3 * width as usize * height as usize];
    }
    let part = match input.resize {
        Resize::Squash | Resize::Letterbox => flat,
        Resize::Crop => Cow::Owned(centred(&flat, width, height)),
    };
    let (inner_width, inner_height) = match input.resize {
        Resize::Squash | Resize::Crop => (width, height),
        Resize::Letterbox => inside(part.width, part.height, width, height),
    };
    let resized = part.resize_exact(inner_width, inner_height, Filter::Bilinear);
    let left = (width - inner_width) / 2;
    let top = (height - inner_height) / 2;
    let mut values = vec![0.0; 3 * width as usize * height as usize];
    let plane = width as usize * height as usize;
    for (at, pixel) in resized.rgba.chunks_exact(4).enumerate() {
        let x = at % inner_width as usize + left as usize;
        let y = at / inner_width as usize + top as usize;
        let to = y * width as usize + x;
        for channel in 0..3 {
            let from = match input.channels {
                Channels::Rgb => channel,
                Channels::Bgr => 2 - channel,
            };
            let value = (f32::from(pixel[from]) - input.mean[channel]) / input.std[channel];
            match input.layout {
                Layout::Nchw => values[channel * plane + to] = value,
                Layout::Nhwc => values[to * 3 + channel] = value,
            }
        }
    }
    values
}

/// The largest centred part that has the shape of `width` by `height`.
fn centred(picture: &Picture, width: u32, height: u32) -> Picture {
    let (pw, ph) = (u64::from(picture.width), u64::from(picture.height));
    let (w, h) = (u64::from(width), u64::from(height));
    let (keep_w, keep_h) = if pw * h > ph * w {
        (((ph * w + h / 2) / h).clamp(1, pw), ph)
    } else {
        (pw, ((pw * h + w / 2) / w).clamp(1, ph))
    };
    let left = (pw - keep_w) as usize / 2;
    let top = (ph - keep_h) as usize / 2;
    let row = pw as usize * 4;
    let rgba = picture
        .rgba
        .chunks_exact(row)
        .skip(top)
        .take(keep_h as usize)
        .flat_map(|line| &line[left * 4..(left + keep_w as usize) * 4])
        .copied()
        .collect();
    Picture {
        width: keep_w as u32,
        height: keep_h as u32,
        rgba,
    }
}

/// The largest size of the picture's shape that fits inside `width` by `height`.
fn inside(picture_width: u32, picture_height: u32, width: u32, height: u32) -> (u32, u32) {
    let scale = (f64::from(width) / f64::from(picture_width))
        .min(f64::from(height) / f64::from(picture_height));
    let side = |value: u32, most: u32| ((f64::from(value) * scale).round() as u32).clamp(1, most);
    (side(picture_width, width), side(picture_height, height))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(layout: Layout, channels: Channels, resize: Resize) -> ImageInput {
        ImageInput {
            name: "image".to_owned(),
            width: 8,
            height: 8,
            layout,
            channels,
            mean: [10.0, 20.0, 30.0],
            std: [2.0, 4.0, 5.0],
            resize,
            filter: Default::default(),
        }
    }

    /// Left half red, right half blue.
    fn halves(width: u32, height: u32) -> Picture {
        let mut picture = Picture::filled(width, height, [250, 0, 0, 255]);
        for (at, pixel) in picture.rgba.chunks_exact_mut(4).enumerate() {
            if at as u32 % width >= width / 2 {
                pixel.copy_from_slice(&[0, 0, 250, 255]);
            }
        }
        picture
    }

    #[test]
    fn layouts_and_colour_orders_put_values_where_they_belong() {
        let picture = halves(64, 64);
        let planes = tensor(
            &picture,
            &input(Layout::Nchw, Channels::Rgb, Resize::Squash),
        );
        assert_eq!((planes[0], planes[7]), (120.0, -5.0));
        assert_eq!(
            (planes[64], planes[128], planes[128 + 7]),
            (-5.0, -6.0, 44.0)
        );
        let pixels = tensor(
            &picture,
            &input(Layout::Nhwc, Channels::Bgr, Resize::Squash),
        );
        assert_eq!(pixels[..3], [-5.0, -5.0, 44.0]);
        assert_eq!(pixels[21..24], [120.0, -5.0, -6.0]);
    }

    #[test]
    fn crop_keeps_the_middle_and_letterbox_keeps_everything() {
        let mut picture = halves(64, 16);
        for pixel in picture.rgba.chunks_exact_mut(64 * 4) {
            pixel[..4 * 16].fill(255);
        }
        let cropped = tensor(&picture, &input(Layout::Nchw, Channels::Rgb, Resize::Crop));
        assert_eq!((cropped[0], cropped[7]), (120.0, -5.0));
        let boxed = tensor(
            &picture,
            &input(Layout::Nchw, Channels::Rgb, Resize::Letterbox),
        );
        assert_eq!(boxed[..8], [0.0; 8], "bars are the mean");
        assert_eq!(boxed[3 * 8], 122.5, "white stays in");
        assert_eq!(boxed[6 * 8], 0.0);
    }

    #[test]
    fn transparent_parts_are_white() {
        let clear = Picture::filled(20, 20, [0, 0, 0, 0]);
        let values = tensor(&clear, &input(Layout::Nchw, Channels::Rgb, Resize::Squash));
        assert_eq!(values[0], (255.0 - 10.0) / 2.0);
    }

    #[test]
    fn extreme_shapes_give_full_tensors() {
        for (width, height) in [(1, 1), (1, 5000), (5000, 1)] {
            for resize in [Resize::Squash, Resize::Crop, Resize::Letterbox] {
                let picture = Picture::filled(width, height, [9, 9, 9, 255]);
                let values = tensor(&picture, &input(Layout::Nchw, Channels::Rgb, resize));
                assert_eq!(values.len(), 192);
                assert!(values.iter().all(|value| value.is_finite()));
            }
        }
    }
}
