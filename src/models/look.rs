//! What can be calculated from the pixels of a photo, without any network: black and white, dark, blurred, panorama,
//! its main colours; and whether it is a screenshot or a drawing rather than a photo, or hardly anything at all.
//!
//! The tags have slugs that begin with `look`, belong under the tag `look` and come from the program's own rules, so
//! that lists of what a library is about can leave them out ([`is_look`]).

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::vocabulary::Entry;
use crate::media::photo::{Filter, Picture};

/// The analyser's name in the catalogue.
pub const ANALYSER: &str = "look";
/// Grows when anything about the rules changes: photos are looked at again.
pub const VERSION: u32 = 1;

/// The umbrella above all of these tags.
const UMBRELLA: &str = "look";
/// Colours are counted on a picture of about this many pixels a side.
const COLOUR_SIDE: u32 = 64;
/// Edges are measured at this long side, so that the size of the file says little.
const EDGE_SIDE: u32 = 512;
/// Smaller pictures are not called blurred: enlarged ones look so.
const BLUR_LEAST_SIDE: u32 = 240;

/// The thresholds, set by looking at the pictures on either side of each.
mod limit {
    /// 95 of 100 pixels have less colour than this (distance of the strongest and weakest channel).
    pub const GREY_CHROMA: f32 = 8.0;
    /// Nine of ten pixels are darker than this.
    pub const DARK_P90: f32 = 72.0;
    /// And the mean is below this.
    pub const DARK_MEAN: f32 = 40.0;
    /// And hardly any of it is a deep colour, which weighs little in lightness but is plain to see.
    pub const DARK_CHROMA: f32 = 100.0;
    /// Sharpness of the sharpest parts, see [`super::sharpness`].
    pub const BLUR: f32 = 0.40;
    /// Times as wide as high.
    pub const PANORAMA: f32 = 2.2;
    /// Share of neighbours that are exactly alike.
    pub const FLAT: f32 = 0.80;
    /// Levels between the darkest and lightest hundredth.
    pub const BLANK_RANGE: f32 = 14.0;
    /// Share of the pixels that a main colour has.
    pub const COLOUR: f32 = 0.22;
}

/// The colours that are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Colour {
    /// Lightness below all colour.
    Black,
    /// Neither.
    Grey,
    /// Nearly all light.
    White,
    /// 345° to 15°.
    Red,
    /// 15° to 42°, light.
    Orange,
    /// Dark or dull orange.
    Brown,
    /// 42° to 68°.
    Yellow,
    /// 68° to 160°.
    Green,
    /// 160° to 195°.
    Turquoise,
    /// 195° to 255°.
    Blue,
    /// 255° to 290°.
    Purple,
    /// 290° to 345°, and light red.
    Pink,
}

impl Colour {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Black,
        Self::Grey,
        Self::White,
        Self::Red,
        Self::Orange,
        Self::Brown,
        Self::Yellow,
        Self::Green,
        Self::Turquoise,
        Self::Blue,
        Self::Purple,
        Self::Pink,
    ];

    /// Its tag.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Black => "look-black",
            Self::Grey => "look-grey",
            Self::White => "look-white",
            Self::Red => "look-red",
            Self::Orange => "look-orange",
            Self::Brown => "look-brown",
            Self::Yellow => "look-yellow",
            Self::Green => "look-green",
            Self::Turquoise => "look-turquoise",
            Self::Blue => "look-blue",
            Self::Purple => "look-purple",
            Self::Pink => "look-pink",
        }
    }

    /// Which colour a pixel has.
    fn of(rgb: [u8; 3]) -> Self {
        let [r, g, b] = rgb.map(f32::from);
        let (most, least) = (r.max(g).max(b), r.min(g).min(b));
        let chroma = most - least;
        let light = f32::midpoint(most, least);
        // What little colour there is in shadows and near white is not seen as one.
        if chroma < 22.0 || (most > 0.0 && chroma / most < 0.14) {
            return match light {
                light if light < 45.0 => Self::Black,
                light if light > 200.0 => Self::White,
                _ => Self::Grey,
            };
        }
        if most < 48.0 {
            return Self::Black;
        }
        let sector = if most == r {
            ((g - b) / chroma).rem_euclid(6.0)
        } else if most == g {
            (b - r) / chroma + 2.0
        } else {
            (r - g) / chroma + 4.0
        };
        match sector * 60.0 {
            hue if !(15.0..345.0).contains(&hue) => {
                if light > 170.0 {
                    Self::Pink
                } else if most < 110.0 {
                    Self::Brown
                } else {
                    Self::Red
                }
            }
            hue if hue < 42.0 => {
                if most < 175.0 || chroma / most < 0.45 {
                    Self::Brown
                } else {
                    Self::Orange
                }
            }
            hue if hue < 68.0 => {
                if most < 110.0 {
                    Self::Brown
                } else {
                    Self::Yellow
                }
            }
            hue if hue < 160.0 => Self::Green,
            hue if hue < 195.0 => Self::Turquoise,
            hue if hue < 255.0 => Self::Blue,
            hue if hue < 290.0 => Self::Purple,
            _ => Self::Pink,
        }
    }
}

