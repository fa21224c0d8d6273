//! What a pack says about itself: `manifest.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The manifest format this Parlour reads.
pub const FORMAT: u32 = 1;

/// Everything `manifest.toml` says, already checked against the limits of [`Manifest::parse`].
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Manifest {
    /// Version of the manifest format itself.
    pub format: u32,
    /// Lowercase name of the pack, unique among packs: letters, digits and hyphens.
    pub id: String,
    /// Version of the pack.
    #[serde(deserialize_with = "text")]
    pub version: String,
    /// Name shown to people.
    pub title: String,
    /// What the pack looks at.
    #[serde(deserialize_with = "task")]
    pub task: Task,
    /// Licence of the weights.
    #[serde(default)]
    pub licence: String,
    /// Whose work the weights build on.
    #[serde(default)]
    pub credits: Option<toml::Value>,
    /// Measured quality, as the pack's makers state it.
    #[serde(default)]
    pub quality: Option<toml::Value>,
    /// The files of the pack.
    pub files: Files,
    /// What goes into the network.
    pub input: Input,
    /// What comes out of it.
    pub output: Output,
    /// When to run at all.
    #[serde(default)]
    pub gate: Option<Gate>,
    /// Thresholds by label.
    #[serde(default)]
    pub labels: BTreeMap<String, Thresholds>,
}

/// What a pack looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// A picture in, tags out.
    PhotoTags,
    /// Sound in, tags out.
    AudioTags,
}

impl Task {
    /// The name in manifests.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PhotoTags => "photo-tags",
            Self::AudioTags => "audio-tags",
        }
    }
}

/// Plain file names inside the pack, with the SHA-256 of their bytes in lowercase hex.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Files {
    /// The ONNX file.
    pub model: String,
    /// Its SHA-256.
    pub model_sha256: String,
    /// One label a line, in the order of the scores.
    pub labels: String,
    /// Its SHA-256.
    pub labels_sha256: String,
}

/// What goes into the network.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Input {
    /// A picture of fixed size.
    Image(ImageInput),
    /// Patches of a log-mel spectrogram.
    LogMel(MelInput),
}

impl Input {
    /// Name of the network's input.
    pub fn name(&self) -> &str {
        match self {
            Self::Image(image) => &image.name,
            Self::LogMel(mel) => &mel.name,
        }
    }

    /// The full shape of one input, batch of one included.
    pub fn shape(&self) -> Vec<usize> {
        match self {
            Self::Image(image) => {
                let (width, height) = (image.width as usize, image.height as usize);
                match image.layout {
                    Layout::Nchw => vec![1, 3, height, width],
                    Layout::Nhwc => vec![1, height, width, 3],
                }
            }
            Self::LogMel(mel) => match mel.shape {
                MelShape::N1tf => vec![1, 1, mel.frames, mel.bands],
                MelShape::Ntf => vec![1, mel.frames, mel.bands],
            },
        }
    }
}

/// How a picture becomes a tensor: resized, then `(x - mean) / std` on 0..=255.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ImageInput {
    /// Name of the network's input.
    pub name: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Order of the dimensions.
    pub layout: Layout,
    /// Order of the colours.
    pub channels: Channels,
    /// Subtracted, by channel in the order of `channels`.
    pub mean: [f32; 3],
    /// Divided by, by channel in the order of `channels`.
    pub std: [f32; 3],
    /// How the picture is brought to the size.
    pub resize: Resize,
    /// How pixels are interpolated.
    #[serde(default)]
    pub filter: Filter,
}

/// Order of the dimensions of a picture tensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    /// Batch, channel, row, column.
    Nchw,
    /// Batch, row, column, channel.
    Nhwc,
}

/// Order of the colours of a picture tensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channels {
    /// Red first.
    Rgb,
    /// Blue first.
    Bgr,
}

/// How a picture of any shape is brought to the size of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Resize {
    /// Stretched, without regard to its shape.
    Squash,
    /// The largest centred part of the right shape.
    Crop,
    /// The whole picture, the rest filled with the mean colour.
    Letterbox,
}

/// How pixels are interpolated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Filter {
    /// Triangle filter, widened when it shrinks (antialiased), as Pillow's `BILINEAR`.
    #[default]
    Bilinear,
}

