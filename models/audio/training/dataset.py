"""The labelled clips: decoded once into one array under `--work`, labels as +1 present, -1 certainly absent, 0 unknown."""

import csv
import tarfile
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from features import SAMPLE_RATE_HZ, decode

HERE = Path(__file__).resolve().parent
RESEARCH_ONLY = {"us8k", "virufy", "emotify"}
# Sources that share recordings or makers: left out together.
FAMILIES = {"catdog": "animals", "cdda-music": "cdda", "openclonk-music": "openclonk", "tonejs-drums": "tonejs"}


def read_csv(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def vocabulary():
    return read_csv(HERE.parent / "vocabulary.csv")


def ids(text):
    return [int(x) for x in text.split(";") if x]


@dataclass
class Clips:
    """Clips of one data folder; `pcm` holds int16 samples end to end."""

    pcm: np.ndarray
    ends: np.ndarray
    source: np.ndarray
    family: np.ndarray
    group: np.ndarray
    labels: np.ndarray
    slugs: list = field(default_factory=list)
    source_class: list = field(default_factory=list)
    file: list = field(default_factory=list)
    row: np.ndarray = None

    def __len__(self):
        return len(self.source)

    def samples(self, index):
        start = self.ends[index - 1] if index else 0
        return self.pcm[start : self.ends[index]].astype(np.float32) / 32768.0


def below(tags):
    children = {}
    for slug, tag in tags.items():
        children.setdefault(tag["parent"], []).append(slug)

    def walk(slug):
        return [slug] + [x for child in children.get(slug, []) for x in walk(child)]

    return {slug: walk(slug) for slug in tags}


def decode_all(sounds, rows, work):
    pcm_path, ends_path = work / "pcm.npy", work / "ends.npy"
    if pcm_path.exists() and ends_path.exists():
        return np.load(pcm_path, mmap_mode="r"), np.load(ends_path)
    with tempfile.TemporaryDirectory(dir=work) as folder:
        for name in sorted(sounds.glob("sounds-*.tar")):
            with tarfile.open(name) as archive:
                archive.extractall(folder, filter="data")
        with ThreadPoolExecutor(2) as pool:
            decoded = list(pool.map(lambda row: to_int16(decode(Path(folder) / row["file"])), rows))
    np.save(pcm_path, np.concatenate(decoded))
    np.save(ends_path, np.cumsum([len(x) for x in decoded]))
    return np.load(pcm_path, mmap_mode="r"), np.load(ends_path)


def to_int16(samples):
    return (np.clip(samples, -1.0, 1.0) * 32767.0).round().astype(np.int16)


def load(data, work, permissive_only=False):
    """The clips of `data/sounds` followed by made noise and silence; labels [clips, slugs] int8."""
    sounds = Path(data) / "sounds"
    rows = read_csv(sounds / "labels.csv")
    slugs = [row["slug"] for row in vocabulary()]
    at = {slug: i for i, slug in enumerate(slugs)}
    descend = below({row["slug"]: row for row in read_csv(sounds / "tags.csv")})
    pcm, ends = decode_all(sounds, rows, work)
    labels = np.zeros((len(rows), len(slugs)), np.int8)
    musical = [at[row["slug"]] for row in vocabulary() if row["group"] in ("genre", "mood", "instrument")]
    for i, row in enumerate(rows):
        for slug in filter(None, row["exclusive"].split(";")):
            labels[i, [at[x] for x in descend[slug]]] = -1
        for slug in filter(None, row["positive"].split(";")):
            labels[i, at[slug]] = 1
        if labels[i, at["music"]] == -1:
            labels[i, musical] = -1
        if labels[i, at["singing"]] == -1:
            labels[i, [at["male-singing"], at["female-singing"], at["rap"]]] = -1
        labels[i, at["silence"]] = -1
        if labels[i, at["music"]] == 1 or labels[i, at["speech"]] == 1 or labels[i, at["animal"]] == 1:
            labels[i, at["noise"]] = -1
    made, made_labels = made_clips(at)
    pcm = np.concatenate([pcm, np.concatenate(made)])
    ends = np.concatenate([ends, ends[-1] + np.cumsum([len(x) for x in made])])
    source = np.array([row["source"] for row in rows] + ["made"] * len(made))
    clips = Clips(
        pcm,
        ends,
        source,
        np.array([FAMILIES.get(s, s) for s in source]),
        np.array([row["group"] for row in rows] + [f"made:{i // 4}" for i in range(len(made))]),
        np.concatenate([labels, made_labels]),
        slugs,
        [row["source_class"] for row in rows] + ["made"] * len(made),
        [row["file"] for row in rows] + [""] * len(made),
        np.arange(len(source)),
    )
    return select(clips, ~np.isin(clips.source, list(RESEARCH_ONLY))) if permissive_only else clips


def select(clips, keep):
    """The clips where `keep` is true."""
    index = np.flatnonzero(keep)
    pieces = [clips.pcm[(clips.ends[i - 1] if i else 0) : clips.ends[i]] for i in index]
    return Clips(
        np.concatenate(pieces),
        np.cumsum([len(x) for x in pieces]),
        clips.source[index],
        clips.family[index],
        clips.group[index],
        clips.labels[index],
        clips.slugs,
        [clips.source_class[i] for i in index],
        [clips.file[i] for i in index],
        clips.row[index],
    )


def coloured_noise(random, count, slope_db_per_octave):
    spectrum = np.fft.rfft(random.standard_normal(count))
    hz = np.maximum(np.fft.rfftfreq(count, 1.0 / SAMPLE_RATE_HZ), 20.0)
    shaped = np.fft.irfft(spectrum * (hz / 1000.0) ** (slope_db_per_octave / 6.02), count)
    return shaped / np.abs(shaped).max()


def made_clips(at, seed=11):
    """Noise of several colours and levels, near silence, digital silence and pure tones, four seconds each."""
    random = np.random.default_rng(seed)
    count = 4 * SAMPLE_RATE_HZ
    made, labels = [], []
    for kind in ["noise"] * 40 + ["silence"] * 24 + ["tone"] * 16:
        row = np.full(len(at), -1, np.int8)
        if kind == "noise":
            samples = coloured_noise(random, count, random.uniform(-6.0, 1.5)) * 10.0 ** (random.uniform(-40.0, -3.0) / 20.0)
            row[[at["noise"]]] = 1
            row[[at[x] for x in ("rain", "wind", "water", "waves", "stream", "weather", "fan", "airplane", "engine", "vehicle")]] = 0
        elif kind == "silence":
            samples = coloured_noise(random, count, random.uniform(-6.0, 0.0)) * 10.0 ** (random.choice([-200.0, random.uniform(-90.0, -66.0)]) / 20.0)
            row[at["silence"]] = 1
            row[at["noise"]] = 0
        else:
            samples = 10.0 ** (random.uniform(-30.0, -6.0) / 20.0) * np.sin(2.0 * np.pi * random.uniform(60.0, 5000.0) * np.arange(count) / SAMPLE_RATE_HZ)
            row[[at[x] for x in ("music", "synth", "alarm", "telephone", "electronic", "noise")]] = 0
        made.append(to_int16(samples))
        labels.append(row)
    return made, np.array(labels)