/// What was calculated of one photo.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Look {
    /// No colour anywhere.
    pub is_black_and_white: bool,
    /// Hardly any light.
    pub is_dark: bool,
    /// Nothing in it is sharp.
    pub is_blurred: bool,
    /// Much wider than high.
    pub is_panorama: bool,
    /// A screenshot, a page or a drawing: large parts are exactly one colour. Not a tag.
    pub is_drawn: bool,
    /// Nearly one colour all over: a covered lens, an empty page. Not a tag.
    pub is_blank: bool,
    /// The colours that make up much of it, the most first, at most three.
    pub colours: Vec<Colour>,
    /// What the rules were applied to.
    pub measured: Measured,
}

/// The numbers behind a [`Look`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Mean lightness, 0..=255.
    pub light: f32,
    /// Lightness that nine of ten pixels stay below.
    pub light_p90: f32,
    /// From the darkest to the lightest hundredth.
    pub range: f32,
    /// Colour that 95 of 100 pixels stay below, 0..=255.
    pub chroma_p95: f32,
    /// About 0.15 (soft everywhere) to 1; 1 where there is no edge to judge by.
    pub sharpness: f32,
    /// Share of pixels exactly like their neighbour.
    pub flat: f32,
}

impl Look {
    /// Looks at a picture; half a thousand pixels of its long side are enough.
    pub fn of(picture: &Picture) -> Self {
        if picture.width == 0 || picture.height == 0 {
            return Self::default();
        }
        let flat_on = if picture.is_opaque() {
            std::borrow::Cow::Borrowed(picture)
        } else {
            std::borrow::Cow::Owned(picture.clone().flattened([255; 3]))
        };
        let small = flat_on.resize_exact(
            flat_on.width.min(COLOUR_SIDE),
            flat_on.height.min(COLOUR_SIDE),
            Filter::Bilinear,
        );
        let mut lights: Vec<f32> = Vec::with_capacity(small.rgba.len() / 4);
        let mut chromas: Vec<f32> = Vec::with_capacity(small.rgba.len() / 4);
        let mut colours: HashMap<Colour, usize> = HashMap::new();
        for &[r, g, b, _] in small.rgba.as_chunks::<4>().0 {
            lights.push(luma(r, g, b));
            chromas.push(f32::from(r.max(g).max(b) - r.min(g).min(b)));
            *colours.entry(Colour::of([r, g, b])).or_default() += 1;
        }
        lights.sort_by(f32::total_cmp);
        chromas.sort_by(f32::total_cmp);
        let at = |sorted: &[f32], share: f32| sorted[((sorted.len() - 1) as f32 * share) as usize];
        let edges = flat_on.fit(EDGE_SIDE);
        let measured = Measured {
            light: lights.iter().sum::<f32>() / lights.len() as f32,
            light_p90: at(&lights, 0.9),
            range: at(&lights, 0.99) - at(&lights, 0.01),
            chroma_p95: at(&chromas, 0.95),
            sharpness: sharpness(&edges),
            flat: flat_share(&edges),
        };
        let all = lights.len() as f32;
        let mut main: Vec<(Colour, usize)> = colours
            .into_iter()
            .filter(|(_, count)| *count as f32 >= limit::COLOUR * all)
            .collect();
        main.sort_by_key(|(colour, count)| (std::cmp::Reverse(*count), *colour));
        let is_blank = measured.range < limit::BLANK_RANGE;
        let is_drawn = !is_blank && measured.flat >= limit::FLAT;
        let is_photo = !is_blank && !is_drawn;
        let is_grey = measured.chroma_p95 < limit::GREY_CHROMA;
        Self {
            is_black_and_white: is_photo && is_grey,
            is_dark: !is_drawn
                && measured.chroma_p95 < limit::DARK_CHROMA
                && measured.light < limit::DARK_MEAN
                && measured.light_p90 < limit::DARK_P90,
            is_blurred: is_photo
                && picture.long_side() >= BLUR_LEAST_SIDE
                && measured.sharpness < limit::BLUR,
            is_panorama: is_photo
                && picture.width as f32 >= limit::PANORAMA * picture.height as f32,
            is_drawn,
            is_blank,
            colours: main.into_iter().take(3).map(|(colour, _)| colour).collect(),
            measured,
        }
    }

