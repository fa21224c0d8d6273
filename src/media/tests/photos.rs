use image::{DynamicImage, ImageEncoder, ImageFormat};

use super::*;
use crate::media::photo::{Picture, decode, decode_with_damage, probe, thumbnail};

/// Four colours, one in each quarter: red, green, blue, white from the top left by rows.
fn quarters(width: u32, height: u32) -> Picture {
    let mut picture = Picture::filled(width, height, [255; 4]);
    for (index, pixel) in picture.rgba.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        let (x, y) = (index as u32 % width, index as u32 / width);
        *pixel = match (x < width / 2, y < height / 2) {
            (true, true) => [255, 0, 0, 255],
            (false, true) => [0, 255, 0, 255],
            (true, false) => [0, 0, 255, 255],
            (false, false) => [255; 4],
        };
    }
    picture
}

/// Which of the four colours stand in the corners, by rows.
fn corners(picture: &Picture) -> String {
    let (w, h) = (picture.width as usize, picture.height as usize);
    [
        (w / 8, h / 8),
        (w - 1 - w / 8, h / 8),
        (w / 8, h - 1 - h / 8),
        (w - 1 - w / 8, h - 1 - h / 8),
    ]
    .into_iter()
    .map(|(x, y)| {
        let pixel = &picture.rgba[(y * w + x) * 4..][..3];
        match [pixel[0] > 128, pixel[1] > 128, pixel[2] > 128] {
            [true, false, false] => 'r',
            [false, true, false] => 'g',
            [false, false, true] => 'b',
            [true, true, true] => 'w',
            _ => '?',
        }
    })
    .collect()
}

/// Puts a segment behind the start of a JPEG.
fn with_segment(jpeg: &[u8], marker: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = jpeg[..2].to_vec();
    bytes.extend([0xFF, marker]);
    bytes.extend((body.len() as u16 + 2).to_be_bytes());
    bytes.extend(body);
    bytes.extend(&jpeg[2..]);
    bytes
}

fn with_orientation(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let mut body = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    body.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
    with_segment(jpeg, 0xE1, &body)
}

#[test]
fn all_eight_orientations_stand_upright() {
    // What the stored quarters must look like once turned (Exif 2.32, 4.6.4).
    let expected = [
        "rgbw", "grwb", "wbgr", "bwrg", "rbgw", "brwg", "wgbr", "gwrb",
    ];
    let jpeg = quarters(64, 32).to_jpeg(95).unwrap();
    for (orientation, corners_expected) in (1u8..).zip(expected) {
        let (_folder, path) = file_of("o.jpg", &with_orientation(&jpeg, orientation));
        let size = if orientation >= 5 { (32, 64) } else { (64, 32) };
        let whole = decode(&path, None).unwrap();
        assert_eq!((whole.width, whole.height), size, "{orientation}");
        assert_eq!(corners(&whole), corners_expected, "{orientation}");
        let small = thumbnail(&path, 16).unwrap();
        assert_eq!(small.long_side(), 16);
        assert_eq!(corners(&small), corners_expected, "{orientation}");
        let meta = probe(&path).unwrap();
        assert_eq!((meta.width, meta.height), size);
        assert_eq!(meta.orientation, orientation);
    }
}

#[test]
fn reads_exif_xmp_and_iptc_together() {
    let meta = probe(&fixture("exif.jpg")).unwrap();
    assert_eq!((meta.width, meta.height, meta.orientation), (48, 32, 1));
    assert_eq!(meta.taken_ms, Some(1_689_359_405_250));
    assert_eq!(meta.utc_offset_min, Some(60));
    assert_eq!(meta.camera.as_deref(), Some("Acme One"));
    assert_eq!(meta.lens.as_deref(), Some("Acme 35mm F2"));
    assert_eq!(meta.exposure.as_deref(), Some("1/250 s · f/2.8"));
    assert_eq!((meta.iso, meta.focal_mm), (Some(200), Some(35.0)));
    let (latitude, longitude) = meta.gps.unwrap();
    assert!((latitude - 38.7223).abs() < 1e-4 && (longitude + 9.1393).abs() < 1e-4);
    assert_eq!(meta.title.as_deref(), Some("Fish & chips"));
    assert_eq!(meta.caption.as_deref(), Some("At the river"));
    assert_eq!(meta.keywords, ["harbour", "sea", "lisbon"]);
    assert_eq!(meta.hierarchical, ["Places|Lisbon"]);
    assert_eq!(meta.rating, Some(4));
    let json = serde_json::to_string(&meta).unwrap();
    let again: photo::PhotoMeta = serde_json::from_str(&json).unwrap();
    // JSON may cost the last bit of a coordinate.
    let again = photo::PhotoMeta {
        gps: meta.gps,
        ..again
    };
    assert_eq!(again, meta);
}

