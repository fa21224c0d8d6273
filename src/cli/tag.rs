//! `parlour tag FILE...`: what the models say about files, without a library.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

use super::Context;
use super::output::Console;
use crate::error::{Error, Result, one_line};
use crate::jobs;
use crate::media;
use crate::models::{FileTag, FileTags, Packs, Taggers, tag_file};

/// Arguments of `parlour tag`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files, or folders with files.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// One JSON object per line.
    #[arg(long)]
    json: bool,
}

/// Tags every file named and every media file below every folder named, on all cores, and writes them in order. What
/// is not media inside a folder is passed over; a file that was named and cannot be tagged is a failure, named with
/// its reason (and in JSON as `{"path","error"}`).
pub fn run(context: &Context, args: &Args, console: &mut Console<'_>) -> Result<()> {
    let (packs, errors) = Packs::load(Some(&context.dirs.models()));
    for error in &errors {
        console.say(&error.to_string());
    }
    let taggers = Taggers::new(Arc::new(packs));
    let mut files: Vec<PathBuf> = Vec::new();
    for path in &args.files {
        if path.is_dir() {
            files.extend(media_below(path));
        } else {
            files.push(path.clone());
        }
    }
    let tag = |path: &Path| tag_file(&taggers, path);
    in_order(&files, tag, |path, result| match result {
        Ok(tags) if args.json => console.json(&tags),
        Ok(tags) => write_tags(&tags, &taggers, console),
        Err(error) => {
            if args.json {
                console.json(&json!({ "path": path.to_string_lossy(), "error": error.reason() }));
            }
            console.problem(&error);
        }
    })
}

fn write_tags(tags: &FileTags, taggers: &Taggers, console: &mut Console<'_>) {
    let words = |tags: &[FileTag]| {
        tags.iter()
            .map(|tag| {
                let name = taggers.vocabulary().name(&tag.name, "en");
                format!("{name} {:.0} %", tag.score * 100.0)
            })
            .collect::<Vec<_>>()
            .join(", ")
    };
    console.line(&tags.path.display().to_string());
    if !tags.tags.is_empty() {
        console.line(&format!("    {}", words(&tags.tags)));
    }
    if !tags.suggestions.is_empty() {
        console.line(&format!("    perhaps: {}", words(&tags.suggestions)));
    }
    if tags.tags.is_empty() && tags.suggestions.is_empty() {
        console.line("    nothing that the models are sure of");
    }
}

/// The media files below a folder, by name; hidden ones and links are passed over.
pub(super) fn media_below(folder: &Path) -> Vec<PathBuf> {
    walkdir::WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| {
            entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with('.')
        })
        .filter_map(|entry| entry.ok())
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .filter(|path| media::is_candidate(path) && media::sniff(path).is_ok())
        .collect()
}

/// Works through files on all cores and hands over what came of them in the order they were given in.
pub(super) fn in_order<T: Send>(
    files: &[PathBuf],
    work: impl Fn(&Path) -> Result<T> + Sync,
    mut each: impl FnMut(&Path, Result<T>),
) -> Result<()> {
    let work = &work;
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let (done, results) = crossbeam_channel::bounded(64);
        for worker in 0..jobs::cores().clamp(1, files.len().max(1)) {
            let (done, next) = (done.clone(), &next);
            std::thread::Builder::new()
                .name(format!("tag-{worker}"))
                .spawn_scoped(scope, move || {
                    loop {
                        let at = next.fetch_add(1, Ordering::Relaxed);
                        let Some(path) = files.get(at) else { break };
                        let result = jobs::guarded("tag a file", || work(path));
                        if done.send((at, result)).is_err() {
                            break;
                        }
                    }
                })
                .map_err(|error| Error::Internal {
                    action: "start a worker",
                    why: one_line(&error.to_string()),
                })?;
        }
        drop(done);
        let mut waiting: BTreeMap<usize, Result<T>> = BTreeMap::new();
        let mut expected = 0;
        for (at, result) in &results {
            waiting.insert(at, result);
            while let Some(result) = waiting.remove(&expected) {
                each(&files[expected], result);
                expected += 1;
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::dirs::Dirs;

    fn tone(path: &Path) {
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: 16_000,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut writer = hound::WavWriter::create(path, spec).expect("creates");
        for at in 0..20_000 {
            let phase = at as f32 / 16_000.0 * 440.0 * std::f32::consts::TAU;
            writer
                .write_sample((phase.sin() * 9000.0) as i16)
                .expect("writes");
        }
        writer.finalize().expect("finishes");
    }

    #[test]
    fn folders_are_walked_and_failures_named() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let folder = dir.path().join("mixed");
        std::fs::create_dir(&folder).expect("creates");
        tone(&folder.join("b.wav"));
        tone(&folder.join("a.wav"));
        std::fs::write(folder.join("notes.txt"), b"not media").expect("writes");
        let notes = folder.join("notes.txt");
        let missing = dir.path().join("missing.jpg");
        let context = Context {
            dirs: Dirs::under(dir.path()),
        };
        let run_on = |files: &[&Path], json| {
            let args = Args {
                files: files.iter().map(|file| file.to_path_buf()).collect(),
                json,
            };
            let (mut out, mut err) = (Vec::new(), Vec::new());
            let mut console = Console::new(&mut out, &mut err);
            run(&context, &args, &mut console).expect("runs");
            let code = console.exit_code();
            let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
            (code, text(out), text(err))
        };

        let (code, out, err) = run_on(&[&folder], true);
        assert_eq!(
            (code, err.as_str()),
            (0, ""),
            "what is not media in a folder is no failure"
        );
        let lines: Vec<Value> = out
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect();
        assert_eq!(lines.len(), 2);
        assert!(lines[0]["path"].as_str().expect("path").ends_with("a.wav"));
        assert_eq!(lines[0]["kind"], "audio");
        assert!(lines[0]["tags"].is_array() && lines[0]["took_ms"].is_u64());
        for tag in lines[0]["tags"].as_array().expect("tags") {
            assert!(tag["name"].is_string() && tag["score"].is_f64() && tag["source"] == "sound@1");
        }

        let (code, out, err) = run_on(&[&notes, &folder.join("a.wav"), &missing], true);
        assert_eq!(code, 1);
        assert_eq!(out.lines().count(), 3);
        assert!(out.lines().next().expect("first").contains("\"error\""));
        assert_eq!(err.lines().count(), 2);
        assert!(err.contains("not a photo, music or video file"), "{err}");

        let (code, out, _) = run_on(&[&folder.join("a.wav")], false);
        assert_eq!(code, 0);
        assert!(out.lines().count() >= 2);
    }
}
