//! `parlour models list|check|add|remove`: the model packs.

use std::path::PathBuf;

use serde_json::json;

use super::Context;
use super::output::Console;
use crate::error::{Error, Result};
use crate::models::{self, Pack, Packs, Report};

/// Arguments of `parlour models`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
    /// One JSON object per line.
    #[arg(long, global = true)]
    json: bool,
}

/// What to do with model packs.
#[derive(Debug, clap::Subcommand)]
enum Action {
    /// The packs in use: those of the program, then those that were added.
    List,
    /// Run packs (folders or zip files) on a test input and report; without a path, the packs in use.
    Check {
        /// Folders or zip files.
        paths: Vec<PathBuf>,
    },
    /// Check packs and copy them into the library's models folder.
    Add {
        /// Folders or zip files.
        #[arg(required = true)]
        paths: Vec<PathBuf>,
    },
    /// Remove packs that were added.
    Remove {
        /// Their ids, as `list` shows them.
        #[arg(required = true)]
        ids: Vec<String>,
    },
}

/// Does what was asked for. A pack that failed is named with its reason (and in JSON as `{"path" or "id","error"}`).
pub fn run(context: &Context, args: &Args, console: &mut Console<'_>) -> Result<()> {
    let models_dir = context.dirs.models();
    match &args.action {
        Action::List => {
            for pack in packs_in_use(context, args, console).list() {
                write_pack(pack, args.json, console);
            }
        }
        Action::Check { paths } if paths.is_empty() => {
            for pack in packs_in_use(context, args, console).list() {
                match models::check_pack(pack) {
                    Ok(report) => write_report(&report, "works", args.json, console),
                    Err(error) => fail("id", pack.id(), &error, args.json, console),
                }
            }
        }
        Action::Check { paths } => {
            for path in paths {
                match models::check(path) {
                    Ok(report) => write_report(&report, "works", args.json, console),
                    Err(error) => {
                        fail("path", &path.to_string_lossy(), &error, args.json, console);
                    }
                }
            }
        }
        Action::Add { paths } => {
            for path in paths {
                match models::add(path, &models_dir) {
                    Ok(report) => write_report(&report, "was added", args.json, console),
                    Err(error) => {
                        fail("path", &path.to_string_lossy(), &error, args.json, console);
                    }
                }
            }
        }
        Action::Remove { ids } => {
            for id in ids {
                match models::remove(id, &models_dir) {
                    Ok(()) if args.json => console.json(&json!({ "id": id, "removed": true })),
                    Ok(()) => console.line(&format!("{id} was removed")),
                    Err(error) => fail("id", id, &error, args.json, console),
                }
            }
        }
    }
    Ok(())
}

/// The packs that can be used; those that cannot are failures.
fn packs_in_use(context: &Context, args: &Args, console: &mut Console<'_>) -> Packs {
    let (packs, errors) = Packs::load(Some(&context.dirs.models()));
    for error in &errors {
        let path = error.path().unwrap_or(&context.dirs.data);
        fail("path", &path.to_string_lossy(), error, args.json, console);
    }
    packs
}

fn fail(key: &str, name: &str, error: &Error, is_json: bool, console: &mut Console<'_>) {
    if is_json {
        console.json(&json!({ key: name, "error": error.reason() }));
    }
    console.problem(error);
}

fn write_pack(pack: &Pack, is_json: bool, console: &mut Console<'_>) {
    let manifest = pack.manifest();
    let place = pack.source().path();
    let is_embedded = pack.source().is_embedded();
    if is_json {
        return console.json(&json!({
            "id": manifest.id,
            "version": manifest.version,
            "title": manifest.title,
            "task": manifest.task.as_str(),
            "licence": manifest.licence,
            "labels": pack.labels().len(),
            "embedded": is_embedded,
            "path": place.to_string_lossy(),
            "quality": manifest.quality,
            "credits": manifest.credits,
        }));
    }
    let place = if is_embedded {
        "part of Parlour".to_owned()
    } else {
        place.display().to_string()
    };
    console.line(&format!(
        "{}  {}  ({}, {} labels, {}; {place})",
        pack.name(),
        manifest.title,
        manifest.task.as_str(),
        pack.labels().len(),
        manifest.licence,
    ));
    if let Some(quality) = manifest
        .quality
        .as_ref()
        .and_then(|quality| quality.as_str())
    {
        console.line(&format!("    measured: {quality}"));
    }
}

fn write_report(report: &Report, verb: &str, is_json: bool, console: &mut Console<'_>) {
    if is_json {
        return console.json(report);
    }
    let shape: Vec<String> = report.input.iter().map(usize::to_string).collect();
    console.line(&format!(
        "{}@{} {verb}: {}, {:.1} MB, input {}, {} labels ({} measured), embedding {}, loads in {:.0} ms, runs in {:.0} ms",
        report.id,
        report.version,
        report.task,
        report.model_bytes as f64 / 1e6,
        shape.join(" x "),
        report.labels,
        report.labels_measured,
        report.embedding_dims,
        report.load_ms,
        report.run_ms,
    ));
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::dirs::Dirs;

    fn run_with(action: Action, dir: &Path) -> (u8, String, String) {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let args = Args { action, json: true };
        let context = Context {
            dirs: Dirs::under(dir),
        };
        let mut console = Console::new(&mut out, &mut err);
        run(&context, &args, &mut console).expect("runs");
        let code = console.exit_code();
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        (code, text(out), text(err))
    }

    #[test]
    fn a_pack_is_added_listed_and_removed() {
        let home = tempfile::tempdir().expect("temporary folder");
        let pack = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/packs/tiny-photo");
        let paths = vec![pack, home.path().join("nothing")];
        let (code, out, err) = run_with(
            Action::Check {
                paths: paths.clone(),
            },
            home.path(),
        );
        assert_eq!((code, out.lines().count(), err.lines().count()), (1, 2, 1));
        assert!(out.contains("\"id\":\"tiny-photo\"") && out.contains("\"error\""));
        let models = home.path();
        let (code, _, err) = run_with(
            Action::Add {
                paths: paths[..1].to_vec(),
            },
            models,
        );
        assert_eq!((code, err.as_str()), (0, ""));
        let (code, out, _) = run_with(Action::List, models);
        assert_eq!(code, 0);
        assert!(out.contains("\"id\":\"tiny-photo\"") && out.contains("\"id\":\"sound\""));
        let ids = vec!["tiny-photo".to_owned(), "sound".to_owned()];
        let (code, out, err) = run_with(Action::Remove { ids }, models);
        assert_eq!(code, 1);
        assert!(out.contains("\"removed\":true"));
        assert!(err.contains("comes with Parlour"), "{err}");
    }
}
