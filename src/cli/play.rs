//! `parlour play FILE...`: plays to a device, a WAV file, or nothing.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::json;

use super::absolute;
use super::output::Console;
use crate::error::{Error, Result};
use crate::player::{self, Gain, Output, PlayerEvent, TARGET_LUFS, Track};

/// Arguments of `parlour play`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Songs.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// device, device:NAME, null, or wav:PATH (exactly what would be heard).
    #[arg(long, default_value = "device")]
    output: String,
    /// Where in the first file to begin.
    #[arg(long, default_value_t = 0.0, value_name = "SECS")]
    from: f64,
    /// Equal loudness by ReplayGain tags, measured where there are none: track, album (its tracks keep their differences)
    /// or off.
    #[arg(long, default_value = "off", value_parser = gain_of, value_name = "track|album|off")]
    gain: Gain,
    /// How loud, in LUFS.
    #[arg(long, default_value_t = TARGET_LUFS, value_parser = target_of, allow_negative_numbers = true)]
    target: f64,
    /// One JSON object per event.
    #[arg(long)]
    json: bool,
}

fn gain_of(text: &str) -> std::result::Result<Gain, String> {
    match text {
        "off" => Ok(Gain::Off),
        "track" => Ok(Gain::Track),
        "album" => Ok(Gain::Album),
        _ => Err("expected track, album or off".to_owned()),
    }
}

fn target_of(text: &str) -> std::result::Result<f64, String> {
    let lufs = text
        .parse()
        .ok()
        .filter(|lufs| (-40.0..=-5.0).contains(lufs));
    lufs.ok_or_else(|| "expected a number from -40 to -5".to_owned())
}

fn output_of(text: &str) -> Result<Output> {
    match text.split_once(':') {
        None if text == "device" => Ok(Output::Device(None)),
        None if text == "null" => Ok(Output::Null),
        Some(("device", name)) if !name.is_empty() => Ok(Output::Device(Some(name.to_owned()))),
        Some(("wav", path)) if !path.is_empty() => Ok(Output::Wav(absolute(Path::new(path))?)),
        _ => Err(Error::NotFound {
            what: "output",
            name: text.to_owned(),
        }),
    }
}

/// Plays everything; a file that cannot be played is named and the rest goes on.
pub fn run(args: &Args, console: &mut Console<'_>) -> Result<()> {
    let output = output_of(&args.output)?;
    let mut tracks: Vec<Track> = args
        .files
        .iter()
        .map(|path| Track::from_path(path))
        .collect();
    player::level(&mut tracks, args.gain, args.target);
    let from = Duration::try_from_secs_f64(args.from).unwrap_or_default();
    player::play_blocking(tracks, output, from, |event| {
        let (name, track, share) = match event {
            PlayerEvent::Started { track } => ("started", track, None),
            PlayerEvent::Finished { track, share } => ("finished", track, Some(*share)),
            PlayerEvent::Skipped { track, share } => ("skipped", track, Some(*share)),
            PlayerEvent::Failed { track, error } => {
                if args.json {
                    console.json(&json!({ "event": "failed", "path": track.path.display().to_string(), "error": error.reason() }));
                }
                console.problem(error);
                return;
            }
            // Handled by the caller, or of no interest without a window.
            _ => return,
        };
        if args.json {
            console.json(
                &json!({ "event": name, "path": track.path.display().to_string(), "share": share }),
            );
        } else if name == "started" {
            console.say(&format!("playing {}", track.path.display()));
        }
    })
}
