//! Packs that work, and packs that must be refused with one sentence. The fixtures are made by
//! `tests/fixtures/packs/make.py`; each test mutates its own copy.

mod golden;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::pack::{Pack, sha256};
use super::source::Source;
use super::*;
use crate::error::Error;
use crate::media::photo::Picture;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/packs")
        .join(name)
}

/// A copy of a fixture pack that can be broken.
struct TestPack {
    dir: tempfile::TempDir,
}

impl TestPack {
    fn of(name: &str) -> Self {
        let dir = tempfile::tempdir().expect("temporary folder");
        for entry in std::fs::read_dir(fixture(name)).expect("fixture") {
            let entry = entry.expect("entry");
            std::fs::copy(entry.path(), dir.path().join(entry.file_name())).expect("copies");
        }
        Self { dir }
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Replaces text in the manifest; it must have been there.
    fn edit(self, from: &str, to: &str) -> Self {
        let path = self.path().join("manifest.toml");
        let text = std::fs::read_to_string(&path).expect("manifest");
        assert!(text.contains(from), "{from}");
        std::fs::write(path, text.replace(from, to)).expect("writes");
        self
    }

    /// Writes a file of the pack.
    fn file(self, name: &str, bytes: &[u8]) -> Self {
        std::fs::write(self.path().join(name), bytes).expect("writes");
        self
    }

    /// Writes a file of the pack and its new SHA-256 into the manifest.
    fn signed_file(self, name: &str, bytes: &[u8]) -> Self {
        let old = sha256(&std::fs::read(self.path().join(name)).expect("there"));
        self.file(name, bytes).edit(&old, &sha256(bytes))
    }

    /// The pack as a zip file beside it, each entry under this prefix, with more entries.
    fn zip(&self, prefix: &str, more: &[(&str, &[u8])]) -> PathBuf {
        let path = self.path().join("pack.zip");
        let mut writer = zip::ZipWriter::new(std::fs::File::create(&path).expect("creates"));
        let options = zip::write::SimpleFileOptions::default();
        for name in [
            "manifest.toml",
            "labels.txt",
            "model.onnx",
            "vocabulary.csv",
        ] {
            let bytes = std::fs::read(self.path().join(name)).expect("there");
            writer
                .start_file(format!("{prefix}{name}"), options)
                .expect("starts");
            writer.write_all(&bytes).expect("writes");
        }
        for (name, bytes) in more {
            writer.start_file(*name, options).expect("starts");
            writer.write_all(bytes).expect("writes");
        }
        writer.finish().expect("finishes");
        path
    }

    /// The sentence with which a check refuses it.
    fn refusal(&self) -> String {
        refusal(self.path())
    }
}

fn refusal(path: &Path) -> String {
    let error = check(path).expect_err("refused");
    assert!(
        matches!(error, Error::Pack { .. } | Error::Model { .. }),
        "{error:?}"
    );
    let sentence = error.reason();
    assert!(
        !sentence.contains('\n') && sentence.len() < 400,
        "{sentence}"
    );
    sentence
}

fn packs(names: &[&str]) -> Arc<Packs> {
    let (packs, errors) =
        Packs::from_sources(names.iter().map(|name| Source::on_disk(&fixture(name))));
    assert_eq!(errors, []);
    Arc::new(packs)
}

fn shown(tagging: &Tagging) -> Vec<&str> {
    tagging
        .tags
        .iter()
        .filter(|tag| tag.is_shown)
        .map(|tag| tag.slug.as_str())
        .collect()
}

#[test]
fn a_picture_gets_its_tag_its_umbrella_and_an_embedding() {
    let taggers = Taggers::new(packs(&["tiny-photo", "tiny-sound"]));
    let taggings = taggers
        .photo(&Picture::filled(40, 30, [240, 10, 10, 255]))
        .expect("tags");
    assert_eq!(taggings.len(), 1, "the sound pack does not look");
    assert_eq!(taggings[0].pack, "tiny-photo@1");
    assert_eq!(shown(&taggings[0]), ["red", "warm"]);
    let length: f32 = taggings[0].embedding.iter().map(|x| x * x).sum();
    assert!((length - 1.0).abs() < 1e-5 && taggings[0].embedding.len() == 4);
    let green = taggers
        .photo(&Picture::filled(40, 30, [10, 240, 10, 255]))
        .expect("tags");
    assert_eq!(green[0].tags[0].slug, "green");
    assert!(!green[0].tags[0].is_shown, "its threshold is above one");
    let name = taggers.vocabulary().name("warm", "zh-CN").to_owned();
    assert_eq!(name, "暖色");
}

#[test]
fn the_gated_pack_listens_only_behind_its_gate() {
    // Listed first on purpose: the gate has to wait for the other pack.
    let taggers = Taggers::new(packs(&["tiny-music", "tiny-sound"]));
    let noise: Vec<f32> = {
        let mut random = fastrand::Rng::with_seed(1);
        (0..16_000).map(|_| random.f32() - 0.5).collect()
    };
    let loud = taggers.audio(&noise, noise.len()).expect("tags");
    let names: Vec<&str> = loud.iter().map(|tagging| tagging.pack.as_str()).collect();
    assert_eq!(names, ["tiny-sound@1", "tiny-music@1"]);
    assert_eq!(shown(&loud[0]), ["loud"]);
    assert_eq!(shown(&loud[1]), ["allegro"]);
    let quiet = taggers.audio(&vec![0.0; 16_000], 16_000).expect("tags");
    assert_eq!(quiet.len(), 1);
    assert_eq!(shown(&quiet[0]), ["quiet"]);
}

#[test]
fn no_sound_is_too_short() {
    let taggers = Taggers::new(packs(&["tiny-sound"]));
    for samples in [0, 1, 100, 2799, 2800, 2801, 40_000] {
        let taggings = taggers.audio(&vec![0.1; samples], 3200).expect("tags");
        assert_eq!(taggings.len(), 1, "{samples}");
    }
}

#[test]
fn several_threads_share_one_plan() {
    let taggers = Taggers::new(packs(&["tiny-photo"]));
    let picture = Picture::filled(64, 64, [10, 10, 200, 255]);
    let alone = taggers.photo(&picture).expect("tags");
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| taggers.photo(&picture)))
            .collect();
        for worker in workers {
            assert_eq!(worker.join().expect("no panic").expect("tags"), alone);
        }
    });
}

