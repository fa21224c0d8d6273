"""The albums: which track is played by what, how it is encoded, its tags, covers and words."""
import base64
import os
import struct
import subprocess
import tempfile
import wave

import numpy as np
from PIL import Image, ImageDraw
from scipy.signal import resample_poly

from . import songs
from .synth import SR

WALTZ_WORDS = """Lanterns along the water
one for each year gone by,
you count them from the window,
I count them in your eye.

Turn once more, slow and easy,
the band is almost done,
we came here two by two, love,
and we go home as one."""

MOON_LRC = [(0, ""), (4, "Low tide, the rooms are open"), (10, "Blue light upon the floor"), (16, "Somewhere a door is breathing"), (22, "In and out, no more"), (28, "Low tide, the rooms are open")]


def cover(kind):
    """Square cover art, drawn."""
    import sys

    sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
    from scenes import closeups, places
    from scenes.canvas import finish, ramp
    from scenes.land import sea

    n = 560
    if kind == "lamp":
        y, x = np.mgrid[0:n, 0:n].astype(np.float32) / n
        d = np.hypot(x - 0.5, y - 0.34)
        im = finish(ramp(np.clip(d * 1.35, 0, 1), [(0, "#ffe9b8"), (0.16, "#f6bd60"), (0.4, "#a8582a"), (0.75, "#3a1c1c"), (1, "#140c12")]))
        dr = ImageDraw.Draw(im)
        dr.polygon([(205, 205), (355, 205), (405, 300), (155, 300)], fill="#ffe2a0")
        dr.line([280, 300, 280, 452], fill="#1d1012", width=9)
        dr.ellipse([220, 440, 340, 470], fill="#1d1012")
        return im
    if kind == "tide":
        return finish(sea(n, n, 0.5, "blue", (0.0, 0.2), sky_args=dict(clouds=0.8, seed=8, sun_size=0.07)), exposure=1.2)
    if kind == "parallax":
        im = Image.new("RGB", (n, n), "#12132a")
        dr = ImageDraw.Draw(im)
        for i, c in enumerate(("#ff4d6d", "#ff8a5b", "#ffd166", "#4cc9f0", "#7b6cf6")):
            for k in range(4):
                q = 40 + 50 * k
                dr.arc([q - i * 14, 70 + i * 26 + k * 8, n - q + i * 14, 600 + i * 26 - k * 8], 180, 360, fill=c, width=5)
        return im
    img = closeups.rain_window(n, n, "cover", places.bokeh_lights(n, n, "coverlights", base="#10231f", wet=False, radius=15, palette=("#8fd0b0", "#d8f0c0", "#f0d890")))
    return finish(img)


PIANO = dict(artist="Nora Hale", album="Lamplight", year=2018, genre="Piano", cover="lamp")
TIDE = dict(artist="Pelican Sleep", album="Tidal Rooms", year=2021, genre="Ambient", cover="tide")
LIGHT = dict(artist="Circuit Garden", album="Parallax", year=2023, genre="Electronic", cover="parallax")
RAIN = dict(artist="林间", album="雨后", year=2024, genre="Folk", cover="rain")


def table():
    s = songs
    return [
        (PIANO, 1, "First Lamp", "mp3", lambda: s.nocturne("first lamp", 30)),
        (PIANO, 2, "Lanterns (Waltz)", "ogg", lambda: s.waltz("lanterns", 27)),
        (PIANO, 3, "Two Rooms, Part I", "pair1", None),
        (PIANO, 4, "Two Rooms, Part II", "pair2", None),
        (TIDE, 1, "Low Tide", "opus", lambda: s.drift("low tide", 40)),
        (TIDE, 2, "Salt Air", "ogg", lambda: s.drift("salt air", 26, 48, s.MAJOR, (0, 4, 5, 3), 52, True, 1100)),
        (TIDE, 3, "Far Buoy", "m4a", lambda: s.drift("far buoy", 36, 43, s.MINOR, (0, 5, 3, 6), 50, True, 600)),
        (LIGHT, 1, "Parallax", "mp3", lambda: s.runner("parallax", 25)),
        (LIGHT, 2, "Vector Park", "mp3bare", lambda: s.runner("vector park", 26, 48, s.DORIAN, 118, (0, 3, 6, 4), 1900)),
        (LIGHT, 3, "Small Machines", "alac", lambda: s.breaks("small machines", 12)),
        (LIGHT, 4, "Night Bus", "aiff", lambda: s.lofi("night bus", 10)),
        (RAIN, 1, "雨后", "m4a", lambda: s.rain_pentatonic("rain", 38)),
        (RAIN, 2, "竹影", "opus", lambda: s.strings("bamboo", 34)),
        (RAIN, 3, "夜灯", "ogg", lambda: s.lofi("night lamp", 26, 50, s.MAJOR, 74, (3, 4, 2, 5))),
    ]


