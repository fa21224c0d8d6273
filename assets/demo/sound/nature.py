"""Three field recordings that never left the computer: rain, birds, surf."""
import os
import tempfile

import numpy as np

from .albums import run, write_wav
from .synth import SR, band, highpass, lowpass, reverb, rng, times


def rain(secs=7):
    r, t = rng("rain"), times(secs)
    x = highpass(lowpass(r.normal(0, 0.09, (len(t), 2)), 9000), 500)
    for _ in range(int(secs * 210)):
        i, f, a = r.integers(0, len(t) - 2000), r.uniform(1800, 6500), r.pareto(2.2) * 0.03
        n = np.arange(900) / SR
        drop = np.sin(2 * np.pi * f * n * (1 + 1.5 * n)) * np.exp(-n * r.uniform(250, 700)) * min(a, 0.35)
        p = r.random()
        x[i : i + 900] += np.stack([drop * (1 - p), drop * p], 1)
    return x * (0.85 + 0.15 * np.sin(t * 0.7))[:, None]


def birds(secs=14):
    r = rng("birds")
    x = np.zeros((int(secs * SR), 2))
    for bird in range(4):
        pos, pan, base = r.uniform(0, 1.5), r.random(), r.uniform(2600, 4600)
        while pos < secs - 1.5:
            for _ in range(int(r.integers(2, 7))):
                d = r.uniform(0.05, 0.16)
                n = np.arange(int(d * SR)) / SR
                sweep = base * (1 + r.uniform(-0.25, 0.35) * n / d + 0.10 * np.sin(2 * np.pi * r.uniform(14, 38) * n))
                s = np.sin(2 * np.pi * np.cumsum(sweep) / SR) * np.sin(np.pi * n / d) ** 1.3 * r.uniform(0.1, 0.4)
                i = int(pos * SR)
                if i + len(s) < len(x):
                    x[i : i + len(s)] += np.stack([s * (1 - pan), s * pan], 1)
                pos += d + r.uniform(0.02, 0.09)
            pos += r.uniform(0.5, 2.2)
        del bird
    wind = lowpass(r.normal(0, 0.05, x.shape), 500)
    return reverb(x, 1.4, 0.3, 7000)[: len(x)] + wind


def surf(secs=15):
    r, t = rng("surf"), times(secs)
    x = np.zeros((len(t), 2))
    for k, start in enumerate(np.arange(-2, secs, 4.3)):
        u = t - start - r.uniform(-0.4, 0.4)
        env = np.where(u > 0, (u / 1.9).clip(0, 1) ** 2 * np.exp(-np.maximum(u - 1.9, 0) * 0.75), 0)
        hiss = band(r.normal(0, 1, (len(t), 2)), 300, 5200) * env[:, None] ** 1.5
        x += hiss * 0.5 + lowpass(r.normal(0, 1, (len(t), 2)), 220) * env[:, None] * 1.6
        del k
    return x + lowpass(r.normal(0, 0.1, x.shape), 400)


def make(root):
    os.makedirs(root, exist_ok=True)
    with tempfile.TemporaryDirectory() as tmp:
        for name, x, kind in (("Rain on leaves", rain(), "wav"), ("Birds at dawn", birds(), "opus"), ("Surf", surf(), "ogg")):
            x = x / np.abs(x).max() * 0.7
            n = int(0.4 * SR)
            ramp = np.minimum(np.minimum(np.arange(len(x)) / n, 1), np.minimum(np.arange(len(x))[::-1] / n, 1))
            x = x * ramp[:, None]
            wav, out = os.path.join(tmp, "n.wav"), os.path.join(root, f"{name}.{kind}")
            if kind == "wav":
                write_wav(wav, x, 22050, 1)
                run("ffmpeg", "-y", "-v", "error", "-i", wav, "-c", "copy", "-metadata", f"title={name}", "-metadata", "artist=Field recordings", "-metadata", "genre=Nature", "-fflags", "+bitexact", out)
            elif kind == "opus":
                write_wav(wav, x)
                run("opusenc", "--quiet", "--bitrate", "48", "--serial", 9, "--title", name, "--artist", "Field recordings", "--genre", "Nature", wav, out)
            else:
                write_wav(wav, x)
                run("ffmpeg", "-y", "-v", "error", "-i", wav, "-c:a", "libvorbis", "-q:a", "0", "-metadata", f"title={name}", "-metadata", "artist=Field recordings", "-metadata", "genre=Nature", "-fflags", "+bitexact", "-flags", "+bitexact", out)
            print(f"{os.path.getsize(out) // 1024:5d} KB  {os.path.basename(out)}", flush=True)
