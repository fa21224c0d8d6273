"""Decoding, log-mel features and the choice of windows. FEATURES.md states the same in words."""

import subprocess
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

SAMPLE_RATE_HZ = 16000


@dataclass(frozen=True)
class LogMel:
    """One front end; the fields are the keys of `[input]` in a manifest."""

    window_samples: int
    fft: int
    hop_samples: int
    bands: int
    mel_min_hz: float
    mel_max_hz: float
    mel_scale: str
    mel_norm: str
    power: int
    log: str
    log_value: float
    frames: int
    patch_hop_frames: int
    max_patches: int
    pool: str

    @property
    def patch_samples(self):
        return (self.frames - 1) * self.hop_samples + self.window_samples


SOUND = LogMel(400, 512, 160, 64, 125.0, 7500.0, "htk", "none", 1, "ln-offset", 0.001, 96, 96, 24, "top3")
MUSIC = LogMel(512, 512, 256, 96, 0.0, 8000.0, "slaney", "slaney", 2, "log10-scaled", 10000.0, 187, 187, 8, "mean")


def decode(path):
    """Any audio file as float32 mono at 16 kHz, through ffmpeg."""
    command = ["ffmpeg", "-v", "error", "-nostdin", "-i", str(path), "-map", "0:a:0", "-ac", "1"]
    command += ["-ar", str(SAMPLE_RATE_HZ), "-f", "f32le", "-"]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{path}: {done.stderr.decode(errors='replace').strip()}")
    return np.frombuffer(done.stdout, np.float32)


def hz_to_mel(hz, scale):
    hz = np.asarray(hz, np.float64)
    if scale == "htk":
        return 2595.0 * np.log10(1.0 + hz / 700.0)
    linear = hz / (200.0 / 3.0)
    return np.where(hz < 1000.0, linear, 15.0 + np.log(np.maximum(hz, 1e-9) / 1000.0) / (np.log(6.4) / 27.0))


def mel_to_hz(mel, scale):
    mel = np.asarray(mel, np.float64)
    if scale == "htk":
        return 700.0 * (10.0 ** (mel / 2595.0) - 1.0)
    return np.where(mel < 15.0, mel * (200.0 / 3.0), 1000.0 * np.exp((mel - 15.0) * (np.log(6.4) / 27.0)))


@lru_cache
def mel_filters(spec):
    """Triangles that are linear in Hz, [bands, fft/2+1]."""
    bins_hz = np.arange(spec.fft // 2 + 1) * (SAMPLE_RATE_HZ / spec.fft)
    ends = hz_to_mel([spec.mel_min_hz, spec.mel_max_hz], spec.mel_scale)
    edges_hz = mel_to_hz(np.linspace(ends[0], ends[1], spec.bands + 2), spec.mel_scale)
    low, mid, high = edges_hz[:-2, None], edges_hz[1:-1, None], edges_hz[2:, None]
    weights = np.maximum(0.0, np.minimum((bins_hz - low) / (mid - low), (high - bins_hz) / (high - mid)))
    if spec.mel_norm == "slaney":
        weights *= 2.0 / (high - low)
    return weights


def log_mel(spec, samples):
    """Frames of one stretch of samples, [n, bands] float32; no padding, n = 1 + (len - window) // hop."""
    samples = np.asarray(samples, np.float64)
    count = 1 + (len(samples) - spec.window_samples) // spec.hop_samples
    index = np.arange(count)[:, None] * spec.hop_samples + np.arange(spec.window_samples)
    turn = 2.0 * np.pi * np.arange(spec.window_samples) / spec.window_samples
    framed = samples[index] * (0.5 - 0.5 * np.cos(turn))
    magnitude = np.abs(np.fft.rfft(framed, spec.fft))
    mel = (magnitude**spec.power) @ mel_filters(spec).T
    if spec.log == "ln-offset":
        return np.log(mel + spec.log_value).astype(np.float32)
    return np.log10(spec.log_value * mel + 1.0).astype(np.float32)


def patch_starts(spec, frames):
    """Frame at which each patch of a file of `frames` frames starts."""
    last = frames - spec.frames
    starts = list(range(0, last + 1, spec.patch_hop_frames))
    if starts[-1] != last:
        starts.append(last)
    if len(starts) > spec.max_patches:
        picks = [(i * (len(starts) - 1) * 2 + spec.max_patches - 1) // (2 * (spec.max_patches - 1)) for i in range(spec.max_patches)]
        starts = [starts[i] for i in picks]
    return starts


def patches(spec, samples):
    """The patches of a whole file, [n, frames, bands] float32."""
    samples = np.asarray(samples, np.float32)
    if len(samples) < spec.patch_samples:
        samples = np.concatenate([samples, np.zeros(spec.patch_samples - len(samples), np.float32)])
    frames = 1 + (len(samples) - spec.window_samples) // spec.hop_samples
    out = []
    for start in patch_starts(spec, frames):
        at = start * spec.hop_samples
        out.append(log_mel(spec, samples[at : at + spec.patch_samples]))
    return np.stack(out)