#[test]
fn a_check_reports_what_is_in_the_pack() {
    let report = check(&fixture("tiny-photo")).expect("good");
    assert_eq!(
        (report.id.as_str(), report.version.as_str()),
        ("tiny-photo", "1")
    );
    assert_eq!(report.input, [1, 3, 8, 8]);
    assert_eq!(
        (report.labels, report.labels_measured, report.embedding_dims),
        (3, 2, 4)
    );
    assert!(report.model_bytes > 100);
    let report = check(&fixture("tiny-sound")).expect("good");
    assert_eq!((report.task, report.embedding_dims), ("audio-tags", 2));
}

#[test]
fn a_zip_works_flat_and_with_one_folder() {
    let pack = TestPack::of("tiny-photo");
    check(&pack.zip("", &[])).expect("flat");
    check(&pack.zip("tiny/", &[("tiny/notes.txt", b"hello")])).expect("in a folder");
    assert!(refusal(&pack.zip("a/b/", &[])).contains("no file 'manifest.toml'"));
}

#[test]
fn zips_that_lead_elsewhere_or_are_none_are_refused() {
    let pack = TestPack::of("tiny-photo");
    for name in ["../evil", "/etc/evil", "x/../../evil", "C:\\evil"] {
        assert!(
            refusal(&pack.zip("", &[(name, b"x")])).contains("leads out of its folder"),
            "{name}"
        );
    }
    assert!(refusal(&pack.zip("", &[("x/labels.txt", b"x")])).contains("several files"));
    let many: Vec<(String, &[u8])> = (0..80)
        .map(|n| (format!("f{n}"), b"x".as_slice()))
        .collect();
    let many: Vec<(&str, &[u8])> = many
        .iter()
        .map(|(name, bytes)| (name.as_str(), *bytes))
        .collect();
    assert!(refusal(&pack.zip("", &many)).contains("more than 64 entries"));
    let path = pack.path().join("model.onnx");
    assert!(refusal(&path).contains("not a readable zip file"));
    assert!(matches!(
        check(&pack.path().join("nowhere")),
        Err(Error::Io { .. })
    ));
}