    /// Its tags.
    pub fn tags(&self) -> Vec<&'static str> {
        let flags = [
            (self.is_black_and_white, "look-black-and-white"),
            (self.is_dark, "look-dark"),
            (self.is_blurred, "look-blurred"),
            (self.is_panorama, "look-panorama"),
        ];
        let flags = flags
            .into_iter()
            .filter_map(|(is, slug)| is.then_some(slug));
        flags
            .chain(self.colours.iter().map(|colour| colour.slug()))
            .collect()
    }

    /// For the catalogue.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Numbers and names only: this cannot fail.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// From the catalogue.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }
}

/// Whether a tag is one of these, and so says nothing about what a photo is of.
pub fn is_look(slug: &str) -> bool {
    slug == UMBRELLA || slug.starts_with("look-")
}

/// The names of the tags.
pub fn entries() -> Vec<Entry> {
    const NAMES: [(&str, &str, &str, &str); 17] = [
        ("look", "Look", "画面", ""),
        (
            "look-black-and-white",
            "Black and white",
            "黑白",
            "monochrome;b&w;黑白照片",
        ),
        ("look-dark", "Dark photo", "昏暗", "underexposed;偏暗"),
        (
            "look-blurred",
            "Blurred photo",
            "模糊",
            "blurry;out of focus;blurred;失焦",
        ),
        ("look-panorama", "Panorama", "全景", "panoramic;全景照片"),
        ("look-black", "Black", "黑色", ""),
        ("look-grey", "Grey", "灰色", "gray"),
        ("look-white", "White", "白色", ""),
        ("look-red", "Red", "红色", ""),
        ("look-orange", "Orange colour", "橙色", ""),
        ("look-brown", "Brown", "棕色", "褐色"),
        ("look-yellow", "Yellow", "黄色", ""),
        ("look-green", "Green", "绿色", ""),
        ("look-turquoise", "Turquoise", "青色", "cyan;teal;青绿色"),
        ("look-blue", "Blue", "蓝色", ""),
        ("look-purple", "Purple", "紫色", "violet;紫罗兰色"),
        ("look-pink", "Pink", "粉色", "粉红色"),
    ];
    NAMES
        .iter()
        .map(|(slug, name_en, name_zh, aliases)| Entry {
            slug: (*slug).to_owned(),
            name_en: (*name_en).to_owned(),
            name_zh: (*name_zh).to_owned(),
            group: UMBRELLA.to_owned(),
            parent: (*slug != UMBRELLA).then(|| UMBRELLA.to_owned()),
            aliases: aliases
                .split(';')
                .filter(|alias| !alias.is_empty())
                .map(str::to_owned)
                .collect(),
            kinds: std::collections::BTreeSet::from(["photo".to_owned()]),
        })
        .collect()
}

fn luma(r: u8, g: u8, b: u8) -> f32 {
    0.2126 * f32::from(r) + 0.7152 * f32::from(g) + 0.0722 * f32::from(b)
}

