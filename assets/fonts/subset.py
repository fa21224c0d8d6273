"""Makes the fonts that Parlour embeds, from the full faces that a Linux distribution ships.

usage: python3 subset.py INTER_REGULAR.otf INTER_SEMIBOLD.otf NOTO_SANS_CJK_REGULAR.ttc

Needs fonttools. Inter is cut to Latin, Greek and Cyrillic with tabular digits in place of the proportional ones, so
that numbers that change do not shift. Noto Sans CJK (Simplified Chinese face) is cut to the 3,755 characters of GB
2312 level 1 and to every character that Parlour's own texts use.
"""
import pathlib
import sys

from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent
LATIN = [*range(0x20, 0x7F), *range(0xA0, 0x250), *range(0x2B0, 0x300), *range(0x370, 0x400), *range(0x400, 0x530),
         *range(0x1E00, 0x1F00), *range(0x2010, 0x2028), *range(0x2030, 0x205F), *range(0x20A0, 0x20C0),
         *range(0x2100, 0x2200), *range(0x2212, 0x2216), 0x221E, 0x2248, 0x2260, 0x2264, 0x2265, 0x25CF, 0x266A,
         0x2605, 0x2606, 0x2713, 0x2717, 0x00D7]


def gb2312_level_1():
    for row in range(0xB0, 0xD8):
        for cell in range(0xA1, 0xFF):
            try:
                yield ord(bytes([row, cell]).decode("gb2312"))
            except UnicodeDecodeError:
                continue


def own_texts():
    files = [*ROOT.glob("assets/i18n/*.ftl"), *ROOT.glob("models/*/vocabulary.csv"),
             *ROOT.glob("assets/demo/**/*.lrc"), *ROOT.glob("src/**/*.rs")]
    chars = set()
    for file in files:
        chars |= {ord(c) for c in file.read_text(encoding="utf-8")}
    for name in ROOT.glob("assets/demo/**/*"):
        chars |= {ord(c) for c in str(name.relative_to(ROOT))}
    return {c for c in chars if c >= 0x2E80}


def tabular_digits(font):
    for record in font["GSUB"].table.FeatureList.FeatureRecord:
        if record.FeatureTag != "tnum":
            continue
        mapping = {}
        for index in record.Feature.LookupListIndex:
            for table in font["GSUB"].table.LookupList.Lookup[index].SubTable:
                mapping |= getattr(getattr(table, "ExtSubTable", table), "mapping", {})
        for table in font["cmap"].tables:
            for code in range(0x30, 0x3A):
                if code in table.cmap:
                    table.cmap[code] = mapping.get(table.cmap[code], table.cmap[code])
        return


def cut(font, codes, target):
    options = subset.Options(layout_features=["kern", "liga", "calt", "ccmp", "mark", "mkmk", "locl"], hinting=False,
                             name_IDs=[0, 1, 2, 13, 14], notdef_outline=True)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=sorted(set(codes)))
    cutter.subset(font)
    font.save(target)
    print(f"{target.name}: {target.stat().st_size // 1024} KB")


def main():
    regular, semibold, cjk = sys.argv[1:4]
    for source, name in [(regular, "inter-regular.otf"), (semibold, "inter-semibold.otf")]:
        font = TTFont(source)
        tabular_digits(font)
        cut(font, LATIN, HERE / name)
    face = next(f for f in TTCollection(cjk).fonts if "SC" in f["name"].getDebugName(1))
    codes = {*gb2312_level_1(), *own_texts(), *range(0x3000, 0x3040), *range(0x3040, 0x3100), *range(0xFF00, 0xFFF0)}
    cut(face, codes, HERE / "noto-sans-sc.otf")


main()
