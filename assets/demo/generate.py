#!/usr/bin/env python3
"""Draws and plays the demo library into library/. See README.md beside this file.

    generate.py [photos|music|sounds|clips] [NAME...]     all, or only the files whose name contains NAME
"""
import os
import shutil
import sys
from multiprocessing import Pool

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
LIBRARY = os.environ.get("DEMO_OUT", os.path.join(HERE, "library"))


def one_photo(name):
    from scenes import photos

    (p,) = [p for p in photos.TABLE if p["file"] == name]
    return photos.draw(p, os.path.join(LIBRARY, "Photos"))


def main(args):
    missing = [t for t in ("ffmpeg", "flac", "lame", "opusenc", "exiftool") if not shutil.which(t)]
    if missing:
        sys.exit(f"These tools are needed to make the demo library: {', '.join(missing)}")
    what = args[0] if args else "all"
    names = args[1:]
    if what in ("all", "photos"):
        from scenes.photos import TABLE

        todo = [p["file"] for p in TABLE if not names or any(n in p["file"] for n in names)]
        with Pool(2) as pool:
            for out, size in pool.imap_unordered(one_photo, todo):
                print(f"{size // 1024:5d} KB  {os.path.relpath(out, LIBRARY)}", flush=True)
    if what in ("all", "music"):
        from sound.albums import make

        make(os.path.join(LIBRARY, "Music"), names)
    if what in ("all", "sounds"):
        from sound.nature import make

        make(os.path.join(LIBRARY, "Sounds"))
    if what in ("all", "clips"):
        from scenes.clips import make

        make(os.path.join(LIBRARY, "Clips"))


if __name__ == "__main__":
    main(sys.argv[1:])
