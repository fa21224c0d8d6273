//! `parlour files`: rename, move and trash files, with everything the person made of them.

use std::path::PathBuf;

use serde_json::json;

use super::output::Console;
use super::{Context, absolute};
use crate::error::Result;
use crate::library::filing::{self, Filed, Plan};

/// Arguments of `parlour files`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Args)]
struct How {
    /// Only say what would be done.
    #[arg(long)]
    dry_run: bool,
    /// One JSON object per line.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Give a file another name; its ending stays, its sidecars and twins go along.
    Rename {
        /// The file.
        file: PathBuf,
        /// Its new name, without the ending.
        name: String,
        #[command(flatten)]
        how: How,
    },
    /// Move files into a folder.
    Move {
        /// The files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// The folder.
        #[arg(long)]
        to: PathBuf,
        #[command(flatten)]
        how: How,
    },
    /// Put files into the system's trash; what you made of them is kept for when they come back.
    Trash {
        /// The files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        #[command(flatten)]
        how: How,
    },
    /// Take the last rename, move or trash back.
    Undo {
        /// One JSON object.
        #[arg(long)]
        json: bool,
    },
}

/// Plans, and carries out.
pub fn run(context: &Context, args: &Args, console: &mut Console<'_>) -> Result<()> {
    let all = |files: &[PathBuf]| -> Result<Vec<PathBuf>> {
        files.iter().map(|file| absolute(file)).collect()
    };
    let (plan, how) = match &args.action {
        Action::Rename { file, name, how } => (filing::plan_rename(&absolute(file)?, name)?, how),
        Action::Move { files, to, how } => (filing::plan_move(&all(files)?, &absolute(to)?)?, how),
        Action::Trash { files, how } => (filing::plan_trash(&all(files)?), how),
        Action::Undo { json } => {
            let filed = context.library(console)?.take_back_filing(None)?;
            tell(&filed, *json, console);
            return Ok(());
        }
    };
    if how.dry_run {
        say_plan(&plan, how.json, console);
        return Ok(());
    }
    let filed = context.library(console)?.carry_out(&plan)?;
    if how.json {
        say_plan(&plan, true, console);
    }
    tell(&filed, how.json, console);
    Ok(())
}

fn say_plan(plan: &Plan, json: bool, console: &mut Console<'_>) {
    for (from, to) in &plan.files {
        let to = to.as_ref().map(|to| to.display().to_string());
        if json {
            console.json(&json!({ "from": from.display().to_string(), "to": to }));
        } else {
            let to = to.as_deref().unwrap_or("the trash");
            console.line(&format!("{} -> {to}", from.display()));
        }
    }
}

fn tell(filed: &Filed, json: bool, console: &mut Console<'_>) {
    for (_, why) in &filed.failed {
        console.fail();
        console.say(why);
    }
    if json {
        console.json(&json!({ "files": filed.files, "failed": filed.failed.len() }));
    } else {
        console.line(&format!("{} files", filed.files));
    }
}
