"""Instruments, drums and room. Signals are float arrays; stereo is (n, 2)."""
import zlib

import numpy as np
from scipy.signal import butter, fftconvolve, lfilter, sosfilt

SR = 44100


def rng(name):
    return np.random.default_rng(zlib.crc32(name.encode()))


def hz(note):
    return 440.0 * 2 ** ((note - 69) / 12)


def lowpass(x, f, order=2):
    return sosfilt(butter(order, min(f, SR * 0.45), fs=SR, output="sos"), x, axis=0)


def highpass(x, f, order=2):
    return sosfilt(butter(order, f, "highpass", fs=SR, output="sos"), x, axis=0)


def band(x, lo, hi):
    return sosfilt(butter(2, [lo, hi], "bandpass", fs=SR, output="sos"), x, axis=0)


def times(secs):
    return np.arange(int(secs * SR)) / SR


def piano(note, secs, vel=0.8):
    """Struck string: stiff partials, each dying at its own rate, and the thump of the hammer."""
    f, t = hz(note), times(secs + 1.2)
    out = np.zeros_like(t)
    for k in range(1, 15):
        fk = f * k * np.sqrt(1 + 0.00035 * k * k)
        if fk > 9000:
            break
        a = vel * (1 / k**1.25) * np.exp(-0.16 * k * (1.3 - vel)) * (0.35 if k % 7 == 0 else 1)
        tau = 3.2 / (1 + 0.32 * k) * (220 / f) ** 0.35
        out += a * (0.6 * np.exp(-t / tau) + 0.4 * np.exp(-t / (tau * 0.25))) * np.sin(2 * np.pi * fk * t + k)
        out += 0.35 * a * np.exp(-t / tau) * np.sin(2 * np.pi * fk * 1.0007 * t)
    thump = lowpass(rng("hammer").normal(0, 1, len(t)), 900) * np.exp(-t * 90) * 0.25 * vel
    damp = np.clip((secs + 0.35 - t) / 0.35, 0, 1) ** 1.5
    return (out + thump) * damp * np.minimum(t * 500, 1) * 0.32


def pluck(note, secs, vel=0.8, bright=0.5, name="pluck"):
    """Karplus-Strong string."""
    f = hz(note)
    n = int((secs + 1.0) * SR)
    period = SR / f - 0.5
    p = int(period)
    burst = rng(f"{name}{note}").uniform(-1, 1, p)
    burst = lfilter([1 - (1 - bright) * 0.7], [1, -(1 - bright) * 0.7], burst)
    x = np.zeros(n)
    x[:p] = burst - burst.mean()
    frac = period - p
    g = 0.9965 if note > 55 else 0.9982
    a = np.zeros(p + 3)
    a[0] = 1
    a[p] -= g * 0.5 * (1 - frac)
    a[p + 1] -= g * 0.5
    a[p + 2] -= g * 0.5 * frac
    y = lfilter([1.0], a, x)
    t = np.arange(n) / SR
    body = y + 0.5 * band(y, 180, 420) + 0.3 * band(y, 700, 1300)
    return body * vel * np.clip((secs + 0.9 - t) / 0.5, 0, 1) * 0.5


def pad(note, secs, bright=900, attack=1.2, release=1.6):
    """Three detuned saws through a soft filter, wide."""
    t = times(secs + release)
    out = np.zeros((len(t), 2))
    f = hz(note)
    for j, (cents, pan) in enumerate(((-7, 0.15), (0, 0.5), (8, 0.85), (12, 0.3))):
        fj = f * 2 ** (cents / 1200)
        wob = 0.0018 * np.sin(2 * np.pi * (0.13 + 0.05 * j) * t + j * 1.7) * f / (2 * np.pi * 0.15) * 0.05
        s = np.zeros_like(t)
        for k in range(1, 28):
            if fj * k > 7000:
                break
            s += np.sin(2 * np.pi * fj * k * t + wob * k + j * k) / k / (1 + (fj * k / bright) ** 2)
        out += np.stack([s * (1 - pan), s * pan], 1)
    env = np.minimum(t / attack, 1) ** 1.5 * np.clip((secs + release - t) / release, 0, 1) ** 1.5
    return out * env[:, None] * 0.16


def bell(note, secs, vel=0.6):
    t = times(secs + 1.5)
    f = hz(note)
    m = np.sin(2 * np.pi * f * 3.5 * t) * np.exp(-t * 5) * 1.6 * vel
    return (np.sin(2 * np.pi * f * t + m) * np.exp(-t * 2.2) + 0.3 * np.sin(2 * np.pi * f * 2.01 * t) * np.exp(-t * 4)) * vel * np.minimum(t * 300, 1) * 0.35


def keys(note, secs, vel=0.7):
    """Warm electric piano: two operators and a slow tremolo."""
    t = times(secs + 0.6)
    f = hz(note)
    m = np.sin(2 * np.pi * f * t) * 1.1 * vel * np.exp(-t * 1.5) + 0.3 * np.sin(2 * np.pi * f * 14 * t) * np.exp(-t * 14)
    y = np.sin(2 * np.pi * f * t + m) * np.exp(-t * 1.1) * (1 + 0.12 * np.sin(2 * np.pi * 4.6 * t))
    return y * vel * np.clip((secs + 0.5 - t) / 0.4, 0, 1) * np.minimum(t * 200, 1) * 0.35


