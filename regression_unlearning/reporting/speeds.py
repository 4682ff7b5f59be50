"""What benchmarks/gpu.py measured on a card, as text: its file, read and laid out as tables."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from regression_unlearning.errors import UserError

#: The file, from the project's folder on.
FILE = Path("results/benchmarks/gpu.csv")
#: Each quantity of a part, in the order of its table: its unit and what it is.
STEPS = {
    "loop": (
        "rows/s",
        "the project's training loop from the second epoch on: order, gathering, augmentation, "
        "step, the epoch's last, shorter batch, and its one wait for the mean loss",
    ),
    "bare": ("rows/s", "the plain step over one batch that lies on the device, step by step"),
    "captured": ("rows/s", "the same as one CUDA graph: as fast as the card can be"),
    "loop over captured": ("share", "the loop's rows a second over the captured step's"),
    "loop over bare": ("ratio", "over the plain step's"),
    "busy": (
        "share",
        "seconds of the loop's own step (data and augmentation too) as graphs one right after the "
        "other, over the loop's seconds, row for row. It counts gaps within a graph as busy, and "
        "is not what nvidia-smi calls utilisation",
    ),
    "channels last over contiguous": (
        "ratio",
        "captured steps a second with the images' channels last in memory, over channels first",
    ),
    "bfloat16 over float32": ("ratio", "captured steps a second in bfloat16, over float32"),
    "start": ("s", "what a run takes beyond its epochs: first steps, trying, capturing"),
    "memory": ("MiB", "most memory of the card that torch held for a run of the loop, data too"),
}
CELLS = {
    "rows": ("rows", "made data: train 70 %, validation and test 15 % each; a tenth to forget"),
    "epochs": ("epochs", "of original and retrained model here"),
    "original": ("s", "training on the whole training set"),
    "retrained": ("s", "training without the forget set"),
    "helper": ("s", "training of Blindspot's helper"),
    "blindspot": ("s", "unlearning"),
    "observing": ("s", "the three models' passes over every split, written to files"),
    "measures": ("s", "errors, membership, wasserstein and row_distance, on the CPU"),
    "whole": ("s", "all of these, in one process that has started: measured"),
    "reckoned": (
        "s",
        "the same with both trainings' seconds times the epochs of params.yaml over those here",
    ),
}
PARTS = {"step": STEPS, "cell": CELLS}
HEADS = {"step": "network", "cell": "one table cell"}


@dataclass(frozen=True)
class Row:
    """One line of the file.

    Attributes
    ----------
    part, case, quantity : str
        ``step``, ``cell``, ``machine`` or ``note``; what was measured; a key of `STEPS` or `CELLS`.
    value, unit : str
        As measured, and its unit; of the machine and in notes, words.
    bar, met : str
        The least that is asked for, and yes or no; empty where nothing is.
    """

    part: str
    case: str
    quantity: str
    value: str
    unit: str = ""
    bar: str = ""
    met: str = ""


def measured(part: str, case: str, quantity: str, value: float, bar: float | None = None) -> Row:
    """A row of a measured number.

    Parameters
    ----------
    part, case, quantity : str
        See `Row`.
    value : float
        In the quantity's unit.
    bar : float, optional
        The least that is asked for.
    """
    ends = ("", "") if bar is None else (f"{bar:g}", "yes" if value >= bar else "no")
    return Row(part, case, quantity, f"{value:.6g}", PARTS[part][quantity][0], *ends)


def as_text(rows: Iterable[Row]) -> str:
    """The file's text.

    Parameters
    ----------
    rows : iterable of Row
        In their order.
    """
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(field.name for field in fields(Row))
    lines.writerows(map(astuple, rows))
    return out.getvalue()


def read(path: Path) -> list[Row]:
    """Read the file; without one there are no rows.

    Parameters
    ----------
    path : Path
        See `as_text`.

    Raises
    ------
    UserError
        When its columns or quantities are others.
    """
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        lines = csv.DictReader(file)
        if lines.fieldnames != [field.name for field in fields(Row)]:
            raise UserError(f"{path}: other columns than benchmarks/gpu.py writes; run it again.")
        rows = [Row(**line) for line in lines]
    for row in rows:
        if row.quantity not in PARTS.get(row.part, (row.quantity,)):
            raise UserError(f"{path}: {row.part} {row.quantity!r} is unknown; measure again.")
    return rows


def _shown(row: Row | None) -> str:
    if row is None:
        return ""
    value = float(row.value)
    number = f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
    return number + (row.bar and f" ({'≥' if row.met == 'yes' else 'below'} {float(row.bar):,g})")


def _table(rows: Sequence[Row], part: str) -> list[str]:
    own = {(row.case, row.quantity): row for row in rows if row.part == part}
    cases = list(dict.fromkeys(case for case, _ in own))
    columns = [name for name in PARTS[part] if any((case, name) in own for case in cases)]
    heads = [f"{name}, {PARTS[part][name][0]}" for name in columns]
    lines = [f"| {HEADS[part]} | {' | '.join(heads)} |", f"|---|{'---:|' * len(heads)}"]
    for case in cases:
        found = [_shown(own.get((case, name))) for name in columns]
        lines.append(f"| {case} | {' | '.join(found)} |")
    meanings = [f"- *{name}*: {PARTS[part][name][1]}." for name in columns]
    return [*lines, "", *meanings] if cases else []


def page(rows: Sequence[Row]) -> str:
    """Two tables in Markdown, what their columns mean, and the machine; or that none was at hand.

    Parameters
    ----------
    rows : sequence of Row
        Of `read`; empty where no card was at hand.
    """
    if not rows:
        return "No card was at hand so far: there is no table yet."
    words = [f"{row.quantity} {row.value}" for row in rows if row.part == "machine"]
    notes = [f"{row.case}: {row.value}." for row in rows if row.part == "note"]
    parts = ["\n".join(_table(rows, part)) for part in PARTS]
    return "\n\n".join(filter(None, [f"On {'; '.join(words)}.", *parts, *notes]))