def write_wav(path, x, rate=SR, channels=2):
    x = np.asarray(x)
    if channels == 1:
        x = x.mean(1, keepdims=True) if x.ndim == 2 else x[:, None]
    if rate != SR:
        g = np.gcd(rate, SR)
        x = resample_poly(x, rate // g, SR // g, axis=0)
    with wave.open(path, "wb") as w:
        w.setnchannels(channels)
        w.setsampwidth(2)
        w.setframerate(rate)
        dither = np.random.default_rng(1).triangular(-1, 0, 1, x.shape)
        w.writeframes((np.clip(x, -0.999, 0.999) * 32767 + dither * 0.5).astype("<i2").tobytes())


def picture_block(path, size):
    data = open(path, "rb").read()
    mime = b"image/jpeg"
    return base64.b64encode(struct.pack(">II", 3, len(mime)) + mime + struct.pack(">IIIIII", 0, size, size, 24, 0, len(data)) + data).decode()


def run(*a):
    subprocess.run([str(q) for q in a], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def encode(kind, x, out, a, no, title, art, tmp, lyrics=None):
    wav = os.path.join(tmp, "x.wav")
    rate, ch = {"pair1": (32000, 1), "pair2": (32000, 1), "alac": (22050, 1), "aiff": (22050, 1)}.get(kind, (SR, 2))
    write_wav(wav, x, rate, ch)
    tags = {"title": title, "artist": a["artist"], "album": a["album"], "album_artist": a["artist"], "track": no, "date": a["year"], "genre": a["genre"]}
    meta = [q for k, v in tags.items() for q in ("-metadata", f"{k}={v}")]
    exact = ["-fflags", "+bitexact", "-flags", "+bitexact"]
    ff = ["ffmpeg", "-y", "-v", "error", "-i", wav]
    if kind.startswith("mp3"):
        run("lame", "--quiet", "-V", "8", *(["-t"] if kind == "mp3bare" else []), "--add-id3v2", "--id3v2-only", "--tt", title, "--ta", a["artist"], "--tl", a["album"], "--tn", no, "--ty", a["year"], "--tg", a["genre"], "--tv", f"TPE2={a['artist']}", "--ti", art, wav, out)
    elif kind.startswith("pair"):
        run("flac", "-s", "-f", "-8", "--no-padding", *[f"--tag={k.replace('album_artist', 'albumartist').replace('track', 'tracknumber').upper()}={v}" for k, v in tags.items()], f"--picture={art}", "-o", out, wav)
    elif kind == "opus":
        pic = ["--picture", art] if a["cover"] != "tide" else []
        run("opusenc", "--quiet", "--bitrate", "44", "--serial", no, "--title", title, "--artist", a["artist"], "--album", a["album"], "--tracknumber", no, "--date", a["year"], "--genre", a["genre"], "--comment", f"ALBUMARTIST={a['artist']}", *pic, wav, out)
    elif kind == "ogg":
        pic = ["-metadata", f"METADATA_BLOCK_PICTURE={picture_block(art, 420)}"] if a["cover"] != "tide" else []
        run(*ff, "-c:a", "libvorbis", "-q:a", "-1", *meta, *(["-metadata", f"LYRICS={lyrics}"] if lyrics else []), *pic, *exact, out)
    else:
        with_art = a["cover"] != "tide"
        codec = {"m4a": ["aac", "-b:a", "56k"], "alac": ["alac"], "aiff": ["pcm_s16be", "-write_id3v2", "1"]}[kind]
        pic = ["-i", art, "-map", "0:a", "-map", "1:v", "-c:v", "copy", "-disposition:v", "attached_pic"] if with_art else []
        run(*ff, *pic, "-c:a", *codec, *meta, *exact, out)


def make(root, names=()):
    room = None
    with tempfile.TemporaryDirectory() as tmp:
        for a, no, title, kind, play in table():
            if names and not any(n in title for n in names):
                continue
            art = os.path.join(tmp, a["cover"] + ".jpg")
            folder = os.path.join(root, f"{a['artist']} - {a['album']}")
            os.makedirs(folder, exist_ok=True)
            if not os.path.exists(art):
                cover(a["cover"]).resize((420, 420), Image.LANCZOS).save(art, quality=78)
                if a["cover"] == "tide":
                    cover("tide").save(os.path.join(folder, "cover.jpg"), quality=80)
            if kind.startswith("pair"):
                if room is None:
                    room = songs.nocturne("two rooms", 24, 53, songs.DORIAN, 76, (0, 3, 6, 4, 0, 5, 3, 0))
                # One recording, cut in the middle of a ringing chord, on a whole sample of 32 kHz.
                cut = 12 * SR
                x = room[:cut] if kind == "pair1" else room[cut:]
            else:
                x = play()
            ext = {"mp3bare": "mp3", "pair1": "flac", "pair2": "flac", "alac": "m4a"}.get(kind, kind)
            out = os.path.join(folder, f"{no:02d} {title}.{ext}")
            encode(kind, x, out, a, no, title, art, tmp, WALTZ_WORDS if "Lanterns" in title else None)
            if title == "Low Tide":
                with open(os.path.splitext(out)[0] + ".lrc", "w", encoding="utf8") as f:
                    f.write("[ti:Low Tide]\n[ar:Pelican Sleep]\n" + "".join(f"[{t // 60:02d}:{t % 60:02d}.00]{w}\n" for t, w in MOON_LRC))
            print(f"{os.path.getsize(out) // 1024:5d} KB  {os.path.basename(out)}", flush=True)
