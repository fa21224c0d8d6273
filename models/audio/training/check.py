"""Measures the shipped packs on held-out recordings: python check.py --held DIR --work DIR [--out DIR].

DIR holds the files and labels.csv with the columns file, set, label (tags joined by ';'; the other tags of the set count as absent).
Sets whose name starts with "music" are for the music pack. Nothing here is trained on."""

import argparse
import tomllib
import wave
from pathlib import Path

import numpy as np

import dataset
import extract
import features
import heads
import music
import pack
import sound


def read(path):
    if path.suffix == ".wav":
        with wave.open(str(path), "rb") as file:
            if (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (features.SAMPLE_RATE_HZ, 1, 2):
                return pack.read_wav(path)
    return features.decode(path)


def load(held):
    rows = dataset.read_csv(held / "labels.csv")
    decoded = [dataset.to_int16(read(held / row["file"])) for row in rows]
    slugs = [row["slug"] for row in dataset.vocabulary()]
    sets = np.array([row["set"] for row in rows])
    labels = np.zeros((len(rows), len(slugs)), np.int8)
    for name in set(sets):
        here = np.flatnonzero(sets == name)
        classes = {slug for i in here for slug in rows[i]["label"].split(";") if slug}
        for i in here:
            for slug in classes:
                labels[i, slugs.index(slug)] = 1 if slug in rows[i]["label"].split(";") else -1
    groups = np.array([row["file"] for row in rows])
    return dataset.Clips(np.concatenate(decoded), np.cumsum([len(x) for x in decoded]), sets, sets, groups, labels, slugs, sets, list(groups), np.arange(len(rows)))


def untouched(clips, kind, work, slugs, chosen):
    found = extract.run(clips, kind, work, "held", chosen)
    if kind == "yamnet":
        classes = sound.tag_classes()
        floor = sound.own_logits(found.logits, [classes[s] for s in slugs])
    else:
        classes = music.tag_classes()
        floor = music.own_logits(found.logits, [classes[s] for s in slugs])
    pool = features.SOUND.pool if kind == "yamnet" else features.MUSIC.pool
    owner = np.searchsorted(chosen, found.clip)
    return heads.pool_scores(heads.sigmoid(floor), owner, len(chosen), pool)


def report(name, clips, chosen, slugs, before, after, shown):
    labels = clips.labels[chosen][:, [clips.slugs.index(s) for s in slugs]]
    classes = np.flatnonzero((labels == 1).any(0))
    one = (labels[:, classes] == 1).sum(1) == 1
    line = [f"### {name}: {len(chosen)} files", ""]
    if one.all() and len(classes) > 2:
        best = [np.take_along_axis(labels[:, classes], s[:, classes].argmax(1)[:, None], 1)[:, 0] == 1 for s in (before, after)]
        line += [f"First among its classes: {best[0].mean():.3f} untouched, {best[1].mean():.3f} here.", ""]
    line += ["| tag | files with | AP untouched | AP here | AUC here | shown: right / wrong | recall |", "|---|---|---|---|---|---|---|"]
    totals = np.zeros(3, int)
    for t in classes:
        aps = [heads.average_precision(s[:, t], labels[:, t]) for s in (before, after)]
        hit, miss = after[labels[:, t] == 1, t], after[labels[:, t] == -1, t]
        auc = ((hit[:, None] > miss[None]).mean() + 0.5 * (hit[:, None] == miss[None]).mean()) if len(miss) else 1.0
        right, wrong = int((hit >= shown[slugs[t]]["show"]).sum()), int((miss >= shown[slugs[t]]["show"]).sum())
        counts = f"{right} / {wrong}" if shown[slugs[t]]["show"] < 2.0 else "suggestion"
        totals += [right, wrong, len(hit)]
        line.append(f"| {slugs[t]} | {len(hit)} | {aps[0]:.3f} | {aps[1]:.3f} | {auc:.3f} | {counts} | {right / len(hit):.2f} |")
    line += ["", f"Shown tags among these classes: {totals[0]} right, {totals[1]} wrong, precision {totals[0] / max(1, totals[0] + totals[1]):.3f}, recall {totals[0] / totals[2]:.3f}.", ""]
    return "\n".join(line)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--held", required=True, type=Path)
    parser.add_argument("--work", required=True, type=Path)
    parser.add_argument("--out", type=Path, default=dataset.HERE.parent.parent)
    args = parser.parse_args()
    clips = load(args.held)
    for name, kind, spec in (("sound", "yamnet", features.SOUND), ("music", "musicnn", features.MUSIC)):
        runner = pack.Runner(args.out / name, spec)
        shown = tomllib.loads((args.out / name / "manifest.toml").read_text())["labels"]
        known = [s for s in runner.slugs if (clips.labels[:, clips.slugs.index(s)] == 1).any()]
        columns = [runner.slugs.index(s) for s in known]
        for part in sorted(set(clips.source)):
            chosen = np.flatnonzero(clips.source == part)
            here = [s for s in known if (clips.labels[chosen, clips.slugs.index(s)] == 1).any()]
            if not here or (kind == "musicnn") != part.startswith("music"):
                continue
            before = untouched(clips, kind, args.work, known, chosen)
            after = np.stack([runner(clips.samples(i))[0][columns] for i in chosen])
            print(report(part, clips, chosen, known, before, after, shown), flush=True)


if __name__ == "__main__":
    main()
