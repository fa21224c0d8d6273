//! `parlour doctor`: what this machine offers, and how the library is.

use serde_json::{Value, json};

use super::Context;
use super::output::Console;
use crate::catalog::Catalog;
use crate::error::Result;
use crate::models::Packs;
use crate::player;
use crate::ui::shell::has_display;

/// Arguments of `parlour doctor`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// One JSON object.
    #[arg(long)]
    json: bool,
}

/// Writes the report. A library with problems fails; no sound device does not.
pub fn run(context: &Context, args: &Args, console: &mut Console<'_>) -> Result<()> {
    let devices: Vec<Value> = player::devices()
        .into_iter()
        .map(|device| json!({ "name": device.name, "is_default": device.is_default }))
        .collect();
    let (packs, pack_problems) = Packs::load(Some(&context.dirs.models()));
    let pack_names: Vec<String> = packs.list().iter().map(|pack| pack.name()).collect();
    let library = if context.dirs.catalog().exists() {
        let (catalog, notice) = Catalog::open(&context.dirs)?;
        let health = catalog.health()?;
        if let Some(notice) = notice {
            console.say(&notice.to_string());
        }
        Some(health)
    } else {
        None
    };
    for error in &pack_problems {
        console.problem(error);
    }
    if let Some(problem) = library.as_ref().and_then(|health| health.problems.first()) {
        console.fail();
        console.say(&format!("the catalogue has a problem: {problem}"));
    }
    if args.json {
        console.json(&json!({
            "version": env!("CARGO_PKG_VERSION"),
            "cores": crate::jobs::cores(),
            "audio_devices": devices,
            "models": pack_names,
            "data": context.dirs.data.display().to_string(),
            "cache": context.dirs.cache.display().to_string(),
            "display": has_display(),
            "library": library,
        }));
        return Ok(());
    }
    console.line(&format!(
        "Parlour {}, {} cores",
        env!("CARGO_PKG_VERSION"),
        crate::jobs::cores()
    ));
    console.line(&format!("data     {}", context.dirs.data.display()));
    console.line(&format!("cache    {}", context.dirs.cache.display()));
    console.line(&format!(
        "display  {}",
        if has_display() {
            "yes"
        } else {
            "none: headless commands work"
        }
    ));
    if devices.is_empty() {
        console.line("sound    no device: playing works to WAV files only");
    }
    for device in &devices {
        console.line(&format!(
            "sound    {}",
            device["name"].as_str().unwrap_or_default()
        ));
    }
    console.line(&format!("models   {}", pack_names.join(", ")));
    match &library {
        None => console.line("library  none yet"),
        Some(health) => console.line(&format!(
            "library  {} items ({} missing, {} cannot be decoded), {} tags, {} events, {} backups, {}",
            health.items,
            health.missing,
            health.unsupported,
            health.tags,
            health.events,
            health.backups.len(),
            if health.problems.is_empty() { "sound" } else { "damaged" }
        )),
    }
    Ok(())
}