#[test]
fn other_containers_carry_metadata_too() {
    let tiff = probe(&fixture("tiff.tif")).unwrap();
    assert_eq!((tiff.width, tiff.height, tiff.orientation), (32, 48, 6));
    assert_eq!(tiff.taken_ms, Some(1_577_934_245_000));
    let picture = decode(&fixture("tiff.tif"), None).unwrap();
    assert_eq!((picture.width, picture.height), (32, 48));
    let png = probe(&fixture("palette.png")).unwrap();
    assert_eq!(
        (png.taken_ms, png.keywords.as_slice()),
        (Some(1_577_934_245_000), &["graph".to_owned()][..])
    );
    let webp = probe(&fixture("still.webp")).unwrap();
    assert_eq!((webp.width, webp.height, webp.orientation), (32, 48, 8));
    assert_eq!(decode(&fixture("still.webp"), None).unwrap().width, 32);
    for (name, is_animated) in [
        ("frames.gif", true),
        ("animated.webp", true),
        ("still.webp", false),
        ("palette.png", false),
    ] {
        assert_eq!(
            probe(&fixture(name)).unwrap().is_animated,
            is_animated,
            "{name}"
        );
        assert!(decode(&fixture(name), None).is_ok(), "{name}");
    }
    for name in ["icon.ico", "bitmap.bmp", "progressive.jpg"] {
        assert!(decode(&fixture(name), None).unwrap().is_opaque(), "{name}");
    }
}

#[test]
fn inks_become_light() {
    let picture = decode(&fixture("cmyk.jpg"), None).unwrap();
    let [r, g, b, a] = picture.rgba.as_chunks::<4>().0[100];
    assert!(r > 240 && g < 20 && b < 20 && a == 255, "{r} {g} {b}");
}

#[test]
fn deep_grey_and_transparent_pictures_become_eight_bit_rgba() {
    let folder = tempfile::tempdir().unwrap();
    let wide = DynamicImage::ImageRgb16(image::ImageBuffer::from_pixel(
        9,
        5,
        image::Rgb([0xFFFF, 0x8000, 0]),
    ));
    let grey = DynamicImage::ImageLumaA8(image::ImageBuffer::from_pixel(
        9,
        5,
        image::LumaA([100, 50]),
    ));
    let deep_grey =
        DynamicImage::ImageLuma16(image::ImageBuffer::from_pixel(9, 5, image::Luma([0x8080])));
    let cases = [
        ("wide.png", &wide, ImageFormat::Png, [255, 128, 0, 255]),
        ("wide.tiff", &wide, ImageFormat::Tiff, [255, 128, 0, 255]),
        ("grey.png", &grey, ImageFormat::Png, [100, 100, 100, 50]),
        (
            "deep.png",
            &deep_grey,
            ImageFormat::Png,
            [128, 128, 128, 255],
        ),
    ];
    for (name, image, format, expected) in cases {
        let path = folder.path().join(name);
        image.save_with_format(&path, format).unwrap();
        let picture = decode(&path, None).unwrap();
        assert_eq!((picture.width, picture.height), (9, 5), "{name}");
        assert_eq!(picture.rgba[..4], expected, "{name}");
    }
    let flat = Picture::filled(1, 1, [0, 0, 0, 51]).flattened([255; 3]);
    assert_eq!(flat.rgba, [204, 204, 204, 255]);
}

