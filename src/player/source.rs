//! Where samples come from. One door, so that the decoding thread does not care what stands behind it.

use std::path::Path;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::media::audio::Reader;

/// Decoded sound: interleaved samples at the file's own rate.
pub trait Source: Send {
    /// Frames per second.
    fn sample_rate_hz(&self) -> u32;
    /// Samples per frame.
    fn channels(&self) -> usize;
    /// Length in frames, when known.
    fn frames(&self) -> Option<u64>;
    /// Replaces `out` by the next samples; 0 frames at the end.
    fn next(&mut self, out: &mut Vec<f32>) -> Result<usize>;
    /// Goes to exactly this frame, and says which one was reached.
    fn seek(&mut self, frame: u64) -> Result<u64>;
    /// What broke midway, if anything did.
    fn damage(&self) -> Option<Error>;
}

/// Opens a source for a file.
pub type Opener = Arc<dyn Fn(&Path) -> Result<Box<dyn Source>> + Send + Sync>;

/// Opens files with the media room's decoders.
pub fn media_opener() -> Opener {
    Arc::new(|path| Ok(Box::new(Reader::open(path)?)))
}

impl Source for Reader {
    fn sample_rate_hz(&self) -> u32 {
        Reader::sample_rate_hz(self)
    }

    fn channels(&self) -> usize {
        Reader::channels(self)
    }

    fn frames(&self) -> Option<u64> {
        Reader::frames(self)
    }

    fn next(&mut self, out: &mut Vec<f32>) -> Result<usize> {
        out.clear();
        Reader::next(self, out)
    }

    fn seek(&mut self, frame: u64) -> Result<u64> {
        Reader::seek(self, frame)
    }

    fn damage(&self) -> Option<Error> {
        Reader::damage(self)
    }
}
