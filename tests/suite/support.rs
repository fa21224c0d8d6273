//! A small library of real files, made anew for every test.

use std::path::{Path, PathBuf};

use parlour::app::Start;
use parlour::dirs::Dirs;
use parlour::player::Output;

/// A temporary folder with media and a place for the library.
pub struct Home {
    root: tempfile::TempDir,
}

impl Home {
    /// Five photos and two songs.
    pub fn new() -> Self {
        let home = Self {
            root: tempfile::tempdir().unwrap(),
        };
        std::fs::create_dir_all(home.media()).unwrap();
        for (i, colour) in [
            [200u8, 60, 40],
            [40, 120, 200],
            [60, 160, 80],
            [220, 200, 60],
            [120, 60, 160],
        ]
        .iter()
        .enumerate()
        {
            home.photo(&format!("photo {i}.png"), *colour);
        }
        home.song("one.wav", 440.0);
        home.song("two.wav", 660.0);
        home
    }

    /// Where the media are.
    pub fn media(&self) -> PathBuf {
        self.root.path().join("media")
    }

    /// Where the library is.
    pub fn library(&self) -> PathBuf {
        self.root.path().join("library")
    }

    /// Anything else in the temporary folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// A small picture with a gradient, so that no two are the same.
    pub fn photo(&self, name: &str, [r, g, b]: [u8; 3]) -> PathBuf {
        let path = self.media().join(name);
        let image = image::RgbImage::from_fn(96, 64, |x, y| {
            image::Rgb([
                r.saturating_add(x as u8 / 2),
                g.saturating_add(y as u8 / 2),
                b,
            ])
        });
        image.save(&path).unwrap();
        path
    }

    /// Half a second of a tone.
    pub fn song(&self, name: &str, hz: f32) -> PathBuf {
        let path = self.media().join(name);
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: 22_050,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut writer = hound::WavWriter::create(&path, spec).unwrap();
        for i in 0..11_025 {
            let value = (i as f32 * hz * std::f32::consts::TAU / 22_050.0).sin() * 12_000.0;
            writer.write_sample(value as i16).unwrap();
        }
        writer.finalize().unwrap();
        path
    }

    /// Runs the program on this library; gives exit code, standard output, standard error.
    pub fn parlour(&self, arguments: &[&str]) -> (i32, String, String) {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_parlour"))
            .arg("--library")
            .arg(self.library())
            .args(arguments)
            .output()
            .unwrap();
        (
            output.status.code().unwrap_or(-1),
            String::from_utf8_lossy(&output.stdout).into_owned(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    }

    /// How a window without background work is started on this library.
    pub fn start(&self) -> Start {
        Start {
            dirs: Dirs::under(&self.library()),
            files: Vec::new(),
            output: Output::Null,
            is_window: false,
        }
    }
}

/// A path as an argument.
pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Every line of standard output as JSON; anything else there breaks the contract.
pub fn json_lines(out: &str) -> Vec<serde_json::Value> {
    out.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("not JSON ({e}): {line}")))
        .collect()
}