def bass(note, secs, vel=0.8, bright=500):
    t = times(secs + 0.08)
    f = hz(note)
    s = sum(np.sin(2 * np.pi * f * k * t) / k for k in range(1, 18) if f * k < 5000)
    s = lowpass(s, bright) + 0.7 * np.sin(2 * np.pi * f * t)
    return np.tanh(s * 1.2) * vel * np.minimum(t * 250, 1) * np.clip((secs + 0.06 - t) / 0.06, 0, 1) * np.exp(-t * 0.8) * 0.5


def lead(note, secs, vel=0.6):
    t = times(secs + 0.25)
    f = hz(note) * (1 + 0.004 * np.sin(2 * np.pi * 5.4 * t) * np.minimum(t / 0.3, 1))
    ph = 2 * np.pi * np.cumsum(f) / SR
    s = sum(np.sin(ph * k) / k * (1 if k % 2 else 0.45) for k in range(1, 16))
    return lowpass(s, 2600) * vel * np.minimum(t / 0.02, 1) * np.clip((secs + 0.22 - t) / 0.22, 0, 1) * 0.26


def bow(note, secs, vel=0.6):
    """Slow bowed string with vibrato."""
    t = times(secs + 0.5)
    f = hz(note) * (1 + 0.0045 * np.sin(2 * np.pi * 5.1 * t + note) * np.clip((t - 0.25) / 0.4, 0, 1))
    ph = 2 * np.pi * np.cumsum(f) / SR
    s = sum(np.sin(ph * k + k * k) / k**1.1 for k in range(1, 20) if hz(note) * k < 8000)
    s = s + 0.8 * band(s, 350, 900) + 0.4 * band(s, 1800, 2600)
    return lowpass(s, 3400) * vel * np.minimum(t / 0.22, 1) * np.clip((secs + 0.45 - t) / 0.45, 0, 1) * 0.17


def kick(vel=1.0):
    t = times(0.35)
    ph = 2 * np.pi * np.cumsum(48 + 130 * np.exp(-t * 38)) / SR
    return np.tanh(1.5 * np.sin(ph)) * np.exp(-t * 11) * vel * 0.85


def snare(vel=1.0):
    t = times(0.25)
    n = band(rng("snare").normal(0, 1, len(t)), 1200, 7500)
    return (n * np.exp(-t * 20) * 0.5 + np.sin(2 * np.pi * 190 * t) * np.exp(-t * 30) * 0.6) * vel * 0.6


def clap(vel=1.0):
    t = times(0.3)
    n = band(rng("clap").normal(0, 1, len(t)), 900, 4200)
    e = sum(np.exp(-np.maximum(t - d, 0) * (130 if d < 0.02 else 18)) * (t >= d) for d in (0, 0.011, 0.022))
    return n * e * vel * 0.32


def hat(vel=1.0, length=0.05):
    t = times(0.22)
    return highpass(rng("hat").normal(0, 1, len(t)), 7000) * np.exp(-t / length * 1.2) * vel * 0.22


def brush(vel=1.0):
    t = times(0.3)
    return band(rng("brush").normal(0, 1, len(t)), 2500, 8000) * np.minimum(t * 30, 1) * np.exp(-t * 14) * vel * 0.2


def reverb(x, secs=2.0, amount=0.25, dark=4500, name="room"):
    n = int(secs * SR)
    t = np.arange(n) / SR
    r = rng(name)
    ir = np.stack([lowpass(r.normal(0, 1, n), dark) * np.exp(-t * 6.9 / secs) for _ in range(2)], 1)
    ir[: int(0.012 * SR)] = 0
    ir /= np.sqrt((ir**2).sum(0))
    wet = np.stack([fftconvolve(x[:, i], ir[:, i]) for i in (0, 1)], 1)
    out = np.zeros_like(wet)
    out[: len(x)] = x * (1 - amount * 0.4)
    return out + wet * amount


class Mix:
    """A track of `secs` seconds; parts are added at beats."""

    def __init__(self, secs, bpm, swing=0.0):
        self.n = int(secs * SR)
        self.buf = np.zeros((self.n + 8 * SR, 2))
        self.beat, self.swing = 60 / bpm, swing

    def at(self, beat):
        frac = beat % 1
        return (beat + (self.swing if abs(frac - 0.5) < 1e-6 else 0)) * self.beat

    def add(self, beat, sound, pan=0.5, gain=1.0, late=0.0):
        i = int(max(0, self.at(beat) + late) * SR)
        if i >= self.n:
            return
        s = sound if sound.ndim == 2 else np.stack([sound * np.cos(pan * np.pi / 2), sound * np.sin(pan * np.pi / 2)], 1) * 1.2
        e = min(len(self.buf), i + len(s))
        self.buf[i:e] += s[: e - i] * gain

    def done(self, room=1.8, wet=0.22, fade_in=0.01, fade_out=2.0, level=0.84, dark=4500, cut=True):
        x = reverb(self.buf, room, wet, dark)[: self.n]
        x = highpass(x, 28)
        x = x / (np.percentile(np.abs(x), 99.7) + 1e-9) * 0.72
        x = np.tanh(x)
        if cut:
            t = np.arange(self.n) / SR
            end = self.n / SR
            x *= (np.minimum(t / fade_in, 1) * np.clip((end - t) / fade_out, 0, 1))[:, None]
        return x / np.abs(x).max() * level
