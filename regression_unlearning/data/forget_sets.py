"""Choose a forget set among the rows of a prepared dataset."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from pydantic import BaseModel

from regression_unlearning.data.ids import by_ids
from regression_unlearning.data.overlaps import overlapping, reads_hours
from regression_unlearning.data.splits import SPLITS, UNSEEN, UNTRAINED
from regression_unlearning.errors import UserError, unknown
from regression_unlearning.settings.forget_sets import (
    Band,
    Chosen,
    Dates,
    ForgetSet,
    Ids,
    Random,
    Selector,
    Where,
)
from regression_unlearning.settings.section import validated

if TYPE_CHECKING:
    import pandas as pd

#: The parts into which a forget set divides a dataset; `UNSEEN_PARTS` too, where it has such rows.
PARTS = ("retain", "forget", "validation_retain", "validation_forget", "test_retain", "test_forget")
UNSEEN_PARTS = tuple(f"{split}_{side}" for split in UNSEEN for side in ("retain", "forget"))
#: Further parts of a forget set that comes after another: what is to be unlearned now.
NOW = ("forget_now", "validation_forget_now")


class _Choice(BaseModel):
    forget_set: ForgetSet


def read_selector(values: dict) -> Selector:
    """Check a selector given as plain values.

    Raises
    ------
    UserError
        When it is none of the known ones, or one of its keys is wrong.
    """
    return validated(_Choice, {"forget_set": values}).forget_set


def columns_of(*selectors: Selector) -> set[str]:
    """The further columns of `rows.csv` by which some forget sets choose."""
    named = (getattr(one, "column", None) for one in selectors)
    return {column for column in named if column is not None}


def _column(rows: "pd.DataFrame", name: str) -> "pd.Series":
    """A column of the dataset's own, as text."""
    columns = [one for one in rows.columns if one not in ("row", "target")]
    if name not in columns:
        raise unknown("column", name, columns)
    return rows[name].astype(str)


def _numbers(rows: "pd.DataFrame", name: str | None) -> np.ndarray:
    """The targets, or a column's numbers, NaN where it is empty: float64."""
    import pandas as pd

    if name is None:
        return rows["target"].to_numpy()
    text = _column(rows, name)
    numbers = pd.to_numeric(text, errors="coerce")
    if (wrong := numbers.isna() & (text != "")).any():
        row = int(wrong.to_numpy().argmax())
        raise UserError(
            f"column {name!r} holds {text.iloc[row]!r} (row {row}), which is no number and lies in "
            "no band; choose by select: where."
        )
    return numbers.to_numpy(np.float64)


def _band(rows: "pd.DataFrame", selector: Band) -> np.ndarray:
    target = _numbers(rows, selector.column)
    inside = ~np.isnan(target)
    if selector.from_ is not None:
        inside &= target >= selector.from_
    if selector.above is not None:
        inside &= target > selector.above
    if selector.below is not None:
        inside &= target < selector.below
    if selector.up_to is not None:
        inside &= target <= selector.up_to
    return inside


def _random(rows: "pd.DataFrame", selector: Random) -> np.ndarray:
    train = np.flatnonzero(rows["split"].to_numpy() == "train")
    if selector.rows >= len(train):
        raise UserError(
            f"{selector.rows} random rows are asked for, the training set has {len(train)}; "
            "ask for fewer."
        )
    drawn = np.random.default_rng(selector.seed).choice(train, selector.rows, replace=False)
    return np.isin(np.arange(len(rows)), drawn)


def _where(rows: "pd.DataFrame", selector: Where) -> np.ndarray:
    values = _column(rows, selector.column)
    asked = [str(value) for value in selector.equals]
    for value in asked:
        if not (values == value).any():
            raise unknown(f"value in column {selector.column!r}:", value, set(values))
    return values.isin(asked).to_numpy()


def _some(rows: "pd.DataFrame", chosen: np.ndarray, selector: Chosen) -> np.ndarray:
    """Keep only the selector's share of the chosen training rows, drawn by its seed."""
    train = np.flatnonzero(chosen & (rows["split"].to_numpy() == "train"))
    left = len(train) - round((selector.share or 1) * len(train))
    not_drawn = np.random.default_rng(selector.seed or 0).choice(train, left, replace=False)
    return chosen & ~np.isin(np.arange(len(rows)), not_drawn)