#[test]
fn a_zip_bomb_is_refused_at_its_limit() {
    let bomb = vec![b' '; (super::source::MAX_TEXT_BYTES + 1) as usize];
    let pack = TestPack::of("tiny-photo").file("labels.txt", &bomb);
    let zip = pack.zip("", &[]);
    assert!(std::fs::metadata(&zip).expect("there").len() < 200_000);
    assert!(refusal(&zip).contains("'labels.txt' is larger than 4 MB"));
    assert!(
        pack.refusal().contains("'labels.txt' is larger than 4 MB"),
        "as a folder"
    );
}

#[test]
fn a_cut_zip_never_panics() {
    let pack = TestPack::of("tiny-photo");
    let zip = pack.zip("", &[]);
    let whole = std::fs::read(&zip).expect("reads");
    for step in 0..40 {
        std::fs::write(&zip, &whole[..whole.len() * step / 40]).expect("writes");
        refusal(&zip);
    }
}

#[test]
fn manifests_that_ask_for_the_impossible_are_refused() {
    for (from, to, because) in [
        ("format = 1", "format = 2", "format 2"),
        ("photo-tags", "video-tags", "the task 'video-tags'"),
        ("photo-tags", "audio-tags", "does not fit the task"),
        ("\"tiny-photo\"", "\"../tiny\"", "its id"),
        ("\"model.onnx\"", "\"/etc/passwd\"", "not a plain file name"),
        (
            "\"labels.txt\"",
            "\"../labels.txt\"",
            "not a plain file name",
        ),
        (
            "\"model.onnx\"",
            "\"missing.onnx\"",
            "no file 'missing.onnx'",
        ),
        ("width = 8", "width = 100000", "not between 8 and 1024"),
        ("width = 8", "width = -1", "cannot be read"),
        ("128.0, 128.0, 128.0", "128.0, 0.0, 128.0", "mean or std"),
        ("show = 0.7", "show = nan", "thresholds of its label 'red'"),
        ("show = 0.7", "show = -0.7", "thresholds of its label 'red'"),
        (
            "labels.red",
            "labels.octarine",
            "'octarine', which is not one of its labels",
        ),
        (
            "embedding_dims = 4",
            "embedding_dims = 5",
            "embedding of 4 numbers, but the manifest says 5",
        ),
        ("embedding_dims = 4", "embedding_dims = 0", "embedding_dims"),
        ("\"scores\"", "\"points\"", "no output 'points'"),
        (
            "name = \"input\"",
            "name = \"picture\"",
            "the manifest names 'picture'",
        ),
        (
            "width = 8",
            "width = 16",
            "input of 1 x 3 x 8 x 8, but the manifest says 1 x 3 x 8 x 16",
        ),
        (
            "\"nchw\"",
            "\"nhwc\"",
            "but the manifest says 1 x 8 x 8 x 3",
        ),
        (
            "activation = \"sigmoid\"",
            "activation = \"none\"",
            "not between 0 and 1",
        ),
        ("kind = \"image\"", "kind = \"smell\"", "smell"),
        ("[files]", "[fils]", "cannot be read"),
    ] {
        let sentence = TestPack::of("tiny-photo").edit(from, to).refusal();
        assert!(sentence.contains(because), "{to}: {sentence}");
    }
    for (from, to, because) in [
        ("sample_rate = 16000", "sample_rate = 44100", "44100 Hz"),
        ("fft = 512", "fft = 256", "its fft"),
        ("hop_samples = 160", "hop_samples = 0", "its hop_samples"),
        (
            "bands = 8",
            "bands = 16",
            "but the manifest says 1 x 1 x 16 x 16",
        ),
        ("max_patches = 4", "max_patches = 0", "its max_patches"),
        ("mel_max_hz = 7500.0", "mel_max_hz = 9000.0", "8000 Hz"),
        ("centre = false", "centre = true", "centred"),
        ("log_value = 0.001", "log_value = 0.0", "log_value"),
    ] {
        let sentence = TestPack::of("tiny-sound").edit(from, to).refusal();
        assert!(sentence.contains(because), "{to}: {sentence}");
    }
    let sentence = TestPack::of("tiny-photo")
        .file("manifest.toml", b"\xff\xfe")
        .refusal();
    assert!(sentence.contains("not text in UTF-8"), "{sentence}");
}

