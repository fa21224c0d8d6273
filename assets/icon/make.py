#!/usr/bin/env python3
"""Draws parlour.svg at every size into png/, and packs parlour.ico and parlour.icns. Needs rsvg-convert."""
import os
import struct
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)


def png(size):
    return os.path.join(HERE, "png", f"{size}.png")


def ico(sizes):
    """Windows icon: a directory of PNG pictures."""
    data = [open(png(s), "rb").read() for s in sizes]
    at = 6 + 16 * len(data)
    head = struct.pack("<HHH", 0, 1, len(data))
    for s, d in zip(sizes, data):
        head += struct.pack("<BBBBHHII", s % 256, s % 256, 0, 0, 1, 32, len(d), at)
        at += len(d)
    return head + b"".join(data)


def icns(types):
    """macOS icon: a chain of typed PNG pictures."""
    body = b""
    for kind, s in types:
        d = open(png(s), "rb").read()
        body += kind + struct.pack(">I", len(d) + 8) + d
    return b"icns" + struct.pack(">I", len(body) + 8) + body


os.makedirs(os.path.join(HERE, "png"), exist_ok=True)
for s in SIZES:
    subprocess.run(["rsvg-convert", "-w", str(s), "-h", str(s), "-o", png(s), os.path.join(HERE, "parlour.svg")], check=True)
with open(os.path.join(HERE, "parlour.ico"), "wb") as f:
    f.write(ico((16, 24, 32, 48, 64, 128, 256)))
with open(os.path.join(HERE, "parlour.icns"), "wb") as f:
    f.write(icns(((b"icp4", 16), (b"icp5", 32), (b"icp6", 64), (b"ic07", 128), (b"ic08", 256), (b"ic09", 512))))
