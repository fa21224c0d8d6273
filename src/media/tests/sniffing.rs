use super::*;

#[test]
fn every_fixture_is_what_it_is_whatever_its_name() {
    let cases = [
        ("exif.jpg", Format::Jpeg),
        ("palette.png", Format::Png),
        ("still.webp", Format::WebP),
        ("frames.gif", Format::Gif),
        ("tiff.tif", Format::Tiff),
        ("bitmap.bmp", Format::Bmp),
        ("icon.ico", Format::Ico),
        ("chirp.flac", Format::Flac),
        ("lame-vbr.mp3", Format::Mp3),
        ("no-header-cbr.mp3", Format::Mp3),
        ("aac.m4a", Format::M4a),
        ("adts.aac", Format::AacAdts),
        ("alac.m4a", Format::M4a),
        ("vorbis.ogg", Format::OggVorbis),
        ("opus.opus", Format::Opus),
        ("opus.mka", Format::Mka),
        ("aiff.aiff", Format::Aiff),
        ("pcm24.caf", Format::Caf),
        ("wma.wma", Format::Wma),
        ("clip.mp4", Format::Mp4),
        ("clip.mov", Format::Mov),
        ("clip.3gp", Format::ThreeGp),
        ("clip.mkv", Format::Mkv),
        ("clip.webm", Format::WebM),
        ("clip.avi", Format::Avi),
        ("clip.mpg", Format::Mpeg),
        ("wmv.wmv", Format::Wmv),
        ("theora.ogv", Format::OggTheora),
    ];
    for (name, format) in cases {
        let path = fixture(name);
        assert_eq!(sniff(&path).unwrap().format, format, "{name}");
        assert!(is_candidate(&path), "{name}");
        let bytes = std::fs::read(&path).unwrap();
        for other in ["wrong.txt", "none", "song.mp3", "photo.jpg"] {
            let (_folder, path) = file_of(other, &bytes);
            assert_eq!(sniff(&path).unwrap().format, format, "{name} as {other}");
        }
    }
}

#[test]
fn formats_without_a_decoder_are_known_by_name() {
    let ftyp = |brand: &[u8]| {
        [
            &[0, 0, 0, 24],
            b"ftyp".as_slice(),
            brand,
            &[0; 4],
            brand,
            b"mif1",
        ]
        .concat()
    };
    let tiff = |entries: &[(u16, u32)], make: &[u8]| {
        let mut bytes = b"II*\0\x08\0\0\0".to_vec();
        bytes.extend((entries.len() as u16).to_le_bytes());
        for (tag, value) in entries {
            bytes.extend(tag.to_le_bytes());
            bytes.extend([4, 0, 1, 0, 0, 0]);
            bytes.extend(value.to_le_bytes());
        }
        bytes.resize(128, 0);
        bytes.extend(make);
        bytes
    };
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (ftyp(b"heic"), "HEIC"),
        (ftyp(b"avif"), "AVIF"),
        (ftyp(b"crx "), "RAW (CR3)"),
        (b"\0\0\0\x0CJXL \r\n\x87\n".to_vec(), "JPEG XL"),
        (b"8BPS\0\x01".to_vec(), "Photoshop"),
        (b"II*\0\x10\0\0\0CR\x02\0".to_vec(), "RAW (CR2)"),
        (tiff(&[(0xC612, 0x0104)], b""), "RAW (DNG)"),
        (
            tiff(&[(0x00FE, 1), (0x010F, 128)], b"NIKON CORPORATION"),
            "RAW (NEF)",
        ),
        (tiff(&[(0x00FE, 1), (0x010F, 128)], b"SONY"), "RAW (ARW)"),
        (tiff(&[(0x010F, 128)], b"NIKON CORPORATION"), "TIFF"),
        (b"FUJIFILMCCD-RAW 0201".to_vec(), "RAW (RAF)"),
        (b"IIRO\x08\0\0\0".to_vec(), "RAW (ORF)"),
        (b"IIU\0\x18\0\0\0".to_vec(), "RAW (RW2)"),
        (b"MAC \x96\x0F".to_vec(), "Monkey's Audio"),
        (b"wvpk\0\0".to_vec(), "WavPack"),
        (b"MPCKSH".to_vec(), "Musepack"),
        (b"DSD \x1C".to_vec(), "DSD (DSF)"),
        (b"MThd\0\0\0\x06\0\x01".to_vec(), "MIDI"),
        (
            b"ID3\x04\0\0\0\0\0\x02\0\0wvpk\0\0\0\0\0\0".to_vec(),
            "WavPack",
        ),
        (b"FLV\x01\x05".to_vec(), "Flash Video"),
    ];
    for (bytes, name) in cases {
        let (_folder, path) = file_of("unnamed", &bytes);
        let sniffed = sniff(&path).unwrap();
        assert_eq!(sniffed.format.name(), name);
        assert_eq!(sniffed.decodable, name == "TIFF", "{name}");
    }
}

#[test]
fn what_is_no_media_is_refused() {
    let cases: [(&str, &[u8]); 7] = [
        ("notes.txt", b"Just words, long enough to look into."),
        ("song.mp3", b"not a song at all, whatever its name is"),
        ("photo.jpg", b"<html><body>404</body></html>"),
        ("list.m3u", b"#EXTM3U\nsong.mp3\n"),
        ("x.webp", b"RIFF\x10\0\0\0ABCD"),
        (
            "bm.bmp",
            b"BM some text that begins with the letters of a bitmap",
        ),
        ("ff.mp3", &[0xFF; 4096]),
    ];
    for (name, bytes) in cases {
        let (_folder, path) = file_of(name, bytes);
        assert!(
            matches!(sniff(&path), Err(Error::NotMedia { .. })),
            "{name}: {:?}",
            sniff(&path)
        );
    }
    let (folder, path) = file_of("empty.jpg", b"");
    assert!(matches!(sniff(&path), Err(Error::Empty { .. })));
    assert!(matches!(sniff(folder.path()), Err(Error::NotMedia { .. })));
    assert!(matches!(
        sniff(&path.with_extension("gone")),
        Err(Error::Io { .. })
    ));
    assert!(!is_candidate(std::path::Path::new("notes.txt")));
    assert!(
        is_candidate(std::path::Path::new("IMG_0001.JPG"))
            && is_candidate(std::path::Path::new("scan"))
    );
}

#[cfg(unix)]
#[test]
fn names_that_are_not_text_are_no_obstacle() {
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder
        .path()
        .join(std::ffi::OsStr::from_bytes(b"caf\xE9 \xFF.jpg"));
    std::fs::copy(fixture("exif.jpg"), &path).unwrap();
    assert!(is_candidate(&path));
    assert_eq!(photo::probe(&path).unwrap().width, 48);
    assert!(photo::decode(&path, None).is_ok());
    let song = folder
        .path()
        .join(std::ffi::OsStr::from_bytes(b"\xFE\xFE.flac"));
    std::fs::copy(fixture("chirp.flac"), &song).unwrap();
    assert_eq!(audio::probe(&song).unwrap().title.as_deref(), Some("Chirp"));
    assert!(audio::cover(&song).unwrap().is_none());
}