/// How sharp the sharpest parts are: in tiles of 16 pixels, how much of the difference between neighbours is left
/// when only steps within one pixel count; the tile that one in twenty exceeds. An edge that takes one pixel gives 1,
/// one that takes `n` about `1 / n`, whatever its contrast; tiles without an edge do not count.
fn sharpness(picture: &Picture) -> f32 {
    const TILE: usize = 16;
    /// Steps smaller than this are noise.
    const LEAST: f32 = 14.0;
    let (width, height) = (picture.width as usize, picture.height as usize);
    let light: Vec<f32> = picture
        .rgba
        .as_chunks::<4>()
        .0
        .iter()
        .map(|&[r, g, b, _]| luma(r, g, b))
        .collect();
    let mut tiles = Vec::new();
    for top in (0..height.saturating_sub(TILE - 1)).step_by(TILE) {
        for left in (0..width.saturating_sub(TILE - 1)).step_by(TILE) {
            let mut best = 0.0f32;
            for y in top..top + TILE {
                for x in left..left + TILE - 8 {
                    best = best.max(steepness(|n| light[y * width + x + n], LEAST));
                }
            }
            for x in left..left + TILE {
                for y in top..top + TILE - 8 {
                    best = best.max(steepness(|n| light[(y + n) * width + x], LEAST));
                }
            }
            if best > 0.0 {
                tiles.push(best);
            }
        }
    }
    // Fog and plain walls have no edge that could be soft.
    if tiles.is_empty() {
        return 1.0;
    }
    tiles.sort_by(f32::total_cmp);
    tiles[(tiles.len() - 1) * 19 / 20]
}

/// The largest single step on the way over eight pixels, as a share of the whole way; 0 when the way is short.
fn steepness(at: impl Fn(usize) -> f32, least: f32) -> f32 {
    let (mut most, mut low, mut high) = (0.0f32, at(0), at(0));
    for n in 1..8 {
        let (before, here) = (at(n - 1), at(n));
        most = most.max((here - before).abs());
        low = low.min(here);
        high = high.max(here);
    }
    let way = high - low;
    if way < least * 2.0 { 0.0 } else { most / way }
}

