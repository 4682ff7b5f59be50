"""Figures of every kind from made-up numbers: any number of forget sets, methods and seeds."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import yaml
from made_summaries import NOT_MEASURED, WORDS, cell

from regression_unlearning.evaluation.values import Value
from regression_unlearning.files import write_npz
from regression_unlearning.reporting import figure
from regression_unlearning.reporting.comparisons import Scores
from regression_unlearning.reporting.figure import Given
from regression_unlearning.reporting.figures.requests import FOLLOWED
from regression_unlearning.reporting.layout import Layout
from regression_unlearning.reporting.ranks import rank
from regression_unlearning.reporting.remarks import COST, W1

SETTINGS = yaml.safe_load((Path(__file__).parents[2] / "params.yaml").read_text(encoding="utf-8"))
#: Every label of the project with its title.
LABELS = {key: one["title"] for key, one in SETTINGS["methods"].items()} | {
    "finetune_faster": "FineTune (1e-3)",
    "gaussian_amnesiac_faster": "Gaussian Amnesiac (1e-3)",
    "blindspot_faster": "Blindspot (1e-3)",
    "short_retraining": "Short retraining",
    "helper_alone": "Helper alone",
}
SETS = (
    "Electricity, 203 customers, Ten customers",
    "1000 random rows for tuning",
    "Requests 1-3: Ages 0-10, then 10-20, then 20-30",
)
UNIT = "deviations of a customer's load"
#: The longest title in params.yaml.
TITLE = "Relative deviation from the retrained model, drawn as the paper's Figure 2"


def layout(keys, sets):
    return Layout(
        title=TITLE,
        dataset_title="Electricity, 203 customers, glove_840b_300d",
        groups={("d", f"set_{number}"): SETS[number] for number in range(sets)},
        methods={"original": "Original", "retrained": "Retrained"} | {k: LABELS[k] for k in keys},
        embedded=True,
        disclosed=("of 12,345 different words 81 % have a vector", "the last epoch's weights stay"),
        quantities=WORDS,
    )


def given(kind, stem, keys, sets, seeds):
    """What a figure of a kind is drawn from."""
    own = layout(keys, sets)
    if kind.endswith("densities"):
        return Given(own, stem, UNIT, {}, observations(stem.parent, own, seeds))
    if kind == "leaderboard":
        return Given(own, stem, UNIT, ranks=ranked(own, max(seeds, 3)))
    return Given(own, stem, UNIT, summaries(own, seeds))


def draw(kind, stem, keys, sets, seeds):
    figure.load(kind).draw(given(kind, stem, keys, sets, seeds))


def ranked(own, seeds):
    """Mean ranks by costs that follow the methods' order, with some noise."""
    generator = np.random.default_rng(0)
    values = [
        Value(*group, method, COST, seed, None, 1 + level + 3 * generator.random())
        for group in own.groups
        for level, method in enumerate(own.unlearning)
        for seed in range(seeds)
    ]
    return rank(Scores(values, own.quantities), own)


def observations(folder, own, seeds, rows=80):
    """Files by group and method, then seed: heavy tails, and a method that is like the original."""
    made = np.random.default_rng(0)
    target = made.uniform(1, 5, rows)
    gold = {seed: target + made.normal(0, 0.3, rows) for seed in range(seeds)}
    found = {}
    for group in own.groups:
        original = {seed: gold[seed] + made.normal(1, 0.5, rows) for seed in range(seeds)}
        for number, key in enumerate(own.methods):
            away = {"retrained": gold, "original": original}.get(key) or {
                seed: original[seed] + made.normal(0, 0.004, rows)
                if number == 2
                else gold[seed] + made.standard_t(2, rows) * made.uniform(0.2, 0.6)
                for seed in range(seeds)
            }
            found[*group, key] = {
                seed: saved(folder / f"{group[1]}_{key}_{seed}.npz", target, away[seed])
                for seed in range(seeds)
            }
    return found


def saved(path, target, prediction):
    arrays = {
        "row_id": np.arange(len(target)),
        "target": np.float32(target),
        "prediction": np.float32(prediction),
    }
    write_npz(path, {f"forget/{name}": array for name, array in arrays.items()})
    return path


def summaries(own, seeds):
    """Cells of all that the figures are drawn from, with intervals from five seeds on.

    One interval is far too wide, one mean far away, one cell not measured.
    """
    made = np.random.default_rng(1)
    found = {}
    sizes = dict(zip((*FOLLOWED, W1, COST), (10, 25, 0.08, 1, 0.1), strict=True))
    for group in own.groups:
        for number, key in enumerate(own.methods):
            for quantity, size in sizes.items():
                mean = size * float(np.exp(made.normal(0, 0.3)))
                mean *= 40 if quantity == W1 and number == 3 else 1
                half = mean * (4 if number == 2 else 0.4)
                ends = (max(mean - half, 0.1 * mean), mean + half) if seeds >= 5 else ()
                floor = 0.1 * size
                found[*group, key, quantity] = replace(
                    cell(mean, *ends, floor=floor, seeds=seeds),
                    values=tuple(mean * made.uniform(0.8, 1.2, seeds)),
                    floor_interval=(0.7 * floor, 1.4 * floor) if seeds >= 5 else None,
                )
    last = list(own.methods)[-1]
    found[*next(iter(own.groups)), last, FOLLOWED[2]] = cell(NOT_MEASURED)
    found[*next(iter(own.groups)), last, W1] = cell(NOT_MEASURED)
    return found