#[test]
fn files_that_do_not_belong_together_are_refused() {
    let pack = TestPack::of("tiny-photo").file("labels.txt", b"red\ngreen\nyellow\n");
    assert!(pack.refusal().contains("SHA-256 differs"));
    let pack = TestPack::of("tiny-photo").signed_file("labels.txt", b"red\ngreen\n");
    assert!(
        pack.refusal()
            .contains("gives 3 scores, but there are 2 labels")
    );
    let pack = TestPack::of("tiny-photo").signed_file("labels.txt", b"red\ngreen\nRed\n");
    assert!(pack.refusal().contains("there twice"));
    let pack = TestPack::of("tiny-photo").signed_file("labels.txt", b"\n\n");
    assert!(pack.refusal().contains("it has 0 labels"));
    let pack = TestPack::of("tiny-photo").file("vocabulary.csv", b"slug\n\"\"\n");
    assert!(pack.refusal().contains("without a slug"));
}

#[test]
fn models_that_cannot_run_are_refused() {
    let strange = std::fs::read(fixture("broken/strange.onnx")).expect("fixture");
    let sentence = TestPack::of("tiny-photo")
        .signed_file("model.onnx", &strange)
        .refusal();
    assert!(sentence.contains("operator Fermentation"), "{sentence}");
    let root = std::fs::read(fixture("broken/root.onnx")).expect("fixture");
    let (packs, errors) = Packs::from_sources([Source::on_disk(
        TestPack::of("tiny-photo")
            .signed_file("model.onnx", &root)
            .dir
            .keep()
            .as_path(),
    )]);
    assert_eq!(errors, []);
    let error = Taggers::new(Arc::new(packs))
        .photo(&Picture::filled(9, 9, [0, 0, 0, 255]))
        .expect_err("the root of a negative number");
    assert_eq!(
        error.to_string(),
        "the model 'tiny-photo@1' failed: it gave something that is not a number"
    );
}

#[test]
fn a_damaged_model_is_refused_wherever_it_is_cut_or_bent() {
    let whole = std::fs::read(fixture("tiny-photo/model.onnx")).expect("fixture");
    let sound = sha256(&whole);
    let manifest = std::fs::read_to_string(fixture("tiny-photo/manifest.toml")).expect("fixture");
    let pack = TestPack::of("tiny-photo");
    let mut random = fastrand::Rng::with_seed(3);
    for round in 0..60 {
        let mut bytes = whole.clone();
        if round % 2 == 0 {
            bytes.truncate(random.usize(..whole.len()));
        } else {
            for _ in 0..4 {
                let at = random.usize(..bytes.len());
                bytes[at] = random.u8(..);
            }
        }
        std::fs::write(pack.path().join("model.onnx"), &bytes).expect("writes");
        let signed = manifest.replace(&sound, &sha256(&bytes));
        std::fs::write(pack.path().join("manifest.toml"), signed).expect("writes");
        // A bent weight may still run; what must not happen is a panic.
        if let Err(error) = check(pack.path()) {
            assert!(!error.to_string().contains('\n'), "{error}");
        }
    }
}

