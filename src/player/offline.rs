//! Outputs without a clock: a WAV file, or nothing at all.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use hound::{SampleFormat, WavSpec, WavWriter};

use super::render::Renderer;
use crate::error::{Error, Result};

/// Frames taken at a time.
const BLOCK_FRAMES: usize = 4096;
/// What a WAV file's 32-bit sizes can hold, less room for headers, in stereo frames of 8 bytes.
const MAX_WAV_FRAMES: u64 = (u32::MAX as u64 - 4096) / 8;

/// Takes samples from the renderer as fast as they come.
pub struct OfflineOutput {
    renderer: Renderer,
    file: Option<WavFile>,
    block: Vec<f32>,
}

struct WavFile {
    path: PathBuf,
    writer: WavWriter<BufWriter<File>>,
    frames: u64,
}

impl OfflineOutput {
    /// Writes to this file, or nowhere.
    ///
    /// # Errors
    /// When the file cannot be created.
    pub fn new(renderer: Renderer, rate_hz: u32, path: Option<&Path>) -> Result<Self> {
        let file = path
            .map(|path| WavFile::create(path, rate_hz))
            .transpose()?;
        Ok(Self {
            renderer,
            file,
            block: vec![0.0; 2 * BLOCK_FRAMES],
        })
    }

    /// Takes what is there, up to a block, and says how many frames that was.
    ///
    /// # Errors
    /// When the file cannot be written any more: a full disk, or more than a WAV file can hold.
    pub fn pull(&mut self) -> Result<usize> {
        let frames = self.renderer.fill(&mut self.block);
        if let Some(file) = &mut self.file {
            file.write(&self.block[..2 * frames])?;
        }
        Ok(frames)
    }

    /// Completes the file.
    ///
    /// # Errors
    /// When its last bytes cannot be written.
    pub fn finish(self) -> Result<()> {
        match self.file {
            Some(file) => {
                let path = file.path;
                file.writer.finalize().map_err(|e| failed(&path, e))
            }
            None => Ok(()),
        }
    }
}

impl WavFile {
    fn create(path: &Path, rate_hz: u32) -> Result<Self> {
        let spec = WavSpec {
            channels: 2,
            sample_rate: rate_hz,
            bits_per_sample: 32,
            sample_format: SampleFormat::Float,
        };
        let file = File::create(path).map_err(|e| Error::io("create the WAV file", path, &e))?;
        let writer = WavWriter::new(BufWriter::new(file), spec).map_err(|e| failed(path, e))?;
        Ok(Self {
            path: path.to_owned(),
            writer,
            frames: 0,
        })
    }

    fn write(&mut self, stereo: &[f32]) -> Result<()> {
        self.frames += stereo.len() as u64 / 2;
        if self.frames > MAX_WAV_FRAMES {
            return Err(Error::TooLarge {
                what: "WAV file",
                found: "a longer queue".to_owned(),
                limit: "4 GiB".to_owned(),
                path: self.path.clone(),
            });
        }
        for &sample in stereo {
            self.writer
                .write_sample(sample)
                .map_err(|e| failed(&self.path, e))?;
        }
        Ok(())
    }
}

fn failed(path: &Path, error: hound::Error) -> Error {
    match error {
        hound::Error::IoError(error) => Error::io("write the WAV file", path, &error),
        other => Error::damaged("WAV file", path, other),
    }
}
