"""Makes both audio packs: python train.py --data DIR --work DIR [--pack sound|music|all] [--permissive-only]."""

import argparse
from pathlib import Path

import music
import sound
from dataset import HERE, load


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True, type=Path, help="the folder that holds sounds/")
    parser.add_argument("--work", required=True, type=Path, help="scratch folder for decoded audio and features")
    parser.add_argument("--out", type=Path, default=HERE.parent.parent, help="where sound/ and music/ are written")
    parser.add_argument("--pack", choices=["sound", "music", "all"], default="all")
    parser.add_argument("--permissive-only", action="store_true", help="leave out sources under research-only terms")
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    clips = load(args.data, args.work, args.permissive_only)
    if args.pack in ("sound", "all"):
        sound.make(clips, args)
    if args.pack in ("music", "all"):
        music.make(clips, args)


if __name__ == "__main__":
    main()
