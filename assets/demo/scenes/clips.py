"""Two short films made from the scenes."""
import os
import subprocess
import tempfile

import numpy as np

from . import closeups
from .canvas import finish
from .land import sea


def film(out, frames, fps, audio, codec, date):
    h, w = frames[0].size[1], frames[0].size[0]
    raw = b"".join(f.tobytes() for f in frames)
    subprocess.run(["ffmpeg", "-y", "-v", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{w}x{h}", "-r", str(fps), "-i", "-", "-i", audio,
                    *codec, "-pix_fmt", "yuv420p", "-shortest", "-metadata", f"creation_time={date}", "-fflags", "+bitexact", out], input=raw, check=True)
    print(f"{os.path.getsize(out) // 1024:5d} KB  {os.path.basename(out)}", flush=True)


def make(root):
    from sound.albums import write_wav
    from sound.nature import surf
    from sound.synth import SR, lowpass, rng

    os.makedirs(root, exist_ok=True)
    with tempfile.TemporaryDirectory() as tmp:
        wav = os.path.join(tmp, "a.wav")
        x = surf(6)
        write_wav(wav, x / np.abs(x).max() * 0.6)
        frames = [finish(sea(288, 512, 0.5, "sunset", (0.1, 0.12), roughness=0.06, time=k / 12, sky_args=dict(clouds=0.9, cover=0.08, seed=2, drift=(k * 0.0003, 0))), grain=0) for k in range(60)]
        film(os.path.join(root, "waves-at-sunset.mp4"), frames, 12, wav, ["-c:v", "libx264", "-crf", "27", "-preset", "slow", "-c:a", "aac", "-b:a", "64k", "-movflags", "+faststart"], "2016-07-14T20:45:00Z")
        r = rng("fire")
        n = 4 * SR
        crack = (r.random(n) < 0.0004) * r.normal(0, 1, n)
        write_wav(wav, np.stack([lowpass(crack, 3000) * 2 + lowpass(r.normal(0, 0.02, n), 300)] * 2, 1))
        frames = [finish(closeups.candle(400, 320, "gif", 0.9 * np.sin(k * 0.55) + 0.5 * np.sin(k * 1.3)), grain=0) for k in range(40)]
        film(os.path.join(root, "candles.webm"), frames, 10, wav, ["-c:v", "libvpx-vp9", "-crf", "38", "-b:v", "0", "-c:a", "libopus", "-b:a", "48k"], "2020-12-24T20:16:00Z")
