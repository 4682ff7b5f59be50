"""The splits of a dataset, and how rows are divided where nobody has done so.

``train``, ``validation``, ``test``
    Every dataset has them. Errors are those of validation and test rows.
``unseen_validation``, ``unseen_test``
    Where test rows differ from training rows by more than that nobody trained on them (hours of
    load come later), a family may hold out rows of the training rows' own kind. No training reads
    what they hold; methods that need held-out rows train against the first, attacks and probes take
    the second.
"""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
from pydantic import Field

from regression_unlearning.errors import UserError, unknown
from regression_unlearning.settings.section import Section, Seed

if TYPE_CHECKING:
    import pandas as pd

SPLITS = ("train", "validation", "test")
UNSEEN = ("unseen_validation", "unseen_test")
#: How people spell the three parts.
SPELT = {
    "train": "train", "training": "train", "validation": "validation", "val": "validation",
    "valid": "validation", "dev": "validation", "test": "test", "testing": "test",
}  # fmt: skip
#: Why rows that were held out make no forget set.
UNTRAINED = "the model was not trained on them, and there is nothing to forget"


class Split(Section):
    """The shares of validation and test, drawn by a seed; the others are for training.

    With `by` the shares are of groups: a group's part follows from its name and the seed alone, so
    that all of its rows are in one part, and rows or groups that come or go move no others.
    """

    validation: Annotated[float, Field(gt=0, lt=0.5)] = 0.13
    test: Annotated[float, Field(gt=0, lt=0.5)] = 0.13
    seed: Seed = 0
    by: str | None = None
    """Column that says which rows belong together, such as the person's; null: none do."""


def drawn(rows: int, split: Split) -> np.ndarray:
    """The part of each row: ``"train"``, ``"validation"`` or ``"test"``."""
    order = np.random.default_rng(split.seed).permutation(rows)
    parts = np.full(rows, "train", dtype=object)
    held = round(rows * split.validation)
    parts[order[:held]] = "validation"
    parts[order[held : held + round(rows * split.test)]] = "test"
    return parts


def divided(
    rows: "pd.DataFrame", split: Split, where: Path, own: "pd.Series | None" = None
) -> np.ndarray:
    """The part of each row: by its group, or by its own name.

    Parameters
    ----------
    rows : DataFrame
        With the column that `split` names.
    split : Split
        What is asked for.
    where : Path
        The file of the rows, for messages.
    own : Series of str (rows,), optional
        What each row is called, by which it is drawn where there are no groups; without it rows are
        drawn by their order (`drawn`).

    Returns
    -------
    object array (rows,)
        ``"train"``, ``"validation"`` or ``"test"``.

    Raises
    ------
    UserError
        When the column is not there, a row has no group, or a part is left without any.
    """
    if split.by is None and own is None:
        return drawn(len(rows), split)
    if split.by is not None:
        if split.by not in rows.columns:
            raise unknown("column", split.by, rows.columns, f"{where}: source.divided.by")
        own = rows[split.by]
    return hashed(own.fillna("").astype(str), split, where)


def hashed(names: "pd.Series", split: Split, where: Path) -> np.ndarray:
    """The part of each row, by a hash of a seed and the row's name; see `divided`.

    The first 53 bits of SHA-256 are a number from 0 to below 1. It is for validation where it is
    below that share, for test where it is at least 1 less the share of test.

    Parameters
    ----------
    names : Series of str (rows,)
        Names; rows of the same name get the same part. Blanks around a name do not count.
    split : Split
        The shares and the seed.
    where : Path
        The file of the rows, for messages.

    Returns
    -------
    object array (rows,)
        ``"train"``, ``"validation"`` or ``"test"``.

    Raises
    ------
    UserError
        When a name is empty, or a part is left without any.
    """
    import pandas as pd

    codes, found = pd.factorize(names.str.strip().str.normalize("NFC"))
    what = split.by or "row"
    if "" in found:
        count = int((codes == list(found).index("")).sum())
        raise UserError(
            f"{where}: {count:,} rows have no {what}, and source.divided.by keeps whole what has "
            "the same; give each one (of its own where it stands alone), or take them out."
        )
    place = np.array([_place(name, split.seed) for name in found])
    chances = [place < split.validation, place >= 1 - split.test]
    parts = np.select(chances, ["validation", "test"], "train").astype(object)
    if empty := [part for part in SPLITS if part not in parts]:
        raise UserError(
            f"{where}: the {empty[0]} part holds none of {len(found):,} by {what}: each is drawn "
            "by itself, and few may leave a part empty. Set another source.divided.seed, or "
            "greater shares."
        )
    return parts[codes]


def _place(name: str, seed: int) -> float:
    """A number from 0 to below 1 that looks drawn, by a seed and a name."""
    digest = hashlib.sha256(f"{seed}\0{name}".encode()).digest()
    return (int.from_bytes(digest[:8]) >> 11) / 2**53
