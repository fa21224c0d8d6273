//! The embedded packs against what their training code wrote down: `models/<pack>/golden/golden.json`, with the
//! tolerances stated there.

use std::path::PathBuf;

use serde_json::Value;

use super::super::manifest::{Input, MelInput};
use super::super::pack::Pack;
use super::super::taggers::{Scores, scores_of_picture, scores_of_sound};
use super::super::{Packs, image};
use crate::media::photo;

struct Golden {
    folder: PathBuf,
    data: Value,
}

impl Golden {
    fn of(pack: &Pack) -> Self {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("models")
            .join(pack.id())
            .join("golden");
        let text = std::fs::read_to_string(folder.join("golden.json")).expect("golden.json");
        let data = serde_json::from_str(&text).expect("golden.json reads");
        Self { folder, data }
    }

    fn close(&self, what: &str, tolerance: &str, found: &[f32], expected: &Value) {
        let tolerance = self.data["tolerance"][tolerance]
            .as_f64()
            .expect("tolerance");
        let expected = expected.as_array().expect("numbers");
        assert!(
            !expected.is_empty() && found.len() >= expected.len(),
            "{what}"
        );
        for (at, (found, expected)) in found.iter().zip(expected).enumerate() {
            let expected = expected.as_f64().expect("number");
            let off = (f64::from(*found) - expected).abs();
            assert!(off <= tolerance, "{what} {at}: {found}, not {expected}");
        }
    }

    fn outputs(&self, pack: &Pack, found: &Scores) {
        self.close(
            "embedding",
            "embedding",
            &found.embedding,
            &self.data["embedding_head"],
        );
        for pair in self.data["top"].as_array().expect("top") {
            let slug = pair[0].as_str().expect("slug");
            let at = pack.label_at(slug).expect("a label");
            self.close(
                slug,
                "score",
                &found.scores[at..],
                &Value::from(vec![pair[1].clone()]),
            );
        }
    }
}

fn check_picture(pack: &Pack) {
    let Input::Image(input) = &pack.manifest().input else {
        return;
    };
    let golden = Golden::of(pack);
    let name = golden.data["picture"].as_str().expect("picture");
    let picture = photo::decode(&golden.folder.join(name), None).expect("decodes");
    let tensor = image::tensor(&picture, input);
    golden.close("tensor", "tensor", &tensor, &golden.data["tensor_head"]);
    let plane = input.width as usize * input.height as usize;
    let means: Vec<f32> = tensor
        .chunks_exact(plane)
        .map(|channel| (channel.iter().map(|x| f64::from(*x)).sum::<f64>() / plane as f64) as f32)
        .collect();
    golden.close(
        "mean of a channel",
        "tensor",
        &means,
        &golden.data["tensor_mean"],
    );
    golden.outputs(pack, &scores_of_picture(pack, &picture).expect("runs"));
}

fn check_sound(pack: &Pack, input: &MelInput) {
    let golden = Golden::of(pack);
    let mut reader = hound::WavReader::open(golden.folder.join("clip.wav")).expect("opens");
    assert_eq!(reader.spec().sample_rate, input.sample_rate);
    let samples: Vec<f32> = reader
        .samples::<i16>()
        .map(|sample| f32::from(sample.expect("sample")) / 32_768.0)
        .collect();
    let patches = pack
        .front_end()
        .expect("listens")
        .patches(&samples, samples.len());
    let frames = 1 + (samples.len() - input.window_samples) / input.hop_samples;
    assert_eq!(golden.data["frames"].as_u64(), Some(frames as u64));
    assert_eq!(golden.data["patches"].as_u64(), Some(patches.len() as u64));
    for (frame, expected) in golden.data["mel_head"].as_object().expect("frames") {
        let at = frame.parse::<usize>().expect("a frame") * input.bands;
        golden.close("mel", "mel", &patches[0][at..], expected);
    }
    let count = (patches.len() * patches[0].len()) as f64;
    let mean = patches.iter().flatten().map(|x| f64::from(*x)).sum::<f64>() / count;
    let expected = Value::from(vec![golden.data["mel_mean"].clone()]);
    golden.close("mean of all mels", "mel", &[mean as f32], &expected);
    golden.outputs(
        pack,
        &scores_of_sound(pack, &samples, samples.len()).expect("runs"),
    );
}

#[test]
fn every_embedded_pack_gives_what_its_training_code_gave() {
    let (packs, errors) = Packs::load(None);
    assert_eq!(errors, []);
    for pack in packs.list() {
        match &pack.manifest().input {
            Input::Image(_) => check_picture(pack),
            Input::LogMel(mel) => check_sound(pack, mel),
        }
    }
}
