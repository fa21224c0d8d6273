//! `parlour analyse FILE...`: measures songs; needs no library.

use std::path::PathBuf;

use serde_json::json;

use super::output::Console;
use crate::error::Result;
use crate::jobs::Cancel;
use crate::media::audio;

/// Arguments of `parlour analyse`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Songs.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// One JSON object per line.
    #[arg(long)]
    json: bool,
}

/// Writes length, loudness (EBU R128), loudness range and true peak of each file.
pub fn run(args: &Args, console: &mut Console<'_>) -> Result<()> {
    for path in &args.files {
        let measured = crate::jobs::guarded("measure a song", || {
            audio::analyse(path, &audio::Windows::NONE, &Cancel::new())
        });
        match measured {
            Ok(analysis) if args.json => console.json(&json!({
                "path": path.display().to_string(),
                "duration_ms": analysis.duration_ms,
                "loudness_lufs": analysis.loudness_lufs,
                "range_lu": analysis.range_lu,
                "true_peak_db": analysis.true_peak_db,
            })),
            Ok(analysis) => {
                let number = |value: Option<f64>, unit: &str| {
                    value.map_or_else(|| "silent".to_owned(), |value| format!("{value:.1} {unit}"))
                };
                console.line(&format!(
                    "{}: {:.1} s, {}, range {}, peak {}",
                    path.display(),
                    analysis.duration_ms as f64 / 1000.0,
                    number(analysis.loudness_lufs, "LUFS"),
                    number(analysis.range_lu, "LU"),
                    number(analysis.true_peak_db, "dBTP")
                ));
            }
            Err(error) => {
                if args.json {
                    console.json(
                        &json!({ "path": path.display().to_string(), "error": error.reason() }),
                    );
                }
                console.problem(&error);
            }
        }
    }
    Ok(())
}
