"""Runs a backbone over clips once and keeps the features and logits of every patch under `--work`."""

import dataclasses
import hashlib

import numpy as np
import onnxruntime

import backbones
import features
from graph import Graph, musicnn_body, yamnet_body


def session(model):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def yamnet_session():
    layers, (weight, bias), _ = backbones.yamnet()
    graph = Graph(half=False)
    hidden = graph.add("Identity", [yamnet_body(graph, "mel", layers)], "hidden")
    graph.dense(hidden, weight.T, bias, "logits")
    return session(graph.model("yamnet", [("mel", ["n", 1, 96, 64])], [("hidden", ["n", 1024]), ("logits", ["n", len(bias)])]))


def musicnn_session():
    graph, hidden, logits = Graph(half=False), [], []
    for name in ("MTT_musicnn", "MSD_musicnn"):
        arrays = backbones.musicnn(name)
        hidden.append(musicnn_body(graph, "mel", arrays))
        logits.append(graph.dense(hidden[-1], arrays["dense_1/kernel"], arrays["dense_1/bias"]))
    graph.add("Concat", hidden, "hidden", axis=1)
    graph.add("Concat", logits, "logits", axis=1)
    return session(graph.model("musicnn", [("mel", ["n", 1, 187, 96])], [("hidden", ["n", 400]), ("logits", ["n", 100])]))


@dataclasses.dataclass
class Patches:
    """Patch rows of all clips, in clip order."""

    hidden: np.ndarray
    logits: np.ndarray
    clip: np.ndarray
    level_db: np.ndarray


def run(clips, kind, work, tag, chosen=None):
    """Patches of the `chosen` clips (all when None); `kind` is "yamnet" or "musicnn"."""
    chosen = np.arange(len(clips)) if chosen is None else chosen
    spec = dataclasses.replace(features.SOUND if kind == "yamnet" else features.MUSIC, max_patches=1000)
    key = hashlib.sha256(np.concatenate([clips.ends, chosen]).astype(np.int64).tobytes() + str(spec).encode()).hexdigest()[:12]
    path = work / f"{kind}-{tag}-{key}.npz"
    if path.exists():
        kept = np.load(path)
        return Patches(kept["hidden"].astype(np.float32), kept["logits"].astype(np.float32), kept["clip"], kept["level_db"])
    net = yamnet_session() if kind == "yamnet" else musicnn_session()
    hidden, logits, owner, levels = [], [], [], []
    for index in chosen:
        mel = features.patches(spec, clips.samples(index))
        out = net.run(["hidden", "logits"], {"mel": mel[:, None]})
        hidden.append(out[0].astype(np.float16))
        logits.append(out[1].astype(np.float16))
        owner.append(np.full(len(mel), index))
        levels.append(mel.mean((1, 2)))
    arrays = {"hidden": np.concatenate(hidden), "logits": np.concatenate(logits), "clip": np.concatenate(owner), "level_db": np.concatenate(levels)}
    np.savez(path, **arrays)
    return Patches(arrays["hidden"].astype(np.float32), arrays["logits"].astype(np.float32), arrays["clip"], arrays["level_db"])