#[test]
fn profiles_are_converted_and_broken_ones_ignored() {
    let icc = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p3.png");
    let png = |icc: &[u8]| {
        let mut bytes = Vec::new();
        let mut encoder = image::codecs::png::PngEncoder::new(&mut bytes);
        encoder.set_icc_profile(icc.to_vec()).unwrap();
        encoder
            .write_image(
                &[200, 60, 60, 200, 60, 60],
                2,
                1,
                image::ExtendedColorType::Rgb8,
            )
            .unwrap();
        bytes
    };
    std::fs::write(&path, png(&icc)).unwrap();
    assert!(decode(&path, None).unwrap().rgba[0] > 205);
    std::fs::write(&path, png(&icc[..200])).unwrap();
    assert_eq!(decode(&path, None).unwrap().rgba[..3], [200, 60, 60]);

    let jpeg = Picture::filled(64, 64, [200, 60, 60, 255])
        .to_jpeg(95)
        .unwrap();
    // Two chunks, in the wrong order.
    let (first, second) = icc.split_at(icc.len() / 2);
    let jpeg = with_segment(&jpeg, 0xE2, &[b"ICC_PROFILE\0\x01\x02", first].concat());
    let jpeg = with_segment(&jpeg, 0xE2, &[b"ICC_PROFILE\0\x02\x02", second].concat());
    let path = folder.path().join("p3.jpg");
    std::fs::write(&path, &jpeg).unwrap();
    assert!(decode(&path, None).unwrap().rgba[0] > 205);
    assert!(thumbnail(&path, 8).unwrap().rgba[0] > 205);
}

#[test]
fn scaled_decoding_leaves_enough_and_looks_the_same() {
    let (_folder, path) = file_of("large.jpg", &quarters(1600, 800).to_jpeg(90).unwrap());
    for (at_least, width) in [
        (None, 1600),
        (Some(100), 200),
        (Some(150), 400),
        (Some(300), 800),
        (Some(900), 1600),
    ] {
        let picture = decode(&path, at_least).unwrap();
        assert_eq!(
            (picture.width, picture.height),
            (width, width / 2),
            "{at_least:?}"
        );
        assert_eq!(corners(&picture), "rgbw");
    }
    assert_eq!(thumbnail(&path, 4000).unwrap().width, 1600);
}

#[test]
fn a_photo_that_breaks_off_is_shown_as_far_as_it_goes() {
    let jpeg = quarters(400, 400).to_jpeg(90).unwrap();
    let (_folder, path) = file_of("cut.jpg", &jpeg[..jpeg.len() * 3 / 4]);
    let (picture, damage) = decode_with_damage(&path, None).unwrap();
    assert_eq!(corners(&picture)[..2], *"rg");
    assert!(matches!(damage, Some(Error::Damaged { .. })), "{damage:?}");
    let scan = jpeg
        .windows(2)
        .position(|pair| pair == [0xFF, 0xDA])
        .unwrap();
    let (_folder, path) = file_of("header.jpg", &jpeg[..scan + 14]);
    assert!(matches!(decode(&path, None), Err(Error::Damaged { .. })));
}

#[test]
fn a_decompression_bomb_is_refused_from_its_header() {
    let chunk = |kind: &[u8], body: &[u8]| {
        let mut bytes = (body.len() as u32).to_be_bytes().to_vec();
        bytes.extend(kind);
        bytes.extend(body);
        bytes.extend(crc32(&bytes[4..]).to_be_bytes());
        bytes
    };
    let header = [50_000u32.to_be_bytes(), 50_000u32.to_be_bytes()].concat();
    let png = [
        b"\x89PNG\r\n\x1A\n".to_vec(),
        chunk(b"IHDR", &[&header[..], &[8, 6, 0, 0, 0]].concat()),
        chunk(b"IDAT", &[0x78, 0x9C, 0x03, 0, 0, 0, 0, 1]),
        chunk(b"IEND", &[]),
    ]
    .concat();
    let (_folder, path) = file_of("bomb.png", &png);
    let error = decode(&path, Some(256)).unwrap_err();
    assert!(matches!(error, Error::TooLarge { .. }), "{error}");
    assert!(matches!(thumbnail(&path, 256), Err(Error::TooLarge { .. })));
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 {
                crc >> 1 ^ 0xEDB8_8320
            } else {
                crc >> 1
            }
        })
    })
}

#[test]
fn a_twelve_bit_jpeg_says_what_it_is() {
    let mut jpeg = quarters(16, 16).to_jpeg(90).unwrap();
    let frame = jpeg
        .windows(2)
        .position(|pair| pair == [0xFF, 0xC0])
        .unwrap();
    jpeg[frame + 1] = 0xC1;
    jpeg[frame + 4] = 12;
    let (_folder, path) = file_of("deep.jpg", &jpeg);
    let error = decode(&path, None).unwrap_err();
    assert!(
        matches!(&error, Error::Unsupported { format, .. } if format == "12-bit JPEG"),
        "{error}"
    );
}