/// How sound becomes patches of a log-mel spectrogram. `models/audio/FEATURES.md` says the same in words.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct MelInput {
    /// Name of the network's input.
    pub name: String,
    /// Shape of one patch.
    pub shape: MelShape,
    /// Must be 16,000: the rate that all sound is brought to.
    pub sample_rate: u32,
    /// Length of the Hann window (periodic).
    pub window_samples: usize,
    /// Length of the transform; the window is followed by zeros up to it.
    pub fft: usize,
    /// From one frame to the next.
    pub hop_samples: usize,
    /// Mel bands.
    pub bands: usize,
    /// Lower end of the lowest band.
    pub mel_min_hz: f32,
    /// Upper end of the highest band.
    pub mel_max_hz: f32,
    /// Formula of the mel scale.
    pub mel_scale: MelScale,
    /// Area or height of the triangles.
    pub mel_norm: MelNorm,
    /// Must be false: frames start on their hop and nothing is padded.
    #[serde(default)]
    pub centre: bool,
    /// 1: magnitudes are summed, 2: powers.
    pub power: u8,
    /// Formula of the logarithm.
    pub log: LogFormula,
    /// Its constant.
    pub log_value: f32,
    /// Frames in a patch.
    pub frames: usize,
    /// From one patch to the next.
    pub patch_hop_frames: usize,
    /// Patches taken of one file, spread evenly.
    pub max_patches: usize,
    /// How the scores of the patches become those of the file.
    pub pool: Pool,
}

/// Shape of one log-mel patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MelShape {
    /// Batch, one channel, time, band.
    N1tf,
    /// Batch, time, band.
    Ntf,
}

/// Formula of the mel scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MelScale {
    /// 2595 log10(1 + f / 700), O'Shaughnessy as in HTK.
    Htk,
    /// Linear to 1 kHz, then logarithmic, as in Slaney's Auditory Toolbox.
    Slaney,
}

/// Height of the mel triangles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MelNorm {
    /// Every triangle is one high.
    None,
    /// Every triangle has the same area, 2 / width in Hz.
    Slaney,
}

/// Formula of the logarithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormula {
    /// ln(x + value).
    LnOffset,
    /// log10(value x + 1).
    Log10Scaled,
}

/// How the scores of the patches become those of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pool {
    /// The mean of all patches.
    Mean,
    /// The highest patch.
    Max,
    /// The mean of the three highest patches.
    Top3,
}

/// What comes out of the network.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Output {
    /// Name of the embedding output, when there is one.
    #[serde(default)]
    pub embedding: Option<String>,
    /// Its length.
    #[serde(default)]
    pub embedding_dims: usize,
    /// Name of the output with one score a label.
    pub scores: String,
    /// What still has to be applied to the scores.
    #[serde(default)]
    pub activation: Activation,
}

/// What still has to be applied to the scores of a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Activation {
    /// They are 0..=1 already.
    #[default]
    None,
    /// 1 / (1 + exp(-x)), each for itself.
    Sigmoid,
    /// exp(x), summing to one.
    Softmax,
}

/// A pack that only runs when another one heard something.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Gate {
    /// Id of the other pack.
    pub pack: String,
    /// One of its labels.
    pub label: String,
    /// The pooled score that opens the gate.
    pub at_least: f32,
}

/// When a label is shown or suggested.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub struct Thresholds {
    /// The score from which the tag is shown. Above 1: never.
    pub show: f32,
    /// The score from which the tag is a suggestion.
    pub suggest: f32,
    /// The precision measured at `show`, when it was measured.
    #[serde(default)]
    pub precision: Option<f32>,
}

impl Default for Thresholds {
    /// For labels that nobody measured: sure to be shown, likely to be suggested.
    fn default() -> Self {
        Self {
            show: 0.8,
            suggest: 0.4,
            precision: None,
        }
    }
}

impl Manifest {
    /// Reads and checks a manifest.
    ///
    /// # Errors
    /// Half a sentence that says what is wrong, to follow "the model pack cannot be used:".
    pub fn parse(text: &str) -> Result<Self, String> {
        let manifest: Self = toml::from_str(text).map_err(|error| {
            format!(
                "its manifest cannot be read ({})",
                crate::error::one_line(error.message())
            )
        })?;
        manifest.check()?;
        Ok(manifest)
    }

    /// What a tag's source is called: `photo@1`.
    pub fn name(&self) -> String {
        format!("{}@{}", self.id, self.version)
    }

