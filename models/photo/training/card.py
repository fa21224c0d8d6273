"""The report of a run and the model card that shows it."""

from pathlib import Path

import numpy as np

import measure
from calibrate import NEVER

HERE = Path(__file__).parent


def report(every, fits, kept, slugs, scores, floors) -> dict:
    """Everything measured on the test photographs, with parents lifted from shown children."""
    truth = measure.test_truth(every.test_rows, slugs)
    right, maybe, existing, _ = truth
    parents = measure.parents_of(every.tags, slugs)
    show = np.array([f.show for f in kept])
    suggest = np.array([f.suggest for f in kept])
    shown, _ = measure.lift(scores >= show, scores, parents)
    offered, _ = measure.lift(scores >= np.minimum(suggest, show), scores, parents)
    judged = ~maybe
    usable = np.broadcast_to(show < NEVER, scores.shape) & judged
    per_tag = {}
    for k, slug in enumerate(slugs):
        hits = int((shown & right)[:, k].sum())
        wrong = int((shown & judged & ~right)[:, k].sum())
        per_tag[slug] = {
            "exist": int(right[:, k].sum()),
            "hits": hits,
            "wrong": wrong,
            "ap": measure.average_precision(scores[judged[:, k], k], right[judged[:, k], k]),
        }
    seen = usable & (scores >= 0.05)
    return {
        "shown": measure.summary(shown, truth, slugs),
        "offered": measure.summary(offered, truth, slugs),
        "floors": floors,
        "existing": existing,
        "calibration": measure.calibration_error(scores[usable], right[usable]),
        "calibration_spoken": measure.calibration_error(scores[seen], right[seen]),
        "per_tag": per_tag,
    }


def quality(found: dict) -> str:
    s = found["shown"]
    return (
        f"190 photographs judged by eye: precision {s['precision']:.2f}, recall {s['recall']:.2f} "
        f"of what is shown as a tag"
    )


def _line(name: str, s: dict) -> str:
    return (
        f"| {name} | {s['precision']:.3f} | {s['recall']:.3f} | {s['right']:.2f} | "
        f"{s['wrong']:.2f} | {s['specific']:.3f} |"
    )


def _number(value) -> str:
    return "" if value is None or value != value else f"{value:.2f}"


def tables(every, fits, kept, found) -> tuple[str, str, str]:
    """The overall table, the table by tag, the labels left out."""
    overall = [
        "| 190 photographs judged by eye | precision | recall | right tags a photo | wrong tags a photo | a right specific tag |",
        "|---|---|---|---|---|---|",
        _line("**this pack, shown tags**", found["shown"]),
        _line("this pack, suggestions too", found["offered"]),
        _line("untouched EfficientNet-Lite0, classes summed, 0.5 (version 1)", found["floors"][1]),
        _line("untouched EfficientNet-Lite0, classes summed, 0.3", found["floors"][0]),
    ]
    by_tag = [
        "| tag | form | show | suggest | AP backbone | AP head | positives (sources) | precision | recall | test: exist, right, wrong | test AP |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for fit in kept:
        t = found["per_tag"][fit.slug]
        show = "suggestion only" if fit.show >= NEVER else f"{fit.show:.2f}"
        known = _number(fit.known_ap) if fit.known_ap else ""
        by_tag.append(
            f"| {fit.slug} | {fit.form} | {show} | {fit.suggest:.2f} | {known} | {_number(fit.head_ap)} | "
            f"{fit.positives} ({fit.sources}) | {_number(fit.precision)} | {_number(fit.recall)} | "
            f"{t['exist']}, {t['hits']}, {t['wrong']} | {_number(t['ap'])} |"
        )
    stay = {fit.slug for fit in kept}
    left = ", ".join(f"{f.slug} {_number(f.head_ap) or '-'}" for f in fits if f.slug not in stay)
    return "\n".join(overall), "\n".join(by_tag), left


def _mean_ap(every, fits, grades: str) -> tuple[str, str]:
    """Mean average precision of the backbone's sums (0 for tags without classes) and of the chosen forms."""
    grade = {t["slug"]: t["grade"] for t in every.tags}
    found = [f for f in fits if grade[f.slug] in grades and f.positives]
    known = [f.known_ap for f in found]
    chosen = [f.known_ap if f.form == "backbone" else f.head_ap for f in found]
    return f"{np.nanmean(known):.2f}", f"{np.nanmean(chosen):.2f}"


def write(path: Path, every, fits, kept, found) -> None:
    overall, by_tag, left = tables(every, fits, kept, found)
    retrieval = "\n".join(
        f"| {name} | {a[0]:.3f} | {b[0]:.3f} | {b[1]:.3f} |" for name, (a, b) in found["embedding"].items()
    )
    known_a, ap_a = _mean_ap(every, fits, "A")
    known_ab, ap_ab = _mean_ap(every, fits, "AB")
    text = (HERE / "card.template.md").read_text(encoding="utf-8")
    fields = {
        "overall": overall,
        "by_tag": by_tag,
        "left_out_labels": left,
        "failures": (HERE / "failures.md").read_text(encoding="utf-8").strip(),
        "labels": str(len(kept)),
        "shown_labels": str(sum(f.show < NEVER for f in kept)),
        "known_a": known_a,
        "known_ab": known_ab,
        "ap_a": ap_a,
        "ap_ab": ap_ab,
        "calibration": f"{found['calibration']:.3f}",
        "calibration_spoken": f"{found['calibration_spoken']:.3f}",
        "retrieval": retrieval,
        "difference": f"{found['difference']:.0e}",
    }
    for key, value in fields.items():
        text = text.replace("{{" + key + "}}", value)
    path.write_text(text, encoding="utf-8")
    print(overall, by_tag, f"left out: {left}", retrieval, sep="\n\n")
    print(f"\nleft-out sources: mean AP {fields['ap_a']} (A), {fields['ap_ab']} (A and B)")
    print(f"calibration error {fields['calibration']} (all), {fields['calibration_spoken']} (scores over 0.05)")
    print(f"largest difference between PyTorch and the file: {fields['difference']}")
