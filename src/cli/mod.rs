//! The headless commands: one file each. They call the same library and application code as the window.
//!
//! Contract: with `--json` one object per line on standard output and nothing else there; messages go to standard
//! error. Exit code 0 when it worked, 1 when some inputs failed (each named with its reason), 2 for wrong usage.

mod analyse;
mod capture;
mod doctor;
mod eval;
mod eval_tags;
mod export;
mod files;
mod history;
mod models;
mod output;
mod play;
mod prove;
mod recommend;
mod repair;
mod scan;
mod search;
mod sidecars;
mod similar;
mod tag;
mod tags;
mod taste;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::dirs::Dirs;
use crate::error::{Error, Result};
use crate::library::{Library, Options};
use output::Console;

/// An offline home for your photos and music. Without a command the window opens.
#[derive(Debug, Parser)]
#[command(name = "parlour", version, about, max_term_width = 100)]
struct Cli {
    /// Keep the library in this folder instead of the user's own.
    #[arg(long, global = true, value_name = "DIR")]
    library: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Open the window on these files.
    Open {
        /// Files and folders.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Add folders and files, or look for changes in them.
    Scan(scan::Args),
    /// Say what the models find in files; needs no library.
    Tag(tag::Args),
    /// Find items: words, tag:beach, kind:photo, rating:>=4, year:2024, artist:"Miles Davis".
    Search(search::Args),
    /// Items like a file of the library, nearest first.
    Similar(similar::Args),
    /// What to enjoy next, with reasons.
    Recommend(recommend::Args),
    /// Record what happened.
    History(history::Args),
    /// Edit tags by hand, or teach one from examples.
    Tags(tags::Args),
    /// Write tags, ratings, titles, dates and places to the files: switches, what waits, conflicts, undo.
    Sidecars(sidecars::Args),
    /// Rename, move and trash files; what you made of them stays, and what belongs together goes together.
    Files(files::Args),
    /// Put dates, places and titles right, many at once.
    Repair(repair::Args),
    /// What Parlour believes of you; taste cards; what stays out of memories.
    Taste(taste::Args),
    /// Play files.
    Play(play::Args),
    /// Measure songs: length, loudness, true peak.
    Analyse(analyse::Args),
    /// The model packs: list, check, add, remove.
    Models(models::Args),
    /// Everything you made, as JSON and XMP.
    Export(export::ExportArgs),
    /// Bring back what was exported.
    Import(export::ImportArgs),
    /// Measure the recommender on a public table.
    Eval(eval::Args),
    /// What this machine offers, and how the library is.
    Doctor(doctor::Args),
    /// The move-and-kill proof, in a temporary folder.
    #[command(hide = true)]
    Prove(prove::Args),
    /// Draw every page to PNG; no display needed.
    Capture(capture::Args),
}

/// What a command works with.
pub(crate) struct Context {
    pub dirs: Dirs,
}

impl Context {
    /// Opens the library without background work; what was noticed is said.
    pub fn library(&self, console: &mut Console<'_>) -> Result<Library> {
        let (library, notices) =
            Library::open(&self.dirs, Options::headless(), crate::jobs::no_waker())?;
        let words = console.words();
        for notice in notices {
            console.say(&crate::app::phrases::notice(&words, &notice));
        }
        Ok(library)
    }
}

/// What the program does after its arguments were read.
pub enum Outcome {
    /// A headless command ran; the exit code.
    Done(u8),
    /// The window is to be opened on these files.
    Window { dirs: Dirs, files: Vec<PathBuf> },
}

/// Reads the arguments and runs a headless command, if one was given.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Outcome {
    let mut stdout = std::io::stdout().lock();
    let mut stderr = std::io::stderr();
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            let is_help = !error.use_stderr();
            // Nothing is left to say when even this cannot be written.
            return Outcome::Done(if error.print().is_ok() && is_help {
                0
            } else {
                2
            });
        }
    };
    let mut console = Console::new(&mut stdout, &mut stderr);
    let dirs = match cli.library.as_ref() {
        Some(root) => Ok(Dirs::under(root)),
        None => Dirs::user(),
    };
    let dirs = match dirs {
        Ok(dirs) => dirs,
        Err(error) => {
            console.problem(&error);
            return Outcome::Done(1);
        }
    };
    let command = match cli.command {
        None => {
            return Outcome::Window {
                dirs,
                files: Vec::new(),
            };
        }
        Some(Command::Open { files }) => return Outcome::Window { dirs, files },
        Some(command) => command,
    };
    let context = Context { dirs };
    let result = match command {
        Command::Open { .. } => Ok(()),
        Command::Scan(args) => scan::run(&context, &args, &mut console),
        Command::Tag(args) => tag::run(&context, &args, &mut console),
        Command::Search(args) => search::run(&context, &args, &mut console),
        Command::Similar(args) => similar::run(&context, &args, &mut console),
        Command::Recommend(args) => recommend::run(&context, &args, &mut console),
        Command::History(args) => history::run(&context, &args, &mut console),
        Command::Tags(args) => tags::run(&context, &args, &mut console),
        Command::Sidecars(args) => sidecars::run(&context, &args, &mut console),
        Command::Files(args) => files::run(&context, &args, &mut console),
        Command::Repair(args) => repair::run(&context, &args, &mut console),
        Command::Prove(args) => prove::run(&context, &args, &mut console),
        Command::Taste(args) => taste::run(&context, &args, &mut console),
        Command::Play(args) => play::run(&args, &mut console),
        Command::Analyse(args) => analyse::run(&args, &mut console),
        Command::Eval(args) => eval::run(&context, &args, &mut console),
        Command::Models(args) => models::run(&context, &args, &mut console),
        Command::Export(args) => export::export(&context, &args, &mut console),
        Command::Import(args) => export::import(&context, &args, &mut console),
        Command::Doctor(args) => doctor::run(&context, &args, &mut console),
        Command::Capture(args) => capture::run(&context, &args, &mut console),
    };
    if let Err(error) = result {
        console.problem(&error);
    }
    Outcome::Done(console.exit_code())
}

/// The absolute form of a path named on the command line; it need not exist.
pub(crate) fn absolute(path: &std::path::Path) -> Result<PathBuf> {
    std::path::absolute(path).map_err(|e| Error::io("find the file", path, &e))
}
