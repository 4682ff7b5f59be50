"""Input of the report's script: the tables' numbers, rounded as the tables show them."""

from collections.abc import Iterable, Mapping
from typing import Any

from regression_unlearning.evaluation.measure import Quantity
from regression_unlearning.reporting.comparing import BETTER, SAME, UNTOLD, WORSE, Comparison
from regression_unlearning.reporting.layout import GOLD, NOTHING, Layout
from regression_unlearning.reporting.numerals import (
    SIGNS,
    brief,
    decimals_for,
    digits,
    ends,
    fixed,
    in_brackets,
    kept,
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

#: Verdict in words, and the style that shows it.
VERDICT_WORDS = {
    BETTER: "nearer to the goal than doing nothing",
    WORSE: "farther from the goal than doing nothing",
    SAME: "the same as doing nothing, within the floor",
    UNTOLD: "it cannot be told whether it is nearer to the goal than doing nothing",
}
STYLES = {BETTER: "better", WORSE: "worse", SAME: "same", UNTOLD: "open"}
ROLES = {NOTHING: "this is doing nothing", GOLD: "this is what unlearning should arrive at"}


def as_data(tablings: Iterable[Tabling], settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each table as JSON values, for report.js.

    Parameters
    ----------
    tablings : iterable of Tabling
        The tables.
    settings : mapping
        The report's settings.
    """
    return [_table(tabling, settings["params"]["datasets"]) for tabling in tablings]


def _table(tabling: Tabling, datasets: Mapping[str, Any]) -> dict[str, Any]:
    layout, cells = tabling.layout, tabling.layout.own(tabling.summaries)
    held = {key[3] for key in cells}
    order = dict.fromkeys((*layout.measures, *layout.quantities, *sorted(held)))
    names = [name for name in order if name in held]
    titles = {dataset["name"]: dataset["title"] for dataset in tabling.settings["datasets"]}
    return {
        "title": layout.title,
        "datasets": list(titles.values()),
        "methods": list(layout.methods.values()),
        "nothing": list(layout.methods).index(NOTHING),
        "gold": list(layout.methods).index(GOLD),
        "measures": [_words(layout, name) for name in names],
        "groups": [
            {
                "title": title,
                "dataset": list(titles).index(group[0]),
                **_origins(datasets.get(group[0]), layout.methods),
                "measures": [_measure(tabling, group, name) for name in names],
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


def _origins(dataset: Mapping[str, Any] | None, methods: Iterable[str]) -> dict[str, Any]:
    """How each model of a forget set was made, and the original from which methods start."""
    descriptions = models(dataset) if dataset else {}
    return {
        "made": [descriptions.get(label, "") for label in methods],
        "start": descriptions.get(NOTHING, ""),
    }


def _measure(tabling: Tabling, group: tuple[str, str], name: str) -> dict[str, Any]:
    """One measure on one forget set: the floor, and a cell for each model."""
    layout, words = tabling.layout, tabling.layout.words(name)
    cells = {label: tabling.summaries.get((*group, label, name)) for label in layout.methods}
    decimals = decimals_for(cell.mean for cell in _alike(tabling, group, name) if cell)
    result: dict[str, Any] = {
        "cells": [
            _cell(
                summary,
                tabling.scores.cells[(*group, label, name)],
                tabling.compared.get((*group, label, NOTHING, name)),
                ROLES.get(label, "" if words.goal else "not compared: it has no goal"),
                decimals,
            )
            if summary and not (words.goal == "1" and label == GOLD)  # shown as the floor
            else None
            for label, summary in cells.items()
        ]
    }
    floored = next((cell for cell in cells.values() if cell and cell.floor), None)
    if floored and floored.floor and floored.floor.value is not None:
        text = shown(floored.floor, decimals, spread)
        if floored.floor_interval:
            text += f" {ends(floored.floor_interval, decimals)}"
        result["floor"] = text
        gold = cells[GOLD]
        goal = gold.mean.value if words.goal == "retrained" and gold else words.goal
        if goal not in ("", None) and not floored.floor.bound:
            paired = tabling.scores.cells[(*group, GOLD, name)].paired
            band = _band(float(goal), floored.floor.value, words, paired)
            result["band"] = [fixed(rounded(end), decimals) for end in band]
    return result


def _band(goal: float, floor: float, words: Quantity, paired: bool) -> tuple[float, float]:
    """Ends of the range within the floor of the goal.

    A floor of pairs is a value of the quantity itself. For ratios the range is symmetric as a
    factor.
    """
    if not paired:
        return goal - floor, goal + floor
    if words.average != "mean" and goal and floor > 0:
        ratio = max(floor / goal, goal / floor)
        return goal / ratio, goal * ratio
    return goal - abs(floor - goal), goal + abs(floor - goal)


def _alike(tabling: Tabling, group: tuple[str, str], name: str) -> list[Summary | None]:
    """The cells that a table shows with the same number of decimals: a row, or a column."""
    groups = tabling.layout.groups if tabling.layout.kind != "measures" else (group,)
    return [
        tabling.summaries.get((*other, label, name))
        for other in groups
        for label in tabling.layout.methods
    ]


def _cell(
    summary: Summary, cell: Cell, compared: Comparison | None, role: str, decimals: int
) -> dict[str, Any]:
    result: dict[str, Any] = {
        "text": with_interval(summary, decimals),
        "bound": SIGNS.get(summary.mean.bound, ""),
        "count": summary.seeds,
        "notes": list(summary.notes),
        "verdict": _verdict(compared) if compared else role,
        "seeds": [],
    }
    if summary.mean.value is not None:
        result["value"] = fixed(kept(summary.mean), decimals)
    if summary.low is not None and summary.high is not None:
        result |= {
            "low": fixed(rounded(summary.low), decimals),
            "high": fixed(rounded(summary.high), decimals),
        }
    if compared and compared.difference is not None:
        result |= {"sign": MARKS[compared.verdict], "style": STYLES[compared.verdict]}
    for row in sorted(cell.rows, key=lambda row: (row.seed, row.other_seed or 0)):
        seed = f"{row.seed}" if row.other_seed is None else f"{row.seed} and {row.other_seed}"
        text = "not measured" if row.value is None else fixed(rounded(row.value), decimals)
        result["seeds"].append([seed, SIGNS.get(row.bound, ""), text])
    return result


def _verdict(comparison: Comparison) -> str:
    """A verdict in words, with difference, seeds and p value."""
    verdict = VERDICT_WORDS[comparison.verdict]
    if comparison.difference is None:
        return f"{verdict}: {comparison.seeds} paired seeds, and it takes three"
    number = (
        brief(comparison.difference, 4)
        if comparison.low is None or comparison.high is None
        else in_brackets(comparison.difference, comparison.low, comparison.high)
    )
    needed = f"; about {comparison.needed} seeds would tell" if comparison.needed else ""
    return (
        f"{verdict}{needed}. Distance from the goal minus doing nothing's: {number}, "
        f"{comparison.seeds} paired seeds, p = {digits(comparison.p_apart, 2)} (corrected)"
    )