/// The share of pixels that are exactly like the one to the right and the one below.
fn flat_share(picture: &Picture) -> f32 {
    let width = picture.width as usize;
    let pixels = picture.rgba.as_chunks::<4>().0;
    if width < 2 || pixels.len() < 2 * width {
        return 0.0;
    }
    let mut alike = 0usize;
    let mut all = 0usize;
    for (row, below) in pixels
        .chunks_exact(width)
        .zip(pixels[width..].chunks_exact(width))
    {
        for (at, pair) in row.windows(2).enumerate() {
            all += 1;
            alike += usize::from(pair[0] == pair[1] && pair[0] == below[at]);
        }
    }
    alike as f32 / all.max(1) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture from a rule for each pixel.
    fn drawn(width: u32, height: u32, rgb: impl Fn(u32, u32) -> [u8; 3]) -> Picture {
        let mut picture = Picture::filled(width, height, [0, 0, 0, 255]);
        for (at, pixel) in picture.rgba.chunks_exact_mut(4).enumerate() {
            pixel[..3].copy_from_slice(&rgb(at as u32 % width, at as u32 / width));
        }
        picture
    }

    /// Something like a photo: squares of 23 pixels with a little noise, in one colour.
    fn scene(width: u32, height: u32, tint: [u32; 3]) -> Picture {
        drawn(width, height, |x, y| {
            let square = if (x / 23 + y / 23) % 2 == 0 { 60 } else { 100 };
            let noise = (x * 31 + y * 17 + x * y * 7) % 9;
            tint.map(|strength| ((square + noise) * strength / 100).min(255) as u8)
        })
    }

    #[test]
    fn grey_pictures_are_black_and_white_and_coloured_ones_are_not() {
        let grey = Look::of(&scene(400, 300, [100, 100, 100]));
        assert!(
            grey.is_black_and_white && !grey.is_blurred && !grey.is_drawn,
            "{grey:?}"
        );
        assert!(grey.tags().contains(&"look-black-and-white"));
        assert!(!Look::of(&scene(400, 300, [200, 80, 60])).is_black_and_white);
    }

    #[test]
    fn a_photo_is_dark_when_nearly_all_of_it_is() {
        assert!(Look::of(&scene(400, 300, [20, 20, 22])).is_dark);
        assert!(!Look::of(&scene(400, 300, [100, 100, 90])).is_dark);
    }

    #[test]
    fn a_soft_picture_is_blurred_and_a_small_one_is_not_judged() {
        // Stripes of 40 pixels whose edges take one pixel, or eight.
        let stripes = |edge: u32| {
            drawn(480, 360, move |x, y| {
                let way = (x % 80)
                    .min(80 - x % 80)
                    .clamp(20 - edge / 2, 20 + edge / 2);
                let light = 60 + (way + edge / 2 - 20) * 120 / edge.max(1) + y % 3;
                [light as u8, light as u8, 90]
            })
        };
        let (sharp, soft) = (stripes(1), stripes(8));
        assert!(!Look::of(&sharp).is_blurred, "{:?}", Look::of(&sharp));
        assert!(Look::of(&soft).is_blurred, "{:?}", Look::of(&soft));
        assert!(!Look::of(&soft.fit(120)).is_blurred);
    }

    #[test]
    fn panoramas_are_wide_photos() {
        assert!(Look::of(&scene(900, 300, [150, 120, 90])).is_panorama);
        assert!(!Look::of(&scene(600, 400, [150, 120, 90])).is_panorama);
        assert!(
            !Look::of(&scene(300, 900, [150, 120, 90])).is_panorama,
            "a tall one"
        );
    }

    #[test]
    fn pages_are_drawn_and_empty_ones_are_blank() {
        let page = drawn(400, 300, |x, y| {
            if y % 60 < 6 && x % 5 < 2 {
                [20, 20, 20]
            } else {
                [250, 250, 250]
            }
        });
        let look = Look::of(&page);
        assert!(
            look.is_drawn && !look.is_blank && !look.is_black_and_white,
            "{look:?}"
        );
        let empty = Look::of(&Picture::filled(300, 300, [0, 0, 0, 255]));
        assert!(
            empty.is_blank && empty.is_dark && !empty.is_drawn,
            "{empty:?}"
        );
    }

    #[test]
    fn main_colours_are_named() {
        for (rgb, colour) in [
            ([200, 20, 30], Colour::Red),
            ([240, 140, 20], Colour::Orange),
            ([110, 70, 40], Colour::Brown),
            ([240, 220, 40], Colour::Yellow),
            ([40, 130, 50], Colour::Green),
            ([40, 170, 175], Colour::Turquoise),
            ([40, 80, 200], Colour::Blue),
            ([130, 60, 190], Colour::Purple),
            ([240, 130, 190], Colour::Pink),
            ([10, 10, 12], Colour::Black),
            ([120, 122, 125], Colour::Grey),
            ([250, 250, 248], Colour::White),
        ] {
            let [r, g, b] = rgb;
            let look = Look::of(&Picture::filled(90, 60, [r, g, b, 255]));
            assert_eq!(look.colours, [colour], "{rgb:?}");
        }
    }

    #[test]
    fn any_shape_has_a_look_and_it_is_kept_as_it_is() {
        for (width, height) in [(1, 1), (1, 20_000), (20_000, 1), (2, 2), (17, 16)] {
            let look = Look::of(&Picture::filled(width, height, [9, 200, 9, 128]));
            assert_eq!(Look::from_bytes(&look.to_bytes()), Some(look));
        }
        assert_eq!(Look::from_bytes(b"{"), None);
    }

    #[test]
    fn every_tag_has_a_name_in_both_languages() {
        let entries = entries();
        for colour in Colour::ALL {
            assert!(entries.iter().any(|entry| entry.slug == colour.slug()));
        }
        for entry in entries {
            assert!(is_look(&entry.slug) && !entry.name_en.is_empty() && !entry.name_zh.is_empty());
        }
        assert!(!is_look("lookout"));
    }
}
