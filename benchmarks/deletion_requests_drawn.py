"""Draw what ten deletion requests one after the other did: see deletion_requests.py."""

import csv
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from regression_unlearning.evaluation.errors import QUANTITIES
from regression_unlearning.reporting import floors
from regression_unlearning.reporting.comparing import Comparison, compare, judged
from regression_unlearning.reporting.drawing import canvas, save_figure
from regression_unlearning.requests.request import RETRAIN
from regression_unlearning.settings.document import Settings

RESULTS = Path("results/requests")
#: Requests one after the other.
TIMES = 10

#: Errors by seed and number of requests.
Curves = dict[int, dict[int, float]]


def read(path: Path) -> list[dict[str, str]]:
    """Lines of a file that was written before; none without it."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def curves(dataset: str, ids: str) -> dict[str, Curves]:
    """Error by model, seed and number of requests, of so many ids each."""
    found: dict[str, Curves] = defaultdict(lambda: defaultdict(dict))
    for one in read(RESULTS / "ten.csv"):
        if (one["dataset"], one["ids"]) == (dataset, ids):
            found[one["model"]][int(one["seed"])][int(one["request"])] = float(one["error"])
    return found


def against(curve: Curves, gold: Mapping[int, float]) -> tuple[Comparison, floors.Pairs]:
    """The error after all requests, less the retrained model's of the seed; and the floor."""
    pairs = floors.between(gold)
    margin = floors.floor(pairs, QUANTITIES[0]) if pairs else None
    last = {seed: of[TIMES] - gold[seed] for seed, of in curve.items() if seed in gold}
    found = compare(last, dict.fromkeys(last, 0.0), margin, pairs)
    return judged({0: found})[0], pairs


def draw(settings: Settings) -> None:
    """Draw ten.png, a panel a dataset, and print how far the last model is from retraining."""
    runs = list(dict.fromkeys((one["dataset"], one["ids"]) for one in read(RESULTS / "ten.csv")))
    with canvas(3.4 * len(runs), 2.9) as figure:
        panels = figure.subplots(1, len(runs), squeeze=False)[0]
        for axis, (dataset, ids) in zip(panels, runs, strict=True):
            found = curves(dataset, ids)
            gold = {seed: of[TIMES] for seed, of in found.pop(RETRAIN, {}).items()}
            if gold:
                middle = float(np.mean(list(gold.values())))
                axis.axhline(middle, color="black", lw=1, ls="--", label="retrained without all")
                axis.plot([TIMES] * len(gold), list(gold.values()), "k.", ms=3)
            for number, (method, curve) in enumerate(found.items()):
                color = f"C{number}"
                whole = [of for of in curve.values() if len(of) == TIMES + 1]
                for of in whole:
                    axis.plot(sorted(of), [of[k] for k in sorted(of)], color=color, lw=0.4)
                if whole:
                    mean = [np.mean([of[k] for of in whole]) for k in range(TIMES + 1)]
                    title = settings.datasets[dataset].methods[method].title
                    axis.plot(range(TIMES + 1), mean, color=color, lw=1.5, label=title)
                one, pairs = against(curve, gold)
                print(f"{dataset}, {method}: {report(one, pairs)}")
                ends = floors.interval(pairs, QUANTITIES[0]) if pairs else None
                if ends:
                    low, high = middle - ends[1], middle + ends[1]
                    axis.axhspan(low, high, color="grey", alpha=0.2, lw=0, label="floor")
            unit = settings.datasets[dataset].unit
            axis.set_title(settings.datasets[dataset].title)
            axis.set_xlabel(f"Requests of {ids} rows so far (thin: single seeds)")
            axis.set_ylabel(f"Error on never-seen rows to keep, {unit}", fontsize="small")
            handles, labels = axis.get_legend_handles_labels()
            named = dict(zip(labels, handles, strict=True))
            axis.legend(named.values(), named.keys(), fontsize="x-small")
        save_figure(figure, RESULTS / "ten")


def report(one: Comparison, pairs: floors.Pairs) -> str:
    """A comparison in words."""
    if one.difference is None:
        return f"{one.seeds} seeds with both models are too few to compare"
    ends = floors.interval(pairs, QUANTITIES[0])
    text = (
        f"after {TIMES} requests the error is {one.difference:+.4g} [{one.low:+.4g}, "
        f"{one.high:+.4g}] from the retrained model's, floor {one.floor:.4g}"
    )
    if ends is None:
        return f"{text} (too few seeds for its interval): {one.verdict}, {one.seeds} seeds"
    inside = "within" if abs(one.difference) <= ends[1] else "beyond"
    return f"{text} [{ends[0]:.4g}, {ends[1]:.4g}]: {inside} it; {one.verdict}, {one.seeds} seeds"