def _dates(rows: "pd.DataFrame", selector: Dates) -> np.ndarray:
    import pandas as pd

    text = _column(rows, selector.column)
    days = pd.to_datetime(text.str.slice(0, 10), format="%Y-%m-%d", errors="coerce")
    if (wrong := days.isna() & (text != "")).any():
        row = int(wrong.to_numpy().argmax())
        raise UserError(
            f"column {selector.column!r} holds {text.iloc[row]!r} (row {row}), which begins with "
            "no day such as 2014-01-31; choose by select: where."
        )
    return days.between(*map(pd.Timestamp, (selector.first, selector.last))).to_numpy()


_CHOOSE = {Band: _band, Random: _random, Where: _where, Dates: _dates}


def select(
    rows: "pd.DataFrame",
    selector: Selector,
    name: str,
    earlier: Mapping[str, np.ndarray] | None = None,
    listing: Path | None = None,
) -> dict[str, np.ndarray]:
    """Divide the rows of a dataset by a forget set, and by those that were unlearned before it.

    Parameters
    ----------
    rows : DataFrame
        The prepared rows: at least row, id, split, target.
    selector : Band, Random, Where, Dates or Ids
        The choice.
    name : str
        The forget set's name, for messages.
    earlier : mapping of int arrays, optional
        Parts of the forget set that this one comes after.
    listing : Path, optional
        Where the ids of a request are listed, each with what it is; see `data.ids.by_ids`.

    Returns
    -------
    dict of int32 arrays
        ``retain`` and ``forget`` divide the training rows. ``validation_forget`` and
        ``test_forget`` are the held-out rows that the same choice would take (none for random rows
        and for ids); ``validation_retain`` and ``test_retain`` are the others; so too with
        ``unseen_validation`` and ``unseen_test`` where the dataset has such rows (`data.splits`).
        After `earlier` rows, all that has been forgotten so far counts as forgotten;
        ``forget_now`` and ``validation_forget_now`` (and ``unseen_validation_forget_now``) are
        then the rows that this choice adds.

    Raises
    ------
    UserError
        When the forget set is empty, holds the whole training set, or names what does not exist.
    """
    before = np.zeros(len(rows), bool)
    for part, numbers in (earlier or {}).items():
        if part == "forget" or part.endswith("_forget"):
            before[numbers] = True
    split = rows["split"].to_numpy()
    held_out = [*SPLITS[1:], *(one for one in UNSEEN if (split == one).any())]
    left = rows.assign(split=np.where(before, "forgotten", split))
    by_customer = isinstance(selector, Where) and selector.column == "customer"
    try:
        if isinstance(selector, Ids):
            chosen = by_ids(rows, selector, before, listing)
        else:
            chosen = _CHOOSE[type(selector)](left, selector)
        if isinstance(selector, Chosen) and selector.share:
            chosen = _some(left, chosen, selector)
        if selector.overlap or (selector.overlap is None and by_customer and reads_hours(rows)):
            chosen = chosen | overlapping(left, chosen)
    except UserError as error:
        raise UserError(f"forget set {name!r}: {error}") from None
    if isinstance(selector, Random | Ids):
        chosen = chosen & (split == "train")
    train = split == "train"
    asked, now, chosen = chosen, chosen & ~before, chosen | before
    if not (train & now).any():
        held = int((now & (split != "train")).sum())
        if held and not (train & before & asked).any():
            raise UserError(
                f"forget set {name!r} takes no training row, only held-out rows ({held:,}): "
                f"{UNTRAINED}. Widen the choice, or leave the forget set out."
            )
        left_to = "that an earlier forget set has not taken " if earlier else ""
        raise UserError(
            f"forget set {name!r} is empty: no training row {left_to}is chosen; widen the choice."
        )
    if (chosen | ~train).all():
        raise UserError(
            f"forget set {name!r} holds the whole training set: nothing would be left to retrain "
            "on; narrow the choice."
        )
    masks = {
        "retain": train & ~chosen,
        "forget": train & chosen,
        **{
            f"{part}_{side}": (split == part) & mask
            for part in held_out
            for side, mask in (("retain", ~chosen), ("forget", chosen))
        },
    }
    if earlier:
        masks["forget_now"] = train & now
        for part in held_out:
            if part.endswith("validation"):
                masks[f"{part}_forget_now"] = (split == part) & now
    return {part: np.flatnonzero(mask).astype(np.int32) for part, mask in masks.items()}
