"""What a run measured, and the model card that shows it."""

from pathlib import Path

import measure
from pack import SHOW, SUGGEST

HERE = Path(__file__).parent


def report(tags: list[dict], test_rows: list[dict], scores, exact, difference: float) -> dict:
    """Everything measured on the test photographs, with parents lifted from shown children."""
    slugs = [row["slug"] for row in tags]
    truth = measure.test_truth(test_rows, slugs)
    right, maybe, _, _ = truth
    parents = measure.parents_of(tags, slugs)

    def at(values, threshold):
        return measure.lift(values >= threshold, values, parents)[0]

    shown, judged = at(scores, SHOW), ~maybe
    lines = [
        (f"**this pack, shown tags ({SHOW})**", measure.summary(shown, truth, slugs)),
        (f"this pack, suggestions too ({SUGGEST})", measure.summary(at(scores, SUGGEST), truth, slugs)),
        ("untouched EfficientNet-Lite0 in float32, classes summed, 0.5", measure.summary(exact >= 0.5, truth, slugs)),
        ("untouched EfficientNet-Lite0 in float32, classes summed, 0.3", measure.summary(exact >= 0.3, truth, slugs)),
    ]
    by_tag = []
    for k, slug in enumerate(slugs):
        exist = int(right[:, k].sum())
        hits = int((shown & right)[:, k].sum())
        wrong = int((shown & judged & ~right)[:, k].sum())
        precision = measure.average_precision(scores[judged[:, k], k], right[judged[:, k], k])
        by_tag.append((slug, exist, hits, wrong, precision))
    spoken = judged & (scores >= 0.05)
    return {
        "lines": lines,
        "by_tag": by_tag,
        "calibration": measure.calibration_error(scores[judged], right[judged]),
        "calibration_spoken": measure.calibration_error(scores[spoken], right[spoken]),
        "difference": difference,
    }


def quality(found: dict) -> str:
    s = found["lines"][0][1]
    return f"190 photographs judged by eye: precision {s['precision']:.2f}, recall {s['recall']:.2f} of shown tags"


def write(path: Path, found: dict) -> None:
    overall = [
        "| 190 photographs judged by eye | precision | recall | right tags a photo | wrong tags a photo | a right specific tag |",
        "|---|---|---|---|---|---|",
    ]
    for name, s in found["lines"]:
        overall.append(
            f"| {name} | {s['precision']:.3f} | {s['recall']:.3f} | {s['right']:.2f} | {s['wrong']:.2f} | {s['specific']:.3f} |"
        )
    by_tag = ["| tag | exist | shown rightly | shown wrongly | precision | AP |", "|---|---|---|---|---|---|"]
    for slug, exist, hits, wrong, ap in found["by_tag"]:
        precision = f"{hits / (hits + wrong):.2f}" if hits + wrong else ""
        average = f"{ap:.2f}" if exist else ""
        by_tag.append(f"| {slug} | {exist} | {hits} | {wrong} | {precision} | {average} |")
    fields = {
        "overall": "\n".join(overall),
        "by_tag": "\n".join(by_tag),
        "labels": str(len(found["by_tag"])),
        "calibration": f"{found['calibration']:.3f}",
        "calibration_spoken": f"{found['calibration_spoken']:.3f}",
        "difference": f"{found['difference']:.3f}",
        "failures": (HERE / "failures.md").read_text(encoding="utf-8").strip(),
    }
    text = (HERE / "card.template.md").read_text(encoding="utf-8")
    for key, value in fields.items():
        text = text.replace("{{" + key + "}}", value)
    path.write_text(text, encoding="utf-8")
    print(fields["overall"], fields["by_tag"], sep="\n\n")
    print(f"\ncalibration error {fields['calibration']} (all), {fields['calibration_spoken']} (scores over 0.05)")
    print(f"largest difference between float32 and the file: {fields['difference']}")