    fn check(&self) -> Result<(), String> {
        if self.format != FORMAT {
            return Err(format!(
                "its manifest has format {}, and this Parlour reads format {FORMAT}",
                self.format
            ));
        }
        if !is_id(&self.id) {
            return Err(format!(
                "its id '{}' is not made of lowercase letters, digits and hyphens",
                shortened(&self.id)
            ));
        }
        if self.version.is_empty()
            || self.version.len() > 32
            || self.version.contains(['/', '\\', '@'])
        {
            return Err(
                "its version is empty, too long or has a '/', '\\' or '@' in it".to_owned(),
            );
        }
        for name in [&self.files.model, &self.files.labels] {
            if !is_plain_name(name) {
                return Err(format!(
                    "its manifest names the file '{}', which is not a plain file name",
                    shortened(name)
                ));
            }
        }
        for sum in [&self.files.model_sha256, &self.files.labels_sha256] {
            if sum.len() != 64 || !sum.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                return Err(
                    "its manifest has a SHA-256 that is not 64 hexadecimal digits".to_owned(),
                );
            }
        }
        match (&self.input, self.task) {
            (Input::Image(image), Task::PhotoTags) => image.check()?,
            (Input::LogMel(mel), Task::AudioTags) => mel.check()?,
            _ => {
                return Err(format!(
                    "its input does not fit the task {}",
                    self.task.as_str()
                ));
            }
        }
        if self.output.embedding.is_some() && !(1..=4096).contains(&self.output.embedding_dims) {
            return Err("its embedding_dims is not between 1 and 4096".to_owned());
        }
        for (label, thresholds) in &self.labels {
            let in_range = |value: f32| (0.0..=100.0).contains(&value);
            if !in_range(thresholds.show) || !in_range(thresholds.suggest) {
                return Err(format!(
                    "the thresholds of its label '{}' are not numbers from 0 up",
                    shortened(label)
                ));
            }
        }
        if self
            .gate
            .as_ref()
            .is_some_and(|gate| !gate.at_least.is_finite())
        {
            return Err("its gate has no usable at_least".to_owned());
        }
        Ok(())
    }
}

impl ImageInput {
    fn check(&self) -> Result<(), String> {
        let side = 8..=1024;
        if !side.contains(&self.width) || !side.contains(&self.height) {
            return Err(format!(
                "its input of {} x {} pixels is not between 8 and 1024 a side",
                self.width, self.height
            ));
        }
        let usable = |value: &f32| value.is_finite() && value.abs() >= 1e-6;
        if !self.mean.iter().all(|value| value.is_finite()) || !self.std.iter().all(usable) {
            return Err("its mean or std cannot be calculated with".to_owned());
        }
        Ok(())
    }
}

impl MelInput {
    /// Samples that one patch needs.
    pub fn patch_samples(&self) -> usize {
        (self.frames - 1) * self.hop_samples + self.window_samples
    }

    fn check(&self) -> Result<(), String> {
        let bounded = [
            ("window_samples", self.window_samples, 16, 16_384),
            ("fft", self.fft, self.window_samples, 16_384),
            ("hop_samples", self.hop_samples, 16, 16_384),
            ("bands", self.bands, 4, 512),
            ("frames", self.frames, 1, 4096),
            ("patch_hop_frames", self.patch_hop_frames, 1, 65_536),
            ("max_patches", self.max_patches, 1, 1024),
        ];
        for (name, value, least, most) in bounded {
            if !(least..=most).contains(&value) {
                return Err(format!(
                    "its {name} is {value}, not between {least} and {most}"
                ));
            }
        }
        if self.sample_rate != super::SAMPLE_RATE_HZ {
            return Err(format!(
                "it wants sound at {} Hz, and Parlour hands over {} Hz",
                self.sample_rate,
                super::SAMPLE_RATE_HZ
            ));
        }
        if self.centre {
            return Err("its frames are centred, and Parlour's start on their hop".to_owned());
        }
        if !(self.mel_min_hz >= 0.0
            && self.mel_min_hz < self.mel_max_hz
            && self.mel_max_hz <= 8000.0)
        {
            return Err("its mel bands do not lie between 0 and 8000 Hz".to_owned());
        }
        if !(1..=2).contains(&self.power) || !self.log_value.is_finite() || self.log_value <= 0.0 {
            return Err("its power is not 1 or 2, or its log_value is not above zero".to_owned());
        }
        Ok(())
    }
}

/// Whether it can be the id of a pack, and so the name of a folder.
pub(super) fn is_id(id: &str) -> bool {
    (1..=64).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// Whether it names a file directly inside a folder on every system.
pub(super) fn is_plain_name(name: &str) -> bool {
    (1..=128).contains(&name.len())
        && !name.starts_with('.')
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b' '))
}

/// A foreign word, short enough for a sentence.
pub(super) fn shortened(word: &str) -> String {
    word.chars().filter(|c| !c.is_control()).take(60).collect()
}

fn text<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    match toml::Value::deserialize(deserializer)? {
        toml::Value::String(text) => Ok(text),
        toml::Value::Integer(number) => Ok(number.to_string()),
        other => Err(serde::de::Error::custom(format!(
            "a version is a text or a whole number, not {}",
            other.type_str()
        ))),
    }
}

fn task<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Task, D::Error> {
    let name = String::deserialize(deserializer)?;
    [Task::PhotoTags, Task::AudioTags]
        .into_iter()
        .find(|task| task.as_str() == name)
        .ok_or_else(|| {
            serde::de::Error::custom(format!(
                "the task '{}' is not one that Parlour knows: photo-tags, audio-tags",
                shortened(&name)
            ))
        })
}
