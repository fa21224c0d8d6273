"""The tables of the model cards."""

import numpy as np

BEGIN, END = "<!-- table: written by train.py -->", "<!-- end of table -->"


def quality(head, where):
    """The one line of the manifest."""
    ours, untouched = (np.mean([r[key] for r in head.rows]) for key in ("ours", "untouched"))
    shown = [r["precision"] for r in head.rows if r["show"] < 2.0]
    return f"mean AP {ours:.3f} over {len(head.rows)} tags (backbone untouched {untouched:.3f}), {len(shown)} tags shown at mean precision {np.mean(shown):.2f}; {where}"


def table(head):
    lines = ["| tag | clips with / without | sources | left out | AP untouched | AP here | head | shown from | precision | recall |", "|---|---|---|---|---|---|---|---|---|---|"]
    for r in head.rows:
        shown = ("suggestion", "", "") if r["show"] >= 2.0 else (f"{r['show']:.2f}", f"{r['precision']:.2f}", f"{r['recall']:.2f}")
        own = {0.0: "no", 0.5: "half", 1.0: "yes"}[r["gain"]]
        cells = [r["slug"], f"{r['positives']} / {r['absent']}", str(r["sources"]), r["left_out"], f"{r['untouched']:.3f}", f"{r['ours']:.3f}", own, *shown]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def write_table(folder, head, copy):
    """Prints the table, keeps a copy, and puts it between the marks of MODEL_CARD.md if that exists."""
    text = table(head) + "\n"
    print(text)
    copy.write_text(text)
    path = folder / "MODEL_CARD.md"
    if path.exists():
        card = path.read_text()
        before, rest = card.split(BEGIN, 1)
        after = rest.split(END, 1)[1]
        path.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}")
