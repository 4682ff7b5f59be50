"""What the report's script draws from: the tables' numbers, rounded as the tables print them."""

from collections.abc import Iterable, Mapping
from typing import Any

from regression_unlearning.evaluation.measure import Quantity
from regression_unlearning.reporting.comparing import BETTER, SAME, UNTOLD, WORSE, Comparison
from regression_unlearning.reporting.layout import GOLD, NOTHING, Layout
from regression_unlearning.reporting.numerals import (
    SIGNS,
    brief,
    digits,
    ends,
    fixed,
    in_brackets,
    kept,
    places,
    rounded,
    shown,
    spread,
    with_interval,
)
from regression_unlearning.reporting.report_settings import models
from regression_unlearning.reporting.summaries import Summary
from regression_unlearning.reporting.summary import Cell
from regression_unlearning.reporting.tables import SIGNS as MARKS
from regression_unlearning.reporting.tabling import Tabling

#: Verdict to how it is said, and to the style that shows it.
SAID = {
    BETTER: "nearer to the goal than doing nothing",
    WORSE: "farther from the goal than doing nothing",
    SAME: "the same as doing nothing, within the floor",
    UNTOLD: "it cannot be told whether it is nearer to the goal than doing nothing",
}
STYLES = {BETTER: "better", WORSE: "worse", SAME: "same", UNTOLD: "open"}
ROLES = {NOTHING: "this is doing nothing", GOLD: "this is what unlearning should arrive at"}


def as_data(made: Iterable[Tabling], settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each table as JSON values, for report.js.

    Parameters
    ----------
    made : iterable of Tabling
        The tables.
    settings : mapping
        What the workflow says of the report.
    """
    return [_table(one, settings["params"]["datasets"]) for one in made]


def _table(made: Tabling, datasets: Mapping[str, Any]) -> dict[str, Any]:
    layout, cells = made.layout, made.layout.own(made.summaries)
    held = {key[3] for key in cells}
    order = dict.fromkeys((*layout.measures, *layout.quantities, *sorted(held)))
    names = [name for name in order if name in held]
    told = {one["name"]: one["title"] for one in made.settings["datasets"]}
    return {
        "title": layout.title,
        "datasets": list(told.values()),
        "methods": list(layout.methods.values()),
        "nothing": list(layout.methods).index(NOTHING),
        "gold": list(layout.methods).index(GOLD),
        "measures": [_words(layout, name) for name in names],
        "groups": [
            {
                "title": title,
                "dataset": list(told).index(group[0]),
                **_made(datasets.get(group[0]), layout.methods),
                "measures": [_measure(made, group, name) for name in names],
            }
            for group, title in layout.groups.items()
        ],
    }


def _words(layout: Layout, name: str) -> dict[str, str]:
    words = layout.words(name)
    meaning = words.meaning
    if words.unit == "error":
        meaning = meaning.replace("error", layout.error, 1)
    return {"title": layout.label(name), "goal": words.goal, "meaning": meaning}


def _made(dataset: Mapping[str, Any] | None, methods: Iterable[str]) -> dict[str, Any]:
    """What made each model of a forget set, and the original that methods start from."""
    found = models(dataset) if dataset else {}
    return {"made": [found.get(label, "") for label in methods], "start": found.get(NOTHING, "")}


def _measure(made: Tabling, group: tuple[str, str], name: str) -> dict[str, Any]:
    """One measure on one forget set: the floor, and a cell for each model."""
    layout, words = made.layout, made.layout.words(name)
    cells = {label: made.summaries.get((*group, label, name)) for label in layout.methods}
    decimals = places(one.mean for one in _alike(made, group, name) if one)
    found: dict[str, Any] = {
        "cells": [
            _cell(
                one,
                made.scores.cells[(*group, label, name)],
                made.compared.get((*group, label, NOTHING, name)),
                ROLES.get(label, "" if words.goal else "not compared: it has no goal"),
                decimals,
            )
            if one and not (words.goal == "1" and label == GOLD)  # its noise is the floor
            else None
            for label, one in cells.items()
        ]
    }
    floored = next((one for one in cells.values() if one and one.floor), None)
    if floored and floored.floor and floored.floor.value is not None:
        text = shown(floored.floor, decimals, spread)
        if floored.floor_interval:
            text += f" {ends(floored.floor_interval, decimals)}"
        found["floor"] = text
        gold = cells[GOLD]
        goal = gold.mean.value if words.goal == "retrained" and gold else words.goal
        if goal not in ("", None) and not floored.floor.bound:
            paired = made.scores.cells[(*group, GOLD, name)].paired
            band = _band(float(goal), floored.floor.value, words, paired)
            found["band"] = [fixed(rounded(one), decimals) for one in band]
    return found


def _band(goal: float, floor: float, words: Quantity, paired: bool) -> tuple[float, float]:
    """What lies within the floor of the goal; a floor of pairs is a value of the quantity itself.

    Of ratios it is as far in both directions as a ratio.
    """
    if not paired:
        return goal - floor, goal + floor
    if words.average != "mean" and goal and floor > 0:
        ratio = max(floor / goal, goal / floor)
        return goal / ratio, goal * ratio
    return goal - abs(floor - goal), goal + abs(floor - goal)


def _alike(made: Tabling, group: tuple[str, str], name: str) -> list[Summary | None]:
    """The cells that a table prints with one number of decimals: its row, or its column."""
    groups = made.layout.groups if made.layout.kind != "measures" else (group,)
    return [
        made.summaries.get((*one, label, name)) for one in groups for label in made.layout.methods
    ]


def _cell(
    one: Summary, cell: Cell, compared: Comparison | None, role: str, decimals: int
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "text": with_interval(one, decimals),
        "bound": SIGNS.get(one.mean.bound, ""),
        "count": one.seeds,
        "notes": list(one.notes),
        "verdict": _verdict(compared) if compared else role,
        "seeds": [],
    }
    if one.mean.value is not None:
        found["value"] = fixed(kept(one.mean), decimals)
    if one.low is not None and one.high is not None:
        found |= {
            "low": fixed(rounded(one.low), decimals),
            "high": fixed(rounded(one.high), decimals),
        }
    if compared and compared.difference is not None:
        found |= {"sign": MARKS[compared.verdict], "style": STYLES[compared.verdict]}
    for row in sorted(cell.rows, key=lambda row: (row.seed, row.other_seed or 0)):
        seed = f"{row.seed}" if row.other_seed is None else f"{row.seed} and {row.other_seed}"
        text = "not measured" if row.value is None else fixed(rounded(row.value), decimals)
        found["seeds"].append([seed, SIGNS.get(row.bound, ""), text])
    return found


def _verdict(one: Comparison) -> str:
    """A verdict with what it rests on."""
    said = SAID[one.verdict]
    if one.difference is None:
        return f"{said}: {one.seeds} paired seeds, and it takes three"
    number = (
        brief(one.difference, 4)
        if one.low is None or one.high is None
        else in_brackets(one.difference, one.low, one.high)
    )
    more = f"; about {one.needed} seeds would tell" if one.needed else ""
    return (
        f"{said}{more}. Distance from the goal minus doing nothing's: {number}, {one.seeds} paired "
        f"seeds, p = {digits(one.p_apart, 2)} (corrected)"
    )
