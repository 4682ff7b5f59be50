"""Rows that tell of other rows: windows that read hours to be forgotten, rows of one person."""

import logging
import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from regression_unlearning.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

log = logging.getLogger(__name__)

NEEDED = ("customer", "first", "hour")
#: Words by which a column is known to say whose a row is, and those that may stand beside them.
WHOSE = {
    "author", "client", "customer", "family", "group", "household", "identity", "individual",
    "member", "owner", "participant", "patient", "people", "person", "respondent", "speaker",
    "student", "subject", "user", "writer",
}  # fmt: skip
BESIDE = {"code", "id", "ids", "key", "label", "name", "no", "nr", "num", "number"}


def reads_hours(rows: "pd.DataFrame") -> bool:
    """Whether the rows of a dataset are windows over hours.

    Parameters
    ----------
    rows : DataFrame
        The prepared rows; windows have the columns `NEEDED`.
    """
    return set(NEEDED) <= set(rows.columns)


def overlapping(rows: "pd.DataFrame", chosen: np.ndarray) -> np.ndarray:
    """Mark windows whose inputs hold an hour that a chosen window of that customer predicts.

    Parameters
    ----------
    rows : DataFrame
        With the columns customer, first (hour read) and hour (predicted): see `load_windows`.
    chosen : bool array (rows,)

    Returns
    -------
    bool array (rows,)

    Raises
    ------
    UserError
        When the rows are no windows.
    """
    if not reads_hours(rows):
        raise UserError("overlap: this dataset's rows are no windows over hours; leave it out.")
    _, customer = np.unique(rows["customer"].to_numpy(str), return_inverse=True)
    first, hour = (rows[name].to_numpy(np.int64) for name in ("first", "hour"))
    hours = int(hour.max()) + 1
    start = customer * hours
    forgotten = np.zeros((int(customer.max()) + 1) * hours + 1, np.int64)
    forgotten[start[chosen] + hour[chosen] + 1] = 1
    before = forgotten.cumsum()
    return before[start + hour] > before[start + first]


def says_whose(column: str, *, numbers: bool = False) -> bool:
    """Whether a column's name says that it names people, such as person, PatientID, user_name.

    A plural (households) that heads a column of `numbers` is a count, and names nobody.
    """
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", column).lower()
    said = re.findall("[a-z]+", apart)
    whose = WHOSE - {"people"} if numbers else WHOSE
    words = {w if numbers or w in WHOSE | BESIDE else w.removesuffix("s") for w in said}
    return len(words & whose) == 1 and words <= whose | BESIDE


def torn(rows: "pd.DataFrame", where: Path) -> dict[str, list[int]]:
    """Columns that name people, some of whom have rows both in training and in another part.

    Each is warned of: what a network has learnt of a person helps it on that person's other rows,
    whose errors then say little about people whom nobody trained on. Windows of load are left out:
    they are divided by time.

    Parameters
    ----------
    rows : DataFrame
        The prepared rows, with ``split``.
    where : Path
        The raw folder, for the warning.

    Returns
    -------
    dict of list of int
        By column: how many people have rows in both, and how many people there are.
    """
    import pandas as pd

    found = {}
    train = (rows["split"] == "train").to_numpy()
    for column in () if reads_hours(rows) else filter(says_whose, rows.columns):
        codes, names = pd.factorize(rows[column].replace("", None))
        if not says_whose(column, numbers=pd.to_numeric(names, "coerce").notna().all()):
            continue
        inside = np.zeros((2, len(names)), bool)
        for number, part in enumerate((train, ~train)):
            inside[number, codes[part & (codes >= 0)]] = True
        if both := int(inside.all(axis=0).sum()):
            found[column] = [both, len(names)]
            log.warning(
                "%s: %d of %d by the column %r have rows in training and in another part, whose "
                "errors are therefore none on people whom nobody trained on; divide by that column "
                "(source.divided: {by: %s}), or so in the data.",
                *(where, both, len(names), column, column),
            )
    return found
