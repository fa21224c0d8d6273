"""Writes a pack: model, labels, manifest, golden files; and runs a shipped model as the program does."""

import hashlib
import json
import wave
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

import features
import heads

SUGGESTION_ONLY = 2.0


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def text(value):
    return json.dumps(value, ensure_ascii=False)


def write(folder, model, slugs, head, spec, shown, gate=None):
    """`head`: the top-level keys after `format`; `shown`: slug -> {show, suggest, precision?}."""
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(model, str(folder / "model.onnx"))
    (folder / "labels.txt").write_text("".join(f"{slug}\n" for slug in slugs))
    outputs = {o.name: [d.dim_value for d in o.type.tensor_type.shape.dim] for o in model.graph.output}
    lines = ["format = 1"] + [f"{key} = {text(value)}" for key, value in head.items()]
    lines += ["", "[files]", 'model = "model.onnx"', f"model_sha256 = {text(sha256(folder / 'model.onnx'))}"]
    lines += ['labels = "labels.txt"', f"labels_sha256 = {text(sha256(folder / 'labels.txt'))}", "", "[input]", 'kind = "log-mel"']
    lines += ['name = "mel"', 'shape = "n1tf"', f"sample_rate = {features.SAMPLE_RATE_HZ}", f"window_samples = {spec.window_samples}"]
    lines += [f"fft = {spec.fft}", f"hop_samples = {spec.hop_samples}", f"bands = {spec.bands}", f"mel_min_hz = {spec.mel_min_hz}"]
    lines += [f"mel_max_hz = {spec.mel_max_hz}", f"mel_scale = {text(spec.mel_scale)}", f"mel_norm = {text(spec.mel_norm)}", "centre = false"]
    lines += [f"power = {spec.power}", f"log = {text(spec.log)}", f"log_value = {spec.log_value}", f"frames = {spec.frames}"]
    lines += [f"patch_hop_frames = {spec.patch_hop_frames}", f"max_patches = {spec.max_patches}", f"pool = {text(spec.pool)}"]
    lines += ["", "[output]", 'embedding = "embedding"', f"embedding_dims = {outputs['embedding'][1]}", 'scores = "scores"', 'activation = "none"']
    if gate:
        lines += ["", "[gate]"] + [f"{key} = {text(value)}" for key, value in gate.items()]
    for slug in slugs:
        lines += ["", f"[labels.{slug}]"] + [f"{key} = {round(value, 3)}" for key, value in shown[slug].items()]
    (folder / "manifest.toml").write_text("\n".join(lines) + "\n")


class Runner:
    """A shipped model.onnx, run patch by patch and pooled as the manifest says."""

    def __init__(self, folder, spec):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.net = onnxruntime.InferenceSession(str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"])
        self.slugs = (folder / "labels.txt").read_text().split()
        self.spec = spec

    def __call__(self, samples):
        """(pooled scores [tags], embedding of unit length, log-mel patches)."""
        mel = features.patches(self.spec, samples)
        rows = [self.net.run(["scores", "embedding"], {"mel": patch[None, None]}) for patch in mel]
        scores = np.concatenate([r[0] for r in rows])
        embedding = np.concatenate([r[1] for r in rows]).mean(0)
        return heads.pool(scores, self.spec.pool), embedding / np.linalg.norm(embedding), mel


def golden_clip(path):
    """3.5 seconds: two chords of decaying partials, then noise bursts, then a rising tone; 16-bit mono at 16 kHz."""
    rate = features.SAMPLE_RATE_HZ
    time = np.arange(int(3.5 * rate)) / rate
    sound = np.zeros(len(time))
    for start, notes in ((0.0, (220.0, 277.18, 329.63)), (0.9, (196.0, 246.94, 293.66, 440.0))):
        late = np.maximum(time - start, 0.0)
        for note in notes:
            for partial in range(1, 6):
                sound += (time >= start) * np.exp(-2.5 * partial**0.5 * late) * np.sin(2.0 * np.pi * note * partial * late) / (8.0 * partial)
    random = np.random.default_rng(3)
    for start in (1.9, 2.2, 2.45):
        late = time - start
        sound += np.where(late >= 0.0, np.exp(-25.0 * np.maximum(late, 0.0)), 0.0) * random.standard_normal(len(time)) * 0.3
    late = np.maximum(time - 2.8, 0.0)
    sound += 0.25 * np.minimum(late * 20.0, 1.0) * np.sin(2.0 * np.pi * (400.0 * late + 1200.0 * late**2))
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.clip(sound, -1.0, 1.0) * 32767.0).round().astype("<i2").tobytes())


def read_wav(path):
    with wave.open(str(path), "rb") as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / 32768.0


def write_golden(folder, spec):
    """golden/clip.wav and golden/golden.json, from the shipped model."""
    clip = folder / "golden" / "clip.wav"
    golden_clip(clip)
    samples = read_wav(clip)
    runner = Runner(folder, spec)
    scores, embedding, mel = runner(samples)
    whole = features.log_mel(spec, samples)
    best = np.argsort(-scores)[:5]
    golden = {
        "frames": len(whole),
        "patches": len(mel),
        "mel_head": {"0": numbers(whole[0, :8]), "50": numbers(whole[50, :8])},
        "mel_mean": round(float(mel.mean()), 5),
        "top": [[runner.slugs[i], round(float(scores[i]), 5)] for i in best],
        "embedding_head": numbers(embedding[:8]),
        "tolerance": {"mel": 0.002, "score": 0.01, "embedding": 0.005},
    }
    (folder / "golden" / "golden.json").write_text(json.dumps(golden, indent=1) + "\n")


def numbers(values):
    return [round(float(v), 5) for v in values]


def operators(model_path):
    return sorted({node.op_type for node in onnx.load(str(model_path)).graph.node})


