//! What a media file may claim. Everything that a file says about its own size is held against one of these
//! before memory is set aside for it.

/// Bytes read to recognise a format.
pub const SNIFF_BYTES: usize = 4096;

/// The longest side of a picture that is decoded. JPEG itself ends at 65,535.
pub const MAX_SIDE: u32 = 65_500;

/// Pixels held in memory for one decoded picture: 600 MB as RGBA. A larger JPEG is decoded scaled down; a larger
/// picture of another format is refused.
pub const MAX_PIXELS: u64 = 150_000_000;

/// Bytes a decoder of the `image` crate may set aside for one picture (16 bits a sample need twice the RGBA size).
pub const MAX_PICTURE_ALLOC_BYTES: u64 = 1_300_000_000;

/// The largest picture file that is read into memory.
pub const MAX_PICTURE_FILE_BYTES: u64 = 512 << 20;

/// Progressive scans of one JPEG; more are only found in files made to waste time.
pub const MAX_JPEG_SCANS: u32 = 200;

/// Metadata segments of one picture file, and the bytes kept of all of them together.
pub const MAX_SEGMENTS: usize = 4096;
/// See [`MAX_SEGMENTS`].
pub const MAX_METADATA_BYTES: usize = 32 << 20;

/// An XMP packet or sidecar.
pub const MAX_XMP_BYTES: u64 = 4 << 20;
/// How deep the elements of an XMP packet may nest.
pub const MAX_XMP_DEPTH: usize = 64;

/// Keywords kept of one file, and the characters kept of one text.
pub const MAX_KEYWORDS: usize = 1000;
/// See [`MAX_KEYWORDS`].
pub const MAX_TEXT_CHARS: usize = 8192;

/// Boxes or elements visited in one container.
pub const MAX_BOXES: usize = 200_000;
/// The index (`moov`) of an MP4 file that is read into memory.
pub const MAX_MOOV_BYTES: u64 = 128 << 20;
/// Tracks of one container.
pub const MAX_TRACKS: usize = 256;

/// One cover picture of a song.
pub const MAX_COVER_BYTES: usize = 32 << 20;
/// Bytes that one tag or picture of an audio file may set aside while it is read.
pub const MAX_TAG_BYTES: usize = 64 << 20;
/// Lines of one lyrics text, and the bytes of a lyrics sidecar.
pub const MAX_LYRICS_LINES: usize = 10_000;
/// See [`MAX_LYRICS_LINES`].
pub const MAX_LYRICS_BYTES: u64 = 2 << 20;

/// Sample rates and channels that are played; others are taken for damage.
pub const MAX_SAMPLE_RATE_HZ: u32 = 768_000;
/// See [`MAX_SAMPLE_RATE_HZ`].
pub const MAX_CHANNELS: usize = 32;
/// The longest audio file in hours; a longer claim is not believed.
pub const MAX_AUDIO_HOURS: u64 = 1000;
/// Packets in a row that may fail before decoding gives up.
pub const MAX_BAD_PACKETS: u32 = 200;
