"""Distance of each value printed in the paper from ours, in units of our interval."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from regression_unlearning.reporting.layout import Layout
from regression_unlearning.reporting.numerals import digits, in_brackets
from regression_unlearning.reporting.summaries import Key, Summaries, Summary

#: Quantities that a printed one may stand for: the paper's caption and its released code differ.
READINGS = {
    "error_forget_train": ("error_forget_train", "error_forget_test"),
    "attack_label_rate": (
        "attack_label_rate",
        "attack_released_label_rate",
        "attack_released_retain_label_rate",
    ),
}
NEARER = "the paper's forget error is nearer to ours on"


@dataclass(frozen=True)
class Apart:
    """One printed value beside one of ours.

    Attributes
    ----------
    key : tuple of str
        Dataset, forget set, method, our quantity.
    printed : str
        The paper's value, as printed.
    ours : Summary
        Our cell.
    """

    key: Key
    printed: str
    ours: Summary

    @property
    def units(self) -> float:
        """Distance of the paper's value from our mean, over that of the interval's end on its side.

        NaN where our mean has no interval.
        """
        mean, low, high, _ = self.ours.figures
        value = float(self.printed)
        half = high - mean if value > mean else mean - low
        if not half:
            return 0.0 if value == mean else math.inf
        return abs(value - mean) / half


def against(summaries: Summaries, layout: Layout) -> list[Apart]:
    """Each printed value with each quantity that it may stand for, in the table's order.

    Parameters
    ----------
    summaries : dict
        See `summary.summarise`.
    layout : Layout
        The table.
    """
    readings = []
    for group in layout.groups:
        for measure in layout.measures:
            for method in layout.methods:
                cell = summaries.get((*group, method, measure))
                if cell is None or not cell.paper:
                    continue
                for quantity in READINGS.get(measure, (measure,)):
                    key = (*group, method, quantity)
                    if key in summaries and summaries[key].mean.value is not None:
                        readings.append(Apart(key, cell.paper, summaries[key]))
    return readings


def nearer(readings: Sequence[Apart]) -> Apart | None:
    """The reading of a printed value whose mean is nearest to it; None where none has a mean."""
    measured = [reading for reading in readings if not math.isnan(reading.ours.mean.exact)]
    return min(
        measured,
        key=lambda reading: abs(reading.ours.mean.exact - float(reading.printed)),
        default=None,
    )


def with_nearer(summaries: Summaries) -> Summaries:
    """Note whether a printed forget error is nearer to ours on train or on test rows.

    By its caption it is of train rows. The printed value is put beside both of ours.
    """
    result = dict(summaries)
    for key, cell in summaries.items():
        first, *others = READINGS["error_forget_train"]
        if key[3] != first or not cell.paper:
            continue
        keys = [(*key[:3], name) for name in (first, *others)]
        readings = [Apart(k, cell.paper, summaries[k]) for k in keys if k in summaries]
        if len(readings) < len(keys) or (nearest := nearer(readings)) is None:
            continue
        side = "train" if nearest.key[3] == first else "test"
        for k in keys:
            notes = (*summaries[k].notes, f"{NEARER} {side} rows")
            result[k] = replace(summaries[k], paper=cell.paper, notes=notes)
    return result


def within(readings: Sequence[Apart]) -> tuple[int, int]:
    """Number of printed values within our interval, and number that have an interval of ours."""
    units = [reading.units for reading in readings if not math.isnan(reading.units)]
    return sum(unit <= 1 for unit in units), len(units)


def as_markdown(protocols: Sequence[tuple[str, Summaries, Layout]]) -> str:
    """A Markdown table with a row for each printed value and two columns for each protocol.

    Parameters
    ----------
    protocols : sequence of (title, summaries, layout)
        Such as ``("paper's text", ...)``; layouts may be of other datasets of the same table.
    """
    columns = [(title, layout, against(cells, layout)) for title, cells, layout in protocols]
    by_place = [
        {(reading.key[1:], reading.printed): reading for reading in readings}
        for _, _, readings in columns
    ]
    layout = columns[0][1]
    titles = {forget_set: title for (_, forget_set), title in layout.groups.items()}
    head = ["Forget set", "Model", "Measure", "Paper"]
    for title, *_ in columns:
        head += [title, "units"]
    rows = [head, [":--"] * len(head)]
    for (forget_set, method, quantity), printed in dict.fromkeys(
        place for readings in by_place for place in readings
    ):
        row = [
            titles.get(forget_set, forget_set),
            layout.methods.get(method, method),
            layout.words(quantity).title,
            printed,
        ]
        for readings in by_place:
            reading = readings.get(((forget_set, method, quantity), printed))
            row += _cells(reading) if reading else ["", ""]
        rows.append(row)
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    counts = [
        f"{title}: {inside} of {known} printed values within the interval"
        for title, _, readings in columns
        for inside, known in [within(readings)]
    ]
    return "\n".join(lines) + "\n\n" + "; ".join(counts) + ".\n"


def _cells(reading: Apart) -> list[str]:
    mean, low, high, _ = reading.ours.figures
    if math.isnan(low):
        return [digits(reading.ours.mean.value or 0.0, 4), ""]
    units = f"{reading.units:.0f}" if reading.units >= 99.5 else digits(reading.units, 2)
    return [in_brackets(mean, low, high), units]