#[test]
fn adding_copies_the_whole_pack_and_removing_takes_it_away() {
    let home = tempfile::tempdir().expect("temporary folder");
    let models = home.path().join("models");
    let pack = TestPack::of("tiny-photo");
    let report = add(&pack.zip("", &[]), &models).expect("adds");
    assert_eq!(report.id, "tiny-photo");
    let (packs, errors) = Packs::load(Some(&models));
    assert_eq!(errors, []);
    assert!(packs.pack("tiny-photo").is_some());
    assert_eq!(
        names_in(&models),
        ["tiny-photo"],
        "nothing is left lying about"
    );
    assert!(models.join("tiny-photo/vocabulary.csv").exists());

    // A newer one takes its place; a broken one changes nothing.
    let newer = TestPack::of("tiny-photo").edit("version = \"1\"", "version = 2");
    add(newer.path(), &models).expect("replaces");
    let broken = TestPack::of("tiny-photo").edit("embedding_dims = 4", "embedding_dims = 5");
    add(broken.path(), &models).expect_err("refused");
    let (packs, _) = Packs::load(Some(&models));
    assert_eq!(
        packs.pack("tiny-photo").expect("there").name(),
        "tiny-photo@2"
    );
    assert_eq!(names_in(&models), ["tiny-photo"]);

    remove("tiny-photo", &models).expect("removes");
    assert!(names_in(&models).is_empty());
    assert!(matches!(
        remove("tiny-photo", &models),
        Err(Error::NotFound { .. })
    ));
    assert!(matches!(
        remove("../models", &models),
        Err(Error::NotFound { .. })
    ));
    assert!(models.exists());
}

#[test]
fn a_bad_pack_in_the_models_folder_leaves_the_others_working() {
    let home = tempfile::tempdir().expect("temporary folder");
    add(&fixture("tiny-photo"), home.path()).expect("adds");
    std::fs::create_dir(home.path().join("empty")).expect("creates");
    std::fs::write(home.path().join("rubbish.zip"), b"PK rubbish").expect("writes");
    std::fs::write(home.path().join("readme.txt"), b"not a pack").expect("writes");
    let copy = TestPack::of("tiny-photo");
    std::fs::rename(copy.zip("", &[]), home.path().join("same.zip")).expect("moves");
    let (packs, errors) = Packs::load(Some(home.path()));
    assert!(packs.pack("tiny-photo").is_some());
    let sentences: Vec<String> = errors.iter().map(Error::reason).collect();
    assert_eq!(sentences.len(), 3, "{sentences:?}");
    assert!(sentences[0].contains("no file 'manifest.toml'"));
    assert!(sentences[1].contains("not a readable zip file"));
    assert!(sentences[2].contains("already a pack 'tiny-photo'"));
    // One that no longer opens can be removed by its folder's name.
    remove("empty", home.path()).expect("removes");
}

#[test]
fn every_embedded_pack_opens_and_is_what_its_manifest_says() {
    let (packs, errors) = Packs::load(None);
    assert_eq!(errors, []);
    for pack in packs.list() {
        let files = &pack.manifest().files;
        for (name, sum) in [
            (&files.model, &files.model_sha256),
            (&files.labels, &files.labels_sha256),
        ] {
            let bytes = pack
                .source()
                .read(name, super::source::MAX_MODEL_BYTES)
                .expect("there");
            assert_eq!(
                sha256(&bytes),
                sum.to_lowercase(),
                "{name} of {}",
                pack.id()
            );
        }
        for label in pack.labels() {
            let entry = packs.vocabulary().entry(&label.slug).expect("named");
            assert!(!entry.name_en.is_empty(), "{}", label.slug);
        }
    }
}

#[test]
fn a_folder_that_is_not_there_holds_no_packs() {
    let (with, errors) = Packs::load(Some(Path::new("/nowhere/models")));
    assert_eq!(errors, []);
    assert_eq!(with.list().len(), Packs::load(None).0.list().len());
    assert!(Pack::open(Source::Folder(PathBuf::from("/nowhere"))).is_err());
}

fn names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .expect("reads")
        .map(|entry| {
            entry
                .expect("entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    names
}
